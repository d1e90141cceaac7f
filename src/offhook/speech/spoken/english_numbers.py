"""English number words: pure functions from digits to what a person says."""

from typing import Final

from offhook.speech.spoken.english_words import AMOUNTED, ONE_OF_THEM
from offhook.speech.spoken.telephone import cut

ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS: Final = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
IRREGULAR_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
LONGEST_CARDINAL: Final = 15
"""Digits; longer numbers are read digit by digit, as nobody says quadrillions."""


def cardinal(n: int) -> str:
    """42 -> "forty two"; below zero with "minus"."""
    if n < 0:
        return f"minus {cardinal(-n)}"
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f" {ONES[n % 10]}" if n % 10 else "")
    for scale, word in SCALES:
        if n >= scale:
            rest = f" {cardinal(n % scale)}" if n % scale else ""
            return f"{cardinal(n // scale)} {word}{rest}"
    raise AssertionError(n)


def ordinal(n: int) -> str:
    """21 -> "twenty first"."""
    head, _, last = cardinal(n).rpartition(" ")
    if last in IRREGULAR_ORDINALS:
        last = IRREGULAR_ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last = f"{last}th"
    return f"{head} {last}".strip()


def year(n: int) -> str:
    """2026 -> "twenty twenty six", 1905 -> "nineteen oh five", 2005 -> "two thousand five"."""
    century, rest = divmod(n, 100)
    if century % 10 == 0 and rest < 10:
        return cardinal(n)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def plural(word: str) -> str:
    """The plural of a regular English word."""
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "o", "u"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def digits(text: str) -> str:
    """ "014" -> "zero one four"; what is not a digit is left out."""
    return " ".join(ONES[int(c)] for c in text if c in "0123456789")


def number(text: str) -> str:
    """ "1,234.50" -> "one thousand two hundred thirty four point five zero"; "2½" -> "two and a half"; "007"."""
    if text[-1:] in FRACTION_SIGNS:
        alone, behind = FRACTION_SIGNS[text[-1]]
        return f"{number(text[:-1])} and {behind}" if text[:-1] else alone
    whole, _, decimals = text.replace(",", "").partition(".")
    said = digits(whole) if len(whole) > LONGEST_CARDINAL or (whole[:1] == "0" and whole != "0") else ""
    said = said or cardinal(int(whole or "0"))
    return f"{said} point {digits(decimals)}" if decimals else said


def fraction(above: int, below: int) -> tuple[str, str]:
    """How a common fraction is said alone, and behind a whole number: "one half", "a half"."""
    if below == 2:
        part = "half" if above == 1 else "halves"
    elif below == 4:
        part = "quarter" if above == 1 else "quarters"
    else:
        part = ordinal(below) if above == 1 else plural(ordinal(below))
    many = f"{cardinal(above)} {part}"
    article = "an" if part.startswith(("eigh", "elev")) else "a"
    return many, f"{article} {part}" if above == 1 else many


FRACTION_SIGNS: Final = {
    sign: fraction(above, below)
    for sign, above, below in (
        ("½", 1, 2), ("⅓", 1, 3), ("⅔", 2, 3), ("¼", 1, 4), ("¾", 3, 4), ("⅕", 1, 5), ("⅖", 2, 5), ("⅗", 3, 5),
        ("⅘", 4, 5), ("⅙", 1, 6), ("⅚", 5, 6), ("⅐", 1, 7), ("⅛", 1, 8), ("⅜", 3, 8), ("⅝", 5, 8), ("⅞", 7, 8),
        ("⅑", 1, 9), ("⅒", 1, 10),
    )
}  # fmt: skip
"""One sign: alone, and behind a whole number."""


def plain_number(text: str) -> str:
    """A number without a known meaning: four digits that could be a year are said in pairs, the rest as a cardinal."""
    if len(text) == 4 and text.isdecimal() and (1100 <= int(text) < 2100):
        return year(int(text))
    return number(text)


def counted(n: str, word: str, many: str | None = None) -> str:
    """ "one dollar", "two dollars": the noun in the number that `n` (number words) asks for."""
    return f"{n} {word if n == 'one' else many or plural(word)}"


def grouped_digits(text: str) -> str:
    """Digits of a long code, in groups."""
    return ", ".join(digits(group) for group in cut(text))


def paired(text: str) -> str:
    """A number of a house, a room or a road: "123" -> "one twenty three", "405" -> "four oh five"."""
    if len(text) not in (3, 4) or text[0] == "0":
        return digits(text) if len(text) > 4 or text[:1] == "0" else cardinal(int(text))
    head, rest = int(text[:-2]), int(text[-2:])
    if rest == 0:
        return cardinal(int(text)) if head % 10 == 0 else f"{cardinal(head)} hundred"
    return f"{cardinal(head)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def says_which(article: str, noun: str, tail: str) -> bool:
    """The amount stands before its noun: "a 750 ml bottle", "the 250 g pack" are of millilitre and gram."""
    noun = noun.lower()
    if tail or not noun.isalpha() or noun in ("of", "and", "or", "to", "per", "in", "for", "at"):
        return False
    return article.lower() in ONE_OF_THEM or bool({noun, noun.removesuffix("s"), noun.removesuffix("es")} & AMOUNTED)
