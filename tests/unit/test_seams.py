"""The seams of a conversation: late words, short answers, tools in flight, keys, the end. Each was wrong once."""

import msgspec
import pytest

from offhook.agents.languages import script_for
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.behaviour import Behaviour
from offhook.core.endings import EndReason
from tests.world import SCRIPT, World

NEVER_S = 1000.0


def said_at(world: World, name: str) -> list[float]:
    """When a fixed sentence was begun."""
    starts = [(at, c) for at, c in world.commands if isinstance(c, cmd.StartReply)]
    return [at for at, c in starts if isinstance(c.content, cmd.Say) and c.content.name == name]


# ── words that come late ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", ["no", "yes", "two", "nein", "deux"])
@pytest.mark.parametrize("late_s", [0.2, 1.0, 1.5, 2.4, 3.3, 4.5, 6.0])
@pytest.mark.parametrize("voice_s", [0.18, 0.4])
def test_a_short_answer_that_is_told_late_is_answered(word: str, late_s: float, voice_s: float) -> None:
    world = World(stt_s=late_s).answered().says(word, 3.0, 3.0 + voice_s).run(20.0)
    assert world.caller_words == [word]
    assert any(text.startswith("You said") for _, text in world.turns)
    assert world.longest_wait(3.0 + voice_s, 3.0 + voice_s + late_s + 1.5) < 4.0


@pytest.mark.parametrize("late_s", [1.5, 2.5, 4.0, 6.0])
def test_a_cough_behind_a_sentence_does_not_cost_it(late_s: float) -> None:
    words = "tell me what time you open".split()
    world = World(stt_s=NEVER_S).answered().says(" ".join(words), 3.0, 4.5).says("", 4.9, 5.05)
    world.at(4.5 + late_s, ev.TranscriptFinal(" ".join(words), 0.0, 4.6))
    world.at(4.7 + late_s, ev.TranscriptFinal("", 4.6, 5.2))
    assert world.run(25.0).caller_words == words, world.trace


def test_a_cough_does_not_take_late_words_away() -> None:
    """They wait until the agent has spoken, and then they are answered."""
    late = "besides can we bring dogs".split()
    world = World(stt_s=NEVER_S, answer=lambda t: " ".join(["word"] * 20)).answered()
    world.says("tell me what time you open", 3.0, 4.5)
    world.at(4.2, ev.TranscriptChanged("tell me what time you open", 4.2))
    world.at(7.5, ev.TranscriptFinal("tell me what time you open " + " ".join(late), 0.0, 4.6))
    world.says("", 8.2, 8.4)
    world.at(8.7, ev.TranscriptFinal("", 4.6, 8.5))
    world.run(30.0)
    assert world.caller_words == ["tell", "me", "what", "time", "you", "open", *late], world.trace


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────


def ending(text: str) -> World:
    return World(tool_on="thank you so much", tool_name="end_call", tool_text=text).answered()


@pytest.mark.parametrize("early_s", [0.5, 0.3, 0.1, 0.05, -0.3, -0.7])
def test_oh_wait_over_a_goodbye_keeps_the_line(early_s: float) -> None:
    world = ending("Thank you for calling, goodbye.").says("thank you so much", 3.0, 4.0)
    heard = ending("Thank you for calling, goodbye.").says("thank you so much", 3.0, 4.0).run(20.0)
    over_at = next(at for at, c in heard.said(cmd.Remember) if isinstance(c.entry, hi.AgentSaid) and c.index > 1)  # type: ignore[attr-defined]
    world.says("oh wait one more thing", over_at - early_s, over_at - early_s + 1.2).run(over_at + 6.0)
    assert not world.said(cmd.HangUp)
    assert ("caller", "oh wait one more thing") in world.turns


def test_a_goodbye_is_followed_by_the_line() -> None:
    world = ending("Thank you for calling, goodbye.").says("thank you so much", 3.0, 4.0).run(20.0)
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.AGENT_ENDED)
    assert world.said(cmd.HangUp)[0][0] < 9.0


