"""Webhooks about calls that live in another process: whoever has the call answers, over the bus."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from offhook.platform.bus import Body, Bus

TOPIC: Final = "webhook"
ASK_S: Final = 1.0
"""The carrier waits 15 s for its document; when nobody knows the call, this process answers after so long."""


class OtherProcesses:
    """As `offhook.web.ports.Elsewhere`."""

    def __init__(self, bus: Bus, knows: Callable[[str], bool]) -> None:
        """`knows`: whether a call, by the carrier's id, lives in this process."""
        self._bus, self._knows = bus, knows

    async def ask(self, call_sid: str, question: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What the process answers where the call lives; None: it lives here, or nobody knows it."""
        if self._knows(call_sid):
            return None
        return await self._bus.ask_all(TOPIC, {"call_sid": call_sid, "question": dict(question)}, ASK_S)

    def answer_with(self, answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        """How the others' questions are answered about calls that live here."""

        async def perhaps(body: Body) -> Body | None:
            return answer(body["question"]) if self._knows(body["call_sid"]) else None

        self._bus.answer_if(TOPIC, perhaps)
