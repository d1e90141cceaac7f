"""Traces of calls for OpenTelemetry (`pip install offhook[otel]`): a call is a trace, a turn a span, and what was asked
of vendors and tools lies below it.

A call's record hands what happens to a list, no more; when the call is over a thread makes spans of the list and gives
them to the exporter. Nothing that anybody said is in them: ids, names, numbers and times alone.
"""

import hashlib
import logging
import queue
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from offhook import __version__, clock
from offhook.call.journal import Briefing, Header
from offhook.call.records.passing import PassingRecord, PassingRecords
from offhook.call.records.port import Record, Records
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.commands import Command
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.errors import ConfigurationError
from offhook.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.trace import Span, Tracer

WANTED: Final = frozenset(
    {
        Briefing, cmd.EndCall, cmd.RunTool, cmd.StartReply, ev.FirstTokenReceived, ev.ProviderSwitched,
        ev.ReplyGenerated, ev.ReplyStopped, ev.SegmentReady, ev.SegmentStarted, ev.SpeechStopped, ev.ToolFailed,
        ev.ToolLost, ev.ToolReturned, ev.TranscriptFinal,
    }
)  # fmt: skip
ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""Where traces go, as every program of OpenTelemetry is told; without either there are none."""
MOST_LINES: Final = 50_000
"""Of one call; what happens later in it is not in its trace."""
MOST_CALLS: Final = 200
"""Calls that wait for the thread."""
STOP_S: Final = 5.0
NANO: Final = 1_000_000_000
_LOG: Final = logging.getLogger("offhook.traces")


def trace_id_of(call_id: str) -> int:
    """The trace of a call, from its id alone: whoever knows the call finds its trace."""
    return int.from_bytes(hashlib.sha256(call_id.encode()).digest()[:16]) or 1


def wants_traces(settings: Settings) -> bool:
    """The environment says where traces go."""
    return any(settings.environment.get(name, "").strip() for name in ENDPOINTS)


def otlp_exporter() -> "SpanExporter":
    """Sends spans where the environment says. Raises `ConfigurationError`."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise ConfigurationError(
            "traces are wanted, and OpenTelemetry is not installed: pip install 'offhook[otel]'", field=ENDPOINTS[0]
        ) from None
    return OTLPSpanExporter()


@dataclass(slots=True)
class _Told:
    """What happened in a call."""

    header: Header
    began_at: int
    """Nanoseconds since 1970."""
    lines: list[tuple[Event | Command | Briefing, float]] = field(default_factory=list)
    ended_at: float = 0.0
    reason: EndReason | None = None


class Traces:
    """Makes traces of calls that are over, in a thread of its own."""

    def __init__(self, exporter: "SpanExporter") -> None:
        self._provider = _provider(exporter)
        self._tracer: Tracer = self._provider.get_tracer("offhook", __version__)
        self._over: queue.Queue[_Told | None] = queue.Queue(MOST_CALLS)
        self._thread = threading.Thread(target=self._run, name="offhook-traces", daemon=True)
        self._thread.start()
        self.dropped = 0
        """Calls without a trace: the thread, or the exporter, was too slow."""

    def over(self, told: _Told) -> None:
        """A call is over. Never waits."""
        try:
            self._over.put_nowait(told)
        except queue.Full:
            self.dropped += 1

    def stop(self) -> None:
        """Make and send what waits. May block for a few seconds: for the end of the process."""
        self._over.put(None)
        self._thread.join(STOP_S)
        self._provider.shutdown()

    def _run(self) -> None:
        while (told := self._over.get()) is not None:
            SpanMaker(self._tracer, told).make()


class TracedRecords(PassingRecords):
    """Keeps records as `inner` does, and has traces made of them."""

    def __init__(self, inner: Records, traces: Traces) -> None:
        super().__init__(inner)
        self._traces = traces

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> Record:
        """The record of a call that begins."""
        return _TracedRecord(super().open(header, audio), header, self._traces.over)


class _TracedRecord(PassingRecord):
    """Remembers what a trace is made of."""

    def __init__(self, inner: Record, header: Header, over: Callable[[_Told], None]) -> None:
        super().__init__(inner)
        self._over = over
        self._told = _Told(header, clock.wall_ms() * 1_000_000)

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        super().append(what, at)
        if type(what) in WANTED and len(self._told.lines) < MOST_LINES:
            self._told.lines.append((what, at))

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        super().close(at, reason, detail)
        self._told.ended_at, self._told.reason = at, reason
        self._over(self._told)


# ── in the thread ────────────────────────────────────────────────────────────────────────────────────────────────


