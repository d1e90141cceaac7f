"""The seams of a conversation: late words, short answers, tools in flight, keys, the end. Each was wrong once."""

import msgspec
import pytest

from offhook.agents.languages import script_for
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.behaviour import Behaviour, Destination, Script
from offhook.core.endings import EndReason
from tests.world import SCRIPT, World

NEVER_S = 1000.0
QUESTION = "So that is a table for four. Is that right?"


def asks(world: World) -> list[tuple[float, cmd.Ask]]:
    """What the responder was asked, in replies that were heard or are being made."""
    found = [(at, c.content) for at, c in world.said(cmd.StartReply) if isinstance(c.content, cmd.Ask)]  # type: ignore[attr-defined]
    return found + [(at, c.content) for at, c in world.said(cmd.ContinueReply)]  # type: ignore[attr-defined]


def caller_words(world: World) -> list[str]:
    return " ".join(text for who, text in world.turns if who == "caller").split()


def longest_wait(world: World, begin: float, end: float) -> float:
    """The longest time in which the caller hears nothing."""
    edges = [begin, *(t for pair in sorted(world.audible) for t in pair if begin < t < end), end]
    heard = [
        (edges[i], edges[i + 1]) for i in range(len(edges) - 1) if not world.heard_at((edges[i] + edges[i + 1]) / 2)
    ]
    return max((b - a for a, b in heard), default=0.0)


# ── "yes" over the end of a question ─────────────────────────────────────────────────────────────────────────────

YES = [("en-US", "Yes."), ("en-US", "Okay"), ("de-DE", "Ja, gerne."), ("fr-FR", "Oui."), ("es-ES", "Sí."),
       ("it-IT", "Va bene."), ("pt-BR", "Sim."), ("nl-NL", "Ja.")]  # fmt: skip


@pytest.mark.parametrize(("language", "word"), YES)
@pytest.mark.parametrize("early_s", [0.1, 0.3, 0.5, 0.7])
def test_a_yes_over_the_end_of_a_question_answers_it(language: str, word: str, early_s: float) -> None:
    script = msgspec.structs.replace(script_for(language), opening="fixed", greeting=QUESTION)
    ends_at = 0.05 + 10 * 0.3
    world = World(script=script).answered().says(word, ends_at - early_s, ends_at - early_s + 0.35).run(12.0)
    assert ("caller", word) in world.turns
    first = next(at for at, ask in asks(world))
    assert first < ends_at + 1.6, "soon, and not when the agent asks whether anybody is there"
    assert world.turns[0] == ("agent", QUESTION), "and no word of the question is lost"


def test_a_listening_sound_in_the_middle_is_no_turn() -> None:
    script = msgspec.structs.replace(script_for("en-US"), opening="fixed", greeting=QUESTION)
    world = World(script=script).answered().says("mm-hm", 0.6, 0.9).run(8.0)
    assert [who for who, _ in world.turns] == ["agent"]


def test_a_listening_sound_over_the_end_of_a_statement_is_no_turn() -> None:
    greeting = "Your table for four is booked for tomorrow at seven."
    script = msgspec.structs.replace(script_for("en-US"), opening="fixed", greeting=greeting)
    world = World(script=script).answered().says("okay", 2.2, 2.5).run(8.0)
    assert [who for who, _ in world.turns] == ["agent"]


def test_a_yes_over_are_you_still_there_keeps_the_line() -> None:
    script = msgspec.structs.replace(script_for("en-US"), greeting="Hello.")
    world = World(script=script).answered()
    world.run(30.0)
    seconds = [
        at for at, c in world.said(cmd.StartReply) if isinstance(c.content, cmd.Say) and c.content.name == "idle"
    ]  # type: ignore[attr-defined]
    again = World(script=script).answered().says("Yes.", seconds[1] + 0.9, seconds[1] + 1.2).run(60.0)
    assert ("caller", "Yes.") in again.turns
    assert again.turns.index(("caller", "Yes.")) < len(again.turns) - 1


