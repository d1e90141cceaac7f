"""Calls as the API shows them: in lists, and whole."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from offhook.api.kinds import Moment, Money
from offhook.platform.call_account import ending_in_words
from offhook.platform.calls import WholeCall

_CALL: Any = {
    "id": "call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", "agent_id": "agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", "agent_version": 3,
    "kind": "phone", "direction": "inbound", "status": "ended", "from": "+15005550006", "to": "+15005550001",
    "carrier_call_id": "CA0123456789abcdef0123456789abcdef", "started_at": "2026-11-28T13:52:54.120Z",
    "answered_at": "2026-11-28T13:52:54.120Z", "ended_at": "2026-11-28T13:54:10.420Z", "duration_ms": 76300,
    "end_reason": "caller.hung_up", "turn_count": 9, "gap_p50_ms": 612, "gap_p95_ms": 1040,
    "cost": {"amount": "0.0132", "currency": "USD"}, "variables": {}, "metadata": {}, "warnings": [],
    "is_sample": False,
}  # fmt: skip


_TURN: Any = {
    "number": 3, "role": "agent", "name": "", "turn": 1, "text": "We open at eight.", "unheard": "",
    "interrupted": False, "at_s": 4.31, "until_s": 5.87,
    "latency": {"gap_ms": 512, "first_sound_ms": 0, "speculated": True,
                "parts_ms": {"decision": 292, "transcript": 0, "brain": 110, "voice": 110, "sending": 0},
                "moments": {"ended_s": 3.798, "asked_s": 3.91, "token_s": 4.2, "audio_s": 4.31, "decided_s": 4.09,
                            "heard_s": 4.31}},
}  # fmt: skip
_RECORD: Any = {
    **{name: value for name, value in _CALL.items() if name != "warnings"},
    "agent_name": "Harbour Hotel", "offhook_version": "0.1.0", "providers": {"stt": ["deepgram nova-3"]},
    "participants": [{"role": "caller", "name": "+15005550006", "number": "", "from_s": 0.0}],
    "states": [{"status": "in_progress", "at_s": 0.0}, {"status": "ended", "at_s": 76.3}],
    "turns": [_TURN], "tools": [], "keys": [], "events": [], "warnings": [],
    "costs": [{"component": "stt", "item": "deepgram nova-3", "unit": "second", "quantity": 77, "is_own_price": False,
               "cost": {"amount": "0.00616", "currency": "USD"}, "price": {"amount": "0.00008", "currency": "USD"},
               "price_since": "2026-11-04T00:00:00.000Z"}],
    "promises": [{"said": "I have booked a table for four.", "at_s": 41.2, "turn": 3, "kind": "booked",
                  "kept_by": "book_table"}],
    "unanswered": [],
    "agent_heard_s": 31.4, "recording_bytes": 2441644, "is_whole": True,
    "ending": {"reason": "caller.hung_up", "says": "The caller hung up.", "what_to_do": "", "detail": ""},
}  # fmt: skip


class CallFacts(BaseModel):
    """What is told of a call in a list and in its record."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    agent_id: str | None
    agent_version: int | None = Field(description="Null: a draft.")
    kind: str = Field(description="`phone`, `browser`, or `test`: somebody tried a draft.")
    direction: str = Field(description="`inbound` or `outbound`.")
    status: str = Field(description="`scheduled`, `queued`, `ringing`, `in_progress`, `transferring` or `ended`.")
    from_number: str = Field(serialization_alias="from", validation_alias="from")
    to_number: str = Field(serialization_alias="to", validation_alias="to")
    carrier_call_id: str = Field(description="The carrier's own id of it; empty for a call without a carrier.")
    started_at: Moment
    answered_at: Moment | None
    ended_at: Moment | None
    duration_ms: int | None
    end_reason: str | None = Field(description="`who.what.detail`.")
    turn_count: int = Field(description="So many turns both parties had.")
    gap_p50_ms: int | None = Field(description="From the caller's last sound to the agent's first, as heard.")
    gap_p95_ms: int | None
    cost: Money | None = Field(description="All of which a price is known; null: of nothing, or it lives.")
    variables: dict[str, Any]
    metadata: dict[str, Any]
    is_sample: bool


