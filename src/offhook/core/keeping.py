"""What is kept of a call, as its agent's owner has chosen."""

from enum import StrEnum
from typing import Final

import msgspec


class Keep(StrEnum):
    """How much of one kind."""

    ON = "on"
    MASKED = "masked"
    """That there was something, and how much of it; not what."""
    OFF = "off"


_ORDER: Final = (Keep.ON, Keep.MASKED, Keep.OFF)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """By kind. Sensitive answers and secret keys are never kept, whatever is chosen here."""

    recording: Keep = Keep.ON
    """Masked: the agent's side alone."""
    transcript: Keep = Keep.ON
    """The words of both sides, in the journal too."""
    keys: Keep = Keep.ON
    tool_arguments: Keep = Keep.ON
    """And what tools have answered."""
    days: int | None = None
    """Then the call is deleted; None: it is kept."""

    @property
    def is_whole(self) -> bool:
        """Nothing of the journal is left out."""
        return self.transcript is self.keys is self.tool_arguments is Keep.ON

    def with_less(self, other: "Kept") -> "Kept":
        """No more than both of them keep."""
        days = [kept for kept in (self.days, other.days) if kept is not None]
        return Kept(
            recording=_less(self.recording, other.recording),
            transcript=_less(self.transcript, other.transcript),
            keys=_less(self.keys, other.keys),
            tool_arguments=_less(self.tool_arguments, other.tool_arguments),
            days=min(days, default=None),
        )


def _less(one: Keep, other: Keep) -> Keep:
    return max(one, other, key=_ORDER.index)
