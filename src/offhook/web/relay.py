"""Media that reached another process than the one where its call lives: they are handed on, byte for byte.

The carrier opens a call's media anew (a transfer is over, a connection broke), and the port's processes take turns. The
socket's own token says which call it is for. What had come until then, handshake and all, is said again to the process
where the call lives, which judges it as if it had come there; from then on all bytes are carried.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from offhook.telephony.leg import Leg

if TYPE_CHECKING:
    from offhook.web.ports import Elsewhere

CONNECT_S: Final = 2.0
HEAD_BYTES: Final = 16 * 1024
EARLY_BYTES: Final = 256 * 1024
"""What may come until the other process has taken it."""
BACKLOG_BYTES: Final = 256 * 1024
"""That one side has not taken yet: then it is cut off."""
_HEAD_END: Final = b"\r\n\r\n"
_LOG: Final = logging.getLogger("offhook.web")


class Relays:
    """Of one server."""

    def __init__(self, elsewhere: "Elsewhere") -> None:
        self.elsewhere = elsewhere
        self._wanted: dict[int, str] = {}

    def take(self, call_id: str, leg: Leg) -> bool:
        """The leg is for a call that does not live here: hand it on."""
        self._wanted[id(leg)] = call_id
        return True

    def wanted(self, leg: object) -> str | None:
        """The call that this leg is to be handed to, once."""
        return self._wanted.pop(id(leg), None)


class Relay:
    """One connection that is carried."""

    def __init__(
        self, relays: Relays, call_id: str, transport: asyncio.Transport, handshake: bytes, early: bytes
    ) -> None:
        """`handshake`: its request as it came; `early`: all that has come since."""
        self._relays, self._call_id, self._transport = relays, call_id, transport
        self._handshake, self._early = handshake, bytearray(early)
        self._writer: asyncio.StreamWriter | None = None
        self._task = asyncio.ensure_future(self._carry())

    def data_received(self, data: bytes) -> None:
        """From the carrier."""
        if self._writer is None:
            self._early += data
            if len(self._early) > EARLY_BYTES:
                self._transport.abort()
        elif self._writer.transport.get_write_buffer_size() > BACKLOG_BYTES:
            self._transport.abort()
        else:
            self._writer.write(data)

    def connection_lost(self) -> None:
        """The carrier's side is gone."""
        self._task.cancel()

    async def _carry(self) -> None:
        writer: asyncio.StreamWriter | None = None
        try:
            address = await self._relays.elsewhere.where(self._call_id)
            if address is None:
                _LOG.warning("media for call %s: no process has it", self._call_id)
                return
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(*address, limit=HEAD_BYTES)
                # A server may lose what comes before its answer: nobody else says more before it.
                writer.write(self._handshake)
                head = await reader.readuntil(_HEAD_END)
            if not head.startswith(b"HTTP/1.1 101"):
                _LOG.warning("media for call %s: the process that has it does not take them", self._call_id)
                return
            self._writer = writer
            writer.write(bytes(self._early))
            _LOG.info("= media for call %s: handed to the process where it lives", self._call_id)
            # The carrier had its answer to the handshake from us.
            while data := await reader.read(65_536):
                self._transport.write(data)
                if self._transport.get_write_buffer_size() > BACKLOG_BYTES:
                    return
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            _LOG.warning("media for call %s: not handed on: %s", self._call_id, type(error).__name__)
        finally:
            if writer is not None:
                writer.close()
            self._transport.close()
