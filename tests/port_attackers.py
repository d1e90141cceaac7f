"""Peers that mean harm, in a process of their own: what they cost themselves is not taken for the server's work.

`python -m tests.port_attackers PORT`: 300 connections that say nothing, 100 that send a byte now and then, and 16 MB of
header lines of four bytes, again and again. It writes a line when all of them are at it, and goes on until it is ended.
"""

import asyncio
import itertools
import socket
import sys
import threading
from contextlib import suppress

IDLE, SLOW = 300, 100


async def slow(port: int) -> None:
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            for sign in itertools.cycle(b"POST /twilio/voice HTTP/1.1\r\nHost: x\r\n"):
                if writer.is_closing():
                    break
                writer.write(bytes([sign]))
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)


def flood(port: int) -> None:
    lines = b"a:b\r\n" * 3_200_000
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as peer:
            peer.sendall(b"GET /healthz HTTP/1.1\r\n" + lines)


async def main(port: int) -> None:
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(IDLE)]
    senders = [asyncio.create_task(slow(port)) for _ in range(SLOW)]
    threading.Thread(target=flood, args=(port,), daemon=True).start()
    sys.stdout.write(f"{len(idle) + len(senders)}\n")
    sys.stdout.flush()
    await asyncio.gather(*senders)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
