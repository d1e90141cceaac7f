"""What vendors refuse, lose and limit: the stand-ins do so, and one call's bad luck is not every call's."""

import asyncio
import time
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from offhook import clock
from offhook.audio.trim import TAIL_BYTES
from offhook.errors import ProviderError, ProviderRefused, ProviderUnavailable, RequestRefused
from offhook.simulator.vendors import elevenlabs
from offhook.simulator.vendors.azure import AzureServer
from offhook.simulator.vendors.cartesia import CartesiaServer
from offhook.simulator.vendors.deepgram_speak import DeepgramSpeakServer
from offhook.simulator.vendors.elevenlabs import ElevenLabsServer
from offhook.simulator.vendors.latency import Delay
from offhook.simulator.vendors.openai_speech import OpenAISpeechServer
from offhook.simulator.vendors.sockets import Pace, SpeechFault, SpeechServer
from offhook.simulator.vendors.sound import SoundFault, SoundServer
from offhook.speech.health import HealthBoard, State
from offhook.speech.ports import Setup, SpokenAudio, Voice
from offhook.speech.registry import Kind, create_voice, provider
from offhook.speech.scripted.tape import speak, word_times
from offhook.speech.trimmed import TrimmedVoice
from tests.contract.test_voice_rules import REQUEST, answers, client, closed, tell
from tests.socket_voice_world import TEXT, VENDORS, Vendor, run, said

ELEVENLABS, CARTESIA, DEEPGRAM = VENDORS
every = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
BAD = "this very text is not wanted"


# ── the silence around it ────────────────────────────────────────────────────────────────────────────────────────


@every
@pytest.mark.parametrize("tail_s", [0.0, 0.3, 1.2])
def test_a_voice_ends_when_it_ends_and_its_words_are_where_they_are_heard(vendor: Vendor, tail_s: float) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        text, audio, words = await said(TrimmedVoice(voice), TEXT)
        truth = word_times(TEXT)
        assert text == TEXT
        kept = min(round(8000 * tail_s), TAIL_BYTES)
        assert 0 <= len(audio) - len(speak(TEXT)) - kept <= 240 + 8, "10 to 30 ms in front, 100 behind"
        if vendor.tells_words:
            assert [word.text for word in words] == TEXT.split()
            for word, true in zip(words, truth, strict=True):
                assert abs(word.start_s - true.start_s) < 0.12
            assert words[-1].end_s <= len(audio) / 8000

    run(vendor, act, pace=Pace(leading_silence_s=0.4, trailing_silence_s=tail_s))


@pytest.mark.parametrize(("text", "rest_s"), [("We are open.", 0.2), ("We are open,", 0.0)])
def test_the_pause_behind_a_sentence_is_told_through_the_list_of_voices(text: str, rest_s: float) -> None:
    async def main() -> None:
        async with asyncio.timeout(15), AzureServer() as server:
            voice = board_voice("azure", server.address, server.key, HealthBoard())
            await voice.prepare()
            pieces = [piece async for piece in voice.synthesize(text) if isinstance(piece, SpokenAudio)]
            assert max(piece.rest_s for piece in pieces) == pytest.approx(rest_s, abs=0.001)
            await voice.close()

    asyncio.run(main())


# ── ElevenLabs' letters and contexts ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("alignments", ["usual", "ahead", "again", "none"])
@pytest.mark.parametrize("spelling", ["camel", "snake"])
def test_elevenlabs_words_have_their_times_however_the_letters_come(alignments: Any, spelling: Any) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        text, audio, words = await said(voice, TEXT)
        assert text == TEXT and len(audio) == len(speak(TEXT))
        if alignments == "none":
            assert words == []
            return
        assert [word.text for word in words] == TEXT.split()
        for word, true in zip(words, word_times(TEXT), strict=True):
            slack_s = (true.end_s - true.start_s) / len(true.text) + 0.01
            assert abs(word.start_s - true.start_s) <= slack_s and abs(word.end_s - true.end_s) <= 2 * slack_s

    run(ELEVENLABS, act, alignments=alignments, spelling=spelling, pace=Pace(times_real_time=300.0))


