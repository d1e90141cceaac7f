"""Sign-in by an issuer: who comes in, as whom, and every token that must not be believed."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey

from offhook.errors import ConfigurationError
from offhook.platform.oidc import Begun, Client, IssuerFailed, issuer_of
from offhook.platform.oidc import Issuer as Ours
from offhook.settings import Secret, Settings
from tests.issuer_world import CLIENT, KEY, OTHER_KEY, SECRET, Issuer, issuer
from tests.people_world import HOST, PASSWORD, Office, office
from tests.platform_world import World, in_world, new_database

CALLBACK = "/session/oidc/callback"
Act = Callable[[Office, Issuer], Awaitable[None]]


def play(tmp_path: Path, act: Act, **settings: Any) -> None:
    """Run `act` in a world whose people may sign in by an issuer."""

    async def main(world: World) -> None:
        async with issuer() as found, office(world) as here:
            options = {"oidc_domains": (), "oidc_emails": (), **settings}
            client = Client(
                found.url, CLIENT, Secret(SECRET), options["oidc_domains"], options["oidc_emails"], is_private=True
            )
            world.platform.issuer = Ours(client)
            await act(here, found)

    in_world(new_database("sqlite", tmp_path), tmp_path, main, public_url=HOST)


@contextlib.asynccontextmanager
async def begun(here: Office, found: Issuer) -> AsyncIterator[tuple[httpx2.AsyncClient, dict[str, str]]]:
    """A browser that has been at the issuer, and what it brings back. It navigates: no `Origin`, another site."""
    browser = await here.browser()
    for name in ("Origin", "Sec-Fetch-Site"):
        del browser.headers[name]
    sent = await browser.get("/session/oidc", headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 302 and "oidc" in sent.headers["set-cookie"]
    yield browser, found.authorize(sent.headers["location"])


async def came_in(here: Office, found: Issuer) -> tuple[httpx2.AsyncClient, str]:
    """The browser, and the code of its problem; empty: it has signed in."""
    async with begun(here, found) as (browser, back):
        answer = await browser.get(CALLBACK, params=back)
    assert answer.status_code == 303
    where, _, problem = answer.headers["location"].partition("#problem=")
    assert where == ("/sign-in" if problem else "/")
    assert ((await browser.get("/session")).status_code == 200) is not bool(problem)
    return browser, problem


def test_who_is_of_a_trusted_domain_joins_as_a_viewer_and_is_known_again(tmp_path: Path) -> None:
    async def act(here: Office, found: Issuer) -> None:
        browser, problem = await came_in(here, found)
        told = (await browser.get("/session")).json()
        assert not problem and told["role"] == "viewer" and told["user"]["signed_in_by"] == "oidc"
        assert told["user"]["email"] == "ann@example.com" and told["user"]["name"] == "Ann"
        found.claims["email"] = "ann.new@elsewhere.example"
        again, problem = await came_in(here, found)
        assert not problem and (await again.get("/session")).json()["user"]["id"] == told["user"]["id"]
        assert found.asked.count("/keys") == 1 and found.asked.count("/token") == 2

    play(tmp_path, act, oidc_domains=("example.com",))


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "session.not_invited"),
        ({"oidc_domains": ("ample.com",)}, "session.not_invited"),
        ({"oidc_domains": ("example.com.evil.test",)}, "session.not_invited"),
        ({"oidc_emails": ("bob@example.com",)}, "session.not_invited"),
        ({"oidc_emails": ("ann@example.com",)}, ""),
    ],
)
def test_a_stranger_stays_outside(tmp_path: Path, settings: dict[str, Any], code: str) -> None:
    async def act(here: Office, found: Issuer) -> None:
        owner = await here.owner()
        _, problem = await came_in(here, found)
        assert problem == code
        assert len((await owner.get("/members")).json()["data"]) == (1 if code else 2)

    play(tmp_path, act, **settings)


def test_an_invitation_is_accepted_by_who_has_its_address(tmp_path: Path) -> None:
    async def act(here: Office, found: Issuer) -> None:
        owner = await here.owner()
        wish = await here.acceptance(owner, "ann@example.com", "editor")
        browser, _ = await came_in(here, found)
        assert (await browser.get("/session")).json()["role"] == "editor"
        assert (await (await here.browser()).post("/session", json=wish)).status_code == 401

    play(tmp_path, act)


def test_who_proves_an_address_takes_over_the_account_that_somebody_made_with_it(tmp_path: Path) -> None:
    async def act(here: Office, found: Issuer) -> None:
        owner = await here.owner()
        squatter = await here.invited(owner, "ann@example.com", "editor")
        browser, problem = await came_in(here, found)
        assert not problem and (await browser.get("/session")).json()["role"] == "editor"
        assert (await squatter.get("/session")).status_code == 401
        wish = {"email": "ann@example.com", "password": PASSWORD}
        assert (await squatter.post("/session", json=wish)).status_code == 401
        found.claims["sub"] = "p-2"
        assert (await came_in(here, found))[1] == "session.not_invited"

    play(tmp_path, act)


@pytest.mark.parametrize(
    "spoil",
    [
        {"iss": "https://other.example"}, {"aud": "another"}, {"aud": [CLIENT, "another"]}, {"azp": "another"},
        {"exp": 1_000_000_000}, {"exp": None}, {"iat": 1_000_000_000}, {"iat": None}, {"iat": 9_999_999_999},
        {"nonce": "another"}, {"nonce": None}, {"sub": None}, {"sub": ""}, {"sub": "x" * 256}, {"aud": None},
        {"email_verified": False}, {"email_verified": None}, {"email": "no address"}, {"email": ["ann@example.com"]},
        {"nbf": 9_999_999_999},
    ],
)  # fmt: skip
def test_a_token_that_is_not_for_this_sign_in_is_refused(tmp_path: Path, spoil: dict[str, Any]) -> None:
    async def act(here: Office, found: Issuer) -> None:
        found.spoil = spoil
        _, problem = await came_in(here, found)
        assert problem == ("oidc.email_not_verified" if "email_verified" in spoil else "oidc.refused")

    play(tmp_path, act, oidc_domains=("example.com",))


@pytest.mark.parametrize("how", ["another key", "its name", "none", "public key as secret", "alg"])
def test_a_token_that_the_issuer_did_not_sign_is_refused(tmp_path: Path, how: str) -> None:
    async def act(here: Office, found: Issuer) -> None:
        if how == "another key":
            found.key = OTHER_KEY
        elif how == "its name":
            found.key = RSAKey.generate_key(2048, {"kid": "one"})
        elif how == "none":
            found.algorithm = "none"
        elif how == "alg":
            found.algorithm, found.metadata = "RS512", {"id_token_signing_alg_values_supported": ["RS256"]}
        else:
            found.algorithm, found.metadata = "HS256", {"id_token_signing_alg_values_supported": ["HS256", "RS256"]}
        assert (await came_in(here, found))[1] == "oidc.refused"

    play(tmp_path, act, oidc_domains=("example.com",))


def test_new_keys_of_the_issuer_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from offhook.platform import oidc

    monkeypatch.setattr(oidc, "AGAIN_S", 0.0)

    async def act(here: Office, found: Issuer) -> None:
        assert not (await came_in(here, found))[1]
        found.key, found.shown = OTHER_KEY, [KEY, OTHER_KEY]
        assert not (await came_in(here, found))[1]
        assert found.asked.count("/keys") == 2

    play(tmp_path, act, oidc_domains=("example.com",))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"state": "another"}, "oidc.refused"), ({"state": ""}, "oidc.refused"), ({"code": ""}, "oidc.refused"),
        ({"iss": "https://other.example"}, "oidc.refused"), ({"iss": None}, "oidc.refused"),
        ({"code": "another"}, "oidc.issuer_failed"), ({"error": "access_denied", "code": None}, "oidc.refused"),
    ],
)  # fmt: skip
def test_an_answer_that_is_another_ones_is_refused(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    async def act(here: Office, found: Issuer) -> None:
        async with begun(here, found) as (browser, back):
            sent = {name: value for name, value in {**back, **change}.items() if value is not None}
            answer = await browser.get(CALLBACK, params=sent)
        assert answer.headers["location"] == f"/sign-in#problem={problem}"

    play(tmp_path, act, oidc_domains=("example.com",))


def test_a_code_works_once_and_in_the_browser_that_began(tmp_path: Path) -> None:
    async def act(here: Office, found: Issuer) -> None:
        async with begun(here, found) as (browser, back):
            other = await here.browser()
            stolen = await other.get(CALLBACK, params=back)
            assert stolen.headers["location"] == "/sign-in#problem=oidc.refused"
            async with begun(here, found) as (third, _):
                mixed = await third.get(CALLBACK, params=back)
                assert mixed.headers["location"] == "/sign-in#problem=oidc.refused"
            assert (await browser.get(CALLBACK, params=back)).headers["location"] == "/"
            assert (await browser.get(CALLBACK, params=back)).headers["location"] != "/"

    play(tmp_path, act, oidc_domains=("example.com",))


def test_an_address_that_is_not_in_the_token_is_asked_for(tmp_path: Path) -> None:
    async def act(here: Office, found: Issuer) -> None:
        found.claims = {"sub": "p-1"}
        found.user_info = {"sub": "another", "email": "ann@example.com", "email_verified": True}
        assert (await came_in(here, found))[1] == "oidc.refused"
        found.user_info["sub"] = "p-1"
        assert not (await came_in(here, found))[1]

    play(tmp_path, act, oidc_domains=("example.com",))


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "https://other.example"}, {"token_endpoint": "ftp://127.0.0.1/"}, {"jwks_uri": None},
     {"authorization_endpoint": "javascript:alert(1)"}],
)  # fmt: skip
def test_an_issuer_that_is_another_is_not_asked_on(tmp_path: Path, metadata: dict[str, Any]) -> None:
    async def act(here: Office, found: Issuer) -> None:
        found.metadata = metadata
        answer = await (await here.browser()).get("/session/oidc")
        assert answer.status_code == 502 and answer.json()["code"] == "oidc.issuer_failed"
        assert found.asked == ["/.well-known/openid-configuration"]

    play(tmp_path, act)


def test_private_addresses_are_refused_unless_they_are_meant(tmp_path: Path) -> None:
    async def act(here: Office, found: Issuer) -> None:
        ours = Ours(Client(found.url, CLIENT, Secret(SECRET)))
        with pytest.raises(IssuerFailed, match="cannot be reached"):
            await ours.address(Begun.new(), "https://x")
        assert not found.asked

    play(tmp_path, act)


def test_without_an_issuer_there_is_no_such_sign_in(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        for path in ("/session/oidc", CALLBACK):
            answer = await world.client.get(path)
            assert answer.status_code == 404 and answer.json()["code"] == "oidc.not_set_up"

    in_world(new_database("sqlite", tmp_path), tmp_path, act)


def test_settings_of_an_issuer_are_judged_at_the_start() -> None:
    env = {"OFFHOOK_OIDC_ISSUER": "https://login.example.com/"}
    with pytest.raises(ConfigurationError, match="OFFHOOK_OIDC_CLIENT_ID"):
        issuer_of(Settings.from_environment(env))
    env["OFFHOOK_OIDC_CLIENT_ID"] = CLIENT
    assert issuer_of(Settings.from_environment(env)) is not None
    with pytest.raises(ConfigurationError, match="plain http"):
        issuer_of(Settings.from_environment({**env, "OFFHOOK_OIDC_ISSUER": "http://login.example.com"}))
    private = {**env, "OFFHOOK_OIDC_ISSUER": "http://login.internal", "OFFHOOK_OIDC_PRIVATE": "1"}
    assert issuer_of(Settings.from_environment(private)) is not None
    assert issuer_of(Settings()) is None
