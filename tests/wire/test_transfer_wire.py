"""The end of a transfer as Twilio tells it, over a real port: every ending, every order of webhooks and sockets."""

import asyncio
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offhook.core.endings import EndReason
from offhook.core.events import TransferEnded, TransferEnding
from offhook.settings import Secret, Settings
from offhook.telephony.carriers.twilio_signature import sign
from offhook.telephony.leg import LegStarted
from offhook.web.gate import BadRequest, Webhook
from offhook.web.switchboard import Switchboard
from tests.twilio_wire import CA1, Stream, start, stop
from tests.web_world import PUBLIC, TOKEN, FakeCalls, World, closing_code, play, token_in, until

CALL = "call_abc/ä&1"
ACTION = "/twilio/transfer-ended?call=call_abc%2F%C3%A4%261"
BACK = "<Connect><Stream"
HANG_UP = "<Response><Hangup /></Response>"


def has_streams(world: World, count: int) -> bool:
    return len(world.live.streams) == count


def dialled(status: str, **changes: str) -> dict[str, str]:
    """What Twilio posts to the action."""
    fields = {"CallSid": CA1, "CallStatus": "in-progress", "DialCallStatus": status, "DialCallSid": "CAchild"}
    return fields | changes


@pytest.mark.parametrize(
    ("fields", "ended"),
    [
        (dialled("busy"), TransferEnded(CALL, TransferEnding.BUSY)),
        (dialled("no-answer"), TransferEnded(CALL, TransferEnding.NO_ANSWER)),
        (dialled("failed"), TransferEnded(CALL, TransferEnding.FAILED)),
        (dialled("canceled", DialCallDuration="7"), TransferEnded(CALL, TransferEnding.CANCELED)),
        (dialled("\nnew<"), TransferEnded(CALL, TransferEnding.FAILED, 0.0, "unknown DialCallStatus '\\\\nnew<'")),
        (
            dialled("completed", DialCallDuration="3", DialBridged="false"),
            TransferEnded(
                CALL, TransferEnding.NO_ANSWER, 0.0, "picked up, and hung up before the caller was connected"
            ),
        ),
    ],
)
def test_the_agent_takes_the_call_back_when_nobody_was_reached(fields: dict[str, str], ended: TransferEnded) -> None:
    async def story(world: World) -> None:
        async with world.call(CA1) as (carrier, ear):
            world.live.transfers[CA1] = CALL
            await carrier.send(stop())
            await until(lambda: ear.ends)
            answer = await world.post(ACTION, fields)
            assert BACK in answer.text
            assert f"{PUBLIC}/twilio/after-stream</Redirect>" in answer.text
            assert world.live.transfers_ended == [ended]
            again = await world.post(ACTION, fields)
            assert again.text == answer.text
            assert world.live.transfers_ended == [ended]
        async with world.socket() as carrier:
            await carrier.send(start(CA1, "MZ2", token=token_in(answer.text)))
            await until(lambda: len(world.live.streams) == 2)
            assert world.live.outcomes == {}

    play(story)


@pytest.mark.parametrize("status", ["completed", "answered"])
@pytest.mark.parametrize("call_status", ["in-progress", "completed"])
@pytest.mark.parametrize("length", ["63", "", "-1", "nan", "9" * 40])
def test_when_they_have_talked_the_call_ends(status: str, call_status: str, length: str) -> None:
    async def story(world: World) -> None:
        async with world.call(CA1):
            world.live.transfers[CA1] = CALL
            fields = dialled(status, CallStatus=call_status, DialCallDuration=length, DialBridged="true")
            for _ in range(2):
                assert (await world.post(ACTION, fields)).text.endswith(HANG_UP)
            talked_s = 63.0 if length == "63" else 0.0
            assert world.live.transfers_ended == [TransferEnded(CALL, TransferEnding.CONNECTED, talked_s)]
            assert world.live.outcomes == {CA1: EndReason.AGENT_TRANSFERRED}

    play(story)


def test_a_caller_who_hangs_up_while_it_rings_is_not_waited_for() -> None:
    async def story(world: World) -> None:
        async with world.call(CA1):
            world.live.transfers[CA1] = CALL
            answer = await world.post(ACTION, dialled("no-answer", CallStatus="completed"))
            assert answer.text.endswith(HANG_UP)
            assert world.live.transfers_ended == []
            assert world.live.outcomes == {CA1: EndReason.CALLER_HUNG_UP}

    play(story)


