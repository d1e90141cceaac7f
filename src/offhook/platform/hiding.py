"""What of a call is hidden from who is shown it by a link: numbers and addresses that somebody told.

Each turn that holds one is told with signs in its place, and is silent in the recording: who hears it told would know
it. It is better to hide a price too many than a card's number too few, so words count as figures in any language.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from offhook.agents.languages import languages, script_for
from offhook.core.figures import Mark, items_of, plain

SIGN: Final = "•"
MOST_DIGITS: Final = 4
"""So many digits of one number are hidden; fewer are a time, an amount, a house."""
SPLIT_DIGITS: Final = 2
"""A number that is told over two turns has so many in each."""
AROUND_S: Final = 0.4
"""Silence reaches so far beyond a turn: where it begins and ends is known to within a few words' edges."""
KEY_S: Final = 0.5
"""The tone of a key lies within so much of its moment."""
SHOWN_DIGITS: Final = 2
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MAIL: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_MOST_BETWEEN: Final = 2
"""So many words that mean nothing do not part a number: "five, uh, and three"."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch of one side that is not heard, in seconds on the call's clock."""

    side: str
    """`caller` or `agent`."""
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Hidden:
    """A call as it is shown."""

    turns: list[dict[str, Any]]
    silences: tuple[Silence, ...] = ()


def short_number(number: str) -> str:
    """A telephone number that cannot be called: its last digits."""
    digits = [sign for sign in number if sign.isdigit()]
    return SIGN * 3 + "".join(digits[-SHOWN_DIGITS:]) if len(digits) > SHOWN_DIGITS else SIGN * 3 if number else ""


def hidden(turns: Sequence[Mapping[str, Any]], keys: Sequence[Mapping[str, Any]] = ()) -> Hidden:
    """Turns as the record has them, and the keys that were pressed, without what may be anybody's."""
    texts = [_whole(turn) for turn in turns]
    digits = [max((count for _, _, count in _numbers(text)), default=0) for text in texts]
    shown, silences = list[dict[str, Any]](), list[Silence]()
    for at, turn in enumerate(turns):
        near = _neighbours(turns, at)
        is_split = digits[at] >= SPLIT_DIGITS and any(digits[other] >= SPLIT_DIGITS for other in near)
        least = SPLIT_DIGITS if is_split else MOST_DIGITS
        text, unheard = without(str(turn["text"]), least), without(str(turn.get("unheard") or ""), least)
        is_hidden = text != turn["text"] or without(texts[at], least) != texts[at]
        shown.append({**turn, "text": text, **({"unheard": unheard} if "unheard" in turn else {})})
        if is_hidden:
            side = "caller" if turn["role"] == "caller" else "agent"
            silences.append(Silence(side, max(0.0, turn["at_s"] - AROUND_S), turn["until_s"] + AROUND_S))
    silences += [Silence("caller", max(0.0, key["at_s"] - KEY_S), key["at_s"] + KEY_S) for key in keys]
    return Hidden(shown, tuple(silences))


def without(text: str, least: int = MOST_DIGITS) -> str:
    """The text with a sign for every character of a number of so many digits, and of an address."""
    spans = [(begin, end) for begin, end, count in _numbers(text) if count >= least]
    spans += [match.span() for match in _MAIL.finditer(text)]
    spans += _spoken_addresses(text)
    signs = list(text)
    for begin, end in spans:
        signs[begin:end] = [SIGN if sign.isalnum() else sign for sign in signs[begin:end]]
    return "".join(signs)


def _whole(turn: Mapping[str, Any]) -> str:
    return f"{turn['text']} {turn.get('unheard') or ''}".strip()


def _neighbours(turns: Sequence[Mapping[str, Any]], at: int) -> Iterator[int]:
    """The turns of the same party right before and behind this one."""
    role = turns[at]["role"]
    yield from [other for other in range(at - 1, -1, -1) if turns[other]["role"] == role][:1]
    yield from [other for other in range(at + 1, len(turns)) if turns[other]["role"] == role][:1]


def _numbers(text: str) -> Iterator[tuple[int, int, int]]:
    """Each number's place and its count of digits, as it is written or said."""
    begin = end = count = gap = 0
    for match in _WORD.finditer(text):
        found = _digits(match[0])
        if found:
            if not count:
                begin = match.start()
            end, count, gap = match.end(), count + found, 0
        elif count and gap < _MOST_BETWEEN and plain(match[0]) in _between():
            gap += 1
        elif count:
            yield begin, end, count
            count = gap = 0
    if count:
        yield begin, end, count


@lru_cache(maxsize=4096)
def _digits(word: str) -> int:
    """So many digits a word stands for, in whichever language it says most."""
    if any(sign.isdigit() for sign in word):
        # A reference of letters and figures is one number.
        return sum(sign.isalnum() for sign in word)
    if len(word) == 1:
        return 0
    most = 0
    for words in _figures():
        items = items_of(word, words, (), ())
        symbols = "".join(item.symbols for item in items if item.mark is Mark.SYMBOLS and not item.is_word)
        if symbols.isdigit() and len(items) == 1:
            most = max(most, len(symbols))
    return most


@cache
def _figures() -> tuple[Any, ...]:
    return tuple(script_for(language).figures for language in languages())


@cache
def _between() -> frozenset[str]:
    """Words that stand inside of numbers: and, double, uh, no."""
    scripts = [script_for(language) for language in languages()]
    listed = [
        words
        for script in scripts
        for words in (
            script.figures.joiners, script.figures.double, script.figures.triple, script.figures.between,
            script.figures.corrections, script.figures.plus, script.hesitations, script.fillers,
        )
    ]  # fmt: skip
    return frozenset(plain(part) for words in listed for word in words for part in _WORD.findall(word))


@cache
def _signs_of_addresses() -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(plain(word) for words in _figures() for word in words.at),
        frozenset(plain(word) for words in _figures() for word in words.dot),
    )


def _spoken_addresses(text: str) -> Iterator[tuple[int, int]]:
    """ "John dot smith at example dot com": from the name in front of the at to the word behind the last dot."""
    at_words, dot_words = _signs_of_addresses()
    words = list(_WORD.finditer(text))
    said = [plain(match[0]) for match in words]
    for at, word in enumerate(said):
        if word not in at_words or at == 0:
            continue
        dots = [place for place in range(at + 2, min(at + 8, len(said) - 1)) if said[place] in dot_words]
        if not dots:
            continue
        first = at - 1
        while first >= 1 and (said[first - 1] in dot_words or len(said[first - 1]) == len(said[first]) == 1):
            first -= 2 if said[first - 1] in dot_words and first >= 2 else 1
        yield words[first].start(), words[dots[-1] + 1].end()
