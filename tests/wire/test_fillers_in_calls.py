"""Fillers the whole way: asked for, written by the transcriber, waited behind, and in no history."""

import asyncio
from pathlib import Path

import pytest

from offhook.simulator.vendors.deepgram import DeepgramServer
from offhook.simulator.vendors.latency import Delay
from tests.rig import Outcome, Rig, caller_script, live_call

WANTED = "I would like a table for four"


@pytest.mark.parametrize("model", ["nova-3", "flux-general-en"])
def test_an_um_is_waited_behind_and_stands_in_no_history(model: str, tmp_path: Path) -> None:
    async def main() -> Outcome:
        async with DeepgramServer(latency=Delay(0.06, 0.15)) as server:
            rig = Rig(
                agent={"opening": {"text": "Hello."}},
                stt={"provider": "deepgram", "base_url": server.base_url, "model": model},
                llm={"rules": [{"when": f"^{WANTED}$", "say": "Good."}], "otherwise": "What was that?"},
                key=lambda name: server.key,
            )
            done = {"wait": {"silent_s": 0.6}}
            says = {"say": "I would like um ... a table uh for four", "pause_s": 1.2}
            return await live_call(rig, caller_script(done, says, done, {"hang_up": True}), tmp_path)

    outcome = asyncio.run(main())
    assert any(
        "um" in line.get("text", "").split() for line in outcome.journal if line.get("event") == "TranscriptFinal"
    )
    assert [text for speaker, text in outcome.turns if speaker == "caller"] == [WANTED]
    assert ("agent", "Good.") in outcome.turns
