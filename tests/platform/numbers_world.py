"""A platform beside the simulated carrier: its REST side on a port, its webhooks in memory."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy.engine import URL

from offhook.call.live import LiveCalls
from offhook.call.records.files import FileRecords
from offhook.ids import new_id
from offhook.platform.front_desk import FrontDesk
from offhook.platform.platform import Platform
from offhook.simulator.caller import Caller
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.telephony.carriers.twilio_signature import sign
from offhook.web.app import create_app
from tests.platform.test_line_up import add_agent
from tests.platform_world import World, world

PUBLIC = "https://voice.example.test"
OURS, THEIRS = "+15005550001", "+15005550009"
CALLEE = "+15005550006"
ACCOUNT = Account("AC" + 31 * "0" + "1", "0123456789abcdef0123456789abcdef")
OTHER = Account("AC" + 31 * "0" + "2", "fedcba9876543210fedcba9876543210")


class AppWeb(ServerWeb):
    """The carrier's way to a server that has no port."""

    def connect(self, app: FastAPI) -> None:
        """Ask this application from now on."""
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx2.AsyncClient(transport=transport)  # type: ignore[misc]


@dataclass
class NumbersWorld:
    """What tests of numbers and of placed calls work with."""

    platform_world: World
    rest: RestServer
    carrier: Carrier
    agent: str
    app: FastAPI
    desk: FrontDesk
    live: LiveCalls
    callees: dict[str, Caller] = field(default_factory=dict)
    """Who picks up, by number; nobody else does."""

    @property
    def platform(self) -> Any:
        return self.platform_world.platform

    @property
    def client(self) -> httpx2.AsyncClient:
        return self.platform_world.client

    @property
    def workspace(self) -> str:
        return self.platform_world.workspace

    async def connect_account(self, account: Account = ACCOUNT, key: str = "") -> str:
        """The id of the account, connected over the API."""
        body = {"carrier": "twilio", "account_sid": account.sid, "auth_token": account.token}
        headers = self.platform_world.as_key(key) if key else {}
        answer = await self.client.post("/carrier-accounts", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def connect(self, number: str = OURS, **more: Any) -> dict[str, Any]:
        """The number, connected with its agent."""
        if self.carrier.numbers.find(number) is None:
            self.carrier.numbers.add(number)
        account = await self.connect_account()
        body = {"carrier_account_id": account, "number": number, "agent_id": self.agent} | more
        answer = await self.client.post("/phone-numbers/connect", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def webhook(
        self, path: str, account: Account, signed_by: Account | None = None, **fields: str
    ) -> httpx2.Response:
        """A webhook of the account, signed by it or by another one."""
        every = {"CallSid": "CA" + 32 * "a", "AccountSid": account.sid, "From": CALLEE, "To": OURS,
                 "CallStatus": "ringing", "Direction": "inbound", **fields}  # fmt: skip
        signature = sign((signed_by or account).token, PUBLIC + path, list(every.items()))
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://voice.example.test") as client:
            return await client.post(path, data=every, headers={"X-Twilio-Signature": signature})

    async def until(self, condition: Callable[[], Awaitable[Any] | Any], seconds: float = 10.0) -> Any:
        """What `condition` gives once it gives something."""
        async with asyncio.timeout(seconds):
            while True:
                found = condition()
                found = await found if asyncio.iscoroutine(found) else found
                if found:
                    return found
                await asyncio.sleep(0.02)


def app_of(platform: Platform, desk: FrontDesk) -> FastAPI:
    """The server of a platform."""
    return create_app(desk, platform.settings, tokens=platform.clients.tokens, placed=platform.placing)


@contextlib.asynccontextmanager
async def numbers_world(url: URL, folder: Path, **settings: Any) -> AsyncIterator[NumbersWorld]:
    """All of it, with an agent that was published."""
    callees: dict[str, Caller] = {}
    carrier = Carrier(AppWeb(ACCOUNT, "http://127.0.0.1:1", PUBLIC), answerer=callees.get)
    chosen = {"public_url": PUBLIC, **settings}
    async with RestServer(carrier) as rest, world(url, folder, twilio_base_url=rest.base_url, **chosen) as here:
        platform, agent = here.platform, new_id("agent")
        await platform.store.write(here.workspace, lambda scope: add_agent(scope, agent, versions=3))
        await platform.snapshot.settle()
        live, desk = platform.take_calls(FileRecords(folder), platform.clients.lines(None))
        app = app_of(platform, desk)
        assert isinstance(carrier.web, AppWeb)
        carrier.web.connect(app)
        try:
            yield NumbersWorld(here, rest, carrier, agent, app, desk, live, callees)
        finally:
            await carrier.close()
            await live.drain(0.0)
            live.stop()


def in_numbers_world(url: URL, folder: Path, act: Callable[[NumbersWorld], Awaitable[Any]], **settings: Any) -> Any:
    """Run `act` in such a world."""

    async def main() -> Any:
        async with numbers_world(url, folder, **settings) as here:
            return await act(here)

    return asyncio.run(main())
