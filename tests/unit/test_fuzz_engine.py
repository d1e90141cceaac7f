"""The mutation engine itself: the same each time, clean where it says so, and no fault that spoils nothing."""

import json
import random

import pytest

from tests.fuzz import Fault, Message, case, cases, pieces

MESSAGES: list[Message] = [{"type": "word", "deep": {"text": f"word {n}", "list": [1, {"x": 2}]}} for n in range(8)]
MESSAGES.append(b"\xfe" * 160)
ON_THE_WIRE = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in MESSAGES]


def test_a_seed_is_always_the_same_stream() -> None:
    assert list(cases(300, MESSAGES)) == list(cases(300, MESSAGES))


def test_what_is_called_clean_is_as_it_was() -> None:
    cleans = set()
    for spoiled in cases(2_000, MESSAGES):
        payloads = [frame.payload for frame in spoiled.frames[: spoiled.clean]]
        assert payloads == ON_THE_WIRE[: spoiled.clean], spoiled.seed
        cleans.add(spoiled.clean)
    assert cleans == set(range(len(MESSAGES) + 1))


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_spoils_something(fault: Fault) -> None:
    streams = [case(seed, MESSAGES, fault, most_faults=1) for seed in range(40)]
    changed = [stream for stream in streams if [frame.payload for frame in stream.frames] != ON_THE_WIRE]
    assert len(changed) >= 20
    assert len({stream.frames for stream in changed}) >= 5


def test_pieces_are_the_bytes() -> None:
    data = bytes(range(256)) * 4
    cut = [pieces(random.Random(seed), data[: seed % 1000]) for seed in range(400)]
    assert all(b"".join(parts) == data[: seed % 1000] for seed, parts in enumerate(cut))
    assert {1, 2, 5} <= {len(parts) for parts in cut}


def test_what_fails_inside_names_its_seed() -> None:
    with pytest.raises(ZeroDivisionError) as raised, case(7, MESSAGES, Fault.NULL).told():
        raise ZeroDivisionError
    assert "seed 7, null" in "".join(raised.value.__notes__)
