"""One reply: the model's stream, cut into segments, spoken as it comes, into the call's playout."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from offhook import clock
from offhook.call.inbox import Inbox
from offhook.call.pacer import Pacer
from offhook.core.events import (
    FirstTokenReceived,
    ProviderSwitched,
    ReplyFailed,
    ReplyGenerated,
    ReplyStopped,
    ToolRequested,
)
from offhook.core.segments import Segmenter
from offhook.core.speaking import END_CALL
from offhook.errors import ProviderError
from offhook.speech.ports import (
    LanguageModel,
    ModelRequest,
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


@dataclass(slots=True)
class Spoken:
    """A sentence as encoded audio."""

    audio: bytes
    words: list[tuple[float, float]] = field(default_factory=list)
    by_fallback: bool = False
    """The owner's voice failed, and another one has spoken it or part of it, or it was taken up in the middle."""


async def speak_whole(voice: Voice, text: str) -> Spoken:
    """All of a short sentence. Raises `ProviderError`."""
    whole = Spoken(b"")
    async for piece in voice.synthesize(text):
        if isinstance(piece, Switched):
            whole.by_fallback = whole.by_fallback or piece.to != piece.provider or bool(whole.audio)
            continue
        whole.audio += piece.audio
        whole.words += [(word.start_s, word.end_s) for word in piece.words]
    return whole


class ReplyMaker:
    """Makes one reply, in one round of the model or more."""

    def __init__(self, reply: int, pacer: Pacer, inbox: Inbox, voice: Voice) -> None:
        self._reply, self._pacer, self._inbox, self._voice = reply, pacer, inbox, voice
        self._texts: list[str] = []
        self._tokens = Usage(0, 0)
        self._wants_tools = False
        self._is_thinking = False
        self._sent_chars = self._got_chars = 0
        self._told: set[Switched] = set()

    async def say(self, text: str) -> None:
        """A fixed sentence."""
        try:
            await self._speak(text)
        except ProviderError as error:
            self._fail("voice", error)
            return
        self._finish()

    def say_at_once(self, text: str, spoken: Spoken) -> None:
        """A fixed sentence whose audio is at hand: it goes out in this very step."""
        self._texts.append(text)
        self._pacer.run(lambda playout, at: playout.add(0, text, spoken.audio, spoken.words, at))
        self._pacer.run(lambda playout, at: playout.end_segment(0, at))
        self._finish()

    async def think(self, model: LanguageModel, request: ModelRequest) -> None:
        """A round of the model, spoken clause by clause while it thinks on."""
        texts: asyncio.Queue[str | ProviderError | None] = asyncio.Queue(SEGMENTS_AHEAD)
        self._wants_tools, self._is_thinking = False, True
        self._sent_chars, self._got_chars = sum(len(message.text) for message in request.messages), 0
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read(model, request, texts))
            while isinstance(text := await texts.get(), str):
                try:
                    await self._speak(text)
                except ProviderError as error:
                    self._fail("voice", error)
                    # The reader may wait for room: nobody will make any.
                    raise asyncio.CancelledError from error
        if isinstance(text, ProviderError):
            self._fail("model", text)
        else:
            self._finish()

    def stop(self) -> None:
        """Nobody wants the rest; whoever runs `think` cancels it. What the model has cost until now is told."""
        if self._is_thinking:
            self._is_thinking = False
            known = self._tokens
            tokens_in = known.tokens_in or -(-self._sent_chars // CHARS_PER_TOKEN)
            tokens_out = known.tokens_out or -(-self._got_chars // CHARS_PER_TOKEN)
            self._inbox.put(ReplyStopped(self._reply, tokens_in, tokens_out))

    async def _read(
        self, model: LanguageModel, request: ModelRequest, texts: "asyncio.Queue[str | ProviderError | None]"
    ) -> None:
        segmenter, has_begun, eager_until = Segmenter(), False, float("inf")
        stream = model.stream(request)
        try:
            async for output in stream:
                match output:
                    case TextDelta(text=text):
                        if not has_begun and text:
                            has_begun = True
                            self._inbox.put(FirstTokenReceived(self._reply))
                        self._got_chars += len(text)
                        for segment in segmenter.feed(text):
                            await texts.put(segment)
                            eager_until = min(eager_until, clock.now())
                    case ToolCall(call=call, name=name, arguments=arguments):
                        self._wants_tools = self._wants_tools or name != END_CALL
                        self._inbox.put(ToolRequested(self._reply, call, name, arguments))
                    case Usage():
                        self._tokens = output
                    case Switched():
                        self._tell(output)
                if clock.now() >= eager_until:
                    # The voice has something to say: to be woken by each token is of no use to anybody.
                    await asyncio.sleep(GATHER_S)
                    eager_until = clock.now() + EAGER_S
            for segment in segmenter.finish():
                await texts.put(segment)
            await texts.put(None)
        except ProviderError as error:
            await texts.put(error)
        finally:
            await stream.aclose()

    async def _speak(self, text: str) -> None:
        await self._pacer.wait_for_room(UNSENT_S)
        number = len(self._texts)
        self._texts.append(text)
        stream = self._voice.synthesize(text)
        try:
            async for piece in stream:
                if isinstance(piece, Switched):
                    self._tell(piece)
                else:
                    self._add(number, text, piece)
        finally:
            await stream.aclose()
        self._pacer.run(lambda playout, at: playout.end_segment(number, at))

    def _add(self, number: int, text: str, piece: SpokenAudio) -> None:
        words = [(word.start_s, word.end_s) for word in piece.words]
        self._pacer.run(lambda playout, at: playout.add(number, text, piece.audio, words, at))

    def _tell(self, news: Switched) -> None:
        """Once: a voice that rests is passed over in every segment."""
        if news not in self._told:
            self._told.add(news)
            self._inbox.put(ProviderSwitched(news.kind, news.provider, news.to, news.cause, self._reply))

    def _finish(self) -> None:
        tokens, text = self._tokens, " ".join(self._texts)
        self._is_thinking = False
        self._inbox.put(ReplyGenerated(self._reply, text, len(self._texts), tokens.tokens_in, tokens.tokens_out))
        if not self._wants_tools:
            self._pacer.run(lambda playout, at: playout.finish(at))

    def _fail(self, stage: str, error: ProviderError) -> None:
        self.stop()
        self._inbox.put(ReplyFailed(self._reply, stage, f"{error.code}: {error}", error.retryable))
        # What the caller hears already is played to its end.
        self._pacer.run(lambda playout, at: playout.finish(at))
