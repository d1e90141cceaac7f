"""Anthropic's Messages against its stand-in: replies, tools, every fault, cancelling, and the key that never shows."""

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from offhook.errors import ProtocolViolation, ProviderError, ProviderRefused, ProviderTimeout, ProviderUnavailable
from offhook.simulator.vendors.anthropic import AnthropicServer
from offhook.simulator.vendors.server import Answer, Fault, FaultKind, Latency, echo
from offhook.speech.http import Patience
from offhook.speech.llm import anthropic
from offhook.speech.llm.anthropic import AnthropicModel, Config, chat, create
from offhook.speech.llm.anthropic_reply import ReplyReader
from offhook.speech.llm.history import RUNNING
from offhook.speech.ports import Message, ModelOutput, ModelRequest, Setup, TextDelta, ToolCall, ToolSpec, Usage

CANARY = "canary-0123456789-abcdef"
TOOL = ToolSpec("book_table", "Book a table.", {"type": "object", "properties": {}})
ASKED = ModelRequest((Message("system", "Be short."), Message("user", "Are you open?")), (TOOL,))
CALLS = (ToolCall("toolu_a", "book_table", '{"at": "16:00"}'), ToolCall("toolu_b", "book_table", "{}"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits are short, so that their end is reached."""
    monkeypatch.setattr(anthropic, "MODEL_PATIENCE", Patience(0.3, 0.3))


Check = Callable[[AnthropicServer, AnthropicModel], Awaitable[None]]


def run(server: AnthropicServer, check: Check, key: str = AnthropicServer.key, **options: Any) -> None:
    async def main() -> None:
        async with server:
            config = Config(base_url=server.base_url, **options)
            model = create(config, Setup(key=lambda _: key))
            await model.prepare()
            try:
                async with asyncio.timeout(20):
                    await check(server, model)
            finally:
                await model.close()

    asyncio.run(main())


async def collect(model: AnthropicModel, request: ModelRequest = ASKED) -> list[ModelOutput]:
    return [output async for output in model.stream(request)]


def text_of(outputs: list[ModelOutput]) -> str:
    return "".join(output.text for output in outputs if isinstance(output, TextDelta))


@pytest.mark.parametrize("piece_bytes", [0, 1, 7])
def test_a_reply_with_parallel_tools_and_its_tokens(piece_bytes: int) -> None:
    server = AnthropicServer(lambda _: Answer("Ünder way.", CALLS))
    server.piece_bytes = piece_bytes

    async def check(server: AnthropicServer, model: AnthropicModel) -> None:
        outputs = await collect(model)
        assert text_of(outputs) == "Ünder way."
        assert [output for output in outputs if isinstance(output, ToolCall)] == list(CALLS)
        usage = outputs[-1]
        assert isinstance(usage, Usage) and usage.tokens_in > 0 and usage.tokens_out > 2

    run(server, check)


HISTORIES = {
    "nobody has spoken": (),
    "the agent spoke first": (Message("assistant", "Hello."), Message("user", "Hi.")),
    "the agent spoke last": (Message("user", "Hi."), Message("assistant", "Hello.")),
    "two in a row": (Message("user", "Hi."), Message("user", "Hello?"), Message("assistant", "")),
    "tools": (
        Message("user", "Book."),
        Message("assistant", "", tool_calls=(ToolCall("call:1", "book_table", "nonsense"), CALLS[0])),
        Message("tool", "", tool_call="call:1"),
        Message("tool", "loose", tool_call="never-asked"),
        Message("user", "And?"),
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("model_name", ["claude-haiku-4-5", "claude-haiku-5-5"])
def test_the_strict_server_takes_every_history(name: str, model_name: str) -> None:
    asked = ModelRequest((Message("system", "Be short."), *HISTORIES[name]), (TOOL,))

    async def check(server: AnthropicServer, model: AnthropicModel) -> None:
        assert text_of(await collect(model, asked)) == "Yes."

    run(AnthropicServer(lambda _: Answer("Yes.")), check, model=model_name, temperature=0.5)


def test_tool_results_stand_behind_their_calls() -> None:
    _, asked, answered = chat(HISTORIES["tools"])
    assert [block["id"] for block in asked["content"]] == ["call_1", "toolu_a"]
    kinds = [(block["type"], block.get("content")) for block in answered["content"]]
    assert kinds == [("tool_result", "done"), ("tool_result", RUNNING), ("text", None)]


@pytest.mark.parametrize("may_call", [True, False])
def test_tools_that_may_not_be_called_are_still_known(may_call: bool) -> None:
    async def check(server: AnthropicServer, model: AnthropicModel) -> None:
        await collect(model, ModelRequest(HISTORIES["tools"], (TOOL,), may_call=may_call))
        body = server.requests[-1].body
        assert [tool["name"] for tool in body["tools"]] == ["book_table"]
        assert body.get("tool_choice") == (None if may_call else {"type": "none"})

    run(AnthropicServer(lambda _: Answer("Yes.")), check)


def test_notes_are_sent_in_the_users_place() -> None:
    entries = chat(
        (Message("user", "Hi."), Message("assistant", "Hel"), Message("note", "cut"), Message("user", "Wait"))
    )
    assert [entry["role"] for entry in entries] == ["user", "assistant", "user"]
    assert [block["text"] for block in entries[-1]["content"]] == ["[cut]", "Wait"]


FAULTS: list[tuple[FaultKind, type[ProviderError]]] = [
    ("unauthorized", ProviderRefused),
    ("missing_model", ProviderRefused),
    ("quota", ProviderRefused),
    ("rate_limited", ProviderUnavailable),
    ("error", ProviderUnavailable),
    ("overloaded", ProviderUnavailable),
    ("reset", ProviderUnavailable),
    ("cut", ProviderUnavailable),
    ("truncated", ProviderUnavailable),
    ("stream_error", ProviderUnavailable),
    ("garbage", ProtocolViolation),
    ("no_answer", ProviderTimeout),
    ("stall_first", ProviderTimeout),
    ("stall", ProviderTimeout),
]


@pytest.mark.parametrize(("kind", "error"), FAULTS)
def test_a_fault_has_its_error_and_the_next_reply_is_well(kind: FaultKind, error: type[ProviderError]) -> None:
    async def check(server: AnthropicServer, model: AnthropicModel) -> None:
        said: list[ModelOutput] = []
        with pytest.raises(ProviderError) as caught:
            async for output in model.stream(ASKED):
                said.append(output)  # noqa: PERF401 - what came before the error is kept
        assert type(caught.value) is error
        before_text = kind not in ("cut", "truncated", "stream_error", "garbage", "stall")
        assert bool(text_of(said)) is not before_text
        assert text_of(await collect(model)) == "You said: Are you open?"

    run(AnthropicServer(echo, faults=[Fault(kind, events=6)]), check)


def test_a_reply_that_nobody_wants_ends_at_the_vendor() -> None:
    async def check(server: AnthropicServer, model: AnthropicModel) -> None:
        stream = model.stream(ASKED)
        assert isinstance(await anext(stream), TextDelta)
        await stream.aclose()
        while server.requests[-1].state == "open":
            await asyncio.sleep(0.005)
        assert server.requests[-1].state == "left"

    run(AnthropicServer(lambda _: Answer("word " * 1000), Latency(token_s=0.05)), check)


def test_the_key_shows_nowhere() -> None:
    async def check(server: AnthropicServer, model: AnthropicModel) -> None:
        with pytest.raises(ProviderRefused) as caught:
            await collect(model)
        shown = "".join(traceback.format_exception(caught.value)) + repr(model)
        assert "invalid x-api-key" in shown
        assert CANARY not in shown and CANARY[:8] not in shown

    run(AnthropicServer(echo), check, key=CANARY)


def test_a_tool_call_that_the_limit_cut_is_not_run() -> None:
    async def check(server: AnthropicServer, model: AnthropicModel) -> None:
        with pytest.raises(ProtocolViolation, match="max_tokens"):
            await collect(model)

    run(AnthropicServer(lambda _: Answer("", CALLS, stop="max_tokens")), check)


@pytest.mark.parametrize("junk", [None, "x", -1, 1.5, True, [], {}])
def test_what_is_not_spoken_costs_no_word(junk: Any) -> None:
    reader = ReplyReader("")
    block = {"type": "text", "text": "Well.", "id": None, "name": None, "input": junk, "citations": junk}
    assert reader.feed(json.dumps({"type": "message_start", "message": {"usage": junk, "model": junk}})) == ""
    assert reader.feed(json.dumps({"type": "content_block_start", "content_block": block, "usage": junk})) == "Well."
    assert reader.feed(json.dumps({"type": junk if isinstance(junk, str) else None})) == ""
    reader.feed(json.dumps({"type": "message_delta", "delta": {"stop_reason": None}, "usage": {"output_tokens": junk}}))
    reader.feed('{"type":"message_stop"}')
    assert reader.finish() == [] and reader.usage() is None


def test_a_refusal_without_a_word_is_one() -> None:
    reader = ReplyReader("")
    reader.feed('{"type":"message_delta","delta":{"stop_reason":"refusal"}}')
    with pytest.raises(ProviderRefused):
        reader.finish()


@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_thoughts_in_the_text_are_not_spoken(size: int) -> None:
    reader, said = ReplyReader("k"), ""
    text = "<thinking>They want a table.</thinking>\n\nSure, a table."
    for at in range(0, len(text), size):
        delta = {"type": "text_delta", "text": text[at : at + size]}
        said += reader.feed(json.dumps({"type": "content_block_delta", "index": 0, "delta": delta}))
    reader.feed(json.dumps({"type": "message_stop"}))
    said += "".join(rest.text for rest in reader.finish() if isinstance(rest, TextDelta))
    assert said == "Sure, a table."
