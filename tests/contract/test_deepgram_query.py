"""What Deepgram is asked for, held against what its stand-in takes: languages, key terms, fillers, figures."""

import asyncio
import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from pydantic import ValidationError

from offhook.errors import ConfigurationError, ProviderRefused, ProviderUnavailable
from offhook.simulator.vendors.deepgram import DeepgramFaults, DeepgramServer
from offhook.simulator.vendors.deepgram_languages import FLUX_HINTS, takes
from offhook.simulator.vendors.deepgram_query import refusal, tokens_of
from offhook.simulator.vendors.deepgram_v1 import NovaHearing, NovaWays
from offhook.simulator.vendors.deepgram_v2 import FluxWays
from offhook.speech.ports import Setup
from offhook.speech.stt import deepgram as stt
from offhook.speech.stt.deepgram_flux import FORCE_END_TURN
from offhook.speech.stt.deepgram_query import address as address_of
from offhook.speech.stt.deepgram_query import flux_query, query
from offhook.speech.stt.deepgram_terms import MOST_TOKENS, estimated_tokens, key_terms, left_out
from tests.deepgram_world import Hearing, port_of, spoken

COMPOUNDS = (
    "Donaudampfschifffahrtsgesellschaft Bezirksschornsteinfegermeister Krankenversicherungsnachweis"
    " Rechtsschutzversicherung Haftpflichtversicherung Frühstücksbuffet Wärmepumpeninstallation Heizungsnotdienst"
    " Fußbodenheizung Kieferorthopädie Zahnreinigung Hausarztvermittlungsfall Straßenbahnhaltestelle"
).split()
NAMES = [
    "Grzegorz Brzęczyszczykiewicz",
    "Þórunn Jónsdóttir",
    "Siobhán Ní Dhomhnaill",
    "Ömer Yıldırım",
    "Müller-Heßling",
]
CALL_SIGNS = ["PGT302", "EZS93AV", "WZZ9654", "OKXAI04", "AKEVA", "LKPR"]
OTHER_SCRIPTS = ["Шереметьево", "Θεσσαλονίκη", "लक्ष्मी नारायण", "浦东国际机场", "アレクサンドラ", "თბილისი"]


def many(terms: list[str], count: int = 400) -> tuple[str, ...]:
    """So many different terms like these."""
    return tuple(f"{terms[at % len(terms)]} {at // len(terms)}" for at in range(count))


# ── key terms ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("terms", [COMPOUNDS, NAMES, CALL_SIGNS, OTHER_SCRIPTS, ["a", "spa"], ["x" * 90]])
@pytest.mark.parametrize("model", ["nova-3", "flux-general-en", "nova-2"])
def test_a_long_vocabulary_is_taken(model: str, terms: list[str]) -> None:
    setup = Setup(vocabulary=many(terms))
    config = stt.Config(model=model)
    path, text = ("/v2/listen", flux_query(config, setup)) if config.is_flux else ("/v1/listen", query(config, setup))
    assert refusal(path, parse_qs(text)) is None
    assert model == "nova-2" or len(parse_qs(text)["keyterm"]) >= 9, "and most of what fits is given"


def test_the_first_terms_are_kept_and_the_rest_is_known() -> None:
    vocabulary = many(COMPOUNDS)
    taken = key_terms(vocabulary)
    assert taken[:20] == list(vocabulary[:20])
    assert sum(map(estimated_tokens, taken)) <= MOST_TOKENS
    assert set(taken) | set(left_out(vocabulary)) == set(vocabulary)
    assert key_terms(["Harbour  Hotel", "Harbour Hotel", " ", "z" * 101]) == ["Harbour Hotel"]


@pytest.mark.parametrize("terms", [COMPOUNDS, NAMES, CALL_SIGNS, OTHER_SCRIPTS, ["Harbour Hotel", "late checkout"]])
def test_the_estimate_is_on_the_safe_side(terms: list[str]) -> None:
    assert sum(map(estimated_tokens, terms)) * 500 / MOST_TOKENS >= tokens_of(terms)


