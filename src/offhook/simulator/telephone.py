"""The caller's telephone: 20 ms after 20 ms on an absolute schedule, with somebody at the other end or nobody."""

import asyncio
import math
from collections.abc import Callable
from types import TracebackType
from typing import Final, Protocol

import numpy as np

from offhook import clock
from offhook.audio.g711 import encode_ulaw
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_media import FRAME_BYTES, SILENCE, SILENCE_FRAME
from offhook.simulator.report import FRAME_S
from offhook.speech.scripted.tape import TapeReader, Utterance, speak

RING_HZ: Final = (440.0, 480.0)
RING_S: Final = 2.0
RING_PERIOD_S: Final = 6.0
"""Two seconds of tone, four of silence: ringing as it is heard in North America (ITU-T E.180)."""
RING_LEVEL: Final = 900.0
"""Of each of the two tones, of 32768: 31 dB below full scale."""
PERSON: Final = 9_000
"""Utterance numbers of persons begin here: those of agents are small."""


class FarEnd(Protocol):
    """What the carrier has put at the other end of the caller's line."""

    def frame(self, caller: bytes, at: float) -> bytes:
        """The caller's 20 ms in, what the caller hears meanwhile out; both 160 bytes of mu-law."""

    def press(self, digit: str) -> None:
        """A key."""


class Telephone:
    """One caller's. `run` is the clock of the call."""

    def __init__(self, caller: Caller, on_tick: Callable[[float], None] | None = None) -> None:
        """`on_tick` is called after each 20 ms with the time: where a test checks its invariants."""
        self.caller: Final = caller
        self.began_at: Final = clock.now()
        self.worst_lag_s = 0.0
        """How late a tick was at worst: of this process, not of the server."""
        self._on_tick: Final = on_tick
        self._far: FarEnd | None = None

    def now(self) -> float:
        """Seconds since the telephone was picked up."""
        return clock.now() - self.began_at

    def connect(self, far: FarEnd) -> None:
        """Put `far` at the other end, in the place of whoever was there."""
        self._far = far

    def disconnect(self, far: FarEnd) -> None:
        """`far` is gone: what the caller says is lost, and the caller hears silence. No effect when it is not there."""
        if self._far is far:
            self._far = None

    async def run(self) -> None:
        """Until the caller hangs up. Raises what `on_tick` raises."""
        loop = asyncio.get_running_loop()
        ticks = 0
        timer: asyncio.TimerHandle | None = None

        def tick() -> None:
            # A timer for each tick, not a task that sleeps: a simulation of hours has millions of them.
            nonlocal ticks, timer
            with over:
                self._tick(ticks * FRAME_S)
                ticks += 1
                due_at = self.began_at + ticks * FRAME_S
                self.worst_lag_s = max(self.worst_lag_s, clock.now() - due_at)
                if self.caller.has_hung_up:
                    over.done.set_result(None)
                else:
                    timer = loop.call_at(due_at, tick)

        over = _Over(loop.create_future())
        tick()
        try:
            await over.done
        finally:
            if timer is not None:
                timer.cancel()

    def _tick(self, at: float) -> None:
        frame = self.caller.next_frame(at)
        heard = self._far.frame(frame, at) if self._far is not None else SILENCE_FRAME
        self.caller.heard(heard, at)
        for digit in self.caller.take_digits(at):
            if self._far is not None:
                self._far.press(digit)
        if self._on_tick is not None:
            self._on_tick(at)


class _Over:
    """What goes wrong inside it ends the waiting for `done`: a callback's error would be logged and nothing else."""

    def __init__(self, done: "asyncio.Future[None]") -> None:
        self.done: Final = done

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is not None:
            self.done.set_exception(error)
        return error is not None


class Ringing:
    """The tone that says that it rings elsewhere."""

    def __init__(self) -> None:
        self._frames = 0

    def frame(self, caller: bytes, at: float) -> bytes:
        """The next 20 ms of it."""
        del caller, at
        place = self._frames % round(RING_PERIOD_S / FRAME_S)
        self._frames += 1
        return _RING[place * FRAME_BYTES :][:FRAME_BYTES] or SILENCE_FRAME

    def press(self, digit: str) -> None:
        """Nobody hears it."""


class Person:
    """Somebody who has picked up: says a sentence, then listens."""

    def __init__(self, says: str, number: int = 0) -> None:
        self._audio: Final = speak(says, Utterance(PERSON + number)) if says else b""
        self._place = 0
        self._heard: Final = TapeReader()
        self.keys = ""

    @property
    def heard_text(self) -> str:
        """The caller's words that reached this person."""
        return self._heard.text

    def frame(self, caller: bytes, at: float) -> bytes:
        """What the person says next."""
        del at
        self._heard.hear(caller)
        said = self._audio[self._place : self._place + FRAME_BYTES]
        self._place += FRAME_BYTES
        return said.ljust(FRAME_BYTES, SILENCE)

    def press(self, digit: str) -> None:
        """Heard as a tone."""
        self.keys += digit


def _ring() -> bytes:
    times = np.arange(round(RING_S * 8000)) / 8000
    tones = [np.sin(2 * math.pi * hertz * times) for hertz in RING_HZ]
    return encode_ulaw((np.add(*tones) * RING_LEVEL).astype(np.int16))


_RING: Final = _ring()
