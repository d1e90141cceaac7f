"""Speech-to-text that hears the talking tape: the caller's words, exactly, as late and as badly as it is told."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import Field

from offhook import clock
from offhook.core.events import TranscriberReady, TranscriptChanged, TranscriptFinal
from offhook.core.formats import FRAME_S, TELEPHONE
from offhook.errors import ProviderRefused, ProviderUnavailable
from offhook.speech.ports import ProviderConfig, Setup, TranscriberEvent
from offhook.speech.scripted.tape import SILENCE_FRAME, TapeReader

Seconds = Annotated[float, Field(ge=0.0, le=3600.0)]
GARBAGE: Final = "\u0000\ufffd \u202e " * 40
ODD_S: Final = 1_000_000.0
"""Added to a place, it is one that nobody has heard yet."""


class Config(ProviderConfig):
    """The `stt` block of an agent in a test. All times run on the event loop's clock."""

    provider: Literal["scripted"] = "scripted"
    connect_s: Annotated[Seconds, Field(description="From the start to being ready.")] = 0.0
    word_delay_s: Annotated[Seconds, Field(description="From the middle of a word to its being known.")] = 0.1
    interim_every_s: Annotated[Seconds, Field(description="At most one interim transcript in so long.")] = 0.2
    final_latency_s: Annotated[Seconds, Field(description="From `finalize` to the final transcript.")] = 0.15
    own_final_after_s: Annotated[
        float | None, Field(gt=0.0, description="Silence after which it makes words final by itself; null: never.")
    ] = None
    drop_after_s: Annotated[float | None, Field(ge=0.0, description="The stream is lost so long after its start.")] = (
        None
    )
    drops: Annotated[int, Field(ge=0, description="So many streams are lost; the later ones stay.")] = 1
    fault: Annotated[
        Literal["none", "refuse", "never_ready", "mute", "duplicate_final", "garbage"],
        Field(
            description="refuse at once; never_ready; mute: never a word; duplicate_final: each twice; garbage: "
            "nonsense around each final, with places that nobody has heard."
        ),
    ] = "none"
    fault_rate: Annotated[float, Field(ge=0.0, le=1.0, description="Share of streams with the fault or drop.")] = 1.0
    seed: int = 0


def create(config: Config, setup: Setup) -> "ScriptedSpeechToText":
    """The port."""
    del setup
    return ScriptedSpeechToText(config)


class ScriptedSpeechToText:
    """Makes transcribers, and decides by its seed which of them fail."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._chance = random.Random(config.seed)
        self._dropped = 0

    format = TELEPHONE
    asks_early = True

    async def prepare(self) -> None:
        """Nothing to load."""

    def transcriber(self, post: Callable[[TranscriberEvent], None]) -> "ScriptedTranscriber":
        """A transcriber for one call."""
        config = self._config
        if self._chance.random() >= config.fault_rate:
            config = config.model_copy(update={"fault": "none", "drop_after_s": None})
        elif config.drop_after_s is not None:
            self._dropped += 1
            if self._dropped > config.drops:
                config = config.model_copy(update={"drop_after_s": None})
        return ScriptedTranscriber(config, post)

    async def close(self) -> None:
        """Nothing to let go of."""


class ScriptedTranscriber:
    """Hears one call's tape."""

    def __init__(self, config: Config, post: Callable[[TranscriberEvent], None]) -> None:
        self._config = config
        self._post = post
        self._tape = TapeReader(kept=1000)
        self._frames = self._quiet_frames = 0
        """Heard in all; of them, silent ones since the last sound."""
        self._told_s = 0.0
        """Where the last final ends, also one that waits to be posted."""
        self._words: list[str] = []
        """Behind it."""
        self._due: deque[tuple[float, TranscriberEvent]] = deque()
        """What will be posted, in order; nothing overtakes."""
        self._timer: asyncio.TimerHandle | None = None
        self._interim_at = float("-inf")
        self._is_up = False

    @property
    def _heard_s(self) -> float:
        return self._frames * FRAME_S

    def hear(self, frame: bytes) -> None:
        """20 ms of the caller. Heard before the stream is up, words are told as soon as it is."""
        self._frames += 1
        self._quiet_frames = self._quiet_frames + 1 if frame == SILENCE_FRAME else 0
        for word in self._tape.hear(frame):
            self._words.append(word.text)
            if self._config.fault != "mute":
                self._tell_interim()
        after_s = self._config.own_final_after_s
        if after_s is not None and self._words and self._quiet_frames * FRAME_S >= after_s:
            self._make_final(self._heard_s)

    def finalize(self, to_s: float) -> None:
        """Ask for all words since the last time."""
        self._make_final(to_s)

    def _make_final(self, to_s: float) -> None:
        text = " ".join(self._words)
        self._words.clear()
        from_s, self._told_s = self._told_s, max(self._told_s, to_s)
        fault, latency_s = self._config.fault, self._config.final_latency_s
        if fault == "mute":
            return
        if fault == "garbage":
            self._later(latency_s, TranscriptFinal(GARBAGE, from_s + ODD_S, to_s + ODD_S))
        self._later(latency_s, TranscriptFinal(text, from_s, self._told_s))
        if fault == "garbage":
            self._later(latency_s, TranscriptChanged(GARBAGE, to_s + ODD_S))
        if fault == "duplicate_final":
            self._later(latency_s, TranscriptFinal(text, from_s, self._told_s))

    async def run(self) -> None:
        """Serve until cancelled, or until the script drops the stream: then `ProviderUnavailable`."""
        try:
            await asyncio.sleep(self._config.connect_s)
            if self._config.fault == "refuse":
                raise ProviderRefused("the scripted transcriber knows no such key", provider="scripted")
            if self._config.fault == "never_ready":
                await asyncio.get_running_loop().create_future()
            self._is_up = True
            self._post(TranscriberReady())
            self._deliver()
            if self._config.drop_after_s is None:
                await asyncio.get_running_loop().create_future()
            else:
                await asyncio.sleep(self._config.drop_after_s)
                raise ProviderUnavailable("the scripted stream was dropped", provider="scripted")
        finally:
            self._is_up = False
            self._due.clear()
            if self._timer is not None:
                self._timer.cancel()

    def _tell_interim(self) -> None:
        now, delay_s = clock.now(), self._config.word_delay_s
        event = TranscriptChanged(" ".join(self._words), self._heard_s)
        if self._due and isinstance(self._due[-1][1], TranscriptChanged):
            # One that waits is brought up to date instead of being followed by another.
            self._due[-1] = (self._due[-1][0], event)
            return
        self._interim_at = max(now + delay_s, self._interim_at + self._config.interim_every_s)
        self._later(self._interim_at - now, event)

    def _later(self, delay_s: float, event: TranscriberEvent) -> None:
        earliest = self._due[-1][0] if self._due else float("-inf")
        if isinstance(event, TranscriptFinal):
            # A final says more than the interims before it.
            self._due = deque(entry for entry in self._due if isinstance(entry[1], TranscriptFinal))
            earliest = self._due[-1][0] if self._due else float("-inf")
        self._due.append((max(clock.now() + delay_s, earliest), event))
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._is_up and self._due:
            self._timer = asyncio.get_running_loop().call_at(self._due[0][0], self._deliver)

    def _deliver(self) -> None:
        while self._due and self._is_up and self._due[0][0] <= clock.now() + 1e-9:
            self._post(self._due.popleft()[1])
        self._arm()
