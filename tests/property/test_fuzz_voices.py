"""Ten thousand spoiled streams of voices: no error but a `ProviderError`, and no audio lost that came before it."""

import asyncio
import base64
import json
import math
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import pytest

from offhook.audio.pcm import PcmToUlaw
from offhook.errors import ProtocolViolation, ProviderError, ProviderUnavailable
from offhook.simulator.vendors.sockets import Pace, Piece, pieces_of
from offhook.speech.ports import Setup, SpokenAudio, WordTime
from offhook.speech.registry import Kind, provider
from offhook.speech.trimmed import TrimmedVoice
from offhook.speech.tts import cartesia, deepgram, elevenlabs
from offhook.speech.voice_dialect import VoiceDialect
from offhook.speech.voice_segment import Segment
from offhook.speech.voice_words import SpokenText
from offhook.speech.websocket import Endpoint
from tests import searches
from tests.fuzz import Case, Fault, Frame, Message, cases, pieces

PER_SOCKET: Final = searches.of(2_400)
PER_BODY: Final = searches.of(900)
PER_PROBLEM: Final = searches.of(500)
TEXTS: Final = ("Thank you for calling, how can I help?", "And then something else.")
ENDPOINT: Final = Endpoint(provider="vendor", url="ws://vendor.example", secret="secret-of-the-owner")


@dataclass(frozen=True)
class Stream:
    """What a vendor says to two segments, which of them each message is about, and what of it is audio."""

    name: str
    make: Callable[[], VoiceDialect]
    texts: tuple[str, ...]
    messages: Sequence[Message]
    audio: Sequence[tuple[int, bytes]]
    """Of each message: the segment's number, and its audio."""
    tells_words: bool = True
    names: tuple[str, str, str] = ("", "", "")
    """Fields of a segment's name, of its audio, and of its end, with the values that count."""


def both(make: Callable[[str, Piece], list[dict[str, Any]]], end: Callable[[str], dict[str, Any]]) -> list[Any]:
    """Two segments, said at the same time, as messages with the audio that they hold."""
    found: list[Any] = []
    streams = [
        pieces_of(text, number, random.Random(number), Pace(most_letters=16)) for number, text in enumerate(TEXTS)
    ]
    for at in range(max(map(len, streams))):
        for number, stream in enumerate(streams):
            for place, message in enumerate(make(f"s{number + 1}", stream[at]) if at < len(stream) else []):
                found.append((message, (number, b"" if place else stream[at].audio)))
            if at == len(stream) - 1:
                found.append((end(f"s{number + 1}"), (number, b"")))
    return found


def elevenlabs_stream() -> Stream:
    def piece(context: str, piece: Piece) -> list[dict[str, Any]]:
        times = {
            "chars": [letter for letter, _, _ in piece.letters],
            "charStartTimesMs": [round(1000 * (start_s - piece.start_s)) for _, start_s, _ in piece.letters],
            "charDurationsMs": [round(1000 * (end_s - start_s)) for _, start_s, end_s in piece.letters],
        }
        audio = base64.b64encode(piece.audio).decode()
        return [
            {"audio": audio, "isFinal": None, "alignment": times, "normalizedAlignment": None, "contextId": context}
        ]

    told = both(piece, lambda context: {"isFinal": True, "contextId": context})

    def make() -> VoiceDialect:
        return elevenlabs.ContextDialect(ENDPOINT, elevenlabs.Config(voice="v"))

    messages, audio = [message for message, _ in told], [audio for _, audio in told]
    return Stream("elevenlabs", make, TEXTS, messages, audio, names=("contextId", "audio", "isFinal"))


def cartesia_stream() -> Stream:
    def piece(context: str, piece: Piece) -> list[dict[str, Any]]:
        common = {"context_id": context, "done": False, "status_code": 206}
        words = {
            "words": [word.text for word in piece.words], "start": [word.start_s for word in piece.words],
            "end": [word.end_s for word in piece.words],
        }  # fmt: skip
        chunk = {"type": "chunk", "data": base64.b64encode(piece.audio).decode(), "step_time": 1.0, **common}
        return [chunk, *([{"type": "timestamps", "word_timestamps": words, **common}] if piece.words else [])]

    told = both(piece, lambda context: {"type": "done", "context_id": context, "done": True, "status_code": 200})

    def make() -> VoiceDialect:
        return cartesia.ContextDialect(ENDPOINT, cartesia.request(cartesia.Config(voice="v"), Setup()))

    messages, audio = [message for message, _ in told], [audio for _, audio in told]
    return Stream("cartesia", make, TEXTS, messages, audio, names=("context_id", "data", "type"))


