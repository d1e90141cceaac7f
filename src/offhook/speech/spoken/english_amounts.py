"""English amounts: money, percentages, quantities with units, fractions, ratios, sizes."""

import re
from typing import Final

from offhook.speech.spoken.english_dates import is_month
from offhook.speech.spoken.english_numbers import (
    FRACTION_SIGNS,
    cardinal,
    counted,
    fraction,
    number,
    says_which,
)
from offhook.speech.spoken.english_words import (
    CURRENCIES,
    DATED,
    FRACTION_PARTS,
    MAGNITUDES,
    PAIRED_WORDS,
    PARTED,
    PER,
    PERIODS,
    RATED,
    RATING,
    UNITS,
)
from offhook.speech.spoken.language import Place

SIGNS: Final = "".join(FRACTION_SIGNS)
NUMBER: Final = r"(?:\d{1,2}(?:,\d{2})+,\d{3}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
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
RANGE: Final = re.compile(rf"{AMOUNT}[-–]{AMOUNT}")
HEIGHT: Final = re.compile(r"(\d{1,2})'-?(\d{1,2}|\d{1,2}\.5)(?:''|\")?")
SIZE: Final = re.compile(rf"({AMOUNT})((?:[x×]{AMOUNT}){{1,3}})([A-Za-z²\"']*)")
HOURS: Final = re.compile(r".*\d(?:h|hrs?|hours?)\d+")
TWO_UNITS: Final = re.compile(r"(\d{1,3})(h|hrs?|ft|lbs?)(\d{1,2})(m|mins?|in|oz|)")
TIMES: Final = re.compile(rf"({AMOUNT})[x×]{_PER}", re.IGNORECASE)
SLASH: Final = re.compile(r"(\d{1,3})/(\d{1,3})")
DECIMAL_SCORE: Final = re.compile(r"(\d{1,2}\.\d)/(5|10|100)(?:\.0)?")
MIXED_FRACTION: Final = re.compile(r"(\d+)-(\d{1,2})/(\d{1,2})")
PART_OF: Final = re.compile(r"(\d{1,2})/(\d{1,2})-([a-z]+)")
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


def counts(word: str) -> bool:
    """Whether a neighbour is a number before a unit: "5", "~400", "1/2", "10+"."""
    return any(kind.fullmatch(word) for kind in (SIGNED, SLASH, RANGE))


def is_many(word: str, before: str = "") -> bool:
    """Whether the noun behind a number is in the plural, "1 ½" too."""
    return word.lstrip("-–+~<>±≤≥≈") != "1" and (before.isdecimal() or word not in {*SIGNS, *FRACTION_PARTS})


def per(behind: str) -> str:
    """ "/night" -> " per night", "/hr" -> " per hour"."""
    said = ""
    for part in behind.strip("/").split("/") if behind else ():
        known = PER.get(part) or PER.get(part.lower())
        said += f" per {known or (UNITS[part][0] if part in UNITS else part.lower().replace('²', ' squared'))}"
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
    if core.isdecimal():
        return None
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
    if len(cents) != 2 or not part or not cents.isdecimal():
        return counted(number(amount), unit, many)
    said = [counted(number(whole), unit, many)] if int(whole or 0) or not int(cents) else []
    said += [counted(cardinal(int(cents)), part, parts)] if int(cents) else []
    return " and ".join(said)


def glued(core: str, place: Place) -> str | None:
    """The amount behind its currency in a word of its own, with more glued to it: "€ 120/night", "USD 5k"."""
    if not place.before or place.lead or not (core[:1].isdecimal() or (core[:1] in "-–." and core[1:2].isdecimal())):
        return None
    return money(f"{place.before}{core}", place) if is_currency(place.before) else None


def is_currency(word: str) -> bool:
    """A sign or a code, perhaps with a minus in front."""
    bare = word.lstrip("-–+~<>±≤≥≈")
    return bare in CURRENCIES and bare not in UNITS


def currency_word(core: str, place: Place) -> str | None:
    """The currency beside its amount: "USD 50", "50 USD", and what is behind the point of "45.50 dollars"."""
    is_in_front = place.after[:1] in "-–.0123456789" and place.after and not place.tail and is_currency(core)
    if is_in_front and core not in place.before:
        first, _, second = place.after.lstrip("-–").replace("–", "-").partition("-")
        if money(f"{core}{first if is_numeric(second) else place.after}", Place()) is not None:
            return ""  # The number says it.
    if core in CURRENCIES and core not in UNITS:
        if (is_numeric(place.after) or _is_continental(place.after)) and core not in place.before:
            return ""  # The number says it.
        if MONEY.fullmatch(place.before):
            return ""  # "$20 USD"
        if is_numeric(place.before) or _is_continental(place.before):
            return _behind(_standard(place.before, core), *CURRENCIES[core])
    head, slash_sign, behind = core.partition("/")
    if slash_sign and head in CURRENCIES and head.isalpha() and is_numeric(place.before):
        return _behind(place.before, *CURRENCIES[head]) + per(behind)
    if core in MONEY_WORDS and is_numeric(place.before) and "." in place.before:
        return _behind(place.before, core.rstrip("s"), core, *MONEY_WORDS[core])
    return None


