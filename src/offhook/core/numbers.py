"""Whether digits and letters are a whole number of some kind: a telephone number, a card, an IBAN, a date.

Each question is answered for the symbols alone (`core.figures`), whatever they were written like. Telephone numbers are
judged by the library that all telephones use (libphonenumber's tables, `phonenumbers`), the others by their published
rules.
"""

import re
from enum import IntEnum
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata

from offhook.core.figures import UNKNOWN


class Wholeness(IntEnum):
    """How much of a number is there. Of several readings the greatest counts."""

    NONE = 0
    """It is no such number."""
    GROWING = 1
    """Plainly a part of one."""
    PERHAPS = 2
    """It could be all, or half of it: nobody knows how long it is."""
    LIKELY = 3
    """It is one, of a usual length; a longer one begins in the same way."""
    WHOLE = 4


# ── telephone numbers ────────────────────────────────────────────────────────────────────────────────────────────

_FILLS: Final = ("0000000000000000", "1234567890123456", "2222222222222222", "5555555555555555", "7383940516273849",
                 "9999999999999999", "4682013579246801", "3141592653589793")  # fmt: skip
"""What might follow: a number is the beginning of another when one of these makes it whole."""
_LEAST_USUAL: Final = 9
"""So many digits that are a number of the country are likely to be all, where longer ones are usual too."""
_LEAST_ABROAD, _MOST_ABROAD, _MOST_E164 = 7, 11, 15
"""Digits of a telephone number of which no country is known."""

_COUNTRIES: Final = {
    "ar": "SA AE EG MA", "cs": "CZ", "da": "DK", "de": "DE AT CH LI LU", "el": "GR CY", "en": "US",
    "es": "ES MX AR CO CL PE EC VE UY PY BO CR PA GT HN SV NI DO PR CU", "fi": "FI", "fr": "FR BE CH CA LU MC",
    "he": "IL", "hi": "IN", "hu": "HU", "it": "IT CH SM", "ja": "JP", "ko": "KR", "nb": "NO", "nl": "NL BE SR",
    "no": "NO", "pl": "PL", "pt": "PT BR AO MZ", "ro": "RO MD", "ru": "RU KZ", "sv": "SE FI", "tr": "TR CY",
    "uk": "UA", "zh": "CN TW HK SG",
}  # fmt: skip
"""Where a language is spoken, and first the country that it is taken for when nothing else is known."""
_ANYWHERE: Final = "en"


def is_country(country: str) -> bool:
    """True for a country (ISO 3166, "US") whose telephone numbers are known."""
    return country in phonenumbers.SUPPORTED_REGIONS


@lru_cache(maxsize=256)
def country_of(language: str, chosen: str = "", line: str = "") -> str:
    """The country whose numbers callers tell, or "".

    It is the chosen one; else that of the called line (E.164), when the language is spoken there; else the language
    tag's region, or the language's usual country. English is spoken anywhere; a German agent on a number of the United
    States is being tried out.
    """
    primary, *others = language.split("-")
    usual = _COUNTRIES.get(primary.lower(), "").split()
    of_line = country_of_line(line)
    if primary.lower() != _ANYWHERE and of_line not in usual:
        of_line = ""
    regions = [part.upper() for part in others if len(part) == 2]
    return next((country for country in (chosen, of_line, *regions, *usual) if is_country(country)), "")


def country_of_line(number: str) -> str:
    """The country of a line's own E.164 number; "" when it says none, as of a SIP address."""
    if not re.fullmatch(r"\+\d{6,15}", number):
        return ""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except NumberParseException:
        return ""
    return region if region is not None and is_country(region) else ""


@lru_cache(maxsize=1024)
def telephone(symbols: str, country: str) -> Wholeness:
    """Of digits as they are dialled in the country, with or without its trunk prefix, or from abroad."""
    digits = symbols.lstrip("+")
    if not digits or not all(sign.isdecimal() or sign == UNKNOWN for sign in digits) or len(digits) > _MOST_E164 + 4:
        return Wholeness.NONE if digits else Wholeness.GROWING
    plan = _plan(country)
    if UNKNOWN in digits:
        return _by_length(len(digits), plan)
    abroad = _abroad(symbols, digits, plan)
    if abroad is not None:
        return abroad
    return _by_length(len(digits), None) if plan is None else plan.judge(digits)


