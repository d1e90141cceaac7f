"""Providers are found by their files, and importing them is cheap."""

import subprocess
import sys

import pytest

from offhook.agents.model import Agent
from offhook.errors import ConfigurationError
from offhook.speech.ports import ProviderConfig, Setup
from offhook.speech.registry import (
    Kind,
    create_language_model,
    create_voice,
    provider,
    provider_labels,
    provider_name,
    provider_of,
    providers,
    with_fallbacks,
)

HEAVY = ("ctranslate2", "onnxruntime", "hibari", "tokenizers", "xllamacpp")


@pytest.mark.parametrize(
    ("kind", "names"),
    [(Kind.STT, {"local", "scripted"}), (Kind.LLM, {"grounded", "scripted"}), (Kind.TTS, {"local", "scripted"})],
)
def test_every_port_works_without_a_key(kind: Kind, names: set[str]) -> None:
    assert names <= set(providers(kind))
    for name in names:
        found = provider(kind, name)
        assert found.keys(found.config()) == ()


@pytest.mark.parametrize("kind", list(Kind))
def test_a_provider_is_named_as_its_file(kind: Kind) -> None:
    for name, found in providers(kind).items():
        assert found.module.__name__ == f"offhook.speech.{kind}.{name.replace('-', '_')}"
        assert provider_name(found.config) == name
        assert provider_of(kind, found.config.model_construct()) is found


def test_an_unknown_provider_is_named_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"stt\.provider.*'nobody'.*local"):
        provider(Kind.STT, "nobody")


def test_models_may_depend_on_the_configuration() -> None:
    found = provider(Kind.STT, "local")
    assert found.models(found.config.model_validate({"provider": "local"})) == ("whisper-base",)
    small = found.config.model_validate({"provider": "local", "model": "whisper-tiny.en"})
    assert found.models(small) == ("whisper-tiny.en",)


def test_a_port_is_created_from_its_block() -> None:
    config = provider(Kind.TTS, "scripted").config()
    voice = create_voice(config, Setup())
    assert callable(voice.synthesize)


@pytest.mark.parametrize(
    ("stt", "names"),
    [
        ({"provider": "deepgram"}, ["deepgram", "local"]),
        ({"provider": "deepgram", "fallback": []}, ["deepgram"]),
        ({"provider": "deepgram", "fallback": [{"provider": "scripted"}]}, ["deepgram", "scripted", "local"]),
        ({"provider": "deepgram", "fallback": [{"provider": "local"}]}, ["deepgram", "local"]),
        ({"provider": "local"}, ["local"]),
        ({"provider": "scripted"}, ["scripted"]),
    ],
)
def test_a_transcriber_of_this_machine_is_always_there(stt: dict[str, object], names: list[str]) -> None:
    agent = Agent.model_validate({"name": "shop", "stt": stt})
    assert [provider_of(Kind.STT, config).name for config in with_fallbacks(Kind.STT, agent.stt)] == names


def test_a_list_is_as_the_owner_wrote_it() -> None:
    agent = Agent.model_validate(
        {
            "name": "shop",
            "llm": {"provider": "openai", "fallback": [{"provider": "anthropic"}, {"provider": "grounded"}]},
            "tts": {"provider": "local"},
        }
    )
    assert provider_labels(Kind.LLM, agent.llm) == ["openai gpt-4o", "anthropic claude-haiku-5-5", "grounded"]
    assert with_fallbacks(Kind.TTS, agent.tts) == (agent.tts,)


def test_one_health_for_one_model_at_one_address() -> None:
    setup = Setup()
    openai, scripted = provider(Kind.LLM, "openai").config, provider(Kind.LLM, "scripted").config
    home = {"base_url": "http://127.0.0.1:9/v1"}
    for fields in ({}, {"temperature": 1.0}, {"model": "gpt-5-mini"}):
        create_language_model(openai.model_validate({**home, **fields}), setup)
    for seed in (1, 1, 2):
        create_language_model(scripted.model_validate({"seed": seed}), setup)
    assert len(setup.health.snapshot(0.0)) == 2 + 2


def test_blocks_refuse_what_they_do_not_know() -> None:
    for kind in Kind:
        for found in providers(kind).values():
            assert issubclass(found.config, ProviderConfig)
            assert found.config.model_config.get("extra") == "forbid"


def test_finding_providers_loads_no_engine() -> None:
    code = (
        "import sys; from offhook.speech.registry import Kind, providers; [providers(kind) for kind in Kind];"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", "engines are loaded when they are prepared, not when they are listed"
