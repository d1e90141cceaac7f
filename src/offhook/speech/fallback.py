"""What the three ports with a fall-back list have in common: their members, the order in which they are asked, and one
request under watch.

A list's first member is the owner's choice; the others stand by. They are prepared in the background from the start
on, so that neither the start nor the first call that needs one waits for them.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Final, Generic, Protocol, TypeVar

from pydantic import Field

from offhook import clock
from offhook.errors import (
    ConfigurationError,
    ProtocolViolation,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ReplyEmpty,
)
from offhook.errors import ProviderUnavailable as Unavailable
from offhook.speech.health import Health
from offhook.speech.ports import ExpectsCalls, ProviderConfig, Switched

_LOG: Final = logging.getLogger("offhook.providers")
TRIES: Final = 2
"""Of one member for one request."""
RETRY_PAUSE_S: Final = 0.1
"""Before the same one is asked again: a server that restarts is another one a moment later."""
MOST_FALLBACKS: Final = 4

# ── the owner's block ────────────────────────────────────────────────────────────────────────────────────────────


class SttBlock(ProviderConfig):
    """What every `stt` block takes beside its provider's own fields."""

    fallback: tuple[ProviderConfig, ...] = Field(
        default=(),
        max_length=MOST_FALLBACKS,
        description="Blocks of the providers that hear when this one fails, in order. "
        "`{provider: local}` is always the last, unless this is set to `[]`.",
    )


class LlmBlock(ProviderConfig):
    """What every `llm` block takes beside its provider's own fields."""

    fallback: tuple[ProviderConfig, ...] = Field(
        default=(),
        max_length=MOST_FALLBACKS,
        description="Blocks of the providers that answer when this one fails, in order.",
    )
    first_token_timeout_s: Annotated[
        float, Field(ge=0.2, le=60.0, description="Wait for a reply to begin until the next of `fallback` is asked.")
    ] = 2.5
    gap_timeout_s: Annotated[
        float, Field(ge=0.2, le=20.0, description="Wait for a reply to go on until another takes it up.")
    ] = 1.5
    hedge: Annotated[
        bool, Field(description="Ask a second time when the first token is late, and take what comes first.")
    ] = False
    hedge_after_s: Annotated[
        float, Field(ge=0.05, le=10.0, description="What is late, until enough replies tell: then three of four begin.")
    ] = 0.8


class TtsBlock(ProviderConfig):
    """What every `tts` block takes beside its provider's own fields."""

    fallback: tuple[ProviderConfig, ...] = Field(
        default=(),
        max_length=MOST_FALLBACKS,
        description="Blocks of the voices that speak when this one fails, in order.",
    )
    first_audio_timeout_s: Annotated[
        float, Field(ge=0.1, le=3.0, description="Wait for a segment's audio until the next of `fallback` is asked.")
    ] = 1.2
    gap_timeout_s: Annotated[
        float, Field(ge=0.1, le=2.0, description="Wait for a segment to go on until another voice takes it up.")
    ] = 1.0


# ── the members of a list ────────────────────────────────────────────────────────────────────────────────────────


class Prepared(Protocol):
    """What the three ports have in common."""

    async def prepare(self) -> None:
        """Load or connect what all calls share."""

    async def close(self) -> None:
        """Let go of it."""


P = TypeVar("P", bound=Prepared)
T = TypeVar("T")


class Member(Generic[P]):
    """One provider of a list; its name is its own in the list, its health may be shared by others of the vendor."""

    def __init__(self, name: str, port: P, health: Health) -> None:
        self.name, self.port, self.health = name, port, health
        self._preparing: asyncio.Task[None] | None = None
        self.is_ready = False

    async def ready(self) -> None:
        """Return when it is prepared: at once, mostly. Raises `ProviderError`."""
        if self.is_ready:
            return
        try:
            await asyncio.shield(self.warm())
        except ConfigurationError as error:
            # A call goes on with another one; the owner has to mend this one.
            raise ProviderRefused(str(error), provider=self.name) from error

    def warm(self) -> "asyncio.Task[None]":
        """Prepare it in the background; again when that failed before."""
        if self._preparing is None or (self._preparing.done() and not self.is_ready):
            self._preparing = asyncio.create_task(self.port.prepare(), name=f"prepare {self.name}")
            self._preparing.add_done_callback(self._prepared)
        return self._preparing

    def failed(self, error: ProviderError) -> None:
        """A request failed: it is counted, and the owner is told what matters."""
        news = self.health.fail(error, clock.now())
        if news:
            _LOG.log(logging.ERROR if isinstance(error, ProviderRefused) else logging.WARNING, "! %s", news)

    async def close(self) -> None:
        """Let go of it, also while it is being prepared."""
        if self._preparing is not None and not self._preparing.done():
            self._preparing.cancel()
            await asyncio.wait({self._preparing})
        self.is_ready = False
        await self.port.close()

    def _prepared(self, done: "asyncio.Task[None]") -> None:
        if done.cancelled():
            return
        error = done.exception()
        self.is_ready = error is None
        if error is not None:
            _LOG.warning("! %s %s could not be prepared: %s", self.health.kind, self.name, error)


async def prepare_members(members: Sequence[Member[P]]) -> None:
    """Prepare the first one, and begin to prepare the others. Raises `ConfigurationError`.

    A first one that is ill now is no reason not to start, if another is well. Raises `ProviderError` when none is.
    """
    first, *others = members
    for member in others:
        member.warm()
    try:
        await asyncio.shield(first.warm())
    except ProviderError as error:
        first.failed(error)
        told = [f"{first.name}: {error}"]
        for member in others:
            try:
                return await member.ready()
            except ProviderError as another:
                member.failed(another)
                told.append(f"{member.name}: {another}")
        if not others:
            raise
        raise Unavailable("; ".join(told), provider=first.name) from error


