"""A media stream as a leg: the good course, and one test for each way in which it can go wrong."""

import base64
import json
import logging
from typing import Any

import pytest

from offhook.core.formats import TELEPHONE
from offhook.telephony.carriers.twilio_timeline import RUN_TO_BELIEVE
from offhook.telephony.leg import LegStarted
from offhook.telephony.wire_leg import FLOOD_LIMIT
from tests.twilio_wire import CALL, SILENCE, STREAM, Stream, connected, dtmf, mark, media, start, stop

VOICE = bytes(range(160))


def test_the_good_course() -> None:
    stream = Stream().begin()
    assert stream.answered == [LegStarted(CALL, STREAM, {"token": "t0k3n"})]
    stream.send(media(1, VOICE), dtmf("5"), media(2), mark("r1:s2"), stop())
    assert stream.ear.heard == [
        ("frame", VOICE),
        ("digit", "5"),
        ("frame", SILENCE),
        ("mark", "r1:s2"),
        ("stopped", None),
    ]
    stream.leg.connection_lost("closed by the peer")
    assert stream.ear.ends == [("stopped", None)]
    assert stream.leg.counters.troubles() == {}


def test_what_we_send_is_what_twilio_takes() -> None:
    stream = Stream().begin()
    stream.leg.send_audio(VOICE)
    stream.leg.send_mark('r1:s2 "ü"')
    stream.leg.send_clear()
    sent = [json.loads(message) for message in stream.wire.sent]
    assert sent == [
        {"event": "media", "streamSid": STREAM, "media": {"payload": base64.b64encode(VOICE).decode()}},
        {"event": "mark", "streamSid": STREAM, "mark": {"name": 'r1:s2 "ü"'}},
        {"event": "clear", "streamSid": STREAM},
    ]


def test_long_audio_goes_out_in_short_messages() -> None:
    stream = Stream().begin()
    stream.leg.send_audio(VOICE * 25)
    payloads = [base64.b64decode(json.loads(message)["media"]["payload"]) for message in stream.wire.sent]
    assert [len(payload) for payload in payloads] == [1600, 1600, 800]
    assert b"".join(payloads) == VOICE * 25


def test_nothing_is_sent_before_the_start_or_after_the_end() -> None:
    stream = Stream()
    stream.leg.send_audio(VOICE)
    stream.begin().send(stop())
    stream.leg.send_audio(VOICE)
    stream.leg.send_mark("a")
    stream.leg.send_clear()
    assert stream.wire.sent == []


def test_payloads_of_any_length_become_frames() -> None:
    stream = Stream().begin()
    stream.send(media(1, VOICE[:100]), media(2, VOICE[100:] + VOICE * 2 + b"rest"), media(3, b""))
    assert stream.ear.frames == [VOICE] * 3


def test_a_burst_after_a_gap_is_neither_loss_nor_silence() -> None:
    stream = Stream().begin().send(media(1))
    stream.at += 0.25
    stream.send(*(media(n, VOICE) for n in range(2, 15)))
    assert stream.ear.frames == [SILENCE] + [VOICE] * 13
    assert stream.leg.counters.troubles() == {}


def test_lost_audio_becomes_silence() -> None:
    stream = Stream().begin().send(media(1, VOICE), media(2, VOICE), media(5, VOICE))
    assert stream.ear.frames == [VOICE, VOICE, SILENCE, SILENCE, VOICE]
    assert stream.leg.counters.lost_frames == 2
    assert stream.leg.counters.gaps == 1


def test_audio_that_the_carrier_itself_lost_becomes_silence() -> None:
    """The chunks follow each other and their times do not: packets were lost before Twilio."""
    stream = Stream().begin().send(media(1, VOICE), media(2, VOICE, timestamp="100"))
    assert stream.ear.frames == [VOICE, *[SILENCE] * 3, VOICE]


def test_a_long_hole_is_filled_up_to_two_seconds() -> None:
    stream = Stream().begin().send(media(1, VOICE), media(1001, VOICE))
    assert stream.ear.frames == [VOICE, *[SILENCE] * 100, VOICE]


