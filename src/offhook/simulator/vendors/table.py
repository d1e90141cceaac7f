"""Every stand-in as one entry: how it is started, how an agent finds it, and how it fails."""

import functools
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar, get_args

from offhook.audio.frames import SAMPLE_RATE
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
from offhook.simulator.vendors.profiles import Profile
from offhook.simulator.vendors.server import Brain, Fault, FaultKind, Latency, VendorServer
from offhook.simulator.vendors.sockets import FaultKind as SpeechFaultKind
from offhook.simulator.vendors.sockets import Pace, Refusal, SpeechFault, SpeechServer
from offhook.simulator.vendors.sound import SoundFault, SoundFaultKind, SoundTiming
from offhook.speech.registry import Kind

T = TypeVar("T")

MOST_FAULTS: Final = 10_000
"""Of those that are handed out one by one: more than anybody tries."""
FAULT_AFTER_S: Final = 2.0
"""A fault in the middle of a caller's audio comes after so much of it."""
FAULTY_STREAMS: Final = 2
"""A stream that is opened in place of a broken one may break too; the one after that stays."""
PIECE_LETTERS: Final = 60
"""The audio of so many letters is a message: as much as the vendors send at once."""
CARTESIA_VOICE: Final = "00000000-0000-4000-8000-000000000000"


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
    brain: Brain = facts_brain
    tell: Callable[[float], None] = lambda _: None
    """Called with each wait that is drawn for an answer, when it begins."""

    def watched(self, delay: Delay) -> Delay:
        """The delay, told."""
        return WatchedDelay.of(delay, self.tell)


