"""What a vendor's refusal means: bodies as vendors send them, as a status and inside a stream."""

import json
from typing import Any

import pytest

from offhook.errors import (
    CallRefused,
    GenerationFailed,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RequestRefused,
)
from offhook.speech.vendor_errors import failure, read_problem, stream_failure

KEY = "canary-0123456789-abcdef"


def openai(message: str, code: str | None = None, kind: str = "invalid_request_error", param: Any = None) -> Any:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def claude(message: str, kind: str = "invalid_request_error", **details: Any) -> Any:
    return {"type": "error", "error": {"type": kind, "message": message, **details}, "request_id": "req_1"}


EMPTY = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to purchase credits."
LIMIT = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
LONG = "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens."
FILTERED = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
GENERATION = "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details."
BILLED_TOOL = "Invalid schema for function 'check_your_billing': array schema missing items."
PYDANTIC = "[{'type': 'extra_forbidden', 'loc': ('body', 'foo'), 'msg': 'Extra inputs are not permitted'}]"

ANSWERS: list[tuple[str, int, Any, type[ProviderError], str]] = [
    # keys
    ("openai: key", 401, openai("Incorrect API key provided", "invalid_api_key"), ProviderRefused, "check the key"),
    ("anthropic: key", 401, claude("invalid x-api-key", "authentication_error"), ProviderRefused, "check the key"),
    ("azure: key", 401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}},
     ProviderRefused, "check the key"),
    ("gemini: key, a 400", 400, [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.",
     "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}], ProviderRefused, "check the key"),
    ("xai: key, a 400", 400, {"code": "Client specified an invalid argument", "error": "Incorrect API key provided: x"},
     ProviderRefused, "check the key"),
    ("anthropic: switched off", 400, claude("This organization has been disabled."), ProviderRefused, "check the key"),
    ("anthropic: on hold", 400, claude("x", details={"error_code": "organization_on_hold"}), ProviderRefused, "key"),
    # credit
    ("anthropic: empty account, a 400", 400, claude(EMPTY), ProviderRefused, "check the account's credit"),
    ("anthropic: own limit, a 400", 400, claude(LIMIT), ProviderRefused, "check the account's credit"),
    ("anthropic: billing", 402, claude("Billing.", "billing_error"), ProviderRefused, "check the account's credit"),
    ("anthropic: contract", 429, claude("Spend.", "rate_limit_error", details={
        "error_code": "contract_spend_limit_reached"}), ProviderRefused, "check the account's credit"),
    ("openai: quota", 429, openai("You exceeded your current quota.", "insufficient_quota", "insufficient_quota"),
     ProviderRefused, "check the account's credit"),
    ("openai: billing", 429, openai("Your account is not active, please check your billing details on our website.",
     "billing_not_active", "billing_not_active"), ProviderRefused, "check the account's credit"),
    ("openrouter: credits", 402, {"error": {"message": "Insufficient.", "code": 402}}, ProviderRefused, "credit"),
    ("deepseek: balance", 402, openai("Insufficient Balance", kind="unknown_error"), ProviderRefused, "credit"),
    ("dashscope: arrears", 400, openai("Access denied.", "Arrearage", "Arrearage"), ProviderRefused, "credit"),
    # rates: another try helps
    ("openai: rate", 429, openai("Rate limit.", "rate_limit_exceeded", "requests"), ProviderUnavailable, "Rate"),
    ("anthropic: rate", 429, claude("This request would exceed your rate limit.", "rate_limit_error"),
     ProviderUnavailable, "exceed"),
    ("anthropic: ramp", 429, claude("Slow.", "rate_limit_error", details={"error_code": "ramp_limit_exceeded"}),
     ProviderUnavailable, "Slow"),
    ("gemini: a minute's quota", 429, [{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED",
     "message": "You exceeded your current quota, please check your plan and billing details."}}],
     ProviderUnavailable, "quota"),
    ("elevenlabs: quota", 401, {"detail": {"status": "quota_exceeded", "message": "This request exceeds your quota."}},
     ProviderRefused, "exceeds your quota"),
    ("azure: rate", 429, {"error": {"code": "429", "message": "Requests have exceeded token rate limit."}},
     ProviderUnavailable, "rate limit"),
    ("anthropic: busy", 529, claude("Overloaded", "overloaded_error"), ProviderUnavailable, "Overloaded"),
    # the model's name
    ("openai: model", 404, openai("`x` does not exist", "model_not_found"), ProviderRefused, "the model's name"),
    ("anthropic: model", 404, claude("model: claude-9", "not_found_error"), ProviderRefused, "the model's name"),
    ("azure: deployment", 404, {"error": {"code": "DeploymentNotFound", "message": "No such API deployment."}},
     ProviderRefused, "the model's name"),
    ("ollama: model", 404, openai("model 'x' not found", kind="not_found_error"), ProviderRefused, "the model's name"),
    ("openai: address", 404, openai("Invalid URL (POST /chat/completions)"), ProviderRefused, "check base_url"),
    # this one call
    ("openai: too long", 400, openai(LONG, "context_length_exceeded", param="messages"), CallRefused, "context"),
    ("vllm: too long", 400, openai(LONG, None, "BadRequestError"), CallRefused, "maximum context"),
    ("vllm: bound and context", 400, openai("'max_tokens' or 'max_completion_tokens' is too large: 400. This model's "
     "maximum context length is 4096 tokens and your request has 3900 input tokens.", None, "BadRequestError"),
     CallRefused, "context"),
    ("llama.cpp: too long", 400, {"error": {"code": 400, "type": "exceed_context_size_error",
     "message": "the request exceeds the available context size"}}, CallRefused, "context"),
    ("anthropic: too long", 400, claude("prompt is too long: 210000 tokens > 200000 maximum"), CallRefused, "too long"),
    ("anthropic: context", 400, claude("input length and `max_tokens` exceed context limit: 199000 + 2000 > 200000"),
     CallRefused, "context limit"),
    ("anthropic: too large", 413, claude("Request exceeds the maximum size", "request_too_large"), CallRefused, "size"),
    ("anthropic: a block", 400, claude("messages.1.content.0: Invalid `signature`"), CallRefused, "signature"),
    ("azure: filter", 400, {"error": {"message": FILTERED, "type": None, "param": "prompt", "code": "content_filter",
     "innererror": {"code": "ResponsibleAIPolicyViolation"}}}, CallRefused, "filtered"),
    ("openrouter: moderation", 403, {"error": {"message": "It was flagged", "code": 403}}, CallRefused, "flagged"),
    # chance
    ("groq: generation", 400, {"error": {"message": GENERATION, "type": "invalid_request_error", "code":
     "tool_use_failed", "failed_generation": "<function=x>"}}, GenerationFailed, "adjust your prompt"),
    ("groq: parse", 400, openai("Parsing failed.", "output_parse_failed"), GenerationFailed, "Parsing"),
    # settings
    ("openai: parameter", 400, openai("Unsupported parameter: 'max_tokens' is not supported with this model.",
     "unsupported_parameter", param="max_tokens"), RequestRefused, "max_tokens"),
    ("openai: schema with a dear name", 400, openai(BILLED_TOOL, "invalid_function_parameters",
     param="tools[0].function.parameters"), RequestRefused, "schema"),
    ("vllm: member", 400, openai(PYDANTIC, None, "BadRequestError"), RequestRefused, "extra_forbidden"),
    ("mistral: member", 422, {"object": "error", "message": {"detail": [{"loc": ["body", "foo"], "msg": "no"}]}},
     RequestRefused, "foo"),
    ("fastapi: member", 422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "foo"], "msg": "no"}]},
     RequestRefused, "foo"),
    ("anthropic: member", 400, claude("foo: Extra inputs are not permitted"), RequestRefused, "foo"),
    ("ollama: no tools", 400, openai("registry.ollama.ai/library/gemma:2b does not support tools", kind="api_error"),
     RequestRefused, "does not support tools"),
    ("plain text", 400, "upstream said no", RequestRefused, "upstream said no"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "status", "body", "error", "words"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_an_answer_means(name: str, status: int, body: Any, error: type[ProviderError], words: str) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)
    found = failure("vendor", status, raw.encode(), key=KEY)
    assert type(found) is error
    assert words in str(found) and str(status) in str(found)


