"""Telephone numbers as they are written: which words belong to one, and the groups in which people say the digits."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

PHONE: Final = re.compile(
    r"\+\d[\d().-]{6,20}|\(\d{2,4}\)-?\d{3,4}[-.]?\d{3,4}|(?:\d{1,3}[-.])?\d{3}[-.]\d{3}[-.]\d{4}|\d{3}[-.]\d{4}"
)
"""A number that is written in one word."""
PHONE_PART: Final = re.compile(r"\+?\(?\d[\d().-]*")
"""What may be a part of one that is written in several."""


_FIRST: Final = frozenset("+(0123456789")


def phone_words(cores: Sequence[str]) -> list[bool]:
    """Which words belong to a telephone number that is written in several words."""
    flags = [False] * len(cores)
    begin = 0
    while begin < len(cores):
        if cores[begin][:1] not in _FIRST:
            begin += 1
            continue
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


def load() -> None:
    """Read the numbering plans of all countries: 50 ms, once, and never during a call."""
    PhoneMetadata.load_all()
    is_short_number("112", "DE")


def groups_of(number: str, region: str = "") -> list[str]:
    """The digits of a number in groups: as it is written, or as people of its country say it where it is in one piece.

    Groups are of at most 4 digits. The country code of an international number is a group of its own.
    """
    # The zero of "+44 (0)20" is only dialled inside the country.
    groups = re.findall(r"\d+", number.removeprefix("(0)") if len(number) > len("(0)") else number)
    if len(groups) == 1 and len(groups[0]) > 4:
        groups = _national(number, region) or cut(groups[0])
    return [part for group in groups for part in (cut(group) if len(group) > 4 else [group])]


def _national(number: str, region: str) -> list[str]:
    """In the groups of the numbering plan; none where it knows of no such number."""
    international = number.startswith("+")
    try:
        parsed = phonenumbers.parse(number, None if international else region or None)
    except phonenumbers.NumberParseException:
        return []
    if not phonenumbers.is_valid_number(parsed):
        return []
    form = phonenumbers.PhoneNumberFormat
    said = phonenumbers.format_number(parsed, form.INTERNATIONAL if international else form.NATIONAL)
    groups = re.findall(r"\d+", said)
    # The plan must not add a digit that was not written, nor take one away.
    return groups if "".join(groups) == re.sub(r"\D", "", number) else []


def is_number(core: str, region: str) -> bool:
    """Whether a run of digits is a telephone number of the region."""
    is_run = re.fullmatch(r"0?\d{8,12}", core) and not core.endswith("0000")
    return bool(is_run and region and _national(core, region))


@lru_cache(maxsize=1_024)
def is_short_number(digits: str, region: str) -> bool:
    """Whether this is a number for emergencies or services in the region: 112, 144, 116117."""
    if not region or not 2 <= len(digits) <= 6 or not digits.isdecimal():
        return False
    country = phonenumbers.country_code_for_region(region)
    zeros = len(digits) - len(digits.lstrip("0"))
    number = phonenumbers.PhoneNumber(
        country_code=country,
        national_number=int(digits),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )
    return country > 0 and (
        phonenumbers.is_emergency_number(digits, region)
        or phonenumbers.is_valid_short_number_for_region(number, region)
    )


def cut(text: str) -> list[str]:
    """A run of digits in threes, with fours at the end so that no digit is left alone."""
    n = len(text)
    if n == 11 and text[0] == "1":
        sizes = [1, 3, 3, 4]
    elif n % 3 == 1 and n > 4:
        sizes = [3] * (n // 3 - 1) + [4]
    elif n <= 4:
        sizes = [n]
    else:
        sizes = [3] * (n // 3) + ([n % 3] if n % 3 else [])
    groups, at = [], 0
    for size in sizes:
        groups.append(text[at : at + size])
        at += size
    return groups
