"""Every table. Importing this package makes the metadata whole."""

from offhook.store.schema import METADATA, WORKSPACES
from offhook.store.tables import agents, calls, insight, numbers, people, processes, tests, vault, webhooks

__all__ = [
    "METADATA",
    "WORKSPACES",
    "agents",
    "calls",
    "insight",
    "numbers",
    "people",
    "processes",
    "tests",
    "vault",
    "webhooks",
]
