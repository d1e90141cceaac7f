"""Tools of MCP servers, through the official SDK (https://modelcontextprotocol.io, Python SDK 1.x).

One task per server owns its connection, for the SDK's contexts must be left by the task that entered them. It connects,
lists the tools, lists them again from time to time (a server that does not answer is gone), and connects anew when the
connection is lost, with growing pauses. Calls of any number of telephone calls share the session. While a server is
away its tools are not in the list that the model sees.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from offhook import __version__, clock
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.core.history import Outcome
from offhook.errors import ConfigurationError, OffhookError, ToolError
from offhook.speech.ports import Setup, ToolSpec
from offhook.tools.guard import CONNECT_S, mcp_transport
from offhook.tools.mcp_list import ToolList
from offhook.tools.mcp_program import program_streams
from offhook.tools.ports import ToolContext
from offhook.tools.secrets import Secrets
from offhook.tools.told import shortened

if TYPE_CHECKING:
    import httpx
    from mcp import ClientSession
    from mcp.types import CallToolResult, Tool

_LOG: Final = logging.getLogger("offhook.tools")
START_S: Final = 10.0
"""To connect, or start the program, and to list the tools."""
LOOK_EVERY_S: Final = 30.0
"""How soon a change of the tools, or a server that is gone, is noticed while nobody calls."""
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 60.0
BACK_S: Final = 2.0
"""A call waits so long for a server that was lost: longer, and the caller is better told."""
READ_S: Final = 300.0
PAGES: Final = 20
INSTALL: Final = "`make setup` in a clone, else `pip install 'offhook[mcp]'`"
"""The client of MCP servers is an extra: it brings an HTTP library of its own, and more."""
MOST_WARNINGS: Final = 100
WARNING_CHARS: Final = 400
MOST_LISTED: Final = 1_000
"""Of a server's list: of those the owner may choose."""
_CLOSED: Final = (-32000, "Connection closed")
"""What the SDK says when the stream ends while an answer is awaited (`mcp/shared/session.py`)."""
_TERMINATED: Final = (32600, "Session terminated")
"""What it says when the server answers 404: it has forgotten the session (`mcp/client/streamable_http.py`)."""


_REFUSED: Final = (-32700, -32600, -32601, -32602)
"""It cannot read the request, or has no such tool or argument (JSON-RPC 2.0, 5.1): nothing has begun."""


class _NotSent(ToolError):
    """The server is not connected."""


