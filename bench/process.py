"""Processes of the bench: what they cost, on which core they run, and how they end."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

START_S: Final = 60.0
END_S: Final = 20.0
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_ms(pid: int) -> float:
    """CPU time of the process and its children so far; as fine as the kernel's tick (10 ms)."""
    ticks = sum(sum(map(int, _stat(member)[11:13])) for member in family(pid))
    return 1000.0 * ticks / TICKS_PER_S


def memory_mb(pid: int) -> float:
    """Resident memory of the process and its children."""
    return sum(int(_stat(member)[21]) for member in family(pid)) * PAGE_MB


def family(pid: int) -> list[int]:
    """The process and all its children."""
    parents = {int(path.name): int(_stat(int(path.name))[1]) for path in Path("/proc").glob("[0-9]*")}
    found, added = {pid}, {pid}
    while added:
        added = {child for child, parent in parents.items() if parent in found} - found
        found |= added
    return sorted(found)


def machine_busy_s() -> float:
    """CPU time that all processes together have used since the machine started."""
    fields = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq, steal = map(int, fields[:8])
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_S


@contextlib.contextmanager
def pinned(server: int, *others: int) -> Iterator[bool]:
    """The server's process has one core, this one and the others have all but that; False where there is only one."""
    cores = os.sched_getaffinity(0)
    first = {min(cores)}
    if len(cores) < 2:
        yield False
        return
    _pin(server, first)
    for pid in (*others, os.getpid()):
        _pin(pid, cores - first)
    try:
        yield True
    finally:
        _pin(os.getpid(), cores)


def _pin(pid: int, cores: set[int]) -> None:
    for member in family(pid) if pid != os.getpid() else [pid]:
        for thread in Path(f"/proc/{member}/task").glob("[0-9]*"):
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), cores)


async def ended(process: asyncio.subprocess.Process) -> None:
    """End it in order, or else by force."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third (state) on; zeros for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50
