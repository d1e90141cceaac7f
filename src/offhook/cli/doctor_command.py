"""`offhook doctor`: what is ready, what is not, and what to do about it."""

import asyncio
import re
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, cast
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from offhook import clock
from offhook.agents.load import load_agent
from offhook.agents.model import Agent
from offhook.agents.remote_config import RemoteConfig
from offhook.cli.assembly import HEARING_MODELS, MEANING_MODEL, blocks_of, knowledge_line, models_of, told_of
from offhook.cli.checks import COLOURS, Check, Mark
from offhook.errors import ConfigurationError, OffhookError
from offhook.knowledge.search import load_knowledge
from offhook.settings import Settings
from offhook.speech.catalogue import config_refusals, config_warnings
from offhook.speech.model_files import ModelStore, Sources, State
from offhook.speech.registry import Kind, provider_of
from offhook.web.server import descriptors_for, raise_descriptors

OLDEST_PYTHON: Final = (3, 11)
LAG_LIMIT_S: Final = 0.020
"""One frame: a loop that is later than this on an idle machine cannot keep twenty milliseconds."""
LAG_STEPS: Final = 25
LAG_STEP_S: Final = 0.010


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
    checks = list(examine(agent, host, port))
    if live and agent is not None:
        checks += _ask(agent)
    console = Console()
    table = Table("", "what", "found", "what to do", box=None, pad_edge=False)
    for check in checks:
        mark = f"[{COLOURS[check.mark]}]{check.mark}[/]"
        table.add_row(mark, escape(check.name), escape(check.found), escape(check.advice))
    console.print(table)
    wrong = sum(check.mark is Mark.BAD for check in checks)
    if wrong:
        console.print(f"{wrong} thing{'s' if wrong > 1 else ''} to mend before calls can be taken.")
        raise typer.Exit(1)
    console.print("Ready.")


def examine(path: Path | None, host: str, port: int) -> Iterator[Check]:
    """Every check, in the order in which they are worth mending."""
    yield _python()
    try:
        settings = Settings.from_environment()
    except ConfigurationError as error:
        yield Check(Mark.BAD, "environment", error.found or "not usable", str(error))
        return
    yield _port(host, port)
    yield _data_dir(settings.data_dir)
    yield _public_url(settings.public_url)
    yield from _twilio(settings)
    yield _descriptors(settings.max_calls)
    yield _loop_lag()
    if path is None:
        yield from _models(settings, HEARING_MODELS)
        return
    try:
        agent = load_agent(path)
    except OffhookError as error:
        yield Check(Mark.BAD, "agent", str(path), str(error))
        return
    yield Check(Mark.GOOD, "agent", f"{agent.name}, {agent.language}")
    yield from _keys(settings, agent)
    yield from _endings(agent)
    yield from _refusals(agent)
    needed = models_of(agent)
    yield from _models(settings, needed)
    yield from _knowledge(agent)
    if agent.knowledge and MEANING_MODEL not in needed:
        yield from _models(settings, (MEANING_MODEL,), Mark.NOTE)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check(Mark.BAD, "python", version, "install Python 3.11 or newer and run `make setup`")
    return Check(Mark.GOOD, "python", version)


def _port(host: str, port: int) -> Check:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the server does: a port whose last connections are only lingering is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return Check(
            Mark.BAD, "port", f"{host}:{port}: {error.strerror or error}", "stop what uses it, or give --port N"
        )
    return Check(Mark.GOOD, "port", f"{host}:{port} is free")


def _data_dir(folder: Path) -> Check:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"offhook")
    except OSError as error:
        return Check(
            Mark.BAD, "data folder", f"{folder}: {error.strerror or error}", "set OFFHOOK_DATA_DIR to a writable folder"
        )
    return Check(Mark.GOOD, "data folder", str(folder))


def _public_url(url: str) -> Check:
    if not url:
        advice = "for a real number set OFFHOOK_PUBLIC_URL to the https address that Twilio reaches"
        return Check(Mark.NOTE, "public URL", "not set", advice)
    parts = urlsplit(url)
    if parts.scheme != "https":
        return Check(Mark.BAD, "public URL", url, "it must begin with https://: Twilio's media socket is wss only")
    if parts.path:
        return Check(Mark.BAD, "public URL", url, f"leave {parts.path} out: only https://host or https://host:port")
    if parts.hostname in ("localhost", "127.0.0.1", "::1") or "." not in (parts.hostname or ""):
        return Check(Mark.BAD, "public URL", url, "Twilio cannot reach this name: use one of the public internet")
    return Check(Mark.GOOD, "public URL", url)


