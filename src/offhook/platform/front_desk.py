"""Where the carrier's webhooks ask: who is called, whether the call is taken, and what a caller hears who is not.

It stands before the live calls of this process and decides from memory alone.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from offhook.call.handle import CallHandle
from offhook.call.live import LiveCalls
from offhook.core.endings import EndReason
from offhook.core.events import TransferEnded
from offhook.errors import AdmissionRefused
from offhook.platform.line_up import NO_AGENT, NOT_IN_USE, Answering, LineUp
from offhook.telephony.browser import is_browser_call
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg, LegStarted

Guard = Callable[[CallFacts, Answering], None]
"""Raises `AdmissionRefused` for a call that is not to be taken: limits, a shield."""
Refused = Callable[[CallFacts, str, AdmissionRefused], None]
"""Told each call that was not taken, with its workspace (empty: nobody's)."""

Begun = Callable[[CallHandle], None]
"""Told each call whose media have come, and each time that they come back."""


class FrontDesk:
    """The calls of this process, as the web asks them."""

    def __init__(self, live: LiveCalls, line_up: LineUp) -> None:
        self._live, self._line_up = live, line_up
        self.guards: Final[list[Guard]] = []
        self.on_refused: Final[list[Refused]] = []
        self.on_begun: Final[list[Begun]] = []

    @property
    def count(self) -> int:
        """How many are live."""
        return self._live.count

    def refusal(self) -> str | None:
        """Why no further call is taken now."""
        return self._live.refusal()

    def expect(self, facts: CallFacts) -> str:
        """A token for the call's media. Raises `AdmissionRefused`, with what the caller is to hear."""
        workspace = self._line_up.workspace_of(facts)
        try:
            answering = self._line_up.who(facts)
            if facts.call_id and not is_browser_call(facts) and answering.workspace != workspace:
                # The address of a call that we placed names an agent of the account's own workspace.
                raise AdmissionRefused(NO_AGENT, sentence=NOT_IN_USE)
            workspace = answering.workspace
            for guard in self.guards:
                guard(facts, answering)
            return self._live.expect(replace(facts, agent=answering.key))
        except AdmissionRefused as refused:
            for told in self.on_refused:
                told(facts, workspace, refused)
            raise

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        """Begin the call whose token the media bring, or give a live one its media back."""
        is_taken = self._live.answer(leg, started)
        if is_taken and (handle := self._live.handle_of(started.call_sid)) is not None:
            for told in self.on_begun:
                told(handle)
        return is_taken

    def account_of(self, call_sid: str) -> str:
        """The carrier's account whose call it is: by its number, which every process knows."""
        facts = self._live.facts_of(call_sid)
        return self._line_up.account_of(facts) if facts is not None else ""

    def carrier_ended(self, call_sid: str) -> None:
        """The carrier says that the telephone call is over."""
        self._live.carrier_ended(call_sid)

    def transfer_ended(self, call_sid: str, ended: TransferEnded) -> str | None:
        """A transfer is over: a token when the agent takes the call back."""
        return self._live.transfer_ended(call_sid, ended)

    def lost_leg(self, call_sid: str) -> str | None:
        """The media of a call are off: a token to bring them back."""
        return self._live.lost_leg(call_sid)

    def outcome(self, call_sid: str) -> EndReason | None:
        """How the call ended."""
        return self._live.outcome(call_sid)

    async def drain(self, deadline_s: float) -> None:
        """Refuse new calls and wait for the live ones."""
        await self._live.drain(deadline_s)
