"""`<Dial>` at the simulated carrier: it rings elsewhere, somebody answers or nobody does, they talk, it is over.

What is posted to the action is what Twilio posts (protocol notes, 1.3): `DialCallStatus`, `DialCallSid`,
`DialCallDuration` and `DialBridged`. What a caller hears meanwhile is ringing, then the person.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, Literal

from offhook import clock
from offhook.simulator.carrier_twiml import Verb
from offhook.simulator.carrier_web import Source
from offhook.simulator.telephone import Person, Ringing, Telephone

DEFAULT_RING_S: Final = 30.0
"""`<Dial timeout>` when none is given."""

DialStatus = Literal["completed", "busy", "no-answer", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class DialPlan:
    """What becomes of one `<Dial>`. The caller may hang up at any moment of it, by its own script."""

    ending: Literal["completed", "busy", "no-answer", "failed"] = "completed"
    """completed: somebody answers."""
    ring_s: float = 2.0
    """Until it is answered, or known to be busy or to fail. Nobody answers after the document's `timeout`."""
    talk_s: float = 2.0
    """Then the person hangs up."""
    says: str = ""
    """By the person, on a talking tape."""
    is_bridged: bool = True
    """False: the person picks up and is gone before the caller is connected."""


@dataclass(slots=True)
class Dialled:
    """One `<Dial>` as it went."""

    number: str
    status: DialStatus = "canceled"
    """Canceled until it is known better: the caller has hung up, or another document has come."""
    rang_s: float = 0.0
    talked_s: float = 0.0
    heard: str = ""
    """The caller's words that the person heard."""


class Dialling:
    """One `<Dial>` under way."""

    def __init__(self, verb: Verb, plan: DialPlan, child_sid: str, pace: float) -> None:
        numbers = verb.text or " ".join(child.text for child in verb.children)
        self.outcome: Final = Dialled(numbers)
        self._verb: Final = verb
        self._plan: Final = plan
        self._child_sid: Final = child_sid
        self._pace: Final = pace

    async def run(self, telephone: Telephone, number: int) -> None:
        """Until it is over. Cancelled by the caller's hang-up and by another document."""
        plan, outcome = self._plan, self.outcome
        longest_s = float(self._verb.attributes.get("timeout", DEFAULT_RING_S))
        ringing = Ringing()
        telephone.connect(ringing)
        began_at = clock.now()
        try:
            await asyncio.sleep(min(plan.ring_s, longest_s) * self._pace)
        finally:
            outcome.rang_s = clock.now() - began_at
            telephone.disconnect(ringing)
        if plan.ending != "completed":
            outcome.status = plan.ending
        elif plan.ring_s > longest_s:
            outcome.status = "no-answer"
        else:
            outcome.status = "completed"
            if plan.is_bridged:
                await self._talk(telephone, number)

    async def _talk(self, telephone: Telephone, number: int) -> None:
        person = Person(self._plan.says, number)
        telephone.connect(person)
        began_at = clock.now()
        try:
            await asyncio.sleep(self._plan.talk_s * self._pace)
        finally:
            self.outcome.talked_s = clock.now() - began_at
            self.outcome.heard = person.heard_text
            telephone.disconnect(person)

    def action(self, *, interrupted: bool = False) -> Source | None:
        """What is asked when it is over. An interrupted one says `completed` (protocol notes, 1.8)."""
        url = self._verb.attributes.get("action")
        if not url:
            return None
        outcome = self.outcome
        is_bridged = outcome.status == "completed" and self._plan.is_bridged
        fields = {
            "DialCallStatus": "completed" if interrupted else outcome.status,
            "DialCallSid": self._child_sid,
            "DialBridged": "true" if is_bridged else "false",
        }
        if outcome.status == "completed":
            fields["DialCallDuration"] = str(round(outcome.talked_s))
        return Source(url, self._verb.attributes.get("method", "POST"), fields=fields)
