"""Anthropic's Messages as a stream (https://platform.claude.com/docs, "Streaming messages")."""

import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import Field

from offhook.errors import ProtocolViolation, ProviderError, ProviderUnavailable, RequestRefused
from offhook.speech.catalogue import model_entry
from offhook.speech.http import Endpoint
from offhook.speech.llm.history import rounds, to_continue
from offhook.speech.ports import (
    Message,
    ModelOutput,
    ModelRequest,
    Progress,
    ProviderConfig,
    Setup,
    TextDelta,
    ToolCall,
    Usage,
)
from offhook.speech.sse import MODEL_PATIENCE, EventClient, ServerEvent
from offhook.speech.vendor_block import BaseUrl, is_loopback, key_of
from offhook.speech.vendor_errors import stream_failure

NAME: Final = "anthropic"
BASE_URL: Final = "https://api.anthropic.com/v1"
VERSION: Final = "2023-06-01"
CALLS: Final = 16
ARGUMENTS_CHARS: Final = 64 * 1024
PING: Final = frozenset({"ping"})
BEGIN: Final = "(The call begins. Speak first.)"
"""The vendor wants a conversation to begin with a user; nobody has spoken yet."""
GO_ON: Final = "(The caller says nothing. Go on.)"
"""Models refuse a conversation that ends with their own words."""
_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9_-]")


class Config(ProviderConfig):
    """Anthropic's Claude, natively."""

    provider: Literal["anthropic"] = "anthropic"
    model: Annotated[str, Field(min_length=1, max_length=200, description="The model, as the vendor names it.")] = (
        "claude-haiku-4-5"
    )
    base_url: Annotated[BaseUrl, Field(description="The vendor's address; it ends in `/v1`.")] = BASE_URL
    key_env: Annotated[
        str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$", description="Environment variable with the key.")
    ] = "ANTHROPIC_API_KEY"
    max_tokens: Annotated[int, Field(ge=1, le=32_768, description="Longest reply.")] = 400
    temperature: Annotated[
        float | None, Field(ge=0.0, le=1.0, description="How freely words are chosen; default: the vendor's.")
    ] = None


def KEYS(config: Config) -> tuple[str, ...]:  # noqa: N802 - the registry's name for it
    """None for a server of this machine: it is asked without one when the variable is not set."""
    return () if is_loopback(config.base_url) else (config.key_env,)


def create(config: Config, setup: Setup) -> "AnthropicModel":
    """The model of an agent. Raises `ConfigurationError` when the key is missing."""
    return AnthropicModel(config, key_of(setup, config.key_env, config.base_url))


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────


def request_body(config: Config, request: ModelRequest) -> dict[str, Any]:
    """The request. The system's text is marked for the vendor's cache: it is the same in every turn and call."""
    body: dict[str, Any] = {
        "model": config.model,
        "max_tokens": config.max_tokens,
        "messages": chat(to_continue(request)),
        "stream": True,
    }
    system = "\n\n".join(message.text for message in request.messages if message.role == "system" and message.text)
    if system:
        body["system"] = [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}]
    if request.tools:
        body["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
            for tool in request.tools
        ]
        if not request.may_call:
            # Left out, the tools would make the vendor refuse every call of them that stands in the conversation.
            body["tool_choice"] = {"type": "none"}
    entry = model_entry(NAME, config.model)
    if config.temperature is not None and not (entry is not None and entry.refuses_temperature):
        body["temperature"] = config.temperature
    return body


