"""A caller on talking tape before Deepgram's adapter: what it says, what is asked, what was posted."""

import asyncio
from collections.abc import Callable

from offhook.simulator.vendors.deepgram import KEY, DeepgramServer
from offhook.speech.ports import Setup, TranscriberEvent
from offhook.speech.scripted.tape import FRAME_BYTES, SILENCE_FRAME, Plane, Utterance, speak
from offhook.speech.stt import deepgram as stt
from offhook.speech.websocket import Limits
from tests.heard_words import EXACT_S, check_answers, check_chain
from tests.transcriber_world import Stream

GAP_FRAMES = 5
"""Silence after which a talk spurt counts as ended and its words are asked for."""


def spoken(text: str, number: int = 0, gap: int = GAP_FRAMES, *, ends_turn: bool = True) -> list[bytes]:
    """Frames of the text and the silence behind it."""
    audio = speak(text, Utterance(number, ends_turn=ends_turn), Plane.LSB) + SILENCE_FRAME * gap
    return [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]


class Hearing(Stream):
    """One transcriber over a socket, what it was asked and what it posted."""

    def __init__(self, port: stt.DeepgramSpeechToText) -> None:
        super().__init__(port.transcriber)

    def say(self, text: str, number: int = 0, gap: int = GAP_FRAMES, *, ends_turn: bool = True) -> None:
        """All at once."""
        for frame in spoken(text, number, gap, ends_turn=ends_turn):
            self.hear(frame)

    def quiet(self, frames: int) -> None:
        """Silence, all at once."""
        for _ in range(frames):
            self.hear(SILENCE_FRAME)

    @property
    def posted(self) -> list[TranscriberEvent]:
        """All events."""
        return [event for _, event in self.notes.events]

    def finals(self) -> list[str]:
        """What each says; they follow each other, and those that were asked for have come."""
        check_chain(self.notes)
        check_answers(self.notes)
        return [final.text for final in self.notes.finals]

    def of(self, kind: type) -> list[TranscriberEvent]:
        """Events of a kind."""
        return [event for event in self.posted if isinstance(event, kind)]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for it, as long as the transcriber lives."""
        async with asyncio.timeout(8):
            while not holds():
                assert not self.task.done(), self.task
                await asyncio.sleep(0.005)

    async def until_finals(self, count: int) -> None:
        """Wait for so many."""
        await self.until(lambda: len(self.notes.finals) >= count)

    async def until_answered(self) -> None:
        """Wait for the final that reaches the last question."""
        place_s, _ = self.notes.questions[-1]
        await self.until(lambda: any(final.to_s >= place_s - EXACT_S for final in self.notes.finals))

    async def error(self) -> BaseException | None:
        """What the stream ends with."""
        await asyncio.wait({self.task}, timeout=8)
        return self.task.exception()


async def port_of(server: DeepgramServer, config: stt.Config | None = None, setup: Setup | None = None,
                  limits: Limits | None = None) -> stt.DeepgramSpeechToText:  # fmt: skip
    """The adapter, prepared, in front of the server."""
    config = (config or stt.Config()).model_copy(update={"base_url": server.base_url})
    setup = setup or Setup(key=lambda name: server.key or KEY)
    port = stt.create(config, setup)
    await port.prepare()
    if limits is not None:
        port.limits = limits
    return port
