"""Two processes do the same thing at the same moment: it is done once, and nobody fails for it."""

import asyncio
from pathlib import Path

import yaml

from offhook.platform.files import FileAgents
from tests.insight_world import got, sent
from tests.platform.conftest import Play
from tests.platform_world import World
from tests.wire.test_transfer_served import agent_that


def test_a_file_is_one_agent_for_all_processes_and_its_change_one_version(play: Play, tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"

    async def act(world: World) -> None:
        file.write_text(yaml.safe_dump(agent_that()))
        every = [FileAgents(world.platform.store, world.workspace, file) for _ in range(4)]
        found = await asyncio.gather(*(one.adopt() for one in every))
        (agent_id,) = {key for one in found for key in one.values()}
        assert [one["id"] for one in (await got(world, "/agents"))["data"]] == [agent_id]
        file.write_text(yaml.safe_dump(agent_that("One moment.")))
        await asyncio.gather(*(one.adopt() for one in every))
        assert [one["number"] for one in (await got(world, f"/agents/{agent_id}/versions"))["data"]] == [2, 1]

    play(act)


def test_people_who_publish_at_once_make_a_version_each(play: Play) -> None:
    async def act(world: World) -> None:
        made = await sent(world, "/agents", {"document": agent_that()}, 201)
        path = f"/agents/{made['id']}"

        async def publish(prompt: str) -> int:
            changed = await world.client.patch(path, json={"document": {"prompt": prompt}})
            assert changed.status_code in (200, 412), "who was slower is told so"
            answer = await world.client.post(f"{path}/publish", json={})
            return answer.status_code

        statuses = await asyncio.gather(*(publish(f"You are number {number}.") for number in range(6)))
        # A draft that was changed while it was being published is not what its publisher saw.
        assert set(statuses) <= {200, 201, 412}
        assert set(statuses) != {412}
        numbers = [one["number"] for one in (await got(world, f"{path}/versions"))["data"]]
        assert numbers == sorted(set(numbers), reverse=True) and numbers[-1] == 1
        assert (await got(world, path))["published_version"] == numbers[0]

    play(act)
