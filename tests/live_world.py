"""Every stand-in, an agent that names them all, and a carrier with one call in its past: a live day on this machine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import yaml

from offhook import clock
from offhook.agents.load import load_agent
from offhook.cli.live_parts import plan_of
from offhook.live.day import Plan, live_day
from offhook.live.models import TOOL_NAME
from offhook.live.purse import Purse
from offhook.live.question import Result, Verdict, Waits
from offhook.settings import Settings
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_outcome import CallOptions
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.vendors.profiles import PROFILES
from offhook.simulator.vendors.server import Answer
from offhook.simulator.vendors.standins import Plan as StandInPlan
from offhook.simulator.vendors.standins import StandIns
from offhook.simulator.voices import TapeVoice, prepare
from offhook.speech.ports import ToolCall
from offhook.speech.registry import Kind
from tests.carrier_world import ACCOUNT, PUBLIC_URL, TOKEN, TinyServer, running

SHORT = Waits(answer_s=2.0, idle_s=0.3, keep_alive_s=0.1, frame_s=0.001, connections=6)
VOICES = ("elevenlabs", "cartesia", "deepgram-speak", "azure", "openai-speech")
SIGNED = "2026-11-28 INFO offhook.web < the media socket is signed as wss, without a slash, without a port\n"


def obedient(body: dict[str, Any]) -> Answer:
    """A model that does as it is told: a word, or the tool that has to come before one."""
    names = [tool.get("name") for tool in body.get("tools", ())]
    return Answer(calls=(ToolCall("toolu_1", TOOL_NAME, "{}"),)) if TOOL_NAME in names else Answer("Yes.")


@dataclass
class LiveWorld:
    """What listens, and how it is asked."""

    standins: StandIns
    rest: RestServer
    agent: Path
    environment: dict[str, str] = field(default_factory=dict)

    def server(self, name: str) -> Any:
        """The stand-in of that name."""
        return self.standins.listening[name].server

    @asynccontextmanager
    async def plan(self, **changes: Any) -> AsyncIterator[Plan]:
        """The plan, as the commands make it."""
        settings = Settings.from_environment(self.environment)
        changes = {"waits": SHORT, "log": SIGNED, **changes}
        async with plan_of(load_agent(self.agent), settings, **changes) as plan:
            yield plan

    async def ask(self, *only: str, purse: Purse | None = None, **changes: Any) -> dict[str, Result]:
        """The results by name."""
        async with self.plan(only=only, **changes) as plan:
            plan = plan if purse is None else replace(plan, purse=purse)
            return {result.name: result async for result in live_day(plan)}

    async def verdict(self, name: str, **changes: Any) -> tuple[Verdict, str]:
        """Of one question, and what came."""
        (result,) = (await self.ask(name, **changes)).values()
        return result.verdict, result.came


def document(standins: StandIns, voices: Sequence[str] = VOICES) -> dict[str, Any]:
    """An agent with every vendor in its lists."""
    listening = standins.listening
    found = standins.agent(tools=[{"name": "end_call"}, {"name": "take_message"}])
    found["llm"] = {**listening["openai"].block(Kind.LLM), "fallback": [listening["anthropic"].block(Kind.LLM)]}
    blocks = [listening[name].block(Kind.TTS) for name in voices]
    found["tts"] = {**blocks[0], "fallback": blocks[1:]}
    return found


@asynccontextmanager
async def live_world(folder: Path, **fields: Any) -> AsyncIterator[LiveWorld]:
    """`fields` are put into the agent's document."""
    async with AsyncExitStack() as stack:
        standins = await stack.enter_async_context(StandIns(StandInPlan(profile=PROFILES["instant"], brain=obedient)))
        rest = await stack.enter_async_context(_carrier())
        agent = folder / "agent.yaml"
        agent.write_text(yaml.safe_dump({**document(standins), **fields}), "utf-8")
        environment = {
            **standins.environment(), "TWILIO_ACCOUNT_SID": ACCOUNT.sid, "TWILIO_AUTH_TOKEN": TOKEN,
            "OFFHOOK_TWILIO_BASE_URL": rest.base_url, "OFFHOOK_DATA_DIR": str(folder),
        }  # fmt: skip
        yield LiveWorld(standins, rest, agent, environment)


@asynccontextmanager
async def _carrier() -> AsyncIterator[RestServer]:
    """With a call that ended a minute ago."""
    tiny = TinyServer()
    async with running(tiny):
        carrier = Carrier(tiny.web(), CallOptions(status_url=PUBLIC_URL + "/twilio/status", pace=0.0))
        caller = Caller(await prepare(script_from({"steps": [{"silence": 0.1}, {"hang_up": True}]}), TapeVoice()))
        async with asyncio.timeout(10):
            await carrier.call(caller)
        async with RestServer(carrier) as rest:
            ago(rest, 60)
            yield rest
        await carrier.close()


def ago(rest: RestServer, seconds: float) -> None:
    """When the call ended."""
    ended_at = clock.wall().fromtimestamp(clock.wall().timestamp() - seconds, clock.wall().tzinfo)
    rest.end_time = format_datetime(ended_at)


def in_world(folder: Path, check: Callable[[LiveWorld], Any], **fields: Any) -> None:
    """Run an async check in a world of its own."""

    async def main() -> None:
        async with live_world(folder, **fields) as world, asyncio.timeout(60):
            await check(world)

    asyncio.run(main())
