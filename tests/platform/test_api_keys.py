"""API keys: made once, shown once, known by their hash, and for no more than they say."""

from typing import Any

import pytest

from offhook.platform.keys import FOR_PAGES, FOR_PROGRAMS, is_key, make_key
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENTS
from tests.platform.conftest import Play
from tests.platform_world import World


def test_a_key_is_known_until_it_is_revoked(play: Play) -> None:
    async def act(world: World) -> None:
        made = (await world.client.post("/api-keys", json={"name": "crm", "scopes": ["people:read"]})).json()
        assert set(made) == {"id", "key"} and made["key"].startswith("oh_")
        theirs = world.as_key(made["key"])
        listed = (await world.client.get("/api-keys", headers=theirs)).json()["data"]
        (one,) = [key for key in listed if key["id"] == made["id"]]
        assert one["name"] == "crm" and one["start"] == made["key"][:8] and one["created_at"].endswith("Z")
        assert made["key"] not in str(listed)
        assert (await world.client.delete(f"/api-keys/{made['id']}")).status_code == 204
        refused = await world.client.get("/api-keys", headers=theirs)
        assert refused.status_code == 401 and refused.json()["code"] == "auth.unknown"
        assert (await world.client.delete(f"/api-keys/{made['id']}")).status_code == 204

    play(act)


def test_a_key_gives_no_more_than_it_has(play: Play) -> None:
    async def act(world: World) -> None:
        made = (await world.client.post("/api-keys", json={"name": "hr", "scopes": ["people:write"]})).json()
        theirs = world.as_key(made["key"])
        assert (await world.client.get("/api-keys", headers=theirs)).json()["code"] == "auth.forbidden"
        wish = {"name": "more", "scopes": ["calls:read"]}
        answer = await world.client.post("/api-keys", json=wish, headers=theirs)
        assert answer.status_code == 403 and "calls:read" in answer.json()["detail"]

    play(act)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": " "}, "/name"),
        ({"name": "a", "scopes": ["calls:fly"]}, "/scopes"),
        ({"name": "a", "scopes": []}, "/scopes"),
        ({"name": "a", "colour": 1}, "/colour"),
        ([], ""),
    ],
)
def test_what_cannot_be_used_is_named(play: Play, body: Any, pointer: str) -> None:
    async def act(world: World) -> None:
        answer = await world.client.post("/api-keys", json=body)
        told = answer.json()
        assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
        assert [flaw["pointer"] for flaw in told["errors"]] == [pointer]
        assert told["code"] == "request.invalid" and told["what_to_do"] and told["request_id"].startswith("req_")

    play(act)


def test_keys_of_another_workspace_look_as_if_they_did_not_exist(play: Play) -> None:
    async def act(world: World) -> None:
        _, theirs = await world.other()
        mine = (await world.client.post("/api-keys", json={"name": "mine"})).json()
        answer = await world.client.delete(f"/api-keys/{mine['id']}", headers=world.as_key(theirs))
        nothing = await world.client.delete("/api-keys/key_nothing", headers=world.as_key(theirs))
        assert answer.status_code == nothing.status_code == 404
        assert mine["id"] not in (await world.client.get("/api-keys", headers=world.as_key(theirs))).text
        assert (await world.client.get("/api-keys", headers=world.as_key(mine["key"]))).status_code == 200

    play(act)


PAGE = {"name": "site", "kind": "browser", "agent_id": "agent_1", "origins": ["https://WWW.Example.com:443/"]}


async def make_agent(world: World, workspace: str, key: str) -> None:
    def job(scope: Scope) -> None:
        scope.insert(
            AGENTS, id=key, name="a", draft={}, revision=1, managed_by="api", created_at=1, updated_at=1
        )  # fmt: skip

    await world.platform.store.write(workspace, job)


