"""What the carrier says of a telephone call before there is any media."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

HIDDEN_NUMBERS: Final = frozenset(
    {"", "anonymous", "Anonymous", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
)
"""What Twilio writes for a caller who hides: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a telephone's
keys (https://help.twilio.com/articles/223179988)."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One telephone call as its webhook told it."""

    call_sid: str
    """The carrier's own id of the call."""
    from_number: str = ""
    """As the carrier wrote it: often E.164, also `sip:...`, `client:...` or a word for a hidden number."""
    to_number: str = ""
    direction: str = "inbound"
    """`inbound` or `outbound`."""
    origin: str = ""
    """Scheme and host by which the carrier reached us, without a slash at the end: for addresses given to it later."""
    agent: str = ""
    """Who answers, where it was decided before it rang: an agent's id and a version, as `agent_01J.../3`. Empty: who
    the number called belongs to."""
    call_id: str = ""
    """Our own id of a call that we placed; empty: it is given one when it comes in."""
    vouched: str = ""
    """What the carriers say of the caller's number (STIR/SHAKEN), in the carrier's words; empty: nothing."""
    pressed: str | None = None
    """The key that the caller pressed when asked to, empty: none; None: the caller was not asked."""

    def shown_in(self, others: "Iterable[CallFacts]") -> int:
        """How many of the others come from this call's number; a hidden number is nobody's, and an agent's own calls
        are nobody's flood."""
        if self.direction != "inbound" or self.from_number in HIDDEN_NUMBERS:
            return 0
        return sum((one.from_number, one.direction) == (self.from_number, "inbound") for one in others)
