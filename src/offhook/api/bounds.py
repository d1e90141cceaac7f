"""Bounds of what is sent to the API: a body's size and depth, and signs that no database takes.

A body is read here, within its bounds, before anybody looks at it. Uploads have bounds of their own (`UPLOADS`) and
are passed on as they come. Of who is not known no more is read than a sign-in takes: whoever reaches the port could
fill memory and disk with what is refused afterwards.
"""

import contextlib
import re
from collections.abc import MutableMapping
from typing import Any, Final

import numpy as np
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from offhook.api.auth import require_known
from offhook.api.problems import of_error, problem
from offhook.api.rates import told
from offhook.errors import OffhookError
from offhook.knowledge.read import LARGEST_FILE_BYTES
from offhook.platform.problems import Flaw, Invalid

BODY_BYTES: Final = 1024 * 1024
STRANGERS_BYTES: Final = 16 * 1024
"""Of a body that are read before it is known whose it is."""
DEPTH: Final = 64
UPLOADS: Final[tuple[tuple[str, re.Pattern[str], int], ...]] = (
    ("POST", re.compile(r"/agents/[^/]+/documents"), LARGEST_FILE_BYTES + BODY_BYTES),
)
"""Method, path below `/v1` and most bytes of the routes that take more than `BODY_BYTES`."""
_SAFE: Final = {
    # Who asks decides what is answered: no proxy may keep it for somebody else.
    "cache-control": "no-store",
    # An answer is no page, whatever somebody has put into it, and no part of another site's page.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
"""Headers of an answer that does not say otherwise."""
_HALF: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
"""A surrogate without its other half."""
_QUOTE: Final = ord('"')
_STEPS: Final = np.zeros(256, np.int8)
_STEPS[list(b"[{")], _STEPS[list(b"]}")] = 1, -1


class TooLarge(Exception):
    """More bytes came than the route takes."""


class Bounds:
    """The API behind its bounds: an ASGI application around another."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        count = _Count()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                headers += [(name.lower().encode(), value.encode()) for name, value in told(scope).items()]
                said = {name.lower() for name, _ in headers}
                headers += [
                    (one, value.encode()) for name, value in _SAFE.items() if (one := name.encode()) not in said
                ]
                message = {**message, "headers": headers}
            await send(message)

        async def tell(message: Message) -> None:
            # Whoever read what came to its bound may have taken the end for another fault.
            if not count.is_over:
                await answer(message)

        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            await _refuse(scope, receive, answer, 400, "an address holds no NUL", "request.unreadable")
            return
        try:
            receive = await _bounded(scope, receive, count)
        except TooLarge:
            count.is_over = True
        except OffhookError as error:
            await of_error(error)(scope, receive, answer)
            return
        if not count.is_over:
            with contextlib.suppress(TooLarge):
                await self._app(scope, receive, tell)
        if count.is_over:
            most = _upload_bytes(scope) or BODY_BYTES
            await _refuse(scope, receive, answer, 413, f"the body is longer than {most} bytes", "request.too_large")


def is_too_deep(body: bytes) -> bool:
    """Lists and objects are nested deeper than `DEPTH`: a megabyte in some milliseconds, whatever stands in it."""
    if body.count(b"[") + body.count(b"{") <= DEPTH:
        return False
    signs = np.frombuffer(_without_backslashes(body).replace(b'\\"', b""), np.uint8)
    is_text = np.bitwise_xor.accumulate(signs == _QUOTE)
    depths = np.cumsum(np.where(is_text, 0, _STEPS[signs]), dtype=np.int32)
    return bool(depths.max() > DEPTH)


def _without_backslashes(body: bytes) -> bytes:
    # A backslash that stands for itself is two of them: without those, each that is left begins an escape.
    return body.replace(rb"\\", b"")


async def _bounded(scope: Scope, receive: Receive, count: "_Count") -> Receive:
    """What the body is read from. Raises `TooLarge`, `Invalid`, and as `require_known`."""
    if most := _upload_bytes(scope):
        await require_known(HTTPConnection(scope))
        return count.counted(receive, most)
    body = await _whole(scope, receive, BODY_BYTES)
    if why := _why_unfit(body) if _is_json(scope) else "":
        raise Invalid([Flaw("", why)], message=why)
    return _again(body, receive)


def _why_unfit(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        return "the body is no UTF-8"
    if is_too_deep(body):
        return f"lists and objects are nested deeper than {DEPTH}"
    escapes = _without_backslashes(body)
    if rb"\u0000" in escapes:
        return "a text holds no NUL"
    if rb"\u" in escapes and _HALF.search(escapes):
        return "a text holds half a sign (a lone surrogate)"
    return ""


def _upload_bytes(scope: Scope) -> int:
    """Most bytes of a route that takes uploads; 0: of others."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return next((most for method, pattern, most in UPLOADS if scope["method"] == method and pattern.fullmatch(path)), 0)


def _is_json(scope: Scope) -> bool:
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    return not kinds or b"json" in kinds[0].lower()


async def _whole(scope: Scope, receive: Receive, most: int) -> bytes:
    """The body. Raises `TooLarge`, and as `require_known` when a stranger sends more than a sign-in takes."""
    sizes = [value for name, value in scope["headers"] if name == b"content-length"]
    size = int(sizes[0]) if sizes and sizes[0].isdigit() else 0
    pieces, came, is_known, is_whole = list[bytes](), 0, False, False
    while True:
        if size > STRANGERS_BYTES and not is_known:
            await require_known(HTTPConnection(scope))
            is_known = True
        if size > most:
            raise TooLarge
        if is_whole:
            return b"".join(pieces)
        message = await receive()
        if message["type"] != "http.request":
            return b""  # It is gone: whoever reads on learns it once more.
        pieces.append(message.get("body", b""))
        came += len(pieces[-1])
        size, is_whole = max(size, came), not message.get("more_body", False)


def _again(body: bytes, receive: Receive) -> Receive:
    is_given = False

    async def give() -> MutableMapping[str, Any]:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


class _Count:
    """Of the bytes of one upload."""

    def __init__(self) -> None:
        self.is_over = False

    def counted(self, receive: Receive, most: int) -> Receive:
        size = 0

        async def give() -> MutableMapping[str, Any]:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                self.is_over = True
                raise TooLarge
            return message

        return give


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, detail: str, code: str) -> None:
    await problem(status, detail, code, "Send less, or something else.")(scope, receive, send)
