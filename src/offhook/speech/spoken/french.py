"""How French is said: France, Belgium, Switzerland, Canada."""

import re
from collections.abc import Sequence
from typing import Final

from offhook.speech.spoken import french_numbers as numbers
from offhook.speech.spoken.european import CLOCK, HALVED, European
from offhook.speech.spoken.european_signs import ISO_DATE
from offhook.speech.spoken.european_words import Gender, Unit, from_roman, full_year
from offhook.speech.spoken.french_words import (
    FEMININE,
    FEMININE_ENDINGS,
    FRANCS,
    MASCULINE,
    MONTHS,
    NO_NOUNS,
    PAIRS,
    vocabulary,
)
from offhook.speech.spoken.language import Language, Place, without_stops

DATE: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?")
ORDINAL: Final = re.compile(r"(\d{1,3})(er|ers|ère|ere|re|res|ème|eme|e|es|ème|nd|nde|d|èmes)")
ROMAN: Final = re.compile(r"([IVXL]{1,7})(er|e|ème)")
HOURS: Final = re.compile(r"(\d{1,2})[hH](\d{2})?")
CENTS: Final = re.compile(r"(\d+)€(\d{2})")
TIMES: Final = re.compile(r"(\d{1,3})x")
ALWAYS: Final = re.compile(r"(\d{1,2})([hj])/(\d{1,2})j?")
""" "24h/24", "7j/7"."""
ROMAN_WORDS: Final = frozenset({"siècle", "république", "arrondissement", "millénaire"})
DATE_WORDS: Final = frozenset("le du au dès".split())
PARTS: Final = {3: "tiers", 4: "quart"}
SPOONS: Final = {"s": "càs", "soupe": "càs", "c": "càc", "café": "càc", "thé": "càc"}
""" "2 c. à s.", "1 cuil. à soupe"."""
VOWELS: Final = "aeiouyéèêhœ"


