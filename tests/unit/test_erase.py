"""What is kept of one caller or one call is taken away, of all others nothing, and what is left is told."""

import json
import re
import shutil
import threading
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from offhook.call.records.files import FileRecords
from offhook.cli.main import app
from offhook.core.commands import RunTool, TransferCall
from offhook.core.endings import EndReason
from offhook.tools.line_file import append_line, take_lines
from tests.record_world import HEADER, settle

NUMBER, OTHER, OURS = "+4915112345678", "+4915112345679", "+493012345678"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path))
    return tmp_path


def erase(*words: str, answer: str = "") -> Result:
    done = CliRunner().invoke(app, ["erase", *words], input=answer)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def call(data: Path, name: str, number: str, *, outbound: bool = False, over: bool = True) -> Path:
    """A call with that number, as the server keeps it."""
    records = FileRecords(data)
    ends = {"from_number": OURS, "to_number": number} if outbound else {"from_number": number, "to_number": OURS}
    header = msgspec.structs.replace(
        HEADER, call=f"call_{name}", carrier_call=f"CA{name}", direction="outbound" if outbound else "inbound",
        providers={"stt": ["deepgram nova-3"], "llm": ["openai gpt-5.2", "local"]}, **ends,
    )  # fmt: skip
    record = records.open(header)
    record.append(RunTool(call="1", name="order_status", arguments="{}"), 1.0)
    record.append(TransferCall(call="2", destination="desk", number="+15005550009", ring_s=20.0), 2.0)
    record.caller(0.0, bytes(8000))
    if over:
        record.close(3.0, EndReason.CALLER_HUNG_UP)
    settle(records)
    append_line(
        data / "requests.jsonl",
        json.dumps({"call": header.call, "tool": "take_message", "arguments": {"message": f"hello {name}"}}).encode()
        + b"\n",
    )
    records.stop()
    return record.folder


def left(data: Path) -> str:
    """All names and all bytes that are there."""
    files = [path for path in data.rglob("*") if path.is_file()]
    return "\n".join([*map(str, data.rglob("*")), *(path.read_bytes().decode("latin-1") for path in files)])


def test_a_caller_is_gone_and_nobody_else(data: Path) -> None:
    mine = [call(data, "a1", NUMBER), call(data, "a2", "004915112345678"), call(data, "a3", NUMBER, outbound=True)]
    others = [call(data, "b1", OTHER), call(data, "b2", ""), call(data, "b3", "anonymous")]
    before = {path: path.read_bytes() for folder in others for path in folder.iterdir()}
    for words in (f"call back {NUMBER}", "call back 0151 1234-5678", "it is +49 151 12345678"):
        append_line(data / "requests.jsonl", json.dumps({"call": "call_gone", "arguments": words}).encode() + b"\n")
    append_line(data / "requests.jsonl", b'{"call": "call_c", "arguments": "order 49151123456780"}\n')
    done = erase("--number", "+49 (151) 123-45678", "--yes")
    assert done.exit_code == 0, done.output
    assert not any(folder.exists() for folder in mine)
    assert {path: path.read_bytes() for folder in others for path in folder.iterdir()} == before
    lines = (data / "requests.jsonl").read_text().splitlines()
    assert [json.loads(line)["call"] for line in lines] == ["call_b1", "call_b2", "call_b3", "call_c"]
    everything = left(data)
    for trace in ("call_a", "CAa", '12345678"', "hello a", '4915112345678"'):
        assert trace not in everything.replace(OURS, ""), trace
    assert "3 files" not in done.output and "4 files" in done.output
    assert "requests.jsonl: 6 lines taken out" in done.output


def test_what_is_not_reached_is_told_as_the_records_know_it(data: Path) -> None:
    call(data, "a1", NUMBER)
    told = erase("--number", NUMBER, "--yes").output.partition("Not reached from here:")[2]
    for name in ("deepgram, openai", "order_status", "put through", "carrier", "backups", "--log"):
        assert name in told
    assert "local" not in told, "what ran on this machine has told nobody"
    nobody = erase("--number", OTHER, "--yes")
    assert nobody.exit_code == 0 and "Nothing is kept" in nobody.output and "order_status" not in nobody.output


