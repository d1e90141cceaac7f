"""What the API tells of calls: lists, records, recordings in ranges, words, events, control, prices."""

import asyncio
import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from offhook import clock
from offhook.api.call_models import Call, CallRecord, Transcript
from offhook.api.prices import PriceShown
from offhook.call.handle import CallHandle, Inside
from offhook.call.taps import Tap, nobody
from offhook.core.events import CallerMuted, EndRequested, Event, InstructionGiven, SayRequested, TransferRequested
from offhook.errors import OffhookError
from offhook.platform.bus import BusDown, NoAnswer
from offhook.platform.call_doors import Wish
from offhook.platform.price_book import Component, Price, PriceBook, Unit
from offhook.store.scope import Scope
from offhook.store.tables.calls import CALLS
from offhook.telephony.facts import CallFacts
from tests.calling import calling, told_call
from tests.platform.conftest import Play
from tests.platform_world import World


@pytest.fixture(autouse=True, scope="module")
def told() -> None:
    """Made before there is a loop: it has one of its own."""
    told_call()


def test_the_record_of_a_call_is_on_one_clock_and_its_parts_add_up(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id = here.whole()
            await here.folded(call_id)
            record = (await world.client.get(f"/calls/{call_id}")).json()
            assert record["status"] == "ended" and record["is_whole"] and record["agent_version"] == 1
            assert [one["role"] for one in record["participants"]] == ["caller", "agent"]
            assert [state["status"] for state in record["states"]] == ["in_progress", "ended"]
            said = {turn["role"]: turn for turn in record["turns"]}
            assert "harbour" in said["caller"]["text"]
            assert all(turn["at_s"] <= turn["until_s"] <= record["duration_ms"] / 1000 for turn in record["turns"])
            gaps = [turn["latency"] for turn in record["turns"] if turn["latency"]]
            assert gaps and all(sum(one["parts_ms"].values()) == one["gap_ms"] for one in gaps)
            assert record["gap_p50_ms"] == gaps[0]["gap_ms"]
            assert record["ending"]["says"] and record["ending"]["what_to_do"]
            assert record["agent_heard_s"] > 1 and record["recording_bytes"] > 44
            lines = {(line["component"], line["unit"]): line for line in record["costs"]}
            assert lines["llm", "token_in"]["quantity"] > 0 and lines["stt", "second"]["cost"]["amount"] == "0"
            carrier = lines["carrier", "minute"]
            assert carrier["quantity"] == 1 and carrier["cost"]["amount"] == "0.0129" and carrier["is_estimate"] is True
            # Who watches the server sees the same money.
            spent = world.platform.metrics.cost.labels("carrier")._value.get()
            assert spent == pytest.approx(0.0129)

    play(act)


def test_calls_are_listed_in_parts_with_filters_and_by_what_was_said(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            ids = [here.whole(from_number=f"+1500555000{n}") for n in range(4)]
            for call_id in ids:
                await here.folded(call_id)

            def note(scope: Scope) -> None:
                scope.update(CALLS, CALLS.c.id == ids[1], metadata={"crm": "42"}, warnings=["stt.lost"])

            await world.platform.store.write(world.workspace, note)
            get = world.client.get

            async def listed(**params: Any) -> list[str]:
                answer = await get("/calls", params=params)
                assert answer.status_code == 200, answer.text
                return [call["id"] for call in answer.json()["data"]]

            assert await listed() == ids[::-1]
            first = (await get("/calls", params={"limit": 3})).json()
            assert first["next"] == ids[1]
            assert await listed(limit=3, after=first["next"]) == [ids[0]]
            assert await listed(q="HARBOUR view") == ids[::-1] and await listed(q="view harb*") == ids[::-1]
            assert await listed(q="harbour", after=ids[2], limit=1) == [ids[1]]
            assert await listed(q="zeppelin") == [] and await listed(q="harbour zeppelin*") == [] == await listed(
                q="harb"
            )
            assert await listed(**{"from": "+15005550002"}) == [ids[2]]
            assert await listed(**{"metadata.crm": "42"}) == [ids[1]]
            assert await listed(**{"metadata.crm": "4"}) == []
            assert await listed(warning="stt.lost", end_reason="caller.*") == [ids[1]]
            assert await listed(end_reason="caller.%") == [] and await listed(status="in_progress") == []
            now = clock.rfc3339(clock.wall_ms() + 60_000)
            assert await listed(**{"started_at.gte": now}) == [] and await listed(**{"started_at.lt": now}) == ids[::-1]
            for wrong in ({"q": "..."}, {"started_at.gte": "yesterday"}, {"limit": "51"}, {"status": "odd"}):
                assert (await get("/calls", params=wrong)).status_code == 422, wrong

    play(act)


def test_a_recording_is_given_in_ranges_and_one_side_alone(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id = here.whole()
            await here.folded(call_id)
            path = f"/calls/{call_id}/recording"
            whole = await world.client.get(path)
            assert whole.status_code == 200 and whole.headers["accept-ranges"] == "bytes"
            wav = whole.content
            assert wav[:4] == b"RIFF" and len(wav) == int(whole.headers["content-length"]) > 64_000
            for span, expected in (("0-99", wav[:100]), ("50-", wav[50:]), ("-10", wav[-10:])):
                part = await world.client.get(path, headers={"Range": f"bytes={span}"})
                assert part.status_code == 206 and part.content == expected
                assert part.headers["content-range"].endswith(f"/{len(wav)}")
            beyond = await world.client.get(path, headers={"Range": f"bytes={len(wav)}-"})
            assert beyond.status_code == 416 and beyond.headers["content-range"] == f"bytes */{len(wav)}"
            assert (await world.client.get(path, headers={"Range": "bytes=9-1"})).status_code == 200
            stale = {"Range": "bytes=0-9", "If-Range": '"another"'}
            assert (await world.client.get(path, headers=stale)).content == wav
            samples = struct.unpack(f"<{(len(wav) - 44) // 2}h", wav[44:])
            for n, channel in enumerate(("caller", "agent")):
                one = (await world.client.get(path, params={"channel": channel})).content
                assert struct.unpack_from("<H", one, 22) == (1,) and len(one) == 44 + (len(wav) - 44) // 2
                assert struct.unpack(f"<{(len(one) - 44) // 2}h", one[44:]) == samples[n::2]
                for begin, end in ((0, 51), (44, 45), (45, 48), (1001, 2004)):
                    asked = {"Range": f"bytes={begin}-{end - 1}"}
                    part = await world.client.get(path, params={"channel": channel}, headers=asked)
                    assert part.content == one[begin:end], (begin, end)
            peaks = (await world.client.get(f"/calls/{call_id}/peaks")).content
            assert len(peaks) % 2 == 0 and abs(len(peaks) / 100 - (len(wav) - 44) / 32_000) < 0.05
            assert max(peaks[0::2]) > 0

    play_here(act)


def test_journal_and_transcript_are_given_of_a_live_call_and_of_one_that_is_over(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id, record = here.begin()
            here.tell(record, 0, 50)
            await here.has(call_id, 51)
            get = world.client.get
            live = (await get(f"/calls/{call_id}/journal")).text.splitlines()
            assert len(live) == 51 and json.loads(live[0])["call"] == call_id
            known = (await get(f"/calls/{call_id}")).json()
            assert not known["is_whole"] and known["turns"] and known["ending"] is None
            assert (await get(f"/calls/{call_id}/recording")).json()["code"] == "call.not_over"
            assert (await world.client.delete(f"/calls/{call_id}")).json()["code"] == "call.live"
            here.tell(record, 50)
            record.close(10.0)
            await here.folded(call_id)
            whole = (await get(f"/calls/{call_id}/journal")).text.splitlines()
            assert whole[:51] == live and json.loads(whole[-1])["note"] == "Closed"
            turns = (await get(f"/calls/{call_id}/transcript")).json()["turns"]
            text = (await get(f"/calls/{call_id}/transcript", params={"format": "text"})).text
            assert len(text.splitlines()) == len(turns) and "harbour" in text
            assert (await world.client.delete(f"/calls/{call_id}")).status_code == 204
            assert (await get(f"/calls/{call_id}")).json()["code"] == "call.not_found"

    play_here(act)


def events(text: str) -> list[dict[str, str]]:
    """Server-sent events."""
    blocks = [block.split("\n") for block in text.split("\n\n") if block.strip()]
    return [dict(line.split(": ", 1) for line in block if ": " in line and line[0] != ":") for block in blocks]


def test_events_come_while_the_call_lives_and_are_taken_up_where_they_ended(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id, record = here.begin()
            here.tell(record, 0, 30)
            await here.has(call_id, 31)
            following = asyncio.ensure_future(world.client.get(f"/calls/{call_id}/events"))
            await asyncio.sleep(0.1)
            here.tell(record, 30)
            record.close(10.0)
            answer = await following
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            told = events(answer.text)
            kinds = [one.get("event") for one in told]
            assert kinds[0] is None and told[0]["retry"] == "2000" and kinds[-2:] == ["ended", "end"]
            assert {"caller_turn", "agent_turn", "gap"} <= set(kinds)
            numbers = [int(one["id"]) for one in told if "id" in one]
            assert numbers == sorted(set(numbers))
            middle = numbers[len(numbers) // 2]
            again = await world.client.get(f"/calls/{call_id}/events", headers={"Last-Event-ID": str(middle)})
            rest = [one for one in events(again.text) if "id" in one]
            assert [int(one["id"]) for one in rest] == [number for number in numbers if number > middle]
            over = await world.client.get(f"/calls/{call_id}/events", headers={"Last-Event-ID": str(numbers[-1])})
            assert over.status_code == 204
            assert (await world.client.get("/calls/call_none/events")).status_code == 404

    play_here(act)


class Nobody:
    """No person takes the call over."""

    def hear(self, frame: bytes) -> None: ...

    def close(self) -> None: ...


class Live:
    """One call that lives here."""

    def __init__(self, call_id: str) -> None:
        self.events: list[Event] = []
        self.call = CallHandle(call_id, CallFacts("CA1"))
        self.call.open(
            Inside(
                put=self.events.append, attach=lambda leg: False, leg_is_off=nobody, media_s=lambda: 0.0,
                tap=self.tap, source=Nobody,
            )
        )  # fmt: skip
        self.taps: list[Tap] = []

    def tap(self, caller: Tap, agent: Tap) -> Callable[[], None]:
        self.taps = [caller, agent]
        return self.taps.clear

    def handle(self, call_id: str) -> CallHandle | None:
        return self.call if call_id == self.call.call_id else None


def test_a_live_call_is_controlled_wherever_it_lives(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world, world.platform.processes.id) as here:
            call_id, record = here.begin()
            await here.has(call_id, 1)
            live, doors, post = Live(call_id), world.platform.call_doors, world.client.post
            doors.live = live
            path = f"/calls/{call_id}/control"
            for body in (
                {"action": "say", "text": "One moment.", "at_once": True}, {"action": "mute"}, {"action": "unmute"},
                {"action": "instruct", "text": "Offer a discount."}, {"action": "end", "why": "closing"},
            ):  # fmt: skip
                assert (await post(path, json=body)).status_code == 202
            assert [type(event) for event in live.events] == [
                SayRequested, CallerMuted, CallerMuted, InstructionGiven, EndRequested,
            ]  # fmt: skip
            assert (await post(path, json={"action": "transfer", "number": "+1 500 555 0006"})).status_code == 202
            assert live.events.pop() == TransferRequested("+15005550006", "+15005550006")
            nowhere = await post(path, json={"action": "transfer", "destination": "desk"})
            assert nowhere.status_code == 422 and nowhere.json()["errors"][0]["pointer"] == "/destination"
            both = {"action": "transfer", "destination": "desk", "number": "+15005550006"}
            for wrong in (both, {"action": "transfer"}, {"action": "transfer", "number": "12"}):
                assert (await post(path, json=wrong)).status_code == 422
            for wrong in ({"action": "say", "text": " "}, {"action": "fly"}, {"action": "mute", "text": "x"}, {}):
                assert (await post(path, json=wrong)).status_code == 422
            assert len(live.events) == 5
            doors.live = None
            # It lives nowhere any more; and then in another process, which cannot be reached.
            assert (await post(path, json={"action": "mute"})).json()["code"] == "call.not_live"
            asked: list[Any] = []
            is_taken = False

            async def remote(process_id: str, message: Any) -> dict[str, bool]:
                asked.append((process_id, message["call_id"], Wish(**message["wish"])))
                return {"granted": message["wish"]["action"] != "transfer", "taken": is_taken}

            def move(scope: Scope) -> None:
                scope.update(CALLS, CALLS.c.id == call_id, process_id="proc_far")

            await world.platform.store.write(world.workspace, move)
            assert (await post(path, json={"action": "mute"})).json()["code"] == "call.elsewhere"
            doors.remote = remote
            assert (await post(path, json={"action": "mute"})).status_code == 202
            for away in (BusDown(), NoAnswer("proc_far did not answer within 1 s")):

                async def silent(process_id: str, message: Any, away: OffhookError = away) -> dict[str, bool]:
                    raise away

                doors.remote = silent
                answer = await post(path, json={"action": "mute"})
                assert (answer.status_code, answer.json()["code"]) == (409, "call.elsewhere")
            doors.remote = remote
            assert asked == [("proc_far", call_id, Wish("mute"))]
            doors.remote = remote
            to_number = {"action": "transfer", "number": "+1 500 555 0006"}
            assert (await post(path, json=to_number)).json()["code"] == "call.not_live"
            assert asked[1][2] == Wish("transfer", "+15005550006", number="+15005550006")
            is_taken = True
            assert (await post(path, json={"action": "mute"})).json()["code"] == "call.taken"
            record.close(1.0)
            await here.folded(call_id)

            def forget(scope: Scope) -> None:
                scope.update(CALLS, CALLS.c.id == call_id, process_id=None)

            await world.platform.store.write(world.workspace, forget)
            assert (await post(path, json={"action": "mute"})).json()["code"] == "call.not_live"

    play_here(act)


def test_calls_of_another_workspace_look_as_if_they_did_not_exist(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id = here.whole()
            await here.folded(call_id)
            _, key = await world.other()
            theirs, get = world.as_key(key), world.client.get
            for part in ("", "/recording", "/peaks", "/journal", "/transcript", "/events"):
                answer = await get(f"/calls/{call_id}{part}", headers=theirs)
                assert answer.status_code == 404 and answer.json()["code"] == "call.not_found", part
            assert (await get("/calls", params={"q": "harbour"}, headers=theirs)).json()["data"] == []
            body = {"action": "end"}
            assert (await world.client.post(f"/calls/{call_id}/control", json=body, headers=theirs)).status_code == 404
            assert (await world.client.delete(f"/calls/{call_id}", headers=theirs)).status_code == 404
            assert (await get(f"/calls/{call_id}")).status_code == 200

    play_here(act)


def test_an_owners_price_is_what_later_calls_are_counted_at(play_here: Play) -> None:
    async def act(world: World) -> None:
        price = {"component": "carrier", "item": "twilio inbound", "unit": "minute", "amount": "0.0085"}
        made = await world.client.post("/prices", json=price)
        assert made.status_code == 201 and made.json()["price"] == {"amount": "0.0085", "currency": "USD"}
        listed = (await world.client.get("/prices")).json()["data"]
        assert listed[0]["id"] == made.json()["id"] and any(one["id"] is None for one in listed)
        async with calling(world) as here:
            call_id = here.whole()
            row = await here.folded(call_id)
            assert row.cost_nano == 8_500_000
            assert (await world.client.get(f"/calls/{call_id}")).json()["cost"]["amount"] == "0.0085"
        wrong = ({"unit": "token_in"}, {"amount": "-1"}, {"amount": "1e9"}, {"since": "soon"}, {"item": " "})
        for change in wrong:
            assert (await world.client.post("/prices", json=price | change)).status_code == 422, change
        assert (await world.client.delete(f"/prices/{made.json()['id']}")).status_code == 204
        assert (await world.client.delete(f"/prices/{made.json()['id']}")).status_code == 404

    play_here(act)


def test_prices_hold_from_their_day_on_and_the_owners_come_first() -> None:
    own = [
        Price("llm", "openai gpt-6-luna", "token_in", nano, since, f"price_{since}")
        for nano, since in ((5, 100), (7, 200))
    ]
    book = PriceBook(own)

    def nano(item: str, unit: Unit, at: int, component: Component = Component.LLM) -> int | None:
        price = book.price(component, item, unit, at)
        return price.nano if price is not None else None

    assert [nano("openai gpt-6-luna", Unit.INTO, at) for at in (150, 250)] == [5, 7]
    assert nano("openai gpt-6-luna", Unit.INTO, 50) == 100, "before the owner's own: the list price"
    assert nano("openai gpt-6-luna (2)", Unit.OUT, 250) == 500
    assert nano("deepgram aura-2-thalia-en", Unit.CHARACTER, 1, Component.TTS) == 30_000
    assert nano("deepgram nova-3", Unit.SECOND, 1, Component.STT) == 80_000
    assert nano("local whisper-base", Unit.SECOND, 1, Component.STT) == 0
    assert nano("acme new-model", Unit.INTO, 1) is None


def test_the_examples_that_are_published_are_what_is_answered() -> None:
    for model in (Call, CallRecord, Transcript, PriceShown):
        (example,) = model.model_json_schema()["examples"]
        assert model.model_validate(example).model_dump(mode="json", by_alias=True) == example, model.__name__


ODD = (
    "from=%00", "metadata.a%22b=1", "metadata.=x", "metadata.a=%5C", "metadata.$[0]=1", "metadata.a.b=1",
    "q=%F0%9F%98%80",
    "started_at.gte=9999-12-31T23:59:59Z", "started_at.lt=1970-01-01T00:00:00Z", "started_at.lt=0001-01-01T00:00:00Z",
    "end_reason=%25_*", "end_reason=*", "q=%22+OR+*+NEAR(a)", "q=NOT+a", "q=a:b|c", "q=%27", "after=zzz", "warning=%22",
)  # fmt: skip


def test_odd_questions_are_answered_or_refused(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            await here.folded(here.whole())
            for query in ODD:
                answer = await world.client.get(f"/calls?{query}")
                assert answer.status_code in (200, 400, 422), f"{query}: {answer.text}"

    play(act)
