"""The words that German, Spanish and French each give to the rules that they share, and how they write numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from offhook.speech.spoken.shared import SharedWords

NUMBER: Final = r"\d{1,3}(?:[.']\d{3})+(?:[.,]\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
VULGAR: Final = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4,
    5),
    "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅑": (1, 9), "⅒": (1,
    10),
}  # fmt: skip


class Gender(Enum):
    """Of a noun."""

    MASCULINE = "m"
    FEMININE = "f"
    NEUTER = "n"


class Unit(NamedTuple):
    """What is counted."""

    one: str
    many: str
    gender: Gender = Gender.MASCULINE


class Currency(NamedTuple):
    """Its unit, and the hundredth part of it."""

    unit: Unit
    part: Unit


class Amount(NamedTuple):
    """A number as it is written: the digits of its whole part, and those of its fraction."""

    whole: str
    fraction: str

    @property
    def is_price(self) -> bool:
        """Two digits of cents."""
        return len(self.fraction) == 2


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a language. Abbreviations stand with their full stop where they are written with one."""

    shared: SharedWords
    comma: str
    minus: str
    percent: str
    per: str
    to: str
    against: str
    """Between the sides of a ratio: "drei zu eins"."""
    number: str
    """For the "#" before a number."""
    of: str
    """Points of the most that there are: "acht von zehn"."""
    squared: str
    cubed: str
    months: tuple[str, ...]
    month_names: Mapping[str, int]
    """Small letters, without a full stop; also shortened."""
    days: Mapping[str, str]
    """By their short form, without a full stop."""
    abbreviations: Mapping[str, str]
    symbols: Mapping[str, str]
    currencies: Mapping[str, Currency]
    units: Mapping[str, Unit]
    magnitudes: Mapping[str, Unit]
    code_words: frozenset[str]
    """Small letters: before a number that is read digit by digit."""
    calling: frozenset[str]
    """Small letters: before a short number that is called (112), where nothing is counted by it."""
    code_endings: tuple[str, ...] = ()
    """Of compounds that are such words: "giftnotruf", "schadennummer"."""
    weak_calling: frozenset[str] = frozenset()
    """So too, where a word of `calling` stands in front of it, or the number ends its sentence."""


def amount_of(text: str, *, groups_by_comma: bool = False) -> Amount:
    """ "1.234,50", "1'234.50", "1,234.50", "12.5". Three digits behind a single sign: the region tells what it is."""
    text = text.replace("'", "")
    signs = [sign for sign in text if sign in ".,"]
    if not signs:
        return Amount(text, "")
    last = signs[-1]
    if len(set(signs)) == 2:
        whole, _, fraction = text.rpartition(last)
        return Amount(re.sub(r"[.,]", "", whole), fraction)
    is_grouped = re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", text) is not None
    if is_grouped and (len(signs) > 1 or (last == ",") == groups_by_comma):
        return Amount(text.replace(last, ""), "")
    whole, _, fraction = text.partition(last)
    return Amount(whole, fraction)


def full_year(text: str) -> int:
    """ "26" -> 2026, "85" -> 1985."""
    n = int(text)
    return n if len(text) > 2 else n + (1900 if n > 60 else 2000)


def from_roman(text: str) -> int:
    """ "XIX" -> 19."""
    values = [{"I": 1, "V": 5, "X": 10, "L": 50}[letter] for letter in text]
    return sum(-one if one < two else one for one, two in zip(values, [*values[1:], 0], strict=True))
