"""The caller: plays its script by what it hears, and measures what it lived through."""

import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from offhook.audio.g711 import decode_ulaw, ulaw_gain_table
from offhook.errors import ConfigurationError
from offhook.simulator.caller import Caller, End
from offhook.simulator.caller_script import conversation, load_script, script_from
from offhook.simulator.carrier_media import SILENCE_FRAME
from offhook.simulator.report import CallReport, level_db
from offhook.simulator.scenario import CALM, Odds, ProviderOdds, Scenario
from offhook.simulator.virtual import run_virtual
from offhook.simulator.voices import SpokenVoice, TapeVoice, cough, noise, prepare, read_wav
from offhook.speech.scripted.tape import FRAME_BYTES, FRAME_S, heard_text, speak
from offhook.speech.tts.scripted import Config as VoiceConfig
from offhook.speech.tts.scripted import ScriptedVoice

Agent = Callable[[float, bytes], bytes]


def caller_of(*steps: dict[str, Any], **options: Any) -> Caller:
    script = script_from({"steps": list(steps)})
    return Caller(run_virtual(prepare(script, TapeVoice())), **options)


def run(caller: Caller, agent: Agent, longest_s: float = 60.0) -> tuple[CallReport, list[bytes], str]:
    """Let both talk until the caller hangs up: the report, the caller's frames and keys."""
    sent, keys = [], ""
    for tick in range(round(longest_s / FRAME_S)):
        at = tick * FRAME_S
        frame = caller.next_frame(at)
        caller.heard(agent(at, frame), at)
        sent.append(frame)
        keys += caller.take_digits(at)
        if caller.has_hung_up:
            break
    return caller.report(), sent, keys


def plays(*pieces: tuple[float, bytes]) -> Agent:
    """An agent that says each piece at its time, whatever it hears."""

    def agent(at: float, _: bytes) -> bytes:
        for begin, audio in pieces:
            offset = round((at - begin) / FRAME_S) * FRAME_BYTES
            if 0 <= offset < len(audio):
                return audio[offset : offset + FRAME_BYTES]
        return SILENCE_FRAME

    return agent


HELLO = speak("Hello, how can I help you?")
LONG = speak("We are open from seven in the morning until ten in the evening, every day of the year")


def test_a_polite_caller_waits_for_the_agent_and_the_gap_is_measured() -> None:
    caller = caller_of({"wait": {"silent_s": 0.5}}, {"say": "a table"}, {"wait": {"silent_s": 0.5}}, {"hang_up": True})
    hello_s = len(HELLO) / 8000
    said_s = len(speak("a table")) / 8000
    answer_at = round((1.0 + hello_s + 0.5 + said_s + 0.8) / FRAME_S) * FRAME_S
    report, sent, _ = run(caller, plays((1.0, HELLO), (answer_at, speak("Yes."))))
    assert heard_text(sent) == "a table"
    (turn,) = report.turns
    assert turn.begins_at == pytest.approx(1.0 + hello_s + 0.5, abs=0.03)
    assert turn.ends_at - turn.begins_at == pytest.approx(said_s)
    assert turn.gap_s == pytest.approx(0.8, abs=0.03)
    assert (turn.cut_ins, turn.over_agent) == (0, False)
    assert report.heard_text == "Hello, how can I help you? Yes."
    assert caller.end is End.HUNG_UP


def test_pauses_are_inside_the_turn_and_a_cut_in_is_seen() -> None:
    caller = caller_of({"say": "my number is ... five five five", "pause_s": 1.0}, {"silence": 3}, {"hang_up": True})
    report, sent, _ = run(caller, plays((1.2, speak("Sure."))))
    assert heard_text(sent) == "my number is five five five"
    assert report.turns[0].cut_ins == report.cut_ins == 1
    assert report.turns[0].gap_s is None
    assert report.unanswered == report.turns


