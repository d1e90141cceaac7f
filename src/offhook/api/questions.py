"""`/v1/questions`: what callers asked and no source answered."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.auth import needs, platform_of
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform

router = APIRouter(prefix="/questions", tags=["Questions"], route_class=Once)

QuestionId = Annotated[str, Path(max_length=40, examples=["question_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])]
Status = Literal["open", "answered", "dismissed"]
Reader = Annotated[Caller, Depends(needs("calls:read"))]
Editor = Annotated[Caller, Depends(needs("agents:write"))]
Publisher = Annotated[Caller, Depends(needs("agents:write", "agents:publish"))]
Here = Annotated[Platform, Depends(platform_of)]
ThePart = Annotated[Part, Depends(part)]


class QuestionAnswer(BaseModel):
    """What the agent is to know."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "Yes, dogs are welcome. They cost ten euros a night."}]},
    )

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] = Field(
        description="As it is to be said."
    )
    question: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = Field(
        default="", description="The question that it answers, where the caller's own words are not clear enough."
    )


class Question(BaseModel):
    """A question that callers asked, in whichever words."""

    id: str = Field(examples=["question_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    agent_id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    status: Status
    text: str = Field(description="As it was asked first.", examples=["Can I bring my dog?"])
    times: int = Field(description="How often it was asked.", examples=[7])
    language: str = Field(description="Of the agent.", examples=["en-US"])
    first_at: Moment
    last_at: Moment
    answer: str = Field(description="What was answered, as the agent knows it.", examples=[""])
    answered_by: str = Field(examples=[""])
    answered_at: Moment | None
    answer_version: int | None = Field(
        description="The version of the agent that knows it; null: not yet, or the draft alone."
    )
    is_sample: bool

    @classmethod
    def of(cls, row: Any) -> "Question":
        """From the store's row."""
        return cls.model_validate(dict(row._mapping))


class QuestionMoment(BaseModel):
    """Where a question was asked."""

    id: str = Field(examples=["ask_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    call_id: str = Field(examples=["call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    turn: int = Field(description="Of the caller's, counted from 1.", examples=[2])
    at: Moment
    at_ms: int = Field(description="On the call's clock.", examples=[18400])
    text: str = Field(description="In the caller's words.", examples=["Can I bring my dog?"])
    said: str = Field(description="What the agent said to it.", examples=["I am sorry, I do not know that."])

    @classmethod
    def of(cls, row: Any) -> "QuestionMoment":
        """From the store's row."""
        return cls.model_validate(dict(row._mapping))


@router.get("", operation_id="list_questions")
async def list_questions(
    caller: Reader,
    platform: Here,
    part: ThePart,
    status: Annotated[Status, Query(description="Which of them.")] = "open",
    agent_id: Annotated[str, Query(max_length=40, description="Of this agent's callers alone.")] = "",
) -> Page[Question]:
    """Questions without an answer, those asked most often first."""
    rows = await platform.insights.questions.listed(caller.workspace, status, agent_id, part.ask, part.after)
    last = rows[part.limit - 1] if len(rows) > part.limit else None
    following = f"{last.times}_{last.id}" if last is not None else None
    return Page(data=[Question.of(row) for row in rows[: part.limit]], next=following)


@router.get("/{question_id}", operation_id="get_question")
async def get_question(question_id: QuestionId, caller: Reader, platform: Here) -> Question:
    """One of them."""
    return Question.of(await platform.insights.questions.get(caller.workspace, question_id))


@router.get("/{question_id}/moments", operation_id="list_question_moments")
async def list_question_moments(
    question_id: QuestionId, caller: Reader, platform: Here, part: ThePart
) -> Page[QuestionMoment]:
    """The calls in which it was asked, with the place in each; the last one first."""
    rows = await platform.insights.questions.moments(caller.workspace, question_id, part.ask, part.after)
    return Page(data=[QuestionMoment.of(row) for row in rows[: part.limit]], next=part.next_of(rows))


@router.post("/{question_id}/answer", operation_id="answer_question")
async def answer_question(question_id: QuestionId, body: QuestionAnswer, caller: Publisher, platform: Here) -> Question:
    """Make the answer a fact that the agent knows from the next call on.

    It is put into the agent's document `answers.md`. The draft names that, and a new version is published: what
    answers now, with this one fact more. What else the draft holds stays a draft. `reopen` takes it back.
    """
    row = await platform.insights.answers.answer(caller.workspace, question_id, body.text, body.question, caller.actor)
    return Question.of(row)


@router.post("/{question_id}/dismiss", operation_id="dismiss_question")
async def dismiss_question(question_id: QuestionId, caller: Editor, platform: Here) -> Question:
    """The agent need not know it: it is counted on, and shown no more."""
    return Question.of(await platform.insights.questions.dismiss(caller.workspace, question_id, caller.actor))


@router.post("/{question_id}/reopen", operation_id="reopen_question")
async def reopen_question(question_id: QuestionId, caller: Publisher, platform: Here) -> Question:
    """Have it open again. An answer is taken out of what the agent knows, from the next call on."""
    return Question.of(await platform.insights.answers.reopen(caller.workspace, question_id, caller.actor))