def test_late_and_repeated_audio_is_dropped() -> None:
    stream = Stream().begin().send(media(1), media(2), media(5, VOICE), media(3, VOICE), media(5, VOICE), media(6))
    assert len(stream.ear.frames) == 6
    assert stream.ear.frames.count(VOICE) == 1
    assert stream.leg.counters.late == 2


def test_one_wrong_number_does_not_deafen_the_call() -> None:
    stream = Stream().begin().send(media(1), media(9_000_000_000), *(media(n, VOICE) for n in range(2, 50)))
    assert stream.ear.frames == [SILENCE] + [VOICE] * 48


def test_one_wrong_time_is_not_believed() -> None:
    stream = Stream().begin().send(media(1), media(2, timestamp="99999999"), media(3), media(4))
    assert len(stream.ear.frames) == 4
    assert stream.leg.counters.odd_times == 2


def test_numbers_that_begin_anew_are_believed_after_a_while() -> None:
    stream = Stream().begin().send(media(5000), *(media(n, VOICE) for n in range(1, 100)))
    assert stream.ear.frames.count(VOICE) == 99 - (RUN_TO_BELIEVE - 1)


def test_audio_without_numbers_is_taken_as_it_comes() -> None:
    bare = json.dumps({"event": "media", "streamSid": STREAM, "media": {"payload": base64.b64encode(VOICE).decode()}})
    stream = Stream().begin().send(bare, bare)
    assert stream.ear.frames == [VOICE, VOICE]
    assert stream.leg.counters.troubles() == {}


def test_numbers_that_are_no_strings_are_read() -> None:
    stream = Stream().begin().send(media(1, VOICE, chunk=1, timestamp=20))
    assert stream.ear.frames == [VOICE]


def test_what_came_before_anybody_listened_is_kept() -> None:
    stream = Stream(listens=False).begin().send(media(1, VOICE), dtmf("1"), media(2), stop())
    stream.leg.listen(stream.ear)
    assert stream.ear.heard == [("frame", VOICE), ("digit", "1"), ("frame", SILENCE), ("stopped", None)]


def test_a_leg_that_was_lost_before_anybody_listened_says_so() -> None:
    stream = Stream(listens=False).begin()
    stream.leg.connection_lost("reset")
    stream.leg.listen(stream.ear)
    assert stream.ear.heard == [("lost", "reset")]


def test_five_seconds_are_kept_and_the_oldest_go_first() -> None:
    stream = Stream(listens=False).begin()
    for n in range(1, 301):
        stream.at = n * 0.02
        stream.send(media(n, bytes([n % 256]) * 160))
    stream.send(*(mark(str(n)) for n in range(100)))
    stream.leg.listen(stream.ear)
    assert stream.ear.frames == [bytes([n % 256]) * 160 for n in range(51, 301)]
    assert len(stream.ear.edges) == 64
    assert stream.leg.counters.unheard == 50 + 36


def test_a_stream_that_nobody_expects_is_closed() -> None:
    stream = Stream(answers=False).begin()
    assert stream.wire.closed == [1008]
    stream.send(media(1, VOICE))
    assert stream.ear.frames == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"mediaFormat": {"encoding": "audio/x-alaw", "sampleRate": 8000, "channels": 1}},
        {"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1}},
        {"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 2}},
        {"streamSid": "MZother"},
    ],
)
def test_a_stream_that_we_cannot_serve_is_refused_loudly(
    wrong: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    stream = Stream().send(connected(), start(**wrong))
    assert stream.wire.closed == [1008]
    assert stream.answered == []
    assert "the leg is closed" in caplog.text


@pytest.mark.parametrize(
    "message",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"event":"media"}',
        '{"event":5}',
        '{"event":"media","streamSid":7}',
        media(1, payload="%%%"),
        media(1, chunk="one"),
        media(1, chunk="-1"),
        media(1, timestamp="1.5"),
        media(1, payload=None),
        '{"event":"dtmf","streamSid":"x","dtmf":{"digit":"55"}}',
        '{"event":"mark","streamSid":"x","mark":{}}',
        '{"event":"mark","streamSid":"x","mark":{"name":"' + "n" * 300 + '"}}',
        "[" * 30_000,
        '{"event":"stop","x":' + "[" * 30_000,
        b"\xff\xfe",
        "\ud800",
    ],
)
def test_an_unreadable_message_is_counted_and_the_call_goes_on(message: str | bytes) -> None:
    stream = Stream().begin().send(message, media(1, VOICE))
    assert stream.leg.counters.unreadable == 1
    assert stream.ear.heard == [("frame", VOICE)]


