"""Sockets that many calls share: kept warm, renewed in time, never more than needed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from offhook.errors import ProviderUnavailable
from offhook.simulator.vendors.cartesia import CartesiaServer
from offhook.simulator.vendors.latency import Delay
from offhook.simulator.vendors.sockets import Pace, Refusal
from offhook.speech import voice_socket
from offhook.speech.ports import Setup
from offhook.speech.tts import cartesia
from offhook.speech.voice_dialect import Terms
from offhook.speech.voice_socket import SocketVoice
from offhook.speech.voice_words import speaker
from offhook.speech.websocket import Endpoint, Limits
from tests.socket_voice_world import TEXT, said, until

SLOW = Pace(first_audio=Delay(0.1), times_real_time=20.0)


@pytest.fixture(autouse=True)
def quick_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the clock more often than a second of a test allows."""
    monkeypatch.setattr(voice_socket, "LIMITS", Limits(most_audio=0, keep_alive_s=0.05))


def voice_of(server: CartesiaServer, terms: Terms) -> SocketVoice:
    setup = Setup()
    endpoint = Endpoint(
        provider="cartesia", url=f"{server.base_url.replace('http', 'ws', 1)}/tts/websocket",
        headers={"X-API-Key": server.key, "Cartesia-Version": cartesia.VERSION}, secret=server.key,
    )  # fmt: skip
    common = cartesia.request(cartesia.Config(voice="v"), setup)
    speak = speaker(setup, spell_out=False)
    return SocketVoice(endpoint, terms, lambda: cartesia.ContextDialect(endpoint, common), speak)


@asynccontextmanager
async def prepared(server: CartesiaServer, terms: Terms) -> AsyncIterator[SocketVoice]:
    async with asyncio.timeout(10), server:
        voice = voice_of(server, terms)
        await voice.prepare()
        try:
            yield voice
        finally:
            await voice.close()
    assert len(asyncio.all_tasks()) == 1


def test_an_idle_socket_is_renewed_and_one_stays_ready() -> None:
    async def main() -> None:
        server = CartesiaServer()
        async with prepared(server, Terms(segments_per_socket=4, idle_s=0.1)) as voice:
            await until(lambda: server.handshakes >= 3)
            assert (await said(voice, TEXT))[0] == TEXT
            await until(lambda: len(server.connections) == 1)

    asyncio.run(main())


def test_sockets_of_a_rush_are_let_go_when_it_is_over() -> None:
    async def main() -> None:
        server = CartesiaServer(pace=SLOW)
        async with prepared(server, Terms(segments_per_socket=1, idle_s=0.3)) as voice:
            await asyncio.gather(*(said(voice, TEXT) for _ in range(6)))
            assert len(server.connections) >= 6
            await until(lambda: len(server.connections) == 1)

    asyncio.run(main())


def test_an_old_socket_says_what_it_has_begun() -> None:
    async def main() -> None:
        server = CartesiaServer(pace=SLOW)
        async with prepared(server, Terms(segments_per_socket=4, age_s=0.15)) as voice:
            assert (await said(voice, TEXT))[0] == TEXT
            assert server.handshakes >= 2

    asyncio.run(main())


@pytest.mark.parametrize("ends_must_come", [True, False])
def test_an_end_that_does_not_come_gives_the_place_back(ends_must_come: bool) -> None:
    """The stand-in stops what has not begun without a word."""

    async def main() -> None:
        server = CartesiaServer(pace=SLOW)
        terms = Terms(segments_per_socket=1, most_sockets=1, end_s=0.1, ends_must_come=ends_must_come)
        async with prepared(server, terms) as voice:
            task = asyncio.create_task(said(voice, "this is never heard"))
            await until(lambda: bool(server.said))
            task.cancel()
            assert (await said(voice, TEXT))[0] == TEXT
            assert server.handshakes == (2 if ends_must_come else 1)

    asyncio.run(main())


def test_who_waits_for_a_place_may_leave() -> None:
    async def main() -> None:
        server = CartesiaServer(pace=SLOW)
        async with prepared(server, Terms(segments_per_socket=1, most_sockets=1)) as voice:
            first, second, third = (asyncio.create_task(said(voice, text)) for text in ("one one", "two", "three"))
            await until(lambda: bool(server.said))
            second.cancel()
            assert (await first)[0] == "one one"
            assert (await third)[0] == "three"
            assert list(server.said) == ["one one", "three"]

    asyncio.run(main())


def test_two_prepare_at_once_and_a_close_ends_the_wait() -> None:
    async def main() -> None:
        async with CartesiaServer() as server:
            voice = voice_of(server, Terms(segments_per_socket=4))
            await asyncio.gather(voice.prepare(), voice.prepare())
            assert server.handshakes == 1
            await voice.close()
            waiting = asyncio.create_task(voice.prepare())
            await asyncio.sleep(0)
            await voice.close()
            with pytest.raises(ProviderUnavailable, match="closed"):
                await waiting
            await voice.prepare()
            assert (await said(voice, TEXT))[0] == TEXT
            speaking = asyncio.create_task(said(voice, TEXT))
            await asyncio.sleep(0)
            await voice.close()
            with pytest.raises(ProviderUnavailable, match="closed"):
                await speaking

    asyncio.run(main())


def test_a_vendor_that_takes_no_further_socket_is_not_asked_all_the_time() -> None:
    async def main() -> None:
        server = CartesiaServer(pace=SLOW)
        async with prepared(server, Terms(segments_per_socket=1, end_s=0.2)) as voice:
            await until(lambda: server.handshakes == 1)
            server.refusals.extend([Refusal(status=429)] * 50)
            results = await asyncio.gather(*(said(voice, "a few words") for _ in range(6)), return_exceptions=True)
            assert [type(result) for result in results if isinstance(result, BaseException)] == []
            assert server.handshakes <= 12

    asyncio.run(main())


def test_a_socket_that_ends_at_once_each_time_is_not_opened_all_the_time() -> None:
    async def main() -> None:
        async with CartesiaServer() as server:
            server.idle_s = 0.01
            voice = voice_of(server, Terms(segments_per_socket=4))
            await voice.prepare()
            await asyncio.sleep(0.5)
            assert server.handshakes <= 3
            await voice.close()

    asyncio.run(main())
