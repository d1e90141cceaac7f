"""What must not be served does not start, and what was signed once is not used again, elsewhere or cut anew."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from offhook.checks.examination import examine
from offhook.cli.main import app
from offhook.errors import TOO_OFTEN, AdmissionRefused, ConfigurationError
from offhook.platform.checks import Mark
from offhook.settings import Secret, Settings
from offhook.telephony.carriers.twilio_signature import sign
from offhook.telephony.facts import CallFacts
from offhook.web.app import create_app
from offhook.web.safety import is_loopback, why_unsafe
from tests.twilio_wire import CA1, CA2
from tests.web_world import PUBLIC, TOKEN, FakeCalls, World, play, web_lines

UPGRADE = (
    "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)  # fmt: skip
OURS, THEIRS = "AC" + "0" * 32, "AC" + "1" * 32

# ── unsafe combinations ────────────────────────────────────────────────────────────────────────────────────────────

UNSAFE = [
    ({"TWILIO_AUTH_TOKEN": TOKEN}, "127.0.0.1", "TWILIO_AUTH_TOKEN is for: unset one of the two"),
    ({"TWILIO_SHARED_KEYS": f"a={TOKEN}"}, "127.0.0.1", "TWILIO_SHARED_KEYS is for: unset one of the two"),
    ({"OFFHOOK_PUBLIC_URL": PUBLIC}, "127.0.0.1", "anybody who reaches voice.example.test place calls"),
    ({"OFFHOOK_PUBLIC_URL": "http://10.0.0.1:8080"}, "127.0.0.1", "anybody who reaches 10.0.0.1:8080 place calls"),
    ({}, "0.0.0.0", "--host 0.0.0.0 is reached from others"),
    ({}, "::", "--host :: is reached from others"),
    ({}, "192.168.1.5", "--host 192.168.1.5 is reached from others"),
    ({}, "", "is reached from others"),
]
SAFE = [
    ({}, "127.0.0.1"), ({}, "::1"), ({}, "localhost"), ({}, "127.9.9.9"),
    ({"OFFHOOK_PUBLIC_URL": "http://127.0.0.1:8080"}, "127.0.0.1"), ({"OFFHOOK_PUBLIC_URL": "http://[::1]"}, "::1"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TWILIO_AUTH_TOKEN", "TWILIO_SHARED_KEYS", "TWILIO_ACCOUNT_SID", "OFFHOOK_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OFFHOOK_MODEL_DIR", str(tmp_path))


@pytest.mark.parametrize(("env", "host", "says"), UNSAFE)
def test_a_server_without_signatures_is_for_this_machine_alone(
    env: dict[str, str], host: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**env, "OFFHOOK_UNSIGNED": "1"}.items():
        monkeypatch.setenv(name, value)
    agent = tmp_path / "agent.yaml"
    agent.write_text("name: shop\n")
    result = CliRunner().invoke(app, ["serve", str(agent), "--host", host])
    assert result.exit_code == 2 and says in result.stderr and TOKEN not in result.stderr
    (check,) = (check for check in examine(None, host, 1) if check.name == "signatures")
    assert check.mark is Mark.BAD and says in check.advice
    if env:
        with pytest.raises(ConfigurationError):
            create_app(FakeCalls(), Settings.from_environment({**env, "OFFHOOK_UNSIGNED": "1"}))
    signed = {**env, "OFFHOOK_UNSIGNED": "0"}
    assert not why_unsafe(Settings.from_environment(signed), host), "with signatures it is nobody's business"


@pytest.mark.parametrize(("env", "host"), SAFE)
def test_an_experiment_on_this_machine_starts(env: dict[str, str], host: str) -> None:
    assert not why_unsafe(Settings.from_environment({**env, "OFFHOOK_UNSIGNED": "1"}), host)


@pytest.mark.parametrize("path", [*Path().glob("*.md"), *Path("docs").rglob("*.md"), *Path("examples").rglob("*.*")])
def test_no_document_exports_the_switch(path: Path) -> None:
    assert "export OFFHOOK_UNSIGNED" not in path.read_text(errors="replace")


# ── without a public address ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1:8080", True), ("127.0.0.1", True), ("[::1]:8080", True), ("localhost:1", True), ("LOCALHOST", True),
        ("other.example.net", False), ("127.0.0.1.example.net", False), ("localhost.example.net:80", False),
        ("", False), ("10.0.0.1", False), ("[::2]:8080", False), ("127.0.0.1:8080:1", False), ("127.0.0.1@x", False),
    ],
)  # fmt: skip
def test_hosts_of_this_machine(host: str, is_ours: bool) -> None:
    assert is_loopback(host) is is_ours


def test_the_sender_does_not_choose_the_address_that_is_checked(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        other = "other.example.net"
        headers = {
            "Host": other,
            "X-Twilio-Signature": sign(TOKEN, f"https://{other}/twilio/voice", [("CallSid", CA1)]),
        }
        answer = await world.client.post("/twilio/voice", data={"CallSid": CA1}, headers=headers)
        assert answer.status_code == 403 and not world.live.minted
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        signature = sign(TOKEN, f"wss://{other}/twilio/media")
        head = ("GET /twilio/media HTTP/1.1", f"Host: {other}", f"X-Twilio-Signature: {signature}", *UPGRADE, "", "")
        writer.write("\r\n".join(head).encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 403 ")
        writer.close()

    async def unsigned(world: World) -> None:
        answer = await world.client.post(
            "/twilio/voice", data={"CallSid": CA1}, headers={"Host": "rebound.example.net"}
        )
        assert answer.status_code == 403

    play(story, public_url="")
    assert "sent to other.example.net, and OFFHOOK_PUBLIC_URL is not set: set it to https://other.example.net" in (
        "\n".join(web_lines(caplog))
    )
    play(unsigned, public_url="", unsigned=True, twilio_auth_token=Secret(""))


# ── used again, and cut anew ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cut",
    [
        {"CallSid": f"{CA1}CallStatusringing"},
        {"CallSid": "CA" + 16 * "0F", "CallStatus": "ringing"},
        {"CallSid": CA1[:-1], "CallStatus": "ringing"},
        {"CallSid": f"{CA1}\n"},
        {"CallSid": "CA1"},
        {"CallSid": "MZ" + CA1[2:]},
    ],
)
def test_a_sid_is_taken_in_its_exact_form(cut: dict[str, str]) -> None:
    signature = sign(TOKEN, f"{PUBLIC}/twilio/voice", list(cut.items()))

    async def story(world: World) -> None:
        assert (await world.post("/twilio/voice", cut, signature=signature)).status_code == 400
        assert not world.live.minted

    play(story)


def test_the_same_signature_cut_anew_is_another_form() -> None:
    """Twilio joins names and values without a sign between them."""
    whole, cut = {"CallSid": CA1, "CallStatus": "ringing"}, {"CallSid": f"{CA1}CallStatusringing"}
    address = f"{PUBLIC}/twilio/voice"
    assert sign(TOKEN, address, list(whole.items())) == sign(TOKEN, address, list(cut.items()))


def test_a_webhook_is_of_our_account(caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        for account, status in ((OURS, 200), (THEIRS, 403), ("", 403), (None, 403), (f"{OURS}x", 403)):
            fields = {"CallSid": CA1 if status == 200 else CA2} | (
                {"AccountSid": account} if account is not None else {}
            )
            assert (await world.post("/twilio/voice", fields)).status_code == status, account
        assert list(world.live.facts) == [CA1]

    play(story, twilio_account_sid=OURS)
    assert "of account AC11111111..., and TWILIO_ACCOUNT_SID is AC00000000..." in "\n".join(web_lines(caplog))


def test_health_tells_strangers_its_status_and_no_more() -> None:
    async def story(world: World) -> None:
        await world.ring(CA1)
        world.live.refused = "full"
        own = (await world.client.get("/healthz")).json()
        assert own == {"status": "ready", "calls": 0, "refusing": "full"}
        theirs = (await world.client.get("/healthz", headers={"Host": "voice.example.test"})).json()
        assert theirs == {"status": "ready"}

    play(story)


def test_who_calls_again_and_again_is_not_put_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_often(facts: CallFacts) -> str:
        raise AdmissionRefused(TOO_OFTEN)

    async def story(world: World) -> None:
        world.live.refused = "full"
        full = await world.post("/twilio/voice", {"CallSid": CA1})
        assert "<Dial" in full.text
        world.live.refused = None
        monkeypatch.setattr(world.live, "expect", too_often)
        flood = await world.post("/twilio/voice", {"CallSid": CA2})
        assert "<Say" in flood.text and "<Dial" not in flood.text

    play(story, fallback_number="+15005550009")
