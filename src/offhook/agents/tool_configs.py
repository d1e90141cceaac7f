"""The `tools` block of `AGENT.yaml`: one entry per tool, told apart by its `name`.

What the tools do stands in `offhook.tools`, which is above this layer; here is only what their owner may set.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

MESSAGE_FIELDS: Final = ("name", "phone", "message")
MOST_FIELDS: Final = 8
"""Nobody answers more questions than this to leave a message."""


class EndCallConfig(BaseModel):
    """Hang up after the agent's goodbye was heard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["end_call"] = "end_call"


class TakeMessageConfig(BaseModel):
    """Write down a message for the business."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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


class BookTableConfig(BaseModel):
    """Write down a request for a table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["book_table"] = "book_table"
    max_party: int = Field(default=12, ge=1, le=500, description="Largest party that can be booked by telephone.")


ToolConfig = Annotated[EndCallConfig | TakeMessageConfig | BookTableConfig, Field(discriminator="name")]
"""An entry of the `tools` block, for pydantic."""
