"""What a request holds, by the family of its model's name: vendors, clouds, local servers, names of tomorrow."""

from typing import Any

import pytest

from offhook.speech.families import THINKING_TOKENS, plain_name
from offhook.speech.llm import anthropic, openai
from offhook.speech.ports import Message, ModelRequest, ToolSpec

TOOL = ToolSpec("book_table", "Book a table.", {"type": "object", "properties": {}})
ASKED = ModelRequest((Message("user", "Are you open?"),), (TOOL,))
PLAIN = ModelRequest((Message("user", "Are you open?"),))
AZURE = "https://x.openai.azure.com/openai/v1"
GROQ = "https://api.groq.com/openai/v1"
VLLM = "http://127.0.0.1:8000/v1"
OLLAMA = "http://127.0.0.1:11434/v1"
LIMITS = ("max_tokens", "max_completion_tokens")
SENT = (*LIMITS, "reasoning_effort", "temperature", "chat_template_kwargs", "thinking", "output_config")
NEW, OLD = {"max_completion_tokens": 400}, {"max_tokens": 400}
MORE = {"max_completion_tokens": THINKING_TOKENS}


def sent(request: ModelRequest = ASKED, **options: Any) -> dict[str, Any]:
    body = openai.request_body(openai.Config(**options), request)
    return {name: body[name] for name in SENT if name in body}


def sent_to_claude(model: str, **options: Any) -> dict[str, Any]:
    body = anthropic.request_body(anthropic.Config(model=model, **options), ASKED)
    return {name: body[name] for name in SENT if name in body}


@pytest.mark.parametrize(
    ("model", "with_tools", "without"),
    [
        ("gpt-4o", NEW, NEW),
        ("gpt-4.1-mini-2025-04-14", NEW, NEW),
        ("gpt-5", {**NEW, "reasoning_effort": "minimal"}, {**NEW, "reasoning_effort": "minimal"}),
        ("gpt-5-mini-2025-08-07", {**NEW, "reasoning_effort": "minimal"}, {**NEW, "reasoning_effort": "minimal"}),
        ("gpt-5.1", {**NEW, "reasoning_effort": "none"}, {**NEW, "reasoning_effort": "none"}),
        ("gpt-5.4", {**NEW, "reasoning_effort": "none"}, {**NEW, "reasoning_effort": "none"}),
        ("gpt-5.4-mini", {**NEW, "reasoning_effort": "none"}, {**NEW, "reasoning_effort": "none"}),
        ("gpt-5.5-2026-04-23", {**NEW, "reasoning_effort": "none"}, {**NEW, "reasoning_effort": "none"}),
        ("gpt-5.6-sol", {**NEW, "reasoning_effort": "none"}, {**NEW, "reasoning_effort": "none"}),
        ("gpt-6.1-terra", {**NEW, "reasoning_effort": "none"}, {**NEW, "reasoning_effort": "none"}),
        ("gpt-7-nova", {**NEW, "reasoning_effort": "none"}, {**NEW, "reasoning_effort": "none"}),
        ("gpt-6-astra", {**MORE, "reasoning_effort": "low"}, {**MORE, "reasoning_effort": "low"}),
        ("o3", {**MORE, "reasoning_effort": "low"}, {**MORE, "reasoning_effort": "low"}),
        (
            "ft:gpt-5.4-mini-2026-03-17:acme::abc",
            {**NEW, "reasoning_effort": "none"},
            {**NEW, "reasoning_effort": "none"},
        ),
        ("nobody-knows", NEW, NEW),
    ],
)
def test_openais_models(model: str, with_tools: dict[str, Any], without: dict[str, Any]) -> None:
    assert sent(model=model) == with_tools
    assert sent(PLAIN, model=model) == without


