"""OpenAI's voices as a stream of sound (`POST /audio/speech`), and servers that speak the same.

The vendor's own address ends on 6 January 2027, as the owner is told (`speech/catalogue.toml`). It gives no 8 kHz and
no mu-law, so its 16-bit samples are brought down here; and no word times, so those are spread by the playout.
https://developers.openai.com/api/docs/guides/text-to-speech
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated, Any, Final, Literal, Self

import msgspec
from pydantic import Field, model_validator

from offhook.audio.pcm import PcmToUlaw
from offhook.speech.catalogue import key_header
from offhook.speech.http import Endpoint
from offhook.speech.http_audio import VOICE_PATIENCE, AudioClient
from offhook.speech.ports import ProviderConfig, Setup, SpokenAudio
from offhook.speech.vendor_block import BaseUrl, is_loopback, key_of
from offhook.speech.voice_words import SpokenText, speaker

NAME: Final = "openai"
BASE_URL: Final = "https://api.openai.com/v1"
LONGEST_TEXT: Final = 4096
VOICES: Final = (
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer", "verse",
)  # fmt: skip
"""The vendor's own, from its reference of `/audio/speech` (November 2026): there is no list to ask for."""
"""Characters that the vendor takes at once."""
FORMAT_HINT: Final = (
    "the server has to answer `response_format: pcm` with raw samples: take a server or model that does"
)


class Config(ProviderConfig):
    """OpenAI's voices, or a server that speaks its `/audio/speech` with `response_format: pcm`."""

    provider: Literal["openai"] = "openai"
    model: Annotated[str, Field(min_length=1, max_length=200, description="The model, as the vendor names it.")] = (
        "gpt-4o-mini-tts"
    )
    voice: Annotated[
        str, Field(min_length=1, max_length=200, description="The voice's name, or the id of one of your own.")
    ] = "marin"
    speed: Annotated[float, Field(ge=0.25, le=4.0, description="1 is the voice's own pace; more is faster.")] = 1.0
    instructions: Annotated[
        str, Field(max_length=LONGEST_TEXT, description="How to speak, in words; models named `tts-1` take none.")
    ] = ""
    spell_out: Annotated[
        bool,
        Field(description="Numbers, dates and amounts are given to the vendor as words; else it reads them itself."),
    ] = False
    base_url: Annotated[BaseUrl, Field(description="The vendor's address; it mostly ends in `/v1`.")] = BASE_URL
    key_env: Annotated[
        str,
        Field(
            pattern=r"^[A-Z][A-Z0-9_]{0,99}$",
            description="Environment variable with the key; a server of this machine needs none.",
        ),
    ] = "OPENAI_API_KEY"
    sample_rate_hz: Annotated[
        Literal[8000, 16000, 24000, 48000], Field(description="Of the server's samples; the vendor's own have 24000.")
    ] = 24000

    @model_validator(mode="after")
    def _check_instructions(self) -> Self:
        if self.instructions and self.model.startswith("tts-1") and self.base_url == BASE_URL:
            raise ValueError(f"instructions: the model {self.model} takes none; leave them out or take another model")
        return self


def KEYS(config: Config) -> tuple[str, ...]:  # noqa: N802 - the registry's name for it
    """None for a server of this machine: it is asked without one when the variable is not set."""
    return () if is_loopback(config.base_url) else (config.key_env,)


def _speaks_any(config: Config) -> bool:
    """OpenAI's own voices do; what another server has behind the same wire is not known."""
    return config.base_url == BASE_URL


SPEAKS_ANY: Final = _speaks_any


def create(config: Config, setup: Setup) -> "OpenAIVoice":
    """The voice of an agent. Raises `ConfigurationError` when the key is missing."""
    speak = speaker(setup, spell_out=config.spell_out)
    return OpenAIVoice(config, key_of(setup, config.key_env, config.base_url), speak)


def request_body(config: Config, text: str) -> dict[str, Any]:
    """The request, without what is the server's default anyway: not every server knows every member."""
    own_voice = config.voice.startswith("voice_") and config.base_url == BASE_URL
    body: dict[str, Any] = {
        "model": config.model,
        "input": text,
        "voice": {"id": config.voice} if own_voice else config.voice,
        "response_format": "pcm",
    }
    if config.speed != 1.0:
        body["speed"] = config.speed
    if config.instructions:
        body["instructions"] = config.instructions
    return body


class OpenAIVoice:
    """See `offhook.speech.ports.Voice`."""

    def __init__(self, config: Config, key: str, speak: Callable[[str], SpokenText]) -> None:
        self._config, self._speak = config, speak
        endpoint = Endpoint(NAME, config.base_url, key_header(config.base_url, key), key, VOICE_PATIENCE)
        self._client = AudioClient(endpoint, FORMAT_HINT)

    async def prepare(self) -> None:
        """Make the connections' pool."""
        await self._client.prepare()

    async def expect_call(self) -> None:
        """Open a connection."""
        await self._client.expect_call()

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.close()

    async def synthesize(self, text: str) -> AsyncGenerator[SpokenAudio, None]:
        """The segment's audio as it comes, 2 ms behind it. Raises `ProviderError`."""
        spoken = self._speak(text)
        if spoken.is_silent:
            return  # The vendor takes it for a mistake.
        samples = PcmToUlaw(self._config.sample_rate_hz)
        body = msgspec.json.encode(request_body(self._config, spoken.said))
        async with aclosing(self._client.audio("audio/speech", body, "application/json")) as pieces:
            async for piece in pieces:
                if audio := samples.push(piece):
                    yield SpokenAudio(audio)
        yield SpokenAudio(samples.flush())
