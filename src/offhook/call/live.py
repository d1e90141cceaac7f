"""The calls that live in this process: who may come in, who is in, and how they leave."""

import asyncio
import logging
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offhook import clock
from offhook.call.call import CallHandle, run_call, started_at
from offhook.call.files import DiskWriter
from offhook.call.journal import Header
from offhook.call.record import CallRecord
from offhook.call.runtime import AgentRuntime
from offhook.core.events import CallerHungUp, EndRequested
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg, LegStarted

__all__ = ["CallFacts", "Limits", "LiveCalls"]

_LOG: Final = logging.getLogger("offhook.calls")
TOKEN_S: Final = 60.0
"""From the voice webhook to the media's start; the carrier takes less than a second."""
LAG_TICK_S: Final = 0.25
KEPT_OUTCOMES: Final = 1000
"""Ended calls whose reason the after-stream webhook may still ask for."""
APOLOGY_WAIT_S: Final = 8.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What this process takes on."""

    max_calls: int = 50
    max_loop_lag_s: float = 0.15


@dataclass(slots=True)
class _Expected:
    token: str
    facts: CallFacts
    until: float


class LiveCalls:
    """Registry, admission and drain."""

    def __init__(self, runtime: AgentRuntime, data_dir: Path, limits: Limits) -> None:
        self._runtime, self._data_dir, self._limits = runtime, data_dir, limits
        self._expected: dict[str, _Expected] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._handles: dict[str, CallHandle] = {}
        self._outcomes: dict[str, str] = {}
        self._preparation: asyncio.Task[None] | None = None
        self._is_draining = False
        self._lag_s = 0.0
        self._writer = DiskWriter()
        self._all_gone = asyncio.Event()
        self._lag_timer: asyncio.TimerHandle | None = None

    # ── coming in ────────────────────────────────────────────────────────────────────────────────────────────

    def refusal(self) -> str | None:
        """Why a new call is refused now: `draining`, `full`, `lagging`; None when it is welcome."""
        self._forget_late()
        if self._is_draining:
            return "draining"
        if len(self._tasks) + len(self._expected) >= self._limits.max_calls:
            return "full"
        return "lagging" if self._lag_s > self._limits.max_loop_lag_s else None

    def expect(self, call_sid: str, facts: CallFacts) -> str:
        """Reserve a place; the one-shot token that the media's start must bring. Again the same for the same call."""
        self._forget_late()
        expected = self._expected.get(call_sid)
        if expected is None:
            expected = _Expected(secrets.token_urlsafe(24), facts, clock.now() + TOKEN_S)
            self._expected[call_sid] = expected
            if self._preparation is None or self._preparation.done():
                self._preparation = asyncio.create_task(self._runtime.expect_call(), name="expect a call")
        return expected.token

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        """Begin the call, if it was expected and brings its token; else False, and the leg is to be closed."""
        expected = self._expected.get(started.call_sid)
        token = started.parameters.get("token", "")
        if (
            expected is None
            or started.call_sid in self._tasks
            or expected.until < clock.now()
            or not secrets.compare_digest(expected.token.encode(), token.encode())
        ):
            _LOG.warning("media for call %.40r refused: not expected, or its token is wrong or used", started.call_sid)
            return False
        del self._expected[started.call_sid]
        handle = CallHandle(expected.facts, self._data_dir)
        self._handles[started.call_sid] = handle
        task = asyncio.create_task(self._live(leg, handle), name=f"call {started.call_sid}")
        self._tasks[started.call_sid] = task
        return True

    def carrier_ended(self, call_sid: str) -> None:
        """The carrier says the telephone call is over, also when its socket did not."""
        self._expected.pop(call_sid, None)
        if call_sid in self._handles:
            self._handles[call_sid].post(CallerHungUp())

    @property
    def count(self) -> int:
        """Calls that are live."""
        return len(self._tasks)

    @property
    def lag_s(self) -> float:
        """How late the event loop is, in seconds."""
        return self._lag_s

    def outcome(self, call_sid: str) -> str | None:
        """How a call ended; None when it never began here or is still live."""
        return self._outcomes.get(call_sid)

    # ── one call ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _live(self, leg: Leg, handle: CallHandle) -> None:
        facts, reason = handle.facts, "offhook.error"
        try:
            record = CallRecord(self._folder(facts), self._header(facts), self._writer)
            reason = await run_call(leg, handle, self._runtime, record)
            _LOG.info("= %s ended: %s", facts.call_sid, reason)
        except Exception:  # A bug ends this call with an apology, and no other call.
            _LOG.exception("call %s failed", facts.call_sid)
            await self._apologise(leg)
        finally:
            self._tasks.pop(facts.call_sid, None)
            self._handles.pop(facts.call_sid, None)
            self._outcomes[facts.call_sid] = reason
            while len(self._outcomes) > KEPT_OUTCOMES:
                self._outcomes.pop(next(iter(self._outcomes)))
            if not self._tasks:
                self._all_gone.set()

    async def _apologise(self, leg: Leg) -> None:
        spoken = self._runtime.sentences.get(self._runtime.script.failure_goodbye)
        if spoken is not None:
            leg.send_clear()
            leg.send_audio(spoken.audio)
            await asyncio.sleep(min(len(spoken.audio) / 8000, APOLOGY_WAIT_S))
        await leg.hang_up()
        leg.close()

    def _folder(self, facts: CallFacts) -> Path:
        name = "".join(character for character in facts.call_sid if character.isalnum() or character in "-_")[:64]
        return self._data_dir / "calls" / f"{clock.wall():%Y%m%d-%H%M%S}-{name}"

    def _header(self, facts: CallFacts) -> Header:
        return Header(
            call=facts.call_sid,
            agent=self._runtime.agent.name,
            started=started_at(),
            behaviour=self._runtime.behaviour,
            script=self._runtime.script,
            direction=facts.direction,
            from_number=facts.from_number,
            to_number=facts.to_number,
            providers=self._runtime.providers(),
        )

    # ── leaving ──────────────────────────────────────────────────────────────────────────────────────────────

    async def drain(self, deadline_s: float) -> None:
        """Take no new call, let the live ones finish; at the deadline say goodbye, and at last cut the line."""
        self._is_draining = True
        if await self._gone_within(deadline_s):
            return
        _LOG.warning("%d calls are still live after %.0f s: the agent says goodbye", self.count, deadline_s)
        for handle in self._handles.values():
            handle.post(EndRequested("offhook.drained"))
        if await self._gone_within(self._runtime.behaviour.closing_timeout_s + 1.0):
            return
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _gone_within(self, wait_s: float) -> bool:
        try:
            async with asyncio.timeout(wait_s):
                while self._tasks:
                    self._all_gone.clear()
                    await self._all_gone.wait()
        except TimeoutError:
            return False
        return True

    def watch_lag(self) -> None:
        """Measure how late the event loop is, from now until `stop`."""
        loop, due = asyncio.get_running_loop(), clock.now() + LAG_TICK_S

        def tick() -> None:
            late_s = max(clock.now() - due, 0.0)
            # Up at once, down slowly: a stall that was just heard is not forgotten at the next tick.
            self._lag_s = max(late_s, self._lag_s * 0.7)
            self.watch_lag()

        self._lag_timer = loop.call_at(due, tick)

    def stop(self) -> None:
        """The end of the process: write what waits."""
        if self._lag_timer is not None:
            self._lag_timer.cancel()
        if self._preparation is not None:
            self._preparation.cancel()
        self._writer.stop()

    def _forget_late(self) -> None:
        at = clock.now()
        for call_sid in [sid for sid, expected in self._expected.items() if expected.until < at]:
            del self._expected[call_sid]
