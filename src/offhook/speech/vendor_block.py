"""What the blocks of all vendors have in common: an address, and a key by name."""

from collections.abc import Collection
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from offhook.errors import ConfigurationError
from offhook.speech.ports import ProviderConfig, Setup


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or any(sign in url for sign in "?#@\\") or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("not an address such as https://api.example.com/v1, without user, query or fragment")
    return url.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_checked)]
"""A plain http(s) address, without its last slash."""


def socket_url(base_url: str) -> str:
    """The address of the vendor's sockets for its http(s) address."""
    parts = urlsplit(base_url)
    return parts._replace(scheme="wss" if parts.scheme == "https" else "ws").geturl()


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def plain_host(config: ProviderConfig, allowed: Collection[str]) -> str:
    """The host to which a block would send its key unencrypted, and is not allowed to; empty: none."""
    parts = urlsplit(str(config.model_dump().get("base_url") or ""))
    host = parts.hostname or ""
    return "" if parts.scheme != "http" or is_loopback(parts.geturl()) or host in allowed else host


def key_of(setup: Setup, name: str, base_url: str = "") -> str:
    """The key by its variable's name; empty where `base_url` is a server of this machine and there is none.

    Raises `ConfigurationError`, which never shows the value.
    """
    try:
        if setup.key is None:
            raise ConfigurationError("not set: put the key into this environment variable", field=name)
        key = setup.key(name)
    except ConfigurationError:
        if is_loopback(base_url):
            return ""
        raise
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError("the key cannot be used", field=name, expected="printable ASCII without spaces")
    return key
