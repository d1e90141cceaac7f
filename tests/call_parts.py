"""Parts of a call without the call: a clock that is turned by hand, a leg that notes, a transcriber that is told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from offhook.call.inbox import Inbox
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.speech.ports import TranscriberEvent
from offhook.telephony.leg import LegListener


async def rest(inbox: Inbox) -> list[Event]:
    """All events that wait."""
    events: list[Event] = []
    while True:
        event, _ = await inbox.take(0.0)
        if type(event).__name__ == "TimePassed":
            return events
        events.append(event)


@dataclass
class NotingLeg:
    """A leg at a carrier that plays at once and gives marks back when it is told to."""

    format: AudioFormat = TELEPHONE
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    listener: LegListener | None = None
    closed: int = 0

    def listen(self, listener: LegListener) -> None:
        self.listener = listener

    def send_audio(self, audio: bytes) -> None:
        self.sent.append(("audio", audio))

    def send_mark(self, name: str) -> None:
        self.sent.append(("mark", name.encode()))

    def send_clear(self) -> None:
        self.sent.append(("clear", b""))

    def close(self, code: int = 1000) -> None:
        del code
        self.closed += 1
        if self.listener is not None:
            self.listener.leg_lost("closed on this side")

    @property
    def audio(self) -> bytes:
        """All that was sent since the last clear."""
        after = max((at + 1 for at, (kind, _) in enumerate(self.sent) if kind == "clear"), default=0)
        return b"".join(data for kind, data in self.sent[after:] if kind == "audio")

    def give_marks_back(self) -> None:
        """All of them, now."""
        assert self.listener is not None
        names = [data.decode() for kind, data in self.sent if kind == "mark"]
        self.sent = [entry for entry in self.sent if entry[0] != "mark"]
        for name in names:
            self.listener.mark_reached(name)


@dataclass
class ToldTranscriber:
    """Says what the test makes it say."""

    post: Callable[[TranscriberEvent], None]
    frames: list[bytes] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)

    def hear(self, frame: bytes) -> None:
        self.frames.append(frame)

    def finalize(self, to_s: float) -> None:
        self.asked.append(round(to_s, 6))

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()