class French(European):
    """See `European`."""

    country = "FR"
    part_of_one = "de "
    size_word = "par"

    def __init__(self, region: str) -> None:
        super().__init__(vocabulary(), region)

    def say(self, words: Sequence[str]) -> list[str]:
        """See `Language.say`."""
        last = len(words) - 1
        # "45 fr. par nuit": the stop ends nothing.
        behind = [
            word[:-1] if word in FRANCS and 0 < at < last and words[at - 1][-1:].isdecimal() else word
            for at, word in enumerate(words)
        ]
        return super().say(without_stops(behind, FRANCS))

    def cardinal(self, n: int, gender: Gender | None = None) -> str:
        """See `french_numbers.cardinal`."""
        return numbers.cardinal(n, gender, self.region)

    def gender_of(self, noun: str) -> Gender | None:
        """Of a word in small letters that can be a noun, by its ending."""
        folded = noun.lower()
        if not folded.isalpha() or len(folded) < 3 or folded in NO_NOUNS or noun[0].isupper():
            return None
        if folded in MASCULINE:
            return Gender.MASCULINE
        return Gender.FEMININE if folded in FEMININE or folded.endswith(FEMININE_ENDINGS) else Gender.MASCULINE

    def decimals(self, digits: str) -> str:
        """ "3,14" is read "trois virgule quatorze", "3,05" "virgule zéro cinq"."""
        if len(digits) > 3:
            return super().decimals(digits)
        zeros = len(digits) - len(digits.lstrip("0"))
        rest = digits[zeros:]
        return " ".join([*["zéro"] * zeros, *([self.cardinal(int(rest))] if rest else [])])

    def phone_group(self, digits: str) -> str:
        """In pairs: "06 12" is "zéro six, douze"."""
        if len(digits) == 2 and digits != "00":
            return self.decimals(digits)
        return self.cardinal(int(digits)) if len(digits) == 3 and digits[0] != "0" else super().phone_group(digits)

    def many(self, whole: float, unit: Unit) -> str:
        """One and a half is one; "un million d'euros"."""
        word = unit.one if whole < 2 else unit.many
        if whole >= 10**6 and whole % 10**6 == 0:
            return f"d'{word}" if word[0] in VOWELS else f"de {word}"
        return word

    def after_magnitude(self, unit: Unit) -> str:
        """ "cinq millions d'euros"."""
        return self.many(10**6, unit)

    def joined(self, cores: Sequence[str], at: int) -> tuple[int, str] | None:
        """ "7 h 30" and "c. à s." as well."""
        ahead = [*cores[at : at + 3], "", ""]
        if (
            ahead[0].isdecimal()
            and len(ahead[0]) <= 2
            and ahead[1] in ("h", "H")
            and re.fullmatch(r"\d{2},?", ahead[2])
        ):
            return 3, f"{ahead[0]}h{ahead[2].rstrip(',')}"
        spoon = SPOONS.get(ahead[2].rstrip(",").lower()) if ahead[0].lower() in ("c", "cuil", "cuill") else None
        if spoon and ahead[1] == "à":
            return 3, spoon
        return super().joined(cores, at)

    def service_number(self, digits: str) -> str:
        """ "cent douze", "trente-neuf dix-neuf"; in Canada "neuf un un"."""
        if self.region in ("CA", "US"):
            return self.digits_of(digits)
        parts = [digits[at : at + 2] for at in (0, 2)] if len(digits) == 4 else [digits]
        parts = [digits[:3], digits[3:]] if len(digits) == 6 else parts
        said = [self.cardinal(int(part)) if part[0] != "0" else self.decimals(part) for part in parts]
        return (", " if len(digits) == 6 else " ").join(said)

    # ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────

    def date(self, core: str, place: Place) -> str | None:
        """12/03/2026, 2026-03-12, 12/03 behind "le"."""
        if match := ISO_DATE.fullmatch(core):
            year, month, day = match.groups()
        elif match := DATE.fullmatch(core):
            day, month, year = match[1], match[3], match[4]
            is_day = place.before.lower() in DATE_WORDS or place.before.lower() in self.words.days.values()
            if year is None and (not (is_day and match[2] == "/") or place.after in ("du", "de", "des", "d'")):
                return None
        else:
            return None
        if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
            return None
        said = f"{'premier' if int(day) == 1 else self.cardinal(int(day))} {MONTHS[int(month) - 1]}"
        if not year:
            return said
        return f"{said} {self.cardinal(full_year(year))}"

    def ordinal(self, core: str, place: Place) -> str | None:
        """1er, 1re, 2e, 3ème, XXe; the first of a month."""
        if core == "1" and place.after.lower() in MONTHS and not place.tail:
            return "premier"
        if match := TIMES.fullmatch(core):
            return f"{self.cardinal(int(match[1]), Gender.FEMININE)} fois"
        if match := ALWAYS.fullmatch(core):
            unit = self.words.units[match[2]]
            return f"{self.of(match[1], unit)} sur {self.cardinal(int(match[3]))}"
        match = ROMAN.fullmatch(core)
        if match and (len(match[1]) > 1 or place.after in ROMAN_WORDS):
            n = from_roman(match[1])
        elif match := ORDINAL.fullmatch(core):
            n = int(match[1])
        else:
            return None
        if match[2] in ("nd", "d", "nde"):
            return ("seconde" if match[2] == "nde" else "second") if n == 2 else None
        many = "s" if match[2].endswith("s") else ""
        return (
            numbers.ordinal(n, is_feminine=match[2].startswith(("è", "ere", "re")) and n == 1, region=self.region)
            + many
        )

    # ── times ────────────────────────────────────────────────────────────────────────────────────────────────────

    def time(self, core: str, place: Place) -> str | None:
        """7h30, 18h, 14:30."""
        match = HOURS.fullmatch(core) or CLOCK.fullmatch(core)
        if not match:
            return "" if core == "h" and CLOCK.fullmatch(place.before) else None
        hour, minute = int(match[1]), int(match[2] or 0)
        if minute > 59 or (hour > 24 and ":" in core):
            return None
        said = f"{self.cardinal(hour, Gender.FEMININE)} {'heure' if hour < 2 else 'heures'}"
        return f"{said} {'zéro ' if minute < 10 else ''}{self.cardinal(minute)}" if minute else said

    def money(self, core: str, place: Place) -> str | None:
        """12€50 as well."""
        match = CENTS.fullmatch(core)
        return (
            self.price(int(match[1]), int(match[2]), self.words.currencies["€"])
            if match
            else super().money(core, place)
        )

    # ── fractions, abbreviations ─────────────────────────────────────────────────────────────────────────────────

    def number(self, text: str, gender: Gender | None = None, place: Place | None = None) -> str:
        """06000 is "zéro six mille"."""
        if len(text) == 5 and text[0] == "0" and text[1] != "0":
            return f"zéro {self.cardinal(int(text))}"
        return super().number(text, gender, place)

    def part_of(self, above: int, below: int, place: Place) -> str | None:
        """½ -> "une demie", before a noun "demi"; 3/4 -> "trois quarts"."""
        if (above, below) == (1, 2):
            unit = self._counted(place.after)
            gender = unit.gender if unit else self.gender_of(place.after)
            is_told = place.before.lower() in ("un", "une", "la", "le", "cette", "ce", "chaque", "par", "de")
            return "demi" if is_told else f"{self.cardinal(1, gender)} demi"
        if not 3 <= below <= 20 or above >= below:
            return None
        part = PARTS.get(below) or numbers.ordinal(below, region=self.region)
        return f"{self.cardinal(above)} {part}{'s' if above > 1 and not part.endswith('s') else ''}"

    def and_part(self, whole: int, above: int, below: int, place: Place) -> str:
        """2½ -> "deux", and "et demie" behind the noun."""
        gender = self.noun_after(place)
        if gender is not None and (above, below) == (1, 2):
            return self.cardinal(whole, gender)
        if (above, below) == (1, 2):
            return f"{self.cardinal(whole)} et demi"
        part = self.part_of(above, below, Place()) or f"{self.cardinal(above)} sur {self.cardinal(below)}"
        return f"{self.cardinal(whole)} {part}" if whole else part

    def abbreviation(self, core: str, place: Place) -> str | None:
        """With its full stop, or without."""
        if (days := self.days_span(core)) is not None:
            return days
        for first, second in ((core, f"{place.after}."), (f"{place.before}.", core), (place.before, core)):
            if (pair := PAIRS.get((first, second))) is not None:
                return pair[0 if first == core else 1]
        core = core[:-1] if core in ("càs.", "càc.") else core
        halved = HALVED.fullmatch(place.before)
        if halved and halved[1] and halved[2] == "½" and not core.endswith("."):
            unit = self._counted(core)
            gender = unit.gender if unit else self.gender_of(core)
            if gender is not None:
                noun = self.many(int(halved[1]), unit) if unit else core
                return f"{noun} et demi{'e' if gender is Gender.FEMININE else ''}"
        if core in ("càs", "càc"):
            return self.unit(core, place)
        bare = core.rstrip(".")
        if core in ("M.", "Me", "Pr", "St", "Ste", "p.", "ch.", "ex.", "no.") and not (
            place.after[:1].isupper() or place.after[:1].isdigit()
        ):
            return "monsieur" if core == "M." and place.after == "et" else None
        if core in ("pers.", "min.", "sec.") and place.before[-1:].isdigit():
            return self.many(1 if place.before == "1" else 2, self.words.units[bare])
        if (
            bare in self.words.days
            and (core.endswith(".") or place.after in ("-", "–", "au", "à"))
            and (not place.last or place.before in ("et", "ou", "le", "les", "du", "au", "à"))
        ):
            return self.words.days[bare]
        if bare.lower() in self.words.month_names and bare.lower() not in MONTHS and place.before[:1].isdigit():
            return MONTHS[self.words.month_names[bare.lower()] - 1]
        return self.known_abbreviation(core)


def create(region: str = "") -> Language:
    """French as it is said in a region: "FR", "BE", "CH"."""
    return French(region)
