"""The folder of all calls is looked after: whether it can be written, whether there is room, what has had its time."""

import logging
import threading
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from offhook import clock
from offhook.call.journal import header_line
from offhook.call.records import watch as watching
from offhook.call.records.files import FileRecords
from offhook.call.records.watch import Keeping, Watch
from offhook.core.formats import TELEPHONE
from offhook.core.keeping import Kept
from tests.disks import TroubledDisk
from tests.record_world import HEADER, settle

MB = 1_000_000


class Kit:
    """A watch that looks when it is told to."""

    def __init__(self, folder: Path, days: int | None = None, low_mb: int = 0) -> None:
        self.folder, self.disk, self.written = folder / "calls", TroubledDisk(), 0
        self.watch = Watch(self.disk, self.folder, Keeping(days, low_mb * MB), self._was_written)

    def _was_written(self) -> None:
        self.written += 1

    def call(self, days_ago: float, keep_days: int | None = None, name: str = "call_1") -> Path:
        """A call that was kept so long ago."""
        folder = self.folder / f"{clock.stamp(clock.wall() - timedelta(days=days_ago))}-{name}"
        folder.mkdir(parents=True)
        header = msgspec.structs.replace(HEADER, kept=Kept(days=keep_days))
        (folder / "journal.jsonl").write_bytes(header_line(header))
        (folder / "recording.wav").write_bytes(b"RIFF")
        return folder


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return Kit(tmp_path)


# ── can it be written ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_that_cannot_be_written_is_told_once_with_its_name(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    kit.disk.refuses = lambda path: True
    for _ in range(3):
        kit.watch.look()
    assert (kit.watch.is_failing, kit.written) == (True, 0)
    (told,) = caplog.records
    assert str(kit.folder) in told.getMessage() and "Permission denied" in told.getMessage()
    kit.disk.refuses = lambda path: False
    kit.watch.look()
    assert (kit.watch.is_failing, kit.written) == (False, 1) and "kept again" in caplog.records[-1].getMessage()


