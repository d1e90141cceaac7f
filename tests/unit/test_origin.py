"""Whose pages may open a browser's socket."""

import pytest

from offhook.web.origin import is_own_origin


@pytest.mark.parametrize(
    ("origin", "host", "public", "is_own"),
    [
        (None, "127.0.0.1:8080", "", True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", "", True),
        ("http://localhost:8080", "localhost:8080", "", True),
        ("http://[::1]:8080", "[::1]:8080", "", True),
        ("https://voice.example.com", "voice.example.com", "", True),
        ("https://voice.example.com", "voice.example.com:443", "", True),
        ("https://VOICE.example.com", "voice.example.com", "", True),
        ("https://voice.example.com", "127.0.0.1:8080", "https://voice.example.com", True),
        ("http://127.0.0.1:8081", "127.0.0.1:8080", "", False),
        ("http://localhost:8080", "127.0.0.1:8080", "", False),
        ("https://evil.example", "127.0.0.1:8080", "", False),
        ("https://evil.example", "voice.example.com", "https://voice.example.com", False),
        ("http://voice.example.com", "127.0.0.1:8080", "https://voice.example.com", False),
        ("https://voice.example.com.evil.example", "voice.example.com", "", False),
        ("null", "127.0.0.1:8080", "", False),
        ("", "127.0.0.1:8080", "", False),
        ("file://", "", "", False),
        ("http://127.0.0.1:8080:1", "127.0.0.1:8080", "", False),
        ("http://[::1", "[::1", "", False),
        ("https://voice.example.com", "", "", False),
    ],
)
def test_origins(origin: str | None, host: str, public: str, is_own: bool) -> None:
    headers = {"host": host} if origin is None else {"host": host, "origin": origin}
    assert is_own_origin(headers, public) is is_own
