"""Whole calls in virtual time: the real call and leg, scripted speech, a simulated carrier and caller."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from offhook.agents.model import Agent
from offhook.audio.vad import EnergyVad
from offhook.call.filling import Given, nothing_given
from offhook.call.live import Limits, LiveCalls
from offhook.call.records.files import FileRecords
from offhook.call.replay import ReplayResult, replay
from offhook.call.runtime import AgentRuntime
from offhook.call.runtimes import Runtimes
from offhook.core.endings import EndReason
from offhook.settings import Secret, Settings
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import CallerScript, script_from
from offhook.simulator.carrier_call import CallOptions, CallOutcome
from offhook.simulator.carrier_media import MediaFaults, StreamFacts
from offhook.simulator.memory import MemoryCall, MemoryCarrier, MemoryControl, MemoryServer, memory_call
from offhook.simulator.network import Network
from offhook.simulator.report import CallReport
from offhook.simulator.virtual import run_virtual
from offhook.simulator.voices import Prepared, TapeVoice, prepare
from offhook.speech.ports import Setup
from offhook.speech.registry import create_language_model, create_speech_to_text, create_voice
from offhook.speech.scripted.turn_model import ScriptedTurnModel
from offhook.telephony.carriers.twilio_line import CallControl, TwilioLines
from offhook.telephony.facts import CallFacts
from offhook.telephony.tokens import Tokens
from offhook.tools.toolbox import Toolbox
from offhook.web.switchboard import Switchboard

CALL_SID = "CA00000000000000000000000000000001"
SETTLE_S = 130.0
"""For tools that outlive their call."""


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
    telephone: Callable[[Sequence[Prepared]], Caller] = Caller
    """Who calls, from the script's steps."""
    patch: Callable[[AgentRuntime], None] = lambda _: None
    """Changes the agent once it is prepared."""
    team: dict[str, "Rig"] = field(default_factory=dict)
    """Agents that a call can be handed to, by name."""
    given: Given = nothing_given
    """What comes along with the call."""
    during: Callable[[LiveCalls], Coroutine[Any, Any, None]] | None = None
    """Done beside the call, from its beginning on; cancelled at its end."""

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
            handoffs={name: name for name in self.team},
        )

    def runtimes(self) -> Runtimes:
        """This agent answers, and its team takes over."""

        async def load(key: str) -> AgentRuntime:
            rig = self.team[key] if key else self
            runtime = rig.runtime()
            await runtime.prepare()
            rig.patch(runtime)
            return runtime

        return Runtimes(load, lambda _: "", self.given)