EVENTS: list[tuple[str, Any, type[ProviderError]]] = [
    ("groq: generation", openai("x", "tool_use_failed"), GenerationFailed),
    ("openai: too long", openai(LONG, "context_length_exceeded"), CallRefused),
    ("anthropic: too large", claude("Too large", "request_too_large"), CallRefused),
    ("openai: quota", openai("quota", "insufficient_quota", "insufficient_quota"), ProviderRefused),
    ("anthropic: empty", claude(EMPTY), ProviderRefused),
    ("openai: key", openai("x", "invalid_api_key"), ProviderRefused),
    ("anthropic: busy", claude("Overloaded", "overloaded_error"), ProviderUnavailable),
    ("anthropic: rate", claude("Rate", "rate_limit_error"), ProviderUnavailable),
    ("openai: server", openai("x", None, "server_error"), ProviderUnavailable),
    ("openai: a request", openai("something", "strange"), RequestRefused),
    ("nothing", {}, ProviderUnavailable),
]


@pytest.mark.parametrize(("name", "event", "error"), EVENTS, ids=[row[0] for row in EVENTS])
def test_an_event_in_a_stream_means_the_same(name: str, event: Any, error: type[ProviderError]) -> None:
    assert type(stream_failure("vendor", event, key=KEY)) is error


