"""Streamed HTTP with server-sent events: how language models' vendors are spoken to.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from offhook.speech.http import Answer, Endpoint, HttpClient, Patience

MODEL_PATIENCE: Final = Patience(first_s=60.0, gap_s=20.0)
"""The end of every wait, and the most that an owner can set. A call waits less: `speech.fallback`, then the core."""
EVENT_BYTES: Final = 256 * 1024
"""Of one line, and of one event with all its lines."""
DRAIN_S: Final = 0.05
"""After the last event the end of the body is waited for, for a connection can only then be used again."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its name (mostly empty) and its data, lines joined."""

    name: str
    data: str


class EventReader:
    """Bytes in, however they are cut; events out. Raises `ValueError` when a line or an event is too long.

    One by one, so that whatever came before a fault is heard, also when both came in the same piece.
    """

    __slots__ = ("_buffer", "_data", "_name", "_size", "_skip_newline")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        self._skip_newline = False

    def feed(self, data: bytes) -> Iterator[ServerEvent]:
        """The events that are complete now; take them all before more is fed."""
        self._buffer += data
        while (line := self._line()) is not None:
            if (event := self._take(line)) is not None:
                yield event
        if len(self._buffer) > EVENT_BYTES:
            raise ValueError("a line is too long")

    def finish(self) -> list[ServerEvent]:
        """What whole lines without their blank line add up to: some servers leave the very last one out."""
        event = self._take(b"")
        return [event] if event is not None else []

    def _line(self) -> bytes | None:
        if self._skip_newline and self._buffer:
            if self._buffer[0] == 0x0A:
                del self._buffer[0]
            self._skip_newline = False
        ends = [end for end in (self._buffer.find(b"\n"), self._buffer.find(b"\r")) if end >= 0]
        if not ends:
            return None
        end = min(ends)
        self._skip_newline = self._buffer[end] == 0x0D
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _take(self, line: bytes) -> ServerEvent | None:
        if not line:
            event = ServerEvent(self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data, self._size = "", [], 0
            return event
        self._size += len(line)
        if self._size > EVENT_BYTES:
            raise ValueError("an event is too long")
        field, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        return None  # Comments, ids and pauses before a reconnection mean nothing here.


class EventClient:
    """Speaks to one vendor for all calls of an agent."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._http = HttpClient(endpoint, accept="text/event-stream")

    def __repr__(self) -> str:
        return f"<EventClient {self._http.endpoint!r}>"

    async def prepare(self) -> None:
        """Make the pool of connections; none is opened yet."""
        await self._http.prepare()

    async def expect_call(self) -> None:
        """It rings."""
        await self._http.expect_call()

    async def close(self) -> None:
        """Drop all connections."""
        await self._http.close()

    async def events(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        ignored: frozenset[str] = frozenset(),
        is_last: Callable[[ServerEvent], bool] = lambda _: False,
    ) -> AsyncGenerator[ServerEvent, None]:
        """POST `body` and give the answer's events. Events named in `ignored` are no sign of progress.

        Ends after the first event for which `is_last` holds, or with the body: whether that is too early, only the
        caller can tell. Raises `ProviderError`.
        """
        async with self._http.post(path, msgspec.json.encode(body), "application/json") as answer:
            if answer.kind not in ("text/event-stream", ""):
                raise self._http.unexpected(answer, "a stream of events")
            reader = EventReader()
            data: bytes | None = b""
            while data is not None:
                data = await answer.read()
                for event in reader.finish() if data is None else reader.feed(data):
                    if event.name in ignored:
                        continue
                    answer.progressed()
                    yield event
                    if is_last(event):
                        await _drain(answer)
                        return


async def _drain(answer: Answer) -> None:
    """To the end of the body; a connection that is not there yet is given up, and the next reply opens another.

    The answer is whole: however its connection ends, that takes nothing away from it.
    """
    import httpx2

    with suppress(httpx2.HTTPError, httpx2.StreamError, TimeoutError, ValueError):
        async with asyncio.timeout(DRAIN_S):
            while await answer.read() is not None:
                pass
