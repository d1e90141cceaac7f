"""Whole calls in virtual time, one scenario each: what the caller lived, from the carrier's side of the wire."""

from pathlib import Path

import pytest

from offhook.simulator.carrier_media import MediaFaults
from offhook.simulator.network import Network
from tests.rig import Outcome, Rig, caller_script, run_call_of
from tests.simulation.whole_calls import END, POLITE, check


def heard(outcome: Outcome) -> list[str]:
    """The caller's turns as the agent recorded them."""
    return [text for speaker, text in outcome.turns if speaker == "caller"]


def test_turns(tmp_path: Path) -> None:
    script = caller_script(POLITE, {"say": "what time do you open"}, POLITE, {"say": "and on sunday"}, POLITE, END)
    outcome = run_call_of(Rig(), script, tmp_path)
    check(outcome)
    assert heard(outcome) == ["what time do you open", "and on sunday"]
    assert not outcome.report.unanswered and not outcome.report.cut_ins
    assert max(outcome.report.gaps_s) < 0.7


@pytest.mark.parametrize("pause_s", [0.7, 0.9, 1.1, 1.3])
@pytest.mark.parametrize(
    "text",
    [
        "I would like a table for ... four people",
        "my number is five zero three ... five five five ... zero one four two",
    ],
)
def test_pauses_are_not_cut_into(tmp_path: Path, text: str, pause_s: float) -> None:
    outcome = run_call_of(Rig(), caller_script(POLITE, {"say": text, "pause_s": pause_s}, POLITE, END), tmp_path)
    check(outcome)
    assert outcome.report.cut_ins == 0
    assert heard(outcome) == [text.replace(" ...", "")]


def test_barge_in(tmp_path: Path) -> None:
    rig = Rig(llm={"otherwise": "We are open from nine in the morning until ten in the evening, every day but Monday."})
    script = caller_script(
        POLITE, {"say": "when are you open"}, {"barge_in": "stop what about monday", "after_s": 1.5}, POLITE, END
    )
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    turn = outcome.report.turns[1]
    assert turn.duck_s is not None and turn.duck_s <= 0.15
    assert turn.stop_s is not None and turn.stop_s <= 0.30
    cut = next(
        text
        for speaker, text in outcome.turns
        if speaker == "agent" and text.startswith("We are") and "Monday" not in text
    )
    words = outcome.report.heard_text.split()
    first = words.index("We")
    heard_words = words[first : words.index("We", first + 1)]
    assert abs(len(cut.split()) - len(heard_words)) <= 1, "history holds what was heard, to a word"


@pytest.mark.parametrize(
    "sound",
    [
        {"backchannel": "mm-hm", "after_s": 1.0},
        {"cough": True, "after_s": 1.0},
        {"noise": "white", "duration_s": 0.4, "after_s": 1.0},
    ],
)
def test_sounds_that_are_no_words_cost_no_word(tmp_path: Path, sound: dict[str, object]) -> None:
    said = "We are open from nine in the morning until ten in the evening, every day but Monday."
    outcome = run_call_of(
        Rig(llm={"otherwise": said}), caller_script(POLITE, {"say": "when are you open"}, sound, POLITE, END), tmp_path
    )
    check(outcome)
    assert said in " ".join(outcome.report.heard_text.split())
    assert ("agent", said) in outcome.turns


def test_digits(tmp_path: Path) -> None:
    outcome = run_call_of(Rig(), caller_script(POLITE, {"digits": "4711#"}, POLITE, END), tmp_path)
    check(outcome)
    assert heard(outcome) == ["4711"]


def test_the_agent_ends_the_call_once_its_goodbye_was_heard(tmp_path: Path) -> None:
    rig = Rig(llm={"rules": [{"when": "that is all", "say": "Thank you and goodbye.", "tool": "end_call"}]})
    outcome = run_call_of(rig, caller_script(POLITE, {"say": "that is all"}, {"silence": 20.0}, END), tmp_path)
    check(outcome)
    assert outcome.reason == "agent.ended" and outcome.report.ended_by == "server"
    assert outcome.report.heard_text.endswith("goodbye.")


