"""The real server on a real port: signatures, webhooks, media sockets, and everything that a bad client does."""

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from offhook.errors import ConfigurationError
from offhook.settings import Secret, Settings
from offhook.telephony.carriers.twilio_signature import sign
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg, LegStarted
from offhook.web import media as media_module
from offhook.web.app import create_app
from offhook.web.server import Listening, serve
from tests.twilio_wire import SILENCE, Ear, connected, mark, media, start, stop

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://voice.example.test"
VOICE = bytes(range(160))
PATIENCE_S = 20.0


@dataclass
class FakeCalls:
    """Live calls that only listen. One-shot tokens, as the real ones have."""

    refused: str | None = None
    tokens: dict[str, str] = field(default_factory=dict)
    facts: dict[str, CallFacts] = field(default_factory=dict)
    ears: dict[str, Ear] = field(default_factory=dict)
    legs: dict[str, Leg] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    drained: asyncio.Event = field(default_factory=asyncio.Event)
    minted: int = 0

    @property
    def count(self) -> int:
        return len(self.legs)

    def refusal(self) -> str | None:
        return self.refused

    def expect(self, call_sid: str, facts: CallFacts) -> str:
        self.facts[call_sid] = facts
        if call_sid not in self.tokens:
            self.minted += 1
            self.tokens[call_sid] = f"token-{self.minted}"
        return self.tokens[call_sid]

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        if self.tokens.get(started.call_sid) != started.parameters.get("token"):
            return False
        del self.tokens[started.call_sid]
        self.legs[started.call_sid] = leg
        self.ears[started.call_sid] = Ear()
        leg.listen(self.ears[started.call_sid])
        return True

    def carrier_ended(self, call_sid: str) -> None:
        self.ended.append(call_sid)

    def outcome(self, call_sid: str) -> str | None:
        return self.outcomes.get(call_sid)

    async def drain(self, deadline_s: float) -> None:
        self.refused = "draining"
        await self.drained.wait()


@dataclass
class World:
    """A running server and a carrier's means to reach it."""

    port: int
    live: FakeCalls
    client: httpx2.AsyncClient

    async def post(self, path: str, fields: dict[str, str], *, signature: str | None = None, **headers: str) -> Any:
        """A webhook, signed for the public address unless told otherwise ("" sends none)."""
        if signature is None:
            signature = sign(TOKEN, PUBLIC + path, list(fields.items()))
        signed = {"X-Twilio-Signature": signature} if signature else {}
        return await self.client.post(path, data=fields, headers=signed | headers)

    async def ring(self, call_sid: str) -> str:
        """Announce a call; its token."""
        answer = await self.post("/twilio/voice", {"CallSid": call_sid, "From": "+15005550006"})
        assert answer.status_code == 200
        return str(answer.text).partition('name="token" value="')[2].partition('"')[0]

    @asynccontextmanager
    async def socket(
        self, path: str = "/twilio/media", *, signed: str = "wss://voice.example.test/twilio/media", **options: Any
    ) -> AsyncIterator[ClientConnection]:
        headers = {"X-Twilio-Signature": sign(TOKEN, signed)} if signed else {}
        uri = f"ws://127.0.0.1:{self.port}{path}"
        async with connect(uri, additional_headers=headers, proxy=None, **options) as connection:
            yield connection

    @asynccontextmanager
    async def call(self, call_sid: str) -> AsyncIterator[tuple[ClientConnection, Ear]]:
        """A call that is connected and listened to."""
        token = await self.ring(call_sid)
        async with self.socket() as carrier:
            await carrier.send(connected())
            await carrier.send(start(call_sid, token=token))
            await until(lambda: call_sid in self.live.ears)
            yield carrier, self.live.ears[call_sid]


async def until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds, looking after every step of the loop; fail when it never does."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.001)