@dataclass
class Outcome:
    """What is left of a call."""

    report: CallReport
    folder: Path
    reason: EndReason | None
    tasks_left: int
    carrier: CallOutcome | None = None
    """What the carrier saw, of a call with webhooks."""

    @property
    def journal(self) -> list[dict[str, Any]]:
        """Its lines."""
        return [json.loads(line) for line in (self.folder / "journal.jsonl").read_text().splitlines()]

    def lines(self, *kinds: str) -> list[dict[str, Any]]:
        """Its events and commands of these kinds."""
        return [line for line in self.journal if line.get("event", line.get("command")) in kinds]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The history."""
        return [line["entry"] for line in self.lines("Remember")]

    @property
    def turns(self) -> list[tuple[str, str]]:
        """Who said what, as it is remembered; keys stand as they were pressed."""
        said = []
        for entry in self.entries:
            match entry["entry"]:
                case "CallerSaid":
                    said.append(("caller", entry["text"]))
                case "KeysPressed":
                    said.append(("caller", entry["keys"]))
                case "AgentSaid" if entry["text"]:
                    said.append(("agent", entry["text"]))
        return said

    @property
    def summary(self) -> dict[str, Any]:
        """`call.json`."""
        found: dict[str, Any] = json.loads((self.folder / "call.json").read_text())
        return found

    def replayed(self) -> ReplayResult:
        """The same call once more through the core."""
        return replay(self.folder / "journal.jsonl")


def caller_script(*steps: dict[str, Any], **options: Any) -> CallerScript:
    """A caller with these steps."""
    return script_from({"voice": "tape", "steps": list(steps), **options})


@dataclass
class House:
    """A server in memory: live calls, their agents, their records."""

    live: LiveCalls
    runtimes: Runtimes

    async def leave(self, folder: Path) -> int:
        """Wait until nothing of a call is left; tasks that are, all the same."""
        async with asyncio.timeout(SETTLE_S):
            while self.live.count:
                await asyncio.sleep(0.1)
        await self.live.settle(SETTLE_S)
        left = len(asyncio.all_tasks()) - 1
        self.live.stop()
        await self.runtimes.close()
        return left


def house_of(rig: Rig, data_dir: Path, control: CallControl, limits: Limits | None = None) -> House:
    """A server for this rig, whose lines a simulated carrier has."""
    runtimes = rig.runtimes()
    live = LiveCalls(
        runtimes,
        limits or Limits(),
        data_dir=data_dir,
        records=FileRecords(data_dir),
        lines=TwilioLines(control, "https://memory.test"),
        tokens=Tokens(Secret("")),
    )
    return House(live, runtimes)


async def live_call(
    rig: Rig, script: CallerScript, data_dir: Path, watch: Callable[[float], None] | None = None
) -> Outcome:
    """One call of one stream, from its webhook to its record, in the running loop's time."""
    control = MemoryControl()
    house = house_of(rig, data_dir, control)
    caller = rig.telephone(await prepare(script, TapeVoice()))
    await house.runtimes.acquire("")
    token = house.live.expect(CallFacts(CALL_SID, "+15005550006", "+15005550001"))
    facts = StreamFacts(
        account_sid="AC" + "0" * 32, call_sid=CALL_SID, stream_sid="MZ" + "0" * 32, parameters={"token": token}
    )
    call = MemoryCall(
        facts=facts, network=rig.network, faults=rig.faults, longest_s=1800.0, on_tick=watch, control=control
    )
    async with _beside(rig, house.live):
        report = await memory_call(house.live.answer, caller, call)
    left = await house.leave(data_dir)
    return Outcome(report, _folder(data_dir), house.live.outcome(CALL_SID), left)


async def carried_call(rig: Rig, script: CallerScript, data_dir: Path, options: CallOptions) -> Outcome:
    """One whole telephone call with its webhooks: streams come and go, people are dialled."""
    carrier = MemoryCarrier(options)
    house = house_of(rig, data_dir, carrier)
    await house.runtimes.acquire("")
    caller = rig.telephone(await prepare(script, TapeVoice()))
    board = Switchboard(house.live, Settings())
    async with _beside(rig, house.live):
        outcome = await carrier.call(caller, MemoryServer(board.respond, house.live.answer), longest_s=1800.0)
    left = await house.leave(data_dir)
    reason = house.live.outcome(outcome.parties.call_sid)
    return Outcome(outcome.report, _folder(data_dir), reason, left, outcome)


@asynccontextmanager
async def _beside(rig: Rig, live: LiveCalls) -> AsyncIterator[None]:
    if rig.during is None:
        yield
        return
    work = asyncio.create_task(rig.during(live))
    try:
        yield
        if work.done():
            work.result()
    finally:
        work.cancel()
        await asyncio.wait([work])


def _folder(data_dir: Path) -> Path:
    (folder,) = (data_dir / "calls").iterdir()
    return folder


def run_call_of(rig: Rig, script: CallerScript, data_dir: Path, seed: int | str = "none") -> Outcome:
    """A call of one stream in virtual time, from start to end."""
    return run_virtual(live_call(rig, script, data_dir), seed=seed)


def run_carried(rig: Rig, script: CallerScript, data_dir: Path, options: CallOptions | None = None) -> Outcome:
    """A call with its webhooks in virtual time."""
    return run_virtual(carried_call(rig, script, data_dir, options or CallOptions()))
