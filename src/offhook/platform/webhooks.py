"""Endpoints of the owner's systems: kept, tried, given new secrets, and told again what they have missed."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import desc, func

from offhook import clock
from offhook.agents.addresses import check_url
from offhook.errors import ProviderRefused, ProviderUnavailable
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.deliveries import Deliverer
from offhook.platform.events import TYPES, Events
from offhook.platform.jobs import Jobs
from offhook.platform.problems import Conflict, Flaw, Invalid, NotFound, Stale
from offhook.platform.standard_webhooks import key_of, new_secret
from offhook.platform.vault import SecretKind, Vault
from offhook.settings import Secret
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.webhooks import DELIVERIES, EVENTS, WEBHOOKS
from offhook.tools.guard import checked_address

MOST: Final = 50
"""Endpoints of a workspace."""
URL_CHARS: Final = 2_000
OLD_SECRET_MS: Final = 24 * 3_600_000
"""After a rotation both secrets sign for so long."""
_SHOWN: Final = ("url", "types", "description", "disabled_at")


class Webhooks:
    """Of all workspaces."""

    def __init__(
        self, store: Store, vault: Vault, jobs: Jobs, events: Events, private_hosts: Collection[str] = ()
    ) -> None:
        self._store, self._vault, self._jobs, self._events = store, vault, jobs, events
        self._private_hosts = private_hosts
        self.deliverer = Deliverer(store, vault, jobs, private_hosts)

    # ── endpoints ────────────────────────────────────────────────────────────────────────────────────────────

    async def create(
        self, workspace: str, url: str, types: Sequence[str], description: str, actor: Actor, secret: str = ""
    ) -> tuple[Any, Secret]:
        """The endpoint, and its secret, which is shown this once. Without `types` it is told all.

        Raises `Invalid`, `Conflict`, `Locked`.
        """
        key = _own_secret(secret) if secret else new_secret()
        await self._check(url, types)
        await asyncio.to_thread(self._jobs.prepare)
        webhook_id = new_id("hook")

        def job(scope: Scope) -> Any:
            if (scope.scalar(scope.select(func.count(WEBHOOKS.c.id))) or 0) >= MOST:
                raise Conflict(f"a workspace has {MOST} webhooks at most", code="webhook.too_many")
            scope.insert(
                WEBHOOKS, id=webhook_id, url=url, types=list(types), description=description, created_at=clock.wall_ms()
            )
            self._vault.put_in(scope, SecretKind.WEBHOOK, webhook_id, key)
            scope.beside(self.deliverer.forget_later)
            return self._changed(scope, "created", None, webhook_id)

        return await self._store.write(workspace, job, actor), key

    async def every(self, workspace: str, limit: int, after: str = "") -> Sequence[Any]:
        """The endpoints, newest first."""

        def job(scope: Scope) -> Sequence[Any]:
            found = scope.select(WEBHOOKS).order_by(desc(WEBHOOKS.c.id)).limit(limit)
            return scope.all(found.where(WEBHOOKS.c.id < after) if after else found)

        return await self._store.read(workspace, job)

    async def get(self, workspace: str, webhook_id: str) -> Any:
        """One. Raises `NotFound`."""
        return await self._store.read(workspace, lambda scope: _found(scope, webhook_id))

    async def change(
        self, workspace: str, webhook_id: str, revision: int | None, changes: dict[str, Any], actor: Actor
    ) -> Any:
        """`changes`: url, types, description, is_disabled. Raises `NotFound`, `Stale`, `Invalid`."""
        if "url" in changes or "types" in changes:
            await self._check(changes.get("url"), changes.get("types", ()))

        def job(scope: Scope) -> Any:
            row = _found(scope, webhook_id)
            if revision is not None and row.revision != revision:
                raise Stale
            values = {name: value for name, value in changes.items() if name != "is_disabled"}
            is_disabled = changes.get("is_disabled")
            if is_disabled is True and row.disabled_at is None:
                values |= {"disabled_at": clock.wall_ms(), "disabled_reason": "by hand"}
            elif is_disabled is False:
                values |= {"disabled_at": None, "disabled_reason": "", "failing_since": None, "alerted_at": None}
            same = (WEBHOOKS.c.id == webhook_id, WEBHOOKS.c.revision == row.revision)
            if not scope.update(WEBHOOKS, *same, revision=row.revision + 1, **values):
                raise Stale
            return self._changed(scope, "changed", row, webhook_id)

        return await self._store.write(workspace, job, actor)

    async def delete(self, workspace: str, webhook_id: str, actor: Actor) -> None:
        """With its deliveries. Raises `NotFound`."""

        def job(scope: Scope) -> None:
            row = _found(scope, webhook_id)
            scope.delete(WEBHOOKS, WEBHOOKS.c.id == webhook_id)
            for name in (webhook_id, f"{webhook_id}.old"):
                self._vault.forget_in(scope, SecretKind.WEBHOOK, name)
            audit(scope, "webhook.deleted", "webhook", webhook_id, before=_told(row))
            scope.tell("webhook", webhook_id)

        await self._store.write(workspace, job, actor)

    async def rotate(self, workspace: str, webhook_id: str, actor: Actor, secret: str = "") -> Secret:
        """A new secret, shown this once; the one before signs beside it for a day. Raises `NotFound`, `Locked`."""
        key = _own_secret(secret) if secret else new_secret()

        def job(scope: Scope) -> None:
            _found(scope, webhook_id)
            until = clock.wall_ms() + OLD_SECRET_MS
            self._vault.put_in(
                scope,
                SecretKind.WEBHOOK,
                f"{webhook_id}.old",
                self._vault.reveal_in(scope, SecretKind.WEBHOOK, webhook_id),
            )
            self._vault.put_in(scope, SecretKind.WEBHOOK, webhook_id, key)
            scope.update(WEBHOOKS, WEBHOOKS.c.id == webhook_id, old_secret_until=until)
            audit(scope, "webhook.secret_rotated", "webhook", webhook_id)
            scope.tell("webhook", webhook_id)

        await self._store.write(workspace, job, actor)
        return key

    # ── deliveries ───────────────────────────────────────────────────────────────────────────────────────────

    async def test(self, workspace: str, webhook_id: str, actor: Actor) -> str:
        """Send a test event; the delivery's id. Raises `NotFound`, `Conflict` for one that is disabled."""

        def job(scope: Scope) -> str:
            if _found(scope, webhook_id).disabled_at is not None:
                raise Conflict("the webhook is disabled", code="webhook.disabled", what_to_do="Enable it first.")
            delivery_id = self._events.emit_test(scope, webhook_id)
            audit(scope, "webhook.tested", "webhook", webhook_id)
            return delivery_id

        return await self._store.write(workspace, job, actor)

    async def deliveries(self, workspace: str, webhook_id: str, limit: int, after: str, status: str) -> Sequence[Any]:
        """What was sent to the endpoint, newest first, with the events' types. Raises `NotFound`."""

        def job(scope: Scope) -> Sequence[Any]:
            _found(scope, webhook_id)
            found = _with_event(scope).where(DELIVERIES.c.webhook_id == webhook_id)
            found = found.order_by(desc(DELIVERIES.c.id)).limit(limit)
            if after:
                found = found.where(DELIVERIES.c.id < after)
            return scope.all(found.where(DELIVERIES.c.status == status) if status else found)

        return await self._store.read(workspace, job)

    async def delivery(self, workspace: str, webhook_id: str, delivery_id: str) -> Any:
        """One, with its event. Raises `NotFound`."""
        return await self._store.read(workspace, lambda scope: _delivery(scope, webhook_id, delivery_id))

    async def redeliver(self, workspace: str, webhook_id: str, delivery_id: str, actor: Actor) -> Any:
        """Send it again, now, whatever became of it; with the same `webhook-id`. Raises `NotFound`, `Conflict`."""

        def job(scope: Scope) -> Any:
            row = _delivery(scope, webhook_id, delivery_id)
            if _found(scope, webhook_id).disabled_at is not None:
                raise Conflict("the webhook is disabled", code="webhook.disabled", what_to_do="Enable it first.")
            again = {"status": "pending", "round": row.round + 1, "attempts": 0, "next_at": clock.wall_ms()}
            same = (DELIVERIES.c.id == delivery_id, DELIVERIES.c.round == row.round)
            if scope.update(DELIVERIES, *same, delivered_at=None, **again):
                self._events.deliver(scope, delivery_id, row.round + 1)
            audit(scope, "webhook.redelivered", "webhook", webhook_id, after={"delivery": delivery_id})
            return _delivery(scope, webhook_id, delivery_id)

        return await self._store.write(workspace, job, actor)

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _check(self, url: str | None, types: Sequence[str]) -> None:
        unknown = [name for name in types if name not in TYPES]
        flaws = [Flaw("/types", f"there is no event {name[:60]!r}", "unknown") for name in unknown]
        if url is not None and (flaw := await self._flaw_of(url)):
            flaws.append(Flaw("/url", flaw, "address"))
        if flaws:
            raise Invalid(flaws)

    async def _flaw_of(self, url: str) -> str:
        """What is wrong with an address, as it is now: it is looked at again whenever something is sent there."""
        if len(url) > URL_CHARS:
            return f"longer than {URL_CHARS} characters"
        host = ""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            is_private = host in self._private_hosts
            check_url(url, allow_private=is_private)
            if not is_private:
                await checked_address(host, parts.port or 443)
        except ValueError as error:
            return str(error).replace(": set allow_private: true if it is meant", "").replace(
                "https, or allow_private: true", "https"
            )  # fmt: skip
        except ProviderRefused:
            return f"{host} is in a private network, which OFFHOOK_PRIVATE_HOSTS does not name"
        except ProviderUnavailable:
            return f"the name {host} could not be resolved"
        return ""

    def _changed(self, scope: Scope, what: str, before: Any, webhook_id: str) -> Any:
        row = _found(scope, webhook_id)
        told = _told(before) if before is not None else None
        audit(scope, f"webhook.{what}", "webhook", webhook_id, before=told, after=_told(row))
        scope.tell("webhook", webhook_id)
        return row


def _own_secret(text: str) -> Secret:
    try:
        key_of(Secret(text))
    except ValueError as error:
        raise Invalid([Flaw("/secret", str(error), "secret")]) from None
    return Secret(text)


def _found(scope: Scope, webhook_id: str) -> Any:
    row = scope.get(WEBHOOKS, webhook_id)
    if row is None:
        raise NotFound("webhook", webhook_id)
    return row


def _with_event(scope: Scope) -> Any:
    own = [column for column in DELIVERIES.c if column.name != "workspace_id"]
    event = EVENTS.c
    columns = (event.type.label("type"), event.data.label("data"), event.at.label("at"), event.call_id, event.sequence)
    return scope.select(*own, *columns).join(EVENTS, event.id == DELIVERIES.c.event_id)


def _delivery(scope: Scope, webhook_id: str, delivery_id: str) -> Any:
    found = _with_event(scope).where(DELIVERIES.c.id == delivery_id, DELIVERIES.c.webhook_id == webhook_id)
    row = scope.first(found)
    if row is None:
        raise NotFound("delivery", delivery_id)
    return row


def _told(row: Any) -> dict[str, Any]:
    return {name: row._mapping[name] for name in _SHOWN}
