"""Voices over sockets: one port for all calls of an agent, on a few warm sockets that they share.

    synthesize ──Segment──▶ SocketVoice ──▶ _Line (VendorSocket + VoiceDialect) ──▶ vendor
        ▲                                        │
        └───────────── Segment ◀── add, end, fail ┘

A segment is given to an open socket with room in the step that asks for it. Another socket is opened while there still
is room (`Terms.spare`), so that nobody waits for a handshake; where somebody must, it counts as a wait for the first
audio. A lost socket fails the segments that it has begun to play; those of which nothing came yet go to another, once.
Leaving a segment is a message and a note, never a wait: until the vendor says that it is over it keeps its place.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from offhook import clock
from offhook.errors import ProviderError, ProviderTimeout, ProviderUnavailable
from offhook.speech.ports import SpokenAudio
from offhook.speech.vendor_errors import safe_text
from offhook.speech.voice_segment import Segment
from offhook.speech.voice_words import SpokenText
from offhook.speech.websocket import Endpoint, Limits, VendorSocket

_LOG: Final = logging.getLogger("offhook.speech.voice")
LIMITS: Final = Limits(most_audio=0, keep_alive_s=1.0, max_message=4 << 20)
"""No audio is ever sent; a vendor may put seconds of it into one message; once a second the clock is looked at."""
MOST_WAITING: Final = 512
"""Segments that wait for a socket. More than that are more calls than a process takes."""
FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 30.0
"""Between attempts to have a warm socket while nobody waits for one."""
SHORT_LIFE_S: Final = 5.0
"""A socket that ends sooner, with nothing said on it, failed as one that was never open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a vendor allows, and what we keep ready; times in seconds."""

    segments_per_socket: int
    spare: int = 1
    """Room for so many more segments is kept open."""
    most_sockets: int = 64
    idle_s: float = 240.0
    """A socket that was not used for so long is renewed, before the vendor closes it."""
    age_s: float = 3300.0
    """So is one of this age."""
    end_s: float = 5.0
    """After a segment was left, the vendor has so long to say that it is over (to `Limits.keep_alive_s`)."""
    ends_must_come: bool = True
    """Without its end a segment may still take a place: the socket is renewed."""


class VoiceDialect:
    """What is said on one socket of a voice: no I/O. Vendors' files fill it in; the rest is common."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def problem(self, kind: type[ProviderError], text: str) -> ProviderError:
        """The error that the vendor's words stand for, without the key."""
        provider = self._endpoint.provider
        return kind(f"{provider}: {safe_text(text, self._endpoint.secret)}", provider=provider)

    def begin(self, segment: Segment, at: float) -> Iterable[str]:
        """The messages that ask for it. From now on its audio goes to `segment.add`, until `end` or `fail`."""
        raise NotImplementedError

    def cancel(self, segment: Segment) -> Iterable[str]:
        """The messages that stop it. The dialect still calls `segment.end` when the vendor is done with it."""
        raise NotImplementedError

    def forget(self, segment: Segment) -> None:
        """Its end did not come: what still comes of it is dropped."""

    def takes(self, letters: int, at: float) -> bool:
        """Whether a vendor's limit per time lets another text of so many characters onto this socket."""
        del letters, at
        return True

    def received(self, message: str | bytes, at: float) -> None:
        """The vendor says this. Raises `ProviderError`: the socket ends."""
        raise NotImplementedError

    def goodbye(self) -> str | None:
        """What to send before closing."""
        return None


