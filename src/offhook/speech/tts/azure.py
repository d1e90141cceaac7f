"""Azure's voices over REST: SSML in, mu-law at 8000 Hz out, so that nothing is converted here.

https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech. There are no word times over REST.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Final, Literal
from xml.sax.saxutils import escape, quoteattr

from pydantic import AfterValidator, Field

from offhook.errors import ConfigurationError
from offhook.speech.http import Endpoint
from offhook.speech.http_audio import VOICE_PATIENCE, AudioClient
from offhook.speech.ports import ProviderConfig, Setup, SpokenAudio
from offhook.speech.vendor_block import BaseUrl, is_loopback, key_of
from offhook.speech.voice_words import speaker

NAME: Final = "azure"
KEY: Final = "AZURE_SPEECH_KEY"
REGION: Final = "AZURE_SPEECH_REGION"
FORMAT: Final = "raw-8khz-8bit-mono-mulaw"
FORMAT_HINT: Final = f"the server has to know the output format {FORMAT}: check base_url"
HINTS: Final = {
    400: "check voice and style: the voice has to exist in this region, and not every voice has every style",
    401: f"check {KEY}, and that the key belongs to this region or base_url",
    403: f"check {KEY}, and that the key belongs to this region or base_url",
    404: "check region, base_url and voice",
    415: "the address takes no SSML: check base_url",
    429: "too many requests at a time: the free tier takes 20 a minute",
    502: "the network inside Azure failed",
}
"""Azure mostly answers with a status and no word."""
NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets: these make a document unreadable even when they are escaped."""
_REGION: Final = re.compile(r"[a-z0-9]{2,40}")
_CLOUDS: Final = (("usgov", "azure.us"), ("usdod", "azure.us"), ("china", "azure.cn"))
"""How regions of the clouds of their own begin, and where those are: the government of the US, China.
https://learn.microsoft.com/azure/ai-services/speech-service/sovereign-clouds.
"""
TAIL: Final = '<mstts:silence type="Tailing-exact" value="300ms"/>'
"""The vendor's own is 0.8 s. What is left is trimmed as with every voice, and is the pause between two sentences
(`speech/trimmed.py`)."""
FEW_ELEMENTS: Final = re.compile(r":|HD$|Turbo|-(?:Alloy|Echo|Fable|Nova|Onyx|Shimmer)")
"""Names of voices that take only some of SSML's elements: HD voices, and those of OpenAI's making."""
LOCALES: Final = {
    locale.partition("-")[0]: locale
    for locale in """af-ZA am-ET ar-SA bn-BD bs-BA ca-ES cs-CZ cy-GB da-DK el-GR en-US et-EE eu-ES fa-IR ga-IE gl-ES
    gu-IN he-IL hi-IN hy-AM ja-JP jv-ID ka-GE kk-KZ km-KH kn-IN ko-KR lo-LA ml-IN mr-IN ms-MY my-MM nb-NO ne-NP pa-IN
    ps-AF si-LK sl-SI sq-AL sr-RS sv-SE sw-KE ta-IN te-IN uk-UA ur-PK uz-UZ vi-VN zh-CN zu-ZA""".split()
} | {"no": "nb-NO", "tl": "fil-PH", "fil": "fil-PH"}
"""Where a language that is told without a region is spoken; of those that are not here it is named as the language."""


def _checked_region(region: str) -> str:
    if not _REGION.fullmatch(region):
        raise ValueError("not a region such as westeurope: small letters and digits")
    return region


class Config(ProviderConfig):
    """Microsoft Azure's voices, over REST."""

    provider: Literal["azure"] = "azure"
    voice: Annotated[
        str, Field(min_length=1, max_length=200, description="The voice; those with `Multilingual` speak any language.")
    ] = "en-US-AvaMultilingualNeural"
    region: Annotated[
        str,
        AfterValidator(_checked_region),
        Field(description="Region of the Speech resource, as `westeurope`; default: what `AZURE_SPEECH_REGION` says."),
    ] = ""
    base_url: Annotated[
        BaseUrl,
        Field(
            description="Address in place of the region's, up to `/cognitiveservices`; a resource's own ends `/tts`."
        ),
    ] = ""
    rate_percent: Annotated[int, Field(ge=-50, le=100, description="Faster or, below 0, slower than usual.")] = 0
    pitch_percent: Annotated[int, Field(ge=-50, le=50, description="Higher or, below 0, lower than usual.")] = 0
    spell_out: Annotated[
        bool,
        Field(description="Numbers, dates and amounts are given to the vendor as words; else it reads them itself."),
    ] = False
    style: Annotated[
        str, Field(max_length=100, description="A style that the voice has, as `cheerful` or `customerservice`.")
    ] = ""


def KEYS(config: Config) -> tuple[str, ...]:  # noqa: N802 - the registry's name for it
    """The key, and the region where the block names neither it nor an address."""
    if config.base_url:
        return () if is_loopback(config.base_url) else (KEY,)
    return (KEY,) if config.region else (KEY, REGION)


