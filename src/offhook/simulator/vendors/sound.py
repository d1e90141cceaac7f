"""What the stand-ins of voices over HTTP share: a text in, sound out piece by piece, latency and faults by options."""

import random
import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final, Literal

from offhook import clock
from offhook.audio.frames import FRAME_BYTES, FRAME_S, SAMPLE_RATE, SILENCE_FRAME
from offhook.simulator.http import Gone, HttpConnection, HttpRequest, HttpServer
from offhook.simulator.vendors.latency import Delay
from offhook.speech.scripted.tape import Utterance, speak

PIECE_FRAMES: Final = 10
MINUTE_S: Final = 60.0
ODD_SIZES: Final = (1, 333, 2, 1601, 77, 4095)
"""Bytes of the pieces with the fault `odd`."""
WAV_HEADER: Final = b"RIFF\xff\xff\xff\xffWAVEfmt \x12\x00\x00\x00"

SoundFaultKind = Literal[
    "none", "bad_request", "unauthorized", "missing", "unsupported", "rate_limited", "error", "overloaded",
    "reset", "no_answer", "stall_first", "stall", "cut", "json", "html", "riff", "id3", "empty", "odd",
]  # fmt: skip
STATUSES: Final[dict[SoundFaultKind, int]] = {
    "bad_request": 400,
    "unauthorized": 401,
    "missing": 404,
    "unsupported": 415,
    "rate_limited": 429,
    "error": 500,
    "overloaded": 503,
}


@dataclass(frozen=True, slots=True)
class SoundFault:
    """What becomes of one request.

    Those of `STATUSES` are an answer of the vendor's. reset: no answer; no_answer: silence before the headers;
    stall_first: behind them; stall, cut: after `after_bytes` of sound; json, html: a document with status 200 in place
    of sound; riff, id3: a file's header in front; empty: no sound at all; odd: pieces of any sizes.
    """

    kind: SoundFaultKind = "none"
    after_bytes: int = 1600
    retry_after: str = "2"


@dataclass(frozen=True, slots=True)
class SoundTiming:
    """How long the voice takes: until its first sound, then a share of the sound's own length."""

    first_audio: Delay = field(default_factory=Delay)
    realtime_factor: float = 0.05
    leading_silence_s: float = 0.0
    """In front of what is said, in whole frames."""
    trailing_silence_s: float | None = None
    """Behind it; None: as much as the vendor leaves there (`SoundServer.tail_s`)."""


