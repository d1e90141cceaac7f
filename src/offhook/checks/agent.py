"""Checks of one agent: its file, keys, languages, models, knowledge, and what its brain can do with its tools."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, cast

from offhook import clock
from offhook.agents.model import Agent
from offhook.agents.remote_config import RemoteConfig
from offhook.errors import ConfigurationError, OffhookError
from offhook.knowledge.search import load_knowledge
from offhook.platform.assembly import blocks_of, knowledge_line, told_of
from offhook.platform.checks import Check, Mark
from offhook.settings import Settings
from offhook.speech.catalogue import config_warnings
from offhook.speech.model_files import ModelStore, Sources, State
from offhook.speech.ports import Setup, ToolSpec
from offhook.speech.registry import Kind, create_alone, create_voice, provider_of
from offhook.speech.vendor_block import plain_host
from offhook.tools.toolbox import Toolbox

PREPARED_HERE: Final = "a_key_that_is_told_above_when_it_is_missing"
"""Stands in for keys, which are a check of their own."""


def of_agent(agent: Agent, settings: Settings, held: Collection[str] = ()) -> Iterator[Check]:
    """Everything about an agent but the models on this machine; asks no vendor. `held`: variables that the vault
    answers."""
    yield from _keys(settings, agent, held)
    yield from _blocks(agent, settings)
    yield from _prompt(agent)
    yield from _endings(agent)
    yield from _tools(agent, settings)
    yield from _knowledge(agent)


def _setup(agent: Agent, settings: Settings) -> Setup:
    """What its providers are made with, to see whether they can be."""
    return Setup(
        language=agent.language, vocabulary=agent.vocabulary, lexicon=agent.lexicon, agent_name=agent.name,
        tools=tuple(tool.name for tool in agent.tools), base_dir=agent.base_dir,
        key=lambda name: settings.environment.get(name, "").strip() or PREPARED_HERE,
        model_dir=lambda name: settings.model_dir / name,
        plain_hosts=settings.plain_hosts,
    )  # fmt: skip


def _blocks(agent: Agent, settings: Settings) -> Iterator[Check]:
    """What a provider says to its block at once: a language that it does not speak, an address that it cannot use."""
    setup = _setup(agent, settings)
    for kind, config in blocks_of(agent):
        try:
            create_alone(kind, config, setup)
        except ConfigurationError as error:
            name = f"{kind}: {provider_of(kind, config).name}"
            if error.field == "language":
                advice = f"choose another {kind} provider for {agent.language}, or another language"
                if kind is Kind.TTS:
                    advice += "; without a key: a vendor's block, and `offhook simulate vendors --agent` your file"
                yield Check(Mark.BAD, name, str(error), advice)
            else:
                yield _in_two(name, str(error))


def _in_two(name: str, text: str) -> Check:
    """What is wrong, and behind a semicolon what to do."""
    found, _, advice = text.partition("; ")
    return Check(Mark.BAD, name, found, advice) if "(found " not in found else Check(Mark.BAD, name, text)


def _prompt(agent: Agent) -> Iterator[Check]:
    if agent.prompt.strip():
        return
    if all(provider_of(Kind.LLM, config).reads_facts for kind, config in blocks_of(agent) if kind is Kind.LLM):
        if not agent.knowledge:
            yield Check(Mark.NOTE, "knowledge", "none, so it can answer no question", "name a file under knowledge")
        return
    advice = "say under prompt who it is and what it does"
    yield Check(Mark.NOTE, "prompt", "empty: the model is not told whose telephone it answers", advice)


def _tools(agent: Agent, settings: Settings) -> Iterator[Check]:
    """Tools that the brain in charge will never use."""
    try:
        specs: tuple[ToolSpec, ...] = Toolbox(agent.tools, _setup(agent, settings)).specs
    except ConfigurationError as error:
        yield Check(Mark.BAD, "tools", "not usable", str(error))
        return
    first, *_ = (config for kind, config in blocks_of(agent) if kind is Kind.LLM)
    brain = provider_of(Kind.LLM, first)
    try:
        unusable = brain.unusable_tools(specs, agent.language)
    except ConfigurationError:
        return  # It does not speak the language, which is told already.
    for name, why in unusable.items():
        yield Check(
            Mark.NOTE, f"tool: {name}", f"the {brain.name} brain will never use it: {why}", "choose another llm"
        )


async def voice_trouble(agent: Agent, settings: Settings) -> str:
    """Why no voice of the agent can be prepared; empty when one can. Connects to vendors, and says nothing to them."""
    voice = create_voice(agent.tts, _setup(agent, settings))
    try:
        await voice.prepare()
    except OffhookError as error:
        return str(error)
    finally:
        await voice.close()
    return ""


def _keys(settings: Settings, agent: Agent, held: Collection[str]) -> Iterator[Check]:
    for kind, config in blocks_of(agent):
        provider = provider_of(kind, config)
        keys = provider.keys(config)
        wanted = [key for key in keys if key not in held]
        name = f"{kind}: {provider.name}"
        if keys and (host := plain_host(config, settings.plain_hosts)):
            advice = "use https, or allow the host by OFFHOOK_PLAIN_HOSTS"
            yield Check(Mark.BAD, name, f"the key would go to {host} over plain http", advice)
        elif lacking := _lacking(settings, wanted, name, "key"):
            yield lacking
        else:
            yield Check(Mark.GOOD, name, "keys set" if keys else "needs no key")
    services = [(f"tool: {tool.name}", tool.variables()) for tool in agent.tools if isinstance(tool, RemoteConfig)]
    services += [("pre-call", (agent.pre_call.secret_name,))] if agent.pre_call is not None else []
    for name, named in services:
        wanted = [one for one in named if one not in held]
        if lacking := _lacking(settings, wanted, name, "secret"):
            yield lacking
        elif named:
            yield Check(Mark.GOOD, name, "secrets set")


def _lacking(settings: Settings, wanted: Sequence[str], name: str, what: str) -> Check | None:
    """The line that says which variables are not there, or not for agents."""
    if denied := [one for one in wanted if not settings.may_know(one)]:
        advice = "add it to OFFHOOK_AGENT_VARIABLES if it is meant; Offhook's own secrets are never for agents"
        return Check(Mark.BAD, name, f"{', '.join(denied)} not for agents", advice)
    if missing := [one for one in wanted if not settings.environment.get(one, "").strip()]:
        return Check(
            Mark.BAD, name, f"{', '.join(missing)} not set", f"put the {what} into {missing[0]}, or into the vault"
        )
    return None


def _endings(agent: Agent) -> Iterator[Check]:
    for kind, config in blocks_of(agent):
        for warning in config_warnings(config, clock.wall().date()):
            found, _, advice = warning.partition("; ")
            yield Check(Mark.NOTE, f"{kind}: model", found, advice)


def _knowledge(agent: Agent) -> Iterator[Check]:
    if not agent.knowledge:
        return
    try:
        # By their words alone: what the model makes of them changes nothing here.
        facts = load_knowledge(agent.knowledge, agent.base_dir, None, agent.language)
    except OffhookError as error:
        yield Check(Mark.BAD, "knowledge", "not usable", str(error))
        return
    advice = ""
    if told_of(agent, facts).searched and not provider_of(Kind.LLM, agent.llm).reads_facts:
        advice = f"to tell more with every reply, raise knowledge_prompt_chars ({agent.knowledge_prompt_chars:,})"
    yield Check(Mark.GOOD, "knowledge", knowledge_line(agent, facts), advice)


def of_models(settings: Settings, names: tuple[str, ...], lacking: Mark = Mark.BAD) -> Iterator[Check]:
    """Whether the models are on this machine."""
    store = ModelStore(settings.model_dir, cast("Sources", settings.model_sources))
    for name in names:
        try:
            state = store.state(name)
        except OffhookError as error:
            yield Check(Mark.BAD, f"model {name}", "not usable", str(error))
            continue
        if state is State.READY:
            yield Check(Mark.GOOD, f"model {name}", "present and verified")
        else:
            yield Check(lacking, f"model {name}", state.value, f"run `offhook models fetch {name}`")
