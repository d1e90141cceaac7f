"""A voice without the silence around its segments; `registry.create_voice` puts it around every vendor's."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from offhook.audio.trim import LeadingSilence, TrailingSilence
from offhook.core.formats import TELEPHONE
from offhook.errors import ProviderError
from offhook.speech.ports import ExpectsCalls, SpokenAudio, Switched, Voice, VoiceOutput, WordTime

PAUSE_S: Final = 0.2
"""Between two sentences of one reply, beside the 0.1 s that are kept: what people leave there. A vendor that leaves
less is not made slower."""
SENTENCE_ENDS: Final = frozenset(".!?…。！？।॥؟")
SLACK_S: Final = 0.05
"""A word is told when its end was given but for this much: vendors round their times."""


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
        """As the voice inside; nothing comes before the first sound, or before the silence is known to be meant.

        A pause inside comes with the sound behind it; meanwhile empty pieces say that the voice goes on.
        """
        trim = _Trim(is_sentence=_ends_sentence(text))
        try:
            async with aclosing(self._voice.synthesize(text)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Switched):
                        yield piece
                    elif (given := trim.push(piece)) is not None:
                        yield given
        except ProviderError:
            if (rest := trim.broken()) is not None:
                yield rest
            raise
        if (rest := trim.finish()) is not None:
            yield rest


class _Trim:
    """One segment: audio and words in as the voice gives them, and out as they are said."""

    __slots__ = ("_given", "_is_sentence", "_leading", "_trailing", "_words")

    def __init__(self, *, is_sentence: bool) -> None:
        self._leading, self._trailing = LeadingSilence(), TrailingSilence()
        self._words: tuple[WordTime, ...] = ()
        """Not given yet, by the voice's own times until the first sound came."""
        self._given = 0
        """Bytes."""
        self._is_sentence = is_sentence

    def push(self, piece: SpokenAudio) -> SpokenAudio | None:
        was_over = self._leading.is_over
        audio = self._leading.push(piece.audio)
        if not self._leading.is_over:
            self._words += piece.words
            return None
        by_s = self._leading.dropped_s
        # How far a word moves is known with the first sound only.
        self._words = (self._words if was_over else _earlier(self._words, by_s)) + _earlier(piece.words, by_s)
        return self._give(self._trailing.push(audio))

    def finish(self) -> SpokenAudio | None:
        """The end: what is still held is silence that nobody needs, except for a pause before the next sentence."""
        audio = self._flush_leading()
        rest_s = min(self._trailing.held_s, PAUSE_S) if self._is_sentence else 0.0
        self._given += len(audio)
        # A voice may count the silence to its last word: what was not given is not waited for by those who count words.
        words = tuple(_until(word, TELEPHONE.seconds(self._given)) for word in self._words)
        return SpokenAudio(audio, words, rest_s) if audio or words or rest_s else None

    def broken(self) -> SpokenAudio | None:
        """The voice broke off: what it gave since its first sound is passed on."""
        if not self._leading.is_over:
            return None  # It has not begun.
        given = self._give(self._trailing.flush())
        return given if given.audio or given.words else None

    def _flush_leading(self) -> bytes:
        if self._leading.is_over:
            return b""
        self._words = _earlier(self._words, self._leading.dropped_s)
        return self._leading.flush()

    def _give(self, audio: bytes) -> SpokenAudio:
        self._given += len(audio)
        until_s = TELEPHONE.seconds(self._given) + SLACK_S
        count = 0
        while count < len(self._words) and self._words[count].end_s <= until_s:
            count += 1
        words, self._words = self._words[:count], self._words[count:]
        return SpokenAudio(audio, words)


def _ends_sentence(text: str) -> bool:
    """Whatever quotes and brackets are closed behind its sign."""
    for sign in reversed(text):
        if sign in SENTENCE_ENDS or sign.isalnum():
            return not sign.isalnum()
    return False


def _earlier(words: tuple[WordTime, ...], by_s: float) -> tuple[WordTime, ...]:
    if not by_s or not words:
        return words
    return tuple(
        replace(word, start_s=max(0.0, word.start_s - by_s), end_s=max(0.0, word.end_s - by_s)) for word in words
    )


def _until(word: WordTime, length_s: float) -> WordTime:
    if word.end_s <= length_s:
        return word
    return replace(word, start_s=min(word.start_s, length_s), end_s=length_s)
