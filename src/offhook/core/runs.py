"""Stretches of digits and letters in a text, and what a caller may mean who puts one right."""

from functools import lru_cache
from typing import Final

import msgspec

from offhook.core.behaviour import Script
from offhook.core.figures import UNKNOWN, Item, Mark, items_of, plain

_HUMS: Final = ("mm", "mmm", "mhm", "hm", "hmm")


class Run(msgspec.Struct):
    """A stretch of digits and letters."""

    symbols: list[str]
    """More than one when the caller has put some right: each way in which it could be meant, the plainest first."""
    is_amount: bool = False
    is_pending: bool = False
    """It ends in something that wants more: "double", "no", "and then"."""
    is_taken_back: bool = False
    """It ends in a word that takes back a part of it: "no"."""
    apart: int = 0
    """So many symbols at its end were said one by one."""
    others_before: int = 0
    """So many words that belong to no run stand before it, in all of the text."""
    word_before: str = ""
    """The last of them."""
    others_behind: int = 0
    """So many stand behind it, up to the next one or the end."""
    is_misheard_behind: bool = False
    """Just one stands there, and it is no word that callers say between numbers: a digit that was not understood."""

    @property
    def plain(self) -> str:
        """Its symbols, as they are most plainly meant."""
        return self.symbols[0]


def runs_of(text: str, script: Script, *, with_words: bool) -> list[Run]:
    """Every run. With words, letters that stand together ("AB") are symbols too."""
    runs: list[Run] = []
    parts: list[str] = []
    current: Run | None = None
    others: list[str] = []
    count = 0
    for item in _items(text, script):
        if item.mark is Mark.SYMBOLS and (with_words or not item.is_word):
            if current is None:
                _end(runs, others, script)
                before = others[-1] if others else ""
                current, parts = Run([], others_before=count, word_before=before), [""]
            parts[-1] += item.symbols
            current.apart = current.apart + 1 if len(item.symbols) == 1 else 0
            current.is_amount |= item.is_amount
            current.is_pending = current.is_taken_back = False
        elif current is not None and item.mark in (Mark.BETWEEN, Mark.PENDING, Mark.CORRECTION):
            current.is_pending = True
            if item.mark is Mark.CORRECTION:
                parts.append("")
                current.is_taken_back = True
        else:
            if current is not None:
                current.symbols = _ways(parts)
                runs.append(current)
                current, others = None, []
            count += 1
            others.append(item.text)
    if current is not None:
        current.symbols = _ways(parts)
        runs.append(current)
    else:
        _end(runs, others, script)
    # "I" and "a" are words before they are letters: one alone, with words behind it, is no spelling.
    return [run for run in runs if len(run.plain) > 1 or not run.plain.isalpha() or run is runs[-1]]


def _items(text: str, script: Script) -> tuple[Item, ...]:
    figures = script.figures
    own = _own_digits(script.number_words, figures.double, figures.triple)
    return items_of(text, figures, own, (*script.fillers, *script.hesitations, *_HUMS))


@lru_cache(maxsize=32)
def _own_digits(words: tuple[str, ...], double: tuple[str, ...], triple: tuple[str, ...]) -> tuple[str, ...]:
    repeats = {*double, *triple}
    return tuple(word for word in words if word not in repeats)


def _end(runs: list[Run], others: list[str], script: Script) -> None:
    """These words stand behind the last run."""
    if not runs:
        return
    runs[-1].others_behind = len(others)
    if len(others) == 1:
        lists = (
            script.backchannels, script.denials, script.open_words, script.end_phrases, script.collect_words,
            script.wait_phrases,
        )  # fmt: skip
        runs[-1].is_misheard_behind = others[0].isalpha() and others[0] not in _words_of(lists)


@lru_cache(maxsize=64)
def _words_of(lists: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    return frozenset(plain(word) for words in lists for word in words if " " not in word)


def _ways(parts: list[str]) -> list[str]:
    """The last part is all of it, or it replaces as many symbols as it has, or fewer."""
    said = [part for part in parts if part]
    if len(said) == 1:
        return said
    before, last = "".join(said[:-1]), said[-1]
    return [last, *(before[: len(before) - count] + last for count in range(min(len(last), len(before)), 0, -1))]


def joined(runs: list[Run], *, with_misheard: bool) -> str:
    """All of them as one number, perhaps with a digit for each word between two that was misheard."""
    return "".join(
        run.plain + (UNKNOWN if with_misheard and run.is_misheard_behind and run is not runs[-1] else "")
        for run in runs
    )
