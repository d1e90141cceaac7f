"""Records as files: whatever the disk does, no call waits for it, and what is kept is true."""

import json
import logging
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from offhook.call.journal import Closed, Gap, Line, read_header, read_lines
from offhook.call.records import files
from offhook.call.records.files import FileRecord, FileRecords
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.endings import EndReason
from offhook.core.formats import TELEPHONE
from tests.disks import TroubledDisk
from tests.record_world import HEADER, settle


def lines(record: FileRecord) -> list[Line | Gap]:
    return list(read_lines(record.folder / "journal.jsonl"))


def numbers(record: FileRecord) -> list[int]:
    """The number of each line that is there."""
    return [line.n for line in lines(record) if isinstance(line, Line)]


def speak(record: FileRecord, count: int, begin: int = 0) -> None:
    for n in range(begin, begin + count):
        record.append(ev.DigitPressed(str(n % 10)), n / 10)


def test_a_record_is_whole(records: FileRecords) -> None:
    record = records.open(HEADER)
    record.append(ev.CallAnswered(), 0.0)
    record.append(cmd.Remember(0, hist.CallerSaid(1, "hello\nthere")), 2.0)
    record.append(cmd.Remember(1, hist.AgentSaid(1, "", "It is", interrupted=True)), 2.5)
    record.append(cmd.EndCall(EndReason.AGENT_ENDED, "all said"), 4.0)
    record.append(ev.ToolReturned("c1", "booked"), 9.0)
    record.close(9.0, EndReason.OFFHOOK_ERROR, "not this")
    records.stop()
    header = read_header(record.folder / "journal.jsonl")
    assert (header.call, header.carrier_call, len(header.digest)) == ("call_1", "CA1", 16)
    found = lines(record)
    assert [line.n for line in found] == [1, 2, 3, 4, 5, 6]
    assert isinstance(found[4], Line) and found[4].what == ev.ToolReturned("c1", "booked")
    assert isinstance(found[5], Line) and isinstance(found[5].what, Closed)
    summary = json.loads((record.folder / "call.json").read_text())
    assert (summary["end_reason"], summary["end_detail"], summary["duration_s"]) == ("agent.ended", "all said", 4.0)
    assert (record.folder / "transcript.txt").read_text() == "    2.00  caller  hello there\n"


def test_only_the_owner_may_read_it(records: FileRecords) -> None:
    record = records.open(HEADER)
    record.close(1.0)
    records.stop()
    assert record.folder.stat().st_mode & 0o777 == 0o700
    assert record.folder.parent.stat().st_mode & 0o777 == 0o700
    names = {path.name: path.stat().st_mode & 0o777 for path in record.folder.iterdir()}
    assert names == dict.fromkeys(("journal.jsonl", "transcript.txt", "recording.wav", "call.json"), 0o600)


def test_nothing_is_done_in_the_callers_thread(records: FileRecords, disk: TroubledDisk) -> None:
    record = records.open(HEADER)
    speak(record, 10)
    record.caller(0.0, TELEPHONE.silence(16_000))
    record.close(2.0)
    records.stop()
    assert disk.threads and threading.current_thread().name not in disk.threads


def test_a_call_that_ended_without_its_core_says_why(records: FileRecords) -> None:
    record = records.open(HEADER)
    record.close(3.5, EndReason.CARRIER_LEG_LOST, "reset by peer")
    records.stop()
    summary = json.loads((record.folder / "call.json").read_text())
    told = (summary["end_reason"], summary["end_detail"], summary["duration_s"])
    assert told == ("carrier.leg_lost", "reset by peer", 3.5)


def test_calls_of_the_same_name_do_not_meet(tmp_path: Path) -> None:
    servers = [FileRecords(tmp_path) for _ in range(3)]
    kept = [server.open(HEADER) for server in servers for _ in range(2)]
    for number, record in enumerate(kept):
        record.append(ev.DigitPressed(str(number)), 0.0)
        record.close(1.0)
    for server in servers:
        server.stop()
    assert len({record.folder for record in kept}) == 6
    for number, record in enumerate(kept):
        first, closed = lines(record)
        assert isinstance(first, Line) and first.what == ev.DigitPressed(str(number))
        assert isinstance(closed, Line) and isinstance(closed.what, Closed)


