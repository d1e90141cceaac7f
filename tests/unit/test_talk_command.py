"""`offhook talk`: the addresses that it prints, the https rule, and which browser is opened."""

import webbrowser

import pytest

from offhook.cli.talk_command import addresses_of, is_local, open_browser, told


@pytest.mark.parametrize(
    ("host", "public", "expected"),
    [
        ("127.0.0.1", "", ["http://127.0.0.1:8080/talk#k"]),
        ("localhost", "", ["http://127.0.0.1:8080/talk#k"]),
        ("::1", "", ["http://[::1]:8080/talk#k"]),
        ("0.0.0.0", "", ["http://127.0.0.1:8080/talk#k"]),
        ("::", "", ["http://127.0.0.1:8080/talk#k"]),
        ("::0", "", ["http://127.0.0.1:8080/talk#k"]),
        ("[::]", "", ["http://127.0.0.1:8080/talk#k"]),
        ("[::1]", "", ["http://[::1]:8080/talk#k"]),
        ("192.0.2.7", "", ["http://192.0.2.7:8080/talk#k"]),
        (
            "127.0.0.1",
            "https://voice.example.com",
            ["http://127.0.0.1:8080/talk#k", "https://voice.example.com/talk#k"],
        ),
        ("127.0.0.1", "http://voice.example.com", ["http://127.0.0.1:8080/talk#k"]),
    ],
)
def test_addresses(host: str, public: str, expected: list[str]) -> None:
    assert addresses_of(host, 8080, public, "k") == expected


@pytest.mark.parametrize(
    ("host", "is_here"),
    [("127.0.0.1", True), ("127.0.0.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("192.0.2.7", False), ("box.example", False)],
)  # fmt: skip
def test_the_https_rule_is_told_where_others_can_reach_the_page(host: str, is_here: bool) -> None:
    assert is_local(host) is is_here
    lines = "\n".join(told(["http://x/talk#k"], host, 8099))
    assert "http://x/talk#k" in lines
    assert ("https" in lines and "ssh -L 8099:127.0.0.1:8099" in lines) is not is_here


@pytest.mark.parametrize("name", ["www-browser", "lynx", "/usr/bin/w3m"])
def test_a_browser_that_takes_the_terminal_is_not_opened(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    opened: list[str] = []
    browser = webbrowser.GenericBrowser(name)
    monkeypatch.setattr(browser, "open", opened.append)
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    assert not open_browser("http://x") and not opened


def test_the_persons_browser_is_opened_and_none_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    browser = webbrowser.BackgroundBrowser("firefox")

    def opens(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(browser, "open", opens)
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    assert open_browser("http://x") and opened == ["http://x"]

    def none() -> webbrowser.BaseBrowser:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)
    assert not open_browser("http://x")
