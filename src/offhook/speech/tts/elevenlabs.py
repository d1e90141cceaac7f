"""ElevenLabs' voices over its socket of many contexts: mu-law as the line wants it, and the time of each letter.

A segment is a context of its own: text and flush in one go, and the close once its first audio is there. A flush alone
brings no end; and a close that overtakes the making of the first audio may bring an end without any, or nothing at all.
Once the audio comes, the end follows its last piece. A context counts until the vendor calls it final.
https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input
"""

from collections.abc import Callable, Iterable
from itertools import count
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

import msgspec
from pydantic import Field, field_validator

from offhook.audio.frames import SAMPLE_RATE
from offhook.errors import ProviderError, ProviderRefused, ProviderUnavailable, RequestRefused
from offhook.speech.ports import ProviderConfig, Setup, Voice
from offhook.speech.tts import alignment
from offhook.speech.vendor_block import BaseUrl, key_of, socket_url
from offhook.speech.voice_dialect import Terms, VoiceDialect
from offhook.speech.voice_languages import LanguageVoice
from offhook.speech.voice_segment import Segment
from offhook.speech.voice_socket import SocketVoice
from offhook.speech.voice_words import SpokenText, speaker
from offhook.speech.websocket import Endpoint

NAME: Final = "elevenlabs"
KEYS: Final = ("ELEVENLABS_API_KEY",)
CONTEXTS: Final = 4
"""The vendor allows 5 on a socket and closes it at the sixth; one is left for what it has not let go of yet."""
AGAIN_S: Final = 0.6
"""A segment of which nothing is there by then is asked for once more: now and then a context stays silent. First audio
comes after 0.1 to 0.4 s, and dead air of a second is noticed."""
INACTIVITY_S: Final = 180
"""The longest that the vendor grants."""
TOLD_LANGUAGE: Final = ("eleven_flash_v2_5", "eleven_turbo_v2_5")
"""Models that are told the language; the others hear it in the text, and some refuse to be told."""
LANGUAGES: Final = frozenset(
    """ar bg cs da de el en es fi fil fr hi hr hu id it ja ko ms nl no pl pt ro ru sk sv ta tr uk vi zh""".split()
)
"""Those that they are told; another is refused, and heard in the text."""
SAME: Final = {"nb": "no", "nn": "no", "tl": "fil"}
ELSEWHERE: Final = ("eleven_v3", "eleven_v4")
"""Models of another address, with another wire."""
CROWDED: Final = frozenset(
    {
        "max_active_conversations",
        "too_many_concurrent_requests",
        "concurrent_limit_exceeded",
        "rate_limit_exceeded",
    }
)
"""More at once than the account has: one of its own ends in a moment.
https://help.elevenlabs.io/hc/en-us/articles/19571824571921-API-Error-Code-429"""
PASSING: Final = frozenset({"system_busy", "input_timeout_exceeded", "internal_error", "internal_server_error"})
"""Errors that another try may mend, though the socket is closed with 1008 for them as for a wrong key."""
REFUSED: Final = frozenset(
    """invalid_api_key missing_permissions needs_authorization unauthorized quota_exceeded payment_required
    subscription_required only_for_creator_plus detected_unusual_activity voice_id_does_not_exist voice_not_found
    voice_access_denied ivc_not_permitted model_not_found model_can_not_do_text_to_speech unsupported_model
    invalid_output_format unsupported_output_format output_format_not_allowed""".split()
)
"""Errors about the key, the account or the settings: they meet every text. Those that are not here met this one."""


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
    language = (config.language or setup.language).replace("_", "-").partition("-")[0].lower()
    language = SAME.get(language, language)
    is_told = config.language or (config.model.startswith(TOLD_LANGUAGE) and language in LANGUAGES)
    if is_told and tells_language:
        fields.append(("language_code", language))
    return urlencode(fields)


# ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Message(msgspec.Struct, frozen=True):
    """All that a message may hold; both spellings of names that were seen in both."""

    audio: bytes | None = None
    context: str | None = msgspec.field(default=None, name="contextId")
    other_context: str | None = msgspec.field(default=None, name="context_id")
    final: bool | None = msgspec.field(default=None, name="isFinal")
    other_final: bool | None = msgspec.field(default=None, name="is_final")
    alignment: msgspec.Raw = msgspec.Raw()
    normalized: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="normalizedAlignment")
    other_normalized: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="normalized_alignment")
    error: object = None
    message: object = None
    code: object = None


