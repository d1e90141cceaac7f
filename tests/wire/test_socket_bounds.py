"""Sockets of the application behind the port: nothing proves who opens them, so they have bounds."""

import asyncio
from contextlib import suppress

import pytest
from fastapi import WebSocket, WebSocketDisconnect

from offhook.web import media
from tests.web_world import World, play, web_lines

SHAKE = (
    b"GET /v1/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


async def refusing(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(4401)


async def shaken(world: World) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(SHAKE)
    async with asyncio.timeout(20):
        return reader, writer, await reader.readuntil(b"\r\n\r\n")


async def is_gone(reader: asyncio.StreamReader) -> None:
    async with asyncio.timeout(20):
        with suppress(ConnectionError):
            while await reader.read(1_000):
                pass


def test_who_is_refused_and_does_not_go_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing proves who opens them: hundreds of sockets stayed open for ten seconds each."""
    monkeypatch.setattr(media, "MOST_REFUSED", 3)
    monkeypatch.setattr(media, "GOING_S", 3600.0)

    async def story(world: World) -> None:
        opened = []
        for _ in range(6):
            reader, writer, head = await shaken(world)
            assert head.startswith(b"HTTP/1.1 101 ") and (await reader.readexactly(4))[:1] == b"\x88"
            opened.append((reader, writer))
        for reader, _ in opened[:2]:
            await is_gone(reader)
        for _, writer in opened:
            writer.close()

    play(story, below=("/v1", refusing))


def test_who_is_refused_has_little_time_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "GOING_S", 0.05)

    async def story(world: World) -> None:
        reader, writer, _ = await shaken(world)
        await is_gone(reader)
        writer.close()

    play(story, below=("/v1", refusing))


def test_sockets_of_the_application_have_a_bound(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MOST_SOCKETS", 2)

    async def kept(socket: WebSocket) -> None:
        await socket.accept()
        with suppress(WebSocketDisconnect):
            await socket.receive_text()

    async def story(world: World) -> None:
        opened = [await shaken(world) for _ in range(3)]
        assert [head[9:12] for _, _, head in opened] == [b"101", b"101", b"503"]
        for _, writer, _ in opened:
            writer.close()
        async with asyncio.timeout(20):
            while (await shaken(world))[2][9:12] != b"101":
                await asyncio.sleep(0.01)

    play(story, below=("/v1", kept))
    assert [line for line in web_lines(caplog) if "2 sockets are open" in line]
