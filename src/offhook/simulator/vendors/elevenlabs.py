"""Stands in for ElevenLabs' speech sockets on loopback: `multi-stream-input`, and `stream-input` as its SDK speaks it.

As strict as the vendor: contexts are counted until some time after their end, naming an unknown one creates it, nothing
is said of less than 120 characters unless it is flushed, a flush alone has no end, and who is silent is sent away.
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

PATH: Final = re.compile(r"/v1/text-to-speech/([A-Za-z0-9_-]+)/(multi-stream-input|stream-input)")
UNKNOWN_VOICE: Final = "unknown"
MOST_CONTEXTS: Final = 5
SCHEDULE: Final = 120
"""Characters that are waited for."""
LET_GO_S: Final = 0.02
"""From a context's last audio to its end, and to its place being free."""
POLICY: Final = 1008


class ElevenLabsServer(SpeechServer):
    """The server. `spelling` is that of its keys: both were seen."""

    key: ClassVar[str] = "elevenlabs-stand-in"

    def __init__(
        self, *, port: int = 0, seed: int = 0, pace: Pace = AT_ONCE, faults: Iterable[SpeechFault | None] = (),
        refusals: Iterable[Refusal] = (), spelling: Literal["camel", "snake"] = "camel",
    ) -> None:  # fmt: skip
        super().__init__(port=port, seed=seed, pace=pace, faults=faults, refusals=refusals)
        self.spelling = spelling
        self.inactivity_s: float | None = None
        """In place of what the client asks for (20 s, at most 180)."""
        self.most_contexts_seen = 0

    def connection(self, path: str, query: dict[str, str], headers: Mapping[str, str]) -> "SpeechConnection | Refusal":
        """A socket for the path's voice."""
        found = PATH.fullmatch(path)
        if found is None:
            return Refusal(status=404, reason="not_found")
        if headers.get("xi-api-key") != self.key:
            return Refusal(status=401, reason="invalid_api_key")
        if query.get("output_format") != "ulaw_8000" or not query.get("model_id"):
            return Refusal(status=403, reason="unsupported_output_format")
        if query["model_id"].startswith(("eleven_v3", "eleven_v4")):
            return Refusal(status=403, reason="unsupported_model")
        if not 1 <= int(query.get("inactivity_timeout", "20")) <= 180:
            return Refusal(status=403, reason="inactivity_timeout")
        return _Connection(self, query, found[1], is_multi=found[2].startswith("multi"))

    def refused(self, refusal: Refusal) -> tuple[bytes, dict[str, str]]:
        """Its detail in JSON."""
        body = f'{{"detail":{{"status":"{refusal.reason}","message":"{refusal.reason}"}}}}'
        return body.encode(), {"Content-Type": "application/json", "request-id": "stand-in"}


@dataclass(eq=False, slots=True)
class _Context:
    """One stream of text."""

    text: str = ""
    """Not said yet."""
    waiting: list[str] = field(default_factory=list)
    """Asked for, behind what is being said."""
    speech: Speech | None = None
    is_ending: bool = False


