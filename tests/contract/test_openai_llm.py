"""OpenAI's Chat Completions against its stand-in: replies, tools, faults, cancelling, a key that never shows."""

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from offhook.agents.schemas import completed
from offhook.errors import (
    ConfigurationError,
    ProtocolViolation,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)
from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.server import Answer, Fault, FaultKind, Latency, echo
from offhook.speech.http import Patience
from offhook.speech.llm import openai
from offhook.speech.llm.history import RUNNING
from offhook.speech.llm.openai import BASE_URL, Config, OpenAIModel, create, request_body
from offhook.speech.llm.openai_reply import CallCollector, Fragment, Function, Reply
from offhook.speech.llm.thoughts import Thoughts
from offhook.speech.ports import (
    Message,
    ModelOutput,
    ModelRequest,
    Progress,
    Setup,
    TextDelta,
    ToolCall,
    ToolSpec,
    Usage,
)
from offhook.speech.sse import EVENT_BYTES, EventReader

CANARY = "canary-0123456789-abcdef"
TOOL = ToolSpec("book_table", "Book a table.", {"type": "object", "properties": {}})
ASKED = ModelRequest((Message("system", "Be short."), Message("user", "Are you open?")), (TOOL,))
CALLS = (ToolCall("call_a", "book_table", '{"at": "16:00"}'), ToolCall("call_b", "book_table", "{}"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits are short, so that their end is reached."""
    monkeypatch.setattr(openai, "MODEL_PATIENCE", Patience(0.3, 0.3))


Check = Callable[[OpenAIServer, OpenAIModel], Awaitable[None]]


def run(server: OpenAIServer, check: Check, key: str = OpenAIServer.key, **options: Any) -> None:
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


async def collect(model: OpenAIModel, request: ModelRequest = ASKED) -> list[ModelOutput]:
    return [output async for output in model.stream(request)]


def text_of(outputs: list[ModelOutput]) -> str:
    return "".join(output.text for output in outputs if isinstance(output, TextDelta))


@pytest.mark.parametrize("piece_bytes", [0, 1, 7])
def test_a_reply_with_parallel_tools_and_its_tokens(piece_bytes: int) -> None:
    server = OpenAIServer(lambda _: Answer("Ünder way — 1 moment.", CALLS))
    server.piece_bytes = piece_bytes

    async def check(server: OpenAIServer, model: OpenAIModel) -> None:
        outputs = await collect(model)
        assert text_of(outputs) == "Ünder way — 1 moment."
        assert [output for output in outputs if isinstance(output, ToolCall)] == list(CALLS)
        usage = outputs[-1]
        assert isinstance(usage, Usage) and usage.tokens_in > 0 and usage.tokens_out > 5
        assert server.requests[-1].state == "done"

    run(server, check)


@pytest.mark.parametrize("model_name", ["gpt-4o", "gpt-6-luna", "gpt-5-mini"])
def test_the_strict_server_takes_every_request(model_name: str) -> None:
    history = (
        Message("system", "Be short."),
        Message("assistant", "Hello."),
        Message("user", "Book."),
        Message("assistant", "", tool_calls=CALLS),
        Message("tool", "booked", tool_call="call_a"),
        Message("tool", "loose", tool_call="never-asked"),
        Message("user", "And?"),
    )

    async def check(server: OpenAIServer, model: OpenAIModel) -> None:
        assert text_of(await collect(model, ModelRequest(history, (TOOL,)))) == "You said: And?"
        tools = [message for message in server.requests[-1].body["messages"] if message["role"] == "tool"]
        assert [message["content"] for message in tools] == ["booked", RUNNING]

    run(OpenAIServer(echo), check, model=model_name, temperature=0.5)


@pytest.mark.parametrize(
    ("schema", "is_taken"),
    [
        ({"type": "object", "properties": {"tags": {"type": "array"}}}, False),
        (completed({"type": "object", "properties": {"tags": {"type": "array"}}}), True),
        ({"type": "object", "properties": {}, "anyOf": [{"required": []}]}, False),
    ],
)
def test_a_loose_schema_is_refused_with_the_whole_request(schema: dict[str, Any], is_taken: bool) -> None:
    asked = ModelRequest((Message("user", "Hi."),), (ToolSpec("tag", "Tag it.", schema),))

    async def check(server: OpenAIServer, model: OpenAIModel) -> None:
        if is_taken:
            assert text_of(await collect(model, asked)) == "You said: Hi."
        else:
            with pytest.raises(ProviderRefused, match="Invalid schema for function 'tag'"):
                await collect(model, asked)

    run(OpenAIServer(echo), check)


def test_tools_that_may_not_be_called_are_left_out() -> None:
    asked = ModelRequest((Message("user", "Hi."), Message("note", "cut")), (TOOL,), may_call=False)
    body = request_body(Config(), asked)
    assert "tools" not in body and body["messages"][-1] == {"role": "user", "content": "[cut]"}


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
    async def check(server: OpenAIServer, model: OpenAIModel) -> None:
        said: list[ModelOutput] = []
        with pytest.raises(ProviderError) as caught:
            async for output in model.stream(ASKED):
                said.append(output)  # noqa: PERF401 - what came before the error is kept
        assert type(caught.value) is error
        assert caught.value.provider == "openai"
        assert len(str(caught.value)) < 400
        before_text = kind not in ("cut", "truncated", "stream_error", "garbage", "stall")
        assert bool(text_of(said)) is not before_text
        assert text_of(await collect(model)) == "You said: Are you open?"

    run(OpenAIServer(echo, faults=[Fault(kind)]), check)


def test_a_slow_reply_is_whole() -> None:
    async def check(server: OpenAIServer, model: OpenAIModel) -> None:
        assert text_of(await collect(model)) == "Well."

    run(OpenAIServer(lambda _: Answer("Well."), faults=[Fault("slow", gap_s=0.05)]), check)


def test_the_pause_that_a_vendor_asks_for_is_told() -> None:
    async def check(server: OpenAIServer, model: OpenAIModel) -> None:
        with pytest.raises(ProviderUnavailable, match=r"429.*Rate limit.*pause of 20"):
            await collect(model)

    run(OpenAIServer(echo, faults=[Fault("rate_limited", retry_after="20")]), check)


@pytest.mark.parametrize("by_cancel", [False, True])
def test_a_reply_that_nobody_wants_ends_at_the_vendor(by_cancel: bool) -> None:
    async def check(server: OpenAIServer, model: OpenAIModel) -> None:
        stream = model.stream(ASKED)
        assert isinstance(await anext(stream), TextDelta)
        if by_cancel:
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait({waiting})
        await stream.aclose()
        while server.requests[-1].state == "open":
            await asyncio.sleep(0.005)
        assert server.requests[-1].state == "left"
        assert server.requests[-1].events_sent < 10

    run(OpenAIServer(lambda _: Answer("word " * 1000), Latency(token_s=0.1)), check)


def test_the_key_shows_nowhere() -> None:
    async def check(server: OpenAIServer, model: OpenAIModel) -> None:
        with pytest.raises(ProviderRefused) as caught:
            await collect(model)
        # The vendor repeats the key in its message.
        shown = "".join(traceback.format_exception(caught.value)) + repr(model) + repr(vars(model)["_client"])
        assert "Incorrect API key" in shown
        assert CANARY not in shown and CANARY[:8] not in shown
        assert CANARY not in repr(server.requests[-1])

    run(OpenAIServer(echo), check, key=CANARY)


def test_a_key_is_needed_beyond_this_machine_only() -> None:
    def missing(name: str) -> str:
        raise ConfigurationError("not set", field=name)

    create(Config(base_url="http://127.0.0.1:11434/v1"), Setup(key=missing))
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
        create(Config(), Setup(key=missing))
    with pytest.raises(ConfigurationError) as caught:
        create(Config(), Setup(key=lambda _: f"{CANARY}\n"))
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["api.openai.com/v1", "ftp://a/v1", "https://u:p@a/v1", "https://a/v1?x=1", "https:///v1"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        Config(base_url=url)


def test_what_a_server_does_not_know_is_not_sent() -> None:
    other = request_body(Config(base_url="http://127.0.0.1:1/v1", model="llama", count_tokens=False), ASKED)
    assert other.keys() == {"model", "messages", "stream", "max_tokens", "tools"}
    own = request_body(Config(model="gpt-6-luna", reasoning_effort="high"), ASKED)
    assert own["reasoning_effort"] == "none", "with tools the model takes nothing else"
    assert own["stream_options"] == {"include_usage": True, "include_obfuscation": False}
    assert Config().base_url == BASE_URL and Config().model == "gpt-4o"


def test_fragments_without_index_or_id_are_joined() -> None:
    calls = CallCollector()
    calls.add(Fragment(None, "", Function("a", '{"x":')))
    calls.add(Fragment(None, None, Function(None, "1}")))
    calls.add(Fragment(None, "", Function("b", {"y": 2})))
    assert calls.finish("p") == [ToolCall("p-1", "a", '{"x":1}'), ToolCall("p-2", "b", '{"y":2}')]
    for name in ("one", "two"):
        calls.add(Fragment(0, f"id-{name}", Function(name, "")))
    assert [call.name for call in calls.finish("p")] == ["one", "two"]
    for index, part in ((0, "{"), (1, "{"), (0, "}"), (1, "}")):
        calls.add(Fragment(index, f"id-{index}" if part == "{" else None, Function("t" if part == "{" else None, part)))
    assert [call.arguments for call in calls.finish("p")] == ["{}", "{}"]


@pytest.mark.parametrize("junk", [None, "x", -1, 1.5, True, [], {}, [None]])
def test_what_is_not_spoken_costs_no_word(junk: Any) -> None:
    reply = Reply("", "p", Thoughts(), may_be_empty=False)
    delta = {"content": "Well.", "refusal": junk if junk != "x" else None, "reasoning": None, "role": junk}
    document = {"choices": [None, {"delta": delta, "finish_reason": junk if junk != "x" else None}], "usage": junk,
                "x_groq": junk, "model": junk}  # fmt: skip
    outputs: list[Any] = reply.feed(json.dumps(document))
    reply.feed(json.dumps({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": junk}}))
    assert text_of(outputs) == "Well." and reply.finish() == [] and reply.usage == Usage(0, 0)


def test_text_in_parts_is_text_and_its_thoughts_are_not() -> None:
    reply = Reply("", "p", Thoughts(), may_be_empty=False)
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "Well."}]
    assert reply.feed(json.dumps({"choices": [{"delta": {"content": parts}}]})) == [TextDelta("Well.")]
    assert reply.feed(json.dumps({"choices": [{"delta": {"content": parts[:1]}}]})) == [Progress(is_thought=True)]


def test_tool_calls_are_bounded() -> None:
    calls = CallCollector()
    with pytest.raises(ValueError, match="too many"):
        for index in range(100):
            calls.add(Fragment(index, f"c{index}", Function("t", "")))
    with pytest.raises(ValueError, match="too long"):
        calls.add(Fragment(0, None, Function(None, "x" * 100_000)))


def test_events_are_read_however_they_are_cut() -> None:
    text = b": hello\r\ndata: a\ndata: b\n\nevent: x\rdata:c\r\rdata: \xc3\xbc\r\n\r\nid: 1\n\ndata: end\n"
    expected = [("", "a\nb"), ("x", "c"), ("", "ü"), ("", "end")]
    for size in (1, 2, 3, len(text)):
        reader = EventReader()
        found = [event for at in range(0, len(text), size) for event in reader.feed(text[at : at + size])]
        found += reader.finish()
        assert [(event.name, event.data) for event in found] == expected
    with pytest.raises(ValueError, match="line is too long"):
        list(EventReader().feed(b"x" * (EVENT_BYTES + 1)))
    with pytest.raises(ValueError, match="event is too long"):
        list(EventReader().feed((b"data: " + b"x" * 1000 + b"\n") * 300))
