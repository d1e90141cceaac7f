"""What callers say when they are asked for a number of people, a day, a time, a telephone number or a name.

Everything works on text as transcribers give it: with or without punctuation, numbers as words or as digits. A parser
returns None when the value is not there; none of them raises, whatever the text.
"""

import re
from collections.abc import Callable
from typing import Final


def _words(*lines: str) -> list[str]:
    return " ".join(lines).split()


_UNITS: Final = {
    word: value
    for value, word in enumerate(
        _words(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
            "seventeen eighteen nineteen",
        )
    )
}
_TENS: Final = {
    word: 10 * value
    for value, word in enumerate(_words("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
_ORDINALS: Final = {
    word: value
    for value, word in enumerate(
        _words(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth",
            "fifteenth sixteenth seventeenth eighteenth nineteenth",
        ),
        start=1,
    )
} | {"twentieth": 20, "thirtieth": 30}
DAYS: Final = _words("monday tuesday wednesday thursday friday saturday sunday")
MONTHS: Final = _words("january february march april may june july august september october november december")
_MONTH: Final = "|".join(MONTHS)
LARGEST_PARTY: Final = 999
LAST_EVENING: Final = 10
LAST_AFTERNOON: Final = 6
"""Hours up to these are behind noon, when nothing else was said."""
PHONE_DIGITS: Final = (7, 15)
"""Fewest and most digits of a telephone number (E.164 allows 15)."""


def normalized(text: str) -> str:
    """Lower case, numbers as digits, ordinals as `5th`, no punctuation but `:` and `.` between digits."""
    text = text[:2_000].casefold().replace("’", "'").replace("[keypad]", " ")
    text = re.sub(r"\b([ap])\.?\s?m\b\.?", r" \1m", text)
    text = re.sub(r"\bo'? ?clock\b", " oclock", text)
    text = re.sub(r"(?<=\d)[-()/](?=\d)", lambda found: "/" if found[0] == "/" else " ", text)
    text = re.sub(r"(?<!\d)[.:/]|[.:/](?!\d)|[^\w\s'.:/@]", " ", text)
    return " ".join(_digits(text.split()))


def _digits(words: list[str]) -> list[str]:
    found: list[str] = []
    i = 0
    while i < len(words):
        word, after = words[i], words[i + 1] if i + 1 < len(words) else ""
        if word in _TENS and (1 <= _UNITS.get(after, 0) <= 9):
            found.append(str(_TENS[word] + _UNITS[after]))
            i += 1
        elif word in _TENS and _ORDINALS.get(after, 99) <= 9:
            found.append(f"{_TENS[word] + _ORDINALS[after]}th")
            i += 1
        elif word in _UNITS or word in _TENS:
            found.append(str(_UNITS.get(word, _TENS.get(word, 0))))
        elif word in _ORDINALS:
            found.append(f"{_ORDINALS[word]}th")
        elif ordinal := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", word):
            found.append(f"{int(ordinal[1])}th")
        else:
            found.append(word)
        i += 1
    return found


# ── how many ─────────────────────────────────────────────────────────────────────────────────────────────────────

_PEOPLE: Final = r"(?:people|persons?|peoples|guests?|adults?|of us|pax|diners|places|seats|heads)"
_CHILDREN: Final = r"(?:children|kids?|child|babies|baby|toddlers?)"
_RELATIVE: Final = r"(?:wife|husband|partner|friend|girlfriend|boyfriend|mother|mom|mum|father|dad|son|daughter|boss)"
_NOT_PARTY: Final = r"(?!\s*(?:am|pm|oclock|past|to\b|[:.]\d|\d|minutes|hours|nights?|days|weeks|dollars|th\b))"
_PARTY: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], int]], ...]] = (
    (re.compile(rf"(\d+) adults?(?: and| plus)? (\d+) {_CHILDREN}"), lambda m: int(m[1]) + int(m[2])),
    (re.compile(rf"(\d+)(?: or \d+)? {_PEOPLE}"), lambda m: int(m[1])),
    (re.compile(rf"(?:table|party|group|family|booking|reservation|dinner|lunch) (?:of|for) (\d+){_NOT_PARTY}"),
     lambda m: int(m[1])),
    (re.compile(rf"(?:we are|we're|we will be|we'll be|there are|there'll be|there will be) (\d+){_NOT_PARTY}"),
     lambda m: int(m[1])),
    (re.compile(rf"\bme and (?:my )?(\d+) {_CHILDREN}"), lambda m: 1 + int(m[1])),
    (re.compile(rf"\b(?:me and my|my|i and my) {_RELATIVE} and (?:me|i|myself)\b"), lambda m: 2),
    (re.compile(rf"\bme and (?:my|a) {_RELATIVE}\b"), lambda m: 2),
    (re.compile(r"\b(?:just|only) (?:for )?(?:me|myself)\b|\bon my own\b|\bby myself\b"), lambda m: 1),
    (re.compile(r"\b(?:both|couple) of us\b|\bfor a couple\b"), lambda m: 2),
)  # fmt: skip
_FOR: Final = re.compile(rf"\bfor (?:about |maybe |just )?(\d{{1,3}})\b{_NOT_PARTY}")
_MAKE_IT: Final = re.compile(rf"\b(?:make|change) (?:it|that)(?: to)? (\d{{1,3}})\b{_NOT_PARTY}")
_BARE: Final = re.compile(r"(?:^|\b(?:um|uh|so|well|yes|yeah|it's|we're|about|maybe|just|no|actually) )(\d{1,3})\b")


