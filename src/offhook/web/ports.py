"""What the web needs of the rest: the live calls, as `offhook.call.live.LiveCalls` has them."""

from dataclasses import dataclass
from typing import Protocol

from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg, LegStarted


class Calls(Protocol):
    """The calls of this process, expected and live."""

    @property
    def count(self) -> int:
        """How many are live."""

    def refusal(self) -> str | None:
        """Why no further call is taken now: "full", "lagging", "draining"; None: it is."""

    def expect(self, call_sid: str, facts: CallFacts) -> str:
        """A one-shot token for the call's media; the same call gets the same one until it is redeemed."""

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        """Redeem the token in `started.parameters` and begin the call. False: the leg is to be closed."""

    def carrier_ended(self, call_sid: str) -> None:
        """The carrier says that the telephone call is over."""

    def outcome(self, call_sid: str) -> str | None:
        """How the call ended; None when it did not end here."""

    async def drain(self, deadline_s: float) -> None:
        """Refuse new calls and wait for the live ones, at most so long."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the carrier's own voice says when no agent can."""

    language: str = "en-US"
    busy: str = "I am sorry, all lines are busy at the moment. Please call again in a few minutes. Goodbye."
    apology: str = "I am sorry, something went wrong on our side. Please call again. Goodbye."
