"""What is learned of calls, through the API: figures that open calls, statements that add up, questions, tasks."""

from typing import Any

import pytest

from offhook import clock
from offhook.call.records.disk import OsDisk
from offhook.core.endings import EndReason
from offhook.core.history import Outcome
from offhook.ids import new_id
from offhook.platform import task_sights
from offhook.platform.analytics import Group
from offhook.platform.folding import EndedCall, fold, store_folded
from offhook.platform.price_book import PriceBook
from offhook.platform.statement_pages import as_pdf
from offhook.platform.statements import as_csv
from offhook.platform.usage import AgentUsage, Usage, UsageLine, month_of
from offhook.speech.catalogue import models
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENTS
from offhook.store.tables.calls import CALLS, REFUSED_CALLS
from offhook.store.tables.numbers import CARRIER_ACCOUNTS, PHONE_NUMBERS
from tests.calling import calling
from tests.insight_world import DAY_MS, UNKNOWN, call, got, sent, tool
from tests.people_world import office, user_id
from tests.platform.conftest import Play
from tests.platform_world import World

MEASURES = ["calls", "minutes", "cost", "success", "gap_p50_ms", "silences", "questions", "unkept", "refused", "saved"]


def test_figures_open_their_calls_and_the_statement_adds_up_to_them(play: Play) -> None:
    async def act(world: World) -> None:
        now = clock.wall_ms()
        async with calling(world) as here:
            fine = ("What is the time?", "It is ten.")
            for days, end in ((0, EndReason.AGENT_ENDED), (1, EndReason.CALLER_HUNG_UP), (3, EndReason.CALLER_SILENT)):
                await call(here, fine, end=end, at=now - days * DAY_MS - 1_000, gap_s=0.4 + days / 10)
            await call(here, ("Can I bring my dog?", UNKNOWN), at=now - 40 * DAY_MS, direction="outbound")
            sample = await call(here, fine, at=now - 2_000)

            def mark(scope: Scope) -> None:
                scope.insert(REFUSED_CALLS, id=new_id("ref"), at=now - 500, from_number="", to_number="", heard="",
                             reason="shield.blocked", saved_nano=5_000_000)  # fmt: skip

            await world.platform.store.write(world.workspace, mark)
            span = {"from": clock.rfc3339(now - 60 * DAY_MS), "to": clock.rfc3339(now + 60_000), "tz": "Europe/Berlin"}
            whole = (await sent(world, "/analytics/query", {"measures": MEASURES, **span}))["rows"][0]
            assert whole["values"]["calls"] == 5 and whole["values"]["minutes"] == 2.5
            assert whole["values"]["success"] == 0.6 and whole["values"]["questions"] == 1
            assert whole["values"]["refused"] == 1 and whole["values"]["saved"]["amount"] == "0.005"
            assert 380 < whole["values"]["gap_p50_ms"] < 620
            calls = (await got(world, "/calls"))["data"]
            cost = sum(nano(one["cost"]["amount"]) for one in calls)
            assert nano(whole["values"]["cost"]["amount"]) == cost > 0
            for group in set(Group) - {Group.HOUR}:
                rows = (await sent(world, "/analytics/query", {"measures": MEASURES, "group_by": group, **span}))[
                    "rows"
                ]
                assert sum(row["values"]["calls"] for row in rows) == 5, group
                assert sum(nano(row["values"]["cost"]["amount"]) for row in rows) == cost, group
                for row in rows:
                    if row["calls_query"] is not None:
                        behind = (await got(world, "/calls", **row["calls_query"]))["data"]
                        assert len(behind) == row["values"]["calls"], (group, row)
            hours = {"measures": ["calls"], "group_by": "hour", **span, "from": clock.rfc3339(now - 5 * DAY_MS)}
            assert [row["values"]["calls"] for row in (await sent(world, "/analytics/query", hours))["rows"]] == [
                1,
                1,
                2,
            ]
            assert [one["id"] for one in (await got(world, "/calls", has="questions"))["data"]] == [calls[-1]["id"]]
            await statement_adds_up(world, calls)
            home = await got(world, "/today", tz="Europe/Berlin")
            assert len(home["days"]) == 14 and home["today"] == home["days"][-1]
            assert sum(day["calls"] for day in home["days"]) == 4 and home["open_questions"] == 1
            steps = {step["code"]: step["is_done"] for step in home["steps"]}
            assert steps["talk"] and steps["agent"] and not steps["number"]
            # A call that is deleted was paid for all the same.
            assert (await world.client.delete(f"/calls/{sample}")).status_code == 204
            again = (await sent(world, "/analytics/query", {"measures": ["calls", "cost"], **span}))["rows"][0]
            assert again["values"] == {"calls": 5, "cost": whole["values"]["cost"]}

    play(act)


