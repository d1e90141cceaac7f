"""An MCP server that is a program on this machine (MCP 2025-06-18, transports, stdio): a JSON message a line.

In place of the SDK's own transport, which keeps a line for as long as it does not end, logs a traceback for each that
is no message, and lets the program write into our log what it likes. Here lines and their number are bounded, and what
the program says on standard error becomes lines of our log that name it, so many and no more.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from offhook import clock
from offhook.errors import ProviderUnavailable
from offhook.tools.guard import EVENTS_AT_ONCE, EVENTS_PER_S, MESSAGE_BYTES

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

STDOUT: Final = 1
STDERR: Final = 2
PIECE_BYTES: Final = 65_536
LINE_CHARS: Final = 300
"""Of a line on standard error; the rest of it is left out."""
LINES_AT_ONCE: Final = 20
LINES_PER_S: Final = 0.2
"""Over the life of the program. A server that logs each request is heard for a while, then now and then."""
PATIENCE_S: Final = 2.0
"""Before its input is closed and it goes by itself, then for each of the signals."""


@asynccontextmanager
async def program_streams(
    command: Sequence[str],
    folder: Path | None,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    warn: Callable[[str], None],
) -> AsyncIterator[tuple[Any, Any]]:
    """Run it: the two directions of its messages, as the SDK's session wants them.

    `say` is given what it writes on standard error, `warn` what is wrong with its lines. Raises `OSError`, and
    `ProviderUnavailable` in a group when it breaks a bound.
    """
    import anyio
    from mcp.client.stdio import get_default_environment

    loop = asyncio.get_running_loop()
    # With the transport, which alone lets go of pipes that nobody reads to their end any more.
    transport, protocol = await loop.subprocess_exec(
        lambda: asyncio.subprocess.SubprocessStreamProtocol(limit=PIECE_BYTES, loop=loop),
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={**get_default_environment(), **environment},
        start_new_session=True,  # What it starts itself is ended with it.
    )
    process = asyncio.subprocess.Process(transport, protocol, loop)
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    to_us, read = anyio.create_memory_object_stream[Any](0)
    write, to_it = anyio.create_memory_object_stream[Any](0)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_read, process.stdout, to_us, warn)
            tasks.start_soon(_write, process.stdin, to_it)
            tasks.start_soon(_listen, process.stderr, say)
            try:
                yield read, write
            finally:
                tasks.cancel_scope.cancel()
    finally:
        for stream in (read, write, to_us, to_it):
            stream.close()
        try:
            # Nobody reads on: a program that waits for us to would not go.
            for output in (STDOUT, STDERR):
                if (pipe := transport.get_pipe_transport(output)) is not None:
                    pipe.close()
            await _end(process)
        finally:
            transport.close()


async def _read(
    output: asyncio.StreamReader, to_us: "MemoryObjectSendStream[Any]", warn: Callable[[str], None]
) -> None:
    from mcp.shared.message import SessionMessage
    from mcp.types import JSONRPCMessage

    held, messages, since = bytearray(), 0, clock.now()
    # Closed at its end: whoever waits for an answer learns that none will come.
    async with to_us:
        while piece := await output.read(PIECE_BYTES):
            *lines, rest = piece.split(b"\n")
            for line in lines:
                held += line
                messages += 1
                _require_bounds(len(held), messages, clock.now() - since)
                try:
                    message = SessionMessage(JSONRPCMessage.model_validate_json(bytes(held)))
                except ValueError:
                    # Many print where they should not. Nothing of it is shown: it may be anything.
                    if held.strip():
                        warn("it writes lines to its standard output that are no messages")
                else:
                    await to_us.send(message)
                held.clear()
            held += rest
            _require_bounds(len(held), messages, clock.now() - since)


def _require_bounds(held: int, messages: int, age_s: float) -> None:
    if held > MESSAGE_BYTES:
        raise ProviderUnavailable(f"it wrote a line of more than {MESSAGE_BYTES >> 20} MB", provider="mcp")
    if messages > EVENTS_AT_ONCE + EVENTS_PER_S * age_s:
        raise ProviderUnavailable("it writes more lines than anybody needs", provider="mcp")


async def _write(its_input: asyncio.StreamWriter, to_it: "MemoryObjectReceiveStream[Any]") -> None:
    # A program that is gone is noticed where its answer is awaited.
    with suppress(ConnectionError):
        async for message in to_it:
            its_input.write(message.message.model_dump_json(by_alias=True, exclude_none=True).encode() + b"\n")
            await its_input.drain()


async def _listen(errors: asyncio.StreamReader, say: Callable[[str], None]) -> None:
    """Its words, for the log; read to the end, or the program would wait for us."""
    held, said, left_out, since = bytearray(), 0, 0, clock.now()
    while piece := await errors.read(PIECE_BYTES):
        *lines, rest = piece.split(b"\n")
        for line in lines:
            text = (bytes(held) + line[:LINE_CHARS]).decode("utf-8", "replace").strip()[:LINE_CHARS]
            held.clear()
            if not text:
                continue
            if said >= LINES_AT_ONCE + LINES_PER_S * (clock.now() - since):
                left_out += 1
                continue
            said += 1
            say(f"{text} ({left_out} lines before it left out)" if left_out else text)
            left_out = 0
        held += rest[: LINE_CHARS - len(held)]
    if held:
        say(held.decode("utf-8", "replace"))


async def _end(process: asyncio.subprocess.Process) -> None:
    """In the order of the protocol: its input is closed, then it is asked, then it is ended, with all it started."""
    assert process.stdin is not None
    process.stdin.close()
    for ask in (None, signal.SIGTERM, signal.SIGKILL):
        if ask is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, ask)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await process.wait()
                return
