"""What Anthropic's models take, name by name, as it is published: the stand-in judges by this alone.

It is written down apart from the catalogue that the adapter obeys, so that a fault in one of them is seen. Sources:
anthropic 2.14.0 (`Model`, its table of deprecated ones), platform.claude.com: "Troubleshooting thinking" (which model
takes which type), the migration guides of the 5.x models, "Effort", "API versions".
"""

from dataclasses import dataclass
from typing import Final

TODAY: Final = "2026-11-28"
VERSIONS: Final = frozenset({"2023-01-01", "2023-06-01", "2026-10-21"})
MEMBERS: Final = frozenset(
    "max_tokens messages model cache_control container diagnostics inference_geo metadata output_config service_tier "
    "speed stop_sequences stream system thinking tool_choice tools temperature top_k top_p".split()
)
"""Of a request to `/v1/messages`."""
EFFORTS: Final = ("low", "medium", "high", "xhigh", "max")
THOUGHT_TOKENS: Final = {"low": 150, "medium": 900, "high": 2500, "xhigh": 6000, "max": 12_000}
"""What a model spends before its first word, roughly."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Of one model."""

    thinking: tuple[str, ...]
    """Types that it takes."""
    effort: str
    """Its default; empty: it takes none."""
    thinks: bool
    """Where the request does not say whether."""
    takes_temperature: bool = False
    takes_prefill: bool = False
    longest: int = 128_000


_ALWAYS: Final = Rules(("adaptive",), "high", thinks=True)
_OPUS_5_5: Final = Rules(("adaptive",), "medium", thinks=True)
_SONNET_5_5: Final = Rules(("adaptive", "between_tools"), "high", thinks=True)
_HAIKU_5_5: Final = Rules(("adaptive", "disabled"), "medium", thinks=True)
_5: Final = Rules(("adaptive", "disabled"), "high", thinks=True)
_4_8: Final = Rules(("adaptive", "disabled"), "high", thinks=False)
_4_6: Final = Rules(("adaptive", "disabled", "enabled"), "high", thinks=False, takes_temperature=True)
_OPUS_4_5: Final = Rules(("disabled", "enabled"), "high", False, True, True, 64_000)
_4_5: Final = Rules(("disabled", "enabled"), "", False, True, True, 64_000)

RULES: Final[dict[str, Rules]] = {
    "claude-fable-5-2": _ALWAYS,
    "claude-mythos-5-2": _ALWAYS,
    "claude-haiku-5-5": _HAIKU_5_5,
    "claude-sonnet-5-5": _SONNET_5_5,
    "claude-fable-5-1": _ALWAYS,
    "claude-opus-5-5": _OPUS_5_5,
    "claude-mythos-5-1": _ALWAYS,
    "claude-sonnet-5": _5,
    "claude-fable-5": _ALWAYS,
    "claude-mythos-5": _ALWAYS,
    "claude-opus-5": _5,
    "claude-opus-4-8": _4_8,
    "claude-opus-4-7": _4_8,
    "claude-mythos-preview": Rules(("adaptive", "enabled"), "high", thinks=True),
    "claude-opus-4-6": _4_6,
    "claude-sonnet-4-6": _4_6,
    "claude-haiku-4-5": _4_5,
    "claude-haiku-4-5-20251001": _4_5,
    "claude-opus-4-5": _OPUS_4_5,
    "claude-opus-4-5-20251101": _OPUS_4_5,
    "claude-sonnet-4-5": _4_5,
    "claude-sonnet-4-5-20250929": _4_5,
}
ENDS: Final[dict[str, str]] = {
    "claude-mythos-preview": "2026-06-30",
    "claude-opus-4-5": "2027-01-22",
    "claude-opus-4-5-20251101": "2027-01-22",
    "claude-sonnet-4-5": "2026-11-30",
    "claude-sonnet-4-5-20250929": "2026-11-30",
}


def rules_of(model: str) -> Rules | None:
    """Of a model that is served today."""
    return None if ENDS.get(model, "9999") <= TODAY else RULES.get(model)
