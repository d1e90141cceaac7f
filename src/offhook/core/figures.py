"""Figures as people say and transcribers write them: "double five", "five-oh", "soixante-dix-huit", "zweiundzwanzig",
"503-555", "K7P", "B as in Bravo". What comes out is the same string of digits and letters for all spellings.

The words of a language are data (`NumberWords`); how its numbers are put together is one of a few orders.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Final, Literal

import msgspec

UNKNOWN: Final = "?"
"""A digit of which only its being there is known: the owner's own word for one."""
_AMOUNT: Final = r"(?<![\d.,])[1-9]\d{0,2}(?:[,.'’]\d{3})+(?![\d.,]?\d)"
"""An amount is written with signs ("12,500"); a number that is dictated is not, but for the first half of one."""
_TOKEN: Final = re.compile(rf"{_AMOUNT}|[^\W_]+(?:['’][^\W_]+)*|[+@]")
_LONGEST_PHRASE: Final = 3
_MOST_TOKENS: Final = 120
_LEAST_COMPOUND: Final = 6
_MOST_COMPOUND: Final = 40
"""Letters of a word that may be made of several: "achtundachtzig"."""
_MOST_DIGITS: Final = 40
"""Digits of one token that are kept: nothing that is dictated is longer."""
_SHORT_CAPITALS: Final = 3
_SHORT_WORDS: Final = frozenset({"ok", "no", "so", "am", "pm"})
"""Words that are written in capitals, or like letters."""


