"""The responder: what makes an agent's replies. A model and a voice, or one session that hears and speaks.

    conversation ──StartReply, ContinueReply──▶ make(reply, ask) ──audio──▶ Stage ──▶ the caller
                 ──CancelReply─────────────────▶ stop(reply)      ──news──▶ inbox
    stage ──PlayoutCut─────────────────────────▶ cut(event)
    the caller's audio ────────────────────────▶ hear(frame)      of an agent that `hears_audio`

A responder of its own kind tells nothing but events: audio first and words later is `SegmentReworded`, its own belief
that a turn is over is `TurnEndExpected`, what it heard is `TranscriptFinal`. The conversation decides, as ever. Fixed
sentences and fillers are no business of a responder.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from offhook.call.boundary import Boundaries
from offhook.call.tasks import CallTasks
from offhook.core.commands import Ask
from offhook.core.events import Event, PlayoutCut
from offhook.core.formats import AudioFormat
from offhook.core.history import AnyEntry
from offhook.speech.ports import ModelRequest

if TYPE_CHECKING:
    from offhook.call.runtime import AgentRuntime


class Stage(Protocol):
    """Where replies are spoken: playout, in the event loop's time. What belongs to no open reply is dropped there."""

    def add(self, reply: int, segment: int, text: str, audio: bytes, words: list[tuple[float, float]]) -> None:
        """Audio of the segment that is being made; the first of a segment says its text, as far as it is known.

        `words` are start and end of each word of the text in seconds from the segment's start, as far as known.
        """

    def reword(self, reply: int, segment: int, text: str, words: list[tuple[float, float]]) -> None:
        """The words of a segment are known now, later than its audio."""

    def end_segment(self, reply: int, segment: int) -> None:
        """The segment has all its audio."""

    def finish(self, reply: int) -> None:
        """No more segments will come."""

    @property
    def unsent_s(self) -> float:
        """Seconds of audio that wait to be sent."""

    async def wait_for_room(self, most_s: float) -> None:
        """Wait until less than `most_s` seconds of audio wait to be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What surrounds the responder of one agent in one call."""

    call_id: str
    agent: "AgentRuntime"
    stage: Stage
    post: Callable[[Event], None]
    history: Sequence[AnyEntry]
    """All that was remembered so far; it grows."""
    compose: Callable[[int, Ask], Coroutine[object, object, ModelRequest]]
    """What a model is asked for this reply; bounded in time, raises nothing on purpose."""
    tasks: CallTasks
    boundaries: Boundaries
    audio: AudioFormat
    """The format of what is heard and of what goes to the stage."""
    now: Callable[[], float]
    """The call's clock."""


class Responder(Protocol):
    """Makes the replies of one agent in one call, one at a time. Nothing here blocks or raises."""

    def make(self, reply: int, ask: Ask) -> None:
        """Begin this reply, or go on with it after its tools; what was still made of an earlier round is stopped."""

    def stop(self, reply: int) -> None:
        """Nobody wants the rest of this reply."""

    def cut(self, cut: PlayoutCut) -> None:
        """So much of a reply was heard; the rest never will be, or not yet."""

    def hear(self, frame: bytes) -> None:
        """The caller's next 20 ms."""

    async def run(self) -> None:
        """Serve until cancelled. Raises a `ProviderError` when what it needs is lost; it is run again then."""


ResponderMaker = Callable[[World], Responder]
"""How an agent's responder is made for a call."""
