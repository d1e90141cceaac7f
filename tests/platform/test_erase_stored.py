"""`offhook erase` on database and objects: of one caller or one call nothing is left, of all others everything is."""

import asyncio
import gzip
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.engine import URL
from typer.testing import CliRunner, Result

from offhook import clock
from offhook.cli.main import app
from offhook.ids import new_id
from offhook.platform.call_keeping import tables_of_calls
from offhook.platform.folding import forget_words
from offhook.store import search
from offhook.store.schema import METADATA, is_scoped
from offhook.store.scope import Scope
from offhook.store.tables.calls import BLOCKED_NUMBERS, CALL_TURNS, CALLS, REFUSED_CALLS
from offhook.store.tables.people import AUDIT_EVENTS
from offhook.store.tables.webhooks import DELIVERIES, EVENTS, WEBHOOKS
from tests.calling import Calling, calling, told_call
from tests.platform.conftest import Play
from tests.platform_world import World

NUMBER, OTHER, OURS = "+4915112345678", "+4915112345679", "+493012345678"
SAID, WORD = "harbour", "zwetschgenkuchen"
"""What is said in each of these calls, and what in those of the number alone."""


@pytest.fixture(autouse=True, scope="module")
def told() -> None:
    """Made before there is a loop: it has one of its own."""
    told_call()


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("OFFHOOK_DATABASE_URL", raising=False)


