"""How well each provider does, and whether it is asked at all: counts, first-token times, a circuit breaker.

All calls of a process share it, so that one call's wait is not every call's wait. Time is an argument; a record per
provider is kept by `HealthBoard`, whose size is that of the configuration.

    closed ── failures in a row, or too many of late ──▶ open ── its pause is over ──▶ half-open: one request tries
       ▲                                                  ▲                                      │
       └───────────────────── it works ───────────────────┼──────────────────────────────────────┤
                                                          └── it fails: a longer pause ──────────┘
"""

import math
import re
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from offhook.errors import (
    CallRefused,
    GenerationFailed,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
    RequestRefused,
)

OPENS_AFTER: Final = {"stt": 3, "llm": 3, "tts": 2}
"""Failures in a row. A voice that changes to and fro is heard, and rests sooner; a stream that drops loses nothing."""
TIMEOUT_WEIGHT: Final = {"stt": 3, "llm": 2, "tts": 2}
"""A failure that the caller had to wait for counts as so many; for words that never come nobody waits twice."""
SAME_REFUSALS: Final = 3
"""Of a model's or a voice's requests since the last that was taken: what is refused alike so often is how all of them
are set. One text alone may be refused for itself, and what is said next is taken."""
REFUSALS: Final = 6
"""In a row, whatever they say: nothing is taken."""
_CHANGES: Final = re.compile(r"\breq_\w+|\b[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
"""In the words of one refusal: numbers and ids."""
GENERATION_WEIGHT: Final = 0.25
"""Chance, and often one conversation's: only a model that does it over and over is of no use."""
WINDOW_S: Final = 60.0
WINDOW: Final = 40
"""Outcomes that are looked at, at most."""
FEWEST: Final = 10
"""So many outcomes of late say something about a share."""
BAD_SHARE: Final = 0.5
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 120.0
REFUSED_PAUSE_S: Final = 300.0
"""A key or a quota does not mend itself in seconds."""
LONGEST_REFUSED_PAUSE_S: Final = 1800.0
PROBE_S: Final = 15.0
"""A probe of which nothing was heard for so long is lost."""
SAMPLES: Final = 200


class State(StrEnum):
    """Of a breaker."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Whether to ask. Times are seconds on one monotonic clock."""

    __slots__ = ("_opens_after", "_outcomes", "_pause_s", "_probe_until", "_row", "ill_since_at", "retry_at")

    def __init__(self, opens_after: int = 3) -> None:
        self._opens_after = opens_after
        self._row = 0.0
        """Weight of the failures since the last success."""
        self._outcomes: deque[tuple[float, bool]] = deque(maxlen=WINDOW)
        self._pause_s = 0.0
        """Of the last opening; 0 while it is closed."""
        self.retry_at = 0.0
        self.ill_since_at = 0.0
        """When it opened first since it last worked; of use while it is not closed."""
        self._probe_until = 0.0

    def state(self, at: float) -> State:
        """Closed: ask. Open: do not. Half-open: one may try."""
        if not self._pause_s:
            return State.CLOSED
        return State.OPEN if at < self.retry_at else State.HALF_OPEN

    def allows(self, at: float) -> bool:
        """Whether a request may be made now."""
        state = self.state(at)
        return state is State.CLOSED or (state is State.HALF_OPEN and at >= self._probe_until)

    def begin(self, at: float) -> None:
        """A request is made; when half-open it is the probe."""
        if self.state(at) is State.HALF_OPEN:
            self._probe_until = at + PROBE_S

    def leave(self) -> None:
        """The request ended without telling anything: the caller went on speaking."""
        self._probe_until = 0.0

    def succeed(self, at: float) -> None:
        """It works: closed."""
        self._outcomes.append((at, True))
        self._row, self._pause_s, self._probe_until = 0.0, 0.0, 0.0

    def fail(self, at: float, weight: float = 1.0, pause_s: float = 0.0) -> bool:
        """It failed; True when that opens the breaker, for as long as the provider asks at the least."""
        state = self.state(at)
        self._outcomes.append((at, False))
        if state is State.OPEN:
            return False  # It was asked before, or because nobody else was left.
        self._row += weight
        if state is State.CLOSED and self._row < self._opens_after and not self._is_bad_of_late(at):
            return False
        self._open(at, max(FIRST_PAUSE_S, pause_s), LONGEST_PAUSE_S)
        return True

    def refuse(self, at: float) -> bool:
        """It refused the key or the account: open at once, for long. True when it was not open."""
        if self.state(at) is State.OPEN:
            return False
        self._open(at, REFUSED_PAUSE_S, LONGEST_REFUSED_PAUSE_S)
        return True

    def _open(self, at: float, first_s: float, longest_s: float) -> None:
        if not self._pause_s:
            self.ill_since_at = at
        self._pause_s = min(max(first_s, 2 * self._pause_s), longest_s)
        self.retry_at, self._probe_until = at + self._pause_s, 0.0

    def _is_bad_of_late(self, at: float) -> bool:
        late = [is_good for then, is_good in self._outcomes if at - then <= WINDOW_S]
        return len(late) >= FEWEST and late.count(False) >= BAD_SHARE * len(late)


@dataclass(frozen=True, slots=True)
class Standing:
    """A provider's health at a moment, for people."""

    kind: str
    name: str
    state: State
    successes: int
    failures: dict[str, int]
    """By error code."""
    first_s: tuple[float, float, float] | None
    """P50, P75 and P95 of the latest waits for a first token, first audio or final; None before the first."""
    retry_in_s: float
    cause: str
    """Of the last failure."""
    ill_s: float = 0.0
    """For how long it has not worked; 0: it does."""


Failed = Callable[[str, str, str], None]
"""Told each failure as it happens: kind, name, error code. Must not raise or block."""


def _untold(kind: str, name: str, code: str) -> None:
    """Nobody listens."""


class Health:
    """One provider's record."""

    __slots__ = (
        "_failures", "_first_s", "_is_refused", "_refusals", "_successes", "_told", "breaker", "cause", "kind", "name",
    )  # fmt: skip

    def __init__(self, kind: str, name: str, told: Failed = _untold) -> None:
        self.kind, self.name, self._told = kind, name, told
        self.breaker = Breaker(OPENS_AFTER.get(kind, 3))
        self.cause = ""
        self._successes = 0
        self._failures: Counter[str] = Counter()
        self._first_s: deque[float] = deque(maxlen=SAMPLES)
        self._is_refused = False
        self._refusals: Counter[str] = Counter()
        """Since the last success, by their words: two that take turns are as many as one that comes again."""

    def began(self, waited_s: float) -> None:
        """The first token, audio or final has come after so long."""
        self._first_s.append(waited_s)

    def succeed(self, at: float) -> None:
        """A request came to its end, or what came of it was well until nobody wanted more."""
        self._successes += 1
        self._is_refused = False
        self._refusals.clear()
        self.breaker.succeed(at)

    def fail(self, error: ProviderError, at: float) -> str:
        """A request failed. What the owner should read now: "" mostly, once when a breaker opens."""
        self._failures[error.code] += 1
        self._told(self.kind, self.name, error.code)
        self.cause = f"{error.code}: {error}"
        match error:
            case CallRefused():
                self.breaker.leave()  # Says something about the call, nothing about the provider.
                return ""
            case RequestRefused():
                return self._refuse_request(error, at)
            case ProviderRefused():
                return self._refuse(f"refuses the requests: {error}", at)
            case _:
                weight = TIMEOUT_WEIGHT[self.kind] if isinstance(error, ProviderTimeout) else 1.0
                weight = GENERATION_WEIGHT if isinstance(error, GenerationFailed) else weight
                asked_s = error.pause_s if isinstance(error, ProviderUnavailable) else 0.0
                has_opened = self.breaker.fail(at, weight, asked_s)
                pause_s = self.breaker.retry_at - at
                return f"{self.kind} {self.name} rests for {pause_s:.0f} s: {error}" if has_opened else ""

    def _refuse_request(self, error: RequestRefused, at: float) -> str:
        words = _CHANGES.sub("", str(error))
        if self.kind == "stt":
            self.breaker.leave()
            return ""
        if len(self._refusals) < REFUSALS:
            self._refusals[words] += 1
        alike, all_of_them = self._refusals[words], self._refusals.total()
        if alike < SAME_REFUSALS and all_of_them < REFUSALS:
            self.breaker.leave()
            return ""
        told = f"the last {all_of_them}" if alike < SAME_REFUSALS else f"{alike} alike since one was taken"
        told = f"the last {alike} alike" if alike == all_of_them else told
        return self._refuse(f"refuses every request, {told}: {error}", at)

    def _refuse(self, what: str, at: float) -> str:
        is_news = self.breaker.refuse(at) and not self._is_refused
        self._is_refused = True
        return f"{self.kind} {self.name} {what}; mend it and restart" if is_news else ""

    def first_s(self, share: float, fewest: int = 1) -> float | None:
        """That share of the latest first waits was shorter; None when there are fewer than `fewest`."""
        return quantile(self._first_s, share) if len(self._first_s) >= max(1, fewest) else None

    def standing(self, at: float) -> Standing:
        """All of it, at this moment."""
        times = self._first_s
        found = (quantile(times, 0.50), quantile(times, 0.75), quantile(times, 0.95)) if times else None
        state = self.breaker.state(at)
        retry_in_s = max(0.0, self.breaker.retry_at - at) if state is State.OPEN else 0.0
        failures = dict(self._failures)
        ill_s = at - self.breaker.ill_since_at if state is not State.CLOSED else 0.0
        return Standing(self.kind, self.name, state, self._successes, failures, found, retry_in_s, self.cause, ill_s)


class HealthBoard:
    """Every provider's record, made when it is first asked for; one board per process."""

    def __init__(self, told: Failed = _untold) -> None:
        self._records: dict[object, Health] = {}
        self._told = told

    def of(self, identity: object, kind: str, name: str) -> Health:
        """The record of who has this identity: the same object each time."""
        return self._records.setdefault((kind, identity), Health(kind, name, self._told))

    def ill(self, at: float) -> list[Standing]:
        """Those that do not work now."""
        return [one.standing(at) for one in self._records.values() if one.breaker.state(at) is not State.CLOSED]

    def snapshot(self, at: float) -> list[Standing]:
        """All of them, in the order of their making."""
        return [health.standing(at) for health in self._records.values()]


def quantile(values: Sequence[float] | deque[float], share: float) -> float:
    """The nearest rank: the smallest value that is not smaller than that share of them."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