def _behind(amount: str, unit: str, units: str, part: str, parts: str) -> str:
    whole, _, cents = amount.partition(".")
    said = unit if whole == "1" else units
    if len(cents) == 2 and cents.isdecimal() and int(cents) and part:
        said += f" and {counted(cardinal(int(cents)), part, parts)}"
    return said


def _is_continental(word: str) -> bool:
    return "," in word and re.fullmatch(CONTINENTAL, word) is not None


def beside_currency(core: str, place: Place) -> str | None:
    """The amount beside its currency."""
    if (said := glued(core, place)) is not None:
        return said
    if place.before in CURRENCIES and (is_numeric(core) or _is_continental(core)) and place.before not in UNITS:
        return sum_of(_standard(core, place.before), CURRENCIES[place.before])
    if _is_continental(core) and (place.after in CURRENCIES or place.after in MONEY_WORDS):
        return number(_standard(core, place.after).partition(".")[0])
    if not is_numeric(core):
        return None
    is_money = place.after in MONEY_WORDS or place.after in CURRENCIES
    if is_money and re.search(r"\.\d\d$", core):
        return number(core.partition(".")[0] or "0")
    return None


def magnitude(core: str, place: Place) -> str | None:
    """The "million" of "$5 million": here the currency is said."""
    before = MONEY.fullmatch(place.before) or (
        MONEY.fullmatch(f"{place.before_that}{place.before}") if is_currency(place.before_that) else None
    )
    if not before or core.lower() not in MAGNITUDES or len(core) == 1:
        return None
    return f"{core} {CURRENCIES.get(before[2], CURRENCIES['$'])[1]}"


def percent(core: str, place: Place) -> str | None:
    """12.5% -> "twelve point five percent"."""
    match = PERCENT.fullmatch(core) if "%" in core else None
    if not match:
        return None
    return f"{PREFIXES[match[1]]}{number(match[2])} percent{' plus' if match[3] else ''}{per(match[4])}"


def unit_word(core: str, place: Place) -> str | None:
    """A unit in a word of its own: 5 km, 5 mg/day, 6 ft 2 in, 2h 30 m, per hr."""
    head, _, behind = core.partition("/")
    if place.before.lower() == "per" and core in PER:
        return PER[core]
    if core == "pp" and MONEY.fullmatch(place.before):
        return "per person"
    if core in ("ft", "m", "in", "mi", "km") and place.before.lower() in ("sq", "cu") and is_numeric(place.before_that):
        return {"in": "inches"}.get(core) or UNITS[core][1]
    if core in ("hrs", "hrs.", "h") and re.fullmatch(r"\d{1,2}:\d{2}", place.before):
        return ""  # "22:00 hrs"
    if not counts(place.before) or re.match(r"0\d", place.before):
        return None
    many = is_many(place.before, place.before_that) and not says_which(place.before_that, place.after, place.tail)
    if core == "in" and place.before_that.rstrip(".") in LENGTHS_BEFORE:
        return "inches" if many else "inch"
    if core == "m" and HOURS.fullmatch(f"{place.before_that}{place.before}"):
        return "minutes"
    if core == "pp":
        return "per person"
    if core in UNITS:
        return UNITS[core][many]
    return UNITS[head][many] + per(behind) if head in UNITS and behind.isalpha() else None


LENGTHS_BEFORE: Final = frozenset({"ft", "feet", "foot", "x", "×", "by"})
"""In front of the number of "in", which is no preposition then."""


def quantity(core: str, place: Place) -> str | None:
    """A number with its unit in one word: 5km, 72°F, 90-min, 10kg/day."""
    match = UNIT.fullmatch(core)
    if not match:
        return None
    sign, amount, hyphen, unit, behind, more = match.groups()
    if unit in ("W", "V", "L") and place.before.lower().rstrip(".") in PAIRED_WORDS | {"seat", "flat", "terminal"}:
        return None
    if unit == "m" and HOURS.fullmatch(f"{place.before_that}{place.before}{amount}"):
        return f"{number(amount)} minutes"
    one, several = UNITS[unit] if unit != "in" else ("inch", "inches")
    is_one = hyphen or amount == "1" or amount in FRACTION_SIGNS or says_which(place.before, place.after, place.tail)
    noun = one if is_one else several
    return f"{PREFIXES[sign]}{number(amount)} {noun}{per(behind)}{' plus' if more else ''}"


