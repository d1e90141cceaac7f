"""The voices over sockets, each with the stand-in that it is tried against."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from offhook.simulator.vendors.cartesia import CartesiaServer
from offhook.simulator.vendors.deepgram_speak import DeepgramSpeakServer
from offhook.simulator.vendors.elevenlabs import ElevenLabsServer
from offhook.simulator.vendors.sockets import SpeechServer
from offhook.speech.ports import ProviderConfig, Setup, SpokenAudio, Voice, WordTime
from offhook.speech.registry import Kind, provider
from offhook.speech.scripted.tape import FRAME_BYTES, SILENCE, heard_text

TEXT = "Thank you for calling the harbour hotel, how can I help you today?"


@dataclass(frozen=True)
class Vendor:
    """A provider and the stand-in that it is tried against."""

    name: str
    server: type[SpeechServer]
    config: dict[str, str]
    tells_words: bool = True

    def voice(self, server: SpeechServer, key: str = "", **config: Any) -> Voice:
        found = provider(Kind.TTS, self.name)
        block = found.config.model_validate({**self.config, "base_url": server.base_url, **config})
        return self.create(block, Setup(key=lambda name: key or self.server.key))

    def create(self, block: ProviderConfig, setup: Setup) -> Voice:
        return cast("Voice", vars(provider(Kind.TTS, self.name).module)["create"](block, setup))


VENDORS = (
    Vendor("elevenlabs", ElevenLabsServer, {"voice": "voice1"}),
    Vendor("cartesia", CartesiaServer, {"voice": "voice1"}),
    Vendor("deepgram", DeepgramSpeakServer, {}, tells_words=False),
)


async def said(voice: Voice, text: str) -> tuple[str, bytes, list[WordTime]]:
    """What a caller hears of it, word for word."""
    audio, words = b"", list[WordTime]()
    async with aclosing(voice.synthesize(text)) as pieces:
        async for piece in pieces:
            assert isinstance(piece, SpokenAudio), "one voice says it all"
            audio += piece.audio
            words += piece.words
    return heard(audio), audio, words


def heard(audio: bytes) -> str:
    padded = audio + SILENCE * (-len(audio) % FRAME_BYTES)
    return heard_text(padded[at : at + FRAME_BYTES] for at in range(0, len(padded), FRAME_BYTES))


def run(vendor: Vendor, act: Callable[[SpeechServer, Voice], Awaitable[None]], **options: Any) -> None:
    """A server, a voice that is prepared, and nothing left behind."""

    async def main() -> None:
        async with asyncio.timeout(15), vendor.server(**options) as server:
            voice = vendor.voice(server)
            await voice.prepare()
            try:
                await act(server, voice)
            finally:
                await voice.close()
            assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(8):
        while not condition():
            await asyncio.sleep(0.005)
