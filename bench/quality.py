"""How well turns are taken: several calls at once in real time, judged from the wire.

One server after the other, each with vendors of another profile: the real adapters, which speak to the vendors'
stand-ins in a process of their own. Real voice detection and end-of-turn model; the caller speaks with the local voice.
"""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.judge import Call, Verdict, read_journal
from bench.phone import Phone
from bench.scenarios import FIRST_CLAUSE_TOKENS, Kind, Scenario, scenario, talk
from bench.server import Running, serving
from bench.table import Goal, Outcome, Row, Statistic, percentile, share
from bench.vendors import Draws, standing_in
from bench.waste import Waste
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import BargeIn, Say
from offhook.simulator.voices import Prepared, local_voice, prepare
from offhook.speech.scripted.tape import FRAME_BYTES, heard_text

STAGGER_S: Final = 0.37
"""Between the beginnings of calls, so that they do not ask the end-of-turn model in step."""
SETTLE_S: Final = 1.0
"""After the last call, for its files."""
SOUNDS: Final[dict[Kind, str]] = {
    "backchannel": "backchannel", "cough": "cough", "noise": "noise", "plain": "reply that nobody disturbed"
}  # fmt: skip
DOUBTFUL_LAG_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is run."""

    calls: int = 12
    turns: int = 8
    plain_turns: int = 6
    """Of each call where only plain turns are asked."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """Calls with vendors of one profile. Goals are limits of the plain turns' gap, in milliseconds."""

    profile: str
    what: str = ""
    p50_ms: float | None = None
    p95_ms: float | None = None
    is_whole: bool = False
    """With pauses, numbers, barge-ins and noise; or else plain turns alone."""


PARTS: Final = (
    Part("instant", is_whole=True),
    Part("fast", "a turn under 400 ms", 380, 480),
    Part("medium", "", 600, 700),
    Part("slow", "", 1000, 1100, is_whole=True),
    # The vendors' times are drawn: the goal is for what is left of each turn when its own draws are taken off.
    Part("published", "first tokens as published for GPT-4o", 80, 150),
)


async def measure(plan: Plan, folder: Path) -> Outcome:
    """All calls of all profiles, and their rows."""
    outcome = Outcome()
    seeds = [plan.seed * 1000 + index for index in range(plan.calls)]
    scripts = {True: [scenario(seed, plan.turns) for seed in seeds], False: [talk(s, plan.plain_turns) for s in seeds]}
    voice, port = await local_voice()
    try:
        callers = {
            is_whole: [(entry, await prepare(entry.script, voice)) for entry in entries]
            for is_whole, entries in scripts.items()
        }
    finally:
        await port.close()
    total, waste = Verdict(), Waste()
    for part in PARTS:
        place = folder / part.profile
        async with (
            standing_in(part.profile, plan.seed, place, name=f"bench-{part.profile}") as vendors,
            serving(vendors.agent, place, vendors.environment) as running,
        ):
            calls = await _run(running, callers[part.is_whole], plan.seed)
            draws = Draws.read(vendors)
        verdict = Verdict()
        for call in calls:
            verdict.take(call)
            total.take(call)
            waste.take(call.journal)
        outcome.rows += _gap_rows(part, verdict, draws)
        outcome.notes += _notes(part.profile, calls, verdict)
    outcome.rows += [*_rows(total), *waste.rows()]
    return outcome


async def _run(running: Running, callers: list[tuple[Scenario, tuple[Prepared, ...]]], seed: int) -> list[Call]:
    async def one(index: int, entry: Scenario, prepared: tuple[Prepared, ...]) -> tuple[Phone, Call]:
        await asyncio.sleep(index * STAGGER_S)
        caller = Caller(prepared)
        call_sid = f"CA{random.Random(f'{seed}/{index}').getrandbits(128):032x}"
        phone = Phone(running.address, caller, call_sid, keeps_tape=True)
        report = await phone.run()
        assert phone.media is not None
        said = " ".join(_words(sound) for sound in prepared if isinstance(sound.step, Say | BargeIn))
        violations = [str(violation) for violation in phone.media.violations]
        lag_s = percentile(list(phone.log.own_lag), 99)
        words = caller.meter.tape.words
        return phone, Call(report, phone.log, words, entry.kinds, said.split(), [], violations, lag_s)

    works = (one(index, entry, prepared) for index, (entry, prepared) in enumerate(callers))
    done = await asyncio.gather(*works)
    await asyncio.sleep(SETTLE_S)
    for phone, call in done:
        call.journal = read_journal(running.folder(phone.call_sid) / "journal.jsonl")
    return [call for _, call in done]


