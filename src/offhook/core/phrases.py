"""Phrases as the lists of a language hold them, found in the words of a clause.

`just a second/moment` are two phrases, in `let me ... card` up to four words stand in the gap, and in `the # we saw`
just one. What is found is told by its place, so that nobody has to write the words down twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

GAP: Final = "..."
GAP_WORDS: Final = 4
"""So many words may stand in a gap."""
ANY: Final = frozenset({"#"})
"""In a phrase: one word, whichever it is."""

_Part = tuple[frozenset[str], ...]
"""Words side by side: of each, those of which any may be said."""
_Phrase = tuple[_Part, ...]
"""Parts with a gap between them."""


@lru_cache(maxsize=256)
def _phrase(entry: str) -> _Phrase:
    parts = entry.split(f" {GAP} ")
    return tuple(tuple(frozenset(word.split("/")) for word in part.split()) for part in parts)


@lru_cache(maxsize=64)
def _by_first(entries: tuple[str, ...]) -> Mapping[str, list[_Phrase]]:
    return _by_word([(phrase[0][0], phrase) for phrase in map(_phrase, entries)])


@lru_cache(maxsize=64)
def _by_last(entries: tuple[str, ...]) -> Mapping[str, list[_Phrase]]:
    return _by_word([(phrase[-1][-1], phrase) for phrase in map(_phrase, entries)])


def _by_word(phrases: Sequence[tuple[frozenset[str], _Phrase]]) -> Mapping[str, list[_Phrase]]:
    known: dict[str, list[_Phrase]] = {}
    for words, phrase in phrases:
        for word in words:
            known.setdefault(word, []).append(phrase)
    return known


def found(clause: Sequence[str], entries: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where phrases stand in the clause: from which word on, and up to which."""
    known = _by_first(entries)
    for at, word in enumerate(clause):
        for phrase in known.get(word, ()):
            end = _end(clause, at, phrase)
            if end is not None:
                yield at, end


def is_all(clause: Sequence[str], entries: tuple[str, ...]) -> bool:
    """Whether the clause is one of the phrases."""
    return any(span == (0, len(clause)) for span in found(clause, entries))


def at_end(clause: Sequence[str], entries: tuple[str, ...]) -> Iterator[str]:
    """For each phrase with which the clause ends: the word of its last `#`; "" where it has none."""
    for phrase in _by_last(entries).get(clause[-1], ()) if clause else ():
        begins = range(len(clause) - len(phrase[-1]) + 1)
        if any(_end(clause, at, phrase, whole=True) == len(clause) for at in begins):
            yield _free_word(clause, phrase)


def _free_word(clause: Sequence[str], phrase: _Phrase) -> str:
    last = phrase[-1]
    free = max((at for at, words in enumerate(last) if words == ANY), default=None)
    return "" if free is None else clause[len(clause) - len(last) + free]


def _end(clause: Sequence[str], at: int, phrase: _Phrase, *, whole: bool = False) -> int | None:
    """Where the phrase ends that begins here; `whole`: its last part is the end of the clause."""
    if not _fits(clause, at, phrase[0]):
        return None
    end = at + len(phrase[0])
    for number, part in enumerate(phrase[1:], 2):
        begins: Sequence[int] = range(end, end + GAP_WORDS + 1)
        if whole and number == len(phrase):
            begins = [len(clause) - len(part)] if len(clause) - len(part) in begins else []
        begin = next((begin for begin in begins if _fits(clause, begin, part)), None)
        if begin is None:
            return None
        end = begin + len(part)
    return end


def _fits(clause: Sequence[str], at: int, part: _Part) -> bool:
    if at + len(part) > len(clause):
        return False
    return all(words == ANY or clause[at + n] in words for n, words in enumerate(part))
