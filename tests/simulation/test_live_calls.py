"""Who may come in and who answers: tokens, limits, agents and drain, with the real calls behind them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from offhook import clock
from offhook.call.handle import CallHandle
from offhook.call.live import Limits, LiveCalls
from offhook.core.endings import EndReason
from offhook.core.events import TransferEnded, TransferEnding
from offhook.core.formats import TELEPHONE, WIDEBAND, AudioFormat
from offhook.errors import AdmissionRefused, ConfigurationError
from offhook.simulator.memory import MemoryControl
from offhook.simulator.virtual import run_virtual
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import LegListener, LegStarted
from offhook.telephony.tokens import TOKEN_S
from tests.rig import House, Rig, caller_script, house_of, run_call_of
from tests.simulation.services import Service, web_tool

SID, OTHER = "CA" + "1" * 32, "CA" + "2" * 32


class SilentLeg:
    """A leg whose caller says nothing; it delivers silence."""

    def __init__(self, audio: AudioFormat = TELEPHONE) -> None:
        self.format = audio
        self.sent = 0
        self.is_closed = False
        self._listener: LegListener | None = None

    def listen(self, listener: LegListener) -> None:
        self._listener = listener
        self._frame()

    def _frame(self) -> None:
        if self._listener is not None and not self.is_closed:
            self._listener.frame_received(self.format.silence(self.format.frame_bytes))
            asyncio.get_running_loop().call_later(0.02, self._frame)

    def send_audio(self, audio: bytes) -> None:
        self.sent += len(audio)

    def send_mark(self, name: str) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().call_later(0.3, self._listener.mark_reached, name)

    def send_clear(self) -> None: ...

    def close(self, code: int = 1000) -> None:
        if not self.is_closed and self._listener is not None:
            self._listener.leg_lost("closed on this side")
        self.is_closed = True

    def stop(self) -> None:
        """The carrier ends the stream."""
        assert self._listener is not None
        self.is_closed = True
        self._listener.leg_stopped()


class Hung(MemoryControl):
    """Remembers which calls were hung up."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    async def hang_up(self, call_sid: str) -> None:
        self.calls.append(call_sid)


HUNG = Hung()


def with_house(tmp_path: Path, limits: Limits, act: Callable[[House], Awaitable[None]], rig: Rig | None = None) -> None:
    """Run with live calls of a scripted agent, and let them go at the end."""

    async def main() -> None:
        HUNG.calls.clear()
        house = house_of(rig or Rig(), tmp_path, HUNG, limits)
        await house.runtimes.acquire("")
        try:
            await act(house)
            await house.live.drain(0.0)
            assert house.live.count == 0
        finally:
            house.live.stop()
            await house.runtimes.close()

    run_virtual(main())


def with_live(tmp_path: Path, limits: Limits, act: Callable[[LiveCalls], Awaitable[None]]) -> None:
    with_house(tmp_path, limits, lambda house: act(house.live))


def started(sid: str, token: str) -> LegStarted:
    return LegStarted(sid, "MZ1", {"token": token})


def begin(live: LiveCalls, sid: str = SID) -> SilentLeg:
    """A call that stands."""
    leg = SilentLeg()
    assert live.answer(leg, started(sid, live.expect(CallFacts(sid))))
    return leg


