"""Objects: recordings, folded journals, documents. A folder by default; S3, Google or Azure by address.

The one file that knows obstore. Keys are paths with the workspace first: `ws_.../calls/call_.../recording.wav`.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, from_url

from offhook.errors import ConfigurationError, StoreError

CHUNK: Final = 256 * 1024


class Objects:
    """What is kept under keys. Every method raises `StoreError` when the place cannot be reached."""

    def __init__(self, place: Any) -> None:
        self._place = place

    @classmethod
    def open(cls, address: str, folder: Path) -> "Objects":
        """The place of this address (`s3://bucket/prefix`, `gs://`, `az://`), or a folder.

        Raises `ConfigurationError`.
        """
        if not address:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(LocalStore(prefix=folder))
        try:
            return cls(from_url(address))
        except (BaseError, ValueError) as error:
            raise ConfigurationError(
                "cannot be used", field="OFFHOOK_OBJECTS_URL", found=str(error)[:200], expected="s3://bucket/prefix"
            ) from error

    @classmethod
    def in_memory(cls) -> "Objects":
        """For tests."""
        return cls(MemoryStore())

    async def put(self, key: str, data: bytes | Path) -> None:
        """Keep bytes, or the content of a file, under the key."""
        await _told(obstore.put_async(self._place, key, data))

    async def get(self, key: str) -> bytes | None:
        """All of it; None when nothing is kept there."""
        try:
            found = await _told(obstore.get_async(self._place, key))
            return bytes(await _told(found.bytes_async()))
        except _Missing:
            return None

    async def size(self, key: str) -> int | None:
        """How many bytes; None when nothing is kept there."""
        try:
            found = await _told(obstore.head_async(self._place, key))
        except _Missing:
            return None
        return int(found["size"])

    async def range(self, key: str, start: int, end: int) -> bytes | None:
        """The bytes from `start` up to `end`; None when nothing is kept there."""
        try:
            return bytes(await _told(obstore.get_range_async(self._place, key, start=start, end=end)))
        except _Missing:
            return None

    async def delete(self, *keys: str) -> None:
        """Let go of them, whether they are there or not."""
        for key in keys:
            try:
                await _told(obstore.delete_async(self._place, key))
            except _Missing:
                continue

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        """Every key that begins so, in no order."""
        try:
            async for page in obstore.list(self._place, prefix=prefix):
                for one in page:
                    yield str(one["path"])
        except BaseError as error:
            raise StoreError(f"objects cannot be reached: {type(error).__name__}") from error


class _Missing(Exception):
    """Nothing is kept there."""


async def _told(work: Any) -> Any:
    try:
        return await work
    except (NotFoundError, FileNotFoundError) as error:
        raise _Missing from error
    except (BaseError, OSError) as error:
        # The address may hold a key: only the kind of error is told.
        raise StoreError(f"objects cannot be reached: {type(error).__name__}") from error
