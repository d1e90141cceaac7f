"""MCP servers as tools, against servers made with the official SDK: as a program, over HTTP, over the older SSE."""

import asyncio
import json
import sys
import tomllib
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.agents.tool_configs import EndCallConfig
from offhook.core.history import Outcome
from offhook.errors import ConfigurationError, ToolError
from offhook.speech.ports import TWICE, Setup, ToolSpec
from offhook.tools import mcp as mcp_tools
from offhook.tools.told import RESULT_CHARS
from offhook.tools.toolbox import Toolbox, ToolContext
from tests import mcp_servers
from tests.mcp_servers import free_port, served

CANARY = "canary-0d41aa77-secret"
CALL = ToolContext("CA1", Path())
PROGRAM = [sys.executable, str(Path(mcp_servers.__file__))]
ALL = ["find_slot", "fail", "wait", "look", "parts", "silent", "book_slot_now", "environment", "headers", "die"]


def key(name: str) -> str:
    if name != "CALENDAR_TOKEN":
        raise ConfigurationError("not set", field=name)
    return CANARY


def box(*configs: Any, **fields: Any) -> Toolbox:
    server = McpServerConfig.model_validate({"name": "calendar", "allow_private": True, **fields})
    return Toolbox([EndCallConfig(), *configs, server], Setup(key=key))


def names(tools: Toolbox) -> list[str]:
    return [spec.name for spec in tools.specs][1:]


async def ask(tools: Toolbox, tool: str, **arguments: object) -> str:
    return await tools.run(tool, json.dumps(arguments), CALL)


async def refusal(tools: Toolbox, tool: str, **arguments: object) -> tuple[str, Outcome]:
    with pytest.raises(ToolError) as caught:
        await ask(tools, tool, **arguments)
    assert CANARY not in str(caught.value)
    return str(caught.value), caught.value.outcome


async def until(tools: Toolbox, wanted: int) -> None:
    """Wait until the server has so many tools."""
    while len(names(tools)) != wanted:
        await asyncio.sleep(0.02)


def run(test: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(40):
            await test
        # Tasks of the server, which shares our loop, are its own affair.
        left = [repr(task) for task in asyncio.all_tasks()]
        assert not [task for task in left if "mcp calendar" in task or "mcp/client" in task]

    asyncio.run(bounded())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_tools, "FIRST_PAUSE_S", 0.05)


# ── as a program ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_programs_tools_are_the_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFHOOK_TEST_CANARY", "must not be seen")

    async def test() -> None:
        tools = box(command=PROGRAM, environment=["CALENDAR_TOKEN"], timeout_s=0.5)
        assert names(tools) == []
        await tools.prepare()
        try:
            assert names(tools) == ALL
            spec = tools.specs[1]
            assert spec.told == f"Find a free slot on a day.{TWICE}", "nothing says that it changes nothing"
            assert set(spec.parameters["properties"]) == {"day", "people"}  # type: ignore[call-overload]
            assert await ask(tools, "find_slot", day="Friday", people="2") == "Friday at three for 2"
            assert await ask(tools, "book_slot_now") == "booked"
            assert await ask(tools, "silent") == "done (the server answered with nothing else)"
            long = await ask(tools, "parts")
            assert long.startswith("one\nx") and long.endswith("(the rest was left out)")
            assert len(long) < RESULT_CHARS + 50
            assert await ask(tools, "environment", name="OFFHOOK_TEST_CANARY") == "not set"
            assert await ask(tools, "environment", name="CALENDAR_TOKEN") == "****", "given, and masked in the answer"
            said, outcome = await refusal(tools, "fail")
            assert "the calendar is closed" in said and outcome is Outcome.FAILED
            assert await refusal(tools, "wait") == ("it did not answer in 0.5 s", Outcome.UNKNOWN)
            assert await refusal(tools, "look") == ("it did not answer in 0.5 s", Outcome.FAILED), "it changes nothing"
            said, outcome = await refusal(tools, "find_slot")
            assert "needs the field day" in said and outcome is Outcome.FAILED
            secret = replace(CALL, reveal=lambda text: text.replace("{keys-1}", "739164"))
            told = await tools.run("find_slot", '{"day": "{keys-1}", "people": "{keys-1}"}', secret)
            assert told == "{keys-1} at three for {keys-1}"
        finally:
            await tools.close()
        assert names(tools) == []

    run(test())


