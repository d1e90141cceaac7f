"""What a journal is told of words, keys and tools, when an agent's owner wants less than all of it.

Every text of an event, a command or an entry stands in `TEXTS`, or is none of a conversation (a name, an id, a cause):
a test goes through all of them. What is left out of a line leaves the line: its number, its time and what happened.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final, TypeVar

import msgspec

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.builtin import ASK_IN_CONFIDENCE, COLLECT_DIGITS, SEND_DIGITS
from offhook.core.keeping import Keep, Kept

WORD: Final = "x"
KEY: Final = "*"


class Kind(Enum):
    """Of a text."""

    WORDS = auto()
    KEYS = auto()
    TOOLS = auto()


TEXTS: Final[Mapping[type[msgspec.Struct], Mapping[str, Kind]]] = {
    ev.DigitPressed: {"digit": Kind.KEYS},
    ev.SayRequested: {"text": Kind.WORDS},
    ev.EndRequested: {"sentence": Kind.WORDS},
    ev.InstructionGiven: {"text": Kind.WORDS},
    ev.HumanSpoke: {"text": Kind.WORDS},
    ev.HumanLeft: {"note": Kind.WORDS},
    ev.TranscriptChanged: {"text": Kind.WORDS},
    ev.TranscriptFinal: {"text": Kind.WORDS},
    ev.TurnEndExpected: {"text": Kind.WORDS},
    ev.KnowledgeFound: {"query": Kind.WORDS, "passages": Kind.WORDS},
    ev.SegmentReady: {"text": Kind.WORDS},
    ev.SegmentReworded: {"text": Kind.WORDS},
    ev.MoreHeard: {"text": Kind.WORDS},
    ev.ReplyGenerated: {"text": Kind.WORDS},
    ev.ReplyHeard: {"text": Kind.WORDS},
    ev.PlayoutCut: {"heard_text": Kind.WORDS},
    ev.ToolRequested: {"arguments": Kind.TOOLS},
    ev.ToolReturned: {"result": Kind.TOOLS},
    ev.ToolFailed: {"cause": Kind.TOOLS},
    ev.ToolLost: {"cause": Kind.TOOLS},
    cmd.Ask: {"caller_text": Kind.WORDS, "said": Kind.WORDS, "keys": Kind.KEYS},
    cmd.Say: {"text": Kind.WORDS},
    cmd.PlayFiller: {"text": Kind.WORDS},
    # The key is made of the arguments, and a short number is soon found by trying.
    cmd.RunTool: {"arguments": Kind.TOOLS, "key": Kind.TOOLS},
    cmd.SendDigits: {"digits": Kind.KEYS},
    cmd.ReportPromise: {"text": Kind.WORDS},
    hist.CallerSaid: {"text": Kind.WORDS},
    hist.AgentSaid: {"text": Kind.WORDS, "full_text": Kind.WORDS},
    hist.KeysPressed: {"keys": Kind.KEYS},
    hist.ToolCalled: {"arguments": Kind.TOOLS},
    hist.ToolAnswered: {"text": Kind.TOOLS},
    hist.Instructed: {"text": Kind.WORDS},
    hist.HumanSaid: {"text": Kind.WORDS},
}
INSIDE: Final[Mapping[type[msgspec.Struct], str]] = {
    cmd.StartReply: "content",
    cmd.ContinueReply: "content",
    cmd.Remember: "entry",
}
"""Where another of these stands in one."""
OF_KEYS: Final = (ASK_IN_CONFIDENCE, COLLECT_DIGITS, SEND_DIGITS)
"""Tools whose arguments and answers are keys."""
MOST_CALLS: Final = 1_000

What = TypeVar("What", bound=msgspec.Struct)


class Masking:
    """Of one call."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self._key_calls: set[str] = set()
        """Tool calls that are about keys."""

    def follow(self, kept: Kept) -> None:
        """Another agent is in charge: what either of them does not keep is not kept."""
        self.kept = self.kept.with_less(kept)

    def masked(self, what: What) -> What:
        """As much of it as is kept."""
        if self.kept.is_whole:
            return what
        if (field := INSIDE.get(type(what))) is not None:
            return msgspec.structs.replace(what, **{field: self.masked(getattr(what, field))})
        if (fields := TEXTS.get(type(what))) is None:
            return what
        changed: dict[str, Any] = {}
        for name, kind in fields.items():
            keep = self._keep(what, kind)
            if keep is not Keep.ON:
                changed[name] = _masked(getattr(what, name), name, kind, keep)
        return msgspec.structs.replace(what, **changed) if changed else what

    def _keep(self, what: msgspec.Struct, kind: Kind) -> Keep:
        match kind:
            case Kind.WORDS:
                return self.kept.transcript
            case Kind.KEYS:
                return self.kept.keys
            case Kind.TOOLS:
                both = self.kept.with_less(Kept(tool_arguments=self.kept.keys))
                return both.tool_arguments if self._is_of_keys(what) else self.kept.tool_arguments

    def _is_of_keys(self, what: msgspec.Struct) -> bool:
        match what:
            case ev.ToolRequested(call=call, name=name) | hist.ToolCalled(call=call, name=name):
                if name in OF_KEYS and len(self._key_calls) < MOST_CALLS:
                    self._key_calls.add(call)
                return name in OF_KEYS
            case ev.ToolEvent(call=call) | hist.ToolAnswered(call=call):
                return call in self._key_calls or len(self._key_calls) >= MOST_CALLS
            case _:
                return False


def _masked(value: Any, name: str, kind: Kind, keep: Keep) -> Any:
    if isinstance(value, tuple):
        return tuple(_masked(entry, name, kind, keep) for entry in value) if keep is Keep.MASKED else ()
    if keep is Keep.OFF and name == "caller_text" and value:
        return WORD  # A turn with words is measured, and one without is not.
    if keep is Keep.OFF or name == "key":
        return ""
    if kind is Kind.KEYS:
        return KEY * len(value)
    if name == "arguments":
        return _names_alone(value)
    return " ".join(WORD for _ in value.split())


def _names_alone(arguments: str) -> str:
    try:
        given = msgspec.json.decode(arguments)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        given = None
    return msgspec.json.encode(dict.fromkeys(given, WORD)).decode() if isinstance(given, dict) else WORD
