"""JSON for columns and answers: msgspec, which is quicker than the standard library's and refuses NaN."""

from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="deterministic")
_COLUMN_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def dumps(value: Any) -> str:
    """The value as JSON, members in order."""
    return _ENCODER.encode(value).decode()


def column_text(value: Any) -> str:
    """The value for a column, members as they came: in the order of a tool's fields callers are asked for them."""
    return _COLUMN_ENCODER.encode(value).decode()


def loads(text: str | bytes) -> Any:
    """The value of a JSON text."""
    return _DECODER.decode(text)
