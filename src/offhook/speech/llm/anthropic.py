"""Anthropic's Messages as a stream (https://platform.claude.com/docs, "Streaming messages").

Models think before they speak unless they are told not to, each in its own way: `speech/catalogue.toml`.
"""

import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import Field

from offhook.errors import ConfigurationError, ProviderError
from offhook.speech.catalogue import config_refusals, family_of
from offhook.speech.families import effort_for, room_for, takes_temperature
from offhook.speech.http import Endpoint
from offhook.speech.llm.anthropic_reply import NAME, Block, KeptThoughts, ReplyReader, Thought
from offhook.speech.llm.corrections import corrected, corrections_of
from offhook.speech.llm.history import rounds, to_continue
from offhook.speech.ports import Message, ModelOutput, ModelRequest, ProviderConfig, Setup, ToolCall
from offhook.speech.sse import MODEL_PATIENCE, EventClient, ServerEvent
from offhook.speech.vendor_block import BaseUrl, is_loopback, key_of

BASE_URL: Final = "https://api.anthropic.com/v1"
VERSION: Final = "2023-06-01"
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
        "claude-haiku-5-5"
    )
    like: Annotated[
        str,
        Field(
            max_length=200,
            description="The vendor's name of the model, where `model` is another: a deployment's name at a cloud.",
        ),
    ] = ""
    base_url: Annotated[BaseUrl, Field(description="The vendor's address; it ends in `/v1`.")] = BASE_URL
    key_env: Annotated[
        str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$", description="Environment variable with the key.")
    ] = "ANTHROPIC_API_KEY"
    max_tokens: Annotated[
        int, Field(ge=1, le=32_768, description="Longest reply, in tokens; a model that thinks gets 2048 at least.")
    ] = 400
    temperature: Annotated[
        float | None, Field(ge=0.0, le=1.0, description="How freely words are chosen; default: the vendor's.")
    ] = None


def KEYS(config: Config) -> tuple[str, ...]:  # noqa: N802 - the registry's name for it
    """None for a server of this machine: it is asked without one when the variable is not set."""
    return () if is_loopback(config.base_url) else (config.key_env,)


def create(config: Config, setup: Setup) -> "AnthropicModel":
    """The model of an agent. Raises `ConfigurationError` when the key is missing, or the model cannot serve it."""
    for refused in config_refusals(config, has_tools=bool(setup.tools)):
        raise ConfigurationError(refused, field="llm.model")
    return AnthropicModel(config, key_of(setup, config.key_env, config.base_url))


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────


def request_body(config: Config, request: ModelRequest, thoughts: KeptThoughts | None = None) -> dict[str, Any]:
    """The request. The system's text is marked for the vendor's cache: it is the same in every turn and call."""
    family = family_of(NAME, config.like or config.model)
    effort = effort_for(family, "", has_tools=bool(request.tools))
    body: dict[str, Any] = {
        "model": config.model,
        "max_tokens": room_for(family, effort, config.max_tokens),
        "messages": chat(to_continue(request), thoughts, request.call_id),
        "stream": True,
    }
    if family.thinking:
        body["thinking"] = {"type": family.thinking}
    if effort:
        body["output_config"] = {"effort": effort}
    system = "\n\n".join(message.text for message in request.messages if message.role == "system" and message.text)
    if system:
        body["system"] = [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}]
    if request.tools:
        body["tools"] = [
            {"name": tool.name, "description": tool.told, "input_schema": tool.parameters} for tool in request.tools
        ]
        if not request.may_call:
            # Left out, the tools would make the vendor refuse every call of them that stands in the conversation.
            body["tool_choice"] = {"type": "none"}
    if config.temperature is not None and takes_temperature(family, effort):
        body["temperature"] = config.temperature
    return body


def chat(messages: Iterable[Message], thoughts: KeptThoughts | None = None, call_id: str = "") -> list[dict[str, Any]]:
    """The conversation in blocks: it begins and ends with the user, and the roles alternate.

    All thoughts that are known go back: each is taken only behind what stood there when it was thought.
    """
    entries: list[dict[str, Any]] = []

    def add(role: str, blocks: list[Block], lead: Iterable[Block] = ()) -> None:
        """`lead` stands before all words of the message, also those that were there."""
        if not blocks:
            return
        if entries and entries[-1]["role"] == role:
            entries[-1]["content"] = [*lead, *entries[-1]["content"], *blocks]
        else:
            entries.append({"role": role, "content": [*lead, *blocks]})

    for round_ in rounds(messages):
        message = round_.message
        if message.role == "system":
            continue
        if message.role == "assistant" and not entries:
            add("user", _text(BEGIN))
        uses: list[Block] = []
        lead: tuple[Block, ...] = ()
        for at, (call, _) in enumerate(round_.answers):
            found = thoughts.before(call_id, call.call) if thoughts is not None else Thought()
            lead = found.before_words if at == 0 else lead
            uses += [*(found.before_words if at else ()), *found.behind_words]
            uses.append({"type": "tool_use", "id": _id(call), "name": call.name, "input": _arguments(call)})
        add(message.role, _text(message.text) + uses, lead)
        add("user", [{"type": "tool_result", "tool_use_id": _id(call), "content": text or "done"}
                     for call, text in round_.answers])  # fmt: skip
    if not entries:
        add("user", _text(BEGIN))
    elif entries[-1]["role"] == "assistant":
        add("user", _text(GO_ON))
    return entries


def _text(text: str) -> list[Block]:
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


# ── the model ────────────────────────────────────────────────────────────────────────────────────────────────────


class AnthropicModel:
    """See `offhook.speech.ports.LanguageModel`."""

    def __init__(self, config: Config, key: str) -> None:
        self._config = config
        self._key = key
        self._known = corrections_of(NAME, config.base_url, config.model)
        self._thoughts = KeptThoughts()
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
        body = request_body(self._config, request, self._thoughts)
        forget = partial(self._thoughts.forget, request.call_id)
        outputs = corrected(partial(self._ask, request), body, self._known, forget)
        async with aclosing(outputs):
            async for output in outputs:
                yield output

    async def _ask(self, request: ModelRequest, body: dict[str, Any]) -> AsyncGenerator[ModelOutput, None]:
        reader = ReplyReader(self._key, may_be_empty=bool(request.said))
        # A ping says that the connection lives, not that the model goes on.
        events = self._client.events("messages", body, ignored=PING, is_last=_is_last)
        try:
            async with aclosing(events):
                async for event in events:
                    for output in reader.take(event.data):
                        yield output
            rest = reader.finish()
        except ProviderError:
            # The vendor has counted what it read, also of a reply that it broke off.
            if (usage := reader.usage()) is not None:
                yield usage
            raise
        reader.keep_thoughts(self._thoughts, request.call_id)
        for left in rest:
            yield left
        if (usage := reader.usage()) is not None:
            yield usage


def _is_last(event: ServerEvent) -> bool:
    return event.name == "message_stop"
