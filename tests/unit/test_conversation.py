"""Whole conversations through the core, with golden traces. Time is a number."""

from collections.abc import Callable

import pytest

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.behaviour import Behaviour, Script
from offhook.core.endings import EndReason
from offhook.core.state import Phase
from tests.world import SCRIPT, Speech, World

Golden = Callable[[str, list[str]], None]
GREETED = 2.4
"""The greeting of six words is over."""


def scene(**options: object) -> World:
    return World(**options).answered()  # type: ignore[arg-type]


def test_greeting(golden: Golden) -> None:
    world = scene().run(GREETED)
    assert world.turns == [("agent", "Hello, how can I help you?")]
    assert world.heard_at(0.1)
    golden("greeting", world.trace)


def test_plain_turn(golden: Golden) -> None:
    world = scene().says("what time is it", 3.0, 4.0).run(8.0)
    assert world.turns[1:] == [("caller", "what time is it"), ("agent", "You said what time is it.")]
    commits = world.said(cmd.CommitReply)
    assert len(commits) == 1 and commits[0][0] - 4.0 < 0.4, "speculated, and committed after the shortest silence"
    golden("plain_turn", world.trace)


def test_pause_inside_a_sentence(golden: Golden) -> None:
    world = scene().says("I would like a table for", 3.0, 4.0, 0.2).says("four people", 5.2, 6.0).run(10.0)
    assert ("caller", "I would like a table for four people") in world.turns
    assert not any(world.heard_at(t) for t in (4.3, 4.9, 5.5)), "no cut-in"
    golden("pause", world.trace)


@pytest.mark.parametrize("pause_s", [0.7, 0.9, 1.1, 1.3])
def test_a_number_in_parts_is_one_turn(pause_s: float) -> None:
    world = scene()
    world.says("my number is five zero three", 3.0, 4.0, 0.98)
    world.says("five five five", 4.0 + pause_s, 5.0 + pause_s, 0.98)
    world.says("zero one four two", 5.0 + 2 * pause_s, 6.0 + 2 * pause_s, 0.98).run(14.0)
    assert world.turns[1] == ("caller", "my number is five zero three five five five zero one four two")


def test_barge_in(golden: Golden) -> None:
    world = scene().says("stop I want to book", 1.0, 2.0).run(7.0)
    ducks, hushes = world.said(cmd.DuckPlayout), world.said(cmd.HushPlayout)
    assert ducks[0][0] - 1.0 <= 0.15 and hushes[0][0] - 1.0 <= 0.30
    assert world.turns[0] == ("agent", "Hello, how can I"), "history ends where it was cut"
    assert world.turns[1] == ("caller", "stop I want to book")
    golden("barge_in", world.trace)


def test_backchannel_loses_nothing(golden: Golden) -> None:
    world = scene().says("uh-huh", 0.8, 1.2).run(6.0)
    assert world.turns == [("agent", "Hello, how can I help you?")]
    golden("backchannel", world.trace)


def test_cough_loses_nothing(golden: Golden) -> None:
    world = scene().says("", 0.8, 0.95).run(6.0)
    assert world.turns == [("agent", "Hello, how can I help you?")]
    golden("cough", world.trace)


def test_noise_while_nobody_speaks(golden: Golden) -> None:
    world = scene().says("", 3.0, 3.4).run(7.0)
    assert len(world.turns) == 1
    golden("noise", world.trace)


def test_speech_that_was_not_understood_is_asked_for_once() -> None:
    world = scene().says("", 3.0, 5.0).run(10.0)
    assert world.turns[-1] == ("agent", SCRIPT.repeat)


def test_the_caller_goes_on_before_the_reply_is_heard() -> None:
    world = scene(token_s=2.0).says("I have a question", 3.0, 4.0).says("about my bill", 5.0, 6.0).run(14.0)
    assert ("caller", "I have a question about my bill") in world.turns
    assert world.conversation._turns.learned_pause_s == pytest.approx(1.0)


def test_a_cough_before_the_reply_is_heard_does_not_lose_it() -> None:
    world = scene(token_s=1.5).says("what time is it", 3.0, 4.0).says("", 5.0, 5.06).run(12.0)
    assert world.turns[-1][1].endswith("You said what time is it.")


def test_idle(golden: Golden) -> None:
    world = scene().run(60.0)
    assert [text for _, text in world.turns[1:]] == [SCRIPT.idle[0], SCRIPT.idle[0], SCRIPT.idle_goodbye]
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.CALLER_SILENT)
    golden("idle", world.trace)


