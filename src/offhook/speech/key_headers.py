"""How each vendor wants its key: the headers of a request that is made by hand."""

from collections.abc import Callable, Mapping
from typing import Final

from offhook.speech.catalogue import key_header
from offhook.speech.llm import anthropic
from offhook.speech.tts import cartesia

Headers = Callable[[str, str], Mapping[str, str]]
"""From an address and a key."""

KEY_HEADERS: Final[Mapping[str, Headers]] = {
    "deepgram": lambda _, key: {"Authorization": f"Token {key}"},
    "openai": key_header,
    "anthropic": lambda _, key: {"x-api-key": key, "anthropic-version": anthropic.VERSION},
    "elevenlabs": lambda _, key: {"xi-api-key": key},
    "cartesia": lambda _, key: {"Authorization": f"Bearer {key}", "Cartesia-Version": cartesia.VERSION},
    "azure": lambda _, key: {"Ocp-Apim-Subscription-Key": key, "User-Agent": "offhook"},
}
"""By the provider's name."""
