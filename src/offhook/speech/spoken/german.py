"""How German is said: Germany, Austria, Switzerland."""

import re
from collections.abc import Sequence
from typing import Final

from offhook.speech.spoken import german_numbers as numbers
from offhook.speech.spoken.european import CLOCK, European
from offhook.speech.spoken.european_signs import ISO_DATE
from offhook.speech.spoken.european_words import Gender, full_year
from offhook.speech.spoken.german_francs import with_francs
from offhook.speech.spoken.german_words import FEMININE_ENDINGS, NEUTER_ENDINGS, NOUNS, ORDINAL_NOUNS, PAIRS, vocabulary
from offhook.speech.spoken.language import Language, Place

DATE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2})?)?|(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
DAYS_SPAN: Final = re.compile(r"(\d{1,2})\.[-–](\d{1,2})")
HOURS: Final = re.compile(r"(\d{1,2})h(\d{2})?")
HOURS_SPAN: Final = re.compile(r"(\d{1,2})[-–](\d{1,2})h")
DOT_CLOCK: Final = re.compile(r"(\d{1,2})\.(\d{2})")
TIMES: Final = re.compile(r"(\d{1,3})(?:x|-?mal)")
PERCENTAL: Final = re.compile(r"(\d{1,3})%-?(ig\w{0,2})")
TENS: Final = re.compile(r"(\d{1,4})er")
AMOUNTED: Final = re.compile(r"(\d{1,4}(?:,\d{1,2})?)-?([A-Za-zµ]{1,4})-([A-ZÄÖÜ][a-zäöüß]+)")
"""750-ml-Flasche."""
COMPOUND: Final = re.compile(r"(\d{1,4})-?([a-zäöüß]{3,}\w*(?:-\w+)*)")
""" "8-jährig", "100-prozentig", "5köpfig"."""
STRONG: Final = frozenset("der die das diese dieser dieses jede jeder jedes eine welche welcher".split())
""" "der zweite Stock"."""
WEAK: Final = frozenset(
    """am im vom zum zur beim ins ab bis den dem des einen einem einer eines meinen ihrem ihren seit unserem unserer
    jeden
    jedem diesem diesen spätestens und oder""".split()
)
""" "im zweiten Stock"."""
DATIVE: Final = frozenset("in mit nach vor seit von ab bei aus zu innerhalb je".split())
ACCUSATIVE: Final = frozenset(
    """für um ohne pro durch gegen haben habe hat hätte hätten gibt gäbe kostet dauert nehmen nehme brauchen brauche
    möchten
    möchte bestellen buchen buche reservieren reserviere dauern bleiben bleibe noch""".split()
)
CLOCK_WORDS: Final = frozenset("um ab bis gegen von vor nach zwischen".split())
WITH_ARTICLE: Final = frozenset("eine einen einem einer alle jede jeden jedem jeder die das der den dem".split())
""" "eine ½ Stunde": the article is there."""
NO_DAY: Final = frozenset("um gegen von kostet macht raum zimmer version kapitel abschnitt punkt nr nummer".split())
""" "um 14.10." is a time, "Raum 2.12." a room."""
RATIO_WORDS: Final = frozenset("verhältnis maßstab stand endstand".split())


class German(European):
    """See `European`."""

    country = "DE"

    def __init__(self, region: str) -> None:
        super().__init__(vocabulary(region), region)

    def say(self, words: Sequence[str]) -> list[str]:
        """See `Language.say`."""
        return super().say(with_francs(words, self.region))

    def cardinal(self, n: int, gender: Gender | None = None) -> str:
        """See `European`."""
        return numbers.cardinal(n) if gender is None else numbers.counted(n, gender)

    def article(self, n: int, place: Place, gender: Gender) -> str:
        """ "für eine Nacht", "in einer Stunde", "einen Tisch"."""
        if n != 1:
            return numbers.cardinal(n)
        before = place.before.lower()
        if before in DATIVE:
            return "einer" if gender is Gender.FEMININE else "einem"
        is_object = before in ACCUSATIVE or place.before_that.lower() in ACCUSATIVE
        return "einen" if gender is Gender.MASCULINE and is_object else numbers.counted(1, gender)

    def gender_of(self, noun: str) -> Gender | None:
        """Nouns have capitals; of one that is not known, the ending tells, or it is taken for a masculine."""
        if not noun[:1].isupper() or not noun[1:2].islower():
            return None
        folded = noun.lower()
        known = NOUNS.get(folded) or next(
            (gender for known, gender in NOUNS.items() if len(known) > 3 and folded.endswith(known)), None
        )
        if known:
            return known
        if folded.endswith(NEUTER_ENDINGS):
            return Gender.NEUTER
        return Gender.FEMININE if folded.endswith(FEMININE_ENDINGS) else Gender.MASCULINE

    def is_postcode(self, text: str, place: Place) -> bool:
        """10115 Berlin."""
        name = place.after
        is_name = name[:1].isupper() and name[1:2].islower() and name.lower() not in NOUNS and not place.tail
        return (
            text.isdecimal() and len(text) == 5 and not text.endswith("00") and is_name and self._counted(name) is None
        )

    def year(self, n: int) -> str:
        """See `german_numbers.year`."""
        return numbers.year(n)

    # ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _ending(self, place: Place) -> str:
        """Of an ordinal: "der dritte", "am dritten", "dritter"."""
        before = place.before.lower()
        if before in WEAK or (before == "der" and place.before_that.lower() in DATIVE | {"an", "auf", "zu"}):
            return "en"
        if before in STRONG:
            return "e"
        following = ORDINAL_NOUNS.get(place.after.lower())
        return {Gender.FEMININE: "e", Gender.NEUTER: "es"}.get(following, "er") if following else "er"

    def _day(self, day: int, place: Place) -> str:
        """ "am dritten"; behind a day of the week "am Montag, dem dritten" and "Montag, der dritte"."""
        if place.before in self.words.days or place.before in self.words.days.values():
            is_dative = place.before_that.lower() in WEAK
            return f"dem {numbers.ordinal(day, 'en')}" if is_dative else f"der {numbers.ordinal(day, 'e')}"
        return numbers.ordinal(day, self._ending(place))

    def date(self, core: str, place: Place) -> str | None:
        """12.03.2026, 12.3., 2026-03-12."""
        if match := ISO_DATE.fullmatch(core):
            year, month, day = match.groups()
        elif match := DATE.fullmatch(core):
            day, month, year = match[1] or match[4], match[2] or match[5], match[3] or match[6]
            if year is None and not self._is_day_and_month(place):
                return None
        else:
            return None
        if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
            return None
        said = f"{self._day(int(day), place)} {self.words.months[int(month) - 1]}"
        if not year:
            return said
        return f"{said} {numbers.year(full_year(year))}"

    def _is_day_and_month(self, place: Place) -> bool:
        """ "12.03" is also an amount, a time and a version."""
        if place.after == "Uhr" or place.after in self.words.currencies or place.after in self.words.units:
            return False
        return place.tail.startswith(".") and place.before.lower() not in NO_DAY

    def _day_or_place(self, bare: str, place: Place) -> str | None:
        """The "29." of "am 29. Juli" and "im 3. Stock", the stop included."""
        day = int(bare)
        if place.after.lower() in self.words.month_names or DATE.fullmatch(place.after):
            return self._day(day, place)
        if place.before.lower() in WEAK | STRONG and day <= 31 and (place.after[:1].isupper() or place.after == "und"):
            return numbers.ordinal(day, self._ending(place))
        if place.after.lower() in ORDINAL_NOUNS:
            return numbers.ordinal(day, self._ending(place))
        if place.before.lower() in ("am", "vom", "zum", "der", "den", "dem") and day <= 31:
            return numbers.ordinal(day, self._ending(place))
        if place.after in ("und", "bis", "oder") and place.after_that[:1].isdigit() and place.before.lower() in WEAK:
            return numbers.ordinal(day, "en")
        if 1 <= day <= 12 and re.fullmatch(r"\d{1,2}", place.before) and place.before_that.lower() in WEAK:
            return numbers.ordinal(day, "en")
        if place.is_first and not place.last and place.after[:1].isupper() and day <= 20:
            return f"{numbers.ordinal(day, 'ens')},"
        return None

    def ordinal(self, core: str, place: Place) -> str | None:
        """ "2er", "3x", "8-jährig"."""
        if match := TIMES.fullmatch(core):
            return f"{numbers.counted(int(match[1]), Gender.MASCULINE)}mal"
        if match := PERCENTAL.fullmatch(core):
            return f"{numbers.counted(int(match[1]), Gender.MASCULINE)}prozent{match[2]}"
        if match := TENS.fullmatch(core):
            return f"{numbers.year(int(match[1]))}er"
        if (match := AMOUNTED.fullmatch(core)) and (unit := self.words.units.get(match[2])):
            return f"{self.of(match[1], unit)} {match[3]}"
        if (match := COMPOUND.fullmatch(core)) and match[2] not in self.words.units:
            return f"{numbers.counted(int(match[1]), Gender.MASCULINE)}{match[2]}"
        return None

    # ── times ────────────────────────────────────────────────────────────────────────────────────────────────────

    def time(self, core: str, place: Place) -> str | None:
        """14:30, 14.30 before "Uhr", 9h."""
        match = CLOCK.fullmatch(core) or HOURS.fullmatch(core)
        is_uhr = place.after in ("Uhr", "h") and not place.tail
        if not match and is_uhr:
            match = DOT_CLOCK.fullmatch(core)
        if not match or (core.endswith("h") and not match[2] and place.before.lower() not in CLOCK_WORDS):
            return self._uhr(core, place)
        hour, minute = int(match[1]), int(match[2] or 0)
        if hour > 24 or minute > 59 or place.before.lower() in RATIO_WORDS:
            return None
        said = f"{numbers.counted(hour, Gender.NEUTER)} Uhr"
        return f"{said} {numbers.cardinal(minute)}" if minute else said

    def _uhr(self, core: str, place: Place) -> str | None:
        """The "Uhr" that was said with its time."""
        if core not in ("Uhr", "h"):
            return None
        told = [side for side in re.split(r"[-–]", place.before) if side]
        if told and (CLOCK.fullmatch(told[-1]) or DOT_CLOCK.fullmatch(told[-1]) or HOURS.fullmatch(told[-1])):
            return ""
        is_hour = core == "h" and place.before.isdecimal() and place.before_that.lower() in CLOCK_WORDS
        return "Uhr" if is_hour else None

    def span(self, core: str, place: Place) -> str | None:
        """8.00-12.00 before "Uhr", and 9-17h as well."""
        if (match := HOURS_SPAN.fullmatch(core)) and 10 <= int(match[2]) <= 24:
            return f"{numbers.cardinal(int(match[1]))} bis {numbers.cardinal(int(match[2]))} Uhr"
        said = super().span(core.replace(".", ":") if place.after == "Uhr" and not place.tail else core, place)
        return said.replace("eine bis ", "ein bis ") if said else None

    # ── fractions, abbreviations ─────────────────────────────────────────────────────────────────────────────────

    def part_of(self, above: int, below: int, place: Place) -> str | None:
        """3/4 -> "drei viertel"."""
        if (above, below) == (1, 2):
            return self._half(place)
        if place.after == "Stunde" and (above, below) == (1, 4):
            return "eine viertel"
        if not 2 <= below <= 20 or above >= below:
            return None
        return f"{numbers.counted(above, Gender.NEUTER)} {numbers.ordinal(below, 'el').replace('tel', 'tel')}"

    def _half(self, place: Place) -> str:
        """ "eine halbe Stunde", "in einer halben Stunde", "alle halbe Stunde", "für einen halben Tag"."""
        unit, before = self.words.units.get(place.after), place.before.lower()
        gender = unit.gender if unit else self.noun_after(place)
        if gender is None:
            return "ein halb"
        if before in DATIVE:
            return f"{self.article(1, place, gender)} halben"
        if before in WITH_ARTICLE:
            return "halben" if before.endswith(("er", "em", "en")) and before != "jeder" else "halbe"
        ending = {Gender.FEMININE: "e", Gender.NEUTER: "es", Gender.MASCULINE: "er"}[gender]
        if before == "ein":
            return f"halb{ending}"
        article = self.article(1, place, gender)
        return f"{article} halb{'en' if article == 'einen' else ending}"

    def and_part(self, whole: int, above: int, below: int, place: Place) -> str:
        """2½ -> "zweieinhalb"."""
        if (above, below) == (1, 2):
            return f"{numbers.counted(whole, Gender.MASCULINE)}einhalb"
        part = f"{numbers.counted(above, Gender.NEUTER)}{numbers.ordinal(below, 'el')}"
        return f"{numbers.counted(whole, Gender.MASCULINE)}{part}" if whole else part

    def abbreviation(self, core: str, place: Place) -> str | None:
        """With its full stop, or without; numbers with a stop are ordinals."""
        if (days := self.days_span(core)) is not None:
            return days
        bare = core.rstrip(".")
        if core[0:1].isdigit():
            return self._with_stop(bare, place) if core.endswith(".") else None
        for first, second in ((core, f"{place.after}."), (f"{place.before}.", core)):
            if (pair := PAIRS.get((first, second))) is not None:
                return pair[0 if first == core else 1]
        if bare in self.words.days:
            return self._weekday(bare, core, place)
        if (
            bare.lower() in self.words.month_names
            and bare[:1].isupper()
            and len(bare) <= 4
            and place.before[:1].isdigit()
        ):
            return self.words.months[self.words.month_names[bare.lower()] - 1]
        if core == "J." and not place.before[-1:].isdigit():
            return None
        if bare == "Std" and place.before == "1":
            return "Stunde"
        head, hyphen, last = core.rpartition("-")
        if hyphen and last in self.words.abbreviations:
            return f"{head}-{self.words.abbreviations[last]}"
        if core.endswith("str.") and len(core) > 4:
            return f"{bare}aße"
        if bare in self.words.magnitudes:
            unit = self.words.magnitudes[bare]
            return self.magnitude(bare, place) or (unit.one if place.before == "1" else unit.many)
        return self.known_abbreviation(core)

    def _with_stop(self, bare: str, place: Place) -> str | None:
        """ "29.", "12.-15.", "12.3."."""
        if re.fullmatch(r"\d{1,3}", bare):
            return self._day_or_place(bare, place)
        if match := DAYS_SPAN.fullmatch(bare):
            ending = self._ending(place)
            return f"{numbers.ordinal(int(match[1]), ending)} bis {numbers.ordinal(int(match[2]), ending)}"
        return self.date(bare, place) if DATE.fullmatch(bare) and place.before.lower() not in NO_DAY else None

    def _weekday(self, bare: str, core: str, place: Place) -> str | None:
        """ "Fr." is Friday beside days and times, and "Frau" before a name."""
        if bare == "Fr" and core.endswith(".") and place.after[:1].isupper() and place.after not in ("Uhr", "Sa", "So"):
            return "Frau"
        beside = place.after[:1].isdigit() or place.after in ("bis", "und", "&", "-", "–", "ab", "von")
        beside = beside or place.after in self.words.days or (core.endswith(".") and place.after[:1].islower())
        beside = beside or place.before in ("bis", "und", "&", "-", "–") or place.before in self.words.days
        is_day = core.endswith(".") or beside
        # "So", "Do" and "Mi" are words as well.
        return self.words.days[bare] if is_day and not (bare == "So" and not beside) else None


def create(region: str = "") -> Language:
    """German as it is said in a region: "AT", "CH"."""
    return German(region)