def test_a_disk_that_takes_nothing_is_full(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    kit.disk.taken = lambda data: -1
    kit.watch.look()
    assert kit.watch.is_failing and "No space left on device" in caplog.text


def test_a_disk_that_hangs_is_failing_and_stops_nobody(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LATE_S", 0.05)
    kit.disk.hang()
    looking = threading.Thread(target=kit.watch.look, daemon=True)
    looking.start()
    threading.Event().wait(0.2)
    assert kit.watch.is_failing
    kit.disk.go_on()
    looking.join(5.0)
    assert not kit.watch.is_failing


def test_the_process_knows_before_its_first_call(tmp_path: Path) -> None:
    (tmp_path / "calls").write_text("something else")
    records = FileRecords(tmp_path)
    for _ in range(200):
        if records.state().is_failing:
            break
        threading.Event().wait(0.01)
    records.stop()
    assert records.state().is_failing and not records.state().unopened


def test_a_failure_of_which_nothing_more_is_heard_is_over(tmp_path: Path) -> None:
    disk = TroubledDisk()
    records = FileRecords(tmp_path, disk)
    disk.refuses = lambda path: path.name.startswith("2")
    records.open(HEADER).close(1.0)
    settle(records)
    assert records.state().is_failing and records.state().unopened == 1
    disk.refuses = lambda path: False
    records.watch.look()
    records.watch.look()
    assert not records.state().is_failing, "the folder takes what is written, and no call has said otherwise since"
    records.stop()


# ── room ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_recording_stops_first_and_begins_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    disk = TroubledDisk()
    disk.free = 100 * MB
    records = FileRecords(tmp_path, disk, Keeping(low_bytes=500 * MB))
    records.watch.look()
    record = records.open(HEADER)
    second = b"\x01" * TELEPHONE.bytes_per_s
    for at in range(3):
        record.caller(float(at), second)
        record.agent(float(at), second)
    settle(records)
    state = records.state()
    assert state.is_failing and state.lost_audio_s > 1.0 and not state.lost_lines
    assert "nothing is recorded any more, 100 MB are free of the 500 MB wanted" in caplog.text
    disk.free = 900 * MB
    records.watch.look()
    records.watch.look()
    for at in range(3, 6):
        record.caller(float(at), second)
    record.close(6.0)
    records.stop()
    assert not records.state().is_failing and "calls are recorded again" in caplog.text
    audio = (record.folder / "recording.wav").read_bytes()[44:]
    assert len(audio) >= 5.9 * 8000 * 4, "what is recorded again lies in its place"
    assert not any(audio[: 8000 * 4]) and any(audio[4 * 8000 * 4 :])
    assert (record.folder / "journal.jsonl").stat().st_size and (record.folder / "call.json").stat().st_size


# ── what has had its time ────────────────────────────────────────────────────────────────────────────────────────


def test_calls_are_deleted_at_the_age_that_their_agents_say(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    kept = [kit.call(400), kit.call(2, 3, "call_2"), kit.call(29.5, 30, "call_3")]
    gone = [kit.call(31, 30, "call_4"), kit.call(1.1, 1, "call_5")]
    kit.watch.look()
    assert all(folder.exists() for folder in kept) and not any(folder.exists() for folder in gone)
    assert kit.watch.deleted == 2
    (told,) = caplog.records
    assert "2 calls had had their time and were deleted" in told.getMessage() and gone[0].name in told.getMessage()


def test_the_shorter_of_machine_and_agent_holds(tmp_path: Path) -> None:
    kit = Kit(tmp_path, days=10)
    gone = [kit.call(11), kit.call(11, 300, "call_2"), kit.call(5, 4, "call_3")]
    kept = [kit.call(9, 300, "call_4"), kit.call(9, None, "call_5")]
    (gone[0] / "journal.jsonl").write_bytes(b"")  # The disk was full: nobody knows what its agent wanted.
    kit.watch.look()
    assert not any(folder.exists() for folder in gone) and all(folder.exists() for folder in kept)


def test_nothing_else_is_ever_deleted(tmp_path: Path) -> None:
    kit = Kit(tmp_path, days=1)
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "precious.txt").write_text("x")
    old = kit.call(30)
    (old / "link").symlink_to(outside)
    (kit.folder / "20200101-000000-call_link").symlink_to(outside)
    for name in ("notes", "20200101-000000", "20209999-000000-call_1", "2020-01-01-call_1"):
        (kit.folder / name).mkdir()
    (kit.folder / "20200101-000000-file").write_text("x")
    today = kit.call(0.9, 1, "call_9")
    kit.watch.look()
    assert not old.exists() and today.exists() and (outside / "precious.txt").exists()
    assert sorted(path.name for path in kit.folder.iterdir()) == sorted(
        ["notes", "20200101-000000", "20209999-000000-call_1", "2020-01-01-call_1", "20200101-000000-file",
         "20200101-000000-call_link", today.name]
    )  # fmt: skip


def test_a_round_is_bounded_and_the_next_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_LOOKED_AT", 10)
    monkeypatch.setattr(watching, "MOST_DELETED", 3)
    kit = Kit(tmp_path)
    old = [kit.call(40 + number, 7, f"call_{number}") for number in range(8)]
    kept = [kit.call(3 + number / 100, 7, f"call_new_{number}") for number in range(12)]
    rounds = []
    for _ in range(4):
        before = kit.watch.deleted
        kit.watch.look()
        rounds.append(kit.watch.deleted - before)
    assert max(rounds) == 3 and sum(rounds) == 8, rounds
    assert not any(folder.exists() for folder in old) and all(folder.exists() for folder in kept)


def test_what_cannot_be_deleted_is_told_once_and_stops_no_other(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    bad, good = kit.call(50, 7), kit.call(40, 7, "call_2")
    kit.disk.refuses = lambda path: path == bad
    for _ in range(3):
        kit.watch.look()
    assert bad.exists() and not good.exists()
    assert sum("cannot be deleted" in record.getMessage() for record in caplog.records) == 1