def test_what_is_left_out_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        setup = Setup(vocabulary=many(COMPOUNDS), key=lambda name: "k")
        for model in ("nova-2", "nova-3"):
            await stt.create(stt.Config(model=model), setup).prepare()

    caplog.set_level(logging.WARNING)
    asyncio.run(main())
    assert caplog.text.count("left out") == 1, "nova-2 takes words, not terms"
    assert "most important first" in caplog.text


REFUSED = "Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500."


@pytest.mark.parametrize("model", ["nova-3", "nova-2", "flux-general-en"])
@pytest.mark.parametrize("reason", [REFUSED, "Bad Request", ""])
def test_key_terms_never_break_a_connection(
    model: str, reason: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever Deepgram counts: it is asked once more without them, which is remembered and told."""

    def strict(path: str, asked: dict[str, list[str]], *, is_old: bool = False) -> tuple[int, str] | None:
        return (400, reason) if {"keyterm", "keywords"} & asked.keys() else refusal(path, asked, is_old=is_old)

    monkeypatch.setattr("offhook.simulator.vendors.deepgram.refusal", strict)

    async def main() -> tuple[list[str], int]:
        async with DeepgramServer() as server:
            setup = Setup(key=lambda name: server.key, vocabulary=("Harbour Hotel",))
            port = await port_of(server, stt.Config(model=model), setup)
            finals = []
            for _ in range(2):
                hearing = Hearing(port)
                hearing.say("a table please")
                hearing.ask()
                await hearing.until_answered()
                await hearing.stop()
                finals += hearing.finals()
            return finals, server.handshakes

    caplog.set_level(logging.WARNING)
    finals, handshakes = asyncio.run(main())
    assert finals == ["a table please", "a table please"]
    assert handshakes == 3, "refused, taken without; the second call is not refused"
    assert caplog.text.count("hears without") == 1
    assert "the key terms" in caplog.text


def test_a_refusal_that_is_not_about_the_terms_costs_no_more_tries() -> None:
    async def main() -> tuple[BaseException | None, int]:
        faults = DeepgramFaults(refuse=400, reason="No such model/language/tier combination found.")
        async with DeepgramServer(faults=faults) as server:
            setup = Setup(key=lambda name: server.key, vocabulary=("Harbour Hotel",))
            return await Hearing(await port_of(server, setup=setup)).error(), server.handshakes

    error, handshakes = asyncio.run(main())
    assert type(error) is ProviderRefused
    assert handshakes == 1


def test_a_refusal_of_everything_ends() -> None:
    async def main() -> tuple[BaseException | None, int]:
        async with DeepgramServer(
            faults=DeepgramFaults(refuse=400, reason="filler_words keyterm smart_format")
        ) as server:
            setup = Setup(key=lambda name: server.key, vocabulary=("Harbour Hotel",))
            return await Hearing(await port_of(server, setup=setup)).error(), server.handshakes

    error, handshakes = asyncio.run(main())
    assert type(error) is ProviderRefused
    assert handshakes == 4


def test_nothing_is_sent_twice_to_a_server_that_is_only_full() -> None:
    async def main() -> tuple[BaseException | None, int]:
        async with DeepgramServer(faults=DeepgramFaults(refuse=429, reason="Too many requests keyterm")) as server:
            setup = Setup(key=lambda name: server.key, vocabulary=("Harbour Hotel",))
            return await Hearing(await port_of(server, setup=setup)).error(), server.handshakes

    error, handshakes = asyncio.run(main())
    assert type(error) is ProviderUnavailable
    assert handshakes == 1


# ── older servers ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_flux_that_does_not_force_an_end_is_asked_once(caplog: pytest.LogCaptureFixture) -> None:
    ways = FluxWays(is_old=True, updates_in_silence=False)

    async def main() -> list[str]:
        async with DeepgramServer(faults=DeepgramFaults(flux=ways)) as server:
            port = await port_of(server, stt.Config(model="flux-general-en", eot_threshold=1.0, eot_timeout_ms=20_000))
            hearing = Hearing(port)
            hearing.say("my number is", ends_turn=False)
            hearing.ask()
            error = await hearing.error()
            assert isinstance(error, ProviderUnavailable)
            for _ in range(2):
                again = Hearing(port)
                again.say("my number is", ends_turn=False)
                again.ask()
                await again.until_answered()
                await again.stop()
                assert " ".join(again.finals()) == "my number is"
            return server.texts

    caplog.set_level(logging.WARNING)
    texts = asyncio.run(main())
    assert texts.count(FORCE_END_TURN) == 1
    assert caplog.text.count("does not know ForceEndTurn") == 1
    assert "eot_threshold above 0.9" in caplog.text
    assert "eot_timeout_ms above 10000" in caplog.text


# ── languages ────────────────────────────────────────────────────────────────────────────────────────────────────

AGENTS = (
    "en-US en-GB de-DE de-AT de-CH es-ES es-MX fr-FR fr-CA it-IT nl-NL nl-BE pt-BR pt-PT nb-NO zh-TW zh-Hant-TW zh-CN"
    " zh-HK fil-PH ar-EG ka-GE ja-JP"
).split()
MODELS = ["nova-3", "nova-3-general", "nova-3-medical", "nova-2", "nova-2-phonecall", "nova", "enhanced", "base"]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("language", AGENTS)
def test_a_language_is_taken_or_refused_at_load(model: str, language: str) -> None:
    config, setup = stt.Config(model=model), Setup(language=language)
    own = {"nb-NO": "no", "fil-PH": "tl"}.get(language, language.partition("-")[0])
    if takes(model, language) or takes(model, own):
        assert refusal("/v1/listen", parse_qs(query(config, setup))) is None
    else:
        with pytest.raises(ConfigurationError, match="check_language"):
            query(config, setup)


@pytest.mark.parametrize(
    ("model", "language", "said"),
    [
        ("nova-3-medical", "de-DE", "nova-3"),
        ("nova-2-phonecall", "fr-FR", "nova-3"),
        ("nova-2", "ka-GE", "nova-3"),
        ("nova-3", "gl-ES", "nova-3 with language: multi"),
        ("flux-general-en", "de-DE", "flux-general-multi"),
        ("flux-general-multi", "pl-PL", "nova-3"),
        ("nova-3", "ga-IE", "a model of your own"),
    ],
)
def test_a_model_that_does_not_hear_the_language_is_refused_with_a_choice(model: str, language: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"{model} does not hear {language}") as found:
        stt.create(stt.Config(model=model), Setup(language=language))
    assert said in str(found.value)
    stt.create(stt.Config(model=model, check_language=False), Setup(language=language))


def test_the_choice_is_one_that_works() -> None:
    for language in (*AGENTS, "gl-ES", "pl-PL"):
        for model in (*MODELS, "flux-general-en", "flux-general-multi"):
            try:
                stt.create(stt.Config(model=model), Setup(language=language))
            except ConfigurationError as error:
                choice, *several = error.expected.split(",")[0].split(" with language: ")
                config = stt.Config(model=choice, language="multi") if several else stt.Config(model=choice)
                stt.create(config, Setup(language=language))


@pytest.mark.parametrize(
    ("fields", "language", "hints"),
    [
        ({"model": "nova-3", "language": "multi"}, "de-DE", []),
        (
            {"model": "nova-3", "language": "multi", "language_hints": ("de-CH", "fr", "en-GB")},
            "de-DE",
            ["de", "fr", "en"],
        ),
        ({"model": "nova-2", "language": "multi"}, "es-MX", []),
        ({"model": "flux-general-multi"}, "nl-BE", ["nl"]),
        ({"model": "flux-general-multi", "language_hints": ("pt-BR", "en")}, "pt-BR", ["pt", "en"]),
    ],
)
def test_several_languages(fields: dict[str, Any], language: str, hints: list[str]) -> None:
    config = stt.Config(**fields)
    address = urlsplit(address_of(config, Setup(language=language)))
    asked = parse_qs(address.query)
    assert refusal(address.path, asked) is None
    assert asked.get("language_hint", []) == hints
    assert set(hints) <= FLUX_HINTS


@pytest.mark.parametrize(
    ("fields", "language"),
    [
        ({"model": "nova-2", "language": "multi"}, "de-DE"),
        ({"model": "nova-2-phonecall", "language": "multi"}, "en-US"),
        ({"model": "nova-3", "language": "multi", "language_hints": ("en", "ga")}, "en-US"),
        ({"model": "flux-general-multi", "language_hints": ("pl",)}, "en-US"),
    ],
)
def test_several_languages_that_are_not_heard(fields: dict[str, Any], language: str) -> None:
    with pytest.raises(ConfigurationError, match="does not hear"):
        stt.create(stt.Config(**fields), Setup(language=language))


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"model": "whisper-large"}, "live"), ({"model": "nova-3", "language_hints": ("de",)}, "language: multi")],
)
def test_what_no_model_takes_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        stt.Config(**fields)


# ── fillers and figures ──────────────────────────────────────────────────────────────────────────────────────────


def heard(text: str, asked: str, *, gap: int = 30, ask: bool = True) -> list[str]:
    """Finals of the stand-in for what the caller says."""
    nova = NovaHearing(parse_qs(asked), NovaWays())
    answers = [answer for frame in spoken(text, gap=gap) for answer in nova.hear(frame) or ()]
    answers += nova.control('{"type":"Finalize"}') if ask else []
    found = [msgspec.json.decode(answer) for answer in answers]
    return [one["channel"]["alternatives"][0]["transcript"] for one in found if one.get("is_final")]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("model=nova-3", "my number is five five one two and twenty four"),
        ("model=nova-3&smart_format=true", "my number is 5512 and 24"),
        ("model=nova-3&smart_format=true&no_delay=true", "my number is five five one two and twenty four"),
        ("model=nova-3&numerals=true", "my number is 5512 and 24"),
    ],
)
def test_the_stand_in_formats_as_it_is_asked(asked: str, written: str) -> None:
    assert " ".join(heard("my number is five five one two and twenty four", asked)).strip() == written


def test_a_number_that_may_go_on_is_held_back_until_it_is_asked_for() -> None:
    asked = "model=nova-3&smart_format=true&endpointing=300&interim_results=true"
    assert heard("it is five five one", asked, gap=100, ask=False) == []
    assert heard("it is five five one", asked, gap=20) == ["it is 551"]
    assert heard("it is five five one", asked, gap=160, ask=False) == ["it is 551"]
    assert heard("it is five five one", f"{asked}&no_delay=true", gap=40, ask=False) == ["it is five five one"]


@pytest.mark.parametrize(("model", "written"), [("nova-3", True), ("nova-2", True), ("nova-2-phonecall", False)])
def test_fillers_are_asked_for_and_told(model: str, written: bool) -> None:
    async def main() -> str:
        async with DeepgramServer() as server:
            hearing = Hearing(await port_of(server, stt.Config(model=model)))
            hearing.say("I would like um mhmm")
            hearing.ask()
            await hearing.until_answered()
            await hearing.stop()
            return " ".join(hearing.finals()).strip()

    assert asyncio.run(main()) == ("I would like um mhmm" if written else "I would like mhmm")


def test_a_dictated_number_comes_formatted_and_whole() -> None:
    """Through the socket, with pauses inside: the digits of each question come at once, as figures."""

    async def main() -> list[str]:
        async with DeepgramServer() as server:
            hearing = Hearing(await port_of(server))
            for number, part in enumerate(("five zero three", "five five five", "zero one four two")):
                hearing.say(part, number, gap=10)
                hearing.ask()
                await hearing.until_answered()
            await hearing.stop()
            return hearing.finals()

    assert asyncio.run(main()) == ["503", "555", "0142"]


def test_the_query_has_no_wait_and_no_haste() -> None:
    asked = parse_qs(query(stt.Config(), Setup()))
    assert asked["smart_format"] == ["true"]
    assert "no_delay" not in asked, "it skips the formatting"
    assert asked["filler_words"] == ["true"]
    plain = parse_qs(query(stt.Config(smart_format=False), Setup()))
    assert not {"smart_format", "no_delay"} & plain.keys()
