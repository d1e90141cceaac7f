"""How a call speaks: replies by the responder of the agent in charge, fixed sentences and fillers, on one stage."""

import asyncio
from collections.abc import Coroutine
from typing import Final

from offhook.call.boundary import Boundaries
from offhook.call.inbox import Inbox
from offhook.call.pacer import Pacer
from offhook.call.reply import ReplyMaker, Spoken, speak_whole
from offhook.call.responder import Responder, World
from offhook.call.tasks import CallTasks
from offhook.core.commands import Ask, ContinueReply, PlayFiller, Say, StartReply
from offhook.core.events import PlayoutCut, ReplyFailed, ReplyGenerated, Stage
from offhook.errors import OffhookError

SERVE_AGAIN_S: Final = 0.5
"""Between two sessions of a responder that has one."""


class Speaking:
    """The speech of one call. There is one reply at a time."""

    def __init__(self, pacer: Pacer, inbox: Inbox, tasks: CallTasks, boundaries: Boundaries, world: World) -> None:
        self._pacer, self._inbox, self._tasks, self._boundaries = pacer, inbox, tasks, boundaries
        self._world = world
        self._responder: Responder = world.agent.responder(world)
        self._session: asyncio.Task[None] | None = tasks.start(self._serve(self._responder), "responder")
        self._work: set[asyncio.Task[None]] = set()
        """Sentences and fillers of this reply that have to be spoken first."""
        self._fillers = 0
        self.reply = 0
        """The reply that was opened last."""

    def follow(self, world: World) -> None:
        """Speak as the agent of this world from now on."""
        self.stop()
        self._world, self._responder = world, world.agent.responder(world)
        self._session = self._tasks.start(self._serve(self._responder), "responder")

    def start(self, command: StartReply) -> None:
        """Another reply; nothing of the last one is made any more."""
        self.quiet()
        self.reply, self._fillers = command.reply, 0
        self._pacer.open(command.reply, held=command.held)
        match command.content:
            case Ask() as ask:
                self._ask(command.reply, ask)
            case Say(text=text):
                self._say(command.reply, text)

    def go_on(self, command: ContinueReply) -> None:
        """The reply's tools have answered."""
        self._ask(command.reply, command.content)

    def cancel(self, reply: int) -> None:
        """Nobody wants the rest of it."""
        if reply == self.reply:
            self.quiet()
        self._pacer.cancel(reply)

    def cut(self, cut: PlayoutCut) -> None:
        """So much of it was heard."""
        self._boundaries.kept("the responder", lambda: self._responder.cut(cut))

    def fill(self, command: PlayFiller) -> None:
        """A filler for this reply and no other: one that has to be spoken may come when that is over."""
        spoken = self._world.agent.sentences.get(command.text)
        if spoken is not None:
            self._interject(command, spoken)
        else:
            self._start(self._speak_filler(command))

    def say_now(self, text: str) -> bool:
        """Drop everything and say a sentence that is at hand; False when it is not. Its end is a `ReplyHeard`."""
        spoken = self._world.agent.sentences.get(text)
        self.quiet()
        self._pacer.cancel(self.reply)
        if spoken is None:
            return False
        self.reply += 1
        self._pacer.open(self.reply, held=False)
        self._play(self.reply, text, spoken)
        return True

    def quiet(self) -> None:
        """Make no more of the reply; what is queued of it stays."""
        self._boundaries.kept("the responder", lambda: self._responder.stop(self.reply))
        for task in self._work:
            task.cancel()
        self._work.clear()

    def stop(self) -> None:
        """Nothing more is said by this responder."""
        self.quiet()
        if self._session is not None:
            self._session.cancel()
        # A task that was cancelled keeps its frames, and these keep this.
        self._session = None

    # ── sentences ────────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, reply: int, text: str) -> None:
        spoken = self._world.agent.sentences.get(text)
        if spoken is None:
            self._start(ReplyMaker(reply, self._world).say(text))
            return
        # Its audio is at hand: it goes out in this very step.
        self._play(reply, text, spoken)

    def _play(self, reply: int, text: str, spoken: Spoken) -> None:
        self._pacer.add(reply, 0, text, spoken.audio, spoken.words)
        self._pacer.end_segment(reply, 0)
        self._inbox.put(ReplyGenerated(reply, text, 1))
        self._pacer.finish(reply)

    async def _speak_filler(self, command: PlayFiller) -> None:
        try:
            with self._boundaries.around("the voice"):
                spoken = await speak_whole(self._world.agent.voice, command.text)
        except OffhookError:
            return  # The reply's own deadline goes on.
        self._interject(command, spoken)

    def _interject(self, command: PlayFiller, spoken: Spoken) -> None:
        number = -(self._fillers + 1)
        if self._pacer.interject(command.reply, number, command.text, spoken.audio, spoken.words):
            self._fillers += 1

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = self._tasks.start(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    # ── the responder ────────────────────────────────────────────────────────────────────────────────────────

    def hear(self, frame: bytes) -> None:
        """The caller's next 20 ms, for a responder that hears."""
        self._boundaries.kept("the responder", lambda: self._responder.hear(frame))

    def _ask(self, reply: int, ask: Ask) -> None:
        if not self._boundaries.kept("the responder", lambda: self._responder.make(reply, ask)):
            self._inbox.put(ReplyFailed(reply, Stage.MODEL, "the responder cannot be asked"))

    async def _serve(self, responder: Responder) -> None:
        while True:
            try:
                with self._boundaries.around("the responder"):
                    await responder.run()
            except OffhookError as error:
                self._boundaries.note("the responder", error)
            await asyncio.sleep(SERVE_AGAIN_S)