# ── words that come late ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", ["no", "yes", "two", "nein", "deux"])
@pytest.mark.parametrize("late_s", [0.2, 1.0, 1.5, 2.4, 3.3, 4.5, 6.0])
@pytest.mark.parametrize("voice_s", [0.18, 0.4])
def test_a_short_answer_that_is_told_late_is_answered(word: str, late_s: float, voice_s: float) -> None:
    world = World(stt_s=late_s).answered().says(word, 3.0, 3.0 + voice_s).run(20.0)
    assert caller_words(world) == [word]
    assert any(text.startswith("You said") for _, text in world.turns)
    assert longest_wait(world, 3.0 + voice_s, 3.0 + voice_s + late_s + 1.5) < 4.0


@pytest.mark.parametrize("late_s", [1.5, 2.5, 4.0, 6.0])
def test_a_cough_behind_a_sentence_does_not_cost_it(late_s: float) -> None:
    words = "tell me what time you open".split()
    world = World(stt_s=NEVER_S).answered().says(" ".join(words), 3.0, 4.5).says("", 4.9, 5.05)
    world.at(4.5 + late_s, ev.TranscriptFinal(" ".join(words), 0.0, 4.6))
    world.at(4.7 + late_s, ev.TranscriptFinal("", 4.6, 5.2))
    assert caller_words(world.run(25.0)) == words, world.trace


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
    assert caller_words(world) == ["tell", "me", "what", "time", "you", "open", *late], world.trace


# ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_model_knows_of_a_tool_that_runs() -> None:
    world = World(tool_on="book it", tool_s=5.0).answered().says("book it", 3.0, 3.6)
    world.says("hello are you there", 5.5, 6.6).run(9.0)
    ask = next(ask for _, ask in asks(world) if ask.caller_text == "hello are you there")
    known = world.entries[: ask.until]
    assert any(isinstance(entry, hi.ToolCalled) and entry.name == "look_up" for entry in known)
    assert not any(isinstance(entry, hi.ToolAnswered) for entry in known), "it still runs"
    assert len(world.said(cmd.RunTool)) == 1


def test_the_same_wish_joins_the_tool_that_runs() -> None:
    world = (
        World(tool_on="book it", tool_s=5.0).answered().says("book it", 3.0, 3.6).says("book it", 5.5, 6.1).run(20.0)
    )
    assert len(world.said(cmd.RunTool)) == 1
    calls = [entry for entry in world.entries if isinstance(entry, hi.ToolCalled)]
    answers = {entry.call for entry in world.entries if isinstance(entry, hi.ToolAnswered)}
    assert len(calls) == 2 and answers == {entry.call for entry in calls}, "both are answered"


def test_the_same_wish_has_the_same_key_until_it_is_done() -> None:
    world = World(tool_on="book it", tool_outcome=hi.Outcome.FAILED).answered()
    world.says("book it", 3.0, 3.6).says("book it", 9.0, 9.6).run(14.0)
    failed = [c.key for _, c in world.said(cmd.RunTool)]  # type: ignore[attr-defined]
    assert len(failed) == 2 and failed[0] == failed[1]
    world = World(tool_on="book it").answered().says("book it", 3.0, 3.6).says("book it", 9.0, 9.6).run(14.0)
    done = [c.key for _, c in world.said(cmd.RunTool)]  # type: ignore[attr-defined]
    assert len(done) == 2 and done[0] != done[1], "another turn, another booking"


@pytest.mark.parametrize("token_s", [0.5, 8.0])
@pytest.mark.parametrize("tool_s", [0.5, 2.0])
def test_a_second_round_that_fails_books_nothing_twice(tool_s: float, token_s: float) -> None:
    world = World(tool_on="book it", tool_s=tool_s).answered().says("book it", 3.0, 3.6)

    def fails(command: cmd.Command, at: float) -> None:
        assert isinstance(command, cmd.ContinueReply)
        if token_s < 6.0:
            world.at(at + token_s, ev.ReplyFailed(command.reply, ev.Stage.MODEL, "x"))

    world.performs[cmd.ContinueReply] = fails
    world.run(30.0)
    assert len(world.said(cmd.RunTool)) == 1
    again = asks(world)[-1][1]
    assert any(isinstance(entry, hi.ToolAnswered) for entry in world.entries[: again.until])


