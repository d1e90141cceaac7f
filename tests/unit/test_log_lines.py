"""The log's lines are the server's own, whatever stands in what others say."""

import logging

import pytest

from offhook.cli.log import OwnLines


def written(message: str, *arguments: object, error: BaseException | None = None) -> str:
    handler = OwnLines("%(asctime)s %(message)s", datefmt="12:00:00")
    told = (type(error), error, error.__traceback__) if error is not None else None
    return handler.format(logging.LogRecord("offhook", logging.ERROR, "a.py", 1, message, arguments, told))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x85", "\x0b", "\x0c", "\x1e"])
def test_nobody_else_writes_a_line(end: str) -> None:
    forged = f"a{end}12:00:00 = ready: all is well"
    for text in (
        written("a request failed: %s", forged),
        written("a request failed", error=ValueError(forged)),
        written(forged),
    ):
        lines = text.splitlines()
        assert [line for line in lines if line.startswith("12:00:00")] == lines[:1], lines


@pytest.mark.parametrize("sign", ["\r", "\x1b", "\x08", "\x7f", "\x9b", "\u202e", "\u2066", "\x00", "\ud800"])
def test_no_sign_moves_or_turns_what_is_read(sign: str) -> None:
    text = written("said %s", f"a{sign}[2Jb")
    assert sign not in text and ascii(sign)[1:-1] in text and text.encode()


def test_what_is_plain_stays(caplog: pytest.LogCaptureFixture) -> None:
    assert written("= Straße 北京 %d\tof 2", 1) == "12:00:00 = Straße 北京 1\tof 2"
    assert written("one\ntwo") == "12:00:00 one\n    two"
    assert "+15005550006" not in written("from +15005550006")
