"""A small world around the core, for tests: a caller, a transcriber, a model, a voice and a carrier, all of them a heap
of events with times. No asyncio, no clock. `World.trace` is what a golden file holds.

Only `receive`, `wakeup_at`, `ended` and `timers` of the conversation are used: it keeps its own view of the rest.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.behaviour import Behaviour, Script
from offhook.core.conversation import Conversation
from offhook.core.formats import TELEPHONE
from offhook.core.playout import Playout
from offhook.core.tools import ENDS_REPLY
from tests.trace import trace_line

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
BYTES_PER_S = TELEPHONE.bytes_per_s


@dataclass
class Speech:
    """What the caller will say in a spurt. Without places, all its words are there when they are asked for."""

    text: str
    probability: float = 0.95
    begin: float | None = None
    end: float | None = None
    told: int = 0
    """Words of it that a final has told."""

    def words_until(self, place: float) -> list[str]:
        """Its words that lie before that place, evenly spread."""
        words = self.text.split()
        if self.begin is None or self.end is None or place >= self.end:
            return words
        return words[: max(int((place - self.begin) / (self.end - self.begin) * len(words)), 0)]


@dataclass
class World:
    """Everything around one conversation, in virtual time."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    script: Script = SCRIPT
    stt_s: float = 0.15
    interims_s: float | None = None
    """`says` brings interim words so often, when set."""
    token_s: float = 0.10
    voice_s: float = 0.05
    answer: Callable[[str], str] = lambda text: f"You said {text}."
    tool_on: str = ""
    """Caller text on which the model wants a tool."""
    tool_name: str = "look_up"
    tool_arguments: str = "{}"
    tool_text: str = ""
    """Said before the tool is asked for."""
    tool_rounds: int = 1
    """So many rounds, each with the same wish but for its number; they end when the model gets no tools."""
    tool_s: float | None = 0.5
    """None: it never answers."""
    tool_outcome: hi.Outcome = hi.Outcome.DONE
    transfer: ev.TransferEnding | None = None
    """What becomes of a transfer, `transfer_s` later; None: nothing yet."""
    transfer_s: float = 20.0

    def __post_init__(self) -> None:
        self.conversation = Conversation(self.behaviour, self.script)
        self.trace: list[str] = []
        self.commands: list[tuple[float, cmd.Command]] = []
        self.entries: list[hi.Entry] = []
        """The history, as `Remember` tells it."""
        self.heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self.spurts: dict[int, Speech] = {}
        self.told_to = 0.0
        """The place up to which finals were promised."""
        self.playout = Playout(self)
        self.plays_until = 0.0
        self.audible: list[tuple[float, float]] = []
        """Stretches in which the caller hears the agent."""
        self.now = 0.0
        self.marks = True
        self.model_works = True
        self.predicts = True
        self.shows_silence = True
        self.drops: Callable[[ev.Event], bool] = lambda event: False
        """Events that never reach the conversation."""
        self.performs: dict[type[cmd.Command], Callable[[cmd.Command, float], None]] = {}
        """What a test does with a kind of command in place of the world."""
        self.rounds: dict[int, int] = {}
        self.cancelled: set[int] = set()
        self._said: dict[int, list[str]] = {}
        self._spurt = self._watched = 0
        self._stopped_at: float | None = None
        self._watch_s = 0.0
        self._answered = False

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
        raise AssertionError(f"time does not pass at {self.now}: {self.conversation.timers}")

    def take(self, event: ev.Event, at: float) -> None:
        """One event into the conversation, and its commands out of it."""
        if self.drops(event):
            return
        self._notice(event)
        commands = self.conversation.receive(event, at)
        if not isinstance(event, ev.TimePassed) or commands:
            self.trace.append(f"{at:8.3f} < {trace_line(event)}")
        for command in commands:
            self.trace.append(f"{at:8.3f} > {trace_line(command)}")
            self.commands.append((at, command))
            self.performs.get(type(command), self._perform)(command, at)
        if self.conversation.ended is not None:
            assert self.conversation.wakeup_at is None
            self.heap.clear()
        else:
            assert self.conversation.wakeup_at is not None or not self._answered

    def _notice(self, event: ev.Event) -> None:
        match event:
            case ev.CallAnswered():
                self._answered = True
            case ev.SpeechStarted(spurt=spurt):
                self._spurt, self._stopped_at, self._watched = spurt, None, 0
            case ev.SpeechStopped(spurt=spurt, ended_at=ended_at) if spurt == self._spurt:
                self._stopped_at = ended_at

    # ── the caller ───────────────────────────────────────────────────────────────────────────────────────────

    def answered(self) -> "World":
        """The call begins."""
        self.at(0.0, ev.CallAnswered())
        return self

    def says(self, text: str, begin: float, end: float, probability: float = 0.95) -> "World":
        """A talk spurt of the caller, with these words in it."""
        number = len(self.spurts) + 1
        self.spurts[number] = Speech(text, probability, begin, end)
        self.at(begin + 0.064, ev.SpeechStarted(number, begin))
        for edge in self.behaviour.voice_edges_s:
            if begin + edge < end:
                self.at(max(begin + edge, begin + 0.064), ev.VoiceLasted(number, edge))
        self.at(end + 0.1, ev.SpeechStopped(number, end, end - begin))
        if self.interims_s:
            place = begin + self.interims_s
            while place < end + self.interims_s:
                self.at(place + 0.1, partial(self._interim, min(place, end)))
                place += self.interims_s
        return self

    def presses(self, keys: str, begin: float, every_s: float = 0.3) -> "World":
        """Keys of the telephone, one after the other."""
        for index, key in enumerate(keys):
            self.at(begin + index * every_s, ev.DigitPressed(key))
        return self

    # ── the transcriber: each word in one final, finals one behind the other ─────────────────────────────────

    def _interim(self, place: float, at: float) -> None:
        """What lies behind the last final that was promised, up to that place."""
        if place > self.told_to and (text := " ".join(word for _, words in self._untold(place) for word in words)):
            self.take(ev.TranscriptChanged(text, place), at)

    def _untold(self, place: float) -> list[tuple[Speech, list[str]]]:
        spurts = [speech for number, speech in sorted(self.spurts.items()) if number <= self._spurt]
        return [(speech, speech.words_until(place)[speech.told :]) for speech in spurts]

    def finalize(self, at: float) -> None:
        """All that was said until now comes as a final, `stt_s` later."""
        untold = self._untold(at)
        for speech, words in untold:
            speech.told += len(words)
        text = " ".join(word for _, words in untold for word in words)
        self.at(at + self.stt_s, ev.TranscriptFinal(text, min(self.told_to, at), at))
        self.told_to = max(self.told_to, at)

    # ── the others ───────────────────────────────────────────────────────────────────────────────────────────

    def _perform(self, command: cmd.Command, at: float) -> None:
        match command:
            case cmd.FinalizeTranscript():
                self.finalize(at)
            case cmd.PredictTurn(spurt=spurt) if self.predicts:
                self.at(at + 0.05, ev.TurnPredicted(spurt, self.spurts[spurt].probability))
            case cmd.WatchSilence(spurt=spurt, silence_s=silence_s):
                self._watched, self._watch_s = spurt, silence_s
                ended = self._stopped_at if spurt == self._spurt and self._stopped_at is not None else self.now
                self.at(max(at, ended + silence_s), lambda t: self._silent(spurt, silence_s, t))
            case cmd.StartReply() | cmd.ContinueReply():
                self._prepare(command, at)
            case cmd.CommitReply():
                self.playout.commit(at)
            case cmd.CancelReply(reply=reply):
                self.cancelled.add(reply)
                if self.playout.reply == reply:
                    self.playout.cancel(at)
            case cmd.DuckPlayout():
                self.playout.duck(bytes, at)
            case cmd.HushPlayout():
                self.playout.hush(at)
            case cmd.ResumePlayout():
                self.playout.resume(at)
            case cmd.PlayFiller(reply=reply, text=text):
                self.playout.interject(reply, -1, text, b"\x01" * BYTES_PER_S, [], at)
            case cmd.RunTool(call=call) if self.tool_s is not None:
                self.at(at + self.tool_s, self._tool_over(call))
            case cmd.TransferCall(call=call) if self.transfer is not None:
                self.at(at + self.transfer_s, ev.TransferEnded(call, self.transfer))
            case cmd.Remember(index=index, entry=entry):
                assert index == len(self.entries), "the history has no gap"
                self.entries.append(entry)
            case _:
                pass

    def _tool_over(self, call: str) -> ev.ToolEvent:
        match self.tool_outcome:
            case hi.Outcome.DONE:
                return ev.ToolReturned(call, "found")
            case hi.Outcome.FAILED:
                return ev.ToolFailed(call, "no such thing")
        return ev.ToolLost(call, "no answer in time")

    def _silent(self, spurt: int, silence_s: float, at: float) -> None:
        is_current = spurt == self._spurt == self._watched and self._watch_s == silence_s
        if self.shows_silence and is_current and self._stopped_at is not None:
            self._watched = 0
            self.take(ev.SilenceLasted(spurt, silence_s), at)

    def _prepare(self, command: cmd.StartReply | cmd.ContinueReply, at: float) -> None:
        reply, content = command.reply, command.content
        if isinstance(command, cmd.StartReply):
            self.playout.open(reply, held=command.held)
            self._said[reply] = []
        if isinstance(content, cmd.Say):
            self._make(reply, content.text, at)
        elif self.model_works:
            self._think(reply, content, is_first=isinstance(command, cmd.StartReply), at=at)

    def caller_text(self, ask: cmd.Ask) -> str:
        """What the model sees as the caller's latest words."""
        said = [entry.text for entry in self.entries[: ask.until] if isinstance(entry, hi.CallerSaid)]
        return ask.caller_text or (said[-1] if said else "")

    def _think(self, reply: int, ask: cmd.Ask, *, is_first: bool, at: float) -> None:
        text, rounds = self.caller_text(ask), self.rounds.get(reply, 0)
        is_wished = self.tool_on and text == self.tool_on and not (is_first and self._was_called(ask))
        if is_wished and rounds < self.tool_rounds and ask.with_tools:
            self.rounds[reply] = rounds + 1
            self.at(at + self.token_s, lambda t: self._wish(reply, rounds, t))
            return
        if is_first:
            self.at(at + self.token_s, ev.FirstTokenReceived(reply))
        self.at(at + self.token_s, lambda t: self._make(reply, self.answer(text) if is_first else "It is done.", t))

    def _was_called(self, ask: cmd.Ask) -> bool:
        """The model sees that it has called the tool for the caller's latest words."""
        if ask.caller_text:
            return False
        known = self.entries[: ask.until]
        last = max((i for i, entry in enumerate(known) if isinstance(entry, hi.CallerSaid)), default=0)
        return any(isinstance(entry, hi.ToolCalled) for entry in known[last:])

    def _wish(self, reply: int, rounds: int, at: float) -> None:
        if reply in self.cancelled:
            return
        if self.tool_text and not rounds:
            self._speak(reply, self.tool_text, at, is_whole=False)
        ends_reply = self.tool_name in ENDS_REPLY
        call = f"t{reply}" if not rounds else f"t{reply}.{rounds}"
        arguments = self.tool_arguments if not rounds else f'{{"round": {rounds}}}'
        self.take(ev.ToolRequested(reply, call, self.tool_name, arguments), at)
        said = self._said[reply]
        self.take(ev.ReplyGenerated(reply, " ".join(said), len(said)), at)
        if ends_reply and self.playout.reply == reply:
            self.playout.finish(at)

    def _make(self, reply: int, text: str, at: float) -> None:
        self.at(at + self.voice_s, lambda t: self._speak(reply, text, t))

    def _speak(self, reply: int, text: str, at: float, *, is_whole: bool = True) -> None:
        if reply in self.cancelled or self.playout.reply != reply:
            return
        words = text.split()
        times = [(i * WORD_S, (i + 1) * WORD_S) for i in range(len(words))]
        number = len(self._said[reply])
        if words:
            self._said[reply].append(text)
            self.playout.add(number, text, b"\x01" * round(len(words) * WORD_S * BYTES_PER_S), times, at)
            self.playout.end_segment(number, at)
        if not is_whole:
            return
        said = self._said[reply]
        self.take(ev.ReplyGenerated(reply, " ".join(said), len(said)), at)
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
            self.at(max(self.plays_until, self.now), lambda t: self.playout.mark_reached(name, t))

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
    def asks(self) -> list[tuple[float, cmd.Ask]]:
        """What the responder was asked, first in new replies, then in those that go on."""
        started = [(at, c.content) for at, c in self.commands if isinstance(c, cmd.StartReply)]
        goes_on = [(at, c.content) for at, c in self.commands if isinstance(c, cmd.ContinueReply)]
        return [(at, content) for at, content in started + goes_on if isinstance(content, cmd.Ask)]

    @property
    def turns(self) -> list[tuple[str, str]]:
        """Who said what, as the history has it."""
        return [
            ("caller" if isinstance(entry, hi.CallerSaid) else "agent", entry.text)
            for entry in self.entries
            if isinstance(entry, hi.CallerSaid | hi.AgentSaid) and entry.text
        ]

    @property
    def caller_words(self) -> list[str]:
        """All words of the caller in the history."""
        return " ".join(text for who, text in self.turns if who == "caller").split()

    def longest_wait(self, begin: float, end: float) -> float:
        """The longest time in which the caller hears nothing."""
        edges = [begin, *(t for pair in sorted(self.audible) for t in pair if begin < t < end), end]
        quiet = [(a, b) for a, b in itertools.pairwise(edges) if not self.heard_at((a + b) / 2)]
        return max((b - a for a, b in quiet), default=0.0)

    def heard_at(self, at: float) -> bool:
        """True when the caller hears the agent at that time."""
        return any(begin <= at < end for begin, end in self.audible)
