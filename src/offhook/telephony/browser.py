"""A call from a browser: nobody's telephone, and no carrier behind it. Its line is its media connection."""

import secrets
from collections.abc import Callable
from typing import Final

from offhook.errors import ProviderRefused
from offhook.telephony.facts import CallFacts
from offhook.telephony.line import Line

PREFIX: Final = "browser-"
"""No carrier's id of a call has a hyphen."""
_ID_BYTES: Final = 16


def browser_facts(from_name: str = "browser", to_name: str = "", origin: str = "") -> CallFacts:
    """The facts of a new call from a browser, with an id of its own."""
    return CallFacts(f"{PREFIX}{secrets.token_hex(_ID_BYTES)}", from_name, to_name, "inbound", origin)


def is_browser_call(facts: CallFacts) -> bool:
    """True when no carrier has this call."""
    return facts.call_sid.startswith(PREFIX)


class BrowserLine:
    """A `Line` that ends with its leg, and leads nowhere else."""

    @property
    def can_transfer(self) -> bool:
        """There is no telephone to connect."""
        return False

    async def hang_up(self) -> None:
        """The leg is closed with the call, which is all there is."""

    async def transfer(self, call: str, number: str, ring_s: float) -> None:
        """Refused."""
        del call, number, ring_s
        raise ProviderRefused("a browser's call cannot be connected to a telephone", provider="browser")


def with_browsers(carrier: Callable[[CallFacts], Line]) -> Callable[[CallFacts], Line]:
    """The lines of a carrier, and of browsers beside them: the carrier is never asked about a call that it has not."""

    def line(facts: CallFacts) -> Line:
        return BrowserLine() if is_browser_call(facts) else carrier(facts)

    return line
