"""`offhook talk` as a person runs it: a process that prints an address, takes a talk, and ends when it is told to."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.sync.client import connect

from tests.wire.test_serve_command import AGENT, PATIENCE_S

ENDS_WITHIN_S = 20.0
"""The goodbye, and what is left of it; a server of telephone calls waits up to a minute before that."""


def test_ctrl_c_ends_a_talk_with_a_goodbye_and_the_process(tmp_path: Path) -> None:
    agent = tmp_path / "agent.yaml"
    agent.write_text(AGENT)
    command = [sys.executable, "-u", "-m", "offhook", "talk", str(agent), "--port", "0", "--no-open"]
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "OFFHOOK_DATA_DIR": str(tmp_path / "data"),
        "PYTHONPATH": ":".join(sys.path),
    }  # fmt: skip
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            address, key = _address(process)
            headers = {"Authorization": f"Bearer {key}"}
            about = httpx2.get(f"{address}/talk/about", headers=headers, timeout=PATIENCE_S)
            assert about.json() == {"agent": "shop", "language": "en-US"}
            place = httpx2.post(f"{address}/talk/call", headers=headers, timeout=PATIENCE_S).json()
            with connect(f"{address.replace('http', 'ws')}/browser/media", proxy=None) as socket:
                begin = {
                    "type": "start", "rate": 16_000, "call": place["call"], "parameters": {"token": place["token"]},
                }  # fmt: skip
                socket.send(json.dumps(begin))
                told: list[dict[str, Any]] = []
                is_asked = False
                while not told or told[-1].get("told") != "ended":
                    message = socket.recv(timeout=ENDS_WITHIN_S)
                    if isinstance(message, bytes):
                        socket.send(bytes(640))
                        continue
                    told.append(json.loads(message))
                    if told[-1]["type"] == "mark":
                        socket.send(message)
                    if told[-1].get("told") == "agent_words" and not is_asked:
                        is_asked = True
                        process.send_signal(signal.SIGINT)
            assert told[-1]["reason"] == "offhook.drained"
            assert process.wait(ENDS_WITHIN_S) == 0
        finally:
            process.kill()


def _address(process: "subprocess.Popen[str]") -> tuple[str, str]:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if found := re.search(r"(http://\S+)/talk#(\S+)", line):
            return found[1], found[2]
    return pytest.fail("it ended before the page was there:\n" + "".join(lines))
