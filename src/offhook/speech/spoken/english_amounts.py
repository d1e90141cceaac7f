"""English amounts: money, percentages, quantities with units, fractions, ratios, sizes."""

import re
from typing import Final

from offhook.speech.spoken.english_numbers import (
    FRACTION_SIGNS,
    cardinal,
    counted,
    fraction,
    number,
)
from offhook.speech.spoken.english_words import (
    CURRENCIES,
    DATED,
    FRACTION_PARTS,
    MAGNITUDES,
    PARTED,
    PER,
    PERIODS,
    RATED,
    RATING,
    UNITS,
)
from offhook.speech.spoken.language import Place

SIGNS: Final = "".join(FRACTION_SIGNS)
NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
AMOUNT: Final = rf"(?:{NUMBER}[{SIGNS}]?|[{SIGNS}])"
CONTINENTAL: Final = r"(?:\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+,\d{1,2})"
"""1.234,50, as much of Europe writes it: believed only beside a currency."""
IS_NUMBER: Final = re.compile(AMOUNT)
BEFORE: Final = r"([-–+~<>±≤≥≈]?)"
PREFIXES: Final = {
    "": "", "-": "minus ", "–": "minus ", "+": "plus ", "~": "about ", "<": "less than ", ">": "more than ",
    "±": "plus or minus ", "≤": "at most ", "≥": "at least ", "≈": "about ",
}  # fmt: skip
_SCALE: Final = r"(k|mm|mn|m|bn|b|t)?"
_PER: Final = r"((?:/[A-Za-z²]+){0,3})"
_PER_WORD: Final = r"(?:/[A-Za-z²]+){0,3}|pp|ea"
_CURRENCY: Final = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
MONEY: Final = re.compile(
    rf"{BEFORE}({_CURRENCY})(-?)({CONTINENTAL}(?![\d.])|{AMOUNT}){_SCALE}(\+?)({_PER_WORD})(?:-per-([a-z]+))?",
    re.IGNORECASE,
)
MONEY_AFTER: Final = re.compile(rf"{BEFORE}({CONTINENTAL}|{AMOUNT}){_SCALE}({_CURRENCY}){_PER}", re.IGNORECASE)
PERCENT: Final = re.compile(rf"{BEFORE}({AMOUNT})%(\+?){_PER}")
_UNITS: Final = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
UNIT: Final = re.compile(rf"{BEFORE}({AMOUNT})(-?)({_UNITS}|in){_PER}(\+?)")
SIGNED: Final = re.compile(rf"{BEFORE}({AMOUNT})(\+?)")
HEIGHT: Final = re.compile(r"(\d{1,2})'-?(\d{1,2}|\d{1,2}\.5)(?:''|\")?")
SIZE: Final = re.compile(rf"({AMOUNT})((?:[x×]{AMOUNT}){{1,3}})([A-Za-z²\"']*)")
TIMES: Final = re.compile(rf"({AMOUNT})[x×]{_PER}", re.IGNORECASE)
SLASH: Final = re.compile(r"(\d{1,3})/(\d{1,3})")
DECIMAL_SCORE: Final = re.compile(r"(\d{1,2}\.\d)/(5|10|100)(?:\.0)?")
MIXED_FRACTION: Final = re.compile(r"(\d+)-(\d{1,2})/(\d{1,2})")
RATIO: Final = re.compile(r"(\d{1,4}):(\d{1,4})")
COUNTED: Final = re.compile(rf"({AMOUNT})/([A-Za-z²]+)(?:/([A-Za-z]+))?")
PARTS: Final = frozenset({2, 3, 4, 5, 6, 8, 10, 12, 16, 32})
"""What a common fraction is parted into."""
MONEY_WORDS: Final = {
    "dollars": ("cent", "cents"), "euros": ("cent", "cents"), "euro": ("cent", "cents"), "pounds": ("penny", "pence"),
    "bucks": ("cent", "cents"),
}  # fmt: skip


def is_numeric(word: str) -> bool:
    """Whether a neighbour is a plain number in digits."""
    return IS_NUMBER.fullmatch(word) is not None


def per(behind: str) -> str:
    """ "/night" -> " per night", "/hr" -> " per hour"."""
    said = ""
    for part in behind.strip("/").split("/") if behind else ():
        known = PER.get(part) or PER.get(part.lower())
        said += f" per {known or (UNITS[part][0] if part in UNITS else part.lower())}"
    return said


def _standard(amount: str, currency: str) -> str:
    """1.234,50 as 1234.50; "1.234 €" is a thousand, "$1.234" is not."""
    if "," in amount and re.fullmatch(CONTINENTAL, amount):
        return amount.replace(".", "").replace(",", ".")
    if currency in ("€", "EUR") and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", amount):
        return amount.replace(".", "")
    return amount


