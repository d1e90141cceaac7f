"""How the certificates of vendors are judged."""

import ssl
from functools import cache


@cache
def vendors_tls() -> ssl.SSLContext:
    """One for the process: reading all certificates takes tens of milliseconds."""
    return ssl.create_default_context()
