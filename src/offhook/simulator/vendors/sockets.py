"""What the stand-ins of voices over sockets share: a server, texts that are said as the talking tape, and faults.

No task and no queue: everything happens in the callback of a message, or in a timer's, so that a hundred calls cost
little. A stand-in brings a `SpeechConnection`, which knows what its vendor takes, refuses and sends.
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

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

from offhook.simulator.vendors.latency import Delay
from offhook.speech.ports import WordTime
from offhook.speech.scripted.tape import SILENCE, Utterance, speak, word_times

BYTES_PER_S: Final = 8000
JOURNAL: Final = 10_000
NO_DELAY: Final = Delay()
WAV_HEADER: Final = b"RIFF\xff\xff\xff\xffWAVEfmt "

FaultKind = Literal[
    "stall", "cut", "close", "error", "half_open", "garbage", "bad_audio", "unknown", "stray", "header",
    "no_final", "no_audio",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechFault:
    """What becomes of one text, after `after` messages of its audio.

    stall: nothing more of it; cut: the connection breaks; close: it is closed with `code`; error: the vendor's error,
    then `code`; half_open: the connection stays, and neither reads nor writes; garbage: no JSON; bad_audio: no audio in
    it; unknown: types and fields that nobody knows, then on; stray: audio of a context that nobody asked for, then on;
    header: that of a file in front; no_final: all but the end; no_audio: only the end.
    """

    kind: FaultKind
    after: int = 0
    code: int = 1011
    reason: str = ""
    error: str = "internal_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer to a handshake that is none."""

    status: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a voice is."""

    first_audio: Delay = NO_DELAY
    times_real_time: float = 0.0
    """0: all the audio at once."""
    most_letters: int = 12
    """The audio of 1 to so many letters is a message."""
    leading_silence_s: float = 0.0
    """In front of what is said; it has no letters."""
    trailing_silence_s: float = 0.0
    """Behind it."""


AT_ONCE: Final = Pace()


class SpeechServer:
    """The server; `async with` starts and stops it. Each text takes the next fault, each handshake the next refusal."""

    key: ClassVar[str]

    def __init__(
        self, *, port: int = 0, seed: int = 0, pace: Pace = AT_ONCE,
        faults: Iterable[SpeechFault | None] = (), refusals: Iterable[Refusal] = (),
    ) -> None:  # fmt: skip
        self._port, self.chance, self.pace = port, random.Random(seed), pace
        self.faults, self.refusals = deque(faults), deque(refusals)
        self.connections: list[SpeechConnection] = []
        """Those that are open."""
        self.handshakes = 0
        self.heard: deque[dict[str, Any]] = deque(maxlen=JOURNAL)
        """Messages of all clients."""
        self.said: deque[str] = deque(maxlen=JOURNAL)
        """Texts, in the order in which they were begun."""
        self.base_url = ""
        self.bad_text = ""
        """A text that holds it gets the socket closed, with 1008 and without a word."""
        self._texts = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await ws_create_server(self._answer, "127.0.0.1", self._port)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self.connections):
            connection.cut()

    def next_text(self, text: str) -> tuple[int, SpeechFault | None]:
        """Number and fault of a text that is about to be said. The number tells its tape from all others."""
        self._texts += 1
        self.said.append(text)
        if self.bad_text and self.bad_text in text:
            return self._texts, SpeechFault(kind="close", code=1008)
        return self._texts, self.faults.popleft() if self.faults else None

    def connection(self, path: str, query: dict[str, str], headers: Mapping[str, str]) -> "SpeechConnection | Refusal":
        """What a handshake leads to."""
        raise NotImplementedError

    def refused(self, refusal: Refusal) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a refusal, as the vendor writes them."""
        raise NotImplementedError

    def _answer(self, request: WSUpgradeRequest) -> "SpeechConnection | WSUpgradeResponseWithListener":
        self.handshakes += 1
        parts = urlsplit(request.path.decode())
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answer: SpeechConnection | Refusal
        answer = (
            self.refusals.popleft() if self.refusals else self.connection(unquote(parts.path), query, request.headers)
        )
        if not isinstance(answer, Refusal):
            return answer
        body, headers = self.refused(answer)
        response = WSUpgradeResponse.create_error_response(answer.status, body, headers)
        return WSUpgradeResponseWithListener(response, None)