def play(story: Callable[[World], Awaitable[None]], **changes: Any) -> None:
    """Tell a story with a running server."""

    async def run() -> None:
        values: dict[str, Any] = {"twilio_auth_token": Secret(TOKEN), "public_url": PUBLIC} | changes
        settings, live = Settings(**values), FakeCalls()
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        app = create_app(live, settings)
        server = asyncio.create_task(serve(app, live, Listening(port=0, on_ready=ready.set_result)))
        try:
            async with asyncio.timeout(PATIENCE_S):
                port = await ready
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                await story(World(port, live, client))
        finally:
            server.cancel()
            await asyncio.wait([server])

    uvloop.run(run())


async def closing_code(carrier: ClientConnection) -> int | None:
    """The code that the server closes with."""
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE_S):
            async for _ in carrier:
                pass
    return carrier.close_code


# ── webhooks ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_connected_to_the_media_socket() -> None:
    async def story(world: World) -> None:
        fields = {"CallSid": "CA1", "From": "+15005550006", "To": "+15005550001", "Direction": "inbound", "New": ""}
        answer = await world.post("/twilio/voice", fields)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        assert '<Stream url="wss://voice.example.test/twilio/media"' in answer.text
        assert 'statusCallback="https://voice.example.test/twilio/stream-status"' in answer.text
        assert '<Parameter name="token" value="token-1" />' in answer.text
        assert "<Redirect" in answer.text
        assert world.live.facts["CA1"] == CallFacts("CA1", "+15005550006", "+15005550001", "inbound")

    play(story)


def test_an_outbound_call_may_come_by_get() -> None:
    async def story(world: World) -> None:
        target = "/twilio/voice?CallSid=CA2&Direction=outbound-api&AnsweredBy=machine_start&From=%2B15005550006"
        answer = await world.client.get(target, headers={"X-Twilio-Signature": sign(TOKEN, PUBLIC + target)})
        assert answer.status_code == 200
        assert world.live.facts["CA2"] == CallFacts("CA2", "+15005550006", "", "outbound")

    play(story)


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/status", "/twilio/stream-status", "/twilio/after-stream"])
@pytest.mark.parametrize("signature", ["", "wrong", sign(TOKEN, "https://elsewhere.test/twilio/voice")])
def test_what_is_not_signed_is_refused_before_any_work(path: str, signature: str) -> None:
    async def story(world: World) -> None:
        fields = {"CallSid": "CA1", "CallStatus": "completed"}
        answer = await world.post(path, fields, signature=signature)
        assert answer.status_code == 403
        assert (world.live.minted, world.live.ended) == (0, [])

    play(story)


def test_every_field_is_covered_by_the_signature() -> None:
    async def story(world: World) -> None:
        signature = sign(TOKEN, PUBLIC + "/twilio/voice", [("CallSid", "CA1")])
        answer = await world.post("/twilio/voice", {"CallSid": "CA1", "From": "+1900"}, signature=signature)
        assert answer.status_code == 403

    play(story)


def test_without_a_public_address_the_host_of_the_request_is_signed() -> None:
    async def story(world: World) -> None:
        for scheme in ("http", "https"):
            host = f"127.0.0.1:{world.port}"
            call_sid = f"CA{scheme}"
            signature = sign(TOKEN, f"{scheme}://{host}/twilio/voice", [("CallSid", call_sid)])
            answer = await world.post("/twilio/voice", {"CallSid": call_sid}, signature=signature)
            assert f'url="wss://{host}/twilio/media"' in answer.text
            assert f">{scheme}://{host}/twilio/after-stream</Redirect>" in answer.text
        for scheme in ("ws", "wss"):
            async with world.socket(signed=f"{scheme}://127.0.0.1:{world.port}/twilio/media") as carrier:
                await carrier.send(start())
                assert await closing_code(carrier) == 1008

    play(story, public_url="")


