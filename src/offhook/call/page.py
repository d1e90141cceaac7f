"""A stage without sound: what a reply says is heard the moment that it is whole. For conversations that are typed."""

from collections.abc import AsyncGenerator, Callable
from typing import Final

from offhook.core.events import (
    Event,
    PlayoutCut,
    ReplyHeard,
    ReplySent,
    SegmentHeard,
    SegmentReady,
    SegmentStarted,
)
from offhook.speech.ports import SpokenAudio, VoiceOutput

_SILENCE: Final = b"\xff" * 160
"""20 ms: a segment has begun when there is some audio of it."""


class NoVoice:
    """A voice that is at once done."""

    async def prepare(self) -> None:
        """Nothing to load."""

    async def synthesize(self, text: str) -> AsyncGenerator[VoiceOutput, None]:
        """A frame of silence for each segment."""
        del text
        yield SpokenAudio(_SILENCE)

    async def close(self) -> None:
        """Nothing to let go of."""


class Page:
    """One reply at a time, as `Playout` has it; `post` takes its news."""

    def __init__(self, post: Callable[[Event], None], now: Callable[[], float]) -> None:
        self._post, self._now = post, now
        self._reply = 0
        self._texts: dict[int, str] = {}
        self._started: set[int] = set()
        self._is_open = self._is_made = False

    # ── what the reply's makers add ──────────────────────────────────────────────────────────────────────────

    def open(self, reply: int, *, held: bool) -> None:
        """Another reply; the last one is over."""
        self._reply, self._is_open, self._is_made = reply, not held, False
        self._texts, self._started = {}, set()

    def add(self, reply: int, segment: int, text: str, audio: bytes, words: list[tuple[float, float]]) -> None:
        """The beginning of a segment, or more of it."""
        del audio, words
        if reply != self._reply or segment in self._texts:
            return
        self._texts[segment] = text
        self._post(SegmentReady(reply, segment, text))
        self._play()

    def reword(self, reply: int, segment: int, text: str, words: list[tuple[float, float]]) -> None:
        """The words of a segment are others."""
        del words
        if reply == self._reply:
            self._texts[segment] = text

    def end_segment(self, reply: int, segment: int) -> None:
        """It is whole."""
        if reply == self._reply and segment in self._started:
            self._post(SegmentHeard(reply, segment))

    def finish(self, reply: int) -> None:
        """No more segments will come."""
        if reply == self._reply:
            self._is_made = True
            self._play()

    @property
    def unsent_s(self) -> float:
        """Nothing waits."""
        return 0.0

    async def wait_for_room(self, most_s: float) -> None:
        """There always is some."""
        del most_s

    # ── what the conversation commands ───────────────────────────────────────────────────────────────────────

    def commit(self, reply: int) -> None:
        """The held reply goes out."""
        if reply == self._reply:
            self._is_open = True
            self._play()

    def cancel(self, reply: int) -> None:
        """Drop it; tells what was heard of it, if anything was."""
        if reply == self._reply:
            self.hush(reply)
            self._reply = 0

    def hush(self, reply: int) -> None:
        """Fall silent."""
        if reply == self._reply and self._started:
            self._post(PlayoutCut(reply, self._heard(), 0.0))
            self._is_open = False

    def _play(self) -> None:
        if not self._is_open or not self._reply:
            return
        for segment in self._texts:
            if segment not in self._started:
                self._started.add(segment)
                self._post(SegmentStarted(self._reply, segment, self._now()))
        if self._is_made:
            reply, self._is_made = self._reply, False
            self._post(ReplySent(reply, self._now()))
            self._post(ReplyHeard(reply, self._heard()))

    def _heard(self) -> str:
        return " ".join(text for segment, text in self._texts.items() if segment in self._started)
