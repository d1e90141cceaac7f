"""`offhook serve --workers 2` on a real PostgreSQL: webhooks and media reach either, a crash is mended, all end in
order."""

import asyncio
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import yaml

from offhook.cli.demo_command import free_port, inherited, ready
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import STATUS_PATH, Carrier
from offhook.simulator.carrier_call import CallOptions, CallOutcome
from offhook.simulator.carrier_dial import DialPlan
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.voices import TapeVoice, prepare
from tests.platform_world import new_database
from tests.served import ACCOUNT
from tests.wire.test_transfer_served import agent_that

CALLS = 5
STEPS = [
    {"wait": {"silent_s": 0.5}}, {"say": "sales please"},
    {"wait": {"says": "Of course", "silent_s": 3.0, "at_most_s": 15}},
    {"say": "thanks"}, {"wait": {"says": "welcome", "at_most_s": 10}}, {"hang_up": True},
]  # fmt: skip


class _Server:
    def __init__(self, folder: Path, process: asyncio.subprocess.Process, log: Path) -> None:
        self.folder, self.process, self._log = folder, process, log

    @property
    def log(self) -> str:
        return self._log.read_text()

    def workers(self) -> list[int]:
        """Their pids, as their lines in the log say."""
        return [int(pid) for pid in re.findall(r"worker \d is ready: pid (\d+)", self.log)]

    async def until_ready(self, count: int) -> None:
        """So many workers have ever been ready."""
        async with asyncio.timeout(60):
            while len(self.workers()) < count:
                assert self.process.returncode is None, self.log
                await asyncio.sleep(0.1)


@asynccontextmanager
async def _serving(folder: Path, rest_url: str, port: int, token: str) -> AsyncIterator[_Server]:
    agent = folder / "agent.yaml"
    agent.write_text(yaml.safe_dump(agent_that(says="Of course.")))
    url = new_database("postgresql", folder)
    environment = {
        **inherited(), "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": token, "OFFHOOK_TWILIO_BASE_URL": rest_url,
        "OFFHOOK_DATA_DIR": str(folder), "OFFHOOK_DATABASE_URL": url.render_as_string(hide_password=False),
        "OFFHOOK_MAX_LOOP_LAG_MS": "5000",
    }  # fmt: skip
    log = folder / "server.log"
    command = ["-m", "offhook", "serve", str(agent), "--port", str(port), "--workers", "2"]
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environment, stdout=output, stderr=output
        )
    server = _Server(folder, process, log)
    try:
        await ready(f"http://127.0.0.1:{port}", process, log)
        await server.until_ready(2)
        yield server
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(40):
            await process.wait()


def test_two_workers_share_a_port(tmp_path: Path) -> None:
    async def main() -> None:
        port, token = free_port(), secrets.token_hex(16)
        address = f"http://127.0.0.1:{port}"
        script = script_from({"voice": "tape", "steps": STEPS})
        steps = await prepare(script, TapeVoice(), tmp_path)
        options = CallOptions(dials=(DialPlan("busy", 1.0),), status_url=address + STATUS_PATH)
        carrier = Carrier(ServerWeb(Account(ACCOUNT, token), address), options)
        async with RestServer(carrier) as rest, _serving(tmp_path, rest.base_url, port, token) as server:

            async def call(after_s: float) -> CallOutcome:
                await asyncio.sleep(after_s)
                return await carrier.call(Caller(steps))

            outcomes = await asyncio.gather(*(call(0.7 * n) for n in range(CALLS)))
            for outcome in outcomes:
                assert outcome.report.heard_text.endswith("You are welcome."), (outcome, server.log)
            log = server.log
            assert "handed to the process where it lives" in log, "media came back to the other worker"
            # A worker that dies is followed by another.
            os.kill(server.workers()[0], signal.SIGKILL)
            await server.until_ready(3)
            assert "ended by itself (signal 9)" in server.log
            again = await carrier.call(Caller(steps))
            assert again.report.heard_text.endswith("You are welcome.")
            server.process.terminate()
            assert await server.process.wait() == 0
            assert not any(map(psutil.pid_exists, server.workers())), "all ended with the one that had started them"
        await carrier.close()

    asyncio.run(asyncio.wait_for(main(), 200))


def test_with_a_file_for_a_database_there_is_one_worker(tmp_path: Path) -> None:
    environment = {**inherited(), "OFFHOOK_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "offhook", "serve", "--workers", "2", "--port", "0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and "PostgreSQL" in done.stderr and "OFFHOOK_DATABASE_URL" in done.stderr
