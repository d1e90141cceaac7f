"""API keys: made once, shown once, known by their hash, and for no more than they say."""

from typing import Any

import pytest

from offhook.platform.keys import FOR_PAGES, FOR_PROGRAMS, is_key, make_key
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