class _Connection(SpeechConnection):
    def __init__(self, server: ElevenLabsServer, query: dict[str, str], voice: str, *, is_multi: bool) -> None:
        super().__init__(server)
        self._own, self._is_multi, self._voice = server, is_multi, voice
        self._at_once = query.get("auto_mode") == "true"
        self._patience_s = server.inactivity_s or int(query.get("inactivity_timeout", "20"))
        self._contexts: dict[str, _Context] = {}

    def begun(self) -> None:
        if self._voice == UNKNOWN_VOICE:
            self._fail("voice_id_does_not_exist", f"A voice with voice_id {self._voice} does not exist.")
        self._alive()

    def heard(self, message: dict[str, Any]) -> None:
        self._alive()
        if message.get("close_socket"):
            self.close(1000)
            return
        if not isinstance(message.get("text", ""), str):
            self._fail("invalid_message", "text must be a string")
            return
        context = self._context(str(message.get("context_id", "")) if self._is_multi else "")
        if context is not None and not context.is_ending:
            self._hear(context, message)

    def _hear(self, context: _Context, message: dict[str, Any]) -> None:
        text = message.get("text")
        is_end = message.get("close_context") if self._is_multi else text == ""
        # This shape was seen to end the context.
        is_end = is_end or (self._is_multi and text == "" and message.get("flush"))
        context.text += text or ""
        wants = message.get("flush") or is_end or len(context.text) >= SCHEDULE
        wants = wants or (self._at_once and context.text.rstrip().endswith((".", "!", "?")))
        if wants and context.text.strip():
            context.waiting.append(" ".join(context.text.split()))
            context.text = ""
        context.is_ending = bool(is_end)
        self._go_on(context)

    def _context(self, name: str) -> _Context | None:
        """That of this name, which may be created by naming it."""
        context = self._contexts.get(name)
        if context is None and len(self._contexts) >= MOST_CONTEXTS:
            said = f"Maximum simultaneous contexts per WebSocket connection exceeded ({MOST_CONTEXTS})."
            self._fail("max_active_conversations", said)
        elif context is None:
            context = self._contexts[name] = _Context()
            self._own.most_contexts_seen = max(self._own.most_contexts_seen, len(self._contexts))
        return context

    def _go_on(self, context: _Context) -> None:
        name = next((name for name, found in self._contexts.items() if found is context), None)
        if name is None or context.speech is not None:
            return
        if context.waiting:
            context.speech = Speech(self, name, context.waiting.pop(0))
        elif context.is_ending:
            self.after(f"context {name}", LET_GO_S, lambda: self._let_go(name))

    def _let_go(self, name: str) -> None:
        self._contexts.pop(name, None)
        self.send(self._named({"isFinal": True}, name))
        if not self._is_multi:
            self.close(1000)

    def _alive(self) -> None:
        said = f"Have not received a new text input within the timeout of {self._patience_s:g} seconds."
        self.after("inactivity", self._patience_s, lambda: self._fail("input_timeout_exceeded", said))

    def _fail(self, error: str, said: str, code: int = POLICY) -> None:
        self.send({"message": said, "error": error, "code": code})
        self.close(code, said)

    # ── a text's audio ───────────────────────────────────────────────────────────────────────────────────────────

    def send_piece(self, speech: Speech, piece: Piece) -> None:
        durations = "charDurationsMs" if self._own.spelling == "camel" else "charsDurationsMs"
        starts = "charStartTimesMs" if self._own.spelling == "camel" else "charsStartTimesMs"
        # Each message's times begin at 0 again.
        alignment = {
            "chars": [letter for letter, _, _ in piece.letters],
            starts: [round((start_s - piece.start_s) * 1000) for _, start_s, _ in piece.letters],
            durations: [round((end_s - start_s) * 1000) for _, start_s, end_s in piece.letters],
        }
        audio = base64.b64encode(piece.audio).decode()
        said = {"audio": audio, "isFinal": None, "normalizedAlignment": alignment, "alignment": alignment}
        self.send(self._named(said, speech.context))

    def send_end(self, speech: Speech) -> None:
        context = self._contexts[speech.context]
        context.speech = None
        self._go_on(context)

    def send_error(self, speech: Speech, fault: SpeechFault) -> None:
        self._fail(fault.error, fault.reason or fault.error, fault.code)

    def send_oddity(self, speech: Speech, kind: Literal["bad_audio", "unknown", "stray"]) -> None:
        if kind == "unknown":
            self.send(self._named({"type": "flush_done", "done": {"at": 1}, "message": ["?"]}, speech.context))
            return
        audio = "?" if kind == "bad_audio" else base64.b64encode(b"\x00" * 801).decode()
        context = speech.context if kind == "bad_audio" else "nobody"
        self.send(self._named({"audio": audio, "isFinal": None, "alignment": None}, context))

    def _named(self, message: dict[str, Any], name: str) -> dict[str, Any]:
        if self._own.spelling == "snake":
            message = {"is_final" if key == "isFinal" else key: value for key, value in message.items()}
        if not self._is_multi:
            return message
        return {**message, "context_id" if self._own.spelling == "snake" else "contextId": name}
