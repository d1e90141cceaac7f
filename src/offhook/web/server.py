"""Runs the server: one port for webhooks and media, orderly end on SIGTERM, SIGINT and SIGHUP."""

import asyncio
import contextlib
import logging
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import uvicorn
from fastapi import FastAPI

from offhook.errors import ConfigurationError
from offhook.telephony.carriers.twilio_messages import MESSAGE_LIMIT
from offhook.web.http_port import MOST_CONNECTIONS, http_protocol
from offhook.web.media import media_protocol
from offhook.web.ports import Calls
from offhook.web.safety import plain_address

_logger: Final = logging.getLogger("offhook.web")

DESCRIPTORS_PER_CALL: Final = 8
DESCRIPTORS_BESIDE: Final = 64
LEAST_CONNECTIONS: Final = 16
"""That are no calls: with fewer, one proxy and one monitor would be in each other's way."""
MOST_DESCRIPTORS: Final = 65_536
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""The last is a supervisor's reload (it starts us again, with what has changed) or a terminal that was closed."""
BACKLOG: Final = 1024
GRACE_S: Final = 3
"""For connections that are left when the calls are over."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens. Port 0: a free one; `on_ready` is told which, once requests are answered."""

    host: str = "127.0.0.1"
    port: int = 8080
    on_ready: Callable[[int], None] = lambda port: None
    bound: socket.socket | None = None
    """A socket that listens already, shared with other processes, in place of host and port."""
    private: socket.socket | None = None
    """Another one, by which the other processes reach this very one."""


class _Server(uvicorn.Server):
    """uvicorn, with the signals left to us: it would close the live calls."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started
        self._over = asyncio.Event()

    def end(self, *, at_once: bool = False) -> None:
        """Serve no longer."""
        self.should_exit, self.force_exit = True, self.force_exit or at_once
        self._over.set()

    async def main_loop(self) -> None:
        """Look once a second, and when it is to end: uvicorn's own wakes ten times a second, also where nobody calls.

        Its counter is in tenths of a second: once a second it writes the date anew that answers carry.
        """
        second = 0
        while not await self.on_tick(10 * second):
            second += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._over.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_started()


def raise_descriptors() -> int:
    """Allow this process as many open files as the system lets it, 65,536 at most; how many that is.

    Services are given few at first (1024), and each call needs some.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def descriptors_for(calls: int) -> int:
    """How many open files so many calls need, beside all connections that are none."""
    return DESCRIPTORS_BESIDE + MOST_CONNECTIONS + DESCRIPTORS_PER_CALL * calls


def connections_for(files: int, calls: int) -> int:
    """How many connections that are no calls may be open: what calls will need is left to them."""
    left = files - DESCRIPTORS_BESIDE - DESCRIPTORS_PER_CALL * calls
    return max(LEAST_CONNECTIONS, min(left, MOST_CONNECTIONS))


async def serve(app: FastAPI, live: Calls, listening: Listening, *, drain_deadline_s: float = 60.0) -> None:
    """Serve until a signal has come and the calls are over; a second one that asks for the end ends at once.

    A SIGHUP is never the second, nor the first of two: a terminal that is closed sends it once or twice, and who asks
    for the end behind a reload wants no call cut.

    Call it in a uvloop (`uvloop.run`). Cancelling it ends the server without draining. Raises `ConfigurationError`
    when the address cannot be had.
    """
    bound = listening.bound or bind(listening)
    port = bound.getsockname()[1]
    for name in ("uvicorn.asgi", "websockets.server"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Its warnings are of what strangers send, a line for each: `http_port` tells that seldom.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    config = uvicorn.Config(
        app,
        ws=media_protocol(app.state.media_door),
        http=http_protocol(app.state.seldom, connections_for(raise_descriptors(), app.state.max_calls)),
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws_max_size=MESSAGE_LIMIT,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config, lambda: listening.on_ready(port))
    ending: list[asyncio.Task[None]] = []

    asked: list[signal.Signals] = []

    def on_signal(name: signal.Signals) -> None:
        if name is not signal.SIGHUP:
            asked.append(name)
        if len(asked) > 1:
            _logger.warning("= second signal: ending at once")
            server.end(at_once=True)
        elif not ending:
            _logger.info("= %s, draining: %d calls, at most %.0f s", name.name, live.count, drain_deadline_s)
            ending.append(asyncio.ensure_future(_drain(live, server, drain_deadline_s, app.state.on_drained)))

    with _signals(on_signal), contextlib.closing(bound):
        await server.serve(sockets=[bound, *([listening.private] if listening.private is not None else [])])
    for task in ending:
        task.cancel()
        await asyncio.wait([task])


async def _drain(live: Calls, server: _Server, deadline_s: float, on_drained: Sequence[Callable[[], None]]) -> None:
    try:
        await live.drain(deadline_s)
    finally:
        # Streams stay open for ever if nobody ends them, and the server would wait for them.
        for told in on_drained:
            told()
        server.end()


def bind(listening: Listening) -> socket.socket:
    """The socket. Raises `ConfigurationError`."""
    try:
        host = plain_address(listening.host)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # `::` is every address, and not only those of the newer kind.
        both = host == "::" and socket.has_dualstack_ipv6()
        address = (host, listening.port)
        return socket.create_server(address, family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(
            "cannot listen there",
            field="--host, --port",
            found=f"{listening.host}:{listening.port}: {error}",
            expected="an address of this machine and a free port (0: any)",
        ) from error


@contextlib.contextmanager
def _signals(handler: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Call `handler` on the loop for each signal; only a main thread has signals.

    A signal that is ignored stays so: `nohup` is the wish to outlive a terminal.
    """
    loop = asyncio.get_running_loop()
    is_main = threading.current_thread() is threading.main_thread()
    signals = [one for one in SIGNALS if is_main and signal.getsignal(one) is not signal.SIG_IGN]
    for one in signals:
        loop.add_signal_handler(one, handler, one)
    try:
        yield
    finally:
        for one in signals:
            loop.remove_signal_handler(one)
