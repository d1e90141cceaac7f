"""A conversation as vendors want it: every tool call answered, and every answer behind its call.

Both vendors refuse a whole request over one loose end. What is told to the model by neither party is sent in the
user's place, in square brackets: one vendor takes no system message behind the first, and many servers that speak the
other's wire do not either. A reply that another model began is asked to be gone on with in a way that all models take.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from offhook.speech.ports import Message, ModelRequest, ToolCall

RUNNING: Final = "still running: its result will follow; do not call it again"
FAILED: Final = "failed, nothing was done"
UNKNOWN: Final = "no answer came: it may have been done; do not do it again without asking the caller"
REST: Final = (
    "(A technical fault cut you off in the middle of this answer. The caller has heard it up to there, and does not "
    "know of the fault. Say the rest only: begin with the very next word, in the same language, and repeat nothing.)"
)
"""Said in the user's place: newer models refuse a conversation that ends with their own words."""


def is_done(result: str) -> bool:
    """True when a tool's answer is what it gave, and not what is said of one that failed, was lost or still runs."""
    return not result.startswith((RUNNING, FAILED, UNKNOWN))


def to_continue(request: ModelRequest) -> tuple[Message, ...]:
    """The request's messages; with a beginning of the reply to go on from, that and the wish for the rest."""
    if not request.said:
        return request.messages
    return (*request.messages, Message("assistant", request.said), Message("user", REST))


@dataclass(frozen=True, slots=True)
class Round:
    """A message that is no tool's, with the answers to the tools it asked for, in order."""

    message: Message
    answers: tuple[tuple[ToolCall, str], ...] = ()


def rounds(messages: Iterable[Message]) -> Iterator[Round]:
    """The messages with the tools' answers beside their calls, and notes as the user's.

    A call without an answer still runs. An answer to a call that is not there is left out.
    """
    kept = list(messages)
    answers = {message.tool_call: message.text for message in kept if message.role == "tool"}
    for message in kept:
        if message.role == "note":
            yield Round(Message("user", f"[{message.text}]"))
        elif message.role != "tool":
            calls = message.tool_calls
            yield Round(message, tuple((call, answers.get(call.call, RUNNING)) for call in calls))
