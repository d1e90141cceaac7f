"""A call is not its socket: its legs come and go, the caller is with somebody else and comes back.

OPEN ── transfer dialled, leg off ──▶ PARKED ── nobody there, leg back ──▶ OPEN
     ── leg lost ─────────────────▶        ── another leg in time ─────▶
     ── a human takes over ───────▶        ── the human leaves ────────▶
"""

from enum import Enum
from typing import Final

from offhook.core.behaviour import Destination
from offhook.core.closing import Closing
from offhook.core.commands import Say, TransferCall
from offhook.core.endings import EndReason
from offhook.core.events import (
    Detachment,
    HumanJoined,
    HumanLeft,
    LegAttached,
    LegDetached,
    TransferEnded,
    TransferEnding,
    TransferRequested,
)
from offhook.core.history import CallerSaid, Instructed, KeysPressed, Outcome
from offhook.core.ledger import ASIDE
from offhook.core.listening import Listening
from offhook.core.making import Making
from offhook.core.reply import CallerTurn, Reply, Transfer
from offhook.core.speaking import Speaking
from offhook.core.state import OVER, Call, Phase
from offhook.core.timers import Timer
from offhook.core.turns import Turns
from offhook.core.words import normalize, without_fillers

DIAL_S: Final = 10.0
"""From the request to connect until the leg comes off; the carrier takes less than a second."""
LONGEST_TALK_S: Final = 4 * 3600.0
"""A carrier that never says how a transfer ended is not waited for beyond this."""
NOBODY: Final = {
    TransferEnding.BUSY: "The line was busy.",
    TransferEnding.NO_ANSWER: "Nobody answered.",
    TransferEnding.FAILED: "It could not be reached.",
    TransferEnding.CANCELED: "The call was taken back before anybody answered.",
}


class Away(Enum):
    """Why the agent and the caller do not talk with each other just now."""

    TRANSFER = "transfer"
    LOST = "lost"
    HUMAN = "human"


