"""Deepgram Nova against a stand-in on loopback: words exact, one final a question, every fault translated."""

import asyncio
import json
import logging
import traceback
from typing import Literal
from urllib.parse import parse_qs, parse_qsl

import pytest

from offhook import __version__
from offhook.core.events import TranscriberLagging, TranscriberReady, TranscriptChanged
from offhook.errors import (
    ProtocolViolation,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)
from offhook.simulator.vendors.deepgram import THROTTLE, Break, DeepgramFaults, DeepgramServer
from offhook.simulator.vendors.deepgram_query import refusal
from offhook.simulator.vendors.deepgram_v1 import NovaWays
from offhook.simulator.vendors.latency import Delay
from offhook.speech.ports import Setup, TranscriberEvent
from offhook.speech.stt import deepgram as stt
from offhook.speech.stt.deepgram_flux import FluxDialect
from offhook.speech.stt.deepgram_nova import NovaDialect
from offhook.speech.stt.deepgram_query import query
from offhook.speech.websocket import Limits
from tests.deepgram_world import Hearing, port_of

CANARY = "canary0123456789canary"
NOISE = bytes(range(160))
"""A frame that is no silence and holds no words."""


@pytest.mark.parametrize(
    "ways",
    [
        NovaWays(),
        NovaWays(duplicate_finals=True),
        NovaWays(is_strange=True),
        NovaWays(finalize="when_needed"),
        NovaWays(early_s=0.2, is_irregular=True),
        NovaWays(untimed=2),
    ],
)
@pytest.mark.parametrize("model", ["nova-2", "nova-3"])
def test_words_are_exact_and_each_question_has_one_final(model: str, ways: NovaWays) -> None:
    async def main() -> None:
        async with DeepgramServer(faults=DeepgramFaults(nova=ways)) as server:
            setup = Setup(key=lambda name: server.key, vocabulary=("Harbour Hotel",))
            hearing = Hearing(await port_of(server, stt.Config(model=model), setup))
            hearing.say("a table for two tonight please at eight")
            hearing.ask()
            await hearing.until_answered()
            hearing.say("by the window", 1)
            hearing.ask()
            await hearing.until_answered()
            await hearing.stop()
            assert hearing.finals() == ["a table for two tonight please at eight", "by the window"]
            assert isinstance(hearing.posted[0], TranscriberReady)
            assert any(isinstance(event, TranscriptChanged) for event in hearing.posted)
            assert len(asyncio.all_tasks()) < 8

    asyncio.run(main())


@pytest.mark.parametrize("finalize", ["never", "when_needed"])
def test_a_question_without_an_answer_is_answered_all_the_same(finalize: Literal["never", "when_needed"]) -> None:
    """Nothing was said, or Deepgram's own endpointing was quicker: then no `Finalize` is answered."""

    async def main() -> list[str]:
        async with DeepgramServer(faults=DeepgramFaults(nova=NovaWays(finalize=finalize))) as server:
            hearing = Hearing(await port_of(server))
            hearing.say("by the window", gap=20)  # Endpointing has made it final before it is asked for.
            await hearing.until_finals(1)
            hearing.ask()
            hearing.quiet(60)  # A call goes on: an interim a second shows that there was nothing more.
            await hearing.until_answered()
            hearing.say("please", 1, gap=6)
            hearing.ask()
            hearing.quiet(20)
            await hearing.until_answered()
            await hearing.stop()
            return hearing.finals()

    finals = asyncio.run(main())
    assert finals[0] == "by the window", "endpointing has told it at once"
    assert [text for text in finals if text] == ["by the window", "please"]


def test_drops_and_replays_lose_and_double_no_word() -> None:
    async def main() -> None:
        breaks = (Break(after_words=4), Break(after_words=5))
        async with DeepgramServer(faults=DeepgramFaults(breaks=breaks)) as server:
            port = await port_of(server)
            for _ in range(2):
                lost = Hearing(port)
                lost.say("red orange yellow green blue violet")
                assert isinstance(await lost.error(), ProviderUnavailable)
                assert lost.finals() == []
            last = Hearing(port)
            last.say("red orange yellow green blue violet")
            last.ask()
            await last.until_answered()
            assert last.finals() == ["red orange yellow green blue violet"]
            await last.stop()

    asyncio.run(main())


@pytest.mark.parametrize("model", ["nova-3", "flux-general-en"])
def test_a_backlog_that_is_heard_slowly_loses_and_doubles_no_word(model: str) -> None:
    """After a reconnection Deepgram hears at most 1.25 times as fast as real time: the answers are late, and whole."""
    text = "red orange yellow"

    async def main() -> None:
        async with DeepgramServer(throttle=THROTTLE, latency=Delay(0.02, 0.05)) as server:
            hearing = Hearing(await port_of(server, stt.Config(model=model)))
            hearing.say(text)
            hearing.ask()
            hearing.say("and green", 1)
            hearing.ask()
            await hearing.until_answered()
            await hearing.stop()
            assert " ".join(hearing.finals()) == f"{text} and green"

    asyncio.run(main())


