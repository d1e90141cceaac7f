"""kill -9 at each step of a delivery: nothing is lost, nothing done twice but what nobody could know was done."""

import asyncio
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from tests import killed_worker
from tests.platform_world import World, in_world, new_database
from tests.webhook_world import Receiver


@pytest.mark.parametrize("point", killed_worker.POINTS)
def test_a_process_that_is_killed_is_followed_by_another(tmp_path: Path, point: str) -> None:
    url = new_database("sqlite", tmp_path)
    fresh = multiprocessing.get_context("forkserver")
    fresh.set_forkserver_preload(["tests.killed_worker", "dbos"])

    def worker(workspace: str, point: str) -> Any:
        process = fresh.Process(target=killed_worker.run, args=(url, tmp_path, workspace, point), daemon=True)
        process.start()
        return process

    async def act(world: World) -> None:
        async with Receiver() as receiver:
            made = (await world.client.post("/webhooks", json={"url": receiver.url})).json()
            receiver.answers.append((500, {}))
            first = worker(world.workspace, point)
            await asyncio.to_thread(first.join, 30)
            assert first.exitcode == -9
            second = worker(world.workspace, "")
            try:
                async with asyncio.timeout(30):
                    path = f"/webhooks/{made['id']}/deliveries"
                    while (one := (await world.client.get(path)).json()["data"][0])["status"] != "delivered":
                        await asyncio.sleep(0.05)
                await asyncio.sleep(0.5)
            finally:
                second.kill()
                await asyncio.to_thread(second.join, 10)
        # One was answered 500 and one 200; in "sent" nobody wrote the 500 down, so that it was made once more.
        assert len(receiver.got) == 2
        assert one["attempts"] == (1 if point == "sent" else 2)
        assert {got.headers["webhook-id"] for got in receiver.got} == {one["event_id"]}

    in_world(url, tmp_path, act, private_hosts=("127.0.0.1",))
