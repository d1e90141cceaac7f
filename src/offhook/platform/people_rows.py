"""What the services of people share: rows of users, members and sessions, in a transaction that is open."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, delete, func, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from offhook import clock
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.callers import Role
from offhook.platform.problems import Conflict
from offhook.store.schema import WORKSPACES
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.people import LOGIN_LINKS, MEMBERS, SESSIONS, USERS

T = TypeVar("T")

DAY_MS: Final = 86_400_000
IDLE_MS: Final = 14 * DAY_MS
"""A session that is not used for so long is over."""
LONGEST_MS: Final = 90 * DAY_MS
"""And however often it is used, it is over after this."""
MOST_SESSIONS: Final = 50
"""Of one person; the oldest goes."""
DEFAULT: Final = "Default"
"""What the first workspace is called until they say otherwise."""
_LOCK: Final = 0x0FF_4005
"""Of PostgreSQL's advisory locks."""
FIRST_OWNER: Final = "owner@localhost"
"""What the first owner is called until they say otherwise."""


class Way(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - a way, no password
    LINK = "link"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was just made, and works once."""

    token: str
    expires_at: int
    is_first: bool = False
    """Its person has no address of their own yet: the page asks for one, or nobody could come back by password."""

    def at(self, base: str) -> str:
        """The address of the page that takes it. Behind the `#` it reaches no log and no other server."""
        return f"{base.rstrip('/')}/sign-in{'?first=1' if self.is_first else ''}#link={self.token}"


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token: it is random, so this needs no salt and no slowness."""
    return hashlib.sha256(token.encode()).hexdigest()


def read_email(text: str) -> str:
    """As it is kept and compared."""
    return text.strip().lower()


async def write_wide(store: Store, job: Callable[[Connection], T]) -> T:
    """As `store.write_wide`. Raises `Conflict` when somebody else did the same at the same moment."""
    try:
        return await store.write_wide(job)
    except IntegrityError as error:
        raise Conflict(
            "somebody else did the same at the same moment", code="request.at_once", what_to_do="Try again."
        ) from error


async def write_both(store: Store, workspace: str, actor: Actor, job: Callable[[Connection, Scope], T]) -> T:
    """As `store.write`, for a job that also writes of people, who belong to no workspace."""

    def wide(connection: Connection) -> tuple[T, Scope]:
        scope = Scope(connection, workspace, actor)
        return job(connection, scope), scope

    result, scope = await write_wide(store, wide)
    if scope.changes:
        store.on_changes(scope.changes)
    return result


def first_workspace(connection: Connection, settings: Mapping[str, Any] | None = None) -> tuple[str, bool]:
    """The id of the oldest workspace; it is made, with these settings, where there is none, and then the second is
    true."""
    oldest = select(WORKSPACES.c.id).order_by(WORKSPACES.c.id).limit(1)
    found = connection.execute(oldest).scalar()
    if found is None and connection.dialect.name == "postgresql":
        # Two processes that start together make one.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        found = connection.execute(oldest).scalar()
    if found is not None:
        return str(found), False
    made = new_id("ws")
    connection.execute(
        insert(WORKSPACES).values(id=made, name=DEFAULT, settings=dict(settings or {}), created_at=clock.wall_ms())
    )
    return made, True


def lock(connection: Connection, workspace: str) -> None:
    """Others who change this workspace's people wait for the end of the transaction (SQLite has one writer anyway)."""
    connection.execute(select(WORKSPACES.c.id).where(WORKSPACES.c.id == workspace).with_for_update())


def user_of(connection: Connection, email: str) -> Any:
    """The row of the person with this address, None without one."""
    return connection.execute(select(USERS).where(USERS.c.email == email)).first()


def add_user(connection: Connection, email: str, name: str, password_hash: str | None = None) -> str:
    """The new person's id."""
    user_id = new_id("user")
    connection.execute(
        insert(USERS).values(
            id=user_id, email=email, name=name, password_hash=password_hash, created_at=clock.wall_ms()
        )
    )
    return user_id


def add_member(scope: Scope, user_id: str, role: Role) -> bool:
    """False: they are one already."""
    return scope.insert_once(
        MEMBERS, ["workspace_id", "user_id"], user_id=user_id, role=role.value, created_at=clock.wall_ms()
    )


def memberships(connection: Connection, user_id: str) -> Sequence[Any]:
    """Where the person may work now: `id`, `name`, `role` of each workspace, the one they joined first in front."""
    return connection.execute(
        select(WORKSPACES.c.id, WORKSPACES.c.name, MEMBERS.c.role)
        .join(MEMBERS, MEMBERS.c.workspace_id == WORKSPACES.c.id)
        .where(MEMBERS.c.user_id == user_id, MEMBERS.c.disabled_at.is_(None))
        .order_by(MEMBERS.c.created_at, WORKSPACES.c.id)
    ).all()


def add_session(connection: Connection, user_id: str, workspace: str, way: Way) -> str:
    """The token of a new session; sessions that are over, and too many of one person, go."""
    at, token = clock.wall_ms(), new_token()
    connection.execute(delete(SESSIONS).where(or_(SESSIONS.c.expires_at <= at, SESSIONS.c.seen_at <= at - IDLE_MS)))
    newest = select(SESSIONS.c.id_hash).where(SESSIONS.c.user_id == user_id).order_by(SESSIONS.c.seen_at.desc())
    kept = connection.execute(newest.limit(MOST_SESSIONS - 1)).scalars().all()
    connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == user_id, SESSIONS.c.id_hash.not_in(kept)))
    connection.execute(
        insert(SESSIONS).values(
            id_hash=hash_of(token), user_id=user_id, workspace_id=workspace, way=way.value, created_at=at, seen_at=at,
            expires_at=at + LONGEST_MS,
        )
    )  # fmt: skip
    return token


