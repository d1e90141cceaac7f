"""Telephone numbers: connected at the carrier, given an agent, watched, and released as they were before.

A number's row is written before anything is changed at the carrier, with what was set there: whatever happens in
between, what has to be put back is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from offhook import clock
from offhook.errors import CarrierRefused, CarrierUnknown, ProviderError
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.carrier_clients import CarrierClients, carrier_answers, public_url_of
from offhook.platform.e164 import e164
from offhook.platform.events import Emit, untold
from offhook.platform.number_changes import KIND, Change, checked_agent, checked_split
from offhook.platform.problems import CarrierFailed, Conflict, Flaw, Invalid, Locked, NotFound, Stale
from offhook.platform.snapshot import Snapshot
from offhook.settings import Settings
from offhook.store.scope import SYSTEM, Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.numbers import CARRIER_ACCOUNTS, PHONE_NUMBERS
from offhook.telephony.carriers.twilio_numbers import (
    TwilioNumber,
    TwilioNumbers,
    before_us,
    differences,
    put_back,
    wanted_settings,
)

DISCONNECTED: Final = "number.disconnected"
GONE: Final = "number"
"""The setting that a number's drift names when the account has it no more."""


@dataclass(frozen=True, slots=True)
class Available:
    """A number that an account owns."""

    number: TwilioNumber
    connected: str
    """The id of ours; empty: it is not connected in this workspace."""