class SpeechConnection(WSListener):
    """One client. Vendors say what they hear (`heard`) and how a text is sent (`send_piece`, `send_end`)."""

    def __init__(self, server: SpeechServer) -> None:
        self.server = server
        self._wire: WSTransport | None = None
        self._is_deaf = False
        self._timers: dict[str, asyncio.TimerHandle] = {}

    # ── what a vendor fills in ───────────────────────────────────────────────────────────────────────────────────

    def begun(self) -> None:
        """The handshake is done."""

    def heard(self, message: dict[str, Any]) -> None:
        """The client says this."""
        raise NotImplementedError

    def broken(self) -> None:
        """The client said what is no JSON object, or no text."""
        self.close(1003, "not understood")

    def send_piece(self, speech: "Speech", piece: "Piece") -> None:
        """A piece of a text's audio."""
        raise NotImplementedError

    def send_end(self, speech: "Speech") -> None:
        """The end of a text."""
        raise NotImplementedError

    def send_error(self, speech: "Speech", fault: SpeechFault) -> None:
        """The vendor's error, and what follows."""
        raise NotImplementedError

    def send_oddity(self, speech: "Speech", kind: Literal["bad_audio", "unknown", "stray"]) -> None:
        """One of the odd messages that `SpeechFault` names."""
        raise NotImplementedError

    # ── what it is given ─────────────────────────────────────────────────────────────────────────────────────────

    def send(self, message: dict[str, Any] | bytes | str) -> None:
        """JSON, audio, or text as it is."""
        if self._wire is None or self._is_deaf:
            return
        if isinstance(message, bytes):
            self._wire.send(WSMsgType.BINARY, message)
        else:
            text = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"))
            self._wire.send(WSMsgType.TEXT, text)

    def close(self, code: int, reason: str = "") -> None:
        """Close politely, and go."""
        if self._wire is not None and not self._is_deaf:
            self._wire.send_close(WSCloseCode(code), reason.encode()[:120])
            self._wire.disconnect()

    def cut(self) -> None:
        """Go without a word."""
        if self._wire is not None:
            self._wire.disconnect(graceful=False)

    def deafen(self) -> None:
        """Neither read nor write, and keep the connection."""
        self._is_deaf = True
        if self._wire is not None:
            self._wire.underlying_transport.pause_reading()

    def after(self, name: str, delay_s: float, act: Callable[[], None]) -> None:
        """Do it so many seconds from now, unless the connection is gone, or another `name` was set in the meantime."""
        self.stop(name)
        self._timers[name] = asyncio.get_running_loop().call_later(delay_s, act)

    def stop(self, name: str) -> None:
        """Do not do what was set under this name."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    # ── the library's side ───────────────────────────────────────────────────────────────────────────────────────

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The client is there."""
        self._wire = transport
        self.server.connections.append(self)
        self.begun()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """The client says something."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close()
            transport.disconnect()
            return
        if frame.msg_type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return
        try:
            message = json.loads(frame.get_payload_as_utf8_text()) if frame.msg_type == WSMsgType.TEXT else None
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self.broken()
            return
        self.server.heard.append(message)
        self.heard(message)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The client is gone, and all that was planned for it."""
        self._wire = None
        if self in self.server.connections:
            self.server.connections.remove(self)
        for name in list(self._timers):
            self.stop(name)


@dataclass(frozen=True, slots=True)
class Piece:
    """The audio of a few letters; all times in seconds of the text's audio."""

    audio: bytes
    start_s: float
    letters: tuple[tuple[str, float, float], ...]
    """Each with start and end: they follow each other without a gap, spaces too."""
    words: tuple[WordTime, ...]
    """The words that begin in it."""