class Call(CallFacts):
    """A call in a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CALL]})

    warnings: list[str] = Field(description="Codes; the record says them in words.")


class Participant(BaseModel):
    """Who took part."""

    role: str = Field(description="`caller`, `agent` or `person`.")
    name: str
    number: str = ""
    from_s: float


class State(BaseModel):
    """What the call was, from a moment on."""

    status: str
    at_s: float


class TurnMoments(BaseModel):
    """When what happened, in seconds on the call's clock; work may begin before the decision to answer."""

    ended_s: float = Field(description="The caller's last voiced sound.")
    asked_s: float = Field(description="Whatever replies was asked.")
    token_s: float | None = Field(description="The model's first token; null: there is no model.")
    audio_s: float | None = Field(description="The voice's first audio.")
    decided_s: float = Field(description="The caller's turn was over.")
    heard_s: float = Field(description="The reply's first frame.")


class Latency(BaseModel):
    """From the caller's last voiced sound to the agent's first, as heard."""

    gap_ms: int
    parts_ms: dict[str, int] = Field(
        description="Decision, transcript, brain, voice, sending: they add up to the gap.",
        examples=[{"decision": 292, "transcript": 0, "brain": 110, "voice": 110, "sending": 0}],
    )
    first_sound_ms: int = Field(description="To a short word before the reply; 0: there was none.")
    speculated: bool = Field(description="The reply was prepared before the caller's turn was known to be over.")
    moments: TurnMoments | None = Field(default=None, description="Null: the record is of before they were kept.")


class CallTurn(BaseModel):
    """All that one party said until the floor passed. Places are seconds on the call's clock."""

    number: int
    role: str = Field(description="`caller`, `agent` or `person`.")
    name: str = Field(default="", description="Of a person.")
    turn: int = Field(description="The caller's turns are counted from 1; an agent's has the number that it answers.")
    text: str = Field(description="Of the agent: what the caller heard.")
    unheard: str = Field(default="", description="What the agent would have gone on to say.")
    interrupted: bool = False
    at_s: float
    until_s: float
    latency: Latency | None = None


class ToolRun(BaseModel):
    """A tool that the agent used."""

    call: str
    name: str
    arguments: str = Field(description="JSON.")
    at_s: float
    outcome: str = Field(description="`running`, `done`, `failed` (without effect) or `unknown`.")
    answer: str
    took_ms: int | None


class Keys(BaseModel):
    """Keys that the caller pressed; secret ones are stars."""

    at_s: float
    turn: int
    keys: str


class CallEvent(BaseModel):
    """Something that happened, in words."""

    at_s: float
    kind: str
    text: str


class CallWarning(BaseModel):
    """What an owner should know of the call."""

    code: str
    says: str
    what_to_do: str
    times: int = 1


class CallPromise(BaseModel):
    """Something that the caller was told is done, or will be."""

    said: str
    at_s: float
    turn: int = Field(description="The caller's turn that it answers.")
    kind: str = Field(description="`booked changed canceled ordered sent noted call_back`, or `done` for the rest.")
    kept_by: str | None = Field(description="The tool that has done it; null: nothing in this call has.")


class UnansweredQuestion(BaseModel):
    """Something that the caller asked and no source answered."""

    turn: int = Field(description="Of the caller's, counted from 1.")
    at_s: float
    text: str = Field(description="In the caller's words.")


class CostLine(BaseModel):
    """What was used of one thing."""

    component: str = Field(description="`stt`, `llm`, `tts` or `carrier`.")
    item: str
    unit: str
    quantity: int
    cost: Money | None = Field(description="Null: no price is known.")
    price: Money | None = Field(description="Of one unit.")
    price_since: Moment | None
    is_own_price: bool
    is_estimate: bool = Field(default=False, description="A usual price: what is really paid may differ.")