def chat(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The conversation in blocks: it begins and ends with the user, and the roles alternate."""
    entries: list[dict[str, Any]] = []

    def add(role: str, blocks: list[dict[str, Any]]) -> None:
        if not blocks:
            return
        if entries and entries[-1]["role"] == role:
            entries[-1]["content"] += blocks
        else:
            entries.append({"role": role, "content": blocks})

    for round_ in rounds(messages):
        message = round_.message
        if message.role == "system":
            continue
        if message.role == "assistant" and not entries:
            add("user", _text(BEGIN))
        uses = [
            {"type": "tool_use", "id": _id(call), "name": call.name, "input": _arguments(call)}
            for call, _ in round_.answers
        ]
        add(message.role, _text(message.text) + uses)
        add("user", [{"type": "tool_result", "tool_use_id": _id(call), "content": text or "done"}
                     for call, text in round_.answers])  # fmt: skip
    if not entries:
        add("user", _text(BEGIN))
    elif entries[-1]["role"] == "assistant":
        add("user", _text(GO_ON))
    return entries


def _text(text: str) -> list[dict[str, Any]]:
    """An empty block is refused."""
    return [{"type": "text", "text": text}] if text.strip() else []


def _id(call: ToolCall) -> str:
    """Calls of another model, before a fall-back, may be named in other letters."""
    return _NOT_IN_IDS.sub("_", call.call) or "call"


def _arguments(call: ToolCall) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(call.arguments)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────────────────


class _Tokens(msgspec.Struct):
    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens: int | None = None


class _Start(msgspec.Struct):
    usage: _Tokens | None = None


class _Block(msgspec.Struct):
    type: str = ""
    id: str = ""
    name: str = ""
    text: str | None = None
    input: Any = None


class _Delta(msgspec.Struct):
    text: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Event(msgspec.Struct):
    type: str
    index: int | None = None
    message: _Start | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: _Tokens | None = None


class _Call(msgspec.Struct):
    call: str
    name: str
    given: Any
    arguments: str = ""


class ReplyReader:
    """Events in, pieces of the reply out; the tool calls come with `finish`. Raises `ProviderError`."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._decoder = msgspec.json.Decoder(_Event)
        self._calls: dict[int, _Call] = {}
        self._tokens_in = 0
        self._tokens_out = 0
        self._stop_reason = ""
        self._has_spoken = False

    def feed(self, data: str) -> str:
        """The text in an event."""
        try:
            event = self._decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise ProtocolViolation(f"{NAME} sent an event that cannot be read", provider=NAME) from error
        text = ""
        match event.type:
            case "error":
                raise stream_failure(NAME, msgspec.json.decode(data), key=self._key)
            case "message_start" if event.message is not None:
                self._count(event.message.usage)
            case "content_block_start" if event.content_block is not None:
                text = self._begin(event.index or 0, event.content_block)
            case "content_block_delta" if event.delta is not None:
                text = self._go_on(event.index or 0, event.delta)
            case "message_delta":
                self._count(event.usage)
                self._stop_reason = (event.delta and event.delta.stop_reason) or self._stop_reason
            case "message_stop":
                self._stop_reason = self._stop_reason or "end_turn"
        self._has_spoken = self._has_spoken or bool(text)
        return text

    def finish(self) -> list[ToolCall]:
        """The calls, whole. Raises `ProviderUnavailable` when the reply ended before its end."""
        reason = self._stop_reason
        if not reason:
            raise ProviderUnavailable(f"{NAME}: the reply was truncated", provider=NAME)
        if reason == "refusal" and not self._has_spoken:
            raise RequestRefused(f"{NAME}: the model refused to answer", provider=NAME)
        if self._calls and reason == "max_tokens":
            raise ProtocolViolation(f"{NAME}: max_tokens ended the reply inside a tool call", provider=NAME)
        return [ToolCall(call.call, call.name, _whole(call)) for _, call in sorted(self._calls.items())]

    def usage(self) -> Usage | None:
        """The tokens, where the vendor counted any; those from its cache are tokens too."""
        return Usage(self._tokens_in, self._tokens_out) if self._tokens_in or self._tokens_out else None

    def _begin(self, index: int, block: _Block) -> str:
        if block.type == "tool_use":
            if len(self._calls) >= CALLS or not block.name or not block.id:
                raise ProtocolViolation(f"{NAME}: too many tool calls, or one without a name", provider=NAME)
            self._calls[index] = _Call(block.id, block.name, block.input)
        return (block.text or "") if block.type == "text" else ""

    def _go_on(self, index: int, delta: _Delta) -> str:
        if delta.partial_json is not None:
            call = self._calls.get(index)
            if call is None or len(call.arguments) + len(delta.partial_json) > ARGUMENTS_CHARS:
                raise ProtocolViolation(f"{NAME}: arguments too long, or of no tool call", provider=NAME)
            call.arguments += delta.partial_json
        return delta.text or ""

    def _count(self, tokens: _Tokens | None) -> None:
        if tokens is None:
            return
        cached = (tokens.cache_creation_input_tokens or 0) + (tokens.cache_read_input_tokens or 0)
        self._tokens_in = (tokens.input_tokens or 0) + cached or self._tokens_in
        self._tokens_out = tokens.output_tokens or self._tokens_out


def _whole(call: _Call) -> str:
    if call.arguments.strip():
        return call.arguments
    # A tool without arguments sends none, or all of them at its start.
    return msgspec.json.encode(call.given).decode() if isinstance(call.given, dict) else "{}"


class AnthropicModel:
    """See `offhook.speech.ports.LanguageModel`."""

    def __init__(self, config: Config, key: str) -> None:
        self._config = config
        self._key = key
        headers = {"anthropic-version": VERSION, **({"x-api-key": key} if key else {})}
        self._client = EventClient(Endpoint(NAME, config.base_url, headers, key, MODEL_PATIENCE))

    async def prepare(self) -> None:
        """Make the connections' pool."""
        await self._client.prepare()

    async def expect_call(self) -> None:
        """Open a connection."""
        await self._client.expect_call()

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.close()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        """The reply; its tool calls come whole, once the model is done. Raises `ProviderError`."""
        reader = ReplyReader(self._key)
        # A ping says that the connection lives, not that the model goes on.
        events = self._client.events("messages", request_body(self._config, request), ignored=PING, is_last=_is_last)
        try:
            async with aclosing(events):
                async for event in events:
                    if text := reader.feed(event.data):
                        yield TextDelta(text)
                    elif event.name == "content_block_delta":
                        yield Progress()
            calls = reader.finish()
        except ProviderError:
            # The vendor has counted what it read, also of a reply that it broke off.
            if (usage := reader.usage()) is not None:
                yield usage
            raise
        for call in calls:
            yield call
        if (usage := reader.usage()) is not None:
            yield usage


def _is_last(event: ServerEvent) -> bool:
    return event.name == "message_stop"
