"""Tools that are a web service: one request, with arguments in its address or body; text for the model comes back.

Everything is bounded: all tries together in time, the answer in bytes, what the model is told in characters. Redirects
are not followed. An error tells the model what happened, and by its outcome whether it may have been done all the same;
it never holds a secret.
"""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from offhook import __version__
from offhook.agents.http_tool_config import WITHOUT_BODY, HttpToolConfig
from offhook.agents.templates import CALL_VARIABLES, as_text, render, render_block, variables
from offhook.agents.variables import in_sentence, one_line, used_in
from offhook.core.history import Outcome
from offhook.errors import ProviderRefused, ProviderUnavailable, ToolError
from offhook.speech.ports import Setup, ToolSpec
from offhook.tools.guard import CONNECT_S, http_transport
from offhook.tools.ports import ToolContext
from offhook.tools.secrets import Secrets
from offhook.tools.told import shortened

if TYPE_CHECKING:
    import httpx2

ANSWER_BYTES: Final = 256 * 1024
URL_CHARS: Final = 8_000
PAUSE_S: Final = 0.25
"""Before the second try; longer before each further one."""
SAID_CHARS: Final = 100
"""Of a service's own words: what it means for the caller has to fit behind them."""
_IN_HEADERS: Final = " !#$&'()*+,/:;=?@[]~"
"""Beside letters and digits, what may stand in a header as it is."""
_AGAIN: Final = (408, 425, 429)
"""Not done, and worth another try."""
_MAYBE_DONE: Final = (302, 303)
"""How a web page says that a form was taken, and where to look (RFC 9110, 15.4.4)."""
CONFLICT: Final = 409
"""With an idempotency key: the same request is being done already."""


class _Again(ToolError):
    """Another try may do better."""


@dataclass(slots=True)
class _Run:
    """What became of the request in all of its tries."""

    is_harmless: bool
    """It only looks something up."""
    was_sent: bool = False
    """Of the try that is under way: the service may have seen part of it."""
    may_be_done: bool = False

    async def trace(self, event: str, info: object) -> None:
        """The transport's own news of a request (`httpcore2`): once its headers are on the way, it was sent."""
        del info
        if event.endswith("send_request_headers.started"):
            self.was_sent = True

    @property
    def outcome(self) -> Outcome:
        """Of a failure now."""
        return Outcome.UNKNOWN if self.may_be_done and not self.is_harmless else Outcome.FAILED


