"""Stands in for Cartesia's `/tts/websocket` on loopback.

As strict as the vendor: a context's requests are equal in all but their text, one that was ended or whose audio is over
for a second takes no more, text that may go on waits in a buffer, and a cancel stops only what has not begun.
"""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal

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
from offhook.speech.ports import WordTime

MAY_DIFFER: Final = frozenset({"transcript", "continue", "duration", "flush"})
EXPIRES_S: Final = 1.0
IDLE_S: Final = 300.0
DEFAULT_BUFFER_MS: Final = 3000
VERSIONS: Final = frozenset({"2026-03-01", "2026-08-14"})
"""Those that write errors as objects; older ones are another wire."""
MODELS: Final = re.compile(r"sonic-(?:3(?:\.5)?(?:-20\d\d-\d\d-\d\d)?|latest)")
LANGUAGES: Final = frozenset(
    """en fr de es pt zh ja hi it ko nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu no vi bn th he ka id te
    gu kn ml mr pa or ur""".split()
)
FORMAT: Final = {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000}


class CartesiaServer(SpeechServer):
    """The server. `contexts` is the account's bound of contexts that are being said at once, on all its sockets."""

    key: ClassVar[str] = "cartesia-stand-in"

    def __init__(
        self, *, port: int = 0, seed: int = 0, pace: Pace = AT_ONCE, faults: Iterable[SpeechFault | None] = (),
        refusals: Iterable[Refusal] = (), contexts: int = 10_000,
        words: Literal["usual", "late", "none"] = "usual",
    ) -> None:  # fmt: skip
        """`words`: their times come with each chunk, all behind the last one, or never."""
        super().__init__(port=port, seed=seed, pace=pace, faults=faults, refusals=refusals)
        self.contexts, self.words = contexts, words
        self.idle_s = IDLE_S
        self.saying = 0

    def connection(self, path: str, query: dict[str, str], headers: Mapping[str, str]) -> "SpeechConnection | Refusal":
        """A socket."""
        bearer = headers.get("Authorization", "").removeprefix("Bearer ")
        if path != "/tts/websocket":
            return Refusal(status=404, reason="not found")
        if self.key not in (bearer, headers.get("X-API-Key"), query.get("api_key")):
            return Refusal(status=401, reason="invalid API key")
        if (headers.get("Cartesia-Version") or query.get("cartesia_version")) not in VERSIONS:
            return Refusal(status=400, reason="Cartesia-Version is required, and has to be one that there is")
        return _Connection(self)

    def refused(self, refusal: Refusal) -> tuple[bytes, dict[str, str]]:
        """Structured, as from version 2026-03-01 on."""
        body = f'{{"error_code":"refused","title":"Refused","message":"{refusal.reason}"}}'
        return body.encode(), {"Content-Type": "application/json", "x-request-id": "stand-in"}


@dataclass(eq=False, slots=True)
class _Context:
    """One stream of text."""

    fields: dict[str, Any]
    waiting: list[str] = field(default_factory=list)
    text: str = ""
    """In the vendor's buffer."""
    speech: Speech | None = None
    told: list[WordTime] = field(default_factory=list)
    """Words whose times were not told yet."""
    is_ended: bool = False
    """The client said that this was all, or took it back."""
    said_s: float = 0.0
    flushes: int = 0