@dataclass(frozen=True, slots=True)
class Opened:
    """A stand-in that is about to listen."""

    server: AbstractAsyncContextManager[StandIn]
    fail: Callable[[str], None]
    """From now on this fault befalls whatever is asked."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """One stand-in."""

    name: str
    blocks: Mapping[Kind, Mapping[str, Any]]
    """What it is good for: the blocks of an agent's file, but for the address."""
    key_variable: str
    key: str
    open: Callable[[Terms], Opened]
    faults: tuple[str, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The ports that it can stand in for."""
        return tuple(self.blocks)


# ── language models over HTTP ────────────────────────────────────────────────────────────────────────────────────

CHAT_FAULTS: Final[tuple[FaultKind, ...]] = tuple(kind for kind in get_args(FaultKind) if kind != "none")


def _chat(make: type[VendorServer], terms: Terms) -> Opened:
    latency = Latency(terms.watched(terms.profile.first_token), terms.profile.token_s)
    server = make(terms.brain, latency, port=terms.port, seed=terms.seed)

    def fail(kind: str) -> None:
        server.usual_fault = Fault(_one_of(CHAT_FAULTS, kind))

    return Opened(server, fail)


# ── Deepgram's ears ──────────────────────────────────────────────────────────────────────────────────────────────

_NOVA_WAYS: Final = {
    "no_final": NovaWays(finalize="never"),
    "duplicate_finals": NovaWays(duplicate_finals=True),
    "strange": NovaWays(is_strange=True),
    "loose": NovaWays(early_s=0.2, is_irregular=True),
    "untimed": NovaWays(untimed=2),
}
_DEEPGRAM_REFUSALS: Final = {
    "unauthorized": (401, "Invalid credentials."),
    "quota": (402, "ASR_PAYMENT_REQUIRED"),
    "rate_limited": (429, "Too many requests. Please try again later"),
    "overloaded": (503, "Service unavailable."),
}
DEEPGRAM_FAULTS: Final = (*_DEEPGRAM_REFUSALS, *get_args(BreakKind), *_NOVA_WAYS)


def _deepgram(terms: Terms) -> Opened:
    latency = terms.watched(terms.profile.transcript)
    server = DeepgramServer(port=terms.port, latency=latency, seed=terms.seed)

    def fail(kind: str) -> None:
        if kind in _DEEPGRAM_REFUSALS:
            status, reason = _DEEPGRAM_REFUSALS[kind]
            server.faults = DeepgramFaults(refuse=status, reason=reason, refusals=MOST_FAULTS)
        elif kind in _NOVA_WAYS:
            server.faults = DeepgramFaults(nova=_NOVA_WAYS[kind])
        else:
            breaks = Break(kind=_one_of(get_args(BreakKind), kind), after_s=FAULT_AFTER_S)
            server.faults = DeepgramFaults(breaks=(breaks,) * (server.accepted + FAULTY_STREAMS))

    return Opened(server, fail)


# ── voices over HTTP ─────────────────────────────────────────────────────────────────────────────────────────────

SOUND_FAULTS: Final[tuple[SoundFaultKind, ...]] = tuple(kind for kind in get_args(SoundFaultKind) if kind != "none")


class _TapeSpeech(OpenAISpeechServer):
    """Samples of 8 kHz, which the tape survives: whoever listens knows each word."""

    rate_hz = SAMPLE_RATE


def _sound(make: "type[AzureServer] | type[OpenAISpeechServer]", terms: Terms) -> Opened:
    server = make(SoundTiming(terms.watched(terms.profile.first_audio)), port=terms.port, seed=terms.seed)

    def fail(kind: str) -> None:
        server.usual_fault = SoundFault(_one_of(SOUND_FAULTS, kind))

    return Opened(server, fail)


# ── voices over sockets ──────────────────────────────────────────────────────────────────────────────────────────

_SPEECH_REFUSALS: Final = {
    "unauthorized": Refusal(status=401, reason="invalid_api_key"),
    "rate_limited": Refusal(status=429, reason="too_many_concurrent_requests"),
    "overloaded": Refusal(status=503, reason="system_busy"),
}
SPEECH_FAULTS: Final = (*_SPEECH_REFUSALS, *get_args(SpeechFaultKind))


def _speech(make: Callable[..., SpeechServer], terms: Terms) -> Opened:
    pace = Pace(first_audio=terms.watched(terms.profile.first_audio), most_letters=PIECE_LETTERS)
    server = make(port=terms.port, seed=terms.seed, pace=pace)

    def fail(kind: str) -> None:
        if kind in _SPEECH_REFUSALS:
            server.refusals = deque([_SPEECH_REFUSALS[kind]] * MOST_FAULTS)
            # Who is inside already would not notice.
            for connection in list(server.connections):
                connection.cut()
        else:
            fault = SpeechFault(kind=_one_of(get_args(SpeechFaultKind), kind), after=1)
            server.faults = deque([fault] * MOST_FAULTS)

    return Opened(server, fail)


def _one_of(kinds: Iterable[T], kind: str) -> T:
    return next(known for known in kinds if known == kind)


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────────────

_ENTRIES: Final = (
    Vendor(
        "deepgram", {Kind.STT: {"provider": "deepgram"}},
        "DEEPGRAM_API_KEY", deepgram.KEY, _deepgram, DEEPGRAM_FAULTS,
    ),
    Vendor(
        "openai", {Kind.LLM: {"provider": "openai", "model": "gpt-4o"}},
        "OPENAI_API_KEY", OpenAIServer.key, functools.partial(_chat, OpenAIServer), CHAT_FAULTS,
    ),
    Vendor(
        "anthropic", {Kind.LLM: {"provider": "anthropic", "model": "claude-haiku-5-5"}},
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
        "AZURE_SPEECH_KEY", AzureServer.key, functools.partial(_sound, AzureServer), SOUND_FAULTS,
    ),
    Vendor(
        "openai-speech", {Kind.TTS: {"provider": "openai", "sample_rate_hz": SAMPLE_RATE}},
        "OPENAI_API_KEY", OpenAISpeechServer.key, functools.partial(_sound, _TapeSpeech), SOUND_FAULTS,
    ),
)  # fmt: skip
VENDORS: Final = {vendor.name: vendor for vendor in _ENTRIES}
"""The first of a kind is what an agent is given."""
