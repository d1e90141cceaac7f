"""Records that pass on to others what they are told: the base of those that look at it on its way.

Who looks stands in the path of every line of a call, so it overrides `append` or `close` and calls the same of this.
"""

from collections.abc import Callable
from typing import Final

from offhook.call.journal import Briefing, Header
from offhook.call.records.port import Record, Records, RecordsState
from offhook.core.commands import Command
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat


class PassingRecord:
    """A `Record` before another. The audio goes by without a look: who wants to hear a call has its taps."""

    def __init__(self, inner: Record) -> None:
        self._inner: Final = inner
        self.caller: Callable[[float, bytes], None] = inner.caller
        self.agent: Callable[[float, bytes], None] = inner.agent
        self.cut: Callable[[float], None] = inner.cut

    @property
    def name(self) -> str:
        """Where it is."""
        return self._inner.name

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        """The next line."""
        self._inner.append(what, at)

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        """Nothing follows."""
        self._inner.close(at, reason, detail)


class PassingRecords:
    """`Records` before others."""

    def __init__(self, inner: Records) -> None:
        self._inner: Final = inner

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> Record:
        """The record of a call that begins."""
        return self._inner.open(header, audio)

    def state(self) -> RecordsState:
        """How it goes."""
        return self._inner.state()

    def stop(self) -> None:
        """The end of the process."""
        self._inner.stop()
