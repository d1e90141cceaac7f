"""Raw bytes and connections: whatever reaches the port, a signed webhook is answered in time, and all is let go of."""

import asyncio
import random
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from socket import SO_LINGER, SOL_SOCKET
from typing import Final

from tests.fuzzers import values
from tests.fuzzers.engine import Step, Steps
from tests.fuzzers.under_test import OnServer, connect, statuses

PATHS: Final = (
    "/", "/healthz", "/twilio/voice", "/twilio/status", "/twilio/media", "/twilio/transfer-ended", "/browser/media",
    "/talk", "/talk/about", "/talk/call", "/talk/return", "/talk/talk.js", "*", "http://x/healthz", "//twilio//voice/",
    "/TWILIO/Voice", "/%2e%2e/%2e%2e/etc/passwd", "/twilio/voice?call=%ff", "/\xff", "/a" * 400,
)  # fmt: skip
METHODS: Final = (
    "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH", "PURGE", "M-SEARCH", "get",
    "G\x00T",
    "PRI", "A" * 300, "",
)  # fmt: skip
HEADERS: Final = (
    "Host: voice.example.test", "Host: localhost", "Host:", "Host: a\r\nHost: b", "Content-Length: 5",
    "Content-Length: 0",
    "Content-Length: -1", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 99999999999999999999",
    "Content-Length: 5, 5", "Content-Length: +5", "Content-Length: 0x5", "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked", "Transfer-Encoding : chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 3", "Connection: close", "Connection: keep-alive",
    "Connection: Upgrade",
    "Connection: upgrade, close", "Upgrade: websocket", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: short", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Version: 8", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99",
    "Sec-WebSocket-Protocol: a,,b", "Expect: 100-continue", "Expect: 200-ok", "X-Twilio-Signature: AAAA",
    "X-Twilio-Signature:", "Content-Type: application/x-www-form-urlencoded",
    "Content-Type: multipart/form-data; boundary=",
    "Content-Type: \xff", "Authorization: Bearer \xe9", "Authorization: Bearer the-key", "Origin: null",
    "Origin: http://[",
    "Origin: http://localhost:99999", "X-Forwarded-Host: [::1", "Range: bytes=0-0,-1", " folded: x", "\tfolded",
    "no colon",
    ": no name", "na me: x", "X\x00: y", "Cookie: " + "a=b; " * 400, "TE: trailers", "Trailer: Host",
)  # fmt: skip
VERSIONS: Final = ("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1 x", "")
ENDS: Final = ("\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r")
HELLO: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200))
FOREIGN: Final = (
    HELLO, b"\x80\x2e\x01\x00\x02", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00", b"SSH-2.0-x\r\n", b"\x00" * 100, b"EHLO x\r\n",
    b"\x05\x01\x00",
    b"*1\r\n$4\r\nPING\r\n", b"OPTIONS sip:x SIP/2.0\r\n\r\n", b"\x03\x00\x00\x13\x0e\xe0", b"\xff" * 5_000,
    b"\r\n" * 3_000,
)  # fmt: skip
CHUNKED: Final = "POST /twilio/voice HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
READ_S: Final = 0.25
"""A peer waits no longer for an answer that may never come."""
ALLOWED: Final = frozenset({503})
"""Of the statuses from 500 on: too many connections."""


def request(chance: random.Random) -> bytes:
    """One request, more or less."""
    end = chance.choice(ENDS)
    lines = [f"{chance.choice(METHODS)} {chance.choice(PATHS)} {chance.choice(VERSIONS)}"]
    lines += chance.sample(HEADERS, chance.randint(0, 8))
    head = end.join((*lines, "", "")).encode("latin-1", "replace")
    return head + body(chance)


def body(chance: random.Random) -> bytes:
    """Behind a head: nothing, something, chunks."""
    match chance.randrange(5):
        case 0:
            return b""
        case 1:
            return values.text(chance).encode("utf-8", "replace")
        case 2:
            return b"CallSid=CA" + b"1" * 32 + b"&a=" + b"x" * chance.choice((1, 100, 70_000))
        case 3:
            return b"".join(chunk(chance) for _ in range(chance.randint(1, 6))) + b"0\r\n\r\n"
        case _:
            return values.spoiled(chance, chunk(chance) + b"0\r\nX: y\r\n\r\n")


