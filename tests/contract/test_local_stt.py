"""Hearing on this machine: the rules of the port with a decoder that the test holds, and the real model's words."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from offhook.audio.g711 import encode_ulaw
from offhook.core.events import TranscriberLagging, TranscriberReady, TranscriptChanged, TranscriptFinal
from offhook.errors import ConfigurationError, ProviderUnavailable
from offhook.speech.model_files import ModelStore
from offhook.speech.ports import Setup, TellsOfWork, TranscriberEvent
from offhook.speech.stt import local
from offhook.speech.stt.local import LocalTranscriber, Workers

SILENCE = b"\xff" * 160
NOISE = np.random.default_rng(1).standard_normal(8000)
STORE = ModelStore(Path.home() / ".cache/offhook/models")


def voice(seconds: float) -> list[bytes]:
    """Frames that are loud enough to be a voice."""
    pcm = (np.resize(NOISE, int(seconds * 8000)) * 3000).clip(-32000, 32000).astype(np.int16)
    audio = encode_ulaw(pcm)
    return [audio[at : at + 160] for at in range(0, len(audio), 160)]


def silence(seconds: float) -> list[bytes]:
    return [SILENCE] * round(seconds * 50)


class Decoder:
    """Stands for the model: every decoding waits until the test lets it go on, and says how long its audio was."""

    def __init__(self) -> None:
        self.lengths: list[float] = []
        self._permits = threading.Semaphore(0)
        self.failure: Exception | None = None

    def __call__(self, audio: bytes) -> str:
        self.lengths.append(len(audio) / 8000)
        number = len(self.lengths)
        assert self._permits.acquire(timeout=10)
        if self.failure is not None:
            raise self.failure
        return f"text {number}"

    def allow(self, times: int = 1) -> None:
        self._permits.release(times)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


class Hearing:
    """A transcriber with its decoder and what it posted."""

    def __init__(self, workers: Workers, decoder: Decoder) -> None:
        self.decoder = decoder
        self.posted: list[TranscriberEvent] = []
        self.transcriber = LocalTranscriber(workers, self.posted.append, partial_every_s=0.5)
        self.heard_s = 0.0
        self.task: asyncio.Task[None] | None = None

    def hear(self, frames: list[bytes]) -> None:
        for frame in frames:
            self.heard_s = round(self.heard_s + 0.02, 2)
            self.transcriber.hear(frame)

    def ask(self) -> None:
        self.transcriber.finalize(self.heard_s)

    def of(self, kind: type[TranscriberEvent]) -> list[TranscriberEvent]:
        return [event for event in self.posted if isinstance(event, kind)]

    async def posts(self, event: TranscriberEvent) -> None:
        await until(lambda: event in self.posted)


@asynccontextmanager
async def hearings(count: int = 1, workers: int = 1) -> AsyncIterator[list[Hearing]]:
    decoder = Decoder()
    pool = Workers(decoder, ThreadPoolExecutor(workers), workers)
    found = [Hearing(pool, decoder) for _ in range(count)]
    for hearing in found:
        hearing.task = asyncio.create_task(hearing.transcriber.run())
        await hearing.posts(TranscriberReady())
    try:
        yield found
    finally:
        decoder.allow(1000)
        for hearing in found:
            assert hearing.task is not None
            hearing.task.cancel()
            with suppress(asyncio.CancelledError, ProviderUnavailable):
                await hearing.task
        pool.close()


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_ready_before_anything_else() -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            assert hearing.posted == [TranscriberReady()]

    asyncio.run(main())


def test_silence_is_answered_without_a_decoding() -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.hear(silence(60))
            hearing.ask()
            await hearing.posts(TranscriptFinal("", 0.0, 60.0))
            assert hearing.decoder.lengths == []
            assert hearing.of(TranscriberLagging) == []

    asyncio.run(main())


def test_a_final_covers_everything_since_the_last_and_only_a_little_silence_before() -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.hear([*silence(5), *voice(0.4), *silence(0.04)])
            hearing.ask()
            worker: TellsOfWork = hearing.transcriber
            assert worker.is_at_work
            hearing.decoder.allow()
            await hearing.posts(TranscriptFinal("text 1", 0.0, 5.44))
            await until(lambda: not worker.is_at_work)
            hearing.hear([*voice(0.2), *silence(0.04)])
            hearing.ask()
            hearing.decoder.allow()
            await hearing.posts(TranscriptFinal("text 2", 5.44, 5.68))
            assert hearing.decoder.lengths == pytest.approx([0.74, 0.24])
            assert len(hearing.of(TranscriptFinal)) == 2

    asyncio.run(main())


def test_partials_come_while_the_voice_goes_on() -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.hear(voice(0.6))
            hearing.decoder.allow()
            await hearing.posts(TranscriptChanged("text 1", 0.6))
            hearing.hear(voice(0.3))
            await asyncio.sleep(0)
            assert len(hearing.decoder.lengths) == 1
            hearing.hear(voice(0.3))
            hearing.decoder.allow()
            await hearing.posts(TranscriptChanged("text 2", 1.2))
            assert hearing.decoder.lengths == pytest.approx([0.6, 1.2])

    asyncio.run(main())


def test_what_was_decoded_after_the_voice_stopped_is_the_final() -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.hear([*voice(0.4), *silence(0.12)])
            hearing.decoder.allow()
            await hearing.posts(TranscriptChanged("text 1", 0.52))
            hearing.hear(silence(0.1))
            hearing.ask()
            await hearing.posts(TranscriptFinal("text 1", 0.0, 0.62))
            assert len(hearing.decoder.lengths) == 1

    asyncio.run(main())


def test_a_partial_that_stops_with_the_voice_is_not_the_final() -> None:
    """A last consonant may follow that is too quiet to count as voice."""

    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.hear(voice(0.6))
            hearing.decoder.allow()
            await hearing.posts(TranscriptChanged("text 1", 0.6))
            hearing.hear(silence(0.06))
            hearing.ask()
            hearing.decoder.allow()
            await hearing.posts(TranscriptFinal("text 2", 0.0, 0.66))
            assert hearing.decoder.lengths == pytest.approx([0.6, 0.66])

    asyncio.run(main())


def test_a_final_takes_over_a_partial_under_way_that_holds_all_voice() -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.hear([*voice(0.4), *silence(0.12)])
            await until(lambda: len(hearing.decoder.lengths) == 1)
            hearing.ask()
            hearing.decoder.allow()
            await hearing.posts(TranscriptFinal("text 1", 0.0, 0.52))
            assert hearing.of(TranscriptChanged) == []

    asyncio.run(main())


def test_a_stale_partial_is_ignored() -> None:
    async def main() -> None:
        async with hearings(workers=2) as (hearing,):
            hearing.hear(voice(0.6))
            await until(lambda: len(hearing.decoder.lengths) == 1)
            hearing.hear(voice(0.2))
            hearing.ask()
            await until(lambda: len(hearing.decoder.lengths) == 2)
            hearing.decoder.allow(2)
            await hearing.posts(TranscriptFinal("text 2", 0.0, 0.8))
            assert hearing.of(TranscriptChanged) == []

    asyncio.run(main())


def test_finals_of_all_calls_go_before_partials() -> None:
    async def main() -> None:
        async with hearings(count=3) as (first, second, third):
            first.hear(voice(0.6))
            await until(lambda: len(first.decoder.lengths) == 1)
            second.hear(voice(0.7))
            await asyncio.sleep(0)
            third.hear(voice(0.3))
            third.ask()
            await until(lambda: third.transcriber._asked.__len__() == 0)
            first.decoder.allow(2)
            await third.posts(TranscriptFinal("text 2", 0.0, 0.3))
            assert first.decoder.lengths[:2] == pytest.approx([0.6, 0.3])

    asyncio.run(main())


def test_voice_while_a_final_is_decoded_is_kept_for_the_next() -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.hear(voice(0.4))
            hearing.ask()
            await until(lambda: len(hearing.decoder.lengths) == 1)
            hearing.hear(voice(0.3))
            hearing.ask()
            hearing.decoder.allow(2)
            await hearing.posts(TranscriptFinal("text 2", 0.4, 0.7))
            finals = [TranscriptFinal("text 1", 0.0, 0.4), TranscriptFinal("text 2", 0.4, 0.7)]
            assert hearing.of(TranscriptFinal) == finals
            assert hearing.decoder.lengths == pytest.approx([0.4, 0.3])

    asyncio.run(main())


def test_the_buffer_is_bounded_and_says_once_what_it_dropped() -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.hear(voice(40))
            assert len(hearing.of(TranscriberLagging)) == 1
            hearing.ask()
            hearing.decoder.allow(2)
            await until(lambda: hearing.of(TranscriptFinal) != [])
            assert max(hearing.decoder.lengths) == pytest.approx(30)

    asyncio.run(main())


def test_nothing_is_posted_after_cancellation() -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.hear(voice(0.4))
            hearing.ask()
            await until(lambda: len(hearing.decoder.lengths) == 1)
            assert hearing.task is not None
            hearing.task.cancel()
            with suppress(asyncio.CancelledError):
                await hearing.task
            before = list(hearing.posted)
            hearing.decoder.allow(2)
            await until(lambda: hearing.transcriber._workers._free == 1)
            assert hearing.posted == before

    asyncio.run(main())


@pytest.mark.parametrize("final", [True, False])
def test_a_failure_ends_the_run_with_a_provider_error(final: bool) -> None:
    async def main() -> None:
        async with hearings() as (hearing,):
            hearing.decoder.failure = ProviderUnavailable("broken", provider="local")
            hearing.hear(voice(0.4 if final else 0.6))
            if final:
                hearing.ask()
            hearing.decoder.allow()
            assert hearing.task is not None
            with pytest.raises(ProviderUnavailable, match="broken"):
                await hearing.task

    asyncio.run(main())


def test_closing_tells_those_that_wait() -> None:
    async def main() -> None:
        async with hearings(count=2) as (first, second):
            for hearing in (first, second):
                hearing.hear(voice(0.4))
                hearing.ask()
            await until(lambda: len(first.decoder.lengths) == 1 and not second.transcriber._asked)
            first.transcriber._workers.close()
            assert second.task is not None
            with pytest.raises(ProviderUnavailable, match="closed"):
                await second.task

    asyncio.run(main())


# ── the model ────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def spoken(text: str) -> bytes:
    """The sentence in the local voice, as it comes over the telephone."""
    from offhook.speech.tts import local as tts

    async def main() -> bytes:
        voice = tts.create(tts.Config(), Setup())
        await voice.prepare()
        audio = b"".join([part.audio async for part in voice.synthesize(text)])
        await voice.close()
        return audio

    return asyncio.run(main())


def heard(config: local.Config, setup: Setup, audio: bytes) -> list[TranscriberEvent]:
    posted: list[TranscriberEvent] = []

    async def main() -> None:
        provider = local.create(config, setup)
        await provider.prepare()
        transcriber = provider.transcriber(posted.append)
        task = asyncio.create_task(transcriber.run())
        for at in range(0, len(audio), 160):
            transcriber.hear(audio[at : at + 160])
            await asyncio.sleep(0)
        transcriber.finalize(len(audio) / 8000)
        await until(lambda: any(isinstance(event, TranscriptFinal) for event in posted))
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await provider.close()

    asyncio.run(main())
    return posted


def words(events: list[TranscriberEvent]) -> str:
    (final,) = [event for event in events if isinstance(event, TranscriptFinal)]
    return "".join(c for c in final.text.lower() if c.isalnum() or c == " ")


needs_model = pytest.mark.skipif(
    bool(STORE.missing(["whisper-base"])), reason="needs a model: `offhook models fetch whisper-base`"
)


@needs_model
def test_the_model_hears_a_sentence() -> None:
    setup = Setup(model_dir=STORE.path)
    audio = spoken("I would like to book a table for four people tomorrow evening.")
    events = heard(local.Config(), setup, SILENCE * 50 + audio)
    assert events[0] == TranscriberReady()
    assert words(events) == "i would like to book a table for four people tomorrow evening"


@needs_model
def test_the_model_hears_nothing_in_noise() -> None:
    quiet = encode_ulaw((np.resize(NOISE, 16000) * 300).astype(np.int16))
    assert words(heard(local.Config(), Setup(model_dir=STORE.path), quiet)) == ""


@needs_model
def test_vocabulary_is_expected() -> None:
    audio = spoken("Is this Bright Side dental?")
    with_word = words(heard(local.Config(), Setup(vocabulary=("Brightside",), model_dir=STORE.path), audio))
    assert "brightside" in with_word


@needs_model
def test_a_language_that_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"language: .*found 'xx-XX'"):
        heard(local.Config(), Setup(language="xx-XX", model_dir=STORE.path), b"")
