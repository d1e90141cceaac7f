"""`offhook serve --workers N`: N processes that take turns at one port, and this one, which starts them, starts again
what crashes, and ends them in order.

The port is bound here, once, and handed on: a webhook and its media may reach different workers. A worker's *lifeline*
is a socket to this process: it says on it that it is ready, and drains when the other end is gone.
"""

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from offhook import clock
from offhook.errors import ConfigurationError
from offhook.settings import Settings
from offhook.store.engine import database_url, is_sqlite

AGAIN_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Before a worker that ended by itself is started again: longer each time, from the beginning once it was well."""
WELL_S: Final = 60.0
END_S: Final = 15.0
"""After the time that calls have to end, before a worker is killed."""
MOST: Final = 64
_READY: Final = b"r"
_LOG: Final = logging.getLogger("offhook")


@dataclass(frozen=True, slots=True)
class Place:
    """What a worker is given by the process that starts it."""

    number: int
    listening: int
    """The descriptor of the port's socket."""
    lifeline: int

    def __str__(self) -> str:
        return f"{self.number}:{self.listening}:{self.lifeline}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """From its text. Raises `ValueError`."""
        number, listening, lifeline = map(int, text.split(":"))
        return cls(number, listening, lifeline)

    def socket(self) -> socket.socket:
        """The port."""
        return socket.socket(fileno=self.listening)

    def say_ready(self) -> None:
        """This worker takes calls; from now on it drains when the other end of the lifeline is gone."""
        line = socket.socket(fileno=self.lifeline)
        line.send(_READY)
        loop = asyncio.get_running_loop()

        def orphaned() -> None:
            loop.remove_reader(line)
            _LOG.warning("! worker %d is alone: it drains", self.number)
            os.kill(os.getpid(), signal.SIGTERM)

        loop.add_reader(line, orphaned)


def require_several(settings: Settings) -> None:
    """Raises `ConfigurationError` for a database that is one process's."""
    if is_sqlite(database_url(settings.database_url.reveal(), settings.data_dir)):
        raise ConfigurationError(
            "several workers need PostgreSQL: with a file they would not hear of each other's changes",
            field="--workers",
            expected="OFFHOOK_DATABASE_URL=postgresql://user:password@host:5432/name, or --workers 1",
        )


@dataclass(slots=True)
class Workers:
    """Those that run, and those that will again."""

    command: Sequence[str]
    """What a worker is run by; `--worker PLACE` is added."""
    port: socket.socket
    count: int
    drain_s: float
    on_ready: Callable[[], None] = lambda: None
    """Told when all are ready for the first time."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of a worker: all of it."""
    _running: dict[int, "asyncio.subprocess.Process"] = field(default_factory=dict)
    _was_ready: set[int] = field(default_factory=set)
    _is_ending: asyncio.Event = field(default_factory=asyncio.Event)
    _failed: int = 0

    async def run(self) -> int:
        """Until a signal ends them, or none of them could ever be started: the exit code."""
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._end)
        try:
            await asyncio.gather(*(self._keep(number) for number in range(1, self.count + 1)))
        finally:
            for one in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(one)
        return self._failed

    def _end(self) -> None:
        """A second signal reaches them as a second one: they end at once."""
        if not self._is_ending.is_set():
            _LOG.info("= ending %d workers", len(self._running))
        self._is_ending.set()
        for process in self._running.values():
            process.terminate()

    async def _keep(self, number: int) -> None:
        failures = 0
        while not self._is_ending.is_set():
            began_at = clock.now()
            code = await self._run_one(number)
            if self._is_ending.is_set():
                return
            if not self._was_ready:
                # It has said why. What none of them can begin, none will.
                self._failed = code or 1
                self._end()
                return
            failures = 0 if clock.now() - began_at > WELL_S else failures + 1
            pause_s = AGAIN_S[min(failures, len(AGAIN_S)) - 1] if failures else 0.0
            _LOG.warning("! worker %d ended by itself (%s): it is started again in %g s", number, _how(code), pause_s)
            try:
                async with asyncio.timeout(pause_s):
                    await self._is_ending.wait()
            except TimeoutError:
                pass

    async def _run_one(self, number: int) -> int:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        place = Place(number, self.port.fileno(), theirs.fileno())
        process = await asyncio.create_subprocess_exec(
            *self.command, "--worker", str(place), pass_fds=(place.listening, place.lifeline),
            env=dict(self.environment), start_new_session=True,
        )  # fmt: skip
        theirs.close()
        self._running[number] = process
        if self._is_ending.is_set():
            process.terminate()
        listening = asyncio.ensure_future(self._listen(number, ours))
        try:
            return await self._waited(process)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            ours.close()
            self._running.pop(number, None)

    async def _waited(self, process: "asyncio.subprocess.Process") -> int:
        ended = asyncio.ensure_future(process.wait())
        ending = asyncio.ensure_future(self._is_ending.wait())
        try:
            await asyncio.wait({ended, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                await asyncio.wait({ended}, timeout=self.drain_s + END_S)
            if not ended.done():
                process.kill()
            return await ended
        finally:
            ending.cancel()

    async def _listen(self, number: int, lifeline: socket.socket) -> None:
        if await asyncio.get_running_loop().sock_recv(lifeline, 1) == _READY:
            was = len(self._was_ready)
            self._was_ready.add(number)
            if was < self.count == len(self._was_ready):
                self.on_ready()


def serve_workers(command: Sequence[str], port: socket.socket, count: int, settings: Settings, health: str) -> int:
    """Run them until a signal; the exit code."""
    # Tokens of one worker are taken by the others: they share a key, made now unless the owner has given one.
    shared = {} if settings.secret_key else {"OFFHOOK_SECRET": secrets.token_hex(32)}

    async def main() -> int:
        workers = Workers(
            command, port, count, settings.drain_deadline_s, environment={**settings.environment, **shared}
        )
        workers.on_ready = lambda: _LOG.info("= ready: %d workers at %s", count, health)
        return await workers.run()

    return asyncio.run(main())


def command_of(arguments: Sequence[str]) -> list[str]:
    """This program again, with other arguments."""
    return [sys.executable, "-m", "offhook", *arguments]


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"