def test_tool_rounds_have_an_end_and_a_sound() -> None:
    world = World(tool_on="look", tool_rounds=1000, tool_s=0.3, token_s=0.5).answered().says("look", 3.0, 3.6).run(60.0)
    rounds = [c.content for _, c in world.said(cmd.ContinueReply)]  # type: ignore[attr-defined]
    steps = world.behaviour.tool_steps
    assert len(rounds) <= 2 * (steps + 1)
    assert any(not ask.with_tools for ask in rounds)
    assert longest_wait(world, 3.6, 7.5) < 4.0
    assert world.said(cmd.PlayFiller)


def test_a_voice_that_hangs_behind_a_tool_is_not_waited_for_for_ever() -> None:
    world = World(tool_on="look", tool_s=1.0, script=SCRIPT).answered().says("look", 3.0, 3.6)
    start = {"n": 0}

    def hangs(command: cmd.Command, at: float) -> None:
        assert isinstance(command, cmd.StartReply)
        world.playout.open(command.reply, held=command.held)
        world._said[command.reply] = []
        if isinstance(command.content, cmd.Say):
            world._make(command.reply, command.content.text, at)
            return
        start["n"] += 1
        world.at(at + 0.1, ev.FirstTokenReceived(command.reply))
        world.at(at + 0.2, ev.ToolRequested(command.reply, f"t{command.reply}", "look_up", "{}"))

    world.performs[cmd.StartReply] = hangs
    world.run(60.0)
    assert len(world.said(cmd.PlayFiller)) <= world.behaviour.fillers
    assert world.said(cmd.ContinueReply), "the tool has answered: a new round"
    assert any(text.endswith("It is done.") for _, text in world.turns)


def test_the_caller_hears_what_came_of_a_tool_whose_reply_was_cut() -> None:
    world = (
        World(tool_on="book it", tool_s=6.0).answered().says("book it", 3.0, 3.6).says("thanks and parking", 5.5, 6.4)
    )
    world.run(20.0)
    last = asks(world)[-1][1]
    assert isinstance(world.entries[last.until - 1], hi.ToolAnswered)
    assert not last.caller_text


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("late_s", [0.05, 0.4, 1.2, 3.0])
def test_keys_and_words_of_one_turn_are_both_told_once(late_s: float) -> None:
    words = "that is my number and the pin is".split()
    world = World(stt_s=late_s).answered().says(" ".join(words), 3.0, 5.0)
    for n, key in enumerate("42#"):
        world.at(5.1 + n / 10, ev.DigitPressed(key))
    world.run(20.0)
    assert caller_words(world) == words
    assert [entry.keys for entry in world.entries if isinstance(entry, hi.KeysPressed)] == ["42"]


def test_keys_while_speaking_double_no_word() -> None:
    words = [f"w{n}" for n in range(6)]
    world = World(stt_s=NEVER_S).answered().says(" ".join(words), 3.0, 5.0)
    world.at(3.8, ev.TranscriptChanged("w0 w1", 3.8))
    for n, key in enumerate("62"):
        world.at(4.0 + n / 10, ev.DigitPressed(key))
    world.at(4.4, ev.TranscriptFinal("w0 w1 w2", 0.0, 4.0))
    world.at(5.6, ev.TranscriptFinal("w3 w4 w5", 4.0, 5.1))
    world.run(15.0)
    assert caller_words(world) == words
    assert [entry.keys for entry in world.entries if isinstance(entry, hi.KeysPressed)] == ["62"]


