"""How often the API is asked: by each key, by each session, and by strangers from one address."""

from collections.abc import MutableMapping
from typing import Any, Final

from starlette.requests import HTTPConnection

from offhook import clock
from offhook.platform.buckets import Allowance, Buckets
from offhook.platform.callers import Caller
from offhook.platform.problems import TooMany

STRANGERS: Final = Allowance(60, 1.0)
_TOLD: Final = "offhook.rate"


class Rates:
    """Counts requests of this process."""

    def __init__(self, per_minute: int) -> None:
        self._callers = Buckets(Allowance(max(10, per_minute // 6), 60.0 / per_minute))
        self._strangers = Buckets(STRANGERS)

    def count(self, caller: Caller, scope: MutableMapping[str, Any]) -> None:
        """One more request; the answer will tell what is left. Raises `TooMany`."""
        at, key = clock.machine(), caller.session or caller.actor.id
        wait_s = self._callers.take(key, at)
        scope[_TOLD] = self._headers(key, at)
        if wait_s:
            raise TooMany("too many requests", retry_after_s=max(1.0, wait_s))

    def count_stranger(self, address: str) -> None:
        """One more whose key is not known. Raises `TooMany`."""
        if wait_s := self._strangers.take(address, clock.machine()):
            raise TooMany("too many requests with keys that nobody has", retry_after_s=max(1.0, wait_s))

    def _headers(self, key: str, at: float) -> dict[str, str]:
        # draft-ietf-httpapi-ratelimit-headers: what is allowed, what is left, and when all of it is there again.
        allowance, left = self._callers.allowance, self._callers.left(key, at)
        window_s = max(1, round(allowance.most * allowance.every_s))
        whole_s = max(0, round((allowance.most - left) * allowance.every_s + 0.5))
        return {
            "RateLimit-Policy": f'"requests";q={allowance.most};w={window_s}',
            "RateLimit": f'"requests";r={int(left)};t={whole_s}',
        }


def rates_of(connection: HTTPConnection) -> Rates:
    """Those of this server."""
    rates = connection.app.state.rates
    assert isinstance(rates, Rates)
    return rates


def told(scope: MutableMapping[str, Any]) -> dict[str, str]:
    """Headers for the answer to the request with this ASGI scope; none where nobody was counted."""
    found = scope.get(_TOLD)
    return found if isinstance(found, dict) else {}
