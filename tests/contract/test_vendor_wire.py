"""What comes in parts on a vendor's socket is put together, wherever it was cut; what is no text ends the stream."""

import asyncio
import json
from collections.abc import Callable, Sequence

import pytest
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from offhook.errors import ProtocolViolation, ProviderError, ProviderUnavailable
from offhook.speech.ports import Setup
from offhook.speech.stt import deepgram as stt
from tests.deepgram_world import Hearing

TEXT = "Zoë möchte zwei Plätze 🙂 日本"
RESULT = json.dumps(
    {"type": "Results", "start": 0.0, "duration": 0.0, "is_final": True,
     "channel": {"alternatives": [{"transcript": TEXT, "words": []}]}}, ensure_ascii=False,
).encode()  # fmt: skip
Parts = Sequence[bytes]


class Sender(WSListener):
    """Says one message in parts, as soon as it is connected."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def on_ws_connected(self, transport: WSTransport) -> None:
        for number, part in enumerate(self._parts):
            kind = WSMsgType.TEXT if number == 0 else WSMsgType.CONTINUATION
            transport.send(kind, part, fin=number == len(self._parts) - 1)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()


async def hear(parts: Parts, until: Callable[[Hearing], bool]) -> tuple[list[str], BaseException | None]:
    """What a transcriber makes of it."""

    def answer(request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_101_response(), Sender(parts))

    server = await ws_create_server(answer, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        port = stt.create(stt.Config(base_url=address), Setup(key=lambda name: "k"))
        await port.prepare()
        hearing = Hearing(port)
        hearing.quiet(2)
        async with asyncio.timeout(5):
            while not until(hearing) and not hearing.task.done():
                await asyncio.sleep(0.002)
        error = hearing.task.exception() if hearing.task.done() else None
        await hearing.stop() if error is None else None
        return [final.text for final in hearing.notes.finals], error


def test_a_message_may_be_cut_at_any_byte() -> None:
    async def main() -> None:
        for at in range(1, len(RESULT), 3):
            finals, error = await hear((RESULT[:at], RESULT[at:]), lambda hearing: bool(hearing.notes.finals))
            assert (finals, error) == ([TEXT], None), at
        one_by_one = [RESULT[at : at + 1] for at in range(len(RESULT))]
        finals, error = await hear(one_by_one, lambda hearing: bool(hearing.notes.finals))
        assert (finals, error) == ([TEXT], None)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((RESULT[:-1],), ProtocolViolation),
        ((b"\xff\xfe",), ProtocolViolation),
        ((b"{", b"\xff"), ProtocolViolation),
        ((b"[" * 100_000,), ProtocolViolation),
        ((b'{"type":"Results","channel":' + b"[" * 100_000,), ProtocolViolation),
        ((b'{"type":"Error","variant":"x"}',), ProviderUnavailable),
        ((b"x" * (1 << 20), b"y"), ProtocolViolation),
    ],
)
def test_what_cannot_be_read_ends_the_stream(parts: Parts, kind: type[ProviderError]) -> None:
    finals, error = asyncio.run(hear(parts, lambda hearing: False))
    assert finals == []
    assert type(error) is kind
