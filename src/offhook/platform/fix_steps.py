"""What a fix changes in a draft, step by step, so that it can be taken back when other things have changed since."""

import copy
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

import msgspec
import msgspec.inspect

from offhook.agents.model import Agent
from offhook.core.behaviour import Behaviour
from offhook.platform.problems import Conflict

FACTS: Final = "heard in calls.md"
"""The document of an agent's facts that were told as fixes."""


class Kind(StrEnum):
    """What was wrong with what was heard."""

    SAY_SO = "say_so"
    """The voice says a word in another way."""
    MEANT_SO = "meant_so"
    """The transcriber did not know a name or a term."""
    PATIENCE = "patience"
    """The agent should have waited longer, or come sooner."""
    FACT = "fact"
    """The agent did not know it, or said it wrongly."""


class Put(msgspec.Struct, frozen=True, tag="put"):
    """A value of a block: `before` is what stood there, and null says that nothing did."""

    block: str
    name: str
    before: Any
    after: Any


class Add(msgspec.Struct, frozen=True, tag="add"):
    """An entry of a list."""

    block: str
    entry: str


Change = Literal["wait", "cut_in"]
Step = Put | Add
Steps = tuple[Step, ...]
_STEPS: Final = tuple[Annotated[Step, None], ...]
SILENCES: Final = ("min_silence_s", "unsure_silence_s", "unfinished_silence_s")
"""What is waited behind a turn, by how complete it seems."""


class NothingToFix(Conflict):
    """The draft says so already."""

    code = "fix.no_change"
    what_to_do = "Publish the draft, when calls do not show it yet; or say it in another way."


class ChangedSince(Conflict):
    """What the fix has changed was changed again since."""

    code = "fix.changed_since"
    what_to_do = "Change the draft itself: to take the fix back would undo what came later."


def told(steps: Steps) -> list[dict[str, Any]]:
    """For the store."""
    found: list[dict[str, Any]] = msgspec.to_builtins(steps)
    return found


def read(kept: Sequence[Mapping[str, Any]]) -> Steps:
    """As the store has them."""
    return msgspec.convert(kept, _STEPS)


def steps_of(kind: Kind, asked: Mapping[str, Any], draft: Mapping[str, Any]) -> Steps:
    """What has to be done to the draft. Raises `NothingToFix`."""
    match kind:
        case Kind.SAY_SO:
            steps: Steps = (_put(draft, "lexicon", asked["word"], asked["say"]),)
        case Kind.MEANT_SO:
            steps = (Add("vocabulary", asked["term"]),)
        case Kind.PATIENCE:
            numbers = asked["turn_taking"] or moved(draft, asked["change"], asked["by_ms"])
            steps = tuple(_put(draft, "turn_taking", name, value) for name, value in numbers.items())
        case Kind.FACT:
            return () if FACTS in (draft.get("knowledge") or ()) else (Add("knowledge", FACTS),)
    steps = tuple(step for step in steps if not _is_done(step, draft))
    if not steps:
        raise NothingToFix
    return steps


def moved(draft: Mapping[str, Any], change: Change, by_ms: int) -> dict[str, float]:
    """Every silence of the draft longer or shorter by so much, within the bounds that it has."""
    standing = Agent.model_validate(dict(draft)).behaviour()
    by_s = by_ms / 1000 if change == "wait" else -by_ms / 1000
    numbers = {"min_silence_s": standing.min_silence_s, "unsure_silence_s": standing.unsure_silence_s,
               "unfinished_silence_s": standing.unfinished_silence_s}  # fmt: skip
    bounds = _bounds()
    return {name: round(min(max(value + by_s, bounds[name][0]), bounds[name][1]), 3) for name, value in numbers.items()}


def done(steps: Steps, draft: Mapping[str, Any]) -> dict[str, Any]:
    """The draft with the steps."""
    new = copy.deepcopy(dict(draft))
    for step in steps:
        match step:
            case Put():
                new[step.block] = {**(new.get(step.block) or {}), step.name: step.after}
            case Add():
                new[step.block] = [*(new.get(step.block) or ()), step.entry]
    return new


def undone(steps: Steps, draft: Mapping[str, Any]) -> dict[str, Any]:
    """The draft without them, and with all that came later. Raises `ChangedSince`."""
    new = copy.deepcopy(dict(draft))
    for step in steps:
        if not _is_done(step, new):
            raise ChangedSince
        match step:
            case Put():
                block = {**(new.get(step.block) or {}), step.name: step.before}
                new[step.block] = {name: value for name, value in block.items() if value is not None}
            case Add():
                new[step.block] = [entry for entry in new[step.block] if entry != step.entry]
        if not new[step.block]:
            del new[step.block]
    return new


def _put(draft: Mapping[str, Any], block: str, name: str, value: Any) -> Put:
    return Put(block, name, (draft.get(block) or {}).get(name), value)


def _is_done(step: Step, draft: Mapping[str, Any]) -> bool:
    match step:
        case Put():
            return bool((draft.get(step.block) or {}).get(step.name) == step.after)
        case Add():
            return step.entry in (draft.get(step.block) or ())


def _bounds() -> dict[str, tuple[float, float]]:
    info = msgspec.inspect.type_info(Behaviour)
    assert isinstance(info, msgspec.inspect.StructType)
    found = {}
    for field in info.fields:
        kind = field.type.type if isinstance(field.type, msgspec.inspect.Metadata) else field.type
        if field.name in SILENCES and isinstance(kind, msgspec.inspect.FloatType):
            found[field.name] = (kind.ge or 0.0, kind.le or 60.0)
    return found
