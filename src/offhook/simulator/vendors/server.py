"""What the stand-ins of HTTP vendors share: requests in, streams of events out, latency and faults by typed options."""

import asyncio
import json
import math
import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Literal

import h11

from offhook.speech.ports import ToolCall

BODY_LIMIT: Final = 4 * 1024 * 1024
READ_BYTES: Final = 64 * 1024
IDLE_S: Final = 120.0
Z95: Final = 1.6449
"""How many deviations of a normal distribution P95 lies above P50."""

FaultKind = Literal[
    "none", "unauthorized", "missing_model", "rate_limited", "quota", "error", "overloaded", "reset", "no_answer",
    "stall_first", "stall", "cut", "truncated", "garbage", "stream_error", "slow",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one request.

    unauthorized 401, missing_model 404, rate_limited and quota 429, error 500, overloaded as the vendor says it;
    reset: no answer; no_answer: silence before the headers; stall_first: behind them; after `events` events: stall,
    cut (connection lost), truncated (a clean end too early), garbage, stream_error; slow: `gap_s` between events.
    """

    kind: FaultKind = "none"
    events: int = 3
    gap_s: float = 0.5
    retry_after: str = "2"


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the model takes. With `first_token_p95_s` the first token is drawn, and `first_token_s` is its P50."""

    first_token_s: float = 0.0
    token_s: float = 0.0
    first_token_p95_s: float | None = None

    def first(self, chance: random.Random) -> float:
        """Seconds to a first token."""
        if self.first_token_p95_s is None or self.first_token_s <= 0:
            return self.first_token_s
        sigma = max(0.0, math.log(self.first_token_p95_s / self.first_token_s)) / Z95
        return self.first_token_s * math.exp(chance.gauss(0.0, sigma))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says, and the tools it calls behind that. `stop` replaces the vendor's reason for the end."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    stop: str = ""


Brain = Callable[[dict[str, Any]], Answer]
"""From a request's body to its answer."""


@dataclass(slots=True)
class VendorRequest:
    """A request as it came, and what became of it; its key is not kept."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: dict[str, Any]
    state: Literal["open", "done", "refused", "left", "broken"] = "open"
    """left: the client went away before the end; broken: by a fault."""
    events_sent: int = 0


class Refused(Exception):
    """The stand-in's answer is an error: a status, the vendor's body for it, and further headers."""

    def __init__(self, status: int, body: dict[str, Any], headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(f"{status}")
        self.status, self.body, self.headers = status, body, list(headers)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: one JSON document, or the bytes of every event. `first` events come before the model's first token."""

    document: dict[str, Any] | None = None
    events: tuple[bytes, ...] = ()
    first: int = 0
    is_last_needed: int = 1
    """Events at the end without which the answer is truncated."""


class _Gone(Exception):
    """The client is not there any more."""


class _Connection:
    """One client's connection: h11 in between, and an ear for the client's going."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.http = h11.Connection(h11.SERVER)
        self.writer = writer
        self._reader = reader
        self._heard: asyncio.Task[bytes] | None = None

    async def request(self) -> VendorRequest | None:
        """The next request; None at the connection's end, or when it is none."""
        head, body = None, b""
        while True:
            event = self.http.next_event()
            if event is h11.NEED_DATA:
                self.http.receive_data(await asyncio.wait_for(self._reader.read(READ_BYTES), IDLE_S))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data) and len(body) <= BODY_LIMIT:
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
                try:
                    document = json.loads(body) if body else {}
                except ValueError:
                    document = None
                found = document if isinstance(document, dict) else {"": "not a JSON object"}
                return VendorRequest(head.method.decode(), head.target.decode().partition("?")[0], headers, found)
            else:
                return None

    async def wait(self, seconds: float | None) -> None:
        """Let time pass; None is for ever. Raises `_Gone` as soon as the client leaves."""
        self._heard = self._heard or asyncio.create_task(self._reader.read(READ_BYTES))
        done, _ = await asyncio.wait({self._heard}, timeout=seconds)
        if done:
            heard, self._heard = self._heard, None
            data = b"" if heard.exception() else heard.result()
            if not data:
                raise _Gone
            self.http.receive_data(data)

    async def send(self, *events: h11.Event, piece_bytes: int = 0) -> None:
        """Write; in pieces of that size where one is given, each in a segment of its own."""
        for event in events:
            data = self.http.send(event) or b""
            size = piece_bytes or len(data) or 1
            for at in range(0, len(data), size):
                self.writer.write(data[at : at + size])
                await self.writer.drain()
                if piece_bytes:
                    await asyncio.sleep(0)

    async def rest(self) -> None:
        """Stop listening for the client's going."""
        heard, self._heard = self._heard, None
        if heard is not None:
            heard.cancel()
            await asyncio.wait({heard})


