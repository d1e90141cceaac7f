"""A list of language models against the vendors' stand-ins: whatever one of them does, one whole reply comes out."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import TypeAdapter

from offhook import clock
from offhook.errors import ConfigurationError, ProviderError, ProviderRefused
from offhook.simulator.vendors.anthropic import AnthropicServer
from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.server import Answer, Brain, Fault, FaultKind, VendorServer, said
from offhook.speech.health import State
from offhook.speech.llm.history import REST
from offhook.speech.ports import (
    LanguageModel,
    Message,
    ModelOutput,
    ModelRequest,
    Setup,
    Switched,
    TextDelta,
    ToolCall,
    ToolSpec,
    Usage,
)
from offhook.speech.registry import create_language_model, llm_config_union

ANSWER = "We are open from nine in the morning until ten in the evening, and on Monday we are closed."
TOOL = ToolSpec("book_table", "Book a table.", {"type": "object", "properties": {}})
ASKED = ModelRequest((Message("system", "Be short."), Message("user", "Are you open?")), (TOOL,))
CALL = ToolCall("call_a", "book_table", '{"at": "16:00"}')
KEYS = {"OPENAI_API_KEY": OpenAIServer.key, "ANTHROPIC_API_KEY": AnthropicServer.key}

Check = Callable[[LanguageModel, VendorServer, VendorServer, Setup], Awaitable[None]]


def going_on(body: dict[str, Any]) -> Answer:
    """A model that does as it is told: the answer, or exactly the rest of it."""
    messages = body["messages"]
    if said(messages[-1]).strip() != REST:
        return Answer(ANSWER)
    before = said(messages[-2]).strip()
    assert messages[-2]["role"] == "assistant" and ANSWER.startswith(before)
    return Answer(ANSWER[len(before) :].strip())


def run(
    check: Check, *, faults: tuple[Fault, ...] = (), brains: tuple[Brain, Brain] = (going_on, going_on), **block: Any
) -> None:
    async def main() -> None:
        async with OpenAIServer(brains[0], faults=faults) as first, AnthropicServer(brains[1]) as second:
            document = {
                "provider": "openai",
                "base_url": first.base_url,
                "first_token_timeout_s": 0.4,
                "gap_timeout_s": 0.4,
                "fallback": [{"provider": "anthropic", "base_url": second.base_url}],
                **block,
            }
            setup = Setup(key=KEYS.__getitem__)
            model = create_language_model(TypeAdapter(llm_config_union()).validate_python(document), setup)
            await model.prepare()
            try:
                async with asyncio.timeout(20):
                    await check(model, first, second, setup)
            finally:
                await model.close()
        assert len(asyncio.all_tasks()) == 1, "nothing is left behind"

    asyncio.run(main())


async def collect(model: LanguageModel, request: ModelRequest = ASKED) -> list[ModelOutput]:
    return [output async for output in model.stream(request)]


def text_of(outputs: list[ModelOutput]) -> str:
    return "".join(output.text for output in outputs if isinstance(output, TextDelta))


def news_of(outputs: list[ModelOutput]) -> list[Switched]:
    return [output for output in outputs if isinstance(output, Switched)]


BEFORE: tuple[FaultKind, ...] = (
    "unauthorized", "missing_model", "quota", "rate_limited", "error", "overloaded", "reset", "no_answer", "stall_first"
)  # fmt: skip
INSIDE: tuple[FaultKind, ...] = ("stall", "cut", "truncated", "garbage", "stream_error")


@pytest.mark.parametrize("kind", BEFORE)
def test_a_reply_that_never_began_is_given_by_the_next(kind: FaultKind) -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        outputs = await collect(model)
        assert text_of(outputs) == ANSWER
        news = news_of(outputs)[-1]
        assert (news.kind, news.provider, news.to) == ("llm", "openai gpt-4o", "anthropic claude-haiku-5-5")
        assert OpenAIServer.key not in news.cause
        assert len(second.requests) == 1 and len(second.requests[0].body["messages"]) == 1
        is_tried_again = kind in ("rate_limited", "error", "overloaded", "reset")
        assert len(first.requests) == 1 + is_tried_again, "neither a refusal nor a wait mends itself at once"
        usage = outputs[-1]
        assert isinstance(usage, Usage) and usage.tokens_out > 5

    run(check, faults=(Fault(kind), Fault(kind)))


@pytest.mark.parametrize("kind", ["rate_limited", "error", "overloaded", "reset"])
def test_what_mends_itself_is_asked_once_more(kind: FaultKind) -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        outputs = await collect(model)
        assert text_of(outputs) == ANSWER and not second.requests
        (news,) = news_of(outputs)
        assert news.provider == news.to == "openai gpt-4o"

    run(check, faults=(Fault(kind),))


@pytest.mark.parametrize("events", [3, 8, 20])
@pytest.mark.parametrize("kind", INSIDE)
def test_a_reply_that_broke_off_is_gone_on_with(kind: FaultKind, events: int) -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        outputs = await collect(model)
        assert text_of(outputs) == ANSWER, "no word twice, none lost"
        assert news_of(outputs)[-1].to.startswith("anthropic")
        messages = second.requests[-1].body["messages"]
        assert [message["role"] for message in messages] == ["user", "assistant", "user"], "nothing is put in its mouth"
        usage = outputs[-1]
        assert isinstance(usage, Usage) and usage.tokens_out >= len(ANSWER) / 8, "both parts are paid for"

    run(check, faults=(Fault(kind, events=events), Fault(kind, events=3)))


@pytest.mark.parametrize("kind", INSIDE)
def test_a_model_that_begins_anew_is_heard_once(kind: FaultKind) -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        assert text_of(await collect(model)) == ANSWER

    run(check, faults=(Fault(kind, events=20),) * 2, brains=(lambda _: Answer(ANSWER),) * 2)


def test_alone_it_goes_on_with_itself() -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        outputs = await collect(model)
        assert text_of(outputs) == ANSWER and len(first.requests) == 2
        assert [(news.provider, news.to) for news in news_of(outputs)] == [("openai gpt-4o", "openai gpt-4o")]

    run(check, faults=(Fault("stall", events=12),), fallback=[])


def test_nobody_left_is_an_error() -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        second.faults.extend([Fault("error")] * 2)
        with pytest.raises(ProviderError, match="answered 500"):
            await collect(model)
        assert (len(first.requests), len(second.requests)) == (2, 2), "tries are bounded"

    run(check, faults=(Fault("overloaded"),) * 2)


def test_what_a_vendor_read_before_it_broke_off_is_counted() -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        first.faults.append(Fault("unauthorized"))
        second.faults.extend([Fault("cut", events=3), Fault("none")])
        outputs = await collect(model)
        assert text_of(outputs) == ANSWER
        usage = outputs[-1]
        read = [len(json.dumps(request.body["messages"])) // 4 for request in second.requests]
        assert isinstance(usage, Usage) and usage.tokens_in == sum(read) and len(read) == 2
        assert usage.wasted == read[0] + 1, "the reply's place was made, and nothing stood in it"

    run(check)


def test_a_tool_is_asked_for_once() -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        outputs = await collect(model)
        assert text_of(outputs) == "One moment, I look."
        calls = [output for output in outputs if isinstance(output, ToolCall)]
        assert [(call.name, call.arguments) for call in calls] == [(CALL.name, CALL.arguments)]

    def brain(body: dict[str, Any]) -> Answer:
        return Answer("One moment, I look.", (CALL,))

    # The text is there, the tool's call is not: the other one gives both.
    run(check, faults=(Fault("cut", events=6),) * 2, brains=(brain, brain))


def test_a_long_tool_call_is_no_stall() -> None:
    long = ToolCall("call_a", "book_table", '{"note": "' + "word " * 30 + '"}')

    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        outputs = await collect(model)
        assert [output for output in outputs if isinstance(output, ToolCall)] == [long]
        assert not news_of(outputs) and not second.requests

    # Much longer than both waits together, and something comes all the time.
    run(check, faults=(Fault("slow", gap_s=0.03),), brains=(lambda _: Answer("", (long,)), going_on))


def test_a_refused_key_is_told_once_and_not_waited_for_again(caplog: pytest.LogCaptureFixture) -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        for _ in range(3):
            assert text_of(await collect(model)) == ANSWER
        assert len(first.requests) == 1, "it rests"
        standing, _ = setup.health.snapshot(clock.now())
        assert standing.state is State.OPEN and standing.failures == {"provider.refused": 1}
        assert standing.retry_in_s > 60.0
        (told,) = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert "llm openai gpt-4o refuses" in told.message and "check the key" in told.message
        assert OpenAIServer.key not in caplog.text

    run(check, faults=(Fault("unauthorized"),))


def test_a_vendor_that_is_down_costs_later_calls_nothing() -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        for _ in range(6):
            assert text_of(await collect(model)) == ANSWER
        assert len(first.requests) == 3
        news = news_of(await collect(model))
        assert "rests" in news[0].cause and "500" in news[0].cause

    run(check, faults=(Fault("error"),) * 20)


def test_a_reply_that_nobody_wants_ends_everywhere() -> None:
    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        stream = model.stream(ASKED)
        async for output in stream:
            if isinstance(output, TextDelta):
                break
        await stream.aclose()
        async with asyncio.timeout(5):
            while first.requests[-1].state == "open":
                await asyncio.sleep(0.005)
        assert not second.requests
        assert setup.health.snapshot(clock.now())[0].state is State.CLOSED

    run(check, faults=(Fault("slow", gap_s=0.2),))


def test_a_missing_key_of_a_stand_by_is_told_at_the_start() -> None:
    def key(name: str) -> str:
        if name not in KEYS or name.startswith("ANTHROPIC"):
            raise ConfigurationError("not set", field=name)
        return KEYS[name]

    document = {"provider": "openai", "fallback": [{"provider": "anthropic"}]}
    with pytest.raises(ConfigurationError, match="ANTHROPIC_API_KEY"):
        create_language_model(TypeAdapter(llm_config_union()).validate_python(document), Setup(key=key))


def test_a_request_that_is_refused_as_such_goes_to_the_next() -> None:
    def too_long(body: dict[str, Any]) -> Answer:
        return Answer("", stop="content_filter")

    async def check(model: LanguageModel, first: VendorServer, second: VendorServer, setup: Setup) -> None:
        for _ in range(4):
            assert text_of(await collect(model)) == ANSWER
        assert len(first.requests) == 4, "it says nothing of the next request"
        assert issubclass(ProviderRefused, ProviderError)

    run(check, brains=(too_long, going_on))
