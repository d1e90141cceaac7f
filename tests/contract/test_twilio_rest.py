"""Twilio's REST API over a loopback server that plays it: good, busy, broken, slow, cut, and nonsense."""

import asyncio
import base64
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx2
import pytest

from offhook.errors import CarrierRefused, OffhookError, ProtocolViolation, ProviderTimeout, ProviderUnavailable
from offhook.settings import Secret
from offhook.telephony.carriers.twilio_rest import ATTEMPTS, NewCall, TwilioRest

ACCOUNT = "AC" + "0" * 32
CALL = "CA" + "9" * 32
CANARY = "canary0123456789abcdef0123456789"
CUT = b""
SILENT = None
NEW_CALL = NewCall("+15005550001", "+15005550006", url="https://voice.example.test/twilio/voice")

Answer = bytes | None


def answer(status: int, body: str = "{}") -> bytes:
    return (
        f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
    ).encode()


def problem(status: int, code: int) -> bytes:
    return answer(status, f'{{"code": {code}, "message": "Number is not valid", "status": {status}}}')


@dataclass
class Carrier:
    """Answers requests in order with what it is told; the last answer again and again."""

    answers: list[Answer]
    requests: list[tuple[str, dict[str, str], list[tuple[str, str]]]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    base_url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := (await reader.readline()).decode().strip():
                headers = {}
                while header := (await reader.readline()).decode().strip():
                    name, _, value = header.partition(": ")
                    headers[name.lower()] = value
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.requests.append((line, headers, parse_qsl(body.decode())))
                reply = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if reply is SILENT:
                    await reader.read()
                    break
                if reply == CUT:
                    writer.transport.abort()
                    return
                writer.write(reply)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        writer.close()

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def play(
    answers: list[Answer] | Carrier, story: Callable[[TwilioRest], Awaitable[object]], read_s: float = 5.0
) -> Carrier:
    """Tell `story` with a client of a carrier that answers so."""
    carrier = answers if isinstance(answers, Carrier) else Carrier(answers)

    async def run() -> None:
        server = await asyncio.start_server(carrier.serve, "127.0.0.1", 0)
        carrier.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        timeout = httpx2.Timeout(2.0, read=read_s)
        rest = TwilioRest(ACCOUNT, Secret(CANARY), carrier.base_url + "/", timeout=timeout, pause=carrier.pause)
        try:
            await story(rest)
        finally:
            await rest.close()
            server.close()

    asyncio.run(run())
    return carrier


def test_hanging_up_is_one_signed_in_request() -> None:
    carrier = play([answer(200)], lambda rest: rest.hang_up(CALL))
    [(line, headers, form)] = carrier.requests
    assert line == f"POST /2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json HTTP/1.1"
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode() == f"{ACCOUNT}:{CANARY}"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert form == [("Status", "completed")]


@pytest.mark.parametrize("over", [problem(404, 20404), problem(400, 21220), answer(404, "gone")])
def test_a_call_that_is_over_already_counts_as_hung_up(over: bytes) -> None:
    play([over], lambda rest: rest.hang_up(CALL))
    with pytest.raises(CarrierRefused):
        play([over], lambda rest: rest.update_call(CALL, b"<Response/>"))


@pytest.mark.parametrize("first", [answer(429), answer(500, "oops"), answer(503), CUT])
def test_hanging_up_is_tried_again(first: bytes) -> None:
    carrier = play([first, first, answer(200)], lambda rest: rest.hang_up(CALL))
    assert len(carrier.requests) == 3
    assert carrier.pauses == [0.2, 0.4]


@pytest.mark.parametrize("always", [answer(429), answer(500), CUT])
def test_the_tries_are_bounded(always: bytes) -> None:
    carrier = Carrier([always])
    with pytest.raises(ProviderUnavailable):
        play(carrier, lambda rest: rest.hang_up(CALL))
    assert len(carrier.requests) == ATTEMPTS


def test_a_carrier_that_says_nothing_is_given_up() -> None:
    with pytest.raises(ProviderTimeout):
        play([SILENT], lambda rest: rest.hang_up(CALL), read_s=0.05)


def test_an_account_that_is_refused_says_what_to_check() -> None:
    with pytest.raises(CarrierRefused, match="TWILIO_AUTH_TOKEN"):
        play([problem(401, 20003)], lambda rest: rest.hang_up(CALL))


def test_a_refusal_says_why() -> None:
    with pytest.raises(CarrierRefused, match=r"Number is not valid \(21211\)"):
        play([problem(400, 21211)], lambda rest: rest.create_call(NEW_CALL))
    with pytest.raises(CarrierRefused, match=r"no reason given \(418\)"):
        play([answer(418, "<html>")], lambda rest: rest.create_call(NEW_CALL))


def test_new_twiml_replaces_the_old() -> None:
    carrier = play([answer(200)], lambda rest: rest.update_call(CALL, b"<Response>\xc3\xbc&amp;</Response>"))
    assert carrier.requests[0][2] == [("Twiml", "<Response>ü&amp;</Response>")]


def test_placing_a_call_repeats_the_events_and_reads_strings() -> None:
    body = f'{{"sid": "{CALL}", "status": "queued", "queue_time": "0", "price": null, "duration": null}}'
    found: list[str] = []

    async def story(rest: TwilioRest) -> None:
        call = NewCall("+15005550001", "+15005550006", twiml="<Response/>", status_callback="https://a.test/s")
        found.append(await rest.create_call(call))

    carrier = play([answer(201, body)], story)
    assert found == [CALL]
    assert carrier.requests[0][2] == [
        ("To", "+15005550001"),
        ("From", "+15005550006"),
        ("Timeout", "30"),
        ("Twiml", "<Response/>"),
        ("StatusCallback", "https://a.test/s"),
        *(("StatusCallbackEvent", event) for event in ("initiated", "ringing", "answered", "completed")),
    ]


@pytest.mark.parametrize("doubtful", [answer(500), answer(503), CUT, SILENT])
def test_a_call_that_may_have_been_placed_is_not_placed_again(doubtful: Answer) -> None:
    carrier = Carrier([doubtful, answer(201, f'{{"sid": "{CALL}"}}')])
    with pytest.raises((ProviderUnavailable, ProviderTimeout)):
        play(carrier, lambda rest: rest.create_call(NEW_CALL), read_s=0.05)
    assert len(carrier.requests) == 1


@pytest.mark.parametrize("doubtful", [answer(500), answer(503), CUT, SILENT])
def test_a_document_that_must_not_run_twice_is_sent_once(doubtful: Answer) -> None:
    """A second `<Dial>` would end the first and ring once more: nobody knows, and that is what is said."""
    carrier = Carrier([doubtful, answer(200)])
    with pytest.raises(ProviderTimeout, match="may have done it"):
        play(carrier, lambda rest: rest.redirect_call(CALL, b"<Response/>"), read_s=0.05)
    assert len(carrier.requests) == 1


def test_a_document_that_was_certainly_not_taken_is_sent_again() -> None:
    carrier = play([answer(429), answer(200)], lambda rest: rest.redirect_call(CALL, b"<Response/>"))
    assert [form for _, _, form in carrier.requests] == [[("Twiml", "<Response/>")]] * 2
    with pytest.raises(ProviderUnavailable):
        play([answer(429)], lambda rest: rest.redirect_call(CALL, b"<Response/>"))
    with pytest.raises(CarrierRefused, match="21220"):
        play([problem(400, 21220)], lambda rest: rest.redirect_call(CALL, b"<Response/>"))


def test_a_call_that_was_not_placed_is_placed_again() -> None:
    carrier = play([answer(429), answer(201, f'{{"sid": "{CALL}"}}')], lambda rest: rest.create_call(NEW_CALL))
    assert len(carrier.requests) == 2


@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '{"sid": 5}', '{"sid"', "\xff" * 10, '{"x": ' + "[" * 5000])
def test_an_answer_that_cannot_be_read_is_their_fault(body: str) -> None:
    with pytest.raises(ProtocolViolation):
        play([answer(201, body)], lambda rest: rest.create_call(NEW_CALL))