def test_the_query_is_signed_with_the_address() -> None:
    async def story(world: World) -> None:
        world.live.transfers[CA1] = CALL
        fields = dialled("busy")
        good = sign(TOKEN, PUBLIC + ACTION, list(fields.items()))
        for path, signature in (
            ("/twilio/transfer-ended?call=other", good),
            ("/twilio/transfer-ended", good),
            (ACTION, sign(TOKEN, PUBLIC + "/twilio/transfer-ended", list(fields.items()))),
            (ACTION + "&call=x", good),
        ):
            assert (await world.post(path, fields, signature=signature)).status_code == 403
        assert world.live.transfers == {CA1: CALL}

    play(story)


def test_a_field_of_the_form_is_no_query() -> None:
    async def story(world: World) -> None:
        async with world.call(CA1):
            world.live.transfers[CA1] = CALL
            answer = await world.post("/twilio/transfer-ended", dialled("busy", call=CALL))
            assert BACK not in answer.text
            assert world.live.transfers == {CA1: CALL}

    play(story)


def test_a_transfer_of_a_call_that_nobody_knows_is_apologised_for() -> None:
    """A server that was started anew while the caller was with somebody else."""

    async def sentence(world: World) -> None:
        assert "<Say" in (await world.post(ACTION, dialled("busy"))).text
        assert (await world.post(ACTION, dialled("completed", DialCallSid="CAx"))).text.endswith(HANG_UP)

    async def number(world: World) -> None:
        assert "<Number>+15005550009</Number>" in (await world.post(ACTION, dialled("busy"))).text

    play(sentence)
    play(number, fallback_number="+15005550009")


def test_the_answer_may_be_quicker_than_the_sockets_end() -> None:
    """A number that fails at once: the action asks before the old stream's `stop` is here."""

    async def story(world: World) -> None:
        async with world.call(CA1) as (old, ear):
            world.live.transfers[CA1] = CALL
            token = token_in((await world.post(ACTION, dialled("failed"))).text)
            async with world.socket() as new:
                await new.send(start(CA1, "MZ2", token=token))
                await until(lambda: len(world.live.streams) == 2)
                assert await closing_code(old) == 1000
                assert len(ear.ends) == 1
                assert world.live.outcomes == {}

    play(story)


def test_a_stream_that_broke_is_connected_again_and_not_for_ever() -> None:
    async def story(world: World) -> None:
        world.live.returns = 2
        async with world.call(CA1) as (carrier, ear):
            carrier.transport.abort()
            await until(lambda: ear.ends)
        for number in range(2):
            first = await world.post("/twilio/after-stream", {"CallSid": CA1, "CallStatus": "in-progress"})
            again = await world.post("/twilio/after-stream", {"CallSid": CA1, "CallStatus": "in-progress"})
            assert BACK in first.text
            assert first.text == again.text
            async with world.socket() as carrier:
                await carrier.send(start(CA1, f"MZ{number + 2}", token=token_in(first.text)))
                await until(partial(has_streams, world, number + 2))
            async with world.socket() as carrier:
                await carrier.send(start(CA1, "MZ9", token=token_in(first.text)))
                assert await closing_code(carrier) == 1008
        last = await world.post("/twilio/after-stream", {"CallSid": CA1, "CallStatus": "in-progress"})
        assert "<Say" in last.text

    play(story)


def test_after_the_stream_of_a_call_that_is_over_for_the_carrier_nothing_comes() -> None:
    async def story(world: World) -> None:
        async with world.call(CA1):
            answer = await world.post("/twilio/after-stream", {"CallSid": CA1, "CallStatus": "completed"})
            assert answer.text.endswith(HANG_UP)
            assert world.live.outcomes == {CA1: EndReason.CALLER_HUNG_UP}

    play(story)


# ── any order ────────────────────────────────────────────────────────────────────────────────────────────────────

STEPS = (
    "voice", "start", "start again", "stop", "break", "transfer", "busy", "busy again", "talked", "other transfer",
    "hung up while it rang", "after", "after again", "status ringing", "status completed", "agent ends", "failure",
)  # fmt: skip


