"""Where a call stands, as all of its rules see it: phase, deadlines, history, and the commands of a step."""

from enum import Enum
from typing import Final

import msgspec

from offhook.core.behaviour import Behaviour, Script
from offhook.core.commands import AnyCommand, Remember
from offhook.core.endings import EndReason
from offhook.core.history import AgentSaid, AnyEntry, CallerSaid, KeysPressed
from offhook.core.timers import Timers


class Phase(Enum):
    """The life of the call."""

    RINGING = "ringing"
    OPEN = "open"
    PARKED = "parked"
    """The caller is with a human, or the leg is away: the agent neither speaks nor waits for the caller."""
    CLOSING = "closing"
    """A goodbye is being said; then the line is cut."""
    ENDING = "ending"
    """The line is gone; what was heard last is still to be told."""
    ENDED = "ended"


PHASES: Final = {
    Phase.RINGING: {Phase.OPEN, Phase.ENDING, Phase.ENDED},
    Phase.OPEN: {Phase.PARKED, Phase.CLOSING, Phase.ENDING, Phase.ENDED},
    Phase.PARKED: {Phase.OPEN, Phase.ENDING, Phase.ENDED},
    Phase.CLOSING: {Phase.OPEN, Phase.PARKED, Phase.ENDING, Phase.ENDED},
    Phase.ENDING: {Phase.ENDED},
    Phase.ENDED: set(),
}
TALKING: Final = (Phase.OPEN, Phase.CLOSING)
OVER: Final = (Phase.ENDING, Phase.ENDED)


class Ended(msgspec.Struct, frozen=True):
    """Why a call is over, or is about to be."""

    reason: EndReason
    detail: str = ""
    hang_up: bool = True
    """The telephone call is to be ended at the carrier too."""


class Call:
    """What all rules of one call share. `out` collects the commands of one step."""

    def __init__(self, behaviour: Behaviour, script: Script, history: tuple[AnyEntry, ...] = ()) -> None:
        """`history`: what was said before, where a conversation is taken up in the middle."""
        self.behaviour = behaviour
        self.script = script
        self.hears_audio = False
        """The responder answers what it hears: no turn waits for words."""
        self.timers = Timers()
        self.phase = Phase.RINGING
        self.is_talking = False
        """The agent and the caller talk with each other."""
        self.history: list[AnyEntry] = list(history)
        self.out: list[AnyCommand] = []
        self.turns = max((entry.turn for entry in history if isinstance(entry, CallerSaid | KeysPressed)), default=0)
        """Turns of the caller so far."""
        self.ended: Ended | None = None
        """Set by any rule; carried out at the end of the step."""

    def do(self, *commands: AnyCommand) -> None:
        """Give commands, in this order."""
        self.out.extend(commands)

    def remember(self, entry: AnyEntry) -> None:
        """Append to the history."""
        self.do(Remember(len(self.history), entry))
        self.history.append(entry)

    def enter(self, phase: Phase) -> None:
        """Change phase; a move that the table does not hold is a bug."""
        assert phase in PHASES[self.phase], f"call: {self.phase.value} to {phase.value}"
        self.phase, self.is_talking = phase, phase in TALKING

    def end(self, reason: EndReason, detail: str = "", *, hang_up: bool = True) -> None:
        """The call is over at the end of this step; the first reason counts."""
        self.ended = self.ended or Ended(reason, detail, hang_up)

    @property
    def last_agent_text(self) -> str:
        """What the agent said last, as far as it was heard."""
        return next((entry.text for entry in reversed(self.history) if isinstance(entry, AgentSaid) and entry.text), "")
