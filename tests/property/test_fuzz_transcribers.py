"""Ten thousand spoiled streams of Deepgram: no error but a `ProviderError`, and no word lost that was sent.

What a caller loses is a word that lies before the end of the last final and is in none: a call hears all that lies
behind it once more when a stream ends. So a fault may end the stream, and must not let a final reach over words.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from offhook.core.events import TranscriptChanged, TranscriptFinal, TurnEndExpected
from offhook.errors import ProviderError
from offhook.simulator.vendors.deepgram_v1 import NovaHearing, NovaWays
from offhook.simulator.vendors.deepgram_v2 import FluxHearing, FluxWays
from offhook.speech.ports import TranscriberEvent
from offhook.speech.stt.deepgram_flux import FluxDialect
from offhook.speech.stt.deepgram_nova import NovaDialect
from tests import searches
from tests.fuzz import Case, Document, Fault, Frame, Message, cases, places
from tests.heard_words import Sound, Spurt, sound_of
from tests.transcriber_world import FLUX, NOVA

FRAME_S: Final = 0.02
DELAY_S: Final = 0.06
AFTER_S: Final = 8.0
PER_STREAM: Final = {
    "nova": searches.of(3_000), "nova, strange": searches.of(3_000), "flux": searches.of(2_000),
    "flux, coarse": searches.of(2_000),
}  # fmt: skip
NEAR_S: Final = 0.1
SCRIPT: Final = [
    Spurt(3, 25), Spurt(2, 70), Spurt(1, 30, (5, 20)), Spurt(3, 12, (), is_done=False), Spurt(7, 9), Spurt(4, 90),
    Spurt(2, 30, (3, 12)),
]  # fmt: skip
SHORT: Final = [Spurt(3, 25), Spurt(2, 70), Spurt(1, 30, (5, 20)), Spurt(4, 30)]
"""Flux tells all words of a turn again and again."""
LOUD: Final = frozenset({Fault.NULL, Fault.MISSING, Fault.UNKNOWN, Fault.WRONG_TYPE, Fault.DOUBLED, Fault.STRANGER})
"""Faults that leave the other words and places as they were: what is still sent must be told."""
Dialects = NovaDialect | FluxDialect


@dataclass(frozen=True)
class Slot:
    """A message, and how many frames were heard when it came."""

    frames: int
    text: str


@dataclass(frozen=True)
class Stream:
    """One stream as it should be."""

    make: Callable[[Callable[[TranscriberEvent], None], Callable[[str | bytes], None]], Dialects]
    sound: Sound
    slots: Sequence[Slot]
    documents: Sequence[Message]
    places: dict[bytes, list[int]] = field(default_factory=dict)
    """Of each message, as it is on the wire; some are said more than once."""

    def __post_init__(self) -> None:
        for at, slot in enumerate(self.slots):
            self.places.setdefault(slot.text.encode(), []).append(at)

    def slot_of(self, frame: Frame, last: int) -> int:
        """When the frame comes: with the message that it was, or behind the one before it."""
        known = next((at for at in self.places.get(frame.payload, ()) if at > last), last + 1)
        return min(known, len(self.slots) - 1)


def stream_of(hearing: NovaHearing | FluxHearing, make: Any) -> Stream:
    """What the stand-in says to the script."""
    sound = sound_of(SCRIPT if isinstance(hearing, NovaHearing) else SHORT, tail_frames=60)
    slots: list[Slot] = []
    for count, frame in enumerate(sound.frames, 1):
        answers = hearing.hear(frame) or []
        if count in sound.asks and isinstance(hearing, NovaHearing):
            answers = [*answers, *hearing.control('{"type":"Finalize"}')]
        slots += [Slot(count, answer) for answer in answers]
    # Written as the engine writes it, so that a frame that is not spoiled is known again.
    slots = [Slot(slot.frames, json.dumps(json.loads(slot.text), ensure_ascii=False)) for slot in slots]
    documents: list[Document] = [json.loads(slot.text) for slot in slots]
    return Stream(make, sound, slots, documents)


STREAMS: Final = {
    "nova": stream_of(NovaHearing(NOVA, NovaWays()), NovaDialect),
    "nova, strange": stream_of(
        NovaHearing(NOVA, NovaWays(is_strange=True, is_irregular=True, early_s=0.2, untimed=3)), NovaDialect
    ),
    "flux": stream_of(FluxHearing(FLUX, FluxWays()), FluxDialect),
    "flux, coarse": stream_of(FluxHearing(FLUX, FluxWays(step=4, untimed=3)), FluxDialect),
}


@dataclass
class Caller:
    """A dialect, fed with the sound and the spoiled messages as they would come."""

    stream: Stream
    posted: list[TranscriberEvent] = field(default_factory=list)
    error: ProviderError | None = None
    frames: int = 0
    read: list[str] = field(default_factory=list)
    """Messages that were given to it."""

    now: float = 0.0

    def __post_init__(self) -> None:
        self.dialect = self.stream.make(self.posted.append, self._send)
        self.dialect.opened(0.0)

    @property
    def at(self) -> float:
        return self.frames * FRAME_S

    def _send(self, message: str | bytes) -> None:
        self.dialect.sent(message, self.now)

    def run(self, frames: Sequence[Frame]) -> None:
        """The whole stream, and the silence behind it."""
        last = -1
        try:
            for frame in frames:
                last = self.stream.slot_of(frame, last)
                self._hear(self.stream.slots[last].frames)
                self._receive(frame)
            self._hear(len(self.stream.sound.frames))
            self._wait(self.at + AFTER_S)
        except ProviderError as error:
            self.error = error

    def _receive(self, frame: Frame) -> None:
        self.now = max(self.now, self.at + DELAY_S)
        if not frame.is_text:
            self.dialect.received(frame.payload, self.now)
            return
        text = frame.payload.decode("utf-8", "replace")  # As the socket does with a message in parts.
        self.read.append(text)
        self.dialect.received(text, self.now)

    def _hear(self, until: int) -> None:
        sound = self.stream.sound
        while self.frames < until:
            stop = min([until, *(ask for ask in sound.asks if self.frames < ask)])
            self.dialect.hear(b"".join(sound.frames[self.frames : stop]))
            self.frames = stop
            self.now = max(self.now, self.at)
            if stop in sound.asks:
                self.dialect.ask(self.at, self.at)
            self._wait(self.at)

    def _wait(self, until: float) -> None:
        rounds = 0
        while (due := self.dialect.wakeup_at) is not None and due <= until:
            rounds += 1
            assert rounds < 100, "it wakes and wakes"
            self.now = max(self.now, due)
            self.dialect.wake(due)

    @property
    def finals(self) -> list[TranscriptFinal]:
        return [event for event in self.posted if isinstance(event, TranscriptFinal)]


@pytest.mark.parametrize("name", STREAMS)
def test_a_spoiled_stream_loses_no_word(name: str) -> None:
    stream = STREAMS[name]
    for case in cases(PER_STREAM[name], stream.documents):
        with case.told():
            caller = Caller(stream)
            caller.run(case.frames)
            check_places(caller)
            if LOUD.issuperset(case.faults):
                check_nothing_lost(caller)
            if case.is_harmless:
                assert caller.error is None
                assert told(caller) == [word.text for word in stream.sound.words]


class _Missing:
    """The field is not there."""

    def __repr__(self) -> str:
        return "missing"


MISSING: Final = _Missing()


@pytest.mark.parametrize("value", [None, MISSING, [], {"x": 1}, "?", 7], ids=repr)
@pytest.mark.parametrize("name", ["nova", "flux"])
def test_any_field_alone_may_be_anything(name: str, value: Any) -> None:
    """No stream ends for it, and nothing that is still there is lost."""
    stream = STREAMS[name]
    frames = [Frame(slot.text.encode()) for slot in stream.slots]
    # One of each kind of message, and the fields of one word of each.
    kinds = {
        (slot.text[:300].count("true"), json.loads(slot.text).get("event")): at for at, slot in enumerate(stream.slots)
    }
    for at in sorted(kinds.values()):
        for number in range(len(places(json.loads(stream.slots[at].text)))):
            document = json.loads(stream.slots[at].text)
            container, key = places(document)[number]
            if value is MISSING:
                del container[key]
            elif type(container[key]) is type(value):
                continue  # It would say something else, and not be wrong.
            else:
                container[key] = value
            caller = Caller(stream)
            caller.run([*frames[:at], Frame(json.dumps(document).encode()), *frames[at + 1 :]])
            where = f"{key!r} of {stream.slots[at].text[:200]}"
            if key != "type" or not isinstance(value, str):
                assert caller.error is None, where
                check_nothing_lost(caller)


@pytest.mark.parametrize("name", STREAMS)
def test_what_was_said_before_a_fault_was_told(name: str) -> None:
    stream = STREAMS[name]
    for case in cases(200, stream.documents, first_seed=1_000_000):
        with case.told():
            before = Caller(stream)
            before.run(case.frames[: case.clean])
            after = Caller(stream)
            after.run(case.frames)
            known = [word for final in before.finals for word in final.text.split() if word in sent(stream, case)]
            assert set(known) <= set(told(after)) | unheard(after)


def check_places(caller: Caller) -> None:
    """Finals follow each other, and nothing lies beyond what was heard."""
    reached_s = 0.0
    for event in caller.posted:
        if isinstance(event, TranscriptFinal):
            assert abs(event.from_s - reached_s) < 1e-6
            assert event.from_s <= event.to_s <= caller.at + 1e-6
            reached_s = event.to_s
        elif isinstance(event, TranscriptChanged | TurnEndExpected):
            assert 0.0 <= event.to_s <= caller.at + 1e-6


def check_nothing_lost(caller: Caller) -> None:
    """Of the words that some message still holds, none lies before the last final and in no final; none is in two."""
    covered_s = caller.finals[-1].to_s if caller.finals else 0.0
    held = set(re.findall(r"[a-z]+", " ".join(caller.read)))
    said = told(caller)
    for word in caller.stream.sound.words:
        if word.text in held and word.middle_s < covered_s - NEAR_S:
            assert word.text in said, f"{word} is lost: told {said} up to {covered_s}"
    if caller.error is None:
        lost = [word.text for word in caller.stream.sound.words if word.text in held and word.text not in said]
        assert not lost, f"{lost} was never told"
    assert len(said) == len(set(said)), f"doubled: {said}"


def told(caller: Caller) -> list[str]:
    """Words of the finals, in order."""
    return [word for final in caller.finals for word in final.text.split()]


def unheard(caller: Caller) -> set[str]:
    """Words behind the last final: the next stream hears them."""
    covered_s = caller.finals[-1].to_s if caller.finals else 0.0
    return {word.text for word in caller.stream.sound.words if word.middle_s >= covered_s - NEAR_S}


def sent(stream: Stream, case: Case) -> set[str]:
    """Words in the messages before the first fault."""
    return set(re.findall(r"[a-z]+", " ".join(slot.text for slot in stream.slots[: case.clean])))
