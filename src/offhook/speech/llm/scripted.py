"""A language model that answers from a script, token by token, as late and as badly as it is told."""

import asyncio
import json
import random
import re
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from offhook.errors import ProtocolViolation, ProviderRefused, ProviderUnavailable
from offhook.speech.ports import ModelOutput, ModelRequest, ProviderConfig, Setup, TextDelta, ToolCall, Usage

Seconds = Annotated[float, Field(ge=0.0, le=3600.0)]


class Rule(BaseModel):
    """What is answered when the caller's text matches; text before a tool call is said first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: Annotated[str, Field(description="Regular expression, searched in the caller's text; case is ignored.")]
    say: str = ""
    tool: Annotated[str, Field(description="Name of a tool to call.")] = ""
    arguments: Annotated[dict[str, Any], Field(description="Of the tool.")] = {}
    then: Annotated[str, Field(description="Said after the tool; {result} is what it answered.")] = "{result}"

    @field_validator("when")
    @classmethod
    def _compiles(cls, when: str) -> str:
        try:
            re.compile(when)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return when

    @model_validator(mode="after")
    def _answers(self) -> "Rule":
        if not self.say and not self.tool:
            raise ValueError("a rule needs `say`, `tool` or both")
        return self


class Config(ProviderConfig):
    """The `llm` block of an agent in a test. All times run on the event loop's clock."""

    provider: Literal["scripted"] = "scripted"
    rules: Annotated[tuple[Rule, ...], Field(description="The first that matches answers.")] = ()
    replies: Annotated[
        tuple[str, ...], Field(description="Where no rule matches: the caller's nth turn gets the nth, then again.")
    ] = ()
    otherwise: Annotated[str, Field(description="Where there are no replies; {text} is what the caller said.")] = (
        "You said: {text}."
    )
    opening: Annotated[str, Field(description="Said when the agent speaks first.")] = "Hello, how can I help you?"
    first_token_s: Annotated[Seconds, Field(description="From the request to the first token.")] = 0.2
    token_s: Annotated[Seconds, Field(description="Between two tokens; a token is a word.")] = 0.01
    fault: Annotated[
        Literal["none", "fail", "refuse", "never_start", "stall", "fail_mid", "garbage"],
        Field(description="fail or refuse at once; never_start; stall, fail_mid or garbage after `fault_tokens`."),
    ] = "none"
    fault_tokens: Annotated[int, Field(ge=0)] = 3
    fault_rate: Annotated[float, Field(ge=0.0, le=1.0, description="Share of requests with the fault.")] = 1.0
    fail_first_n: Annotated[int, Field(ge=0, description="The first requests of all are refused.")] = 0
    seed: int = 0


def create(config: Config, setup: Setup) -> "ScriptedModel":
    """The port."""
    del setup
    return ScriptedModel(config)


class ScriptedModel:
    """Answers from its script. The last request's messages are kept for tests to look at."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._chance = random.Random(config.seed)
        self._rules = [(re.compile(rule.when, re.IGNORECASE), rule) for rule in config.rules]
        self.requests = 0
        self.last_request: ModelRequest | None = None

    async def prepare(self) -> None:
        """Nothing to load."""

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        """The scripted answer to the caller's last turn."""
        config = self._config
        self.requests += 1
        self.last_request = request
        fault = config.fault if self._chance.random() < config.fault_rate else "none"
        if self.requests <= config.fail_first_n or fault == "fail":
            raise ProviderUnavailable("the scripted model refuses", provider="scripted")
        if fault == "refuse":
            raise ProviderRefused("the scripted model knows no such key", provider="scripted")
        text, call = self._answer(request)
        tokens = re.findall(r"\s*\S+\s*", text)
        if fault == "never_start":
            await _for_ever()
        await asyncio.sleep(config.first_token_s)
        for index, token in enumerate(tokens):
            if index:
                await asyncio.sleep(config.token_s)
            if index == config.fault_tokens:
                await _break(fault)
            yield TextDelta(token)
        if len(tokens) <= config.fault_tokens:
            await _break(fault)
        if call is not None:
            yield call
        words_in = sum(len(message.text.split()) for message in request.messages)
        yield Usage(words_in, len(tokens))

    async def close(self) -> None:
        """Nothing to let go of."""

    def _answer(self, request: ModelRequest) -> tuple[str, ToolCall | None]:
        said = [message.text for message in request.messages if message.role == "user"]
        if not said:
            return self._config.opening, None
        rule = next((rule for pattern, rule in self._rules if pattern.search(said[-1])), None)
        last = request.messages[-1]
        if last.role == "tool":
            return (rule.then if rule else "{result}").replace("{result}", last.text), None
        if rule is None:
            replies = self._config.replies
            text = replies[(len(said) - 1) % len(replies)] if replies else self._config.otherwise
            return text.replace("{text}", said[-1].rstrip(".!? ")), None
        # The number of the turn makes the call's id one of its own, and the same in every run.
        call = ToolCall(f"call-{len(said)}", rule.tool, json.dumps(rule.arguments)) if rule.tool else None
        return rule.say, call


async def _break(fault: str) -> None:
    if fault == "stall":
        await _for_ever()
    elif fault == "fail_mid":
        raise ProviderUnavailable("the scripted model breaks off", provider="scripted")
    elif fault == "garbage":
        raise ProtocolViolation("the scripted model talks nonsense", provider="scripted")


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()
