"""What a variable of the environment can hold: each reads a text, or raises `Unfit` with what was expected."""

import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit


class Unfit(ValueError):
    """Says what was expected."""


def is_plain(text: str) -> bool:
    """Signs that a header can hold, without spaces."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def account_sid(text: str) -> str:
    """A Twilio account's SID."""
    if not re.fullmatch(r"AC[0-9A-Za-z]{4,64}", text):
        raise Unfit("the account's SID: AC and 32 hexadecimal digits")
    return text


def url(text: str) -> str:
    """An address, without a slash at its end."""
    expected = "an address such as https://voice.example.com, without user, query or fragment"
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise Unfit(expected) from None
    if not fits or re.search(r"[?#@\s\\]|[^\x21-\x7e]", text):
        raise Unfit(expected)
    return text.rstrip("/")


def urls(text: str) -> Mapping[str, str]:
    """Addresses by names."""
    entries = [entry.partition("=") for entry in re.split(r"[\s,]+", text) if entry]
    if any(not re.fullmatch(r"[a-z0-9_]{1,40}", name) for name, _, _ in entries):
        raise Unfit("names with addresses, spaces between them: deepgram=https://api.eu.deepgram.com")
    return {name: url(address) for name, _, address in entries}


def folder(text: str) -> Path:
    """A folder, that may not be there yet."""
    path = Path(text).expanduser()
    if "\0" in text or (path.exists() and not path.is_dir()):
        raise Unfit("a folder")
    return path


def names(text: str) -> tuple[str, ...]:
    """Names of variables."""
    names = tuple(part for part in re.split(r"[\s,]+", text) if part)
    if any(not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*\*?", name) for name in names):
        raise Unfit("names of variables with spaces between them, a * only at an end: OPENAI_API_KEY SHOP_*")
    return names


def hosts(text: str) -> tuple[str, ...]:
    """Hosts, in small letters."""
    hosts = tuple(part.lower() for part in re.split(r"[\s,]+", text) if part)
    if any(not re.fullmatch(r"[a-z0-9._:-]+", host) for host in hosts):
        raise Unfit("hosts with spaces between them, as in an address: 192.168.1.20 gpu.example.com")
    return hosts


def issuer(text: str) -> str:
    """An issuer's address."""
    # A slash at the end is a part of the name, and some issuers have one.
    url(text)
    return text


def plain(text: str) -> str:
    """A short text without spaces."""
    if not is_plain(text) or len(text) > 300:
        raise Unfit("printable ASCII without spaces")
    return text


def emails(text: str) -> tuple[str, ...]:
    """E-mail addresses."""
    emails = tuple(part.lower() for part in re.split(r"[\s,]+", text) if part)
    if any(not re.fullmatch(r"[^@]+@[^@]+", email) for email in emails):
        raise Unfit("addresses with spaces between them: ann@example.com bob@example.com")
    return emails


def networks(text: str) -> tuple[str, ...]:
    """Networks of addresses, as CIDR."""
    try:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in re.split(r"[\s,]+", text) if part)
    except ValueError:
        raise Unfit("networks with spaces between them: 10.0.0.0/8 172.17.0.1") from None


def ip_address(text: str) -> str:
    """An address of IPv4 or IPv6."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise Unfit("an address of this machine as 10.0.0.7") from None


def telephone_number(text: str) -> str:
    """A number in E.164."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", text):
        raise Unfit("a telephone number as +15005550006")
    return text


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise Unfit("one of " + ", ".join(choices))
        return text

    return parse


def number(least: float, most: float) -> Callable[[str], float]:
    """A number between these, both included."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise Unfit(f"a number from {least:g} to {most:g}")
        return value

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A whole number between these, both included."""

    def parse(text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise Unfit(f"a whole number from {least} to {most}")
        return int(text)

    return parse


def switch(text: str) -> bool:
    """On or off."""
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise Unfit("1 or 0")
