"""The caller: plays a script into a telephone, a frame at a time, and listens to what comes back. No I/O, no clock."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

import numpy as np

from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.simulator.caller_script import (
    Backchannel,
    BargeIn,
    Condition,
    Cough,
    Digits,
    HangUp,
    Noise,
    Say,
    Silence,
    Wait,
)
from offhook.simulator.carrier_media import FRAME_BYTES, SILENCE, SILENCE_FRAME
from offhook.simulator.report import FRAME_S, CallerTurn, CallReport, Meter, sound_bounds
from offhook.simulator.voices import Prepared

PATIENCE_AFTER_SCRIPT_S: Final = 60.0
"""A caller whose script is over holds the line so long; then it hangs up."""
SETTLE_FRAMES: Final = 50
FILLER_S: Final = 2.2
"""Whatever an agent says in less ("One moment, please.") may be there to fill the time until its answer."""


class Recorder(Protocol):
    """Keeps both sides; `offhook.audio.recording.StereoRecorder` is one."""

    def caller(self, at: float, audio: bytes) -> None:
        """The caller's 20 ms, at its place in seconds of the call."""

    def agent(self, at: float, audio: bytes) -> None:
        """What is heard of the agent from `at` on."""

    def settle(self, until_s: float) -> None:
        """What is before can no longer change."""


class End(Enum):
    """How the caller's part ended."""

    OPEN = "it goes on"
    HUNG_UP = "the script hung up"
    RAN_OUT = "the script was over and nothing happened for long"


@dataclass(frozen=True, slots=True)
class Heard:
    """Something for a person to watch as it happens."""

    at: float
    kind: str
    """`caller` when a turn begins, `agent` when it begins to be audible, `word` for each word of its tape."""
    text: str


