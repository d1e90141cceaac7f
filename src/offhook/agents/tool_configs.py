"""The `tools` block of `AGENT.yaml`: one entry per tool. A built-in is told by its `name`, all others by their `type`.

What the tools do stands in `offhook.tools`, which is above this layer; here is only what their owner may set.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from offhook.agents.builtin_config import BuiltinConfig
from offhook.agents.core_tool_configs import (
    AskInConfidenceConfig,
    CollectDigitsConfig,
    EndCallConfig,
    HandoffConfig,
    SendDigitsConfig,
    TransferCallConfig,
)
from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.agents.remote_config import MOST_WITH_EFFECTS

__all__ = [
    "AskInConfidenceConfig",
    "BookTableConfig",
    "BuiltinConfig",
    "CollectDigitsConfig",
    "EndCallConfig",
    "HandoffConfig",
    "HttpToolConfig",
    "McpServerConfig",
    "SendDigitsConfig",
    "TakeMessageConfig",
    "ToolConfig",
    "TransferCallConfig",
]

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

MESSAGE_FIELDS: Final = ("name", "phone", "message")
MOST_FIELDS: Final = 8
"""Nobody answers more questions than this to leave a message."""


class WrittenConfig(BuiltinConfig):
    """Something is written down for the business: a person reads it before anything comes of it."""

    confirm: bool = Field(
        default=False,
        description="It is written down only after it was read back to the caller and the caller has had a turn to "
        "answer, with the same values.",
    )
    most_per_call: int = Field(default=MOST_WITH_EFFECTS, ge=1, le=100, description="So often it may run in a call.")


class TakeMessageConfig(WrittenConfig):
    """Write down a message for the business."""

    type: Literal["take_message"] = "take_message"
    name: Literal["take_message"] = "take_message"
    fields: tuple[FieldName, ...] = Field(
        default=MESSAGE_FIELDS,
        min_length=1,
        max_length=MOST_FIELDS,
        description="What is asked for, in this order: lower case names, such as name, phone, message, room_number.",
    )

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        if len(set(self.fields)) < len(self.fields):
            raise ValueError(f"fields must differ from each other, found {', '.join(self.fields)}")
        return self


class BookTableConfig(WrittenConfig):
    """Write down a request for a table."""

    type: Literal["book_table"] = "book_table"
    name: Literal["book_table"] = "book_table"
    max_party: int = Field(default=12, ge=1, le=500, description="Largest party that can be booked by telephone.")


def _with_type(entry: Any) -> Any:
    """An entry without a type is a built-in, and its name is its type."""
    if isinstance(entry, dict) and "type" not in entry and "name" in entry:
        return {"type": entry["name"], **entry}
    return entry


ToolConfig = Annotated[
    EndCallConfig
    | TransferCallConfig
    | HandoffConfig
    | CollectDigitsConfig
    | SendDigitsConfig
    | AskInConfidenceConfig
    | TakeMessageConfig
    | BookTableConfig
    | HttpToolConfig
    | McpServerConfig,
    Field(discriminator="type"),
    BeforeValidator(_with_type),
]
"""An entry of the `tools` block, for pydantic."""
