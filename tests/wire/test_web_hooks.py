"""Webhooks over a real port: signed or refused, asked twice, refused calls, the end of a stream."""

import asyncio
import logging
import socket

import httpx2
import pytest
import uvloop
from websockets.exceptions import InvalidStatus

from offhook.call.records.port import RecordsState
from offhook.core.endings import EndReason
from offhook.errors import AdmissionAsks, AdmissionRefused, ConfigurationError
from offhook.settings import Secret, Settings
from offhook.telephony.carriers.twilio_signature import sign
from offhook.telephony.facts import CallFacts
from offhook.web.app import create_app
from offhook.web.hooks import PATHS
from offhook.web.server import Listening, serve
from tests.twilio_wire import CA1, CA2, CA9, sid, start
from tests.web_world import PUBLIC, TOKEN, FakeCalls, World, closing_code, play, token_in, until


def test_a_call_is_connected_to_the_media_socket() -> None:
    async def story(world: World) -> None:
        fields = {"CallSid": CA1, "From": "+15005550006", "To": "+15005550001", "Direction": "inbound", "New": ""}
        answer = await world.post("/twilio/voice", fields)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        assert '<Stream url="wss://voice.example.test/twilio/media"' in answer.text
        assert 'statusCallback="https://voice.example.test/twilio/stream-status"' in answer.text
        assert '<Parameter name="token" value="token-1" />' in answer.text
        assert "<Redirect" in answer.text
        assert world.live.facts[CA1] == CallFacts(CA1, "+15005550006", "+15005550001", "inbound", PUBLIC)

    play(story)


def test_an_outbound_call_may_come_by_get() -> None:
    async def story(world: World) -> None:
        target = f"/twilio/voice?CallSid={CA2}&Direction=outbound-api&AnsweredBy=machine_start&From=%2B15005550006"
        answer = await world.client.get(target, headers={"X-Twilio-Signature": sign(TOKEN, PUBLIC + target)})
        assert answer.status_code == 200
        assert world.live.facts[CA2] == CallFacts(CA2, "+15005550006", "", "outbound", PUBLIC)

    play(story)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("signature", ["", "wrong", sign(TOKEN, "https://elsewhere.test/twilio/voice")])
def test_what_is_not_signed_is_refused_before_any_work(path: str, signature: str) -> None:
    async def story(world: World) -> None:
        fields = {"CallSid": CA1, "CallStatus": "completed"}
        answer = await world.post(path, fields, signature=signature)
        assert answer.status_code == 403
        assert (world.live.minted, world.live.ended) == (0, [])

    play(story)


def test_every_field_is_covered_by_the_signature() -> None:
    async def story(world: World) -> None:
        signature = sign(TOKEN, PUBLIC + "/twilio/voice", [("CallSid", CA1)])
        answer = await world.post("/twilio/voice", {"CallSid": CA1, "From": "+1900"}, signature=signature)
        assert answer.status_code == 403

    play(story)


def test_without_a_public_address_the_host_of_the_request_is_signed() -> None:
    async def story(world: World) -> None:
        for scheme in ("http", "https"):
            host = f"127.0.0.1:{world.port}"
            call_sid = {"http": CA1, "https": CA2}[scheme]
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
        assert (await world.post("/twilio/voice", {"CallSid": CA1})).status_code == 403
        with pytest.raises(InvalidStatus, match="403"):
            async with world.socket():
                pass

    async def open_to_all(world: World) -> None:
        assert (await world.post("/twilio/voice", {"CallSid": CA1}, signature="")).status_code == 200
        async with world.socket(signed="") as carrier:
            await carrier.send(start(CA1, token="token-1"))
            await until(lambda: CA1 in world.live.ears)

    play(refused, twilio_auth_token=Secret(""))
    play(open_to_all, twilio_auth_token=Secret(""), unsigned=True, public_url="")


def test_unsigned_is_said_loudly(caplog: pytest.LogCaptureFixture) -> None:
    create_app(FakeCalls(), Settings(unsigned=True))
    assert "OFFHOOK_UNSIGNED" in caplog.text
    assert "ANYBODY" in caplog.text


