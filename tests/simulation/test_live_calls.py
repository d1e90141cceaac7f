"""Who may come in: tokens, limits and drain, with the real calls behind them, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from offhook.call.live import TOKEN_S, Limits, LiveCalls
from offhook.simulator.virtual import run_virtual
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import LegListener, LegStarted
from tests.rig import Rig

SID, OTHER = "CA" + "1" * 32, "CA" + "2" * 32


class SilentLeg:
    """A leg whose caller says nothing; it delivers silence."""

    def __init__(self) -> None:
        self.sent = 0
        self.is_closed = False
        self.hung_up = False
        self._listener: LegListener | None = None

    def listen(self, listener: LegListener) -> None:
        self._listener = listener
        self._frame()

    def _frame(self) -> None:
        if self._listener is not None and not self.is_closed:
            self._listener.frame_received(b"\xff" * 160)
            asyncio.get_running_loop().call_later(0.02, self._frame)

    def send_audio(self, audio: bytes) -> None:
        self.sent += len(audio)

    def send_mark(self, name: str) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().call_later(0.3, self._listener.mark_reached, name)

    def send_clear(self) -> None: ...

    def backlog(self) -> int:
        return 0

    async def hang_up(self) -> None:
        self.hung_up = True

    def close(self, code: int = 1000) -> None:
        self.is_closed = True


def with_live(tmp_path: Path, limits: Limits, act: Callable[[LiveCalls], Awaitable[None]]) -> None:
    """Run with live calls of a scripted agent, and let them go at the end."""

    async def main() -> None:
        runtime = Rig().runtime()
        await runtime.prepare()
        live = LiveCalls(runtime, tmp_path, limits)
        try:
            await act(live)
            await live.drain(0.0)
            assert live.count == 0
        finally:
            live.stop()

    run_virtual(main())


def started(sid: str, token: str) -> LegStarted:
    return LegStarted(sid, "MZ1", {"token": token})


def test_a_token_opens_one_call_once(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        token = live.expect(SID, CallFacts(SID))
        assert live.expect(SID, CallFacts(SID)) == token, "a retried webhook gets the same"
        assert not live.answer(SilentLeg(), started(SID, "wrong"))
        assert not live.answer(SilentLeg(), started(OTHER, token)), "bound to its call"
        assert not live.answer(SilentLeg(), LegStarted(SID, "MZ1", {}))
        assert live.answer(SilentLeg(), started(SID, token))
        assert not live.answer(SilentLeg(), started(SID, token)), "used"
        again = live.expect(SID, CallFacts(SID))
        assert not live.answer(SilentLeg(), started(SID, again)), "the call is live already"
        assert live.count == 1

    with_live(tmp_path, Limits(), act)


def test_a_token_does_not_live_long(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        token = live.expect(SID, CallFacts(SID))
        await asyncio.sleep(TOKEN_S + 1.0)
        assert not live.answer(SilentLeg(), started(SID, token))

    with_live(tmp_path, Limits(), act)


def test_a_full_house_refuses_and_frees_its_places(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        token = live.expect(SID, CallFacts(SID))
        assert live.refusal() == "full", "an expected call counts: it is about to come"
        assert live.answer(SilentLeg(), started(SID, token))
        assert live.refusal() == "full"
        live.carrier_ended(SID)
        await asyncio.sleep(1.0)
        assert live.refusal() is None
        assert live.outcome(SID) == "caller.hung_up"

    with_live(tmp_path, Limits(max_calls=1), act)


def test_drain_lets_a_call_finish(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        leg = SilentLeg()
        live.answer(leg, started(SID, live.expect(SID, CallFacts(SID))))
        draining = asyncio.ensure_future(live.drain(60.0))
        await asyncio.sleep(1.0)
        assert live.refusal() == "draining" and live.count == 1
        await draining
        assert live.outcome(SID) == "caller.silent", "it came to its own end"
        assert leg.hung_up and leg.is_closed

    with_live(tmp_path, Limits(), act)


def test_drain_says_goodbye_at_its_deadline(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        leg = SilentLeg()
        live.answer(leg, started(SID, live.expect(SID, CallFacts(SID))))
        await asyncio.sleep(3.0)
        before = leg.sent
        await live.drain(1.0)
        assert live.outcome(SID) == "offhook.drained"
        assert leg.sent > before, "the caller hears a goodbye"

    with_live(tmp_path, Limits(), act)


@pytest.mark.parametrize("late_s", [0.7, 2.0])
def test_a_lagging_loop_takes_no_call(tmp_path: Path, late_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(live: LiveCalls) -> None:
        live.watch_lag()
        await asyncio.sleep(1.0)
        assert live.refusal() is None
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "_virtual_now", loop._virtual_now + late_s)  # type: ignore[attr-defined]
        await asyncio.sleep(0.3)
        assert live.refusal() == "lagging"
        await asyncio.sleep(10.0)
        assert live.refusal() is None, "and forgets it"

    with_live(tmp_path, Limits(), act)
