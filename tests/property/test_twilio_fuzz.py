"""Whatever comes over a media socket: nothing raises, memory is bounded, and the call hears only what is true."""

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from offhook.telephony.carriers.twilio_messages import MESSAGE_LIMIT, UnknownEvent, Unreadable, decode
from offhook.telephony.early import EDGES_KEPT, FRAMES_KEPT
from tests.twilio_wire import STREAM, Stream, connected, dtmf, mark, media, start, stop

DIGITS = frozenset("0123456789*#ABCD")
ODD_NUMBERS = st.sampled_from(["", "-1", "0", "1", "1.5", "1e9", "9" * 400, "NaN", "null", " 2", "0x10", "²"])
ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    ODD_NUMBERS,
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
GOOD = st.one_of(
    st.just(connected()),
    st.just(start()),
    st.builds(media, st.integers(1, 60), st.binary(max_size=700)),
    st.builds(media, st.integers(0, 2**54), st.binary(max_size=40), timestamp=st.integers(0, 2**54).map(str)),
    st.sampled_from(sorted(DIGITS)).map(dtmf),
    st.builds(mark, st.text(max_size=20)),
    st.just(stop()),
    st.builds(media, st.integers(1, 60), stream_sid=st.just("MZother")),
)


@st.composite
def mutated(draw: st.DrawFn) -> str | bytes:
    """A good message with one field replaced, or a few of its bytes."""
    message = draw(GOOD)
    if draw(st.booleans()):
        body: Any = json.loads(message)
        path: Any = body
        while True:
            key = draw(st.sampled_from(sorted(path)))
            if isinstance(path[key], dict) and path[key] and draw(st.booleans()):
                path = path[key]
                continue
            if draw(st.booleans()):
                path[key] = draw(ODD_VALUES)
            else:
                del path[key]
            return json.dumps(body)
    raw = bytearray(message.encode())
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw) - 1))
        raw[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=3))
        if not raw:
            break
    return bytes(raw)


MESSAGES = st.one_of(GOOD, GOOD, mutated(), st.binary(max_size=60), st.text(max_size=60))
STEPS = st.lists(
    st.one_of(
        MESSAGES,
        MESSAGES,
        MESSAGES,
        st.floats(0, 3).map(lambda seconds: ("pass", seconds)),
        st.integers(0, 10**7).map(lambda size: ("binary", size)),
        st.sampled_from([("listen", 0), ("audio", 500), ("lost", 0), ("close", 0)]),
    ),
    max_size=40,
)


def _play(stream: Stream, steps: list[Any]) -> None:
    for step in steps:
        match step:
            case ("pass", seconds):
                stream.at += seconds
            case ("binary", size):
                stream.leg.binary_received(bytes(size))
            case ("listen", _):
                stream.leg.listen(stream.ear)
            case ("audio", size):
                stream.leg.send_audio(b"\xff" * size)
                stream.leg.send_mark("m")
                stream.leg.send_clear()
            case ("lost", _):
                stream.leg.connection_lost("reset")
            case ("close", _):
                stream.leg.close()
            case message:
                stream.leg.text_received(message)


@settings(deadline=None)
@given(st.one_of(MESSAGES, st.text(), st.binary()))
@example("\ud800")
@example(b'{"event":"stop","x":"\xff"}')
@example('{"event":"stop","event":"media"}')
@example("[" * 60_000)
def test_a_message_is_read_or_refused_in_one_of_two_ways(message: str | bytes) -> None:
    reason = ""
    try:
        decode(message)
    except (Unreadable, UnknownEvent) as refused:
        reason = str(refused)
    assert reason.isascii()
    assert len(reason) < 400


@settings(max_examples=300, deadline=None)
@given(steps=STEPS, listens=st.booleans(), begun=st.booleans())
@example(steps=[("lost", 0), ("listen", 0), ("listen", 0)], listens=False, begun=False)
def test_nothing_that_comes_raises_or_misleads_the_call(steps: list[Any], listens: bool, begun: bool) -> None:
    stream = Stream(listens=listens)
    if begun:
        stream.begin()
    _play(stream, steps)
    heard = stream.ear.heard
    assert all(len(frame) == 160 for frame in stream.ear.frames)
    assert all(value in DIGITS for kind, value in heard if kind == "digit")
    assert len(stream.ear.ends) <= 1
    assert not stream.ear.ends or heard[-1] == stream.ear.ends[0]
    assert len(stream.answered) <= 1
    assert all(json.loads(message)["streamSid"] == STREAM for message in stream.wire.sent) or not begun


@settings(deadline=None)
@given(steps=STEPS)
def test_audio_is_bounded_by_the_time_that_passed(steps: list[Any]) -> None:
    stream = Stream().begin()
    _play(stream, [step for step in steps if not (isinstance(step, tuple) and step[0] in ("close", "lost"))])
    assert len(stream.ear.frames) <= 500 + 100 * stream.at + 1


@settings(deadline=None)
@given(count=st.integers(0, 400), gap=st.integers(1, 60), size=st.integers(0, 5_000))
def test_what_nobody_hears_is_bounded(count: int, gap: int, size: int) -> None:
    stream = Stream(listens=False).begin()
    for n in range(count):
        stream.at += 1.0
        stream.send(media(1 + gap * n, b"\x00" * size), dtmf("1"), mark("m"))
    stream.leg.listen(stream.ear)
    assert len(stream.ear.frames) <= FRAMES_KEPT
    assert len(stream.ear.edges) <= EDGES_KEPT


@settings(deadline=None)
@given(st.lists(st.binary(max_size=900), max_size=30))
def test_no_byte_of_a_good_stream_is_lost_or_doubled(payloads: list[bytes]) -> None:
    """Payloads of any length, in order: the frames are their bytes, all but the last few."""
    stream = Stream().begin()
    for n, payload in enumerate(payloads, 1):
        stream.at += 1.0
        stream.send(media(n, payload, timestamp=str(sum(map(len, payloads[: n - 1])) // 8)))
    sent, heard = b"".join(payloads), b"".join(stream.ear.frames)
    assert sent.startswith(heard)
    assert len(sent) - len(heard) < 160


@settings(deadline=None)
@given(lost=st.sets(st.integers(2, 60), max_size=30))
def test_lost_messages_take_their_own_time(lost: set[int]) -> None:
    """However many are lost on the way, what comes after them is heard in its place."""
    stream = Stream().begin()
    for n in range(1, 61):
        stream.at += 0.02
        if n not in lost:
            stream.send(media(n, bytes([n]) * 160))
    last = max(set(range(1, 61)) - lost)
    expected = [bytes([n]) * 160 if n not in lost else b"\xff" * 160 for n in range(1, last + 1)]
    assert stream.ear.frames == expected


def test_a_message_of_any_size_costs_no_memory() -> None:
    stream = Stream().begin()
    stream.send("x" * (MESSAGE_LIMIT + 1), b"x" * 300_000)
    assert stream.leg.counters.too_long == 2
