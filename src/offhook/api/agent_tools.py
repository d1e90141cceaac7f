"""`/v1/agents/{id}/tools`: a tool of the draft, tried outside of any call."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from offhook.api.agents import AgentId, ThePlatform, Writes
from offhook.api.idempotency import Once
from offhook.core.history import Outcome
from offhook.platform.tool_tries import Asked, Tried

router = APIRouter(prefix="/agents/{agent_id}/tools", tags=["Agents"], route_class=Once)

ToolName = Annotated[
    str, Path(max_length=64, description="As the model sees it.", examples=["order_status"], pattern="^[A-Za-z0-9_-]+$")
]


class ToolTry(BaseModel):
    """What the model would give, and what the call would bring along."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"arguments": {"order": "7"}, "confirm": False}]}
    )

    arguments: dict[str, Any] = Field(description="As the tool's parameters want them.", examples=[{"order": "7"}])
    variables: dict[str, str | float | bool] = Field(
        default_factory=dict, description="Values of the agent's variables; the others have their defaults.",
        examples=[{}],
    )  # fmt: skip
    caller: str = Field(
        default="", max_length=40, pattern=r"^(\+[1-9][0-9]{6,14})?$",
        description="The number that `{call.caller}` stands for.", examples=["+15550100200"],
    )  # fmt: skip
    confirm: bool = Field(
        default=False, description="You know that it may change something: it is really done. Wanted for such tools."
    )


class ToolTried(BaseModel):
    """What came of it."""

    name: str = Field(examples=["order_status"])
    outcome: Outcome = Field(
        description="`failed`: it has had no effect. `unknown`: it may have had one.", examples=["done"]
    )
    result: str = Field(
        description="What the tool answered, cut as in a call; or why it did not.", examples=["shipped, arrives Friday"]
    )
    told: str = Field(description="The same as the model would see it.", examples=["shipped, arrives Friday"])
    duration_ms: int = Field(examples=[182])
    has_effects: bool = Field(description="It may change something.", examples=[False])
    is_confirmed_in_calls: bool = Field(description="In a call it runs only by the caller's word.", examples=[False])

    @classmethod
    def of(cls, name: str, tried: Tried) -> "ToolTried":
        """From the service's own."""
        return cls(
            name=name, outcome=tried.outcome, result=tried.result, told=tried.told, duration_ms=tried.duration_ms,
            has_effects=tried.has_effects, is_confirmed_in_calls=tried.is_confirmed_in_calls,
        )  # fmt: skip


@router.post("/{name}/try", operation_id="try_tool")
async def try_tool(
    agent_id: AgentId, name: ToolName, body: ToolTry, caller: Writes, platform: ThePlatform
) -> ToolTried:
    """Have a tool of the draft do its work once, as in a call: with the workspace's secrets, bounded in time, to
    addresses that may be reached. A tool that may change something wants `confirm: true` (409 `tool.has_effects`)."""
    asked = Asked(name, body.arguments, body.variables, body.caller, body.confirm)
    return ToolTried.of(name, await platform.tool_tries.run(caller.workspace, agent_id, asked, caller.actor))
