"""HTTP/1.1 servers of the simulator: the carrier's REST side and the vendors' stand-ins. h11 reads and writes."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Self

import h11

READ_BYTES: Final = 64 * 1024
BODY_LIMIT: Final = 4 * 1024 * 1024
IDLE_S: Final = 120.0
"""A client that asks nothing for so long is sent away."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it came."""

    method: str
    target: str
    """Path and query."""
    headers: dict[str, str] = field(repr=False)
    """Their names in small letters."""
    body: bytes = field(repr=False)


class Gone(Exception):
    """The client is not there any more."""


class HttpConnection:
    """One client's connection, with an ear for the client's going."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._http: Final = h11.Connection(h11.SERVER)
        self._reader, self._writer = reader, writer
        self._heard: asyncio.Task[bytes] | None = None

    async def request(self) -> HttpRequest | None:
        """The next request; None at the connection's end, or when it is none."""
        await self._stop_listening()
        if self._http.our_state is h11.DONE:
            self._http.start_next_cycle()
        head, body = None, b""
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await asyncio.wait_for(self._reader.read(READ_BYTES), IDLE_S))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data) and len(body) <= BODY_LIMIT:
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
                return HttpRequest(head.method.decode(), head.target.decode(), headers, body)
            else:
                return None

    async def wait(self, seconds: float | None) -> None:
        """Let time pass; None is for ever. Raises `Gone` as soon as the client leaves."""
        self._heard = self._heard or asyncio.create_task(self._reader.read(READ_BYTES))
        done, _ = await asyncio.wait({self._heard}, timeout=seconds)
        if done:
            heard, self._heard = self._heard, None
            data = b"" if heard.exception() else heard.result()
            if not data:
                raise Gone
            self._http.receive_data(data)

    async def begin(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Status and headers; without a Content-Length among them the body is chunked."""
        try:
            reason = HTTPStatus(status).phrase.encode()
        except ValueError:
            reason = b"Vendor's own"
        await self._send(h11.Response(status_code=status, headers=list(headers), reason=reason))

    async def send(self, data: bytes, piece_bytes: int = 0) -> None:
        """A part of the body; in pieces of that size where one is given, each in a segment of its own."""
        await self._send(h11.Data(data), piece_bytes)

    async def end(self) -> None:
        """The body is whole."""
        await self._send(h11.EndOfMessage())

    async def answer(self, status: int, document: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        """A whole answer of JSON."""
        length = ("Content-Length", str(len(document)))
        await self.begin(status, [("Content-Type", "application/json"), length, *headers])
        await self.send(document)
        await self.end()

    def abort(self) -> None:
        """Break the connection: what was sent may not arrive."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Let go of the connection; what was sent arrives."""
        await self._stop_listening()
        self._writer.close()

    @property
    def is_open(self) -> bool:
        """Another request may come."""
        return self._http.our_state is h11.DONE

    async def _send(self, event: h11.Event, piece_bytes: int = 0) -> None:
        data = self._http.send(event) or b""
        if not piece_bytes:
            self._writer.write(data)
            await self._writer.drain()
            return
        for at in range(0, len(data), piece_bytes):
            self._writer.write(data[at : at + piece_bytes])
            await self._writer.drain()
            await asyncio.sleep(0)

    async def _stop_listening(self) -> None:
        heard, self._heard = self._heard, None
        if heard is not None:
            heard.cancel()
            await asyncio.wait({heard})


class HttpServer:
    """Listens on this machine inside its `async with`; port 0 takes a free one."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._server: asyncio.Server | None = None
        self._connections: Final[set[asyncio.Task[None]]] = set()

    @property
    def address(self) -> str:
        """Of this server, without a path."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(self._connections)
        await self._server.wait_closed()

    async def serve(self, connection: HttpConnection, request: HttpRequest) -> None:
        """Answer one request; a connection whose answer is not whole is closed behind it. May raise `Gone`."""
        raise NotImplementedError

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        connection = HttpConnection(reader, writer)
        try:
            while (request := await connection.request()) is not None:
                await self.serve(connection, request)
                if not connection.is_open:
                    break
        except (h11.ProtocolError, ConnectionError, TimeoutError, Gone):
            pass  # Whoever speaks no HTTP gets no answer, and who has gone needs none.
        except asyncio.CancelledError:
            pass  # The server closes; this task is nobody else's.
        finally:
            self._connections.discard(task)
            await connection.close()


def json_body(request: HttpRequest) -> dict[str, Any]:
    """The object in a request's body; none is empty, and what is no object has only the key ""."""
    try:
        document = json.loads(request.body) if request.body else {}
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"": "not a JSON object"}