class McpTool:
    """One tool of a server."""

    takes_secrets: Final = True

    def __init__(self, server: "McpServer", name: str, spec: ToolSpec, *, is_harmless: bool = False) -> None:
        self._server, self.spec = server, spec
        self.name = name
        """As the server calls it; the model may see another."""
        self._is_harmless = is_harmless
        """The server says that it changes nothing."""

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Names of parameters that nobody else may see."""
        return self._server.sensitive

    async def run(self, arguments: Mapping[str, object], context: ToolContext) -> str:
        """Raises `ToolError`."""
        del context
        try:
            return await self._server.call(self.name, arguments)
        except ToolError as error:
            if self._is_harmless and error.outcome is Outcome.UNKNOWN:
                raise ToolError(str(error), outcome=Outcome.FAILED) from error
            raise


class McpServer:
    """One server of an agent and its tools; serves all calls."""

    def __init__(self, config: McpServerConfig, setup: Setup) -> None:
        """Raises `ConfigurationError`: a secret or a variable is not set, or the client is not installed."""
        if find_spec("mcp") is None:
            raise ConfigurationError(f"the client of MCP servers is not installed; run {INSTALL}", field=config.name)
        self._config, self._base_dir = config, setup.base_dir
        self._secrets = Secrets(config.variables(), setup.key)
        self.tools: tuple[McpTool, ...] = ()
        self._session: ClientSession | None = None
        self._task: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()
        """The first try to connect has ended, well or not."""
        self._ready = asyncio.Event()
        self._lost = asyncio.Event()
        self._calls: set[asyncio.Timeout] = set()
        self._warned: set[str] = set()
        self._list_of_tools = ToolList(config, self._warn)

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Names of parameters, of any of its tools."""
        return self._config.sensitive

    @property
    def name(self) -> str:
        """As in the owner's file."""
        return self._config.name

    async def prepare(self) -> None:
        """Connect and list the tools. A server that is down is warned of and tried again; nothing is raised."""
        if self._task is None:
            self._task = asyncio.create_task(self._serve(), name=f"mcp {self.name}")
        await self._tried.wait()

    async def close(self) -> None:
        """End the connection, and the program if there is one."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────

    async def call(self, tool: str, arguments: Mapping[str, object]) -> str:
        """Have it done. Raises `ToolError`; what was not sent is sent once more to a server that comes back."""
        try:
            try:
                return await self._call(tool, arguments)
            except _NotSent:
                await self._wait_until_back()
                return await self._call(tool, arguments)
        except ToolError as error:
            raise ToolError(self._secrets.one_line(str(error)), outcome=error.outcome) from error

    async def _wait_until_back(self) -> None:
        try:
            async with asyncio.timeout(BACK_S):
                await self._ready.wait()
        except TimeoutError as error:
            raise _NotSent from error

    async def _call(self, tool: str, arguments: Mapping[str, object]) -> str:
        import anyio
        from mcp import McpError
        from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest
        from pydantic import ValidationError

        session = self._session
        if session is None:
            raise _NotSent
        # Not `session.call_tool`: that checks the answer against a schema whose references it would fetch.
        request = ClientRequest(CallToolRequest(params=CallToolRequestParams(name=tool, arguments=dict(arguments))))
        try:
            async with asyncio.timeout(self._config.timeout_s) as patience:
                self._calls.add(patience)
                try:
                    result = await session.send_request(request, CallToolResult)
                finally:
                    self._calls.discard(patience)
        except TimeoutError as error:
            if self._session is not session:
                raise _lost("the connection to the server broke") from error
            raise _lost(f"it did not answer in {self._config.timeout_s:g} s") from error
        except (anyio.ClosedResourceError, anyio.BrokenResourceError) as error:
            self._lose(session)
            raise _NotSent from error
        except McpError as error:
            said = (error.error.code, error.error.message)
            if said == _TERMINATED:
                self._lose(session)
                raise _NotSent from error
            if said == _CLOSED:
                self._lose(session)
                raise _lost("the connection to the server broke") from error
            outcome = Outcome.FAILED if error.error.code in _REFUSED else Outcome.UNKNOWN
            raise ToolError(f"the server refused: {error.error.message}", outcome=outcome) from error
        except ValidationError as error:
            raise _lost("the server's answer cannot be read") from error
        return self._told(result)

    def _told(self, result: "CallToolResult") -> str:
        text = self._secrets.mask(_text_of(result))
        if result.isError:
            # Its own word for "I could not" (MCP 2025-06-18, tools, error handling): mostly for wrong arguments.
            raise ToolError(text or "it failed and did not say why")
        return shortened(text) or "done (the server answered with nothing else)"

    # ── the connection ───────────────────────────────────────────────────────────────────────────────────────

    async def _serve(self) -> None:
        """Keep the connection until cancelled."""
        pause_s = FIRST_PAUSE_S
        while True:
            begun_at = clock.now()
            reason = "the connection was lost"
            try:
                await self._hold()
            # The SDK wraps what goes wrong in groups, lets libraries' own errors through, and may be missing: a task
            # that ends here would never try again, and its server would be away without a word.
            except Exception as error:
                reason = _reason(error)
            finally:
                self._forget()
                self._tried.set()
            if clock.now() - begun_at > START_S:
                pause_s = FIRST_PAUSE_S
            _LOG.warning("mcp %s: %s; again in %g s", self.name, self._secrets.one_line(reason), pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _hold(self) -> None:
        """Connect, and return or raise when the connection is lost."""
        from mcp import ClientSession
        from mcp.types import Implementation

        async with AsyncExitStack() as stack:
            # Timeouts are the loop's own: they may be left before what was entered inside of them.
            async with asyncio.timeout(START_S):
                read, write = await stack.enter_async_context(self._streams())
                us = Implementation(name="offhook", version=__version__)
                session = await stack.enter_async_context(ClientSession(read, write, client_info=us))
                await session.initialize()
            self._lost.clear()
            while not self._lost.is_set():
                async with asyncio.timeout(START_S):
                    self.tools = await self._list(session)
                self._session = session
                self._ready.set()
                self._tried.set()
                try:
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._lost.wait()
                except TimeoutError:
                    pass  # Nothing has happened: look again.

    @asynccontextmanager
    async def _streams(self) -> AsyncIterator[tuple[Any, Any]]:
        """The two directions of the SDK's transport."""
        config = self._config
        if config.command:
            folder = self._base_dir if self._base_dir != Path() else None
            environment = self._secrets.values(config.environment)
            async with program_streams(config.command, folder, environment, self._say, self._warn) as streams:
                yield streams
        elif config.transport == "sse":
            from mcp.client.sse import sse_client

            async with sse_client(config.url, httpx_client_factory=self._client, sse_read_timeout=READ_S) as streams:
                yield streams
        else:
            from mcp.client.streamable_http import streamable_http_client

            async with (
                self._client() as client,
                streamable_http_client(config.url, http_client=client) as (read, write, _),
            ):
                yield read, write

    def _client(
        self,
        headers: dict[str, str] | None = None,
        timeout: "httpx.Timeout | None" = None,
        auth: "httpx.Auth | None" = None,
    ) -> "httpx.AsyncClient":
        """In the form that the SDK asks for one."""
        import httpx

        del timeout, auth
        own = {name: self._secrets.fill(value) for name, value in self._config.headers.items()}
        return httpx.AsyncClient(
            headers={**(headers or {}), **own, "Accept-Encoding": "identity"},
            transport=mcp_transport(allow_private=self._config.allow_private),
            timeout=httpx.Timeout(CONNECT_S, read=READ_S),
            trust_env=False,
        )

    async def _list(self, session: "ClientSession") -> tuple[McpTool, ...]:
        from mcp.types import PaginatedRequestParams

        found: list[Tool] = []
        cursor: str | None = None
        for _ in range(PAGES):
            page = await session.list_tools(params=PaginatedRequestParams(cursor=cursor))
            found += page.tools[: MOST_LISTED - len(found)]
            cursor = page.nextCursor
            if not cursor:
                break
        offered = await asyncio.to_thread(self._list_of_tools.offered, found)
        return tuple(McpTool(self, tool.name, tool.spec, is_harmless=tool.is_harmless) for tool in offered)

    def _warn(self, text: str) -> None:
        """Say it once: the tools are listed twice a minute. The words may be the server's."""
        text = ascii(text[:WARNING_CHARS])[1:-1]
        if text not in self._warned and len(self._warned) < MOST_WARNINGS:
            self._warned.add(text)
            _LOG.warning("mcp %s: %s", self.name, text)

    def _say(self, text: str) -> None:
        """What its program says on standard error. It has our secrets, and may print what it likes."""
        _LOG.info("mcp %s says: %s", self.name, ascii(self._secrets.mask(text))[1:-1])

    def _lose(self, session: "ClientSession") -> None:
        """The session is of no more use; its task will see to it."""
        if self._session is session:
            self._forget()
            self._lost.set()

    def _forget(self) -> None:
        self._session, self.tools = None, ()
        self._ready.clear()
        for patience in self._calls:
            # Whoever waits for an answer on this connection will get none.
            patience.reschedule(clock.now())


