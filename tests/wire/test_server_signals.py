"""SIGTERM, SIGINT and SIGHUP: new calls are refused, live ones may finish; a second one ends at once. In a process
of its own."""

import os
import pty
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest

PROGRAM = """
import asyncio, signal, sys, uvloop
from offhook.settings import Settings
from offhook.web.app import create_app
from offhook.web.server import Listening, serve

if "as it is" not in sys.argv:
    # Whoever runs these tests may have been told to outlive a terminal.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

class Calls:
    count = 1
    reason = None
    def refusal(self): return self.reason
    def outcome(self, call_sid): return None
    def answer(self, leg, started): return False
    async def drain(self, deadline_s):
        self.reason = "draining"
        print("draining", flush=True)
        if deadline_s > 1:
            await asyncio.Event().wait()

calls = Calls()
listening = Listening(port=0, on_ready=lambda port: print(port, flush=True))
app = create_app(calls, Settings())
uvloop.run(serve(app, calls, listening, drain_deadline_s=float(sys.argv[1])))
print("over", flush=True)
"""
SILENT = PROGRAM.replace("print(", "(lambda *_, **__: None)(")


def _start(deadline_s: float, *before: str) -> tuple[subprocess.Popen[str], str]:
    server = subprocess.Popen(
        [*before, sys.executable, "-c", PROGRAM, str(deadline_s), *(["as it is"] if before else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    return server, f"http://127.0.0.1:{port}/healthz"


def _status(url: str) -> int:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_one_signal_drains_and_ends_in_order(name: signal.Signals) -> None:
    server, url = _start(0)
    with server:
        assert _status(url) == 200
        server.send_signal(name)
        out, err = server.communicate(timeout=30)
    assert out.split() == ["draining", "over"]
    assert server.returncode == 0
    assert "Traceback" not in err


def test_while_it_drains_it_answers_and_a_second_signal_ends_it() -> None:
    server, url = _start(60)
    with server:
        server.send_signal(signal.SIGTERM)
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "draining"
        assert _status(url) == 503
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=30)
    assert out.split() == ["over"]
    assert server.returncode == 0
    assert "Traceback" not in err


def test_a_hang_up_cuts_no_call_however_often_and_what_follows_it_is_the_first() -> None:
    """A terminal that is closed sends one or two; a supervisor may be told to stop while it reloads."""
    server, url = _start(60)
    with server:
        server.send_signal(signal.SIGHUP)
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "draining"
        for name in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
            server.send_signal(name)
            assert _status(url) == 503, "calls go on"
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=30)
    assert out.split() == ["over"]
    assert server.returncode == 0
    assert "Traceback" not in err


def test_nohup_outlives_its_terminal() -> None:
    server, url = _start(0, "nohup")
    with server:
        server.send_signal(signal.SIGHUP)
        assert _status(url) == 200
        server.send_signal(signal.SIGTERM)
        out, _ = server.communicate(timeout=30)
    assert out.split() == ["draining", "over"]
    assert server.returncode == 0


def test_a_terminal_that_is_closed_drains() -> None:
    """Nothing can be written to it any more."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", SILENT, "0"])  # noqa: S606
    deadline = time.monotonic() + 30
    while not _has_handler(pid) and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def _has_handler(pid: int) -> bool:
    """SIGHUP is caught by now (proc(5), SigCgt)."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt:")]
    return bool(int(line.split()[1], 16) >> (signal.SIGHUP - 1) & 1)