def test_half_a_character_is_replaced_and_told(records: FileRecords) -> None:
    record = records.open(HEADER)
    record.append(ev.ToolReturned("c1", "gr\ud83d\ude00n \udce9"), 1.0)
    record.append(ev.TurnPredicted(1, float("nan")), 1.5)
    record.append(ev.ToolReturned("c2", "null and void"), 2.0)
    record.close(2.0)
    records.stop()
    first, second, third, _ = lines(record)
    assert isinstance(first, Line) and first.is_repaired and first.what == ev.ToolReturned("c1", "gr😀n \ufffd")
    assert isinstance(second, Line) and second.is_repaired and second.what == ev.TurnPredicted(1, 0.0)
    assert isinstance(third, Line) and not third.is_repaired


# ── a disk in trouble ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_late_disk_loses_lines_and_says_how_many(
    records: FileRecords, disk: TroubledDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "WAITING_LINES", 20)
    disk.hang()
    record = records.open(HEADER)
    speak(record, 60)
    assert records.state().is_failing and records.state().lost_lines == 40
    disk.go_on()
    settle(records)
    speak(record, 10, 60)
    record.close(7.0)
    records.stop()
    found = lines(record)
    kept = [line.n for line in found if isinstance(line, Line)]
    assert kept == [*range(1, 21), *range(61, 72)]
    assert [(line.n, line.lost) for line in found if isinstance(line, Gap)] == [(21, 40)]
    assert not records.state().is_failing


def test_a_hung_folder_costs_no_other_call_a_line(records: FileRecords, disk: TroubledDisk) -> None:
    disk.hang(lambda path: path.name.endswith("hung"))
    hung = records.open(replace(HEADER, call="hung"))
    others = [records.open(replace(HEADER, call=f"call_{n}")) for n in range(20)]
    for record in (hung, *others):
        speak(record, 100)
    for record in others:
        record.close(10.0)
    for _ in range(1_000):
        if records.state().waiting == 1:
            break
        threading.Event().wait(0.01)
    assert [numbers(record) for record in others] == [[*range(1, 102)]] * 20
    assert not hung.folder.exists()
    disk.go_on()
    hung.close(10.0)
    records.stop()
    assert numbers(hung) == [*range(1, 102)]


