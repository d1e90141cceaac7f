"""The blocks of `AGENT.yaml` that are made from the core's own fields, so that each number is described once.

`TurnTaking` has a field per field of `Behaviour`, `Phrases` one per sentence and word list of `Script`; a field that
is left out keeps the preset's value, or the language's.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

import msgspec
import msgspec.inspect
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, create_model, model_validator

from offhook.core.behaviour import PRESETS, Behaviour, Script
from offhook.core.words import normalize

SENTENCE_CHARS: Final = 600
"""About a minute of speech: longer is no sentence."""
LIST_ENTRIES: Final = 300

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=SENTENCE_CHARS)]

WORD_LISTS: Final[Mapping[str, str]] = {
    "denials": "Sounds of no ('uh-uh'), which would else be taken for sounds of listening.",
    "wait_phrases": "How the caller asks for time ('hold on', 'let me get'); one word only when it stands alone.",
    "backchannels": "What the caller may say without taking the floor ('mm-hm').",
    "end_phrases": "Whole turns of the caller after which the agent says goodbye and hangs up.",
    "open_words": "Words that nobody ends a turn on ('and', 'the', 'my').",
    "closing_words": "Open words that end a turn after all: words before a full stop, phrases ('think so') always.",
    "stranded_words": "Open words that a question may end on ('where are you from'); many languages have none.",
    "hesitations": "Sounds that ask for patience ('um', 'let me see').",
    "fillers": "Of the hesitations, the sounds that never stand in what the caller has said ('um').",
    "number_words": "Further words for a digit, beside the language's own ('zero', 'oh').",
    "question_words": "First words of a question ('what', 'do'), for openers.",
    "request_words": "First words of a request ('please', 'I would like'), for openers.",
    "negations": "Words that take back what their clause says ('not', 'never'): it is then no promise.",
    "conditions": "Words after which a sentence says what may be, not what is ('if', 'as soon as').",
    "collect_words": "Words in the agent's question that announce a number or a spelling ('code', 'e-mail').",
}
OPENERS: Final = ("opener_question", "opener_request", "opener_statement")
MACHINE_MESSAGE: Final = "machine_message"
MAY_LACK: Final = (*OPENERS, MACHINE_MESSAGE)
"""Sentences that a language may lack: then none is said."""
SENTENCES: Final[Mapping[str, str]] = {
    "idle": "Said in turn when the caller is silent.",
    "goodbye": "Said before the agent hangs up.",
    "idle_goodbye": "Said when the caller was silent for too long, before the agent hangs up.",
    "warning": "Said before the longest call is reached.",
    "time_over": "Said when the longest call is reached, before the agent hangs up.",
    "filler": "Said in turn while a reply or a tool takes long.",
    "opener_question": "With `opener_s`: said in turn while the answer to a question is prepared.",
    "opener_request": "With `opener_s`: said in turn while a request is attended to.",
    "opener_statement": "With `opener_s`: said in turn behind anything else of the caller's.",
    "apology": "Said when a reply failed.",
    "repeat": "Said when the caller's voice was heard and no words were understood.",
    "deaf": "Said when the transcriber is lost for good, before the agent hangs up.",
    "failure_goodbye": "Said when replies failed again and again, before the agent hangs up.",
    "presence": "Asked when nobody seems to listen: a television, music, another machine.",
    "absent_goodbye": "Said when nobody answered that, before the agent hangs up.",
    "transfer": "Said before the call is transferred.",
    "transfer_failed": "Said when the call comes back because nobody answered there.",
    MACHINE_MESSAGE: "On calls that it places: left on an answering machine; without it the agent hangs up there.",
    "returned": "Said when the call comes back to the agent and no model can say it better.",
}
SWITCHES: Final[Mapping[str, bool]] = {"yes": True, "on": True, "no": False, "off": False}


class TurnTaking(BaseModel):
    """Patience, barge-in, silences, longest call: a preset, and any of its numbers set otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    preset: Literal["snappy", "balanced", "patient"] = Field(
        default="balanced", description="The set of numbers to start from."
    )

    def behaviour(self) -> Behaviour:
        """The complete numbers of a call."""
        chosen = self.model_dump(exclude={"preset"}, exclude_unset=True)
        return msgspec.structs.replace(PRESETS[self.preset], **chosen)

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        numbers = self.behaviour()
        for smaller, larger in ORDER:
            low, high = getattr(numbers, smaller), getattr(numbers, larger)
            if low >= high:
                raise ValueError(f"{smaller} ({low:g}) must be smaller than {larger} ({high:g})")
        return self