class Orders:
    """A switchboard and its calls, told things in any order; after each the answer must be one that is right."""

    def __init__(self) -> None:
        self.live = FakeCalls(returns=2)
        self.board = Switchboard(self.live, Settings(twilio_auth_token=Secret("x" * 32)))
        self.tokens: list[str] = []
        self.legs: list[Stream] = []
        self.is_over = False
        """The carrier has said so of a call that was known here."""

    def step(self, name: str) -> None:  # noqa: C901 (a table of steps)
        match name:
            case "voice":
                self.ask("/twilio/voice", {"CallSid": CA1, "CallStatus": "ringing"})
            case "start" | "start again":
                self.start()
            case "stop" | "break":
                for leg in self.legs[-1:]:
                    leg.send(stop(f"MZ{len(self.legs)}")) if name == "stop" else leg.leg.connection_lost("reset")
            case "transfer":
                if CA1 in self.live.legs:
                    self.live.transfers[CA1] = "t1"
            case "busy" | "busy again":
                self.transfer_ended("busy", "in-progress")
            case "talked":
                self.transfer_ended("completed", "in-progress")
            case "hung up while it rang":
                self.transfer_ended("canceled", "completed")
                self.is_over = bool(self.live.facts)
            case "other transfer":
                before = dict(self.live.transfers)
                answer = self.ask("/twilio/transfer-ended", dialled("busy"), {"call": "t0"})
                assert BACK not in answer
                assert self.live.transfers == before
            case "after" | "after again":
                self.after()
            case "status ringing":
                self.ask("/twilio/status", {"CallSid": CA1, "CallStatus": "ringing"})
            case "status completed":
                self.ask("/twilio/status", {"CallSid": CA1, "CallStatus": "completed"})
                self.is_over = bool(self.live.facts)
            case "agent ends" | "failure":
                if CA1 in self.live.legs:
                    reason = EndReason.AGENT_ENDED if name == "agent ends" else EndReason.OFFHOOK_ERROR
                    self.live.end(CA1, reason)

    def ask(self, path: str, fields: dict[str, str], query: dict[str, str] | None = None) -> str:
        answer = self.board.answer(path, Webhook(fields, PUBLIC, "", query or {})).decode()
        if BACK in answer:
            self.tokens.append(token_in(answer))
        return answer

    def after(self) -> None:
        live_before, outcome = CA1 in self.live.legs, self.live.outcome(CA1)
        answer = self.ask("/twilio/after-stream", {"CallSid": CA1, "CallStatus": "in-progress"})
        # A caller whose call is over hears an apology or nothing, one whose call lives comes back to it.
        if outcome is None:
            assert (BACK in answer) or "<Say" in answer
            assert live_before or BACK not in answer
        else:
            assert BACK not in answer
            assert ("<Say" in answer) is (outcome is EndReason.OFFHOOK_ERROR)

    def transfer_ended(self, status: str, call_status: str) -> None:
        told = len(self.live.transfers_ended)
        pending = self.live.transfers.get(CA1) == "t1" and self.live.outcome(CA1) is None
        fields = dialled(status, CallStatus=call_status, DialCallSid="")
        answer = self.ask("/twilio/transfer-ended", fields, {"call": "t1"})
        assert len(self.live.transfers_ended) - told <= 1
        assert (BACK in answer) is (pending and status == "busy")
        if status == "completed" or call_status == "completed":
            assert answer.endswith(HANG_UP)

    def start(self) -> None:
        token = self.tokens[-1] if self.tokens else "none"
        stream = Stream()
        taken = self.live.answer(stream.leg, LegStarted(CA1, "MZ", {"token": token}))
        assert not (taken and self.live.outcome(CA1))
        if taken:
            self.legs.append(stream)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=14))
def test_whatever_comes_first_every_answer_is_right(steps: list[str]) -> None:
    async def run() -> None:
        orders = Orders()
        for step in steps:
            orders.step(step)
        if orders.is_over:
            assert orders.live.outcomes
            assert orders.live.count == 0
        # A token is good once: what was used is worth nothing.
        assert len(set(orders.live.tokens.values())) == len(orders.live.tokens)

    asyncio.run(run())


def test_an_unknown_webhook_is_refused_in_memory_too() -> None:
    board = Switchboard(FakeCalls(), Settings())
    with pytest.raises(BadRequest):
        board.answer("/twilio/other", Webhook({"CallSid": CA1}, PUBLIC, ""))