def chunk(chance: random.Random) -> bytes:
    """Of a chunked body; its size may be a lie."""
    data = chance.randbytes(chance.choice((0, 1, 5, 300)))
    size = chance.choice(
        (f"{len(data):x}", f"{len(data):X};ext=1", "ffffffffffffffff", "-1", "0x5", "fffffff", "", " 5")
    )
    return size.encode() + b"\r\n" + data + b"\r\n"


def upgrade(chance: random.Random) -> bytes:
    """A handshake of a WebSocket, and more behind it."""
    lines = [
        f"GET {chance.choice(('/twilio/media', '/browser/media', '/x', '/Twilio/Media/'))} HTTP/1.1", "Host: localhost",
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]  # fmt: skip
    for _ in range(chance.randint(0, 2)):
        lines[chance.randrange(len(lines))] = chance.choice(HEADERS)
    return "\r\n".join((*lines, "", "")).encode("latin-1") + chance.choice(
        (b"", b"\x81\x80\x00\x00\x00\x00", HELLO, body(chance))
    )


def huge(chance: random.Random) -> bytes:
    """More head than there may be."""
    return chance.choice((
        b"GET /healthz HTTP/1.1\r\n" + b"a:b\r\n" * chance.choice((4_000, 40_000)) + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nx: " + b"y" * chance.choice((16_000, 17_000, 600_000)) + b"\r\n\r\n",
        b"GET /" + b"z" * chance.choice((16_000, 17_000, 66_000)) + b" HTTP/1.1\r\n\r\n",
        b"POST /twilio/voice HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1;" + b"e" * 200_000,
        b"POST /twilio/voice HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"t: u\r\n" * 40_000,
        b"POST /twilio/voice HTTP/1.1\r\nX-Twilio-Signature: x\r\nContent-Length: 3000000\r\n\r\n" + b"b" * 3_000_000,
    ))  # fmt: skip


def pipelined(chance: random.Random) -> bytes:
    """Several in one."""
    good = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    return b"".join(good if chance.random() < 0.5 else request(chance) for _ in range(chance.choice((2, 5, 300))))


def spoiled(chance: random.Random) -> bytes:
    """A good request with bytes changed."""
    good = b"POST /twilio/voice HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\nConnection: close\r\n\r\na=b&c=d"
    return values.spoiled(chance, good)


KINDS: Final[dict[str, Callable[[random.Random], bytes]]] = {
    "requests": request, "bodies": lambda chance: b"POST /twilio/voice HTTP/1.1\r\nHost: x\r\nX-Twilio-Signature: x\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n" + body(chance), "upgrades": upgrade, "huge": huge, "pipelined": pipelined,
    "spoiled": spoiled, "foreign": lambda chance: chance.choice(FOREIGN) + chance.randbytes(chance.randint(0, 40)),
}  # fmt: skip


def flood(chance: random.Random) -> Step:
    """Up to a few megabytes of what costs more than it weighs."""
    begin, unit = chance.choice((
        ("GET /healthz HTTP/1.1\r\n", "a:b\r\n"), ("", "GET / HTTP/1.1\r\n\r\n"), ("", "\r\n"),
        ("GET /healthz HTTP/1.1\r\na: ", "bbbbbbbb"), (CHUNKED + "0\r\n", "a:b\r\n"),
        (CHUNKED + "0\r\na: ", "bbbbbbbb"),
        (CHUNKED + "1;", "eeeeeeee"), (CHUNKED, "1\r\nx\r\n"), (CHUNKED, "00000000"), ("GET /", "zzzzzzzz"),
        ("POST /twilio/voice HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", "x" * 64),
    ))  # fmt: skip
    return {"send": [begin], "then": unit, "times": chance.choice((5_000, 50_000, 300_000)), "way": "leave"}


