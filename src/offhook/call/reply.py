"""Replies by a model and a voice: the model's stream, cut into segments, spoken as it comes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from offhook import clock
from offhook.call.boundary import clean
from offhook.call.responder import Stage, World
from offhook.call.text_stream import WholeCharacters
from offhook.core.builtin import ASK_IN_CONFIDENCE, COLLECT_DIGITS, END_CALL, HANDOFF, TRANSFER_CALL
from offhook.core.commands import Ask
from offhook.core.events import (
    FirstTokenReceived,
    PlayoutCut,
    ProviderSwitched,
    ReplyFailed,
    ReplyGenerated,
    ReplyStopped,
    ToolPending,
    ToolRequested,
)
from offhook.core.events import Stage as FailedStage
from offhook.core.formats import FRAME_S, TELEPHONE
from offhook.core.segments import Segmenter
from offhook.errors import OffhookError, ProviderError
from offhook.speech.ports import (
    ModelOutput,
    ModelRequest,
    Progress,
    SpokenAudio,
    Switched,
    TextDelta,
    ToolCall,
    Usage,
    Voice,
)

SEGMENTS_AHEAD: Final = 2
"""Segments that wait for the voice before the model's reader waits."""
GATHER_S: Final = 0.04
EAGER_S: Final = 0.01
"""Once the first clause is with the voice, tokens are gathered for so long, then taken for so long as they come."""
CHARS_PER_TOKEN: Final = 4
UNSENT_S: Final = 6.0
"""Audio that waits to be sent before the voice waits."""
ENDS_REPLY: Final = frozenset({END_CALL, TRANSFER_CALL, HANDOFF, COLLECT_DIGITS, ASK_IN_CONFIDENCE})
"""Tools that nothing is said after: the conversation does not ask the model to go on."""


@dataclass(slots=True)
class Spoken:
    """A sentence as encoded audio."""

    audio: bytes
    words: list[tuple[float, float]]
    by_fallback: bool = False
    """The owner's voice failed, and another one has spoken it or part of it, or it was taken up in the middle."""


async def speak_whole(voice: Voice, text: str) -> Spoken:
    """All of a short sentence. Raises `ProviderError`."""
    whole = Spoken(b"", [])
    async for piece in voice.synthesize(text):
        if isinstance(piece, Switched):
            whole.by_fallback = whole.by_fallback or piece.to != piece.provider or bool(whole.audio)
            continue
        whole.audio += piece.audio
        whole.words += [(word.start_s, word.end_s) for word in piece.words]
    return whole


@dataclass(slots=True)
class Reading:
    """How far a model's stream was read."""

    segmenter: Segmenter
    characters: WholeCharacters
    has_begun: bool = False
    """Something was said that can be heard."""
    is_work_told: bool = False
    """Since the last text it was told that the model works on something else."""


