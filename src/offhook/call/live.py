"""The calls that live in this process: who may come in, who answers, who is in, and how they leave."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from offhook import about, clock
from offhook.call.admission import Agents, Limits
from offhook.call.aftermath import Aftermath
from offhook.call.boundary import Boundaries
from offhook.call.call import CallWires, run_call
from offhook.call.handle import CallHandle
from offhook.call.lag import LagWatch
from offhook.call.past import PastCalls
from offhook.call.records.port import Records
from offhook.call.runtime import AgentRuntime
from offhook.core.endings import EndReason
from offhook.core.events import CallerHungUp, TransferEnded, TransferEnding
from offhook.errors import TOO_OFTEN, AdmissionRefused, OffhookError, StoreError
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg, LegStarted
from offhook.telephony.line import Line
from offhook.telephony.tokens import TOKEN_S, Purpose, TokenRefused, Tokens, new_call_id

__all__ = ["Agents", "CallFacts", "Limits", "LiveCalls"]

_LOG: Final = logging.getLogger("offhook.calls")
SETTLE_S: Final = 5.0
"""At the end of the process, for tools of calls that are over."""
RETURNS: Final = 3
"""So often in a row a stream that is lost is opened again,"""
GOOD_MEDIA_S: Final = 10.0
"""when it has not carried so much audio in between."""


@dataclass(slots=True)
class _Expected:
    """A place that is kept for a call whose media is to come."""

    call_id: str
    facts: CallFacts
    token: str
    until: float
    agent: "asyncio.Task[AgentRuntime]"
    """Loaded while it rings."""


@dataclass(slots=True)
class _Live:
    """A call that is in."""

    handle: CallHandle
    token: str = ""
    """With which its media can come back; empty: none was given out, or it was used."""
    token_until: float = 0.0
    returns: int = 0
    agents: list[AgentRuntime] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None


class LiveCalls:
    """Registry, admission and drain."""

    def __init__(
        self, agents: Agents, limits: Limits, *,
        data_dir: Path, records: Records, lines: Callable[[CallFacts], Line], tokens: Tokens,
        past: PastCalls | None = None,
    ) -> None:  # fmt: skip
        self._agents, self._limits, self._data_dir = agents, limits, data_dir
        self._records, self._lines, self._tokens = records, lines, tokens
        self._past = past if past is not None else PastCalls()
        self._expected: dict[str, _Expected] = {}  # By the carrier's id.
        self._live: dict[str, _Live] = {}  # By our own id.
        self._aftermath = Aftermath()
        self._is_draining = self._is_starting = False
        self._all_gone = asyncio.Event()
        self._lag = LagWatch()
        self.hand_on: Callable[[str, Leg], bool] = lambda call_id, leg: False
        """Takes the media of a call, by our own id, that is live in another process."""

    def start_closed(self) -> None:
        """Refuse every call until `open`: the agents are still being loaded."""
        self._is_starting = True

    def open(self) -> None:
        """Take calls from now on."""
        self._is_starting = False

    # ── coming in ────────────────────────────────────────────────────────────────────────────────────────────

    def refusal(self) -> str | None:
        """Why a new call is refused now: `starting`, `draining`, `full`, `lagging`; None when it is welcome."""
        self._forget_late()
        if self._is_starting:
            return "starting"
        if self._is_draining:
            return "draining"
        if len(self._live) + len(self._expected) >= self._limits.max_calls:
            return "full"
        return "lagging" if self._lag.lag_s > self._limits.max_loop_lag_s else None

    def expect(self, facts: CallFacts) -> str:
        """Keep a place; the token that the media's start must bring. Again the same for the same call.

        Raises `AdmissionRefused`: no further call is taken, or this one is live or over.
        """
        self._forget_late()
        expected = self._expected.get(facts.call_sid)
        if expected is None:
            if self._by_sid(facts.call_sid) is not None:
                raise AdmissionRefused("the call is live")
            if facts.call_sid in self._past:
                raise AdmissionRefused("the call is over")
            if refusal := self._refusal_of(facts):
                raise AdmissionRefused(refusal)
            call_id = facts.call_id or new_call_id()
            if call_id in self._live or any(one.call_id == call_id for one in self._expected.values()):
                # What we have dialled comes to us as one call of the carrier's, not as two.
                raise AdmissionRefused("the call is live")
            expected = self._reserve(call_id, facts)
            self._expected[facts.call_sid] = expected
        return expected.token

    def _refusal_of(self, facts: CallFacts) -> str | None:
        others = [one.handle.facts for one in self._live.values()] + [one.facts for one in self._expected.values()]
        return self.refusal() or (TOO_OFTEN if 0 < self._limits.max_per_number <= facts.shown_in(others) else None)

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        """Begin a call, or carry a live one on, when the media's start brings its token; else the leg is closed."""
        try:
            found = self._tokens.redeem(started.parameters.get("token", ""), started.call_sid, _epoch_s())
        except TokenRefused as refused:
            _LOG.warning("media for call %.40r refused: %s", started.call_sid, refused)
            return False
        if found.purpose is Purpose.RETURN:
            return self._come_back(found.call, leg)
        if self._by_sid(started.call_sid) is not None or started.call_sid in self._past:
            _LOG.warning("media for call %.40r refused: the call is live already, or over", started.call_sid)
            return False
        expected = self._expected.pop(started.call_sid, None)
        if expected is None:
            # The webhook reached another process: the token says what it was told.
            if refusal := self._refusal_of(found.facts):
                _LOG.warning("media for call %.40r refused: %s", started.call_sid, refusal)
                return False
            expected = self._reserve(found.call, found.facts)
        self._past.began(started.call_sid)
        live = _Live(CallHandle(expected.call_id, expected.facts))
        self._live[expected.call_id] = live
        live.task = asyncio.create_task(self._conduct(leg, live, expected), name=f"call {expected.call_id}")
        return True

    def _come_back(self, call_id: str, leg: Leg) -> bool:
        live = self._live.get(call_id)
        if live is None:
            _LOG.info("media for call %s: it is not live here", call_id)
            return self.hand_on(call_id, leg)
        live.token = ""
        if live.handle.attach(leg):
            return True
        _LOG.warning("media for call %s refused: it is over, or its audio has another format", call_id)
        return False

    def _reserve(self, call_id: str, facts: CallFacts) -> _Expected:
        token = self._tokens.issue(call_id, facts, Purpose.NEW, _epoch_s())
        agent = asyncio.create_task(self._prepare(call_id, facts), name=f"agent for {call_id}")
        return _Expected(call_id, facts, token, clock.now() + TOKEN_S, agent)

    async def _prepare(self, call_id: str, facts: CallFacts) -> AgentRuntime:
        agent = await self._agents.resolve(facts, call_id)
        boundaries = Boundaries(facts.call_sid, agent.mask)
        try:
            with boundaries.around("what is opened while it rings"):
                await agent.expect_call()
        except OffhookError as error:
            boundaries.note("what is opened while it rings", error)
        except asyncio.CancelledError:
            self._agents.release(agent)
            raise
        return agent

    # ── what the carrier tells ───────────────────────────────────────────────────────────────────────────────

    def carrier_ended(self, call_sid: str) -> None:
        """The carrier says the telephone call is over, also when its socket did not."""
        expected = self._expected.pop(call_sid, None)
        if expected is not None:
            self._give_up(expected)
        live = self._by_sid(call_sid)
        if live is not None:
            live.handle.post(CallerHungUp())
        else:
            # Media that comes all the same, late or by a webhook that is sent again, begins no call.
            self._past.ended(call_sid, EndReason.CALLER_HUNG_UP)

    def transfer_ended(self, call_sid: str, ended: TransferEnded) -> str | None:
        """A transfer is over: the token with which the media comes back to the agent, None when it does not."""
        live = self._by_sid(call_sid)
        if live is None or self._past.is_over(call_sid) or not ended.call or live.handle.transfer != ended.call:
            return None
        live.handle.post(ended)
        return None if ended.ending is TransferEnding.CONNECTED else self._return_token(live)

    def lost_leg(self, call_sid: str) -> str | None:
        """The carrier asks what follows its stream, and nothing was decided here: the token to open it again.

        None: no such call, or it has come back often enough. Then the carrier does something else with the caller, and
        nothing here ends the telephone call any more.
        """
        live = self._by_sid(call_sid)
        if live is None or self._past.is_over(call_sid):
            return None
        if live.token and clock.now() < live.token_until:
            return live.token
        live.returns = 1 if live.handle.media_s >= GOOD_MEDIA_S else live.returns + 1
        live.handle.leg_is_off()
        if live.returns > RETURNS:
            live.handle.give_line_away()
            return None
        return self._return_token(live)

    def outcome(self, call_sid: str) -> EndReason | None:
        """How a call ended; None when it never began here or is still live."""
        return self._past.reason(call_sid)

    def _return_token(self, live: _Live) -> str:
        if not live.token or clock.now() >= live.token_until:
            live.token = self._tokens.issue(live.handle.call_id, live.handle.facts, Purpose.RETURN, _epoch_s())
            live.token_until = clock.now() + TOKEN_S
        return live.token

    # ── who is in ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def count(self) -> int:
        """Calls that are live."""
        return len(self._live)

    @property
    def lag_s(self) -> float:
        """How late the event loop is, in seconds."""
        return self._lag.lag_s

    @property
    def handles(self) -> Iterable[CallHandle]:
        """The live calls."""
        return [live.handle for live in self._live.values()]

    def handle(self, call_id: str) -> CallHandle | None:
        """A live call by its own id."""
        live = self._live.get(call_id)
        return live.handle if live is not None else None

    def facts_of(self, call_sid: str) -> CallFacts | None:
        """Of a call that is live or expected."""
        live, expected = self._by_sid(call_sid), self._expected.get(call_sid)
        return live.handle.facts if live is not None else expected.facts if expected is not None else None

    def handle_of(self, call_sid: str) -> CallHandle | None:
        """A live call by the carrier's id."""
        live = self._by_sid(call_sid)
        return live.handle if live is not None else None

    def account_of(self, call_sid: str) -> str:
        """The carrier's account whose call it is, empty when that is not known here."""
        facts = self.facts_of(call_sid)
        return facts.account if facts is not None else ""

    def _by_sid(self, call_sid: str) -> _Live | None:
        return next((live for live in self._live.values() if live.handle.facts.call_sid == call_sid), None)

    # ── one call ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _conduct(self, leg: Leg, live: _Live, expected: _Expected) -> None:
        boundaries = Boundaries(live.handle.call_id)
        ended, finished = partial(self._ended, live), partial(self._finished, live)
        about.call(live.handle.call_id, expected.facts.agent.partition("/")[0])
        try:
            with boundaries.around("the call"):
                agent = await expected.agent
                live.agents.append(agent)
                if agent.agent.records.required and self._records.state().is_failing:
                    raise StoreError("its records cannot be kept, and its agent takes no call without")
                wires = CallWires(
                    handle=live.handle,
                    agent=agent,
                    handoff=partial(self._handoff, live),
                    line=self._lines(expected.facts),
                    records=self._records,
                    aftermath=self._aftermath,
                    data_dir=self._data_dir,
                    ended=ended,
                    finished=finished,
                )
                await run_call(leg, wires)
        except OffhookError as error:
            # It did not even begin. The carrier's own voice apologises when the leg is closed.
            boundaries.note("the call", error)
            ended(EndReason.OFFHOOK_ERROR)
            finished()
        except asyncio.CancelledError:
            ended(EndReason.OFFHOOK_DRAINED)
            raise
        finally:
            leg.close()
            live.handle.close()
            self._live.pop(live.handle.call_id, None)
            if not self._live:
                self._all_gone.set()

    async def _handoff(self, live: _Live, runtime: AgentRuntime, name: str) -> AgentRuntime:
        agent = await self._agents.handoff(runtime, name)
        live.agents.append(agent)
        return agent

    def _ended(self, live: _Live, reason: EndReason) -> None:
        self._past.ended(live.handle.facts.call_sid, reason)

    def _finished(self, live: _Live) -> None:
        while live.agents:
            self._agents.release(live.agents.pop())

    # ── leaving ──────────────────────────────────────────────────────────────────────────────────────────────

    async def drain(self, deadline_s: float) -> None:
        """Take no new call, let the live ones finish; at the deadline say goodbye, and at last cut the line."""
        self._is_draining = True
        for call_sid in list(self._expected):
            self._give_up(self._expected.pop(call_sid))
        await self._let_finish(deadline_s)
        await self._aftermath.settle(SETTLE_S)

    async def _let_finish(self, deadline_s: float) -> None:
        if await self._gone_within(deadline_s):
            return
        _LOG.warning("%d calls are still live after %.0f s: the agent says goodbye", self.count, deadline_s)
        for live in self._live.values():
            live.handle.end(EndReason.OFFHOOK_DRAINED)
        closing_s = [agent.behaviour.closing_timeout_s for live in self._live.values() for agent in live.agents]
        if await self._gone_within(max(closing_s, default=0.0) + 1.0):
            return
        tasks = [live.task for live in self._live.values() if live.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def settle(self, within_s: float) -> None:
        """Wait for what outlives its call, tools above all; what is not done by then is cancelled."""
        await self._aftermath.settle(within_s)

    async def _gone_within(self, wait_s: float) -> bool:
        try:
            async with asyncio.timeout(wait_s):
                while self._live:
                    self._all_gone.clear()
                    await self._all_gone.wait()
        except TimeoutError:
            return False
        return True

    def watch_lag(self) -> None:
        """Measure how late the event loop is, from now until `stop`."""
        self._lag.start()

    def stop(self) -> None:
        """The end of the process: write what waits."""
        self._lag.stop()
        for call_sid in list(self._expected):
            self._give_up(self._expected.pop(call_sid))
        self._records.stop()

    def _forget_late(self) -> None:
        at = clock.now()
        for call_sid in [sid for sid, expected in self._expected.items() if expected.until < at]:
            self._give_up(self._expected.pop(call_sid))
            # Its media went to another process, or never came: asked for so late, it is somebody else who asks.
            self._past.began(call_sid)

    def _give_up(self, expected: _Expected) -> None:
        """Nobody comes: the agent that was made ready is given back, now or when it is there."""

        def give_back(task: "asyncio.Task[AgentRuntime]") -> None:
            if not task.cancelled() and task.exception() is None:
                self._agents.release(task.result())

        expected.agent.add_done_callback(give_back)


def _epoch_s() -> float:
    return clock.wall().timestamp()
