"""How one written English word is said, given the words around it: a table of small rules, tried in order.

A rule takes the word without its outer punctuation and its place in the text, and returns what is said, or None when
the word is not of its kind. Rules never look further than the neighbours and never join words, so that what is said
stays aligned with what was written, word by word.
"""

import re
import unicodedata
from typing import Final

from offhook.speech.spoken.english_numbers import (
    ONES,
    cardinal,
    counted,
    digits,
    grouped_digits,
    number,
    ordinal,
    plain_number,
    plural,
    year,
)
from offhook.speech.spoken.language import LETTER_A, Place, Rule
from offhook.speech.spoken.shared import SharedWords
from offhook.speech.spoken.english_words import (
    ABBREVIATIONS,
    CODE_WORDS,
    CURRENCIES,
    DAYS,
    FRACTIONS,
    MAGNITUDES,
    MONTHS,
    STREET_TYPES,
    SYMBOLS,
    TITLES,
    UNITS,
)


NUMBER: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
DAY_FIRST_REGIONS: Final = frozenset({"GB", "IE", "AU", "NZ", "IN", "ZA"})
ENDING: Final = frozenset({"Street", "Drive", "Avenue", "Road", "Boulevard", "et cetera", "AM", "PM"})
"""Abbreviations before whose successor, in a capital letter, a sentence ends."""
IS_NUMBER: Final = re.compile(NUMBER)
TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?:([ap])\.?m\.?)?", re.IGNORECASE)
MONEY: Final = re.compile(rf"(-?)(?:us)?([$€£¥])({NUMBER})(k|m|bn?)?", re.IGNORECASE)
MONEY_AFTER: Final = re.compile(rf"({NUMBER})([$€£¥])")
PERCENT: Final = re.compile(rf"(-?)({NUMBER})%")
ORDINAL: Final = re.compile(r"(\d{1,9})(?:st|nd|rd|th)", re.IGNORECASE)
DECADE: Final = re.compile(r"'?(\d{0,2}\d0)s")
SIGNED: Final = re.compile(rf"([-−+]?)({NUMBER})")
UNIT: Final = re.compile(rf"({NUMBER})([a-z°/]+)", re.IGNORECASE)
ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T[\d:.Z+-]*)?")
SLASH_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
MIXED: Final = re.compile(r"[A-Za-z0-9]*(?:[A-Za-z]\d|\d[A-Za-z])[A-Za-z0-9]*")
SHARED: Final = SharedWords(
    digits=ONES[:10], dot="dot", at="at", dash="dash", underscore="underscore", slash="slash", plus="plus",
    letters={"A": LETTER_A},
)  # fmt: skip


def spell(text: str) -> str:
    """Letters and digits one by one; the rest is left out."""
    return SHARED.spell(text)


def is_numeric(word: str) -> bool:
    """Whether a neighbour is a plain number in digits."""
    return IS_NUMBER.fullmatch(word) is not None


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def symbol(core: str, place: Place) -> str | None:
    """A sign that stands alone; a dash between two values is "to", any other a pause."""
    if core in ("-", "–", "—", "--"):
        between = place.before[-1:].isdigit() or place.before.lower().rstrip(".")[-2:] in ("am", "pm")
        between = between and place.after[:1].isdigit()
        return "to" if between or (names_day(place.before) and names_day(place.after)) else ","
    return SYMBOLS.get(core)


def abbreviation(core: str, place: Place) -> str | None:
    """`core` may end in a full stop here. Said without one; see `normalize` for the sentence's own."""
    bare = core.rstrip(".")
    if bare in ("Dr", "St") and (core.endswith(".") or place.after[:1].isupper()):
        in_address = place.before[:1].isupper() and (bare == "St" or place.before_that[:1].isdigit())
        return STREET_TYPES[bare] if in_address else TITLES[bare]
    if bare in ("No", "no", "Nos") and core.endswith(".") and place.after[:1].isdigit():
        return "number"
    if bare in ("am", "pm", "AM", "PM", "a.m", "p.m", "A.M", "P.M"):
        spoken = bare.replace(".", "").upper()
        return spoken if "." in core or place.before[-1:].isdigit() else None
    if bare in MONTHS and (core.endswith(".") or place.after[:1].isdigit() or place.before[:1].isdigit()):
        return MONTHS[bare]
    if bare in DAYS and ((core.endswith(".") and not place.last) or bare not in ("Sat", "Sun")):
        return DAYS[bare]
    return ABBREVIATIONS.get(core)


def email(core: str, place: Place) -> str | None:
    """front-desk@mail.com -> "front dash desk at mail dot com"."""
    return SHARED.email(core)


