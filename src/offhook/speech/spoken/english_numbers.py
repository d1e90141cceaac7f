"""English number words: pure functions from digits to what a person says."""

from typing import Final

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


def digits(text: str) -> str:
    """ "014" -> "zero one four"; what is not a digit is left out."""
    return " ".join(ONES[int(c)] for c in text if c in "0123456789")


def number(text: str) -> str:
    """ "1,234.50" -> "one thousand two hundred thirty four point five zero"; "007" -> "zero zero seven"."""
    whole, _, fraction = text.replace(",", "").partition(".")
    said = digits(whole) if len(whole) > LONGEST_CARDINAL or (whole[:1] == "0" and whole != "0") else ""
    said = said or cardinal(int(whole or "0"))
    return f"{said} point {digits(fraction)}" if fraction else said


def plain_number(text: str) -> str:
    """A number without a known meaning: four digits that could be a year are said in pairs, the rest as a cardinal."""
    if len(text) == 4 and text.isdigit() and (1100 <= int(text) < 2100):
        return year(int(text))
    return number(text)


def plural(word: str) -> str:
    """The plural of a regular English word."""
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "o", "u"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def counted(n: str, word: str, many: str | None = None) -> str:
    """ "one dollar", "two dollars": the noun in the number that `n` (number words) asks for."""
    return f"{n} {word if n == 'one' else many or plural(word)}"


def grouped_digits(text: str) -> str:
    """Digits of a telephone number or a long code, in the groups in which people say them."""
    n = len(text)
    if n == 11 and text[0] == "1":
        sizes = [1, 3, 3, 4]
    elif n == 10:
        sizes = [3, 3, 4]
    elif n == 7:
        sizes = [3, 4]
    else:
        sizes = [3] * (n // 3) + ([n % 3] if n % 3 else [])
        if n % 3 == 1 and n > 3:
            # No digit is left alone at the end.
            sizes[-2:] = [2, 2]
    groups, at = [], 0
    for size in sizes:
        groups.append(digits(text[at : at + size]))
        at += size
    return ", ".join(groups)
