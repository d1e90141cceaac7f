"""OpenAI's Chat Completions as a stream, and every server that speaks the same: Azure, Groq, Together, vLLM, Ollama.

What a model or a server wants differently stands in `speech/catalogue.toml`; what servers send differently is taken as
it comes: calls without an index, usage anywhere, unknown finish reasons, chunks without choices.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import Field

from offhook.errors import ProtocolViolation, ProviderUnavailable, RequestRefused
from offhook.speech.catalogue import key_header, model_entry
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

NAME: Final = "openai"
BASE_URL: Final = "https://api.openai.com/v1"
DONE: Final = "[DONE]"
CALLS: Final = 16
"""Tool calls in one reply."""
ARGUMENTS_CHARS: Final = 64 * 1024

Effort = Literal["", "none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Config(ProviderConfig):
    """OpenAI, or a server that speaks its Chat Completions."""

    provider: Literal["openai"] = "openai"
    model: Annotated[str, Field(min_length=1, max_length=200, description="The model, as the vendor names it.")] = (
        "gpt-4o"
    )
    base_url: Annotated[BaseUrl, Field(description="The vendor's address; it mostly ends in `/v1`.")] = BASE_URL
    key_env: Annotated[
        str,
        Field(
            pattern=r"^[A-Z][A-Z0-9_]{0,99}$",
            description="Environment variable with the key; a server of this machine needs none.",
        ),
    ] = "OPENAI_API_KEY"
    max_tokens: Annotated[int, Field(ge=1, le=32_768, description="Longest reply.")] = 400
    temperature: Annotated[
        float | None, Field(ge=0.0, le=2.0, description="How freely words are chosen; default: the vendor's.")
    ] = None
    reasoning_effort: Annotated[
        Effort, Field(description="How long a reasoning model thinks first; default: what the catalogue says.")
    ] = ""
    count_tokens: Annotated[
        bool, Field(description="Ask for the count of tokens in the stream; a few servers refuse that.")
    ] = True


def KEYS(config: Config) -> tuple[str, ...]:  # noqa: N802 - the registry's name for it
    """None for a server of this machine: it is asked without one when the variable is not set."""
    return () if is_loopback(config.base_url) else (config.key_env,)


def create(config: Config, setup: Setup) -> "OpenAIModel":
    """The model of an agent. Raises `ConfigurationError` when the key is missing."""
    return OpenAIModel(config, key_of(setup, config.key_env, config.base_url))


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────


def request_body(config: Config, request: ModelRequest) -> dict[str, Any]:
    """The request, without a member that this model or this server would refuse."""
    entry = model_entry(NAME, config.model)
    is_vendor = config.base_url == BASE_URL
    body: dict[str, Any] = {"model": config.model, "messages": chat(to_continue(request)), "stream": True}
    # `max_tokens` is what every server knows; reasoning models refuse it.
    has_new_name = is_vendor or entry is not None
    body["max_completion_tokens" if has_new_name else "max_tokens"] = config.max_tokens
    if config.count_tokens:
        body["stream_options"] = {"include_usage": True}
        if is_vendor:
            body["stream_options"]["include_obfuscation"] = False
    # A tool that may not be called is left out: not every server knows how to be told that.
    tools = request.tools if request.may_call else ()
    if tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
            }
            for tool in tools
        ]
    effort: str = config.reasoning_effort
    if entry is not None:
        effort = effort or entry.reasoning_effort
        if tools and entry.reasoning_effort_with_tools:
            effort = entry.reasoning_effort_with_tools
    if effort:
        body["reasoning_effort"] = effort
    refuses_temperature = entry is not None and (entry.refuses_temperature and effort != "none")
    if config.temperature is not None and not refuses_temperature:
        body["temperature"] = config.temperature
    return body


def chat(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
    """The conversation, with every tool call answered."""
    entries: list[dict[str, Any]] = []
    for round_ in rounds(messages):
        message = round_.message
        entry: dict[str, Any] = {"role": message.role, "content": message.text}
        if round_.answers:
            entry["content"] = message.text or None
            entry["tool_calls"] = [
                {"id": call.call, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call, _ in round_.answers
            ]
        entries.append(entry)
        entries += [{"role": "tool", "tool_call_id": call.call, "content": text} for call, text in round_.answers]
    return entries


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────────────────


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: Any = None


class _Fragment(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Delta(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Fragment] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Tokens(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Groq(msgspec.Struct):
    usage: _Tokens | None = None


class _Piece(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Tokens | None = None
    x_groq: _Groq | None = None
    error: Any = None
    object: Any = None


@dataclass(slots=True)
class _Call:
    index: int | None
    call: str
    name: str
    arguments: str = ""


class CallCollector:
    """Joins the fragments of a reply's tool calls. Raises `ValueError` when they are too many or too long."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def add(self, fragment: _Fragment) -> None:
        """Take a fragment, whatever it leaves out."""
        function = fragment.function or _Function()
        call = self._open(fragment, function)
        call.call = call.call or fragment.id or ""
        call.name = call.name or function.name or ""
        arguments = function.arguments
        if arguments is not None:
            call.arguments += arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
        if len(call.arguments) > ARGUMENTS_CHARS:
            raise ValueError("a tool call's arguments are too long")

    def finish(self, prefix: str) -> list[ToolCall]:
        """The calls in their order; one without an id gets its own. Raises `ValueError` for one without a name."""
        if any(not call.name for call in self._calls):
            raise ValueError("a tool call has no name")
        calls, self._calls = self._calls, []
        return [
            ToolCall(call.call or f"{prefix}-{number}", call.name, call.arguments.strip() or "{}")
            for number, call in enumerate(calls, 1)
        ]

    def _open(self, fragment: _Fragment, function: _Function) -> _Call:
        """The call that a fragment goes on with, or a new one."""
        for call in reversed(self._calls):
            # Old servers give every call the index 0: another id is another call.
            is_other = bool(fragment.id and call.call and fragment.id != call.call)
            if not is_other and (
                (fragment.index is not None and fragment.index == call.index)
                or (fragment.index is None and (bool(fragment.id) or not function.name))
            ):
                return call
        if len(self._calls) >= CALLS:
            raise ValueError("too many tool calls in one reply")
        self._calls.append(_Call(fragment.index, "", ""))
        return self._calls[-1]


