"""All transcribers behind one door, in virtual time: a caller speaks, a call asks, streams break."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import TypeAdapter

from offhook import clock
from offhook.core.events import TranscriptChanged, TranscriptFinal, TurnEndExpected
from offhook.core.formats import FRAME_S
from offhook.errors import ProviderError, ProviderUnavailable
from offhook.simulator.vendors.deepgram_v1 import NovaHearing, NovaWays
from offhook.simulator.vendors.deepgram_v2 import FluxHearing, FluxWays
from offhook.speech.outbox import Outbox
from offhook.speech.ports import Setup, Transcriber, TranscriberEvent
from offhook.speech.registry import create_speech_to_text, stt_config_union
from offhook.speech.scripted.tape import FRAME_BYTES, heard_text
from offhook.speech.stt.deepgram import DeepgramTranscriber
from offhook.speech.stt.deepgram_flux import FluxDialect
from offhook.speech.stt.deepgram_nova import NovaDialect
from offhook.speech.stt.local import LocalTranscriber, Workers
from offhook.speech.websocket import Dialect
from tests.heard_words import EXACT_S, Notes, Sound

Post = Callable[[TranscriberEvent], None]
Make = Callable[[Post], Transcriber]
Source = Callable[[], AbstractAsyncContextManager[Make]]
"""A way to hear, prepared as long as it is open."""
FLUX = {"model": ["flux-general-en"], "eager_eot_threshold": ["0.5"]}
NOVA = {"model": ["nova-3"], "interim_results": ["true"], "endpointing": ["300"], "utterance_end_ms": ["1000"]}


@dataclass(frozen=True)
class Wire:
    """How a vendor's connection is: opening, delay each way, what waits at most, and when the vendor does not read."""

    open_s: float = 0.0
    delay_s: float = 0.05
    most_audio: int = 32 * 8000
    stalls: tuple[tuple[float, float], ...] = ()
    """From and to, in seconds since the opening."""


class Way:
    """One direction of a connection: late, and in order."""

    def __init__(self, delay_s: float, arrive: Callable[[Any], None]) -> None:
        self._delay_s, self._arrive = delay_s, arrive
        self._under_way: deque[Any] = deque()

    def send(self, message: str | bytes) -> None:
        self._under_way.append(message)
        # Timers of one moment fire in any order: each of them takes whatever is the oldest.
        asyncio.get_running_loop().call_later(self._delay_s, lambda: self._arrive(self._under_way.popleft()))


