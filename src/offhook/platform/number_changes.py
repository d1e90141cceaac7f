"""What can be changed of a number: its name, who answers, and how its calls are divided between two versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offhook.platform.problems import Flaw, Invalid
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENT_VERSIONS, AGENTS

KIND: Final = "phone_number"
MOST_PARTS: Final = 10
Split = Sequence[Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be set; `names` says which of them."""

    name: str = ""
    agent_id: str | None = None
    split: Split | None = None
    names: frozenset[str] = frozenset()

    def values(self, scope: Scope, row: Any) -> dict[str, Any]:
        """The columns. Another agent has other versions: without a split of its own, the published one answers.

        Raises `Invalid`.
        """
        values: dict[str, Any] = {"name": self.name} if "name" in self.names else {}
        agent_id = row.agent_id
        if "agent_id" in self.names:
            agent_id = checked_agent(scope, self.agent_id)
            values |= {"agent_id": agent_id} | ({"split": None} if agent_id != row.agent_id else {})
        if "split" in self.names:
            values["split"] = checked_split(scope, agent_id, self.split)
        return values


def checked_agent(scope: Scope, agent_id: str | None) -> str | None:
    """The agent's id. Raises `Invalid` when there is none of this id; a draft alone will do, and answers once it is
    published."""
    if agent_id is None:
        return None
    row = scope.get(AGENTS, agent_id)
    if row is None or row.deleted_at is not None:
        raise Invalid([Flaw("/agent_id", "there is no such agent", "agent.not_found")])
    return agent_id


def checked_split(scope: Scope, agent_id: str | None, split: Split | None) -> list[dict[str, int]] | None:
    """The parts, which are published versions and make a hundred. Raises `Invalid`."""
    if split is None:
        return None
    if agent_id is None:
        raise Invalid([Flaw("/split", "nobody answers: say whose versions these are (agent_id)")])
    parts = [{"version": int(part["version"]), "percent": int(part["percent"])} for part in split]
    versions = [part["version"] for part in parts]
    known = scope.select(AGENT_VERSIONS.c.number).where(
        AGENT_VERSIONS.c.agent_id == agent_id, AGENT_VERSIONS.c.number.in_(versions)
    )
    there = {number for (number,) in scope.all(known)}
    flaws = [
        Flaw(f"/split/{n}/version", f"the agent has no version {version}", "agent.version.unknown")
        for n, version in enumerate(versions)
        if version not in there
    ]
    if len(set(versions)) < len(versions):
        flaws.append(Flaw("/split", "a version stands in it twice"))
    if sum(part["percent"] for part in parts) != 100:
        flaws.append(Flaw("/split", "the parts do not make 100 percent"))
    if flaws:
        raise Invalid(flaws)
    return parts
