"""The platform: every service of it, opened together and stopped together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from offhook.platform.idempotency import Idempotency
from offhook.platform.invitations import Invitations
from offhook.platform.keys import ApiKeys
from offhook.platform.oidc import Issuer, issuer_of
from offhook.platform.passwords import Passwords
from offhook.platform.people import People
from offhook.platform.sessions import Sessions
from offhook.platform.throttle import Throttle
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
    passwords: Passwords = field(init=False)
    people: People = field(init=False)
    invitations: Invitations = field(init=False)
    sessions: Sessions = field(init=False)
    issuer: Issuer | None = field(init=False)
    idempotency: Idempotency = field(init=False)

    def __post_init__(self) -> None:
        self.api_keys = ApiKeys(self.store)
        self.passwords, throttle = Passwords(), Throttle()
        self.people = People(self.store, self.passwords, throttle)
        self.invitations = Invitations(self.store)
        self.sessions = Sessions(self.store, self.passwords, throttle)
        self.issuer = issuer_of(self.settings)
        self.idempotency = Idempotency(self.store)
        self.store.on_changes = self._changed

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Open database and objects, brought to this version. Raises `ConfigurationError`, `StoreError`."""
        url = database_url(settings.database_url.reveal(), settings.data_dir)
        await asyncio.to_thread(migrate, url)
        return cls(settings, Store(url), Objects.open(settings.objects_url.reveal(), settings.data_dir / "objects"))

    async def stop(self) -> None:
        """Finish what waits."""
        await asyncio.to_thread(self.passwords.close)
        await asyncio.to_thread(self.store.close)

    def _changed(self, changes: Sequence[Change]) -> None:
        """After a commit."""
