"""The simulated carrier's REST side: Twilio's own SDK and our client both get what Twilio would answer."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import httpx2
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from offhook.errors import CarrierRefused, ProviderTimeout, ProviderUnavailable
from offhook.settings import Secret
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome
from offhook.simulator.carrier_rest import RestFault, RestServer
from offhook.simulator.voices import TapeVoice, prepare
from offhook.telephony.carriers.twilio_rest import NewCall, TwilioRest
from tests.carrier_world import ACCOUNT, HANG_UP, PUBLIC_URL, TOKEN, TinyServer, running

T = TypeVar("T")
OPTIONS = CallOptions(status_url=PUBLIC_URL + "/twilio/status", pace=0.0)
UNKNOWN = "CA" + 32 * "0"


async def patient_caller() -> Caller:
    script = script_from({"steps": [{"silence": 30}, {"hang_up": True}]})
    return Caller(await prepare(script, TapeVoice()))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


class World:
    """A server, a carrier with its REST side, a client of ours, and one call in progress."""

    def __init__(self, *faults: RestFault) -> None:
        self.faults = faults
        self.server = TinyServer()

    async def __aenter__(self) -> "World":
        self.running = running(self.server)
        await self.running.__aenter__()
        self.carrier = Carrier(self.server.web(), OPTIONS)
        self.rest = RestServer(self.carrier, faults=())
        await self.rest.__aenter__()
        self.task: asyncio.Task[CallOutcome] = asyncio.create_task(self.carrier.call(await patient_caller()))
        await until(lambda: self.server.events("media"))
        self.sid = next(iter(self.carrier.calls))
        self.rest.faults.extend(self.faults)
        timeout = httpx2.Timeout(0.3)
        self.client = TwilioRest(ACCOUNT.sid, Secret(TOKEN), self.rest.base_url, timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()
        await self.rest.__aexit__()
        await self.carrier.close()
        async with asyncio.timeout(10):
            await self.task
        await self.running.__aexit__(None, None, None)


def test_hanging_up_ends_the_call_and_again_is_told_so() -> None:
    async def main() -> TinyServer:
        async with World() as world:
            await world.client.hang_up(world.sid)
            outcome = await world.task
            assert (outcome.ended_by, outcome.status) == ("server", "completed")
            await world.client.hang_up(world.sid)
            with pytest.raises(CarrierRefused, match="21220"):
                await world.client.update_call(world.sid, HANG_UP)
            with pytest.raises(CarrierRefused, match="20404"):
                await world.client.update_call(UNKNOWN, HANG_UP)
            return world.server

    server = asyncio.run(main())
    assert server.messages[-1]["event"] == "stop"
    assert "completed" in [fields["CallStatus"] for fields in server.asked("status")]


def test_an_update_replaces_what_the_call_does() -> None:
    async def main() -> CallOutcome:
        async with World() as world:
            document = "<Response><Say>Hold on.</Say><Dial>+15005550009</Dial><Hangup/></Response>"
            await world.client.update_call(world.sid, document)
            return await world.task

    outcome = asyncio.run(main())
    assert outcome.said == ["Hold on."]
    assert [one.number for one in outcome.dialled] == ["+15005550009"]
    assert outcome.streams == ["stream: the call's end"]


def test_faults_befall_one_request_each() -> None:
    async def main() -> None:
        slow = RestFault("slow", delay_s=2.0)
        faults = (RestFault("throttled"), RestFault("error"), RestFault("reset"), slow, RestFault("malformed"))
        async with World(*faults) as world:
            # Three tries: throttled, failed, cut.
            with pytest.raises(ProviderUnavailable):
                await world.client.hang_up(world.sid)
            # The slow one times out, the malformed one was carried out.
            await world.client.hang_up(world.sid)
            assert (await world.task).ended_by == "server"
            assert len(world.rest.requests) == 5

    asyncio.run(main())


def test_slow_three_times_is_a_timeout() -> None:
    async def main() -> None:
        async with World(*(RestFault("slow", delay_s=1.0) for _ in range(3))) as world:
            with pytest.raises(ProviderTimeout):
                await world.client.hang_up(world.sid)

    asyncio.run(main())


def test_a_wrong_token_is_refused() -> None:
    async def main() -> None:
        async with World() as world:
            client = TwilioRest(ACCOUNT.sid, Secret("wrong"), world.rest.base_url)
            with pytest.raises(CarrierRefused, match="401"):
                await client.hang_up(world.sid)
            await client.close()

    asyncio.run(main())


def test_placing_a_call() -> None:
    async def main() -> tuple[str, list[str]]:
        async with World() as world:
            new = NewCall(
                to="+15005550001", from_number="+15005550006", url=PUBLIC_URL + "/twilio/voice",
                status_callback=PUBLIC_URL + "/twilio/placed",
            )  # fmt: skip
            sid = await world.client.create_call(new)
            await until(lambda: not world.carrier.placed)
            with pytest.raises(CarrierRefused, match="21211"):
                await world.client.create_call(NewCall(to="555", from_number="+15005550006", url="x"))
            return world.carrier.calls[sid].outcome.status, [f["CallStatus"] for f in world.server.asked("placed")]

    status, _ = asyncio.run(main())
    assert status == "no-answer"


def test_the_vendors_own_client_understands_it() -> None:
    async def main() -> None:
        async with World() as world:
            client = Client(ACCOUNT.sid, TOKEN)
            client.api.base_url = world.rest.base_url

            def use() -> None:
                assert client.calls(world.sid).fetch().status == "in-progress"
                assert [call.sid for call in client.calls.list(limit=1)] == [world.sid]
                with pytest.raises(TwilioRestException) as caught:
                    client.calls(UNKNOWN).update(status="completed")
                assert (caught.value.status, caught.value.code) == (404, 20404)
                assert client.calls(world.sid).update(status="completed").sid == world.sid

            await asyncio.to_thread(use)
            assert (await world.task).ended_by == "server"

    asyncio.run(main())


def test_whoever_speaks_no_http_is_let_go() -> None:
    async def main() -> None:
        async with World() as world:
            reader, writer = await asyncio.open_connection("127.0.0.1", world.rest.port)
            writer.write(b"\x00\x01\x02 nonsense\r\n\r\n")
            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()
            await world.client.hang_up(world.sid)

    asyncio.run(main())
