"""`/v1/agents/{id}/what-if`: what another patience would have changed in the last turns."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from offhook.api.agents import AgentId, ThePlatform
from offhook.api.auth import needs
from offhook.api.fixes import Number
from offhook.platform.callers import Caller
from offhook.platform.fix_steps import Change
from offhook.platform.problems import Flaw, Invalid
from offhook.platform.what_if import Place

router = APIRouter(prefix="/agents/{agent_id}", tags=["Agents"])

Readers = Annotated[Caller, Depends(needs("agents:read", "calls:read"))]
CANNOT_KNOW: Final = (
    "What the caller and the agent would have said after another ending: each silence stands for itself.",
    "How each caller's own pauses move the patience during a call: it is left out.",
    "What a second opinion of the end-of-turn model would have been at another moment: the recorded one stands.",
    "Calls whose words were not kept are left out.",
)
_PLACE: Final[dict[str, Any]] = {
    "call_id": "call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", "at_ms": 12_400, "turn": 3, "text": "I would like to",
    "went_on_after_ms": 900, "waits_ms": 300, "would_wait_ms": 1_100, "cut_off": True, "would_cut_off": False,
}  # fmt: skip
_EXAMPLE: Final[dict[str, Any]] = {
    "calls": 61, "turns": 500, "cut_off": 14, "would_cut_off": 5, "later_p50_ms": 200, "places": [_PLACE],
    "is_partial": False, "cannot_know": list(CANNOT_KNOW),
}  # fmt: skip


class Tried(BaseModel):
    """Numbers of `turn_taking` to be tried in place of the draft's."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"turn_taking": {"min_silence_s": 0.5}}]})

    turn_taking: dict[Number, float | int | bool | str] = Field(default_factory=dict, max_length=20)
    change: Change | None = Field(
        default=None, description="Or as a fix changes them: all silences behind a turn longer, or shorter,",
        examples=[None],
    )  # fmt: skip
    by_ms: int = Field(default=200, ge=10, le=5_000, description="by so much.")


class Ended(BaseModel):
    """A silence in which the agent would have come in, and now would not; or the other way round."""

    call_id: str
    at_ms: int = Field(description="Where the silence begins, on the call's clock.")
    turn: int
    text: str = Field(description="What the caller had said by then.")
    went_on_after_ms: int | None = Field(description="The caller was not done, and went on after so long.")
    waits_ms: int = Field(description="So long the agent waits there by the draft,")
    would_wait_ms: int = Field(description="and by what is tried.")
    cut_off: bool
    would_cut_off: bool


class WhatIfShown(BaseModel):
    """What would have changed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    calls: int
    turns: int = Field(description="Turns whose end was looked at.")
    cut_off: int = Field(description="Callers who went on and would be cut off by the draft as it is,")
    would_cut_off: int = Field(description="and by what is tried.")
    later_p50_ms: int | None = Field(description="Half of the replies come so much later, or less; below 0: sooner.")
    places: list[Ended] = Field(description="Where the two differ.")
    is_partial: bool = Field(description="The time was over before all was looked at.")
    cannot_know: list[str] = Field(description="What the recorded calls cannot tell.")


@router.post("/what-if", operation_id="try_patience")
async def try_patience(agent_id: AgentId, body: Tried, caller: Readers, platform: ThePlatform) -> WhatIfShown:
    """The ends of the agent's last turns by the rule that ends turns: with the draft's numbers, and with others."""
    if (body.change is None) == (not body.turn_taking):
        raise Invalid([Flaw("/turn_taking", "give `turn_taking`, or `change`: one of the two", "missing")])
    found = await platform.what_ifs.of(caller.workspace, agent_id, body.turn_taking, body.change, body.by_ms)
    return WhatIfShown(
        calls=found.calls, turns=found.turns, cut_off=found.cut_off_before, would_cut_off=found.cut_off_after,
        later_p50_ms=found.shift_p50_ms, places=[_shown(place) for place in found.places],
        is_partial=found.is_partial, cannot_know=list(CANNOT_KNOW),
    )  # fmt: skip


def _shown(place: Place) -> Ended:
    silence, went_on_s = place.silence, place.silence.went_on_s
    return Ended(
        call_id=place.call_id, at_ms=round(silence.at_s * 1000), turn=silence.turn, text=silence.text[:500],
        went_on_after_ms=round(went_on_s * 1000) if went_on_s is not None else None,
        waits_ms=round(place.before_s * 1000), would_wait_ms=round(place.after_s * 1000),
        cut_off=went_on_s is not None and place.before_s < went_on_s,
        would_cut_off=went_on_s is not None and place.after_s < went_on_s,
    )  # fmt: skip
