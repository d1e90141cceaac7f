"""The media socket over a real port: the good call, and everything that a bad client does."""

import asyncio
import json
import logging

import pytest
from websockets.exceptions import InvalidStatus

from offhook.live.question import Verdict
from offhook.live.twilio import signature
from offhook.web import connection
from tests.twilio_wire import SILENCE, connected, mark, media, start, stop
from tests.web_world import World, closing_code, play, until

VOICE = bytes(range(160))


@pytest.mark.parametrize(
    "signed", ["", "wss://voice.example.test/twilio/other", "https://voice.example.test/twilio/media"]
)
def test_a_handshake_that_is_not_signed_is_refused(signed: str) -> None:
    async def story(world: World) -> None:
        for path in ("/twilio/media", "/twilio/media/"):
            with pytest.raises(InvalidStatus) as caught:
                async with world.socket(path, signed=signed):
                    pass
            assert caught.value.response.status_code == 403

    play(story)


def test_a_call_is_heard_and_answered_over_the_socket() -> None:
    async def story(world: World) -> None:
        token = await world.ring("CA1")
        async with world.socket("/twilio/media/", signed="wss://voice.example.test:443/twilio/media") as carrier:
            assert "sec-websocket-extensions" not in carrier.response.headers  # type: ignore[union-attr]
            await carrier.send(connected())
            await carrier.send(start("CA1", token=token))
            await until(lambda: "CA1" in world.live.ears)
            leg, ear = world.live.legs["CA1"], world.live.ears["CA1"]
            for n in range(1, 51):
                await carrier.send(media(n, VOICE))
            await until(lambda: len(ear.frames) == 50)
            assert set(ear.frames) == {VOICE}
            leg.send_audio(SILENCE)
            leg.send_mark("m1")
            leg.send_clear()
            events = [json.loads(await carrier.recv())["event"] for _ in range(3)]
            assert events == ["media", "mark", "clear"]
            await carrier.send(mark("m1"))
            await carrier.send(stop())
            await until(lambda: ear.ends)
            assert ear.edges == [("mark", "m1"), ("stopped", None)]
        assert ear.ends == [("stopped", None)]

    play(story)


def test_the_log_tells_how_the_handshake_was_signed_and_live_day_reads_it(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        for _ in range(2):
            async with world.socket("/twilio/media", signed="wss://voice.example.test/twilio/media"):
                pass
        async with world.socket("/twilio/media/", signed="wss://voice.example.test:443/twilio/media/"):
            pass

    with caplog.at_level(logging.INFO, logger="offhook"):
        play(story)
    told = [record.message for record in caplog.records if "signed as" in record.message]
    assert told == [
        "< the media socket is signed as wss, without a slash, without a port",
        "< the media socket is signed as wss, with a slash, with a port",
    ]
    first, both = signature(told[0]), signature(caplog.text)
    assert first is not None and first.verdict is Verdict.AS_EXPECTED
    assert both is not None and both.verdict is Verdict.DIFFERENT


def test_a_message_in_pieces_is_one_message() -> None:
    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, ear):
            whole = media(1, VOICE)
            await carrier.send([whole[:50], whole[50:90], whole[90:]])
            await until(lambda: ear.frames == [VOICE])

    play(story)


def test_both_sides_can_close() -> None:
    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, ear):
            world.live.legs["CA1"].close()
            assert await closing_code(carrier) == 1000
        assert ear.ends == [("lost", "closed on this side")]
        async with world.call("CA2") as (carrier, ear):
            await carrier.close(1001)
            await until(lambda: ear.ends)
        assert ear.ends == [("lost", "closed by the peer with 1001")]
        async with world.call("CA3") as (carrier, ear):
            carrier.transport.abort()
            await until(lambda: ear.ends)
        assert ear.ends[0][0] == "lost"

    play(story)


def test_a_token_opens_one_stream_and_only_its_own_calls() -> None:
    async def story(world: World) -> None:
        token = await world.ring("CA1")
        other = await world.ring("CA2")
        async with world.socket() as wrong:
            await wrong.send(start("CA2", token=token))
            assert await closing_code(wrong) == 1008
        async with world.socket() as first, world.socket() as second:
            await first.send(start("CA1", token=token))
            await until(lambda: "CA1" in world.live.ears)
            await second.send(start("CA1", token=token))
            assert await closing_code(second) == 1008
            await first.send(media(1, VOICE))
            await until(lambda: world.live.ears["CA1"].frames == [VOICE])
        async with world.socket() as late:
            await late.send(start("CA1", token=token))
            assert await closing_code(late) == 1008
        async with world.socket() as unexpected:
            await unexpected.send(start("CA7", token=other))
            assert await closing_code(unexpected) == 1008
        assert list(world.live.ears) == ["CA1"]

    play(story)


