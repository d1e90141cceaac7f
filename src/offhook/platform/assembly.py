"""Puts an agent together from its document: providers, knowledge, models, tools. The one place that knows them all."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from offhook.agents.known import Placed, placed
from offhook.agents.load import load_agent
from offhook.agents.model import Agent
from offhook.audio.vad import EnergyVad, SileroVad
from offhook.call.boundary import KeyRing
from offhook.call.compose import Retriever
from offhook.call.runtime import AgentRuntime
from offhook.call.runtimes import Runtimes
from offhook.errors import ConfigurationError
from offhook.knowledge.retriever import FactRetriever
from offhook.knowledge.search import load_knowledge
from offhook.settings import Settings
from offhook.speech.health import HealthBoard
from offhook.speech.model_files import ModelStore, Sources, State
from offhook.speech.ports import Facts, ProviderConfig, Setup, TurnModel
from offhook.speech.registry import (
    Kind,
    create_language_model,
    create_speech_to_text,
    create_voice,
    provider_of,
    with_fallbacks,
)
from offhook.speech.scripted.turn_model import ScriptedTurnModel
from offhook.speech.sentence_cache import SentenceCache, fingerprint
from offhook.speech.turn_models import SmartTurnPool
from offhook.tools.pre_call import PreCall
from offhook.tools.toolbox import Toolbox

HEARING_MODELS: Final = ("silero-vad", "smart-turn")
"""Every call needs these, unless the agent's file says otherwise."""
MEANING_MODEL: Final = "minilm"
"""Finds facts by meaning; without it they are found by their words."""


def assemble(
    agent: Agent, settings: Settings, key: Callable[[str], str] | None = None, health: HealthBoard | None = None
) -> AgentRuntime:
    """The agent, ready to be prepared. Raises `ConfigurationError`: missing models, keys, unreadable knowledge.

    `key` gives the secret of a name (`OPENAI_API_KEY`); without it the settings do.
    """
    store = ModelStore(settings.model_dir, cast("Sources", settings.model_sources))
    missing = store.missing(models_of(agent))
    if missing:
        raise ConfigurationError(
            f"local models are missing: run `offhook models fetch {' '.join(missing)}`", file=str(settings.model_dir)
        )
    facts, keys = knowledge_of(agent, store, settings), KeyRing(key or settings.key)
    health = health if health is not None else HealthBoard()
    setup = Setup(
        language=agent.language,
        vocabulary=agent.vocabulary,
        lexicon=agent.lexicon,
        facts=facts,
        agent_name=agent.name,
        tools=tuple(tool.name for tool in agent.tools),
        base_dir=agent.base_dir,
        key=keys.key,
        plain_hosts=settings.plain_hosts,
        model_dir=store.path,
        health=health,
    )
    return AgentRuntime(
        agent=agent,
        behaviour=agent.behaviour(),
        script=agent.script(),
        stt=create_speech_to_text(agent.stt, setup),
        llm=create_language_model(agent.llm, setup),
        voice=create_voice(agent.tts, setup),
        turn_model=turn_model_of(agent, store),
        vad=EnergyVad() if agent.voice_detector == "energy" else SileroVad(only_file(store, "silero-vad")),
        toolbox=Toolbox(agent.tools, setup),
        facts=facts,
        retriever=retriever_of(agent, facts),
        handoffs={name: str(file.resolve()) for name, file in agent.handoff_files().items()},
        pre_call=PreCall(agent.pre_call, keys.key) if agent.pre_call is not None else None,
        mask=keys.mask,
        health=health,
        kept=sentence_cache_of(agent, settings),
    )


def runtimes_of(file: Path, settings: Settings) -> Runtimes:
    """Whoever can come to be in charge of a call that the agent of this file answers; the key is an agent's file."""

    async def load(key: str) -> AgentRuntime:
        # Models are loaded from disk: other calls are not to wait for that.
        runtime = await asyncio.to_thread(lambda: assemble(load_agent(Path(key)), settings))
        await runtime.prepare(first_call_first=True)
        return runtime

    first = str(file.resolve())
    return Runtimes(load, lambda _: first)


def retriever_of(agent: Agent, facts: Facts | None) -> Retriever | None:
    """None when there is nothing to look up: the model is told all facts in its system message, or searches itself."""
    told = told_of(agent, facts)
    brains = [config for kind, config in blocks_of(agent) if kind is Kind.LLM]
    if facts is None or not told.searched or all(provider_of(Kind.LLM, config).reads_facts for config in brains):
        return None
    return FactRetriever(facts, told.told)


def told_of(agent: Agent, facts: Facts | None) -> Placed:
    """What of its knowledge an agent's model is told with every reply, and what is searched."""
    return placed(facts.all() if facts is not None else (), agent.knowledge_prompt_chars)


def knowledge_line(agent: Agent, facts: Facts) -> str:
    """Where its knowledge stands, in words: what of it is in the prompt, what is searched."""
    told = told_of(agent, facts)
    every = _counted(told.told + told.searched)
    if provider_of(Kind.LLM, agent.llm).reads_facts:
        return f"{every}, searched for each turn"
    if not told.searched:
        return f"{every}, all in the prompt"
    return (
        f"{every}: {told.told:,} in the prompt, {told.searched:,} searched for each turn (from {told.next_source} on)"
    )


def _counted(facts: int) -> str:
    return f"{facts:,} fact{'' if facts == 1 else 's'}"


def sentence_cache_of(agent: Agent, settings: Settings) -> SentenceCache | None:
    """Where a vendor's sentences are kept; a voice of this process makes them again as quickly."""
    if provider_of(Kind.TTS, agent.tts).is_made_here:
        return None
    voice = fingerprint(agent.tts, agent.language, agent.lexicon)
    return SentenceCache(settings.data_dir / "cache/sentences", voice)


def blocks_of(agent: Agent) -> tuple[tuple[Kind, ProviderConfig], ...]:
    """The provider blocks of an agent with their ports, each followed by those that stand behind it."""
    chosen = ((Kind.STT, agent.stt), (Kind.LLM, agent.llm), (Kind.TTS, agent.tts))
    return tuple((kind, config) for kind, first in chosen for config in with_fallbacks(kind, first))


def models_of(agent: Agent) -> tuple[str, ...]:
    """Names of the local models without which the agent cannot take a call, each once."""
    chosen = (agent.voice_detector == "silero", agent.end_of_turn == "smart-turn")
    names = [name for name, is_chosen in zip(HEARING_MODELS, chosen, strict=True) if is_chosen]
    for kind, config in blocks_of(agent):
        names += provider_of(kind, config).models(config)
    return tuple(dict.fromkeys(names))


def turn_model_of(agent: Agent, store: ModelStore) -> TurnModel:
    """What hears whether the caller is done."""
    if agent.end_of_turn == "scripted":
        return ScriptedTurnModel()
    return SmartTurnPool(only_file(store, "smart-turn"))


def knowledge_of(agent: Agent, store: ModelStore, settings: Settings) -> Facts | None:
    """What the agent knows; None when it was given nothing to know."""
    if not agent.knowledge:
        return None
    by_meaning = store.state(MEANING_MODEL) is State.READY
    folder = store.path(MEANING_MODEL) if by_meaning else None
    kept_in = settings.data_dir / "cache/meanings"
    return load_knowledge(agent.knowledge, agent.base_dir, folder, agent.language, kept_in=kept_in)


def only_file(store: ModelStore, name: str) -> Path:
    """The file of a model that is one file."""
    (file,) = store.model(name).files
    return store.path(name) / file.name
