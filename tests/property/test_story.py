"""Random calls as a page is told them: nothing is raised, all is told of it, and the page and the history agree."""

import msgspec
import pytest

from offhook.call.story import AgentTurn, CallerTurn, Ended, GapMeasured, Story, Told
from offhook.core import commands as cmd
from offhook.core import history as hist
from offhook.simulator.events_weather import WEATHERS
from offhook.simulator.events_world import play

CALLS = 8


@pytest.mark.parametrize("weather", WEATHERS)
def test_a_page_is_told_every_call_whole(weather: str) -> None:
    for seed in range(CALLS):
        outcome, story = play(seed, weather, keep_log=True), Story()
        told: list[Told] = []
        for at, what in outcome.log:
            told += story.add(what, at)
        entries = [what.entry for _, what in outcome.log if isinstance(what, cmd.Remember)]
        said = [entry.text for entry in entries if isinstance(entry, hist.CallerSaid)]
        heard = [entry.text for entry in entries if isinstance(entry, hist.AgentSaid)]
        assert [one.text for one in told if isinstance(one, CallerTurn)] == said, f"seed {seed}"
        assert [one.text for one in told if isinstance(one, AgentTurn)] == heard, f"seed {seed}"
        assert sum(isinstance(one, Ended) for one in told) == 1 and isinstance(told[-1], Ended), f"seed {seed}"
        for one in told:
            assert len(msgspec.json.encode(one)) < 8_192, f"seed {seed}"
            if isinstance(one, GapMeasured):
                assert sum(one.parts_ms.values()) == one.gap_ms, f"seed {seed}"
        assert len(told) <= len(outcome.log), "news are a few"