def test_who_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "START_TIMEOUT_S", 0.05)

    async def story(world: World) -> None:
        async with world.socket() as carrier:
            assert await closing_code(carrier) == 1008
        async with world.socket() as carrier:
            await carrier.send(connected())
            assert await closing_code(carrier) == 1008

    play(story)


def test_a_call_that_is_live_is_not_closed_by_the_start_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "START_TIMEOUT_S", 0.05)

    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, ear), world.socket() as silent:
            assert await closing_code(silent) == 1008
            await carrier.send(media(1, VOICE))
            await until(lambda: ear.frames)
            assert ear.ends == []

    play(story)


def test_a_bad_client_harms_nobody_else() -> None:
    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, ear), world.call("CA2") as (bad, bad_ear):
            for garbage in ("", "null", "{", "[" * 10_000, "\x00", media(1, chunk="one"), b"", b"\x00" * 5_000):
                await bad.send(garbage)
            await bad.send(media(1, VOICE))
            await until(lambda: bad_ear.frames == [VOICE])
            counters = world.live.legs["CA2"].counters  # type: ignore[attr-defined]
            assert counters.troubles() == {"unreadable": 6, "binary": 2}
            await bad.send("x" * (1 << 20))
            assert await closing_code(bad) == 1009
            await until(lambda: bad_ear.ends)
            await carrier.send(media(1, VOICE))
            await until(lambda: ear.frames == [VOICE])
            assert ear.ends == []

    play(story)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x81\x05hello",  # not masked
        b"\xff\x80\x00\x00\x00\x00",  # reserved bits
        b"\x83\x80\x00\x00\x00\x00",  # reserved opcode
        b"\x09\x80\x00\x00\x00\x00",  # a ping in pieces
        b"\x80\x80\x00\x00\x00\x00",  # a continuation of nothing
        b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff",  # a length without end
        b"\x88\x81\x00\x00\x00\x00x",  # a close with half a code
    ],
)
def test_broken_websockets_end_their_own_call_only(raw: bytes) -> None:
    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, ear), world.call("CA2") as (bad, bad_ear):
            bad.transport.write(raw)
            await until(lambda: bad_ear.ends)
            assert "broke the protocol" in bad_ear.ends[0][1]
            await carrier.send(media(1, VOICE))
            await until(lambda: ear.frames == [VOICE])

    play(story)


def test_text_that_is_not_text_is_unreadable() -> None:
    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, ear):
            await carrier.send(b'{"event":"stop","streamSid":"\xff\xfe"}', text=True)
            await carrier.send(media(1, VOICE))
            await until(lambda: ear.frames == [VOICE])
            assert ear.ends == []

    play(story)


def test_ten_thousand_messages_at_once_are_dropped_and_the_others_go_on() -> None:
    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, ear), world.call("CA2") as (bad, _):
            counters = world.live.legs["CA2"].counters  # type: ignore[attr-defined]
            for n in range(1, 101):
                await carrier.send(media(n, VOICE))
                for _ in range(100):
                    await bad.send(mark("storm"))
            await until(lambda: counters.messages + counters.flooded >= 10_000)
            assert counters.flooded > 5_000
            await until(lambda: len(ear.frames) == 100)
            assert ear.ends == []

    play(story)


def test_a_peer_that_reads_nothing_is_cut_off() -> None:
    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, ear), world.call("CA2") as (stalled, stalled_ear):
            stalled.transport.pause_reading()
            for _ in range(10_000):
                if stalled_ear.ends:
                    break
                for _ in range(100):
                    world.live.legs["CA2"].send_audio(VOICE * 10)
                await asyncio.sleep(0)
            assert stalled_ear.ends == [("lost", "the peer does not take what is sent")]
            stalled.transport.abort()
            await carrier.send(media(1, VOICE))
            await until(lambda: ear.frames == [VOICE])

    play(story)


def test_a_peer_that_is_gone_without_a_word_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PING_PERIOD_S", 0.1)

    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, ear), world.call("CA2") as (gone, gone_ear):
            gone.transport.pause_reading()
            await until(lambda: gone_ear.ends)
            assert "nothing was heard" in gone_ear.ends[0][1]
            gone.transport.abort()
            assert ear.ends == []
            assert carrier.latency >= 0

    play(story)


def test_other_sockets_are_left_to_the_application() -> None:
    """A path that is not the media's goes through ASGI: here nobody is there, and it is refused as it should be."""

    async def story(world: World) -> None:
        with pytest.raises(InvalidStatus) as caught:
            async with world.socket("/live", signed=""):
                pass
        assert caught.value.response.status_code in (403, 404)

    play(story)