class _Connection(SpeechConnection):
    def __init__(self, server: CartesiaServer) -> None:
        super().__init__(server)
        self._own = server
        self._contexts: dict[str, _Context] = {}
        self._over: set[str] = set()

    def begun(self) -> None:
        self._alive()

    def broken(self) -> None:
        self._refuse(None, 400, "invalid_json", "not a JSON object")

    def heard(self, message: dict[str, Any]) -> None:
        self._alive()
        name = message.get("context_id")
        if not isinstance(name, str) or not name:
            self._refuse(None, 400, "invalid_request", "context_id is required")
        elif message.get("cancel"):
            self._cancel(name)
        elif name in self._over:
            self._refuse(name, 400, "context_expired", "the context is closed or has expired")
        elif (wrong := self._wrong(message, self._contexts.get(name))) is not None:
            self._refuse(name, 400, "invalid_request", wrong)
        elif name not in self._contexts and self._own.saying >= self._own.contexts:
            self._refuse(name, 429, "concurrency_limited", "Too many concurrent requests")
        else:
            self._take(name, message)

    def _wrong(self, message: dict[str, Any], context: _Context | None) -> str | None:
        voice = message.get("voice")
        delay_ms = message.get("max_buffer_delay_ms", DEFAULT_BUFFER_MS)
        if context is not None:
            fields = _fields(message)
            return None if fields == context.fields else "fields differ from the context's first request"
        if not MODELS.fullmatch(str(message.get("model_id"))) or not isinstance(message.get("transcript"), str):
            return "model_id, of a model that there is, and transcript are required"
        if not (isinstance(voice, str) or (isinstance(voice, dict) and isinstance(voice.get("id"), str))):
            return "voice is required"
        if isinstance(voice, dict) and voice.get("mode", "id") != "id":
            return "voice.mode is id"
        if message.get("language", "en") not in LANGUAGES:
            return "the language is not supported"
        if message.get("output_format") != FORMAT:
            return "the stand-in gives raw pcm_mulaw 8000 only"
        if not isinstance(delay_ms, int) or not 0 <= delay_ms <= 5000:
            return "max_buffer_delay_ms is 0 to 5000"
        if not message["transcript"].strip() and not message.get("continue"):
            return "the transcript is empty"
        return None

    def _take(self, name: str, message: dict[str, Any]) -> None:
        context = self._contexts.get(name)
        if context is None:
            context = self._contexts[name] = _Context(_fields(message))
            self._own.saying += 1
        context.text += message["transcript"]
        context.is_ended = not message.get("continue")
        delay_ms = message.get("max_buffer_delay_ms", DEFAULT_BUFFER_MS)
        if context.is_ended:
            self._over.add(name)
        context.flushes += 1 if message.get("flush") else 0
        is_whole = context.text.rstrip().endswith((".", "!", "?"))
        if context.is_ended or message.get("flush") or delay_ms == 0 or is_whole:
            self._release(name)
        else:
            self.after(f"buffer {name}", delay_ms / 1000, lambda: self._release(name))

    def _release(self, name: str) -> None:
        """What is in the buffer is to be said now."""
        context = self._contexts.get(name)
        if context is None:
            return
        if text := " ".join(context.text.split()):
            context.waiting.append(text)
        context.text = ""
        self._go_on(name, context)

    def _go_on(self, name: str, context: _Context) -> None:
        if context.speech is not None:
            return
        if context.waiting:
            context.speech = Speech(self, name, context.waiting.pop(0))
        elif context.is_ended:
            self._end(name)
            self.send({"type": "done", "context_id": name, "done": True, "status_code": 200})
        else:
            if context.flushes:
                flushed = {"flush_done": True, "flush_id": context.flushes, "done": False, "status_code": 206}
                self.send({"type": "flush_done", "context_id": name, **flushed})
            self.after(f"expiry {name}", EXPIRES_S, lambda: self._end(name))

    def _end(self, name: str) -> None:
        self._over.add(name)
        if self._contexts.pop(name, None) is not None:
            self._own.saying -= 1

    def _cancel(self, name: str) -> None:
        """What has begun goes on to its end."""
        context = self._contexts.get(name)
        if context is None:
            return
        context.text, context.is_ended = "", True
        context.waiting.clear()
        self._over.add(name)
        if context.speech is not None and not context.speech.has_begun:
            context.speech.cancel()
            self._end(name)

    def on_ws_disconnected(self, transport: Any) -> None:
        for name in list(self._contexts):
            self._end(name)
        super().on_ws_disconnected(transport)

    def _alive(self) -> None:
        self.after("idle", self._own.idle_s, lambda: self.close(1000, "idle"))

    def _refuse(self, name: str | None, status: int, code: str, said: str) -> None:
        error = {"type": "error", "done": True, "status_code": status, "error_code": code, "title": code}
        self.send({**error, "message": said, "request_id": "stand-in", **({"context_id": name} if name else {})})

    # ── a text's audio ───────────────────────────────────────────────────────────────────────────────────────────

    def send_piece(self, speech: Speech, piece: Piece) -> None:
        context = self._contexts[speech.context]
        common = {"context_id": speech.context, "done": False, "status_code": 206}
        audio = base64.b64encode(piece.audio).decode()
        self.send({"type": "chunk", "data": audio, "step_time": 1.0, "flush_id": context.flushes + 1, **common})
        context.told += piece.words
        if self._own.words == "usual":
            self._tell_words(speech.context, context)

    def _tell_words(self, name: str, context: _Context) -> None:
        told, context.told = context.told, []
        if context.fields.get("add_timestamps") and told:
            words = {
                "words": [word.text for word in told],
                "start": [round(context.said_s + word.start_s, 3) for word in told],
                "end": [round(context.said_s + word.end_s, 3) for word in told],
            }
            self.send(
                {"type": "timestamps", "word_timestamps": words, "context_id": name, "done": False, "status_code": 206}
            )

    def send_end(self, speech: Speech) -> None:
        context = self._contexts[speech.context]
        if self._own.words == "late":
            self._tell_words(speech.context, context)
        context.said_s += speech.length_s
        context.speech = None
        self._go_on(speech.context, context)

    def send_error(self, speech: Speech, fault: SpeechFault) -> None:
        status = fault.code if 400 <= fault.code < 600 else 500
        self._end(speech.context)
        self._refuse(speech.context, status, fault.error, fault.reason or fault.error)

    def send_oddity(self, speech: Speech, kind: Literal["bad_audio", "unknown", "stray"]) -> None:
        common = {"done": False, "status_code": 206, "step_time": 1.0}
        if kind == "unknown":
            self.send({"type": "weather", "context_id": speech.context, "title": {"sun": True}, "data": None, **common})
            return
        data = "?" if kind == "bad_audio" else base64.b64encode(b"\x00" * 801).decode()
        context = speech.context if kind == "bad_audio" else "nobody"
        self.send({"type": "chunk", "context_id": context, "data": data, **common})


def _fields(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in MAY_DIFFER}
