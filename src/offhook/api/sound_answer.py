"""A recording as an answer: whole, or the part that a player asks for."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi.responses import StreamingResponse

from offhook.platform.problems import RangeUnsatisfiable

PIECE: Final = 256 * 1024
WAV: Final = "audio/wav"
BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The recording: the caller on the left, the agent on the right.", "content": {WAV: BINARY}},
    206: {"description": "A part of it.", "content": {WAV: BINARY}},
}
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """From where up to where (RFC 9110, 14.1.2); None: all of it. Several ranges, or none that can be read, count as
    none. Raises `RangeUnsatisfiable`."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        begin, end = max(0, size - int(found[2])), size
    else:
        begin, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < begin:
            return None
    if begin >= size or begin >= end:
        raise RangeUnsatisfiable(size)
    return begin, end


async def sound_answer(
    part: Callable[[int, int], Awaitable[bytes]], size: int, span: tuple[int, int] | None, headers: Mapping[str, str]
) -> StreamingResponse:
    """The bytes of `span`, all of them without one, as `part(begin, end)` gives them."""
    begin, end = span or (0, size)
    told = {**headers, "Accept-Ranges": "bytes", "Content-Length": str(end - begin)}
    if span:
        told["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    # The first piece is read before the answer begins: what cannot be read is an error and no broken file.
    first = await part(begin, min(begin + PIECE, end))

    async def all_of_it() -> AsyncIterator[bytes]:
        yield first
        for at in range(begin + len(first), end, PIECE):
            yield await part(at, min(at + PIECE, end))

    return StreamingResponse(all_of_it(), 206 if span else 200, told, media_type=WAV)
