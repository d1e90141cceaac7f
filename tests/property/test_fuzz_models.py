"""Ten thousand spoiled replies of language models: no error but a `ProviderError`, no word lost, and an end.

Each is a whole answer over HTTP, cut anywhere, through the adapter's own client; only the socket is missing.
"""

import asyncio
import functools
import json
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from offhook.errors import ProtocolViolation, ProviderError
from offhook.speech.llm import anthropic, openai
from offhook.speech.ports import LanguageModel, Message, ModelOutput, ModelRequest, Setup, TextDelta, ToolCall, ToolSpec
from offhook.speech.vendor_errors import MESSAGE_CHARS
from tests import fuzz, searches
from tests.fuzz import Case, cases, pieces

KEY = "canary-0123456789-abcdef"
BASE_URL = "http://127.0.0.1:9/v1"
STREAM = "text/event-stream; charset=utf-8"
BOOK = ToolSpec("book_table", "Book a table.", {"type": "object", "properties": {}})
ASKED = ModelRequest((Message("system", "Be short."), Message("user", "Are you open?")), (BOOK,))
WORDS = ("Sure, ", "Zoë: ", "we open ", "at 9 — ", "日本語 ", "5 <", " 6 [", "x] 🙂 too", ".")
MAY_BE_HELD = "<[ "
"""At the very end: a sign that may begin a thought's tag is kept until it is known, and is no word."""
PER_STREAM = searches.of(2_000)
DEADLINE_S = 10.0
"""For one reply, on a machine that does much else: a stream that never ends would wait for minutes."""


# ── what is said, as the vendors send it ─────────────────────────────────────────────────────────────────────────


def chunk(**choice: Any) -> fuzz.Message:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": "gpt-4o"}
    return {**head, "choices": [{"index": 0, "finish_reason": None, **choice}], "usage": None}


def delta(**fields: Any) -> fuzz.Message:
    return chunk(delta=fields)


def called(**fields: Any) -> fuzz.Message:
    return delta(tool_calls=[fields])


USAGE = {"prompt_tokens": 12, "completion_tokens": 9, "total_tokens": 21}
DONE = b"[DONE]"
CHAT: list[fuzz.Message] = [
    delta(role="assistant", content="", refusal=None),
    *(delta(content=word) for word in WORDS),
    called(index=0, id="call_a", type="function", function={"name": "book_table", "arguments": ""}),
    called(index=0, function={"arguments": '{"at": '}),
    called(index=0, function={"arguments": '"16:00"}'}),
    chunk(delta={}, finish_reason="tool_calls"),
    {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": USAGE},
    DONE,
]
OTHER_SERVERS: list[fuzz.Message] = [
    {"choices": [], "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]},
    delta(role="assistant", content=None, reasoning_content=None),
    *(chunk(delta={"content": word}, logprobs=None) for word in WORDS),
    called(id="", function={"name": "book_table", "arguments": {"at": "16:00"}}),
    {**chunk(delta={"content": ""}, finish_reason="stop"), "x_groq": {"id": "req_1", "usage": USAGE}},  # type: ignore[dict-item]
    DONE,
]


def block(index: int, **fields: Any) -> fuzz.Message:
    return {"type": "content_block_start", "index": index, "content_block": fields}


def piece(index: int, **fields: Any) -> fuzz.Message:
    return {"type": "content_block_delta", "index": index, "delta": fields}


def stop(index: int) -> fuzz.Message:
    return {"type": "content_block_stop", "index": index}


BEGIN: fuzz.Message = {
    "type": "message_start",
    "message": {"id": "msg_1", "role": "assistant", "content": [], "usage": {"input_tokens": 12, "output_tokens": 1}},
}
END: list[fuzz.Message] = [
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 9},
    },
    {"type": "message_stop"},
]
MESSAGES: list[fuzz.Message] = [
    BEGIN,
    block(0, type="text", text=""),
    {"type": "ping"},
    *(piece(0, type="text_delta", text=word) for word in WORDS),
    stop(0),
    *END,
]
BLOCKS: list[fuzz.Message] = [
    BEGIN,
    block(0, type="thinking", thinking="", signature=""),
    piece(0, type="thinking_delta", thinking="They ask for the hours."),
    piece(0, type="signature_delta", signature="c2lnbmVk"),
    stop(0),
    block(1, type="text", text=WORDS[0]),
    *(piece(1, type="text_delta", text=word) for word in WORDS[1:]),
    stop(1),
    block(2, type="tool_use", id="toolu_1", name="book_table", input={}),
    piece(2, type="input_json_delta", partial_json='{"at": '),
    piece(2, type="input_json_delta", partial_json='"16:00"}'),
    stop(2),
    *END,
]


