"""The platform: every service of it, opened together and stopped together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from offhook.platform.keys import ApiKeys
from offhook.settings import Settings
from offhook.store.engine import database_url
from offhook.store.migrate import migrate
from offhook.store.objects import Objects
from offhook.store.scope import Change
from offhook.store.store import Store


@dataclass(slots=True)
class Platform:
    """All services; what they share is the store."""

    settings: Settings
    store: Store
    objects: Objects
    api_keys: ApiKeys = field(init=False)

    def __post_init__(self) -> None:
        self.api_keys = ApiKeys(self.store)
        self.store.on_changes = self._changed

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Open database and objects, brought to this version. Raises `ConfigurationError`, `StoreError`."""
        url = database_url(settings.database_url.reveal(), settings.data_dir)
        await asyncio.to_thread(migrate, url)
        return cls(settings, Store(url), Objects.open(settings.objects_url.reveal(), settings.data_dir / "objects"))

    async def stop(self) -> None:
        """Finish what waits."""
        await asyncio.to_thread(self.store.close)

    def _changed(self, changes: Sequence[Change]) -> None:
        """After a commit."""
