"""How an engine writes what plain text cannot hold."""

from typing import Final, Protocol


class Notation(Protocol):
    """One engine's way. Everything that is said goes through it."""

    def text(self, said: str) -> str:
        """Plain text, in which nothing is a sign to the engine."""

    def respelled(self, written: str, said: str) -> str:
        """A word that is said as another one is written."""

    def phonemes(self, written: str, ipa: str) -> str:
        """A word that is said with these sounds of the International Phonetic Alphabet."""

    def letter_a(self) -> str:
        """The name of the letter, where a plain "A" may be read as the article."""


class Plain:
    """An engine that reads text, and nothing but text."""

    def text(self, said: str) -> str:
        """See `Notation`."""
        return said

    def respelled(self, written: str, said: str) -> str:
        """See `Notation`."""
        return said

    def phonemes(self, written: str, ipa: str) -> str:
        """Plain text cannot hold them: the word stays as it is written."""
        return written

    def letter_a(self) -> str:
        """See `Notation`."""
        return "A"


PLAIN: Final[Notation] = Plain()
