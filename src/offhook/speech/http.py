"""Vendors over HTTP: the one place for their pool of connections, the bounds of every wait, and errors.

A client per provider and agent. `sse.py` reads an answer's body as events, `http_audio.py` as sound. Leaving the block
of `HttpClient.post`, also by being cancelled, closes the answer at once, which is how a vendor learns that nobody
listens any more.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from offhook import clock
from offhook.errors import (
    ProtocolViolation,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
)
from offhook.speech.vendor_block import is_loopback
from offhook.speech.vendor_errors import PROBLEM_BYTES, failure, safe_text

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

CONNECT_S: Final = 2.0
"""A vendor that is not reached in this time is not reached in time for the caller either."""
WRITE_S: Final = 5.0
KEEP_ALIVE_S: Final = 90.0
"""A caller may talk or think for a minute; the next reply should not pay for a handshake."""
USED_LATELY_S: Final = 30.0
"""A connection that was used in this time is still open."""
CONNECTIONS: Final = 256
REPLY_BYTES: Final = 8 * 1024 * 1024
OK: Final = 200


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the vendor is waited for; the time that our own side takes to use a piece does not count."""

    first_s: float
    """From the request to the first sign of progress."""
    gap_s: float
    """Between two of them."""
    total_s: float = 60.0
    """For one reply, all waits together."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whom to speak to. `headers` carry the key; `key` is only there to be kept out of messages."""

    provider: str
    base_url: str
    headers: Mapping[str, str]
    key: str
    patience: Patience
    hints: Mapping[int, str] = field(default_factory=dict)
    """What the owner can do about an answer of that status, where the vendor itself does not say it."""

    def __repr__(self) -> str:
        return f"<Endpoint {self.provider} {self.base_url}>"


class _Waits:
    """The time left for one reply."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._left_s = patience.total_s
        self._step_s = patience.first_s

    async def run(self, wait: Callable[[], Awaitable[T]]) -> T:
        """Wait once, and take it off what is left."""
        begun_at = clock.now()
        try:
            async with asyncio.timeout(max(0.0, min(self._step_s, self._left_s))):
                return await wait()
        finally:
            waited_s = clock.now() - begun_at
            self._left_s -= waited_s
            self._step_s -= waited_s

    def progressed(self) -> None:
        """Something that counts has come."""
        self._step_s = self._patience.gap_s


class Answer:
    """An answer with status 200, of which the body is still to come."""

    def __init__(self, kind: str, pieces: AsyncGenerator[bytes, None], waits: _Waits) -> None:
        self.kind = kind
        """Its content type, in small letters and without parameters; empty when it has none."""
        self._pieces, self._waits, self._size = pieces, waits, 0

    async def read(self) -> bytes | None:
        """The next bytes, or None at the end. Raises `TimeoutError`, and `ValueError` when the body is too long."""
        data = await self._waits.run(lambda: anext(self._pieces, None))
        self._size += len(data or b"")
        if self._size > REPLY_BYTES:
            raise ValueError("the reply is too long")
        return data

    def progressed(self) -> None:
        """What was read counts: from now on only the gap to the next piece is waited for."""
        self._waits.progressed()


class HttpClient:
    """Speaks to one vendor for all calls of an agent."""

    def __init__(self, endpoint: Endpoint, accept: str) -> None:
        self.endpoint = endpoint
        self._accept = accept
        self._client: httpx2.AsyncClient | None = None
        self._used_at = float("-inf")

    def __repr__(self) -> str:
        return f"<HttpClient {self.endpoint!r}>"

    async def prepare(self) -> None:
        """Make the pool of connections; none is opened yet."""
        import httpx2

        if self._client is not None:
            return
        endpoint = self.endpoint
        self._client = httpx2.AsyncClient(
            # A compressed stream comes in gulps, and may grow without bound.
            headers={**endpoint.headers, "Accept": self._accept, "Accept-Encoding": "identity"},
            # The read's bound is ours: it knows what a keep-alive is, and what the whole reply may take.
            timeout=httpx2.Timeout(connect=CONNECT_S, read=None, write=WRITE_S, pool=CONNECT_S),
            limits=httpx2.Limits(
                max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=KEEP_ALIVE_S
            ),
            follow_redirects=False,
            # A proxy of the environment is for what is outside this machine.
            trust_env=not is_loopback(endpoint.base_url),
        )

    async def expect_call(self) -> None:
        """Open a connection, unless one was used a moment ago: a request that finds none waits for the handshake."""
        import httpx2

        if self._client is None or clock.now() < self._used_at + USED_LATELY_S:
            return
        self._used_at = clock.now()
        # Whatever the vendor answers, the connection stays; if none comes, the reply will find out what is wrong.
        with suppress(httpx2.HTTPError, TimeoutError):
            async with asyncio.timeout(CONNECT_S):
                await self._client.head(self.endpoint.base_url)

    async def close(self) -> None:
        """Drop all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    @asynccontextmanager
    async def post(self, path: str, content: bytes, content_type: str) -> AsyncIterator[Answer]:
        """Send a request and give its answer, which is closed behind the block.

        Raises `ProviderError`, also for what goes wrong inside the block: the connection, the time, and as a
        `ValueError` whatever the vendor says that it must not.
        """
        import httpx2

        endpoint, waits = self.endpoint, _Waits(self.endpoint.patience)
        client = self._client
        if client is None:
            raise ProviderUnavailable(f"{endpoint.provider} is not prepared", provider=endpoint.provider)
        request = client.build_request(
            "POST", f"{endpoint.base_url}/{path}", content=content, headers={"Content-Type": content_type}
        )
        response: httpx2.Response | None = None
        self._used_at = clock.now()
        try:
            response = await waits.run(lambda: client.send(request, stream=True))
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            async with aclosing(response.aiter_raw()) as pieces:
                answer = Answer(kind, pieces, waits)
                if response.status_code != OK:
                    raise await self._refusal(response, answer)
                yield answer
        except (httpx2.HTTPError, httpx2.StreamError, TimeoutError, ValueError) as error:
            raise self._translated(error) from error
        finally:
            if response is not None:
                await response.aclose()

    def unexpected(self, answer: Answer, wanted: str) -> ProtocolViolation:
        """The error of an answer that is of another type than it has to be."""
        endpoint = self.endpoint
        text = safe_text(f"{endpoint.provider} answered with {answer.kind} in place of {wanted}", endpoint.key)
        return ProtocolViolation(text, provider=endpoint.provider)

    async def _refusal(self, response: "httpx2.Response", answer: Answer) -> ProviderError:
        """What a status other than 200 stands for."""
        body, endpoint, status = b"", self.endpoint, response.status_code
        while len(body) < PROBLEM_BYTES and (data := await answer.read()) is not None:
            body += data
        pause = response.headers.get("retry-after", "")
        hint = endpoint.hints.get(status, "")
        return failure(endpoint.provider, status, body, key=endpoint.key, retry_after=pause, hint=hint)

    def _translated(self, error: Exception) -> ProviderError:
        import httpx2

        name = self.endpoint.provider
        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            return ProviderTimeout(f"{name} did not answer in time", provider=name)
        if isinstance(error, ValueError) and not isinstance(error, httpx2.HTTPError):
            return ProtocolViolation(f"{name}: {error}", provider=name)
        if isinstance(error, httpx2.ConnectError):
            return ProviderUnavailable(f"{name} could not be reached", provider=name)
        return ProviderUnavailable(f"the connection to {name} broke ({type(error).__name__})", provider=name)
