"""Web services and MCP servers that answer anything: a text for the model or a `ToolError`, soon, in bounds, and
without the owner's secret."""

import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.errors import ToolError
from offhook.speech.ports import Setup
from offhook.tools import mcp as mcp_tools
from offhook.tools.toolbox import Toolbox, ToolContext
from tests.fuzzers import values
from tests.fuzzers.agents import SCHEMA_WORDS, highest_mb
from tests.fuzzers.engine import Figures, Late, Step, Steps

CANARY: Final = "canary-7f3a9c51-secret"
MOST_MB: Final = 60.0
MOST_CHARS: Final = 10_000
"""Of what a model is told."""
PATIENCE_S: Final = 60.0
LATE_S: Final = 1.0
"""The loop was held up for so long."""
SETUP: Final = Setup(key=lambda _: CANARY)
CALL: Final = ToolContext("CA1", Path(tempfile.gettempdir()))
ORDER: Final = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}
HTTP_KINDS: Final = (
    "application/json",
    "application/json",
    "text/plain",
    "text/html",
    "a/b+json; charset=x",
    "",
    "\xff",
)
MCP_KINDS: Final = ("application/json",) * 4 + ("text/event-stream",) * 4 + ("text/html", "")
PROGRAM: Final = """
import sys
answers = open(sys.argv[1], encoding="latin-1", newline="").read().split("\\x1e")
out = sys.stdout.buffer
for answer in answers:
    line = sys.stdin.readline()
    if not line:
        break
    if '"notifications/' in line:
        sys.stdin.readline()
    out.write(answer.encode("latin-1"))
    out.flush()
sys.stdin.readline()
"""
"""A server on standard output: it says what it was given, an answer for each request. Notifications have none."""


def json_bytes(chance: random.Random) -> bytes:
    """An answer of a web service."""
    good = json.dumps({"a": {"b": "ready"}, "list": [1, {"x": None}], "detail": values.text(chance)})
    match chance.randrange(8):
        case 0 | 1:
            return good.encode()
        case 2:
            return json.dumps(values.put_anywhere(chance, json.loads(good))).encode()
        case 3:
            return values.spoiled(chance, good.encode())
        case 4:
            deep = chance.choice((500, 5_000, 100_000))
            return chance.choice(("[" * deep, '{"a":' * deep, "[" * deep + "]" * deep)).encode()
        case 5:
            return chance.choice(
                (
                    b"9" * 5_000,
                    b"1e999",
                    b"-0",
                    b"NaN",
                    b'"\\ud800"',
                    b'{"a":{"b":' + b"7" * 5_000 + b"}}",
                    b"\xef\xbb\xbf{}",
                )
            )
        case 6:
            return b'"' + CANARY.encode() + b"x" * chance.choice((10, 5_000, 300_000, 3_000_000)) + b'"'
        case _:
            return json.dumps(values.value(chance)).encode()


def http_bytes(chance: random.Random, body: bytes, kinds: Sequence[str]) -> bytes:
    """A whole answer over HTTP, more or less."""
    status = chance.choice(
        (200, 200, 200, 200, 201, 202, 204, 205, 301, 303, 400, 404, 409, 429, 500, 503, 100, 101, 999)
    )
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {chance.choice(kinds)}"]
    lines += chance.sample((
        f"Content-Length: {len(body)}", f"Content-Length: {len(body)}", "Content-Length: 5", "Content-Length: -1",
        "Transfer-Encoding: chunked", "Content-Encoding: gzip", "Location: http://127.0.0.1:1/",
        "Retry-After: 99999999",
        "Connection: close", "Set-Cookie: a=b", f"X: {CANARY}", "x: " + "y" * 70_000, "mcp-session-id: \xe9",
    ), chance.randint(0, 4))  # fmt: skip
    data = "\r\n".join((*lines, "", "")).encode("latin-1") + body
    return values.spoiled(chance, data, 2) if chance.random() < 0.2 else data


