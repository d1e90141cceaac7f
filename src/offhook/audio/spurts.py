"""Talk spurts: the caller's sound, frame by frame, becomes its edges.

All time is counted in received samples, so a burst of late frames gives the same edges as frames in time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from offhook.audio.frames import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE
from offhook.audio.gate import KEPT_BLOCKS, GatedVad
from offhook.audio.vad import BLOCK_SAMPLES, VadStream
from offhook.core.events import SilenceLasted, SoundLasted, SpeechStarted, SpeechStopped, VoiceLasted, VoicePaused

Edge = SoundLasted | SpeechStarted | VoiceLasted | VoicePaused | SpeechStopped | SilenceLasted

SOUND_BLOCKS: Final = (3, 6)
"""Loud blocks in a row (96 and 192 ms) that are told before it is known whether they are a voice."""
_PART_SAMPLES: Final = 64
"""Onset and end are placed by level to 8 ms, a quarter of a block."""
_LAG_SAMPLES: Final = 2 * BLOCK_SAMPLES
"""So long the model goes on believing in a voice that has ended; measured with speech that ends in silence."""


class _Question(Enum):
    """Where the question for the last block stands."""

    NONE = "answered, or not asked"
    ASKING = "in this step"
    ASKED = "waits for other calls' blocks"


@dataclass(frozen=True, slots=True)
class SpurtSettings:
    """When a sound is a talk spurt. A block is 256 samples, 32 ms."""

    start_probability: float = 0.50
    """Probability of voice from which a block can begin a spurt."""
    stay_probability: float = 0.35
    """Probability of voice from which a block continues a spurt."""
    start_blocks: int = 2
    """Voiced blocks that begin a spurt ..."""
    start_window: int = 3
    """... among the last so many: one click is no voice."""
    stop_blocks: int = 3
    """Unvoiced or quiet blocks in a row that end a spurt: pauses in words (a 't' before its burst) are shorter."""
    sure_blocks: int = 2
    """How many of those, the last ones, must be unvoiced: a level alone is no proof in noise."""
    pause_s: float = 0.0
    """Silence inside a spurt that is told as `VoicePaused`; 0: none is."""
    pause_probability: float = 0.95
    """Below this the model has begun to doubt the voice. One talk spurt in twelve holds a pause that is none."""


@dataclass(slots=True)
class _Spurt:
    """The spurt that is being heard; places are samples since the first frame."""

    onset: int
    voiced_to: int
    """End of the last voiced block."""
    loud_to: int
    """End of its last part, or an earlier block's, that was louder than the line's noise."""
    told: int = 0
    """Voice edges told."""
    silent: int = 0
    """Unvoiced or quiet blocks in a row."""
    unvoiced: int = 0
    """Unvoiced blocks in a row."""
    is_pausing: bool = False
    """The pause was told."""

    @property
    def ended(self) -> int:
        """Where the sound fell quiet, no more than the model's lag before the end of the last voiced block."""
        return max(self.loud_to, self.voiced_to - _LAG_SAMPLES)


