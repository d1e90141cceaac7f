"""THE LIFE OF A CALL, from the answer to the record. Read `run_call` from top to bottom."""

import asyncio
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Final

from offhook import clock
from offhook.call.ear import Ear
from offhook.call.inbox import Inbox
from offhook.call.pacer import Pacer
from offhook.call.record import CallRecord
from offhook.call.reply import ReplyMaker, speak_whole
from offhook.call.runtime import AgentRuntime
from offhook.core import commands as cmd
from offhook.core.conversation import Conversation
from offhook.core.events import (
    CallAnswered,
    Event,
    ToolFailed,
    ToolReturned,
    TranscriberLost,
    TurnPredicted,
)
from offhook.errors import OffhookError, ProviderError
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg
from offhook.tools.toolbox import ToolContext

_LOG: Final = logging.getLogger("offhook.calls")
EARLY_EVENTS: Final = 8
"""What a call can be told in the moment before it begins: that it is over, hardly more."""


class CallHandle:
    """A call as the rest of the process holds it: what it is, and a way to tell it something."""

    def __init__(self, facts: CallFacts, data_dir: Path) -> None:
        self.facts = facts
        self.tool_context = ToolContext(call_id=facts.call_sid, data_dir=data_dir, caller=facts.from_number)
        self._inbox: Inbox | None = None
        self._early: list[Event] = []

    def connect(self, inbox: Inbox) -> None:
        """The call has begun: it learns what it was told before."""
        self._inbox = inbox
        for event in self._early:
            inbox.put(event)

    def post(self, event: Event) -> None:
        """Tell the call."""
        if self._inbox is not None:
            self._inbox.put(event)
        elif len(self._early) < EARLY_EVENTS:
            self._early.append(event)


async def run_call(leg: Leg, handle: CallHandle, runtime: AgentRuntime, record: CallRecord) -> str:
    """Conduct one call until it is over; the reason it ended for."""
    inbox = Inbox()
    handle.connect(inbox)
    conversation = Conversation(runtime.behaviour, runtime.script)
    pacer = Pacer(leg, inbox, record)
    ear = Ear(inbox, runtime.detector(), record, pacer)
    reason = ""
    try:
        async with asyncio.TaskGroup() as tasks:
            desk = _Desk(conversation, runtime, inbox, pacer, ear)
            desk.leg, desk.tasks, desk.handle = leg, tasks, handle
            desk.connect_transcriber()
            inbox.put(CallAnswered())
            leg.listen(ear)
            ear.watch_leg()
            while not reason:
                event, at = await inbox.take(conversation.wakeup_at)
                record.event(event, at)
                for command in conversation.receive(event, at):
                    record.command(command, at)
                    desk.perform(command)
                    if isinstance(command, cmd.EndCall):
                        reason = command.reason
            desk.clear()
    finally:
        ear.stop()
        pacer.stop()
        leg.close()
        record.close(inbox.now())
    return reason


