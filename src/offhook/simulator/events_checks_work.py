"""Checks of work: no effect twice, a model that knows all, bounded rounds, one reply at a time, an end that is one."""

import re
from typing import Final

from offhook.core.commands import (
    Ask,
    CancelReply,
    Command,
    CommitReply,
    ContinueReply,
    DuckPlayout,
    EndCall,
    HushPlayout,
    PlayFiller,
    Remember,
    ResumePlayout,
    RunTool,
    StartReply,
)
from offhook.core.events import (
    CallAnswered,
    ReplyHeard,
    ToolFailed,
    ToolLost,
    ToolReturned,
    TranscriptFinal,
)
from offhook.core.history import ToolAnswered, ToolCalled
from offhook.simulator.events_check import Check, Facts, Hears

_AGENT_WORD: Final = re.compile(r"\ba\d+")
LONGEST_TELEVISION_S: Final = 600.0


class NoEffectTwice(Check):
    """A wish is carried out once: not again while it runs, nor in the same turn once it may have had its effect."""

    name = "no_effect_twice"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._turn = 0
        self._turns: dict[int, int] = {}
        self._replies: dict[str, int] = {}
        self._runs: dict[tuple[str, str], tuple[str, int, str]] = {}
        """Of each wish the latest run: its call, turn and key."""
        self._over: dict[str, type] = {}

    def hears(self) -> Hears:
        return {
            StartReply: self._start, Remember: self._remember, RunTool: self._run,
            ToolReturned: self._answered, ToolFailed: self._answered, ToolLost: self._answered,
        }  # fmt: skip

    def _start(self, command: StartReply, at: float) -> None:
        self._turns[command.reply] = command.turn

    def _remember(self, command: Remember, at: float) -> None:
        entry = command.entry
        if isinstance(entry, ToolCalled):
            self._replies[entry.call] = entry.reply
        elif isinstance(entry, ToolAnswered):
            self._over.setdefault(entry.call, ToolLost)  # Given up by the core's own deadline.

    def _answered(self, event: ToolReturned | ToolFailed | ToolLost, at: float) -> None:
        self._over[event.call] = type(event)

    def _run(self, command: RunTool, at: float) -> None:
        wish = (command.name, command.arguments)
        turn = self._turns.get(self._replies.get(command.call, -1), -1)
        if command.call not in self._replies:
            self.fail(at, f"{command.call} runs and is not in the history")
        if wish in self._runs:
            call, turn_before, key = self._runs[wish]
            outcome = self._over.get(call)
            if outcome is None:
                self.fail(at, f"{command.name} {command.arguments} runs twice at a time")
            elif turn == turn_before and outcome is ToolReturned:
                self.fail(at, f"{command.name} {command.arguments} was done in this turn, and runs again")
            elif turn == turn_before and outcome is ToolLost and key != command.key:
                self.fail(at, f"{command.name} {command.arguments} may have been done, and runs with another key")
        if not command.key:
            self.fail(at, "a tool runs without a key")
        self._runs[wish] = (command.call, turn, command.key)


class ModelKnowsAll(Check):
    """What a model is asked with holds all that was remembered, and every tool that ran."""

    name = "model_knows_all"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._called: set[str] = set()
        self._answered: set[str] = set()
        self._run: list[str] = []
        self._over: list[str] = []

    def hears(self) -> Hears:
        over = self._tool_over
        return {
            Remember: self._remember, RunTool: self._ran, StartReply: self._asked, ContinueReply: self._asked,
            ToolReturned: over, ToolFailed: over, ToolLost: over,
        }  # fmt: skip

    def _remember(self, command: Remember, at: float) -> None:
        if command.index != len(self.facts.entries):
            self.fail(at, f"entry {command.index} where {len(self.facts.entries)} was due")
        self.facts.entries.append(command.entry)
        if isinstance(command.entry, ToolCalled):
            self._called.add(command.entry.call)
        elif isinstance(command.entry, ToolAnswered):
            self._answered.add(command.entry.call)

    def _ran(self, command: RunTool, at: float) -> None:
        self._run.append(command.call)

    def _tool_over(self, event: ToolReturned, at: float) -> None:
        if not self.facts.is_ended:
            self._over.append(event.call)

    def _asked(self, command: StartReply | ContinueReply, at: float) -> None:
        ask = command.content
        if not isinstance(ask, Ask):
            return
        if ask.until > len(self.facts.entries):
            self.fail(at, f"asked up to entry {ask.until} of {len(self.facts.entries)}")
        elif ask.until < len(self.facts.entries):
            self.fail(at, f"asked without the last of {len(self.facts.entries)} entries")
        for call in self._run:
            if call not in self._called:
                self.fail(at, f"the model does not know that {call} was called")
        for call in self._over:
            if call in self._run and call not in self._answered:
                self.fail(at, f"the model does not know that {call} has answered")


