"""Thoughts that models write into their replies are never spoken: `<think>...</think>` and its relatives.

Qwen, DeepSeek and others behind vLLM, Ollama and many gateways put them in front of what they say, in pieces that are
cut anywhere. Some servers leave the opening tag out, since it stands in the prompt: then a closing tag is the first
sign that all before it was none of the caller's business. The signs: `thought_signs`.
"""

import re
from enum import Enum, auto
from typing import Final

from offhook.speech.llm.thought_signs import (
    ANSWER,
    AROUND,
    CLOSING,
    CLOSING_WORDS,
    OPENING,
    OPENING_WORDS,
    PAIRS,
    WORDS_CHARS,
    begins_in_words,
    begun,
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

    __slots__ = (
        "_closing", "_has_spoken", "_held", "_is_announced", "_is_leading", "_is_weak", "_state", "_tail",
        "were_unopened",
    )  # fmt: skip

    def __init__(self, *, are_unopened: bool = False) -> None:
        """`are_unopened`: replies of this model may begin with thoughts that no tag announces."""
        self._state = _State.HOLDING if are_unopened else _State.SPEAKING
        self._tail = ""
        """What may be the beginning of a tag."""
        self._held = ""
        self._closing: re.Pattern[str] | None = None
        """What alone ends these thoughts."""
        self._has_spoken = self._is_announced = self._is_leading = self._is_weak = False
        """Leading: behind thoughts, where the blank line belongs to them. Weak: it may have been a stage direction."""
        self.were_unopened = False
        """A closing tag came of what no tag had opened: the next reply of this model is held until its own."""

    def feed(self, text: str) -> str:
        """What is spoken now; mostly the text itself."""
        text, self._tail = self._tail + text, ""
        spoken = ""
        while text:
            closing = self._next_closing(text)
            opening = self._next_opening(text) if self._closing is None else None
            if opening is not None and (closing is None or opening.start() < closing.start()):
                spoken += self._say(text[: opening.start()])
                self._open(opening)
                text = text[opening.end() :]
            elif closing is not None:
                self._close(text[: closing.start()])
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
        is_held = self._state is _State.HOLDING or (self._state is _State.THINKING and self._is_weak)
        held = self._held + tail if is_held else tail
        if is_held:
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

    # ── signs ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _next_closing(self, text: str) -> re.Match[str] | None:
        if self._closing is not None:
            return self._closing.search(text)
        patterns = [CLOSING]
        if self._state is not _State.SPEAKING:
            patterns.append(ANSWER)
        found = _first(patterns, text)
        words = CLOSING_WORDS.search(text) if self._is_announced else None
        # More may belong to words at the end: "**Response:" and "**".
        if words is not None and words.end() < len(text) and (found is None or words.start() < found.start()):
            return words
        return found

    def _next_opening(self, text: str) -> re.Match[str] | None:
        if self._state is _State.THINKING:
            return OPENING.search(text)
        if not (self._has_spoken or self._held) and (words := OPENING_WORDS.match(text)):
            return words
        return _first([OPENING, *(pair.opening for pair in PAIRS)], text)

    def _open(self, sign: re.Match[str]) -> None:
        if self._state is not _State.THINKING:
            self._state, self._held = _State.THINKING, ""
            self._is_announced = sign.re is OPENING_WORDS
            self._is_weak = sign.re is OPENING and sign["weak"] is not None
            self._closing = next((pair.closing for pair in PAIRS if pair.opening is sign.re), None)
        if self._is_weak:
            self._held += sign[0]

    def _close(self, before: str) -> None:
        if self._state is not _State.THINKING and (self._has_spoken or self._held or before.strip()):
            # What was said of it cannot be taken back; the rest of it and the next replies are not said.
            self.were_unopened = True
        self._state, self._held, self._closing = _State.SPEAKING, "", None
        self._is_announced = self._is_weak = False

    # ── what is spoken ───────────────────────────────────────────────────────────────────────────────────────────

    def _kept_back(self, text: str) -> str:
        """The end of the text that may be the beginning of a sign."""
        if self._is_announced or self._closing is not None:
            return text[-WORDS_CHARS:]
        is_first = self._state is not _State.THINKING and not self._has_spoken and not self._held
        return text if is_first and begins_in_words(text) else begun(text)

    def _say(self, text: str) -> str:
        if self._state is _State.HOLDING or (self._state is _State.THINKING and self._is_weak):
            self._held = (self._held + text)[: HELD_CHARS + 1]
            return ""
        if self._state is _State.THINKING:
            return ""
        text = AROUND.sub("", text)
        if self._is_leading:
            text = text.lstrip()
            self._is_leading = not text
        self._has_spoken = self._has_spoken or bool(text)
        return text


def _first(patterns: list[re.Pattern[str]], text: str) -> re.Match[str] | None:
    """The match that begins first; of two at one place, that of the earlier pattern."""
    found = [match for pattern in patterns if (match := pattern.search(text)) is not None]
    return min(found, key=lambda match: match.start(), default=None)
