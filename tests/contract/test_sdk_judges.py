"""The vendors' own clients judge the stand-ins of language models: what they read and raise is the real wire."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from offhook.simulator.vendors.anthropic import AnthropicServer
from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.server import Answer, Fault, FaultKind, echo
from offhook.speech.ports import ToolCall

SCHEMA = {"type": "object", "properties": {"at": {"type": "string"}}}
ASKED: list[Any] = [{"role": "user", "content": "Are you open?"}]
ARGUMENTS = '{"at": "half past three — or later"}'


def tool(name: str, schema: dict[str, Any] = SCHEMA) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": schema}}


def called(name: str) -> dict[str, Any]:
    calls = [{"id": name, "type": "function", "function": {"name": "book_table", "arguments": "{}"}}]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def answered(name: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": name, "content": "done"}


OPENAI_TOOLS: list[Any] = [tool("book_table")]
ANTHROPIC_TOOLS: list[Any] = [{"name": "book_table", "input_schema": SCHEMA}]


def calls(*ids: str) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(name, "book_table", ARGUMENTS) for name in ids)


def with_openai(server: OpenAIServer, use: Callable[[openai.AsyncOpenAI], Awaitable[None]], key: str = "") -> None:
    async def main() -> None:
        async with server:
            client = openai.AsyncOpenAI(
                base_url=server.base_url, api_key=key or server.key, max_retries=0, timeout=5,
                http_client=openai.DefaultAsyncHttpxClient(trust_env=False),
            )  # fmt: skip
            async with client, asyncio.timeout(15):
                await use(client)

    asyncio.run(main())


def with_anthropic(
    server: AnthropicServer, use: Callable[[anthropic.AsyncAnthropic], Awaitable[None]], key: str = ""
) -> None:
    async def main() -> None:
        async with server:
            client = anthropic.AsyncAnthropic(
                base_url=server.address, api_key=key or server.key, max_retries=0, timeout=5,
                http_client=anthropic.DefaultAsyncHttpxClient(trust_env=False),
            )  # fmt: skip
            async with client, asyncio.timeout(15):
                await use(client)

    asyncio.run(main())


# ── OpenAI ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def openai_text(client: openai.AsyncOpenAI) -> str:
    stream = await client.chat.completions.create(model="gpt-4o", messages=ASKED, stream=True)
    pieces = [chunk.choices[0].delta.content async for chunk in stream if chunk.choices]
    return "".join(piece for piece in pieces if piece)


@pytest.mark.parametrize("piece_bytes", [0, 5])
def test_openai_reads_streamed_text_tools_and_usage(piece_bytes: int) -> None:
    server = OpenAIServer(lambda _: Answer("Ünder way — 1 moment.", calls("call_a", "call_b")))
    server.piece_bytes = piece_bytes

    async def use(client: openai.AsyncOpenAI) -> None:
        async with client.chat.completions.stream(
            model="gpt-4o", messages=ASKED, tools=OPENAI_TOOLS, stream_options={"include_usage": True}
        ) as stream:
            async for _ in stream:
                pass
            whole = await stream.get_final_completion()
        (choice,) = whole.choices
        assert choice.message.content == "Ünder way — 1 moment."
        assert choice.finish_reason == "tool_calls"
        found = [(call.id, call.function.name, call.function.arguments) for call in choice.message.tool_calls or ()]
        assert found == [("call_a", "book_table", ARGUMENTS), ("call_b", "book_table", ARGUMENTS)]
        assert whole.usage is not None and whole.usage.completion_tokens > 5

    with_openai(server, use)


def test_openai_reads_a_whole_answer_and_the_models() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        raw = await client.chat.completions.with_raw_response.create(model="gpt-4o", messages=ASKED)
        whole = raw.parse()
        assert whole.choices[0].message.content == "You said: Are you open?"
        assert whole.choices[0].finish_reason == "stop"
        assert raw.request_id and raw.headers["x-ratelimit-remaining-requests"]
        known = {model.id async for model in client.models.list()}
        assert "gpt-4o" in known

    with_openai(OpenAIServer(echo), use)


OPENAI_FAULTS: list[tuple[FaultKind, type[Exception]]] = [
    ("missing_model", openai.NotFoundError),
    ("rate_limited", openai.RateLimitError),
    ("quota", openai.RateLimitError),
    ("error", openai.InternalServerError),
    ("overloaded", openai.InternalServerError),
    ("reset", openai.APIConnectionError),
    ("stream_error", openai.APIError),
    ("garbage", json.JSONDecodeError),
    ("cut", openai.APIConnectionError),
]


@pytest.mark.parametrize(("kind", "error"), OPENAI_FAULTS)
def test_openai_raises_what_the_fault_means(kind: FaultKind, error: type[Exception]) -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(error) as caught:
            await openai_text(client)
        if isinstance(caught.value, openai.APIStatusError):
            assert caught.value.request_id and isinstance(caught.value.body, dict) and caught.value.body["message"]
        if kind == "rate_limited":
            assert isinstance(caught.value, openai.RateLimitError)
            assert caught.value.response.headers["retry-after"] == "2"
        assert await openai_text(client) == "You said: Are you open?"

    with_openai(OpenAIServer(echo, faults=[Fault(kind)]), use)


def test_openai_does_not_notice_an_answer_that_ends_too_early() -> None:
    """Only an adapter that looks for the end can: the vendor's client reads what is there."""

    async def use(client: openai.AsyncOpenAI) -> None:
        assert await openai_text(client) == "You"

    with_openai(OpenAIServer(echo, faults=[Fault("truncated", events=3)]), use)


