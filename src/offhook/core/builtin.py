"""The tools that the conversation carries out itself, by name, and the arguments that a model gives them.

They stand in the agent's file and in the model's list as any tool does, but nothing runs them: each becomes a command,
or a state of the conversation.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

END_CALL: Final = "end_call"
TRANSFER_CALL: Final = "transfer_call"
HANDOFF: Final = "handoff"
COLLECT_DIGITS: Final = "collect_digits"
SEND_DIGITS: Final = "send_digits"
ASK_IN_CONFIDENCE: Final = "ask_in_confidence"

KEYS: Final = "0123456789*#ABCD"
"""The keys of a telephone (ITU-T Q.23)."""
PAUSES: Final = "w,"
"""Among keys that are sent: half a second each."""
MOST_SENT: Final = 64
"""Keys and pauses in one go: more than any menu or conference asks for."""
LONGEST_COLLECTION_S: Final = 120.0


class EndArguments(msgspec.Struct, frozen=True):
    """None."""


class TransferArguments(msgspec.Struct, frozen=True):
    """Of `transfer_call`."""

    destination: str
    """A name of `Script.destinations`."""
    summary: str = ""
    """What whoever answers should know."""


class HandoffArguments(msgspec.Struct, frozen=True):
    """Who is to go on, and with what."""

    agent: str
    """A name of `Script.handoffs`."""
    note: str = ""
    """What the other agent should know beside the conversation itself."""


class CollectArguments(msgspec.Struct, frozen=True):
    """Of `collect_digits`; what a model leaves out is the script's and the behaviour's."""

    count: int = 0
    """So many keys are wanted; 0: any number, until the end key or a pause."""
    end_key: str = "#"
    """One key, or none (empty)."""
    timeout_s: float = 0.0
    secret: bool = False


class ConfidenceArguments(msgspec.Struct, frozen=True):
    """Of `ask_in_confidence`: none. What is said or pressed next is sensitive, whatever it is."""


class SendArguments(msgspec.Struct, frozen=True):
    """Of `send_digits`."""

    digits: str
    """Keys, and pauses between them."""


CoreArguments = (
    EndArguments | TransferArguments | HandoffArguments | CollectArguments | ConfidenceArguments | SendArguments
)

_ARGUMENTS: Final[Mapping[str, type[CoreArguments]]] = {
    END_CALL: EndArguments,
    TRANSFER_CALL: TransferArguments,
    HANDOFF: HandoffArguments,
    COLLECT_DIGITS: CollectArguments,
    SEND_DIGITS: SendArguments,
    ASK_IN_CONFIDENCE: ConfidenceArguments,
}
CORE_TOOLS: Final[tuple[str, ...]] = tuple(_ARGUMENTS)
"""Their names: no other tool may have one of them."""


def arguments_of(name: str, arguments: str) -> CoreArguments:
    """What the model asks of a core tool, from its JSON. Raises `ValueError` from whose text it can correct itself."""
    try:
        given = msgspec.json.decode(arguments.strip() or "{}")
        if not isinstance(given, dict):
            raise ValueError("one JSON object is needed")
        # Models leave a field out by writing null, and write numbers as text and text as numbers.
        values = {field: _dressed(value) for field, value in given.items() if value is not None}
        found = msgspec.convert(values, _ARGUMENTS[name], strict=False)
    except (ValueError, UnicodeError, RecursionError) as error:
        raise ValueError(f"the arguments of {name} cannot be used: {error}") from error
    _check(name, found)
    return found


def _dressed(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _check(name: str, found: CoreArguments) -> None:
    match found:
        case CollectArguments(count=count, end_key=end_key, timeout_s=timeout_s):
            if count < 0:
                raise ValueError(f"{name} takes no count below 0")
            if len(end_key) > 1 or end_key.upper() not in KEYS:
                raise ValueError(f"{name} takes one key of the telephone as end_key, or an empty text for none")
            if not 0.0 <= timeout_s <= LONGEST_COLLECTION_S:
                raise ValueError(f"{name} takes a timeout_s from 0 to {LONGEST_COLLECTION_S:g}")
        case SendArguments(digits=digits):
            wrong = sorted({sign for sign in digits if sign.upper() not in KEYS and sign not in PAUSES})
            if wrong:
                raise ValueError(f"{name} sends 0-9, *, #, A-D, and w for a pause of half a second, not {wrong[0]!r}")
            if not 0 < len(digits) <= MOST_SENT:
                raise ValueError(f"{name} sends 1 to {MOST_SENT} keys and pauses")
        case _:
            pass
