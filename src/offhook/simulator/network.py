"""The network between carrier and server, one link each way: late, uneven, bursty, lossy, cut. All of it from a seed.

A link is arithmetic: it says when a message that is sent now arrives. Order is kept always, as TCP keeps it; lost are
media messages only, since what is lost on a telephone is audio on its way to the carrier, not the carrier's own socket.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from offhook import clock

M = TypeVar("M")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What the way is like, both directions alike. Times are seconds; `..._at_s` count from the media's start."""

    delay_s: float = 0.0
    """One way."""
    jitter_s: float = 0.0
    """Added to each message's delay: anything from 0 to this."""
    loss: float = 0.0
    """Share of the caller's media messages that never come, 0 to 1."""
    burst_every_s: float = 0.0
    """The caller's messages stop every so often and then come at once; 0: never."""
    burst_gap_s: float = 0.0
    """For so long."""
    stall_every_s: float = 0.0
    """The server's messages stop every so often and then come at once; 0: never. The caller's go on."""
    stall_s: float = 0.0
    """For so long."""
    drop_at_s: float | None = None
    """The connection breaks: both sides are told."""
    half_open_at_s: float | None = None
    """The connection is dead and neither side is told: whatever is sent vanishes."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("delay_s", "jitter_s", "burst_every_s", "burst_gap_s", "stall_every_s", "stall_s"):
            if not 0 <= getattr(self, name) < 3600:
                raise ValueError(f"{name} must be from 0 to 3600 s, not {getattr(self, name)!r}")
        if 0 < self.burst_every_s < 0.02:
            raise ValueError(f"burst_every_s must be 0 or at least a frame, 0.02 s, not {self.burst_every_s!r}")
        if not 0 <= self.loss <= 1:
            raise ValueError(f"loss must be a share from 0 to 1, not {self.loss!r}")

    def to_server(self, started_at: float = 0.0) -> "Link":
        """The carrier's messages on their way; losses and bursts are here."""
        return Link(self, f"{self.seed}>", started_at, is_inbound=True)

    def to_carrier(self, started_at: float = 0.0) -> "Link":
        """The server's messages on their way."""
        return Link(self, f"{self.seed}<", started_at, is_inbound=False)


class Link:
    """One way. Ask it once for each message, in the order of sending."""

    def __init__(self, network: Network, seed: str, started_at: float, *, is_inbound: bool) -> None:
        self._network: Final = network
        self._chance: Final = random.Random(seed)
        self._started_at: Final = started_at
        self._is_inbound: Final = is_inbound
        self._last_arrival_at = float("-inf")
        self.lost = 0
        """Media messages that were lost."""

    def arrives_at(self, at: float, *, is_media: bool) -> float | None:
        """When a message sent at `at` arrives; None: never."""
        network = self._network
        elapsed_s = at - self._started_at
        if network.half_open_at_s is not None and elapsed_s >= network.half_open_at_s:
            return None
        # Drawn for every message, so that one option does not change what the others do.
        luck, unevenness = self._chance.random(), self._chance.random()
        if self._is_inbound and is_media and luck < network.loss:
            self.lost += 1
            return None
        arrival_at = self._held_until(elapsed_s) + self._started_at + network.delay_s + unevenness * network.jitter_s
        self._last_arrival_at = max(self._last_arrival_at, arrival_at)
        return self._last_arrival_at

    def _held_until(self, elapsed_s: float) -> float:
        network = self._network
        every_s, length_s = network.stall_every_s, network.stall_s
        if self._is_inbound:
            every_s, length_s = network.burst_every_s, network.burst_gap_s
        if not every_s or elapsed_s < every_s:
            return elapsed_s
        return max(elapsed_s, elapsed_s // every_s * every_s + length_s)


class Courier(Generic[M]):
    """Carries messages over a link on the running loop; `deliver` is called for each, in order."""

    def __init__(self, link: Link, deliver: Callable[[M], None]) -> None:
        self._link: Final = link
        self._deliver: Final = deliver
        self._under_way: deque[tuple[float, M]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def send(self, message: M, *, is_media: bool = False) -> None:
        """Put a message on its way. Over a link without delay it is there at once."""
        now = clock.now()
        arrival_at = self._link.arrives_at(now, is_media=is_media)
        if arrival_at is None:
            return
        if arrival_at <= now and not self._under_way:
            self._deliver(message)
            return
        self._under_way.append((arrival_at, message))
        self._arm()

    def stop(self) -> None:
        """Nothing more arrives."""
        self._under_way.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is None and self._under_way:
            self._timer = asyncio.get_running_loop().call_at(self._under_way[0][0], self._arrive)

    def _arrive(self) -> None:
        self._timer = None
        while self._under_way and self._under_way[0][0] <= clock.now() + 1e-9:
            self._deliver(self._under_way.popleft()[1])
        self._arm()
