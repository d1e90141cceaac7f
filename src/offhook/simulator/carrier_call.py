"""One telephone call at the simulated carrier: fetches TwiML, executes it verb by verb, tells the server its status."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final

from offhook import clock
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_callbacks import Callbacks
from offhook.simulator.carrier_dial import Dialling
from offhook.simulator.carrier_media import StreamFacts
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome, Parties, Status
from offhook.simulator.carrier_stream import (
    CLOSED_BY_SERVER,
    IO_PROBLEM,
    Stream,
    StreamFailed,
)
from offhook.simulator.carrier_twiml import Verb
from offhook.simulator.carrier_way import Way
from offhook.simulator.carrier_web import LogEntry, Source, WebhookFailed
from offhook.simulator.telephone import Telephone

MOST_DOCUMENTS: Final = 100
"""A document that redirects to itself does not go on for ever."""
SECOND_STREAM_S: Final = 0.4
"""From the end of one stream to the beginning of the next one (Twilio: 0.4 to 0.75 s were measured)."""

_STATUS_OF_EVENT: Final = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}


@dataclass(frozen=True, slots=True)
class _End:
    by: str
    status: Status = "completed"


class CarrierCall:
    """Conducts one call. `change` and `end` come from the REST side and from the caller."""

    def __init__(self, parties: Parties, caller: Caller, way: Way, options: CallOptions) -> None:
        self.outcome: Final = CallOutcome(parties)
        self._parties: Final = parties
        self._caller: Final = caller
        self._way: Final = way
        self._options: Final = options
        self._change: asyncio.Future[Source | _End] = asyncio.get_running_loop().create_future()
        self._telephone: Telephone | None = None
        self._callbacks: Final = Callbacks(way.web, options.callback_copies, options.callback_delay_s)
        self._dialling: Dialling | None = None
        self._stream_count = 0
        self.answered: Final = asyncio.Event()
        self.created_at: Final = clock.wall()

    # ── from outside ─────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def is_over(self) -> bool:
        """It has its final status."""
        return self.outcome.status not in ("queued", "ringing", "in-progress")

    def change(self, source: Source) -> None:
        """Go on with another document (REST update)."""
        if not self._change.done():
            self._change.set_result(source)

    def end(self, by: str, status: Status = "completed") -> None:
        """End the call."""
        if not self._change.done():
            self._change.set_result(_End(by, status))

    def fields(self) -> dict[str, str]:
        """What every request about this call says."""
        parties = self._parties
        return {
            "CallSid": parties.call_sid,
            "AccountSid": self._way.web.account.sid,
            "From": parties.from_number,
            "To": parties.to_number,
            "Caller": parties.from_number,
            "Called": parties.to_number,
            "CallStatus": self.outcome.status,
            "ApiVersion": "2010-04-01",
            "Direction": parties.direction,
            "FromCity": "",
            "ToCity": "",
        }

    # ── the call ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def ring_out(self, status: Status, ring_s: float) -> CallOutcome:
        """Nobody answers: it rings, and has this status then, unless it is ended before."""
        self._tell("initiated")
        if status in ("no-answer", "canceled"):
            self.outcome.status = "ringing"
            self._tell("ringing")
        await asyncio.wait({self._change}, timeout=ring_s)
        change = self._change.result() if self._change.done() else None
        ended = isinstance(change, _End)
        # Who ends a call that rings has canceled it, however it was asked (Twilio: "Call resource", Status).
        self.outcome.status, self.outcome.ended_by = ("canceled", "server") if ended else (status, "nobody")
        self._tell("completed")
        await self._callbacks.wait()
        return self.outcome

    async def run(self, first: Source) -> CallOutcome:
        """From the first ring to the final status."""
        outbound = self._parties.direction != "inbound"
        if outbound:
            self._tell("initiated")
        self.outcome.status = "ringing"
        self._tell("ringing")
        if outbound:
            # An outbound call's document is asked for once somebody has answered.
            self._answered()
        began_at = clock.now()
        line_task: asyncio.Task[None] | None = None
        try:
            verbs: tuple[Verb, ...] | _End = await self._fetch(first)
            self.outcome.webhook_s = clock.now() - began_at
            if not isinstance(verbs, _End) and not (verbs and verbs[0].name == "Reject"):
                if not outbound:
                    self._answered()
                line_task = asyncio.ensure_future(self._hold_line())
            await self._run_documents(verbs)
        finally:
            if line_task is not None:
                line_task.cancel()
                await asyncio.wait({line_task})
                if not line_task.cancelled():
                    line_task.result()
            await self._conclude()
        return self.outcome

    def _answered(self) -> None:
        self.outcome.status = "in-progress"
        self._telephone = Telephone(self._caller, self._way.on_tick)
        self._tell("answered")
        self.answered.set()

    async def _hold_line(self) -> None:
        assert self._telephone is not None
        try:
            await self._telephone.run()
        finally:
            self.end("caller")

    async def _run_documents(self, verbs: "tuple[Verb, ...] | _End") -> None:
        for _ in range(MOST_DOCUMENTS):
            following: Source | _End = verbs if isinstance(verbs, _End) else await self._race(self._execute(verbs))
            if isinstance(following, _End):
                self.outcome.ended_by, self.outcome.status = following.by, following.status
                return
            verbs = await self._fetch(following)
        self.outcome.ended_by, self.outcome.status = "too many documents", "completed"

    async def _race(self, work: "Awaitable[Source | _End]") -> "Source | _End":
        """The work's result, or the change that came first."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task, self._change}, return_when=asyncio.FIRST_COMPLETED)
            if not self._change.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        change = self._change.result()
        self._change = asyncio.get_running_loop().create_future()
        if isinstance(change, Source):
            # An update during a Dial: Twilio asks the Dial's action first and throws its answer away (notes, 1.8).
            await self._ask_action(interrupted=True)
        return change

    async def _ask_action(self, *, interrupted: bool = False) -> None:
        """Ask the action of a `<Dial>` that was under way; nothing is done with its answer."""
        dialling, self._dialling = self._dialling, None
        action = dialling.action(interrupted=interrupted) if dialling is not None else None
        if action is not None:
            await self._fetch(action)

    async def _fetch(self, source: Source) -> "tuple[Verb, ...] | _End":
        token = self._way.mint("IT")
        try:
            return await self._way.web.document(source, self.fields(), token)
        except WebhookFailed as failed:
            self._note(failed.code, str(failed))
            if not self._options.fallback_url or source.url == self._options.fallback_url:
                return _End(f"webhook failed: {failed}")
            extra = {"ErrorCode": str(failed.code), "ErrorUrl": source.url}
            return await self._fetch(Source(self._options.fallback_url, fields=extra))

    # ── verbs ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _execute(self, verbs: tuple[Verb, ...]) -> "Source | _End":
        for verb in verbs:
            following = await self._execute_one(verb)
            if following is not None:
                return following
        return _End("the document's end")

    async def _execute_one(self, verb: Verb) -> "Source | _End | None":
        attributes, pace = verb.attributes, self._options.pace
        match verb.name:
            case "Say":
                self.outcome.said.append(verb.text)
                await asyncio.sleep(len(verb.text.split()) * self._options.word_s * pace)
            case "Pause":
                await asyncio.sleep(int(attributes.get("length", "1")) * pace)
            case "Play":
                await asyncio.sleep(pace)
            case "Redirect":
                return Source(verb.text, attributes.get("method", "POST"))
            case "Hangup" | "Leave":
                return _End("server")
            case "Reject":
                return _End("server", "busy" if attributes.get("reason") == "busy" else "failed")
            case "Connect":
                return await self._connect(verb)
            case "Dial":
                return await self._dial(verb)
            case _:
                self._note(0, f"<{verb.name}> is not simulated")
        return None

    async def _dial(self, verb: Verb) -> "Source | None":
        assert self._telephone is not None
        options, number = self._options, len(self.outcome.dialled)
        plan = options.dials[min(number, len(options.dials) - 1)]
        dialling = Dialling(verb, plan, self._way.mint("CA"), options.pace)
        self.outcome.dialled.append(dialling.outcome)
        self._dialling = dialling
        await dialling.run(self._telephone, number)
        self._dialling = None
        return dialling.action()

    async def _connect(self, verb: Verb) -> "Source | None":
        noun = verb.children[0]
        if self._stream_count:
            await asyncio.sleep(SECOND_STREAM_S)
        self._stream_count += 1
        second = None
        if self._options.stream.second_after_s is not None:
            second = asyncio.ensure_future(self._second_stream(noun, self._options.stream.second_after_s))
        try:
            await self._stream(noun)
        finally:
            if second is not None:
                second.cancel()
                await asyncio.wait({second})
        action = verb.attributes.get("action")
        return Source(action, verb.attributes.get("method", "POST")) if action else None

    async def _second_stream(self, noun: Verb, after_s: float) -> None:
        await asyncio.sleep(after_s)
        stream = self._new_stream(noun, Telephone(Caller(())))
        await self._serve(noun, stream, "second stream")

    async def _stream(self, noun: Verb) -> None:
        assert self._telephone is not None
        await self._serve(noun, self._new_stream(noun, self._telephone), "stream")

    def _new_stream(self, noun: Verb, telephone: Telephone) -> Stream:
        parameters = {child.attributes["name"]: child.attributes.get("value", "") for child in noun.children}
        facts = StreamFacts(self._way.web.account.sid, self._parties.call_sid, self._way.mint("MZ"), parameters)
        options, is_first = self._options, self._stream_count == 1
        chosen = options.stream if is_first or options.later_streams is None else options.later_streams
        return self._way.open_stream(facts, self._address(noun), telephone, chosen)

    def _address(self, noun: Verb) -> str:
        url = noun.attributes["url"]
        return url if "://" in url else self._way.web.origin.replace("http", "wss", 1).replace("wsss", "wss") + url

    async def _serve(self, noun: Verb, stream: Stream, what: str) -> None:
        sid, callback = stream.media.facts.stream_sid, noun.attributes.get("statusCallback", "")
        self._tell_stream(callback, sid, "stream-started")
        ended, event, error = "the call's end", "stream-stopped", ""
        try:
            ended = await stream.run()
        except StreamFailed as failed:
            self._note(failed.code, str(failed))
            ended, event, error = f"failed: {failed}", "stream-error", f"{failed.code}: {failed}"
        finally:
            if ended == "closed by the server":
                ended += f" with {stream.closed_with}"
                self._note(CLOSED_BY_SERVER, "the server closed the stream")
            elif ended == "the connection was lost":
                self._note(IO_PROBLEM, "the stream's connection was lost")
            self.outcome.streams.append(f"{what}: {ended}")
            self.outcome.violations += stream.media.violations
            self._tell_stream(callback, sid, event, error)

    def _note(self, code: int, text: str) -> None:
        self.outcome.log.append(LogEntry(clock.now(), code, text))

    # ── callbacks ────────────────────────────────────────────────────────────────────────────────────────────────

    def _tell(self, event: str) -> None:
        if not self._options.status_url or event not in self._options.status_events:
            return
        fields = self.fields() | {
            "CallStatus": _STATUS_OF_EVENT.get(event, self.outcome.status),
            "Timestamp": clock.wall().strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._callbacks.next_number()),
        }
        if event == "completed":
            length_s = round(self._telephone.now()) if self._telephone is not None else 0
            fields |= {"CallDuration": str(length_s), "Duration": str(-(-length_s // 60))}
        self._callbacks.send(self._options.status_url, fields)

    def _tell_stream(self, url: str, stream_sid: str, event: str, error: str = "") -> None:
        if not url:
            return
        fields = {
            "AccountSid": self._way.web.account.sid,
            "CallSid": self._parties.call_sid,
            "StreamSid": stream_sid,
            "StreamName": stream_sid,
            "StreamEvent": event,
            "Timestamp": clock.wall().isoformat(timespec="milliseconds"),
        }
        self._callbacks.send(url, fields | ({"StreamError": error} if error else {}), copies=1)

    async def _conclude(self) -> None:
        if not self.is_over:
            self.outcome.status, self.outcome.ended_by = "completed", self.outcome.ended_by or "the carrier"
        order = self._options.after_hang_up
        if order == "no action":
            self._dialling = None
        if order != "status first":
            await self._ask_action()
        self._tell("completed")
        await self._callbacks.wait()
        await self._ask_action()
        self.outcome.log += self._callbacks.troubles
        outcome = self.outcome
        outcome.report = self._caller.report(self._parties.call_sid, outcome.ended_by)
        outcome.report.violations = list(outcome.violations)
        if self._telephone is not None:
            outcome.worst_lag_s = self._telephone.worst_lag_s