def test_a_program_that_dies_is_started_again() -> None:
    async def test() -> None:
        tools = box(command=PROGRAM, only=["die", "find_slot"])
        await tools.prepare()
        try:
            assert names(tools) == ["find_slot", "die"]
            assert await refusal(tools, "die") == ("the connection to the server broke", Outcome.UNKNOWN)
            await until(tools, 2)
            assert await ask(tools, "find_slot", day="Monday") == "Monday at three for 1"
        finally:
            await tools.close()

    run(test())


def test_a_command_that_is_not_there_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        tools = box(command=["no-such-program-of-offhook"])
        await tools.prepare()
        await tools.close()
        assert names(tools) == []
        assert "mcp calendar: the command was not found; again in" in caplog.text

    run(test())


@pytest.mark.parametrize("module", ["mcp", "mcp.client.stdio", "mcp.types"])
def test_a_library_that_is_missing_is_a_warning_and_tried_again(
    module: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        tools = box(command=PROGRAM, only=["find_slot"])
        with monkeypatch.context() as without:
            without.setitem(sys.modules, module, None)
            async with asyncio.timeout(5):
                await tools.prepare()
            assert names(tools) == []
            assert "mcp calendar: the package mcp cannot be used" in caplog.text
            assert "run `make setup` in a clone, else `pip install 'offhook[mcp]'`; again in" in caplog.text
        await until(tools, 1)
        await tools.close()

    run(test())


def test_the_client_is_an_extra_no_older_than_what_is_used_of_it() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    # The first that has `streamable_http_client`.
    assert project["optional-dependencies"]["mcp"] == ["mcp>=1.24,<2"]
    assert "offhook[mcp]" in mcp_tools.INSTALL


def test_without_the_extra_the_agent_is_refused_with_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(ConfigurationError, match=r"calendar: .* not installed; run `make setup` .*offhook\[mcp\]"):
        box(command=PROGRAM)
    assert [spec.name for spec in Toolbox([EndCallConfig()]).specs] == ["end_call"], "others do not need it"


def test_whatever_goes_wrong_the_server_is_tried_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        tools = box(command=PROGRAM, only=["find_slot"])
        with monkeypatch.context() as broken:
            broken.setattr("offhook.tools.mcp.program_streams", lambda *_, **__: 1 / 0)
            await tools.prepare()
            assert "mcp calendar: the connection was lost (ZeroDivisionError: division by zero); again" in caplog.text
        await until(tools, 1)
        await tools.close()

    run(test())


# ── what vendors of models do not take ───────────────────────────────────────────────────────────────────────────


def test_loose_schemas_are_mended_and_what_cannot_be_is_left_out_and_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp_tools, "LOOK_EVERY_S", 0.02)
    looks = 0

    async def listed(server: Any, session: Any) -> Any:
        nonlocal looks
        looks += 1
        return await real(server, session)

    real = mcp_tools.McpServer._list
    monkeypatch.setattr(mcp_tools.McpServer, "_list", listed)

    async def test() -> None:
        async with served(free_port(), is_loose=True) as url:
            tools = box(url=url)
            await tools.prepare()
            while looks < 4:
                await asyncio.sleep(0.01)
            specs = {spec.name: spec.parameters["properties"] for spec in tools.specs[1:]}
            await tools.close()
        assert specs == {
            "tags": {"tags": {"type": "array", "items": {}}},
            "either": {"a": {"type": "string"}, "b": {"type": "string"}},
            "graph": {"path": {"type": "string", "description": "(pattern: ^\\p{L}+$)"}},
        }
        told = [line for line in caplog.messages if "left out" in line]
        (line,) = told
        assert line.startswith(r"mcp calendar: the tool lost\nname is left out: $ref may only point into the schema")
        assert line.endswith("found 'https://schemas.example.com/a'")

    run(test())