ORDER: Final = (
    ("duck_voice_s", "hush_voice_s"),
    ("hush_voice_s", "takeover_voice_s"),
    ("warn_before_s", "max_call_s"),
)
"""Pairs of `Behaviour` fields whose first must be the smaller: the steps of a barge-in, the warning before the end."""


class Phrases(BaseModel):
    """Sentences and word lists in place of the language's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def overrides(self) -> dict[str, Any]:
        """What replaces fields of the language's `Script`."""
        chosen = self.model_dump(exclude_unset=True)
        return {name: tuple(map(normalize, value)) if name in WORD_LISTS else value for name, value in chosen.items()}


def _turn_taking_fields() -> dict[str, Any]:
    info = msgspec.inspect.type_info(Behaviour)
    assert isinstance(info, msgspec.inspect.StructType)
    return {field.name: (_bounded(field.type), field.default) for field in info.fields}


def _as_switch(value: Any) -> Any:
    """YAML 1.2 reads `yes` as text; where only true or false can be meant it means true."""
    return SWITCHES.get(value.lower(), value) if isinstance(value, str) else value


def _bounded(kind: msgspec.inspect.Type) -> Any:
    """The field's type for pydantic, with the description and the bounds that the core states for it."""
    described = ""
    if isinstance(kind, msgspec.inspect.Metadata):
        described = str((kind.extra_json_schema or {}).get("description", ""))
        kind = kind.type
    match kind:
        case msgspec.inspect.BoolType():
            return Annotated[bool, BeforeValidator(_as_switch), Field(description=described)]
        case msgspec.inspect.IntType(ge=low, le=high):
            return Annotated[int, Field(ge=low, le=high, description=described)]
        case msgspec.inspect.FloatType(ge=low, le=high):
            return Annotated[float, Field(ge=low, le=high, description=described)]
        case msgspec.inspect.StrType(max_length=longest):
            return Annotated[str, Field(max_length=longest, description=described)]
        case _:
            raise AssertionError(f"turn_taking has no form for {kind}: add one")


def _phrase_fields() -> dict[str, Any]:
    info = msgspec.inspect.type_info(Script)
    assert isinstance(info, msgspec.inspect.StructType)
    lists = {field.name for field in info.fields if isinstance(field.type, msgspec.inspect.VarTupleType)}
    fields: dict[str, Any] = {}
    for name, described in {**SENTENCES, **WORD_LISTS}.items():
        several = tuple[Sentence, ...]
        shortest = 0 if name in WORD_LISTS else 1
        kind = Annotated[several, Field(min_length=shortest, max_length=LIST_ENTRIES)] if name in lists else Sentence
        # Only what is set is used, so the default is never read; None says "the language's own".
        fields[name] = (kind, Field(default=None, description=described, validate_default=False))
    return fields


TurnTakingBlock: Final[type[TurnTaking]] = create_model("TurnTaking", __base__=TurnTaking, **_turn_taking_fields())
"""`TurnTaking` with a field per field of `Behaviour`."""
PhrasesBlock: Final[type[Phrases]] = create_model("Phrases", __base__=Phrases, **_phrase_fields())
"""`Phrases` with a field per sentence and word list of `Script`."""
