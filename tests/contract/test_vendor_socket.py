"""What the socket of every vendor does around its handshake."""

import asyncio
import base64
import hashlib
from dataclasses import dataclass, field

import pytest

from offhook.speech.websocket import Endpoint, Limits, VendorSocket

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass
class Silent:
    """A dialect that says nothing."""

    wakeup_at: float | None = None
    opens: int = 0

    def opened(self, at: float) -> None:
        self.opens += 1

    def sent(self, message: str | bytes, at: float) -> None: ...

    def received(self, message: str | bytes, at: float) -> None: ...

    def wake(self, at: float) -> None: ...

    def dropped(self, size: int) -> None: ...

    def keep_alive(self) -> str | None:
        return None

    def goodbye(self) -> str | None:
        return None


@dataclass
class Slow:
    """A server that answers the handshake when it is told to, and waits for the client to go."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        key = next(line.split(b": ")[1] for line in lines if line.lower().startswith(b"sec-websocket-key"))
        self.asked.set()
        await self.answers.wait()
        accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
        writer.write(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        writer.write(b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        await reader.read()
        self.left.set()
        writer.close()


@pytest.mark.parametrize("is_open", [False, True])
def test_whoever_is_cancelled_in_the_handshake_leaves_no_connection(is_open: bool) -> None:
    """A call that ends at once would hold a place at its vendor until that one tires of it: minutes, with some."""

    async def main() -> None:
        slow, dialect = Slow(), Silent()
        async with await asyncio.start_server(slow.serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            endpoint = Endpoint(provider="vendor", url=f"ws://127.0.0.1:{port}/")
            socket = VendorSocket(endpoint, dialect, Limits())
            running = asyncio.create_task(socket.run())
            async with asyncio.timeout(5):
                await slow.asked.wait()
                if is_open:
                    slow.answers.set()
                    while not socket.is_open:
                        await asyncio.sleep(0)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                slow.answers.set()
                await slow.left.wait()
            assert not socket.is_open
            assert dialect.opens == is_open

    asyncio.run(main())
