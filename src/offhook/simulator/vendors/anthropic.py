"""Anthropic on a port of this machine: `/v1/messages`, streamed and whole."""

import hmac
import json
from collections import OrderedDict
from typing import Any, Final

from offhook.simulator.vendors.anthropic_checks import check_body, check_thoughts, invalid, problem
from offhook.simulator.vendors.anthropic_models import THOUGHT_TOKENS, VERSIONS, Rules
from offhook.simulator.vendors.server import (
    Answer,
    FaultKind,
    Refused,
    Reply,
    Token,
    VendorRequest,
    VendorServer,
    tokens,
)

ISSUED: Final = 1000
"""Calls of which the thoughts are remembered."""
_FAULTS: Final = {
    "unauthorized": (401, "authentication_error", "invalid x-api-key: {key}"),
    "missing_model": (404, "not_found_error", "model: not found"),
    "rate_limited": (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    # An empty account is a bad request: nothing but the words tells it (claude-code #66314, continue #5499).
    "quota": (
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to purchase credits.",
    ),
    "error": (500, "api_error", "Internal server error"),
    "overloaded": (529, "overloaded_error", "Overloaded"),
}


def _event(name: str, **content: object) -> bytes:
    data = json.dumps({"type": name, **content}, separators=(",", ":"))
    return f"event: {name}\ndata: {data}\n\n".encode()


class AnthropicServer(VendorServer):
    """As strict as the vendor; see `VendorServer` for latency and faults."""

    name = "anthropic"
    key = "anthropic-stand-in"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._issued: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()
        """What was thought before a call, by the call's id."""

    def refusal(self, kind: FaultKind) -> Refused:
        """The vendor's envelope."""
        status, type_, message = _FAULTS[kind]
        given = _given_key(self.requests[-1]) if self.requests else ""
        return problem(status, type_, message.format(key=given))

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
            raise problem(404, "not_found_error", "Not Found")
        version = request.headers.get("anthropic-version", "")
        if version not in VERSIONS:
            raise invalid(f'anthropic-version: "{version}" is not a valid version')
        body = request.body
        rules = check_body(body)
        check_thoughts(body["messages"], self._issued)
        return self._reply(body, rules, self.brain(body))

    def _reply(self, body: dict[str, Any], rules: Rules, answer: Answer) -> Reply:
        size_in = len(json.dumps(body["messages"])) // 4
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
        blocks, stop, tokens_out = self._write(body, rules, answer)
        if not body.get("stream"):
            ended = {"content": blocks, "stop_reason": stop, "usage": {**usage, "output_tokens": tokens_out}}
            return Reply({**message, **ended})
        pieces = [_event("message_start", message=message)]
        for index, block in enumerate(blocks):
            pieces += _block(index, block, answer)
            if index == 0:
                pieces.insert(2, _event("ping"))
        delta = {"stop_reason": stop, "stop_sequence": None}
        pieces.append(_event("message_delta", delta=delta, usage={"output_tokens": tokens_out}))
        pieces.append(_event("message_stop"))
        return Reply(events=tuple(pieces), first=0, is_last_needed=2)

    def _write(self, body: dict[str, Any], rules: Rules, answer: Answer) -> tuple[list[dict[str, Any]], str, int]:
        """Thoughts, text and calls, as far as the bound goes; why it ended; what it cost."""
        bound, thoughts = body["max_tokens"], _thoughts(body, rules, len(self.requests))
        spent = min(THOUGHT_TOKENS[_effort(body, rules)], bound) if thoughts else 0
        room, blocks = bound - spent, [*thoughts]
        words = answer.tokens[:room] if answer.text else []
        room -= len(words)
        is_cut = room < 0 or (thoughts and spent >= bound) or len(words) < (len(answer.tokens) if answer.text else 0)
        if words:
            blocks.append({"type": "text", "text": "".join(words)})
        for call in answer.calls if not is_cut else ():
            room -= len(tokens(call.arguments)) + 1
            is_cut = is_cut or room < 0
            blocks.append(
                {"type": "tool_use", "id": call.call, "name": call.name, "input": json.loads(call.arguments or "{}")}
            )
            if thoughts:
                self._issued[call.call] = thoughts
                thoughts = []
            while len(self._issued) > ISSUED:
                self._issued.popitem(last=False)
        stop = "max_tokens" if is_cut else answer.stop or ("tool_use" if answer.calls else "end_turn")
        return blocks, stop, min(bound, bound - max(room, 0))


def _effort(body: dict[str, Any], rules: Rules) -> str:
    return str((body.get("output_config") or {}).get("effort") or rules.effort or "high")


def _thoughts(body: dict[str, Any], rules: Rules, number: int) -> list[dict[str, Any]]:
    """What the model thinks first: its text is left out, as it is on the 5.x models, but not its signature."""
    kind = (body.get("thinking") or {}).get("type")
    thinks = rules.thinks if kind is None else kind in ("adaptive", "enabled")
    if not thinks:
        return []
    signature = f"EqQB-{number}-{len(json.dumps(body['messages']))}"
    return [
        {"type": "thinking", "thinking": "", "signature": signature},
        {"type": "redacted_thinking", "data": f"Em8K-{number}"},
    ]


def _given_key(request: VendorRequest) -> str:
    """The documented header, or the bearer that the vendor's own client (2.11) sends in its place."""
    headers = request.headers
    return headers.get("x-api-key", "") or headers.get("authorization", "").removeprefix("Bearer ")


def _block(index: int, block: dict[str, Any], answer: Answer) -> list[bytes]:
    """Start, deltas, stop."""
    match block["type"]:
        case "text":
            begun: dict[str, Any] = {"type": "text", "text": ""}
            words = answer.tokens if "".join(answer.tokens) == block["text"] else tokens(block["text"])
            deltas = [{"type": "text_delta", "text": piece} for piece in words]
        case "tool_use":
            begun = {**block, "input": {}}
            text = json.dumps(block["input"]) if block["input"] else ""
            # The first piece is empty with the vendor too.
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ("", *tokens(text))]
        case "thinking":
            begun = {**block, "thinking": "", "signature": ""}
            signed = {"type": "signature_delta", "signature": block["signature"]}
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in tokens(block["thinking"])] + [signed]
        case _:
            begun, deltas = block, []
    return [
        _event("content_block_start", index=index, content_block=begun),
        *(Token(_event("content_block_delta", index=index, delta=delta)) for delta in deltas),
        _event("content_block_stop", index=index),
    ]
