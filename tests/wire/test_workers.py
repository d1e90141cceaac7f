"""`offhook serve --workers 2` on a real PostgreSQL: webhooks and media reach either, a crash is mended, all end in
order."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from offhook.cli.demo_command import free_port, inherited
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import STATUS_PATH, Carrier
from offhook.simulator.carrier_dial import DialPlan
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.voices import TapeVoice, prepare
from tests.served import ACCOUNT
from tests.wire.test_transfer_served import agent_that
from tests.workers_world import serving

CALLS = 5
STEPS = [
    {"wait": {"silent_s": 0.5}}, {"say": "sales please"},
    {"wait": {"says": "Of course", "silent_s": 3.0, "at_most_s": 15}},
    {"say": "thanks"}, {"wait": {"says": "welcome", "at_most_s": 10}}, {"hang_up": True},
]  # fmt: skip


def test_two_workers_share_a_port(tmp_path: Path) -> None:
    async def main() -> None:
        port, token = free_port(), secrets.token_hex(16)
        address = f"http://127.0.0.1:{port}"
        script = script_from({"voice": "tape", "steps": STEPS})
        steps = await prepare(script, TapeVoice(), tmp_path)
        options = CallOptions(dials=(DialPlan("busy", 1.0),), status_url=address + STATUS_PATH)
        carrier = Carrier(ServerWeb(Account(ACCOUNT, token), address), options)
        async with (
            RestServer(carrier) as rest,
            serving(tmp_path, agent_that(says="Of course."), rest.base_url, port, token) as server,
        ):

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
