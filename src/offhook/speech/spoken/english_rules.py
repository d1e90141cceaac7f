"""How one written English word is said, given the words around it: the table of rules, and numbers and codes.

Rules never look further than the neighbours and never join words, so that what is said stays aligned with what was
written, word by word.
"""

import re
import unicodedata
from typing import Final

from offhook.speech.spoken.english_amounts import (
    AMOUNT,
    MONEY,
    PREFIXES,
    SIGNED,
    SIGNS,
    beside_currency,
    counted_per,
    currency_word,
    glued,
    height,
    is_currency,
    is_numeric,
    magnitude,
    mixed_time,
    money,
    percent,
    quantity,
    ratio,
    size,
    slash,
    unit_word,
)
from offhook.speech.spoken.english_codes import code, version, zip_code
from offhook.speech.spoken.english_dates import date, day_of_month, is_month, names_day, nth, time
from offhook.speech.spoken.english_names import SHARED, acronym, initials, roman, spell, tagged
from offhook.speech.spoken.english_numbers import (
    FRACTION_SIGNS,
    digits,
    grouped_digits,
    number,
    paired,
    plain_number,
    year,
)
from offhook.speech.spoken.english_words import (
    ABBREVIATIONS,
    CALLING,
    CODE_WORDS,
    CURRENCIES,
    DAYS,
    DIRECTIONS,
    FIXED,
    MAGNITUDES,
    MONTHS,
    NUMBER_WORDS,
    PAIRED_WORDS,
    PERIODS,
    SHORT_NUMBERS,
    STREETS,
    SYMBOLS,
    UNITS,
)
from offhook.speech.spoken.language import Place, Rule
from offhook.speech.spoken.telephone import is_short_number

EXTENSION: Final = re.compile(r"(?:x|ext\.?)(\d{2,6})", re.IGNORECASE)
FREEPHONE: Final = re.compile(r"(?:\+?1-?)?\(?800\b")
SHORT_DAYS: Final = {"M": "Monday", "T": "Tuesday", "W": "Wednesday", "Th": "Thursday", "F": "Friday"}


def fixed(core: str, place: Place) -> str | None:
    """What is said in its own way."""
    return FIXED.get(core)


def symbol(core: str, place: Place) -> str | None:
    """A sign that stands alone; a dash between two values is "to", any other a pause."""
    if core in ("-", "–", "—", "--"):
        between = place.before[-1:].isdecimal() or place.before.lower().rstrip(".")[-2:] in ("am", "pm")
        names = is_month(place.after) or names_day(place.after) or place.after in ("noon", "midnight", "present")
        money_follows = MONEY.fullmatch(place.after) is not None or (
            is_currency(place.after) and place.after_that[:1].isdecimal()
        )
        between = between and (place.after[:1].isdecimal() or names or money_follows)
        between = between or (names_day(place.before) and names_day(place.after))
        if between or (is_month(place.before) and is_month(place.after)):
            return "to"
        return "" if place.last or not place.before else ","
    return SYMBOLS.get(core)


def at_value(core: str, place: Place) -> str | None:
    """@7pm, @$5."""
    said = _value(core[1:], Place()) if core[:1] == "@" and core[1:2].isdecimal() else None
    return f"at {said}" if said else None


def email(core: str, place: Place) -> str | None:
    """front-desk@mail.com -> "front dash desk at mail dot com"."""
    return SHARED.email(core.removeprefix("mailto:")) if "@" in core else None


def url(core: str, place: Place) -> str | None:
    """https://www.example.com/book?x=1 -> "example dot com slash book"."""
    return None if "." not in core or is_numeric(core) else SHARED.url(core)


