"""Fix it where you hear it: what a fix changes in the draft, what it says of it, and how it is taken back."""

import asyncio
from typing import Any

import pytest

from offhook.platform.fix_steps import FACTS
from tests.calling import calling, told_call
from tests.platform.conftest import Play
from tests.platform_world import World

DRAFT = {"name": "Reception", "lexicon": {"Rhys": "reece"}, "turn_taking": {"min_silence_s": 0.4}}


async def new_agent(world: World, **others: Any) -> str:
    made = await world.client.post("/agents", json={"document": {**DRAFT, **others}})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def fix(world: World, agent: str, headers: Any = None, **body: Any) -> dict[str, Any]:
    done = await world.client.post(f"/agents/{agent}/fixes", json=body, headers=headers)
    assert done.status_code == 201, done.text
    return dict(done.json())


async def draft(world: World, agent: str) -> dict[str, Any]:
    return dict((await world.client.get(f"/agents/{agent}")).json()["draft"])


def test_each_kind_of_fix_changes_the_draft_says_what_and_is_taken_back(play: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world)
        before = await draft(world, agent)
        said = await fix(world, agent, kind="say_so", word="Siobhan", say="shi-vawn")
        over = await fix(world, agent, kind="say_so", word="Rhys", say="rees")
        meant = await fix(world, agent, kind="meant_so", term="Siobhan", heard="she won")
        waits = await fix(world, agent, kind="patience", change="wait", by_ms=300)
        asks = await fix(world, agent, kind="patience", turn_taking={"idle_s": 12})
        now = await draft(world, agent)
        assert now["lexicon"] == {"Rhys": "rees", "Siobhan": "shi-vawn"} and now["vocabulary"] == ["Siobhan"]
        assert now["turn_taking"] == {
            "min_silence_s": 0.7, "unsure_silence_s": 1.1, "unfinished_silence_s": 1.9, "idle_s": 12,
        }  # fmt: skip
        assert any("shi-vawn" in words for words in said["words"]) and said["revision"] == 2
        assert {one["pointer"] for one in waits["fields"]} == {
            f"/turn_taking/{name}_silence_s" for name in ("min", "unsure", "unfinished")
        }
        listed = (await world.client.get(f"/agents/{agent}/fixes")).json()["data"]
        assert [one["id"] for one in listed] == [one["id"] for one in (asks, waits, meant, over, said)]
        for one in (said, over, waits, asks, meant):
            undone = await world.client.post(f"/agents/{agent}/fixes/{one['id']}/undo")
            assert undone.status_code == 200 and undone.json()["undone_at"] and undone.json()["words"], undone.text
        assert await draft(world, agent) == before
        again = await world.client.post(f"/agents/{agent}/fixes/{said['id']}/undo")
        assert again.status_code == 409 and again.json()["code"] == "fix.undone"
        events = (await world.client.get("/audit-events", params={"object_id": agent})).json()["data"]
        assert [one["action"] for one in events].count("agent.fixed") == 5

    play(act)


def test_a_fix_that_was_built_upon_is_not_taken_back_and_nothing_else_is_lost(play_here: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world)
        first = await fix(world, agent, kind="say_so", word="Siobhan", say="shi-vawn")
        await world.client.patch(f"/agents/{agent}", json={"document": {"prompt": "You answer."}})
        await fix(world, agent, kind="say_so", word="Siobhan", say="shuh-vawn")
        refused = await world.client.post(f"/agents/{agent}/fixes/{first['id']}/undo")
        assert refused.status_code == 409 and refused.json()["code"] == "fix.changed_since"
        now = await draft(world, agent)
        assert now["lexicon"]["Siobhan"] == "shuh-vawn" and now["prompt"] == "You answer."
        same = await world.client.post(
            f"/agents/{agent}/fixes", json={"kind": "say_so", "word": "Siobhan", "say": "shuh-vawn"}
        )
        assert same.status_code == 409 and same.json()["code"] == "fix.no_change"

    play_here(act)


