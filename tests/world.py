"""A small world around the core, for tests: a caller, a transcriber, a model, a voice and a carrier, all of them a heap
of events with times. No asyncio, no clock. `World.trace` is what a golden file holds.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.behaviour import Behaviour, Script
from offhook.core.conversation import Conversation
from offhook.core.playout import BYTES_PER_S, Playout
from offhook.core.state import Phase

SCRIPT = Script(
    greeting="Hello, how can I help you?",
    backchannels=("mm-hm", "uh-huh", "yes okay"),
    end_phrases=("goodbye", "bye bye"),
    open_words=("and", "for", "the", "my", "is"),
    hesitations=("um", "uh"),
    number_words=("zero", "one", "two", "three", "four", "five"),
    collect_words=("number",),
)
WORD_S = 0.3


@dataclass
class Speech:
    """What the caller will say in a spurt."""

    text: str
    probability: float = 0.95


@dataclass
class World:
    """Everything around one conversation, in virtual time."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    script: Script = SCRIPT
    stt_s: float = 0.15
    token_s: float = 0.10
    voice_s: float = 0.05
    answer: Callable[[str], str] = lambda text: f"You said {text}."
    tool_on: str = ""
    """Caller text on which the model wants the tool `look_up`."""
    tool_s: float | None = 0.5

    def __post_init__(self) -> None:
        self.conversation = Conversation(self.behaviour, self.script)
        self.trace: list[str] = []
        self.commands: list[tuple[float, cmd.Command]] = []
        self.heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self.spurts: dict[int, Speech] = {}
        self.playout = Playout(self)
        self.queue: list[tuple[str, float]] = []
        """Marks at the carrier, with the time when they are reached."""
        self.plays_until = 0.0
        self.audible: list[tuple[float, float]] = []
        """Stretches in which the caller hears the agent."""
        self.now = 0.0
        self.marks = True
        self.model_works = True
        self.predicts = True
        self.cancelled: set[int] = set()
        self._said: dict[int, list[str]] = {}

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────

    def at(self, when: float, what: Callable[[float], None] | ev.Event) -> None:
        """Something will happen."""
        act = (lambda at, event=what: self.take(event, at)) if isinstance(what, ev.Event) else what
        heapq.heappush(self.heap, (round(when, 6), next(self._order), act))

    def run(self, until: float) -> "World":
        """Let time pass."""
        for _ in range(20_000):
            due = [t for t in (self.conversation.wakeup_at, self.playout.wakeup_at) if t is not None]
            nearest = min([*due, *(t for t, _, _ in self.heap[:1])], default=None)
            if nearest is None or nearest > until:
                self.now = until
                return self
            self.now = max(self.now, round(nearest, 6))
            if self.heap and self.heap[0][0] <= self.now:
                heapq.heappop(self.heap)[2](self.now)
            elif self.playout.wakeup_at is not None and self.playout.wakeup_at <= self.now + 1e-9:
                self.playout.due(self.now + 1e-9)
            else:
                self.now = max(self.now, self.conversation.wakeup_at or 0.0)
                self.take(ev.TimePassed(), self.now)
        raise AssertionError(f"time does not pass at {self.now}: {self.conversation.state.timers.names()}")

    def take(self, event: ev.Event, at: float) -> None:
        """One event into the conversation, and its commands out of it."""
        commands = self.conversation.receive(event, at)
        if not isinstance(event, ev.TimePassed) or commands:
            self.trace.append(f"{at:8.3f} < {_line(event)}")
        for command in commands:
            self.trace.append(f"{at:8.3f} > {_line(command)}")
            self.commands.append((at, command))
            self._perform(command, at)
        state = self.conversation.state
        if state.phase is Phase.ENDED:
            assert self.conversation.wakeup_at is None
            self.heap.clear()
        else:
            assert self.conversation.wakeup_at is not None or state.phase is Phase.RINGING

    # ── the caller ───────────────────────────────────────────────────────────────────────────────────────────

    def answered(self) -> "World":
        """The call begins."""
        self.at(0.0, ev.CallAnswered())
        return self

    def says(self, text: str, begin: float, end: float, probability: float = 0.95) -> "World":
        """A talk spurt of the caller, with these words in it."""
        number = len(self.spurts) + 1
        self.spurts[number] = Speech(text, probability)
        self.at(begin + 0.064, ev.SpeechStarted(number, begin))
        for edge in self.behaviour.voice_edges_s:
            if begin + edge < end:
                self.at(max(begin + edge, begin + 0.064), ev.VoiceLasted(number, edge))
        self.at(end + 0.1, ev.SpeechStopped(number, end, end - begin))
        return self

    # ── the others ───────────────────────────────────────────────────────────────────────────────────────────

    def _perform(self, command: cmd.Command, at: float) -> None:
        match command:
            case cmd.FinalizeTranscript(spurt=spurt):
                text = self.spurts[spurt].text
                self.at(at + self.stt_s, ev.TranscriptFinal(text, spurt))
            case cmd.PredictTurn(spurt=spurt) if self.predicts:
                self.at(at + 0.05, ev.TurnPredicted(spurt, self.spurts[spurt].probability))
            case cmd.WatchSilence(spurt=spurt, silence_s=silence_s):
                self.at(max(at, self._ended(spurt) + silence_s), lambda t: self._silent(spurt, silence_s, t))
            case cmd.StartReply():
                self.playout.open(command.reply, held=command.held)
                self._said[command.reply] = []
                if isinstance(command.content, cmd.Say):
                    self._make(command.reply, command.content.text, at)
                elif self.model_works:
                    self._think(command.reply, command.content.caller_text, at)
            case cmd.ContinueReply(reply=reply):
                self.at(at + self.token_s, lambda t: self._make(reply, "It is done.", t))
            case cmd.CommitReply():
                self.playout.commit(at)
            case cmd.CancelReply(reply=reply):
                self.cancelled.add(reply)
                if self.playout.reply == reply:
                    self.playout.cancel(at)
            case cmd.DuckPlayout():
                self.playout.duck(bytes(range(256)), at)
            case cmd.HushPlayout():
                self.playout.hush(at)
            case cmd.ResumePlayout():
                self.playout.resume(at)
            case cmd.PlayFiller(text=text):
                self.playout.interject(-1, text, b"\x01" * 8000, [], at)
            case cmd.RunTool(call=call) if self.tool_s is not None:
                self.at(at + self.tool_s, ev.ToolReturned(call, "found"))
            case _:
                pass

    def _ended(self, spurt: int) -> float:
        current = self.conversation.state.spurt
        return current.ended_at if current and current.number == spurt and current.ended_at else self.now

    def _silent(self, spurt: int, silence_s: float, at: float) -> None:
        current = self.conversation.state.spurt
        if current and current.number == spurt and not current.is_voiced and current.watched_s == silence_s:
            self.take(ev.SilenceLasted(spurt, silence_s), at)

    def _think(self, reply: int, caller_text: str, at: float) -> None:
        if self.tool_on and caller_text == self.tool_on:
            self.at(at + self.token_s, ev.ToolRequested(reply, f"t{reply}", "look_up", "{}"))
            self.at(at + self.token_s, ev.ReplyGenerated(reply, "", 0))
            return
        self.at(at + self.token_s, ev.FirstTokenReceived(reply))
        self.at(at + self.token_s, lambda t: self._make(reply, self.answer(caller_text), t))

    def _make(self, reply: int, text: str, at: float) -> None:
        self.at(at + self.voice_s, lambda t: self._speak(reply, text, t))

    def _speak(self, reply: int, text: str, at: float) -> None:
        if reply in self.cancelled or self.playout.reply != reply:
            return
        words = text.split()
        times = [(i * WORD_S, (i + 1) * WORD_S) for i in range(len(words))]
        number = len(self._said[reply])
        self._said[reply].append(text)
        self.playout.add(number, text, b"\x01" * round(len(words) * WORD_S * BYTES_PER_S), times, at)
        self.playout.end_segment(number, at)
        self.take(ev.ReplyGenerated(reply, " ".join(self._said[reply]), number + 1), at)
        if self.playout.reply == reply:
            self.playout.finish(at)

    # ── the carrier: the sink of playout ─────────────────────────────────────────────────────────────────────

    def send_audio(self, audio: bytes, plays_at: float) -> None:
        """Played without a gap."""
        self.plays_until = max(self.plays_until, plays_at) + len(audio) / BYTES_PER_S
        start = plays_at
        if self.audible and abs(self.audible[-1][1] - start) < 1e-6:
            self.audible[-1] = (self.audible[-1][0], start + len(audio) / BYTES_PER_S)
        else:
            self.audible.append((start, start + len(audio) / BYTES_PER_S))

    def send_mark(self, name: str) -> None:
        """Returned when all before it was played."""
        if self.marks:
            self.at(max(self.plays_until, self.now), lambda t: self.playout.mark_reached(name))

    def send_clear(self, at: float) -> None:
        """What was to come is not heard."""
        self.plays_until = at
        self.audible = [(a, min(b, at)) for a, b in self.audible if a < at]

    def post(self, event: ev.Event) -> None:
        """News of playout is an event like any other, right behind this one."""
        self.at(self.now, event)

    # ── assertions ───────────────────────────────────────────────────────────────────────────────────────────

    def said(self, kind: type[cmd.Command]) -> list[tuple[float, cmd.Command]]:
        """All commands of a kind, with their times."""
        return [(at, command) for at, command in self.commands if isinstance(command, kind)]

    @property
    def turns(self) -> list[tuple[str, str]]:
        """Who said what, as recorded."""
        return [(c.speaker, c.text) for _, c in self.commands if isinstance(c, cmd.RecordTurn)]

    def heard_at(self, at: float) -> bool:
        """True when the caller hears the agent at that time."""
        return any(begin <= at < end for begin, end in self.audible)


def _line(what: ev.Event | cmd.Command) -> str:
    fields = " ".join(f"{name}={_short(getattr(what, name))}" for name in what.__struct_fields__)
    return f"{type(what).__name__} {fields}".rstrip()


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, cmd.Generate):
        return f"Generate({value.caller_text!r})"
    if isinstance(value, cmd.Say):
        return f"Say({value.name})"
    return repr(value)
