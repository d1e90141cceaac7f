"""The samples of a first start: made once, marked, counted nowhere, gone by one request, and never anybody else's."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from offhook import clock
from offhook.platform.agent_documents import Around, judge
from offhook.platform.backup import make
from offhook.platform.platform import Platform
from offhook.platform.samples import packed
from offhook.platform.samples.samples import MADE, NOTES, REMOVED, SETTING, WANTED, document
from offhook.platform.tally import Subject, read
from offhook.store.schema import WORKSPACES
from offhook.store.scope import SYSTEM, Scope
from offhook.store.tables.calls import CALLS
from scripts.samples import check
from tests.platform_world import KINDS, World, new_database, settings_for

Play = Callable[[Any], Any]
REASONS = ["agent.ended", "caller.hung_up", "caller.hung_up", "caller.absent", "caller.silent"]


async def want(world: World, workspace: str = "") -> None:
    """As if this workspace had been made by a first start."""

    def job(connection: Connection) -> None:
        own = WORKSPACES.c.id == (workspace or world.workspace)
        connection.execute(update(WORKSPACES).where(own).values(settings={SETTING: WANTED}))

    await world.platform.store.write_wide(job)


async def state(world: World) -> Any:
    """How far the samples are."""

    def job(connection: Connection) -> Any:
        return connection.execute(select(WORKSPACES.c.settings).where(WORKSPACES.c.id == world.workspace)).scalar()

    return (await world.platform.store.read_wide(job)).get(SETTING)


async def data(world: World, path: str) -> Any:
    """What the API lists."""
    found = await world.client.get(path)
    assert found.status_code == 200, found.text
    return found.json()["data"]


def test_the_kept_calls_replay_on_todays_core() -> None:
    assert check() == []


def test_the_package_grows_by_little() -> None:
    assert sum(path.stat().st_size for path in packed.KEPT.iterdir()) < 1_500_000


@pytest.mark.parametrize("version", NOTES)
def test_the_sample_agent_can_be_published_as_it_stands(version: int) -> None:
    judged = judge(document(version), Around(frozenset({packed.FACTS.name})), clock.wall().date())
    assert judged.agent is not None and not judged.flaws
    if version == len(NOTES):
        chosen = [document()[kind]["provider"] for kind in ("stt", "llm", "tts")]
        assert chosen == ["local", "grounded", "local"], "no key"


def test_a_first_start_has_an_agent_and_calls_to_look_at(play: Play) -> None:
    async def act(world: World) -> None:
        await want(world)
        assert await world.platform.samples.make() == 1
        assert await state(world) == MADE
        (agent,) = await data(world, "/agents")
        assert agent["is_sample"] and agent["published_version"] == 2
        (known,) = await data(world, f"/agents/{agent['id']}/documents")
        assert known["name"] == packed.FACTS.name and known["is_used"]
        calls = await data(world, "/calls")
        assert [call["end_reason"] for call in calls] == REASONS
        assert all(call["is_sample"] and call["agent_id"] == agent["id"] for call in calls)
        ages_ms = [clock.wall_ms() - (clock.read_rfc3339(call["started_at"]) or 0) for call in calls]
        assert ages_ms == sorted(ages_ms) and ages_ms[0] > 3_600_000 and ages_ms[-1] > 3 * 86_400_000
        assert (
            await data(world, "/calls?is_sample=false") == [] and len(await data(world, "/calls?is_sample=true")) == 5
        )
        (found,) = await data(world, "/calls?q=cargo")
        await _is_whole(world, found["id"])
        await _shows_all_that_a_call_can_have(world, [call["id"] for call in calls])

    play(act)


async def _is_whole(world: World, call_id: str) -> None:
    for part in ("recording", "peaks", "transcript", "journal"):
        answer = await world.client.get(f"/calls/{call_id}/{part}")
        assert answer.status_code == 200 and len(answer.content) > 100, part
    journal = (await world.client.get(f"/calls/{call_id}/journal")).text
    assert call_id in journal.partition("\n")[0]


async def _shows_all_that_a_call_can_have(world: World, ids: list[str]) -> None:
    records = [(await world.client.get(f"/calls/{call_id}")).json() for call_id in ids]
    turns = [turn for record in records for turn in record["turns"]]
    cut = [turn for turn in turns if turn.get("unheard") and turn["interrupted"]]
    assert cut, "a barge-in with words that were not heard"
    late = [turn["latency"] for turn in turns if turn.get("latency")]
    assert late and all(sum(one["parts_ms"].values()) == one["gap_ms"] for one in late)
    assert [tool["outcome"] for record in records for tool in record["tools"]] == ["done"]
    assert any("I do not know that" in turn["text"] for turn in turns), "a question that it could not answer"
    assert any(event["kind"] == "provider_switched" for record in records for event in record["events"])
    assert [warning["code"] for record in records for warning in record["warnings"]] == ["llm.fell_back"]
    assert any(float(record["cost"]["amount"]) > 0 for record in records if record["cost"])


def test_two_processes_make_them_once(play_here: Play) -> None:
    async def act(world: World) -> None:
        await want(world)
        settings = world.platform.settings
        other = await Platform.open(settings)
        try:
            made = await asyncio.gather(world.platform.samples.make(), other.samples.make())
        finally:
            await other.stop()
        assert sorted(made) == [0, 1]
        assert len(await data(world, "/agents")) == 1 and len(await data(world, "/calls")) == 5
        assert await world.platform.samples.make() == 0, "a workspace that has them gets none"
        assert not list(settings.data_dir.glob("samples-*")), "nothing is left beside them"

    play_here(act)


def test_what_was_interrupted_is_made_by_the_next_start(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        await want(world)
        with monkeypatch.context() as broken:
            broken.setattr("offhook.platform.samples.samples.NAMES", ("nothing", *packed.NAMES[1:]))
            broken.setitem(packed.VERSIONS, "nothing", 2)
            world.platform.samples.start()
            assert world.platform.samples._task is not None
            await world.platform.samples._task
        assert await state(world) == WANTED and await data(world, "/agents") == []
        assert await world.platform.samples.make() == 1
        assert len(await data(world, "/calls")) == 5

    play_here(act)


def test_one_request_removes_them_and_nothing_else(play: Play) -> None:
    async def act(world: World) -> None:
        theirs, key = await world.other()
        await want(world)
        await want(world, theirs)
        assert await world.platform.samples.make() == 2
        mine = await world.client.post("/agents", json={"document": {"name": "Mine"}})
        for _ in range(2):
            gone = await world.client.delete("/samples")
            assert gone.status_code == 204 and not gone.content
        assert [agent["id"] for agent in await data(world, "/agents")] == [mine.json()["id"]]
        assert await data(world, "/calls") == [] and await data(world, "/calls?q=cargo") == []
        assert await state(world) == REMOVED and await world.platform.samples.make() == 0
        objects = [one async for one in world.platform.objects.keys(f"{world.workspace}/calls/")]
        assert objects == []
        headers = world.as_key(key)
        assert len((await world.client.get("/calls", headers=headers)).json()["data"]) == 5
        assert len((await world.client.get("/agents", headers=headers)).json()["data"]) == 1
        done = await data(world, "/audit-events?action=call.deleted")
        assert len(done) == 5 and {event["actor"]["kind"] for event in done} == {"api_key"}
        assert len(await data(world, "/audit-events?action=agent.deleted")) == 1

    play(act)


def test_who_may_not_write_removes_nothing(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await world.platform.api_keys.create(world.workspace, "reads", ["calls:read", "calls:write"], SYSTEM)
        answer = await world.client.delete("/samples", headers=world.as_key(made.text))
        assert answer.status_code == 403

    play_here(act)


def test_a_sample_agent_that_was_changed_is_the_owners(play_here: Play) -> None:
    async def act(world: World) -> None:
        await want(world)
        await world.platform.samples.make()
        (agent,) = await data(world, "/agents")
        patched = await world.client.patch(
            f"/agents/{agent['id']}",
            json={"document": {"name": "Ours"}},
            headers={"If-Match": f'"{agent["revision"]}"'},
        )
        assert patched.status_code == 200, patched.text
        assert (await world.client.delete("/samples")).status_code == 204
        (kept,) = await data(world, "/agents")
        assert kept["name"] == "Ours" and not kept["is_sample"]
        assert len(await data(world, f"/agents/{agent['id']}/documents")) == 1 and await data(world, "/calls") == []

    play_here(act)


def test_samples_are_in_no_figure_of_the_owners(play_here: Play) -> None:
    async def act(world: World) -> None:
        await want(world)
        await world.platform.samples.make()
        platform = world.platform
        at = clock.wall_ms()
        known, _ = await platform.store.read(
            world.workspace, lambda scope: read(scope, at, {"": "UTC"}, [], callers=True)
        )
        assert set(known.sums) == {Subject(world.workspace)}
        whole = known.sums[Subject(world.workspace)].figures
        assert (whole.calls_day, whole.ms_month, whole.nano_month) == (0, 0, 0)
        shield = platform.gate_house.shield
        await shield.refresh()
        assert shield._means == {}
        manifest = (await asyncio.to_thread(make, platform.settings, platform.settings.data_dir / "b.zip")).manifest
        assert manifest.tables["calls"] == 5 and manifest.calls == 0
        # The days for which calls are kept are those of calls that were.
        assert not [row for row in await platform.store.read(world.workspace, _due) if row.delete_at is not None]

    play_here(act)


def _due(scope: Scope) -> Any:
    return scope.all(scope.select(CALLS.c.delete_at))


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_first_start_wants_them(kind: str, tmp_path: Path) -> None:
    url = new_database(kind, tmp_path)

    async def main() -> None:
        platform = await Platform.open(settings_for(url, tmp_path))
        try:
            firsts = await asyncio.gather(*(platform.first_workspace(with_samples=True) for _ in range(2)))
            await platform.snapshot.settle()
            known = platform.snapshot.workspace(firsts[0])
            assert firsts[0] == firsts[1] and known is not None and known.settings == {SETTING: WANTED}
        finally:
            await platform.stop()

    asyncio.run(main())


def test_a_workspace_that_is_there_gets_none(play_here: Play) -> None:
    async def act(world: World) -> None:
        assert await world.platform.first_workspace(with_samples=True) == world.workspace
        assert await state(world) is None and await world.platform.samples.make() == 0

    play_here(act)