def test_a_barge_in_duck_and_stop_are_measured() -> None:
    caller = caller_of({"barge_in": "stop please", "after_s": 1.0}, {"silence": 2}, {"hang_up": True})
    quiet = ulaw_gain_table(-15)

    def agent(at: float, _: bytes) -> bytes:
        frame = plays((0.0, LONG))(at, b"")
        since_s = at - 1.02
        return frame if since_s < 0.1 else frame.translate(quiet) if since_s < 0.24 else SILENCE_FRAME

    report, _, _ = run(caller, agent)
    (turn,) = report.turns
    assert turn.over_agent
    assert turn.begins_at == pytest.approx(1.02, abs=0.03)
    assert turn.duck_s == pytest.approx(0.1, abs=0.03)
    assert turn.stop_s == pytest.approx(0.24, abs=0.03)


def test_sounds_over_the_agent_are_no_turns_to_answer() -> None:
    caller = caller_of(
        {"backchannel": "mm-hm", "after_s": 0.5}, {"cough": True, "after_s": 2.0},
        {"noise": "street", "duration_s": 0.2, "level_db": -30}, {"hang_up": True},
    )  # fmt: skip
    report, _, _ = run(caller, plays((0.0, LONG)))
    assert [turn.kind for turn in report.turns] == ["backchannel", "cough", "noise"]
    assert report.unanswered == []


def test_keys_are_pressed_one_after_the_other() -> None:
    caller = caller_of({"digits": "12#", "every_s": 0.1}, {"digits": "9"}, {"hang_up": True})
    assert run(caller, plays())[2] == "12#9"


def test_waiting_for_words_and_the_longest_wait() -> None:
    caller = caller_of({"wait": {"says": "help you"}}, {"say": "yes"}, {"hang_up": True})
    report, _, _ = run(caller, plays((0.5, HELLO)))
    assert report.turns[0].begins_at == pytest.approx(0.5 + len(HELLO) / 8000, abs=0.25)
    impatient = caller_of({"wait": {"silent_s": 1, "at_most_s": 2}}, {"say": "anybody"}, {"hang_up": True})
    assert run(impatient, plays())[0].turns[0].begins_at == pytest.approx(2.0, abs=0.03)


def test_a_caller_whose_script_is_over_hangs_up_some_time() -> None:
    caller = caller_of({"silence": 1})
    run(caller, plays(), longest_s=120)
    assert caller.end is End.RAN_OUT


def test_background_noise_leaves_the_words_readable() -> None:
    caller = caller_of(
        {"silence": 0.5}, {"say": "over the street"}, {"hang_up": True}, background=noise("street", 2, -50, 1)
    )
    _, sent, _ = run(caller, plays())
    assert heard_text(sent) == "over the street"
    assert level_db(b"".join(sent[:20])) == pytest.approx(-50, abs=4)


def test_levels_of_noise() -> None:
    for kind in ("white", "street", "hum"):
        assert level_db(noise(kind, 1.0, -30, 3)) == pytest.approx(-30, abs=0.5)
    assert level_db(cough(-15, 1)) == pytest.approx(-15, abs=1)
    assert noise("white", 1.0, -30, 3) == noise("white", 1.0, -30, 3)


# ── recordings ───────────────────────────────────────────────────────────────────────────────────────────────────


def write_wav(path: Path, rate: int, channels: int = 1, width: int = 2) -> Path:
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate) * 8000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(np.repeat(tone.astype(f"<i{width}"), channels).tobytes())
    return path


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_recordings_of_any_usual_rate(tmp_path: Path, rate: int, channels: int) -> None:
    audio = read_wav(write_wav(tmp_path / "a.wav", rate, channels))
    assert len(audio) == 8000
    pcm = decode_ulaw(audio).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(pcm))
    assert int(spectrum.argmax()) == 440
    assert 0.9 < pcm.std() / (8000 / np.sqrt(2)) < 1.1


