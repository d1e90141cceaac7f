"""The live day against the stand-ins: every question is put, and a vendor that does otherwise is told."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offhook.errors import ConfigurationError
from offhook.live import models
from offhook.live.day import EXCHANGES, QUESTIONS, entries, live_day
from offhook.live.purse import MOST_DOLLARS, Purse, PurseEmpty
from offhook.live.question import Result, Verdict
from offhook.live.report import MARKS, as_document, as_markdown
from offhook.simulator.vendors import anthropic, azure, deepgram_query, deepgram_v1
from offhook.simulator.vendors.deepgram import Break, DeepgramFaults
from offhook.simulator.vendors.deepgram_v1 import NovaWays
from offhook.simulator.vendors.deepgram_v2 import FluxWays
from offhook.simulator.vendors.latency import Delay
from offhook.simulator.vendors.server import Fault, Latency
from offhook.simulator.vendors.sockets import Pace, Refusal, SpeechFault
from offhook.simulator.vendors.sound import SoundFault
from offhook.speech.ports import Usage
from tests.live_world import LiveWorld, ago, document, in_world

BY_HAND = {
    "twilio-after-connect",
    "twilio-mark-after-clear",
    "twilio-largest-media",
    "twilio-media-format",
    "twilio-callbacks",
}


def test_every_question_is_put_and_comes_out_as_we_believe(tmp_path: Path) -> None:
    async def check(world: LiveWorld) -> None:
        results = await world.ask()
        wrong = {
            result.name: (result.verdict.value, result.came)
            for result in results.values()
            if result.verdict is not (Verdict.BY_HAND if result.name in BY_HAND else Verdict.AS_EXPECTED)
        }
        assert not wrong
        assert {question.name for question in QUESTIONS} <= results.keys()
        assert len(results) == len(QUESTIONS) + 8, "and an exchange with each of eight providers"
        spent = sum(result.dollars for result in results.values())
        assert 0 < spent < MOST_DOLLARS / 2

    in_world(tmp_path, check)


def test_questions_are_named_once_and_say_what_is_expected() -> None:
    names = [question.name for question in QUESTIONS]
    assert len(names) == len(set(names))
    for question in (*QUESTIONS, *EXCHANGES.values()):
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", question.name)
        assert question.text.endswith("?") and question.expected
        assert (question.ask is None) is bool(question.by_hand)


# ── a vendor that does otherwise ─────────────────────────────────────────────────────────────────────────────────

Change = Callable[[LiveWorld, pytest.MonkeyPatch], None]


def nova(**ways: Any) -> Change:
    def change(world: LiveWorld, _: pytest.MonkeyPatch) -> None:
        world.server("deepgram").faults = DeepgramFaults(nova=NovaWays(**ways))

    return change


def attribute(vendor: str, name: str, value: Any) -> Change:
    def change(world: LiveWorld, _: pytest.MonkeyPatch) -> None:
        assert name in vars(world.server(vendor)), "the stand-in knows no other way"
        setattr(world.server(vendor), name, value)

    return change


def every(vendor: str, *faults: SpeechFault | None) -> Change:
    def change(world: LiveWorld, _: pytest.MonkeyPatch) -> None:
        world.server(vendor).faults.extend(faults)

    return change


def muted(world: LiveWorld, _: pytest.MonkeyPatch) -> None:
    world.server("deepgram").faults = DeepgramFaults(breaks=(Break(kind="mute", after_s=0.02),) * 2)


def no_old_model(_: LiveWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepgram_query, "V1_MODELS", re.compile("nova-3$"))


def old_flux(world: LiveWorld, _: pytest.MonkeyPatch) -> None:
    world.server("deepgram").faults = DeepgramFaults(flux=FluxWays(is_old=True))


def words_only(_: LiveWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepgram_v1, "with_figures", lambda said, **_: said)


def late_model(world: LiveWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.server("openai"), "_latency", Latency(Delay(0.2)))
    monkeypatch.setattr(models, "SOON_S", 0.1)


def takes_all_thoughts(_: LiveWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anthropic, "check_thoughts", lambda *_: None)


def any_locale(_: LiveWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(azure, "LOCALE", re.compile(".+"))


def refused_sockets(world: LiveWorld, _: pytest.MonkeyPatch) -> None:
    world.server("elevenlabs").refusals.extend([Refusal(status=429, reason="too_many_concurrent_requests")] * 9)


def old_price(world: LiveWorld, _: pytest.MonkeyPatch) -> None:
    ago(world.rest, 4000)


OTHERWISE: dict[str, Change] = {
    "deepgram-finalize-position": nova(finalize="never"),
    "deepgram-keep-alive": attribute("deepgram", "idle_s", 0.02),
    "deepgram-numbers": words_only,
    "deepgram-phone-model": no_old_model,
    "deepgram-listeners": attribute("deepgram", "most_streams", 3),
    "deepgram-flux-mulaw": muted,
    "deepgram-flux-force-end": old_flux,
    "aura-idle": attribute("deepgram-speak", "idle_s", 0.1),
    "aura-connections": attribute("deepgram-speak", "sockets", 3),
    "deepgram-flux-interrupt": attribute("deepgram-speak", "knows_interrupt", False),
    "openai-retired-model": attribute("openai", "usual_fault", Fault("unauthorized")),
    "openai-tools-and-effort": attribute("openai", "usual_fault", Fault("error")),
    "openai-first-token": late_model,
    "anthropic-thoughts-left-out": takes_all_thoughts,
    "elevenlabs-spelling": attribute("elevenlabs", "spelling", "snake"),
    "elevenlabs-final": every("elevenlabs", None, SpeechFault(kind="no_final", after=1)),
    "elevenlabs-concurrency": refused_sockets,
    "cartesia-cancel": every("cartesia", None, SpeechFault(kind="error", after=0, code=500)),
    "azure-content-type": attribute("azure", "usual_fault", SoundFault("html")),
    "azure-language-alone": any_locale,
    "twilio-price": old_price,
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_vendor_that_does_otherwise_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(world: LiveWorld) -> None:
        OTHERWISE[name](world, monkeypatch)
        verdict, came = await world.verdict(name)
        assert verdict is Verdict.DIFFERENT, came

    in_world(tmp_path, check)


def test_every_question_that_is_put_can_fail() -> None:
    elsewhere = {"twilio-account", "twilio-recording", "twilio-signature"}
    put = {question.name for question in QUESTIONS if question.ask or question.log}
    assert OTHERWISE.keys() | elsewhere == put, "each is shown both ways, here or in a test of its own"


def test_providers_that_refuse_the_key_fail_and_say_so(tmp_path: Path) -> None:
    async def check(world: LiveWorld) -> None:
        for vendor in world.standins.listening:
            world.standins.fail(vendor, "unauthorized")
        results = await world.ask()
        for name in ("deepgram", "openai", "anthropic", "elevenlabs", "cartesia", "azure"):
            found = [result for result in results.values() if result.name.startswith(name)]
            failed = [result for result in found if result.verdict is Verdict.FAILED]
            assert failed, name
            assert all("401" in result.came or "invalid_api_key" in result.came for result in failed), failed
            assert not any(result.verdict is Verdict.AS_EXPECTED for result in found), found

    in_world(tmp_path, check)


def test_a_suspended_account_and_a_recording_that_is_gone(tmp_path: Path) -> None:
    async def check(world: LiveWorld) -> None:
        world.rest.account_status = "suspended"
        verdict, came = await world.verdict("twilio-account")
        assert (verdict, came) == (Verdict.FAILED, "the account is suspended; see Twilio's console")
        world.environment["TWILIO_AUTH_TOKEN"] = "f" * 32
        for name in ("twilio-account", "twilio-recording", "twilio-price"):
            verdict, came = await world.verdict(name)
            assert verdict is Verdict.FAILED
            assert came == "Twilio answered 401; check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"

    in_world(tmp_path, check)


def test_an_account_of_two_voices_at_once_refuses_with_a_code_that_is_known(tmp_path: Path) -> None:
    async def check(world: LiveWorld) -> None:
        world.server("elevenlabs").concurrency = 2
        world.server("elevenlabs").pace = Pace(first_audio=Delay(0.3))
        verdict, told = await world.verdict("elevenlabs-concurrency")
        assert verdict is Verdict.AS_EXPECTED
        assert told.startswith("4 of 6 were refused: too_many_concurrent_requests"), told

    in_world(tmp_path, check)


def test_a_region_is_the_vendors_own_and_another_server_is_not(tmp_path: Path) -> None:
    llm = {"provider": "openai", "base_url": "https://api.groq.com/openai/v1", "key_env": "GROQ_API_KEY"}
    stt = {"provider": "deepgram", "base_url": "https://api.eu.deepgram.com"}

    async def check(world: LiveWorld) -> None:
        async with world.plan() as plan:
            asked = {entry.question.name: entry.subject for entry in entries(plan.subjects, [])}
        assert asked["openai-retired-model"] is None and asked["openai-answers"] is not None
        assert asked["deepgram-flux-force-end"] is not None
        world.environment["ELEVENLABS_API_KEY"] = "a-real-one"
        async with world.plan() as plan:
            asked = {entry.question.name: entry.subject for entry in entries(plan.subjects, [])}
        assert asked["elevenlabs-final"] is None, "a server of this machine is no vendor, unless it is a stand-in"
        assert asked["cartesia-cancel"] is not None

    in_world(tmp_path, check, llm=llm, stt=stt)


def test_the_log_of_a_server_answers_the_signature(tmp_path: Path) -> None:
    async def check(world: LiveWorld) -> None:
        verdict, came = await world.verdict("twilio-signature")
        assert (verdict, came) == (Verdict.AS_EXPECTED, "wss, without a slash, without a port")
        other = "x INFO < the media socket is signed as wss, with a slash, without a port\n"
        assert (await world.verdict("twilio-signature", log=other))[0] is Verdict.DIFFERENT
        verdict, came = await world.verdict("twilio-signature", log="nothing of it")
        assert verdict is Verdict.BY_HAND and "--log" in came

    in_world(tmp_path, check)


# ── who is asked, and for how much ───────────────────────────────────────────────────────────────────────────────


def test_who_is_not_configured_is_not_asked(tmp_path: Path) -> None:
    async def check(world: LiveWorld) -> None:
        del world.environment["CARTESIA_API_KEY"], world.environment["TWILIO_AUTH_TOKEN"]
        found = document(world.standins, ("cartesia", "deepgram-speak"))
        world.agent.write_text(json.dumps({**found, "llm": {"provider": "scripted"}}), "utf-8")
        results = await world.ask()
        unasked = {name: result.came for name, result in results.items() if result.verdict is Verdict.NOT_ASKED}
        assert unasked["elevenlabs-spelling"] == "no block of this agent is ElevenLabs's own"
        assert unasked["openai-retired-model"] == "no block of this agent is OpenAI's own"
        assert unasked["cartesia-speaks"] == "CARTESIA_API_KEY not set"
        assert unasked["twilio-account"] == "TWILIO_AUTH_TOKEN not set"
        assert not {"openai-answers", "elevenlabs-speaks"} & results.keys()
        assert not world.server("elevenlabs").handshakes and not world.server("cartesia").handshakes
        assert all(not result.asked for result in results.values() if result.verdict is Verdict.NOT_ASKED)

    in_world(tmp_path, check)


def test_only_some_and_none_of_that_name(tmp_path: Path) -> None:
    async def check(world: LiveWorld) -> None:
        assert list(await world.ask("azure-l", "openai-first")) == ["openai-first-token", "azure-language-alone"]
        async with world.plan() as plan:
            with pytest.raises(ConfigurationError, match="azure-language-alone"):
                entries(plan.subjects, ["nobody"])

    in_world(tmp_path, check)


def test_nothing_is_asked_for_more_than_is_left(tmp_path: Path) -> None:
    async def check(world: LiveWorld) -> None:
        purse = Purse(0.002)
        results = await world.ask(purse=purse)
        assert purse.spent <= 0.002
        stopped = [result for result in results.values() if "is left" in result.came]
        assert stopped and all(result.verdict is Verdict.NOT_ASKED for result in stopped)
        assert results["azure-language-alone"].verdict is Verdict.NOT_ASKED
        # What costs nothing is asked all the same.
        assert results["deepgram-listeners"].verdict is Verdict.AS_EXPECTED
        assert sum(result.dollars for result in results.values()) == pytest.approx(purse.spent)

    in_world(tmp_path, check)


def test_a_purse_counts_from_above_and_gives_back_what_was_not_used() -> None:
    purse = Purse(0.01)
    thought = purse.think("openai", "gpt-4o", 1000, 400)
    assert purse.spent == pytest.approx((1000 * 2.5 + 400 * 10) / 1e6)
    thought.took(Usage(100, 4))
    assert purse.spent == pytest.approx((100 * 2.5 + 4 * 10) / 1e6)
    thought.took(Usage(10**9, 10**9))
    assert purse.spent < 0.01, "a vendor that counts nonsense spends no more than was held"
    with pytest.raises(PurseEmpty):
        purse.think("openai", "a-model-that-nobody-knows", 1000, 400)
    before = purse.spent
    with pytest.raises(PurseEmpty):
        purse.speak("x" * 100)
    assert purse.spent == before


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_report_holds_every_answer_and_no_secret(tmp_path: Path) -> None:
    """Also where a vendor repeats the key that it was given, and Twilio its account."""

    async def check(world: LiveWorld) -> None:
        secrets = {
            name: f"canary-{number}-0123456789abcdef" for number, name in enumerate(world.standins.environment())
        }
        world.environment |= secrets
        async with world.plan() as plan:
            results = [result async for result in live_day(plan)]
            page = as_markdown(results, plan.purse.spent, plan.mask)
            data = json.dumps(as_document(results, plan.purse.spent, plan.mask))
        hidden = [*secrets.values(), world.environment["TWILIO_ACCOUNT_SID"], world.environment["TWILIO_AUTH_TOKEN"]]
        for text in (page, data):
            assert not [secret for secret in hidden if secret in text or secret[7:] in text]
            assert str(tmp_path) not in text and "127.0.0.1" not in text
            assert all(result.name in text for result in results)
        assert {result.verdict for result in results} >= {Verdict.FAILED, Verdict.BY_HAND}

    in_world(tmp_path, check)


def test_a_report_hides_numbers_and_ids_and_keeps_its_tables() -> None:
    odd = Result(
        name="a-b", vendor="Twilio", text="Who?", expected="x", verdict=Verdict.DIFFERENT,
        came="call CA0123456789abcdef0123456789abcdef from +4930123456 | sk-key said so",
    )  # fmt: skip
    page = as_markdown([odd], 0.0, lambda text: text.replace("sk-key", "****"))
    assert "call **** from **** ¦ **** said so" in page
    assert f"| {MARKS[Verdict.DIFFERENT]} different |" in page
    found = as_document([odd], 0.12345, lambda text: text)
    assert found["verdicts"] == {"different": 1} and found["dollars"] == 0.1235
