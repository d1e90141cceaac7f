"""What pages say for machines: a business, its hours, questions and prices as schema.org has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final

from offhook.platform.suggestions.hours import ALL_DAY, CLOSED, Said, Times, said
from offhook.platform.suggestions.source import MOST_QUOTE, Page, Quote

MOST_OBJECTS: Final = 2_000
MOST_VALUE: Final = 600
_NO_BUSINESS: Final = frozenset(
    "website webpage person article blogposting newsarticle breadcrumblist searchaction imageobject product offer "
    "event "
    "faqpage question answer review aggregaterating postaladdress openinghoursspecification itemlist listitem "
    "contactpoint videoobject menu menusection menuitem service".split()
)
_MARKS: Final = ("address", "telephone", "openingHours", "openingHoursSpecification", "geo", "priceRange")
"""What a business has, of whatever kind it is."""
_DAYS: Final = {
    name: number
    for number,
    names in enumerate("mo monday|tu tuesday|we wednesday|th thursday|fr friday|sa saturday|su sunday".split("|"))
    for name in names.split()
} | {"publicholidays": 7, "ph": 7}  # fmt: skip


@dataclass(slots=True)
class Business:
    """What a page says of the business; each with what stands there."""

    name: Quote | None = None
    description: Quote | None = None
    telephone: Quote | None = None
    email: Quote | None = None
    address: Quote | None = None
    country: str = ""
    """Two letters."""
    region: str = ""
    hours: list[tuple[list[Said], Quote]] = field(default_factory=list)
    questions: list[tuple[str, Quote]] = field(default_factory=list)
    """Each with the quotation that answers it."""
    prices: list[tuple[str, Quote]] = field(default_factory=list)
    """A thing with what it costs, as it is said."""


def business_of(page: Page) -> Business:
    """All that the page's data says."""
    found = Business()
    objects = list(_objects(page.data))
    for one in sorted((one for one in objects if _is_business(one)), key=_weight, reverse=True):
        _take(found, one, page.url)
    for one in objects:
        kinds = _kinds(one)
        if "question" in kinds:
            _take_question(found, one, page.url)
        elif kinds & {"product", "service", "menuitem", "offer"}:
            _take_price(found, one, page.url)
    return found


def _objects(data: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """Every block with a kind, however deep."""
    left = list(data)[::-1]
    for _ in range(MOST_OBJECTS):
        if not left:
            return
        node = left.pop()
        if isinstance(node, dict):
            if "@type" in node:
                yield node
            left += reversed(list(node.values()))
        elif isinstance(node, list):
            left += reversed(node)


def _kinds(one: Mapping[str, Any]) -> set[str]:
    kinds = one.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return {str(kind).rpartition("/")[2].lower() for kind in kinds}


def _is_business(one: Mapping[str, Any]) -> bool:
    return not _kinds(one) & _NO_BUSINESS and bool(_text(one.get("name"))) and _weight(one) > 0


def _weight(one: Mapping[str, Any]) -> int:
    return sum(name in one for name in _MARKS)


def _text(value: Any) -> str:
    """A value in words; empty where it is none."""
    if isinstance(value, list):
        value = next(iter(value), "")
    if isinstance(value, dict):
        value = value.get("name", value.get("@value", ""))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(unescape(str(value)).split())[:MOST_VALUE]


def _texts(value: Any) -> list[str]:
    return [text for one in (value if isinstance(value, list) else [value]) if (text := _text(one))]


def _take(found: Business, one: Mapping[str, Any], url: str) -> None:
    """What is there already came from the page's fuller block."""
    found.name = found.name or _quoted(one.get("name"), url)
    found.description = found.description or _quoted(one.get("description"), url)
    found.telephone = found.telephone or _quoted(str(_text(one.get("telephone"))).removeprefix("tel:"), url)
    found.email = found.email or _quoted(_text(one.get("email")).removeprefix("mailto:"), url)
    if found.address is None:
        _take_address(found, one.get("address"), url)
    if not found.hours:
        found.hours = [*_short_hours(one.get("openingHours"), url), *_long_hours(one, url)]


def _quoted(value: Any, url: str) -> Quote | None:
    text = _text(value)
    return Quote(text, url) if text else None


def _take_address(found: Business, value: Any, url: str) -> None:
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, str):
        found.address = _quoted(value, url)
        return
    if not isinstance(value, dict):
        return
    street = _text(value.get("streetAddress"))
    code, town = _text(value.get("postalCode")), _text(value.get("addressLocality"))
    region, country = _text(value.get("addressRegion")), _text(value.get("addressCountry"))
    found.country = country.upper() if len(country) == 2 and country.isalpha() else found.country
    found.region = region
    # Where the number of a house stands in front, the code stands behind the town.
    is_english = street[:1].isdigit()
    place = [town, f"{region} {code}".strip()] if is_english else [f"{code} {town}".strip()]
    parts = [part for part in (street, *place) if part]
    if street and parts[1:]:
        found.address = Quote(", ".join(parts), url)