def test_a_real_voice_is_cut_at_its_pauses_and_engraved() -> None:
    for options in ({}, {"word_times": False}):
        voice = SpokenVoice(ScriptedVoice(VoiceConfig(**options)))  # type: ignore[arg-type]
        script = script_from({"steps": [{"say": "one two three ... four five", "pause_s": 1.0}, {"hang_up": True}]})
        (prepared, _) = run_virtual(prepare(script, voice))
        whole = speak("one two three four five")
        assert len(prepared.audio) == len(whole) + 8000
        frames = [prepared.audio[at : at + FRAME_BYTES] for at in range(0, len(prepared.audio), FRAME_BYTES)]
        pause = frames.index(SILENCE_FRAME)
        assert frames[pause : pause + 50] == [SILENCE_FRAME] * 50
        assert pause * FRAME_S == pytest.approx(len(speak("one two three")) / 8000, abs=0.15)


def test_a_recording_with_its_words(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", 8000)
    script = script_from({"steps": [{"say": "four words in here", "wav": "a.wav"}, {"hang_up": True}]})
    caller = Caller(run_virtual(prepare(script, TapeVoice(), tmp_path)))
    assert heard_text(run(caller, plays())[1]) == "four words in here"


@pytest.mark.parametrize("case", ["missing", "text", "rate", "width"])
def test_recordings_that_cannot_be_used_are_named(tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.wav"
    if case == "text":
        path.write_text("no recording")
    elif case == "rate":
        write_wav(path, 44100)
    elif case == "width":
        write_wav(path, 8000, width=4)
    with pytest.raises(ConfigurationError, match=r"a\.wav"):
        read_wav(path)


# ── scripts ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_script_from_a_file(tmp_path: Path, suffix: str) -> None:
    steps = [{"wait": {"silent_s": 0.6}}, {"say": ["one", {"pause_s": 1.5}, "two"]}, {"hang_up": True}]
    path = tmp_path / f"caller.{suffix}"
    path.write_text(json.dumps({"voice": "local", "steps": steps}))
    script = load_script(path)
    assert script.voice == "local"
    assert [type(step).__name__ for step in script.steps] == ["Wait", "Say", "HangUp"]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"steps": []}, "steps"),
        ({"steps": [{"shout": "hey"}]}, "steps.0"),
        ({"steps": [{"say": "x", "volume": 3}]}, "volume"),
        ({"steps": [{"wait": {}}]}, "steps.0"),
        ({"steps": [{"wait": {"says": "("}}]}, "says"),
        ({"steps": [{"digits": "12x"}]}, "digits"),
        ({"steps": [{"silence": -1}]}, "silence"),
        ({"steps": [{"hang_up": False}]}, "hang_up"),
        ({"steps": [{"silence": 1}], "speed": 2}, "speed"),
        ([], "the script"),
    ],
)
def test_a_script_that_is_wrong_is_told_where(content: object, field: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        script_from(content, "caller.yaml")
    assert caught.value.file == "caller.yaml"
    assert field in caught.value.field
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "a: [", "\x00", "!!python/object:os.system {}"])
def test_a_file_that_is_no_script(tmp_path: Path, text: str) -> None:
    path = tmp_path / "caller.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"caller\.yaml"):
        load_script(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_script(tmp_path / "none.yaml")


def test_a_conversation_from_texts() -> None:
    steps = conversation(["one", "two"]).steps
    assert [type(step).__name__ for step in steps] == ["Wait", "Say", "Wait", "Say", "Wait", "HangUp"]


# ── scenarios ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_seed_is_a_scenario() -> None:
    assert Scenario.from_seed(7) == Scenario.from_seed(7)
    assert len({str(Scenario.from_seed(seed)) for seed in range(50)}) == 50


def test_calm_scenarios_have_no_faults() -> None:
    assert all(Scenario.from_seed(seed, CALM).is_calm for seed in range(50))
    assert not all(Scenario.from_seed(seed, Odds(providers=ProviderOdds(llm_fault=1.0))).is_calm for seed in range(5))


def test_every_scenario_can_be_played_by_its_caller() -> None:
    for seed in range(30):
        script = Scenario.from_seed(seed).script
        caller = Caller(run_virtual(prepare(script, TapeVoice())))
        run(caller, plays((0.0, HELLO)), longest_s=400)
        assert caller.end is End.HUNG_UP, f"seed {seed}"
