"""Deepgram Nova against a stand-in on loopback: words exact, one final a question, every fault translated."""

import asyncio
import json
import logging
import traceback
from typing import Any
from urllib.parse import parse_qsl

import pytest

from offhook.core.events import TranscriberReady, TranscriptChanged, TranscriptFinal
from offhook.errors import (
    ConfigurationError,
    ProtocolViolation,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)
from offhook.simulator.vendors.deepgram import DeepgramFaults, DeepgramServer
from offhook.speech.ports import Setup, TranscriberEvent
from offhook.speech.scripted.tape import FRAME_BYTES, SILENCE_FRAME, Plane, Utterance, speak
from offhook.speech.stt import deepgram as stt
from offhook.speech.stt.deepgram_nova import FINALIZE, NovaDialect
from offhook.speech.websocket import Limits

CANARY = "canary0123456789canary"


class Hearing:
    """One transcriber and what it posted."""

    def __init__(self, port: stt.DeepgramSpeechToText) -> None:
        self.posted: list[TranscriberEvent] = []
        self.transcriber = port.transcriber(self.posted.append)
        self.task = asyncio.create_task(self.transcriber.run())

    def say(self, text: str, number: int = 0) -> None:
        audio = speak(text, Utterance(number), Plane.LSB) + SILENCE_FRAME * 5
        for at in range(0, len(audio), FRAME_BYTES):
            self.transcriber.hear(audio[at : at + FRAME_BYTES])

    def finals(self) -> list[tuple[str, int | None]]:
        return [(event.text, event.spurt) for event in self.posted if isinstance(event, TranscriptFinal)]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(8):
            while len(self.finals()) < count:
                assert not self.task.done(), self.task
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


async def port_of(server: DeepgramServer, key: str = CANARY) -> stt.DeepgramSpeechToText:
    port = stt.create(stt.Config(base_url=server.base_url), Setup(key=lambda name: key))
    await port.prepare()
    return port


@pytest.mark.parametrize("faults", [DeepgramFaults(), DeepgramFaults(duplicate_finals=True)])
def test_words_are_exact_and_each_question_has_one_final(faults: DeepgramFaults) -> None:
    async def main() -> None:
        async with DeepgramServer(key=CANARY, faults=faults) as server:
            hearing = Hearing(await port_of(server))
            hearing.say("a table for two tonight please at eight")
            hearing.transcriber.finalize(1)
            await hearing.until(1)
            hearing.say("by the window", 1)
            hearing.transcriber.finalize(2)
            await hearing.until(2)
            await hearing.stop()
            assert hearing.finals() == [("a table for two tonight please at eight", 1), ("by the window", 2)]
            assert isinstance(hearing.posted[0], TranscriberReady)
            assert any(isinstance(event, TranscriptChanged) for event in hearing.posted)
            assert len(asyncio.all_tasks()) < 8

    asyncio.run(main())


def test_a_drop_and_a_replay_lose_and_double_no_word() -> None:
    async def main() -> None:
        async with DeepgramServer(key=CANARY, faults=DeepgramFaults(drop_after_s=1.0)) as server:
            port = await port_of(server)
            first = Hearing(port)
            first.say("one two three four five six")
            await asyncio.wait({first.task}, timeout=5)
            assert isinstance(first.task.exception(), ProviderUnavailable)
            assert first.finals() == []
            second = Hearing(port)
            second.say("one two three four five six")
            second.transcriber.finalize(1)
            await second.until(1)
            assert second.finals() == [("one two three four five six", 1)]
            await second.stop()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("faults", "error", "said"),
    [
        (DeepgramFaults(refuse=401, reason=f"bad key {CANARY}"), ProviderRefused, "bad key ***"),
        (DeepgramFaults(refuse=402, reason="ASR_PAYMENT_REQUIRED"), ProviderRefused, "ASR_PAYMENT_REQUIRED"),
        (DeepgramFaults(refuse=429, reason="Too many requests"), ProviderUnavailable, "Too many requests"),
        (DeepgramFaults(refuse=503), ProviderUnavailable, "503"),
        (DeepgramFaults(garbage_after_s=0.1), ProtocolViolation, "protocol"),
        (DeepgramFaults(stall_after_s=0.1), ProviderTimeout, "silent"),
    ],
)
def test_faults(
    faults: DeepgramFaults, error: type[ProviderError], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> BaseException | None:
        async with DeepgramServer(key=CANARY, faults=faults) as server:
            hearing = Hearing(await port_of(server))
            hearing.say("hello there")
            hearing.transcriber.finalize(1)
            await asyncio.wait({hearing.task}, timeout=8)
            return hearing.task.exception()

    caplog.set_level(logging.DEBUG)
    found = asyncio.run(main())
    assert type(found) is error
    assert said in str(found)
    assert CANARY not in "".join(traceback.format_exception(found))
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("websockets.server")]
    assert CANARY not in "".join(ours)


def test_silence_too_long_is_kept_alive() -> None:
    async def main() -> None:
        async with DeepgramServer(key=CANARY, idle_s=0.4) as server:
            port = await port_of(server)
            port.limits = Limits(keep_alive_s=0.1)
            hearing = Hearing(port)
            async with asyncio.timeout(5):
                while len(server.texts) < 6:
                    await asyncio.sleep(0.01)
            assert not hearing.task.done()
            await hearing.stop()

    asyncio.run(main())


# ── the dialect alone ────────────────────────────────────────────────────────────────────────────────────────────


def results(text: str, start: float, end: float, **flags: Any) -> str:
    best = {"transcript": text}
    body = {"type": "Results", "start": start, "duration": end - start, "channel": {"alternatives": [best]}}
    return json.dumps({**body, **flags})


def test_without_an_answer_the_interim_has_to_do_and_is_not_told_twice() -> None:
    posted: list[TranscriberEvent] = []
    dialect = NovaDialect(posted.append)
    dialect.opened(0.0)
    dialect.sent(b"\xff" * 8000, 1.0)
    dialect.ask(1)
    dialect.sent(FINALIZE, 1.0)
    dialect.received(results("yes", 0.0, 1.0), 1.1)
    dialect.wake(1.7)
    assert not any(isinstance(event, TranscriptFinal) for event in posted)
    dialect.wake(2.2)
    assert posted[-1] == TranscriptFinal("yes", 1)
    dialect.received(results("yes", 0.0, 1.0, is_final=True, from_finalize=True), 2.3)
    dialect.sent(b"\xff" * 8000, 3.0)
    dialect.ask(2)
    dialect.sent(FINALIZE, 3.0)
    dialect.received(results("please", 1.0, 2.0, is_final=True, from_finalize=True), 3.1)
    assert posted[-1] == TranscriptFinal("please", 2)
    assert dialect.wakeup_at is None


def test_the_query_says_what_the_model_wants() -> None:
    setup = Setup(language="de-DE", vocabulary=("Harbour Hotel", "spa"))
    nova3 = parse_qsl(stt.query(stt.Config(), setup))
    assert ("keyterm", "Harbour Hotel") in nova3
    assert ("language", "de") in nova3
    assert ("encoding", "mulaw") in nova3
    nova2 = parse_qsl(stt.query(stt.Config(model="nova-2", endpointing_ms=0), setup))
    assert [value for name, value in nova2 if name == "keywords"] == ["Harbour:1", "Hotel:1"]
    assert ("endpointing", "false") in nova2


def test_addresses_are_checked() -> None:
    with pytest.raises(ConfigurationError, match=r"stt\.base_url"):
        stt.create(stt.Config(base_url="ftp://vendor.example"), Setup())
