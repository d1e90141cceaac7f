"""The vault: the secrets of all workspaces, sealed in the database under one master key.

A master key that is missing, or that is not the one the secrets were sealed with, means that the vault is *locked*:
that is told, nothing else fails, and the right key opens it again without a restart.

All that seals and opens runs in jobs of the store, which take the key's version from the database in the same
transaction: who was not there when the key was changed looks for the new one.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, Final

from sqlalchemy import Connection, Select, func, insert, select

from offhook import clock
from offhook.errors import ConfigurationError, StoreError
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.master_key import FILE, NEW, Candidate, MasterKey, MasterKeyFiles
from offhook.platform.problems import Locked, NotFound
from offhook.platform.sealing import Damaged, Place, Sealed, last_four, open_sealed, seal
from offhook.settings import Secret
from offhook.store.scope import SYSTEM, Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.vault import MASTER_KEYS, SECRETS


class SecretKind(StrEnum):
    """What a secret is for; as text it is what the database and the snapshot have."""

    PROVIDER_KEY = auto()
    """Of a vendor, by the vendor's name."""
    TOOL_KEY = auto()
    """Whatever else agents ask for, by the variable's name."""
    CARRIER_TOKEN = auto()
    """Of a carrier account, by its row's id."""
    WEBHOOK = auto()
    """What signs an endpoint's events, by its row's id."""


PROVIDER_KEY: Final = SecretKind.PROVIDER_KEY
TOOL_KEY: Final = SecretKind.TOOL_KEY
_TOLD_AS: Final = {PROVIDER_KEY.value: PROVIDER_KEY.value, TOOL_KEY.value: TOOL_KEY.value}
LOOK_S: Final = 15.0
"""While it is locked, the right key is looked for so often."""
_LOCK: Final = 0x0FF_7A17
"""Of PostgreSQL's advisory locks: ours."""
_LOG: Final = logging.getLogger("offhook.vault")


@dataclass(frozen=True, slots=True)
class VaultState:
    """How the vault is."""

    is_locked: bool
    why: str = ""
    """In words, when it is locked; without paths."""
    version: int = 0
    """Of the master key; 0: nothing was ever kept."""
    fingerprint: str = ""
    """Of the master key that it wants, whether that is there or not."""
    place: str = ""
    """Where the right one was found: `OFFHOOK_MASTER_KEY`, `master.key`."""


@dataclass(frozen=True, slots=True)
class Held:
    """The right master key."""

    key: MasterKey
    version: int
    place: str


