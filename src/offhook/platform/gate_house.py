"""What stands before the live calls: limits, shield, the list of calls that were not taken; started together."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Final

from offhook import clock
from offhook.call.live import LiveCalls
from offhook.call.records.port import Records
from offhook.errors import StoreError
from offhook.platform.blocked import BlockedNumbers
from offhook.platform.front_desk import FrontDesk
from offhook.platform.gauged import GaugedRecords
from offhook.platform.limits import REFRESH_S, CallLimits
from offhook.platform.refused import RefusedCalls
from offhook.platform.shield import Shield
from offhook.platform.snapshot import Snapshot
from offhook.store.scope import Change
from offhook.store.store import Store

MEANS_S: Final = 600.0
"""So often it is looked what calls cost in the mean."""
_LOG: Final = logging.getLogger("offhook.platform")


class GateHouse:
    """Of this process."""

    def __init__(self, store: Store, snapshot: Snapshot) -> None:
        self.limits, self.blocked = CallLimits(store, snapshot), BlockedNumbers(store)
        self.shield = Shield(store, self.limits.rules, self.blocked)
        self.refused = RefusedCalls(store, self.shield.saved_nano)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def load(self) -> None:
        """Read what was taken and whom to refuse, before the first call. Raises `StoreError`."""
        await self.limits.refresh()
        await self.blocked.refresh()

    def over(self, records: Records) -> Records:
        """Records that tell the limits of calls."""
        return GaugedRecords(records, self.limits)

    def stand_before(self, live: LiveCalls, desk: FrontDesk) -> None:
        """From now on no call comes in that is not let in here."""
        desk.guards.extend((self.shield.guard, self.limits.guard))
        desk.on_refused.extend((self.limits.refused, self.refused.refused))
        self.limits.start(live)
        self.refused.start()
        self._task = asyncio.create_task(self._run(), name="gate house")

    def changed(self, changes: Sequence[Change]) -> None:
        """After a commit."""
        if self.blocked.concerns(changes):
            self._wake.set()

    def missed(self) -> None:
        """Messages of other processes may have been missed: the block list is read again."""
        self._wake.set()

    async def stop(self) -> None:
        """Write what waits."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            await self.refused.stop()
        await self.limits.stop()

    async def _run(self) -> None:
        means_at = clock.machine()
        while True:
            try:
                await self.blocked.refresh()
                if clock.machine() >= means_at:
                    await self.shield.refresh()
                    means_at = clock.machine() + MEANS_S
            except StoreError as error:
                _LOG.warning("the block list cannot be read, and is tried again: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_S):
                    await self._wake.wait()
            self._wake.clear()
