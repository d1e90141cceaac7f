"""What must hold in every simulated call: the list of the checks.

That each of them can fail is proved by `tests/unit/test_events_checks.py`, which breaks a conversation on purpose.
"""

from typing import Final

from offhook.simulator.events_check import Check
from offhook.simulator.events_checks_consent import EffectsByConsent
from offhook.simulator.events_checks_words import HeardTextIsTrue, KeysReachHistory, WordsReachHistory
from offhook.simulator.events_checks_work import (
    ModelKnowsAll,
    NoEffectTwice,
    NothingFollowsTheEnd,
    OneReplyAtATime,
    RoundsAreBounded,
    TelevisionsAreLeft,
)

CHECKS: Final[tuple[type[Check], ...]] = (
    ModelKnowsAll,
    WordsReachHistory,
    HeardTextIsTrue,
    KeysReachHistory,
    NoEffectTwice,
    EffectsByConsent,
    RoundsAreBounded,
    OneReplyAtATime,
    NothingFollowsTheEnd,
    TelevisionsAreLeft,
)
"""Those that need nothing but events and commands; `EventsWorld` adds `NobodyWaitsInSilence` and its deadlines."""