REFUSED_BY_OPENAI: list[dict[str, Any]] = [
    {"messages": []},
    {"messages": [{"role": "tool", "tool_call_id": "never", "content": "x"}]},
    {"messages": [{"role": "wizard", "content": "x"}]},
    {"model": "gpt-6-luna", "tools": OPENAI_TOOLS, "reasoning_effort": "medium"},
    {"model": "gpt-6-sol", "tools": OPENAI_TOOLS},
    {"model": "gpt-5.4-mini", "tools": OPENAI_TOOLS, "reasoning_effort": "low"},
    {"model": "gpt-6-astra", "reasoning_effort": "none"},
    {"model": "gpt-6-luna", "reasoning_effort": "minimal"},
    {"model": "gpt-4o", "reasoning_effort": "low"},
    {"model": "gpt-5-mini", "max_tokens": 10},
    {"model": "gpt-6-luna", "temperature": 0.3},
    {"model": "gpt-5.1", "temperature": 0.3, "reasoning_effort": "low"},
    {"max_tokens": 10, "max_completion_tokens": 10},
    {"max_tokens": 100_000},
    {"extra_body": {"no_such_member": 1}},
    {"extra_body": {"chat_template_kwargs": {}}},
    {"stream_options": {"include_usage": True}},
    {"tool_choice": "none"},
    {"tools": OPENAI_TOOLS * 129},
    {"tools": [tool("book table")]},
    {"tools": [tool("book", {"type": "object", "anyOf": [{}]})]},
    {"tools": [tool("book", {"type": "object", "properties": {"a": {"type": "array"}}})]},
    {"messages": [{"role": "user", "content": None}]},
    {"messages": [*ASKED, called("x" * 41), answered("x" * 41)]},
]


@pytest.mark.parametrize("body", REFUSED_BY_OPENAI)
def test_openai_is_refused_what_the_vendor_refuses(body: dict[str, Any]) -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.chat.completions.create(**{"model": "gpt-4o", "messages": ASKED, **body})
        assert isinstance(caught.value.body, dict) and caught.value.body["message"]

    with_openai(OpenAIServer(echo), use)


@pytest.mark.parametrize("model", ["gpt-9", "gpt-4-turbo", "gpt-5.1-codex", "gpt-5.2-pro", "claude-haiku-4-5"])
def test_openai_does_not_serve_what_is_not_there_is_over_or_is_elsewhere(model: str) -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(model=model, messages=ASKED)

    with_openai(OpenAIServer(echo), use)


def test_openais_thoughts_are_paid_for_and_may_leave_no_room_for_words() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        whole = await client.chat.completions.create(model="gpt-6-luna", messages=ASKED, max_completion_tokens=400)
        assert whole.choices[0].finish_reason == "length" and not whole.choices[0].message.content
        details = whole.usage and whole.usage.completion_tokens_details
        assert details and details.reasoning_tokens == 400
        short = await client.chat.completions.create(
            model="gpt-6-luna", messages=ASKED, max_completion_tokens=3, reasoning_effort="none"
        )
        assert short.choices[0].finish_reason == "length" and short.choices[0].message.content == "You said:"[:9]

    with_openai(OpenAIServer(echo), use)


