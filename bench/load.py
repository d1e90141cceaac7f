"""What many calls cost one server, and whether they notice each other.

One server takes 1, 10 and 100 calls, with every vendor streaming over its real wire; real speech goes through the real
voice detector and the real end-of-turn model, and both sides speak by turns. Each level is watched for a while; then
short calls come and go beside those that last. The server's process has a core of its own; the carrier's side and the
vendors share what is left.
"""

import asyncio
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, process_time
from typing import Any, Final

from bench.phone import Phone
from bench.process import machine_busy_s, pinned
from bench.scenarios import FIRST_CLAUSE_TOKENS, talk
from bench.server import Running, serving
from bench.table import Goal, Outcome, Row, percentile, single
from bench.vendors import Vendors, standing_in
from offhook.simulator.caller import Caller
from offhook.simulator.vendors.profiles import PROFILES
from offhook.simulator.voices import Prepared, local_voice, prepare

PROFILE: Final = "fast"
CHAIN_MS: Final = 1000 * PROFILES[PROFILE].chain_s(FIRST_CLAUSE_TOKENS)
RAMP_S: Final = 0.15
"""Between the beginnings of calls."""
PROBE_S: Final = 1.0
"""A short call hangs up so long after its start."""
PLAIN_CALLS: Final = 10
UNRECORDED: Final = "bench.unrecorded"
RECORD_PERCENT: Final = 10.0
VOICES: Final = 8
"""Callers with words of their own; the others say the same at other times."""
DOUBTFUL_LAG_MS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is run. Times in seconds."""

    levels: tuple[int, ...] = (1, 10, 100)
    window_s: float = 20.0
    settle_s: float = 8.0
    """From the last call's beginning until the watch: greetings are over, first turns are under way."""
    probes: int = 30
    seed: int = 1

    @property
    def turns(self) -> int:
        """More than any caller can say in all that time; the phone hangs up first."""
        return 40


def quick(seed: int) -> Plan:
    """For a look."""
    return Plan(levels=(1, 10), window_s=6.0, settle_s=6.0, probes=10, seed=seed)


@dataclass(slots=True)
class Level:
    """What was seen with so many calls."""

    calls: int
    cpu_ms_per_s: float = 0.0
    memory_mb: float = 0.0
    lateness_ms: list[float] = field(default_factory=list)
    gaps_ms: list[float] = field(default_factory=list)
    underruns: int = 0
    own_lag_ms: float = 0.0
    """Of this process, P99."""
    webhooks_ms: list[float] = field(default_factory=list)
    greetings_ms: list[float] = field(default_factory=list)
    lost: int = 0
    """Calls that the server refused, or that ended by themselves."""
    cores: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """Busy cores: the server's, ours, the vendors', and those of everybody else on this machine."""


async def measure(plan: Plan, folder: Path) -> Outcome:
    """All levels on one server; and one level without the end-of-turn model on another, to tell what that costs."""
    voice, port = await local_voice()
    try:
        callers = [await prepare(talk(plan.seed * 100 + index, plan.turns).script, voice) for index in range(VOICES)]
    finally:
        await port.close()
    levels = await _measure(plan, callers, plan.levels, folder, "smart-turn")
    unrecorded = await _measure(plan, callers, plan.levels[-1:], folder, "smart-turn", UNRECORDED)
    plain = await _measure(plan, callers, (PLAIN_CALLS,), folder, "scripted")
    rows = [*_cpu_rows(levels, plain[0]), *_record_rows(levels[-1], unrecorded[0])]
    rows += [_memory_row(levels)]
    for level in levels:
        rows += _rows(level, f"{level.calls} calls", is_last=level is levels[-1])
    return Outcome(rows, _notes([*levels, *unrecorded, *plain]))


async def _measure(
    plan: Plan, callers: Sequence[tuple[Prepared, ...]], levels: Sequence[int], folder: Path, end_of_turn: str,
    program: str = "offhook",
) -> list[Level]:  # fmt: skip
    place = folder / end_of_turn / program
    async with (
        standing_in(PROFILE, plan.seed, place, are_alike=True, name="bench-load", end_of_turn=end_of_turn) as vendors,
        serving(vendors.agent, place, vendors.environment, program) as running,
    ):
        with pinned(running.pid, vendors.pid):
            return await _Load((running, vendors), callers, plan).run(levels)


