"""What the web needs of the rest: the live calls, as `offhook.call.live.LiveCalls` has them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from offhook.core.endings import EndReason
from offhook.core.events import TransferEnded
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg, LegStarted


class Calls(Protocol):
    """The calls of this process, expected and live.

    A call is known here by the carrier's id. The carrier's webhooks and what its sockets tell come in any order, late,
    twice or not at all: nothing here may raise for that.
    """

    @property
    def count(self) -> int:
        """How many are live."""

    def refusal(self) -> str | None:
        """Why no further call is taken now: "starting", "full", "lagging", "draining"; None: it is."""

    def expect(self, facts: CallFacts) -> str:
        """A token for the call's media, with the call's own id inside; the same call gets the same until it is used.

        Raises `AdmissionRefused`.
        """

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        """Redeem the token in `started.parameters`: begin the call, or give a live one its media back.

        A leg that the call still has is replaced. False: the leg is to be closed.
        """

    def carrier_ended(self, call_sid: str) -> None:
        """The carrier says that the telephone call is over: nothing is more certain."""

    def transfer_ended(self, call_sid: str, ended: TransferEnded) -> str | None:
        """A transfer is over: a token when the agent takes the call back, the same until it is used.

        None: it does not, or there is no such call, or no such transfer of it. May come before the old leg's end.
        """

    def lost_leg(self, call_sid: str) -> str | None:
        """The media of a call are off, by the carrier's word: a token to bring them back, the same until it is used.

        None: there is no such call, it has its outcome, or it has come back often enough; then the caller is given to
        somebody else, and what is left of the call here ends without hanging up.
        """

    def outcome(self, call_sid: str) -> EndReason | None:
        """How the call ended, known before its leg is closed; None when it did not end here."""

    async def drain(self, deadline_s: float) -> None:
        """Refuse new calls and wait for the live ones, at most so long."""


class Elsewhere(Protocol):
    """The other processes behind this port: a webhook may reach one, and the call it is about live in another."""

    async def ask(self, call_sid: str, question: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What the process answers where this call lives; None: it lives here, or nowhere that is known."""

    def answer_with(self, answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        """How this process answers the others about calls that live here."""

    async def where(self, call_id: str) -> tuple[str, int] | None:
        """Host and port of the process where this call lives, by our own id; None: of none that can be reached."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the carrier's own voice says when no agent can."""

    language: str = "en-US"
    busy: str = "I am sorry, all lines are busy at the moment. Please call again in a few minutes. Goodbye."
    apology: str = "I am sorry, something went wrong on our side. Please call again. Goodbye."


class Browsers(Protocol):
    """Calls from browsers, where there is more of them than the page of `offhook talk`."""

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        """As `Calls.answer`; `started.call_sid` is the id that the page knows its call by."""

    def is_known(self, origin: str) -> bool:
        """Pages of this origin may have calls here."""
