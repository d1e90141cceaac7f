"""Words as the overlap counts them: stems, words that say nothing, and words that mean the same to a caller.

One table per language; a language without one is compared word for word, with the embedding model to help.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

_TOKEN: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_FOLDED: Final = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_SPELLED_OUT: Final = re.compile(r"([aou])e")
"""`zurueck` is how names of fields and transcripts without umlauts write it."""
LONGEST_QUERY: Final = 64
"""Words of a question that are looked at; a longer turn is a story."""


@dataclass(frozen=True, eq=False)
class WordTable:
    """What is particular to one language."""

    stop: frozenset[str] = frozenset()
    """Words that carry no topic: they are in every question."""
    endings: tuple[str, ...] = ()
    """Stripped from the end of a word, the first that fits; what is left keeps at least three letters."""
    phrases: Mapping[str, str] = field(default_factory=dict)
    """Words that are one when they stand together, as transcribers do not write them."""
    related: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Stem to the stems that a business writes where a caller says this."""
    folds: bool = False
    """Umlauts are written plain, since a plural has them and the word itself often not; endings are cut until none is
    left, since an adjective bears several."""

    @lru_cache(maxsize=50_000)  # noqa: B019 - tables are made once and never freed
    def stem(self, word: str) -> str:
        """The word without its ending."""
        word = word.removesuffix("'s").replace("'", "")
        if self.folds:
            word = _SPELLED_OUT.sub(r"\1", word.translate(_FOLDED))
        while (cut := self._cut(word)) != word:
            word = cut
            # "Ordered" is "order", and that is "ord" like "orders".
            if not self.folds and not word.endswith("er"):
                break
        # "swimm" of swimming, "cancell" of cancellation.
        if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeious":
            word = word[:-1]
        return word.removesuffix("e") if len(word) > 3 else word

    def _cut(self, word: str) -> str:
        if self.folds and len(word) > 4 and word.endswith("el") and word[-3] not in "aeiou":
            # "Mittlere" is "mittel".
            return f"{word[:-2]}l"
        for ending in self.endings:
            # "Bart" is no form of "bar": German cuts a T only from what stays long enough.
            least = 4 if self.folds and ending[0] == "t" else 3
            if word.endswith(ending) and len(word) - len(ending) >= least and not (ending == "s" and word[-2] == "s"):
                return word[: -len(ending)]
        return word

    def stems(self, text: str) -> list[str]:
        """The stems of a text's words that say something."""
        found = []
        text = text.casefold().replace("’", "'")
        for apart, together in self.phrases.items():
            text = text.replace(apart, together)
        # "Wi-Fi" is one word, "check-in" is two: each is looked up in all of its forms.
        for word in _TOKEN.findall(text):
            if word in self.stop:
                continue
            parts = [part for part in word.split("-") if part not in self.stop]
            joined = [self.stem(word.replace("-", ""))] if "-" in word else []
            found += [self.stem(part) for part in parts] + joined
        return found


def groups(plain: WordTable, *lines: str) -> dict[str, frozenset[str]]:
    """Words of a line mean the same, each way; by the stems of `plain`."""
    table: dict[str, set[str]] = {}
    for line in lines:
        stems = {plain.stem(word) for word in line.split()}
        for one in stems:
            table.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in table.items()}
