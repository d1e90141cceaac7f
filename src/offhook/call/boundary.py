"""The boundary around each peer of a call: whatever it raises is that peer's failure, never the end of the call.

This is the one place that catches every exception. What a peer raises on purpose (an `OffhookError`) goes through as it
is; anything else is a fault in the code that speaks with it: it is told in the log with its traceback, and becomes a
`ProviderBroken`, which is handled like any other failure of a provider.
"""

import logging
import re
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final

from offhook.errors import OffhookError, ProviderBroken

_LOG: Final = logging.getLogger("offhook.calls")
SHOWN: Final = 200
"""So many characters of a foreign message go on to the journal."""
SHORTEST_KEY: Final = 6
HIDDEN: Final = "****"
_HALF: Final = re.compile("[\ud800-\udfff]")

Mask = Callable[[str], str]
"""Hides what must not be told."""


class KeyRing:
    """Gives keys out, and hides those that it gave in what is told later."""

    def __init__(self, key: Callable[[str], str]) -> None:
        self._key = key
        self._given: set[str] = set()

    def key(self, name: str) -> str:
        """The secret of that name. Raises `ConfigurationError`."""
        value = self._key(name)
        self.hide(value)
        return value

    def hide(self, value: str) -> None:
        """Hide a secret that nobody is given."""
        if len(value) >= SHORTEST_KEY:
            self._given.add(value)

    def mask(self, text: str) -> str:
        """The text without any key that was given out."""
        for value in self._given:
            text = text.replace(value, HIDDEN)
        return text


def open_mask(text: str) -> str:
    """Hides nothing: for peers that were given no keys."""
    return text


class Boundaries:
    """The boundaries of one call."""

    def __init__(self, call_id: str, mask: Mask = open_mask) -> None:
        self._call_id, self._mask = call_id, mask

    def around(self, peer: str) -> "Boundary":
        """Only an `OffhookError` or a cancellation leaves a block in this."""
        return Boundary(self, peer)

    def kept(self, peer: str, act: Callable[[], object]) -> bool:
        """Do something small of a peer; False when it raised, which is told and goes no further."""
        try:
            act()  # Not inside of `around`: this is done for every line of every call.
        except Exception as error:
            if not isinstance(error, OffhookError):
                error = ProviderBroken(self.tell(peer, error), provider=peer)
            self.note(peer, error)
            return False
        return True

    def note(self, peer: str, error: OffhookError) -> None:
        """Tell the log of a failure that goes no further."""
        _LOG.warning("! %s  %s: %s", self._call_id, peer, self._mask(str(error)))

    def tell(self, peer: str, error: BaseException) -> str:
        """Put a fault into the log with its traceback; a short line that says which one it is."""
        text = "".join(traceback.format_exception(error)).rstrip()
        _LOG.error("! %s  a fault in %s\n%s", self._call_id, peer, self._mask(text))
        said = " ".join(self._mask(str(error)).split())
        return clean(f"{type(error).__name__}: {said}"[:SHOWN])


class Boundary(AbstractContextManager[None]):
    """The boundary around one block."""

    def __init__(self, boundaries: Boundaries, peer: str) -> None:
        self._boundaries, self._peer = boundaries, peer

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if isinstance(error, Exception) and not isinstance(error, OffhookError):
            raise ProviderBroken(self._boundaries.tell(self._peer, error), provider=self._peer) from error


def clean(text: str) -> str:
    """Text that can be encoded: half of a character (a lone surrogate) becomes the sign for an unknown one."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)
