"""Signing in and out: by password, by a one-time link, by an identity that an issuer vouches for.

Whoever fails learns nothing: an address that nobody has and a wrong password get the same answer after the same work.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from offhook import clock
from offhook.errors import OffhookError
from offhook.platform.audit import audit
from offhook.platform.callers import OF_ROLES, Caller, Role
from offhook.platform.invitations import invitations_for, taken
from offhook.platform.passwords import Passwords, why_unfit
from offhook.platform.people_rows import (
    FIRST_OWNER,
    IDLE_MS,
    Way,
    actor_of,
    add_member,
    add_session,
    add_user,
    end_sessions,
    first_workspace,
    hash_of,
    memberships,
    read_email,
    rename,
    user_of,
    write_both,
    write_wide,
)
from offhook.platform.problems import Conflict, Flaw, Forbidden, Invalid, NotFound, Unauthenticated
from offhook.platform.throttle import Throttle
from offhook.store.scope import SYSTEM, Actor, Change, Scope
from offhook.store.store import Store
from offhook.store.tables.people import INVITATIONS, LOGIN_LINKS, MEMBERS, SESSIONS, USERS

_LOG: Final = logging.getLogger("offhook.people")
SEEN_MS: Final = 60_000
"""That a session was used is noted no more often."""
_TOKEN: Final = 43
_LINK_SPENT: Final = "the link was used, has run out, or was never ours"


class SignInRefused(Unauthenticated):
    """The address or the password is another one."""

    code = "session.refused"
    what_to_do = "Try again, or ask for a one-time link: an owner invites, and `offhook admin link` prints one."


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as an issuer has vouched for them."""

    issuer: str
    subject: str
    email: str
    name: str
    is_trusted: bool
    """People of this address may join without an invitation, as viewers."""

    @property
    def key(self) -> str:
        """By which the person is known again, whatever their address is by then."""
        return hashlib.sha256(f"{self.issuer}\n{self.subject}".encode()).hexdigest()