def test_waiting_opening() -> None:
    script = Script(opening="wait")
    world = scene(script=script).run(11.0)
    assert not world.said(cmd.StartReply)
    world.run(13.0)
    assert world.said(cmd.StartReply)


def test_generated_opening() -> None:
    world = scene(script=Script(opening="generated"), answer=lambda _: "Welcome.").run(3.0)
    assert world.turns == [("agent", "Welcome.")]


def test_protected_opening_is_said_to_its_end() -> None:
    world = scene(behaviour=Behaviour(protect_opening=True)).says("yes what time is it", 0.5, 1.5).run(8.0)
    assert world.turns[0] == ("agent", "Hello, how can I help you?")
    assert world.turns[1] == ("caller", "yes what time is it"), "and what was said over it is not lost"


def test_tool(golden: Golden) -> None:
    world = scene(tool_on="look it up").says("look it up", 3.0, 4.0).run(9.0)
    assert world.turns[-1] == ("agent", "It is done.")
    assert world.said(cmd.RunTool)[0][0] >= world.said(cmd.CommitReply)[0][0], "no effect before the commit"
    golden("tool", world.trace)


def test_slow_tool_is_filled_and_times_out() -> None:
    world = scene(tool_on="look it up", tool_s=None, behaviour=Behaviour(tool_timeout_s=9.0))
    world.says("look it up", 3.0, 4.0).run(20.0)
    assert len(world.said(cmd.PlayFiller)) >= 2
    silences = [b - a for (_, a), (b, _) in zip(world.audible, world.audible[1:], strict=False) if a > 4.0]
    assert max(silences) <= 3.0, "longest silence"
    assert world.turns[-1][1].endswith("It is done.")


def test_model_that_never_answers(golden: Golden) -> None:
    world = scene().says("what time is it", 3.0, 4.0)
    world.model_works = False
    world.run(40.0)
    assert SCRIPT.apology in [text for _, text in world.turns]
    golden("silent_model", world.trace)


def test_model_failures_end_in_a_goodbye() -> None:
    world = scene(behaviour=Behaviour(reply_timeout_s=1.0, idle_s=30.0))
    world.model_works = False
    for n in range(4):
        world.says("what time is it", 3.0 + 20 * n, 4.0 + 20 * n)
    world.run(100.0)
    assert world.turns[-1] == ("agent", SCRIPT.failure_goodbye)
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.PROVIDER_REPLY_FAILED)


def test_caller_hangs_up_while_the_agent_speaks(golden: Golden) -> None:
    world = scene()
    world.at(1.0, ev.CallerHungUp())
    world.run(5.0)
    assert world.turns[0] == ("agent", "Hello, how can")
    assert not world.said(cmd.HangUp)
    golden("caller_hangs_up", world.trace)


def test_leg_lost_is_hung_up_at_the_carrier() -> None:
    world = scene()
    world.at(0.0, ev.LegAttached(1, 0.0))
    world.at(1.0, ev.LegDetached(1, ev.Detachment.LOST, "reset"))
    world.run(6.0)
    assert not world.said(cmd.HangUp), "it may come back"
    world.run(8.0)
    assert world.said(cmd.HangUp)
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.CARRIER_LEG_LOST)


def test_agent_hangs_up_once_its_goodbye_was_heard(golden: Golden) -> None:
    world = scene().says("goodbye", 3.0, 3.8).run(10.0)
    heard_at = next(at for at, c in world.said(cmd.Remember) if c.entry.text == SCRIPT.goodbye)  # type: ignore[attr-defined]
    assert world.said(cmd.HangUp)[0][0] >= heard_at
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.CALLER_SAID_GOODBYE)
    golden("goodbye", world.trace)


def test_longest_call(golden: Golden) -> None:
    behaviour = Behaviour(max_call_s=20.0, warn_before_s=10.0, idle_s=60.0)
    world = scene(behaviour=behaviour).run(40.0)
    assert [text for _, text in world.turns[1:]] == [SCRIPT.warning, SCRIPT.time_over]
    golden("longest_call", world.trace)


def test_digits_are_a_turn() -> None:
    world = scene()
    for n, digit in enumerate("1234"):
        world.at(3.0 + n / 2, ev.DigitPressed(digit))
    world.run(12.0)
    assert hi.KeysPressed(1, "1234") in world.entries


def test_digits_end_with_the_hash_and_take_the_floor() -> None:
    world = scene()
    for n, digit in enumerate("42#"):
        world.at(1.0 + n / 10, ev.DigitPressed(digit))
    world.run(6.0)
    assert world.turns[0] == ("agent", "Hello, how can")
    assert hi.KeysPressed(1, "42") in world.entries


