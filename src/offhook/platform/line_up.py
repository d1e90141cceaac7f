"""Who answers a call: the agent of the number that was called, in the version that is published, with its workspace's
own keys. A call keeps the version that it started with.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from offhook.agents.model import Agent
from offhook.call.filling import Given, nothing_given
from offhook.call.runtime import AgentRuntime
from offhook.call.runtimes import Runtimes
from offhook.errors import AdmissionRefused, ConfigurationError
from offhook.platform.assembly import assemble
from offhook.platform.snapshot import KnownAgent, KnownNumber, Secrets, Snapshot
from offhook.platform.vendors import VARIABLES, place_of
from offhook.settings import Settings
from offhook.speech.health import Failed, HealthBoard
from offhook.store.json import loads
from offhook.telephony.facts import CallFacts

UNKNOWN_NUMBER: Final = "unknown number"
NO_AGENT: Final = "no agent"
NOT_IN_USE: Final = "I am sorry, this number is not in use. Goodbye."


FolderOf = Callable[["Answering", Mapping[str, str]], Awaitable[Path]]


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers a call."""

    workspace: str
    agent_id: str
    version: int

    @property
    def key(self) -> str:
        """As calls carry it: `agent_01J.../3`."""
        return f"{self.agent_id}/{self.version}"


