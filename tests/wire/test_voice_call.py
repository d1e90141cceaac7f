"""A whole call in real time whose voice is spoken to over HTTP, and is judged word by word by the caller."""

import asyncio
from pathlib import Path
from typing import Any

from offhook.simulator.caller_script import conversation
from offhook.simulator.vendors.azure import AzureServer
from offhook.simulator.vendors.latency import Delay
from offhook.simulator.vendors.openai_speech import OpenAISpeechServer
from offhook.simulator.vendors.sound import SoundServer, SoundTiming
from tests.rig import Rig, live_call

TIMING = SoundTiming(Delay(0.02, 0.03), realtime_factor=0.02, leading_silence_s=0.3)


def test_the_caller_hears_every_word(tmp_path: Path) -> None:
    async def call(server: SoundServer, folder: Path, path: str, **block: Any) -> None:
        async with server:
            rig = Rig(
                key=lambda _: server.key,
                tts={**block, "base_url": server.address + path},
                llm={"rules": [{"when": ".*", "say": "We close at six. Until tomorrow, then."}]},
                agent={"opening": {"text": "Good day."}},
            )
            outcome = await live_call(rig, conversation(["When do you close?"]), folder)
        said = [text for speaker, text in outcome.turns if speaker == "agent"]
        assert said == ["Good day.", "We close at six. Until tomorrow, then."]
        assert outcome.report.heard_text == " ".join(said)

    async def main() -> None:
        samples = OpenAISpeechServer(TIMING)
        samples.rate_hz = 8000
        async with asyncio.timeout(40), asyncio.TaskGroup() as calls:
            calls.create_task(call(AzureServer(TIMING), tmp_path / "azure", "", provider="azure"))
            calls.create_task(call(samples, tmp_path / "8k", "/v1", provider="openai", sample_rate_hz=8000))

    asyncio.run(main())
