"""`offhook serve` on a machine where it never was: what stands in the terminal, and what there is to look at."""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from offhook.cli.demo_command import inherited
from tests.served import need_models

_TIME = re.compile(r"\d\d:\d\d:\d\d ")


async def _started(folder: Path, samples: int) -> tuple[list[str], int]:
    """The lines until somebody can sign in, and how many sample calls there are once they are made."""
    environment = {**inherited(), "OFFHOOK_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "offhook", "serve", "--port", "0"]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    lines: list[str] = []
    try:
        assert process.stdout is not None
        async with asyncio.timeout(90):
            while "#link=" not in "".join(lines[-1:]):
                line = await process.stdout.readline()
                assert line, lines
                lines.append(_TIME.sub("", line.decode()).rstrip())
            while (count := await asyncio.to_thread(_calls, folder)) < samples:
                await asyncio.sleep(0.2)
    finally:
        os.kill(process.pid, signal.SIGTERM)
        await process.communicate()
    return lines, count


def _calls(folder: Path) -> int:
    with sqlite3.connect(folder / "offhook.db") as database:
        return int(database.execute("SELECT count(*) FROM calls WHERE is_sample").fetchone()[0])


def test_a_first_start_is_a_calm_one_and_a_second_adds_nothing(tmp_path: Path) -> None:
    need_models("whisper-base", "silero-vad", "smart-turn", "minilm")

    async def main() -> None:
        lines, count = await _started(tmp_path, samples=5)
        begins = ["= the vault has its master key", "= loading:", "= ready:", "Sign in by this link"]
        assert [line.startswith(begin) for line, begin in zip(lines, begins, strict=True)] == [True] * 4, lines
        assert count == 5
        again, count = await _started(tmp_path, samples=5)
        assert again[-1].startswith("Sign in by this link") and count == 5

    asyncio.run(main())