def phone(core: str, place: Place) -> str | None:
    """Digit by digit, in its groups; an extension may be glued to it."""
    core = core.removeprefix("tel:")
    if "x" in core and (match := re.fullmatch(r"(.*\d)x(\d{1,6})", core)):
        said = SHARED.phone(match[1], False, place.region)
        return f"{said}, extension {digits(match[2])}" if said else None
    if match := EXTENSION.fullmatch(core):
        return f"extension {digits(match[1])}"
    said = SHARED.phone(core, place.phone, place.region)
    if said and FREEPHONE.match(core) and (place.region == "US" or place.before in ("1", "+1") or core[0] in "1+"):
        said = said.replace("eight zero zero", "eight hundred", 1)  # Nobody spells it.
    return said


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def count(core: str, place: Place) -> str | None:
    """A plain number, said as its neighbours ask: the digits of a code, a house, a year."""
    numbered = core.startswith("#") and core[1:2].isdecimal()
    if numbered:
        core = core[1:]
    if "'" in core and re.fullmatch(r"\d{1,3}(?:'\d{3})+", core):
        core = core.replace("'", "")
    if "^" in core and (match := re.fullmatch(r"(\d{1,4})\^(\d{1,2})", core)):
        return f"{number(match[1])} to the power of {number(match[2])}"
    match = SIGNED.fullmatch(core)
    if not match:
        return None
    sign, text, more = match.groups()
    if core in FRACTION_SIGNS:
        if place.before.isdecimal():
            return f"and {FRACTION_SIGNS[core][1]}"
        if core == "½" and place.after in ("a", "an"):
            return "half"
    if sign or more:
        return f"{PREFIXES[sign]}{number(text)}{' plus' if more else ''}"
    said = _in_context(text, place, numbered) if text.isdecimal() else number(text)
    if not numbered:
        return said
    is_key = len(text) == 1 and PRESSING & {place.before.lower(), place.before_that.lower()}
    return f"{'pound' if is_key else 'number'} {said}"


def _in_context(text: str, place: Place, numbered: bool) -> str:
    before = place.before.lower().rstrip(".")
    if (said := _in_groups(text, place)) is not None:
        return said
    is_road = place.before in ROADS and len(text) < 4
    if (_is_read_digit_by_digit(text, place, before) and not is_road) or (numbered and len(text) >= 4):
        return grouped_digits(text) if len(text) > 5 else digits(text)
    if 3 <= len(text) <= 4 and (before in PAIRED_WORDS or place.before in ROADS or _is_house(place)):
        return paired(text)
    if len(text) == 5 and _is_house(place):
        return digits(text)
    if len(text) == 4 and 1100 <= int(text) < 2100 and not _counts(place):
        return year(int(text))
    return number(text)


def _in_groups(text: str, place: Place) -> str | None:
    """A number that is written in several words: 1 000 000, or a card's 4111 1111 1111 1111."""
    for pair in (f"{text}{place.after}" if not place.tail else "", f"{place.before}{text}"):
        # A helpline of Europe: 116 123.
        if re.fullmatch(r"116\d{3}", pair) and len(text) == 3 and is_short_number(pair, place.region):
            is_first = pair == f"{text}{place.after}"
            counted = place.after_that if is_first else place.after
            if not (counted.islower() and counted.endswith("s") and len(counted) > 3 and counted not in NOT_COUNTED):
                return f"{digits(text)}," if is_first else digits(text)
    zeros = 0
    while zeros < min(3, len(place.ahead)) and place.ahead[zeros] == "000":
        zeros += 1
    if zeros and len(text) <= 3 and text[0] != "0":
        return number(text + "000" * zeros)
    if text == "000" and place.before.isdecimal() and len(place.before) <= 3:
        return ""
    fours = [len(word) == 4 and word.isdecimal() for word in (place.before_that, place.before, text, place.after)]
    if (fours[2] and (fours[1] or fours[3])) or (fours[0] and fours[1] and len(text) < 4):
        return digits(text) + ("," if place.after.isdecimal() and not place.tail else "")
    return None


def _is_read_digit_by_digit(text: str, place: Place, before: str) -> bool:
    # A state before its ZIP code, an airline before its flight.
    shouted = {"am", "pm", "in", "at", "of", "to", "is", "on", "by", "no", "ad", "bc", "ok"}
    letters = len(place.before) == 2 and place.before.isupper() and place.before.isalpha() and before not in shouted
    is_plate = place.before.isupper() and place.before.isalpha() and place.before_that.lower() in CODE_WORDS
    if (letters or is_plate) and len(text) >= 3:
        return True
    if len(text) in (4, 5, 6) and (before == "to" and place.before_that.isupper() and len(place.before_that) > 1):
        return True  # "Text STOP to 12345"
    if len(text) == 4 and before == "are" and place.before_that in ("4", "four", "digits"):
        return True
    named = before in CODE_WORDS or (before in NUMBER_WORDS and place.before_that.lower() in CODE_WORDS)
    if named and (len(text) >= 3 or before in ("extension", "ext")) and not _counts(place):
        return True
    if text in SHORT_NUMBERS or (before in CALLING and 3 <= len(text) <= 6):
        alone = place.is_first and place.last
        is_called = before in CALLING or place.before_that.lower() in CALLING or place.after.lower() == "emergency"
        is_called = is_called or (before in ("or", "and") and place.before_that in SHORT_NUMBERS)
        is_called = (
            is_called or before in SERVICES or (before in ("is", "on") and place.before_that.lower() in SERVICES)
        )
        is_called = is_called and not (before in SERVICES and _counts(place))
        return alone or is_called or (text in ("911", "988", "999") and not _counts(place))
    return len(text) >= 7 and not text.endswith("0000")


