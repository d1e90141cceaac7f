"""Whether a browser's request comes from a page of ours. Whoever is no browser says no origin, and has a token."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


def is_own_origin(headers: Mapping[str, str], public_url: str) -> bool:
    """Header names in lower case. True: there is no `Origin`, or it is this server's (RFC 6454, 7).

    A proxy in front may ask with a `Host` of its own; then the origin is that of `OFFHOOK_PUBLIC_URL`.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    found = _place(origin)
    if found is None:
        return False
    scheme, _, _ = found
    return found in (_place(f"{scheme}://{headers.get('host', '')}"), _place(public_url))


def _place(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what is no address (`null`: a page without an origin of its own)."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
