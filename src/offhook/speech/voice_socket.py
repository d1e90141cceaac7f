"""Voices over sockets: one port for all calls of an agent, on a few warm sockets that they share.

    synthesize ──Segment──▶ SocketVoice ──▶ Line (VendorSocket + VoiceDialect) ──▶ vendor
        ▲                                        │
        └───────────── Segment ◀── add, end, fail ┘

A segment is given to an open socket with room in the step that asks for it. Another socket is opened while there still
is room (`Terms.spare`), so that nobody waits for a handshake; where somebody must, it counts as a wait for the first
audio. A lost socket fails the segments that it has begun to play; those of which nothing came yet go to another, once.
Leaving a segment is a message and a note, never a wait: until the vendor says that it is over it keeps its place.

An account may say fewer segments at once than its sockets take. Then the vendor says no to one that is too many: it
waits for the end of another, and so many are asked for at once, and no more, for a minute.

A socket that is closed over what was said to it (1008) takes all its segments down, and nobody says which one it was
for. Those of which nothing came are said alone then, each on a socket of its own, so that one bad text fails itself.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Final

from offhook import clock
from offhook.errors import ProviderError, ProviderTimeout, ProviderUnavailable, RequestRefused
from offhook.speech.ports import SpokenAudio
from offhook.speech.voice_dialect import Terms, VoiceDialect
from offhook.speech.voice_line import Line
from offhook.speech.voice_segment import Segment
from offhook.speech.voice_words import SpokenText
from offhook.speech.websocket import Endpoint, Limits

_LOG: Final = logging.getLogger("offhook.speech.voice")
LIMITS: Final = Limits(most_audio=0, keep_alive_s=1.0, max_message=4 << 20)
"""No audio is ever sent; a vendor may put seconds of it into one message; once a second the clock is looked at."""
MOST_WAITING: Final = 512
"""Segments that wait for a socket. More than that are more calls than a process takes."""
FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 30.0
"""Between attempts to have a warm socket while nobody waits for one."""
BOUND_S: Final = 60.0
"""How long the number of segments that an account says at once is believed; then one more is tried."""
BUSY_PAUSE_S: Final = 0.2
"""Before a vendor that says no more at once is asked again, when none of our own segments ends."""


class SocketVoice:
    """The port (`offhook.speech.ports.Voice`). `connect` makes the dialect of a new socket."""

    def __init__(
        self,
        endpoint: Endpoint,
        terms: Terms,
        connect: Callable[[], VoiceDialect],
        speak: Callable[[str], SpokenText],
    ) -> None:
        self._endpoint, self._terms, self._connect, self._speak = endpoint, terms, connect, speak
        self._lines: list[Line] = []
        self._waiting: deque[Segment] = deque()
        self._failures = 0
        """Sockets that failed since one that did not."""
        self._retry_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._bound: int | None = None
        """So many segments are said at once, as a refusal has told; None: as many as the sockets take."""
        self._bound_until = self._held_until = 0.0
        self._release: asyncio.TimerHandle | None = None
        self._preparing: asyncio.Future[None] | None = None
        self._is_closed = False

    def __repr__(self) -> str:
        return f"<SocketVoice {self._endpoint.provider} sockets={len(self._lines)}>"

    async def prepare(self) -> None:
        """Open a first socket. Raises `ProviderError`; then sockets are tried again in the background, or on demand."""
        self._is_closed = False
        if any(line.socket.is_open for line in self._lines):
            return
        if self._preparing is None:
            self._preparing = asyncio.get_running_loop().create_future()
        if not self._has_sockets:
            self._open()
        await asyncio.shield(self._preparing)

    async def synthesize(self, text: str) -> AsyncGenerator[SpokenAudio, None]:
        """The segment's audio as it comes. Raises `ProviderError`."""
        spoken = self._speak(text)
        if spoken.is_silent:
            return
        segment = Segment(self._endpoint.provider, spoken, clock.now())
        self._enter(segment)
        try:
            while (piece := await segment.next()) is not None:
                yield piece
        except ProviderTimeout:
            # It may have died unseen: the next segment must not meet the same.
            for line in self._lines:
                if segment in line.segments:
                    line.retire()
            raise
        finally:
            self._leave(segment)

    async def close(self) -> None:
        """Close all sockets; what is still being said fails."""
        self._is_closed = True
        for timer in (self._timer, self._release):
            if timer is not None:
                timer.cancel()
        tasks = [line.task for line in self._lines if line.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        error = self._unavailable("the voice was closed")
        self._fail_waiting(error)
        self._prepared(error)

    # ── segments and room ────────────────────────────────────────────────────────────────────────────────────────

    def _enter(self, segment: Segment) -> None:
        if self._is_closed or len(self._waiting) >= MOST_WAITING:
            raise self._unavailable("the voice is closed" if self._is_closed else "too many segments wait")
        self._waiting.append(segment)
        self.changed()

    def _leave(self, segment: Segment) -> None:
        if segment in self._waiting:
            self._waiting.remove(segment)
        for line in self._lines:
            if segment in line.segments:
                line.leave(segment)
                return

    def changed(self) -> None:
        """There may be room, or want of it: serve who waits, and keep some room ready."""
        for segment in list(self._waiting):
            if segment not in self._waiting:
                continue  # Served while another was.
            line = self._line_for(segment) if self._may_say_more else None
            if line is not None:
                self._waiting.remove(segment)
                line.begin(segment)
            elif not segment.is_suspect:
                break  # One that has to be alone waits longer, and holds nobody up.
        self._grow()

    def freed(self) -> None:
        """The vendor is done with a segment."""
        self._held_until = 0.0
        self.changed()

    def postponed(self, segment: Segment) -> None:
        """The vendor says no more at once: this one is the next when another ends, or in a moment."""
        now = clock.now()
        self._bound, self._bound_until = max(1, self._saying), now + BOUND_S
        self._held_until = now + BUSY_PAUSE_S
        self._waiting.appendleft(segment)
        if self._release is not None:
            self._release.cancel()
        self._release = asyncio.get_running_loop().call_later(BUSY_PAUSE_S, self.freed)

    @property
    def _saying(self) -> int:
        return sum(len(line.segments) for line in self._lines)

    @property
    def _may_say_more(self) -> bool:
        now = clock.now()
        if self._bound is not None and now >= self._bound_until:
            self._bound = None
        return now >= self._held_until and (self._bound is None or self._saying < self._bound)

    def _line_for(self, segment: Segment) -> Line | None:
        """The fullest that has room, so that others may idle."""
        now, length = clock.now(), len(segment.spoken.said)
        for line in sorted(self._lines, key=lambda line: line.room):
            if line.room > 0 and line.socket.is_open and not (segment.is_suspect and line.segments):
                if line.dialect.takes(length, now):
                    return line
                line.is_retired = True
                line.close_if_done()
        return None

    def _grow(self) -> None:
        wanted = len(self._waiting) + self._terms.spare
        if self._bound is not None:
            wanted = min(wanted, max(1, self._bound - self._saying))
        is_alone = bool(self._waiting) and not self._has_sockets
        may = not self._is_closed and (is_alone or not self._failures or clock.now() >= self._retry_at)
        while may and len(self._lines) < self._terms.most_sockets and self._room < wanted:
            self._open()

    @property
    def _has_sockets(self) -> bool:
        return any(not line.is_retired for line in self._lines)

    @property
    def _room(self) -> int:
        """What could be said now, if the sockets that are being opened were open."""
        is_empty_needed = any(segment.is_suspect for segment in self._waiting)
        return sum(line.room for line in self._lines if not (is_empty_needed and line.segments))

    # ── sockets ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _open(self) -> None:
        line = Line(self, self._endpoint, self._connect(), self._terms, LIMITS)
        self._lines.append(line)
        line.task = asyncio.get_running_loop().create_task(line.socket.run(), name=f"voice {self._endpoint.provider}")
        line.task.add_done_callback(lambda task: self._ended(line, task))

    def proven(self) -> None:
        """A socket is good for something."""
        self._failures = 0

    def opened(self) -> None:
        """A socket is ready."""
        self._prepared()
        self.changed()

    def _ended(self, line: Line, task: "asyncio.Task[None]") -> None:
        self._lines.remove(line)
        error = None if task.cancelled() else task.exception()
        error = error or self._unavailable("the socket was closed")
        if not isinstance(error, ProviderError):
            asyncio.get_running_loop().call_exception_handler({"message": "a voice's socket broke", "exception": error})
        line.dialect.ended(error)
        orphans = [segment for segment, left_at in line.segments.items() if left_at is None]
        line.segments.clear()
        for segment in reversed(orphans):
            self._orphaned(segment, line, error)
        if not line.is_proven and not task.cancelled():
            self._failed(error, is_refused=not line.was_open)
        if not self._is_closed:
            self.changed()

    def _orphaned(self, segment: Segment, line: Line, error: BaseException) -> None:
        """It was on a socket that is gone."""
        is_over_text = line.was_sent_away or isinstance(error, RequestRefused)
        can_mend = line.was_open and isinstance(error, ProviderUnavailable | RequestRefused) and not self._is_closed
        if can_mend and line.dialect.is_crowded and isinstance(error, ProviderError):
            segment.busy = self.postponed
            segment.postpone(error)
        elif can_mend and segment.may_move:
            segment.move(as_suspect=is_over_text)
            self._waiting.appendleft(segment)
        elif can_mend and is_over_text and segment.is_suspect and not segment.size:
            # Alone on its socket, and the same again: it is the text.
            segment.fail(RequestRefused(str(error), provider=self._endpoint.provider))
        else:
            segment.fail(error)

    def _failed(self, error: BaseException, *, is_refused: bool) -> None:
        """No socket: who waits waits for another, if there is any. Nobody tries again what no try mends."""
        is_retryable = isinstance(error, ProviderError) and error.retryable
        self._failures += 1
        pause_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(self._failures - 1, 16))
        self._retry_at = clock.now() + (pause_s if is_retryable else LONGEST_RETRY_S)
        _LOG.warning("no socket for the voice: %s", error)
        if is_refused and not self._has_sockets:
            self._fail_waiting(error)
            self._prepared(error)
        if self._timer is not None:
            self._timer.cancel()
        if is_retryable and not self._is_closed:
            self._timer = asyncio.get_running_loop().call_at(self._retry_at, self._retry)

    def _retry(self) -> None:
        self._retry_at = 0.0
        self.changed()

    def _prepared(self, error: BaseException | None = None) -> None:
        preparing, self._preparing = self._preparing, None
        if preparing is None:
            return
        if error is None:
            preparing.set_result(None)
        else:
            preparing.set_exception(error)
            preparing.exception()  # Whoever asked may have gone.

    def _fail_waiting(self, error: BaseException) -> None:
        while self._waiting:
            self._waiting.popleft().fail(error)

    def _unavailable(self, what: str) -> ProviderError:
        return ProviderUnavailable(f"{self._endpoint.provider}: {what}", provider=self._endpoint.provider)