async def erase(*words: str) -> Result:
    done = await asyncio.to_thread(CliRunner().invoke, app, ["erase", *words, "--yes"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


async def a_call(here: Calling, number: str, *, outbound: bool = False) -> str:
    """A call with that number, folded, its folder swept, told to a webhook, and placed by somebody if outbound."""
    ends = {"from_number": OURS, "to_number": number} if outbound else {"from_number": number, "to_number": OURS}
    call_id = here.whole(
        direction="outbound" if outbound else "inbound", carrier_call=f"CA{number[1:]}", **ends,
        providers={"llm": ["openai gpt-5.2"]},
    )  # fmt: skip
    turns = (await here.folded(call_id)).turns

    def job(scope: Scope) -> None:
        forget_words(scope, call_id)
        scope.update(CALL_TURNS, CALL_TURNS.c.call_id == call_id, text=f"{SAID} {WORD if number == NUMBER else ''}")
        search.index(scope, call_id, "\n".join([f"{SAID} {WORD if number == NUMBER else ''}"] * turns))
        event, hook, at = new_id("evt"), new_id("hook"), clock.wall_ms()
        scope.insert(WEBHOOKS, id=hook, url="https://example.com", types=[], created_at=at)
        scope.insert(EVENTS, id=event, type="call.ended", at=at, call_id=call_id, sequence=1, data={"from": number})
        scope.insert(
            DELIVERIES, id=new_id("dlv"), webhook_id=hook, event_id=event, status="failed", answer=number, created_at=at
        )
        scope.insert(
            AUDIT_EVENTS, id=new_id("aud"), at=at, actor_kind="user", actor_id="", actor_name="Ada",
            action="call.placed", object_kind="call", object_id=call_id, after={"to": number},
        )  # fmt: skip

    await here.world.platform.store.write(here.world.workspace, job)
    return call_id


async def refused(world: World, number: str) -> None:
    row = {"id": new_id("ref"), "at": clock.wall_ms(), "from_number": number, "to_number": OURS, "reason": "shield.x",
           "heard": ""}  # fmt: skip
    await world.platform.store.write(world.workspace, lambda scope: scope.insert(REFUSED_CALLS, **row))


async def rows_of(world: World) -> dict[str, list[str]]:
    """Every row, as text, by its table."""

    def job(connection: Connection) -> dict[str, list[str]]:
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in METADATA.sorted_tables}

    return await world.platform.store.read_wide(job)


def files_with(folder: Path, *what: str) -> list[str]:
    """Files in which one of these stands, unpacked."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            data += gzip.decompress(data) if path.suffix == ".gz" else b""
            found += [path.name for word in what if word.encode() in data or word in str(path)]
    return found


def test_a_caller_is_gone_and_nobody_else(
    play: Play, database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.drivername != "sqlite":
        monkeypatch.setenv("OFFHOOK_DATABASE_URL", database.render_as_string(hide_password=False))

    async def act(world: World) -> None:
        async with calling(world) as here:
            other = await a_call(here, OTHER)
            await refused(world, OTHER)
            shutil.rmtree(tmp_path / "calls")
            before, objects = await rows_of(world), set((tmp_path / "objects").rglob("*"))
            assert len(objects) > 3 and SAID in str(before["call_turns"])
            mine = [await a_call(here, NUMBER), await a_call(here, NUMBER, outbound=True)]
            await refused(world, NUMBER)
            # One folder is swept already, one is not.
            (folder,) = [path for path in (tmp_path / "calls").iterdir() if mine[0] in path.name]
            shutil.rmtree(folder)
            orphan = f"{world.workspace}/calls/{mine[0]}/of-a-process-that-died.wav"
            await world.platform.objects.put(orphan, NUMBER.encode())
            assert files_with(tmp_path / "objects", NUMBER) and WORD in str(await rows_of(world))
            done = await erase("--number", "0049 151 12345678")
            assert done.exit_code == 0, done.output
            # Not only when the last process has closed the file and its log.
            assert not files_with(tmp_path, NUMBER, NUMBER[1:], WORD)
            for call_id in mine:
                assert f"{call_id}: rows and objects deleted" in done.output
            assert "1 refused call erased" in done.output and "openai" in done.output
            after = await rows_of(world)
            hooks = {row for row in after["webhooks"] if row not in before["webhooks"]}
            audits = [row for row in after["audit_events"] if row not in before["audit_events"]]
            assert len(hooks) == 2 and len(audits) == 4 and str(audits).count("call.erased") == 2
            for name in before:
                # Sums of hours and days say nothing of whose calls they were.
                if name not in ("webhooks", "audit_events", "processes", "figure_hours", "figure_days", "cost_hours"):
                    assert after[name] == before[name], name
            assert NUMBER not in str(after) and OTHER in str(after)
            assert {path for path in (tmp_path / "objects").rglob("*") if path.is_file()} == {
                path for path in objects if path.is_file()
            }
            assert (await here.row(other)).status == "ended"
            found = (await world.client.get("/calls", params={"q": SAID})).json()["data"]
            assert [call["id"] for call in found] == [other]
            again = await erase("--number", NUMBER)
            assert again.exit_code == 0 and "Nothing is kept of it" in again.output

    play(act)


@pytest.mark.parametrize("by", ["id", "carrier", "folder"])
def test_one_call_by_any_of_its_names(play_here: Play, by: str, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            mine, same = await a_call(here, NUMBER), await a_call(here, OTHER)
            for call_id in (mine, same):
                copied = await world.client.post("/tests", json={"call_id": call_id})
                assert copied.status_code == 201, copied.text
            (folder,) = [path.name for path in (tmp_path / "calls").iterdir() if mine in path.name]
            await refused(world, NUMBER)
            if by == "folder":
                shutil.rmtree(tmp_path / "calls" / folder)
            done = await erase("--call", {"id": mine, "carrier": f"CA{NUMBER[1:]}", "folder": folder}[by])
            assert done.exit_code == 0, done.output
            assert await here.row(mine) is None and await here.row(same) is not None
            rows = await rows_of(world)
            assert len(rows["refused_calls"]) == 1, "that is another call of the caller"
            assert len(rows["agent_tests"]) == 1, "what was copied of it is its words"
            assert mine not in str({name: rows[name] for name in rows if name != "audit_events"})
            assert not files_with(tmp_path / "objects", mine)

    play_here(act)


def test_what_is_live_is_left_and_told(play_here: Play, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        async with calling(world, stops=False) as here:
            call_id, record = here.begin(from_number=NUMBER, to_number=OURS)
            here.tell(record, 0, 20)
            await here.has(call_id, 21)
            done = await erase("--number", NUMBER)
            assert done.exit_code == 1 and f"{call_id}: NOT DONE: it is in progress" in done.output
            assert (await here.row(call_id)).status == "in_progress" and len(await here.lines(call_id)) == 21

            def placed(scope: Scope) -> None:
                scope.update(CALLS, CALLS.c.id == call_id, status="queued")

            await world.platform.store.write(world.workspace, placed)
            shutil.rmtree(tmp_path / "calls")
            done = await erase("--number", NUMBER)
            assert done.exit_code == 1 and f"{call_id}: NOT DONE: it is queued" in done.output

    play_here(act)


def test_a_block_and_backups_are_left_and_told(play_here: Play, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        made = await world.client.post("/blocked-numbers", json={"number": NUMBER})
        assert made.status_code == 201, made.text
        (tmp_path / "backups").mkdir()
        (tmp_path / "backups/nightly-20261128-030000.zip").write_bytes(b"")
        done = await erase("--number", NUMBER)
        left = done.output.partition("Not reached from here:")[2]
        assert done.exit_code == 0 and made.json()["id"] in left and "nightly-20261128-030000.zip" in left
        assert len((await rows_of(world))[BLOCKED_NUMBERS.name]) == 1
        await world.client.delete(f"/blocked-numbers/{made.json()['id']}")
        assert NUMBER in str((await rows_of(world))["audit_events"])
        assert "2 audited changes erased" in (await erase("--number", NUMBER)).output
        assert NUMBER not in str(await rows_of(world))

    play_here(act)


HOLDS_NO_CALLER = frozenset({
    "agents", "agent_versions", "knowledge_documents", "api_keys", "carrier_accounts", "invitations", "members",
    "phone_numbers", "prices", "secrets", "webhooks",
    "agent_fixes", "call_figures", "cost_hours", "figure_days", "figure_hours", "views",
    # Sealed, and gone after a day.
    "idempotency_keys",
})  # fmt: skip
SEEN_TO = frozenset(
    {"calls", "refused_calls", "blocked_numbers", "audit_events", "questions", "rehearsals", "agent_tests"}
)
GOES_WITH_ANOTHER = frozenset({"deliveries", "test_runs"})


def test_each_table_is_known_to_hold_something_of_callers_or_not() -> None:
    """A new one: `offhook erase` sees to it when it has a `call_id`; else write it down here, or into the command."""
    known = HOLDS_NO_CALLER | SEEN_TO | GOES_WITH_ANOTHER
    of_calls = {table.name for table in tables_of_calls()}
    assert of_calls >= {"call_lines", "call_turns", "call_objects", "call_dials", "events"}
    scoped = {table.name: table for table in METADATA.sorted_tables if is_scoped(table)}
    assert sorted(set(scoped) - of_calls - known) == [], "do these hold something of callers?"
    for name in GOES_WITH_ANOTHER:
        ends: Any = [key for key in scoped[name].foreign_keys if key.ondelete == "CASCADE"]
        assert any(key.column.table.name in of_calls | SEEN_TO for key in ends)
