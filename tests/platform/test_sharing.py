"""Links to a moment of a call: what they open, what they hide, and when they open nothing."""

import struct
from typing import Any

import httpx2
import pytest

from offhook import clock
from offhook.platform.hiding import SIGN, hidden, short_number, without
from offhook.store.scope import Scope
from offhook.store.tables.calls import CALL_LINKS, CALL_TURNS
from offhook.store.tables.people import AUDIT_EVENTS
from tests.calling import Calling, calling, told_call
from tests.platform.conftest import Play
from tests.platform_world import World

SECRET = "It is five oh three, double five, one two three four."


@pytest.fixture(autouse=True, scope="module")
def told() -> None:
    """Made before there is a loop: it has one of its own."""
    told_call()


async def shared_call(here: Calling, **body: Any) -> tuple[str, dict[str, Any]]:
    """A call in which the caller tells a number in the first half second, and a link to it."""
    call_id, world = here.whole(from_number="+15005550006"), here.world
    await here.folded(call_id)

    def tell(scope: Scope) -> None:
        turn = CALL_TURNS.c
        row = scope.first(scope.select(CALL_TURNS).where(turn.call_id == call_id, turn.role == "caller"))
        assert row is not None
        detail = {**row.detail, "at_s": 0.0, "until_s": 0.5}
        scope.update(CALL_TURNS, turn.call_id == call_id, turn.number == row.number, text=SECRET, detail=detail)

    await world.platform.store.write(world.workspace, tell)
    made = await world.client.post(f"/calls/{call_id}/links", json={"at_ms": 1200, **body})
    assert made.status_code == 201, made.text
    return call_id, made.json()


def stranger(world: World) -> httpx2.AsyncClient:
    """Somebody without a key."""
    return httpx2.AsyncClient(transport=world.client._transport, base_url="http://test")


def samples_of(wav: bytes) -> tuple[list[int], list[int]]:
    both = struct.unpack(f"<{(len(wav) - 44) // 2}h", wav[44:])
    return list(both[0::2]), list(both[1::2])


