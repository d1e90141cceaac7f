"""Whole calls in virtual time whose providers fail: the next one of the list goes on, and nobody sits in silence."""

import random
from pathlib import Path
from typing import Any

import pytest

from offhook.call.journal import read_header
from offhook.simulator.virtual import run_virtual
from offhook.speech.stt.scripted import ScriptedTranscriber
from tests.rig import Outcome, Rig, caller_script, run_call_of
from tests.simulation.whole_calls import END, POLITE

LONGEST_SILENCE_S = 3.0
ANSWER = "We are open from nine in the morning, until ten in the evening, and on Monday we are closed all day."
FILLERS = ("", "One moment, please.", "Just a second.")
PATIENT = {"wait": {"silent_s": 2.9}}
WELL = {"provider": "scripted", "seed": 1}


def call_of(rig: Rig, folder: Path, turns: int = 2) -> Outcome:
    """A caller who asks the same again and again, and waits for the whole answer."""
    asked = [step for number in range(turns) for step in ({"say": f"when are you open {number}"}, PATIENT)]
    return run_call_of(rig, caller_script(POLITE, *asked, END), folder)


def switches(outcome: Outcome, kind: str) -> list[dict[str, Any]]:
    return [line for line in outcome.journal if line.get("event") == "ProviderSwitched" and line["kind"] == kind]


def check(outcome: Outcome, turns: int = 2) -> None:
    """Every turn was answered with all of the answer, once, and nobody waited."""
    assert outcome.reason == "caller.hung_up"
    assert outcome.tasks_left == 0 and not outcome.report.violations
    assert not outcome.replayed().mismatches
    assert not outcome.report.unanswered
    assert outcome.report.longest_silence_s <= LONGEST_SILENCE_S
    said = [text for speaker, text in outcome.turns if speaker == "agent" and text not in FILLERS]
    assert [text[-len(ANSWER) :] for text in said[1:]] == [ANSWER] * turns
    assert all(text[: -len(ANSWER)].strip() in FILLERS for text in said[1:])
    assert outcome.report.heard_text.count(ANSWER) == turns, outcome.report.heard_text


MODEL_FAULTS: dict[str, dict[str, Any]] = {
    "fails": {"fault": "fail"},
    "refuses": {"fault": "refuse"},
    "never starts": {"fault": "never_start"},
    "stalls at once": {"fault": "stall", "fault_tokens": 0},
    "stalls in the first clause": {"fault": "stall", "fault_tokens": 3},
    "stalls in the second": {"fault": "stall", "fault_tokens": 12},
    "breaks off": {"fault": "fail_mid", "fault_tokens": 12},
    "talks nonsense": {"fault": "garbage", "fault_tokens": 5},
    "fails sometimes": {"fault": "fail_mid", "fault_rate": 0.5, "fault_tokens": 7, "seed": 3},
}


@pytest.mark.parametrize("name", MODEL_FAULTS)
def test_a_model_that_fails_is_gone_on_with(tmp_path: Path, name: str) -> None:
    llm = {"otherwise": ANSWER, **MODEL_FAULTS[name], "fallback": [{**WELL, "otherwise": ANSWER}]}
    outcome = call_of(Rig(llm=llm), tmp_path)
    check(outcome)
    assert switches(outcome, "llm"), "the journal says who answered"
    assert read_header(tmp_path / "calls" / outcome.folder.name / "journal.jsonl").providers["llm"] == [
        "scripted",
        "scripted (2)",
    ]


@pytest.mark.parametrize("fault", ["fail_mid", "stall", "garbage"])
def test_a_model_alone_is_asked_anew_for_the_rest(tmp_path: Path, fault: str) -> None:
    llm = {"otherwise": ANSWER, "fault": fault, "fault_tokens": 12, "fault_rate": 0.4, "seed": 2}
    check(call_of(Rig(llm=llm), tmp_path))


VOICE_FAULTS: dict[str, dict[str, Any]] = {
    "fails": {"fault": "fail"},
    "refuses": {"fault": "refuse"},
    "never starts": {"fault": "never_start"},
    "stalls in a segment": {"fault": "stall", "fault_pieces": 3},
    "breaks off in a segment": {"fault": "fail_mid", "fault_pieces": 3},
    "breaks off sometimes": {"fault": "fail_mid", "fault_pieces": 2, "fault_rate": 0.4, "seed": 5},
}


@pytest.mark.parametrize("name", VOICE_FAULTS)
def test_a_voice_that_fails_is_gone_on_with(tmp_path: Path, name: str) -> None:
    tts = {**VOICE_FAULTS[name], "fallback": [WELL]}
    outcome = call_of(Rig(llm={"otherwise": ANSWER}, tts=tts), tmp_path)
    check(outcome)


