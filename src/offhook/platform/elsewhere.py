"""Calls that live in another process of this installation: whoever has the call answers its webhooks, and is handed its
media. Asked over the bus."""

import ipaddress
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from offhook import clock
from offhook.platform.bus import Body, Bus, BusDown, NoAnswer
from offhook.platform.call_doors import Elsewhere, NotLive

WEBHOOK: Final = "webhook"
WHERE: Final = "where"
LISTEN: Final = "call.listen"
TICKET_S: Final = 10.0
MOST_TICKETS: Final = 200
ASK_S: Final = 1.0
"""The carrier waits 15 s for its document; when nobody knows the call, this process answers after so long."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where another process lets us listen to a call, once and soon."""

    host: str
    port: int
    ticket: str


class OtherProcesses:
    """As `offhook.web.ports.Elsewhere`."""

    def __init__(self, bus: Bus, knows: Callable[[str], bool], lives: Callable[[str], bool]) -> None:
        """`knows`: whether a call, by the carrier's id, lives here or has; `lives`: whether it does, by our own id."""
        self._bus, self._knows, self._lives = bus, knows, lives
        self.address: tuple[str, int] | None = None
        """Where the others reach this very process."""
        self._tickets: dict[str, tuple[str, float]] = {}
        bus.answer_if(WHERE, self._here)
        bus.answer(LISTEN, self._let_listen)

    async def ask(self, call_sid: str, question: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What the process answers where the call lives; None: it lives here, or nobody knows it."""
        if self._knows(call_sid):
            return None
        return await self._bus.ask_all(WEBHOOK, {"call_sid": call_sid, "question": dict(question)}, ASK_S)

    def answer_with(self, answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        """How the others' questions are answered about calls that live here."""

        async def perhaps(body: Body) -> Body | None:
            return answer(body["question"]) if self._knows(body["call_sid"]) else None

        self._bus.answer_if(WEBHOOK, perhaps)

    async def where(self, call_id: str) -> tuple[str, int] | None:
        """Host and port of the process where this call lives; None: of none that can be reached."""
        found = await self._bus.ask_all(WHERE, {"call_id": call_id}, ASK_S)
        if found is None:
            return None
        return _reached(found)

    async def door(self, process_id: str, call_id: str) -> Door:
        """Where the process that has this call lets us listen. Its sound goes from process to process, never over the
        bus. Raises `NotLive`, `Elsewhere`: it cannot be reached."""
        try:
            found = await self._bus.request(process_id, LISTEN, {"call_id": call_id}, ASK_S)
        except (NoAnswer, BusDown) as error:
            raise Elsewhere(f"the process that has the call cannot be reached: {error}") from error
        if not found["lives"]:
            raise NotLive
        where = _reached(found) if found["ticket"] else None
        if where is None:
            raise Elsewhere("the process that has the call has no address that is reached from here")
        return Door(*where, str(found["ticket"]))

    def redeem(self, ticket: str, call_id: str) -> bool:
        """Another process comes through the door that it was told, for one of its own callers."""
        known, until = self._tickets.pop(ticket, ("", 0.0))
        return known == call_id and clock.now() < until

    async def _let_listen(self, body: Body) -> Body:
        call_id, at = str(body["call_id"]), clock.now()
        if not self._lives(call_id):
            return {"lives": False}
        self._tickets = {ticket: kept for ticket, kept in self._tickets.items() if kept[1] > at}
        if self.address is None or len(self._tickets) >= MOST_TICKETS:
            return {"lives": True, "ticket": ""}
        ticket = secrets.token_urlsafe(32)
        self._tickets[ticket] = call_id, at + TICKET_S
        return {"lives": True, "ticket": ticket, **self._place(self.address)}

    async def _here(self, body: Body) -> Body | None:
        if self.address is None or not self._lives(body["call_id"]):
            return None
        return self._place(self.address)

    def _place(self, address: tuple[str, int]) -> dict[str, Any]:
        host, port = address
        return {"host": host, "port": port, "machine": socket.gethostname()}


def _reached(found: Body) -> tuple[str, int] | None:
    host, port = str(found["host"]), int(found["port"])
    # The loopback of another machine is not ours.
    is_reached = not ipaddress.ip_address(host).is_loopback or found["machine"] == socket.gethostname()
    return (host, port) if is_reached else None
