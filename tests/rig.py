"""Whole calls in virtual time: the real call and leg, scripted speech, a simulated carrier and caller."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from offhook.agents.model import Agent
from offhook.audio.vad import EnergyVad
from offhook.call.live import Limits, LiveCalls
from offhook.call.replay import ReplayResult, replay
from offhook.call.runtime import AgentRuntime
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import CallerScript, script_from
from offhook.simulator.carrier_media import MediaFaults, StreamFacts
from offhook.simulator.memory import MemoryCall, memory_call
from offhook.simulator.network import Network
from offhook.simulator.report import CallReport
from offhook.simulator.virtual import run_virtual
from offhook.simulator.voices import TapeVoice, prepare
from offhook.speech.ports import Setup
from offhook.speech.registry import create_language_model, create_speech_to_text, create_voice
from offhook.speech.scripted.turn_model import ScriptedTurnModel
from offhook.telephony.facts import CallFacts
from offhook.tools.toolbox import Toolbox

CALL_SID = "CA00000000000000000000000000000001"


@dataclass
class Rig:
    """What a call is made of."""

    agent: dict[str, Any] = field(default_factory=dict)
    stt: dict[str, Any] = field(default_factory=dict)
    llm: dict[str, Any] = field(default_factory=dict)
    tts: dict[str, Any] = field(default_factory=dict)
    network: Network = field(default_factory=Network)
    faults: MediaFaults = field(default_factory=MediaFaults)
    turn_model: ScriptedTurnModel = field(default_factory=ScriptedTurnModel)
    key: Callable[[str], str] | None = None
    """Secret by name, for providers that want one."""

    def runtime(self) -> AgentRuntime:
        """An agent on scripted speech."""
        agent = Agent.model_validate(
            {
                "name": "test",
                "opening": {"text": "Hello, how can I help you?"},
                "stt": {"provider": "scripted", **self.stt},
                "llm": {"provider": "scripted", **self.llm},
                "tts": {"provider": "scripted", **self.tts},
                **self.agent,
            }
        )
        setup = Setup(language=agent.language, agent_name=agent.name, key=self.key)
        return AgentRuntime(
            agent=agent,
            behaviour=agent.behaviour(),
            script=agent.script(),
            stt=create_speech_to_text(agent.stt, setup),
            llm=create_language_model(agent.llm, setup),
            voice=create_voice(agent.tts, setup),
            turn_model=self.turn_model,
            vad=EnergyVad(),
            toolbox=Toolbox(agent.tools, setup),
        )


@dataclass
class Outcome:
    """What is left of a call."""

    report: CallReport
    folder: Path
    reason: str
    tasks_left: int

    @property
    def journal(self) -> list[dict[str, Any]]:
        """Its lines."""
        return [json.loads(line) for line in (self.folder / "journal.jsonl").read_text().splitlines()]

    @property
    def turns(self) -> list[tuple[str, str]]:
        """Who said what, as recorded."""
        return [(line["speaker"], line["text"]) for line in self.journal if line.get("command") == "RecordTurn"]

    def replayed(self) -> ReplayResult:
        """The same call once more through the core."""
        return replay(self.folder / "journal.jsonl")


def caller_script(*steps: dict[str, Any], **options: Any) -> CallerScript:
    """A caller with these steps."""
    return script_from({"voice": "tape", "steps": list(steps), **options})


async def live_call(
    rig: Rig, script: CallerScript, data_dir: Path, watch: Callable[[float], None] | None = None
) -> Outcome:
    """One call from its webhook to its record, in the running loop's time."""
    runtime = rig.runtime()
    await runtime.prepare()
    live = LiveCalls(runtime, data_dir, Limits())
    try:
        token = live.expect(CALL_SID, CallFacts(CALL_SID, "+15005550006", "+15005550001"))
        caller = Caller(await prepare(script, TapeVoice()))
        facts = StreamFacts(
            account_sid="AC" + "0" * 32, call_sid=CALL_SID, stream_sid="MZ" + "0" * 32, parameters={"token": token}
        )
        call = MemoryCall(facts=facts, network=rig.network, faults=rig.faults, longest_s=1800.0, on_tick=watch)
        report = await memory_call(live.answer, caller, call)
        async with asyncio.timeout(60.0):
            while live.count:
                await asyncio.sleep(0.1)
        tasks_left = len(asyncio.all_tasks()) - 1
    finally:
        live.stop()
        await runtime.close()
    (folder,) = (data_dir / "calls").iterdir()
    return Outcome(report, folder, live.outcome(CALL_SID) or "", tasks_left)


def run_call_of(rig: Rig, script: CallerScript, data_dir: Path, seed: int | str = "none") -> Outcome:
    """The same in virtual time, from start to end."""
    return run_virtual(live_call(rig, script, data_dir), seed=seed)
