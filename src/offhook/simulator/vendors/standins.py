"""All stand-ins as one: each on a port of its own, and what an agent needs to use them.

A new stand-in is one entry of `VENDORS`.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self, TypeVar, get_args

from offhook.audio.frames import SAMPLE_RATE
from offhook.errors import ConfigurationError
from offhook.simulator.vendors import deepgram
from offhook.simulator.vendors.anthropic import AnthropicServer
from offhook.simulator.vendors.azure import AzureServer
from offhook.simulator.vendors.brain import facts_brain
from offhook.simulator.vendors.cartesia import CartesiaServer
from offhook.simulator.vendors.deepgram import Break, DeepgramFaults, DeepgramServer
from offhook.simulator.vendors.deepgram import Kind as BreakKind
from offhook.simulator.vendors.deepgram_speak import DeepgramSpeakServer
from offhook.simulator.vendors.deepgram_v1 import NovaWays
from offhook.simulator.vendors.elevenlabs import ElevenLabsServer
from offhook.simulator.vendors.latency import Delay, WatchedDelay
from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.openai_speech import OpenAISpeechServer
from offhook.simulator.vendors.profiles import PROFILES, Profile
from offhook.simulator.vendors.server import Brain, Fault, FaultKind, Latency, VendorServer
from offhook.simulator.vendors.sockets import FaultKind as SpeechFaultKind
from offhook.simulator.vendors.sockets import Pace, Refusal, SpeechFault, SpeechServer
from offhook.simulator.vendors.sound import SoundFault, SoundFaultKind, SoundServer, SoundTiming
from offhook.speech.registry import Kind

SoundServerT = TypeVar("SoundServerT", bound=SoundServer)

SpeechServerT = TypeVar("SpeechServerT", bound=SpeechServer)

MOST_FAULTS: Final = 10_000
"""Of those that are handed out one by one: more than anybody tries."""
CARTESIA_VOICE: Final = "00000000-0000-4000-8000-000000000000"
FAULT_AFTER_S: Final = 2.0
"""A fault in the middle of a socket's audio comes after so much of it."""


CHAT_FAULTS: Final[tuple[FaultKind, ...]] = tuple(kind for kind in get_args(FaultKind) if kind != "none")
VOICE_FAULTS: Final[tuple[SoundFaultKind, ...]] = tuple(kind for kind in get_args(SoundFaultKind) if kind != "none")


class StandIn(Protocol):
    """A stand-in that listens."""

    @property
    def base_url(self) -> str:
        """For the provider's block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a stand-in is started with."""

    profile: Profile
    port: int = 0
    """0 takes a free one."""
    seed: int = 0
    fault: str = ""
    """Befalls every request."""
    brain: Brain = facts_brain
    tell: Callable[[float], None] = lambda _: None
    """Called with each wait that is drawn for an answer, when it begins."""

    def watched(self, delay: Delay) -> Delay:
        """The delay, told."""
        return WatchedDelay.of(delay, self.tell)


