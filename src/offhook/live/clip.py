"""What is said to transcribers, as mu-law in frames of 20 ms. `scripts/live_clip.py` made it with the local voice."""

from functools import cache
from importlib.resources import files
from typing import Final

from offhook.core.formats import FRAME_S, TELEPHONE

HELLO: Final = "Hello, are you open today?"
NUMBER: Final = "My number is five five five zero one two three four."
SILENCE: Final = TELEPHONE.silence(TELEPHONE.frame_bytes)


@cache
def hello() -> tuple[bytes, ...]:
    """`HELLO`, to the end of its last word."""
    return _frames("hello")


@cache
def number() -> tuple[bytes, ...]:
    """`NUMBER`, to the end of its last word."""
    return _frames("number")


def length_s(frames: tuple[bytes, ...]) -> float:
    """How long so many frames are heard."""
    return len(frames) * FRAME_S


def _frames(name: str) -> tuple[bytes, ...]:
    audio = files("offhook.live").joinpath(f"{name}.ulaw").read_bytes()
    size = TELEPHONE.frame_bytes
    assert len(audio) % size == 0, "the clip is whole frames"
    return tuple(audio[at : at + size] for at in range(0, len(audio), size))
