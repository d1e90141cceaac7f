"""A folder of agents' files as the wish of what a server is to have: what differs, and what to do about it.

`.offhook-agents.json` beside the files remembers what was applied last, so that what has changed on the server since
then (drift) is told, and not written over without a word. It holds no secret, and belongs into version control.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from offhook import clock
from offhook.cli.server_client import ServerClient
from offhook.errors import ConfigurationError
from offhook.platform.agent_diff import differences
from offhook.platform.agent_documents import Around, judge
from offhook.platform.agent_schema import in_order
from offhook.platform.agent_yaml import from_yaml, to_yaml

STATE_FILE: Final = ".offhook-agents.json"
ENDINGS: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Applied:
    """What the server had when a file was applied or pulled."""

    id: str
    revision: int
    version: int | None


@dataclass(slots=True)
class Step:
    """What one file wants."""

    file: Path
    name: str
    agent_id: str = ""
    """Empty: the server has no such agent."""
    revision: int = 0
    document: dict[str, Any] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    """In words."""
    uploads: list[Path] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    """In words: what has changed on the server since the last apply."""
    publishes: bool = False

    @property
    def is_new(self) -> bool:
        """The agent is to be made."""
        return not self.agent_id

    @property
    def does_something(self) -> bool:
        """There is something to do."""
        return self.is_new or bool(self.changes or self.uploads) or self.publishes


class AgentsFolder:
    """One folder, and the server that it is meant for."""

    def __init__(self, folder: Path, server: ServerClient) -> None:
        """Raises `ConfigurationError` for a folder or a state file that cannot be used."""
        if not folder.is_dir():
            raise ConfigurationError("there is no such folder", file=str(folder))
        self._folder, self._server = folder, server
        self._state = _read_state(folder / STATE_FILE, server.url)

    # ── from the server ──────────────────────────────────────────────────────────────────────────────────────

    def pull(self) -> Iterator[str]:
        """Write a file for each agent that the server manages; says what was written."""
        taken = {state.id: name for name, state in self._state.items()}
        for agent in list(self._server.agents()):
            if agent["managed_by"] != "api":
                continue
            name = taken.get(agent["id"]) or self._free_name(agent["name"])
            (self._folder / name).write_text(to_yaml(agent["draft"]), encoding="utf-8")
            for document in self._server.documents(agent["id"]):
                if document["is_used"]:
                    data = self._server.content(agent["id"], document["id"])
                    (self._folder / _plain(document["name"])).write_bytes(data)
            self._state[name] = Applied(agent["id"], agent["revision"], agent["published_version"])
            yield f"{name}: {agent['name']} ({agent['id']})"
        self._write_state()

    def _free_name(self, called: str) -> str:
        plain = re.sub(r"[^a-z0-9]+", "-", called.lower()).strip("-") or "agent"
        names = (f"{plain}{number or ''}.yaml" for number in range(10_000))
        return next(name for name in names if name not in self._state and not (self._folder / name).exists())

    # ── to the server ────────────────────────────────────────────────────────────────────────────────────────

    def plan(self) -> tuple[list[Step], list[str]]:
        """What each file wants, and the server's agents that have no file. Raises `ConfigurationError`."""
        every = {agent["id"]: agent for agent in self._server.agents() if agent["managed_by"] == "api"}
        steps = [self._step(file, every) for file in self._files()]
        planned = {step.agent_id for step in steps}
        return steps, [f"{agent['name']} ({key})" for key, agent in every.items() if key not in planned]

    def apply(self, steps: list[Step]) -> Iterator[str]:
        """Do it, one agent after the other; says what was done."""
        for step in steps:
            if step.does_something:
                yield self._applied(step)
        self._write_state()

    def _applied(self, step: Step) -> str:
        agent: dict[str, Any] = {"id": step.agent_id, "revision": step.revision}
        if step.is_new:
            agent = self._server.create(step.document)
        elif step.changes:
            agent = self._server.put_draft(step.agent_id, step.document, step.revision)
        for path in step.uploads:
            self._server.upload(agent["id"], path.name, path.read_bytes())
        version = self._server.publish(agent["id"], agent["revision"])
        self._state[step.file.name] = Applied(agent["id"], agent["revision"], version["number"])
        self._write_state()
        return f"{step.file.name}: {step.name} is version {version['number']} now"

    def _files(self) -> list[Path]:
        found = sorted(path for path in self._folder.iterdir() if path.suffix in ENDINGS and path.name[0] != ".")
        if not found:
            raise ConfigurationError("there is no agent's file here", file=str(self._folder), expected="name.yaml")
        return found

    def _step(self, file: Path, every: Mapping[str, Mapping[str, Any]]) -> Step:
        document = _read(file)
        step = Step(file, str(document.get("name", file.stem)), document=document)
        state = self._state.get(file.name)
        agent = every.get(state.id) if state is not None else _only(every, step.name)
        if agent is None:
            step.uploads = list(_knowledge(file, document))
            return step
        step.agent_id, step.revision = str(agent["id"]), int(agent["revision"])
        found = differences(in_order(agent["draft"]), in_order(document))
        step.changes = [one.words for one in found]
        there = {one["name"]: one["content_hash"] for one in self._server.documents(step.agent_id)}
        step.uploads = [path for path in _knowledge(file, document) if there.get(path.name) != _hash(path)]
        step.publishes = self._is_unpublished(agent)
        step.drift = self._drift(agent, state)
        return step

    def _is_unpublished(self, agent: Mapping[str, Any]) -> bool:
        version = agent["published_version"]
        return version is None or bool(self._server.diff(agent["id"], "published", "draft"))

    def _drift(self, agent: Mapping[str, Any], state: Applied | None) -> list[str]:
        if state is None:
            return []
        told = []
        if agent["published_version"] != state.version:
            told.append(f"version {agent['published_version']} was published, after {state.version}")
        if agent["revision"] != state.revision:
            told.append(f"the draft was saved {agent['revision'] - state.revision} times")
        if told and state.version is not None:
            told += self._server.diff(agent["id"], str(state.version), "draft")
        return told

    def _write_state(self) -> None:
        agents = {
            name: {"id": one.id, "revision": one.revision, "version": one.version}
            for name, one in sorted(self._state.items())
        }
        text = json.dumps({"server": self._server.url, "agents": agents}, indent=2)
        (self._folder / STATE_FILE).write_text(text + "\n", encoding="utf-8")