def test_only_the_test_key_is_taken() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.AuthenticationError) as caught:
            await openai_text(client)
        assert caught.value.code == "invalid_api_key"

    async def use_other(client: anthropic.AsyncAnthropic) -> None:
        with pytest.raises(anthropic.AuthenticationError):
            await anthropic_text(client)

    with_openai(OpenAIServer(echo), use, key="another")
    with_anthropic(AnthropicServer(echo), use_other, key="another")


# ── Anthropic ────────────────────────────────────────────────────────────────────────────────────────────────────


async def anthropic_text(client: anthropic.AsyncAnthropic) -> str:
    async with client.messages.stream(model="claude-haiku-4-5", max_tokens=100, messages=ASKED) as stream:
        return "".join([piece async for piece in stream.text_stream])


@pytest.mark.parametrize("piece_bytes", [0, 5])
def test_anthropic_reads_streamed_text_tools_and_usage(piece_bytes: int) -> None:
    server = AnthropicServer(lambda _: Answer("Ünder way.", (*calls("toolu_a"), ToolCall("toolu_b", "book_table", ""))))
    server.piece_bytes = piece_bytes

    async def use(client: anthropic.AsyncAnthropic) -> None:
        async with client.messages.stream(
            model="claude-haiku-4-5", max_tokens=100, messages=ASKED, tools=ANTHROPIC_TOOLS
        ) as stream:
            whole = await stream.get_final_message()
        text, first, second = whole.content
        assert text.type == "text" and text.text == "Ünder way."
        assert first.type == "tool_use" and (first.id, first.input) == ("toolu_a", json.loads(ARGUMENTS))
        assert second.type == "tool_use" and second.input == {}
        assert whole.stop_reason == "tool_use"
        assert whole.usage.input_tokens > 0 and whole.usage.output_tokens > 2

    with_anthropic(server, use)


def test_anthropic_reads_a_whole_answer() -> None:
    async def use(client: anthropic.AsyncAnthropic) -> None:
        whole = await client.messages.create(model="claude-haiku-4-5", max_tokens=100, messages=ASKED)
        (block,) = whole.content
        assert block.type == "text" and block.text == "You said: Are you open?"
        assert whole.stop_reason == "end_turn"

    with_anthropic(AnthropicServer(echo), use)


ANTHROPIC_FAULTS: list[tuple[FaultKind, type[Exception]]] = [
    ("missing_model", anthropic.NotFoundError),
    ("rate_limited", anthropic.RateLimitError),
    ("quota", anthropic.BadRequestError),
    ("error", anthropic.InternalServerError),
    ("overloaded", anthropic.InternalServerError),
    ("reset", anthropic.APIConnectionError),
    ("stream_error", anthropic.APIStatusError),
    ("cut", httpx2.RemoteProtocolError),
]


@pytest.mark.parametrize(("kind", "error"), ANTHROPIC_FAULTS)
def test_anthropic_raises_what_the_fault_means(kind: FaultKind, error: type[Exception]) -> None:
    async def use(client: anthropic.AsyncAnthropic) -> None:
        with pytest.raises(error):
            await anthropic_text(client)
        assert await anthropic_text(client) == "You said: Are you open?"

    with_anthropic(AnthropicServer(echo, faults=[Fault(kind, events=5)]), use)


REFUSED_BY_ANTHROPIC: list[dict[str, Any]] = [
    {"messages": [{"role": "assistant", "content": "Hello."}]},
    {"messages": [{"role": "user", "content": ""}]},
    {"messages": [{"role": "assistant", "content": "Hello."}, *ASKED]},
    {"messages": [*ASKED, {"role": "assistant", "content": [
        {"type": "tool_use", "id": "toolu_a", "name": "book_table", "input": {}}]}, *ASKED]},
    {"extra_body": {"temperature": 0.5}, "model": "claude-haiku-5-5"},
    {"extra_body": {"temperature": 0.5}, "model": "claude-opus-4-7"},
    {"thinking": {"type": "disabled"}, "model": "claude-opus-5-5"},
    {"thinking": {"type": "disabled"}, "model": "claude-sonnet-5-5"},
    {"thinking": {"type": "disabled"}, "model": "claude-fable-5-1"},
    {"thinking": {"type": "between_tools"}, "model": "claude-haiku-5-5"},
    {"thinking": {"type": "adaptive"}},
    {"thinking": {"type": "enabled", "budget_tokens": 50}},
    {"thinking": {"type": "disabled"}, "output_config": {"effort": "max"}, "model": "claude-opus-5"},
    {"output_config": {"effort": "low"}},
    {"max_tokens": 100_000},
    {"extra_body": {"no_such_member": 1}},
    {"extra_headers": {"anthropic-version": "2020-01-01"}},
    {"tool_choice": {"type": "none"}},
    {"tools": ANTHROPIC_TOOLS * 2},
    {"tools": [{"name": "book table", "input_schema": SCHEMA}]},
    {"tools": [{"name": "book", "input_schema": {"type": "object", "oneOf": [{}]}}]},
    {"tools": [{"name": "book", "input_schema": {}}]},
]  # fmt: skip


