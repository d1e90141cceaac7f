"""A recorded call as a caller's script: what the caller said, when beside the agent, and how it ended. Pure: no I/O.

The steps are those of `offhook call --script`. Who was in the way of the agent speaks over it again, who paused pauses
again; what a script cannot hold is told in words.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Any, Final

from offhook.call.journal import Briefing, Header
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.endings import EndReason

BREATH_S: Final = 0.4
"""A shorter silence inside of what somebody says is none."""
POLITE_S: Final = 0.8
"""Who waits for the agent waits so long at least: it pauses between its sentences too."""
LONG_S: Final = 3.0
"""A silence of the agent's that is longer was one that the caller sat through."""
MOST_WAIT_S: Final = 8.0
MOST_OVER_S: Final = 6.0
"""Nobody counts longer than so until they come in: the agent's own pauses begin the count anew."""
LONGEST_S: Final = 60.0
PATIENT_S: Final = 30.0
MOST_STEPS: Final = 400
Step = dict[str, Any]


@dataclass(slots=True)
class Copy:
    """What a call becomes."""

    steps: list[Step] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """What its tools answered, by name: the last that worked."""
    variables: dict[str, Any] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    """In words."""


@dataclass(slots=True)
class _Run:
    """A stretch in which the agent was audible."""

    begin_s: float
    end_s: float = inf
    is_cut: bool = False
    """Somebody came in."""

    def holds(self, at: float) -> bool:
        """The agent was heard then, and was not just done."""
        return self.begin_s + BREATH_S / 2 < at < (self.end_s if self.is_cut else self.end_s - BREATH_S / 2)