@dataclass(frozen=True, slots=True)
class Vendor:
    """One stand-in: how it is started, and how an agent finds it."""

    name: str
    blocks: Mapping[Kind, Mapping[str, Any]]
    """What it is good for: the blocks of an agent's file, but for the address."""
    key_variable: str
    key: str
    open: Callable[[Terms], AbstractAsyncContextManager[StandIn]]
    faults: tuple[str, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The ports that it can stand in for."""
        return tuple(self.blocks)


def _chat(server: type[VendorServer], terms: Terms) -> VendorServer:
    latency = Latency(terms.watched(terms.profile.first_token), terms.profile.token_s)
    found = server(terms.brain, latency, port=terms.port, seed=terms.seed)
    if terms.fault:
        found.usual_fault = Fault(next(kind for kind in CHAT_FAULTS if kind == terms.fault))
    return found


FAULTY_STREAMS: Final = 2
"""A stream that is opened in place of a broken one may break too; the one after that stays."""


def _breaks(kind: BreakKind) -> DeepgramFaults:
    return DeepgramFaults(breaks=(Break(kind=kind, after_s=FAULT_AFTER_S),) * FAULTY_STREAMS)


_DEEPGRAM_FAULTS: Final = {
    "unauthorized": DeepgramFaults(refuse=401, reason="Invalid credentials."),
    "quota": DeepgramFaults(refuse=402, reason="ASR_PAYMENT_REQUIRED"),
    "rate_limited": DeepgramFaults(refuse=429, reason="Too many requests. Please try again later"),
    "overloaded": DeepgramFaults(refuse=503, reason="Service unavailable."),
    **{kind: _breaks(kind) for kind in get_args(BreakKind)},
    "no_final": DeepgramFaults(nova=NovaWays(finalize="never")),
    "duplicate_finals": DeepgramFaults(nova=NovaWays(duplicate_finals=True)),
    "strange": DeepgramFaults(nova=NovaWays(is_strange=True)),
}


def _deepgram(terms: Terms) -> DeepgramServer:
    faults = _DEEPGRAM_FAULTS[terms.fault] if terms.fault else DeepgramFaults()
    latency = terms.watched(terms.profile.transcript)
    return DeepgramServer(port=terms.port, latency=latency, seed=terms.seed, faults=faults)


def _voice(server: type[SoundServerT], terms: Terms) -> SoundServerT:
    timing = SoundTiming(terms.watched(terms.profile.first_audio))
    found = server(timing, port=terms.port, seed=terms.seed)
    if terms.fault:
        found.usual_fault = SoundFault(next(kind for kind in VOICE_FAULTS if kind == terms.fault))
    return found


_SPEECH_REFUSALS: Final = {
    "unauthorized": Refusal(status=401, reason="invalid_api_key"),
    "rate_limited": Refusal(status=429, reason="too_many_concurrent_requests"),
    "overloaded": Refusal(status=503, reason="system_busy"),
}
SPEECH_FAULTS: Final = (*_SPEECH_REFUSALS, *get_args(SpeechFaultKind))
PIECE_LETTERS: Final = 60
"""The audio of so many letters is a message: as much as the vendors send at once."""


def _speech(server: Callable[..., SpeechServerT], terms: Terms) -> SpeechServerT:
    pace = Pace(first_audio=terms.watched(terms.profile.first_audio), most_letters=PIECE_LETTERS)
    refusals, faults = list[Refusal](), list[SpeechFault]()
    if terms.fault in _SPEECH_REFUSALS:
        refusals = [_SPEECH_REFUSALS[terms.fault]] * MOST_FAULTS
    elif terms.fault:
        kinds: tuple[SpeechFaultKind, ...] = get_args(SpeechFaultKind)
        kind = next(kind for kind in kinds if kind == terms.fault)
        faults = [SpeechFault(kind=kind, after=1)] * MOST_FAULTS
    return server(port=terms.port, seed=terms.seed, pace=pace, faults=faults, refusals=refusals)


class _TapeSpeech(OpenAISpeechServer):
    """Samples of 8 kHz, which the tape survives: whoever listens knows each word."""

    rate_hz = SAMPLE_RATE


VENDORS: Final = {
    vendor.name: vendor
    for vendor in (
        Vendor(
            "deepgram", {Kind.STT: {"provider": "deepgram"}},
            "DEEPGRAM_API_KEY", deepgram.KEY, _deepgram, tuple(_DEEPGRAM_FAULTS),
        ),
        Vendor(
            "openai", {Kind.LLM: {"provider": "openai", "model": "gpt-4o"}},
            "OPENAI_API_KEY", OpenAIServer.key, functools.partial(_chat, OpenAIServer), CHAT_FAULTS,
        ),
        Vendor(
            "anthropic", {Kind.LLM: {"provider": "anthropic", "model": "claude-haiku-4-5"}},
            "ANTHROPIC_API_KEY", AnthropicServer.key, functools.partial(_chat, AnthropicServer), CHAT_FAULTS,
        ),
        Vendor(
            "elevenlabs", {Kind.TTS: {"provider": "elevenlabs", "voice": "stand-in"}},
            "ELEVENLABS_API_KEY", ElevenLabsServer.key, functools.partial(_speech, ElevenLabsServer), SPEECH_FAULTS,
        ),
        Vendor(
            "cartesia", {Kind.TTS: {"provider": "cartesia", "voice": CARTESIA_VOICE}},
            "CARTESIA_API_KEY", CartesiaServer.key, functools.partial(_speech, CartesiaServer), SPEECH_FAULTS,
        ),
        Vendor(
            "deepgram-speak", {Kind.TTS: {"provider": "deepgram"}},
            "DEEPGRAM_API_KEY", deepgram.KEY, functools.partial(_speech, DeepgramSpeakServer), SPEECH_FAULTS,
        ),
        Vendor(
            "azure", {Kind.TTS: {"provider": "azure"}},
            "AZURE_SPEECH_KEY", AzureServer.key, functools.partial(_voice, AzureServer), VOICE_FAULTS,
        ),
        Vendor(
            "openai-speech", {Kind.TTS: {"provider": "openai", "sample_rate_hz": SAMPLE_RATE}},
            "OPENAI_API_KEY", OpenAISpeechServer.key, functools.partial(_voice, _TapeSpeech), VOICE_FAULTS,
        ),
    )
}  # fmt: skip
"""The first of a kind is what an agent is given."""


@dataclass(slots=True)
class Listening:
    """A stand-in that listens, and how it is used."""

    vendor: Vendor
    server: StandIn
    answers: int = 0
    last_s: float = 0.0
    """The wait of the last one."""

    def tell(self, drawn_s: float) -> None:
        """An answer was begun."""
        self.answers += 1
        self.last_s = drawn_s

    def block(self, kind: Kind) -> dict[str, Any]:
        """The provider's block of an agent's file."""
        return {**self.vendor.blocks[kind], "base_url": self.server.base_url}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which stand-ins are wanted, and how they are."""

    profile: Profile = PROFILES["fast"]
    port: int = 0
    """Of the first; the others take the next ones. 0 takes free ones."""
    seed: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)
    """By vendor."""
    brain: Brain = facts_brain
    names: tuple[str, ...] = tuple(VENDORS)
    watch: Callable[[str, float], None] = lambda _name, _drawn_s: None
    """Called with the vendor and each wait that was drawn."""


