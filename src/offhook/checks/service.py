"""Checks of what the product keeps and of how a running server does."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from offhook.agents.model import Agent
from offhook.checks.agent import of_agent, of_models
from offhook.checks.machine import of_machine
from offhook.checks.vault import of_vault
from offhook.errors import OffhookError
from offhook.platform.assembly import HEARING_MODELS, models_of
from offhook.platform.checks import Check, Mark
from offhook.platform.platform import Platform
from offhook.platform.vault_look import Look
from offhook.platform.vendors import variables_of
from offhook.settings import Settings
from offhook.store.engine import database_url, is_sqlite
from offhook.store.migrate import known, newest, revision

MOST_WAITING: Final = 50
"""Jobs of the database: more of them have met something slow."""
LAG_NOTE_S: Final = 0.02
"""One frame."""
MOST_AGENTS: Final = 50
"""Of a workspace are looked at, those first that were made last."""


def of_store(settings: Settings) -> Iterator[Check]:
    """The database, before a server opens it."""
    try:
        url = database_url(settings.database_url.reveal(), settings.data_dir)
        had = revision(url)
    except OffhookError as error:
        yield Check(Mark.BAD, "database", "cannot be used", str(error))
        return
    kind = "SQLite" if is_sqlite(url) else "PostgreSQL"
    if had and had not in known():
        advice = "install the version of Offhook that made it, or a newer one; or `offhook restore` an older backup"
        yield Check(Mark.BAD, "database", f"{kind}, newer than this program (revision {had})", advice)
    elif not had:
        yield Check(Mark.GOOD, "database", f"{kind}, made on the first start")
    elif had != newest():
        yield Check(Mark.GOOD, "database", f"{kind}, revision {had}: brought to {newest()} on the next start")
    else:
        yield Check(Mark.GOOD, "database", f"{kind}, revision {had}")


Loaded = Sequence[tuple[str, Agent | OffhookError]]
"""Agents by their names, or why they cannot be loaded."""


async def loaded(platform: Platform, workspace: str) -> Loaded:
    """The published agents of a workspace."""
    known_agents = sorted(platform.snapshot.agents_of(workspace), key=lambda agent: agent.id, reverse=True)
    found: list[tuple[str, Agent | OffhookError]] = []
    for one in known_agents[:MOST_AGENTS]:
        try:
            found.append((one.name, await platform.line_up.document(one.id, one.version)))
        except OffhookError as error:
            found.append((one.name, error))
    return found


def of_server(platform: Platform, workspace: str, agents: Loaded) -> Iterator[Check]:
    """A server that runs, and the agents of a workspace. May read files: for a thread."""
    settings = platform.settings
    yield from of_machine(settings, "127.0.0.1", None, has_accounts=True)
    yield _database(platform)
    yield from of_vault(Look(platform.vault.last))
    yield _records(platform)
    yield _loop(platform)
    for more in platform.checks:
        yield from more(workspace)
    yield from _agents(platform, workspace, agents)


def _database(platform: Platform) -> Check:
    store, kind = platform.store, "SQLite" if platform.store.is_sqlite else "PostgreSQL"
    if store.failing_s:
        advice = "calls go on, and what they write is kept back: see the log for the database's own words"
        return Check(Mark.BAD, "database", f"{kind}, has not answered for {store.failing_s:.0f} s", advice)
    if store.waiting > MOST_WAITING:
        return Check(Mark.NOTE, "database", f"{kind}, {store.waiting} jobs wait", "is the disk or the network slow?")
    return Check(Mark.GOOD, "database", f"{kind}, revision {newest()}")


def _records(platform: Platform) -> Check:
    state = platform.records_state()
    lost = f"{state.lost_lines} lines and {state.lost_audio_s:.0f} s of audio lost since the start"
    if state.is_failing:
        return Check(Mark.BAD, "records", f"not kept; {lost}", "make room on the disk, or mend what the log names")
    if state.lost_lines or state.lost_audio_s or state.unopened:
        return Check(Mark.NOTE, "records", lost, "the disk was too slow: the log says for which calls")
    return Check(Mark.GOOD, "records", "kept whole" + (f", {state.waiting} behind" if state.waiting else ""))


def _loop(platform: Platform) -> Check:
    lag_s = platform.lag_s()
    found = f"{lag_s * 1000:.0f} ms late"
    if lag_s > LAG_NOTE_S:
        return Check(Mark.NOTE, "event loop", found, "the machine is busy and calls may stutter: give it less to do")
    return Check(Mark.GOOD, "event loop", found)


def _agents(platform: Platform, workspace: str, agents: Loaded) -> Iterator[Check]:
    secrets = platform.snapshot.secrets(workspace)
    held = {variable for kind, name in secrets for variable in variables_of(kind, name, {})}
    # The environment's keys are the first workspace's alone.
    is_first = workspace == platform.snapshot.first_workspace
    settings = platform.settings if is_first else replace(platform.settings, environment={})
    names: dict[str, None] = dict.fromkeys(HEARING_MODELS)
    if not agents:
        yield Check(Mark.NOTE, "agents", "none is published", "make one and publish it: then it can answer calls")
    for name, agent in agents:
        if isinstance(agent, OffhookError):
            yield Check(Mark.BAD, f"agent {name}", "cannot answer", str(agent))
            continue
        names |= dict.fromkeys(models_of(agent))
        yield from _named(agent, of_agent(agent, settings, held))
    yield from of_models(platform.settings, tuple(names))


def _named(agent: Agent, checks: Iterator[Check]) -> Iterator[Check]:
    for check in checks:
        yield replace(check, name=f"{agent.name}: {check.name}")
