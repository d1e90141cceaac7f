"""From pages to the draft of an agent, with where each part comes from, and what could not be found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from offhook.clock import is_zone
from offhook.core.numbers import is_country
from offhook.platform.suggestions import contact, places
from offhook.platform.suggestions.business import Business, business_of
from offhook.platform.suggestions.facts import PRICE, Fact, facts_of, knowledge_of
from offhook.platform.suggestions.naming import name_of, told_of
from offhook.platform.suggestions.opening import Opening, opening_of
from offhook.platform.suggestions.source import Page, Quote
from offhook.platform.suggestions.week import DAYS
from offhook.platform.suggestions.words import WORDS, Topic, Words

KNOWN_FROM: Final = "business.md"
"""Under this name the facts are uploaded, and the draft names them."""
UNNAMED: Final = {"en": "My business", "de": "Mein Betrieb"}
TOOLS: Final = ({"name": "end_call"}, {"name": "take_message"})


class How(StrEnum):
    """How sure a part is."""

    FOUND = "found"
    """It is quoted."""
    CONCLUDED = "concluded"
    """From what is quoted: a time zone from an address."""
    ASSUMED = "assumed"
    """Nothing tells it: it is the usual, or what whoever asked has said."""


@dataclass(frozen=True, slots=True)
class Part:
    """Of the document."""

    pointer: str
    how: How
    quote: Quote | None = None


class Lack(StrEnum):
    """What could not be found."""

    NAME = "name"
    HOURS = "hours"
    DAYS = "days"
    ADDRESS = "address"
    TELEPHONE = "telephone"
    OFFER = "offer"
    PRICES = "prices"


@dataclass(frozen=True, slots=True)
class Missing:
    """One of them."""

    part: Lack
    detail: str
    days: tuple[str, ...] = ()


class Remark(StrEnum):
    """What its owner should know."""

    HOURS_DIFFER = "hours.differ"
    HOURS_SEVERAL = "hours.several"
    LANGUAGE_OTHER = "language.other"
    FACT_DROPPED = "fact.dropped"
    MODEL_FAILED = "model.failed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One of them, in words."""

    code: Remark
    detail: str
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An agent that could be."""

    document: dict[str, Any]
    facts: tuple[Fact, ...]
    parts: tuple[Part, ...]
    missing: tuple[Missing, ...] = ()
    notices: tuple[Notice, ...] = ()
    words_by: str = ""
    """The model that has put it into words; empty: the rules alone."""

    @property
    def knowledge(self) -> str:
        """The facts as a document."""
        return knowledge_of(self.facts)


@dataclass(frozen=True, slots=True)
class Wish:
    """What whoever asks has said beside the source."""

    language: str = ""
    """As a tag; empty: that of the pages."""
    timezone: str = ""
    """Where nothing tells another."""


@dataclass(slots=True)
class _Reached:
    """How it is reached, and where that leads to."""

    facts: list[Fact] = field(default_factory=list)
    taken: dict[str, frozenset[int]] = field(default_factory=dict)
    country: tuple[str, Quote | None] = ("", None)
    address: Quote | None = None
    region: str = ""
    has_telephone: bool = False


def suggestion_of(pages: Sequence[Page], language: str, wish: Wish) -> Suggestion:
    """By rules alone; `language` is one that is understood (`places.LANGUAGES`)."""
    words = WORDS[language]
    businesses = [business_of(page) for page in pages]
    named, told = name_of(pages, businesses), told_of(pages, businesses)
    name = _plain(named.text) if named is not None else ""
    opening = opening_of(pages, businesses, words, name)
    reached = _reached(pages, businesses, words)
    taken = {
        page.url: opening.taken.get(page.url, frozenset()) | reached.taken.get(page.url, frozenset()) for page in pages
    }
    facts = [
        *([Fact(Topic.ABOUT, words.titles[Topic.ABOUT], told.text, told)] if told is not None else []),
        *_hours(opening, words), *reached.facts,
    ]  # fmt: skip
    seen = {fact.text for fact in facts}
    facts += [fact for fact in facts_of(pages, businesses, words, name, taken) if fact.text not in seen]
    facts.sort(key=lambda fact: list(Topic).index(fact.topic))
    document, parts = _document(name, named, reached, pages, words, wish)
    return Suggestion(
        document, tuple(facts), tuple(parts), tuple(_missing(name, opening, reached, facts)),
        tuple(_notices(opening)),
    )  # fmt: skip


def _plain(name: str) -> str:
    """As a document takes it."""
    return " ".join(name.replace("{", "").replace("}", "").split())[:100].strip()


def _hours(opening: Opening, words: Words) -> list[Fact]:
    title = words.titles[Topic.HOURS]
    told = [Fact(Topic.HOURS, title, text, quote) for text, quote in opening.week.sentences(words.tag)]
    return told + [Fact(Topic.HOURS, title, text, quote) for text, quote in opening.notes]


def _reached(pages: Sequence[Page], businesses: Sequence[Business], words: Words) -> _Reached:
    found = _Reached()
    phones: list[contact.Found] = []
    mails: list[contact.Found] = []
    places_found: list[contact.Found] = []
    for page in pages:
        here = (
            list(contact.telephones(page, page.lines)), list(contact.emails(page, page.lines)),
            list(contact.postal_addresses(page.lines)),
        )  # fmt: skip
        found.taken[page.url] = contact.told_whole(page, [one for kind in here for one in kind])
        for kept, more in zip((phones, mails, places_found), here, strict=True):
            kept += more
    said = next((business for business in businesses if business.address is not None), None)
    quotes: dict[str, Quote | None] = {
        words.telephone: _first(phones) or next((one.telephone for one in businesses if one.telephone), None),
        words.email: _first(mails) or next((one.email for one in businesses if one.email), None),
    }
    address = places_found[0] if places_found else None
    texts = {words.telephone: phones[0].text if phones else "", words.email: mails[0].text if mails else ""}
    if address is not None and said is not None and said.address is not None and _is_same(said.address, address.quote):
        # The same, with its parts parted.
        found.address, texts[words.address], found.country = (
            said.address,
            said.address.text,
            (address.country, said.address),
        )
    elif address is not None:
        found.address, texts[words.address], found.country = (
            address.quote,
            address.text,
            (address.country, address.quote),
        )
    elif said is not None and said.address is not None:
        found.address, texts[words.address] = said.address, said.address.text
    quotes[words.address] = found.address
    if said is not None:
        found.region = said.region
        found.country = (said.country, said.address) if said.country else found.country
    for sentence in (words.address, words.telephone, words.email):
        quote = quotes[sentence]
        if quote is not None:
            text = sentence.format(text=texts[sentence] or quote.text).replace("..", ".")
            found.facts.append(Fact(Topic.CONTACT, words.titles[Topic.CONTACT], text, quote))
    found.has_telephone = quotes[words.telephone] is not None
    if not found.country[0] and (number := quotes[words.telephone]) is not None:
        found.country = (places.country_of_number(texts[words.telephone] or number.text), number)
    return found


def _is_same(one: Quote, other: Quote) -> bool:
    letters, others = ("".join(re.findall(r"\w", quote.text.casefold())) for quote in (one, other))
    return letters in others or others in letters


def _first(found: Sequence[contact.Found]) -> Quote | None:
    return found[0].quote if found else None


def _document(
    name: str, named: Quote | None, reached: _Reached, pages: Sequence[Page], words: Words, wish: Wish
) -> tuple[dict[str, Any], list[Part]]:
    country, from_country = reached.country
    host = contact.country_of_host(pages[0].url)
    if not country and host:
        country, from_country = host, Quote(pages[0].url, pages[0].url)
    spoken = next((page for page in pages if page.language), None)
    # A wish without a country leaves it to the pages which kind is spoken there.
    has_wish = wish.language.partition("-")[0] == words.tag and "-" in wish.language
    tag = wish.language if has_wish else places.tag_of(words.tag, country, spoken.language if spoken else "")
    address = reached.address.text if reached.address is not None else ""
    zone = places.zone_of(country, reached.region, address)
    from_zone = reached.address if zone and reached.address is not None else from_country
    is_told = bool(zone)
    zone = zone or (wish.timezone if is_zone(wish.timezone) else "UTC")
    called = name or UNNAMED[words.tag]
    document: dict[str, Any] = {
        "name": called,
        "language": tag,
        "timezone": zone,
        "opening": {"text": words.greeting.format(name=called)},
        "prompt": words.prompt.format(name=called),
        "knowledge": [KNOWN_FROM],
        "vocabulary": [name] if name else [],
        "tools": [dict(tool) for tool in TOOLS],
    }
    parts = [
        Part("/name", How.FOUND if named is not None else How.ASSUMED, named),
        Part("/language", How.ASSUMED if has_wish else How.CONCLUDED, _language_quote(spoken, pages)),
        Part("/timezone", How.CONCLUDED if is_told else How.ASSUMED, from_zone if is_told else None),
        Part("/opening/text", How.CONCLUDED if named is not None else How.ASSUMED, named),
        Part("/prompt", How.ASSUMED),
    ]
    if country and is_country(country):
        document["country"] = country
        parts.append(Part("/country", How.CONCLUDED, from_country))
    return document, parts


def _language_quote(spoken: Page | None, pages: Sequence[Page]) -> Quote | None:
    if spoken is not None:
        return Quote(f'lang="{spoken.language}"', spoken.url)
    first = next((line for line in pages[0].lines if len(line.text.split()) > 2), None)
    return first.quote if first is not None else None


def _missing(name: str, opening: Opening, reached: _Reached, facts: Sequence[Fact]) -> list[Missing]:
    found: list[Missing] = []
    topics = {fact.topic for fact in facts}
    if not name:
        found.append(Missing(Lack.NAME, "its name: not found, please add"))
    if Topic.HOURS not in topics:
        found.append(Missing(Lack.HOURS, "opening hours: not found, please add"))
    elif days := tuple(DAYS[day] for day in opening.week.missing):
        told = ", ".join(day.capitalize() for day in days)
        found.append(Missing(Lack.DAYS, f"{told}: nothing was found, closed?", days))
    if reached.address is None:
        found.append(Missing(Lack.ADDRESS, "address: not found, please add"))
    if not reached.has_telephone:
        found.append(Missing(Lack.TELEPHONE, "telephone number: not found, please add if callers should be told one"))
    if not topics & {Topic.OFFER, Topic.PRICES, Topic.ABOUT, Topic.OTHER, Topic.QUESTIONS}:
        found.append(Missing(Lack.OFFER, "what it offers: not found, please add"))
    if not any(PRICE.search(fact.text) for fact in facts):
        found.append(Missing(Lack.PRICES, "prices: not found, please add if callers ask for them"))
    return found


def _notices(opening: Opening) -> list[Notice]:
    found: list[Notice] = []
    if opening.differs:
        told = "the pages say different things of the opening hours: please look which is right"
        found.append(Notice(Remark.HOURS_DIFFER, told, opening.differs[0]))
    if opening.has_several:
        told = "there are opening hours of several places or times: they stand as they were found"
        found.append(Notice(Remark.HOURS_SEVERAL, told))
    return found
