"""Requests that are sent twice and done once: the answers of those with an `Idempotency-Key`, for 24 hours.

Who is asked twice is the sender's credential, not the person: an answer may hold what is shown once. It is sealed with
a key made of the credential and the `Idempotency-Key`, neither of which the database has.
"""

import hashlib
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete

from offhook import clock
from offhook.platform.people_rows import DAY_MS
from offhook.platform.problems import Conflict, Invalid, TooMany
from offhook.store.json import dumps, loads
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.people import IDEMPOTENCY

LONGEST_ANSWER: Final = 256 * 1024
RUNS_MS: Final = 120_000
"""No request takes so long: what runs since then was cut off, and nobody knows what became of it."""
SWEEP_MS: Final = 3_600_000
_NONCE: Final = 12


class StillRunning(TooMany):
    """The first request with this Idempotency-Key is still being done."""

    code = "idempotency.running"


class OtherRequest(Invalid):
    """Another request had this Idempotency-Key."""

    code = "idempotency.other_body"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and is answered again."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """One with an `Idempotency-Key`."""

    workspace: str
    who: str
    """The credential and what it may do: other rights, another sender."""
    route: str
    """Method, path and query."""
    key: str
    body: bytes

    @property
    def hash(self) -> str:
        """By which it is known."""
        return hashlib.sha256(f"{self.workspace}\n{self.who}\n{self.route}\n{self.key}".encode()).hexdigest()

    @property
    def body_hash(self) -> str:
        """Whether it is the same once more."""
        return hashlib.sha256(self.body).hexdigest()

    def _seal(self) -> AESGCM:
        # The credential is random: one round is enough.
        return AESGCM(hashlib.sha256(f"offhook answer\n{self.who}\n{self.key}".encode()).digest())

    def sealed(self, answer: Answer) -> str:
        """The answer as it is kept."""
        nonce, kept = os.urandom(_NONCE), {"headers": answer.headers, "body": b64encode(answer.body).decode()}
        return b64encode(nonce + self._seal().encrypt(nonce, dumps(kept).encode(), self.hash.encode())).decode()

    def opened(self, status: int, kept: str) -> Answer | None:
        """The answer that was kept; None when it is not this sender's."""
        raw = b64decode(kept)
        try:
            found = loads(self._seal().decrypt(raw[:_NONCE], raw[_NONCE:], self.hash.encode()))
        except InvalidTag:
            return None
        return Answer(status, found["headers"], b64decode(found["body"]))


class Idempotency:
    """The answers of all workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._swept_at = 0

    async def begin(self, request: Request) -> Answer | None:
        """None: do it, and say `end` or `forget`. The answer: it was done.

        Raises `OtherRequest`; `StillRunning`; `Conflict` where nobody knows what became of the first one, or its answer
        was too long to be kept.
        """
        at = clock.wall_ms()

        def job(scope: Scope) -> Any:
            mine = IDEMPOTENCY.c.request_hash == request.hash
            scope.delete(IDEMPOTENCY, mine, IDEMPOTENCY.c.created_at <= at - DAY_MS)
            values = {"request_hash": request.hash, "body_hash": request.body_hash, "created_at": at}
            if scope.insert_once(IDEMPOTENCY, ["request_hash"], **values):
                return None
            return scope.first(scope.select(IDEMPOTENCY).where(mine))

        await self._sweep(at)
        row = await self._store.write(request.workspace, job)
        if row is None:
            return None
        if row.body_hash != request.body_hash:
            raise OtherRequest([], message="another request had this Idempotency-Key")
        if row.status is None:
            if at - row.created_at < RUNS_MS:
                raise StillRunning(retry_after_s=1.0)
            raise Conflict(
                "the first request with this Idempotency-Key was cut off: it may have been done",
                code="idempotency.unknown",
                what_to_do="Look whether it was done. If not, send it with another Idempotency-Key.",
            )
        answer = request.opened(row.status, row.answer) if row.answer is not None else None
        if answer is None:
            raise Conflict("it was done, and its answer was not kept", code="idempotency.answer_not_kept")
        return answer

    async def end(self, request: Request, answer: Answer) -> None:
        """It was done."""
        kept = request.sealed(answer) if len(answer.body) <= LONGEST_ANSWER else None
        mine = IDEMPOTENCY.c.request_hash == request.hash
        await self._store.write(
            request.workspace, lambda scope: scope.update(IDEMPOTENCY, mine, status=answer.status, answer=kept)
        )

    async def forget(self, request: Request) -> None:
        """It was not done: the next one with this key is the first."""
        mine = IDEMPOTENCY.c.request_hash == request.hash
        await self._store.write(request.workspace, lambda scope: scope.delete(IDEMPOTENCY, mine))

    async def _sweep(self, at: int) -> None:
        if at - self._swept_at < SWEEP_MS:
            return
        self._swept_at = at

        def job(connection: Connection) -> None:
            connection.execute(delete(IDEMPOTENCY).where(IDEMPOTENCY.c.created_at <= at - DAY_MS))

        await self._store.write_wide(job)