def rpc(chance: random.Random, number: int) -> bytes:
    """What an MCP server says to its request of this number: the handshake, its tools, what a tool gives."""
    schema: Any = {"type": "object", "properties": {"order": {"type": "string"}}}
    if chance.random() < 0.3:
        schema = values.put_anywhere(chance, schema, chance.choice((*SCHEMA_WORDS, values.value(chance))))
    tools = [{"name": "order", "description": values.text(chance, 200), "inputSchema": schema}]
    tools += [
        {"name": values.text(chance), "inputSchema": {"type": "object"}} for _ in range(chance.choice((0, 1, 200)))
    ]
    results: list[dict[str, Any]] = [
        {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "x", "version": "1"}},
        {"tools": tools, **({"nextCursor": "again"} if chance.random() < 0.1 else {})},
        {"content": [{"type": "text", "text": values.text(chance) + CANARY}], "isError": chance.random() < 0.2},
    ]
    document: dict[str, Any] = {"jsonrpc": "2.0", "id": number, "result": results[min(number, 2)]}
    if chance.random() < 0.1:
        document = {
            "jsonrpc": "2.0",
            "id": number,
            "error": {"code": chance.choice((-32000, -32601, 5)), "message": CANARY},
        }
    way = chance.random()
    # The handshake is seldom spoiled: what comes behind it would never be seen.
    if way < (0.05, 0.2, 0.4)[min(number, 2)]:
        document = values.put_anywhere(chance, json.loads(json.dumps(document, default=str)))
    data = json.dumps(document).encode()
    return values.spoiled(chance, data) if 0.4 < way < (0.42, 0.45, 0.55)[min(number, 2)] else data


@dataclass
class Service:
    """Answers each connection's requests with the next of its answers, whatever is asked."""

    answers: list[bytes]
    kind: str = "http"
    asked: "asyncio.Queue[None]" = field(default_factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            body = await reader.readexactly(length)
            if self.kind == "sse":
                await self._sse(writer, body if head.startswith(b"POST") else None)
            elif self.kind == "streamable" and (head.startswith((b"GET", b"DELETE")) or b'"notifications/' in body):
                status = b"202 Accepted" if head.startswith(b"POST") else b"405 No"
                writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
            async with asyncio.timeout(3):
                await writer.drain()
        writer.close()

    async def _sse(self, writer: asyncio.StreamWriter, posted: bytes | None) -> None:
        """The older form: what is posted is answered on the stream that a GET has opened."""
        if posted is not None:
            writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            if b'"notifications/' not in posted:
                self.asked.put_nowait(None)
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: endpoint\ndata: /x\n\n")
        with suppress(TimeoutError):
            while not writer.is_closing():
                await asyncio.wait_for(self.asked.get(), PATIENCE_S)
                writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
                await writer.drain()


@dataclass
class ToolsFuzzer:
    """A step is what the other side says next; the first says what it is."""

    name: str = "tools"
    figures: Figures = field(default_factory=Figures)
    _late_s: float = 0.0

    async def open(self) -> None:
        """Nothing is shared."""

    async def close(self) -> None:
        """Nothing is left."""

    def make(self, chance: random.Random) -> tuple[str, Steps]:
        """A web service, or an MCP server of one of three kinds."""
        kind = chance.choice(("http", "http", "http", "streamable", "sse", "stdio"))
        if kind == "http":
            begin: Step = {"kind": kind, "result": chance.choice(("", "", "{a.b}", "{list.1.x} {list.9}", "{a}"))}
            begin["method"] = chance.choice(("GET", "POST"))
            answers = [http_bytes(chance, json_bytes(chance), HTTP_KINDS) for _ in range(chance.randint(1, 3))]
        elif kind == "stdio":
            begin = {"kind": kind}
            answers = [
                rpc(chance, number) + chance.choice((b"\n", b"\n", b"\n", b"\r\n", b"\nnoise\n", b""))
                for number in range(3)
            ]
        else:
            begin = {"kind": kind}
            answers = []
            for number in range(3):
                body = rpc(chance, number)
                is_event = kind == "sse" or chance.random() < 0.5
                body = b"event: message\ndata: " + body + b"\n\n" if is_event else body
                if kind == "sse":
                    answers.append(values.spoiled(chance, body) if chance.random() < 0.1 else body)
                    continue
                answers.append(http_bytes(chance, body, MCP_KINDS) if chance.random() < 0.15 else well_framed(body))
        return kind, [begin, *({"says": answer.decode("latin-1")} for answer in answers)]

    async def play(self, steps: Steps) -> None:
        """Prepare, ask twice, close: all of it in time."""
        begin = next((step for step in steps if "kind" in step), {"kind": "http"})
        answers = [step["says"].encode("latin-1") for step in steps if "says" in step] or [b""]
        highest_mb(is_new=True)
        held_mb, begun_at = highest_mb(), time.monotonic()
        self._late_s = 0.0
        watch = asyncio.create_task(self._watch())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._play(begin, answers)
            await asyncio.sleep(0)
        finally:
            watch.cancel()
        late_s = self._late_s
        self.figures.answered(late_s)
        more_mb = highest_mb() - held_mb
        self.figures.holds(more_mb)
        if more_mb > MOST_MB or late_s > LATE_S:
            raise Late(
                f"{more_mb:.0f} MB more, the loop was held up for {late_s:.2f} s, {time.monotonic() - begun_at:.1f} s"
            )

    async def _play(self, begin: Step, answers: list[bytes]) -> None:
        if begin["kind"] == "stdio":
            with tempfile.TemporaryDirectory(prefix="offhook-fuzz-") as folder, quick():
                path = Path(folder) / "answers"
                path.write_bytes(b"\x1e".join(answers))
                program = Path(folder) / "server.py"
                program.write_text(PROGRAM, "utf-8")
                command = [sys.executable, "-S", "-E", str(program), str(path)]
                await ask(Toolbox([mcp(command=command)], SETUP))
            return
        service = Service(answers, begin["kind"])
        async with await asyncio.start_server(service.serve, "127.0.0.1", 0, limit=1 << 20) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
            with quick():
                tool = http(url, begin) if begin["kind"] == "http" else mcp(url=url, transport=begin["kind"])
                await ask(Toolbox([tool], SETUP))

    async def _watch(self) -> None:
        """How late the loop was at worst, by the processor's time of this process."""
        while True:
            before_s = time.process_time()
            await asyncio.sleep(0.01)
            self._late_s = max(self._late_s, time.process_time() - before_s)


def well_framed(body: bytes) -> bytes:
    """An answer without a fault around it."""
    kind = b"text/event-stream" if body.startswith(b"event:") else b"application/json"
    return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
        kind,
        len(body),
        body,
    )


