"""Invitations: an owner makes a link that lets one person join, once."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, select

from offhook import clock
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.callers import Caller, Role
from offhook.platform.people_rows import DAY_MS, Link, hash_of, new_token, read_email
from offhook.platform.problems import Conflict, Forbidden, NotFound
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.people import INVITATIONS, MEMBERS, USERS

LASTS_MS: Final = DAY_MS
MOST: Final = 500
"""That wait, in one workspace."""
_SHOWN: Final = tuple(column for column in INVITATIONS.c if column is not INVITATIONS.c.link_hash)


class Invitations:
    """Those that wait. How one is accepted is told in `offhook.platform.sessions`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(self, caller: Caller, email: str, role: Role) -> tuple[str, Link]:
        """Its id, and its link: the only time that it is shown. An earlier one for the same address works no more.

        Raises `Forbidden` for a role that may do more than the caller, `Conflict` for a member.
        """
        if not caller.may_act_on(role):
            raise Forbidden("you cannot give a role that may do more than you")
        address, made = read_email(email), new_id("inv")
        link = Link(new_token(), clock.wall_ms() + LASTS_MS)

        def job(scope: Scope) -> None:
            member = scope.select(MEMBERS.c.user_id).join(USERS, USERS.c.id == MEMBERS.c.user_id)
            if scope.first(member.where(USERS.c.email == address)) is not None:
                raise Conflict("this person is a member already", code="member.exists")
            at = clock.wall_ms()
            scope.delete(INVITATIONS, (INVITATIONS.c.email == address) | (INVITATIONS.c.expires_at <= at))
            if scope.scalar(scope.select(func.count(INVITATIONS.c.id))) >= MOST:
                raise Conflict(f"{MOST} invitations wait already", code="invitation.too_many")
            scope.insert(
                INVITATIONS, id=made, link_hash=hash_of(link.token), email=address, role=role.value,
                created_by=scope.actor.id, created_at=at, expires_at=link.expires_at,
            )  # fmt: skip
            audit(scope, "invitation.created", "invitation", made, after={"email": address, "role": role.value})
            scope.tell("invitation", made)

        await self._store.write(caller.workspace, job, caller.actor)
        return made, link

    async def every(self, workspace: str, limit: int, after: str = "") -> Sequence[Any]:
        """Rows of those that wait, newest first, without what is secret."""

        def job(scope: Scope) -> Sequence[Any]:
            found = scope.select(*_SHOWN).where(INVITATIONS.c.expires_at > clock.wall_ms())
            if after:
                found = found.where(INVITATIONS.c.id < after)
            return scope.all(found.order_by(INVITATIONS.c.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def withdraw(self, caller: Caller, invitation_id: str) -> None:
        """Its link works no more. Raises `NotFound`."""

        def job(scope: Scope) -> None:
            row = scope.get(INVITATIONS, invitation_id)
            if row is None:
                raise NotFound("invitation", invitation_id)
            if not caller.may_act_on(Role(row.role)):
                raise Forbidden("you cannot take back what you could not give")
            scope.delete(INVITATIONS, INVITATIONS.c.id == invitation_id)
            audit(scope, "invitation.withdrawn", "invitation", invitation_id, before={"email": row.email})
            scope.tell("invitation", invitation_id)

        await self._store.write(caller.workspace, job, caller.actor)


def invitations_for(connection: Connection, email: str) -> Sequence[Any]:
    """Those that wait for this address, in all workspaces: for a sign-in that has proved the address."""
    waiting = INVITATIONS.c.expires_at > clock.wall_ms()
    return connection.execute(select(INVITATIONS).where(INVITATIONS.c.email == email, waiting)).all()


def taken(connection: Connection, scope: Scope, invitation: Any) -> bool:
    """The invitation is used up; False: somebody was quicker."""
    return scope.delete(INVITATIONS, INVITATIONS.c.id == invitation.id, INVITATIONS.c.expires_at > clock.wall_ms()) > 0
