"""OpenAI's Chat Completions as a stream, and every server that speaks the same: Azure, Groq, Together, vLLM, Ollama.

What a model or a server wants differently stands in `speech/catalogue.toml`; what one refuses all the same is learned
(`corrections`), and what servers send differently is taken as it comes (`openai_reply`).
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from offhook.errors import ConfigurationError, ProviderError
from offhook.speech.catalogue import config_refusals, family_of, key_header, server_at, with_path
from offhook.speech.families import (
    LEAST_THOUGHT,
    Family,
    Limit,
    Server,
    effort_for,
    room_for,
    takes_temperature,
)
from offhook.speech.http import Endpoint
from offhook.speech.llm.corrections import corrected, corrections_of
from offhook.speech.llm.history import rounds, to_continue
from offhook.speech.llm.openai_reply import NAME, Reply
from offhook.speech.llm.thoughts import Thoughts
from offhook.speech.ports import Message, ModelOutput, ModelRequest, ProviderConfig, Setup
from offhook.speech.sse import MODEL_PATIENCE, EventClient, ServerEvent
from offhook.speech.vendor_block import BaseUrl, is_loopback, key_of

BASE_URL: Final = "https://api.openai.com/v1"
DONE: Final = "[DONE]"

Effort = Literal["", "none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Config(ProviderConfig):
    """OpenAI, or a server that speaks its Chat Completions."""

    provider: Literal["openai"] = "openai"
    model: Annotated[str, Field(min_length=1, max_length=200, description="The model, as the vendor names it.")] = (
        "gpt-4o"
    )
    like: Annotated[
        str,
        Field(
            max_length=200,
            description="The vendor's name of the model, where `model` is another: a deployment's name at Azure.",
        ),
    ] = ""
    base_url: Annotated[
        BaseUrl, AfterValidator(with_path), Field(description="The vendor's address; it mostly ends in `/v1`.")
    ] = BASE_URL
    key_env: Annotated[
        str,
        Field(
            pattern=r"^[A-Z][A-Z0-9_]{0,99}$",
            description="Environment variable with the key; a server of this machine needs none.",
        ),
    ] = "OPENAI_API_KEY"
    max_tokens: Annotated[
        int, Field(ge=1, le=32_768, description="Longest reply, in tokens; a model that thinks gets 2048 at least.")
    ] = 400
    temperature: Annotated[
        float | None, Field(ge=0.0, le=2.0, description="How freely words are chosen; default: the vendor's.")
    ] = None
    reasoning_effort: Annotated[
        Effort, Field(description="How long a model thinks first; default: as little as it takes. Some want one value.")
    ] = ""
    count_tokens: Annotated[
        bool, Field(description="Ask for the count of tokens in the stream; a few servers refuse that.")
    ] = True


def KEYS(config: Config) -> tuple[str, ...]:  # noqa: N802 - the registry's name for it
    """None for a server of this machine: it is asked without one when the variable is not set."""
    return () if is_loopback(config.base_url) else (config.key_env,)


def create(config: Config, setup: Setup) -> "OpenAIModel":
    """The model of an agent. Raises `ConfigurationError` when the key is missing, or the model cannot serve it."""
    for refused in config_refusals(config, has_tools=bool(setup.tools)):
        raise ConfigurationError(refused, field="llm.model")
    return OpenAIModel(config, key_of(setup, config.key_env, config.base_url))


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────


def request_body(config: Config, request: ModelRequest) -> dict[str, Any]:
    """The request, without a member that this model or this server is known to refuse."""
    server, family = server_at(config.base_url), family_of(NAME, config.like or config.model)
    # A tool that may not be called is left out: not every server knows how to be told that.
    tools = request.tools if request.may_call else ()
    wanted = config.reasoning_effort or (server.effort if family.efforts is None else "")
    effort = "" if _is_told_by_template(config, server, family) else effort_for(family, wanted, has_tools=bool(tools))
    body: dict[str, Any] = {"model": config.model, "messages": chat(to_continue(request)), "stream": True}
    # `max_tokens` is what every server knows; the vendor and Azure take the new name for all models, and newer models
    # refuse the old one.
    limit = Limit.MAX_COMPLETION_TOKENS if server.is_the_vendor else family.limit
    body[limit.value] = room_for(family, effort, config.max_tokens)
    if config.count_tokens:
        body["stream_options"] = {"include_usage": True}
        if config.base_url == BASE_URL:
            body["stream_options"]["include_obfuscation"] = False
    if tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.told, "parameters": tool.parameters},
            }
            for tool in tools
        ]
    if effort:
        body["reasoning_effort"] = effort
    elif _is_told_by_template(config, server, family):
        body["chat_template_kwargs"] = dict(family.template or {})
    if config.temperature is not None and takes_temperature(family, effort):
        body["temperature"] = config.temperature
    return body


def _is_told_by_template(config: Config, server: Server, family: Family) -> bool:
    """Whether an open model is told not to think by its template: by servers that pass that on, as vLLM and SGLang."""
    is_ollamas_name = ":" in config.model.rsplit("/", 1)[-1]
    is_open = family.template is not None and not server.takes_efforts and not is_ollamas_name
    return is_open and config.reasoning_effort in LEAST_THOUGHT


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


# ── the model ────────────────────────────────────────────────────────────────────────────────────────────────────


class OpenAIModel:
    """See `offhook.speech.ports.LanguageModel`."""

    def __init__(self, config: Config, key: str) -> None:
        self._config = config
        self._key = key
        self._known = corrections_of(NAME, config.base_url, config.model)
        family, server = family_of(NAME, config.like or config.model), server_at(config.base_url)
        self._is_unknown = family.efforts is None and not family.always_thinks and not config.reasoning_effort
        self._may_think_unopened = family.thinks_unopened and not server.takes_efforts
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
        outputs = corrected(partial(self._ask, request), request_body(self._config, request), self._known)
        async with aclosing(outputs):
            async for output in outputs:
                yield output

    async def _ask(self, request: ModelRequest, body: dict[str, Any]) -> AsyncGenerator[ModelOutput, None]:
        known = self._known
        # The first reply of a model that may do so is held until it tells; the next ones are not, if it did not.
        may_begin = known.thinks_unopened is None and self._may_think_unopened
        thoughts = Thoughts(are_unopened=known.thinks_unopened or may_begin)
        reply = Reply(self._key, f"call-{len(request.messages)}", thoughts, may_be_empty=bool(request.said))
        events = self._client.events("chat/completions", body, is_last=_is_last)
        try:
            async with aclosing(events):
                async for event in events:
                    if _is_last(event):
                        reply.end()
                        continue
                    for output in reply.feed(event.data):
                        yield output
            for rest in reply.finish():
                yield rest
            known.thinks_unopened = thoughts.were_unopened or thoughts.is_holding
        except ProviderError:
            self._look_at(reply, body)
            # What was spent is known also of a reply that came to nothing.
            if reply.usage.tokens_in or reply.usage.tokens_out:
                yield reply.usage
            raise
        self._look_at(reply, body)
        if reply.usage.tokens_in or reply.usage.tokens_out:
            yield reply.usage

    def _look_at(self, reply: Reply, body: dict[str, Any]) -> None:
        """Thoughts of a model that nobody has told not to think."""
        if reply.has_thought and self._is_unknown:
            self._known.found_thoughts(body)


def _is_last(event: ServerEvent) -> bool:
    return event.data.strip() == DONE
