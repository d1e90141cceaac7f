"""Stands in for ElevenLabs' speech sockets on loopback: `multi-stream-input`, and `stream-input` as its SDK speaks it.

As strict as the vendor: contexts are counted until some time after their end, naming an unknown one creates it, nothing
is said of less than 120 characters unless it is flushed, a flush alone has no end, and who is silent is sent away. What
is wrong with the address is told behind the handshake. A context that is closed before its first audio may end without
any, or never.
"""

import base64
import random
import re
from collections.abc import Iterable, Mapping, Sequence
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
RACE: Final = 1 / 40
"""Of contexts that are closed before their first audio, so many end without any, and as many never end."""
FORMATS: Final = ("ulaw_8000",)
MODELS: Final = re.compile(r"eleven_(?:flash_v2|flash_v2_5|turbo_v2|turbo_v2_5|multilingual_v2|monolingual_v1)")
LANGUAGES: Final = frozenset(
    """ar bg cs da de el en es fi fil fr hi hr hu id it ja ko ms nl no pl pt ro ru sk sv ta tr uk vi zh""".split()
)
"""Of the models of version 2.5, which alone are told one."""

Alignments = Literal["usual", "ahead", "again", "none"]
"""usual: with the audio that they are about; ahead: those of the next message too, which has none; again: the second
message begins again with the first letter, and tells all; none: never any."""


class ElevenLabsServer(SpeechServer):
    """The server. `spelling` is that of its keys: both were seen."""

    key: ClassVar[str] = "elevenlabs-stand-in"

    def __init__(
        self, *, port: int = 0, seed: int = 0, pace: Pace = AT_ONCE, faults: Iterable[SpeechFault | None] = (),
        refusals: Iterable[Refusal] = (), spelling: Literal["camel", "snake"] = "camel",
        alignments: Alignments = "usual", concurrency: int = 10_000,
    ) -> None:  # fmt: skip
        """`concurrency` is the account's bound of texts that are being said at once, on all its sockets."""
        super().__init__(port=port, seed=seed, pace=pace, faults=faults, refusals=refusals)
        self.spelling, self.alignments, self.concurrency = spelling, alignments, concurrency
        self.race = random.Random(seed)
        self.lost = 0
        """Texts of which nothing was said, since their context was closed too early."""
        self.inactivity_s: float | None = None
        """In place of what the client asks for (20 s, at most 180)."""
        self.most_contexts_seen = self.saying = 0

    def connection(self, path: str, query: dict[str, str], headers: Mapping[str, str]) -> "SpeechConnection | Refusal":
        """A socket for the path's voice."""
        found = PATH.fullmatch(path)
        if found is None:
            return Refusal(status=404, reason="not_found")
        if headers.get("xi-api-key") != self.key:
            return Refusal(status=401, reason="invalid_api_key")
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
    has_begun: bool = False
    """Audio of it was sent."""
    is_ending: bool = False


