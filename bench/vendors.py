"""The vendors' stand-ins in a process of their own, and what they drew for whom.

`python -m bench.vendors PROFILE SEED JOURNAL [alike]` listens until it is ended; its first line says where, as JSON.
Each line of the journal is a moment of this machine's monotonic clock, a name and a number: the seconds that a vendor
drew for an answer that it begins, or, right before the model's, the number of its reply.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from bisect import bisect_left
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.process import START_S, cpu_ms, ended
from bench.scenarios import FIRST_CLAUSE_TOKENS, GREETING, numbered
from bench.wire import WireError
from offhook import clock
from offhook.simulator.vendors.profiles import PROFILES, Profile
from offhook.simulator.vendors.standins import Plan, StandIns
from offhook.simulator.vendors.table import VENDORS
from offhook.speech.registry import Kind

REPLY: Final = "reply"
ALIKE: Final = "alike"
ROLES: Final = {Kind.STT: "deepgram", Kind.LLM: "openai", Kind.TTS: "elevenlabs"}
"""Who plays what; without a stand-in for the voice the scripted one speaks."""
NEAR_S: Final = 0.03
"""From the end of one vendor's wait to the beginning of the next one's: what the engine itself takes, and more."""
EARLY_S: Final = 0.003
"""The clocks of two event loops, which look at it once a round."""


# ── the process ──────────────────────────────────────────────────────────────────────────────────────────────────


async def _listen(profile: Profile, seed: int, journal: Path, *, are_alike: bool) -> None:
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    with journal.open("w", buffering=1, encoding="ascii") as file:

        def watch(name: str, value: float) -> None:
            file.write(f"{clock.now():.4f} {name} {value}\n")

        names = tuple(name for name in ROLES.values() if name in VENDORS)
        brain = numbered(lambda number: watch(REPLY, number), are_alike=are_alike)
        async with StandIns(Plan(profile=profile, seed=seed, brain=brain, names=names, watch=watch)) as running:
            agent = running.agent()
            # The numbers of replies stay in front of their words.
            agent["tts"] |= {"spell_out": False} if agent["tts"]["provider"] == "elevenlabs" else {}
            ready = {"agent": agent, "environment": running.environment()}
            print(json.dumps(ready), flush=True)
            await over.wait()


@dataclass(frozen=True, slots=True)
class Vendors:
    """Stand-ins that listen."""

    profile: Profile
    agent: Mapping[str, Any]
    """The document that uses them."""
    environment: Mapping[str, str]
    """Their keys."""
    pid: int
    journal: Path

    def cpu_ms(self) -> float:
        """CPU time so far."""
        return cpu_ms(self.pid)


@contextlib.asynccontextmanager
async def standing_in(
    profile: str, seed: int, folder: Path, *, are_alike: bool = False, **fields: Any
) -> AsyncIterator[Vendors]:
    """The stand-ins until the block ends; `fields` are added to the agent that uses them. Raises `WireError`.

    Where replies are alike, nobody can tell what was drawn for whom, and the voice costs next to nothing.
    """
    journal = _journal(folder)
    command = [sys.executable, "-m", "bench.vendors", profile, str(seed), str(journal), *([ALIKE] * are_alike)]
    process = await asyncio.create_subprocess_exec(*command, env=dict(os.environ), stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            line = await process.stdout.readline()
        if not line:
            raise WireError("the vendors' stand-ins ended before they were ready")
        ready = json.loads(line)
        agent = {**ready["agent"], "opening": {"mode": "fixed", "text": GREETING}, **fields}
        yield Vendors(PROFILES[profile], agent, ready["environment"], process.pid, journal)
    finally:
        await ended(process)


def _journal(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "vendors.txt"


# ── what was drawn ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Draws:
    """The journal of the stand-ins, for those who ask what a reply's vendors took."""

    profile: Profile
    waits: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """By vendor: when, and how long."""
    replies: dict[int, tuple[float, float]] = field(default_factory=dict)
    """By number: when its request came, and how long the first token took."""

    @classmethod
    def read(cls, vendors: Vendors) -> "Draws":
        """All that was written so far."""
        found = cls(vendors.profile)
        number = None
        for line in vendors.journal.read_text("ascii").splitlines():
            at, name, value = line.split()
            if name == REPLY:
                number = int(value)
                continue
            found.waits.setdefault(name, []).append((float(at), float(value)))
            if name == ROLES[Kind.LLM] and number is not None:
                found.replies[number] = (float(at), float(value))
                number = None
        return found

    def chain_s(self, number: int) -> float | None:
        """What the vendors took of the wait for this reply; None where it is not known whose wait was whose."""
        if number not in self.replies:
            return None
        asked_at, first_token_s = self.replies[number]
        tokens_s = (FIRST_CLAUSE_TOKENS - 1) * self.profile.token_s
        transcript_s = self._that_ends_at(asked_at)
        voice_s = self._that_begins_at(asked_at + first_token_s + tokens_s)
        if transcript_s is None or voice_s is None:
            return None
        return transcript_s + first_token_s + tokens_s + voice_s

    def _that_ends_at(self, at: float) -> float | None:
        """The transcript that made the model's request possible."""
        waits = self.waits.get(ROLES[Kind.STT])
        if waits is None:
            return self.profile.transcript.p50_s
        begin = bisect_left(waits, (at - 5.0, 0.0))
        near = [(abs(at - began_at - s), s) for began_at, s in waits[begin:] if began_at <= at]
        near = [entry for entry in near if entry[0] <= NEAR_S]
        return min(near)[1] if near else None

    def _that_begins_at(self, at: float) -> float | None:
        """The voice's answer to the first clause."""
        waits = self.waits.get(ROLES[Kind.TTS])
        if waits is None:
            return self.profile.first_audio.p50_s
        begin = bisect_left(waits, (at - EARLY_S, 0.0))
        near = [(abs(began_at - at), s) for began_at, s in waits[begin : begin + 20] if began_at <= at + NEAR_S]
        return min(near)[1] if near else None


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        where = Path(sys.argv[3])
        runner.run(_listen(PROFILES[sys.argv[1]], int(sys.argv[2]), where, are_alike=ALIKE in sys.argv[4:]))