class Members(Generic[P]):
    """What the three lists share beside their members: the start, the ringing, the end."""

    def __init__(self, members: Sequence[Member[P]]) -> None:
        self._members = members

    async def prepare(self) -> None:
        """The first one now, the others in the background."""
        await prepare_members(self._members)

    async def expect_call(self) -> None:
        """It rings: the one that will be asked first is told."""
        port: object = Attempts(self._members).member.port
        if isinstance(port, ExpectsCalls):
            await port.expect_call()

    async def close(self) -> None:
        """All of them."""
        await close_members(self._members)


async def close_members(members: Sequence[Member[P]]) -> None:
    """Let go of all."""
    for member in members:
        await member.close()


# ── one request ──────────────────────────────────────────────────────────────────────────────────────────────────


class Attempts(Generic[P]):
    """Who is asked for one request, and who after a failure: bounded, the healthy ones first."""

    def __init__(self, members: Sequence[Member[P]]) -> None:
        at = clock.now()
        healthy = [member for member in members if member.health.breaker.allows(at)]
        ill = [member for member in members if member not in healthy]
        # Nobody is left out: an ill one that is asked last is better than silence.
        self._left = deque([*healthy, *sorted(ill, key=lambda member: member.health.breaker.retry_at)])
        self._healthy_left = len(healthy)
        self._first = members[0]
        self._tries = 0
        self.member = self._take()

    @property
    def has_other(self) -> bool:
        """Whether giving up the present one leads to another that is well."""
        return self._healthy_left > 0

    @property
    def has_more(self) -> bool:
        """Whether giving up the present request leads to any other."""
        return self._tries < TRIES or self.has_other

    def passed_over(self) -> Switched | None:
        """The news that the list's first one is not even asked."""
        first = self._first
        if self.member is first:
            return None
        return _switched(first, self.member, f"it rests after a failure ({first.health.cause})")

    def after(self, error: ProviderError, *, has_begun: bool) -> Switched | None:
        """Turn to the next one, or once more to the same; None when there is nobody left.

        The same one helps when it broke (429, 5xx, a lost connection), not when it is slow or has spent its tokens
        without a word: except to go on with a reply that has begun, when nobody else is there.
        """
        failed = self.member
        may_mend = isinstance(error, Unavailable | ProtocolViolation) and not isinstance(error, ReplyEmpty)
        may_mend = may_mend or (has_begun and not self.has_other and isinstance(error, ProviderTimeout))
        # One that has failed others too is not asked again while somebody else is well.
        may_mend = may_mend and (failed.health.breaker.allows(clock.now()) or not self.has_other)
        if may_mend and self._tries < TRIES:
            self._tries += 1
        elif self._left:
            self.member = self._take()
        else:
            return None
        return _switched(failed, self.member, f"{error.code}: {error}")

    async def pause(self) -> None:
        """The moment before the same one is asked again."""
        if self._tries > 1:
            await asyncio.sleep(RETRY_PAUSE_S)

    def _take(self) -> Member[P]:
        self._tries = 1
        self._healthy_left = max(0, self._healthy_left - 1)
        return self._left.popleft()


def _switched(failed: Member[P], to: Member[P], cause: str) -> Switched:
    return Switched(failed.health.kind, failed.name, to.name, cause)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a member is waited for; None: as long as it likes, which others bound."""

    first_s: float | None
    gap_s: float | None
    more_s: float = 0.0
    """Added once to the first wait, for one that lives."""


async def watched(
    member: Member[P],
    make: Callable[[], AsyncGenerator[T, None]],
    waits: Waits,
    begins: Callable[[T], bool],
    lives: Callable[[T], bool] = lambda _: False,
) -> AsyncGenerator[T, None]:
    """A member's stream within its waits, entered in its health. Only waiting counts, not what the reader takes.

    `begins` tells the first output that is worth something, `lives` one that shows that it works on that. Raises
    `ProviderError`.
    """
    health, begun_at, has_begun, is_over = member.health, clock.now(), False, False
    health.breaker.begin(begun_at)
    waited_s = waits.first_s or 0.0
    first_until = None if waits.first_s is None else begun_at + waits.first_s
    try:
        async with asyncio.timeout_at(first_until):
            await member.ready()
        async with aclosing(make()) as stream:
            while True:
                until = clock.now() + waits.gap_s if has_begun and waits.gap_s is not None else None
                async with asyncio.timeout_at(until if has_begun else first_until):
                    output = await anext(stream, None)
                if output is None:
                    break
                if not has_begun and begins(output):
                    has_begun = True
                    health.began(clock.now() - begun_at)
                elif first_until is not None and lives(output):
                    waited_s = (waits.first_s or 0.0) + waits.more_s
                    first_until = begun_at + waited_s
                yield output
        is_over = True
        health.succeed(clock.now())
    except TimeoutError as error:
        is_over = True
        waited_s = waits.gap_s or 0.0 if has_begun else waited_s
        what = "did not go on" if has_begun else "did not begin"
        failure = ProviderTimeout(f"{member.name} {what} within {waited_s:g} s", provider=member.name)
        member.failed(failure)
        raise failure from error
    except ProviderError as error:
        is_over = True
        member.failed(error)
        raise
    finally:
        if not is_over and has_begun:
            health.succeed(clock.now())  # Nobody wanted more of it.
        elif not is_over:
            health.breaker.leave()