def test_without_a_token_everything_is_refused_and_with_the_switch_nothing() -> None:
    async def refused(world: World) -> None:
        assert (await world.post("/twilio/voice", {"CallSid": "CA1"})).status_code == 403
        with pytest.raises(InvalidStatus, match="403"):
            async with world.socket():
                pass

    async def open_to_all(world: World) -> None:
        assert (await world.post("/twilio/voice", {"CallSid": "CA1"}, signature="")).status_code == 200
        async with world.socket(signed="") as carrier:
            await carrier.send(start("CA1", token="token-1"))
            await until(lambda: "CA1" in world.live.ears)

    play(refused, twilio_auth_token=Secret(""))
    play(open_to_all, twilio_auth_token=Secret(""), unsigned=True)


def test_unsigned_is_said_loudly(caplog: pytest.LogCaptureFixture) -> None:
    create_app(FakeCalls(), Settings(unsigned=True))
    assert "OFFHOOK_UNSIGNED" in caplog.text
    assert "ANYBODY" in caplog.text


def test_a_repeated_question_gets_the_same_answer() -> None:
    async def story(world: World) -> None:
        ask: dict[str, str] = {"CallSid": "CA1"}
        first = await world.post("/twilio/voice", ask, **{"I-Twilio-Idempotency-Token": "once"})
        world.live.refused = "full"
        again = await world.post("/twilio/voice", ask, **{"I-Twilio-Idempotency-Token": "once"})
        plain = await world.post("/twilio/voice", ask)
        assert first.text == again.text == plain.text
        other = await world.post("/twilio/voice", {"CallSid": "CA2"})
        assert "<Say" in other.text
        world.live.refused = None
        assert (await world.post("/twilio/voice", {"CallSid": "CA2"})).text == other.text
        assert world.live.minted == 1

    play(story)


def test_a_call_that_is_refused_hears_why_or_is_put_through() -> None:
    async def sentence(world: World) -> None:
        world.live.refused = "draining"
        answer = await world.post("/twilio/voice", {"CallSid": "CA1"})
        assert "all lines are busy" in answer.text
        assert "<Hangup />" in answer.text
        assert world.live.minted == 0

    async def number(world: World) -> None:
        world.live.refused = "full"
        answer = await world.post("/twilio/voice", {"CallSid": "CA1"})
        assert "<Number>+15005550009</Number>" in answer.text

    play(sentence)
    play(number, fallback_number="+15005550009")


def test_the_last_status_ends_the_call_and_others_do_not() -> None:
    async def story(world: World) -> None:
        for status in ("initiated", "ringing", "in-progress", "", "\n<&"):
            answer = await world.post("/twilio/status", {"CallSid": "CA1", "CallStatus": status})
            assert answer.status_code == 204
        assert world.live.ended == []
        for status in ("completed", "busy", "failed", "no-answer", "canceled"):
            await world.post("/twilio/status", {"CallSid": f"CA-{status}", "CallStatus": status})
        assert world.live.ended == ["CA-completed", "CA-busy", "CA-failed", "CA-no-answer", "CA-canceled"]

    play(story)


def test_after_the_stream_comes_the_end_or_an_apology_and_the_end() -> None:
    async def story(world: World) -> None:
        world.live.outcomes = {"CA1": "caller.goodbye", "CA2": "leg.lost", "CA3": "offhook.error"}
        for call_sid, apologises in (("CA1", False), ("CA1", False), ("CA2", True), ("CA3", True), ("CA9", True)):
            answer = await world.post("/twilio/after-stream", {"CallSid": call_sid})
            assert answer.status_code == 200
            assert ("<Say" in answer.text) is apologises
            assert answer.text.endswith("<Hangup /></Response>")

    play(story)


def test_a_stream_that_failed_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        fields = {"CallSid": "CA1", "StreamEvent": "stream-error", "StreamError": "31920\nforged"}
        assert (await world.post("/twilio/stream-status", fields)).status_code == 204

    play(story)
    assert "stream-error 31920\\nforged" in caplog.text