class Ending(BaseModel):
    """Why a call ended."""

    reason: str
    says: str
    what_to_do: str
    detail: str = ""


class CallRecord(CallFacts):
    """All that is known of a call, on one clock: `at_s` is seconds since `started_at`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RECORD]})

    agent_name: str = ""
    offhook_version: str = ""
    providers: dict[str, list[str]] = Field(description="Who heard, thought and spoke; the first before those behind.")
    participants: list[Participant]
    states: list[State]
    turns: list[CallTurn]
    tools: list[ToolRun]
    keys: list[Keys]
    events: list[CallEvent]
    warnings: list[CallWarning]
    promises: list[CallPromise] = Field(description="What was said against what was done.")
    unanswered: list[UnansweredQuestion] = Field(description="Questions that no source answered.")
    costs: list[CostLine]
    agent_heard_s: float = Field(description="So much of the agent was played to the caller.")
    ending: Ending | None
    recording_bytes: int | None = Field(description="Null: there is none, or not yet.")
    is_whole: bool = Field(description="Nothing more will come: the record is folded.")


class Transcript(BaseModel):
    """What was said in a call."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"call_id": _CALL["id"], "turns": [_TURN]}]})

    call_id: str
    turns: list[CallTurn]


def call_values(row: Any) -> dict[str, Any]:
    """A row of the list as its model's fields."""
    return {
        "id": row.id, "agent_id": row.agent_id, "agent_version": row.agent_version, "kind": row.kind,
        "direction": row.direction, "status": row.status, "from": row.from_number, "to": row.to_number,
        "carrier_call_id": row.carrier_sid, "started_at": row.created_at, "answered_at": row.answered_at,
        "ended_at": row.ended_at, "duration_ms": row.duration_ms, "end_reason": row.end_reason, "turn_count": row.turns,
        "gap_p50_ms": row.gap_p50_ms, "gap_p95_ms": row.gap_p95_ms, "cost": _money(row.cost_nano),
        "variables": row.variables, "metadata": row.metadata, "warnings": row.warnings, "is_sample": row.is_sample,
    }  # fmt: skip


def call_of(row: Any) -> Call:
    """A row of the list."""
    return Call.model_validate(call_values(row))


def turn_of(turn: dict[str, Any]) -> CallTurn:
    """A turn as the store has it."""
    return CallTurn.model_validate(turn)


_LISTS: Final = ("participants", "states", "tools", "keys", "events", "promises", "unanswered")


def record_of(whole: WholeCall) -> CallRecord:
    """A whole record."""
    row, detail = whole.row, whole.detail
    ending = None
    if row.end_reason:
        ending = {"reason": row.end_reason, "detail": detail.get("end_detail", ""), **ending_in_words(row.end_reason)}
    lists = {name: detail.get(name, []) for name in _LISTS}
    return CallRecord.model_validate({
        **call_values(row), **lists,
        "agent_name": detail.get("agent_name", ""), "offhook_version": detail.get("offhook_version", ""),
        "providers": detail.get("providers", {}), "turns": whole.turns,
        "warnings": detail.get("warnings", []),
        "costs": [_cost(line) for line in detail.get("costs", [])],
        "agent_heard_s": detail.get("agent_heard_s", 0.0), "ending": ending,
        "recording_bytes": whole.objects.get("recording"), "is_whole": row.detail is not None,
    })  # fmt: skip


def _cost(line: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: line[name] for name in ("component", "item", "unit", "quantity", "is_own_price")},
        "is_estimate": line.get("is_estimate", False),
        "cost": _money(line["nano"]), "price": _money(line["price_nano"]),
        "price_since": line["price_since"] if line["price_nano"] is not None else None,
    }  # fmt: skip


def _money(nano: int | None) -> Money | None:
    return Money.of_nano(nano) if nano is not None else None
