"""What is counted of a call, from its journal: who cut whom off, what stopped for nothing, how long nobody spoke."""

from dataclasses import dataclass, field
from typing import Any, Final

from offhook.call.journal import Briefing, Header
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.endings import EndReason
from offhook.platform.gaps import counted
from offhook.store.tables.insight import GAP_COLUMNS

CUT_IN_S: Final = 1.0
"""A caller who speaks so soon over the agent's first sound had not finished: the agent has cut in."""
SILENCE_S: Final = 4.0
"""Nobody is heard for so long: a caller asks whether the line still stands."""
IN_ORDER: Final = frozenset(
    {
        EndReason.CALLER_HUNG_UP, EndReason.CALLER_SAID_GOODBYE, EndReason.AGENT_ENDED, EndReason.AGENT_TRANSFERRED,
        EndReason.MACHINE_MESSAGE_LEFT, EndReason.OPERATOR_ENDED,
    }
)  # fmt: skip
SPOILT_BY: Final = frozenset({"caller.heard_nothing", "reply.failed", "promise.without_tool", "tool.outcome_unknown"})
"""Warnings with which no call is a success."""


@dataclass(slots=True)
class Counts:
    """Feed it what the journal holds."""

    header: Header
    cut_ins: int = 0
    barge_ins: int = 0
    false_stops: int = 0
    silences: int = 0
    tool_runs: int = 0
    tool_failures: int = 0
    turns: int = 0
    """Of the caller."""
    who: dict[str, str] = field(default_factory=dict)
    """Who heard, thought and spoke when it began."""
    _hushed: set[int] = field(default_factory=set)
    _first_sound: dict[int, float] = field(default_factory=dict)
    _playing: set[int] = field(default_factory=set)
    _last_reply: int = 0
    _onset: float = 0.0
    _is_caller: bool = False
    _quiet_since: float | None = None

    def __post_init__(self) -> None:
        self._meet(self.header.providers)

    def add(self, what: ev.Event | cmd.Command | Briefing, at: float) -> None:
        """One line."""
        match what:
            case Briefing(providers=providers):
                self._meet(providers)
            case ev.ToolEvent():
                self.tool_failures += not isinstance(what, ev.ToolReturned)
            case cmd.RunTool():
                self.tool_runs += 1
            case cmd.HushPlayout(reply=reply):
                self._hushed.add(reply)
            case cmd.ResumePlayout(reply=reply) if reply in self._hushed:
                self._hushed.discard(reply)
                self.false_stops += 1
            case cmd.Remember(entry=hist.AgentSaid(interrupted=True)):
                self._cut_off()
            case cmd.Remember(entry=hist.CallerSaid()):
                self.turns += 1
            case ev.Event():
                self._sound(what, at)
            case _:
                pass

    def _sound(self, what: ev.Event, at: float) -> None:
        match what:
            case ev.SpeechStarted(onset_at=onset_at):
                self._onset = onset_at
                self._heard(onset_at)
                self._is_caller = True
            case ev.SpeechStopped(ended_at=ended_at):
                self._is_caller = False
                self._quiet(ended_at)
            case ev.SegmentStarted(reply=reply, plays_at=plays_at):
                self._first_sound.setdefault(reply, plays_at)
                self._last_reply = reply
                self._heard(plays_at)
                self._playing.add(reply)
            case ev.PlayoutRefilled(reply=reply):
                self._heard(at)
                self._playing.add(reply)
            case ev.ReplyHeard(reply=reply) | ev.PlayoutCut(reply=reply) | ev.PlayoutDried(reply=reply):
                self._playing.discard(reply)
                self._quiet(at)
            case ev.LegAttached():
                self._quiet_since = at
            case ev.LegDetached():
                # With somebody else on the line, or nobody: that is no silence of ours.
                self._quiet_since, self._is_caller = None, False
                self._playing.clear()
            case _:
                pass

    def _cut_off(self) -> None:
        since = self._onset - self._first_sound.get(self._last_reply, self._onset - 2 * CUT_IN_S)
        if -CUT_IN_S <= since <= CUT_IN_S:
            self.cut_ins += 1
        else:
            self.barge_ins += 1

    def _heard(self, at: float) -> None:
        if self._quiet_since is not None and at - self._quiet_since >= SILENCE_S:
            self.silences += 1
        self._quiet_since = None

    def _quiet(self, at: float) -> None:
        if not self._is_caller and not self._playing:
            self._quiet_since = at

    def _meet(self, providers: dict[str, list[str]]) -> None:
        for port, names in providers.items():
            if names:
                self.who.setdefault(port, names[0][:200])

    def sums(
        self, gaps_ms: list[int], end: EndReason | None, warnings: list[str], questions: int, unkept: int
    ) -> dict[str, Any]:
        """Columns of `call_figures` but length, cost and whose it is. `questions`: without an answer; `unkept`:
        promises."""
        is_settled = not questions and not unkept and not SPOILT_BY & set(warnings)
        is_success = end in IN_ORDER and self.turns > 0 and is_settled
        return {
            "transcriber": self.who.get("stt", ""), "model": self.who.get("llm", ""), "voice": self.who.get("tts", ""),
            "questions": questions, "unkept": unkept, "successes": int(is_success), "turns": self.turns,
            "cut_ins": self.cut_ins, "barge_ins": self.barge_ins, "false_stops": self.false_stops,
            "silences": self.silences, "tool_runs": self.tool_runs, "tool_failures": self.tool_failures,
            **dict(zip(GAP_COLUMNS, counted(gaps_ms), strict=True)),
        }  # fmt: skip