def test_bye_behind_a_goodbye_ends_the_call() -> None:
    world = (
        ending("Thank you for calling, goodbye.")
        .says("thank you so much", 3.0, 4.0)
        .says("bye bye", 6.3, 6.8)
        .run(20.0)
    )
    assert world.said(cmd.EndCall)[0][0] < 9.0
    assert ("caller", "bye bye") in world.turns


def test_anything_else_is_a_question_and_no_end() -> None:
    world = (
        ending("Shall I also book parking?").says("thank you so much", 3.0, 4.0).says("yes please", 6.5, 7.2).run(12.0)
    )
    assert ("caller", "yes please") in world.turns
    assert not world.said(cmd.HangUp)


def test_late_words_that_take_a_goodbye_back_reopen_the_call() -> None:
    world = World(stt_s=NEVER_S).answered().says("goodbye", 3.0, 3.6)
    world.at(3.5, ev.TranscriptChanged("goodbye", 3.5))
    world.voice_s = 1.5
    world.at(5.4, ev.TranscriptFinal("goodbye no wait I want a room", 0.0, 3.8))
    world.run(40.0)
    assert "room" in world.caller_words
    assert world.said(cmd.EndCall) == [] or world.said(cmd.EndCall)[0][1].reason is not None  # type: ignore[attr-defined]
    reasons = [c.reason for _, c in world.said(cmd.EndCall)]  # type: ignore[attr-defined]
    assert all(reasons), "never an end without a reason"


def test_hold_on_is_waited_for() -> None:
    script = msgspec.structs.replace(script_for("en-US"), greeting="Hello.")
    world = World(script=script, answer=lambda _: "Sure, take your time.").answered()
    world.says("Hold on, let me get my card.", 3.0, 4.5).says("Okay, I have it.", 45.0, 46.0).run(50.0)
    assert not world.said(cmd.HangUp)
    idle = said_at(world, "idle")
    assert len(idle) <= 1 and all(at > 30.0 for at in idle)
    assert ("caller", "Okay, I have it.") in world.turns


# ── whose voice it is ────────────────────────────────────────────────────────────────────────────────────────────

KITCHEN = "The kitchen is open from seven until half past ten every evening of the week."


def test_the_agents_own_words_are_no_turn() -> None:
    world = World(answer=lambda _: KITCHEN).answered().says("when is the kitchen open", 3.0, 4.0)
    world.says("is open from seven until", 5.9, 7.2).run(20.0)
    assert [text for who, text in world.turns if who == "caller"] == ["when is the kitchen open"]
    assert ("agent", KITCHEN) in world.turns


def test_the_callers_words_over_the_agent_are() -> None:
    world = World(answer=lambda _: KITCHEN).answered().says("when is the kitchen open", 3.0, 4.0)
    world.says("no I mean the bar", 5.9, 7.2).run(20.0)
    assert ("caller", "no I mean the bar") in world.turns


def test_a_television_is_noticed_and_left() -> None:
    world = World(
        script=script_for("en-US"), answer=lambda _: "I can tell you about our rooms and our restaurant."
    ).answered()
    for n in range(100):
        begin = 3.0 + n * 4.2
        world.says(f"and now the news of number {n} from all over the large country today", begin, begin + 3.2)
    world.run(420.0)
    assert world.said(cmd.EndCall)[0][1].reason is EndReason.CALLER_ABSENT  # type: ignore[attr-defined]
    assert world.said(cmd.EndCall)[0][0] < 120.0


def varied(number: int) -> str:
    """No two of a dozen in a row share a word."""
    things = ("summer", "winter", "garden", "harbour", "kitchen", "morning", "evening", "station", "bridge", "market")
    return f"{things[number % 10]} {things[(number * 3 + 1) % 10]} {number}"