@pytest.mark.parametrize("words", ["usual", "late", "none"])
def test_cartesia_words_may_come_late_or_never(words: Any) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        text, _, told = await said(voice, TEXT)
        assert text == TEXT
        assert [word.text for word in told] == (TEXT.split() if words != "none" else [])

    run(CARTESIA, act, words=words)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("model_id=eleven_v3&output_format=ulaw_8000", "model_not_found"),
        ("model_id=eleven_flash_v2_5&output_format=ulaw_16000", "unsupported_output_format"),
        ("model_id=eleven_flash_v2_5&output_format=ulaw_8000&language_code=is", "unsupported_language"),
        ("model_id=eleven_multilingual_v2&output_format=ulaw_8000&language_code=de", "unsupported_language"),
    ],
)
def test_elevenlabs_refuses_what_the_address_asks_for_behind_the_handshake(query: str, code: str) -> None:
    async def main() -> None:
        async with ElevenLabsServer() as server:
            path = f"/v1/text-to-speech/v/multi-stream-input?{query}"
            async with client(server, path=path) as socket:
                (error,) = await answers(socket, "error")
                assert (error["error"], error["code"]) == (code, 1008)
                assert (await closed(socket))[0] == 1008

    asyncio.run(main())


def test_elevenlabs_takes_settings_in_a_contexts_first_message_only() -> None:
    async def main() -> None:
        async with ElevenLabsServer() as server, client(server) as socket:
            settings = {"voice_settings": {"stability": 0.5}}
            await tell(socket, {"text": " ", "context_id": "a", **settings}, {"text": " ", "context_id": "b"})
            assert await answers(socket) == []
            await tell(socket, {"text": "Late. ", "context_id": "b", **settings})
            (error,) = await answers(socket, "error")
            assert error["code"] == 1008 and "first message" in error["message"]

    asyncio.run(main())


def test_elevenlabs_may_lose_a_context_that_is_closed_before_its_audio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elevenlabs, "RACE", 0.4)

    async def main() -> None:
        pace = Pace(first_audio=Delay(0.001))
        async with ElevenLabsServer(pace=pace) as server:
            ended = 0
            for number in range(20):
                async with client(server) as socket:
                    name = {"context_id": f"c{number}"}
                    await tell(socket, {"text": "Short. ", **name, "flush": True}, {**name, "close_context": True})
                    found = await answers(socket)
                ended += bool(found) and found[0].get("isFinal") is True
            assert server.lost >= 2 and 0 < ended < server.lost, "some end without audio, others never"

    asyncio.run(main())


class NowAndThenSilent(ElevenLabsServer):
    """Of every 40th sentence nothing comes, until it is asked for once more."""

    def next_text(self, text: str) -> tuple[int, SpeechFault | None]:
        is_new = text not in self.said
        number, fault = super().next_text(text)
        return number, SpeechFault(kind="stall") if is_new and len(set(self.said)) % 40 == 0 else fault


