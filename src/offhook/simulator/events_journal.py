"""A simulated call's log as a journal, for `offhook replay`."""

from pathlib import Path

from offhook.call.journal import Closed, Header, header_line, line
from offhook.simulator.events_weather import WEATHERS
from offhook.simulator.events_world import Outcome


def write_journal(path: Path, outcome: Outcome) -> None:
    """Write what `play(..., keep_log=True)` kept. Nothing in it has a date: the same call is the same file."""
    weather = WEATHERS[outcome.weather]
    header = Header(
        call=f"call_{outcome.weather}_{outcome.seed}",
        agent=f"simulated: weather {outcome.weather}, seed {outcome.seed}",
        started="",
        behaviour=weather.behaviour,
        script=weather.script,
    )
    with path.open("wb") as file:
        file.write(header_line(header.signed()))
        for n, (at, what) in enumerate(outcome.log, start=1):
            file.write(line(what, at, n))
        file.write(line(Closed(), outcome.log[-1][0] if outcome.log else 0.0, len(outcome.log) + 1))