class _Load:
    """Calls on one server, more from level to level."""

    def __init__(self, peers: tuple[Running, Vendors], callers: Sequence[tuple[Prepared, ...]], plan: Plan) -> None:
        (self._running, self._vendors), self._callers, self._plan = peers, callers, plan
        self._chance = random.Random(plan.seed)
        self._phones: list[Phone] = []
        self._tasks: list[asyncio.Task[Any]] = []
        self._probes: list[asyncio.Task[Any]] = []

    async def run(self, levels: Sequence[int]) -> list[Level]:
        """Each level in its turn; all calls end at the end."""
        # The first call of a process loads what every later one uses: it is not counted.
        await self._probe()
        seen = []
        for count in levels:
            while len(self._phones) < count:
                self._begin()
                await asyncio.sleep(RAMP_S)
            await asyncio.sleep(self._plan.settle_s)
            seen.append(await self._watch(count))
        for phone in self._phones:
            phone.hang_up()
        # A call that the server refused has raised; its level has counted it as lost.
        await asyncio.gather(*self._tasks, *self._probes, return_exceptions=True)
        return seen

    def _begin(self) -> None:
        phone = self._phone(self._callers[len(self._phones) % len(self._callers)])
        self._phones.append(phone)
        self._tasks.append(asyncio.create_task(phone.run()))

    def _phone(self, steps: tuple[Prepared, ...]) -> Phone:
        return Phone(self._running.address, Caller(steps), f"CA{self._chance.getrandbits(128):032x}")

    async def _watch(self, count: int) -> Level:
        level, running, vendors, began_at = Level(count), self._running, self._vendors, monotonic()
        cpu_ms, vendors_ms = running.cpu_ms(), vendors.cpu_ms()
        own_s, all_s = process_time(), machine_busy_s()
        await asyncio.sleep(self._plan.window_s)
        passed_s = monotonic() - began_at
        server, stood_in = (
            (now - then) / 1000 / passed_s for now, then in ((running.cpu_ms(), cpu_ms), (vendors.cpu_ms(), vendors_ms))
        )
        own = (process_time() - own_s) / passed_s
        level.cores = (server, own, stood_in, max(0.0, (machine_busy_s() - all_s) / passed_s - server - own - stood_in))
        level.lost = sum(task.done() for task in self._tasks)
        level.cpu_ms_per_s = 1000 * server / max(1, count - level.lost)
        level.memory_mb = running.memory_mb()
        for phone in self._phones:
            self._add(level, phone, began_at)
        for _ in range(self._plan.probes):
            probe = await self._probe()
            level.webhooks_ms.append(1000 * probe.log.webhook_s)
            if probe.log.greeting_s is not None:
                level.greetings_ms.append(1000 * probe.log.greeting_s)
        return level

    def _add(self, level: Level, phone: Phone, began_at: float) -> None:
        """What this call has seen since `began_at`, on the monotonic clock."""
        since = began_at - phone.began_at
        level.lateness_ms += [1000 * late_s for at, late_s in phone.log.lateness if at >= since]
        level.underruns += sum(1 for at in phone.log.underruns if at >= since)
        turns = phone.caller.report().turns
        level.gaps_ms += [1000 * turn.gap_s for turn in turns if turn.gap_s is not None and turn.ends_at >= since]
        ticks = round((monotonic() - began_at) / 0.02)
        level.own_lag_ms = max(level.own_lag_ms, 1000 * percentile(list(phone.log.own_lag)[-ticks:], 99))

    async def _probe(self) -> Phone:
        """A short call from a caller who says nothing."""
        phone = self._phone(())
        call = asyncio.create_task(phone.run())
        await asyncio.sleep(PROBE_S / 4)
        asyncio.get_running_loop().call_later(PROBE_S, phone.hang_up)
        self._probes.append(call)
        return phone


def _cpu_rows(levels: Sequence[Level], plain: Level) -> list[Row]:
    rows = []
    for level in levels:
        goals = (Goal("value", 5),) if level is levels[-1] else ()
        rows.append(single("CPU per call", f"{level.calls} calls", "ms/s", level.cpu_ms_per_s, level.calls, *goals))
    last = levels[-1]
    without = f"{plain.calls} calls, no end-of-turn model"
    per_core = 1000 / last.cpu_ms_per_s if last.cpu_ms_per_s else math.nan
    return [
        *rows,
        single("CPU per call", without, "ms/s", plain.cpu_ms_per_s, plain.calls),
        single("calls per core", f"by the CPU of {last.calls} calls", "", per_core, last.calls),
    ]


def _record_rows(with_it: Level, without: Level) -> list[Row]:
    """What it costs that the store follows the calls: the files are written either way."""
    what = f"{without.calls} calls, nothing of them in the database"
    added = 100 * (with_it.cpu_ms_per_s / without.cpu_ms_per_s - 1) if without.cpu_ms_per_s else math.nan
    return [
        single("CPU per call", what, "ms/s", without.cpu_ms_per_s, without.calls),
        single("CPU per call", "what the record adds", "%", added, without.calls, Goal("value", RECORD_PERCENT)),
    ]


def _memory_row(levels: Sequence[Level]) -> Row:
    first, last = levels[0], levels[-1]
    slope_mb = (last.memory_mb - first.memory_mb) / max(1, last.calls - first.calls)
    what = f"RSS from {first.memory_mb:.0f} MB with {first.calls} to {last.memory_mb:.0f} MB with {last.calls} calls"
    return single("memory per call", what, "MB", slope_mb, last.calls, Goal("value", 1))


def _rows(level: Level, name: str, *, is_last: bool) -> list[Row]:
    def goals(*found: Goal) -> tuple[Goal, ...]:
        return found if is_last else ()

    metric = f"at {name}"
    lateness = Row(metric, "outbound audio behind its schedule", "ms", level.lateness_ms, goals(Goal("p99", 20)))
    messages = len(level.lateness_ms)
    return [
        lateness,
        single(metric, "replies with a hole in their playout", "", level.underruns, messages, *goals(Goal("value", 0))),
        Row(metric, "greeting: start to first audio", "ms", level.greetings_ms, goals(Goal("p99", 20))),
        Row(metric, "voice webhook to TwiML", "ms", level.webhooks_ms, goals(Goal("p99", 10))),
        Row(metric, f"turn gap (the vendors' own chain is {CHAIN_MS:.0f} ms)", "ms", level.gaps_ms),
    ]


def _notes(levels: Sequence[Level]) -> list[str]:
    notes = [
        f"{level.calls} calls: {level.lost} calls were refused or ended by themselves" for level in levels if level.lost
    ]
    for level in levels:
        server, own, stood_in, others = level.cores
        busy = f"server {server:.2f}, the carrier's side {own:.2f}, vendors {stood_in:.2f}, others {others:.2f}"
        late = f"the carrier's side was late by {level.own_lag_ms:.1f} ms (P99 of the worst call)"
        notes.append(f"{level.calls} calls: busy cores: {busy}; {late}")
    if max(level.own_lag_ms for level in levels) > DOUBTFUL_LAG_MS:
        notes.append("the carrier's side itself was late: the figures under load are doubtful")
    return notes
