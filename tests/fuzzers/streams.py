"""Vendors' streams with faults in them: the checks of `tests/property/test_fuzz_*`, with other seeds for as long as
there is time; and the same streams over real sockets, cut and framed as badly as a network or a bug can.

A step of the first kind is a stream and its seed: the engine of `tests/fuzz.py` makes the same case of it each time.
"""

import asyncio
import functools
import random
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
import pytest

from offhook.errors import ProviderError
from offhook.speech.ports import Setup, SpokenAudio, Voice
from offhook.speech.registry import Kind, provider
from tests import fuzz
from tests.fuzz import cases
from tests.fuzzers import values
from tests.fuzzers.agents import highest_mb
from tests.fuzzers.engine import Figures, Late, Step, Steps
from tests.fuzzers.frames import BINARY, TEXT, frame, framed
from tests.property import test_fuzz_models as models
from tests.property import test_fuzz_transcribers as transcribers
from tests.property import test_fuzz_voices as voices

MOST_MB: Final = 200.0
PATIENCE_S: Final = 8.0
"""An adapter waits for its vendor for some seconds; who is still there then has hung."""
FIRST_SEED: Final = 10_000_000
"""Those below are in the tests."""
KEY: Final = "canary-0123456789-abcdef"
SOCKETS: Final = ("elevenlabs", "cartesia", "deepgram")


async def one_model(name: str, seed: int) -> None:
    """A reply of a model in one wire, as `test_fuzz_models` judges it."""
    vendor = models.VENDORS[name]
    wire = models.Wire()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx2, "AsyncClient", functools.partial(httpx2.AsyncClient, transport=wire))
        model = vendor.make()
        await model.prepare()
    try:
        (case,) = cases(1, vendor.reply, first_seed=seed)
        chance = case.chance()
        wire.body = fuzz.pieces(chance, b"".join(vendor.event(part.payload, chance) for part in case.frames))
        wire.breaks = chance.random() < 0.1
        with case.told():
            models.judge(vendor, await models.listen(model.stream(models.ASKED)), case)
    finally:
        await model.close()


async def one_transcriber(name: str, seed: int) -> None:
    """A stream of a transcriber, as `test_fuzz_transcribers` judges it."""
    stream = transcribers.STREAMS[name]
    (case,) = cases(1, stream.documents, first_seed=seed)
    with case.told():
        caller = transcribers.Caller(stream)
        caller.run(case.frames)
        transcribers.check_places(caller)
        if transcribers.LOUD.issuperset(case.faults):
            transcribers.check_nothing_lost(caller)


async def one_voice(name: str, seed: int) -> None:
    """A socket of a voice, as `test_fuzz_voices` judges it."""
    stream = voices.STREAMS[name]
    (case,) = cases(1, stream.messages, first_seed=seed)
    with case.told():
        await voices.check(stream, case)


PURE: Final[dict[str, Callable[[int], Coroutine[Any, Any, None]]]] = {
    **{f"model {name}": functools.partial(one_model, name) for name in models.VENDORS},
    **{f"transcriber {name}": functools.partial(one_transcriber, name) for name in transcribers.STREAMS},
    **{f"voice {name}": functools.partial(one_voice, name) for name in voices.STREAMS},
}


# ── over real sockets ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Peer:
    """A vendor on loopback that sends what it is given, whatever it is asked."""

    head: bytes = b""
    parts: list[bytes] = field(default_factory=list)
    is_socket: bool = False
    ends: bool = True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
                asked = await reader.readuntil(b"\r\n\r\n")
                writer.write(accepted(asked) if self.is_socket else self.head)
                for part in self.parts:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0)
                if not self.ends:
                    await asyncio.wait_for(reader.read(), PATIENCE_S)
        except TimeoutError:
            pass
        finally:
            writer.close()


def accepted(asked: bytes) -> bytes:
    """The answer to a handshake."""
    from websockets.utils import accept_key

    lines = asked.decode("latin-1").split("\r\n")
    key = next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("sec-websocket-key")), "")
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return f"{head}Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n".encode()


def http_answer(chance: random.Random, body: bytes) -> tuple[bytes, list[bytes]]:
    """Head and body of an answer over HTTP; the framing may be wrong."""
    kind = chance.choice(
        ("text/event-stream", "text/event-stream", "text/event-stream; charset=x", "application/json", "\xff")
    )
    status = chance.choice((200, 200, 200, 200, 201, 204, 301, 400, 429, 500, 999))
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\n"
    match chance.randrange(6):
        case 0:
            head += f"Content-Length: {len(body)}\r\n"
        case 1:
            head += f"Content-Length: {chance.choice((0, 1, len(body) + 9, -1, 10**12))}\r\n"
        case 2:
            head += "Content-Encoding: gzip\r\n"
        case 3:
            head += "x: " + "y" * 200_000 + "\r\n"
        case _:
            head += "Transfer-Encoding: chunked\r\n"
            parts = fuzz.pieces(chance, body)
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
            body = values.spoiled(chance, body, 1) if chance.random() < 0.4 else body
    data = (head + "\r\n").encode("latin-1")
    return (values.spoiled(chance, data, 1) if chance.random() < 0.2 else data), fuzz.pieces(chance, body)


