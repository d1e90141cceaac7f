"""What German, Spanish and French have in common: the rules for numbers, money, units, codes and telephone numbers.

A language gives its words (`Vocabulary`) and its grammar, a subclass of `European`: number words with gender, times,
dates and money differ too much to be data.
"""

import re
from collections.abc import Sequence
from typing import Final

from offhook.speech.spoken.european_money import NO_CENTS, SIGNED, SPAN, Amounts, size_of
from offhook.speech.spoken.european_words import NUMBER, VULGAR, Gender, Unit, Vocabulary
from offhook.speech.spoken.language import Place, RuleLanguage, close, take_apart, without_stops
from offhook.speech.spoken.rows import iban_end, phone_end, thousands_end
from offhook.speech.spoken.telephone import cut, is_short_number

RATING: Final = re.compile(r"(\d{1,2}[.,]\d|\d)/(5|10)(?<!1/5)(?<!1/10)")
""" "4,5/5", "8/10": points of the most that there are."""
ENDS_IN_NUMBER: Final = re.compile(r"\d[-–x×]\d+$")
SIZES: Final = re.compile(r"\d+(?:,\d+)?(?:[x×]\d+(?:,\d+)?)+")
""" "30x20x10"."""
PREFIXED: Final = re.compile(r"([-+±~]?)([^\d\s]{1,7})")
"""A currency and its sign."""
PER_ONE: Final = frozenset("pro je der die das el la por le par al cada chaque jeden jede".split())
"""Before a unit of which there is one: "el kg"."""
JOINTS: Final = frozenset("ou à o u ó y a oder bis - –".split())
PERCENT: Final = re.compile(rf"([-+]?)({NUMBER})%")
QUANTITY: Final = re.compile(rf"([-+]?)({NUMBER})([^\d\s.,'-][^\d\s]*)")
CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
RATIO: Final = re.compile(r"(\d{1,6}):(\d{1,6})")
FRACTION: Final = re.compile(r"(\d{1,3})/(\d{1,3})")
HALVED: Final = re.compile(rf"(\d{{0,3}})([{''.join(VULGAR)}])")
IS_WORDS: Final = frozenset("ist lautet es est la el le nr nummer n.º nº n° número numéro".split())
"""Between "code" and its digits."""
LONGEST_AMOUNT: Final = 7
"""Digits without a group or a round end, from which on they are no amount."""


