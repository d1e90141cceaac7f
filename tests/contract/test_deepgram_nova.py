"""Nova's dialect alone: what it makes of results, and where it says that the words lie."""

import json
from typing import Any

import pytest

from offhook.core.events import TranscriptChanged, TranscriptFinal
from offhook.errors import ProviderTimeout
from offhook.speech.ports import TranscriberEvent
from offhook.speech.stt.deepgram_nova import FINALIZE, NovaDialect

NOISE = bytes(range(160))
"""A frame that is no silence and holds no words."""


def results(text: str, start: float, end: float, **flags: Any) -> str:
    best = {"transcript": text}
    body = {"type": "Results", "start": start, "duration": end - start, "channel": {"alternatives": [best]}}
    return json.dumps({**body, **flags})


class Talk:
    """A dialect that hears what a test says Nova said."""

    def __init__(self) -> None:
        self.posted: list[TranscriberEvent] = []
        self.sent: list[str | bytes] = []
        self.dialect = NovaDialect(self.posted.append, self._send)
        self.at = 0.0
        self.dialect.opened(0.0)

    def _send(self, message: str | bytes) -> None:
        self.sent.append(message)
        self.dialect.sent(message, self.at)

    def hear(self, seconds: float) -> None:
        """Audio up to this second of the stream, in real time."""
        while self.at < seconds - 1e-9:
            self.at = round(self.at + 0.02, 3)
            self.dialect.hear(NOISE)

    def ask(self) -> None:
        """The words of all that was heard."""
        self.dialect.ask(self.at, self.at)

    @property
    def finals(self) -> list[TranscriptFinal]:
        return [event for event in self.posted if isinstance(event, TranscriptFinal)]


def test_without_an_answer_the_interim_has_to_do_and_is_not_told_twice() -> None:
    talk = Talk()
    talk.hear(1.0)
    talk.ask()
    assert talk.sent[-1] == FINALIZE
    talk.dialect.received(results("yes", 0.0, 1.0), 1.1)
    talk.dialect.wake(1.7)
    assert not talk.finals
    talk.dialect.wake(2.2)
    assert talk.finals == [TranscriptFinal("yes", 0.0, 1.0)]
    talk.dialect.received(results("yes", 0.0, 1.0, is_final=True, from_finalize=True), 2.3)
    talk.hear(2.0)
    talk.ask()
    talk.dialect.received(results("please", 1.0, 2.0, is_final=True, from_finalize=True), 3.1)
    assert talk.finals[1:] == [TranscriptFinal("please", 1.0, 2.0)]
    assert talk.dialect.wakeup_at is None


def test_what_endpointing_made_final_is_told_at_once_and_need_not_be_asked_for() -> None:
    talk = Talk()
    talk.hear(1.44)
    talk.dialect.received(results("yes", 0.0, 1.44, is_final=True, speech_final=True), 1.44)
    assert talk.finals == [TranscriptFinal("yes", 0.0, 1.44)]
    talk.hear(1.48)
    talk.ask()
    assert talk.finals[1:] == [TranscriptFinal("", 1.44, 1.48)]
    assert FINALIZE not in talk.sent
    talk.hear(1.6)
    talk.ask()
    assert talk.sent[-1] == FINALIZE, "a word may have begun since"


def test_one_final_answers_all_questions_that_it_reaches() -> None:
    talk = Talk()
    talk.hear(1.0)
    talk.ask()
    talk.hear(1.4)
    talk.ask()
    talk.dialect.received(results("yes please", 0.0, 1.6, is_final=True), 1.8)
    assert talk.finals == [TranscriptFinal("yes please", 0.0, 1.4)], "it cannot reach beyond what was sent"
    assert talk.dialect.wakeup_at is None
    talk.dialect.received(results("", 1.4, 1.4, is_final=True, from_finalize=True), 1.9)
    assert len(talk.finals) == 1


def test_an_interim_that_is_taken_back_is_told() -> None:
    talk = Talk()
    talk.hear(1.04)
    talk.dialect.received(results("hm", 0.0, 0.9), 1.04)
    talk.dialect.received(results("", 0.0, 1.04), 1.04)
    assert talk.posted[1:] == [TranscriptChanged("hm", 0.9), TranscriptChanged("", 1.04)]


def test_a_vendor_that_owes_an_answer_and_is_silent_is_lost() -> None:
    talk = Talk()
    talk.hear(1.0)
    talk.ask()
    woken = 0
    with pytest.raises(ProviderTimeout, match="silent for 3 s"):
        while talk.dialect.wakeup_at is not None:
            woken += 1
            assert woken < 20
            talk.dialect.wake(talk.dialect.wakeup_at)


def test_nulls_end_no_stream() -> None:
    talk = Talk()
    talk.hear(2.0)
    talk.ask()
    word: dict[str, Any] = {"word": "yes", "punctuated_word": None, "start": 0.2, "end": None, "confidence": None}
    best = {"transcript": None, "confidence": None, "words": [word, None]}
    body = {"type": "Results", "start": 0.0, "duration": 2.0, "is_final": True, "speech_final": None,
            "from_finalize": None, "metadata": None, "channel": {"alternatives": [None, best]}}  # fmt: skip
    talk.dialect.received(json.dumps(body), 2.1)
    assert talk.finals == [TranscriptFinal("yes", 0.0, 2.0)]


def test_a_final_that_says_no_words_leaves_them_to_its_interim() -> None:
    talk = Talk()
    talk.hear(2.0)
    talk.dialect.received(results("a table", 0.0, 1.9), 2.0)
    talk.ask()
    wordless: list[dict[str, Any]] = [{"channel": None}, {"channel": {"alternatives": []}}]
    for broken in wordless:
        body = {"type": "Results", "start": 0.0, "duration": 2.0, "is_final": True, "from_finalize": True, **broken}
        talk.dialect.received(json.dumps(body), 2.1)
    assert talk.finals == [TranscriptFinal("a table", 0.0, 2.0)]


def test_a_final_that_was_not_seen_as_one_is_told_when_the_next_result_begins_behind_it() -> None:
    talk = Talk()
    talk.hear(2.0)
    talk.dialect.received(results("a table", 0.0, 1.9, is_final=None), 2.0)
    talk.hear(3.04)
    talk.dialect.received(results("for two", 1.9, 3.04), 3.04)
    assert talk.finals == [TranscriptFinal("a table", 0.0, 1.9)]
    assert talk.posted[-1] == TranscriptChanged("for two", 3.04)


@pytest.mark.parametrize("start", [-5.0, 1e9])
def test_a_place_that_cannot_be_is_none(start: float) -> None:
    talk = Talk()
    talk.hear(1.0)
    talk.ask()
    talk.dialect.received(results("yes", start, start + 1.0, is_final=True, from_finalize=True), 1.1)
    talk.hear(2.0)
    talk.ask()
    talk.dialect.received(results("please", 1.0, 2.0, is_final=True, from_finalize=True), 2.1)
    assert [final.text for final in talk.finals] == ["yes", "please"]
