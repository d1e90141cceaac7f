"""What is learned from calls: figures that add up, questions nobody could answer, what a person has to do.

Figures outlive their calls: a call that is deleted has been paid for. They hold nobody's number and no words.
"""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, UniqueConstraint, text

from offhook.store.schema import Id, Json, Moment, Name, Nano, Words, scoped

GAP_BUCKETS: Final = 24
"""Gaps are counted by length, in so many columns: see `platform.gaps`."""
GAP_COLUMNS: Final = tuple(f"gap_{number}" for number in range(GAP_BUCKETS))
SUMS: Final = (
    "calls", "ms", "nano", "unpriced", "successes", "turns", "cut_ins", "barge_ins", "false_stops", "silences",
    "tool_runs", "tool_failures", "questions", "unkept", *GAP_COLUMNS,
)  # fmt: skip
"""What is counted of calls, in every table of figures. `ms`: of talk; `unpriced`: calls with a cost nobody knows."""
LOOKED_FOR: Final = (
    "questions", "unkept", "cut_ins", "barge_ins", "false_stops", "silences", "tool_runs", "tool_failures", "unpriced",
)  # fmt: skip
"""Calls that have at least one of these are listed."""
_BIG: Final = ("ms", "nano")


def _sums() -> list[Column[int]]:
    return [Column(name, Nano if name in _BIG else Integer, nullable=False, server_default="0") for name in SUMS]


def _kinds() -> list[Column[str]]:
    """By what calls are told apart, beside their agent and time."""
    names = [Column(name, String(80), nullable=False) for name in ("direction", "end_reason")]
    return [*names, *(Column(name, Name, nullable=False) for name in ("transcriber", "model", "voice"))]


def _having(name: str) -> Index:
    """The calls that have it, which may be few among a million."""
    some = text(f"{name} > 0")
    # Behind `ix_call_figures_all` by its name: before it has counted, SQLite takes the later one of two alike.
    return Index(f"ix_call_figures_{name}", "workspace_id", "call_id", sqlite_where=some, postgresql_where=some)


CALL_FIGURES: Final = scoped(
    "call_figures",
    Column("call_id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("agent_id", Id, nullable=False),
    Column("agent_version", Integer, nullable=False),
    *_kinds(),
    *_sums(),
    Index("ix_call_figures_at", "workspace_id", "at"),
    Index("ix_call_figures_all", "workspace_id", "call_id"),
    *(_having(name) for name in LOOKED_FOR),
)
"""One call that is over. Samples and tests have none."""

FIGURE_HOURS: Final = scoped(
    "figure_hours",
    Column("hour", Moment, nullable=False),
    Column("agent_id", Id, nullable=False),
    *_sums(),
    UniqueConstraint("workspace_id", "hour", "agent_id"),
)
"""The sums of an hour (UTC) of an agent."""

FIGURE_DAYS: Final = scoped(
    "figure_days",
    Column("day", Moment, nullable=False),
    Column("agent_id", Id, nullable=False),
    Column("agent_version", Integer, nullable=False),
    *_kinds(),
    *_sums(),
    UniqueConstraint(
        "workspace_id", "day", "agent_id", "agent_version", "direction", "end_reason", "transcriber", "model", "voice",
        name="uq_figure_days",
    ),
)  # fmt: skip
"""The sums of a day (UTC), told apart by all that calls are told apart by."""

COST_HOURS: Final = scoped(
    "cost_hours",
    Column("hour", Moment, nullable=False),
    Column("agent_id", Id, nullable=False),
    Column("component", String(20), nullable=False),
    Column("item", Name, nullable=False),
    Column("unit", String(40), nullable=False),
    Column("price_nano", Nano, nullable=False),
    Column("is_own_price", Boolean, nullable=False),
    Column("quantity", Nano, nullable=False, server_default="0"),
    Column("nano", Nano, nullable=False, server_default="0"),
    UniqueConstraint(
        "workspace_id", "hour", "agent_id", "component", "item", "unit", "price_nano", "is_own_price",
        name="uq_cost_hours",
    ),
)  # fmt: skip
"""What the calls that began in an hour (UTC) used of one thing at one price. `price_nano` -1: nobody knows it."""

QUESTIONS: Final = scoped(
    "questions",
    Column("id", Id, primary_key=True),
    Column("agent_id", Id, nullable=False),
    Column("status", String(20), nullable=False),
    Column("text", Words, nullable=False),
    Column("words", Words, nullable=False),
    Column("meaning", Json),
    Column("language", String(20), nullable=False),
    Column("times", Integer, nullable=False, server_default="0"),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("answer", Words, nullable=False, server_default=""),
    Column("answered_by", Name, nullable=False, server_default=""),
    Column("answered_at", Moment),
    Column("answer_version", Integer),
    Column("is_sample", Boolean, nullable=False),
    Index("ix_questions_list", "workspace_id", "status", "times", "id"),
    Index("ix_questions_agent", "workspace_id", "agent_id", "status", "last_at"),
)
"""A question that no source answered, however it was put. Status: `open`, `answered`, `dismissed`. `words`: what it
wants and its topics, as `same_question` compares them; `meaning`: where it lies among others, when the model for that
is there."""

QUESTION_MOMENTS: Final = scoped(
    "question_moments",
    Column("id", Id, primary_key=True),
    Column("question_id", Id, ForeignKey("questions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("call_id", Id, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("at_ms", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("said", Words, nullable=False),
    UniqueConstraint("call_id", "turn"),
)
"""Where it was asked: `at_ms` on the call's clock; `said` is what the agent said to it."""

TASKS: Final = scoped(
    "tasks",
    Column("id", Id, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("open_key", String(200)),
    Column("subject", String(200), nullable=False),
    Column("source", Id, nullable=False),
    Column("sentence", Words, nullable=False),
    Column("what_to_do", Words, nullable=False),
    Column("detail", Json, nullable=False),
    Column("agent_id", Id),
    Column("call_id", Id),
    Column("question_id", Id),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("owner_id", Id),
    Column("due_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("done_by", Name, nullable=False, server_default=""),
    Column("is_over", Boolean, nullable=False),
    UniqueConstraint("workspace_id", "open_key"),
    Index("ix_tasks_list", "workspace_id", "status", "id"),
    Index("ix_tasks_call", "workspace_id", "call_id"),
    Index("ix_tasks_source", "workspace_id", "source", "is_over"),
)
"""What needs a person. Status: `open`, `done`. `subject` says what it is about, so that one thing is one task:
`open_key` is the same while it is open, and null later. `source`: `call`, or the process that sees it now. `is_over`:
what made it is over by itself."""

VIEWS: Final = scoped(
    "views",
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("owner_name", Name, nullable=False),
    Column("page", String(40), nullable=False),
    Column("name", Name, nullable=False),
    Column("query", Json, nullable=False),
    Column("is_shared", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace_id", "owner_id", "page", "name"),
)
"""What somebody looks at again and again: a page's filters under a name. `owner_id`: of the user or key."""
