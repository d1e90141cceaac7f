"""Traces: what a call's journal tells is what its spans say, and nothing that anybody said is in them."""

import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from offhook.call.journal import Briefing, Header
from offhook.call.records.files import FileRecords
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.behaviour import Behaviour, Script
from offhook.core.endings import EndReason
from offhook.errors import ConfigurationError
from offhook.platform import traces as module
from offhook.platform.traces import TracedRecords, Traces, trace_id_of, traced, wants_traces
from offhook.settings import Settings

pytest.importorskip("opentelemetry.sdk", reason="the extra `otel` is not installed")
CANARY = "sk-canary-77c2"
HEADER = Header(
    call="call_1", carrier_call="CA1", agent="Jo", started="", behaviour=Behaviour(), script=Script(),
    from_number="+15005550006", providers={"llm": ["openai gpt"], "stt": ["deepgram"], "tts": ["azure"]},
)  # fmt: skip


def lines() -> list[tuple[Any, float]]:
    """Two turns; a tool runs in the second, whose model was switched."""
    ask = cmd.Ask(1, caller_text=CANARY)
    return [
        (Briefing(agent="Jo", system=CANARY, providers=HEADER.providers), 0.0),
        (ev.SpeechStopped(1, 10.0, 1.0), 10.1),
        (ev.TranscriptFinal(CANARY, 9.0, 10.0), 10.2),
        (cmd.StartReply(1, 1, ask, False), 10.3),
        (ev.FirstTokenReceived(1), 10.5),
        (ev.SegmentReady(1, 0, CANARY), 10.7),
        (ev.SegmentStarted(1, 0, 10.8), 10.8),
        (ev.ReplyGenerated(1, CANARY, 1, 100, 20), 11.0),
        (ev.SpeechStopped(2, 20.0, 1.0), 20.1),
        (ev.TranscriptFinal(CANARY, 19.0, 20.0), 20.2),
        (cmd.StartReply(2, 2, ask, False), 20.3),
        (ev.ProviderSwitched("llm", "openai gpt", "local", CANARY, 2), 20.8),
        (cmd.RunTool("t1", "book", CANARY), 21.0),
        (ev.ToolReturned("t1", CANARY), 22.0),
        (ev.ReplyStopped(2, 50, 5), 23.0),
        (cmd.EndCall(EndReason.CALLER_HUNG_UP, CANARY), 24.0),
    ]


def spans(tmp_path: Path) -> list[Any]:
    """Of that call, by an exporter in memory."""
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    records = TracedRecords(FileRecords(tmp_path), traces)
    record = records.open(HEADER)
    for what, at in lines():
        record.append(what, at)
    record.close(60.0)
    records.stop()
    traces.stop()
    return list(exporter.get_finished_spans())


def test_a_call_is_a_trace_and_a_turn_a_span(tmp_path: Path) -> None:
    found = spans(tmp_path)
    by_name: dict[str, list[Any]] = {}
    for span in found:
        by_name.setdefault(span.name, []).append(span)
    assert {name: len(every) for name, every in by_name.items()} == {
        "call": 1, "turn": 2, "stt": 2, "llm": 2, "tts": 1, "tool": 1
    }  # fmt: skip
    (call,) = by_name["call"]
    assert {span.context.trace_id for span in found} == {trace_id_of("call_1")} and call.parent is None
    assert len({span.context.span_id for span in found}) == len(found)
    assert call.attributes["offhook.end_reason"] == "caller.hung_up"
    # Until the conversation's end, not that of its last tool.
    assert (call.end_time - call.start_time) / 1e9 == pytest.approx(24.0)
    first, second = by_name["turn"]
    assert first.parent.span_id == second.parent.span_id == call.context.span_id
    assert first.attributes["offhook.gap_s"] == 0.8
    llm = by_name["llm"][0]
    assert llm.parent.span_id == first.context.span_id
    assert (llm.end_time - llm.start_time) / 1e9 == pytest.approx(0.7)
    assert llm.attributes["offhook.first_token_s"] == 0.2 and llm.attributes["offhook.provider"] == "openai gpt"
    (tool,) = by_name["tool"]
    assert tool.parent.span_id == second.context.span_id and tool.attributes["offhook.tool"] == "book"
    assert [event.name for event in second.events] == ["provider switched"]


def test_nothing_that_was_said_is_in_them(tmp_path: Path) -> None:
    told = " ".join(span.to_json() for span in spans(tmp_path))
    assert "book" in told and CANARY not in told and "5550006" not in told


def test_a_slow_exporter_costs_traces_and_no_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    entered, leave = threading.Event(), threading.Event()

    def slow(maker: object) -> None:
        entered.set()
        leave.wait(10)

    monkeypatch.setattr(module, "MOST_CALLS", 1)
    monkeypatch.setattr(module.SpanMaker, "make", slow)
    traces = Traces(InMemorySpanExporter())
    records = TracedRecords(FileRecords(tmp_path), traces)
    records.open(HEADER).close(1.0)
    assert entered.wait(10)
    for _ in range(3):
        records.open(HEADER).close(1.0)
    assert traces.dropped == 2
    leave.set()
    records.stop()
    traces.stop()


def test_they_are_made_when_the_environment_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = FileRecords(tmp_path)
    assert traced(records, Settings()) == (records, None)
    wanted = Settings.from_environment({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
    assert wants_traces(wanted)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigurationError, match=r"offhook\[otel\]"):
        traced(records, wanted)
    records.stop()