class ModelAndVoice:
    """The usual responder: it hears nothing, and is told everything."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._maker: ReplyMaker | None = None
        self._task: asyncio.Task[None] | None = None

    def make(self, reply: int, ask: Ask) -> None:
        """A round of the model."""
        if self._maker is None or self._maker.reply != reply:
            self._end_round()
            self._maker = ReplyMaker(reply, self._world)
        else:
            self._end_round()
        self._task = self._world.tasks.start(self._maker.think(ask), f"reply {reply}")

    def say(self, reply: int, text: str) -> None:
        """A fixed sentence that is not at hand as audio."""
        self._end_round()
        self._maker = ReplyMaker(reply, self._world)
        self._task = self._world.tasks.start(self._maker.say(text), f"reply {reply}")

    def stop(self, reply: int) -> None:
        """The model is told to stop, and what that has cost is told."""
        if self._maker is not None and self._maker.reply == reply:
            self._end_round()
            self._maker = None

    def cut(self, cut: PlayoutCut) -> None:
        """The model learns of it from the history."""

    def hear(self, frame: bytes) -> None:
        """It hears nothing."""

    async def run(self) -> None:
        """There is no session to serve."""
        await asyncio.get_running_loop().create_future()

    def _end_round(self) -> None:
        if self._maker is not None:
            self._maker.end_round()
        if self._task is not None:
            self._task.cancel()
            self._task = None


class ReplyMaker:
    """Makes one reply, in one round of the model or more."""

    def __init__(self, reply: int, world: World) -> None:
        self.reply: Final = reply
        self._world = world
        self._stage: Stage = world.stage
        self._voice = world.agent.voice
        self._texts: list[str] = []
        """The segments, from the first on."""
        self._sounding: int | None = None
        """The segment that is with the voice."""
        self._has_sound = False
        """And some audio of it is there."""
        self._rest_s = self._pause_s = 0.0
        """Silence that the last segment wants behind it, and that in front of this one."""
        self._tokens = Usage(0, 0)
        self._goes_on = False
        """It asked for a tool after which it has more to say."""
        self._is_thinking = False
        self._sent_chars = self._got_chars = 0
        self._told: set[Switched] = set()

    async def say(self, text: str) -> None:
        """A fixed sentence."""
        try:
            await self._speak(text)
        except OffhookError as error:
            self._fail(FailedStage.VOICE, error)
            return
        self._finish()

    async def think(self, ask: Ask) -> None:
        """A round of the model, spoken clause by clause while it thinks on."""
        request = await self._world.compose(self.reply, ask)
        texts: asyncio.Queue[str | OffhookError | None] = asyncio.Queue(SEGMENTS_AHEAD)
        self._goes_on, self._is_thinking = False, True
        self._sent_chars, self._got_chars = sum(len(message.text) for message in request.messages), 0
        reader = self._world.tasks.start(self._read(request, texts), f"model of reply {self.reply}")
        try:
            while isinstance(text := await texts.get(), str):
                await self._speak(text)
        except OffhookError as error:
            self._fail(FailedStage.VOICE, error)
            return
        finally:
            # It may wait for room that nobody makes any more.
            reader.cancel()
        if text is None:
            self._finish()
        else:
            self._fail(FailedStage.MODEL, text)

    def end_round(self) -> None:
        """Nobody wants the rest of this round; whoever runs it cancels it. What the model has cost is told."""
        if self._is_thinking:
            self._is_thinking = False
            known = self._tokens
            tokens_in = known.tokens_in or -(-self._sent_chars // CHARS_PER_TOKEN)
            tokens_out = known.tokens_out or -(-self._got_chars // CHARS_PER_TOKEN)
            self._world.post(ReplyStopped(self.reply, tokens_in, tokens_out))
        if self._sounding is not None:
            # What is queued of it is heard, and the next round's words follow it.
            if self._has_sound:
                self._stage.end_segment(self.reply, self._sounding)
            else:
                self._texts.pop()
            self._sounding = None

    # ── the model ────────────────────────────────────────────────────────────────────────────────────────────

    async def _read(self, request: ModelRequest, texts: "asyncio.Queue[str | OffhookError | None]") -> None:
        reading, eager_until = Reading(Segmenter(), WholeCharacters()), float("inf")
        try:
            with self._world.boundaries.around("the model"):
                stream = self._world.agent.llm.stream(request)
                try:
                    async for output in stream:
                        for segment in self._take(output, reading):
                            await texts.put(segment)
                            eager_until = min(eager_until, clock.now())
                        if clock.now() >= eager_until:
                            # The voice has something to say: to be woken by each token is of no use to anybody.
                            await asyncio.sleep(GATHER_S)
                            eager_until = clock.now() + EAGER_S
                finally:
                    await stream.aclose()
            for segment in reading.segmenter.finish():
                await texts.put(segment)
            await texts.put(None)
        except OffhookError as error:
            await texts.put(error)

    def _take(self, output: ModelOutput, reading: "Reading") -> Sequence[str]:
        """What the model gave; the segments that are whole now."""
        match output:
            case TextDelta(text=piece):
                text = reading.characters.feed(piece)
                if not reading.has_begun and any(sign.isalnum() for sign in text):
                    reading.has_begun = True
                    self._world.post(FirstTokenReceived(self.reply))
                reading.is_work_told = False
                self._got_chars += len(text)
                return reading.segmenter.feed(text)
            case Progress() | ToolCall():
                if not reading.is_work_told:
                    reading.is_work_told = True
                    self._world.post(ToolPending(self.reply))
                if isinstance(output, ToolCall):
                    self._want(output)
                # What it has said is whole: it is heard now, not when the tool call is written.
                return reading.segmenter.flush()
            case Usage():
                self._tokens = output
            case Switched():
                self._tell(output)
        return ()

    def _want(self, tool: ToolCall) -> None:
        self._goes_on = self._goes_on or tool.name not in ENDS_REPLY
        name = clean(tool.name)
        # As it is now: a server's tool may not be the one that the model was told of.
        spec = next((spec for spec in self._world.agent.toolbox.specs if spec.name == name), None)
        confirm, most = (spec.confirm, spec.most_per_call) if spec is not None else (False, 0)
        confirm = confirm and not tool.is_confirmed
        self._world.post(ToolRequested(self.reply, clean(tool.call), name, clean(tool.arguments), confirm, most))

    # ── the voice ────────────────────────────────────────────────────────────────────────────────────────────

    async def _speak(self, text: str) -> None:
        await self._stage.wait_for_room(UNSENT_S)
        number = len(self._texts)
        self._texts.append(text)
        self._sounding, self._has_sound, self._pause_s = number, False, 0.0
        with self._world.boundaries.around("the voice"):
            stream = self._voice.synthesize(text)
            try:
                async for piece in stream:
                    if isinstance(piece, Switched):
                        self._tell(piece)
                    else:
                        self._add(number, text, piece)
            finally:
                await stream.aclose()
        self._sounding = None
        self._stage.end_segment(self.reply, number)

    def _add(self, number: int, text: str, piece: SpokenAudio) -> None:
        audio = piece.audio
        if audio and not self._has_sound:
            # What was not sent yet goes on into this one; when there is nothing any more, the pause has passed already.
            rest = int(self._rest_s / FRAME_S) if self._stage.unsent_s > 0 else 0
            self._pause_s, self._rest_s = rest * FRAME_S, 0.0
            audio = TELEPHONE.silence(rest * TELEPHONE.frame_bytes) + audio
            self._has_sound = True
        if audio or piece.rest_s:
            self._rest_s = piece.rest_s
        words = [(word.start_s + self._pause_s, word.end_s + self._pause_s) for word in piece.words]
        self._stage.add(self.reply, number, text, audio, words)

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────────

    def _tell(self, news: Switched) -> None:
        """Once: a voice that rests is passed over in every segment."""
        if news not in self._told:
            self._told.add(news)
            cause = clean(news.cause)
            self._world.post(ProviderSwitched(news.kind, news.provider, news.to, cause, self.reply))

    def _finish(self) -> None:
        tokens, text = self._tokens, " ".join(self._texts)
        self._is_thinking = False
        self._world.post(ReplyGenerated(self.reply, text, len(self._texts), tokens.tokens_in, tokens.tokens_out))
        if not self._goes_on:
            self._stage.finish(self.reply)

    def _fail(self, stage: FailedStage, error: OffhookError) -> None:
        self.end_round()
        is_retryable = not isinstance(error, ProviderError) or error.retryable
        self._world.post(ReplyFailed(self.reply, stage, clean(f"{error.code}: {error}"), is_retryable))
        # What the caller hears already is played to its end.
        self._stage.finish(self.reply)
