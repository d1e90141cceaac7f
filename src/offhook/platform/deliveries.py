"""Deliveries to the owner's systems: one attempt of one delivery, at least once, and what follows from its answer.

An attempt that was made and not yet written down when the process died is made again, with the same `webhook-id`: the
receiver knows it by that (Standard Webhooks, "Idempotency"). One that was written down is never made again before it is
due.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, delete

from offhook import __version__, clock
from offhook.errors import ProviderRefused, ProviderUnavailable
from offhook.platform.audit import audit
from offhook.platform.events import DELIVERY
from offhook.platform.jobs import Jobs
from offhook.platform.problems import Locked, NotFound
from offhook.platform.standard_webhooks import TIMEOUT_S, body_of, headers_of, pause_s, wait_s
from offhook.platform.vault import SecretKind, Vault
from offhook.settings import Secret
from offhook.store.scope import SYSTEM, Change, Scope
from offhook.store.store import Store
from offhook.store.tables.webhooks import DELIVERIES, EVENTS, WEBHOOKS
from offhook.tools.guard import http_transport

SPARE_S: Final = 5.0
ANSWER_CHARS: Final = 2_000
"""Of an answer that are kept, for the owner to see what its system said."""
ALERT_MS: Final = 24 * 3_600_000
"""An endpoint that has failed for so long is told of in log and audit; when a delivery was tried to its end since
then, it is disabled."""
GONE: Final = 410
"""The receiver wants nothing more ("Operational considerations")."""
DAY_MS: Final = 86_400_000
FORGET_MS: Final = 30 * DAY_MS
FORGETTING: Final = "forget_events"
_LOG: Final = logging.getLogger("offhook.webhooks")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Attempt:
    url: str
    message_id: str
    body: bytes
    keys: Sequence[Secret]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an attempt."""

    status: int | None
    """None: no answer at all."""
    text: str
    retry_after: str = ""
    took_ms: int = 0

    @property
    def is_success(self) -> bool:
        """Only 2xx is; a redirection is none."""
        return self.status is not None and 200 <= self.status < 300


