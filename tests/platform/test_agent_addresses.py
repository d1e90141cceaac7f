"""Who writes agents does not send vendors' keys elsewhere, and does not ask the server's own network."""

from datetime import date
from typing import Any

import pytest

from offhook.platform.agent_documents import Around, judge
from tests.platform.test_line_up import DOCUMENT


def refused(kind: str, block: Any, *private: str) -> list[tuple[str, str]]:
    judged = judge(DOCUMENT | {kind: block}, Around(private_hosts=private), date(2026, 11, 28))
    assert {flaw.code for flaw in judged.flaws} <= {"not_allowed"}, judged.flaws
    return [(flaw.pointer, flaw.detail) for flaw in judged.flaws]


def openai(base_url: str, **more: str) -> dict[str, Any]:
    return {"provider": "openai", "model": "gpt-4.1", "base_url": base_url, **more}


@pytest.mark.parametrize(
    "base_url",
    [
        "http://169.254.169.254/v1", "https://169.254.169.254/v1", "http://127.0.0.1:5432/v1", "https://127.0.0.1/v1",
        "https://localhost/v1", "https://[::1]/v1", "https://10.1.2.3/v1", "https://192.0.0.192/v1",
        "https://[fec0::1]/v1", "https://[64:ff9b::7f00:1]/v1", "http://models.example.com/v1",
    ],
)  # fmt: skip
def test_the_servers_network_and_plain_http_are_for_its_owner_to_allow(base_url: str) -> None:
    for more in ({}, {"key_env": "OWN_KEY"}):
        ((pointer, detail),) = refused("llm", openai(base_url, **more))
        assert pointer == "/llm/base_url" and "OFFHOOK_PRIVATE_HOSTS" in detail
    host = base_url.partition("://")[2].partition("/")[0]
    host = host.strip("[]") if host.startswith("[") else host.partition(":")[0]
    assert refused("llm", openai(base_url), host) == []


@pytest.mark.parametrize(
    ("kind", "block", "is_fit"),
    [
        ("llm", openai("https://api.openai.com/v1"), True),
        ("llm", openai("https://eu.api.openai.com/v1"), True),
        ("llm", openai("https://evil.example/v1"), False),
        ("llm", openai("https://api.openai.com.evil.example/v1"), False),
        ("llm", openai("https://notopenai.com/v1"), False),
        ("llm", openai("https://evil.example/v1", key_env="GROQ_API_KEY"), False),
        ("llm", openai("https://api.groq.com/openai/v1", key_env="GROQ_API_KEY"), True),
        ("llm", openai("https://generativelanguage.googleapis.com/v1beta/openai", key_env="GEMINI_API_KEY"), True),
        ("llm", openai("https://ours.openai.azure.com/openai/v1", key_env="AZURE_OPENAI_API_KEY"), True),
        ("llm", openai("https://evil.example/openai/v1", key_env="AZURE_OPENAI_API_KEY"), False),
        ("llm", openai("https://models.example.com/v1", key_env="OWN_KEY"), True),
        # Below the vendor's domain, and anybody's.
        ("llm", openai("https://evil.westeurope.cloudapp.azure.com/v1", key_env="AZURE_OPENAI_API_KEY"), False),
        ("llm", openai("https://x.eastus.inference.ml.azure.com/v1", key_env="AZURE_OPENAI_API_KEY"), False),
        ("llm", openai("https://evil.storage.googleapis.com/v1", key_env="GEMINI_API_KEY"), False),
        ("llm", openai("https://ours.services.ai.azure.com/openai/v1", key_env="AZURE_OPENAI_API_KEY"), True),
        ("stt", {"provider": "deepgram", "base_url": "https://api.eu.deepgram.com"}, True),
        ("stt", {"provider": "deepgram", "base_url": "https://evil.example"}, False),
        ("tts", {"provider": "cartesia", "voice": "a", "base_url": "https://evil.example"}, False),
        ("tts", {"provider": "azure", "voice": "en-US-AvaNeural", "region": "westeurope"}, True),
        ("tts", {"provider": "azure", "voice": "en-US-AvaNeural", "base_url": "https://evil.example"}, False),
        ("tts", {"provider": "azure", "voice": "a", "base_url": "https://evil.cloudapp.azure.com"}, False),
        ("tts", {"provider": "azure", "voice": "a", "base_url": "https://ours.cognitiveservices.azure.com/tts"}, True),
    ],
)
def test_a_vendors_key_goes_to_that_vendor(kind: str, block: Any, is_fit: bool) -> None:
    flaws = refused(kind, block)
    assert (flaws == []) is is_fit, flaws
    if not is_fit:
        assert "does not go to" in flaws[0][1]
        host = block["base_url"].split("/")[2]
        assert refused(kind, block, host) == []
        # What stands behind another is looked at too.
        behind = refused(kind, {"provider": "scripted", "fallback": [block]})
        assert [pointer for pointer, _ in behind] == [f"/{kind}/fallback/0/base_url"]
