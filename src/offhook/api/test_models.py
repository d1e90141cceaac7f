"""Tests of agents as the API has them: what is sent, and what is shown."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from offhook.agents.model import TOOLS
from offhook.api.browser_calls import VARIABLES, Name, Value
from offhook.api.kinds import Moment, Money
from offhook.api.rehearsals import Answer, Which
from offhook.api.texts import Key, PlainName
from offhook.platform.agent_tests import Kept, Written
from offhook.platform.expectations import Expects
from offhook.platform.problems import Flaw, Invalid
from offhook.platform.snapshot import DRAFTS_FROM
from offhook.simulator.caller_script import CallerScript

MOST_STEPS: Final = 400
MOST_EXPECTED: Final = 60
LONGEST_SAID: Final = 2_000
"""Of one step."""
STEPS: Final[Any] = [
    {"wait": {"silent_s": 0.8}}, {"say": "When do you open?"}, {"wait": {"silent_s": 1.5}}, {"hang_up": True},
]  # fmt: skip
_EXPECTED: Final[Any] = {"kind": "said", "text": "9 a.m."}
_RUN: Final[dict[str, Any]] = {
    "id": "run_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", "test_id": "test_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", "which": "draft",
    "revision": 4,
    "status": "failed", "trouble": "", "call_id": "call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C",
    "cost": {"amount": "0", "currency": "USD"}, "created_by_name": "Ann", "created_at": "2026-11-28T13:52:54.120Z",
    "started_at": "2026-11-28T13:52:54.300Z", "ended_at": "2026-11-28T13:52:59.300Z",
    "results": [{"expected": _EXPECTED, "is_met": False, "came": "We open at ten.", "at_ms": 5_800}],
}  # fmt: skip
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Hearing = Annotated[
    Literal["exact", "agent"],
    Field(description="`exact`: the caller's words are heard as they are written. `agent`: by the agent's own "
          "transcriber, and spoken with its own voice."),
]  # fmt: skip


class Expectation(BaseModel):
    """Something that a test expects of the call."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXPECTED]})

    kind: Expects = Field(
        description="`said`, `not_said`: the agent says these words somewhere, or nowhere. `tool`, `no_tool`: it calls "
        "this tool, or does not. `ends`: why the call ends. `gap`: no reply comes later."
    )
    text: Words = Field(default="", description="Words; the name of a tool; the reason of an end, as `end_reason`.")
    arguments: dict[Name, Any] | None = Field(
        default=None, max_length=50, description="Of a tool: these at least. Texts count as they sound."
    )
    most_ms: int | None = Field(default=None, ge=100, le=60_000, description="The longest gap.")

    def kept(self) -> dict[str, Any]:
        """For the store."""
        return self.model_dump(mode="json", exclude_defaults=True)


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: PlainName | None = Field(default=None, description="Default: the caller's first words.")
    steps: list[dict[str, Any]] | None = Field(
        default=None, min_length=1, max_length=MOST_STEPS, examples=[STEPS],
        description="What the caller does, step by step, as a script of `offhook call --script` has it; without `wav`.",
    )  # fmt: skip
    background_db: float | None = Field(
        default=None, ge=-90.0, le=-20.0, description="Noise under everything that the caller says."
    )
    expects: list[Expectation] | None = Field(default=None, max_length=MOST_EXPECTED)
    answers: dict[Name, Answer] | None = Field(
        default=None, max_length=TOOLS, description="What tools are taken to have answered, by their names."
    )
    variables: dict[Name, Value] | None = Field(
        default=None, max_length=VARIABLES, description="Values for the agent's variables."
    )
    hearing: Hearing | None = None

    def columns(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """What is sent, as the store has it; `before`: the script so far. Raises `Invalid`."""
        sent = self.model_dump(exclude_unset=True, exclude={"steps", "background_db", "expects", "call_id", "agent_id"})
        columns = {name: value for name, value in sent.items() if value is not None}
        if self.expects is not None:
            _check_expected(self.expects)
            columns["expects"] = [one.kept() for one in self.expects]
        script = dict(before)
        if self.steps is not None:
            script["steps"] = self.steps
        if "background_db" in self.model_fields_set:
            script["background_db"] = self.background_db
        if script != before:
            _check_script(script)
            columns["script"] = script
        return columns


class NewTest(_Fields):
    """A test: of a call, or of a script."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"agent_id": "agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", "name": "Opening hours", "steps": STEPS,
                 "expects": [_EXPECTED]},
            ]
        },
    )  # fmt: skip

    call_id: Key = Field(
        default="", description="Copy this call: what the caller did, and what the agent did as what is expected.",
        examples=[""],
    )  # fmt: skip
    agent_id: Key = Field(
        default="", description="Whose test it is; of a call it is the one that took it.",
        examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"],
    )  # fmt: skip

    def written(self) -> Written:
        """A test that somebody wrote. Raises `Invalid`."""
        if not self.agent_id or self.steps is None:
            raise Invalid([Flaw("/call_id", "give `call_id`, or `agent_id` with `steps`", "missing")])
        columns = self.columns({})
        return Written(**{"name": _first_said(self.steps), **columns})


class TestPatch(_Fields):
    """What of a test is to be another."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"expects": [{"kind": "gap", "most_ms": 1_500}]}]}
    )