def test_what_a_refusal_tells_further_holds_no_key() -> None:
    long = "word " * 200 + f"key {KEY} 'temperature'"
    found = failure("vendor", 400, json.dumps(openai(long, param=f"x{KEY}")).encode(), key=KEY)
    assert isinstance(found, RequestRefused)
    assert "'temperature'" in found.reason and len(str(found)) < 300
    assert KEY not in found.reason + found.parameter + str(found)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (openai("x", param="stream_options.include_obfuscation"), "stream_options.include_obfuscation"),
        (claude("max_tokens: 900000 > 64000, which is the maximum"), "max_tokens"),
        (claude("thinking.type: Input should be 'adaptive'"), "thinking.type"),
        (openai("[{'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': 'no'}]"), "reasoning_effort"),
        ({"detail": [{"loc": ["body", "stream_options"], "msg": "no"}]}, "stream_options"),
        (openai("gemma:2b does not support tools"), ""),
        (openai("error: it went wrong"), ""),
        (None, ""), (3, ""), ([], ""), ({"error": None}, ""), ({"error": {"message": 3, "param": 4}}, ""),
    ],
)  # fmt: skip
def test_the_member_that_is_meant(body: Any, parameter: str) -> None:
    assert read_problem(body).parameter == parameter


@pytest.mark.parametrize(
    "words",
    [
        "Tool choice is none, but model called a tool",
        "Tool choice is required, but model did not call a tool",
        "tool call validation failed: attempted to call tool 'web.run' which was not in request.tools",
        "attempted to call tool 'book' which was not in request",
        "Parsing failed. The model generated output that could not be parsed. Please adjust your prompt.",
        "Failed to parse tool call arguments as JSON",
        "Failed to validate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
        GENERATION,
    ],
)
def test_what_a_model_did_by_chance_is_asked_for_once_more(words: str) -> None:
    document = {"error": {"message": words, "type": "invalid_request_error"}}
    assert type(stream_failure("groq", document, key=KEY)) is GenerationFailed
    assert type(failure("groq", 400, json.dumps(document).encode(), key=KEY)) is GenerationFailed


@pytest.mark.parametrize(
    ("words", "code", "param"),
    [
        (
            "The model `llama3-8b-8192` has been decommissioned and is no longer supported.",
            "model_decommissioned",
            None,
        ),
        ("The model gpt-9 does not exist or you do not have access to it.", "", None),
        ("meta/nothing is not a valid model ID", "400", None),
        ("invalid model name passed in model=x", "", "model"),
        ("This model is no longer available.", "", None),
    ],
)
def test_a_model_that_is_gone_is_refused_at_once(words: str, code: str, param: str | None) -> None:
    document = {"error": {"message": words, "type": "invalid_request_error", "code": code, "param": param}}
    found = failure("groq", 400, json.dumps(document).encode(), key=KEY)
    assert type(found) is ProviderRefused and "model's name" in str(found)


@pytest.mark.parametrize("words", ["gemma:2b does not support tools", "This model does not support temperature."])
def test_what_a_model_does_not_take_is_no_model_that_is_gone(words: str) -> None:
    document = {"error": {"message": words, "type": "invalid_request_error"}}
    assert type(failure("ollama", 400, json.dumps(document).encode(), key=KEY)) is RequestRefused