def _words(sound: Prepared) -> str:
    """What the transcriber can hear of it: short words are cut to what fits into their frames."""
    frames = (sound.audio[at : at + FRAME_BYTES] for at in range(0, len(sound.audio), FRAME_BYTES))
    return heard_text(frames)


def _gap_rows(part: Part, verdict: Verdict, draws: Draws) -> list[Row]:
    profile, gaps = draws.profile, verdict.gaps
    name = f"turn gap, {part.profile}"
    limits: tuple[tuple[Statistic, float | None], ...] = (("p50", part.p50_ms), ("p95", part.p95_ms))
    goals = tuple(Goal(of, limit) for of, limit in limits if limit is not None)
    chain_ms = 1000 * profile.chain_s(FIRST_CLAUSE_TOKENS)
    what = "; ".join(text for text in ("plain turns", part.what) if text)
    plain = gaps.get("plain", [])
    if profile.is_drawn:
        head = [Row(name, what, "ms", plain), *_drawn_rows(name, verdict, draws, goals)]
    else:
        head = [
            Row(name, f"{what}; the vendors' own chain is {chain_ms:.0f} ms", "ms", plain, goals),
            Row(name, "less the chain: engine, with its decision to answer", "ms", [gap - chain_ms for gap in plain]),
        ]
    if not part.is_whole:
        return head
    return [
        *head,
        Row(name, "sentences with pauses of 0.7 to 1.3 s", "ms", gaps.get("pause", [])),
        Row(name, "numbers, codes, e-mails in parts", "ms", gaps.get("number", [])),
        Row(name, "after a barge-in", "ms", gaps.get("barge_in", [])),
    ]


def _drawn_rows(name: str, verdict: Verdict, draws: Draws, goals: tuple[Goal, ...]) -> list[Row]:
    chains = [(answer, draws.chain_s(answer.number)) for answer in verdict.answers]
    known = [(answer, 1000 * chain_s) for answer, chain_s in chains if chain_s is not None]
    own = [1000 * answer.gap_s - chain_ms for answer, chain_ms in known if not answer.has_filler]
    bridged = [1000 * answer.gap_s - chain_ms for answer, chain_ms in known if answer.has_filler]
    return [
        Row(name, "the vendors' own chain, as it was drawn", "ms", [chain_ms for _, chain_ms in known]),
        Row(name, "less each turn's own chain: engine, with its decision to answer", "ms", own, goals),
        Row(name, "the same where a filler was said first, and the reply behind it", "ms", bridged),
    ]


def _rows(verdict: Verdict) -> list[Row]:
    none = (Goal("most", 0),)
    rows = [
        Row("cut-ins", "per turn with pauses of 0.7 to 1.3 s inside", "", verdict.cut_ins, none),
        Row("duck", "caller's onset over the agent to 6 dB less", "ms", verdict.ducks, (Goal("p95", 150),)),
        Row("stop", "caller's onset to the agent's last sound, real words", "ms", verdict.stops, (Goal("p95", 300),)),
    ]
    rows += [
        Row("false stops", f"agent's words lost per {name}", "words", verdict.lost_words.get(kind, []), none)
        for kind, name in SOUNDS.items()
    ]
    whole = Goal("share", 100, is_least=True)
    errors = verdict.text_errors
    return [
        *rows,
        Row("zombie audio", "of a cancelled reply after its clear, per barge-in", "bytes", verdict.zombies, none),
        Row("heard-text error", "history against heard, per barge-in", "words", errors, (Goal("most", 1),)),
        share("words reached", "caller's words in the history", verdict.reached, verdict.said, whole),
        share("answered", "turns with an audible reply", verdict.answered, verdict.wanted, whole),
    ]


def _notes(name: str, calls: list[Call], verdict: Verdict) -> list[str]:
    notes = [f"{name}: {oddity}" for oddity in verdict.oddities]
    notes += [f"{name}: protocol: {violation}" for call in calls for violation in call.violations]
    late = [call for call in calls if call.worst_lag_s > DOUBTFUL_LAG_S]
    if late:
        notes.append(f"{name}: our own clockwork was late in {len(late)} calls: the figures are doubtful")
    return notes
