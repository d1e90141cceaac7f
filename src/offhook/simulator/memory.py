"""A carrier in memory: whole telephone calls to a server in this process, in the running loop's time.

In virtual time (`offhook.simulator.virtual`) hours of calls take seconds; in real time it works as well.

    carrier = MemoryCarrier(CallOptions(dials=(DialPlan("busy"),)))
    live = LiveCalls(..., lines=TwilioLines(carrier, carrier.origin))
    outcome = await carrier.call(caller, MemoryServer(Switchboard(live, settings).respond, live.answer))

It is the carrier of the wire (`simulator.carrier_call`) with webhooks and streams in memory. `memory_call` is less: one
media stream without webhooks, for a server that is nothing but legs.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from offhook import clock
from offhook.errors import CarrierRefused, OffhookError
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_call import CarrierCall
from offhook.simulator.carrier_media import MediaFaults, StreamFacts
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome, Parties
from offhook.simulator.carrier_stream import StreamOptions
from offhook.simulator.carrier_twiml import TwimlError, Verb, parse
from offhook.simulator.carrier_way import Way
from offhook.simulator.carrier_web import BAD_STATUS, Account, LogEntry, Source, WebhookFailed
from offhook.simulator.memory_stream import NOTICE_S, MemoryStream
from offhook.simulator.network import Network
from offhook.simulator.report import CallReport
from offhook.simulator.telephone import Telephone
from offhook.telephony.leg import Leg, LegStarted

__all__ = ["NOTICE_S", "MemoryCall", "MemoryCarrier", "MemoryControl", "MemoryServer", "memory_call"]

REST_S: Final = 0.15
"""From our request over REST until the carrier has done it."""
WEBHOOK_S: Final = 0.05
"""From the carrier's question to the answer."""
LONGEST_S: Final = 4 * 3600.0
"""The carrier ends a call then (Twilio's limit)."""


@dataclass(frozen=True, slots=True)
class MemoryServer:
    """The server under test."""

    webhook: Callable[[str, Mapping[str, str], str], Awaitable[bytes]]
    """Answers a webhook by address, fields and idempotency token with a document, or with nothing."""
    answer: Callable[[Leg, LegStarted], bool]
    """Takes a leg at its `start`."""


class MemoryCarrier:
    """One account, any number of calls. It is a `telephony.carriers.twilio_line.CallControl` for the server's lines."""

    def __init__(
        self,
        options: CallOptions | None = None,
        *,
        seed: int = 0,
        origin: str = "https://memory.test",
        rest_s: float = REST_S,
    ) -> None:
        self.origin: Final = origin
        self.calls: Final[dict[str, CarrierCall]] = {}
        """By SID, those that are over too."""
        self.documents: Final[list[tuple[str, str]]] = []
        """Each address and the document that came from it; REST has none."""
        self._options: Final = options or CallOptions()
        self._chance: Final = random.Random(seed)
        self._rest_s: Final = rest_s

    async def call(
        self,
        caller: Caller,
        server: MemoryServer,
        *,
        from_number: str = "+15005550006",
        to_number: str = "+15005550001",
        longest_s: float = LONGEST_S,
        on_tick: Callable[[float], None] | None = None,
    ) -> CallOutcome:
        """A whole inbound call, from the voice webhook to the last status callback.

        It returns when the server knows of the end of every stream. `on_tick` is called after each 20 ms with the
        time since the call was answered: where a test checks its invariants. What it raises is raised here.
        """
        streams: list[MemoryStream] = []

        def open_stream(facts: StreamFacts, url: str, telephone: Telephone, options: StreamOptions) -> MemoryStream:
            del url
            streams.append(MemoryStream(facts, telephone, options, server.answer))
            return streams[-1]

        web = _MemoryWeb(self, server)
        parties = Parties(self._mint("CA"), from_number, to_number)
        way = Way(web, open_stream, self._mint, on_tick)
        call = self.calls[parties.call_sid] = CarrierCall(parties, caller, way, self._with_status())
        timer = asyncio.get_running_loop().call_later(longest_s, call.end, "the longest call")
        try:
            outcome = await call.run(Source(f"{self.origin}/twilio/voice"))
        finally:
            timer.cancel()
        if streams:
            await asyncio.wait([stream.gone for stream in streams])
        return outcome

    # ── REST (telephony.carriers.twilio_line.CallControl) ────────────────────────────────────────────────────────

    async def hang_up(self, call_sid: str) -> None:
        """The server ends a call."""
        await asyncio.sleep(self._rest_s)
        call = self.calls.get(call_sid)
        if call is not None and not call.is_over:
            call.end("server")

    async def redirect_call(self, call_sid: str, twiml: bytes) -> None:
        """The server gives a call another document. Raises `CarrierRefused` as Twilio would."""
        await asyncio.sleep(self._rest_s)
        call = self.calls.get(call_sid)
        if call is None or call.is_over:
            raise CarrierRefused("Call is not in-progress. Cannot redirect. (21220)")
        try:
            parse(twiml)
        except TwimlError as error:
            raise CarrierRefused(f"{error} ({error.code})") from error
        call.change(Source(twiml=twiml.decode()))

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _with_status(self) -> CallOptions:
        options = self._options
        return options if options.status_url else replace(options, status_url=f"{self.origin}/twilio/status")

    def _mint(self, prefix: str) -> str:
        return f"{prefix}{self._chance.getrandbits(128):032x}"


