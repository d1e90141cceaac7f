"""English words that are more than their letters: abbreviations, Roman numerals, acronyms, capitals, hashtags."""

import re
from typing import Final

from offhook.speech.spoken.english_amounts import counts, is_many, is_numeric
from offhook.speech.spoken.english_dates import is_month, names_day
from offhook.speech.spoken.english_numbers import ONES, cardinal, ordinal, plain_number
from offhook.speech.spoken.english_words import (
    ABBREVIATIONS,
    BEFORE_NUMBERS,
    COUNTED_NOUNS,
    DAYS,
    DIRECTIONS,
    MONTHS,
    REGNAL,
    SHOUTED,
    SPELLED,
    STARTERS,
    STATES,
    STREET_TYPES,
    STREETS,
    TITLES,
    UNITS,
)
from offhook.speech.spoken.language import LETTER_A, Place
from offhook.speech.spoken.shared import SharedWords

SHARED: Final = SharedWords(
    digits=ONES[:10], dot="dot", at="at", dash="dash", underscore="underscore", slash="slash", plus="plus",
    letters={"A": LETTER_A},
)  # fmt: skip
ENDING: Final = frozenset({"Street", "Drive", "Avenue", "Road", "Boulevard", "et cetera", "AM", "PM"})
"""Abbreviations before whose successor, in a capital letter, a sentence ends."""
ROMAN: Final = re.compile(r"(?=[IVXL])(X{0,3}L?X{0,3})(IX|IV|V?I{0,3})")
ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50}
SHORT_PLURAL: Final = re.compile(r"([A-Z]{2,5})('?s)")
INITIALS: Final = re.compile(r"(?:[A-Z]\.){1,4}[A-Z]\.")
SINGLE_INITIAL: Final = re.compile(r"[A-HJ-Z]\.")
STATE_CODES: Final = re.compile(r"\d{5}(?:-\d{4})?")


def spell(text: str) -> str:
    """Letters and digits one by one; the rest is left out."""
    return SHARED.spell(text)


def abbreviation(core: str, place: Place) -> str | None:
    """`core` may end in a full stop here; said without one."""
    bare = core.rstrip(".")
    if (said := _beside_numbers(core, bare, place)) is not None:
        return said
    if bare in ("Dr", "St") and (
        core.endswith(".") or place.after[:1].isupper() or place.before[:1].isupper() or place.before[:1].isdecimal()
    ):
        return _doctor_or_drive(bare, place)
    if bare in DIRECTIONS and _is_direction(place):
        return DIRECTIONS[bare]
    if bare in STATES and not core.endswith(".") and STATE_CODES.fullmatch(place.after):
        return STATES[bare]
    if bare in ("am", "pm", "AM", "PM", "a.m", "p.m", "A.M", "P.M"):
        spoken = bare.replace(".", "").upper()
        return spoken if "." in core.rstrip(".") or place.before[-1:].isdecimal() else None
    if bare in MONTHS and (core.endswith(".") or place.after[:1].isdecimal() or place.before[:1].isdecimal()):
        return MONTHS[bare] if not (bare in ("Mar", "Jan") and core.endswith(".") and place.last) else None
    if bare in DAYS and ((core.endswith(".") and not place.last) or bare not in ("Sat", "Sun", "Wed", "Mon")):
        return DAYS[bare]
    if bare in ("Sat", "Sun", "Wed", "Mon") and _is_short_day(place):
        return DAYS[bare]
    if core.endswith(".") and (bare in UNITS or bare == "in") and counts(place.before):
        return UNITS.get(bare, ("inch", "inches"))[is_many(place.before)]
    if bare in ("fl", "Fl") and re.fullmatch(r"\d+(?:st|nd|rd|th)", place.before):
        return "floor"
    if INITIALS.fullmatch(core) or (SINGLE_INITIAL.fullmatch(core) and _is_initial(place)):
        return spell(core)
    return ABBREVIATIONS.get(core)


