"""What surrounds the parts of a call in unit tests: a stage that remembers, an agent of scripted parts."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

from offhook.call.boundary import Boundaries
from offhook.call.composer import Composer
from offhook.call.inbox import Inbox
from offhook.call.responder import World
from offhook.call.runtime import AgentRuntime
from offhook.call.tasks import CallTasks
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE
from offhook.core.history import AnyEntry
from offhook.speech.ports import ModelOutput, ModelRequest
from tests.rig import Rig


@dataclass
class FakeStage:
    """Takes what is spoken, and remembers it by reply and segment."""

    segments: dict[tuple[int, int], str] = field(default_factory=dict)
    audio: dict[tuple[int, int], bytes] = field(default_factory=dict)
    words: dict[tuple[int, int], list[tuple[float, float]]] = field(default_factory=dict)
    log: list[tuple[str, int, int]] = field(default_factory=list)
    unsent_s: float = 0.0

    def add(self, reply: int, segment: int, text: str, audio: bytes, words: list[tuple[float, float]]) -> None:
        if (reply, segment) not in self.segments:
            self.log.append(("begin", reply, segment))
        self.segments[reply, segment] = text
        self.audio[reply, segment] = self.audio.get((reply, segment), b"") + audio
        self.words.setdefault((reply, segment), []).extend(words)

    def reword(self, reply: int, segment: int, text: str, words: list[tuple[float, float]]) -> None:
        self.segments[reply, segment] = text

    def end_segment(self, reply: int, segment: int) -> None:
        self.log.append(("end", reply, segment))

    def finish(self, reply: int) -> None:
        self.log.append(("finish", reply, 0))

    async def wait_for_room(self, most_s: float) -> None: ...

    def said(self, reply: int) -> list[str]:
        """The segments of a reply that have audio."""
        return [text for (number, _), text in sorted(self.segments.items()) if number == reply]


@dataclass
class PartsOfACall:
    """A call without conversation and leg."""

    agent: AgentRuntime
    stage: FakeStage = field(default_factory=FakeStage)
    history: list[AnyEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox = Inbox()
        self.tasks = CallTasks(self.inbox.fail)
        self.boundaries = Boundaries("call_test")
        self.composer = Composer("call_test", self.agent, self.history, self.inbox.put, self.tasks, self.boundaries)
        self.requests: list[ModelRequest] = []

    @property
    def world(self) -> World:
        return World(
            call_id="call_test",
            agent=self.agent,
            stage=self.stage,
            post=self.inbox.put,
            history=self.history,
            compose=self.composer.compose,
            tasks=self.tasks,
            boundaries=self.boundaries,
            audio=TELEPHONE,
            now=self.inbox.now,
        )

    def posted(self, *kinds: type[Event]) -> list[Event]:
        """What was posted since the last time, of these kinds; in order."""
        return [event for event, _ in self.inbox.rest() if not kinds or isinstance(event, kinds)]


Stream = Callable[[ModelRequest], AsyncGenerator[ModelOutput, None]]


def with_model(runtime: AgentRuntime, stream: Stream) -> AgentRuntime:
    """The agent thinks like this."""
    runtime.llm.stream = stream  # type: ignore[method-assign,assignment]
    return runtime


def parts(stream: Stream | None = None, **rig: Any) -> PartsOfACall:
    """Parts around an agent of scripted speech; in a running loop."""
    runtime = Rig(**rig).runtime()
    return PartsOfACall(with_model(runtime, stream) if stream is not None else runtime)