class _Desk:
    """Performs the commands of one call: each in one clause."""

    leg: Leg
    tasks: asyncio.TaskGroup
    handle: CallHandle

    def __init__(self, conversation: Conversation, runtime: AgentRuntime, inbox: Inbox, pacer: Pacer, ear: Ear) -> None:
        self._conversation, self._runtime, self._inbox = conversation, runtime, inbox
        self._pacer, self._ear = pacer, ear
        self._maker: ReplyMaker | None = None
        self._reply_task: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        """Tasks that end with the call; hang-up and tools are not among them."""
        self._transcriber_task: asyncio.Task[None] | None = None
        self._fillers = 0

    def perform(self, command: cmd.Command) -> None:
        """Do it now, or start it now."""
        pacer = self._pacer
        match command:
            case cmd.WatchSilence(spurt=spurt, silence_s=silence_s):
                self._ear.watch_silence(spurt, silence_s)
            case cmd.PredictTurn(spurt=spurt):
                self._start(self._predict(spurt))
            case cmd.FinalizeTranscript(spurt=spurt):
                self._ear.finalize(spurt)
            case cmd.ReconnectTranscriber(delay_s=delay_s):
                self._start(self._reconnect(delay_s))
            case cmd.StartReply():
                self._start_reply(command)
            case cmd.ContinueReply(reply=reply):
                self._think(reply)
            case cmd.CommitReply():
                pacer.run(lambda playout, at: playout.commit(at))
            case cmd.CancelReply(reply=reply):
                self._stop_reply()
                pacer.run(lambda playout, at: playout.cancel(at) if playout.reply == reply else None)
            case cmd.PlayFiller(text=text):
                self._start(self._fill(text))
            case cmd.DuckPlayout(gain_db=gain_db):
                pacer.duck(gain_db)
            case cmd.HushPlayout():
                pacer.run(lambda playout, at: playout.hush(at))
            case cmd.ResumePlayout():
                pacer.run(lambda playout, at: playout.resume(at))
            case cmd.RunTool():
                self.tasks.create_task(self._run_tool(command))
            case cmd.HangUp():
                self.tasks.create_task(self.leg.hang_up())
            case cmd.ReportPromise(turn=turn, tool=tool):
                # What was said stays in the journal: logs hold nothing of a conversation.
                _LOG.warning("> %s turn %d: a false promise: no %s was done", self.handle.facts.call_sid, turn, tool)
            case cmd.RecordTurn() | cmd.EndCall():
                pass  # For the record, which has them already.
            case _:
                raise AssertionError(f"no way to perform {command!r}")

    def clear(self) -> None:
        """The call is over: nothing of it goes on but a hang-up and the tools that have begun."""
        self._stop_reply()
        for task in (*self._background, *([self._transcriber_task] if self._transcriber_task else [])):
            task.cancel()

    # ── hearing ──────────────────────────────────────────────────────────────────────────────────────────────

    def connect_transcriber(self) -> None:
        """Begin to hear, in place of an earlier stream; a stream that ends is news for the conversation."""
        if self._transcriber_task is not None:
            self._transcriber_task.cancel()
        self._transcriber_task = self.tasks.create_task(self._hear())

    async def _hear(self) -> None:
        transcriber = self._ear.connect(self._runtime.stt.transcriber)
        try:
            await transcriber.run()
        except ProviderError as error:
            self._inbox.put(TranscriberLost(f"{error.code}: {error}", error.retryable))
        else:
            self._inbox.put(TranscriberLost("the stream ended"))
        finally:
            self._ear.disconnect(transcriber)

    async def _reconnect(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if not self._ear.is_at_work:
            self.connect_transcriber()

    async def _predict(self, spurt: int) -> None:
        try:
            probability = await self._runtime.turn_model.predict(self._ear.recent_audio())
        except ProviderError:
            return  # Silence and words decide alone: that is only slower.
        self._inbox.put(TurnPredicted(spurt, round(probability, 4)))

    # ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────

    def _start_reply(self, command: cmd.StartReply) -> None:
        self._stop_reply()
        self._pacer.run(lambda playout, _: playout.open(command.reply, held=command.held))
        self._maker = ReplyMaker(command.reply, self._pacer, self._inbox, self._runtime.voice)
        self._fillers = 0
        if isinstance(command.content, cmd.Say):
            text = command.content.text
            if text in self._runtime.sentences:
                self._maker.say_at_once(text, self._runtime.sentences[text])
            else:
                self._reply_task = self._start(self._maker.say(text))
        else:
            self._think(command.reply)

    def _think(self, reply: int) -> None:
        assert self._maker is not None
        request = self._runtime.request(self._conversation.context(reply), self.handle.facts.call_sid)
        self._reply_task = self._start(self._maker.think(self._runtime.llm, request))

    def _stop_reply(self) -> None:
        if self._reply_task is not None:
            if self._maker is not None:
                self._maker.stop()
            self._reply_task.cancel()
            self._reply_task = None

    async def _fill(self, text: str) -> None:
        try:
            spoken = self._runtime.sentences.get(text) or await speak_whole(self._runtime.voice, text)
        except ProviderError:
            return  # The reply's own deadline goes on.
        self._fillers += 1
        number = -self._fillers
        self._pacer.run(lambda playout, at: playout.interject(number, text, spoken.audio, spoken.words, at))

    # ── tools ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _run_tool(self, command: cmd.RunTool) -> None:
        try:
            async with asyncio.timeout(self._runtime.behaviour.tool_timeout_s):
                result = await self._runtime.toolbox.run(command.name, command.arguments, self.handle.tool_context)
        except (OffhookError, TimeoutError) as error:
            self._inbox.put(ToolFailed(command.call, str(error) or "it did not answer in time"))
        else:
            self._inbox.put(ToolReturned(command.call, result))

    def _start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = self.tasks.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


def started_at() -> str:
    """The date and time of now, for a record."""
    return clock.wall().isoformat(timespec="milliseconds")