class Caller:
    """Call `next_frame` and then `heard`, once for each 20 ms, with the time in seconds of the call."""

    def __init__(
        self,
        steps: Sequence[Prepared],
        *,
        background: bytes = b"",
        recorder: Recorder | None = None,
        watch: Callable[[Heard], None] | None = None,
    ) -> None:
        self.meter: Final = Meter()
        self.end = End.OPEN
        self._steps: Final = steps
        self._background: Final = background
        self._recorder: Final = recorder
        self._watch: Final = watch
        self._index = 0
        self._step_began_at = 0.0
        self._last_turn_ended_at = 0.0
        self._words_seen = 0
        """Words of the agent that belong to the caller's earlier turns."""
        self._sound: _Sound | None = None
        self._keys: list[tuple[float, str]] = []
        self._pressed_step = -1
        self._frames = 0

    # ── every 20 ms ──────────────────────────────────────────────────────────────────────────────────────────────

    def next_frame(self, at: float) -> bytes:
        """What the caller's telephone sends now: 160 bytes."""
        # Steps without a length of their own follow each other in no time.
        while self._sound is None and self.end is End.OPEN and self._step(at):
            self._index += 1
            self._step_began_at = at
        frame = self._sound.next(at) if self._sound is not None else SILENCE_FRAME
        if self._sound is not None and self._sound.is_over:
            self._last_turn_ended_at = max(self._last_turn_ended_at, self._sound.turn.ends_at)
            self._words_seen = len(self.meter.words)
            self._sound = None
            self._index += 1
            self._step_began_at = at + FRAME_S
        frame = self._with_background(frame)
        if self._recorder is not None:
            self._recorder.caller(self._frames * FRAME_S, frame)
        self._frames += 1
        return frame

    def heard(self, frame: bytes, at: float) -> None:
        """What the caller's telephone plays from `at` on: 160 bytes."""
        was_silent = self.meter.agent_audible_s(at) == 0
        known = len(self.meter.words)
        self.meter.agent(frame, at)
        if self._watch is not None:
            if was_silent and self.meter.agent_audible_until > at:
                self._watch(Heard(at, "agent", ""))
            for word in self.meter.words[known:]:
                self._watch(Heard(at, "word", word.text))
        if self._recorder is not None:
            place_s = (self._frames - 1) * FRAME_S
            self._recorder.agent(place_s, frame)
            if self._frames % SETTLE_FRAMES == 0:
                self._recorder.settle(place_s)

    def take_digits(self, at: float) -> str:
        """Keys that are pressed by now."""
        if not self._keys:
            return ""
        pressed = "".join(digit for when, digit in self._keys if when <= at)
        self._keys = [entry for entry in self._keys if entry[0] > at]
        return pressed

    @property
    def has_hung_up(self) -> bool:
        """The caller put the telephone down."""
        return self.end is not End.OPEN

    def report(self, call_sid: str = "", ended_by: str = "") -> CallReport:
        """What this caller lived through."""
        return self.meter.report(call_sid, ended_by)

    # ── the script ───────────────────────────────────────────────────────────────────────────────────────────────

    def _step(self, at: float) -> bool:
        """True when the current step is done; a step with sound begins to sound instead."""
        elapsed_s = at - self._step_began_at
        if self._index >= len(self._steps):
            if elapsed_s > PATIENCE_AFTER_SCRIPT_S:
                self.end = End.RAN_OUT
            return False
        step = self._steps[self._index].step
        match step:
            case Say():
                self._speak("say", at)
            case BargeIn() | Backchannel() | Noise() | Cough():
                over_agent = step.after_s is None or self.meter.agent_audible_s(at) >= max(step.after_s, FRAME_S)
                if over_agent or elapsed_s >= step.at_most_s:
                    self._speak(_kind_of(step), at)
            case Wait(wait=condition):
                return elapsed_s >= condition.at_most_s or self._holds(condition, elapsed_s, at)
            case Silence(silence=silence_s):
                return elapsed_s >= silence_s
            case Digits():
                self._press(step, at)
                return not self._keys
            case HangUp():
                self.end = End.HUNG_UP
        return False

    def _press(self, step: Digits, at: float) -> None:
        if self._pressed_step != self._index:
            self._pressed_step = self._index
            self._keys = [(at + index * step.every_s, digit) for index, digit in enumerate(step.digits)]

    def _holds(self, condition: Condition, elapsed_s: float, at: float) -> bool:
        meter = self.meter
        if condition.seconds is not None and elapsed_s < condition.seconds:
            return False
        if condition.silent_s is not None:
            has_spoken = meter.agent_audible_until > self._last_turn_ended_at
            silent_s = condition.silent_s
            if condition.patience_s and meter.longest_speech_s(self._last_turn_ended_at) < FILLER_S:
                silent_s = max(silent_s, condition.patience_s)
            if not has_spoken or meter.agent_silent_s(at) < silent_s:
                return False
        if not condition.says:
            return True
        said = " ".join(word.text for word in meter.words[self._words_seen :])
        return re.search(condition.says, said, re.IGNORECASE) is not None

    def _speak(self, kind: str, at: float) -> None:
        prepared = self._steps[self._index]
        self._sound = _Sound(prepared, kind, self, at)

    def began(self, kind: str, text: str, at: float) -> CallerTurn:
        """A sound of the script is now on the wire."""
        if self._watch is not None:
            self._watch(Heard(at, "caller", text or f"({kind})"))
        return self.meter.turn_began(kind, text, at)

    def _with_background(self, frame: bytes) -> bytes:
        if not self._background:
            return frame
        size = len(self._background) // FRAME_BYTES
        begin = self._frames % size * FRAME_BYTES
        noise = self._background[begin : begin + FRAME_BYTES]
        if frame == SILENCE_FRAME:
            return noise
        mixed = encode_ulaw(np.clip(_wide(frame) + _wide(noise), -32768, 32767).astype(np.int16))
        # The words of the tape stay readable: they are in the bits that mixing would change.
        return bytes((new & 0xFE) | (old & 0x01) for new, old in zip(mixed, frame, strict=True))


def _wide(frame: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
    return decode_ulaw(frame).astype(np.int32)


def _kind_of(step: BargeIn | Backchannel | Noise | Cough) -> str:
    if isinstance(step, BargeIn):
        return "barge_in"
    return type(step).__name__.lower()


class _Sound:
    """A step's audio on its way out; the turn's times are those of its frames with sound."""

    def __init__(self, prepared: Prepared, kind: str, caller: Caller, at: float) -> None:
        self._audio = prepared.audio + SILENCE * (-len(prepared.audio) % FRAME_BYTES)
        self._first, self._past = sound_bounds(self._audio)
        self._kind, self._text, self._caller = kind, prepared.text, caller
        self._next = 0
        self._turn: CallerTurn | None = None
        self._began_at = at

    @property
    def turn(self) -> CallerTurn:
        """With its end as it is now."""
        return self._turn or CallerTurn(self._kind, self._text, self._began_at, self._began_at, over_agent=False)

    @property
    def is_over(self) -> bool:
        """All frames were sent."""
        return self._next * FRAME_BYTES >= len(self._audio)

    def next(self, at: float) -> bytes:
        """The next frame."""
        if self._next == self._first and self._past:
            self._turn = self._caller.began(self._kind, self._text, at)
        if self._turn is not None and self._next < self._past:
            self._turn.ends_at = at + FRAME_S
        frame = self._audio[self._next * FRAME_BYTES : (self._next + 1) * FRAME_BYTES]
        self._next += 1
        return frame or SILENCE_FRAME
