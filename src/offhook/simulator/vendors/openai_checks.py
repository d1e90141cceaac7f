"""What OpenAI refuses of a request, in its own words: one function a rule, each raises `Refused`."""

import re
from typing import Any, Final

from offhook.simulator.vendors.openai_models import MEMBERS, Rules, Tools
from offhook.simulator.vendors.server import Refused

ID_CHARS: Final = 40
"""Of a tool call's id."""
MOST_TOOLS: Final = 128
ROLES: Final = ("system", "developer", "user", "assistant", "tool")
_NAME: Final = re.compile(r"[a-zA-Z0-9_-]+")
NAME_CHARS: Final = 64


def problem(status: int, kind: str, code: str | None, message: str, param: str | None = None) -> Refused:
    """The vendor's envelope."""
    return Refused(status, {"error": {"message": message, "type": kind, "param": param, "code": code}})


def invalid(message: str, param: str | None, code: str | None = None) -> Refused:
    """A request that cannot be served."""
    return problem(400, "invalid_request_error", code, message, param)


def check_members(body: dict[str, Any]) -> None:
    """What the vendor does not know is not taken."""
    unknown = sorted(body.keys() - MEMBERS)
    if unknown:
        raise invalid(f"Unrecognized request argument supplied: {unknown[0]}", None)
    if "stream_options" in body and not body.get("stream"):
        raise invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    options = body.get("stream_options") or {}
    if not isinstance(options, dict) or options.keys() - {"include_usage", "include_obfuscation"}:
        raise invalid("Unknown parameter: 'stream_options'.", "stream_options", "unknown_parameter")


def check_settings(body: dict[str, Any], rules: Rules) -> None:
    """Efforts, tools beside them, temperature and bounds, as the model takes them."""
    effort = body.get("reasoning_effort")
    if effort is not None and not rules.efforts:
        raise invalid("Unrecognized request argument supplied: reasoning_effort", None)
    if effort is not None and effort not in rules.efforts:
        values = ", ".join(f"'{value}'" for value in rules.efforts)
        text = f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model."
        raise invalid(f"{text} Supported values are: {values}.", "reasoning_effort", "unsupported_value")
    if body.get("tools") and rules.tools is Tools.NEVER:
        raise invalid("tools is not supported in this model.", "tools", "unsupported_parameter")
    # Measured: leaving the effort out is refused as well where the model thinks of its own accord.
    if body.get("tools") and rules.tools is Tools.WITHOUT_THOUGHT and (effort or rules.default) != "none":
        text = (
            f"Function tools with reasoning_effort are not supported for {body['model']} in /v1/chat/completions. "
            "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
        )
        raise invalid(text, "reasoning_effort")
    _check_temperature(body, rules, str(effort or rules.default))
    _check_bounds(body, rules)


def _check_temperature(body: dict[str, Any], rules: Rules, effort: str) -> None:
    temperature = body.get("temperature", 1)
    if not isinstance(temperature, int | float) or not 0 <= temperature <= 2:
        raise invalid(
            "Invalid 'temperature': expected a value between 0 and 2.", "temperature", "decimal_above_max_value"
        )
    if rules.thinks and effort != "none" and temperature != 1:
        text = f"Unsupported value: 'temperature' does not support {temperature} with this model."
        raise invalid(f"{text} Only the default (1) value is supported.", "temperature", "unsupported_value")


def _check_bounds(body: dict[str, Any], rules: Rules) -> None:
    if rules.thinks and "max_tokens" in body:
        text = "Unsupported parameter: 'max_tokens' is not supported with this model."
        raise invalid(f"{text} Use 'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter")
    if "max_tokens" in body and "max_completion_tokens" in body:
        raise invalid(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens"
        )
    for name in ("max_tokens", "max_completion_tokens"):
        bound = body.get(name, 1)
        if not isinstance(bound, int) or bound < 1:
            raise invalid(f"Invalid '{name}': integer below minimum value.", name, "integer_below_min_value")
        if bound > rules.longest:
            text = f"max_tokens is too large: {bound}. This model supports at most {rules.longest} completion tokens."
            raise invalid(text, name, "invalid_value")


def check_tools(body: dict[str, Any]) -> None:
    """Names, schemas and their number."""
    tools = body.get("tools")
    if tools is None:
        if "tool_choice" in body:
            raise invalid("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice")
        return
    if not isinstance(tools, list) or not tools:
        raise invalid("Invalid 'tools': empty array. Expected an array with minimum length 1.", "tools", "empty_array")
    if len(tools) > MOST_TOOLS:
        text = f"Invalid 'tools': array too long. Expected an array with maximum length {MOST_TOOLS}, but got an array"
        raise invalid(f"{text} with length {len(tools)} instead.", "tools", "array_above_max_length")
    for at, tool in enumerate(tools):
        function = tool.get("function") if isinstance(tool, dict) else None
        if not isinstance(function, dict) or tool.get("type") != "function":
            raise invalid(f"Missing required parameter: 'tools[{at}].function'.", f"tools[{at}].function")
        check_tool(function, at)


def check_tool(function: dict[str, Any], at: int) -> None:
    """A loose schema is valid JSON schema, and refused with the whole request."""
    name, schema = str(function.get("name", "")), function.get("parameters") or {"type": "object"}
    if not _NAME.fullmatch(name) or len(name) > NAME_CHARS:
        text = f"Invalid 'tools[{at}].function.name': string does not match pattern '^[a-zA-Z0-9_-]+$' or is too long."
        raise invalid(text, f"tools[{at}].function.name", "invalid_value")
    param, code = f"tools[{at}].function.parameters", "invalid_function_parameters"
    if schema.get("type") != "object" or {"oneOf", "anyOf", "allOf", "enum", "not"} & schema.keys():
        text = "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."
        raise invalid(f"Invalid schema for function '{name}': {text}", param, code)
    nodes: list[Any] = [schema]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            nodes += node.values()
            if node.get("type") == "array" and "items" not in node:
                raise invalid(f"Invalid schema for function '{name}': array schema missing items.", param, code)
        elif isinstance(node, list):
            nodes += node


def check_messages(messages: Any) -> None:
    """Every call is answered right behind the message that made it, and nothing else is an answer."""
    if not isinstance(messages, list) or not messages:
        raise invalid("Invalid 'messages': empty array.", "messages", "empty_array")
    open_calls: set[str] = set()
    for at, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ROLES:
            raise invalid(f"Invalid value: {role!r}.", f"messages[{at}].role", "invalid_value")
        if role != "assistant" and not isinstance(message.get("content"), str | list):
            text = "Invalid value for 'content': expected a string, got null."
            raise invalid(text, f"messages[{at}].content", "invalid_type")
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                text = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
                raise invalid(f"Invalid parameter: {text}", f"messages[{at}].role")
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            break
        open_calls = {call["id"] for call in message.get("tool_calls") or ()}
        if any(len(call) > ID_CHARS for call in open_calls):
            text = f"Invalid 'messages[{at}].tool_calls[0].id': string too long. Expected a string with maximum length"
            raise invalid(f"{text} {ID_CHARS}.", f"messages[{at}].tool_calls[0].id", "string_above_max_length")
    if open_calls:
        text = "An assistant message with 'tool_calls' must be followed by tool messages for each 'tool_call_id'."
        raise invalid(text, "messages")