def _read_state(path: Path, url: str) -> dict[str, Applied]:
    try:
        found = json.loads(path.read_text("utf-8"))
        state = {name: Applied(one["id"], one["revision"], one["version"]) for name, one in found["agents"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ConfigurationError(
            "cannot be read", file=str(path), found=str(error), expected="what `offhook agents` has written"
        ) from error
    # Another server has other agents: what was applied there says nothing of this one.
    return state if found.get("server") == url else {}


def _read(file: Path) -> dict[str, Any]:
    """Raises `ConfigurationError` that names every field which does not fit."""
    try:
        document = from_yaml(file.read_text("utf-8"), file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot be read: {error}", file=str(file)) from error
    # Whether the server may reach a private host, it says itself.
    judged = judge(document, Around(), clock.wall().date())
    flaws = [flaw for flaw in judged.flaws if not flaw.pointer.endswith("/allow_private")]
    if flaws:
        lines = [f"{file.name}: {flaw.pointer}: {flaw.detail}" for flaw in flaws]
        raise ConfigurationError("\n".join(lines))
    return document


def _knowledge(file: Path, document: Mapping[str, Any]) -> Iterator[Path]:
    for name in document.get("knowledge") or ():
        path = file.parent / _plain(name)
        if not path.is_file():
            raise ConfigurationError("the knowledge file is not beside the agent's", file=str(file), found=repr(name))
        yield path


def _plain(name: str) -> str:
    """A name that stays in its folder. Raises `ConfigurationError`."""
    if not name or name.startswith(".") or Path(name).name != name or "\\" in name:
        raise ConfigurationError("this is no name of a file beside the agent's", found=repr(name))
    return name


def _only(every: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    """The one agent of that name. Raises `ConfigurationError` when there are several."""
    found = [agent for agent in every.values() if agent["name"] == name]
    if len(found) > 1:
        raise ConfigurationError(f"the server has {len(found)} agents called {name!r}: pull first, or rename")
    return found[0] if found else None


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
