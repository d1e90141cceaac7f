"""The server under test: `python -m offhook serve` as a process of its own, with what it costs."""

import asyncio
import contextlib
import os
import re
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bench.process import START_S, cpu_ms, ended, memory_mb
from bench.wire import Server, WireError
from offhook.call.journal import read_header

READY: Final = re.compile(rb"ready: http://([^:]+):(\d+)/healthz")
MOST_CALLS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Running:
    """A server that takes calls."""

    address: Server
    pid: int
    data_dir: Path

    def cpu_ms(self) -> float:
        """CPU time of the process and its children so far."""
        return cpu_ms(self.pid)

    def memory_mb(self) -> float:
        """Resident memory of the process and its children."""
        return memory_mb(self.pid)

    def folder(self, call_sid: str) -> Path:
        """Where the journal of the carrier's call is. Raises `WireError` when it left none."""
        headers = (self.data_dir / "calls").glob("*/journal.jsonl")
        found = [path.parent for path in headers if read_header(path).carrier_call == call_sid]
        if len(found) != 1:
            raise WireError(f"call {call_sid} left {len(found)} folders")
        return found[0]


@contextlib.asynccontextmanager
async def serving(
    agent: Mapping[str, Any] | None, folder: Path, keys: Mapping[str, str] | None = None, program: str = "offhook"
) -> AsyncIterator[Running]:
    """A server on a free port, until the block ends; for this agent, or for those in its database. Its log is
    `folder/server.log`."""
    document = [str(_write(agent, folder))] if agent is not None else []
    sid, token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("OFFHOOK_", "TWILIO_"))},
        **{name: os.environ[name] for name in ("OFFHOOK_MODEL_DIR",) if name in os.environ},
        "TWILIO_ACCOUNT_SID": sid,
        "TWILIO_AUTH_TOKEN": token,
        "OFFHOOK_DATA_DIR": str(folder / "data"),
        "OFFHOOK_MAX_CALLS": str(MOST_CALLS),
        "OFFHOOK_MAX_CALLS_PER_NUMBER": "0",
        # Nothing listens there: a server that wants to hang up over REST is told so at once.
        "OFFHOOK_TWILIO_BASE_URL": "http://127.0.0.1:9",
        "OFFHOOK_DRAIN_SECONDS": "1",
        **(keys or {}),
    }
    command = (sys.executable, "-m", program, "serve", *document, "--port", "0")
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    log = folder / "server.log"
    reader: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(START_S):
            host, port = await _ready(process.stderr)
        reader = asyncio.create_task(_keep(process.stderr, log))
        yield Running(Server(host, port, sid, token), process.pid, folder / "data")
    finally:
        await ended(process)
        if reader is not None:
            await reader


def _write(agent: Mapping[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    document = folder / "agent.yaml"
    document.write_text(yaml.safe_dump(dict(agent), sort_keys=False), "utf-8")
    return document


async def _ready(stderr: asyncio.StreamReader) -> tuple[str, int]:
    lines = b""
    while line := await stderr.readline():
        lines += line
        if found := READY.search(line):
            return found[1].decode(), int(found[2])
    raise WireError(f"the server ended before it was ready:\n{lines.decode(errors='replace')}")


async def _keep(stderr: asyncio.StreamReader, log: Path) -> None:
    with log.open("ab") as file:
        while line := await stderr.readline():
            file.write(line)
