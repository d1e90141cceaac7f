"""What a caller heard and when, measured where metrics are measured: on the telephone's side of the wire.

"Audible" is a 20 ms frame above the noise floor, at the moment it is played. "The caller's end" is the end of the last
caller frame with sound.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np

from offhook.audio.g711 import decode_ulaw
from offhook.simulator.carrier_media import FRAME_BYTES, SILENCE_FRAME, Violation
from offhook.speech.scripted.tape import TapeReader

FRAME_S: Final = 0.020
FLOOR_DB: Final = -50.0
"""Quieter than this nobody hears on a telephone. A ducked agent is at about -35."""
SILENT_DB: Final = -99.0
STRETCH_GAP_S: Final = 0.3
"""Shorter silences are pauses inside what somebody says."""
DUCK_DB: Final = 6.0

_SQUARES: Final = tuple(np.square(decode_ulaw(bytes(range(256))).astype(np.float64) / 32768).tolist())


def level_db(frame: bytes) -> float:
    """RMS beside full scale; `SILENT_DB` and no less."""
    if frame == SILENCE_FRAME:
        return SILENT_DB
    # Whole multiples of a power of two: the sum is exact, in any order.
    mean = sum(map(_SQUARES.__getitem__, frame)) / len(frame)
    return max(SILENT_DB, 10 * math.log10(mean)) if mean else SILENT_DB


@dataclass(slots=True)
class CallerTurn:
    """One thing that the caller said or did, with its times on the wire in seconds of the call."""

    kind: str
    """`say`, `barge_in`, `backchannel`, `noise`, `cough`."""
    text: str
    begins_at: float
    ends_at: float
    over_agent: bool
    """The agent was audible when it began."""
    gap_s: float | None = None
    """From the caller's end to the agent's first audible frame after it; None: no answer before the next turn."""
    cut_ins: int = 0
    """How often the agent began to be audible inside the turn."""
    duck_s: float | None = None
    """Over the agent: from the caller's onset until the agent was 6 dB quieter or silent."""
    stop_s: float | None = None
    """Over the agent: from the caller's onset to the agent's last audible frame before it was silent for long."""

    @property
    def wants_answer(self) -> bool:
        """A turn that an agent has to answer."""
        return self.kind in ("say", "barge_in")


@dataclass(frozen=True, slots=True)
class AgentWord:
    """A word of the agent that the caller heard, by the tape."""

    at: float
    text: str


@dataclass(slots=True)
class CallReport:
    """A whole call as its caller lived it."""

    call_sid: str = ""
    length_s: float = 0.0
    ended_by: str = ""
    """`caller`, `server`, or what went wrong."""
    turns: list[CallerTurn] = field(default_factory=list)
    agent_audible: list[tuple[float, float]] = field(default_factory=list)
    """Runs of audible frames: begin and end."""
    agent_words: list[AgentWord] = field(default_factory=list)
    heard_text: str = ""
    """The agent's words by the tape; empty for voices without one."""
    violations: list[Violation] = field(default_factory=list)

    @property
    def gaps_s(self) -> list[float]:
        """Turn gaps of the turns that got an answer."""
        return [turn.gap_s for turn in self.turns if turn.wants_answer and turn.gap_s is not None]

    @property
    def cut_ins(self) -> int:
        """Over all turns of the caller."""
        return sum(turn.cut_ins for turn in self.turns if turn.wants_answer)

    @property
    def unanswered(self) -> list[CallerTurn]:
        """Turns that no audible reply followed."""
        return [turn for turn in self.turns if turn.wants_answer and turn.gap_s is None]

    @property
    def longest_silence_s(self) -> float:
        """The longest time in which neither side sounded."""
        sounds = sorted([*self.agent_audible, *((turn.begins_at, turn.ends_at) for turn in self.turns)])
        longest, last_end = 0.0, 0.0
        for begin, end in [*sounds, (self.length_s, self.length_s)]:
            longest, last_end = max(longest, begin - last_end), max(last_end, end)
        return longest

    def as_json(self) -> Mapping[str, Any]:
        """Everything, for a file."""
        return asdict(self)


