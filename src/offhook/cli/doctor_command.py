"""`offhook doctor`: what is ready, what is not, and what to do about it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from offhook import clock
from offhook.agents.load import load_agent
from offhook.checks.agent import voice_trouble
from offhook.checks.examination import VOICE_ADVICE, examine
from offhook.cli.checks import show
from offhook.errors import ConfigurationError, OffhookError
from offhook.platform.checks import Check, Mark
from offhook.settings import Settings
from offhook.speech.registry import Kind, provider_of

LAG_LIMIT_S: Final = 0.020
"""One frame: a loop that is later than this on an idle machine cannot keep twenty milliseconds."""
LAG_STEPS: Final = 25
LAG_STEP_S: Final = 0.010
VOICE_S: Final = 10.0
"""A voice that is not there by then cannot be reached."""


def doctor(
    agent: Annotated[Path | None, typer.Argument(help="Check this agent's keys and models too.")] = None,
    host: Annotated[str, typer.Option(help="Address that the server will listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port that the server will listen on.")] = 8080,
    live: Annotated[
        bool, typer.Option("--live", help="Ask each of the agent's vendors once, for fractions of a cent.")
    ] = False,
) -> None:
    """Check this machine and, with an agent's file, all that the agent needs; ends with 1 when something is wrong."""
    if live and agent is None:
        raise ConfigurationError("it asks an agent's vendors", field="--live", expected="the agent's file as well")
    checks = [*examine(agent, host, port), _loop_lag()]
    if agent is not None and not any(check.mark is Mark.BAD for check in checks):
        checks += _voice(agent)
    if live and agent is not None:
        checks += _ask(agent)
    console = Console()
    show(checks, console)
    wrong = sum(check.mark is Mark.BAD for check in checks)
    if wrong:
        console.print(f"{wrong} thing{'s' if wrong > 1 else ''} to mend before calls can be taken.")
        raise typer.Exit(1)
    console.print("Ready.")


def _voice(path: Path) -> Iterator[Check]:
    """Without a voice the server does not start: only a vendor's can be out of reach."""
    agent, settings = load_agent(path), Settings.from_environment()
    if provider_of(Kind.TTS, agent.tts).is_made_here:
        return

    async def asked() -> str:
        async with asyncio.timeout(VOICE_S):
            return await voice_trouble(agent, settings)

    try:
        trouble = asyncio.run(asked())
    except TimeoutError:
        trouble = f"no answer within {VOICE_S:.0f} s"
    if trouble:
        yield Check(Mark.BAD, "tts", f"no voice can be reached: {trouble}", VOICE_ADVICE)


def _loop_lag() -> Check:
    worst = asyncio.run(_worst_lag_s())
    found = f"{worst * 1000:.1f} ms late at worst"
    if worst > LAG_LIMIT_S:
        return Check(Mark.NOTE, "event loop", found, "this machine is busy and calls may stutter: give it less to do")
    return Check(Mark.GOOD, "event loop", found)


async def _worst_lag_s() -> float:
    worst = 0.0
    for _ in range(LAG_STEPS):
        due = clock.now() + LAG_STEP_S
        # Here the sleep is what is measured, not a way to wait for something.
        await asyncio.sleep(LAG_STEP_S)
        worst = max(worst, clock.now() - due)
    return worst


def _ask(path: Path) -> list[Check]:
    try:
        agent, settings = load_agent(path), Settings.from_environment()
    except OffhookError:
        return []  # It was told above.
    from offhook.cli.doctor_live import ask

    with Console(stderr=True).status("asking the vendors"):
        return asyncio.run(ask(agent, settings))