class OpenAIModel:
    """See `offhook.speech.ports.LanguageModel`."""

    def __init__(self, config: Config, key: str) -> None:
        self._config = config
        self._key = key
        self._decoder = msgspec.json.Decoder(_Piece)
        headers = key_header(config.base_url, key)
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
        calls, usage, finish, has_spoken = CallCollector(), Usage(0, 0), "", False
        body = request_body(self._config, request)
        events = self._client.events("chat/completions", body, is_last=_is_last)
        async with aclosing(events):
            async for event in events:
                if _is_last(event):
                    finish = finish or "done"
                    continue
                chunk = self._decode(event.data)
                usage = _usage(chunk, usage)
                for choice in chunk.choices or ():
                    finish = choice.finish_reason or finish
                    if text := self._take(choice.delta, calls):
                        has_spoken = True
                        yield TextDelta(text)
                    elif choice.delta is not None and choice.delta.tool_calls:
                        yield Progress()
        self._check_finish(finish, has_spoken)
        for call in self._finished(calls, request, finish):
            yield call
        if usage.tokens_in or usage.tokens_out:
            yield usage

    def _decode(self, data: str) -> _Piece:
        try:
            chunk = self._decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise ProtocolViolation(f"{NAME} sent an event that cannot be read", provider=NAME) from error
        if chunk.error or chunk.object == "error":
            raise stream_failure(NAME, msgspec.json.decode(data), key=self._key)
        return chunk

    def _take(self, delta: _Delta | None, calls: CallCollector) -> str:
        if delta is None:
            return ""
        for fragment in delta.tool_calls or ():
            try:
                calls.add(fragment)
            except ValueError as error:
                raise ProtocolViolation(f"{NAME}: {error}", provider=NAME) from error
        # A refusal is meant for the person, as any text.
        return (delta.content or "") + (delta.refusal or "")

    def _check_finish(self, finish: str, has_spoken: bool) -> None:
        # The vendor's own client ends silently here.
        if not finish:
            raise ProviderUnavailable(f"{NAME}: the reply was truncated", provider=NAME)
        if finish == "error":
            raise ProviderUnavailable(f"{NAME} broke the reply off", provider=NAME)
        if finish == "content_filter" and not has_spoken:
            raise RequestRefused(f"{NAME}: the vendor's content filter held the reply back", provider=NAME)

    def _finished(self, calls: CallCollector, request: ModelRequest, finish: str) -> list[ToolCall]:
        try:
            found = calls.finish(f"call-{len(request.messages)}")
        except ValueError as error:
            raise ProtocolViolation(f"{NAME}: {error}", provider=NAME) from error
        if found and finish == "length":
            raise ProtocolViolation(f"{NAME}: max_tokens ended the reply inside a tool call", provider=NAME)
        return found


def _is_last(event: ServerEvent) -> bool:
    return event.data.strip() == DONE


def _usage(chunk: _Piece, before: Usage) -> Usage:
    found = chunk.usage or (chunk.x_groq.usage if chunk.x_groq else None)
    if found is None:
        return before
    return Usage(found.prompt_tokens or before.tokens_in, found.completion_tokens or before.tokens_out)
