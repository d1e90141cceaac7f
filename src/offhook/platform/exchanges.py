"""What came of one message of a rehearsal, as it is kept and shown."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

from offhook.call.rehearsal import Played, Spoken
from offhook.call.rehearsed_tools import RehearsedTools
from offhook.call.runtime import AgentRuntime
from offhook.core.history import AnyEntry, ToolAnswered, ToolCalled
from offhook.knowledge.chunk import sentences
from offhook.speech.ports import Facts

NEAR: Final = 0.5
"""A fact that is nearer to a sentence than this is taken for its source."""
MOST_SENTENCES: Final = 20
_SHOWN: Final = 4_000


class Asked(Protocol):
    """What was typed."""

    @property
    def text(self) -> str:
        """Words,"""

    @property
    def keys(self) -> str:
        """or keys."""


async def exchange_of(
    number: int, typed: Asked, played: Played, runtime: AgentRuntime, tools: RehearsedTools
) -> dict[str, Any]:
    """All of it; `entries` is the part of the history that it made."""
    facts = runtime.facts
    replies = [await asyncio.to_thread(_reply, one, facts) for one in played.spoken]
    return {
        "number": number, "text": typed.text, "keys": typed.keys, "replies": replies,
        "tools": _tools(played.entries, runtime, tools),
        "switched": [f"{one.kind}: {one.provider} to {one.to}: {one.cause}" for one in played.switched],
        "end_reason": played.ended.value if played.ended else played.went_to, "is_whole": played.is_whole,
        "entries": [msgspec.to_builtins(entry) for entry in played.entries],
    }  # fmt: skip


def _reply(spoken: Spoken, facts: Facts | None) -> dict[str, Any]:
    text = " ".join(spoken.texts).strip()
    parts = [] if spoken.name or facts is None else sentences(text)[:MOST_SENTENCES]
    return {
        "text": text, "fixed": spoken.name, "failed": spoken.failed, "timings_ms": spoken.timings_ms(),
        "tokens_in": spoken.tokens_in, "tokens_out": spoken.tokens_out,
        "sentences": [{"text": part, **_source(part, facts)} for part in parts],
        "passages": [passage[:_SHOWN] for passage in spoken.passages],
    }  # fmt: skip


def _source(sentence: str, facts: Facts | None) -> dict[str, Any]:
    found = facts.search(sentence, 1) if facts is not None else ()
    if not found or found[0].score < NEAR:
        return {"source": None, "fact": None, "score": None}
    return {"source": found[0].source, "fact": found[0].text, "score": round(found[0].score, 2)}


def _tools(entries: Sequence[AnyEntry], runtime: AgentRuntime, tools: RehearsedTools) -> list[dict[str, Any]]:
    """What the model has asked for, and what came of it."""
    harmless = {spec.name for spec in runtime.toolbox.specs if spec.is_harmless}
    answers = {entry.call: entry for entry in entries if isinstance(entry, ToolAnswered)}
    return [
        {
            "call": entry.call,
            "name": entry.name,
            "arguments": entry.arguments[:_SHOWN],
            "has_effects": entry.name not in harmless,
            "was_run": entry.call in tools.ran,
            "outcome": answers[entry.call].outcome.value if entry.call in answers else "asked",
            "answer": answers[entry.call].text[:_SHOWN] if entry.call in answers else "",
        }
        for entry in entries
        if isinstance(entry, ToolCalled)
    ]
