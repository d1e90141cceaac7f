"""The pacer drives a call's playout: one timer of the event loop, no task, no queue."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from offhook.audio.g711 import ulaw_gain_table
from offhook.call.inbox import Inbox
from offhook.core.events import Event
from offhook.core.playout import Playout
from offhook.telephony.leg import Leg


class AgentRecorder(Protocol):
    """Keeps what the caller heard of the agent."""

    def agent(self, at: float, audio: bytes) -> None:
        """Mu-law that is heard from `at` on the call's clock."""

    def cut(self, at: float) -> None:
        """What was to be heard from `at` on was dropped."""


class Pacer:
    """Playout on a leg, in the event loop's time."""

    def __init__(self, leg: Leg, inbox: Inbox, recorder: AgentRecorder) -> None:
        self._leg, self._inbox, self._recorder = leg, inbox, recorder
        self._timer: asyncio.TimerHandle | None = None
        self._room: asyncio.Future[None] | None = None
        self._room_s = 0.0
        self.playout = Playout(self)

    # ── the sink of playout ──────────────────────────────────────────────────────────────────────────────────

    def send_audio(self, audio: bytes, plays_at: float) -> None:
        """To the carrier and, at the time it is heard, into the recording."""
        self._leg.send_audio(audio)
        self._recorder.agent(plays_at, audio)

    def send_mark(self, name: str) -> None:
        """To the carrier."""
        self._leg.send_mark(name)

    def send_clear(self, at: float) -> None:
        """To the carrier; what was still to be heard is not in the recording either."""
        self._leg.send_clear()
        self._recorder.cut(at)

    def post(self, event: Event) -> None:
        """To the conversation."""
        self._inbox.put(event)

    # ── driving it ───────────────────────────────────────────────────────────────────────────────────────────

    def run(self, act: Callable[[Playout, float], object]) -> None:
        """Act on the playout now, and be woken when it wants to be."""
        act(self.playout, self._inbox.now())
        self._arm()

    def duck(self, gain_db: float) -> None:
        """Go on quieter."""
        gain = ulaw_gain_table(gain_db)
        self.run(lambda playout, at: playout.duck(gain, at))

    def mark_reached(self, name: str) -> None:
        """A mark came back."""
        self.run(lambda playout, _: playout.mark_reached(name))

    async def wait_for_room(self, most_s: float) -> None:
        """Wait until less than `most_s` seconds of audio wait to be sent."""
        while self.playout.unsent_s >= most_s:
            self._room, self._room_s = asyncio.get_running_loop().create_future(), most_s
            await self._room

    def stop(self) -> None:
        """No more of it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self.playout.wakeup_at
        if at is not None:
            self._timer = asyncio.get_running_loop().call_at(self._inbox.loop_time(at), self._tick)
        if self._room is not None and self.playout.unsent_s < self._room_s:
            if not self._room.done():
                self._room.set_result(None)
            self._room = None

    def _tick(self) -> None:
        self._timer = None
        self.playout.due(self._inbox.now())
        self._arm()
