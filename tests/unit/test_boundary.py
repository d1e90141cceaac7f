"""What a peer raises: on purpose it goes through, by mistake it becomes a failure of the peer, told in the log."""

import asyncio
import logging

import pytest

from offhook.call.boundary import Boundaries, KeyRing, clean
from offhook.call.text_stream import WholeCharacters
from offhook.errors import ProviderBroken, ProviderRefused


def test_what_is_raised_on_purpose_goes_through() -> None:
    refused = ProviderRefused("no such key")
    with pytest.raises(ProviderRefused) as raised, Boundaries("call_1").around("the model"):
        raise refused
    assert raised.value is refused


@pytest.mark.parametrize("fault", [KeyError("choices"), ValueError("bad"), AssertionError(), TimeoutError("x")])
def test_a_fault_becomes_a_failure_of_the_peer(fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ProviderBroken) as raised, Boundaries("call_1").around("the voice"):
        raise fault
    assert raised.value.__cause__ is fault and raised.value.retryable
    assert str(raised.value).startswith(f"{type(fault).__name__}:")
    assert "call_1" in caplog.text and "the voice" in caplog.text and "Traceback" in caplog.text


def test_a_cancellation_is_no_fault() -> None:
    with pytest.raises(asyncio.CancelledError), Boundaries("call_1").around("the model"):
        raise asyncio.CancelledError


def test_what_is_small_goes_no_further(caplog: pytest.LogCaptureFixture) -> None:
    boundaries = Boundaries("call_1")
    done: list[int] = []
    assert boundaries.kept("a listener", lambda: done.append(1))
    assert not boundaries.kept("a listener", lambda: done[7])
    assert done == [1] and "IndexError" in caplog.text


def test_keys_that_were_given_out_are_told_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    ring = KeyRing(lambda name: f"canary-{name}")
    key = ring.key("VOICE_KEY")
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ProviderBroken) as raised, Boundaries("call_1", ring.mask).around("the voice"):
        raise ValueError(f"illegal header value b'Bearer {key}'")
    assert key not in caplog.text and key not in str(raised.value)
    assert "Bearer ****" in caplog.text


def test_half_a_character_is_replaced() -> None:
    assert clean("It costs \ud83d five euros.") == "It costs \ufffd five euros."
    assert clean("naïve") == "naïve"
    clean("\udfff\ud800").encode()


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a", "b"], "ab"),
        (["caf\u00e9 ", "\ud83d", "\ude00!"], "café 😀!"),
        (["\ud83d\ude00"], "😀"),
        (["x\ud83d", "y"], "x\ufffdy"),
        (["\ude00"], "\ufffd"),
        (["\ud83d", "\ud83d", "\ude00"], "\ufffd😀"),
    ],
)
def test_a_character_may_come_in_two_pieces(pieces: list[str], text: str) -> None:
    characters = WholeCharacters()
    found = "".join(characters.feed(piece) for piece in pieces)
    assert found == text
    found.encode()
