"""`offhook call` as a person runs it, against a tiny server."""

import asyncio
import base64
import json
import signal
import sys
import wave
from pathlib import Path

import pytest
from fastapi import WebSocket
from typer.testing import CliRunner, Result

from offhook.cli.main import app
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.speech.scripted.tape import Utterance, speak
from tests.carrier_world import PUBLIC_URL, TOKEN, TinyServer, read, read_all, running

RUNNER = CliRunner()
ROOT = Path(__file__).parents[2]


async def converse(server: TinyServer, websocket: WebSocket) -> None:
    """Say hello, and once more after some seconds of the caller's audio."""
    await read(server, websocket)
    sid = (await read(server, websocket))["streamSid"]
    for number, text in enumerate(("Hello there", "Certainly")):
        payload = base64.b64encode(speak(text, Utterance(number))).decode()
        await websocket.send_json({"event": "media", "streamSid": sid, "media": {"payload": payload}})
        while number == 0 and len(server.events("media")) < 150:
            await read(server, websocket)
    await read_all(server, websocket)


def invoke(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return RUNNER.invoke(app, ["call", *arguments], env={"TWILIO_AUTH_TOKEN": TOKEN, **(env or {})})


def test_an_id_is_never_given_twice() -> None:
    """A server takes no call twice, not even days later: ids that came from a seed were refused from the second on."""
    web = ServerWeb(Account("AC" + "0" * 32, TOKEN), "http://127.0.0.1:9")
    assert len({Carrier(web).mint("CA") for _ in range(3)}) == 3


def test_a_call_is_shown_recorded_and_reported(tmp_path: Path) -> None:
    record, report = tmp_path / "call.wav", tmp_path / "call.json"

    async def main() -> tuple[TinyServer, Result]:
        async with running(TinyServer(media=converse)) as server:
            env = {"OFFHOOK_PUBLIC_URL": PUBLIC_URL, "OFFHOOK_DATA_DIR": str(tmp_path)}
            result = await asyncio.to_thread(
                invoke, "--to", server.url, "--voice", "tape", "--say", "a table please",
                "--record", str(record), "--report", str(report), env=env,
            )  # fmt: skip
            return server, result

    server, result = asyncio.run(main())
    assert result.exit_code == 0, result.output
    assert server.unsigned == []
    for shown in ("caller  a table please", "agent   Hello there", "agent   Certainly", str(record)):
        assert shown in result.output
    found = json.loads(report.read_text())
    assert found["heard_text"] == "Hello there Certainly"
    assert found["turns"][0]["gap_s"] > 0
    with wave.open(str(record)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert file.getnframes() / 8000 == pytest.approx(found["length_s"], abs=0.1)


def test_a_server_that_does_not_answer_the_caller_fails_the_command(tmp_path: Path) -> None:
    async def main() -> Result:
        async with running(TinyServer({"voice": 403})) as server:
            env = {"OFFHOOK_PUBLIC_URL": PUBLIC_URL, "OFFHOOK_DATA_DIR": str(tmp_path)}
            return await asyncio.to_thread(invoke, "--to", server.url, "--voice", "tape", "--say", "hello", env=env)

    result = asyncio.run(main())
    assert result.exit_code == 2
    (line,) = result.stderr.strip().splitlines()
    assert "answered HTTP 403" in line and "TWILIO_AUTH_TOKEN" in line and "OFFHOOK_UNSIGNED=1 in front" in line


def test_the_folder_of_the_call_is_shown_and_who_heard_the_words(tmp_path: Path) -> None:
    folder = tmp_path / "calls" / "20261128-120000-CA1"

    async def keeping(server: TinyServer, websocket: WebSocket) -> None:
        folder.mkdir(parents=True)
        await converse(server, websocket)

    async def main() -> Result:
        async with running(TinyServer(media=keeping)) as server:
            env = {"OFFHOOK_PUBLIC_URL": PUBLIC_URL, "OFFHOOK_DATA_DIR": str(tmp_path)}
            options = ("--voice", "tape", "--patience", "0", "--say", "a table please")
            return await asyncio.to_thread(invoke, "--to", server.url, *options, env=env)

    result = asyncio.run(main())
    assert result.exit_code == 0, result.output
    assert str(folder) in result.output and "transcript.txt has the agent's own words" in result.output


def test_ctrl_c_shows_what_there_was(tmp_path: Path) -> None:
    """As a person does it: in the middle of the call, to the process."""
    said = asyncio.Event()

    async def talking(server: TinyServer, websocket: WebSocket) -> None:
        await read(server, websocket)
        sid = (await read(server, websocket))["streamSid"]
        payload = base64.b64encode(speak("Hello there", Utterance(0))).decode()
        await websocket.send_json({"event": "media", "streamSid": sid, "media": {"payload": payload}})
        while len(server.events("media")) < 150:
            await read(server, websocket)
        said.set()
        await read_all(server, websocket)

    async def main() -> tuple[int | None, str]:
        async with running(TinyServer(media=talking)) as server:
            env = {
                "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src"),
                "TWILIO_AUTH_TOKEN": TOKEN, "OFFHOOK_PUBLIC_URL": PUBLIC_URL, "OFFHOOK_DATA_DIR": str(tmp_path),
            }  # fmt: skip
            command = ["-m", "offhook", "call", "--to", server.url, "--voice", "tape", "--say", "a table please"]
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, env=env, stdout=asyncio.subprocess.PIPE
            )
            async with asyncio.timeout(60):
                await said.wait()
                process.send_signal(signal.SIGINT)
                output, _ = await process.communicate()
            return process.returncode, output.decode()

    code, output = asyncio.run(main())
    assert code == 130
    assert "caller  a table please" in output
    assert "answered after" in output and "recording " in output
    assert len(list((tmp_path / "simulated").glob("*.wav"))) == 1