def open_files() -> int:
    """Handles of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_disk_that_is_late_for_two_hundred_calls_leaks_no_handle(
    records: FileRecords, disk: TroubledDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "WAITING_LINES", 20)
    before = open_files()
    disk.hang()
    kept = [records.open(HEADER) for _ in range(200)]
    for record in kept:
        speak(record, 50)
        record.caller(0.0, TELEPHONE.silence(16_000))
        record.close(5.0)
    assert open_files() == before, "nothing is opened where the call runs"
    disk.go_on()
    records.stop()
    assert open_files() == before and not disk.handles
    assert disk.opened == 4 * 200
    assert all((record.folder / "call.json").stat().st_size > 100 for record in kept)
    assert all([(gap.n, gap.lost) for gap in lines(record) if isinstance(gap, Gap)] == [(21, 31)] for record in kept)


@pytest.mark.parametrize("broken", ["call_1", "journal.jsonl", "recording.wav", "call.json"])
def test_what_cannot_be_opened_is_told_once_and_the_rest_goes_on(
    records: FileRecords, disk: TroubledDisk, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    disk.refuses = lambda path: path.name.endswith(broken)
    record = records.open(HEADER)
    with caplog.at_level(logging.ERROR):
        speak(record, 300)
        record.caller(0.0, TELEPHONE.silence(16_000))
        record.close(2.0)
        records.stop()
    (told,) = [entry.getMessage() for entry in caplog.records]
    assert broken in told and str(record.folder) in told
    assert records.state().unopened == 1
    assert not disk.handles
    there = {path.name for path in record.folder.iterdir()} if record.folder.exists() else set()
    expected = {"journal.jsonl", "transcript.txt", "recording.wav", "call.json"} - {broken}
    assert there == (set() if broken == "call_1" else expected)


def test_a_full_disk_leaves_whole_lines(
    records: FileRecords, disk: TroubledDisk, caplog: pytest.LogCaptureFixture
) -> None:
    room = [2_000]

    def taken(data: bytes) -> int:
        size = min(len(data), room[0])
        room[0] -= size
        return size if size or not data else -1

    record = records.open(HEADER)
    speak(record, 50)
    settle(records)
    disk.taken = taken
    with caplog.at_level(logging.ERROR):
        speak(record, 300, 50)
        settle(records)
    assert records.state().is_failing
    content = (record.folder / "journal.jsonl").read_bytes()
    assert content.endswith(b"}\n"), "the piece of a line was taken back"
    room[0] = 1_000_000
    speak(record, 5, 350)
    record.close(40.0)
    records.stop()
    found = lines(record)
    (gap,) = [line for line in found if isinstance(line, Gap)]
    assert [line.n for line in found if isinstance(line, Line)] == [*range(1, gap.n), *range(351, 357)]
    assert gap.n + gap.lost == 351
    assert records.state().lost_lines == gap.lost
    names = [entry.getMessage() for entry in caplog.records if "journal.jsonl" in entry.getMessage()]
    assert len(names) == 1 and str(record.folder) in names[0]


def test_a_write_that_is_taken_in_pieces_is_completed(records: FileRecords, disk: TroubledDisk) -> None:
    disk.taken = lambda data: min(len(data), 7)
    record = records.open(HEADER)
    speak(record, 40)
    record.close(4.0)
    records.stop()
    assert numbers(record) == [*range(1, 42)]
    assert records.state().lost_lines == 0


def test_a_disk_that_goes_away_for_good_ends_no_call(records: FileRecords, disk: TroubledDisk) -> None:
    record = records.open(HEADER)
    speak(record, 5)
    settle(records)
    disk.taken = lambda data: -1
    disk.can_truncate = False
    speak(record, 5, 5)
    record.caller(0.0, b"\x10" * 16_000)
    record.close(2.0)
    records.stop()
    assert not disk.handles
    assert numbers(record) == [1, 2, 3, 4, 5]
    assert records.state().lost_lines == 6


def test_the_share_of_one_call_is_not_the_share_of_another(
    records: FileRecords, disk: TroubledDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "WAITING_LINES", 50)
    disk.hang()
    loud_one, quiet = records.open(HEADER), records.open(HEADER)
    speak(loud_one, 5_000)
    speak(quiet, 40)
    disk.go_on()
    loud_one.close(1.0)
    quiet.close(1.0)
    records.stop()
    assert numbers(quiet) == [*range(1, 42)]
    assert numbers(loud_one) == [*range(1, 51)]


def test_a_folder_that_is_refused_is_no_error_of_the_call(records: FileRecords, disk: TroubledDisk) -> None:
    disk.refuses = lambda path: True
    record = records.open(HEADER)
    speak(record, 5_000)
    settle(records)
    speak(record, 5_000)
    record.caller(0.0, b"\x10" * 8_000)
    record.close(1.0)
    record.close(1.0)
    record.append(ev.CallerHungUp(), 2.0)
    assert records.state().unopened == 1 and records.state().is_failing


def test_a_file_where_the_folder_of_calls_should_be_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "calls").write_text("something else")
    found = FileRecords(tmp_path)
    with caplog.at_level(logging.ERROR):
        record = found.open(HEADER)
        record.close(1.0)
        found.stop()
    assert found.state().unopened == 1
    assert "Not a directory" in caplog.records[0].getMessage()