def end_sessions(connection: Connection, user_id: str, *, workspace: str = "", but: str = "") -> None:
    """Sign the person out: everywhere or in one workspace, but for the session of this hash."""
    where = [SESSIONS.c.user_id == user_id, SESSIONS.c.id_hash != but]
    if workspace:
        where.append(SESSIONS.c.workspace_id == workspace)
    connection.execute(delete(SESSIONS).where(*where))


def add_login_link(connection: Connection, user_id: str, lasts_ms: int, *, is_first: bool = False) -> Link:
    """A new link for the person; those they had before do not work any more."""
    at = clock.wall_ms()
    connection.execute(delete(LOGIN_LINKS).where(or_(LOGIN_LINKS.c.user_id == user_id, LOGIN_LINKS.c.expires_at <= at)))
    link = Link(new_token(), at + lasts_ms, is_first)
    connection.execute(
        insert(LOGIN_LINKS).values(
            id_hash=hash_of(link.token), user_id=user_id, created_at=at, expires_at=link.expires_at
        )
    )
    return link


def rename(connection: Connection, scope: Scope, user_id: str, new: Mapping[str, str]) -> None:
    """Another name, another address. Raises `Conflict` when another person has the address."""
    try:
        connection.execute(update(USERS).where(USERS.c.id == user_id).values(**new))
    except IntegrityError:
        raise Conflict("this address cannot be taken", code="member.email_taken") from None
    audit(scope, "member.renamed", "member", user_id, after=dict(new))
    scope.tell("member", user_id)


def forget_if_nowhere(connection: Connection, user_id: str) -> None:
    """Who is in no workspace any more is not kept."""
    count = select(func.count()).select_from(MEMBERS).where(MEMBERS.c.user_id == user_id)
    if not connection.execute(count).scalar():
        connection.execute(delete(USERS).where(USERS.c.id == user_id))


def actor_of(user: Any) -> Actor:
    """For the audit."""
    return Actor("user", user.id, user.name or user.email)
