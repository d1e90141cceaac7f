"""Who can be asked, and how each is spoken to by hand."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from offhook.live.question import Subject
from offhook.live.wire import Target
from offhook.platform.vendors import STAND_IN
from offhook.speech.key_headers import KEY_HEADERS
from offhook.speech.ports import ProviderConfig, Setup
from offhook.speech.registry import Kind, provider_labels, provider_of, with_fallbacks
from offhook.speech.tts import azure
from offhook.speech.vendor_block import is_loopback, key_of

TWILIO: Final = "twilio"
VENDORS: Final = {
    "deepgram": "Deepgram", "openai": "OpenAI", "anthropic": "Anthropic", "elevenlabs": "ElevenLabs",
    "cartesia": "Cartesia", "azure": "Azure Speech", TWILIO: "Twilio",
}  # fmt: skip
"""How they write their names; others are called as in the agent's file."""


def subjects(chosen: Mapping[Kind, ProviderConfig], environment: Mapping[str, str]) -> list[Subject]:
    """Every provider of an agent that is elsewhere, those of a fall-back list too, in the order they are asked."""
    found = []
    for kind, first in chosen.items():
        labels = provider_labels(kind, first)
        for config, label in zip(with_fallbacks(kind, first), labels, strict=True):
            provider = provider_of(kind, config)
            keys, fields = provider.keys(config), config.model_dump()
            # What is neither asked with a key nor at an address runs in this process.
            if not keys and "base_url" not in fields:
                continue
            missing = tuple(name for name in keys if not environment.get(name, "").strip())
            is_stand_in = environment.get(_key_name(kind, config), "").endswith(STAND_IN)
            is_other = not is_stand_in and _is_other(config, fields)
            found.append(Subject(provider.name, kind, config, label, missing, is_other))
    return found


def target_of(subject: Subject, setup: Setup) -> Target | None:
    """How to speak to a provider by hand; None where nothing is asked so. Raises `ConfigurationError`."""
    if subject.kind is None or subject.config is None or subject.vendor not in KEY_HEADERS:
        return None
    fields = subject.config.model_dump()
    base_url = str(fields["base_url"])
    if subject.vendor == "azure" and not base_url:
        base_url = azure.region_url(str(fields["region"]) or key_of(setup, azure.REGION))
    key = key_of(setup, _key_name(subject.kind, subject.config), base_url)
    return Target(subject.vendor, base_url, KEY_HEADERS[subject.vendor](base_url, key), key)


def _key_name(kind: Kind, config: ProviderConfig) -> str:
    """The variable with the key; also where a server of this machine needs none."""
    keys = provider_of(kind, config).keys(config)
    return str(config.model_dump().get("key_env") or (keys[0] if keys else azure.KEY))


def _is_other(config: ProviderConfig, fields: Mapping[str, Any]) -> bool:
    """A region of the vendor's is its own: what counts is the end of the name."""
    base_url = str(fields.get("base_url") or "")
    usual = str(type(config).model_fields["base_url"].default if "base_url" in fields else "")
    return bool(base_url) and (is_loopback(base_url) or (bool(usual) and _domain(base_url) != _domain(usual)))


def _domain(url: str) -> str:
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])
