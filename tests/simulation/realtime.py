"""A scripted speech-to-speech session: it hears the caller's tape, answers with audio first, and tells words late.

It does what such services do over their sockets: it keeps the conversation itself, is told of what it cannot hear
(keys, tools, instructions), begins and stops a response when it is asked to, and cuts its memory to what was heard.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from offhook.call.responder import World
from offhook.core.commands import Ask
from offhook.core.events import (
    FirstTokenReceived,
    PlayoutCut,
    ReplyGenerated,
    ToolRequested,
    TranscriptFinal,
    TurnEndExpected,
)
from offhook.core.history import Instructed, KeysPressed, ToolAnswered
from offhook.speech.scripted.tape import TapeReader, Utterance, speak

FIRST_AUDIO_S = 0.35
PIECE_S = 0.2
WORDS_S = 1.6
"""From the first audio of a sentence to its words."""
HEARD_S = 1.2
"""From the end of the caller's words to their transcript."""

Answer = Callable[[str], tuple[str, str]]
"""From what was heard or told last to what is said, and to the name of a tool that is wanted (or nothing)."""


@dataclass
class Session:
    """One call's session. It is a `Responder`."""

    world: World
    answer: Answer
    items: list[str] = field(default_factory=list)
    """Its own memory of the conversation."""
    cuts: list[float] = field(default_factory=list)
    """Seconds of its responses that were heard, of those that were cut."""

    def __post_init__(self) -> None:
        self._ear = TapeReader()
        self._heard: list[str] = []
        """Words that no transcript has told yet."""
        self._told_s = 0.0
        """To where its transcripts have come."""
        self._known = 0
        """Entries of the history that it was told of."""
        self._work: dict[int, asyncio.Task[None]] = {}
        self._segments: dict[int, int] = {}
        self._response = ""
        self.utterances = 0

    def hear(self, frame: bytes) -> None:
        """Its ear. It hears by itself when somebody is done, and says so: that is evidence, and no more."""
        for word in self._ear.hear(frame):
            self._heard.append(word.text)
            if word.ends_turn:
                text, heard_s = " ".join(self._heard), self.world.now()
                self.world.post(TurnEndExpected(text, heard_s, 0.9))
                self.world.tasks.start(self._transcribe(text, heard_s))
                self.items.append(f"caller: {text}")
                self._heard.clear()

    async def _transcribe(self, text: str, heard_s: float) -> None:
        await asyncio.sleep(HEARD_S)
        begin_s, self._told_s = self._told_s, heard_s
        self.world.post(TranscriptFinal(text, begin_s, heard_s))

    def make(self, reply: int, ask: Ask) -> None:
        """Have it respond, once it was told what it cannot have heard."""
        for entry in self.world.history[self._known : ask.until]:
            match entry:
                case KeysPressed(keys=keys):
                    self.items.append(f"keys: {keys}")
                case ToolAnswered(text=text):
                    self.items.append(f"tool: {text}")
                case Instructed(text=text):
                    self.items.append(f"note: {text}")
                case _:
                    pass  # What both sides said it has heard itself.
        self._known = ask.until
        if ask.keys:
            self.items.append(f"keys: {ask.keys}")
        self.stop(reply)
        self._work[reply] = self.world.tasks.start(self._respond(reply), f"response {reply}")

    def stop(self, reply: int) -> None:
        """`response.cancel`."""
        work = self._work.pop(reply, None)
        if work is not None:
            work.cancel()

    def cut(self, cut: PlayoutCut) -> None:
        """`conversation.item.truncate`: its memory ends where the caller stopped hearing it."""
        self.cuts.append(cut.heard_s)
        if self.items and self.items[-1].startswith("agent: "):
            self.items[-1] = f"agent (cut at {cut.heard_s:.2f} s): {self._response}"

    async def run(self) -> None:
        """The socket."""
        await asyncio.get_running_loop().create_future()

    async def _respond(self, reply: int) -> None:
        text, tool = self.answer(self.items[-1] if self.items else "")
        stage, world = self.world.stage, self.world
        await asyncio.sleep(FIRST_AUDIO_S)
        segment = self._segments.get(reply, 0)
        self._response = text
        if text:
            self._segments[reply] = segment + 1
            self.utterances += 1
            self.items.append(f"agent: {text}")
            world.post(FirstTokenReceived(reply))
            audio = speak(text, Utterance(self.utterances + 1000))
            size = round(PIECE_S * 8000)
            world.tasks.start(self._tell_words(reply, segment, text))
            for at in range(0, len(audio), size):
                stage.add(reply, segment, "", audio[at : at + size], [])
                await asyncio.sleep(PIECE_S * 0.1)
            stage.end_segment(reply, segment)
        if tool:
            world.post(ToolRequested(reply, f"item-{len(self.items)}", tool, "{}"))
        world.post(ReplyGenerated(reply, "", self._segments.get(reply, 0)))
        if not tool:
            stage.finish(reply)

    async def _tell_words(self, reply: int, segment: int, text: str) -> None:
        await asyncio.sleep(WORDS_S)
        self.world.stage.reword(reply, segment, text, [])
