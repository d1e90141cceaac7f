"""What every leg over a WebSocket has in common: one start, one end, one listener, and bounds on what comes.

    EXPECTING ── start ──▶ LIVE ── stop, socket's end, close ──▶ OVER

Whatever comes, a method here does not raise: what cannot be used is counted (`LegCounters`) and dropped, and more than
a call can have ends the leg.
"""

import logging
from collections.abc import Callable
from enum import Enum
from typing import Final, Protocol

from offhook.telephony.counters import LegCounters, TroubleLog
from offhook.telephony.early import EarlyListener
from offhook.telephony.leg import LegListener, LegStarted
from offhook.telephony.rate import Allowance, RateLimit

_logger: Final = logging.getLogger("offhook.leg")

POLICY_VIOLATION: Final = 1008
"""Close code for a peer that we do not serve (RFC 6455, 7.4.1)."""
FLOOD_LIMIT: Final = 20_000
"""So many messages over the allowance end the leg: even dropping them costs the other calls time."""


class ClosingSocket(Protocol):
    """What the end of a leg needs of its WebSocket."""

    def close(self, code: int) -> None:
        """Start the closing handshake."""


class LegState(Enum):
    """Where a leg stands; the value is how its log tells it."""

    EXPECTING = "before its start"
    LIVE = "live"
    OVER = "over"


class WireLeg:
    """One connection. Its listener is told of one end, whoever made it, and of nothing after that."""

    def __init__(self, closing: ClosingSocket, clock: Callable[[], float], allowance: Allowance, who: str) -> None:
        self._closing: Final = closing
        self._trouble: Final = TroubleLog(who)
        self._rate: Final = RateLimit(clock, allowance)
        self._early: Final = EarlyListener(lambda: self._trouble("unheard", "nobody listens yet"))
        self._listener: LegListener = self._early
        self._state = LegState.EXPECTING
        self.started: LegStarted | None = None

    @property
    def counters(self) -> LegCounters:
        """What happened on this leg so far."""
        return self._trouble.counters

    def listen(self, listener: LegListener) -> None:
        """Send everything to `listener`, beginning with what came since the start."""
        self._listener = listener
        self._early.hand_over(listener)

    def connection_lost(self, cause: str) -> None:
        """The socket is gone: the last input."""
        self._end(lambda listener: listener.leg_lost(cause or "the connection ended"), f"lost: {cause}")

    def close(self, code: int = 1000) -> None:
        """Close the connection; the listener is told that the leg is lost, as with any other end."""
        self._end(lambda listener: listener.leg_lost("closed on this side"), f"closed by us with {code}")
        self._closing.close(code)

    def _refuse(self, counter: str, reason: str) -> None:
        self._trouble(counter, f"{reason}; the leg is closed")
        self.close(POLICY_VIOLATION)

    def _flooded(self, reason: str) -> None:
        self._trouble("flooded", f"{reason}: dropped")
        if self.counters.flooded > FLOOD_LIMIT and self._state is not LegState.OVER:
            self.connection_lost("the peer sends too much")
            self._closing.close(POLICY_VIOLATION)

    def _end(self, tell: Callable[[LegListener], None], how: str) -> None:
        if self._state is not LegState.OVER:
            self._state = LegState.OVER
            _logger.info("= %s  leg %s; %s", self._trouble.who, how, self.counters.troubles() or "no trouble")
            tell(self._listener)
