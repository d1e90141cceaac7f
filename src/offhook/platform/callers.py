"""Who asks, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from offhook.store.scope import Actor


class Role(StrEnum):
    """What a person is in a workspace."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


_SUBJECTS: Final = ("agents", "calls", "numbers", "keys", "webhooks", "people", "settings")
READS: Final = frozenset(f"{subject}:read" for subject in _SUBJECTS) | {"audit:read"}
WRITES: Final = frozenset(f"{subject}:write" for subject in _SUBJECTS) | {"agents:publish"}
SCOPES: Final = READS | WRITES
"""What a key can be allowed."""
OWNERS_ALONE: Final = frozenset({"people:write", "settings:write", "keys:write"})
OF_ROLES: Final = {Role.OWNER: SCOPES, Role.EDITOR: SCOPES - OWNERS_ALONE, Role.VIEWER: READS}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request. Not to be mistaken for who speaks on the telephone."""

    workspace: str
    actor: Actor
    scopes: frozenset[str]
    role: Role | None = None
    """None: a program."""
    agent_id: str = ""
    """A browser key is for one agent alone."""
    origins: tuple[str, ...] = ()
    """A browser key is for pages of these origins alone."""
    session: str = ""
    """Of a person: the hash of the session that the cookie names."""

    @property
    def user_id(self) -> str:
        """Who it is; empty: a program."""
        return self.actor.id if self.session else ""

    def may_act_on(self, role: Role) -> bool:
        """May give this role and take it: nobody gives or takes more than they have."""
        return OF_ROLES[role] <= self.scopes