class Vault:
    """One database's secrets."""

    def __init__(self, store: Store, files: MasterKeyFiles) -> None:
        self._store, self.files = store, files
        self._held: Held | None = None
        self._told: VaultState | None = None
        self._watch: asyncio.Task[None] | None = None

    async def open(self) -> VaultState:
        """Before its first use: an empty vault is given its master key. Never fails for a key that is wrong."""
        state = await self.look()
        if state.place == FILE + NEW and self._held is not None:
            # A change of the key was broken off behind its commit; or somebody is about to do this.
            try:
                with self.files.alone():
                    await asyncio.to_thread(self.files.put_in_place, self._held.key)
            except OSError as error:
                _LOG.warning("! %s cannot take the place of %s: %s", state.place, FILE, error.strerror)
        if state.is_locked:
            self._watch = asyncio.create_task(self._until_open(), name="vault")
        return state

    async def close(self) -> None:
        """Look for the right key no longer."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait({self._watch})

    async def _until_open(self) -> None:
        """The right key may be put back at any time, and nobody need ask for it."""
        is_locked = True
        while is_locked:
            await asyncio.sleep(LOOK_S)
            with contextlib.suppress(StoreError):
                is_locked = (await self.look()).is_locked

    async def look(self) -> VaultState:
        """How it is now. When it was locked and is not any more, all that wait for keys are told."""
        was = self._told
        state = await self._store.read_wide(self.state_of)
        if not state.version and not state.is_locked:
            state = await self._store.write_wide(self._begun)
        self._tell(state)
        if was is not None and was.is_locked and not state.is_locked:
            for workspace in await self._store.read_wide(_workspaces):
                await self._store.write(workspace, lambda scope: scope.tell("secret", ""))
        return state

    @property
    def last(self) -> VaultState | None:
        """How it was when it was looked at last; None before that."""
        return self._told

    async def require_open(self) -> None:
        """Raises `Locked`."""
        state = await self.look()
        if state.is_locked:
            raise Locked(f"the vault is locked: {state.why}")

    # ── kept and given ───────────────────────────────────────────────────────────────────────────────────────

    async def put(self, workspace: str, kind: str, name: str, secret: Secret, actor: Actor = SYSTEM) -> str:
        """Keep it, in place of one of the same kind and name; the row's id. Raises `Locked`."""

        def job(scope: Scope) -> str:
            key = self.put_in(scope, kind, name, secret)
            audit(scope, f"{kind}.saved", kind, key, after={"name": name})
            return key

        return await self._store.write(workspace, job, actor)

    async def reveal(self, workspace: str, kind: str, name: str) -> Secret:
        """The secret. Raises `Locked`, `NotFound`."""
        return await self._store.read(workspace, lambda scope: self.reveal_in(scope, kind, name))

    async def forget(self, workspace: str, kind: str, name: str, actor: Actor = SYSTEM) -> None:
        """Keep it no longer; for this the vault may be locked. Raises `NotFound`."""

        def job(scope: Scope) -> None:
            key = self.forget_in(scope, kind, name)
            if key is None:
                raise NotFound(kind, name)
            audit(scope, f"{kind}.deleted", kind, key, before={"name": name})

        await self._store.write(workspace, job, actor)

    async def all_of(self, workspace: str) -> Mapping[tuple[str, str], Secret]:
        """Every secret of a workspace; none when the vault is locked."""
        return await self._store.read_wide(lambda connection: self.secrets_of(connection, workspace))

    # ── inside of a job that does more ───────────────────────────────────────────────────────────────────────

    def put_in(
        self, scope: Scope, kind: str, name: str, secret: Secret, beside: Mapping[str, str] | None = None, **more: Any
    ) -> str:
        """As `put`, in a job of one's own, which writes the audit. `beside`: what is no secret; `more`: columns."""
        held = self._right(scope, is_for_writing=True)
        row = scope.first(scope.select(SECRETS.c.id, SECRETS.c.created_at).where(*_named(kind, name)))
        at, key = clock.wall_ms(), row.id if row is not None else new_id("sec")
        sealed = seal(held.key, held.version, Place(scope.workspace, kind, name, key), secret)
        values = {
            "key_version": held.version, "wrapped_key": sealed.wrapped_key, "sealed": sealed.sealed,
            "last_four": last_four(secret), "beside": dict(beside) if beside else None, "updated_at": at,
            "created_at": row.created_at if row is not None else at,
            "checked_at": None, "is_valid": None, "check_detail": "", "check_ms": None, **more,
        }  # fmt: skip
        # Of two that make the same one at once the later is kept, whole: also its id, which is part of the seal.
        scope.put(SECRETS, ["workspace_id", "kind", "name"], id=key, kind=kind, name=name, **values)
        scope.tell(_TOLD_AS.get(kind, "secret"), key)
        return key

    def reveal_in(self, scope: Scope, kind: str, name: str) -> Secret:
        """As `reveal`, in a job of one's own."""
        wanted = scope.select(SECRETS).where(*_named(kind, name))
        if scope.first(wanted) is None:
            raise NotFound(kind, name)
        held, rows = self._under_one_key(scope, wanted)
        if not rows:
            raise NotFound(kind, name)
        (row,) = rows
        try:
            return open_sealed(held.key, row.key_version, _place(row), Sealed(row.wrapped_key, row.sealed))
        except Damaged as error:
            _LOG.error("! the %s %s (%s) does not open: it is damaged, enter it anew", kind, name, row.id)
            raise Locked(
                f"the {kind.replace('_', ' ')} {name[:80]} does not open: its row is damaged",
                code="vault.damaged", what_to_do="Enter this one anew.",
            ) from error  # fmt: skip

    def forget_in(self, scope: Scope, kind: str, name: str) -> str | None:
        """As `forget`, in a job of one's own; the row's id, None: there was none."""
        key: str | None = scope.scalar(scope.select(SECRETS.c.id).where(*_named(kind, name)))
        if key is not None:
            scope.delete(SECRETS, SECRETS.c.id == key)
            scope.tell(_TOLD_AS.get(kind, "secret"), key)
        return key

    def secrets_of(self, connection: Connection, workspace: str) -> Mapping[tuple[str, str], Secret]:
        """As `all_of`, for the snapshot: also what lies beside secrets, each as if it were a tool's key."""
        scope = Scope(connection, workspace)
        if scope.first(scope.select(SECRETS.c.id)) is None:
            return {}
        try:
            held, rows = self._under_one_key(scope, scope.select(SECRETS))
        except Locked:
            return {}
        found: dict[tuple[str, str], Secret] = {}
        for row in rows:
            for name, value in (row.beside or {}).items():
                found.setdefault((TOOL_KEY, name), Secret(value))
            try:
                found[row.kind, row.name] = open_sealed(
                    held.key, row.key_version, _place(row), Sealed(row.wrapped_key, row.sealed)
                )
            except Damaged:
                _LOG.error("! the %s %s (%s) does not open: it is damaged, enter it anew", row.kind, row.name, row.id)
        return found

    # ── the master key ───────────────────────────────────────────────────────────────────────────────────────

    def state_of(self, connection: Connection) -> VaultState:
        """How it is, as the database has it."""
        row = connection.execute(select(MASTER_KEYS)).first()
        if row is None:
            try:
                # What a first start would do, and whether it could: nothing is made here.
                found, flaws = self.files.candidates()
            except OSError as error:
                found, flaws = [], [str(error.strerror)]
            return VaultState(bool(flaws) and not found, f"the master key cannot be used: {flaws[0]}" if flaws else "")
        held, why = self._find(row)
        place = held.place if held is not None else ""
        return VaultState(held is None, why, row.version, row.fingerprint, place)

    def right_key(self, row: Any) -> Held:
        """The master key that the database was sealed with, by the row that tells it. Raises `Locked`."""
        if row is None:
            held, why = None, "nothing says with which master key it was sealed"
        else:
            held, why = self._find(row)
        if held is None:
            state = VaultState(True, why, row.version, row.fingerprint) if row is not None else VaultState(True, why)
            self._tell(state)
            raise Locked(f"the vault is locked: {why}")
        return held

    def _under_one_key(self, scope: Scope, wanted: Select[Any]) -> tuple[Held, Sequence[Any]]:
        """Rows, and the master key that they lie under: PostgreSQL reads the two at different moments."""
        while True:
            held, rows = self._right(scope), scope.all(wanted)
            if not any(row.key_version > held.version for row in rows):
                return held, rows

    def _right(self, scope: Scope, *, is_for_writing: bool = False) -> Held:
        statement = scope.select(MASTER_KEYS)
        if is_for_writing:
            # A change of the key waits for this write, or this write for it (PostgreSQL; SQLite has one writer).
            statement = statement.with_for_update(read=True)
        return self.right_key(scope.first(statement))

    def _find(self, row: Any) -> tuple[Held | None, str]:
        """The key of this check value, and in words why there is none."""
        held = self._held
        if held is not None and (held.version, held.key.fingerprint) == (row.version, row.fingerprint):
            return held, ""
        found, flaws = self.files.candidates()
        right = next((one for one in found if one.key.is_key_of(row.version, row.nonce, row.check)), None)
        if right is not None:
            self._held = Held(right.key, row.version, right.place)
            return self._held, ""
        return None, _why_not(found, flaws, row.fingerprint)

    def _begun(self, connection: Connection) -> VaultState:
        """The first master key, for a database that has none."""
        if connection.dialect.name == "postgresql":
            # Of processes that start together one does it.
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        if connection.execute(select(MASTER_KEYS)).first() is None:
            try:
                key = self.files.first()
            except ConfigurationError as error:
                return VaultState(True, str(error))
            nonce, check = key.check_value(1)
            connection.execute(
                insert(MASTER_KEYS).values(
                    version=1, nonce=nonce, check=check, fingerprint=key.fingerprint, created_at=clock.wall_ms()
                )
            )
            _LOG.info("= the vault has its master key, %s: keep it as safe as the database, in another place",
                      key.fingerprint)  # fmt: skip
        return self.state_of(connection)

    def _tell(self, state: VaultState) -> None:
        """In the log, when it is another state than the last one."""
        was, self._told = self._told, state
        if state.is_locked and (was is None or was.why != state.why):
            _LOG.warning("! the vault is locked: %s; calls go on with what needs no key", state.why)
        elif was is not None and was.is_locked and not state.is_locked:
            _LOG.info("= the vault is open again: master key %s", state.fingerprint)


def _why_not(found: Sequence[Candidate], flaws: Sequence[str], wanted: str) -> str:
    if flaws:
        return flaws[0] + (f"; wanted is the master key {wanted}" if wanted else "")
    if not found:
        return f"there is no master key: wanted is {wanted}"
    there = found[0]
    return f"{there.place} is another master key ({there.key.fingerprint}): wanted is {wanted}"


def _named(kind: str, name: str) -> tuple[Any, ...]:
    return SECRETS.c.kind == kind, SECRETS.c.name == name


def _place(row: Any) -> Place:
    return Place(row.workspace_id, row.kind, row.name, row.id)


def _workspaces(connection: Connection) -> list[str]:
    return list(connection.execute(select(SECRETS.c.workspace_id).distinct()).scalars())
