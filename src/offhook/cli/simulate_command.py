"""`offhook simulate`: the vendors' stand-ins on this machine, so that the whole stack can be tried without a key."""

import asyncio
import shlex
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
import yaml
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from offhook.agents.load import load_agent
from offhook.agents.yaml_document import Document, read_document
from offhook.agents.yaml_values import CoreDumper
from offhook.cli.spelling import program
from offhook.errors import ConfigurationError, StoreError

if TYPE_CHECKING:
    from offhook.simulator.vendors.profiles import Profile
    from offhook.simulator.vendors.standins import Plan, StandIns

LOOK_EVERY_S: Final = 0.25
HIGHEST_FIRST_PORT: Final = 65_500
GREETING: Final = "Hello, this is the sample shop. How can I help you?"
PROMPT: Final = """\
You are the telephone assistant of a sample shop. Answer in one or two short sentences.

What you know
- We are open from nine in the morning until six in the evening, Monday to Saturday.
- You can park behind the shop for free, for up to two hours.
- A repair takes three working days, and we call you when it is done.
- We deliver inside the city on Tuesdays and Fridays, for five euros.
"""

app = typer.Typer(help="Stand-ins for what Offhook talks to, on this machine.", no_args_is_help=True)


@app.callback()
def _simulate() -> None:
    """Keeps `vendors` a command of its own: without a callback, the only command would have no name."""


@app.command()
def vendors(
    profile: Annotated[str, typer.Option(help="How slow they are: instant, fast, medium, slow or published.")] = "fast",
    port: Annotated[
        int, typer.Option(min=0, max=HIGHEST_FIRST_PORT, help="Port of the first; the others follow. 0: free ones.")
    ] = 9100,
    fault: Annotated[
        list[str] | None, typer.Option(help="What befalls a vendor's every request: vendor=kind; repeat it.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of every delay that is drawn.")] = 0,
    write_agent: Annotated[Path | None, typer.Option(help="Write an agent's file that uses them.")] = None,
    agent: Annotated[
        Path | None, typer.Option(help="Your agent's file: a copy of it that uses them is written beside it.")
    ] = None,
) -> None:
    """Run a stand-in for each vendor until Ctrl-C: the full stack without a key. Nothing leaves this machine."""
    import uvloop

    from offhook.simulator.vendors.profiles import profile_of
    from offhook.simulator.vendors.standins import Plan, parse_faults

    if agent is not None and write_agent is not None:
        raise ConfigurationError(
            "give one of them", field="--agent, --write-agent", expected="your own file, or a new one"
        )
    own = read_document(agent) if agent is not None else None
    if agent is not None:
        load_agent(agent)  # What is wrong with it is told before anything is started.
    plan = Plan(profile=profile_of(profile), port=port, seed=seed, faults=parse_faults(fault or ()))
    uvloop.run(_run(plan, write_agent, own, Console(highlight=False)))


async def _run(plan: "Plan", agent: Path | None, own: Document | None, console: Console) -> None:
    from offhook.simulator.vendors.standins import StandIns

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    async with StandIns(plan) as running:
        if own is not None:
            agent = own.path.with_suffix(".trial.yaml")
            write(agent, on_stand_ins(own.data, running))
        elif agent is not None:
            write(agent, document(running))
        explain(console, running, plan.profile, agent)
        if console.is_terminal:
            await _watch(console, running, over)
        else:
            console.print(table(running))
            console.print("ready: end them with Ctrl-C")
            await over.wait()


def explain(console: Console, running: "StandIns", profile: "Profile", agent: Path | None) -> None:
    """Print what to type in the second terminal."""
    console.print(f"[bold]{profile.name}[/]: {profile}", soft_wrap=True)
    console.print("\n[dim]# in a second terminal[/]")
    for name, key in running.environment().items():
        console.print(f"export {name}={key}", markup=False, soft_wrap=True)
    name = str(agent) if agent is not None else "agent.yaml"
    # Nobody signs on this machine: said for each command, so that it is not left behind in a shell.
    console.print(f"OFFHOOK_UNSIGNED=1 {program()} serve {shlex.quote(name)}", markup=False, soft_wrap=True)
    if agent is None:
        console.print("\n[dim]# agent.yaml (--write-agent FILE writes it)[/]")
        console.print(as_yaml(document(running)), markup=False, soft_wrap=True, end="")
    console.print("\n[dim]# in a third one[/]")
    console.print(f'OFFHOOK_UNSIGNED=1 {program()} call --say "When are you open?"\n', markup=False, soft_wrap=True)


def document(running: "StandIns") -> dict[str, Any]:
    """A whole agent on the stand-ins."""
    opening = {"mode": "fixed", "text": GREETING}
    return running.agent(opening=opening, prompt=PROMPT, tools=[{"name": "end_call"}, {"name": "take_message"}])


def as_yaml(agent: dict[str, Any]) -> str:
    """As a person would write it."""
    return yaml.dump(agent, Dumper=_Lines, sort_keys=False, allow_unicode=True, width=1000)


def on_stand_ins(own: dict[str, Any], running: "StandIns") -> dict[str, Any]:
    """An agent's document whose vendors are the stand-ins, as far as there is one; all else is as it was."""
    return own | {kind: _moved(own[kind], running) for kind in ("stt", "llm", "tts") if isinstance(own.get(kind), dict)}


def _moved(block: dict[str, Any], running: "StandIns") -> dict[str, Any]:
    found = dict(block)
    entry = running.listening.get(str(block.get("provider")))
    if entry is not None:
        found["base_url"] = entry.server.base_url
    if isinstance(block.get("fallback"), list):
        found["fallback"] = [_moved(one, running) for one in block["fallback"]]
    return found


def write(path: Path, agent: dict[str, Any]) -> None:
    """Write the agent's file. Raises `StoreError`."""
    try:
        path.write_text(as_yaml(agent), "utf-8")
    except OSError as error:
        raise StoreError(f"{path}: the agent cannot be written: {error.strerror or error}") from error


def table(running: "StandIns") -> Table:
    """Every stand-in, and what it did so far."""
    found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("vendor", "address", "key", "answers", "last"):
        found.add_column(name, overflow="fold", justify="right" if name in ("answers", "last") else "left")
    for entry in running.listening.values():
        vendor = entry.vendor
        last = f"{1000 * entry.last_s:.0f} ms" if entry.answers else ""
        cells = (vendor.name, entry.server.base_url, vendor.key_variable, str(entry.answers), last)
        found.add_row(*map(escape, cells))
    return found


async def _watch(console: Console, running: "StandIns", over: asyncio.Event) -> None:
    with Live(table(running), console=console, auto_refresh=False) as live:
        while not over.is_set():
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await over.wait()
            except TimeoutError:
                live.update(table(running), refresh=True)


class _Lines(CoreDumper):
    """Texts of several lines are written as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Lines.add_representer(str, _text)
