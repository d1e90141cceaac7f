"""An address that is nearly right: it works, or one sentence in the log says which is right."""

import logging

import pytest
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from offhook.errors import SignatureInvalid
from offhook.settings import Secret, Settings
from offhook.telephony.carriers.twilio_signature import SignatureCheck, SignedRequest, sign
from offhook.web.hooks import PATHS
from offhook.web.seldom import PERIOD_S, Seldom
from tests.twilio_wire import start
from tests.web_world import PUBLIC, TOKEN, World, play, token_in, until, web_lines

CALL = {"CallSid": "CA1"}


def signed(url: str) -> str:
    return sign(TOKEN, url, list(CALL.items()))


# ── the path ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path", ["/twilio/voice/", "//twilio/voice", "/twilio//voice//", "/Twilio/Voice", "/twilio/voice%20"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_slash_or_a_capital_too_much_is_the_webhook_all_the_same(
    path: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(world: World) -> None:
        for _ in range(3):
            if method == "POST":
                headers = {"X-Twilio-Signature": signed(PUBLIC + path)}
                answer = await world.client.post(f"http://127.0.0.1:{world.port}{path}", data=CALL, headers=headers)
            else:
                target = f"{path}?CallSid=CA1"
                headers = {"X-Twilio-Signature": sign(TOKEN, PUBLIC + target)}
                answer = await world.client.get(f"http://127.0.0.1:{world.port}{target}", headers=headers)
            assert answer.status_code == 200 and token_in(answer.text) == "token-1"
            assert "wss://voice.example.test/twilio/media" in answer.text
        headers = {"X-Twilio-Signature": signed(f"{PUBLIC}/twilio/voice")}
        other = await world.client.post(f"http://127.0.0.1:{world.port}{path}", data=CALL, headers=headers)
        assert other.status_code == 403, "it is signed for the address as it was asked"

    play(story)
    told = [line for line in web_lines(caplog) if "taken for /twilio/voice: give Twilio" in line]
    assert len(told) == 1 and told[0].endswith("give Twilio https://voice.example.test/twilio/voice")


@pytest.mark.parametrize("path", PATHS)
def test_every_webhook_takes_a_slash(path: str) -> None:
    async def story(world: World) -> None:
        assert (await world.post(f"{path}/", CALL)).status_code in (200, 204)
        bad = await world.post(f"{path}/", {"CallSid": "no sid"})
        assert bad.status_code == 400 and "CallSid" in bad.text
        assert (await world.post(f"{path}/", {"CallSid": "CA1", "x": "x" * 70_000})).status_code == 413

    play(story)


