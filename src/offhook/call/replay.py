"""Run a call's journal through the core again: did every command come out the same?

The commands hold what the model was asked (`Ask`) and what the history holds (`Remember`), so that what is proved is
not the turn taking alone. What cannot be known is told as such: a journal that was cut off in the middle of its last
event's commands, and everything behind lost lines. Where its owner keeps less than all, that is proved which comes out
the same without it. Behind the call's end stands what outlived it, which no conversation was told of.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from offhook.call.journal import Briefing, Closed, Gap, Header, Line, ends_from_outside, read_header, read_lines
from offhook.call.records.masking import Masking
from offhook.core.commands import Command, EndCall
from offhook.core.conversation import Conversation
from offhook.core.events import Event


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where the two runs part: behind which event, and what only one of them has given."""

    n: int
    """The event's line in the journal."""
    at: float
    event: str
    recorded: tuple[str, ...]
    replayed: tuple[str, ...]


@dataclass(slots=True)
class ReplayResult:
    """What came out of it."""

    header: Header
    events: int = 0
    commands: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    last: Line | None = None
    """The last line that was looked at."""
    gap: Gap | None = None
    """Lines are missing here: nothing behind it is proved."""
    is_whole: bool = False
    """The journal is closed: nothing was cut off."""
    unkept_from: int = 0
    """What hangs on this line needs words, keys or arguments that were not kept: from here on nothing is proved. 0: no
    such line."""
    repaired: list[int] = field(default_factory=list)
    """Lines in which something was replaced when they were written: what follows from them may differ."""


def replay(path: Path) -> ReplayResult:
    """Feed the journal's events to a new conversation and compare its commands. Raises `ConfigurationError`."""
    header = read_header(path)
    run = _Run(ReplayResult(header), Conversation(header.behaviour, header.script), Masking(header.kept))
    for line in read_lines(path):
        if isinstance(line, Gap):
            run.result.gap = line
            break
        run.add(line)
        if run.is_over:
            break
    run.step(is_cut_off=not run.result.is_whole)
    return run.result


@dataclass(slots=True)
class _Run:
    result: ReplayResult
    conversation: Conversation
    masking: Masking
    event: Line | None = None
    recorded: list[Command] = field(default_factory=list)
    has_ended: bool = False
    """The call's end stands in the journal."""
    is_over: bool = False
    """The core itself failed."""

    def add(self, line: Line) -> None:
        """The next line."""
        self.result.last = line
        if line.is_repaired:
            self.result.repaired.append(line.n)
        match line.what:
            case Event():
                self.step(is_cut_off=False)
                if not self.has_ended:
                    self.event = line
            case Command() as command:
                self.recorded.append(command)
                self.has_ended = isinstance(command, EndCall)
            case Closed():
                self.result.is_whole = True
            case Briefing(kept=kept):
                self.masking.follow(kept)
            case _:
                pass

    def step(self, *, is_cut_off: bool) -> None:
        """The commands of the event before are all here, or (`is_cut_off`) the first of them."""
        if self.event is None or self.is_over:
            return
        event, line, recorded = self.event.what, self.event, self.recorded
        self.event, self.recorded = None, []
        assert isinstance(event, Event)
        self.result.events += 1
        if recorded and ends_from_outside(recorded[-1]):
            # It came in the middle of a step, or behind it.
            recorded, is_cut_off = recorded[:-1], True
        try:
            replayed: Sequence[Command] = self.conversation.receive(event, line.at)
        except Exception as fault:  # A fault of the core is a finding here: the call of then may have ended by it.
            self.is_over = True
            if not self.masking.kept.is_whole:
                self.result.unkept_from = line.n
                return
            self._differ(line, recorded, [f"the core failed: {type(fault).__name__}: {fault}"])
            return
        # With the kinds of what may be kept known from what was asked, as when it was written.
        self.masking.masked(event)
        replayed = [self.masking.masked(command) for command in replayed]
        expected = replayed[: len(recorded)] if is_cut_off else replayed
        self.result.commands += len(expected)
        if expected == recorded:
            return
        if not self.masking.kept.is_whole:
            self.result.unkept_from, self.is_over = line.n, True
        else:
            self._differ(line, recorded, replayed)

    def _differ(self, line: Line, recorded: Sequence[Command], replayed: Sequence[Command | str]) -> None:
        same = sum(
            1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(recorded, replayed, strict=False))
        )
        ours = tuple(entry if isinstance(entry, str) else repr(entry) for entry in replayed[same:])
        name = type(line.what).__name__
        self.result.mismatches.append(Mismatch(line.n, line.at, name, tuple(map(repr, recorded[same:])), ours))
