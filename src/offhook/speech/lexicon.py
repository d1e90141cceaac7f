"""How an owner wants words said, whatever the voice."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ENDING = re.compile(r"'s(?!\w)", re.IGNORECASE)
"""Of a word that belongs to somebody."""


@dataclass(frozen=True, slots=True)
class Found:
    """A word or phrase of the lexicon in a text."""

    written: str
    """As the text has it, with an ending."""
    said: str
    """A respelling, or `/ipa/`; the ending is in it."""
    last: int
    """The text's word in which it ends. Of the words in which it goes on, nothing else is left."""
    before: str
    """What stands in front of it in the word in which it begins."""
    after: str
    """What stands behind it in its last word."""


class Lexicon:
    """`Setup.lexicon` as a search: whole words and phrases, in any case, the longest first."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._said = {_key(written): said for written, said in entries.items() if written.strip()}
        longest_first = sorted(self._said, key=len, reverse=True)
        phrases = ("".join((*_edge(phrase, r"(?<!\w)", 0), _pattern(phrase), *_edge(phrase, r"(?!\w)", -1)))
                   for phrase in longest_first)  # fmt: skip
        self._pattern = re.compile("|".join(phrases), re.IGNORECASE) if self._said else None

    def find(self, words: Sequence[str]) -> dict[int, Found]:
        """What of it stands in a text, by the number of the word in which it begins; the first one of each word."""
        if self._pattern is None:
            return {}
        text = " ".join(words)
        found: dict[int, Found] = {}
        free_from = 0
        for match in self._pattern.finditer(text):
            first = text.count(" ", 0, match.start())
            last = text.count(" ", 0, match.end())
            if first < free_from:
                continue
            before = text[text.rfind(" ", 0, match.start()) + 1 : match.start()]
            until = text.find(" ", match.end())
            after = text[match.end() : until if until >= 0 else len(text)]
            said = self._said.get(_key(match[0]), match[0])
            ending = ENDING.match(after)
            written = match[0] + (ending[0] if ending else "")
            after = after[ending.end() :] if ending else after
            found[first] = Found(written, _with_ending(said) if ending else said, last, before, after)
            free_from = last + 1
        return found


def is_ipa(said: str) -> bool:
    """Whether an entry is `/phonemes/`."""
    return len(said) > 2 and said.startswith("/") and said.endswith("/")


def _key(written: str) -> str:
    return " ".join(written.replace("’", "'").casefold().split())


def _pattern(phrase: str) -> str:
    return r"[^\w\s]* [^\w\s]*".join(map(re.escape, phrase.split()))


def _edge(phrase: str, boundary: str, at: int) -> tuple[str, ...]:
    """Words end at the edges, except in scripts that leave no space between them."""
    letter = phrase[at]
    spaceless = "\u0e00" <= letter <= "\u0eff" or "\u3040" <= letter <= "\u9fff"
    return () if spaceless else (boundary,)


def _with_ending(said: str) -> str:
    return f"{said[:-1]}z/" if is_ipa(said) else f"{said}'s"
