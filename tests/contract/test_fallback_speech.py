"""Lists of voices and of transcribers in virtual time: a segment is whole, its words fit, the healthy one hears."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from pydantic import TypeAdapter

from offhook import clock
from offhook.core.events import ProviderSwitched, TranscriberReady
from offhook.errors import ConfigurationError, ProviderError, ProviderTimeout, ProviderUnavailable
from offhook.simulator.virtual import run_virtual
from offhook.speech.fallback import Member, TtsBlock
from offhook.speech.fallback_stt import FallbackSpeechToText
from offhook.speech.fallback_voice import FallbackVoice
from offhook.speech.health import HealthBoard, State
from offhook.speech.ports import Setup, SpokenAudio, Switched, Transcriber, TranscriberEvent, WordTime
from offhook.speech.registry import create_speech_to_text, create_voice, stt_config_union, tts_config_union
from offhook.speech.scripted.tape import TapeReader, word_times

TEXT = "one two three four five six seven eight nine ten eleven twelve"


async def spoken(document: dict[str, Any], text: str = TEXT) -> tuple[bytes, list[WordTime], list[Switched]]:
    voice = create_voice(TypeAdapter(tts_config_union()).validate_python(document), Setup())
    await voice.prepare()
    audio, words, news = b"", list[WordTime](), list[Switched]()
    async for piece in voice.synthesize(text):
        if isinstance(piece, Switched):
            news.append(piece)
        else:
            audio += piece.audio
            words += piece.words
    await voice.close()
    return audio, words, news


def heard(audio: bytes) -> str:
    reader = TapeReader()
    for at in range(0, len(audio), 160):
        reader.hear(audio[at : at + 160])
    return reader.text


@pytest.mark.parametrize("pieces", [1, 2, 5, 8])
@pytest.mark.parametrize("fault", ["fail_mid", "stall"])
def test_a_segment_is_whole_and_its_words_lie_where_they_are_told(fault: str, pieces: int) -> None:
    document = {"provider": "scripted", "fault": fault, "fault_pieces": pieces, "fallback": [{"provider": "scripted"}]}
    audio, words, news = run_virtual(spoken(document))
    assert heard(audio) == TEXT
    assert [word.text for word in words] == TEXT.split()
    assert news and all(switched.kind == "tts" for switched in news)
    for word in words:
        # Each told time holds that very word; of one that was cut, its first half.
        inside = round((word.start_s + 0.3 * (word.end_s - word.start_s)) * 50) * 160
        reader = TapeReader()
        reader.hear(audio[inside : inside + 160])
        (found,) = reader.words
        assert found.text.strip("?") in word.text
    assert all(first.start_s < second.start_s for first, second in pairwise(words))


@pytest.mark.parametrize("fault", ["fail", "refuse", "never_start"])
def test_a_voice_that_does_not_begin_is_replaced_for_the_whole_segment(fault: str) -> None:
    document = {"provider": "scripted", "fault": fault, "fallback": [{"provider": "scripted"}]}
    audio, words, news = run_virtual(spoken(document))
    assert heard(audio) == TEXT and tuple(words) == word_times(TEXT) and news


def test_a_voice_without_word_times_goes_on_by_its_letters() -> None:
    document = {
        "provider": "scripted", "word_times": False, "fault": "fail_mid", "fault_pieces": 5,
        "fallback": [{"provider": "scripted", "word_times": False}],
    }  # fmt: skip
    audio, words, _ = run_virtual(spoken(document))
    assert not words
    assert set(TEXT.split()) - set(heard(audio).split()) == set(), "no word is lost"


def test_a_segment_that_broke_behind_its_last_word_is_done() -> None:
    document = {"provider": "scripted", "fault": "fail_mid", "fault_pieces": 3, "fallback": [{"provider": "scripted"}]}
    audio, words, news = run_virtual(spoken(document, "one two"))
    assert heard(audio) == "one two" and len(words) == 2 and not news


def test_no_voice_left_is_an_error() -> None:
    document = {"provider": "scripted", "fault": "fail", "fallback": [{"provider": "scripted", "fault": "refuse"}]}
    with pytest.raises(ProviderError, match="knows no such key"):
        run_virtual(spoken(document))


@dataclass
class Port:
    """A voice and a way to hear, of which a test decides everything."""

    errors: list[Exception] = field(default_factory=list)
    """What preparing it raises, in turn."""
    prepare_s: float = 0.0
    prepared: int = 0
    closed: int = 0

    async def prepare(self) -> None:
        await asyncio.sleep(self.prepare_s)
        self.prepared += 1
        if self.errors:
            raise self.errors.pop(0)

    async def close(self) -> None:
        self.closed += 1

    async def synthesize(self, text: str) -> AsyncGenerator[SpokenAudio, None]:
        assert self.prepared, "prepare() comes first"
        yield SpokenAudio(text.encode())

    def transcriber(self, post: Callable[[TranscriberEvent], None]) -> Transcriber:
        raise AssertionError("nobody calls")


def members_of(kind: str, *ports: Any) -> list[Member[Any]]:
    board = HealthBoard()
    return [
        Member(f"port {number}", port, board.of(number, kind, f"port {number}")) for number, port in enumerate(ports)
    ]


def test_the_start_waits_for_the_first_only() -> None:
    async def main() -> None:
        first, second = Port(prepare_s=1.0), Port(prepare_s=5.0)
        voice = FallbackVoice(members_of("tts", first, second), TtsBlock())
        begun_at = clock.now()
        await voice.prepare()
        assert clock.now() - begun_at == pytest.approx(1.0)
        assert second.prepared == 0
        await asyncio.sleep(4.5)
        assert second.prepared == 1, "the other was prepared behind its back"
        await voice.close()
        assert (first.closed, second.closed) == (1, 1)

    run_virtual(main())


def test_a_first_one_that_is_down_does_not_stop_the_start_and_comes_back() -> None:
    async def main() -> None:
        first, second = Port([ProviderUnavailable("down"), ProviderUnavailable("down")]), Port()
        members = members_of("tts", first, second)
        voice = FallbackVoice(members, TtsBlock())
        await voice.prepare()
        pieces = [piece async for piece in voice.synthesize("Hello.")]
        assert SpokenAudio(b"Hello.") in pieces and first.prepared == 2, "it was tried again"
        assert members[0].health.breaker.state(clock.now()) is State.OPEN
        await asyncio.sleep(members[0].health.breaker.retry_at - clock.now())
        assert [piece async for piece in voice.synthesize("Hello.")] == [SpokenAudio(b"Hello.")]
        assert members[0].health.breaker.state(clock.now()) is State.CLOSED
        await voice.close()

    run_virtual(main())


@pytest.mark.parametrize("error", [ProviderUnavailable("down"), ConfigurationError("no such model")])
def test_nobody_prepared_stops_the_start(error: Exception) -> None:
    async def main() -> None:
        voice = FallbackVoice(members_of("tts", Port([error]), Port([ProviderUnavailable("down")] * 9)), TtsBlock())
        with pytest.raises(type(error)):
            await voice.prepare()
        await voice.close()

    run_virtual(main())


def test_a_stand_by_that_is_still_loading_is_waited_for_not_dropped() -> None:
    async def main() -> None:
        voice = FallbackVoice(
            members_of("tts", Port([ProviderUnavailable("down")] * 9), Port(prepare_s=2.0)), TtsBlock()
        )
        begun_at, preparing = clock.now(), asyncio.create_task(voice.prepare())
        await asyncio.sleep(0.1)
        pieces = [piece async for piece in voice.synthesize("Hello.")]
        assert pieces[-1] == SpokenAudio(b"Hello.") and clock.now() - begun_at == pytest.approx(2.0)
        await preparing
        await voice.close()

    run_virtual(main())


# ── hearing ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def hear(document: dict[str, Any], streams: int, setup: Setup) -> tuple[list[TranscriberEvent], list[str]]:
    """So many streams one after another, as a call opens them; what they posted, and how each ended."""
    posted: list[TranscriberEvent] = []
    ends: list[str] = []
    port = create_speech_to_text(TypeAdapter(stt_config_union()).validate_python(document), setup)
    await port.prepare()
    await asyncio.sleep(0)
    for _ in range(streams):
        transcriber = port.transcriber(posted.append)
        try:
            async with asyncio.timeout(3.0):
                await transcriber.run()
        except TimeoutError:
            ends.append("serves")
        except ProviderError as error:
            ends.append(f"{type(error).__name__} retryable={error.retryable}")
    await port.close()
    return posted, ends


def test_a_refusal_is_no_end_while_another_can_hear() -> None:
    setup = Setup()
    document = {"provider": "scripted", "fault": "refuse", "fallback": [{"provider": "scripted"}]}
    posted, ends = run_virtual(hear(document, 2, setup))
    assert ends == ["ProviderUnavailable retryable=True", "serves"]
    (news, ready) = posted
    assert isinstance(news, ProviderSwitched) and "knows no such key" in news.cause and news.kind == "stt"
    assert isinstance(ready, TranscriberReady)


def test_a_refusal_of_the_only_one_stays_one() -> None:
    _, ends = run_virtual(hear({"provider": "scripted", "fault": "refuse"}, 1, Setup()))
    assert ends == ["ProviderRefused retryable=False"]


def test_a_stream_that_does_not_open_is_given_up() -> None:
    document = {"provider": "scripted", "fault": "never_ready", "fallback": [{"provider": "scripted"}]}
    _, ends = run_virtual(hear(document, 2, Setup()))
    assert ends == ["ProviderTimeout retryable=True", "serves"]
    assert ProviderTimeout.retryable


def test_a_stream_that_was_lost_once_is_opened_again_at_the_same() -> None:
    document = {"provider": "scripted", "drop_after_s": 1.0, "fallback": [{"provider": "scripted"}]}
    posted, ends = run_virtual(hear(document, 2, Setup()))
    assert ends == ["ProviderUnavailable retryable=True", "serves"]
    assert not any(isinstance(event, ProviderSwitched) for event in posted)


def test_one_that_is_not_prepared_yet_asks_to_be_asked_again() -> None:
    async def main() -> None:
        port = FallbackSpeechToText(members_of("stt", Port(prepare_s=2.0)))
        begun_at, preparing = clock.now(), asyncio.create_task(port.prepare())
        await asyncio.sleep(0.5)
        transcriber = port.transcriber(lambda _: None)
        transcriber.hear(b"\xff" * 160)
        transcriber.finalize(0.02)
        with pytest.raises(ProviderUnavailable, match="not prepared yet"):
            await transcriber.run()
        assert clock.now() - begun_at == pytest.approx(2.0)
        await preparing
        await port.close()

    run_virtual(main())
