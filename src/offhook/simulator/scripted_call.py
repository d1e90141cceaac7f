"""One call of a kept test: a simulated caller's script to an agent, in a process of its own that yields to live calls.

It is given a job on standard input and leaves the call's folder, as a call of the server does. An agent that asks
nobody over the network is called in virtual time: a minute takes seconds, and a busy machine changes nothing.
"""

import asyncio
import json
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.agents.model import Agent
from offhook.call.live import Limits, LiveCalls
from offhook.call.records.files import FileRecords
from offhook.call.rehearsed_tools import RehearsedToolbox
from offhook.call.runtime import AgentRuntime
from offhook.call.runtimes import Runtimes
from offhook.errors import OffhookError
from offhook.platform.assembly import assemble, blocks_of
from offhook.platform.line_up import agent_of
from offhook.platform.vendors import place_of
from offhook.secret import Secret
from offhook.settings import Settings
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier_media import StreamFacts
from offhook.simulator.memory import MemoryCall, MemoryControl, memory_call
from offhook.simulator.virtual import run_virtual
from offhook.simulator.voices import Prepared, TapeVoice, local_voice, noise, prepare
from offhook.speech.registry import Kind, provider_of
from offhook.store.json import dumps
from offhook.telephony.facts import CallFacts
from offhook.telephony.tokens import Tokens

NICE: Final = 10
CPU_S: Final = 240
LONGEST_S: Final = 600.0
"""Of the call, on its own clock."""
LONGEST_REAL_S: Final = 240.0
"""Of one that takes as long as it takes, since it waits for the network."""
SETTLE_S: Final = 5.0
BACKGROUND_S: Final = 7.0
FROM: Final = "+15005550006"
TO: Final = "+15005550001"
IN_PROCESS: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.STT: frozenset({"scripted", "local"}), Kind.LLM: frozenset({"scripted", "grounded"}),
    Kind.TTS: frozenset({"scripted", "local"}),
}  # fmt: skip
"""Providers that ask nobody and keep no clock of their own."""
EXACT: Final[Mapping[str, Any]] = {
    "stt": {"provider": "scripted"}, "voice_detector": "energy", "end_of_turn": "scripted",
}  # fmt: skip
"""Hears the caller's words as they are written."""
ROOM: Final = 50
"""All of a call may wait for the disk: in virtual time it is over in seconds."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done."""

    call_id: str
    agent_key: str
    """`agent_01J.../3`."""
    document: Mapping[str, Any]
    folder: Path
    """Where the files lie that the document names."""
    out: Path
    """Where the call's folder is left."""
    script: Mapping[str, Any]
    is_heard_exactly: bool
    answers: Mapping[str, str]
    variables: Mapping[str, Any]
    settings: Settings
    secrets: Mapping[tuple[str, str], Secret]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Job":
        """From what the parent has written."""
        settings = Settings(
            data_dir=Path(told["data_dir"]), model_dir=Path(told["model_dir"]), model_sources=told["model_sources"],
            plain_hosts=tuple(told["plain_hosts"]), private_hosts=tuple(told["private_hosts"]),
            agent_variables=tuple(told["agent_variables"]), environment=told["environment"],
        )  # fmt: skip
        return cls(
            call_id=told["call_id"], agent_key=told["agent_key"], document=told["document"],
            folder=Path(told["folder"]), out=Path(told["out"]), script=told["script"],
            is_heard_exactly=told["is_heard_exactly"], answers=told["answers"], variables=told["variables"],
            settings=settings, secrets={(kind, name): Secret(value) for kind, name, value in told["secrets"]},
        )  # fmt: skip

    def key(self, variable: str) -> str:
        """The workspace's own, else that of the environment as far as it was handed on."""
        own = self.secrets.get(place_of(variable))
        return own.reveal() if own is not None else self.settings.key(variable)

    def agent(self) -> Agent:
        """Who is called. Raises `ConfigurationError`."""
        changes = dict(EXACT) if self.is_heard_exactly else {}
        if self.is_heard_exactly:
            # Heard by nobody but whoever listens to the recording: no vendor is paid for it.
            changes["tts"] = {"provider": "local" if self.is_english else "scripted"}
        return agent_of(dumps({**self.document, **changes}).encode(), self.folder)

    @property
    def is_english(self) -> bool:
        """The voice of this machine can speak it."""
        return str(self.document.get("language", "en")).replace("_", "-").partition("-")[0].lower() == "en"


