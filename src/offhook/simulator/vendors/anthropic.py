"""Anthropic on a port of this machine: `/v1/messages`, streamed and whole."""

import hmac
import json
import re
from collections.abc import Sequence
from typing import Any, Final

from offhook.simulator.vendors.server import FaultKind, Refused, Reply, Token, VendorRequest, VendorServer, tokens
from offhook.speech.catalogue import model_entry

_ID: Final = re.compile(r"[a-zA-Z0-9_-]+")
_FAULTS: Final = {
    "unauthorized": (401, "authentication_error", "invalid x-api-key: {key}"),
    "missing_model": (404, "not_found_error", "model: not found"),
    "rate_limited": (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    "quota": (403, "permission_error", "Your credit balance is too low."),
    "error": (500, "api_error", "Internal server error"),
    "overloaded": (529, "overloaded_error", "Overloaded"),
}


def _problem(status: int, kind: str, message: str) -> Refused:
    return Refused(status, {"type": "error", "error": {"type": kind, "message": message}})


def _invalid(message: str) -> Refused:
    return _problem(400, "invalid_request_error", message)


def _event(name: str, **content: object) -> bytes:
    data = json.dumps({"type": name, **content}, separators=(",", ":"))
    return f"event: {name}\ndata: {data}\n\n".encode()


class AnthropicServer(VendorServer):
    """As strict as the vendor; see `VendorServer` for latency and faults."""

    name = "anthropic"
    key = "anthropic-stand-in"

    def refusal(self, kind: FaultKind) -> Refused:
        """The vendor's envelope."""
        status, type_, message = _FAULTS[kind]
        given = _given_key(self.requests[-1]) if self.requests else ""
        return _problem(status, type_, message.format(key=given))

    def broken_event(self, kind: FaultKind) -> bytes:
        """The overload that comes in the middle, or no JSON."""
        if kind == "garbage":
            return b"event: content_block_delta\ndata: {this is no json\n\n"
        return _event("error", error={"type": "overloaded_error", "message": "Overloaded"})

    def headers(self, number: int) -> list[tuple[str, str]]:
        """The request's id and the limits."""
        return [("request-id", f"req_{number}"), ("anthropic-ratelimit-requests-remaining", "999")]

    def answer(self, request: VendorRequest) -> Reply:
        """The model's answer."""
        if not hmac.compare_digest(_given_key(request).encode(), self.key.encode()):
            raise self.refusal("unauthorized")
        if (request.method, request.path) != ("POST", "/v1/messages"):
            raise _problem(404, "not_found_error", "Not Found")
        if "anthropic-version" not in request.headers:
            raise _invalid("anthropic-version: header is required")
        body = request.body
        check_body(body)
        answer = self.brain(body)
        stop = answer.stop or ("tool_use" if answer.calls else "end_turn")
        size_in = len(json.dumps(body["messages"])) // 4
        size_out = len(answer.tokens) + sum(len(tokens(call.arguments)) + 1 for call in answer.calls)
        usage = {"input_tokens": size_in, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
        message: dict[str, Any] = {
            "id": f"msg_{len(self.requests)}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**usage, "output_tokens": 1},
        }
        blocks: list[dict[str, Any]] = [{"type": "text", "text": answer.text}] if answer.text else []
        words = answer.tokens if answer.text else ()
        blocks += [
            {"type": "tool_use", "id": call.call, "name": call.name, "input": json.loads(call.arguments or "{}")}
            for call in answer.calls
        ]
        if not body.get("stream"):
            ended = {"content": blocks, "stop_reason": stop, "usage": {**usage, "output_tokens": size_out}}
            return Reply({**message, **ended})
        pieces = [_event("message_start", message=message)]
        for index, block in enumerate(blocks):
            pieces += _block(index, block, words)
            if index == 0:
                pieces.insert(2, _event("ping"))
        pieces.append(
            _event(
                "message_delta",
                delta={"stop_reason": stop, "stop_sequence": None},
                usage={"output_tokens": size_out},
            )
        )
        pieces.append(_event("message_stop"))
        return Reply(events=tuple(pieces), first=0, is_last_needed=2)


def _given_key(request: VendorRequest) -> str:
    """The documented header, or the bearer that the vendor's own client (2.11) sends in its place."""
    headers = request.headers
    return headers.get("x-api-key", "") or headers.get("authorization", "").removeprefix("Bearer ")


def _block(index: int, block: dict[str, Any], words: Sequence[str]) -> list[bytes]:
    """Start, deltas, stop. `words` are the tokens of the text."""
    if block["type"] == "text":
        begun: dict[str, Any] = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": piece} for piece in words]
    else:
        begun = {**block, "input": {}}
        text = json.dumps(block["input"]) if block["input"] else ""
        # The first piece is empty with the vendor too.
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ("", *tokens(text))]
    return [
        _event("content_block_start", index=index, content_block=begun),
        *(Token(_event("content_block_delta", index=index, delta=delta)) for delta in deltas),
        _event("content_block_stop", index=index),
    ]


def check_body(body: dict[str, Any]) -> None:
    """Refuses what the vendor refuses: raises `Refused`."""
    entry = model_entry("anthropic", str(body.get("model")))
    if entry is None:
        raise _problem(404, "not_found_error", f"model: {body.get('model')}")
    if not isinstance(body.get("max_tokens"), int):
        raise _invalid("max_tokens: Field required")
    if entry.refuses_temperature and "temperature" in body:
        raise _invalid("temperature: not supported by this model")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _invalid("messages: at least one message is required")
    if messages[0].get("role") != "user":
        raise _invalid('messages: first message must use the "user" role')
    if entry.refuses_temperature and messages[-1].get("role") != "user":
        raise _invalid("messages: this model does not support assistant message prefill")
    _check_blocks(body, messages)


def _check_blocks(body: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    uses: set[str] = set()
    seen: set[str] = set()
    for at, message in enumerate(messages):
        if message.get("role") not in ("user", "assistant"):
            raise _invalid(f"messages.{at}.role: Input should be 'user' or 'assistant'")
        content = message.get("content")
        blocks: list[dict[str, Any]] = content if isinstance(content, list) else [{"type": "text", "text": content}]
        if any(block.get("type") == "text" and not block.get("text") for block in blocks):
            raise _invalid("messages: text content blocks must be non-empty")
        answered = {block["tool_use_id"] for block in blocks if block.get("type") == "tool_result"}
        if answered != uses:
            raise _invalid(f"messages.{at}: `tool_use` ids were found without `tool_result` blocks, or the reverse")
        ids: list[str] = [block["id"] for block in blocks if block.get("type") == "tool_use"]
        uses = set(ids)
        if len(uses) < len(ids) or uses & seen:
            raise _invalid(f"messages.{at}: `tool_use` ids must be unique")
        if not all(map(_ID.fullmatch, uses)):
            raise _invalid(f"messages.{at}: tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
        if (uses or answered) and not body.get("tools"):
            raise _invalid("Requests which include `tool_use` or `tool_result` blocks must define tools")
        seen |= uses
    if uses:
        raise _invalid("messages: `tool_use` ids were found without `tool_result` blocks immediately after")