class _Connection(SpeechConnection):
    def __init__(self, server: ElevenLabsServer, query: dict[str, str], voice: str, *, is_multi: bool) -> None:
        super().__init__(server)
        self._own, self._is_multi, self._voice, self._query = server, is_multi, voice, query
        self._at_once = query.get("auto_mode") == "true"
        self._patience_s = server.inactivity_s or int(query.get("inactivity_timeout", "20"))
        self._contexts: dict[str, _Context] = {}

    def begun(self) -> None:
        if (wrong := self._wrong()) is not None:
            self._fail(*wrong)
        self._alive()

    def _wrong(self) -> tuple[str, str] | None:
        """What the address asks for and does not get."""
        query = self._query
        model, language = query.get("model_id", ""), query.get("language_code")
        if self._voice == UNKNOWN_VOICE:
            return "voice_id_does_not_exist", f"A voice with voice_id {self._voice} does not exist."
        if not MODELS.fullmatch(model):
            return "model_not_found", f"A model with model_id {model} cannot be used here."
        if query.get("output_format") not in FORMATS:
            return "unsupported_output_format", f"The output format {query.get('output_format')} is not supported."
        if language is not None and (not model.endswith("_v2_5") or language not in LANGUAGES):
            return "unsupported_language", f"The model {model} does not support the language_code {language}."
        return None

    def heard(self, message: dict[str, Any]) -> None:
        self._alive()
        if message.get("close_socket"):
            self.close(1000)
            return
        if not isinstance(message.get("text", ""), str):
            self._fail("invalid_message", "text must be a string")
            return
        name = str(message.get("context_id", "")) if self._is_multi else ""
        if "voice_settings" in message and name in self._contexts:
            self._fail("invalid_voice_settings", "voice_settings can only be given in the first message.")
            return
        context = self._context(name)
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
        has_audio = context.has_begun or (context.speech is not None and context.speech.has_begun)
        if is_end and self._is_multi and not has_audio and (context.waiting or context.speech):
            self._race(context)
        self._go_on(context)

    def _race(self, context: _Context) -> None:
        """The close overtakes the making of the first audio."""
        drawn = self._own.race.random()
        if drawn >= 2 * RACE:
            return
        self._own.lost += 1
        context.waiting.clear()
        if context.speech is not None:
            context.speech.cancel()
            self._own.saying -= 1
            context.speech = None
        context.is_ending = drawn < RACE

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
        if context.waiting and self._own.saying >= self._own.concurrency:
            self._fail("too_many_concurrent_requests", "Too many concurrent requests for your subscription.")
        elif context.waiting:
            self._own.saying += 1
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
        context = self._contexts[speech.context]
        context.has_begun = True
        alignment = self._alignment(context, speech, piece)
        said = {
            "audio": base64.b64encode(piece.audio).decode(),
            "isFinal": None,
            "normalizedAlignment": self._normalized(alignment, is_first=speech.number_sent == 1),
            "alignment": alignment,
        }
        self.send(self._named(said, speech.context))

    def _alignment(self, context: _Context, speech: Speech, piece: Piece) -> dict[str, Any] | None:
        kind, number = self._own.alignments, speech.number_sent
        letters, begin_s = list(piece.letters), piece.start_s
        if kind == "ahead":
            letters = [*letters, *speech.letters_after(1)] if number % 2 else []
        elif kind == "again" and number == 2:
            letters, begin_s = speech.letters_after(-1), 0.0
        if kind == "none" or (kind == "again" and number > 2) or not letters:
            return None
        return self._told(letters, begin_s)

    def _told(self, letters: Sequence[tuple[str, float, float]], begin_s: float) -> dict[str, Any]:
        """Each message's times begin at 0 again."""
        durations = "charDurationsMs" if self._own.spelling == "camel" else "charsDurationsMs"
        starts = "charStartTimesMs" if self._own.spelling == "camel" else "charsStartTimesMs"
        return {
            "chars": [letter for letter, _, _ in letters],
            starts: [round((start_s - begin_s) * 1000) for _, start_s, _ in letters],
            durations: [round((end_s - start_s) * 1000) for _, start_s, end_s in letters],
        }

    @staticmethod
    def _normalized(alignment: dict[str, Any] | None, *, is_first: bool) -> dict[str, Any] | None:
        """What is spoken begins with a space that was never sent, and other scripts are written in Latin letters."""
        if alignment is None:
            return None
        added = {"chars": " "}
        told = {name: [added.get(name, 0), *values] if is_first else list(values) for name, values in alignment.items()}
        told["chars"] = [letter if letter.isascii() else "ni" for letter in told["chars"]]
        return told

    def send_end(self, speech: Speech) -> None:
        self._own.saying -= 1
        context = self._contexts[speech.context]
        context.speech = None
        self._go_on(context)

    def on_ws_disconnected(self, transport: Any) -> None:
        self._own.saying -= sum(context.speech is not None for context in self._contexts.values())
        self._contexts.clear()
        super().on_ws_disconnected(transport)

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
