"""The stereo recording: what lies where, what may still change, and what a failing disk does."""

import errno
import io
import wave
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from offhook.audio.frames import SILENCE_FRAME
from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.audio.recording import LONGEST_GAP_S, LONGEST_WAIT_S, StereoRecorder
from offhook.core.formats import WIDEBAND
from offhook.errors import StoreError


def read(file: io.BytesIO) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Left and right, by the standard library's reader."""
    with wave.open(io.BytesIO(file.getvalue())) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (2, 2, 8000)
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, 2)
        assert len(samples) == sound.getnframes(), "the header counts what is there"
    return samples[:, 0], samples[:, 1]


def level(value: int, count: int) -> bytes:
    return encode_ulaw(np.full(count, value, np.int16))


def values(samples: NDArray[np.int16]) -> list[tuple[int, int]]:
    """Runs of equal samples, as (value rounded to thousands, length)."""
    runs: list[tuple[int, int]] = []
    for sample in np.round(samples / 1000.0).astype(int):
        if runs and runs[-1][0] == sample:
            runs[-1] = (sample, runs[-1][1] + 1)
        else:
            runs.append((int(sample), 1))
    return runs


def test_the_caller_is_left_and_the_agent_right() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file)
    recorder.caller(0.0, level(1000, 160))
    recorder.agent(0.01, level(2000, 160))
    recorder.close()
    left, right = read(file)
    assert values(left) == [(1, 160), (0, 80)]
    assert values(right) == [(0, 80), (2, 160)]


def test_samples_are_exactly_those_of_the_law() -> None:
    file, audio = io.BytesIO(), bytes(range(256))
    recorder = StereoRecorder(file)
    recorder.caller(0.0, audio)
    recorder.agent(0.0, audio[::-1])
    recorder.close()
    left, right = read(file)
    assert np.array_equal(left, decode_ulaw(audio))
    assert np.array_equal(right, decode_ulaw(audio[::-1]))


def test_an_empty_recording_is_a_valid_file() -> None:
    file = io.BytesIO()
    StereoRecorder(file)
    assert values(read(file)[0]) == []


def test_a_later_write_wins_and_gaps_are_silent() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file)
    recorder.agent(0.0, level(1000, 100))
    recorder.agent(0.00625, level(2000, 20))
    recorder.agent(0.01875, level(3000, 50))
    recorder.close()
    assert values(read(file)[1]) == [(1, 50), (2, 20), (1, 30), (0, 50), (3, 50)]


def test_a_cut_drops_what_was_not_heard() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file)
    recorder.agent(0.0, level(1000, 100))
    recorder.cut(0.0075)
    recorder.agent(0.01, level(2000, 20))
    recorder.close()
    assert values(read(file)[1]) == [(1, 60), (0, 20), (2, 20)]


def test_what_is_settled_no_longer_changes() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file)
    recorder.agent(0.0, level(1000, 200))
    recorder.settle(0.0125)
    recorder.cut(0.00625)
    recorder.agent(0.01125, level(2000, 20))
    recorder.settle(0.005)
    recorder.close()
    assert values(read(file)[1]) == [(1, 100), (2, 10)]


def test_the_file_is_whole_after_each_settling() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file)
    for second in range(1, 4):
        recorder.caller(second - 1, level(1000, 8000))
        recorder.settle(second)
        assert values(read(file)[0]) == [(1, second * 8000)]


def test_what_comes_after_its_place_was_settled_is_left_out() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file)
    recorder.settle(0.025)
    recorder.caller(0.0, level(1000, 160))
    recorder.caller(0.02, level(2000, 160))
    recorder.close()
    assert values(read(file)[0]) == [(0, 200), (2, 120)]


def test_a_second_leg_lies_at_its_place_and_between_the_two_is_silence() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file)
    recorder.caller(0.0, level(1000, 160))
    recorder.agent(40.0, level(3000, 160))
    recorder.caller(40.01, level(2000, 160))
    recorder.close()
    left, right = read(file)
    assert values(left) == [(1, 160), (0, 40 * 8000 - 160 + 80), (2, 160)]
    assert values(right) == [(0, 40 * 8000), (3, 160), (0, 80)]


def test_a_place_that_cannot_be_right_is_not_kept() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file)
    recorder.agent(LONGEST_GAP_S + 1.0, level(1000, 100))
    recorder.agent(0.0, level(2000, 100))
    recorder.close()
    assert values(read(file)[1]) == [(2, 100)]


def test_wideband_is_recorded_at_its_own_rate() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file, WIDEBAND)
    samples = np.arange(320, dtype="<i2") * 100
    recorder.caller(0.0, samples.tobytes())
    recorder.agent(0.01, samples.tobytes())
    recorder.cut(0.02)
    recorder.close()
    with wave.open(io.BytesIO(file.getvalue())) as sound:
        assert (sound.getframerate(), sound.getnframes()) == (16_000, 320)
        both = np.frombuffer(sound.readframes(320), "<i2").reshape(-1, 2)
    assert np.array_equal(both[:, 0], samples)
    assert np.array_equal(both[:, 1], np.concatenate([np.zeros(160, "<i2"), samples[:160]]))


def test_nobody_settles_and_memory_is_bounded_all_the_same() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file)
    longest = round(LONGEST_WAIT_S * 8000)
    for frame in range(3 * longest // 160):
        recorder.caller(frame * 0.02, SILENCE_FRAME)
        assert len(recorder._caller) <= longest + 160
    assert len(read(file)[0]) >= longest
    recorder.close()
    assert len(read(file)[0]) == 3 * longest


def test_a_full_file_stays_as_it_is() -> None:
    file = io.BytesIO()
    recorder = StereoRecorder(file, most_bytes=44 + 4 * 1000)
    recorder.caller(0.0, level(1000, 1600))
    recorder.settle(0.1125)
    before = recorder.full
    recorder.close()
    assert (before, recorder.full) == (False, True)
    recorder.caller(0.2, level(1000, 160))
    recorder.settle(0.625)
    assert values(read(file)[0]) == [(1, 1000)]


class FullDisk(io.BytesIO):
    """Takes so many bytes, then no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disk_is_told_once_and_the_beginning_is_kept() -> None:
    file = FullDisk(44 + 4 * 1000)
    recorder = StereoRecorder(file)
    recorder.caller(0.0, level(1000, 1600))
    recorder.settle(0.1)
    with pytest.raises(StoreError, match="the recording could not be written: No space left on device"):
        recorder.settle(0.2)
    recorder.caller(0.2, level(1000, 160))
    recorder.settle(0.22)
    recorder.close()
    assert values(read(file)[0]) == [(1, 800)]


def test_a_disk_that_fails_under_a_frame_is_told_by_the_next_settling() -> None:
    recorder = StereoRecorder(FullDisk(1000))
    for frame in range(round(LONGEST_WAIT_S * 50) + 2):
        recorder.caller(frame * 0.02, SILENCE_FRAME)
    with pytest.raises(StoreError):
        recorder.settle(0.0)


def test_a_disk_without_room_is_told_at_once() -> None:
    with pytest.raises(StoreError):
        StereoRecorder(FullDisk(10))