class Numbers:
    """The numbers of all workspaces."""

    def __init__(self, store: Store, snapshot: Snapshot, clients: CarrierClients, settings: Settings) -> None:
        self._store, self._snapshot, self._clients, self._settings = store, snapshot, clients, settings
        self.emit: Emit = untold
        """How it is told that a number does not turn to us any more."""

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────────

    async def every(self, workspace: str, limit: int, after: str) -> Sequence[Any]:
        """The rows, newest first, with the accounts' SIDs."""

        def job(scope: Scope) -> Sequence[Any]:
            rows = scope.select(PHONE_NUMBERS).order_by(PHONE_NUMBERS.c.id.desc()).limit(limit)
            return scope.all(rows.where(PHONE_NUMBERS.c.id < after) if after else rows)

        return await self._store.read(workspace, job)

    async def one(self, workspace: str, key: str) -> Any:
        """The row. Raises `NotFound`."""
        row = await self._store.read(workspace, lambda scope: scope.get(PHONE_NUMBERS, key))
        if row is None:
            raise NotFound(KIND, key)
        return row

    async def available(self, workspace: str, account_id: str, wanted: str) -> Sequence[Available]:
        """What the account owns, of which `wanted` is a part of the digits or of the name. Raises `NotFound`."""
        account = await self._account(workspace, account_id)
        with carrier_answers():
            found = await TwilioNumbers(self._clients.required(account.account_sid)).every()
        here = {one.number: one.id for one in self._snapshot.numbers_of(workspace)}
        return [Available(one, here.get(one.phone_number, "")) for one in found if _is_meant(one, wanted)]

    # ── connecting and releasing ─────────────────────────────────────────────────────────────────────────────

    async def connect(
        self, workspace: str, account_id: str, number: str, change: Change, actor: Actor
    ) -> Any:  # fmt: skip
        """The number's calls come to us from now on; its row. Raises `Problem`s: nothing was changed then, unless the
        problem says so."""
        number, wanted = e164(number, "/number"), self._wanted()
        account = await self._account(workspace, account_id, "/carrier_account_id")
        carrier = TwilioNumbers(self._clients.required(account.account_sid))
        with carrier_answers():
            found = await carrier.find(number)
        if found is None or not found.takes_calls:
            why = "the account has no such number" if found is None else "it takes no calls, only messages"
            raise Invalid([Flaw("/number", why, "phone_number.not_owned")])
        key = new_id("num")
        previous = {"before": before_us(found.settings(), wanted), "written": wanted}

        def job(scope: Scope) -> None:
            agent_id = checked_agent(scope, change.agent_id)
            split = checked_split(scope, agent_id, change.split)
            scope.insert(
                PHONE_NUMBERS, id=key, carrier_account_id=account_id, number=number, carrier_sid=found.sid,
                name=change.name or found.friendly_name or "", agent_id=agent_id, split=split, previous=previous,
                connected_at=clock.wall_ms(),
            )  # fmt: skip
            after = {"number": number, "agent_id": agent_id, "split": split}
            audit(scope, "phone_number.connected", KIND, key, before=previous["before"], after=after)
            scope.tell(KIND, key)

        try:
            await self._store.write(workspace, job, actor)
        except IntegrityError as error:
            told = "Change the one that is there (PATCH /v1/phone-numbers/{id})."
            raise Conflict(f"{number} is connected already", code="phone_number.connected", what_to_do=told) from error
        # Whoever calls in the next moment finds it.
        await self._snapshot.settle()
        await self._written(workspace, key, carrier, found.sid, wanted)
        return await self.one(workspace, key)

    async def release(self, workspace: str, key: str, actor: Actor, *, by_force: bool = False) -> None:
        """The number is as it was before us, and ours no more. Raises `CarrierFailed`: it is ours still.

        By force it is forgotten even when the carrier does not put it back.
        """
        row = await self.one(workspace, key)
        try:
            await self._put_back(workspace, row)
        except (CarrierFailed, Locked):
            if not by_force:
                raise

        def job(scope: Scope) -> None:
            if scope.delete(PHONE_NUMBERS, PHONE_NUMBERS.c.id == key):
                audit(scope, "phone_number.released", KIND, key, before={"number": row.number})
                scope.tell(KIND, key)

        await self._store.write(workspace, job, actor)

    async def _put_back(self, workspace: str, row: Any) -> None:
        account = await self._account(workspace, row.carrier_account_id)
        carrier = TwilioNumbers(self._clients.required(account.account_sid))
        with carrier_answers():
            try:
                found = (await carrier.read(row.carrier_sid)).settings()
                back = put_back(found, row.previous["written"], row.previous["before"])
                after = (await carrier.write(row.carrier_sid, back)).settings() if back else found
            except CarrierUnknown:
                return  # The account has it no more.
        if left := differences(after, back):
            raise CarrierFailed(f"the carrier did not put back {', '.join(one.setting for one in left)}")

    # ── changing ─────────────────────────────────────────────────────────────────────────────────────────────

    async def change(self, workspace: str, key: str, change: Change, revision: int | None, actor: Actor) -> Any:
        """The row with what was changed. Raises `NotFound`, `Stale`, `Invalid`."""

        def job(scope: Scope) -> Any:
            row = scope.get(PHONE_NUMBERS, key)
            if row is None:
                raise NotFound(KIND, key)
            if revision not in (None, row.revision):
                raise Stale
            values = change.values(scope, row)
            scope.update(PHONE_NUMBERS, PHONE_NUMBERS.c.id == key, revision=row.revision + 1, **values)
            audit(scope, "phone_number.changed", KIND, key, before={name: row._mapping[name] for name in values},
                  after=values)  # fmt: skip
            scope.tell(KIND, key)
            return scope.get(PHONE_NUMBERS, key)

        row = await self._store.write(workspace, job, actor)
        await self._snapshot.settle()
        return row

    # ── as the carrier has it ────────────────────────────────────────────────────────────────────────────────

    async def check(self, workspace: str, key: str) -> Any:
        """Read it back from the carrier; the row, with what differs. Raises `NotFound`, `CarrierFailed`."""
        row = await self.one(workspace, key)
        account = await self._account(workspace, row.carrier_account_id)
        carrier = TwilioNumbers(self._clients.required(account.account_sid))
        with carrier_answers():
            try:
                drift = differences((await carrier.read(row.carrier_sid)).settings(), self._wanted())
                found: list[dict[str, str]] = [asdict(one) for one in drift]
            except CarrierUnknown:
                found = [{"setting": GONE, "wanted": row.number, "found": ""}]
        await self._note(workspace, key, found)
        return await self.one(workspace, key)

    async def repair(self, workspace: str, key: str, actor: Actor) -> Any:
        """Write our settings once more; the row. Raises `NotFound`, `CarrierFailed`."""
        row = await self.one(workspace, key)
        account = await self._account(workspace, row.carrier_account_id)
        carrier, wanted = TwilioNumbers(self._clients.required(account.account_sid)), self._wanted()

        def job(scope: Scope) -> None:
            # Of a server whose address has changed: what is written now is what is ours to take away one day.
            scope.update(PHONE_NUMBERS, PHONE_NUMBERS.c.id == key, previous={**row.previous, "written": wanted})
            audit(scope, "phone_number.put_right", KIND, key, before=row.drift)

        with carrier_answers():
            found = (await carrier.write(row.carrier_sid, wanted)).settings()
        await self._store.write(workspace, job, actor)
        await self._note(workspace, key, [asdict(one) for one in differences(found, wanted)])
        return await self.one(workspace, key)

    async def _written(
        self, workspace: str, key: str, carrier: TwilioNumbers, sid: str, wanted: Mapping[str, str]
    ) -> None:
        """Write the settings and read them back. What certainly was not written is taken back here as well."""
        try:
            with carrier_answers():
                try:
                    await carrier.write(sid, wanted)
                except CarrierRefused:
                    await self._forget(workspace, key)
                    raise
                except ProviderError:
                    pass  # Perhaps it was done: reading it back tells.
                drift = differences((await carrier.read(sid)).settings(), wanted)
        except CarrierFailed as error:
            if await self._store.read(workspace, lambda scope: scope.get(PHONE_NUMBERS, key)) is None:
                raise
            raise CarrierFailed(
                f"it is not known whether the carrier took the number's new addresses: {error}",
                code="carrier.answer_lost", what_to_do=f"Try POST /v1/phone-numbers/{key}/repair in a moment.",
            ) from error  # fmt: skip
        await self._note(workspace, key, [asdict(one) for one in drift])

    async def _forget(self, workspace: str, key: str) -> None:
        def job(scope: Scope) -> None:
            scope.delete(PHONE_NUMBERS, PHONE_NUMBERS.c.id == key)
            audit(scope, "phone_number.refused", KIND, key)
            scope.tell(KIND, key)

        await self._store.write(workspace, job, SYSTEM)

    async def _note(self, workspace: str, key: str, drift: list[dict[str, str]]) -> None:
        """Its own look is no change of a person's: neither a revision nor an audit."""

        def job(scope: Scope) -> None:
            before = scope.get(PHONE_NUMBERS, key)
            scope.update(PHONE_NUMBERS, PHONE_NUMBERS.c.id == key, drift=drift or None, checked_at=clock.wall_ms())
            scope.tell(KIND, key)
            if before is not None and drift and not before.drift:
                told = {"phone_number_id": key, "number": before.number, "agent_id": before.agent_id, "drift": drift}
                self.emit(scope, DISCONNECTED, told)

        await self._store.write(workspace, job, SYSTEM)

    def _wanted(self) -> dict[str, str]:
        return wanted_settings(public_url_of(self._settings))

    async def _account(self, workspace: str, account_id: str, pointer: str = "") -> Any:
        row = await self._store.read(workspace, lambda scope: scope.get(CARRIER_ACCOUNTS, account_id))
        if row is None and pointer:
            raise Invalid([Flaw(pointer, "there is no such carrier account", "carrier_account.not_found")])
        if row is None:
            raise NotFound("carrier_account", account_id)
        return row


def _is_meant(number: TwilioNumber, wanted: str) -> bool:
    digits = "".join(sign for sign in wanted if sign.isdigit())
    has_digits = bool(digits) and digits in number.phone_number
    return not wanted or has_digits or wanted.lower() in (number.friendly_name or "").lower()
