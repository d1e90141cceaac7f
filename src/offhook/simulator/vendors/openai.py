"""OpenAI on a port of this machine: `/v1/chat/completions`, streamed and whole, and `/v1/models`."""

import hmac
import json
from typing import Any, Final

from offhook.simulator.vendors.server import FaultKind, Refused, Reply, Token, VendorRequest, VendorServer, tokens
from offhook.speech.catalogue import model_entry, models

CREATED: Final = 1_795_200_000
ID_CHARS: Final = 40
"""Of a tool call's id."""
ROLES: Final = ("system", "developer", "user", "assistant", "tool")
MOST_COUNTED: Final = 4
"""Letters of a token, for counting."""
_FAULTS: Final[dict[str, tuple[int, str, str | None, str]]] = {
    "unauthorized": (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: {key}."),
    "missing_model": (404, "invalid_request_error", "model_not_found", "The model does not exist."),
    "rate_limited": (429, "requests", "rate_limit_exceeded", "Rate limit reached. Please try again in 2s."),
    "quota": (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    "error": (500, "server_error", None, "The server had an error while processing your request."),
    "overloaded": (503, "service_unavailable_error", "server_is_overloaded", "The server is overloaded."),
}


def _problem(status: int, kind: str, code: str | None, message: str, param: str | None = None) -> Refused:
    return Refused(status, {"error": {"message": message, "type": kind, "param": param, "code": code}})


def _invalid(message: str, param: str, code: str | None = None) -> Refused:
    return _problem(400, "invalid_request_error", code, message, param)


def _event(document: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(document, separators=(",", ":")).encode() + b"\n\n"


class OpenAIServer(VendorServer):
    """As strict as the vendor; see `VendorServer` for latency and faults."""

    name = "openai"
    key = "openai-stand-in"

    def refusal(self, kind: FaultKind) -> Refused:
        """The vendor's envelope."""
        status, type_, code, message = _FAULTS[kind]
        # The vendor repeats what it was given: whoever logs that logs a key.
        given = self.requests[-1].headers.get("authorization", "").removeprefix("Bearer ") if self.requests else ""
        return _problem(status, type_, code, message.format(key=given))

    def broken_event(self, kind: FaultKind) -> bytes:
        """An error inside the stream, or no JSON."""
        if kind == "garbage":
            return b"data: {this is no json\n\n"
        return _event({"error": {"message": "The server had an error.", "type": "server_error", "code": None}})

    def headers(self, number: int) -> list[tuple[str, str]]:
        """The request's id and the limits."""
        return [
            ("x-request-id", f"req_{number}"),
            ("openai-processing-ms", "10"),
            ("x-ratelimit-limit-requests", "10000"),
            ("x-ratelimit-remaining-requests", "9999"),
            ("x-ratelimit-reset-requests", "6ms"),
        ]

    def answer(self, request: VendorRequest) -> Reply:
        """The model's answer, or the list of models."""
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.key}".encode()):
            raise self.refusal("unauthorized")
        match request.method, request.path:
            case "GET", "/v1/models":
                return Reply({"object": "list", "data": _models()}, is_thought=False)
            case "POST", "/v1/chat/completions":
                return self._chat(request.body)
        raise _problem(404, "invalid_request_error", None, f"Invalid URL ({request.method} {request.path})")

    def _chat(self, body: dict[str, Any]) -> Reply:
        _check(body)
        answer = self.brain(body)
        stop = answer.stop or ("tool_calls" if answer.calls else "stop")
        calls = [
            {"id": call.call, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in answer.calls
        ]
        size_in = sum(len(json.dumps(message)) for message in body["messages"]) // MOST_COUNTED
        size_out = len(answer.tokens) + sum(len(tokens(call.arguments)) + 1 for call in answer.calls)
        usage = {
            "prompt_tokens": size_in,
            "completion_tokens": size_out,
            "total_tokens": size_in + size_out,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        }
        base = {"id": f"chatcmpl-{len(self.requests)}", "created": CREATED, "model": body["model"]}
        if not body.get("stream"):
            message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
            message |= {"tool_calls": calls} if calls else {}
            choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": stop}
            return Reply({**base, "object": "chat.completion", "choices": [choice], "usage": usage})
        base |= {"object": "chat.completion.chunk", "service_tier": "default", "system_fingerprint": None}
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "" if answer.text else None, "refusal": None}]
        deltas += [{"content": piece} for piece in answer.tokens]
        for index, call in enumerate(calls):
            function = call["function"]
            begun = {**call, "function": {**function, "arguments": ""}} if isinstance(function, dict) else call
            deltas.append({"tool_calls": [{"index": index, **begun}]})
            arguments = answer.calls[index].arguments
            deltas += [
                {"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in tokens(arguments)
            ]
        counts = (body.get("stream_options") or {}).get("include_usage")
        more: dict[str, Any] = {"usage": None} if counts else {}
        # The role comes with the first token, and takes no time of its own.
        pieces = [_piece(base, deltas[0], None, more)]
        pieces += [Token(_piece(base, delta, None, more)) for delta in deltas[1:]]
        pieces.append(_piece(base, {}, stop, more))
        if counts:
            pieces.append(_event({**base, "choices": [], "usage": usage}))
        pieces.append(b"data: [DONE]\n\n")
        return Reply(events=(b": keep-alive\n\n", *pieces), first=1, is_last_needed=3 if counts else 2)


def _piece(base: dict[str, Any], delta: dict[str, Any], stop: str | None, more: dict[str, Any]) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": stop}
    return _event({**base, "choices": [choice], **more})


def _models() -> list[dict[str, Any]]:
    found = [entry for entry in models() if entry.provider == "openai"]
    return [
        {
            "id": entry.name,
            "object": "model",
            "created": CREATED,
            "owned_by": "openai",
            "shutdown_date": str(entry.ends_at) if entry.ends_at else None,
        }
        for entry in found
    ]


def _check(body: dict[str, Any]) -> None:
    """Refuses what the vendor refuses."""
    model, messages = body.get("model"), body.get("messages")
    if not isinstance(model, str):
        raise _invalid("you must provide a model parameter", "model")
    entry = model_entry("openai", model)
    if entry is None or entry.kind != "llm":
        raise _problem(404, "invalid_request_error", "model_not_found", f"The model `{model}` does not exist")
    if not isinstance(messages, list) or not messages:
        raise _invalid("Invalid 'messages': empty array.", "messages", "empty_array")
    effort = body.get("reasoning_effort")
    if entry.refuses_temperature and "max_tokens" in body:
        text = "Unsupported parameter: 'max_tokens' is not supported with this model."
        raise _invalid(text, "max_tokens", "unsupported_parameter")
    if entry.refuses_temperature and "temperature" in body and effort != "none":
        raise _invalid("Unsupported value: 'temperature'.", "temperature", "unsupported_value")
    wanted = entry.reasoning_effort_with_tools
    if body.get("tools") and wanted and effort != wanted:
        raise _invalid(f"Function tools need reasoning_effort '{wanted}' here.", "reasoning_effort")
    for tool in body.get("tools") or ():
        _check_tool(tool["function"])
    check_messages(messages)


def _check_tool(function: dict[str, Any]) -> None:
    """A loose schema is valid JSON schema, and refused with the whole request."""
    schema, name = function.get("parameters") or {}, function.get("name")
    top = {"oneOf", "anyOf", "allOf", "enum", "not"} & schema.keys()
    if schema.get("type") != "object" or top:
        text = f"Invalid schema for function '{name}': schema must have type 'object' and no 'anyOf' at the top level."
        raise _invalid(text, "tools[0].function.parameters", "invalid_function_parameters")
    nodes: list[Any] = [schema]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            nodes += node.values()
            if node.get("type") == "array" and "items" not in node:
                text = f"Invalid schema for function '{name}': array schema missing items."
                raise _invalid(text, "tools[0].function.parameters", "invalid_function_parameters")
        elif isinstance(node, list):
            nodes += node


def check_messages(messages: list[Any]) -> None:
    """Every call is answered right behind the message that made it, and nothing else is an answer.

    Raises `Refused`, as the vendor words it.
    """
    open_calls: set[str] = set()
    for at, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ROLES:
            raise _invalid(f"Invalid value: {role!r}.", f"messages[{at}].role", "invalid_value")
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                text = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
                raise _invalid(text, f"messages[{at}].role")
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            break
        open_calls = {call["id"] for call in message.get("tool_calls") or ()}
        if any(len(call) > ID_CHARS for call in open_calls):
            raise _invalid(f"string too long. Expected a maximum length of {ID_CHARS}.", f"messages[{at}].tool_calls")
    if open_calls:
        text = "An assistant message with 'tool_calls' must be followed by tool messages for each 'tool_call_id'."
        raise _invalid(text, "messages")
