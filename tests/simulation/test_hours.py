"""Twenty hours of random calls in virtual time, with faults and seeds (two, when searches are short); every invariant
after every event.

Run one again: `pytest tests/simulation/test_hours.py --scenario SEED`.
"""

import logging
import tempfile
from pathlib import Path

import pytest

from offhook.simulator.scenario import Scenario
from offhook.simulator.virtual import run_virtual
from offhook.speech.scripted.turn_model import ScriptedTurnModel
from tests import searches
from tests.checked import CheckedConversation
from tests.rig import Outcome, Rig, live_call

SHARDS = searches.of(20)
"""An hour each."""
SEEDS_A_SHARD = 10_000
IDLE_S = 9.0
PATIENT_S = 4.0
"""A caller who hangs up or goes on sooner after a turn has not waited for its answer."""
LONGEST_S = IDLE_S + 4.0
"""The agent asks after its patience; under a fault nobody waits longer than 3 s, and then somebody speaks."""


def run_scenario(seed: int) -> tuple[Scenario, Outcome]:
    """One random call."""
    scenario = Scenario.from_seed(seed)
    rig = Rig(
        stt=scenario.stt.model_dump(),
        llm=scenario.llm.model_dump(),
        tts=scenario.tts.model_dump(),
        network=scenario.network,
        faults=scenario.media,
        turn_model=ScriptedTurnModel(error_rate=scenario.turn_error_rate, seed=seed),
    )
    with tempfile.TemporaryDirectory() as folder:
        outcome = run_virtual(live_call(rig, scenario.script, Path(folder)), seed=seed)
        check(seed, scenario, outcome)
    return scenario, outcome


def check(seed: int, scenario: Scenario, outcome: Outcome) -> None:
    """What holds for every call, whatever happened in it."""
    report, where = outcome.report, f"seed {seed}"
    assert outcome.reason, where
    assert outcome.reason != "offhook.error", where
    assert outcome.tasks_left == 0, f"{where}: something of the call outlives it"
    assert not report.violations, f"{where}: {report.violations}"
    assert not outcome.replayed().mismatches, f"{where}: the replay differs"
    if scenario.network.half_open_at_s is None:
        assert report.longest_silence_s <= LONGEST_S, f"{where}: {report.longest_silence_s:.1f} s of silence"
    if scenario.is_calm:
        goes_on = [report.length_s, *(turn.begins_at for turn in report.turns)]
        unanswered = [
            turn
            for turn in report.unanswered
            if not any(turn.ends_at <= at < turn.ends_at + PATIENT_S for at in goes_on)
        ]
        assert not unanswered, f"{where}: {unanswered}"
        said = " ".join(text for speaker, text in outcome.turns if speaker == "agent").split()
        cuts = sum(line.get("event") == "PlayoutCut" for line in outcome.journal)
        heard = len(report.heard_text.split())
        assert abs(len(said) - heard) <= 1 + cuts, f"{where}: {len(said)} words in history, {heard} heard"


@pytest.fixture(autouse=True)
def checked(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Every call runs on a conversation that checks itself."""
    monkeypatch.setattr("offhook.call.call.Conversation", CheckedConversation)
    caplog.set_level(logging.ERROR, logger="offhook")


@pytest.mark.parametrize("shard", range(SHARDS))
def test_hours(shard: int, request: pytest.FixtureRequest) -> None:
    only = request.config.getoption("--scenario")
    if only is not None:
        run_scenario(int(only))
        return
    simulated_s, seed = 0.0, shard * SEEDS_A_SHARD
    while simulated_s < 3600:
        simulated_s += run_scenario(seed)[1].report.length_s
        seed += 1
