"""Telephone numbers as they are written: which words belong to one, and the groups in which people say the digits."""

import re
from collections.abc import Sequence
from typing import Final

PHONE: Final = re.compile(
    r"\+\d[\d().-]{6,20}|\(\d{2,4}\)-?\d{3,4}[-.]?\d{3,4}|(?:\d{1,3}[-.])?\d{3}[-.]\d{3}[-.]\d{4}|\d{3}[-.]\d{4}"
)
"""A number that is written in one word."""
PHONE_PART: Final = re.compile(r"\+?\(?\d[\d().-]*")
"""What may be a part of one that is written in several."""


def phone_words(cores: Sequence[str], region: str = "") -> list[bool]:
    """Which words belong to a telephone number that is written in several words."""
    flags = [False] * len(cores)
    begin = 0
    while begin < len(cores):
        end = begin
        while end < len(cores) and PHONE_PART.fullmatch(cores[end]) and (end == begin or cores[end][0] not in "+("):
            end += 1
        # "(503) 555-0142": the bracket may also follow a country code.
        if end < len(cores) and end == begin + 1 and cores[end][:1] == "(" and cores[begin][:1] in "+1":
            while end < len(cores) and PHONE_PART.fullmatch(cores[end]):
                end += 1
        if _is_phone(cores[begin:end]):
            flags[begin:end] = [True] * (end - begin)
        begin = max(end, begin + 1)
    return flags


def _is_phone(words: Sequence[str]) -> bool:
    groups = re.findall(r"\d+", " ".join(words))
    lengths = [len(group) for group in groups]
    if len(words) < 2 or not 7 <= sum(lengths) <= 15 or max(lengths) > 8:
        return False
    marked = words[0][0] in "+(0" or lengths[-2:] == [3, 4]
    return marked and all(re.fullmatch(r"[\d().+-]+", word) for word in words)


def groups_of(number: str) -> list[str]:
    """The digits of a number in groups: as it is written, or as people say it where it is written in one."""
    groups = re.findall(r"\d+", number)
    return cut(groups[0]) if len(groups) == 1 and len(groups[0]) > 4 else groups


def cut(text: str) -> list[str]:
    """A run of digits in the groups in which people say it; no digit is left alone at the end."""
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
            sizes[-2:] = [2, 2]
    groups, at = [], 0
    for size in sizes:
        groups.append(text[at : at + size])
        at += size
    return groups
