"""`Idempotency-Key`: what is sent twice is done once, whoever sends it, whatever became of the first one."""

import asyncio
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from sqlalchemy import func, select

from offhook import clock
from offhook.api.app import create_api
from offhook.api.idempotency import Once
from offhook.platform import idempotency
from offhook.platform.problems import Conflict
from offhook.store.tables.people import IDEMPOTENCY
from tests.people_world import office
from tests.platform.conftest import Play
from tests.platform_world import World


def keyed(key: str, **headers: str) -> dict[str, str]:
    return {"Idempotency-Key": key, **headers}


class Wish(BaseModel):
    """What the trial's route takes."""

    how: str


class Trial:
    """A route that does as it is told, in the API of a world."""

    def __init__(self, world: World) -> None:
        self.done, self.go = 0, asyncio.Event()
        router = APIRouter(route_class=Once)

        @router.post("/trial", status_code=201)
        async def trial(wish: Wish) -> dict[str, Any]:
            self.done += 1
            if wish.how == "waits":
                await self.go.wait()
            if wish.how == "conflict":
                raise Conflict("it does not fit", code="trial.conflict")
            if wish.how == "fails":
                raise RuntimeError("a fault")
            if wish.how == "long":
                return {"text": "x" * idempotency.LONGEST_ANSWER}
            return {"done": self.done}

        self.app: FastAPI = create_api(world.platform)
        self.app.router.routes[:0] = router.routes
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://test", headers=world.as_key(world.key))

    async def send(self, how: str, key: str = "a", **headers: str) -> httpx2.Response:
        return await self.client.post("/trial", json={"how": how}, headers=keyed(key, **headers))


def test_the_same_once_more_gets_the_first_answer(play: Play) -> None:
    async def act(world: World) -> None:
        wish = {"name": "crm", "scopes": ["calls:read"]}
        first, second, third = [await world.client.post("/api-keys", json=wish, headers=keyed("k-1")) for _ in range(3)]
        assert first.status_code == second.status_code == 201
        assert first.content == second.content == third.content and first.json()["key"].startswith("oh_")
        assert "idempotent-replayed" not in first.headers and second.headers["idempotent-replayed"] == "true"
        assert second.headers["content-type"] == first.headers["content-type"]
        names = [key["name"] for key in (await world.client.get("/api-keys")).json()["data"]]
        assert names.count("crm") == 1
        for other in ({**wish, "name": "other"}, {**wish, "scopes": []}):
            answer = await world.client.post("/api-keys", json=other, headers=keyed("k-1"))
            assert answer.status_code == 422 and answer.json()["code"] == "idempotency.other_body"
        assert (await world.client.post("/api-keys", json=wish, headers=keyed("k-2"))).content != first.content
        assert (await world.client.post("/api-keys", json=wish)).content != first.content

    play(act)