class European(Amounts):
    """A language's grammar: its rules work on it. See `Language` for what `say` promises."""

    phone_shapes: frozenset[tuple[int, ...]] = frozenset()
    """Lengths of the groups of the country's telephone numbers that begin without a zero."""

    def __init__(self, words: Vocabulary, region: str, *, groups_by_comma: bool = False) -> None:
        super().__init__(words, region, groups_by_comma=groups_by_comma)
        self._signs = {*words.currencies, *words.units, *words.symbols, *words.magnitudes}
        rules = (
            self.word, self.currency, self.symbol, self.email, self.phone, self.ordinal, self.date, self.time,
            self.money, self.percent, self.quantity, self.unit, self.fraction, self.count, self.version, self.ratio,
            self.span, self.url, self.code,
        )  # fmt: skip
        self._base = RuleLanguage(rules, self.abbreviation, self.plain, region=region)

    # ── what the language says ───────────────────────────────────────────────────────────────────────────────────

    def ordinal(self, core: str, place: Place) -> str | None:
        """A rule: "1er", "2.º"."""
        raise NotImplementedError

    def date(self, core: str, place: Place) -> str | None:
        """A rule."""
        raise NotImplementedError

    def time(self, core: str, place: Place) -> str | None:
        """A rule."""
        raise NotImplementedError

    def part_of(self, above: int, below: int, place: Place) -> str | None:
        """A fraction: 3/4. None where nobody says it so."""
        raise NotImplementedError

    def and_part(self, whole: int, above: int, below: int, place: Place) -> str:
        """2½."""
        raise NotImplementedError

    def gender_of(self, noun: str) -> Gender | None:
        """Of a counted noun, as far as it is known or its ending tells; None when the word is none."""
        raise NotImplementedError

    def year(self, n: int) -> str:
        """Four digits that may be a year."""
        return self.cardinal(n)

    def is_postcode(self, text: str, place: Place) -> bool:
        """Digit by digit."""
        return False

    def joined(self, cores: Sequence[str], at: int) -> tuple[int, str] | None:
        """Words from `at` on that are one: how many, and what they are in one word."""
        if (priced := self._priced(cores, at)) is not None:
            return priced
        pair = cores[at] + cores[at + 1].rstrip(",") if at + 1 < len(cores) else ""
        if (
            len(cores[at]) == 3
            and re.fullmatch(r"11[68]\d{3}", pair)
            and is_short_number(pair, self.region or self.country)
        ):
            return 2, pair
        end = thousands_end(cores, at)
        before = cores[at - 1].lower().rstrip(".:,") if at else ""
        if end and before not in self.words.code_words:
            return end - at, "'".join(cores[at:end])
        following = cores[at + 1] if at + 1 < len(cores) else ""
        if re.fullmatch(r"\d{1,3}", cores[at]):
            if following.rstrip(",") in VULGAR:
                return 2, cores[at] + following.rstrip(",")  # "1 ½"
            if match := FRACTION.fullmatch(following):
                sign = next((sign for sign, of in VULGAR.items() if of == (int(match[1]), int(match[2]))), None)
                return (2, f"{cores[at]}{sign}") if sign else None
        return None

    def _priced(self, cores: Sequence[str], at: int) -> tuple[int, str] | None:
        """A currency in front of its amount, in a word of its own: "€ 120/Nacht", "CHF 10 - 15", "-€ 1 200"."""
        match = PREFIXED.fullmatch(cores[at])
        if match is None or match[2] not in self.words.currencies or at + 1 == len(cores):
            return None
        is_word = match[2].isalpha() and not match[2].isupper()
        end = thousands_end([core.partition("/")[0] for core in cores], at + 1) or at + 2
        amount = "'".join(cores[at + 1 : end])
        if not re.match(r"[-+±~]?\d", amount) or (is_word and "/" not in amount):
            return None
        if cores[end : end + 1] in (["-"], ["–"]) and re.match(r"\d", "".join(cores[end + 1 : end + 2])):
            amount, end = f"{amount}–{cores[end + 1]}", end + 2
        amount = amount.rstrip(",")
        # A code that is glued to a range would be the first amount's alone.
        is_code = match[2].isalpha() and SPAN.fullmatch(amount) is not None
        core = f"{match[1]}{amount}{match[2]}" if is_code else f"{match[1]}{match[2]}{amount}"
        known = self.money(core, Place()) is not None or self.span(core, Place()) is not None
        return (end - at, core) if known else None

    def abbreviation(self, core: str, place: Place) -> str | None:
        """A rule; it is asked first, with the word's full stop if it has one."""
        raise NotImplementedError

    # ── the way through a text ───────────────────────────────────────────────────────────────────────────────────

    def say(self, words: Sequence[str]) -> list[str]:
        """See `Language.say`."""
        words = without_stops(words)
        rows = self._rows(words)
        parts = [take_apart(word) for word in words]
        cores = [part.core if part.tail.strip(".") == "" else f"{part.core}," for part in parts]
        merged, sizes, at = list[str](), list[int](), 0
        while at < len(words):
            size, core = (None if at in rows else self.joined(cores, at)) or (1, "")
            merged.append(f"{parts[at].lead}{core}{parts[at + size - 1].tail}" if size > 1 else words[at])
            sizes.append(size)
            at += size
        spoken = list[str]()
        for said, size in zip(self._with_pauses(merged), sizes, strict=True):
            spoken += [said, *[""] * (size - 1)]
        return [rows.get(index, said) for index, said in enumerate(spoken)]

    def _with_pauses(self, words: Sequence[str]) -> list[str]:
        """A mark behind a word of which nothing is said ("€." in "12,50 €.") is heard behind the one before it."""
        spoken, told = self._base.say(words), -1
        for index, word in enumerate(words):
            if spoken[index]:
                told = index
            elif told >= 0 and (tail := take_apart(word).tail):
                spoken[told] = close(spoken[told], tail)
        return spoken

    def _rows(self, words: Sequence[str]) -> dict[int, str]:
        """What is said for the words of telephone and account numbers that are written over several."""
        parts = [take_apart(word) for word in words]
        cores, rows, at = [part.core for part in parts], dict[int, str](), 0
        while at < len(cores):
            phone = phone_end(cores, at, self.phone_shapes)
            end = phone or iban_end(cores, at) or self._code_end(cores, at)
            for index in range(at, end):
                said = self._phone_part(cores[index]) if phone else self.words.shared.spell(cores[index])
                is_inner = index < end - 1 and said and not parts[index].tail
                rows[index] = close(said, "," if is_inner else parts[index].tail)
            at = max(end, at + 1)
        return rows

    def _code_end(self, cores: Sequence[str], at: int) -> int:
        """Where groups of digits behind a word such as "code" end, or 0."""
        if not at or cores[at - 1].lower().rstrip(".:") not in self.words.code_words:
            return 0
        end = next((index for index in range(at, len(cores)) if not cores[index].isdecimal()), len(cores))
        return end if end > at + 1 else 0

    def _phone_part(self, core: str) -> str:
        groups = [part for group in re.findall(r"\d+", core) for part in cut(group)]
        said = ", ".join(map(self.phone_group, groups))
        return f"{self.words.shared.plus} {said}" if core.startswith("+") else said

    def word(self, core: str, place: Place) -> str | None:
        """An everyday word, of which no other rule knows anything: most words, so that it is the first to be asked."""
        is_plain = core.isalpha() and core[1:].islower() and core not in self._signs
        return core if is_plain and (len(core) > 4 or core[0] not in "IVXL") else None

    # ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def noun_after(self, place: Place) -> Gender | None:
        """The gender of what is counted, if that follows."""
        if place.tail or not place.after:
            return None
        noun = place.after
        if noun.lower() in JOINTS and len(place.ahead) > 2 and place.ahead[1].isdecimal():
            noun = place.ahead[2]  # "1 ou 2 nuits"
        unit = self._counted(noun)
        return unit.gender if unit else self.gender_of(noun)

    def _counted(self, word: str) -> Unit | None:
        word = word.partition("/")[0]
        currency = self.words.currencies.get(word)
        found = currency.unit if currency else self.words.units.get(word) or self.words.units.get(f"{word}.")
        return found or self.words.magnitudes.get(word)

    def count(self, core: str, place: Place) -> str | None:
        """A plain number, as its neighbours ask for it."""
        match = SIGNED.fullmatch(NO_CENTS.sub("", core))
        if not match:
            return None
        sign, text = match.groups()
        if not sign and text.isdecimal() and self._is_called(text, place):
            return self.service_number(text)
        if not sign and self.is_postcode(text, place):
            return self.words.shared.spelled_digits(text)
        if not sign and text.isdecimal() and self._is_code(text, place):
            return self.digits_of(text)
        currency = self.words.currencies.get(place.after.partition("/")[0]) if not place.tail else None
        behind = self.words.currencies.get(place.before)
        if (currency or behind) and (said := self._price(text, currency or behind, is_unit_next=currency is not None)):
            return self.signed(sign, said)
        if not sign and re.fullmatch(r"1[1-9]\d\d|20\d\d", text) and self.noun_after(place) is None:
            return self.year(int(text))
        gender = self.noun_after(place)
        if gender is None and "." in text and self.words.comma != self.words.shared.dot and place.after != "%":
            # Rooms, chapters and versions: amounts have a comma here.
            amount = self.amount(text)
            if amount.fraction:
                return (
                    f"{self.cardinal(int(amount.whole))} {self.words.shared.dot} {self.short_number(amount.fraction)}"
                )
        return self.signed(sign, self.number(text, gender, place))

    def service_number(self, digits: str) -> str:
        """112, 116117: a number that everybody knows."""
        return self.digits_of(digits)

    def _is_called(self, text: str, place: Place) -> bool:
        """Whether it is the number of an emergency or a service here, and nothing is counted by it."""
        region = self.region or self.country
        if not (2 <= len(text) <= 6 and is_short_number(text, region)):
            return False
        after = place.after.partition("/")[0]
        is_counted = not place.tail and bool(after) and (after[0] in "%°" or after == "por")
        is_counted = is_counted or (not place.tail and bool(after) and self._counted(after) is not None)
        before, before_that = place.before.lower(), place.before_that.lower()
        if is_counted or (not place.tail and after[:1].isupper() and self.gender_of(after) is not None):
            return False
        if len(text) == 6 and text.startswith(("116", "118")):
            is_many = not place.tail and place.after.endswith("s") and self.gender_of(place.after) is not None
            return not is_many or self._is_called_by(place)
        if before in JOINTS:
            return before_that.isdecimal() and is_short_number(before_that, region)
        return self._is_called_by(place)

    def _is_called_by(self, place: Place) -> bool:
        """By a word in front of it, or as all that is said."""
        words, before, before_that = self.words, place.before.lower(), place.before_that.lower()
        if before in IS_WORDS and self._is_calling(before_that):
            return True
        ends = bool(place.tail) or place.last
        is_weak = before in words.weak_calling and (self._is_calling(before_that) or ends)
        return self._is_calling(before) or is_weak or (place.is_first and place.last)

    def _is_calling(self, word: str) -> bool:
        return word in self.words.calling or (bool(word) and word.endswith(self.words.code_endings))

    def _is_code(self, text: str, place: Place) -> bool:
        before = place.before.lower().rstrip(".:")
        if before in IS_WORDS:
            before = place.before_that.lower()
        if len(text) >= 3 and (before in self.words.code_words or before.endswith(self.words.code_endings)):
            return True
        letters = 2 <= len(place.before) <= 3 and place.before.isupper() and place.before not in self.words.currencies
        letters = letters and place.before.isalpha() and place.before not in self.words.days and len(text) >= 3
        long = len(text) >= LONGEST_AMOUNT and not text.endswith("000")
        return letters or long

    def digits_of(self, text: str) -> str:
        """Digit by digit, a long row of them in groups."""
        groups = cut(text) if len(text) > 5 else [text]
        return ", ".join(self.words.shared.spelled_digits(group) for group in groups)

    # ── units, percent, fractions, ranges ────────────────────────────────────────────────────────────────────────

    def percent(self, core: str, place: Place) -> str | None:
        """12,5% or the sign behind its number."""
        if core == "%":
            return self.words.percent
        match = PERCENT.fullmatch(core)
        return self.signed(match[1], f"{self.number(match[2])} {self.words.percent}") if match else None

    def quantity(self, core: str, place: Place) -> str | None:
        """5km, -5°C, 20m²."""
        match = QUANTITY.fullmatch(core)
        unit = self.words.units.get(match[3]) if match else None
        return self.signed(match[1], self.of(match[2], unit)) if match and unit else None

    def unit(self, core: str, place: Place) -> str | None:
        """The unit behind its number."""
        unit = self.words.units.get(core)
        before = SIGNED.fullmatch(place.before)
        if unit is not None and len(core) > 1 and place.before.lower() in PER_ONE and core[:1].islower():
            return unit.one
        halved, part = HALVED.fullmatch(place.before), FRACTION.fullmatch(place.before)
        if unit is None or not (before or halved or part or ENDS_IN_NUMBER.search(place.before)):
            return None
        if part and part[2] != "2":
            return f"{self.part_of_one}{unit.one}"
        if part or (halved and not halved[1]):
            return unit.one
        return self.many(size_of(self.amount(before[2])) if before else 2, unit)

    def fraction(self, core: str, place: Place) -> str | None:
        """½, 2½, 3/4."""
        if match := HALVED.fullmatch(core):
            above, below = VULGAR[match[2]]
            said = None if match[1] else self.part_of(above, below, place)
            return said or self.and_part(int(match[1] or 0), above, below, place)
        if match := RATING.fullmatch(core):
            return f"{self.number(match[1])} {self.words.of} {self.number(match[2])}"
        if match := FRACTION.fullmatch(core):
            above, below = int(match[1]), int(match[2])
            if core == "24/7":
                return f"{self.cardinal(24)} {self.cardinal(7)}"
            said = self.part_of(above, below, place) if below else None
            return said or f"{self.cardinal(above)} {self.words.shared.slash} {self.cardinal(below)}"
        return None

    def ratio(self, core: str, place: Place) -> str | None:
        """3:1."""
        if SIZES.fullmatch(core):
            return f" {self.size_word or self.words.symbols['×']} ".join(
                self.number(size) for size in re.split("[x×]", core)
            )
        match = RATIO.fullmatch(core)
        if not match:
            return None
        return f"{self.number(match[1])} {self.words.against} {self.number(match[2])}"

    def days_span(self, core: str) -> str | None:
        """Mo-Fr; with full stops too."""
        left, _, right = core.replace("–", "-").partition("-")
        first, last = self.words.days.get(left.rstrip(".")), self.words.days.get(right.rstrip("."))
        return f"{first} {self.words.to} {last}" if first and last else None

    def span(self, core: str, place: Place) -> str | None:
        """9–17, 10-15€."""
        match = SPAN.fullmatch(core)
        if not match:
            return None
        left, right = match.groups()
        if re.fullmatch(r"0\d+", right):
            return None
        if left.isdecimal() and right.isdecimal() and len(left) == len(right) > 1 and left > right:
            return None  # "36-24" is a number in two parts.
        if not (left[-1].isdigit() or left in self.words.currencies or left[-1] in "€$h") or not re.match(
            r"[€$£]?\d", right
        ):
            return None
        if left[0] in self.words.currencies and right[0] not in self.words.currencies:
            left, right = left[1:], right + left[0]
        said = [
            self._side(side, Place(before=place.before, after=place.after, tail=place.tail)) for side in (left, right)
        ]
        return f"{said[0]} {self.words.to} {said[1]}" if said[0] and said[1] else None

    def _side(self, text: str, place: Place) -> str | None:
        rules = (self.time, self.money, self.percent, self.quantity)
        said = next((found for rule in rules if (found := rule(text, place)) is not None), None)
        if said is None and SIGNED.fullmatch(text):
            return self.number(text.lstrip("-+"), self.noun_after(place), Place())
        return said
