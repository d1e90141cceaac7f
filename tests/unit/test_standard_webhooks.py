"""The numbers of Standard Webhooks 1.0."""

import pytest

from offhook import clock
from offhook.platform import standard_webhooks as standard
from offhook.secret import Secret


def test_the_standards_numbers() -> None:
    at = clock.read_rfc3339("2026-11-28T12:00:00Z")
    assert at is not None
    assert standard.pause_s("120", at) == 120
    assert standard.pause_s("Sat, 28 Nov 2026 12:01:00 GMT", at) == 60
    assert standard.pause_s("Sat, 28 Nov 2026 11:01:00 GMT", at) == standard.pause_s("soon", at) == 0
    assert standard.wait_s(1, 0.0) == 5 and standard.wait_s(1, 1.0) == 5.5 and standard.wait_s(10, 0.0) is None
    assert standard.wait_s(1, 0.0, 9e9) == standard.MOST_PAUSE_S
    for text in ("", "whsec_", "whsec_" + "QUJD" * 7, "whsec_" + "QUJD" * 22, "whsec_!!!!", "sec_" + "QUJD" * 8):
        with pytest.raises(ValueError, match=r"whsec_|base64"):
            standard.key_of(Secret(text))
