"""Cartesia's voices over its socket of contexts: mu-law as the line wants it, and the time of each word.

A segment is one request and a context of its own, whole from the start, so that nothing waits in the vendor's buffer.
https://docs.cartesia.ai/api-reference/tts/websocket
"""

from collections.abc import Iterable
from itertools import count
from typing import Annotated, Final, Literal

import msgspec
from pydantic import Field

from offhook.errors import ProviderError, ProviderRefused, ProviderTimeout, ProviderUnavailable, RequestRefused
from offhook.speech.ports import ProviderConfig, Setup
from offhook.speech.vendor_block import BaseUrl, key_of, socket_url
from offhook.speech.vendor_errors import THIS_REQUEST
from offhook.speech.voice_dialect import Terms, VoiceDialect
from offhook.speech.voice_segment import Segment
from offhook.speech.voice_socket import SocketVoice
from offhook.speech.voice_words import speaker
from offhook.speech.websocket import REFUSALS, TIMEOUTS, Endpoint

NAME: Final = "cartesia"
KEYS: Final = ("CARTESIA_API_KEY",)
VERSION: Final = "2026-08-14"
"""Of the vendor's wire. Before 2026-03-01 its errors were plain text."""
TOO_MANY: Final = 429
"""More contexts at once than the account's plan has (`concurrency_limited`): one of its own ends in a moment.
https://docs.cartesia.ai/use-the-api/concurrency-limits-and-timeouts"""
SAME: Final = {"fil": "tl", "nb": "no", "nn": "no"}
"""Languages that the vendor has under another tag."""
CONTEXTS: Final = 16
"""The vendor knows no bound for one socket; a lost one should not silence more calls than this."""


class Config(ProviderConfig):
    """The `tts` block of an agent that speaks with Cartesia. The key is in `CARTESIA_API_KEY`."""

    provider: Literal["cartesia"] = "cartesia"
    voice: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$", description="Id of the voice, as the vendor's page shows it.")
    ]
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$", description="Such as sonic-3.5.")] = "sonic-3.5"
    language: Annotated[
        str, Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{1,8})*)?$", description="Empty: the agent's.")
    ] = ""
    speed: Annotated[float, Field(ge=0.6, le=1.5, description="1 is the voice's own pace; more is faster.")] = 1.0
    volume: Annotated[float, Field(ge=0.5, le=2.0, description="1 is the voice's own volume; more is louder.")] = 1.0
    emotion: Annotated[
        str, Field(pattern=r"^[A-Za-z_ -]{0,40}$", description="Such as neutral, content, sympathetic; empty: none.")
    ] = ""
    spell_out: Annotated[
        bool,
        Field(description="Numbers, dates and amounts are given to the vendor as words; else it reads them itself."),
    ] = False
    most_sockets: Annotated[
        int,
        Field(ge=1, le=64, description="Sockets for all calls of this agent; each says 16 segments at once."),
    ] = 8
    base_url: Annotated[BaseUrl, Field(max_length=300, description="Address of Cartesia.")] = "https://api.cartesia.ai"


def create(config: Config, setup: Setup) -> SocketVoice:
    """The voice of an agent. Raises `ConfigurationError`."""
    key = key_of(setup, *KEYS)
    endpoint = Endpoint(
        provider=NAME, url=f"{socket_url(config.base_url)}/tts/websocket",
        headers={"Authorization": f"Bearer {key}", "Cartesia-Version": VERSION}, secret=key,
        request_header="x-request-id",
    )  # fmt: skip
    # Idle sockets are closed after 5 minutes. A context that was stopped before it began may never be called done.
    terms = Terms(
        segments_per_socket=CONTEXTS, spare=4, most_sockets=config.most_sockets, idle_s=240.0, ends_must_come=False
    )
    common = request(config, setup)
    # Models of the third generation speak all languages that a sentence is recognized in.
    follows = not config.language and config.model.startswith(("sonic-3", "sonic-latest"))
    speak = speaker(setup, spell_out=config.spell_out)
    return SocketVoice(endpoint, terms, lambda: ContextDialect(endpoint, common, follows=follows), speak)


