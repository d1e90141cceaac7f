"""Members, roles, invitations and workspaces: what each may do, and who stays the last owner."""

import asyncio
from typing import Any

import pytest

from offhook import clock
from offhook.platform.callers import OF_ROLES, Role
from offhook.platform.invitations import LASTS_MS
from offhook.store.tables.people import USERS
from tests.people_world import PASSWORD, office, user_id
from tests.platform.conftest import Play
from tests.platform_world import World


def test_who_is_invited_joins_once_with_that_role(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            wish = await here.acceptance(owner, "Ann@Example.com", "editor")
            waiting = (await owner.get("/invitations")).json()["data"]
            assert [(one["email"], one["role"]) for one in waiting] == [("ann@example.com", "editor")]
            assert wish["link"] not in str(waiting)
            ann, other = await here.browser(), await here.browser()
            weak = await ann.post("/session", json={**wish, "password": "short"})
            assert weak.status_code == 422 and weak.json()["errors"][0]["pointer"] == "/password"
            told = (await ann.post("/session", json=wish)).json()
            assert told["role"] == "editor" and set(told["scopes"]) == OF_ROLES[Role.EDITOR]
            assert told["user"]["name"] == "Ann" and told["user"]["has_password"]
            assert (await other.post("/session", json=wish)).json()["code"] == "session.link_spent"
            assert (await owner.get("/invitations")).json()["data"] == []
            members = (await owner.get("/members")).json()["data"]
            assert [(one["email"], one["role"]) for one in members] == [
                ("ann@example.com", "editor"), ("owner@localhost", "owner"),
            ]  # fmt: skip
            again = await owner.post("/invitations", json={"email": "ann@example.com"})
            assert again.status_code == 409 and again.json()["code"] == "member.exists"

    play(act)


def test_an_invitation_runs_out_is_taken_back_and_replaced(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner, ann = await here.owner(), await here.browser()
            first = await here.acceptance(owner, "ann@example.com", "owner")
            second = await here.acceptance(owner, "ann@example.com", "viewer")
            assert (await ann.post("/session", json=first)).status_code == 401
            (waiting,) = (await owner.get("/invitations")).json()["data"]
            assert (await owner.delete(f"/invitations/{waiting['id']}")).status_code == 204
            assert (await owner.delete(f"/invitations/{waiting['id']}")).status_code == 404
            assert (await ann.post("/session", json=second)).status_code == 401
            third, at = await here.acceptance(owner, "ann@example.com"), clock.wall_ms
            monkeypatch.setattr(clock, "wall_ms", lambda: at() + LASTS_MS)
            assert (await ann.post("/session", json=third)).status_code == 401

    play_here(act)


def test_who_holds_an_invitation_is_not_yet_its_person(play_here: Play) -> None:
    """An owner of one workspace who invites a person of another gets nothing of that person's."""

    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            ann = await here.invited(owner, "ann@example.com")
            theirs = await owner.post("/workspaces", json={"name": "second"})
            await owner.put("/session/workspace", json={"workspace_id": theirs.json()["id"]})
            wish = await here.acceptance(owner, "ann@example.com", "editor")
            thief = await here.browser()
            for password in ("", "a guess of the thief"):
                answer = await thief.post("/session", json={**wish, "password": password})
                assert answer.status_code == (401 if password else 409) and not thief.cookies
            told = (await ann.post("/session", json={"link": wish["link"]})).json()
            assert told["role"] == "editor" and len(told["workspaces"]) == 2
            assert told["workspace_id"] == theirs.json()["id"]
            # And by the account's password, in a browser that has not signed in.
            await owner.delete(f"/members/{await user_id(ann)}")
            wish = await here.acceptance(owner, "ann@example.com")
            assert (await thief.post("/session", json=wish)).status_code == 201

    play_here(act)


ROUTES: list[tuple[str, str, Any, set[str]]] = [
    ("GET", "/members", None, {"owner", "editor", "viewer"}),
    ("GET", "/audit-events", None, {"owner", "editor", "viewer"}),
    ("GET", "/api-keys", None, {"owner", "editor", "viewer"}),
    ("POST", "/invitations", {"email": "new@example.com"}, {"owner"}),
    ("POST", "/api-keys", {"name": "x"}, {"owner"}),
    ("POST", "/workspaces", {"name": "x"}, {"owner"}),
    ("PATCH", "/workspaces/{ws}", {"name": "ours"}, {"owner"}),
    ("PATCH", "/members/{me}", {}, {"owner"}),
]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_does_what_it_may_and_no_more(play_here: Play, role: Role) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            person = owner if role is Role.OWNER else await here.invited(owner, "p@example.com", role.value)
            mine = await user_id(person)
            for method, path, body, may in ROUTES:
                where = path.format(ws=world.workspace, me=mine)
                answer = await person.request(method, where, json=body)
                assert (answer.status_code < 300) is (role.value in may), f"{method} {path}: {answer.text}"
                assert role.value in may or answer.json()["code"] == "auth.forbidden"

    play_here(act)


def test_the_last_owner_stays(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            mine = f"/members/{await user_id(owner)}"
            for wish in ({"role": "viewer"}, {"is_disabled": True}):
                answer = await owner.patch(mine, json=wish)
                assert answer.status_code == 409 and answer.json()["code"] == "member.last_owner"
            assert (await owner.delete(mine)).json()["code"] == "member.last_owner"
            second = await here.invited(owner, "second@example.com", "owner")
            theirs = f"/members/{await user_id(second)}"
            # One who is shut out is none who could open the door again.
            assert (await owner.patch(theirs, json={"is_disabled": True})).status_code == 200
            assert (await owner.patch(mine, json={"role": "viewer"})).status_code == 409
            assert (await owner.patch(theirs, json={"is_disabled": False})).status_code == 200
            answers = await asyncio.gather(
                owner.patch(theirs, json={"role": "viewer"}), second.patch(mine, json={"role": "viewer"}),
                owner.patch(mine, json={"role": "editor"}), second.patch(theirs, json={"role": "editor"}),
            )  # fmt: skip
            assert sorted(one.status_code for one in answers)[0] == 200
            left = await world.client.get("/members")
            assert [one["role"] for one in left.json()["data"]].count("owner") == 1

    play(act)


def test_who_is_shut_out_or_removed_is_out_at_once(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            ann, bob = [await here.invited(owner, f"{name}@example.com") for name in ("ann", "bob")]
            anns, bobs = [f"/members/{await user_id(one)}" for one in (ann, bob)]
            assert (await owner.patch(anns, json={"is_disabled": True})).json()["is_disabled"] is True
            assert (await owner.delete(bobs)).status_code == 204
            for person, email in ((ann, "ann@example.com"), (bob, "bob@example.com")):
                assert (await person.get("/session")).status_code == 401
                wish = {"email": email, "password": PASSWORD}
                assert (await person.post("/session", json=wish)).json()["code"] == "session.refused"
            users = await world.platform.store.read_wide(lambda connection: connection.execute(USERS.select()).all())
            assert sorted(row.email for row in users) == ["ann@example.com", "owner@localhost"]
            assert (await owner.patch(anns, json={"is_disabled": False})).status_code == 200
            wish = {"email": "ann@example.com", "password": PASSWORD}
            assert (await ann.post("/session", json=wish)).status_code == 201
            assert (await owner.get(bobs)).status_code == 404

    play(act)


def test_a_role_counts_from_the_next_request_on(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            ann = await here.invited(owner, "ann@example.com", "owner")
            assert (await ann.post("/api-keys", json={"name": "a"})).status_code == 201
            await owner.patch(f"/members/{await user_id(ann)}", json={"role": "viewer"})
            assert (await ann.post("/api-keys", json={"name": "b"})).status_code == 403

    play_here(act)


def test_a_key_gives_no_role_and_takes_none_that_may_do_more(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            made = await owner.post("/api-keys", json={"name": "hr", "scopes": ["people:read", "people:write"]})
            hr = world.as_key(made.json()["key"])
            mine = f"/members/{await user_id(owner)}"
            second = await here.invited(owner, "second@example.com", "owner")
            for request in (
                world.client.post("/invitations", json={"email": "x@example.com", "role": "viewer"}, headers=hr),
                world.client.post("/invitations", json={"email": "x@example.com", "role": "owner"}, headers=hr),
                world.client.patch(mine, json={"role": "viewer"}, headers=hr),
                world.client.delete(mine, headers=hr),
                world.client.post("/workspaces", json={"name": "x"}, headers=hr),
            ):
                assert (await request).status_code == 403
            assert (await second.get("/session")).status_code == 200

    play_here(act)


def test_a_person_goes_from_one_workspace_to_another(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            made = (await owner.post("/workspaces", json={"name": "second"})).json()
            told = (await owner.put("/session/workspace", json={"workspace_id": made["id"]})).json()
            assert told["workspace_id"] == made["id"] and [one["name"] for one in told["workspaces"]] == [
                "ours",
                "second",
            ]
            assert (await owner.get("/api-keys")).json()["data"] == []
            assert [one["email"] for one in (await owner.get("/members")).json()["data"]] == ["owner@localhost"]
            other, _ = await world.other()
            for elsewhere in (other, "ws_nothing"):
                answer = await owner.put("/session/workspace", json={"workspace_id": elsewhere})
                assert answer.status_code == 404 and answer.json()["code"] == "workspace.not_found"
            assert (await owner.patch(f"/workspaces/{world.workspace}", json={"name": "x"})).status_code == 404
            assert (await owner.patch(f"/workspaces/{made['id']}", json={"name": "new"})).json()["name"] == "new"
            listed = (await world.client.get("/workspaces")).json()["data"]
            assert listed == [{"id": world.workspace, "name": "ours", "role": None}]

    play(act)


def test_names_and_addresses_are_changed_by_who_knows_the_password(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            ann = await here.invited(owner, "ann@example.com")
            assert (await ann.patch("/session/user", json={"name": "Ann B."})).json()["user"]["name"] == "Ann B."
            taken = {"email": "owner@localhost", "current_password": PASSWORD}
            assert (await ann.patch("/session/user", json=taken)).json()["code"] == "member.email_taken"
            new = {"email": "New@example.com", "current_password": PASSWORD}
            assert (await ann.patch("/session/user", json=new)).json()["user"]["email"] == "new@example.com"
            wish = {"email": "new@example.com", "password": PASSWORD}
            assert (await (await here.browser()).post("/session", json=wish)).status_code == 201
            assert (await world.client.patch("/session/user", json={"name": "x"})).json()[
                "code"
            ] == "auth.person_needed"

    play_here(act)


def test_the_audit_tells_who_did_what_and_is_filtered(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            ann = await here.invited(owner, "ann@example.com")
            anns = await user_id(ann)
            await owner.patch(f"/members/{anns}", json={"role": "editor"})
            (changed,) = (await ann.get("/audit-events?action=member.changed")).json()["data"]
            assert changed["actor"]["kind"] == "user" and changed["object_id"] == anns
            assert changed["before"] == {"role": "viewer", "is_disabled": False}
            assert changed["after"] == {"role": "editor", "is_disabled": False}
            every = (await ann.get("/audit-events")).json()["data"]
            assert [one["id"] for one in every] == sorted((one["id"] for one in every), reverse=True)
            part, after, walked = None, "", []
            while part is None or part["next"]:
                part = (await ann.get(f"/audit-events?limit=2&after={after}")).json()
                walked += part["data"]
                after = part["next"] or ""
            assert walked == every
            members = (await ann.get("/audit-events?action=member.*")).json()["data"]
            assert {one["action"] for one in members} == {"member.joined", "member.changed", "member.password_changed"}
            mine = (await ann.get(f"/audit-events?actor_id={anns}&object_kind=member&object_id={anns}")).json()["data"]
            assert {one["action"] for one in mine} == {"member.joined", "session.began"}
            at = changed["at"]
            for query, found in (
                (f"at.gte={at}", True),
                (f"at.lt={at}", False),
                ("at.gte=2999-01-01T00:00:00Z", False),
            ):
                told = (await ann.get(f"/audit-events?{query}")).json()["data"]
                assert (changed in told) is found
            for bad in ("at.gte=yesterday", "at.lt=2026-11-28T00:00:00", "at.gte=0001-01-01T00:00:00Z", "action=A%25"):
                assert (await ann.get(f"/audit-events?{bad}")).status_code == 422

    play(act)


def test_who_accepts_two_invitations_at_once_is_one_person(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            wishes = [await here.acceptance(owner, "ann@example.com")]
            made = await owner.post("/workspaces", json={"name": "second"})
            await owner.put("/session/workspace", json={"workspace_id": made.json()["id"]})
            wishes.append(await here.acceptance(owner, "ann@example.com"))
            browsers = [await here.browser() for _ in range(4)]
            asked = [one.post("/session", json=wishes[number % 2]) for number, one in enumerate(browsers)]
            statuses = [answer.status_code for answer in await asyncio.gather(*asked)]
            assert 1 <= statuses.count(201) <= 2 and set(statuses) <= {201, 401, 409}
            for wish in wishes:
                # What was not accepted in the crowd is accepted now, by who has the password.
                await browsers[0].post("/session", json=wish)
            wish = {"email": "ann@example.com", "password": PASSWORD}
            told = (await browsers[0].post("/session", json=wish)).json()
            assert len(told["workspaces"]) == 2

    play(act)
