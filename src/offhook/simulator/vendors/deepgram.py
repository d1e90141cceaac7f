"""Stands in for Deepgram's `/v1/listen` and `/v2/listen` on loopback: hears the talking tape, so it knows the words.

One callback for each message, no task and no queue of audio: a hundred calls stream fifty frames a second each into it.
"""

import asyncio
import hmac
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal, Self
from urllib.parse import parse_qs, urlsplit

from picows import (
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from offhook import clock
from offhook.audio.frames import FRAME_BYTES, FRAME_S
from offhook.simulator.vendors.deepgram_query import refusal
from offhook.simulator.vendors.deepgram_v1 import NovaHearing, NovaWays
from offhook.simulator.vendors.deepgram_v2 import FluxHearing, FluxWays
from offhook.simulator.vendors.latency import Delay

KEY: Final = "deepgram-stand-in"
IDLE_S: Final = 10.0
SILENT_S: Final = 30.0
REQUEST_ID: Final = "00000000-0000-0000-0000-000000000001"
MOST_KEPT: Final = 1000
TICK_S: Final = 0.001
"""The step of uvloop's timers: one may fire so much too early, and again, until it is time."""
THROTTLE: Final = 1.25
"""Audio that comes faster than real time is heard at most so many times as fast."""
_BINARY: Final = WSMsgType.BINARY
_TEXT: Final = WSMsgType.TEXT
_CLOSE_FRAME: Final = b"\x88\x00"
"""A close without a code, which is how Flux ends; the library always writes one."""

Kind = Literal["drop", "close", "no_status", "mute", "deaf", "garbage", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """What befalls one stream, once it has heard so many seconds of audio or so many words.

    drop: the connection is cut; close: with `code` and `reason`; no_status: closed without a code; mute: it hears and
    says nothing more; deaf: it does not even read; garbage: no JSON; error: the vendor's own message, then the close.
    """

    kind: Kind = "drop"
    after_s: float | None = None
    after_words: int | None = None
    code: int = 1011
    reason: str = "NET-0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepgramFaults:
    """How it fails."""

    refuse: int = 0
    """HTTP status of handshakes; 0: none."""
    reason: str = ""
    refusals: int = MOST_KEPT
    """So many handshakes are refused; the later ones pass."""
    breaks: tuple[Break, ...] = ()
    """Of the first streams, one each; the later ones stay."""
    nova: NovaWays = field(default_factory=NovaWays)
    flux: FluxWays = field(default_factory=FluxWays)


@dataclass(slots=True, kw_only=True)
class StreamRecord:
    """What a test wants to know of one stream. The key is not kept."""

    path: str
    query: dict[str, list[str]]
    user_agent: str = ""
    audio_bytes: int = 0
    largest: int = 0
    """Bytes of the largest message with audio."""
    texts: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    """Control messages received, in order."""
    close_code: int | None = None
    """What the client closed with; None while it has not closed."""


@dataclass(kw_only=True)
class DeepgramServer:
    """The server; `async with` starts and stops it."""

    key: str = KEY
    port: int = 0
    latency: Delay = field(default_factory=lambda: Delay(0.05))
    """From the arrival of the audio or the question that completes a result to the result."""
    seed: int = 0
    idle_s: float = IDLE_S
    silent_s: float = SILENT_S
    """After so long without a word of its own it gives up (NET-0000)."""
    throttle: float | None = None
    """As `THROTTLE` on the real one; None: a backlog is heard at once."""
    most_streams: int = MOST_KEPT
    """More at once are refused with 429."""
    faults: DeepgramFaults = field(default_factory=DeepgramFaults)
    records: deque[StreamRecord] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    """Streams that were accepted."""
    handshakes: int = 0
    accepted: int = 0
    streams: set["_Stream"] = field(default_factory=set)
    chance: random.Random = field(init=False)
    _server: asyncio.Server | None = None

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    async def __aenter__(self) -> Self:
        self._server = await ws_create_server(
            self._answer, "127.0.0.1", self.port, enable_auto_ping=False, read_buffer_init_size=2048
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for stream in list(self.streams):
            stream.stop()
        await self._server.wait_closed()

    @property
    def base_url(self) -> str:
        """For the provider's block."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def texts(self) -> list[str]:
        """Control messages of all streams, in the order of the streams."""
        return [text for record in self.records for text in record.texts]

    def _answer(self, request: WSUpgradeRequest) -> "WSUpgradeResponseWithListener":
        self.handshakes += 1
        address = urlsplit(request.path.decode("ascii", "replace"))
        query = parse_qs(address.query, keep_blank_values=True)
        given = request.headers.get("Authorization", "")
        refused: tuple[int, str] | None = None
        if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Token {self.key}".encode()):
            refused = (401, "Invalid credentials.")
        elif self.faults.refuse and self.handshakes <= self.faults.refusals:
            refused = (self.faults.refuse, self.faults.reason)
        elif len(self.streams) >= self.most_streams:
            refused = (429, "Too many requests. Please try again later")
        refused = refused or refusal(address.path, query, is_old=self.faults.flux.is_old)
        if refused is not None:
            headers = {"dg-error": refused[1], "dg-request-id": REQUEST_ID}
            response = WSUpgradeResponse.create_error_response(refused[0], refused[1].encode(), headers)
            return WSUpgradeResponseWithListener(response, None)
        number, self.accepted = self.accepted, self.accepted + 1
        self.records.append(
            StreamRecord(path=address.path, query=query, user_agent=request.headers.get("User-Agent", ""))
        )
        breaks = self.faults.breaks[number] if number < len(self.faults.breaks) else None
        stream = _Stream(self, self.records[-1], breaks)
        response = WSUpgradeResponse.create_101_response({"dg-request-id": REQUEST_ID})
        return WSUpgradeResponseWithListener(response, stream)


class _Stream(WSListener):
    """One connection: audio in, answers out when they are due, in order."""

    def __init__(self, server: DeepgramServer, record: StreamRecord, breaks: Break | None) -> None:
        self._server, self._record, self._breaks = server, record, breaks
        is_flux, faults = record.path.startswith("/v2"), server.faults
        self._hearing = FluxHearing(record.query, faults.flux) if is_flux else NovaHearing(record.query, faults.nova)
        self._wire: WSTransport | None = None
        self._rest = b""
        """Received audio that is not a whole frame yet."""
        self._due: deque[tuple[float, str | None]] = deque()
        """Answers, and None for the end of the stream."""
        self._timer: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._heard_at = self._free_at = 0.0
        """The client's last message; when the audio so far is through the throttle."""
        self._owes_since: float | None = None
        """The first audio since our own last message."""
        self._is_mute = False

    # ── the library's callbacks ──────────────────────────────────────────────────────────────────────────────────

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._wire, self._heard_at = transport, clock.now()
        self._server.streams.add(self)
        if isinstance(self._hearing, FluxHearing):
            transport.send(_TEXT, self._hearing.connected())
        self._watch()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self._heard_at = clock.now()
        if frame.msg_type == _BINARY:
            audio = frame.get_payload_as_bytes()
            if audio:
                self._hear(audio)
            else:
                self._close(1011, "NET-0000")  # "A zero-length binary frame causes an unexpected close."
        elif frame.msg_type == _TEXT:
            self._control(frame.get_payload_as_utf8_text())
        elif frame.msg_type == WSMsgType.CLOSE:
            payload = frame.get_payload_as_bytes()
            self._record.close_code = int.from_bytes(payload[:2], "big") if len(payload) > 1 else 1005
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._server.streams.discard(self)
        for timer in (self._timer, self._idle):
            if timer is not None:
                timer.cancel()
        self._timer = self._idle = None

    def pause_writing(self) -> None:
        """A client that does not read: what little is said to it waits in the transport."""

    def resume_writing(self) -> None:
        """It reads again."""

    def stop(self) -> None:
        """The server goes."""
        if self._wire is not None:
            self._wire.disconnect(graceful=False)

    # ── hearing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _hear(self, audio: bytes) -> None:
        size = len(audio)
        self._owes_since = self._owes_since or self._heard_at
        self._record.audio_bytes += size
        self._record.largest = max(self._record.largest, size)
        if self._rest or size % FRAME_BYTES:
            audio = self._rest + audio
            whole = len(audio) - len(audio) % FRAME_BYTES
            audio, self._rest = audio[:whole], audio[whole:]
        heard_at = self._heard_at
        for at in range(0, len(audio), FRAME_BYTES):
            answers = self._hearing.hear(audio if len(audio) == FRAME_BYTES else audio[at : at + FRAME_BYTES])
            if self._server.throttle:
                self._free_at = heard_at = max(self._free_at, self._heard_at) + FRAME_S / self._server.throttle
            if answers:
                self._say(answers, heard_at)
            if self._breaks is not None and self._broke(self._breaks):
                return

    def _control(self, message: str) -> None:
        self._record.texts.append(message)
        answers = self._hearing.control(message)
        is_end = "CloseStream" in message or (isinstance(self._hearing, FluxHearing) and '"Error"' in "".join(answers))
        self._say([*answers, None] if is_end else answers, max(self._heard_at, self._free_at))

    def _broke(self, breaks: Break) -> bool:
        """True when the stream is over."""
        assert self._wire is not None
        hearing = self._hearing
        is_due = (breaks.after_s is not None and hearing.frames * FRAME_S >= breaks.after_s) or (
            breaks.after_words is not None and hearing.words >= breaks.after_words
        )
        if not is_due:
            return False
        self._breaks = None
        match breaks.kind:
            case "mute":
                self._is_mute = True
                return False
            case "deaf":
                self._wire.underlying_transport.pause_reading()
                return False
            case "garbage":
                self._wire.send(_TEXT, "{nonsense")
                return False
            case "drop":
                self._wire.disconnect(graceful=False)
            case "close":
                self._close(breaks.code, breaks.reason)
            case "no_status":
                self._end()
            case "error":
                self._wire.send(_TEXT, hearing.error())
                self._end()
        return True

    # ── saying ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, answers: "list[str] | list[str | None]", heard_at: float) -> None:
        if self._is_mute or not answers:
            return
        due_at = heard_at + self._server.latency.draw(self._server.chance)
        if self._due:
            due_at = max(due_at, self._due[-1][0])  # Nothing overtakes.
        self._due.extend((due_at, answer) for answer in answers)
        if self._timer is None:
            self._send_due()

    def _send_due(self) -> None:
        self._timer = None
        soon = clock.now() + TICK_S
        while self._due and self._due[0][0] <= soon:
            answer = self._due.popleft()[1]
            if answer is None:
                self._end()
                return
            assert self._wire is not None
            self._wire.send(_TEXT, answer)
            self._owes_since = None
        if self._due:
            self._timer = asyncio.get_running_loop().call_at(self._due[0][0], self._send_due)

    def _watch(self) -> None:
        """No audio and no text for too long, or nothing to say about it."""
        now, server = clock.now(), self._server
        idle_at, silent_at = self._heard_at + server.idle_s, (self._owes_since or now) + server.silent_s
        left_s = min(idle_at, silent_at) - now
        if left_s <= 0:
            self._close(1011, "NET-0001" if now >= idle_at else "NET-0000")
        else:
            self._idle = asyncio.get_running_loop().call_later(left_s, self._watch)

    def _end(self) -> None:
        """As after `CloseStream`: Nova closes normally, Flux without a code."""
        assert self._wire is not None
        if isinstance(self._hearing, FluxHearing):
            self._wire.underlying_transport.write(_CLOSE_FRAME)
            self._wire.disconnect()
        else:
            self._close(1000, "")

    def _close(self, code: int, reason: str) -> None:
        assert self._wire is not None
        self._wire.send_close(WSCloseCode(code), reason)
        self._wire.disconnect()
