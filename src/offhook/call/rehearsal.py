"""A conversation with an agent that is typed: core, model, knowledge and tools of a call, without sound.

The time of a rehearsal is its own. While a reply is made it passes as it does in a call, so that what is late there is
late here; silences are jumped over, and between two messages it stands still. A rehearsal is the list of its events: it
can be taken up again from them, here or in another process.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from offhook import clock
from offhook.call.boundary import Boundaries, clean
from offhook.call.composer import Composer
from offhook.call.page import NoVoice, Page
from offhook.call.rehearsed_tools import RehearsedTools
from offhook.call.reply import ModelAndVoice
from offhook.call.responder import World
from offhook.call.runtime import AgentRuntime
from offhook.call.tasks import CallTasks
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.conversation import Conversation
from offhook.core.endings import EndReason
from offhook.core.formats import TELEPHONE
from offhook.core.history import AnyEntry
from offhook.core.state import Phase

TURN_S: Final = 60.0
"""The longest turn; then it is told as far as it is."""
WORD_S: Final = 0.3
MOST_VOICE_S: Final = 5.0
"""A caller who talks on without a word being understood is taken for noise: typed words are not spoken for so long."""
PAUSE_S: Final = 0.2
DONE: Final = 0.97
"""Who has sent a message is done."""
MOST_EVENTS: Final = 4_000
LineOf = tuple[float, ev.Event]


@dataclass(slots=True)
class Spoken:
    """A reply of the agent's, as far as it was heard."""

    reply: int
    name: str = ""
    """Of a fixed sentence; empty: the model's."""
    texts: list[str] = field(default_factory=list)
    passages: tuple[str, ...] = ()
    failed: str = ""
    started_at: float = 0.0
    """These four on the loop's clock: what was jumped over took no time."""
    first_token_at: float | None = None
    first_words_at: float | None = None
    whole_at: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    is_heard: bool = False

    def timings_ms(self) -> dict[str, int | None]:
        """From the turn's end, as the model and the knowledge took them; no voice is among them."""
        marks = {"first_token": self.first_token_at, "first_words": self.first_words_at, "whole": self.whole_at}
        return {name: round((at - self.started_at) * 1000) if at is not None else None for name, at in marks.items()}


@dataclass(slots=True)
class Played:
    """What came of one message."""

    spoken: list[Spoken]
    entries: list[AnyEntry]
    """What the history holds of it."""
    switched: list[ev.ProviderSwitched]
    ended: EndReason | None
    is_whole: bool
    """False: it took too long, and was left as it was."""
    went_to: str = ""
    """Where a call would have gone on: `transfer NAME`, `handoff NAME`."""


