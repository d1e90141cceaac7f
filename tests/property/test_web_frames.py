"""The cutter of frames: however the bytes come, the same frames come out, and none is lost or invented."""

from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from offhook.web.frames import WHOLE_BINARY, WHOLE_TEXT, FrameCutter

LONGEST = 1000
KINDS = st.sampled_from([Opcode.TEXT, Opcode.TEXT, Opcode.BINARY, Opcode.CONT, Opcode.PING])
SIZES = st.sampled_from([0, 1, 100, 125, 126, 127, 300, LONGEST])
SENT = st.lists(st.tuples(KINDS, SIZES, st.booleans(), st.booleans()), max_size=12)
PIECES = st.lists(st.integers(1, 400), max_size=60)


def cut_by_receipt(stream: bytes, pieces: list[int], wanted: int) -> list[tuple[bool, bytes]]:
    """As a connection does it: what came at once is looked at as one message first."""
    cutter, at, frames = FrameCutter(LONGEST, wanted), 0, list[tuple[bool, bytes]]()
    for size in (*pieces, len(stream)):
        data = stream[at : at + size]
        message = cutter.whole(data)
        frames += cutter.cut(data) if message is None else [(True, message)]
        at += size
    return frames


def cut(stream: bytes, pieces: list[int], wanted: int = WHOLE_TEXT) -> list[tuple[bool, bytes]]:
    cutter, at, frames = FrameCutter(LONGEST, wanted), 0, list[tuple[bool, bytes]]()
    for size in (*pieces, len(stream)):
        frames += cutter.cut(stream[at : at + size])
        at += size
    return frames


@settings(max_examples=200, deadline=None)
@given(SENT, PIECES, st.sampled_from([Opcode.TEXT, Opcode.BINARY]))
def test_whole_messages_are_read_and_the_rest_is_left_as_it_came(
    sent: list[tuple[Opcode, int, bool, bool]], pieces: list[int], kind: Opcode
) -> None:
    stream, wanted, in_pieces, lengths = b"", list[tuple[bool, bytes]](), False, list[int]()
    for opcode, size, fin, masked in sent:
        is_control = opcode is Opcode.PING
        payload = bytes(at % 251 for at in range(min(size, 125) if is_control else size))
        frame = Frame(opcode, payload, fin or is_control).serialize(mask=masked)
        stream, lengths = stream + frame, [*lengths, len(frame)]
        is_wanted = opcode is kind and fin and masked and not in_pieces
        wanted.append((True, payload) if is_wanted else (False, frame))
        if not is_control and not is_wanted:
            in_pieces = not fin
    taken = WHOLE_TEXT if kind is Opcode.TEXT else WHOLE_BINARY
    assert cut(stream, pieces, taken) == wanted
    assert cut_by_receipt(stream, pieces, taken) == wanted
    assert cut_by_receipt(stream, lengths, taken) == wanted


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=3000), PIECES)
def test_bytes_that_are_no_frames_lose_nothing(stream: bytes, pieces: list[int]) -> None:
    for cutting in (cut, cut_by_receipt):
        left = [frame for is_text, frame in cutting(b"\x82\xff" + stream, pieces, WHOLE_TEXT) if not is_text]
        assert b"".join(left) == b"\x82\xff" + stream, "a length of eight bytes: all that follows is the parser's"
