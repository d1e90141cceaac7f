"""The same call, the same core, over a telephone's leg and over a browser's: what is said and heard is the same."""

import asyncio
import wave
from pathlib import Path
from typing import Any

import pytest

from offhook.call.runtime import AgentRuntime
from offhook.core.formats import TELEPHONE, WIDEBAND, AudioFormat
from offhook.simulator.caller import Caller
from offhook.simulator.linear_memory import LinearCall, linear_call
from offhook.simulator.linear_tape import WideTape, WideTurns
from offhook.simulator.memory import MemoryControl
from offhook.simulator.network import Network
from offhook.simulator.virtual import run_virtual
from offhook.simulator.voices import TapeVoice, prepare
from offhook.telephony.facts import CallFacts
from tests.rig import CALL_SID, Outcome, Rig, caller_script, house_of, run_call_of
from tests.simulation.whole_calls import END, POLITE, check

Steps = list[dict[str, Any]]
FORMATS = pytest.mark.parametrize("audio_format", [TELEPHONE, WIDEBAND], ids=["telephone", "wideband"])


def _hears_wide(runtime: AgentRuntime) -> None:
    tape = WideTape(runtime.stt)
    runtime.stt, runtime.turn_model = tape, WideTurns(runtime.turn_model, tape)


def run(rig: Rig, steps: Steps, folder: Path, audio_format: AudioFormat) -> Outcome:
    """A whole call from its first message to its record."""
    script = caller_script(*steps)
    if audio_format == TELEPHONE:
        return run_call_of(rig, script, folder)
    rig.patch = _hears_wide

    async def main() -> Outcome:
        house = house_of(rig, folder, MemoryControl())
        caller = Caller(await prepare(script, TapeVoice()))
        await house.runtimes.acquire("")
        token = house.live.expect(CallFacts(CALL_SID, "browser", "browser"))
        call = LinearCall(call=CALL_SID, parameters={"token": token}, network=rig.network, longest_s=600.0)
        report = await linear_call(house.live.answer, caller, call)
        left = await house.leave(folder)
        (made,) = (folder / "calls").iterdir()
        return Outcome(report, made, house.live.outcome(CALL_SID), left)

    return run_virtual(main())


@FORMATS
@pytest.mark.parametrize("delay_s", [0.0, 0.08])
def test_turns_are_answered(tmp_path: Path, audio_format: AudioFormat, delay_s: float) -> None:
    steps: Steps = [POLITE, {"say": "what time do you open"}, POLITE, {"say": "and on sunday"}, POLITE, END]
    outcome = run(Rig(network=Network(delay_s=delay_s, seed=3)), steps, tmp_path, audio_format)
    check(outcome)
    assert [text for who, text in outcome.turns if who == "caller"] == ["what time do you open", "and on sunday"]
    assert outcome.report.heard_text.startswith("Hello, how can I help you?")
    assert not outcome.report.unanswered and not outcome.report.cut_ins
    assert max(outcome.report.gaps_s) < 0.7 + 2 * delay_s


@FORMATS
def test_a_barge_in_ducks_and_stops_the_agent_and_the_history_holds_what_was_heard(
    tmp_path: Path, audio_format: AudioFormat
) -> None:
    long = "We are open from seven in the morning until ten in the evening every day of the year but one."
    steps: Steps = [
        POLITE, {"say": "what time do you open"}, {"barge_in": "no wait tell me about sunday please", "after_s": 1.5},
        POLITE, END,
    ]  # fmt: skip
    rig = Rig(llm={"rules": [{"when": "open", "say": long}]})
    outcome = run(rig, steps, tmp_path, audio_format)
    check(outcome)
    barge = next(turn for turn in outcome.report.turns if turn.kind == "barge_in")
    assert barge.stop_s is not None and barge.stop_s < 1.0
    assert barge.duck_s is not None and barge.duck_s < 0.5
    remembered = next(text for who, text in outcome.turns if who == "agent" and text.startswith("We are open"))
    heard = outcome.report.heard_text.split()
    begin = heard.index("We")
    spoken = next(n for n, word in enumerate([*heard[begin:], "."]) if word not in long.split())
    assert abs(len(remembered.split()) - spoken) <= 1


