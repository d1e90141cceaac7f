"""The `pre_call` block: a web service that is asked while it rings, and fills in the call's variables."""

import re
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from offhook.agents.addresses import check_url

LONGEST_S: Final = 2.0
"""The caller hears it ring, or nothing, for so long."""
SECRET_NAME: Final = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,99})\}")


class PreCallConfig(BaseModel):
    """Who is asked. `POST` with `{type: "call.ringing", timestamp, data: {...}}`; the answer is
    `{"variables": {name: value}}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(max_length=2_000, description="The address that is asked.")
    secret: str = Field(
        pattern=f"^{SECRET_NAME.pattern}$",
        description="Signs the request (Standard Webhooks 1.0): `${NAME}` of a variable or key that holds `whsec_...`.",
    )
    timeout_s: float = Field(
        default=LONGEST_S, ge=0.1, le=LONGEST_S, description="So long it may take; then the defaults hold."
    )
    allow_private: bool = Field(
        default=False,
        description="It is in your own network: private and loopback addresses and plain http are allowed.",
    )

    @property
    def secret_name(self) -> str:
        """The variable or key that holds the secret."""
        return self.secret[2:-1]

    @model_validator(mode="after")
    def _check_url(self) -> Self:
        check_url(self.url, allow_private=self.allow_private)
        return self
