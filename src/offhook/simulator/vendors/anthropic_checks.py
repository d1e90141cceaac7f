"""What Anthropic refuses of a request, in its own words: one function a rule, each raises `Refused`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from offhook.simulator.vendors.anthropic_models import EFFORTS, MEMBERS, Rules, rules_of
from offhook.simulator.vendors.server import Refused

THOUGHTS: Final = ("thinking", "redacted_thinking")
_MODIFIED: Final = (
    "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. "
    "These blocks must remain as they were in the original response."
)
_MISSING: Final = (
    "When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceding the lastmost "
    "set of `tool_use` and `tool_result` blocks)."
)
_ID: Final = re.compile(r"[a-zA-Z0-9_-]+")
_TOOL_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,128}")


def problem(status: int, kind: str, message: str) -> Refused:
    """The vendor's envelope."""
    return Refused(status, {"type": "error", "error": {"type": kind, "message": message}})


def invalid(message: str) -> Refused:
    """A request that cannot be served; which member is meant, only its words tell."""
    return problem(400, "invalid_request_error", message)


def check_settings(body: dict[str, Any], rules: Rules) -> None:
    """Members, bounds, thinking, effort and temperature, as the model takes them."""
    unknown = sorted(body.keys() - MEMBERS)
    if unknown:
        raise invalid(f"{unknown[0]}: Extra inputs are not permitted")
    bound = body.get("max_tokens")
    if not isinstance(bound, int):
        raise invalid("max_tokens: Field required")
    if bound > rules.longest:
        text = f"max_tokens: {bound} > {rules.longest}, which is the maximum allowed number of output tokens"
        raise invalid(f"{text} for {body['model']}")
    _check_thinking(body, rules)
    if "temperature" in body and not rules.takes_temperature and body["temperature"] != 1:
        raise invalid("`temperature` is deprecated for this model.")
    if not 0 <= body.get("temperature", 1) <= 1:
        raise invalid("temperature: range: 0..1")


def _check_thinking(body: dict[str, Any], rules: Rules) -> None:
    effort = (body.get("output_config") or {}).get("effort")
    if effort is not None and not rules.effort:
        raise invalid("This model does not support the effort parameter.")
    if effort is not None and effort not in EFFORTS:
        raise invalid("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")
    thinking = body.get("thinking")
    if thinking is None:
        return
    kind = thinking.get("type") if isinstance(thinking, dict) else None
    if kind not in ("adaptive", "enabled", "disabled", "between_tools"):
        raise invalid("thinking.type: Input should be 'adaptive', 'enabled', 'disabled' or 'between_tools'")
    if kind not in rules.thinking:
        text = f'"thinking.type.{kind}" is not supported for this model.'
        if "between_tools" in rules.thinking:
            text += ' To turn thinking off on this model, send "thinking": {"type": "between_tools"}.'
        else:
            text += ' Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
        raise invalid(text)
    if kind == "disabled" and rules.thinks and effort in ("xhigh", "max"):
        raise invalid(f'"thinking.type.disabled" is not supported with effort "{effort}" on this model.')
    if kind == "enabled" and not 1024 <= thinking.get("budget_tokens", 0) < body["max_tokens"]:
        raise invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")


