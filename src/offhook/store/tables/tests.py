"""Tests of agents: calls that were copied, what is expected of them, and how they went."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String

from offhook.store.schema import Id, Json, Moment, Name, Nano, Words, scoped

AGENT_TESTS: Final = scoped(
    "agent_tests",
    Column("id", Id, primary_key=True),
    Column("agent_id", Id, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name, nullable=False),
    Column("script", Json, nullable=False),
    Column("expects", Json, nullable=False),
    Column("answers", Json, nullable=False),
    Column("variables", Json, nullable=False),
    Column("hearing", String(10), nullable=False),
    Column("left_out", Json, nullable=False),
    Column("call_id", Id),
    Column("created_by", Id, nullable=False),
    Column("created_by_name", Name, nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_agent_tests_agent", "workspace_id", "agent_id", "id"),
)
"""`script`: as `simulator.caller_script` has it; `expects`: as `platform.expectations`; `answers`: of its tools, by
name; `hearing`: `exact` or `agent`. `call_id`: the call that it was copied of; it stays when that is deleted."""

TEST_RUNS: Final = scoped(
    "test_runs",
    Column("id", Id, primary_key=True),
    Column("test_id", Id, ForeignKey("agent_tests.id", ondelete="CASCADE"), nullable=False),
    Column("agent_id", Id, nullable=False),
    Column("which", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Json, nullable=False),
    Column("files", Json, nullable=False),
    Column("status", String(10), nullable=False),
    Column("process_id", Id),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("results", Json, nullable=False),
    Column("trouble", Words, nullable=False, server_default=""),
    Column("made_call_id", Id),
    Column("cost_nano", Nano),
    Column("created_by", Id, nullable=False),
    Column("created_by_name", Name, nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Index("ix_test_runs_test", "workspace_id", "test_id", "id"),
    Index("ix_test_runs_status", "status", "id"),
)
"""Status: `queued running passed failed trouble`. `document` and `files`: the agent as it was when the run was asked
for. `results`: of each expectation, with it; `made_call_id`: the call that was made, a test call of the agent."""
