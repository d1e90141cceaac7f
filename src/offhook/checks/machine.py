"""Checks of this machine and its environment: Python, port, folders, the carrier's side."""

import errno
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from offhook.call.records.disk import OsDisk
from offhook.platform.checks import Check, Mark
from offhook.settings import Settings
from offhook.speech.vendor_block import is_loopback
from offhook.web.safety import why_unsafe
from offhook.web.server import descriptors_for, raise_descriptors

OLDEST_PYTHON: Final = (3, 11)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""A disk that is full today costs records, and no call: a server that starts again must answer."""


def of_machine(
    settings: Settings, host: str, port: int | None, *, has_carrier: bool = True, has_accounts: bool = False
) -> Iterator[Check]:
    """What is the same for every agent; without a carrier nothing is asked about telephone calls, without a port (the
    server runs) not whether one is free.

    `has_accounts`: the carrier's accounts are those that workspaces connect, which sign with their own tokens.
    """
    yield _python()
    if port is not None:
        yield _port(host, port)
    yield _data_dir(settings.data_dir, settings.low_disk_mb)
    if has_carrier:
        yield _public_url(settings)
        yield from _twilio(settings)
        yield _signatures(settings, host, has_accounts)
    yield _descriptors(settings.max_calls)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check(Mark.BAD, "python", version, "install Python 3.11 or newer and run `make setup`")
    return Check(Mark.GOOD, "python", version)


def _port(host: str, port: int) -> Check:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the server does: a port whose last connections are only lingering is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return Check(
            Mark.BAD, "port", f"{host}:{port}: {error.strerror or error}", "stop what uses it, or give --port N"
        )
    return Check(Mark.GOOD, "port", f"{host}:{port} is free")


def _data_dir(folder: Path, low_mb: int) -> Check:
    try:
        free_mb = OsDisk().probe(folder) // 1_000_000
    except OSError as error:
        told = f"{folder}: {error.strerror or error}"
        if error.errno in _FULL:
            return Check(Mark.NOTE, "data folder", told, "make room: calls are answered, and not recorded")
        return Check(Mark.BAD, "data folder", told, "set OFFHOOK_DATA_DIR to a writable folder")
    found = f"{folder}, {free_mb:,} MB free"
    if free_mb < low_mb:
        advice = f"make room: below {low_mb} MB (OFFHOOK_LOW_DISK_MB) calls are not recorded"
        return Check(Mark.NOTE, "data folder", found, advice)
    calls = folder / "calls"
    others = [path for path in (folder, calls) if path.exists() and path.stat().st_mode & 0o077]
    if others:
        advice = f"what callers say is for the server's user alone: chmod 700 {' '.join(map(str, others))}"
        return Check(Mark.NOTE, "data folder", found, advice)
    return Check(Mark.GOOD, "data folder", found)


def _public_url(settings: Settings) -> Check:
    url = settings.public_url
    if not url and settings.unsigned:
        return Check(Mark.GOOD, "public URL", "not set: for a trial on this machine none is needed")
    if not url:
        advice = "for a real number set OFFHOOK_PUBLIC_URL to the https address that Twilio reaches"
        return Check(Mark.NOTE, "public URL", "not set", advice)
    parts = urlsplit(url)
    if parts.path:
        return Check(Mark.BAD, "public URL", url, f"leave {parts.path} out: {parts.scheme}://{parts.netloc}")
    if _is_trial(settings):
        return Check(Mark.GOOD, "public URL", url)
    if parts.scheme != "https":
        return Check(Mark.BAD, "public URL", url, "it must begin with https://: Twilio's media socket is wss only")
    if parts.hostname in ("localhost", "127.0.0.1", "::1") or "." not in (parts.hostname or ""):
        return Check(Mark.BAD, "public URL", url, "Twilio cannot reach this name: use one of the public internet")
    return Check(Mark.GOOD, "public URL", url)


def _is_trial(settings: Settings) -> bool:
    """The carrier is a simulated one on this machine: it reaches any address, and its credentials have any form."""
    return settings.unsigned or is_loopback(settings.twilio_base_url)


def _twilio(settings: Settings) -> Iterator[Check]:
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token.reveal()
    if not sid and not token:
        if settings.unsigned:
            return
        advice = "for a real number set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (Twilio's console shows both)"
        yield Check(Mark.NOTE, "Twilio", "no credentials", advice)
        return
    strange = Mark.NOTE if _is_trial(settings) else Mark.BAD
    if re.fullmatch(r"AC[0-9a-f]{32}", sid):
        yield Check(Mark.GOOD, "Twilio account", f"{sid[:6]}...")
    elif sid:
        yield Check(strange, "Twilio account", "another form", "TWILIO_ACCOUNT_SID is AC and 32 characters of 0-9, a-f")
    else:
        advice = "set TWILIO_ACCOUNT_SID: without it no call can be transferred or hung up over REST"
        yield Check(Mark.NOTE, "Twilio account", "not set", advice)
    if keys := len(settings.twilio_shared_keys):
        yield Check(Mark.GOOD, "Twilio shared keys", f"{keys} set")
    if re.fullmatch(r"[0-9a-f]{32}", token):
        yield Check(Mark.GOOD, "Twilio token", "set")
    elif token:
        yield Check(strange, "Twilio token", "another form", "TWILIO_AUTH_TOKEN is 32 characters of 0-9, a-f")


def _signatures(settings: Settings, host: str, has_accounts: bool) -> Check:
    """Whether any request at all will be let in."""
    if unsafe := why_unsafe(settings, host):
        return Check(Mark.BAD, "signatures", "not asked for", unsafe)
    if settings.unsigned:
        advice = "unset OFFHOOK_UNSIGNED before anybody else can reach this machine"
        return Check(Mark.NOTE, "signatures", "not asked for", advice)
    if settings.twilio_auth_token or settings.twilio_shared_keys:
        return Check(Mark.GOOD, "signatures", "checked")
    if has_accounts:
        advice = "connect an account (the page Numbers, or POST /v1/carrier-accounts), or set TWILIO_AUTH_TOKEN"
        return Check(Mark.NOTE, "signatures", "checked with the tokens of the accounts that are connected", advice)
    advice = (
        "set TWILIO_AUTH_TOKEN; or, to try it on this machine alone, put OFFHOOK_UNSIGNED=1 in front of the command"
    )
    return Check(Mark.BAD, "signatures", "no token, so every call would be refused", advice)


def _descriptors(calls: int) -> Check:
    files, wanted = raise_descriptors(), descriptors_for(calls)
    found = f"{files} may be open, {calls} calls need {wanted}"
    if files < wanted:
        return Check(Mark.NOTE, "open files", found, "raise LimitNOFILE of the service (ulimit -n)")
    return Check(Mark.GOOD, "open files", found)
