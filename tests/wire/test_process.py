"""The server's process with live calls in it: a crash, a drain, and what its files may never hold."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from offhook import clock
from offhook.call.journal import Line, read_header, read_lines
from offhook.call.replay import replay
from offhook.cli.demo_command import free_port, ready
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_outcome import CallOutcome
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.voices import TapeVoice, prepare

ACCOUNT = "AC" + "0" * 31 + "1"
CANARY = "canary0123456789canary0123456789"
AGENT = {
    "name": "test",
    "opening": {"text": "Hello, how can I help you?"},
    "stt": {"provider": "scripted"},
    "llm": {"provider": "scripted"},
    "tts": {"provider": "scripted"},
    "voice_detector": "energy",
    "end_of_turn": "scripted",
}


@dataclass
class Running:
    """A server in a process of its own, and a carrier that calls it."""

    process: asyncio.subprocess.Process
    carrier: Carrier
    folder: Path
    address: str = ""

    async def call(self, *steps: dict[str, Any]) -> CallOutcome:
        """One call."""
        script = script_from({"voice": "tape", "steps": list(steps)})
        return await self.carrier.call(Caller(await prepare(script, TapeVoice())))

    @property
    def journals(self) -> list[Path]:
        """Of all calls."""
        return sorted(self.folder.glob("calls/*/journal.jsonl"))

    async def journal_with(self, text: str, within_s: float = 20.0) -> Path:
        """The journal in which that text stands by now."""
        until = clock.now() + within_s
        while clock.now() < until:
            for path in self.journals:
                if text in path.read_text():
                    return path
            await asyncio.sleep(0.02)
        raise AssertionError(f"no journal holds {text!r}: {[path.read_text() for path in self.journals]}")


@asynccontextmanager
async def running(
    folder: Path, *before: str, agent: dict[str, Any] | None = None, **environment: str
) -> AsyncIterator[Running]:
    """The server, ready inside; whatever is left of it is killed. `before` stands in front of its command."""
    path, port = folder / "agent.yaml", free_port()
    path.write_text(yaml.safe_dump(AGENT | (agent or {})))
    carrier = Carrier(ServerWeb(Account(ACCOUNT, CANARY), f"http://127.0.0.1:{port}"))
    async with RestServer(carrier) as rest:
        variables = {
            **os.environ,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": CANARY,
            "OFFHOOK_TWILIO_BASE_URL": rest.base_url,
            "OFFHOOK_DATA_DIR": str(folder),
            **environment,
        }
        with (folder / "server.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *before, sys.executable, "-m", "offhook", "serve", str(path), "--port", str(port),
                env=variables, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            await ready(f"http://127.0.0.1:{port}", process, folder / "server.log")
            yield Running(process, carrier, folder, f"http://127.0.0.1:{port}")
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await carrier.close()


def test_a_crash_loses_less_than_a_second_of_the_record(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as server:
            call = asyncio.ensure_future(
                server.call({"wait": {"silent_s": 0.5}}, {"say": "what time do you open"}, {"silence": 30.0})
            )
            journal = await server.journal_with("You said: what time do you open.")
            server.process.send_signal(signal.SIGKILL)
            await server.process.wait()
            call.cancel()
            assert read_header(journal).agent == "test"
            lines = [line for line in read_lines(journal) if isinstance(line, Line)]
            assert lines and not replay(journal).mismatches[:-1]
            size = (journal.parent / "recording.wav").stat().st_size
            assert size / (8000 * 4) > lines[-1].at - 2.1, "a second is settled behind, and up to a second waits"

    asyncio.run(main())


def test_sigterm_lets_the_live_call_finish_and_refuses_the_next(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, OFFHOOK_DRAIN_SECONDS="30") as server:
            polite: dict[str, Any] = {"wait": {"silent_s": 0.6}}
            first = asyncio.ensure_future(
                server.call(
                    polite,
                    {"say": "what time do you open"},
                    polite,
                    {"say": "and on sunday"},
                    polite,
                    {"hang_up": True},
                )
            )
            await server.journal_with("what time do you open")
            server.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.3)
            second = await server.call({"silence": 1.0})
            assert second.said and not second.streams, "a spoken sentence, and no stream"
            outcome = await first
            # The news that the last call is over may find nobody there: the server has waited for that call alone.
            assert not [trouble for trouble in outcome.troubles if "status failed: " not in trouble]
            assert not outcome.report.unanswered, "the live call was not hurt"
            assert await server.process.wait() == 0

    asyncio.run(main())


def test_no_file_and_no_log_holds_the_secret(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path) as server:
            outcome = await server.call(
                {"wait": {"silent_s": 0.5}},
                {"say": "what is your token"},
                {"wait": {"silent_s": 0.5}},
                {"hang_up": True},
            )
            outcome.require_clean()
            await server.journal_with("EndCall")
            server.process.send_signal(signal.SIGTERM)
            assert await server.process.wait() == 0

    asyncio.run(main())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 5
    assert [path for path in files if CANARY.encode() in path.read_bytes()] == []
