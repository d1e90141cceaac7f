"""Runs fuzzers: seeded cases, one after another, with what they cost; what fails is made small, kept and told.

A case is a list of steps, plain JSON, made from `random.Random("seed/fuzzer/number")`. A fuzzer plays the steps against
the product and raises for whatever must not be. A case that failed is played again on a fresh start: when it fails
again, steps are left out as long as it still does, and the rest is a file that `--replay` takes.
"""

import asyncio
import json
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

Step = dict[str, Any]
"""Plain JSON; bytes are texts of latin-1."""
Steps = list[Step]

CASE_S: Final = 300.0
"""No case takes so long, on the busiest machine: something hangs."""
KEPT_BEFORE: Final = 10
"""Cases that are kept with one that fails behind them only."""
SHRINK_S: Final = 30.0
MOST_FAULTS: Final = 10
"""Then a fuzzer ends: whatever it is, it is found."""


class Late(AssertionError):
    """Too slow or too large. Only what is so again counts: other work of the machine may fall upon one case."""


@dataclass
class Figures:
    """The worst that was seen."""

    answer_ms: float = 0.0
    memory_mb: float = 0.0

    def answered(self, seconds: float) -> None:
        """An answer took so long."""
        self.answer_ms = max(self.answer_ms, 1000 * seconds)

    def holds(self, megabytes: float) -> None:
        """So much memory is held."""
        self.memory_mb = max(self.memory_mb, megabytes)


class Fuzzer(Protocol):
    """One side of the surface."""

    name: str
    figures: Figures

    async def open(self) -> None:
        """Start what is attacked."""

    async def close(self) -> None:
        """End it."""

    def make(self, chance: random.Random) -> tuple[str, Steps]:
        """A case: its kind, and what is done."""

    async def play(self, steps: Steps) -> None:
        """Do it. Raises for what must not be: `Late` for too slow or too large, anything else for the rest."""


@dataclass(frozen=True)
class Fault:
    """What was found."""

    fuzzer: str
    seed: int
    number: int
    kind: str
    error: str
    cases: list[Steps]
    """The last one failed; the others came before it, when it does not fail alone."""

    def keep(self, folder: Path) -> Path:
        """Write it down."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.fuzzer}-{self.seed}-{self.number}.json"
        path.write_text(json.dumps(vars(self), indent=1), "utf-8")
        return path


@dataclass
class Report:
    """What one fuzzer did."""

    fuzzer: str
    cases: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    late: int = 0
    """Cases that were too slow once, and not again."""
    seconds: float = 0.0
    cpu_s: float = 0.0

    def line(self, figures: Figures) -> str:
        """For people."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        return (
            f"{self.fuzzer}: {self.seconds:.0f} s, {self.cases} cases ({kinds}); worst answer {figures.answer_ms:.0f} "
            f"ms, memory {figures.memory_mb:.0f} MB; {len(self.faults)} faults, late once {self.late}"
        )


@dataclass
class Run:
    """Cases of one fuzzer for some time."""

    fuzzer: Fuzzer
    seed: int
    keep: Path
    tell: Callable[[str], None]
    first: int = 0
    every_s: float = 60.0
    most: int | None = None
    """Cases; None: as many as the time lets."""

    def __post_init__(self) -> None:
        self.report = Report(self.fuzzer.name)
        self._before: deque[Steps] = deque(maxlen=KEPT_BEFORE)

    async def run(self, seconds: float) -> Report:
        """As many cases as there is time for."""
        await self.fuzzer.open()
        begun_at = told_at = time.monotonic()
        try:
            number = self.first
            while time.monotonic() - begun_at < seconds and len(self.report.faults) < MOST_FAULTS:
                if self.most is not None and self.report.cases >= self.most:
                    break
                await self._case(number)
                number += 1
                self.report.seconds = time.monotonic() - begun_at
                if time.monotonic() - told_at > self.every_s:
                    told_at = time.monotonic()
                    self.tell(self.report.line(self.fuzzer.figures))
        finally:
            await self.fuzzer.close()
        self.tell(self.report.line(self.fuzzer.figures))
        return self.report

    async def _case(self, number: int) -> None:
        kind, steps = self.fuzzer.make(random.Random(f"{self.seed}/{self.fuzzer.name}/{number}"))
        self.report.cases += 1
        self.report.kinds[kind] += 1
        error = await played(self.fuzzer, steps)
        if error is not None:
            await self._found(number, kind, steps, error)
        self._before.append(steps)

    async def _found(self, number: int, kind: str, steps: Steps, error: BaseException) -> None:
        again = await self._afresh([steps])
        cases = [steps]
        if again is None and isinstance(error, Late):
            self.report.late += 1
            self.tell(f"{self.fuzzer.name}: case {number} ({kind}) was late once: {told(error)}")
            return
        if again is None:
            # Not alone: perhaps what came before it is needed.
            cases = [*self._before, steps]
        else:
            error, cases = again, [await self._smaller(steps)]
        fault = Fault(self.fuzzer.name, self.seed, number, kind, told(error), cases)
        self.report.faults.append(fault)
        path = fault.keep(self.keep)
        alone = "" if again is not None else " (not when it is played alone)"
        self.tell(
            f'FAULT{alone} {self.fuzzer.name} {number} ({kind}): {fault.error}\n  make fuzz ARGS="--replay {path}"'
        )

    async def _afresh(self, cases: Sequence[Steps]) -> BaseException | None:
        await self.fuzzer.close()
        await self.fuzzer.open()
        for steps in cases:
            error = await played(self.fuzzer, steps)
            if error is not None:
                return error
        return None

    async def _smaller(self, steps: Steps) -> Steps:
        """With as few steps as still fail; halves first, then each."""
        until = time.monotonic() + SHRINK_S
        size = max(len(steps) // 2, 1)
        while size and time.monotonic() < until:
            at = 0
            while at < len(steps) and len(steps) > 1 and time.monotonic() < until:
                fewer = steps[:at] + steps[at + size :]
                if fewer and await self._afresh([fewer]) is not None:
                    steps = fewer
                else:
                    at += size
            size //= 2
        await self._afresh([])
        return steps


async def played(fuzzer: Fuzzer, steps: Steps) -> BaseException | None:
    """What the case raises."""
    try:
        async with asyncio.timeout(CASE_S):
            await fuzzer.play(steps)
    except TimeoutError as error:
        return Late(f"it hangs: {told(error)}")
    # Whatever comes out is what is looked for.
    except Exception as error:
        return error
    return None


def told(error: BaseException) -> str:
    """In some lines, with the place that raised."""
    place, at = "", error.__traceback__
    while at is not None:
        place = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}"
        at = at.tb_next
    notes = " | ".join(getattr(error, "__notes__", ()))
    return f"{type(error).__name__} at {place}: {error} {notes}"[:4_000]


async def replay(fuzzer: Fuzzer, cases: Sequence[Steps]) -> BaseException | None:
    """What kept cases raise now, one after another."""
    await fuzzer.open()
    try:
        for steps in cases:
            error = await played(fuzzer, steps)
            if error is not None:
                return error
        return None
    finally:
        await fuzzer.close()
