"""A second and a half of speech that is said to transcribers. `scripts/live_clip.py` made it with the local voice."""

from functools import cache
from importlib.resources import files
from typing import Final

HELLO: Final = "Hello, are you open today?"
FRAME_BYTES: Final = 160
TAIL_FRAMES: Final = 25
"""Half a second of silence behind the words: who speaks on the telephone stops, too."""


@cache
def hello_frames() -> tuple[bytes, ...]:
    """`HELLO` as mu-law in frames of 20 ms, the silence behind it included."""
    audio = files("offhook.live").joinpath("hello.ulaw").read_bytes()
    assert len(audio) % FRAME_BYTES == 0, "the clip is whole frames"
    said = tuple(audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES))
    return said + (b"\xff" * FRAME_BYTES,) * TAIL_FRAMES


def spoken_s() -> float:
    """Where the words end, in seconds of the frames."""
    return (len(hello_frames()) - TAIL_FRAMES) / 50