@pytest.mark.parametrize(
    ("model", "effort", "expected"),
    [
        ("gpt-5.4-mini", "low", {**NEW, "reasoning_effort": "none", "temperature": 0.4}),
        ("gpt-6-sol", "high", {**NEW, "reasoning_effort": "none", "temperature": 0.4}),
        ("gpt-5.1", "low", {**MORE, "reasoning_effort": "low"}),
        ("gpt-5.1", "", {**NEW, "reasoning_effort": "none", "temperature": 0.4}),
        ("gpt-5-mini", "none", {**NEW, "reasoning_effort": "minimal"}),
        ("gpt-4o", "low", {**NEW, "temperature": 0.4}),
        ("gpt-6.2-sol", "", {**MORE, "reasoning_effort": "low"}),
        ("nobody-knows", "low", {**MORE, "reasoning_effort": "low", "temperature": 0.4}),
    ],
)
def test_what_the_owner_sets_is_sent_where_it_is_taken(model: str, effort: Any, expected: dict[str, Any]) -> None:
    assert sent(model=model, reasoning_effort=effort, temperature=0.4) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # Azure takes the new name for every model, whatever the deployment is called.
        ({"base_url": AZURE, "model": "my-gpt5-deployment"}, NEW),
        ({"base_url": AZURE, "model": "gpt-35-turbo"}, NEW),
        ({"base_url": AZURE, "model": "front-desk", "like": "gpt-6-luna"}, {**NEW, "reasoning_effort": "none"}),
        ({"base_url": AZURE, "model": "front-desk", "like": "gpt-5-mini"}, {**NEW, "reasoning_effort": "minimal"}),
        ({"base_url": "https://x.services.ai.azure.com/openai/v1", "model": "mine"}, NEW),
        # Open models. Groq and Ollama know efforts, vLLM passes on what the template is told.
        ({"base_url": GROQ, "model": "openai/gpt-oss-20b"}, {"max_tokens": THINKING_TOKENS, "reasoning_effort": "low"}),
        ({"base_url": GROQ, "model": "qwen/qwen3-32b"}, {**OLD, "reasoning_effort": "none"}),
        ({"base_url": GROQ, "model": "llama-3.3-70b-versatile"}, OLD),
        ({"base_url": OLLAMA, "model": "qwen3:8b"}, {**OLD, "reasoning_effort": "none"}),
        ({"base_url": "http://box:9999/v1", "model": "qwen3:8b"}, {**OLD, "reasoning_effort": "none"}),
        ({"base_url": OLLAMA, "model": "gemma4"}, {**OLD, "reasoning_effort": "none"}),
        ({"base_url": OLLAMA, "model": "deepseek-r1:8b"}, {"max_tokens": THINKING_TOKENS, "reasoning_effort": "none"}),
        ({"base_url": OLLAMA, "model": "gpt-oss:20b"}, {"max_tokens": THINKING_TOKENS, "reasoning_effort": "low"}),
        ({"base_url": VLLM, "model": "Qwen/Qwen3-8B"}, {**OLD, "chat_template_kwargs": {"enable_thinking": False}}),
        ({"base_url": VLLM, "model": "Qwen/Qwen3-Coder-30B-A3B-Instruct"}, OLD),
        ({"base_url": VLLM, "model": "Qwen/Qwen3-4B-Thinking-2507"}, {"max_tokens": THINKING_TOKENS}),
        (
            {"base_url": VLLM, "model": "deepseek-ai/DeepSeek-V3.1"},
            {**OLD, "chat_template_kwargs": {"thinking": False}},
        ),
        ({"base_url": VLLM, "model": "meta-llama/Llama-3.3-70B-Instruct"}, OLD),
        ({"base_url": "https://openrouter.ai/api/v1", "model": "openai/gpt-5.4"}, {**NEW, "reasoning_effort": "none"}),
        ({"base_url": "https://openrouter.ai/api/v1", "model": "openai/gpt-4o"}, OLD),
    ],
)
def test_other_servers(options: dict[str, Any], expected: dict[str, Any]) -> None:
    assert sent(**options) == expected


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-haiku-4-5", {"max_tokens": 400, "temperature": 0.5}),
        ("claude-haiku-4-5-20251001", {"max_tokens": 400, "temperature": 0.5}),
        ("us.anthropic.claude-sonnet-4-6-20260101-v1:0", {"max_tokens": 400, "temperature": 0.5}),
        ("claude-opus-4-8", {"max_tokens": 400}),
        ("claude-haiku-5-5", {"max_tokens": 400, "thinking": {"type": "disabled"}}),
        ("claude-sonnet-5", {"max_tokens": 400, "thinking": {"type": "disabled"}}),
        ("claude-opus-5", {"max_tokens": 400, "thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", {"max_tokens": 400, "thinking": {"type": "between_tools"}}),
        ("claude-opus-5-5", {"max_tokens": THINKING_TOKENS, "output_config": {"effort": "low"}}),
        ("claude-fable-5-2", {"max_tokens": THINKING_TOKENS, "output_config": {"effort": "low"}}),
        ("claude-mythos-5", {"max_tokens": THINKING_TOKENS, "output_config": {"effort": "low"}}),
        ("claude-haiku-7", {"max_tokens": 400, "thinking": {"type": "disabled"}}),
        ("claude-saga-6", {"max_tokens": 400, "thinking": {"type": "disabled"}}),
        ("minimax-m3", {"max_tokens": 400, "temperature": 0.5}),
    ],
)
def test_anthropics_models(model: str, expected: dict[str, Any]) -> None:
    assert sent_to_claude(model, temperature=0.5) == expected


def test_a_claude_at_a_cloud_is_named_by_the_owner() -> None:
    assert sent_to_claude("front-desk", like="claude-sonnet-5-5")["thinking"] == {"type": "between_tools"}


@pytest.mark.parametrize("asked", [3000, 32_768])
def test_who_asks_for_more_room_gets_it(asked: int) -> None:
    assert sent(model="gpt-6-astra", max_tokens=asked)["max_completion_tokens"] == asked
    assert sent_to_claude("claude-opus-5-5", max_tokens=asked)["max_tokens"] == asked


def test_one_name_in_many_spellings() -> None:
    spellings = [
        "gpt-5.4",
        "openai/gpt-5.4",
        "GPT-5.4-2026-03-05",
        "azure/gpt-5.4",
        "ft:gpt-5.4:acme:desk:1",
        " gpt-5.4 ",
    ]
    assert {plain_name(name) for name in spellings} == {"gpt-5.4"}
    assert plain_name("eu.anthropic.claude-haiku-4-5-20251001-v1:0") == "claude-haiku-4-5"
    assert plain_name("qwen3:8b") == "qwen3:8b"