class LineUp:
    """Finds and loads the agents of all workspaces. `runtimes` is what live calls are given."""

    def __init__(
        self, snapshot: Snapshot, settings: Settings, folder_of: FolderOf, given: Given = nothing_given
    ) -> None:
        """`folder_of`: where the files lie that a version's document names; `given`: what came with a call."""
        self._snapshot, self._settings, self._folder_of = snapshot, settings, folder_of
        self._default = ""
        self.failed: Failed | None = None
        """Told each failure of a provider."""
        self.runtimes = Runtimes(self._load, self._key, given)
        snapshot.on_agent.append(self._replace)

    def answer_all_with(self, agent_id: str) -> None:
        """This agent answers the numbers that belong to nobody: a server that was started for one agent."""
        self._default = agent_id

    def who(self, facts: CallFacts) -> Answering:
        """Who answers this call. Raises `AdmissionRefused` when nobody does."""
        if facts.agent:
            agent_id, _, version = facts.agent.partition("/")
            tried = self._snapshot.tried(agent_id, int(version or 0))
            return self._version(tried or self._agent(agent_id), int(version or 0))
        number = self._snapshot.number(facts.own_number)
        if number is not None and facts.account not in ("", number.account_sid):
            # Another account's request that names this number: for that account there is no such number.
            raise AdmissionRefused(UNKNOWN_NUMBER, sentence=NOT_IN_USE)
        if number is not None and number.agent_id:
            agent = self._agent(number.agent_id)
            return self._version(agent, _drawn(number, facts) or agent.version)
        if self._default and (number is not None or self._is_settings_own(facts.account)):
            agent = self._agent(self._default)
            return self._version(agent, agent.version)
        raise AdmissionRefused(UNKNOWN_NUMBER if number is None else NO_AGENT, sentence=NOT_IN_USE)

    def _is_settings_own(self, account: str) -> bool:
        """It is not one that a workspace has connected, or it is the settings' account as well."""
        return account in ("", self._settings.twilio_account_sid) or self._snapshot.account(account) is None

    def workspace_of(self, facts: CallFacts) -> str:
        """Whose call it is by its account or its number; empty: nobody's."""
        account, number = self._snapshot.account(facts.account), self._snapshot.number(facts.own_number)
        if account is not None:
            return account.workspace
        return number.workspace if number is not None else ""

    def account_of(self, facts: CallFacts) -> str:
        """The carrier's account whose call it is; empty: not known."""
        number = self._snapshot.number(facts.own_number)
        return facts.account or (number.account_sid if number is not None else "")

    def _agent(self, agent_id: str) -> KnownAgent:
        agent = self._snapshot.agent(agent_id)
        if agent is None:
            raise AdmissionRefused(NO_AGENT)
        return agent

    def _version(self, agent: KnownAgent, version: int) -> Answering:
        # A version that a split names and that is gone: the published one answers.
        kept = version if self._snapshot.document(agent.id, version) is not None else agent.version
        return Answering(agent.workspace, agent.id, kept)

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────────

    def _key(self, facts: CallFacts) -> str:
        return self.who(facts).key

    async def _load(self, key: str) -> AgentRuntime:
        *workspace, agent_id, number = key.split("/")
        agent = self._snapshot.agent(agent_id) or self._snapshot.tried(agent_id, int(number))
        version = int(number) or (agent.version if agent is not None else 0)
        known = self._snapshot.version(agent_id, version)
        if agent is None or known is None or agent.workspace not in (workspace or [agent.workspace]):
            raise ConfigurationError(f"there is no version {number} of agent {agent_id}")
        answering = Answering(agent.workspace, agent_id, version)
        folder = await self._folder_of(answering, loads(known.files))
        secrets = self._snapshot.secrets(agent.workspace)
        # Models are loaded from disk: other calls are not to wait for that.
        runtime = await asyncio.to_thread(self._assembled, known.document, folder, answering, secrets)
        await runtime.prepare(first_call_first=True)
        return runtime

    async def document(self, agent_id: str, version: int) -> Agent:
        """What a published version says. Raises `ConfigurationError`."""
        agent, known = self._snapshot.agent(agent_id), self._snapshot.version(agent_id, version)
        if agent is None or known is None:
            raise ConfigurationError(f"there is no version {version} of agent {agent_id}")
        folder = await self._folder_of(Answering(agent.workspace, agent_id, version), loads(known.files))
        return await asyncio.to_thread(agent_of, known.document, folder)

    def _assembled(self, document: bytes, folder: Path, answering: Answering, secrets: Secrets) -> AgentRuntime:
        agent = agent_of(document, folder)
        health = HealthBoard(self.failed) if self.failed is not None else HealthBoard()
        runtime = assemble(agent, self._settings, self._keys_of(answering, secrets), health)
        by_file = {name: self._id_of(answering, file) for name, file in runtime.handoffs.items()}
        # Whichever version is published then takes the call over, and of this workspace alone.
        ids = by_file | agent.handoff_agents()
        runtime.handoffs = {name: f"{answering.workspace}/{agent_id}/0" for name, agent_id in ids.items()}
        return runtime

    def _id_of(self, answering: Answering, file: str) -> str:
        """The files of a team are agents here."""
        agent = self._snapshot.agent_of_file(answering.workspace, file)
        return agent.id if agent is not None else Path(file).name

    def keys_of(self, workspace: str) -> Callable[[str], str]:
        """Its secrets by the variables that agents ask for, for what people who are signed in try."""
        own = self._keys_of(Answering(workspace, "", 0), self._snapshot.secrets(workspace))

        def key(variable: str) -> str:
            try:
                return own(variable)
            except ConfigurationError:
                raise _not_saved(variable) from None

        return key

    def _keys_of(self, answering: Answering, secrets: Secrets) -> Callable[[str], str]:
        """The workspace's own key for a variable as `OPENAI_API_KEY`, else that of the environment, which is the first
        workspace's alone. Of the environment an agent that came over the network is given vendors' keys and what
        OFFHOOK_AGENT_VARIABLES names: all else that a server's process may hold is none of its business."""
        workspace, known = answering.workspace, self._snapshot.agent(answering.agent_id)
        is_file = known is not None and bool(known.file)

        def key(variable: str) -> str:
            own = secrets.get(place_of(variable))
            if own is not None:
                return own.reveal()
            is_meant = is_file or variable in VARIABLES or bool(self._settings.agent_variables)
            if workspace == self._snapshot.first_workspace and is_meant:
                return self._settings.key(variable)
            is_first = workspace == self._snapshot.first_workspace
            raise _not_saved(variable, ", or OFFHOOK_AGENT_VARIABLES for one of the environment" if is_first else "")

        return key

    def _replace(self, agent_id: str) -> None:
        """Later calls load it anew; those that live keep what they have."""
        for key in self.runtimes.loaded():
            if agent_id in key.split("/"):
                self.runtimes.replace(key)


def _not_saved(variable: str, more: str = "") -> ConfigurationError:
    kind, name = place_of(variable)
    told = f"not set: this workspace has no such key (PUT /v1/{kind.replace('_', '-')}s/{name}{more})"
    return ConfigurationError(told, field=variable)


def agent_of(document: bytes, folder: Path) -> Agent:
    """The agent of a document, with its files in this folder. Raises `ConfigurationError`."""
    try:
        return Agent.model_validate(loads(document), context={"base_dir": folder})
    except ValidationError as error:
        # It was valid when it was published, by another version of this program.
        raise ConfigurationError(f"the published document is not valid any more: {error}") from error


def _drawn(number: KnownNumber, facts: CallFacts) -> int:
    """The version for this call, 0 without a split. The same call draws the same, on every process."""
    if not number.split:
        return 0
    place = int.from_bytes(hashlib.sha256(facts.call_sid.encode()).digest()[:4]) % 100
    for version, percent in number.split:
        place -= percent
        if place < 0:
            return version
    return number.split[-1][0]
