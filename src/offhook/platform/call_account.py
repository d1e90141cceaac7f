"""A call as its record tells it, made of its journal: participants, states, turns, tools, keys, events, end, costs.

The same for a call that lives (of the lines so far) and for one that is over. Pure: no I/O.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from offhook.call.journal import Briefing, Closed, Gap, Header, Line, Note
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.endings import ENDINGS, EndReason
from offhook.core.keeping import Kept
from offhook.platform.call_counts import Counts
from offhook.platform.call_owed import Owed, Promise, Unanswered
from offhook.platform.call_turns import Turn, Turns, percentile
from offhook.platform.call_usage import Usage
from offhook.platform.call_warnings import Warnings
from offhook.platform.price_book import Cost, PriceBook, total_of

MOST_EVENTS: Final = 1_000
"""Of each list of a record; the journal has all of them."""
LONGEST_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Told:
    """What a record holds when it is made."""

    turns: list[Turn]
    detail: dict[str, Any]
    """JSON."""
    end_reason: EndReason | None
    """None: it has not ended, as far as the journal goes."""
    ended_s: float
    gap_p50_ms: int | None
    gap_p95_ms: int | None
    cost_nano: int | None
    """None: no price is known for anything that was used."""
    warnings: list[str]
    sums: dict[str, Any] = field(default_factory=dict)
    """Of `call_figures`, but cost and whose they are."""
    promises: list[Promise] = field(default_factory=list)
    unanswered: list[Unanswered] = field(default_factory=list)
    wishes: list[tuple[float, int, str]] = field(default_factory=list)
    """To be called back: when, in which turn, in which words."""
    language: str = ""

    @property
    def said(self) -> str:
        """All words, for the index."""
        return "\n".join(turn.text for turn in self.turns)


@dataclass(slots=True)
class _Tool:
    call: str
    name: str
    arguments: str
    at: float
    outcome: str = "running"
    answer: str = ""
    took_ms: int | None = None

    def told(self) -> dict[str, Any]:
        return {
            "call": self.call, "name": self.name, "arguments": self.arguments[:LONGEST_TEXT],
            "at_s": round(self.at, 3), "outcome": self.outcome, "answer": self.answer[:LONGEST_TEXT],
            "took_ms": self.took_ms,
        }  # fmt: skip


@dataclass(slots=True)
class Account:
    """Feed it a journal, in order."""

    header: Header
    kept: Kept = field(init=False)
    """As all agents in charge of it want it kept."""
    variables: dict[str, Any] = field(default_factory=dict)
    """What was filled in for the agent that answered."""
    _turns: Turns = field(default_factory=Turns)
    _warnings: Warnings = field(default_factory=Warnings)
    _usage: Usage = field(init=False)
    _counts: Counts = field(init=False)
    _owed: Owed = field(init=False)
    _tools: dict[str, _Tool] = field(default_factory=dict)
    _keys: list[dict[str, Any]] = field(default_factory=list)
    _events: list[dict[str, Any]] = field(default_factory=list)
    _states: list[dict[str, Any]] = field(default_factory=list)
    _participants: list[dict[str, Any]] = field(default_factory=list)
    _end: cmd.EndCall | None = None
    _ended_at: float = 0.0
    _at: float = 0.0
    _is_closed: bool = False

    def __post_init__(self) -> None:
        header = self.header
        self.kept = header.kept
        self._usage, self._counts, self._owed = Usage(header), Counts(header), Owed(header)
        is_inbound = header.direction == "inbound"
        caller, ours = (header.from_number, header.to_number) if is_inbound else (header.to_number, header.from_number)
        self._participants.append({"role": "caller", "name": caller, "from_s": 0.0})
        self._participants.append({"role": "agent", "name": header.agent, "number": ours, "from_s": 0.0})

    def add(self, line: Line | Gap) -> None:
        """The next line."""
        if isinstance(line, Gap):
            self._warnings.note("record.lines_lost", max(line.lost, 1))
            self._event(self._at, "lines_lost", f"{line.lost or 'some'} lines of the journal are lost: {line.why}")
            return
        at, what = line.at, line.what
        self._at = max(self._at, at)
        match what:
            case Closed():
                self._is_closed = True
            case Briefing(agent=agent, kept=kept, variables=variables):
                self.variables = self.variables or variables
                self._usage.add(what, at)
                self._counts.add(what, at)
                self.kept = self.kept.with_less(kept)
                if agent != self._participants[-1]["name"] and not any(
                    one["role"] == "agent" and one["name"] == agent for one in self._participants
                ):
                    self._participants.append({"role": "agent", "name": agent, "from_s": round(at, 3)})
            case Note():
                pass
            case ev.Event() | cmd.Command():
                self._turns.add(what, at)
                self._usage.add(what, at)
                self._warnings.add(what, at)
                self._counts.add(what, at)
                self._owed.add(what, at)
                self._take(what, at)

    def _take(self, what: ev.Event | cmd.Command, at: float) -> None:
        match what:
            case ev.CallAnswered():
                self._state("in_progress", at)
            case cmd.TransferCall(destination=destination, number=number):
                self._state("transferring", at)
                self._participants.append(
                    {"role": "person", "name": destination, "number": number, "from_s": round(at, 3)}
                )
            case ev.TransferEnded(ending=ending, cause=cause):
                self._state("in_progress", at)
                self._event(at, "transfer_ended", f"The transfer: {ending.value.replace('_', ' ')}. {cause}".strip())
            case ev.HumanJoined(name=name):
                self._participants.append({"role": "person", "name": name, "from_s": round(at, 3)})
                self._event(at, "person_joined", f"{name} has taken over the call.")
            case cmd.Remember(entry=entry):
                self._remember(entry, at)
            case cmd.EndCall() if self._end is None:
                self._end, self._ended_at = what, at
                self._state("ended", at)
            case _:
                if text := _in_words(what):
                    self._event(at, _snake(type(what).__name__), text)

    def _remember(self, entry: hist.Entry, at: float) -> None:
        match entry:
            case hist.ToolCalled(call=call, name=name, arguments=arguments) if len(self._tools) < MOST_EVENTS:
                self._tools[call] = _Tool(call, name, arguments, at)
            case hist.ToolAnswered(call=call, outcome=outcome, text=text) if call in self._tools:
                tool = self._tools[call]
                tool.outcome, tool.answer, tool.took_ms = outcome.value, text, round((at - tool.at) * 1000)
            case hist.KeysPressed(turn=turn, keys=keys) if len(self._keys) < MOST_EVENTS:
                self._keys.append({"at_s": round(at, 3), "turn": turn, "keys": keys})
            case hist.Instructed(text=text):
                self._event(at, "instructed", text[:LONGEST_TEXT])
            case _:
                pass

    def _state(self, status: str, at: float) -> None:
        if len(self._states) < MOST_EVENTS:
            self._states.append({"status": status, "at_s": round(at, 3)})

    def _event(self, at: float, kind: str, text: str) -> None:
        if len(self._events) < MOST_EVENTS:
            self._events.append({"at_s": round(at, 3), "kind": kind, "text": text})

    # ── what it comes to ─────────────────────────────────────────────────────────────────────────────────────

    def note(self, code: str) -> None:
        """A warning that no line of the journal tells."""
        self._warnings.note(code)

    def told(self, book: PriceBook, began_ms: int, carrier: str, over: tuple[EndReason, float] | None = None) -> Told:
        """All of it. `over`: why and when it ended, where the journal does not say so; `carrier`: of a telephone call,
        its name."""
        end, ended_s = self._ending(over)
        if end is not None:
            self._warnings.heard(self._turns.heard_s)
            if not self._is_closed:
                self._warnings.note("record.unfinished")
        costs = self._usage.costs(book, began_ms, carrier, ended_s)
        known = [cost for cost in costs if cost.nano is not None]
        turns, promises = self._turns, self._owed.ledger()
        unkept = sum(promise.kept_by is None for promise in promises)
        detail: dict[str, Any] = {
            "offhook_version": self.header.version,
            "agent_name": self.header.agent,
            "providers": self.header.providers,
            "participants": self._participants,
            "states": self._states,
            "tools": [tool.told() for tool in self._tools.values()],
            "keys": self._keys,
            "events": self._events,
            "warnings": self._warnings.told(),
            "costs": [_cost(cost) for cost in costs],
            "agent_heard_s": round(turns.heard_s, 3),
            "end_detail": self._end.detail if self._end is not None else "",
            "promises": [promise.told() for promise in promises],
            "unanswered": [question.told() for question in self._owed.unanswered],
        }
        return Told(
            turns=list(turns.all),
            detail=detail,
            end_reason=end,
            ended_s=ended_s,
            gap_p50_ms=percentile(turns.gaps_ms, 0.5),
            gap_p95_ms=percentile(turns.gaps_ms, 0.95),
            cost_nano=total_of(known) if known or not costs else None,
            warnings=self._warnings.codes,
            sums=self._counts.sums(turns.gaps_ms, end, self._warnings.codes, len(self._owed.unanswered), unkept),
            promises=promises,
            unanswered=self._owed.unanswered,
            wishes=self._owed.wishes,
            language=self.header.script.language,
        )

    def _ending(self, over: tuple[EndReason, float] | None) -> tuple[EndReason | None, float]:
        if self._end is not None:
            return self._end.reason, self._ended_at
        if over is None:
            return None, self._at
        reason, ended_s = over
        self._state("ended", ended_s or self._at)
        return reason, ended_s or self._at


def ending_in_words(reason: str) -> dict[str, str]:
    """What a reason says, and what can be done; of one that is not known here its name alone."""
    try:
        ending = ENDINGS[EndReason(reason)]
    except ValueError:
        return {"says": reason, "what_to_do": ""}
    return {"says": ending.says, "what_to_do": ending.advice}


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "component": str(cost.component), "item": cost.item, "unit": str(cost.unit), "quantity": cost.quantity,
        "nano": cost.nano, "price_nano": cost.price_nano, "price_since": cost.price_since,
        "is_own_price": cost.is_own_price, "is_estimate": cost.is_estimate,
    }  # fmt: skip


_ALWAYS: Final[dict[type, str]] = {ev.HumanLeft: "The person has left, and the agent goes on."}


def _in_words(what: ev.Event | cmd.Command) -> str:
    """What the owner may want to know of it; empty: nothing."""
    match what:
        case ev.ProviderSwitched(kind=kind, provider=provider, to=to, cause=cause):
            does = "It is asked once more." if to == provider else f"{to} does its work."
            return f"{provider} ({kind}) failed: {cause.rstrip('.')}. {does}"
        case ev.TranscriberLost(cause=cause):
            return f"The transcriber was lost: {cause}"
        case ev.ReplyFailed(stage=stage, cause=cause):
            return f"The {stage} failed: {cause}"
        case ev.LegDetached(how=ev.Detachment.LOST, cause=cause):
            return f"The media connection was lost. {cause}".strip()
        case ev.LegAttached(leg=leg) if leg > 1:
            return "The media connection is back."
        case ev.CallerMuted(is_muted=is_muted):
            return "The caller is muted." if is_muted else "The caller is heard again."
        case ev.AnsweredBy(who=who):
            return f"Answered by: {who}"
        case ev.EndRequested(detail=detail):
            return f"Somebody ended the call from outside. {detail}".strip()
        case ev.SayRequested(text=text):
            return f"The agent was asked to say: {text}"
        case ev.TransferRequested(name=name):
            return f"Somebody outside had the caller connected to {name}."
        case cmd.ReportPromise(turn=turn, tool=tool, text=text):
            return f"In turn {turn} the agent said “{text}”, and no run of {tool} has done that."
        case _:
            return _ALWAYS.get(type(what), "")


def _snake(name: str) -> str:
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name).lstrip("_")