@dataclass(slots=True)
class Copier:
    """Feed it the journal of a call, in order."""

    header: Header
    _copy: Copy = field(default_factory=Copy)
    _spurts: list[list[float]] = field(default_factory=list)
    """Beginning and end of each that was not copied yet."""
    _finals: list[ev.TranscriptFinal] = field(default_factory=list)
    _agent: list["_Run"] = field(default_factory=list)
    """Where the agent was audible since the caller's last word."""
    _playing: int = 0
    _caller_ended_at: float = 0.0
    _tools: dict[str, str] = field(default_factory=dict)
    _was_answered: bool = False
    _is_over: bool = False

    def add(self, what: ev.Event | cmd.Command | Briefing, at: float) -> None:
        """One line."""
        if self._is_over:
            return
        match what:
            case Briefing(variables=variables, filled_by=filled_by) if not self._copy.variables:
                given = {name: value for name, value in variables.items() if filled_by.get(name) != "built_in"}
                self._copy.variables = given
            case ev.SpeechStarted(onset_at=onset_at):
                self._spurts.append([onset_at, onset_at])
            case ev.SpeechStopped(ended_at=ended_at) if self._spurts:
                self._spurts[-1][1] = ended_at
            case ev.TranscriptFinal():
                self._finals.append(what)
            case ev.SegmentStarted(plays_at=plays_at):
                self._sounds(what.reply, plays_at)
            case ev.ReplyHeard() | ev.PlayoutCut() if self._agent and what.reply == self._playing:
                run = self._agent[-1]
                run.end_s, run.is_cut = max(run.begin_s, at), isinstance(what, ev.PlayoutCut)
                self._playing = 0
            case cmd.Remember(entry=entry):
                self._remember(entry, at)
            case cmd.TransferCall():
                self._leave_out("The call went to somebody else there; the test ends with it.")
                self._is_over = True
            case cmd.EndCall(reason=reason):
                self._end(reason, at)
            case _:
                pass

    def done(self) -> Copy:
        """All of it."""
        return self._copy

    # ── who sounds ───────────────────────────────────────────────────────────────────────────────────────────

    def _sounds(self, reply: int, plays_at: float) -> None:
        if reply != self._playing:
            self._playing = reply
            self._agent.append(_Run(plays_at))

    def _audible_for(self, at: float) -> float | None:
        """How long the agent had been audible then; None: it was not."""
        found = next((run for run in self._agent if run.holds(at)), None)
        return at - found.begin_s if found is not None else None

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────────────

    def _remember(self, entry: hist.Entry, at: float) -> None:
        match entry:
            case hist.CallerSaid(turn=turn, text=text):
                if text.strip():
                    self._say(turn, text, at)
                else:
                    self._leave_out(f"The words of turn {turn} were not kept.")
            case hist.KeysPressed(turn=turn, keys=keys, reference=reference):
                self._wait(at)
                if reference:
                    self._leave_out(f"The keys of turn {turn} are secret: the test presses zeros.")
                    keys = "0" * len(keys)
                self._step({"digits": keys})
                self._caller_did(at)
            case hist.ToolCalled(call=call, name=name):
                self._tools[call] = name
            case hist.ToolAnswered(call=call, outcome=outcome, text=text) if call in self._tools:
                if outcome is hist.Outcome.DONE:
                    self._copy.answers[self._tools[call]] = text
                else:
                    self._leave_out(f"The tool {self._tools[call]} failed there; in the test it is taken to work.")
            case hist.HumanSaid():
                self._leave_out("A person took the call over there; the test ends with it.")
                self._is_over = True
            case _:
                pass

    def _say(self, turn: int, text: str, at: float) -> None:
        pieces = self._pieces(text)
        begins, ends = (pieces[0][1], pieces[-1][2]) if pieces else self._span(at)
        said, paused = text, {}
        if len(pieces) > 1:
            # All pauses of a text are one length: the longest is the one that tried the agent's patience.
            pause_s = max(following[1] - piece[2] for piece, following in pairwise(pieces))
            said, paused = " ... ".join(words for words, _, _ in pieces), {"pause_s": min(round(pause_s, 1), LONGEST_S)}
        over_s = self._audible_for(begins)
        if over_s is not None:
            self._step({"barge_in": said, "after_s": round(min(over_s, MOST_OVER_S), 1), **paused})
        else:
            self._wait(begins)
            self._step({"say": said, **paused})
        self._caller_did(ends)

    def _pieces(self, text: str) -> list[tuple[str, float, float]]:
        """The finals that make this turn, each with where it was spoken; none: they do not add up to it."""
        wanted = _bare(text)
        for first in range(len(self._finals)):
            finals = [one for one in self._finals[first:] if one.text.strip()]
            if _bare(" ".join(one.text for one in finals)) != wanted:
                continue
            pieces: list[tuple[str, float, float]] = []
            for final in finals:
                inside = [run for run in self._spurts if final.from_s - 0.2 <= run[0] and run[1] <= final.to_s + 0.2]
                if not inside:
                    return []
                begin, end = inside[0][0], inside[-1][1]
                if pieces and begin - pieces[-1][2] < BREATH_S:
                    words, began, _ = pieces.pop()
                    pieces.append((f"{words} {final.text.strip()}", began, end))
                else:
                    pieces.append((final.text.strip(), begin, end))
            return pieces
        return []

    def _span(self, at: float) -> tuple[float, float]:
        runs = [run for run in self._spurts if run[0] <= at]
        return (runs[0][0], runs[-1][1]) if runs else (at, at)

    def _wait(self, until: float) -> None:
        """For the agent, and through the silences that the caller sat through."""
        runs = [run for run in self._agent if run.begin_s < until]
        if not runs:
            silence_s = round(min(max(until - self._caller_ended_at, 0.0), LONGEST_S), 1)
            if silence_s > 0:
                self._step({"silence": silence_s})
            return
        silent_s = POLITE_S
        for run, following in pairwise(runs):
            gap_s = following.begin_s - run.end_s
            if gap_s >= LONG_S:
                self._step({"wait": {"silent_s": POLITE_S}})
                self._step({"silence": round(min(gap_s, LONGEST_S), 1)})
            elif gap_s > silent_s:
                # It said something short, and was not done: whoever waits so long hears the rest.
                silent_s = round(gap_s + BREATH_S, 1)
        own_s = until - runs[-1].end_s
        if POLITE_S < own_s < MOST_WAIT_S:
            silent_s = max(silent_s, round(own_s, 1))
        self._step({"wait": {"silent_s": silent_s, "at_most_s": PATIENT_S}})

    def _caller_did(self, at: float) -> None:
        self._caller_ended_at = at
        self._spurts, self._finals = [], []
        self._agent = [run for run in self._agent if run.end_s == inf]

    def _end(self, reason: EndReason, at: float) -> None:
        self._is_over = True
        if reason is EndReason.CALLER_HUNG_UP:
            if self._audible_for(at) is None:
                self._wait(at)
            else:
                self._step({"silence": round(min(max(at - self._caller_ended_at, 0.0), LONGEST_S), 1)})
            self._step({"hang_up": True})
        elif reason.value.partition(".")[0] not in ("caller", "agent"):
            self._leave_out("The call was ended from outside; in the test the caller hangs up.")
            self._wait(at)
            self._step({"hang_up": True})
        # Else the agent ends it: the caller stays on the line until it does.

    def _step(self, step: Step) -> None:
        if len(self._copy.steps) < MOST_STEPS:
            self._copy.steps.append(step)
        else:
            self._leave_out(f"Only the first {MOST_STEPS} steps are kept.")

    def _leave_out(self, words: str) -> None:
        if words not in self._copy.left_out:
            self._copy.left_out.append(words)


def _bare(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())