# ── hours ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _short_hours(value: Any, url: str) -> Iterator[tuple[list[Said], Quote]]:
    """https://schema.org/openingHours: "Mo-Fr 09:00-17:00"."""
    for text in _texts(value):
        for part in text.split(",") if text.count(":") > 2 and ";" not in text else text.split(";"):
            if found := said(part, "schema"):
                yield found, Quote(part.strip()[:MOST_QUOTE], url)


def _long_hours(one: Mapping[str, Any], url: str) -> Iterator[tuple[list[Said], Quote]]:
    """https://schema.org/OpeningHoursSpecification."""
    blocks = one.get("openingHoursSpecification")
    for block in blocks if isinstance(blocks, list) else [blocks]:
        if not isinstance(block, dict) or "validThrough" in block:
            continue  # Of a season, or of a holiday that may be over.
        days = [_DAYS.get(day.rpartition("/")[2].replace(" ", "").lower()) for day in _texts(block.get("dayOfWeek"))]
        opens, closes = _text(block.get("opens"))[:5], _text(block.get("closes"))[:5]
        known = frozenset(day for day in days if day is not None)
        if not known or len(known) != len(set(days)):
            continue
        told = f"{', '.join(_texts(block.get('dayOfWeek')))}: {opens or '?'} - {closes or '?'}"
        times = _times(opens, closes)
        if times is not None:
            yield [Said(known, times)], Quote(told[:MOST_QUOTE], url)


def _times(opens: str, closes: str) -> Times | None:
    if opens == closes == "00:00":
        return CLOSED
    if opens == "00:00" and closes in ("23:59", "24:00"):
        return ALL_DAY
    found = said(f"Mo {opens}-{closes}", "schema")
    return found[0].times if found else None


# ── questions and prices ─────────────────────────────────────────────────────────────────────────────────────────


def _take_question(found: Business, one: Mapping[str, Any], url: str) -> None:
    question = _text(one.get("name")) or _text(one.get("text"))
    answer = one.get("acceptedAnswer") or one.get("suggestedAnswer")
    answer = next(iter(answer), None) if isinstance(answer, list) else answer
    text = _text(answer.get("text")) if isinstance(answer, dict) else ""
    if question and text and "<" not in question:
        found.questions.append((question, Quote(_without_tags(text), url)))


def _without_tags(text: str) -> str:
    """Answers may be HTML: https://schema.org/acceptedAnswer."""
    parts: list[str] = []
    for piece in text.split("<"):
        parts.append(piece.partition(">")[2] if parts else piece)
    return " ".join(" ".join(parts).split())


def _take_price(found: Business, one: Mapping[str, Any], url: str) -> None:
    offer = one.get("offers", one)
    offer = next(iter(offer), None) if isinstance(offer, list) else offer
    if not isinstance(offer, dict):
        return
    item = offer.get("itemOffered")
    name = _text(one.get("name")) or (_text(item) if isinstance(item, dict) else "")
    price, currency = _text(offer.get("price")), _text(offer.get("priceCurrency"))
    if name and price and currency and price.strip("0.,"):
        found.prices.append((f"{name}: {price} {currency}", Quote(f"{name}: {price} {currency}", url)))