def chat_text(message: fuzz.Message) -> str:
    """The words of a good chunk."""
    choices = message["choices"] if isinstance(message, dict) else []
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def block_text(message: fuzz.Message) -> str:
    """The words of a good event."""
    assert isinstance(message, dict)
    inner = message.get("content_block") or message.get("delta") or {}
    return str(inner.get("text", ""))


def chat_event(payload: bytes, chance: random.Random) -> bytes:
    return b"data: " + payload + chance.choice((b"\n\n", b"\r\n\r\n", b"\n: keep-alive\n\n"))


def named_event(payload: bytes, chance: random.Random) -> bytes:
    found = re.search(rb'"type": "(\w+)"', payload)
    return b"event: " + (found[1] if found else b"message") + b"\n" + chat_event(payload, chance)


@dataclass(frozen=True)
class Vendor:
    """An adapter, a good reply of its vendor, and how that is written."""

    make: Callable[[], LanguageModel]
    reply: Sequence[fuzz.Message]
    text: Callable[[fuzz.Message], str]
    event: Callable[[bytes, random.Random], bytes]
    calls: tuple[tuple[str, dict[str, Any]], ...] = (("book_table", {"at": "16:00"}),)

    def words(self, count: int) -> str:
        """What the first messages say."""
        return "".join(map(self.text, self.reply[:count]))


def _openai() -> LanguageModel:
    return openai.create(openai.Config(base_url=BASE_URL, key_env="K"), Setup(key=lambda _: KEY))


def _anthropic() -> LanguageModel:
    return anthropic.create(anthropic.Config(base_url=BASE_URL, key_env="K"), Setup(key=lambda _: KEY))


VENDORS = {
    "openai": Vendor(_openai, CHAT, chat_text, chat_event),
    "other servers": Vendor(_openai, OTHER_SERVERS, chat_text, chat_event),
    "anthropic": Vendor(_anthropic, MESSAGES, block_text, named_event, calls=()),
    "anthropic blocks": Vendor(_anthropic, BLOCKS, block_text, named_event),
}
every_vendor = pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS.keys())


# ── how it is brought to the adapter ─────────────────────────────────────────────────────────────────────────────


@dataclass
class Wire(httpx2.AsyncBaseTransport):
    """Answers every request with `body`, piece by piece."""

    body: Iterable[bytes] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": STREAM})
    breaks: bool = False
    """The connection breaks behind the body."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(self.status, headers=self.headers, content=self._pieces(), request=request)

    async def _pieces(self) -> AsyncIterator[bytes]:
        for data in self.body:
            yield data
        if self.breaks:
            raise httpx2.RemoteProtocolError("peer closed connection without sending complete message body")


@dataclass
class Heard:
    """What came out of one reply."""

    said: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    error: ProviderError | None = None


async def listen(outputs: AsyncGenerator[ModelOutput, None]) -> Heard:
    heard = Heard()
    try:
        async with asyncio.timeout(DEADLINE_S):
            async for output in outputs:
                if isinstance(output, TextDelta):
                    heard.said += output.text
                elif isinstance(output, ToolCall):
                    heard.calls.append(output)
    except ProviderError as error:
        heard.error = error
    return heard


def over(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch, check: Callable[[LanguageModel, Wire], Awaitable[None]]
) -> None:
    wire = Wire()
    monkeypatch.setattr(httpx2, "AsyncClient", functools.partial(httpx2.AsyncClient, transport=wire))

    async def main() -> None:
        model = vendor.make()
        await model.prepare()
        await check(model, wire)
        await model.close()

    asyncio.run(main())


def judge(vendor: Vendor, heard: Heard, case: Case) -> None:
    """What must hold of every spoiled reply."""
    whole = vendor.words(len(vendor.reply))
    assert heard.said.startswith(vendor.words(case.clean).rstrip(MAY_BE_HELD)), heard
    heard.said.encode()  # Half a letter would break whatever is sent on.
    for call in heard.calls:
        assert call.name and call.call and (call.name + call.call + call.arguments).encode()
    if heard.error is not None:
        line = str(heard.error)
        assert KEY not in line and len(line) < 2 * MESSAGE_CHARS and line.isprintable(), line
    if case.is_harmless:
        assert heard.error is None
        assert heard.said == whole
    if case.is_harmless or case.clean == len(vendor.reply):
        assert [(call.name, _known(json.loads(call.arguments))) for call in heard.calls] == list(vendor.calls)


@every_vendor
def test_a_spoiled_reply_ends_with_its_words_or_a_provider_error(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = 0

    async def check(model: LanguageModel, wire: Wire) -> None:
        nonlocal errors
        for case in cases(PER_STREAM, vendor.reply):
            chance = case.chance()
            body = b"".join(vendor.event(frame.payload, chance) for frame in case.frames)
            wire.body = pieces(chance, body)
            wire.breaks = chance.random() < 0.1
            with case.told():
                heard = await listen(model.stream(ASKED))
                judge(vendor, heard, case)
                errors += heard.error is not None

    over(vendor, monkeypatch, check)
    # Most faults cannot be told from another way to speak; some must be.
    assert PER_STREAM / 10 < errors < PER_STREAM * 0.9


@every_vendor
def test_bytes_spoiled_anywhere_take_no_word_before_them(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the events: their names, their ends, and letters of which the network made something else."""

    async def check(model: LanguageModel, wire: Wire) -> None:
        for seed in range(400):
            chance = random.Random(seed)
            events = [vendor.event(_bytes(message), chance) for message in vendor.reply]
            body = bytearray(b"".join(events))
            at = chance.randrange(len(body))
            noise = bytes(chance.randrange(256) for _ in range(chance.randint(0, 3)))
            body[at : at + chance.randint(0, 3)] = noise
            wire.body = pieces(chance, bytes(body) if chance.random() < 0.8 else bytes(body[:at]))
            clean = next(n for n in range(len(events)) if sum(map(len, events[: n + 1])) > at)
            heard = await listen(model.stream(ASKED))
            assert heard.said.startswith(vendor.words(clean).rstrip(MAY_BE_HELD)), f"seed {seed}"
            heard.said.encode()

    over(vendor, monkeypatch, check)


