"""A voice without the silence that its segments begin with; `registry.create_voice` puts it around every vendor's."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from offhook.audio.trim import LeadingSilence
from offhook.speech.ports import ExpectsCalls, SpokenAudio, Switched, Voice, VoiceOutput, WordTime


class TrimmedVoice:
    """See `offhook.speech.ports.Voice`. Word times move with the audio."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def __repr__(self) -> str:
        return f"<TrimmedVoice {self._voice!r}>"

    async def prepare(self) -> None:
        """As the voice inside."""
        await self._voice.prepare()

    async def expect_call(self) -> None:
        """As the voice inside."""
        if isinstance(self._voice, ExpectsCalls):
            await self._voice.expect_call()

    async def close(self) -> None:
        """As the voice inside."""
        await self._voice.close()

    async def synthesize(self, text: str) -> AsyncGenerator[VoiceOutput, None]:
        """As the voice inside; nothing comes before the first sound, or before the silence is known to be meant."""
        silence, waiting = LeadingSilence(), tuple[WordTime, ...]()
        async with aclosing(self._voice.synthesize(text)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Switched):
                    yield piece
                    continue
                audio = silence.push(piece.audio)
                # How far a word moves is known with the first sound only.
                waiting += piece.words
                if silence.is_over:
                    yield SpokenAudio(audio, _earlier(waiting, silence.dropped_s))
                    waiting = ()
        if rest := silence.flush():
            yield SpokenAudio(rest, _earlier(waiting, silence.dropped_s))


def _earlier(words: tuple[WordTime, ...], by_s: float) -> tuple[WordTime, ...]:
    if not by_s or not words:
        return words
    return tuple(WordTime(word.text, max(0.0, word.start_s - by_s), max(0.0, word.end_s - by_s)) for word in words)
