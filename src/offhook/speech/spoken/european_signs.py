"""Signs, addresses and codes of the European languages: what depends on their words only, not on their grammar."""

import re
import unicodedata
from typing import Final

from offhook.speech.spoken.european_words import VULGAR, Vocabulary
from offhook.speech.spoken.language import Place
from offhook.speech.spoken.rows import DATE
from offhook.speech.spoken.telephone import groups_of

MIXED: Final = re.compile(r"[A-Za-z0-9]*(?:[A-Za-z]\d|\d[A-Za-z])[A-Za-z0-9]*")
PHONE: Final = re.compile(
    r"\+\d[\d/().-]{6,20}|\(?0\d{1,4}\)?[/-]\d[\d/-]{3,12}|0\d{8,12}|(?:\d{3}[.-]){2}\d{3,4}|0\d(?:[.-]\d{2}){4}"
)
PARTS: Final = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*|[^\w\s]|_")
ODD_DIGITS: Final = re.compile(rf"[²³{''.join(VULGAR)}\u2460-\u249b\u2070-\u2089]")
VERSION: Final = re.compile(r"\d{1,4}(?:\.\d{1,4}){2,5}")
ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T[\d:.Z+-]*)?")


class Signs:
    """The rules for them; `European` has the others."""

    size_word: str = ""
    """Between the sides of a thing, where it is another word than "times"."""
    part_of_one: str = ""
    """Between a part and its unit: "trois quarts de litre"."""
    country: str = ""
    """Whose numbering plan holds where the agent names no region."""

    def __init__(self, words: Vocabulary, region: str) -> None:
        self.words: Final = words
        self.region: Final = region

    def number(self, text: str) -> str:
        """A written number."""
        raise NotImplementedError

    def phone_group(self, digits: str) -> str:
        """A group of a telephone number."""
        return self.words.shared.spelled_digits(digits)

    def known_abbreviation(self, core: str) -> str | None:
        """Also with a capital, at the beginning of a sentence."""
        said = self.words.abbreviations.get(core)
        if said is None and core.endswith(".") and core[:1].isupper():
            said = self.words.abbreviations.get(core[0].lower() + core[1:])
        return said

    def symbol(self, core: str, place: Place) -> str | None:
        """A sign that stands alone."""
        if core == "":
            return ""
        if core in ("-", "–", "—", "--"):
            counted = place.before[-1:].isdigit() or place.before in self.words.units
            is_range = (counted or place.before in self.words.currencies) and place.after[:1].isdigit()
            is_days = place.before.rstrip(".") in self.words.days and place.after.rstrip(".") in self.words.days
            return self.words.to if is_range or is_days else ","
        if core in ("x", "X", "×") and place.after[:1].isdigit():
            if place.before in self.words.units:
                return self.size_word or self.words.symbols["×"]
            if place.before[-1:].isdigit():
                return self.words.symbols["×"]
        if core == "/" and (place.before in self.words.currencies or place.before in self.words.units):
            return self.words.per
        return self.words.symbols.get(core)

    def email(self, core: str, place: Place) -> str | None:
        """A rule."""
        return self.words.shared.email(core)

    def url(self, core: str, place: Place) -> str | None:
        """A rule."""
        return self.words.shared.url(core)

    def phone(self, core: str, place: Place) -> str | None:
        """A telephone number in one word."""
        if not PHONE.fullmatch(core) or ISO_DATE.fullmatch(core) or DATE.fullmatch(core):
            return None
        said = ", ".join(map(self.phone_group, groups_of(core, self.region or self.country)))
        return f"{self.words.shared.plus} {said}" if core.startswith("+") else said

    def short_number(self, digits: str) -> str:
        """A part of "2.14": as a number, or digit by digit where it begins with a zero or is long."""
        return self.number(digits) if digits[0] != "0" and len(digits) < 4 else self.words.shared.spelled_digits(digits)

    def version(self, core: str, place: Place) -> str | None:
        """2.0.1, 192.168.1.10."""
        if not VERSION.fullmatch(core):
            return None
        return f" {self.words.shared.dot} ".join(self.short_number(part) for part in core.split("."))

    def code(self, core: str, place: Place) -> str | None:
        """Letters with digits: AB12C, 4B, COVID-19, 24-Stunden-Dienst."""
        if core[:1] == "#" and core[1:].isdecimal():
            digits = core[1:]
            row = self.number(digits) if len(digits) < 4 else self.words.shared.spelled_digits(digits)
            return f"{self.words.number} {row}"
        head, apostrophe, rest = core.partition("'")
        if apostrophe and head.isalpha() and (said := self.code(rest, place)):
            return f"{head}'{said}"
        parts = core.split("-")
        if not any(c.isdecimal() for c in core) or not all(part.replace("'", "").isalnum() for part in parts):
            return None
        rows = sum(part.isdecimal() for part in parts)
        is_code = any(MIXED.fullmatch(part) for part in parts) and len(parts) > 1
        is_code = is_code or (len(parts) > 2 and all(part.isdecimal() or part.isupper() for part in parts))
        return " ".join(self._code_part(part, is_row=rows > 1 or is_code) for part in parts)

    def _code_part(self, part: str, *, is_row: bool) -> str:
        if part.isdecimal():
            return self.words.shared.spelled_digits(part) if is_row or part[0] == "0" else self.number(part)
        if not MIXED.fullmatch(part):
            return self.words.shared.spell(part) if is_row and part.isupper() and len(part) <= 3 else self.plain(part)
        runs = re.findall(r"[A-Za-z]+|\d+", part)
        is_word = [run.isalpha() and len(run) >= 4 and not run.isupper() for run in runs]
        if len(runs) == 2 and runs[0].isdecimal() and len(runs[0]) <= 3 and len(runs[1]) == 1:
            return f"{self.number(runs[0])} {runs[1].upper()}"
        return " ".join(
            run if plain else self.words.shared.spell(run) for run, plain in zip(runs, is_word, strict=True)
        )

    def plain(self, core: str) -> str:
        """What no rule knows: a word stays as it is; of anything else, no digit and no sign stays."""
        if all(c.isalpha() or c in "'-.·" or unicodedata.category(c)[0] == "M" for c in core):
            return core
        if core in self.words.units:
            return self.words.units[core].many
        said = []
        for part in PARTS.findall(ODD_DIGITS.sub(self._odd_digit, core)):
            if part[0].isdecimal():
                said += [self.number(number) for number in re.split(r"[.,]", part)]
            elif part[0].isalpha():
                said.append(part)
            elif part not in "/-–—_":
                said.append(self.words.symbols.get(part, ""))
        return " ".join(filter(None, said))

    def _odd_digit(self, found: re.Match[str]) -> str:
        """A fraction, an exponent or a digit in a circle inside of something else."""
        sign = found[0]
        if sign in VULGAR:
            above, below = VULGAR[sign]
            return f" {above}/{below} "
        powers = {"²": self.words.squared, "³": self.words.cubed}
        return f" {powers.get(sign) or unicodedata.digit(sign, 0)} "