@pytest.mark.parametrize(("fault", "by_fallback"), [("fail", True), ("none", False)])
def test_sentences_are_ready_also_when_the_voice_is_down(fault: str, by_fallback: bool) -> None:
    async def main() -> None:
        runtime = Rig(tts={"fault": fault, "fallback": [WELL]}).runtime()
        await runtime.prepare()
        assert runtime.script.greeting in runtime.sentences and runtime.script.failure_goodbye in runtime.sentences
        assert {spoken.by_fallback for spoken in runtime.sentences.values()} == {by_fallback}
        await runtime.close()

    run_virtual(main())


def test_a_voice_that_breaks_in_a_word_says_that_word_again(tmp_path: Path) -> None:
    tts = {"fault": "fail_mid", "fault_pieces": 1, "piece_s": 0.3, "fallback": [WELL]}
    outcome = call_of(Rig(llm={"otherwise": ANSWER}, tts=tts), tmp_path, turns=1)
    assert not outcome.report.unanswered
    assert ("agent", ANSWER) in outcome.turns


HEARING_FAULTS: dict[str, dict[str, Any]] = {
    "refuses": {"fault": "refuse"},
    "never opens a stream": {"fault": "never_ready"},
    "is mute": {"fault": "mute"},
    "drops every stream": {"drop_after_s": 2.6, "drops": 100},
}


@pytest.mark.parametrize("name", HEARING_FAULTS)
def test_a_transcriber_that_fails_is_followed_by_another(tmp_path: Path, name: str) -> None:
    stt = {**HEARING_FAULTS[name], "fallback": [WELL]}
    outcome = call_of(Rig(llm={"otherwise": ANSWER}, stt=stt), tmp_path)
    heard = [text for speaker, text in outcome.turns if speaker == "caller"]
    assert heard == ["when are you open 0", "when are you open 1"], "no word is lost or doubled"
    check(outcome)
    if name != "drops every stream":
        (news,) = switches(outcome, "stt")
        assert (news["provider"], news["to"]) == ("scripted", "scripted (2)") and news["cause"]


def test_a_transcriber_at_work_is_not_made_to_begin_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptedTranscriber, "is_at_work", property(lambda self: bool(self._due)), raising=False)
    rig = Rig(llm={"otherwise": ANSWER}, stt={"word_delay_s": 20.0, "final_latency_s": 2.3})
    outcome = call_of(rig, tmp_path)
    check(outcome)
    heard = [text for speaker, text in outcome.turns if speaker == "caller"]
    assert heard == ["when are you open 0", "when are you open 1"]
    assert sum(line.get("command") == "ReconnectTranscriber" for line in outcome.journal) == 2, "asked for, not done"


def test_a_provider_that_stalls_is_waited_for_once_and_then_passed_over(tmp_path: Path) -> None:
    llm = {"otherwise": ANSWER, "fault": "never_start", "fallback": [{**WELL, "otherwise": ANSWER}]}
    outcome = call_of(Rig(llm=llm), tmp_path, turns=4)
    check(outcome, turns=4)
    causes = [line["cause"] for line in switches(outcome, "llm")]
    assert sum(cause.startswith("provider.timeout") for cause in causes) <= 3, "twice, and once more to try"
    assert any("it rests" in cause for cause in causes)
    assert min(outcome.report.gaps_s) < 0.7, "who is passed over costs no time"


@pytest.mark.parametrize("seed", range(16))
def test_everything_fails_at_once_and_every_answer_is_heard(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    often: dict[str, Any] = {"fault_rate": chance.choice([0.3, 0.6, 1.0]), "seed": seed}
    model, voice, hearing = (
        chance.choice(list(faults.values())) for faults in (MODEL_FAULTS, VOICE_FAULTS, HEARING_FAULTS)
    )
    rig = Rig(
        llm={"otherwise": ANSWER, **model, **often, "fallback": [{**WELL, "otherwise": ANSWER}]},
        tts={**voice, **often, "fallback": [WELL]},
        stt={**hearing, **often, "fallback": [WELL]},
    )
    check(call_of(rig, tmp_path))


def test_nobody_left_is_said_and_not_kept_silent(tmp_path: Path) -> None:
    llm = {"fault": "fail", "fallback": [{**WELL, "fault": "never_start"}]}
    outcome = call_of(Rig(llm=llm), tmp_path, turns=1)
    assert outcome.report.longest_silence_s <= LONGEST_SILENCE_S
    assert not outcome.report.unanswered
