"""What every transcriber owes a call, as checks over what it posted. `Transcriber`, the port, says it in words.

A caller speaks the talking tape, so the truth is known: which word lies where. Each word is said once in a script.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from offhook.core.events import TranscriptChanged, TranscriptFinal, TurnEndExpected
from offhook.core.formats import FRAME_S
from offhook.speech.ports import TranscriberEvent
from offhook.speech.scripted.tape import FRAME_BYTES, SILENCE_FRAME, Plane, Utterance, speak, word_times

NEAR_S = 0.1
"""How well a place has to be known."""
EXACT_S = 1e-6
NAMES = tuple(
    f"{first}{last}" for first in "ba di fo ku me no pi ra su te vo zi".split() for last in "lm ns rt xy gg".split()
)


@dataclass(frozen=True)
class Spurt:
    """Words, the silence behind them in frames, after how many of these the words are asked for; is the caller done?"""

    words: int
    gap: int
    asked_after: tuple[int, ...] = (5,)
    is_done: bool = True


@dataclass(frozen=True)
class SpokenWord:
    """A word and its place in seconds."""

    text: str
    start_s: float
    end_s: float

    @property
    def middle_s(self) -> float:
        return (self.start_s + self.end_s) / 2

    def moved(self, by_s: float) -> "SpokenWord":
        """The same later."""
        return SpokenWord(self.text, self.start_s + by_s, self.end_s + by_s)


@dataclass
class Sound:
    """Frames, the truth about them, and behind which of them (counted from 1) the words are asked for."""

    frames: list[bytes] = field(default_factory=list)
    words: list[SpokenWord] = field(default_factory=list)
    asks: set[int] = field(default_factory=set)


def sound_of(script: Iterable[Spurt], lead_frames: int = 20, tail_frames: int = 250) -> Sound:
    """The script as it is heard."""
    sound = Sound([SILENCE_FRAME] * lead_frames)
    for number, spurt in enumerate(script, 1):
        text = " ".join(NAMES[len(sound.words) : len(sound.words) + spurt.words])
        begin = len(sound.frames) * FRAME_S
        audio = speak(text, Utterance(number, ends_turn=spurt.is_done), Plane.LSB)
        sound.words += [SpokenWord(word.text, begin + word.start_s, begin + word.end_s) for word in word_times(text)]
        sound.frames += [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]
        sound.asks |= {len(sound.frames) + after for after in spurt.asked_after if after <= spurt.gap}
        sound.frames += [SILENCE_FRAME] * spurt.gap
    sound.frames += [SILENCE_FRAME] * tail_frames
    return sound


@dataclass
class Notes:
    """What happened, in order: events with the seconds heard by then, and questions with the events before them."""

    events: list[tuple[float, TranscriberEvent]] = field(default_factory=list)
    questions: list[tuple[float, int]] = field(default_factory=list)

    @property
    def finals(self) -> list[TranscriptFinal]:
        return [event for _, event in self.events if isinstance(event, TranscriptFinal)]

    def asked(self, place_s: float) -> None:
        self.questions.append((place_s, len(self.events)))


def check_chain(notes: Notes, begin_s: float = 0.0) -> None:
    """Finals follow each other without gap or overlap, and never reach beyond what was heard."""
    reached_s = begin_s
    for heard_s, event in notes.events:
        if isinstance(event, TranscriptFinal):
            assert abs(event.from_s - reached_s) <= EXACT_S, f"{event} does not begin at {reached_s}"
            assert event.from_s <= event.to_s <= heard_s + EXACT_S, f"{event} when {heard_s} was heard"
            reached_s = event.to_s


def check_answers(notes: Notes) -> None:
    """Each question is answered: behind it comes a final that reaches its place. No empty final comes unasked."""
    for place_s, count in notes.questions:
        answers = [event for _, event in notes.events[count:] if isinstance(event, TranscriptFinal)]
        assert any(final.to_s >= place_s - EXACT_S for final in answers), f"nobody answered about {place_s}"
    empty = [final for final in notes.finals if not final.text]
    assert len(empty) <= len(notes.questions)


def check_words(notes: Notes, words: Sequence[SpokenWord], lost: Iterable[str] = ()) -> None:
    """Each word is told once, in order, by the final whose stretch holds it."""
    told = [(word, final) for final in notes.finals for word in final.text.split()]
    missing = set(lost)
    expected = [word.text for word in words if word.text not in missing]
    assert [word for word, _ in told] == expected, f"told {told}, said {expected}"
    place_of = {word.text: word for word in words}
    for text, final in told:
        word = place_of[text]
        assert final.from_s - NEAR_S <= word.middle_s <= final.to_s + NEAR_S, f"{word} is told by {final}"


def check_interims(notes: Notes, words: Sequence[SpokenWord], lost: Iterable[str] = ()) -> None:
    """Interims are what lies behind the last final, as far as it was heard."""
    missing = set(lost)
    known = [word for word in words if word.text not in missing]
    told, reached_s = 0, 0.0
    for heard_s, event in notes.events:
        if isinstance(event, TranscriptFinal):
            told, reached_s = told + len(event.text.split()), event.to_s
        elif isinstance(event, TranscriptChanged | TurnEndExpected):
            said = event.text.split()
            behind = known[told : told + len(said)]
            assert said == [word.text for word in behind], f"{event} behind {reached_s}"
            assert reached_s - NEAR_S <= event.to_s <= heard_s + EXACT_S, f"{event} when {heard_s} was heard"
            assert all(word.middle_s <= event.to_s + NEAR_S for word in behind), event


def check_all(notes: Notes, words: Sequence[SpokenWord], lost: Iterable[str] = ()) -> None:
    """Everything that the port promises."""
    check_chain(notes)
    check_answers(notes)
    check_words(notes, words, lost)
    check_interims(notes, words, lost)
