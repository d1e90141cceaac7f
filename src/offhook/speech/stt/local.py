"""Speech-to-text on this machine: Whisper, decoding what a call has said since its last final.

Whisper does not stream. While the caller speaks the growing buffer is decoded again and again for partials; when the
voice stops, what was said is decoded at once, so that the final is mostly there already when it is asked for. All
calls share a few worker threads: finals go before partials, and a call has one partial under way at most.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from offhook.core.events import TranscriberLagging, TranscriberReady
from offhook.core.formats import TELEPHONE
from offhook.errors import ProviderUnavailable
from offhook.speech.ports import ProviderConfig, Setup, TranscriberEvent
from offhook.speech.stt.level import SoundMeter
from offhook.speech.stt.told import Told

BYTES_PER_S: Final = TELEPHONE.bytes_per_s
LONGEST_BUFFER: Final = 30 * BYTES_PER_S
"""All that Whisper takes at once."""
LEAD: Final = int(0.3 * BYTES_PER_S)
"""Kept of the silence before the voice: an onset is quiet."""
UNCERTAIN_LEAD: Final = 2 * BYTES_PER_S
"""Kept of sound before the voice that is not loud enough to be sure of: it may be a quiet caller."""
SETTLED: Final = int(0.1 * BYTES_PER_S)
"""So much silence after the voice: decode now, a final will be asked for soon."""
SHORTEST: Final = int(0.1 * BYTES_PER_S)
"""Less audio than this holds no word."""


class Config(ProviderConfig):
    """The `stt` block of an agent that hears on this machine."""

    provider: Literal["local"] = "local"
    model: Annotated[
        Literal["whisper-base", "whisper-tiny.en"],
        Field(description="The model; tiny.en is English only, twice as fast and less exact."),
    ] = "whisper-base"
    partial_every_s: Annotated[
        float, Field(ge=0.2, le=10.0, description="Seconds of speech between partial transcripts.")
    ] = 0.5
    workers: Annotated[int, Field(ge=1, le=16, description="Decodings at the same time, a processor core each.")] = 1


def MODELS(config: Config) -> tuple[str, ...]:  # noqa: N802
    """Local models that this configuration needs."""
    return (config.model,)


def create(config: Config, setup: Setup) -> "LocalSpeechToText":
    """The port; nothing is loaded before `prepare`."""
    return LocalSpeechToText(config, setup)


class LocalSpeechToText:
    """One loaded model and its worker threads, for all calls of an agent."""

    def __init__(self, config: Config, setup: Setup) -> None:
        self._config = config
        self._setup = setup
        self._workers: Workers | None = None

    format = TELEPHONE
    asks_early = False

    async def prepare(self) -> None:
        """Load the model and decode once, as the first time is slow. Raises `ConfigurationError`, `ProviderError`."""
        if self._workers is not None:
            return
        # Here, since its libraries take a while to import.
        from offhook.speech.stt.whisper import Whisper

        assert self._setup.model_dir is not None, "local models need Setup.model_dir"
        folder = self._setup.model_dir(self._config.model)
        setup, count = self._setup, self._config.workers

        def load() -> Whisper:
            whisper = Whisper(folder, setup.language, setup.vocabulary, count)
            whisper.transcribe(b"\xff" * BYTES_PER_S)
            return whisper

        threads = ThreadPoolExecutor(count, "offhook-stt")
        try:
            whisper = await asyncio.get_running_loop().run_in_executor(threads, load)
            self._workers = Workers(whisper.transcribe, threads, count)
        finally:
            if self._workers is None:
                threads.shutdown(wait=False, cancel_futures=True)

    def transcriber(self, post: Callable[[TranscriberEvent], None]) -> "LocalTranscriber":
        """A transcriber for one call. `prepare` must be done."""
        assert self._workers is not None, "prepare() comes first"
        return LocalTranscriber(self._workers, post, self._config.partial_every_s)

    async def close(self) -> None:
        """Let the model and the threads go; decodings under way end by themselves, unheard."""
        if self._workers is not None:
            self._workers.close()
            self._workers = None


# ── the workers that all calls share ─────────────────────────────────────────────────────────────────────────────


@dataclass(eq=False, slots=True)
class Job:
    """A decoding that is asked for; `text` may be cancelled at any time."""

    audio: bytes
    text: "asyncio.Future[str]"


class Workers:
    """Runs decodings in threads: finals first, in the order of asking."""

    def __init__(self, decode: Callable[[bytes], str], threads: ThreadPoolExecutor, count: int) -> None:
        self._decode = decode
        self._threads = threads
        self._free = count
        self._urgent: deque[Job] = deque()
        self._later: deque[Job] = deque()
        self._closed = False

    def decode(self, audio: bytes, urgent: bool) -> "asyncio.Future[str]":
        """Ask for the words of mu-law audio. Bounded by the calls: each has one partial and one final at most."""
        text: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        if self._closed:
            text.set_exception(_closed())
            return text
        (self._urgent if urgent else self._later).append(Job(audio, text))
        self._start()
        return text

    def close(self) -> None:
        """Drop what has not begun."""
        self._closed = True
        for job in (*self._urgent, *self._later):
            if not job.text.done():
                job.text.set_exception(_closed())
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> None:
        while self._free and (self._urgent or self._later):
            job = (self._urgent or self._later).popleft()
            if job.text.done():
                continue
            self._free -= 1
            running = asyncio.get_running_loop().run_in_executor(self._threads, self._decode, job.audio)
            running.add_done_callback(partial(self._done, job))

    def _done(self, job: Job, done: "asyncio.Future[str]") -> None:
        self._free += 1
        error = None if done.cancelled() else done.exception()
        if not job.text.done() and not done.cancelled():
            if error is None:
                job.text.set_result(done.result())
            else:
                job.text.set_exception(error)
        if not self._closed:
            self._start()


def _closed() -> ProviderUnavailable:
    return ProviderUnavailable("the local transcriber is closed", provider="local")


# ── one call ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Partial:
    """A decoding of everything since the last final, up to position `end`."""

    end: int
    text: "asyncio.Future[str]"


class LocalTranscriber:
    """Hears one call. Positions are bytes since the transcriber's start."""

    def __init__(self, workers: Workers, post: Callable[[TranscriberEvent], None], partial_every_s: float) -> None:
        self._workers = workers
        self._post = post
        self._told = Told(post)
        self._every = int(partial_every_s * BYTES_PER_S)
        self._audio = bytearray()
        self._begin = 0
        """Position of the buffer's first byte."""
        self._meter = SoundMeter()
        self._sound_until = 0
        """Position after the last frame that was not silent."""
        self._voice_until = 0
        """Position after the last frame that was clearly louder than the line's own noise."""
        self._asked: deque[tuple[float, int]] = deque()
        """Finals to give: the place that was asked about, and its position."""
        self._partial: _Partial | None = None
        """Under way."""
        self._known = (0, "")
        """What the last partial found: the position it reached, its text."""
        self._next_partial_at = 0
        self._lagging = False
        self._work = asyncio.Event()
        self.is_at_work = False
        """See `offhook.speech.ports.TellsOfWork`."""

    @property
    def _end(self) -> int:
        return self._begin + len(self._audio)

    @property
    def _settled_at(self) -> int:
        """From here on all that was said is in the buffer; a last consonant may be too quiet to count as voice."""
        return self._voice_until + SETTLED

    def hear(self, frame: bytes) -> None:
        """Keep the frame, and ask for a partial when one is due."""
        self._audio += frame
        loudness = self._meter.hear(frame)
        if loudness.sound:
            self._sound_until = self._end
        if loudness.voice:
            if self._voice_until <= self._begin:
                self._next_partial_at = self._end + self._every
            self._voice_until = self._end
        self._bound()
        if self._partial_due():
            self._work.set()

    def finalize(self, to_s: float) -> None:
        """Ask for the final of everything up to there."""
        self._asked.append((to_s, min(self._end, round(to_s * BYTES_PER_S))))
        self.is_at_work = True
        self._work.set()

    async def run(self) -> None:
        """Serve until cancelled; see the port."""
        self._post(TranscriberReady())
        try:
            while True:
                await self._work.wait()
                self._work.clear()
                while self._asked:
                    await self._answer(*self._asked.popleft())
                self.is_at_work = False
                self._take_partial()
                if self._partial_due():
                    self._ask_partial()
        finally:
            self._forget_partial()

    def _bound(self) -> None:
        """Keep the buffer short: little of the silence before a voice, and never more than 30 s."""
        if self._asked:
            lead = LONGEST_BUFFER  # What was asked for is not touched.
        elif self._voice_until > self._begin:
            lead = LONGEST_BUFFER
        else:
            lead = UNCERTAIN_LEAD if self._sound_until > self._begin else LEAD
        surplus = len(self._audio) - lead
        if surplus <= 0:
            return
        del self._audio[:surplus]
        self._begin += surplus
        if lead == LONGEST_BUFFER and not self._lagging:
            self._lagging = True
            self._post(TranscriberLagging(dropped_s=TELEPHONE.seconds(surplus)))

    # ── partials ─────────────────────────────────────────────────────────────────────────────────────────────

    def _partial_due(self) -> bool:
        if self._voice_until <= self._begin or self._partial is not None or self._asked:
            return False
        if self._end >= self._settled_at:
            return self._known[0] < self._settled_at
        return self._end >= self._next_partial_at and self._voice_until > self._known[0]

    def _ask_partial(self) -> None:
        self._partial = _Partial(self._end, self._workers.decode(bytes(self._audio), urgent=False))
        self._partial.text.add_done_callback(lambda _: self._work.set())

    def _take_partial(self) -> None:
        """Tell what a partial that is done says, and keep it: if no voice follows, it is the final."""
        if self._partial is None or not self._partial.text.done():
            return
        done, self._partial = self._partial, None
        text = done.text.result()
        self._told.interim(text, TELEPHONE.seconds(done.end))
        self._known = (done.end, text)
        # A decoding that took longer than the interval would take a whole core: leave it as much rest as it worked.
        self._next_partial_at = self._end + max(self._every, self._end - done.end)

    def _forget_partial(self) -> None:
        forgotten, self._partial = self._partial, None
        if forgotten is not None and not forgotten.text.cancel() and not forgotten.text.cancelled():
            forgotten.text.exception()  # Seen, and of no interest any more.

    # ── finals ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _answer(self, to_s: float, end: int) -> None:
        text = ""
        if self._sound_until > self._begin and end - self._begin >= SHORTEST:
            text = await self._decode_until(end)
        self._forget_partial()
        self._lagging = False
        done = max(0, end - self._begin)
        del self._audio[:done]
        self._begin += done
        self._known = (self._begin, "")
        self._next_partial_at = self._end + self._every
        self._told.final(text, to_s)

    async def _decode_until(self, end: int) -> str:
        needed = min(self._settled_at, end)
        if self._begin < needed <= self._known[0] <= end:
            return self._known[1]
        if self._partial is not None and needed <= self._partial.end <= end:
            return await self._partial.text
        self._forget_partial()
        return await self._workers.decode(bytes(self._audio[: end - self._begin]), urgent=True)
