"""The door through which tools reach the network: an address is looked at, and that very address is connected to.

A name is resolved once per request. What it resolves to is judged and then used, so that a name which means a public
address when it is looked at and a private one when it is used (DNS rebinding) gains nothing. The name stays in the Host
header and in TLS, where the certificate is checked against it. Proxies of the environment are not used: they would
resolve the name once more, out of sight.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final, TypeVar

from offhook import clock
from offhook.agents.addresses import is_public
from offhook.errors import ProviderRefused, ProviderUnavailable

if TYPE_CHECKING:
    import httpx
    import httpx2

CONNECT_S: Final = 5.0
R = TypeVar("R", "httpx.Request", "httpx2.Request")

_PORTS: Final = {"http": 80, "https": 443}
MESSAGE_BYTES: Final = 2 * 1024 * 1024
"""Of one answer of an MCP server: its list of tools may be long."""

EVENT_ENDS: Final = (b"\n\n", b"\r\r", b"\r\n\r\n")
EVENTS_AT_ONCE: Final = 1_000
EVENTS_PER_S: Final = 50.0
"""Over the life of the stream: an answer of a tool is one, its progress some more."""

# They log the address of each request, and an address may hold what a caller has said.
for _name in ("httpx2", "httpx", "httpcore2", "httpcore", "mcp"):
    logging.getLogger(_name).setLevel(logging.WARNING)


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, IPv4 first: more networks carry it. Raises `OSError`."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return sorted(addresses, key=lambda address: ":" in address)


async def checked_address(host: str, port: int) -> str:
    """An address of the host that may be connected to. Raises `ProviderRefused` and `ProviderUnavailable`."""
    try:
        addresses = await resolve(host, port)
    except OSError as error:
        raise ProviderUnavailable(f"the name {host} could not be resolved", provider=host) from error
    # One private address among public ones is one too many: which is used would be chance.
    if not addresses or not all(map(is_public, addresses)):
        raise ProviderRefused(
            f"{host} is in a private network, which its owner has not allowed (allow_private)", provider=host
        )
    return addresses[0]


async def _pinned(request: R, *, allow_private: bool) -> R:
    """The request to the address that was looked at, with its name in Host and TLS; unchanged where all is allowed."""
    if allow_private:
        return request
    url = request.url
    address = await checked_address(url.host, url.port or _PORTS[url.scheme])
    return type(request)(
        request.method,
        url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": url.host},
    )


def http_transport(*, allow_private: bool) -> "httpx2.AsyncBaseTransport":
    """For our own requests."""
    import httpx2

    class _Guarded(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            return await super().handle_async_request(await _pinned(request, allow_private=allow_private))

    return _Guarded()


def mcp_transport(*, allow_private: bool) -> "httpx.AsyncBaseTransport":
    """For the MCP SDK, which speaks through the library `httpx`; its answers are bounded here."""
    import httpx

    class _Bounded(httpx.AsyncByteStream):
        def __init__(self, stream: httpx.AsyncByteStream) -> None:
            self._stream, self._left = stream, MESSAGE_BYTES

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for piece in self._stream:
                self._left -= len(piece)
                if self._left < 0:
                    raise httpx.ReadError("the answer is too long")
                yield piece

        async def aclose(self) -> None:
            await self._stream.aclose()

    class _Events(httpx.AsyncByteStream):
        """What a GET opens stays open for as long as the server likes: its events are bounded, and their number."""

        def __init__(self, stream: httpx.AsyncByteStream) -> None:
            self._stream, self._bounds = stream, EventBounds(clock.now())

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for piece in self._stream:
                if not self._bounds.may_pass(piece, clock.now()):
                    raise httpx.ReadError("an event is too long, or there are too many")
                yield piece

        async def aclose(self) -> None:
            await self._stream.aclose()

    class _Guarded(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await super().handle_async_request(await _pinned(request, allow_private=allow_private))
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = _Events(response.stream) if request.method == "GET" else _Bounded(response.stream)
            return response

    return _Guarded()


class EventBounds:
    """Bounds of a stream of server-sent events (HTML, 9.2: an empty line ends one)."""

    def __init__(self, at: float) -> None:
        self._held, self._events, self._since = 0, 0, at
        self._last = b""

    def may_pass(self, piece: bytes, at: float) -> bool:
        """Whether a further piece is within them."""
        text = self._last + piece
        self._last = text[-3:]
        ends = max(text.rfind(end) + len(end) if end in text else -1 for end in EVENT_ENDS)
        # What stands behind the last end belongs to an event that is not whole.
        self._held = len(text) - ends if ends >= 0 else self._held + len(piece)
        self._events += sum(text.count(end) for end in EVENT_ENDS)
        allowed = EVENTS_AT_ONCE + EVENTS_PER_S * (at - self._since)
        return self._held <= MESSAGE_BYTES and self._events <= allowed
