"""What of a page callers may ask about: its lists, prices, questions and paragraphs, without what is about the page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from offhook.knowledge.chunk import Chunk, split_document
from offhook.platform.suggestions.business import Business
from offhook.platform.suggestions.opening import is_plain_heading
from offhook.platform.suggestions.source import MOST_QUOTE, LineKind, Page, Quote
from offhook.platform.suggestions.words import BARE, NOISE, OTHERS_VOICES, STALE, Topic, Words

MOST_FACTS: Final = 60
MOST_CHARS: Final = 16_000
FEWEST_WORDS: Final = 3
LONGEST_QUESTION: Final = 200
LONGEST_NAME: Final = 70
"""Of a thing that has its price in the next line."""
PRICE: Final = re.compile(
    r"(?:[€$£]|\b(?:EUR|USD|GBP|CHF|Euro|dollars?|Fr\.))\s*\d|\d(?:[.,]\d{2}|,-|,–)?\s*(?:[€$£]|EUR\b|USD\b|GBP\b|CHF\b|Euro\b|dollars?\b)"
)
_PRICE_ALONE: Final = re.compile(
    r"(?:from|ab|each|je|nur|only|ca\.)?\s*(?:[€$£]|EUR|USD|GBP|CHF)?\s*\d[\d.,]*(?:,-|,–)?\s*(?:[€$£]|EUR|USD|GBP|CHF|Euro|dollars?)?"
    r"(?:\s*[-–]\s*[€$£]?\s*\d[\d.,]*\s*[€$£]?)?(?:\s*(?:/|per|pro|je)\s*[\w.]+)?$",
    re.IGNORECASE,
)
_ANSWERED: Final = re.compile(r"(.{8,200}?\?)\s*:?\s+(\S.*)$")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the agent is to know."""

    topic: Topic
    heading: str
    text: str
    quote: Quote
    question: str = ""
    """That it answers, where the page has it so."""


def facts_of(
    pages: Sequence[Page], businesses: Sequence[Business], words: Words, name: str, taken: dict[str, frozenset[int]]
) -> list[Fact]:
    """Each once, in the order of topics and then of pages; no more than anybody would look through."""
    found: list[Fact] = []
    for page, business in zip(pages, businesses, strict=True):
        if not page.is_legal:
            found += _for_machines(business, words)
            found += _of_page(page, words, name, taken.get(page.url, frozenset()))
    kept = sorted(_each_once(found), key=lambda fact: list(Topic).index(fact.topic))
    return list(_within(kept))


def topic_of(heading: str, text: str, words: Words) -> Topic:
    """By the heading, where it says it."""
    if words.hours.search(heading):
        return Topic.PRICES if PRICE.search(text) else Topic.HOURS
    for looked_at in (heading, text):
        for topic, form in words.topics.items():
            if form.search(looked_at):
                return topic
        if looked_at is text and PRICE.search(text):
            return Topic.PRICES
    return Topic.OTHER


def _for_machines(business: Business, words: Words) -> Iterator[Fact]:
    for question, quote in business.questions:
        yield Fact(Topic.QUESTIONS, words.titles[Topic.QUESTIONS], quote.text, quote, question[:LONGEST_QUESTION])
    for text, quote in business.prices:
        yield Fact(Topic.PRICES, words.titles[Topic.PRICES], text, quote)


def _of_page(page: Page, words: Words, name: str, taken: frozenset[int]) -> Iterator[Fact]:
    headings = {line.text.casefold() for line in page.lines if line.kind is LineKind.HEADING}
    links = {text.casefold() for href, text in page.links if text}
    chunks = [
        chunk for chunk in _paired(split_document(page.without(taken)))
        if chunk.text.casefold() not in headings and _is_fact(chunk, words, name, page, links)
    ]  # fmt: skip
    for chunk in chunks:
        heading = next((one for one in reversed(chunk.headings) if one.casefold() != name.casefold()), "")
        question, text = chunk.question, chunk.text
        if not question and heading.endswith("?"):
            question, heading = heading, next(iter(chunk.headings[-2:-1]), "")
        if not question and (found := _ANSWERED.match(text)) is not None and found[1].count(".") == 0:
            question, text = found[1], found[2]
        topic = Topic.QUESTIONS if question else topic_of(heading, text, words)
        # A page's own title says where one is, not what this is about.
        is_vague = not heading or is_plain_heading(heading, words, name) or heading == page.title
        yield Fact(
            topic, words.titles[topic] if is_vague else heading[:80], text, Quote(text[:MOST_QUOTE], page.url),
            question[:LONGEST_QUESTION],
        )  # fmt: skip


