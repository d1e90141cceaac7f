"""What a ringing call needs, in memory: numbers, published agents, keys, carrier accounts. Read without waiting.

It is made once at the start and mended row by row when something changes. While the database does not answer, it stays
as it was, and calls are taken as before.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Text, and_, cast, select

from offhook.errors import StoreError
from offhook.settings import Secret
from offhook.store.json import loads
from offhook.store.schema import WORKSPACES
from offhook.store.scope import Change
from offhook.store.store import Store
from offhook.store.tables.agents import AGENT_VERSIONS, AGENTS
from offhook.store.tables.numbers import CALL_DIALS, CARRIER_ACCOUNTS, PHONE_NUMBERS

AGAIN_S: Final = 2.0
"""After a failed reading it is tried again."""
MOST_ON_TRIAL: Final = 100
DRAFTS_FROM: Final = 900_000_000
"""A draft answers under a number of its own: this, and its revision."""
_LOG: Final = logging.getLogger("offhook.platform")

CARRIER_TOKEN: Final = "carrier_token"  # noqa: S105
"""The kind of a carrier account's secret, which is named by the account's id."""

Secrets = Mapping[tuple[str, str], Secret]
"""A workspace's secrets, by kind and name."""


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """An agent that was published at least once."""

    workspace: str
    id: str
    name: str
    version: int
    """The published one."""
    file: str = ""
    """Where it is managed; empty: here."""
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """A document that can answer, as JSON: parsed when an agent is loaded, which is seldom."""

    document: bytes
    files: bytes = b"{}"
    """The hashes of what it names under `knowledge`, by name."""


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A telephone number of ours."""

    workspace: str
    id: str
    number: str
    agent_id: str
    account_sid: str
    """The carrier's account that it belongs to: it rings for that one's requests alone."""
    split: tuple[tuple[int, int], ...] = ()
    """Versions with their parts of a hundred; empty: the published version."""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """A carrier account."""

    workspace: str
    id: str
    account_sid: str


@dataclass(frozen=True, slots=True)
class KnownWorkspace:
    """What a workspace wants in general."""

    id: str
    name: str
    settings: Mapping[str, Any]


@dataclass(slots=True)
class _Tables:
    workspaces: dict[str, KnownWorkspace] = field(default_factory=dict)
    agents: dict[str, KnownAgent] = field(default_factory=dict)
    documents: dict[tuple[str, int], KnownVersion] = field(default_factory=dict)
    numbers: dict[str, KnownNumber] = field(default_factory=dict)
    accounts: dict[str, KnownAccount] = field(default_factory=dict)
    secrets: dict[str, Secrets] = field(default_factory=dict)


class Snapshot:
    """Of all workspaces."""

    def __init__(self, store: Store, secrets_of: Callable[[Connection, str], Secrets]) -> None:
        """`secrets_of` opens a workspace's secrets, in a thread of the store; none of them when the vault is locked."""
        self._store, self._secrets_of = store, secrets_of
        self._known = _Tables()
        self._on_trial: dict[tuple[str, int], tuple[KnownAgent, KnownVersion]] = {}
        self._stale: dict[tuple[str, str], set[str]] = {}
        """What is to be read again: workspace and kind, with the ids."""
        self._is_all_stale = False
        self._wake, self._settled = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.on_agent: list[Callable[[str], None]] = []
        """Told the id of an agent whose published version, documents or keys have changed."""

    # ── asked while it rings ─────────────────────────────────────────────────────────────────────────────────

    def number(self, number: str) -> KnownNumber | None:
        """Whose number this is (E.164)."""
        return self._known.numbers.get(number)

    def agent(self, agent_id: str) -> KnownAgent | None:
        """A published agent."""
        return self._known.agents.get(agent_id)

    def version(self, agent_id: str, version: int) -> KnownVersion | None:
        """A published version, or one that is tried."""
        known = self._known.documents.get((agent_id, version))
        if known is None and (tried := self._on_trial.get((agent_id, version))) is not None:
            return tried[1]
        return known

    def document(self, agent_id: str, version: int) -> bytes | None:
        """A document that can answer, as JSON."""
        known = self.version(agent_id, version)
        return known.document if known is not None else None

    def tried(self, agent_id: str, version: int) -> KnownAgent | None:
        """The agent of a version that is tried: it may never have been published."""
        tried = self._on_trial.get((agent_id, version))
        return tried[0] if tried is not None else None

    def workspace_of(self, agent_id: str) -> str:
        """Whose agent it is, also when it was never published and is only tried; empty: nobody's."""
        every = (self.agent(agent_id), *(agent for agent, _ in self._on_trial.values() if agent.id == agent_id))
        return next((agent.workspace for agent in every if agent is not None), "")

    def try_out(self, agent: KnownAgent, version: KnownVersion) -> None:
        """A version that no number leads to (an old one, a draft) can answer calls that ask for it, in this process."""
        self._on_trial.pop((agent.id, agent.version), None)
        self._on_trial[agent.id, agent.version] = agent, version
        while len(self._on_trial) > MOST_ON_TRIAL:
            del self._on_trial[next(iter(self._on_trial))]

    def account(self, account_sid: str) -> KnownAccount | None:
        """A carrier account by the carrier's id of it."""
        return self._known.accounts.get(account_sid)

    def token_of(self, account_sid: str) -> Secret | None:
        """With what this account signs; None: it is not ours, or the vault is locked."""
        account = self.account(account_sid)
        return self.secrets(account.workspace).get((CARRIER_TOKEN, account.id)) if account is not None else None

    def workspace(self, workspace: str) -> KnownWorkspace | None:
        """A workspace by its id."""
        return self._known.workspaces.get(workspace)

    def workspaces(self) -> Sequence[str]:
        """All of them."""
        return list(self._known.workspaces)

    def agents(self) -> Sequence[KnownAgent]:
        """All that are published."""
        return list(self._known.agents.values())

    def secrets(self, workspace: str) -> Secrets:
        """The workspace's secrets; empty when it has none, or the vault is locked."""
        return self._known.secrets.get(workspace, {})

    @property
    def first_workspace(self) -> str:
        """The oldest one: the environment's keys are its own. Empty before there is one."""
        return min(self._known.workspaces, default="")

    def agent_of_file(self, workspace: str, file: str) -> KnownAgent | None:
        """The agent that is managed by this file."""
        found = (agent for agent in self._known.agents.values() if (agent.workspace, agent.file) == (workspace, file))
        return next(found, None)

    def agents_of(self, workspace: str) -> Sequence[KnownAgent]:
        """The workspace's published agents."""
        return [agent for agent in self._known.agents.values() if agent.workspace == workspace]

    def numbers_of(self, workspace: str) -> Sequence[KnownNumber]:
        """The workspace's numbers."""
        return [number for number in self._known.numbers.values() if number.workspace == workspace]

    # ── kept true ────────────────────────────────────────────────────────────────────────────────────────────

    async def load(self) -> None:
        """Read all of it. Raises `StoreError`."""
        self._known = await self._store.read_wide(self._read_all, within_s=60.0)
        self._task = asyncio.create_task(self._keep(), name="snapshot")

    def changed(self, changes: Sequence[Change]) -> None:
        """Read again what has changed, soon."""
        for change in changes:
            self._stale.setdefault((change.workspace, change.kind), set()).add(change.id)
        self._settled.clear()
        self._wake.set()

    def missed(self) -> None:
        """Something may have changed that nobody has told: read all of it again, soon."""
        self._is_all_stale = True
        self._settled.clear()
        self._wake.set()

    async def settle(self) -> None:
        """Wait until all that is known to have changed was read: for whoever changed it and asks at once."""
        if self._stale or self._is_all_stale:
            await self._settled.wait()

    async def stop(self) -> None:
        """Keep it no longer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _keep(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                if self._is_all_stale:
                    await self._read_again()
            except StoreError as error:
                _LOG.warning("what may have changed cannot be read, and is tried again: %s", error)
                await asyncio.sleep(AGAIN_S)
                self._wake.set()
                continue
            try:
                for (workspace, kind), ids in [*self._stale.items()]:
                    # What changes again while it is read is stale again: the ids that are read are taken out before.
                    being_read = {*ids}
                    ids.clear()
                    try:
                        await self._refresh(workspace, kind, being_read)
                    except StoreError:
                        ids |= being_read
                        raise
                    if not ids:
                        del self._stale[workspace, kind]
                if not self._stale and not self._is_all_stale:
                    self._settled.set()
            except StoreError as error:
                _LOG.warning("what has changed cannot be read, and is tried again: %s", error)
                await asyncio.sleep(AGAIN_S)
                self._wake.set()

    async def _read_again(self) -> None:
        self._is_all_stale = False
        was = self._known
        try:
            self._known = await self._store.read_wide(self._read_all, within_s=60.0)
        except StoreError:
            self._is_all_stale = True
            raise
        self._tell({*was.agents, *self._known.agents})

    async def _refresh(self, workspace: str, kind: str, ids: set[str]) -> None:
        known, read = self._known, self._store.read_wide
        if kind == "agent":
            agents, documents = await read(lambda connection: _agents(connection, ids))
            for agent_id in ids:
                known.agents.pop(agent_id, None)
            known.agents |= agents
            for key in [key for key in known.documents if key[0] in ids and key not in documents]:
                del known.documents[key]
            known.documents |= documents
            self._tell(ids)
        elif kind == "phone_number":
            numbers = await read(lambda connection: _numbers(connection, ids))
            for number in [one.number for one in known.numbers.values() if one.id in ids]:
                del known.numbers[number]
            known.numbers |= numbers
            # A split may name versions that were not kept until now.
            await self._refresh(workspace, "agent", {one.agent_id for one in numbers.values()})
        elif kind == "carrier_account":
            accounts = await read(lambda connection: _accounts(connection, ids))
            for account_sid in [one.account_sid for one in known.accounts.values() if one.id in ids]:
                del known.accounts[account_sid]
            known.accounts |= accounts
        elif kind in ("provider_key", "tool_key", "secret"):
            known.secrets[workspace] = await read(lambda connection: self._secrets_of(connection, workspace))
            self._tell({agent.id for agent in known.agents.values() if agent.workspace == workspace})
        elif kind == "workspace":
            known.workspaces |= await read(lambda connection: _workspaces(connection, {workspace}))

    def _tell(self, agents: set[str]) -> None:
        for agent_id in agents:
            for told in self.on_agent:
                told(agent_id)

    def _read_all(self, connection: Connection) -> _Tables:
        tables = _Tables(workspaces=_workspaces(connection, None), numbers=_numbers(connection, None))
        tables.agents, tables.documents = _agents(connection, None)
        tables.accounts = _accounts(connection, None)
        tables.secrets = {workspace: self._secrets_of(connection, workspace) for workspace in tables.workspaces}
        return tables


# ── one kind each ────────────────────────────────────────────────────────────────────────────────────────────────


Documents = dict[tuple[str, int], KnownVersion]


def _agents(connection: Connection, ids: set[str] | None) -> tuple[dict[str, KnownAgent], Documents]:
    """The published version of each, and the versions that a number's split or a call to be placed names."""
    wanted = AGENTS.c.id.in_(ids) if ids is not None else AGENTS.c.id.is_not(None)
    is_there = and_(wanted, AGENTS.c.deleted_at.is_(None), AGENTS.c.published_version.is_not(None))
    own = AGENTS.c
    columns = (own.workspace_id, own.id, own.name, own.published_version, own.file, own.is_sample)
    published = (
        select(*columns, cast(AGENT_VERSIONS.c.document, Text), cast(AGENT_VERSIONS.c.files, Text))
        .join(AGENT_VERSIONS, AGENT_VERSIONS.c.agent_id == AGENTS.c.id)
        .where(is_there, AGENT_VERSIONS.c.number == AGENTS.c.published_version)
    )
    agents: dict[str, KnownAgent] = {}
    documents: Documents = {}
    for workspace, agent_id, name, version, file, is_sample, text, files in connection.execute(published):
        agents[agent_id] = KnownAgent(workspace, agent_id, name, version, file, bool(is_sample))
        documents[agent_id, version] = KnownVersion(text.encode(), files.encode())
    number, dial = PHONE_NUMBERS.c, CALL_DIALS.c
    named = [
        (agent_id, version)
        for agent_id, split in connection.execute(
            select(number.agent_id, number.split).where(number.split.is_not(None))
        )
        for version, _ in _split(split)
    ]
    # A call that is being placed speaks for the version that was asked for.
    asked = select(dial.agent_id, dial.agent_version).distinct()
    named += [tuple(row) for row in connection.execute(asked)]
    for agent_id, version in named:
        if agent_id in agents and (agent_id, version) not in documents:
            documents |= _document(connection, agent_id, version)
    return agents, documents


