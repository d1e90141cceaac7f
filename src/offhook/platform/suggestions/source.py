"""What is read: pages with their lines, each of which can be quoted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

MOST_QUOTE: Final = 300
_HEADING: Final = re.compile(r"(#{1,6})\s+(.*)$")
_ENTRY: Final = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s+(.*)$")
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+(?=[\"'„“(]?[A-ZÀ-Þ0-9])")
_NO_END: Final = re.compile(
    r"\b(?:tel|fon|str|nr|no|st|dr|ca|approx|bzw|mo|di|mi|do|fr|sa|so|mon|tues?|wed|thu|thurs?|fri|sat|sun|e\.g|i\.e|a\.m|"
    r"p\.m|inkl|incl|zzgl|ggf|max|min|inh|mr|mrs|ms|ave|rd|blvd|z\.\s?b|u\.\s?a|"
    r"(?:im|am|der|die|den|vom|zum)\s+\d{1,2})\.$",
    re.IGNORECASE,
)
_SEVERAL: Final = re.compile(
    r"\bopen|\bclosed|geöffnet|geschlossen|\buhr\b|[ap]\.?m\b|@|\btel|\bcall\b|\bphone", re.IGNORECASE
)
"""A paragraph with one of these and a figure may say when it is open, beside other things."""
_RULE: Final = re.compile(r"[\s|:=*_-]+$")


@dataclass(frozen=True, slots=True)
class Quote:
    """Where something comes from."""

    text: str
    """As it stands there."""
    page: str = ""
    """The address of the page; empty: it was typed."""


class LineKind(StrEnum):
    """What a line was on its page."""

    HEADING = "heading"
    TEXT = "text"
    ENTRY = "entry"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page's text."""

    number: int
    """Of its page."""
    kind: LineKind
    text: str
    """Without marks; the cells of a row are parted by bars."""
    heading: str = ""
    """The nearest above it."""
    page: str = ""

    @property
    def quote(self) -> Quote:
        """It, as a quotation."""
        return Quote(self.text[:MOST_QUOTE], self.page)


@dataclass(frozen=True)
class Page:
    """A page, or the lines that somebody has typed."""

    url: str
    """Empty: it was typed."""
    markdown: str
    title: str = ""
    language: str = ""
    """As it says itself."""
    meta: dict[str, str] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()
    """Whole addresses, with the words that lead there."""
    data: tuple[Any, ...] = ()
    """Objects of schema.org."""
    is_legal: bool = False
    """An imprint: who and where they are stands there, and nothing that callers ask."""
    lines: tuple[Line, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "markdown", "\n".join(_apart(self.markdown, is_typed=not self.url)))
        object.__setattr__(self, "lines", tuple(_lines(self.markdown, self.url)))

    def without(self, taken: frozenset[int]) -> str:
        """The markdown without the lines of these numbers."""
        return "\n".join("" if at in taken else one for at, one in enumerate(self.markdown.splitlines()))


def typed(text: str) -> Page:
    """What somebody has typed, as a page."""
    return Page("", "\n".join(_typed_lines(text)))


def sentences(text: str) -> list[str]:
    """Of a paragraph; an abbreviation's stop ends none."""
    found: list[str] = []
    for piece in _SENTENCE.split(text):
        if found and _NO_END.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found


def _apart(markdown: str, *, is_typed: bool) -> Iterator[str]:
    """A sentence to a line, where a paragraph says several things that are told in places of their own."""
    for line in markdown.splitlines():
        is_text = not _HEADING.match(line.strip()) and not _ENTRY.match(line) and not line.strip().startswith("|")
        if is_text and is_typed:
            # Whoever types a line means it to stand by itself.
            for sentence in sentences(line):
                yield from ("", sentence, "")
        elif is_text and re.search(r"\d|@", line) and _SEVERAL.search(line):
            yield from sentences(line) or [line]
        else:
            yield line


def _typed_lines(text: str) -> Iterator[str]:
    """Lines as people paste them: a short one without an end in front of others is no heading, just a line."""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").splitlines():
        yield re.sub(r"^\s*[•·▪●◦–—*]\s+", "- ", line.replace("\t", " | ").rstrip())


def _lines(markdown: str, page: str) -> Iterator[Line]:
    heading = ""
    for number, raw in enumerate(markdown.splitlines()):
        stripped = raw.strip()
        if not stripped or _RULE.match(stripped):
            continue
        if found := _HEADING.match(stripped):
            heading = found[2].strip()
            yield Line(number, LineKind.HEADING, heading, heading, page)
        elif stripped.startswith("|"):
            cells = [cell.strip() for cell in stripped.strip("|").split("|")]
            yield Line(number, LineKind.ROW, " | ".join(cell for cell in cells if cell), heading, page)
        elif found := _ENTRY.match(raw):
            yield Line(number, LineKind.ENTRY, found[1].strip(), heading, page)
        else:
            yield Line(number, LineKind.TEXT, stripped, heading, page)
