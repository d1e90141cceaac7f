"""What a carrier tells of the calls that we place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What the carrier says of a call that we placed."""

    call_id: str
    """Our own, as it stood in the address that we gave."""
    account: str
    """The carrier's account that told it."""
    call_sid: str
    status: str
    """The carrier's word: `ringing`, `in-progress`, `no-answer`."""
    detail: str = ""
    """What more it says, for people: `SIP 486`."""
