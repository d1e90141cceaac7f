"""What the stand-ins of language models say: no model at all, but enough to try an agent's prompt, facts and tools.

It answers with the fact of the prompt that shares the most words with the question, calls a tool whose name is said
("book a table" is `book_table`), says goodbye, and otherwise says what it was told.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from offhook.core.builtin import END_CALL
from offhook.core.words import normalize
from offhook.simulator.vendors.server import Answer, said
from offhook.speech.ports import ToolCall

FACTS_HEADING: Final = "What you know"
"""Behind it, a prompt has one fact a line; see `offhook.agents.prompt`."""
SHORT: Final = 4
"""Shorter words are the same in every question."""
FAREWELLS: Final = ("goodbye", "bye", "that is all", "that's all")
_EXAMPLES: Final[dict[str, Any]] = {"integer": 4, "number": 4.0, "boolean": True, "array": [], "object": {}}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request's body, of either vendor's wire."""

    system: str
    text: str
    """The caller's last words."""
    result: str | None
    """What a tool has answered, when that is the last message."""
    turns: int
    """Of the caller so far."""
    tools: Mapping[str, Mapping[str, Any]]
    """Their parameters' schemas by name."""


def facts_brain(body: dict[str, Any]) -> Answer:
    """The answer to a request's body, OpenAI's or Anthropic's."""
    asked = _read(body)
    if asked.result is not None:
        return Answer(f"That is done. {asked.result}")
    words = normalize(asked.text)
    if not words:
        return Answer("Hello, how can I help you?")
    if any(farewell in words for farewell in FAREWELLS):
        calls = (ToolCall(f"call_{asked.turns}", END_CALL, "{}"),) if END_CALL in asked.tools else ()
        return Answer("Thank you for calling, goodbye.", calls)
    for name, schema in asked.tools.items():
        if name != END_CALL and set(name.lower().split("_")) <= set(words.split()):
            arguments = json.dumps(_arguments(schema, asked.text))
            return Answer("One moment, please.", (ToolCall(f"call_{asked.turns}", name, arguments),))
    return Answer(_best_fact(asked.system, words) or f"You said: {asked.text}")


def _read(body: dict[str, Any]) -> _Asked:
    messages = [message for message in body.get("messages") or () if isinstance(message, dict)]
    systems = [said({"content": body.get("system")})]
    systems += [said(message) for message in messages if message.get("role") in ("system", "developer")]
    users = [text for message in messages if message.get("role") == "user" and (text := _spoken(message))]
    users = [text for text in users if not _is_note(text)]
    tools: dict[str, Mapping[str, Any]] = {}
    for entry in body.get("tools") or ():
        tool = entry.get("function") or entry
        tools[str(tool.get("name"))] = tool.get("parameters") or tool.get("input_schema") or {}
    result = _result(messages[-1]) if messages else None
    return _Asked("\n".join(systems), users[-1] if users else "", result, len(users), tools)


def _blocks(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def _spoken(message: dict[str, Any]) -> str:
    """The words of a message; what tools answered is none."""
    blocks = _blocks(message)
    words = [block for block in blocks if block.get("type") == "text" and not _is_note(str(block.get("text")))]
    return said({"content": words} if blocks else message)


def _is_note(text: str) -> bool:
    """It stands in the user's place and was not said by the caller; see `offhook.speech.llm.history`."""
    return text.startswith("[") and text.endswith("]")


def _result(message: dict[str, Any]) -> str | None:
    if message.get("role") == "tool":
        return said(message)
    results = [block for block in _blocks(message) if block.get("type") == "tool_result"]
    return said({"content": results}) if results and not _spoken(message) else None


def _best_fact(system: str, words: str) -> str:
    """The fact with the most words of the question in it, the rarer ones before the others; or nothing."""
    _, _, known = system.partition(FACTS_HEADING)
    facts = [line.removeprefix("- ").strip() for line in known.splitlines() if line.startswith("- ")]
    stems = [{_stem(word) for word in normalize(fact).split()} for fact in facts]
    asked = {_stem(word) for word in words.split() if len(word) >= SHORT}
    weights = {word: 1.0 / count for word in asked if (count := sum(word in fact for fact in stems))}
    scores = [sum(weight for word, weight in weights.items() if word in fact) for fact in stems]
    best = max(scores, default=0.0)
    return facts[scores.index(best)] if best > 0 else ""


def _stem(word: str) -> str:
    return word[:SHORT] if len(word) > SHORT else word


def _arguments(schema: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Something that fits into every field."""
    found = {}
    for name, field in (schema.get("properties") or {}).items():
        kind = field.get("type")
        choices = field.get("enum")
        found[name] = choices[0] if choices else _EXAMPLES.get(kind, text[:80])
    return found
