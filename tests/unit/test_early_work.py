"""Work that begins before it is sure to be wanted: early questions, prepared replies, openers and fillers."""

import msgspec
import pytest

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.behaviour import Behaviour
from offhook.core.waiting import opener_for
from tests.world import SCRIPT, Speech, World


def scene(**options: object) -> World:
    return World(**options).answered()  # type: ignore[arg-type]


def finalized(world: World) -> list[float]:
    return [at for at, _ in world.said(cmd.FinalizeTranscript)]


def test_the_transcript_is_asked_for_before_the_spurt_is_over() -> None:
    world = scene().says("what time is it", 3.0, 4.0)
    world.at(4.05, ev.VoicePaused(1, 4.05))
    world.run(8.0)
    assert finalized(world) == [4.05], "the end of the spurt brings no second question"
    (started,) = [at for at, c in world.said(cmd.StartReply) if at > 3.0]
    assert started == pytest.approx(4.05 + world.stt_s), "and the reply is prepared from there"


def test_a_voice_that_goes_on_is_asked_about_again() -> None:
    world = scene(stt_s=0.4)
    world.spurts[1] = Speech("a room")
    world.at(3.1, ev.SpeechStarted(1, 3.0))
    world.at(3.6, ev.VoicePaused(1, 3.6))
    # What the ear makes of the first answer: some words, not the answer to the spurt.
    world.at(4.0, ev.TranscriptFinal("I would like", 0.0, 3.9))
    world.at(4.3, ev.SpeechStopped(1, 4.2, 1.2))
    conversation = world.run(4.35).conversation
    assert finalized(world) == [3.6, 4.3]
    spurt = conversation.listening.spurt
    assert spurt is not None and not conversation.listening.is_settled(spurt)


def test_what_the_transcriber_expects_is_enough_to_prepare_a_reply() -> None:
    world = scene(stt_s=1.0).says("what time is it", 3.0, 4.0)
    world.at(4.2, ev.TurnEndExpected("what time is it", 4.1, 0.9))
    world.run(8.0)
    (started,) = [at for at, _ in world.said(cmd.StartReply) if at > 3.0]
    (committed,) = [at for at, _ in world.said(cmd.CommitReply)]
    assert started == 4.2
    assert committed == pytest.approx(5.1), "but the turn is not over before its words are final"
    assert ("caller", "what time is it") in world.turns


def test_what_the_transcriber_takes_back_counts_no_more() -> None:
    world = scene().says("what time is it", 3.0, 4.0)
    world.predicts = False
    world.at(4.15, ev.TurnEndExpected("what time is it", 4.1, 0.95))
    world.at(4.16, ev.TurnResumed())
    world.run(4.7)
    assert not world.said(cmd.CommitReply), "nothing is known of the sound: patience"
    assert world.run(6.0).said(cmd.CommitReply)


OPENING = {
    "script": msgspec.structs.replace(SCRIPT, request_words=("could you",), opener_request=("Sure.", "Of course.")),
    "behaviour": Behaviour(opener_s=0.35),
}


def test_an_opener_fills_the_wait_and_the_reply_goes_on_behind_it() -> None:
    world = scene(token_s=0.8, **OPENING).says("could you help me", 3.0, 4.0).run(9.0)
    ((at, filler),) = world.said(cmd.PlayFiller)
    assert at == pytest.approx(4.35) and isinstance(filler, cmd.PlayFiller) and filler.text == "Of course."
    assert world.heard_at(4.4)
    assert world.turns[-1] == ("agent", "Of course. You said could you help me.")


def test_no_opener_when_the_reply_is_there() -> None:
    world = scene(stt_s=0.05, **OPENING).says("could you help me", 3.0, 4.0).run(9.0)
    assert not world.said(cmd.PlayFiller)


@pytest.mark.parametrize(
    ("said", "opener"),
    [
        ("Could you tell me the price?", "Sure."),
        ("What does it cost?", "Let me see."),
        ("It is for four people.", "Okay."),
        ("Thanks, goodbye.", ""),
    ],
)
def test_an_opener_fits_to_what_was_said(said: str, opener: str) -> None:
    script = msgspec.structs.replace(
        SCRIPT, request_words=("could you",), question_words=("what",),
        opener_question=("Let me see.",), opener_request=("Sure.",), opener_statement=("Okay.",),
    )  # fmt: skip
    assert opener_for(script, said, 0) == opener


def test_no_reply_is_prepared_for_a_turn_that_sounds_unfinished() -> None:
    world = scene().says("what time is it", 3.0, 4.0, 0.2).run(8.0)
    (started,) = [at for at, c in world.said(cmd.StartReply) if at > 3.0 and at < 7.0]
    assert started == pytest.approx(4.8, abs=0.06), "with the second opinion, long before the turn is over"
    assert [at for at, _ in world.said(cmd.CommitReply)] == [pytest.approx(5.6)]
    assert ("agent", "You said what time is it.") in world.turns


def test_a_prepared_reply_is_thrown_away_when_the_turn_turns_out_to_sound_unfinished() -> None:
    world = scene(stt_s=0.02).says("what time is it", 3.0, 4.0, 0.2).run(4.2)
    (started,) = [c.reply for _, c in world.said(cmd.StartReply) if isinstance(c, cmd.StartReply) and c.held]
    assert [c.reply for _, c in world.said(cmd.CancelReply) if isinstance(c, cmd.CancelReply)] == [started]


def test_no_filler_when_the_voice_is_about_to_speak() -> None:
    world = scene(token_s=1.0, voice_s=0.3, stt_s=0.05).says("what time is it", 3.0, 4.0).run(7.0)
    assert not world.said(cmd.PlayFiller), "the first token came just before the filler's time"
    assert scene(token_s=1.0, voice_s=0.9, stt_s=0.05).says("what time is it", 3.0, 4.0).run(7.0).said(cmd.PlayFiller)
