"""OpenAI on a port of this machine: `/v1/chat/completions`, streamed and whole, and `/v1/models`."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from offhook.simulator.vendors.openai_checks import check_members, check_messages, check_settings, check_tools, invalid
from offhook.simulator.vendors.openai_checks import problem as _problem
from offhook.simulator.vendors.openai_models import ENDS, RULES, THOUGHT_TOKENS, Rules, rules_of
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

CREATED: Final = 1_795_200_000
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


@dataclass(frozen=True, slots=True)
class Written:
    """What a model writes within its bound: deltas with a token each, and what that cost."""

    deltas: Sequence[dict[str, Any]]
    text: str
    calls: Sequence[dict[str, Any]]
    stop: str
    thought_tokens: int
    tokens_out: int


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
        self.check_key(request)
        match request.method, request.path:
            case "GET", "/v1/models":
                return Reply({"object": "list", "data": self.listed()}, is_thought=False)
            case "POST", "/v1/chat/completions":
                return self._chat(request.body)
        raise _problem(404, "invalid_request_error", None, f"Invalid URL ({request.method} {request.path})")

    # ── what another server of this wire does otherwise ──────────────────────────────────────────────────────────

    def check_key(self, request: VendorRequest) -> None:
        """Raises `Refused`."""
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.key}".encode()):
            raise self.refusal("unauthorized")

    def check(self, body: dict[str, Any]) -> Rules:
        """The rules of the model that is asked. Raises `Refused` as the vendor words it."""
        model = body.get("model")
        if not isinstance(model, str):
            raise invalid("you must provide a model parameter", "model")
        rules = rules_of(model)
        if rules is None:
            text = f"The model `{model}` does not exist or you do not have access to it."
            raise _problem(404, "invalid_request_error", "model_not_found", text)
        if not rules.is_chat:
            text = "This model is only supported in v1/responses and not in v1/chat/completions."
            raise _problem(404, "invalid_request_error", None, text, "model")
        check_members(body)
        check_settings(body, rules)
        check_tools(body)
        check_messages(body.get("messages"))
        return rules

    def thought_deltas(self, body: dict[str, Any], rules: Rules) -> Sequence[dict[str, Any]]:
        """What of its thoughts is streamed: nothing here, they are only paid for."""
        return ()

    def thought_tokens(self, body: dict[str, Any], rules: Rules) -> int:
        """What its thoughts cost."""
        return THOUGHT_TOKENS[str(body.get("reasoning_effort") or rules.default)]

    def listed(self) -> list[dict[str, Any]]:
        """For `/v1/models`."""
        return [
            {"id": name, "object": "model", "created": CREATED, "owned_by": "openai", "shutdown_date": ENDS.get(name)}
            for name in RULES
            if rules_of(name) is not None
        ]

    # ── the reply ────────────────────────────────────────────────────────────────────────────────────────────────

    def _chat(self, body: dict[str, Any]) -> Reply:
        rules = self.check(body)
        written = self._write(self.brain(body), body, rules)
        size_in = sum(len(json.dumps(message)) for message in body["messages"]) // MOST_COUNTED
        usage = {
            "prompt_tokens": size_in,
            "completion_tokens": written.tokens_out,
            "total_tokens": size_in + written.tokens_out,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": written.thought_tokens, "audio_tokens": 0},
        }
        base = {"id": f"chatcmpl-{len(self.requests)}", "created": CREATED, "model": body["model"]}
        if not body.get("stream"):
            message: dict[str, Any] = {"role": "assistant", "content": written.text or None, "refusal": None}
            message |= {"tool_calls": list(written.calls)} if written.calls else {}
            choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": written.stop}
            return Reply({**base, "object": "chat.completion", "choices": [choice], "usage": usage})
        base |= {"object": "chat.completion.chunk", "service_tier": "default", "system_fingerprint": None}
        counts = (body.get("stream_options") or {}).get("include_usage")
        more: dict[str, Any] = {"usage": None} if counts else {}
        # The role comes with the first token, and takes no time of its own.
        role = {"role": "assistant", "content": "" if written.text else None, "refusal": None}
        pieces = [_piece(base, role, None, more)]
        pieces += [Token(_piece(base, delta, None, more)) for delta in written.deltas]
        pieces.append(_piece(base, {}, written.stop, more))
        if counts:
            pieces.append(_event({**base, "choices": [], "usage": usage}))
        pieces.append(b"data: [DONE]\n\n")
        return Reply(events=(b": keep-alive\n\n", *pieces), first=1, is_last_needed=3 if counts else 2)

    def _write(self, answer: Answer, body: dict[str, Any], rules: Rules) -> Written:
        """As much of the answer as the bound leaves room for, behind the thoughts."""
        bound = body.get("max_completion_tokens") or body.get("max_tokens") or rules.longest
        thoughts = self.thought_tokens(body, rules)
        spent, room = min(thoughts, bound), max(0, bound - thoughts)
        deltas = [*self.thought_deltas(body, rules)]
        words = answer.tokens[:room] if answer.text else []
        deltas += [{"content": piece} for piece in words]
        room -= len(words)
        is_cut = len(words) < (len(answer.tokens) if answer.text else 0)
        calls: list[dict[str, Any]] = []
        for index, call in enumerate(answer.calls):
            if is_cut or room <= 0:
                is_cut = True
                break
            function = {"name": call.name, "arguments": call.arguments}
            calls.append({"id": call.call, "type": "function", "function": function})
            deltas.append({"tool_calls": [{"index": index, **calls[-1], "function": {**function, "arguments": ""}}]})
            parts = tokens(call.arguments)[: room - 1]
            is_cut = len(parts) < len(tokens(call.arguments))
            deltas += [{"tool_calls": [{"index": index, "function": {"arguments": part}}]} for part in parts]
            room -= len(parts) + 1
        is_cut = is_cut or thoughts >= bound
        stop = "length" if is_cut else answer.stop or ("tool_calls" if calls else "stop")
        used = sum("reasoning" not in delta and "reasoning_content" not in delta for delta in deltas)
        return Written(deltas, "".join(words), calls, stop, spent, min(bound, spent + used))


def _piece(base: dict[str, Any], delta: dict[str, Any], stop: str | None, more: dict[str, Any]) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": stop}
    return _event({**base, "choices": [choice], **more})
