"""How Spanish is said: Spain and Latin America."""

import re
from collections.abc import Sequence
from typing import Final

from offhook.speech.spoken import spanish_numbers as numbers
from offhook.speech.spoken.european import CLOCK, HALVED, European
from offhook.speech.spoken.european_signs import ISO_DATE
from offhook.speech.spoken.european_words import Currency, Gender, Unit, from_roman, full_year
from offhook.speech.spoken.language import Language, Place
from offhook.speech.spoken.spanish_words import (
    DOT_REGIONS,
    FEMININE,
    FEMININE_ENDINGS,
    MASCULINE,
    MONTHS,
    NO_NOUNS,
    PAIRS,
    vocabulary,
)

DATE: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?")
ORDINAL: Final = re.compile(r"(\d{1,3})\.?(º|ª|er|ero|era|ra|do|da|to|ta|mo|ma|o|a|°)(s?)")
ROMAN_WORDS: Final = frozenset({"siglo", "capítulo", "tomo", "volumen"})
TIMES: Final = re.compile(r"(\d{1,3})x")
ROMAN: Final = re.compile(r"[IVX]{2,5}")
HOURS: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?h(?:rs?|s)?", re.IGNORECASE)
HALF_OF_DAY: Final = re.compile(r"([ap])\.?\s?m\.?", re.IGNORECASE)
JOINED_HALF: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?([ap])\.?m", re.IGNORECASE)
CLOCK_WORDS: Final = frozenset("las la".split())
PARTS: Final = {3: "tercio", 4: "cuarto", 5: "quinto", 6: "sexto", 7: "séptimo", 8: "octavo", 9: "noveno", 10: "décimo"}


