"""Positions of the vendor and places of the call, against a plain list of which byte is which."""

from hypothesis import given
from hypothesis import strategies as st

from offhook.core.formats import TELEPHONE
from offhook.speech.stt.timeline import Timeline

FRAME = 160
S = TELEPHONE.bytes_per_s


def given_frames(timeline: Timeline, count: int) -> None:
    timeline.given += count * FRAME
    timeline.waiting += count * FRAME


def test_what_is_dropped_takes_its_place() -> None:
    timeline = Timeline(TELEPHONE)
    given_frames(timeline, 100)
    timeline.send(50 * FRAME)
    timeline.drop(20 * FRAME)
    assert timeline.reached == 70 * FRAME and timeline.sent_s == 1.0
    timeline.send(30 * FRAME)
    assert timeline.place_s(0.5) == 0.5
    assert timeline.place_s(1.0) == 1.0, "what lies before the gap"
    assert round(timeline.place_s(1.2), 6) == 1.6
    assert timeline.place_s(99.0) == 2.0, "never beyond what was sent"
    assert (timeline.waiting, timeline.reached) == (0, timeline.given)


def test_what_is_added_has_no_place_of_its_own() -> None:
    timeline = Timeline(TELEPHONE)
    given_frames(timeline, 50)
    timeline.send(50 * FRAME)
    timeline.add(25 * FRAME)
    timeline.send(25 * FRAME)
    given_frames(timeline, 50)
    timeline.send(50 * FRAME)
    assert [round(timeline.place_s(at), 6) for at in (0.9, 1.2, 1.5, 1.7, 2.5)] == [0.9, 1.0, 1.0, 1.2, 2.0]


def test_a_place_is_never_beyond_what_was_given() -> None:
    timeline = Timeline(TELEPHONE)
    given_frames(timeline, 50)
    assert (timeline.bytes_at(0.5), timeline.bytes_at(7.0)) == (S // 2, S)


@given(
    st.lists(st.tuples(st.sampled_from(["give", "leave out", "add", "send", "drop"]), st.integers(1, 40)), max_size=60)
)
def test_any_order_of_hands(steps: list[tuple[str, int]]) -> None:
    """The truth: frames that wait, each with its place, or None when it was added at that place."""
    timeline = Timeline(TELEPHONE)
    count, last_left_out = 0, -1
    waiting: list[tuple[int, bool]] = []
    sent: list[tuple[int, bool]] = []
    for what, size in steps:
        if what == "give":
            waiting += [(count + at, False) for at in range(size)]
            count += size
            given_frames(timeline, size)
        elif what == "leave out":
            # As the adapter does: behind all that was left out before, and nothing is added that early.
            places = [place for place, is_added in waiting if not is_added and place > last_left_out]
            if size < len(places) and not any(is_added for _, is_added in waiting):
                last_left_out = places[-size]
                waiting.remove((last_left_out, False))
                timeline.leave_out(last_left_out * FRAME, FRAME)
        elif what == "add" and not waiting:
            waiting += [(count, True)] * size
            timeline.add(size * FRAME)
        elif what in ("send", "drop"):
            moved, waiting = waiting[:size], waiting[size:]
            sent += moved if what == "send" else []
            (timeline.send if what == "send" else timeline.drop)(len(moved) * FRAME)
        assert timeline.waiting == len(waiting) * FRAME
        assert timeline.sent == len(sent) * FRAME
        if not waiting:
            assert timeline.reached == count * FRAME
        else:
            assert timeline.reached == waiting[0][0] * FRAME
    for position, (place, is_added) in list(enumerate(sent))[-200:]:
        middle = place if is_added else place + 0.5
        assert abs(timeline.place_s((position + 0.5) * 0.02) - middle * 0.02) < 1e-6
