"""Whole calls in virtual time with a web service as a tool: slow, barged in on, failing, promised and not done."""

import asyncio
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from offhook.call.runtime import AgentRuntime
from offhook.simulator.virtual import run_virtual
from offhook.tools import http as http_tools
from tests.rig import Outcome, Rig, caller_script, run_call_of
from tests.simulation.whole_calls import END, POLITE, check

CANARY = "canary-55e0b1c2-secret"
PATIENT = {"wait": {"silent_s": 6.0}}
FILLER = "I look that up in the shop."
ORDER = {
    "type": "http",
    "confirm": False,
    "name": "order_status",
    "description": "Where an order is.",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
    "url": "https://shop.example.com/orders",
    "result": "{status}",
    "filler": [FILLER],
    "promises": ["your order is on its way"],
    "timeout_s": 10,
}
LOOK_UP = {"when": "order", "tool": "order_status", "arguments": {"order": "7"}, "then": "Your order is {result}."}


@dataclass
class Shop:
    """The service: each request is answered after `delay_s` of virtual time."""

    delay_s: float = 0.1
    status: int = 200
    word: str = "on its way"

    def __post_init__(self) -> None:
        self.bodies: list[Any] = []
        self.headers: list[Any] = []

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.bodies.append(json.loads(request.content))
        self.headers.append(dict(request.headers))
        await request.extensions["trace"]("http11.send_request_headers.started", None)
        await asyncio.sleep(self.delay_s)
        body = httpx2.ByteStream(json.dumps({"status": self.word, "detail": self.word}).encode())
        return httpx2.Response(self.status, headers={"Content-Type": "application/json"}, stream=body)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    service = Shop()
    monkeypatch.setattr(http_tools, "http_transport", lambda **_: httpx2.MockTransport(service.answer))
    return service


def rig_of(*rules: dict[str, Any], **tool: Any) -> Rig:
    return Rig(
        agent={"tools": [{"name": "end_call"}, {**ORDER, **tool}]}, llm={"rules": list(rules), "otherwise": "Fine."}
    )


def lines(outcome: Outcome, kind: str) -> list[dict[str, Any]]:
    return [line for line in outcome.journal if kind in (line.get("event"), line.get("command"))]


def summary(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((outcome.folder / "call.json").read_text())
    return found


def test_a_slow_tools_filler_is_heard_and_its_result_used(shop: Shop, tmp_path: Path) -> None:
    shop.delay_s = 3.0
    outcome = run_call_of(rig_of(LOOK_UP), caller_script(POLITE, {"say": "where is my order"}, PATIENT, END), tmp_path)
    check(outcome)
    assert shop.bodies == [{"order": "7"}]
    assert [line["text"] for line in lines(outcome, "PlayFiller")] == [FILLER]
    (answer,) = [text for speaker, text in outcome.turns if speaker == "agent" and "order" in text]
    assert answer == f"{FILLER} Your order is on its way."
    assert [line["result"] for line in lines(outcome, "ToolReturned")] == ["on its way"]
    assert not lines(outcome, "ReportPromise") and summary(outcome)["false_promises"] == 0


def test_the_filler_was_spoken_ahead() -> None:
    async def sentences() -> AgentRuntime:
        runtime = rig_of(LOOK_UP).runtime()
        await runtime.prepare()
        await runtime.close()
        return runtime

    assert run_virtual(sentences()).sentences[FILLER].audio


def test_barge_in_during_the_wait_leaves_the_tool_running(shop: Shop, tmp_path: Path) -> None:
    shop.delay_s = 5.0
    script = caller_script(
        POLITE,
        {"say": "where is my order"},
        {"barge_in": "actually tell me about parking please", "after_s": 0.5},
        PATIENT,
        {"say": "and my order again"},
        PATIENT,
        END,
    )
    outcome = run_call_of(rig_of(LOOK_UP), script, tmp_path)
    check(outcome)
    first = lines(outcome, "ToolReturned")[0]
    cancelled = lines(outcome, "CancelReply")[0]
    assert cancelled["at"] < first["at"] and first["result"] == "on its way", "its effect cannot be taken back"
    assert ("agent", "Fine.") in outcome.turns
    assert len(shop.bodies) == 2


def test_a_tools_own_patience_is_inside_the_calls(shop: Shop, tmp_path: Path) -> None:
    shop.delay_s = 60.0
    rig = rig_of(LOOK_UP, timeout_s=2)
    outcome = run_call_of(rig, caller_script(POLITE, {"say": "where is my order"}, PATIENT, END), tmp_path)
    check(outcome)
    (asked,), (failed,) = lines(outcome, "RunTool"), lines(outcome, "ToolLost")
    assert failed["at"] - asked["at"] == pytest.approx(2.0, abs=0.01)
    assert failed["cause"].startswith("the service did not answer in 2 s")


def test_a_false_promise_is_an_event_of_the_journal(
    shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shop.status = 404
    rule = {**LOOK_UP, "then": "Good news. Your order is on its way. Is there anything else?"}
    outcome = run_call_of(rig_of(rule), caller_script(POLITE, {"say": "where is my order"}, PATIENT, END), tmp_path)
    check(outcome)
    (report,) = lines(outcome, "ReportPromise")
    assert (report["turn"], report["tool"], report["text"]) == (1, "order_status", "Your order is on its way.")
    assert summary(outcome)["false_promises"] == 1
    assert "turn 1: a false promise: no order_status was done" in caplog.text
    assert "on its way" not in caplog.text, "logs hold nothing of a conversation"


def test_a_secret_is_in_no_file_of_a_call(shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A service that repeats what it was sent: in its answer, and in its refusal."""
    caplog.set_level(logging.DEBUG)
    rig = rig_of(LOOK_UP, headers={"Authorization": "Bearer ${SHOP_TOKEN}"}, result="")
    rig.key = lambda _: CANARY
    for status in (200, 403):
        shop.status, shop.word, folder = status, f"refused: {CANARY}", tmp_path / str(status)
        script = caller_script(POLITE, {"say": "where is my order"}, PATIENT, END)
        check(run_call_of(rig, script, folder))
        assert shop.headers[-1]["authorization"] == f"Bearer {CANARY}"
        kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert b"refused: ****" in kept and CANARY.encode() not in kept
    assert CANARY not in caplog.text


def test_what_the_agent_offers_is_no_promise(shop: Shop, tmp_path: Path) -> None:
    rule = {
        "when": "order",
        "say": "Shall I see whether your order is on its way? Once your order is on its way I call.",
    }
    outcome = run_call_of(rig_of(rule), caller_script(POLITE, {"say": "where is my order"}, PATIENT, END), tmp_path)
    check(outcome)
    assert not lines(outcome, "ReportPromise") and not shop.bodies


def test_a_message_that_was_passed_on_by_nobody(tmp_path: Path) -> None:
    """An agent without the tool promises all the same: the language's own phrases find it."""
    rig = Rig(llm={"otherwise": "I have passed on your message."})
    outcome = run_call_of(rig, caller_script(POLITE, {"say": "tell them I am late"}, PATIENT, END), tmp_path)
    check(outcome)
    assert [line["tool"] for line in lines(outcome, "ReportPromise")] == ["take_message"]