class RunWish(BaseModel):
    """Against what."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"which": "draft"}]})

    which: Which = "draft"


class Result(BaseModel):
    """What became of an expectation."""

    expected: Expectation
    is_met: bool
    came: str = Field(
        description="Where it was found or what came in its place: words of the agent, the arguments of the tool, the "
        "end's reason, milliseconds; empty: nothing like it."
    )
    at_ms: int | None = Field(description="Where in the call.")


class TestRun(BaseModel):
    """One call of a test."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RUN]})

    id: str
    test_id: str
    which: str = Field(description="The agent as it was when the run was asked for: `draft`, `published`, a number.")
    revision: int | None = Field(description="Of the draft that was called; null: it was a version.")
    status: Literal["queued", "running", "passed", "failed", "trouble"] = Field(
        description="`trouble`: there was no call that could be judged."
    )
    trouble: str
    results: list[Result]
    call_id: str | None = Field(description="The call that was made; null: there is none, or no more.")
    cost: Money | None
    created_by_name: str
    created_at: Moment
    started_at: Moment | None
    ended_at: Moment | None

    @classmethod
    def of(cls, row: Any) -> "TestRun":
        """From the store's row."""
        cost = Money.of_nano(row.cost_nano) if row.cost_nano is not None else None
        revision = row.version - DRAFTS_FROM if row.version >= DRAFTS_FROM else None
        return cls.model_validate({**row._mapping, "cost": cost, "revision": revision})


class AgentTest(BaseModel):
    """A caller's script with what is expected, and how it went last."""

    id: str = Field(examples=["test_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    agent_id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    name: str = Field(examples=["When do you open?"])
    steps: list[dict[str, Any]] = Field(examples=[STEPS])
    background_db: float | None
    expects: list[Expectation]
    answers: dict[str, str] = Field(examples=[{"free_rooms": "two rooms with a view"}])
    variables: dict[str, Any]
    hearing: Hearing
    left_out: list[str] = Field(description="What of the call a script cannot hold, in words.", examples=[[]])
    call_id: str | None = Field(description="The call that it was copied of.")
    last_run: TestRun | None
    created_by_name: str = Field(examples=["Ann"])
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, kept: Kept) -> "AgentTest":
        """From the store's rows."""
        row, run = kept.row, kept.last_run
        return cls.model_validate(
            {
                **row._mapping, "steps": row.script["steps"], "background_db": row.script.get("background_db"),
                "last_run": TestRun.of(run) if run is not None else None,
            }
        )  # fmt: skip


def _check_expected(expected: list[Expectation]) -> None:
    flaws = []
    for number, one in enumerate(expected):
        if one.kind is Expects.GAP and one.most_ms is None:
            flaws.append(Flaw(f"/expects/{number}/most_ms", "say how long the longest gap may be", "missing"))
        if one.kind is not Expects.GAP and not one.text:
            flaws.append(Flaw(f"/expects/{number}/text", "say what is expected", "missing"))
    if flaws:
        raise Invalid(flaws)


def _check_script(script: Mapping[str, Any]) -> None:
    flaws = []
    for number, step in enumerate(script["steps"]):
        if "wav" in step:
            flaws.append(Flaw(f"/steps/{number}/wav", "a test has words, no recordings", "invalid"))
        if len(str(step)) > LONGEST_SAID:
            flaws.append(Flaw(f"/steps/{number}", "this step is too long", "too_long"))
    try:
        CallerScript.model_validate(script)
    except ValidationError as error:
        for one in error.errors(include_url=False)[:20]:
            # A step's kind stands twice in the place.
            place = [str(part) for at, part in enumerate(one["loc"]) if at == 0 or part != one["loc"][at - 1]]
            if place != ["steps"]:  # There are too few of them, since one is wrong.
                flaws.append(Flaw("/" + "/".join(place), one["msg"], str(one["type"])))
    if flaws:
        raise Invalid(flaws)


def _first_said(steps: list[dict[str, Any]]) -> str:
    said = next((step["say"] for step in steps if isinstance(step.get("say"), str)), "")
    return said[:80] or "A test"
