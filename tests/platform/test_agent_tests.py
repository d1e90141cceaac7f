"""A call is copied as a test, run against a draft, and says why it fails."""

import asyncio
from typing import Any

import pytest

from offhook.platform import running_tests
from offhook.store.tables.tests import TEST_RUNS
from tests.platform.conftest import Play
from tests.platform.test_samples import want
from tests.platform_world import World

QUICK = {"provider": "scripted", "first_token_s": 0.02, "token_s": 0.0}
RULES = [
    {"when": "message", "say": "One moment.", "tool": "take_message",
     "arguments": {"name": "Ann", "message": "a table for 4", "phone": "555 0100"}, "then": "So: {result}"},
    {"when": "sales", "say": "I connect you.", "tool": "transfer_call", "arguments": {"destination": "sales"}},
    {"when": "price", "say": "A room costs 80 euros."},
]  # fmt: skip
SALES = {"name": "sales", "when": "somebody wants to buy", "number": "+15550100200"}
DOCUMENT: dict[str, Any] = {
    "name": "Reception", "opening": {"text": "Harbour Hotel, good morning."}, "llm": {**QUICK, "rules": RULES},
    "tools": [{"type": "take_message"}, {"type": "transfer_call", "destinations": [SALES]}],
}  # fmt: skip
WAIT = {"wait": {"silent_s": 0.8}}
STEPS = [WAIT, {"say": "What is the price?"}, WAIT, {"say": "Please take a message."}, WAIT, {"hang_up": True}]


