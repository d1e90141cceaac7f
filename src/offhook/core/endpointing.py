"""Endpointing: how long the caller must be silent before the turn is over.

Sound and words are asked separately, and any one of them may ask for patience. The numbers are `Behaviour`'s.

Nothing outvotes a word that nobody ends on ("and then"): voices fall before a pause inside a sentence more often than a
list of words is wrong, and a caller who is cut off pays more than one who waits. Where a question may end on one
("where are you from"), a sound that leaves no doubt shortens the patience, yet not to the shortest. A question mark
makes a doubtful sound cost no more than a short answer's: questions rise at their end, which the model knows from
sentences that go on; but transcribers write the mark behind halves of questions too.

Nothing outvotes a number that is plainly not whole: its parts sound complete. One that is whole is a sentence that is
over, and the sound makes little of a difference: who has told ten digits of ten waits for an answer.
"""

from typing import Final

import msgspec

from offhook.core.behaviour import Behaviour, Script
from offhook.core.dictation import Asked, is_asked, wholeness
from offhook.core.numbers import Wholeness
from offhook.core.words import Shape, is_question, normalize, shape_of

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
    dictated: Wholeness = Wholeness.NONE
    """How much there is of a number, when the words end in one."""
    is_asked: bool = True
    """Somebody has said that it comes."""


class Ending(msgspec.Struct, frozen=True):
    """How a turn's words end."""

    shape: Shape | None
    """None while there are no words."""
    words: int = 0
    is_question: bool = False
    dictated: Wholeness = Wholeness.NONE
    is_asked: bool = True

    @property
    def is_answerable(self) -> bool:
        """False where a reply would mostly be thrown away: behind half a number, half a sentence."""
        return self.shape in (Shape.COMPLETE, Shape.FAREWELL) or self.dictated is Wholeness.PERHAPS

    def evidence(self, probability: float | None, learned_pause_s: float) -> Evidence:
        """Together with what is known of the sound."""
        return Evidence(
            probability, self.shape, self.words, learned_pause_s, self.is_question, self.dictated, self.is_asked
        )


def ending_of(text: str, asked: Asked, script: Script, *, hears_audio: bool = False) -> Ending:
    """How the caller's words end, given what they answer. Who answers what it hears needs no words."""
    if not normalize(text):
        return Ending(Shape.COMPLETE if hears_audio else None)
    there = wholeness(text, asked, script)
    shape, words, question = shape_of(text, asked.text, script, there), len(text.split()), is_question(text)
    if shape not in (Shape.COLLECTING, Shape.COMPLETE):
        return Ending(shape, words, question)
    return Ending(shape, words, question, there, is_asked(text, asked, script))


def silence_needed_s(behaviour: Behaviour, evidence: Evidence) -> float:
    """Seconds of silence after which the turn is over."""
    if evidence.shape is Shape.COLLECTING:
        is_part = evidence.dictated is not Wholeness.PERHAPS and evidence.is_asked
        return behaviour.collecting_silence_s if is_part else behaviour.unfinished_silence_s
    if evidence.shape is Shape.COMPLETE and evidence.dictated in (Wholeness.LIKELY, Wholeness.WHOLE):
        return _after_number_s(behaviour, evidence)
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


def _after_number_s(behaviour: Behaviour, evidence: Evidence) -> float:
    """Behind a number that is whole, or a usual one that could still go on."""
    enough = behaviour.complete_probability
    believed = enough if evidence.probability is None else max(evidence.probability, enough)
    if evidence.dictated is Wholeness.LIKELY:
        return max(_after_sound_s(behaviour, believed, evidence), behaviour.unsure_silence_s)
    doubt = min(max(SURE_PROBABILITY - believed, 0.0) / max(SURE_PROBABILITY - enough, 1e-6), 1.0)
    halfway_s = (behaviour.min_silence_s + behaviour.unsure_silence_s) / 2
    return behaviour.min_silence_s + doubt * max(halfway_s - behaviour.min_silence_s, 0.0)


def learn_pause(mean_s: float, pause_s: float, weight: float) -> float:
    """The new mean after one more pause that was no end: an exponential filter, off at weight 0."""
    if weight == 0.0:
        return 0.0
    return pause_s if mean_s == 0.0 else mean_s + weight * (pause_s - mean_s)
