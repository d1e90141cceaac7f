"""Every voice gets its text from the same place: no vendor is sent markup, nor the wrong language for a sentence."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import pytest

from offhook.simulator.vendors.azure import AzureServer
from offhook.simulator.vendors.cartesia import CartesiaServer
from offhook.simulator.vendors.deepgram_speak import DeepgramSpeakServer
from offhook.simulator.vendors.elevenlabs import ElevenLabsServer
from offhook.simulator.vendors.openai_speech import OpenAISpeechServer
from offhook.simulator.vendors.sockets import Refusal, SpeechConnection, SpeechServer
from offhook.simulator.vendors.sound import SoundServer
from offhook.speech.ports import Setup, Voice
from offhook.speech.registry import Kind, provider

WRITTEN = (
    '<think>They ask for the code.</think>\n# Your booking\n- **Code**: AB12C 😊 <break time="1.5s"/>\n'
    "- [Menu](https://x.y/z) [laughs] 2½ hours | `5` &amp; 6"
)
AS_WRITTEN = "Your booking, Code: AB12C, Menu 2½ hours, 5 & 6"
IN_WORDS = "Your booking, Code: A B one two C, Menu two and a half hours, five and six"
HTTP: tuple[type[SoundServer], ...] = (AzureServer, OpenAISpeechServer)
SOCKETS: tuple[type[SpeechServer], ...] = (ElevenLabsServer, CartesiaServer, DeepgramSpeakServer)
NAMES = {
    AzureServer: "azure", OpenAISpeechServer: "openai", ElevenLabsServer: "elevenlabs", CartesiaServer: "cartesia",
    DeepgramSpeakServer: "deepgram",
}  # fmt: skip


def create(name: str, base_url: str, key: str, agent: str = "en-US", **options: Any) -> Voice:
    found = provider(Kind.TTS, name)
    options = {"voice": "voice1", **options} if name in ("elevenlabs", "cartesia") else options
    config = found.config.model_validate({"base_url": base_url, **options})
    setup = Setup(language=agent, key=lambda _: key)
    voice: Voice = vars(found.module)["create"](config, setup)
    return voice


async def say(voice: Voice, *texts: str) -> None:
    async with asyncio.timeout(10):
        await voice.prepare()
        for text in texts:
            async with aclosing(voice.synthesize(text)) as pieces:
                async for _ in pieces:
                    pass
        await voice.close()


@pytest.mark.parametrize("spell_out", [False, True])
@pytest.mark.parametrize("kind", HTTP)
def test_a_vendor_over_http_gets_words(kind: type[SoundServer], spell_out: bool) -> None:
    async def main() -> None:
        async with kind() as server:
            base_url = f"{server.address}/v1" if kind is OpenAISpeechServer else server.address
            voice = create(NAMES[kind], base_url, server.key, spell_out=spell_out)
            await say(voice, WRITTEN, "<think>Nothing to say.</think> 😊")
            assert [request.text for request in server.requests] == [IN_WORDS if spell_out else AS_WRITTEN]
            assert b"](/" not in server.requests[0].body

    asyncio.run(main())


@pytest.mark.parametrize("spell_out", [False, True])
@pytest.mark.parametrize("kind", SOCKETS)
def test_a_vendor_over_a_socket_gets_words(kind: type[SpeechServer], spell_out: bool) -> None:
    async def main() -> None:
        async with kind() as server:
            voice = create(NAMES[kind], server.base_url, kind.key, spell_out=spell_out)
            await say(voice, WRITTEN, "<think>Nothing to say.</think> 😊")
            assert [text.strip() for text in server.said] == [IN_WORDS if spell_out else AS_WRITTEN]

    asyncio.run(main())


class Listening(ElevenLabsServer):
    """Remembers what each socket was told of the language."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str | None] = []

    def connection(self, path: str, query: dict[str, str], headers: Mapping[str, str]) -> SpeechConnection | Refusal:
        self.told.append(query.get("language_code"))
        return super().connection(path, query, headers)


@pytest.mark.parametrize(
    ("options", "told"),
    [({}, {"en", None}), ({"language": "es"}, {"es"}), ({"model": "eleven_multilingual_v2"}, {None})],
)
def test_no_socket_enforces_another_language_than_the_sentence_has(
    options: dict[str, str], told: set[str | None]
) -> None:
    async def main() -> None:
        async with Listening() as server:
            voice = create("elevenlabs", server.base_url, server.key, **options)
            await voice.prepare()
            usual = set(server.told)
            assert len(usual) == 1
            await say(voice, "It costs 20 euros.", "A las siete cuesta 20 euros.", "Okay.")
            assert set(server.told) == told
            assert server.said[1].startswith("A las siete")
            assert "twenty" not in server.said[1]
            if None in told and "en" in told:
                assert server.told[0] == "en"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("options", "languages"),
    [({}, ["en", "es", "en"]), ({"language": "en"}, ["en"] * 3), ({"model": "sonic-latest"}, ["en", "es", "en"])],
)
def test_cartesia_is_told_the_language_of_each_sentence(options: dict[str, str], languages: list[str]) -> None:
    async def main() -> None:
        async with CartesiaServer() as server:
            voice = create("cartesia", server.base_url, server.key, **options)
            await say(voice, "It costs 20 euros.", "A las siete cuesta 20 euros.", "Okay.")
            assert [message["language"] for message in server.heard if "transcript" in message] == languages

    asyncio.run(main())


def test_a_multilingual_voice_of_azure_is_told_the_language_of_each_sentence() -> None:
    async def main() -> None:
        async with AzureServer() as server:
            voice = create("azure", server.address, server.key)
            await say(voice, "It costs 20 euros.", "A las siete cuesta 20 euros.")
            usual, spanish = (request.body.decode() for request in server.requests)
            assert '<lang xml:lang="es' not in usual
            assert '<lang xml:lang="es' in spanish
            katja = create("azure", server.address, server.key, "de-DE", voice="de-DE-KatjaNeural")
            await say(katja, "The table is free at seven.")
            assert '<lang xml:lang="en' not in server.requests[-1].body.decode()

    asyncio.run(main())