def _abroad(symbols: str, digits: str, home: "_Plan | None") -> Wholeness | None:
    """Of a number that names its country; None when it does not."""
    dialled = re.match(home.abroad if home is not None and home.abroad else "00", digits) or re.match("00", digits)
    if not symbols.startswith("+") and not dialled:
        return None
    behind = digits if symbols.startswith("+") or dialled is None else digits[dialled.end() :]
    if len(behind) < 2:
        return Wholeness.GROWING
    for length in (1, 2, 3):
        region = phonenumbers.region_code_for_country_code(int(behind[:length]))
        plan = _plan(region) if region not in ("ZZ", "001") else None
        if plan is not None and behind[0] != "0":
            return plan.judge(behind[length:], with_trunk=False)
    return _by_length(len(behind), None) if symbols.startswith("+") else None


def _by_length(count: int, plan: "_Plan | None") -> Wholeness:
    """Of digits that are not known, or numbers of a country that is not."""
    if plan is not None:
        return plan.by_length(count)
    if count < _LEAST_ABROAD:
        return Wholeness.GROWING
    return Wholeness.PERHAPS if count <= _MOST_ABROAD else Wholeness.WHOLE


class _Plan:
    """The numbers of one country that callers give: of houses, mobiles, free ones."""

    def __init__(self, metadata: PhoneMetadata) -> None:
        self.abroad: Final = metadata.international_prefix or ""
        """What is dialled before a number of another country, as a pattern."""
        self._trunk: Final = metadata.national_prefix or ""
        self._is_trunk_sure: Final = self._trunk != str(metadata.country_code)
        """What begins with it begins with nothing else: not so where it is the country's own code."""
        kinds = (metadata.fixed_line, metadata.mobile, metadata.toll_free, metadata.voip, metadata.personal_number)
        known = [kind for kind in kinds if kind is not None and kind.national_number_pattern]
        self._patterns: Final = [re.compile(kind.national_number_pattern or "") for kind in known]
        general = metadata.general_desc
        self._lengths: Final = tuple(general.possible_length) if general is not None else ()
        examples = [len(kind.example_number) for kind in known[:2] if kind.example_number]
        self._usual: Final = (min(examples, default=_LEAST_ABROAD), max(examples, default=_MOST_ABROAD))
        """Lengths of an ordinary number: of most countries just one."""

    def judge(self, digits: str, *, with_trunk: bool = True) -> Wholeness:
        """Of national digits."""
        readings = [digits]
        if with_trunk and self._trunk and digits.startswith(self._trunk):
            readings.insert(0, digits[len(self._trunk) :])
        found = [self._national(reading) for reading in readings]
        best = max(found)
        if best is not Wholeness.NONE:
            # Who begins with the trunk prefix is not done where the same digits without it would be.
            return found[0] if found[0] is not Wholeness.NONE else best
        # No number of the country, as when one digit was misheard: then the count has to do.
        return self.by_length(len(readings[0] if self._is_trunk_sure else digits))

    def by_length(self, count: int) -> Wholeness:
        """Of so many digits without the trunk prefix."""
        least, most = self._usual
        if count < least:
            return Wholeness.GROWING
        if least == most:
            return Wholeness.WHOLE if count == most else Wholeness.PERHAPS
        return Wholeness.LIKELY if count < most else Wholeness.WHOLE

    def _national(self, digits: str) -> Wholeness:
        least, most = self._usual
        is_valid = any(pattern.fullmatch(digits) for pattern in self._patterns)
        goes_on = self._goes_on(digits)
        if not is_valid:
            return Wholeness.GROWING if goes_on else Wholeness.NONE
        if not goes_on or len(digits) >= most:
            return Wholeness.WHOLE
        if len(digits) >= min(most, _LEAST_USUAL):
            return Wholeness.LIKELY
        # Where lengths differ, a short number is as often the beginning of a usual one.
        return Wholeness.PERHAPS if len(digits) >= least else Wholeness.GROWING

    def _goes_on(self, digits: str) -> bool:
        """True when it is the beginning of a longer number."""
        longer = [length - len(digits) for length in self._lengths if length > len(digits)]
        return any(
            pattern.fullmatch(digits + fill[:more]) for more in longer for fill in _FILLS for pattern in self._patterns
        )


@lru_cache(maxsize=64)
def _plan(country: str) -> _Plan | None:
    metadata = PhoneMetadata.metadata_for_region(country) if is_country(country) else None
    return None if metadata is None else _Plan(metadata)


