"""Kinds of text that people send: names, addresses, passwords, links."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from offhook.platform.passwords import LONGEST


def _plain(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a line of text, without signs that cannot be seen")
    return text


PlainName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_plain)
]
"""What a thing or a person is called."""
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=200, pattern=r"^[^@\s]+@[^@\s]+$"),
    AfterValidator(_plain),
    Field(examples=["ann@example.com"]),
]
Password = Annotated[str, StringConstraints(max_length=LONGEST), Field(json_schema_extra={"format": "password"})]
LinkToken = Annotated[str, StringConstraints(max_length=100, pattern="^[A-Za-z0-9_-]*$")]
"""What stands behind `#link=` in a one-time link."""
Key = Annotated[str, StringConstraints(max_length=40, pattern="^[A-Za-z0-9_]*$")]
"""An id."""
