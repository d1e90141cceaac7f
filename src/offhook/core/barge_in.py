"""Barge-in: the caller sounds over the agent. Three steps, and nothing is lost before the third.

After a moment of voice the agent goes on quieter, then it falls silent with the rest kept, and then the words decide:
real words take the floor; a listening sound, a cough or the agent's own voice does not, and the agent goes on from
where it was heard.
"""

from enum import Enum
from math import inf
from typing import Final

import msgspec

from offhook.core.again import is_echo
from offhook.core.behaviour import Behaviour
from offhook.core.closing import Closing
from offhook.core.commands import Ask, Say
from offhook.core.events import SpeechStarted, SpeechStopped, TranscriptFinal
from offhook.core.keys import Keys
from offhook.core.ledger import ASIDE, PASSED, SAME_PLACE_S
from offhook.core.listening import Listening, Spurt
from offhook.core.presence import Verdict
from offhook.core.reply import ASKING, CallerTurn, Reply, ReplyState
from offhook.core.speaking import Speaking
from offhook.core.state import Call, Phase
from offhook.core.timers import Timer
from offhook.core.turns import Turns
from offhook.core.waiting import Waiting
from offhook.core.words import is_backchannel, is_end_phrase, is_hesitation, normalize, wants_answer

HUSH_SOUND_S: Final = 0.15
"""A shorter loud sound makes the agent only quieter."""
SOUND_JUDGED_S: Final = 0.35
"""A loud sound that the voice detector has not taken for a voice by then is none."""


class Step(Enum):
    """The next step of a barge-in."""

    WAIT = "wait"
    DUCK = "duck"
    HUSH = "hush"
    TAKE = "take"
    """The caller has the floor."""
    RESUME = "resume"
    """It was a backchannel, a cough, a noise: the agent goes on."""


def step_for_voice(behaviour: Behaviour, voice_s: float) -> Step:
    """The step that so much of the caller's voice asks for."""
    if voice_s >= behaviour.takeover_voice_s:
        return Step.TAKE
    if voice_s >= behaviour.hush_voice_s:
        return Step.HUSH
    return Step.DUCK if voice_s >= behaviour.duck_voice_s else Step.WAIT


class _Murmur(msgspec.Struct, frozen=True):
    """A listening sound over the agent: perhaps it answers the question that the agent ends with."""

    onset_at: float
    silent_s: float
    """How long the reply had been hushed by then."""


