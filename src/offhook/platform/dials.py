"""Calls that are being placed, as the store has them: who sees to each of them, and how far it has come.

What a process does with a dial it does under its lease: whoever has lost it (a database that stalled, a process that
stood still) finds that out when it writes, before it asks the carrier for anything.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from offhook import clock
from offhook.core.endings import EndReason
from offhook.ids import new_id
from offhook.platform import happenings
from offhook.platform.audit import audit
from offhook.platform.jobs import Jobs
from offhook.platform.problems import Conflict
from offhook.store.scope import Actor, Scope
from offhook.store.search import place_of
from offhook.store.store import Store
from offhook.store.tables.calls import CALLS
from offhook.store.tables.numbers import CALL_DIALS
from offhook.telephony.carriers.twilio_rest import NewCall

LEASE_MS: Final = 15_000
NOBODYS_MS: Final = 10 * 365 * 86_400_000
"""The lease of a call that waits for its time ends so long after it."""
MOST_SCHEDULED: Final = 10_000
"""Of a workspace."""
DIALLING: Final = "dial"
"""The kind of job that says when it is time."""
AT_ONCE: Final = 50
SCHEDULED: Final = "scheduled"
QUEUED: Final = "queued"
RINGING: Final = "ringing"
IN_PROGRESS: Final = "in_progress"
ENDED: Final = "ended"
BEFORE_TALK: Final = (SCHEDULED, QUEUED, RINGING)
_ORDER: Final = (QUEUED, RINGING, IN_PROGRESS, ENDED)
_HAPPENED: Final = {
    RINGING: (happenings.STARTED,), IN_PROGRESS: (happenings.STARTED, happenings.ANSWERED),
}  # fmt: skip
"""What the owner's systems are told when a call has come so far."""


class State(StrEnum):
    """How far a dial has come."""

    SCHEDULED = "scheduled"
    """It is not time yet: nobody sees to it."""
    WAITING = "waiting"
    """The carrier was certainly not asked."""
    ASKING = "asking"
    """It may have been."""
    PLACED = "placed"
    """It has given the call an id of its own."""


@dataclass(slots=True, eq=False)
class Dial:
    """A call that is being placed, while this process sees to it."""

    call_id: str
    workspace: str
    account_sid: str
    new_call: NewCall
    created_at: int
    state: State = State.WAITING
    attempts: int = 0
    asked_at: int = 0
    call_sid: str = ""
    is_certain: bool = False
    """The id is from the carrier's own answer or request, not guessed from its list."""
    is_canceled: bool = False
    has_begun: bool = False
    """Its media have come to this process: its record tells the rest."""
    status: str = QUEUED
    answered_at: int | None = None
    reason: EndReason | None = None
    detail: str = ""
    not_before: int = 0
    """It was asked for later than now; 0: it was not."""
    not_after: int = 0
    """After this moment it is not dialled; 0: nobody has said."""
    agent_key: str = ""
    """Who calls, as `agent_01J.../3`."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Something of it has changed."""

    def advance(self, status: str, reason: EndReason | None = None, detail: str = "") -> None:
        """It has come as far as this, or farther already: the carrier tells in any order."""
        if _ORDER.index(status) > _ORDER.index(self.status):
            self.status = status
            if status == IN_PROGRESS:
                self.answered_at = clock.wall_ms()
            self.reason, self.detail = reason, detail[:200]
        self.news.set()


@dataclass(frozen=True, slots=True)
class NewDial:
    """A call that is to be placed."""

    call_id: str
    agent_id: str
    agent_version: int
    account_sid: str
    new_call: NewCall
    variables: Mapping[str, Any]
    metadata: Mapping[str, Any]
    is_pinned: bool
    """The version is not the one that is published: it is to be kept in memory."""
    not_before: int = 0
    """To be dialled then; 0: at once."""
    not_after: int = 0


class LostLease(Exception):
    """Another process sees to it now."""


