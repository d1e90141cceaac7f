"""The built-in tools that the conversation carries out itself, as their owner sets them."""

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from offhook.agents.builtin_config import BuiltinConfig
from offhook.agents.turn_taking import Sentence
from offhook.core.behaviour import Destination
from offhook.core.builtin import ASK_IN_CONFIDENCE, COLLECT_DIGITS, END_CALL, HANDOFF, SEND_DIGITS, TRANSFER_CALL

CHOICES: Final = 20
"""More destinations or agents than this no model tells apart, nor a caller."""
CONDITION_CHARS: Final = 300
ALLOWED: Final = "allowed"
ALWAYS: Final = "always"
_E164: Final = re.compile(r"\+[1-9][0-9]{5,14}")
"""ITU-T E.164: at most 15 digits, the country's code first."""
_SIP: Final = re.compile(
    r"sips?:[A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,128}@[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(;[\w.=-]{1,64})*"
)

ChoiceName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Condition = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=CONDITION_CHARS, pattern=r"^[^\x00-\x1f\x7f]+$"),
]


class EndCallConfig(BuiltinConfig):
    """Hang up after the agent's goodbye was heard."""

    type: Literal["end_call"] = END_CALL
    name: Literal["end_call"] = END_CALL


class DestinationConfig(BaseModel):
    """Where a caller can be transferred to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ChoiceName = Field(description="What it is called, by the model and in journals: reception, Mr. Brown.")
    number: str = Field(
        max_length=400, description="The telephone number as `+15550100200`, in quotes, or a `sip:` address."
    )
    when: Condition = Field(
        description="When the caller is connected there, in words: 'the caller asks for a person, or complains'."
    )
    ring_s: float = Field(default=20.0, ge=5, le=60, description="So long it rings before the agent takes over again.")
    say: Sentence | None = Field(
        default=None, description="Said, and heard to its end, before it is dialled; default: `phrases.transfer`."
    )

    def destination(self) -> Destination:
        """As the conversation needs it."""
        return Destination(number=self.number, ring_s=self.ring_s, say=self.say or "")

    @field_validator("number")
    @classmethod
    def _check_number(cls, number: str) -> str:
        if not (_E164.fullmatch(number) or _SIP.fullmatch(number)):
            raise ValueError(
                "expected a number with + and the country's code, digits only, such as '+15550100200', or sip:name@host"
            )
        return number


class TransferCallConfig(BuiltinConfig):
    """Connect the caller to a person. When nobody answers, the call comes back to the agent."""

    type: Literal["transfer_call"] = TRANSFER_CALL
    name: Literal["transfer_call"] = TRANSFER_CALL
    destinations: tuple[DestinationConfig, ...] = Field(
        min_length=1, max_length=CHOICES, description="Where to: name, number, when, and if wanted ring_s and say."
    )

    @field_validator("destinations")
    @classmethod
    def _check_names(cls, destinations: tuple[DestinationConfig, ...]) -> tuple[DestinationConfig, ...]:
        _check_differ([destination.name for destination in destinations])
        return destinations


class HandoffAgentConfig(BaseModel):
    """Another agent that can be put in charge of the call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ChoiceName = Field(description="What it is called, by the model and in journals.")
    file: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = Field(
        default="", description="Its file, relative to this one."
    )
    agent: Annotated[str, StringConstraints(pattern=r"^(agent_[0-9A-Z]{26})?$")] = Field(
        default="", description="In place of a file: the id of an agent of the platform, `agent_...`."
    )
    when: Condition = Field(description="When it takes over, in words.")

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if bool(self.file) == bool(self.agent):
            raise ValueError("say which agent: by its file, or by its id (agent)")
        return self


class HandoffConfig(BuiltinConfig):
    """Put another agent in charge of the call: it knows all that was said, and goes on in its own way."""

    type: Literal["handoff"] = HANDOFF
    name: Literal["handoff"] = HANDOFF
    agents: tuple[HandoffAgentConfig, ...] = Field(
        min_length=1, max_length=CHOICES, description="Which: name, file and when."
    )

    @field_validator("agents")
    @classmethod
    def _check_names(cls, agents: tuple[HandoffAgentConfig, ...]) -> tuple[HandoffAgentConfig, ...]:
        _check_differ([agent.name for agent in agents])
        return agents


class CollectDigitsConfig(BuiltinConfig):
    """Have the caller type a number on the telephone's keys."""

    type: Literal["collect_digits"] = COLLECT_DIGITS
    name: Literal["collect_digits"] = COLLECT_DIGITS
    max_digits: int = Field(default=20, ge=1, le=64, description="Most keys that are taken at once.")
    secret: Literal["never", "allowed", "always"] = Field(
        default=ALLOWED,
        description="Keys that neither model nor journal nor log may see, such as a PIN: tools get them by reference. "
        "`allowed`: the model says when; `always`: all keys that are asked for.",
    )

    @property
    def is_always_secret(self) -> bool:
        """All keys that are asked for are."""
        return self.secret == ALWAYS

    @property
    def may_be_secret(self) -> bool:
        """The model says when."""
        return self.secret == ALLOWED


class AskInConfidenceConfig(BuiltinConfig):
    """Have the caller say or type something that nobody keeps: only a tool gets it, by reference."""

    type: Literal["ask_in_confidence"] = ASK_IN_CONFIDENCE
    name: Literal["ask_in_confidence"] = ASK_IN_CONFIDENCE


class SendDigitsConfig(BuiltinConfig):
    """Press keys of the telephone, for the menu of another machine."""

    type: Literal["send_digits"] = SEND_DIGITS
    name: Literal["send_digits"] = SEND_DIGITS


def _check_differ(names: Sequence[str]) -> None:
    """A model that is given two of one name cannot say which it means; nor can it when only the case differs."""
    folded = [name.casefold() for name in names]
    twice = next((name for name in names if folded.count(name.casefold()) > 1), None)
    if twice is not None:
        raise ValueError(f"the name {twice!r} stands twice")