class Speech:
    """One text being said on a connection: pieces by the clock, unless its fault has other plans."""

    def __init__(self, connection: SpeechConnection, context: str, text: str) -> None:
        self.context = context
        self.has_begun = False
        """Audio was sent."""
        self.length_s = 0.0
        """Of the audio that was sent."""
        self._connection, server = connection, connection.server
        self._number, self._fault = server.next_text(text)
        self._name = f"speech {self._number}"
        self._pieces = pieces_of(text, self._number, server.chance, server.pace)
        self._sent = 0
        connection.after(self._name, server.pace.first_audio.draw(server.chance), self._next)

    @property
    def number_sent(self) -> int:
        """Messages of its audio, the present one among them."""
        return self._sent

    def letters_after(self, count: int) -> list[tuple[str, float, float]]:
        """Those of the `count` messages behind the present one; below 0: of the whole text."""
        pieces = self._pieces if count < 0 else self._pieces[self._sent : self._sent + count]
        return [letter for piece in pieces for letter in piece.letters]

    def cancel(self) -> None:
        """Say no more of it, not even its end."""
        self._connection.stop(self._name)

    def _next(self) -> None:
        """Send what is due, and set the time for the next."""
        times, fault = self._connection.server.pace.times_real_time, self._fault
        while True:
            if fault is not None and self._sent == fault.after and self._breaks(fault):
                return
            if self._sent >= len(self._pieces) or (fault is not None and fault.kind == "no_audio"):
                break
            piece = self._pieces[self._sent]
            self._sent += 1
            self.has_begun = True
            self.length_s += len(piece.audio) / BYTES_PER_S
            self._connection.send_piece(self, piece)
            if times:
                self._connection.after(self._name, len(piece.audio) / BYTES_PER_S / times, self._next)
                return
        if fault is None or fault.kind != "no_final":
            self._connection.send_end(self)

    def _breaks(self, fault: SpeechFault) -> bool:
        """Let the fault happen; whether it was the end of the text."""
        connection = self._connection
        match fault.kind:
            case "cut":
                connection.cut()
            case "close":
                connection.close(fault.code, fault.reason)
            case "error":
                connection.send_error(self, fault)
            case "half_open":
                connection.deafen()
            case "garbage":
                connection.send('{"nonsense')
            case "bad_audio" | "unknown" | "stray":
                connection.send_oddity(self, fault.kind)
                return fault.kind == "bad_audio"
            case "header":
                connection.send_piece(self, Piece(WAV_HEADER, 0.0, (), ()))
                return False
            case "no_final" | "no_audio":
                return False
        return True


def pieces_of(text: str, number: int, chance: random.Random, pace: Pace) -> list[Piece]:
    """The tape of the text, cut behind any letter: odd sizes, as vendors send them, and `pace`'s silence around."""
    audio, times = speak(text, Utterance(number & 0xFFFF)), word_times(text)
    lead_s = pace.leading_silence_s
    letters = letters_of(times)
    pieces, at = [Piece(_silence(lead_s), 0.0, (), ())] if lead_s else [], 0
    while at < len(letters):
        until = min(len(letters), at + chance.randint(1, pace.most_letters))
        start_s, end_s = letters[at][1], letters[until - 1][2]
        begin, end = round(start_s * BYTES_PER_S), round(end_s * BYTES_PER_S)
        words = tuple(_later(word, lead_s) for word in times if start_s <= word.start_s < end_s)
        told = tuple((letter, lead_s + from_s, lead_s + until_s) for letter, from_s, until_s in letters[at:until])
        pieces.append(Piece(audio[begin:end], lead_s + start_s, told, words))
        at = until
    if pace.trailing_silence_s:
        pieces.append(Piece(_silence(pace.trailing_silence_s), lead_s + len(audio) / BYTES_PER_S, (), ()))
    return pieces


def _silence(length_s: float) -> bytes:
    return SILENCE * round(length_s * BYTES_PER_S)


def _later(word: WordTime, by_s: float) -> WordTime:
    return WordTime(word.text, word.start_s + by_s, word.end_s + by_s)


def letters_of(times: Iterable[WordTime]) -> list[tuple[str, float, float]]:
    """Letters and the spaces between, each with its share of its word's time, to the millisecond."""
    letters, words = [], list(times)
    for index, word in enumerate(words):
        text = word.text if index == len(words) - 1 else f"{word.text} "
        step_s = (word.end_s - word.start_s) / len(text)
        bounds = [round(word.start_s + place * step_s, 3) for place in range(len(text) + 1)]
        letters += list(zip(text, bounds, bounds[1:], strict=False))
    return letters
