"""Thoughts that models write into their replies are never spoken: `<think>...</think>` and its relatives.

Qwen, DeepSeek and others behind vLLM, Ollama and many gateways put them in front of what they say, in pieces that are
cut anywhere. Some servers leave the opening tag out, since it stands in the prompt: then a closing tag is the first
sign that all before it was none of the caller's business.
"""

import re
from enum import Enum, auto
from typing import Final

HELD_CHARS: Final = 64 * 1024
"""Of a reply that waits for a closing tag; more than this was thought, whatever comes."""
TAG_CHARS: Final = 48
"""Longest beginning of a tag that is waited for."""
_NAMES: Final = r"(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|reflection)"
_OPENING: Final = re.compile(
    rf"<\s*{_NAMES}\s*>|\[\s*THINK\s*\]|\u25c1think\u25b7|<\|channel\|>\s*(?:analysis|commentary)\s*<\|message\|>", re.I
)
_CLOSING: Final = re.compile(
    rf"<\s*/\s*{_NAMES}\s*>|\[\s*/\s*THINK\s*\]|\u25c1/think\u25b7|<\|channel\|>\s*final\s*<\|message\|>", re.I
)
_MARKS: Final = re.compile(r"<\|(?:start|end|return|channel|message|constrain)\|>(?:assistant)?", re.I)
"""Of gpt-oss's own format, where a server passes it through."""
_BEGUN: Final = re.compile(r"(?:<|\[|\u25c1)[^<\[\u25c1]*$")
_MAY_BE: Final = tuple(
    f"{opened}{slash}{name}"
    for opened, slash, names in (
        ("<", "", ("seed:think", "thinking", "thoughts", "reasoning", "reflection", "|channel|>analysis<|message|")),
        (
            "<",
            "",
            ("|channel|>commentary<|message|", "|channel|>final<|message|", "|start|", "|return|", "|constrain|"),
        ),
        ("<", "/", ("seed:think", "thinking", "thoughts", "reasoning", "reflection")),
        ("[", "", ("think",)),
        ("[", "/", ("think",)),
        ("\u25c1", "", ("think",)),
        ("\u25c1", "/", ("think",)),
    )
    for name in names
)
"""What a tag may begin with, without its blanks and in small letters."""


class _State(Enum):
    HOLDING = auto()
    """The model may begin with thoughts and no opening tag: a closing one or the end tells."""
    THINKING = auto()
    SPEAKING = auto()


class Thoughts:
    """Takes the text of a reply as it comes, and gives what is spoken of it."""

    __slots__ = ("_has_spoken", "_held", "_is_leading", "_state", "_tail", "were_unopened")

    def __init__(self, *, are_unopened: bool = False) -> None:
        """`are_unopened`: replies of this model may begin with thoughts that no tag announces."""
        self._state = _State.HOLDING if are_unopened else _State.SPEAKING
        self._tail = ""
        """What may be the beginning of a tag."""
        self._held = ""
        self._has_spoken = self._is_leading = False
        """Leading: behind thoughts, where the blank line belongs to them."""
        self.were_unopened = False
        """A closing tag came of what no tag had opened: the next reply of this model is held until its own."""

    def feed(self, text: str) -> str:
        """What is spoken now; mostly the text itself."""
        text, self._tail = self._tail + text, ""
        spoken = ""
        while text:
            closing = _CLOSING.search(text)
            opening = _OPENING.search(text)
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
                kept = _start_of_tag(text)
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

    def _close(self, before: str) -> None:
        if self._state is not _State.THINKING and (self._has_spoken or self._held or before.strip()):
            # What was said of it cannot be taken back; the rest of it and the next replies are not said.
            self.were_unopened = True
        self._state, self._held = _State.SPEAKING, ""

    def _say(self, text: str) -> str:
        if self._state is _State.THINKING:
            return ""
        if self._state is _State.HOLDING:
            self._held = (self._held + text)[: HELD_CHARS + 1]
            return ""
        text = _MARKS.sub("", text)
        if self._is_leading:
            text = text.lstrip()
            self._is_leading = not text
        self._has_spoken = self._has_spoken or bool(text)
        return text


def _start_of_tag(text: str) -> str:
    """The end of the text that may be the beginning of a tag."""
    begun = _BEGUN.search(text)
    at = begun.start() if begun is not None else -1
    # gpt-oss's marks hold several brackets.
    marks = text.rfind("<|channel|>")
    at = marks if marks >= 0 and len(text) - marks <= TAG_CHARS else at
    if at < 0 or len(text) - at > TAG_CHARS:
        return ""
    squeezed = re.sub(r"\s+", "", text[at:]).lower()
    return text[at:] if any(name.startswith(squeezed) for name in _MAY_BE) else ""
