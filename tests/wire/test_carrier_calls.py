"""The simulated carrier against a tiny server over real sockets, its signatures judged by Twilio's SDK."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import WebSocket

from offhook.errors import ProtocolViolation
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_dial import DialPlan
from offhook.simulator.carrier_media import MediaFaults
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome
from offhook.simulator.carrier_stream import StreamOptions
from offhook.simulator.carrier_web import ServerWeb, Source, WebhookFailed
from offhook.simulator.network import Network
from offhook.simulator.voices import TapeVoice, prepare
from offhook.speech.scripted.tape import TapeReader, Utterance, speak
from tests.carrier_world import ACCOUNT, CONNECT, HANG_UP, PUBLIC_URL, TinyServer, read, read_all, running

OPTIONS = CallOptions(status_url=PUBLIC_URL + "/twilio/status", pace=0.0)
Media = Callable[[TinyServer, WebSocket], Awaitable[None]]


async def caller_of(*steps: dict[str, Any]) -> Caller:
    return Caller(await prepare(script_from({"steps": list(steps)}), TapeVoice()))


def place_call(server: TinyServer, *steps: dict[str, Any], options: CallOptions = OPTIONS) -> CallOutcome:
    async def run() -> CallOutcome:
        async with running(server):
            carrier = Carrier(server.web(), options)
            try:
                async with asyncio.timeout(20):
                    return await carrier.call(await caller_of(*steps))
            finally:
                await carrier.close()

    return asyncio.run(run())


def streams(**options: Any) -> CallOptions:
    return replace(OPTIONS, stream=StreamOptions(**options))


async def send(websocket: WebSocket, sid: object, event: str, **body: object) -> None:
    await websocket.send_json({"event": event, "streamSid": sid, **({event: body} if body else {})})


async def greet(server: TinyServer, websocket: WebSocket) -> None:
    """Say hello with a mark behind it, then listen."""
    await read(server, websocket)
    sid = (await read(server, websocket))["streamSid"]
    payload = base64.b64encode(speak("Hello there", Utterance(1))).decode()
    await send(websocket, sid, "media", payload=payload)
    await send(websocket, sid, "mark", name="hello")
    await read_all(server, websocket)


def test_a_call_from_the_webhook_to_the_last_callback() -> None:
    server = TinyServer(media=greet)
    outcome = place_call(
        server, {"wait": {"silent_s": 0.3}}, {"say": "good morning"}, {"digits": "5"}, {"hang_up": True}
    )

    assert server.unsigned == []
    assert [name for name, _ in server.requests if name in ("voice", "after-stream")] == ["voice"]
    voice = server.asked("voice")[0]
    assert (voice["CallStatus"], voice["Direction"], voice["From"]) == ("ringing", "inbound", "+15005550006")
    assert [message["event"] for message in server.messages[:3]] == ["connected", "start", "media"]
    start = server.events("start")[0]
    assert start["start"]["customParameters"] == {"token": "t&1"}  # type: ignore[index]
    assert start["start"]["mediaFormat"] == {  # type: ignore[index]
        "encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1,
    }  # fmt: skip
    numbers = [int(str(message["sequenceNumber"])) for message in server.messages[1:]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [message["mark"] for message in server.events("mark")] == [{"name": "hello"}]
    assert [message["dtmf"] for message in server.events("dtmf")] == [{"track": "inbound_track", "digit": "5"}]
    assert server.messages[-1]["event"] == "stop"
    heard = TapeReader()
    for message in server.events("media"):
        heard.hear(base64.b64decode(message["media"]["payload"]))  # type: ignore[index]
    assert heard.text == "good morning"

    assert outcome.report.heard_text == "Hello there"
    assert (outcome.status, outcome.ended_by, outcome.violations) == ("completed", "caller", [])
    outcome.require_clean()
    statuses = {fields["SequenceNumber"]: fields["CallStatus"] for fields in server.asked("status")}
    assert statuses == {"0": "ringing", "1": "in-progress", "2": "completed"}
    assert {fields["StreamEvent"] for fields in server.asked("stream-status")} == {"stream-started", "stream-stopped"}


def test_the_next_verb_runs_when_the_server_closes() -> None:
    async def close(server: TinyServer, websocket: WebSocket) -> None:
        await read(server, websocket)
        await websocket.close(1000)

    server = TinyServer(media=close)
    outcome = place_call(server, {"silence": 10}, {"hang_up": True})
    assert outcome.streams == ["stream: closed by the server with 1000"]
    assert len(server.asked("after-stream")) == 1
    assert (outcome.said, outcome.ended_by) == (["Goodbye."], "server")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"event": "media", "streamSid": "MZother", "media": {"payload": "/w=="}}, 31951),
        ({"event": "media", "media": {"payload": "/w=="}}, 31951),
        ({"event": "media", "streamSid": "$sid", "media": {"payload": "/w==", "track": "outbound"}}, 31951),
        ({"event": "clear", "streamSid": "$sid", "clear": {}}, 31951),
        ({"event": "hangup", "streamSid": "$sid"}, 31951),
        (b"\x00\x01", 31950),
    ],
)
def test_what_the_protocol_does_not_allow_is_seen(message: dict[str, Any] | bytes, code: int) -> None:
    async def break_it(server: TinyServer, websocket: WebSocket) -> None:
        await read(server, websocket)
        sid = (await read(server, websocket))["streamSid"]
        if isinstance(message, bytes):
            await websocket.send_bytes(message)
        else:
            await websocket.send_json({key: sid if value == "$sid" else value for key, value in message.items()})
        await read_all(server, websocket)

    outcome = place_call(TinyServer(media=break_it), {"silence": 0.3}, {"hang_up": True})
    assert [violation.code for violation in outcome.violations] == [code]
    with pytest.raises(ProtocolViolation, match=str(code)):
        outcome.require_clean()


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Response><Connekt/></Response>", 12200),
        ("<Response><Say voise='x'>hi</Say></Response>", 12200),
        ("<Response><Connect/></Response>", 12200),
        ("<Response>", 12100),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><Response/>", 12100),
        (500, 11200),
        (CONNECT.replace("wss://", "ws://"), 31922),
        (CONNECT.replace("/media\"", "/media?a=1\""), 31920),
        (CONNECT.replace("/twilio/media", "/nowhere"), 31920),
        (CONNECT.replace("wss://voice.example.test", "wss://elsewhere.example"), 31920),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_executed_is_told(document: str | int, code: int) -> None:
    server = TinyServer({"voice": document, "after-stream": HANG_UP})
    outcome = place_call(server, {"silence": 5}, {"hang_up": True})
    assert code in [entry.code for entry in outcome.log]
    assert outcome.status == "completed"


def test_the_fallback_is_asked_when_the_webhook_fails() -> None:
    server = TinyServer({"voice": 503, "fallback": "<Response><Reject reason='busy'/></Response>"})
    options = replace(OPTIONS, fallback_url=PUBLIC_URL + "/twilio/fallback")
    outcome = place_call(server, {"hang_up": True}, options=options)
    assert server.asked("fallback")[0]["ErrorCode"] == "11200"
    assert outcome.status == "busy"


@pytest.mark.parametrize("handshake", ["unsigned", "wrongly_signed"])
def test_a_handshake_with_a_wrong_signature_is_what_it_says(handshake: str) -> None:
    server = TinyServer()
    outcome = place_call(server, {"silence": 5}, {"hang_up": True}, options=streams(handshake=handshake))
    assert server.unsigned == ["media"]
    assert server.sockets == 0
    assert 31920 in [entry.code for entry in outcome.log]


def test_a_second_stream_for_the_same_call() -> None:
    server = TinyServer()
    place_call(server, {"silence": 0.6}, {"hang_up": True}, options=streams(second_after_s=0.1))
    starts = [message["start"] for message in server.events("start")]
    assert len(starts) == 2
    assert starts[0]["callSid"] == starts[1]["callSid"]  # type: ignore[index]
    assert starts[0]["streamSid"] != starts[1]["streamSid"]  # type: ignore[index]


def test_the_network_breaks_the_connection() -> None:
    server = TinyServer()
    options = streams(network=Network(drop_at_s=0.2))
    outcome = place_call(server, {"silence": 5}, {"hang_up": True}, options=options)
    assert outcome.streams == ["stream: the network broke the connection"]
    assert server.events("stop") == []


def test_a_stream_stopped_by_the_carrier_goes_on_with_the_next_verb() -> None:
    server = TinyServer()
    outcome = place_call(server, {"silence": 5}, {"hang_up": True}, options=streams(faults=MediaFaults(stop_at_s=0.2)))
    assert len(server.events("stop")) == 1
    assert outcome.said == ["Goodbye."]


def test_a_dial_tells_its_action_how_it_went() -> None:
    dial = '<Response><Dial action="/twilio/dialled"><Number>+15005550009</Number></Dial></Response>'
    server = TinyServer({"voice": dial, "dialled": HANG_UP})
    outcome = place_call(
        server, {"silence": 5}, {"hang_up": True}, options=replace(OPTIONS, dials=(DialPlan("no-answer"),))
    )
    assert [one.number for one in outcome.dialled] == ["+15005550009"]
    assert server.asked("dialled")[0]["DialCallStatus"] == "no-answer"


def test_no_server_at_all() -> None:
    async def run() -> CallOutcome:
        web = ServerWeb(ACCOUNT, "http://127.0.0.1:9")
        carrier = Carrier(web, CallOptions())
        try:
            return await carrier.call(await caller_of({"hang_up": True}))
        finally:
            await carrier.close()

    outcome = asyncio.run(run())
    assert "cannot be reached" in outcome.ended_by


def test_a_server_elsewhere_is_reached_over_tls_and_no_other_is() -> None:
    async def run() -> None:
        web = ServerWeb(ACCOUNT, "https://voice.example.test")
        assert web.is_secure and web.real_address() == ("voice.example.test", 443)
        with pytest.raises(WebhookFailed, match="not the server under test"):
            web.resolve("https://other.example.test/twilio/voice")
        await web.close()

    asyncio.run(run())


def test_an_outbound_call_is_answered_by_whom_the_carrier_finds() -> None:
    async def run() -> tuple[TinyServer, CallOutcome, CallOutcome]:
        async with running(TinyServer()) as server:
            caller = await caller_of({"silence": 0.2}, {"hang_up": True})
            found = {"+15005550001": caller}
            carrier = Carrier(server.web(), OPTIONS, answerer=found.get)
            source = Source(PUBLIC_URL + "/twilio/voice")
            picked_up = carrier.place("+15005550001", "+15005550006", source, OPTIONS)
            nobody = carrier.place("+15005550002", "+15005550006", source)
            await asyncio.wait(set(carrier.placed), timeout=10)
            await carrier.close()
            return server, carrier.calls[picked_up].outcome, carrier.calls[nobody].outcome

    server, picked_up, nobody = asyncio.run(run())
    assert server.asked("voice")[0]["CallStatus"] == "in-progress"
    assert server.asked("voice")[0]["Direction"] == "outbound-api"
    statuses = sorted((fields["SequenceNumber"], fields["CallStatus"]) for fields in server.asked("status"))
    assert [status for _, status in statuses] == ["initiated", "ringing", "in-progress", "completed"]
    assert (picked_up.status, nobody.status) == ("completed", "no-answer")
