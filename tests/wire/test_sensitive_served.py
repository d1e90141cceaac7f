"""The server's process and a sensitive parameter: it reaches the service, and stands in no file and no log."""

import asyncio
import re
import sqlite3
from pathlib import Path
from typing import Any

from tests.wire.test_process import running

CARD = "4242911100"


def test_a_sensitive_parameter_of_a_served_agent(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\ndone"
        )
        await writer.drain()
        writer.close()

    async def main() -> None:
        service = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = service.sockets[0].getsockname()[1]
        tool = {
            "type": "http", "name": "pay", "description": "Pays.", "method": "GET", "allow_private": True,
            "parameters": {"type": "object", "properties": {"card": {"type": "string"}}, "required": ["card"]},
            "url": f"http://127.0.0.1:{port}/pay/{{card}}", "sensitive": ["card"],
        }  # fmt: skip
        rule = {"when": "pay", "tool": "pay", "arguments": {"card": CARD}, "then": "It is paid."}
        agent: dict[str, Any] = {
            "tools": [{"name": "end_call"}, tool],
            "llm": {"provider": "scripted", "rules": [rule], "otherwise": "Fine."},
        }
        async with service, running(tmp_path, agent=agent) as server:
            polite: dict[str, Any] = {"wait": {"silent_s": 0.6}}
            outcome = await server.call(polite, {"say": "please pay"}, polite, {"hang_up": True})
            outcome.require_clean()
            await server.journal_with('"Closed"')

    asyncio.run(main())
    assert asked and f"GET /pay/{CARD} ".encode() in asked[0]
    # The agent's own file holds it, since its model is scripted, and so do the file's rows.
    own = ("agent.yaml", "offhook.db", "offhook.db-wal", "offhook.db-shm")
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in own]
    assert len(files) >= 4
    (database,) = tmp_path.rglob("offhook.db")
    rows = list(sqlite3.connect(database).iterdump())
    assert [row[:60] for row in rows if CARD in row and not re.match(r'INSERT INTO "agent(s|_versions)"', row)] == []
    assert [path.name for path in files if CARD.encode() in path.read_bytes()] == []
