"""The catalogue of models: whole, and heard by the owner in time."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import anthropic.types.model
import openai.types.shared.chat_model
import pytest
from anthropic._data import DEPRECATED_MODELS
from pydantic import ValidationError

from offhook.agents.model import Agent
from offhook.checks.agent import of_agent
from offhook.errors import ConfigurationError
from offhook.platform.checks import Check, Mark
from offhook.settings import Settings
from offhook.speech.catalogue import (
    config_refusals,
    config_warnings,
    family_of,
    key_header,
    model_entry,
    models,
    refusal,
    server_quirks,
    warnings,
)
from offhook.speech.families import UNKNOWN
from offhook.speech.llm import anthropic as claude
from offhook.speech.llm import openai as gpt
from offhook.speech.ports import Setup
from offhook.speech.tts import azure
from offhook.speech.tts import openai as openai_voice

OPENAIS: tuple[str, ...] = get_args(openai.types.shared.chat_model.ChatModel)
ANTHROPICS: tuple[str, ...] = get_args(get_args(anthropic.types.model.Model)[0])
NOT_A_MODEL = "gpt-5.1-mini"
"""Kept in the vendor's library for compatibility only, as it says itself."""


def test_every_entry_is_one_of_a_kind_and_has_a_known_successor() -> None:
    names = [(entry.provider, entry.name) for entry in models()]
    assert len(names) == len(set(names))
    for entry in models():
        assert not entry.successor or model_entry(entry.provider, entry.successor) is not None
        if entry.price is not None:
            assert 0 < entry.price.tokens_in <= entry.price.tokens_out
    assert model_entry("openai", gpt.Config().model) is not None
    voice = model_entry("openai", openai_voice.Config().model)
    assert voice is not None and voice.kind == "tts"
    assert model_entry("anthropic", claude.Config().model) is not None


def test_a_successor_serves_an_agent_with_tools_for_longer() -> None:
    for entry in models():
        if entry.successor:
            assert not refusal(entry.provider, entry.successor, has_tools=True), entry.name
            successor = model_entry(entry.provider, entry.successor)
            assert successor is not None and successor.ends_at is None, entry.name


@pytest.mark.parametrize(("vendor", "names"), [("openai", OPENAIS), ("anthropic", ANTHROPICS)])
def test_every_model_of_the_vendors_own_library_is_known_and_has_a_family(vendor: str, names: tuple[str, ...]) -> None:
    assert len(names) > 15
    for name in set(names) - {NOT_A_MODEL}:
        assert model_entry(vendor, name) is not None, name
        assert family_of(vendor, name) is not UNKNOWN, name


def names_in(package: str, pattern: str) -> set[str]:
    """Models that a vendor's library names anywhere in its types and tables."""
    root = Path(__import__(package).__file__ or "").parent
    found = {name for path in root.rglob("*.py") for name in re.findall(pattern, path.read_text("utf-8"))}
    return {name for name in found if "/" not in name}


def test_no_model_that_a_vendors_library_names_is_unknown_here() -> None:
    """By a family for each: what an owner types is one of these names, or their snapshots."""
    claudes = names_in("anthropic", r'"(claude-(?:\d|[a-z]+-\d|instant)[a-z0-9.-]*)"')
    gpts = names_in("openai", r'"((?:gpt-\d|o\d|chatgpt|codex)[a-z0-9.-]*)"')
    assert len(claudes) > 20 and len(gpts) > 80
    assert [name for name in sorted(claudes) if family_of("anthropic", name) is UNKNOWN] == []
    assert [name for name in sorted(gpts) if family_of("openai", name) is UNKNOWN] == []
    assert [name for name in sorted(claudes) if model_entry("anthropic", name) is None] == []


def test_every_model_of_the_catalogue_has_a_family() -> None:
    models_of_language = [entry for entry in models() if entry.kind == "llm"]
    assert [entry.name for entry in models_of_language if family_of(entry.provider, entry.name) is UNKNOWN] == []


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("claude-opus-4-1", "was switched off on 2026-08-05; take claude-opus-5"),
        ("claude-opus-4-1-20250805", "was switched off on 2026-08-05"),
        ("claude-sonnet-4-0", "was switched off on 2026-06-15; take claude-sonnet-5-5"),
        ("claude-3-5-haiku-latest", "was switched off on 2026-02-19; take claude-haiku-5-5"),
        ("claude-3-opus-latest", "was switched off on 2026-01-05"),
        ("claude-haiku-4-5", "was promised until 2026-10-15 only, and may end soon; take claude-haiku-5-5"),
        ("claude-haiku-4-5-20251001", "was promised until 2026-10-15 only"),
    ],
)
def test_old_claudes_are_told_by_all_their_names(model: str, words: str) -> None:
    (found,) = warnings("anthropic", model, date(2026, 11, 28))
    assert words in found


