"""Ten thousand calls, a thousand hours of talk, in every weather: nothing that must hold is broken in any of them.

A tenth of it when searches are short.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from offhook.call.replay import replay
from offhook.core.commands import EndCall
from offhook.simulator.events_journal import write_journal
from offhook.simulator.events_weather import WEATHERS
from offhook.simulator.events_world import Outcome, play
from tests import searches

ALL_CALLS = 10_560
CALLS = searches.of(ALL_CALLS)
HOURS = 1_000 * CALLS / ALL_CALLS
HALVES = 2
"""One for each worker."""
SHOWN = 5


@pytest.mark.parametrize("half", range(HALVES))
def test_nothing_breaks_in_any_weather(
    half: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:
    calls, talked_s, worst, failed = 0, 0.0, (0.0, ""), []
    for weather in WEATHERS:
        for seed in range(half, CALLS // len(WEATHERS), HALVES):
            outcome = play(seed, weather)
            calls, talked_s = calls + 1, talked_s + outcome.length_s
            worst = max(worst, (outcome.worst_wait_s, f"{weather} {seed}"))
            if outcome.failures:
                failed.append(outcome)
    shown = (
        f"{calls} calls, {talked_s / 3600:.0f} hours, worst wait {worst[0]:.2f} s ({worst[1]}), {len(failed)} failed"
    )
    record_property("bulk", shown)
    with capsys.disabled():
        sys.stdout.write(f"\n{shown}\n")
    assert not failed, "\n".join(_story(outcome, tmp_path) for outcome in failed[:SHOWN])
    assert talked_s / 3600 >= HOURS / HALVES
    assert calls >= CALLS // HALVES - len(WEATHERS)


def _story(outcome: Outcome, folder: Path) -> str:
    """What failed, and where its journal lies."""
    path = folder / f"{outcome.weather}-{outcome.seed}.jsonl"
    write_journal(path, play(outcome.seed, outcome.weather, keep_log=True))
    failures = "\n  ".join(outcome.failures[:SHOWN])
    return f"weather {outcome.weather}, seed {outcome.seed} (journal: {path})\n  {failures}"


@pytest.mark.parametrize("weather", WEATHERS)
def test_the_same_seed_gives_the_same_commands(weather: str, tmp_path: Path) -> None:
    first, second = (play(7, weather, keep_log=True) for _ in range(2))
    assert first.log == second.log
    path = tmp_path / "call.jsonl"
    write_journal(path, first)
    result = replay(path)
    assert not result.mismatches, result.mismatches[:1]
    # A replay ends where the call did; the world goes on a little.
    (end,) = [at for at, what in first.log if isinstance(what, EndCall)]
    assert 0 < result.events <= first.events
    assert result.last is not None and result.last.at >= round(end, 3)
