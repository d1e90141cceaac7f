"""The carrier as a client of the server: signed webhooks with Twilio's limits, and the way to the server's port.

Addresses are signed as they were given (`https`, `wss`, the public name) and reached where the server really listens:
over TLS when that is an https address, in the plain when it is a port of this machine. It turns to no other server.
"""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import httpx2

from offhook import clock
from offhook.errors import ConfigurationError
from offhook.simulator.carrier_twiml import TwimlError, Verb, parse

CONNECT_S: Final = 5.0
TOTAL_S: Final = 15.0
"""Twilio gives a voice webhook so long, in all."""
BAD_STATUS: Final = 11200
UNREACHABLE: Final = 11205


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls: the account whose token signs."""

    sid: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What Twilio's debugger would show."""

    at: float
    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the next document comes from: an address, or the document itself."""

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Sent besides those of the call."""


class WebhookFailed(Exception):
    """No usable document came."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """X-Twilio-Signature of a form to `url` ("Security": the address, then name and value of each field by name)."""
    text = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


class ServerWeb:
    """The server under test: `to` is where it listens, `public_url` the name by which it is signed."""

    def __init__(self, account: Account, to: str, public_url: str = "") -> None:
        parts = urlsplit(to if "://" in to else f"http://{to}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(
                "not an address of a server", field="--to", found=repr(to), expected="http://127.0.0.1:8080"
            )
        self.account: Final = account
        self.origin: Final = (public_url or f"{parts.scheme}://{parts.netloc}").rstrip("/")
        self._real: Final = parts
        self._public_host: Final = urlsplit(self.origin).netloc
        self._client: Final = httpx2.AsyncClient(
            timeout=httpx2.Timeout(TOTAL_S, connect=CONNECT_S), trust_env=False, follow_redirects=False
        )
        self.documents: Final[list[tuple[str, str]]] = []
        """Each address and the document that came from it."""

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    @property
    def is_secure(self) -> bool:
        """The server is really reached over TLS; on this machine it mostly is not."""
        return self._real.scheme == "https"

    def real_address(self) -> tuple[str, int]:
        """Host and port where the server listens."""
        return self._real.hostname or "", self._real.port or (443 if self._real.scheme == "https" else 80)

    def resolve(self, url: str, base: str = "") -> str:
        """An absolute address without its fragment. Raises `WebhookFailed` for one that is not this server's."""
        absolute = urljoin(base or self.origin + "/", url).partition("#")[0]
        parts = urlsplit(absolute)
        if parts.netloc not in (self._public_host, self._real.netloc):
            raise WebhookFailed(UNREACHABLE, f"{parts.netloc} is not the server under test ({self._public_host})")
        return absolute

    async def document(self, source: Source, fields: Mapping[str, str], token: str) -> tuple[Verb, ...]:
        """Fetch and parse a document; `token` marks a repeated request. Raises `WebhookFailed`."""
        try:
            if source.twiml:
                self.documents.append(("", source.twiml))
                return parse(source.twiml.encode())
            url = self.resolve(source.url)
            answer = await self._twice(url, source.method, {**fields, **source.fields}, token)
            if not answer.is_success:
                raise WebhookFailed(BAD_STATUS, f"{url} answered HTTP {answer.status_code}")
            self.documents.append((url, answer.text))
            return parse(answer.content, answer.headers.get("content-type", ""))
        except TwimlError as error:
            raise WebhookFailed(error.code, f"{source.url or 'TwiML'}: {error}") from error

    async def callback(self, url: str, fields: Mapping[str, str]) -> LogEntry | None:
        """A status callback, best effort; what went wrong, if anything did."""
        try:
            answer = await self._request(self.resolve(url), "POST", fields, "")
        except (httpx2.HTTPError, TimeoutError, WebhookFailed) as error:
            return LogEntry(clock.now(), UNREACHABLE, f"callback to {url} failed: {type(error).__name__}")
        if not answer.is_success:
            return LogEntry(clock.now(), BAD_STATUS, f"callback to {url} answered HTTP {answer.status_code}")
        return None

    async def _twice(self, url: str, method: str, fields: Mapping[str, str], token: str) -> httpx2.Response:
        # One retry, and only when no connection came about (Twilio, "Webhooks: connection overrides": rc=1, rp=ct).
        for is_last in (False, True):
            try:
                return await self._request(url, method, fields, token)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                if is_last:
                    raise WebhookFailed(UNREACHABLE, f"{url} cannot be reached: {error}") from error
            except (httpx2.HTTPError, TimeoutError) as error:
                raise WebhookFailed(BAD_STATUS, f"{url} did not answer: {type(error).__name__}") from error
        raise AssertionError("the second try returns or raises")

    async def _request(self, url: str, method: str, fields: Mapping[str, str], token: str) -> httpx2.Response:
        parts = urlsplit(url)
        is_get = method.upper() == "GET"
        if is_get:
            query = "&".join(filter(None, (parts.query, urlencode(fields))))
            parts = parts._replace(query=query)
        signed = urlunsplit(parts)
        headers = {
            "Host": parts.netloc,
            "X-Twilio-Signature": signature(self.account.token, signed, {} if is_get else fields),
            "User-Agent": "TwilioProxy/1.1",
        }
        if token:
            headers["I-Twilio-Idempotency-Token"] = token
        real = urlunsplit(parts._replace(scheme=self._real.scheme, netloc=self._real.netloc))
        body = None if is_get else urlencode(fields).encode()
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        async with asyncio.timeout(TOTAL_S):
            return await self._client.request(method.upper(), real, content=body, headers=headers)
