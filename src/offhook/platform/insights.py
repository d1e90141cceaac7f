"""The services that tell what is learned of calls, together."""

from dataclasses import dataclass, field

from offhook.platform.analytics import Analytics
from offhook.platform.answers import Answers
from offhook.platform.questions import Questions
from offhook.platform.snapshot import Snapshot
from offhook.platform.tasks import Tasks
from offhook.platform.today import Home
from offhook.platform.usage import Usages
from offhook.platform.views import Views
from offhook.settings import Settings
from offhook.store.objects import Objects
from offhook.store.store import Store


@dataclass(slots=True)
class Insights:
    """Of all workspaces."""

    store: Store
    objects: Objects
    snapshot: Snapshot
    settings: Settings
    analytics: Analytics = field(init=False)
    answers: Answers = field(init=False)
    home: Home = field(init=False)
    questions: Questions = field(init=False)
    tasks: Tasks = field(init=False)
    usages: Usages = field(init=False)
    views: Views = field(init=False)

    def __post_init__(self) -> None:
        self.analytics, self.usages = Analytics(self.store), Usages(self.store)
        self.answers = Answers(self.store, self.objects, self.snapshot, self.settings)
        self.home = Home(self.store, self.snapshot)
        self.questions, self.tasks, self.views = Questions(self.store), Tasks(self.store), Views(self.store)