def test_nobody_hears_a_gap_in_200_sentences() -> None:
    """Closed at once, one in twenty would be lost; and now and then a context stays silent whatever is done."""
    gaps: list[float] = []

    async def caller(voice: Voice, number: int) -> None:
        for at in range(20):
            # Each one is another, of words that were computed before.
            words = TEXT.split()
            text = " ".join([*words[at % 10 :], *words[: at % 10], *["really"] * (at // 10), *["well"] * number])
            begun_at = time.monotonic()
            gap_s, audio = 0.0, b""
            async for piece in voice.synthesize(text):
                assert isinstance(piece, SpokenAudio)
                if piece.audio:
                    gap_s, begun_at = max(gap_s, time.monotonic() - begun_at), time.monotonic()
                    audio += piece.audio
            gaps.append(max(gap_s, time.monotonic() - begun_at))
            assert len(audio) == len(speak(text))

    async def act(server: Any, voice: Voice) -> None:
        async with asyncio.TaskGroup() as callers:
            for number in range(10):
                callers.create_task(caller(voice, number))
        assert server.lost == 0, "no context was closed before its audio"
        assert len(gaps) == 200 and len(server.said) == 205
        assert max(gaps) < 1.0, sorted(gaps)[-5:]

    silent = Vendor("elevenlabs", NowAndThenSilent, {"voice": "voice1"})
    run(silent, act, pace=Pace(first_audio=Delay(0.02, 0.05), times_real_time=60.0, most_letters=40))


def test_elevenlabs_context_that_never_ends_is_not_waited_for() -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        begun_at = time.monotonic()
        assert (await said(voice, TEXT))[0] == TEXT
        assert time.monotonic() - begun_at < 1.0

    run(ELEVENLABS, act, faults=[SpeechFault(kind="no_final")])


# ── one bad text ─────────────────────────────────────────────────────────────────────────────────────────────────


@every
def test_a_bad_text_that_closes_its_socket_fails_alone(vendor: Vendor) -> None:
    async def act(server: SpeechServer, voice: Voice) -> None:
        server.bad_text = BAD
        others = [asyncio.create_task(said(voice, TEXT)) for _ in range(6)]
        bad = asyncio.create_task(said(voice, BAD))
        more = [asyncio.create_task(said(voice, TEXT)) for _ in range(6)]
        with pytest.raises(RequestRefused):
            await bad
        assert [text for text, _, _ in await asyncio.gather(*others, *more)] == [TEXT] * 12

    run(vendor, act, pace=Pace(first_audio=Delay(0.05)))


def board_voice(vendor_name: str, base_url: str, key: str, board: HealthBoard, **fields: Any) -> Voice:
    """As an agent has it."""
    config = provider(Kind.TTS, vendor_name).config.model_validate({"base_url": base_url, **fields})
    return create_voice(config, Setup(key=lambda _: key, health=board))


@every
def test_a_bad_text_closes_the_voice_to_nobody(vendor: Vendor) -> None:
    async def main() -> None:
        board = HealthBoard()
        async with asyncio.timeout(15), vendor.server() as server:
            voice = board_voice(vendor.name, server.base_url, server.key, board, **vendor.config)
            await voice.prepare()
            server.bad_text = BAD
            with pytest.raises(RequestRefused):
                await collect(voice, BAD)
            assert [standing.state for standing in board.snapshot(clock.now())] == [State.CLOSED]
            assert await collect(voice, TEXT)
            await voice.close()

    asyncio.run(main())


@pytest.mark.parametrize(("name", "kind"), [("azure", AzureServer), ("openai", OpenAISpeechServer)])
def test_a_bad_request_closes_the_voice_to_nobody(name: str, kind: type[SoundServer]) -> None:
    async def main() -> None:
        board = HealthBoard()
        async with asyncio.timeout(15), kind(faults=[SoundFault("bad_request")]) as server:
            path = "/v1" if name == "openai" else ""
            voice = board_voice(name, server.address + path, server.key, board)
            await voice.prepare()
            with pytest.raises(RequestRefused):
                await collect(voice, BAD)
            assert [standing.state for standing in board.snapshot(clock.now())] == [State.CLOSED]
            assert await collect(voice, TEXT)
            await voice.close()

    asyncio.run(main())


def test_a_style_that_no_text_is_taken_with_is_told_and_rests() -> None:
    async def main() -> None:
        board = HealthBoard()
        async with asyncio.timeout(15), AzureServer(faults=[SoundFault("bad_request")] * 3) as server:
            voice = board_voice("azure", server.address, server.key, board)
            await voice.prepare()
            for text in ("One.", "Two.", "Three."):
                with pytest.raises(RequestRefused):
                    await collect(voice, text)
            assert [standing.state for standing in board.snapshot(clock.now())] == [State.OPEN]
            await voice.close()

    asyncio.run(main())


async def collect(voice: Voice, text: str) -> bytes:
    return b"".join([piece.audio async for piece in voice.synthesize(text) if isinstance(piece, SpokenAudio)])


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_aura_takes_fewer_characters_than_published_and_the_voice_learns_it() -> None:
    """1008 `DATA-0001` is a limit of a minute, and no reason to rest for five."""

    async def act(server: Any, voice: Voice) -> None:
        text = " ".join(["Twenty words or so"] * 20)
        for _ in range(8):
            assert (await said(voice, text))[0] == text
        handshakes, begun = server.handshakes, len(server.said)
        for _ in range(4):
            assert (await said(voice, text))[0] == text
        assert len(server.said) - begun == 4
        assert server.handshakes - handshakes <= 4

    run(DEEPGRAM, act, letters=900)


@pytest.mark.parametrize("status", [429, 503])
@every
def test_a_full_account_at_the_handshake_is_no_refusal(vendor: Vendor, status: int) -> None:
    async def main() -> None:
        from offhook.simulator.vendors.sockets import Refusal

        board = HealthBoard()
        async with asyncio.timeout(15), vendor.server(refusals=[Refusal(status=status, reason="too many")]) as server:
            voice = board_voice(vendor.name, server.base_url, server.key, board, **vendor.config)
            with pytest.raises(ProviderUnavailable):
                await voice.prepare()
            assert await collect(voice, TEXT)
            assert [standing.state for standing in board.snapshot(clock.now())] == [State.CLOSED]
            await voice.close()

    asyncio.run(main())


@pytest.mark.parametrize(("name", "kind"), [("azure", AzureServer), ("openai", OpenAISpeechServer)])
def test_requests_of_a_minute_are_a_limit_and_no_refusal(name: str, kind: type[SoundServer]) -> None:
    async def main() -> None:
        async with asyncio.timeout(15), kind() as server:
            server.most_per_minute = 3
            path = "/v1" if name == "openai" else ""
            voice = board_voice(name, server.address + path, server.key, HealthBoard())
            await voice.prepare()
            for _ in range(3):
                assert await collect(voice, TEXT)
            with pytest.raises(ProviderUnavailable, match="pause of") as caught:
                await collect(voice, TEXT)
            assert type(caught.value) is ProviderUnavailable and 50 <= caught.value.pause_s <= 60
            await voice.close()

    asyncio.run(main())


# ── what the stand-ins refuse ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (DeepgramSpeakServer, "/v1/speak?model=aura-2-thalia-xx&encoding=mulaw&sample_rate=8000"),
        (DeepgramSpeakServer, "/v1/speak?model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000&speed=2"),
        (CartesiaServer, "/tts/websocket?cartesia_version=2024-06-10"),
    ],
)
def test_a_wrong_address_is_refused(kind: type[SpeechServer], path: str) -> None:
    async def main() -> None:
        async with kind() as server:
            with pytest.raises(InvalidStatus) as caught:
                async with client(server, path=path, version=""):
                    pass
            assert caught.value.response.status_code == 400

    asyncio.run(main())


@pytest.mark.parametrize(
    "wrong",
    [
        {"language": "xx"},
        {"model_id": "sonic-9"},
        {"voice": {"mode": "embedding", "id": "v"}},
        {"voice": {"mode": "id"}},
    ],
)
def test_cartesia_refuses_a_wrong_request(wrong: dict[str, Any]) -> None:
    async def main() -> None:
        async with CartesiaServer() as server, client(server) as socket:
            await tell(socket, {**REQUEST, "transcript": "Hello.", "continue": False, **wrong})
            (error,) = await answers(socket, "error_code")
            assert (error["type"], error["status_code"]) == ("error", 400)

    asyncio.run(main())


@pytest.mark.parametrize(("vendor", "field"), [(ELEVENLABS, "language"), (CARTESIA, "language"), (CARTESIA, "model")])
def test_a_wrong_setting_is_told_as_one(vendor: Vendor, field: str) -> None:
    async def main() -> None:
        async with vendor.server() as server:
            voice = vendor.voice(server, **{field: "xx"})
            await voice.prepare()
            with pytest.raises(ProviderError) as caught:
                await said(voice, TEXT)
            assert isinstance(caught.value, ProviderRefused), "no retry mends it"
            await voice.close()

    asyncio.run(main())


@pytest.mark.parametrize(("model", "voice"), [("tts-1", "marin"), ("tts-1-hd", "verse"), ("gpt-9-tts", "alloy")])
def test_openai_has_voices_by_model(model: str, voice: str) -> None:
    async def main() -> None:
        async with OpenAISpeechServer() as server:
            port = board_voice("openai", server.base_url, server.key, HealthBoard(), model=model, voice=voice)
            await port.prepare()
            with pytest.raises(ProviderRefused, match=r"voices|does not exist"):
                await collect(port, TEXT)
            await port.close()

    asyncio.run(main())
