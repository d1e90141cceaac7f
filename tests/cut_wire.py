"""A TCP proxy for tests: what goes through it can be cut, held back, or let through again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class CutWire:
    """Stands before a server on this machine."""

    def __init__(self, target: int | str) -> None:
        """`target`: a port, or the path of a Unix socket."""
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.is_refusing = False
        self.connections = 0

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Every connection breaks."""
        for writer in list(self._open):
            writer.transport.abort()

    def hold(self) -> None:
        """The network is dead: nothing comes through, and nobody is told."""
        self._flows.clear()

    def flow(self) -> None:
        """It is back."""
        self._flows.set()

    async def stop(self) -> None:
        """Listen no more."""
        self._flows.set()
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_refusing:
            writer.transport.abort()
            return
        self.connections += 1
        if isinstance(self._target, str):
            far_reader, far_writer = await asyncio.open_unix_connection(self._target)
        else:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._open |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self._open -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def cut_wire(target: int | str) -> AsyncIterator[CutWire]:
    """One that runs."""
    wire = CutWire(target)
    await wire.start()
    try:
        yield wire
    finally:
        await wire.stop()