def test_a_silent_caller_is_asked_and_left(tmp_path: Path) -> None:
    outcome = run_call_of(Rig(), caller_script({"silence": 120.0}, END), tmp_path)
    check(outcome)
    assert outcome.reason == "caller.silent"
    assert outcome.report.longest_silence_s < 10.0


def test_a_burst_of_250_ms_does_not_disturb_turns(tmp_path: Path) -> None:
    rig = Rig(network=Network(delay_s=0.04, jitter_s=0.02, burst_every_s=1.1, burst_gap_s=0.25, seed=4))
    script = caller_script(
        POLITE,
        {"say": "I would like a table for ... four people"},
        POLITE,
        {"say": "what time do you open"},
        POLITE,
        END,
    )
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert heard(outcome) == ["I would like a table for four people", "what time do you open"]
    assert outcome.report.cut_ins == 0


FAULTS = {
    "model fails once": Rig(llm={"fail_first_n": 1}),
    "model fails always": Rig(llm={"fault": "fail"}),
    "model never starts": Rig(llm={"fault": "never_start"}),
    "model stalls": Rig(llm={"fault": "stall", "otherwise": "One two three four five six, seven eight nine ten."}),
    "model fails midway": Rig(
        llm={"fault": "fail_mid", "otherwise": "One two three four five six, seven eight nine ten."}
    ),
    "voice fails sometimes": Rig(tts={"fault": "fail", "fault_rate": 0.3, "seed": 5}),
    "voice stalls sometimes": Rig(tts={"fault": "stall", "fault_rate": 0.3, "seed": 5}),
    "voice is slow": Rig(tts={"realtime_factor": 1.3}),
    "voice has no word times": Rig(tts={"word_times": False}),
    "transcriber drops in a sentence": Rig(stt={"drop_after_s": 2.6}),
    "transcriber drops twice": Rig(stt={"drop_after_s": 2.6, "drops": 2}),
    "transcriber is mute": Rig(stt={"fault": "mute"}),
    "transcriber says all twice": Rig(stt={"fault": "duplicate_final"}),
    "transcriber is slow": Rig(stt={"final_latency_s": 0.9}),
    "marks come late": Rig(faults=MediaFaults(marks="late")),
    "marks never come": Rig(faults=MediaFaults(marks="never")),
    "audio is lost": Rig(network=Network(loss=0.02, seed=3)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_nobody_sits_in_silence_whatever_fails(tmp_path: Path, name: str) -> None:
    script = caller_script(
        POLITE,
        {"say": "what time do you open"},
        {"wait": {"silent_s": 2.5}},
        {"say": "and on sunday"},
        {"wait": {"silent_s": 2.5}},
        END,
    )
    outcome = run_call_of(FAULTS[name], script, tmp_path)
    check(outcome)
    assert outcome.report.longest_silence_s <= 3.7, "3 s of silence at most under a fault, beside the caller's own"
    if "mute" not in name:
        assert not outcome.report.unanswered, outcome.report.turns
    if name.startswith("transcriber drops"):
        assert heard(outcome) == ["what time do you open", "and on sunday"], "no word is lost or doubled"


@pytest.mark.parametrize(
    ("name", "faults", "network"),
    [
        ("stop in mid-sentence", MediaFaults(stop_at_s=2.0), Network()),
        ("connection reset", MediaFaults(), Network(drop_at_s=2.0)),
        ("half open", MediaFaults(), Network(half_open_at_s=3.0)),
        ("storm of keys", MediaFaults(storm_at_s=1.0), Network()),
        ("caller hangs up and nobody is told", MediaFaults(end="nothing"), Network()),
    ],
)
def test_the_call_ends_in_order(tmp_path: Path, name: str, faults: MediaFaults, network: Network) -> None:
    script = caller_script(POLITE, {"say": "what time do you open"}, POLITE, END)
    outcome = run_call_of(Rig(faults=faults, network=network), script, tmp_path)
    check(outcome)