def aura_stream() -> Stream:
    audio = [piece.audio for piece in pieces_of(TEXTS[0], 0, random.Random(0), Pace(most_letters=16))]
    messages: list[Message] = [{"type": "Metadata", "request_id": "r", "model_name": "aura"}, *audio]
    messages.append({"type": "Flushed", "sequence_id": 0})
    told = [(0, message if isinstance(message, bytes) else b"") for message in messages]
    return Stream("aura", lambda: deepgram.SpeakDialect(ENDPOINT), TEXTS[:1], messages, told, tells_words=False)


STREAMS: Final = {stream.name: stream for stream in (elevenlabs_stream(), cartesia_stream(), aura_stream())}


async def drained(segment: Segment) -> tuple[bytes, list[WordTime], ProviderError | None]:
    audio, words, failed = b"", list[WordTime](), None
    try:
        while (piece := await segment.next()) is not None:
            audio += piece.audio
            words += piece.words
    except ProviderError as error:
        failed = error
    assert ENDPOINT.secret not in str(failed)
    return audio, words, failed


def feed(dialect: VoiceDialect, frames: Sequence[Frame]) -> ProviderError | None:
    """As the socket does: the first error ends it."""
    try:
        for at, frame in enumerate(frames):
            if frame.is_text:
                try:
                    text = frame.payload.decode()
                except UnicodeDecodeError:
                    return ProtocolViolation("no text", provider="vendor")  # The socket's own.
                dialect.received(text, at / 100)
            else:
                dialect.received(frame.payload, at / 100)
            assert dialect.wakeup_at is None or math.isfinite(dialect.wakeup_at)
    except ProviderError as error:
        return error
    return None


def readable(stream: Stream, frames: Sequence[Frame], number: int) -> bytes | None:
    """The audio that stands in messages whose name and audio are as they should be; None when it cannot be said."""
    name, data, end = stream.names
    audio = b""
    for frame in frames:
        try:
            message = json.loads(frame.payload)
        except (ValueError, RecursionError):
            return None
        if not isinstance(message, dict) or message.get(name) != f"s{number + 1}":
            continue
        if message.get(end) in ("error", True, "done") or message.get("error") is not None:
            return audio if message.get(end) in (True, "done") and not message.get(data) else None
        if end == "type" and message.get("type") != "chunk":
            continue
        if (sound := message.get(data)) is not None:
            audio += base64.b64decode(sound)
    return audio


async def check(stream: Stream, case: Case) -> None:
    dialect = stream.make()
    segments = [Segment("vendor", SpokenText(text, text.split()), 0.0) for text in stream.texts]
    for segment in segments:
        dialect.begin(segment, 0.0)
    error = feed(dialect, case.frames)
    for segment in segments:
        # What SocketVoice does with those that are not over.
        segment.fail(error or ProviderUnavailable("lost", provider="vendor"))
    for number, segment in enumerate(segments):
        audio, words, failed = await drained(segment)
        sent = b"".join(data for whose, data in stream.audio[: case.clean] if whose == number)
        assert audio.startswith(sent), "what came before the fault is heard"
        assert [word.text for word in words] == stream.texts[number].split()[: len(words)], "each word once, in order"
        if error is None and stream.names[0] and (told := readable(stream, case.frames, number)) is not None:
            assert audio == told, "whatever else is wrong in the message"
        times = [at for word in words for at in (word.start_s, word.end_s)]
        assert times == sorted(times) and all(0 <= at < 100 for at in times)
        if case.is_harmless:
            assert error is None and failed is None
            assert audio == b"".join(data for whose, data in stream.audio if whose == number)
            assert len(words) == (len(stream.texts[number].split()) if stream.tells_words else 0)


