"""Carrier accounts: keys are tried first, kept in the vault, shown nowhere, and belong to one workspace."""

from pathlib import Path
from typing import Any

import pytest

from offhook.settings import Secret
from offhook.simulator.carrier_rest import RestFault
from offhook.simulator.carrier_web import Account
from offhook.store.engine import database_url
from tests.platform.numbers_world import ACCOUNT, OURS, NumbersWorld, in_numbers_world
from tests.platform_world import new_database


@pytest.fixture
def play(tmp_path: Path) -> Any:
    url = new_database("sqlite", tmp_path)
    return lambda act, **settings: in_numbers_world(url, tmp_path, act, **settings)


def test_an_account_is_tried_and_its_token_is_in_the_vault_alone(play: Any, tmp_path: Path) -> None:
    async def act(here: NumbersWorld) -> None:
        key = await here.connect_account()
        listed = await here.client.get("/carrier-accounts")
        (one,) = listed.json()["data"]
        assert one["id"] == key and one["status"] == "ok" and one["account_sid"] == ACCOUNT.sid
        assert ACCOUNT.token not in listed.text and (await here.client.get(f"/carrier-accounts/{key}")).json() == one
        assert here.platform.snapshot.token_of(ACCOUNT.sid) == Secret(ACCOUNT.token)
        audits = (await here.client.get("/audit-events")).text
        assert "carrier_account.connected" in audits and ACCOUNT.token not in audits

    play(act)
    assert ACCOUNT.token.encode() not in b"".join(file.read_bytes() for file in tmp_path.rglob("offhook.db*"))
    assert database_url("", tmp_path).drivername == "sqlite"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"auth_token": "0" * 32}, "/auth_token", "carrier.key_refused"),
        ({"account_sid": "SK" + "0" * 32}, "/account_sid", "string_pattern_mismatch"),
        ({"carrier": "vonage"}, "/carrier", "literal_error"),
        ({"colour": 1}, "/colour", "extra_forbidden"),
        ({"auth_token": "a b c d e f g h"}, "/auth_token", "string_pattern_mismatch"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_kept(play: Any, body: Any, pointer: str, code: str) -> None:
    async def act(here: NumbersWorld) -> None:
        sent = {"carrier": "twilio", "account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.token} | body
        answer = await here.client.post("/carrier-accounts", json=sent)
        assert answer.status_code == 422
        assert [(flaw["pointer"], flaw["code"]) for flaw in answer.json()["errors"]] == [(pointer, code)]
        assert (await here.client.get("/carrier-accounts")).json()["data"] == []

    play(act)


def test_a_carrier_that_does_not_answer_is_no_reason_to_believe_keys(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        here.rest.faults.extend([RestFault("error")] * 3)
        body = {"carrier": "twilio", "account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.token}
        answer = await here.client.post("/carrier-accounts", json=body)
        assert answer.status_code == 502 and answer.json()["code"] == "carrier.unreachable"
        assert answer.json()["what_to_do"]
        assert (await here.client.get("/carrier-accounts")).json()["data"] == []

    play(act)


def test_a_new_token_takes_the_place_of_the_old_one(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        key, account = await here.connect_account(), here.carrier.web.account
        renewed = Account(account.sid, "n" * 32)
        here.carrier.web.account = renewed  # type: ignore[misc]
        checked = (await here.client.post(f"/carrier-accounts/{key}/check")).json()
        assert checked["status"] == "refused" and "anew" in checked["detail"]
        assert await here.connect_account(renewed) == key
        assert here.platform.clients.tokens(account.sid) == (Secret("n" * 32),)
        assert (await here.client.post(f"/carrier-accounts/{key}/check")).json()["status"] == "ok"
        here.rest.account_status = "suspended"
        assert (await here.client.post(f"/carrier-accounts/{key}/check")).json()["status"] == "suspended"
        here.rest.faults.extend([RestFault("error")] * 3)
        assert (await here.client.post(f"/carrier-accounts/{key}/check")).json()["status"] == "unreachable"

    play(act)


def test_an_account_goes_when_its_numbers_have_gone(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        number = await here.connect()
        key = number["carrier_account_id"]
        refused = await here.client.delete(f"/carrier-accounts/{key}")
        assert refused.status_code == 409 and refused.json()["code"] == "carrier_account.in_use"
        assert OURS in refused.json()["detail"]
        assert (await here.client.delete(f"/phone-numbers/{number['id']}")).status_code == 204
        assert (await here.client.delete(f"/carrier-accounts/{key}")).status_code == 204
        await here.platform.snapshot.settle()
        assert here.platform.clients.tokens(ACCOUNT.sid) == ()
        assert (await here.client.delete(f"/carrier-accounts/{key}")).status_code == 404

    play(act)


def test_an_account_belongs_to_one_workspace(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        key = await here.connect_account()
        _, theirs = await here.platform_world.other()
        headers = here.platform_world.as_key(theirs)
        body = {"carrier": "twilio", "account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.token}
        answer = await here.client.post("/carrier-accounts", json=body, headers=headers)
        assert answer.status_code == 409 and answer.json()["code"] == "carrier_account.taken"
        for method, path in (("GET", ""), ("POST", "/check"), ("DELETE", "")):
            answer = await here.client.request(method, f"/carrier-accounts/{key}{path}", headers=headers)
            assert answer.status_code == 404, (method, path)

    play(act)


def test_a_locked_vault_is_named(play: Any, tmp_path: Path) -> None:
    async def act(here: NumbersWorld) -> None:
        await here.connect_account()
        (tmp_path / "master.key").write_text("f" * 64)
        fresh = type(here.platform)(here.platform.settings, here.platform.store, here.platform.objects)
        await fresh.vault.look()
        body = {"carrier": "twilio", "account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.token}
        here.platform_world.platform.carrier_accounts._vault = fresh.vault
        answer = await here.client.post("/carrier-accounts", json=body)
        assert answer.status_code == 423 and answer.json()["code"] == "vault.locked"

    play(act)
