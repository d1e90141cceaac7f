"""Kinds of values that every answer shares: moments, money, pages."""

from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, Field

from offhook import clock

T = TypeVar("T")


def _moment(value: object) -> object:
    return clock.rfc3339(value) if isinstance(value, int) else value


Moment = Annotated[
    str,
    BeforeValidator(_moment),
    Field(json_schema_extra={"format": "date-time", "examples": ["2026-11-28T13:52:54.120Z"]}),
]
"""RFC 3339, UTC, with milliseconds; made from the store's milliseconds."""


class Money(BaseModel):
    """An amount of money."""

    amount: str = Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["0.0132"])
    currency: str = Field(default="USD", examples=["USD"])

    @classmethod
    def of_nano(cls, nano: int) -> "Money":
        """From nano-dollars."""
        amount = (Decimal(nano) / 1_000_000_000).normalize()
        return cls(amount=f"{amount:f}")


class Page(BaseModel, Generic[T]):
    """A part of a list, newest first."""

    data: list[T]
    next: str | None = Field(default=None, description="Give it as `after` for what follows; null: nothing does.")
