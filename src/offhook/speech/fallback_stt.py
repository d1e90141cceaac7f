"""Speech-to-text with others behind it. A call hears by one at a time; the call itself asks for another when its stream
is lost, and gives that one all that no final has covered. So it is enough to know here who is well. Each stream counts
its places from its own first frame on, whoever serves it; the call knows where that lies.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from offhook import clock
from offhook.core.events import ProviderSwitched, TranscriberReady, TranscriptFinal
from offhook.core.formats import AudioFormat
from offhook.errors import ProviderError, ProviderTimeout, ProviderUnavailable
from offhook.speech.fallback import Attempts, Member, Members
from offhook.speech.ports import SpeechToText, TellsOfWork, Transcriber, TranscriberEvent

READY_S: Final = 2.0
"""Longest wait for a stream, when another could hear."""
OWED_S: Final = 1.2
"""A stream that is given up while it owes a final for so long is taken for mute."""
MOST_ASKED: Final = 32


class FallbackSpeechToText(Members[SpeechToText]):
    """See `offhook.speech.ports.SpeechToText`."""

    @property
    def format(self) -> AudioFormat:
        """That of all of them."""
        return self._members[0].port.format

    @property
    def asks_early(self) -> bool:
        """As the owner's own choice likes it."""
        return self._members[0].port.asks_early

    def transcriber(self, post: Callable[[TranscriberEvent], None]) -> Transcriber:
        """By the first one that is well."""
        attempts = Attempts(self._members)
        member = attempts.member
        if not member.is_ready:
            return _Unprepared(member, attempts.has_other)
        if (news := attempts.passed_over()) is not None:
            post(ProviderSwitched(news.kind, news.provider, news.to, news.cause))
        return _WatchedTranscriber(member, post, attempts.has_other)


class _Unprepared:
    """Its member is still being prepared, or once more: the call asks again when that is over, and loses nothing."""

    def __init__(self, member: Member[SpeechToText], has_other: bool) -> None:
        self._member, self._has_other = member, has_other

    def hear(self, frame: bytes) -> None:
        """The call keeps it."""

    def finalize(self, to_s: float) -> None:
        """The call asks again."""

    async def run(self) -> None:
        """Ends with `ProviderUnavailable`, which stands for: now."""
        member = self._member
        with _counted(member, has_other=self._has_other):
            await member.ready()
        raise ProviderUnavailable(f"{member.name} was not prepared yet", provider=member.name)


class _WatchedTranscriber:
    """A member's transcriber, entered in its health."""

    def __init__(self, member: Member[SpeechToText], post: Callable[[TranscriberEvent], None], has_other: bool) -> None:
        self._member, self._post, self._has_other = member, post, has_other
        self._asked: deque[tuple[float, float]] = deque(maxlen=MOST_ASKED)
        """Places that a final is owed for, and since when."""
        self._deadline: asyncio.Timeout | None = None
        self._inner = member.port.transcriber(self._heard)
        self.hear = self._inner.hear
        """Fifty times a second: without a step in between."""

    @property
    def is_at_work(self) -> bool:
        """As the member's own."""
        return isinstance(self._inner, TellsOfWork) and self._inner.is_at_work

    def finalize(self, to_s: float) -> None:
        """Passed on; from now on a final is owed."""
        self._asked.append((to_s, clock.now()))
        self._inner.finalize(to_s)

    async def run(self) -> None:
        """As the member does, within its time to open a stream."""
        member = self._member
        member.health.breaker.begin(clock.now())
        ready_until = clock.now() + READY_S if self._has_other else None
        with _counted(member, has_other=self._has_other):
            try:
                async with asyncio.timeout_at(ready_until) as self._deadline:
                    await self._inner.run()
            except asyncio.CancelledError:
                self._given_up()
                raise
            except TimeoutError as error:
                raise ProviderTimeout(f"{member.name} did not open a stream in time", provider=member.name) from error

    def _heard(self, event: TranscriberEvent) -> None:
        member = self._member
        match event:
            case TranscriberReady():
                # It is well only once it has told words: a stream may be open and mute.
                if self._deadline is not None:
                    self._deadline.reschedule(None)
            case TranscriptFinal(to_s=to_s) if self._asked and self._asked[0][0] <= to_s:
                asked_at = 0.0
                while self._asked and self._asked[0][0] <= to_s:
                    _, asked_at = self._asked.popleft()
                member.health.began(clock.now() - asked_at)
                member.health.succeed(clock.now())
        self._post(event)

    def _given_up(self) -> None:
        member, at = self._member, clock.now()
        if self._asked and at - self._asked[0][1] >= OWED_S:
            member.failed(ProviderTimeout(f"{member.name} owed its words too long", provider=member.name))
        else:
            member.health.breaker.leave()


@contextmanager
def _counted(member: Member[SpeechToText], *, has_other: bool) -> Iterator[None]:
    """Enter a failure in the member's health. What another one mends is no refusal: the call has to try again."""
    try:
        yield
    except ProviderError as error:
        member.failed(error)
        if error.retryable or not has_other:
            raise
        raise ProviderUnavailable(str(error), provider=member.name) from error
