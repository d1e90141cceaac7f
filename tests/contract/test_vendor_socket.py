"""What the socket of every vendor does around its handshake."""

import asyncio
import base64
import hashlib
import socket
import struct
from dataclasses import dataclass, field

import pytest

from offhook.errors import ProtocolViolation, ProviderError, ProviderUnavailable
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


@pytest.mark.parametrize("asks_first", [False, True])
def test_a_vendor_that_closes_in_the_handshake_is_not_waited_for(asks_first: bool) -> None:
    """The library takes that for success, and tells of no end afterwards."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if asks_first:
            await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            socket = VendorSocket(Endpoint(provider="vendor", url=f"ws://127.0.0.1:{port}/"), Silent(), Limits())
            async with asyncio.timeout(3):
                with pytest.raises(ProviderUnavailable, match="no connection"):
                    await socket.run()

    asyncio.run(main())


BROKEN_FRAMES = {
    "masked": b"\x81\x81\x00\x00\x00\x00x", "a control frame in parts": b"\x09\x01x", "no opcode": b"\x8f\x00",
    "a long ping": b"\x89\x7e\x00\x80" + b"x" * 128, "too long": b"\x81\x7f" + b"\xff" * 8,
    "a part without a beginning": b"\x80\x01x", "no text": b"\x81\x01\xff",
}  # fmt: skip


async def failure_of(then: bytes, *, resets: bool = False) -> ProviderError:
    """What a socket's end is called whose vendor sends this behind the handshake."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        key = next(line.split(b": ")[1] for line in lines if line.lower().startswith(b"sec-websocket-key"))
        accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
        writer.write(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        writer.write(b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + then)
        await writer.drain()
        if resets:
            await asyncio.sleep(0.05)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        else:
            await reader.read()
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        vendor = VendorSocket(Endpoint(provider="vendor", url=f"ws://127.0.0.1:{port}/"), Silent(), Limits())
        async with asyncio.timeout(5):
            with pytest.raises(ProviderError) as caught:
                await vendor.run()
    return caught.value


@pytest.mark.parametrize("frame", BROKEN_FRAMES.values(), ids=BROKEN_FRAMES.keys())
def test_frames_against_the_rules_are_the_vendors_fault(frame: bytes) -> None:
    """They came out as the library's own error, and were taken for a fault in our code."""
    assert isinstance(asyncio.run(failure_of(frame)), ProtocolViolation)


def test_a_connection_that_is_reset_is_lost() -> None:
    assert isinstance(asyncio.run(failure_of(b"", resets=True)), ProviderUnavailable)
