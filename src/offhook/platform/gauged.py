"""Records that tell the limits when a call begins and ends, and what it has cost so far."""

from collections.abc import Sequence
from typing import Final

from offhook import clock
from offhook.call.journal import Briefing, Header
from offhook.call.records.passing import PassingRecord, PassingRecords
from offhook.call.records.port import Record, Records
from offhook.core.commands import Command, EndCall
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.platform.call_usage import Usage
from offhook.platform.limits import CallLimits
from offhook.platform.price_book import Cost, PriceBook, total_of
from offhook.telephony.browser import PREFIX


class RunningUsage(Usage):
    """Of a call that runs: summed up once a second, which must not end what is being counted."""

    def so_far(self, book: PriceBook, at: int, carrier: str, duration_s: float) -> Sequence[Cost]:
        """As `costs`."""
        heard_s, since = dict(self._heard_s), self._leg_since
        try:
            return self.costs(book, at, carrier, duration_s)
        finally:
            self._heard_s, self._leg_since = heard_s, since


class GaugedRecords(PassingRecords):
    """Keeps records as `inner` does."""

    def __init__(self, inner: Records, limits: CallLimits) -> None:
        super().__init__(inner)
        self._limits: Final = limits

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> Record:
        """The record of a call that begins."""
        record = super().open(header, audio)
        taken = self._limits.began(header.call, header.carrier_call)
        if taken is None:
            return record
        usage, began_at = RunningUsage(header), taken.began_at
        carrier = "" if header.carrier_call.startswith(PREFIX) else f"twilio {header.direction}"

        def cost(duration_s: float) -> int:
            return total_of(usage.so_far(self._limits.book(taken.workspace), began_at, carrier, duration_s))

        taken.cost = cost
        return _GaugedRecord(record, usage, self._limits, header.carrier_call)


class _GaugedRecord(PassingRecord):
    """Tells the limits."""

    def __init__(self, inner: Record, usage: Usage, limits: CallLimits, call_sid: str) -> None:
        super().__init__(inner)
        self._usage, self._limits, self._call_sid = usage, limits, call_sid

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        super().append(what, at)
        self._usage.add(what, at)
        if type(what) is EndCall:
            self._limits.tally.ended(self._call_sid, clock.wall_ms())

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        super().close(at, reason, detail)
        self._limits.tally.ended(self._call_sid, clock.wall_ms())
