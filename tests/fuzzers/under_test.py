"""A handle on the server that is attacked: how late it answers, what it holds, and what it says of itself."""

import asyncio
import itertools
import json
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import psutil

from offhook.telephony.carriers.twilio_signature import sign
from tests.fuzzers.engine import Figures, Late
from tests.fuzzers.server import PUBLIC, TOKEN
from tests.twilio_wire import sid

ANSWER_S: Final = 0.050
"""A signed webhook waits no longer, whatever else comes; other work of the machine is not counted."""
STUCK_S: Final = 1.0
"""No other work of the machine explains that."""
MORE_MB: Final = 120.0
"""Above what the server held when it was warm."""
BACK_S: Final = 8.0
"""Until what a case has opened is let go of."""
SPARE_FILES: Final = 4
"""Beside those that were open at first: the disk's thread may be writing."""
BROKEN: Final = re.compile(r"Traceback|Exception|\bERROR\b|CRITICAL|never retrieved|Warning: |was destroyed|a fault in")
"""What a server that is attacked never says."""
_ROOT: Final = Path(__file__).parents[2]
_STATUS: Final = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")


def schedule(process: int | str) -> tuple[float, float]:
    """How long its main thread ran, and was ready while another did (Linux's `schedstat`, in nanoseconds)."""
    ran, waited, _ = Path(f"/proc/{process}/schedstat").read_text().split()
    return int(ran) / 1e9, int(waited) / 1e9


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to this machine."""
    return await asyncio.open_connection("127.0.0.1", port)


def form_request(path: str, pairs: Sequence[tuple[str, str]], *, signed: bool = True, more: str = "") -> bytes:
    """A webhook as the carrier sends it."""
    body = urlencode(pairs).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: voice.example.test\r\nConnection: close\r\n{more}"
    head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    if signed:
        head += f"X-Twilio-Signature: {sign(TOKEN, PUBLIC + path, list(pairs))}\r\n"
    return head.encode() + b"\r\n" + body


def statuses(answer: bytes) -> list[int]:
    """Of all answers in these bytes."""
    return [int(found) for found in _STATUS.findall(answer)]


@dataclass
class Server:
    """A process with the real server; open it again for a fresh one."""

    figures: Figures
    module: str = "tests.fuzzers.server"
    """What is run; it says its port, or a world with a port in it, as a line of JSON."""
    more_mb: float = MORE_MB
    """So much more than at first it may hold."""
    port: int = 0
    told: Any = None
    _folder: tempfile.TemporaryDirectory[str] | None = None
    _process: asyncio.subprocess.Process | None = None
    _read: int = 0
    _warm_mb: float = 0.0
    _files: int = 0
    _sids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def open(self) -> None:
        """Start it, and let it warm up."""
        self._folder = tempfile.TemporaryDirectory(prefix="offhook-fuzz-")
        self._read = 0
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.module, str(self.folder),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log, cwd=_ROOT,
            )  # fmt: skip
        assert self._process.stdout is not None
        async with asyncio.timeout(300):
            line = await self._process.stdout.readline()
        assert line, self.log.read_text("utf-8", "replace")
        self.told = json.loads(line)
        self.port = self.told["port"] if isinstance(self.told, dict) else int(self.told)
        for _ in range(20):
            with suppress(Late):
                await self.call_and_go()
        self._files = self._process_now.num_fds()
        self._warm_mb = self.memory_mb

    async def close(self) -> None:
        """End it."""
        process, folder = self._process, self._folder
        self._process = self._folder = None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
        if folder is not None:
            folder.cleanup()

    @property
    def folder(self) -> Path:
        """Where its records are."""
        assert self._folder is not None
        return Path(self._folder.name)

    @property
    def log(self) -> Path:
        """What it has said."""
        return self.folder / "log"

    @property
    def _process_now(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    @property
    def memory_mb(self) -> float:
        """What it holds."""
        return float(self._process_now.memory_info().rss) / 1e6

    def new_sid(self) -> str:
        """Of a call that was not yet."""
        return sid(next(self._sids))

    async def ask(self, request: bytes, patience_s: float = 10.0) -> bytes:
        """The answer to a request that says `Connection: close`."""
        reader, writer = await connect(self.port)
        try:
            async with asyncio.timeout(patience_s):
                writer.write(request)
                with suppress(ConnectionError):
                    return await reader.read()
                return b""
        finally:
            writer.transport.abort()

    async def hook(self, path: str, pairs: Sequence[tuple[str, str]]) -> bytes:
        """A signed webhook, answered in time."""
        assert self._process is not None
        request = form_request(path, pairs)
        # What is not the server's own: what waits for a processor, and what this side does, for other connections too.
        waited_s, begun_at = self._waited_s(), time.perf_counter()
        busy_s = self._busy_s()
        answer = await self.ask(request)
        late_s = max(time.perf_counter() - begun_at - (self._waited_s() - waited_s), 0.0)
        if late_s < STUCK_S:
            # Less than that may be chance still: what the server did in that time is not.
            late_s = min(late_s, self._busy_s() - busy_s)
        self.figures.answered(late_s)
        found = statuses(answer)
        assert found and found[0] in (200, 204), f"a signed webhook was answered {answer[:300]!r}"
        if late_s > ANSWER_S:
            raise Late(f"a signed webhook was answered in {1000 * late_s:.0f} ms")
        return answer

    def _waited_s(self) -> float:
        assert self._process is not None
        return schedule(self._process.pid)[1] + schedule("self")[1] + time.process_time()

    def _busy_s(self) -> float:
        assert self._process is not None
        return schedule(self._process.pid)[0]

    async def ring(self, call_sid: str, number: str = "+15005550006") -> str:
        """Announce a call; its token."""
        answer = await self.hook("/twilio/voice", [("CallSid", call_sid), ("From", number)])
        found = re.search(rb'name="token" value="([^"]+)"', answer)
        assert found, f"a call was not taken: {answer[-400:]!r}"
        return found[1].decode()

    async def hang_up(self, call_sid: str) -> None:
        """The carrier says that the call is over."""
        await self.hook("/twilio/status", [("CallSid", call_sid), ("CallStatus", "completed")])

    async def call_and_go(self) -> None:
        """A call that is announced and given up: its place is free again."""
        call_sid = self.new_sid()
        await self.ring(call_sid)
        await self.hang_up(call_sid)

    async def calls(self) -> int:
        """How many are live."""
        answer = await self.ask(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return int(json.loads(answer.partition(b"\r\n\r\n")[2])["calls"])

    async def settled(self, calls: int = 0) -> None:
        """Nothing is left of a case, and nothing went wrong that only the log knows."""
        until = time.monotonic() + BACK_S
        while (found := await self.calls()) != calls:
            if time.monotonic() > until:
                raise AssertionError(f"{found} calls are live, and {calls} should be")
            await asyncio.sleep(0.02)
        while (files := self._process_now.num_fds()) > self._files + SPARE_FILES + 8 * calls:
            if time.monotonic() > until:
                raise AssertionError(f"{files} descriptors are open, and {self._files} were")
            await asyncio.sleep(0.02)
        self.figures.holds(self.memory_mb)
        if self.memory_mb > self._warm_mb + self.more_mb:
            raise Late(f"it holds {self.memory_mb:.0f} MB, and held {self._warm_mb:.0f}")
        self.look()

    def look(self) -> None:
        """Raises for what the log has that must not be in it."""
        assert self._process is not None
        assert self._process.returncode is None, f"the server is gone: {self._new_lines()[-2_000:]}"
        text = self._new_lines()
        if found := BROKEN.search(text):
            raise AssertionError(f"in the log: {text[max(found.start() - 300, 0) : found.start() + 2_500]}")

    def said_of(self, call_sid: str) -> str:
        """What the log has of a call."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines if call_sid in line)[-2_000:]

    def _new_lines(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._read)
            data = log.read()
        self._read += len(data)
        return data.decode("utf-8", "replace")


@dataclass
class OnServer:
    """A fuzzer of the real server: a fresh one for each run."""

    name: str
    figures: Figures = field(default_factory=Figures)
    module: str = Server.module
    more_mb: float = MORE_MB

    def __post_init__(self) -> None:
        self.server = Server(self.figures, self.module, self.more_mb)

    async def open(self) -> None:
        """A fresh server."""
        await self.server.open()

    async def close(self) -> None:
        """It ends."""
        await self.server.close()
