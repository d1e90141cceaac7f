"""What a measurement is, and the one table that all of them are printed in."""

import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from rich.console import Console
from rich.table import Table

Statistic = Literal["p50", "p95", "p99", "most", "share", "value"]
UNITS: Final = {"ms": 0, "words": 0, "bytes": 0, "": 0, "ms/s": 1, "MB": 2, "%": 1, "h/s": 3, "s": 1}
"""Digits behind the point."""
FINE_MS: Final = 20.0
"""Shorter times are shown to a tenth of a millisecond."""
WIDTH: Final = 150


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit for one statistic of a row, in the row's unit; `share` and `at_least` are lower limits."""

    of: Statistic
    limit: float
    is_least: bool = False

    def holds(self, value: float) -> bool:
        """Whether the value keeps to it; what was not measured does not."""
        if math.isnan(value):
            return False
        return value >= self.limit - 1e-9 if self.is_least else value <= self.limit + 1e-9

    def __str__(self) -> str:
        name = {"most": "max ", "share": "", "value": ""}.get(self.of, self.of.upper() + " ")
        return f"{name}{'≥' if self.is_least else '≤'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: samples in `unit`, or with `is_one` a single figure of `count` observations."""

    metric: str
    what: str
    unit: str
    samples: Sequence[float]
    goals: tuple[Goal, ...] = ()
    count: int | None = None

    def figure(self, of: Statistic) -> float:
        """A statistic; NaN without samples."""
        if of in ("share", "value"):
            return self.samples[0] if self.samples else math.nan
        if of == "most":
            return max(self.samples, default=math.nan)
        return percentile(self.samples, {"p50": 50, "p95": 95, "p99": 99}[of])

    @property
    def is_met(self) -> bool | None:
        """Whether all goals hold; None without one."""
        return all(goal.holds(self.figure(goal.of)) for goal in self.goals) if self.goals else None

    @property
    def observations(self) -> int:
        """How many the figures rest on."""
        return len(self.samples) if self.count is None else self.count

    def cells(self) -> list[str]:
        """As they are printed."""
        if self.count is not None:
            figures = [self._shown(self.figure("value")), "", "", ""]
        else:
            figures = [self._shown(self.figure(of)) for of in ("p50", "p95", "p99", "most")]
        goals = ", ".join(map(str, self.goals))
        verdict = {True: "yes", False: "[bold red]NO[/]", None: ""}[self.is_met]
        return [self.metric, self.what, self.unit, str(self.observations), *figures, goals, verdict]

    def _shown(self, value: float) -> str:
        if math.isnan(value):
            return "–"
        is_fine = self.unit == "ms" and abs(value) < FINE_MS and value != round(value)
        return f"{value:.{1 if is_fine else UNITS[self.unit]}f}"

    def as_json(self) -> dict[str, Any]:
        """For a file; None where nothing was measured."""
        names: tuple[Statistic, ...] = ("value",) if self.count is not None else ("p50", "p95", "p99", "most")
        values = {name: self.figure(name) for name in names}
        figures = {str(name): None if math.isnan(value) else value for name, value in values.items()}
        goals = [str(goal) for goal in self.goals]
        head = {"metric": self.metric, "what": self.what, "unit": self.unit, "n": self.observations}
        return {**head, **figures, "goals": goals, "ok": self.is_met}


def single(metric: str, what: str, unit: str, value: float, count: int, *goals: Goal) -> Row:
    """A row of one figure that rests on `count` observations."""
    return Row(metric, what, unit, [value], goals, count)


def share(metric: str, what: str, good: int, total: int, *goals: Goal) -> Row:
    """A row of one percentage."""
    return single(metric, what, "%", 100 * good / total if total else math.nan, total, *goals)


def percentile(samples: Sequence[float], percent: float) -> float:
    """The nearest sample at or above the rank: no value that was not seen. NaN without samples."""
    if not samples:
        return math.nan
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(percent / 100 * len(ordered)) - 1))]


@dataclass(slots=True)
class Outcome:
    """What a part of the bench gives back."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Doubts about the run itself, printed under the table."""


def show(outcome: Outcome, seed: int) -> None:
    """Print the table, the notes and the machine."""
    table = Table(title="Offhook, from the carrier's side of the wire", title_justify="left")
    table.add_column("metric", no_wrap=True)
    table.add_column("what")
    table.add_column("unit", no_wrap=True)
    for name in ("n", "P50", "P95", "P99", "max"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("goal", no_wrap=True)
    table.add_column("ok", no_wrap=True)
    before = ""
    for row in outcome.rows:
        if before and row.metric != before:
            table.add_section()
        cells = row.cells()
        table.add_row("" if row.metric == before else cells[0], *cells[1:])
        before = row.metric
    console = Console(width=WIDTH, highlight=False)
    console.print(table)
    for note in outcome.notes:
        console.print(f"note: {note}", markup=False)
    facts = machine()
    text = f"{facts['cores']} cores, {facts['processor']}, Python {facts['python']}, {facts['date']}, seed {seed}"
    console.print(text, markup=False)


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "python": platform.python_version(),
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    }


def save(outcome: Outcome, seed: int, path: Path) -> None:
    """The same for programs."""
    content = {"machine": machine(), "seed": seed, "rows": [row.as_json() for row in outcome.rows]}
    path.write_text(json.dumps({**content, "notes": outcome.notes}, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