def party_size(text: str, *, asked: bool = False) -> int | None:
    """How many people; `asked` when that was the question, so that a bare number is the answer."""
    said = normalized(text)
    for pattern, read in _PARTY:
        if match := pattern.search(said):
            return _bounded(read(match))
    for pattern in (_FOR, _MAKE_IT, *([_BARE] if asked else [])):
        match = pattern.search(said)
        if match and not (pattern is _BARE and time_of_day(text)):
            return _bounded(int(match[1]))
    return None


def _bounded(value: int) -> int | None:
    return value if 1 <= value <= LARGEST_PARTY else None


# ── when ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_MORNING: Final = re.compile(r"\b(?:morning|breakfast)\b")
_LATER: Final = re.compile(r"\b(?:tonight|evening|afternoon|night|dinner|lunch|supper)\b")
_CLOCK: Final = re.compile(r"\b(\d{1,2})[:.](\d{2})\b ?(am|pm)?")
_HALF: Final = re.compile(r"\b(half|quarter|\d{1,2})(?: minutes)? (past|after|to|before|of) (\d{1,2})\b ?(am|pm)?")
_MARKED: Final = re.compile(r"\b(\d{1,2})(?: (?:oh )?(\d{1,2}))? ?(am|pm|oclock)\b(?: (am|pm))?")
_AT: Final = re.compile(r"\b(?:at|around|about|by|from|after|say|to|until) (?:about |around )?"
                        r"(\d{1,2})(?: (?:oh )?(\d{1,2}))?\b"
                        r"(?! (?:people|persons?|guests?|of us|adults?))")  # fmt: skip
_PLAIN_TIME: Final = re.compile(r"\b(\d{1,2})(?: (?:oh )?(\d{2}))\b")
_BARE_TIME: Final = re.compile(r"\b(\d{1,2})(?: (\d{1,2}))?\b")
_MILITARY: Final = re.compile(r"\b([01]\d|2[0-3])([0-5]\d)\b")


def time_of_day(text: str, *, asked: bool = False, evening: bool = True) -> str | None:
    """A time as `HH:MM`, 24 hours. Without more, seven to ten are taken for the evening where `evening` is what is
    booked, and for the morning elsewhere; one to six are always in the afternoon."""
    said = normalized(text)
    last = LAST_EVENING if evening else LAST_AFTERNOON
    if re.search(r"\b(?:noon|midday)\b", said) and not re.search(r"afternoon", said):
        return "12:00"
    if "midnight" in said:
        return "00:00"
    if match := _HALF.search(said):
        return _half(match, said, last)
    if match := _CLOCK.search(said):
        return _time(int(match[1]), int(match[2]), match[3] or "", said, last)
    if match := _MARKED.search(said):
        half = match[4] or match[3]
        return _time(int(match[1]), int(match[2] or 0), half if half != "oclock" else "", said, last)
    if match := _AT.search(said):
        return _time(int(match[1]), int(match[2] or 0), "", said, last)
    if not asked:
        return None
    for pattern in (_MILITARY, _PLAIN_TIME, _BARE_TIME):
        if match := pattern.search(said):
            return _time(int(match[1]), int(match[2] or 0), "", said, last)
    return None