def prepare(country: str) -> None:
    """Read the country's table, so that no call has to wait for it."""
    _plan(country)


# ── cards and accounts ───────────────────────────────────────────────────────────────────────────────────────────

_CARDS: Final = (
    (re.compile(r"3[47]"), (15,)), (re.compile(r"3(?:0[0-5]|[689])"), (14,)), (re.compile(r"4"), (16,)),
    (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), (16,)), (re.compile(r"6(?:011|4[4-9]|5)"), (16,)),
    (re.compile(r"35(?:2[89]|[3-8])"), (16,)),
)  # fmt: skip
"""First digits and lengths (ISO/IEC 7812): American Express, Diners Club, Visa, Mastercard, Discover, JCB."""
_LEAST_CARD, _USUAL_CARD, _MOST_CARD = 12, 16, 19


def card(symbols: str) -> Wholeness:
    """Of a payment card's number."""
    if not symbols.isdecimal():
        return _digits_of_length(symbols, _USUAL_CARD)
    lengths = next((lengths for begins, lengths in _CARDS if begins.match(symbols)), None)
    count, passes = len(symbols), _passes_luhn(symbols)
    if lengths is None:
        if count < _LEAST_CARD:
            return Wholeness.GROWING
        return Wholeness.WHOLE if passes and count >= _USUAL_CARD else Wholeness.PERHAPS
    if count < lengths[0]:
        return Wholeness.GROWING
    return Wholeness.WHOLE if count in lengths and passes else Wholeness.PERHAPS


def _passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _digits_of_length(symbols: str, count: int) -> Wholeness:
    if not all(sign.isdecimal() or sign == UNKNOWN for sign in symbols):
        return Wholeness.NONE
    if len(symbols) < count:
        return Wholeness.GROWING
    return Wholeness.WHOLE if len(symbols) == count else Wholeness.PERHAPS


_IBANS: Final = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
    "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24,
    "XK": 20,
}  # fmt: skip
"""Lengths by country: the IBAN registry of SWIFT (ISO 13616)."""


def iban(symbols: str, country: str) -> Wholeness:
    """Of an international account number, the country's letters perhaps left out."""
    if symbols[:2].isalpha():
        count = _IBANS.get(symbols[:2], 0)
        if len(symbols) < count or (not count and len(symbols) < 2):
            return Wholeness.GROWING
        return Wholeness.WHOLE if len(symbols) == count and _passes_97(symbols) else Wholeness.PERHAPS
    count = _IBANS.get(country, 0)
    if symbols.isdecimal() and len(symbols) == count - 2:
        return Wholeness.WHOLE if _passes_97(country + symbols) else Wholeness.PERHAPS
    return Wholeness.GROWING if len(symbols) < count - 2 else Wholeness.PERHAPS


def _passes_97(symbols: str) -> bool:
    """ISO 7064, MOD 97-10."""
    moved = symbols[4:] + symbols[:4]
    if not (moved.isascii() and moved.isalnum()):
        return False
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


# ── postcodes and plates ─────────────────────────────────────────────────────────────────────────────────────────

_POSTCODE_DIGITS: Final = {
    4: "AT AU BE BG CH CY DK HU LI LU NO NZ SI ZA",
    5: "DE EE ES FI FR GR HR IL IT LT MX MY SA SE SK CZ TH TR UA US",
    6: "CN CO IN RO RU SG",
    7: "CL IL JP PT",
    8: "BR",
}
"""Countries by the digits of their postcodes (Universal Postal Union)."""
_SHAPES: Final = {
    "postcode": {
        "GB": ("A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA"),
        "CA": ("A9A 9A9",),
        "NL": ("9999 AA",),
        "IE": ("A99 XXXX", "A9A XXXX"),
        "PL": ("99 999",),
    },
    "plate": {
        "GB": ("AA99 AAA",), "FR": ("AA 999 AA",), "IT": ("AA 999 AA",), "ES": ("9999 AAA",),
        "NL": ("99 AA AA", "AA 999 A", "A 999 AA", "99 AAA 9", "9 AAA 99", "AA AA 99", "AAA 99 A"),
        "PT": ("AA 99 AA", "99 AA 99", "99 99 AA", "AA 99 99"), "BR": ("AAA 9X99",),
    },
}  # fmt: skip
"""A is a letter, 9 a digit, X either (Universal Postal Union; the countries' traffic authorities)."""