def request(config: Config, setup: Setup) -> dict[str, object]:
    """What all requests of an agent have in common."""
    controls: dict[str, object] = {"speed": config.speed, "volume": config.volume, "emotion": config.emotion}
    controls = {name: value for name, value in controls.items() if value not in (1.0, "")}
    language = (config.language or setup.language).replace("_", "-").partition("-")[0].lower()
    return {
        "model_id": config.model,
        "voice": {"mode": "id", "id": config.voice},
        "language": SAME.get(language, language),
        "output_format": {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000},
        "add_timestamps": True,
        # The default is to wait up to 3 s for more text.
        "max_buffer_delay_ms": 0,
        "continue": False,
        **({"generation_config": controls} if controls else {}),
    }


# ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _WordTimes(msgspec.Struct, frozen=True):
    words: list[str] | None = None
    start: list[float] | None = None
    end: list[float] | None = None


class _Message(msgspec.Struct, frozen=True):
    """All that matters of any message."""

    type: str | None = None
    context_id: str | None = None
    audio: bytes | None = msgspec.field(default=None, name="data")
    word_timestamps: msgspec.Raw = msgspec.Raw()
    status_code: int | None = None
    error_code: object = None
    title: object = None
    message: object = None


_DECODER: Final = msgspec.json.Decoder(_Message)
_WORDS: Final = msgspec.json.Decoder(_WordTimes | None)


class ContextDialect(VoiceDialect):
    """What is said on one `/tts/websocket` socket."""

    def __init__(self, endpoint: Endpoint, common: dict[str, object], *, follows: bool = False) -> None:
        """With `follows`, a sentence in another language than the agent's is said in it."""
        super().__init__(endpoint)
        self._common, self._follows = common, follows
        self._ids = count(1)
        self._contexts: dict[str, Segment] = {}

    def begin(self, segment: Segment, at: float) -> Iterable[str]:
        """One request, whole."""
        context = f"s{next(self._ids)}"
        self._contexts[context] = segment
        message = {**self._common, "context_id": context, "transcript": segment.spoken.said}
        if self._follows and segment.spoken.language:
            message["language"] = segment.spoken.language.partition("-")[0].lower()
        return [msgspec.json.encode(message).decode()]

    def cancel(self, segment: Segment) -> Iterable[str]:
        """Stops what has not begun; what has goes on, and is dropped here."""
        return [
            msgspec.json.encode({"context_id": context, "cancel": True}).decode()
            for context, found in self._contexts.items()
            if found is segment
        ]

    def forget(self, segment: Segment) -> None:
        """What comes of it now belongs to no context."""
        self._contexts = {context: found for context, found in self._contexts.items() if found is not segment}

    def received(self, message: str | bytes, at: float) -> Iterable[str]:
        """One message: audio, word times, an end, an error, or something that may be ignored."""
        said = self.read(_DECODER, message)
        segment = self._contexts.get(said.context_id or "")
        if said.type == "error":
            self._fail(said, segment)
        elif segment is None:
            return ()
        elif said.type == "chunk":
            segment.add(said.audio or b"", at)
        elif said.type == "timestamps":
            for word, start_s, end_s in _times(said.word_timestamps):
                segment.hear(word, start_s, end_s)
            segment.add(b"", at)
        elif said.type == "done":
            del self._contexts[said.context_id or ""]
            segment.end()
        return ()

    def _fail(self, said: _Message, segment: Segment | None) -> None:
        status = said.status_code or 500
        kind: type[ProviderError] = ProviderUnavailable
        if status in THIS_REQUEST:
            kind = RequestRefused
        elif status in REFUSALS:
            kind = ProviderRefused
        elif status in TIMEOUTS:
            kind = ProviderTimeout
        words = ": ".join(str(part) for part in (said.error_code, said.title, said.message) if part)
        error = self.problem(kind, f"error {status}{': ' if words else ''}{words}")
        if segment is not None:
            del self._contexts[said.context_id or ""]
            if status == TOO_MANY:
                segment.postpone(error)
            else:
                segment.fail(error)
        elif not said.context_id:
            self.is_crowded = status == TOO_MANY
            raise error
        # Else it is about a context that was left, or is done.


def _times(raw: msgspec.Raw) -> Iterable[tuple[str, float, float]]:
    """Words without times are no reason to fail."""
    try:
        told = _WORDS.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        told = None
    return zip(told.words or (), told.start or (), told.end or (), strict=False) if told is not None else ()
