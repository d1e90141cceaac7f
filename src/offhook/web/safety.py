"""What must not be served: a server that checks no signatures where somebody else reaches it.

And which hosts are this machine's own: without a public address, a request's `Host` is what its sender likes, so
that anything that Twilio ever signed for another server could be used again here.
"""

import ipaddress
import re
from typing import Final

from offhook.errors import ConfigurationError
from offhook.settings import Settings

_HOST_AND_PORT: Final = re.compile(r"(\[[^\]]*\]|[^:]*)(?::[0-9]{1,5})?")


def is_loopback(host: str) -> bool:
    """A name or an address, perhaps with a port, that only this machine reaches."""
    found = _HOST_AND_PORT.fullmatch(host.strip().lower())
    # An address of IPv6 has its colons also where it stands alone, as in `--host ::1`.
    name = found[1].strip("[]") if found else host.strip()
    if name.rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def plain_address(host: str) -> str:
    """An address in its one short form: `[::]`, `::0` and `0:0:0:0:0:0:0:0` are `::`. A name stays as it is."""
    bare = host.strip()
    bare = bare[1:-1] if bare.startswith("[") and bare.endswith("]") else bare
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return bare


def why_unsafe(settings: Settings, host: str = "127.0.0.1") -> str:
    """Why this cannot be served on `host`, in a sentence; empty when it can."""
    if not settings.unsigned:
        return ""
    public = settings.public_url.partition("://")[2].partition("/")[0]
    if settings.twilio_auth_token or settings.twilio_shared_keys:
        key = "TWILIO_AUTH_TOKEN" if settings.twilio_auth_token else "TWILIO_SHARED_KEYS"
        return f"OFFHOOK_UNSIGNED switches off the signatures that {key} is for: unset one of the two"
    if public and not is_loopback(public):
        return f"OFFHOOK_UNSIGNED lets anybody who reaches {public} place calls: unset it, and set TWILIO_AUTH_TOKEN"
    if not is_loopback(host):
        return f"OFFHOOK_UNSIGNED is for this machine alone, and --host {host} is reached from others: unset one"
    return ""


def require_safe(settings: Settings, host: str = "127.0.0.1") -> None:
    """Raises `ConfigurationError` for what must not be served."""
    if why := why_unsafe(settings, host):
        raise ConfigurationError(why)


def stranger(settings: Settings, host: str) -> str:
    """Why a request to this `Host` is not taken, in a sentence; empty when it is."""
    if settings.public_url or is_loopback(host):
        return ""
    shown = ascii(host[:100])[1:-1]
    return f"it was sent to {shown or 'no host'}, and OFFHOOK_PUBLIC_URL is not set: set it to https://{shown}"