class Sessions:
    """The sessions of all people."""

    def __init__(self, store: Store, passwords: Passwords, throttle: Throttle) -> None:
        self._store, self._passwords, self._throttle = store, passwords, throttle
        self._noting: set[str] = set()

    # ── signing in: each gives the token for the cookie ──────────────────────────────────────────────────────

    async def by_password(self, email: str, password: str, address: str) -> str:
        """Raises `SignInRefused`, `TooMany`."""
        account = read_email(email)
        attempt = self._throttle.enter(address, account)

        def find(connection: Connection) -> tuple[Any, Any]:
            user = user_of(connection, account)
            places = memberships(connection, user.id if user is not None else "")
            return user, places[0] if places else None

        user, place = await self._store.read_wide(find)
        is_right = await self._passwords.fits(password, user.password_hash if user is not None else None)
        if not is_right or place is None:
            raise SignInRefused
        attempt.succeeded()
        anew = await self._passwords.hash(password) if self._passwords.is_dated(user.password_hash) else ""

        def job(connection: Connection, scope: Scope) -> str:
            # The password may have been changed since it was looked at: the sessions of that time are over.
            mine = select(USERS.c.password_hash).where(USERS.c.id == user.id).with_for_update()
            kept = connection.execute(mine).scalar()
            if kept != user.password_hash:
                raise SignInRefused
            if anew:
                connection.execute(update(USERS).where(USERS.c.id == user.id).values(password_hash=anew))
            return _begin(connection, scope, user.id, Way.PASSWORD)

        return await write_both(self._store, place.id, actor_of(user), job)

    async def by_link(
        self, token: str, address: str, *, password: str = "", name: str = "", email: str = "", caller_id: str = ""
    ) -> str:
        """A link to sign in with, or an invitation. Who is new chooses a password; who has an account already says
        its password, or is signed in (`caller_id`). `email`: of the first owner, who has none yet.

        Raises `SignInRefused`, `TooMany`, `Invalid`, `Conflict`.
        """
        attempt = self._throttle.enter(address)
        digest = hash_of(token)

        def find(connection: Connection) -> tuple[Any, Any, Any]:
            at = clock.wall_ms()
            link = select(LOGIN_LINKS).where(LOGIN_LINKS.c.id_hash == digest, LOGIN_LINKS.c.expires_at > at)
            wish = select(INVITATIONS).where(INVITATIONS.c.link_hash == digest, INVITATIONS.c.expires_at > at)
            login, invitation = connection.execute(link).first(), connection.execute(wish).first()
            if login is not None:
                return login, None, connection.execute(select(USERS).where(USERS.c.id == login.user_id)).first()
            return None, invitation, user_of(connection, invitation.email) if invitation is not None else None

        login, invitation, user = await self._store.read_wide(find)
        if login is None and invitation is None:
            raise SignInRefused(_LINK_SPENT, code="session.link_spent")
        attempt.succeeded()
        if login is not None:
            return await self._with_login_link(digest, user, password, _own(user, name, email))
        if user is None:
            return await self._as_new(invitation, password, name)
        await self._require_same(user, password, caller_id, address)
        return await self._joined(invitation, user)

    async def by_identity(self, identity: Identity) -> str:
        """Raises `Forbidden` for who is neither known, nor invited, nor of a trusted address."""

        def job(connection: Connection) -> tuple[str, list[Any]]:
            user = _user_of(connection, identity)
            changes: list[Any] = []
            for invitation in invitations_for(connection, identity.email):
                scope = Scope(connection, invitation.workspace_id, actor_of(user) if user is not None else SYSTEM)
                user = user if user is not None else _new_user(connection, identity)
                _join(connection, scope, invitation, user)
                changes += scope.changes
            if user is None and identity.is_trusted:
                user = _new_user(connection, identity)
                scope = Scope(connection, first_workspace(connection)[0], actor_of(user))
                add_member(scope, user.id, Role.VIEWER)
                audit(scope, "member.joined", "member", user.id, after={"role": "viewer", "email": identity.email})
            places = memberships(connection, user.id) if user is not None else ()
            if user is None or not places:
                raise Forbidden("nobody has invited this address", code="session.not_invited")
            scope = Scope(connection, places[0].id, actor_of(user))
            return _begin(connection, scope, user.id, Way.OIDC), changes

        token, changes = await write_wide(self._store, job)
        if changes:
            self._store.on_changes(changes)
        return token

    def count_attempt(self, address: str) -> None:
        """One step of a sign-in elsewhere. Raises `TooMany`."""
        self._throttle.enter(address)

    def note_refusal(self, error: OffhookError) -> None:
        """Of a sign-in by an issuer, whose end the browser is only told by its code: the owner finds the reason."""
        _LOG.warning("= a sign-in by the issuer was refused: %s [%s]", error, error.code)

    # ── being signed in ──────────────────────────────────────────────────────────────────────────────────────

    async def authenticate(self, token: str, *, is_use: bool = True) -> Caller | None:
        """Who has this cookie; None: nobody, or not any more. `is_use`: it is noted that the session was used."""
        if len(token) != _TOKEN or not token.isascii():
            return None
        digest, at = hash_of(token), clock.wall_ms()

        def job(connection: Connection) -> Any:
            found = (
                select(SESSIONS.c.workspace_id, SESSIONS.c.seen_at, USERS.c.id, USERS.c.name, USERS.c.email,
                       MEMBERS.c.role)
                .join(USERS, USERS.c.id == SESSIONS.c.user_id)
                .join(MEMBERS, (MEMBERS.c.user_id == USERS.c.id) & (MEMBERS.c.workspace_id == SESSIONS.c.workspace_id))
                .where(SESSIONS.c.id_hash == digest, SESSIONS.c.expires_at > at, SESSIONS.c.seen_at > at - IDLE_MS)
                .where(MEMBERS.c.disabled_at.is_(None))
            )  # fmt: skip
            return connection.execute(found).first()

        row = await self._store.read_wide(job)
        if row is None:
            return None
        if is_use and at - row.seen_at >= SEEN_MS and digest not in self._noting:
            await self._note_use(digest, at)
        role = Role(row.role)
        return Caller(row.workspace_id, actor_of(row), OF_ROLES[role], role, session=digest)

    async def details(self, caller: Caller) -> Any:
        """Of who is signed in: `email`, `name`, `has_password`, `way`, `expires_at`; None for a program."""

        def job(connection: Connection) -> Any:
            mine = select(USERS.c.email, USERS.c.name, USERS.c.password_hash.is_not(None).label("has_password"),
                          SESSIONS.c.way, SESSIONS.c.expires_at)  # fmt: skip
            return connection.execute(
                mine.join(SESSIONS, SESSIONS.c.user_id == USERS.c.id).where(SESSIONS.c.id_hash == caller.session)
            ).first()

        return await self._store.read_wide(job) if caller.session else None

    async def sign_out(self, caller: Caller, *, everywhere: bool = False) -> None:
        """This session is over; or all of the person."""

        def job(connection: Connection, scope: Scope) -> None:
            if everywhere:
                end_sessions(connection, caller.user_id)
            connection.execute(delete(SESSIONS).where(SESSIONS.c.id_hash == caller.session))
            audit(scope, "session.ended", "member", caller.user_id, after={"everywhere": everywhere})
            scope.tell("session", caller.user_id)

        if caller.session:
            await write_both(self._store, caller.workspace, caller.actor, job)

    async def forget(self, token: str) -> None:
        """Whoever signs in anew has no use for the session before."""
        if len(token) == _TOKEN:
            over = delete(SESSIONS).where(SESSIONS.c.id_hash == hash_of(token))
            await self._store.write_wide(lambda connection: connection.execute(over).rowcount)

    async def switch(self, caller: Caller, workspace: str) -> None:
        """The session is for another workspace of the person from now on. Raises `NotFound`."""

        def job(connection: Connection) -> None:
            if workspace not in [row.id for row in memberships(connection, caller.user_id)]:
                raise NotFound("workspace", workspace)
            mine = SESSIONS.c.id_hash == caller.session
            connection.execute(update(SESSIONS).where(mine).values(workspace_id=workspace))

        await self._store.write_wide(job)
        self._store.on_changes([Change(caller.workspace, "session", caller.user_id)])

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _note_use(self, digest: str, at: int) -> None:
        self._noting.add(digest)
        try:
            seen = update(SESSIONS).where(SESSIONS.c.id_hash == digest).values(seen_at=at)
            await self._store.write_wide(lambda connection: connection.execute(seen).rowcount)
        finally:
            self._noting.discard(digest)

    async def _with_login_link(self, digest: str, user: Any, password: str, own: Mapping[str, str]) -> str:
        if password and (why := why_unfit(password, own.get("email", user.email))):
            raise Invalid([Flaw("/password", why)])
        kept = await self._passwords.hash(password) if password else None

        def find(connection: Connection) -> Any:
            places = memberships(connection, user.id)
            return places[0] if places else None

        place = await self._store.read_wide(find)
        if place is None:
            raise SignInRefused(_LINK_SPENT, code="session.link_spent")

        def job(connection: Connection, scope: Scope) -> str:
            mine = LOGIN_LINKS.c.user_id == user.id
            used = connection.execute(delete(LOGIN_LINKS).where(mine, LOGIN_LINKS.c.id_hash == digest)).rowcount
            if not used:
                raise SignInRefused(_LINK_SPENT, code="session.link_spent")
            if own:
                rename(connection, scope, user.id, own)
            if kept is not None:
                connection.execute(update(USERS).where(USERS.c.id == user.id).values(password_hash=kept))
                end_sessions(connection, user.id)
                audit(scope, "member.password_changed", "member", user.id)
            return _begin(connection, scope, user.id, Way.LINK)

        return await write_both(self._store, place.id, actor_of(user), job)

    async def _as_new(self, invitation: Any, password: str, name: str) -> str:
        if why := why_unfit(password, invitation.email):
            raise Invalid([Flaw("/password", why)])
        kept = await self._passwords.hash(password)

        def job(connection: Connection, scope: Scope) -> str:
            if user_of(connection, invitation.email) is not None:
                raise Conflict("there is an account by now", code="session.account_exists")
            user_id = add_user(connection, invitation.email, name, kept)
            scope.actor = Actor("user", user_id, name or invitation.email)
            _join(connection, scope, invitation, user_of(connection, invitation.email))
            return _begin(connection, scope, user_id, Way.LINK)

        return await write_both(self._store, invitation.workspace_id, SYSTEM, job)

    async def _require_same(self, user: Any, password: str, caller_id: str, address: str) -> None:
        # An invitation proves that its sender knows the address, not that its holder is that person.
        if caller_id == user.id:
            return
        if not password:
            raise Conflict(
                "this address has an account already", code="session.account_exists",
                what_to_do="Sign in first and open the link again, or send the account's password with it.",
            )  # fmt: skip
        attempt = self._throttle.enter(address, user.email)
        if not await self._passwords.fits(password, user.password_hash):
            raise SignInRefused
        attempt.succeeded()

    async def _joined(self, invitation: Any, user: Any) -> str:
        def job(connection: Connection, scope: Scope) -> str:
            _join(connection, scope, invitation, user)
            return _begin(connection, scope, user.id, Way.LINK if user.password_hash is None else Way.PASSWORD)

        return await write_both(self._store, invitation.workspace_id, actor_of(user), job)


