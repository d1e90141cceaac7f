"""An MCP server made with the official SDK: the judge of our client. As a program it speaks on standard output."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import uvicorn
from mcp.server.fastmcp import Context, FastMCP
from mcp.types import ImageContent, TextContent, Tool, ToolAnnotations
from starlette.types import ASGIApp, Receive, Scope, Send

LOOSE: Final[dict[str, dict[str, Any]]] = {
    "tags": {"type": "object", "properties": {"tags": {"type": "array"}}},
    "either": {
        "type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "graph": {"type": "object", "properties": {"$top": {"type": "integer"}, "path": {"$ref": "#/$defs/path"}},
              "$defs": {"path": {"type": "string", "pattern": "^\\p{L}+$"}}},
    "lost\nname": {"type": "object", "properties": {"a": {"$ref": "https://schemas.example.com/a"}}},
}  # fmt: skip
"""Schemas as servers publish them, by their tools' names: valid JSON schema, and refused by vendors of models."""


def make_server(note: str = "") -> FastMCP:
    """A few tools: plain, failing, slow, large, one that tells the headers it was sent, one that dies."""
    server = FastMCP("calendar", log_level="ERROR")

    @server.tool(description="Find a free slot on a day.")
    def find_slot(day: str, people: int = 1) -> str:
        return f"{day} at three for {people}{note}"

    @server.tool()
    def fail() -> str:
        raise ValueError("the calendar is closed")

    @server.tool()
    async def wait() -> str:
        await asyncio.sleep(30)
        return "late"

    @server.tool(annotations=ToolAnnotations(readOnlyHint=True))
    async def look() -> str:
        await asyncio.sleep(30)
        return "late"

    @server.tool()
    def parts() -> list[TextContent | ImageContent]:
        picture = ImageContent(type="image", data="", mimeType="image/png")
        return [TextContent(type="text", text="one"), picture, TextContent(type="text", text="x" * 9_000)]

    @server.tool()
    def silent() -> None:
        return None

    @server.tool(name="book.slot/now")
    def book() -> str:
        return "booked"

    @server.tool()
    def environment(name: str) -> str:
        return os.environ.get(name, "not set")

    @server.tool()
    def headers(context: Context) -> str:  # type: ignore[type-arg]
        request = context.request_context.request
        return str(dict(request.headers)) if request is not None else "none"

    @server.tool()
    def die() -> str:
        os._exit(3)

    return server


def make_loose_server() -> FastMCP:
    """Tools with the schemas of `LOOSE`."""
    server = FastMCP("loose", log_level="ERROR")

    async def listed() -> list[Tool]:
        return [Tool(name=name, inputSchema=schema) for name, schema in LOOSE.items()]

    server._mcp_server.list_tools()(listed)  # type: ignore[no-untyped-call]
    return server


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def served(
    port: int, *, kind: str = "streamable", note: str = "", status: int = 0, is_loose: bool = False
) -> AsyncIterator[str]:
    """The server on loopback; its address. `status` is answered to everything in place of serving."""
    server = make_loose_server() if is_loose else make_server(note)
    app: ASGIApp = server.streamable_http_app() if kind == "streamable" else server.sse_app()

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if status and scope["type"] == "http":
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await app(scope, receive, send)

    config = uvicorn.Config(guarded, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1)
    web = uvicorn.Server(config)
    web.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(web._serve())
    try:
        while not web.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{port}/{'mcp' if kind == 'streamable' else 'sse'}"
    finally:
        web.should_exit = web.force_exit = True
        await task


if __name__ == "__main__":
    make_server().run("stdio")
