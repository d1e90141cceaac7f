"""Stands in for Deepgram Aura's `/v1/speak` socket on loopback.

As strict as the vendor: 20 flushes a minute, then only warnings; 2000 characters a message and 2400 a minute, then the
end; after `Clear` audio may still come until `Cleared`.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Literal

from offhook import clock
from offhook.simulator.vendors import deepgram_flux_speak
from offhook.simulator.vendors.sockets import (
    AT_ONCE,
    Pace,
    Piece,
    Refusal,
    Speech,
    SpeechConnection,
    SpeechFault,
    SpeechServer,
)

WINDOW_S: Final = 60.0
MOST_FLUSHES: Final = 20
LONGEST_TEXT: Final = 2000
MOST_LETTERS: Final = 2400
AGE_S: Final = 3600.0
IDLE_S: Final = 60.0
"""The vendor writes of a time limit between messages, and not how long it is: so short a one must do no harm."""
MODEL: Final = re.compile(r"aura-(?:2-)?[a-z]+-(?:en|es|de|fr|nl|it|ja)")
SPEEDS: Final = (0.7, 1.5)
CLEAR_S: Final = 0.03
"""From `Clear` to `Cleared`."""


class DeepgramSpeakServer(SpeechServer):
    """The server. `sockets` is the project's bound of connections at once."""

    key: ClassVar[str] = "deepgram-stand-in"

    def __init__(
        self, *, port: int = 0, seed: int = 0, pace: Pace = AT_ONCE, faults: Iterable[SpeechFault | None] = (),
        refusals: Iterable[Refusal] = (), sockets: int = 10_000, letters: int = MOST_LETTERS,
    ) -> None:  # fmt: skip
        """`letters` is the plan's bound of characters a minute on one socket."""
        super().__init__(port=port, seed=seed, pace=pace, faults=faults, refusals=refusals)
        self.sockets, self.letters = sockets, letters
        self.idle_s = IDLE_S
        self.age_s = AGE_S
        self.warnings = 0
        self.knows_interrupt = True
        """Of Flux's voices: the documents disagree on whether it is there."""

    def connection(self, path: str, query: dict[str, str], headers: Mapping[str, str]) -> "SpeechConnection | Refusal":
        """A socket."""
        if path not in ("/v1/speak", deepgram_flux_speak.PATH):
            return Refusal(status=404, reason="Not found.")
        if headers.get("Authorization") != f"Token {self.key}":
            return Refusal(status=401, reason="Invalid credentials.")
        if path == deepgram_flux_speak.PATH:
            return deepgram_flux_speak.flux_speech(self, query, knows_interrupt=self.knows_interrupt)
        if not MODEL.fullmatch(query.get("model", "")):
            return Refusal(status=400, reason="No such model/version combination found.")
        if (query.get("encoding"), query.get("sample_rate")) != ("mulaw", "8000"):
            return Refusal(status=400, reason="The stand-in gives mulaw at 8000 only.")
        if not SPEEDS[0] <= float(query.get("speed", "1")) <= SPEEDS[1]:
            return Refusal(status=400, reason="speed must be between 0.7 and 1.5")
        if len(self.connections) >= self.sockets:
            return Refusal(status=429, reason="Too many requests. Please try again later")
        return _Connection(self)

    def refused(self, refusal: Refusal) -> tuple[bytes, dict[str, str]]:
        """The reason in a header and in the body."""
        body = f'{{"err_code":"REFUSED","err_msg":"{refusal.reason}","request_id":"stand-in"}}'
        return body.encode(), {"dg-error": refusal.reason, "dg-request-id": "stand-in"}


class _Connection(SpeechConnection):
    def __init__(self, server: DeepgramSpeakServer) -> None:
        super().__init__(server)
        self._own = server
        self._text = ""
        """Not flushed yet."""
        self._waiting: deque[str] = deque()
        self._speech: Speech | None = None
        self._flushes: deque[float] = deque()
        self._letters: deque[tuple[float, int]] = deque()
        self._answers = 0

    def begun(self) -> None:
        names = {"model_name": "aura-2-stand-in", "model_version": "2026-01-01.0", "model_uuid": "stand-in"}
        self.send({"type": "Metadata", "request_id": "stand-in", **names})
        self.after("age", self._own.age_s, lambda: self.close(1011, "NET-0003"))
        self._alive()

    def broken(self) -> None:
        self.close(1003, "MESSAGE-0000")

    def heard(self, message: dict[str, Any]) -> None:
        self._alive()
        match message.get("type"):
            case "Speak" if isinstance(message.get("text"), str):
                self._take(message["text"])
            case "Flush":
                self._flush()
            case "Clear":
                self._clear()
            case "Close":
                self.close(1000)
            case _:
                self.close(1008, "DATA-0000")

    def _take(self, text: str) -> None:
        now = clock.now()
        self._letters.append((now, len(text)))
        while self._letters[0][0] <= now - WINDOW_S:
            self._letters.popleft()
        if len(text) > LONGEST_TEXT or sum(size for _, size in self._letters) > self._own.letters:
            self.close(1008, "DATA-0001")
            return
        self._text += text

    def _flush(self) -> None:
        now = clock.now()
        while self._flushes and self._flushes[0] <= now - WINDOW_S:
            self._flushes.popleft()
        if len(self._flushes) >= MOST_FLUSHES:
            self._own.warnings += 1
            said = "No more flushes are processed until the 60 s window has passed."
            self.send({"type": "Warning", "description": said, "code": "EXCESSIVE_FLUSH"})
            return
        self._flushes.append(now)
        self._waiting.append(" ".join(self._text.split()))
        self._text = ""
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._speech is None:
            if text := self._waiting.popleft():
                self._speech = Speech(self, "", text)
            else:
                self._answer("Flushed")

    def _clear(self) -> None:
        """A last piece of what was being said comes late."""
        speech, self._speech = self._speech, None
        self._text = ""
        self._waiting.clear()
        if speech is not None:
            speech.cancel()
            if speech.has_begun:
                self.send(b"\x00" * 333)
        self.after("clear", CLEAR_S, lambda: self._answer("Cleared"))

    def _answer(self, kind: str) -> None:
        self.send({"type": kind, "sequence_id": self._answers})
        self._answers += 1

    def _alive(self) -> None:
        self.after("idle", self._own.idle_s, lambda: self.close(1011, "NET-0001"))

    # ── a text's audio ───────────────────────────────────────────────────────────────────────────────────────────

    def send_piece(self, speech: Speech, piece: Piece) -> None:
        self.send(piece.audio)

    def send_end(self, speech: Speech) -> None:
        self._speech = None
        self._answer("Flushed")
        self._go_on()

    def send_error(self, speech: Speech, fault: SpeechFault) -> None:
        self.send({"type": "Error", "code": fault.error, "description": fault.reason or fault.error})
        self.close(fault.code, "NET-0000")

    def send_oddity(self, speech: Speech, kind: Literal["bad_audio", "unknown", "stray"]) -> None:
        if kind == "unknown":
            self.send({"type": "Weather", "description": {"sun": True}, "code": 7})
        elif kind == "bad_audio":
            self.send('["?"]')
        else:
            # Nothing on this wire says whose audio it is: an end that nobody waits for has to do.
            self.send({"type": "Cleared", "sequence_id": self._answers})
