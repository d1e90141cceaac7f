"""A voice that speaks the talking tape: whoever hears it knows which words it said."""

import asyncio
import random
from collections.abc import AsyncGenerator
from typing import Annotated, Final, Literal

from pydantic import Field

from offhook.core.formats import TELEPHONE
from offhook.errors import ProviderRefused, ProviderUnavailable
from offhook.speech.ports import ProviderConfig, Setup, SpokenAudio, WordTime
from offhook.speech.scripted.tape import Utterance, speak, word_times

Seconds = Annotated[float, Field(ge=0.0, le=3600.0)]
MADE_HERE: Final = True
"""The tape begins with sound; its utterances are numbered anew in each process."""


class Config(ProviderConfig):
    """The `tts` block of an agent in a test. All times run on the event loop's clock."""

    provider: Literal["scripted"] = "scripted"
    first_audio_s: Annotated[Seconds, Field(description="From the text to the first audio.")] = 0.1
    realtime_factor: Annotated[
        float, Field(ge=0.0, le=100.0, description="Time to make a second of audio; above 1 the playout runs dry.")
    ] = 0.05
    piece_s: Annotated[float, Field(ge=0.02, le=10.0, description="Audio comes in pieces of this length.")] = 0.2
    word_times: Annotated[bool, Field(description="Tell where each word lies.")] = True
    fault: Annotated[
        Literal["none", "fail", "refuse", "never_start", "stall", "fail_mid"],
        Field(description="fail or refuse at once; never_start; stall or fail_mid after `fault_pieces` pieces."),
    ] = "none"
    fault_pieces: Annotated[int, Field(ge=0)] = 2
    fault_rate: Annotated[float, Field(ge=0.0, le=1.0, description="Share of segments with the fault.")] = 1.0
    seed: int = 0


def create(config: Config, setup: Setup) -> "ScriptedVoice":
    """The port."""
    del setup
    return ScriptedVoice(config)


class ScriptedVoice:
    """Speaks the tape; each segment has a number of its own, counted over all calls."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._chance = random.Random(config.seed)
        self._segments = 0

    async def prepare(self) -> None:
        """Nothing to load."""

    async def synthesize(self, text: str) -> AsyncGenerator[SpokenAudio, None]:
        """The segment's audio in pieces, each with the words that begin in it."""
        config = self._config
        self._segments += 1
        fault = config.fault if self._chance.random() < config.fault_rate else "none"
        if fault == "fail":
            raise ProviderUnavailable("the scripted voice refuses", provider="scripted")
        if fault == "refuse":
            raise ProviderRefused("the scripted voice knows no such key", provider="scripted")
        if fault == "never_start":
            await asyncio.get_running_loop().create_future()
        audio = speak(text, Utterance(self._segments))
        times = word_times(text) if config.word_times else ()
        size = round(config.piece_s * 50) * TELEPHONE.frame_bytes
        await asyncio.sleep(config.first_audio_s)
        for piece, at in enumerate(range(0, len(audio), size)):
            if piece:
                await asyncio.sleep(config.realtime_factor * config.piece_s)
            if piece >= config.fault_pieces:
                await self._break(fault)
            yield SpokenAudio(audio[at : at + size], _words_in(times, at, at + size))
        if len(audio) <= config.fault_pieces * size:
            await self._break(fault)

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _break(self, fault: str) -> None:
        if fault == "stall":
            await asyncio.get_running_loop().create_future()
        elif fault == "fail_mid":
            raise ProviderUnavailable("the scripted voice breaks off", provider="scripted")


def _words_in(times: tuple[WordTime, ...], begin: int, end: int) -> tuple[WordTime, ...]:
    return tuple(word for word in times if begin <= round(word.start_s * TELEPHONE.bytes_per_s) < end)