def money(core: str, place: Place) -> str | None:
    """$12.50 -> "twelve dollars and fifty cents", $120/night -> "one hundred twenty dollars per night"."""
    if match := MONEY.fullmatch(core):
        sign, currency, inner, amount, scale, more, behind = match.groups()[:7]
        behind += f"/{match[8]}" if match[8] else ""
    elif match := MONEY_AFTER.fullmatch(core):
        sign, amount, scale, currency, behind = match.groups()
        inner = more = ""
    else:
        return None
    currency = currency if currency in CURRENCIES else currency.upper()
    units = CURRENCIES.get(currency, CURRENCIES["$"])
    said = PREFIXES[sign] + ("minus " if inner else "")
    amount = _standard(amount, currency)
    if place.after.lower() in MAGNITUDES and not scale and not behind:
        return said + number(amount)  # The neighbour says the unit: "five", "million dollars".
    said += f"{number(amount)} {MAGNITUDES[scale.lower()]} {units[1]}" if scale else sum_of(amount, units)
    return said + (" plus" if more else "") + per(behind)


def sum_of(amount: str, units: tuple[str, str, str, str]) -> str:
    """ "12.50" -> "twelve dollars and fifty cents"."""
    unit, many, part, parts = units
    whole, _, cents = amount.replace(",", "").partition(".")
    if len(cents) != 2 or not part or not cents.isdigit():
        return counted(number(amount), unit, many)
    said = [counted(number(whole), unit, many)] if int(whole or 0) or not int(cents) else []
    said += [counted(cardinal(int(cents)), part, parts)] if int(cents) else []
    return " and ".join(said)


def currency_word(core: str, place: Place) -> str | None:
    """The currency beside its amount: "USD 50", "50 USD", and what is behind the point of "45.50 dollars"."""
    if core in CURRENCIES and core not in UNITS:
        if is_numeric(place.after) and core.isalpha():
            return ""  # The number says it.
        if is_numeric(place.before) or re.fullmatch(CONTINENTAL, place.before):
            return _behind(_standard(place.before, core), *CURRENCIES[core])
    if core in MONEY_WORDS and is_numeric(place.before) and "." in place.before:
        return _behind(place.before, core.rstrip("s"), core, *MONEY_WORDS[core])
    return None


def _behind(amount: str, unit: str, units: str, part: str, parts: str) -> str:
    whole, _, cents = amount.partition(".")
    said = unit if whole == "1" else units
    if len(cents) == 2 and cents.isdigit() and int(cents) and part:
        said += f" and {counted(cardinal(int(cents)), part, parts)}"
    return said


def beside_currency(core: str, place: Place) -> str | None:
    """The amount beside its currency."""
    if re.fullmatch(CONTINENTAL, core) and (place.after in CURRENCIES or place.after in MONEY_WORDS):
        return number(_standard(core, place.after).partition(".")[0])
    if not is_numeric(core):
        return None
    if place.before in CURRENCIES and place.before.isalpha() and len(place.before) > 1:
        return sum_of(core, CURRENCIES[place.before])
    is_money = place.after in MONEY_WORDS or place.after in CURRENCIES
    if is_money and re.search(r"\.\d\d$", core):
        return number(core.partition(".")[0] or "0")
    return None


def magnitude(core: str, place: Place) -> str | None:
    """The "million" of "$5 million": here the currency is said."""
    before = MONEY.fullmatch(place.before)
    if not before or core.lower() not in MAGNITUDES or len(core) == 1:
        return None
    return f"{core} {CURRENCIES.get(before[2], CURRENCIES['$'])[1]}"


def percent(core: str, place: Place) -> str | None:
    """12.5% -> "twelve point five percent"."""
    match = PERCENT.fullmatch(core)
    if not match:
        return None
    return f"{PREFIXES[match[1]]}{number(match[2])} percent{' plus' if match[3] else ''}{per(match[4])}"


def quantity(core: str, place: Place) -> str | None:
    """A number with its unit in one word (5km), or a unit after its number (5 km, 5 mg/day)."""
    head, slash, behind = core.partition("/")
    if is_numeric(place.before) and not re.match(r"0\d", place.before):
        many = place.before != "1" and place.before not in SIGNS
        if core in UNITS:
            return UNITS[core][many]
        if head in UNITS and slash:
            return UNITS[head][many] + per(behind)
        if core == "pp":
            return "per person"
        if core == "in" and place.tail.startswith("."):
            return "inches" if many else "inch"
    if core == "pp" and MONEY.fullmatch(place.before):
        return "per person"
    if core in ("ft", "m", "in", "mi", "km") and place.before.lower() in ("sq", "cu") and is_numeric(place.before_that):
        return {"in": "inches"}.get(core) or UNITS[core][1]
    match = UNIT.fullmatch(core)
    if not match:
        return None
    sign, amount, hyphen, unit, behind, more = match.groups()
    one, several = UNITS[unit] if unit != "in" else ("inch", "inches")
    noun = one if hyphen or amount == "1" or amount in FRACTION_SIGNS else several
    return f"{PREFIXES[sign]}{number(amount)} {noun}{per(behind)}{' plus' if more else ''}"