def _beside_numbers(core: str, bare: str, place: Place) -> str | None:
    """What is said otherwise, or only, beside a number or a code."""
    if bare in ("hrs", "hr", "h") and re.fullmatch(r"\d{1,2}:\d{2}", place.before):
        return ""  # "22:00 hrs."
    if bare == "incl" and (place.last or place.tail.strip(".")):
        return "included"
    is_code = place.after[:1].isupper() and any(c.isdecimal() for c in place.after)
    if core in BEFORE_NUMBERS and (place.after[:1].isdecimal() or is_code or re.fullmatch(r"[IVX]+", place.after)):
        known = core.endswith(".") or (core in ("No", "Nos") and not place.is_first and not place.tail)
        return BEFORE_NUMBERS[core] if known else None
    return None


def _is_initial(place: Place) -> bool:
    """ "J. Smith", "Mr. J. Smith"; but not "Plan B. Come in."."""
    begins = place.is_first or place.before[:1].isupper()
    return begins and place.after[:1].isupper() and place.after not in STARTERS


def _doctor_or_drive(bare: str, place: Place) -> str:
    """ "14 Harbor Dr.", "Main St." against "Dr. Lee", "St. Louis"."""
    if re.fullmatch(r"\d+(?:st|nd|rd|th)", place.before):
        return STREET_TYPES[bare]
    in_address = place.before[:1].isupper() and place.before.rstrip(".") not in STREETS
    if bare == "Dr":
        in_address = in_address and (
            place.before_that[:1].isdecimal() or place.before_that in DIRECTIONS or not place.after
        )
    else:
        in_address = in_address and not place.is_first
        # "in Downtown St. Louis" has no number in front.
        in_address = in_address and (
            not place.after[:1].isupper() or place.before_that[:1].isdecimal() or place.tail[:1] in (",", "")
            or place.after in STARTERS or place.before_that.rstrip(".") in DIRECTIONS
        )  # fmt: skip
    return STREET_TYPES[bare] if in_address else TITLES[bare]


def _is_direction(place: Place) -> bool:
    """ "123 N. Main", "5th Ave NW", "E 5th"."""
    is_street_behind = place.before.rstrip(".") in STREETS
    names_street = place.after[:1].isupper() or bool(re.fullmatch(r"\d+(?:st|nd|rd|th)", place.after))
    return is_street_behind or (names_street and place.before.isdecimal() and not is_numeric(place.after))


def _is_short_day(place: Place) -> bool:
    """ "Sat" and "Sun" are words too."""
    near = {place.before.lower(), place.after.lower()}
    is_beside = (
        names_day(place.before)
        or names_day(place.after)
        or is_month(place.after)
        or place.after[:1].isdecimal()
        or place.before[:1].isdecimal()
    )
    return is_beside or bool(
        near & {"on", "every", "this", "next", "last", "by", "until", "and", "to", "-", "–", "from", "&"}
    )


def stop_ends(core: str, said: str, place: Place) -> bool:
    """Whether the full stop of an abbreviation ends a sentence as well."""
    if said in ("AM", "PM") and "." not in core:
        return True
    if core in TITLES or said in ("Mister", "Missis", "Miz", "Professor", "number") or said.endswith(","):
        return said in ENDING and place.after in STARTERS
    if INITIALS.fullmatch(f"{core}.") and len(core) == 1:
        return False
    begins = place.after[:1].isupper() and not place.after.isupper()
    return place.after in STARTERS or (said in ENDING and begins and not names_day(place.after))


# ── numerals, acronyms, capitals ─────────────────────────────────────────────────────────────────────────────────


