"""The voices over HTTP against their stand-ins: sound, faults, cancelling, keys that never show, the vendor's SDK."""

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import openai as openai_sdk
import pytest

from offhook.audio.g711 import ulaw_level
from offhook.audio.trim import TAIL_BYTES
from offhook.errors import (
    ConfigurationError,
    ProtocolViolation,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
    RequestRefused,
)
from offhook.simulator.vendors.azure import AzureServer
from offhook.simulator.vendors.openai_speech import OpenAISpeechServer
from offhook.simulator.vendors.sound import SoundFault, SoundFaultKind, SoundServer, SoundTiming
from offhook.speech.http import Patience
from offhook.speech.ports import ProviderConfig, Setup, SpokenAudio, Voice
from offhook.speech.registry import Kind, create_voice, provider, provider_of
from offhook.speech.scripted.tape import heard_text, speak
from offhook.speech.trimmed import TrimmedVoice
from offhook.speech.tts import azure, openai

CANARY = "canary-0123456789-abcdef"
TEXT = 'Tom & "Ann" are in; 5 < 6 o\'clock, ünder way.'
SPOKEN = len(speak(TEXT))
AT_ONCE = SoundTiming()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits are short, so that their end is reached."""
    for module in (azure, openai):
        monkeypatch.setattr(module, "VOICE_PATIENCE", Patience(0.3, 0.3))


Check = Callable[[SoundServer, Voice], Awaitable[None]]


@dataclass(frozen=True)
class Vendor:
    """A voice, its stand-in, and how much of its sound is a byte of mu-law."""

    name: str
    server: type[SoundServer]
    bytes_per_sample: int
    options: dict[str, Any]
    tail: int = 0
    """Bytes of the silence that stays behind what it says."""

    def config(self, server: SoundServer, **options: Any) -> ProviderConfig:
        kind = provider(Kind.TTS, self.name).config
        base_url = f"{server.address}/v1" if self.name == "openai" else server.address
        return kind.model_validate({"base_url": base_url, **self.options, **options})


AZURE = Vendor("azure", AzureServer, 1, {}, tail=TAIL_BYTES)
OPENAI = Vendor("openai", OpenAISpeechServer, 6, {})
SAMPLES_8K = Vendor("openai", OpenAISpeechServer, 2, {"sample_rate_hz": 8000})
VENDORS = pytest.mark.parametrize("vendor", [AZURE, OPENAI], ids=lambda vendor: vendor.name)


def run(
    vendor: Vendor,
    check: Check,
    *faults: SoundFault,
    key: str = "",
    timing: SoundTiming = AT_ONCE,
    **options: Any,
) -> None:
    async def main() -> None:
        server = vendor.server(timing, faults)
        if isinstance(server, OpenAISpeechServer):
            server.rate_hz = vendor.options.get("sample_rate_hz", server.rate_hz)
        async with server:
            setup = Setup(language="en-US", lexicon=options.pop("lexicon", {}), key=lambda _: key or server.key)
            config = vendor.config(server, **options)
            # As the registry makes it, without the list behind it, which asks again.
            voice = TrimmedVoice(vars(provider_of(Kind.TTS, config).module)["create"](config, setup))
            await voice.prepare()
            try:
                async with asyncio.timeout(20):
                    await check(server, voice)
            finally:
                await voice.close()

    asyncio.run(main())


async def collect(voice: Voice, text: str = TEXT) -> bytes:
    return b"".join([piece.audio async for piece in voice.synthesize(text) if isinstance(piece, SpokenAudio)])


def is_close(size: int, expected: int, slack: int = 8) -> bool:
    """The last samples of what is said may be as soft as silence."""
    return abs(size - expected) <= slack


def words(audio: bytes) -> str:
    return heard_text(audio[at : at + 160] for at in range(0, len(audio), 160))


@pytest.mark.parametrize("kind", ["none", "odd"])
@pytest.mark.parametrize("vendor", [AZURE, SAMPLES_8K], ids=lambda vendor: vendor.name)
def test_every_word_arrives_however_the_sound_is_cut(vendor: Vendor, kind: SoundFaultKind) -> None:
    async def check(server: SoundServer, voice: Voice) -> None:
        assert words(await collect(voice)) == TEXT
        assert server.requests[-1].text == TEXT
        assert server.requests[-1].state == "done"

    run(vendor, check, SoundFault(kind))


@pytest.mark.parametrize("kind", ["none", "odd"])
def test_samples_of_24_khz_become_as_much_mu_law(kind: SoundFaultKind) -> None:
    async def check(_: SoundServer, voice: Voice) -> None:
        audio = await collect(voice)
        assert len(audio) == SPOKEN
        assert abs(ulaw_level(audio) - ulaw_level(speak(TEXT))) < 12, "as loud as it was sent"

    run(OPENAI, check, SoundFault(kind))


@VENDORS
def test_the_first_sound_is_given_before_the_last_is_made(vendor: Vendor) -> None:
    async def check(server: SoundServer, voice: Voice) -> None:
        stream = voice.synthesize("one two three four five six seven eight nine ten")
        piece = await anext(stream)
        assert isinstance(piece, SpokenAudio) and piece.audio
        assert server.requests[-1].state == "open"
        await stream.aclose()

    run(vendor, check, timing=SoundTiming(realtime_factor=0.5))


FAULTS: list[tuple[SoundFaultKind, type[ProviderError], str]] = [
    ("bad_request", RequestRefused, "400"),
    ("unauthorized", ProviderRefused, "401.*check"),
    ("missing", ProviderRefused, "404"),
    ("unsupported", ProviderRefused, "415"),
    ("rate_limited", ProviderUnavailable, "429.*pause of 2"),
    ("error", ProviderUnavailable, "500"),
    ("overloaded", ProviderUnavailable, "503"),
    ("reset", ProviderUnavailable, "connection to .* broke"),
    ("cut", ProviderUnavailable, "connection to .* broke"),
    ("no_answer", ProviderTimeout, "in time"),
    ("stall_first", ProviderTimeout, "in time"),
    ("stall", ProviderTimeout, "in time"),
    ("json", ProtocolViolation, "application/json in place of raw audio; the server has to"),
    ("html", ProtocolViolation, "text/html in place of raw audio"),
    ("riff", ProtocolViolation, "a WAV file came in place of raw audio; the server has to"),
    ("id3", ProtocolViolation, "an MP3 file came"),
    ("empty", ProtocolViolation, "no audio"),
]


@VENDORS
@pytest.mark.parametrize(("kind", "error", "message"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_has_its_error_and_the_next_sentence_is_well(
    vendor: Vendor, kind: SoundFaultKind, error: type[ProviderError], message: str
) -> None:
    async def check(_: SoundServer, voice: Voice) -> None:
        heard = b""
        with pytest.raises(ProviderError, match=message) as caught:
            async for piece in voice.synthesize(TEXT):
                assert isinstance(piece, SpokenAudio)
                heard += piece.audio
        assert type(caught.value) is error
        assert caught.value.provider == vendor.name
        assert len(str(caught.value)) < 400
        assert bool(heard) is (kind in ("cut", "stall")), "what came before the fault is said, and nothing else"
        assert is_close(len(await collect(voice)), SPOKEN + vendor.tail)

    run(vendor, check, SoundFault(kind, after_bytes=1600 * vendor.bytes_per_sample))


@pytest.mark.parametrize(
    ("status", "advice"),
    [("bad_request", "style"), ("unauthorized", "AZURE_SPEECH_KEY.*region"), ("missing", "region"),
     ("unsupported", "base_url"), ("rate_limited", "free tier")],
)  # fmt: skip
def test_azure_says_nothing_so_the_error_says_what_to_do(status: SoundFaultKind, advice: str) -> None:
    async def check(_: SoundServer, voice: Voice) -> None:
        with pytest.raises(ProviderError, match=advice):
            await collect(voice)

    run(AZURE, check, SoundFault(status))


@VENDORS
@pytest.mark.parametrize("by_cancel", [False, True])
def test_a_sentence_that_nobody_wants_ends_at_the_vendor(vendor: Vendor, by_cancel: bool) -> None:
    async def check(server: SoundServer, voice: Voice) -> None:
        stream = voice.synthesize("word " * 200)
        await anext(stream)
        if by_cancel:
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait({waiting})
        await stream.aclose()
        while server.requests[-1].state == "open":
            await asyncio.sleep(0.005)
        assert server.requests[-1].state == "left"
        assert server.requests[-1].bytes_sent < 10 * 1600 * vendor.bytes_per_sample

    run(vendor, check, timing=SoundTiming(realtime_factor=0.5))


@VENDORS
def test_the_silence_in_front_is_not_waited_for(vendor: Vendor) -> None:
    async def check(_: SoundServer, voice: Voice) -> None:
        audio = await collect(voice)
        assert SPOKEN < len(audio) - vendor.tail <= SPOKEN + 240, "10 to 30 ms of the 400 are kept"
        if vendor is AZURE:
            assert words(audio) == TEXT

    run(vendor, check, timing=SoundTiming(leading_silence_s=0.4))


@pytest.mark.parametrize("kind", ["none", "odd"])
@pytest.mark.parametrize("tail_s", [0.0, 0.06, 0.8, 3.0])
@pytest.mark.parametrize("vendor", [AZURE, SAMPLES_8K, OPENAI], ids=["azure", "8k", "24k"])
def test_a_voice_ends_when_it_ends(vendor: Vendor, tail_s: float, kind: SoundFaultKind) -> None:
    """A tenth of a second of the silence behind the last word is kept, whatever the vendor leaves there."""

    async def check(_: SoundServer, voice: Voice) -> None:
        audio = await collect(voice)
        kept = min(round(8000 * tail_s), TAIL_BYTES) if vendor.tail == 0 else vendor.tail
        assert is_close(len(audio), SPOKEN + kept, 40 if vendor is OPENAI else 8), "a filter rings for some ms"
        if vendor is not OPENAI:
            assert words(audio) == TEXT

    run(vendor, check, SoundFault(kind), timing=SoundTiming(trailing_silence_s=tail_s))


def test_azure_leaves_most_of_a_second_behind_every_answer_that_does_not_ask_for_less() -> None:
    """HD voices know no element for it: it is trimmed all the same."""

    async def check(server: SoundServer, voice: Voice) -> None:
        assert is_close(len(await collect(voice)), SPOKEN + TAIL_BYTES)
        assert server.requests[-1].bytes_sent == SPOKEN + 6400
        assert b"silence" not in server.requests[-1].body

    run(AZURE, check, voice="en-US-Ava:DragonHDLatestNeural")


@VENDORS
def test_nothing_to_say_is_not_asked_for(vendor: Vendor) -> None:
    async def check(server: SoundServer, voice: Voice) -> None:
        assert await collect(voice, " … -- ") == b""
        assert not server.requests

    run(vendor, check)


@VENDORS
def test_the_key_shows_nowhere(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    async def check(server: SoundServer, voice: Voice) -> None:
        with pytest.raises(ProviderRefused) as caught:
            await collect(voice)
        # OpenAI repeats the key in its message.
        shown = "".join(traceback.format_exception(caught.value)) + repr(voice) + repr(vars(voice)) + caplog.text
        assert "401" in shown
        assert CANARY not in shown and CANARY[:8] not in shown
        assert CANARY not in repr(server.requests[-1])

    with caplog.at_level("DEBUG"):
        run(vendor, check, key=CANARY)


@VENDORS
def test_a_key_is_needed_beyond_this_machine_only(vendor: Vendor) -> None:
    def missing(name: str) -> str:
        raise ConfigurationError("not set", field=name)

    kind = provider(Kind.TTS, vendor.name).config
    local = kind.model_validate({"base_url": "http://127.0.0.1:1/v1"})
    create_voice(local, Setup(key=missing))
    assert provider_of(Kind.TTS, local).keys(local) == ()
    own = kind.model_validate({"region": "westeurope"} if vendor is AZURE else {})
    (name,) = provider_of(Kind.TTS, own).keys(own)
    with pytest.raises(ConfigurationError, match=name):
        create_voice(own, Setup(key=missing))
    with pytest.raises(ConfigurationError) as caught:
        create_voice(own, Setup(key=lambda _: f"{CANARY}\n"))
    assert CANARY not in str(caught.value)


# ── OpenAI ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_the_default_is_not_sent() -> None:
    plain = openai.request_body(openai.Config(base_url="http://127.0.0.1:1/v1", model="kokoro", voice="voice_a"), "Hi.")
    assert plain == {"model": "kokoro", "input": "Hi.", "voice": "voice_a", "response_format": "pcm"}
    own = openai.request_body(openai.Config(voice="voice_a", speed=1.2, instructions="Brisk."), "Hi.")
    assert own["voice"] == {"id": "voice_a"}
    assert (own["speed"], own["instructions"]) == (1.2, "Brisk.")


def test_the_strict_server_takes_every_member() -> None:
    async def check(server: SoundServer, voice: Voice) -> None:
        await collect(voice, "SQL is fun.")
        body = json.loads(server.requests[-1].body)
        assert body["input"] == "sequel is fun."
        assert body["instructions"] == "Be warm."

    run(OPENAI, check, lexicon={"sql": "sequel", "fun": "/fʌn/"}, speed=1.5, voice="nova", instructions="Be warm.")


def test_a_model_that_takes_no_instructions_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="instructions: the model tts-1-hd takes none"):
        openai.Config(model="tts-1-hd", instructions="Be warm.")


def test_the_vendors_own_client_understands_the_stand_in() -> None:
    async def main() -> None:
        async with OpenAISpeechServer() as server:
            client = openai_sdk.AsyncOpenAI(api_key=server.key, base_url=server.base_url, max_retries=0)
            asked: dict[str, Any] = {"model": "gpt-4o-mini-tts", "input": TEXT, "response_format": "pcm"}
            async with client.audio.speech.with_streaming_response.create(voice="marin", **asked) as response:
                assert response.headers["content-type"] == "audio/pcm"
                assert len(b"".join([piece async for piece in response.iter_bytes()])) == SPOKEN * 6
            with pytest.raises(openai_sdk.BadRequestError, match="voices"):
                await client.audio.speech.create(voice="nobody", **asked)
            with pytest.raises(openai_sdk.NotFoundError, match="does not exist"):
                await client.audio.speech.create(voice="marin", **{**asked, "model": "gpt-4o"})
            stranger = client.with_options(api_key=CANARY)
            with pytest.raises(openai_sdk.AuthenticationError, match="Incorrect API key"):
                await stranger.audio.speech.create(voice="marin", **asked)
            await client.close()

    asyncio.run(main())


# ── Azure ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_strict_server_takes_every_markup() -> None:
    async def check(server: SoundServer, voice: Voice) -> None:
        assert words(await collect(voice, "SQL & Nguyen\x00 ok.")) == "sequel & Nguyen ok."
        body = server.requests[-1].body.decode()
        assert '300ms"/><mstts:express-as style="a&amp;b"><prosody rate="+10%" pitch="-5%">' in body
        assert '<sub alias="sequel">SQL</sub> &amp; <phoneme alphabet="ipa" ph="wɪn">Nguyen</phoneme>' in body

    lexicon = {"sql": "sequel", "Nguyen": "/wɪn/"}
    run(AZURE, check, lexicon=lexicon, rate_percent=10, pitch_percent=-5, style="a&b")
