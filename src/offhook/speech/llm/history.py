"""A conversation as vendors want it: every tool call answered, and every answer behind its call.

Both vendors refuse a whole request over one loose end, and a barge-in may leave one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from offhook.speech.ports import Message, ToolCall

UNANSWERED: Final = "cancelled: the caller went on speaking"


@dataclass(frozen=True, slots=True)
class Round:
    """A message that is no tool's, with the answers to the tools it asked for, in order."""

    message: Message
    answers: tuple[tuple[ToolCall, str], ...] = ()


def rounds(messages: Iterable[Message]) -> Iterator[Round]:
    """The messages with the tools' answers beside their calls. An answer to a call that is not there is left out."""
    kept = list(messages)
    answers = {message.tool_call: message.text for message in kept if message.role == "tool"}
    for message in kept:
        if message.role != "tool":
            calls = message.tool_calls
            yield Round(message, tuple((call, answers.get(call.call, UNANSWERED)) for call in calls))