def cut(chance: random.Random, data: bytes) -> list[str]:
    """In pieces, as it is sent."""
    if chance.random() < 0.5 or len(data) < 4:
        return [data.decode("latin-1")]
    if len(data) < 60 and chance.random() < 0.3:
        return [chr(byte) for byte in data]
    places = sorted(chance.sample(range(1, len(data)), min(3, len(data) - 1)))
    return [data[a:b].decode("latin-1") for a, b in zip([0, *places], [*places, len(data)], strict=True)]


@dataclass
class PortFuzzer(OnServer):
    """A step is a connection; those of a case are open at the same time."""

    name: str = "port"

    def make(self, chance: random.Random) -> tuple[str, Steps]:
        """Connections of one kind, or of all."""
        if chance.random() < 0.03:
            return "many", [{"send": cut(chance, data), "copies": chance.choice((100, 300, 700)), "way": "wait"}
                            for data in (b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\n\r\n")]  # fmt: skip
        if chance.random() < 0.05:
            return "floods", [flood(chance) for _ in range(chance.randint(1, 20))]
        kind = chance.choice((*KINDS, "mixed", "mixed"))
        steps: Steps = []
        for _ in range(chance.randint(1, 30)):
            data = KINDS[kind if kind != "mixed" else chance.choice(list(KINDS))](chance)
            way = chance.choice(("read", "read", "read", "half", "reset", "leave", "wait"))
            steps.append({"send": cut(chance, data), "way": way, "pause_ms": chance.choice((0, 0, 0, 1, 20))})
        return kind, steps

    async def play(self, steps: Steps) -> None:
        """All at once, and the webhook in between and behind them."""
        peers = [asyncio.create_task(self._peer(step)) for step in steps for _ in range(int(step.get("copies", 1)))]
        try:
            await asyncio.sleep(0.01)
            if len(peers) < 400:
                await self.server.call_and_go()
            answers = await asyncio.gather(*peers)
        finally:
            for peer in peers:
                peer.cancel()
            await asyncio.gather(*peers, return_exceptions=True)
        if len(peers) >= 400:
            # More than there is room for: as soon as there is, it is as before.
            await self._room()
        await self.server.call_and_go()
        await self.server.settled()
        for answer in answers:
            assert b"<Response" not in answer, f"unsigned, and answered {answer[:300]!r}"
            for status in statuses(answer):
                assert status < 500 or status in ALLOWED, f"answered {answer[:300]!r}"
            assert not answer or answer.startswith(b"HTTP/1.1 "), f"no HTTP: {answer[:100]!r}"

    async def _room(self) -> None:
        async with asyncio.timeout(5):
            while statuses(await self.server.ask(b"GET /healthz HTTP/1.0\r\n\r\n")) != [200]:
                await asyncio.sleep(0.02)

    async def _peer(self, step: Step) -> bytes:
        reader, writer = await connect(self.server.port)
        try:
            with suppress(ConnectionError):
                await self._send(writer, step)
            if step["way"] in ("reset", "leave"):
                return b""
            if step["way"] == "half":
                with suppress(OSError, RuntimeError):
                    writer.write_eof()
            answer = b""
            with suppress(TimeoutError, ConnectionError):
                while data := await asyncio.wait_for(reader.read(65_536), READ_S):
                    answer += data
            return answer
        finally:
            if step["way"] == "reset":
                bare = writer.get_extra_info("socket")
                with suppress(OSError):
                    bare.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            if step["way"] == "leave":
                writer.close()
                # What is not taken by then is not sent any more.
                with suppress(TimeoutError, OSError):
                    await asyncio.wait_for(writer.wait_closed(), 0.05)
            if step["way"] != "leave" or writer.transport.get_write_buffer_size():
                writer.transport.abort()

    async def _send(self, writer: asyncio.StreamWriter, step: Step) -> None:
        pieces = list(step["send"])
        if "then" in step:
            per_piece = max(65_536 // len(step["then"]), 1)
            pieces += [step["then"] * per_piece] * (step["times"] // per_piece + 1)
        for piece in pieces:
            writer.write(piece.encode("latin-1"))
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await writer.drain()
            if writer.is_closing():
                return
            if step.get("pause_ms") and len(step["send"]) < 5:
                await asyncio.sleep(step["pause_ms"] / 1000)
