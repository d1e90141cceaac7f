"""Signing in and out: links that work once, answers that tell nothing, sessions that end, pages of other sites."""

import asyncio
import statistics
import time
from typing import Any

import pytest

from offhook import clock
from offhook.platform import people_rows, throttle
from offhook.platform.first import ensure_first, login_link, reset_password
from offhook.store.tables.people import AUDIT_EVENTS, SESSIONS, USERS
from tests.people_world import HOST, PASSWORD, office, user_id
from tests.platform.conftest import Play
from tests.platform_world import World

HOUR_MS = 3_600_000
WRONG = "five words and no half"


def later(monkeypatch: pytest.MonkeyPatch, ms: int) -> None:
    """It is so much later, by the wall's clock."""
    at = clock.wall_ms
    monkeypatch.setattr(clock, "wall_ms", lambda: at() + ms)


def test_the_first_link_signs_the_owner_in_once(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            link = await ensure_first(world.platform)
            assert link is not None and link.at("https://a/") == f"https://a/sign-in?first=1#link={link.token}"
            browser, other = await here.browser(), await here.browser()
            told = (await browser.post("/session", json={"link": link.token})).json()
            assert told["user"]["email"] == "owner@localhost" and told["role"] == "owner"
            assert (await browser.get("/session")).headers["cache-control"] == "no-store"
            assert told["workspaces"] == [{"id": world.workspace, "name": "ours", "role": "owner"}]
            again = await other.post("/session", json={"link": link.token})
            assert again.status_code == 401 and again.json()["code"] == "session.link_spent"
            assert "set-cookie" not in again.headers
            # Until somebody can sign in without one, each start prints a link, and the one before works no more.
            second, third = await ensure_first(world.platform), await ensure_first(world.platform)
            assert second is not None and third is not None
            assert (await other.post("/session", json={"link": second.token})).status_code == 401
            await browser.put("/session/password", json={"new_password": PASSWORD})
            assert await ensure_first(world.platform) is None
            answer = await other.post("/session", json={"email": " Owner@LOCALHOST", "password": PASSWORD})
            assert answer.status_code == 201 and answer.json()["user"]["signed_in_by"] == "password"

    play(act)


def test_the_first_owner_says_who_they_are_and_comes_back_so(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            link, browser = await ensure_first(world.platform), await here.browser()
            assert link is not None
            mine = {"link": link.token, "name": "The shop", "email": "Shop@Example.com", "password": PASSWORD}
            told = (await browser.post("/session", json=mine)).json()["user"]
            assert (told["name"], told["email"]) == ("The shop", "shop@example.com")
            back = await (await here.browser()).post(
                "/session", json={"email": "shop@example.com", "password": PASSWORD}
            )
            assert back.status_code == 201
            # Whoever has an address keeps it: a link is no way to change it.
            later_link = await login_link(world.platform)
            assert "first" not in later_link.at("https://a")
            other = await (await here.browser()).post(
                "/session", json={"link": later_link.token, "email": "other@example.com"}
            )
            assert other.status_code == 422 and other.json()["errors"][0]["pointer"] == "/email"

    play(act)


def test_of_many_who_use_a_link_at_once_one_comes_in(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            link = await ensure_first(world.platform)
            assert link is not None
            browsers = [await here.browser() for _ in range(6)]
            answers = await asyncio.gather(*(one.post("/session", json={"link": link.token}) for one in browsers))
            assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401, 401, 401]

    play(act)


def test_the_cookie_is_bound_and_nothing_of_it_is_in_the_database(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            link = await ensure_first(world.platform)
            assert link is not None
            answer = await (await here.browser()).post("/session", json={"link": link.token})
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("__Host-offhook=")
            for part in ("Secure", "HttpOnly", "Path=/", "SameSite=lax", "Max-Age=7776000"):
                assert part in cookie
            assert "Domain" not in cookie
            token = cookie.partition("=")[2].partition(";")[0]
            plain = await (await here.browser("http://127.0.0.1:8080")).post(
                "/session", json={"link": (await login_link(world.platform)).token}
            )
            assert plain.headers["set-cookie"].startswith("offhook=") and "Secure" not in plain.headers["set-cookie"]
            rows = await world.platform.store.read_wide(lambda connection: connection.execute(SESSIONS.select()).all())
            assert len(rows) == 2 and not any(token in str(row) for row in rows)
            # A cookie without the prefix can be set by any page of a neighbour: it counts on the machine itself alone.
            stranger = await here.browser(Cookie=f"offhook={token}")
            assert (await stranger.get("/session")).status_code == 401

    play_here(act)


def test_over_plain_http_nobody_signs_in_from_another_machine(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            browser = await here.browser("http://192.168.1.5:8080")
            answer = await browser.post("/session", json={"email": "a@b.example", "password": PASSWORD})
            assert answer.status_code == 403 and answer.json()["code"] == "session.needs_https"

    play_here(act)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": HOST, "Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": HOST}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": HOST, "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.test", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Origin": HOST, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://offhook.test"}, 201),  # TLS ends at the proxy: what the browser spoke is not known here
    ],
)
def test_a_page_of_another_site_changes_nothing(play_here: Play, headers: dict[str, str], status: int) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            for name in ("Origin", "Sec-Fetch-Site"):
                del owner.headers[name]
            answer = await owner.post("/api-keys", json={"name": "x"}, headers=headers)
            assert answer.status_code == status
            assert status == 201 or answer.json()["code"] == "session.foreign_page"
            keys = (await owner.get("/api-keys")).json()["data"]
            assert ("x" in [key["name"] for key in keys]) is (status == 201)

    play_here(act)


