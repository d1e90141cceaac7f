"""Whole calls of the carrier in memory: the switchboard and the lines of the server, transfers, sockets that come back.

Calls are the tests' own (`tests.web_world.FakeCalls`): what is under test is the carrier's side and our webhooks.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from offhook import clock
from offhook.core.endings import EndReason
from offhook.core.events import TransferEnded, TransferEnding
from offhook.errors import ProviderRefused
from offhook.settings import Secret, Settings
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier_dial import DialPlan
from offhook.simulator.carrier_media import SILENCE_FRAME, MediaFaults
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome
from offhook.simulator.carrier_stream import StreamOptions
from offhook.simulator.memory import MemoryCarrier, MemoryServer
from offhook.simulator.network import Network
from offhook.simulator.telephone import Ringing
from offhook.simulator.virtual import run_virtual
from offhook.simulator.voices import TapeVoice, prepare
from offhook.speech.scripted.tape import Utterance, heard_text, speak
from offhook.telephony.carriers.twilio_line import TwilioLines
from offhook.telephony.carriers.twilio_media import TwilioMediaLeg
from offhook.telephony.leg import Leg, LegStarted
from offhook.web.switchboard import Switchboard
from tests.web_world import FakeCalls

TOOL_CALL = "toolu_1"
NUMBER = "+15005550009"
HELD: tuple[dict[str, Any], ...] = ({"wait": {"silent_s": 0.3}}, {"silence": 200}, {"hang_up": True})


@dataclass
class World:
    """A server without an agent, and its carrier."""

    options: CallOptions = field(default_factory=CallOptions)
    transfer_at_s: float | None = 2.0
    """Of the first stream."""
    number: str = NUMBER
    fallback: str = ""
    carrier: MemoryCarrier = field(init=False)
    calls: FakeCalls = field(default_factory=FakeCalls)
    started: list[tuple[float, LegStarted]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    after_return: Callable[["World", str], None] = lambda world, sid: None

    def __post_init__(self) -> None:
        self.carrier = MemoryCarrier(self.options, seed=3)

    def play(self, *steps: dict[str, Any]) -> CallOutcome:
        async def main() -> CallOutcome:
            settings = Settings(twilio_auth_token=Secret("x" * 32), fallback_number=self.fallback)
            board = Switchboard(self.calls, settings)
            caller = Caller(await prepare(script_from({"steps": list(steps)}), TapeVoice()))
            return await self.carrier.call(caller, MemoryServer(board.respond, self.answer))

        return run_virtual(main(), limit_s=1000)

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        if not self.calls.answer(leg, started):
            return False
        self.started.append((clock.now() - 1000.0, started))
        words = "Hello there" if len(self.started) == 1 else "Here I am again"
        leg.send_audio(speak(words, Utterance(len(self.started))))
        if len(self.started) == 1 and self.transfer_at_s is not None:
            self.tasks.append(asyncio.ensure_future(self.transfer(started.call_sid, self.transfer_at_s)))
        elif len(self.started) > 1:
            self.after_return(self, started.call_sid)
        return True

    async def transfer(self, sid: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self.calls.transfers[sid] = TOOL_CALL
        line = TwilioLines(self.carrier)(self.calls.facts[sid])
        assert line.can_transfer
        try:
            await line.transfer(TOOL_CALL, self.number, 20.0)
        except ProviderRefused as refused:
            del self.calls.transfers[sid]
            self.refused.append(str(refused))


@pytest.mark.parametrize(
    ("plan", "ending"),
    [
        (DialPlan("busy", 1.0), TransferEnding.BUSY),
        (DialPlan("failed", 0.0), TransferEnding.FAILED),
        (DialPlan("no-answer", 40.0), TransferEnding.NO_ANSWER),
        (DialPlan("completed", 40.0), TransferEnding.NO_ANSWER),
        (DialPlan("completed", 3.0, is_bridged=False), TransferEnding.NO_ANSWER),
    ],
)
def test_nobody_is_reached_and_the_agent_is_there_again(plan: DialPlan, ending: TransferEnding) -> None:
    world = World(CallOptions(dials=(plan,)))
    outcome = world.play({"wait": {"silent_s": 0.3}}, {"wait": {"says": "again", "at_most_s": 60}}, {"hang_up": True})
    assert [ended.ending for ended in world.calls.transfers_ended] == [ending]
    assert outcome.report.heard_text == "Hello there Here I am again"
    assert outcome.streams == ["stream: the call's end", "stream: the call's end"]
    (first_at, first), (second_at, second) = world.started
    assert first.call_sid == second.call_sid
    assert first.stream_sid != second.stream_sid
    # Our transfer after 2 s, the ring as long as it lasts and at most 20 s, and the carrier's own time.
    assert second_at - first_at == pytest.approx(2.0 + min(plan.ring_s, 20.0), abs=1.0)
    assert outcome.ended_by == "caller"
    assert world.calls.outcomes[first.call_sid] is EndReason.CALLER_HUNG_UP
    outcome.require_clean()
    assert [one.number for one in outcome.dialled] == [NUMBER]


def test_the_person_and_the_caller_talk_and_that_is_the_end() -> None:
    plan = DialPlan("completed", ring_s=4.0, talk_s=35.0, says="Sales this is Maria")
    world = World(CallOptions(dials=(plan,)))
    steps: list[dict[str, Any]] = [
        {"wait": {"says": "Maria", "at_most_s": 60}},
        {"say": "I want to buy"},
        {"silence": 60},
        {"hang_up": True},
    ]
    outcome = world.play(*steps)
    assert outcome.report.heard_text == "Hello there Sales this is Maria"
    (dialled,) = outcome.dialled
    assert (dialled.status, dialled.heard) == ("completed", "I want to buy")
    assert (dialled.rang_s, dialled.talked_s) == pytest.approx((4.0, 35.0))
    assert world.calls.transfers_ended == [TransferEnded(TOOL_CALL, TransferEnding.CONNECTED, 35.0)]
    assert outcome.ended_by == "server"
    assert set(world.calls.outcomes.values()) == {EndReason.AGENT_TRANSFERRED}
    assert len(world.started) == 1
    outcome.require_clean()


@pytest.mark.parametrize("order", ["action first", "status first", "no action"])
@pytest.mark.parametrize(("hangs_up_s", "step"), [(4.0, "while it rings"), (10.0, "while they talk")])
def test_the_caller_hangs_up_at_any_step(
    order: Literal["action first", "status first", "no action"], hangs_up_s: float, step: str
) -> None:
    world = World(CallOptions(dials=(DialPlan("completed", ring_s=5.0, talk_s=60.0),), after_hang_up=order))
    outcome = world.play({"silence": hangs_up_s}, {"hang_up": True})
    assert outcome.ended_by == "caller"
    (dialled,) = outcome.dialled
    has_talked = step == "while they talk"
    assert dialled.status == ("completed" if has_talked else "canceled")
    (reason,) = world.calls.outcomes.values()
    by_transfer = has_talked and order == "action first"
    assert reason is (EndReason.AGENT_TRANSFERRED if by_transfer else EndReason.CALLER_HUNG_UP)
    assert len(world.started) == 1
    assert world.calls.count == 0
    outcome.require_clean()


def test_a_socket_that_breaks_comes_back() -> None:
    options = CallOptions(
        stream=StreamOptions(network=Network(drop_at_s=2.0)), later_streams=StreamOptions(network=Network(delay_s=0.05))
    )
    world = World(options, transfer_at_s=None)
    outcome = world.play({"wait": {"says": "again", "at_most_s": 60}}, {"say": "good"}, {"hang_up": True})
    assert outcome.report.heard_text == "Hello there Here I am again"
    assert outcome.streams[0] == "stream: the network broke the connection"
    assert len(world.started) == 2
    assert outcome.ended_by == "caller"


@pytest.mark.parametrize("fallback", ["", NUMBER])
def test_a_socket_that_breaks_for_good_ends_in_good_hands(fallback: str) -> None:
    options = CallOptions(stream=StreamOptions(network=Network(drop_at_s=1.0)), dials=(DialPlan("completed"),))
    world = World(options, transfer_at_s=None, fallback=fallback)
    outcome = world.play(*HELD)
    assert len(world.started) == 1 + 3
    assert [one.number for one in outcome.dialled] == ([NUMBER] if fallback else [])
    assert [sentence[:10] for sentence in outcome.said] == ([] if fallback else ["I am sorry"])
    assert outcome.ended_by == "server"


def test_the_carrier_may_stop_a_stream_of_itself() -> None:
    world = World(CallOptions(stream=StreamOptions(faults=MediaFaults(stop_at_s=1.0)), later_streams=StreamOptions()))
    world.transfer_at_s = None
    outcome = world.play({"silence": 5}, {"hang_up": True})
    assert outcome.report.heard_text.startswith("Hello there Here")
    assert len(world.started) == 2


def test_what_is_no_number_is_refused_and_nothing_changes() -> None:
    world = World(number="911; DROP")
    outcome = world.play({"silence": 6}, {"hang_up": True})
    assert world.refused == ["the number of the transfer is neither E.164 nor a SIP address"]
    assert (outcome.dialled, len(outcome.streams)) == ([], 1)


def test_a_call_that_is_over_cannot_be_transferred() -> None:
    """The caller hangs up while our request is on its way."""
    world = World(transfer_at_s=2.0)
    outcome = world.play({"silence": 2.1}, {"hang_up": True})
    assert (outcome.dialled, outcome.ended_by) == ([], "caller")
    assert world.calls.transfers_ended == []
    assert len(world.refused) == 1
    assert "21220" in world.refused[0]


def test_the_server_hangs_up_while_it_rings() -> None:
    """The core ends a call that is parked: over REST, and the action that Twilio may ask then finds it over."""
    world = World(CallOptions(dials=(DialPlan("completed", ring_s=15.0),)))

    async def end(sid: str) -> None:
        await asyncio.sleep(5.0)
        world.calls.end(sid, EndReason.OPERATOR_ENDED)
        await TwilioLines(world.carrier)(world.calls.facts[sid]).hang_up()

    transfer = world.transfer

    async def transfer_then_end(sid: str, after_s: float) -> None:
        await transfer(sid, after_s)
        await end(sid)

    world.transfer = transfer_then_end  # type: ignore[method-assign]
    outcome = world.play(*HELD)
    assert outcome.ended_by == "server"
    assert outcome.report.length_s < 10
    assert set(world.calls.outcomes.values()) == {EndReason.OPERATOR_ENDED}
    assert len(world.started) == 1


def test_two_transfers_one_after_the_other() -> None:
    plans = (DialPlan("busy", 1.0), DialPlan("completed", 2.0, talk_s=5.0))

    def again(world: World, sid: str) -> None:
        world.tasks.append(asyncio.ensure_future(world.transfer(sid, 2.0)))

    world = World(CallOptions(dials=plans), after_return=again)
    outcome = world.play(*HELD)
    assert [ended.ending for ended in world.calls.transfers_ended] == [TransferEnding.BUSY, TransferEnding.CONNECTED]
    assert [one.status for one in outcome.dialled] == ["busy", "completed"]
    assert set(world.calls.outcomes.values()) == {EndReason.AGENT_TRANSFERRED}


def test_a_stream_that_comes_back_counts_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """New streamSid, sequence numbers from 1, timestamps from 0: nothing of the first stream is in the second."""
    received: list[dict[str, Any]] = []
    take = TwilioMediaLeg.text_received

    def text_received(leg: TwilioMediaLeg, message: bytes | str) -> None:
        received.append(json.loads(message))
        take(leg, message)

    monkeypatch.setattr(TwilioMediaLeg, "text_received", text_received)
    world = World(CallOptions(dials=(DialPlan("busy", 1.0),)))
    world.play({"wait": {"says": "again", "at_most_s": 60}}, {"silence": 1}, {"hang_up": True})
    assert [message["event"] for message in received if message["event"] != "media"] == [
        "connected", "start", "stop", "connected", "start", "stop",
    ]  # fmt: skip
    second = received[[message["event"] for message in received].index("stop") + 1 :]
    assert len({message["streamSid"] for message in received if "streamSid" in message}) == 2
    assert [int(message["sequenceNumber"]) for message in second[1:]] == list(range(1, len(second)))
    assert (second[2]["media"]["chunk"], second[2]["media"]["timestamp"]) == ("1", "0")


def test_it_rings_in_the_callers_ear() -> None:
    """Neither silence nor words: the meter hears somebody sound, in two seconds of every six."""
    ringing = Ringing()
    frames = [ringing.frame(SILENCE_FRAME, 0.02 * number) for number in range(600)]
    sounding = [frame != SILENCE_FRAME and max(frame) != min(frame) for frame in frames]
    assert sounding[:100] == [True] * 100
    assert not any(sounding[100:300])
    assert sounding[300:] == sounding[:300]
    assert heard_text(frames) == ""