def _paired(chunks: Iterable[Chunk]) -> list[Chunk]:
    """A thing and its price, a question and its answer, that stand in blocks of their own."""
    found: list[Chunk] = []
    for chunk in chunks:
        last = found[-1] if found and found[-1].headings == chunk.headings else None
        if last is not None and not last.question:
            if _PRICE_ALONE.match(chunk.text) and PRICE.search(chunk.text) and _may_have_price(last.text):
                found[-1] = replace(last, text=f"{last.text.rstrip(' :.')}: {chunk.text}")
                continue
            if last.text.endswith("?") and len(last.text) <= LONGEST_QUESTION and not chunk.text.endswith("?"):
                found[-1] = replace(last, text=chunk.text, question=last.text)
                continue
        found.append(chunk)
    return found


def _may_have_price(text: str) -> bool:
    return len(text) <= LONGEST_NAME and not PRICE.search(text) and text[-1] not in ".!?"


def _is_fact(chunk: Chunk, words: Words, name: str, page: Page, links: set[str]) -> bool:
    text, above = chunk.text, " ".join(chunk.headings)
    if BARE.match(text) or _is_bare_label(text, words, name) or _is_name(text, f"{name} {page.title}"):
        return False
    if not page.url:
        return True
    if NOISE.search(text) or NOISE.search(above) or OTHERS_VOICES.search(above) or STALE.search(above):
        return False
    if text[0] in '„“”"»«':
        return False
    topic = topic_of(chunk.headings[-1] if chunk.headings else "", "", words)
    is_listed = topic in (Topic.OFFER, Topic.PRICES, Topic.PAYMENT, Topic.WAY) and bool(chunk.headings)
    if text.casefold() in links and not is_listed:
        return False
    has_figure = bool(re.search(r"\d", text))
    return bool(chunk.question) or is_listed or has_figure or len(text.split()) >= FEWEST_WORDS


def _is_name(text: str, known: str) -> bool:
    """The business's own name, or a part of it, is no fact."""
    return all(word in known.casefold() for word in re.findall(r"\w+", text.casefold()))


def _is_bare_label(text: str, words: Words, name: str) -> bool:
    """ "Opening hours:" with nothing left behind it."""
    return not re.search(r"\d", text) and len(text) <= LONGEST_NAME and is_plain_heading(text.strip(" :"), words, name)


def _each_once(facts: Iterable[Fact]) -> Iterator[Fact]:
    seen: set[str] = set()
    for fact in facts:
        key = re.sub(r"\W+", " ", f"{fact.question} {fact.text}".casefold()).strip()
        alone = re.sub(r"\W+", " ", fact.text.casefold()).strip()
        if key not in seen and alone not in seen:
            seen |= {key, alone}
            yield fact


def _within(facts: Iterable[Fact]) -> Iterator[Fact]:
    """As many as fit; whole topics at the end go first."""
    chars = 0
    for number, fact in enumerate(facts):
        chars += len(fact.text) + len(fact.question)
        if number >= MOST_FACTS or chars > MOST_CHARS:
            return
        yield fact


def knowledge_of(facts: Iterable[Fact]) -> str:
    """The facts as the document that an agent knows them from."""
    lines: list[str] = []
    heading = ""
    for fact in facts:
        if fact.heading != heading:
            heading = fact.heading
            lines += ["", f"# {_flat(heading)}", ""]
        if fact.question:
            lines += [f"Q: {_flat(fact.question)}", f"A: {_flat(fact.text)}", ""]
        else:
            lines.append(f"- {_flat(fact.text)}")
    return "\n".join(lines).strip() + "\n" if lines else ""


def _flat(text: str) -> str:
    """One line, without what a document's reader would take for a mark."""
    return " ".join(text.replace("<!--", "").replace("-->", "").split()).lstrip("#>|` ")
