"""`offhook serve` as a person runs it: a process that answers, refuses who is not the carrier, and ends in order."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

AGENT = """\
name: shop
stt: {provider: scripted}
llm: {provider: scripted}
tts: {provider: scripted}
voice_detector: energy
end_of_turn: scripted
"""
PATIENCE_S = 60.0


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The process and the address that it says it answers at."""
    agent = folder / "agent.yaml"
    agent.write_text(AGENT)
    command = [sys.executable, "-m", "offhook", "serve", str(agent), *options]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "OFFHOOK_DATA_DIR": str(folder / "data")}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            lines = []
            for line in process.stderr:
                lines.append(line)
                if found := re.search(r"ready: (http://\S+)/healthz", line):
                    yield process, found[1]
                    return
            pytest.fail("the server ended before it was ready:\n" + "".join(lines))
        finally:
            process.kill()


def test_the_server_answers_refuses_and_ends_in_order(tmp_path: Path) -> None:
    with serving(tmp_path, "--port", "0") as (process, address):
        health = httpx2.get(f"{address}/healthz", timeout=PATIENCE_S)
        assert (health.status_code, health.json()["status"]) == (200, "ready")
        unsigned = httpx2.post(f"{address}/twilio/voice", data={"CallSid": "CA1"}, timeout=PATIENCE_S)
        assert unsigned.status_code == 403
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with serving(tmp_path, "--port", "0") as (_, address):
        port = address.rpartition(":")[2]
        command = [sys.executable, "-m", "offhook", "serve", str(tmp_path / "agent.yaml"), "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 2
        assert "cannot listen there" in done.stderr
        assert "Traceback" not in done.stderr