def http(url: str, begin: Step) -> HttpToolConfig:
    """The tool of a web service."""
    return HttpToolConfig.model_validate({
        "name": "order", "description": "Orders.", "parameters": ORDER, "allow_private": True, "url": url,
        "timeout_s": 2.0,
        "headers": {"Authorization": "Bearer ${SHOP_TOKEN}"}, "result": begin.get("result", ""),
        "method": begin.get("method", "GET"), "retries": 1 if begin.get("method", "GET") == "GET" else 0,
    })  # fmt: skip


def mcp(**fields: Any) -> McpServerConfig:
    """The tools of a server."""
    given = {"type": "mcp", "name": "shop", "allow_private": True, "timeout_s": 1.0, **fields}
    secret = (
        {"headers": {"Authorization": "Bearer ${SHOP_TOKEN}"}} if "url" in fields else {"environment": ["SHOP_TOKEN"]}
    )
    return McpServerConfig.model_validate({**given, **secret})


async def ask(box: Toolbox) -> None:
    """All tools twice; what the model is told is text, short, and without the secret."""
    try:
        await box.prepare()
        for spec in (*box.specs[:3], *box.specs[:3]):
            try:
                told = await box.run(spec.name, '{"order": "7"}', CALL)
            except ToolError as error:
                told = str(error)
            told.encode()
            assert CANARY not in told, f"the secret: {told[:300]}"
            assert told and len(told) < MOST_CHARS, f"{len(told)} characters"
        for spec in box.specs:
            json.dumps(spec.parameters).encode()
            assert spec.name and spec.name.isascii(), spec.name
    finally:
        async with asyncio.timeout(5):
            await box.close()


@contextmanager
def quick() -> Iterator[None]:
    """A server that does not answer is given up sooner."""
    before = mcp_tools.START_S
    vars(mcp_tools)["START_S"] = 2.0
    try:
        yield
    finally:
        vars(mcp_tools)["START_S"] = before
