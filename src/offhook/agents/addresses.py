"""Which addresses a tool may reach, and what an address in the owner's file must look like."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from offhook.agents import networks

_ODD: Final = re.compile(r"[\s\\\x00-\x1f\x7f]|[^\x21-\x7e]")


def is_public(address: str) -> bool:
    """True for an address of the public internet, for that which it carries inside it too. Raises `ValueError`."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = networks.inside(found) if isinstance(found, ipaddress.IPv6Address) else None
    if inner is not None and not is_public(str(inner)):
        return False
    if isinstance(found, ipaddress.IPv6Address) and (found.ipv4_mapped or found in networks.NAT64):
        return True  # Only another way to write the one inside.
    # The interpreter's own table beside ours: it differs from patch level to patch level, and may know of more.
    return not networks.is_special(found) and found.is_global and not found.is_multicast and not found.is_reserved


def check_url(url: str, *, allow_private: bool) -> None:
    """Raises `ValueError` for what is no https address, or one of a private network that was not allowed."""
    expected = "an address such as https://shop.example.com/api/orders, without user or fragment"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        fits = parts.scheme in ("http", "https") and bool(host) and parts.port != 0
    except ValueError:
        fits, host, parts = False, "", urlsplit("")
    if not fits or "@" in parts.netloc or "{" in parts.netloc or parts.fragment or _ODD.search(url):
        raise ValueError(f"expected {expected}")
    if {".", ".."} & set(parts.path.split("/")):
        raise ValueError("the path must not hold . or ..")
    if allow_private:
        return
    if parts.scheme == "http":
        raise ValueError("plain http is only for a service of your own network: https, or allow_private: true")
    if host == "localhost" or host.endswith(".localhost") or _is_private_literal(host):
        raise ValueError(f"{host} is an address of a private network: set allow_private: true if it is meant")


def _is_private_literal(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return False  # A name: it is looked at when it is resolved.
