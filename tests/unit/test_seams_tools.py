"""The seams between a conversation and its tools, keys among them: what runs, joins, is late, is told."""

import pytest

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from tests.world import SCRIPT, World

NEVER_S = 1000.0

# ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_model_knows_of_a_tool_that_runs() -> None:
    world = World(tool_on="book it", tool_s=5.0).answered().says("book it", 3.0, 3.6)
    world.says("hello are you there", 5.5, 6.6).run(9.0)
    ask = next(ask for _, ask in world.asks if ask.caller_text == "hello are you there")
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
    again = world.asks[-1][1]
    assert any(isinstance(entry, hi.ToolAnswered) for entry in world.entries[: again.until])


def test_tool_rounds_have_an_end_and_a_sound() -> None:
    world = World(tool_on="look", tool_rounds=1000, tool_s=0.3, token_s=0.5).answered().says("look", 3.0, 3.6).run(60.0)
    rounds = [c.content for _, c in world.said(cmd.ContinueReply)]  # type: ignore[attr-defined]
    steps = world.behaviour.tool_steps
    assert len(rounds) <= 2 * (steps + 1)
    assert any(not ask.with_tools for ask in rounds)
    assert world.longest_wait(3.6, 7.5) < 4.0
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
    last = world.asks[-1][1]
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
    assert world.caller_words == words
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
    assert world.caller_words == words
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
    assert any(entry for _, entry in world.asks if entry.until > world.entries.index(answer)), "the model goes on"


def test_words_in_place_of_keys_end_the_collection() -> None:
    world = World(tool_on="my card", tool_name="collect_digits", tool_text="Please key it in.")
    world.answered().says("my card", 3.0, 3.6).says("I have it not here", 7.0, 8.2).run(14.0)
    assert ("caller", "I have it not here") in world.turns
    answer = next(entry for entry in world.entries if isinstance(entry, hi.ToolAnswered))
    assert answer.outcome is hi.Outcome.FAILED
