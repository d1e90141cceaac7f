"""What `offhook call` prints stands in the order in which it was said, however late the words are known."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from offhook.cli.call_command import _Session
from offhook.core.events import TranscriptFinal
from offhook.settings import Settings
from offhook.simulator.caller import Heard
from offhook.simulator.listener import Listener

FRAME = 160
LOUD = b"\x00" * FRAME
SILENT = b"\xff" * FRAME


class Slow:
    """A transcriber that is asked, and answers later."""

    def hear(self, ulaw: bytes) -> None:
        pass

    def finalize(self, to_s: float) -> None:
        self.asked_s = to_s


class NoRecorder:
    def caller(self, at: float, audio: bytes) -> None: ...
    def agent(self, at: float, ulaw: bytes) -> None: ...
    def settle(self, until_s: float) -> None: ...


def listened(listener: Listener, begin_s: float, sound: bytes, frames: int) -> float:
    for i in range(frames):
        listener.agent(begin_s + i * 0.02, sound)
    return begin_s + frames * 0.02


def test_a_caller_who_is_known_before_the_agents_words_is_shown_behind_them() -> None:
    out = StringIO()
    session = _Session(Settings(), Console(file=out, width=120), Path("unused.wav"))
    listener = session._listening = Listener(NoRecorder(), session._show_agent)
    slow = Slow()
    listener.transcriber = slow  # type: ignore[assignment]
    at = listened(listener, 1.0, LOUD, 50)
    listened(listener, at, SILENT, 40)
    session._show(Heard(3.0, "caller", "When do you open?"))
    assert out.getvalue() == "", "what the agent said before it is not known yet"
    listener.transcribed(TranscriptFinal("Good morning.", 0.0, slow.asked_s))
    lines = out.getvalue().splitlines()
    assert [line.split()[1] for line in lines] == ["agent", "caller"]


def test_what_is_still_held_is_shown_at_the_end() -> None:
    out = StringIO()
    session = _Session(Settings(), Console(file=out, width=120), Path("unused.wav"))
    listener = session._listening = Listener(NoRecorder(), session._show_agent)
    listener.transcriber = Slow()  # type: ignore[assignment]
    listened(listener, listened(listener, 1.0, LOUD, 50), SILENT, 40)
    session._show(Heard(3.0, "caller", "Hello?"))
    session.so_far()
    assert "Hello?" in out.getvalue()