@dataclass
class StreamsFuzzer:
    """In this process; what hangs, raises or grows is found by its seed or its bytes."""

    name: str = "streams"
    figures: Figures = field(default_factory=Figures)

    async def open(self) -> None:
        """Nothing is shared."""

    async def close(self) -> None:
        """Nothing is left."""

    def make(self, chance: random.Random) -> tuple[str, Steps]:
        """Twenty streams of one kind by their seeds, or one over a socket."""
        kind = chance.choice((*PURE, "http", "http", "sockets", "sockets"))
        if kind in PURE:
            return kind.partition(" ")[0], [
                {"pure": kind, "seed": chance.randrange(FIRST_SEED, 10**9)} for _ in range(20)
            ]
        if kind == "http":
            name = chance.choice(list(models.VENDORS))
            vendor = models.VENDORS[name]
            (case,) = cases(1, vendor.reply, first_seed=chance.randrange(FIRST_SEED, 10**9))
            head, parts = http_answer(chance, b"".join(vendor.event(part.payload, chance) for part in case.frames))
            return kind, [
                {"http": name, "head": head.decode("latin-1")},
                *({"part": part.decode("latin-1")} for part in parts),
            ]
        name = chance.choice(SOCKETS)
        stream = voices.STREAMS["aura" if name == "deepgram" else name]
        (case,) = cases(1, stream.messages, first_seed=chance.randrange(FIRST_SEED, 10**9))
        data = [framed(chance, part.payload, TEXT if part.is_text else BINARY) if chance.random() < 0.3
                else frame(part.payload, TEXT if part.is_text else BINARY,
                masked=False) for part in case.frames]  # fmt: skip
        begin: Step = {"socket": name, "ends": chance.random() < 0.8}
        return kind, [begin, *({"part": part.decode("latin-1")} for part in data)]

    async def play(self, steps: Steps) -> None:
        """Each within bounds."""
        highest_mb(is_new=True)
        held_mb, begun_at = highest_mb(), time.monotonic()
        parts = [step["part"].encode("latin-1") for step in steps if "part" in step]
        for step in steps:
            if "pure" in step:
                await PURE[step["pure"]](step["seed"])
            elif "http" in step:
                await self._http(step, parts)
            elif "socket" in step:
                await self._socket(step, parts)
        self.figures.answered((time.monotonic() - begun_at) / len(steps))
        more_mb = highest_mb() - held_mb
        self.figures.holds(more_mb)
        if more_mb > MOST_MB:
            raise Late(f"it took {more_mb:.0f} MB more")

    async def _http(self, step: Step, parts: list[bytes]) -> None:
        peer = Peer(head=step["head"].encode("latin-1"), parts=parts)
        vendor = models.VENDORS[step["http"]]
        async with await asyncio.start_server(peer.serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(models, "BASE_URL", f"http://127.0.0.1:{port}/v1")
                model = vendor.make()
            await model.prepare()
            try:
                async with asyncio.timeout(2 * PATIENCE_S):
                    heard = await models.listen(model.stream(models.ASKED))
            finally:
                await model.close()
        heard.said.encode()
        if heard.error is not None:
            assert KEY not in str(heard.error) and str(heard.error).isprintable()

    async def _socket(self, step: Step, parts: list[bytes]) -> None:
        peer = Peer(parts=parts, is_socket=True, ends=step["ends"])
        async with await asyncio.start_server(peer.serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            voice = voice_at(step["socket"], port)
            speaking = asyncio.create_task(spoken(voice))
            try:
                async with asyncio.timeout(4 * PATIENCE_S):
                    error = await speaking
            finally:
                speaking.cancel()
                await voice.close()
        assert KEY not in str(error)


def voice_at(name: str, port: int) -> Voice:
    """The adapter of this vendor, with the peer for its address."""
    found = provider(Kind.TTS, name)
    fields: dict[str, Any] = {"base_url": f"http://127.0.0.1:{port}/v1"}
    fields |= {"model": "aura-2-thalia-en"} if name == "deepgram" else {"voice": "v"}
    voice: Voice = vars(found.module)["create"](found.config.model_validate(fields), Setup(key=lambda _: KEY))
    return voice


async def spoken(voice: Voice) -> ProviderError | None:
    """What comes of a sentence; the voice's error, when it has one."""
    pieces: AsyncGenerator[Any, None] = voice.synthesize(voices.TEXTS[0])
    try:
        async for piece in pieces:
            assert isinstance(piece, SpokenAudio)
    except ProviderError as error:
        return error
    finally:
        await pieces.aclose()
    return None
