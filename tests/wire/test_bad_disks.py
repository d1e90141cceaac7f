"""The server's process on a disk that keeps nothing: calls are answered, health says so, the log names the place."""

import asyncio
import json
import os
import resource
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from offhook import clock
from tests.wire.test_process import Running, running

STEPS: tuple[dict[str, Any], ...] = (
    {"wait": {"silent_s": 0.5}}, {"say": "what time do you open"}, {"wait": {"silent_s": 0.5}}, {"hang_up": True},
)  # fmt: skip


async def health(server: Running) -> dict[str, Any]:
    def ask() -> dict[str, Any]:
        connection = HTTPConnection(server.carrier.web.origin.removeprefix("http://"), timeout=5)
        connection.request("GET", "/healthz")
        found: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return found

    return await asyncio.to_thread(ask)


async def health_with(server: Running, records: str | None) -> dict[str, Any]:
    until = clock.now() + 10.0
    while (found := await health(server)).get("records") != records and clock.now() < until:
        await asyncio.sleep(0.05)
    return found


def log_of(folder: Path) -> str:
    return (folder / "server.log").read_text()


def test_no_folder_for_calls_costs_no_call(tmp_path: Path) -> None:
    (tmp_path / "calls").write_text("something else")

    async def main() -> None:
        async with running(tmp_path) as server:
            found = await health_with(server, "failing")
            assert (found["status"], found["records"]) == ("ready", "failing"), "known before the first call"
            outcome = await server.call(*STEPS)
            outcome.require_clean()
            assert not outcome.report.unanswered
            assert (await health(server))["records"] == "failing"

    asyncio.run(main())
    told = [line for line in log_of(tmp_path).splitlines() if "no records can be kept" in line]
    assert len(told) == 1 and str(tmp_path / "calls") in told[0]


def test_files_that_cannot_grow_cost_no_call(tmp_path: Path) -> None:
    """The system takes a part of a write and then nothing more, as a disk does that is full."""

    async def main() -> None:
        async with running(tmp_path) as server:
            # From now on, and not at the start: the database is made while there is room.
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (64_000, 64_000))
            outcome = await server.call(*STEPS)
            outcome.require_clean()
            assert not outcome.report.unanswered
            assert (await health_with(server, "failing"))["records"] == "failing"

    asyncio.run(main())
    for journal in tmp_path.glob("calls/*/journal.jsonl"):
        assert journal.read_bytes().endswith(b"\n"), "no line is in it by half"
    assert "recording.wav" in log_of(tmp_path)


def test_too_little_room_stops_recordings_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, OFFHOOK_LOW_DISK_MB="9999999") as server:
            assert (await health_with(server, "failing"))["records"] == "failing"
            outcome = await server.call(*STEPS)
            outcome.require_clean()
            journal = await server.journal_with('"Closed"')
            assert (journal.parent / "recording.wav").stat().st_size < 1_000
            assert "what time do you open" in (journal.parent / "transcript.txt").read_text()

    asyncio.run(main())
    assert "MB are free of the 9999999 MB wanted" in log_of(tmp_path)


def test_an_agent_may_want_no_call_without_a_record(tmp_path: Path) -> None:
    (tmp_path / "calls").write_text("something else")

    async def main() -> None:
        async with running(tmp_path, agent={"records": {"required": True}}) as server:
            await health_with(server, "failing")
            outcome = await server.call({"silence": 3.0}, {"hang_up": True})
            assert outcome.said and "cannot help you" in " ".join(outcome.said)
            (tmp_path / "calls").unlink()

    asyncio.run(main())
    assert "takes no call without" in log_of(tmp_path)


def test_all_that_a_server_makes_is_for_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    before = os.umask(0o022)

    async def main() -> None:
        async with running(tmp_path, OFFHOOK_DATA_DIR=str(folder)) as server:
            (await server.call(*STEPS)).require_clean()

    try:
        asyncio.run(main())
    finally:
        os.umask(before)
    made = [folder, *folder.rglob("*")]
    assert len(made) > 4
    assert not [path for path in made if path.stat().st_mode & 0o077]
    log = log_of(tmp_path)
    assert "from ...0006 to ...0001" in log and "+1500555" not in log