def check_tools(body: dict[str, Any]) -> None:
    """Names and schemas."""
    tools = body.get("tools") or []
    names = [str(tool.get("name")) for tool in tools]
    if len(set(names)) < len(names):
        raise invalid("tools: Tool names must be unique.")
    for at, tool in enumerate(tools):
        schema = tool.get("input_schema")
        if not _TOOL_NAME.fullmatch(names[at]):
            raise invalid(f"tools.{at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
        if not isinstance(schema, dict) or "type" not in schema:
            raise invalid(f"tools.{at}.custom.input_schema.type: Field required")
        if schema["type"] != "object":
            raise invalid(f"tools.{at}.custom.input_schema.type: Input should be 'object'")
        if {"oneOf", "anyOf", "allOf"} & schema.keys():
            text = "input_schema does not support oneOf, allOf, or anyOf at the top level"
            raise invalid(f"tools.{at}.custom.input_schema: {text}")
    choice = body.get("tool_choice")
    if choice is not None and not tools:
        raise invalid("tool_choice: may only be specified while providing tools")


def check_blocks(body: dict[str, Any], rules: Rules) -> None:
    """Roles, blocks, and every call answered in the very next message."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise invalid("messages: at least one message is required")
    if messages[0].get("role") != "user":
        raise invalid('messages: first message must use the "user" role')
    if not rules.takes_prefill and messages[-1].get("role") != "user":
        raise invalid("messages: this model does not support assistant message prefill")
    uses: set[str] = set()
    seen: set[str] = set()
    for at, message in enumerate(messages):
        if message.get("role") not in ("user", "assistant"):
            raise invalid(f"messages.{at}.role: Input should be 'user' or 'assistant'")
        blocks = blocks_of(message)
        if not blocks or any(block.get("type") == "text" and not str(block.get("text")).strip() for block in blocks):
            raise invalid("messages: text content blocks must be non-empty")
        answered = {block["tool_use_id"] for block in blocks if block.get("type") == "tool_result"}
        if answered != uses:
            raise invalid(f"messages.{at}: `tool_use` ids were found without `tool_result` blocks, or the reverse")
        ids: list[str] = [block["id"] for block in blocks if block.get("type") == "tool_use"]
        uses = set(ids)
        if len(uses) < len(ids) or uses & seen:
            raise invalid(f"messages.{at}: `tool_use` ids must be unique")
        if not all(map(_ID.fullmatch, uses)):
            raise invalid(f"messages.{at}: tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
        if (uses or answered) and not body.get("tools"):
            raise invalid("Requests which include `tool_use` or `tool_result` blocks must define tools")
        seen |= uses
    if uses:
        raise invalid("messages: `tool_use` ids were found without `tool_result` blocks immediately after")


def check_thoughts(messages: Sequence[dict[str, Any]], issued: Mapping[str, Sequence[dict[str, Any]]]) -> None:
    """Thoughts come back with the answer of the tool that they led to, untouched and in front.

    `issued` is what this server itself has thought before a call, by the call's id.
    """
    last = max((at for at, message in enumerate(messages) if message.get("role") == "assistant"), default=-1)
    for at, message in enumerate(messages):
        blocks = blocks_of(message)
        given = [block for block in blocks if block.get("type") in THOUGHTS]
        calls = [block["id"] for block in blocks if block.get("type") == "tool_use"]
        wanted = [block for call in calls for block in issued.get(call, ())]
        strange = next((place for place, block in enumerate(blocks) if block in given and block not in wanted), None)
        if strange is not None and at == last and wanted:
            raise invalid(f"messages.{at}.content.{strange}: {_MODIFIED}")
        if strange is not None:
            raise invalid(f"messages.{at}.content.{strange}: Invalid `signature` in `thinking` block")
        if at == last and wanted and blocks[0] not in wanted:
            text = f"Expected `thinking` or `redacted_thinking`, but found `{blocks[0].get('type')}`. {_MISSING}"
            raise invalid(f"messages.{at}.content.0.type: {text}")
        if at == last and given != wanted:
            raise invalid(f"messages.{at}.content.0: {_MODIFIED}")


def blocks_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A message's content; plain text is one block."""
    content = message.get("content")
    return content if isinstance(content, list) else [{"type": "text", "text": content}]


def check_body(body: dict[str, Any]) -> Rules:
    """Refuses what the vendor refuses, whoever asks: raises `Refused`. The rules of the model."""
    rules = rules_of(str(body.get("model")))
    if rules is None:
        raise problem(404, "not_found_error", f"model: {body.get('model')}")
    check_settings(body, rules)
    check_tools(body)
    check_blocks(body, rules)
    return rules
