"""Calls that live in another process of this installation: whoever has the call answers its webhooks, and is handed its
media. Asked over the bus."""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final

from offhook.platform.bus import Body, Bus

WEBHOOK: Final = "webhook"
WHERE: Final = "where"
ASK_S: Final = 1.0
"""The carrier waits 15 s for its document; when nobody knows the call, this process answers after so long."""


class OtherProcesses:
    """As `offhook.web.ports.Elsewhere`."""

    def __init__(self, bus: Bus, knows: Callable[[str], bool], lives: Callable[[str], bool]) -> None:
        """`knows`: whether a call, by the carrier's id, lives here or has; `lives`: whether it does, by our own id."""
        self._bus, self._knows, self._lives = bus, knows, lives
        self.address: tuple[str, int] | None = None
        """Where the others reach this very process."""
        bus.answer_if(WHERE, self._here)

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
        host, port = str(found["host"]), int(found["port"])
        # The loopback of another machine is not ours.
        is_reached = not ipaddress.ip_address(host).is_loopback or found["machine"] == socket.gethostname()
        return (host, port) if is_reached else None

    async def _here(self, body: Body) -> Body | None:
        if self.address is None or not self._lives(body["call_id"]):
            return None
        host, port = self.address
        return {"host": host, "port": port, "machine": socket.gethostname()}
