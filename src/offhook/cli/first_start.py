"""The first start of `offhook serve`: what it fetches for the samples, and the line that lets its owner in."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import typer

from offhook.cli.spelling import spelled
from offhook.errors import OffhookError
from offhook.settings import Settings

if TYPE_CHECKING:
    from offhook.platform.people_rows import Link

_LOG: Final = logging.getLogger("offhook")


def is_first_start(settings: Settings) -> bool:
    """Nobody has started a server with this database. Raises `StoreError` when it cannot be reached."""
    from offhook.store.engine import database_url
    from offhook.store.migrate import revision

    return not revision(database_url(settings.database_url.reveal(), settings.data_dir))


def fetch_for_samples(settings: Settings) -> None:
    """See that the sample agent can be talked to. Without its models the server is good for all others."""
    from offhook.agents.model import Agent
    from offhook.cli.models_command import fetch_missing
    from offhook.platform.assembly import MEANING_MODEL, models_of
    from offhook.platform.samples.samples import document

    try:
        fetch_missing((*models_of(Agent.model_validate(document())), MEANING_MODEL), settings)
    except OffhookError as error:
        _LOG.warning(spelled("! the sample agent cannot be talked to before `offhook models fetch`: %s"), error)


def greeting(link: "Link | None", settings: Settings, then: Callable[[], None]) -> Callable[[int], None]:
    """What is done when calls are taken: one line for whoever has started it first, and `then`.

    The line goes to the terminal, not to the log: it opens the door.
    """

    def greet(port: int) -> None:
        if link is not None:
            address = link.at(settings.public_url or f"http://127.0.0.1:{port}")
            typer.echo(f"Sign in by this link, which works once and for a day: {address}")
        then()

    return greet
