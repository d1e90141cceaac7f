"""Records that somebody may look at while they are made: what a call's record is told, its watcher is told too."""

from collections.abc import Callable
from typing import Final

from offhook.call.journal import Briefing, Header
from offhook.call.records.passing import PassingRecord, PassingRecords
from offhook.call.records.port import Record, Records
from offhook.core.commands import Command
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat

Watcher = Callable[[Event | Command, float], None]
"""Gets what the journal gets, with its time on the call's clock. Must not raise or block: the call waits."""
MOST_WATCHED: Final = 64


class WatchedRecords(PassingRecords):
    """Keeps records as `inner` does. Of a call that nobody watches nothing goes another way than before."""

    def __init__(self, inner: Records, most: int = MOST_WATCHED) -> None:
        super().__init__(inner)
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
        record = super().open(header, audio)
        watcher = self._watchers.get(header.carrier_call)
        if watcher is None:
            return record
        self._names[header.carrier_call] = record.name
        return _WatchedRecord(record, watcher)


class _WatchedRecord(PassingRecord):
    """Tells its watcher."""

    def __init__(self, inner: Record, watcher: Watcher) -> None:
        super().__init__(inner)
        self._watcher = watcher

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        super().append(what, at)
        if not isinstance(what, Briefing):
            self._watcher(what, at)