async def filling(server: TinyServer, websocket: WebSocket) -> None:
    """Fill the time, and answer three seconds later."""
    await read(server, websocket)
    sid = (await read(server, websocket))["streamSid"]
    answer = "Breakfast is served from seven to half past ten in the morning on every day of the week"
    for number, (text, until) in enumerate((("Hello there", 200), ("One moment", 350), (answer, 0))):
        payload = base64.b64encode(speak(text, Utterance(number))).decode()
        await websocket.send_json({"event": "media", "streamSid": sid, "media": {"payload": payload}})
        while len(server.events("media")) < until:
            await read(server, websocket)
    await read_all(server, websocket)


def test_an_answer_is_waited_for_behind_a_filler(tmp_path: Path) -> None:
    report = tmp_path / "call.json"

    async def main() -> Result:
        async with running(TinyServer(media=filling)) as server:
            env = {"OFFHOOK_PUBLIC_URL": PUBLIC_URL, "OFFHOOK_DATA_DIR": str(tmp_path)}
            options = ("--voice", "tape", "--patience", "6", "--report", str(report))
            says = ("--say", "what time is breakfast", "--say", "thank you")
            return await asyncio.to_thread(invoke, "--to", server.url, *options, *says, env=env)

    asyncio.run(main())
    second = json.loads(report.read_text())["turns"][1]
    assert second["begins_at"] > 8.0, second


def test_a_server_that_is_loading_is_waited_for(tmp_path: Path) -> None:
    async def main() -> Result:
        async with running(TinyServer(media=converse)) as server:
            server.starting = 2
            env = {"OFFHOOK_PUBLIC_URL": PUBLIC_URL, "OFFHOOK_DATA_DIR": str(tmp_path)}
            options = ("--voice", "tape", "--patience", "0", "--say", "a table please")
            return await asyncio.to_thread(invoke, "--to", server.url, *options, env=env)

    result = asyncio.run(main())
    assert result.exit_code == 0 and "waiting for it" in result.output


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        ((), {}, "--say, --wav, --script"),
        (("--say", "x", "--wav", "y.wav"), {}, "--say, --wav, --script"),
        (("--script", "none.yaml"), {}, "none.yaml: cannot be read"),
        (("--wav", "none.wav"), {}, "none.wav"),
        (("--say", "x", "--to", "ftp://127.0.0.1"), {}, "not an address of a server"),
        (("--say", "x"), {"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN: not set"),
        (("--say", "x", "--voice", "tape", "--record", "/dev/null/x.wav"), {}, "recording cannot be kept"),
        (("--say", "x", "--voice", "tape", "--to", "http://127.0.0.1:9"), {}, "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str], said: str
) -> None:
    result = invoke(*arguments, env={"OFFHOOK_DATA_DIR": str(tmp_path), **env})
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
