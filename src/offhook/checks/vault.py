"""What the doctor says of the vault."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from offhook.errors import ConfigurationError
from offhook.platform.checks import Check, Mark
from offhook.settings import MASTER_KEY, Settings

if TYPE_CHECKING:
    from offhook.platform.vault_look import Look

LOCKED_ADVICE = (
    "give the right master key back (OFFHOOK_MASTER_KEY, or master.key in the data folder); "
    "if it is lost: `offhook vault reset`, then enter the keys anew"
)


def held_by(look: "Look | None") -> Collection[str]:
    """Variables that agents of the first workspace are given from the vault."""
    return look.held if look is not None else ()


def seen(settings: Settings) -> "Look | None":
    """As it is; None where there is no database yet."""
    if not settings.database_url and not (settings.data_dir / "offhook.db").exists():
        return None  # What reads a database takes a while to import, for a demo or a first talk too.
    from offhook.platform.vault_look import Look, look_at

    try:
        return look_at(settings)
    except ConfigurationError as error:
        return Look(trouble=str(error))


def of_vault(look: "Look | None") -> Iterator[Check]:
    """One line. A locked vault stops no call that needs no key."""
    state = look.state if look is not None else None
    if look is not None and look.trouble:
        yield Check(Mark.NOTE, "vault", f"cannot be read: {look.trouble}", "check OFFHOOK_DATABASE_URL, or start once")
    elif look is None or state is None or (not state.version and not state.is_locked):
        yield Check(Mark.GOOD, "vault", "empty: it gets its master key on the first start")
    elif state.is_locked:
        yield Check(Mark.NOTE, "vault", f"locked: {state.why}", LOCKED_ADVICE)
    elif look.is_environment_stale:
        advice = f"put what {state.place} in the data folder holds into {MASTER_KEY}, and delete the file"
        found = f"open by {state.place}, master key {state.fingerprint}; {MASTER_KEY} is another one"
        yield Check(Mark.NOTE, "vault", found, advice)
    else:
        number = len(look.held)
        keys = f", {number} key{'' if number == 1 else 's'} for agents" if number else ""
        yield Check(Mark.GOOD, "vault", f"open, master key {state.fingerprint}{keys}")