def create(config: Config, setup: Setup) -> "AzureVoice":
    """The voice of an agent. Raises `ConfigurationError` when key or region are missing."""
    base_url = config.base_url or region_url(config.region or _region_of(setup))
    return AzureVoice(config, base_url, key_of(setup, KEY, base_url), setup)


def region_url(region: str) -> str:
    """Where a region's voices are."""
    cloud = next((cloud for begin, cloud in _CLOUDS if region.startswith(begin)), "microsoft.com")
    return f"https://{region}.tts.speech.{cloud}"


def _region_of(setup: Setup) -> str:
    try:
        region = key_of(setup, REGION)
    except ConfigurationError as error:
        text = "not set: the region of your Speech resource, here or as `region` in the tts block"
        raise ConfigurationError(text, field=REGION, expected="a region such as westeurope") from error
    try:
        return _checked_region(region)
    except ValueError as error:
        raise ConfigurationError(str(error), field=REGION, found=repr(region[:40])) from error


def ssml(config: Config, language: str, inner: str) -> str:
    """The document for what is said, which is SSML already (`Ssml`), in a language.

    What may stand in what: https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-structure.
    `lang` may hold everything, and may not itself stand in `prosody`.
    """
    language = locale_of(language, config.voice)
    changes = {"rate": config.rate_percent, "pitch": config.pitch_percent}
    if prosody := "".join(f' {name}="{percent:+d}%"' for name, percent in changes.items() if percent):
        inner = f"<prosody{prosody}>{inner}</prosody>"
    if config.style:
        inner = f"<mstts:express-as style={quoteattr(config.style)}>{inner}</mstts:express-as>"
    # A multilingual voice would otherwise guess the language from each sentence anew.
    if "Multilingual" in config.voice and not config.voice.startswith(f"{language}-"):
        inner = f"<lang xml:lang={quoteattr(language)}>{inner}</lang>"
    tail = "" if FEW_ELEMENTS.search(config.voice) else TAIL
    return (
        '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" '
        f'xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang={quoteattr(language)}>'
        f"<voice name={quoteattr(config.voice)}>{tail}{inner}</voice></speak>"
    )


def locale_of(tag: str, voice: str) -> str:
    """The locale that stands for a language's tag: the vendor writes a region throughout (`de-DE`, `zh-CN`)."""
    language, *rest = tag.replace("_", "-").split("-")
    language = language.lower()
    if rest:
        return "-".join([language, *(part.upper() if len(part) == 2 else part for part in rest)])
    of_voice = "-".join(voice.split("-")[:2])
    if of_voice.partition("-")[0] == language:
        return of_voice
    return LOCALES.get(language, f"{language}-{language.upper()}")


class Ssml:
    """What is said, as elements of the vendor's documents: see `offhook.speech.spoken.notation`."""

    def text(self, said: str) -> str:
        """See `Notation`."""
        return escape(NOT_XML.sub("", said))

    def respelled(self, written: str, said: str) -> str:
        """See `Notation`."""
        return f"<sub alias={quoteattr(NOT_XML.sub('', said))}>{self.text(written)}</sub>"

    def phonemes(self, written: str, ipa: str) -> str:
        """See `Notation`."""
        return f'<phoneme alphabet="ipa" ph={quoteattr(NOT_XML.sub("", ipa))}>{self.text(written)}</phoneme>'

    def letter_a(self) -> str:
        """See `Notation`."""
        return self.phonemes("A", "eɪ")


class AzureVoice:
    """See `offhook.speech.ports.Voice`."""

    def __init__(self, config: Config, base_url: str, key: str, setup: Setup) -> None:
        self._config, self._language = config, setup.language
        self._speak = speaker(setup, spell_out=config.spell_out, notation=Ssml())
        headers = {"X-Microsoft-OutputFormat": FORMAT, "User-Agent": "offhook"}
        if key:
            headers["Ocp-Apim-Subscription-Key"] = key
        self._client = AudioClient(Endpoint(NAME, base_url, headers, key, VOICE_PATIENCE, HINTS), FORMAT_HINT)

    async def prepare(self) -> None:
        """Make the connections' pool."""
        await self._client.prepare()

    async def expect_call(self) -> None:
        """Open a connection."""
        await self._client.expect_call()

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.close()

    async def synthesize(self, text: str) -> AsyncGenerator[SpokenAudio, None]:
        """The segment's audio, byte for byte as it comes. Raises `ProviderError`."""
        spoken = self._speak(text)
        if spoken.is_silent:
            return  # The vendor takes it for a mistake.
        language = spoken.language if "Multilingual" in self._config.voice else self._language
        document = ssml(self._config, language, spoken.said).encode()
        async with aclosing(self._client.audio("cognitiveservices/v1", document, "application/ssml+xml")) as pieces:
            async for piece in pieces:
                yield SpokenAudio(piece)