class SpurtDetector:
    """Finds the talk spurts of one call; they count from 1. Keeps less than 0.2 s of audio.

    `voice_edges_s` are the lengths of voice that `VoiceLasted` tells, once each for every spurt that reaches them.
    A detector that judges many calls together tells the edges of a block a moment later: they go to `late`.
    """

    __slots__ = (
        "_edges", "_ended", "_found", "_gate", "_late", "_loud", "_number", "_onset", "_origin_at", "_pieces",
        "_recent", "_samples", "_settings", "_spurt", "_state", "_watch",
    )  # fmt: skip

    def __init__(self, vad: VadStream, voice_edges_s: tuple[float, ...], settings: SpurtSettings | None = None) -> None:
        self._settings = settings or SpurtSettings()
        self._gate = GatedVad(vad, self._judged)
        self._state = _Question.NONE
        self._found: tuple[Edge, ...] = ()
        self._late: Callable[[tuple[Edge, ...]], None] | None = None
        self._origin_at = 0.0
        """Where the leg's first sample lies on the call's clock; all that counts samples counts from there."""
        self._edges = _sorted(voice_edges_s)
        self._loud = 0
        """Blocks in a row that were far louder than the noise."""
        self._samples = 0
        self._pieces = b""
        """Received audio that does not fill a block yet."""
        self._number = 0
        self._spurt: _Spurt | None = None
        self._ended = 0
        """End of the spurt before."""
        self._recent = 0
        """Which of the last blocks outside a spurt were voiced: one bit each, the latest is the lowest."""
        self._onset = 0
        """Where the first of those began."""
        self._watch: tuple[int, float] | None = None
        """The silence to tell, in samples, and in seconds as it was asked for."""

    def tell_late_to(self, tell: Callable[[tuple[Edge, ...]], None]) -> None:
        """Who gets the edges that come a moment later."""
        self._late = tell

    def stop(self) -> None:
        """Nobody hears the edges any more."""
        self._late = None
        self._gate.stop()

    def follow(self, voice_edges_s: tuple[float, ...]) -> None:
        """Tell these lengths of voice from now on; of an open spurt, those that are longer than what was told."""
        spurt = self._spurt
        told_s = self._edges[spurt.told - 1][1] if spurt and spurt.told else 0.0
        self._edges = _sorted(voice_edges_s)
        if spurt is not None:
            spurt.told = sum(edge_s <= told_s for _, edge_s in self._edges)

    def break_off(self) -> tuple[Edge, ...]:
        """No more audio comes over this leg: a spurt that is open ends with what was heard of it."""
        late: list[Edge] = []
        if self._state is _Question.ASKED:
            tell, self._late = self._late, late.extend
            self._gate.flush()
            self._late = tell
        spurt, self._spurt, self._watch = self._spurt, None, None
        if spurt is None:
            return tuple(late)
        voice_s = (spurt.ended - spurt.onset) / SAMPLE_RATE
        return (*late, SpeechStopped(self._number, self._place(spurt.ended), voice_s))

    def restart(self, origin_at: float) -> tuple[Edge, ...]:
        """Another leg: its first sample lies at `origin_at` on the call's clock. Spurts are counted on."""
        edges = self.break_off()
        self._origin_at = origin_at
        self._samples = self._ended = self._onset = self._recent = self._loud = 0
        self._pieces, self._found = b"", ()
        self._gate.restart()
        return edges

    @property
    def heard_s(self) -> float:
        """Audio received over this leg, in seconds."""
        return self._samples / SAMPLE_RATE

    def hear(self, frame: bytes) -> tuple[Edge, ...]:
        """Take the next 160 bytes of mu-law; the edges that they show, in order."""
        assert len(frame) == FRAME_BYTES, "the leg delivers whole frames"
        if self._state is _Question.ASKED:
            self._gate.flush()
        self._samples += FRAME_SAMPLES
        audio = self._pieces + frame
        if len(audio) < BLOCK_SAMPLES:
            self._pieces = audio
            return self._lasting() if self._spurt or self._watch else ()
        self._pieces = audio[BLOCK_SAMPLES:]
        self._state = _Question.ASKING
        self._gate.hear(audio[:BLOCK_SAMPLES])
        if self._state is _Question.ASKING:
            self._state = _Question.ASKED
            return ()
        return self._found

    def _judged(self, probability: float) -> None:
        """The block's probability is there: in the step that asked for it, or later."""
        is_late = self._state is _Question.ASKED
        self._state = _Question.NONE
        self._found = self._block(probability)
        if is_late and self._found:
            assert self._late is not None, "whoever collects blocks takes late edges"
            self._late(self._found)

    def _block(self, probability: float) -> tuple[Edge, ...]:
        self._loud = self._loud + 1 if self._gate.is_sure_sound else 0
        if self._spurt:
            return self._block_inside(self._spurt, probability)
        if self._loud in SOUND_BLOCKS:
            return (SoundLasted(self._loud * BLOCK_SAMPLES / SAMPLE_RATE), *self._block_outside(probability))
        if probability or self._recent or self._watch:
            return self._block_outside(probability)
        return ()

    def watch_silence(self, spurt: int, silence_s: float) -> None:
        """Tell `SilenceLasted` once so much audio after the spurt's end was silent.

        Replaces an earlier watch. Forgotten when a new spurt starts, and ignored when that has happened already.
        """
        if spurt == self._number:
            self._watch = (round(silence_s * SAMPLE_RATE), silence_s)

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _block_end(self) -> int:
        return self._samples - len(self._pieces)

    def _place(self, sample: int) -> float:
        return round(self._origin_at + sample / SAMPLE_RATE, 6)

    def _block_outside(self, probability: float) -> tuple[Edge, ...]:
        # The model's memory of a voice that has ended must not begin another spurt.
        voiced = probability >= self._settings.start_probability and self._gate.level >= self._gate.loud_level
        if voiced and not self._in_doubt():
            self._onset = max(self._ended, self._sound_began())
        self._recent = ((self._recent << 1) | voiced) & ((1 << self._settings.start_window) - 1)
        if self._recent.bit_count() < self._settings.start_blocks:
            return self._lasting()
        self._number += 1
        self._recent, self._watch = 0, None
        self._spurt = _Spurt(self._onset, self._block_end, self._loud_to(self._block_end))
        return (SpeechStarted(self._number, self._place(self._onset)), *self._voice_lasting(self._spurt))

    def _block_inside(self, spurt: _Spurt, probability: float) -> tuple[Edge, ...]:
        if voiced := probability >= self._settings.stay_probability:
            spurt.loud_to, spurt.voiced_to = self._loud_to(spurt.loud_to), self._block_end
        spurt.unvoiced = 0 if voiced else spurt.unvoiced + 1
        spurt.silent = 0 if voiced and self._gate.level >= self._gate.quiet_level else spurt.silent + 1
        if spurt.silent < self._settings.stop_blocks or spurt.unvoiced < self._settings.sure_blocks:
            return (*self._voice_lasting(spurt), *self._pausing(spurt, probability))
        self._spurt, self._ended = None, spurt.ended
        voice_s = (spurt.ended - spurt.onset) / SAMPLE_RATE
        return (SpeechStopped(self._number, self._place(spurt.ended), voice_s), *self._silence_lasting())

    # ── what has lasted ──────────────────────────────────────────────────────────────────────────────────────────

    def _lasting(self) -> tuple[Edge, ...]:
        return self._voice_lasting(self._spurt) if self._spurt else self._silence_lasting()

    def _voice_lasting(self, spurt: _Spurt) -> tuple[Edge, ...]:
        if spurt.silent or spurt.told == len(self._edges):
            return ()
        lasted, first = self._samples - spurt.onset, spurt.told
        while spurt.told < len(self._edges) and lasted >= self._edges[spurt.told][0]:
            spurt.told += 1
        return tuple(VoiceLasted(self._number, edge_s) for _, edge_s in self._edges[first : spurt.told])

    def _silence_lasting(self) -> tuple[Edge, ...]:
        # While a new sound may turn out to be a voice, the silence is in doubt and the agent must not start.
        if self._watch is None or self._in_doubt() or self._samples - self._ended < self._watch[0]:
            return ()
        silence_s, self._watch = self._watch[1], None
        return (SilenceLasted(self._number, silence_s),)

    def _in_doubt(self) -> bool:
        """A voiced block is recent enough to begin a spurt together with the next one."""
        return bool(self._recent & ((1 << (self._settings.start_window - 1)) - 1))

    def _pausing(self, spurt: _Spurt, probability: float) -> tuple[Edge, ...]:
        if not self._settings.pause_s or probability >= self._settings.pause_probability:
            spurt.is_pausing = False
            return ()
        if spurt.is_pausing or self._quiet_samples() < self._settings.pause_s * SAMPLE_RATE:
            return ()
        spurt.is_pausing = True
        return (VoicePaused(self._number, self._place(self._block_end)),)

    # ── where it began and ended ─────────────────────────────────────────────────────────────────────────────────

    def _sound_began(self) -> int:
        """The last block's first loud part, or as far back from there as it was loud without a gap."""
        loud = self._gate.parts_from(self._gate.loud_level, _PART_SAMPLES, KEPT_BLOCKS)
        block = len(loud) - BLOCK_SAMPLES // _PART_SAMPLES
        first = next((part for part in range(block, len(loud)) if loud[part]), block)
        while first and loud[first - 1]:
            first -= 1
        return self._block_end - (len(loud) - first) * _PART_SAMPLES

    def _quiet_samples(self) -> int:
        """At the end of the last two blocks."""
        loud = self._gate.parts_from(self._gate.quiet_level, _PART_SAMPLES, 2)
        return _PART_SAMPLES * (loud[::-1].index(True) if any(loud) else len(loud))

    def _loud_to(self, before: int) -> int:
        """The end of the last block's last part that is not quiet; `before` when all of it is."""
        loud = self._gate.parts_from(self._gate.quiet_level, _PART_SAMPLES)
        return self._block_end - loud[::-1].index(True) * _PART_SAMPLES if any(loud) else before


def _sorted(voice_edges_s: tuple[float, ...]) -> list[tuple[int, float]]:
    """In samples, and as they were asked for."""
    return sorted((round(edge_s * SAMPLE_RATE), edge_s) for edge_s in voice_edges_s)
