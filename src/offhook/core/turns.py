"""The end of the caller's turn: all evidence is looked at, a reply is prepared, the turn is committed.

`consider` is asked after every step. It looks at silence, sound, words and keys, and does nothing twice.
"""

from typing import Final

from offhook.core.closing import Closing
from offhook.core.commands import Ask, PredictTurn, Say, WatchSilence
from offhook.core.dictation import Asked, asked_in
from offhook.core.echo import Echo
from offhook.core.endings import EndReason
from offhook.core.endpointing import Ending, ending_of, learn_pause, silence_needed_s
from offhook.core.history import CallerSaid, Outcome
from offhook.core.keys import Keys, answer_of, is_said
from offhook.core.ledger import PASSED
from offhook.core.listening import MISSED_VOICE_S, Listening, Spurt
from offhook.core.making import Making
from offhook.core.numbers import Wholeness
from offhook.core.presence import Presence, Verdict
from offhook.core.reply import CallerTurn, Reply
from offhook.core.speaking import Speaking
from offhook.core.state import Call, Phase
from offhook.core.timers import Timer
from offhook.core.waiting import Waiting
from offhook.core.words import (
    Shape,
    asks_for_time,
    is_backchannel,
    is_end_phrase,
    is_hesitation,
    normalize,
    without_fillers,
)

REPEAT_VOICE_S: Final = 1.0
"""So much voice without a word was probably speech: ask to repeat it."""
MOST_REPEATS: Final = 2


