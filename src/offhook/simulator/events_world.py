"""One call at the level of events: a heap with times, no frames, no asyncio, and far faster than time passes.

    python -m offhook.simulator.events_world --weather storm --seed 17             one call, in words
    python -m offhook.simulator.events_world --weather storm --seed 0 --calls 500  many calls, their failures and speed

Everything random comes from the seed. The conversation is the real one; the caller, the transcriber, the responder,
playout and the line are models of what the ports promise, and of how they fail (`events_weather`).
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop
from math import ceil
from typing import Any, Final

from offhook.clock import wall
from offhook.core.behaviour import Behaviour, Script
from offhook.core.commands import (
    CancelReply,
    CollectKeys,
    Command,
    CommitReply,
    ContinueReply,
    EndCall,
    EnterAgent,
    FinalizeTranscript,
    HangUp,
    HushPlayout,
    PlayFiller,
    PredictTurn,
    ReconnectTranscriber,
    ResumePlayout,
    RunTool,
    SendDigits,
    StartReply,
    TransferCall,
    WatchSilence,
)
from offhook.core.conversation import Conversation
from offhook.core.events import CallAnswered, Event, TimePassed
from offhook.simulator.events_caller import Caller, Sound
from offhook.simulator.events_check import Check, Facts
from offhook.simulator.events_checks import CHECKS
from offhook.simulator.events_heap import Heap
from offhook.simulator.events_line import CarrierLine
from offhook.simulator.events_playout import EventPlayout
from offhook.simulator.events_responder import Responder
from offhook.simulator.events_transcriber import Transcriber
from offhook.simulator.events_waits import NobodyWaitsInSilence
from offhook.simulator.events_weather import WEATHERS, Weather

LONG: Final = frozenset({"warning", "max_call"})
"""Nobody waits for these."""
SHORT_S: Final = 31.0
"""A deadline that is further away than this may be one of those."""
TOLD_S: Final = 0.2
"""Playout has told by then that what it had was played."""
MOST_EVENTS: Final = 200_000
LINGERS_S: Final = 60.0
"""So long after the end events are still told: tools answer, legs close."""


class Stuck(AssertionError):
    """Time does not pass, or the call does not end."""


@dataclass
class Outcome:
    """What became of a call."""

    seed: int
    weather: str
    length_s: float = 0.0
    events: int = 0
    worst_wait_s: float = 0.0
    reason: str = ""
    failures: list[str] = field(default_factory=list)
    log: list[tuple[float, Event | Command]] = field(default_factory=list)
    """Events and commands in order, when they were wanted."""


class EventsWorld(Heap):
    """Everything around one conversation."""

    def __init__(
        self,
        seed: int,
        weather: Weather,
        *,
        make: Callable[[Behaviour, Script], Conversation] = Conversation,
        keep_log: bool = False,
    ) -> None:
        super().__init__(seed)
        self.conversation = make(weather.behaviour, weather.script)
        self.facts = Facts(weather.behaviour, has_echo=weather.echoes > 0.0)
        self.log: list[tuple[float, Event | Command]] | None = [] if keep_log else None
        self.events = 0
        self.ended_at: float | None = None
        self.reason = ""
        self._weather = weather
        self.playout = EventPlayout(self)
        self.facts.truth = self.playout.truth
        self.transcriber = Transcriber(self, weather)
        self.caller = Caller(self, weather, self.transcriber)
        self.responder = Responder(self, weather, self.playout)
        self.line = CarrierLine(self, weather, self.caller, self.playout)
        self.facts.is_television = self.caller.is_television
        self.waits = NobodyWaitsInSilence(self.facts)
        self.checks: list[Check] = [self.waits, *(check(self.facts) for check in CHECKS)]
        self._heard: dict[type, list[Callable[[Any, float], None]]] = {}
        for check in self.checks:
            for kind, act in check.hears().items():
                self._heard.setdefault(kind, []).append(act)
        self._is_answered = False
        self._listen()

    def _listen(self) -> None:
        weather, playout = self._weather, self.playout
        playout.on_sound, playout.on_over = self._agent_sounds, self._reply_over
        self.caller.on_voice, self.caller.on_key = self._caller_sounds, self.waits.key_pressed
        self.line.on_away = self._away
        if weather.marks_lost or weather.downlink_stalls:
            playout.mark_s = self._mark_s
        self._performs: dict[type, Callable[[Any, float], None]] = {
            FinalizeTranscript: lambda command, at: self.transcriber.finalize(at),
            ReconnectTranscriber: lambda command, at: self.transcriber.reopen(command.delay_s, at),
            PredictTurn: lambda command, at: self.caller.predict_turn(command.spurt, at),
            WatchSilence: lambda command, at: self.caller.watch_silence(command.spurt, command.silence_s, at),
            StartReply: self._start,
            ContinueReply: lambda command, at: self.responder.go_on(command.reply, command.content, at),
            CommitReply: lambda command, at: playout.commit(command.reply, at),
            CancelReply: self._cancel,
            HushPlayout: self._hush,
            ResumePlayout: lambda command, at: playout.resume(at),
            PlayFiller: lambda command, at: self.responder.fill(command.reply, command.text, at),
            RunTool: lambda command, at: self.responder.run_tool(command.call, at),
            CollectKeys: lambda command, at: self.caller.keys_wanted(at),
            TransferCall: self.line.transfer,
            EnterAgent: self.line.enter_agent,
            SendDigits: self.line.send_digits,
            HangUp: lambda command, at: self.line.hang_up(at),
            EndCall: self._end,
        }

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────

    def run(self) -> "EventsWorld":
        """The whole call, and a minute behind it."""
        self.later(0.0, self.line.answer, None)
        entries, conversation = self.entries, self.conversation
        while True:
            wakeup_at = conversation.wakeup_at
            if wakeup_at is not None and (not entries or wakeup_at < entries[0][0]):
                self.now = max(self.now, _journaled(wakeup_at))
                self.deliver(TimePassed(), self.now)
                continue
            if not entries or (self.ended_at is not None and entries[0][0] > self.ended_at + LINGERS_S):
                break
            at, _, act, argument = heappop(entries)
            self.now = _journaled(at)
            act(argument, self.now)
        for check in self.checks:
            check.ended(self.now)
        return self

    def deliver(self, event: Event, at: float) -> None:
        """The conversation is told, and what it commands is performed."""
        self.events += 1
        if self.events > MOST_EVENTS:
            raise Stuck(f"{self.events} events by {at:.3f}: {self.conversation.timers}")
        for hear in self._heard.get(type(event), ()):
            hear(event, at)
        if self.log is not None:
            self.log.append((at, event))
        commands = self.conversation.receive(event, at)
        if commands:
            if self.ended_at is not None:
                self._fail(at, "nothing_follows_the_end", f"{commands[0]} was commanded behind the end")
            for command in commands:
                if self.log is not None:
                    self.log.append((at, command))
                kind = type(command)
                for hear in self._heard.get(kind, ()):
                    hear(command, at)
                if (perform := self._performs.get(kind)) is not None:
                    perform(command, at)
        self._check_deadline(event, at)

    def _check_deadline(self, event: Event, at: float) -> None:
        """An open call waits for something that has a deadline."""
        wakeup_at = self.conversation.wakeup_at
        if self.ended_at is not None:
            if wakeup_at is not None:
                self._fail(at, "open_calls_have_deadlines", "an ended call has a deadline")
        elif wakeup_at is None:
            if self._is_answered:
                self._fail(at, "open_calls_have_deadlines", "no deadline is set")
            elif isinstance(event, CallAnswered):
                self._is_answered = True
        elif wakeup_at - at > SHORT_S and self._is_stuck():
            left = f"only long deadlines are left behind {type(event).__name__}"
            self._fail(at, "open_calls_have_deadlines", left)

    def _is_stuck(self) -> bool:
        """Only long deadlines are left, nobody else keeps the caller, and no audio is heard whose end is told."""
        line = self.line
        waits = line.is_elsewhere or self.playout.tells_at + TOLD_S > self.now
        return not waits and LONG.issuperset(self.conversation.timers)

    def _fail(self, at: float, name: str, what: str) -> None:
        self.facts.failures.append(f"{at:.3f} {name}: {what}")

    # ── sound ────────────────────────────────────────────────────────────────────────────────────────────────

    def _agent_sounds(self, begin: float, end: float, text: str) -> None:
        self.waits.agent_sounds(begin, end)
        is_goodbye = self.responder.is_ending or "oodbye" in text
        self.caller.agent_sounds(begin, end, text, is_goodbye=is_goodbye)

    def _caller_sounds(self, begin: float, end: float, sound: Sound) -> None:
        self.waits.caller_sounds(begin, end, sound, asks_for_time=self.caller.asked_for_time)

    def _reply_over(self, reply: int, at: float) -> None:
        self.waits.reply_over(reply)
        self.caller.reply_over(at)
        self.line.may_break(at)

    def _away(self, at: float) -> None:
        if self.line.silences_agent:
            self._cut(at)
        self.waits.away(at, is_away=self.line.is_away)

    def _mark_s(self) -> float | None:
        weather = self._weather
        if self.chance(weather.marks_lost):
            return None
        return self.within(weather.downlink_stall_s) if self.chance(weather.downlink_stalls) else 0.08

    # ── commands ─────────────────────────────────────────────────────────────────────────────────────────────

    def _start(self, command: StartReply, at: float) -> None:
        self.playout.open(command.reply, held=command.held)
        self.responder.start(command.reply, command.content, at)

    def _cancel(self, command: CancelReply, at: float) -> None:
        self.responder.cancel(command.reply, at)
        is_open = command.reply == self.playout.reply
        self.playout.cancel(command.reply, at)
        if is_open:
            self._cut(at)

    def _hush(self, command: HushPlayout, at: float) -> None:
        if command.reply == self.playout.reply:
            self.playout.hush(at)
            self._cut(at)

    def _cut(self, at: float) -> None:
        self.waits.agent_cut(at)
        self.caller.agent_cut(at)

    def _end(self, command: EndCall, at: float) -> None:
        self.ended_at, self.reason = at, command.reason.value
        self.facts.is_ended = True


def play(
    seed: int,
    weather: str,
    *,
    keep_log: bool = False,
    make: Callable[[Behaviour, Script], Conversation] = Conversation,
) -> Outcome:
    """One call in a named weather."""
    world = EventsWorld(seed, WEATHERS[weather], make=make, keep_log=keep_log)
    try:
        world.run()
    except AssertionError as stuck:
        # An assertion of the core or of the world: the call's trace is wanted then more than ever.
        world.facts.failures.append(f"{world.now:.3f} {type(stuck).__name__}: {stuck}")
    length_s = world.ended_at if world.ended_at is not None else world.now
    return Outcome(
        seed, weather, length_s, world.events, world.waits.worst_s, world.reason, world.facts.failures, world.log or []
    )


def _journaled(at: float) -> float:
    """The time as a journal holds it, and never earlier: a deadline that was due is due again in a replay."""
    micros = ceil(at * 1e6)
    journaled = micros / 1e6
    return journaled if journaled >= at else (micros + 1) / 1e6


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def line_of(what: Event | Command) -> str:
    """An event or command in one line, without what it says by default."""
    kind = type(what)
    fields = dict(zip(what.__struct_fields__, (getattr(what, name) for name in what.__struct_fields__), strict=True))
    shown = " ".join(f"{name}={_short(value)}" for name, value in fields.items() if name not in ("behaviour", "script"))
    return f"{kind.__name__} {shown}".rstrip()


def _short(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value) if not isinstance(value, str) else repr(value)


def main(arguments: list[str] | None = None) -> int:
    """One call in words, or many in numbers."""
    parser = argparse.ArgumentParser(prog="events_world", description=__doc__.partition("\n")[0])
    parser.add_argument("--weather", default="storm", choices=[*WEATHERS, "all"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calls", type=int, default=1)
    parser.add_argument("--shown", type=int, default=10, help="failed calls that are listed")
    options = parser.parse_args(arguments)
    if options.calls == 1:
        outcome = play(options.seed, options.weather, keep_log=True)
        for at, what in outcome.log:
            _print(f"{at:9.3f} {'<' if isinstance(what, Event) else '>'} {line_of(what)}")
        _print(f"{outcome.reason} after {outcome.length_s:.1f} s; worst wait {outcome.worst_wait_s:.2f} s")
        _print("\n".join(outcome.failures))
        return bool(outcome.failures)
    names = list(WEATHERS) if options.weather == "all" else [options.weather]
    failed = 0
    for name in names:
        began = wall()
        outcomes = [play(seed, name) for seed in range(options.seed, options.seed + options.calls)]
        took_s = (wall() - began).total_seconds()
        bad = [outcome for outcome in outcomes if outcome.failures]
        failed += len(bad)
        talked_s = sum(outcome.length_s for outcome in outcomes)
        events = sum(outcome.events for outcome in outcomes)
        _print(
            f"{name}: {len(outcomes)} calls, {talked_s / 3600:.1f} h, {talked_s / took_s:.0f} times real time, "
            f"{took_s / events * 1e6:.0f} us an event, worst wait "
            f"{max(outcome.worst_wait_s for outcome in outcomes):.2f} s, {len(bad)} failed"
        )
        for outcome in bad[: options.shown]:
            _print(f"  seed {outcome.seed} ({outcome.length_s:.0f} s, {outcome.reason}): {outcome.failures[0]}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
