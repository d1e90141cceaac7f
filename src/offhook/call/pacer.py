"""The pacer drives a call's playout: one timer of the event loop, no task, no queue.

Legs come and go. Without one nothing is sent, and the reply stands where the caller has heard it.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from offhook.audio.convert import converter, quieter
from offhook.call.inbox import Inbox
from offhook.call.source import Source
from offhook.call.taps import PlayedAudio, Tap, Taps
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.core.playout import Playout
from offhook.telephony.leg import Leg

LOOK_AGAIN_S: Final = 0.05
"""What was sent and should have been heard by now is looked at again so soon."""
WordTimes = list[tuple[float, float]]


class Pacer:
    """Playout on a call's legs, in the event loop's time.

    What is done for another reply than the one that is open has no effect.
    """

    def __init__(
        self, inbox: Inbox, audio_format: AudioFormat = TELEPHONE, *, voice_format: AudioFormat = TELEPHONE
    ) -> None:
        self._inbox, self.audio_format = inbox, audio_format
        self._call_at = asyncio.get_running_loop().call_at
        self._leg: Leg | None = None
        self._source: Source | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._room: asyncio.Future[None] | None = None
        self._room_s = 0.0
        self._carrier_clock: Callable[[], float] = inbox.now
        self._taps = Taps()
        self._played = PlayedAudio(audio_format, self._taps)
        self._converter = converter(voice_format, audio_format)
        self._converting: int | None = None
        """The segment whose audio the converter has."""
        self._playout = Playout(self, audio_format, carrier_now=self._carrier_now)
        self._playout.stop(0.0, clears=False)

    # ── legs, listeners, people ──────────────────────────────────────────────────────────────────────────────

    def attach(self, leg: Leg, carrier_clock: Callable[[], float] | None = None) -> None:
        """Speak over this leg from now on. `carrier_clock` tells the time by the audio that comes over it."""
        self.detach()
        self._leg, self._carrier_clock = leg, carrier_clock or self._inbox.now
        if self._source is None:
            self._playout.go_on(self._inbox.now())
        self._arm()

    def detach(self) -> None:
        """The leg is gone."""
        if self._leg is not None:
            self._stand_still(clears=False)
            self._leg, self._carrier_clock = None, self._inbox.now

    def tap(self, hear: Tap) -> Callable[[], None]:
        """Tell the agent's audio once it was played; what is returned ends it."""
        return self._taps.add(hear)

    def source(self) -> Source:
        """A person speaks in the agent's place until it is closed: the reply stands still. A later one wins."""
        self._stand_still(clears=True)
        self._source = Source(self.audio_format, self._drive, self._source_closed)
        return self._source

    def _source_closed(self, source: Source) -> None:
        if source is self._source:
            self._source = None
            if self._leg is not None:
                self._playout.go_on(max(self._inbox.now(), source.plays_until))
            self._arm()

    def _stand_still(self, *, clears: bool) -> None:
        at = self._inbox.now()
        until = self._playout.heard_until(at)
        self._played.cut(until, at - until)
        self._playout.stop(at, clears=clears)

    # ── what the reply's makers add ──────────────────────────────────────────────────────────────────────────

    def open(self, reply: int, *, held: bool) -> None:
        """A new reply; the last one is over."""
        self._playout.open(reply, held=held)
        self._drop_converted()

    def add(self, reply: int, segment: int, text: str, audio: bytes, words: WordTimes) -> None:
        """Audio of a segment, in the voice's format; the first says its text, or none as yet."""
        if reply == self._playout.reply:
            if self._converter is not None:
                if self._converting != segment:
                    self._drop_converted()
                self._converting = segment
                audio = self._converter.push(audio)
            self._playout.add(segment, text, audio, words, self._inbox.now())
            self._arm()

    def reword(self, reply: int, segment: int, text: str, words: WordTimes) -> None:
        """The segment's words, which became known later than its audio."""
        self._playout.retext(reply, segment, text, words)

    def end_segment(self, reply: int, segment: int) -> None:
        """The segment has all its audio."""
        if reply == self._playout.reply:
            if self._converter is not None and self._converting == segment:
                self._converting = None
                self._playout.add(segment, "", self._converter.flush(), [], self._inbox.now())
            self._playout.end_segment(segment, self._inbox.now())
            self._arm()

    def finish(self, reply: int) -> None:
        """No more segments will come."""
        if reply == self._playout.reply:
            self._drop_converted()
            self._playout.finish(self._inbox.now())
            self._arm()

    def interject(self, reply: int, number: int, text: str, audio: bytes, words: WordTimes) -> bool:
        """A whole filler, ahead of what is unsent; False when it can no longer be said."""
        whole = audio
        if self._converter is not None:
            once = self._converter.another()
            whole = once.push(audio) + once.flush()
        done = self._playout.interject(reply, number, text, whole, words, self._inbox.now())
        self._arm()
        return done

    @property
    def unsent_s(self) -> float:
        """Seconds of audio that wait to be sent."""
        return self._playout.unsent_s

    async def wait_for_room(self, most_s: float) -> None:
        """Wait until less than `most_s` seconds of audio wait to be sent."""
        while self._playout.unsent_s >= most_s:
            self._room, self._room_s = asyncio.get_running_loop().create_future(), most_s
            await self._room

    def _drop_converted(self) -> None:
        if self._converter is not None and self._converting is not None:
            self._converter.flush()
            self._converting = None

    # ── what the conversation commands ───────────────────────────────────────────────────────────────────────

    def commit(self, reply: int) -> None:
        """The held reply goes out now."""
        if reply == self._playout.reply:
            self._playout.commit(self._inbox.now())
            self._arm()

    def cancel(self, reply: int) -> None:
        """Drop it; `PlayoutCut` when any was sent, also when all of it was heard a moment ago."""
        if reply == self._playout.latest:
            self._playout.cancel(self._inbox.now())
            self._arm()

    def duck(self, reply: int, gain_db: float) -> None:
        """Go on quieter."""
        if reply == self._playout.reply:
            self._playout.duck(lambda audio: quieter(audio, self.audio_format, gain_db), self._inbox.now())
            self._arm()

    def hush(self, reply: int) -> None:
        """Fall silent and keep the rest."""
        if reply == self._playout.latest:
            self._playout.hush(self._inbox.now())
            self._arm()

    def resume(self, reply: int) -> None:
        """Go on at full volume."""
        if reply == self._playout.reply:
            self._playout.resume(self._inbox.now())
            self._arm()

    # ── the sink of playout ──────────────────────────────────────────────────────────────────────────────────

    def send_audio(self, audio: bytes, plays_at: float) -> None:
        """To the carrier, and kept for the taps until it was played."""
        if self._leg is not None:
            self._leg.send_audio(audio)
            if self._taps.all:
                self._played.sent(plays_at, audio)

    def send_mark(self, name: str) -> None:
        """To the carrier."""
        if self._leg is not None:
            self._leg.send_mark(name)

    def send_clear(self, at: float) -> None:
        """To the carrier; what was still to be heard is told to nobody."""
        if self._leg is not None:
            self._leg.send_clear()
        until = self._playout.heard_until(at)
        self._played.cut(until, at - until)

    def post(self, event: Event) -> None:
        """To the conversation."""
        self._inbox.put(event)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────

    def mark_reached(self, name: str) -> None:
        """A mark came back."""
        self._playout.mark_reached(name, self._inbox.now())

    def drain_s(self) -> float:
        """How long until all that the reply has so far was heard."""
        return max(0.0, self._playout.plays_until - self._inbox.now()) + self._playout.unsent_s

    def stop(self) -> None:
        """The call is over: tell the taps what was played, and let go of everything."""
        self._stand_still(clears=False)
        self._leg = self._source = None
        self._carrier_clock = self._inbox.now
        self._taps.clear()
        self._playout.close()
        self._arm()

    def _carrier_now(self) -> float:
        return self._carrier_clock()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self._playout.wakeup_at if self._source is None else self._source.wakeup_at
        if at is None and self._played.ends_at is not None:
            # Overdue: the far end is behind, and how far is not known yet.
            at = max(self._played.ends_at, self._inbox.now() + LOOK_AGAIN_S)
        if at is not None:
            self._timer = self._call_at(self._inbox.loop_time(at), self._tick)
        if self._room is not None and self._playout.unsent_s < self._room_s:
            if not self._room.done():
                self._room.set_result(None)
            self._room = None

    def _tick(self) -> None:
        self._timer = None
        self._drive()

    def _drive(self) -> None:
        at = self._inbox.now()
        if self._source is not None:
            self._source.due(at, self.send_audio)
        else:
            self._playout.due(at)
        if self._played.is_due(at):
            until = self._playout.heard_until(at)
            self._played.tell(until, at - until)
        self._arm()
