"""The JSON schema of an agent's document, with hints (`x-ui`) from which a form can be made: section, order, label,
unit, help, which control.
"""

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec

from offhook.agents.model import Agent
from offhook.core.behaviour import PRESETS, Behaviour

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Who it is": ("name", "language", "country", "timezone", "opening", "prompt"),
    "What it knows": ("knowledge", "knowledge_anywhere", "knowledge_prompt_chars", "vocabulary", "lexicon"),
    "How it hears, thinks and speaks": ("stt", "llm", "tts", "voice_detector", "end_of_turn"),
    "How it takes turns": ("turn_taking", "phrases"),
    "What it can do": ("tools",),
    "What a call brings along": ("variables", "pre_call"),
    "What is kept": ("records",),
    "Limits": ("limits",),
}
"""The fields of the document, section by section; what stands in none is under the last."""
OTHER: Final = "More"
UNITS: Final = {"_s": "s", "_ms": "ms", "_db": "dB", "_chars": "characters", "_days": "days", "_mb": "MB"}
NOT_HERE: Final = ("knowledge_anywhere",)
"""Fields for agents that are managed by a file alone."""
PLAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "TurnTaking": (
        "preset", "min_silence_s", "unsure_silence_s", "unfinished_silence_s", "collecting_silence_s", "idle_s",
        "idle_prompts", "hold_s", "duck_voice_s", "hush_voice_s", "takeover_voice_s", "protect_opening", "filler_s",
    ),
    "Phrases": ("idle", "goodbye", "idle_goodbye", "filler", "apology", "repeat", "transfer", "transfer_failed"),
    "RecordsBlock": ("recording", "transcript", "keys", "keep_days"),
    "LimitsBlock": (
        "call_minutes", "concurrent_calls", "calls_a_day", "dollars_a_day", "dollars_a_month", "overflow_number",
        "sentence",
    ),
    "HttpToolConfig": ("name", "description", "url", "method", "parameters", "headers", "has_effects", "confirm"),
    "McpServerConfig": ("name", "url", "headers", "only"),
    "DestinationConfig": ("name", "number", "when", "say"),
    "HandoffAgentConfig": ("name", "agent", "when"),
    "VariableConfig": ("type", "description", "default", "choices"),
    "PreCallConfig": ("url", "secret"),
}  # fmt: skip
"""Of large blocks, what everybody may want to set; the rest is folded away as advanced."""
PLAIN_OF_PROVIDERS: Final = ("provider", "model", "voice", "region", "speed", "instructions", "rate_percent")
PROVIDERS: Final = "offhook__speech__"


@cache
def agent_schema() -> dict[str, Any]:
    """The schema; callers do not change it."""
    schema: dict[str, Any] = copy.deepcopy(Agent.model_json_schema())
    for name in NOT_HERE:
        schema["properties"].pop(name, None)
    _hinted(schema["properties"], top=True)
    for name, definition in schema.get("$defs", {}).items():
        properties = definition.get("properties", {})
        _hinted(properties, top=False)
        for advanced in _advanced(name, properties):
            properties[advanced]["x-ui"]["advanced"] = True
    schema["properties"]["turn_taking"]["x-ui"]["presets"] = _presets()
    return schema


def _advanced(definition: str, properties: Mapping[str, Any]) -> list[str]:
    everybodys = PLAIN_OF_PROVIDERS if definition.startswith(PROVIDERS) else PLAIN.get(definition)
    return [] if everybodys is None else [name for name in properties if name not in everybodys]


def _presets() -> dict[str, dict[str, Any]]:
    """What each preset sets: a form shows these in place of the defaults."""
    plain = msgspec.to_builtins(Behaviour())
    every = {name: msgspec.to_builtins(behaviour) for name, behaviour in PRESETS.items()}
    return {
        name: {field: value for field, value in numbers.items() if value != plain[field]}
        for name, numbers in every.items()
    }


def section_of(field: str) -> str:
    """The section of a field of the document."""
    return next((section for section, fields in SECTIONS.items() if field in fields), OTHER)


def order_of(field: str) -> int:
    """Where a field of the document stands among all of them."""
    every = [name for fields in SECTIONS.values() for name in fields]
    return every.index(field) if field in every else len(every)


def label_of(field: str | int) -> str:
    """A field as people call it: its name without the unit."""
    name = str(field)
    unit = next((suffix for suffix in UNITS if name.endswith(suffix)), "")
    known = {"stt": "speech to text", "llm": "brain", "tts": "voice", "base_url": "address"}
    return known.get(name, name.removesuffix(unit).replace("_", " ").strip())


def unit_of(place: tuple[str | int, ...]) -> str:
    """The unit of a field's value, behind a space; empty without one."""
    name = str(place[-1]) if place else ""
    return next((f" {unit}" for suffix, unit in UNITS.items() if name.endswith(suffix)), "")


def default_at(place: tuple[str | int, ...]) -> Any:
    """What holds where a field is left out; None when the schema does not say."""
    node: Any = agent_schema()
    for part in place:
        if not isinstance(node, dict):
            return None
        node = node.get("properties", {}).get(part, {})
        if "$ref" in node:
            target = agent_schema()["$defs"].get(node["$ref"].rpartition("/")[2], {})
            node = {**target, **({"default": node["default"]} if "default" in node else {})}
    return node.get("default") if isinstance(node, dict) else None


def in_order(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its fields in the order of the schema: a database may have mixed them."""
    return {name: document[name] for name in sorted(document, key=lambda name: (order_of(name), name))}


def _hinted(properties: dict[str, Any], *, top: bool) -> None:
    for place, (name, node) in enumerate(properties.items()):
        hint: dict[str, Any] = {
            "label": label_of(name).capitalize(),
            "order": order_of(name) if top else place,
            "help": str(node.get("description", "")),
        }
        if top:
            hint["section"] = section_of(name)
        if unit := unit_of((name,)).strip():
            hint["unit"] = unit
        hint["control"] = _control(name, node)
        node["x-ui"] = hint


def _control(name: str, node: Mapping[str, Any]) -> str:
    kinds = {str(one.get("type")) for one in (node, *node.get("anyOf", ())) if isinstance(one, dict)}
    if "enum" in node or "const" in node:
        return "choice"
    if "discriminator" in node or "oneOf" in node:
        return "block"
    if kinds & {"number", "integer"}:
        return "slider" if {"minimum", "maximum"} <= node.keys() else "number"
    if "boolean" in kinds:
        return "switch"
    if "array" in kinds:
        return "list"
    if "object" in kinds or "$ref" in node:
        return "block"
    return "long text" if name in ("prompt", "instructions") else "text"