def test_no_more_tools_than_vendors_take(caplog: pytest.LogCaptureFixture) -> None:
    server = McpServerConfig.model_validate({"name": "calendar", "command": ["x"]})
    tools = Toolbox([EndCallConfig(), *(server.model_copy(update={"name": f"s{n}"}) for n in range(3))], Setup(key=key))
    for number, entry in enumerate(tools._servers):
        specs = [ToolSpec(f"t{number}_{n}", "", {"type": "object"}) for n in range(64)]
        entry.tools = tuple(mcp_tools.McpTool(entry, spec.name, spec) for spec in specs)
    assert len(tools.specs) == len(tools.specs) == 128
    assert caplog.text.count("there are 193 tools: the first 128 are used") == 1


# ── over HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["streamable", "sse"])
def test_a_web_server_is_given_the_secret_and_its_echo_is_masked(kind: str) -> None:
    async def test() -> None:
        async with served(free_port(), kind=kind) as url:
            tools = box(url=url, transport=kind, headers={"Authorization": "Bearer ${CALENDAR_TOKEN}"})
            await tools.prepare()
            try:
                assert names(tools) == ALL
                assert await ask(tools, "find_slot", day="Friday") == "Friday at three for 1"
                told = await ask(tools, "headers")
                assert "'authorization': 'Bearer ****'" in told
                assert "the calendar is closed" in (await refusal(tools, "fail"))[0]
            finally:
                await tools.close()

    run(test())


def test_calls_of_many_callers_share_a_session() -> None:
    async def test() -> None:
        async with served(free_port()) as url:
            tools = box(url=url)
            await tools.prepare()
            try:
                days = [f"day {n}" for n in range(20)]
                told = await asyncio.gather(*(ask(tools, "find_slot", day=day) for day in days))
                assert told == [f"{day} at three for 1" for day in days]
            finally:
                await tools.close()

    run(test())


def test_who_waits_on_a_connection_that_ends_is_told_at_once() -> None:
    async def test() -> None:
        async with served(free_port()) as url:
            tools = box(url=url, timeout_s=30)
            await tools.prepare()
            waiting = asyncio.create_task(refusal(tools, "wait"))
            await ask(tools, "find_slot", day="Friday")
            await tools.close()
            async with asyncio.timeout(10):
                assert await waiting == ("the connection to the server broke", Outcome.UNKNOWN)

    run(test())


def test_a_server_that_is_down_at_the_start_comes_later_and_again(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()

    async def test() -> None:
        tools = box(url=f"http://127.0.0.1:{port}/mcp", only=["find_slot"])
        await tools.prepare()
        assert names(tools) == [] and "mcp calendar: it could not be reached; again in" in caplog.text
        try:
            async with served(port):
                await until(tools, 1)
                assert await ask(tools, "find_slot", day="Friday") == "Friday at three for 1"
            async with served(port, note=", says the new one"):
                # Nothing was sent on the session that the new server does not know: the caller notices nothing.
                assert await ask(tools, "find_slot", day="Friday") == "Friday at three for 1, says the new one"
        finally:
            await tools.close()

    run(test())


def test_a_server_that_refuses_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with served(free_port(), status=401) as url:
            tools = box(url=url, headers={"Authorization": "Bearer ${CALENDAR_TOKEN}"})
            await tools.prepare()
            await tools.close()
        assert "mcp calendar: it answered 401" in caplog.text
        assert CANARY not in caplog.text

    run(test())


def test_a_private_address_is_refused(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        del host, port
        return ["127.0.0.1"]

    monkeypatch.setattr("offhook.tools.guard.resolve", resolve)

    async def test() -> None:
        tools = box(url="https://calendar.example.com/mcp", allow_private=False)
        await tools.prepare()
        await tools.close()
        assert "calendar.example.com is in a private network" in caplog.text

    run(test())


def test_a_name_that_is_taken_gets_the_servers_before_it() -> None:
    own = HttpToolConfig(name="find_slot", description="Ours.", url="https://shop.example.com/")

    async def test() -> None:
        async with served(free_port()) as url:
            tools = box(own, url=url, only=["find_slot", "fail"])
            await tools.prepare()
            try:
                assert names(tools) == ["find_slot", "calendar_find_slot", "fail"]
                assert tools.specs[1].description == "Ours."
                assert await ask(tools, "calendar_find_slot", day="Friday") == "Friday at three for 1"
            finally:
                await tools.close()

    run(test())
