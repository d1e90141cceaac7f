"""What carries the bus between processes: PostgreSQL's notifications, or a Redis (or Valkey).

PostgreSQL: LISTEN needs a connection that is this process's own all the time, so a pooler in transaction mode must not
stand in between. A notification is shorter than 8000 bytes (PostgreSQL, NOTIFY).
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.engine import URL

from offhook.platform.bus import BusDown, Wire
from offhook.settings import Secret, Settings
from offhook.store.engine import database_url, is_sqlite

if TYPE_CHECKING:
    import psycopg
    import redis.asyncio as redis_client

NOTIFY_BYTES: Final = 7_900
REDIS_BYTES: Final = 256 * 1024
CONNECT_S: Final = 5


def wire_of(settings: Settings) -> Wire | None:
    """What connects this process with others: Redis when there is one, else the PostgreSQL that is there anyway. None:
    the process is alone. Raises `ConfigurationError`."""
    url = database_url(settings.database_url.reveal(), settings.data_dir)
    if settings.redis_url:
        # Two installations may share a Redis: each hears its own.
        apart = hashlib.sha256(url.render_as_string(hide_password=True).encode()).hexdigest()[:8]
        return RedisWire(settings.redis_url, apart)
    return None if is_sqlite(url) else PostgresWire(url)


class PostgresWire:
    """NOTIFY on one connection, LISTEN on another."""

    name = "postgresql"
    limit = NOTIFY_BYTES

    def __init__(self, url: URL) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._ears: psycopg.AsyncConnection[Any] | None = None
        self._mouth: psycopg.AsyncConnection[Any] | None = None
        self._heard: AsyncGenerator[psycopg.Notify, None] | None = None

    async def open(self, channels: Sequence[str]) -> None:
        """Connect and listen."""
        import psycopg
        from psycopg import sql

        try:
            self._ears = await self._connect()
            for channel in channels:
                await self._ears.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            self._mouth = await self._connect()
        except psycopg.Error as error:
            raise BusDown from error
        self._heard = self._ears.notifies()

    async def send(self, channel: str, text: str) -> None:
        """NOTIFY."""
        import psycopg

        assert self._mouth is not None
        try:
            await self._mouth.execute("SELECT pg_notify(%s, %s)", (channel, text))
        except psycopg.Error as error:
            raise BusDown from error

    async def receive(self) -> str:
        """The next notification."""
        import psycopg

        assert self._heard is not None
        try:
            return (await anext(self._heard)).payload
        except (psycopg.Error, StopAsyncIteration) as error:
            raise BusDown from error

    async def close(self) -> None:
        """Both connections go."""
        import psycopg

        connections, self._ears, self._mouth, self._heard = (self._ears, self._mouth), None, None, None
        for connection in connections:
            if connection is not None:
                with contextlib.suppress(psycopg.Error, OSError):
                    await connection.close()

    async def _connect(self) -> "psycopg.AsyncConnection[Any]":
        from psycopg import AsyncConnection

        return await AsyncConnection.connect(self._address, autocommit=True, connect_timeout=CONNECT_S)


class RedisWire:
    """PUBLISH and SUBSCRIBE. Its own reconnecting is not relied on: on a dead network it hears nothing for ever."""

    name = "redis"
    limit = REDIS_BYTES

    def __init__(self, url: Secret, apart: str = "") -> None:
        """`apart`: what tells this installation's channels from others'."""
        self._url, self._apart = url, apart
        self._client: redis_client.Redis | None = None
        self._ears: Any = None

    async def open(self, channels: Sequence[str]) -> None:
        """Connect and subscribe."""
        import redis.asyncio as redis_client
        from redis.backoff import NoBackoff
        from redis.exceptions import RedisError
        from redis.retry import Retry

        # It reconnects by itself otherwise, and nobody learns that messages were missed meanwhile.
        once: Any = Retry(NoBackoff(), 0)
        self._client = redis_client.Redis.from_url(
            self._url.reveal(), socket_connect_timeout=CONNECT_S, health_check_interval=0, retry=once
        )
        self._ears = self._client.pubsub()
        try:
            await self._ears.subscribe(*(f"{self._apart}{channel}" for channel in channels))
        except RedisError as error:
            raise BusDown from error

    async def send(self, channel: str, text: str) -> None:
        """PUBLISH."""
        from redis.exceptions import RedisError

        assert self._client is not None
        try:
            await self._client.publish(f"{self._apart}{channel}", text)
        except RedisError as error:
            raise BusDown from error

    async def receive(self) -> str:
        """The next message."""
        from redis.exceptions import RedisError

        while True:
            try:
                message = await self._ears.get_message(ignore_subscribe_messages=True, timeout=None)
            except RedisError as error:
                raise BusDown from error
            if message is not None and message["type"] == "message":
                return str(message["data"], "utf-8", "replace")
            # It says None at once when its connection is gone.
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Both connections go."""
        from redis.exceptions import RedisError

        ears, client, self._ears, self._client = self._ears, self._client, None, None
        for one in (ears, client):
            if one is not None:
                with contextlib.suppress(RedisError, OSError):
                    await one.aclose()
