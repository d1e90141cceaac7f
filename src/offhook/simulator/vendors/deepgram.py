"""Stands in for Deepgram's `/v1/listen` on loopback: hears the talking tape, so that it knows the true words.

Driven by audio position: interims each second of audio, finals after `endpointing` of silence or at `Finalize`.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Final, Literal, Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from offhook.audio.frames import FRAME_S, Framer
from offhook.speech.scripted.tape import TapeReader, read_frame

IDLE_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepgramFaults:
    """How it is late and how it fails; times in seconds, those of audio in audio's own."""

    refuse: int = 0
    """HTTP status of every handshake; 0: none."""
    reason: str = ""
    drop_after_s: float | None = None
    """The connection breaks after so much audio."""
    drops: int = 1
    """So many connections break; the later ones stay."""
    stall_after_s: float | None = None
    """From here on it says nothing, but keeps the connection."""
    garbage_after_s: float | None = None
    finalize: Literal["always", "when_needed", "never"] = "always"
    duplicate_finals: bool = False


@dataclass(kw_only=True)
class DeepgramServer:
    """The server; `async with` starts and stops it."""

    key: str
    interim_every_s: float = 1.0
    latency_s: float = 0.05
    idle_s: float = IDLE_S
    faults: DeepgramFaults = field(default_factory=DeepgramFaults)
    queries: list[dict[str, list[str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """Control messages received."""
    base_url: str = ""
    _server: Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(self._handle, "127.0.0.1", 0, process_request=self._check, ping_interval=None)
        self.base_url = f"http://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def _check(self, socket: ServerConnection, request: Request) -> Response | None:
        query = parse_qs(urlsplit(request.path).query)
        self.queries.append(query)
        refused = (self.faults.refuse, self.faults.reason) if self.faults.refuse else None
        if request.headers.get("Authorization") != f"Token {self.key}":
            refused = (401, "Invalid credentials.")
        elif not query.get("model", [""])[0].startswith(("nova-", "enhanced", "base")):
            refused = (400, "No such model/version combination found.")
        elif query.get("encoding") and not query.get("sample_rate"):
            refused = (400, "sample_rate is required with raw audio.")
        if refused is None:
            return None
        response = socket.respond(refused[0], refused[1])
        response.headers["dg-error"] = refused[1]
        response.headers["dg-request-id"] = "00000000-0000-0000-0000-000000000001"
        return response

    async def _handle(self, socket: ServerConnection) -> None:
        hearing = _Hearing(self, self.queries[-1], len(self.queries) <= self.faults.drops)
        try:
            while True:
                try:
                    async with asyncio.timeout(self.idle_s):
                        message = await socket.recv()
                except TimeoutError:
                    await socket.close(1011, "NET-0001")
                    return
                answers = hearing.hear(message) if isinstance(message, bytes) else self._control(hearing, message)
                if answers is None:
                    socket.transport.abort()
                    return
                if answers:
                    await asyncio.sleep(self.latency_s)
                for answer in answers:
                    await socket.send(answer)
                if message == b"" or (isinstance(message, str) and "CloseStream" in message):
                    await socket.close()
                    return
        except ConnectionClosed:
            return

    def _control(self, hearing: "_Hearing", message: str) -> list[str]:
        self.texts.append(message)
        try:
            kind = json.loads(message)["type"]
        except (ValueError, KeyError, TypeError):
            return [json.dumps({"type": "Error", "variant": "SchemaError", "description": "not JSON", "message": ""})]
        if kind == "Finalize":
            return hearing.finalize()
        if kind == "CloseStream":
            return [*hearing.final(), json.dumps({"type": "Metadata", "request_id": "1", "duration": hearing.at_s})]
        return []


class _Hearing:
    """One connection's audio."""

    def __init__(self, server: DeepgramServer, query: dict[str, list[str]], breaks: bool) -> None:
        self._server, self._breaks = server, breaks
        self._tape, self._framer = TapeReader(kept=1000), Framer()
        self._words: list[tuple[str, float]] = []
        self.at_s = self._begin_s = self._voice_s = self._interim_s = 0.0
        spoken = query.get("endpointing", ["10"])[0]
        self._endpointing_s = float("inf") if spoken == "false" else int(spoken) / 1000

    def hear(self, audio: bytes) -> list[str] | None:
        faults, answers = self._server.faults, list[str]()
        for frame in self._framer.push(audio):
            self.at_s += FRAME_S
            self._words += [(word.text, self.at_s) for word in self._tape.hear(frame)]
            if read_frame(frame) is not None:
                self._voice_s = self.at_s
            if self._breaks and faults.drop_after_s is not None and self.at_s >= faults.drop_after_s:
                return None
            if faults.garbage_after_s is not None and self.at_s >= faults.garbage_after_s:
                return ["{nonsense"]
            if self._words and self.at_s - self._voice_s >= self._endpointing_s:
                answers += self.final(speech_final=True)
            elif self.at_s - self._interim_s >= self._server.interim_every_s:
                self._interim_s = self.at_s
                answers.append(self._results())
        return [] if self._is_stalled else answers

    @property
    def _is_stalled(self) -> bool:
        after_s = self._server.faults.stall_after_s
        return after_s is not None and self.at_s >= after_s

    def finalize(self) -> list[str]:
        how = self._server.faults.finalize
        if self._is_stalled or how == "never" or (how == "when_needed" and not self._words):
            return []
        return self.final(from_finalize=True)

    def final(self, **flags: bool) -> list[str]:
        """The words since the last final."""
        result = self._results(is_final=True, **flags)
        self._words, self._begin_s, self._interim_s = [], self.at_s, self.at_s
        return [result] * (2 if self._server.faults.duplicate_finals else 1)

    def _results(self, **flags: bool) -> str:
        words = [{"word": text, "punctuated_word": text, "start": at, "end": at} for text, at in self._words]
        best = {"transcript": " ".join(text for text, _ in self._words), "confidence": 0.99, "words": words}
        length_s = self.at_s - self._begin_s
        return json.dumps(
            {"type": "Results", "channel_index": [0, 1], "start": self._begin_s, "duration": length_s,
             "is_final": False, "speech_final": False, "from_finalize": False, **flags,
             "channel": {"alternatives": [best]}, "metadata": {"request_id": "1"}}
        )  # fmt: skip