def mixed_time(core: str, place: Place) -> str | None:
    """1h30m, 2h30, 1hr30min, 5ft10in: two quantities in one word."""
    match = TWO_UNITS.fullmatch(core)
    if not match:
        return None
    first, second = match[2].rstrip("rs") if match[2][0] == "h" else match[2], match[4]
    second = {"h": "min", "ft": "in.", "lb": "oz", "lbs": "oz"}[first]
    said = [counted(number(match[1]), *UNITS[first]), counted(number(match[3]), *UNITS[second])]
    return " ".join(said)


def height(core: str, place: Place) -> str | None:
    """5'10" -> "five foot ten", 6' -> "six feet", 12" -> "twelve inches"."""
    if "'" in core and (match := HEIGHT.fullmatch(core)):
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
    if "x" not in core.lower() and "×" not in core:
        return None
    if match := SIZE.fullmatch(core):
        unit = match[3]
        if unit and unit not in UNITS and unit not in ('"', "'"):
            return None
        noun = {'"': "inches", "'": "feet", "": ""}.get(unit) if unit not in UNITS else UNITS[unit][1]
        sides = [match[1], *re.findall(AMOUNT, match[2])]
        return f"{' by '.join(map(number, sides))} {noun}".strip() + ("" if unit else _inches(place, many=True))
    if core in ("x", "×") and is_numeric(place.after):
        if place.before in UNITS and is_numeric(place.before_that):
            return "by"
        if is_numeric(place.before):
            return "by" if core == "x" else "times"
    if match := TIMES.fullmatch(core):
        return f"{number(match[1])} times{per(match[2])}"
    return None


def counted_per(core: str, place: Place) -> str | None:
    """2/day -> "two per day"; twice/week; per night in a word of its own is left to the others."""
    if "/" not in core:
        return None
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
    if "/" not in core:
        return None
    if match := MIXED_FRACTION.fullmatch(core):
        whole, above, below = map(int, match.groups())
        if above >= below or below not in PARTS:
            return None
        return f"{cardinal(whole)} and {fraction(above, below)[1]}{_inches(place, many=True)}"
    if match := DECIMAL_SCORE.fullmatch(core):
        return f"{number(match[1])} out of {number(match[2])}"
    match = SLASH.fullmatch(core) or PART_OF.fullmatch(core)
    if not match:
        return None
    if match.re is PART_OF:
        behind = is_numeric(place.before) and place.before.isdecimal()
        return f"{_part(int(match[1]), int(match[2]), behind=behind)} {match[3]}" if int(match[2]) in PARTS else None
    if is_month(place.before):
        return None  # "Dec. 24/25"
    above, below = int(match[1]), int(match[2])
    is_part = 0 < above < below and below in PARTS
    if is_part and is_numeric(place.before) and place.before.isdecimal():
        return _part(above, below, behind=True) + _inches(place, many=True)
    before, after = place.before.lower(), place.after.lower()
    is_dated = before in DATED or place.tail.startswith(":")
    if after in RATED or (before in RATING and below in (5, 10, 100)):
        return f"{cardinal(above)} out of {cardinal(below)}"
    if is_part and (after in PARTED or (core in FRACTION_PARTS and not is_dated)):
        return _part(above, below, behind=False) + _inches(place, many=False)
    if below == 100:
        return f"{cardinal(above)} out of {cardinal(below)}"
    is_no_date = above > 31 or below > 31 or (above > 12 and below > 12) or not above or not below
    is_pressure = {"pressure", "bp"} & {before, place.before_that.lower()}
    return f"{cardinal(above)} over {cardinal(below)}" if is_no_date or is_pressure else None


def _part(above: int, below: int, *, behind: bool) -> str:
    alone, behind_whole = fraction(above, below)
    return f"and {behind_whole}" if behind else alone


def _inches(place: Place, *, many: bool) -> str:
    """Of 1/2" and the like."""
    if place.is_quoted or not place.tail.startswith(('"', "''")):
        return ""
    return " inches" if many and not place.after.islower() else " inch"


def ratio(core: str, place: Place) -> str | None:
    """3:1 -> "three to one"; what can be a time is one, except where the words say otherwise."""
    match = RATIO.fullmatch(core) if ":" in core else None
    if not match:
        return None
    told = {place.before.lower(), place.after.lower(), place.before_that.lower()}
    is_time = int(match[1]) <= 24 and len(match[2]) == 2 and int(match[2]) < 60 and len(match[1]) <= 2
    if is_time and not told & {"ratio", "odds", "scale", "mix", "aspect", "diluted", "dilution"}:
        return None
    return f"{number(match[1])} to {number(match[2])}"