def test_a_payload_that_is_not_base64_is_unreadable() -> None:
    stream = Stream().begin().send(media(1, payload="%%%"))
    assert stream.leg.counters.troubles() == {"unreadable": 1}


def test_every_other_trouble_has_its_counter() -> None:
    stream = Stream()
    stream.send(media(1), stop())
    assert stream.leg.counters.out_of_order == 2
    stream.begin().send(start(), connected())
    assert stream.leg.counters.out_of_order == 4
    assert len(stream.answered) == 1
    stream.send('{"event":"applause","streamSid":"x"}')
    assert stream.leg.counters.unknown == 1
    stream.send(media(1, stream_sid="MZ2"), stop("MZ2"), media(1, track="outbound"))
    assert stream.leg.counters.other_stream == 3
    stream.leg.binary_received(b"abc")
    assert stream.leg.counters.binary == 1
    stream.send('{"event":"stop","x":"' + "x" * 70_000 + '"}')
    assert stream.leg.counters.too_long == 1
    assert stream.ear.heard == []
    stream.send(stop(), media(2), stop())
    assert stream.leg.counters.out_of_order == 6
    assert stream.ear.heard == [("stopped", None)]


def test_ten_thousand_messages_a_second_are_dropped() -> None:
    stream = Stream().begin()
    stream.send(*(mark("m") for _ in range(10_000)))
    assert len(stream.ear.edges) == 998
    assert stream.leg.counters.flooded == 10_000 - 998
    assert stream.wire.closed == []
    stream.at += 1.0
    stream.send(media(1, VOICE))
    assert stream.ear.frames == [VOICE]


def test_who_goes_on_flooding_is_closed() -> None:
    stream = Stream().begin()
    stream.send(*(mark("m") for _ in range(FLOOD_LIMIT + 2_000)))
    assert stream.wire.closed == [1008]
    assert stream.ear.ends == [("lost", "the peer sends too much")]


def test_large_messages_count_by_their_bytes() -> None:
    stream = Stream().begin()
    stream.send(*(media(n, b"\x00" * 40_000) for n in range(1, 20)))
    assert stream.leg.counters.flooded > 0
    assert len(stream.ear.frames) <= 500


def test_silence_for_lost_audio_cannot_be_used_to_flood_the_call() -> None:
    stream = Stream().begin()
    stream.send(*(media(1 + 100 * n, VOICE) for n in range(900)))
    assert len(stream.ear.frames) <= 510
    assert stream.leg.counters.flooded > 0


def test_a_storm_gives_a_handful_of_log_lines(caplog: pytest.LogCaptureFixture) -> None:
    stream = Stream().begin()
    with caplog.at_level(logging.WARNING):
        stream.send(*("{" for _ in range(900)))
    assert [record.getMessage().rpartition("(")[2] for record in caplog.records] == [
        "1 so far)",
        "10 so far)",
        "100 so far)",
    ]
    assert "unreadable" in caplog.text


def test_what_a_sender_writes_cannot_break_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    Stream().begin().send('{"event":"a\\nERROR forged \\u001b[31m"}', media(1, encoding="\n"))
    assert all("\n" not in record.getMessage() and "\x1b" not in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("sid", ["../../etc/passwd", "a/b", "", "x" * 65, "a b", "a\n"])
def test_a_call_sid_is_a_name_and_nothing_else(sid: str) -> None:
    stream = Stream().send(connected(), start(call_sid=sid))
    assert stream.answered == []
    assert stream.leg.counters.unreadable == 1


def test_it_says_what_its_audio_is() -> None:
    assert Stream().leg.format is TELEPHONE


def test_closing_is_told_once_and_ends_all() -> None:
    stream = Stream().begin()
    stream.leg.close()
    stream.leg.close()
    stream.leg.connection_lost("later")
    assert stream.wire.closed[0] == 1000
    assert stream.ear.ends == [("lost", "closed on this side")]
    sent = len(stream.wire.sent)
    stream.leg.send_audio(SILENCE)
    assert len(stream.wire.sent) == sent
