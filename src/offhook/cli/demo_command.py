"""`offhook demo`: the real server and a simulated carrier with a caller, over the real wire. No key, no telephone."""

import asyncio
import secrets
import socket
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

import offhook
from offhook import clock
from offhook.cli.demo_view import JournalView, follow, latency_table
from offhook.errors import ConfigurationError, OffhookError
from offhook.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from offhook.simulator.carrier_outcome import CallOutcome

START_S: Final = 60.0
"""Longest start of the server."""
CALL_S: Final = 180.0
STOP_S: Final = 20.0
RECORDS_S: Final = 5.0
_ACCOUNT: Final = "AC" + "0" * 31 + "1"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo plays."""

    agent: Path
    script: Path
    folder: Path
    port: int
    token: str

    @property
    def address(self) -> str:
        """Of the server."""
        return f"http://127.0.0.1:{self.port}"


def demo(
    keep: Annotated[Path | None, typer.Option(help="Folder for the call's files; default: runs/demo-DATE.")] = None,
    agent: Annotated[Path | None, typer.Option(help="Another agent's file.")] = None,
    script: Annotated[Path | None, typer.Option(help="Another caller's script.")] = None,
) -> None:
    """Hear a whole call: the real server, called by a simulated carrier over the real wire."""
    console = Console(highlight=False)
    folder = keep or Path("runs") / f"demo-{clock.wall():%Y%m%d-%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(
        agent=agent or example("harbour-hotel/agent.yaml"),
        script=script or example("demo-caller.yaml"),
        folder=folder.resolve(),
        port=free_port(),
        token=secrets.token_hex(16),
    )
    fetch_models(stage.agent)
    raise typer.Exit(0 if asyncio.run(play(stage, console)) else 1)


def example(name: str) -> Path:
    """A file of the examples, in a checkout or in an installed package. Raises `ConfigurationError`."""
    package = Path(offhook.__file__).parent
    for folder in (package.parents[1] / "examples", package / "examples"):
        if (folder / name).is_file():
            return folder / name
    raise ConfigurationError("is not there: run the demo from a checkout, or give --agent and --script", file=name)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch_models(agent: Path) -> None:
    """See that the agent's models are here, with a progress bar when they have to be fetched."""
    from offhook.agents.load import load_agent
    from offhook.cli.models_command import fetch_missing
    from offhook.platform.assembly import MEANING_MODEL, models_of

    document = load_agent(agent)
    beside = (MEANING_MODEL,) if document.knowledge else ()
    fetch_missing((*models_of(document), *beside), Settings.from_environment())


async def play(stage: Stage, console: Console) -> bool:
    """One whole call; True when the server kept to the wire and every turn of the caller was answered."""
    from offhook.simulator.caller import Caller
    from offhook.simulator.caller_script import load_script
    from offhook.simulator.carrier import Carrier
    from offhook.simulator.carrier_rest import RestServer
    from offhook.simulator.carrier_web import Account, ServerWeb
    from offhook.simulator.voices import local_voice, prepare

    console.print("[dim]The caller rehearses its lines ...[/]")
    script = load_script(stage.script)
    spoken, voice = await local_voice()
    steps = await prepare(script, spoken, stage.script.parent)
    await voice.close()
    carrier = Carrier(ServerWeb(Account(_ACCOUNT, stage.token), stage.address))
    async with RestServer(carrier) as rest, server(stage, rest.base_url, console):
        console.print(
            f"[dim]The carrier calls {stage.address}/twilio/voice: signed webhook, media socket.[/]\n", soft_wrap=True
        )
        view = JournalView(console)
        async with asyncio.timeout(CALL_S), asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(follow(stage.folder / "calls", view))
            outcome = await carrier.call(Caller(steps))
            async with asyncio.timeout(RECORDS_S):
                folder = await watching
    await carrier.close()
    return show(console, view, outcome, folder)


@asynccontextmanager
async def server(stage: Stage, rest_url: str, console: Console) -> "AsyncIterator[None]":
    """The real server in a process of its own, ready inside, ended in order."""
    environment = {
        **inherited(),
        "TWILIO_ACCOUNT_SID": _ACCOUNT,
        "TWILIO_AUTH_TOKEN": stage.token,
        "OFFHOOK_TWILIO_BASE_URL": rest_url,
        "OFFHOOK_DATA_DIR": str(stage.folder),
        "OFFHOOK_PUBLIC_URL": "",
    }
    log = stage.folder / "server.log"
    command = [sys.executable, "-m", "offhook", "serve", str(stage.agent), "--port", str(stage.port)]
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        with console.status("The server loads its models ..."):
            await ready(stage.address, process, log)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(STOP_S):
            await process.wait()


def inherited() -> dict[str, str]:
    """What the server's process inherits: everything but this process's own Offhook and Twilio settings."""
    kept = ("OFFHOOK_MODEL_DIR", "OFFHOOK_MODEL_SOURCES")
    found = Settings.from_environment().environment
    return {
        name: value for name, value in found.items() if name in kept or not name.startswith(("OFFHOOK_", "TWILIO_"))
    }


async def ready(address: str, process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until the server says it is ready. Raises `OffhookError` with its last line when it ends instead."""
    import httpx2

    async with httpx2.AsyncClient(trust_env=False) as client, asyncio.timeout(START_S):
        while process.returncode is None:
            try:
                if (await client.get(f"{address}/healthz")).status_code == httpx2.codes.OK:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise OffhookError(f"the server did not start: {last_line(log)} (all of it is in {log})")


def last_line(log: Path) -> str:
    """What the server said last."""
    return (log.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]


def show(console: Console, view: JournalView, outcome: "CallOutcome", folder: Path) -> bool:
    """The table, the files, and whether all was well."""
    report = outcome.report
    console.print()
    console.print(latency_table(view.meter.turns))
    for file in ("recording.wav", "transcript.txt", "journal.jsonl", "call.json"):
        console.print(f"  {folder / file}", soft_wrap=True)
    console.print("[dim]recording.wav: the caller on the left, what the caller heard on the right[/]")
    unanswered = [turn.text for turn in report.unanswered]
    for text in unanswered:
        console.print(f"[red]not answered:[/] {text}")
    try:
        outcome.require_clean()
    except OffhookError as error:
        console.print(f"[red]{error}[/]")
        return False
    turns = sum(turn.wants_answer for turn in report.turns)
    console.print(
        f"\n{turns - len(unanswered)} of {turns} turns answered, {report.cut_ins} cut-ins, "
        f"the call ended by: {view.end_reason}"
    )
    return not unanswered
