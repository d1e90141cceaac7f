"""`/v1/calls/{id}/control`: acting on a call that lives."""

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from offhook.api.calls import CallId, Ours, Writer
from offhook.platform.call_doors import NoLine, Wish
from offhook.platform.e164 import e164
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Invalid

router = APIRouter(prefix="/calls", tags=["Calls"])


class Say(BaseModel):
    """Have the agent say this."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["say"]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    at_once: bool = Field(default=False, description="Without waiting until nobody speaks.")


class Instruct(BaseModel):
    """Tell the agent what to know or do; the caller does not hear it."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["instruct"]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    at_once: bool = Field(default=False, description="Have it answered without waiting for the caller.")


class Transfer(BaseModel):
    """Have the agent say where to, and the carrier connect the caller there. When nobody answers, the caller is with
    the agent again."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["transfer"]
    destination: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = Field(
        default="", description="One of the agent's own, by its name."
    )
    number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = Field(
        default="", description="In place of one: a telephone number with its country's code."
    )

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if bool(self.destination) == bool(self.number):
            raise ValueError("say where to: by the name of a destination, or by a number")
        return self


class Mute(BaseModel):
    """Keep the caller's audio from agent, record and listeners, or no more."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["mute", "unmute"]


class End(BaseModel):
    """Have the agent say goodbye and hang up."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["end"]
    why: Annotated[str, StringConstraints(max_length=500)] = Field(default="", description="For the record.")


Control = Annotated[Say | Instruct | Transfer | Mute | End, Field(discriminator="action")]
_EXAMPLES: Any = {
    "say": {"value": {"action": "say", "text": "One moment, I am putting you through."}},
    "transfer": {"value": {"action": "transfer", "destination": "reception"}},
}


@router.post(
    "/{call_id}/control",
    operation_id="control_call",
    status_code=202,
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": _EXAMPLES}}}},
)
async def control_call(call_id: CallId, body: Control, caller: Writer, platform: Ours) -> None:
    """Act on a call that lives, on whichever process it does. `end` takes back a call that nobody talks in yet."""
    row = await platform.calls.row(caller.workspace, call_id)
    is_early = body.action == "end" and row.process_id is None
    if is_early and await platform.placing.cancel(caller.workspace, call_id, caller.actor):
        return
    wish = await _wish_of(body, row, platform)
    await platform.call_doors.control(row.process_id or "", call_id, wish)
    await platform.calls.note_control(caller.workspace, call_id, wish.action, caller.actor)


async def _wish_of(body: Control, row: Any, platform: Platform) -> Wish:
    match body:
        case Say(text=text, at_once=at_once) | Instruct(text=text, at_once=at_once):
            return Wish(body.action, text, at_once)
        case Transfer():
            return await _transfer(body, row, platform)
        case Mute():
            return Wish(body.action)
        case End(why=why):
            return Wish("end", why)


async def _transfer(body: Transfer, row: Any, platform: Platform) -> Wish:
    """Raises `NoLine`, `Invalid`."""
    if row.kind != "phone":
        raise NoLine
    if body.number:
        number = e164(body.number, "/number")
        return Wish("transfer", number, number=number)
    agent = await platform.line_up.document(row.agent_id, row.agent_version)
    destinations = agent.script().destinations
    found = destinations.get(body.destination)
    if found is None:
        known = ", ".join(destinations) or "none"
        raise Invalid([Flaw("/destination", f"the agent has no such destination; it has: {known}", "unknown")])
    return Wish("transfer", body.destination, number=found.number, ring_s=found.ring_s)
