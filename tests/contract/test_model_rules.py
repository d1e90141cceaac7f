"""Every model of the vendors against its stand-in, which judges by its own table: it answers in its first turn, with
tools and whatever temperature the owner has set, or it is refused before the first call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from offhook.errors import ProviderRefused, ReplyEmpty
from offhook.simulator.vendors import anthropic_models, openai_models
from offhook.simulator.vendors.anthropic import AnthropicServer
from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.server import Answer, VendorServer
from offhook.speech.catalogue import refusal
from offhook.speech.llm import anthropic, openai
from offhook.speech.llm.history import RUNNING
from offhook.speech.ports import (
    LanguageModel,
    Message,
    ModelOutput,
    ModelRequest,
    Progress,
    Setup,
    TextDelta,
    ToolCall,
    ToolSpec,
)

TOOL = ToolSpec("book_table", "Book a table.", {"type": "object", "properties": {}})
ASKED = (Message("system", "Be short."), Message("user", "Book a table."))
CALLS = (ToolCall("toolu_a", "book_table", '{"at": "16:00"}'), ToolCall("toolu_b", "book_table", "{}"))
GPTS = [name for name in openai_models.RULES if openai_models.rules_of(name) is not None]
CLAUDES = [name for name in anthropic_models.RULES if anthropic_models.rules_of(name) is not None]

Use = Callable[[LanguageModel], Awaitable[None]]


def books_first(body: dict[str, Any]) -> Answer:
    """A tool first where there is one, and words behind its answer."""
    has_answers = "tool_result" in str(body["messages"]) or "'role': 'tool'" in str(body["messages"])
    return Answer("It is booked.") if has_answers or not body.get("tools") else Answer("One moment.", CALLS)


def talk(server: VendorServer, config: Any, use: Use) -> None:
    async def main() -> None:
        async with server:
            at = config.model_copy(update={"base_url": server.base_url})
            make = openai.create if isinstance(at, openai.Config) else anthropic.create
            model = make(at, Setup(key=lambda _: server.key))
            await model.prepare()
            try:
                async with asyncio.timeout(20):
                    await use(model)
            finally:
                await model.close()

    asyncio.run(main())


async def collect(model: LanguageModel, *messages: Message, **options: Any) -> list[ModelOutput]:
    request = ModelRequest((*ASKED, *messages), options.pop("tools", (TOOL,)), call_id="call_1", **options)
    return [output async for output in model.stream(request)]


def text_of(outputs: list[ModelOutput]) -> str:
    return "".join(output.text for output in outputs if isinstance(output, TextDelta))


def calls_of(outputs: list[ModelOutput]) -> list[ToolCall]:
    return [output for output in outputs if isinstance(output, ToolCall)]


def answered(*, said: str = "One moment.") -> tuple[Message, ...]:
    return (
        Message("assistant", said, tool_calls=CALLS),
        Message("tool", "booked", tool_call="toolu_a"),
        Message("tool", "booked", tool_call="toolu_b"),
    )


async def a_whole_turn(model: LanguageModel) -> None:
    first = await collect(model)
    assert text_of(first) == "One moment." and calls_of(first) == list(CALLS)
    assert text_of(await collect(model, *answered())) == "It is booked."


# ── every model ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("temperature", [None, 0.4])
@pytest.mark.parametrize("model", GPTS)
def test_each_of_openais_works_in_its_first_turn_or_is_refused_before(model: str, temperature: float | None) -> None:
    server = OpenAIServer(books_first)
    if refusal("openai", model, has_tools=True):
        rules = openai_models.RULES[model]
        assert not rules.is_chat or ("none" not in rules.efforts and rules.tools is not openai_models.Tools.ALWAYS)
        return
    talk(server, openai.Config(model=model, temperature=temperature), a_whole_turn)
    assert [request.state for request in server.requests] == ["done", "done"], "nothing had to be learned"


@pytest.mark.parametrize("model", [name for name in GPTS if not refusal("openai", name, has_tools=False)])
def test_each_of_openais_speaks_without_tools(model: str) -> None:
    server = OpenAIServer(books_first)

    async def use(model: LanguageModel) -> None:
        assert text_of(await collect(model, tools=())) == "It is booked."

    talk(server, openai.Config(model=model, temperature=0.4), use)
    assert [request.state for request in server.requests] == ["done"]


@pytest.mark.parametrize("temperature", [None, 0.4])
@pytest.mark.parametrize("model", CLAUDES)
def test_each_of_anthropics_works_in_its_first_turn_with_tools(model: str, temperature: float | None) -> None:
    server = AnthropicServer(books_first)
    talk(server, anthropic.Config(model=model, temperature=temperature), a_whole_turn)
    assert [request.state for request in server.requests] == ["done", "done"], "nothing had to be learned"


# ── thoughts in a round of tools ─────────────────────────────────────────────────────────────────────────────────


def blocks_of(server: AnthropicServer, at: int = -1) -> list[str]:
    asked = [message for message in server.requests[at].body["messages"] if message["role"] == "assistant"]
    return [block["type"] for block in asked[-1]["content"]]


def test_thoughts_go_back_with_the_tools_answers_and_are_told_to_nobody() -> None:
    server = AnthropicServer(books_first)

    async def use(model: LanguageModel) -> None:
        first = await collect(model)
        assert Progress(is_thought=True) in first, "it lives"
        assert not any("Eq" in str(output) or "Em8K" in str(output) for output in first)
        await collect(model, *answered(said="One mo"))
        assert blocks_of(server) == ["thinking", "redacted_thinking", "text", "tool_use", "tool_use"]
        # The caller speaks while the tool still runs.
        running = (answered()[0], Message("user", "Hello?"))
        assert text_of(await collect(model, *running)) == "It is booked."
        assert RUNNING in str(server.requests[-1].body)

    talk(server, anthropic.Config(model="claude-opus-5-5"), use)
    assert all(request.state == "done" for request in server.requests)


def test_the_stand_in_wants_them_back() -> None:
    server = AnthropicServer(books_first)

    async def use(model: LanguageModel) -> None:
        await collect(model)
        model._thoughts.forget("call_1")  # type: ignore[attr-defined]
        with pytest.raises(ProviderRefused, match="Expected `thinking` or `redacted_thinking`, but found `text`"):
            await collect(model, *answered())

    talk(server, anthropic.Config(model="claude-opus-5-5"), use)


def test_thoughts_that_are_not_taken_any_more_are_left_out() -> None:
    """A vendor binds them to what stood before: an edited conversation, or a restarted stand-in, does not know them."""
    server = AnthropicServer(books_first)

    async def use(model: LanguageModel) -> None:
        await collect(model)
        server._issued.clear()
        assert text_of(await collect(model, *answered())) == "It is booked."
        assert [request.state for request in server.requests] == ["done", "refused", "done"]
        assert text_of(await collect(model, *answered())) == "It is booked."
        assert len(server.requests) == 4, "and are not sent again"

    talk(server, anthropic.Config(model="claude-opus-5-5"), use)


def test_another_models_calls_have_no_thoughts() -> None:
    server = AnthropicServer(books_first)

    async def use(model: LanguageModel) -> None:
        assert text_of(await collect(model, *answered())) == "It is booked."
        assert blocks_of(server) == ["text", "tool_use", "tool_use"]

    talk(server, anthropic.Config(model="claude-opus-5-5"), use)


# ── nothing but thoughts ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_reply_that_spent_its_tokens_without_a_word_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(openai_models.THOUGHT_TOKENS, "low", 5000)
    monkeypatch.setitem(anthropic_models.THOUGHT_TOKENS, "low", 5000)

    async def use(model: LanguageModel) -> None:
        with pytest.raises(ReplyEmpty, match=r"spent all of max_tokens \(2048 tokens\) without a word"):
            await collect(model, tools=())

    talk(OpenAIServer(books_first), openai.Config(model="gpt-6.2-sol"), use)
    talk(AnthropicServer(books_first), anthropic.Config(model="claude-opus-5-5"), use)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_reply_that_ends_without_a_word_is_none_unless_it_goes_on_with_another(text: str) -> None:
    async def use(model: LanguageModel) -> None:
        with pytest.raises(ReplyEmpty, match="ended its reply without a word"):
            await collect(model)
        assert text_of(await collect(model, said="All is said.")).strip() == ""

    talk(OpenAIServer(lambda _: Answer(text)), openai.Config(model="gpt-4o"), use)
    if not text:
        talk(AnthropicServer(lambda _: Answer(text)), anthropic.Config(), use)
