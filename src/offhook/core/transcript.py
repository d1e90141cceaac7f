"""The history that the model sees: what the caller said, and what the caller heard, to the word."""

import msgspec

from offhook.core.words import normalize


class CallerSaid(msgspec.Struct, frozen=True, tag="caller", tag_field="by"):
    """A turn of the caller."""

    text: str


class AgentSaid(msgspec.Struct, frozen=True, tag="agent", tag_field="by"):
    """What the caller heard of a reply; `interrupted` when that is not all of it."""

    text: str
    interrupted: bool = False


class ToolUsed(msgspec.Struct, frozen=True, tag="tool", tag_field="by"):
    """A tool that ran, and what it answered."""

    call: str
    name: str
    arguments: str
    result: str


Entry = CallerSaid | AgentSaid | ToolUsed


class TurnText:
    """The caller's words of the turn that is not yet committed: finals, then the interim that may still change.

    `answered` are words that were committed though they might still change: the final that brings them once more is cut
    by them.
    """

    __slots__ = ("_finals", "_is_provisional", "answered", "digits", "interim")

    def __init__(self, answered: str = "") -> None:
        self._finals: list[str] = []
        self.answered = answered
        self._is_provisional = False
        """The last final was an interim that had to do."""
        self.interim = ""
        self.digits = ""

    def change(self, text: str) -> None:
        """The interim is now this. One that had to do counts until there are more words: a stream may hear it anew."""
        text = self._without_answered(text)
        if self._is_provisional:
            if len(text.split()) <= len(self._finals[-1].split()):
                return
            self._finals.pop()
            self._is_provisional = False
        self.interim = text

    def add_final(self, text: str) -> None:
        """Keep a final utterance; it replaces the interim, also one that had to do for want of it."""
        self.interim = ""
        if self._is_provisional and text.strip():
            self._finals.pop()
        self._is_provisional = False
        rest = self._without_answered(text)
        self.answered = ""
        if rest:
            self._finals.append(rest)

    def beyond_answered(self, text: str) -> str:
        """A late final of what was answered: the words from the first on that the answered ones do not have."""
        if not self.answered:
            return ""
        words, answered = text.split(), self.answered.split()
        shared = _shared(words, answered)
        self.answered = " ".join(answered[shared:]) if shared == len(words) else ""
        return " ".join(words[shared:])

    def put_behind(self, text: str) -> None:
        """Words of an earlier spurt, which are behind all that is final and before all that may change."""
        if text:
            self._finals.insert(len(self._finals) - self._is_provisional, text)

    def go_on(self) -> None:
        """The last final was not the end of a sentence: its full stop goes."""
        if self._finals:
            self._finals[-1] = self._finals[-1].rstrip(".…")

    def put_before(self, text: str) -> None:
        """Continue an earlier text: that of a turn which was not over after all."""
        if text:
            self._finals.insert(0, text)

    def settle(self) -> None:
        """Take the interim for final, until a better text comes."""
        if self.interim.strip():
            self._finals.append(self.interim.strip())
            self._is_provisional = True
        self.interim = ""

    @property
    def provisional(self) -> str:
        """What of the text may still be told otherwise."""
        return " ".join([*(self._finals[-1:] if self._is_provisional else []), self.interim]).strip()

    @property
    def final_text(self) -> str:
        """The finals alone, joined."""
        return " ".join(self._finals)

    @property
    def text(self) -> str:
        """Finals, interim and keys, joined."""
        parts = [*self._finals, self.interim.strip()]
        if self.digits:
            parts.append(f"[keypad] {self.digits}")
        return " ".join(part for part in parts if part)

    @property
    def is_empty(self) -> bool:
        """True when nothing with a letter or digit in it was said."""
        return not normalize(self.text)

    def _without_answered(self, text: str) -> str:
        """The text less the answered words, if it begins with them: but for the last, which may have been cut off."""
        words, answered = text.split(), self.answered.split()
        shared = _shared(words, answered)
        is_whole = shared == len(answered) or (shared > 1 and shared == len(answered) - 1)
        return " ".join(words[shared:]) if shared and is_whole else text.strip()


def _shared(words: list[str], others: list[str]) -> int:
    """How many words both begin with."""
    shared = 0
    for word, other in zip(words, others, strict=False):
        if normalize(word) != normalize(other):
            break
        shared += 1
    return shared
