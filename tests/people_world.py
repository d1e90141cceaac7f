"""People for tests of the platform: browsers that keep a cookie, an owner who has signed in, who was invited."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2

from offhook.api.app import create_api
from offhook.platform.first import ensure_first
from tests.platform_world import World

PASSWORD = "four words and a half"
HOST = "https://offhook.test"


class Office:
    """A world with people in it; each has a browser of their own."""

    def __init__(self, world: World, stack: contextlib.AsyncExitStack) -> None:
        self.world, self._stack = world, stack
        self._app = create_api(world.platform)

    async def browser(self, base: str = HOST, address: str = "192.0.2.1", **headers: str) -> httpx2.AsyncClient:
        """One in which nobody has signed in."""
        transport = httpx2.ASGITransport(app=self._app, raise_app_exceptions=False, client=(address, 50_000))
        origin = {"Origin": base, "Sec-Fetch-Site": "same-origin", **headers}
        return await self._stack.enter_async_context(
            httpx2.AsyncClient(transport=transport, base_url=base, headers=origin)
        )

    async def owner(self) -> httpx2.AsyncClient:
        """The first owner, signed in by the link of the first start, with a password."""
        link = await ensure_first(self.world.platform)
        assert link is not None
        browser = await self.browser()
        answer = await browser.post("/session", json={"link": link.token, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return browser

    async def invited(self, owner: httpx2.AsyncClient, email: str, role: str = "viewer") -> httpx2.AsyncClient:
        """Somebody who has accepted an invitation of the owner's."""
        browser = await self.browser()
        answer = await browser.post("/session", json=await self.acceptance(owner, email, role))
        assert answer.status_code == 201, answer.text
        return browser

    async def acceptance(self, owner: httpx2.AsyncClient, email: str, role: str = "viewer") -> dict[str, Any]:
        """What a new person sends to accept an invitation."""
        made = await owner.post("/invitations", json={"email": email, "role": role})
        assert made.status_code == 201, made.text
        return {
            "link": made.json()["link"].partition("#link=")[2],
            "password": PASSWORD,
            "name": email.split("@", maxsplit=1)[0],
        }


@contextlib.asynccontextmanager
async def office(world: World) -> AsyncIterator[Office]:
    """People in this world."""
    async with contextlib.AsyncExitStack() as stack:
        yield Office(world, stack)


async def user_id(browser: httpx2.AsyncClient) -> str:
    """Of who has signed in."""
    return str((await browser.get("/session")).json()["user"]["id"])
