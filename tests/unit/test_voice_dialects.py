"""What is said on the sockets of voices, without a socket."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pydantic import ValidationError

from offhook.errors import ProtocolViolation, ProviderError, ProviderRefused, ProviderUnavailable, RequestRefused
from offhook.speech.ports import Setup
from offhook.speech.tts import cartesia, deepgram, elevenlabs
from offhook.speech.voice_segment import Segment
from offhook.speech.voice_words import SpokenText
from offhook.speech.websocket import Endpoint

ENDPOINT = Endpoint(provider="vendor", url="ws://vendor.example", secret="secret-of-the-owner")
SILENCE = "/////w=="


def segment(text: str = "Hello there.") -> Segment:
    return Segment("vendor", SpokenText(text, text.split()), 0.0)


def parsed(messages: Any) -> list[dict[str, Any]]:
    return [json.loads(message) for message in messages]


# ── ElevenLabs ───────────────────────────────────────────────────────────────────────────────────────────────────


def elevenlabs_dialect() -> elevenlabs.ContextDialect:
    return elevenlabs.ContextDialect(ENDPOINT, elevenlabs.Config(voice="v"))


def test_elevenlabs_segment_is_a_context_of_its_own() -> None:
    dialect = elevenlabs_dialect()
    first = segment()
    opening, text, flush = parsed(dialect.begin(first, 0.0))
    assert opening["text"] == " "
    assert opening["voice_settings"]["stability"] == 0.5
    assert text == {"text": "Hello there. ", "context_id": "s1"}
    assert flush == {"context_id": "s1", "flush": True}
    # A close that overtakes the making of the audio may lose it.
    close = {"context_id": "s1", "close_context": True}
    assert parsed(dialect.received('{"contextId":"s1","audio":null,"alignment":null}', 0.1)) == []
    assert parsed(dialect.received('{"contextId":"s1","audio":"////"}', 0.2)) == [close]
    assert parsed(dialect.received('{"contextId":"s1","audio":"////"}', 0.3)) == []
    # To name a context that may have ended would open it for ever.
    assert list(dialect.cancel(first)) == []
    assert parsed(dialect.begin(segment(), 0.0))[0]["context_id"] == "s2"


def test_elevenlabs_segment_that_is_left_before_its_audio_is_closed_once() -> None:
    dialect, left = elevenlabs_dialect(), segment()
    dialect.begin(left, 0.0)
    left.leave()
    assert parsed(dialect.cancel(left)) == [{"context_id": "s1", "close_context": True}]
    assert list(dialect.received('{"contextId":"s1","audio":"////"}', 0.1)) == []
    assert left.size == 0


def test_elevenlabs_silent_context_is_asked_once_more_and_the_first_audio_counts() -> None:
    dialect, said = elevenlabs_dialect(), segment("Hi ho")
    dialect.begin(said, 1.0)
    assert dialect.wakeup_at == pytest.approx(1.6)
    # Words without audio are nothing that was heard.
    times = {"chars": list("Hi ho"), "charStartTimesMs": [0] * 5, "charDurationsMs": [100] * 5}
    dialect.received(json.dumps({"contextId": "s1", "audio": "", "alignment": times}), 1.5)
    again = parsed(dialect.wake(1.7))
    assert [message["context_id"] for message in again] == ["s2"] * 3 and again[1]["text"] == "Hi ho "
    assert dialect.wakeup_at is None, "once"
    heard = json.dumps({"contextId": "s2", "audio": "/" * 3200, "alignment": times})
    closed = parsed(dialect.received(heard, 1.8))
    assert closed == [{"context_id": name, "close_context": True} for name in ("s1", "s2")]
    dialect.received(json.dumps({"contextId": "s1", "audio": "/" * 3200, "alignment": times}), 1.9)
    dialect.received('{"contextId":"s1","isFinal":true}', 1.9)
    assert said.size == 2400
    dialect.received('{"contextId":"s2","isFinal":true}', 2.0)
    assert said.is_whole
    assert [word.text for word in said._words] == ["Hi", "ho"]


def test_elevenlabs_asks_again_only_while_there_is_room() -> None:
    dialect = elevenlabs_dialect()
    said = [segment() for _ in range(4)]
    for one in said[:3]:
        dialect.begin(one, 0.0)
    assert dialect.takes(0, 0.0)
    assert [message["context_id"] for message in parsed(dialect.wake(0.8))] == ["s4"] * 3
    assert dialect.wakeup_at is None
    dialect.received('{"contextId":"s4","audio":"////"}', 0.9)
    assert not dialect.takes(0, 0.9), "who knows how long the silent one keeps its place"
    dialect = elevenlabs_dialect()
    for one in said:
        dialect.begin(one, 0.0)
    assert dialect.wakeup_at is None, "a sixth context would cost all of them"


def message_of(letters: str, first_ms: int = 0, audio_s: float = 0.1, **more: Any) -> str:
    """100 ms a letter."""
    times = {
        "chars": list(letters), "charStartTimesMs": [first_ms + 100 * at for at in range(len(letters))],
        "charDurationsMs": [100] * len(letters),
    }  # fmt: skip
    audio = base64.b64encode(b"\xff" * round(8000 * audio_s)).decode()
    return json.dumps({"contextId": "s1", "audio": audio, "alignment": times, **more})


@pytest.mark.parametrize("second", ["Hello there my friend", "Hello there my ", "He", "Hello the"])
def test_elevenlabs_letters_that_begin_again_are_not_those_of_later_words(second: str) -> None:
    dialect, said = elevenlabs_dialect(), segment("Hello there my friend")
    dialect.begin(said, 0.0)
    dialect.received(message_of("Hello the", audio_s=0.9), 0.1)
    dialect.received(message_of(second), 0.2)
    assert [word.text for word in said._words] == (second.split() if len(second) > 9 else ["Hello"])
    assert said.clock.is_complete is (second == "Hello there my friend")
    if len(second) > 9:
        there = said._words[1]
        assert (there.start_s, there.end_s) == pytest.approx((0.6, 1.1)), "the clock begins anew, too"
    rest = "Hello there my friend"[len(second) :] if second != "He" else "llo there my friend"
    dialect.received(message_of(rest, audio_s=len(rest) / 10), 0.3)
    assert said.clock.is_complete
    assert [word.text for word in said._words] == ["Hello", "there", "my", "friend"]


def test_elevenlabs_text_that_repeats_itself_does_not_begin_again() -> None:
    dialect, said = elevenlabs_dialect(), segment("no no no no yes")
    dialect.begin(said, 0.0)
    for at, letters in enumerate(["no ", "no ", "no ", "no ", "yes"]):
        dialect.received(message_of(letters, audio_s=0.3), 0.1 * at)
    assert [word.start_s for word in said._words] == pytest.approx([0.0, 0.3, 0.6, 0.9, 1.2])


@pytest.mark.parametrize("alignment", [None, {}, {"chars": None}, "x", 7, {"chars": ["a"], "charStartTimesMs": ["b"]}])
def test_elevenlabs_audio_without_letters_is_heard(alignment: Any) -> None:
    """Their times are lost, which is no reason to lose the audio."""
    dialect, said = elevenlabs_dialect(), segment("Hi ho")
    dialect.begin(said, 0.0)
    dialect.received(message_of("", alignment=alignment, normalizedAlignment=alignment), 0.1)
    dialect.received('{"contextId":"s1","isFinal":true}', 0.2)
    assert said.is_whole and said.size == 800 and said._words == []


@pytest.mark.parametrize(("text", "is_told"), [("Hola", True), ("你好", False), ("안녕", False), ("Привет", False)])
def test_elevenlabs_normalized_letters_say_nothing_of_other_scripts(text: str, is_told: bool) -> None:
    """They are written in Latin letters there: four for two, and the word would be over too early."""
    dialect, said = elevenlabs_dialect(), segment(text)
    dialect.begin(said, 0.0)
    times = json.loads(message_of(" Hola" if is_told else " Ni Hao"))["alignment"]
    dialect.received(message_of("", alignment=None, normalizedAlignment=times), 0.1)
    assert said.clock.is_complete is is_told


@pytest.mark.parametrize("starts", ["charStartTimesMs", "charsStartTimesMs"])
@pytest.mark.parametrize("lengths", ["charDurationsMs", "charsDurationsMs"])
@pytest.mark.parametrize(("context", "final"), [("contextId", "isFinal"), ("context_id", "is_final")])
@pytest.mark.parametrize("alignment", ["alignment", "normalizedAlignment", "normalized_alignment"])
def test_elevenlabs_spellings(starts: str, lengths: str, context: str, final: str, alignment: str) -> None:
    dialect, said = elevenlabs_dialect(), segment("Hi ho")
    dialect.begin(said, 0.0)
    for letters in ("Hi ", "ho"):
        times = {"chars": list(letters), starts: [0, 100, 200][: len(letters)], lengths: [100] * len(letters)}
        dialect.received(json.dumps({"audio": "/" * 3200, context: "s1", alignment: times, final: None}), 0.1)
    dialect.received(json.dumps({context: "s1", final: True}), 0.2)
    assert said.is_whole
    words = [(word.text, word.start_s, word.end_s) for word in said._words]
    # 2400 bytes a message: the second begins at 0.3 s.
    assert words == [("Hi", 0.0, 0.2), ("ho", pytest.approx(0.3), pytest.approx(0.5))]


def test_elevenlabs_times_that_run_ahead_of_the_audio_add_up() -> None:
    dialect, said = elevenlabs_dialect(), segment("Hi ho")
    dialect.begin(said, 0.0)
    for letters in ("Hi ", "ho"):
        times = {
            "chars": list(letters), "charStartTimesMs": [0, 100, 200][: len(letters)],
            "charDurationsMs": [100] * len(letters),
        }  # fmt: skip
        dialect.received(json.dumps({"audio": "", "contextId": "s1", "alignment": times}), 0.1)
    dialect.received(json.dumps({"audio": "/" * 8000, "contextId": "s1"}), 0.2)
    assert [word.start_s for word in said._words] == [0.0, pytest.approx(0.3)]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("quota_exceeded", ProviderRefused),
        ("invalid_voice_settings", RequestRefused),
        ("text_is_not_allowed", RequestRefused),
        ("too_many_concurrent_requests", ProviderUnavailable),
        ("voice_id_does_not_exist", ProviderRefused),
        ("max_active_conversations", ProviderUnavailable),
        ("system_busy", ProviderUnavailable),
    ],
)
def test_elevenlabs_errors(code: str, error: type[ProviderError]) -> None:
    message = json.dumps({"message": "no secret-of-the-owner", "error": code, "code": 1008})
    with pytest.raises(ProviderError) as caught:
        elevenlabs_dialect().received(message, 0.0)
    assert type(caught.value) is error
    assert code in str(caught.value)
    assert "secret" not in str(caught.value)


def test_elevenlabs_tells_the_language_only_to_models_that_take_it() -> None:
    setup = Setup(language="de-AT")
    flash = dict(parse_qsl(elevenlabs.query(elevenlabs.Config(voice="v"), setup)))
    assert flash["language_code"] == "de"
    assert flash["output_format"] == "ulaw_8000"
    assert flash["auto_mode"] == "true"
    for tag, told in (("tl-PH", "fil"), ("nb", "no"), ("pt_BR", "pt"), ("is-IS", None)):
        fields = dict(parse_qsl(elevenlabs.query(elevenlabs.Config(voice="v"), Setup(language=tag))))
        assert fields.get("language_code") == told, "a language that it does not have is heard in the text"
    multilingual = elevenlabs.Config(voice="v", model="eleven_multilingual_v2")
    assert "language_code" not in dict(parse_qsl(elevenlabs.query(multilingual, setup)))
    with pytest.raises(ValidationError, match="eleven_flash_v2_5"):
        elevenlabs.Config(voice="v", model="eleven_v3")


# ── Cartesia ─────────────────────────────────────────────────────────────────────────────────────────────────────


def cartesia_dialect() -> cartesia.ContextDialect:
    common = cartesia.request(cartesia.Config(voice="v"), Setup(language="en-GB"))
    return cartesia.ContextDialect(ENDPOINT, common)


def test_cartesia_segment_is_one_request() -> None:
    dialect, said = cartesia_dialect(), segment()
    (request,) = parsed(dialect.begin(said, 0.0))
    assert request == {
        "model_id": "sonic-3.5", "voice": {"mode": "id", "id": "v"}, "language": "en", "context_id": "s1",
        "output_format": {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000},
        "add_timestamps": True, "max_buffer_delay_ms": 0, "continue": False, "transcript": "Hello there.",
    }  # fmt: skip
    assert parsed(dialect.cancel(said)) == [{"context_id": "s1", "cancel": True}]


def test_cartesia_controls_are_sent_when_they_differ() -> None:
    config = cartesia.Config(voice="v", speed=1.2, emotion="content")
    assert cartesia.request(config, Setup())["generation_config"] == {"speed": 1.2, "emotion": "content"}


@pytest.mark.parametrize(
    ("status", "error"), [(402, ProviderRefused), (400, RequestRefused), (500, ProviderUnavailable)]
)
def test_cartesia_errors_are_of_their_context(status: int, error: type[ProviderError]) -> None:
    dialect, one, other = cartesia_dialect(), segment(), segment()
    dialect.begin(one, 0.0)
    dialect.begin(other, 0.0)
    said = {"type": "error", "status_code": status, "error_code": "some_code", "message": "secret-of-the-owner"}
    dialect.received(json.dumps({**said, "context_id": "s1"}), 0.1)
    dialect.received(json.dumps({"type": "chunk", "context_id": "s2", "data": SILENCE}), 0.1)
    dialect.received(json.dumps({"type": "done", "context_id": "s2"}), 0.2)
    assert type(one._error) is error
    assert "secret" not in str(one._error)
    assert other.is_whole
    dialect.received(json.dumps({**said, "context_id": "long gone"}), 0.3)
    with pytest.raises(error, match="some_code"):
        dialect.received(json.dumps(said), 0.3)


# ── Deepgram ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_aura_drops_what_comes_until_it_has_cleared() -> None:
    dialect, left, then = deepgram.SpeakDialect(ENDPOINT), segment(), segment()
    assert parsed(dialect.begin(left, 0.0)) == [{"type": "Speak", "text": "Hello there."}, {"type": "Flush"}]
    left.leave()
    assert parsed(dialect.cancel(left)) == [{"type": "Clear"}]
    dialect.received(b"\xff" * 100, 0.1)
    assert left.size == 0
    dialect.received('{"type":"Cleared","sequence_id":1}', 0.2)
    dialect.begin(then, 0.3)
    # The end of the flush that was cleared may be told late: it is not that of the next.
    dialect.received('{"type":"Flushed","sequence_id":0}', 0.35)
    dialect.received(b"\xff" * 100, 0.4)
    dialect.received('{"type":"Flushed","sequence_id":2}', 0.5)
    assert then.is_whole
    assert then.size == 100


def test_aura_counts_flushes_and_characters_of_a_minute() -> None:
    dialect = deepgram.SpeakDialect(ENDPOINT)
    for at in range(deepgram.MOST_FLUSHES):
        assert dialect.takes(12, at)
        dialect.begin(segment(), at)
    assert not dialect.takes(0, 59.0)
    assert dialect.takes(0, 60.0)
    dialect = deepgram.SpeakDialect(ENDPOINT)
    dialect.begin(segment("word " * 400), 0.0)
    assert dialect.takes(300, 1.0)
    assert not dialect.takes(600, 1.0)


def test_aura_long_texts_are_cut_between_words() -> None:
    text = " ".join(["word"] * 1000)
    parts = list(deepgram.parts_of(text))
    assert all(len(part) <= deepgram.LONGEST_TEXT for part in parts)
    assert " ".join(parts) == text
    assert [len(part) for part in deepgram.parts_of("x" * 4500)] == [2000, 2000, 500]


def test_aura_warning_of_a_flush_that_is_not_made_ends_the_socket() -> None:
    dialect = deepgram.SpeakDialect(ENDPOINT)
    dialect.begin(segment(), 0.0)
    dialect.received('{"type":"Warning","code":"OTHER","description":"something else"}', 0.1)
    with pytest.raises(ProviderUnavailable, match="warns"):
        dialect.received('{"type":"Warning","code":"X","description":"too many Flush messages"}', 0.1)


# ── all ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_more_audio_than_the_text_can_be_is_refused() -> None:
    said = segment("Hi")
    with pytest.raises(ProtocolViolation, match="more audio"):
        for _ in range(30):
            said.add(b"\xff" * 8000, 0.0)
