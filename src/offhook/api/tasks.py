"""`/v1/tasks`: what needs a person."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Invalid
from offhook.platform.tasks import TaskKind

router = APIRouter(prefix="/tasks", tags=["Tasks"])

TaskId = Annotated[str, Path(max_length=40, examples=["task_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])]
Status = Literal["open", "done"]
ShortId = Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9_]*$")]
Reader = Annotated[Caller, Depends(needs("calls:read"))]
Writer = Annotated[Caller, Depends(needs("calls:write"))]
Here = Annotated[Platform, Depends(platform_of)]


class Task(BaseModel):
    """Something that a person has to do."""

    id: str = Field(examples=["task_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    kind: TaskKind
    status: Status
    sentence: str = Field(description="What it is.", examples=["+15005550006 asked to be called back."])
    what_to_do: str = Field(examples=["Call them; listen to the call first. Then mark this as done."])
    detail: dict[str, Any] = Field(
        description="What the sentence is made of, by kind: a number, what was said and where (`at_ms`).",
        examples=[{"number": "+15005550006", "said": "Could you call me back?", "at_ms": 41200}],
    )
    agent_id: str | None = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    call_id: str | None = Field(description="The last call that made it.", examples=["call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    question_id: str | None = None
    times: int = Field(description="So many calls made it.", examples=[1])
    owner_id: str | None = Field(description="The member who does it.", examples=["user_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    due_at: Moment | None
    created_at: Moment
    seen_at: Moment = Field(description="When it was so last.")
    done_at: Moment | None
    done_by: str = Field(description="Who has done it; empty: it was over by itself.", examples=[""])
    is_over: bool = Field(description="What made it is over by itself.")

    @classmethod
    def of(cls, row: Any) -> "Task":
        """From the store's row."""
        return cls.model_validate(dict(row._mapping))


class TaskChange(BaseModel):
    """What is to be otherwise; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status": "done"}]})

    status: Status | None = Field(default=None, description="`done`, or `open` again.")
    owner_id: Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_]+$")] | None = Field(
        default=None, description="A member; null: nobody."
    )
    due_at: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None, description="RFC 3339; null: at no particular time.", examples=["2026-11-30T16:00:00Z"]
    )


@router.get("", operation_id="list_tasks")
async def list_tasks(
    caller: Reader,
    platform: Here,
    part: Annotated[Part, Depends(part)],
    status: Annotated[Status, Query(description="Which of them.")] = "open",
    kind: Annotated[TaskKind | Literal[""], Query(description="Of this kind alone.")] = "",
    owner_id: Annotated[ShortId, Query(description="This member's alone.")] = "",
    call_id: Annotated[ShortId, Query(description="Made by this call last.")] = "",
    agent_id: Annotated[ShortId, Query(description="Of this agent alone.")] = "",
) -> Page[Task]:
    """What needs a person, newest first."""
    rows = await platform.insights.tasks.listed(
        caller.workspace, part.ask, part.after, status=status, kind=kind, owner_id=owner_id, call_id=call_id,
        agent_id=agent_id,
    )  # fmt: skip
    return Page(data=[Task.of(row) for row in rows[: part.limit]], next=part.next_of(rows))


@router.get("/{task_id}", operation_id="get_task")
async def get_task(task_id: TaskId, caller: Reader, platform: Here) -> Task:
    """One of them."""
    return Task.of(await platform.insights.tasks.get(caller.workspace, task_id))


@router.patch("/{task_id}", operation_id="change_task")
async def change_task(task_id: TaskId, body: TaskChange, caller: Writer, platform: Here) -> Task:
    """Done, or open again; somebody's, or nobody's; due at another time."""
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    if changes.get("status", "") is None:
        del changes["status"]
    if changes.get("due_at") is not None:
        at = clock.read_rfc3339(changes["due_at"])
        if at is None or not 0 <= at < 1 << 47:
            raise Invalid([Flaw("/due_at", "a date and time with its zone is wanted, as 2026-11-30T16:00:00Z")])
        changes["due_at"] = at
    return Task.of(await platform.insights.tasks.change(caller.workspace, task_id, changes, caller.actor))
