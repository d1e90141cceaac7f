"""What a business is called, and what it says it is."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from offhook.platform.suggestions.business import Business
from offhook.platform.suggestions.source import Line, LineKind, Page, Quote
from offhook.platform.suggestions.words import BARE, NOISE, OTHERS_VOICES

LONGEST_NAME: Final = 60
FEWEST_TOLD: Final = 40
MOST_TOLD: Final = 300
FEWEST_SHARED: Final = 3
_PRAISES: Final = re.compile(r"(?:ihr|ihre|dein|deine|your|the best|best|beste|top)\b", re.IGNORECASE)
_PARTED: Final = re.compile(r"\s+[|·•»–—:~-]+\s+|\s*[|•»]\s*|:\s+")
_GREETS: Final = re.compile(
    r"^(?:home(?:page)?|startseite|start|official (?:site|website)|(?:herzlich )?willkommen(?: (?:bei|im|in|zum|zur|"
    r"auf))?"
    r"(?: (?:der|dem|den|unserer?|unserem))?|welcome(?: to)?(?: the)?)\b[\s:!,-]*",
    re.IGNORECASE,
)
_SAYS_SO: Final = re.compile(
    r"\b(?i:we are|we're|this is|i am|i'm|my name is|our (?:name|business|company|shop) is|(?:the|our) (?:company|"
    r"shop) is called|"
    r"wir sind(?: (?:die|der|das))?|wir heißen|hier ist(?: (?:die|der|das))?|unser(?:e)? \w+ heißt)\s+"
    r"((?:(?:the|The)\s+)?[A-ZÄÖÜ0-9][\w'’&.-]*(?:\s+(?:&|und|and|of|the|der|die|das|am|im|zum|zur|von|"
    r"[A-ZÄÖÜ0-9][\w'’&-]*))*)"
)
_FIRST: Final = re.compile(
    r"^((?:[A-ZÄÖÜ0-9][\w'’&.-]*)(?:\s+(?:&|\+|und|and|of|the|der|die|das|am|im|in|zum|zur|von|"
    r"[A-ZÄÖÜ0-9][\w'’&.-]*)){0,6}?)"
    r"(?=\s*(?:[,.:;–—|(]|\s-\s|$|\s+(?:is|ist|are|has|hat|offers|bietet|in)\s))"
)
_DAY: Final = re.compile(
    r"^(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|sat|sun|open|geöffnet|öffnungs|opening|hours|tel|phone|we|wir|our|"
    r"unser|haircut)"
    r"(?:\w*day|tag)?\b",
    re.IGNORECASE,
)


def name_of(pages: Sequence[Page], businesses: Sequence[Business]) -> Quote | None:
    """As it calls itself."""
    for business in businesses:
        if business.name is not None and len(business.name.text) <= LONGEST_NAME:
            return business.name
    for page in pages:
        name = _GREETS.sub("", page.meta.get("og:site_name", "")).strip()
        if name and not re.fullmatch(r"[\w-]+\.\w{2,6}", name) and len(name) <= LONGEST_NAME:
            return Quote(name, page.url)
    if pages and not pages[0].url:
        return _typed_name(pages[0])
    return _title_name(pages)


def _title_name(pages: Sequence[Page]) -> Quote | None:
    """The part of the titles that all of them have, or that the address of the site has in it."""
    parts = [(part, page) for page in pages for part in _parts(page.title)]
    if not parts:
        headings = [line for page in pages[:1] for line in page.lines if line.kind is LineKind.HEADING]
        parts = [(part, pages[0]) for line in headings[:1] for part in _parts(line.text)]
    if not parts:
        return None
    times = Counter(part.casefold() for part, _ in parts)
    best = max(parts, key=lambda one: (_likeness(one[0], one[1].url), times[one[0].casefold()] > 1, -parts.index(one)))
    return Quote(best[0], best[1].url)


def _parts(title: str) -> Iterator[str]:
    for part in _PARTED.split(title):
        name = _GREETS.sub("", part).strip(" -|·!.,")
        if name and len(name) <= LONGEST_NAME and not BARE.match(name):
            yield name


def _likeness(name: str, url: str) -> float:
    """How much of the site's own address the name has in it: "corner-bakery.example" and "Corner Bakery"."""
    host = (urlsplit(url).hostname or "").removeprefix("www.").rpartition(".")[0]
    wanted = _letters(host)
    words = [_letters(word) for word in name.split()]
    held = sum(_shared(word, wanted) for word in words)
    all_of_it = sum(map(len, words)) or 1
    if len(wanted) < FEWEST_SHARED or _PRAISES.match(name):
        return 0.0
    return round(min(held / len(wanted), 1.0) + held / all_of_it / 2, 2)


def _shared(word: str, wanted: str) -> int:
    """Letters of the longest part of the word that the other has in it too."""
    for length in range(len(word), FEWEST_SHARED - 1, -1):
        if any(word[at : at + length] in wanted for at in range(len(word) - length + 1)):
            return length
    return 0


def _letters(text: str) -> str:
    plain = text.casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        plain = plain.replace(umlaut, letters)
    return re.sub(r"[^a-z0-9]", "", plain)


def _typed_name(page: Page) -> Quote | None:
    for line in page.lines[:6]:
        if (found := _SAYS_SO.search(line.text)) is not None:
            return Quote(found[1].rstrip(" .,"), "")
    for line in page.lines[:1]:
        is_heading = line.kind is LineKind.HEADING or (
            len(line.text) <= LONGEST_NAME and line.text[-1:] not in ".!?" and ":" not in line.text
        )
        found = _FIRST.match(line.text)
        if found is not None and not _DAY.match(found[1]) and len(found[1]) > 2:
            return Quote(found[1].strip(), "")
        if is_heading and not _DAY.match(line.text) and not re.search(r"\d", line.text):
            return Quote(line.text.strip(" #"), "")
    return None


def told_of(pages: Sequence[Page], businesses: Sequence[Business]) -> Quote | None:
    """What it says it is, in a sentence or two."""
    for business in businesses:
        if business.description is not None and len(business.description.text) >= FEWEST_TOLD:
            return Quote(_cut(business.description.text), business.description.page)
    for page in pages[:1]:
        for key in ("description", "og:description"):
            text = " ".join(page.meta.get(key, "").split())
            if len(text) >= FEWEST_TOLD and not NOISE.search(text):
                return Quote(_cut(text), page.url)
        before = ""
        for line in page.lines:
            if page.url and _is_sentence(line) and not before.endswith("?"):
                return Quote(_cut(line.text), page.url)
            before = line.text
    return None


def _is_sentence(line: Line) -> bool:
    return (
        line.kind is LineKind.TEXT and len(line.text) >= FEWEST_TOLD and line.text[-1] in ".!" and
        not NOISE.search(line.text) and not OTHERS_VOICES.search(line.heading) and
        len(line.text.split()) >= 5
    )  # fmt: skip


def _cut(text: str) -> str:
    """Whole sentences, as many as are soon said; what was cut off by whoever wrote it ends at its last whole one."""
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ0-9])", text.strip())
    if len(sentences) > 1 and sentences[-1][-1:] not in ".!?":
        sentences.pop()
    said = sentences[0]
    for sentence in sentences[1:]:
        if len(said) + len(sentence) + 1 > MOST_TOLD:
            break
        said = f"{said} {sentence}"
    return said[:MOST_TOLD]