def _half(match: re.Match[str], said: str, last: int) -> str | None:
    minutes = {"half": 30, "quarter": 15}.get(match[1])
    minutes = int(match[1]) if minutes is None else minutes
    hour = int(match[3])
    if match[2] in ("to", "before", "of"):
        hour, minutes = hour - 1 or 12, 60 - minutes
    return _time(hour, minutes, match[4] or "", said, last)


def _time(hour: int, minute: int, half: str, said: str, last: int) -> str | None:
    if hour > 24 or minute > 59:
        return None
    half = half or ("am" if _MORNING.search(said) else "pm" if _LATER.search(said) else "")
    if half == "am":
        hour %= 12
    elif half == "pm":
        hour = hour % 12 + 12 if hour <= 12 else hour
        # "twelve at night" is midnight, "eleven for lunch" is in the morning.
        hour = hour % 24 if hour != 23 or "lunch" not in said else 11
    elif 1 <= hour <= last:
        hour += 12
    return f"{hour % 24:02d}:{minute:02d}"


def spoken_time(value: str) -> str:
    """`19:30` as it is read back: `7:30 PM`."""
    hour, minute = int(value[:2]), int(value[3:])
    if minute == 0 and hour in (0, 12):
        return "noon" if hour else "midnight"
    clock = f"{(hour - 1) % 12 + 1}" + (f":{minute:02d}" if minute else "")
    return f"{clock} {'PM' if hour >= 12 else 'AM'}"


_DAY: Final = re.compile(rf"\b(?:(this|next|coming|on) )?({'|'.join(DAYS)})s?\b")
_MONTH_FIRST: Final = re.compile(rf"\b({_MONTH}) (?:the )?(\d{{1,2}})(?:th)?\b")
_DAY_FIRST: Final = re.compile(rf"\b(\d{{1,2}})(?:th)? (?:of )?({_MONTH})\b")
_NTH: Final = re.compile(r"\b(?:the|on) (\d{1,2})th\b")
_NUMERIC: Final = re.compile(r"\b(\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}(?:/\d{2,4})?)\b")
_IN_DAYS: Final = re.compile(r"\bin (\d{1,2}) (days|weeks)\b")
_FEASTS: Final = re.compile(
    r"\b(christmas eve|christmas day|christmas|new year'?s eve|new year'?s day|valentine'?s day|easter sunday|"
    r"thanksgiving)\b"
)


def date(text: str) -> str | None:
    """A day as it is written into a book: `tomorrow`, `next Friday`, `June 5`, `Friday, June 5`."""
    said = normalized(text)
    weekday = _DAY.search(said)
    named = ""
    if weekday:
        named = ("next " if weekday[1] == "next" else "") + weekday[2].capitalize()
    if match := _MONTH_FIRST.search(said):
        day = _of_month(match[1], int(match[2]))
    elif match := _DAY_FIRST.search(said):
        day = _of_month(match[2], int(match[1]))
    elif match := _NTH.search(said):
        day = f"the {_ordinal(int(match[1]))}" if 1 <= int(match[1]) <= 31 else None
    else:
        day = None
    if day:
        return f"{named}, {day}" if named and not named.startswith("next") else day
    return named or _relative_day(said)


def _relative_day(said: str) -> str | None:
    if "day after tomorrow" in said:
        return "the day after tomorrow"
    if match := _IN_DAYS.search(said):
        return f"in {match[1]} {match[2]}"
    if re.search(r"\btomorrow\b", said):
        return "tomorrow"
    if re.search(r"\b(?:today|tonight|this (?:evening|afternoon|morning))\b", said):
        return "today"
    if match := _FEASTS.search(said):
        return match[1].title().replace("'S", "'s")
    if match := _NUMERIC.search(said):
        return match[1]
    return None


def _of_month(month: str, day: int) -> str | None:
    return f"{month.capitalize()} {day}" if 1 <= day <= 31 else None


def _ordinal(day: int) -> str:
    ending = "th" if 10 <= day <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


# ── which number ─────────────────────────────────────────────────────────────────────────────────────────────────

_BETWEEN: Final = frozenset(_words("um uh and dash area code then plus hyphen it's is my number so okay"))


def digits(text: str) -> str:
    """The longest run of dictated digits: `five zero three, double five`, `503-555`; empty when there is none."""
    best = run = ""
    times = 1
    for word in normalized(text).replace(".", " ").split():
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
            continue
        value = "0" if word in ("oh", "o", "zero") else word
        if value.isascii() and value.isdigit():
            run += value * times if len(value) == 1 else value
        elif word == "hundred" and run:
            run += "00"
        elif word not in _BETWEEN:
            best, run = max(best, run, key=len), ""
        times = 1
    return max(best, run, key=len)[: PHONE_DIGITS[1] + 1]


