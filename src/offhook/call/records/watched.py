"""Records that somebody may look at while they are made: what a call's record is told, its watcher is told too."""

from collections.abc import Callable
from typing import Final

from offhook.call.journal import Briefing, Header
from offhook.call.records.port import Record, Records, RecordsState
from offhook.core.commands import Command
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat

Watcher = Callable[[Event | Command, float], None]
"""Gets what the journal gets, with its time on the call's clock. Must not raise or block: the call waits."""
MOST_WATCHED: Final = 64


class WatchedRecords:
    """Keeps records as `inner` does. Of a call that nobody watches nothing goes another way than before."""

    def __init__(self, inner: Records, most: int = MOST_WATCHED) -> None:
        self._inner: Final = inner
        self._most: Final = most
        self._watchers: Final[dict[str, Watcher]] = {}
        self._names: Final[dict[str, str]] = {}

    def watch(self, call_sid: str, watcher: Watcher) -> bool:
        """Watch the call that the carrier (or the browser) knows by this id, which is to begin. False: too many are."""
        if len(self._watchers) >= self._most and call_sid not in self._watchers:
            return False
        self._watchers[call_sid] = watcher
        return True

    def forget(self, call_sid: str) -> None:
        """The call will not begin, or is over."""
        self._watchers.pop(call_sid, None)
        self._names.pop(call_sid, None)

    def name(self, call_sid: str) -> str:
        """Where the record of a watched call is, for people; empty: it has not begun."""
        return self._names.get(call_sid, "")

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> Record:
        """The record of a call that begins."""
        record = self._inner.open(header, audio)
        watcher = self._watchers.get(header.carrier_call)
        if watcher is None:
            return record
        self._names[header.carrier_call] = record.name
        return _WatchedRecord(record, watcher)

    def state(self) -> RecordsState:
        """How it goes."""
        return self._inner.state()

    def stop(self) -> None:
        """The end of the process."""
        self._inner.stop()


class _WatchedRecord:
    """A `Record`. The audio goes by: who wants to hear a call has its taps."""

    def __init__(self, inner: Record, watcher: Watcher) -> None:
        self._inner, self._watcher = inner, watcher
        self.caller = inner.caller
        self.agent = inner.agent
        self.cut = inner.cut

    @property
    def name(self) -> str:
        return self._inner.name

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        self._inner.append(what, at)
        if not isinstance(what, Briefing):
            self._watcher(what, at)

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        self._inner.close(at, reason, detail)
