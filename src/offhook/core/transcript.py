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
    """The caller's words of the turn that is not yet committed: finals, then the interim that may still change."""

    __slots__ = ("_finals", "digits", "interim")

    def __init__(self) -> None:
        self._finals: list[str] = []
        self.interim = ""
        self.digits = ""

    def add_final(self, text: str) -> None:
        """Keep a final utterance; it replaces the interim."""
        self.interim = ""
        if text.strip():
            self._finals.append(text.strip())

    def put_before(self, text: str) -> None:
        """Continue an earlier text: that of a turn which was not over after all."""
        if text:
            self._finals.insert(0, text)

    def settle(self) -> None:
        """Take the interim for final: no better text will come."""
        self.add_final(self.interim)

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