def _document(connection: Connection, agent_id: str, version: int) -> Documents:
    table = AGENT_VERSIONS.c
    columns = (cast(table.document, Text), cast(table.files, Text))
    row = connection.execute(select(*columns).where(table.agent_id == agent_id, table.number == version)).first()
    return {(agent_id, version): KnownVersion(row[0].encode(), row[1].encode())} if row is not None else {}


def _numbers(connection: Connection, ids: set[str] | None) -> dict[str, KnownNumber]:
    table = PHONE_NUMBERS.c
    wanted = table.id.in_(ids) if ids is not None else table.id.is_not(None)
    columns = (table.workspace_id, table.id, table.number, table.agent_id, CARRIER_ACCOUNTS.c.account_sid, table.split)
    joined = select(*columns).join(CARRIER_ACCOUNTS, CARRIER_ACCOUNTS.c.id == table.carrier_account_id)
    return {
        row.number: KnownNumber(
            row.workspace_id, row.id, row.number, row.agent_id or "", row.account_sid, _split(row.split)
        )
        for row in connection.execute(joined.where(wanted))
    }


def _split(parts: Any) -> tuple[tuple[int, int], ...]:
    return tuple((int(part["version"]), int(part["percent"])) for part in parts or ())


def _accounts(connection: Connection, ids: set[str] | None) -> dict[str, KnownAccount]:
    table = CARRIER_ACCOUNTS.c
    wanted = table.id.in_(ids) if ids is not None else table.id.is_not(None)
    rows = connection.execute(select(table.workspace_id, table.id, table.account_sid).where(wanted))
    return {row.account_sid: KnownAccount(row.workspace_id, row.id, row.account_sid) for row in rows}


def _workspaces(connection: Connection, ids: set[str] | None) -> dict[str, KnownWorkspace]:
    wanted = WORKSPACES.c.id.in_(ids) if ids is not None else WORKSPACES.c.id.is_not(None)
    rows = connection.execute(
        select(WORKSPACES.c.id, WORKSPACES.c.name, cast(WORKSPACES.c.settings, Text)).where(wanted)
    )
    return {row[0]: KnownWorkspace(row[0], row[1], loads(row[2])) for row in rows}