def _counts(place: Place) -> bool:
    """What follows is counted: so many people, dollars, miles."""
    after = place.after
    if place.tail or not after:
        return False
    if after in UNITS or after in CURRENCIES or after.lower() in COUNTED:
        return True
    return after.islower() and after.endswith("s") and len(after) > 3 and after not in NOT_COUNTED


NOT_COUNTED: Final = frozenset({"this", "was", "does", "plus", "always", "answers", "helps", "works"})
"""Behind a number."""
SERVICES: Final = frozenset(
    {"nhs", "police", "number", "helpline", "hotline", "line", "services", "service", "ambulance"}
)
"""Whose numbers are short."""
PRESSING: Final = frozenset({"press", "dial", "hit", "push", "pressing"})
"""Before a key of the telephone."""
ROADS: Final = frozenset({"US", "SR", "CR", "FM", "RR", "CA", "I"})
"""Before a road's number."""
COUNTED: Final = frozenset({
    "people", "percent", "square", "sq", "more", "other", "different", "men", "women", "children", "%", "cubic", "new",
    "euro", "euros", "bucks", "dollar", "yen", "feet", "mile", "calorie", "kilometer", "bed", "room", "seat",
})  # fmt: skip


def _is_house(place: Place) -> bool:
    """A number in front of a street's name."""
    after, behind = place.after.rstrip("."), place.after_that.rstrip(".")
    if place.tail or not (after[:1].isupper() or re.fullmatch(r"\d+(?:st|nd|rd|th)", after)):
        return False
    for word in place.ahead:
        if word.rstrip(".") in STREETS:
            return True
        if not (word[:1].isupper() or word[:1].isdecimal()):
            break
    return (after in DIRECTIONS and behind[:1].isalnum()) or after in DIRECTIONS.values()


# ── ranges and codes ─────────────────────────────────────────────────────────────────────────────────────────────


def span(core: str, place: Place) -> str | None:
    """Ranges: 9-5, 9am-5pm, $10-15, Mon-Fri, 2025-26."""
    parts = re.split(r"[-–—]", core) if "~" not in core[1:] else core.split("~")
    if len(parts) != 2 or not all(parts):
        return None
    left, right = parts
    if is_currency(place.before) and is_numeric(left) and is_numeric(right):
        left = f"{place.before}{left}"
    for names in (DAYS, SHORT_DAYS, {**MONTHS, **{month: month for month in MONTHS.values()}}):
        if left in names and right in names:
            return f"{names[left]} to {names[right]}"
    if re.fullmatch(r"[12]\d{3}", left) and re.fullmatch(r"\d\d", right) and int(right) > int(left[2:]):
        return f"{year(int(left))} to {plain_number(right)}"
    if left.lower().replace(".", "") in ("am", "pm"):
        said_right = _value(right, place)
        return f"{left.replace('.', '').upper()} to {said_right}" if said_right else None
    are_numbers = left.isdecimal() and right.isdecimal()
    is_code = are_numbers and ((right[0] == "0" and len(right) > 1) or len(left) + 1 < len(right) > 3)
    if is_code or place.before.lower() in CODE_WORDS:
        return None
    if left.isdecimal() and right in ("present", "now", "today"):
        return f"{plain_number(left)} to {right}"
    if re.fullmatch(r"[A-Z]", left) and re.fullmatch(r"[A-Z]", right):
        return f"{spell(left)} to {spell(right)}"
    first = MONEY.fullmatch(left)
    if first and re.fullmatch(rf"{AMOUNT}(?:k|K|m|M|bn|B)?(?:/\w+)?", right):
        right = f"{first[2]}{right}"
    if first and MONEY.fullmatch(right):
        left = first[4] + (first[5] or "")
    said = [_value(left, place), _value(right, place)]
    return f"{said[0]} to {said[1]}" if said[0] and said[1] else None