def test_what_is_shown_once_is_not_in_the_database(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await world.client.post("/api-keys", json={"name": "crm"}, headers=keyed("k-1"))
        rows = await world.platform.store.read_wide(lambda connection: connection.execute(select(IDEMPOTENCY)).all())
        assert len(rows) == 1 and rows[0].answer and made.json()["key"] not in str(tuple(rows[0]))
        assert "k-1" not in str(tuple(rows[0])) and world.key not in str(tuple(rows[0]))

    play_here(act)


def test_of_many_at_once_one_is_done_and_the_others_are_told_to_wait(play: Play) -> None:
    async def act(world: World) -> None:
        trial = Trial(world)
        first = asyncio.ensure_future(trial.send("waits"))
        while not trial.done:
            await asyncio.sleep(0.005)
        others = await asyncio.gather(*(trial.send("waits") for _ in range(5)))
        assert {one.status_code for one in others} == {409}
        assert others[0].json()["code"] == "idempotency.running" and others[0].headers["retry-after"] == "1"
        trial.go.set()
        assert (await first).json() == {"done": 1} and (await trial.send("waits")).json() == {"done": 1}
        assert trial.done == 1

    play(act)


@pytest.mark.parametrize(
    ("how", "status", "done"), [("conflict", 409, 1), ("works", 201, 1), ("fails", 500, 2), ("long", 201, 1)]
)
def test_what_is_kept_of_each_kind_of_answer(play_here: Play, how: str, status: int, done: int) -> None:
    async def act(world: World) -> None:
        trial = Trial(world)
        first, second = await trial.send(how), await trial.send(how)
        assert first.status_code == status and trial.done == done
        if how == "long":
            assert second.status_code == 409 and second.json()["code"] == "idempotency.answer_not_kept"
        elif status < 500:
            assert second.content == first.content and second.headers["idempotent-replayed"] == "true"
        else:
            assert second.status_code == status and "idempotent-replayed" not in second.headers

    play_here(act)


def test_a_body_that_does_not_fit_is_answered_alike_again(play_here: Play) -> None:
    async def act(world: World) -> None:
        trial = Trial(world)
        first, second = [await trial.client.post("/trial", json={"what": 1}, headers=keyed("a")) for _ in range(2)]
        assert first.status_code == second.status_code == 422 and first.content == second.content
        assert (await trial.client.post("/trial", content=b"{", headers=keyed("b"))).status_code == 422
        assert trial.done == 0

    play_here(act)


def test_what_was_cut_off_is_neither_done_again_nor_forgotten(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        trial = Trial(world)
        first = asyncio.ensure_future(trial.send("waits"))
        while not trial.done:
            await asyncio.sleep(0.005)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        at = clock.wall_ms
        monkeypatch.setattr(clock, "wall_ms", lambda: at() + idempotency.RUNS_MS)
        answer = await trial.send("waits")
        assert answer.status_code == 409 and answer.json()["code"] == "idempotency.unknown" and trial.done == 1
        assert "retry-after" not in answer.headers

    play_here(act)


def test_after_a_day_it_is_forgotten(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        trial = Trial(world)
        for key in ("a", "b", "c"):
            await trial.send("works", key)
        at = clock.wall_ms
        monkeypatch.setattr(clock, "wall_ms", lambda: at() + 24 * 3_600_000 - 60_000)
        assert (await trial.send("works", "a")).json() == {"done": 1}
        monkeypatch.setattr(clock, "wall_ms", lambda: at() + 26 * 3_600_000)
        assert (await trial.send("works", "a")).json() == {"done": 4}
        count = select(func.count()).select_from(IDEMPOTENCY)
        kept = await world.platform.store.read_wide(lambda connection: connection.execute(count).scalar())
        assert kept == 1

    play(act)


def test_another_sender_is_another_request(play: Play) -> None:
    async def act(world: World) -> None:
        trial = Trial(world)
        _, theirs = await world.other()
        second = (await world.client.post("/api-keys", json={"name": "b"})).json()["key"]
        answers = [await trial.send("works", **headers) for headers in ({}, world.as_key(theirs), world.as_key(second))]
        assert [one.json() for one in answers] == [{"done": 1}, {"done": 2}, {"done": 3}]
        assert (await trial.send("works", **world.as_key("oh_nobody"))).status_code == 401

    play(act)


def test_who_may_do_less_by_now_is_not_given_what_was_answered_before(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            ann = await here.invited(owner, "ann@example.com", "owner")
            made = await ann.post("/api-keys", json={"name": "a"}, headers=keyed("k"))
            assert made.status_code == 201
            (anns,) = [one["id"] for one in (await owner.get("/members")).json()["data"] if "ann" in one["email"]]
            await owner.patch(f"/members/{anns}", json={"role": "viewer"})
            again = await ann.post("/api-keys", json={"name": "a"}, headers=keyed("k"))
            assert again.status_code == 403 and made.json()["key"] not in again.text

    play_here(act)


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_what_is_no_key_is_told(play_here: Play, key: str) -> None:
    async def act(world: World) -> None:
        answer = await world.client.post("/api-keys", json={"name": "a"}, headers=keyed(key))
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/Idempotency-Key"
        assert len((await world.client.get("/api-keys")).json()["data"]) == 1

    play_here(act)


def test_the_document_tells_of_the_header(play_here: Play) -> None:
    async def act(world: World) -> None:
        paths = (await world.client.get("/openapi.json")).json()["paths"]
        told = {
            f"{method} {path}"
            for path, item in paths.items()
            for method, operation in item.items()
            if "Idempotency-Key" in [one["name"] for one in operation.get("parameters", ())]
        }
        assert {"post /api-keys", "post /invitations", "post /workspaces"} <= told
        assert not [one for one in told if not one.startswith("post ")]

    play_here(act)