async def statement_adds_up(world: World, calls: list[Any]) -> None:
    months = {one["started_at"][:7] for one in calls}
    total = 0
    for month in months:
        usage = await got(world, "/usage", month=month)
        own = [one for one in calls if one["started_at"][:7] == month]
        assert nano(usage["cost"]["amount"]) == sum(nano(one["cost"]["amount"]) for one in own)
        assert usage["calls"] == len(own) and usage["has_estimates"] and usage["unpriced_calls"] == 0
        lines = [line for line in usage["lines"] if line["cost"] is not None]
        assert sum(nano(line["cost"]["amount"]) for line in lines) == nano(usage["cost"]["amount"])
        assert all(nano(one["price"]["amount"]) * one["quantity"] == nano(one["cost"]["amount"]) for one in lines)
        answer = await world.client.get("/usage", params={"month": month, "format": "csv"})
        assert answer.headers["content-type"].startswith("text/csv")
        *_, last = answer.text.strip().splitlines()
        assert last.split(",")[-2] == usage["cost"]["amount"]
        total += len(own)
    assert total == len(calls)
    assert (await world.client.get("/usage", params={"month": "2026-13"})).status_code == 422


def test_a_statement_is_pages_whatever_names_there_are() -> None:
    month = month_of("2026-11", "Europe/Berlin")
    agents = [AgentUsage("agent_1", "Grüße & <b>Żółw</b> 東京", 3, 90_000, 30_000_000, 1)]
    lines = [UsageLine("agent_1", "stt", "x" * 90, "second", 300, 100_000, 30_000_000, False),
             UsageLine("agent_1", "carrier", "twilio inbound", "minute", 3, None, None, False)]  # fmt: skip
    pages = as_pdf(Usage(month, agents, lines), "=cmd")
    assert pages.startswith(b"%PDF-") and len(pages) < 200_000
    odd = Usage(month, [AgentUsage("agent_1", "=1+1", 1, 1, 1, 0)], lines)
    assert b",'=1+1," in as_csv(odd), "no spreadsheet is to reckon with a name"
    assert (month.until - month.since, month.since % 3_600_000) == (30 * DAY_MS, 0)


def nano(amount: str) -> int:
    whole, _, part = amount.partition(".")
    return int(whole + part.ljust(9, "0"))