class SpanMaker:
    """Of one call, from what happened in it."""

    def __init__(self, tracer: "Tracer", told: _Told) -> None:
        self._tracer, self._told = tracer, told
        self._providers: dict[str, list[str]] = dict(told.header.providers)
        self._turn: Span | None = None
        self._turn_from: float | None = None
        self._stopped_at: float | None = None
        """When the caller fell silent last."""
        self._asked: dict[int, float] = {}
        """Replies of the model, by when it was asked."""
        self._first: dict[int, float] = {}
        self._spoken: set[int] = set()
        self._tools: dict[str, tuple[str, float]] = {}
        self._end: cmd.EndCall | None = None
        self._ended_at = told.ended_at
        self._agent = told.header.agent

    def make(self) -> None:
        """From the first line to the last."""
        told, header = self._told, self._told.header
        _next_trace.id = trace_id_of(header.call)
        self._call = self._tracer.start_span(
            "call", start_time=told.began_at,
            attributes={
                "offhook.call_id": header.call, "offhook.carrier_call": header.carrier_call,
                "offhook.agent": header.agent, "offhook.direction": header.direction,
                "offhook.version": header.version,
            },
        )  # fmt: skip
        for what, at in told.lines:
            self._take(what, at)
        self._close_turn(self._ended_at)
        reason = self._end.reason if self._end is not None else told.reason or EndReason.OFFHOOK_ERROR
        self._call.set_attribute("offhook.end_reason", reason.value)
        self._call.set_attribute("offhook.is_whole", len(told.lines) < MOST_LINES)
        self._call.end(self._time(max(self._ended_at, 0.0)))

    def _take(self, what: Event | Command | Briefing, at: float) -> None:
        match what:
            case Briefing(agent=agent, providers=providers):
                self._agent, self._providers = agent, providers or self._providers
            case ev.SpeechStopped(ended_at=ended_at):
                self._stopped_at = ended_at
            case ev.TranscriptFinal() if self._stopped_at is not None and at > self._stopped_at:
                self._turn_from = self._stopped_at
                self._below("stt", self._stopped_at, at, kind="stt")
            case cmd.StartReply(reply=reply, turn=turn, content=cmd.Ask()):
                self._begin_turn(turn, self._stopped_at if self._stopped_at is not None else at)
                self._asked[reply] = at
            case ev.ToolReturned(call=call) | ev.ToolFailed(call=call) | ev.ToolLost(call=call) if call in self._tools:
                name, from_at = self._tools.pop(call)
                self._below("tool", from_at, at, tool=name, outcome=type(what).__name__)
            case cmd.RunTool(call=call, name=name):
                self._tools[call] = (name, at)
            case ev.ProviderSwitched(kind=kind, provider=provider, to=to):
                attributes = {"kind": kind, "provider": provider, "to": to}
                (self._turn or self._call).add_event("provider switched", attributes, self._time(at))
            case cmd.EndCall():
                self._end, self._ended_at = what, at
            case _:
                self._take_reply(what, at)

    def _take_reply(self, what: Event | Command | Briefing, at: float) -> None:
        match what:
            case ev.FirstTokenReceived(reply=reply):
                self._first.setdefault(reply, at)
            case ev.SegmentReady(reply=reply, segment=segment) if segment >= 0 and reply not in self._spoken:
                self._spoken.add(reply)
                self._below("tts", self._first.get(reply, self._asked.get(reply, at)), at, kind="tts")
            case ev.SegmentStarted(reply=reply, segment=0, plays_at=plays_at) if self._turn and reply in self._asked:
                self._turn.add_event("heard", {}, self._time(plays_at))
                if self._turn_from is not None:
                    self._turn.set_attribute("offhook.gap_s", round(plays_at - self._turn_from, 4))
                    self._turn_from = None
            case ev.ReplyGenerated(reply=reply) | ev.ReplyStopped(reply=reply) if reply in self._asked:
                from_at, first_at = self._asked[reply], self._first.get(reply)
                waited = {} if first_at is None else {"first_token_s": round(first_at - from_at, 4)}
                tokens = {"tokens_in": what.tokens_in, "tokens_out": what.tokens_out}
                self._below(
                    "llm", from_at, at, kind="llm", is_whole=isinstance(what, ev.ReplyGenerated), **tokens, **waited
                )
            case _:
                pass

    def _begin_turn(self, turn: int, at: float) -> None:
        self._close_turn(at)
        self._turn = self._tracer.start_span(
            "turn", self._under(self._call), start_time=self._time(at),
            attributes={"offhook.turn": turn, "offhook.agent": self._agent},
        )  # fmt: skip

    def _close_turn(self, at: float) -> None:
        if self._turn is not None:
            self._turn.end(self._time(at))
            self._turn = None

    def _below(self, name: str, from_at: float, to_at: float, *, kind: str = "", **attributes: Any) -> None:
        named = {f"offhook.{key}": value for key, value in attributes.items()}
        if kind:
            named |= {"offhook.provider": next(iter(self._providers.get(kind, [])), "")}
        parent = self._turn or self._call
        span = self._tracer.start_span(name, self._under(parent), start_time=self._time(from_at), attributes=named)
        span.end(self._time(max(to_at, from_at)))

    def _under(self, parent: "Span") -> Any:
        from opentelemetry.trace import set_span_in_context

        return set_span_in_context(parent)

    def _time(self, at: float) -> int:
        return self._told.began_at + round(at * NANO)


class _NextTrace(threading.local):
    id = 0


_next_trace: Final = _NextTrace()
"""What the next trace that this thread begins is called."""


class _Ids:
    """W3C ids, as an `IdGenerator` gives them: the trace's from the call, the spans' by chance."""

    def generate_trace_id(self) -> int:
        return _next_trace.id or secrets.randbits(128) or 1

    def generate_span_id(self) -> int:
        return secrets.randbits(64) or 1

    def is_trace_id_random(self) -> bool:
        return False


def _provider(exporter: "SpanExporter") -> "TracerProvider":
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "offhook", "service.version": __version__})
    provider = TracerProvider(resource=resource, id_generator=cast("IdGenerator", _Ids()), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def traced(records: Records, settings: Settings) -> tuple[Records, Traces | None]:
    """The records, with traces made of them when the environment wants them. Raises `ConfigurationError`."""
    if not wants_traces(settings):
        return records, None
    traces = Traces(otlp_exporter())
    return TracedRecords(records, traces), traces
