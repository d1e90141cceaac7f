"""The catalogue of models: whole, and heard by the owner in time."""

from datetime import date

import pytest

from offhook.agents.model import Agent
from offhook.cli.doctor_command import _endings
from offhook.speech.catalogue import config_warnings, key_header, model_entry, models, server_quirks, warnings
from offhook.speech.llm import anthropic, openai
from offhook.speech.tts import azure
from offhook.speech.tts import openai as openai_voice


def test_every_entry_is_one_of_a_kind_and_has_a_known_successor() -> None:
    names = [(entry.provider, entry.name) for entry in models()]
    assert len(names) == len(set(names))
    for entry in models():
        assert not entry.successor or model_entry(entry.provider, entry.successor) is not None
        if entry.price is not None:
            assert 0 < entry.price.tokens_in <= entry.price.tokens_out
    assert model_entry("openai", openai.Config().model) is not None
    voice = model_entry("openai", openai_voice.Config().model)
    assert voice is not None and voice.kind == "tts"
    assert model_entry("anthropic", anthropic.Config().model) is not None


@pytest.mark.parametrize(
    ("model", "today", "expected"),
    [
        ("gpt-4o", date(2026, 11, 21), "openai's gpt-4o ends on 2027-01-14, in 54 days; take gpt-6-luna"),
        ("gpt-4o-2024-08-06", date(2027, 1, 13), "openai's gpt-4o-2024-08-06 ends on 2027-01-14, in 1 day; take gpt-6"),
        ("gpt-4o", date(2027, 1, 14), "openai's gpt-4o was switched off on 2027-01-14; take gpt-6-luna"),
        ("gpt-6-luna", date(2026, 11, 21), ""),
        ("somebody-elses", date(2026, 11, 21), ""),
    ],
)
def test_an_owner_is_told_when_a_model_ends(model: str, today: date, expected: str) -> None:
    assert " ".join(warnings("openai", model, today)).startswith(expected)
    assert bool(warnings("openai", model, today)) is bool(expected)


def test_another_server_keeps_its_own_dates() -> None:
    today = date(2026, 11, 21)
    assert config_warnings(openai.Config(), today)
    assert not config_warnings(openai.Config(base_url="http://127.0.0.1:8000/v1"), today)
    assert not config_warnings(Agent(name="sample").llm, today)


def test_the_doctor_tells_it() -> None:
    (check,) = _endings(Agent.model_validate({"name": "sample", "llm": {"provider": "openai"}}))
    assert "gpt-4o" in check.found and check.advice == "take gpt-6-luna"


def test_an_owner_is_told_when_a_voice_ends() -> None:
    (warning,) = config_warnings(openai_voice.Config(), date(2026, 11, 21))
    assert warning.startswith("openai's gpt-4o-mini-tts ends on 2027-01-06, in 46 days; ")
    assert "another voice" in warning
    assert not config_warnings(openai_voice.Config(base_url="http://127.0.0.1:8000/v1"), date(2026, 11, 21))
    assert not config_warnings(azure.Config(region="westeurope"), date(2026, 11, 21))
    (check,) = _endings(Agent.model_validate({"name": "sample", "tts": {"provider": "openai"}}))
    assert "gpt-4o-mini-tts" in check.found and "another voice" in check.advice


def test_servers_may_want_the_key_elsewhere() -> None:
    assert server_quirks("sample.openai.azure.com").auth_header == "api-key"
    assert server_quirks("api.openai.com").auth_header == "Authorization"
    assert key_header("https://sample.openai.azure.com/openai/v1", "k") == {"api-key": "k"}
    assert key_header("https://api.openai.com/v1", "k") == {"Authorization": "Bearer k"}
    assert key_header("http://127.0.0.1:1/v1", "") == {}