class NumberWords(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """How one language says figures. Words of the same value stand in one string; "ein-" is only a part of others."""

    units: tuple[str, ...] = ()
    """0 to 9."""
    teens: tuple[str, ...] = ()
    """10 to 19."""
    tens: tuple[str, ...] = ()
    """20 to 90."""
    hundreds: tuple[str, ...] = ()
    """100 to 900, where they are words of their own."""
    hundred: tuple[str, ...] = ()
    thousand: tuple[str, ...] = ()
    order: Literal["tens-first", "joined", "units-first"] = "tens-first"
    """"thirty two", "treinta y dos", "zweiunddreißig"."""
    is_vigesimal: bool = False
    """Sixty and eighty go on to nineteen: "soixante-dix-huit", "quatre-vingt-douze"."""
    joiners: tuple[str, ...] = ()
    """What stands between the parts of one number: and, und, y, et."""
    double: tuple[str, ...] = ()
    triple: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    """What may stand between parts of something dictated: dash, then, and then."""
    corrections: tuple[str, ...] = ()
    """What takes back the part before it: no, sorry, i mean."""
    likeness: tuple[str, ...] = ()
    """What stands between a letter and a word that begins with it: as in, like."""
    letters: tuple[str, ...] = ()
    """Words that stand for their first letter: alpha, bravo."""
    at: tuple[str, ...] = ("at",)
    dot: tuple[str, ...] = ("dot",)
    plus: tuple[str, ...] = ("plus",)
    """The signs of e-mail addresses and of numbers from abroad."""
    lengths: tuple[str, ...] = ()
    """What a length is told in: digits, characters; "-stellig" is the end of a longer word."""
    months: tuple[str, ...] = ()
    """January to December, with their short forms."""
    ordinals: tuple[str, ...] = ()
    """First to thirty-first, where a date is said with them."""


class Mark(Enum):
    """What a part of a text is, for somebody who takes down a number."""

    SYMBOLS = "symbols"
    """Digits, letters, a plus."""
    BETWEEN = "between"
    PENDING = "pending"
    """It wants something behind it: double, as in."""
    CORRECTION = "correction"
    OTHER = "other"


class Item(msgspec.Struct, frozen=True):
    """A stretch of the text."""

    mark: Mark
    symbols: str = ""
    is_amount: bool = False
    """It was said as a quantity: with a thousand, or written with a sign for it."""
    is_word: bool = False
    """Letters that stand together, as a word does."""
    times: int = 0
    """What follows is said so many times."""
    text: str = ""
    """The word, where it is none of these."""


class _Atom(msgspec.Struct, frozen=True):
    """A word of a number, or anything else."""

    kind: Literal["unit", "teen", "ten", "hundreds", "hundred", "thousand", "joiner", "item"]
    value: int = 0
    is_glued: bool = False
    """It stands in the same word as what is before it."""
    item: Item = Item(Mark.OTHER)


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """Without accents and in lower case: how words are compared here."""
    folded = unicodedata.normalize("NFKD", word).casefold().replace("’", "'")
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


@lru_cache(maxsize=256)
def tokens_of(text: str) -> tuple[str, ...]:
    """Words, runs of digits, and the signs that belong to a number, as they are written."""
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", text))[-_MOST_TOKENS:])


def plain_words(text: str) -> str:
    """The words of a text as they are compared, with a space before, between and behind them."""
    return f" {' '.join(map(plain, tokens_of(text)))} "


@lru_cache(maxsize=256)
def items_of(text: str, words: NumberWords, own_digits: tuple[str, ...], spare: tuple[str, ...]) -> tuple[Item, ...]:
    """The text's stretches in their order. `own_digits` are an owner's further words for digits; `spare` are sounds
    that mean nothing ("um").
    """
    table = _table(words, own_digits, spare)
    tokens, atoms = tokens_of(text), list[_Atom]()
    said = tuple(map(plain, tokens))
    at = 0
    while at < len(tokens):
        atom, used = table.phrase(said, at)
        atoms += table.word(tokens[at]) if atom is None else [atom]
        at += used
    return tuple(_with_repeats(_numbers(atoms, words)))


def in_figures(text: str, words: NumberWords) -> list[str]:
    """The words of a text as they are compared, and each number that is said in words as its figures."""
    table, joiners, atoms = _table(words, (), ()), [plain(word) for word in words.joiners], list[_Atom]()
    for token in tokens_of(text):
        said = plain(token) or token
        atoms += [_Atom("joiner", item=Item(Mark.OTHER, text=said))] if said in joiners else table.word(token)
    return [item.symbols.casefold() or item.text for item in _numbers(atoms, words)]


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Table:
    """The words of a language, by how they are compared."""

    def __init__(self, words: NumberWords, own_digits: tuple[str, ...], spare: tuple[str, ...]) -> None:
        self._whole: Final[dict[str, _Atom]] = {}
        self._parts: Final[dict[str, _Atom]] = {}
        for word in own_digits:
            self._whole[plain(word)] = _Atom("item", item=Item(Mark.SYMBOLS, UNKNOWN))
        for values, kind, first, step in (
            (words.hundreds, "hundreds", 100, 100), (words.tens, "ten", 20, 10), (words.teens, "teen", 10, 1),
            (words.units, "unit", 0, 1),
        ):  # fmt: skip
            for index, entry in enumerate(values):
                self._add(entry.split(), _Atom(kind, first + index * step))  # type: ignore[arg-type]
        self._add(words.hundred, _Atom("hundred", 100))
        self._add(words.thousand, _Atom("thousand", 1000))
        self._phrases: Final[dict[tuple[str, ...], _Atom]] = {}
        for listed, item in (
            (words.corrections, Item(Mark.CORRECTION)), (spare, Item(Mark.BETWEEN)),
            (words.between, Item(Mark.BETWEEN)), (words.likeness, Item(Mark.PENDING)),
            (words.double, Item(Mark.PENDING, times=2)), (words.triple, Item(Mark.PENDING, times=3)),
        ):  # fmt: skip
            for phrase in listed:
                self._phrases.setdefault(tuple(map(plain, tokens_of(phrase))), _Atom("item", item=item))
        for word in words.joiners:
            self._phrases[(plain(word),)] = _Atom("joiner", item=Item(Mark.BETWEEN))
            self._parts.setdefault(plain(word), _Atom("joiner"))
        for word in words.plus:
            self._whole[plain(word)] = _Atom("item", item=Item(Mark.SYMBOLS, "+"))
        for word in words.letters:
            letter = Item(Mark.SYMBOLS, plain(word)[0].upper())
            self._phrases.setdefault(tuple(map(plain, tokens_of(word))), _Atom("item", item=letter))
        self._longest: Final = max(map(len, self._parts), default=0)
        self._begins: Final = frozenset(phrase[0] for phrase in self._phrases if phrase)

    def _add(self, entries: Iterable[str], atom: _Atom) -> None:
        for word in entries:
            if not word.endswith("-"):
                self._whole[plain(word)] = atom
            self._parts[plain(word.rstrip("-"))] = atom

    def phrase(self, said: tuple[str, ...], at: int) -> tuple[_Atom | None, int]:
        """The longest listed phrase that begins here, of words as they are compared, and its length in words."""
        most = min(_LONGEST_PHRASE, len(said) - at) if said[at] in self._begins else 0
        for count in range(most, 0, -1):
            found = self._phrases.get(said[at : at + count])
            if found is not None:
                return found, count
        return None, 1

    def word(self, token: str) -> list[_Atom]:
        """What one token says."""
        said = plain(token)
        if (found := self._whole.get(said)) is not None:
            return [found]
        if said == "+":
            return [_Atom("item", item=Item(Mark.SYMBOLS, "+"))]
        if not said.isalpha() and any(sign.isdigit() for sign in said):
            digits = "".join(_digit(sign) for sign in said if sign.isalnum())[:_MOST_DIGITS].upper()
            return [_Atom("item", item=Item(Mark.SYMBOLS, digits, is_amount=not said.isalnum()))]
        if len(said) == 1 and said.isalpha():
            return [_Atom("item", item=Item(Mark.SYMBOLS, said.upper()))]
        if self._is_spelled(token):
            return [_Atom("item", item=Item(Mark.SYMBOLS, said.upper(), is_word=True))]
        return self._split(said) or [_Atom("item", item=Item(Mark.OTHER, text=said))]

    @staticmethod
    def _is_spelled(token: str) -> bool:
        """Two or three letters that are no word: "AB", "ktx"."""
        if not token.isalpha() or len(token) > _SHORT_CAPITALS or plain(token) in _SHORT_WORDS:
            return False
        return token.isupper() or not set(plain(token)) & set("aeiouy")

    def _split(self, said: str) -> list[_Atom]:
        """The numbers that a longer word is made of ("achtundachtzig"); none when anything else is in it."""
        if not _LEAST_COMPOUND <= len(said) <= _MOST_COMPOUND or not said.isalpha():
            return []
        ways: list[list[_Atom] | None] = [None] * len(said) + [[]]
        for begin in range(len(said) - 1, -1, -1):
            for end in range(min(len(said), begin + self._longest), begin, -1):
                rest, part = ways[end], self._parts.get(said[begin:end])
                if rest is not None and part is not None:
                    ways[begin] = [msgspec.structs.replace(part, is_glued=begin > 0), *rest]
                    break
        return ways[0] or []


@lru_cache(maxsize=32)
def _table(words: NumberWords, own_digits: tuple[str, ...], spare: tuple[str, ...]) -> _Table:
    return _Table(words, own_digits, spare)


def _digit(sign: str) -> str:
    """Digits of any script as those that are counted with."""
    value = unicodedata.digit(sign, None)
    return sign if value is None else str(value)


# ── numbers of several words ─────────────────────────────────────────────────────────────────────────────────────


def _numbers(atoms: list[_Atom], words: NumberWords) -> list[Item]:
    """Each number that is said in words, as its digits."""
    grammar, items, at = _Grammar(atoms, words), list[Item](), 0
    while at < len(atoms):
        if atoms[at].kind in ("item", "joiner"):
            items.append(atoms[at].item)
            at += 1
            continue
        value, after, is_amount = grammar.number(at)
        items.append(Item(Mark.SYMBOLS, str(value), is_amount))
        at = after
    return items


class _Grammar:
    """How the words of a number are added up."""

    def __init__(self, atoms: list[_Atom], words: NumberWords) -> None:
        self._atoms, self._words = atoms, words

    def _kind(self, at: int) -> str:
        return self._atoms[at].kind if at < len(self._atoms) else ""

    def _value(self, at: int) -> int:
        return self._atoms[at].value if at < len(self._atoms) else 0

    def number(self, at: int) -> tuple[int, int, bool]:
        """Its value, what comes behind it, and whether a thousand is in it."""
        value, after = self._below_thousand(at)
        if self._kind(after) != "thousand":
            return value, after, False
        value, after = (value or 1) * 1000, after + 1
        if self._kind(after) in ("unit", "teen", "ten", "hundreds", "hundred") and not self._is_row(after):
            more, after = self._below_thousand(after)
            value += more
        return value, after, True

    def _below_thousand(self, at: int) -> tuple[int, int]:
        """Also "nineteen hundred eighty-five"."""
        if self._kind(at) == "thousand":
            return 0, at
        if self._kind(at) == "hundreds":
            value, after = self._value(at), at + 1
        elif self._kind(at) == "hundred":
            value, after = 100, at + 1
        else:
            value, after = self._below_hundred(at)
            if self._kind(after) != "hundred" or not value:
                return value, after
            value, after = value * 100, after + 1
        is_joined = self._kind(after) == "joiner"
        rest = after + 1 if is_joined else after
        if self._kind(rest) not in ("unit", "teen", "ten") or not self._value(rest):
            return value, after
        is_one_word = self._atoms[rest].is_glued
        may_add = is_joined or is_one_word or self._words.order == "joined" or self._words.is_vigesimal
        if self._kind(rest) == "unit" and not is_one_word and (not may_add or self._is_row(rest)):
            return value, after
        more, after = self._below_hundred(rest)
        return value + more, after

    def _is_row(self, at: int) -> bool:
        """Several digits one after the other are digits, not the end of the number before them."""
        return self._kind(at) == "unit" and self._kind(at + 1) == "unit" and not self._atoms[at + 1].is_glued

    def _below_hundred(self, at: int) -> tuple[int, int]:
        words, kind, value = self._words, self._kind(at), self._value(at)
        behind = at + 1
        if words.is_vigesimal and kind == "unit" and value == 4 and self._value(behind) == 20:
            kind, value, behind = "ten", 80, behind + 1
        joined = behind + 1 if self._kind(behind) == "joiner" else behind
        if kind == "unit":
            is_whole = words.order == "units-first" and value and joined > behind and self._kind(joined) == "ten"
            return (value + self._value(joined), joined + 1) if is_whole else (value, behind)
        if kind == "teen":
            goes_on = words.is_vigesimal and value == 10 and self._kind(behind) == "unit" and self._value(behind) > 6
            return (value + self._value(behind), behind + 1) if goes_on else (value, behind)
        is_one_word = joined < len(self._atoms) and self._atoms[joined].is_glued
        if words.order == "units-first" or (words.order == "joined" and joined == behind and not is_one_word):
            return value, behind
        if words.is_vigesimal and value in (60, 80) and self._kind(joined) == "teen":
            more, after = self._below_hundred(joined)
            return value + more, after
        may_add = joined == behind or words.order == "joined" or words.is_vigesimal
        if self._kind(joined) == "unit" and self._value(joined) and may_add:
            return value + self._value(joined), joined + 1
        return value, behind


def _with_repeats(items: list[Item]) -> list[Item]:
    """Two fives for "double five", and the letter alone for "B as in Bravo"."""
    out, at = list[Item](), 0
    while at < len(items):
        item, behind = items[at], items[at + 1] if at + 1 < len(items) else None
        if item.mark is Mark.PENDING and behind is not None:
            if item.times and behind.mark is Mark.SYMBOLS and len(behind.symbols) == 1:
                out.append(Item(Mark.SYMBOLS, behind.symbols * item.times))
                at += 2
                continue
            if not item.times and out and out[-1].mark is Mark.SYMBOLS and out[-1].symbols[-1:].isalpha():
                at += 2
                continue
            out.append(Item(Mark.OTHER))
        else:
            out.append(item)
        at += 1
    return out


def length_asked(text: str, words: NumberWords) -> int | None:
    """So many digits or characters the text speaks of: "the four-digit code", "sechsstellig"; None when of none."""
    stems = tuple(plain(word.strip("-")) for word in words.lengths if word.startswith("-"))
    units = {plain(word) for word in words.lengths if not word.startswith("-")}
    tokens = [plain(token) for token in tokens_of(text)]
    table = _table(words, (), ())
    for index, token in enumerate(tokens):
        stem = next((stem for stem in stems if stem in token), None)
        before = tokens[max(0, index - 1) : index]
        if stem is not None and (head := token[: token.index(stem)]):
            before = [head]
        elif stem is None and token not in units:
            continue
        if not before:
            continue
        found = _small(before[0], table, words)
        if found is not None:
            return found
    return None


def _small(word: str, table: _Table, words: NumberWords) -> int | None:
    if word.isdecimal():
        value = int(word[:4])
    else:
        atoms = table.word(word) or [_Atom("item")]
        parts = _numbers([*atoms], words) if atoms[0].kind != "item" else []
        value = int(parts[0].symbols) if len(parts) == 1 else 0
    return value if 2 <= value <= _MOST_DIGITS else None


def lookup(words: tuple[str, ...]) -> Mapping[str, int]:
    """By word as it is compared, the place of the entry that it stands in, from 1 on."""
    return {plain(word): index for index, entry in enumerate(words, 1) for word in entry.split()}