def test_what_was_promised_for_longer_is_nothing_to_tell() -> None:
    assert warnings("anthropic", "claude-haiku-4-5", date(2026, 10, 14)) == []


def test_the_days_of_shutdown_are_those_of_the_vendors_libraries() -> None:
    for name, day in DEPRECATED_MODELS.items():
        entry = model_entry("anthropic", name)
        told = datetime.strptime(re.sub(r"(?<=\d)(?:st|nd|rd|th)", "", day), "%B %d, %Y").replace(tzinfo=UTC).date()
        assert entry is not None and entry.ends_at == told, name
    text = Path(openai.types.shared.chat_model.__file__).read_text("utf-8")
    told_of: dict[str, str] = {}
    for part in text.partition("Deprecated values:")[2].split("\n- "):
        found = re.search(r"shutdown\s+date:\s+(\d{4}-\d{2}-\d{2})", part)
        told_of |= dict.fromkeys(re.findall(r'"([\w.-]+)"', part), found[1]) if found else {}
    for name, day in told_of.items():
        entry = model_entry("openai", name)
        assert entry is not None and str(entry.ends_at) == day, name


@pytest.mark.parametrize(
    ("model", "has_tools", "words"),
    [
        ("gpt-6-astra", True, "takes no tools at this address"),
        ("gpt-6.2-sol", True, "choose gpt-6-luna"),
        ("gpt-6.1-sol", False, ""),
        ("gpt-5.2-pro", False, "/v1/responses"),
        ("gpt-audio-mini", False, "wants sound"),
        ("gpt-6-luna", True, ""),
        ("gpt-9-nova", True, ""),
    ],
)
def test_a_model_that_cannot_serve_is_refused_in_words(model: str, has_tools: bool, words: str) -> None:
    found = config_refusals(gpt.Config(model=model), has_tools=has_tools)
    assert words in " ".join(found) and bool(found) is bool(words)
    at_azure = gpt.Config(model="mine", like=model, base_url="https://x.openai.azure.com/openai/v1")
    assert bool(config_refusals(at_azure, has_tools=has_tools)) is bool(words)
    elsewhere = gpt.Config(model=model, base_url="http://127.0.0.1:4000/v1")
    assert not config_refusals(elsewhere, has_tools=has_tools), "a gateway may do it by another wire"
    setup = Setup(key=lambda _: "k" * 20, tools=("end_call",) if has_tools else ())
    if words:
        with pytest.raises(ConfigurationError, match=re.escape(words)):
            gpt.create(gpt.Config(model=model), setup)
    else:
        gpt.create(gpt.Config(model=model), setup)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (claude.Config(model="claude-opus-5-5"), "thinks before every reply and cannot be told not to"),
        (gpt.Config(model="o3"), "choose gpt-6-luna"),
        (gpt.Config(model="desk", base_url="https://x.openai.azure.com/openai/v1"), "say by `like`"),
        (gpt.Config(model="desk", like="gpt-6-luna", base_url="https://x.openai.azure.com/openai/v1"), ""),
        (gpt.Config(model="desk", base_url="http://127.0.0.1:8000/v1"), ""),
        (claude.Config(model="claude-haiku-5-5"), ""),
        (claude.Config(model="claude-sonnet-4-5"), "ends on 2026-11-30, in 2 days; take claude-sonnet-5-5"),
        (claude.Config(model="claude-sonnet-4-5-20250929"), "ends on 2026-11-30"),
        (gpt.Config(model="gpt-5-mini"), "ends on 2026-12-11, in 13 days; take gpt-6.1-terra"),
    ],
)
def test_what_an_owner_should_know_of_a_model(config: gpt.Config | claude.Config, words: str) -> None:
    found = " ".join(config_warnings(config, date(2026, 11, 28)))
    assert words in found and bool(found) is bool(words)


def doctor(agent: Agent) -> list[Check]:
    """What it says about the agent."""
    return list(of_agent(agent, Settings()))


