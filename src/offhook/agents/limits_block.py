"""Limits: how much a workspace, an agent, a caller and a single call may take. What is not set has no bound."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_CALLS: Final = 100_000
MOST_MINUTES: Final = 10_000_000.0
MOST_DOLLARS: Final = 1_000_000.0

Calls = Annotated[int, Field(ge=0, le=MOST_CALLS)]
Minutes = Annotated[float, Field(ge=0, le=MOST_MINUTES, allow_inf_nan=False)]
Dollars = Annotated[float, Field(ge=0, le=MOST_DOLLARS, allow_inf_nan=False)]


class LimitsBlock(BaseModel):
    """What an agent may take: a document's `limits`. A day and a month are those of its time zone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    concurrent_calls: Calls | None = Field(default=None, description="Calls at once; 0: none is taken.")
    calls_a_day: Calls | None = Field(default=None, description="Calls that begin in a day.")
    minutes_a_day: Minutes | None = Field(
        default=None, description="Minutes of all calls of a day; reached: no further call is taken that day."
    )
    minutes_a_month: Minutes | None = Field(default=None, description="Minutes of all calls of a month.")
    dollars_a_day: Dollars | None = Field(
        default=None, description="What the calls of a day may cost, by the price book, in US dollars."
    )
    dollars_a_month: Dollars | None = Field(default=None, description="What the calls of a month may cost.")
    caller_concurrent_calls: Calls | None = Field(
        default=None, description="Calls at once from one number. Who hides the number is not counted."
    )
    caller_calls_a_day: Calls | None = Field(default=None, description="Calls a day from one number.")
    caller_minutes_a_day: Minutes | None = Field(default=None, description="Minutes a day from one number.")
    call_minutes: Annotated[float, Field(gt=0, le=240)] | None = Field(
        default=None, description="Longest call: then the agent says so and hangs up."
    )
    call_dollars: Dollars | None = Field(
        default=None, description="Most that one call may cost while it runs: then the agent says so and hangs up."
    )
    overflow_number: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")] | None = Field(
        default=None, description="Where a caller goes whom a limit keeps out (E.164); default: a sentence is said."
    )
    sentence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] | None = Field(
        default=None, description="What a caller hears whom a limit keeps out; default: one in the agent's language."
    )
