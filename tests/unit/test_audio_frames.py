"""Cutting audio into frames."""

from offhook.audio.frames import FRAME_BYTES, SILENCE_FRAME, Framer
from offhook.audio.g711 import decode_ulaw


def test_a_frame_of_silence_is_silent() -> None:
    assert len(SILENCE_FRAME) == FRAME_BYTES
    assert not decode_ulaw(SILENCE_FRAME).any()


def test_a_whole_frame_passes_at_once() -> None:
    assert Framer().push(b"a" * 160) == [b"a" * 160]


def test_what_does_not_fill_a_frame_waits() -> None:
    framer = Framer()
    assert framer.push(b"a" * 100) == []
    assert framer.push(b"b" * 250) == [b"a" * 100 + b"b" * 60, b"b" * 160]
    assert framer.flush() == b"b" * 30 + b"\xff" * 130
    assert framer.flush() == b""