def test_a_key_needs_no_origin_and_beats_a_cookie(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            own = world.as_key(world.key) | {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
            assert (await owner.post("/api-keys", json={"name": "x"}, headers=own)).status_code == 201
            assert (await owner.get("/session", headers={"Authorization": "Bearer oh_none"})).status_code == 401
            assert (await owner.get("/session", headers=world.as_key(world.key))).json()["user"] is None

    play_here(act)


@pytest.mark.usefixtures("slow_passwords")
def test_unknown_people_and_wrong_passwords_are_answered_alike_in_time_too(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            await here.owner()
            taken: dict[str, list[float]] = {}
            told = set()
            for round_ in range(5):
                for email in ("owner@localhost", f"nobody{round_}@example.com"):
                    browser = await here.browser(address=f"192.0.2.{round_}")
                    began = time.perf_counter()
                    answer = await browser.post("/session", json={"email": email, "password": WRONG})
                    kind = email.partition("@")[0].rstrip("0123456789")
                    taken.setdefault(kind, []).append(time.perf_counter() - began)
                    told.add(
                        (answer.status_code, str({**answer.json(), "request_id": ""}), "set-cookie" in answer.headers)
                    )
            assert len(told) == 1 and next(iter(told))[0] == 401
            # The work of a hash is 20 ms and more: whoever skipped it would be ten times as quick.
            known, unknown = (statistics.median(times) for times in taken.values())
            assert 0.4 < known / unknown < 2.5

    play_here(act)


def test_guesses_are_few_for_each_account_and_each_address(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            await here.owner()
            for email in ("owner@localhost", "nobody@example.com"):
                browser = await here.browser(address="192.0.2.7" if "own" in email else "192.0.2.8")
                wish = {"email": email, "password": WRONG}
                answers = await asyncio.gather(*(browser.post("/session", json=wish) for _ in range(10)))
                assert sorted(one.status_code for one in answers) == [401] * 6 + [429] * 4
                refused = await browser.post("/session", json={"email": email, "password": PASSWORD})
                assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
                assert refused.json()["code"] == "session.too_many_attempts"
            # From elsewhere the owner comes in all the same.
            other = await here.browser(address="192.0.2.9")
            right = {"email": "owner@localhost", "password": PASSWORD}
            assert (await other.post("/session", json=right)).status_code == 201

    play_here(act)


def test_one_address_cannot_try_many_accounts(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            browser = await here.browser(address="2001:db8:1:2::1")
            neighbour = await here.browser(address="2001:db8:1:2::ffff")
            wishes = [{"link": f"guess{n}"} for n in range(throttle.OF_ADDRESS.most)]
            answers = [(await browser.post("/session", json=wish)).status_code for wish in wishes]
            assert set(answers) == {401}
            assert (await neighbour.post("/session", json={"link": "guess"})).status_code == 429
            behind = await here.browser(address="127.0.0.1", **{"X-Forwarded-For": "1.1.1.1, 2001:db8:1:2::2"})
            assert (await behind.post("/session", json={"link": "guess"})).status_code == 429
            forged = await here.browser(address="192.0.2.1", **{"X-Forwarded-For": "2001:db8:1:2::2"})
            assert (await forged.post("/session", json={"link": "guess"})).status_code == 401

    play_here(act)


def test_a_session_slides_and_ends(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            for _ in range(6):
                with monkeypatch.context() as patch:
                    later(patch, people_rows.IDLE_MS - HOUR_MS)
                    assert (await owner.get("/session")).status_code == 200
                later(monkeypatch, people_rows.IDLE_MS - 2 * HOUR_MS)
            assert (await owner.get("/session")).status_code == 200
            later(monkeypatch, people_rows.LONGEST_MS - 6 * people_rows.IDLE_MS + 13 * HOUR_MS)
            assert (await owner.get("/session")).status_code == 401

    play(act)


def test_a_session_that_nobody_uses_ends(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            later(monkeypatch, people_rows.IDLE_MS + 1_000)
            assert (await owner.get("/session")).status_code == 401

    play_here(act)


def test_signing_out_ends_this_session_or_all(play: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            first = await here.owner()
            right = {"email": "owner@localhost", "password": PASSWORD}
            second, third = await here.browser(), await here.browser()
            for browser in (second, third):
                assert (await browser.post("/session", json=right)).status_code == 201
            kept = dict(second.cookies)
            assert (await second.delete("/session")).status_code == 204
            assert not dict(second.cookies)
            second.cookies.update(kept)
            assert [(await one.get("/session")).status_code for one in (first, second, third)] == [200, 401, 200]
            assert (await third.delete("/session?everywhere=true")).status_code == 204
            assert (await first.get("/session")).status_code == 401

    play(act)


def test_signing_in_anew_ends_the_session_before(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            browser = await here.owner()
            old = await here.browser()
            old.cookies.update(dict(browser.cookies))
            assert (await old.get("/session")).status_code == 200
            await browser.post("/session", json={"email": "owner@localhost", "password": PASSWORD})
            assert (await old.get("/session")).status_code == 401 and (await browser.get("/session")).status_code == 200

    play_here(act)


def test_a_password_is_changed_by_who_knows_it(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner, other = await here.owner(), await here.browser()
            right = {"email": "owner@localhost", "password": PASSWORD}
            assert (await other.post("/session", json=right)).status_code == 201
            new = "another four words"
            wrong = await other.put("/session/password", json={"current_password": WRONG, "new_password": new})
            assert wrong.status_code == 403 and wrong.json()["code"] == "session.wrong_password"
            for bad in ("short", "aaaaaaaaaaaaaa", "1234567890"):
                wish = {"current_password": PASSWORD, "new_password": bad}
                refused = await other.put("/session/password", json=wish)
                assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/new_password"
            done = await other.put("/session/password", json={"current_password": PASSWORD, "new_password": new})
            assert done.status_code == 204 and (await other.get("/session")).status_code == 200
            assert (await owner.get("/session")).status_code == 401
            assert (await owner.post("/session", json=right)).status_code == 401
            assert (await owner.post("/session", json={**right, "password": new})).status_code == 201

    play_here(act)


def test_a_signed_in_browser_that_was_found_guesses_no_faster(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            later(monkeypatch, 31 * 60_000)
            wish = {"current_password": WRONG, "new_password": "another four words"}
            answers = [(await owner.put("/session/password", json=wish)).status_code for _ in range(8)]
            assert answers == [403] * 6 + [429] * 2

    play_here(act)


def test_a_password_that_is_lost_is_reset_on_the_machine(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            link = await reset_password(world.platform, "Owner@localhost")
            assert (await owner.get("/session")).status_code == 401
            right = {"email": "owner@localhost", "password": PASSWORD}
            assert (await owner.post("/session", json=right)).status_code == 401
            later(monkeypatch, 31 * 60_000)
            assert (await owner.post("/session", json={"link": link.token})).status_code == 401
            link = await login_link(world.platform, "owner@localhost")
            assert (await owner.post("/session", json={"link": link.token})).status_code == 201
            assert (await owner.put("/session/password", json={"new_password": PASSWORD})).status_code == 204
            assert (await owner.post("/session", json=right)).status_code == 201

    play_here(act)


@pytest.mark.usefixtures("slow_passwords")
def test_who_shares_no_password_with_old_hashes_gets_a_new_one(play_here: Play) -> None:
    from argon2 import PasswordHasher

    async def act(world: World) -> None:
        store = world.platform.store
        async with office(world) as here:
            await here.owner()
            weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
            await store.write_wide(
                lambda connection: connection.execute(USERS.update().values(password_hash=weak)).rowcount
            )
            right = {"email": "owner@localhost", "password": PASSWORD}
            for _ in range(2):
                assert (await (await here.browser()).post("/session", json=right)).status_code == 201
            kept = await store.read_wide(lambda connection: connection.execute(USERS.select()).all())
            assert [row.password_hash.split("$")[1:4] for row in kept] == [["argon2id", "v=19", "m=19456,t=2,p=1"]]

    play_here(act)


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "a@b.example"}, {"password": PASSWORD}, {"email": "a", "password": "b"}, {"link": "a b"}, [],
     {"link": "x", "colour": 1}, {"email": "a\n@b.example", "password": PASSWORD},
     {"email": "a@b.example", "password": ""}],
)  # fmt: skip
def test_what_is_no_sign_in_is_told(play_here: Play, body: Any) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            assert (await (await here.browser()).post("/session", json=body)).status_code == 422

    play_here(act)


def test_sign_ins_are_in_the_audit_and_no_secret_is(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as here:
            owner = await here.owner()
            mine = await user_id(owner)
            rows = await world.platform.store.read(world.workspace, lambda scope: scope.all(scope.select(AUDIT_EVENTS)))
            began = [row for row in rows if row.action == "session.began"]
            assert [(row.actor_id, row.object_id, row.after) for row in began] == [(mine, mine, {"way": "link"})]
            told = str([tuple(row) for row in rows])
            assert PASSWORD not in told and not any(value in told for value in owner.cookies.values())

    play_here(act)