def _begin(connection: Connection, scope: Scope, user_id: str, way: Way) -> str:
    token = add_session(connection, user_id, scope.workspace, way)
    audit(scope, "session.began", "member", user_id, after={"way": way.value})
    return token


def _join(connection: Connection, scope: Scope, invitation: Any, user: Any) -> None:
    if not taken(connection, scope, invitation):
        raise SignInRefused(_LINK_SPENT, code="session.link_spent")
    if add_member(scope, user.id, Role(invitation.role)):
        audit(scope, "member.joined", "member", user.id, after={"role": invitation.role, "email": user.email})
        scope.tell("member", user.id)


def _own(user: Any, name: str, email: str) -> dict[str, str]:
    """What somebody who comes in by a link says of themselves."""
    if email and user.email != FIRST_OWNER:
        raise Invalid([Flaw("/email", "whom this link is for has an address; it is changed under Settings")])
    return {key: value for key, value in (("name", name), ("email", read_email(email) if email else "")) if value}


def _user_of(connection: Connection, identity: Identity) -> Any:
    """The person whom the identity names: by its subject, or by the address, which is theirs from then on."""
    known = connection.execute(select(USERS).where(USERS.c.oidc_subject == identity.key)).first()
    if known is not None:
        return known
    user = user_of(connection, identity.email)
    if user is None:
        return None
    if user.oidc_subject is not None:
        raise Forbidden("this address belongs to another identity of the issuer", code="session.not_invited")
    # Anybody may have made this account with this address: who has proved it takes it over, and nobody else stays in.
    connection.execute(update(USERS).where(USERS.c.id == user.id).values(oidc_subject=identity.key, password_hash=None))
    end_sessions(connection, user.id)
    connection.execute(delete(LOGIN_LINKS).where(LOGIN_LINKS.c.user_id == user.id))
    return user


def _new_user(connection: Connection, identity: Identity) -> Any:
    user_id = add_user(connection, identity.email, identity.name)
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(oidc_subject=identity.key))
    return user_of(connection, identity.email)
