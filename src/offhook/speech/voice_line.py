"""One socket of a voice, with the segments that are said on it."""

import asyncio
from collections.abc import Iterable
from typing import Final, Protocol

from offhook import clock
from offhook.speech.voice_dialect import Terms, VoiceDialect
from offhook.speech.voice_segment import Segment
from offhook.speech.websocket import Endpoint, Limits, VendorSocket

SHORT_LIFE_S: Final = 5.0
"""A socket that ends sooner, with nothing said on it, failed as one that was never open."""
POLICY_VIOLATION: Final = 1008


class Owner(Protocol):
    """Whoever has the lines."""

    def changed(self) -> None:
        """There may be room, or want of it."""

    def freed(self) -> None:
        """The vendor is done with a segment: it may take another."""

    def postponed(self, segment: Segment) -> None:
        """The vendor says no more at the same time: it waits again."""

    def proven(self) -> None:
        """A socket is good for something."""

    def opened(self) -> None:
        """A socket is ready."""


class _Socket(VendorSocket):
    """Knows how it was closed."""

    close_code: int | None = None

    def closed(self, code: int, reason: str) -> None:
        self.close_code = code
        super().closed(code, reason)


class Line:
    """To its socket it is the dialect (`offhook.speech.websocket.Dialect`)."""

    def __init__(self, owner: Owner, endpoint: Endpoint, dialect: VoiceDialect, terms: Terms, limits: Limits) -> None:
        self.dialect, self._owner, self._terms = dialect, owner, terms
        self.socket = _Socket(endpoint, self, limits)
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
        is_taken = self.is_retired or any(segment.is_suspect for segment in self.segments)
        return 0 if is_taken else self._terms.segments_per_socket - len(self.segments)

    @property
    def was_sent_away(self) -> bool:
        """The vendor closed it for something that was said to it, and mostly does not say what."""
        return self.socket.close_code == POLICY_VIOLATION

    def begin(self, segment: Segment) -> None:
        """Ask for the segment, in this step."""
        self._used_at = clock.now()
        self.segments[segment] = None
        segment.over, segment.busy = self._over, self._busy
        segment.asked()
        self._send(self.dialect.begin(segment, self._used_at))
        if not self.dialect.takes(0, self._used_at):
            self.retire()

    def leave(self, segment: Segment) -> None:
        """Nobody listens to it any more."""
        self.segments[segment] = clock.now() + self._terms.end_s
        segment.leave()
        self._send(self.dialect.cancel(segment))

    def retire(self) -> None:
        """Take no more segments, and close when the last is over."""
        self.is_retired = True
        self.close_if_done()
        self._owner.changed()

    def _over(self, segment: Segment) -> None:
        self.segments.pop(segment, None)
        self._used_at = clock.now()
        if segment.is_whole:
            self._prove()
        self.close_if_done()
        self._owner.freed()

    def _busy(self, segment: Segment) -> None:
        self.segments.pop(segment, None)
        self._owner.postponed(segment)

    def _prove(self) -> None:
        if not self.is_proven:
            self.is_proven = True
            self._owner.proven()

    def close_if_done(self) -> None:
        """Close, when it is retired and nothing is said on it."""
        if self.is_retired and not self.segments and self.task is not None:
            self.task.cancel()

    def _send(self, messages: Iterable[str]) -> None:
        for message in messages:
            self.socket.send(message)

    # ── the socket's side ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def wakeup_at(self) -> float | None:
        """The first of: what the dialect has to do, an overdue end, the end of idleness, of age."""
        due = [at for at in (*self.segments.values(), self.dialect.wakeup_at) if at is not None]
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
        if self.dialect.wakeup_at is not None and self.dialect.wakeup_at <= at:
            self._send(self.dialect.wake(at))
        overdue = [segment for segment, until in self.segments.items() if until is not None and until <= at]
        for segment in overdue:
            self.dialect.forget(segment)
            self.segments.pop(segment, None)
        is_idle = not self.segments and at >= self._used_at + self._terms.idle_s
        if is_idle or at >= self._opened_at + self._terms.age_s or (overdue and self._terms.ends_must_come):
            self.retire()
        elif overdue:
            self._owner.changed()

    def opened(self, at: float) -> None:
        """The handshake is done."""
        self._opened_at = self._used_at = at
        self.was_open = True
        self._owner.opened()

    def received(self, message: str | bytes, at: float) -> None:
        """The vendor says this."""
        self._send(self.dialect.received(message, at))

    def sent(self, message: str | bytes, at: float) -> None:
        """Nothing follows from it."""

    def dropped(self, size: int) -> None:
        """It cannot be."""
        raise AssertionError("no audio is sent to a voice")

    def keep_alive(self) -> str | None:
        """Nothing: a socket that idles is renewed."""
        return None

    def goodbye(self) -> str | None:
        """As the dialect says it."""
        return self.dialect.goodbye()
