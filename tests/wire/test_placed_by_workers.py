"""Two processes behind one port place calls, whichever is asked and whichever the carrier turns to. One server takes
another's place while people talk."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from offhook.cli.demo_command import free_port
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_outcome import CallOptions
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.voices import TapeVoice, prepare
from tests.served import ACCOUNT
from tests.wire.test_transfer_served import agent_that
from tests.wire.test_two_processes import key_of
from tests.workers_world import Server, serving

OURS, CALLEE = "+15005550001", "+15005550006"
CALLS = 6
STEPS: list[dict[str, Any]] = [
    {"wait": {"says": "Hello there", "at_most_s": 20}}, {"say": "thanks"},
    {"wait": {"says": "welcome", "at_most_s": 20}}, {"silence": 2.0}, {"hang_up": True},
]  # fmt: skip
THANKS: list[dict[str, Any]] = [{"say": "thanks"}, {"wait": {"silent_s": 2.0, "at_most_s": 12}}]
LONG: list[dict[str, Any]] = [*STEPS[:1], *THANKS * 6, {"hang_up": True}]


class Front:
    """What stands before the servers: connections that are made go where it points, those that are made stay."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.target = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator["Front"]:
        server = await asyncio.start_server(self._took, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()

    async def _took(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(_pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    except OSError:
        pass
    finally:
        sink.close()


class Desk:
    """Places calls."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.agent = ""

    async def connect(self, token: str) -> None:
        body: Any = {"carrier": "twilio", "account_sid": ACCOUNT, "auth_token": token}
        answer = await self.client.post("/carrier-accounts", json=body)
        assert answer.status_code == 201, answer.text
        (agent,) = (await self.client.get("/agents")).json()["data"]
        self.agent = agent["id"]
        body = {"carrier_account_id": answer.json()["id"], "number": OURS, "agent_id": self.agent}
        assert (await self.client.post("/phone-numbers/connect", json=body)).status_code == 201

    async def place(self) -> str:
        answer = await self.client.post("/calls", json={"agent_id": self.agent, "to": CALLEE, "from": OURS})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def over(self, call_id: str) -> Any:
        """Its record, once it is whole."""
        async with asyncio.timeout(90):
            while not (record := (await self.client.get(f"/calls/{call_id}")).json()).get("is_whole"):
                await asyncio.sleep(0.3)
        return record

    async def talks(self, call_id: str) -> None:
        async with asyncio.timeout(60):
            while (await self.client.get(f"/calls/{call_id}")).json()["status"] != "in_progress":
                await asyncio.sleep(0.2)


def desk_of(server: Server, key: str, port: int) -> Desk:
    headers = {"Authorization": f"Bearer {key}"}
    # A connection for each request: the workers take turns at the port.
    limits = httpx2.Limits(max_keepalive_connections=0)
    url = f"http://127.0.0.1:{port}/v1"
    return Desk(httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, limits=limits, timeout=30))


async def _carrier(front: Front, token: str, tmp_path: Path, steps: list[dict[str, Any]]) -> Carrier:
    spoken = await prepare(script_from({"voice": "tape", "steps": steps}), TapeVoice(), tmp_path)
    public = f"http://127.0.0.1:{front.port}"
    carrier = Carrier(ServerWeb(Account(ACCOUNT, token), public), CallOptions(), answerer=lambda _: Caller(spoken))
    carrier.numbers.add(OURS)
    return carrier


def test_calls_are_placed_by_whichever_process_is_asked(tmp_path: Path) -> None:
    async def main() -> None:
        token = secrets.token_hex(16)
        async with Front(free_port())() as front:
            front.target = free_port()
            public = {"OFFHOOK_PUBLIC_URL": f"http://127.0.0.1:{front.port}"}
            carrier = await _carrier(front, token, tmp_path, STEPS)
            async with (
                RestServer(carrier) as rest,
                serving(tmp_path, agent_that(), rest.base_url, front.target, token, settings=public) as server,
            ):
                desk = desk_of(server, await key_of(server), front.port)
                await desk.connect(token)
                placed = [await desk.place() for _ in range(CALLS)]
                records = [await desk.over(call_id) for call_id in placed]
                assert [one["ending"]["reason"] for one in records] == ["caller.hung_up"] * CALLS, server.log
                for one in records:
                    assert "You are welcome." in [turn["text"] for turn in one["turns"]], one["turns"]
                dialled = [one for one in rest.requests if one.method == "POST" and one.path.endswith("/Calls.json")]
                assert len(dialled) == CALLS, "nobody is rung twice"
            await carrier.close()

    asyncio.run(asyncio.wait_for(main(), 200))


def test_a_server_takes_anothers_place_while_people_talk(tmp_path: Path) -> None:
    async def main() -> None:
        token = secrets.token_hex(16)
        async with Front(free_port())() as front:
            front.target = free_port()
            settings = {"OFFHOOK_PUBLIC_URL": f"http://127.0.0.1:{front.port}", "OFFHOOK_DRAIN_SECONDS": "60"}
            carrier = await _carrier(front, token, tmp_path, LONG)
            async with RestServer(carrier) as rest:
                agent = agent_that()
                async with serving(tmp_path, agent, rest.base_url, front.target, token, settings=settings) as old:
                    desk = desk_of(old, await key_of(old), front.port)
                    await desk.connect(token)
                    before = [await desk.place() for _ in range(3)]
                    for call_id in before:
                        await desk.talks(call_id)
                    async with serving(
                        tmp_path, agent, rest.base_url, free_port(), token, beside=old, settings=settings
                    ) as new:
                        front.target = new.port
                        old.process.terminate()
                        after = [await desk.place() for _ in range(3)]
                        records = [await desk.over(call_id) for call_id in (*before, *after)]
                        assert await asyncio.wait_for(old.process.wait(), 60) == 0
                        reasons = Counter(one["ending"]["reason"] for one in records)
                        assert reasons == {"caller.hung_up": 6}, (old.log, new.log)
                        for one in records:
                            said = [turn["text"] for turn in one["turns"] if turn["role"] == "agent"]
                            assert said.count("You are welcome.") == 6, one
            await carrier.close()

    asyncio.run(asyncio.wait_for(main(), 280))
