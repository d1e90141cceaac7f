"""The vendors whose keys the vault knows by name: the variable that agents ask for, and where a key can be tried.

A key is tried by a question that costs nothing and changes nothing. The sources are the vendors' own references, named
at each path.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from offhook.errors import ConfigurationError
from offhook.platform.vault import PROVIDER_KEY, TOOL_KEY
from offhook.speech.key_headers import KEY_HEADERS
from offhook.speech.tts import azure

REGION: Final = "{region}"
STAND_IN: Final = "-stand-in"
"""How the keys of `offhook simulate vendors` end: their servers are asked as if they were the vendors."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """One of them."""

    name: str
    """As the API and an agent's document call it."""
    title: str
    variable: str
    base_url: str
    """Empty: each owner has an address of their own."""
    path: str
    """What is asked for, with GET."""
    region_variable: str = ""
    """Its keys are good in one region, which agents ask for by this name."""

    def headers(self, base_url: str, key: str) -> Mapping[str, str]:
        """How it wants the key."""
        headers: Callable[[str, str], Mapping[str, str]] = KEY_HEADERS.get(self.name, KEY_HEADERS["openai"])
        return headers(base_url, key)


_ALL: Final = (
    # https://developers.openai.com/api/reference/resources/models/methods/list
    Vendor("openai", "OpenAI", "OPENAI_API_KEY", "https://api.openai.com/v1", "models"),
    # https://platform.claude.com/docs/en/api/models/list
    Vendor("anthropic", "Anthropic", "ANTHROPIC_API_KEY", "https://api.anthropic.com/v1", "models?limit=1"),
    # https://developers.deepgram.com/api-reference/projects
    Vendor("deepgram", "Deepgram", "DEEPGRAM_API_KEY", "https://api.deepgram.com", "v1/projects"),
    # https://elevenlabs.io/docs/api-reference/user/get
    Vendor("elevenlabs", "ElevenLabs", "ELEVENLABS_API_KEY", "https://api.elevenlabs.io", "v1/user"),
    # https://docs.cartesia.ai/api-reference/voices/list
    Vendor("cartesia", "Cartesia", "CARTESIA_API_KEY", "https://api.cartesia.ai", "voices?limit=1"),
    # https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech, the list of voices
    Vendor(
        "azure",
        "Azure Speech",
        azure.KEY,
        azure.region_url(REGION),
        "cognitiveservices/voices/list",
        azure.REGION,
    ),
    # https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle: /openai/v1/models of the resource
    Vendor("azure_openai", "Azure OpenAI", "AZURE_OPENAI_API_KEY", "", "models"),
    # https://console.groq.com/docs/api-reference#models
    Vendor("groq", "Groq", "GROQ_API_KEY", "https://api.groq.com/openai/v1", "models"),
    # https://docs.mistral.ai/api/#tag/models
    Vendor("mistral", "Mistral", "MISTRAL_API_KEY", "https://api.mistral.ai/v1", "models"),
    # https://docs.together.ai/reference/models
    Vendor("together", "Together", "TOGETHER_API_KEY", "https://api.together.xyz/v1", "models"),
    # https://openrouter.ai/docs/api-reference/limits: its list of models is open to everybody, this is not
    Vendor("openrouter", "OpenRouter", "OPENROUTER_API_KEY", "https://openrouter.ai/api/v1", "key"),
    # https://docs.x.ai/docs/api-reference#list-models
    Vendor("xai", "xAI", "XAI_API_KEY", "https://api.x.ai/v1", "models"),
    # https://api-docs.deepseek.com/api/list-models
    Vendor("deepseek", "DeepSeek", "DEEPSEEK_API_KEY", "https://api.deepseek.com", "models"),
    # https://inference-docs.cerebras.ai/api-reference/models
    Vendor("cerebras", "Cerebras", "CEREBRAS_API_KEY", "https://api.cerebras.ai/v1", "models"),
    # https://docs.fireworks.ai/tools-sdks/openai-compatibility
    Vendor("fireworks", "Fireworks", "FIREWORKS_API_KEY", "https://api.fireworks.ai/inference/v1", "models"),
    # https://ai.google.dev/gemini-api/docs/openai
    Vendor("gemini", "Gemini", "GEMINI_API_KEY", "https://generativelanguage.googleapis.com/v1beta/openai", "models"),
)
VENDORS: Final[Mapping[str, Vendor]] = {vendor.name: vendor for vendor in _ALL}
VARIABLES: Final = frozenset(name for vendor in _ALL for name in (vendor.variable, vendor.region_variable) if name)
"""By which agents ask for vendors' keys and their regions."""
_BY_VARIABLE: Final = {vendor.variable: vendor for vendor in _ALL}


def place_of(variable: str) -> tuple[str, str]:
    """Kind and name under which the vault keeps what agents ask for by a variable's name."""
    vendor = _BY_VARIABLE.get(variable)
    return (PROVIDER_KEY, vendor.name) if vendor is not None else (TOOL_KEY, variable)


def variables_of(kind: str, name: str, beside: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that agents can ask for when this is in the vault."""
    if kind == TOOL_KEY:
        return (name,)
    return (VENDORS[name].variable, *beside) if kind == PROVIDER_KEY and name in VENDORS else ()


def require_known(urls: Mapping[str, str]) -> None:
    """Raises `ConfigurationError` for addresses of vendors that nobody knows."""
    if unknown := sorted(urls.keys() - VENDORS.keys()):
        raise ConfigurationError(
            "there is no such provider", field="OFFHOOK_VENDOR_URLS", found=", ".join(unknown)[:80],
            expected=", ".join(VENDORS),
        )  # fmt: skip