def _lost(text: str) -> ToolError:
    return ToolError(text, outcome=Outcome.UNKNOWN)


def _text_of(result: "CallToolResult") -> str:
    from mcp.types import EmbeddedResource, TextContent, TextResourceContents

    texts, others = [], 0
    for part in result.content:
        if isinstance(part, TextContent):
            texts.append(part.text)
        elif isinstance(part, EmbeddedResource) and isinstance(part.resource, TextResourceContents):
            texts.append(part.resource.text)
        else:
            others += 1
    if others:
        texts.append(f"({others} part{'s' if others > 1 else ''} that cannot be read out)")
    return "\n".join(text for text in texts if text.strip())


def _reason(error: BaseException) -> str:
    """In words, from the innermost error."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, ImportError):
        return f"the package mcp cannot be used ({str(error)[:100]}): run {INSTALL}"
    import httpx

    match error:
        case OffhookError():
            return str(error)
        case httpx.HTTPStatusError():
            return f"it answered {error.response.status_code}"
        case TimeoutError() | httpx.TimeoutException():
            return "it did not answer in time"
        case httpx.ConnectError():
            return "it could not be reached"
        case FileNotFoundError():
            return "the command was not found"
        case OSError():
            return f"the command could not be started: {error.strerror}"
        case _:
            return f"the connection was lost ({type(error).__name__}: {str(error)[:100]})"
