"""The check of tools that run by the caller's word, and of how often a tool runs."""

from collections import Counter
from typing import Final

from offhook.core.commands import Remember, RunTool, StartReply
from offhook.core.consent import READ_BACK
from offhook.core.history import ToolAnswered, ToolCalled
from offhook.simulator.events_check import Check, Facts, Hears

CONFIRMED: Final = "send_mail"
"""The tool of simulated calls that runs by the caller's word,"""
BOUNDED: Final = "book_room"
"""and the one that runs only so often:"""
MOST: Final = 6


class EffectsByConsent(Check):
    """What was not read back in an earlier turn does not run, and nothing runs more often than it may."""

    name = "effects_by_consent"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._turns: dict[int, int] = {}
        self._calls: dict[str, ToolCalled] = {}
        self._read_back: dict[str, int] = {}
        """By the arguments: the turn in which that was asked for."""
        self._runs: Counter[str] = Counter()

    def hears(self) -> Hears:
        return {StartReply: self._start, Remember: self._remember, RunTool: self._run}

    def _start(self, command: StartReply, at: float) -> None:
        self._turns[command.reply] = command.turn

    def _remember(self, command: Remember, at: float) -> None:
        match command.entry:
            case ToolCalled() as called:
                self._calls[called.call] = called
            case ToolAnswered(call=call, text=text) if text == READ_BACK:
                called = self._calls[call]
                self._read_back[called.arguments] = self._turns[called.reply]
            case _:
                pass

    def _run(self, command: RunTool, at: float) -> None:
        self._runs[command.name] += 1
        if command.name == BOUNDED and self._runs[BOUNDED] > MOST:
            self.fail(at, f"{BOUNDED} runs for the {self._runs[BOUNDED]}th time")
        if command.name != CONFIRMED:
            return
        turn = self._turns[self._calls[command.call].reply]
        if self._read_back.get(command.arguments, turn) >= turn:
            self.fail(at, f"{CONFIRMED} {command.arguments} runs and was not read back in an earlier turn")
