"""Providers are found by their files, and importing them is cheap."""

import subprocess
import sys

import pytest

from offhook.errors import ConfigurationError
from offhook.speech.ports import ProviderConfig, Setup
from offhook.speech.registry import (
    Kind,
    create_voice,
    provider,
    provider_name,
    provider_of,
    providers,
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
