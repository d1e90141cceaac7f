"""The master key changed for another, and a locked vault begun anew. Broken off anywhere, no secret is lost.

A rotation: the new key is written beside the present one (1); in one transaction every secret's own key is wrapped
under it, and the check value becomes the new key's (2); the new file takes the present one's place, which is kept as
`.old` (3); when all is seen to open, `.old` goes (4). Until the commit the present key is right, and afterwards the
new one: both are there, and the check value tells which it is. The secrets themselves are not sealed anew, and a
server that runs meanwhile finds the new key by itself.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, select, update

from offhook import clock
from offhook.errors import ConfigurationError
from offhook.platform.audit import audit
from offhook.platform.master_key import FILE, NEW, MasterKey, MasterKeyFiles
from offhook.platform.problems import Conflict
from offhook.platform.sealing import Damaged, Place, wrapped_anew
from offhook.platform.vault import Held, Vault
from offhook.store.schema import WORKSPACES
from offhook.store.scope import SYSTEM, Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.vault import MASTER_KEYS, SECRETS

LONGEST_S: Final = 600.0
_LOG: Final = logging.getLogger("offhook.vault")


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was done."""

    old: str
    new: str
    """Fingerprints."""
    secrets: int
    """So many lie under the new key."""
    damaged: int = 0
    """So many did not open before, and do not now."""
    is_given: bool = False
    """The environment still holds the old key: its owner has to put the new one there."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A secret that has to be entered anew."""

    workspace: str
    kind: str
    name: str


async def rotate(store: Store, vault: Vault, *, keep_old: bool = False, actor: Actor = SYSTEM) -> Rotated:
    """A new master key. Raises `Locked`, `ConfigurationError`: the new key's file cannot be written."""
    with _alone(vault):
        return await _rotate(store, vault, keep_old, actor)


async def _rotate(store: Store, vault: Vault, keep_old: bool, actor: Actor) -> Rotated:
    files = vault.files
    row = await store.read_wide(lambda connection: connection.execute(select(MASTER_KEYS)).first())
    held = vault.right_key(row)
    try:
        if held.place == FILE + NEW:
            # An earlier one was broken off behind its commit.
            await asyncio.to_thread(files.put_in_place, held.key)
        new = await asyncio.to_thread(files.stage)
        done = await store.write_wide(
            lambda connection: _rewrap(connection, held, new, actor, files), within_s=LONGEST_S
        )
        await asyncio.to_thread(files.put_in_place, new)
    except OSError as error:
        raise ConfigurationError(f"the new key cannot be kept: {error.strerror}", file=str(files.file)) from error
    await vault.look()
    version = held.version + 1
    unopened = await store.read_wide(lambda connection: _unopened(connection, new, version), within_s=LONGEST_S)
    if unopened <= done.damaged and not keep_old:
        await asyncio.to_thread(files.forget_old, new)
    return Rotated(held.key.fingerprint, new.fingerprint, done.secrets, done.damaged, files.is_given)


async def reset(store: Store, vault: Vault, actor: Actor = SYSTEM) -> list[Forgotten]:
    """Forget every secret and begin with the master key that is there, or a new one; what was forgotten.

    Raises `ConfigurationError`: no key can be had.
    """
    with _alone(vault):
        return await _reset(store, vault, actor)


async def _reset(store: Store, vault: Vault, actor: Actor) -> list[Forgotten]:
    state = await vault.look()
    if state.is_locked and not vault.files.is_given:
        # Whatever it is, it opened nothing; and it may be the key of a backup.
        await asyncio.to_thread(vault.files.set_aside)
    key = await asyncio.to_thread(vault.files.first)
    return await store.write_wide(lambda connection: _begun_anew(connection, key, actor), within_s=LONGEST_S)


async def kept(store: Store) -> list[Forgotten]:
    """All there is, by its names."""
    return await store.read_wide(_every)


@contextlib.contextmanager
def _alone(vault: Vault) -> Iterator[None]:
    """Of two that change the key the second is refused: each would take the other's new file for its own."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(vault.files.alone())
        except BlockingIOError as error:
            raise _under_way() from error
        yield


def _under_way() -> Conflict:
    return Conflict("somebody else is changing the master key", code="vault.rotating", what_to_do="Try again then.")


@dataclass(frozen=True, slots=True)
class _Done:
    secrets: int
    damaged: int


def _rewrap(connection: Connection, held: Held, new: MasterKey, actor: Actor, files: MasterKeyFiles) -> _Done:
    version = held.version + 1
    nonce, check = new.check_value(version)
    # First: whoever seals something meanwhile waits for this row, and then seals with the new key.
    changed = connection.execute(
        update(MASTER_KEYS)
        .where(MASTER_KEYS.c.version == held.version, MASTER_KEYS.c.fingerprint == held.key.fingerprint)
        .values(version=version, nonce=nonce, check=check, fingerprint=new.fingerprint, created_at=clock.wall_ms())
    )
    if changed.rowcount != 1:
        raise _under_way()
    columns = SECRETS.c
    number: Counter[bool] = Counter()
    for row in connection.execute(select(SECRETS).where(columns.key_version == held.version)).all():
        place = Place(row.workspace_id, row.kind, row.name, row.id)
        try:
            wrapped = wrapped_anew(held.key, held.version, new, version, place, row.wrapped_key)
        except Damaged:
            _LOG.error("! the %s %s (%s) does not open: it is damaged, enter it anew", row.kind, row.name, row.id)
            number[False] += 1
            continue
        number[True] += 1
        connection.execute(update(SECRETS).where(columns.id == row.id).values(wrapped_key=wrapped, key_version=version))
    _note(connection, actor, "vault.rotated", held.key.fingerprint, new.fingerprint)
    if not files.is_staged(new):
        # Behind the commit nothing opens without it.
        raise _under_way()
    return _Done(number[True], number[False])


def _begun_anew(connection: Connection, key: MasterKey, actor: Actor) -> list[Forgotten]:
    before = connection.execute(select(MASTER_KEYS).with_for_update()).first()
    forgotten = _every(connection)
    connection.execute(delete(SECRETS))
    connection.execute(delete(MASTER_KEYS))
    version = before.version + 1 if before is not None else 1
    nonce, check = key.check_value(version)
    connection.execute(
        MASTER_KEYS.insert().values(
            version=version, nonce=nonce, check=check, fingerprint=key.fingerprint, created_at=clock.wall_ms()
        )
    )
    _note(connection, actor, "vault.reset", before.fingerprint if before is not None else "", key.fingerprint)
    return forgotten


def _note(connection: Connection, actor: Actor, action: str, old: str, new: str) -> None:
    """In every workspace's audit: it is their keys."""
    for workspace in connection.execute(select(WORKSPACES.c.id)).scalars().all():
        scope = Scope(connection, workspace, actor)
        audit(scope, action, "vault", "", before={"master_key": old}, after={"master_key": new})


def _unopened(connection: Connection, new: MasterKey, version: int) -> int:
    """So many secrets do not open with the new key."""
    number = 0
    for row in connection.execute(select(SECRETS).where(SECRETS.c.key_version >= version - 1)):
        place = Place(row.workspace_id, row.kind, row.name, row.id)
        try:
            wrapped_anew(new, version, new, version, place, row.wrapped_key)
        except Damaged:
            number += 1
    return number


def _every(connection: Connection) -> list[Forgotten]:
    columns = SECRETS.c
    rows = connection.execute(
        select(columns.workspace_id, columns.kind, columns.name).order_by(columns.workspace_id, columns.kind)
    )
    return [Forgotten(*row) for row in rows]
