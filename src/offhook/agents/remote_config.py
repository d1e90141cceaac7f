"""What tools that live elsewhere have in common: a name, headers with secrets, patience, private addresses."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from offhook.agents.turn_taking import Sentence
from offhook.core.builtin import CORE_TOOLS

HEADERS: Final = 20
MOST_WITH_EFFECTS: Final = 3
"""Runs in a call, unless its owner says otherwise: a caller orders or cancels a thing or two."""
MOST_WITHOUT: Final = 20
SECRET: Final = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,99})\}")
"""A secret in a header's value, by the name of its environment variable."""
SECRET_HEADER: Final = re.compile(r"authori[sz]ation|key|token|secret|password|credential|cookie", re.IGNORECASE)
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
"""RFC 9110, 5.6.2."""
_OURS: Final = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "idempotency-key", "te", "transfer-encoding", "upgrade"}
)


def _tool_name(name: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]{0,47}", name):
        raise ValueError("expected a name such as order_status: a-z, digits and _, at most 48, a letter first")
    if name in CORE_TOOLS:
        raise ValueError(f"{name} is a tool that the conversation carries out itself: choose another name")
    return name


ToolName = Annotated[str, AfterValidator(_tool_name)]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
Sentences = Annotated[tuple[Sentence, ...], Field(max_length=10)]


class RemoteConfig(BaseModel):
    """Base of the tools that call something over the network or another program."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ToolName = Field(description="What it is called, by the model and in journals.")
    timeout_s: float = Field(
        default=8.0,
        ge=0.5,
        le=60,
        description="Longest wait for an answer, all tries together; at most `turn_taking.tool_timeout_s`.",
    )
    allow_private: bool = Field(
        default=False,
        description="It is in your own network: private and loopback addresses and plain http are allowed.",
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        max_length=HEADERS,
        description="Sent with each request. `${NAME}` in a value stands for a secret: the environment variable NAME.",
    )

    sensitive: tuple[ParameterName, ...] = Field(
        default=(),
        max_length=20,
        description="Parameters whose values nobody but the tool may keep: journal, transcript and log have a "
        "reference in their place.",
    )

    def variables(self) -> tuple[str, ...]:
        """Environment variables that must be set, each once."""
        return tuple(dict.fromkeys(name for value in self.headers.values() for name in SECRET.findall(value)))

    @field_validator("headers")
    @classmethod
    def _check_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
                raise ValueError(f"{name[:60]!r} is no header that can be set here")
            if not value.isascii() or not value.isprintable():
                raise ValueError(f"{name}: a header's value is printable ASCII")
            if SECRET_HEADER.search(name) and not SECRET.search(value):
                raise ValueError(
                    f"{name}: secrets are set in the environment, never in this file: write ${{NAME}} for a variable"
                )
            if "${" in SECRET.sub("", value):
                raise ValueError(f"{name}: a secret is written ${{NAME}}, with the variable's name in capitals")
        return headers