def test_a_carrier_that_cannot_be_reached_is_unavailable() -> None:
    async def story() -> list[float]:
        pauses: list[float] = []

        async def pause(seconds: float) -> None:
            pauses.append(seconds)

        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        rest = TwilioRest(ACCOUNT, Secret(CANARY), f"http://127.0.0.1:{port}", pause=pause)
        with pytest.raises(ProviderUnavailable):
            await rest.create_call(NEW_CALL)
        with pytest.raises(ProviderUnavailable):
            await rest.redirect_call(CALL, b"<Response/>")
        await rest.close()
        return pauses

    assert len(asyncio.run(story())) == 2 * (ATTEMPTS - 1)


@pytest.mark.parametrize("sid", ["", "CA1/../../Messages", "CA1?x=1", "CA1#"])
def test_only_a_sid_gets_into_an_address(sid: str) -> None:
    with pytest.raises(CarrierRefused):
        play([answer(200)], lambda rest: rest.hang_up(sid))


def test_the_token_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    shown = []
    encoded = base64.b64encode(f"{ACCOUNT}:{CANARY}".encode()).decode()

    def look(rest: TwilioRest) -> Awaitable[None]:
        shown.append(repr(rest) + str(rest))
        return rest.hang_up(CALL)

    with caplog.at_level(logging.DEBUG):
        for reply in (answer(429), answer(500), CUT, SILENT, problem(401, 20003), problem(400, 21211), answer(200)):
            try:
                play([reply], look, read_s=0.05)
            except OffhookError as error:
                shown.append("".join(traceback.format_exception(error)) + repr(error) + repr(error.__cause__))
    shown.append(caplog.text)
    assert len(shown) > 10
    assert not any(CANARY in text or encoded in text for text in shown)
