"""The scripted providers keep the ports' contracts, on time and under every fault they offer."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeVar

import pytest
from pydantic import ValidationError

from offhook import clock
from offhook.core.events import TranscriberReady, TranscriptChanged, TranscriptFinal
from offhook.errors import ProviderUnavailable
from offhook.simulator.virtual import run_virtual
from offhook.speech.llm import scripted as llm
from offhook.speech.ports import (
    Message,
    ModelRequest,
    Setup,
    SpokenAudio,
    TextDelta,
    ToolCall,
    TranscriberEvent,
    Usage,
)
from offhook.speech.registry import Kind, provider
from offhook.speech.scripted.tape import FRAME_BYTES, SILENCE_FRAME, Plane, Utterance, heard_text, speak
from offhook.speech.scripted.turn_model import ScriptedTurnModel
from offhook.speech.stt import scripted as stt
from offhook.speech.tts import scripted as tts

T = TypeVar("T")


def frames_of(audio: bytes) -> list[bytes]:
    return [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]


@pytest.mark.parametrize("kind", Kind)
def test_the_registry_finds_them(kind: Kind) -> None:
    found = provider(kind, "scripted")
    assert found.keys(found.config()) == found.models(found.config()) == ()
    with pytest.raises(ValidationError, match="extra"):
        found.config.model_validate({"provider": "scripted", "latency": 3})


# ── hearing ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Hearing:
    """One transcriber and what it posted, with times."""

    def __init__(self, port: stt.ScriptedSpeechToText) -> None:
        self.posted: list[tuple[float, TranscriberEvent]] = []
        self.began_at = clock.now()
        self.heard_s = 0.0
        self.transcriber = port.transcriber(lambda event: self.posted.append((self.now(), event)))
        self.task = asyncio.create_task(self.transcriber.run())

    def now(self) -> float:
        return round(clock.now() - self.began_at, 3)

    async def hear(self, frames: Sequence[bytes], *, real_time: bool = True) -> None:
        for frame in frames:
            self.transcriber.hear(frame)
            self.heard_s = round(self.heard_s + 0.02, 2)
            if real_time:
                await asyncio.sleep(0.02)

    def ask(self) -> None:
        self.transcriber.finalize(self.heard_s)

    def finals(self) -> list[str]:
        return [event.text for _, event in self.posted if isinstance(event, TranscriptFinal)]

    def interims(self) -> list[str]:
        return [event.text for _, event in self.posted if isinstance(event, TranscriptChanged)]

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


def create_stt(**options: Any) -> stt.ScriptedSpeechToText:
    return stt.create(stt.Config(**options), Setup())


def test_words_come_as_they_are_said_and_finals_when_they_are_asked_for() -> None:
    async def main() -> Hearing:
        hearing = Hearing(create_stt(word_delay_s=0.1, interim_every_s=0.0, final_latency_s=0.3))
        await hearing.hear(frames_of(speak("one two three")))
        hearing.ask()
        await hearing.hear(frames_of(speak("four", Utterance(1))))
        hearing.ask()
        await asyncio.sleep(1)
        hearing.ask()
        await asyncio.sleep(1)
        await hearing.stop()
        return hearing

    hearing = run_virtual(main())
    assert isinstance(hearing.posted[0][1], TranscriberReady)
    assert hearing.finals() == ["one two three", "four", ""]
    assert "one" in hearing.interims()
    times = [at for at, event in hearing.posted if isinstance(event, TranscriptFinal)]
    said_s = len(speak("one two three")) / 8000
    assert times[0] == pytest.approx(said_s + 0.3, abs=0.021)
    assert [at for at, _ in hearing.posted] == sorted(at for at, _ in hearing.posted)


def test_interims_do_not_come_too_often() -> None:
    async def main() -> Hearing:
        hearing = Hearing(create_stt(word_delay_s=0.0, interim_every_s=1.0))
        await hearing.hear(frames_of(speak("a b c d e f g h i j k l")))
        await hearing.stop()
        return hearing

    times = [at for at, event in run_virtual(main()).posted if isinstance(event, TranscriptChanged)]
    assert len(times) >= 2
    assert all(later - earlier >= 0.999 for earlier, later in pairwise(times))


def test_a_new_transcriber_after_a_drop_hears_what_is_replayed() -> None:
    async def main() -> tuple[Hearing, BaseException | None, Hearing]:
        port = create_stt(drop_after_s=0.5, connect_s=0.1)
        frames = frames_of(speak("nothing of this is lost"))
        first = Hearing(port)
        await first.hear(frames[:40])
        await asyncio.wait({first.task})
        second = Hearing(port)
        await second.hear(frames[:40], real_time=False)
        await second.hear(frames[40:])
        second.ask()
        await asyncio.sleep(100)
        assert not second.task.done()
        await second.stop()
        return first, first.task.exception(), second

    first, error, second = run_virtual(main())
    assert isinstance(error, ProviderUnavailable)
    assert first.finals() == []
    assert isinstance(second.posted[0][1], TranscriberReady)
    assert second.posted[0][0] == pytest.approx(0.1)
    assert second.finals() == ["nothing of this is lost"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("mute", []), ("duplicate_final", ["hello", "hello"]), ("garbage", [stt.GARBAGE, "hello"])],
)
def test_transcriber_faults(fault: str, expected: list[str]) -> None:
    async def main() -> Hearing:
        hearing = Hearing(create_stt(fault=fault))
        await hearing.hear(frames_of(speak("hello")))
        hearing.ask()
        await asyncio.sleep(5)
        await hearing.stop()
        return hearing

    assert run_virtual(main()).finals() == expected


def test_a_cancelled_transcriber_is_quiet_and_never_raises() -> None:
    async def main() -> Hearing:
        hearing = Hearing(create_stt())
        await hearing.hear(frames_of(speak("hello")))
        hearing.ask()
        await hearing.stop()
        for frame in (*frames_of(speak("more", Utterance(2))), b"", b"\x00" * 999):
            hearing.transcriber.hear(frame)
        hearing.ask()
        await asyncio.sleep(5)
        return hearing

    assert run_virtual(main()).finals() == []


# ── thinking ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def collect(stream: AsyncGenerator[T, None]) -> tuple[list[tuple[float, T]], BaseException | None]:
    began_at, got = clock.now(), list[tuple[float, T]]()
    try:
        async for output in stream:
            got += [(round(clock.now() - began_at, 3), output)]
    except ProviderUnavailable as raised:
        return got, raised
    return got, None


def request(*texts: str) -> ModelRequest:
    return ModelRequest((Message("system", "be kind"), *(Message("user", text) for text in texts)))


def think(asked: ModelRequest, **options: Any) -> tuple[list[tuple[float, Any]], BaseException | None]:
    return run_virtual(collect(llm.create(llm.Config(**options), Setup()).stream(asked)))


def text_of(got: list[tuple[float, Any]]) -> str:
    return "".join(output.text for _, output in got if isinstance(output, TextDelta))


def test_a_reply_comes_token_by_token() -> None:
    got, error = think(request("what time is it?"), first_token_s=0.5, token_s=0.1)
    assert text_of(got) == "You said: what time is it."
    assert error is None
    assert [at for at, output in got if isinstance(output, TextDelta)][:3] == [0.5, 0.6, 0.7]
    assert isinstance(got[-1][1], Usage)


def test_rules_replies_and_tools() -> None:
    rules = [
        {
            "when": "book",
            "say": "One moment.",
            "tool": "book_table",
            "arguments": {"seats": 4},
            "then": "Done: {result}",
        },
        {"when": "bye", "say": "Goodbye.", "tool": "end_call"},
    ]
    got, _ = think(request("please BOOK a table"), rules=rules)
    assert text_of(got) == "One moment."
    (call,) = [output for _, output in got if isinstance(output, ToolCall)]
    assert (call.name, call.arguments) == ("book_table", '{"seats": 4}')
    answered = ModelRequest((*request("please book").messages, Message("tool", "at 7", tool_call=call.call)))
    assert text_of(think(answered, rules=rules)[0]) == "Done: at 7"
    assert text_of(think(request("a", "b", "c"), replies=["first", "second"])[0]) == "first"
    assert text_of(think(request("a", "b"), replies=["first", "second"])[0]) == "second"
    assert text_of(think(request())[0]) == "Hello, how can I help you?"


@pytest.mark.parametrize(
    ("options", "said"),
    [({"fault": "fail"}, ""), ({"fault": "fail_mid"}, "You said: one "), ({"fail_first_n": 1}, "")],
)
def test_a_model_that_fails(options: dict[str, Any], said: str) -> None:
    got, error = think(request("one two three four"), **options)
    assert text_of(got) == said
    assert isinstance(error, ProviderUnavailable)


@pytest.mark.parametrize(("fault", "said"), [("never_start", ""), ("stall", "You said: one ")])
def test_a_model_that_goes_silent_is_cancelled_at_once(fault: Literal["never_start", "stall"], said: str) -> None:
    async def main() -> str:
        model = llm.create(llm.Config(fault=fault), Setup())
        text = ""
        stream = model.stream(request("one two three four"))
        try:
            async with asyncio.timeout(60):
                async for output in stream:
                    assert isinstance(output, TextDelta)
                    text += output.text
        except TimeoutError:
            await stream.aclose()
        return text

    assert run_virtual(main()) == said


def test_the_seed_decides_which_requests_fail() -> None:
    async def main(seed: int) -> list[bool]:
        model = llm.create(llm.Config(fault="fail", fault_rate=0.5, seed=seed), Setup())
        return [(await collect(model.stream(request("x"))))[1] is None for _ in range(40)]

    assert run_virtual(main(1)) == run_virtual(main(1)) != run_virtual(main(2))
    assert 8 < sum(run_virtual(main(1))) < 32


@pytest.mark.parametrize("rule", [{"when": "(", "say": "x"}, {"when": "x"}, {"when": "x", "says": "y"}])
def test_rules_that_are_none(rule: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        llm.Config(rules=(rule,))  # type: ignore[arg-type]


# ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────────────


def voice(**options: Any) -> tuple[list[tuple[float, SpokenAudio]], BaseException | None]:
    return run_virtual(collect(tts.create(tts.Config(**options), Setup()).synthesize("one two three four five six")))


def test_a_voice_says_the_text_and_where_its_words_are() -> None:
    got, error = voice(first_audio_s=0.3, realtime_factor=0.5, piece_s=0.2)
    audio = b"".join(piece.audio for _, piece in got)
    assert heard_text(frames_of(audio)) == "one two three four five six"
    assert error is None
    assert [at for at, _ in got][:3] == [0.3, 0.4, 0.5]
    words = [word for _, piece in got for word in piece.words]
    assert [word.text for word in words] == "one two three four five six".split()
    assert words[-1].end_s == pytest.approx(len(audio) / 8000)
    assert all(piece.words == () for _, piece in voice(word_times=False)[0])


def test_voice_faults() -> None:
    assert isinstance(voice(fault="fail")[1], ProviderUnavailable)
    got, error = voice(fault="fail_mid", fault_pieces=2)
    assert (len(got), type(error)) == (2, ProviderUnavailable)

    async def main(fault: Literal["never_start", "stall"]) -> int:
        count = 0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                async for _ in tts.create(tts.Config(fault=fault), Setup()).synthesize("one two three four"):
                    count += 1
        return count

    assert (run_virtual(main("never_start")), run_virtual(main("stall"))) == (0, 2)


def test_every_segment_is_an_utterance_of_its_own() -> None:
    async def main() -> str:
        port = tts.create(tts.Config(), Setup())
        audio = b""
        for _ in range(2):
            async for piece in port.synthesize("Yes."):
                audio += piece.audio
        return heard_text(frames_of(audio))

    assert run_virtual(main()) == "Yes. Yes."


# ── end of turn ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_turn_model_knows_the_truth_and_errs_as_it_is_told() -> None:
    going_on = speak("I would like", Utterance(1, 0, ends_turn=False), Plane.LSB) + SILENCE_FRAME * 10
    done = going_on + speak("a table", Utterance(1, 3), Plane.LSB) + SILENCE_FRAME * 10

    async def main(rate: float, audio: bytes) -> float:
        model = ScriptedTurnModel(error_rate=rate, seed=3)
        return await model.predict(audio)

    assert run_virtual(main(0.0, going_on)) == 0.05
    assert run_virtual(main(0.0, done)) == 0.95
    assert run_virtual(main(0.0, SILENCE_FRAME * 400)) == 0.05
    assert run_virtual(main(1.0, done)) == 0.05
