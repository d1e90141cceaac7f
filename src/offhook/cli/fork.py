"""`offhook replay --fork`: one turn of a past call, asked again with another prompt, agent or model."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, cast

import pydantic
from rich.console import Console

from offhook import __version__, clock
from offhook.agents.load import load_agent
from offhook.agents.model import Agent
from offhook.agents.prompt import system_message
from offhook.call.compose import request
from offhook.call.fork import Asked, Past, read_past
from offhook.errors import ConfigurationError
from offhook.settings import Settings
from offhook.speech.model_files import ModelStore, Sources
from offhook.speech.ports import (
    LanguageModel,
    ModelRequest,
    ProviderConfig,
    Setup,
    Switched,
    TextDelta,
    ToolCall,
    ToolSpec,
    Usage,
)
from offhook.speech.registry import Kind, create_language_model, provider, provider_labels
from offhook.tools.toolbox import Toolbox

ANSWER_S: Final = 60.0
"""Longest wait for the whole answer."""
WIDTH: Final = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be different this time."""

    agent: Path | None = None
    prompt: Path | None = None
    model: str = ""


@dataclass(slots=True)
class Answer:
    """What the model says now."""

    text: str = ""
    tools: list[tuple[str, str]] = field(default_factory=list)
    first_s: float | None = None
    """To its first token or tool."""
    usage: Usage | None = None
    switched: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Again:
    """Who is asked this time, and with what beside the history."""

    model: LanguageModel
    label: str
    system: str
    tools: tuple[ToolSpec, ...]


async def ask_again(path: Path, turn: int, wanted: Wanted, console: Console) -> None:
    """Ask and print. Raises `ConfigurationError` or `ProviderError`."""
    past = read_past(path)
    asked = past.turn(turn)
    again = await _again(asked, wanted, Settings.from_environment())
    composed = request(
        past.entries, asked.ask, system=again.system, tools=again.tools, passages=asked.passages,
        call_id=past.header.call,
    )  # fmt: skip
    _show_then(past, asked, console)
    await again.model.prepare()
    try:
        answer = await _run(again.model, composed)
    finally:
        await again.model.close()
    _show_now(again.label, answer, console)


# ── who is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _again(asked: Asked, wanted: Wanted, settings: Settings) -> _Again:
    store = ModelStore(settings.model_dir, cast("Sources", settings.model_sources))
    setup = Setup(key=settings.key, plain_hosts=settings.plain_hosts, model_dir=store.path)
    agent = load_agent(wanted.agent) if wanted.agent is not None else None
    briefing = asked.briefing
    if agent is not None:
        setup = _setup_of(agent, setup, store, settings)
        system, tools = system_message(agent, setup.facts), await _tools_of(agent, setup)
    elif briefing is not None:
        system = briefing.system
        tools = tuple(ToolSpec(tool.name, tool.description, tool.parameters) for tool in briefing.tools)
    else:
        raise ConfigurationError("the journal does not say what the model was told: give the agent's file (--agent)")
    if wanted.prompt is not None:
        system = _text_of(wanted.prompt)
    if wanted.model or agent is None:
        label = wanted.model or next(iter(briefing.providers.get("llm", []) if briefing else []), "")
        config = _config_of(label)
    else:
        config = agent.llm
    (label, *_) = provider_labels(Kind.LLM, config)
    return _Again(create_language_model(config, setup), label, system, tools)


def _setup_of(agent: Agent, setup: Setup, store: ModelStore, settings: Settings) -> Setup:
    from offhook.platform.assembly import knowledge_of

    return replace(
        setup,
        language=agent.language,
        facts=knowledge_of(agent, store, settings),
        agent_name=agent.name,
        tools=tuple(tool.name for tool in agent.tools),
        base_dir=agent.base_dir,
    )


