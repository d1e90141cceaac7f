"""Everything that decides whether calls will be answered, in one place: `doctor` shows it, `serve` keeps to it."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from offhook.agents.load import load_team
from offhook.agents.model import Agent
from offhook.checks.agent import of_agent, of_models
from offhook.checks.machine import of_machine
from offhook.checks.service import of_store
from offhook.checks.vault import held_by, of_vault, seen
from offhook.errors import ConfigurationError, OffhookError
from offhook.platform.assembly import HEARING_MODELS, MEANING_MODEL, models_of
from offhook.platform.checks import Check, Mark, NotReady
from offhook.settings import Settings

VOICE_ADVICE: Final = "check the key, and this machine's way out; {provider: local} last under fallback answers always"


def examine(
    path: Path | None, host: str, port: int, *, has_carrier: bool = True, with_models: bool = True
) -> Iterator[Check]:
    """Every check, in the order in which they are worth mending; of an agent's file as well when there is one.

    `has_carrier` false: no telephone rings, callers come by a page of this server. `with_models` false: they are
    fetched afterwards.
    """
    try:
        settings = Settings.from_environment()
    except ConfigurationError as error:
        yield Check(Mark.BAD, "environment", error.found or "not usable", str(error))
        return
    # Without an agent's file it is the whole product that is served.
    yield from of_machine(settings, host, port, has_carrier=has_carrier, has_accounts=path is None)
    yield from of_store(settings)
    vault = seen(settings)
    yield from of_vault(vault)
    if vault is not None and vault.drifted:
        from offhook.platform.number_watch import of_numbers

        yield from of_numbers(vault.drifted)
    if path is None:
        yield from of_models(settings, HEARING_MODELS)
        return
    try:
        team = load_team(path)
    except OffhookError as error:
        yield Check(Mark.BAD, "agent", str(path), str(error))
        return
    yield from of_team(team, settings, held_by(vault))
    if with_models:
        yield from _of_their_models(team, settings)


def of_team(team: dict[Path, Agent], settings: Settings, held: Collection[str] = ()) -> Iterator[Check]:
    """The agent that answers, and those that a call can be handed to. `held`: variables that the vault answers."""
    for agent in team.values():
        yield Check(Mark.GOOD, "agent", f"{agent.name}, {agent.language}")
        yield from of_agent(agent, settings, held)


def _of_their_models(team: dict[Path, Agent], settings: Settings) -> Iterator[Check]:
    needed = needed_by(team)
    yield from of_models(settings, needed)
    if MEANING_MODEL not in needed and any(agent.knowledge for agent in team.values()):
        yield from of_models(settings, (MEANING_MODEL,), Mark.NOTE)


def needed_by(team: dict[Path, Agent]) -> tuple[str, ...]:
    """Names of the local models that a team needs, each once."""
    return tuple(dict.fromkeys(name for agent in team.values() for name in models_of(agent)))


def require(checks: Iterator[Check]) -> list[Check]:
    """All of the checks. Raises `NotReady` when one of them is bad, with every one that is."""
    found = list(checks)
    if any(check.mark is Mark.BAD for check in found):
        raise NotReady(found)
    return found