@pytest.mark.parametrize("call_sid", ["", "../../etc", "CA 1", "x" * 65, "CA\n1"])
def test_a_webhook_without_a_sid_is_refused(call_sid: str) -> None:
    async def story(world: World) -> None:
        for path in ("/twilio/voice", "/twilio/status", "/twilio/after-stream", "/twilio/stream-status"):
            answer = await world.post(path, {"CallSid": call_sid, "CallStatus": "completed"})
            assert answer.status_code == 400
            assert "CallSid" in answer.text
        assert (world.live.minted, world.live.ended) == (0, [])

    play(story)


def test_bodies_are_bounded_and_others_than_forms_are_not_read() -> None:
    async def story(world: World) -> None:
        big = await world.post("/twilio/voice", {"CallSid": "CA1", "x": "x" * 70_000})
        assert big.status_code == 413
        many = await world.post("/twilio/voice", {f"x{n}": "" for n in range(600)})
        assert many.status_code == 413
        headers = {"X-Twilio-Signature": sign(TOKEN, PUBLIC + "/twilio/voice")}
        for content, kind in ((b'{"CallSid":"CA1"}', "application/json"), (b"CallSid=CA1", "text/plain")):
            answer = await world.client.post("/twilio/voice", content=content, headers=headers | {"Content-Type": kind})
            assert answer.status_code == 403
        garbage = await world.client.post(
            "/twilio/voice",
            content=b"\xff\xfe%zz=&&&=",
            headers=headers | {"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert garbage.status_code == 403

    play(story)


def test_health() -> None:
    async def story(world: World) -> None:
        answer = await world.client.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready", "calls": 0})
        world.live.refused = "full"
        answer = await world.client.get("/healthz")
        assert (answer.status_code, answer.json()["refusing"]) == (200, "full")
        world.live.refused = "draining"
        answer = await world.client.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (503, "draining")

    play(story)


def test_nothing_else_is_served() -> None:
    async def story(world: World) -> None:
        for path in ("/", "/docs", "/openapi.json", "/twilio/media", "/twilio/voice/"):
            assert (await world.client.get(path)).status_code == 404
        assert (await world.client.delete("/twilio/voice")).status_code == 405
        with pytest.raises(InvalidStatus):
            async with world.socket("/other", signed=""):
                pass

    play(story)


# ── the media socket ─────────────────────────────────────────────────────────────────────────────────────────────


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
            assert leg.backlog() == 0
            await carrier.send(mark("m1"))
            await carrier.send(stop())
            await until(lambda: ear.ends)
            assert ear.edges == [("mark", "m1"), ("stopped", None)]
        assert ear.ends == [("stopped", None)]

    play(story)


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
    monkeypatch.setattr(media_module, "START_TIMEOUT_S", 0.05)

    async def story(world: World) -> None:
        async with world.socket() as carrier:
            assert await closing_code(carrier) == 1008
        async with world.socket() as carrier:
            await carrier.send(connected())
            assert await closing_code(carrier) == 1008

    play(story)


def test_a_call_that_is_live_is_not_closed_by_the_start_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_module, "START_TIMEOUT_S", 0.05)

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
    monkeypatch.setattr(media_module, "PING_PERIOD_S", 0.1)

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


# ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_port_that_is_taken_is_said_clearly() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            live = FakeCalls()
            app = create_app(live, Settings())
            with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}"):
                await serve(app, live, Listening(port=port))
            with pytest.raises(ConfigurationError):
                await serve(app, live, Listening(port=70_000))
            with pytest.raises(ConfigurationError):
                await serve(app, live, Listening(host="no such host"))

    uvloop.run(run())


def test_secrets_and_tokens_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        async with world.call("CA1") as (carrier, _):
            await carrier.send("garbage")
        await world.post("/twilio/voice", {"CallSid": "CA2"}, signature="wrong")

    with caplog.at_level(logging.DEBUG, logger="offhook"):
        play(story)
    assert "CA1" in caplog.text
    assert TOKEN not in caplog.text
    assert "token-1" not in caplog.text
