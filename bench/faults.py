"""What a caller hears when a vendor fails: every fault of every stand-in, each in a short call of its own.

The real calls with the real adapters, in real time, many at once in this process; only the carrier and the caller are
in memory, since nothing is wrong with them. The caller speaks the talking tape.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

from bench import house
from bench.judge import read_journal, said_in
from bench.table import Goal, Outcome, Row, share
from offhook.agents.model import Agent
from offhook.errors import OffhookError
from offhook.platform.assembly import assemble
from offhook.settings import Settings
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.report import CallReport
from offhook.simulator.vendors.profiles import PROFILES
from offhook.simulator.vendors.standins import Plan, StandIns
from offhook.simulator.vendors.table import VENDORS
from offhook.simulator.voices import TapeVoice, prepare
from offhook.speech.registry import Kind

SAID: Final = (
    "When are you open on Saturday?",
    "I would like to bring a lamp that does not work any more.",
    "Can I park my car behind your shop?",
)
PROMPT: Final = "What you know\n- We are open on Saturday.\n- You can park behind the shop.\n- Lamps take three days."
LONGEST_S: Final = 60.0
AT_ONCE: Final = 40
FAULT_TURNS: Final = 2
"""Of a call with a fault; the others say it all."""
DROPPED_CALLS: Final = 12
DROPS: Final = "drop"
SILENCE_S: Final = 3.0
_KINDS: Final = {Kind.STT: "hears", Kind.LLM: "thinks", Kind.TTS: "speaks"}


@dataclass(frozen=True, slots=True)
class Case:
    """A call in which a vendor fails in one way."""

    vendor: str
    kind: Kind
    fault: str
    number: int = 0

    @property
    def plan(self) -> Plan:
        """Working stand-ins for the other two."""
        names = [next((name for name, v in VENDORS.items() if kind in v.kinds), "") for kind in Kind]
        names = [self.vendor if kind is self.kind else name for kind, name in zip(Kind, names, strict=True)]
        chosen = tuple(dict.fromkeys(name for name in names if name))
        return Plan(profile=PROFILES["fast"], seed=self.number, names=chosen)


@dataclass(slots=True)
class Lived:
    """What became of it."""

    case: Case
    report: CallReport
    words: tuple[int, int] = (0, 0)
    """Of the caller: in the history, and said."""
    trouble: str = ""


async def measure(folder: Path, *, is_quick: bool) -> Outcome:
    """All calls, and their rows."""
    logging.disable(logging.ERROR)
    cases = [Case(v.name, kind, fault) for v in VENDORS.values() for kind in v.kinds for fault in v.faults]
    if is_quick:
        cases = cases[::4]
    stt = next(vendor for vendor in VENDORS.values() if Kind.STT in vendor.kinds)
    dropped = [Case(stt.name, Kind.STT, DROPS, number) for number in range(1, 3 if is_quick else DROPPED_CALLS + 1)]
    room, door = asyncio.Semaphore(AT_ONCE), asyncio.Lock()
    try:
        lived = await asyncio.gather(*(_live(case, folder, (room, door)) for case in (*cases, *dropped)))
    finally:
        logging.disable(logging.NOTSET)
    outcome = Outcome(_rows(lived))
    reached, said = (sum(found.words[index] for found in lived[len(cases) :]) for index in (0, 1))
    what = f"caller's words in the history, {stt.name} dropped twice in each call"
    outcome.rows.append(share("words reached", what, reached, said, Goal("share", 100, is_least=True)))
    outcome.notes += [note for found in lived for note in _notes(found)]
    return outcome


async def _live(case: Case, folder: Path, where: tuple[asyncio.Semaphore, asyncio.Lock]) -> Lived:
    room, door = where
    async with room:
        try:
            return await _call(case, folder / f"{case.vendor}-{case.kind}-{case.fault}-{case.number}", door)
        except (OffhookError, TimeoutError, ExceptionGroup) as error:
            return Lived(case, CallReport(), trouble=f"{type(error).__name__}: {error}")


async def _call(case: Case, data_dir: Path, door: asyncio.Lock) -> Lived:
    async with StandIns(case.plan) as running:
        document = running.agent(voice_detector="energy", end_of_turn="scripted", prompt=PROMPT)
        settings = Settings(environment=running.environment(), data_dir=data_dir)
        # One after the other: what an agent loads would make the calls that are under way late.
        async with door:
            runtime = assemble(Agent.model_validate(document), settings)
            # A server whose vendor fails at once does not start, and says why.
            await runtime.prepare()
        running.fail(case.vendor, case.fault)
        caller = Caller(await prepare(script_from(_script(len(SAID) if case.number else FAULT_TURNS)), TapeVoice()))
        report = await house.call_in_memory(runtime, caller, data_dir, house.Plan(case.number, longest_s=LONGEST_S))
    return Lived(case, report, await asyncio.to_thread(_words, data_dir, report))


def _script(turns: int) -> dict[str, Any]:
    steps: list[dict[str, Any]] = []
    for text in SAID[:turns]:
        steps += [{"wait": {"silent_s": 0.6, "at_most_s": 20}}, {"say": text}]
    return {"steps": [*steps, {"wait": {"silent_s": 0.6, "at_most_s": 20}}, {"hang_up": True}]}


def _words(data_dir: Path, report: CallReport) -> tuple[int, int]:
    said = " ".join(turn.text for turn in report.turns if turn.wants_answer).split()
    (path,) = (data_dir / "calls").glob("*/journal.jsonl")
    known = " ".join(said_in(read_journal(path), "CallerSaid")).split()
    blocks = SequenceMatcher(None, said, known, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks), len(said)


def _rows(lived: Sequence[Lived]) -> list[Row]:
    answers, silences = [], []
    for name, kind in dict.fromkeys((found.case.vendor, found.case.kind) for found in lived):
        of = [found for found in lived if (found.case.vendor, found.case.kind) == (name, kind)]
        turns = [turn for found in of for turn in found.report.turns if turn.wants_answer]
        answered = sum(turn.gap_s is not None for turn in turns)
        # A call that could not even be made has answered nothing.
        asked = len(turns) + sum(1 for found in of if found.trouble)
        what = f"{name}, who {_KINDS[kind]}: {len({found.case.fault for found in of})} kinds of faults"
        answers.append(share("under faults", f"answered, {what}", answered, asked, Goal("share", 100, is_least=True)))
        longest = [found.report.longest_silence_s for found in of if not found.trouble]
        goals = (Goal("most", SILENCE_S),)
        silences.append(Row("under faults", f"longest silence of a call, {what}", "s", longest, goals))
    return [*answers, *silences]


def _notes(found: Lived) -> list[str]:
    report, case = found.report, found.case
    name = f"under faults: {case.vendor} {case.fault}"
    notes = [f"{name}: {found.trouble}"] if found.trouble else []
    notes += [f"{name}: not answered: {turn.text!r}" for turn in report.unanswered]
    if report.longest_silence_s > SILENCE_S:
        notes.append(f"{name}: silent for {report.longest_silence_s:.1f} s")
    if case.number and found.words[0] < found.words[1]:
        notes.append(f"{name} {case.number}: {found.words[0]} of {found.words[1]} words reached")
    return notes
