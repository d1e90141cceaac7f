"""The carrier's way to the server: over the network, or in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from offhook.simulator.carrier_stream import StreamMaker
from offhook.simulator.carrier_twiml import Verb
from offhook.simulator.carrier_web import Account, LogEntry, Source


class Web(Protocol):
    """The carrier as a client of the server's webhooks."""

    @property
    def account(self) -> Account:
        """Whose calls these are."""

    @property
    def origin(self) -> str:
        """Scheme and host of the server, as the carrier knows it."""

    async def document(self, source: Source, fields: Mapping[str, str], token: str) -> tuple[Verb, ...]:
        """Fetch and parse a document; `token` marks a repeated request. Raises `WebhookFailed`."""

    async def callback(self, url: str, fields: Mapping[str, str]) -> LogEntry | None:
        """A status callback, best effort; what went wrong, if anything did."""


@dataclass(frozen=True, slots=True)
class Way:
    """The carrier's way to the server."""

    web: Web
    open_stream: StreamMaker
    mint: Callable[[str], str]
    """A new SID with this prefix."""
    on_tick: Callable[[float], None] | None = None
    """Called after each 20 ms of the caller's telephone with the time."""
