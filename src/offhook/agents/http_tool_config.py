"""A `type: http` entry of the `tools` block: one request to a web service, as model and wire need it."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator, model_validator

from offhook.agents.addresses import check_url
from offhook.agents.remote_config import MOST_WITH_EFFECTS, MOST_WITHOUT, RemoteConfig, Sentences
from offhook.agents.schemas import check_schema, completed
from offhook.agents.templates import CALL_FACTS, CALL_VARIABLES, check_variables, render, texts_of, variables
from offhook.core.behaviour import ToolWords
from offhook.core.promises import as_phrase

DESCRIPTION_CHARS: Final = 1_000
"""Longer ones are cut by some models without a word."""
WITHOUT_BODY: Final = ("GET", "DELETE")


class HttpToolConfig(RemoteConfig):
    """Call a web service."""

    type: Literal["http"] = "http"
    description: str = Field(
        min_length=1, max_length=DESCRIPTION_CHARS, description="What it does and when to use it, for the model."
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(default="POST", description="The HTTP method.")
    parameters: dict[str, Any] = Field(
        default_factory=lambda: {"type": "object", "properties": {}},
        validate_default=True,
        description="What the model has to give: a JSON schema of an object. Other arguments than these are refused.",
    )
    url: str = Field(
        max_length=2_000,
        description="The address. `{parameter}` in its path or query is replaced, percent-encoded; so are "
        "`{call.id}`, `{call.caller}` (the telephone number) and `{call.agent}`.",
    )
    body: dict[str, Any] | None = Field(
        default=None,
        description="A block that is sent as JSON, with variables as in `url`; default: the arguments as they are. "
        "With GET and DELETE nothing is sent: arguments that are not in `url` are added to its query.",
    )
    result: str = Field(
        default="",
        max_length=2_000,
        description="What the model is told of a JSON answer: `{status}, arrives {eta.date}`. Default: all of it, cut.",
    )
    retries: int = Field(
        default=1,
        ge=0,
        le=3,
        description="Further tries after no connection, a 429 or a 5xx. Once a request was sent, only what can be "
        "repeated is: GET, PUT, DELETE, `has_effects: false`, or with `idempotency_key: true`.",
    )
    idempotency_key: bool = Field(
        default=False,
        description="Send an `Idempotency-Key` header: the same for the same wish in a call, in all tries of it.",
    )
    has_effects: bool = Field(default=True, description="It changes something. False: it only looks something up.")
    confirm: bool | None = Field(
        default=None,
        description="It runs only after it was read back to the caller and the caller has had a turn to answer, with "
        "the same arguments. Default: when it has effects.",
    )
    most_per_call: int | None = Field(
        default=None, ge=1, le=100, description="So often it may run in a call. Default: 3 with effects, 20 without."
    )
    examples: Sentences = Field(
        default=(),
        description="What callers say who want it: 'I want to send it back'. The grounded brain knows a wish by these "
        "beside the name and the description.",
    )
    filler: Sentences = Field(
        default=(), description="Said in turn while it takes long, in place of `phrases.filler`: 'I look that up.'"
    )
    promises: Sentences = Field(
        default=(),
        description="How the agent says that it was done: 'your order is cancelled', 'I have ... cancelled'. Said "
        "without a successful run of the tool, this is reported as a false promise. `...` stands for a few words.",
    )

    @property
    def changes_something(self) -> bool:
        """By the owner's word; a GET of which nothing is said only looks something up (RFC 9110, 9.2.1)."""
        return self.has_effects and (self.method != "GET" or "has_effects" in self.model_fields_set)

    @property
    def is_confirmed(self) -> bool:
        """It runs only by the caller's word."""
        return self.confirm if self.confirm is not None else self.changes_something

    @property
    def most(self) -> int:
        """Runs in a call."""
        return self.most_per_call or (MOST_WITH_EFFECTS if self.changes_something else MOST_WITHOUT)

    def words(self) -> Mapping[str, ToolWords]:
        """What is said while it runs and after it."""
        return {self.name: ToolWords(filler=self.filler, promises=tuple(map(as_phrase, self.promises)))}

    @property
    def is_harmless(self) -> bool:
        """True when it changes nothing, whatever becomes of it (RFC 9110, 9.2.1)."""
        return self.method == "GET" or not self.has_effects

    @property
    def is_repeatable(self) -> bool:
        """True when a request of which nobody knows what became of it may be sent again."""
        return self.method in ("GET", "PUT", "DELETE") or not self.has_effects or self.idempotency_key

    @field_validator("parameters")
    @classmethod
    def _check_parameters(cls, parameters: dict[str, Any]) -> dict[str, Any]:
        properties = parameters.get("properties", {})
        for name in properties if isinstance(properties, dict) else ():
            if not re.fullmatch("[A-Za-z_][A-Za-z0-9_-]{0,63}", name) or name == "call":
                raise ValueError(f"{name[:60]!r} is no parameter's name: letters, digits, _ and -, and not call")
        check_schema(parameters)
        missing = [name for name in parameters.get("required", ()) if name not in properties]
        if missing:
            raise ValueError(f"required names {missing[0][:60]!r}, which is not among the properties")
        return {"additionalProperties": False, **completed(parameters)}

    @model_validator(mode="after")
    def _check_sensitive(self) -> Self:
        unknown = [name for name in self.sensitive if name not in self.parameters.get("properties", {})]
        if unknown:
            raise ValueError(f"sensitive names {unknown[0]}, which is not among the parameters")
        return self

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str, info: ValidationInfo) -> str:
        variables(url)
        plain = render(url, lambda _: "x")
        if "{" in urlsplit(url).netloc:
            raise ValueError("variables may stand in the path and the query, never in the host")
        check_url(plain, allow_private=bool(info.data.get("allow_private")))
        parameters = info.data.get("parameters")
        if parameters is None:
            return url  # What is wrong with those is told already.
        check_variables(url, parameters.get("properties", {}))
        in_path = variables(urlsplit(url).path)
        fixed = (*parameters.get("required", ()), *CALL_FACTS)
        optional = [name for name in in_path if name not in fixed and not name.startswith(CALL_VARIABLES)]
        if optional:
            raise ValueError(f"{{{optional[0]}}} stands in the path: list it under parameters.required")
        return url

    @field_validator("body")
    @classmethod
    def _check_body(cls, body: dict[str, Any] | None, info: ValidationInfo) -> dict[str, Any] | None:
        if body is not None and info.data.get("method") in WITHOUT_BODY:
            raise ValueError(f"{info.data['method']} sends no body")
        try:
            json.dumps(body, allow_nan=False)
        except ValueError as error:
            raise ValueError("it holds a value that JSON has not, such as .inf: put it in quotes") from error
        for text in texts_of(body):
            check_variables(text, (info.data.get("parameters") or {}).get("properties", {}))
        return body

    @field_validator("result")
    @classmethod
    def _check_result(cls, result: str) -> str:
        variables(result)
        return result

    @field_validator("promises")
    @classmethod
    def _check_promises(cls, promises: tuple[str, ...]) -> tuple[str, ...]:
        return checked_promises(promises)


def checked_promises(promises: tuple[str, ...]) -> tuple[str, ...]:
    """Raises `ValueError` for a phrase that would be found everywhere."""
    for promise in promises:
        if len(as_phrase(promise).replace("...", "").split()) < 2:
            raise ValueError(f"{promise[:60]!r} is too short to tell a promise: two words at least")
    return promises
