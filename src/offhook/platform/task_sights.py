"""What a server sees of itself that needs a person: each sight is a task for as long as it lasts."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, select

from offhook import clock
from offhook.agents.model import Agent
from offhook.call.records.disk import OsDisk
from offhook.errors import OffhookError
from offhook.platform.assembly import blocks_of
from offhook.platform.limit_rules import bounds
from offhook.platform.limits import CallLimits, reached
from offhook.platform.line_up import LineUp
from offhook.platform.snapshot import KnownAgent, Snapshot
from offhook.platform.tally import Subject
from offhook.platform.tasks import TaskKind
from offhook.platform.vault import Vault
from offhook.settings import Settings
from offhook.speech.catalogue import end_of
from offhook.speech.health import State
from offhook.store.json import loads
from offhook.store.store import Store
from offhook.store.tables.numbers import PHONE_NUMBERS

ILL_S: Final = 30.0
"""A provider that fails for so long does not come back by itself."""
ENDS_DAYS: Final = 60
"""So long before the vendor switches a model off it is time to choose another."""
MOST_NUMBERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Sight:
    """Something that needs a person while it lasts."""

    workspace: str
    kind: TaskKind
    subject: str
    sentence: str
    agent_id: str | None = None
    due_at: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class OfServer:
    """What is the same however many processes look: one of them does."""

    def __init__(self, store: Store, snapshot: Snapshot, vault: Vault, limits: CallLimits) -> None:
        self._store, self._snapshot, self._vault, self._limits = store, snapshot, vault, limits
        self._ends: dict[tuple[str, int], list[tuple[str, clock.Date]]] = {}
        """Models that end, by agent and version."""

    async def look(self) -> list[Sight]:
        """All of it. Raises `StoreError`."""
        rows = await self._store.read_wide(_drifted)
        await asyncio.to_thread(self._read_agents)
        return [*self._vaults(), *map(_drift, rows), *self._budgets(), *self._models()]

    def _vaults(self) -> Iterator[Sight]:
        if self._vault.last is None or not self._vault.last.is_locked:
            return
        for workspace in self._snapshot.workspaces():
            yield Sight(
                workspace, TaskKind.VAULT_LOCKED, "vault", "The vault is locked: the keys in it cannot be used."
            )

    def _budgets(self) -> Iterator[Sight]:
        at, rules, tally = clock.wall_ms(), self._limits.rules, self._limits.tally
        for workspace in rules.limited():
            zones, own = rules.zones(workspace), rules.of_workspace(workspace)
            blocks = [("", own), *((agent_id, limits.block) for agent_id, limits in rules.agents_of(workspace))]
            for agent_id, block in blocks:
                if not bounds(block):
                    continue
                zone = zones.get(agent_id, zones[""])
                began = clock.began_ms(at, zone)
                for one in reached(block, tally.of(Subject(workspace, agent_id=agent_id), at, zone), *began):
                    if not one.began_at:
                        continue
                    whose = f"of {self._name(agent_id)}" if agent_id else "of the workspace"
                    yield Sight(
                        workspace, TaskKind.BUDGET_REACHED, f"{one.reason}:{agent_id}:{one.began_at}",
                        f"A limit {whose} is reached ({one.reason}: {one.limit:g}): calls are refused.",
                        agent_id or None, detail={"limit": str(one.reason), "most": one.limit},
                    )  # fmt: skip

    def _models(self) -> Iterator[Sight]:
        today = clock.wall().date()
        for agent in self._snapshot.agents():
            for model, ends_at in self._ends.get((agent.id, agent.version), ()):
                if (ends_at - today).days > ENDS_DAYS:
                    continue
                at = clock.read_rfc3339(f"{ends_at.isoformat()}T00:00:00+00:00")
                told = "was switched off" if ends_at <= today else "ends"
                yield Sight(
                    agent.workspace, TaskKind.MODEL_ENDS, f"{agent.id}:{model}",
                    f"{model} of {agent.name} {told} on {ends_at.isoformat()}.", agent.id, at,
                    {"model": model, "ends_at": ends_at.isoformat()},
                )  # fmt: skip

    def _read_agents(self) -> None:
        """Those that were not read yet; in a thread."""
        agents = {(agent.id, agent.version): agent for agent in self._snapshot.agents()}
        self._ends = {key: found for key, found in self._ends.items() if key in agents}
        for key, agent in agents.items():
            if key not in self._ends:
                self._ends[key] = self._ending(agent)

    def _ending(self, agent: KnownAgent) -> list[tuple[str, clock.Date]]:
        document = self._snapshot.document(agent.id, agent.version)
        try:
            known = Agent.model_validate(loads(document)) if document is not None else None
        except (ValidationError, OffhookError):
            return []
        ends = [end_of(config) for _, config in blocks_of(known)] if known is not None else []
        return list(dict.fromkeys(end for end in ends if end is not None))

    def _name(self, agent_id: str) -> str:
        agent = self._snapshot.agent(agent_id)
        return agent.name if agent is not None else agent_id


class OfProcess:
    """What each process sees for itself: its providers and its disk."""

    def __init__(self, snapshot: Snapshot, line_up: LineUp, settings: Settings) -> None:
        self._snapshot, self._line_up, self._settings = snapshot, line_up, settings

    async def look(self) -> list[Sight]:
        """All of it."""
        return [*self._providers(), *await asyncio.to_thread(lambda: list(self._disk()))]

    def _providers(self) -> Iterator[Sight]:
        now, seen = clock.now(), set[tuple[str, str, str]]()
        for key, runtime in self._line_up.runtimes.ready().items():
            agent = self._snapshot.agent(key.partition("/")[0])
            for one in runtime.health.snapshot(now) if agent is not None else ():
                if agent is None or one.state is State.CLOSED or one.ill_s < ILL_S:
                    continue
                if (mark := (agent.id, one.kind, one.name)) in seen:
                    continue
                seen.add(mark)
                cause = runtime.mask(one.cause)
                yield Sight(
                    agent.workspace, TaskKind.VENDOR_FAILING, ":".join(mark),
                    f"{one.name} ({one.kind}) of {agent.name} fails: {cause[:300]}", agent.id,
                    detail={"provider": one.name, "kind": one.kind, "cause": cause[:300]},
                )  # fmt: skip

    def _disk(self) -> Iterator[Sight]:
        first = self._snapshot.first_workspace
        try:
            # In steps: what is told is not to change with every file.
            free_mb = OsDisk().probe(self._settings.data_dir) // 100_000_000 * 100
        except OSError as error:
            free_mb, told = -1, f"The server's disk takes nothing: {error.strerror or error}."
        else:
            told = f"The server's disk is nearly full: less than {free_mb + 100:,} MB are free."
        if first and free_mb < self._settings.low_disk_mb:
            yield Sight(first, TaskKind.DISK_FULL, "disk", told, detail={"free_mb": max(free_mb, 0)})


def _drifted(connection: Connection) -> Sequence[Any]:
    table = PHONE_NUMBERS.c
    columns = (table.workspace_id, table.id, table.number, table.agent_id, table.drift)
    return connection.execute(select(*columns).where(table.drift.is_not(None)).limit(MOST_NUMBERS)).all()


def _drift(row: Any) -> Sight:
    changed = ", ".join(one["setting"] for one in row.drift)
    return Sight(
        row.workspace_id, TaskKind.NUMBER_DRIFTED, row.id,
        f"{row.number} does not turn to us any more: {changed} was changed at the carrier.", row.agent_id,
        detail={"phone_number_id": row.id, "number": row.number},
    )  # fmt: skip
