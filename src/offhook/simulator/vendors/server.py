"""What the stand-ins of HTTP vendors share: requests in, streams of events out, latency and faults by typed options."""

import json
import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from offhook.simulator.http import Gone, HttpConnection, HttpRequest, HttpServer, json_body
from offhook.simulator.vendors.latency import Delay
from offhook.speech.ports import ToolCall

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


REFUSALS: Final = ("unauthorized", "missing_model", "rate_limited", "quota", "error", "overloaded")
"""Faults that are an answer of the vendor's."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the model takes: until its first token, and from token to token in seconds."""

    first_token: Delay = field(default_factory=Delay)
    token_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says, and the tools it calls behind that. `stop` replaces the vendor's reason for the end."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    stop: str = ""
    pieces: tuple[str, ...] = ()
    """The text's tokens, where a test wants them cut in its own way."""

    @property
    def tokens(self) -> Sequence[str]:
        """The text as it is streamed."""
        return self.pieces or tokens(self.text)


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


class Token(bytes):
    """An event with a token of the model in it: one takes its time, what is around it does not."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: one JSON document, or the bytes of every event. `first` events do not wait for the first token."""

    document: dict[str, Any] | None = None
    events: tuple[bytes, ...] = ()
    first: int = 0
    is_last_needed: int = 1
    """Events at the end without which the answer is truncated."""
    is_thought: bool = True
    """The model takes its time for it."""


class VendorServer(HttpServer):
    """Use it as an async context: it listens inside. `faults` befall the next requests, one each."""

    name = ""
    key = ""
    """The only one that is taken."""

    def __init__(
        self,
        brain: Brain,
        latency: Latency = Latency(),
        faults: Iterable[Fault] = (),
        port: int = 0,
        seed: int = 0,
    ) -> None:
        super().__init__(port)
        self.requests: Final[deque[VendorRequest]] = deque(maxlen=1000)
        self.faults: Final[deque[Fault]] = deque(faults)
        self.usual_fault = Fault()
        """Befalls the requests behind those."""
        self.piece_bytes = 0
        """Where not 0, the stream is cut into pieces of this size, wherever that falls."""
        self.brain: Final = brain
        self._latency: Final = latency
        self._chance: Final = random.Random(seed)

    @property
    def base_url(self) -> str:
        """For the provider's block."""
        return f"{self.address}/v1"

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

    async def serve(self, connection: HttpConnection, request: HttpRequest) -> None:
        """One request, and what becomes of it."""
        path = request.target.partition("?")[0]
        asked = VendorRequest(request.method, path, request.headers, json_body(request))
        self.requests.append(asked)
        try:
            await self._serve(connection, asked)
        except (Gone, ConnectionError):
            asked.state = "left"
            raise

    async def _serve(self, connection: HttpConnection, request: VendorRequest) -> None:
        fault = self.faults.popleft() if self.faults else self.usual_fault
        if fault.kind == "reset":
            request.state = "broken"
            connection.abort()
            return
        if fault.kind == "no_answer":
            await connection.wait(None)
        try:
            if fault.kind in REFUSALS:
                refused = self.refusal(fault.kind)
                if fault.kind == "rate_limited":
                    refused.headers.append(("retry-after", fault.retry_after))
                raise refused
            reply = self.answer(request)
        except Refused as refused:
            request.state = "refused"
            headers = [*self.headers(len(self.requests)), *refused.headers]
            await connection.answer(refused.status, json.dumps(refused.body).encode(), headers)
            return
        # Drawn in the same step as the answer is made: whoever watches both knows which delay is whose.
        first_s = self._latency.first_token.draw(self._chance) if reply.is_thought else 0.0
        if reply.document is not None:
            await connection.wait(first_s)
            request.state = "done"
            document = json.dumps(reply.document).encode()
            await connection.answer(200, document, self.headers(len(self.requests)))
            return
        await self._stream(connection, request, (reply, first_s), fault)

    async def _stream(
        self, connection: HttpConnection, request: VendorRequest, made: tuple[Reply, float], fault: Fault
    ) -> None:
        reply, first_s = made
        headers = [("Content-Type", "text/event-stream; charset=utf-8"), *self.headers(len(self.requests))]
        await connection.begin(200, headers)
        if fault.kind == "stall_first":
            await connection.wait(None)
        # A fault in the middle comes before what ends the answer, however short that is.
        breaks_at = min(fault.events, len(reply.events) - reply.is_last_needed)
        gap_s = fault.gap_s if fault.kind == "slow" else self._latency.token_s
        has_token = False
        for number, event in enumerate(reply.events):
            if number == breaks_at and not await self._break(connection, request, fault):
                return
            is_token = isinstance(event, Token)
            if number == reply.first:
                await connection.wait(first_s)
            elif is_token and has_token:
                await connection.wait(gap_s)
            has_token = has_token or is_token
            await connection.send(event, self.piece_bytes)
            request.events_sent += 1
        request.state = "done"
        await connection.end()

    async def _break(self, connection: HttpConnection, request: VendorRequest, fault: Fault) -> bool:
        """Carry out a fault in the middle of a stream; True when there is none."""
        match fault.kind:
            case "stall":
                await connection.wait(None)
            case "cut":
                # What was sent is read first: a reset may overtake it.
                await connection.close()
            case "garbage" | "stream_error":
                await connection.send(self.broken_event(fault.kind))
                await connection.end()
            case "truncated":
                await connection.end()
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