@pytest.mark.parametrize("body", REFUSED_BY_ANTHROPIC)
def test_anthropic_is_refused_what_the_vendor_refuses(body: dict[str, Any]) -> None:
    async def use(client: anthropic.AsyncAnthropic) -> None:
        with pytest.raises(anthropic.BadRequestError):
            await client.messages.create(**{"model": "claude-haiku-4-5", "max_tokens": 100, "messages": ASKED, **body})

    with_anthropic(AnthropicServer(echo), use)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("model", ["claude-9", "claude-mythos-preview", "gpt-4o"])
def test_anthropic_does_not_serve_what_is_not_there_or_is_over(model: str) -> None:
    async def use(client: anthropic.AsyncAnthropic) -> None:
        with pytest.raises(anthropic.NotFoundError):
            await client.messages.create(model=model, max_tokens=100, messages=ASKED)

    with_anthropic(AnthropicServer(echo), use)


@pytest.mark.parametrize(("model", "thinks"), [("claude-haiku-5-5", True), ("claude-opus-4-8", False)])
def test_anthropic_thinks_by_default_where_it_does(model: str, thinks: bool) -> None:
    async def use(client: anthropic.AsyncAnthropic) -> None:
        async with client.messages.stream(model=model, max_tokens=2000, messages=ASKED) as stream:
            whole = await stream.get_final_message()
        kinds = [block.type for block in whole.content]
        assert kinds == (["thinking", "redacted_thinking", "text"] if thinks else ["text"])
        assert (whole.usage.output_tokens > 500) is thinks
        short = await client.messages.create(model=model, max_tokens=400, messages=ASKED)
        assert (short.stop_reason == "max_tokens") is thinks
        first = whole.content[0]
        assert first.type != "thinking" or (first.signature and not first.thinking)

    with_anthropic(AnthropicServer(echo), use)


@pytest.mark.parametrize("spoil", ["left out", "another signature", "behind the call", "nothing"])
def test_anthropic_wants_its_thoughts_back_as_they_were(spoil: str) -> None:
    server = AnthropicServer(
        lambda body: Answer("Done.") if "tool_result" in str(body) else Answer("", calls("toolu_a"))
    )

    async def use(client: anthropic.AsyncAnthropic) -> None:
        options: dict[str, Any] = {"model": "claude-opus-5-5", "max_tokens": 2000, "tools": ANTHROPIC_TOOLS}
        whole = await client.messages.create(messages=ASKED, **options)
        thought, hidden, use = [block.model_dump(exclude_none=True) for block in whole.content]
        told = {
            "left out": [use],
            "another signature": [{**thought, "signature": "EqQx"}, hidden, use],
            "behind the call": [use, thought, hidden],
            "nothing": [thought, hidden, use],
        }[spoil]
        result = {"type": "tool_result", "tool_use_id": "toolu_a", "content": "booked"}
        messages = [*ASKED, {"role": "assistant", "content": told}, {"role": "user", "content": [result]}]
        if spoil == "nothing":
            assert (await client.messages.create(messages=messages, **options)).stop_reason == "end_turn"
        else:
            with pytest.raises(anthropic.BadRequestError, match="thinking"):
                await client.messages.create(messages=messages, **options)

    with_anthropic(server, use)


def test_an_empty_account_at_anthropic_is_a_bad_request() -> None:
    async def use(client: anthropic.AsyncAnthropic) -> None:
        with pytest.raises(anthropic.BadRequestError, match="credit balance is too low"):
            await anthropic_text(client)

    with_anthropic(AnthropicServer(echo, faults=[Fault("quota")]), use)
