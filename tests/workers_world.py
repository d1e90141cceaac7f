"""`offhook serve --workers 2` on a real PostgreSQL, in processes of their own."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.engine import URL

from offhook.cli.demo_command import inherited, ready
from tests.platform_world import new_database
from tests.served import ACCOUNT


class Server:
    """It runs."""

    def __init__(
        self,
        folder: Path,
        process: asyncio.subprocess.Process,
        log: Path,
        environment: dict[str, str],
        url: URL,
        port: int,
    ) -> None:
        self.folder, self.process, self._log, self.environment, self.url = folder, process, log, environment, url
        self.port = port

    @property
    def log(self) -> str:
        """All of it."""
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
async def serving(
    folder: Path, document: dict[str, Any], rest_url: str, port: int, token: str, *, beside: Server | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Server]:  # fmt: skip
    """Two workers with this agent, on a PostgreSQL of their own or on that of another server."""
    agent = folder / "agent.yaml"
    agent.write_text(yaml.safe_dump(document))
    url = beside.url if beside is not None else new_database("postgresql", folder)
    environment = {
        **inherited(), "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": token, "OFFHOOK_TWILIO_BASE_URL": rest_url,
        "OFFHOOK_DATA_DIR": str(folder), "OFFHOOK_DATABASE_URL": url.render_as_string(hide_password=False),
        "OFFHOOK_MAX_LOOP_LAG_MS": "5000", **(settings or {}),
    }  # fmt: skip
    log = folder / f"server-{port}.log"
    command = ["-m", "offhook", "serve", str(agent), "--port", str(port), "--workers", "2"]
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environment, stdout=output, stderr=output
        )
    server = Server(folder, process, log, environment, url, port)
    try:
        await ready(f"http://127.0.0.1:{port}", process, log)
        await server.until_ready(2)
        yield server
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(40):
            await process.wait()
