"""How much a peer may send."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one leg may send: bursts are catch-up after a stall of the network, rates are for good."""

    messages_per_s: float = 200.0
    """Four times what a call sends."""
    bytes_per_s: float = 80_000.0
    """Four times what a call sends."""
    burst_s: float = 5.0
    """So much may come at once: a stall of the network five times as long as what Twilio's own was seen to be."""


class RateLimit:
    """A bucket of messages and bytes that fills with time.

    The clock is read only when a bucket runs out, a few times a second, not at every message.
    """

    __slots__ = ("_allowance", "_at", "_bytes", "_clock", "_messages")

    def __init__(self, clock: Callable[[], float], allowance: Allowance) -> None:
        self._clock: Final = clock
        self._allowance: Final = allowance
        self._at = clock()
        self._messages = allowance.messages_per_s * allowance.burst_s
        self._bytes = allowance.bytes_per_s * allowance.burst_s

    def admits(self, size: int) -> bool:
        """Whether a message of `size` bytes may be read; if so it is counted."""
        if self._messages < 1 or self._bytes < size:
            self._refill()
            if self._messages < 1 or self._bytes < size:
                return False
        self._messages -= 1
        self._bytes -= size
        return True

    def _refill(self) -> None:
        now = self._clock()
        allowance, passed = self._allowance, max(0.0, now - self._at)
        self._at = now
        self._messages = min(
            self._messages + passed * allowance.messages_per_s, allowance.messages_per_s * allowance.burst_s
        )
        self._bytes = min(self._bytes + passed * allowance.bytes_per_s, allowance.bytes_per_s * allowance.burst_s)
