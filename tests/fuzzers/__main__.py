"""The command line of the fuzzers: `make fuzz ARGS="--minutes 120 --seed 1 port frames"`."""

import argparse
import asyncio
import json
import logging
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.fuzzers import engine
from tests.fuzzers.agents import AgentsFuzzer
from tests.fuzzers.api import ApiFuzzer
from tests.fuzzers.engine import Fuzzer, Run
from tests.fuzzers.frames import FramesFuzzer
from tests.fuzzers.port import PortFuzzer
from tests.fuzzers.streams import StreamsFuzzer
from tests.fuzzers.tools import ToolsFuzzer
from tests.fuzzers.webhooks import WebhooksFuzzer

FUZZERS: Final[dict[str, Callable[[], Fuzzer]]] = {
    "port": PortFuzzer,
    "frames": FramesFuzzer,
    "webhooks": WebhooksFuzzer,
    "agents": AgentsFuzzer,
    "streams": StreamsFuzzer,
    "tools": ToolsFuzzer,
    "api": ApiFuzzer,
}
KEEP: Final = Path(".fuzz")


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


async def fuzz(names: list[str], seed: int, minutes: float, first: int, cases: int | None) -> int:
    """Each for its part of the time; how many faults there were."""
    faults = 0
    for name in names:
        run = Run(FUZZERS[name](), seed, KEEP, say, first=first, most=cases)
        say(f"{name}: seed {seed}, {minutes / len(names):.1f} minutes")
        report = await run.run(60 * minutes / len(names))
        faults += len(report.faults)
    return faults


def replay(path: Path) -> int:
    """1 when the kept case fails still."""
    kept = json.loads(path.read_text("utf-8"))
    error = asyncio.run(engine.replay(FUZZERS[kept["fuzzer"]](), kept["cases"]))
    say(f"it fails: {engine.told(error)}" if error is not None else "it does not fail any more")
    return 1 if error is not None else 0


def main() -> int:
    """1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzers", description="Attack Offhook, by chance.")
    parser.add_argument("fuzzers", nargs="*", metavar="FUZZER", help=f"{', '.join(FUZZERS)}; default: all")
    parser.add_argument("--minutes", type=float, default=6.0, help="of all together (default 6)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same cases")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin with this case")
    parser.add_argument("--cases", type=int, metavar="N", help="end behind so many of each")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="play a case that was kept")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.fuzzers if name not in FUZZERS]:
        parser.error(f"there is no fuzzer {unknown[0]}; there are: {', '.join(FUZZERS)}")
    logging.disable(logging.ERROR)
    if arguments.replay:
        return replay(arguments.replay)
    names = arguments.fuzzers or list(FUZZERS)
    faults = asyncio.run(fuzz(names, arguments.seed, arguments.minutes, arguments.first, arguments.cases))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    spent_s = sum(one.ru_utime + one.ru_stime for one in used)
    say(f"{faults} faults; {spent_s / 60:.1f} minutes of CPU")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
