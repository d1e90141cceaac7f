"""How the server is asked: keys, problems, and requests that are sent again when their answer was lost."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx2

from offhook_client.operations import AsyncOperations, Operations
from offhook_client.problem import Problem

TRIES: Final = 3
PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 10.0
TIMEOUT_S: Final = 60.0
AGAIN: Final = frozenset({429, 503})
"""Statuses that ask for the same once more, a little later."""
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
ROOT: Final = "/v1"


class _Wish:
    """One request, and how often it may be sent."""

    def __init__(self, method: str, path: str, query: Any, body: Any, headers: Any) -> None:
        self.method, self.path, self.body = method, path, body
        self.query = {name: value for name, value in (query or {}).items() if value is not None}
        self.headers = {name: value for name, value in (headers or {}).items() if value is not None}
        takes_key = IDEMPOTENCY_KEY in (headers or {})
        if takes_key:
            # The same for all tries of this one call.
            self.headers.setdefault(IDEMPOTENCY_KEY, str(uuid.uuid4()))
        self.may_repeat = takes_key or method in ("GET", "PUT", "DELETE")

    def arguments(self) -> dict[str, Any]:
        body = {} if self.body is None else {"json": self.body}
        return {"params": self.query, "headers": self.headers, **body}

    def pause_s(self, tried: int, answer: httpx2.Response | None) -> float | None:
        """How long to wait before it is sent again; None: it is not."""
        if tried >= TRIES or (not self.may_repeat and (answer is None or answer.status_code not in AGAIN)):
            return None
        if answer is not None and answer.status_code not in AGAIN:
            return None
        told = answer.headers.get("retry-after", "") if answer is not None else ""
        return min(float(told) if told.isdigit() else PAUSE_S * 2 ** (tried - 1), LONGEST_PAUSE_S)


def _result(answer: httpx2.Response) -> Any:
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 400:
        is_problem = kind in ("application/problem+json", "application/json")
        raise Problem(answer.status_code, answer.json() if is_problem else {"detail": answer.text[:200]})
    if answer.status_code == 204 or not answer.content:
        return None
    return answer.json() if kind == "application/json" else answer.content


def _options(address: str, key: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return {"base_url": address.rstrip("/") + ROOT, "headers": headers, "timeout": TIMEOUT_S}


class Client(Operations):
    """Asks the server at `address` with an API key (`oh_...`)."""

    def __init__(self, address: str, key: str = "", *, transport: httpx2.BaseTransport | None = None) -> None:
        self.http = httpx2.Client(transport=transport, **_options(address, key))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()

    def every(self, operation: Callable[..., Any], **filters: Any) -> Iterator[Any]:
        """Everything in a list, page by page: `every(client.list_calls, status="ended")`."""
        after: str | None = None
        while True:
            page = operation(**filters, **({"after": after} if after else {}))
            yield from page["data"]
            after = page["next"]
            if after is None:
                return

    def _ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Any:  # fmt: skip
        wish = _Wish(method, path, query, body, headers)
        tried = 0
        while True:
            tried += 1
            answer: httpx2.Response | None = None
            try:
                answer = self.http.request(wish.method, wish.path, **wish.arguments())
            except httpx2.TransportError:
                pause_s = wish.pause_s(tried, None)
                if pause_s is None:
                    raise
            else:
                pause_s = wish.pause_s(tried, answer)
                if pause_s is None:
                    return _result(answer)
            time.sleep(pause_s)


class AsyncClient(AsyncOperations):
    """As `Client`, for asyncio."""

    def __init__(self, address: str, key: str = "", *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.http = httpx2.AsyncClient(transport=transport, **_options(address, key))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self.http.aclose()

    async def every(self, operation: Callable[..., Awaitable[Any]], **filters: Any) -> AsyncIterator[Any]:
        """Everything in a list, page by page."""
        after: str | None = None
        while True:
            page = await operation(**filters, **({"after": after} if after else {}))
            for one in page["data"]:
                yield one
            after = page["next"]
            if after is None:
                return

    async def _ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Any:  # fmt: skip
        wish = _Wish(method, path, query, body, headers)
        tried = 0
        while True:
            tried += 1
            answer: httpx2.Response | None = None
            try:
                answer = await self.http.request(wish.method, wish.path, **wish.arguments())
            except httpx2.TransportError:
                pause_s = wish.pause_s(tried, None)
                if pause_s is None:
                    raise
            else:
                pause_s = wish.pause_s(tried, answer)
                if pause_s is None:
                    return _result(answer)
            await asyncio.sleep(pause_s)
