"""The vendors' own libraries judge the stand-ins of voices: what they understand is their wire."""

import asyncio
import base64
from typing import Any

import pytest
from cartesia import AsyncCartesia
from deepgram import AsyncDeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from deepgram.speak.v1.types import SpeakV1Flushed, SpeakV1Metadata, SpeakV1Text
from elevenlabs import AudioOutputMulti, FinalOutputMulti
from elevenlabs.client import ElevenLabs
from elevenlabs.core import ApiError
from elevenlabs.types import (
    CloseContext,
    CloseSocket,
    FlushContext,
    InitializeConnectionMulti,
    SendTextMulti,
    VoiceSettings,
)

from offhook.simulator.vendors.cartesia import CartesiaServer
from offhook.simulator.vendors.deepgram_speak import DeepgramSpeakServer
from offhook.simulator.vendors.elevenlabs import UNKNOWN_VOICE, ElevenLabsServer
from tests.contract.test_voice_rules import answers, client, tell
from tests.socket_voice_world import TEXT, VENDORS, heard, run, said


def elevenlabs_audio(base_url: str, voice: str) -> bytes:
    sdk = ElevenLabs(api_key=ElevenLabsServer.key, base_url=base_url)
    speech = sdk.text_to_speech
    # It insists on TLS, which nobody needs on loopback.
    speech._ws_base_url = base_url.replace("http", "ws", 1)
    settings = VoiceSettings(stability=0.5, similarity_boost=0.75)
    pieces = speech.convert_realtime(
        voice, text=iter([TEXT]), model_id="eleven_flash_v2_5", output_format="ulaw_8000", voice_settings=settings
    )
    return b"".join(pieces)


def test_elevenlabs_own_client_hears_the_text_and_the_error() -> None:
    async def main() -> None:
        async with ElevenLabsServer() as server:
            assert heard(await asyncio.to_thread(elevenlabs_audio, server.base_url, "voice1")) == TEXT
            with pytest.raises(ApiError, match="does not exist"):
                await asyncio.to_thread(elevenlabs_audio, server.base_url, UNKNOWN_VOICE)

    asyncio.run(main())


def test_elevenlabs_own_types_describe_both_sides_of_contexts() -> None:
    """Its library has no client of contexts, only the shapes of their messages."""
    sent: list[type[Any]] = [InitializeConnectionMulti, SendTextMulti, FlushContext, CloseContext, CloseSocket]

    async def act(server: Any, voice: Any) -> None:
        await said(voice, TEXT)
        for message, shape in zip(server.heard, sent, strict=False):
            strict = shape.model_validate(message)
            assert strict.model_extra in ({}, None)
        async with client(server) as socket:
            await tell(socket, *server.heard)
            *audio, final = await answers(socket, "isFinal")
        assert FinalOutputMulti.model_validate(final).context_id == "s1"
        outputs = [AudioOutputMulti.model_validate(message) for message in audio]
        assert heard(b"".join(base64.b64decode(output.audio) for output in outputs)) == TEXT
        letters = [letter for output in outputs if output.alignment for letter in output.alignment.chars or []]
        assert "".join(letters) == TEXT
        assert all(output.alignment and output.alignment.char_durations_ms for output in outputs)

    run(VENDORS[0], act)


def test_cartesias_own_client_hears_text_and_word_times() -> None:
    async def main() -> None:
        async with CartesiaServer() as server:
            sdk = AsyncCartesia(
                api_key=server.key, base_url=server.base_url,
                websocket_base_url=server.base_url.replace("http", "ws", 1),
            )  # fmt: skip
            audio, words = b"", list[str]()
            async with sdk.tts.websocket_connect() as connection:
                await connection.send(
                    {
                        "model_id": "sonic-3.5",
                        "transcript": TEXT,
                        "voice": {"id": "voice1"},
                        "language": "en",
                        "context_id": "a",
                        "output_format": {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000},
                        "add_timestamps": True,
                        "continue": False,
                    }
                )
                async with asyncio.timeout(5):
                    while (event := await connection.recv()).type != "done":
                        if event.type == "chunk":
                            audio += event.audio or b""
                        elif event.type == "timestamps" and event.word_timestamps is not None:
                            words += event.word_timestamps.words
                await connection.send({"context_id": "a"})  # type: ignore[arg-type]
                async with asyncio.timeout(5):
                    error = await connection.recv()
                assert error.type == "error"
                assert error.error_code == "context_expired"
            await sdk.close()
            assert heard(audio) == TEXT
            assert words == TEXT.split()

    asyncio.run(main())


def test_deepgrams_own_client_hears_the_text() -> None:
    async def main() -> None:
        async with DeepgramSpeakServer() as server:
            socket_url = server.base_url.replace("http", "ws", 1)
            environment = DeepgramClientEnvironment(
                base=server.base_url, production=socket_url, agent=socket_url, agent_rest=server.base_url
            )
            sdk = AsyncDeepgramClient(api_key=server.key, environment=environment)
            async with sdk.speak.v1.connect(
                model="aura-2-thalia-en", encoding="mulaw", sample_rate="8000"
            ) as connection:
                assert isinstance(await connection.recv(), SpeakV1Metadata)
                await connection.send_text(SpeakV1Text(type="Speak", text=TEXT))
                await connection.send_flush()
                audio = b""
                async with asyncio.timeout(5):
                    while isinstance(message := await connection.recv(), bytes):
                        audio += message
                assert isinstance(message, SpeakV1Flushed)
                assert message.sequence_id == 0
                await connection.send_close()
            assert heard(audio) == TEXT

    asyncio.run(main())
