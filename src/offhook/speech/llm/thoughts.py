"""Thoughts that models write into their replies are never spoken: `<think>...</think>` and its relatives.

Qwen, DeepSeek and others behind vLLM, Ollama and many gateways put them in front of what they say, in pieces that are
cut anywhere. Some servers leave the opening tag out, since it stands in the prompt: then a closing tag is the first
sign that all before it was none of the caller's business. The signs: `thought_signs`.
"""

import re
from enum import Enum, auto
from typing import Final

from offhook.speech.llm.thought_signs import (
    AROUND,
    CLOSING,
    CLOSING_WORDS,
    OPENING,
    OPENING_WORDS,
    begins_in_words,
    begun,
    words_begun,
)

HELD_CHARS: Final = 64 * 1024
"""Of a reply that waits for a closing tag; more than this was thought, whatever comes."""


class _State(Enum):
    HOLDING = auto()
    """The model may begin with thoughts and no opening tag: a closing one or the end tells."""
    THINKING = auto()
    SPEAKING = auto()


class Thoughts:
    """Takes the text of a reply as it comes, and gives what is spoken of it."""

    __slots__ = ("_has_spoken", "_held", "_is_announced", "_is_leading", "_state", "_tail", "were_unopened")

    def __init__(self, *, are_unopened: bool = False) -> None:
        """`are_unopened`: replies of this model may begin with thoughts that no tag announces."""
        self._state = _State.HOLDING if are_unopened else _State.SPEAKING
        self._tail = ""
        """What may be the beginning of a tag."""
        self._held = ""
        self._has_spoken = self._is_announced = self._is_leading = False
        """Leading: behind thoughts, where the blank line belongs to them."""
        self.were_unopened = False
        """A closing tag came of what no tag had opened: the next reply of this model is held until its own."""

    def feed(self, text: str) -> str:
        """What is spoken now; mostly the text itself."""
        text, self._tail = self._tail + text, ""
        spoken = ""
        while text:
            closing, opening = self._next_signs(text)
            if opening is not None and (closing is None or opening.start() < closing.start()):
                spoken += self._say(text[: opening.start()])
                self._state, self._held = _State.THINKING, ""
                text = text[opening.end() :]
            elif closing is not None:
                before = text[: closing.start()]
                self._close(before)
                text = text[closing.end() :]
                self._is_leading = True
            else:
                kept = self._kept_back(text)
                spoken += self._say(text[: len(text) - len(kept)])
                self._tail = kept
                break
        return spoken

    def finish(self, *, is_cut: bool) -> str:
        """What is left to be spoken; of a reply that its bound cut, what was held was thought."""
        tail, self._tail = self._tail, ""
        held = self._held + tail if self._state is _State.HOLDING else tail
        if self._state is _State.HOLDING:
            if is_cut or len(held) > HELD_CHARS:
                return ""
            self._state = _State.SPEAKING
        return self._say(held)

    def release(self) -> str:
        """The server gives thoughts in a member of their own: the text is all for the caller."""
        return self.finish(is_cut=False) if self._state is _State.HOLDING else ""

    @property
    def is_hidden(self) -> bool:
        """What comes now is not spoken, or not yet."""
        return self._state is not _State.SPEAKING

    @property
    def is_holding(self) -> bool:
        """It waits for a closing tag that has no opening one."""
        return self._state is _State.HOLDING

    def _next_signs(self, text: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
        """The next closing and the next opening sign."""
        closing, opening = CLOSING.search(text), OPENING.search(text)
        if self._is_announced and closing is None:
            closing = CLOSING_WORDS.search(text)
        if not (self._has_spoken or self._held or self._state is _State.THINKING) and (
            words := OPENING_WORDS.match(text)
        ):
            self._is_announced, opening = True, words
        return closing, opening

    def _kept_back(self, text: str) -> str:
        """The end of the text that may be the beginning of a sign."""
        if self._is_announced and self._state is _State.THINKING and (words := words_begun(text)):
            return words
        is_first = not self._has_spoken and not self._held and self._state is not _State.THINKING
        return text if is_first and begins_in_words(text) else begun(text)

    def _close(self, before: str) -> None:
        if self._state is not _State.THINKING and (self._has_spoken or self._held or before.strip()):
            # What was said of it cannot be taken back; the rest of it and the next replies are not said.
            self.were_unopened = True
        self._state, self._held, self._is_announced = _State.SPEAKING, "", False

    def _say(self, text: str) -> str:
        if self._state is _State.THINKING:
            return ""
        if self._state is _State.HOLDING:
            self._held = (self._held + text)[: HELD_CHARS + 1]
            return ""
        text = AROUND.sub("", text)
        if self._is_leading:
            text = text.lstrip()
            self._is_leading = not text
        self._has_spoken = self._has_spoken or bool(text)
        return text
