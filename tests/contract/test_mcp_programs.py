"""An MCP server that is a program may write what it likes, and for as long as it likes: none of it is kept."""

import asyncio
import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from offhook.agents.mcp_server_config import McpServerConfig
from offhook.errors import ProviderUnavailable
from offhook.speech.ports import Setup
from offhook.tools import mcp as mcp_tools
from offhook.tools import mcp_program
from offhook.tools.mcp_program import program_streams

CANARY = "canary-77b0ad41-secret"
LOG = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}}


def program(code: str) -> list[str]:
    """Quick to start: no site packages, nothing but the standard library."""
    return [sys.executable, "-I", "-S", "-c", "import json, os, sys, time\n" + code]


def run(test: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await test

    # As the server does.
    uvloop.run(bounded())


async def broken_by(code: str, said: list[str] | None = None, warned: list[str] | None = None) -> str:
    """What the bounds say to a program; empty when it ends by itself."""
    told, said, warned = "", said if said is not None else [], warned if warned is not None else []
    try:
        async with program_streams(program(code), None, {}, said.append, warned.append) as (read, _):
            async for _ in read:
                pass
            # Standard error is read to its end too.
            await asyncio.sleep(0.1)
    except* ProviderUnavailable as broken:
        told = str(broken.exceptions[0])
    return told


@pytest.mark.parametrize(
    "code",
    [
        "while True: sys.stdout.write('x' * 65536)",
        'sys.stdout.write(\'{"jsonrpc": "2.0", "id": 1, "result": {"a": "\')\nwhile True: sys.stdout.write("x" * 999)',
        "while True: sys.stdout.buffer.write(bytes(65536))",
    ],
    ids=["text", "an answer that never ends", "zeros"],
)
def test_a_line_that_does_not_end_ends_the_connection(code: str) -> None:
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun_at = time.monotonic()
    run(_expect(code, "it wrote a line of more than 2 MB"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 40_000
    assert time.monotonic() - begun_at < 8


@pytest.mark.parametrize("line", [json.dumps(LOG), "", "no message"])
def test_lines_without_end_end_the_connection(line: str) -> None:
    run(_expect(f"while True: print({line!r})", "it writes more lines than anybody needs"))


async def _expect(code: str, told: str) -> None:
    assert told in await broken_by(code)


def test_lines_that_are_no_messages_are_passed_over_and_told_without_their_words() -> None:
    warned: list[str] = []

    async def test() -> None:
        code = f"print('Listening ...'); print(); sys.stdout.buffer.write(b'\\xff\\xfe\\n'); print({json.dumps(LOG)!r})"
        received: list[Any] = []
        async with program_streams(program(code), None, {}, warned.append, warned.append) as (read, _):
            received = [message async for message in read]
        assert [one.message.root.method for one in received] == ["notifications/message"]

    run(test())
    assert set(warned) == {"it writes lines to its standard output that are no messages"}


def test_what_it_says_is_bounded_and_it_never_waits_for_us() -> None:
    said: list[str] = []
    many = (
        "for n in range(200000): sys.stderr.write(f'{n} words\\n')\nsys.stderr.write('x' * 9000000)\nsys.stderr.flush()"
    )
    run(_said(many, said))
    assert len(said) <= mcp_program.LINES_AT_ONCE + 5
    assert said[0] == "0 words" and all(len(text) <= mcp_program.LINE_CHARS + 40 for text in said)
    assert said[-1] == "x" * mcp_program.LINE_CHARS


async def _said(code: str, said: list[str]) -> None:
    assert await broken_by(code, said) == ""


def test_its_words_stand_in_one_line_of_the_log_without_our_secrets(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="offhook.tools")
    code = "sys.stderr.write('using ' + os.environ['KEY'] + '\\r2026 WARNING \\x1b[31mforged\\n'); sys.stderr.flush()"
    file = tmp_path / "server.py"
    file.write_text(program(code)[-1])
    fields = {"name": "calendar", "command": [sys.executable, "-I", str(file)], "environment": ["KEY"]}
    server = mcp_tools.McpServer(McpServerConfig.model_validate(fields), Setup(key=lambda name: CANARY))

    async def test() -> None:
        await server.prepare()
        await server.close()

    run(test())
    (line,) = [text for text in caplog.messages if "says" in text][:1]
    assert line == r"mcp calendar says: using ****\r2026 WARNING \x1b[31mforged"
    assert CANARY not in caplog.text


def test_what_it_started_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_program, "PATIENCE_S", 0.1)
    # It stays when its input is closed, does not hear SIGTERM, and has a child.
    code = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = os.fork()\nopen({str(tmp_path)!r} + '/' + str(os.getpid()), 'w').close()\ntime.sleep(60)"
    )

    async def test() -> None:
        async with program_streams(program(code), None, {}, _no_words, _no_words):
            await _until(lambda: len(list(tmp_path.iterdir())) == 2)
        await _until(lambda: not any(_is_running(int(path.name)) for path in tmp_path.iterdir()))

    run(test())


def _no_words(text: str) -> None:
    raise AssertionError(text)


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.01)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One whose parent has not asked for its end is a zombie.
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text() if Path("/proc").exists() else True