def _twilio(settings: Settings) -> Iterator[Check]:
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token.reveal()
    if not sid and not token:
        advice = "for a real number set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (Twilio's console shows both)"
        yield Check(Mark.NOTE, "Twilio", "no credentials", advice)
        return
    if re.fullmatch(r"AC[0-9a-f]{32}", sid):
        yield Check(Mark.GOOD, "Twilio account", f"{sid[:6]}...")
    else:
        advice = "TWILIO_ACCOUNT_SID is AC and 32 characters of 0-9 and a-f"
        yield Check(Mark.BAD, "Twilio account", "not set" if not sid else "another form", advice)
    if keys := len(settings.twilio_shared_keys):
        yield Check(Mark.GOOD, "Twilio shared keys", f"{keys} set")
    if re.fullmatch(r"[0-9a-f]{32}", token):
        yield Check(Mark.GOOD, "Twilio token", "set")
    else:
        advice = "TWILIO_AUTH_TOKEN is 32 characters of 0-9 and a-f"
        yield Check(Mark.BAD, "Twilio token", "not set" if not token else "another form", advice)


def _descriptors(calls: int) -> Check:
    files, wanted = raise_descriptors(), descriptors_for(calls)
    found = f"{files} may be open, {calls} calls need {wanted}"
    if files < wanted:
        return Check(Mark.NOTE, "open files", found, "raise LimitNOFILE of the service (ulimit -n)")
    return Check(Mark.GOOD, "open files", found)


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


def _keys(settings: Settings, agent: Agent) -> Iterator[Check]:
    for kind, config in blocks_of(agent):
        provider = provider_of(kind, config)
        keys = provider.keys(config)
        missing = [name for name in keys if not settings.environment.get(name, "").strip()]
        if missing:
            found = f"{', '.join(missing)} not set"
            yield Check(Mark.BAD, f"{kind}: {provider.name}", found, f"put the key into {missing[0]}")
        else:
            yield Check(Mark.GOOD, f"{kind}: {provider.name}", "keys set" if keys else "needs no key")
    for tool in agent.tools:
        wanted = tool.variables() if isinstance(tool, RemoteConfig) else ()
        missing = [name for name in wanted if not settings.environment.get(name, "").strip()]
        if missing:
            found = f"{', '.join(missing)} not set"
            yield Check(Mark.BAD, f"tool: {tool.name}", found, f"put the secret into {missing[0]}")
        elif wanted:
            yield Check(Mark.GOOD, f"tool: {tool.name}", "secrets set")


def _ask(path: Path) -> list[Check]:
    try:
        agent, settings = load_agent(path), Settings.from_environment()
    except OffhookError:
        return []  # It was told above.
    from offhook.cli.doctor_live import ask

    with Console(stderr=True).status("asking the vendors"):
        return asyncio.run(ask(agent, settings))


def _endings(agent: Agent) -> Iterator[Check]:
    for kind, config in blocks_of(agent):
        for warning in config_warnings(config, clock.wall().date()):
            found, _, advice = warning.partition("; ")
            yield Check(Mark.NOTE, f"{kind}: model", found, advice)


def _knowledge(agent: Agent) -> Iterator[Check]:
    if not agent.knowledge:
        return
    try:
        # By their words alone: what the model makes of them changes nothing here.
        facts = load_knowledge(agent.knowledge, agent.base_dir, None, agent.language)
    except OffhookError as error:
        yield Check(Mark.BAD, "knowledge", "not usable", str(error))
        return
    advice = ""
    if told_of(agent, facts).searched and not provider_of(Kind.LLM, agent.llm).reads_facts:
        advice = f"to tell more with every reply, raise knowledge_prompt_chars ({agent.knowledge_prompt_chars:,})"
    yield Check(Mark.GOOD, "knowledge", knowledge_line(agent, facts), advice)


def _refusals(agent: Agent) -> Iterator[Check]:
    for kind, config in blocks_of(agent):
        if kind is Kind.LLM:
            for refused in config_refusals(config, has_tools=bool(agent.tools)):
                found, _, advice = refused.partition("; ")
                yield Check(Mark.BAD, f"{kind}: model", found, advice)


def _models(settings: Settings, names: tuple[str, ...], lacking: Mark = Mark.BAD) -> Iterator[Check]:
    store = ModelStore(settings.model_dir, cast("Sources", settings.model_sources))
    for name in names:
        try:
            state = store.state(name)
        except OffhookError as error:
            yield Check(Mark.BAD, f"model {name}", "not usable", str(error))
            continue
        if state is State.READY:
            yield Check(Mark.GOOD, f"model {name}", "present and verified")
        else:
            yield Check(lacking, f"model {name}", state.value, f"run `offhook models fetch {name}`")
