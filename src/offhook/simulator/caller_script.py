"""A caller's script: what to say and do, step after step, as a file that a person writes.

    voice: local
    steps:
      - wait: {silent_s: 0.6}
      - say: "Hello, I would like a table ... for four people."
      - barge_in: "Actually, for five."
        after_s: 1.2
      - wait: {silent_s: 0.8}
      - hang_up: true

Each step is known by its first field (docs/howto/test-your-agent.md has them all). `...` inside a text is a pause.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, field_validator, model_validator

from offhook.agents import yaml_values
from offhook.errors import ConfigurationError
from offhook.simulator.carrier_media import DIGITS

Seconds = Annotated[float, Field(ge=0.0, le=600.0)]
LONGEST_SCRIPT: Final = 1 << 20
"""Bytes of a script's file."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pause(_Part):
    """Silence inside a turn."""

    pause_s: Seconds


class _Spoken(_Part):
    """A step that sounds."""

    wav: Annotated[Path | None, Field(description="A recording that is played instead of the voice (PCM).")] = None
    ends_turn: Annotated[bool, Field(description="The caller is done after it.")] = True
    pause_s: Annotated[Seconds, Field(description="Length of each `...` in the text.")] = 0.9
    at_most_s: Annotated[Seconds, Field(description="Longest wait for its moment.")] = 20.0


class Say(_Spoken):
    """Say it now."""

    say: str | tuple[str | Pause, ...]


class BargeIn(_Spoken):
    """Say it over the agent."""

    barge_in: str
    after_s: Annotated[Seconds, Field(description="The agent has then been audible for so long.")] = 1.0


class Backchannel(_Spoken):
    """A sound of listening over the agent, which does not take the floor."""

    backchannel: str = "mm-hm"
    after_s: Seconds = 1.0


class Noise(_Part):
    """Noise that is no speech."""

    noise: Literal["white", "street", "hum"]
    duration_s: Annotated[float, Field(gt=0.0, le=600.0)] = 1.0
    level_db: Annotated[float, Field(ge=-90.0, le=-3.0, description="RMS beside full scale.")] = -30.0
    after_s: Annotated[Seconds | None, Field(description="Over the agent, once it was audible for so long.")] = None
    at_most_s: Seconds = 20.0


class Cough(_Part):
    """A cough: two short bursts."""

    cough: Literal[True]
    level_db: Annotated[float, Field(ge=-60.0, le=-3.0)] = -15.0
    after_s: Seconds | None = None
    at_most_s: Seconds = 20.0


class Condition(_Part):
    """What is waited for; of several, all must hold."""

    silent_s: Annotated[
        Seconds | None, Field(description="The agent has spoken since the caller did, and was silent for so long.")
    ] = None
    patience_s: Annotated[
        Seconds, Field(description="Instead of silent_s behind something so short that it may be a filler.")
    ] = 0.0
    seconds: Annotated[Seconds | None, Field(description="So much time.")] = None
    says: Annotated[str, Field(description="The agent has said something that matches (scripted voices only).")] = ""
    at_most_s: Annotated[Seconds, Field(description="Go on after so long in any case.")] = 30.0

    @model_validator(mode="after")
    def _waits_for_something(self) -> "Condition":
        if self.silent_s is None and self.seconds is None and not self.says:
            raise ValueError("give silent_s, seconds or says")
        return self

    @field_validator("says")
    @classmethod
    def _compiles(cls, says: str) -> str:
        try:
            re.compile(says)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return says


class Wait(_Part):
    """Say nothing until something has happened."""

    wait: Condition


class Silence(_Part):
    """Say nothing for so many seconds."""

    silence: Seconds


class Digits(_Part):
    """Press keys."""

    digits: Annotated[str, Field(min_length=1, max_length=100)]
    every_s: Annotated[float, Field(ge=0.02, le=10.0)] = 0.3

    @field_validator("digits")
    @classmethod
    def _are_keys(cls, digits: str) -> str:
        if not set(digits) <= DIGITS:
            raise ValueError("keys are 0-9, *, #, A-D")
        return digits


class HangUp(_Part):
    """End the call."""

    hang_up: Literal[True]


_KINDS: Final[dict[str, type[_Part]]] = {
    "say": Say, "barge_in": BargeIn, "backchannel": Backchannel, "noise": Noise, "cough": Cough,
    "wait": Wait, "silence": Silence, "digits": Digits, "hang_up": HangUp,
}  # fmt: skip


def _kind(step: Any) -> str | None:
    keys = step if isinstance(step, Mapping) else type(step).model_fields if isinstance(step, _Part) else ()
    return next((kind for kind in _KINDS if kind in keys), None)


Step = Annotated[
    Annotated[Say, Tag("say")]
    | Annotated[BargeIn, Tag("barge_in")]
    | Annotated[Backchannel, Tag("backchannel")]
    | Annotated[Noise, Tag("noise")]
    | Annotated[Cough, Tag("cough")]
    | Annotated[Wait, Tag("wait")]
    | Annotated[Silence, Tag("silence")]
    | Annotated[Digits, Tag("digits")]
    | Annotated[HangUp, Tag("hang_up")],
    Discriminator(
        _kind,
        custom_error_type="unknown_step",
        custom_error_message="a step has one of the fields " + ", ".join(_KINDS),
    ),
]


class CallerScript(_Part):
    """A whole caller."""

    name: str = "caller"
    voice: Annotated[Literal["tape", "local"], Field(description="tape: synthetic; local: the voice here.")] = "tape"
    background_db: Annotated[
        float | None, Field(ge=-90.0, le=-20.0, description="Noise under everything the caller says.")
    ] = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=1000)]
    seed: int = 0


def load_script(path: Path) -> CallerScript:
    """Read a script from a YAML or JSON file. Raises `ConfigurationError` that names file and field."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror or error}", file=str(path)) from error
    if len(data) > LONGEST_SCRIPT:
        raise ConfigurationError("is longer than a script can be", file=str(path), expected="at most 1 MiB")
    try:
        content = json.loads(data) if path.suffix == ".json" else yaml_values.parse(data)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise ConfigurationError(f"cannot be parsed: {' '.join(str(error).split())}", file=str(path)) from error
    return script_from(content, str(path))


def script_from(content: object, file: str = "") -> CallerScript:
    """A script from what a file holds. Raises `ConfigurationError`."""
    try:
        return CallerScript.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"] if part not in _KINDS or part == first["loc"][-1])
        more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
        found = repr(first["input"])
        raise ConfigurationError(
            first["msg"] + more, file=file, field=field or "the script", found=found[:80]
        ) from error


def conversation(
    texts: list[str], *, voice: Literal["tape", "local"] = "tape", patience_s: float = 0.0
) -> CallerScript:
    """A polite caller: lets the agent finish before each text and at the end, then hangs up.

    `patience_s`: so long it waits for an answer behind what may be a filler.
    """
    longest = {"patience_s": patience_s, "at_most_s": max(30.0, 3 * patience_s)} if patience_s else {}
    steps: list[dict[str, Any]] = []
    for number, text in enumerate(texts):
        steps += [{"wait": {"silent_s": 0.8} | (longest if number else {})}, {"say": text}]
    steps += [{"wait": {"silent_s": 1.5} | longest}, {"hang_up": True}]
    return script_from({"voice": voice, "steps": steps})
