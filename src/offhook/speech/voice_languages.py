"""A voice whose sockets enforce the agent's language, and what is said in another one."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from offhook.speech.ports import Voice, VoiceOutput
from offhook.speech.voice_words import SpokenText


class LanguageVoice:
    """The port (`offhook.speech.ports.Voice`): two voices that differ in what they tell the vendor of the language.

    Short sentences are read in the right language only where it is enforced; and where it is, a sentence in another one
    is read with the wrong sounds.
    """

    def __init__(self, usual: Voice, other: Voice, language: str, speak: Callable[[str], SpokenText]) -> None:
        """`usual` says what is in the agent's `language`, or in none that is known; `other` hears it in the text."""
        self._usual, self._other, self._language, self._speak = usual, other, language, speak

    def __repr__(self) -> str:
        return f"<LanguageVoice {self._usual!r}>"

    async def prepare(self) -> None:
        """Only the agent's language is ready from the start. Raises `ProviderError`."""
        await self._usual.prepare()

    async def synthesize(self, text: str) -> AsyncGenerator[VoiceOutput, None]:
        """The segment's audio as it comes. Raises `ProviderError`."""
        is_usual = self._speak(text).language == self._language
        async with aclosing((self._usual if is_usual else self._other).synthesize(text)) as pieces:
            async for piece in pieces:
                yield piece

    async def close(self) -> None:
        """Close both."""
        await self._usual.close()
        await self._other.close()