@dataclass(eq=False)
class MemorySocket:
    """`offhook.speech.deepgram.Connection` without a network: a dialect and a stand-in's hearing in one loop."""

    dialect: Dialect
    hearing: NovaHearing | FluxHearing
    wire: Wire
    outbox: Outbox = field(init=False)
    is_open: bool = False
    is_stalled: bool = False
    timer: asyncio.TimerHandle | None = None
    lost: asyncio.Future[None] | None = None

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.wire.most_audio, 64)
        self.there, self.back = Way(self.wire.delay_s, self._reach), Way(self.wire.delay_s, self._answer)

    def send(self, message: str | bytes) -> None:
        if self.is_open and not self.is_stalled and not self.outbox:
            self._write(message)
        elif dropped := self.outbox.put(message):
            self.dialect.dropped(dropped)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self.lost = loop.create_future()
        await asyncio.sleep(self.wire.open_s)
        self.is_open = True
        self.dialect.opened(clock.now())
        for begin_s, end_s in self.wire.stalls:
            loop.call_later(begin_s, self._stall, True)
            loop.call_later(end_s, self._stall, False)
        self._stall(False)
        self._arm()
        try:
            await self.lost
        finally:
            self.is_open = False
            if self.timer is not None:
                self.timer.cancel()

    def _stall(self, is_stalled: bool) -> None:
        self.is_stalled = is_stalled
        while self.outbox and not is_stalled and self.is_open:
            self._write(self.outbox.pop())

    def _write(self, message: str | bytes) -> None:
        self.there.send(message)
        self.dialect.sent(message, clock.now())
        self._arm()

    def _reach(self, message: str | bytes) -> None:
        if isinstance(message, str):
            answers = self.hearing.control(message)
        else:
            frames = [message[at : at + FRAME_BYTES] for at in range(0, len(message), FRAME_BYTES)]
            answers = [answer for frame in frames for answer in self.hearing.hear(frame) or ()]
        for answer in answers:
            self.back.send(answer)

    def _answer(self, answer: str) -> None:
        if self.is_open:
            self._guard(lambda: self.dialect.received(answer, clock.now()))

    def _arm(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.is_open and self.dialect.wakeup_at is not None:
            self.timer = asyncio.get_running_loop().call_at(self.dialect.wakeup_at, self._wake)

    def _wake(self) -> None:
        if self.is_open:
            self._guard(lambda: self.dialect.wake(clock.now()))

    def _guard(self, act: Callable[[], None]) -> None:
        try:
            act()
        except ProviderError as error:
            assert self.lost is not None
            if not self.lost.done():
                self.lost.set_exception(error)
        self._arm()


# ── the implementations ──────────────────────────────────────────────────────────────────────────────────────────


def nova(wire: Wire = Wire(), **ways: Any) -> Source:
    """Deepgram Nova."""
    return lambda: _always(
        lambda post: DeepgramTranscriber(
            NovaDialect, post, lambda dialect: MemorySocket(dialect, NovaHearing(NOVA, NovaWays(**ways)), wire)
        )
    )


def flux(wire: Wire = Wire(), threshold: str = "0.7", **ways: Any) -> Source:
    """Deepgram Flux."""
    query = {**FLUX, "eot_threshold": [threshold]}
    return lambda: _always(
        lambda post: DeepgramTranscriber(
            FluxDialect, post, lambda dialect: MemorySocket(dialect, FluxHearing(query, FluxWays(**ways)), wire)
        )
    )


@asynccontextmanager
async def _always(make: Make) -> AsyncIterator[Make]:
    yield make


class SlowWorkers(Workers):
    """Decodings that take time in virtual time too, where a thread takes none."""

    def __init__(self, decode: Callable[[bytes], str], decode_s: float) -> None:
        super().__init__(decode, ThreadPoolExecutor(1), 1)
        self._text, self._decode_s = decode, decode_s

    def decode(self, audio: bytes, urgent: bool) -> "asyncio.Future[str]":
        """After so long."""
        loop = asyncio.get_running_loop()
        text: asyncio.Future[str] = loop.create_future()

        def done() -> None:
            if not text.done():
                text.set_result(self._text(audio))

        loop.call_later(self._decode_s, done)
        return text


def local(decode_s: float = 0.0) -> Source:
    """The one of this machine, with a decoder that reads the tape."""

    def decode(audio: bytes) -> str:
        return heard_text(audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES))

    @asynccontextmanager
    async def source() -> AsyncIterator[Make]:
        workers = SlowWorkers(decode, decode_s) if decode_s else Workers(decode, ThreadPoolExecutor(1), 1)
        yield lambda post: LocalTranscriber(workers, post, partial_every_s=0.5)
        workers.close()

    return source


def configured(**block: Any) -> Source:
    """Whatever an agent's `stt` block names: a scripted one, a list with fall-backs."""

    @asynccontextmanager
    async def source() -> AsyncIterator[Make]:
        port = create_speech_to_text(TypeAdapter(stt_config_union()).validate_python(block), Setup())
        await port.prepare()
        await asyncio.sleep(0)
        yield port.transcriber
        await port.close()

    return source


# ── a call ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Stream:
    """One transcriber, given frames and asked as a call does it."""

    def __init__(self, make: Make) -> None:
        self.notes = Notes()
        self.heard_frames = 0
        self.transcriber = make(lambda event: self.notes.events.append((self.heard_s, event)))
        self.task = asyncio.create_task(self.transcriber.run())

    @property
    def heard_s(self) -> float:
        return self.heard_frames * FRAME_S

    def hear(self, frame: bytes) -> None:
        self.heard_frames += 1
        self.transcriber.hear(frame)

    def ask(self) -> None:
        self.notes.asked(self.heard_s)
        self.transcriber.finalize(self.heard_s)

    async def stop(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError, ProviderUnavailable):
            await self.task


