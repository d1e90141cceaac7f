"""Records that are counted on their way: what a call's record is told, the metrics learn of too.

It stands in the path of every event of every call, so an event that counts nothing costs one look into a set.
"""

from typing import Final

from offhook.call.journal import Briefing, Header
from offhook.call.latency import MEASURED, LatencyMeter
from offhook.call.records.passing import PassingRecord, PassingRecords
from offhook.call.records.port import Record, Records
from offhook.core.commands import Command, EndCall, ReportPromise
from offhook.core.endings import EndReason
from offhook.core.events import (
    Event,
    ProviderSwitched,
    ReplyGenerated,
    ReplyStopped,
    ToolFailed,
    ToolLost,
    ToolReturned,
)
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.core.history import Outcome
from offhook.platform.metrics import Metrics

COUNTED: Final = MEASURED | {
    Briefing, EndCall, ProviderSwitched, ReplyGenerated, ReplyStopped, ReportPromise, ToolFailed, ToolLost,
    ToolReturned,
}  # fmt: skip


class MeteredRecords(PassingRecords):
    """Keeps records as `inner` does."""

    def __init__(self, inner: Records, metrics: Metrics) -> None:
        super().__init__(inner)
        self._metrics = metrics

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> Record:
        """The record of a call that begins."""
        self._metrics.started.labels(header.direction).inc()
        return _MeteredRecord(super().open(header, audio), self._metrics, header.agent)


class _MeteredRecord(PassingRecord):
    """Tells the metrics."""

    def __init__(self, inner: Record, metrics: Metrics, agent: str) -> None:
        super().__init__(inner)
        self._metrics, self._agent, self._first_agent = metrics, agent, agent
        self._meter = LatencyMeter()
        self._end: tuple[EndReason, float] | None = None

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        super().append(what, at)
        if type(what) in COUNTED:
            self._count(what, at)

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        super().close(at, reason, detail)
        # Tools may outlive the conversation, which is the call.
        ended, ended_at = self._end or (reason or EndReason.OFFHOOK_ERROR, at)
        self._metrics.call_ended(self._first_agent, ended, ended_at)

    def _count(self, what: Event | Command | Briefing, at: float) -> None:
        metrics = self._metrics
        match what:
            case Briefing(agent=agent):
                self._agent = agent
                return
            case EndCall(reason=reason):
                self._end = self._end or (reason, at)
            case ReportPromise():
                metrics.promises.inc()
            case ProviderSwitched(kind=kind, provider=provider, to=to):
                metrics.switched(kind, provider, to)
            case ReplyGenerated() | ReplyStopped():
                metrics.tokens.labels("in").inc(what.tokens_in)
                metrics.tokens.labels("out").inc(what.tokens_out)
            case ToolReturned():
                metrics.tools.labels(Outcome.DONE.value).inc()
            case ToolFailed():
                metrics.tools.labels(Outcome.FAILED.value).inc()
            case ToolLost():
                metrics.tools.labels(Outcome.UNKNOWN.value).inc()
            case _:
                pass
        latency = self._meter.add(what, at)
        if latency is not None:
            metrics.turn(self._agent, latency)
