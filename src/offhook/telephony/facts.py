"""What the carrier says of a telephone call before there is any media."""

from dataclasses import dataclass


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
