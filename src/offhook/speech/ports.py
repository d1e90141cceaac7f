"""The three ports of speech, and what is passed through them.

A provider file holds a pydantic `Config` with `provider: Literal["..."]` and `create(config, setup)`, which returns
the port. One port serves all calls of an agent in a process; what belongs to one call is made per call.

Everything here is cancelled by cancelling the task that runs it (or closing the generator), must then be quiet at
once, and fails only with a `ProviderError`. Audio is in `offhook.core.formats.TELEPHONE`, 20 ms (160 bytes) a frame; a
way to hear says so itself (`SpeechToText.format`).
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from offhook.core.events import (
    ProviderSwitched,
    TranscriberLagging,
    TranscriberReady,
    TranscriptChanged,
    TranscriptFinal,
    TurnEndExpected,
    TurnResumed,
)
from offhook.core.formats import AudioFormat
from offhook.speech.health import HealthBoard

TranscriberEvent = (
    TranscriptChanged
    | TranscriptFinal
    | TranscriberReady
    | TranscriberLagging
    | TurnEndExpected
    | TurnResumed
    | ProviderSwitched
)


class ProviderConfig(BaseModel):
    """Base of every provider block: unknown fields are refused, secrets never stand in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the agent knows."""

    text: str
    source: str
    """File and heading it came from."""
    score: float = 0.0
    """How well it answers the question, 0 to 1."""
    headings: tuple[str, ...] = ()
    """Above it in its file, the outermost first."""
    question: str = ""
    """That the owner wrote it under, if so: it may be no answer without it."""


class Facts(Protocol):
    """What an agent knows, made by `offhook.knowledge` and handed to brains that look things up themselves."""

    def search(self, question: str, limit: int = 3, *, since: int = 0) -> Sequence[Fact]:
        """The facts nearest to the question, best first, none of the first `since`. Milliseconds of CPU: call it in a
        worker thread."""

    def all(self) -> Sequence[Fact]:
        """Every fact, in the order of the files."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a provider may know when it is created."""

    language: str = "en-US"
    vocabulary: tuple[str, ...] = ()
    lexicon: Mapping[str, str] = field(default_factory=dict)
    """How to say a word: spelling to respelling, or to `/ipa/`."""
    facts: Facts | None = None
    agent_name: str = ""
    tools: tuple[str, ...] = ()
    """Names of the agent's tools."""
    base_dir: Path = Path()
    """Folder of the agent's file, for paths inside its blocks."""
    key: Callable[[str], str] | None = None
    """Secret by environment name; raises `ConfigurationError` naming it when it is missing."""
    plain_hosts: tuple[str, ...] = ()
    """Hosts beside this machine that may be sent a key over plain http."""
    model_dir: Callable[[str], Path] | None = None
    """Folder of a verified local model by name (`offhook models`); raises `ConfigurationError` when it is missing."""
    health: HealthBoard = field(default_factory=HealthBoard)
    """How the providers of this process do, shared by all its agents and calls."""


@dataclass(frozen=True, slots=True)
class Switched:
    """A provider failed, or rests, and another does its work; `to` is the same when it is asked once more."""

    kind: str
    """stt, llm or tts."""
    provider: str
    to: str
    cause: str


@runtime_checkable
class ExpectsCalls(Protocol):
    """A port with something that the first request of a call would wait for: a connection that idled away."""

    async def expect_call(self) -> None:
        """It rings: see to it in good time. A few seconds at most; never raises a `ProviderError`."""


# ── hearing ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Transcriber(Protocol):
    """Hears one call, or a part of it.

    Places are seconds of this transcriber's own audio: 0 is the beginning of its first frame, and each frame given to
    it is 20 ms farther, whether the vendor ever hears it or not. What it posts:

    - Finals (`TranscriptFinal`) follow each other without gap or overlap: `from_s` is the `to_s` of the final before, 0
      at first. Every word spoken before `to_s` is in this final or in an earlier one, to within a tenth of a second.
    - A final that comes of the vendor's own accord holds words, and ends where the vendor ended it.
    - Interims (`TranscriptChanged`) are all that is believed behind the last final, told when that changes, also to
      nothing; `to_s` is how far the stream has heard. `TurnEndExpected` likewise.
    """

    def hear(self, frame: bytes) -> None:
        """Take 20 ms of caller audio. Never blocks and never raises; bounded: drops the oldest and says so."""

    def finalize(self, to_s: float) -> None:
        """Ask for a final of all that was heard up to `to_s`: called when exactly that much was given.

        Answered by a final that reaches at least this place. It grows from question to question; one may follow before
        the one before it is answered, and one final may answer several. What finals cover already is answered by an
        empty one.
        """

    async def run(self) -> None:
        """Serve the stream until cancelled. Raises `ProviderError` when it is lost; posts `TranscriberReady` first."""


