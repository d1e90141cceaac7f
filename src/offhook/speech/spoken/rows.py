"""Numbers that are written over several words: telephone and account numbers, and thousands with a space."""

import re
from collections.abc import Sequence
from typing import Final

_PHONE_WORD: Final = re.compile(r"\+?\(?\d[\d()/.-]*")
DATE: Final = re.compile(r"(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|1[0-2])\1(?:(?:19|20)\d\d|\d\d)")
"""A day in figures, which is no telephone number."""
_GROUP: Final = re.compile(r"\d+")
_IBAN_BEGIN: Final = re.compile(r"[A-Z]{2}\d{2}")
_THOUSANDS_BEGIN: Final = re.compile(r"[-+]?[1-9]\d{0,2}")
_THOUSANDS: Final = re.compile(r"\d{3}")
_THOUSANDS_END: Final = re.compile(r"\d{3}(?:,\d{1,2})?")
MOST_WORDS: Final = 12
"""Of one number."""


def phone_end(cores: Sequence[str], at: int, shapes: frozenset[tuple[int, ...]]) -> int:
    """Where a telephone number of at least two words from `at` on ends, or 0.

    It has a plus or a zero in front, or the lengths of its groups are one of the country's `shapes`.
    """
    end = at
    while end < min(len(cores), at + MOST_WORDS):
        is_joint = cores[end] in ("/", "-") and at < end < len(cores) - 1 and cores[end + 1][:1].isdigit()
        if DATE.fullmatch(cores[end]):
            break
        if not is_joint and not (_PHONE_WORD.fullmatch(cores[end]) and (end == at or cores[end][0] != "+")):
            break
        end += 1
    for stop in range(end, at + 1, -1):
        text = " ".join(cores[at:stop])
        groups = _GROUP.findall(text)
        lengths = tuple(len(group) for group in groups)
        is_marked = text[0] == "+" or groups[0][0] == "0"
        is_long = 8 <= sum(lengths) <= 15 and max(lengths) <= 9 and "." not in text
        if lengths in shapes or (is_marked and is_long and lengths != (2, 2, 4)):
            return stop
    return 0


def iban_end(cores: Sequence[str], at: int) -> int:
    """Where an account number that is written in groups of four ends, or 0."""
    if not _IBAN_BEGIN.fullmatch(cores[at]):
        return 0
    end = at + 1
    while end < len(cores) and re.fullmatch(r"[A-Z0-9]{1,4}", cores[end]) and len(cores[end - 1]) == 4:
        end += 1
    return end if end - at >= 4 else 0


def thousands_end(cores: Sequence[str], at: int) -> int:
    """Where a number such as "1 200 000,50" ends, or 0."""
    if not _THOUSANDS_BEGIN.fullmatch(cores[at]) or (at and cores[at - 1][-1:].isdigit()):
        return 0
    end = at + 1
    while end < len(cores) and _THOUSANDS.fullmatch(cores[end]):
        end += 1
    if end < len(cores) and "," in cores[end] and _THOUSANDS_END.fullmatch(cores[end]):
        end += 1
    is_followed = end < len(cores) and cores[end][:1].isdigit()
    return 0 if end == at + 1 or end > at + 4 or is_followed else end
