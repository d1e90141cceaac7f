"""Deepgram Flux against a stand-in on loopback, and its dialect alone: words exact, turns believed and taken back."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from offhook.core.events import (
    TranscriberLagging,
    TranscriberReady,
    TranscriptChanged,
    TranscriptFinal,
    TurnEndExpected,
    TurnResumed,
)
from offhook.errors import ConfigurationError, ProtocolViolation, ProviderTimeout, ProviderUnavailable
from offhook.simulator.vendors.deepgram import Break, DeepgramFaults, DeepgramServer
from offhook.simulator.vendors.deepgram_query import refusal
from offhook.simulator.vendors.deepgram_v2 import FluxWays
from offhook.speech.ports import Setup, TranscriberEvent
from offhook.speech.stt import deepgram as stt
from offhook.speech.stt.deepgram_flux import FORCE_END_TURN, GROUP_BYTES, FluxDialect
from offhook.speech.stt.deepgram_query import flux_query
from tests.deepgram_world import Hearing, port_of

FLUX = stt.Config(model="flux-general-en")
FRAME = b"\x7f" * 160


def test_words_turns_and_what_is_taken_back() -> None:
    async def main() -> Hearing:
        async with DeepgramServer() as server:
            hearing = Hearing(await port_of(server, FLUX))
            hearing.say("a table for two")
            hearing.ask()
            await hearing.until_answered()
            hearing.say("please at eight", 1, gap=20)
            hearing.ask()
            await hearing.until_answered()
            await hearing.stop()
            return hearing

    hearing = asyncio.run(main())
    assert isinstance(hearing.posted[0], TranscriberReady)
    assert hearing.finals() == ["a table for two", "please at eight", ""]
    told = [event for event in hearing.posted if isinstance(event, TurnEndExpected | TurnResumed | TranscriptFinal)]
    shape = [(type(event).__name__, getattr(event, "text", "")) for event in told]
    assert shape == [
        ("TurnEndExpected", "a table for two"),
        ("TranscriptFinal", "a table for two"),
        ("TurnResumed", ""),
        ("TurnEndExpected", "please at eight"),
        ("TurnEndExpected", "please at eight"),
        ("TranscriptFinal", "please at eight"),
        ("TranscriptFinal", ""),
    ]
    beliefs = [event.probability for event in told if isinstance(event, TurnEndExpected)]
    assert beliefs == sorted(beliefs), "the belief grows with the silence"
    assert beliefs[0] >= 0.5
    assert any(isinstance(event, TranscriptChanged) for event in hearing.posted)


def test_a_drop_and_a_replay_lose_and_double_no_word() -> None:
    async def main() -> None:
        breaks = (Break(after_words=3), Break(kind="no_status", after_words=5))
        async with DeepgramServer(faults=DeepgramFaults(breaks=breaks)) as server:
            port = await port_of(server, FLUX)
            for said in ("lost", "1005"):
                lost = Hearing(port)
                lost.say("red orange yellow green blue violet")
                found = await lost.error()
                assert isinstance(found, ProviderUnavailable)
                assert said in str(found)
                assert lost.finals() == []
            last = Hearing(port)
            last.say("red orange yellow green blue violet")
            last.ask()
            await last.until_answered()
            await last.stop()
            assert last.finals() == ["red orange yellow green blue violet"]

    asyncio.run(main())


def test_without_any_sign_the_turn_is_ended_by_force() -> None:
    async def main() -> None:
        ways = FluxWays(updates_in_silence=False)
        async with DeepgramServer(faults=DeepgramFaults(flux=ways)) as server:
            hearing = Hearing(await port_of(server, FLUX))
            hearing.say("my number is", ends_turn=False)
            hearing.ask()
            await hearing.until_answered()
            await hearing.stop()
            assert hearing.finals() == ["my number is"]
            assert server.texts[0] == FORCE_END_TURN
            assert not hearing.of(TurnEndExpected), "what we force is no belief of Flux"

    asyncio.run(main())


def test_audio_goes_in_groups_and_silence_when_none_comes() -> None:
    async def main() -> None:
        async with DeepgramServer() as server:
            hearing = Hearing(await port_of(server, FLUX))
            await hearing.until(lambda: bool(hearing.of(TranscriberReady)))
            record = server.records[0]
            for _ in range(10):
                hearing.hear(FRAME)
            await hearing.until(lambda: record.audio_bytes >= 2 * GROUP_BYTES)
            assert record.largest == GROUP_BYTES
            assert record.audio_bytes == 2 * GROUP_BYTES
            hearing.ask()
            await hearing.until(lambda: record.audio_bytes >= 10 * len(FRAME))  # The question takes along what is held.
            await hearing.until(lambda: record.audio_bytes >= 10 * len(FRAME) + 4000)
            await hearing.until_answered()
            await hearing.stop()
            assert hearing.finals() == [""]

    asyncio.run(main())


# ── the dialect alone ────────────────────────────────────────────────────────────────────────────────────────────


class Talk:
    """A dialect that hears what a test says Flux said."""

    def __init__(self) -> None:
        self.posted: list[TranscriberEvent] = []
        self.sent: list[str | bytes] = []
        self.dialect = FluxDialect(self.posted.append, self._send)
        self.at = 0.0
        self.dialect.opened(0.0)

    def _send(self, message: str | bytes) -> None:
        self.sent.append(message)
        self.dialect.sent(message, self.at)

    def hear(self, seconds: float) -> None:
        """Audio up to this second of the stream, in real time."""
        while self.at < seconds - 1e-9:
            self.at = round(self.at + 0.02, 3)
            self.dialect.hear(FRAME)

    def info(self, event: str, end_s: float, text: str, turn: int = 0, **more: Any) -> None:
        """`more["times"]`: starts of the words, each 0.2 s long."""
        times = more.pop("times", None)
        words = [
            {"word": word, "confidence": 1.0, **({"start": times[at], "end": times[at] + 0.2} if times else {})}
            for at, word in enumerate(text.split())
        ]
        body = {"type": "TurnInfo", "event": event, "turn_index": turn, "audio_window_end": end_s, "transcript": text}
        self.dialect.received(json.dumps({**body, "words": words, "end_of_turn_confidence": 0.6, **more}), self.at)

    def ask(self) -> None:
        """The words of all that was heard."""
        self.dialect.ask(self.at, self.at)

    @property
    def finals(self) -> list[str]:
        return [final.text for final in self.stretches]

    @property
    def stretches(self) -> list[TranscriptFinal]:
        return [event for event in self.posted if isinstance(event, TranscriptFinal)]


def test_a_belief_that_came_before_the_question_answers_it_at_once() -> None:
    talk = Talk()
    talk.hear(1.06)
    talk.info("EagerEndOfTurn", 1.04, "yes", times=[0.7])
    talk.hear(1.1)
    talk.ask()
    assert talk.finals == ["yes"]


def test_a_belief_from_before_the_last_sound_answers_nothing() -> None:
    talk = Talk()
    talk.hear(1.3)
    talk.info("EagerEndOfTurn", 0.9, "yes", times=[0.6])
    talk.ask()
    assert talk.finals == []
    talk.hear(1.5)
    talk.info("TurnResumed", 1.3, "yes at", times=[0.6, 1.0])
    talk.info("Update", 1.46, "yes at four", times=[0.6, 1.0, 1.2])
    assert talk.finals == ["yes at four"]


def test_words_behind_the_question_wait_for_the_next_one() -> None:
    """They would be heard once more after a reconnection: the call replays what is behind the final."""
    talk = Talk()
    talk.hear(1.0)
    talk.ask()
    talk.hear(1.6)
    talk.info("Update", 1.5, "yes and then", times=[0.5, 1.02, 1.3])
    assert talk.finals == ["yes"]
    assert talk.posted[-1] == TranscriptChanged("and then", 1.5)
    talk.ask()
    talk.info("EndOfTurn", 1.6, "Yes, and then.", times=[0.5, 1.02, 1.3], trigger="model")
    assert talk.stretches == [TranscriptFinal("yes", 0.0, 1.0), TranscriptFinal("and then.", 1.0, 1.6)]


@pytest.mark.parametrize(
    ("first", "revised", "rest"),
    [
        ("yes at four", "Yes, at four, please.", "please."),
        ("yes at for tea", "Yes, at forty please.", "please."),
        ("i scream", "Ice cream please.", "please."),
        ("yes at forty", "Yes at four tea please.", "please."),
    ],
)
def test_words_that_are_revised_after_a_final_are_not_told_twice(first: str, revised: str, rest: str) -> None:
    talk = Talk()
    talk.hear(1.0)
    count, after = len(first.split()), len(revised.split()) - 1
    talk.info("EagerEndOfTurn", 1.0, first, times=[0.8 / count * at for at in range(count)])
    talk.ask()
    assert talk.finals == [first]
    talk.hear(2.0)
    talk.info("TurnResumed", 1.9, revised, times=[*(0.8 / after * at for at in range(after)), 1.5])
    talk.ask()
    talk.info("EagerEndOfTurn", 2.0, revised, times=[*(0.8 / after * at for at in range(after)), 1.5])
    assert talk.finals[1:] == [rest]


def test_the_words_of_a_turn_that_ended_unasked_are_told_at_once_and_once() -> None:
    talk = Talk()
    talk.hear(1.0)
    talk.info("EndOfTurn", 0.9, "one two", trigger="timeout")
    assert [type(event) for event in talk.posted[-2:]] == [TurnEndExpected, TranscriptFinal], "the belief comes first"
    talk.info("EndOfTurn", 0.9, "one two", trigger="timeout")
    talk.info("StartOfTurn", 0.95, "three", turn=1)
    talk.info("Update", 1.0, "four", turn=3)
    talk.ask()
    talk.hear(1.4)
    talk.info("Update", 1.4, "four five", turn=3)
    ends = [(final.text, final.to_s) for final in talk.stretches]
    assert ends == [("one two", 0.9), ("three", 0.95), ("four five", 1.0)]


def test_a_final_reaches_to_the_end_of_its_last_word() -> None:
    """When a turn is ended in the middle of a word, what is left of the word must not be heard once more."""
    talk = Talk()
    talk.hear(2.0)
    talk.info("EndOfTurn", 1.0, "yes please", times=[0.4, 0.9], trigger="manual")
    assert talk.stretches == [TranscriptFinal("yes please", 0.0, 1.1)]


def test_the_transcript_tells_how_words_are_written() -> None:
    talk = Talk()
    talk.hear(1.0)
    for transcript, words in (("At four.", ["at", "four"]), ("At 4:30.", ["at", "four", "thirty"])):
        body = {"type": "TurnInfo", "event": "EagerEndOfTurn", "audio_window_end": 0.96, "transcript": transcript}
        talk.dialect.received(json.dumps({**body, "words": [{"word": word} for word in words]}), talk.at)
        assert talk.posted[-1] == TurnEndExpected(transcript, 0.96, 0.5)


def test_languages_without_spaces_keep_their_spelling() -> None:
    talk = Talk()
    talk.hear(1.0)
    words = [{"word": "予約", "start": 0.1, "end": 0.4}, {"word": "です", "start": 0.4, "end": 0.6}]
    body = {"type": "TurnInfo", "event": "EagerEndOfTurn", "audio_window_end": 1.0, "transcript": "予約です"}
    talk.dialect.received(json.dumps({**body, "words": words}), talk.at)
    talk.ask()
    assert talk.finals == ["予約です"]
    talk.hear(2.0)
    talk.info("EndOfTurn", 2.0, "two people", turn=1, times=[1.5, 1.7])
    assert talk.finals[1:] == ["two people"], "the caller changed the language"


def test_the_deadlines_of_a_question() -> None:
    talk = Talk()
    talk.hear(1.0)
    talk.info("StartOfTurn", 0.95, "hello", times=[0.6])
    talk.ask()
    assert talk.dialect.wakeup_at == 1.5, "silence in place of audio comes first"
    talk.hear(1.7)
    talk.dialect.wake(1.7)
    assert talk.sent[-1] == FORCE_END_TURN
    assert 1.7 < talk.dialect.wakeup_at <= 2.2
    talk.hear(2.2)
    talk.dialect.wake(2.2)
    assert talk.finals == ["hello"], "what is known has to do"
    talk.ask()
    talk.hear(5.3)
    with pytest.raises(ProviderTimeout, match="silent for 3 s"):
        talk.dialect.wake(5.3)


def test_a_question_keeps_its_place_when_audio_before_it_is_dropped() -> None:
    posted: list[TranscriberEvent] = []
    sent: list[str | bytes] = []
    dialect = FluxDialect(posted.append, sent.append)
    for _ in range(100):
        dialect.hear(FRAME)
    assert len(sent) == 100, "before the socket is open nothing is grouped"
    dialect.ask(2.0, 0.0)
    dialect.hear(FRAME)
    dialect.dropped(160 * 40)
    dialect.opened(1.0)
    for message in sent[40:]:
        dialect.sent(message, 1.0)
    # Of 2.02 s 0.8 s was dropped: 2.0 s of the call is 1.2 s of what Flux has heard.
    dialect.received(json.dumps({"type": "TurnInfo", "event": "Update", "audio_window_end": 1.2}), 1.1)
    assert not any(isinstance(event, TranscriptFinal) for event in posted)
    word = {"word": "yes", "start": 0.5, "end": 0.7}
    update = {"type": "TurnInfo", "event": "Update", "audio_window_end": 1.35, "transcript": "yes", "words": [word]}
    dialect.received(json.dumps(update), 1.1)
    assert posted[-2:] == [TranscriptChanged("yes", 2.02), TranscriptFinal("yes", 0.0, 2.0)]
    assert any(isinstance(event, TranscriberLagging) for event in posted)


def test_what_else_the_vendor_says() -> None:
    talk = Talk()
    for kind in ("Connected", "ConfigureSuccess", "Warning", "SomethingNew"):
        talk.dialect.received(json.dumps({"type": kind, "sequence_id": 0, "code": "C"}), 0.1)
    talk.hear(0.2)
    talk.info("SomethingNew", 0.1, "hm")
    assert talk.posted[1:] == [TranscriptChanged("hm", 0.1)]
    with pytest.raises(ProviderUnavailable, match="INTERNAL_SERVER_ERROR"):
        talk.dialect.received('{"type":"Error","code":"INTERNAL_SERVER_ERROR","description":"key k"}', 0.1)
    with pytest.raises(ProtocolViolation):
        talk.dialect.received('{"type":"TurnInfo","words":', 0.1)


# ── configuration ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"model": "flux-general-en", "endpointing_ms": 300}, "endpointing_ms is of Nova models"),
        ({"model": "flux-general-en", "smart_format": True}, "smart_format is of Nova models"),
        ({"model": "flux-general-multi", "language": "de"}, "use language_hints"),
        ({"model": "flux-general-en", "language_hints": ["en"]}, "is of flux-general-multi"),
        ({"model": "nova-3", "eot_threshold": 0.8}, "eot_threshold is of Flux models"),
        ({"eager_eot_threshold": None}, "eager_eot_threshold is of Flux models"),
        ({"model": "flux-general-en", "eot_threshold": 0.6, "eager_eot_threshold": 0.7}, "must not be above"),
        ({"model": "flux-general-en", "eot_timeout_ms": 100}, "greater than or equal to 500"),
    ],
)
def test_fields_of_the_other_family_are_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        stt.Config(**fields)


def test_the_vendor_takes_the_query() -> None:
    setup = Setup(language="en-GB", vocabulary=("Harbour Hotel", "spa"))
    english = parse_qs(flux_query(FLUX, setup))
    assert refusal("/v2/listen", english) is None
    assert english["keyterm"] == ["Harbour Hotel", "spa"]
    assert english["eager_eot_threshold"] == ["0.5"]
    several = stt.Config(
        model="flux-general-multi", language_hints=("de-CH", "fr", "de"), eager_eot_threshold=None, eot_threshold=1.0,
        numerals=True, mip_opt_out=True,
    )  # fmt: skip
    query = parse_qs(flux_query(several, Setup(language="de-DE")))
    assert refusal("/v2/listen", query) is None
    assert query["language_hint"] == ["de", "fr"]
    assert "eager_eot_threshold" not in query
    assert parse_qs(flux_query(stt.Config(model="flux-general-multi"), setup))["language_hint"] == ["en"]


def test_a_language_that_is_not_heard_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"stt\.model.*flux-general-multi"):
        stt.create(FLUX, Setup(language="de-DE"))
