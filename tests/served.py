"""A call to the real server in a process of its own, over the real wire, in real time."""

import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from rich.console import Console

from offhook.cli.demo_command import Stage, free_port, server
from offhook.settings import Settings
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import CallerScript
from offhook.simulator.carrier import STATUS_PATH, Carrier
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.voices import TapeVoice, local_voice, prepare
from offhook.speech.model_files import ModelStore

ACCOUNT = "AC" + "0" * 31 + "1"


def need_models(*names: str) -> ModelStore:
    """The store, or a skip that says how to get what is missing."""
    store = ModelStore(Settings.from_environment().model_dir, "registry")
    if missing := store.missing(names):
        pytest.skip(f"local models are missing: run `offhook models fetch {' '.join(missing)}`")
    return store


@dataclass
class Served:
    """What is left of the call."""

    outcome: CallOutcome
    folder: Path

    @property
    def journal(self) -> list[dict[str, Any]]:
        """Its lines."""
        return [json.loads(line) for line in (self.folder / "journal.jsonl").read_text().splitlines()]

    def said(self, speaker: Literal["caller", "agent"]) -> list[str]:
        """What one party said, turn by turn, as it was heard."""
        return [line["entry"]["text"] for line in self.turns(speaker)]

    def turns(self, speaker: Literal["caller", "agent"]) -> list[dict[str, Any]]:
        """The journal's lines about what one party said; without those of which nothing was heard."""
        kind = "AgentSaid" if speaker == "agent" else "CallerSaid"
        remembered = [line for line in self.journal if line.get("command") == "Remember"]
        return [line for line in remembered if line["entry"]["entry"] == kind and line["entry"]["text"]]


async def call_served(
    agent: dict[str, Any] | Path,
    script: CallerScript,
    folder: Path,
    wavs: Path = Path(),
    options: CallOptions | None = None,
) -> Served:
    """Serve the agent, call it once with the script, and let the server end in order."""
    if isinstance(agent, dict):
        path = folder / "agent.yaml"
        path.write_text(yaml.safe_dump(agent))
    else:
        path = agent
    if script.voice == "local":
        spoken, voice = await local_voice()
        steps = await prepare(script, spoken, wavs)
        await voice.close()
    else:
        steps = await prepare(script, TapeVoice(), wavs)
    stage = Stage(agent=path, script=path, folder=folder, port=free_port(), token=secrets.token_hex(16))
    status = replace(options or CallOptions(), status_url=stage.address + STATUS_PATH)
    carrier = Carrier(ServerWeb(Account(ACCOUNT, stage.token), stage.address), status)
    async with RestServer(carrier) as rest, server(stage, rest.base_url, Console(quiet=True)):
        outcome = await carrier.call(Caller(steps))
    await carrier.close()
    (record,) = (folder / "calls").iterdir()
    return Served(outcome, record)


def word_errors(wanted: str, got: str) -> int:
    """Words that were added, lost or changed (Levenshtein)."""
    one, other = wanted.split(), got.split()
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != against))
    return row[-1]
