"""Figures and fillers as Deepgram writes them: what `smart_format`, `numerals` and `filler_words` change."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

FILLERS: Final = frozenset({"uh", "um"})
"""Left out unless `filler_words` asks for them; "mhmm", "mm-mm", "uh-uh", "uh-huh" and "nuh-uh" are always written."""
HELD_FRAMES: Final = 150
"""An entity that may go on is held back for 3 s of silence, or until `Finalize`."""
_WORD: Final = re.compile(r"[\w'-]+")
_DIGITS: Final = {
    word: str(value) for value, word in enumerate("zero one two three four five six seven eight nine".split())
}
_TEENS: Final = {
    word: value
    for value, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), 10
    )
}
_TENS: Final = {
    word: value
    for value, word in zip(
        range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(), strict=True
    )
}


class Said(NamedTuple):
    """A word and its frames."""

    text: str
    begin: int
    end: int


def is_filler(text: str) -> bool:
    """Only "um" and "uh", however long they were."""
    return _bare(text) in FILLERS


def is_figure(text: str) -> bool:
    """A word of a number, after which another may come."""
    word = _bare(text)
    return word in _DIGITS or word in _TEENS or word in _TENS


def with_figures(words: Sequence[Said], *, single: bool) -> list[Said]:
    """Runs of number words as one word in figures; a lone digit only when `single` (`numerals`)."""
    written: list[Said] = []
    run: list[Said] = []
    for word in words:
        if is_figure(word.text):
            run.append(word)
            if word.text[-1:].isalnum():
                continue
        else:
            written += _figures(run, single=single)
            run = []
            written.append(word)
            continue
        written += _figures(run, single=single)
        run = []
    return [*written, *_figures(run, single=single)]


def _figures(run: Sequence[Said], *, single: bool) -> list[Said]:
    if not run or (len(run) == 1 and not single and _bare(run[0].text) in _DIGITS):
        return list(run)
    figures, tens = "", 0
    for word in map(_bare, (said.text for said in run)):
        if tens and word in _DIGITS and word != "zero":
            figures, tens = figures + str(tens + int(_DIGITS[word])), 0
            continue
        figures, tens = figures + (str(tens) if tens else ""), 0
        if word in _TENS:
            tens = _TENS[word]
        else:
            figures += _DIGITS.get(word) or str(_TEENS[word])
    figures += str(tens) if tens else ""
    tail = run[-1].text[len(run[-1].text.rstrip(".,;:!?")) :]
    return [Said(figures + tail, run[0].begin, run[-1].end)]


def _bare(text: str) -> str:
    found = _WORD.search(text.lower())
    return found.group() if found else ""
