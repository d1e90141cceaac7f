"""The platform: every service of it, opened together and stopped together."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from offhook.call.live import Limits, LiveCalls
from offhook.call.past import PastCalls
from offhook.call.records.port import Records, RecordsState
from offhook.platform.agents import Agents
from offhook.platform.backups import Backups
from offhook.platform.browser_calls import BrowserCalls
from offhook.platform.bus import Body, Bus
from offhook.platform.call_doors import CONTROL, CallDoors
from offhook.platform.call_feed import Feeds
from offhook.platform.call_keeping import CallKeeping
from offhook.platform.call_values import CallValues
from offhook.platform.calls import Calls
from offhook.platform.carrier_accounts import CarrierAccounts
from offhook.platform.carrier_clients import CarrierClients
from offhook.platform.checks import Check
from offhook.platform.documents import Documents
from offhook.platform.elsewhere import OtherProcesses
from offhook.platform.events import Events
from offhook.platform.files import FileAgents
from offhook.platform.fixes import Fixes
from offhook.platform.front_desk import FrontDesk
from offhook.platform.gate_house import GateHouse
from offhook.platform.happenings import Happenings
from offhook.platform.idempotency import Idempotency
from offhook.platform.insights import Insights
from offhook.platform.invitations import Invitations
from offhook.platform.jobs import JOB, Jobs
from offhook.platform.keys import ApiKeys
from offhook.platform.line_up import Answering, LineUp
from offhook.platform.master_key import MasterKeyFiles
from offhook.platform.meanings import Meanings
from offhook.platform.metered import MeteredRecords
from offhook.platform.metrics import Metrics
from offhook.platform.number_watch import NumberWatch
from offhook.platform.numbers import Numbers
from offhook.platform.oidc import issuer_of
from offhook.platform.passwords import Passwords
from offhook.platform.people import People
from offhook.platform.people_rows import first_workspace
from offhook.platform.placing import Placing
from offhook.platform.prices import Prices
from offhook.platform.processes import SERVER, Processes
from offhook.platform.provider_keys import ProviderKeys
from offhook.platform.provider_watch import ProviderWatch
from offhook.platform.records import CallRecords
from offhook.platform.samples.samples import SETTING, WANTED, Samples
from offhook.platform.sessions import Sessions
from offhook.platform.sharing import Sharing
from offhook.platform.snapshot import Snapshot
from offhook.platform.streams import Streams
from offhook.platform.suggestions.suggestions import Suggestions
from offhook.platform.task_sights import OfProcess, OfServer
from offhook.platform.task_watch import TaskWatch
from offhook.platform.throttle import Throttle
from offhook.platform.tool_tries import ToolTries
from offhook.platform.trials import made_ready
from offhook.platform.tryouts import Tryouts
from offhook.platform.vault import Vault
from offhook.platform.vendors import require_known
from offhook.platform.voice_lists import VoiceLists
from offhook.platform.voice_previews import VoicePreviews
from offhook.platform.webhooks import Webhooks
from offhook.platform.what_if import WhatIfs
from offhook.platform.wires import wire_of
from offhook.settings import Settings
from offhook.store.engine import database_url
from offhook.store.migrate import migrate
from offhook.store.objects import Objects
from offhook.store.scope import Change
from offhook.store.store import Store
from offhook.telephony.facts import CallFacts
from offhook.telephony.line import Line
from offhook.telephony.tokens import Tokens

_CHANGED: Final = "changed"
_TOGETHER: Final = 40
"""Changes of one message: so many are shorter than a notification of PostgreSQL may be."""


@dataclass
class Platform:
    """All services, named where they are made; what they share is the store."""

    settings: Settings
    store: Store
    objects: Objects
    metrics: Metrics = field(default_factory=Metrics)
    checks: list[Callable[[str], Iterable[Check]]] = field(default_factory=list)
    """What more is checked for `/v1/health` of a workspace, in a thread: each service adds its own."""
    records_state: Callable[[], RecordsState] = RecordsState
    lag_s: Callable[[], float] = lambda: 0.0
    elsewhere: OtherProcesses | None = None
    """Calls that live in other processes, once this one takes calls."""
    file_agents: FileAgents | None = None
    _first: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.api_keys, self.agents = ApiKeys(self.store), Agents(self.store, self.settings)
        self.documents = Documents(self.store, self.objects, self.settings.data_dir / "agents")
        self.fixes, self.call_values = Fixes(self.store, self.agents, self.documents), CallValues(self.store)
        self.vault = Vault(self.store, MasterKeyFiles(self.settings.data_dir, self.settings.master_key))
        self.snapshot = Snapshot(self.store, self.vault.secrets_of)
        self.line_up = LineUp(self.snapshot, self.settings, self._folder_of, self.call_values.of)
        self.tool_tries = ToolTries(self.store, self.line_up, self.settings)
        self.voice_lists = VoiceLists(self.line_up, self.settings)
        self.voice_previews = VoicePreviews(self.line_up, self.settings)
        self.provider_keys = ProviderKeys(self.store, self.vault, self.snapshot, self.settings)
        self.processes = Processes(self.store)
        self.bus = Bus(self.processes.id, wire_of(self.settings))
        self.jobs = Jobs(self.store, lambda: self.processes.id, lambda: self.processes.is_first)
        self.events = Events(self.jobs)
        self.webhooks = Webhooks(self.store, self.vault, self.jobs, self.events, self.settings.private_hosts)
        self.clients = CarrierClients(self.snapshot, self.settings)
        self.carrier_accounts = CarrierAccounts(self.store, self.snapshot, self.clients, self.vault)
        self.numbers = Numbers(self.store, self.snapshot, self.clients, self.settings)
        self.number_watch = NumberWatch(self.store, self.numbers)
        self.checks.append(self.number_watch.checks)
        self.placing = Placing(
            self.store, self.snapshot, self.line_up, self.clients, self.settings, self.call_values, self.jobs
        )
        self.call_records = CallRecords(
            self.store, self.objects, self._workspace_of, lambda: self.processes.id, self.settings.keep_days
        )
        self.call_keeping = CallKeeping(
            self.store, self.objects, self.call_records, self.settings.data_dir, self._workspace_of,
            self.settings.keep_days,
        )  # fmt: skip
        self.call_records.placed = Meanings(self.settings).placed
        self.happenings = self.call_records.happenings = Happenings(self.events)
        self.calls, self.prices = Calls(self.store, self.objects), Prices(self.store)
        self.sharing, self.what_ifs = Sharing(self.store, self.calls), WhatIfs(self.agents, self.calls)
        self.tryouts = Tryouts(
            self.store, self.objects, self.settings, self.snapshot, self.line_up, self.calls, self._folder_of,
            self.processes,
        )  # fmt: skip
        self.insights = Insights(self.store, self.objects, self.snapshot, self.settings)
        self.samples = Samples(self.store, self.objects, self.call_keeping, self.settings.data_dir)
        self.streams, self.suggestions = Streams(self.store), Suggestions(self.line_up, self.settings)
        self.provider_watch = ProviderWatch(
            self.store, self.line_up.runtimes.ready, self._workspace_of, self.events.emit
        )
        self.call_doors, self.call_feeds = CallDoors(lambda: self.processes.id), Feeds(self.calls, self.call_records)
        self._open_doors()
        self.gate_house = GateHouse(self.store, self.snapshot)
        self.gate_house.limits.emit = self.agents.emit = self.numbers.emit = self.events.emit
        self.placing.dials.moved = self.happenings.moved
        self.task_watch = TaskWatch(
            self.store, self.processes,
            OfServer(self.store, self.snapshot, self.vault, self.gate_house.limits),
            OfProcess(self.snapshot, self.line_up, self.settings),
        )  # fmt: skip
        self.browser_calls = BrowserCalls(self.store, self.make_ready, self.call_values)
        self.store.on_changes = self._changed
        self.line_up.failed, self.call_records.spent = self.metrics.provider_failed, self.metrics.spent
        self.backups = Backups(self.settings)
        self._watch()

    def _open_doors(self) -> None:
        self.passwords, throttle = Passwords(), Throttle()
        self.people, self.invitations = People(self.store, self.passwords, throttle), Invitations(self.store)
        self.sessions = Sessions(self.store, self.passwords, throttle)
        self.issuer = issuer_of(self.settings)
        self.idempotency = Idempotency(self.store)

    def _watch(self) -> None:
        self.metrics.watch_store(self.store)
        self.metrics.watch_bus(lambda: self.bus.is_up)
        self.metrics.watch_vault(lambda: self.vault.last is not None and self.vault.last.is_locked)
        self.metrics.watch_backups(self.backups.newest_age_s)
        self.metrics.watch_providers(self.line_up.runtimes)

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Open database and objects, brought to this version. Raises `ConfigurationError`, `StoreError`."""
        url = database_url(settings.database_url.reveal(), settings.data_dir)
        require_known(settings.vendor_urls)
        await asyncio.to_thread(migrate, url)
        platform = cls(settings, Store(url), Objects.open(settings.objects_url.reveal(), settings.data_dir / "objects"))
        await platform.vault.open()
        await platform.snapshot.load()
        platform.call_records.start()
        await platform.gate_house.load()
        return platform

    async def start(self, role: str = SERVER, address: str = "") -> None:
        """Be one of the processes of this database: alive for the others, told what changes, part of the durable work.

        Not for a command that only reads or writes something. `address`: where the others reach this very process.
        Raises `StoreError`.
        """
        self.bus.subscribe(_CHANGED, self._changed_elsewhere)
        self.bus.on_missed.extend(
            [self.snapshot.missed, self.gate_house.missed, self.browser_calls.missed, self.streams.missed]
        )
        self.call_records.news.over(self.bus)
        self.provider_watch.start(self.bus)
        self.processes.on_dead.extend([self._take_over, self.call_keeping.close_orphans])
        self.bus.answer(CONTROL, self.call_doors.answer)
        self.call_doors.remote = self._control_elsewhere
        self.processes.on_renamed.append(lambda was, now: self.bus.rename(now))
        self.processes.on_renamed.append(self.call_records.take_back)
        await self.processes.start(role, address)
        await self.bus.start()
        # What has changed since it was read, nobody has told.
        self.snapshot.missed()
        self.webhooks.deliverer.tell_on(asyncio.get_running_loop())
        await self.events.mend(self.store, self.webhooks.deliverer.forget_later)
        self.jobs.start()

    async def first_workspace(self, *, with_samples: bool = False) -> str:
        """The oldest workspace; made when there is none, and then samples are made in it if they are wanted."""
        settings = {SETTING: WANTED} if with_samples else {}
        workspace, is_new = await self.store.write_wide(partial(first_workspace, settings=settings))
        if is_new:
            self._changed([Change(workspace, "workspace", workspace)])
        return workspace

    def first_keys(self) -> list[str]:
        """Agents that are made ready before calls are taken: the file's team."""
        known = [self.snapshot.agent(agent_id) for agent_id in self._first]
        return [f"{agent.id}/{agent.version}" for agent in known if agent is not None]

    async def adopt(self, file: Path) -> None:
        """The agent of this file answers whoever calls a number that is nobody's. Raises `ConfigurationError`."""
        self.file_agents = FileAgents(self.store, await self.first_workspace(), file, self.events.emit)
        agents = await self.file_agents.adopt()
        await self.snapshot.settle()
        self._first = list(agents.values())
        self.line_up.answer_all_with(self._first[0])
        self.file_agents.watch()

    async def make_ready(self, workspace: str, agent_id: str, which: int | str) -> tuple[Answering, dict[str, Any]]:
        """Who answers a call that asks for `published`, `draft` or a version's number (see `trials`)."""
        return await made_ready(self.store, self.snapshot, self.settings, workspace, agent_id, which)

    def take_calls(
        self, records: Records, lines: Callable[[CallFacts], Line], past: PastCalls | None = None
    ) -> tuple[LiveCalls, FrontDesk]:
        """The live calls of this process, and the desk that stands before them."""
        settings, records = self.settings, MeteredRecords(records, self.metrics)
        live = LiveCalls(
            self.line_up.runtimes,
            Limits(settings.max_calls, settings.max_loop_lag_ms / 1000, settings.max_calls_per_number),
            data_dir=settings.data_dir,
            records=self.browser_calls.over(self.gate_house.over(self.call_records.over(records))),
            lines=lines,
            tokens=Tokens(settings.secret_key),
            past=past,
        )
        self.metrics.watch_calls(live, settings.max_calls, records)
        self.records_state, self.lag_s = records.state, lambda: live.lag_s

        def knows(call_sid: str) -> bool:
            is_over = live.outcome(call_sid) is not None
            return is_over or any(handle.facts.call_sid == call_sid for handle in live.handles)

        self.elsewhere = OtherProcesses(self.bus, knows, lambda call_id: live.handle(call_id) is not None)
        desk = FrontDesk(live, self.line_up)
        desk.guards.append(self.placing.guard)
        desk.on_begun.append(self.placing.begun)
        self.placing.refusal, self.placing.handle_of = live.refusal, live.handle
        self.placing.start()
        self.number_watch.start()
        self.task_watch.start()
        self.tryouts.start(self.lag_s)
        self.call_doors.live = live
        self.call_keeping.start()
        desk.on_refused.append(self.metrics.call_refused)
        self.gate_house.stand_before(live, desk)
        self.placing.guards.append(self.gate_house.limits.guard)
        self.placing.give_up = self.gate_house.limits.tally.give_up
        self.browser_calls.open(desk)
        return live, desk

    def end_streams(self) -> None:
        """The calls are over, and the process ends: nothing stays open for its sake."""
        self.streams.end()
        self.call_records.news.end()

    async def stop(self) -> None:
        """Finish what waits."""
        self.end_streams()
        await self.streams.stop()
        await self.provider_watch.stop()
        await self.backups.stop()
        if self.file_agents is not None:
            await self.file_agents.stop()
        await self.tryouts.stop()
        await asyncio.to_thread(self.jobs.stop)
        await self.bus.stop()
        await self.processes.stop()
        await self.placing.stop()
        await self.number_watch.stop()
        await self.task_watch.stop()
        await self.browser_calls.stop()
        await self.gate_house.stop()
        await self.samples.stop()
        await self.call_keeping.stop()
        await self.call_records.close()
        await self.vault.close()
        await self.snapshot.stop()
        await self.clients.close()
        self.what_ifs.close()
        await self.line_up.runtimes.close()
        await asyncio.to_thread(self.passwords.close)
        await asyncio.to_thread(self.documents.close)
        await asyncio.to_thread(self.store.close)

    def _changed(self, changes: Sequence[Change]) -> None:
        """After a commit."""
        self._are_known(changes)
        for begin in range(0, len(changes), _TOGETHER):
            told = [(one.workspace, one.kind, one.id) for one in changes[begin : begin + _TOGETHER]]
            self.bus.publish(_CHANGED, {"changes": told})
        if any(change.kind == JOB for change in changes):
            self.jobs.wake()

    def _changed_elsewhere(self, body: Body) -> None:
        changes = [Change(*one) for one in body["changes"]]
        self._are_known(changes)
        if any(change.kind == JOB for change in changes):
            self.jobs.wake()

    async def _take_over(self, process_id: str) -> None:
        """What a dead process had begun, one of the others does."""
        if await asyncio.to_thread(self.jobs.take_over, process_id):
            self._changed([Change("", JOB, process_id)])

    def _are_known(self, changes: Sequence[Change]) -> None:
        """Whatever keeps them in memory reads them again."""
        self.snapshot.changed(changes)
        self.gate_house.changed(changes)
        self.browser_calls.changed(changes)
        self.streams.changed(changes)
        self.tryouts.changed(changes)

    async def _control_elsewhere(self, process_id: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self.bus.request(process_id, CONTROL, dict(message))

    def _workspace_of(self, agent_id: str) -> str:
        return self.snapshot.workspace_of(agent_id)

    async def _folder_of(self, answering: Answering, files: Mapping[str, str]) -> Path:
        agent = self.snapshot.agent(answering.agent_id)
        if agent is not None and agent.file:
            return Path(agent.file).parent
        return await self.documents.folder_of(answering.workspace, answering.agent_id, files)