@pytest.mark.parametrize("pause_s", [3.0, 4.0, 5.0, 6.0, 7.5])
@pytest.mark.parametrize("sentence_s", [1.8, 2.4, 3.2])
def test_a_television_whose_pauses_fit_the_answers_is_left(pause_s: float, sentence_s: float) -> None:
    world = World(script=script_for("en-US"), answer=lambda _: "How can I help you?").answered()
    for n in range(120):
        begin = 3.0 + n * (sentence_s + pause_s)
        world.says(f"the storm has reached {varied(n)} and goes on to {varied(n + 7)}", begin, begin + sentence_s)
    world.run(900.0)
    assert world.said(cmd.EndCall)[0][1].reason is EndReason.CALLER_ABSENT  # type: ignore[attr-defined]
    assert world.said(cmd.EndCall)[0][0] < 300.0


RECORDING = "This is an important message about the warranty of your car which is about to expire so do not hang up now"


def recording() -> World:
    """Somebody talks from the first moment, in spurts of five seconds, and never waits."""
    behaviour = Behaviour(recording_voice_s=8.0)
    world = World(script=script_for("en-US"), behaviour=behaviour, answer=lambda _: "How can I help you?").answered()
    for n in range(8):
        world.says(f"{RECORDING} {n}", 0.4 + 5.3 * n, 5.4 + 5.3 * n)
    return world.run(60.0)


def test_a_recording_that_talks_in_the_first_seconds_is_asked_for_a_key_and_left() -> None:
    world = recording()
    assert said_at(world, "presence")[0] < 12.0
    asked_at = said_at(world, "presence")[0]
    commits = [at for at, c in world.commands if isinstance(c, cmd.CommitReply)]
    assert not [at for at in commits if at > asked_at], "from then on no reply of the model is wanted"
    assert ("agent", "How can I help you?") not in world.turns
    at, end = world.said(cmd.EndCall)[0]
    assert isinstance(end, cmd.EndCall) and end.reason is EndReason.CALLER_ABSENT and at < 60.0


def test_without_that_rule_and_for_a_person_nothing_is_asked_at_the_beginning() -> None:
    plain = World(script=script_for("en-US"), answer=lambda _: "I see.").answered()
    person = World(
        script=script_for("en-US"), behaviour=Behaviour(recording_voice_s=8.0), answer=lambda _: "I see."
    ).answered()
    for world, length_s in ((plain, 12.0), (person, 6.0)):
        world.says(RECORDING, 3.0, 3.0 + length_s).run(25.0)
        assert not said_at(world, "presence") and ("agent", "I see.") in world.turns
    person.says(RECORDING + " once more", 26.0, 40.0).run(50.0)
    assert not said_at(person, "presence"), "the greeting was listened to"


def test_who_tells_a_long_story_is_asked_and_stays_with_one_word() -> None:
    world = World(script=script_for("en-US"), answer=lambda _: "I see.").answered()
    begin = 3.0
    for n in range(60):
        world.says(f"and then {varied(n)} told my neighbour something about {varied(n + 7)}", begin, begin + 3.0)
        begin += 8.0
        world.run(begin)
        asked = said_at(world, "presence")
        if asked and asked[-1] > begin - 8.0:
            world.says("Yes I am still here.", begin, begin + 1.0).run(begin + 6.0)
            begin += 8.0
    assert 1 <= len(said_at(world, "presence")) <= 5
    assert not world.said(cmd.HangUp)


@pytest.mark.parametrize(
    "turn",
    [
        "what does {} cost with {}", "I would like to change {} into {} please", "could you tell {} about {}",
        "no that is {} again and not {}", "is there {} behind {}?",
    ],
)  # fmt: skip
def test_a_person_is_never_asked_however_long_the_call(turn: str) -> None:
    world = World(script=script_for("en-US"), answer=lambda _: "Let us look into that, one moment.").answered()
    for n in range(60):
        world.says(turn.format(varied(n), varied(n + 7)), 3.0 + n * 8.0, 5.0 + n * 8.0)
    world.run(480.0)
    assert not said_at(world, "presence") and not world.said(cmd.HangUp)


def test_a_menu_that_repeats_itself_is_noticed_and_left() -> None:
    menu = "for sales press one for support press two to hear this again press nine"
    world = World(script=script_for("en-US")).answered()
    for n in range(40):
        world.says(menu, 3.0 + 15 * n, 8.0 + 15 * n)
    world.run(600.0)
    assert world.said(cmd.EndCall)[0][1].reason is EndReason.CALLER_ABSENT  # type: ignore[attr-defined]
    assert world.said(cmd.EndCall)[0][0] < 150.0