@pytest.mark.parametrize("which", ["call_a1", "CAa1", "folder"])
def test_one_call_by_any_of_its_names(data: Path, which: str) -> None:
    mine, same = call(data, "a1", NUMBER), call(data, "a11", NUMBER)
    done = erase("--call", mine.name if which == "folder" else which, "--yes")
    assert done.exit_code == 0 and not mine.exists() and same.exists()
    assert "call_a11" in (data / "requests.jsonl").read_text() and 'call_a1"' not in left(data)


def test_logs_are_blotted_in_place(data: Path) -> None:
    call(data, "a1", NUMBER)
    log = data / "offhook.log"
    lines = ["= ready", "< CAa1  inbound call", "call_a1: it failed", "CAa11 is another", f"x {NUMBER}\r", "end"]
    log.write_text("\n".join(lines))
    size = log.stat().st_size
    done = erase("--number", NUMBER, "--log", str(log), "--yes")
    assert done.exit_code == 0 and f"{log}: 3 lines blotted out" in done.output
    assert log.stat().st_size == size
    assert log.read_bytes().decode().split("\n") == [
        "= ready", "-" * len(lines[1]), "-" * len(lines[2]), lines[3], "-" * (len(lines[4]) - 1) + "\r", "end",
    ]  # fmt: skip


def test_nothing_happens_before_a_yes(data: Path) -> None:
    folder = call(data, "a1", NUMBER)
    before = left(data)
    for answer in ("", "\n", "n\n"):
        done = erase("--number", NUMBER, answer=answer)
        assert done.exit_code == 1 and "Take all of this away" in done.output
    assert left(data) == before
    assert erase("--number", NUMBER, answer="y\n").exit_code == 0
    assert not folder.exists()


def test_a_live_call_is_left_and_told(data: Path) -> None:
    live, over = call(data, "a1", NUMBER, over=False), call(data, "a2", NUMBER)
    done = erase("--number", NUMBER, "--yes")
    assert done.exit_code == 1 and live.exists() and not over.exists()
    assert f"{live.name}: NOT DONE: it is live" in done.output
    old = live.rename(live.with_name("20200101-000000-call_a1"))
    assert erase("--number", NUMBER, "--yes").exit_code == 0 and not old.exists()


def test_what_cannot_be_read_is_told_and_left(data: Path) -> None:
    broken, without_journal = call(data, "a1", NUMBER), call(data, "a2", NUMBER)
    for name in ("journal.jsonl", "call.json"):
        (broken / name).write_bytes(b'{"journal":2,"call":')
    (without_journal / "journal.jsonl").unlink()
    (data / "calls/link").symlink_to(data)
    done = erase("--number", NUMBER, "--yes")
    assert done.exit_code == 1 and broken.exists() and not without_journal.exists()
    assert f"{broken.name}: whose it is cannot be read" in done.output


@pytest.mark.parametrize(
    "words", [[], ["--number", NUMBER, "--call", "x"], ["--number", ""], ["--number", "abc"], ["--call", " "]]
)
def test_whose_must_be_said(data: Path, words: list[str]) -> None:
    shutil.rmtree(data / "calls", ignore_errors=True)
    assert erase(*words).exit_code == 2


def test_a_line_that_is_written_meanwhile_is_not_lost(data: Path) -> None:
    """Servers append while lines are taken out, and each line is there whole."""
    path, over = data / "requests.jsonl", threading.Event()
    written: list[int] = []

    def write(first: int) -> None:
        number = first
        while not over.is_set():
            append_line(path, b'{"call": "call_%d"}\n' % number)
            written.append(number)
            number += 2

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    taken = [line for _ in range(60) for line in take_lines(path, lambda line: line.endswith(b'0"}\n'))]
    over.set()
    for thread in threads:
        thread.join()
    found = [int(number) for line in [*taken, *path.read_bytes().splitlines()] for number in re.findall(rb"\d+", line)]
    assert sorted(found) == sorted(written)
    assert path.stat().st_mode & 0o777 == 0o600
