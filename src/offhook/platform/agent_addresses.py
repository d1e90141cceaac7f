"""Where the providers of a document that came over the network may be, and which keys may go there.

Who writes agents is not always who keeps the keys: a vendor's key goes to that vendor alone, and the server's own
network is not asked, unless the server's settings name the host.
"""

from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import urlsplit

from offhook.agents.addresses import check_url
from offhook.agents.model import Agent
from offhook.platform.problems import Flaw
from offhook.platform.vault import PROVIDER_KEY
from offhook.platform.vendors import VENDORS, Vendor, place_of
from offhook.speech.ports import ProviderConfig
from offhook.speech.registry import Kind, provider_of, with_fallbacks

_DOMAINS: Final = {
    "azure": (
        "stt.speech.microsoft.com", "tts.speech.microsoft.com", "api.cognitive.microsoft.com",
        "cognitiveservices.azure.com", "speech.azure.us", "cognitiveservices.azure.us", "speech.azure.cn",
        "cognitiveservices.azure.cn",
    ),
    "azure_openai": (
        "openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com", "openai.azure.us",
        "cognitiveservices.azure.us", "openai.azure.cn", "cognitiveservices.azure.cn",
    ),
    "gemini": ("generativelanguage.googleapis.com",),
}  # fmt: skip
"""Of vendors that let machines of anybody, and what anybody makes of them, live below their domain: only where the
service itself answers (`cloudapp.azure.com` is every customer's computer)."""


def address_flaws(agent: Agent, private_hosts: Collection[str]) -> Iterator[Flaw]:
    """What is wrong with the addresses of speech, brain and voice; `private_hosts`: what the server's owner allows."""
    for kind, first in ((Kind.STT, agent.stt), (Kind.LLM, agent.llm), (Kind.TTS, agent.tts)):
        for index, one in enumerate(with_fallbacks(kind, first)):
            base_url = str(one.model_dump(include={"base_url"}).get("base_url") or "")
            host = (urlsplit(base_url).hostname or "").lower()
            if base_url and host not in private_hosts:
                place = f"/{kind.value}{f'/fallback/{index - 1}' if index else ''}/base_url"
                if flaw := _of_address(base_url, host) or _of_keys(kind, one, host):
                    yield Flaw(place, flaw, "not_allowed")


def _of_address(base_url: str, host: str) -> str:
    try:
        check_url(base_url, allow_private=False)
    except ValueError:
        return f"only https to the internet; to reach {host or 'this host'}, add it to OFFHOOK_PRIVATE_HOSTS"
    return ""


def _of_keys(kind: Kind, config: ProviderConfig, host: str) -> str:
    for variable in provider_of(kind, config).keys(config):
        place, name = place_of(variable)
        if place == PROVIDER_KEY and not any(_is_below(host, domain) for domain in domains_of(VENDORS[name])):
            return (
                f"the key of {VENDORS[name].title} does not go to {host}: name a key of its own with key_env, "
                "or add the host to OFFHOOK_PRIVATE_HOSTS"
            )
    return ""


def domains_of(vendor: Vendor) -> tuple[str, ...]:
    """At which the vendor itself is."""
    usual = ".".join((urlsplit(vendor.base_url).hostname or "").split(".")[-2:])
    return _DOMAINS.get(vendor.name, (usual,))


def _is_below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