FAULTS: list[tuple[DeepgramFaults, type[ProviderError], str]] = [
    (DeepgramFaults(refuse=402, reason="ASR_PAYMENT_REQUIRED"), ProviderRefused, "ASR_PAYMENT_REQUIRED"),
    (DeepgramFaults(refuse=429, reason="Too many requests"), ProviderUnavailable, "Too many requests"),
    (DeepgramFaults(refuse=503), ProviderUnavailable, "503"),
    (DeepgramFaults(breaks=(Break(kind="garbage", after_s=0.1),)), ProtocolViolation, "protocol"),
    (DeepgramFaults(breaks=(Break(kind="error", after_s=0.1),)), ProviderUnavailable, "error"),
    (DeepgramFaults(breaks=(Break(kind="close", after_s=0.1, code=1000, reason=""),)), ProviderUnavailable, "1000"),
    (DeepgramFaults(breaks=(Break(kind="close", after_s=0.1, code=1011, reason="NET-0001"),)), ProviderUnavailable,
     "NET-0001"),
    (DeepgramFaults(breaks=(Break(kind="close", after_s=0.1, code=1008, reason="DATA-0000"),)), ProviderUnavailable,
     "DATA-0000"),
    (DeepgramFaults(breaks=(Break(kind="close", after_s=0.1, code=1008, reason="Invalid credentials."),)),
     ProviderRefused, "credentials"),
]  # fmt: skip


@pytest.mark.parametrize(("faults", "error", "said"), FAULTS)
@pytest.mark.parametrize("model", ["nova-3", "flux-general-en"])
def test_faults(model: str, faults: DeepgramFaults, error: type[ProviderError], said: str) -> None:
    async def main() -> BaseException | None:
        async with DeepgramServer(faults=faults) as server:
            hearing = Hearing(await port_of(server, stt.Config(model=model)))
            hearing.say("hello there")
            hearing.ask()
            return await hearing.error()

    found = asyncio.run(main())
    assert type(found) is error
    assert said in str(found)


@pytest.mark.parametrize("model", ["nova-3", "flux-general-en"])
def test_the_key_is_in_no_error_and_no_log(model: str, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> BaseException | None:
        async with DeepgramServer(key=CANARY, faults=DeepgramFaults(refuse=401, reason=f"bad {CANARY}")) as server:
            return await Hearing(await port_of(server, stt.Config(model=model))).error()

    caplog.set_level(logging.DEBUG)
    found = asyncio.run(main())
    assert type(found) is ProviderRefused
    assert "bad ***" in str(found)
    assert CANARY not in "".join(traceback.format_exception(found))
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("picows.server")]
    assert CANARY not in "".join(ours)


@pytest.mark.parametrize("make", [NovaDialect, FluxDialect])
def test_the_vendors_error_is_named_and_not_repeated(make: type[NovaDialect | FluxDialect]) -> None:
    posted: list[TranscriberEvent] = []
    sent: list[str | bytes] = []
    for name, shown in (("NET-0001", "error NET-0001"), (f"no {CANARY}", "without a name"), (CANARY, "without a name")):
        error = {"type": "Error", "variant": name, "code": name, "description": CANARY, "message": CANARY}
        with pytest.raises(ProviderUnavailable, match=shown) as found:
            make(posted.append, sent.append).received(json.dumps(error), 0.0)
        assert CANARY not in str(found.value)


def test_the_socket_says_who_we_are() -> None:
    async def main() -> str:
        async with DeepgramServer() as server:
            hearing = Hearing(await port_of(server))
            await hearing.until(lambda: bool(hearing.of(TranscriberReady)))
            await hearing.stop()
            return server.records[0].user_agent

    assert asyncio.run(main()) == f"offhook/{__version__}"


def test_a_vendor_that_hears_and_never_says_a_word_closes() -> None:
    async def main() -> BaseException | None:
        faults = DeepgramFaults(breaks=(Break(kind="mute", after_s=0.02),))
        async with DeepgramServer(silent_s=0.2, faults=faults) as server:
            hearing = Hearing(await port_of(server))
            hearing.quiet(20)
            return await hearing.error()

    found = asyncio.run(main())
    assert isinstance(found, ProviderUnavailable)
    assert "NET-0000" in str(found)


def test_silence_too_long_is_kept_alive() -> None:
    async def main() -> None:
        async with DeepgramServer(idle_s=0.4) as server:
            hearing = Hearing(await port_of(server, limits=Limits(keep_alive_s=0.1)))
            await hearing.until(lambda: len(server.texts) >= 6)
            assert set(server.texts) == {'{"type":"KeepAlive"}'}
            await hearing.stop()

    asyncio.run(main())


