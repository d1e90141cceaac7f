"""Makes the sample calls of a first start: calls of the simulated carrier to the sample agent on the real server.

python -m scripts.samples            all of them again, in real time: on a machine that has nothing else to do
python -m scripts.samples message    one of them
python -m scripts.samples --check    do the kept ones replay on today's core?
"""

import argparse
import asyncio
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console

from offhook import clock
from offhook.agents import yaml_values
from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.call.journal import read_header, read_lines
from offhook.call.replay import replay
from offhook.cli import demo_command as demo
from offhook.cli.demo_view import JournalView, latency_table
from offhook.cli.simulate_command import on_stand_ins, write
from offhook.platform.samples.packed import AGENT, FACTS, KEPT, NAMES, VERSIONS, pack, unpack
from offhook.platform.samples.samples import document
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.vendors.profiles import profile_of
from offhook.simulator.vendors.standins import Plan, StandIns
from offhook.simulator.voices import Prepared, SpokenVoice, prepare
from offhook.speech.ports import Setup, SpokenAudio, Voice
from offhook.speech.tts.local import Config, create

CALLERS: Final = Path(__file__).with_name("sample_callers.yaml")
TO: Final = "+15035550173"
"""The sample agent's number."""
FAILS_AFTER_S: Final = 9.0
"""After the call with vendors has begun."""
_ACCOUNT: Final = "AC" + "0" * 31 + "1"


class Pitched:
    """A voice that is higher or lower, as fast as before: the caller is not the agent."""

    def __init__(self, voice: Voice, pitch: float) -> None:
        self._voice, self._pitch = voice, pitch

    async def prepare(self) -> None:
        """Load it."""
        await self._voice.prepare()

    async def synthesize(self, text: str) -> AsyncGenerator[Any, None]:
        """Its audio, played so much faster."""
        async for part in self._voice.synthesize(text):
            if isinstance(part, SpokenAudio):
                pcm = decode_ulaw(part.audio).astype(np.float64)
                at = np.arange(0, len(pcm) - 1, self._pitch)
                audio = encode_ulaw(np.interp(at, np.arange(len(pcm)), pcm).round().astype(np.int16))
                words = tuple(
                    replace(word, start_s=word.start_s / self._pitch, end_s=word.end_s / self._pitch)
                    for word in part.words
                )
                yield replace(part, audio=audio, words=words)
            else:
                yield part

    async def close(self) -> None:
        """Let go of it."""
        await self._voice.close()


async def make(names: Sequence[str], console: Console) -> None:
    """Call, and keep what came of it."""
    with_vendors = [name for name in names if VERSIONS[name] == 1]
    if without := [name for name in names if VERSIONS[name] != 1]:
        await _served(without, document(), console, asyncio.Event())
    if with_vendors:
        async with StandIns(Plan(profile=profile_of("published"), names=("deepgram", "openai"))) as vendors:
            os.environ.update(vendors.environment())
            answered = asyncio.Event()
            failing = asyncio.create_task(_fail_later(vendors, answered))
            await _served(with_vendors, on_stand_ins(document(1), vendors), console, answered)
            await failing


async def _fail_later(vendors: StandIns, answered: asyncio.Event) -> None:
    await answered.wait()
    await asyncio.sleep(FAILS_AFTER_S)
    vendors.fail("openai", "overloaded")


async def _served(names: Sequence[str], agent: dict[str, Any], console: Console, answered: asyncio.Event) -> None:
    """A server for this agent, called by each of them."""
    callers = yaml_values.parse(CALLERS.read_bytes())
    with tempfile.TemporaryDirectory(prefix="offhook-samples-") as made:
        folder = Path(made)
        write(folder / AGENT.name, agent)
        shutil.copy(FACTS, folder)
        stage = demo.Stage(folder / AGENT.name, CALLERS, folder, demo.free_port(), secrets.token_hex(16))
        carrier = Carrier(ServerWeb(Account(_ACCOUNT, stage.token), stage.address))
        async with RestServer(carrier) as rest, demo.server(stage, rest.base_url, console):
            for name in names:
                steps = await _rehearsed(name, callers[name])
                console.rule(name)
                answered.set()
                outcome = await carrier.call(Caller(steps), from_number=callers[name]["from"], to_number=TO)
                outcome.require_clean()
                await asyncio.to_thread(_keep, name, outcome.parties.call_sid, folder / "calls", console)
        await carrier.close()


async def _rehearsed(name: str, caller: dict[str, Any]) -> tuple[Prepared, ...]:
    voice = Pitched(create(Config(speed=1 / caller["pitch"]), Setup()), caller["pitch"])
    await voice.prepare()
    script = script_from({"name": name, "voice": "local", "steps": caller["steps"]}, str(CALLERS))
    steps = await prepare(script, SpokenVoice(voice))
    await voice.close()
    return steps


def _keep(name: str, call_sid: str, calls: Path, console: Console) -> None:
    """Show the call, and keep what it has left in its folder, once all of it is there."""
    until_at = clock.machine() + demo.RECORDS_S
    while not (found := [one for one in calls.iterdir() if _is_over(one, call_sid)]) and clock.machine() < until_at:
        time.sleep(0.1)
    view = JournalView(console)
    for line in read_lines(found[0] / "journal.jsonl"):
        view.add(line)
    console.print(latency_table(view.meter.turns))
    console.print(f"ended by: {view.end_reason}")
    pack(name, found[0])


def _is_over(folder: Path, call_sid: str) -> bool:
    return (folder / "call.json").exists() and read_header(folder / "journal.jsonl").carrier_call == call_sid


def check() -> list[str]:
    """What is wrong with the kept calls; empty: nothing."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="offhook-samples-") as made:
        for name in NAMES:
            result = replay(unpack(name, Path(made)) / "journal.jsonl")
            if result.mismatches or not result.is_whole:
                wrong.append(f"{name}: comes out differently behind {len(result.mismatches)} of {result.events} events")
    return wrong


def main() -> int:
    """Make or check them; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="Which; all, when none is named.")
    parser.add_argument("--check", action="store_true", help="Only see whether they still replay.")
    given = parser.parse_args()
    if given.check:
        wrong = check()
        for line in wrong:
            print(f"✗ {line}")
        if wrong:
            print("make them again: python -m scripts.samples")
        return bool(wrong)
    asyncio.run(make(given.names or NAMES, Console(highlight=False)))
    size = sum(path.stat().st_size for path in KEPT.iterdir())
    print(f"{size / 1e6:.2f} MB in {KEPT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
