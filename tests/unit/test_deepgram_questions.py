"""A question's place becomes a position when all audio before it is sent."""

from offhook.core.formats import TELEPHONE
from offhook.speech.stt.deepgram_questions import MOST_ASKED, Questions
from offhook.speech.stt.timeline import Timeline


def test_a_question_waits_for_its_audio() -> None:
    timeline = Timeline(TELEPHONE)
    questions = Questions(timeline)
    timeline.given = timeline.waiting = 8000
    assert not questions.ask(1.0, at=5.0)
    timeline.send(4000)
    assert not questions.audio_sent(5.5) and not questions.asked
    timeline.drop(2000)
    timeline.send(2000)
    assert questions.audio_sent(6.0)
    (asked,) = questions.take(1)
    assert (asked.to_s, asked.until_s, asked.sent_at) == (1.0, 0.75, 6.0)
    assert not questions.asked


def test_a_question_about_audio_that_is_sent_stands_at_once() -> None:
    timeline = Timeline(TELEPHONE)
    questions = Questions(timeline)
    timeline.given = timeline.waiting = 8000
    timeline.send(8000)
    assert questions.ask(1.0, at=5.0)
    questions.opened(7.0)
    assert questions.asked[0].sent_at == 7.0, "nobody could answer before"


def test_they_are_bounded() -> None:
    questions = Questions(Timeline(TELEPHONE))
    for number in range(3 * MOST_ASKED):
        questions.ask(0.0, at=float(number))
    assert len(questions.asked) == MOST_ASKED
    assert questions.asked[-1].sent_at == 3 * MOST_ASKED - 1, "the newest one counts"