def url(core: str, place: Place) -> str | None:
    """https://www.example.com/book?x=1 -> "example dot com slash book"."""
    return None if is_numeric(core) else SHARED.url(core)


def phone(core: str, place: Place) -> str | None:
    """Digit by digit, in its groups."""
    return SHARED.phone(core, place.phone)


def date(core: str, place: Place) -> str | None:
    """2026-11-21 and 11/21 -> "November twenty first"; also fractions."""
    if match := ISO_DATE.fullmatch(core):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    match = SLASH_DATE.fullmatch(core)
    if not match:
        return None
    if core in FRACTIONS:
        return FRACTIONS[core]
    first, second = int(match[1]), int(match[2])
    month, day = (second, first) if ((place.region in DAY_FIRST_REGIONS) and second <= 12) or first > 12 else (first, second)
    full_year = int(match[3]) if match[3] else 0
    full_year += 2000 if match[3] and len(match[3]) == 2 else 0
    said = _date(full_year, month, day)
    return said or (None if match[3] else f"{cardinal(first)} over {cardinal(second)}")


def _date(full_year: int, month: int, day: int) -> str | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    said = f"{list(MONTHS.values())[month - 1]} {ordinal(day)}"
    return f"{said}, {year(full_year)}" if full_year else said


def time(core: str, place: Place, within_range: bool = False) -> str | None:
    """9:05 -> "nine oh five"; hours after twelve get their half of the day."""
    match = TIME.fullmatch(core)
    if not match or not (match[3] or ":" in core):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if hour > 24 or minute > 59:
        return None
    half = f"{match[3]}m".upper() if match[3] else ""
    told_after = place.after.lower().replace(".", "") in ("am", "pm")
    if not half and not told_after and (hour > 12 or hour == 0):
        half = "PM" if 12 <= hour < 24 else "AM"
    said = cardinal(hour % 12 or 12)
    if minute:
        said += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not (half or told_after or within_range):
        said += " o'clock"
    return f"{said} {half}".strip()


def money(core: str, place: Place) -> str | None:
    """$12.50 -> "twelve dollars and fifty cents"."""
    if match := MONEY.fullmatch(core):
        sign, currency, amount, scale = match[1], match[2], match[3], (match[4] or "").lower()
    elif match := MONEY_AFTER.fullmatch(core):
        sign, currency, amount, scale = "", match[2], match[1], ""
    else:
        return None
    minus = "minus " if sign else ""
    unit, units, part, parts = CURRENCIES[currency]
    if place.after.lower() in MAGNITUDES:
        return minus + number(amount)  # The neighbour says the unit: "five", "million dollars".
    if scale:
        return f"{minus}{number(amount)} {MAGNITUDES[scale]} {units}"
    whole, _, cents = amount.replace(",", "").partition(".")
    if len(cents) != 2 or not part:
        return minus + counted(number(amount), unit, units)
    said = [counted(number(whole), unit, units)] if int(whole) or not int(cents) else []
    said += [counted(cardinal(int(cents)), part, parts)] if int(cents) else []
    return minus + " and ".join(said)


def magnitude(core: str, place: Place) -> str | None:
    """The "million" of "$5 million": here the currency is said."""
    before = MONEY.fullmatch(place.before)
    return f"{core} {CURRENCIES[before[2]][1]}" if before and core.lower() in MAGNITUDES else None


def percent(core: str, place: Place) -> str | None:
    """12.5% -> "twelve point five percent"."""
    match = PERCENT.fullmatch(core)
    return f"{'minus ' if match[1] else ''}{number(match[2])} percent" if match else None


def nth(core: str, place: Place) -> str | None:
    """21st -> "twenty first", 1990s -> "nineteen nineties"."""
    if match := ORDINAL.fullmatch(core):
        return ordinal(int(match[1]))
    if match := DECADE.fullmatch(core):
        head, _, last = plain_number(match[1]).rpartition(" ")
        return f"{head} {plural(last)}".strip()
    return None


def quantity(core: str, place: Place) -> str | None:
    """A number with its unit in one word (5km), or a unit after its number (5 km)."""
    if core in UNITS and is_numeric(place.before):
        return UNITS[core][place.before != "1"]
    match = UNIT.fullmatch(core)
    if not match or match[2] not in UNITS:
        return None
    return counted(number(match[1]), *UNITS[match[2]])


