"""The messages of a Twilio media stream, both ways (Twilio: "Media Streams - WebSocket Messages").

Incoming text is decoded straight into these types, numbers in strings and base64 included, in one step of msgspec.
Fields that Twilio may add are ignored; fields that we need and that have the wrong type make the message unusable.
"""

from base64 import b64encode
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

MESSAGE_LIMIT: Final = 64 * 1024
"""Longest message we read: 250 times an ordinary one."""

Number = Annotated[int, Meta(ge=0, le=2**53)]
"""Twilio writes numbers as decimal strings; a plain JSON number is taken as well."""
Sid = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[A-Za-z0-9_\-]+\Z")]
"""Sids name files and addresses of ours, so nothing else is let in."""


class Incoming(msgspec.Struct, tag_field="event", rename="camel", kw_only=True):
    """Something that Twilio sent."""

    stream_sid: str = ""
    sequence_number: Number = 0


class Connected(Incoming, tag="connected", kw_only=True):
    """The socket is up; `start` follows."""


class MediaFormat(msgspec.Struct, rename="camel"):
    """Documented as always mu-law, 8000, 1."""

    encoding: str
    sample_rate: Number
    channels: Number


class StartBody(msgspec.Struct, rename="camel"):
    """What the stream belongs to and brings along."""

    call_sid: Sid
    media_format: MediaFormat
    stream_sid: str = ""
    custom_parameters: dict[str, str] = {}


class Start(Incoming, tag="start", kw_only=True):
    """The stream begins."""

    start: StartBody


class MediaBody(msgspec.Struct):
    """Mu-law audio. `chunk` counts from 1 and `timestamp` is in milliseconds from the stream's start; 0: not told."""

    payload: bytes
    track: str = "inbound"
    chunk: Number = 0
    timestamp: Number | None = None


class Media(Incoming, tag="media", kw_only=True):
    """A piece of the caller's audio."""

    media: MediaBody


class DtmfBody(msgspec.Struct):
    """One key; no duration is told."""

    digit: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "A", "B", "C", "D"]


class Dtmf(Incoming, tag="dtmf", kw_only=True):
    """The caller pressed a key."""

    dtmf: DtmfBody


class MarkBody(msgspec.Struct):
    """The name is ours, given when the mark was sent."""

    name: Annotated[str, Meta(max_length=200)]


class Mark(Incoming, tag="mark", kw_only=True):
    """All that was sent before the mark was played, or cleared."""

    mark: MarkBody


class Stop(Incoming, tag="stop", kw_only=True):
    """The stream or the call is over; it does not say which."""


AnyIncoming = Connected | Start | Media | Dtmf | Mark | Stop
_decoder: Final[msgspec.json.Decoder[AnyIncoming]] = msgspec.json.Decoder(AnyIncoming, strict=False)


class _Envelope(msgspec.Struct):
    event: Annotated[str, Meta(max_length=40)]


_envelope: Final = msgspec.json.Decoder(_Envelope)
_KNOWN: Final = frozenset({"connected", "start", "media", "dtmf", "mark", "stop"})


class Unreadable(ValueError):
    """The message is not one of the protocol's; the text says why, short and in ASCII."""


class UnknownEvent(ValueError):
    """The message is well formed and of a kind that we do not know: Twilio may add some."""


def decode(message: bytes | str) -> AnyIncoming:
    """Read one message. Raises `Unreadable` or `UnknownEvent`, nothing else."""
    try:
        return _decoder.decode(message)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        event = _event(message)
        if event and event not in _KNOWN:
            raise UnknownEvent(ascii(event)) from error
        raise Unreadable(_reason(error, event)) from error


def _event(message: bytes | str) -> str:
    try:
        return _envelope.decode(message).event
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""


def _reason(error: Exception, event: str) -> str:
    kind = f"{event}: " if event else ""
    return kind + str(error).encode("ascii", "backslashreplace").decode()[:160]


class Encoder:
    """Writes messages for one stream. The constant parts are made once: audio costs a concatenation and base64."""

    __slots__ = ("_clear", "_mark", "_media")

    def __init__(self, stream_sid: str) -> None:
        sid = msgspec.json.encode(stream_sid)
        self._media = b'{"event":"media","streamSid":' + sid + b',"media":{"payload":"'
        self._mark = b'{"event":"mark","streamSid":' + sid + b',"mark":{"name":'
        self._clear = b'{"event":"clear","streamSid":' + sid + b"}"

    def media(self, audio: bytes) -> bytes:
        """Mu-law audio of any length."""
        return self._media + b64encode(audio) + b'"}}'

    def mark(self, name: str) -> bytes:
        """A point in playout to be told about."""
        return self._mark + msgspec.json.encode(name) + b"}}"

    def clear(self) -> bytes:
        """Drop what is queued; every pending mark comes back."""
        return self._clear
