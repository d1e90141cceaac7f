"""How a conversation is written down for a local model in ChatML, and how its answer is read.

The template that comes inside the weights breaks tool calls, so tools are told in the system entry and come back as
one bare JSON object; text is passed on as it streams, an object is held back until it is whole.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from offhook.speech.ports import Message, ToolCall, ToolSpec

CHAT_TEMPLATE: Final = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""ChatML and nothing else: the engine fills it in."""
CHARS_PER_TOKEN: Final = 3
"""On the safe side of English, which has about four."""
_STARTS: Final = ("{", "<tool_call>", "```")
_LONGEST_START: Final = max(map(len, _STARTS))


def chat(messages: Sequence[Message], tools: Sequence[ToolSpec], budget_chars: int) -> list[dict[str, str]]:
    """The messages as the engine takes them; the oldest turns are left out where all would not fit."""
    system = "\n".join(message.text for message in messages if message.role == "system")
    if tools:
        system = f"{system}\n\n{_tools_text(tools)}".strip()
    turns = [_turn(message) for message in messages if message.role != "system"]
    room = budget_chars - len(system)
    kept: list[dict[str, str]] = []
    for turn in reversed(turns):
        room -= len(turn["content"])
        if room < 0 and kept:
            break
        kept.append(turn)
    kept.reverse()
    if not any(turn["role"] == "user" for turn in kept):
        kept.append({"role": "user", "content": "(The call begins. Greet the caller in one sentence.)"})
    head = [{"role": "system", "content": system[: max(0, budget_chars)]}] if system else []
    return head + kept


def _turn(message: Message) -> dict[str, str]:
    if message.role == "tool":
        return {"role": "user", "content": f"<tool_response>\n{message.text}\n</tool_response>"}
    if message.role == "note":
        return {"role": "user", "content": f"[{message.text}]"}
    calls = [json.dumps({"name": call.name, "arguments": _loaded(call.arguments)}) for call in message.tool_calls]
    return {"role": message.role, "content": "\n".join([*([message.text] if message.text else []), *calls])}


def _loaded(arguments: str) -> object:
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments


def _tools_text(tools: Sequence[ToolSpec]) -> str:
    listed = "\n".join(
        json.dumps({"name": tool.name, "description": tool.told, "parameters": dict(tool.parameters)}) for tool in tools
    )
    return (
        f"# Tools\nYou can have something done with one of these tools:\n{listed}\n"
        "Call a tool only when you have every required value from the caller; ask for what is missing. To call it, "
        'answer with nothing but one JSON object: {"name": "<tool>", "arguments": {...}}'
    )


class AnswerReader:
    """Reads the model's text as it streams: what is to be said at once, tool calls at the end."""

    def __init__(self) -> None:
        self._held = ""
        self._is_object = False

    def feed(self, piece: str) -> str:
        """Take a piece; what of the text can be said now."""
        self._held += piece
        if self._is_object:
            return ""
        found = [at for start in _STARTS if (at := self._held.find(start)) >= 0]
        if found:
            self._is_object = True
            cut = min(found)
        else:
            # "<tool_" may be the beginning of a start.
            cut = len(self._held)
            for size in range(1, min(_LONGEST_START, len(self._held)) + 1):
                if any(start.startswith(self._held[-size:]) for start in _STARTS):
                    cut = len(self._held) - size
        said, self._held = self._held[:cut], self._held[cut:]
        return said

    def finish(self, call_prefix: str) -> tuple[str, list[ToolCall], bool]:
        """The rest of the text, the tool calls, and whether something was left that is neither."""
        held, self._held = self._held.strip(), ""
        if not self._is_object:
            return held, [], False
        calls: list[ToolCall] = []
        decoder = json.JSONDecoder()
        at = held.find("{")
        while at >= 0:
            try:
                value, end = decoder.raw_decode(held, at)
            except (ValueError, RecursionError):
                break
            if (call := _call(value, f"{call_prefix}-{len(calls) + 1}")) is not None:
                calls.append(call)
            at = held.find("{", end)
        return "", calls, not calls


def _call(value: Any, call: str) -> ToolCall | None:
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        return None
    arguments = value.get("arguments", value.get("parameters", {}))
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(call, value["name"], text)
