"""How well turns are taken: several calls at once in real time, judged from the wire.

Two servers, one after the other: `engine`, whose vendors take no time at all, and `vendors`, whose vendors are as slow
as real ones. Real voice detection and end-of-turn model in both; the caller speaks with the local voice.
"""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.judge import Call, Verdict, read_journal
from bench.phone import Phone
from bench.scenarios import FIRST_CLAUSE_TOKENS, GREETING, Kind, Scenario, replies, scenario
from bench.server import Running, serving
from bench.table import Goal, Outcome, Row, percentile, share
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

    calls: int = 8
    turns: int = 8
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Profile:
    """How slow the vendors are, in seconds."""

    name: str
    transcript_s: float
    first_token_s: float
    token_s: float
    first_audio_s: float

    @property
    def chain_s(self) -> float:
        """From the request for the final transcript to the first audio of the reply's first clause."""
        tokens_s = (FIRST_CLAUSE_TOKENS - 1) * self.token_s
        return self.transcript_s + self.first_token_s + tokens_s + self.first_audio_s

    def agent(self) -> dict[str, Any]:
        """The agent's document."""
        return {
            "name": f"bench-{self.name}",
            "opening": {"mode": "fixed", "text": GREETING},
            "stt": {"provider": "scripted", "final_latency_s": self.transcript_s},
            "llm": {
                "provider": "scripted",
                "replies": replies(),
                "first_token_s": self.first_token_s,
                "token_s": self.token_s,
            },
            "tts": {"provider": "scripted", "first_audio_s": self.first_audio_s},
        }


PROFILES: Final = (
    Profile("engine", transcript_s=0.0, first_token_s=0.0, token_s=0.0, first_audio_s=0.0),
    Profile("vendors", transcript_s=0.2, first_token_s=0.4, token_s=0.015, first_audio_s=0.3),
)


async def measure(plan: Plan, folder: Path) -> Outcome:
    """All calls of both profiles, and their rows."""
    outcome = Outcome()
    voice, port = await local_voice()
    try:
        scripts = [scenario(plan.seed * 1000 + index, plan.turns) for index in range(plan.calls)]
        prepared = [await prepare(entry.script, voice) for entry in scripts]
    finally:
        await port.close()
    total = Verdict()
    for profile in PROFILES:
        async with serving(profile.agent(), folder / profile.name) as running:
            calls = await _run(running, list(zip(scripts, prepared, strict=True)), plan.seed)
        verdict = Verdict()
        for call in calls:
            verdict.take(call)
            total.take(call)
        outcome.rows += _gap_rows(profile, verdict)
        outcome.notes += _notes(profile, calls, verdict)
    outcome.rows += _rows(total)
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


def _gap_rows(profile: Profile, verdict: Verdict) -> list[Row]:
    chain_ms = 1000 * profile.chain_s
    gaps = verdict.gaps
    plain = gaps.get("plain", [])
    goals = (Goal("p50", chain_ms + 80), Goal("p95", chain_ms + 150)) if profile.chain_s else ()
    name = f"turn gap, {profile.name}"
    return [
        Row(name, f"plain turns; the vendors' own chain is {chain_ms:.0f} ms", "ms", plain, goals),
        Row(name, "less the chain: engine, with its decision to answer", "ms", [gap - chain_ms for gap in plain]),
        Row(name, "sentences with pauses of 0.7 to 1.3 s", "ms", gaps.get("pause", [])),
        Row(name, "numbers, codes, e-mails in parts", "ms", gaps.get("number", [])),
        Row(name, "after a barge-in", "ms", gaps.get("barge_in", [])),
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


def _notes(profile: Profile, calls: list[Call], verdict: Verdict) -> list[str]:
    notes = [f"{profile.name}: {oddity}" for oddity in verdict.oddities]
    notes += [f"{profile.name}: protocol: {violation}" for call in calls for violation in call.violations]
    late = [call for call in calls if call.worst_lag_s > DOUBTFUL_LAG_S]
    if late:
        notes.append(f"{profile.name}: our own clockwork was late in {len(late)} calls: the figures are doubtful")
    return notes
