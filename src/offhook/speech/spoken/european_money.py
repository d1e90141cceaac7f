"""Amounts and money in the European languages."""

import re
from typing import Final

from offhook.speech.spoken.european_signs import Signs
from offhook.speech.spoken.european_words import NUMBER, Amount, Currency, Gender, Unit, Vocabulary, amount_of
from offhook.speech.spoken.language import Place

SIGNED: Final = re.compile(rf"([-+±~]?)({NUMBER})")
SPAN: Final = re.compile(r"(.*[^-–—])[-–—](.+)")
NO_CENTS: Final = re.compile(r"[.,][-–—]{1,2}$")
""" "15.-"."""
LONGEST_CARDINAL: Final = 15
"""Digits; longer numbers are read digit by digit."""


class Amounts(Signs):
    """The rules for them, and how numbers are said."""

    def __init__(self, words: Vocabulary, region: str, *, groups_by_comma: bool) -> None:
        super().__init__(words, region)
        self._groups_by_comma = groups_by_comma
        signs = "|".join(sorted(map(re.escape, words.currencies), key=len, reverse=True))
        self._price_pattern = re.compile(
            rf"([-+±~]?)(?:(?P<b>{signs})(?P<s>[-+]?)(?P<n>{NUMBER})|(?P<m>{NUMBER})(?P<a>{signs}))"
        )

    def cardinal(self, n: int, gender: Gender | None = None) -> str:
        """`n` is not below zero. With a gender it stands before a noun."""
        raise NotImplementedError

    def price(self, whole: int, cents: int, currency: Currency) -> str:
        """Both are said: "zwölf Euro fünfzig"."""
        return f"{self.cardinal(whole, currency.unit.gender)} {self.many(whole, currency.unit)} {self.cardinal(cents)}"

    def decimals(self, digits: str) -> str:
        """What stands behind the comma."""
        return self.words.shared.spelled_digits(digits)

    def many(self, whole: float, unit: Unit) -> str:
        """The unit in its number."""
        return unit.one if whole == 1 else unit.many

    def article(self, n: int, place: Place, gender: Gender) -> str:
        """`n` before a noun of this gender, in the case that its place asks for."""
        return self.cardinal(n, gender)

    def amount(self, text: str) -> Amount:
        """The digits of a written number."""
        return amount_of(text, groups_by_comma=self._groups_by_comma)

    def number(self, text: str, gender: Gender | None = None, place: Place | None = None) -> str:
        """ "1.234,5", "007"."""
        whole, fraction = self.amount(text)
        if len(whole) > LONGEST_CARDINAL or (whole[0] == "0" and len(whole) > 1):
            said = self.words.shared.spelled_digits(whole)
        elif fraction or gender is None or place is None:
            said = self.cardinal(int(whole), None if fraction else gender)
        else:
            said = self.article(int(whole), place, gender)
        return f"{said} {self.words.comma} {self.decimals(fraction)}" if fraction else said

    def signed(self, sign: str, said: str) -> str:
        """With the word for its sign."""
        word = {"-": self.words.minus, "+": self.words.shared.plus, "": ""}.get(sign, self.words.symbols.get(sign, ""))
        return f"{word} {said}".strip()

    def money(self, core: str, place: Place) -> str | None:
        """12,50€, €20, 15.-€, 120€/Nacht, CHF20."""
        core, _, per = core.partition("/")
        match = self._price_pattern.fullmatch(NO_CENTS.sub("", core))
        if not match:
            return None
        sign = match[1] or match["s"] or ""
        if place.after in self.words.magnitudes and not per and not place.tail.strip("."):
            magnitude = self.words.magnitudes[place.after]
            return self.signed(sign, self.number(match["n"] or match["m"], magnitude.gender, Place()))
        currency = self.words.currencies[match["b"] or match["a"]]
        text = match["n"] or match["m"]
        said = self._price(text, currency, is_unit_next=False) or ""
        return self.signed(sign, said) + (f" {self._per(per)}" if per else "")

    def _price(self, text: str, currency: Currency | None, *, is_unit_next: bool) -> str | None:
        """None when the currency is said by the word that follows."""
        assert currency is not None
        amount = self.amount(text)
        if amount.is_price and int(amount.fraction):
            whole = int(amount.whole)
            cents = int(amount.fraction)
            if whole:
                return self.price(whole, cents, currency)
            return f"{self.cardinal(cents, currency.part.gender)} {self.many(cents, currency.part)}"
        if is_unit_next and not amount.is_price:
            return None
        return self.of(text, currency.unit)

    def of(self, text: str, unit: Unit) -> str:
        """So many of a unit."""
        whole, fraction = self.amount(text)
        if not fraction.strip("0") and len(fraction) == 2:
            text, fraction = whole, ""
        return f"{self.number(text, unit.gender, Place())} {self.many(size_of(Amount(whole, fraction)), unit)}"

    def currency(self, core: str, place: Place) -> str | None:
        """The sign of an amount in the word before it or behind it; "€/Nacht"."""
        core, slash, per = (core, "", "") if core in self.words.currencies else core.partition("/")
        if core not in self.words.currencies:
            return self.magnitude(core, place)
        unit = self.words.currencies[core].unit
        rest = f" {self._per(per)}" if slash else ""
        before = SIGNED.fullmatch(NO_CENTS.sub("", place.before))
        if before:
            amount = self.amount(before[2])
            if amount.is_price:
                return rest.strip()
            return self.many(size_of(amount), unit) + rest
        if SPAN.fullmatch(place.before) and place.before[-1].isdigit():
            return unit.many + rest
        if place.before in self.words.magnitudes or place.before.rstrip(".") in self.words.magnitudes:
            return self.after_magnitude(unit) + rest
        if SIGNED.match(place.after):
            return ""
        return (unit.many if len(core) == 1 else core) + rest

    def magnitude(self, core: str, place: Place) -> str | None:
        """The "Millionen" of "$5 Millionen": the currency is said here."""
        price = self._price_pattern.fullmatch(place.before) if core in self.words.magnitudes else None
        if price is None:
            return None
        unit = self.words.currencies[price["b"] or price["a"]].unit
        magnitude, is_one = self.words.magnitudes[core], (price["n"] or price["m"]) == "1"
        return f"{magnitude.one if is_one else magnitude.many} {self.after_magnitude(unit)}"

    def after_magnitude(self, unit: Unit) -> str:
        """Millions of it."""
        return unit.many

    def _per(self, what: str) -> str:
        unit = self.words.units.get(what)
        return f"{self.words.per} {unit.one if unit else self.plain(what)}"


def size_of(amount: Amount) -> float:
    """Of what is counted: a fraction is half a piece, a number too long for words is many."""
    return int(amount.whole[:LONGEST_CARDINAL]) + (0.5 if amount.fraction else 0.0)
