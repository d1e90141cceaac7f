"""How a business is reached: its telephone, its e-mail address, where it is; and what a page says of the country."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from offhook.platform.suggestions.source import Line, LineKind, Page, Quote

FEWEST_DIGITS: Final = 6
MOST_DIGITS: Final = 15
_PHONE: Final = re.compile(r"(?<![\w.,/-])(?:\+|\(?0|\(?[1-9])[\d\s()/.\-–]{4,24}\d(?![\w%€$£]|[.,]\d)")
_TEL: Final = re.compile(
    r"\b(?:tele?(?:fon|phone)?|telefon\w*|anruf\w*|unter|phone|fon|call(?:\s+us)?|ring|mobile?|mobil|handy|"
    r"ruf(?:en)?)\b|☎|📞|📱",
    re.I,
)
_NOT_TEL: Final = re.compile(
    r"\b(?:(?:tele)?fax|telefax|iban|bic|hrb|hra|vat|ust|uid|steuer\w*|ust-?id\w*|reg(?:istration)?|company|isbn|"
    r"konto\w*)\b",
    re.I,
)
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{2,63}){1,4}")
_HIDDEN_EMAIL: Final = re.compile(
    r"([\w.+-]{1,64})\s*[(\[{]\s*(?:at|ät|@)\s*[)\]}]\s*([A-Za-z0-9-]+(?:(?:\.|\s*[(\[]\s*(?:dot|"
    r"punkt)\s*[)\]]\s*)[A-Za-z0-9-]{2,})+)",
    re.I,
)
_DOT: Final = re.compile(r"\s*[(\[]\s*(?:dot|punkt)\s*[)\]]\s*", re.I)

_STREET_DE: Final = (
    r"(?:[A-ZÄÖÜ][\w.'’-]*\s+){0,4}?[A-ZÄÖÜ]?[\w.'’-]*(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.|[Ww]eg|[Pp]latz|[Aa]llee|[Gg]asse|"
    r"[Rr]ing|"
    r"[Uu]fer|[Dd]amm|[Mm]arkt|[Cc]haussee|[Hh]of|[Ss]teig|[Bb]erg|[Ww]all|[Gg]raben|[Kk]ai|[Bb]rücke|[Tt]or|[Pp]ark|"
    r"[Pp]fad)"
    r"\s+\d{1,4}\s?[a-zA-Z]?(?:\s?[-–/]\s?\d{1,4}\s?[a-zA-Z]?)?"
)
_TOWN_DE: Final = (
    r"(?:(?:D|A|CH)[-–\s])?\d{4,5}\s+[A-ZÄÖÜ][\wäöüß.'’()/-]*"
    r"(?:\s+(?:am|an|der|im|in|bei|ob|a\.|[A-ZÄÖÜ(])[\w.'’()/-]*){0,4}"
)
_STREET_EN: Final = (
    r"\d{1,5}[A-Za-z]?(?:[-–]\d{1,5})?\s+(?:[NSEW]\.?\s+)?(?:[A-Z0-9][\w.'’-]*\s+){1,4}?(?:Street|St\.?|Avenue|Ave\.?|"
    r"Road|Rd\.?|"
    r"Lane|Ln\.?|Drive|Dr\.?|Boulevard|Blvd\.?|Court|Ct\.?|Place|Pl\.?|Square|Sq\.?|Way|Parade|Terrace|Highway|Hwy\.?|"
    r"Row|Mews|"
    r"Crescent|Close|Quay|Walk|Hill|Green|Gardens|Parkway|Pkwy\.?|Circle|Wharf|Broadway)(?:,?\s+(?:Suite|Ste\.?|Unit|"
    r"Floor|#)\s*[\w-]+)?"
)
_TOWN_US: Final = r"[A-Z][\w.'’ -]{1,40},?\s+[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?"
_TOWN_GB: Final = r"(?:[A-Z][\w.'’ -]{1,40},?\s+){1,3}?[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}"
_TOWN_AU: Final = r"[A-Z][\w.'’ -]{1,40},?\s+(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT)\s+\d{4}"
_TOWN_IE: Final = r"[A-Z][\w.'’ -]{1,40},?\s+(?:Co\.?\s+\w+,?\s+)?[A-Z]\d[\dW]\s?[A-Z0-9]{4}"
_TOWN_CA: Final = r"[A-Z][\w.'’ -]{1,40},?\s+[A-Z]{2},?\s+[A-Z]\d[A-Z]\s?\d[A-Z]\d"
_ADDRESSES: Final = tuple(
    (country, re.compile(rf"{street}\s*[,·|–-]?\s*(?:,\s*)?{town}(?!\w)"))
    for country, street, town in (
        ("DE", _STREET_DE, _TOWN_DE), ("US", _STREET_EN, _TOWN_US), ("CA", _STREET_EN, _TOWN_CA),
        ("AU", _STREET_EN, _TOWN_AU), ("GB", _STREET_EN, _TOWN_GB), ("IE", _STREET_EN, _TOWN_IE),
    )
)  # fmt: skip
LINES_OF_ADDRESS: Final = 4
MOST_LABELS: Final = 3
"""Words beside a number and an address that only say what they are."""
_FAX: Final = re.compile(r"(?:tele)?fax\b[\W\d]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One way to reach it."""

    text: str
    quote: Quote
    raw: str = ""
    """As it stands in its line."""
    number: int = -1
    """Of the line."""
    lines: frozenset[int] = frozenset()
    """Of an address of its own that goes over several lines."""
    country: str = ""


