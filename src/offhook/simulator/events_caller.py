"""The caller of a simulated call: answers, interrupts, coughs, presses keys, asks for time, says goodbye, vanishes.

Every word is the caller's own (`w17`), so that it can be told whether it reached the history once and in its place.
The caller's sound reaches the conversation as the edges that a spurt detector tells.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Final

from offhook.core.behaviour import Behaviour
from offhook.core.events import (
    DigitPressed,
    Event,
    SilenceLasted,
    SoundLasted,
    SpeechStarted,
    SpeechStopped,
    TurnPredicted,
    VoiceLasted,
    VoicePaused,
)
from offhook.simulator.events_heap import Heap
from offhook.simulator.events_transcriber import Transcriber
from offhook.simulator.events_weather import Weather
from offhook.simulator.events_words import word_of

STARTED_S: Final = 0.064
PAUSED_S: Final = 0.06
STOPPED_S: Final = 0.1
"""So long after it has happened an edge is told."""
PATIENCE_S: Final = (14.0, 22.0)
"""So long a caller waits before saying something again."""

LISTENING: Final = ("mm-hm", "uh-huh", "okay")
ANSWERS: Final = ("yes", "right", "no")
"""Over the tail of a question; two of them are backchannels at other places."""


class Sound(Enum):
    """What a spurt of the caller is."""

    WORDS = auto()
    LISTENING = auto()
    """A backchannel, or nothing but a cough."""
    OTHERS = auto()
    """An echo of the agent, a television: nobody waits for an answer."""


class Caller:
    """One person on the telephone."""

    def __init__(self, heap: Heap, weather: Weather, transcriber: Transcriber) -> None:
        self._heap, self._weather, self._transcriber = heap, weather, transcriber
        behaviour: Behaviour = weather.behaviour
        self._edges_s = behaviour.voice_edges_s
        self.is_television = heap.chance(weather.television)
        self._leaves_at = 1e9 if self.is_television else heap.within(weather.lasts_s)
        self._words = 0
        self._plan = 0
        """What the caller means to do next; an earlier intention is void."""
        self._line = 0
        """What is on its way over a leg that is gone never arrives."""
        self._spurt = 0
        self._began_at = self._stopped_at = 0.0
        """The last spurt's begin; when its end is told."""
        self.voice_until = 0.0
        self._is_end = True
        """The last spurt ends the caller's turn."""
        self._watch: float | None = None
        self._shows_silence = True
        self.agent_until = self._question_until = 0.0
        self.is_heard = True
        """Not muted, and on a leg."""
        self.asked_for_time = False
        self.on_voice: Callable[[float, float, Sound], None] = lambda begin, end, sound: None
        self.on_key: Callable[[float], None] = lambda at: None
        self.on_hang_up: Callable[[float], None] = lambda at: None
        self.has_said_goodbye = False

    # ── what the caller hears ────────────────────────────────────────────────────────────────────────────────

    def answered(self, at: float) -> None:
        """The call stands."""
        if self.is_television:
            self._heap.later(at + 1.0, self._watch_television, 0)
        else:
            self._intend(at + 12.0)

    def agent_sounds(self, begin: float, end: float, text: str, *, is_goodbye: bool) -> None:
        """The agent will be heard, if nothing is cut."""
        self.agent_until = end
        self._question_until = end if text.endswith("?") else 0.0
        if self.is_television:
            return
        heap, weather, length_s = self._heap, self._weather, end - begin
        self._intend(end + heap.within(PATIENCE_S))
        if is_goodbye:
            if heap.chance(weather.oh_wait):
                heap.later(end + heap.within((-0.6, 0.9)), self._speak_up, 3)
            return
        if heap.chance(weather.interrupts):
            heap.later(begin + heap.within((0.2, length_s)), self._speak_up, heap.random.randint(2, 8))
        if heap.chance(weather.backchannels):
            heap.later(begin + heap.within((0.2, length_s)), self._utter, (LISTENING, Sound.LISTENING))
        if heap.chance(weather.coughs):
            heap.later(begin + heap.within((-0.5, length_s)), self._utter, (("",), Sound.LISTENING))
        if text.endswith("?") and heap.chance(weather.tail_answers):
            heap.later(end - heap.within((0.05, 0.5)), self._answer_early, end)
        if heap.chance(weather.echoes) and len(words := text.split()) > 4:
            first = heap.random.randint(0, len(words) - 4)
            echo = " ".join(words[first : first + heap.random.randint(4, 8)])
            heap.later(begin + first * 0.3 + 0.3, self._utter, ((echo,), Sound.OTHERS))
        if heap.chance(weather.noises):
            at = begin + heap.within((0.0, length_s))
            self._edge(at, SoundLasted(0.096))
            self._edge(at + 0.096, SoundLasted(0.192))

    def agent_cut(self, at: float) -> None:
        """The agent fell silent before its time."""
        self.agent_until = min(self.agent_until, at)
        self._question_until = min(self._question_until, at)

    def reply_over(self, at: float) -> None:
        """The agent has said all that it would: the caller's turn."""
        if not self.is_television:
            self._intend(at + self._heap.within(self._weather.thinks_s))
            if self._heap.chance(self._weather.vanishes):
                self._heap.later(at + self._heap.within((-2.0, 8.0)), self._hang_up, None)

    def keys_wanted(self, at: float) -> None:
        """The agent asks for keys; it will be heard first."""
        self._intend(self._heap.within((at + 2.0, at + 8.0)))
        if self._heap.chance(0.8):
            self._heap.later(at + self._heap.within((1.0, 6.0)), self._press, self._heap.random.randint(3, 6))

    # ── the line ─────────────────────────────────────────────────────────────────────────────────────────────

    def unheard(self, at: float) -> None:
        """From here on nobody hears the caller: the leg is gone, and with it ends the spurt."""
        if self.is_heard and self._began_at + STARTED_S <= at < self._stopped_at:
            ended_at = min(self.voice_until, at)
            self._heap.send(at, SpeechStopped(self._spurt, ended_at, max(ended_at - self._began_at, 0.0)))
        self.is_heard = False
        self._line += 1
        self._transcriber.forget_after(at)
        self.voice_until = min(self.voice_until, at)

    def heard_again(self, at: float) -> None:
        """There is a leg again."""
        self.is_heard = True
        if not self.is_television:
            self._intend(at + self._heap.within(PATIENCE_S))

    # ── what the caller does ─────────────────────────────────────────────────────────────────────────────────

    def _intend(self, at: float) -> None:
        self._plan += 1
        self._heap.later(at, self._act, self._plan)

    def _act(self, plan: int, at: float) -> None:
        if plan != self._plan or not self.is_heard:
            return
        heap, weather = self._heap, self._weather
        if self.voice_until > at or self.agent_until > at:
            self._intend(max(self.voice_until, self.agent_until) + heap.within((1.0, 6.0)))
            return
        self.asked_for_time = False
        if at > self._leaves_at:
            self._leave(at)
        elif heap.chance(weather.falls_silent):
            self._intend(at + heap.within((20.0, 50.0)))
        elif heap.chance(weather.asks_for_time):
            self.asked_for_time = True
            self._begin(["hold on let me get", self._word()], at, is_end=True, sound=Sound.WORDS)
            self._intend(self.voice_until + heap.within((6.0, 25.0)))
        elif heap.chance(weather.says_goodbye):
            self._say_goodbye(at)
        elif heap.chance(weather.keys):
            self._press(heap.random.randint(1, 6), at)
            self._intend(at + heap.within(PATIENCE_S))
        else:
            self._take_turn(at)

    def _leave(self, at: float) -> None:
        if self.has_said_goodbye or self._heap.chance(0.3):
            self._hang_up(None, at)
        else:
            self._say_goodbye(at)

    def _say_goodbye(self, at: float) -> None:
        self.has_said_goodbye = True
        self._begin(["goodbye"], at, is_end=True, sound=Sound.WORDS)
        self._intend(self.voice_until + self._heap.within((3.0, 20.0)))

    def _take_turn(self, at: float) -> None:
        """Words in one or more spurts; the agent may begin to speak in between."""
        heap, weather = self._heap, self._weather
        most = 1 if heap.chance(weather.short_answers) else heap.random.randint(2, 14)
        self._go_on(most, at)
        if heap.chance(weather.keys_beside_words):
            heap.later(at + heap.within((0.2, 3.0)), self._press, heap.random.randint(1, 4))

    def _go_on(self, words: int, at: float) -> None:
        """The next spurt of a turn that has so many words left."""
        heap = self._heap
        if not self.is_heard or self.voice_until > at or (self.agent_until > at and heap.chance(0.3)):
            return
        now = min(words, heap.random.randint(1, 7))
        left = words - now if heap.chance(0.8) or heap.chance(self._weather.pauses) else 0
        self._begin([self._word() for _ in range(now)], at, is_end=left == 0, sound=Sound.WORDS)
        if left:
            heap.later(self.voice_until + heap.within(self._weather.pause_s), self._go_on, left)
        self._intend(self.voice_until + heap.within(PATIENCE_S))

    def _speak_up(self, words: int, at: float) -> None:
        """Over the agent, or right behind it."""
        if self.is_heard and self.voice_until + 0.2 < at:
            self._go_on(words, at)

    def _utter(self, what: tuple[tuple[str, ...], Sound], at: float) -> None:
        texts, sound = what
        text = self._heap.random.choice(texts)
        if self.is_heard and self.voice_until + 0.2 < at:
            self._begin(text.split(), at, is_end=True, sound=sound)

    def _answer_early(self, question_until: float, at: float) -> None:
        """Over the tail of a question, if that was not cut meanwhile."""
        if question_until == self._question_until:
            self._utter((ANSWERS, Sound.WORDS), at)

    def _watch_television(self, number: int, at: float) -> None:
        if not self.is_heard:
            self._heap.later(at + 2.0, self._watch_television, number)
            return
        words = [word_of("t", number + i) for i in range(self._heap.random.randint(3, 20))]
        self._begin(words, at, is_end=self._heap.chance(0.5), sound=Sound.OTHERS)
        self._heap.later(self.voice_until + self._heap.within((0.3, 2.0)), self._watch_television, number + len(words))

    def _press(self, keys: int, at: float) -> None:
        for index in range(keys):
            last = index == keys - 1 and self._heap.chance(0.3)
            self._heap.later(at + index * self._heap.within((0.2, 0.6)), self._key, "#" if last else str(index))

    def _key(self, key: str, at: float) -> None:
        if self.is_heard:
            self.on_key(at)
            self._heap.deliver(DigitPressed(key), at)

    def _hang_up(self, _: None, at: float) -> None:
        self.on_hang_up(at)

    def _word(self) -> str:
        self._words += 1
        return word_of("w", self._words)

    # ── the sound ────────────────────────────────────────────────────────────────────────────────────────────

    def _begin(self, words: list[str], at: float, *, is_end: bool, sound: Sound) -> None:
        """A talk spurt, with its edges as they will be told."""
        heap, weather = self._heap, self._weather
        self._spurt += 1
        number, place, spoken = self._spurt, at, []
        for word in words:
            place += heap.within((0.22, 0.42)) * len(word.split())
            spoken.append((place, word))
        end = place if words else at + heap.within((0.12, 0.5))
        self._began_at, self.voice_until, self._is_end, self._watch = at, end, is_end, None
        self._shows_silence = not heap.chance(weather.no_silence)
        self.on_voice(at, end, sound)
        self._edge(at + STARTED_S, SpeechStarted(number, at))
        for edge_s in self._edges_s:
            if edge_s < end - at:
                self._edge(at + max(edge_s, STARTED_S), VoiceLasted(number, edge_s))
        if len(words) > 2 and heap.chance(weather.false_pauses):
            heard_at = spoken[len(spoken) // 2][0] + PAUSED_S
            self._edge(heard_at, VoicePaused(number, heard_at))
        if heap.chance(weather.early_questions):
            self._edge(end + PAUSED_S, VoicePaused(number, end + PAUSED_S))
        self._stopped_at = end + STOPPED_S
        self._edge(end + STOPPED_S, SpeechStopped(number, end, end - at))
        self._transcriber.hear(spoken, at, end)

    def _edge(self, at: float, event: Event) -> None:
        self._heap.later(at, self._told, (self._line, event))

    def _told(self, what: tuple[int, Event], at: float) -> None:
        line, event = what
        if line == self._line and self.is_heard:
            self._heap.deliver(event, at)
            if self._watch is not None and isinstance(event, SpeechStopped):
                self.watch_silence(event.spurt, self._watch, at)

    def watch_silence(self, spurt: int, silence_s: float, at: float) -> None:
        """Tell when so much silence was received."""
        self._watch = silence_s
        if spurt == self._spurt and at >= self._stopped_at and self._shows_silence:
            self._heap.later(max(at + 0.01, self.voice_until + silence_s), self._silent, (self._line, spurt, silence_s))

    def _silent(self, what: tuple[int, int, float], at: float) -> None:
        line, spurt, silence_s = what
        if line == self._line and spurt == self._spurt and silence_s == self._watch and self.is_heard:
            self._watch = None
            self._heap.deliver(SilenceLasted(spurt, silence_s), at)

    def predict_turn(self, spurt: int, at: float) -> None:
        """The end-of-turn model judges; it may err, be late, or never answer."""
        heap, weather = self._heap, self._weather
        if heap.chance(weather.no_ends):
            return
        is_end = self._is_end != heap.chance(weather.wrong_ends)
        late_s = heap.within((0.6, 2.0)) if heap.chance(weather.late_ends) else heap.within((0.03, 0.12))
        probability = heap.within((0.6, 0.99) if is_end else (0.01, 0.4))
        self._edge(at + late_s, TurnPredicted(spurt, probability))