def test_the_doctor_refuses_it_too() -> None:
    agent = Agent.model_validate({"name": "sample", "llm": {"provider": "openai", "model": "gpt-6-astra"}})
    agent = agent.model_copy(
        update={"tools": Agent.model_validate({"name": "s", "tools": [{"name": "end_call"}]}).tools}
    )
    (check,) = (check for check in doctor(agent) if check.mark is Mark.BAD and "not set" not in check.found)
    assert "gpt-6-astra" in check.found and "gpt-6-luna" in check.advice
    fine = Agent.model_validate({"name": "sample", "llm": {"provider": "openai"}})
    assert all("not set" in check.found for check in doctor(fine) if check.mark is Mark.BAD)


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
    assert config_warnings(gpt.Config(), today)
    assert not config_warnings(gpt.Config(base_url="http://127.0.0.1:8000/v1"), today)
    assert not config_warnings(Agent(name="sample").llm, today)


def test_the_doctor_tells_it() -> None:
    (check,) = (
        check
        for check in doctor(Agent.model_validate({"name": "sample", "llm": {"provider": "openai"}}))
        if " ends on " in check.found
    )
    assert "gpt-4o" in check.found and check.advice == "take gpt-6-luna"


def test_an_owner_is_told_when_a_voice_ends() -> None:
    (warning,) = config_warnings(openai_voice.Config(), date(2026, 11, 21))
    assert warning.startswith("openai's gpt-4o-mini-tts ends on 2027-01-06, in 46 days; ")
    assert "another voice" in warning
    assert not config_warnings(openai_voice.Config(base_url="http://127.0.0.1:8000/v1"), date(2026, 11, 21))
    assert not config_warnings(azure.Config(region="westeurope"), date(2026, 11, 21))
    (check,) = (
        check
        for check in doctor(Agent.model_validate({"name": "sample", "tts": {"provider": "openai"}}))
        if " ends on " in check.found
    )
    assert "gpt-4o-mini-tts" in check.found and "another voice" in check.advice


@pytest.mark.parametrize("cloud", ["azure.com", "azure.us", "azure.cn"])
@pytest.mark.parametrize("host", ["x.openai", "x.services.ai", "x.cognitiveservices"])
@pytest.mark.parametrize(
    "path", ["", "/", "/openai", "/openai/", "/openai/v1", "/openai/v1/", "/openai/v1/chat/completions"]
)
def test_azures_address_has_its_path(host: str, cloud: str, path: str) -> None:
    config = gpt.Config(model="mine", like="gpt-6-luna", base_url=f"https://{host}.{cloud}{path}")
    assert config.base_url == f"https://{host}.{cloud}/openai/v1"


@pytest.mark.parametrize("path", ["/openai/deployments/mine", "/openai/deployments/mine/chat/completions", "/v1"])
def test_an_old_address_of_azure_is_refused_in_words(path: str) -> None:
    with pytest.raises(ValidationError, match=r"ends in /openai/v1; the name of a deployment is the `model`"):
        gpt.Config(model="mine", base_url=f"https://x.openai.azure.us{path}")


def test_other_addresses_stay() -> None:
    for address in ("https://api.groq.com/openai/v1", "http://127.0.0.1:8000/v1", "https://x.azure-api.net/any/path"):
        assert gpt.Config(base_url=address).base_url == address
    assert gpt.Config(base_url="https://a.example/v1/chat/completions").base_url == "https://a.example/v1"
    project = "https://x.services.ai.azure.com/api/projects/one"
    assert gpt.Config(base_url=project).base_url == f"{project}/openai/v1"


def test_servers_may_want_the_key_elsewhere() -> None:
    assert server_quirks("sample.openai.azure.com").auth_header == "api-key"
    assert server_quirks("api.openai.com").auth_header == "Authorization"
    assert key_header("https://sample.openai.azure.com/openai/v1", "k") == {"api-key": "k"}
    assert key_header("https://api.openai.com/v1", "k") == {"Authorization": "Bearer k"}
    for host in (
        "x.openai.azure.us", "x.openai.azure.cn", "x.services.ai.azure.us", "x.cognitiveservices.azure.cn",
        "x.api.cognitive.microsoft.us", "x.azure-api.net", "x.azure-api.us", "X.OpenAI.Azure.US",
    ):  # fmt: skip
        assert key_header(f"https://{host}/openai/v1", "k") == {"api-key": "k"}, host
    for host in ("openai.azure.us.example.com", "azure-api.network", "notazure-api.net", "api.groq.com"):
        assert key_header(f"https://{host}/v1", "k") == {"Authorization": "Bearer k"}, host
    assert key_header("http://127.0.0.1:1/v1", "") == {}
