"""A line: the telephone call itself, whatever media connection carries it just now.

A leg is a socket, and comes and goes; the line is what the carrier's control interface knows by the call's id there.
"""

from typing import Protocol


class Line(Protocol):
    """What can be asked of a carrier about one call. Bounded in time."""

    @property
    def can_transfer(self) -> bool:
        """True when `transfer` can work here at all."""

    async def hang_up(self) -> None:
        """End the telephone call. Never raises."""

    async def transfer(self, call: str, number: str, ring_s: float) -> None:
        """Connect the caller to `number`; the leg comes off when that begins.

        What becomes of it is told later, as `TransferEnded(call, ...)`. Raises a `ProviderError` when the carrier
        refuses: then nothing has changed. `call` is the tool call that asked for it.
        """
