"""Members of a workspace, their roles, and the workspaces of a person."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from offhook import clock
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.callers import Caller, Role
from offhook.platform.passwords import Passwords, why_unfit
from offhook.platform.people_rows import (
    Way,
    add_member,
    end_sessions,
    forget_if_nowhere,
    lock,
    memberships,
    read_email,
    rename,
    write_both,
)
from offhook.platform.problems import Conflict, Flaw, Forbidden, Invalid, NotFound
from offhook.platform.throttle import Throttle
from offhook.store.schema import WORKSPACES
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.people import MEMBERS, SESSIONS, USERS

MOST_WORKSPACES: Final = 100
"""Of one person."""
FRESH_MS: Final = 30 * 60_000
"""Who came by a one-time link so short a time ago may set a password without saying the old one."""
_SHOWN: Final = (
    MEMBERS.c.user_id.label("id"), MEMBERS.c.role, MEMBERS.c.created_at, MEMBERS.c.disabled_at, USERS.c.email,
    USERS.c.name,
)  # fmt: skip


class People:
    """Who belongs to which workspace."""

    def __init__(self, store: Store, passwords: Passwords, throttle: Throttle) -> None:
        self._store, self._passwords, self._throttle = store, passwords, throttle

    # ── members ──────────────────────────────────────────────────────────────────────────────────────────────

    async def members(self, workspace: str, limit: int, after: str = "") -> Sequence[Any]:
        """Rows with `id` (the user's), `email`, `name`, `role`, `created_at`, `disabled_at`; newest first."""

        def job(scope: Scope) -> Sequence[Any]:
            found = scope.select(*_SHOWN).join(USERS, USERS.c.id == MEMBERS.c.user_id)
            if after:
                found = found.where(MEMBERS.c.user_id < after)
            return scope.all(found.order_by(MEMBERS.c.user_id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def member(self, workspace: str, user_id: str) -> Any:
        """One row as of `members`. Raises `NotFound`."""
        return await self._store.read(workspace, lambda scope: _member(scope, user_id))

    async def change_member(
        self, caller: Caller, user_id: str, *, role: Role | None = None, is_disabled: bool | None = None
    ) -> Any:
        """Another role, or shut out or let in again. Raises `NotFound`, `Forbidden`, `Conflict` for the last owner."""

        def job(connection: Connection, scope: Scope) -> Any:
            lock(connection, scope.workspace)
            before = _member(scope, user_id)
            _require_may(caller, Role(before.role), *([role] if role else []))
            new_role = role or Role(before.role)
            disabled_at = before.disabled_at if is_disabled is None else _disabled_at(before, is_disabled)
            if new_role is not Role.OWNER or disabled_at is not None:
                _require_other_owner(scope, before)
            scope.update(MEMBERS, MEMBERS.c.user_id == user_id, role=new_role.value, disabled_at=disabled_at)
            if disabled_at is not None:
                end_sessions(connection, user_id, workspace=scope.workspace)
            told = [{"role": one[0], "is_disabled": one[1] is not None} for one in
                    ((before.role, before.disabled_at), (new_role.value, disabled_at))]  # fmt: skip
            if told[0] != told[1]:
                audit(scope, "member.changed", "member", user_id, *told)
                scope.tell("member", user_id)
            return _member(scope, user_id)

        return await write_both(self._store, caller.workspace, caller.actor, job)

    async def remove_member(self, caller: Caller, user_id: str) -> None:
        """No member any more; a person of no workspace is forgotten. Raises as `change_member`."""

        def job(connection: Connection, scope: Scope) -> None:
            lock(connection, scope.workspace)
            before = _member(scope, user_id)
            _require_may(caller, Role(before.role))
            _require_other_owner(scope, before)
            scope.delete(MEMBERS, MEMBERS.c.user_id == user_id)
            end_sessions(connection, user_id, workspace=scope.workspace)
            audit(scope, "member.removed", "member", user_id, before={"role": before.role, "email": before.email})
            scope.tell("member", user_id)
            forget_if_nowhere(connection, user_id)

        await write_both(self._store, caller.workspace, caller.actor, job)

    # ── workspaces ───────────────────────────────────────────────────────────────────────────────────────────

    async def workspaces(self, caller: Caller) -> Sequence[Any]:
        """Those in which the caller may work: rows with `id`, `name`, `role`; a program has its own alone."""

        def job(connection: Connection) -> Sequence[Any]:
            if caller.user_id:
                return memberships(connection, caller.user_id)
            columns = (WORKSPACES.c.id, WORKSPACES.c.name)
            return connection.execute(select(*columns).where(WORKSPACES.c.id == caller.workspace)).all()

        return await self._store.read_wide(job)

    async def is_workspace(self, workspace: str) -> bool:
        """There is one of this id."""
        wanted = select(WORKSPACES.c.id).where(WORKSPACES.c.id == workspace)
        return await self._store.read_wide(lambda connection: connection.execute(wanted).first() is not None)

    async def create_workspace(self, caller: Caller, name: str) -> str:
        """The id of a new workspace, whose owner is the person who asks. Raises `Forbidden`, `Conflict`."""
        if not caller.user_id or caller.role is not Role.OWNER:
            raise Forbidden("a workspace is made by a person who is an owner already")
        workspace = new_id("ws")

        def job(connection: Connection, scope: Scope) -> None:
            if len(memberships(connection, caller.user_id)) >= MOST_WORKSPACES:
                raise Conflict(f"{MOST_WORKSPACES} workspaces are the most for one person", code="workspace.too_many")
            connection.execute(
                insert(WORKSPACES).values(id=workspace, name=name, settings={}, created_at=clock.wall_ms())
            )
            add_member(scope, caller.user_id, Role.OWNER)
            audit(scope, "workspace.created", "workspace", workspace, after={"name": name})
            scope.tell("workspace", workspace)

        await write_both(self._store, workspace, caller.actor, job)
        return workspace

    async def rename_workspace(self, caller: Caller, name: str) -> None:
        """The caller's own one."""

        def job(connection: Connection, scope: Scope) -> None:
            own = WORKSPACES.c.id == scope.workspace
            before = connection.execute(select(WORKSPACES.c.name).where(own)).scalar()
            connection.execute(update(WORKSPACES).where(own).values(name=name))
            audit(scope, "workspace.renamed", "workspace", scope.workspace, {"name": before}, {"name": name})
            scope.tell("workspace", scope.workspace)

        await write_both(self._store, caller.workspace, caller.actor, job)

    # ── oneself ──────────────────────────────────────────────────────────────────────────────────────────────

    async def change_self(self, caller: Caller, current: str, *, email: str | None, name: str | None) -> None:
        """How the person is called, and their address, for which they say their password once more.

        Raises `Forbidden` for a wrong one, `Conflict` when another person has the address.
        """
        address = read_email(email) if email is not None else None
        if address is not None:
            await self._require_password(caller, current)
        new = {key: value for key, value in (("email", address), ("name", name)) if value is not None}

        def job(connection: Connection, scope: Scope) -> None:
            rename(connection, scope, caller.user_id, new)

        if new:
            await write_both(self._store, caller.workspace, caller.actor, job)

    async def set_password(self, caller: Caller, current: str, new: str) -> None:
        """Another password; all other sessions of the person are over. Raises `Forbidden`, `Invalid`."""
        user = await self._require_password(caller, current)
        if why := why_unfit(new, user.email):
            raise Invalid([Flaw("/new_password", why)])
        kept = await self._passwords.hash(new)

        def job(connection: Connection, scope: Scope) -> None:
            connection.execute(update(USERS).where(USERS.c.id == caller.user_id).values(password_hash=kept))
            end_sessions(connection, caller.user_id, but=caller.session)
            audit(scope, "member.password_changed", "member", caller.user_id)
            scope.tell("session", caller.user_id)

        await write_both(self._store, caller.workspace, caller.actor, job)

    async def _require_password(self, caller: Caller, current: str) -> Any:
        def job(connection: Connection) -> Any:
            mine = select(USERS, SESSIONS.c.way, SESSIONS.c.created_at.label("since")).join(SESSIONS)
            return connection.execute(mine.where(SESSIONS.c.id_hash == caller.session)).first()

        row = await self._store.read_wide(job) if caller.session else None
        if row is None:
            raise Forbidden("this is for a person who is signed in")
        is_fresh = row.way == Way.LINK.value and clock.wall_ms() - row.since < FRESH_MS
        if row.password_hash and not is_fresh:
            # Whoever has found a browser that is signed in guesses no faster than a stranger.
            attempt = self._throttle.enter(caller.session, row.email)
            if not await self._passwords.fits(current, row.password_hash):
                raise Forbidden("the current password is another one", code="session.wrong_password")
            attempt.succeeded()
        return row


def _member(scope: Scope, user_id: str) -> Any:
    found = scope.select(*_SHOWN).join(USERS, USERS.c.id == MEMBERS.c.user_id).where(MEMBERS.c.user_id == user_id)
    row = scope.first(found)
    if row is None:
        raise NotFound("member", user_id)
    return row


def _disabled_at(before: Any, is_disabled: bool) -> int | None:
    if not is_disabled:
        return None
    return before.disabled_at if before.disabled_at is not None else clock.wall_ms()


def _require_may(caller: Caller, *roles: Role) -> None:
    if not all(caller.may_act_on(role) for role in roles):
        raise Forbidden("you cannot give or take a role that may do more than you")


def _require_other_owner(scope: Scope, member: Any) -> None:
    if member.role != Role.OWNER or member.disabled_at is not None:
        return
    others = scope.scalar(
        scope.select(func.count(MEMBERS.c.user_id)).where(
            MEMBERS.c.role == Role.OWNER.value, MEMBERS.c.disabled_at.is_(None), MEMBERS.c.user_id != member.id
        )
    )
    if not others:
        raise Conflict(
            "this is the last owner of the workspace", code="member.last_owner",
            what_to_do="Make somebody else an owner first.",
        )  # fmt: skip
