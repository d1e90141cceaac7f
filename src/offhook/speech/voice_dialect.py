"""What a vendor's voice over a socket brings: its terms, and what is said on one socket. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from offhook.errors import ProtocolViolation, ProviderError
from offhook.speech.vendor_errors import safe_text
from offhook.speech.voice_segment import Segment
from offhook.speech.websocket import Endpoint

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a vendor allows, and what we keep ready; times in seconds."""

    segments_per_socket: int
    spare: int = 1
    """Room for so many more segments is kept open."""
    most_sockets: int = 64
    idle_s: float = 240.0
    """A socket that was not used for so long is renewed, before the vendor closes it."""
    age_s: float = 3300.0
    """So is one of this age."""
    end_s: float = 5.0
    """After a segment was left, the vendor has so long to say that it is over (to `Limits.keep_alive_s`)."""
    ends_must_come: bool = True
    """Without its end a segment may still take a place: the socket is renewed."""


class VoiceDialect:
    """What is said on one socket of a voice: no I/O. Vendors' files fill it in; the rest is common."""

    is_crowded = False
    """The socket ends since the account says no more at the same time: its segments wait for others to end."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @property
    def wakeup_at(self) -> float | None:
        """When `wake` is due."""
        return None

    def wake(self, at: float) -> Iterable[str]:
        """The time has come; what is to be said. Must move `wakeup_at` on."""
        del at
        return ()

    def problem(self, kind: type[ProviderError], text: str) -> ProviderError:
        """The error that the vendor's words stand for, without the key."""
        provider = self._endpoint.provider
        return kind(f"{provider}: {safe_text(text, self._endpoint.secret)}", provider=provider)

    def read(self, decoder: msgspec.json.Decoder[T], message: str | bytes) -> T:
        """A message. Raises `ProtocolViolation`."""
        try:
            return decoder.decode(message)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise self.problem(ProtocolViolation, "sent what is not in its protocol") from error

    def begin(self, segment: Segment, at: float) -> Iterable[str]:
        """The messages that ask for it. From now on its audio goes to `segment.add`, until `end` or `fail`."""
        raise NotImplementedError

    def cancel(self, segment: Segment) -> Iterable[str]:
        """The messages that stop it. The dialect still calls `segment.end` when the vendor is done with it."""
        raise NotImplementedError

    def forget(self, segment: Segment) -> None:
        """Its end did not come: what still comes of it is dropped."""

    def takes(self, letters: int, at: float) -> bool:
        """Whether a vendor's limit per time lets another text of so many characters onto this socket."""
        del letters, at
        return True

    def received(self, message: str | bytes, at: float) -> Iterable[str]:
        """The vendor says this; what is to be answered. Raises `ProviderError`: the socket ends."""
        raise NotImplementedError

    def ended(self, error: BaseException) -> None:
        """The socket has ended so: a vendor's limit may be learned from it."""

    def goodbye(self) -> str | None:
        """What to send before closing."""
        return None
