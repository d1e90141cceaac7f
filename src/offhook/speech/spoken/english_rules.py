"""How one written English word is said, given the words around it: the table of rules, and numbers and codes.

Rules never look further than the neighbours and never join words, so that what is said stays aligned with what was
written, word by word.
"""

import re
import unicodedata
from typing import Final

from offhook.speech.spoken.english_amounts import (
    AMOUNT,
    IS_NUMBER,
    MONEY,
    PREFIXES,
    SIGNED,
    beside_currency,
    counted_per,
    currency_word,
    height,
    is_numeric,
    magnitude,
    mixed_time,
    money,
    percent,
    quantity,
    ratio,
    size,
    slash,
)
from offhook.speech.spoken.english_dates import date, day_of_month, is_month, names_day, nth, time
from offhook.speech.spoken.english_names import SHARED, acronym, initials, roman, spell, tagged
from offhook.speech.spoken.english_numbers import cardinal, digits, grouped_digits, number, paired, plain_number, year
from offhook.speech.spoken.english_words import (
    CALLING,
    CODE_WORDS,
    CURRENCIES,
    DAYS,
    DIRECTIONS,
    FIXED,
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

VERSION: Final = re.compile(r"([vV]?)(\d+(?:\.\d+){2,4}|(?<=[vV])\d+(?:\.\d+)?)")
MIXED: Final = re.compile(r"[A-Za-z0-9]*(?:[A-Za-z]\d|\d[A-Za-z])[A-Za-z0-9]*")
SHORT_DAYS: Final = {"M": "Monday", "T": "Tuesday", "W": "Wednesday", "Th": "Thursday", "F": "Friday"}


def fixed(core: str, place: Place) -> str | None:
    """What is said in its own way."""
    return FIXED.get(core)


def symbol(core: str, place: Place) -> str | None:
    """A sign that stands alone; a dash between two values is "to", any other a pause."""
    if core in ("-", "–", "—", "--"):
        between = place.before[-1:].isdigit() or place.before.lower().rstrip(".")[-2:] in ("am", "pm")
        between = between and (place.after[:1].isdigit() or MONEY.fullmatch(place.after) is not None)
        between = between or (names_day(place.before) and names_day(place.after))
        return "to" if between or (is_month(place.before) and is_month(place.after)) else ","
    return SYMBOLS.get(core)


def email(core: str, place: Place) -> str | None:
    """front-desk@mail.com -> "front dash desk at mail dot com"."""
    return SHARED.email(core.removeprefix("mailto:"))


def url(core: str, place: Place) -> str | None:
    """https://www.example.com/book?x=1 -> "example dot com slash book"."""
    return None if is_numeric(core) else SHARED.url(core)


def phone(core: str, place: Place) -> str | None:
    """Digit by digit, in its groups; an extension may be glued to it."""
    if match := re.fullmatch(r"(.*\d)x(\d{1,6})", core):
        said = SHARED.phone(match[1], False, place.region)
        return f"{said}, extension {digits(match[2])}" if said else None
    if match := re.fullmatch(r"x(\d{2,6})", core):
        return f"extension {digits(match[1])}"
    said = SHARED.phone(core, place.phone, place.region)
    # Nobody says "eight zero zero".
    return said.replace("one, eight zero zero,", "one, eight hundred,") if said else None


def zip_code(core: str, place: Place) -> str | None:
    """97201-1234."""
    match = re.fullmatch(r"(\d{5})-(\d{4})", core)
    return f"{digits(match[1])}, {digits(match[2])}" if match else None


def version(core: str, place: Place) -> str | None:
    """v2.1 -> "version two point one", 2.0.1, and the addresses of machines."""
    match = VERSION.fullmatch(core)
    if not match:
        return None
    parts = match[2].split(".")
    if len(parts) == 4 and not match[1]:
        return " dot ".join(digits(part) if len(part) > 2 else cardinal(int(part)) for part in parts)
    return ("version " if match[1] else "") + " point ".join(number(part) for part in parts)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def count(core: str, place: Place) -> str | None:
    """A plain number, said as its neighbours ask: the digits of a code, a house, a year."""
    numbered = core.startswith("#") and core[1:2].isdigit()
    if numbered:
        core = core[1:]
    match = SIGNED.fullmatch(core)
    if not match:
        return None
    sign, text, more = match.groups()
    if sign or more:
        return f"{PREFIXES[sign]}{number(text)}{' plus' if more else ''}"
    said = _in_context(text, place, numbered) if text.isdigit() else number(text)
    return f"number {said}" if numbered else said


def _in_context(text: str, place: Place, numbered: bool) -> str:
    before = place.before.lower().rstrip(".")
    if _is_read_digit_by_digit(text, place, before) or (numbered and len(text) >= 4):
        return grouped_digits(text) if len(text) > 5 else digits(text)
    if 3 <= len(text) <= 4 and (before in PAIRED_WORDS or _is_house(place)):
        return paired(text)
    if len(text) == 5 and _is_house(place):
        return digits(text)
    if len(text) == 4 and 1100 <= int(text) < 2100 and not _counts(place):
        return year(int(text))
    return number(text)


def _is_read_digit_by_digit(text: str, place: Place, before: str) -> bool:
    # A state before its ZIP code, an airline before its flight.
    shouted = {"am", "pm", "in", "at", "of", "to", "is", "on", "by", "no", "ad", "bc", "ok"}
    letters = len(place.before) == 2 and place.before.isupper() and place.before.isalpha() and before not in shouted
    if letters and len(text) >= 3:
        return True
    named = before in CODE_WORDS or (before in NUMBER_WORDS and place.before_that.lower() in CODE_WORDS)
    if named and (len(text) >= 3 or before in ("extension", "ext")) and not _counts(place):
        return True
    if text in SHORT_NUMBERS or (before in CALLING and 3 <= len(text) <= 6):
        alone = place.is_first and place.last
        is_called = before in CALLING or place.before_that.lower() in CALLING or place.after.lower() == "emergency"
        return alone or is_called or (text in ("911", "988", "999") and not _counts(place))
    return len(text) >= 7 and not text.endswith("0000")


def _counts(place: Place) -> bool:
    """What follows is counted: so many people, dollars, miles."""
    after = place.after
    if place.tail or not after:
        return False
    if after in UNITS or after in CURRENCIES or after.lower() in COUNTED:
        return True
    return after.islower() and after.endswith("s") and len(after) > 3 and after not in ("this", "was", "does", "plus")


COUNTED: Final = frozenset({
    "people", "percent", "square", "sq", "more", "other", "different", "men", "women", "children", "%", "cubic", "new",
    "euro", "euros", "bucks", "dollar", "yen", "feet", "mile", "calorie", "kilometer", "or", "bed", "room", "seat",
})  # fmt: skip


def _is_house(place: Place) -> bool:
    """A number in front of a street's name."""
    after, behind = place.after.rstrip("."), place.after_that.rstrip(".")
    if place.tail or not (after[:1].isupper() or re.fullmatch(r"\d+(?:st|nd|rd|th)", after)):
        return False
    for word in place.ahead:
        if word.rstrip(".") in STREETS:
            return True
        if not (word[:1].isupper() or word[:1].isdigit()):
            break
    return (after in DIRECTIONS and behind[:1].isalnum()) or after in DIRECTIONS.values()


# ── ranges and codes ─────────────────────────────────────────────────────────────────────────────────────────────


def span(core: str, place: Place) -> str | None:
    """Ranges: 9-5, 9am-5pm, $10-15, Mon-Fri, 2025-26."""
    parts = re.split(r"[-–—]", core)
    if len(parts) != 2 or not all(parts):
        return None
    left, right = parts
    for names in (DAYS, SHORT_DAYS, {**MONTHS, **{month: month for month in MONTHS.values()}}):
        if left in names and right in names:
            return f"{names[left]} to {names[right]}"
    if re.fullmatch(r"[12]\d{3}", left) and re.fullmatch(r"\d\d", right) and int(right) > int(left[2:]):
        return f"{year(int(left))} to {plain_number(right)}"
    if left.isdigit() and right in ("present", "now", "today"):
        return f"{plain_number(left)} to {right}"
    if re.fullmatch(r"[A-Z]", left) and re.fullmatch(r"[A-Z]", right):
        return f"{spell(left)} to {spell(right)}"
    first = MONEY.fullmatch(left)
    if first and re.fullmatch(rf"{AMOUNT}(?:k|m)?(?:/\w+)?", right):
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
    said = time(text, beside, within_range=True)
    for rule in (money, percent, nth, quantity, size, count):
        said = said if said is not None else rule(text, beside)
    if said is None and re.fullmatch(rf"{AMOUNT}k", text):
        return f"{number(text[:-1])} thousand"
    return said


def code(core: str, place: Place) -> str | None:
    """Letters with digits: AB12C, 4B, 1-800-FLOWERS, COVID-19, 24-hour."""
    core = core.removeprefix("#")
    if scaled := _scaled(core, place):
        return scaled
    parts = core.split("-")
    if not any(c.isdigit() for c in core) or not all(re.fullmatch(r"[A-Za-z0-9']+", part) for part in parts):
        return None
    is_code = place.before.lower() in CODE_WORDS or place.before.lower() in NUMBER_WORDS - {"in", "are", "with"}
    is_code = is_code and any(c.isalpha() for c in core)
    numbers = sum(part.isdigit() for part in parts)
    codes = sum(any(c.isdigit() for c in part) for part in parts)
    said = [_code_part(part, numbers > 1, is_code, len(parts) > 1) for part in parts]
    return (", " if codes == len(parts) > 1 and numbers < len(parts) and max(map(len, parts)) > 2 else " ").join(
        said
    ).rstrip(",").replace(",,", ",")  # fmt: skip


def _scaled(core: str, place: Place) -> str | None:
    """10k, 1.2M; but 4B is a flat, and 4K a television's."""
    match = re.fullmatch(r"([-+~]?)(\d[\d,.]*)(k|K|M|B|bn|mn)(\+?)", core)
    if not match or not IS_NUMBER.fullmatch(match[2]) or _is_resolution(core, place):
        return None
    if match[3] == "B" and "." not in match[2] and not place.after.islower():
        return None
    scale = {"k": "thousand", "m": "million", "b": "billion"}[match[3][0].lower()]
    return f"{PREFIXES[match[1]]}{number(match[2])} {scale}{' plus' if match[4] else ''}"


def _is_resolution(core: str, place: Place) -> bool:
    return core in ("4K", "8K", "2K") and place.after.lower() in (
        "tv",
        "tvs",
        "video",
        "display",
        "screen",
        "ultra",
        "",
    )


def _year_of_account(part: str) -> str | None:
    match = re.fullmatch(r"(FY|CY|SY)((?:19|20)\d\d)", part)
    return f"{spell(match[1])} {year(int(match[2]))}" if match else None


def _code_part(part: str, several: bool, is_code: bool, is_joined: bool) -> str:
    if part.isdigit():
        if several:
            return f"{'eight hundred' if part == '800' else digits(part)},"
        if is_code or len(part) > 4:
            return digits(part)
        return paired(part) if is_joined and len(part) == 3 and not part.endswith("00") else plain_number(part)
    if not MIXED.fullmatch(part):
        return spell(part) if part.isupper() and len(part) <= 3 else part
    if said := _year_of_account(part):
        return said
    runs = re.findall(r"[A-Za-z]+|\d+", part)
    is_short = len(runs) == 2 and not is_code
    return " ".join(_run(run, runs, is_short) for run in runs)


def _run(run: str, runs: list[str], is_short: bool) -> str:
    other = next((one for one in runs if one is not run), "")
    if run.isalpha():
        return run if len(run) >= 4 and not run.isupper() else spell(run)
    if is_short and len(run) <= 2 and run[0] != "0" and (len(other) == 1 or len(run) == 1 or len(other) >= 4):
        return cardinal(int(run))
    return paired(run) if is_short and len(run) == 3 and len(other) == 1 and run[0] != "0" else digits(run)


def slashed_names(core: str, place: Place) -> str | None:
    """Mon/Wed/Fri, AM/PM: each of them, or one of them."""
    parts = core.split("/")
    if len(parts) < 2 or not all(part.isalpha() for part in parts):
        return None
    if all(part in DAYS for part in parts):
        names = [DAYS[part] for part in parts]
        return f"{', '.join(names[:-1])} and {names[-1]}"
    if parts[-1].lower() in PERIODS and len(parts) == 2 and parts[0].lower().endswith("s"):
        return f"{parts[0]} per {parts[1]}"
    said = [acronym(part, Place()) or part for part in parts]
    return " or ".join(said)


RULES: Final[tuple[Rule, ...]] = (
    fixed, counted_per, currency_word, symbol, email, zip_code, phone, height, slash, ratio, date, day_of_month, time,
    money, beside_currency, magnitude, percent, nth, quantity, mixed_time, size, version, count, span, url, code,
    initials, acronym, tagged, slashed_names,
)  # fmt: skip
WORD_RULES: Final[tuple[Rule, ...]] = (fixed, currency_word, magnitude, quantity, size, span, roman, acronym)


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
    return " ".join("".join(kept).split()).strip(" -")


def _digits_in_word(text: str) -> str:
    parts = re.split(r"[.,]", text)
    return " point ".join(plain_number(part) for part in parts)
