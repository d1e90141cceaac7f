"""What is sensitive in a call: masked on its way into the inbox, given to a tool alone, forgotten with the call.

The conversation does not see it, nor does a journal or a log, nor a model that has not written it itself. Three kinds
come in, and are known by a reference, `{keys-1}` or `{secret-1}`:

- keys that are pressed while secret ones are collected,
- the words of a caller who says them instead: each word becomes `x`, each number `0`,
- what a model gives a tool for a parameter that its owner has called sensitive.

The same value has the same reference: so the conversation knows equal wishes from others, and does the same when its
journal is run again.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

import msgspec

from offhook.core import events as ev
from offhook.core.keys import HIDDEN_NUMBER, HIDDEN_WORD
from offhook.core.words import normalize
from offhook.tools.keys import hidden_in
from offhook.tools.number_words import number_words
from offhook.tools.sensitive import Sensitive

MASK: Final = "x"
END_KEY: Final = "#"
"""Not a secret: it says that the keys are over."""
MOST_KEYS: Final = 64
MOST_CHARS: Final = 2_000
"""Of an answer that is said."""
MOST_REFERENCES: Final = 64
SHORTEST_HIDDEN: Final = 3
"""Shorter ones stand in texts by chance."""
LONG_WORD: Final = 4
"""A number's word of so many letters is known inside of another: vierundzwanzig."""
LONGEST_S: Final = 8.0
"""An answer that was taken is over then, whatever the agent does."""
TAIL_S: Final = 0.5
"""The tone of the last key sounds on."""
EDGE_S: Final = 0.25
"""Words that reach so little into a sensitive stretch were said beside it."""


_COMMON: Final = ("true", "false")
"""Sensitive as an argument, and no secret in a text."""


def _nothing(name: str) -> Sensitive | None:
    """No tool has sensitive parameters."""
    del name
    return None