class _Context:
    """A segment at the vendor."""

    def __init__(self, segment: Segment, asked_at: float) -> None:
        self.segment, self.asked_at = segment, asked_at
        self.letters = alignment.Letters(segment.spoken.said)
        self.is_latin = alignment.is_latin(segment.spoken.said)
        self.is_closed = self.is_asked_again = False

    def close(self, name: str) -> list[str]:
        """The message that closes it, once."""
        if self.is_closed:
            return []
        self.is_closed = True
        return [_encode({"context_id": name, "close_context": True}).decode()]


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
        self._contexts: dict[str, _Context] = {}
        self._dropped: set[str] = set()
        """Contexts that were asked for in vain, and are not over yet."""

    def begin(self, segment: Segment, at: float) -> Iterable[str]:
        """A context of its own. The settings count in its first message only, and each has to say them."""
        name = f"s{next(self._ids)}"
        self._contexts[name] = _Context(segment, at)
        messages: tuple[dict[str, object], ...] = (
            {"text": " ", "context_id": name, "voice_settings": self._settings},
            {"text": f"{segment.spoken.said} ", "context_id": name},
            {"context_id": name, "flush": True},
        )
        return [_encode(message).decode() for message in messages]

    def takes(self, letters: int, at: float) -> bool:
        """No more where a context stays silent: it may keep its place for good, and is to be asked for once more."""
        return not self._dropped and not any(found.asked_at + AGAIN_S <= at for found in self._silent)

    @property
    def wakeup_at(self) -> float | None:
        """When a segment's first audio is late."""
        return min((context.asked_at + AGAIN_S for context in self._late), default=None)

    @property
    def _late(self) -> list[_Context]:
        """Those that may be asked for once more, while there is room: it takes another context."""
        return self._silent if len(self._contexts) + len(self._dropped) < CONTEXTS else []

    @property
    def _silent(self) -> list[_Context]:
        """Those that were asked for once, and of which nothing came."""
        return [found for found in self._contexts.values() if found.segment.is_waited_for and not found.is_asked_again]

    def wake(self, at: float) -> Iterable[str]:
        """Ask for what is late once more, in another context; the first that has audio is heard."""
        late = next((context for context in self._late if context.asked_at + AGAIN_S <= at), None)
        if late is None:
            return ()
        messages = self.begin(late.segment, at)
        for context in self._contexts.values():
            context.is_asked_again = context.is_asked_again or context.segment is late.segment
        return messages

    def cancel(self, segment: Segment) -> Iterable[str]:
        """A context that is closed already is not named again: one that has ended would be opened anew, for good."""
        of_it = [(name, context) for name, context in self._contexts.items() if context.segment is segment]
        return [message for name, context in of_it for message in context.close(name)]

    def forget(self, segment: Segment) -> None:
        """What comes of it now belongs to no context."""
        self._contexts = {name: found for name, found in self._contexts.items() if found.segment is not segment}

    def goodbye(self) -> str | None:
        """So that nothing is made, and counted, that nobody hears."""
        return '{"close_socket":true}'

    def received(self, message: str | bytes, at: float) -> Iterable[str]:
        """One message: audio, an end, an error, or something that may be ignored."""
        said = self.read(_DECODER, message)
        name = said.context or said.other_context or ""
        is_final = bool(said.final or said.other_final)
        if said.error is not None:
            self._fail(said, name)
        elif (context := self._contexts.get(name)) is not None:
            return self._hear(name, context, said, is_final, at)
        elif is_final:
            self._dropped.discard(name)
        return ()

    def _hear(self, name: str, context: _Context, said: _Message, is_final: bool, at: float) -> Iterable[str]:
        segment, audio, answers = context.segment, said.audio or b"", list[str]()
        if audio and segment.is_waited_for:
            answers += self._drop_others(name, segment)
        # The letters that we have sent come first, in every language. The normalized ones are those of what is spoken:
        # "12" is "twelve" there, and other scripts are written in Latin letters.
        others = (said.normalized, said.other_normalized) if context.is_latin else ()
        times = alignment.read(said.alignment, *others)
        for letter, begin_s, until_s in context.letters.hear(times, segment.length_s, len(audio) / SAMPLE_RATE):
            segment.hear(letter, begin_s, until_s)
        segment.add(audio, at)
        if is_final:
            answers += self._drop_others(name, segment)
            del self._contexts[name]
            segment.end()
        elif audio:
            answers += context.close(name)
        return answers

    def _drop_others(self, name: str, segment: Segment) -> list[str]:
        """Of a segment that was asked for twice this context is heard."""
        others = [other for other, context in self._contexts.items() if context.segment is segment and other != name]
        if others:
            segment.begin_anew()
        self._dropped.update(others)
        return [message for other in others for message in self._contexts.pop(other).close(other)]

    def _fail(self, said: _Message, name: str) -> None:
        code = str(said.error)
        kind: type[ProviderError] = RequestRefused
        if code in CROWDED or code in PASSING:
            kind = ProviderUnavailable
        elif code in REFUSED:
            kind = ProviderRefused
        text = f"{code}: {said.message}" if said.message else code
        error = self.problem(kind, text)
        context = self._contexts.pop(name, None)
        if context is not None and code in CROWDED:
            context.segment.postpone(error)
        elif context is not None:
            context.segment.fail(error)
        if context is not None and kind is RequestRefused:
            # The others on the socket are not to blame for that text.
            error = self.problem(ProviderUnavailable, f"closed over another text: {text}")
        if context is None or said.code is not None:
            self.is_crowded = code in CROWDED
            raise error  # The code is that of the close which follows.
