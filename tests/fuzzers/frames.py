"""Frames and messages on the media sockets, of carriers and of browsers: the call lives or ends in a way that has a
name, and nothing is raised that is not ours."""

import asyncio
import base64
import json
import random
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from offhook.core.endings import EndReason
from offhook.speech.scripted.tape import Plane, Utterance, speak
from offhook.telephony.carriers.twilio_signature import sign
from tests.fuzzers import values
from tests.fuzzers.engine import Step, Steps
from tests.fuzzers.server import PAGE_KEY, PUBLIC, TOKEN
from tests.fuzzers.under_test import OnServer, connect, statuses
from tests.twilio_wire import connected, dtmf, mark, media, start, stop

SAID: Final = ("hello there", "my card please", "a person please", "take a message", "wait no", "mm-hm", "bye")
FIRST_S: Final = 5.0
"""Until the agent's first sound."""
TEXT, BINARY, CONTINUED, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


def frame(payload: bytes, opcode: int = TEXT, *, fin: bool = True, rsv: int = 0, masked: bool = True,
          length: int | None = None) -> bytes:  # fmt: skip
    """A WebSocket's frame; `length` is a lie about it."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    mask_bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask_bit | size])
    elif size < 65_536:
        head += bytes([mask_bit | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([mask_bit | 127]) + size.to_bytes(8, "big")
    if not masked:
        return head + payload
    mask = b"\x37\xfa\x21\x3d"
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def as_step(data: bytes, **more: Any) -> Step:
    """Bytes for the socket."""
    return {"bytes": data.decode("latin-1"), **more}


def framed(chance: random.Random, payload: bytes, opcode: int = TEXT) -> bytes:
    """A message as frames: mostly one, or several with control frames between them, or wrongly."""
    match chance.randrange(12):
        case 0 | 1:
            parts = [payload[at : at + 40] for at in range(0, max(len(payload), 1), 40)][:50]
            data = b""
            for number, part in enumerate(parts):
                data += frame(part, opcode if number == 0 else CONTINUED, fin=number == len(parts) - 1)
                if chance.random() < 0.3:
                    data += frame(chance.randbytes(chance.choice((0, 4, 125))), chance.choice((PING, PONG)))
            return data
        case 2:
            return frame(payload, chance.randrange(16), fin=chance.random() < 0.5, rsv=chance.choice((0, 0, 1, 4, 7)))
        case 3:
            return frame(payload, opcode, masked=False)
        case 4:
            return frame(
                payload, opcode, length=chance.choice((0, 1, len(payload) + 5, 125, 126, 65_535, 65_536, 2**40, 2**63))
            )
        case 5:
            return values.spoiled(chance, frame(payload, opcode))
        case _:
            return frame(payload, opcode)


def control(chance: random.Random) -> bytes:
    """Pings, pongs, closes with codes and reasons of all kinds."""
    codes = (1000, 1001, 1005, 1006, 1011, 1015, 999, 0, 2999, 3000, 4999, 5000, 65_535)
    reason = chance.choice((b"", b"bye", b"\xff\xfe", "é".encode() * 61, b"x" * 123, b"x" * 200))
    code = chance.choice(codes).to_bytes(2, "big")
    return chance.choice((
        frame(chance.randbytes(chance.choice((0, 1, 125, 126, 200))), chance.choice((PING, PONG))),
        frame(code + reason, CLOSE), frame(chance.choice((b"", b"\x03")), CLOSE), frame(b"x", PING, fin=False),
    ))  # fmt: skip


def carrier_message(chance: random.Random, number: int) -> bytes:
    """Any message of the carrier, mostly with something wrong in it."""
    audio = chance.randbytes(chance.choice((0, 1, 80, 160, 161, 320, 1600, 16_000)))
    good = chance.choice((
        connected(), start(), stop(), dtmf(chance.choice("0123456789*#ABCDx")), mark(values.text(chance)),
        media(number, audio), media(number, audio, timestamp=chance.choice(("0", "-1", "99999999", str(2**53), "1.5",
        ""))),
        media(number, b"", payload=chance.choice(("", "=", "A", "A" * 7, "é", "////", "A" * 60_000))),
        json.dumps({"event": values.text(chance), "streamSid": "x"}),
    ))  # fmt: skip
    return spoiled_json(chance, good)


def browser_message(chance: random.Random) -> bytes:
    """Any message of the page."""
    good = json.dumps(chance.choice((
        {"type": "start", "rate": chance.choice((16_000, 8_000, 0, 2**70)), "call": "x", "parameters": {"token": "t"}},
        {"type": "mark", "name": values.text(chance)}, {"type": "key", "digit": chance.choice("0123456789*#ABCDx")},
        {"type": "skip", "ms": chance.choice((0, -1, 20, 400, 2_000, 10**9, 2**63, 1.5))}, {"type": "stop"},
        {"type": values.text(chance)},
    )))  # fmt: skip
    return spoiled_json(chance, good)


def spoiled_json(chance: random.Random, good: str) -> bytes:
    """The document as it is, changed in a place, or spoiled as bytes."""
    match chance.randrange(8):
        case 0 | 1:
            return good.encode()
        case 2 | 3:
            return json.dumps(values.put_anywhere(chance, json.loads(good))).encode()
        case 4:
            deep = chance.choice((500, 2_000, 8_000, 30_000))
            nested = chance.choice(("[" * deep, '{"a":' * deep, "[" * deep + "]" * deep))
            return good[:-1].encode() + b', "new": ' + nested.encode() + b"}"
        case 5:
            return json.dumps(values.value(chance)).encode()
        case 6:
            number = chance.choice(("9" * 5_000, "1e400", "-0", "1" * 400 + ".0", "0.1e-999", "00", "1e", "NaN"))
            return good[:-1].encode() + b', "sequenceNumber": ' + number.encode() + b', "ms": ' + number.encode() + b"}"
        case _:
            return values.spoiled(chance, good.encode())


@dataclass
class _Socket:
    """One media socket and what came over it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sid: str = ""
    token: str = ""
    sent: int = 0
    first: asyncio.Event = field(default_factory=asyncio.Event)
    broken: str = ""

    async def listen(self) -> None:
        """Frames of the server: each is one, and text is JSON."""
        buffer = b""
        with suppress(ConnectionError):
            while data := await self.reader.read(65_536):
                buffer = self._take(buffer + data)
        self.first.set()

    def _take(self, buffer: bytes) -> bytes:
        while len(buffer) >= 2:
            size, head = buffer[1] & 0x7F, 2
            if size == 126:
                size, head = int.from_bytes(buffer[2:4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(buffer[2:10], "big"), 10
            if len(buffer) < head + size:
                break
            self._frame(buffer[0], buffer[1], buffer[head : head + size])
            buffer = buffer[head + size :]
        return buffer

    def _frame(self, first: int, second: int, payload: bytes) -> None:
        if second & 0x80 or first & 0x70 or first & 0x0F not in (TEXT, BINARY, CLOSE, PING, PONG):
            self.broken = f"a frame begins with {first:02x} {second:02x}"
        if first & 0x0F == TEXT:
            try:
                msgspec.json.decode(payload)
            except msgspec.MsgspecError as error:
                self.broken = f"it sent {payload[:100]!r}: {error}"
        if first & 0x0F in (TEXT, BINARY):
            self.first.set()


@dataclass
class FramesFuzzer(OnServer):
    """A step is what one socket sends next; the sockets of a case are open at the same time."""

    name: str = "frames"

    def make(self, chance: random.Random) -> tuple[str, Steps]:
        """Up to four sockets, all of one kind."""
        kind = chance.choice(("carrier", "carrier", "browser", "no start", "mid-call", "control"))
        steps: Steps = []
        for call in range(chance.randint(1, 4)):
            is_browser = kind == "browser" or (kind in ("no start", "control") and chance.random() < 0.3)
            begin = {"open": "browser" if is_browser else "carrier", "begun": kind != "no start", "call": call}
            begin["waits"] = kind == "mid-call" or chance.random() < 0.2
            steps.append(begin)
            steps += [{**step, "call": call} for step in self._sent(chance, kind, is_browser=is_browser)]
            steps.append({"end": chance.choice(("close", "drop", "half", "stop")), "call": call})
        return kind, steps

    def _sent(self, chance: random.Random, kind: str, *, is_browser: bool) -> Steps:
        steps: Steps = []
        for number in range(1, chance.randint(2, 30)):
            way = chance.random()
            if kind == "control" and way < 0.6:
                steps.append(as_step(control(chance), copies=chance.choice((1, 1, 1, 5, 150, 250))))
            elif is_browser:
                audio = chance.randbytes(chance.choice((0, 1, 2, 640, 641, 6_400, 32_000, 32_002, 70_000)))
                steps.append(
                    as_step(framed(chance, audio, BINARY) if way < 0.4 else framed(chance, browser_message(chance)))
                )
            elif way < 0.15:
                steps.append({"say": chance.choice(SAID), "turn": number})
            elif way < 0.25:
                steps.append({"silence": chance.choice((1, 10, 60, 200))})
            elif way < 0.3:
                steps.append(as_step(framed(chance, chance.randbytes(300), BINARY)))
            else:
                steps.append(as_step(framed(chance, carrier_message(chance, number))))
            if chance.random() < 0.1:
                steps.append({"wait_ms": chance.choice((1, 20, 200))})
        return steps

    async def play(self, steps: Steps) -> None:
        """All sockets at once; behind them nothing is left, and each call's end has a name."""
        calls: dict[int, Steps] = {}
        for step in steps:
            calls.setdefault(step.get("call", 0), []).append(step)
        sockets = await asyncio.gather(*(self._call(one) for one in calls.values()))
        await self.server.call_and_go()
        for socket in sockets:
            if socket.sid:
                await self.server.hang_up(socket.sid)
        await self.server.settled()
        for socket in sockets:
            assert not socket.broken, socket.broken
        self._look_at_records()

    def _look_at_records(self) -> None:
        folder = self.server.folder / "calls"
        for record in folder.iterdir() if folder.exists() else ():
            summary = record / "call.json"
            if summary.exists() and (text := summary.read_text("utf-8")):
                reason = json.loads(text)["end_reason"]
                assert reason in set(EndReason) and reason != EndReason.OFFHOOK_ERROR, text[:500]
                shutil.rmtree(record)

    async def _call(self, steps: Steps) -> _Socket:
        begin = next((step for step in steps if "open" in step), {"open": "carrier", "begun": True, "waits": False})
        socket = await (self._handshake("/browser/media") if begin["open"] == "browser" else self._carrier())
        writer = socket.writer
        listening = asyncio.create_task(socket.listen())
        try:
            with suppress(OSError, TimeoutError):
                if not begin["begun"]:
                    pass
                elif begin["open"] == "browser":
                    call, token = await self._seat()
                    hello = {"type": "start", "rate": 16_000, "call": call, "parameters": {"token": token}}
                    writer.write(frame(json.dumps(hello).encode()))
                else:
                    writer.write(frame(connected().encode()) + frame(start(socket.sid, token=socket.token).encode()))
                if begin["waits"] and begin["begun"]:
                    await asyncio.wait_for(socket.first.wait(), FIRST_S)
                for step in steps:
                    await self._step(socket, step)
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(listening), 0.02)
        finally:
            writer.close()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        return socket

    async def _step(self, socket: _Socket, step: Step) -> None:
        writer = socket.writer
        if "bytes" in step:
            data = step["bytes"].encode("latin-1") * step.get("copies", 1)
            for at in range(0, len(data), 65_536):
                writer.write(data[at : at + 65_536])
                async with asyncio.timeout(5):
                    await writer.drain()
        elif "say" in step or "silence" in step:
            audio = b"\xff" * 160 * step.get("silence", 0)
            if "say" in step:
                audio = speak(step["say"], Utterance(number=step["turn"]), Plane.LSB)
            for at in range(0, len(audio), 160):
                socket.sent += 1
                writer.write(frame(media(socket.sent, audio[at : at + 160]).encode()))
            await writer.drain()
        elif "wait_ms" in step:
            await asyncio.sleep(step["wait_ms"] / 1000)
        elif step.get("end") == "close":
            writer.write(frame((1000).to_bytes(2, "big"), CLOSE))
        elif step.get("end") == "stop":
            writer.write(frame(stop().encode()))
        elif step.get("end") == "half":
            writer.write_eof()
        elif step.get("end") == "drop":
            writer.transport.abort()

    async def _carrier(self) -> _Socket:
        call_sid = self.server.new_sid()
        token = await self.server.ring(call_sid)
        signature = sign(TOKEN, PUBLIC.replace("https", "wss") + "/twilio/media")
        socket = await self._handshake("/twilio/media", f"X-Twilio-Signature: {signature}\r\n")
        socket.sid, socket.token = call_sid, token
        return socket

    async def _seat(self) -> tuple[str, str]:
        answer = await self.server.ask(
            f"POST /talk/call HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {PAGE_KEY}\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        assert statuses(answer) == [200], answer[:300]
        told = json.loads(answer.partition(b"\r\n\r\n")[2])
        return told["call"], told["token"]

    async def _handshake(self, path: str, more: str = "") -> _Socket:
        reader, writer = await connect(self.server.port)
        key = base64.b64encode(b"0123456789abcdef").decode()
        head = (
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{more}\r\n"
        )
        writer.write(head.encode())
        async with asyncio.timeout(5):
            answer = await reader.readuntil(b"\r\n\r\n")
        assert statuses(answer) == [101], answer[:300]
        return _Socket(reader, writer)