def roman(core: str, place: Place) -> str | None:
    """Henry VIII -> "the eighth", World War II -> "two", John Smith III -> "the third"."""
    before = place.before
    if before == "the" and place.before_that in REGNAL and ROMAN.fullmatch(core):
        return ordinal(_roman_value(core))
    if not before[:1].isupper() or not ROMAN.fullmatch(core):
        return None
    value = _roman_value(core)
    if before in COUNTED_NOUNS:
        return cardinal(value)
    if before in REGNAL or before == "Pope":
        is_name = core not in ("I", "V", "X") or place.tail[:1] in (",", ".") or place.before_that in KINGS
        return f"the {ordinal(value)}" if is_name or core != "I" else None
    if core in ("I", "V", "X", "L", "IV", "VI", "XL", "XXL", "XXXL") or before.isupper():
        return None
    is_surname = place.before_that[:1].isupper() and place.before_that not in STARTERS and core in ("II", "III")
    return f"the {ordinal(value)}" if is_surname else cardinal(value)


KINGS: Final = frozenset({"King", "Queen", "Pope", "Emperor", "Prince", "Tsar", "Saint", "St", "John", "of"})


def _roman_value(text: str) -> int:
    values = [ROMAN_VALUES[letter] for letter in text]
    return sum(-n if n < max(values[i + 1 :], default=0) else n for i, n in enumerate(values))


def acronym(core: str, place: Place) -> str | None:
    """ATM and DHL are spelled, ATMs too; words in capitals are words."""
    if not core[:2].isupper():
        return None
    ending = ""
    bare = core
    if match := SHORT_PLURAL.fullmatch(core):
        bare, ending = match[1], "'s"
    elif re.fullmatch(r"[A-Z]{2,6}'s", core):
        bare, ending = core[:-2], "'s"
    if core in ("AD", "BC", "CE", "BCE") and is_numeric(place.before):
        return spell(core)
    if not bare.isascii() or not bare.isalpha() or not bare.isupper() or len(bare) < 2:
        return f"{spell(core)}" if re.fullmatch(r"(?:[A-Z]\.){2,}[A-Z]?", core) else None
    near = (place.before, place.after)
    is_shouted = bare in SHOUTED or (bare not in SPELLED and any(word in SHOUTED for word in near) and len(bare) > 3)
    has_vowel = any(letter in "AEIOUY" for letter in bare)
    if is_shouted or (len(bare) >= 6 and has_vowel):
        return bare.lower() + ending
    is_airline = len(bare) == 2 and place.after.isdecimal() and len(place.after) > 2
    if (
        is_airline
        or bare in SPELLED
        or (len(bare) <= 5 and not has_vowel and bare not in ("MS", "DR", "MR", "HMM", "SHH"))
    ):
        return spell(bare) + ending
    return None


def initials(core: str, place: Place) -> str | None:
    """J.R.R., R&B, AT&T, M&Ms."""
    if "." not in core and "&" not in core:
        return None
    if re.fullmatch(r"(?:[A-Z]\.){1,4}[A-Z]?", core) and "." in core[:-1]:
        return spell(core)
    if match := re.fullmatch(r"((?:[A-Z]\.){2,4})-([a-z]+)", core):
        return f"{spell(match[1])} {match[2]}"
    match = re.fullmatch(r"([A-Z]{1,2})&([A-Z])(s?)", core)
    return f"{spell(match[1])} and {spell(match[2])}{chr(39) + 's' if match[3] else ''}" if match else None


def tagged(core: str, place: Place) -> str | None:
    """#BookNow -> "hashtag Book Now", @harbour_hotel -> "at harbour underscore hotel"."""
    if core[:1] not in ("#", "@"):
        return None
    if re.fullmatch(r"#[A-Za-z]\w{2,60}", core):
        parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", core[1:])
        return " ".join(["hashtag", *(SHARED.spelled_digits(p) if p.isdecimal() and len(p) > 4 else
                                      plain_number(p) if p.isdecimal() else p for p in parts)])  # fmt: skip
    if re.fullmatch(r"@[A-Za-z0-9_.-]{2,60}", core):
        return f"at {SHARED.address(core[1:])}"
    return None