def test_a_repeated_question_gets_the_same_answer() -> None:
    async def story(world: World) -> None:
        ask: dict[str, str] = {"CallSid": CA1}
        first = await world.post("/twilio/voice", ask, **{"I-Twilio-Idempotency-Token": "once"})
        world.live.refused = "full"
        again = await world.post("/twilio/voice", ask, **{"I-Twilio-Idempotency-Token": "once"})
        plain = await world.post("/twilio/voice", ask)
        assert first.text == again.text == plain.text
        other = await world.post("/twilio/voice", {"CallSid": CA2})
        assert "<Say" in other.text
        world.live.refused = None
        assert (await world.post("/twilio/voice", {"CallSid": CA2})).text == other.text
        assert world.live.minted == 1

    play(story)


def test_a_call_that_is_refused_hears_why_or_is_put_through() -> None:
    async def sentence(world: World) -> None:
        world.live.refused = "draining"
        answer = await world.post("/twilio/voice", {"CallSid": CA1})
        assert "all lines are busy" in answer.text
        assert "<Hangup />" in answer.text
        assert world.live.minted == 0

    async def number(world: World) -> None:
        world.live.refused = "full"
        answer = await world.post("/twilio/voice", {"CallSid": CA1})
        assert "<Number>+15005550009</Number>" in answer.text

    play(sentence)
    play(number, fallback_number="+15005550009")


def test_the_last_status_ends_the_call_and_others_do_not() -> None:
    async def story(world: World) -> None:
        for status in ("initiated", "ringing", "in-progress", "", "\n<&"):
            answer = await world.post("/twilio/status", {"CallSid": CA1, "CallStatus": status})
            assert answer.status_code == 204
        assert world.live.ended == []
        for number, status in enumerate(("completed", "busy", "failed", "no-answer", "canceled")):
            await world.post("/twilio/status", {"CallSid": sid(number), "CallStatus": status})
        assert world.live.ended == [sid(number) for number in range(5)]

    play(story)


AFTER = {
    EndReason.CALLER_SAID_GOODBYE: False,
    EndReason.AGENT_TRANSFERRED: False,
    EndReason.OPERATOR_ENDED: False,
    EndReason.CARRIER_LEG_LOST: True,
    EndReason.PROVIDER_VOICE_FAILED: True,
    EndReason.OFFHOOK_ERROR: True,
}
"""Whether the carrier's voice apologises when its stream is over."""


def test_after_the_stream_comes_the_end_or_an_apology_and_the_end() -> None:
    async def story(world: World) -> None:
        for number, (reason, apologises) in enumerate(AFTER.items()):
            world.live.outcomes[sid(number)] = reason
            for _ in range(2):
                answer = await world.post("/twilio/after-stream", {"CallSid": sid(number)})
                assert answer.status_code == 200
                assert ("<Say" in answer.text) is apologises, reason
                assert answer.text.endswith("<Hangup /></Response>")
        unknown = await world.post("/twilio/after-stream", {"CallSid": sid(99)})
        assert "<Say" in unknown.text

    play(story)


def test_after_a_stream_that_broke_for_good_the_fallback_number_is_dialled() -> None:
    async def story(world: World) -> None:
        world.live.outcomes = {CA1: EndReason.CARRIER_LEG_LOST, CA2: EndReason.AGENT_ENDED}
        for call_sid, is_put_through in ((CA1, True), (CA1, True), (CA2, False), (CA9, True)):
            answer = await world.post("/twilio/after-stream", {"CallSid": call_sid})
            assert ("<Number>+15005550009</Number>" in answer.text) is is_put_through, call_sid
            assert "<Say" not in answer.text

    play(story, fallback_number="+15005550009")


def test_a_call_that_is_announced_twice_has_one_place() -> None:
    """Also when its token is used by then: a repeated webhook reserves nothing more (and puts nobody through)."""

    async def story(world: World) -> None:
        first = await world.post("/twilio/voice", {"CallSid": CA1})
        async with world.socket() as carrier:
            await carrier.send(start(CA1, token=token_in(first.text)))
            await until(lambda: CA1 in world.live.ears)
            world.live.refused = "full"
            again = await world.post("/twilio/voice", {"CallSid": CA1})
            assert again.text == first.text
            assert (world.live.minted, world.live.tokens) == (1, {})
            async with world.socket() as other:
                await other.send(start(CA1, token=token_in(again.text)))
                assert await closing_code(other) == 1008

    play(story, fallback_number="+15005550009")


def test_an_answer_that_is_kept_is_of_its_own_call() -> None:
    """The idempotency token is not signed: with another call's it gives nothing away."""

    async def story(world: World) -> None:
        once = {"I-Twilio-Idempotency-Token": CA1}
        first = await world.post("/twilio/voice", {"CallSid": CA1}, **once)
        other = await world.post("/twilio/voice", {"CallSid": CA2}, **once)
        assert token_in(first.text) != token_in(other.text)

    play(story)


