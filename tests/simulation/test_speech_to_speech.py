"""A session that hears and speaks, behind the same port as model and voice, with the same core."""

from pathlib import Path
from typing import Any

import pytest

from offhook.call.runtime import AgentRuntime
from offhook.core.endings import EndReason
from tests.rig import Outcome, Rig, caller_script, run_call_of
from tests.simulation.realtime import Answer, Session
from tests.simulation.services import Service, web_tool
from tests.simulation.whole_calls import END, POLITE
from tests.simulation.whole_calls import check as check_call

LONG = "We are open from nine in the morning until ten in the evening, every day but Monday."


@pytest.fixture
def sessions() -> list[Session]:
    return []


def rig_of(sessions: list[Session], answer: Answer, **agent: Any) -> Rig:
    def patch(runtime: AgentRuntime) -> None:
        def responder(world: Any) -> Session:
            sessions.append(Session(world, answer))
            return sessions[-1]

        runtime.responder, runtime.hears_audio = responder, True

    # Its transcriber says nothing: all words are the session's own, and late.
    return Rig(agent=agent, stt={"fault": "mute"}, patch=patch)


def check(outcome: Outcome) -> None:
    check_call(outcome)
    assert outcome.reason is EndReason.CALLER_HUNG_UP
    assert not outcome.lines("ReplyFailed")


def test_turns_are_answered_before_their_words_are_known(tmp_path: Path, sessions: list[Session]) -> None:
    rig = rig_of(sessions, lambda last: (f"You asked: {last.removeprefix('caller: ')}.", ""))
    script = caller_script(
        POLITE, {"say": "what time do you open"}, POLITE, {"say": "and on sunday"}, {"silence": 4.0}, END
    )
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert not outcome.report.unanswered and outcome.report.cut_ins == 0
    assert max(outcome.report.gaps_s) < 1.0, "no turn waits for its transcript, which comes 1.2 s late"
    assert "You asked: what time do you open." in outcome.report.heard_text
    caller = [text for speaker, text in outcome.turns if speaker == "caller"]
    assert caller == ["what time do you open", "and on sunday"]
    said = [text for speaker, text in outcome.turns if speaker == "agent"]
    assert said[1:] == ["You asked: what time do you open.", "You asked: and on sunday."], "words came late"


def test_its_memory_is_cut_to_what_was_heard(tmp_path: Path, sessions: list[Session]) -> None:
    rig = rig_of(sessions, lambda last: (LONG if "open" in last else "On Monday we are closed.", ""))
    script = caller_script(
        POLITE, {"say": "when are you open"}, {"barge_in": "stop what about monday", "after_s": 2.0}, POLITE, END
    )
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    (session,) = sessions
    assert session.cuts and 1.5 < session.cuts[-1] < 3.0
    turn = outcome.report.turns[1]
    assert turn.stop_s is not None and turn.stop_s <= 0.30
    assert "On Monday we are closed." in outcome.report.heard_text
    said = [entry for entry in outcome.entries if entry["entry"] == "AgentSaid"]
    (cut,) = [entry for entry in said if entry["text"].startswith("We are")]
    assert "Monday" not in cut["text"] and cut["interrupted"]


def test_its_tools_run_and_it_goes_on(tmp_path: Path, sessions: list[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(last: str) -> tuple[str, str]:
        return ("Your order is ready.", "") if last.startswith("tool: ") else ("Let me look.", "look")

    service = Service(delay_s=0.5).serve(monkeypatch)
    rig = rig_of(sessions, answer, tools=[{"name": "end_call"}, web_tool("look")])
    script = caller_script(POLITE, {"say": "where is my order"}, {"silence": 6.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert len(service.bodies) == 1
    assert "Let me look. Your order is ready." in " ".join(outcome.report.heard_text.split())


def test_it_is_told_of_keys_that_it_cannot_hear(tmp_path: Path, sessions: list[Session]) -> None:
    rig = rig_of(sessions, lambda last: (f"I got {last}.", ""))
    outcome = run_call_of(rig, caller_script(POLITE, {"digits": "47#"}, {"silence": 4.0}, END), tmp_path)
    check(outcome)
    assert any(item.startswith("keys: 47") for item in sessions[0].items)
    assert "I got keys: 47" in outcome.report.heard_text
