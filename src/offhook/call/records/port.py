"""What is kept of a call, whatever keeps it.

A call tells its record all that happens, and never waits for it: nothing here raises, blocks, or opens a file or a
connection in the thread that calls. Who keeps records bounds what waits for each call by itself, so that a slow disk
loses lines of records, never a call, and no call's lines for another's sake. Lines are numbered in the order in which
they are appended; what is lost leaves a hole in the numbers, and a line that says how many were in it.
"""

from dataclasses import dataclass
from typing import Protocol

from offhook.call.journal import Briefing, Header
from offhook.core.commands import Command
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat


class Record(Protocol):
    """What is kept of one call."""

    @property
    def name(self) -> str:
        """Where it is, for people."""

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        """The next line, at its time on the call's clock. Taken until `close`, also when the conversation is over."""

    def caller(self, at: float, audio: bytes) -> None:
        """The caller's audio, whose first sample lies at `at` on the call's clock. Where none lies there is silence."""

    def agent(self, at: float, audio: bytes) -> None:
        """The agent's audio, heard from `at` on. Later audio for the same place wins."""

    def cut(self, at: float) -> None:
        """The agent's audio from `at` on was never heard."""

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        """Nothing follows: the call is over, and so is the last of its tools.

        `reason` and `detail` count when the conversation did not come to an end of its own (`EndCall`).
        """


@dataclass(frozen=True, slots=True)
class RecordsState:
    """How the keeping of records goes in this process."""

    is_failing: bool = False
    """What should be kept is not: a record cannot be written, comes too late, or there is too little room for it."""
    unopened: int = 0
    """Records, or parts of one, that could not be opened."""
    lost_lines: int = 0
    lost_audio_s: float = 0.0
    deleted: int = 0
    """Records of calls that had had their time."""
    waiting: int = 0
    """Records of which something waits to be written."""


class Records(Protocol):
    """Keeps the records of calls."""

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> Record:
        """The record of a call that begins; `audio` is how both sides of it are written."""

    def state(self) -> RecordsState:
        """How it goes."""

    def stop(self) -> None:
        """Write what waits, then end. May block for a while: for the end of the process."""