@FORMATS
def test_keys_and_the_recording(tmp_path: Path, audio_format: AudioFormat) -> None:
    steps: Steps = [POLITE, {"digits": "42#"}, {"silence": 4}, END]
    outcome = run(Rig(), steps, tmp_path, audio_format)
    check(outcome)
    assert "".join(line["digit"] for line in outcome.lines("DigitPressed")) == "42#"
    with wave.open(str(outcome.folder / "recording.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (audio_format.rate, 2)
        length_s = sound.getnframes() / sound.getframerate()
    assert length_s == pytest.approx(outcome.report.length_s, abs=0.3)


@FORMATS
@pytest.mark.parametrize("stall_s", [0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("after_s", [1.2, 2.5, 4.0])
def test_heard_text_is_right_to_a_word_when_the_downlink_has_stalled(
    tmp_path: Path, audio_format: AudioFormat, stall_s: float, after_s: float
) -> None:
    """The way to the caller stalls in the middle of a long reply; the caller cuts in some time after it goes on."""
    long = " ".join(f"word{number}" for number in range(60)) + "."
    steps: Steps = [
        POLITE, {"silence": 4.3}, {"say": "tell me"},
        {"wait": {"says": "word2", "seconds": 0.5}}, {"silence": stall_s + after_s},
        {"barge_in": "no wait tell me about sunday please", "at_most_s": 1.0}, POLITE, END,
    ]  # fmt: skip
    network = Network(delay_s=0.04, stall_every_s=10.0, stall_s=stall_s)
    outcome = run(Rig(llm={"rules": [{"when": "tell", "say": long}]}, network=network), steps, tmp_path, audio_format)
    check(outcome)
    (barge,) = [turn for turn in outcome.report.turns if turn.kind == "barge_in"]
    assert 10.0 < barge.begins_at < 19.0 and barge.over_agent, "one stall, in the reply, begun before the caller"
    heard = [word for word in outcome.report.heard_text.replace(".", "").split() if word.startswith("word")]
    first = heard[: next((n for n in range(1, len(heard)) if heard[n] == "word0"), len(heard))]
    remembered = next(text for who, text in outcome.turns if who == "agent" and text.startswith("word0"))
    assert abs(len(remembered.split()) - len(first)) <= 1, (remembered, first)


@pytest.mark.parametrize("every_s", [4.5, 6.0])
@pytest.mark.parametrize("after_s", range(1, 12))
def test_heard_text_is_right_to_a_word_when_the_downlink_stalls_again(
    tmp_path: Path, every_s: float, after_s: float
) -> None:
    """In the second stall the carrier has four seconds to play, and our `clear` does not reach it."""
    long = " ".join(f"word{number}" for number in range(60)) + "."
    steps: Steps = [
        POLITE, {"say": "tell me"}, {"wait": {"says": "word2", "seconds": 0.5}}, {"silence": after_s},
        {"barge_in": "no wait tell me about sunday please", "at_most_s": 1.0}, {"silence": 9.0}, END,
    ]  # fmt: skip
    rules = [{"when": "tell me about", "say": "Closed."}, {"when": "tell", "say": long}]
    rig = Rig(llm={"rules": rules}, network=Network(delay_s=0.04, jitter_s=0.06, stall_every_s=every_s, stall_s=4.0))
    outcome = run(rig, steps, tmp_path, TELEPHONE)
    check(outcome)
    heard = [word for word in outcome.report.heard_text.split() if word.startswith("word")]
    said = [entry["text"] for entry in outcome.entries if entry["entry"] == "AgentSaid" and entry["turn"] == 1]
    assert abs(len(" ".join(said).split()) - len(heard)) <= 1, (said, heard)


def test_a_browser_that_is_gone_without_a_word_ends_the_call(tmp_path: Path) -> None:
    rig = Rig(network=Network(drop_at_s=4.0))
    outcome = run(rig, [POLITE, {"silence": 60}, END], tmp_path, WIDEBAND)
    check(outcome)
    assert outcome.report.ended_by == "the network broke the connection"
    assert outcome.reason == "carrier.leg_lost"


def test_a_browser_without_a_token_is_refused(tmp_path: Path) -> None:
    async def main() -> None:
        house = house_of(Rig(), tmp_path, MemoryControl())
        caller = Caller(await prepare(caller_script({"silence": 60}, END), TapeVoice()))
        report = await linear_call(house.live.answer, caller, LinearCall(call=CALL_SID, parameters={"token": "x"}))
        assert (report.ended_by, house.live.count) == ("server", 0)
        house.live.stop()
        await house.runtimes.close()
        assert len(asyncio.all_tasks()) == 1

    run_virtual(main())