@runtime_checkable
class TellsOfWork(Protocol):
    """A transcriber that knows whether an answer is under way: opened anew, it would only begin once more."""

    @property
    def is_at_work(self) -> bool:
        """An answer that is owed is being made."""


class SpeechToText(Protocol):
    """A way to hear."""

    @property
    def format(self) -> AudioFormat:
        """What its transcribers must be given; the providers of one list take the same."""

    @property
    def asks_early(self) -> bool:
        """Ask for a final before it is sure that a spurt is over: not of one that hears worse what is cut in two."""

    async def prepare(self) -> None:
        """Load or connect what all calls share. Raises `ConfigurationError` or `ProviderError`."""

    def transcriber(self, post: Callable[[TranscriberEvent], None]) -> Transcriber:
        """A transcriber for one call. `post` is called on the event loop, in order."""

    async def close(self) -> None:
        """Let go of what `prepare` took."""


# ── thinking ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the conversation as a model sees it."""

    role: Literal["system", "user", "assistant", "tool", "note"]
    """A note is told to the model by neither party: `offhook.speech.llm.history` says how vendors are sent one."""
    text: str
    tool_calls: tuple["ToolCall", ...] = ()
    """Of an assistant's entry: what it asked for."""
    tool_call: str = ""
    """Of a tool's entry: which call it answers."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model wants to run; `arguments` is JSON text, whole."""

    call: str
    name: str
    arguments: str
    is_confirmed: bool = False
    """It has read the arguments back itself, and has understood a yes: only of a brain that cannot be talked out of
    that."""


TWICE: Final = (
    " Call it as soon as you have all values: nothing is done yet, and you are told to read them back. Call it again, "
    "with the same values, when the caller has said yes."
)
"""Behind the description of a tool that runs by the caller's word: asked for only after the yes, it would have to be
asked about once more."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model sees it; `parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, object]
    examples: tuple[str, ...] = ()
    """What callers say who want it, for a brain that goes by words."""
    is_harmless: bool = False
    """It only looks something up."""
    confirm: bool = False
    """It runs only by the caller's word (`offhook.core.consent`)."""
    most_per_call: int = 0
    """So often it may run in a call; 0: without a bound."""

    @property
    def told(self) -> str:
        """The description for a model that asks for tools by itself."""
        return self.description + TWICE if self.confirm else self.description


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """All that a model needs for one reply."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    call_id: str = ""
    said: str = ""
    """The beginning of this very reply, already given by a model that broke off: go on right behind it.

    `offhook.speech.llm.history.to_continue` puts it into words for a model that takes messages. A model that cannot
    go on may answer anew: what it repeats of `said` is removed.
    """
    may_call: bool = True
    """False: no tool is to be called now. Those that were called still have to be known to some vendors."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the reply's text, spaces included."""

    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The model works on something that is given later, whole."""

    is_thought: bool = False
    """Or on thoughts, which are never given: it lives, and is waited for a little longer before its first word."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What the reply cost, in tokens, as far as it is known; requests that failed are part of it."""

    tokens_in: int
    tokens_out: int
    wasted: int = 0
    """Of both together: for requests of which nothing was used."""


ModelOutput = TextDelta | ToolCall | Progress | Usage | Switched


class LanguageModel(Protocol):
    """A way to think."""

    async def prepare(self) -> None:
        """Load or connect what all calls share."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        """The reply, piece by piece. Closing the generator cancels the request at once."""

    async def close(self) -> None:
        """Let go of what `prepare` took."""


# ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class WordTime:
    """Where a word of the segment's text is heard, in seconds from the segment's start."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SpokenAudio:
    """Mu-law audio of any length, and the words that are known to lie in it or behind it."""

    audio: bytes
    words: tuple[WordTime, ...] = ()
    rest_s: float = 0.0
    """Behind a segment's last piece: the silence that belongs between it and another segment of the same reply."""


VoiceOutput = SpokenAudio | Switched


class Voice(Protocol):
    """A way to speak."""

    async def prepare(self) -> None:
        """Load or connect what all calls share."""

    def synthesize(self, text: str) -> AsyncGenerator[VoiceOutput, None]:
        """The audio of one segment, as it comes. Closing the generator cancels it at once."""

    async def close(self) -> None:
        """Let go of what `prepare` took."""


# ── end of turn ──────────────────────────────────────────────────────────────────────────────────────────────────


class TurnModel(Protocol):
    """Judges from sound alone whether a turn is complete. It takes `TELEPHONE` audio."""

    async def prepare(self) -> None:
        """Load the model."""

    async def predict(self, audio: bytes) -> float:
        """Probability that the caller is done, from up to the last 8 s of audio; computed in a worker."""

    async def close(self) -> None:
        """Let go of the worker."""
