"""Has one call placed, exactly once, whatever becomes of the carrier's answer, and sees it to its end or to the talk.

The carrier knows no request that is safe to send twice. So it is noted in the store that it will be asked, then it is
asked; and when it is not known whether it did it, the call itself is waited for (each of its requests to us names it)
and then looked for in the carrier's list. Only when it is in neither, as often as `Patience` says, was it not placed.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from offhook import clock
from offhook.core.endings import EndReason
from offhook.errors import (
    CarrierRefused,
    CarrierUnknown,
    OffhookError,
    ProtocolViolation,
    ProviderError,
    ProviderTimeout,
    StoreError,
)
from offhook.platform.carrier_clients import CarrierClients
from offhook.platform.dials import ENDED, IN_PROGRESS, QUEUED, RINGING, Dial, Dials, LostLease, State
from offhook.telephony.carriers.twilio_rest import CarrierCall, TwilioRest
from offhook.telephony.numbers import without_numbers

_LOG: Final = logging.getLogger("offhook.dialler")
MOST_ATTEMPTS: Final = 3
SLACK_MS: Final = 30_000
"""The carrier's clock and ours may differ by so much."""

_STATUSES: Final = {
    "queued": QUEUED, "initiated": QUEUED, "ringing": RINGING, "in-progress": IN_PROGRESS, "completed": ENDED,
    "busy": ENDED, "no-answer": ENDED, "failed": ENDED, "canceled": ENDED,
}  # fmt: skip
_REASONS: Final = {
    "busy": EndReason.CALLEE_BUSY, "no-answer": EndReason.CALLEE_NO_ANSWER, "failed": EndReason.CALLEE_FAILED,
    "canceled": EndReason.CALLEE_CANCELED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what is waited for. All in seconds."""

    lists_s: tuple[float, ...] = (3.0, 8.0, 20.0, 40.0)
    """After a request whose answer did not come, the carrier is asked for its calls then; absent in each of them, the
    call was not placed."""
    list_again_s: float = 10.0
    """When the list cannot be had."""
    give_up_s: float = 600.0
    """After so long nobody will know."""
    pauses_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    """After a request that certainly did nothing; the last again and again."""
    within_s: float = 120.0
    """A call that was asked for so long ago is not dialled any more."""
    silence_s: float = 30.0
    """Beyond the time it rings: when nothing was heard of a call for so long, the carrier is asked."""
    begin_s: float = 3.0
    """From the end of an answered call until its record must have begun, if it ever does."""


class Dialler:
    """Sees to calls under the leases of one process."""

    def __init__(self, dials: Dials, clients: CarrierClients, patience: Patience) -> None:
        self._dials, self._clients, self._patience = dials, clients, patience

    async def conduct(self, dial: Dial) -> None:
        """Until it is over, or talked in, or another process has it. Cancelled, it is left as the store has it."""
        try:
            while dial.state is not State.PLACED and dial.status != ENDED:
                if dial.state is State.ASKING:
                    await self._find_out(dial)
                else:
                    await self._ask(dial)
            await self._see_it_through(dial)
        except LostLease:
            _LOG.warning("= %s  another process sees to it now", dial.call_id)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _ask(self, dial: Dial) -> None:
        """Ask the carrier, once. `WAITING` again: it certainly did nothing."""
        if dial.is_canceled:
            dial.advance(ENDED, EndReason.CALLEE_CANCELED)
            return
        if self._is_late(dial) or dial.attempts >= MOST_ATTEMPTS + len(self._patience.pauses_s):
            tried = dial.attempts > 0
            dial.advance(ENDED, EndReason.CARRIER_UNREACHABLE if tried else EndReason.OFFHOOK_NOT_DIALLED, dial.detail)
            return
        client = self._clients.client(dial.account_sid)
        if client is None:
            dial.advance(ENDED, EndReason.CARRIER_REFUSED, "the account's auth token cannot be had")
            return
        try:
            await self._dials.note(dial, State.ASKING, attempts=dial.attempts + 1, asked_at=clock.wall_ms())
        except StoreError as error:
            # What was not written down is not done: it could not be found out later.
            await self._pause(dial, error)
            return
        try:
            call_sid = await client.create_call(dial.new_call)
        except CarrierRefused as refused:
            dial.advance(ENDED, EndReason.CARRIER_REFUSED, without_numbers(str(refused)))
        except (ProviderTimeout, ProtocolViolation) as doubt:
            _LOG.warning("= %s  %s: it is looked for before it is asked again", dial.call_id, doubt)
        except ProviderError as error:
            await self._noted(dial, State.WAITING)
            await self._pause(dial, error)
        else:
            dial.call_sid, dial.is_certain = call_sid, True
            await self._noted(dial, State.PLACED)

    async def _find_out(self, dial: Dial) -> None:
        """Whether the carrier has placed it, by what the call itself tells and by the carrier's list."""
        for after_s in self._lists_s(dial):
            await self._sid(dial, after_s - (clock.wall_ms() - dial.asked_at) / 1000)
            if not dial.call_sid and not await self._is_there(dial):
                continue
            await self._noted(dial, State.PLACED)
            return
        _LOG.warning("= %s  the carrier has no such call: it was not placed", dial.call_id)
        if dial.attempts < MOST_ATTEMPTS:
            await self._noted(dial, State.WAITING)
        else:
            dial.advance(ENDED, EndReason.CARRIER_UNREACHABLE, "it was asked again and again, and placed nothing")

    def _lists_s(self, dial: Dial) -> tuple[float, ...]:
        # Of a request of another life all of these moments may be over: then the list is asked twice all the same.
        age_s = (clock.wall_ms() - dial.asked_at) / 1000
        left = tuple(at for at in self._patience.lists_s if at > age_s)
        first, second = self._patience.lists_s[0], self._patience.lists_s[1]
        return left if len(left) > 1 else (age_s, age_s + second - first)

    async def _is_there(self, dial: Dial) -> bool:
        """The carrier's list has it. Raises nothing: a list that cannot be had is asked for until it is given up."""
        while True:
            try:
                if await self._dials.look(dial):
                    dial.advance(IN_PROGRESS)
                    return True
                if dial.call_sid:
                    return True
                client = self._clients.required(dial.account_sid)
                found = await self._found(client, dial)
            except OffhookError as error:
                if (clock.wall_ms() - dial.asked_at) / 1000 > self._patience.give_up_s:
                    dial.advance(ENDED, EndReason.CARRIER_ANSWER_LOST, without_numbers(str(error)))
                    return True
                await self._sid(dial, self._patience.list_again_s)
                continue
            if found is not None and not dial.call_sid:
                dial.call_sid = found.sid
            return bool(dial.call_sid)

    async def _found(self, client: TwilioRest, dial: Dial) -> CarrierCall | None:
        call = dial.new_call
        listed = await client.calls_between(call.from_number, call.to)
        since = dial.asked_at - SLACK_MS
        young = [one for one in listed if one.created_at is None or one.created_at >= since]
        taken = await self._dials.taken_sids(dial.workspace, [one.sid for one in young])
        return next((one for one in young if one.sid not in taken and one.direction.startswith("outbound")), None)

    # ── what becomes of it ───────────────────────────────────────────────────────────────────────────────────

    async def _see_it_through(self, dial: Dial) -> None:
        shown, is_hung_up = "", False
        while True:
            dial.news.clear()
            try:
                if dial.status == ENDED:
                    await self._end(dial)
                    return
                if dial.is_canceled and not is_hung_up:
                    is_hung_up = await self._hang_up(dial)
                if dial.status == IN_PROGRESS and await self._dials.look(dial):
                    # Its record tells the rest.
                    await self._dials.forget(dial)
                    return
                if (now := f"{dial.status} {dial.call_sid}") != shown:
                    await self._dials.show(dial)
                    shown = now
            except StoreError as error:
                _LOG.warning("= %s  is not written now: %s", dial.call_id, error)
                await asyncio.sleep(self._patience.pauses_s[0])
                continue
            silence_s = self._patience.silence_s if not dial.is_canceled or is_hung_up else self._patience.pauses_s[0]
            silence_s += dial.new_call.timeout_s if dial.status in (QUEUED, RINGING) and not dial.is_canceled else 0
            if not await self._news(dial, silence_s):
                await self._ask_after(dial)

    async def _end(self, dial: Dial) -> None:
        if dial.reason is None and (dial.answered_at is not None or not dial.is_canceled):
            # Perhaps answered, and over: when somebody talked in it its record says how it ended.
            await asyncio.sleep(self._patience.begin_s)
            if await self._dials.look(dial):
                await self._dials.forget(dial)
                return
        reason = dial.reason or (EndReason.CALLEE_CANCELED if dial.is_canceled else EndReason.CALLER_HUNG_UP)
        await self._dials.end(dial, reason, dial.detail)
        _LOG.info("= %s  %s %s", dial.call_id, reason, dial.detail)

    async def _ask_after(self, dial: Dial) -> None:
        """Nothing was heard of it for long: callbacks may be lost."""
        try:
            client = self._clients.required(dial.account_sid)
            call = await client.call(dial.call_sid)
        except CarrierUnknown:
            dial.advance(ENDED, EndReason.CALLEE_FAILED, "the carrier does not know it any more")
        except OffhookError as error:
            _LOG.warning("= %s  the carrier cannot be asked after it: %s", dial.call_id, error)
        else:
            apply(dial, call.status)

    async def _hang_up(self, dial: Dial) -> bool:
        try:
            await self._clients.required(dial.account_sid).hang_up(dial.call_sid)
        except OffhookError as error:
            _LOG.warning("= %s  is not taken back yet: %s", dial.call_id, error)
            return False
        return True

    async def hang_up_double(self, dial: Dial, call_sid: str) -> None:
        """The carrier conducts a second call for this one: it must not ring on."""
        _LOG.error("! %s  was placed twice by the carrier: %s is hung up", dial.call_id, call_sid)
        try:
            await self._clients.required(dial.account_sid).hang_up(call_sid)
        except OffhookError as error:
            _LOG.warning("= %s  is not hung up: %s", call_sid, error)

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _noted(self, dial: Dial, state: State) -> None:
        """Note it, however long the store takes."""
        while True:
            try:
                await self._dials.note(dial, state)
            except StoreError:
                await asyncio.sleep(self._patience.pauses_s[0])
            else:
                return

    async def _news(self, dial: Dial, seconds: float) -> bool:
        """Until there is news of it, or was since that was cleared last; False: not for so long."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await dial.news.wait()
        except TimeoutError:
            return False
        return True

    async def _sid(self, dial: Dial, seconds: float) -> None:
        """Until it is known by which id the carrier has it, for so long at most."""
        until = clock.now() + seconds
        while not dial.call_sid and clock.now() < until:
            dial.news.clear()
            await self._news(dial, until - clock.now())

    async def _pause(self, dial: Dial, error: OffhookError) -> None:
        """Before it is asked again."""
        pauses = self._patience.pauses_s
        dial.detail = without_numbers(str(error))
        dial.news.clear()
        await self._news(dial, pauses[min(max(dial.attempts, 1), len(pauses)) - 1])

    def _is_late(self, dial: Dial) -> bool:
        """By the word of whoever asked for it, else some time after it was due."""
        due_at = max(dial.created_at, dial.not_before)
        return clock.wall_ms() > (dial.not_after or due_at + self._patience.within_s * 1000)


def status_of(word: str) -> str | None:
    """Our status for the carrier's word; None for an unknown one."""
    return _STATUSES.get(word)


def apply(dial: Dial, word: str, detail: str = "") -> None:
    """The carrier says that it is so."""
    status = status_of(word)
    if status is not None:
        dial.advance(status, _REASONS.get(word), detail)