async def _tools_of(agent: Agent, setup: Setup) -> tuple[ToolSpec, ...]:
    """What its model would be offered now. None of them is run."""
    toolbox = Toolbox(agent.tools, setup)
    await toolbox.prepare()
    try:
        return toolbox.specs
    finally:
        await toolbox.close()


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as cause:
        raise ConfigurationError(f"cannot be read: {cause.strerror}", file=str(path)) from cause
    except UnicodeDecodeError as cause:
        raise ConfigurationError("is not UTF-8 text", file=str(path)) from cause


def _config_of(label: str) -> ProviderConfig:
    """The block of "PROVIDER MODEL" with everything else at its default. Raises `ConfigurationError`."""
    name, _, model = label.strip().partition(" ")
    if not name:
        raise ConfigurationError(
            "no model is named", field="--model", expected='"PROVIDER MODEL", such as "openai gpt-4o"'
        )
    config = provider(Kind.LLM, name).config
    fields = {"model": model.strip()} if model.strip() else {}
    try:
        return config.model_validate({"provider": name, **fields})
    except pydantic.ValidationError as cause:
        reason = "; ".join(error["msg"] for error in cause.errors())
        raise ConfigurationError(f"is no model of {name}: {reason}", field="--model", found=repr(label)) from cause


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def _run(model: LanguageModel, composed: ModelRequest) -> Answer:
    answer, began_at = Answer(), clock.now()
    async with asyncio.timeout(ANSWER_S), aclosing(model.stream(composed)) as stream:
        async for output in stream:
            match output:
                case TextDelta(text=text):
                    answer.text += text
                case ToolCall(name=name, arguments=arguments):
                    answer.tools.append((name, arguments))
                case Usage():
                    answer.usage = output
                case Switched(provider=first, to=other, cause=cause):
                    answer.switched.append(f"{first} failed ({cause}), {other} was asked")
                case _:
                    pass
            if answer.first_s is None and isinstance(output, TextDelta | ToolCall):
                answer.first_s = clock.now() - began_at
    return answer


# ── showing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _show_then(past: Past, asked: Asked, console: Console) -> None:
    if past.header.version != __version__:
        console.print(f"! recorded with {past.header.version}, composed with {__version__}: its form may be another")
    ask = asked.ask
    words = " ".join(part for part in (ask.caller_text, f"[keys] {ask.keys}" if ask.keys else "") if part)
    known = _count(ask.until - ask.since, "entry of history", "entries of history")
    if asked.passages:
        known += f", {_count(len(asked.passages), 'passage', 'passages')} looked up"
    console.print(f"turn {asked.turn} at {asked.at:.2f} s, {known}\n")
    _line(console, "caller", words or "(the agent speaks first, or goes on)")
    labels = asked.briefing.providers.get("llm", []) if asked.briefing else []
    console.print(f"\nthen · {asked.briefing.agent if asked.briefing else past.header.agent} · {_first(labels)}")
    _said(console, asked.text, asked.tools, asked.failure)
    for heard in asked.heard:
        if heard.text != asked.text:
            text = heard.text or "(nothing)"
            _line(console, "heard", f"{text}  [interrupted]" if heard.interrupted else text)


def _show_now(label: str, answer: Answer, console: Console) -> None:
    console.print(f"\nnow · {label}")
    for text in answer.switched:
        _line(console, "!", text)
    _said(console, answer.text, answer.tools, "")
    figures = [f"first token after {answer.first_s:.2f} s"] if answer.first_s is not None else []
    if answer.usage is not None:
        figures.append(f"{answer.usage.tokens_in} tokens in, {answer.usage.tokens_out} out")
    console.print(f"\n{', '.join(figures)}" if figures else "")


def _said(console: Console, text: str, tools: Sequence[tuple[str, str]], failure: str) -> None:
    if text.strip():
        _line(console, "says", " ".join(text.split()))
    for name, arguments in tools:
        _line(console, "wants", f"{name} {arguments}")
    if failure:
        _line(console, "!", failure)
    if not text.strip() and not tools and not failure:
        _line(console, "says", "(nothing)")


def _line(console: Console, who: str, text: str) -> None:
    console.print(f"  {who:<{WIDTH}} {text}")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _first(labels: Sequence[str]) -> str:
    return labels[0] if labels else "unknown model"