@pytest.mark.parametrize("secret", [False, True])
def test_digits_are_collected_for_a_tool(secret: bool) -> None:
    arguments = '{"count": 4, "secret": ' + str(secret).lower() + "}"
    world = World(
        tool_on="my card", tool_name="collect_digits", tool_arguments=arguments, tool_text="Please key it in."
    )
    world.answered().says("my card", 3.0, 3.6)
    for n, key in enumerate("xxxx" if secret else "4711"):
        world.at(7.0 + n / 2, ev.DigitPressed(key))
    world.run(14.0)
    answer = next(entry for entry in world.entries if isinstance(entry, hi.ToolAnswered))
    assert answer.outcome is hi.Outcome.DONE
    assert ("{keys-1}" in answer.text) is secret and (answer.text == "4711") is not secret
    pressed = next(entry for entry in world.entries if isinstance(entry, hi.KeysPressed))
    assert pressed.keys == ("****" if secret else "4711")
    assert world.said(cmd.KeysCollected)[0][1].is_whole  # type: ignore[attr-defined]
    assert any(entry for _, entry in asks(world) if entry.until > world.entries.index(answer)), "the model goes on"


def test_words_in_place_of_keys_end_the_collection() -> None:
    world = World(tool_on="my card", tool_name="collect_digits", tool_text="Please key it in.")
    world.answered().says("my card", 3.0, 3.6).says("I have it not here", 7.0, 8.2).run(14.0)
    assert ("caller", "I have it not here") in world.turns
    answer = next(entry for entry in world.entries if isinstance(entry, hi.ToolAnswered))
    assert answer.outcome is hi.Outcome.FAILED


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
    assert "room" in caller_words(world)
    assert world.said(cmd.EndCall) == [] or world.said(cmd.EndCall)[0][1].reason is not None  # type: ignore[attr-defined]
    reasons = [c.reason for _, c in world.said(cmd.EndCall)]  # type: ignore[attr-defined]
    assert all(reasons), "never an end without a reason"


def test_hold_on_is_waited_for() -> None:
    script = msgspec.structs.replace(script_for("en-US"), greeting="Hello.")
    world = World(script=script, answer=lambda _: "Sure, take your time.").answered()
    world.says("Hold on, let me get my card.", 3.0, 4.5).says("Okay, I have it.", 45.0, 46.0).run(50.0)
    assert not world.said(cmd.HangUp)
    idle = [at for at, c in world.said(cmd.StartReply) if isinstance(c.content, cmd.Say) and c.content.name == "idle"]  # type: ignore[attr-defined]
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


def test_a_menu_that_repeats_itself_is_noticed_and_left() -> None:
    menu = "for sales press one for support press two to hear this again press nine"
    world = World(script=script_for("en-US")).answered()
    for n in range(40):
        world.says(menu, 3.0 + 15 * n, 8.0 + 15 * n)
    world.run(600.0)
    assert world.said(cmd.EndCall)[0][1].reason is EndReason.CALLER_ABSENT  # type: ignore[attr-defined]
    assert world.said(cmd.EndCall)[0][0] < 150.0


def test_a_person_who_answers_the_question_is_kept() -> None:
    world = World(
        script=script_for("en-US"), answer=lambda _: "I can tell you about our rooms and our restaurant."
    ).answered()
    for n in range(5):
        world.says(f"no listen to me about number {n} I want something else entirely", 3.0 + n * 4.2, 6.2 + n * 4.2)
    world.run(24.0)
    asked = [
        at for at, c in world.said(cmd.StartReply) if isinstance(c.content, cmd.Say) and c.content.name == "presence"
    ]  # type: ignore[attr-defined]
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


# ── legs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

DESK = msgspec.structs.replace(SCRIPT, destinations={"desk": Destination(number="+15005550009", ring_s=20.0)})


def transferring(ending: ev.TransferEnding | None, text: str = "Of course.", say: str = "") -> World:
    desk = msgspec.structs.replace(DESK.destinations["desk"], say=say)
    world = World(
        script=msgspec.structs.replace(DESK, destinations={"desk": desk}), tool_on="a person please", tool_name="transfer_call", tool_arguments='{"destination": "desk"}',
        tool_text=text, transfer=ending,
    )  # fmt: skip
    world.at(0.0, ev.LegAttached(1, 0.0))
    return world.answered().says("a person please", 3.0, 4.0)


def test_a_transfer_is_announced_and_heard_before_it_is_dialled() -> None:
    world = transferring(None).run(12.0)
    ((dialled_at, command),) = world.said(cmd.TransferCall)
    assert command == cmd.TransferCall(command.call, "desk", "+15005550009", 20.0)  # type: ignore[attr-defined]
    assert [text for who, text in world.turns if who == "agent"][-1] == "Of course."
    assert not world.heard_at(dialled_at + 0.1)


