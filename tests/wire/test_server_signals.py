"""SIGTERM: new calls are refused, live ones may finish; a second signal ends at once. In a process of its own."""

import signal
import subprocess
import sys
import urllib.request
from urllib.error import HTTPError

PROGRAM = """
import asyncio, sys, uvloop
from offhook.settings import Settings
from offhook.web.app import create_app
from offhook.web.server import Listening, serve

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


def _start(deadline_s: float) -> tuple[subprocess.Popen[str], str]:
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(deadline_s)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
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


def test_one_signal_drains_and_ends_in_order() -> None:
    server, url = _start(0)
    with server:
        assert _status(url) == 200
        server.send_signal(signal.SIGTERM)
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