@dataclass(slots=True)
class SoundRequest:
    """A request as it came, and what became of it; its key is not kept."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    text: str = ""
    """What was to be said."""
    state: Literal["open", "done", "refused", "left", "broken"] = "open"
    """left: the client went away before the end; broken: by a fault."""
    bytes_sent: int = 0


class SoundRefused(Exception):
    """The stand-in's answer is an error: a status, the vendor's body for it, and further headers."""

    def __init__(self, status: int, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(f"{status}")
        self.status, self.body, self.headers = status, body, list(headers)


@dataclass(frozen=True, slots=True)
class Sound:
    """An answer: its content type, its bytes, and how many of them are a second."""

    content_type: str
    data: bytes
    bytes_per_s: int


class SoundServer(HttpServer):
    """Use it as an async context: it listens inside. `faults` befall the next requests, one each."""

    name = ""
    key = ""
    """The only one that is taken."""
    tail_s = 0.0
    """Silence behind everything that it says."""

    def __init__(
        self,
        timing: SoundTiming = SoundTiming(),
        faults: Iterable[SoundFault] = (),
        port: int = 0,
        seed: int = 0,
    ) -> None:
        super().__init__(port)
        self.requests: Final[deque[SoundRequest]] = deque(maxlen=1000)
        self.faults: Final[deque[SoundFault]] = deque(faults)
        self.usual_fault = SoundFault()
        """Befalls the requests behind those."""
        self.timing: Final = timing
        self.most_per_minute: int | None = None
        """Requests that the account has; None: as many as come."""
        self._asked_at: Final[deque[float]] = deque()
        self._chance: Final = random.Random(seed)

    # ── what a vendor's own stand-in says ────────────────────────────────────────────────────────────────────────

    def sound(self, request: SoundRequest) -> Sound:
        """The answer to a request, whose `text` it sets. Raises `SoundRefused`."""
        raise NotImplementedError

    def refusal(self, status: int) -> SoundRefused:
        """The vendor's words for a status."""
        raise NotImplementedError

    def headers(self, number: int) -> list[tuple[str, str]]:
        """What the vendor adds to every answer."""
        raise NotImplementedError

    def said(self, text: str, tail_s: float | None = None) -> bytes:
        """The text on the talking tape: mu-law that whoever hears it can read. `tail_s` in place of the usual."""
        # Numbered by its text: a sentence from a cache never has the number of another one of the same call.
        utterance = Utterance(zlib.crc32(text.encode()) & 0xFFFF)
        usual_s = self.tail_s if self.timing.trailing_silence_s is None else self.timing.trailing_silence_s
        lead, tail = self.timing.leading_silence_s, usual_s if tail_s is None else tail_s
        silence = [SILENCE_FRAME * round(length_s / FRAME_S) for length_s in (lead, tail)]
        return silence[0] + speak(text, utterance) + silence[1]

    # ── HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def serve(self, connection: HttpConnection, request: HttpRequest) -> None:
        """One request, and what becomes of it."""
        path = request.target.partition("?")[0]
        asked = SoundRequest(request.method, path, request.headers, request.body)
        self.requests.append(asked)
        try:
            await self._serve(connection, asked)
        except (Gone, ConnectionError):
            asked.state = "left"
            raise

    async def _serve(self, connection: HttpConnection, request: SoundRequest) -> None:
        fault = self.faults.popleft() if self.faults else self.usual_fault
        if fault.kind == "reset":
            request.state = "broken"
            connection.abort()
            return
        if fault.kind == "no_answer":
            await connection.wait(None)
        try:
            if fault.kind in STATUSES:
                refused = self.refusal(STATUSES[fault.kind])
                if fault.kind == "rate_limited":
                    refused.headers.append(("Retry-After", fault.retry_after))
                raise refused
            sound = self.sound(request)
            self._count()
        except SoundRefused as refused:
            request.state = "refused"
            length = ("Content-Length", str(len(refused.body)))
            await connection.begin(refused.status, [length, *self.headers(len(self.requests)), *refused.headers])
            if refused.body:
                await connection.send(refused.body)
            await connection.end()
            return
        await self._stream(connection, request, _spoilt(sound, fault), fault)

    def _count(self) -> None:
        now = clock.now()
        while self._asked_at and self._asked_at[0] <= now - MINUTE_S:
            self._asked_at.popleft()
        if self.most_per_minute is not None and len(self._asked_at) >= self.most_per_minute:
            refused = self.refusal(STATUSES["rate_limited"])
            refused.headers.append(("Retry-After", f"{self._asked_at[0] + MINUTE_S - now:.0f}"))
            raise refused
        self._asked_at.append(now)

    async def _stream(self, connection: HttpConnection, request: SoundRequest, sound: Sound, fault: SoundFault) -> None:
        first_s = self.timing.first_audio.draw(self._chance)
        await connection.begin(200, [("Content-Type", sound.content_type), *self.headers(len(self.requests))])
        await connection.wait(None if fault.kind == "stall_first" else first_s)
        usual = (PIECE_FRAMES * FRAME_BYTES * sound.bytes_per_s // SAMPLE_RATE,)
        sizes = cycle(ODD_SIZES if fault.kind == "odd" else usual)
        while request.bytes_sent < len(sound.data):
            if fault.kind in ("stall", "cut") and request.bytes_sent >= fault.after_bytes:
                if fault.kind == "stall":
                    await connection.wait(None)
                request.state = "broken"
                await connection.close()
                return
            piece = sound.data[request.bytes_sent : request.bytes_sent + next(sizes)]
            await connection.send(piece)
            request.bytes_sent += len(piece)
            await connection.wait(self.timing.realtime_factor * len(piece) / sound.bytes_per_s)
        request.state = "done"
        await connection.end()


def _spoilt(sound: Sound, fault: SoundFault) -> Sound:
    match fault.kind:
        case "json":
            return Sound("application/json", b'{"status": "ok"}', sound.bytes_per_s)
        case "html":
            return Sound("text/html; charset=utf-8", b"<html><body>Welcome</body></html>", sound.bytes_per_s)
        case "riff":
            return Sound(sound.content_type, WAV_HEADER + sound.data, sound.bytes_per_s)
        case "id3":
            return Sound(sound.content_type, b"ID3\x04\x00" + sound.data, sound.bytes_per_s)
        case "empty":
            return Sound(sound.content_type, b"", sound.bytes_per_s)
        case _:
            return sound