class StandIns:
    """Use it as an async context: all of them listen inside."""

    def __init__(self, plan: Plan) -> None:
        self._plan: Final = plan
        self._stack = AsyncExitStack()
        self.listening: Final[dict[str, Listening]] = {}

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for index, name in enumerate(self._plan.names):
                await self._open(stack, VENDORS[name], index)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _open(self, stack: AsyncExitStack, vendor: Vendor, index: int) -> None:
        plan = self._plan

        def tell(drawn_s: float) -> None:
            if vendor.name in self.listening:
                self.listening[vendor.name].tell(drawn_s)
            plan.watch(vendor.name, drawn_s)

        port = plan.port + index if plan.port else 0
        terms = Terms(
            profile=plan.profile, port=port, seed=plan.seed, fault=plan.faults.get(vendor.name, ""),
            brain=plan.brain, tell=tell,
        )  # fmt: skip
        try:
            server = await stack.enter_async_context(vendor.open(terms))
        except OSError as error:
            raise ConfigurationError(
                f"{vendor.name} cannot listen there: {error.strerror or error}",
                field="--port", found=str(port), expected="the first of some free ports",
            ) from error  # fmt: skip
        self.listening[vendor.name] = Listening(vendor, server)

    def environment(self) -> dict[str, str]:
        """The keys that the stand-ins take, by the variables that a server reads."""
        return {entry.vendor.key_variable: entry.vendor.key for entry in self.listening.values()}

    def block(self, kind: Kind) -> dict[str, Any] | None:
        """The block of the first stand-in of this kind; None when there is none."""
        found = (entry for entry in self.listening.values() if kind in entry.vendor.blocks)
        return next((entry.block(kind) for entry in found), None)

    def agent(self, **fields: Any) -> dict[str, Any]:
        """An agent's document that hears, thinks and speaks with the stand-ins; `fields` are added or replaced.

        Where nobody stands in for a voice, the scripted one speaks, as late as the profile says.
        """
        first_audio_s = self._plan.profile.first_audio.p50_s
        document: dict[str, Any] = {"name": "stand-ins"}
        for kind in Kind:
            document[kind.value] = self.block(kind) or {"provider": "scripted"}
        if document["tts"]["provider"] == "scripted":
            document["tts"]["first_audio_s"] = first_audio_s
        return {**document, **fields}


def parse_faults(texts: Iterable[str]) -> dict[str, str]:
    """Faults by vendor from `vendor=kind`. Raises `ConfigurationError` that lists what there is."""
    found = {}
    for text in texts:
        name, _, kind = text.partition("=")
        vendor = VENDORS.get(name)
        if vendor is None:
            expected = "vendor=kind, with a vendor of " + ", ".join(VENDORS)
            raise ConfigurationError("there is no such vendor", field="--fault", found=repr(text), expected=expected)
        if kind not in vendor.faults:
            expected = f"{name}= and one of " + ", ".join(vendor.faults)
            raise ConfigurationError("there is no such fault", field="--fault", found=repr(text), expected=expected)
        found[name] = kind
    return found
