"""The simulated carrier: places and takes calls over real sockets, in real time, as Twilio would.

    web = ServerWeb(Account("AC...", "token"), "http://127.0.0.1:8080")
    carrier = Carrier(web)
    outcome = await carrier.call(Caller(steps), from_number="+15005550006", to_number="+15005550001")

`offhook.simulator.carrier_rest.RestServer` gives the same carrier its REST side.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Final

from offhook.simulator.caller import Caller
from offhook.simulator.carrier_call import CarrierCall
from offhook.simulator.carrier_media import StreamFacts
from offhook.simulator.carrier_numbers import OwnedNumbers
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome, Parties
from offhook.simulator.carrier_stream import SocketStream, StreamOptions
from offhook.simulator.carrier_way import Way
from offhook.simulator.carrier_web import ServerWeb, Source
from offhook.simulator.telephone import Telephone

VOICE_PATH: Final = "/twilio/voice"
STATUS_PATH: Final = "/twilio/status"
KEPT_CALLS: Final = 10_000


class Carrier:
    """One account at one carrier, and the server that it calls. An id is never given twice, by no carrier."""

    def __init__(
        self,
        web: ServerWeb,
        options: CallOptions | None = None,
        *,
        answerer: Callable[[str], Caller | None] = lambda number: None,
    ) -> None:
        self.web: Final = web
        self.options: Final = options or CallOptions(status_url=web.origin + STATUS_PATH)
        self.calls: Final[dict[str, CarrierCall]] = {}
        """By SID, those that are over too."""
        self.numbers: Final = OwnedNumbers()
        self.placed: Final[set[asyncio.Task[CallOutcome]]] = set()
        """Calls that were placed over REST and go on."""
        self._going_on: Final[set[asyncio.Task[CallOutcome]]] = set()
        self._answerer: Final = answerer

    def mint(self, prefix: str) -> str:
        """A new SID."""
        return f"{prefix}{secrets.token_hex(16)}"

    async def call(
        self,
        caller: Caller,
        *,
        from_number: str = "+15005550006",
        to_number: str = "+15005550001",
        voice_url: str = "",
    ) -> CallOutcome:
        """An inbound call, from the first webhook to the last callback. `voice_url` is the number's webhook; without it
        a number that the account owns has its own."""
        parties, options = Parties(self.mint("CA"), from_number, to_number), self.options
        if not voice_url and (owned := self.numbers.find(to_number)) is not None:
            voice_url = owned.settings["voice_url"]
            fallback, status = owned.settings["voice_fallback_url"], owned.settings["status_callback"]
            options = replace(options, fallback_url=fallback, status_url=status, status_events=("completed",))
        call = self._begin(parties, caller, options)
        return await self._started(call.run(Source(voice_url or self.web.origin + VOICE_PATH)))

    def place(self, to_number: str, from_number: str, source: Source, options: CallOptions | None = None) -> str:
        """An outbound call, as the REST API is asked for it; its SID. Whoever `answerer` gives picks up."""
        parties = Parties(self.mint("CA"), from_number, to_number, "outbound-api")
        caller = self._answerer(to_number)
        call = self._begin(parties, caller or Caller(()), options or replace(self.options, status_url=""))
        how = options or self.options
        work = call.run(source) if caller is not None else call.ring_out(how.unanswered, how.ring_s)
        if how.detected_url and caller is not None:
            self._started(self._detected(call, how))
        task = self._started(work)
        self.placed.add(task)
        task.add_done_callback(self.placed.discard)
        return parties.call_sid

    async def close(self) -> None:
        """End what goes on and let go of the connections."""
        for call in self.calls.values():
            if not call.is_over:
                call.end("the carrier")
        if self._going_on:
            await asyncio.wait(self._going_on)
        await self.web.close()

    async def _detected(self, call: CarrierCall, options: CallOptions) -> CallOutcome:
        """Who has answered is found out beside the call (Twilio: asynchronous answering machine detection)."""
        await call.answered.wait()
        await asyncio.sleep(options.detection_s)
        if not call.is_over:
            length_ms = str(round(options.detection_s * 1000))
            fields = {"AnsweredBy": options.answered_by, "MachineDetectionDuration": length_ms}
            await self.web.callback(options.detected_url, call.fields() | fields)
        return call.outcome

    def _started(self, work: Coroutine[Any, Any, CallOutcome]) -> asyncio.Task[CallOutcome]:
        task = asyncio.ensure_future(work)
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        return task

    def _begin(self, parties: Parties, caller: Caller, options: CallOptions) -> CarrierCall:
        call = CarrierCall(parties, caller, Way(self.web, self._stream, self.mint), options)
        self.calls[parties.call_sid] = call
        if len(self.calls) > KEPT_CALLS:
            del self.calls[next(iter(self.calls))]
        return call

    def _stream(self, facts: StreamFacts, url: str, telephone: Telephone, options: StreamOptions) -> SocketStream:
        return SocketStream(facts, url, self.web, telephone, options)
