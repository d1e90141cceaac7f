"""Each fuzzer for a moment (`make fuzz` is for hours), and their engine: a planted fault is found, made small, kept."""

import asyncio
import json
import random
from pathlib import Path

import pytest

from tests.fuzzers import engine
from tests.fuzzers.__main__ import FUZZERS
from tests.fuzzers.engine import Figures, Late, Run, Steps

SECONDS = 2.5
SEED = 20_261_128
MOST = 40


@pytest.mark.parametrize("name", FUZZERS)
def test_a_moment_of_each_finds_nothing(name: str, tmp_path: Path) -> None:
    said: list[str] = []
    run = Run(FUZZERS[name](), SEED, tmp_path, said.append, most=MOST)
    report = asyncio.run(run.run(SECONDS))
    assert report.cases
    assert not report.faults, "\n".join(said)


@pytest.mark.parametrize("name", FUZZERS)
def test_the_same_seed_makes_the_same_cases(name: str) -> None:
    fuzzer = FUZZERS[name]()
    made = [fuzzer.make(random.Random(f"7/{number}")) for number in range(20)]
    assert made == [fuzzer.make(random.Random(f"7/{number}")) for number in range(20)]
    assert len({kind for kind, _ in made}) > 1
    assert all(json.loads(json.dumps(steps)) == steps for _, steps in made), "a kept case is played as it was"


class Planted:
    """Fails at two steps together, whatever stands between them; late when it is told to, and then not again."""

    name = "planted"

    def __init__(self, *, is_late: bool = False) -> None:
        self.figures = Figures()
        self._is_late = is_late
        self.opened = 0

    async def open(self) -> None:
        self.opened += 1

    async def close(self) -> None: ...

    def make(self, chance: random.Random) -> tuple[str, Steps]:
        return "numbers", [{"number": chance.randrange(10)} for _ in range(40)]

    async def play(self, steps: Steps) -> None:
        numbers = [step["number"] for step in steps]
        if self._is_late:
            self._is_late = False
            raise Late("once")
        if 3 in numbers and 4 in numbers[numbers.index(3) :]:
            raise ValueError("three and then four")


def test_a_fault_is_made_small_and_kept(tmp_path: Path) -> None:
    said: list[str] = []
    report = asyncio.run(Run(Planted(), 1, tmp_path, said.append, most=1).run(10))
    (fault,) = report.faults
    assert fault.cases == [[{"number": 3}, {"number": 4}]]
    path = tmp_path / "planted-1-0.json"
    kept = json.loads(path.read_text("utf-8"))["cases"]
    assert [line for line in said if f'make fuzz ARGS="--replay {path}"' in line]
    assert isinstance(asyncio.run(engine.replay(Planted(), kept)), ValueError)


def test_what_was_late_once_is_no_fault(tmp_path: Path) -> None:
    class Even(Planted):
        def make(self, chance: random.Random) -> tuple[str, Steps]:
            return "even", [{"number": 2}]

    report = asyncio.run(Run(Even(is_late=True), 1, tmp_path, lambda _: None, most=3).run(10))
    assert (report.cases, report.late, report.faults) == (3, 1, [])
