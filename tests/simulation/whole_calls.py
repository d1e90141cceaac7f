"""What whole calls have in common: how callers behave, and what holds for each of them."""

from offhook.core.endings import EndReason
from tests.rig import Outcome

POLITE = {"wait": {"silent_s": 0.8}}
END = {"hang_up": True}
SORRY = "I cannot help you right now"


def check(outcome: Outcome) -> None:
    """What holds for every call that no fault of our own has ended."""
    assert not outcome.report.violations, outcome.report.violations
    assert outcome.tasks_left == 0, "nothing of a call outlives it"
    assert outcome.reason not in (None, EndReason.OFFHOOK_ERROR)
    assert not outcome.replayed().mismatches, "the journal replays to the same commands"
    assert outcome.summary["end_reason"] == outcome.reason


def agent_said(outcome: Outcome) -> list[str]:
    return [text for speaker, text in outcome.turns if speaker == "agent"]


def sounds_after_turn(outcome: Outcome, turn: int = 0) -> list[float]:
    """When the agent became audible, in seconds from the end of a turn of the caller."""
    end = outcome.report.turns[turn].ends_at
    return [begins - end for begins, _ in outcome.report.agent_audible if begins > end]
