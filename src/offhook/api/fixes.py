"""`/v1/agents/{id}/fixes`: what was heard in a call is put right in the draft, and taken back."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.agent_versions import FieldDifference
from offhook.api.agents import AgentId, OptionalRevision, Reads, ThePlatform, Writes
from offhook.api.etags import etag
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.api.texts import Key
from offhook.platform.fix_steps import Kind
from offhook.platform.fixes import Fixed
from offhook.platform.problems import Flaw, Invalid

router = APIRouter(prefix="/agents/{agent_id}/fixes", tags=["Agents"], route_class=Once)

FixId = Annotated[str, Path(max_length=40, examples=["fix_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])]
Term = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Number = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]


class _Heard(BaseModel):
    model_config = ConfigDict(extra="forbid")

    call_id: Key = Field(default="", description="In which call it was heard.", examples=[""])
    at_ms: int | None = Field(default=None, ge=0, le=86_400_000, description="And when in it.", examples=[4310])


class SayItSo(_Heard):
    """The voice is to say a word in another way."""

    kind: Literal["say_so"]
    word: Term = Field(description="As it is written.", examples=["Siobhan"])
    say: Term = Field(description="As it is said: in other letters, or `/ipa/`.", examples=["shi-vawn"])


class MeantSo(_Heard):
    """The transcriber is to expect a name or a term."""

    kind: Literal["meant_so"]
    term: Term = Field(description="What was meant.", examples=["Siobhan"])
    heard: Words = Field(default="", description="What was written down instead.", examples=["she won"])


class Patience(_Heard):
    """The agent should have waited longer, or cut in sooner."""

    kind: Literal["patience"]
    change: Literal["wait", "cut_in"] | None = Field(
        default=None, description="All silences behind a turn longer, or shorter.", examples=["wait"]
    )
    by_ms: int = Field(default=200, ge=10, le=5_000, description="By so much.", examples=[300])
    turn_taking: dict[Number, float | int | bool] = Field(
        default_factory=dict, max_length=20, description="Or numbers of `turn_taking` as they are to be.",
        examples=[{"min_silence_s": 0.5}],
    )  # fmt: skip


class AnswerSo(_Heard):
    """The agent is to know something."""

    kind: Literal["fact"]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)] = Field(
        description="What is so.", examples=["Dogs are welcome in the garden rooms."]
    )
    question: Words = Field(default="", description="What callers ask.", examples=["May I bring my dog?"])


NewFix = Annotated[SayItSo | MeantSo | Patience | AnswerSo, Field(discriminator="kind")]
_EXAMPLES: Any = {
    "say_so": {"value": {"kind": "say_so", "word": "Siobhan", "say": "shi-vawn"}},
    "patience": {"value": {"kind": "patience", "change": "wait", "by_ms": 300}},
    "fact": {"value": {"kind": "fact", "question": "May I bring my dog?", "answer": "Dogs are welcome."}},
}


class Fix(BaseModel):
    """Something that was put right in a draft."""

    id: str = Field(examples=["fix_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    agent_id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    kind: Kind
    asked: dict[str, Any] = Field(description="What was wanted.", examples=[{"word": "Siobhan", "say": "shi-vawn"}])
    call_id: str | None = Field(description="In which call it was heard.")
    at_ms: int | None
    created_by: str = Field(examples=["user_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    created_by_name: str = Field(examples=["Ann"])
    created_at: Moment
    undone_at: Moment | None = Field(description="When it was taken back.")


class DoneFix(Fix):
    """What a fix has done to the draft; its ETag comes along."""

    revision: int = Field(description="Of the draft from now on.", examples=[4])
    fields: list[FieldDifference]
    words: list[str] = Field(description="The same in words.", examples=[["lexicon: Siobhan was set to 'shi-vawn'"]])


def _shown(fixed: Fixed, response: Response) -> DoneFix:
    response.headers.update(etag(fixed.agent.revision))
    return DoneFix.model_validate({
        **fixed.fix._mapping, "revision": fixed.agent.revision,
        "fields": [{"pointer": one.pointer, "before": one.before, "after": one.after, "words": one.words}
                   for one in fixed.differences],
        "words": [one.words for one in fixed.differences],
    })  # fmt: skip


@router.post(
    "",
    operation_id="fix_agent",
    status_code=201,
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": _EXAMPLES}}}},
)
async def fix_agent(
    agent_id: AgentId, body: NewFix, caller: Writes, platform: ThePlatform, response: Response,
    revision: OptionalRevision,
) -> DoneFix:  # fmt: skip
    """Put right in the draft what was heard in a call. Publish the agent for calls to show it."""
    if isinstance(body, Patience) and (body.change is None) == (not body.turn_taking):
        raise Invalid([Flaw("/change", "say `change`, or numbers under `turn_taking`: one of the two", "missing")])
    asked = body.model_dump(exclude={"kind", "call_id", "at_ms"})
    fixed = await platform.fixes.make(
        caller.workspace, agent_id, Kind(body.kind), asked, revision, caller.actor,
        call_id=body.call_id, at_ms=body.at_ms,
    )  # fmt: skip
    return _shown(fixed, response)


@router.get("", operation_id="list_fixes")
async def list_fixes(
    agent_id: AgentId, caller: Reads, platform: ThePlatform, asked: Annotated[Part, Depends(part)]
) -> Page[Fix]:
    """What was put right in this agent's draft, newest first."""
    rows = await platform.fixes.every(caller.workspace, agent_id, asked.ask, asked.after)
    shown = [Fix.model_validate(dict(row._mapping)) for row in rows[: asked.limit]]
    return Page(data=shown, next=asked.next_of(rows))


@router.post("/{fix_id}/undo", operation_id="undo_fix")
async def undo_fix(
    agent_id: AgentId, fix_id: FixId, caller: Writes, platform: ThePlatform, response: Response,
    revision: OptionalRevision,
) -> DoneFix:  # fmt: skip
    """Take a fix back. What was changed since stays; where that is the same thing, nothing is done (409)."""
    fixed = await platform.fixes.undo(caller.workspace, agent_id, fix_id, revision, caller.actor)
    return _shown(fixed, response)