def test_two_people_on_one_draft_do_not_undo_each_other(play: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world)
        tag = (await world.client.get(f"/agents/{agent}")).headers["etag"]
        done = await world.client.post(
            f"/agents/{agent}/fixes", json={"kind": "meant_so", "term": "Kilkenny"}, headers={"If-Match": tag}
        )
        assert done.status_code == 201 and done.headers["etag"] != tag
        late = await world.client.post(
            f"/agents/{agent}/fixes", json={"kind": "meant_so", "term": "Galway"}, headers={"If-Match": tag}
        )
        assert late.status_code == 412 and (await draft(world, agent))["vocabulary"] == ["Kilkenny"]
        undo = f"/agents/{agent}/fixes/{done.json()['id']}/undo"
        assert (await world.client.post(undo, headers={"If-Match": tag})).status_code == 412
        assert (await world.client.post(undo, headers={"If-Match": done.headers["etag"]})).status_code == 200
        assert "vocabulary" not in await draft(world, agent)

    play(act)


def test_facts_that_are_told_are_one_document_that_loses_none(play: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world)
        path = f"/agents/{agent}/documents"

        async def content() -> str:
            rows = (await world.client.get(path)).json()["data"]
            assert [(row["name"], row["is_used"]) for row in rows] == [(FACTS, True)]
            return (await world.client.get(f"{path}/{rows[0]['id']}/content")).text

        first = await fix(world, agent, kind="fact", question="May I bring my dog?", answer="Dogs are welcome.")
        assert any("Dogs are welcome." in words for words in first["words"])

        async def tell(number: int) -> int:
            body = {"kind": "fact", "answer": f"Room {number} has a view. # Not a heading"}
            while True:
                answer = await world.client.post(f"/agents/{agent}/fixes", json=body)
                if answer.status_code != 412:
                    return answer.status_code

        assert await asyncio.gather(*(tell(number) for number in range(5))) == [201] * 5
        text = await content()
        assert all(f"Room {number} has" in text for number in range(5)) and "Q: May I bring my dog?" in text
        assert (await world.client.post(f"/agents/{agent}/validate")).json()["valid"]
        assert (await world.client.post(f"/agents/{agent}/publish")).status_code == 201
        for one in (await world.client.get(f"/agents/{agent}/fixes")).json()["data"]:
            assert (await world.client.post(f"/agents/{agent}/fixes/{one['id']}/undo")).status_code == 200
            if one["id"] != first["id"]:
                assert "Dogs are welcome." in await content()
        assert "knowledge" not in await draft(world, agent)
        assert (await world.client.get(path)).json()["data"] == []

    play(act)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "say_so", "word": "a\nb", "say": "x"}, 422),
        ({"kind": "patience"}, 422),
        ({"kind": "patience", "change": "wait", "turn_taking": {"idle_s": 3}}, 422),
        ({"kind": "patience", "turn_taking": {"no_such_number_s": 3}}, 422),
        ({"kind": "patience", "turn_taking": {"min_silence_s": 99}}, 422),
        ({"kind": "fact", "answer": " "}, 422),
        ({"kind": "louder"}, 422),
        ({"kind": "meant_so", "term": "X", "more": 1}, 422),
        ({"kind": "meant_so", "term": "X", "call_id": "call_of_nobody"}, 404),
    ],
)
def test_a_fix_that_does_not_fit_changes_nothing(play_here: Play, body: dict[str, Any], status: int) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world)
        before = await draft(world, agent)
        answer = await world.client.post(f"/agents/{agent}/fixes", json=body)
        assert answer.status_code == status, answer.text
        assert answer.json()["code"] and await draft(world, agent) == before
        assert (await world.client.get(f"/agents/{agent}/fixes")).json()["data"] == []

    play_here(act)


def test_a_fix_knows_its_call_and_another_workspace_knows_neither(play_here: Play) -> None:

    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id = here.whole()
            await here.folded(call_id)
            agent = await new_agent(world)
            done = await fix(world, agent, kind="meant_so", term="Kilkenny", call_id=call_id, at_ms=1200)
            assert done["call_id"] == call_id and done["at_ms"] == 1200
            _, key = await world.other()
            theirs = world.as_key(key)
            own = await world.client.post("/agents", json={"document": DRAFT}, headers=theirs)
            crossing = {"kind": "meant_so", "term": "X", "call_id": call_id}
            path = f"/agents/{own.json()['id']}/fixes"
            assert (await world.client.post(path, json=crossing, headers=theirs)).status_code == 404
            undo = f"/fixes/{done['id']}/undo"
            assert (await world.client.post(f"/agents/{agent}{undo}", headers=theirs)).status_code == 404
            assert (await world.client.post(f"/agents/{own.json()['id']}{undo}", headers=theirs)).status_code == 404
            assert (await world.client.post(f"/agents/{own.json()['id']}{undo}")).status_code == 404

    told_call()
    play_here(act)