class _MemoryWeb:
    """The server's webhooks (`carrier_way.Web`)."""

    def __init__(self, carrier: MemoryCarrier, server: MemoryServer) -> None:
        self.account: Final = Account("AC" + "0" * 32, "")
        self.origin: Final = carrier.origin
        self._documents: Final = carrier.documents
        self._server: Final = server

    async def document(self, source: Source, fields: Mapping[str, str], token: str) -> tuple[Verb, ...]:
        """Ask and parse."""
        try:
            if source.twiml:
                return parse(source.twiml.encode())
            await asyncio.sleep(WEBHOOK_S)
            answer = await self._server.webhook(source.url, {**fields, **source.fields}, token)
            self._documents.append((source.url, answer.decode()))
            return parse(answer)
        except TwimlError as error:
            raise WebhookFailed(error.code, f"{source.url or 'TwiML'}: {error}") from error
        except OffhookError as error:
            raise WebhookFailed(BAD_STATUS, f"{source.url}: {error}") from error

    async def callback(self, url: str, fields: Mapping[str, str]) -> LogEntry | None:
        """Tell."""
        await asyncio.sleep(WEBHOOK_S)
        try:
            await self._server.webhook(url, fields, "")
        except OffhookError as error:
            return LogEntry(clock.now(), BAD_STATUS, f"callback to {url}: {error}")
        return None


# ── one stream and nothing else ──────────────────────────────────────────────────────────────────────────────────


class MemoryControl:
    """The REST side for calls that are one stream: a `CallControl` that can hang up and nothing else."""

    def __init__(self) -> None:
        self._ends: Final[dict[str, Callable[[], None]]] = {}

    def register(self, call_sid: str, end: Callable[[], None]) -> None:
        """A call that can be hung up from now on."""
        self._ends[call_sid] = end

    async def hang_up(self, call_sid: str) -> None:
        """The server ends a call."""
        await asyncio.sleep(REST_S)
        if call_sid in self._ends:
            self._ends.pop(call_sid)()

    async def redirect_call(self, call_sid: str, twiml: bytes) -> None:
        """Nothing here reads documents. Raises `CarrierRefused`."""
        del twiml
        raise CarrierRefused(f"call {call_sid} is a stream in memory and nothing else")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryCall:
    """What a call of one stream is made of."""

    facts: StreamFacts
    network: Network = field(default_factory=Network)
    faults: MediaFaults = field(default_factory=MediaFaults)
    longest_s: float = LONGEST_S
    """The carrier ends the call then."""
    on_tick: Callable[[float], None] | None = None
    """Called after each 20 ms with the time of the call: where a test checks its invariants."""
    control: MemoryControl | None = None
    """Can end the call from the server's side; without it the server can only close its leg."""


async def memory_call(answer: Callable[[Leg, LegStarted], bool], caller: Caller, call: MemoryCall) -> CallReport:
    """Conduct the carrier's side of one stream to its end. `answer` is asked at `start`, as by a real server.

    It ends when the caller hangs up, the server closes or hangs up, or the network breaks. What the server does after
    that is its own; this returns as soon as the connection is gone on both sides.
    """
    telephone = Telephone(caller, call.on_tick)
    stream = MemoryStream(call.facts, telephone, StreamOptions(network=call.network, faults=call.faults), answer)
    hung_up = asyncio.Event()
    if call.control is not None:
        call.control.register(call.facts.call_sid, hung_up.set)
    serving, calling = asyncio.ensure_future(stream.run()), asyncio.ensure_future(telephone.run())
    waiting = asyncio.ensure_future(hung_up.wait())
    parts: set[asyncio.Future[Any]] = {serving, calling, waiting}
    try:
        done, _ = await asyncio.wait(parts, timeout=call.longest_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for part in parts:
            part.cancel()
        await asyncio.wait(parts)
    if calling in done:
        calling.result()
    if serving in done:
        ended_by = serving.result()
        ended_by = "server" if ended_by == "closed by the server" else ended_by
    else:
        ended_by = "caller" if calling in done else "server" if waiting in done else "the longest call"
    await stream.gone
    report = caller.report(call.facts.call_sid, ended_by)
    report.violations = list(stream.media.violations)
    return report
