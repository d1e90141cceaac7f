"""The `records` block of `AGENT.yaml`: what is kept of a call, and for how long."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from offhook.agents.turn_taking import SWITCHES
from offhook.core.keeping import Keep, Kept

MOST_DAYS: Final = 3_650


def _as_keep(value: Any) -> Any:
    """Who writes true or no means on or off."""
    if isinstance(value, str):
        value = SWITCHES.get(value.lower(), value.lower())
    if isinstance(value, bool):
        return Keep.ON if value else Keep.OFF
    return value


KeepChoice = Annotated[Keep, BeforeValidator(_as_keep)]


class RecordsBlock(BaseModel):
    """What is kept of this agent's calls."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recording: KeepChoice = Field(
        default=Keep.ON, description="The sound: `on` (both sides), `masked` (the agent's side alone) or `off`."
    )
    transcript: KeepChoice = Field(
        default=Keep.ON,
        description="The words of both sides, in `transcript.txt` and in the journal: `on`, `masked` (an `x` for each "
        "word) or `off`.",
    )
    keys: KeepChoice = Field(
        default=Keep.ON, description="Keys of the telephone: `on`, `masked` (a `*` for each) or `off`."
    )
    tool_arguments: KeepChoice = Field(
        default=Keep.ON,
        description="What tools are given and what they answer: `on`, `masked` (the names of the fields) or `off`.",
    )
    keep_days: int | None = Field(
        default=None,
        ge=1,
        le=MOST_DAYS,
        description="Calls are deleted when they are so old. Default: they are kept, or as long as `OFFHOOK_KEEP_DAYS` "
        "says. The shorter of both holds.",
    )
    required: bool = Field(
        default=False,
        description="Without records no call: callers hear an apology while records cannot be kept. Default: a call "
        "without a record is better than none.",
    )

    def kept(self) -> Kept:
        """As a call needs it."""
        return Kept(
            recording=self.recording,
            transcript=self.transcript,
            keys=self.keys,
            tool_arguments=self.tool_arguments,
            days=self.keep_days,
        )