@dataclass(slots=True)
class SecretKeys:
    """What is sensitive in one call, by the name that stands for it."""

    _collecting: dict[str, str] = field(default_factory=dict, repr=False)
    """Reference by the tool call that collects."""
    _kept: dict[str, str] = field(default_factory=dict, repr=False)
    _said: str = field(default="", repr=False)
    """What was said in place of keys, and is final,"""
    _saying: str = field(default="", repr=False)
    """and what is not."""
    _stretches: list[tuple[float, float]] = field(default_factory=list)
    """Places in the audio, begin and end, between which the caller's answer is sensitive; the last may be open."""
    _final_to: float = 0.0
    _sensitive: Callable[[str], Sensitive | None] = _nothing
    _words: Collection[str] = field(default=(), repr=False)
    _language: str = "en"
    _given: int = 0
    _takes_words: bool = False
    _answering: str = ""
    """The reference that is being answered in words; it may go on after the answer was taken for whole."""
    _is_closing: bool = False
    """The answer was taken; it is over when the agent speaks."""
    _has_closed: bool = False

    def follow(self, sensitive: Callable[[str], Sensitive | None], words: Collection[str], language: str) -> None:
        """An agent is in charge: its tools' sensitive parameters, and how numbers are said in its language."""
        self._sensitive, self._language = sensitive, language.partition("-")[0].lower()
        self._words = frozenset((*words, *number_words(self._language)))

    # ── keys, and the words that are said in their place ─────────────────────────────────────────────────────────

    def collect(self, call: str, reference: str, at: float = 0.0, *, takes_words: bool = False) -> None:
        """From here on keys are secret, and kept under `reference`; so is what is said: the digits of it, or all."""
        self._takes_words = takes_words
        self._close(at)
        self._collecting[call] = reference
        self._keep(reference, "")
        self._stretches = [*self._stretches[1 - MOST_REFERENCES :], (at, float("inf"))]
        self._said, self._saying, self._answering = "", "", reference

    def collected(self, call: str, *, is_whole: bool, at: float = 0.0) -> None:
        """No more of them for this tool call; what is not whole is forgotten.

        The caller may go on before the agent speaks: until then, and for a while at most, all of it is sensitive.
        """
        reference = self._collecting.pop(call, None)
        if reference is None:
            return
        if not is_whole:
            self._kept.pop(reference, None)
        if not is_whole or self._kept.get(reference):
            self._answering = ""
        self._take_words()
        if not self._collecting and self._stretches:
            self._is_closing = True
            self._stretches[-1] = (self._stretches[-1][0], at + LONGEST_S)

    def take_closed(self) -> bool:
        """True once after something sensitive is over."""
        has_closed, self._has_closed = self._has_closed, False
        return has_closed

    def _close(self, at: float) -> None:
        if self._is_closing:
            self._stretches[-1] = (self._stretches[-1][0], min(at, self._stretches[-1][1]))
            self._is_closing, self._has_closed, self._answering = False, True, ""

    def _take_words(self) -> None:
        """What was said in place of keys, until now."""
        said = f"{self._said} {self._saying}".strip()
        if self._answering and said:
            self._keep(self._answering, said if self._takes_words else self._number(said))

    def covers(self, at: float) -> bool:
        """At this place in the caller's audio there may be something sensitive."""
        return bool(self._stretches) and any(begin <= at < end + TAIL_S for begin, end in self._stretches)

    def press(self, key: str) -> str:
        """The key as others may see it."""
        if not self._collecting or key == END_KEY:
            return key
        for reference in self._collecting.values():
            self._kept[reference] = (self._kept.get(reference, "") + key)[:MOST_KEYS]
        return MASK

    # ── for the tool that runs, and for nobody else ──────────────────────────────────────────────────────────────

    def fill(self, text: str) -> str:
        """The text with `{reference}` replaced by what it stands for."""
        return _REFERENCE.sub(lambda match: self._kept.get(match[1], match[0]), text)

    def hide(self, text: str) -> str:
        """The text with all that is kept replaced by its references: services repeat what they were sent."""
        values = {
            f"{{{name}}}": kept
            for name, kept in self._kept.items()
            if len(kept) >= SHORTEST_HIDDEN and kept not in _COMMON
        }
        return hidden_in(text, values) if values else text

    # ── on the way into the inbox ────────────────────────────────────────────────────────────────────────────────

    def veil(self, event: ev.Event, at: float) -> ev.Event:
        """The event as all others may see it; it happens at `at`."""
        match event:
            case ev.TranscriptChanged() | ev.TranscriptFinal() | ev.TurnEndExpected():
                return self._spoken(event)
            case ev.DigitPressed(digit=digit):
                return msgspec.structs.replace(event, digit=self.press(digit))
            case ev.SegmentStarted():
                self._close(at)
                return event
            case ev.ToolRequested(name=name, arguments=arguments):
                sensitive = self._sensitive(name)
                veiled = sensitive.veiled(arguments, self._refer) if sensitive is not None else self.hide(arguments)
                return msgspec.structs.replace(event, arguments=veiled)
            # What a model makes of a sensitive value that it has written itself.
            case ev.PlayoutCut(heard_text=text):
                return msgspec.structs.replace(event, heard_text=self.hide(text)) if self._kept else event
            case (
                ev.SegmentReady(text=text) | ev.SegmentReworded(text=text) | ev.ReplyGenerated(text=text)
                | ev.ReplyHeard(text=text) | ev.MoreHeard(text=text)
            ):  # fmt: skip
                return msgspec.structs.replace(event, text=self.hide(text)) if self._kept else event
            case _:
                return event

    def _spoken(self, event: ev.TranscriptChanged | ev.TranscriptFinal | ev.TurnEndExpected) -> ev.Event:
        begin, is_final = self._final_to, isinstance(event, ev.TranscriptFinal)
        if isinstance(event, ev.TranscriptFinal):
            begin, self._final_to = event.from_s, event.to_s
        if not any(begin < until - EDGE_S and event.to_s > since + EDGE_S for since, until in self._stretches):
            return event
        if self._answering:
            text = f"{self._said} {event.text}"[:MOST_CHARS] if is_final else self._said
            self._said, self._saying = text, "" if is_final else event.text[:MOST_CHARS]
            if not self._collecting:
                self._take_words()
        masked = " ".join(HIDDEN_NUMBER if self._is_number(word) else HIDDEN_WORD for word in event.text.split())
        return msgspec.structs.replace(event, text=masked)

    def _is_number(self, word: str) -> bool:
        if any(sign.isdigit() for sign in word):
            return True
        plain = normalize(word)
        parts = plain.split("-")
        return any(
            part in self._words or any(len(known) >= LONG_WORD and known in part for known in self._words)
            for part in parts
        )

    def _number(self, text: str) -> str:
        """What was said, as a tool takes it: the digits when there are any, or all of the words."""
        known = number_words(self._language)
        digits = [
            "".join(sign for sign in word if sign.isdigit()) or str(known.get(normalize(word), ""))
            for word in text.replace("-", " ").split()
        ]
        return "".join(digits) or text

    def _refer(self, value: str) -> str:
        """The reference of a sensitive value: the same for the same one."""
        found = next((name for name, kept in self._kept.items() if kept == value and value), None)
        if found is None:
            self._given += 1
            found = f"secret-{self._given}"
            self._keep(found, value)
        return f"{{{found}}}"

    def _keep(self, reference: str, value: str) -> None:
        self._kept[reference] = value
        while len(self._kept) > MOST_REFERENCES:
            self._kept.pop(next(iter(self._kept)))


_REFERENCE: Final = re.compile(r"\{([A-Za-z][\w-]{0,63})\}")