class VendorServer:
    """Use it as an async context: it listens inside. `faults` befall the next requests, one each."""

    name = ""
    key = ""
    """The only one that is taken."""

    def __init__(self, brain: Brain, latency: Latency = Latency(), faults: Iterable[Fault] = (), port: int = 0) -> None:
        self.requests: Final[deque[VendorRequest]] = deque(maxlen=1000)
        self.faults: Final[deque[Fault]] = deque(faults)
        self.piece_bytes = 0
        """Where not 0, the stream is cut into pieces of this size, wherever that falls."""
        self.brain: Final = brain
        self.port = port
        self._latency: Final = latency
        self._chance: Final = random.Random(0)
        self._server: asyncio.Server | None = None
        self._connections: Final[set[asyncio.Task[None]]] = set()

    @property
    def base_url(self) -> str:
        """For the provider's block."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> "VendorServer":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(self._connections)
        await self._server.wait_closed()

    # ── what a vendor's own stand-in says ────────────────────────────────────────────────────────────────────────

    def answer(self, request: VendorRequest) -> Reply:
        """The answer to a request. Raises `Refused`."""
        raise NotImplementedError

    def refusal(self, kind: FaultKind) -> Refused:
        """The vendor's words for a fault before the stream."""
        raise NotImplementedError

    def broken_event(self, kind: FaultKind) -> bytes:
        """The vendor's event for `stream_error`, and nonsense for `garbage`."""
        raise NotImplementedError

    def headers(self, number: int) -> list[tuple[str, str]]:
        """What the vendor adds to every answer."""
        raise NotImplementedError

    # ── HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        connection = _Connection(reader, writer)
        try:
            while (request := await connection.request()) is not None:
                self.requests.append(request)
                try:
                    goes_on = await self._serve(connection, request)
                except (_Gone, ConnectionError):
                    request.state = "left"
                    break
                if not goes_on or connection.http.our_state is h11.MUST_CLOSE:
                    break
                await connection.rest()
                connection.http.start_next_cycle()
        except (h11.ProtocolError, ConnectionError, TimeoutError):
            pass  # Whoever speaks no HTTP gets no answer.
        except asyncio.CancelledError:
            pass  # The server closes; this task is nobody else's.
        finally:
            self._connections.discard(task)
            await connection.rest()
            writer.close()

    async def _serve(self, connection: _Connection, request: VendorRequest) -> bool:
        """Answer one request; False when the connection has to end."""
        fault = self.faults.popleft() if self.faults else Fault()
        if fault.kind == "reset":
            request.state = "broken"
            connection.writer.transport.abort()
            return False
        if fault.kind == "no_answer":
            await connection.wait(None)
        try:
            if fault.kind in ("unauthorized", "missing_model", "rate_limited", "quota", "error", "overloaded"):
                refused = self.refusal(fault.kind)
                if fault.kind == "rate_limited":
                    refused.headers.append(("retry-after", fault.retry_after))
                raise refused
            reply = self.answer(request)
        except Refused as refused:
            request.state = "refused"
            await self._send_document(connection, refused.status, refused.body, refused.headers)
            return True
        if reply.document is not None:
            await connection.wait(self._latency.first(self._chance))
            request.state = "done"
            await self._send_document(connection, 200, reply.document, [])
            return True
        return await self._stream(connection, request, reply, fault)

    async def _send_document(
        self, connection: _Connection, status: int, body: dict[str, Any], headers: list[tuple[str, str]]
    ) -> None:
        data = json.dumps(body).encode()
        all_headers = [("Content-Type", "application/json"), ("Content-Length", str(len(data)))]
        all_headers += [*self.headers(len(self.requests)), *headers]
        try:
            reason = HTTPStatus(status).phrase.encode()
        except ValueError:
            reason = b"Vendor's own"
        head = h11.Response(status_code=status, headers=all_headers, reason=reason)
        await connection.send(head, h11.Data(data), h11.EndOfMessage())

    async def _stream(self, connection: _Connection, request: VendorRequest, reply: Reply, fault: Fault) -> bool:
        headers = [("Content-Type", "text/event-stream; charset=utf-8"), *self.headers(len(self.requests))]
        await connection.send(h11.Response(status_code=200, headers=headers, reason=b"OK"))
        if fault.kind == "stall_first":
            await connection.wait(None)
        # A fault in the middle comes before what ends the answer, however short that is.
        breaks_at = min(fault.events, len(reply.events) - reply.is_last_needed)
        for number, event in enumerate(reply.events):
            if number == breaks_at and not await self._break(connection, request, fault):
                return fault.kind in ("truncated", "garbage", "stream_error")
            if number == reply.first:
                await connection.wait(self._latency.first(self._chance))
            elif number > reply.first:
                await connection.wait(fault.gap_s if fault.kind == "slow" else self._latency.token_s)
            await connection.send(h11.Data(event), piece_bytes=self.piece_bytes)
            request.events_sent += 1
        request.state = "done"
        await connection.send(h11.EndOfMessage())
        return True

    async def _break(self, connection: _Connection, request: VendorRequest, fault: Fault) -> bool:
        """Carry out a fault in the middle of a stream; True when there is none."""
        match fault.kind:
            case "stall":
                await connection.wait(None)
            case "cut":
                # What was sent is read first: a reset may overtake it.
                connection.writer.close()
            case "garbage" | "stream_error":
                await connection.send(h11.Data(self.broken_event(fault.kind)), h11.EndOfMessage())
            case "truncated":
                await connection.send(h11.EndOfMessage())
            case _:
                return True
        request.state = "broken"
        return False


def tokens(text: str) -> list[str]:
    """The text in pieces of one to four letters, as models give it; joined they are the text."""
    sizes = (3, 4, 2, 4, 1, 4)
    pieces: list[str] = []
    at = 0
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[at : at + size])
        at += size
    return pieces


def said(message: dict[str, Any]) -> str:
    """The text of a message, whether it is one text or blocks."""
    content = message.get("content")
    if isinstance(content, list):
        blocks = (block for block in content if isinstance(block, dict))
        return " ".join(str(block.get("text") or block.get("content") or "") for block in blocks)
    return content if isinstance(content, str) else ""


def echo(body: dict[str, Any]) -> Answer:
    """Says what it was told."""
    messages = body.get("messages") or [{}]
    return Answer(f"You said: {said(messages[-1])}")
