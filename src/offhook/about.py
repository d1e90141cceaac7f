"""What is being worked on, for the log: the call, its agent, the request. Tasks and their children know it by
themselves.
"""

from contextvars import ContextVar
from typing import Final

CALL: Final[ContextVar[str]] = ContextVar("call", default="")
AGENT: Final[ContextVar[str]] = ContextVar("agent", default="")
REQUEST: Final[ContextVar[str]] = ContextVar("request", default="")
FIELDS: Final = {"call_id": CALL, "agent_id": AGENT, "request_id": REQUEST}
"""By the names that a log of JSON lines has for them."""


def call(call_id: str, agent_id: str) -> None:
    """From here on this task, and those that it starts, are about this call."""
    CALL.set(call_id)
    AGENT.set(agent_id)