def asks_nobody(agent: Agent, answers: Mapping[str, str]) -> bool:
    """Nothing of it goes over the network, so that its time may be jumped over."""
    if any(provider_of(kind, config).name not in IN_PROCESS[kind] for kind, config in blocks_of(agent)):
        return False
    return all(
        not isinstance(tool, McpServerConfig | HttpToolConfig)
        or (isinstance(tool, HttpToolConfig) and (tool.name in answers or not tool.is_harmless))
        for tool in agent.tools
    )


async def conduct(job: Job, agent: Agent, longest_s: float) -> dict[str, Any]:
    """The call, from the ringing to its folder; what is to be known beside that. Raises `OffhookError`."""
    runtime = await asyncio.to_thread(assemble, agent, job.settings, job.key)
    runtime = replace(runtime, toolbox=RehearsedToolbox(runtime.toolbox, job.answers), pre_call=None)
    steps = await _steps(job)
    await runtime.prepare()
    runtimes, records = _answering(runtime, job), FileRecords(job.out, room=ROOM)
    control = MemoryControl()
    live = LiveCalls(
        runtimes, Limits(), data_dir=job.out, records=records, lines=lambda facts: _Line(control, facts.call_sid),
        tokens=Tokens(Secret("")),
    )  # fmt: skip
    sid = f"CA{job.call_id.rpartition('_')[2].lower():0>32}"
    await runtimes.acquire("")
    token = live.expect(CallFacts(sid, FROM, TO, agent=job.agent_key, call_id=job.call_id))
    facts = StreamFacts(account_sid="AC" + "0" * 32, call_sid=sid, stream_sid="MZ" + "0" * 32,
                        parameters={"token": token})  # fmt: skip
    level = job.script.get("background_db")
    caller = Caller(steps, background=noise("street", BACKGROUND_S, float(level), 0) if level is not None else b"")
    report = await memory_call(live.answer, caller, MemoryCall(facts=facts, longest_s=longest_s, control=control))
    await live.drain(SETTLE_S)
    await asyncio.to_thread(live.stop)
    await runtimes.close()
    state = records.state()
    return {"ended_by": report.ended_by, "lost": bool(state.lost_lines or state.lost_audio_s or state.unopened)}


async def _steps(job: Job) -> Sequence[Prepared]:
    script = script_from(dict(job.script))
    if not job.is_english:
        return await prepare(script, TapeVoice())
    voice, port = await local_voice()
    try:
        return await prepare(script, voice)
    finally:
        await port.close()


def _answering(runtime: AgentRuntime, job: Job) -> Runtimes:
    async def load(key: str) -> AgentRuntime:
        del key
        return runtime

    async def given(facts: CallFacts) -> Mapping[str, object]:
        del facts
        return job.variables

    return Runtimes(load, lambda facts: "", given)


@dataclass(frozen=True, slots=True)
class _Line:
    """The caller's telephone. Nobody is dialled: who is to be connected to somebody else is at the end of the test."""

    control: MemoryControl
    call_sid: str

    @property
    def can_transfer(self) -> bool:
        """As far as the agent knows."""
        return True

    async def hang_up(self) -> None:
        """The call is over."""
        await self.control.hang_up(self.call_sid)

    async def transfer(self, call: str, number: str, ring_s: float) -> None:
        """The call is over too."""
        del call, number, ring_s
        await self.control.hang_up(self.call_sid)


def done(job: Job) -> dict[str, Any]:
    """Do it, in the time that fits; what is to be told."""
    try:
        agent = job.agent()
        if asks_nobody(agent, job.answers):
            return run_virtual(conduct(job, agent, LONGEST_S), limit_s=2 * LONGEST_S) | {"is_virtual": True}
        return asyncio.run(conduct(job, agent, LONGEST_REAL_S)) | {"is_virtual": False}
    except OffhookError as error:
        return {"trouble": str(error)}


def main() -> None:
    """The process: a job in JSON on standard input, what came of it in JSON on standard output."""
    os.umask(0o077)
    os.nice(NICE)
    for what, most in ((resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (most, most))
    told = done(Job.of(json.load(sys.stdin)))
    sys.stdout.write(json.dumps(told))
