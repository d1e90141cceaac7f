"""The tools that the conversation carries out itself, as a model sees them. Nothing of them runs here."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from offhook.agents.core_tool_configs import (
    AskInConfidenceConfig,
    CollectDigitsConfig,
    EndCallConfig,
    HandoffConfig,
    SendDigitsConfig,
    TransferCallConfig,
)
from offhook.core.builtin import (
    ASK_IN_CONFIDENCE,
    COLLECT_DIGITS,
    END_CALL,
    HANDOFF,
    KEYS,
    MOST_SENT,
    SEND_DIGITS,
    TRANSFER_CALL,
)
from offhook.speech.ports import ToolSpec

NOTE_CHARS: Final = 1_000
LEAST_WAIT_S: Final = 2
LONGEST_WAIT_S: Final = 120


def end_call(config: EndCallConfig) -> ToolSpec:
    """Hanging up."""
    del config
    return ToolSpec(
        END_CALL,
        "Hang up, never beside a question. Say goodbye in the same reply: once it was heard, the line is cut.",
        _schema({}),
    )


def transfer_call(config: TransferCallConfig) -> ToolSpec:
    """Connecting the caller to a person."""
    where = {
        "type": "string",
        "enum": [entry.name for entry in config.destinations],
        "description": _listed("Where to", ((entry.name, entry.when) for entry in config.destinations)),
    }
    return ToolSpec(
        TRANSFER_CALL,
        "Connect the caller to a person, when one of the conditions holds. That the caller is being connected is said "
        "for you: add nothing to it. When nobody answers, the caller comes back to you.",
        _schema({"destination": where}, summary=_text("Who calls and why, in a sentence, for whoever answers.")),
    )


def handoff(config: HandoffConfig) -> ToolSpec:
    """Another agent in charge."""
    agent = {
        "type": "string",
        "enum": [entry.name for entry in config.agents],
        "description": _listed("Which agent", ((entry.name, entry.when) for entry in config.agents)),
    }
    return ToolSpec(
        HANDOFF,
        "Let another agent go on with this call, when one of the conditions holds. It knows all that was said, and "
        "speaks next: say at most one short sentence in the same reply, and ask nothing.",
        _schema({"agent": agent}, note=_text("What the other agent should know beside the conversation.")),
    )


def collect_digits(config: CollectDigitsConfig) -> ToolSpec:
    """Keys of the caller."""
    fields: dict[str, Any] = {
        "count": {
            "type": "integer",
            "minimum": 1,
            "maximum": config.max_digits,
            "description": f"So many keys, when it is known; else up to {config.max_digits}, until the end key.",
        },
        "end_key": {
            "type": "string",
            "maxLength": 1,
            "description": "The key that ends the number; # when it is left out. Tell the caller which it is.",
        },
        "timeout_s": {
            "type": "number",
            "minimum": LEAST_WAIT_S,
            "maximum": LONGEST_WAIT_S,
            "description": "Longest wait for the keys, in seconds.",
        },
    }
    by_reference = "you are not told the keys but a reference such as {keys-1}; give it to another tool as it is, in "
    by_reference += "place of the number, and never say it."
    described = "Have the caller type a number on the telephone's keys. Ask for it in the same reply, in one question; "
    described += "the answer comes once they are typed."
    if config.may_be_secret:
        fields["secret"] = {
            "type": "boolean",
            "description": f"True for a PIN, a card's number and the like: {by_reference}",
        }
    elif config.is_always_secret:
        described += f" They are secret: {by_reference}"
    return ToolSpec(COLLECT_DIGITS, described, _schema({}, **fields))


def ask_in_confidence(config: AskInConfidenceConfig) -> ToolSpec:
    """An answer that is for a tool alone."""
    del config
    return ToolSpec(
        ASK_IN_CONFIDENCE,
        "Ask the caller something that must not be written down: a password, a date of birth, an illness. Ask for one "
        "thing in the same reply; the caller says or types it. You are not told it but a reference such as {keys-1}; "
        "give that to another tool as it is, in its place, and never say it.",
        _schema({}),
    )


def send_digits(config: SendDigitsConfig) -> ToolSpec:
    """Keys towards the other side."""
    del config
    digits = {
        "type": "string",
        "minLength": 1,
        "maxLength": MOST_SENT,
        "pattern": f"^[{KEYS}abcdw,]+$",
        "description": "0-9, *, # and A-D; w for a pause of half a second.",
    }
    return ToolSpec(
        SEND_DIGITS,
        "Press keys of the telephone, as the menu of another machine asks for. Say nothing in the same reply.",
        _schema({"digits": digits}),
    )


def _listed(what: str, choices: Iterable[tuple[str, str]]) -> str:
    """In the argument's description: a tool's own is cut by some vendors after a thousand characters."""
    return "\n".join([f"{what}, and when:", *(f"- {name}: {when}" for name, when in choices)])


def _schema(required: Mapping[str, Any], **optional: Any) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "maxLength": NOTE_CHARS, "description": description}
