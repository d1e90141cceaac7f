"""Endpointing: how long the caller must be silent before the turn is over.

Sound and words are asked separately, and any one of them may ask for patience. The numbers are `Behaviour`'s.

Nothing outvotes a word that nobody ends on ("and then"): voices fall before a pause inside a sentence more often than a
list of words is wrong, and a caller who is cut off pays more than one who waits. Where a question may end on one
("where are you from"), a sound that leaves no doubt shortens the patience, yet not to the shortest. A question mark
makes a doubtful sound cost no more than a short answer's: questions rise at their end, which the model knows from
sentences that go on; but transcribers write the mark behind halves of questions too. Nothing outvotes a number that is
being dictated: its parts sound complete.
"""

from typing import Final

import msgspec

from offhook.core.behaviour import Behaviour
from offhook.core.words import Shape

LEARNED_MARGIN: Final = 1.25
"""A caller who was cut off once may pause a little longer next time."""

SURE_PROBABILITY: Final = 0.9
"""From here on the sound leaves no doubt; complete sentences on the telephone are mostly above 0.95."""
SHORT_ANSWER: Final = 4
"""Words."""


class Evidence(msgspec.Struct, frozen=True):
    """What is known when the caller has fallen silent."""

    probability: float | None
    """The end-of-turn model's belief, or None while it has not answered."""
    shape: Shape | None
    """How the words end, or None while no words have come."""
    words: int
    """How many there are."""
    learned_pause_s: float
    """Mean of this caller's pauses that were taken for the end of a turn and were not; 0 when there were none."""
    is_question: bool = False
    """The transcriber put a question mark at the end."""


def silence_needed_s(behaviour: Behaviour, evidence: Evidence) -> float:
    """Seconds of silence after which the turn is over."""
    if evidence.shape is Shape.COLLECTING:
        return behaviour.collecting_silence_s
    learned_s = evidence.learned_pause_s * LEARNED_MARGIN
    if evidence.shape is Shape.OPEN:
        return behaviour.unfinished_silence_s
    if evidence.shape is Shape.STRANDED:
        is_sure = evidence.probability is not None and evidence.probability >= SURE_PROBABILITY
        # Callers who pause for breath sound finished too: sound alone takes back no more than half of the patience.
        halfway_s = (behaviour.unsure_silence_s + behaviour.unfinished_silence_s) / 2
        patient_s = max(halfway_s, learned_s) if is_sure else behaviour.unfinished_silence_s
        return min(patient_s, behaviour.unfinished_silence_s)
    if evidence.shape is Shape.FAREWELL:
        sure = max(evidence.probability or 0.0, behaviour.complete_probability)
        return min(_after_sound_s(behaviour, sure, evidence), behaviour.unsure_silence_s)
    probability, enough = evidence.probability, behaviour.complete_probability
    if evidence.shape is None or probability is None:
        return behaviour.unsure_silence_s
    if probability < enough:
        return behaviour.unsure_silence_s if evidence.is_question else behaviour.unfinished_silence_s
    needed = _after_sound_s(behaviour, probability, evidence)
    return max(needed, min(learned_s, behaviour.unsure_silence_s))


def _after_sound_s(behaviour: Behaviour, probability: float, evidence: Evidence) -> float:
    """For complete words that sound complete with this probability, which is enough."""
    # Between "just enough" and "sure", patience falls to the shortest. A short answer is seldom only half of one; a
    # longer sentence that sounds doubtful often goes on.
    span = max(SURE_PROBABILITY - behaviour.complete_probability, 1e-6)
    doubt = max(SURE_PROBABILITY - probability, 0.0) / span
    is_short = evidence.words <= SHORT_ANSWER or evidence.is_question
    doubtful_s = behaviour.unsure_silence_s if is_short else behaviour.unfinished_silence_s
    return behaviour.min_silence_s + min(doubt, 1.0) * max(doubtful_s - behaviour.min_silence_s, 0.0)


def learn_pause(mean_s: float, pause_s: float, weight: float) -> float:
    """The new mean after one more pause that was no end: an exponential filter, off at weight 0."""
    if weight == 0.0:
        return 0.0
    return pause_s if mean_s == 0.0 else mean_s + weight * (pause_s - mean_s)