def postcode(symbols: str, country: str) -> Wholeness:
    """Of the country's postal code."""
    shapes = _SHAPES["postcode"].get(country)
    if shapes:
        return of_shape(symbols, shapes)
    count = next((count for count, countries in _POSTCODE_DIGITS.items() if country in countries.split()), None)
    if count is None or any(sign.isalpha() for sign in symbols):
        return Wholeness.PERHAPS
    return _digits_of_length(symbols, count)


def plate(symbols: str, country: str) -> Wholeness:
    """Of a car's licence plate; where its length is free, any may be whole."""
    shapes = _SHAPES["plate"].get(country)
    if shapes:
        return of_shape(symbols, shapes)
    return Wholeness.GROWING if len(symbols) < 3 else Wholeness.PERHAPS


def of_shape(symbols: str, shapes: tuple[str, ...]) -> Wholeness:
    """Of symbols that have one of these shapes: A is a letter, 9 a digit, X either."""
    found = [_fits(symbols, shape.replace(" ", "")) for shape in shapes]
    whole, growing = Wholeness.WHOLE in found, Wholeness.GROWING in found
    if whole:
        return Wholeness.PERHAPS if growing else Wholeness.WHOLE
    longest = max(len(shape.replace(" ", "")) for shape in shapes)
    return Wholeness.GROWING if growing or len(symbols) < longest else Wholeness.PERHAPS


def _fits(symbols: str, shape: str) -> Wholeness:
    if len(symbols) > len(shape):
        return Wholeness.NONE
    for sign, kind in zip(symbols, shape, strict=False):
        is_digit = sign.isdecimal() or sign == UNKNOWN
        if (kind == "A" and not sign.isalpha()) or (kind == "9" and not is_digit):
            return Wholeness.NONE
    return Wholeness.WHOLE if len(symbols) == len(shape) else Wholeness.GROWING


# ── dates in figures ─────────────────────────────────────────────────────────────────────────────────────────────

_CENTURIES: Final = ("19", "20")


def birth_date(symbols: str) -> Wholeness:
    """Of a day, a month and a year in figures, in whatever order and with or without zeros before them."""
    if not symbols.isdecimal():
        return Wholeness.NONE
    count = len(symbols)
    if symbols[:2] in _CENTURIES and count >= 4 and not is_day_and_month(symbols[:4]):
        return Wholeness.GROWING if count < 8 else Wholeness.WHOLE
    year_at = [at for at in (2, 3, 4) if symbols[at : at + 2] in _CENTURIES and is_day_and_month(symbols[:at])]
    if any(count == at + 4 for at in year_at):
        return Wholeness.WHOLE
    if count == 5 and is_day_and_month(symbols[:4]) and symbols[4] in "12":
        return Wholeness.GROWING  # "12 03 1": of a year with four digits.
    if any(count < at + 4 for at in year_at) or count < 4:
        return Wholeness.GROWING
    if count > 8:
        return Wholeness.PERHAPS
    # A year of two digits: "5 12 85".
    if is_day_and_month(symbols[:-2]) and count in (5, 6):
        return Wholeness.WHOLE
    return Wholeness.GROWING if count == 4 and is_day_and_month(symbols) else Wholeness.PERHAPS


def is_year(symbols: str) -> bool:
    """True for four digits that are a year somebody can be born in."""
    return len(symbols) == 4 and symbols.isdecimal() and symbols[:2] in _CENTURIES


def is_day_and_month(digits: str) -> bool:
    """True for "203", "2003": a day and a month, in either order."""
    splits = ((digits[:at], digits[at:]) for at in (1, 2) if 0 < len(digits) - at <= 2)
    return any(
        (0 < int(one) <= 31 and 0 < int(other) <= 12) or (0 < int(one) <= 12 and 0 < int(other) <= 31)
        for one, other in splits
    )


def expiry(symbols: str) -> Wholeness:
    """Of a card's month and year: "03 27", "3 27", "03 2027"."""
    if not symbols.isdecimal():
        return Wholeness.NONE
    count = len(symbols)
    if count < 3 or (count == 3 and symbols[0] in "01") or (count == 5 and symbols[1:3] != "20"):
        return Wholeness.GROWING
    if symbols[-2:] == "20" and count in (3, 4):
        return Wholeness.PERHAPS  # The beginning of a year.
    return Wholeness.WHOLE if count <= 6 else Wholeness.PERHAPS
