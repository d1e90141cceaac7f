"""The turns of a call, from its journal: who said what and where, what of it was heard, and where the time went."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from offhook.call.latency import LatencyMeter, whole_ms
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist

CALLER: Final = "caller"
AGENT: Final = "agent"
PERSON: Final = "person"
"""Of the business, who has taken the call over."""


@dataclass(slots=True)
class Turn:
    """All that one party said until the floor passed; `at_s` and `until_s` on the call's clock, where it was heard."""

    role: str
    text: str
    """Of the agent: what the caller heard."""
    at_s: float
    until_s: float
    turn: int = 0
    """The caller's turns are counted from 1; an agent's turn has the number of the one that it answers, or 0."""
    name: str = ""
    unheard: str = ""
    """What would have followed."""
    is_interrupted: bool = False
    latency: dict[str, Any] | None = None

    def detail(self) -> dict[str, Any]:
        """For the store, beside role and text."""
        told: dict[str, Any] = {"at_s": round(self.at_s, 3), "until_s": round(self.until_s, 3), "turn": self.turn}
        if self.role == AGENT:
            told |= {"unheard": self.unheard, "interrupted": self.is_interrupted, "latency": self.latency}
        if self.name:
            told["name"] = self.name
        return told


@dataclass(slots=True)
class _Span:
    """Where somebody was heard since the last turn."""

    begin: float | None = None
    end: float | None = None

    def take(self, otherwise: float) -> tuple[float, float]:
        begin = self.begin if self.begin is not None else self.end if self.end is not None else otherwise
        end = self.end if self.end is not None else otherwise
        self.begin = self.end = None
        return begin, max(begin, end)


@dataclass(slots=True)
class Turns:
    """Feed it what the journal holds."""

    all: list[Turn] = field(default_factory=list)
    heard_s: float = 0.0
    """So much of the agent was played to the caller."""
    gaps_ms: list[int] = field(default_factory=list)
    _meter: LatencyMeter = field(default_factory=LatencyMeter)
    _latency: dict[int, dict[str, Any]] = field(default_factory=dict)
    _caller: _Span = field(default_factory=_Span)
    _agent: _Span = field(default_factory=_Span)
    _playing_since: dict[int, float] = field(default_factory=dict)
    """Where a reply is heard from, by its number."""

    def add(self, what: ev.Event | cmd.Command, at: float) -> None:
        """One line."""
        if (turn := self._meter.add(what, at)) is not None:
            gap_ms, parts_ms = whole_ms(turn)
            self.gaps_ms.append(gap_ms)
            first_ms = round(max(turn.first_sound_s, 0.0) * 1000)
            self._latency[turn.turn] = {
                "gap_ms": gap_ms, "parts_ms": parts_ms, "first_sound_ms": first_ms, "speculated": turn.speculated,
                "moments": _rounded(asdict(turn.moments)),
            }  # fmt: skip
        match what:
            case ev.SpeechStarted(onset_at=onset_at):
                if self._caller.begin is None:
                    self._caller.begin = onset_at
            case ev.SpeechStopped(ended_at=ended_at):
                self._caller.end = ended_at
            case ev.SegmentStarted(reply=reply, plays_at=plays_at):
                if self._agent.begin is None:
                    self._agent.begin = plays_at
                self._playing_since.setdefault(reply, plays_at)
            case ev.ReplyHeard(reply=reply) | ev.PlayoutCut(reply=reply):
                self._agent.end = at
                self.heard_s += max(0.0, at - self._playing_since.pop(reply, at))
            case cmd.Remember(entry=entry):
                self._remember(entry, at)
            case _:
                pass

    def _remember(self, entry: hist.Entry, at: float) -> None:
        match entry:
            case hist.CallerSaid(turn=turn, text=text):
                self.all.append(Turn(CALLER, text, *self._caller.take(at), turn=turn))
            case hist.AgentSaid(turn=turn, text=text, full_text=whole, interrupted=interrupted):
                unheard = whole[len(text) :].strip() if whole.startswith(text) else whole if not text else ""
                told = Turn(AGENT, text, *self._agent.take(at), turn=turn, unheard=unheard, is_interrupted=interrupted)
                told.latency = self._latency.pop(turn, None)
                self.all.append(told)
            case hist.HumanSaid(name=name, text=text):
                self.all.append(Turn(PERSON, text, at, at, name=name))
            case _:
                pass


def _rounded(moments: dict[str, float | None]) -> dict[str, float | None]:
    return {f"{name[:-3]}_s": None if at is None else round(at, 3) for name, at in moments.items()}


def percentile(values: list[int], share: float) -> int | None:
    """The least value that so many of them do not exceed; None of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * round(share * 100) // 100) - 1))] if ordered else None
