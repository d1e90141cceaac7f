"""Where agents are tried without a caller: typed to in rehearsals, called by the scripts of tests."""

from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field

from offhook.platform.agent_tests import AgentTests
from offhook.platform.calls import Calls
from offhook.platform.line_up import FolderOf, LineUp
from offhook.platform.processes import Processes
from offhook.platform.rehearsal_agents import RehearsalAgents
from offhook.platform.rehearsals import Rehearsals
from offhook.platform.running_tests import RunningTests
from offhook.platform.snapshot import Snapshot
from offhook.settings import Settings
from offhook.store.objects import Objects
from offhook.store.scope import Change
from offhook.store.store import Store


@dataclass(slots=True)
class Tryouts:
    """Those of all workspaces."""

    store: InitVar[Store]
    objects: InitVar[Objects]
    settings: InitVar[Settings]
    snapshot: InitVar[Snapshot]
    line_up: InitVar[LineUp]
    calls: InitVar[Calls]
    folder_of: InitVar[FolderOf]
    processes: Processes
    rehearsals: Rehearsals = field(init=False)
    tests: AgentTests = field(init=False)
    _agents: RehearsalAgents = field(init=False)
    _running: RunningTests = field(init=False)

    def __post_init__(
        self, store: Store, objects: Objects, settings: Settings, snapshot: Snapshot, line_up: LineUp, calls: Calls,
        folder_of: FolderOf,
    ) -> None:  # fmt: skip
        self._agents = RehearsalAgents(line_up, snapshot, settings, folder_of)
        self.rehearsals = Rehearsals(store, settings, self._agents, calls)
        self.tests = AgentTests(store, settings, calls)
        self._running = RunningTests(store, objects, settings, snapshot, folder_of, lambda: self.processes.id)

    def start(self, lag_s: Callable[[], float]) -> None:
        """Run tests that wait. `lag_s`: how late the calls of this process are."""
        self._running.lag_s = lag_s
        self.processes.on_dead.append(self._running.give_back)
        self._running.start()

    def changed(self, changes: Sequence[Change]) -> None:
        """After a commit."""
        self._running.changed(changes)

    async def stop(self) -> None:
        """No more of it."""
        await self._running.stop()
        await self._agents.close()