def _value(text: str, place: Place) -> str | None:
    text = {"a": f"{text}m", "p": f"{text}m"}.get(text[-1:], text) if re.fullmatch(r"\d{1,2}[ap]", text) else text
    beside = Place(before=place.before, after=place.after if is_month(place.after) else "", region=place.region)
    if (is_month(beside.before) or is_month(beside.after)) and re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", text):
        return nth(f"{text.rstrip('stndrh')}th", beside)
    if text.lower() in ("noon", "midnight"):
        return text
    if re.fullmatch(r"[A-Z]\d{1,2}", text):
        return code(text, beside)
    said = time(text, beside, within_range=True)
    for rule in (date, money, percent, nth, quantity, size, count):
        said = said if said is not None else rule(text, beside)
    if said is None and re.fullmatch(rf"{AMOUNT}k", text):
        return f"{number(text[:-1])} thousand"
    return said


def slashed_names(core: str, place: Place) -> str | None:
    """Mon/Wed/Fri, AM/PM: each of them, or one of them."""
    parts = core.split("/")
    if len(parts) < 2:
        return None
    amounts = [quantity(part, Place()) or "" for part in parts]
    if all(amounts):
        return ", ".join(amounts)
    if not all(part.isalpha() for part in parts):
        return None
    if all(part in DAYS for part in parts):
        names = [DAYS[part] for part in parts]
        return f"{', '.join(names[:-1])} and {names[-1]}"
    if parts[-1].lower() in PERIODS and len(parts) == 2 and parts[0].lower().endswith("s"):
        return f"{parts[0]} per {parts[1]}"
    said = [acronym(part, Place()) or part for part in parts]
    return " or ".join(said)


RULES: Final[tuple[Rule, ...]] = (
    fixed, glued, counted_per, currency_word, symbol, email, zip_code, phone, height, slash, ratio, date, day_of_month,
    time, money, beside_currency, magnitude, percent, nth, unit_word, quantity, mixed_time, size, version, at_value,
    count, span, url, tagged, code, initials, acronym, slashed_names,
)  # fmt: skip
DIGIT_RULES: Final[tuple[Rule, ...]] = (fixed, phone, height, day_of_month, beside_currency, nth, count)
WORD_RULES: Final[tuple[Rule, ...]] = (fixed, currency_word, magnitude, unit_word, size, span, roman, acronym)


def common(core: str, before: str) -> bool:
    """Nearly every word: no abbreviation, no unit behind a number."""
    return core not in SPECIAL and not (before[-1:].isdecimal() or before[-1:] in BEHIND_NUMBERS)


SPECIAL: Final = frozenset({*ABBREVIATIONS, *FIXED, *UNITS, *MAGNITUDES, "x", "am", "pm", "no", "nos", "fl"})
"""Small words that rules know."""
BEHIND_NUMBERS: Final = frozenset(f"{SIGNS}+%'")


def plain(core: str) -> str:
    """What is left when no rule holds: symbols become words or go, and no digit stays."""
    said = re.sub(r"\d+(?:[.,]\d+)*", lambda found: f" {_digits_in_word(found[0])} ", core)
    said = re.sub(r"(?<=\w)/(?=\w)", " or ", said)
    kept = []
    for c in said:
        if c in SYMBOLS and c not in "-#*|•^/":
            kept.append(f" {SYMBOLS[c]} ")
        elif c == "*":
            kept.append(" times " if re.search(r"\d\*\d", core) else " ")
        elif c in "–—":
            kept.append(", ")
        elif c.isalpha() or c in "'-,.; :" or unicodedata.category(c) in ("Mn", "Mc"):
            kept.append(" " if c == ":" else c)
        else:
            kept.append(" ")
    return " ".join("".join(kept).split()).strip(" -").lstrip(". ")


def _digits_in_word(text: str) -> str:
    parts = re.split(r"[.,]", text)
    return " point ".join(plain_number(part) for part in parts)
