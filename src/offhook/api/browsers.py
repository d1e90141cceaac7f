"""What is special about requests of browsers: the session's cookie, pages of other sites, and where they come from."""

import ipaddress
from collections.abc import Mapping
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from offhook.platform.people_rows import LONGEST_MS
from offhook.platform.problems import Forbidden
from offhook.platform.throttle import network_of
from offhook.settings import Settings
from offhook.web.origin import is_own_origin
from offhook.web.safety import is_loopback

SESSION_COOKIE: Final = "__Host-offhook"
"""The prefix binds it to https, to this very host and to the path `/` (RFC 6265bis, 4.1.3.2)."""
PLAIN_COOKIE: Final = "offhook"
"""On this machine itself, over plain http, where not every browser keeps a cookie with the prefix."""


class ForeignPage(Forbidden):
    """A page of another site asks in the name of whoever is signed in."""

    code = "session.foreign_page"
    what_to_do = "Open Offhook's own page. If it is behind a proxy, set OFFHOOK_PUBLIC_URL to its address."


class NeedsHttps(Forbidden):
    """Over plain http a session could be read on the way."""

    code = "session.needs_https"
    what_to_do = "Open it at an https address, or at http://127.0.0.1 on the machine itself."


def cookie_name(connection: HTTPConnection, name: str = "") -> str:
    """What the session's cookie is called for this host; with a name, another one beside it."""
    base = PLAIN_COOKIE if is_loopback(connection.headers.get("host", "")) else SESSION_COOKIE
    return f"{base}-{name}" if name else base


def session_of(connection: HTTPConnection) -> str:
    """What the session's cookie holds; empty without one."""
    return connection.cookies.get(cookie_name(connection), "")


def keep(
    response: Response, connection: HTTPConnection, value: str, *, lasts_s: int = LONGEST_MS // 1000, name: str = ""
) -> None:
    """Have the browser keep the cookie."""
    called = cookie_name(connection, name)
    response.set_cookie(
        called, value, max_age=lasts_s, path="/", httponly=True, samesite="lax", secure=called.startswith("__Host-")
    )


def drop(response: Response, connection: HTTPConnection, name: str = "") -> None:
    """Have the browser forget it."""
    keep(response, connection, "", lasts_s=0, name=name)


def require_own_page(connection: HTTPConnection, settings: Settings, *, is_browser: bool) -> None:
    """Raises `ForeignPage` for what a page of another site asks.

    `is_browser`: a cookie came along, so that there has to be a sign of which page it was; programs have a key and give
    none. For everything that changes something, and for WebSockets, which ask with GET.
    """
    headers = connection.headers
    site, has_origin = headers.get("sec-fetch-site"), "origin" in headers
    if site not in (None, "same-origin", "none") or not is_own_origin(headers, settings.public_url):
        raise ForeignPage
    if is_browser and site is None and not has_origin:
        raise ForeignPage("a request with a cookie says by `Origin` or `Sec-Fetch-Site` which page it is of")


def require_safe_way(connection: HTTPConnection, settings: Settings) -> None:
    """Raises `NeedsHttps` when the browser says that it speaks plain http with another machine."""
    if is_loopback(connection.headers.get("host", "")):
        return
    origin = connection.headers.get("origin", "")
    if origin.startswith("http://") or (not origin and settings.public_url.startswith("http://")):
        raise NeedsHttps


def address_of(connection: HTTPConnection, settings: Settings) -> str:
    """From where it was sent, as far as that can be known: the last proxy that is ours says it (RFC 7239's forerunner).
    Of IPv6 the network of 64 bits, since one person has all of its addresses.

    What it says is for counting attempts, and decides nothing else.
    """
    address = connection.client.host if connection.client is not None else ""
    hops = [hop.strip() for hop in connection.headers.get("x-forwarded-for", "")[:1000].split(",") if hop.strip()]
    while hops and _is_proxy(address, settings):
        address = hops.pop()
    return network_of(address)


def own_base(headers: Mapping[str, str], settings: Settings) -> str:
    """The address under which the browser knows this server: for links and for the way back from an issuer."""
    host = headers.get("host", "")
    return f"http://{host}" if is_loopback(host) or not settings.public_url else settings.public_url


def others_base(headers: Mapping[str, str], settings: Settings) -> str:
    """The address for a link that goes to somebody else: they are not at this machine, wherever its owner sits."""
    return settings.public_url or own_base(headers, settings)


def _is_proxy(address: str, settings: Settings) -> bool:
    if is_loopback(address):
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network) for network in settings.proxies)