def test_without_a_word_from_us_the_vendor_closes() -> None:
    async def main() -> None:
        async with DeepgramServer(idle_s=0.1) as server:
            hearing = Hearing(await port_of(server))
            found = await hearing.error()
            assert isinstance(found, ProviderUnavailable)
            assert "NET-0001" in str(found)

    asyncio.run(main())


@pytest.mark.parametrize("model", ["nova-3", "flux-general-en"])
def test_a_call_that_ends_closes_the_stream(model: str) -> None:
    async def main() -> None:
        async with DeepgramServer() as server:
            hearing = Hearing(await port_of(server, stt.Config(model=model)))
            await hearing.until(lambda: bool(hearing.of(TranscriberReady)))
            await hearing.stop()
            assert hearing.task.cancelled()
            async with asyncio.timeout(5):
                while server.streams:
                    await asyncio.sleep(0.005)
            assert server.texts == ['{"type":"CloseStream"}']

    asyncio.run(main())


def test_what_the_bound_drops_is_told_and_the_rest_is_heard() -> None:
    async def main() -> None:
        async with DeepgramServer() as server:
            port = await port_of(server, limits=Limits(most_audio=160 * 100))
            hearing = Hearing(port)
            for _ in range(200):
                hearing.hear(NOISE)
            hearing.say("still here")
            hearing.ask()
            await hearing.until_answered()
            await hearing.stop()
            assert hearing.finals() == ["still here"]
            assert server.records[0].audio_bytes == 160 * 100
            lagging = hearing.of(TranscriberLagging)
            assert len(lagging) == 3, "at the first drop, then once a second"
            assert isinstance(lagging[1], TranscriberLagging)
            assert lagging[1].dropped_s == pytest.approx(1.0)

    asyncio.run(main())


def test_a_vendor_that_does_not_read_is_cut() -> None:
    async def main() -> None:
        async with DeepgramServer(faults=DeepgramFaults(breaks=(Break(kind="deaf", after_s=0.02),))) as server:
            hearing = Hearing(await port_of(server, limits=Limits(send_s=0.2, most_audio=1 << 26)))
            await hearing.until(lambda: bool(hearing.of(TranscriberReady)))
            for _ in range(32):
                hearing.hear(NOISE * 3200)
                await asyncio.sleep(0)
            found = await hearing.error()
            assert isinstance(found, ProviderTimeout)
            assert "nothing could be sent" in str(found)

    asyncio.run(main())


@pytest.mark.parametrize("model", ["nova-3", "flux-general-en"])
def test_a_long_silence_before_the_connection_is_shortened(model: str) -> None:
    async def main() -> None:
        async with DeepgramServer() as server:
            hearing = Hearing(await port_of(server, stt.Config(model=model)))
            hearing.say("good morning", gap=300)
            hearing.say("are you there", 1, gap=5)
            hearing.ask()
            frames = 300 + 5
            await hearing.until_answered()
            await hearing.stop()
            assert " ".join(hearing.finals()).strip() == "good morning are you there"
            said = server.records[0].audio_bytes // 160
            assert said < frames - 200, f"{said} frames were sent"

    asyncio.run(main())


def test_a_vendor_that_never_answers_the_handshake_is_given_up() -> None:
    async def main() -> BaseException | None:
        async def nobody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(nobody, "127.0.0.1", 0)
        async with server:
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            port = stt.create(stt.Config(base_url=address), Setup(key=lambda name: CANARY))
            await port.prepare()
            port.limits = Limits(open_s=0.1)
            return await Hearing(port).error()

    assert isinstance(asyncio.run(main()), ProviderTimeout)


# ── configuration ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_query_says_what_the_model_wants() -> None:
    setup = Setup(language="de-DE", vocabulary=("Harbour Hotel", "spa"))
    nova3 = parse_qsl(query(stt.Config(), setup))
    assert ("keyterm", "Harbour Hotel") in nova3
    assert ("language", "de") in nova3
    assert ("encoding", "mulaw") in nova3
    assert ("endpointing", "300") in nova3
    nova2 = parse_qsl(query(stt.Config(model="nova-2", endpointing_ms=0), setup))
    assert [value for name, value in nova2 if name == "keywords"] == ["Harbour:1", "Hotel:1"]
    assert ("endpointing", "false") in nova2
    several = parse_qsl(query(stt.Config(language="multi"), setup))
    assert ("language", "multi") in several
    assert ("endpointing", "100") in several


@pytest.mark.parametrize("model", ["nova-2", "nova-3"])
@pytest.mark.parametrize("language", ["", "multi", "fr-CA", "nl"])
def test_the_vendor_takes_the_query(model: str, language: str) -> None:
    setup = Setup(language="en-US", vocabulary=("Harbour Hotel",) * 3)
    config = stt.Config(model=model, language=language, numerals=True, mip_opt_out=True)
    assert refusal("/v1/listen", parse_qs(query(config, setup))) is None


def test_addresses_are_checked() -> None:
    with pytest.raises(ValueError, match="not an address"):
        stt.Config(base_url="ftp://vendor.example")
