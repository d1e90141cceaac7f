"""The floor: when the caller's turn is over, when a sound over the agent takes the floor, and who speaks next.

`consider` is asked after every step. It looks at all evidence (silence, sound, words, keys), prepares a reply, and
commits the turn; it does nothing twice. `judge` looks at what the caller says while the agent speaks.
"""

from typing import Final

import msgspec

from offhook.core.barge_in import Step, step_for_voice
from offhook.core.closing import Closing
from offhook.core.commands import Ask, PredictTurn, Say, WatchSilence
from offhook.core.endings import EndReason
from offhook.core.endpointing import Evidence, learn_pause, silence_needed_s
from offhook.core.events import SpeechStarted, SpeechStopped, TranscriptFinal
from offhook.core.history import CallerSaid, Outcome
from offhook.core.keys import Keys, answer_of
from offhook.core.ledger import ASIDE, PASSED
from offhook.core.listening import MISSED_VOICE_S, Listening, Spurt
from offhook.core.presence import Presence, Verdict
from offhook.core.reply import ASKING, CallerTurn, Reply, ReplyState
from offhook.core.speaking import Speaking
from offhook.core.state import Call, Phase
from offhook.core.timers import Timer
from offhook.core.tools import NEVER
from offhook.core.waiting import Waiting
from offhook.core.words import (
    Shape,
    asks_for_time,
    is_backchannel,
    is_echo,
    is_end_phrase,
    is_hesitation,
    is_question,
    normalize,
    shape_of,
)

HUSH_SOUND_S: Final = 0.15
"""A shorter loud sound makes the agent only quieter."""
SOUND_JUDGED_S: Final = 0.35
"""A loud sound that the voice detector has not taken for a voice by then is none."""
REPEAT_VOICE_S: Final = 1.0
"""So much voice without a word was probably speech: ask to repeat it."""
MOST_REPEATS: Final = 2
ECHO_TAIL_WORDS: Final = 3
"""One or two words are the agent's own only if they stand at the end of what was just heard of it."""


class _Murmur(msgspec.Struct, frozen=True):
    """A listening sound over the agent: perhaps it answers the question that the agent ends with."""

    onset_at: float
    silent_s: float
    """How long the reply had been hushed by then."""


