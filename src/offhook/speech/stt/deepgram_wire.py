"""Reads Deepgram's messages as they come: what is `null`, missing, unknown or of another type was not told.

One field that is not as published must not end a stream whose words are good. The common case is one typed decoding.
"""

from types import GenericAlias, NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin

import msgspec

from offhook.errors import ProtocolViolation
from offhook.speech.stt.deepgram_errors import NAME

AHEAD_S: Final = 1.0
"""A position may be so far ahead of the audio that was sent; what lies beyond is no position."""
T = TypeVar("T", bound=msgspec.Struct)


class Message(msgspec.Struct, frozen=True):
    """What every message may say."""

    type: str | None = None
    variant: str | None = None
    """Of an error of `/v1/listen`."""
    code: str | None = None
    """Of an error of `/v2/listen`."""


_MESSAGE: Final = msgspec.json.Decoder(Message)


class _Unfit(Exception):
    """The value is not of the type."""


def message_of(text: str | bytes) -> Message:
    """What kind of message it is. Raises `ProtocolViolation` for what is no JSON object."""
    return decoded(text, _MESSAGE)


def decoded(text: str | bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    """The message, with defaults for what does not fit. Raises `ProtocolViolation` for what is no JSON object."""
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        pass
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _violation() from error
    try:
        found: T = _fit(msgspec.json.decode(text), decoder.type)
    except (_Unfit, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _violation() from error
    return found


def position_in(seconds: float | None, sent_s: float) -> float | None:
    """The position, when it can be one in the audio that was sent."""
    return seconds if seconds is not None and 0.0 <= seconds <= sent_s + AHEAD_S else None


def _violation() -> ProtocolViolation:
    return ProtocolViolation("deepgram: sent what is not in its protocol", provider=NAME)


def _fit(value: Any, kind: Any) -> Any:
    """As much of the value as is of the type; fields that are not get their defaults, items of a list are left out."""
    if isinstance(kind, UnionType):
        (kind,) = (part for part in get_args(kind) if part is not NoneType)
        return None if value is None else _fit(value, kind)
    if isinstance(kind, GenericAlias) and get_origin(kind) is list:
        return [item for entry in _checked(value, list) if (item := _fitted(entry, get_args(kind)[0])) is not None]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        told = _checked(value, dict)
        fields = {field.name: (field.encode_name, field.type) for field in msgspec.structs.fields(kind)}
        fitted = {name: _fitted(told[key], type_) for name, (key, type_) in fields.items() if key in told}
        return kind(**{name: entry for name, entry in fitted.items() if entry is not None})
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _Unfit from error


def _fitted(value: Any, kind: Any) -> Any:
    """None for what does not fit."""
    try:
        return _fit(value, kind)
    except _Unfit:
        return None


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise _Unfit
    return value
