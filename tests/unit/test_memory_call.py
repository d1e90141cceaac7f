"""A call in memory: the real leg between a caller and a listener of the test, over every kind of end."""

import asyncio

import pytest

from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier_media import MediaFaults, StreamFacts
from offhook.simulator.memory import NOTICE_S, MemoryCall, MemoryControl, memory_call
from offhook.simulator.network import Network
from offhook.simulator.report import CallReport
from offhook.simulator.virtual import run_virtual
from offhook.simulator.voices import TapeVoice, prepare
from offhook.speech.scripted.tape import TapeReader, Utterance, speak
from offhook.telephony.leg import Leg, LegStarted

BROKEN = "the network broke the connection"
FACTS = StreamFacts("AC1", "CA1", "MZ1", {"token": "t"})


class Listener:
    """Says hello, then back what it hears once a turn has ended."""

    def __init__(self) -> None:
        self.leg: Leg | None = None
        self.started: LegStarted | None = None
        self.events: list[str] = []
        self.tape = TapeReader()
        self.ended_at = 0.0

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        self.leg, self.started = leg, started
        leg.listen(self)
        leg.send_audio(speak("Hello there", Utterance(1)))
        leg.send_mark("hello")
        return True

    def frame_received(self, frame: bytes) -> None:
        for word in self.tape.hear(frame):
            if word.ends_turn:
                asyncio.get_running_loop().call_later(0.5, self.reply)

    def reply(self) -> None:
        assert self.leg is not None
        self.leg.send_audio(speak("I heard you", Utterance(2)))

    def digit_pressed(self, digit: str) -> None:
        self.events.append(digit)

    def mark_reached(self, name: str) -> None:
        self.events.append(name)

    def leg_stopped(self) -> None:
        self.events.append("stopped")
        self.ended_at = asyncio.get_running_loop().time()

    def leg_lost(self, cause: str) -> None:
        self.events.append(f"lost: {cause}")
        self.ended_at = asyncio.get_running_loop().time()


CONTROL = MemoryControl()


def call(listener: Listener, network: Network | None = None, faults: MediaFaults | None = None) -> CallReport:
    steps = [{"wait": {"silent_s": 0.5}}, {"say": "good morning"}, {"digits": "7"}, {"silence": 3}, {"hang_up": True}]
    made = MemoryCall(facts=FACTS, network=network or Network(), faults=faults or MediaFaults(), control=CONTROL)

    async def main() -> CallReport:
        caller = Caller(await prepare(script_from({"steps": steps}), TapeVoice()))
        return await memory_call(listener.answer, caller, made)

    return run_virtual(main(), limit_s=600)


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.3])
def test_both_hear_each_other(delay_s: float) -> None:
    listener = Listener()
    report = call(listener, Network(delay_s=delay_s, jitter_s=delay_s / 2, seed=5))
    assert listener.started == LegStarted("CA1", "MZ1", {"token": "t"})
    assert listener.tape.text == "good morning"
    assert listener.events == ["hello", "7", "stopped"]
    assert report.heard_text == "Hello there I heard you"
    assert (report.ended_by, report.violations) == ("caller", [])
    # Half a second after the middle of the last word; then both ways take their time.
    half_word_s = len(speak("morning")) / 8000 / 2
    assert report.gaps_s == [pytest.approx(0.5 - half_word_s + 2.5 * delay_s, abs=0.05 + delay_s)]


@pytest.mark.parametrize(
    ("network", "faults", "ended_by", "last"),
    [
        (Network(), MediaFaults(end="stop"), "caller", "stopped"),
        (Network(), MediaFaults(end="nothing"), "caller", "lost: the peer is silent"),
        (Network(), MediaFaults(stop_at_s=1.0), "the carrier stopped the stream", "stopped"),
        (Network(drop_at_s=1.0), MediaFaults(), BROKEN, f"lost: {BROKEN}"),
        (Network(half_open_at_s=1.0), MediaFaults(), "caller", "lost: nothing was heard, not even a ping"),
    ],
)  # fmt: skip
def test_every_end_reaches_the_server(network: Network, faults: MediaFaults, ended_by: str, last: str) -> None:
    listener = Listener()
    report = call(listener, network, faults)
    assert report.ended_by == ended_by
    assert listener.events[-1] == last
    assert [event for event in listener.events if event.startswith(("stopped", "lost"))] == [last]
    if network.half_open_at_s is not None:
        assert listener.ended_at == pytest.approx(1000.0 + 1.0 + NOTICE_S)


def test_the_server_hangs_up_over_rest_or_closes() -> None:
    for way in ("hang_up", "close"):
        listener = Listener()
        tasks: list[asyncio.Task[None]] = []

        def reply(listener: Listener = listener, way: str = way, tasks: list[asyncio.Task[None]] = tasks) -> None:
            assert listener.leg is not None
            if way == "hang_up":
                tasks.append(asyncio.ensure_future(CONTROL.hang_up(FACTS.call_sid)))
            else:
                listener.leg.close()

        listener.reply = reply  # type: ignore[method-assign]
        report = call(listener)
        assert report.ended_by == "server"
        assert report.heard_text == "Hello there"


def test_what_breaks_the_protocol_is_in_the_report() -> None:
    listener = Listener()
    greeting = listener.answer

    def answer(leg: Leg, started: LegStarted) -> bool:
        leg.send_mark("")
        return greeting(leg, started)

    listener.answer = answer  # type: ignore[method-assign]
    assert [violation.code for violation in call(listener).violations] == [31951]


def test_what_a_test_asserts_at_a_tick_fails_the_call() -> None:
    def on_tick(at: float) -> None:
        assert at < 1.0, "a check of the test"

    async def main() -> CallReport:
        caller = Caller(await prepare(script_from({"steps": [{"silence": 5}, {"hang_up": True}]}), TapeVoice()))
        return await memory_call(Listener().answer, caller, MemoryCall(facts=FACTS, on_tick=on_tick))

    with pytest.raises(AssertionError, match="a check of the test"):
        run_virtual(main(), limit_s=600)
