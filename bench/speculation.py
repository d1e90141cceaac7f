"""What is left of replies that were prepared and thrown away: nothing may be. The core and its playout alone, in
virtual time: thousands of short calls of hesitant callers, with every delay drawn from the call's seed.

A reply's words, its tool calls and each byte of its audio carry its number, so that an effect shows whose it is.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from time import process_time
from typing import Final

from bench.table import Goal, Outcome, single
from offhook.agents.languages import script_for
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.behaviour import Behaviour
from offhook.core.conversation import Conversation
from offhook.core.formats import TELEPHONE
from offhook.core.playout import Playout

LONGEST_S: Final = 60.0
MOST_STEPS: Final = 20_000
WORD_S: Final = 0.3
BYTES_PER_S: Final = TELEPHONE.bytes_per_s
SCRIPT: Final = script_for("en-US")


@dataclass(slots=True)
class Found:
    """What was seen in many calls."""

    calls: int = 0
    started: int = 0
    """Speculations."""
    discarded: int = 0
    tools: int = 0
    history: int = 0
    audio: int = 0
    """Bytes."""
    seeds: list[int] = field(default_factory=list)
    """Of calls in which there was an effect."""


def measure(calls: int, seed: int) -> Outcome:
    """So many calls, and their rows."""
    found, began_at = Found(), process_time()
    for number in range(calls):
        _Call(seed * 1_000_000 + number).run(found)
    took_s = process_time() - began_at
    none = Goal("value", 0)
    what = f"of {found.discarded} discarded speculations in {calls} calls"
    rows = [
        single("speculation", f"tools run, {what}", "", found.tools, found.discarded, none),
        single("speculation", f"history entries, {what}", "", found.history, found.discarded, none),
        single("speculation", f"audio sent, {what}", "bytes", found.audio, found.discarded, none),
        single("speculation", "CPU for that", "s", took_s, calls),
    ]
    notes = [f"speculation: seed {number}: a discarded reply had an effect" for number in found.seeds[:5]]
    return Outcome(rows, notes)


@dataclass(slots=True)
class _Spurt:
    """What is said in a talk spurt, and whether the turn ends with it."""

    text: str
    is_last: bool
    ended_at: float | None = None
    is_told: bool = False


class _Call:
    """Everything around one conversation: a heap of what happens when."""

    def __init__(self, seed: int) -> None:
        self._seed: Final = seed
        self._chance: Final = random.Random(seed)
        self._conversation: Final = Conversation(Behaviour(), SCRIPT)
        self._playout: Final = Playout(self)
        self._heap: Final[list[tuple[float, int, Callable[[float], None]]]] = []
        self._order: Final = itertools.count()
        self._spurts: Final[dict[int, _Spurt]] = {}
        self._spurt = _Spurt("", is_last=True)
        """The one that was heard last."""
        self._watch: tuple[int, float] | None = None
        self._told_to = 0.0
        """The place up to which words were promised."""
        self._final_at = 0.0
        self._commands: Final[list[cmd.Command]] = []
        self._sent: Final[dict[int, int]] = {}
        """Bytes of audio by the byte that they are."""
        self._over: Final[set[int]] = set()
        self._plays_until = 0.0
        self._now = 0.0

    def run(self, found: Found) -> None:
        """The call, and what it adds to what was found."""
        self._at(0.0, lambda at: self._take(ev.LegAttached(1, 0.0), at))
        self._at(0.0, lambda at: self._take(ev.CallAnswered(), at))
        self._at(self._hesitate(self._chance.uniform(2.5, 4.0)), lambda at: self._take(ev.CallerHungUp(), at))
        for _ in range(MOST_STEPS):
            if not self._step():
                break
        else:
            raise AssertionError(f"seed {self._seed}: time does not pass")
        discarded = self._judge(found)
        found.calls += 1
        found.discarded += len(discarded)

    def _hesitate(self, at: float) -> float:
        """A caller who says two turns in pieces; the time when the last one was answered long ago."""
        number = itertools.count(1)
        for turn in range(2):
            pieces = self._chance.randint(1, 4)
            for piece in range(pieces):
                words = self._chance.randint(1, 6)
                is_last = piece == pieces - 1
                text = " ".join(f"w{turn}{piece}{word}" for word in range(words)) + ("." if is_last else "")
                end = at + words * WORD_S
                self._say(next(number), (text, is_last), at, end)
                # From a breath to what any agent takes for the end.
                at = end + self._chance.uniform(0.15, 1.3)
            at += self._chance.uniform(1.0, 6.0)
        return at

    def _say(self, number: int, said: tuple[str, bool], begin: float, end: float) -> None:
        self._spurts[number] = spurt = _Spurt(*said)
        at, post = self._at, self._take

        def starts(t: float) -> None:
            self._spurt, self._watch = spurt, None
            post(ev.SpeechStarted(number, begin), t)

        def stops(t: float) -> None:
            spurt.ended_at = end
            post(ev.SpeechStopped(number, end, end - begin), t)

        at(begin + 0.064, starts)
        for edge in Behaviour().voice_edges_s:
            if begin + edge < end:
                at(max(begin + edge, begin + 0.064), lambda t, e=edge: post(ev.VoiceLasted(number, e), t))
        at(end + 0.1, stops)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _at(self, when: float, act: Callable[..., None]) -> None:
        heapq.heappush(self._heap, (when, next(self._order), act))

    def _soon(self, low_s: float, high_s: float, act: Callable[..., None]) -> None:
        self._at(self._now + self._chance.uniform(low_s, high_s), act)

    def _step(self) -> bool:
        conversation, playout = self._conversation.wakeup_at, self._playout.wakeup_at
        happening = self._heap[0][0] if self._heap else None
        nearest = min((t for t in (conversation, playout, happening) if t is not None), default=None)
        if nearest is None or nearest > LONGEST_S:
            return False
        self._now = max(self._now, nearest)
        if happening is not None and happening <= self._now:
            heapq.heappop(self._heap)[2](self._now)
        elif playout is not None and playout <= self._now:
            self._playout.due(self._now + 1e-9)
        else:
            self._take(ev.TimePassed(), self._now)
        return True

    def _take(self, event: ev.Event, at: float) -> None:
        for command in self._conversation.receive(event, at):
            self._commands.append(command)
            self._perform(command, at)

    # ── the others ───────────────────────────────────────────────────────────────────────────────────────────

    def _perform(self, command: cmd.Command, at: float) -> None:
        take, playout = self._take, self._playout
        match command:
            case cmd.FinalizeTranscript():
                self._finalize(at)
            case cmd.PredictTurn(spurt=spurt):
                right = self._chance.random() < 0.7
                probability = 0.95 if self._spurts[spurt].is_last is right else 0.1
                self._soon(0.03, 0.06, lambda t: take(ev.TurnPredicted(spurt, probability), t))
            case cmd.WatchSilence(spurt=spurt, silence_s=silence_s):
                self._watch = watch = (spurt, silence_s)
                ended_at = self._spurts[spurt].ended_at or at
                self._at(max(at, ended_at + silence_s), lambda t: self._silence(watch, t))
            case cmd.StartReply(reply=reply, content=content, held=held):
                playout.open(reply, held=held)
                if isinstance(content, cmd.Say):
                    self._soon(0.0, 0.01, lambda t: self._speak(reply, content.text, t))
                else:
                    self._soon(0.05, 0.6, lambda t: self._think(reply, t))
            case cmd.ContinueReply(reply=reply):
                self._soon(0.05, 0.6, lambda t: self._speak(reply, _words(reply), t))
            case cmd.RunTool(call=call):
                self._soon(0.05, 0.4, lambda t: take(ev.ToolReturned(call, f"result {call}"), t))
            case _:
                self._play(command, at)

    def _play(self, command: cmd.Command, at: float) -> None:
        playout = self._playout
        match command:
            case cmd.CommitReply():
                playout.commit(at)
            case cmd.CancelReply(reply=reply):
                self._over.add(reply)
                if playout.reply == reply:
                    playout.cancel(at)
            case cmd.DuckPlayout():
                playout.duck(lambda audio: audio, at)
            case cmd.HushPlayout():
                playout.hush(at)
            case cmd.ResumePlayout():
                playout.resume(at)

    def _finalize(self, at: float) -> None:
        """All that was said so far and was not told yet, as one final up to this place."""
        untold = [spurt for spurt in self._spurts.values() if spurt.ended_at is not None and not spurt.is_told]
        for spurt in untold:
            spurt.is_told = True
        text, from_s, self._told_to = " ".join(spurt.text for spurt in untold), self._told_to, max(at, self._told_to)
        final = ev.TranscriptFinal(text, from_s, self._told_to)
        # Finals come in their order, however long each of them takes.
        self._final_at = max(self._final_at, self._now + self._chance.uniform(0.05, 0.3))
        self._at(self._final_at, lambda t: self._take(final, t))

    def _silence(self, watch: tuple[int, float], at: float) -> None:
        if watch == self._watch and self._spurt is self._spurts[watch[0]] and self._spurt.ended_at is not None:
            self._take(ev.SilenceLasted(*watch), at)

    def _think(self, reply: int, at: float) -> None:
        if reply in self._over:
            return
        self._take(ev.FirstTokenReceived(reply), at)
        if self._chance.random() < 0.3:
            self._take(ev.ToolRequested(reply, f"call{reply}", "look_up", "{}"), at)
            self._take(ev.ReplyGenerated(reply, "", 0), at)
        else:
            self._soon(0.02, 0.3, lambda t: self._speak(reply, _words(reply), t))

    def _speak(self, reply: int, text: str, at: float) -> None:
        if reply in self._over or self._playout.reply != reply:
            return
        words = text.split()
        times = [(index * WORD_S, (index + 1) * WORD_S) for index in range(len(words))]
        audio = bytes([reply % 256]) * round(len(words) * WORD_S * BYTES_PER_S)
        self._playout.add(0, text, audio, times, at)
        self._playout.end_segment(0, at)
        self._take(ev.ReplyGenerated(reply, text, 1), at)
        if self._playout.reply == reply:
            self._playout.finish(at)

    # ── the carrier: the sink of playout ─────────────────────────────────────────────────────────────────────

    def send_audio(self, audio: bytes, plays_at: float) -> None:
        """Sent is sent, heard or not."""
        self._plays_until = max(self._plays_until, plays_at) + len(audio) / BYTES_PER_S
        self._sent[audio[0]] = self._sent.get(audio[0], 0) + len(audio)

    def send_mark(self, name: str) -> None:
        """Returned when all before it was played."""
        self._at(max(self._plays_until, self._now), lambda at: self._playout.mark_reached(name, at))

    def send_clear(self, at: float) -> None:
        """What was to come is not heard."""
        self._plays_until = at

    def post(self, event: ev.Event) -> None:
        """News of playout come right behind this."""
        self._at(self._now, lambda at: self._take(event, at))

    # ── what is left ─────────────────────────────────────────────────────────────────────────────────────────

    def _judge(self, found: Found) -> set[int]:
        held = {c.reply for c in self._commands if isinstance(c, cmd.StartReply) and _is_speculation(c)}
        committed = {c.reply for c in self._commands if isinstance(c, cmd.CommitReply)}
        discarded = {c.reply for c in self._commands if isinstance(c, cmd.CancelReply)} & held - committed
        texts = [_text_of(c.entry) for c in self._commands if isinstance(c, cmd.Remember)]
        known = {word for text in texts for word in text.split()}
        ran = {c.call for c in self._commands if isinstance(c, cmd.RunTool)}
        tools = sum(f"call{reply}" in ran for reply in discarded)
        history = sum(f"r{reply}" in known or f"call{reply}" in known for reply in discarded)
        audio = sum(self._sent.get(reply % 256, 0) for reply in discarded)
        found.started += len(held)
        found.tools, found.history, found.audio = found.tools + tools, found.history + history, found.audio + audio
        if tools or history or audio:
            found.seeds.append(self._seed)
        return discarded


def _is_speculation(command: cmd.StartReply) -> bool:
    return command.held and isinstance(command.content, cmd.Ask)


def _words(reply: int) -> str:
    return f"r{reply} is what r{reply} says"


def _text_of(entry: hi.Entry) -> str:
    match entry:
        case hi.CallerSaid():
            return ""
        case hi.AgentSaid(text=text, full_text=full_text):
            return f"{text} {full_text}"
        case _:
            return f"{entry}"
