"""A voice with others behind it: a segment is spoken to its end, if need be by another voice from some word on."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial

from offhook.errors import ProviderError
from offhook.speech.continuation import Voiced
from offhook.speech.fallback import (
    Attempts,
    Member,
    Members,
    TtsBlock,
    Waits,
    watched,
)
from offhook.speech.ports import SpokenAudio, Switched, Voice, VoiceOutput


class FallbackVoice(Members[Voice]):
    """See `offhook.speech.ports.Voice`."""

    def __init__(self, members: Sequence[Member[Voice]], block: TtsBlock) -> None:
        super().__init__(members)
        self._block = block

    async def synthesize(self, text: str) -> AsyncGenerator[VoiceOutput, None]:
        """One whole segment. Raises `ProviderError` when nobody is left who could say it, or the rest of it."""
        attempts, segment, block = Attempts(self._members), Voiced(text), self._block
        if (news := attempts.passed_over()) is not None:
            yield news
        while True:
            waits = Waits(
                first_s=block.first_audio_timeout_s if attempts.has_other else None,
                gap_s=block.gap_timeout_s if attempts.has_more else None,
            )
            member = attempts.member
            make = partial(member.port.synthesize, segment.rest)
            try:
                async with aclosing(watched(member, make, waits, _is_begun)) as pieces:
                    async for piece in pieces:
                        yield piece if isinstance(piece, Switched) else segment.take(piece)
                if words := segment.finish():
                    yield SpokenAudio(b"", words)
                return
            except ProviderError as error:
                segment.cut()
                if not segment.rest:
                    return  # The voice was lost behind the last word.
                news = attempts.after(error, has_begun=segment.has_begun)
                if news is None:
                    raise
            yield news
            await attempts.pause()


def _is_begun(piece: VoiceOutput) -> bool:
    return isinstance(piece, SpokenAudio) and bool(piece.audio)
