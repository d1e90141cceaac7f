"""Two workspaces, random requests over every route that there is: nothing of the one is told to the other or changed.

The routes are those of the OpenAPI document, so this test grows with the API. What the other workspace has is made by
the routes themselves, from the examples of their bodies; each of its texts bears a mark that nobody else ever sends.
"""

import random
import re
from typing import Any

import pytest

from offhook.store.tables.agents import AGENTS
from tests.api_routes import Bodies, Route, everything, furnish, routes_of, texts
from tests.people_world import PASSWORD, office, user_id
from tests.platform.conftest import Play
from tests.platform_world import World

MARK = "zebra7f3"
REQUESTS_A_ROUTE = 8


def ask(route: Route, bodies: Bodies, chance: random.Random) -> tuple[str, dict[str, Any]]:
    """A random request: its path and the rest."""

    def one_of(name: str) -> str:
        """Mostly an id of the kind that the route takes: `doc_...` for `document_id`."""
        fitting = [one for one in bodies.ids if one.startswith(name[:3])]
        return chance.choice(fitting if fitting and chance.random() < 0.7 else bodies.ids)

    path = re.sub(r"\{([^}]*)\}", lambda found: one_of(found[1]), route.path)
    query = {
        one["name"]: str(bodies.make(one.get("schema", {}), one["name"]))
        for one in route.operation.get("parameters", ())
        if one["in"] == "query" and chance.random() < 0.3
    }
    options: dict[str, Any] = {"params": query} if query else {}
    if route.body is not None:
        options["json"] = bodies.make(route.body)
    return path, options


@pytest.mark.parametrize("seed", [1])
def test_no_request_reaches_what_belongs_to_another_workspace(play_here: Play, seed: int) -> None:
    async def act(world: World) -> None:
        chance, store = random.Random(seed), world.platform.store
        document = (await world.client.get("/openapi.json")).json()
        routes = routes_of(document)
        async with office(world) as here:
            owner = await here.owner()
            theirs = (await owner.post("/workspaces", json={"name": f"{MARK} theirs"})).json()["id"]
            await owner.put("/session/workspace", json={"workspace_id": theirs})
            them = await here.invited(owner, f"{MARK}-owner@example.com", "owner")
            await them.patch("/session/user", json={"name": f"{MARK} person"})
            await owner.put("/session/workspace", json={"workspace_id": world.workspace})
            ours = await here.invited(owner, "ours@example.com", "owner")
            # The first owner belongs to both: nobody asks in their name, and they are in neither's way.
            for client, mark in ((them, MARK), (ours, "ours")):
                assert await furnish(client, document, routes, mark) >= 2
            await store.write(theirs, lambda scope: scope.insert(
                AGENTS, id="agent_theirs", name=f"{MARK} agent", draft={}, revision=1, managed_by="api", created_at=1,
                updated_at=1))  # fmt: skip
            before = await store.read_wide(everything(theirs))
            foreign = {text for text in texts(list(before.values())) if re.fullmatch(r"[a-z]+_[0-9A-Za-z]{5,40}", text)}
            shared = set(texts(list((await store.read_wide(everything(world.workspace))).values())))
            foreign -= shared
            asking = await user_id(ours)
            own = sorted(text for text in shared if re.fullmatch(r"[a-z]+_[0-9A-Z]{26}", text) and text != asking)
            assert len(foreign) >= 4 and len(own) >= 4
            bodies = Bodies(document, chance, [*sorted(foreign) * 2, *own, "nothing_1", "%2e%2e"])
            answers: list[int] = []
            given = ""
            for number in range(REQUESTS_A_ROUTE * len(routes)):
                route = routes[number % len(routes)] if number < len(routes) * 2 else chance.choice(routes)
                path, options = ask(route, bodies, chance)
                if route.is_stream and not any(one in path for one in foreign):
                    continue
                key = world.as_key(world.key) if chance.random() < 0.5 else {}
                answer = await ours.request(route.method.upper(), path, headers=key, **options)
                told = f"{answer.status_code} {answer.text}"
                where = f"seed {seed}, request {number}: {route.method} {path} {options} -> {told}"
                assert answer.status_code < 500, where
                assert MARK not in answer.text, where
                # What was put into a thing of ours may come back with it.
                given += str(options.get("json", ""))
                sent = f"{path} {options} {given}"
                assert not [one for one in foreign if one in answer.text and one not in sent], where
                answers.append(answer.status_code)
            assert await store.read_wide(everything(theirs)) == before, f"seed {seed}: something of theirs has changed"
            # The requests were no empty ones: some were done, and some named what does not exist for who asks.
            assert sum(status < 300 for status in answers) >= 20 and answers.count(404) >= 10
            assert PASSWORD not in str(before)

    play_here(act)


def test_the_trial_would_see_a_crossing(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A route that forgets the workspace is found out."""
    from offhook.platform.keys import ApiKeys
    from offhook.store.tables.people import API_KEYS

    async def revoke(self: ApiKeys, workspace: str, key_id: str, actor: Any) -> None:
        gone = API_KEYS.update().where(API_KEYS.c.id == key_id).values(revoked_at=1)
        await self._store.write_wide(lambda connection: connection.execute(gone).rowcount)

    monkeypatch.setattr(ApiKeys, "revoke", revoke)
    # However many routes there are by then: enough of the requests go to this one.
    some = ("/api-keys", "/invitations", "/workspaces")
    every = routes_of
    monkeypatch.setattr(
        f"{__name__}.routes_of", lambda document: [one for one in every(document) if one.path.startswith(some)]
    )
    with pytest.raises(AssertionError, match="something of theirs has changed"):
        test_no_request_reaches_what_belongs_to_another_workspace(play_here, 2)
