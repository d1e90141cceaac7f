"""The rules of the vendors' sockets: the stand-ins enforce them, and the voices keep them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from offhook.errors import ProviderRefused, ProviderUnavailable
from offhook.simulator.vendors.cartesia import CartesiaServer
from offhook.simulator.vendors.deepgram_speak import DeepgramSpeakServer
from offhook.simulator.vendors.elevenlabs import UNKNOWN_VOICE, ElevenLabsServer
from offhook.simulator.vendors.latency import Delay
from offhook.simulator.vendors.sockets import Pace, SpeechServer
from offhook.speech.tts import cartesia
from tests.socket_voice_world import TEXT, VENDORS, Vendor, run, said, until

ELEVENLABS, CARTESIA, DEEPGRAM = VENDORS
PATHS = {
    ElevenLabsServer: "/v1/text-to-speech/v/multi-stream-input?model_id=eleven_flash_v2_5&output_format=ulaw_8000",
    CartesiaServer: "/tts/websocket",
    DeepgramSpeakServer: "/v1/speak?model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000",
}
NOTHING_S = 0.1
"""What has not come by then does not come: the stand-ins speak at once."""


def headers(server: SpeechServer, key: str, version: str = cartesia.VERSION) -> dict[str, str]:
    if isinstance(server, ElevenLabsServer):
        return {"xi-api-key": key}
    if isinstance(server, CartesiaServer):
        return {"X-API-Key": key, **({"Cartesia-Version": version} if version else {})}
    return {"Authorization": f"Token {key}"}


@asynccontextmanager
async def client(
    server: SpeechServer, more: str = "", key: str = "", path: str = "", version: str = cartesia.VERSION
) -> AsyncIterator[ClientConnection]:
    """A client that may break the rules."""
    url = server.base_url.replace("http", "ws", 1) + (path or PATHS[type(server)]) + more
    sent = headers(server, key or server.key, version)
    async with connect(url, additional_headers=sent, compression=None) as socket:
        yield socket


async def tell(socket: ClientConnection, *messages: dict[str, Any]) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


async def answers(socket: ClientConnection, until_key: str = "") -> list[dict[str, Any]]:
    """All that comes, until a message with that key, or until nothing more does. Audio counts as {"audio": size}."""
    found: list[dict[str, Any]] = []
    try:
        while not (until_key and found and found[-1].get(until_key)):
            async with asyncio.timeout(3.0 if until_key else NOTHING_S):
                message = await socket.recv()
            found.append(json.loads(message) if isinstance(message, str) else {"audio": len(message)})
    except TimeoutError:
        assert not until_key, found
    return found


async def closed(socket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed):
        async with asyncio.timeout(3):
            while True:
                await socket.recv()
    return socket.close_code or 0, socket.close_reason or ""


@pytest.mark.parametrize("kind", PATHS)
def test_stand_ins_take_one_key(kind: type[SpeechServer]) -> None:
    async def main() -> None:
        async with kind() as server:
            with pytest.raises(InvalidStatus) as caught:
                async with client(server, key="another"):
                    pass
            assert caught.value.response.status_code == 401
            async with client(server):
                pass

    asyncio.run(main())


# ── ElevenLabs ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_elevenlabs_waits_for_a_flush_or_120_characters_and_a_flush_alone_has_no_end() -> None:
    async def main() -> None:
        async with ElevenLabsServer() as server, client(server) as socket:
            await tell(socket, {"text": " ", "context_id": "a"}, {"text": "Only a few words. ", "context_id": "a"})
            assert await answers(socket) == []
            await tell(socket, {"context_id": "a", "flush": True})
            found = await answers(socket)
            assert found
            assert all(message["audio"] and message["isFinal"] is None for message in found)
            assert all(message["alignment"]["charStartTimesMs"][0] == 0 for message in found)
            await tell(socket, {"text": "x" * 130, "context_id": "a"})
            assert await answers(socket)
            await tell(socket, {"context_id": "a", "close_context": True})
            assert await answers(socket, "isFinal") == [{"isFinal": True, "contextId": "a"}]

    asyncio.run(main())


def test_elevenlabs_sixth_context_closes_the_socket_and_naming_one_makes_it() -> None:
    async def main() -> None:
        async with ElevenLabsServer() as server, client(server) as socket:
            for name in "abcde":
                await tell(socket, {"context_id": name, "flush": True})
            assert await answers(socket) == []
            await tell(socket, {"text": " ", "context_id": "f"})
            (error,) = await answers(socket, "error")
            assert (error["error"], error["code"]) == ("max_active_conversations", 1008)
            assert (await closed(socket))[0] == 1008

    asyncio.run(main())


def test_elevenlabs_sends_the_silent_away() -> None:
    async def main() -> None:
        async with ElevenLabsServer() as server, client(server, "&inactivity_timeout=1") as socket:
            assert (await answers(socket, "error"))[0]["error"] == "input_timeout_exceeded"
            assert (await closed(socket))[0] == 1008

    asyncio.run(main())


def test_elevenlabs_voice_that_does_not_exist_is_told_and_not_tried_for_ever() -> None:
    async def main() -> None:
        async with ElevenLabsServer() as server:
            voice = ELEVENLABS.voice(server, voice=UNKNOWN_VOICE)
            await voice.prepare()
            with pytest.raises(ProviderRefused, match="voice_id_does_not_exist"):
                await said(voice, TEXT)
            await asyncio.sleep(0.3)
            assert server.handshakes < 4
            await voice.close()

    asyncio.run(main())


def test_elevenlabs_other_spelling_is_understood() -> None:
    async def act(server: SpeechServer, voice: Any) -> None:
        text, _, words = await said(voice, TEXT)
        assert text == TEXT
        assert [word.text for word in words] == TEXT.split()

    run(ELEVENLABS, act, spelling="snake")


def test_elevenlabs_contexts_are_never_more_than_allowed() -> None:
    async def act(server: SpeechServer, voice: Any) -> None:
        assert isinstance(server, ElevenLabsServer)
        for _ in range(3):
            tasks = [asyncio.create_task(said(voice, TEXT)) for _ in range(12)]
            await until(lambda: len(server.said) >= 12)
            for task in tasks[::2]:
                task.cancel()
            assert all(text == TEXT for text, _, _ in await asyncio.gather(*tasks[1::2]))
            server.said.clear()
        assert server.most_contexts_seen == 4

    run(ELEVENLABS, act, pace=Pace(first_audio=Delay(0.02), times_real_time=40.0))


def test_elevenlabs_idle_socket_is_opened_again() -> None:
    async def main() -> None:
        async with ElevenLabsServer() as server:
            server.inactivity_s = 0.2
            voice = ELEVENLABS.voice(server)
            await voice.prepare()
            await said(voice, TEXT)
            await until(lambda: server.handshakes >= 3)
            assert (await said(voice, TEXT))[0] == TEXT
            await voice.close()

    asyncio.run(main())


# ── Cartesia ─────────────────────────────────────────────────────────────────────────────────────────────────────

REQUEST: dict[str, Any] = {
    "model_id": "sonic-3.5", "voice": {"mode": "id", "id": "v"}, "language": "en", "context_id": "a",
    "output_format": {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000}, "max_buffer_delay_ms": 0,
}  # fmt: skip


def test_cartesia_fields_of_a_context_stay_the_same_and_its_end_is_its_end() -> None:
    async def main() -> None:
        async with CartesiaServer() as server, client(server) as socket:
            await tell(socket, {**REQUEST, "transcript": "Hello ", "continue": True})
            assert {message["type"] for message in await answers(socket)} == {"chunk"}
            await tell(socket, {**REQUEST, "transcript": "again", "continue": True, "language": "de"})
            assert (await answers(socket))[0]["type"] == "error"
            await tell(socket, {**REQUEST, "transcript": "the end.", "continue": False})
            assert (await answers(socket))[-1]["type"] == "done"
            await tell(socket, {**REQUEST, "transcript": "late", "continue": False})
            assert (await answers(socket))[0]["error_code"] == "context_expired"

    asyncio.run(main())


def test_cartesia_context_expires_a_second_after_its_audio() -> None:
    async def main() -> None:
        async with CartesiaServer() as server, client(server) as socket:
            await tell(socket, {**REQUEST, "transcript": "Hello ", "continue": True})
            await answers(socket)
            await asyncio.sleep(1.0)
            await tell(socket, {**REQUEST, "transcript": "late", "continue": True})
            assert (await answers(socket))[0]["error_code"] == "context_expired"

    asyncio.run(main())


def test_cartesia_buffers_text_that_may_go_on() -> None:
    async def main() -> None:
        async with CartesiaServer() as server, client(server) as socket:
            request = {**REQUEST, "max_buffer_delay_ms": 400, "continue": True}
            await tell(socket, {**request, "transcript": "Hello "})
            assert await answers(socket) == []
            await tell(socket, {**request, "transcript": "there."})
            assert await answers(socket)

    asyncio.run(main())


def test_cartesia_cancel_stops_only_what_has_not_begun() -> None:
    async def main() -> None:
        pace = Pace(first_audio=Delay(0.1), times_real_time=20.0)
        async with CartesiaServer(pace=pace) as server, client(server) as socket:
            await tell(socket, {**REQUEST, "transcript": "never heard", "continue": False}, cancel("a"))
            assert await answers(socket) == []
            await tell(socket, {**REQUEST, "context_id": "b", "transcript": TEXT, "continue": False})
            async with asyncio.timeout(2):
                await socket.recv()
            await tell(socket, cancel("b"))
            assert (await answers(socket, "done"))[-1]["type"] == "done"

    asyncio.run(main())


def cancel(context: str) -> dict[str, Any]:
    return {"context_id": context, "cancel": True}


CROWDED: Final = pytest.mark.parametrize(("vendor", "bound"), [(CARTESIA, "contexts"), (ELEVENLABS, "concurrency")])


@CROWDED
def test_what_an_account_does_not_say_at_once_waits_and_is_heard(vendor: Vendor, bound: str) -> None:
    async def act(server: SpeechServer, voice: Any) -> None:
        results = await asyncio.gather(*(said(voice, TEXT) for _ in range(7)))
        assert [text for text, _, _ in results] == [TEXT] * 7
        refused = len(server.said)
        results = await asyncio.gather(*(said(voice, TEXT) for _ in range(7)))
        assert [text for text, _, _ in results] == [TEXT] * 7
        assert len(server.said) - refused == 7
        handshakes = server.handshakes
        await asyncio.gather(*(said(voice, TEXT) for _ in range(7)))
        assert server.handshakes == handshakes, "the bound is known by now"

    run(vendor, act, pace=Pace(first_audio=Delay(0.05)), **{bound: 2})


@CROWDED
def test_an_account_that_is_used_up_elsewhere_is_waited_for_and_then_told(vendor: Vendor, bound: str) -> None:
    async def act(server: Any, voice: Any) -> None:
        setattr(server, bound, 0)
        begun_at = time.monotonic()
        with pytest.raises(ProviderUnavailable, match=r"[Tt]oo.many.concurrent|concurrency_limited"):
            await said(voice, TEXT)
        assert 0.9 < time.monotonic() - begun_at < 2.0
        assert len(server.heard) < 40, "it is not asked all the time"
        setattr(server, bound, 2)
        assert (await said(voice, TEXT))[0] == TEXT

    run(vendor, act)


# ── Deepgram ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_deepgram_warns_from_the_21st_flush_on() -> None:
    async def main() -> None:
        async with DeepgramSpeakServer() as server, client(server) as socket:
            assert (await answers(socket))[0]["type"] == "Metadata"
            for number in range(21):
                await tell(socket, {"type": "Speak", "text": f"{number}"}, {"type": "Flush"})
            found = await answers(socket)
            assert sum(message.get("type") == "Flushed" for message in found) == 20
            assert sum(message.get("type") == "Warning" for message in found) == 1

    asyncio.run(main())


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        ([{"type": "Speak", "text": "x" * 2001}], 1008, "DATA-0001"),
        ([{"type": "Speak", "text": "x" * 1300}] * 2, 1008, "DATA-0001"),
        ([{"type": "KeepAlive"}], 1008, "DATA-0000"),
        ([{"type": "Close"}], 1000, ""),
    ],
)
def test_deepgram_closes(messages: list[dict[str, Any]], code: int, reason: str) -> None:
    async def main() -> None:
        async with DeepgramSpeakServer() as server, client(server) as socket:
            await tell(socket, *messages)
            assert await closed(socket) == (code, reason)

    asyncio.run(main())


def test_deepgram_audio_may_come_until_it_has_cleared() -> None:
    async def main() -> None:
        async with DeepgramSpeakServer(pace=Pace(times_real_time=5.0)) as server, client(server) as socket:
            await tell(socket, {"type": "Speak", "text": TEXT}, {"type": "Flush"})
            await answers(socket, "audio")
            await tell(socket, {"type": "Clear"})
            found = await answers(socket)
            assert found[-1]["type"] == "Cleared"
            assert "audio" in found[-2]

    asyncio.run(main())


def test_deepgram_busy_socket_is_replaced_before_it_is_warned() -> None:
    async def act(server: SpeechServer, voice: Any) -> None:
        assert isinstance(server, DeepgramSpeakServer)
        for number in range(50):
            assert (await said(voice, f"segment {number} of many"))[0] == f"segment {number} of many"
        assert server.warnings == 0
        assert server.handshakes >= 3
        assert len(server.connections) <= 3

    run(DEEPGRAM, act)


def test_deepgram_text_beyond_its_bounds_is_said_in_parts() -> None:
    async def act(server: SpeechServer, voice: Any) -> None:
        text = " ".join(["sentences of the very same words."] * 90)
        assert len(text) > 3000
        assert (await said(voice, text))[0] == text

    run(DEEPGRAM, act)


def test_deepgram_bound_of_the_plan_makes_segments_wait_not_fail() -> None:
    async def act(server: SpeechServer, voice: Any) -> None:
        results = await asyncio.gather(*(said(voice, TEXT) for _ in range(8)))
        assert [text for text, _, _ in results] == [TEXT] * 8

    run(DEEPGRAM, act, sockets=3, pace=Pace(first_audio=Delay(0.02)))