class Legs:
    """The legs of one call, and where the caller is meanwhile."""

    def __init__(
        self, call: Call, listening: Listening, speaking: Speaking, making: Making, closing: Closing, turns: Turns
    ) -> None:
        self._call, self._listening, self._speaking, self._making = call, listening, speaking, making
        self._closing, self._turns = closing, turns
        self._leg: int | None = None
        self._away: Away | None = None
        self._transfer: Transfer | None = None
        """It was asked for, and the carrier has not said what became of it."""
        self._wanted = 0
        """Transfers that somebody outside has asked for."""
        self._left_at = 0.0
        self._left_s: tuple[float | None, float | None] = (None, None)
        """What was left of the longest call then, and of the time until its warning."""

    def attached(self, event: LegAttached, at: float) -> None:
        """Media flows: for the first time, again, or over another connection."""
        self._leg = event.leg
        if self._away is Away.LOST:
            note = f"The connection was lost for {at - self._left_at:.0f} seconds and is back."
            self._come_back(note, self._call.script.returned, at)
        elif self._away is Away.TRANSFER:
            if self._transfer is None:
                self._come_back("", self._call.script.transfer_failed, at)
            else:
                # The leg is here before the word of what has happened.
                self._call.timers.set(Timer.LEG, at + DIAL_S)

    def detached(self, event: LegDetached, at: float) -> None:
        """Media flows no more."""
        c = self._call
        if event.how is Detachment.REPLACED or event.leg != self._leg or c.phase in OVER:
            return
        self._leg = None
        if c.phase is Phase.RINGING:
            c.end(EndReason.CALLER_HUNG_UP, event.cause, hang_up=False)
        elif self._away is Away.LOST or (self._away is Away.TRANSFER and self._transfer is None):
            self._wait_for_leg(at)
        elif self._transfer is not None:
            self._park(Away.TRANSFER, at)
            c.timers.set(Timer.LEG, at + self._transfer.destination.ring_s + LONGEST_TALK_S)
        elif event.how is Detachment.STOPPED:
            c.end(EndReason.CALLER_HUNG_UP, hang_up=False)
        elif c.behaviour.reattach_s == 0.0 or self._away is Away.HUMAN:
            c.end(EndReason.CARRIER_LEG_LOST, event.cause)
        else:
            self._park(Away.LOST, at)
            self._wait_for_leg(at)

    def leg_overdue(self, at: float) -> None:
        """The connection, or the carrier's word, did not come."""
        c = self._call
        if self._transfer is not None and (c.phase is not Phase.PARKED or self._leg is not None):
            self._transfer_failed("Nothing is known of what became of it.", at, Outcome.UNKNOWN)
            if c.phase is Phase.PARKED:
                self._come_back("", c.script.transfer_failed, at)
        elif c.phase is Phase.PARKED:
            reason = EndReason.AGENT_TRANSFERRED if self._transfer is not None else EndReason.CARRIER_LEG_LOST
            c.end(reason)

    # ── transfer ─────────────────────────────────────────────────────────────────────────────────────────────

    def announce(self, reply: Reply, transfer: Transfer, heard_text: str, at: float) -> None:
        """The reply that asked for it was heard: say the sentence that goes before, hear it to its end, and dial.

        The owner's sentence is said whatever the model has said; the language's own only when the model said nothing.
        """
        is_announced = isinstance(reply.content, Say) and reply.content.name == "transfer"
        text = transfer.destination.say or ("" if heard_text else self._call.script.transfer)
        if text and not is_announced:
            self._speaking.start(Say(text, "transfer"), CallerTurn(self._call.turns), at).transfer = transfer
            return
        self._transfer = transfer
        self._turns.is_suspended = True
        to = transfer.destination
        self._call.do(TransferCall(transfer.call, transfer.name, to.number, to.ring_s))
        self._call.timers.set(Timer.LEG, at + DIAL_S)

    @property
    def can_connect(self) -> bool:
        """Somebody outside can have the caller connected: they talk with the agent, and are not on the way already."""
        reply = self._speaking.reply
        return self._call.is_talking and self._transfer is None and (reply is None or reply.transfer is None)

    def wanted(self, event: TransferRequested) -> Transfer:
        """Somebody outside wants the caller connected; the agent knows from now on."""
        c = self._call
        self._wanted += 1
        self._closing.reopen()
        self._speaking.pending.clear()
        c.remember(Instructed(f"A person of the business has the caller connected to {event.name}."))
        to = c.script.destinations.get(event.name) or Destination(number=event.number, ring_s=event.ring_s)
        return Transfer(f"outside-{self._wanted}", event.name, to, is_from_outside=True)

    def transfer_ended(self, event: TransferEnded, at: float) -> None:
        """The carrier is done with it."""
        c = self._call
        if self._transfer is None or event.call != self._transfer.call:
            return
        if event.ending is TransferEnding.CONNECTED:
            self._answered(self._transfer, Outcome.DONE, f"They talked for {event.talked_s:.0f} seconds.", at)
            self._transfer = None
            c.end(EndReason.AGENT_TRANSFERRED, hang_up=False)
            return
        why = NOBODY[event.ending] + (f" ({event.cause})" if event.cause else "")
        self._transfer_failed(why, at, Outcome.FAILED)
        if c.phase is not Phase.PARKED:
            c.timers.cancel(Timer.LEG)
        elif self._leg is not None:
            self._come_back("", c.script.transfer_failed, at)
        else:
            self._wait_for_leg(at)

    def _transfer_failed(self, why: str, at: float, outcome: Outcome) -> None:
        assert self._transfer is not None
        transfer, self._transfer = self._transfer, None
        self._turns.is_suspended = False
        why = f"{transfer.name} was not reached. {why} The caller is with you again."
        self._answered(transfer, outcome, why, at)

    def _answered(self, transfer: Transfer, outcome: Outcome, text: str, at: float) -> None:
        """Whoever wanted it is told what became of it."""
        if not transfer.is_from_outside:
            self._making.tool_answered(transfer.call, outcome, text, at)
            return
        self._call.remember(Instructed(text))
        self._speaking.expect_news(Say(self._call.script.transfer_failed, "returned"))

    # ── a human on the line ──────────────────────────────────────────────────────────────────────────────────

    def human_joined(self, event: HumanJoined, at: float) -> None:
        """A person takes the agent's place."""
        if self._call.is_talking and self._transfer is None:
            self._closing.reopen()
            self._park(Away.HUMAN, at)
            self._call.timers.set(Timer.LEG, at + LONGEST_TALK_S)
            self._call.remember(Instructed(f"{event.name} has taken over the call and talks to the caller."))

    def human_left(self, event: HumanLeft, at: float) -> None:
        """The agent goes on."""
        if self._away is Away.HUMAN:
            note = f" {event.note}" if event.note else ""
            self._come_back(f"You are talking to the caller again.{note}", self._call.script.returned, at)

    @property
    def is_with_human(self) -> bool:
        """A person talks to the caller over this call."""
        return self._away is Away.HUMAN

    def keep_words(self) -> None:
        """What the caller says to a human is part of the history, and answered by nobody here; so are keys that were
        pressed for the agent, and not answered yet."""
        call, ledger = self._call, self._listening.ledger
        keys = self._speaking.keys.take()
        if ledger.final_text or keys:
            call.turns += 1
            said = without_fillers(ledger.take(call.turns), call.script)
            if normalize(said):
                call.remember(CallerSaid(call.turns, said))
            if keys:
                call.remember(KeysPressed(call.turns, keys))

    # ── away and back ────────────────────────────────────────────────────────────────────────────────────────

    def _park(self, away: Away, at: float) -> None:
        c, timers = self._call, self._call.timers
        self._away, self._left_at = away, at
        longest_at, warning_at = timers.due_at(Timer.MAX_CALL), timers.due_at(Timer.WARNING)
        self._left_s = (
            None if longest_at is None else longest_at - at,
            None if warning_at is None else warning_at - at,
        )
        self._speaking.next = None
        if (reply := self._speaking.reply) is not None:
            self._speaking.seal(reply)
            self._speaking.cancel(reply)
        self._listening.close_spurt()
        self._listening.ledger.give_back(ASIDE)  # Nobody will hear the question to its end.
        if away is Away.HUMAN:
            self.keep_words()
        if (collection := self._speaking.keys.finish(is_whole=False)) is not None:
            why = "The caller was away before all keys were pressed."
            self._making.tool_answered(collection.call, Outcome.FAILED, why, at)
        self._closing.reopen()
        timers.clear()
        self._speaking.tools.watch()
        c.enter(Phase.PARKED)

    def _wait_for_leg(self, at: float) -> None:
        wait_s = max(self._call.behaviour.reattach_s, 1.0)
        self._call.timers.set(Timer.LEG, at + wait_s)

    def _come_back(self, note: str, fallback: str, at: float) -> None:
        c = self._call
        self._away = None
        self._turns.is_suspended = False
        c.enter(Phase.OPEN)
        c.timers.cancel(Timer.LEG)
        longest_s, warning_s = self._left_s
        if longest_s is not None:
            c.timers.set(Timer.MAX_CALL, at + longest_s)
        if warning_s is not None:
            c.timers.set(Timer.WARNING, at + warning_s)
        if note:
            c.remember(Instructed(note))
        self._speaking.expect_news(Say(fallback, "returned"))