class Deliverer:
    """Does the jobs of the kind `delivery`, in threads."""

    def __init__(self, store: Store, vault: Vault, jobs: Jobs, private_hosts: Collection[str]) -> None:
        """`private_hosts`: these may lie in a private network."""
        self._store, self._vault, self._jobs, self._private_hosts = store, vault, jobs, private_hosts
        jobs.add(DELIVERY, self.act)
        jobs.add(FORGETTING, self.forget)
        self._loop: asyncio.AbstractEventLoop | None = None

    def tell_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Changes are told on this loop."""
        self._loop = loop

    def act(self, key: str) -> float | None:
        """One attempt, when it is due: seconds until the next, None when it is over."""
        workspace, delivery_id, round_number = key.split("/")
        found = self._write(workspace, lambda scope: self._begin(scope, delivery_id, int(round_number)))
        if not isinstance(found, _Attempt):
            return found
        answered = self._post(found)
        return self._write(workspace, lambda scope: self._end(scope, delivery_id, int(round_number), answered))

    # ── an attempt ───────────────────────────────────────────────────────────────────────────────────────────

    def _begin(self, scope: Scope, delivery_id: str, round_number: int) -> _Attempt | float | None:
        row = scope.get(DELIVERIES, delivery_id)
        if row is None or row.status != "pending" or row.round != round_number:
            return None
        early_s: float = ((row.next_at or 0) - clock.wall_ms()) / 1000
        if early_s > 0.5:
            # It was made, and the process died before the job knew: it is due later.
            return early_s
        # Only one attempt is under way, whoever else believes that this job is its own.
        lease = {"next_at": clock.wall_ms() + round((TIMEOUT_S + SPARE_S) * 1000)}
        if not scope.update(DELIVERIES, DELIVERIES.c.id == row.id, DELIVERIES.c.next_at == row.next_at, **lease):
            return SPARE_S
        webhook, event = scope.get(WEBHOOKS, row.webhook_id), scope.get(EVENTS, row.event_id)
        assert webhook is not None and event is not None, "they hang on each other"
        if webhook.disabled_at is not None:
            self._close(scope, row.id, "failed", answer="the endpoint is disabled")
            return None
        try:
            keys = [self._vault.reveal_in(scope, SecretKind.WEBHOOK, webhook.id)]
            if webhook.old_secret_until is not None and webhook.old_secret_until > clock.wall_ms():
                keys.append(self._vault.reveal_in(scope, SecretKind.WEBHOOK, f"{webhook.id}.old"))
        except (Locked, NotFound) as error:
            _LOG.warning("the delivery %s cannot be signed: %s", delivery_id, error)
            return 60.0
        return _Attempt(webhook.url, event.id, body_of(event.type, event.at, event.data, event.sequence), keys)

    def _post(self, attempt: _Attempt) -> Answered:
        began_at = clock.machine()
        try:
            answered = asyncio.run(self._sent(attempt))
        except (ProviderRefused, ProviderUnavailable) as error:
            answered = Answered(None, str(error))
        except Exception as error:
            # Whatever a stranger's server makes of HTTP and TLS: it was not delivered.
            answered = Answered(None, f"{type(error).__name__}: {error}"[:ANSWER_CHARS])
        took_ms = round((clock.machine() - began_at) * 1000)
        return Answered(answered.status, answered.text, answered.retry_after, took_ms)

    async def _sent(self, attempt: _Attempt) -> Answered:
        import httpx2

        headers = headers_of(attempt.message_id, clock.wall_ms() // 1000, attempt.body, attempt.keys)
        host = httpx2.URL(attempt.url).host
        transport = http_transport(allow_private=host in self._private_hosts)
        client = httpx2.AsyncClient(transport=transport, timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)
        # A few compressed bytes may be gigabytes: none are asked for, and what comes so all the same is not unpacked.
        named = {**headers, "user-agent": f"Offhook/{__version__}", "accept-encoding": "identity"}
        try:
            sending = client.stream("POST", attempt.url, content=attempt.body, headers=named)
            async with asyncio.timeout(TIMEOUT_S), client, sending as response:
                text = b""
                async for piece in response.aiter_raw():
                    text += piece
                    if len(text) >= ANSWER_CHARS:
                        break
        except TimeoutError:
            return Answered(None, f"no whole answer within {TIMEOUT_S:g} s")
        said = text[:ANSWER_CHARS].decode("utf-8", "replace").replace("\0", "")
        return Answered(response.status_code, said, response.headers.get("retry-after", ""))

    # ── what follows ─────────────────────────────────────────────────────────────────────────────────────────

    def _end(self, scope: Scope, delivery_id: str, round_number: int, answered: Answered) -> float | None:
        row = scope.get(DELIVERIES, delivery_id)
        if row is None or row.status != "pending" or row.round != round_number:
            return None
        attempts, at = row.attempts + 1, clock.wall_ms()
        told = {"attempts": attempts, "answer_status": answered.status, "answer": answered.text,
                "took_ms": answered.took_ms}  # fmt: skip
        if answered.is_success:
            self._close(scope, row.id, "delivered", delivered_at=at, **told)
            is_ill = WEBHOOKS.c.failing_since.is_not(None)
            scope.update(WEBHOOKS, WEBHOOKS.c.id == row.webhook_id, is_ill, failing_since=None, alerted_at=None)
            return None
        pause = pause_s(answered.retry_after, at) if answered.retry_after else 0.0
        after_s = wait_s(attempts, random.Random(f"{delivery_id} {attempts}").random(), pause)
        if answered.status == GONE:
            after_s = None
            self._disable(scope, row.webhook_id, "it answered 410: gone")
        else:
            self._note_failure(scope, row.webhook_id, at, is_last=after_s is None)
        if after_s is None:
            self._close(scope, row.id, "failed", **told)
            return None
        scope.update(DELIVERIES, DELIVERIES.c.id == row.id, next_at=at + round(after_s * 1000), **told)
        scope.tell("delivery", row.id)
        return after_s

    def _close(self, scope: Scope, delivery_id: str, status: str, **values: Any) -> None:
        scope.update(DELIVERIES, DELIVERIES.c.id == delivery_id, status=status, next_at=None, **values)
        scope.tell("delivery", delivery_id)

    def _note_failure(self, scope: Scope, webhook_id: str, at: int, *, is_last: bool) -> None:
        webhook = scope.get(WEBHOOKS, webhook_id)
        if webhook is None or webhook.disabled_at is not None:
            return
        since = webhook.failing_since or at
        if webhook.failing_since is None:
            scope.update(WEBHOOKS, WEBHOOKS.c.id == webhook_id, failing_since=at)
        if is_last and at - since > ALERT_MS:
            self._disable(scope, webhook_id, f"it has failed since {clock.rfc3339(since)}")
        elif at - since > ALERT_MS and webhook.alerted_at is None:
            _LOG.warning("! the webhook %s has failed since %s, and will be disabled", webhook_id, clock.rfc3339(since))
            audit(scope, "webhook.failing", "webhook", webhook_id, after={"failing_since": clock.rfc3339(since)})
            scope.update(WEBHOOKS, WEBHOOKS.c.id == webhook_id, alerted_at=at)
            scope.tell("webhook", webhook_id)

    def _disable(self, scope: Scope, webhook_id: str, reason: str) -> None:
        changed = scope.update(
            WEBHOOKS, WEBHOOKS.c.id == webhook_id, WEBHOOKS.c.disabled_at.is_(None), disabled_at=clock.wall_ms(),
            disabled_reason=reason, revision=WEBHOOKS.c.revision + 1,
        )  # fmt: skip
        if changed:
            _LOG.warning("! the webhook %s is disabled: %s", webhook_id, reason)
            audit(scope, "webhook.disabled", "webhook", webhook_id, after={"reason": reason})
            scope.tell("webhook", webhook_id)

    # ── retention ────────────────────────────────────────────────────────────────────────────────────────────

    def forget(self, key: str) -> float | None:
        """The job that takes old events and their deliveries away, and is there again the day after. `key`: the day."""

        def job(connection: Connection) -> None:
            connection.execute(delete(EVENTS).where(EVENTS.c.at < clock.wall_ms() - FORGET_MS))
            self.forget_later(connection)

        self._store.write_now(job)
        return None

    def forget_later(self, connection: Connection) -> None:
        """Tomorrow, once, whoever asks for it."""
        day = clock.wall_ms() // DAY_MS + 1
        self._jobs.enqueue_in(connection, FORGETTING, str(day), max(1.0, (day * DAY_MS - clock.wall_ms()) / 1000))

    def _write(self, workspace: str, job: Callable[[Scope], T]) -> T:
        def scoped(connection: Connection) -> tuple[T, list[Change]]:
            scope = Scope(connection, workspace, SYSTEM)
            return job(scope), scope.changes

        result, changes = self._store.write_now(scoped)
        if changes and self._loop is not None:
            self._loop.call_soon_threadsafe(self._store.on_changes, changes)
        return result