def count(core: str, place: Place) -> str | None:
    """A plain number, said as its neighbours ask: a day, the digits of a code, a year."""
    match = SIGNED.fullmatch(core)
    if not match:
        return None
    sign, text = match[1], match[2]
    before = place.before.lower().rstrip(".")
    whole = text.isdigit()
    if sign:
        return f"{'plus' if sign == '+' else 'minus'} {number(text)}"
    if whole and int(text[:3]) in range(1, 32) and len(text) <= 2 and _is_month(place.before, place.after):
        return ordinal(int(text))
    # A state before its ZIP code, an airline before its flight.
    letters_before = len(place.before) == 2 and place.before.isupper() and before not in ("am", "pm") and len(text) >= 3
    if whole and (letters_before or (before in CODE_WORDS and len(text) >= 3) or _is_code(text)):
        return grouped_digits(text) if len(text) > 5 else digits(text)
    return plain_number(text)


def _is_code(text: str) -> bool:
    """So many digits that they are no amount, unless it is a round one."""
    return len(text) >= 7 and not text.endswith("0000")


def names_day(word: str) -> bool:
    """Whether a neighbour is a day of the week, short or long."""
    return word.rstrip(".") in {*DAYS, *DAYS.values()}


def _is_month(before: str, after: str) -> bool:
    names = {*MONTHS, *MONTHS.values()}
    return before.rstrip(".") in names or after.rstrip(".") in names


def span(core: str, place: Place) -> str | None:
    """Ranges: 9-5, 9am-5pm, $10-15, Mon-Fri."""
    parts = re.split(r"[-–—]", core)
    if len(parts) != 2 or not all(parts):
        return None
    left, right = parts
    if left in DAYS and right in DAYS:
        return f"{DAYS[left]} to {DAYS[right]}"
    first = MONEY.fullmatch(left)
    if first and IS_NUMBER.fullmatch(right):
        right = f"{first[2]}{right}"
    if first and MONEY.fullmatch(right):
        left = first[3]
    said = [_value(side, place) for side in (left, right)]
    return f"{said[0]} to {said[1]}" if said[0] and said[1] else None


def _value(text: str, place: Place) -> str | None:
    return time(text, place, within_range=True) or next(
        (said for rule in (money, percent, nth, quantity, count) if (said := rule(text, Place(before=place.before)))),
        None,
    )


def code(core: str, place: Place) -> str | None:
    """Letters with digits: AB12C, 4B, 1-800-FLOWERS, COVID-19, 24-hour."""
    if match := re.fullmatch(rf"({NUMBER})(k|x)", core, re.IGNORECASE):
        return f"{number(match[1])} {'thousand' if match[2] in 'kK' else 'times'}"
    parts = core.split("-")
    if not any(c.isdigit() for c in core) or not all(re.fullmatch(r"[A-Za-z0-9']+", part) for part in parts):
        return None
    numbers = sum(part.isdigit() for part in parts)
    return " ".join(_code_part(part, numbers > 1) for part in parts).rstrip(",")


def _code_part(part: str, several: bool) -> str:
    if part.isdigit():
        return f"{digits(part)}," if several else plain_number(part)
    if MIXED.fullmatch(part):
        runs = re.findall(r"[A-Za-z]+|\d+", part)
        return " ".join(run if len(run) >= 4 and not run.isupper() and run.isalpha() else spell(run) for run in runs)
    return part


RULES: Final[tuple[Rule, ...]] = (
    symbol, email, phone, date, time, money, magnitude, percent, nth, quantity, count, span, url, code,
)  # fmt: skip


def plain(core: str) -> str:
    """What is left when no rule holds: symbols become words or go, and no digit stays."""
    said = re.sub(r"\d+(?:[.,]\d+)*", lambda found: f" {_digits_in_word(found[0])} ", core)
    said = re.sub(r"(?<=\w)/(?=\w)", " and " if core.lower() == "and/or" else " or ", said).replace(
        "and and or", "and or"
    )
    kept = []
    for c in said:
        if SYMBOLS.get(c):
            kept.append(f" {SYMBOLS[c]} ")
        elif c in "–—":
            kept.append(", ")
        elif c.isalpha() or c in "'-,.; " or unicodedata.category(c) in ("Mn", "Mc"):
            kept.append(c)
        else:
            kept.append(" ")
    return " ".join("".join(kept).split()).strip(" -")


def _digits_in_word(text: str) -> str:
    parts = re.split(r"[.,]", text)
    return " point ".join(plain_number(part) for part in parts)
def stop_ends(core: str, said: str, place: Place) -> bool:
    """Whether the full stop of an abbreviation ends a sentence as well."""
    if said in ("AM", "PM") and "." not in core:
        return True
    return said in ENDING and place.after[:1].isupper() and not names_day(place.after)
