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

    `answered` are words that were committed as an interim: the final that brings them once more is cut by them.
    """

    __slots__ = ("_answered", "_finals", "_is_provisional", "digits", "interim")

    def __init__(self, answered: str = "") -> None:
        self._finals: list[str] = []
        self._answered = normalize(answered).split()
        self._is_provisional = False
        """The last final was an interim that had to do."""
        self.interim = ""
        self.digits = ""

    def change(self, text: str) -> None:
        """The interim is now this."""
        self.interim = self._without_answered(text)

    def add_final(self, text: str) -> None:
        """Keep a final utterance; it replaces the interim, also one that had to do for want of it."""
        self.interim = ""
        if self._is_provisional and text.strip():
            self._finals.pop()
        self._is_provisional = False
        rest = self._without_answered(text)
        self._answered = []
        if rest:
            self._finals.append(rest)

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
        """The text less the words that it shares with the answered ones from the start."""
        words, shared = text.split(), 0
        for word, answered in zip(words, self._answered, strict=False):
            if normalize(word) != answered:
                break
            shared += 1
        return " ".join(words[shared:]) if shared == len(self._answered) else text.strip()
