"""The voices over sockets against their stand-ins: one suite over three implementations, every fault translated."""

import asyncio
import logging
import time
import traceback
from itertools import pairwise
from typing import Any

import pytest

from offhook.errors import (
    ConfigurationError,
    ProtocolViolation,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)
from offhook.simulator.vendors.elevenlabs import ElevenLabsServer
from offhook.simulator.vendors.latency import Delay
from offhook.simulator.vendors.sockets import Pace, Refusal, SpeechFault, SpeechServer
from offhook.speech import voice_segment, voice_socket
from offhook.speech.ports import Setup, Voice
from offhook.speech.registry import Kind, provider
from offhook.speech.scripted.tape import word_times
from tests.socket_voice_world import TEXT, VENDORS, Vendor, run, said, until

LATE = Pace(first_audio=Delay(0.01), times_real_time=300.0)
NEVER = Pace(first_audio=Delay(60.0))
every = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there will not come: half a second is as good as three."""
    monkeypatch.setattr(voice_segment, "FIRST_AUDIO_S", 0.5)
    monkeypatch.setattr(voice_segment, "GAP_S", 0.3)
    monkeypatch.setattr(voice_socket, "FIRST_RETRY_S", 0.1)


# ── what is heard ────────────────────────────────────────────────────────────────────────────────────────────────


@every
@pytest.mark.parametrize("pace", [Pace(), Pace(first_audio=Delay(0.02), times_real_time=30.0, most_letters=3)])
def test_the_whole_text_is_heard_and_every_word_has_its_time(vendor: Vendor, pace: Pace) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        text, audio, words = await said(voice, TEXT)
        assert text == TEXT
        assert server.handshakes <= 2  # One that is kept ready among them.
        truth = word_times(TEXT)
        assert len(audio) == round(truth[-1].end_s * 8000)
        if not vendor.tells_words:
            assert words == []
            return
        assert [word.text for word in words] == TEXT.split()
        for word, true in zip(words, truth, strict=True):
            # A letter's share of the word, for a vendor that tells letters: its times leave the space behind.
            slack_s = (true.end_s - true.start_s) / len(true.text) + 0.002
            assert abs(word.start_s - true.start_s) <= slack_s
            assert true.end_s - 2 * slack_s <= word.end_s <= true.end_s + 0.002

    run(vendor, act, pace=pace)


@every
def test_words_that_are_not_said_are_counted_all_the_same(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        text = "- Room 12 costs $90 😀 a night"
        _, _, words = await said(voice, text)
        if vendor.tells_words:
            assert [word.text for word in words] == text.split()
            assert all(one.end_s <= other.start_s + 1e-9 for one, other in pairwise(words))
        assert "😀" not in server.said[0]
        assert await said(voice, "… — 😀") == ("", b"", [])

    run(vendor, act)


@every
def test_twelve_calls_speak_at_once(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        texts = [f"call number {number} wants to hear just this" for number in range(12)]
        results = await asyncio.gather(*(said(voice, text) for text in texts for _ in range(2)))
        for result, text in zip(results, [text for text in texts for _ in range(2)], strict=True):
            assert result[0].split()[-5:] == text.split()[-5:]
            assert len(result[2]) == (len(text.split()) if vendor.tells_words else 0)

    run(vendor, act, pace=LATE)


@every
def test_the_owners_lexicon_is_said(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.server() as server:
            config = provider(Kind.TTS, vendor.name).config.model_validate(
                {**vendor.config, "base_url": server.base_url}
            )
            lexicon = {"Nguyen": "win", "Siobhan": "/ʃɪvɔːn/"}
            voice = vendor.create(config, Setup(lexicon=lexicon, key=lambda name: vendor.server.key))
            await said(voice, "Ask Nguyen or Siobhan")
            assert server.said[0] == "Ask win or Siobhan"
            await voice.close()

    asyncio.run(main())


# ── cancelling ───────────────────────────────────────────────────────────────────────────────────────────────────


@every
def test_leaving_a_segment_is_instant_and_leaves_the_others_alone(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        other = asyncio.create_task(said(voice, TEXT))
        left = voice.synthesize("this is a sentence that nobody will hear to its end")
        await anext(left)
        steps = left.aclose()
        # No step of the loop is needed to leave.
        with pytest.raises(StopIteration):
            steps.send(None)
        again, _, words = await said(voice, "and now something else")
        assert again == "and now something else"
        assert len(words) == (4 if vendor.tells_words else 0)
        assert (await other)[0] == TEXT

    run(vendor, act, pace=Pace(first_audio=Delay(0.02), times_real_time=30.0))


@every
def test_a_speculation_taken_back_before_its_audio_costs_nothing_but_its_place(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        for number in range(10):
            task = asyncio.create_task(said(voice, f"speculation {number} of a reply"))
            await until(lambda number=number: len(server.said) > number)  # type: ignore[misc]
            task.cancel()
            await asyncio.wait({task})
        assert (await said(voice, TEXT))[0] == TEXT
        if isinstance(server, ElevenLabsServer):
            assert server.most_contexts_seen <= 5

    run(vendor, act, pace=Pace(first_audio=Delay(0.03), times_real_time=20.0))


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────

FATAL: list[tuple[SpeechFault, type[ProviderError]]] = [
    (SpeechFault(kind="stall"), ProviderTimeout),
    (SpeechFault(kind="stall", after=2), ProviderTimeout),
    (SpeechFault(kind="cut", after=2), ProviderUnavailable),
    (SpeechFault(kind="close", after=1, code=1011, reason="NET-0000"), ProviderUnavailable),
    (SpeechFault(kind="close", after=1, code=1008, reason="policy"), ProviderUnavailable),
    (SpeechFault(kind="error", after=1), ProviderUnavailable),
    (SpeechFault(kind="half_open", after=2), ProviderTimeout),
    (SpeechFault(kind="garbage", after=1), ProtocolViolation),
    (SpeechFault(kind="bad_audio", after=1), ProtocolViolation),
    (SpeechFault(kind="header"), ProtocolViolation),
]


@every
@pytest.mark.parametrize(("fault", "error"), FATAL, ids=lambda value: getattr(value, "kind", ""))
@pytest.mark.usefixtures("short_waits")
def test_a_fault_ends_its_segment_and_the_next_one_is_said(
    vendor: Vendor, fault: SpeechFault, error: type[ProviderError]
) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        with pytest.raises(ProviderError) as caught:
            await said(voice, TEXT)
        assert type(caught.value) is error
        assert caught.value.provider == vendor.name
        assert (await said(voice, TEXT))[0] == TEXT

    run(vendor, act, faults=[fault], pace=LATE)


@every
@pytest.mark.parametrize("kind", ["unknown", "stray"])
def test_what_nobody_knows_is_ignored(vendor: Vendor, kind: Any) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        assert (await said(voice, TEXT))[0] == TEXT
        assert server.handshakes == 1

    run(vendor, act, faults=[SpeechFault(kind=kind, after=1)])


@every
@pytest.mark.usefixtures("short_waits")
def test_without_the_final_marker_all_is_heard_where_the_words_tell_it(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        if vendor.tells_words:
            text, _, words = await said(voice, TEXT)
            assert text == TEXT
            assert len(words) == len(TEXT.split())
        else:
            with pytest.raises(ProviderTimeout):
                await said(voice, TEXT)

    run(vendor, act, faults=[SpeechFault(kind="no_final")])


@every
def test_an_end_without_audio_is_a_failure(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        if isinstance(server, ElevenLabsServer):
            # An end comes only when it is asked for, and by then the text was asked for once more.
            begun_at = time.monotonic()
            assert (await said(voice, TEXT))[0] == TEXT
            assert time.monotonic() - begun_at < 1.0
            return
        with pytest.raises(ProviderUnavailable, match="no audio"):
            await said(voice, TEXT)

    run(vendor, act, faults=[SpeechFault(kind="no_audio")])


@every
def test_a_segment_of_which_nothing_came_goes_to_another_socket_once(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        assert (await said(voice, TEXT))[0] == TEXT
        with pytest.raises(ProviderUnavailable):
            await said(voice, "twice is once too often")

    cut = SpeechFault(kind="cut")
    run(vendor, act, faults=[cut, None, cut, cut])


@every
def test_a_lost_socket_fails_only_the_segments_on_it(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        tasks = [asyncio.create_task(said(voice, TEXT)) for _ in range(40)]
        await until(lambda: len(server.said) == 40 and len(server.connections) > 1)
        await asyncio.sleep(0.05)
        server.connections[0].cut()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        lost = [result for result in results if isinstance(result, ProviderUnavailable)]
        assert 0 < len(lost) < 40
        assert all(result[0] == TEXT for result in results if not isinstance(result, BaseException))
        assert sum(not isinstance(result, BaseException) for result in results) == 40 - len(lost)
        assert (await said(voice, TEXT))[0] == TEXT

    run(vendor, act, pace=Pace(first_audio=Delay(0.02), times_real_time=20.0))


@every
def test_a_socket_that_the_vendor_closes_is_replaced_before_it_is_needed(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        await said(voice, TEXT)
        before = server.handshakes
        for connection in list(server.connections):
            connection.close(1000, "idle")
        await until(lambda: server.handshakes > before and bool(server.connections))
        assert (await said(voice, TEXT))[0] == TEXT

    run(vendor, act)


# ── the connection ───────────────────────────────────────────────────────────────────────────────────────────────


@every
@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Refusal(status=403, reason="CANARY is not allowed"), ProviderRefused),
        (Refusal(status=429, reason="CANARY has too many"), ProviderUnavailable),
        (Refusal(status=503, reason="CANARY"), ProviderUnavailable),
    ],
)
def test_a_refused_handshake(
    vendor: Vendor, refusal: Refusal, error: type[ProviderError], caplog: pytest.LogCaptureFixture
) -> None:
    """The key stands in no error and no log, even if the vendor repeats it."""

    async def main() -> None:
        key = vendor.server.key
        told = Refusal(status=refusal.status, reason=refusal.reason.replace("CANARY", key))
        async with vendor.server(refusals=[told] * 10) as server:
            voice = vendor.voice(server)
            for attempt in (voice.prepare(), said(voice, TEXT)):
                with pytest.raises(ProviderError) as caught:
                    await attempt
                assert type(caught.value) is error
                assert str(refusal.status) in str(caught.value)
                assert key not in "".join(traceback.format_exception(caught.value))
            server.refusals.clear()
            assert (await said(voice, TEXT))[0] == TEXT
            assert key not in repr(voice)
            await voice.close()
        ours = [record.getMessage() for record in caplog.records if not record.name.startswith("picows")]
        assert key not in "".join(ours)

    caplog.set_level(logging.DEBUG)
    asyncio.run(main())


@every
@pytest.mark.usefixtures("short_waits")
def test_a_refused_key_is_not_tried_again_on_its_own(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.server() as server:
            voice = vendor.voice(server, key="wrong-key-of-some-length")
            with pytest.raises(ProviderRefused):
                await voice.prepare()
            await asyncio.sleep(0.2)
            assert server.handshakes == 1
            await voice.close()

    asyncio.run(main())


@every
@pytest.mark.usefixtures("short_waits")
def test_a_vendor_that_is_down_is_tried_again_in_the_background(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.server(refusals=[Refusal(status=503)]) as server:
            voice = vendor.voice(server)
            with pytest.raises(ProviderUnavailable):
                await voice.prepare()
            await until(lambda: bool(server.connections))
            assert server.handshakes == 2
            await voice.close()
            with pytest.raises(ProviderUnavailable):
                await said(voice, TEXT)

    asyncio.run(main())


@every
@pytest.mark.usefixtures("short_waits")
def test_sockets_are_bounded_and_who_finds_none_waits_so_long(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.server(pace=NEVER) as server:
            voice = vendor.voice(server, most_sockets=2)
            results = await asyncio.gather(*(said(voice, TEXT) for _ in range(40)), return_exceptions=True)
            assert all(isinstance(result, ProviderTimeout) for result in results)
            assert server.handshakes <= 2
            await voice.close()

    asyncio.run(main())


@every
def test_what_waits_for_a_socket_gets_the_first_that_is_free(vendor: Vendor) -> None:
    async def main() -> None:
        async with vendor.server(pace=Pace(first_audio=Delay(0.01))) as server:
            voice = vendor.voice(server, most_sockets=1)
            results = await asyncio.gather(*(said(voice, f"segment {number} here") for number in range(12)))
            assert len(results) == 12
            assert server.handshakes == 1
            await voice.close()

    asyncio.run(main())


@every
def test_a_missing_key_and_a_bad_address_are_told(vendor: Vendor) -> None:
    found = provider(Kind.TTS, vendor.name)
    (name,) = found.keys(found.config.model_validate(vendor.config))
    with pytest.raises(ConfigurationError, match=name):
        vendor.create(found.config.model_validate(vendor.config), Setup(key=lambda name: "ä"))
    with pytest.raises(ValueError, match="not an address"):
        found.config.model_validate({**vendor.config, "base_url": "ftp://vendor.example"})