def mixed_time(core: str, place: Place) -> str | None:
    """1h30m, 2h30, 1hr30min, 5ft10in: two quantities in one word."""
    match = re.fullmatch(r"(\d{1,3})(h|hrs?|ft|lbs?)(\d{1,2})(m|mins?|in|oz|)", core)
    if not match:
        return None
    first, second = match[2].rstrip("rs") if match[2][0] == "h" else match[2], match[4]
    second = {"h": "min", "ft": "in.", "lb": "oz", "lbs": "oz"}[first]
    said = [counted(number(match[1]), *UNITS[first]), counted(number(match[3]), *UNITS[second])]
    return " ".join(said)


def height(core: str, place: Place) -> str | None:
    """5'10" -> "five foot ten", 6' -> "six feet", 12" -> "twelve inches"."""
    if match := HEIGHT.fullmatch(core):
        return f"{number(match[1])} foot {number(match[2])}"
    if not is_numeric(core) or place.is_quoted or place.lead:
        return None
    if place.tail.startswith(('"', "''")):
        nouns = ("inch", "inches")
    elif place.tail.startswith("'"):
        nouns = ("foot", "feet")
    else:
        return None
    # "a 12-inch pizza", but "he is 6 feet tall".
    describes = place.after.islower() and place.after not in MEASURED and len(place.tail.strip("\"'")) == 0
    return f"{number(core)} {nouns[0] if describes or core == '1' else nouns[1]}"


MEASURED: Final = frozenset({
    "tall", "long", "wide", "deep", "high", "thick", "by", "x", "and", "or", "in", "from", "is", "of", "above", "away",
    "apart", "below", "to", "for", "at", "on", "are", "was",
})  # fmt: skip


def size(core: str, place: Place) -> str | None:
    """8x10 -> "eight by ten"; 3x -> "three times", 3x/week -> "three times per week"."""
    if match := SIZE.fullmatch(core):
        unit = match[3]
        if unit and unit not in UNITS and unit not in ('"', "'"):
            return None
        noun = {'"': "inches", "'": "feet", "": ""}.get(unit) if unit not in UNITS else UNITS[unit][1]
        sides = [match[1], *re.findall(AMOUNT, match[2])]
        return f"{' by '.join(map(number, sides))} {noun}".strip()
    if core in ("x", "×") and is_numeric(place.before) and is_numeric(place.after):
        return "by" if core == "x" else "times"
    if match := TIMES.fullmatch(core):
        return f"{number(match[1])} times{per(match[2])}"
    return None


def counted_per(core: str, place: Place) -> str | None:
    """2/day -> "two per day"; twice/week; per night in a word of its own is left to the others."""
    if match := COUNTED.fullmatch(core):
        if match[2].lower() in PERIODS or match[2] in PER:
            return number(match[1]) + per(core.partition("/")[2])
        return None
    left, slash, right = core.partition("/")
    if slash and right.lower() in PERIODS and left.lower() in COUNTERS:
        return f"{left} per {PER.get(right, right.lower())}"
    if core == "/" and (MONEY.fullmatch(place.before) or is_numeric(place.before)) and place.after.lower() in PERIODS:
        return "per"
    return None


COUNTERS: Final = frozenset({
    "once", "twice", "times", "hours", "nights", "days", "dollars", "euros", "pounds", "minutes", "people", "guests",
    "visits", "miles", "units", "calls", "doses", "pills", "tablets", "meals", "sessions", "rooms", "cost", "price",
})  # fmt: skip


def slash(core: str, place: Place) -> str | None:
    """Two numbers at a slash: a part of a whole, so many of so many; None where it is a date."""
    if match := MIXED_FRACTION.fullmatch(core):
        whole, above, below = map(int, match.groups())
        return f"{cardinal(whole)} and {fraction(above, below)[1]}" if above < below and below in PARTS else None
    if match := DECIMAL_SCORE.fullmatch(core):
        return f"{number(match[1])} out of {number(match[2])}"
    match = SLASH.fullmatch(core)
    if not match:
        return None
    above, below = int(match[1]), int(match[2])
    is_part = 0 < above < below and below in PARTS
    if is_part and is_numeric(place.before) and place.before.isdigit():
        return f"and {fraction(above, below)[1]}"
    before, after = place.before.lower(), place.after.lower()
    is_dated = before in DATED or place.tail.startswith(":")
    if after in RATED or (before in RATING and below in (5, 10, 100)):
        return f"{cardinal(above)} out of {cardinal(below)}"
    if is_part and (after in PARTED or (core in FRACTION_PARTS and not is_dated)):
        return fraction(above, below)[0]
    if below == 100:
        return f"{cardinal(above)} out of {cardinal(below)}"
    return (
        f"{cardinal(above)} over {cardinal(below)}"
        if {"pressure", "bp"} & {before, place.before_that.lower()}
        else None
    )


def ratio(core: str, place: Place) -> str | None:
    """3:1 -> "three to one"; what can be a time is one, except where the words say otherwise."""
    match = RATIO.fullmatch(core)
    if not match:
        return None
    told = {place.before.lower(), place.after.lower(), place.before_that.lower()}
    is_time = int(match[1]) <= 24 and len(match[2]) == 2 and int(match[2]) < 60 and len(match[1]) <= 2
    if is_time and not told & {"ratio", "odds", "scale", "mix", "aspect", "diluted", "dilution"}:
        return None
    return f"{number(match[1])} to {number(match[2])}"