def telephones(page: Page, heard: Sequence[Line]) -> Iterator[Found]:
    """Numbers that somebody may call, in the order of the page; `heard`: the lines that are looked at."""
    linked = {_digits(unquote(href[4:])) for href, _ in page.links if href.lower().startswith("tel:")}
    for line in heard:
        for match in _PHONE.finditer(line.text):
            digits = _digits(match[0])
            if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS or _is_other(line.text, match):
                continue
            before = line.text[max(0, match.start() - 40) : match.start()]
            is_called = bool(_TEL.search(before)) or any(_same(digits, one) for one in linked)
            is_called = is_called or (line.text.strip() == match[0].strip() and match[0].lstrip("(")[:1] in "+0")
            if is_called:
                number = match[0].strip(" -–/.")
                yield Found(number, line.quote, match[0], line.number)
    seen = "".join(_digits(line.text) + " " for line in heard)
    for href, text in page.links:
        if href.lower().startswith("tel:") and not any(_same(_digits(href), one) for one in seen.split()):
            number = text if len(_digits(text)) >= FEWEST_DIGITS else unquote(href[4:]).strip()
            if FEWEST_DIGITS <= len(_digits(number)) <= MOST_DIGITS:
                yield Found(number, Quote(number, page.url))


def emails(page: Page, heard: Sequence[Line]) -> Iterator[Found]:
    """Addresses that one may write to."""
    for line in heard:
        for match in _EMAIL.finditer(line.text):
            yield Found(match[0].rstrip("."), line.quote, match[0], line.number)
        for match in _HIDDEN_EMAIL.finditer(line.text):
            yield Found(f"{match[1]}@{_DOT.sub('.', match[2])}", line.quote, match[0], line.number)
    for href, _ in page.links:
        if href.lower().startswith("mailto:") and (linked := _EMAIL.match(unquote(href[7:]))):
            yield Found(linked[0], Quote(linked[0], page.url))


def postal_addresses(heard: Sequence[Line]) -> Iterator[Found]:
    """Where it is: a street with its number and a town with its code, in one line or in a few behind each other."""
    for at, line in enumerate(heard):
        if line.kind is LineKind.HEADING:
            continue
        for count in range(1, LINES_OF_ADDRESS + 1):
            block = heard[at : at + count]
            if any(one.kind is LineKind.HEADING or one.page != line.page for one in block):
                break
            text = ", ".join(one.text.strip(" ,") for one in block).replace(" | ", ", ")
            forms = ((country, form.search(text)) for country, form in _ADDRESSES)
            country, match = next((one for one in forms if one[1] is not None), ("", None))
            # A match that lies in the later lines alone is found when they are looked at.
            if match is None or match.start() > len(block[0].text):
                continue
            alone = match.start() <= 12 and len(text) - match.end() <= 3
            numbers = frozenset(one.number for one in block) if alone else frozenset[int]()
            quote = Quote(", ".join(one.text for one in block)[:300], line.page)
            raw = match[0] if count == 1 else ""
            yield Found(_tidy(match[0]), quote, raw, line.number, numbers, _country(match[0], country))
            break


def country_of_host(url: str) -> str:
    """By the end of the host's name, where it is a country's and used as one."""
    end = (urlsplit(url).hostname or "").rpartition(".")[2]
    return {"uk": "GB"}.get(end, end.upper() if end in _NATIONAL else "")


_NATIONAL: Final = frozenset("de at ch uk ie us ca au nz fr es it nl be lu dk se no fi pl cz pt".split())


def _country(text: str, country: str) -> str:
    if country != "DE":
        return country
    code = re.search(r"(?:(D|A|CH)[-–\s])?\b(\d{4,5})\s+[A-ZÄÖÜ]", text)
    if code is None or code[1]:
        return {"A": "AT", "CH": "CH"}.get(code[1] if code is not None else "", "DE")
    # Four digits are Austria's or Switzerland's.
    return "DE" if len(code[2]) == 5 else ""


def _tidy(text: str) -> str:
    return re.sub(r"\s+,", ",", " ".join(re.sub(r"\s*[|·]\s*|\s+[–-]\s+(?=\d)", ", ", text).split())).strip(" ,.")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _same(one: str, other: str) -> bool:
    """The same number, with its country's code or without."""
    return len(other) >= FEWEST_DIGITS and len(one) >= FEWEST_DIGITS and one.lstrip("0")[-8:] == other.lstrip("0")[-8:]


def _is_other(text: str, match: re.Match[str]) -> bool:
    """A fax, an account, a date, a postcode with a town."""
    before = text[max(0, match.start() - 24) : match.start()]
    last = list(re.finditer(rf"{_NOT_TEL.pattern}|{_TEL.pattern}", before, re.I))
    if last and _NOT_TEL.search(last[-1][0]):
        return True
    return bool(
        re.fullmatch(
            r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}\s*[-–]\s*\d{2,4}|\d{1,2}[:.]\d{2}\s*[-–]\s*\d{1,2}[:.]\d{2}",
            match[0].strip(),
        )
    )


def told_whole(page: Page, found: Sequence[Found]) -> frozenset[int]:
    """Lines that say nothing but how it is reached: they need not be told again."""
    numbers = {number for one in found for number in one.lines}
    by_line: dict[int, list[str]] = {}
    for one in found:
        by_line.setdefault(one.number, []).append(one.raw)
    for line in page.lines:
        rest = line.text
        for raw in by_line.get(line.number, ()):
            rest = rest.replace(raw, " ")
        if (rest != line.text and len(re.findall(r"[^\W\d_]{2,}", rest)) <= MOST_LABELS) or _FAX.match(line.text):
            numbers.add(line.number)
    return frozenset(numbers)
