"""API keys: `oh_...` for programs, `pk_...` for pages in a browser. Shown once, kept as a hash.

A key is 32 random bytes, so its hash needs no salt and no slowness; six characters of a check sum tell a mistyped key
without asking the database.
"""

import binascii
import hashlib
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from offhook import clock
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.callers import SCOPES, Caller
from offhook.platform.problems import Conflict, Flaw, Invalid, NotFound
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.agents import AGENTS
from offhook.store.tables.people import API_KEYS

FOR_PROGRAMS: Final = "secret"
FOR_PAGES: Final = "browser"
_STARTS: Final = {FOR_PROGRAMS: "oh_", FOR_PAGES: "pk_"}
_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BODY: Final = 43
_SUM: Final = 6
SHOWN: Final = 8
"""Characters of a key by which people know it."""
MOST_KEYS: Final = 1_000
"""Of one workspace, the revoked ones aside."""
_HOST: Final = re.compile(r"[a-z0-9.:-]{1,253}")
USED_MS: Final = 60_000
"""When a key was used last is noted no more often than this."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: the only time that it is shown."""

    id: str
    text: str


def make_key(kind: str) -> str:
    """A new key of the kind."""
    start = _STARTS[kind]
    body = _based(int.from_bytes(secrets.token_bytes(32)), _BODY)
    return start + body + _sum_of(start + body)


def is_key(text: str) -> bool:
    """It can be a key of ours: start, length and check sum fit."""
    start, rest = text[:3], text[3:]
    fits = start in _STARTS.values() and len(rest) == _BODY + _SUM and rest.isascii() and rest.isalnum()
    return fits and _sum_of(text[:-_SUM]) == text[-_SUM:]


def hash_of(key: str) -> str:
    """What the store keeps of it."""
    return hashlib.sha256(key.encode()).hexdigest()


class ApiKeys:
    """The keys of all workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: dict[str, int] = {}

    async def create(
        self, workspace: str, name: str, scopes: Sequence[str], actor: Actor, *,
        kind: str = FOR_PROGRAMS, agent_id: str = "", origins: Sequence[str] = (),
    ) -> NewKey:  # fmt: skip
        """A new key: for a program with its scopes, or for pages of some origins with one agent and no scope.

        Raises `Invalid`: scopes, an agent or origins that there are not; `Conflict`: too many keys.
        """
        _require_fit(kind, scopes, agent_id, origins)
        made = NewKey(new_id("key"), make_key(kind))
        origins = [read_origin(one) for one in origins]

        def job(scope: Scope) -> None:
            agent = scope.select(AGENTS.c.id).where(AGENTS.c.id == agent_id, AGENTS.c.deleted_at.is_(None))
            if agent_id and scope.first(agent) is None:
                raise Invalid([Flaw("/agent_id", "there is no such agent")])
            living = scope.select(func.count(API_KEYS.c.id)).where(API_KEYS.c.revoked_at.is_(None))
            if scope.scalar(living) >= MOST_KEYS:
                raise Conflict(f"{MOST_KEYS} keys are the most: revoke one first", code="api_key.too_many")
            scope.insert(
                API_KEYS, id=made.id, name=name, kind=kind, start=made.text[:SHOWN], key_hash=hash_of(made.text),
                scopes=sorted(set(scopes)), agent_id=agent_id or None, origins=origins,
                created_by=scope.actor.id, created_at=clock.wall_ms(),
            )  # fmt: skip
            told = {"name": name, "kind": kind, "scopes": sorted(set(scopes))}
            told |= {"agent_id": agent_id, "origins": origins} if kind == FOR_PAGES else {}
            audit(scope, "api_key.created", "api_key", made.id, after=told)
            scope.tell("api_key", made.id)

        await self._store.write(workspace, job, actor)
        return made

    async def revoke(self, workspace: str, key_id: str, actor: Actor) -> None:
        """It is known no more. Raises `NotFound`."""

        def job(scope: Scope) -> None:
            changed = scope.update(
                API_KEYS, API_KEYS.c.id == key_id, API_KEYS.c.revoked_at.is_(None), revoked_at=clock.wall_ms()
            )
            if not changed and scope.get(API_KEYS, key_id) is None:
                raise NotFound("api_key", key_id)
            if changed:
                audit(scope, "api_key.revoked", "api_key", key_id)
                scope.tell("api_key", key_id)

        await self._store.write(workspace, job, actor)

    async def every(self, workspace: str, limit: int, after: str = "") -> Sequence[Any]:
        """Keys, newest first, without what is secret."""
        shown = [column for column in API_KEYS.c if column is not API_KEYS.c.key_hash]

        def job(scope: Scope) -> Sequence[Any]:
            found = scope.select(*shown)
            if after:
                found = found.where(API_KEYS.c.id < after)
            return scope.all(found.order_by(API_KEYS.c.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def authenticate(self, text: str, *, is_use: bool = True) -> Caller | None:
        """Who has this key; None: nobody. `is_use`: it is noted that the key was used."""
        if not is_key(text):
            return None
        digest = hash_of(text)

        def job(connection: Connection) -> Any:
            return connection.execute(
                select(API_KEYS).where(API_KEYS.c.key_hash == digest, API_KEYS.c.revoked_at.is_(None))
            ).first()

        row = await self._store.read_wide(job)
        if row is None:
            return None
        workspace: str = row.workspace_id
        if is_use:
            await self._note_use(workspace, row.id, row.used_at or 0)
        return Caller(
            workspace, Actor("api_key", row.id, row.name), frozenset(row.scopes), None, row.agent_id or "",
            tuple(row.origins),
        )  # fmt: skip

    async def _note_use(self, workspace: str, key_id: str, used_at: int) -> None:
        at = clock.wall_ms()
        if at - max(used_at, self._noted.get(key_id, 0)) < USED_MS:
            return
        self._noted[key_id] = at
        await self._store.write(workspace, lambda scope: scope.update(API_KEYS, API_KEYS.c.id == key_id, used_at=at))


def read_origin(text: str) -> str:
    """An origin as browsers write it: `https://www.example.com`, with a port where it is not the usual one.

    Raises `ValueError` for what is none, and for plain http but on the machine itself: anybody on the way could then
    be that page.
    """
    parts = urlsplit(text.strip().lower())
    host = parts.hostname or ""
    is_here = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    rest = parts.path.rstrip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in (("http", "https") if is_here else ("https",)) or not _HOST.fullmatch(host) or rest:
        raise ValueError("an origin such as https://www.example.com")
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _require_fit(kind: str, scopes: Sequence[str], agent_id: str, origins: Sequence[str]) -> None:
    flaws = []
    if unknown := sorted(set(scopes) - SCOPES):
        known = ", ".join(sorted(SCOPES))
        flaws.append(Flaw("/scopes", f"{', '.join(unknown)}: no such scope; there are {known}"))
    if kind == FOR_PAGES and scopes:
        flaws.append(Flaw("/scopes", "a browser key has none: it begins calls with its agent, and no more"))
    for field, value in (("agent_id", agent_id), ("origins", origins)):
        if bool(value) is not (kind == FOR_PAGES):
            flaws.append(Flaw(f"/{field}", "is for browser keys, and those need it"))
    for place, origin in enumerate(origins):
        try:
            read_origin(origin)
        except ValueError:
            flaws.append(Flaw(f"/origins/{place}", "expected an origin such as https://www.example.com"))
    if flaws:
        raise Invalid(flaws)


def _based(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, rest = divmod(number, len(_DIGITS))
        digits += _DIGITS[rest]
    return digits


def _sum_of(text: str) -> str:
    return _based(binascii.crc32(text.encode()), _SUM)