class Turns:
    """Who has the floor in one call."""

    def __init__(
        self, call: Call, listening: Listening, speaking: Speaking, keys: Keys, closing: Closing, waiting: Waiting
    ) -> None:
        self._call, self._listening, self._speaking = call, listening, speaking
        self._keys, self._closing, self._waiting = keys, closing, waiting
        self._presence = Presence(call)
        self.is_suspended = False
        """No turn is committed: it is not known yet who has answered, or the caller is being connected."""
        self._speculations = 0
        self._repeats = 0
        self.learned_pause_s = 0.0
        self._murmurs: list[_Murmur] = []
        """Over the reply that is being said."""
        self._silent_s = 0.0
        """How long the reply had been hushed when the latest spurt began."""
        self._cut_for = 0
        """The spurt that has cut a reply."""
        self._closed_to = 0.0
        """Place up to which the caller was answered, or judged to want no answer."""

    # ── the end of the caller's turn ─────────────────────────────────────────────────────────────────────────

    def consider(self, at: float) -> None:
        """Look at all evidence: prepare a reply, watch a silence, commit."""
        c, ledger, keys = self._call, self._listening.ledger, self._keys
        reply = self._speaking.reply
        is_busy = self._speaking.cut is not None or self._speaking.next is not None
        if not c.is_talking or is_busy or self.is_suspended or (reply is not None and not reply.is_held):
            return
        spurt = self._listening.open_spurt
        keys_are_whole = bool(keys.pressed) and Timer.DIGITS not in c.timers
        if spurt is None:
            if keys_are_whole:
                self.commit(at)
            elif not (ledger.is_empty or Timer.COMMIT in c.timers or keys.pressed):
                # The transcriber heard what the spurt detector did not, or told it late.
                c.timers.set(Timer.COMMIT, at + c.behaviour.unsure_silence_s)
            return
        if spurt.is_voiced or (keys.pressed and not keys_are_whole):
            return
        is_settled, text = self._listening.is_settled(spurt), ledger.text
        if is_settled and keys_are_whole:
            self.commit(at)
        elif c.hears_audio and not normalize(text):
            if spurt.voice_s < MISSED_VOICE_S:
                self._drop(spurt, at)
            else:
                self._weigh(spurt, text, reply, at)
        elif is_settled and self._is_nothing(spurt, text):
            self._drop(spurt, at)
            if not ledger.is_empty:
                self.consider(at)  # Words from before it still wait.
        else:
            self._weigh(spurt, text, reply, at)

    def _weigh(self, spurt: Spurt, text: str, reply: Reply | None, at: float) -> None:
        """The caller has said something and is silent: for good?"""
        c = self._call
        is_settled = self._listening.is_settled(spurt)
        shape = shape_of(text, c.last_agent_text, c.script) if normalize(text) else None
        if c.hears_audio and shape is None:
            shape = Shape.COMPLETE
        if not spurt.was_predicted and shape not in (Shape.OPEN, Shape.COLLECTING):
            # What the words say for sure, nobody needs to hear.
            spurt.was_predicted = True
            c.do(PredictTurn(spurt.number))
        evidence = Evidence(spurt.belief, shape, len(text.split()), self.learned_pause_s, is_question(text))
        needed_s = silence_needed_s(c.behaviour, evidence)
        self._watch(spurt, needed_s, at)
        if is_settled and spurt.silence_s >= needed_s:
            self.commit(at)
        elif self._will_go_on(spurt):
            if reply is not None:
                self._speaking.cancel(reply)
        elif (is_settled or spurt.vendor_belief is not None) and shape not in (Shape.OPEN, None):
            self._speculate(text, reply, at)

    def _is_nothing(self, spurt: Spurt, text: str) -> bool:
        """No word, a sound of hesitation, or the agent's own voice."""
        if not normalize(text) or is_hesitation(text, self._call.script):
            return True
        return self._is_own_voice(self._listening.ledger.text_since(spurt.onset_at), spurt)

    def _will_go_on(self, spurt: Spurt) -> bool:
        """The sound says so, and was not asked a second time: a reply would mostly be thrown away."""
        belief = spurt.belief
        return belief is not None and belief < self._call.behaviour.complete_probability and not spurt.asked_again

    def _watch(self, spurt: Spurt, needed_s: float, at: float) -> None:
        c, ask_again_s = self._call, self._call.behaviour.second_opinion_s
        watched_s = needed_s if spurt.asked_again or ask_again_s >= needed_s else ask_again_s
        is_new = spurt.watched_s != watched_s and spurt.silence_s < watched_s
        if is_new:
            spurt.watched_s = watched_s
            c.do(WatchSilence(spurt.number, watched_s))
        if is_new or Timer.COMMIT not in c.timers:
            assert spurt.ended_at is not None
            c.timers.set(Timer.COMMIT, max(spurt.ended_at + needed_s, at) + c.behaviour.audio_stall_s)

    def _speculate(self, text: str, reply: Reply | None, at: float) -> None:
        c, turn = self._call, CallerTurn(self._call.turns + 1, text, self._keys.pressed)
        if reply is not None:
            if self._answers(reply, turn):
                return
            self._speaking.cancel(reply)
        if self._speculations < c.behaviour.max_speculations and not is_end_phrase(text, c.script):
            self._speculations += 1
            self._speaking.start(self._speaking.ask(turn), turn, at, held=True)

    def _answers(self, reply: Reply, turn: CallerTurn) -> bool:
        """The held reply was asked for just this turn, knowing what is known now."""
        is_same = normalize(reply.turn.text) == normalize(turn.text) and reply.turn.keys == turn.keys
        return is_same and isinstance(reply.content, Ask) and reply.content.until == len(self._call.history)

    def _drop(self, spurt: Spurt, at: float) -> None:
        """No turn: noise, a hesitation, an echo, or speech that was not understood."""
        listening, c = self._listening, self._call
        if self._speaking.reply is not None:
            self._speaking.cancel(self._speaking.reply)
        is_echo_of_us = self._is_own_voice(listening.ledger.text_since(spurt.onset_at), spurt)
        is_deaf = listening.is_deaf
        self._close(spurt)
        listening.ledger.take(PASSED, since_s=spurt.onset_at if is_echo_of_us else 0.0)
        if c.phase is not Phase.OPEN or c.hears_audio:
            return
        if spurt.number == self._cut_for and (is_echo_of_us or not is_deaf):
            # What has cut the agent off was nobody's turn: it goes on with what it was saying.
            self._speaking.expect_news(Say(c.script.repeat, "repeat"))
            return
        if is_echo_of_us:
            return
        verdict = self._presence.sound_without_words(spurt.voice_s)
        if verdict is not Verdict.ANSWER:
            self._ask_presence(verdict, CallerTurn(c.turns), at)
        elif spurt.voice_s >= (MISSED_VOICE_S if is_deaf else REPEAT_VOICE_S) or (is_deaf and spurt.was_bridged):
            # A transcriber that hears no words in a long spurt is believed the second time; one that says nothing is
            # deaf.
            if self._repeats < (MOST_REPEATS if is_deaf else 1):
                self._repeats += 1
                self._speaking.start(Say(c.script.repeat, "repeat"), CallerTurn(c.turns), at)
            elif is_deaf and spurt.voice_s >= MISSED_VOICE_S:
                self._closing.say_goodbye(Say(c.script.deaf, "deaf"), EndReason.PROVIDER_STT_FAILED, at)

    def commit_overdue(self, at: float) -> None:
        """No audio has shown the silence: time has."""
        spurt = self._listening.open_spurt
        reply = self._speaking.reply
        if self.is_suspended or (reply is not None and not reply.is_held) or self._speaking.cut is not None:
            return  # Looked at again at the next rest.
        if spurt is None:
            self.commit(at)
        elif not spurt.is_voiced:
            spurt.asked_again = True
            spurt.silence_s = max(spurt.silence_s, at - (spurt.ended_at or at))

    def commit(self, at: float) -> None:
        """The caller's turn is over; the agent has the floor."""
        c, speaking = self._call, self._speaking
        if self._listening.spurt is not None:
            self._close(self._listening.spurt)
        c.turns += 1
        turn = CallerTurn(c.turns, self._listening.ledger.take(c.turns), self._keys.take())
        self._speculations = self._repeats = 0
        c.timers.cancel(Timer.IDLE, Timer.COMMIT)
        if not self._keys.collection:
            c.timers.cancel(Timer.DIGITS)
        else:
            self._not_collected("The caller spoke instead of pressing keys.", at)
        self._waiting.caller_is_there(is_on_hold=asks_for_time(turn.text, c.script))
        held = speaking.reply
        if self._ends_with(turn, at):
            return
        self._closing.reopen()
        verdict = self._presence.turn_taken(turn.text) if turn.text else Verdict.ANSWER
        if verdict is not Verdict.ANSWER:
            self._ask_presence(verdict, turn, at)
        elif held is not None and self._answers(held, turn):
            held.turn = turn
            speaking.commit(held, at)
        else:
            if held is not None:
                speaking.cancel(held)
            speaking.start(speaking.ask(turn), turn, at)

    def _ends_with(self, turn: CallerTurn, at: float) -> bool:
        """The turn is a goodbye, or the answer to one."""
        c, held = self._call, self._speaking.reply
        if turn.keys or not (is_end_phrase(turn.text, c.script) or self._closing.heard):
            return False
        if self._closing.heard:
            if not (is_end_phrase(turn.text, c.script) or is_backchannel(turn.text, c.script)):
                return False
            c.remember(CallerSaid(turn.number, turn.text))
            self._closing.hang_up()
            return True
        if held is not None:
            self._speaking.cancel(held)
        goodbye = Say(c.script.goodbye, "goodbye")
        self._closing.say_goodbye(goodbye, EndReason.CALLER_SAID_GOODBYE, at, is_protected=False, turn=turn)
        return True

    def _ask_presence(self, verdict: Verdict, turn: CallerTurn, at: float) -> None:
        c = self._call
        if verdict is Verdict.LEAVE:
            goodbye = Say(c.script.absent_goodbye, "absent_goodbye")
            self._closing.say_goodbye(goodbye, EndReason.CALLER_ABSENT, at, turn=turn)
        else:
            self._speaking.say_instead(Say(c.script.presence, "presence"), at, is_protected=True, turn=turn)

    def _close(self, spurt: Spurt) -> None:
        self._listening.close_spurt()
        self._closed_to = max(self._closed_to, spurt.ended_at or spurt.onset_at)

    # ── the caller's sound over the agent ────────────────────────────────────────────────────────────────────

    def speech_started(self, event: SpeechStarted, at: float) -> None:
        """The caller begins, goes on, or speaks over the agent."""
        reply = self._speaking.reply
        over_agent = reply is not None and reply.is_audible
        self._silent_s = reply.silent_s(at) if reply is not None else 0.0
        self._listening.started(event, at, over_agent=over_agent)
        if reply is not None and reply.state is ReplyState.THINKING and not reply.is_protected:
            # Nothing was said yet: keep it back until it is clear whether the caller goes on.
            self._speaking.hush(reply, at)

    def sound_lasted(self, sound_s: float, at: float) -> None:
        """Loud, and perhaps a voice: neither a quieter agent nnor a silent one loses a word: no proof is waited for."""
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
            if step in (Step.HUSH, Step.TAKE) and not self.is_suspended:
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
            self._close(spurt)
            reply = self._speaking.reply
            if reply is not None and not reply.is_held:
                self._speaking.resume(reply, at)
            elif self._speaking.is_free and self._call.phase is Phase.OPEN:
                verdict = self._presence.sound_without_words(self._call.behaviour.stuck_voice_s)
                if verdict is not Verdict.ANSWER:
                    self._ask_presence(verdict, CallerTurn(self._call.turns), at)

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
                self._close(spurt)

    # ── the caller's words over the agent ────────────────────────────────────────────────────────────────────

    def judge(self, at: float) -> None:
        """Words while the agent has the floor: do they take it?"""
        reply, spurt = self._speaking.reply, self._listening.open_spurt
        if reply is None or reply.is_held or reply.is_protected or spurt is None:
            return
        text = self._listening.ledger.text_since(spurt.onset_at)
        is_all = not spurt.is_voiced and self._listening.is_settled(spurt)
        if reply.is_filler and (is_all or self._listening.owes_words):
            # These are the words that it waits for: they are answered behind it.
            if is_all:
                self._speaking.resume(reply, at)
        elif self._is_own_voice(text, spurt):
            if is_all:
                self._pass_over(spurt, at, owner=PASSED)
        elif not is_backchannel(text, self._call.script):
            if is_all or not self._may_be_own_voice(text, spurt, reply):
                self.take_floor(reply, at)
        elif is_all and not self._call.hears_audio:
            if normalize(text):
                self._waiting.caller_is_there(is_on_hold=self._waiting.is_on_hold)
                self._murmurs.append(_Murmur(spurt.onset_at, self._silent_s))
            self._pass_over(spurt, at, owner=ASIDE)

    def _pass_over(self, spurt: Spurt, at: float, *, owner: int) -> None:
        """It was no interruption: the agent goes on."""
        self._listening.ledger.take(owner, since_s=spurt.onset_at)
        self._close(spurt)
        if self._speaking.reply is not None:
            self._speaking.resume(self._speaking.reply, at)

    def _is_own_voice(self, text: str, spurt: Spurt) -> bool:
        """The agent's own words, come back by a loudspeaker or a bad line."""
        least, words = self._call.behaviour.echo_words, normalize(text).split()
        if not least or not words or not spurt.is_over_agent:
            return False
        if is_echo(text, self._speaking.sounded_since(spurt.onset_at), least):
            return True
        reply = self._speaking.reply
        if reply is None or reply.state is not ReplyState.HUSHED or len(words) >= least:
            return False
        tail = normalize(reply.heard_text).split()[-(len(words) + ECHO_TAIL_WORDS) :]
        return any(tail[i : i + len(words)] == words for i in range(len(tail) - len(words) + 1))

    def _may_be_own_voice(self, text: str, spurt: Spurt, reply: Reply) -> bool:
        """Too few words to tell, and time to wait for more: the agent is silent already."""
        least = self._call.behaviour.echo_words
        return spurt.is_over_agent and reply.state is ReplyState.HUSHED and len(normalize(text).split()) < least

    def final(self, event: TranscriptFinal, at: float) -> None:
        """Words that stay: of the spurt that is being judged, or told late."""
        new = self._listening.final(event, at)
        spurt = self._listening.open_spurt
        if spurt is not None:
            self.judge(at)
        if not normalize(new) or is_hesitation(new, self._call.script):
            if spurt is None and is_hesitation(self._listening.ledger.text, self._call.script):
                self._listening.ledger.take(PASSED)
            return
        reply = self._speaking.reply
        if reply is None or reply.is_held or reply.is_protected or spurt is not None:
            return  # Judged already, or looked at when the agent has said what it says now.
        if event.to_s > self._closed_to + SOUND_JUDGED_S and reply.is_audible:
            self._heard_without_spurt(reply, new, at)
        else:
            self._late_words(reply, new, at)

    def _heard_without_spurt(self, reply: Reply, new: str, at: float) -> None:
        """The transcriber hears words over the agent that the spurt detector did not."""
        if is_echo(new, self._speaking.sounded_since(self._closed_to), self._call.behaviour.echo_words):
            self._listening.ledger.take(PASSED)
        elif not is_backchannel(new, self._call.script):
            self.take_floor(reply, at)
        else:
            self._listening.ledger.take(ASIDE)

    def _late_words(self, reply: Reply, new: str, at: float) -> None:
        """Words of what was answered already, told after all."""
        if reply.can_be_withdrawn:
            # Nobody has heard that only half of it was understood.
            self.withdraw(reply)
            self.commit(at)
            return
        is_farewell = self._call.phase is Phase.CLOSING and is_end_phrase(new, self._call.script)
        if isinstance(reply.content, Say) and not (reply.is_filler or is_farewell or reply.content.name == "greeting"):
            self.take_floor(reply, at)
        # Else they are answered when the agent has said what it says now: nobody interrupts it.

    def reply_over(self, reply: Reply, heard_text: str, at: float) -> None:
        """A reply was heard to its end: a word said over its last moment may be the answer to it."""
        if isinstance(reply.content, Ask):
            self._presence.reply_heard()
        self._settle_murmurs(reply, heard_text, at)
        if not self._listening.ledger.is_empty and self._listening.open_spurt is None and self._speaking.is_free:
            self.commit(at)

    def _settle_murmurs(self, reply: Reply, text: str, at: float) -> None:
        """What was said over the last moment of a question belongs to the answer; the rest was listening."""
        murmurs, self._murmurs = self._murmurs, []
        ledger, overlap_s = self._listening.ledger, self._call.behaviour.answer_overlap_s
        if isinstance(reply.content, Say) and reply.content.name in ASKING:
            overlap_s = NEVER  # It asks, and nothing else.
        elif not is_question(text):
            overlap_s = -1.0
        for murmur in murmurs:
            # So much of the agent's own audio was left when it began.
            if at - murmur.onset_at - (reply.silent_s(at) - murmur.silent_s) <= overlap_s:
                ledger.give_back(ASIDE, since_s=murmur.onset_at)
                break
        ledger.pass_over(ASIDE)

    # ── taking the floor ─────────────────────────────────────────────────────────────────────────────────────

    def take_floor(self, reply: Reply, at: float) -> None:
        """The caller has the floor: the reply ends where it was heard."""
        if reply.can_be_withdrawn:
            self.withdraw(reply)
            return
        spurt = self._listening.open_spurt
        if spurt is not None:
            self._cut_for = spurt.number
            if isinstance(reply.content, Ask):
                self._presence.reply_cut()
        self._speaking.cancel(reply)
        self._closing.reopen()
        self._settle_murmurs(reply, reply.full_text, at)

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
            weight = self._call.behaviour.learned_pause_weight
            self.learned_pause_s = learn_pause(self.learned_pause_s, spurt.pause_s, weight)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    def digit_pressed(self, digit: str, at: float) -> None:
        """A key is deliberate: it takes the floor at once."""
        reply = self._speaking.reply
        self._presence.key_pressed()
        self._waiting.caller_is_there(is_on_hold=self._waiting.is_on_hold)
        if reply is not None and not reply.is_protected:
            if not reply.is_held:
                self.take_floor(reply, at)
            elif not self.is_suspended:
                self._speaking.cancel(reply)
        self._call.timers.cancel(Timer.IDLE)
        self._keys.press(digit, at)

    def keys_over(self, at: float) -> None:
        """No more keys: a tool has what it wanted, or `consider` commits them with the words."""
        if (collection := self._keys.collection) is None:
            return
        if collection.keys:
            self._keys.finish(is_whole=True)
            self._speaking.tool_answered(collection.call, Outcome.DONE, answer_of(collection), at)
        else:
            self._not_collected("The caller has pressed no keys.", at)

    def _not_collected(self, why: str, at: float) -> None:
        collection = self._keys.finish(is_whole=False)
        assert collection is not None
        self._speaking.tool_answered(collection.call, Outcome.FAILED, why, at)