class RoundsAreBounded(Check):
    """A reply has so many rounds of tools, the last of them without tools; fillers are bounded too."""

    name = "rounds_are_bounded"
    MOST_FILLERS = 24
    """Ten in a reply; an apology, and as many once more."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._rounds: dict[int, int] = {}
        self._no_tools: set[int] = set()
        self._fillers = 0

    def hears(self) -> Hears:
        return {
            ContinueReply: self._goes_on, StartReply: self._start, RunTool: self._run,
            PlayFiller: self._filler, ReplyHeard: self._heard, TranscriptFinal: self._words,
        }  # fmt: skip

    def _start(self, command: StartReply, at: float) -> None:
        if isinstance(command.content, Ask):
            if not command.content.with_tools:
                self._no_tools.add(command.reply)
        elif command.content.name == "filler":
            self._filler(command, at)

    def _goes_on(self, command: ContinueReply, at: float) -> None:
        rounds = self._rounds[command.reply] = self._rounds.get(command.reply, 0) + 1
        most = self.facts.behaviour.tool_steps + 1
        if rounds > most:
            self.fail(at, f"reply {command.reply} is asked for the {rounds}th time")
        if rounds >= self.facts.behaviour.tool_steps and command.content.with_tools:
            self.fail(at, f"reply {command.reply} gets tools in its last round")
        if not command.content.with_tools:
            self._no_tools.add(command.reply)
        else:
            self._no_tools.discard(command.reply)

    def _run(self, command: RunTool, at: float) -> None:
        called = (entry for entry in reversed(self.facts.entries) if isinstance(entry, ToolCalled))
        reply = next((entry.reply for entry in called if entry.call == command.call), 0)
        if reply in self._no_tools:
            self.fail(at, f"{command.call} runs for a reply that was asked without tools")

    def _filler(self, command: Command, at: float) -> None:
        self._fillers += 1
        if self._fillers > self.MOST_FILLERS:
            self.fail(at, f"{self._fillers} fillers in a row")

    def _heard(self, event: ReplyHeard, at: float) -> None:
        if _AGENT_WORD.search(event.text):
            self._fillers = 0

    def _words(self, event: TranscriptFinal, at: float) -> None:
        if event.text:
            self._fillers = 0


class OneReplyAtATime(Check):
    """A reply begins when the one before it is over, and nothing is asked of one that was cancelled."""

    name = "one_reply_at_a_time"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._open = 0
        self._latest = 0

    def hears(self) -> Hears:
        asked: Hears = dict.fromkeys(
            (CommitReply, DuckPlayout, HushPlayout, ResumePlayout, PlayFiller, ContinueReply), self._of_reply
        )
        return {**asked, StartReply: self._start, CancelReply: self._cancel, ReplyHeard: self._heard}

    def _start(self, command: StartReply, at: float) -> None:
        if self._open:
            self.fail(at, f"reply {command.reply} begins while {self._open} is open")
        if command.reply <= self._latest:
            self.fail(at, f"reply {command.reply} behind {self._latest}")
        self._open = self._latest = command.reply

    def _cancel(self, command: CancelReply, at: float) -> None:
        if command.reply == self._open:
            self._open = 0

    def _heard(self, event: ReplyHeard, at: float) -> None:
        if event.reply == self._open:
            self._open = 0

    def _of_reply(self, command: CommitReply, at: float) -> None:
        if command.reply != self._open:
            self.fail(at, f"{type(command).__name__} of reply {command.reply}, which is over")


class NothingFollowsTheEnd(Check):
    """`EndCall` is the last command."""

    name = "nothing_follows_the_end"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._answered = False
        self._ends = 0

    def hears(self) -> Hears:
        return {EndCall: self._end, CallAnswered: self._begin}

    def _begin(self, event: CallAnswered, at: float) -> None:
        self._answered = True

    def _end(self, command: EndCall, at: float) -> None:
        self._ends += 1
        if self._ends > 1:
            self.fail(at, "the call ends twice")

    def ended(self, at: float) -> None:
        if self._answered and not self._ends:
            self.fail(at, "the call never ended")


class TelevisionsAreLeft(Check):
    """A call in which nobody is there ends, long before the longest call does."""

    name = "televisions_are_left"

    def ended(self, at: float) -> None:
        if self.facts.is_television and at > LONGEST_TELEVISION_S:
            self.fail(at, "the agent has talked to a television until now")
