"""How well dictated numbers are taken: callers tell ten digits of ten in groups, and are silent for long between them.

The real call with the real voice detector and end-of-turn model, in real time; brain and voice are as slow as stated.
The transcriber reads the words from the tape that is engraved in the sound, so that no misheard digit hides what is
measured here: how long is waited. With `--digits FOLDER` real people say the digits: recordings of one digit each,
16-bit PCM, named `DIGIT_SPEAKER_TAKE.wav` (as the Free Spoken Digit Dataset has them). Otherwise the local voice does.
"""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.house import Plan as CallPlan
from bench.house import call_in_memory
from bench.judge import read_journal, said_in
from bench.scenarios import FIRST_CLAUSE_TOKENS
from bench.table import Goal, Outcome, Row, share, single
from offhook.agents.model import Agent
from offhook.platform.assembly import assemble
from offhook.settings import Settings
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.report import FLOOR_DB, FRAME_S, SILENT_DB, CallReport, level_db
from offhook.simulator.vendors.profiles import PROFILES
from offhook.simulator.voices import Prepared, local_voice, prepare, read_wav
from offhook.speech.ports import WordTime
from offhook.speech.scripted.tape import FRAME_BYTES, SILENCE, Utterance, engrave

BYTES_PER_S: Final = 8000
CHAIN: Final = PROFILES["medium"]
REPLY: Final = "Yes of course, I have noted that for you."
QUESTION: Final = "Hello, this is the harbour hotel. What is your telephone number, please?"
WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
GROUPS: Final = ((3, 3, 4), (3, 7), (5, 5), (3, 3, 2, 2), (2, 2, 2, 2, 2), (6, 4), (1, 3, 3, 3))
SILENCES_S: Final = (0.6, 2.0)
AT_ONCE: Final = 3
STAGGER_S: Final = 0.37
"""Between the beginnings of calls, so that they do not ask the end-of-turn model in step."""
BREATH_S: Final = (0.05, 0.25)
"""Between two digits of a group."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is run."""

    numbers: int = 36
    seed: int = 1
    digits: Path | None = None
    """A folder with recordings."""


@dataclass(frozen=True, slots=True)
class Told:
    """A number as it is told."""

    digits: str
    groups: tuple[str, ...]
    silences_s: tuple[float, ...]
    """Behind each group but the last."""


def numbers(plan: Plan) -> list[Told]:
    """The numbers of a run: the first digit is one that a number of the United States can begin with."""
    chance = random.Random(plan.seed)
    told = []
    for index in range(plan.numbers):
        digits = chance.choice("23456789") + "".join(chance.choice("0123456789") for _ in range(9))
        groups, at = [], 0
        for size in GROUPS[index % len(GROUPS)]:
            groups.append(digits[at : at + size])
            at += size
        silences = tuple(round(chance.uniform(*SILENCES_S), 2) for _ in groups[1:])
        told.append(Told(digits, tuple(groups), silences))
    return told


async def measure(plan: Plan, folder: Path) -> Outcome:
    """One call per number, several at once, and their rows."""
    logging.disable(logging.ERROR)
    room = asyncio.Semaphore(AT_ONCE)
    try:
        every = numbers(plan)
        callers = await _by_voice(every) if plan.digits is None else _by_people(every, plan)
        works = (_call(prepared, folder / str(index), index, room) for index, prepared in enumerate(callers))
        reports = await asyncio.gather(*works)
    finally:
        logging.disable(logging.NOTSET)
    return _rows(plan, every, callers, reports, folder)


async def _call(prepared: tuple[Prepared, ...], folder: Path, number: int, room: asyncio.Semaphore) -> CallReport:
    agent = Agent.model_validate(
        {
            "name": "dictation",
            "opening": {"text": QUESTION},
            "stt": {"provider": "scripted", "final_latency_s": CHAIN.transcript.p50_s},
            "llm": {
                "provider": "scripted", "first_token_s": CHAIN.first_token.p50_s, "token_s": CHAIN.token_s,
                "otherwise": REPLY,
            },
            "tts": {"provider": "scripted", "first_audio_s": CHAIN.first_audio.p50_s, "realtime_factor": 0.0},
        }
    )  # fmt: skip
    async with room:
        await asyncio.sleep(STAGGER_S * (number % AT_ONCE))
        runtime = assemble(agent, Settings(environment={}, data_dir=folder))
        await runtime.prepare()
        return await call_in_memory(runtime, Caller(prepared), folder, CallPlan(number, longest_s=90.0))


# ── who tells them ───────────────────────────────────────────────────────────────────────────────────────────────


def _script(told: Told) -> dict[str, object]:
    pieces: list[object] = []
    for index, group in enumerate(told.groups):
        if index:
            pieces.append({"pause_s": told.silences_s[index - 1]})
        pieces.append(" ".join(WORDS[int(digit)] for digit in group))
    steps = [{"wait": {"silent_s": 0.6}}, {"say": pieces}, {"wait": {"silent_s": 0.8, "at_most_s": 12}}]
    return {"voice": "local", "steps": [*steps, {"hang_up": True}]}