class ReferenceEar:
    """What a call does with its transcribers, as plainly as can be: one clock, and nothing is heard twice or lost.

    It keeps what no final has covered, gives it to the next stream, asks again about places that are open, and moves
    each stream's places to the call's clock.
    """

    def __init__(self, make: Make) -> None:
        self.notes = Notes()
        self.heard_frames = 0
        self._make = make
        self._kept: list[bytes] = []
        self._told_s = 0.0
        self._open_question: float | None = None
        self._stream: Stream | None = None

    @property
    def heard_s(self) -> float:
        return self.heard_frames * FRAME_S

    async def connect(self) -> None:
        """Another stream takes over, with what no final has covered."""
        if self._stream is not None:
            await self._stream.stop()
        origin_s = self.heard_s - len(self._kept) * FRAME_S
        stream = self._stream = Stream(lambda post: self._make(lambda event: self._said(stream, origin_s, event, post)))
        for frame in self._kept:
            stream.hear(frame)
            asked_s = self._open_question
            if asked_s is not None and abs(asked_s - origin_s - stream.heard_s) < FRAME_S / 2:
                stream.ask()

    def hear(self, frame: bytes) -> None:
        assert self._stream is not None
        self.heard_frames += 1
        self._kept.append(frame)
        self._stream.hear(frame)

    def ask(self) -> None:
        assert self._stream is not None
        self._open_question = self.heard_s
        self.notes.asked(self.heard_s)
        self._stream.ask()

    async def stop(self) -> None:
        assert self._stream is not None
        await self._stream.stop()

    def _said(self, stream: Stream, origin_s: float, event: TranscriberEvent, note: Post) -> None:
        note(event)
        if stream is not self._stream:
            return
        match event:
            case TranscriptFinal(text=text, from_s=from_s, to_s=to_s):
                begin_s = self._told_s if abs(origin_s + from_s - self._told_s) < FRAME_S else origin_s + from_s
                self._told_s = origin_s + to_s
                while self._kept and self.heard_s - (len(self._kept) - 0.5) * FRAME_S <= self._told_s:
                    del self._kept[0]
                if self._open_question is not None and self._open_question <= self._told_s + EXACT_S:
                    self._open_question = None
                event = TranscriptFinal(text, begin_s, self._told_s)
            case TranscriptChanged(text=text, to_s=to_s):
                event = TranscriptChanged(text, origin_s + to_s)
            case TurnEndExpected(text=text, to_s=to_s, probability=probability):
                event = TurnEndExpected(text, origin_s + to_s, probability)
        self.notes.events.append((self.heard_s, event))


async def talk(source: Source, sound: Sound, pauses: Mapping[int, float] = {}) -> Notes:
    """The sound in real time through one stream; `pauses`: behind so many frames nothing comes for so long."""
    async with source() as make:
        stream = Stream(make)
        for place, frame in enumerate(sound.frames, 1):
            stream.hear(frame)
            if place in sound.asks:
                stream.ask()
            await asyncio.sleep(FRAME_S + pauses.get(place, 0.0))
        await asyncio.sleep(8.0)
        assert not stream.task.done(), stream.task.exception()
        await stream.stop()
    return stream.notes


class CallsEar(Protocol):
    """What stands between a call and its transcribers."""

    notes: Notes

    async def connect(self) -> None:
        """A first stream, or another one in place of one that was lost."""

    def hear(self, frame: bytes) -> None:
        """20 ms of the caller."""

    def ask(self) -> None:
        """The words of all that was heard are wanted."""

    async def stop(self) -> None:
        """The call is over."""


async def call(
    source: Source, sound: Sound, cuts: Set[int], make_ear: Callable[[Make], CallsEar] = ReferenceEar
) -> Notes:
    """The sound in real time through as many streams as it takes: behind each of the `cuts` (frames) one is lost."""
    async with source() as make:
        ear = make_ear(make)
        await ear.connect()
        for place, frame in enumerate(sound.frames, 1):
            ear.hear(frame)
            if place in sound.asks:
                ear.ask()
            if place in cuts:
                await ear.connect()
            await asyncio.sleep(FRAME_S)
        await asyncio.sleep(8.0)
        await ear.stop()
    return ear.notes