def test_a_link_opens_words_and_sound_of_one_call_and_hides_what_was_told(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here, stranger(world) as guest:
            call_id, link = await shared_call(here)
            assert link["url"].endswith(f"/shared#link={link['token']}") and link["redact"]
            path = f"/shared/{link['token']}"
            told = await guest.get(path)
            assert told.status_code == 200 and told.headers["cache-control"] == "no-store"
            assert told.json()["at_ms"] == 1200 and told.json()["from"] == f"{SIGN * 3}06"
            assert call_id not in told.text and "5550006" not in told.text
            turns = (await guest.get(f"{path}/transcript")).json()["turns"]
            assert [turn["role"] for turn in turns].count("caller") == 1
            assert not any(word in str(turns) for word in ("five", "three", "1234")) and SIGN in str(turns)
            whole = (await world.client.get(f"/calls/{call_id}/recording")).content
            heard = (await guest.get(f"{path}/recording")).content
            (caller, agent), (was_caller, was_agent) = samples_of(heard), samples_of(whole)
            assert heard[:44] == whole[:44] and agent == was_agent and any(was_caller[:4_000])
            assert not any(caller[:7_000]) and caller[8_000:] == was_caller[8_000:]
            for begin, end in ((0, 9), (40, 50), (45, 1_001), (20_003, 40_007), (len(whole) - 5, len(whole) - 1)):
                part = await guest.get(f"{path}/recording", headers={"Range": f"bytes={begin}-{end}"})
                assert part.status_code == 206 and part.content == heard[begin : end + 1]
            peaks, before = (
                (await guest.get(f"{path}/peaks")).content,
                await world.client.get(f"/calls/{call_id}/peaks"),
            )
            assert len(peaks) == len(before.content) and not any(peaks[0:50:2]) and peaks[1::2] == before.content[1::2]
            assert any(before.content[0:50:2]) and peaks[100::2] == before.content[100::2]
            for other in (f"/calls/{call_id}", f"/calls/{call_id}/recording", "/calls", "/session"):
                assert (await guest.get(other)).status_code == 401

    play(act)


def test_a_link_without_redaction_tells_all_but_whole_telephone_numbers(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here, stranger(world) as guest:
            call_id, link = await shared_call(here, redact=False)
            path = f"/shared/{link['token']}"
            assert SECRET in (await guest.get(f"{path}/transcript")).text
            assert (await guest.get(path)).json()["from"] == f"{SIGN * 3}06"
            whole = await world.client.get(f"/calls/{call_id}/recording")
            assert (await guest.get(f"{path}/recording")).content == whole.content

    play_here(act)


def test_a_link_that_is_old_taken_back_or_guessed_opens_nothing(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here, stranger(world) as guest:
            call_id, link = await shared_call(here)
            _, other_key = await world.other()
            theirs = world.as_key(other_key)
            for answer in (
                await world.client.get(f"/calls/{call_id}/links", headers=theirs),
                await world.client.post(f"/calls/{call_id}/links", json={}, headers=theirs),
                await world.client.delete(f"/calls/{call_id}/links/{link['id']}", headers=theirs),
            ):
                assert answer.status_code == 404
            listed = (await world.client.get(f"/calls/{call_id}/links")).json()["data"]
            assert [one["id"] for one in listed] == [link["id"]] and link["token"] not in str(listed)
            assert (await guest.get(f"/shared/{link['token']}")).status_code == 200
            store = world.platform.store
            rows = [
                await store.read(world.workspace, lambda scope, table=table: scope.all(scope.select(table)))  # type: ignore[misc]
                for table in (CALL_LINKS, AUDIT_EVENTS)
            ]
            assert link["token"] not in str(rows) and "call.shared" in str(rows)

            def age(scope: Scope) -> None:
                scope.update(CALL_LINKS, CALL_LINKS.c.id == link["id"], expires_at=clock.wall_ms() - 1)

            await store.write(world.workspace, age)
            old = await guest.get(f"/shared/{link['token']}")
            never = await guest.get("/shared/nobody-made-this")
            assert old.status_code == never.status_code == 404
            same = ("code", "detail", "what_to_do")
            assert "has expired" in old.json()["detail"]
            assert [old.json()[name] for name in same] == [never.json()[name] for name in same]
            again = (await world.client.post(f"/calls/{call_id}/links", json={})).json()
            assert (await world.client.delete(f"/calls/{call_id}/links/{again['id']}")).status_code == 204
            for part in ("", "/transcript", "/recording", "/peaks"):
                assert (await guest.get(f"/shared/{again['token']}{part}")).status_code == 404
            assert (await world.client.delete(f"/calls/{call_id}/links/{again['id']}")).status_code == 404
            kept = (await world.client.post(f"/calls/{call_id}/links", json={})).json()
            assert (await world.client.delete(f"/calls/{call_id}")).status_code == 204
            assert (await guest.get(f"/shared/{kept['token']}")).status_code == 404
            tries = [(await guest.get(f"/shared/guess{n}")).status_code for n in range(70)]
            assert tries[0] == 404 and tries[-1] == 429

    play(act)


def test_a_call_that_lives_cannot_be_shared(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id, record = here.begin()
            here.tell(record, 0, 3)
            await here.has(call_id, 4)
            refused = await world.client.post(f"/calls/{call_id}/links", json={})
            assert refused.status_code == 409 and refused.json()["code"] == "call.not_over"
            for body in ({"at_ms": -1}, {"expires_in_s": 5}, {"expires_in_s": 10**9}, {"forever": True}):
                assert (await world.client.post(f"/calls/{call_id}/links", json=body)).status_code == 422
            record.close(1.0)

    play_here(act)


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 123456-78", "five, uh, three and two then one", "achtundachtzig zweiundzwanzig elf",
        "seis uno dos treinta y cuatro", "quatre-vingt-douze douze", "K7PX42", "a.b@c.example",
        "john dot smith at example dot com", "j o h n at example dot de", "4000 1234 5678 9010", "zwo drei vier fünf",
    ],
)  # fmt: skip
def test_numbers_and_addresses_are_hidden_however_they_are_told(text: str) -> None:
    told = without(f"Yes, it is {text}")
    left = told.removeprefix("Yes, it is ")
    assert told.startswith("Yes, it is ") and SIGN in left
    # What joins two halves of a number may stay.
    words = set(left.replace(",", " ").split()) - {"y"}
    assert not any(sign.isalnum() for word in words for sign in word), told


@pytest.mark.parametrize(
    "text", ["At 7.30, for two.", "Room 12 on the 3rd floor.", "One for you and one for me, at best."]
)
def test_what_names_nobody_stays(text: str) -> None:
    assert without(text) == text


def test_a_number_that_is_told_over_two_turns_is_hidden_in_both() -> None:
    def turn(role: str, text: str, at_s: float) -> dict[str, Any]:
        return {"role": role, "text": text, "at_s": at_s, "until_s": at_s + 1}

    turns = [
        turn("caller", "five oh three", 1),
        turn("agent", "Yes?", 3),
        turn("caller", "one two", 5),
        turn("caller", "Bye", 9),
    ]
    found = hidden(turns, [{"at_s": 20.0}])
    assert [SIGN in one["text"] for one in found.turns] == [True, False, True, False]
    *_, key = found.silences
    assert len(found.silences) == 3 and key.side == "caller" and key.begin_s < 20 < key.end_s
    assert short_number("+15005550006") == f"{SIGN * 3}06" and short_number("7") == SIGN * 3 and short_number("") == ""
