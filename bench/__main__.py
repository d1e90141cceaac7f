"""The command line of the bench."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.table import Outcome, save, show

PARTS: Final = ("quality", "faults", "load", "simulation", "dictation", "wishes", "start", "platform", "backups")


def main() -> int:
    """Run the chosen parts and print their rows; 1 with `--strict` and a goal that is not met."""
    arguments = _parse()
    parts = PARTS if arguments.part == "all" else (arguments.part,)
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="offhook-bench-") as folder:
        top = Path(arguments.keep) if arguments.keep else Path(folder)
        for part in parts:
            print(f"{part} ...", file=sys.stderr, flush=True)
            found = _measure(part, arguments, top / part)
            outcome.rows += found.rows
            outcome.notes += found.notes
    show(outcome, arguments.seed)
    if arguments.json:
        save(outcome, arguments.seed, Path(arguments.json))
    return 1 if arguments.strict and any(row.is_met is False for row in outcome.rows) else 0


def _measure(part: str, arguments: argparse.Namespace, folder: Path) -> Outcome:
    seed, is_quick = arguments.seed, arguments.quick
    if part == "quality":
        from bench import quality

        calls = quality.Plan(calls=6, turns=3, plain_turns=2, seed=seed) if is_quick else quality.Plan(seed=seed)
        return _run(quality.measure(calls, folder))
    if part == "load":
        from bench import load

        return _run(load.measure(load.quick(seed) if is_quick else load.Plan(seed=seed), folder))
    if part == "faults":
        from bench import faults

        return _run(faults.measure(folder, is_quick=is_quick))
    if part == "wishes":
        from bench import wishes

        return wishes.measure(seed, wishes.CALLERS // 2 if is_quick else wishes.CALLERS)
    if part == "start":
        from bench import start

        return _run(start.measure(folder, is_quick=is_quick))
    if part == "platform":
        from bench import platform

        return _run(platform.measure(platform.quick(seed) if is_quick else platform.Plan(seed=seed), folder))
    if part == "backups":
        from bench import backups

        return backups.measure(backups.CALLS_MADE // 20 if is_quick else backups.CALLS_MADE, folder)
    if part == "dictation":
        from bench import dictation

        plan = dictation.Plan(numbers=7 if is_quick else 36, seed=seed, digits=arguments.digits)
        return _run(dictation.measure(plan, folder))
    from bench import simulation

    return simulation.measure(simulation.CALLS // 6 if is_quick else simulation.CALLS, seed, folder)


def _run(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Offhook from the carrier's side.")
    parser.add_argument("part", nargs="?", default="all", choices=(*PARTS, "all"))
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, for a look")
    parser.add_argument("--seed", type=int, default=1, help="what callers say and when")
    parser.add_argument("--json", metavar="FILE", help="write the rows for programs")
    parser.add_argument("--digits", type=Path, metavar="DIR", help="dictation: recordings of people saying a digit")
    parser.add_argument(
        "--keep", metavar="DIR", help="keep the servers' logs, calls and databases there: what is there already is used"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal is not met")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
