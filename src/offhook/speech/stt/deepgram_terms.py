"""The key terms that Deepgram takes: as many of the owner's as are certain to fit.

"The maximum number of tokens across all keyterms is 500"; one more, and the connection is refused
(https://developers.deepgram.com/docs/keyterm). How Deepgram counts is not published, so the estimate is that of a small
vocabulary of tokens (1,024), measured on what owners write: 2 lower-case letters a token, and every capital, digit,
sign and byte of another script one. German compounds and Polish names have 2 to 3 letters a token with a vocabulary of
50,000, and 1.2 to 1.5 with that small one.
"""

import math
from collections.abc import Iterable
from typing import Final

MOST_TERMS: Final = 100
MOST_TOKENS: Final = 450
"""Of 500: the rest is for what the estimate does not know."""
LONGEST_TERM: Final = 100
"""Flux refuses a longer one."""
SHORTEST_KEYWORD: Final = 4
"""A shorter word without a capital would be boosted wherever it might be heard."""
_LETTERS_A_TOKEN: Final = 2


def estimated_tokens(term: str) -> int:
    """At most so many tokens of Deepgram's; one of them stands for the border between terms."""
    tokens = 1
    for word in term.split():
        small = sum("a" <= letter <= "z" for letter in word)
        others = sum(len(letter.encode("utf-8", "replace")) for letter in word if not "a" <= letter <= "z")
        tokens += math.ceil(small / _LETTERS_A_TOKEN) + others
    return tokens


def key_terms(vocabulary: Iterable[str]) -> list[str]:
    """Those that fit, in the owner's order; a long one that does not fit leaves its place to shorter ones."""
    taken: list[str] = []
    left = MOST_TOKENS
    for term in _tidy(vocabulary):
        tokens = estimated_tokens(term)
        if len(term) <= LONGEST_TERM and tokens <= left and len(taken) < MOST_TERMS:
            taken.append(term)
            left -= tokens
    return taken


def keywords(vocabulary: Iterable[str]) -> list[str]:
    """For models before Nova-3, which take single words with a weight: those that are worth it, as they are sent."""
    words = (word.strip(".,:;!?\"'()") for term in vocabulary for word in term.split())
    worth = (word for word in words if len(word) >= SHORTEST_KEYWORD or word != word.lower())
    return [f"{word.replace(':', ' ')}:1" for word in key_terms(worth)]


def left_out(vocabulary: Iterable[str]) -> list[str]:
    """The key terms that there is no room for."""
    terms = _tidy(vocabulary)
    taken = set(key_terms(terms))
    return [term for term in terms if term not in taken]


def _tidy(vocabulary: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tidy for term in vocabulary if (tidy := " ".join(term.split()))))