class BargeIn:
    """What the caller does over the agent, in one call."""

    def __init__(
        self,
        call: Call,
        listening: Listening,
        speaking: Speaking,
        turns: Turns,
        keys: Keys,
        closing: Closing,
        waiting: Waiting,
    ) -> None:
        self._call, self._listening, self._speaking, self._turns = call, listening, speaking, turns
        self._keys, self._closing, self._waiting = keys, closing, waiting
        self._echo = turns.echo
        self._murmurs: list[_Murmur] = []
        """Over the reply that is being said."""
        self._silent_s = 0.0
        """How long the reply had been hushed when the latest spurt began."""
        self._answering: Spurt | None = None
        """It began over the last moment of a question that made room for something else."""

    def speech_started(self, event: SpeechStarted, at: float) -> None:
        """The caller begins, goes on, or speaks over the agent."""
        reply = self._speaking.reply
        over_agent = reply is not None and reply.is_audible
        self._silent_s = reply.silent_s(at) if reply is not None else 0.0
        self._pass_over_overtaken()
        self._listening.started(event, at, over_agent=over_agent)
        if reply is not None and isinstance(reply.content, Say) and reply.content.name == "presence":
            self._turns.presence.question_talked_over()
        if reply is not None and reply.state is ReplyState.THINKING and not reply.is_protected:
            # Nothing was said yet: keep it back until it is clear whether the caller goes on.
            self._speaking.hush(reply, at)

    def sound_lasted(self, sound_s: float, at: float) -> None:
        """Loud, and perhaps a voice: neither a quieter agent nor a silent one loses a word: no proof is waited for."""
        reply = self._speaking.reply
        if reply is None or reply.is_protected or reply.state not in (ReplyState.SPEAKING, ReplyState.DUCKED):
            return
        if self._listening.is_voiced:
            return  # The voice detector has taken over.
        if sound_s >= HUSH_SOUND_S:
            self._speaking.hush(reply, at)
        else:
            self._speaking.duck(reply)
        self._call.timers.set(Timer.DECIDE, at + SOUND_JUDGED_S)

    def voice_lasted(self, voice_s: float, at: float) -> None:
        """The spurt has reached one of the lengths that decide a barge-in."""
        spurt, reply = self._listening.open_spurt, self._speaking.reply
        if spurt is None:
            return
        spurt.voice_s = max(spurt.voice_s, voice_s)
        if reply is None or reply.is_protected:
            return
        step = step_for_voice(self._call.behaviour, voice_s)
        if reply.is_held:
            if step in (Step.HUSH, Step.TAKE) and not self._turns.is_suspended:
                self._speaking.cancel(reply)
        elif reply.can_be_withdrawn:
            if step is not Step.WAIT:
                self.withdraw(reply)
        elif step is Step.TAKE and self._call.hears_audio:
            self.take_floor(reply, at)
        elif step in (Step.HUSH, Step.TAKE):
            # The words decide: it may be the agent's own voice, come back by a loudspeaker.
            self._speaking.hush(reply, at)
        elif step is Step.DUCK:
            self._speaking.duck(reply)

    def speech_stopped(self, event: SpeechStopped, at: float) -> None:
        """The spurt is over: judge whether the turn is."""
        spurt = self._listening.stopped(event, at)
        if spurt is None:
            return
        self._speaking.caller_stopped(event.ended_at)
        reply = self._speaking.reply
        if not spurt.is_open or reply is None:
            return
        if reply.state is ReplyState.DUCKED:
            self._speaking.resume(reply, at)
        elif reply.state is ReplyState.HUSHED:
            self._call.timers.set(Timer.DECIDE, at + self._call.behaviour.decide_timeout_s)
        self.judge(at)

    def spurt_stuck(self, at: float) -> None:
        """Voice without end: background noise, or audio that stopped coming."""
        spurt, text = self._listening.open_spurt, self._listening.ledger.text
        if spurt is None or not spurt.is_voiced:
            return
        if text and text != spurt.text_when_stuck:
            spurt.text_when_stuck = text
            self._call.timers.set(Timer.STUCK, at + self._call.behaviour.stuck_voice_s)
        elif text:
            self.speech_stopped(SpeechStopped(spurt.number, at, spurt.voice_s), at)
        else:
            self._listening.close_spurt()
            reply = self._speaking.reply
            if reply is not None and not reply.is_held:
                self._speaking.resume(reply, at)
            elif self._speaking.is_free and self._call.phase is Phase.OPEN:
                verdict = self._turns.presence.sound_without_words(self._call.behaviour.stuck_voice_s)
                if verdict is not Verdict.ANSWER:
                    self._turns.ask_presence(verdict, CallerTurn(self._call.turns), at)

    def words_never_came(self, at: float) -> None:
        """The caller sounded over the agent, and nothing shows that it was words: go on."""
        reply, spurt = self._speaking.reply, self._listening.open_spurt
        if reply is not None and reply.state in (ReplyState.DUCKED, ReplyState.HUSHED):
            if (
                spurt is not None
                and spurt.voice_s >= self._call.behaviour.takeover_voice_s
                and self._listening.owes_words
            ):
                # So much voice was hardly a noise: its words are waited for as those of any turn.
                self.take_floor(reply, at)
                return
            self._speaking.resume(reply, at)
            if self._call.hears_audio and spurt is not None and not spurt.is_voiced:
                self._listening.close_spurt()

    # ── the caller's words over the agent ────────────────────────────────────────────────────────────────────

    def judge(self, at: float, *, are_late: bool = False) -> None:
        """Words while the agent has the floor: do they take it? `are_late`: with them came some of an earlier spurt."""
        reply, spurt = self._speaking.reply, self._listening.open_spurt
        if reply is None or reply.is_held or reply.is_protected or spurt is None:
            return
        text = self._listening.ledger.text_since(spurt.onset_at)
        is_all = not spurt.is_voiced and self._listening.is_settled(spurt)
        if reply.is_filler and (is_all or self._listening.owes_words):
            # These are the words that it waits for: they are answered behind it.
            if is_all:
                self._speaking.resume(reply, at)
        elif self._echo.is_own_voice(text, spurt):
            if is_all:
                self._pass_over(spurt, at, owner=PASSED)
        elif not is_backchannel(text, self._call.script):
            if is_all or not self._echo.may_be_own_voice(text, spurt, reply):
                self.take_floor(reply, at)
            else:
                self._speaking.hush(reply, at)
        elif is_all and not self._call.hears_audio:
            if spurt is self._answering or (are_late and len(text.split()) > 1):
                # An answer; or which word is whose is not told. They are answered when the agent has said this.
                self._listening.close_spurt()
                self._speaking.resume(reply, at)
                return
            if normalize(text):
                self._waiting.caller_is_there(is_on_hold=self._waiting.is_on_hold)
                self._murmurs.append(_Murmur(spurt.onset_at, self._silent_s))
            self._pass_over(spurt, at, owner=ASIDE)

    def _pass_over_overtaken(self) -> None:
        """The caller begins right behind the agent's own words: they are no part of what the caller says."""
        spurt, ledger = self._listening.open_spurt, self._listening.ledger
        if spurt is None or not self._listening.owes_words:
            return
        if self._echo.is_own_voice(ledger.text_since(spurt.onset_at), spurt):
            ledger.take(PASSED, since_s=spurt.onset_at)

    def _pass_over(self, spurt: Spurt, at: float, *, owner: int) -> None:
        """It was no interruption: the agent goes on."""
        self._listening.ledger.take(owner, since_s=spurt.onset_at)
        self._listening.close_spurt()
        if self._speaking.reply is not None:
            self._speaking.resume(self._speaking.reply, at)

    def final(self, event: TranscriptFinal, at: float) -> None:
        """Words that stay: of the spurt that is being judged, or told late."""
        new = self._listening.final(event, at)
        spurt, overtaken = self._listening.open_spurt, self._listening.overtaken
        is_of_it = overtaken is not None and event.to_s <= overtaken.asked_at + SAME_PLACE_S
        if overtaken is not None and is_of_it and self._echo.is_own_voice(new, overtaken):
            # The agent's own words, right before the caller's and told only now.
            self._listening.ledger.pass_stretch(event.from_s, event.to_s)
            new = ""
        if spurt is not None:
            self.judge(at, are_late=event.from_s < self._listening.owed_to < spurt.onset_at)
        if not normalize(new) or is_hesitation(new, self._call.script):
            if spurt is None and is_hesitation(self._listening.ledger.text, self._call.script):
                self._listening.ledger.take(PASSED)
            return
        reply = self._speaking.reply
        if spurt is None and self._turns.pass_late_sound():
            return
        if reply is None or reply.is_held or reply.is_protected or spurt is not None:
            return  # Judged already, or looked at when the agent has said what it says now.
        if event.to_s > max(self._listening.closed_to, reply.audible_at) + SOUND_JUDGED_S:
            self._heard_without_spurt(reply, new, event.to_s, at)
        else:
            self._late_words(reply, event, new, at)

    def _heard_without_spurt(self, reply: Reply, new: str, place_s: float, at: float) -> None:
        """The transcriber hears words over the agent that the spurt detector did not."""
        sounded, least = self._speaking.sounded.text_since(self._listening.closed_to), self._call.behaviour.echo_words
        if is_echo(new, sounded, least, self._call.script):
            self._listening.ledger.take(PASSED)
        elif not is_backchannel(new, self._call.script):
            self.take_floor(reply, at)
        else:
            self._murmurs.append(_Murmur(place_s, reply.silent_s(at)))
            self._listening.ledger.take(ASIDE)

    def _late_words(self, reply: Reply, event: TranscriptFinal, new: str, at: float) -> None:
        """Words of what was answered already, told after all."""
        if reply.can_be_withdrawn:
            # Nobody has heard that only half of it was understood.
            self.withdraw(reply)
            self._turns.commit(at)
            return
        is_farewell = self._call.phase is Phase.CLOSING and is_end_phrase(new, self._call.script)
        if isinstance(reply.content, Say) and not (reply.is_filler or is_farewell or reply.content.name == "greeting"):
            self.take_floor(reply, at)
        elif self._was_listening(reply, event):
            spurt, ledger = self._listening.spurt, self._listening.ledger
            assert spurt is not None
            # Said over the agent, which went on without it: an answer only to a question that was nearly over then.
            self._murmurs.append(_Murmur(spurt.onset_at, self._silent_s))
            ledger.take(ASIDE, since_s=spurt.onset_at)
        # Else they are answered when the agent has said what it says now: nobody interrupts it.

    def _was_listening(self, reply: Reply, event: TranscriptFinal) -> bool:
        """All that is not answered is a listening sound of the latest spurt, which began over this reply."""
        spurt = self._listening.spurt
        return (
            spurt is not None
            and reply.audible_at < spurt.onset_at < event.to_s
            and not (reply.is_filler or self._call.hears_audio)
            and is_backchannel(self._listening.ledger.text, self._call.script)
        )

    def reply_over(self, reply: Reply, heard_text: str, at: float) -> None:
        """A reply was heard to its end: a word said over its last moment may be the answer to it."""
        if isinstance(reply.content, Ask):
            self._turns.presence.reply_heard()
        self._settle_murmurs(reply, heard_text, at)
        if not self._listening.ledger.is_empty and self._listening.open_spurt is None and self._speaking.is_free:
            self._turns.commit(at)

    def _settle_murmurs(self, reply: Reply, text: str, at: float) -> None:
        """What was said over the last moment of a question belongs to the answer; the rest was listening."""
        murmurs, self._murmurs = self._murmurs, []
        ledger = self._listening.ledger
        for murmur in murmurs:
            if self._is_in_time(murmur, reply, text, at):
                ledger.give_back(ASIDE, since_s=murmur.onset_at)
                break
        ledger.pass_over(ASIDE)

    def _is_in_time(self, murmur: _Murmur, reply: Reply, text: str, at: float) -> bool:
        """The reply asks, and so little of its own audio was left when it began that it answers."""
        if isinstance(reply.content, Say) and reply.content.name in ASKING:
            return True  # It asks, and nothing else.
        left_s = min(at, reply.ends_at) - murmur.onset_at - (reply.silent_s(at) - murmur.silent_s)
        return left_s <= (self._call.behaviour.answer_overlap_s if wants_answer(text, self._call.script) else -1.0)

    # ── taking the floor ─────────────────────────────────────────────────────────────────────────────────────

    def take_floor(self, reply: Reply, at: float) -> None:
        """The caller has the floor: the reply ends where it was heard."""
        if reply.can_be_withdrawn:
            self.withdraw(reply)
            return
        spurt = self._listening.open_spurt
        if spurt is not None:
            self._turns.note_cut(spurt)
            if isinstance(reply.content, Ask):
                self._turns.presence.reply_cut()
        self._settle_murmurs(reply, reply.full_text, at)
        self._speaking.cancel(reply)
        self._closing.reopen()

    def make_room(self, reply: Reply, at: float) -> None:
        """Somebody else wants to be heard at once: what the caller has said so far is answered behind that."""
        if reply.can_be_withdrawn and not reply.is_held:
            self.withdraw(reply)
        else:
            self._settle_murmurs(reply, reply.full_text, at)
            spurt = self._listening.open_spurt
            # What was sent to its end was heard to it, or nearly.
            if spurt is not None and reply.ends_at < inf:
                murmur = _Murmur(spurt.onset_at, self._silent_s)
                if self._is_in_time(murmur, reply, reply.full_text, at):
                    self._answering = spurt

    def withdraw(self, reply: Reply) -> None:
        """The turn was not over after all: take it back without trace, and let the caller go on."""
        assert reply.turn.number == self._call.turns, "only the latest turn is taken back"
        self._speaking.cancel(reply)
        self._closing.reopen()
        self._call.turns -= 1
        self._listening.ledger.give_back(reply.turn.number)
        self._keys.give_back(reply.turn.keys)
        spurt = self._listening.open_spurt
        if spurt is not None:
            self._turns.learn_pause(spurt.pause_s)

    def digit_pressed(self, digit: str, at: float) -> None:
        """A key is deliberate: it takes the floor at once."""
        reply = self._speaking.reply
        self._turns.presence.key_pressed()
        self._waiting.caller_is_there(is_on_hold=self._waiting.is_on_hold)
        if reply is not None and not reply.is_protected:
            if not reply.is_held:
                self.take_floor(reply, at)
            elif not self._turns.is_suspended:
                self._speaking.cancel(reply)
        self._call.timers.cancel(Timer.IDLE)
        self._keys.press(digit, at)
