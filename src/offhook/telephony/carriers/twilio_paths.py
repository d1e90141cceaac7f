"""Where Twilio turns to at our server: the addresses that its numbers, calls and documents are given."""

from typing import Final
from urllib.parse import urlencode

VOICE_PATH: Final = "/twilio/voice"
STATUS_PATH: Final = "/twilio/status"
STREAM_STATUS_PATH: Final = "/twilio/stream-status"
AFTER_STREAM_PATH: Final = "/twilio/after-stream"
TRANSFER_ENDED_PATH: Final = "/twilio/transfer-ended"
ANSWERED_BY_PATH: Final = "/twilio/answered-by"
MEDIA_PATH: Final = "/twilio/media"
"""Behind it stands the account that signs the handshake, unless that is the settings' own."""


def address(public_url: str, path: str, **query: str) -> str:
    """The whole address of a path, with a query that comes back with each request, signed."""
    return f"{public_url}{path}" + (f"?{urlencode(query)}" if query else "")
