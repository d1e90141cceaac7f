"""The dashboard's built pages: read once at start, served from memory below `/`.

    /assets/*            parts with a hash in their name: kept by the browser for ever
    /icon.svg, ...       other files of the build: asked for again, and answered 304
    everything else      the page itself, if a browser asks for a page: its script knows what the address means

The policy lets nothing in but what this server serves; styles that the page makes itself carry the nonce of its answer.
"""

import gzip
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from fastapi import Request, Response

FOLDER: Final = Path(__file__).parents[1] / "dashboard/dist"
PAGE: Final = "index.html"
ASSETS: Final = "/assets/"
NONCE: Final = b"%OFFHOOK_NONCE%"
ISSUER: Final = b"%OFFHOOK_ISSUER%"
"""Whether people may sign in with their company's account, for the page that offers it."""
MIN_ZIPPED: Final = 1024
_KINDS: Final = {
    ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8", ".webp": "image/webp", ".woff2": "font/woff2", ".png": "image/png",
}  # fmt: skip
_PACKED: Final = frozenset({".woff2", ".png", ".webp"})
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self'{sockets}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_SAFE: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_UNBUILT: Final = "The dashboard is not built: `make dashboard` builds it. The API is at /v1, and calls are taken.\n"


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    zipped: bytes | None
    kind: str
    tag: str


class Dashboard:
    """The files of a build."""

    def __init__(self, files: Mapping[str, bytes], *, has_issuer: bool = False) -> None:
        """`files` by their path, which begins with a slash."""
        self._files = {path: _file(path, content) for path, content in files.items() if path != f"/{PAGE}"}
        self._page = files.get(f"/{PAGE}", b"").replace(ISSUER, b"yes" if has_issuer else b"no")

    @classmethod
    def read(cls, folder: Path = FOLDER, *, has_issuer: bool = False) -> "Dashboard":
        """The build that came with the program; empty when there is none. Reads files: not on the loop."""
        found = {
            f"/{PurePosixPath(path.relative_to(folder))}": path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in _KINDS
        }
        return cls(found, has_issuer=has_issuer)

    def answer(self, request: Request) -> Response | None:
        """A file of the build, or the page for a browser that wants one; None: it is not ours."""
        path = request.url.path
        if request.method not in ("GET", "HEAD"):
            return None
        if (file := self._files.get(path)) is not None:
            return _answer(request, file, is_for_ever=path.startswith(ASSETS))
        if path.startswith(ASSETS) or "text/html" not in request.headers.get("accept", ""):
            return None
        return self._answer_page(request) if self._page else Response(_UNBUILT, 503, media_type=_KINDS[".txt"])

    def _answer_page(self, request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        # Old Safari does not take `'self'` for the sockets of its own origin.
        host = request.headers.get("host", "")
        is_plain = host.isascii() and all(sign.isalnum() or sign in ".-:[]" for sign in host)
        sockets = f" ws://{host} wss://{host}" if host and is_plain else ""
        headers = _SAFE | {
            "Cache-Control": "no-store",
            "Content-Security-Policy": _POLICY.format(nonce=nonce, sockets=sockets),
        }
        return Response(self._page.replace(NONCE, nonce.encode()), media_type=_KINDS[".html"], headers=headers)


def _file(path: str, content: bytes) -> _File:
    suffix = PurePosixPath(path).suffix
    zipped = None if suffix in _PACKED or len(content) < MIN_ZIPPED else gzip.compress(content, 9, mtime=0)
    return _File(content, zipped, _KINDS[suffix], f'"{hashlib.sha256(content).hexdigest()[:20]}"')


def _answer(request: Request, file: _File, *, is_for_ever: bool) -> Response:
    headers = _SAFE | {
        "Cache-Control": "public, max-age=31536000, immutable" if is_for_ever else "no-cache",
        "ETag": file.tag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if file.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.zipped, media_type=file.kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(file.content, media_type=file.kind, headers=headers)
