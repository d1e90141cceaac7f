"""Token buckets: so many at once, then one after each interval, in bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from offhook.platform.buckets import Allowance, Buckets


def test_what_is_taken_comes_back_one_by_one() -> None:
    buckets = Buckets(Allowance(3, 10.0))
    assert [buckets.take("a", 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 10.0]
    assert buckets.take("b", 0.0) == 0.0
    assert buckets.take("a", 4.0) == 6.0 and buckets.wait_s("a", 4.0) == 6.0
    assert buckets.take("a", 10.0) == 0.0 and buckets.take("a", 10.0) == 10.0
    buckets.give_back("a", 10.0)
    assert buckets.take("a", 10.0) == 0.0
    assert buckets.left("a", 1_000.0) == 3.0


@given(st.lists(st.floats(0.0, 20.0), max_size=60))
def test_no_more_than_allowed_in_any_stretch(steps: list[float]) -> None:
    buckets, at, taken = Buckets(Allowance(4, 5.0)), 0.0, []
    for step in steps:
        at += step
        if not buckets.take("a", at):
            taken.append(at)
    for first, begin in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= 4 + (taken[last] - begin) / 5.0 + 1e-6


def test_memory_is_bounded_and_full_buckets_are_not_kept() -> None:
    buckets = Buckets(Allowance(2, 1.0), most_keys=100)
    for number in range(1_000):
        buckets.take(str(number), 0.0)
    assert len(buckets) == 100 and buckets.take("999", 0.0) == 0.0 and buckets.take("999", 0.0) > 0.0
    buckets.give_back("998", 0.0)
    assert len(buckets) == 99