def test_calls_that_are_samples_tests_or_folded_again_are_not_counted_twice(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            for values in ({"kind": "test"}, {"is_sample": True}):
                call_id = new_id("call")

                def place(scope: Scope, call_id: str = call_id, values: Any = values) -> None:
                    own = {"kind": "phone", "is_sample": False} | values
                    scope.insert(
                        CALLS, id=call_id, agent_id=here.agent, agent_version=1, direction="outbound", status="queued",
                        from_number="+15005550001", to_number="+15005550006", created_at=clock.wall_ms(), variables={},
                        metadata={}, warnings=[], **own,
                    )  # fmt: skip

                await world.platform.store.write(world.workspace, place)
                await call(here, ("Please call me back.", "We will call you back."), call=call_id)
            one = await call(here, ("What is the time?", "It is ten."))
            body = {"measures": ["calls", "cost"], "from": "2020-01-01T00:00:00Z", "to": "2021-01-01T00:00:00Z"}
            assert (await sent(world, "/analytics/query", body))["rows"] == []
            now = clock.wall_ms()
            body |= {"from": clock.rfc3339(now - DAY_MS), "to": clock.rfc3339(now + DAY_MS)}
            before = (await sent(world, "/analytics/query", body))["rows"][0]["values"]
            assert before["calls"] == 1 and (await got(world, "/tasks"))["data"] == []
            row = await here.row(one)
            values = {name: value for name, value in row._mapping.items() if name != "workspace_id"}
            folder = next(world.platform.settings.data_dir.glob(f"calls/*{one}"))
            ended = EndedCall(world.workspace, values, folder)
            await store_folded(world.platform.store, world.platform.objects, ended, fold(ended, PriceBook(), None))
            assert (await sent(world, "/analytics/query", body))["rows"][0]["values"] == before
            assert (await got(world, "/usage"))["cost"]["amount"] == before["cost"]["amount"]

    play_here(act)


def test_a_question_is_grouped_answered_known_and_taken_back(play: Play) -> None:
    async def act(world: World) -> None:
        document = {"name": "hotel", "stt": {"provider": "scripted"}, "llm": {"provider": "grounded"},
                    "tts": {"provider": "scripted"}}  # fmt: skip
        made = await sent(world, "/agents", {"document": document}, 201)
        agent = f"/agents/{made['id']}"
        await sent(world, f"{agent}/publish", {}, 201)
        async with calling(world) as here:
            key = f"{made['id']}/1"
            await world.platform.snapshot.settle()
            first = await call(here, ("Can I bring my dog?", UNKNOWN), agent_key=key)
            await call(here, ("Do you know whether I can bring a dog?", UNKNOWN), agent_key=key)
            await call(here, ("What does breakfast cost?", UNKNOWN), agent_key=key)
            dog, breakfast = (await got(world, "/questions", agent_id=made["id"]))["data"]
            assert (dog["text"], dog["times"], breakfast["times"]) == ("Can I bring my dog?", 2, 1)
            moments = (await got(world, f"/questions/{dog['id']}/moments"))["data"]
            assert moments[-1]["call_id"] == first and moments[0]["said"] == UNKNOWN
            page = await got(world, "/questions", limit=1)
            assert page["data"] == [dog] and (await got(world, "/questions", after=page["next"]))["data"] == [breakfast]
            tasks = (await got(world, "/tasks", kind="question"))["data"]
            assert {task["question_id"] for task in tasks} == {dog["id"], breakfast["id"]}

            await world.client.patch(agent, json={"name": "renamed draft"}, headers={"If-Match": "*"})
            done = await sent(world, f"/questions/{dog['id']}/answer", {"text": "Yes, for ten euros\na night."})
            assert done["status"] == "answered" and done["answer_version"] == 2
            versions = (await got(world, f"{agent}/versions"))["data"]
            assert [one["number"] for one in versions] == [2, 1]
            two = (await got(world, f"{agent}/versions/2"))["document"]
            assert two["knowledge"] == ["answers.md"] and two["name"] == "hotel", "what else the draft holds stays one"
            assert "knowledge" not in (await got(world, f"{agent}/versions/1"))["document"]
            kept = (await got(world, f"{agent}/documents"))["data"][0]
            content = (await world.client.get(f"{agent}/documents/{kept['id']}/content")).text
            assert "Q: Can I bring my dog?\nA: Yes, for ten euros a night.\n" in content and kept["is_used"]
            runtime = await world.platform.line_up.document(made["id"], 2)
            assert [path.read_text() for path in runtime.knowledge_paths()] == [content]
            assert [t["question_id"] for t in (await got(world, "/tasks", kind="question"))["data"]] == [
                breakfast["id"]
            ]

            await sent(world, f"/questions/{breakfast['id']}/answer", {"text": "Twelve euros."})
            # Asked of a version that did not know it yet, then of one that should.
            await call(here, ("Can I bring my dog?", UNKNOWN), agent_key=key)
            assert (await got(world, f"/questions/{dog['id']}"))["status"] == "answered"
            await call(here, ("Can I bring my dog?", UNKNOWN), agent_key=f"{made['id']}/3")
            assert (await got(world, f"/questions/{dog['id']}"))["status"] == "open"

            undone = await sent(world, f"/questions/{dog['id']}/reopen")
            assert undone["status"] == "open" and undone["answer"] == ""
            content = (await world.client.get(f"{agent}/documents/{await answers(world, agent)}/content")).text
            assert "dog" not in content and "Twelve euros." in content
            await sent(world, f"/questions/{breakfast['id']}/reopen")
            assert (await got(world, f"{agent}/documents"))["data"] == []
            last = (await got(world, f"{agent}/versions"))["data"][0]["number"]
            assert (await got(world, f"{agent}/versions/{last}"))["document"].get("knowledge", []) == []
            await sent(world, f"/questions/{breakfast['id']}/dismiss")
            assert [one["id"] for one in (await got(world, "/questions", status="dismissed"))["data"]] == [
                breakfast["id"]
            ]
            assert (await got(world, "/audit-events", action="question.*"))["data"]

    play(act)


async def answers(world: World, agent: str) -> str:
    return str((await got(world, f"{agent}/documents"))["data"][0]["id"])


def test_a_question_of_an_agent_of_a_file_is_not_answered_here_and_goes_with_its_call(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id = await call(here, ("Can I bring my dog?", UNKNOWN))
            (dog,) = (await got(world, "/questions"))["data"]
            await world.platform.store.write(
                world.workspace,
                lambda scope: scope.update(AGENTS, AGENTS.c.id == here.agent, managed_by="file", file="a.yaml"),
            )
            refused = await sent(world, f"/questions/{dog['id']}/answer", {"text": "Yes."}, 409)
            assert refused["code"] == "agent.managed_by_file"
            assert (await world.client.delete(f"/calls/{call_id}")).status_code == 204
            assert (await got(world, "/questions"))["data"] == [] == (await got(world, "/tasks"))["data"]
            assert (await world.client.get("/questions/question_nothing")).status_code == 404

    play_here(act)


def test_what_is_owed_to_callers_is_a_task_each_and_is_done_by_somebody(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            back = ("Could you call me back tomorrow?", "Of course, we will call you back.")
            first = await call(here, back)
            again = await call(here, ("Nobody called. Please call me back!", "I am sorry. A colleague will call you."))
            booked = ("A table for two, please.", "I have booked a table for two.")
            kept = await call(here, booked, lines=tool("create_reservation", 5.5), from_number="+15005550007")
            broken = await call(here, booked, lines=tool("get_time", 5.5), from_number="+15005550008")
            lost = await call(here, ("Yes.", "One moment."), lines=tool("pay", 5.5, Outcome.UNKNOWN))
            tasks = {task["kind"]: task for task in (await got(world, "/tasks"))["data"]}
            assert set(tasks) == {"call_back", "promise", "tool_unknown"}
            assert (tasks["call_back"]["call_id"], tasks["call_back"]["times"]) == (again, 2)
            assert tasks["call_back"]["detail"]["number"] == "+15005550006" and tasks["call_back"]["due_at"]
            assert tasks["promise"]["call_id"] == broken and tasks["tool_unknown"]["call_id"] == lost
            ledger = {one: (await got(world, f"/calls/{one}"))["promises"] for one in (kept, broken)}
            assert [one["kept_by"] for one in ledger[kept]] == ["create_reservation"]
            assert [(one["kind"], one["kept_by"], one["turn"]) for one in ledger[broken]] == [("booked", None, 1)]
            unkept = [one["id"] for one in (await got(world, "/calls", has="unkept"))["data"]]
            assert unkept == [broken, again, first], "nobody has called back yet"

            path = f"/tasks/{tasks['call_back']['id']}"
            async with office(world) as people:
                owner = await people.owner()
                me = await user_id(owner)
                changed = await sent(world, path, {"owner_id": me, "due_at": "2026-12-01T09:00:00Z"}, method="PATCH")
                assert changed["owner_id"] == me and changed["due_at"] == "2026-12-01T09:00:00.000Z"
                assert (await got(world, "/tasks", owner_id=me))["data"] == [changed]
                await sent(world, path, {"owner_id": "user_nobody"}, 422, "PATCH")
            done = await sent(world, path, {"status": "done"}, method="PATCH")
            assert done["done_at"] and done["done_by"] == "test"
            assert [one["id"] for one in (await got(world, "/tasks", status="done"))["data"]] == [done["id"]]
            await call(here, back)
            new = (await got(world, "/tasks", kind="call_back"))["data"]
            assert len(new) == 1 and new[0]["id"] != done["id"], "what comes again is a task again"
            assert (await sent(world, path, {"status": "open"}, method="PATCH"))["status"] == "done"
            await sent(world, f"/tasks/{new[0]['id']}", {"status": "done"}, method="PATCH")
            assert (await sent(world, path, {"status": "open"}, method="PATCH"))["status"] == "open"
            await sent(world, path, {"status": "odd"}, 422, "PATCH")

    play(act)


def test_what_the_server_sees_is_a_task_for_as_long_as_it_lasts(play: Play) -> None:
    async def act(world: World) -> None:
        platform, store = world.platform, world.platform.store
        watch, key = platform.task_watch, new_id("num")
        platform.processes.is_first = True

        def drift(scope: Scope) -> None:
            account = new_id("acct")
            scope.insert(CARRIER_ACCOUNTS, id=account, carrier="twilio", account_sid="AC1", status="ok", created_at=1)
            scope.insert(
                PHONE_NUMBERS, id=key, carrier_account_id=account, number="+15005550001", carrier_sid="PN1",
                drift=[{"setting": "voice_url", "wanted": "a", "found": "b"}], connected_at=1, previous={},
            )  # fmt: skip

        await store.write(world.workspace, drift)
        await watch.look()
        (task,) = (await got(world, "/tasks"))["data"]
        assert task["kind"] == "number_drifted" and task["detail"]["number"] == "+15005550001"
        await watch.look()
        await sent(world, f"/tasks/{task['id']}", {"status": "done"}, method="PATCH")
        watch._told.clear()
        await watch.look()
        assert (await got(world, "/tasks"))["data"] == [], "done, though it goes on"
        mended = lambda scope: scope.update(PHONE_NUMBERS, PHONE_NUMBERS.c.id == key, drift=None)  # noqa: E731
        await store.write(world.workspace, mended)
        await watch.look()
        assert (await got(world, f"/tasks/{task['id']}"))["is_over"] is True
        broken = [{"setting": "voice_url", "wanted": "a", "found": "c"}]
        await store.write(
            world.workspace, lambda scope: scope.update(PHONE_NUMBERS, PHONE_NUMBERS.c.id == key, drift=broken)
        )
        await watch.look()
        (second,) = (await got(world, "/tasks"))["data"]
        assert second["id"] != task["id"]
        await store.write(world.workspace, mended)
        await watch.look()
        assert (await got(world, f"/tasks/{second['id']}"))["status"] == "done"

    play(act)


def test_a_model_that_ends_and_a_full_disk_are_tasks(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        ends = next(one for one in models() if one.provider == "openai" and one.ends_at is not None)
        monkeypatch.setattr(task_sights, "ENDS_DAYS", 10_000)
        monkeypatch.setattr(OsDisk, "probe", lambda self, folder: 5_000_000)
        document = {"name": "hotel", "stt": {"provider": "scripted"}, "tts": {"provider": "scripted"},
                    "llm": {"provider": "openai", "model": ends.name}}  # fmt: skip
        made = await sent(world, "/agents", {"document": document}, 201)
        await sent(world, f"/agents/{made['id']}/publish", {}, 201)
        world.platform.processes.is_first = True
        await world.platform.task_watch.look()
        tasks = {task["kind"]: task for task in (await got(world, "/tasks"))["data"]}
        assert set(tasks) == {"model_ends", "disk_full"}
        assert ends.name in tasks["model_ends"]["sentence"] and tasks["model_ends"]["agent_id"] == made["id"]
        assert str(ends.ends_at) in tasks["model_ends"]["due_at"]

    play_here(act)


def test_views_are_ones_own_or_shared(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with office(world) as people:
            owner = await people.owner()
            viewer = await people.invited(owner, "viewer@example.com", "viewer")
            body = {"page": "calls", "name": "Hung up", "query": {"end_reason": "caller.*"}}
            mine = (await viewer.post("/views", json=body)).json()
            assert (await viewer.post("/views", json=body | {"query": {}})).status_code == 200
            shared = (await owner.post("/views", json=body | {"is_shared": True})).json()
            assert {one["id"] for one in (await viewer.get("/views?page=calls")).json()["data"]} == {
                mine["id"],
                shared["id"],
            }
            assert [one["is_own"] for one in (await owner.get("/views")).json()["data"]] == [True]
            assert (await owner.delete(f"/views/{mine['id']}")).status_code == 404
            assert (await viewer.delete(f"/views/{shared['id']}")).status_code == 403
            assert (await viewer.delete(f"/views/{mine['id']}")).status_code == 204
            assert (await owner.delete(f"/views/{shared['id']}")).status_code == 204
            assert (await viewer.post("/views", json=body | {"page": "Calls!"})).status_code == 422

    play_here(act)
