"""Asks the owner's web service while it rings: one signed request, a bounded answer, and never an error of the call."""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from offhook import __version__, clock
from offhook.agents.pre_call import PreCallConfig
from offhook.errors import ConfigurationError, ProviderError
from offhook.ids import new_id
from offhook.tools.guard import CONNECT_S, http_transport

if TYPE_CHECKING:
    import httpx2

ANSWER_BYTES: Final = 64 * 1024
PREFIX: Final = "whsec_"
EVENT: Final = "call.ringing"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the service answered."""

    variables: Mapping[str, object] = field(default_factory=dict)
    failure: str = ""
    """Why there is nothing, in words; empty: all is well."""
    took_s: float = 0.0


class PreCall:
    """The service of one agent; serves all of its calls."""

    def __init__(self, config: PreCallConfig, key: Callable[[str], str] | None) -> None:
        """Raises `ConfigurationError` for a secret that is not set or none."""
        self._config = config
        self._key = _signing_key(config.secret_name, key)
        self._client: httpx2.AsyncClient | None = None

    async def ask(self, data: Mapping[str, object]) -> Fetched:
        """Never raises; never takes longer than its deadline."""
        began_at = clock.now()
        try:
            async with asyncio.timeout(self._config.timeout_s):
                variables, failure = await self._answer(data)
        except TimeoutError:
            variables, failure = {}, f"it did not answer within {self._config.timeout_s:g} s"
        return Fetched(variables, failure, round(clock.now() - began_at, 3))

    async def close(self) -> None:
        """Drop all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _answer(self, data: Mapping[str, object]) -> tuple[Mapping[str, object], str]:
        import httpx2

        try:
            client = self._opened()
            body = msgspec.json.encode({"type": EVENT, "timestamp": clock.rfc3339(clock.wall_ms()), "data": data})
            request = client.build_request("POST", self._config.url, content=body, headers=self._headers(body))
            response = await client.send(request, stream=True)
            try:
                read = bytearray()
                async for piece in response.aiter_raw():
                    read += piece
                    if len(read) > ANSWER_BYTES:
                        return {}, f"it answered with more than {ANSWER_BYTES // 1024} kB"
            finally:
                await response.aclose()
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
            return {}, f"it could not be reached ({type(error).__name__})"
        except ProviderError as error:
            return {}, str(error)
        if not 200 <= response.status_code < 300:
            return {}, f"it answered {response.status_code}"
        return _variables(bytes(read))

    def _opened(self) -> "httpx2.AsyncClient":
        import httpx2

        if self._client is None:
            self._client = httpx2.AsyncClient(
                transport=http_transport(allow_private=self._config.allow_private),
                headers={"User-Agent": f"offhook/{__version__}", "Accept-Encoding": "identity"},
                timeout=httpx2.Timeout(None, connect=CONNECT_S),
                follow_redirects=False,
                trust_env=False,
            )
        return self._client

    def _headers(self, body: bytes) -> dict[str, str]:
        """Standard Webhooks 1.0, "Signature scheme": HMAC-SHA256 of `id.timestamp.body`."""
        key, at = new_id("msg"), str(clock.wall_ms() // 1000)
        signed = b".".join((key.encode(), at.encode(), body))
        digest = base64.b64encode(hmac.digest(self._key, signed, hashlib.sha256)).decode()
        return {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{digest}",
        }


def _variables(body: bytes) -> tuple[Mapping[str, object], str]:
    try:
        document: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}, "its answer is no JSON"
    variables = document.get("variables") if isinstance(document, dict) else None
    if not isinstance(variables, dict):
        return {}, 'its answer has no {"variables": {...}}'
    return variables, ""


def _signing_key(name: str, key: Callable[[str], str] | None) -> bytes:
    if key is None:
        raise ConfigurationError("not set: put the secret into this environment variable", field=name)
    text = key(name)
    try:
        found = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) < 16:
        raise ConfigurationError("the secret cannot be used", field=name, expected="whsec_ and base64")
    return found
