"""`/v1/tests`: calls that were copied and scripts that were written, run against drafts and versions."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from offhook.api.agents import AgentId, Reads, ThePlatform, Writes
from offhook.api.auth import needs
from offhook.api.idempotency import Once
from offhook.api.kinds import Page
from offhook.api.pages import Part, part
from offhook.api.rehearsals import number_of
from offhook.api.test_models import AgentTest, NewTest, RunWish, TestPatch, TestRun
from offhook.platform.callers import Caller

router = APIRouter(prefix="/tests", tags=["Tests"], route_class=Once)
agent_router = APIRouter(prefix="/agents/{agent_id}/test-runs", tags=["Tests"], route_class=Once)

TestId = Annotated[str, Path(max_length=40, examples=["test_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])]
RunId = Annotated[str, Path(max_length=40, examples=["run_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])]
Copies = Annotated[Caller, Depends(needs("agents:write", "calls:read"))]
ThePart = Annotated[Part, Depends(part)]


@router.get("", operation_id="list_tests")
async def list_tests(
    caller: Reads,
    platform: ThePlatform,
    asked: ThePart,
    agent_id: Annotated[str, Query(max_length=40, description="Of this agent alone.")] = "",
) -> Page[AgentTest]:
    """The tests of an agent, or of all, newest first, each with its last run."""
    found = await platform.tryouts.tests.every(caller.workspace, agent_id, asked.ask, asked.after)
    shown = [AgentTest.of(one) for one in found[: asked.limit]]
    return Page(data=shown, next=asked.next_of([one.row for one in found]))


@router.post("", operation_id="create_test", status_code=201)
async def create_test(body: NewTest, caller: Copies, platform: ThePlatform) -> AgentTest:
    """Copy a call as a test, or keep a script. Of a call, what is expected is proposed from what happened in it: look
    it through. The caller's words stay in the test when the call is deleted."""
    tests = platform.tryouts.tests
    if not body.call_id:
        return AgentTest.of(await tests.create(caller.workspace, body.agent_id, body.written(), caller.actor))
    kept = await tests.copy(caller.workspace, body.call_id, body.name or "", caller.actor)
    script: Mapping[str, Any] = kept.row.script
    if changes := body.columns(script):
        kept = await tests.change(caller.workspace, kept.row.id, changes, caller.actor)
    return AgentTest.of(kept)


@router.get("/{test_id}", operation_id="get_test")
async def get_test(test_id: TestId, caller: Reads, platform: ThePlatform) -> AgentTest:
    """One of them."""
    return AgentTest.of(await platform.tryouts.tests.get(caller.workspace, test_id))


@router.patch("/{test_id}", operation_id="patch_test")
async def patch_test(test_id: TestId, body: TestPatch, caller: Writes, platform: ThePlatform) -> AgentTest:
    """Change it: what is not sent stays, lists are replaced."""
    tests = platform.tryouts.tests
    script: Mapping[str, Any] = (await tests.get(caller.workspace, test_id)).row.script
    return AgentTest.of(await tests.change(caller.workspace, test_id, body.columns(script), caller.actor))


@router.delete("/{test_id}", operation_id="delete_test", status_code=204)
async def delete_test(test_id: TestId, caller: Writes, platform: ThePlatform) -> None:
    """Forget it and its runs. The calls that they made go by themselves after 30 days."""
    await platform.tryouts.tests.delete(caller.workspace, test_id, caller.actor)


@router.post("/{test_id}/runs", operation_id="run_test", status_code=202)
async def run_test(test_id: TestId, caller: Writes, platform: ThePlatform, body: RunWish | None = None) -> TestRun:
    """Have it run: a call of the simulated caller, in a process that yields to calls that live. Tools with effects are
    not done. Look at the run again until it has `ended_at`; the stream tells of changes of kind `test`."""
    which = number_of((body or RunWish()).which)
    return TestRun.of(await platform.tryouts.tests.run(caller.workspace, test_id, which, caller.actor))


@router.get("/{test_id}/runs", operation_id="list_test_runs")
async def list_test_runs(test_id: TestId, caller: Reads, platform: ThePlatform, asked: ThePart) -> Page[TestRun]:
    """Its last 20 runs, newest first."""
    rows = await platform.tryouts.tests.runs(caller.workspace, test_id, asked.ask, asked.after)
    return Page(data=[TestRun.of(row) for row in rows[: asked.limit]], next=asked.next_of(rows))


@router.get("/{test_id}/runs/{run_id}", operation_id="get_test_run")
async def get_test_run(test_id: TestId, run_id: RunId, caller: Reads, platform: ThePlatform) -> TestRun:
    """One run: what was expected, and what came."""
    return TestRun.of(await platform.tryouts.tests.get_run(caller.workspace, test_id, run_id))


@agent_router.post("", operation_id="run_agent_tests", status_code=202)
async def run_agent_tests(
    agent_id: AgentId, caller: Writes, platform: ThePlatform, body: RunWish | None = None
) -> Page[TestRun]:
    """Have all tests of an agent run, one behind the other."""
    which = number_of((body or RunWish()).which)
    rows = await platform.tryouts.tests.run_all(caller.workspace, agent_id, which, caller.actor)
    return Page(data=[TestRun.of(row) for row in rows])