def test_marks_that_never_come_do_not_stop_the_call() -> None:
    world = scene()
    world.marks = False
    world.says("what time is it", 6.0, 7.0).run(12.0)
    assert world.turns[-1] == ("agent", "You said what time is it.") or world.said(cmd.CommitReply)


def test_transcriber_lost_in_a_sentence(golden: Golden) -> None:
    world = scene()
    world.says("what time is it", 3.0, 4.0)
    world.at(3.5, ev.TranscriberLost("reset"))
    world.at(3.6, ev.TranscriberReady())
    world.run(8.0)
    assert ("caller", "what time is it") in world.turns
    golden("transcriber_lost", world.trace)


def test_transcriber_that_stays_away_ends_in_a_spoken_goodbye() -> None:
    world = scene()
    for n in range(12):
        world.at(3.0 + n, ev.TranscriberLost("refused"))
    world.run(40.0)
    assert SCRIPT.deaf in [text for _, text in world.turns]
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.PROVIDER_STT_FAILED, "refused")


def test_final_that_never_comes_does_not_stop_the_call() -> None:
    world = scene(stt_s=100.0)
    world.says("what time is it", 3.0, 4.0)
    world.at(3.8, ev.TranscriptChanged("what time is", 3.8))
    world.run(9.0)
    assert ("caller", "what time is") in world.turns


def test_audio_that_stalls_does_not_stop_the_call() -> None:
    world = scene(behaviour=Behaviour(stuck_voice_s=3.0))
    world.spurts[1] = Speech("what time is it")
    world.at(3.0, ev.SpeechStarted(1, 2.9))
    world.at(3.5, ev.TranscriptChanged("what time is it", 3.5))
    world.run(16.0)
    assert ("caller", "what time is it") in world.turns


def test_operator_ends_the_call() -> None:
    world = scene()
    world.at(5.0, ev.EndRequested(EndReason.OFFHOOK_DRAINED))
    world.run(10.0)
    assert world.turns[-1] == ("agent", SCRIPT.goodbye)
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.OFFHOOK_DRAINED)


def test_who_ends_the_call_may_say_what_the_agent_says() -> None:
    world = scene()
    world.at(5.0, ev.EndRequested(EndReason.LIMIT_CALL_DOLLARS, "", "It is over. Goodbye."))
    world.run(10.0)
    assert world.turns[-1] == ("agent", "It is over. Goodbye.")
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.LIMIT_CALL_DOLLARS)


def test_speculation_is_withdrawn_without_trace() -> None:
    world = scene(behaviour=Behaviour(min_silence_s=0.8, unsure_silence_s=0.9))
    world.says("book a table", 3.0, 4.0).says("no wait cancel it", 4.6, 5.5).run(10.0)
    held = [c for _, c in world.said(cmd.StartReply) if c.held]  # type: ignore[attr-defined]
    assert len(held) == 2, "a speculation, and another once there were more words"
    assert [text for who, text in world.turns if who == "caller"] == ["book a table no wait cancel it"]
    assert not any("book a table." in text for _, text in world.turns)


def test_nothing_after_the_end() -> None:
    world = scene()
    world.at(1.0, ev.CallerHungUp())
    world.run(2.0)
    assert world.conversation.phase is Phase.ENDED
    assert world.conversation.receive(ev.SpeechStarted(9, 2.0), 3.0) == []


def test_words_that_come_too_late_are_answered_after_all() -> None:
    world = scene(stt_s=3.2)
    world.says("what time is it", 3.0, 4.0).run(14.0)
    assert ("caller", "what time is it") in world.turns
    assert world.turns[-1] == ("agent", "You said what time is it.")


@pytest.mark.parametrize("unsure_silence_s", [0.3, 1.5])
def test_a_long_reply_is_said_to_its_end(unsure_silence_s: float) -> None:
    behaviour = Behaviour(min_silence_s=unsure_silence_s, unsure_silence_s=unsure_silence_s)
    long = " ".join(f"word{n}" for n in range(60))
    world = scene(behaviour=behaviour, answer=lambda _: long).says("what time is it", 3.0, 4.0).run(40.0)
    assert ("agent", long) in world.turns, "whether it was ready before the commit or not"


@pytest.mark.parametrize(("sound_s", "step"), [(0.096, cmd.DuckPlayout), (0.192, cmd.HushPlayout)])
def test_a_loud_sound_costs_no_word(sound_s: float, step: type[cmd.Command]) -> None:
    world = scene()
    world.at(1.0, ev.SoundLasted(sound_s))
    world.run(5.0)
    assert world.said(step) and world.said(cmd.ResumePlayout)
    assert world.turns == [("agent", "Hello, how can I help you?")]
