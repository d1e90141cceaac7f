"""What the demo shows is true: everything is answered, and the recording says what the journal says was heard."""

import asyncio
import itertools
import wave
from pathlib import Path

import numpy as np

from offhook.agents.load import load_agent
from offhook.audio.g711 import encode_ulaw
from offhook.call.replay import replay
from offhook.cli.demo_command import example
from offhook.core.words import normalize
from offhook.simulator.caller_script import load_script
from offhook.speech.ports import Setup
from offhook.speech.stt.whisper import Whisper
from offhook.speech.voice_words import speaker
from tests.served import Served, call_served, need_models, word_errors

MODELS = ("whisper-base", "silero-vad", "smart-turn", "minilm")
WER = 0.12
"""The local transcriber's own errors on the local voice, names included."""


def agent_runs(served: Served) -> list[bytes]:
    """The agent's channel of the recording, cut where the journal says that a turn of the agent ended."""
    with wave.open(str(served.folder / "recording.wav")) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)[:, 1]
    ends = [line["at"] for line in served.turns("agent")]
    cuts = [0, *(round(end * 8000) for end in ends)]
    return [encode_ulaw(np.ascontiguousarray(pcm[a:b])) for a, b in itertools.pairwise(cuts)]


def as_spoken(text: str) -> str:
    """The words as a voice says them, so that "7:30" and "half past seven" do not count as errors of the agent."""
    return normalize(speaker(Setup(), spell_out=True)(text).said)


def test_the_demo(tmp_path: Path) -> None:
    store = need_models(*MODELS)
    agent, script = example("harbour-hotel/agent.yaml"), load_script(example("demo-caller.yaml"))
    served = asyncio.run(call_served(agent, script, tmp_path))
    report = served.outcome.report
    served.outcome.require_clean()
    assert not report.unanswered, [turn.text for turn in report.unanswered]
    assert report.cut_ins == 0
    assert report.ended_by == "server", "the agent hangs up once its goodbye was heard"
    assert (tmp_path / "requests.jsonl").read_text().count("\n") == 1, "the table was booked"
    assert not replay(served.folder / "journal.jsonl").mismatches

    whisper = Whisper(store.path("whisper-base"), "en-US", load_agent(agent).vocabulary)
    heard = list(served.said("agent"))
    wrong = words = 0
    for text, audio in zip(heard, agent_runs(served), strict=True):
        wanted, got = as_spoken(text), as_spoken(whisper.transcribe(audio[-30 * 8000 :]))
        wrong += word_errors(wanted, got)
        words += len(wanted.split())
    assert wrong <= WER * words, f"{wrong} of {words} words differ between the recording and the journal"
