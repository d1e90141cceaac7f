"""Performs the commands of one call: each in one clause, and none of them waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, assert_never

from offhook.call.aftermath import Aftermath
from offhook.call.beginning import briefing_of, header_of
from offhook.call.boundary import Boundaries, clean
from offhook.call.composer import Composer
from offhook.call.ear import Ear
from offhook.call.handle import CallHandle, Inside
from offhook.call.hearing import Hearing
from offhook.call.inbox import Inbox
from offhook.call.pacer import Pacer
from offhook.call.records.chosen import ChosenRecord
from offhook.call.records.port import Records
from offhook.call.responder import World
from offhook.call.runtime import AgentRuntime
from offhook.call.secret_keys import SecretKeys
from offhook.call.speaking import Speaking
from offhook.call.taps import Tap, nobody
from offhook.call.tasks import CallTasks
from offhook.call.tones import send_digits
from offhook.call.tool_runs import ToolRuns
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.endings import EndReason
from offhook.core.formats import AudioFormat
from offhook.core.history import AnyEntry
from offhook.errors import OffhookError, ProviderTimeout
from offhook.telephony.leg import Leg
from offhook.telephony.line import Line
from offhook.tools.toolbox import ToolContext

_LOG: Final = logging.getLogger("offhook.calls")
HANG_UP_S: Final = 20.0
"""A line is bounded in time by itself; this is for one that is not."""
HANG_UP_FIRST_S: Final = 3.0
"""A fault's hang-up is waited for so long, with the leg open."""
APOLOGY_S: Final = 12.0
"""The longest apology for a fault of our own,"""
MARK_WAIT_S: Final = 1.0
"""and the wait for its mark beyond its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWires:
    """All that a call is connected with."""

    handle: CallHandle
    agent: AgentRuntime
    """Who answers."""
    handoff: Callable[[AgentRuntime, str], Awaitable[AgentRuntime]]
    """Another agent, made ready; whoever gives it takes it back when the call has `finished`."""
    line: Line
    records: Records
    aftermath: Aftermath
    data_dir: Path
    ended: Callable[[EndReason], None]
    """The call is over: told before its leg is closed, since the carrier asks what follows at once."""
    finished: Callable[[], None]
    """Nothing of the call is left, tools and record included."""


class Performer:
    """All parts of one call, and what is done with them for each command."""

    def __init__(self, wires: CallWires, audio: AudioFormat) -> None:
        self._wires: Final = wires
        handle, agent = wires.handle, wires.agent
        # By a name of its own: what holds the performer itself would keep an ended call until cycles are collected.
        keys = self.keys = SecretKeys()
        self.inbox: Final = Inbox(keys)
        self.boundaries: Final = Boundaries(handle.call_id, lambda text: keys.hide(agent.mask(text)))
        self.tasks: Final = CallTasks(self.inbox.fail)
        header = header_of(handle, agent)
        self._record: Final = ChosenRecord(wires.records.open(header, audio), header.kept, self.keys)
        self._pacer: Final = Pacer(self.inbox, audio)
        self._ear: Final = Ear(self.inbox, agent.detector(), self._pacer, hearing_format=agent.stt.format)
        self._history: Final[list[AnyEntry]] = []
        self._outliving: Final[set[asyncio.Task[None]]] = set()
        """Tools and the hang-up: they go on when the call is over."""
        context = ToolContext(call_id=handle.call_id, data_dir=wires.data_dir, caller=handle.facts.from_number)
        self._tools: Final = ToolRuns(context, self.keys, self.boundaries, self.inbox.put, self._outliving)
        self._hearing: Final = Hearing(self._ear, self.inbox.put, self.tasks, self.boundaries)
        self._agent = agent
        self._entering: Final[dict[str, AgentRuntime]] = {}
        """Agents that are ready to be put in charge, by the tool call that asked."""
        self._composer = self._compose_for(agent)
        self._speaking: Final = Speaking(
            self._pacer, self.inbox, self.tasks, self.boundaries, self._world(agent, self._composer)
        )
        self._stop_hearing: Callable[[], None] = nobody
        """Of the responder."""
        self._leg: Leg | None = None
        self._legs, self._origin_at = 0, 0.0
        self._is_over = False

    # ── the beginning and the end ────────────────────────────────────────────────────────────────────────────

    def begin(self, leg: Leg) -> None:
        """Everything is connected; the call is answered."""
        agent = self._agent
        self._ear.tap(self._record.caller)
        self._pacer.tap(self._record.agent)
        self._let_hear(agent)
        self._hearing.follow(agent)
        if agent.hears_audio:
            script = agent.script_on(self._wires.handle.facts.to_number)
            self.inbox.put(ev.AgentEntered(agent.agent.name, agent.behaviour, script, hears_audio=True))
        self._attach(leg)
        is_outbound = self._wires.handle.facts.direction == "outbound"
        self.inbox.put(ev.CallAnswered("outbound" if is_outbound else "inbound"))
        self._wires.handle.open(
            Inside(
                put=self.inbox.put,
                attach=self._attach,
                leg_is_off=self._drop_leg,
                media_s=lambda: max(0.0, self._ear.heard_at - self._origin_at),
                tap=self._listen,
                source=self._pacer.source,
            )
        )
        self._brief(0.0)

    def keep(self, what: ev.Event | cmd.Command, at: float) -> None:
        """Write it into the record; a record that cannot is its own trouble, not the call's."""
        self.boundaries.kept("the record", lambda: self._record.append(what, at))

    async def apologise(self, fault: OffhookError) -> None:
        """A fault of Offhook ends the call: the caller hears so, over the leg that still stands, and is hung up.

        Where no audio is at hand the line is left to the carrier, which asks what follows and gets an apology to say.
        """
        cause = type(fault.__cause__ or fault).__name__
        _LOG.error("= %s  a fault of Offhook ends the call: %s", self._wires.handle.call_id, fault)
        self.keep(cmd.EndCall(EndReason.OFFHOOK_ERROR, cause), self.inbox.now())
        self._wires.ended(EndReason.OFFHOOK_ERROR)
        self._keep_late(self.inbox.rest())
        if await self._say_sorry():
            # The leg is closed only then: when it is closed first, the carrier says sorry once more.
            await asyncio.wait([self._outlive(self._hang_up())], timeout=HANG_UP_FIRST_S)

    async def _say_sorry(self) -> bool:
        try:
            with self.boundaries.around("the apology"):
                if self._leg is None or not self._speaking.say_now(self._agent.script.failure_goodbye):
                    return False
                try:
                    async with asyncio.timeout(min(self._pacer.drain_s(), APOLOGY_S) + MARK_WAIT_S):
                        while True:
                            event, at = await self.inbox.take(None)
                            self._keep_late([(event, at)])
                            if isinstance(event, ev.ReplyHeard | ev.LegDetached):
                                return isinstance(event, ev.ReplyHeard)
                except TimeoutError:
                    return True  # A carrier that gives no marks has played it all the same.
        except OffhookError:
            return False

    def _keep_late(self, events: Iterable[tuple[ev.Event, float]]) -> None:
        """What still belongs into the record when the conversation is over: effects, and what was paid for."""
        for event, at in events:
            if isinstance(event, ev.ToolEvent | ev.ReplyStopped):
                self.keep(event, at)

    def finish(self, reason: EndReason) -> None:
        """The call is over: its leg is closed at once. Tools go on; the record is closed behind the last of them."""
        if self._is_over:
            return
        self._is_over = True
        ended_at = self.inbox.now()
        self._wires.ended(reason)
        self._wires.handle.close()
        self.boundaries.kept("the reply", self._speaking.stop)
        self.boundaries.kept("the hearing", self._hearing.stop)
        self.boundaries.kept("the ear", self._ear.stop)
        self.boundaries.kept("the pacer", self._pacer.stop)
        if self._leg is not None:
            self.boundaries.kept("the leg", self._leg.close)
        _LOG.info("= %s  ended: %s", self._wires.handle.call_id, reason)

        def written() -> None:
            self._keep_late(self.inbox.rest())
            self.boundaries.kept("the record", lambda: self._record.close(ended_at, reason))
            self._wires.finished()

        self._wires.aftermath.adopt(self._outliving, written)

    # ── events that change the call's own parts ──────────────────────────────────────────────────────────────

    def take(self, event: ev.Event, at: float) -> None:
        """What an event means for the parts of the call, before the conversation is told of it."""
        match event:
            case ev.LegAttached():
                self._hearing.leg_attached()
            case ev.LegDetached():
                self._hearing.leg_detached()
            case ev.PlayoutCut():
                self._speaking.cut(event)
            case ev.SegmentStarted():
                if self.keys.take_closed():
                    # Words until here are sensitive: those behind it are not to share a final with them.
                    self._ear.finalize()
            case ev.CallerMuted(is_muted=is_muted):
                self._ear.mute(is_muted)
            case ev.TransferEnded():
                self._wires.handle.transfer_is_over()
            case ev.AgentEntered(call=call) if call in self._entering:
                self._enter(self._entering.pop(call), at)
            case _:
                pass  # All others are the conversation's alone.

    def _enter(self, agent: AgentRuntime, at: float) -> None:
        self._agent, self._composer = agent, self._compose_for(agent)
        self._speaking.follow(self._world(agent, self._composer))
        self._let_hear(agent)
        self._hearing.follow(agent)
        self._ear.follow(agent.behaviour.voice_edges_s)
        self._brief(at)

    # ── commands ─────────────────────────────────────────────────────────────────────────────────────────────

    def perform(self, command: cmd.AnyCommand) -> None:
        """Do it now, or start it now."""
        match command:
            case cmd.WatchSilence(spurt=spurt, silence_s=silence_s):
                self._ear.watch_silence(spurt, silence_s)
            case cmd.PredictTurn(spurt=spurt):
                self._hearing.predict(spurt)
            case cmd.FinalizeTranscript():
                self._ear.finalize()
            case cmd.ReconnectTranscriber(delay_s=delay_s):
                self._hearing.reconnect(delay_s)
            case cmd.CollectKeys(call=call, is_secret=is_secret, reference=reference):
                if is_secret:
                    self.keys.collect(call, reference, self.inbox.now(), takes_words=command.takes_words)
            case cmd.KeysCollected(call=call, is_whole=is_whole):
                self.keys.collected(call, is_whole=is_whole, at=self.inbox.now())
            case cmd.StartReply():
                self._speaking.start(command)
            case cmd.ContinueReply():
                self._speaking.go_on(command)
            case cmd.CommitReply(reply=reply):
                self._pacer.commit(reply)
            case cmd.CancelReply(reply=reply):
                self._speaking.cancel(reply)
            case cmd.PlayFiller():
                self._speaking.fill(command)
            case cmd.DuckPlayout(reply=reply, gain_db=gain_db):
                self._pacer.duck(reply, gain_db)
            case cmd.HushPlayout(reply=reply):
                self._pacer.hush(reply)
            case cmd.ResumePlayout(reply=reply):
                self._pacer.resume(reply)
            case cmd.RunTool():
                self._tools.start(command, self._agent)
            case cmd.TransferCall():
                self.tasks.start(self._transfer(command), "transfer")
            case cmd.EnterAgent():
                self.tasks.start(self._ready_agent(command), "handoff")
            case cmd.SendDigits():
                self.tasks.start(self._send_digits(command), "digits")
            case cmd.Remember(index=index, entry=entry):
                assert index == len(self._history), f"entry {index} of a history of {len(self._history)}"
                self._history.append(entry)
            case cmd.ReportPromise(turn=turn, tool=tool):
                # What was said stays in the journal: logs hold nothing of a conversation.
                call_id = self._wires.handle.call_id
                _LOG.warning("> %s turn %d: a false promise: no %s was done", call_id, turn, tool)
            case cmd.HangUp():
                if not self._wires.handle.is_line_given_away:
                    self._outlive(self._hang_up())
            case cmd.EndCall(reason=reason):
                self._wires.ended(reason)
            case _:
                assert_never(command)

    async def _hang_up(self) -> None:
        try:
            with self.boundaries.around("the line"):
                async with asyncio.timeout(HANG_UP_S):
                    await self._wires.line.hang_up()
        except OffhookError as error:
            # The leg is closed as well: the carrier then asks what follows, and is told to hang up.
            self.boundaries.note("the line", error)

    async def _transfer(self, command: cmd.TransferCall) -> None:
        handle = self._wires.handle
        handle.transfer_began(command.call)
        try:
            with self.boundaries.around("the line"):
                await self._wires.line.transfer(command.call, command.number, command.ring_s)
        except ProviderTimeout:
            return  # Nobody knows whether it rings: the carrier tells, or the conversation's own deadline passes.
        except OffhookError as error:
            handle.transfer_is_over()
            cause = clean(f"{error.code}: {error}")
            self.inbox.put(ev.TransferEnded(command.call, ev.TransferEnding.FAILED, cause=cause))

    async def _ready_agent(self, command: cmd.EnterAgent) -> None:
        try:
            with self.boundaries.around("the agents"):
                agent = await self._wires.handoff(self._agent, command.agent)
        except OffhookError as error:
            self.inbox.put(ev.ToolFailed(command.call, clean(str(error))))
            return
        self._entering[command.call] = agent
        script = agent.script_on(self._wires.handle.facts.to_number)
        name, hears_audio = command.agent, agent.hears_audio
        self.inbox.put(ev.AgentEntered(name, agent.behaviour, script, command.call, hears_audio=hears_audio))

    async def _send_digits(self, command: cmd.SendDigits) -> None:
        try:
            await send_digits(command.digits, self._pacer)
        except ValueError as error:
            self.inbox.put(ev.ToolFailed(command.call, str(error)))
        else:
            self.inbox.put(ev.ToolReturned(command.call, f"the keys {command.digits} were pressed"))

    # ── legs, listeners, agents ──────────────────────────────────────────────────────────────────────────────

    def _attach(self, leg: Leg) -> bool:
        if self._is_over or leg.format != self._pacer.audio_format:
            return False
        self._legs += 1
        # Places in the audio only grow: a leg that had more to give than its time has shifted them a little.
        self._leg, self._origin_at = leg, max(self.inbox.now(), self._ear.heard_at)
        self._ear.attach(leg, self._legs, self._origin_at)
        return True

    def _drop_leg(self) -> None:
        if self._leg is not None:
            self._leg.close()

    def _listen(self, caller: Tap, agent: Tap) -> Callable[[], None]:
        stops: list[Callable[[], None]] = []

        def stop() -> None:
            while stops:
                stops.pop()()

        def guarded(tap: Tap) -> Tap:
            def hear(at: float, audio: bytes) -> None:
                if not self.boundaries.kept("a listener", lambda: tap(at, audio)):
                    stop()

            return hear

        heard, keys = guarded(caller), self.keys
        stops += [
            self._ear.tap(lambda at, audio: None if keys.covers(at) else heard(at, audio)),
            self._pacer.tap(guarded(agent)),
        ]
        return stop

    def _let_hear(self, agent: AgentRuntime) -> None:
        """The responder of an agent that hears gets the caller's frames; no other costs a step for each of them."""
        self._stop_hearing()
        self._stop_hearing = self._ear.tap(lambda _, frame: self._speaking.hear(frame)) if agent.hears_audio else nobody

    def _outlive(self, work: Coroutine[object, object, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._outliving.add(task)
        task.add_done_callback(self._outliving.discard)
        return task

    def _compose_for(self, agent: AgentRuntime) -> Composer:
        call_id = self._wires.handle.call_id
        return Composer(call_id, agent, self._history, self.inbox.put, self.tasks, self.boundaries)

    def _world(self, agent: AgentRuntime, composer: Composer) -> World:
        return World(
            call_id=self._wires.handle.call_id,
            agent=agent,
            stage=self._pacer,
            post=self.inbox.put,
            history=self._history,
            compose=composer.compose,
            tasks=self.tasks,
            boundaries=self.boundaries,
            audio=self._pacer.audio_format,
            now=self.inbox.now,
        )

    def _brief(self, at: float) -> None:
        brief, agent = self._composer.brief, self._agent
        self.keys.follow(agent.toolbox.sensitive, agent.script.number_words, agent.script.language)
        kept = self._record.follow(agent.agent.records.kept())
        told = briefing_of(agent, brief, kept)
        self.boundaries.kept("the record", lambda: self._record.append(told, at))
