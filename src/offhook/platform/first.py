"""The first start, and what the owner of the machine may always do: links, keys and passwords by the command line."""

from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from offhook import clock
from offhook.errors import ConfigurationError
from offhook.platform.audit import audit
from offhook.platform.callers import Role
from offhook.platform.people_rows import (
    DAY_MS,
    FIRST_OWNER,
    Link,
    add_login_link,
    add_user,
    end_sessions,
    first_workspace,
    lock,
    memberships,
    read_email,
    user_of,
)
from offhook.platform.platform import Platform
from offhook.store.scope import Actor, Scope
from offhook.store.tables.people import LOGIN_LINKS, MEMBERS, USERS

LINK_MS: Final = 30 * 60_000
FIRST_LINK_MS: Final = DAY_MS
MACHINE: Final = Actor("system", "", "command line")


async def ensure_first(platform: Platform) -> Link | None:
    """A workspace and an owner, made if there are none; a one-time link for as long as nobody has ever been able to
    sign in by password or by an issuer, None from then on."""

    def job(connection: Connection) -> Link | None:
        owner = _first_owner(connection)
        able = select(USERS.c.id).where(USERS.c.password_hash.is_not(None) | USERS.c.oidc_subject.is_not(None))
        if connection.execute(able.limit(1)).first() is not None:
            return None
        return add_login_link(connection, owner.id, FIRST_LINK_MS, is_first=owner.email == FIRST_OWNER)

    await platform.first_workspace()
    return await platform.store.write_wide(job)


async def login_link(platform: Platform, email: str = "") -> Link:
    """A one-time link for this person, or for the first owner. Raises `ConfigurationError` for who is unknown."""

    def job(connection: Connection) -> Link:
        user = _known(connection, email) if email else _first_owner(connection)
        _note(connection, user, "member.link_made")
        return add_login_link(connection, user.id, LINK_MS, is_first=user.email == FIRST_OWNER)

    return await platform.store.write_wide(job)


async def reset_password(platform: Platform, email: str) -> Link:
    """The person's password and sessions are gone; the link lets them choose another. Raises `ConfigurationError`."""

    def job(connection: Connection) -> Link:
        user = _known(connection, email)
        connection.execute(update(USERS).where(USERS.c.id == user.id).values(password_hash=None))
        end_sessions(connection, user.id)
        connection.execute(delete(LOGIN_LINKS).where(LOGIN_LINKS.c.user_id == user.id))
        _note(connection, user, "member.password_reset")
        return add_login_link(connection, user.id, LINK_MS)

    return await platform.store.write_wide(job)


def _first_owner(connection: Connection) -> Any:
    """The row of the owner who was first, in the oldest workspace; both are made where there are none."""
    workspace, _ = first_workspace(connection)
    # Two processes that start together make one owner.
    lock(connection, workspace)
    owners = (
        select(USERS)
        .join(MEMBERS, MEMBERS.c.user_id == USERS.c.id)
        .where(MEMBERS.c.workspace_id == workspace, MEMBERS.c.role == Role.OWNER.value)
        .where(MEMBERS.c.disabled_at.is_(None))
        .order_by(MEMBERS.c.created_at, USERS.c.id)
    )
    owner = connection.execute(owners.limit(1)).first()
    if owner is None:
        user = user_of(connection, FIRST_OWNER)
        user_id = user.id if user is not None else add_user(connection, FIRST_OWNER, "Owner")
        scope = Scope(connection, workspace, MACHINE)
        scope.put(
            MEMBERS, ["workspace_id", "user_id"], user_id=user_id, role=Role.OWNER.value, disabled_at=None,
            created_at=clock.wall_ms(),
        )  # fmt: skip
        audit(scope, "member.joined", "member", user_id, after={"role": Role.OWNER.value, "email": FIRST_OWNER})
        owner = connection.execute(owners.limit(1)).first()
    return owner


def _known(connection: Connection, email: str) -> Any:
    user = user_of(connection, read_email(email))
    if user is None:
        raise ConfigurationError("nobody here has this address", field="EMAIL", found=repr(email[:80]))
    return user


def _note(connection: Connection, user: Any, action: str) -> None:
    for place in memberships(connection, user.id):
        audit(Scope(connection, place.id, MACHINE), action, "member", user.id)