async def _by_voice(every: Sequence[Told]) -> list[tuple[Prepared, ...]]:
    voice, port = await local_voice()
    try:
        return [await prepare(script_from(_script(told)), voice) for told in every]
    finally:
        await port.close()


def _by_people(every: Sequence[Told], plan: Plan) -> list[tuple[Prepared, ...]]:
    """Each number by one speaker, digit by digit, with the silence of a quiet line between them."""
    assert plan.digits is not None
    chance = random.Random(f"{plan.seed}/takes")
    takes: dict[tuple[str, str], list[Path]] = {}
    for path in sorted(plan.digits.glob("[0-9]_*_*.wav")):
        digit, speaker, _ = path.stem.split("_", 2)
        takes.setdefault((speaker, digit), []).append(path)
    speakers = sorted({speaker for speaker, _ in takes})
    lacking = [f"{digit}_{speaker}" for speaker in speakers for digit in "0123456789" if (speaker, digit) not in takes]
    if not speakers or lacking:
        raise ValueError(f"{plan.digits} has no recordings DIGIT_SPEAKER_TAKE.wav of {', '.join(lacking) or 'anybody'}")
    callers = []
    for index, told in enumerate(every):
        speaker, audio, times = speakers[index % len(speakers)], b"", list[WordTime]()
        for place, group in enumerate(told.groups):
            for digit in group:
                begin_s = len(audio) / BYTES_PER_S
                audio += read_wav(chance.choice(takes[speaker, digit]))
                times.append(WordTime(WORDS[int(digit)], begin_s, len(audio) / BYTES_PER_S))
                audio += _silence(chance.uniform(*BREATH_S))
            audio += _silence(told.silences_s[place]) if place < len(told.silences_s) else b""
        text = " ".join(time.text for time in times)
        said = engrave(audio, times, Utterance(1, 0, True))
        steps = script_from(_script(told)).steps
        callers.append(
            tuple(Prepared(step, text, said) if at == 1 else Prepared(step) for at, step in enumerate(steps))
        )
    return callers


def _silence(length_s: float) -> bytes:
    return SILENCE * FRAME_BYTES * round(length_s * 50)


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _quiet_end_s(prepared: Sequence[Prepared]) -> float:
    """How much of the last digit lies behind its last audible frame: "six" dies away."""
    said = prepared[1]
    frames = [said.audio[at : at + FRAME_BYTES] for at in range(0, len(said.audio), FRAME_BYTES)]
    voiced = [at for at, frame in enumerate(frames) if level_db(frame) > SILENT_DB + 1]
    audible = [at for at, frame in enumerate(frames) if level_db(frame) > FLOOR_DB]
    return FRAME_S * (voiced[-1] - audible[-1])


def _rows(
    plan: Plan,
    every: Sequence[Told],
    callers: Sequence[Sequence[Prepared]],
    reports: Sequence[CallReport],
    folder: Path,
) -> Outcome:
    turns = [next(turn for turn in report.turns if turn.wants_answer) for report in reports]
    whole = [(turn, told, index) for index, (turn, told) in enumerate(zip(turns, every, strict=True))]
    gaps = [1000 * turn.gap_s for turn in turns if turn.gap_s is not None and not turn.cut_ins]
    later_s = [_quiet_end_s(prepared) for prepared in callers]
    exact = [
        1000 * (turn.gap_s - quiet_s)
        for turn, quiet_s in zip(turns, later_s, strict=True)
        if turn.gap_s is not None and not turn.cut_ins
    ]
    chain_ms = 1000 * CHAIN.chain_s(FIRST_CLAUSE_TOKENS)
    who = "people" if plan.digits is not None else "the local voice"
    what = f"last digit of ten to the reply, by {who}, silences of {SILENCES_S[0]:g} to {SILENCES_S[1]:g} s inside"
    cut = sum(1 for turn in turns if turn.cut_ins)
    heard = sum(1 for _, told, index in whole if _digits_heard(folder / str(index)) == told.digits)
    rows = [
        Row("whole number", f"{what}; the vendors' own chain is {chain_ms:.0f} ms", "ms", gaps, (Goal("p95", 800),)),
        single("whole number", "numbers into which the agent spoke", "", cut, len(turns), Goal("value", 0)),
        share("whole number", "numbers of which every digit stands in the history", heard, len(turns)),
    ]
    if plan.digits is not None:
        what = "the same from the end of the last recording, which dies away below what counts as audible"
        rows.insert(1, Row("whole number", what, "ms", exact))
    notes = [
        f"whole number: {'|'.join(told.groups)} silences {told.silences_s}: "
        + ("cut into" if turn.cut_ins else f"answered after {turn.gap_s or -1:.2f} s")
        + f", heard {_digits_heard(folder / str(index))}"
        for turn, told, index in whole
        if turn.cut_ins or turn.gap_s is None or turn.gap_s > 0.8
    ]
    return Outcome(rows, notes)


def _digits_heard(folder: Path) -> str:
    (path,) = (folder / "calls").glob("*/journal.jsonl")
    said = " ".join(said_in(read_journal(path), "CallerSaid")).lower()
    for digit, word in enumerate(WORDS):
        said = said.replace(word, str(digit))
    return "".join(sign for sign in said if sign.isdigit())
