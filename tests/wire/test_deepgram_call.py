"""Whole calls that hear by Deepgram's adapter over real sockets; the caller's tape tells the true words."""

import asyncio
from pathlib import Path

from offhook.simulator.vendors.deepgram import THROTTLE, Break, DeepgramFaults, DeepgramServer
from offhook.simulator.vendors.latency import Delay
from tests.rig import Outcome, Rig, caller_script, live_call

LONGEST_SILENCE_S = 3.0
SENTENCE = "I would like to book a table for seven people on friday evening please"
MODELS = ("nova-3", "flux-general-en")


async def one_call(model: str, folder: Path, throttle: float | None = None) -> tuple[Outcome, int]:
    """The caller says one sentence, in which the connection is lost twice; what is left, and the streams it took."""
    faults = DeepgramFaults(breaks=(Break(after_words=4), Break(kind="close", after_words=9)))
    async with DeepgramServer(faults=faults, latency=Delay(0.06, 0.15), throttle=throttle) as server:
        rig = Rig(
            agent={"opening": {"text": "Hello."}},
            stt={"provider": "deepgram", "base_url": server.base_url, "model": model},
            llm={"rules": [{"when": f"^{SENTENCE}$", "say": "Good."}], "otherwise": "What was that?"},
            key=lambda name: server.key,
        )
        done = {"wait": {"silent_s": 0.3}}
        patient = {"wait": {"silent_s": 2.0}} if throttle else done
        outcome = await live_call(rig, caller_script(done, {"say": SENTENCE}, patient, {"hang_up": True}), folder)
        return outcome, server.accepted


async def calls(folder: Path) -> list[tuple[Outcome, int]]:
    """One for each model, side by side."""
    return await asyncio.gather(*(one_call(model, folder / model) for model in MODELS))


def test_a_backlog_that_is_heard_late_is_waited_for(tmp_path: Path) -> None:
    outcome, _ = asyncio.run(one_call("nova-3", tmp_path, throttle=THROTTLE))
    assert [text for speaker, text in outcome.turns if speaker == "caller"] == [SENTENCE]
    assert ("agent", "Good.") in outcome.turns and not outcome.report.unanswered
    assert outcome.report.longest_silence_s <= LONGEST_SILENCE_S


def test_two_drops_in_the_middle_of_a_sentence_lose_and_double_no_word(tmp_path: Path) -> None:
    for model, (outcome, streams) in zip(MODELS, asyncio.run(calls(tmp_path)), strict=True):
        assert streams == 3, "lost twice, connected again twice"
        assert sum(line.get("event") == "TranscriberLost" for line in outcome.journal) == 2
        assert not outcome.report.violations
        assert [text for speaker, text in outcome.turns if speaker == "caller"] == [SENTENCE]
        assert ("agent", "Good.") in outcome.turns, "the model was asked with every word"
        believed = any(line.get("event") == "TurnEndExpected" for line in outcome.journal)
        assert believed == model.startswith("flux")