class Turns:
    """The turns of one caller."""

    def __init__(
        self,
        call: Call,
        listening: Listening,
        speaking: Speaking,
        making: Making,
        keys: Keys,
        closing: Closing,
        waiting: Waiting,
    ) -> None:
        self._call, self._listening, self._speaking, self._making = call, listening, speaking, making
        self.echo = Echo(call, speaking)
        self._keys, self._closing, self._waiting = keys, closing, waiting
        self.presence = Presence(call)
        self.is_suspended = False
        """No turn is committed: it is not known yet who has answered, or the caller is being connected."""
        self._speculations = 0
        self._repeats = 0
        self.learned_pause_s = 0.0
        self._cut_for = 0
        """The spurt that has cut a reply."""
        self._asked_at = -1
        """Length of the history in which the caller was asked for something."""
        self._asked = Asked()
        self._judged: tuple[str, Ending] | None = None
        """The words that were looked at last, and how they end."""

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
                # The silence behind it counts from its place: it has mostly been waited for already.
                silent_at = max(ledger.final_to, self._listening.last_voice_at)
                due_at = silent_at + self._needed_s(self._ending(ledger.text))
                c.timers.set(Timer.COMMIT, max(at + c.behaviour.unsure_silence_s, due_at))
            return
        is_keying = keys.collection is not None and bool(keys.collection.keys) and Timer.DIGITS in c.timers
        if spurt.is_voiced or is_keying or (keys.pressed and not keys_are_whole):
            return  # Who presses keys may speak along: the words are answered with them.
        if self.presence.is_endless(self._listening.turn_voice_s, self._listening.voice_s):
            self.presence.turn_has_no_end()
            self.commit(at)
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
        ending = self._ending(text)
        if not spurt.was_predicted and ending.shape not in (Shape.OPEN, Shape.COLLECTING):
            # What the words say for sure, nobody needs to hear.
            spurt.was_predicted = True
            c.do(PredictTurn(spurt.number))
        needed_s = self._needed_s(ending, spurt.belief)
        self._watch(spurt, needed_s, at)
        if is_settled and spurt.silence_s >= needed_s:
            self.commit(at)
        elif self._will_go_on(spurt) and ending.dictated is not Wholeness.WHOLE:
            if reply is not None:
                self._speaking.cancel(reply)
        elif (is_settled or spurt.vendor_belief is not None) and ending.is_answerable:
            self._speculate(text, reply, at)

    def _ending(self, text: str) -> Ending:
        c = self._call
        if self._asked_at != len(c.history):
            # It is asked at every event, and changes with the history alone.
            self._asked_at, self._asked, self._judged = len(c.history), asked_in(c.history, c.script), None
        if self._judged is None or self._judged[0] != text:
            self._judged = text, ending_of(text, self._asked, c.script, hears_audio=c.hears_audio)
        return self._judged[1]

    def _needed_s(self, ending: Ending, belief: float | None = None) -> float:
        return silence_needed_s(self._call.behaviour, ending.evidence(belief, self.learned_pause_s))

    def _is_nothing(self, spurt: Spurt, text: str) -> bool:
        """No word, a sound of hesitation, or the agent's own voice."""
        if not normalize(text) or is_hesitation(text, self._call.script):
            return True
        return self.echo.is_own_voice(self._listening.ledger.text_since(spurt.onset_at), spurt)

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
        c = self._call
        turn = CallerTurn(c.turns + 1, without_fillers(text, c.script), self._keys.pressed)
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
        is_echo_of_us = self.echo.is_own_voice(listening.ledger.text_since(spurt.onset_at), spurt)
        is_deaf, is_hesitating = listening.is_deaf, is_hesitation(listening.ledger.text, c.script)
        self._listening.close_spurt()
        listening.ledger.take(PASSED, since_s=spurt.onset_at if is_echo_of_us else 0.0)
        if c.phase is not Phase.OPEN or c.hears_audio:
            return
        if spurt.number == self._cut_for and (is_echo_of_us or not is_deaf):
            # What has cut the agent off was nobody's turn: it goes on with what it was saying.
            self._speaking.expect_news(Say(c.script.repeat, "repeat"))
            return
        if is_echo_of_us or is_hesitating:
            return
        verdict = self.presence.sound_without_words(spurt.voice_s)
        if verdict is not Verdict.ANSWER:
            self.ask_presence(verdict, CallerTurn(c.turns), at)
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
            if not self.pass_late_sound():
                self.commit(at)
        elif not spurt.is_voiced:
            spurt.asked_again = True
            spurt.silence_s = max(spurt.silence_s, at - (spurt.ended_at or at))

    def pass_late_sound(self) -> bool:
        """What is told when its spurt is over, and is "um" or the agent's own voice: nobody's turn."""
        last = self._listening.spurt
        text = self._listening.ledger.text
        if not is_hesitation(text, self._call.script) and (last is None or not self.echo.is_own_voice(text, last)):
            return False
        self._listening.ledger.take(PASSED)
        return True

    def commit(self, at: float) -> None:
        """The caller's turn is over; the agent has the floor."""
        c, speaking = self._call, self._speaking
        self._listening.close_spurt()
        c.turns += 1
        said = without_fillers(self._listening.ledger.take(c.turns), c.script)
        turn = CallerTurn(c.turns, said, self._keys.take())
        self._speculations = self._repeats = 0
        c.timers.cancel(Timer.IDLE, Timer.COMMIT)
        if not self._keys.collection:
            c.timers.cancel(Timer.DIGITS)
        elif is_said(self._keys.collection, turn.text):
            self._collected(at)
        elif self._keys.collection.reference:
            self._not_collected("The caller spoke instead of pressing keys, and said no number.", at)
        else:
            self._not_collected("The caller spoke instead of pressing keys.", at)
        self._waiting.caller_is_there(is_on_hold=asks_for_time(turn.text, c.script))
        held = speaking.reply
        if self._ends_with(turn, at):
            return
        self._closing.reopen()
        verdict = self.presence.turn_taken(turn.text, at) if turn.text else Verdict.ANSWER
        if verdict is not Verdict.ANSWER:
            self.ask_presence(verdict, turn, at)
        elif held is not None and self._answers(held, turn):
            held.turn = turn
            self._making.commit(held, at)
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

    def ask_presence(self, verdict: Verdict, turn: CallerTurn, at: float) -> None:
        """Ask whether anybody is there, or go."""
        c = self._call
        if verdict is Verdict.LEAVE:
            goodbye = Say(c.script.absent_goodbye, "absent_goodbye")
            self._closing.say_goodbye(goodbye, EndReason.CALLER_ABSENT, at, turn=turn)
        else:
            self._speaking.say_instead(Say(c.script.presence, "presence"), at, is_protected=True, turn=turn)

    def note_cut(self, spurt: Spurt) -> None:
        """The spurt has cut a reply: when it turns out to be nobody's turn, the agent goes on."""
        self._cut_for = spurt.number

    def learn_pause(self, pause_s: float) -> None:
        """A pause was taken for the end of a turn, and was none."""
        weight = self._call.behaviour.learned_pause_weight
        self.learned_pause_s = learn_pause(self.learned_pause_s, pause_s, weight)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    def keys_over(self, at: float) -> None:
        """No more keys: a tool has what it wanted, or `consider` commits them with the words."""
        if (collection := self._keys.collection) is None:
            return
        if collection.keys:
            self._collected(at)
        else:
            self._not_collected("The caller has pressed no keys.", at)

    def _collected(self, at: float) -> None:
        collection = self._keys.finish(is_whole=True)
        assert collection is not None
        self._making.tool_answered(collection.call, Outcome.DONE, answer_of(collection), at)

    def _not_collected(self, why: str, at: float) -> None:
        collection = self._keys.finish(is_whole=False)
        assert collection is not None
        self._making.tool_answered(collection.call, Outcome.FAILED, why, at)
