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

from offhook.agents.yaml_values import CoreDumper
from offhook.errors import StoreError

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
) -> None:
    """Run a stand-in for each vendor until Ctrl-C: the full stack without a key. Nothing leaves this machine."""
    import uvloop

    from offhook.simulator.vendors.profiles import profile_of
    from offhook.simulator.vendors.standins import Plan, parse_faults

    plan = Plan(profile=profile_of(profile), port=port, seed=seed, faults=parse_faults(fault or ()))
    uvloop.run(_run(plan, write_agent, Console(highlight=False)))


async def _run(plan: "Plan", agent: Path | None, console: Console) -> None:
    from offhook.simulator.vendors.standins import StandIns

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    async with StandIns(plan) as running:
        if agent is not None:
            write_agent(agent, running)
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
    # Nobody signs on this machine.
    console.print("export OFFHOOK_UNSIGNED=1")
    name = str(agent) if agent is not None else "agent.yaml"
    console.print(f"offhook serve {shlex.quote(name)}", markup=False, soft_wrap=True)
    if agent is None:
        console.print("\n[dim]# agent.yaml (--write-agent FILE writes it)[/]")
        console.print(as_yaml(document(running)), markup=False, soft_wrap=True, end="")
    console.print("\n[dim]# in a third one[/]")
    console.print('OFFHOOK_UNSIGNED=1 offhook call --say "When are you open?"\n', markup=False)


def document(running: "StandIns") -> dict[str, Any]:
    """A whole agent on the stand-ins."""
    opening = {"mode": "fixed", "text": GREETING}
    return running.agent(opening=opening, prompt=PROMPT, tools=[{"name": "end_call"}, {"name": "take_message"}])


def as_yaml(agent: dict[str, Any]) -> str:
    """As a person would write it."""
    return yaml.dump(agent, Dumper=_Lines, sort_keys=False, allow_unicode=True, width=1000)


def write_agent(path: Path, running: "StandIns") -> None:
    """Write the agent's file. Raises `StoreError`."""
    try:
        path.write_text(as_yaml(document(running)), "utf-8")
    except OSError as error:
        raise StoreError(f"{path}: the agent cannot be written: {error.strerror or error}") from error


def table(running: "StandIns") -> Table:
    """Every stand-in, and what it did so far."""
    found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("vendor", "address", "key", "answers", "last"):
        found.add_column(name, no_wrap=True, justify="right" if name in ("answers", "last") else "left")
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
