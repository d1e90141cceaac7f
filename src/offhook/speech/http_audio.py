"""Streamed HTTP with sound as its body: how vendors' voices are spoken to that take a whole text at a time."""

from collections.abc import AsyncGenerator
from typing import Final

from offhook.speech.http import Endpoint, HttpClient, Patience

VOICE_PATIENCE: Final = Patience(first_s=3.0, gap_s=2.0)
"""A voice begins within half a second and is faster than speech; who is later than this is not there.
Also the most that an owner can set."""
RAW_TYPES: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""Servers that name no audio type send raw audio under these."""
PACKED_TYPES: Final = frozenset({"audio/mpeg", "audio/mp3", "audio/ogg", "audio/opus", "audio/aac", "audio/flac"})
"""Nothing here decodes these. WAV is not among them: some send raw audio under its name, and its header is seen."""
HEADERS: Final = {b"RIFF": "a WAV file", b"ID3": "an MP3 file", b"OggS": "an Ogg file", b"fLaC": "a FLAC file"}
HEADER_BYTES: Final = 4


class AudioClient:
    """Speaks to one vendor for all calls of an agent. `format_hint` tells an owner how to get raw audio."""

    def __init__(self, endpoint: Endpoint, format_hint: str) -> None:
        self._http = HttpClient(endpoint, accept="*/*")
        self._format_hint = format_hint

    def __repr__(self) -> str:
        return f"<AudioClient {self._http.endpoint!r}>"

    async def prepare(self) -> None:
        """Make the pool of connections; none is opened yet."""
        await self._http.prepare()

    async def expect_call(self) -> None:
        """It rings."""
        await self._http.expect_call()

    async def close(self) -> None:
        """Drop all connections."""
        await self._http.close()

    async def audio(self, path: str, content: bytes, content_type: str) -> AsyncGenerator[bytes, None]:
        """POST `content` and give the answer's bytes as they come, however they are cut.

        Raises `ProviderError`: an answer that is no audio, is a file with a header, or is empty is refused loudly,
        for it would be heard as noise or as nothing.
        """
        async with self._http.post(path, content, content_type) as answer:
            if answer.kind in PACKED_TYPES or not (answer.kind in RAW_TYPES or answer.kind.startswith("audio/")):
                raise self._http.unexpected(answer, f"raw audio; {self._format_hint}")
            begin, is_checked = b"", False
            while (data := await answer.read()) is not None:
                answer.progressed()
                if not is_checked:
                    begin += data
                    if len(begin) < HEADER_BYTES:
                        continue
                    self._check(begin)
                    data, begin, is_checked = begin, b"", True
                yield data
            if begin:
                yield begin
            elif not is_checked:
                raise ValueError("the answer held no audio")

    def _check(self, begin: bytes) -> None:
        for header, what in HEADERS.items():
            if begin.startswith(header):
                raise ValueError(f"{what} came in place of raw audio; {self._format_hint}")
