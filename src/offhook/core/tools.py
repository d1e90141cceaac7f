"""The tools of a call: which run, which have run, and what the same wish is. Nothing is done twice for one wish.

A wish is a tool with its arguments. While it runs, the same wish joins it; once it is done, the same turn of the caller
gets the same answer. What the model learns stands in the history: every `ToolCalled` has one `ToolAnswered`, sooner or
later.
"""

import hashlib
from typing import Final

import msgspec

from offhook.core.builtin import (
    ASK_IN_CONFIDENCE,
    COLLECT_DIGITS,
    CORE_TOOLS,
    END_CALL,
    HANDOFF,
    TRANSFER_CALL,
    CoreArguments,
    SendArguments,
    arguments_of,
)
from offhook.core.commands import EnterAgent, RunTool, SendDigits
from offhook.core.consent import Consent
from offhook.core.events import ToolRequested
from offhook.core.history import Outcome, ToolAnswered, ToolCalled
from offhook.core.state import Call
from offhook.core.timers import Timer
from offhook.core.wishes import canonical_arguments

ENDS_REPLY: Final = frozenset({END_CALL, TRANSFER_CALL, HANDOFF, COLLECT_DIGITS, ASK_IN_CONFIDENCE})
"""Tools that the core carries out itself, once the reply that asked for them was heard: no round follows."""
NEVER: Final = float("inf")


class ToolRun(msgspec.Struct):
    """A tool that was called and has not answered."""

    call: str
    name: str
    arguments: CoreArguments | None
    """Of a tool that the core carries out itself."""
    wish: str
    reply: int
    turn: int
    due_at: float
    joins: str = ""
    """The call that does the work: this one wishes the same."""

    @property
    def keeps_reply(self) -> bool:
        """Its reply goes on with the answer."""
        return self.name not in ENDS_REPLY


class Answer(msgspec.Struct, frozen=True):
    """What came of a wish."""

    turn: int
    outcome: Outcome
    text: str


class Tools:
    """Registry of one call's tools."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.running: list[ToolRun] = []
        """Also of replies that were cancelled: effects are not undone."""
        self._answers: dict[str, list[Answer]] = {}
        """By wish."""
        self._ids: set[str] = set()
        self._consent = Consent(call)

    def of(self, reply: int) -> list[ToolRun]:
        """Those that this reply waits for."""
        return [run for run in self.running if run.reply == reply and run.keeps_reply]

    def call_for(self, event: ToolRequested, turn: int, at: float) -> ToolRun | None:
        """Write the call down, and run it unless it runs already or has been done; None when it is answered at once."""
        c = self._call
        call = self._unique(event.call)
        c.remember(ToolCalled(call, event.name, event.arguments, event.reply))
        try:
            arguments = arguments_of(event.name, event.arguments) if event.name in CORE_TOOLS else None
        except ValueError as wrong:
            c.remember(ToolAnswered(call, Outcome.FAILED, str(wrong)))
            return None
        wish = _wish(event)
        run = ToolRun(call, event.name, arguments, wish, event.reply, turn, at + c.behaviour.tool_timeout_s)
        known = self._known(wish, turn)
        if known is not None:
            c.remember(ToolAnswered(call, known.outcome, known.text))
            return None
        twin = next((other for other in self.running if other.wish == wish), None)
        if twin is None and arguments is None and (why := self._consent.refusal(event, wish, turn)):
            c.remember(ToolAnswered(call, Outcome.FAILED, why))
            return None
        self.running.append(run)
        if twin is not None:
            run.joins, run.due_at = twin.joins or twin.call, twin.due_at
        elif isinstance(arguments, SendArguments):
            c.do(SendDigits(call, arguments.digits))
        elif run.keeps_reply:
            done = sum(answer.outcome is Outcome.DONE for answer in self._answers.get(wish, []))
            c.do(RunTool(call, event.name, event.arguments, f"{wish}-{done + 1}"))
        else:
            run.due_at = NEVER
        self._watch()
        return run

    def refuse(self, event: ToolRequested, why: str) -> None:
        """Write the call down, and that nothing was done for it."""
        call = self._unique(event.call)
        self._call.remember(ToolCalled(call, event.name, event.arguments, event.reply))
        self._call.remember(ToolAnswered(call, Outcome.FAILED, why))

    def enter_agent(self, call: str, agent: str, at: float) -> None:
        """The reply that asked for a handoff was heard."""
        for run in self.running:
            if run.call == call:
                run.due_at = at + self._call.behaviour.tool_timeout_s
                self._call.do(EnterAgent(call, agent))
        self._watch()

    def answered(self, call: str, outcome: Outcome, text: str) -> list[ToolRun]:
        """A call is over, and with it those that joined it."""
        found = [run for run in self.running if call in (run.call, run.joins)]
        for run in found:
            self.running.remove(run)
            self._answers.setdefault(run.wish, []).append(Answer(run.turn, outcome, text))
            self._call.remember(ToolAnswered(run.call, outcome, text))
        self._watch()
        return found

    def overdue(self, at: float) -> list[str]:
        """The calls that have had their time."""
        return [run.call for run in self.running if run.due_at <= at and not run.joins]

    def watch(self) -> None:
        """Set the deadline again; for whoever has changed a run's."""
        self._watch()

    def _watch(self) -> None:
        due_at = min((run.due_at for run in self.running), default=NEVER)
        if due_at < NEVER:
            self._call.timers.set(Timer.TOOL, due_at)
        else:
            self._call.timers.cancel(Timer.TOOL)

    def _known(self, wish: str, turn: int) -> Answer | None:
        """What came of the same wish in this turn, unless it certainly had no effect."""
        answers = self._answers.get(wish, [])
        return next((a for a in reversed(answers) if a.turn == turn and a.outcome is not Outcome.FAILED), None)

    def _unique(self, call: str) -> str:
        """The model's own id, with a number behind it when the model has used it before."""
        unique, number = call, 2
        while unique in self._ids:
            unique, number = f"{call}-{number}", number + 1
        self._ids.add(unique)
        return unique


def _wish(event: ToolRequested) -> str:
    """The name of the wish: the same however the model writes it. See `core.wishes`."""
    canonical = canonical_arguments(event.arguments)
    digest = hashlib.sha256(event.name.encode("utf-8", "replace") + b"\0" + canonical).hexdigest()[:16]
    return f"{event.name}-{digest}"