def test_a_stream_that_failed_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        fields = {"CallSid": CA1, "StreamEvent": "stream-error", "StreamError": "31920\nforged"}
        assert (await world.post("/twilio/stream-status", fields)).status_code == 204

    play(story)
    assert "stream-error 31920\\nforged" in caplog.text


@pytest.mark.parametrize("call_sid", ["", "../../etc", "CA 1", "x" * 65, "CA\n1"])
def test_a_webhook_without_a_sid_is_refused(call_sid: str) -> None:
    async def story(world: World) -> None:
        for path in PATHS:
            answer = await world.post(path, {"CallSid": call_sid, "CallStatus": "completed"})
            assert answer.status_code == 400
            assert "CallSid" in answer.text
        assert (world.live.minted, world.live.ended) == (0, [])

    play(story)


def test_bodies_are_bounded_and_others_than_forms_are_not_read() -> None:
    async def story(world: World) -> None:
        big = await world.post("/twilio/voice", {"CallSid": CA1, "x": "x" * 70_000})
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


def test_health_says_that_records_fail_and_no_more() -> None:
    """Calls go on without a record: the answer is still 200, and holds no path, no number of lines."""

    async def main() -> None:
        state = RecordsState()
        app = create_app(FakeCalls(), Settings(unsigned=True), records=lambda: state)
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            assert (await client.get("/healthz")).json() == {"status": "ready", "calls": 0}
            state = RecordsState(is_failing=True, unopened=3, lost_lines=500, lost_audio_s=2.0, waiting=7)
            answer = await client.get("/healthz")
            assert (answer.status_code, answer.json()) == (200, {"status": "ready", "calls": 0, "records": "failing"})
            state = RecordsState(unopened=3, lost_lines=500)
            assert "records" not in (await client.get("/healthz")).json(), "it has recovered"

    asyncio.run(main())


def test_nothing_else_is_served() -> None:
    async def story(world: World) -> None:
        for path in ("/", "/docs", "/openapi.json", "/twilio", "/twilio/voice/more"):
            assert (await world.client.get(path)).status_code == 404
        assert (await world.client.delete("/twilio/voice")).status_code == 405
        with pytest.raises(InvalidStatus):
            async with world.socket("/other", signed=""):
                pass

    play(story)


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
        async with world.call(CA1) as (carrier, _):
            await carrier.send("garbage")
        await world.post("/twilio/voice", {"CallSid": CA2}, signature="wrong")

    with caplog.at_level(logging.DEBUG, logger="offhook"):
        play(story)
    assert CA1 in caplog.text
    assert TOKEN not in caplog.text
    assert "token-1" not in caplog.text


def test_a_caller_who_is_asked_to_press_a_key_is_put_through_by_it_and_not_without() -> None:
    async def story(world: World) -> None:
        judged: list[CallFacts] = []

        def expect(facts: CallFacts) -> str:
            judged.append(facts)
            if facts.pressed is None:
                raise AdmissionAsks("shield.no_key", sentence="Press <any> key.", language="en-GB")
            if not facts.pressed:
                raise AdmissionRefused("shield.no_key", sentence="No.", language="en-GB")
            return "token-of-the-call"

        world.live.expect = expect  # type: ignore[method-assign]
        for call_sid, digits in ((CA1, "7"), (CA2, "")):
            fields = {"CallSid": call_sid, "From": "+15005550006", "StirVerstat": "No-TN-Validation"}
            asked = await world.post("/twilio/voice", fields)
            assert 'numDigits="1"' in asked.text and 'actionOnEmptyResult="true"' in asked.text
            assert '<Say language="en-GB">Press &lt;any&gt; key.</Say></Gather>' in asked.text
            action = asked.text.partition('action="')[2].partition('"')[0]
            assert action == f"{PUBLIC}/twilio/voice?asked=1"
            pressed = await world.post(action.removeprefix(PUBLIC), fields | ({"Digits": digits} if digits else {}))
            assert ("token-of-the-call" in pressed.text) is bool(digits)
            assert ("<Say" in pressed.text and "<Hangup" in pressed.text) is not bool(digits)
            again = await world.post(action.removeprefix(PUBLIC), fields | ({"Digits": digits} if digits else {}))
            assert again.text == pressed.text
        assert [facts.pressed for facts in judged] == [None, "7", None, ""]
        assert {facts.vouched for facts in judged} == {"No-TN-Validation"}

    play(story)