class Dials:
    """The store's side of placing calls. All methods raise `StoreError`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.lease = new_id("proc")
        self.moved: Callable[..., None] = lambda scope, call_id, *event_types: None
        """As `Happenings.moved`."""

    async def add(self, workspace: str, new: NewDial, actor: Actor, jobs: Jobs) -> Dial:
        """The call's row, and its dial: under our lease, or nobody's until it is time. Raises `Conflict`."""
        at = clock.wall_ms()
        call = new.new_call
        options = {
            "url": call.url, "fallback": call.fallback_url, "status": call.status_callback, "ring_s": call.timeout_s,
            "detection": call.detection, "detected": call.detected_url, "not_before": new.not_before,
            "not_after": new.not_after,
        }  # fmt: skip
        is_later = new.not_before > at
        status = SCHEDULED if is_later else QUEUED

        def job(scope: Scope) -> None:
            if is_later:
                _require_room(scope)
            scope.insert(
                CALLS, id=new.call_id, agent_id=new.agent_id, agent_version=new.agent_version, kind="phone",
                direction="outbound", status=status,
                from_number=new.new_call.from_number, to_number=new.new_call.to,
                created_at=at, variables=dict(new.variables), metadata=dict(new.metadata), warnings=[], is_sample=False,
                place=place_of(new.call_id),
            )  # fmt: skip
            scope.insert(
                CALL_DIALS, call_id=new.call_id, account_sid=new.account_sid, agent_id=new.agent_id,
                agent_version=new.agent_version, state=str(State.SCHEDULED if is_later else State.WAITING),
                options=options, is_canceled=False, lease="" if is_later else self.lease,
                lease_until=new.not_before + NOBODYS_MS if is_later else at + LEASE_MS,
            )  # fmt: skip
            if is_later:
                jobs.enqueue(scope, DIALLING, f"{workspace}/{new.call_id}", (new.not_before - at) / 1000)
            audit(scope, "call.placed", "call", new.call_id, after={"to": new.new_call.to, "agent_id": new.agent_id})
            scope.tell("call", new.call_id)
            if new.is_pinned:
                scope.tell("agent", new.agent_id)

        await self._store.write(workspace, job, actor)
        return Dial(
            new.call_id, workspace, new.account_sid, new.new_call, at, State.SCHEDULED if is_later else State.WAITING,
            not_before=new.not_before, not_after=new.not_after, agent_key=f"{new.agent_id}/{new.agent_version}",
        )  # fmt: skip

    def due(self, key: str) -> None:
        """It is time for this call (`ws_.../call_...`): whoever looks next sees to it. In a thread, at least once."""
        call_id = key.partition("/")[2]

        def job(connection: Connection) -> None:
            waits = (CALL_DIALS.c.call_id == call_id, CALL_DIALS.c.state == str(State.SCHEDULED))
            connection.execute(update(CALL_DIALS).where(*waits).values(state=str(State.WAITING), lease_until=0))
            shown = (CALLS.c.id == call_id, CALLS.c.status == SCHEDULED)
            connection.execute(update(CALLS).where(*shown).values(status=QUEUED))

        self._store.write_now(job)

    async def note(self, dial: Dial, state: State, *, attempts: int = 0, asked_at: int = 0) -> None:
        """How far it has come. Raises `LostLease`: then nothing was noted, and nothing is to be done."""

        def job(scope: Scope) -> bool:
            ours = (CALL_DIALS.c.call_id == dial.call_id, CALL_DIALS.c.lease == self.lease)
            return bool(scope.update(
                CALL_DIALS, *ours, state=str(state), attempts=attempts or dial.attempts,
                asked_at=asked_at or dial.asked_at, carrier_sid=dial.call_sid, lease_until=clock.wall_ms() + LEASE_MS,
            ))  # fmt: skip

        if not await self._store.write(dial.workspace, job):
            raise LostLease
        dial.state, dial.attempts = state, attempts or dial.attempts
        dial.asked_at = asked_at or dial.asked_at

    async def told(self, workspace: str, call_id: str, call_sid: str, status: str) -> None:
        """What another process's dial is told here: it finds it in the store."""

        def job(scope: Scope) -> None:
            scope.update(CALL_DIALS, CALL_DIALS.c.call_id == call_id, carrier_sid=call_sid)
            earlier = _ORDER[: _ORDER.index(status)]
            if status != ENDED and scope.update(
                CALLS, CALLS.c.id == call_id, CALLS.c.status.in_(earlier), status=status, carrier_sid=call_sid
            ):
                scope.tell("call", call_id)
                self.moved(scope, call_id, *_HAPPENED.get(status, ()))

        await self._store.write(workspace, job)

    async def show(self, dial: Dial) -> None:
        """Let the call's row say how far it is, unless it is farther."""
        values: dict[str, Any] = {"status": dial.status, "carrier_sid": dial.call_sid[:200]}
        if dial.answered_at is not None:
            values["answered_at"] = dial.answered_at

        def job(scope: Scope) -> None:
            earlier = _ORDER[: _ORDER.index(dial.status) + 1]
            if scope.update(CALLS, CALLS.c.id == dial.call_id, CALLS.c.status.in_(earlier), **values):
                scope.tell("call", dial.call_id)
                self.moved(scope, dial.call_id, *_HAPPENED.get(dial.status, ()))

        await self._store.write(dial.workspace, job)

    async def look(self, dial: Dial) -> bool:
        """What others have written of it meanwhile; True: the call lives or has lived, its record tells the rest."""
        if dial.has_begun:
            return True

        def job(scope: Scope) -> Any:
            sids = (CALL_DIALS.c.carrier_sid, CALLS.c.carrier_sid.label("call_sid"))
            columns = (*sids, CALL_DIALS.c.is_canceled, CALLS.c.process_id, CALLS.c.status)
            joined = scope.select(*columns).join(CALLS, CALLS.c.id == CALL_DIALS.c.call_id)
            return scope.first(joined.where(CALL_DIALS.c.call_id == dial.call_id))

        row = await self._store.read(dial.workspace, job)
        if row is None:
            return True
        if (found := row.carrier_sid or row.call_sid) and not dial.call_sid:
            dial.call_sid, dial.is_certain = found, True
        dial.is_canceled = dial.is_canceled or row.is_canceled
        return row.process_id is not None or row.status == ENDED

    async def end(self, dial: Dial, reason: EndReason, detail: str) -> None:
        """The call did not come about, or nobody talked in it."""
        at = clock.wall_ms()

        def job(scope: Scope) -> None:
            scope.delete(CALL_DIALS, CALL_DIALS.c.call_id == dial.call_id)
            talked_ms = at - dial.answered_at if dial.answered_at is not None else 0
            ended = {"status": ENDED, "ended_at": at, "duration_ms": talked_ms, "end_reason": str(reason),
                     "carrier_sid": dial.call_sid[:200], "detail": {"end_detail": detail}}  # fmt: skip
            if scope.update(CALLS, CALLS.c.id == dial.call_id, CALLS.c.status != ENDED, **ended):
                scope.tell("call", dial.call_id)
                self.moved(scope, dial.call_id, happenings.ENDED)

        await self._store.write(dial.workspace, job)

    async def forget(self, dial: Dial) -> None:
        """The call's record tells the rest."""
        await self._store.write(
            dial.workspace, lambda scope: scope.delete(CALL_DIALS, CALL_DIALS.c.call_id == dial.call_id)
        )

    async def cancel(self, workspace: str, call_id: str, actor: Actor) -> str | None:
        """Note that it is to be taken back; its carrier's account, None: nothing is being placed under this id."""

        def job(scope: Scope) -> str | None:
            row = scope.first(scope.select(CALL_DIALS).where(CALL_DIALS.c.call_id == call_id))
            if row is None:
                return None
            audit(scope, "call.canceled", "call", call_id)
            if row.state == State.SCHEDULED:
                # Nobody sees to it yet, and nobody will.
                scope.delete(CALL_DIALS, CALL_DIALS.c.call_id == call_id)
                ended = {"status": ENDED, "ended_at": clock.wall_ms(), "duration_ms": 0,
                         "end_reason": str(EndReason.CALLEE_CANCELED), "detail": {"end_detail": ""}}  # fmt: skip
                scope.update(CALLS, CALLS.c.id == call_id, **ended)
                scope.tell("call", call_id)
                return str(row.account_sid)
            scope.update(CALL_DIALS, CALL_DIALS.c.call_id == call_id, is_canceled=True)
            return str(row.account_sid)

        return await self._store.write(workspace, job, actor)

    async def taken_sids(self, workspace: str, sids: Sequence[str]) -> set[str]:
        """Which of the carrier's calls are known as others of ours."""

        def job(scope: Scope) -> set[str]:
            found = scope.select(CALLS.c.carrier_sid).where(CALLS.c.carrier_sid.in_(list(sids)))
            return {sid for (sid,) in scope.all(found)}

        return await self._store.read(workspace, job)

    # ── leases ───────────────────────────────────────────────────────────────────────────────────────────────

    async def renew(self, dials: Sequence[Dial]) -> None:
        """Ours for a while longer."""
        ids, until = [dial.call_id for dial in dials], clock.wall_ms() + LEASE_MS

        def job(connection: Connection) -> None:
            ours = (CALL_DIALS.c.call_id.in_(ids), CALL_DIALS.c.lease == self.lease)
            connection.execute(update(CALL_DIALS).where(*ours).values(lease_until=until))

        await self._store.write_wide(job)

    async def let_go(self) -> None:
        """Others may see to all of ours at once."""

        def job(connection: Connection) -> None:
            connection.execute(update(CALL_DIALS).where(CALL_DIALS.c.lease == self.lease).values(lease_until=0))

        await self._store.write_wide(job)

    async def orphans(self) -> list[Dial]:
        """Dials that nobody sees to any more; ours from now on."""
        at = clock.wall_ms()

        def found(connection: Connection) -> bool:
            late = select(CALL_DIALS.c.call_id).where(CALL_DIALS.c.lease_until < at).limit(1)
            return connection.execute(late).first() is not None

        if not await self._store.read_wide(found):
            return []

        def job(connection: Connection) -> list[Dial]:
            joined = select(
                CALL_DIALS, CALLS.c.from_number, CALLS.c.to_number, CALLS.c.created_at, CALLS.c.status
            ).join(CALLS, CALLS.c.id == CALL_DIALS.c.call_id)
            late = connection.execute(joined.where(CALL_DIALS.c.lease_until < at).limit(AT_ONCE)).all()
            ours = []
            for row in late:
                same = (CALL_DIALS.c.call_id == row.call_id, CALL_DIALS.c.lease_until == row.lease_until)
                claim = update(CALL_DIALS).where(*same).values(lease=self.lease, lease_until=at + LEASE_MS)
                if connection.execute(claim).rowcount and row.status == ENDED:
                    connection.execute(delete(CALL_DIALS).where(CALL_DIALS.c.call_id == row.call_id))
                elif connection.execute(select(CALL_DIALS.c.lease).where(same[0])).scalar() == self.lease:
                    ours.append(_dial(row))
            return ours

        return await self._store.write_wide(job)


def _dial(row: Any) -> Dial:
    options = row.options
    new_call = NewCall(
        to=row.to_number, from_number=row.from_number, url=options["url"], status_callback=options["status"],
        timeout_s=options["ring_s"], fallback_url=options["fallback"], detection=options["detection"],
        detected_url=options["detected"],
    )  # fmt: skip
    return Dial(
        row.call_id, row.workspace_id, row.account_sid, new_call, row.created_at, State(row.state), row.attempts,
        row.asked_at or 0, row.carrier_sid, bool(row.carrier_sid), row.is_canceled,
        status=row.status if row.status in _ORDER else QUEUED, not_before=options.get("not_before", 0),
        not_after=options.get("not_after", 0), agent_key=f"{row.agent_id}/{row.agent_version}",
    )  # fmt: skip


def _require_room(scope: Scope) -> None:
    waits = scope.select(CALL_DIALS.c.call_id).where(CALL_DIALS.c.state == str(State.SCHEDULED))
    if scope.first(waits.offset(MOST_SCHEDULED - 1)) is not None:
        raise Conflict(f"{MOST_SCHEDULED:,} calls wait for their time already", code="call.too_many_scheduled")
