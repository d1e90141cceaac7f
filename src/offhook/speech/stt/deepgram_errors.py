"""What of Deepgram's own error messages may be repeated: the name alone, and only when it looks like one."""

import re
from typing import Final

from offhook.errors import ProviderUnavailable

NAME: Final = "deepgram"
_ERROR_NAME: Final = re.compile(r"[A-Za-z_]{1,60}(-\d{1,4})?")
"""`SchemaError`, `INTERNAL_SERVER_ERROR`, `NET-0001`: a key would have more digits."""


def vendor_error(name: str) -> ProviderUnavailable:
    """For an `Error` message. Its description may repeat what we said, and that might hold anything."""
    shown = f"error {name}" if _ERROR_NAME.fullmatch(name) else "an error without a name"
    return ProviderUnavailable(f"deepgram: {shown}", provider=NAME)
