"""Tools that are a web service: one request, with arguments in its address or body; text for the model comes back.

Everything is bounded: all tries together in time, the answer in bytes, what the model is told in characters. Redirects
are not followed. An error tells the model what happened and what to say, and never holds a secret.
"""

import asyncio
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from offhook import __version__
from offhook.agents.http_tool_config import WITHOUT_BODY, HttpToolConfig
from offhook.agents.templates import as_text, render, render_block, variables
from offhook.errors import ProtocolViolation, ProviderError, ProviderRefused, ProviderTimeout, ProviderUnavailable
from offhook.speech.ports import Setup, ToolSpec
from offhook.tools.guard import CONNECT_S, http_transport
from offhook.tools.ports import ToolContext
from offhook.tools.secrets import Secrets
from offhook.tools.told import UNSURE, shortened

if TYPE_CHECKING:
    import httpx2

ANSWER_BYTES: Final = 256 * 1024
URL_CHARS: Final = 8_000
PAUSE_S: Final = 0.25
"""Before the second try; longer before each further one."""
SAID_CHARS: Final = 100
"""Of a service's own words: what it means for the caller has to fit behind them."""
_AGAIN: Final = (408, 425, 429)


class HttpTool:
    """One web service of an agent; serves all of its calls."""

    def __init__(self, config: HttpToolConfig, setup: Setup) -> None:
        """Raises `ConfigurationError` that names a secret which is not set."""
        self._config, self._agent = config, setup.agent_name
        self._secrets = Secrets(config.variables(), setup.key)
        self._client: httpx2.AsyncClient | None = None
        self.spec = ToolSpec(config.name, config.description, config.parameters)

    async def prepare(self) -> None:
        """Make the pool of connections; none is opened yet."""
        import httpx2

        if self._client is None:
            headers = {name: self._secrets.fill(value) for name, value in self._config.headers.items()}
            ours = {"Accept": "application/json, text/plain;q=0.5", "User-Agent": f"offhook/{__version__}"}
            self._client = httpx2.AsyncClient(
                transport=http_transport(allow_private=self._config.allow_private),
                # Compressed, an answer may grow without bound.
                headers={**ours, **headers, "Accept-Encoding": "identity"},
                timeout=httpx2.Timeout(None, connect=CONNECT_S),
                follow_redirects=False,
                trust_env=False,
            )

    async def close(self) -> None:
        """Drop all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def run(self, arguments: Mapping[str, object], context: ToolContext) -> str:
        """Raises `ProviderError`."""
        await self.prepare()
        request = self._request(arguments, context)
        config, tries = self._config, 0
        try:
            async with asyncio.timeout(config.timeout_s):
                while True:
                    try:
                        return self._secrets.mask(await self._ask(request))
                    except ProviderUnavailable as error:
                        tries += 1
                        if tries > config.retries or not (config.is_repeatable or _was_never_sent(error)):
                            raise
                    await asyncio.sleep(tries * PAUSE_S)
        except TimeoutError as error:
            raise self._timeout(f"the service did not answer in {config.timeout_s:g} s") from error

    # ── the request ──────────────────────────────────────────────────────────────────────────────────────────

    def _request(self, arguments: Mapping[str, object], context: ToolContext) -> "httpx2.Request":
        assert self._client is not None
        config = self._config
        facts = {"call.id": context.call_id, "call.caller": context.caller, "call.agent": self._agent}
        values: dict[str, Any] = {**arguments, **facts}
        url, content, headers = self._url(arguments, values), None, {}
        if config.method not in WITHOUT_BODY:
            block = dict(arguments) if config.body is None else render_block(config.body, values.get)
            content, headers["Content-Type"] = msgspec.json.encode(block), "application/json"
        if config.idempotency_key:
            headers["Idempotency-Key"] = uuid.uuid4().hex
        return self._client.build_request(config.method, url, content=content, headers=headers)

    def _url(self, arguments: Mapping[str, object], values: Mapping[str, Any]) -> str:
        """The address with everything that was put in percent-encoded: an argument never becomes a part of its own."""
        config = self._config
        url = render(config.url, lambda name: quote(as_text(values.get(name)), safe=""))
        segments = urlsplit(url).path.split("/")[1:]
        # A dot segment would be another place, and an empty one often means all of them.
        wanted = urlsplit(config.url).path.split("/")[1:]
        for template, segment in zip(wanted, segments, strict=True):
            if template != segment and segment in ("", ".", ".."):
                name = variables(template)[0]
                raise ProtocolViolation(f"the tool {config.name} cannot use {segment!r} as {name}", provider="model")
        if config.method in WITHOUT_BODY:
            rest = {name: value for name, value in arguments.items() if name not in variables(config.url)}
            pairs = "&".join(f"{quote(name, safe='')}={quote(as_text(value), safe='')}" for name, value in rest.items())
            url += ("&" if "?" in url else "?") + pairs if pairs else ""
        if len(url) > URL_CHARS:
            raise ProtocolViolation(f"the tool {config.name} takes shorter arguments", provider="model")
        return url

    # ── the answer ───────────────────────────────────────────────────────────────────────────────────────────

    async def _ask(self, request: "httpx2.Request") -> str:
        import httpx2

        assert self._client is not None
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = await self._body(response)
            finally:
                await response.aclose()
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise self._unavailable("the service could not be reached; nothing was done") from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise self._unavailable(f"the connection to the service broke; {UNSURE}") from error
        if not 200 <= response.status_code < 300:
            raise self._refusal(response, body)
        return self._result(response, body)

    async def _body(self, response: "httpx2.Response") -> bytes:
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > ANSWER_BYTES:
                raise self._violation(f"answered with more than {ANSWER_BYTES // 1024} kB")
        return bytes(body)

    def _refusal(self, response: "httpx2.Response", body: bytes) -> ProviderError:
        status = response.status_code
        if 300 <= status < 400:
            return self._refused(f"the service answered {status}, a redirect, which is not followed; it was not done")
        said = _problem_of(response, body)
        text = f"the service answered {status}{f': {said}' if said else ''}"
        if status in _AGAIN:
            return self._unavailable(f"{text}; it was not done")
        if status >= 500:
            return self._unavailable(f"{text}; {UNSURE}")
        return self._refused(f"{text}; it was not done")

    def _result(self, response: "httpx2.Response", body: bytes) -> str:
        """What the model is told; never empty, since a model that is told nothing says nothing."""
        kind = _kind(response)
        if not body.strip():
            return f"done (the service answered {response.status_code} and nothing else)"
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise self._violation("compressed its answer, which it was asked not to")
        if kind.startswith("text/") and kind != "text/html" and not self._config.result:
            return shortened(body.decode("utf-8", "replace").strip())
        if not (kind in ("", "text/plain") or _is_json(kind)):
            raise self._violation(f"answered with {kind[:60]}, and only JSON and plain text can be read")
        try:
            document = msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise self._violation("answered with JSON that cannot be read") from error
        if not self._config.result:
            return shortened(document if isinstance(document, str) else msgspec.json.encode(document).decode())
        return shortened(render(self._config.result, lambda path: _picked(document, path)))

    # ── errors ───────────────────────────────────────────────────────────────────────────────────────────────

    def _unavailable(self, text: str) -> ProviderUnavailable:
        return ProviderUnavailable(self._secrets.one_line(text), provider=self._config.name)

    def _refused(self, text: str) -> ProviderRefused:
        return ProviderRefused(self._secrets.one_line(text), provider=self._config.name)

    def _timeout(self, text: str) -> ProviderTimeout:
        return ProviderTimeout(self._secrets.one_line(f"{text}; {UNSURE}"), provider=self._config.name)

    def _violation(self, text: str) -> ProtocolViolation:
        return ProtocolViolation(self._secrets.one_line(f"the service {text}; {UNSURE}"), provider=self._config.name)


def _was_never_sent(error: ProviderError) -> bool:
    import httpx2

    return isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout | OSError)


def _kind(response: "httpx2.Response") -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _is_json(kind: str) -> bool:
    return kind.endswith(("/json", "+json"))


def _problem_of(response: "httpx2.Response", body: bytes) -> str:
    """The service's own words, when they are words."""
    kind = _kind(response)
    if kind != "text/plain" and not _is_json(kind):
        return ""
    if _is_json(kind):
        try:
            document = msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return ""
        for name in ("detail", "message", "error", "title"):
            if isinstance(document, dict) and isinstance(document.get(name), str):
                return str(document[name])[:SAID_CHARS]
    return " ".join(body[: 4 * SAID_CHARS].decode("utf-8", "replace").split())[:SAID_CHARS]


def _picked(document: Any, path: str) -> str:
    """The value at a path of names and indexes; `unknown` where there is none."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            document = None
    return as_text(document) or "unknown"
