"""`/v1/agents/{id}/rehearsals`, `/v1/rehearsals/{id}`: talk to a draft by typing, and ask a turn again."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.agents.model import TOOLS
from offhook.api.agents import AgentId, ThePlatform, Writes
from offhook.api.browser_calls import VARIABLES, Name, Value
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment
from offhook.api.texts import Key
from offhook.platform.problems import Flaw, Invalid
from offhook.platform.rehearsals import Typed

router = APIRouter(prefix="/agents/{agent_id}", tags=["Rehearsals"], route_class=Once)
rehearsal_router = APIRouter(prefix="/rehearsals/{rehearsal_id}", tags=["Rehearsals"], route_class=Once)

RehearsalId = Annotated[str, Path(max_length=40, examples=["reh_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])]
Which = Annotated[
    str,
    StringConstraints(pattern=r"^(draft|published|[1-9][0-9]{0,7})$"),
    Field(description="`draft`, `published` or a version's number.", examples=["draft"]),
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)]
Answer = Annotated[str, StringConstraints(max_length=4_000)]
_REPLY: Final[dict[str, Any]] = {
    "text": "We open at eight.", "fixed": "", "failed": "",
    "timings_ms": {"first_token": 210, "first_words": 260, "whole": 480}, "tokens_in": 812, "tokens_out": 7,
    "sentences": [{"text": "We open at eight.", "source": "hotel.md: Opening hours", "score": 0.91,
                   "fact": "Breakfast and reception open at eight."}],
    "passages": [],
}  # fmt: skip
_TOOL: Final[dict[str, Any]] = {
    "call": "call-2", "name": "book_table", "arguments": '{"guests": 2}', "has_effects": True, "was_run": False,
    "outcome": "done", "answer": "This is a rehearsal: nothing was done. Go on as if it had been done and had worked.",
}  # fmt: skip
_EXCHANGE: Final[dict[str, Any]] = {
    "number": 1, "text": "When do you open?", "keys": "", "replies": [_REPLY], "tools": [_TOOL], "switched": [],
    "end_reason": "", "is_whole": True,
}  # fmt: skip


class NewRehearsal(BaseModel):
    """Whom to talk to."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"which": "draft"}]})

    which: Which = "draft"
    variables: dict[Name, Value] = Field(
        default_factory=dict, max_length=VARIABLES, description="Values for the agent's variables.",
    )  # fmt: skip


class NewMessage(BaseModel):
    """What the caller says, or which keys are pressed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "When do you open?"}]})

    text: Text = Field(default="", description="As a transcriber would write it.", examples=["When do you open?"])
    keys: Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]{0,40}$")] = Field(
        default="", description="In place of words: keys of the telephone. No real secrets.", examples=[""]
    )
    run_tools: bool = Field(default=False, description="Tools with effects are really run.")
    tool_answers: dict[Name, Answer] = Field(
        default_factory=dict, max_length=TOOLS, description="What tools are taken to have answered, by their names.",
        examples=[{"free_rooms": "two rooms with a view"}],
    )  # fmt: skip


class AskAgain(BaseModel):
    """Which message is asked again, and of whom."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"number": 1, "which": "draft"}]})

    number: int = Field(ge=1, le=1_000, description="The number of the exchange.")
    which: Which = "draft"


class AskCallAgain(BaseModel):
    """Which turn of which call is asked again, and of whom."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"call_id": "call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", "turn": 2}]}
    )

    call_id: Key
    turn: int = Field(ge=1, le=10_000, description="The caller's turn, counted from 1.")
    which: Which = "draft"


class Sentence(BaseModel):
    """A sentence of a reply, and the fact that is nearest to it."""

    text: str
    source: str | None = Field(description="File and heading; null: nothing that the agent knows is near to it.")
    fact: str | None
    score: float | None = Field(description="How near, 0 to 1.")


class ReplyShown(BaseModel):
    """What the agent says."""

    text: str
    fixed: str = Field(description="Which sentence of the agent's own it is; empty: the model's words.")
    failed: str = Field(description="Why there is no more of it; empty: there is all of it.")
    timings_ms: dict[str, int | None] = Field(
        description="From the question to the model's first token, to the first words for a voice, to all of it."
    )
    tokens_in: int
    tokens_out: int
    sentences: list[Sentence]
    passages: list[str] = Field(description="What was looked up for it.")


class ToolShown(BaseModel):
    """A tool that the model asked for."""

    call: str
    name: str
    arguments: str = Field(description="JSON.")
    has_effects: bool
    was_run: bool = Field(description="False: the answer stands in its place.")
    outcome: str = Field(description="`done`, `failed`, `unknown`; `asked`: a call carries it out behind the reply.")
    answer: str


class Exchange(BaseModel):
    """A message and what came of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXCHANGE]})

    number: int = Field(description="0: the opening.")
    text: str
    keys: str
    replies: list[ReplyShown]
    tools: list[ToolShown]
    switched: list[str] = Field(description="Providers that failed, and which took their place.")
    end_reason: str = Field(description="Why the conversation is over, or where a call would go on; empty: it is not.")
    is_whole: bool = Field(description="False: a minute was not enough.")