@pytest.mark.parametrize(
    ("path", "is_signed", "says"),
    [
        ("/voice", True, '/voice  404: Twilio asks for what is not here: give Twilio https://voice.example.test/twilio'),
        ("/voice", True, 'https://voice.example.test/twilio/voice, where "A call comes in"'),
        ("/voice", False, "/voice  404: somebody asks for what is not here: give Twilio https://voice.example.test/twi"),
        ("/status", True, 'https://voice.example.test/twilio/status, where "Call status changes"'),
        ("/twillio/voice", False, "give Twilio https://voice.example.test/twilio/voice, "),
        ("/twilio/voices", False, "give Twilio https://voice.example.test/twilio/voice, "),
        ("/twilio/voice/twilio/voice", True, "give Twilio https://voice.example.test/twilio/voice, "),
        ("/twilio/voic", False, "give Twilio https://voice.example.test/twilio/voice, "),
        ("/", True, "give Twilio https://voice.example.test/twilio/voice, "),
        ("/webhooks/incoming", True, "give Twilio https://voice.example.test/twilio/voice, "),
        ("/twilio/stream_status", True, "give Twilio https://voice.example.test/twilio/stream-status"),
        ("/wp-login.php", False, "/wp-login.php  404: there is nothing here"),
        ("/x%0Ay%1B[31m", False, "/xy\\x1b[31m  404: there is nothing here"),
    ],
)  # fmt: skip
def test_the_wrong_path_is_told_with_the_right_one(
    path: str, is_signed: bool, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def story(world: World) -> None:
        for _ in range(3):
            answer = await world.post(path, CALL, signature=None if is_signed else "")
            assert (answer.status_code, answer.text) == (404, "There is nothing here.\n")

    play(story)
    (told,) = [line for line in web_lines(caplog) if " 404: " in line]
    assert says in told and "\n" not in told and told.startswith("< POST ")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/voice/"])
def test_the_wrong_method_is_told(method: str, path: str, caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        answer = await world.client.request(method, path)
        assert answer.status_code == 405 and answer.headers["allow"] == "GET, POST"

    play(story)
    assert web_lines(caplog) == [f"< {method} {path}  405: /twilio/voice takes GET, POST"]


@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/Healthz"])
def test_the_head_of_health_is_enough(path: str) -> None:
    async def story(world: World) -> None:
        for method, body in (("GET", b'{"status":"ready","calls":0}'), ("HEAD", b"")):
            answer = await world.client.request(method, path)
            assert (answer.status_code, answer.content) == (200, body)
            assert answer.headers["content-length"] == "28"
        world.live.refused = "draining"
        assert (await world.client.head(path)).status_code == 503
        assert (await world.client.post("/healthz")).headers["allow"] == "GET, HEAD"

    play(story)


# ── the address that Twilio was given ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "headers", "says"),
    [
        (
            "http://voice.example.test/twilio/voice",
            {},
            "/voice: give Twilio the address https://voice.example.test/twilio/voice, with https",
        ),
        (
            "https://voice.example.test/twilio/voice/",
            {},
            "/twilio/voice/, and the proxy in front passed it on as /twilio/voice: give",
        ),
        (
            "https://www.example.test/twilio/voice",
            {"X-Forwarded-Host": "www.example.test"},
            "or set OFFHOOK_PUBLIC_URL to https://www.example.test",
        ),
        (
            "https://old.example.test/twilio/voice",
            {"Host": "old.example.test"},
            "or set OFFHOOK_PUBLIC_URL to https://old.example.test",
        ),
        (
            "https://voice.example.test:8443/twilio/voice",
            {"Host": "voice.example.test:8443"},
            "or set OFFHOOK_PUBLIC_URL to https://voice.example.test:8443",
        ),
        (
            "https://voice.example.test/phone/twilio/voice",
            {"X-Forwarded-Prefix": "/phone"},
            "passed it on as /twilio/voice",
        ),
        (
            "https://voice.example.test/a/b",
            {"X-Original-URI": "/a/b"},
            "for https://voice.example.test/a/b, and the proxy",
        ),
    ],
)
def test_a_signature_for_another_address_says_which(
    given: str, headers: dict[str, str], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(world: World) -> None:
        for _ in range(3):
            answer = await world.post("/twilio/voice", CALL, signature=signed(given), **headers)
            assert answer.status_code == 403 and "example" not in answer.text
        assert world.live.minted == 0

    play(story)
    (told,) = web_lines(caplog)
    assert told.startswith("< /twilio/voice  403: Twilio signed it for ") and says in told
    assert TOKEN not in caplog.text


def test_a_signature_by_another_token_says_what_to_check(caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = "AC" + "0" * 32, "AC" + "1" * 32

    async def other_account(world: World) -> None:
        fields = {**CALL, "AccountSid": theirs}
        assert (await world.post("/twilio/voice", fields, signature="wrong")).status_code == 403

    async def unknown(world: World) -> None:
        headers = {"X-Forwarded-Host": "bad host\\n", "X-Original-URI": "x" * 5000, "Host": "[::1"}
        assert (await world.post("/twilio/voice", CALL, signature="wrong", **headers)).status_code == 403

    play(other_account, twilio_account_sid=ours)
    assert "of account AC11111111..., and TWILIO_ACCOUNT_SID is AC00000000...: a subaccount has an auth" in caplog.text
    play(unknown)
    assert "check TWILIO_AUTH_TOKEN and OFFHOOK_PUBLIC_URL" in web_lines(caplog)[-1]


def test_headers_that_a_proxy_took_away_are_told(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        assert (await world.post("/twilio/voice", CALL, signature="")).status_code == 403
        with pytest.raises(InvalidStatus, match="403"):
            async with world.socket(signed=""):
                pass

    play(story)
    (told,) = web_lines(caplog)
    assert "no X-Twilio-Signature: it is not of Twilio, or the proxy in front takes headers away" in told


# ── media sockets ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_proxy_that_passes_no_websockets_on_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        for path in ("/twilio/media", "/browser/media", "/twilio/media/"):
            answer = await world.client.get(path)
            assert answer.status_code == 426 and answer.headers["upgrade"] == "websocket"

    play(story)
    (told,) = web_lines(caplog)
    assert "not as a WebSocket: the proxy in front has to pass the headers Upgrade and Connection on" in told


def test_a_number_that_calls_the_media_address_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        assert (await world.post("/twilio/media", CALL)).status_code == 426

    play(story)
    assert "for media sockets: give Twilio https://voice.example.test/twilio/voice" in caplog.text


def test_a_socket_somewhere_else_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        for _ in range(2):
            with pytest.raises(InvalidStatus, match="404"):
                async with world.socket("/media?token=canary", signed=""):
                    pass

    play(story)
    (told,) = web_lines(caplog)
    assert told.startswith("< /media  404: no socket is here: a carrier's media go to /twilio/media (from the TwiML, ")


# ── keys of Webhook Rules ────────────────────────────────────────────────────────────────────────────────────────

KEYS = {"webhooks_sharedkey_01a": Secret("new+secret/with=signs"), "webhooks_sharedkey_02b": Secret("old-secret")}
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"


@pytest.mark.parametrize("algorithm", ["HMAC_SHA256", "HMAC_SHA1", "hmac_sha256"])
@pytest.mark.parametrize("key", list(KEYS))
def test_a_webhook_that_is_signed_by_a_shared_key_is_taken(key: str, algorithm: str) -> None:
    """The vendor's own library makes the signature."""

    async def story(world: World) -> None:
        secret = KEYS[key].reveal()
        signature = RequestValidator(secret).compute_signature(f"{PUBLIC}/twilio/voice", CALL, algorithm)
        headers = {SETTINGS: f"key={key},algorithm={algorithm}"}
        answer = await world.post("/twilio/voice", CALL, signature=signature, **headers)
        assert answer.status_code == 200
        media = RequestValidator(secret).compute_signature("wss://voice.example.test/twilio/media", {}, algorithm)
        sent = {"X-Twilio-Signature": media, **headers}
        async with connect(f"ws://127.0.0.1:{world.port}/twilio/media", additional_headers=sent, proxy=None) as carrier:
            await carrier.send(start("CA1", token=token_in(answer.text)))
            await until(lambda: "CA1" in world.live.ears)
        assert (await world.post("/twilio/voice", {"CallSid": "CA2"})).status_code == 200, "and by the auth token"

    play(story, twilio_shared_keys=KEYS)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("key=webhooks_sharedkey_99z,algorithm=HMAC_SHA256", "the shared key webhooks_sharedkey_99z: add that to"),
        ("key=webhooks_sharedkey_01a,algorithm=RSA", "by RSA, which is not known"),
        ("key=,algorithm=HMAC_SHA256", "add that to TWILIO_SHARED_KEYS"),
        ("key=webhooks_sharedkey_01a,algorithm=HMAC_SHA256", "X-Twilio-Signature is wrong"),
        ("=,=,\x7f", "TWILIO_SHARED_KEYS"),
    ],
)  # fmt: skip
def test_a_shared_key_that_does_not_fit_is_told(settings: str, says: str, caplog: pytest.LogCaptureFixture) -> None:
    check = SignatureCheck(Secret(TOKEN), KEYS)
    headers = {"x-twilio-signature": signed(f"{PUBLIC}/twilio/voice"), SETTINGS.lower(): settings}
    with pytest.raises(SignatureInvalid, match=says) as caught:
        check.require(SignedRequest([f"{PUBLIC}/twilio/voice"], headers, list(CALL.items())))
    assert not [key for key in KEYS.values() if key.reveal() in str(caught.value)]


def test_shared_keys_come_from_the_environment() -> None:
    text = "webhooks_sharedkey_01a=new+secret/with=signs, webhooks_sharedkey_02b=old-secret"
    found = Settings.from_environment({"TWILIO_SHARED_KEYS": text}).twilio_shared_keys
    assert found == KEYS and "secret" not in repr(found)
    assert Settings.from_environment({"TWILIO_SHARED_KEYS": " "}).twilio_shared_keys == {}


# ── the log ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_line_a_minute_of_a_kind(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("offhook.clock.now", lambda: now)
    seldom = Seldom()
    for _ in range(100):
        seldom.say("one", "a line\nwith\x1b[31m more")
        seldom.say("other", "another")
    now += PERIOD_S
    seldom.say("one", "again")
    assert web_lines(caplog) == ["a line with [31m more", "another", "again (99 more like it were not logged)"]
