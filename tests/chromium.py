"""A real browser for tests: Debian's Chromium without a window, driven over its DevTools protocol."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

START_S = 20.0
_NAMES = (
    "chromium", "chromium-browser", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)  # fmt: skip
MOST_BYTES = 64 << 20
_ROUNDS = """
new Promise((resolve) => {
  const began = Date.now();
  const look = () => ((%s) ? resolve(true) : Date.now() - began > %d ? resolve(false) : setTimeout(look, 40));
  look();
})"""


def executable() -> str:
    """Chromium, or the test fails: it is not left out where nobody would notice."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail("Chromium is missing: `apt-get install chromium`, or install Google Chrome")
    return found


@dataclass
class Page:
    """One page of the browser."""

    socket: ClientConnection
    session: str
    troubles: list[str] = field(default_factory=list)
    """What the console holds against it: exceptions, refused resources, errors."""
    _count: int = 0
    _is_loaded: bool = False

    def do(self, method: str, **params: Any) -> dict[str, Any]:
        """One command; its answer. Events that come before it are kept when they are troubles."""
        self._count += 1
        wanted = self._count
        self.socket.send(json.dumps({"id": wanted, "method": method, "params": params} | self._of_session()))
        while True:
            message = json.loads(self.socket.recv(timeout=90))
            if message.get("id") == wanted:
                assert "error" not in message, f"{method}: {message['error']}"
                result: dict[str, Any] = message["result"]
                return result
            self._note(message)

    def _of_session(self) -> dict[str, str]:
        return {"sessionId": self.session} if self.session else {}

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                self.troubles.append(params["entry"]["text"])
            case "Page.loadEventFired":
                self._is_loaded = True
            case "Runtime.exceptionThrown":
                self.troubles.append(json.dumps(params["exceptionDetails"].get("exception", params)))
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning"):
                self.troubles.append(json.dumps(params["args"]))
            case _:
                pass

    def go(self, address: str) -> None:
        """Open this address, and wait until it is loaded."""
        self._is_loaded = False
        self.do("Page.navigate", url=address)
        while not self._is_loaded:
            self._note(json.loads(self.socket.recv(timeout=START_S)))

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited."""
        answer = self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, condition: str, within_s: float = 10.0) -> None:
        """Wait until a condition of the page holds; fail with what the page shows when it never does."""
        if not self.evaluate(_ROUNDS % (condition, within_s * 1000)):
            shown = self.evaluate("document.body.innerText")
            pytest.fail(f"never came: {condition}\ntroubles: {self.troubles}\nthe page shows:\n{shown}")

    def click(self, selector: str) -> None:
        """As a person does: the browser counts it as such."""
        box = self.evaluate(f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
                            f"(document.querySelector({selector!r}).getBoundingClientRect())")  # fmt: skip
        for kind in ("mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def press(self, key: str) -> None:
        """One key of the keyboard."""
        self.do("Input.dispatchKeyEvent", type="keyDown", key=key, text=key if len(key) == 1 else "")
        self.do("Input.dispatchKeyEvent", type="keyUp", key=key)

    def text(self, selector: str) -> str:
        """What an element shows."""
        return str(self.evaluate(f"document.querySelector({selector!r}).innerText"))

    def look(self, width: int, height: int, *, dark: bool) -> None:
        """Give the page this size and theme."""
        self.do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.do("Emulation.setEmulatedMedia", features=[theme])

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """Keep a picture of it."""
        answer = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))


@contextmanager
def browsing(folder: Path, *options: str, prelude: str = "") -> Iterator[Page]:
    """An empty page of a fresh browser; `prelude` runs in each document before its own scripts."""
    profile = folder / "profile"
    command = [
        executable(), "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}", "--no-first-run",
        "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-proxy-server",
        "--disable-component-update", "--mute-audio", *(["--no-sandbox"] if os.geteuid() == 0 else []), *options,
        "about:blank",
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stderr is not None
            lines: list[str] = []
            address = ""
            for line in process.stderr:
                lines.append(line)
                if line.startswith("DevTools listening on "):
                    address = line.rpartition(" ")[2].strip()
                    break
            assert address, "Chromium did not start:\n" + "".join(lines)
            with connect(address, proxy=None, max_size=MOST_BYTES, open_timeout=START_S) as socket:
                page = Page(socket, "")
                target = page.do("Target.createTarget", url="about:blank")["targetId"]
                page.session = page.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
                for domain in ("Page", "Runtime", "Log"):
                    page.do(f"{domain}.enable")
                if prelude:
                    page.do("Page.addScriptToEvaluateOnNewDocument", source=prelude)
                yield page
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