class ExchangeAgain(Exchange):
    """The same message to the agent as it is now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXCHANGE, "said_before": "We open at nine."}]})

    said_before: str = Field(description="What was said then.")


class RehearsalShown(BaseModel):
    """A conversation that is typed."""

    id: str = Field(examples=["reh_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    agent_id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    which: str = Field(description="The agent as it was then: later changes do not change a rehearsal.")
    end_reason: str | None
    exchanges: list[Exchange]
    created_at: Moment
    updated_at: Moment


def number_of(which: str) -> int | str:
    """As services take it."""
    return int(which) if which.isdecimal() else which


@router.post("/rehearsals", operation_id="begin_rehearsal", status_code=201)
async def begin_rehearsal(
    agent_id: AgentId, caller: Writes, platform: ThePlatform, body: NewRehearsal | None = None
) -> RehearsalShown:
    """Talk to the draft, or to a version, by typing: the same core, model, knowledge and tools, without sound."""
    asked = body or NewRehearsal()
    row = await platform.tryouts.rehearsals.begin(
        caller.workspace, agent_id, number_of(asked.which), asked.variables, caller.actor
    )
    return RehearsalShown.model_validate(dict(row._mapping))


@rehearsal_router.get("", operation_id="get_rehearsal")
async def get_rehearsal(rehearsal_id: RehearsalId, caller: Writes, platform: ThePlatform) -> RehearsalShown:
    """All of it."""
    row = await platform.tryouts.rehearsals.get(caller.workspace, rehearsal_id)
    return RehearsalShown.model_validate(dict(row._mapping))


@rehearsal_router.delete("", operation_id="delete_rehearsal", status_code=204)
async def delete_rehearsal(rehearsal_id: RehearsalId, caller: Writes, platform: ThePlatform) -> None:
    """Forget it; after a day without a message it goes by itself."""
    await platform.tryouts.rehearsals.delete(caller.workspace, rehearsal_id, caller.actor)


@rehearsal_router.post("/messages", operation_id="send_rehearsal_message")
async def send_rehearsal_message(
    rehearsal_id: RehearsalId, body: NewMessage, caller: Writes, platform: ThePlatform
) -> Exchange:
    """Say something; the answer is all that the agent says of itself until it waits for you again."""
    if bool(body.text) == bool(body.keys):
        raise Invalid([Flaw("/text", "say something, or press keys: one of the two", "missing")])
    typed = Typed(body.text, body.keys, body.run_tools, body.tool_answers)
    exchange = await platform.tryouts.rehearsals.type(caller.workspace, rehearsal_id, typed, caller.actor)
    return Exchange.model_validate(exchange)


@rehearsal_router.post("/again", operation_id="ask_rehearsal_again")
async def ask_rehearsal_again(
    rehearsal_id: RehearsalId, body: AskAgain, caller: Writes, platform: ThePlatform
) -> ExchangeAgain:
    """Ask a message again, with the same conversation before it, of the agent as it is now. Changes nothing."""
    exchange, said = await platform.tryouts.rehearsals.again(
        caller.workspace, rehearsal_id, body.number, number_of(body.which)
    )
    return ExchangeAgain.model_validate({**exchange, "said_before": said})


@router.post("/again", operation_id="ask_call_again")
async def ask_call_again(agent_id: AgentId, body: AskCallAgain, caller: Writes, platform: ThePlatform) -> ExchangeAgain:
    """Ask a turn of a recorded call again, with the same conversation before it. Tools with effects are not run."""
    exchange, said = await platform.tryouts.rehearsals.again_of_call(
        caller.workspace, agent_id, body.call_id, body.turn, number_of(body.which)
    )
    return ExchangeAgain.model_validate({**exchange, "said_before": said})
