"""What another patience would have changed: silences of recorded calls, by the core's own rule."""

import pytest

from offhook.core.behaviour import Behaviour, Script
from offhook.core.commands import CommitReply, Remember
from offhook.core.events import (
    ReplyHeard,
    SegmentStarted,
    SpeechStarted,
    SpeechStopped,
    TranscriptFinal,
    TurnPredicted,
)
from offhook.core.history import AgentSaid, CallerSaid
from offhook.core.what_if import Silence, Silences
from tests.calling import calling, told_call
from tests.platform.conftest import Play
from tests.platform_world import World


@pytest.fixture(autouse=True, scope="module")
def told() -> None:
    told_call()


def a_call_with_a_pause(pause_s: float, *, heard_s: float = 0.0) -> list[Silence]:
    """The caller says a sentence, is silent, and goes on; the agent may have been heard in between."""
    silences = Silences(Script())
    spurt_at = 2.0 + pause_s
    silences.add(SpeechStarted(1, 0.5), 0.6)
    silences.add(SpeechStopped(1, 2.0, 1.5), 2.1)
    silences.add(TurnPredicted(1, 0.95), 2.15)
    silences.add(TranscriptFinal("I want to book a room.", 0.0, 2.0), 2.2)
    if heard_s:
        silences.add(CommitReply(1), 2.3)
        silences.add(SegmentStarted(1, 0, spurt_at - heard_s), spurt_at - heard_s)
        silences.add(Remember(0, CallerSaid(1, "I want to book a room.")), 2.3)
    silences.add(SpeechStarted(2, spurt_at), spurt_at + 0.1)
    silences.add(SpeechStopped(2, spurt_at + 1.0, 1.0), spurt_at + 1.1)
    silences.add(TurnPredicted(2, 0.99), spurt_at + 1.15)
    silences.add(TranscriptFinal("For two people.", 2.0, spurt_at + 1.0), spurt_at + 1.2)
    silences.add(Remember(1, CallerSaid(2 if heard_s else 1, "For two people.")), spurt_at + 1.4)
    silences.add(ReplyHeard(2, "Yes."), spurt_at + 3)
    silences.add(Remember(2, AgentSaid(1, "Yes.")), spurt_at + 3)
    return silences.end()


def test_a_pause_is_cut_off_by_the_hasty_and_waited_out_by_the_patient() -> None:
    pause, end = a_call_with_a_pause(0.7)
    assert pause.went_on_s == pytest.approx(0.7) and end.went_on_s is None
    assert end.text == "I want to book a room. For two people." and (pause.turn, end.turn) == (1, 1)
    hasty, patient = Behaviour(min_silence_s=0.3), Behaviour(min_silence_s=0.75)
    assert pause.is_cut_off(hasty) and not pause.is_cut_off(patient) and not end.is_cut_off(hasty)
    assert end.waited_s(patient) - end.waited_s(hasty) == pytest.approx(0.45)
    # Nobody answers before the words are there, however hasty.
    assert pause.waited_s(Behaviour(min_silence_s=0.1)) == pytest.approx(0.2)


def test_who_has_heard_the_agent_answers_it_and_was_not_cut_off() -> None:
    first, second = a_call_with_a_pause(2.0, heard_s=1.2)
    assert first.went_on_s is None and second.text == "For two people." and second.turn == 2
    early, _ = a_call_with_a_pause(2.0, heard_s=0.3)
    assert early.went_on_s == pytest.approx(2.0)


def test_the_last_turns_of_an_agent_are_looked_at_and_what_is_not_known_is_said(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            for _ in range(2):
                await here.folded(here.whole())
            path = f"/agents/{here.agent}/what-if"

            async def tried(**numbers: object) -> dict[str, object]:
                answer = await world.client.post(path, json={"turn_taking": numbers})
                assert answer.status_code == 200, answer.text
                return dict(answer.json())

            patient = await tried(min_silence_s=0.8)
            assert patient["calls"] == patient["turns"] == 2 and patient["later_p50_ms"] == 500
            assert patient["cut_off"] == patient["would_cut_off"] == 0 and patient["cannot_know"]
            assert (await tried(min_silence_s=0.25))["later_p50_ms"] == -50
            assert (await tried(preset="patient"))["later_p50_ms"] == 250
            as_a_fix = await world.client.post(path, json={"change": "cut_in", "by_ms": 100})
            assert as_a_fix.status_code == 200 and as_a_fix.json()["later_p50_ms"] == -100, as_a_fix.text
            both = {"change": "wait", "turn_taking": {"min_silence_s": 0.5}}
            assert (await world.client.post(path, json=both)).status_code == 422
            for numbers in ({}, {"min_silence_s": 99}, {"no_such": 1}):
                refused = await world.client.post(path, json={"turn_taking": numbers})
                assert refused.status_code == 422, refused.text
            _, key = await world.other()
            body = {"turn_taking": {"min_silence_s": 0.8}}
            assert (await world.client.post(path, json=body, headers=world.as_key(key))).status_code == 404

    play(act)