@pytest.mark.parametrize(
    ("text", "say", "heard"),
    [
        ("Of course.", "", ["Of course."]),
        ("", "", [DESK.transfer]),
        ("Of course.", "You are being connected to the desk.", ["Of course.", "You are being connected to the desk."]),
        ("", "You are being connected to the desk.", ["You are being connected to the desk."]),
    ],
)
def test_what_is_said_before_a_transfer_is_said_once(text: str, say: str, heard: list[str]) -> None:
    world = transferring(None, text, say).run(15.0)
    assert world.said(cmd.TransferCall)
    assert [text for who, text in world.turns if who == "agent"][1:] == heard


@pytest.mark.parametrize("ending", [ev.TransferEnding.BUSY, ev.TransferEnding.NO_ANSWER, ev.TransferEnding.FAILED])
def test_the_agent_takes_a_transfer_that_failed_back(ending: ev.TransferEnding) -> None:
    world = transferring(None).run(12.0)
    ((dialled_at, command),) = world.said(cmd.TransferCall)
    world.at(dialled_at + 0.5, ev.LegDetached(1, ev.Detachment.STOPPED))
    world.at(dialled_at + 20.0, ev.TransferEnded(command.call, ending))  # type: ignore[attr-defined]
    world.at(dialled_at + 20.5, ev.LegAttached(2, dialled_at + 20.5))
    world.says("then book a table", dialled_at + 28.0, dialled_at + 29.0).run(dialled_at + 36.0)
    answer = next(entry for entry in world.entries if isinstance(entry, hi.ToolAnswered))
    assert answer.outcome is hi.Outcome.FAILED
    after = [(at, ask) for at, ask in asks(world) if at > dialled_at]
    assert after[0][0] < dialled_at + 21.0 and after[0][1].until == world.entries.index(answer) + 1
    assert ("caller", "then book a table") in world.turns


@pytest.mark.parametrize("hangs_up_s", [0.2, 5.0, 30.0])
def test_the_caller_hangs_up_while_being_connected(hangs_up_s: float) -> None:
    world = transferring(None).run(12.0)
    ((dialled_at, _),) = world.said(cmd.TransferCall)
    world.at(dialled_at + 0.5, ev.LegDetached(1, ev.Detachment.STOPPED))
    world.at(dialled_at + hangs_up_s, ev.CallerHungUp())
    world.run(dialled_at + 40.0)
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.CALLER_HUNG_UP)


def test_a_transfer_that_connects_ends_the_call() -> None:
    world = transferring(None).run(12.0)
    ((dialled_at, command),) = world.said(cmd.TransferCall)
    world.at(dialled_at + 0.5, ev.LegDetached(1, ev.Detachment.STOPPED))
    world.at(dialled_at + 900.0, ev.TransferEnded(command.call, ev.TransferEnding.CONNECTED, 880.0))  # type: ignore[attr-defined]
    world.run(dialled_at + 2000.0)
    assert world.said(cmd.EndCall) == [(dialled_at + 900.0, cmd.EndCall(EndReason.AGENT_TRANSFERRED))]


def test_the_caller_who_speaks_over_the_announcement_is_not_connected() -> None:
    say = "You are being connected to the desk now."
    heard = transferring(None, say=say).run(15.0)
    dialled_at = heard.said(cmd.TransferCall)[0][0]
    world = transferring(None, say=say)
    world.says("no wait I do not want that", dialled_at - 1.5, dialled_at + 0.5).run(dialled_at + 8.0)
    assert not world.said(cmd.TransferCall)
    assert ("caller", "no wait I do not want that") in world.turns


