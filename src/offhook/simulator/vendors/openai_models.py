"""What OpenAI's models take, name by name, as they were measured and published: the stand-in judges by this alone.

It is written down apart from the catalogue that the adapter obeys, so that a fault in one of them is seen. Sources:
openai 3.57.0 (`ChatModel`, with the days of shutdown), developers.openai.com's model pages, BerriAI/litellm #34569,
genkit-ai/genkit #6303, onyx #15008, bolna #1019.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

TODAY: Final = "2026-11-28"
"""The stand-in's own day: what was shut down before it is not found."""
MEMBERS: Final = frozenset(
    "messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens "
    "max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key "
    "prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier "
    "stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity "
    "web_search_options".split()
)
"""Of a request to `/v1/chat/completions`."""
THOUGHT_TOKENS: Final = {"": 0, "none": 0, "minimal": 20, "low": 150, "medium": 900, "high": 2500, "xhigh": 6000,
                         "max": 12_000}  # fmt: skip
"""What a model spends before its first word, roughly."""


class Tools(Enum):
    """When function tools are taken."""

    ALWAYS = auto()
    WITHOUT_THOUGHT = auto()
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Rules:
    """Of one model; `efforts` empty: it knows of no `reasoning_effort` at all."""

    efforts: tuple[str, ...] = ()
    default: str = ""
    tools: Tools = Tools.ALWAYS
    thinks: bool = False
    """Then it takes no `max_tokens`, and a temperature only with the effort `none`."""
    is_chat: bool = True
    longest: int = 128_000


_LADDER: Final = ("none", "low", "medium", "high", "xhigh")
_PLAIN: Final = Rules(longest=16_384)
_OLD: Final = Rules(longest=4096)
_O: Final = Rules(("low", "medium", "high"), "medium", thinks=True)
_5: Final = Rules(("minimal", "low", "medium", "high"), "medium", thinks=True)
_5_1: Final = Rules(("none", "low", "medium", "high"), "none", thinks=True)
_5_2: Final = Rules(_LADDER, "none", thinks=True)
_5_4: Final = Rules(_LADDER, "none", Tools.WITHOUT_THOUGHT, thinks=True)
_5_6: Final = Rules((*_LADDER, "max"), "medium", Tools.WITHOUT_THOUGHT, thinks=True)
_NO_NONE: Final = Rules(("low", "medium", "high", "xhigh"), "medium", Tools.WITHOUT_THOUGHT, thinks=True)
_CHAT: Final = Rules(("medium",), "medium", thinks=True)
_ELSEWHERE: Final = Rules(is_chat=False)
_UNTOOLED: Final = Rules(tools=Tools.NEVER, longest=16_384)

RULES: Final[dict[str, Rules]] = {
    "gpt-6-astra": _NO_NONE,
    "gpt-6.2-astra": _NO_NONE,
    "gpt-6.1-sol": _NO_NONE,
    "gpt-6.2-sol": _NO_NONE,
    "gpt-6.1-terra": _5_6,
    "gpt-6-sol": _5_6,
    "gpt-6-luna": _5_6,
    "gpt-5.6-sol": _5_6,
    "gpt-5.6-terra": _5_6,
    "gpt-5.6-luna": _5_6,
    "gpt-5.5": _5_4,
    "gpt-5.5-2026-04-23": _5_4,
    "gpt-5.4": _5_4,
    "gpt-5.4-mini": _5_4,
    "gpt-5.4-nano": _5_4,
    "gpt-5.4-mini-2026-03-17": _5_4,
    "gpt-5.4-nano-2026-03-17": _5_4,
    "gpt-5.3-chat-latest": _CHAT,
    "gpt-5.2": _5_2,
    "gpt-5.2-2025-12-11": _5_2,
    "gpt-5.2-chat-latest": _CHAT,
    "gpt-5.2-pro": _ELSEWHERE,
    "gpt-5.2-pro-2025-12-11": _ELSEWHERE,
    "gpt-5.1": _5_1,
    "gpt-5.1-2025-11-13": _5_1,
    "gpt-5.1-codex": _ELSEWHERE,
    "gpt-5.1-chat-latest": _CHAT,
    "gpt-5": _5,
    "gpt-5-mini": _5,
    "gpt-5-nano": _5,
    "gpt-5-2025-08-07": _5,
    "gpt-5-mini-2025-08-07": _5,
    "gpt-5-nano-2025-08-07": _5,
    "gpt-5-chat-latest": _UNTOOLED,
    "gpt-4.1": _PLAIN,
    "gpt-4.1-mini": _PLAIN,
    "gpt-4.1-2025-04-14": _PLAIN,
    "gpt-4.1-mini-2025-04-14": _PLAIN,
    "gpt-4.1-nano": _PLAIN,
    "o4-mini": _O,
    "o3": _O,
    "o3-2025-04-16": _O,
    "o3-mini": _O,
    "o1": _O,
    "gpt-4o": _PLAIN,
    "gpt-4o-2024-11-20": _PLAIN,
    "gpt-4o-2024-08-06": _PLAIN,
    "gpt-4o-2024-05-13": _OLD,
    "gpt-4o-mini": _PLAIN,
    "gpt-4o-mini-2024-07-18": _PLAIN,
    "gpt-4-turbo": _OLD,
    "gpt-4": _OLD,
    "gpt-3.5-turbo": _OLD,
}
ENDS: Final[dict[str, str]] = {
    **dict.fromkeys(("gpt-5.4-nano", "gpt-5.4-nano-2026-03-17", "gpt-5.1", "gpt-5.1-2025-11-13"), "2027-04-01"),
    **dict.fromkeys(("gpt-5.3-chat-latest", "gpt-5.2-chat-latest"), "2026-08-10"),
    **dict.fromkeys(("gpt-5.1-codex", "gpt-5.1-chat-latest", "gpt-5-chat-latest"), "2026-07-23"),
    **dict.fromkeys(
        ("gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5-2025-08-07", "gpt-5-mini-2025-08-07", "gpt-5-nano-2025-08-07",
         "o3", "o3-2025-04-16"), "2026-12-11",
    ),
    **dict.fromkeys(
        ("gpt-4.1", "gpt-4.1-mini", "gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14", "gpt-4o", "gpt-4o-2024-11-20",
         "gpt-4o-2024-08-06", "gpt-4o-mini", "gpt-4o-mini-2024-07-18"), "2027-01-14",
    ),
    **dict.fromkeys(
        ("gpt-4.1-nano", "o4-mini", "o3-mini", "o1", "gpt-4o-2024-05-13", "gpt-4-turbo", "gpt-4", "gpt-3.5-turbo"),
        "2026-10-23",
    ),
}  # fmt: skip


def rules_of(model: str) -> Rules | None:
    """Of a model that is served today."""
    return None if ENDS.get(model, "9999") <= TODAY else RULES.get(model)
