"""Model, voice and tools of a simulated call: what `StartReply` and `ContinueReply` lead to, and what of it fails.

Every word of an answer is its own (`a17`), so that it can be told what of it was heard and remembered.
"""

import json
from itertools import count
from typing import Final

from offhook.core.builtin import COLLECT_DIGITS, END_CALL, HANDOFF, TRANSFER_CALL
from offhook.core.commands import Ask, Say
from offhook.core.events import (
    FirstTokenReceived,
    ReplyFailed,
    ReplyGenerated,
    ReplyStopped,
    Stage,
    ToolEvent,
    ToolFailed,
    ToolLost,
    ToolPending,
    ToolRequested,
    ToolReturned,
)
from offhook.simulator.events_checks_consent import BOUNDED, CONFIRMED, MOST
from offhook.simulator.events_heap import Heap
from offhook.simulator.events_playout import EventPlayout
from offhook.simulator.events_weather import Weather

KEPT_S: Final = 0.03
"""A kept sentence is there at once."""
TOOLS: Final = (BOUNDED, "look_up", CONFIRMED)


class _Maker:
    """One round of a reply that is being made; it is over when its `is_over` is set."""

    __slots__ = ("is_over", "reply", "stays_open")

    def __init__(self, reply: int) -> None:
        self.reply = reply
        self.is_over = False
        self.stays_open = False
        """A tool was asked for, and the reply goes on behind it."""