@pytest.mark.parametrize("away_s", [0.5, 4.0])
def test_a_lost_leg_that_comes_back_carries_the_call_on(away_s: float) -> None:
    world = World().answered()
    world.at(0.0, ev.LegAttached(1, 0.0))
    world.at(3.0, ev.LegDetached(1, ev.Detachment.LOST, "reset"))
    world.at(3.0 + away_s, ev.LegAttached(2, 3.0 + away_s))
    world.says("what time is it", 9.0, 10.0).run(14.0)
    assert ("caller", "what time is it") in world.turns
    assert any(isinstance(entry, hi.Instructed) for entry in world.entries)


def test_a_human_takes_over_and_gives_back() -> None:
    world = World().answered()
    world.at(0.0, ev.LegAttached(1, 0.0))
    world.at(3.0, ev.HumanJoined("Kim"))
    world.says("I would like my money back", 5.0, 7.0)
    world.at(9.0, ev.HumanSpoke("Kim", "You will get it."))
    world.at(60.0, ev.HumanLeft("they get a refund"))
    world.run(64.0)
    assert not [at for at, _ in world.said(cmd.StartReply) if 3.0 < at < 60.0], "the agent is silent meanwhile"
    kinds = [type(entry).__name__ for entry in world.entries]
    assert kinds == ["AgentSaid", "Instructed", "CallerSaid", "HumanSaid", "Instructed", "AgentSaid"]
    assert world.said(cmd.StartReply)[-1][0] >= 60.0


# ── agents, doors, calls that were placed ────────────────────────────────────────────────────────────────────────


def test_another_agent_takes_over() -> None:
    script = msgspec.structs.replace(SCRIPT, handoffs=("sales",))
    other = Script(greeting="", end_phrases=("tot ziens",), goodbye="Tot ziens.")
    world = World(script=script, tool_on="sales please", tool_name="handoff", tool_arguments='{"agent": "sales"}',
                  tool_text="One moment.")  # fmt: skip
    world.answered().says("sales please", 3.0, 4.0)
    world.performs[cmd.EnterAgent] = lambda c, at: world.at(
        at + 0.3,
        ev.AgentEntered("sales", world.behaviour, other, c.call),  # type: ignore[attr-defined]
    )
    world.says("tot ziens", 12.0, 13.0).run(20.0)
    assert hi.AgentTookOver("sales") in world.entries
    assert ("agent", "Tot ziens.") in world.turns, "the new agent's own words"
    assert len(world.said(cmd.EnterAgent)) == 1


def test_somebody_outside_says_something_and_tells_something() -> None:
    world = World().answered()
    world.at(4.0, ev.SayRequested("Your taxi is here."))
    world.at(8.0, ev.InstructionGiven("The kitchen is closed today.", speak_now=True))
    world.run(12.0)
    assert ("agent", "Your taxi is here.") in world.turns
    ask = asks(world)[-1][1]
    assert hi.Instructed("The kitchen is closed today.") in world.entries[: ask.until]


def placed(**options: object) -> World:
    world = World(**options)  # type: ignore[arg-type]
    world.at(0.0, ev.CallAnswered("outbound", is_screened=True))
    return world


def test_a_human_who_answers_is_greeted_at_once() -> None:
    world = placed().says("hello", 0.3, 0.7)
    world.at(1.4, ev.AnsweredBy(ev.Answerer.HUMAN))
    world.run(5.0)
    assert world.heard_at(1.5) and not world.heard_at(1.3)
    assert world.turns[:2] == [("caller", "hello"), ("agent", SCRIPT.greeting)]


def test_a_machine_that_answers_gets_its_own_message_behind_the_beep() -> None:
    world = placed(script=msgspec.structs.replace(SCRIPT, machine_message="Please call us back."))
    world.says("please leave a message after the tone", 0.3, 3.0)
    world.at(2.0, ev.AnsweredBy(ev.Answerer.MACHINE))
    world.at(5.0, ev.BeepHeard())
    world.run(20.0)
    assert world.turns == [("agent", "Please call us back.")]
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.MACHINE_MESSAGE_LEFT)


def test_a_call_that_nobody_answers_ends_with_its_reason() -> None:
    world = World()
    world.at(20.0, ev.CallNotAnswered(EndReason.CALLEE_NO_ANSWER))
    world.run(30.0)
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.CALLEE_NO_ANSWER)
