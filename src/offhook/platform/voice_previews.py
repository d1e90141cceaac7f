"""Lets a voice be heard before a call is: a text as calls say it, in the sound that callers hear."""

import asyncio
import io
import wave
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from offhook.agents.load import misfits
from offhook.agents.model import VOCABULARY_WORDS, Checked, Term
from offhook.audio.g711 import decode_ulaw
from offhook.call.boundary import Boundaries, KeyRing, clean
from offhook.core.formats import TELEPHONE
from offhook.core.segments import Segmenter
from offhook.errors import OffhookError, ProviderError
from offhook.platform.agent_documents import pointer
from offhook.platform.line_up import LineUp
from offhook.platform.problems import Conflict, Flaw, Invalid, TooMany, VendorFailed
from offhook.settings import Settings
from offhook.speech.fallback import TtsBlock
from offhook.speech.model_files import ModelStore
from offhook.speech.ports import ProviderConfig, Setup, Switched, Voice
from offhook.speech.registry import create_voice, tts_config_union

AT_ONCE: Final = 2
"""Each is a voice of its own: the one of this machine is loaded for it."""
LONGEST_TEXT: Final = 500
LONGEST_S: Final = 60.0
"""Of sound: what a voice gives beyond that is not waited for."""
DEADLINE_S: Final = 20.0


class _Spoken(BaseModel):
    """The fields of an agent that its voice knows of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    lexicon: dict[Term, Term] = Field(default_factory=dict, max_length=VOCABULARY_WORDS)
    tts: Annotated[ProviderConfig, Checked(tts_config_union)]


class VoicePreviews:
    """Voices of all vendors, with the workspaces' own keys."""

    def __init__(self, line_up: LineUp, settings: Settings) -> None:
        self._line_up, self._settings = line_up, settings
        self._running = 0

    async def speak(
        self, workspace: str, block: Mapping[str, Any], text: str, language: str, lexicon: Mapping[str, str]
    ) -> bytes:
        """A WAV file (8 kHz, 16 bit, mono) of the text in the voice of this `tts` block, whose fall-backs are not
        asked. Raises `Invalid`, `Conflict` for a text without a sound, `ConfigurationError` for a key that is not
        set, `VendorFailed`, `TooMany`."""
        if self._running >= AT_ONCE:
            raise TooMany("other voices are being tried", retry_after_s=2.0)
        self._running += 1
        try:
            spoken = await asyncio.to_thread(_checked, block, language, lexicon)
            return _wav(await self._sound(workspace, spoken, text))
        finally:
            self._running -= 1

    async def _sound(self, workspace: str, spoken: _Spoken, text: str) -> bytes:
        keys = KeyRing(self._line_up.keys_of(workspace))
        setup = Setup(
            language=spoken.language, lexicon=spoken.lexicon, agent_name="preview", key=keys.key,
            plain_hosts=self._settings.plain_hosts, model_dir=ModelStore(self._settings.model_dir).path,
        )  # fmt: skip
        config = spoken.tts
        if isinstance(config, TtsBlock):
            config = config.model_copy(update={"fallback": ()})
        voice = create_voice(config, setup)
        try:
            async with asyncio.timeout(DEADLINE_S):
                with Boundaries("preview", keys.mask).around("the voice"):
                    await voice.prepare()
                    sound = await _whole(voice, text)
        except TimeoutError:
            raise VendorFailed(f"the voice did not answer within {DEADLINE_S:g} s") from None
        except ProviderError as error:
            raise VendorFailed(clean(keys.mask(str(error)))) from error
        finally:
            await _closed(voice)
        if not sound:
            raise Conflict("nothing of this text can be heard", code="voice.silent")
        return sound


async def _whole(voice: Voice, text: str) -> bytes:
    """Segment by segment, with the pauses between them, as a reply is spoken."""
    segmenter, sound, rest_s = Segmenter(), bytearray(), 0.0
    most = int(LONGEST_S * TELEPHONE.rate)
    for segment in (*segmenter.feed(text), *segmenter.finish()):
        begins = True
        stream = voice.synthesize(segment)
        try:
            async for piece in stream:
                if isinstance(piece, Switched):
                    continue
                if piece.audio and begins:
                    sound += TELEPHONE.silence(int(rest_s * TELEPHONE.rate))
                    begins, rest_s = False, 0.0
                sound += piece.audio
                rest_s = piece.rest_s if piece.audio or piece.rest_s else rest_s
                if len(sound) >= most:
                    return bytes(sound[:most])
        finally:
            await stream.aclose()
    return bytes(sound)


async def _closed(voice: Voice) -> None:
    try:
        await voice.close()
    except OffhookError:
        return


def _checked(block: Mapping[str, Any], language: str, lexicon: Mapping[str, str]) -> _Spoken:
    data = {"tts": dict(block), "language": language, "lexicon": dict(lexicon)}
    try:
        return _Spoken.model_validate(data)
    except ValidationError as error:
        places = ((("voice", *one.place[1:]) if one.place[:1] == ("tts",) else one.place, one)
                  for one in misfits(data, error))  # fmt: skip
        raise Invalid([Flaw(pointer(place), one.detail) for place, one in places][:50]) from None


def _wav(sound: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(TELEPHONE.rate)
        written.writeframes(decode_ulaw(sound).astype("<i2").tobytes())
    return file.getvalue()
