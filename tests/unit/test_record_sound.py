"""The recording of a call: every sample where it was heard, whatever the disk does."""

import wave

import pytest

from offhook.call.records import files
from offhook.call.records.files import FileRecord, FileRecords
from offhook.core.formats import WIDEBAND
from tests.disks import TroubledDisk
from tests.record_world import HEADER, settle


def samples(record: FileRecord) -> tuple[list[int], list[int]]:
    """Both sides, as the loudest sample of each tenth of a second."""
    with wave.open(str(record.folder / "recording.wav")) as file:
        content = memoryview(file.readframes(file.getnframes())).cast("h")
    sides = []
    for side in (0, 1):
        values = [abs(value) for value in content[side::2]]
        sides.append([max(values[begin : begin + 800]) for begin in range(0, len(values), 800)])
    return sides[0], sides[1]


def loud(side: list[int]) -> list[int]:
    """Which tenths of a second are not silent."""
    return [number for number, value in enumerate(side) if value]


def test_audio_lies_where_it_was_heard(records: FileRecords) -> None:
    record = records.open(HEADER)
    for frame in range(100):
        record.caller(1.0 + frame * 0.02, b"\x10" * 160)
    record.agent(2.0, b"\x20" * 1_600)
    record.agent(2.2, b"\x20" * 1_600)
    record.cut(2.3)
    record.close(3.0)
    records.stop()
    caller, agent = samples(record)
    assert loud(caller) == [*range(10, 30)]
    assert loud(agent) == [20, 21, 22]


def test_a_call_of_another_format_is_recorded_as_it_is(records: FileRecords) -> None:
    record = records.open(HEADER, WIDEBAND)
    for frame in range(100):
        record.caller(frame * 0.02, b"\x00\x10" * 320)
    record.agent(0.5, b"\x00\x20" * 1_600)
    record.close(2.0)
    records.stop()
    with wave.open(str(record.folder / "recording.wav")) as file:
        assert (file.getframerate(), file.getnframes()) == (16_000, 32_000)
        content = memoryview(file.readframes(32_000)).cast("h")
    assert set(content[::2]) == {0x1000}
    heard = [place for place, value in enumerate(content[1::2]) if value]
    assert (heard[0], len(heard)) == (8_000, 1_600)


def test_a_parked_stretch_is_silence_and_takes_no_room(records: FileRecords) -> None:
    record = records.open(HEADER)
    record.caller(0.0, b"\x10" * 800)
    record.caller(1_800.0, b"\x10" * 800)
    record.agent(1_800.2, b"\x20" * 800)
    record.close(1_801.0)
    records.stop()
    with wave.open(str(record.folder / "recording.wav")) as file:
        assert file.getnframes() == pytest.approx(1_800.3 * 8_000, abs=1)
        file.setpos(1_800 * 8_000)
        assert min(memoryview(file.readframes(800)).cast("h")) < -1_000
    taken = (record.folder / "recording.wav").stat().st_blocks * 512
    assert taken < 2_000_000, "half an hour of silence is not written"


def test_audio_that_comes_twice_for_a_place_does_not_move_the_rest(records: FileRecords) -> None:
    record = records.open(HEADER)
    record.caller(0.0, b"\x10" * 8_000)
    record.caller(0.5, b"\x10" * 8_000)
    record.close(2.0)
    records.stop()
    caller, _ = samples(record)
    assert len(caller) == 15 and loud(caller) == [*range(15)]


def test_an_agent_that_speaks_to_a_silent_line_is_kept(records: FileRecords) -> None:
    record = records.open(HEADER)
    for second in range(40):
        record.agent(float(second), b"\x20" * 800)
    record.close(40.0)
    records.stop()
    _, agent = samples(record)
    assert loud(agent) == [second * 10 for second in range(40)]


def test_audio_that_waits_is_bounded_and_what_is_lost_is_silence(records: FileRecords, disk: TroubledDisk) -> None:
    disk.hang()
    record = records.open(HEADER)
    for frame in range(50 * 60):
        record.caller(frame * 0.02, b"\x10" * 160)
    lost_s = records.state().lost_audio_s
    assert lost_s == pytest.approx((60 - 2 * files.WAITING_AUDIO_S) / 2, abs=1.0)
    disk.go_on()
    settle(records)
    record.caller(60.0, b"\x10" * 800)
    record.close(61.0)
    records.stop()
    caller, _ = samples(record)
    assert loud(caller) == [*range(400), 600]
