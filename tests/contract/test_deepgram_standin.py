"""The stand-in's judges: Deepgram's own client drives both of its sockets, and what the vendor refuses is refused."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from deepgram import AsyncDeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from deepgram.listen.v1.types import (
    ListenV1Configure,
    ListenV1Metadata,
    ListenV1Results,
    ListenV1SpeechStarted,
    ListenV1UtteranceEnd,
)
from deepgram.listen.v2.types import ListenV2ConfigureSuccess, ListenV2Connected, ListenV2FatalError, ListenV2TurnInfo
from websockets.exceptions import ConnectionClosed

from offhook.simulator.vendors.deepgram import KEY, Break, DeepgramFaults, DeepgramServer
from offhook.simulator.vendors.deepgram_query import refusal
from offhook.simulator.vendors.deepgram_v1 import NovaHearing, NovaWays
from offhook.simulator.vendors.deepgram_v2 import FluxHearing, FluxWays
from offhook.speech.scripted.tape import SILENCE_FRAME
from tests.deepgram_world import spoken

V1 = {"model": "nova-3", "encoding": "mulaw", "sample_rate": 8000, "interim_results": True, "endpointing": 300,
      "utterance_end_ms": 1000, "vad_events": True}  # fmt: skip
V2 = {"model": "flux-general-en", "encoding": "mulaw", "sample_rate": 8000, "eager_eot_threshold": 0.5}
RAW = {"encoding": ["mulaw"], "sample_rate": ["8000"]}


def client_of(server: DeepgramServer, key: str = KEY) -> AsyncDeepgramClient:
    socket = server.base_url.replace("http", "ws")
    environment = DeepgramClientEnvironment(
        base=server.base_url, production=socket, agent=socket, agent_rest=server.base_url
    )
    return AsyncDeepgramClient(api_key=key, environment=environment)


def run(use: Callable[[DeepgramServer, AsyncDeepgramClient], Awaitable[None]], **options: Any) -> None:
    async def main() -> None:
        async with asyncio.timeout(10), DeepgramServer(**options) as server:
            await use(server, client_of(server))

    asyncio.run(main())


def test_the_vendors_client_hears_nova() -> None:
    async def use(server: DeepgramServer, client: AsyncDeepgramClient) -> None:
        heard: list[Any] = []
        async with client.listen.v1.connect(**V1) as socket:
            for frame in spoken("a table for two", 0, 80):
                await socket.send_media(frame)
            await socket.send_keep_alive()
            for frame in spoken("please", 1):
                await socket.send_media(frame)
            await socket.send_finalize()
            await socket.send_close_stream()
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    heard.append(await socket.recv())
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1000
        results = [message for message in heard if isinstance(message, ListenV1Results)]
        finals = [message.channel.alternatives[0].transcript for message in results if message.is_final]
        assert [text for text in finals if text] == ["a table for two", "please"]
        assert any(message.speech_final for message in results)
        assert any(not message.is_final for message in results)
        assert sum(bool(message.from_finalize) for message in results) == 1
        assert len([message for message in heard if isinstance(message, ListenV1SpeechStarted)]) == 2
        (ended,) = [message for message in heard if isinstance(message, ListenV1UtteranceEnd)]
        last = next(message for message in results if message.is_final).channel.alternatives[0].words[-1]
        assert ended.last_word_end == last.end
        assert isinstance(heard[-1], ListenV1Metadata)

    run(use)


def test_the_vendors_client_hears_flux() -> None:
    async def use(server: DeepgramServer, client: AsyncDeepgramClient) -> None:
        heard: list[Any] = []
        async with client.listen.v2.connect(**V2) as socket:
            await socket.send_configure({"type": "Configure", "thresholds": {"eot_threshold": 0.8}})
            for frames in (spoken("a table", 0, 6), spoken("for two", 1, 40), spoken("my number is", 2, 3)):
                for frame in frames:
                    await socket.send_media(frame)
            await socket.send_force_end_turn()
            await socket.send_close_stream()
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    heard.append(await socket.recv())
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1005, "Flux closes without a code"
        assert isinstance(heard[0], ListenV2Connected)
        (configured,) = [message for message in heard if isinstance(message, ListenV2ConfigureSuccess)]
        assert configured.thresholds.eot_threshold == 0.8
        assert [message.sequence_id for message in heard] == list(range(len(heard)))
        turns = [message for message in heard if isinstance(message, ListenV2TurnInfo)]
        told = [(turn.event, turn.turn_index, turn.transcript) for turn in turns if turn.event != "Update"]
        assert told == [
            ("StartOfTurn", 0, "a"),
            ("EagerEndOfTurn", 0, "a table"),
            ("TurnResumed", 0, "a table"),
            ("EagerEndOfTurn", 0, "a table for two"),
            ("EndOfTurn", 0, "a table for two"),
            ("StartOfTurn", 1, "my"),
            ("EndOfTurn", 1, "my number is"),
        ]
        assert [turn.trigger for turn in turns if turn.event == "EndOfTurn"] == ["model", "manual"]
        assert any(turn.event == "Update" and not turn.transcript for turn in turns), "updates come in silence too"

    run(use)


def test_a_fatal_error_reaches_the_vendors_client() -> None:
    async def use(server: DeepgramServer, client: AsyncDeepgramClient) -> None:
        async with client.listen.v2.connect(**V2) as socket:
            await socket.send_media(SILENCE_FRAME)
            assert isinstance(await socket.recv(), ListenV2Connected)
            assert isinstance(await socket.recv(), ListenV2FatalError)

    run(use, faults=DeepgramFaults(breaks=(Break(kind="error", after_s=0.02),)))


@pytest.mark.parametrize(
    ("key", "options", "status"),
    [("wrong", {}, 401), (KEY, {"model": "whisper-9"}, 400), (KEY, {"sample_rate": None}, 400)],
)
def test_the_vendors_client_is_refused(key: str, options: dict[str, Any], status: int) -> None:
    async def use(server: DeepgramServer, client: AsyncDeepgramClient) -> None:
        with pytest.raises(ApiError) as refused:
            async with client_of(server, key).listen.v1.connect(**{**V1, **options}):
                pass
        assert refused.value.status_code == status

    run(use)


def test_more_streams_than_the_plan_has_are_refused() -> None:
    async def use(server: DeepgramServer, client: AsyncDeepgramClient) -> None:
        async with client.listen.v1.connect(**V1):
            with pytest.raises(ApiError) as refused:
                async with client.listen.v2.connect(**V2):
                    pass
            assert refused.value.status_code == 429

    run(use, most_streams=1)


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("/v1/listen", {**RAW, "model": ["nova-3"], "keywords": ["spa:1"]}, "keyterm"),
        ("/v1/listen", {**RAW, "model": ["nova-2"], "keyterm": ["spa"]}, "Nova-3"),
        ("/v1/listen", {**RAW, "model": ["nova-2"], "utterance_end_ms": ["500"]}, "at least 1000"),
        ("/v1/listen", {**RAW, "model": ["nova-2"], "utterance_end_ms": ["1000"]}, "interim_results"),
        ("/v1/listen", {**RAW, "model": ["nova-2"], "endpointing": ["soon"]}, "endpointing"),
        ("/v1/listen", {**RAW, "model": ["nova-2"], "encoding": ["mp9"]}, "encoding"),
        ("/v1/listen", {**RAW, "model": ["nova-2"], "language": ["?"]}, "language"),
        ("/v1/listen", {**RAW, "model": ["nova-2"], "punctuate": ["yes"]}, "punctuate"),
        ("/v1/listen", {**RAW, "model": ["nova-2"], "eot_threshold": ["0.7"]}, "eot_threshold"),
        ("/v1/listen", {**RAW, "model": ["nova-2"], "language": ["ka"]}, "language"),
        ("/v1/listen", {**RAW, "model": ["nova-3"], "language": ["ga"]}, "language"),
        ("/v1/listen", {**RAW, "model": ["nova-3-medical"], "language": ["de"]}, "language"),
        ("/v1/listen", {**RAW, "model": ["nova-2-phonecall"], "language": ["fr"]}, "language"),
        ("/v1/listen", {**RAW, "model": ["nova-3"], "language_hint": ["de"]}, "language=multi"),
        ("/v1/listen", {**RAW, "model": ["nova-3"], "language": ["multi"], "language_hint": ["ga"]}, "language_hint"),
        ("/v1/listen", {**RAW, "model": ["nova-3"], "keyterm": ["Fußbodenheizung"] * 60}, "Keyterm limit exceeded"),
        ("/v1/listen", {**RAW, "model": ["nova-3"], "filler_words": ["yes"]}, "filler_words"),
        ("/v2/listen", {**RAW, "model": ["flux-general-multi"], "language_hint": ["pl"]}, "language_hint"),
        ("/v2/listen", {**RAW, "model": ["flux-general-en"], "keyterm": ["Fußbodenheizung"] * 60}, "Keyterm limit"),
        ("/v2/listen", {**RAW, "model": ["flux-general-en"], "keyterm": ["x" * 101]}, "Bad Request"),
        ("/v2/listen", {**RAW, "model": ["flux-general-en"], "keyterm": [" "]}, "Bad Request"),
        ("/v2/listen", {**RAW, "model": ["flux-general-en"], "filler_words": ["true"]}, "filler_words"),
        ("/v2/listen", {**RAW}, "model"),
        ("/v2/listen", {**RAW, "model": ["nova-3"]}, "model"),
        ("/v2/listen", {**RAW, "model": ["flux-general-en"], "interim_results": ["true"]}, "interim_results"),
        ("/v2/listen", {**RAW, "model": ["flux-general-en"], "eot_threshold": ["0.2"]}, "between 0.5 and 1"),
        ("/v2/listen", {**RAW, "model": ["flux-general-en"], "eager_eot_threshold": ["0.8"]}, "above"),
        ("/v2/listen", {**RAW, "model": ["flux-general-en"], "language_hint": ["de"]}, "multi"),
        ("/v2/listen", {**RAW, "model": ["flux-general-en"], "keyterm": ["x"] * 101}, "keyterms"),
    ],
)
def test_what_the_vendor_refuses(path: str, query: dict[str, list[str]], said: str) -> None:
    refused = refusal(path, query)
    assert refused is not None
    assert refused[0] == 400
    assert said in refused[1]


def test_text_that_is_no_message() -> None:
    nova = NovaHearing(parse_qs("model=nova-2"), NovaWays())
    assert json.loads(nova.control("{")[0])["variant"] == "SchemaError"
    assert json.loads(nova.control('{"type":"Configure"}')[0])["code"] == "CONFIGURE_KEYTERMS_NOT_SUPPORTED"
    flux = FluxHearing(parse_qs("model=flux-general-en"), FluxWays())
    for text in ("{", '{"type":"KeepAlive"}', '{"type":"Finalize"}'):
        assert json.loads(flux.control(text)[0])["type"] == "Error"
    for wanted in ({"eot_threshold": 0.2}, {"eager_eot_threshold": 0.9}, {"nonsense": 1}):
        answer = json.loads(flux.control(json.dumps({"type": "Configure", "thresholds": wanted}))[0])
        assert answer["type"] == "ConfigureFailure"


def test_a_turn_that_flux_is_not_sure_of_ends_by_the_clock() -> None:
    flux = FluxHearing(parse_qs("model=flux-general-en&eot_threshold=1&eot_timeout_ms=500"), FluxWays())
    answers = [answer for frame in spoken("yes", 0, 30) for answer in flux.hear(frame) or ()]
    ends = [json.loads(answer) for answer in answers if "EndOfTurn" in answer]
    assert [(end["event"], end["trigger"]) for end in ends] == [("EndOfTurn", "timeout")]


def test_too_many_key_terms_in_the_middle_of_a_stream_silence_it() -> None:
    """Without an error; 30 s later it is closed."""

    async def use(server: DeepgramServer, client: AsyncDeepgramClient) -> None:
        async with client.listen.v1.connect(**V1) as socket:
            await socket.send_configure(ListenV1Configure(keyterms=["Fußbodenheizung"] * 60))
            for frame in spoken("a table for two", 0, 80):
                await socket.send_media(frame)
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1011, "NET-0000")

    run(use, silent_s=0.3)


@pytest.mark.parametrize(("name", "value"), [("eot_threshold", "1.0"), ("eot_timeout_ms", "20000")])
def test_an_older_flux_takes_less(name: str, value: str) -> None:
    query = {**RAW, "model": ["flux-general-en"], name: [value]}
    assert refusal("/v2/listen", query) is None
    refused = refusal("/v2/listen", query, is_old=True)
    assert refused is not None
    assert name in refused[1]
    flux = FluxHearing(parse_qs("model=flux-general-en"), FluxWays(is_old=True))
    assert json.loads(flux.control('{"type":"ForceEndTurn"}')[0])["code"] == "UNPARSABLE_CLIENT_MESSAGE"


def test_an_empty_message_ends_the_stream() -> None:
    async def use(server: DeepgramServer, client: AsyncDeepgramClient) -> None:
        async with client.listen.v1.connect(**V1) as socket:
            await socket.send_media(b"")
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1011

    run(use)
