"""The dashboard in a real Chromium, in front of the real server with its own database."""

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from offhook.cli.demo_command import free_port
from tests.chromium import executable

T = TypeVar("T")
ROOT: Final = Path(__file__).parents[1]
START_S: Final = 180.0
WAIT_MS: Final = 30_000
"""A machine may be busy."""
expect.set_options(timeout=WAIT_MS)
FAKE_MICROPHONE: Final = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
WIDTHS: Final = {"desktop": (1280, 800), "tablet": (834, 1112), "phone": (390, 844)}


@dataclass
class Server:
    """`offhook serve` in a process of its own, without a file, on a fresh folder."""

    folder: Path
    port: int
    environment: dict[str, str]
    agent: Path | None = None
    """A file that it serves; None: it begins with its samples."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """All that it printed."""
        return (self.folder / "server.log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Start it (again), and wait until calls are taken."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "offhook", "serve", *([str(self.agent)] if self.agent else []), "--port",
                 str(self.port)],
                env={**os.environ, "OFFHOOK_DATA_DIR": str(self.folder / "data"), **self.environment},
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log
            try:
                if httpx2.get(f"{self.base}/healthz").status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            threading.Event().wait(0.05)
        raise AssertionError(f"the server is not ready:\n{self.log}")

    def stop(self) -> None:
        """End it in order, or by force."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def link(self) -> str:
        """A one-time link, as `offhook admin link` prints it."""
        printed = self.admin("link")
        found = re.search(r"#link=(\S+)", printed)
        assert found, printed
        return f"{self.base}/sign-in#link={found[1]}"

    def key(self, *scopes: str) -> str:
        """An API key."""
        return self.admin(
            "api-key", "--name", "test", *(part for scope in scopes for part in ("--scope", scope))
        ).strip()

    def admin(self, *arguments: str) -> str:
        """What `offhook admin` prints."""
        environment = {**os.environ, "OFFHOOK_DATA_DIR": str(self.folder / "data"), **self.environment}
        command = [sys.executable, "-m", "offhook", "admin", *arguments]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


@dataclass
class Desk:
    """One person's browser, and the page that is open in it."""

    server: Server
    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)
    """What the console holds against the pages."""

    def go(self, path: str) -> None:
        """Open a page of the dashboard, and wait until nothing is being fetched."""
        self.page.goto(self.server.base + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the page has what it asked for."""
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator("[role=status][aria-label]")).to_have_count(0)


def flaws(page: Page) -> list[str]:
    """What axe holds against the page, as it is now, that is serious or worse."""
    page.evaluate((ROOT / "dashboard/node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in ("serious", "critical")
    ]


@contextmanager
def serving(folder: Path, agent: Path | None = None, **environment: str) -> Iterator[Server]:
    """The server, ready."""
    server = Server(folder, free_port(), environment, agent)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def chromium(*options: str) -> Iterator[Browser]:
    """The browser of this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-proxy-server", *options])
        try:
            yield browser
        finally:
            browser.close()


def desk(
    browser: Browser, server: Server, *, dark: bool = False, size: tuple[int, int] = WIDTHS["desktop"], **more: Any
) -> Desk:
    """A browser of a person who has not signed in yet."""
    # Whoever wants no motion sees a theme whole at once: what is looked at is never half way to another.
    asked = {"reduced_motion": "reduce", "locale": "en-GB", "color_scheme": "dark" if dark else "light"} | more
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **asked)
    page = context.new_page()
    made = Desk(server, context, page)
    page.set_default_timeout(WAIT_MS)
    page.on("console", lambda said: made.troubles.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: made.troubles.append(str(error)))
    return made


def signed_in(browser: Browser, server: Server, **options: Any) -> Desk:
    """The owner, come in by a one-time link."""
    made = desk(browser, server, **options)
    made.page.goto(server.link())
    made.page.get_by_role("button", name="Come in").click()
    made.page.wait_for_url(lambda url: "/sign-in" not in url)
    made.settle()
    return made


class Aside:
    """A loop of its own in a thread, for stand-ins that the server asks while the browser waits."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def enter(self, manager: AbstractAsyncContextManager[T]) -> T:
        """Open it; it is closed with the thread's process."""
        return self.do(_entered(manager))

    def stop(self) -> None:
        """Do nothing more."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)


async def _entered(manager: AbstractAsyncContextManager[T]) -> T:
    return await manager.__aenter__()