def phone(text: str) -> str | None:
    """A whole telephone number, as digits."""
    found = digits(text)
    return found if PHONE_DIGITS[0] <= len(found) <= PHONE_DIGITS[1] else None


def spoken_phone(number: str) -> str:
    """Digits in the groups in which they are read back: `503-555-0142`."""
    head = number[:-10] if len(number) in (11, 12, 13) else ""
    rest = number[len(head) :]
    groups = [head] if head else []
    while len(rest) > 4:
        groups.append(rest[:3])
        rest = rest[3:]
    return "-".join([*groups, rest])


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_WORD: Final = r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?"
_INTRODUCED: Final = re.compile(
    rf"\b(?:my name(?: is|'s|’s)|(?:the )?name(?: is|'s|’s|:)|under(?: the name(?: of)?)?|in the name of|"
    rf"this is|i am called|call me|on behalf of)\s+(?:mr\.?|mrs\.?|ms\.?|miss|doctor|dr\.?)?\s*"
    rf"({_WORD}(?:\s+{_WORD}){{0,3}})",
    re.IGNORECASE,
)  # fmt: skip
_I_AM: Final = re.compile(rf"\b(?:i'm|i am|it's|it is)\s+({_WORD}(?:\s+{_WORD}){{0,2}})", re.IGNORECASE)
_LEAD_IN: Final = re.compile(
    r"^(?:\W*\b(?:um|uh|er|yes|yeah|sure|okay|ok|well|so|oh|please|for|it's|it’s|that's|no|actually)\b\W*)+",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(r"\d|oclock|\b(?:tomorrow|tonight|noon|evening|morning)\b")
_SPELLED: Final = re.compile(r"(?:\b[A-Za-z]\b[\s.,-]*){3,}")
_NAME_STOPS: Final = frozenset(
    _words("""and at for on in with by is are was to from my our your the a an please thanks thank you phone number
    telephone i we it that this but so tonight today tomorrow table people calling speaking here again sir can
    could would room booking message about because there not just going looking trying wondering interested""")
) | frozenset(DAYS)
_NO_NAMES: Final = frozenset(
    _words("""yes no yeah yep nope okay ok sure next make hello hi hey well um uh er sorry what who why when where how
    pardon right correct wait hold maybe none nothing never mind you me table change cancel bye goodbye exactly
    absolutely definitely""")
)


def name(text: str, *, asked: bool = False) -> str | None:
    """A person's name; `asked` when that was the question, so that a short turn is taken for it."""
    text = text[:400]
    spelled = _spelled(text)
    match = _INTRODUCED.search(text) or (_I_AM.search(text) if asked else None)
    found = _as_name(_SPELLED.sub(" ", match[1])) if match else ""
    if not found and asked:
        bare = _LEAD_IN.sub("", text)
        found = _as_name(_SPELLED.sub(" ", bare)) if len(bare.split()) <= 5 or spelled else ""
        if _NO_NAME.search(normalized(found)):
            found = ""
    if spelled and (asked or match):
        # "Anna Brown, B R O W N": the spelling replaces the word that it spells.
        kept = found.split()
        if kept and kept[-1][:1].casefold() == spelled[:1].casefold():
            kept.pop()
        return " ".join([*kept, spelled])
    return found or None


def _as_name(text: str) -> str:
    words: list[str] = []
    for word in re.split(r"[\s,;!?]+", text.strip()):
        bare = word.strip(".").casefold()
        if bare in _NAME_STOPS or (not words and bare in _NO_NAMES) or any(c.isdigit() for c in bare):
            break
        if bare and bare not in _NO_NAMES:
            words.append(word.strip("."))
        if word.endswith(".") and len(bare) > 2:
            break
    return " ".join(word if any(c.isupper() for c in word) else word.capitalize() for word in words[:4])


def _spelled(text: str) -> str:
    """`B R O W N` as `Brown`."""
    match = _SPELLED.search(text)
    letters = re.findall(r"[A-Za-z]", match[0]) if match else []
    # "I" and "a" are words: a run of letters starts with neither.
    return "".join(letters).capitalize() if len(letters) >= 3 else ""
