"""The summary of a call, made of its journal while it is written: what `call.json` holds."""

from typing import Any, Final

import msgspec

from offhook import clock
from offhook.call.journal import Briefing, Header, Note
from offhook.call.latency import MEASURED, LatencyMeter
from offhook.call.spend import SPENT, SpendMeter
from offhook.core.commands import Command, EndCall, ReportPromise
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.speech.catalogue import Price, model_entry

COUNTED: Final = MEASURED | SPENT | {Briefing, ReportPromise, EndCall}


class Summary:
    """Feed it what the journal gets."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._meter, self._spend = LatencyMeter(), SpendMeter()
        self._false_promises = 0
        self._agents = [header.agent]
        self._end: EndCall | None = None
        self._ended_at = 0.0

    def add(self, what: Event | Command | Note, at: float) -> None:
        """One event, command or note."""
        if type(what) not in COUNTED:
            return  # Most lines of a call say nothing here.
        match what:
            case Briefing(agent=agent):
                if agent != self._agents[-1]:
                    self._agents.append(agent)
                return
            case Note():
                return
            case ReportPromise():
                self._false_promises += 1
            case EndCall() if self._end is None:
                self._end, self._ended_at = what, at
            case _:
                pass
        self._meter.add(what, at)
        self._spend.add(what)

    def told(self, at: float, reason: EndReason | None, detail: str) -> dict[str, Any]:
        """All of it. `at`, `reason` and `detail` stand in for an end that the conversation did not come to."""
        header, end = self._header, self._end
        if end is not None:
            at, reason, detail = self._ended_at, end.reason, end.detail
        return {
            "call": header.call,
            "carrier_call": header.carrier_call,
            "agent": header.agent,
            "agents": self._agents,
            "direction": header.direction,
            "from": header.from_number,
            "to": header.to_number,
            "version": header.version,
            "started": header.started,
            "ended": clock.wall().isoformat(timespec="seconds"),
            "duration_s": round(at, 3),
            "end_reason": reason if reason is not None else EndReason.OFFHOOK_ERROR,
            "end_detail": detail,
            "model": self._spend.summary(_price(header)),
            "false_promises": self._false_promises,
            "turns": [msgspec.to_builtins(turn) for turn in self._meter.turns],
        }


def _price(header: Header) -> Price | None:
    """Of the owner's own model, where it is known."""
    provider, _, model = next(iter(header.providers.get("llm", [])), "").partition(" ")
    entry = model_entry(provider, model)
    return entry.price if entry is not None else None