class Meter:
    """Follows both directions of a call, a frame at a time, and makes the report."""

    def __init__(self) -> None:
        self.tape: Final = TapeReader()
        self.words: list[AgentWord] = []
        self.turns: Final[list[CallerTurn]] = []
        self._levels: Final = array("f")
        """Of each frame of the agent."""
        self._runs: Final[list[list[float]]] = []
        self._audible_since: float | None = None
        self._audible_until = float("-inf")
        self._clock = 0.0

    # ── the agent ────────────────────────────────────────────────────────────────────────────────────────────────

    def agent(self, frame: bytes, at: float) -> None:
        """The agent's 20 ms that are played from `at` on."""
        self._clock = at + FRAME_S
        level = level_db(frame)
        self._levels.append(level)
        for word in self.tape.hear(frame):
            self.words.append(AgentWord(at, word.text))
        if level <= FLOOR_DB:
            return
        if self._audible_since is None or at - self._audible_until > STRETCH_GAP_S:
            self._audible_since = at
        if self._runs and at - self._audible_until < FRAME_S / 2:
            self._runs[-1][1] = at + FRAME_S
        else:
            self._runs.append([at, at + FRAME_S])
        self._audible_until = at + FRAME_S

    def agent_audible_s(self, at: float) -> float:
        """For how long the agent has been speaking now, short pauses included; 0 when it is silent."""
        if self._audible_since is None or at - self._audible_until > STRETCH_GAP_S:
            return 0.0
        return at - self._audible_since

    def agent_silent_s(self, at: float) -> float:
        """For how long the agent has not been audible; without end before it ever was."""
        return max(0.0, at - self._audible_until)

    def longest_speech_s(self, since: float) -> float:
        """The longest time that the agent spoke for in one go since then, short pauses included."""
        longest, begun_at, last_end = 0.0, since, float("-inf")
        for begin, end in reversed(self._runs):
            if end <= since:
                break
            if last_end == float("-inf") or begun_at - end > STRETCH_GAP_S:
                last_end = end
            begun_at = max(begin, since)
            longest = max(longest, last_end - begun_at)
        return longest

    @property
    def agent_audible_until(self) -> float:
        """End of the agent's last audible frame."""
        return self._audible_until

    # ── the caller ───────────────────────────────────────────────────────────────────────────────────────────────

    def turn_began(self, kind: str, text: str, at: float) -> CallerTurn:
        """The caller's first frame with sound begins at `at`. Keep `ends_at` up to date."""
        over_agent = self.agent_audible_s(at) > 0
        self.turns.append(CallerTurn(kind, text, at, at, over_agent))
        return self.turns[-1]

    # ── the report ───────────────────────────────────────────────────────────────────────────────────────────────

    def report(self, call_sid: str = "", ended_by: str = "") -> CallReport:
        """All that was measured."""
        runs = [(round(begin, 3), round(end, 3)) for begin, end in self._runs]
        begins = [begin for begin, _ in runs]
        for index, turn in enumerate(self.turns):
            following = next((later for later in self.turns[index + 1 :] if later.wants_answer), None)
            self._measure(turn, following.begins_at if following else float("inf"), runs, begins)
        return CallReport(
            call_sid=call_sid,
            length_s=round(self._clock, 3),
            ended_by=ended_by,
            turns=self.turns,
            agent_audible=runs,
            agent_words=self.words,
            heard_text=self.tape.text,
        )

    def _measure(
        self, turn: CallerTurn, next_turn_at: float, runs: list[tuple[float, float]], begins: list[float]
    ) -> None:
        first_after = bisect_left(begins, turn.ends_at - 1e-6)
        # An agent that goes on speaking over the caller's end has not answered by that.
        if first_after < len(runs) and begins[first_after] < next_turn_at:
            turn.gap_s = round(begins[first_after] - turn.ends_at, 3)
        inside = range(bisect_left(begins, turn.begins_at + 1e-6), first_after)
        turn.cut_ins = sum(1 for index in inside if _silence_before(runs, index) > STRETCH_GAP_S)
        if turn.over_agent:
            turn.stop_s = self._stop_s(turn, runs)
            turn.duck_s = self._duck_s(turn)

    def _stop_s(self, turn: CallerTurn, runs: list[tuple[float, float]]) -> float | None:
        last_end = turn.begins_at
        for begin, end in runs:
            if begin - last_end > STRETCH_GAP_S and begin > turn.begins_at:
                break
            if end > turn.begins_at:
                last_end = end
        return round(last_end - turn.begins_at, 3)

    def _duck_s(self, turn: CallerTurn) -> float | None:
        begin = round(turn.begins_at / FRAME_S)
        before = [level for level in self._levels[max(0, begin - 50) : begin] if level > FLOOR_DB]
        if not before:
            return None
        normal = sum(before) / len(before)
        for index in range(begin, min(len(self._levels) - 1, begin + 250)):
            # Two frames in a row: one quiet frame is a pause inside a word.
            if max(self._levels[index], self._levels[index + 1]) <= normal - DUCK_DB:
                return round((index - begin) * FRAME_S, 3)
        return None


def _silence_before(runs: list[tuple[float, float]], index: int) -> float:
    return runs[index][0] - runs[index - 1][1] if index else float("inf")


def sound_bounds(audio: bytes) -> tuple[int, int]:
    """First and one past the last frame with sound; (0, 0) when there is none."""
    frames = [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]
    loud = [index for index, frame in enumerate(frames) if level_db(frame) > FLOOR_DB]
    return (loud[0], loud[-1] + 1) if loud else (0, 0)