@pytest.mark.parametrize("name", STREAMS)
def test_a_spoiled_socket_loses_nothing_that_came_before(name: str) -> None:
    async def main() -> None:
        stream = STREAMS[name]
        for case in cases(PER_SOCKET, stream.messages):
            with case.told():
                await check(stream, case)

    asyncio.run(main())


# ── voices over HTTP ─────────────────────────────────────────────────────────────────────────────────────────────


class Body(httpx2.AsyncByteStream):
    """Comes in pieces of any size, and may break off."""

    def __init__(self, data: Sequence[bytes], error: Exception | None) -> None:
        self._data, self._error = data, error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._data:
            yield piece
        if self._error is not None:
            raise self._error


async def heard(name: str, answer: httpx2.Response) -> tuple[bytes, ProviderError | None]:
    """What is heard of the vendor's voice when it gets this answer."""
    found = provider(Kind.TTS, name)
    options: dict[str, Any] = {"sample_rate_hz": 8000} if name == "openai" else {}
    config = found.config.model_validate({"base_url": "http://127.0.0.1:1/v1", **options})
    voice = vars(found.module)["create"](config, Setup(key=lambda _: ENDPOINT.secret))
    transport = httpx2.MockTransport(lambda _: answer)
    vars(vars(vars(voice)["_client"])["_http"])["_client"] = httpx2.AsyncClient(transport=transport)
    audio, failed = b"", None
    try:
        async for piece in TrimmedVoice(voice).synthesize(TEXTS[0]):
            assert isinstance(piece, SpokenAudio)
            audio += piece.audio
    except ProviderError as error:
        failed = error
    await voice.close()
    assert ENDPOINT.secret not in str(failed) and len(str(failed)) < 500
    return audio, failed


LOUD: Final = [bytes(random.Random(at).choices(range(0x80, 0xB0), k=400)) for at in range(12)]
"""Sound without a pause, as mu-law; as samples it is loud as well."""
KINDS: Final = ["audio/basic", "audio/pcm", "application/octet-stream", "audio/mpeg", "text/html", "application/json"]


def as_ulaw(name: str, data: bytes) -> bytes:
    return PcmToUlaw(8000).push(data) if name == "openai" else data


@pytest.mark.parametrize("name", ["azure", "openai"])
def test_a_spoiled_body_loses_nothing_that_came_before(name: str) -> None:
    async def main() -> None:
        for case in cases(PER_BODY, list[Message](LOUD)):
            with case.told():
                chance = case.chance()
                data = b"".join(frame.payload for frame in case.frames)
                breaks = httpx2.ReadError("gone") if Fault.ENDED in case.faults or chance.random() < 0.2 else None
                kind = chance.choice(KINDS[:3] if chance.random() < 0.9 else KINDS[3:])
                parts = pieces(chance, data)
                answer = httpx2.Response(200, headers={"Content-Type": kind}, stream=Body(parts, breaks))
                audio, error = await heard(name, answer)
                if kind in KINDS[3:] or not data:
                    assert audio == b"" and error is not None
                else:
                    sent = as_ulaw(name, b"".join(LOUD[: case.clean]))
                    assert audio.startswith(sent[:-1]), "a sample may be cut in half"
                    assert (error is None) is (breaks is None) or data[:4] in (b"RIFF", b"OggS", b"fLaC")

    asyncio.run(main())


@pytest.mark.parametrize("name", ["azure", "openai"])
def test_a_spoiled_refusal_is_a_refusal(name: str) -> None:
    problem = {"error": {"message": "Not this.", "type": "invalid_request_error", "param": "input", "code": None}}

    async def main() -> None:
        for case in cases(PER_PROBLEM, [problem, {"more": [1, 2]}]):
            with case.told():
                chance = case.chance()
                status = chance.choice([301, 400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503, 529])
                body = b"".join(frame.payload for frame in case.frames)
                parts = pieces(chance, body)
                audio, error = await heard(name, httpx2.Response(status, stream=Body(parts, None)))
                assert audio == b"" and error is not None

    asyncio.run(main())
