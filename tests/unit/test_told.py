"""Finals end to end, interims behind them."""

from offhook.core.events import TranscriptChanged, TranscriptFinal
from offhook.speech.ports import TranscriberEvent
from offhook.speech.stt.told import Told


def test_finals_follow_each_other_and_never_go_back() -> None:
    posted: list[TranscriberEvent] = []
    told = Told(posted.append)
    told.final("one", 1.0)
    told.final("two", 2.5)
    told.final("", 2.0)
    told.final("three", 3.0)
    assert posted == [
        TranscriptFinal("one", 0.0, 1.0),
        TranscriptFinal("two", 1.0, 2.5),
        TranscriptFinal("", 2.5, 2.5),
        TranscriptFinal("three", 2.5, 3.0),
    ]


def test_interims_are_told_when_they_change_also_to_nothing() -> None:
    posted: list[TranscriberEvent] = []
    told = Told(posted.append)
    told.interim("", 0.2)
    told.interim("one", 0.4)
    told.interim("one", 0.6)
    told.interim("", 0.8)
    told.interim("one", 1.0)
    told.final("one", 1.2)
    told.interim("", 1.4)
    told.interim("one", 1.1)
    assert posted == [
        TranscriptChanged("one", 0.4),
        TranscriptChanged("", 0.8),
        TranscriptChanged("one", 1.0),
        TranscriptFinal("one", 0.0, 1.2),
        TranscriptChanged("one", 1.2),
    ]