def test_a_token_opens_one_call_once(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        token = live.expect(CallFacts(SID))
        assert live.expect(CallFacts(SID)) == token, "a retried webhook gets the same"
        assert not live.answer(SilentLeg(), started(SID, "wrong"))
        assert not live.answer(SilentLeg(), started(OTHER, token)), "bound to its call"
        assert not live.answer(SilentLeg(), LegStarted(SID, "MZ1", {}))
        assert live.answer(SilentLeg(), started(SID, token))
        assert not live.answer(SilentLeg(), started(SID, token)), "used"
        with pytest.raises(AdmissionRefused, match="live"):
            live.expect(CallFacts(SID))
        assert live.count == 1

    with_live(tmp_path, Limits(), act)


def test_a_call_has_an_id_of_its_own(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        begin(live)
        begin(live, OTHER)
        ids = [handle.call_id for handle in live.handles]
        assert len(set(ids)) == 2 and all(call_id.startswith("call_") for call_id in ids)
        handle = live.handle(ids[0])
        assert handle is not None and handle.facts.call_sid == SID and live.handle(SID) is None

    with_live(tmp_path, Limits(), act)


def test_a_token_does_not_live_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(live: LiveCalls) -> None:
        token, wall = live.expect(CallFacts(SID)), clock.wall()
        monkeypatch.setattr(clock, "wall", lambda: wall + timedelta(seconds=TOKEN_S + 1.0))
        assert not live.answer(SilentLeg(), started(SID, token))

    with_live(tmp_path, Limits(), act)


def test_a_place_is_not_kept_for_ever(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        live.expect(CallFacts(SID))
        assert live.refusal() == "full"
        await asyncio.sleep(TOKEN_S + 1.0)
        assert live.refusal() is None

    with_live(tmp_path, Limits(max_calls=1), act)


def test_media_may_reach_a_process_that_no_webhook_has_reached(tmp_path: Path) -> None:
    async def act(house: House) -> None:
        other = house_of(Rig(), tmp_path, HUNG)
        # Both processes have the same key.
        other.live._tokens = house.live._tokens
        token = other.live.expect(CallFacts(SID, "+15005550006"))
        other.live.stop()
        assert house.live.answer(SilentLeg(), started(SID, token))
        await asyncio.sleep(1.0)
        (handle,) = house.live.handles
        assert handle.facts.from_number == "+15005550006"

    with_house(tmp_path, Limits(), act)


def test_a_full_house_refuses_and_frees_its_places(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        token = live.expect(CallFacts(SID))
        assert live.refusal() == "full", "an expected call counts: it is about to come"
        with pytest.raises(AdmissionRefused, match="full"):
            live.expect(CallFacts(OTHER))
        assert live.answer(SilentLeg(), started(SID, token))
        assert live.refusal() == "full"
        live.carrier_ended(SID)
        await asyncio.sleep(1.0)
        assert live.refusal() is None
        assert live.outcome(SID) is EndReason.CALLER_HUNG_UP

    with_live(tmp_path, Limits(max_calls=1), act)


def test_a_call_that_is_over_begins_no_more(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        token = live.expect(CallFacts(SID))
        live.carrier_ended(SID)
        live.carrier_ended(SID)
        assert not live.answer(SilentLeg(), started(SID, token)), "its media comes late"
        with pytest.raises(AdmissionRefused, match="over"):
            live.expect(CallFacts(SID))
        assert live.lost_leg(SID) is None and live.refusal() is None

    with_live(tmp_path, Limits(max_calls=1), act)


def test_an_agent_that_cannot_be_loaded_ends_its_call(tmp_path: Path) -> None:
    async def act(house: House) -> None:
        async def broken(_: CallFacts) -> None:
            raise ConfigurationError("no such file")

        house.runtimes.resolve = broken  # type: ignore[method-assign,assignment]
        leg = begin(house.live)
        await asyncio.sleep(1.0)
        assert leg.is_closed and house.live.outcome(SID) is EndReason.OFFHOOK_ERROR and house.live.count == 0

    with_house(tmp_path, Limits(), act)


# ── legs come and go ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lost_leg_comes_back_with_a_token(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        leg = begin(live)
        await asyncio.sleep(2.0)
        leg.close()
        token = live.lost_leg(SID)
        assert token is not None and live.lost_leg(SID) == token, "asked twice it is the same"
        assert not live.answer(SilentLeg(), started(OTHER, token))
        again = SilentLeg()
        assert live.answer(again, started(SID, token))
        assert not live.answer(SilentLeg(), started(SID, token)), "used"
        await asyncio.sleep(20.0)
        assert live.count == 1 and again.sent > 0, "the agent asks whether the caller is there"

    with_live(tmp_path, Limits(), act)


def test_another_leg_replaces_the_one_that_stands(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        leg = begin(live)
        await asyncio.sleep(1.0)
        token, other = live.lost_leg(SID), SilentLeg()
        assert leg.is_closed, "the carrier's word is believed, whatever the socket says"
        assert token is not None and live.answer(other, started(SID, token))
        await asyncio.sleep(3.0)
        assert not other.is_closed and live.count == 1

    with_live(tmp_path, Limits(), act)


def test_the_leg_that_carries_the_call_is_closed_with_it(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        begin(live)
        await asyncio.sleep(1.0)
        token, again = live.lost_leg(SID), SilentLeg()
        assert token is not None and live.answer(again, started(SID, token))
        await asyncio.sleep(1.0)
        live.carrier_ended(SID)
        await asyncio.sleep(0.1)
        assert live.count == 0 and again.is_closed

    with_live(tmp_path, Limits(), act)


def test_a_leg_of_another_format_is_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def act(live: LiveCalls) -> None:
        begin(live)
        await asyncio.sleep(1.0)
        token = live.lost_leg(SID)
        assert token is not None and not live.answer(SilentLeg(WIDEBAND), started(SID, token))
        assert "another format" in caplog.text
        again = live.lost_leg(SID)
        assert again is not None and live.answer(SilentLeg(), started(SID, again)), "one that fits may still come"
        await asyncio.sleep(8.0)
        assert live.count == 1

    with_live(tmp_path, Limits(), act)


def test_a_stream_that_breaks_again_and_again_is_given_up(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        leg = begin(live)
        for _ in range(3):
            await asyncio.sleep(1.0)
            leg.close()
            token = live.lost_leg(SID)
            assert token is not None
            leg = SilentLeg()
            assert live.answer(leg, started(SID, token))
        await asyncio.sleep(1.0)
        leg.close()
        before = leg.sent
        assert live.lost_leg(SID) is None, "the carrier does something else with the caller"
        live.carrier_ended(SID)  # The rescue is over as soon as this.
        await asyncio.sleep(0.1)
        assert live.count == 0 and live.outcome(SID) is EndReason.CARRIER_LEG_LOST, "at once"
        assert leg.sent == before and SID not in HUNG.calls, "somebody else may be talking to the caller"

    with_live(tmp_path, Limits(), act)


def test_a_transfer_that_nobody_asked_for_is_none(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        begin(live)
        await asyncio.sleep(1.0)
        assert live.transfer_ended(SID, TransferEnded("call-1", TransferEnding.BUSY)) is None
        assert live.transfer_ended(SID, TransferEnded("", TransferEnding.BUSY)) is None
        assert live.transfer_ended(OTHER, TransferEnded("call-1", TransferEnding.BUSY)) is None

    with_live(tmp_path, Limits(), act)


# ── leaving ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_drain_lets_a_call_finish(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        leg = begin(live)
        draining = asyncio.ensure_future(live.drain(60.0))
        await asyncio.sleep(1.0)
        assert live.refusal() == "draining" and live.count == 1
        await draining
        assert live.outcome(SID) is EndReason.CALLER_SILENT, "it came to its own end"
        assert HUNG.calls == [SID] and leg.is_closed

    with_live(tmp_path, Limits(), act)


def test_drain_says_goodbye_at_its_deadline(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        leg = begin(live)
        await asyncio.sleep(3.0)
        before = leg.sent
        await live.drain(1.0)
        assert live.outcome(SID) is EndReason.OFFHOOK_DRAINED
        assert leg.sent > before, "the caller hears a goodbye"

    with_live(tmp_path, Limits(), act)


@pytest.mark.parametrize("said", ["book it", "tell me"])
def test_drain_cuts_a_call_off_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """In a tool and in a sentence: what is known of it stands in the record, and nothing goes on."""
    monkeypatch.setattr(CallHandle, "end", lambda *_: True)  # It cannot be told to end.
    service = Service(delay_s=60.0).serve(monkeypatch)

    async def stop(live: LiveCalls) -> None:
        await asyncio.sleep(6.5)
        await live.drain(1.0)

    rules = [{"when": "book", "tool": "book"}, {"when": "tell", "say": "This takes long. " * 30}]
    rig = Rig(agent={"tools": [web_tool("book")]}, llm={"rules": rules}, during=stop)
    script = caller_script({"wait": {"silent_s": 0.8}}, {"say": said}, {"silence": 200.0}, {"hang_up": True})
    outcome = run_call_of(rig, script, tmp_path)
    assert outcome.report.ended_by == "server" and outcome.tasks_left == 0
    assert outcome.summary["end_reason"] == EndReason.OFFHOOK_DRAINED
    (ended,) = outcome.lines("EndCall")
    assert ended["detail"] == "cut off"
    if said == "book it":
        assert len(service.bodies) == 1 and service.done == 0
        (lost,) = outcome.lines("ToolLost")
        assert lost["at"] > ended["at"], "nobody knows whether it was done"
    result = outcome.replayed()
    assert result.is_whole and not result.mismatches


def test_the_outcome_is_known_when_the_leg_closes(tmp_path: Path) -> None:
    seen: list[EndReason | None] = []

    async def act(live: LiveCalls) -> None:
        leg = begin(live)
        close = leg.close

        def closing(code: int = 1000) -> None:
            seen.append(live.outcome(SID))
            close(code)

        leg.close = closing  # type: ignore[method-assign]
        await asyncio.sleep(1.0)
        live.carrier_ended(SID)
        await asyncio.sleep(1.0)

    with_live(tmp_path, Limits(), act)
    assert seen[0] is EndReason.CALLER_HUNG_UP, "the carrier asks what follows within milliseconds"


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
