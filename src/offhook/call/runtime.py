"""An agent made ready to take calls: its providers, its knowledge, its tools, its sentences as audio."""

import asyncio
import logging
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec

from offhook.agents.model import Agent
from offhook.agents.prompt import system_message
from offhook.agents.variables import used_in
from offhook.audio.spurts import SpurtDetector, SpurtSettings
from offhook.audio.vad import EnergyVad, SileroVad
from offhook.call.boundary import Boundaries, Mask, open_mask
from offhook.call.compose import Retriever
from offhook.call.reply import ModelAndVoice, Spoken, speak_whole
from offhook.call.responder import ResponderMaker
from offhook.core.behaviour import Behaviour, Script
from offhook.core.numbers import country_of
from offhook.core.numbers import prepare as prepare_numbers
from offhook.errors import OffhookError
from offhook.speech.health import HealthBoard
from offhook.speech.ports import ExpectsCalls, Facts, LanguageModel, SpeechToText, TurnModel, Voice
from offhook.speech.registry import Kind, provider_labels
from offhook.speech.sentence_cache import KeptSentence, SentenceCache
from offhook.tools.pre_call import PreCall
from offhook.tools.toolbox import Toolbox

TOGETHER_S: Final = 0.01
"""With many calls the voice detector waits so long for other calls' audio, to judge it together."""
_LOG: Final = logging.getLogger("offhook.runtime")


@dataclass(slots=True, kw_only=True)
class AgentRuntime:
    """What all calls of an agent share in this process."""

    agent: Agent
    behaviour: Behaviour
    script: Script
    stt: SpeechToText
    llm: LanguageModel
    voice: Voice
    turn_model: TurnModel
    vad: SileroVad | EnergyVad
    toolbox: Toolbox
    facts: Facts | None = None
    retriever: Retriever | None = None
    """Looks up what a turn needs to be known; None: all that is known stands in the system message."""
    responder: ResponderMaker = ModelAndVoice
    """What makes its replies."""
    hears_audio: bool = False
    """Its responder answers what it hears: words may come late, and no turn waits for them."""
    handoffs: Mapping[str, str] = field(default_factory=dict)
    """Keys of the agents that it can hand a call to, by the names that it knows them by."""
    mask: Mask = open_mask
    """Hides its keys in what the log is told."""
    system: str = ""
    sentences: MutableMapping[str, Spoken] = field(default_factory=dict)
    """Fixed sentences as encoded audio, by their text."""
    health: HealthBoard = field(default_factory=HealthBoard)
    """How the providers do: `health.snapshot(clock.now())`."""
    kept: SentenceCache | None = None
    """Where they are kept from one start to the next; None: they are spoken anew."""
    pre_call: PreCall | None = None
    """Asked while it rings for what the call brings along."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What was filled in for the one call that has this view of the agent (`call.filling`); empty: for no call."""
    written: "AgentRuntime | None" = None
    """The agent that this is a view of."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each of the values comes from."""
    _behind: "asyncio.Task[None] | None" = None
    """Speaks the sentences that a first call does not begin with."""

    def script_on(self, line: str) -> Script:
        """For a call to this number (E.164), whose country's numbers the callers may tell."""
        script = self.script
        return msgspec.structs.replace(script, country=country_of(script.language, script.country, line))

    async def prepare(self, *, first_call_first: bool = False) -> None:
        """Load all that is slow. Raises `ConfigurationError` or `ProviderError`.

        `first_call_first` returns when a call can be taken; the sentences that none begins with are spoken behind it.
        """
        prepare_numbers(country_of(self.script.language, self.script.country))
        self.system = self.system or system_message(self.agent, self.facts)
        if isinstance(self.vad, SileroVad):
            self.vad.collect(partial(asyncio.get_running_loop().call_later, TOGETHER_S))
        await self._prepare_parts()
        texts = list(dict.fromkeys(self._fixed_sentences()))
        if not first_call_first:
            await self._speak_ahead(texts)
            return
        await self._speak_ahead(texts[:1])
        self._behind = asyncio.create_task(self._speak_ahead(texts[1:]), name=f"sentences of {self.agent.name}")

    async def _prepare_parts(self) -> None:
        """All at once. Raises the first `OffhookError` alone, not a group of them."""
        wrong: list[OffhookError] = []
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in (self.stt, self.llm, self.voice, self.turn_model, self.toolbox):
                    tasks.create_task(part.prepare())
        except* OffhookError as group:
            wrong += [error for error in group.exceptions if isinstance(error, OffhookError)]
        if wrong:
            raise wrong[0]

    async def _speak_ahead(self, texts: Sequence[str]) -> None:
        found = await self.kept.get(texts) if self.kept else {}
        self.sentences.update({text: Spoken(kept.audio, list(kept.words)) for text, kept in found.items()})
        boundaries = Boundaries(self.agent.name, self.mask)
        try:
            for text in (text for text in texts if text not in found):
                async with asyncio.timeout(self.behaviour.reply_timeout_s):
                    with boundaries.around("the voice"):
                        spoken = self.sentences[text] = await speak_whole(self.voice, text)
                if self.kept and not spoken.by_fallback:
                    await self.kept.put(text, KeptSentence(spoken.audio, tuple(spoken.words)))
        # A voice that is ill now may be well when a call comes: then the sentence is spoken when it is needed.
        except OffhookError as error:
            _LOG.warning("a sentence could not be spoken ahead: %s", error)
        except TimeoutError:
            _LOG.warning("a sentence could not be spoken ahead: the voice did not answer in time")

    async def expect_call(self) -> None:
        """It rings: what the first reply would wait for is opened now."""
        ports = [part for part in (self.llm, self.voice) if isinstance(part, ExpectsCalls)]
        await asyncio.gather(*(part.expect_call() for part in ports))

    async def close(self) -> None:
        """Let go of everything."""
        if self._behind is not None:
            self._behind.cancel()
            await asyncio.wait({self._behind})
        for part in (self.stt, self.llm, self.voice, self.turn_model, self.toolbox):
            await part.close()
        if self.pre_call is not None:
            await self.pre_call.close()

    def detector(self) -> SpurtDetector:
        """A spurt detector for one call."""
        pause_s = self.behaviour.ask_silence_s if self.stt.asks_early else 0.0
        return SpurtDetector(self.vad.stream(), self.behaviour.voice_edges_s, SpurtSettings(pause_s=pause_s))

    def providers(self) -> dict[str, list[str]]:
        """Who hears, thinks and speaks, by port: the owner's choice, then those that stand behind it."""
        chosen = ((Kind.STT, self.agent.stt), (Kind.LLM, self.agent.llm), (Kind.TTS, self.agent.tts))
        return {kind.value: provider_labels(kind, config) for kind, config in chosen}

    def _fixed_sentences(self) -> list[str]:
        s = self.script
        greeting = [s.greeting] if s.opening == "fixed" else []
        rest = [
            s.goodbye, s.idle_goodbye, s.warning, s.time_over, s.apology, s.repeat, s.deaf, s.failure_goodbye,
            s.presence, s.absent_goodbye, s.transfer_failed, s.returned, s.machine_message,
        ]  # fmt: skip
        if s.destinations:
            rest += [s.transfer, *(destination.say for destination in s.destinations.values())]
        openers = (*s.opener_question, *s.opener_request, *s.opener_statement) if self.behaviour.opener_s else ()
        tools = [text for words in s.tools.values() for text in words.filler]
        every = (*greeting, *s.idle, *s.filler, *openers, *tools, *rest)
        # What is filled in for each call is spoken when it is needed.
        return [text for text in every if text and not used_in(text)]