@every_vendor
def test_a_reply_that_is_no_stream(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other types, other statuses, documents in place of events: an error of the vendor's, in one line."""
    bodies = (
        b"", b"{}", b"null", b"[]", b"[[]]", b"\xff\xfe", b"<html>busy</html>", b'"' + b"x" * 200_000 + b'"',
        b"[" * 100_000, b'{"error": null}', b'{"error": {"message": null, "code": [], "type": {}}}',
        b'{"error": {"message": "' + KEY.encode() + b'", "type": 7}}', b'{"error": "\\ud800"}', b'[{"error": []}]',
    )  # fmt: skip
    kinds = ("application/json", "text/html; charset=x", "", ";", "text/plain", "\u00e9", STREAM)
    statuses = (200, 200, 201, 204, 301, 400, 401, 403, 404, 408, 413, 422, 429, 498, 500, 503, 529, 599)

    async def check(model: LanguageModel, wire: Wire) -> None:
        for seed in range(100):
            chance = random.Random(seed)
            wire.status, kind = chance.choice(statuses), chance.choice(kinds)
            wire.headers = {"Content-Type": kind, "retry-after": chance.choice(("", "2", "x" * 5_000, KEY))}
            wire.body = pieces(chance, chance.choice(bodies))
            wire.breaks = chance.random() < 0.2
            heard = await listen(model.stream(ASKED))
            assert heard.error is not None and not heard.said, f"seed {seed}"
            line = str(heard.error)
            assert KEY not in line and line.isprintable() and len(line) < 3 * MESSAGE_CHARS, f"seed {seed}: {line}"

    over(vendor, monkeypatch, check)


@every_vendor
def test_what_was_said_before_a_line_without_end_is_heard(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one piece with it: the bound of a line must not take the events in front of it."""

    async def check(model: LanguageModel, wire: Wire) -> None:
        chance = random.Random(0)
        events = [vendor.event(_bytes(message), chance) for message in vendor.reply[:6]]
        wire.body = [b"".join(events) + b"data: " + b"x" * 300_000]
        heard = await listen(model.stream(ASKED))
        assert isinstance(heard.error, ProtocolViolation)
        assert heard.said == vendor.words(6) != ""

    over(vendor, monkeypatch, check)


def _known(arguments: dict[str, Any]) -> dict[str, Any]:
    """Without fields that the engine has put in: some servers give the arguments as an object."""
    return {name: value for name, value in arguments.items() if not name.startswith("new_")}


def _bytes(message: fuzz.Message) -> bytes:
    return message if isinstance(message, bytes) else json.dumps(message).encode()
