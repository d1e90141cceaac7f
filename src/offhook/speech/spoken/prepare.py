"""The one way from a reply's text to what a voice is given, for every voice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from offhook.speech.lexicon import Found, Lexicon, is_ipa
from offhook.speech.spoken.guess import Guess, language_of
from offhook.speech.spoken.language import LETTER_A, close
from offhook.speech.spoken.markup import SIGNS, STAR, clean
from offhook.speech.spoken.notation import PLAIN, Notation
from offhook.speech.spoken.registry import language_for, split_tag
from offhook.speech.spoken.telephone import load

Say = Callable[[Sequence[str]], list[str]]
DASHES: Final = ("-", "–", "—", "/")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said for one written word."""

    plain: str
    """Without the engine's signs."""
    marked: str
    """As the engine is given it."""


NOTHING: Final = Entry("", "")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text as a voice is given it."""

    entries: list[Entry]
    """One for each whitespace word, some of them empty."""
    language: str
    """The agent's tag, or the primary tag of the other language that the text is plainly in."""


class Preparer:
    """How an agent's texts are said by one engine."""

    def __init__(
        self,
        language: str,
        lexicon: Mapping[str, str],
        *,
        spell_out: bool = True,
        notation: Notation = PLAIN,
        speaks_others: bool = True,
    ) -> None:
        """With `spell_out`, numbers, dates and amounts become words of the language that the sentence is in.

        A voice that does not speak other languages gets all as the agent's.
        """
        self._language, self._speaks_others = language, speaks_others
        self._primary, self._region = split_tag(language)
        self._lexicon = Lexicon(lexicon)
        self._spell_out, self._notation = spell_out, notation
        load()

    def prepare(self, text: str) -> Prepared:
        """What is said for each whitespace word of the text, and in which language."""
        words = clean(text)
        say, language = self._speech(words)
        entries = [self._entry(said) for said in say(words)]
        assert len(entries) == len(words), "a language says one entry for each word"
        for first, found in self._lexicon.find(words).items():
            entries[first : found.last] = [NOTHING] * (found.last - first)
            entries[found.last] = self._own(found, say)
        return Prepared(entries, language)

    def _speech(self, words: Sequence[str]) -> tuple[Say, str]:
        """By the rules of the language that the text is in, where there are any; and its tag."""
        guess = language_of(words, self._primary) if self._speaks_others else Guess(self._primary, True)
        is_own = guess.primary in (self._primary, "")
        tag = self._language if is_own else guess.primary
        known = (
            language_for(guess.primary, self._region if is_own else "") if self._spell_out and guess.is_sure else None
        )
        return known.say if known is not None else as_written, tag

    def _entry(self, said: str) -> Entry:
        if LETTER_A not in said:
            return Entry(said, self._notation.text(said))
        pieces = said.split(LETTER_A)
        return Entry("A".join(pieces), self._notation.letter_a().join(map(self._notation.text, pieces)))

    def _own(self, found: Found, say: Say) -> Entry:
        """A word that the owner has said how to say, with what stands around it."""
        if is_ipa(found.said):
            marked, plain = self._notation.phonemes(found.written, found.said[1:-1]), found.written
        else:
            marked, plain = self._notation.respelled(found.written, found.said), found.said
        before, after = self._entry(_around(found.before, say)), self._entry(_around(found.after, say))
        return Entry(before.plain + plain + after.plain, before.marked + marked + after.marked)


def as_written(words: Sequence[str]) -> list[str]:
    """For a language of which nothing is known, and for engines that read by themselves: signs alone say nothing."""
    said = list(words)
    for at, word in enumerate(words):
        stands_between = 0 < at < len(words) - 1 and any(said[:at])
        is_beside = at > 0 and said[at - 1][-1:].isdecimal()
        is_beside = is_beside or (at + 1 < len(words) and words[at + 1][:1].isdecimal())
        is_sign = word in ("#", STAR) or (stands_between and (word in SIGNS or word in DASHES))
        is_sign = is_sign or (is_beside and word.lstrip("-+~").rstrip(".,;:!?") in SIGNS)
        if not is_sign and not any(c.isalnum() for c in word):
            said[at] = ""
        elif STAR in word:
            said[at] = word.replace(STAR, "*")
    return said


def _around(text: str, say: Say) -> str:
    """What stands before or behind a word of the lexicon in the same word: punctuation, or another part of it."""
    if say is as_written:
        return text
    if not any(c.isalnum() for c in text):
        return close("x", text)[1:]
    said = say([text.strip("-/")])[0]
    return f"{' ' * text.startswith(('-', '/'))}{said}{' ' * text.endswith(('-', '/'))}"
