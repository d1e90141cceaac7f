"""Numbers: connected with what was there before remembered, watched, put right, and released as they were."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from offhook.platform.number_watch import EVERY_MS
from offhook.platform.vault_look import look_at
from offhook.simulator.carrier_rest import RestFault
from offhook.store.tables.calls import REFUSED_CALLS
from offhook.store.tables.numbers import PHONE_NUMBERS
from offhook.telephony.facts import CallFacts
from tests.platform.numbers_world import ACCOUNT, OTHER, OURS, PUBLIC, THEIRS, NumbersWorld, in_numbers_world
from tests.platform_world import new_database

BEFORE: Any = {
    "voice_url": "https://old.example.com/voice?tenant=7", "voice_method": "GET",
    "voice_fallback_url": "https://old.example.com/sorry", "status_callback": "https://old.example.com/status",
}  # fmt: skip
WRITTEN: Any = {
    "voice_url": f"{PUBLIC}/twilio/voice", "voice_method": "POST",
    "voice_fallback_url": f"{PUBLIC}/twilio/after-stream", "voice_fallback_method": "POST",
    "status_callback": f"{PUBLIC}/twilio/status", "status_callback_method": "POST",
}  # fmt: skip


@pytest.fixture
def play(tmp_path: Path) -> Any:
    url = new_database("sqlite", tmp_path)
    return lambda act, **settings: in_numbers_world(url, tmp_path, act, **settings)


def test_a_connected_number_turns_to_us_and_a_released_one_as_before(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        owned = here.carrier.numbers.add(OURS, **BEFORE)
        before = dict(owned.settings)
        number = await here.connect()
        assert number["status"] == "connected" and number["drift"] is None and number["number"] == OURS
        assert owned.settings.items() >= WRITTEN.items() and owned.settings["sms_url"] == before["sms_url"]
        known = here.platform.snapshot.number(OURS)
        assert (known.agent_id, known.account_sid) == (here.agent, ACCOUNT.sid)
        assert (await here.client.get("/phone-numbers")).json()["data"] == [number]
        assert (await here.client.delete(f"/phone-numbers/{number['id']}")).status_code == 204
        assert owned.settings == before
        await here.platform.snapshot.settle()
        assert here.platform.snapshot.number(OURS) is None

    play(act)


@pytest.mark.parametrize("name", ["voice_application_sid", "trunk_sid"])
def test_what_wins_over_a_numbers_addresses_is_taken_away_and_put_back(play: Any, name: str) -> None:
    async def act(here: NumbersWorld) -> None:
        given: Any = {name: "AP" + "7" * 32}
        owned = here.carrier.numbers.add(OURS, **given, voice_receive_mode="fax")
        number = await here.connect()
        assert owned.settings[name] == "" and owned.settings["voice_receive_mode"] == "voice"
        assert (await here.client.delete(f"/phone-numbers/{number['id']}")).status_code == 204
        assert owned.settings[name] == "AP" + "7" * 32 and owned.settings["voice_receive_mode"] == "fax"

    play(act)


def test_what_others_changed_since_stays_theirs_and_our_own_addresses_are_no_past(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        owned = here.carrier.numbers.add(OURS, **WRITTEN)
        number = await here.connect()
        owned.settings["status_callback"] = "https://new.example.com/status"
        assert (await here.client.delete(f"/phone-numbers/{number['id']}")).status_code == 204
        assert owned.settings["status_callback"] == "https://new.example.com/status"
        assert owned.settings["voice_url"] == "" and owned.settings["voice_fallback_url"] == ""

    play(act)


def test_numbers_of_an_account_are_listed_and_searched(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        account = await here.connect_account()
        for n in range(60):
            here.carrier.numbers.add(f"+150055510{n:02}", friendly_name="Berlin" if n == 7 else "")
        here.carrier.numbers.add("+15005559999", takes_calls=False)
        connected = await here.connect("+15005551003")
        ask = {"carrier_account_id": account}
        first = (await here.client.get("/phone-numbers/available", params=ask)).json()
        assert len(first["data"]) == 50 and first["data"][3]["phone_number_id"] == connected["id"]
        rest = (await here.client.get("/phone-numbers/available", params=ask | {"after": first["next"]})).json()
        assert len(rest["data"]) == 11 and rest["next"] is None and rest["data"][-1]["takes_calls"] is False
        for q, count in (("berl", 1), ("(500) 555-1003", 1), ("nowhere", 0), ("51", 60)):
            found = (await here.client.get("/phone-numbers/available", params=ask | {"q": q})).json()
            assert len(found["data"]) == min(count, 50), q
        missing = await here.client.get("/phone-numbers/available", params={"carrier_account_id": "acct_x"})
        assert missing.status_code == 404
        refused = await here.client.post(
            "/phone-numbers/connect", json={"carrier_account_id": account, "number": "+15005559999"}
        )
        assert refused.json()["errors"][0]["code"] == "phone_number.not_owned"

    play(act)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"number": "5550001"}, "/number"),
        ({"number": "+1500555"}, "/number"),
        ({"number": "+15005550002"}, "/number"),
        ({"carrier_account_id": "acct_nothing"}, "/carrier_account_id"),
        ({"agent_id": "agent_nothing"}, "/agent_id"),
        ({"split": [{"version": 1, "percent": 50}, {"version": 9, "percent": 50}]}, "/split/1/version"),
        ({"split": [{"version": 1, "percent": 50}, {"version": 2, "percent": 40}]}, "/split"),
        ({"split": [{"version": 1, "percent": 50}, {"version": 1, "percent": 50}]}, "/split"),
    ],
)
def test_what_cannot_be_connected_is_named_and_changes_nothing(play: Any, change: Any, pointer: str) -> None:
    async def act(here: NumbersWorld) -> None:
        owned = here.carrier.numbers.add(OURS, **BEFORE)
        before, account = dict(owned.settings), await here.connect_account()
        body = {"carrier_account_id": account, "number": OURS, "agent_id": here.agent} | change
        answer = await here.client.post("/phone-numbers/connect", json=body)
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == pointer, answer.text
        assert owned.settings == before and (await here.client.get("/phone-numbers")).json()["data"] == []

    play(act)


def test_without_its_own_address_the_server_says_what_to_set(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        here.carrier.numbers.add(OURS)
        body = {"carrier_account_id": await here.connect_account(), "number": OURS}
        answer = await here.client.post("/phone-numbers/connect", json=body)
        assert answer.status_code == 409 and answer.json()["code"] == "server.no_public_url"
        assert "OFFHOOK_PUBLIC_URL" in answer.json()["what_to_do"]

    play(act, public_url="")


def test_a_number_is_connected_once_and_written_any_way(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        number = await here.connect()
        body = {"carrier_account_id": number["carrier_account_id"], "number": " +1 (500) 555-0001"}
        answer = await here.client.post("/phone-numbers/connect", json=body)
        assert answer.status_code == 409 and answer.json()["code"] == "phone_number.connected"

    play(act)


@pytest.mark.parametrize("faults", [["unanswered"], ["malformed"], ["done"], ["late"]])
def test_a_lost_answer_of_the_carrier_is_read_back(play: Any, faults: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        owned = here.carrier.numbers.add(OURS, **BEFORE)
        account = await here.connect_account()
        here.rest.faults.extend([RestFault("none"), *(RestFault(kind, 0.2) for kind in faults)])
        body = {"carrier_account_id": account, "number": OURS, "agent_id": here.agent}
        answer = await here.client.post("/phone-numbers/connect", json=body)
        assert answer.status_code == 201 and answer.json()["status"] == "connected", answer.text
        assert owned.settings.items() >= WRITTEN.items()

    play(act)


def test_a_refusal_leaves_nothing_and_a_doubt_can_be_put_right(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        owned = here.carrier.numbers.add(OURS, **BEFORE)
        body = {"carrier_account_id": await here.connect_account(), "number": OURS, "agent_id": here.agent}
        here.rest.faults.extend([RestFault("none"), *[RestFault("error")] * 6])
        answer = await here.client.post("/phone-numbers/connect", json=body)
        assert answer.status_code == 502 and answer.json()["code"] == "carrier.answer_lost"
        (number,) = (await here.client.get("/phone-numbers")).json()["data"]
        assert number["status"] == "unverified"
        repaired = (await here.client.post(f"/phone-numbers/{number['id']}/repair")).json()
        assert repaired["status"] == "connected" and owned.settings.items() >= WRITTEN.items()
        assert (await here.client.delete(f"/phone-numbers/{number['id']}")).status_code == 204
        assert owned.settings.items() >= BEFORE.items()

    play(act)


def test_drift_is_told_on_demand_and_every_hour_and_put_right(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        number = await here.connect()
        owned = here.carrier.numbers.find(OURS)
        assert owned is not None
        owned.settings["voice_url"] = "https://elsewhere.example.com/"
        checked = (await here.client.post(f"/phone-numbers/{number['id']}/check")).json()
        expected = {"setting": "voice_url", "wanted": WRITTEN["voice_url"], "found": "https://elsewhere.example.com/"}
        assert checked["status"] == "drifted" and checked["drift"] == [expected]
        # The owner is told where all that is wrong is told, while a server runs and before it starts.
        health = (await here.client.get("/health")).json()
        (line,) = [one for one in health["checks"] if one["name"] == "numbers"]
        assert line["status"] == "note" and "voice_url" in line["found"] and "repair" in line["what_to_do"]
        seen = await asyncio.to_thread(look_at, here.platform.settings)
        assert [entry[1:] for entry in seen.drifted] == [(OURS, "voice_url")]
        repaired = (await here.client.post(f"/phone-numbers/{number['id']}/repair")).json()
        assert repaired["status"] == "connected" and owned.settings["voice_url"] == WRITTEN["voice_url"]

        async def read() -> Any:
            return await here.platform.store.read(here.workspace, lambda scope: scope.get(PHONE_NUMBERS, number["id"]))

        owned.settings["status_callback"] = ""
        await here.platform.number_watch.look()
        assert (await read()).drift[0]["setting"] == "status_callback"
        owned.settings["status_callback"] = WRITTEN["status_callback"]
        await here.platform.number_watch.look()
        assert (await read()).drift, "its hour is not over"
        looked_at = (await read()).looked_at - EVERY_MS - 1
        await here.platform.store.write(here.workspace, lambda scope: scope.update(PHONE_NUMBERS, looked_at=looked_at))
        await here.platform.number_watch.look()
        assert (await read()).drift is None
        here.carrier.numbers.by_sid.clear()
        gone = (await here.client.post(f"/phone-numbers/{number['id']}/check")).json()
        assert gone["drift"][0]["setting"] == "number"
        assert (await here.client.delete(f"/phone-numbers/{number['id']}")).status_code == 204

    play(act)


def test_a_number_that_cannot_be_put_back_is_kept_unless_by_force(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        number = await here.connect()
        here.rest.faults.extend([RestFault("error")] * 3)
        kept = await here.client.delete(f"/phone-numbers/{number['id']}")
        assert kept.status_code == 502 and len((await here.client.get("/phone-numbers")).json()["data"]) == 1
        here.rest.faults.extend([RestFault("error")] * 3)
        assert (await here.client.delete(f"/phone-numbers/{number['id']}?force=true")).status_code == 204
        assert (await here.client.get("/phone-numbers")).json()["data"] == []

    play(act)


def test_who_answers_is_changed_by_whoever_has_read_it(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        number = await here.connect()
        path = f"/phone-numbers/{number['id']}"
        tag = (await here.client.get(path)).headers["etag"]
        assert (await here.client.patch(path, json={"name": "desk"})).status_code == 428
        split = [{"version": 1, "percent": 90}, {"version": 3, "percent": 10}]
        changed = await here.client.patch(path, json={"name": "desk", "split": split}, headers={"If-Match": tag})
        assert changed.json()["split"] == split and changed.json()["name"] == "desk"
        assert changed.headers["etag"] != tag
        assert here.platform.snapshot.number(OURS).split == ((1, 90), (3, 10))
        stale = await here.client.patch(path, json={"name": "x"}, headers={"If-Match": tag})
        assert stale.status_code == 412
        freed = await here.client.patch(path, json={"agent_id": None}, headers={"If-Match": "*"})
        assert freed.json()["agent_id"] is None and freed.json()["split"] is None
        bad = await here.client.patch(path, json={"split": split}, headers={"If-Match": "*"})
        assert bad.status_code == 422

    play(act)


def test_numbers_of_another_workspace_look_as_if_they_did_not_exist(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        number = await here.connect()
        _, theirs = await here.platform_world.other()
        headers = here.platform_world.as_key(theirs) | {"If-Match": "*"}
        for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/check"), ("POST", "/repair")):
            body = {"name": "x"} if method == "PATCH" else None
            path = f"/phone-numbers/{number['id']}{path}"
            answer = await here.client.request(method, path, json=body, headers=headers)
            assert answer.status_code == 404 and answer.json()["code"] == "phone_number.not_found", (method, path)
        ask = {"carrier_account_id": number["carrier_account_id"]}
        assert (await here.client.get("/phone-numbers/available", params=ask, headers=headers)).status_code == 404
        assert (await here.client.get("/phone-numbers", headers=headers)).json()["data"] == []

    play(act)


# ── who may ring where ───────────────────────────────────────────────────────────────────────────────────────────────


async def refused_of(here: NumbersWorld, workspace: str) -> list[Any]:
    async def rows() -> list[Any]:
        return list(await here.platform.store.read(workspace, lambda scope: scope.all(scope.select(REFUSED_CALLS))))

    return list(await here.until(rows))


def test_a_number_rings_for_its_own_account_alone(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        await here.connect()
        other, key = await here.platform_world.other()
        here.rest.also(OTHER)
        await here.connect_account(OTHER, key)
        await here.platform.snapshot.settle()
        right = await here.webhook("/twilio/voice", ACCOUNT, CallSid="CA" + 32 * "1")
        assert right.status_code == 200 and f"/twilio/media/{ACCOUNT.sid}" in right.text
        assert (await here.webhook("/twilio/voice", ACCOUNT, signed_by=OTHER)).status_code == 403
        crossed = await here.webhook("/twilio/voice", OTHER, CallSid="CA" + 32 * "2")
        assert "not in use" in crossed.text and "Stream" not in crossed.text
        (row,) = await refused_of(here, other)
        assert (row.to_number, row.reason) == (OURS, "unknown number") and "not in use" in row.heard
        # Nor does it speak for the other's live calls.
        stolen = await here.webhook("/twilio/status", OTHER, CallSid="CA" + 32 * "1", CallStatus="completed")
        assert stolen.status_code == 404 and here.live.facts_of("CA" + 32 * "1") is not None
        assert (await here.webhook("/twilio/voice", OTHER, CallSid="CA" + 32 * "1")).status_code == 404
        ended = await here.webhook("/twilio/status", ACCOUNT, CallSid="CA" + 32 * "1", CallStatus="completed")
        assert ended.status_code == 204 and here.live.facts_of("CA" + 32 * "1") is None

    play(act)


def test_an_unknown_number_hears_a_sentence_and_is_on_record(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        await here.connect()
        answer = await here.webhook("/twilio/voice", ACCOUNT, To=THEIRS)
        assert answer.status_code == 200 and "not in use" in answer.text and "Hangup" in answer.text
        (row,) = await refused_of(here, here.workspace)
        assert row.to_number == THEIRS and row.reason == "unknown number"
        stranger = type(ACCOUNT)("AC" + 32 * "9", "1" * 32)
        assert (await here.webhook("/twilio/voice", stranger)).status_code == 403

    play(act)


def test_a_released_or_forgotten_account_signs_no_more(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        number = await here.connect()
        assert (await here.client.delete(f"/phone-numbers/{number['id']}")).status_code == 204
        assert (await here.client.delete(f"/carrier-accounts/{number['carrier_account_id']}")).status_code == 204
        await here.platform.snapshot.settle()
        assert (await here.webhook("/twilio/voice", ACCOUNT)).status_code == 403

    play(act)


def test_the_settings_token_does_not_speak_for_a_workspaces_account(play: Any) -> None:
    """Both accounts' calls come to one server: a token of one of them names the other's account in vain."""

    async def act(here: NumbersWorld) -> None:
        await here.connect()
        assert (await here.webhook("/twilio/voice", ACCOUNT, signed_by=OTHER)).status_code == 403
        own = await here.webhook("/twilio/voice", OTHER, CallSid="CA" + 32 * "2", To=THEIRS)
        assert own.status_code == 200 and "not in use" in own.text
        crossed = await here.webhook("/twilio/voice", OTHER, CallSid="CA" + 32 * "3")
        assert "not in use" in crossed.text

    from offhook.settings import Secret

    play(act, twilio_account_sid=OTHER.sid, twilio_auth_token=Secret(OTHER.token))


def test_every_process_knows_whose_number_it_is(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        await here.connect()
        # As behind a token: the account is not in it.
        lines = here.platform.clients.lines(None)
        assert lines(CallFacts("CA" + 32 * "1", "+15005550006", OURS, origin=PUBLIC)).can_transfer
        assert not lines(CallFacts("CA" + 32 * "1", "+15005550006", THEIRS, origin=PUBLIC)).can_transfer

    play(act)
