"""Whole transfers over real sockets: our server, our REST client, and a carrier that is as strict as Twilio."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
import uvloop

from offhook.core.endings import EndReason
from offhook.core.events import TransferEnding
from offhook.errors import OffhookError, ProviderRefused, ProviderTimeout
from offhook.settings import Secret, Settings
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_dial import DialPlan
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome
from offhook.simulator.carrier_rest import RestFault, RestServer
from offhook.simulator.carrier_stream import StreamOptions
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.network import Network
from offhook.simulator.voices import TapeVoice, prepare
from offhook.speech.scripted.tape import Utterance, speak
from offhook.telephony.carriers.twilio_line import TwilioLines
from offhook.telephony.carriers.twilio_rest import TwilioRest
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg, LegStarted
from offhook.telephony.line import Line
from offhook.web.app import create_app
from offhook.web.server import Listening, serve
from tests.web_world import PUBLIC, TOKEN, FakeCalls

ACCOUNT = Account("AC" + 32 * "0", TOKEN)
TOOL_CALL = "call_ä/&=?#1"
NUMBER = "+15005550009"


@dataclass
class Agent(FakeCalls):
    """Says hello, asks for a transfer at once, and says so when it is back."""

    lines: TwilioLines | None = None
    number: str = NUMBER
    transfers_wanted: int = 1
    errors: list[OffhookError] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        if not super().answer(leg, started):
            return False
        count = len(self.streams)
        leg.send_audio(speak("Hello there" if count == 1 else "Back again", Utterance(count)))
        if count <= self.transfers_wanted:
            self.tasks.append(asyncio.ensure_future(self.transfer(started.call_sid)))
        return True

    async def transfer(self, sid: str) -> None:
        await asyncio.sleep(0.7)
        self.transfers[sid] = TOOL_CALL
        try:
            await self.line(sid).transfer(TOOL_CALL, self.number, 5.0)
        except OffhookError as error:
            self.errors.append(error)
            if not isinstance(error, ProviderTimeout):
                self.transfers.pop(sid, None)

    def line(self, sid: str) -> Line:
        assert self.lines is not None
        return self.lines(self.facts[sid])


@dataclass
class Stage:
    agent: Agent
    carrier: Carrier
    rest: RestServer


def play(
    options: CallOptions,
    *steps: dict[str, Any],
    agent: Agent | None = None,
    faults: tuple[RestFault, ...] = (),
    beside: Callable[[Stage], Awaitable[None]] | None = None,
    **changes: Any,
) -> tuple[CallOutcome, Stage]:
    """One call to the server with this agent."""
    live = agent or Agent()

    async def run() -> tuple[CallOutcome, Stage]:
        settings = Settings(twilio_auth_token=Secret(TOKEN), public_url=PUBLIC, **changes)
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        app = create_app(live, settings)
        server = asyncio.create_task(serve(app, live, Listening(port=0, on_ready=ready.set_result)))
        carrier = Carrier(ServerWeb(ACCOUNT, f"http://127.0.0.1:{await ready}", PUBLIC), options)
        async with RestServer(carrier, faults=faults) as rest:
            client = TwilioRest(ACCOUNT.sid, Secret(TOKEN), rest.base_url, timeout=httpx2.Timeout(0.5))
            live.lines = TwilioLines(client)
            stage = Stage(live, carrier, rest)
            caller = Caller(await prepare(script_from({"steps": list(steps)}), TapeVoice()))
            try:
                async with asyncio.timeout(30):
                    other = asyncio.ensure_future(beside(stage)) if beside is not None else None
                    outcome = await carrier.call(caller)
                    if other is not None:
                        await other
                    await asyncio.gather(*live.tasks)
            finally:
                await carrier.close()
                await client.close()
        server.cancel()
        await asyncio.wait([server])
        return outcome, stage

    return uvloop.run(run())


def options(*plans: DialPlan, **changes: Any) -> CallOptions:
    return CallOptions(status_url=PUBLIC + "/twilio/status", dials=plans or (DialPlan(),), **changes)


UNTIL_BACK = ({"wait": {"says": "Back", "at_most_s": 12}}, {"silence": 0.3}, {"hang_up": True})
PATIENT = ({"silence": 12}, {"hang_up": True})


@pytest.mark.parametrize(
    ("plan", "ending"),
    [
        (DialPlan("busy", 0.4), TransferEnding.BUSY),
        (DialPlan("failed", 0.0), TransferEnding.FAILED),
        (DialPlan("no-answer", 0.4), TransferEnding.NO_ANSWER),
        (DialPlan("completed", 0.2, is_bridged=False), TransferEnding.NO_ANSWER),
    ],
)
def test_nobody_is_reached_and_the_agent_is_back(plan: DialPlan, ending: TransferEnding) -> None:
    outcome, stage = play(options(plan), *UNTIL_BACK)
    assert [(one.call, one.ending) for one in stage.agent.transfers_ended] == [(TOOL_CALL, ending)]
    assert outcome.report.heard_text == "Hello there Back again"
    assert (len(outcome.streams), outcome.ended_by) == (2, "caller")
    assert len(set(stage.agent.streams)) == 2
    assert stage.agent.errors == []
    outcome.require_clean()


def test_they_talk_and_the_call_ends() -> None:
    plan = DialPlan("completed", 0.3, talk_s=3.0, says="This is Maria")
    outcome, stage = play(options(plan), {"wait": {"says": "Maria", "at_most_s": 12}}, {"say": "hi there"}, *PATIENT)
    assert outcome.report.heard_text == "Hello there This is Maria"
    assert outcome.dialled[0].heard == "hi there"
    (ended,) = stage.agent.transfers_ended
    assert (ended.ending, ended.talked_s) == (TransferEnding.CONNECTED, 3.0)
    assert outcome.ended_by == "server"
    assert list(stage.agent.outcomes.values()) == [EndReason.AGENT_TRANSFERRED]
    outcome.require_clean()


@pytest.mark.parametrize("order", ["action first", "status first", "no action"])
def test_the_caller_hangs_up_while_it_rings(order: Any) -> None:
    outcome, stage = play(options(DialPlan("completed", 8.0), after_hang_up=order), {"silence": 2}, {"hang_up": True})
    assert outcome.ended_by == "caller"
    assert outcome.dialled[0].status == "canceled"
    assert list(stage.agent.outcomes.values()) == [EndReason.CALLER_HUNG_UP]
    outcome.require_clean()


def test_the_stream_gets_its_stop_before_it_rings_elsewhere() -> None:
    outcome, stage = play(options(DialPlan("completed", 0.3, talk_s=0.3)), *PATIENT)
    (ear,) = stage.agent.ears.values()
    assert ear.ends == [("stopped", None)]
    assert outcome.streams == ["stream: the call's end"]


def test_what_the_carrier_refuses_changes_nothing() -> None:
    agent = Agent(number="+15005550009", transfers_wanted=1)
    outcome, stage = play(
        options(), {"silence": 2}, {"hang_up": True}, agent=agent, faults=(RestFault("throttled"),) * 3
    )
    assert [type(error).__name__ for error in stage.agent.errors] == ["ProviderUnavailable"]
    assert (len(outcome.streams), outcome.dialled) == (1, [])


@pytest.mark.parametrize(
    "fault", [RestFault("error"), RestFault("reset"), RestFault("slow", 1.0), RestFault("unanswered")]
)
def test_nobody_knows_whether_it_rings_and_it_is_not_asked_twice(fault: RestFault) -> None:
    """A second update would end the first `<Dial>` and ring once more."""
    outcome, stage = play(options(DialPlan("busy", 0.3)), *({"silence": 4}, {"hang_up": True}), faults=(fault,))
    assert [type(error).__name__ for error in stage.agent.errors] == ["ProviderTimeout"]
    posts = [request for request in stage.rest.requests if request.first("Twiml")]
    assert len(posts) == 1
    # What was done all the same goes its way, and the way back is as ever.
    is_done = fault.kind == "unanswered"
    assert [one.status for one in outcome.dialled] == (["busy"] if is_done else [])
    assert [one.ending for one in stage.agent.transfers_ended] == ([TransferEnding.BUSY] if is_done else [])
    assert len(outcome.streams) == (2 if is_done else 1)


def test_hanging_up_while_it_rings_ends_it_there_too() -> None:
    async def end(stage: Stage) -> None:
        await asyncio.sleep(2.5)
        (sid,) = stage.agent.facts
        stage.agent.end(sid, EndReason.OPERATOR_ENDED)
        await stage.agent.line(sid).hang_up()

    outcome, stage = play(options(DialPlan("completed", 10.0)), *PATIENT, beside=end)
    assert outcome.ended_by == "server"
    assert list(stage.agent.outcomes.values()) == [EndReason.OPERATOR_ENDED]
    assert len(outcome.streams) == 1


def test_a_socket_that_breaks_is_connected_again() -> None:
    broken = StreamOptions(network=Network(drop_at_s=0.8))
    agent = Agent(transfers_wanted=0)
    outcome, stage = play(options(stream=broken, later_streams=StreamOptions()), *UNTIL_BACK, agent=agent)
    assert outcome.report.heard_text == "Hello there Back again"
    assert outcome.streams[0] == "stream: the network broke the connection"
    assert list(stage.agent.outcomes.values()) == [EndReason.CALLER_HUNG_UP]


def test_a_socket_that_breaks_for_good_is_put_through() -> None:
    broken = StreamOptions(network=Network(drop_at_s=0.2))
    agent = Agent(transfers_wanted=0, returns=2)
    outcome, _ = play(
        options(DialPlan("completed", 0.2, 0.2), stream=broken), *PATIENT, agent=agent, fallback_number=NUMBER
    )
    assert len(outcome.streams) == 3
    assert [(one.number, one.status) for one in outcome.dialled] == [(NUMBER, "completed")]
    assert outcome.said == []


def test_without_credentials_there_is_no_transfer_and_hanging_up_is_quiet() -> None:
    async def run() -> None:
        agent = Agent()
        agent.lines = TwilioLines(None)
        line = agent.lines(CallFacts("CA1", origin=PUBLIC))
        assert not line.can_transfer
        await line.hang_up()
        with pytest.raises(ProviderRefused, match="TWILIO_ACCOUNT_SID"):
            await line.transfer("t", NUMBER, 20.0)

    asyncio.run(run())