class Spanish(European):
    """See `European`."""

    country = "ES"
    part_of_one = "de "

    phone_shapes = frozenset({
        (3, 3, 3), (3, 2, 2, 2), (2, 3, 2, 2), (2, 3, 4), (2, 4, 4), (3, 3, 4), (3, 3, 2, 2), (2, 3, 3, 2),
    })  # fmt: skip

    def __init__(self, region: str) -> None:
        super().__init__(vocabulary(region), region, groups_by_comma=region in DOT_REGIONS)

    def cardinal(self, n: int, gender: Gender | None = None) -> str:
        """See `spanish_numbers.cardinal`."""
        return numbers.cardinal(n, gender)

    def gender_of(self, noun: str) -> Gender | None:
        """Of a word in small letters that can be a noun, by its ending."""
        folded = noun.lower()
        if not folded.isalpha() or len(folded) < 3 or folded in NO_NOUNS or noun[0].isupper():
            return None
        if folded in MASCULINE or (folded.endswith(("ma", "mas")) and len(folded) > 7):
            return Gender.MASCULINE
        return Gender.FEMININE if folded in FEMININE or folded.endswith(FEMININE_ENDINGS) else Gender.MASCULINE

    def decimals(self, digits: str) -> str:
        """ "12,5" and "3,14" are read as numbers."""
        return self.cardinal(int(digits)) if len(digits) <= 2 and digits[0] != "0" else super().decimals(digits)

    def price(self, whole: int, cents: int, currency: Currency) -> str:
        """12,50 € -> "doce euros con cincuenta"."""
        return (
            f"{self.cardinal(whole, currency.unit.gender)} {self.many(whole, currency.unit)} con {self.cardinal(cents)}"
        )

    def many(self, whole: float, unit: Unit) -> str:
        """ "un millón de euros"."""
        word = super().many(whole, unit)
        return f"de {word}" if whole >= 10**6 and whole % 10**6 == 0 else word

    def after_magnitude(self, unit: Unit) -> str:
        """ "cinco millones de euros"."""
        return f"de {unit.many}"

    def is_postcode(self, text: str, place: Place) -> bool:
        """28001 Madrid."""
        return (
            text.isdecimal()
            and len(text) == 5
            and not text.endswith("00")
            and place.after[:1].isupper()
            and not place.tail
        )

    def joined(self, cores: Sequence[str], at: int) -> tuple[int, str] | None:
        """ "a. m." as well."""
        following = cores[at + 1] if at + 1 < len(cores) else ""
        if cores[at].lower() in ("a", "p") and following.lower() == "m" and at and cores[at - 1][-1:].isdigit():
            return 2, f"{cores[at].lower()}.m"
        return super().joined(cores, at)

    def service_number(self, digits: str) -> str:
        """ "uno uno dos", "nueve once", "cero dieciséis", "ciento siete"."""
        if digits in ("112", "123") or len(digits) > 4:
            return self.digits_of(digits)
        if digits[0] == "0" and len(digits) == 3 and digits[1] != "0":
            return f"{self.cardinal(0)} {self.cardinal(int(digits[1:]))}"
        if len(digits) == 3 and digits[1:] == "11":
            return f"{self.cardinal(int(digits[0]))} {self.cardinal(11)}"
        return self.cardinal(int(digits)) if digits[0] != "0" else self.digits_of(digits)

    # ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _day(self, day: int) -> str:
        return "primero" if day == 1 and self.region not in ("", "ES") else self.cardinal(day)

    def date(self, core: str, place: Place) -> str | None:
        """12/03/2026, 1-5-2026, 2026-03-12, 12/03 behind "el"."""
        if match := ISO_DATE.fullmatch(core):
            year, month, day = match.groups()
        elif match := DATE.fullmatch(core):
            day, month, year = match[1], match[3], match[4]
            is_day = place.before.lower() in ("el", "al", "del", "día") or place.before in self.words.days.values()
            if year is None and (not (is_day and match[2] == "/") or place.after in ("de", "del")):
                return None
        else:
            return None
        if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
            return None
        said = f"{self._day(int(day))} de {MONTHS[int(month) - 1]}"
        if not year:
            return said
        return f"{said} de {self.cardinal(full_year(year))}"

    def ordinal(self, core: str, place: Place) -> str | None:
        """1.º, 3.er, 2ª; the first of a month."""
        if core == "1" and place.after == "de" and place.after_that in MONTHS:
            return self._day(1)
        if match := TIMES.fullmatch(core):
            return f"{self.cardinal(int(match[1]), Gender.FEMININE)} {'vez' if match[1] == '1' else 'veces'}"
        if place.before.lower() in ROMAN_WORDS and ROMAN.fullmatch(core):
            return self.cardinal(from_roman(core))
        match = ORDINAL.fullmatch(core)
        if not match or (match[2] in ("o", "a") and "." not in core and self.noun_after(place) is None):
            return None
        is_feminine = match[2] in ("ª", "era", "ra", "da", "ta", "ma", "a")
        is_short = match[2] == "er" or (not is_feminine and self.gender_of(place.after) is not None and not place.tail)
        said = numbers.ordinal(int(match[1]), "a" if is_feminine else "" if is_short else "o")
        if said is None:
            return self.cardinal(int(match[1]), Gender.FEMININE if is_feminine else None)
        return said + match[3]

    # ── times ────────────────────────────────────────────────────────────────────────────────────────────────────

    def time(self, core: str, place: Place) -> str | None:
        """7:30, 14:30, 18h, 7:30 p. m."""
        if match := JOINED_HALF.fullmatch(core):
            hour, minute = int(match[1]), int(match[2] or 0)
            return (
                f"{self._clock(hour, minute)} {self._half(match[3], match[1])}" if hour <= 12 and minute < 60 else None
            )
        match = CLOCK.fullmatch(core)
        hours = None if match else HOURS.fullmatch(core)
        if not match and not hours and place.before.lower() in CLOCK_WORDS:
            match = re.fullmatch(r"(\d{1,2})(?:\.(\d{2}))?", core)
        found = match or hours
        if not found:
            return self._hours_behind(core, place)
        hour, minute = int(found[1]), int(found[2] or 0)
        if hour > 24 or minute > 59:
            return None
        said = self._clock(hour, minute)
        is_hours = hours is not None and minute == 0
        return f"{said} {'hora' if hour == 1 else 'horas'}" if is_hours else said

    def _hours_behind(self, core: str, place: Place) -> str | None:
        """The "h" of "21:00 h"."""
        told = CLOCK.fullmatch(place.before)
        if core not in ("h", "hs", "hrs") or not told:
            return None
        return ("hora" if int(told[1]) == 1 else "horas") if told[2] == "00" else ""

    def _clock(self, hour: int, minute: int) -> str:
        said = self.cardinal(hour, Gender.FEMININE)
        if minute == 0:
            return said
        small = {15: "cuarto", 30: "media"}.get(minute) if 1 <= hour <= 12 else None
        if small:
            return f"{said} y {small}"
        return f"{said} {'cero ' if minute < 10 else ''}{self.cardinal(minute)}"

    def _half(self, letter: str, time: str) -> str:
        hour = int(re.match(r"\d+", time)[0]) if time[:1].isdigit() else 0  # type: ignore[index]
        if letter.lower() == "a":
            return "de la madrugada" if 0 < hour < 6 else "de la noche" if hour == 12 else "de la mañana"
        return "de la noche" if 8 <= hour < 12 else "de la tarde"

    # ── fractions, abbreviations ─────────────────────────────────────────────────────────────────────────────────

    def part_of(self, above: int, below: int, place: Place) -> str | None:
        """½ -> "medio", 3/4 -> "tres cuartos"."""
        if (above, below) == (1, 2):
            unit = self._counted(place.after)
            gender = unit.gender if unit else self.gender_of(place.after)
            return "media" if gender is Gender.FEMININE else "medio"
        if below not in PARTS or above >= below:
            return None
        return f"{self.cardinal(above, Gender.MASCULINE)} {PARTS[below]}{'s' if above > 1 else ''}"

    def and_part(self, whole: int, above: int, below: int, place: Place) -> str:
        """2½ -> "dos", and "y media" behind the noun."""
        gender = self.noun_after(place)
        if gender is not None and (above, below) == (1, 2):
            return self.cardinal(whole, gender)
        part = (
            self.part_of(above, below, Place())
            or f"{self.cardinal(above)} {self.words.shared.slash} {self.cardinal(below)}"
        )
        return f"{self.cardinal(whole)} y {part}" if whole else part

    def abbreviation(self, core: str, place: Place) -> str | None:
        """With its full stop, or without."""
        if (days := self.days_span(core)) is not None:
            return days
        for first, second in ((core, f"{place.after}."), (f"{place.before}.", core)):
            if (pair := PAIRS.get((first, second))) is not None:
                return pair[0 if first == core else 1]
        halved = HALVED.fullmatch(place.before)
        if halved and halved[1] and halved[2] == "½" and not core.endswith("."):
            unit = self._counted(core)
            gender = unit.gender if unit else self.gender_of(core)
            if gender is not None:
                noun = self.many(int(halved[1]), unit) if unit else _singular(core) if halved[1] == "1" else core
                return f"{noun} y {'media' if gender is Gender.FEMININE else 'medio'}"
        if core.lower() in ("c/", "c.") and place.after[:1].isupper():
            return "calle"
        if (half := HALF_OF_DAY.fullmatch(core)) and place.before[-1:].isdigit():
            return self._half(half[1], place.before)
        if core == "&" and re.match(r"h?i(?!e)", place.after, re.IGNORECASE):
            return "e"
        bare = core.rstrip(".")
        if core in ("D.", "S.") and not place.after[:1].isupper():
            return None
        if bare in self.words.days and len(bare) > 1 and core.endswith("."):
            return self.words.days[bare]
        if (
            bare.lower() in self.words.month_names
            and len(bare) <= 4
            and (place.before[:1].isdigit() or (place.before == "de" and place.before_that[:1].isdigit()))
            and core.endswith(".")
        ):
            return MONTHS[self.words.month_names[bare.lower()] - 1]
        return self.known_abbreviation(core)


def _singular(noun: str) -> str:
    return noun[:-2] if noun.endswith(("ses", "res", "nes", "les", "des")) else noun.removesuffix("s")


def create(region: str = "") -> Language:
    """Spanish as it is said in a region: "ES", "MX"."""
    return Spanish(region)
