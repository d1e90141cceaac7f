"""Every deadline of the table fires in some call, and its whole trace is kept."""

from collections.abc import Callable

import msgspec
import pytest

from offhook.core import events as ev
from offhook.core.behaviour import Behaviour
from offhook.core.timers import Timer
from tests.world import SCRIPT, Speech, World

Golden = Callable[[str, list[str]], None]
ASKED = ("what time is it", 3.0, 4.0)


def marks_never_come() -> World:
    world = World()
    world.marks = False
    return world


def cut_is_never_told() -> World:
    world = World().says("stop that now", 1.0, 2.0)
    world.drops = lambda event: isinstance(event, ev.PlayoutCut)
    return world


def reply_stalls() -> World:
    """A first segment is heard, and then nothing more comes."""
    world = World().says(*ASKED)
    speak = world._speak

    def half(reply: int, text: str, at: float, *, is_whole: bool = True) -> None:
        if not text.startswith("You said"):
            speak(reply, text, at, is_whole=is_whole)
        elif world.playout.reply == reply:
            world.playout.add(0, "You", b"\x01" * 2400, [(0.0, 0.3)], at)

    world._speak = half  # type: ignore[method-assign]
    return world


def model_is_silent() -> World:
    world = World(script=msgspec.structs.replace(SCRIPT, filler=())).says(*ASKED)
    world.model_works = False
    return world


def silence_is_never_shown() -> World:
    world = World().says(*ASKED)
    world.shows_silence = False
    return world


def voice_never_ends() -> World:
    world = World()
    world.spurts[1] = Speech("")
    world.at(3.0, ev.SpeechStarted(1, 2.9))
    return world


def keys() -> World:
    world = World()
    world.at(3.0, ev.DigitPressed("1"))
    world.at(3.3, ev.DigitPressed("2"))
    return world


def long_goodbye() -> World:
    script = msgspec.structs.replace(SCRIPT, goodbye=" ".join(["goodbye"] * 60))
    world = World(script=script)
    world.at(3.0, ev.EndRequested())
    return world


def nobody_tells_who_it_is() -> World:
    world = World()
    world.at(0.0, ev.CallAnswered("outbound", is_screened=True))
    return world


def leg_stays_away() -> World:
    world = World()
    world.at(0.0, ev.LegAttached(1, 0.0))
    world.at(3.0, ev.LegDetached(1, ev.Detachment.LOST, "reset"))
    return world


CALLS: dict[Timer, Callable[[], World]] = {
    Timer.CUT: cut_is_never_told,
    Timer.MARK: marks_never_come,
    Timer.STALL: reply_stalls,
    Timer.REPLY: model_is_silent,
    Timer.FILLER: lambda: World(token_s=2.0).says(*ASKED),
    Timer.OPENER: lambda: World(
        token_s=1.0,
        behaviour=Behaviour(opener_s=0.35),
        script=msgspec.structs.replace(SCRIPT, opener_statement=("Okay.",)),
    ).says(*ASKED),
    Timer.TOOL: lambda: World(tool_on="look it up", tool_s=None, behaviour=Behaviour(tool_timeout_s=4.0)).says(
        "look it up", 3.0, 4.0
    ),
    Timer.TRANSCRIPT: lambda: World(stt_s=100.0).says(*ASKED),
    Timer.DECIDE: lambda: World(stt_s=1.3).says("", 0.6, 0.9),
    Timer.COMMIT: silence_is_never_shown,
    Timer.DIGITS: keys,
    Timer.STUCK: voice_never_ends,
    Timer.IDLE: World,
    Timer.WARNING: lambda: World(behaviour=Behaviour(max_call_s=15.0, warn_before_s=10.0)),
    Timer.MAX_CALL: lambda: World(behaviour=Behaviour(max_call_s=10.0, warn_before_s=0.0)),
    Timer.CLOSING: long_goodbye,
    Timer.ANSWER: lambda: World(tool_on="look it up", tool_s=None, behaviour=Behaviour(answer_timeout_s=5.0)).says(
        "look it up", 3.0, 4.0
    ),
    Timer.SCREEN: nobody_tells_who_it_is,
    Timer.GRACE: lambda: World().says("goodbye", 3.0, 3.8),
    Timer.LEG: leg_stays_away,
    Timer.OWED: lambda: World(stt_s=1.9).says(*ASKED),
}


@pytest.mark.parametrize("timer", Timer, ids=lambda timer: timer.name.lower())
def test_it_fires(timer: Timer, golden: Golden) -> None:
    world = CALLS[timer]()
    fired: list[Timer] = []
    fire = world.conversation._fire

    def note(timer: Timer, at: float) -> None:
        fired.append(timer)
        fire(timer, at)

    world.conversation._fire = note  # type: ignore[method-assign]
    world.answered().run(20.0)
    assert timer in fired
    golden(f"timer_{timer.name.lower()}", world.trace)