class _Line:
    """One socket and the segments on it. To the socket it is the dialect (`offhook.speech.websocket.Dialect`)."""

    def __init__(self, voice: "SocketVoice", endpoint: Endpoint, dialect: VoiceDialect, terms: Terms) -> None:
        self.dialect, self._voice, self._terms = dialect, voice, terms
        self.socket = VendorSocket(endpoint, self, LIMITS)
        self.segments: dict[Segment, float | None] = {}
        """Those that are not over at the vendor; of one that was left, when its end is overdue."""
        self.task: asyncio.Task[None] | None = None
        self.was_open = self.is_retired = False
        self.is_proven = False
        """Something was said on it, or it lived long enough."""
        self._opened_at = self._used_at = 0.0

    @property
    def room(self) -> int:
        """How many more segments it takes."""
        return 0 if self.is_retired else self._terms.segments_per_socket - len(self.segments)

    def begin(self, segment: Segment) -> None:
        """Ask for the segment, in this step."""
        self._used_at = clock.now()
        self.segments[segment] = None
        segment.over = self._over
        for message in self.dialect.begin(segment, self._used_at):
            self.socket.send(message)
        if not self.dialect.takes(0, self._used_at):
            self.retire()

    def leave(self, segment: Segment) -> None:
        """Nobody listens to it any more."""
        self.segments[segment] = clock.now() + self._terms.end_s
        segment.leave()
        for message in self.dialect.cancel(segment):
            self.socket.send(message)

    def retire(self) -> None:
        """Take no more segments, and close when the last is over."""
        self.is_retired = True
        self.close_if_done()
        self._voice.changed()

    def _over(self, segment: Segment) -> None:
        self.segments.pop(segment, None)
        self._used_at = clock.now()
        if segment.is_whole:
            self._prove()
        self.close_if_done()
        self._voice.changed()

    def _prove(self) -> None:
        if not self.is_proven:
            self.is_proven = True
            self._voice.proven()

    def close_if_done(self) -> None:
        """Close, when it is retired and nothing is said on it."""
        if self.is_retired and not self.segments and self.task is not None:
            self.task.cancel()

    # ── the socket's side ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def wakeup_at(self) -> float | None:
        """The first of: an overdue end, the end of idleness, of age."""
        due = [at for at in self.segments.values() if at is not None]
        if not self.is_proven:
            due.append(self._opened_at + SHORT_LIFE_S)
        if not self.is_retired:
            due.append(self._opened_at + self._terms.age_s)
            if not self.segments:
                due.append(self._used_at + self._terms.idle_s)
        return min(due) if due else None

    def wake(self, at: float) -> None:
        """Forget what is overdue; renew what is old."""
        if at >= self._opened_at + SHORT_LIFE_S:
            self._prove()
        overdue = [segment for segment, until in self.segments.items() if until is not None and until <= at]
        for segment in overdue:
            self.dialect.forget(segment)
            self.segments.pop(segment, None)
        is_idle = not self.segments and at >= self._used_at + self._terms.idle_s
        if is_idle or at >= self._opened_at + self._terms.age_s or (overdue and self._terms.ends_must_come):
            self.retire()
        elif overdue:
            self._voice.changed()

    def opened(self, at: float) -> None:
        self._opened_at = self._used_at = at
        self.was_open = True
        self._voice.opened()

    def received(self, message: str | bytes, at: float) -> None:
        self.dialect.received(message, at)

    def sent(self, message: str | bytes, at: float) -> None:
        pass

    def dropped(self, size: int) -> None:
        raise AssertionError("no audio is sent to a voice")

    def keep_alive(self) -> str | None:
        return None

    def goodbye(self) -> str | None:
        return self.dialect.goodbye()


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
        self._lines: list[_Line] = []
        self._waiting: deque[Segment] = deque()
        self._failures = 0
        """Sockets that failed since one that did not."""
        self._retry_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
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
        if self._timer is not None:
            self._timer.cancel()
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
        while self._waiting and (line := self._line_for(self._waiting[0])) is not None:
            line.begin(self._waiting.popleft())
        self._grow()

    def _line_for(self, segment: Segment) -> _Line | None:
        """The fullest that has room, so that others may idle."""
        now, length = clock.now(), len(segment.spoken.said)
        for line in sorted(self._lines, key=lambda line: line.room):
            if line.room > 0 and line.socket.is_open:
                if line.dialect.takes(length, now):
                    return line
                line.is_retired = True
                line.close_if_done()
        return None

    def _grow(self) -> None:
        wanted = len(self._waiting) + self._terms.spare
        is_alone = bool(self._waiting) and not self._has_sockets
        may = not self._is_closed and (is_alone or not self._failures or clock.now() >= self._retry_at)
        while may and len(self._lines) < self._terms.most_sockets and self._room < wanted:
            self._open()

    @property
    def _has_sockets(self) -> bool:
        return any(not line.is_retired for line in self._lines)

    @property
    def _room(self) -> int:
        return sum(line.room for line in self._lines)

    # ── sockets ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _open(self) -> None:
        line = _Line(self, self._endpoint, self._connect(), self._terms)
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

    def _ended(self, line: _Line, task: "asyncio.Task[None]") -> None:
        self._lines.remove(line)
        error = None if task.cancelled() else task.exception()
        error = error or self._unavailable("the socket was closed")
        if not isinstance(error, ProviderError):
            asyncio.get_running_loop().call_exception_handler({"message": "a voice's socket broke", "exception": error})
        orphans = [segment for segment, left_at in line.segments.items() if left_at is None]
        for segment in reversed(orphans):
            if line.was_open and segment.may_move and isinstance(error, ProviderUnavailable) and not self._is_closed:
                segment.move()
                self._waiting.appendleft(segment)
            else:
                segment.fail(error)
        if not line.is_proven and not task.cancelled():
            self._failed(error, is_refused=not line.was_open)
        if not self._is_closed:
            self.changed()

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
