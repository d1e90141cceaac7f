"""The words of a segment: how a vendor is to say them, and when each of them is heard.

A caller who cuts the agent off has heard words of *our* text (`core/playout.py` counts them by whitespace), while a
vendor tells times of what it was given to say: a word may be said as several, or not at all. Letters are what both have
in common, so that punctuation, spaces and the vendor's own cuts do not matter.
"""

from collections.abc import Callable, Sequence
from typing import Final

from offhook.speech.ports import Setup, WordTime
from offhook.speech.spoken.notation import PLAIN, Notation
from offhook.speech.spoken.prepare import Preparer


class SpokenText:
    """A segment's text, and what is said for each of its words (as many entries as words; some may be empty)."""

    def __init__(self, text: str, said: Sequence[str], marked: Sequence[str] | None = None, language: str = "") -> None:
        """`marked` is what is said with the signs of the engine, where it has any.

        `language` is the agent's tag, or the primary tag of another language that the text is plainly in.
        """
        self.language: Final = language
        self.words: Final = text.split()
        assert len(said) == len(self.words), "one entry for each word"
        self.entries: Final = list(said if marked is None else marked)
        """For each word what the engine is given."""
        self.said: Final = " ".join(filter(None, self.entries))
        self.letters: Final = [_letters(entry) for entry in said]

    @property
    def is_silent(self) -> bool:
        """Nothing can be said: vendors take that for a mistake."""
        return not any(self.letters)


def speaker(
    setup: Setup, *, spell_out: bool, notation: Notation = PLAIN, speaks_others: bool = True
) -> Callable[[str], SpokenText]:
    """How texts are said for this agent: the one way for every voice. See `Preparer`."""
    preparer = Preparer(
        setup.language, setup.lexicon, spell_out=spell_out, notation=notation, speaks_others=speaks_others
    )

    def speak(text: str) -> SpokenText:
        ready = preparer.prepare(text)
        said, marked = [entry.plain for entry in ready.entries], [entry.marked for entry in ready.entries]
        return SpokenText(text, said, marked, ready.language)

    return speak


def _letters(text: str) -> int:
    return len(text) if text.isalnum() else sum(map(str.isalnum, text))


class WordClock:
    """Turns a vendor's times, letter by letter or word by word, into one time for each word of the text, in order."""

    def __init__(self, spoken: SpokenText) -> None:
        self._spoken = spoken
        self._ready: list[WordTime] = []
        self._next = 0
        """The word that is being heard."""
        self._left = 0
        """Its letters that were not heard yet."""
        self._start_s: float | None = None
        self._end_s = 0.0
        self._is_told = False
        self._open_word()

    @property
    def is_complete(self) -> bool:
        """The vendor told of the last letter: there is nothing left to say."""
        return self._is_told and self._next >= len(self._spoken.words)

    def hear(self, piece: str, start_s: float, end_s: float) -> None:
        """The vendor says when the next piece of what it says is heard: a letter, a word, a phrase."""
        count = _letters(piece)
        step_s = max(0.0, end_s - start_s) / count if count else 0.0
        for index in range(count):
            self._hear_letter(start_s + index * step_s, start_s + (index + 1) * step_s)

    def take(self) -> tuple[WordTime, ...]:
        """The words that are complete and were not taken yet; none before the vendor told a time."""
        if not self._is_told:
            return ()
        ready, self._ready = tuple(self._ready), []
        return ready

    def finish(self, length_s: float) -> tuple[WordTime, ...]:
        """The rest, when all audio is there. Words that the vendor forgot share what is left of it.

        Nothing at all when the vendor told no times: the playout spreads the words itself.
        """
        if not self._is_told:
            return ()
        if self._start_s is not None:
            self._close_word(self._end_s)
        forgotten = sum(self._spoken.letters[self._next :])
        step_s = max(0.0, length_s - self._end_s) / forgotten if forgotten else 0.0
        while self._next < len(self._spoken.words):
            self._start_s = self._end_s
            self._close_word(self._end_s + step_s * self._spoken.letters[self._next])
        return self.take()

    def _hear_letter(self, start_s: float, end_s: float) -> None:
        if self._next >= len(self._spoken.words):
            return  # The vendor says more than it was asked to.
        self._is_told = True
        if self._start_s is None:
            # Never before the last word: a vendor's times may overlap by a rounding.
            self._start_s = max(start_s, self._end_s)
        self._end_s = max(self._end_s, end_s)
        self._left -= 1
        if self._left <= 0:
            self._close_word(self._end_s)

    def _close_word(self, end_s: float) -> None:
        assert self._start_s is not None
        self._ready.append(WordTime(self._spoken.words[self._next], self._start_s, end_s))
        self._next, self._start_s, self._end_s = self._next + 1, None, end_s
        self._open_word()

    def _open_word(self) -> None:
        """On to the next word that has letters; those without any take no time."""
        letters = self._spoken.letters
        while self._next < len(letters) and not letters[self._next]:
            self._ready.append(WordTime(self._spoken.words[self._next], self._end_s, self._end_s))
            self._next += 1
        self._left = letters[self._next] if self._next < len(letters) else 0