def test_who_is_not_understood_says_it_again_and_is_a_person() -> None:
    """A caller cuts off two answers that are none, and asks once more and once more: no television does so little."""
    script = script_for("en-US")
    world = World(script=script, answer=lambda _: "I can tell you about our rooms and our restaurant.").answered()
    for n in range(3):
        world.says("I want to speak to a human being please", 3.0 + 4.5 * n, 5.0 + 4.5 * n)
    world.says("please tell me how much a double room costs", 18.0, 20.0)
    world.says("please tell me how much a double room costs", 27.0, 29.0)
    world.run(33.0)
    assert not said_at(world, "presence")


def test_who_listens_to_the_question_is_a_person_however_long_the_answer() -> None:
    world = World(
        script=script_for("en-US"), answer=lambda _: "I can tell you about our rooms and our restaurant."
    ).answered()
    for n in range(3):
        world.says(f"no listen to me about number {n} I want something else entirely", 3.0 + n * 4.2, 6.2 + n * 4.2)
    world.run(15.5)
    asked = said_at(world, "presence")
    assert len(asked) == 1
    answer = "but I have been here all the time and I want to know what a room costs"
    world.says(answer, asked[0] + 8.0, asked[0] + 11.0).run(asked[0] + 20.0)
    assert len(said_at(world, "presence")) == 1
    assert not world.said(cmd.HangUp)


@pytest.mark.parametrize(
    ("tag", "asked", "answer"),
    [
        ("en-US", "Please tell me when to begin.", "Okay."),
        ("en-US", "Let me know if that works.", "Great."),
        ("de-DE", "Sagen Sie mir bitte Bescheid.", "Ja."),
    ],
)
def test_who_is_asked_without_a_question_mark_answers_over_its_end_too(tag: str, asked: str, answer: str) -> None:
    script = msgspec.structs.replace(script_for(tag), greeting=asked)
    world = World(script=script).answered().says(answer, 1.25, 1.6).run(5.0)
    assert ("caller", answer) in world.turns


def test_a_person_who_answers_the_question_is_kept() -> None:
    world = World(
        script=script_for("en-US"), answer=lambda _: "I can tell you about our rooms and our restaurant."
    ).answered()
    for n in range(5):
        world.says(f"no listen to me about number {n} I want something else entirely", 3.0 + n * 4.2, 6.2 + n * 4.2)
    world.run(24.0)
    asked = said_at(world, "presence")
    assert asked
    world.says("yes I am here", asked[-1] + 8.0, asked[-1] + 9.0).run(asked[-1] + 20.0)
    assert not world.said(cmd.HangUp)


# ── races and rests ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reply_that_is_heard_while_it_is_cut_was_heard() -> None:
    world = World().answered()
    world.drops = lambda event: isinstance(event, ev.PlayoutCut)
    world.says("what time is it", 1.0, 2.0).run(2.41)
    assert world.said(cmd.CancelReply)
    world.take(ev.ReplyHeard(1, SCRIPT.greeting), 2.42)
    assert ("agent", SCRIPT.greeting) in world.turns


def test_no_audio_behind_a_spurt_is_no_end_of_the_call() -> None:
    """A muted browser sends nothing: the silence is never shown, and a filler is being said when it should be."""
    world = World(stt_s=2.0).answered()
    world.predicts = False
    world.shows_silence = False
    world.says("what time is it", 3.0, 4.0).run(15.0)
    assert ("caller", "what time is it") in world.turns
    assert world.turns[-1][1].startswith("You said")


def test_an_apology_does_not_begin_over_the_caller() -> None:
    world = World(behaviour=Behaviour(reply_timeout_s=2.0, reply_attempts=1), token_s=NEVER_S).answered()
    world.says("what time is it", 3.0, 4.0).says("hello there my friend are you", 6.25, 8.0).run(7.5)
    assert not world.heard_at(7.4)
