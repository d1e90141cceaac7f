"""What happens to each 20 ms of the caller, in the leg's own callback and nowhere else."""

from collections import deque
from collections.abc import Callable
from typing import Final

from offhook.audio.convert import converter
from offhook.audio.spurts import Edge, SpurtDetector
from offhook.call.questions import Questions
from offhook.call.taps import Taps
from offhook.core.events import Event
from offhook.core.formats import FRAME_S, TELEPHONE, AudioFormat

RECENT_FRAMES: Final = 400
"""8 s: what the end-of-turn model looks at."""


class CallerAudio:
    """Frames to everybody who hears the caller: taps, the transcriber, the detector of talk spurts.

    Detector and end-of-turn model hear telephone audio. A call of another format is converted for them here, with 2 ms
    of delay, and for the transcriber when that wants yet another; a telephone call is not converted at all.
    """

    def __init__(
        self,
        put: Callable[[Event], None],
        detector: SpurtDetector,
        questions: Questions,
        audio_format: AudioFormat,
        hearing_format: AudioFormat,
    ) -> None:
        self.taps: Final = Taps()
        self._put, self._detector, self._questions = put, detector, questions
        detector.tell_late_to(self._put_all)
        self._to_detector = converter(audio_format, TELEPHONE, is_live=True)
        self._shares = hearing_format == TELEPHONE
        """The transcriber wants what the detector wants: one conversion, or none, does for both."""
        self._to_transcriber = None if self._shares else converter(audio_format, hearing_format, is_live=True)
        self._silence = audio_format.silence(audio_format.frame_bytes)
        self._recent: deque[bytes] = deque(maxlen=RECENT_FRAMES)
        self._origin_at = 0.0
        self._frames = 0
        """Over this leg."""
        self._is_muted = False

    @property
    def frames(self) -> int:
        """So many have come over the leg."""
        return self._frames

    @property
    def heard_at(self) -> float:
        """The end of the audio that has come, on the call's clock."""
        return self._origin_at + self._frames * FRAME_S

    def leg_began(self, origin_at: float) -> None:
        """The next frame lies at `origin_at`."""
        self._origin_at, self._frames = origin_at, 0
        self._put_all(self._detector.restart(origin_at))
        self._questions.leg_began(origin_at)

    def leg_ended(self) -> None:
        """No more frames for now: whoever was speaking speaks no more."""
        self._put_all(self._detector.break_off())

    def hear(self, frame: bytes) -> None:
        """20 ms of the caller, in the call's format."""
        if self._is_muted:
            frame = self._silence
        at = self._origin_at + self._frames * FRAME_S
        for tap in self.taps.all:
            tap(at, frame)
        self._frames += 1
        telephone = frame if self._to_detector is None else self._to_detector.push(frame)
        if self._shares:
            frame = telephone
        elif self._to_transcriber is not None:
            frame = self._to_transcriber.push(frame)
        self._questions.hear(frame)
        self._recent.append(telephone)
        if edges := self._detector.hear(telephone):
            self._put_all(edges)

    def mute(self, is_muted: bool) -> None:
        """Silence in the caller's place, for everybody; or not any more."""
        self._is_muted = is_muted

    def recent_audio(self) -> bytes:
        """The last seconds of the caller, mu-law at 8000 Hz."""
        return b"".join(self._recent)

    def stop(self) -> None:
        """The call is over: let go of everything."""
        self._detector.stop()
        self.taps.clear()
        self._recent.clear()

    def _put_all(self, edges: tuple[Edge, ...]) -> None:
        for edge in edges:
            self._put(edge)
