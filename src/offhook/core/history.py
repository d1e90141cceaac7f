"""The history of a call: an append-only log of typed entries. What the model sees is a stretch of it.

The conversation appends with the command `Remember(index, entry)`, so that the journal holds the history, and
`StartReply` names the stretch that is asked.
"""

from enum import StrEnum

import msgspec


class Entry(msgspec.Struct, frozen=True, tag=True, tag_field="entry"):
    """Something that both sides know of, in the order in which it became known."""


class CallerSaid(Entry, frozen=True):
    """A turn of the caller."""

    turn: int
    text: str


class AgentSaid(Entry, frozen=True):
    """A reply is over: `text` is what the caller heard of it, perhaps nothing."""

    turn: int
    """The caller's turn that it answers, counted from 1; 0 is the opening."""
    text: str
    full_text: str = ""
    """All that it would have said."""
    interrupted: bool = False


class KeysPressed(Entry, frozen=True):
    """Keys of the telephone. Secret ones stand as `*`, and `reference` is what a tool gets them by."""

    turn: int
    keys: str
    reference: str = ""


class ToolCalled(Entry, frozen=True):
    """The model wanted a tool, and it was started."""

    call: str
    name: str
    arguments: str
    """JSON."""
    reply: int


class Outcome(StrEnum):
    """What became of a tool."""

    DONE = "done"
    FAILED = "failed"
    """It has had no effect."""
    UNKNOWN = "unknown"
    """It may have had its effect: nobody knows."""


class ToolAnswered(Entry, frozen=True):
    """A tool that was called is over; `text` is for the model."""

    call: str
    outcome: Outcome
    text: str


class Instructed(Entry, frozen=True):
    """Somebody tells the agent something that the caller does not hear: an operator, or the call itself."""

    text: str


class AgentTookOver(Entry, frozen=True):
    """Another agent is in charge from here on."""

    agent: str


class HumanSaid(Entry, frozen=True):
    """A person of the business said something to the caller."""

    name: str
    text: str


AnyEntry = (
    CallerSaid | AgentSaid | KeysPressed | ToolCalled | ToolAnswered | Instructed | AgentTookOver | HumanSaid
)  # fmt: skip
"""Every entry there is."""
