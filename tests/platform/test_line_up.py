"""Who answers: numbers, versions, splits, files that change, and a database that stalls."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from offhook import clock
from offhook.errors import AdmissionRefused, ConfigurationError
from offhook.ids import new_id
from offhook.platform.files import digest_of
from offhook.platform.front_desk import FrontDesk
from offhook.platform.line_up import NO_AGENT, UNKNOWN_NUMBER
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENT_VERSIONS, AGENTS
from offhook.store.tables.numbers import CARRIER_ACCOUNTS, PHONE_NUMBERS
from offhook.telephony.browser import BrowserLine
from offhook.telephony.facts import CallFacts
from tests.platform.conftest import Play
from tests.platform_world import World

DOCUMENT = {"name": "hotel", "voice_detector": "energy", "end_of_turn": "scripted", "stt": {"provider": "scripted"},
            "llm": {"provider": "scripted"}, "tts": {"provider": "scripted"}}  # fmt: skip


def add_agent(scope: Scope, agent_id: str, versions: int = 1) -> None:
    scope.insert(
        AGENTS, id=agent_id, name="hotel", draft=DOCUMENT, revision=1, managed_by="api", created_at=1, updated_at=1
    )
    for number in range(1, versions + 1):
        add_version(scope, agent_id, number)


def add_version(scope: Scope, agent_id: str, number: int) -> None:
    document = DOCUMENT | {"prompt": f"version {number}"}
    scope.insert(AGENT_VERSIONS, agent_id=agent_id, number=number, document=document, digest=digest_of(document),
                 created_by="", created_at=1)  # fmt: skip
    scope.update(AGENTS, AGENTS.c.id == agent_id, published_version=number)
    scope.tell("agent", agent_id)


def publish(scope: Scope, agent_id: str, document: Any) -> None:
    """An agent with this document."""
    add_agent(scope, agent_id, versions=0)
    scope.insert(AGENT_VERSIONS, agent_id=agent_id, number=1, document=document, digest=digest_of(document),
                 created_by="", created_at=1)  # fmt: skip
    scope.update(AGENTS, AGENTS.c.id == agent_id, published_version=1)
    scope.tell("agent", agent_id)


def add_number(scope: Scope, number: str, agent_id: str | None, split: Any = None) -> str:
    account, key = f"acct_{number}", f"num_{number}"
    row = {"id": account, "carrier": "twilio", "account_sid": f"AC{number}", "status": "ok", "created_at": 1}
    scope.insert_once(CARRIER_ACCOUNTS, ["id"], **row)
    scope.put(PHONE_NUMBERS, ["id"], id=key, carrier_account_id=account, number=number, carrier_sid=f"PN{number}",
              agent_id=agent_id, split=split, previous={}, connected_at=1)  # fmt: skip
    scope.tell("phone_number", key)
    return key


def called(number: str, call_sid: str = "CA1", agent: str = "") -> CallFacts:
    return CallFacts(call_sid, "+15005550006", number, agent=agent)


def test_the_agent_of_the_number_answers_in_its_published_version(play: Play) -> None:
    async def act(world: World) -> None:
        platform, agent = world.platform, new_id("agent")

        def job(scope: Scope) -> None:
            add_agent(scope, agent, versions=2)
            add_number(scope, "+15005550001", agent)
            add_number(scope, "+15005550002", None)

        await platform.store.write(world.workspace, job)
        await platform.snapshot.settle()
        who = platform.line_up.who
        assert who(called("+15005550001")).key == f"{agent}/2"
        assert who(called("", agent=f"{agent}/1")).version == 2, "a version that is not kept: the published one"
        for number, why in (("+15005550002", NO_AGENT), ("+15005550009", UNKNOWN_NUMBER), ("", UNKNOWN_NUMBER)):
            with pytest.raises(AdmissionRefused, match=why):
                who(called(number))
        await platform.store.write(world.workspace, lambda scope: add_version(scope, agent, 3))
        await platform.snapshot.settle()
        assert who(called("+15005550001")).version == 3

    play(act)


def test_a_split_gives_each_version_its_part_and_the_same_call_the_same(play_here: Play) -> None:
    async def act(world: World) -> None:
        platform, agent = world.platform, new_id("agent")

        def job(scope: Scope) -> None:
            add_agent(scope, agent, versions=2)
            add_number(scope, "+15005550001", agent, [{"version": 1, "percent": 90}, {"version": 2, "percent": 10}])

        await platform.store.write(world.workspace, job)
        await platform.snapshot.settle()
        drawn = [platform.line_up.who(called("+15005550001", f"CA{n}")).version for n in range(1000)]
        assert 60 < drawn.count(2) < 140
        assert drawn == [platform.line_up.who(called("+15005550001", f"CA{n}")).version for n in range(1000)]

    play_here(act)


def test_a_published_version_is_loaded_and_a_new_one_for_later_calls(play_here: Play) -> None:
    async def act(world: World) -> None:
        platform, agent = world.platform, new_id("agent")
        await platform.store.write(world.workspace, lambda scope: add_agent(scope, agent))
        await platform.snapshot.settle()
        facts = called("", agent=f"{agent}/1")
        first = await platform.line_up.runtimes.resolve(facts)
        assert first is await platform.line_up.runtimes.resolve(facts) and "version 1" in first.system
        await platform.store.write(world.workspace, lambda scope: add_version(scope, agent, 2))
        await platform.snapshot.settle()
        second = await platform.line_up.runtimes.resolve(called("", agent=f"{agent}/2"))
        assert "version 2" in second.system

    play_here(act)


def test_while_the_database_stalls_calls_are_answered(play: Play) -> None:
    async def act(world: World) -> None:
        platform, agent = world.platform, new_id("agent")

        def job(scope: Scope) -> None:
            add_agent(scope, agent)
            add_number(scope, "+15005550001", agent)

        await platform.store.write(world.workspace, job)
        await platform.snapshot.settle()
        until = threading.Event()
        stalls = [platform.store.read_wide(lambda connection: until.wait(20)) for _ in range(3)]
        stalls.append(platform.store.write_wide(lambda connection: until.wait(20)))
        waiting = asyncio.gather(*stalls)
        await asyncio.sleep(0.05)
        before = clock.machine()
        assert platform.line_up.who(called("+15005550001")).agent_id == agent
        runtime = await platform.line_up.runtimes.resolve(called("+15005550001"))
        assert runtime.agent.name == "hotel" and clock.machine() - before < 5
        until.set()
        await waiting

    play(act)


def test_a_changed_file_is_a_new_version_and_a_broken_one_is_not_taken(play_here: Play, tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    words = "".join(f"{part}: {{provider: scripted}}\n" for part in ("stt", "llm", "tts"))
    words += "voice_detector: energy\nend_of_turn: scripted\n"
    file.write_text(f"name: one\n{words}")

    async def act(world: World) -> None:
        platform = world.platform
        await platform.adopt(file)
        first = platform.line_up.who(called("+19995550000"))
        assert first.version == 1 and platform.first_keys() == [first.key]
        assert platform.file_agents is not None
        await platform.file_agents.adopt()
        await platform.snapshot.settle()
        assert platform.line_up.who(called("+19995550000")) == first
        file.write_text(f"name: two\n{words}")
        await platform.file_agents.adopt()
        await platform.snapshot.settle()
        assert platform.line_up.who(called("+19995550000")).version == 2
        file.write_text("name: [\n")
        with pytest.raises(ConfigurationError):
            await platform.file_agents.adopt()
        assert platform.line_up.who(called("+19995550000")).version == 2

    play_here(act)


def test_whoever_is_refused_at_the_desk_is_told_with_the_reason(play_here: Play) -> None:
    async def act(world: World) -> None:
        from offhook.call.records.files import FileRecords

        platform, told = world.platform, list[tuple[str, str, str]]()
        records = FileRecords(platform.settings.data_dir)
        live, desk = platform.take_calls(records, lambda facts: BrowserLine())
        assert isinstance(desk, FrontDesk)
        desk.on_refused.append(
            lambda facts, workspace, refused: told.append((facts.to_number, workspace, str(refused)))
        )
        with pytest.raises(AdmissionRefused):
            desk.expect(called("+15005550001"))
        assert told == [("+15005550001", "", UNKNOWN_NUMBER)]
        live.stop()

    play_here(act)