async def new_agent(world: World, document: dict[str, Any] = DOCUMENT) -> str:
    made = await world.client.post("/agents", json={"document": document})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def new_test(world: World, **body: Any) -> dict[str, Any]:
    made = await world.client.post("/tests", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def run(world: World, test: str, which: str = "draft") -> dict[str, Any]:
    """Its run, when it is over."""
    asked = await world.client.post(f"/tests/{test}/runs", json={"which": which})
    assert asked.status_code == 202 and asked.json()["status"] == "queued", asked.text
    async with asyncio.timeout(120):
        while not (found := await one(world, f"/tests/{test}/runs/{asked.json()['id']}"))["ended_at"]:
            await asyncio.sleep(0.1)
    return found


async def one(world: World, path: str) -> dict[str, Any]:
    found = await world.client.get(path)
    assert found.status_code == 200, found.text
    return dict(found.json())


async def samples(world: World) -> list[dict[str, Any]]:
    await want(world)
    await world.platform.samples.make()
    return list((await one(world, "/calls"))["data"])


def test_a_sample_call_is_copied_passes_and_says_why_it_fails(play_here: Play) -> None:
    async def act(world: World) -> None:
        saturday = (await samples(world))[0]
        test = await new_test(world, call_id=saturday["id"])
        assert test["agent_id"] == saturday["agent_id"] and test["call_id"] == saturday["id"]
        assert test["name"] == "Hi, are you open on Saturday?" and test["left_out"] == []
        over = next(step for step in test["steps"] if "barge_in" in step)
        assert "how long" in over["barge_in"] and 2.5 < over["after_s"] < 3.5
        expected = {one["kind"]: one for one in test["expects"]}
        assert "85 dollars" in [one["text"] for one in test["expects"] if one["kind"] == "said"]
        assert expected["ends"]["text"] == "agent.ended" and expected["gap"]["most_ms"] == 1_500
        world.platform.tryouts.start(lambda: 0.0)
        passed = await run(world, test["id"])
        assert passed["status"] == "passed", passed
        call = await one(world, f"/calls/{passed['call_id']}")
        assert call["kind"] == "test" and call["recording_bytes"] > 200_000 and call["metadata"]["test"] == test["id"]
        assert any(turn["interrupted"] for turn in call["turns"] if turn["role"] == "agent")
        assert passed["cost"] == {"amount": "0", "currency": "USD"}
        changed = [{"kind": "said", "text": "95 dollars"}, {"kind": "not_said", "text": "10 A.M."}]
        patched = await world.client.patch(
            f"/tests/{test['id']}", json={"expects": changed, "steps": test["steps"][:4]}
        )
        assert patched.status_code == 200, patched.text
        failed = await run(world, test["id"])
        assert failed["status"] == "failed", failed["trouble"]
        assert [one["is_met"] for one in failed["results"]] == [False, False]
        nearest, said = failed["results"]
        assert "85 dollars" in nearest["came"] and "10 a.m." in said["came"] and nearest["at_ms"] > said["at_ms"] > 0
        (listed,) = (await one(world, f"/tests?agent_id={test['agent_id']}"))["data"]
        assert listed["last_run"]["id"] == failed["id"]

    play_here(act)


def test_tools_are_not_done_and_a_transfer_ends_the_test(play_here: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world)
        world.platform.tryouts.start(lambda: 0.0)
        wanted = {"name": "ann", "message": "A table for 4"}
        expects = [{"kind": "tool", "text": "take_message", "arguments": wanted}, {"kind": "said", "text": "80 euros"},
                   {"kind": "ends", "text": "caller.hung_up"}, {"kind": "gap", "most_ms": 3_000},
                   {"kind": "said", "text": "it is full"}]  # fmt: skip
        test = await new_test(world, agent_id=agent, steps=STEPS, expects=expects,
                              answers={"take_message": "it is full"})  # fmt: skip
        done = await run(world, test["id"])
        assert done["status"] == "passed", done
        assert not list(world.platform.settings.data_dir.rglob("requests.jsonl"))
        fixed = {"name": "Sales", "steps": [WAIT, {"say": "Give me sales."}],
                 "expects": [{"kind": "tool", "text": "transfer_call", "arguments": {"destination": "sales"}},
                             {"kind": "no_tool", "text": "take_message"}]}  # fmt: skip
        moved = await new_test(world, agent_id=agent, **fixed)
        sold = await run(world, moved["id"])
        assert sold["status"] == "passed", sold
        every = await world.client.post(f"/agents/{agent}/test-runs", json={"which": "draft"})
        assert every.status_code == 202 and len(every.json()["data"]) == 2
        broken = await world.client.post(f"/agents/{agent}/test-runs", json={"which": "published"})
        assert broken.status_code == 409 and broken.json()["code"] == "agent.not_published"

    play_here(act)


def test_what_is_sent_is_checked_at_its_field(play_here: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world)

        async def refused(**body: Any) -> list[str]:
            answer = await world.client.post("/tests", json=body)
            assert answer.status_code == 422, answer.text
            return [flaw["pointer"] for flaw in answer.json()["errors"]]

        assert await refused(agent_id=agent) == ["/call_id"]
        assert await refused(agent_id=agent, steps=[{"dance": 1}]) == ["/steps/0"]
        assert await refused(agent_id=agent, steps=[{"say": "", "wav": "/etc/hostname"}]) == ["/steps/0/wav"]
        assert await refused(agent_id=agent, steps=[{"silence": 9_999}]) == ["/steps/0/silence"]
        expects = [{"kind": "said"}, {"kind": "gap"}]
        wrong = await refused(agent_id=agent, steps=STEPS, expects=expects)
        assert wrong == ["/expects/0/text", "/expects/1/most_ms"]
        for body in ({"call_id": "call_none"}, {"agent_id": "agent_none", "steps": STEPS}):
            assert (await world.client.post("/tests", json=body)).status_code == 404
        test = await new_test(world, agent_id=agent, steps=STEPS)
        assert test["name"] == "What is the price?" and test["hearing"] == "exact" and test["last_run"] is None
        gone = await world.client.delete(f"/tests/{test['id']}")
        assert gone.status_code == 204 and (await world.client.get(f"/tests/{test['id']}")).status_code == 404
        actions = [event["action"] for event in (await one(world, "/audit-events"))["data"]]
        assert "test.deleted" in actions and "test.created" in actions

    play_here(act)


def test_a_run_that_cannot_be_made_says_so_and_is_nobodys_when_its_process_dies(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world, {**DOCUMENT, "llm": {"provider": "openai", "model": "gpt-4o"}})
        test = await new_test(world, agent_id=agent, steps=STEPS)
        asked = await world.client.post(f"/tests/{test['id']}/runs")
        assert asked.status_code == 202, asked.text
        running = world.platform.tryouts._running
        taken = await running._claim()
        assert taken.id == asked.json()["id"] and await running._claim() is None
        for tries in (1, 2):
            assert await running.give_back("proc_other") == 0 and await running.give_back(running.process_id()) == 1
            state = (await one(world, f"/tests/{test['id']}/runs"))["data"][0]["status"]
            assert state == ("queued" if tries == 1 else "trouble")
            if tries == 1:
                assert (await running._claim()).tries == 1
        world.platform.tryouts.start(lambda: 0.0)
        lost = await run(world, test["id"])
        assert lost["status"] == "trouble" and "OPENAI_API_KEY" in lost["trouble"] and lost["call_id"] is None
        monkeypatch.setattr(running_tests, "WALL_S", 0.2)
        late = await run(world, test["id"])
        assert late["status"] == "trouble" and "not over" in late["trouble"]
        rows = await world.platform.store.read(world.workspace, lambda scope: scope.all(scope.select(TEST_RUNS.c.id)))
        assert len(rows) == 3

    play(act)


def test_while_calls_come_late_no_test_begins(play_here: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world)
        test = await new_test(world, agent_id=agent, steps=[WAIT, {"hang_up": True}])
        world.platform.tryouts.start(lambda: 1.0)
        asked = await world.client.post(f"/tests/{test['id']}/runs")
        await asyncio.sleep(0.3)
        assert (await one(world, f"/tests/{test['id']}/runs/{asked.json()['id']}"))["status"] == "queued"

    play_here(act)