class Rehearsal:
    """One typed conversation. Use it within `async with`."""

    def __init__(
        self, agent: AgentRuntime, tools: RehearsedTools, past: Sequence[LineOf] = (),
        history: tuple[AnyEntry, ...] = (),
    ) -> None:  # fmt: skip
        """`past`: the events so far; `history`: what was said in a conversation that is taken up in its middle."""
        self.agent: Final = replace(agent, voice=NoVoice())
        script = msgspec.structs.replace(agent.script, opening="wait") if history else agent.script
        self.conversation = Conversation(agent.behaviour, script, history)
        self.lines: list[LineOf] = []
        """Events that were added to the past."""
        self.history: list[AnyEntry] = list(history)
        self._queue: deque[ev.Event] = deque()
        self._news = asyncio.Event()
        self._fault: BaseException | None = None
        self._tasks = CallTasks(self._failed)
        self._boundaries = Boundaries("rehearsal", agent.mask)
        self._at = 0.0
        self._spurts = 0
        self._heard_to = 0.0
        self._watch: cmd.WatchSilence | None = None
        self._ended_at = 0.0
        self._went_to = ""
        self._tools = tools
        for at, event in past:
            self._relive(event, at)
        self._zero = 0.0
        self._page = Page(self._post, self._now)
        self._spoken: dict[int, Spoken] = {}
        self._switched: list[ev.ProviderSwitched] = []
        self._typed = ""
        composer = Composer("rehearsal", self.agent, self.history, self._post, self._tasks, self._boundaries)
        self._responder = ModelAndVoice(
            World(
                call_id="rehearsal", agent=self.agent, stage=self._page, post=self._post, history=self.history,
                compose=composer.compose, tasks=self._tasks, boundaries=self._boundaries, audio=TELEPHONE,
                now=self._now,
            )
        )  # fmt: skip

    async def __aenter__(self) -> "Rehearsal":
        self._zero = clock.now() - self._at
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._tools.stop()
        await self._tasks.stop()

    # ── what is typed ────────────────────────────────────────────────────────────────────────────────────────

    async def answer(self) -> Played:
        """The call is answered: the opening."""
        before = len(self.history)
        for event in (ev.LegAttached(1, 0.0), ev.TranscriberReady(), ev.CallAnswered()):
            self._deliver(event, self._now())
        return await self._until_quiet(before)

    async def say(self, text: str) -> Played:
        """The caller says this."""
        before, self._typed = len(self.history), clean(text)
        voice_s = min(max(WORD_S * len(text.split()), 2 * WORD_S), MOST_VOICE_S)
        self._spurts += 1
        onset_at = self._jump(PAUSE_S)
        self._deliver(ev.SpeechStarted(self._spurts, onset_at), onset_at)
        self._ended_at = self._jump(voice_s)
        self._deliver(ev.SpeechStopped(self._spurts, self._ended_at, voice_s), self._ended_at)
        return await self._until_quiet(before)

    async def press(self, keys: str) -> Played:
        """The caller presses these keys."""
        before = len(self.history)
        for key in keys:
            at = self._jump(PAUSE_S)
            self._deliver(ev.DigitPressed(key), at)
        return await self._until_quiet(before, waits_for_keys=True)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _now(self) -> float:
        self._at = max(self._at, round(clock.now() - self._zero, 6))
        return self._at

    def _jump(self, length_s: float) -> float:
        self._zero -= length_s
        return self._now()

    async def _until_quiet(self, before: int, *, waits_for_keys: bool = False) -> Played:
        """Until the agent has said all that it says of itself, and waits."""
        until = clock.now() + TURN_S
        conversation = self.conversation
        while conversation.ended is None and clock.now() < until and not self._went_to:
            if self._fault is not None:
                raise self._fault
            if self._queue:
                self._deliver(self._queue.popleft(), self._now())
            elif self._skip_silence():
                continue
            elif self._is_busy():
                await self._wait(until)
            elif (waits_for_keys and "digits" in " ".join(conversation.timers)) or conversation.phase is Phase.CLOSING:
                self._wake_up()
            else:
                break
        is_whole = bool(conversation.ended or self._went_to or not self._is_busy())
        spoken = [one for one in self._spoken.values() if one.is_heard or one.failed]
        self._spoken, switched, self._switched = {}, self._switched, []
        return Played(spoken, self.history[before:], switched, conversation.ended, is_whole, self._went_to)

    def _is_busy(self) -> bool:
        """Something comes of itself: a reply is being made, or a tool runs."""
        return self.conversation.reply is not None or self._tools.is_busy

    def _skip_silence(self) -> bool:
        """Jump over the silence that the conversation waits for; False: it waits for none."""
        spurt = self.conversation.listening.open_spurt
        if spurt is None:
            return False
        watch, self._watch = self._watch, None
        if watch is not None and watch.spurt == spurt.number:
            at = self._jump(max(0.0, self._ended_at + watch.silence_s - self._now()))
            self._deliver(ev.SilenceLasted(watch.spurt, watch.silence_s), at)
            return True
        if self._is_busy():
            return False
        return self._wake_up()

    def _wake_up(self) -> bool:
        """Jump to the next deadline."""
        at = self.conversation.wakeup_at
        if at is None:
            return False
        self._deliver(ev.TimePassed(), self._jump(max(0.0, at - self._now()) + 1e-6))
        return True

    async def _wait(self, until: float) -> None:
        """For news, or for the next deadline, in real time."""
        self._news.clear()
        wakeup_at = self.conversation.wakeup_at
        due_at = self._zero + wakeup_at if wakeup_at is not None else until
        try:
            async with asyncio.timeout(max(0.0, min(due_at, until) - clock.now()) + 1e-3):
                await self._news.wait()
        except TimeoutError:
            if clock.now() < until:
                self._deliver(ev.TimePassed(), self._now())

    # ── events and commands ──────────────────────────────────────────────────────────────────────────────────

    def _post(self, event: ev.Event) -> None:
        self._queue.append(event)
        self._news.set()

    def _failed(self, fault: BaseException) -> None:
        self._fault = self._fault or fault
        self._news.set()

    def _relive(self, event: ev.Event, at: float) -> None:
        """An event of the past: what it led to has been done."""
        self._at = at
        for command in self.conversation.receive(event, at):
            if isinstance(command, cmd.Remember):
                self.history.append(command.entry)
        if isinstance(event, ev.SpeechStarted):
            self._spurts = event.spurt
        elif isinstance(event, ev.TranscriptFinal):
            self._heard_to = event.to_s

    def _deliver(self, event: ev.Event, at: float) -> None:
        assert len(self.lines) < MOST_EVENTS, "a message leads to tens of events"
        self.lines.append((at, event))
        self._note(event, clock.now())
        for command in self.conversation.receive(event, at):
            self._perform(command)

    def _note(self, event: ev.Event, at: float) -> None:
        if isinstance(event, ev.ProviderSwitched):
            self._switched.append(event)
        if not isinstance(event, ev.ReplyEvent) or (spoken := self._spoken.get(event.reply)) is None:
            return
        match event:
            case ev.KnowledgeFound(passages=passages):
                spoken.passages = passages
            case ev.FirstTokenReceived():
                spoken.first_token_at = spoken.first_token_at or at
            case ev.SegmentReady():
                spoken.first_words_at = spoken.first_words_at or at
            case ev.SegmentStarted():
                spoken.is_heard = True
            case ev.ReplyGenerated(text=text, tokens_in=tokens_in, tokens_out=tokens_out):
                spoken.whole_at, spoken.texts = at, [text]
                spoken.tokens_in, spoken.tokens_out = spoken.tokens_in + tokens_in, spoken.tokens_out + tokens_out
            case ev.ReplyFailed(cause=cause):
                spoken.failed = cause
            case ev.ReplyHeard(text=text):
                spoken.texts = [text]
            case _:
                pass

    def _perform(self, command: cmd.AnyCommand) -> None:
        match command:
            case cmd.StartReply(reply=reply, content=content, held=held):
                self._page.open(reply, held=held)
                name = content.name if isinstance(content, cmd.Say) else ""
                self._spoken[reply] = Spoken(reply, name, started_at=clock.now())
                if isinstance(content, cmd.Say):
                    self._recite(reply, content.text)
                else:
                    self._responder.make(reply, content)
            case cmd.ContinueReply(reply=reply, content=content):
                self._responder.make(reply, content)
            case cmd.CommitReply(reply=reply):
                self._page.commit(reply)
            case cmd.CancelReply(reply=reply):
                self._responder.stop(reply)
                self._page.cancel(reply)
            case cmd.HushPlayout(reply=reply):
                self._page.hush(reply)
            case cmd.PlayFiller(reply=reply, text=text):
                self._spoken[-len(self._spoken) - 1] = Spoken(reply, "filler", [text], is_heard=True)
            case cmd.Remember(entry=entry):
                self.history.append(entry)
            case _:
                self._perform_other(command)

    def _perform_other(self, command: cmd.AnyCommand) -> None:
        match command:
            case cmd.FinalizeTranscript():
                self._post(ev.TranscriptFinal(self._typed, self._heard_to, self._ended_at))
                self._typed, self._heard_to = "", self._ended_at
            case cmd.PredictTurn(spurt=spurt):
                self._post(ev.TurnPredicted(spurt, DONE))
            case cmd.WatchSilence():
                self._watch = command
            case cmd.ReconnectTranscriber():
                self._post(ev.TranscriberReady())
            case cmd.RunTool():
                self._tools.start(command, self.agent, self._post)
            case cmd.SendDigits(call=call, digits=digits):
                self._post(ev.ToolReturned(call, f"the keys {digits} were pressed"))
            case cmd.TransferCall(destination=name):
                self._went_to = f"transfer {name}"
            case cmd.EnterAgent(agent=name):
                self._went_to = f"handoff {name}"
            case _:
                pass  # Keys are typed as they are, nothing is ducked, and there is no line to hang up.

    def _recite(self, reply: int, text: str) -> None:
        """A fixed sentence."""
        self._page.add(reply, 0, text, b"", [])
        self._post(ev.ReplyGenerated(reply, text, 1))
        self._page.finish(reply)