class HttpTool:
    """One web service of an agent; serves all of its calls."""

    takes_secrets: Final = True

    def __init__(self, config: HttpToolConfig, setup: Setup) -> None:
        """Raises `ConfigurationError` that names a secret which is not set."""
        self._config, self._agent = config, setup.agent_name
        self.sensitive: Final = config.sensitive
        """Names of parameters that nobody else may see."""
        self._secrets = Secrets(config.variables(), setup.key)
        self._client: httpx2.AsyncClient | None = None
        self.spec = ToolSpec(
            config.name, config.description, config.parameters, config.examples,
            is_harmless=config.is_harmless, confirm=config.is_confirmed, most_per_call=config.most,
        )  # fmt: skip

    async def prepare(self) -> None:
        """Make the pool of connections; none is opened yet."""
        import httpx2

        if self._client is None:
            per_call = dict(self._filled_headers())
            fixed = {name: value for name, value in self._config.headers.items() if name not in per_call}
            headers = {name: self._secrets.fill(value) for name, value in fixed.items()}
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
        """Raises `ToolError`."""
        await self.prepare()
        config, tries = self._config, 0
        run = _Run(config.is_harmless)
        request = self._request(arguments, context, run)
        try:
            async with asyncio.timeout(config.timeout_s):
                while True:
                    try:
                        return self._secrets.mask(await self._ask(request, run))
                    except _Again as error:
                        tries += 1
                        # What may have been done is only sent again when doing it twice is no harm.
                        if tries > config.retries or not (config.is_repeatable or not run.may_be_done):
                            raise self._error(str(error), run) from error
                    run.was_sent = False
                    await asyncio.sleep(tries * PAUSE_S)
        except TimeoutError as error:
            run.may_be_done = run.may_be_done or run.was_sent
            raise self._error(f"the service did not answer in {config.timeout_s:g} s", run) from error

    # ── the request ──────────────────────────────────────────────────────────────────────────────────────────

    def _request(self, arguments: Mapping[str, object], context: ToolContext, run: _Run) -> "httpx2.Request":
        assert self._client is not None
        config = self._config
        facts = {"call.id": context.call_id, "call.caller": context.caller, "call.agent": self._agent}
        filled = {f"{CALL_VARIABLES}{name}": value for name, value in context.variables.items()}
        values: dict[str, Any] = {**arguments, **facts, **filled}
        url, content = self._url(arguments, values), None
        headers = {name: _header(self._secrets.fill(value), context) for name, value in self._filled_headers()}
        if config.method not in WITHOUT_BODY:
            block = dict(arguments) if config.body is None else render_block(config.body, values.get)
            content, headers["Content-Type"] = msgspec.json.encode(block), "application/json"
        if config.idempotency_key:
            headers["Idempotency-Key"] = context.key or uuid.uuid4().hex
        extensions = {"trace": run.trace}
        return self._client.build_request(config.method, url, content=content, headers=headers, extensions=extensions)

    def _filled_headers(self) -> list[tuple[str, str]]:
        """Headers that are another for each call."""
        return [(name, value) for name, value in self._config.headers.items() if used_in(value)]

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
                raise ToolError(f"the tool {config.name} cannot use {segment!r} as {name}")
        if config.method in WITHOUT_BODY:
            rest = {name: value for name, value in arguments.items() if name not in variables(config.url)}
            pairs = "&".join(f"{quote(name, safe='')}={quote(as_text(value), safe='')}" for name, value in rest.items())
            url += ("&" if "?" in url else "?") + pairs if pairs else ""
        if len(url) > URL_CHARS:
            raise ToolError(f"the tool {config.name} takes shorter arguments")
        return url

    # ── the answer ───────────────────────────────────────────────────────────────────────────────────────────

    async def _ask(self, request: "httpx2.Request", run: _Run) -> str:
        import httpx2

        assert self._client is not None
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = await self._body(response, run)
            finally:
                await response.aclose()
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            run.may_be_done = run.may_be_done or run.was_sent
            broke = "the connection to the service broke" if run.was_sent else "the service could not be reached"
            raise _Again(broke) from error
        except ProviderUnavailable as error:
            raise _Again(str(error)) from error
        except ProviderRefused as error:
            raise self._error(str(error), run) from error
        if not 200 <= response.status_code < 300:
            raise self._refusal(response, body, run)
        return self._result(response, body, run)

    async def _body(self, response: "httpx2.Response", run: _Run) -> bytes:
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > ANSWER_BYTES:
                raise self._unreadable(f"answered with more than {ANSWER_BYTES // 1024} kB", run)
        return bytes(body)

    def _refusal(self, response: "httpx2.Response", body: bytes, run: _Run) -> ToolError:
        status = response.status_code
        is_conflict = status == CONFLICT and self._config.idempotency_key
        run.may_be_done = run.may_be_done or status >= 500 or status in _MAYBE_DONE or is_conflict
        if 300 <= status < 400:
            return self._error(f"the service answered {status}, a redirect, which is not followed", run)
        said = _problem_of(response, body)
        text = self._secrets.one_line(f"the service answered {status}{f': {said}' if said else ''}")
        return _Again(text) if status in _AGAIN or status >= 500 else self._error(text, run)

    def _result(self, response: "httpx2.Response", body: bytes, run: _Run) -> str:
        """What the model is told; never empty, since a model that is told nothing says nothing."""
        kind = _kind(response)
        if not body.strip():
            return f"done (the service answered {response.status_code} and nothing else)"
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise self._unreadable("compressed its answer, which it was asked not to", run)
        if kind.startswith("text/") and kind != "text/html" and not self._config.result:
            return shortened(body.decode("utf-8", "replace").strip())
        if not (kind in ("", "text/plain") or _is_json(kind)):
            raise self._unreadable(f"answered with {kind[:60]}, and only JSON and plain text can be read", run)
        try:
            document = msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise self._unreadable("answered with JSON that cannot be read", run) from error
        if not self._config.result:
            return shortened(document if isinstance(document, str) else msgspec.json.encode(document).decode())
        return shortened(render(self._config.result, lambda path: _picked(document, path)))

    # ── errors ───────────────────────────────────────────────────────────────────────────────────────────────

    def _unreadable(self, text: str, run: _Run) -> ToolError:
        """It has answered, and nobody can say what."""
        run.may_be_done = True
        return self._error(f"the service {text}", run)

    def _error(self, text: str, run: _Run) -> ToolError:
        return ToolError(self._secrets.one_line(text), outcome=run.outcome)


def _header(value: str, context: ToolContext) -> str:
    """A header with its variables filled in: printable ASCII, whatever they hold."""
    safe = {name: quote(one_line(one), safe=_IN_HEADERS) for name, one in context.variables.items()}
    return in_sentence(value, safe)


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
