"""Records that are kept in memory: for tests, and for calls of which nothing is to be kept."""

from offhook.call.journal import Briefing, Closed, Header, Line
from offhook.call.records.port import RecordsState
from offhook.core.commands import Command, EndCall
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat


class MemoryRecord:
    """All that one call told its record."""

    def __init__(self, header: Header, audio: AudioFormat) -> None:
        self.header, self.audio = header, audio
        self.lines: list[Line] = []
        self.caller_audio: list[tuple[float, bytes]] = []
        self.agent_audio: list[tuple[float, bytes]] = []
        self.cuts: list[float] = []
        self.ended: EndCall | None = None
        """How the call ended; with `close` alone when the conversation came to no end."""
        self.is_closed = False

    @property
    def name(self) -> str:
        """The call's id."""
        return self.header.call

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        """The next line."""
        if self.is_closed:
            return
        self.lines.append(Line(at, what, len(self.lines) + 1))
        if isinstance(what, EndCall) and self.ended is None:
            self.ended = what

    def caller(self, at: float, audio: bytes) -> None:
        """The caller's audio."""
        self.caller_audio.append((at, bytes(audio)))

    def agent(self, at: float, audio: bytes) -> None:
        """The agent's audio."""
        self.agent_audio.append((at, bytes(audio)))

    def cut(self, at: float) -> None:
        """Where it was cut."""
        self.cuts.append(at)

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        """Nothing follows."""
        if not self.is_closed:
            self.ended = self.ended or EndCall(reason or EndReason.OFFHOOK_ERROR, detail)
            self.lines.append(Line(at, Closed(), len(self.lines) + 1))
            self.is_closed = True


class MemoryRecords:
    """Every call's record, in the order in which they began."""

    def __init__(self) -> None:
        self.records: list[MemoryRecord] = []

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> MemoryRecord:
        """The record of a call that begins."""
        self.records.append(MemoryRecord(header.signed(), audio))
        return self.records[-1]

    def state(self) -> RecordsState:
        """Nothing fails here."""
        return RecordsState()

    def stop(self) -> None:
        """Nothing waits."""
