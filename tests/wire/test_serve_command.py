"""`offhook serve` as a person runs it: a process that answers, refuses who is not the carrier, and ends in order."""

import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from offhook.simulator.carrier_web import signature

AGENT = """\
name: shop
stt: {provider: scripted}
llm: {provider: scripted}
tts: {provider: scripted}
voice_detector: energy
end_of_turn: scripted
"""
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
TOKEN = "0123456789abcdef" * 2


def environment(folder: Path) -> dict[str, str]:
    """Of a shell without a virtual environment."""
    return {
        "PATH": "/usr/bin:/bin", "HOME": str(folder), "OFFHOOK_DATA_DIR": str(folder / "data"),
        "PYTHONPATH": str(ROOT / "src"), "TWILIO_AUTH_TOKEN": TOKEN, "ELEVENLABS_API_KEY": "a-key-of-a-test",
    }  # fmt: skip


@contextmanager
def serving(
    folder: Path, *options: str, agent: str = AGENT, until: str = "ready: "
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The process and the address that it says it answers at."""
    path = folder / "agent.yaml"
    path.write_text(agent)
    command = [sys.executable, "-m", "offhook", "serve", str(path), *options]
    with subprocess.Popen(command, env=environment(folder), stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            lines = []
            for line in process.stderr:
                lines.append(line)
                if found := re.search(until + r"(http://\S+)/healthz", line):
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
        done = subprocess.run(
            command, env=environment(tmp_path), capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 2
        assert f"port: 127.0.0.1:{port}: Address already in use" in done.stderr
        assert "loading" not in done.stderr, "before anything is loaded"
        assert "Traceback" not in done.stderr


@contextmanager
def silent_vendor() -> Iterator[tuple[int, Callable[[], None]]]:
    """A port where somebody answers the telephone and says nothing, and a way to end that."""
    over = threading.Event()

    def answer(server: socket.socket) -> None:
        held = []
        with suppress(OSError):
            while not over.is_set():
                held.append(server.accept()[0])
        for one in held:
            one.close()

    def end() -> None:
        over.set()
        with suppress(OSError):
            socket.create_connection(server.getsockname()).close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        try:
            yield server.getsockname()[1], end
        finally:
            end()
            thread.join()


def test_until_it_is_ready_callers_are_refused_politely_and_a_voice_out_of_reach_is_one_line(tmp_path: Path) -> None:
    with silent_vendor() as (port, end):
        voice = f"{{provider: elevenlabs, voice: voice1, base_url: 'http://127.0.0.1:{port}'}}"
        agent = AGENT.replace("tts: {provider: scripted}", f"tts: {voice}")
        with serving(tmp_path, "--port", "0", agent=agent, until="loading: ") as (process, address):
            health = httpx2.get(f"{address}/healthz", timeout=PATIENCE_S)
            assert (health.status_code, health.json()["status"]) == (503, "starting")
            url, form = f"{address}/twilio/voice", {"CallSid": "CA" + 32 * "1", "CallStatus": "ringing"}
            answer = httpx2.post(
                url, data=form, headers={"X-Twilio-Signature": signature(TOKEN, url, form)}, timeout=PATIENCE_S
            )
            assert answer.status_code == 200 and "<Say" in answer.text and "<Connect" not in answer.text
            end()
            assert process.wait(PATIENCE_S) == 2
            assert process.stderr is not None
            said = process.stderr.read()
            assert "Traceback" not in said
            assert re.search(r"✗ a provider cannot be reached: .*provider: local", said), said