def test_a_key_of_a_page_has_an_agent_and_origins_and_opens_nothing_else(play: Play) -> None:
    async def act(world: World) -> None:
        await make_agent(world, world.workspace, "agent_1")
        made = (await world.client.post("/api-keys", json=PAGE)).json()
        assert made["key"].startswith("pk_")
        caller = await world.platform.api_keys.authenticate(made["key"])
        assert caller is not None and (caller.agent_id, caller.origins) == ("agent_1", ("https://www.example.com",))
        assert not caller.scopes
        for path in ("/session", "/api-keys", "/workspaces"):
            assert (await world.client.get(path, headers=world.as_key(made["key"]))).status_code == 401
        (listed,) = [one for one in (await world.client.get("/api-keys")).json()["data"] if one["kind"] == "browser"]
        assert listed["agent_id"] == "agent_1" and listed["origins"] == ["https://www.example.com"]

    play(act)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"agent_id": None}, "/agent_id"),
        ({"agent_id": "agent_theirs"}, "/agent_id"),
        ({"agent_id": "agent_nothing"}, "/agent_id"),
        ({"origins": []}, "/origins"),
        ({"scopes": ["calls:read"]}, "/scopes"),
        ({"kind": "secret", "agent_id": None}, "/origins"),
        ({"kind": "secret", "origins": []}, "/agent_id"),
        ({"origins": ["https://ok.example", "http://shop.example"]}, "/origins/1"),
        ({"origins": ["*"]}, "/origins/0"),
        ({"origins": ["https://*.example.com"]}, "/origins/0"),
        ({"origins": ["https://example.com/path"]}, "/origins/0"),
        ({"origins": ["https://user@example.com"]}, "/origins/0"),
        ({"origins": ["https://example.com:99999"]}, "/origins/0"),
        ({"origins": ["https://"]}, "/origins/0"),
        ({"origins": ["null"]}, "/origins/0"),
    ],
)
def test_what_a_key_of_a_page_needs_is_told(play_here: Play, change: dict[str, Any], pointer: str) -> None:
    async def act(world: World) -> None:
        theirs, _ = await world.other()
        await make_agent(world, world.workspace, "agent_1")
        await make_agent(world, theirs, "agent_theirs")
        answer = await world.client.post("/api-keys", json={**PAGE, **change})
        assert answer.status_code == 422 and [one["pointer"] for one in answer.json()["errors"]] == [pointer]

    play_here(act)


def test_keys_come_in_parts(play: Play) -> None:
    async def act(world: World) -> None:
        for number in range(4):
            await world.client.post("/api-keys", json={"name": f"k{number}"})
        names: list[str] = []
        after = ""
        while True:
            part = (await world.client.get(f"/api-keys?limit=2&after={after}")).json()
            assert len(part["data"]) <= 2
            names += [one["name"] for one in part["data"]]
            if part["next"] is None:
                break
            after = part["next"]
        assert sorted(names) == ["k0", "k1", "k2", "k3", "test"]

    play(act)


def test_a_key_without_named_scopes_has_those_of_its_maker(play_here: Play) -> None:
    async def act(world: World) -> None:
        wish = {"name": "hr", "scopes": ["people:write", "people:read"]}
        made = (await world.client.post("/api-keys", json=wish)).json()
        second = (await world.client.post("/api-keys", json={"name": "x"}, headers=world.as_key(made["key"]))).json()
        told = (await world.client.get("/session", headers=world.as_key(second["key"]))).json()
        assert told["scopes"] == ["people:read", "people:write"] and told["api_key_id"] == second["id"]
        page = await world.client.post("/api-keys", json=PAGE, headers=world.as_key(made["key"]))
        assert page.status_code == 403

    play_here(act)


@pytest.mark.parametrize("kind", [FOR_PROGRAMS, FOR_PAGES])
def test_a_mistyped_key_is_told_without_the_database(kind: str) -> None:
    key = make_key(kind)
    assert is_key(key) and key != make_key(kind)
    wrong = [key[:i] + ("a" if key[i] != "a" else "b") + key[i + 1 :] for i in range(len(key))]
    assert not any(
        is_key(text) for text in [*wrong, key[:-1], key + "a", "", "oh_", key.upper(), key.replace("_", "-")]
    )


@pytest.mark.parametrize("path", ["/nothing", "/", "/api-keys/", "/api-keys/a/b/c"])
def test_what_is_not_there_is_told_in_the_same_form(play: Play, path: str) -> None:
    async def act(world: World) -> None:
        answer = await world.client.get(path)
        assert answer.status_code in (404, 405) and answer.headers["content-type"] == "application/problem+json"

    play(act)
