"""The whole product on a real port, in this process, for tests of browser calls."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from offhook.api.app import ROOT, create_api
from offhook.call.live import LiveCalls
from offhook.call.records.files import FileRecords
from offhook.platform.keys import FOR_PAGES
from offhook.platform.platform import Platform
from offhook.settings import Settings
from offhook.store.scope import SYSTEM
from offhook.telephony.browser import BrowserLine
from offhook.web.app import create_app
from offhook.web.server import Listening, serve
from tests.platform_world import new_database, settings_for

READY_S = 60.0


@dataclass
class Shop:
    """A server that takes browser calls, with an agent and its workspace."""

    platform: Platform
    live: LiveCalls
    workspace: str
    agent_id: str
    port: int
    client: httpx2.AsyncClient
    """Of its API, with an API key of all rights."""

    async def page_key(self, *origins: str) -> str:
        """A browser key for pages of these origins."""
        keys = self.platform.api_keys
        made = await keys.create(
            self.workspace, "website", (), SYSTEM, kind=FOR_PAGES, agent_id=self.agent_id, origins=origins
        )
        await self.platform.browser_calls.learn_origins()
        return made.text


def keep_shop(folder: Path, agent: Path, story: Callable[[Shop], Awaitable[None]], **settings: Any) -> None:
    """Tell a story in a shop."""

    async def run() -> None:
        await _run(settings_for(new_database("sqlite", folder), folder, **settings), agent, story)

    asyncio.run(run())


async def _run(settings: Settings, agent: Path, story: Callable[[Shop], Awaitable[None]]) -> None:
    platform = await Platform.open(settings)
    records = FileRecords(settings.data_dir)
    try:
        await platform.adopt(agent)
        live, desk = platform.take_calls(records, lambda facts: BrowserLine())
        app = create_app(desk, settings, records=records.state, browsers=platform.browser_calls)
        app.mount(ROOT, create_api(platform))
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        server = asyncio.create_task(serve(app, desk, Listening("127.0.0.1", port=0, on_ready=ready.set_result)))
        (first,) = platform.first_keys()
        runtime = await platform.line_up.runtimes.acquire(first)
        workspace = await platform.first_workspace()
        made = await platform.api_keys.create(workspace, "test", ("calls:write", "settings:write"), SYSTEM)
        async with asyncio.timeout(READY_S):
            port = await ready
        headers = {"Authorization": f"Bearer {made.text}"}
        base = f"http://127.0.0.1:{port}{ROOT}"
        try:
            async with httpx2.AsyncClient(base_url=base, headers=headers, trust_env=False) as client:
                await story(Shop(platform, live, workspace, first.partition("/")[0], port, client))
        finally:
            platform.line_up.runtimes.release(runtime)
            server.cancel()
            await asyncio.wait([server])
            live.stop()
    finally:
        await platform.stop()