class Responder:
    """Makes replies, and runs tools."""

    def __init__(self, heap: Heap, weather: Weather, playout: EventPlayout) -> None:
        self._heap, self._weather, self._playout = heap, weather, playout
        self._maker = _Maker(0)
        self._text: list[str] = []
        self._segments = 0
        self._fillers = 0
        self._words = count(1)
        self._calls = count(1)
        self._wishes: list[tuple[str, str]] = []
        self._asks_for_ever = heap.chance(weather.tools_for_ever)
        self._voice_is_dead = heap.chance(weather.dead_voice)
        self.is_ending = False
        """The model wants the call over, with this very reply."""

    # ── what is commanded ────────────────────────────────────────────────────────────────────────────────────

    def start(self, reply: int, content: Ask | Say, at: float) -> None:
        """A new reply."""
        self._maker.is_over = True
        self._maker = _Maker(reply)
        self._text, self._segments, self.is_ending = [], 0, False
        if isinstance(content, Say):
            self._heap.later(at + KEPT_S, self._say, (self._maker, content.text))
        else:
            self._think(content, is_first=True, at=at)

    def go_on(self, reply: int, content: Ask, at: float) -> None:
        """Tools have answered."""
        if reply != self._maker.reply:
            return
        self._maker.is_over = True
        self._playout.end_segments(reply, at)
        self._maker = _Maker(reply)
        self._think(content, is_first=False, at=at)

    def cancel(self, reply: int, at: float) -> None:
        """Stop making it."""
        if reply == self._maker.reply:
            self._maker.is_over = True
            if self._heap.chance(0.3):
                self._heap.send(at, ReplyStopped(reply, 100, 10))

    def fill(self, reply: int, text: str, at: float) -> None:
        """A filler, from the kept ones."""
        self._fillers += 1
        self._playout.interject(reply, -self._fillers, text, at)

    def run_tool(self, call: str, at: float) -> None:
        """A tool takes its time, and answers somehow."""
        heap, weather = self._heap, self._weather
        tool_s = heap.within(weather.tool_s)
        event: ToolEvent = ToolReturned(call, "done")
        if heap.chance(weather.tools_fail):
            event = ToolFailed(call, "not possible")
        elif heap.chance(weather.tools_lost):
            event = ToolLost(call, "connection broke")
        elif heap.chance(weather.tools_silent):
            if heap.chance(0.5):
                return
            tool_s += 30.0
        heap.send(at + tool_s, event)

    # ── the model ────────────────────────────────────────────────────────────────────────────────────────────

    def _think(self, ask: Ask, *, is_first: bool, at: float) -> None:
        heap, weather, maker = self._heap, self._weather, self._maker
        if heap.chance(weather.model_stalls):
            return
        at += heap.within(weather.slow_token_s if heap.chance(weather.slow_tokens) else weather.token_s)
        if heap.chance(weather.model_fails):
            self._later(at, ReplyFailed(maker.reply, Stage.MODEL, "overloaded"))
        elif heap.chance(weather.model_is_empty):
            self._later(at, ReplyGenerated(maker.reply, " ".join(self._text), self._segments))
            heap.later(at, self._finish, maker)
        elif ask.with_tools and (
            self._asks_for_ever
            or heap.chance(weather.tools if is_first else weather.tools_again * min(weather.tools * 10.0, 1.0))
        ):
            self._wish(at)
        elif ask.with_tools and (name := self._builtin()):
            self._builtin_wish(name, at)
        else:
            self._answer(at, heap.random.randint(1, 3), asks=heap.chance(0.4))

    def _answer(self, at: float, segments: int, *, asks: bool) -> float:
        """Sentences one behind the other; gives when the model has said them all."""
        heap, weather, maker = self._heap, self._weather, self._maker
        self._later(at, FirstTokenReceived(maker.reply))
        fails_at = heap.random.randint(1, segments) if heap.chance(weather.model_fails_midway) else 0
        spoken_at = at
        for number in range(1, segments + 1):
            at += heap.within((0.1, 0.4))
            if number == fails_at:
                self._later(at, ReplyFailed(maker.reply, Stage.MODEL, "stream broke"))
                return at
            text = self._sentence(is_question=asks and number == segments)
            sounds_at = self._speak(text, max(at, spoken_at))
            if sounds_at is None:
                self._later(at, ReplyGenerated(maker.reply, " ".join(self._text), self._segments))
                return at
            spoken_at = sounds_at
        self._later(at, ReplyGenerated(maker.reply, " ".join(self._text), self._segments, 200, 30))
        if not maker.stays_open:
            heap.later(max(at, spoken_at) + 0.3, self._finish, maker)
        return at

    def _sentence(self, *, is_question: bool) -> str:
        text = " ".join(f"a{next(self._words)}" for _ in range(self._heap.random.randint(3, 16)))
        return text + ("?" if is_question else ".")

    def _later(
        self, at: float, event: FirstTokenReceived | ReplyGenerated | ReplyFailed | ToolPending | ToolRequested
    ) -> None:
        self._heap.later(at, self._told, (self._maker, event))

    def _told(self, what: tuple[_Maker, FirstTokenReceived], at: float) -> None:
        maker, event = what
        if maker.is_over:
            return
        if isinstance(event, ReplyFailed):
            # What the caller hears already is played to its end.
            maker.is_over = True
            self._heap.send(at, event)
            self._playout.finish(maker.reply, at)
        else:
            self._heap.deliver(event, at)

    # ── the voice ────────────────────────────────────────────────────────────────────────────────────────────

    def _speak(self, text: str, at: float) -> float | None:
        """When it begins to sound; None when the voice does not get to the end of it."""
        heap, weather, maker = self._heap, self._weather, self._maker
        self._text.append(text)
        number, self._segments = self._segments, self._segments + 1
        at += heap.within(weather.slow_voice_s if heap.chance(weather.slow_voice) else weather.voice_s)
        if self._voice_is_dead:
            if heap.chance(0.5):
                self._later(at, ReplyFailed(maker.reply, Stage.VOICE, "refused"))
            return None
        stalls, dies = heap.chance(weather.voice_stalls), heap.chance(weather.voice_dies)
        have_s = heap.within((0.2, 0.8)) if stalls or dies else None
        heap.later(at, self._sound, (maker, number, text, have_s))
        if dies:
            self._later(at + 0.5, ReplyFailed(maker.reply, Stage.VOICE, "socket closed"))
        return None if stalls or dies else at

    def _sound(self, what: tuple[_Maker, int, str, float | None], at: float) -> None:
        maker, number, text, have_s = what
        if not maker.is_over:
            self._playout.add(maker.reply, number, text, have_s, at)

    def _finish(self, maker: _Maker, at: float) -> None:
        if not maker.is_over:
            self._playout.finish(maker.reply, at)

    def _say(self, what: tuple[_Maker, str], at: float) -> None:
        maker, text = what
        if not maker.is_over:
            self._heap.deliver(ReplyGenerated(maker.reply, text, 1), at)
            self._playout.add(maker.reply, 0, text, None, at)
            self._playout.finish(maker.reply, at)

    # ── what the model wishes ────────────────────────────────────────────────────────────────────────────────

    def _wish(self, at: float) -> None:
        """A tool that is not the core's own, perhaps behind a sentence."""
        heap, weather, maker = self._heap, self._weather, self._maker
        maker.stays_open = True
        if heap.chance(weather.text_before_tool):
            self._later(at, FirstTokenReceived(maker.reply))
            self._speak(self._sentence(is_question=False), at)
        if heap.chance(weather.tool_pending):
            self._later(at, ToolPending(maker.reply))
            at += heap.within((0.2, 1.5))
        for _ in range(heap.random.choice((1, 1, 1, 2))):
            if self._wishes and heap.chance(weather.same_wish):
                name, arguments = heap.random.choice(self._wishes[-3:])
            else:
                name, arguments = heap.random.choice(TOOLS), f'{{"id": {len(self._wishes)}}}'
                self._wishes.append((name, arguments))
            confirm, most = name == CONFIRMED, MOST if name == BOUNDED else 0
            self._later(at, ToolRequested(maker.reply, self._call(), name, arguments, confirm, most))
        self._later(at, ReplyGenerated(maker.reply, " ".join(self._text), self._segments, 200, 30))

    def _call(self) -> str:
        """Vendors number their calls; some begin anew in each answer."""
        return f"call-{next(self._calls)}" if self._heap.chance(0.9) else "call-0"

    def _builtin(self) -> str:
        heap, weather = self._heap, self._weather
        chances = {
            END_CALL: weather.ends_call,
            TRANSFER_CALL: weather.transfers,
            HANDOFF: weather.hands_off,
            COLLECT_DIGITS: weather.collects,
        }
        return next((name for name, chance in chances.items() if heap.chance(chance)), "")

    def _builtin_wish(self, name: str, at: float) -> None:
        heap, maker = self._heap, self._maker
        arguments: dict[str, object] = {}
        if name == TRANSFER_CALL:
            arguments = {"destination": "desk" if heap.chance(0.9) else "nobody"}
        elif name == HANDOFF:
            arguments = {"agent": "billing" if heap.chance(0.9) else "nobody"}
        elif name == COLLECT_DIGITS:
            arguments = {"count": heap.random.choice((0, 4)), "secret": heap.chance(0.5)}
        asks = name == COLLECT_DIGITS or (name == END_CALL and heap.chance(0.3))
        self.is_ending = name == END_CALL and not asks
        if heap.chance(0.9):
            at = self._answer(at, 1, asks=asks)
        self._later(at, ToolRequested(maker.reply, self._call(), name, json.dumps(arguments)))
        self._later(at, ReplyGenerated(maker.reply, " ".join(self._text), self._segments))
        heap.later(at + 1.0, self._finish, maker)
