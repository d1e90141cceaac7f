"""ElevenLabs' voices over its socket of many contexts: mu-law as the line wants it, and the time of each letter.

A segment is a context of its own: text, flush and close in one go. What was asked for is made to its end and cannot be
taken back, so that a segment that was left costs no message; its context counts until the vendor calls it final.
https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

import msgspec
from pydantic import Field, field_validator

from offhook.errors import ProtocolViolation, ProviderError, ProviderRefused, ProviderUnavailable
from offhook.speech.ports import ProviderConfig, Setup, Voice
from offhook.speech.vendor_block import BaseUrl, key_of, socket_url
from offhook.speech.voice_languages import LanguageVoice
from offhook.speech.voice_segment import Segment
from offhook.speech.voice_socket import SocketVoice, Terms, VoiceDialect
from offhook.speech.voice_words import SpokenText, speaker
from offhook.speech.websocket import Endpoint

NAME: Final = "elevenlabs"
KEYS: Final = ("ELEVENLABS_API_KEY",)
CONTEXTS: Final = 4
"""The vendor allows 5 on a socket and closes it at the sixth; one is left for what it has not let go of yet."""
INACTIVITY_S: Final = 180
"""The longest that the vendor grants."""
TOLD_LANGUAGE: Final = ("eleven_flash_v2_5", "eleven_turbo_v2_5")
"""Models that are told the language; the others hear it in the text, and some refuse to be told."""
ELSEWHERE: Final = ("eleven_v3", "eleven_v4")
"""Models of another address, with another wire."""
BUSY: Final = frozenset(
    {
        "max_active_conversations",
        "too_many_concurrent_requests",
        "concurrent_limit_exceeded",
        "rate_limit_exceeded",
        "system_busy",
        "input_timeout_exceeded",
        "internal_error",
    }
)
"""Errors that another try may mend, though the socket is closed with 1008 for them as for a wrong key."""


class Config(ProviderConfig):
    """The `tts` block of an agent that speaks with ElevenLabs. The key is in `ELEVENLABS_API_KEY`."""

    provider: Literal["elevenlabs"] = "elevenlabs"
    voice: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$", description="Id of the voice, as the vendor's page shows it.")
    ]
    model: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$", description="Such as eleven_flash_v2_5, eleven_multilingual_v2.")
    ] = "eleven_flash_v2_5"
    language: Annotated[
        str,
        Field(
            pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{1,8})*)?$",
            description="Empty: the agent's, for models that are told one (flash and turbo v2.5).",
        ),
    ] = ""
    stability: Annotated[float, Field(ge=0.0, le=1.0, description="Less is livelier, more is the same each time.")] = (
        0.5
    )
    similarity: Annotated[float, Field(ge=0.0, le=1.0, description="How close to keep to the voice's original.")] = 0.75
    style: Annotated[
        float, Field(ge=0.0, le=1.0, description="How much of its manner is exaggerated; above 0 it is slower.")
    ] = 0.0
    speaker_boost: Annotated[bool, Field(description="Likeness to the original, for a little more delay.")] = False
    speed: Annotated[float, Field(ge=0.7, le=1.2, description="1 is the voice's own pace; more is faster.")] = 1.0
    spell_out: Annotated[
        bool,
        Field(description="Numbers, dates and amounts are given to the vendor as words: flash reads none."),
    ] = True
    most_sockets: Annotated[
        int, Field(ge=1, le=64, description="Sockets for all calls of this agent; each says 4 segments at once.")
    ] = 16
    base_url: Annotated[BaseUrl, Field(max_length=300, description="Address of ElevenLabs, or of a region of it.")] = (
        "https://api.elevenlabs.io"
    )

    @field_validator("model")
    @classmethod
    def _check_model(cls, model: str) -> str:
        if model.startswith(ELSEWHERE):
            raise ValueError(f"{model} is not served as a stream of contexts; take one such as eleven_flash_v2_5")
        return model


def _speaks_any(config: Config) -> bool:
    """One that is not told a language hears it in each text."""
    return not config.language and not config.model.startswith(TOLD_LANGUAGE)


SPEAKS_ANY: Final = _speaks_any


def create(config: Config, setup: Setup) -> Voice:
    """The voice of an agent. Raises `ConfigurationError`."""
    speak = speaker(setup, spell_out=config.spell_out)
    usual = _sockets(config, setup, speak)
    if config.language or not config.model.startswith(TOLD_LANGUAGE):
        return usual
    other = _sockets(config, setup, speak, tells_language=False)
    return LanguageVoice(usual, other, setup.language, speak)


def _sockets(
    config: Config, setup: Setup, speak: Callable[[str], SpokenText], *, tells_language: bool = True
) -> SocketVoice:
    key = key_of(setup, *KEYS)
    base = socket_url(config.base_url)
    fields = query(config, setup, tells_language=tells_language)
    url = f"{base}/v1/text-to-speech/{config.voice}/multi-stream-input?{fields}"
    endpoint = Endpoint(provider=NAME, url=url, headers={"xi-api-key": key}, secret=key, request_header="request-id")
    terms = Terms(
        segments_per_socket=CONTEXTS, spare=2, most_sockets=config.most_sockets,
        idle_s=INACTIVITY_S * 2 / 3, end_s=10.0,
    )  # fmt: skip
    return SocketVoice(endpoint, terms, lambda: ContextDialect(endpoint, config), speak)


def query(config: Config, setup: Setup, *, tells_language: bool = True) -> str:
    """The query of the socket's address; a model that is not told the language hears it in the text."""
    fields = [
        ("model_id", config.model),
        ("output_format", "ulaw_8000"),
        # Without it the vendor waits for 120 characters, or for a flush.
        ("auto_mode", "true"),
        ("inactivity_timeout", str(INACTIVITY_S)),
        # Times with the very audio that they are about.
        ("sync_alignment", "true"),
    ]
    language = config.language or (setup.language if config.model.startswith(TOLD_LANGUAGE) else "")
    if language and tells_language:
        fields.append(("language_code", language.partition("-")[0].lower()))
    return urlencode(fields)


# ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Alignment(msgspec.Struct, frozen=True):
    """Letters and their times in ms. The vendor's specification and its wire spell two of the names differently."""

    chars: list[str] = []
    starts: list[float] = msgspec.field(default_factory=list, name="charStartTimesMs")
    other_starts: list[float] = msgspec.field(default_factory=list, name="charsStartTimesMs")
    lengths: list[float] = msgspec.field(default_factory=list, name="charDurationsMs")
    other_lengths: list[float] = msgspec.field(default_factory=list, name="charsDurationsMs")

    def times(self) -> Iterator[tuple[str, float, float]]:
        """Each letter with its start and end in seconds of this message's own time."""
        starts, lengths = self.starts or self.other_starts, self.lengths or self.other_lengths
        for letter, start, length in zip(self.chars, starts, lengths, strict=False):
            yield letter, start / 1000, (start + length) / 1000


class _Message(msgspec.Struct, frozen=True):
    """All that a message may hold; both spellings of names that were seen in both."""

    audio: bytes | None = None
    context: str | None = msgspec.field(default=None, name="contextId")
    other_context: str | None = msgspec.field(default=None, name="context_id")
    final: bool | None = msgspec.field(default=None, name="isFinal")
    other_final: bool | None = msgspec.field(default=None, name="is_final")
    alignment: _Alignment | None = None
    normalized: _Alignment | None = msgspec.field(default=None, name="normalizedAlignment")
    other_normalized: _Alignment | None = msgspec.field(default=None, name="normalized_alignment")
    error: object = None
    message: object = None
    code: object = None


_DECODER: Final = msgspec.json.Decoder(_Message)
_encode: Final = msgspec.json.encode


class ContextDialect(VoiceDialect):
    """What is said on one `multi-stream-input` socket."""

    def __init__(self, endpoint: Endpoint, config: Config) -> None:
        super().__init__(endpoint)
        self._settings = {
            "stability": config.stability,
            "similarity_boost": config.similarity,
            "style": config.style,
            "use_speaker_boost": config.speaker_boost,
            "speed": config.speed,
        }
        self._ids = count(1)
        self._contexts: dict[str, Segment] = {}
        self._told_s: dict[str, float] = {}
        """Of each context, the length of what its alignments were about so far."""

    def begin(self, segment: Segment, at: float) -> Iterable[str]:
        """A context of its own. The settings count in its first message only, and each has to say them."""
        context = f"s{next(self._ids)}"
        self._contexts[context], self._told_s[context] = segment, 0.0
        messages: tuple[dict[str, object], ...] = (
            {"text": " ", "context_id": context, "voice_settings": self._settings},
            {"text": f"{segment.spoken.said} ", "context_id": context},
            # A flush alone brings no end, and a close alone might not bring the audio.
            {"context_id": context, "flush": True},
            {"context_id": context, "close_context": True},
        )
        return [_encode(message).decode() for message in messages]

    def cancel(self, segment: Segment) -> Iterable[str]:
        """Nothing: the context is closed already, and naming one that has ended would open it anew, for good."""
        return ()

    def forget(self, segment: Segment) -> None:
        """What comes of it now belongs to no context."""
        for context in [context for context, found in self._contexts.items() if found is segment]:
            self._remove(context)

    def goodbye(self) -> str | None:
        """So that nothing is made, and counted, that nobody hears."""
        return '{"close_socket":true}'

    def received(self, message: str | bytes, at: float) -> None:
        """One message: audio, an end, an error, or something that may be ignored."""
        try:
            said = _DECODER.decode(message)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self.problem(ProtocolViolation, "sent what is not in its protocol") from error
        context = said.context or said.other_context or ""
        segment = self._contexts.get(context)
        if said.error is not None:
            self._fail(said, context)
        elif segment is not None:
            self._hear(segment, context, said, at)

    def _hear(self, segment: Segment, context: str, said: _Message, at: float) -> None:
        alignment = said.alignment or said.normalized or said.other_normalized
        if alignment is not None and alignment.chars:
            # The times of each message begin at 0 again. They are about the audio that comes with them, or about more
            # of it that follows without any: so the later of both positions is where they begin.
            begin_s, end_s = max(segment.length_s, self._told_s[context]), 0.0
            for letter, letter_s, until_s in alignment.times():
                segment.clock.hear(letter, begin_s + letter_s, begin_s + until_s)
                end_s = max(end_s, until_s)
            self._told_s[context] = begin_s + end_s
        segment.add(said.audio or b"", at)
        if said.final or said.other_final:
            self._remove(context)
            segment.end()

    def _remove(self, context: str) -> None:
        self._contexts.pop(context, None)
        self._told_s.pop(context, None)

    def _fail(self, said: _Message, context: str) -> None:
        code = str(said.error)
        kind: type[ProviderError] = ProviderUnavailable if code in BUSY else ProviderRefused
        error = self.problem(kind, f"{code}: {said.message}" if said.message else code)
        segment = self._contexts.get(context)
        if segment is not None:
            self._remove(context)
            segment.fail(error)
        if segment is None or said.code is not None:
            raise error  # The code is that of the close which follows.
