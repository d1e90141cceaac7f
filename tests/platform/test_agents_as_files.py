"""Agents as files: out and in again the same, and `offhook agents` with its plan, its drift and its exit codes."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from offhook.cli import agents_command
from offhook.cli.agents_folder import AgentsFolder
from offhook.cli.server_client import ServerClient
from offhook.platform.agent_yaml import from_yaml, to_yaml
from offhook.settings import Secret, Settings
from tests.platform.conftest import Play
from tests.platform.test_agents import SCRIPTED, make_agent, publish
from tests.platform_world import World, new_database, world

ODD: dict[str, Any] = {
    "prompt": "First line.\n\n  Second: 'quoted' # no comment\n", "vocabulary": ["NO", "01234", "1e3", "~", "Ünal"],
    "turn_taking": {"idle_s": 8.5}, "lexicon": {"GmbH": "gay em bay ha"},
}  # fmt: skip


def test_a_document_is_the_same_after_a_file() -> None:
    document = SCRIPTED | ODD
    assert from_yaml(to_yaml(document)) == document
    assert to_yaml(dict(reversed(document.items()))) == to_yaml(document)
    assert "prompt: |" in to_yaml(document)


def test_out_and_in_over_the_api(play_here: Play) -> None:
    async def act(here: World) -> None:
        made = await make_agent(here, **ODD)
        out = await here.client.get(f"/agents/{made['id']}/export")
        assert out.headers["content-type"] == "application/yaml; charset=utf-8"
        back = await here.client.post("/agents/import", content=out.content)
        assert back.status_code == 201 and back.json()["draft"] == SCRIPTED | ODD and back.json()["id"] != made["id"]
        for content, words in (
            (b"name: [", "agent.yaml:1: something is missing here"),
            (b"\xff\xfe", "UTF-8"), (b"a: &x 1\nb: *x", "aliases"), (b"", "empty"),
            (b"promt: x", "did you mean"),
        ):  # fmt: skip
            answer = await here.client.post("/agents/import", content=content)
            assert answer.status_code == 422 and words in answer.text, (content[:20], answer.text)
        read = await here.client.post("/agents/parse", content=out.content)
        assert read.status_code == 200 and read.json()["document"] == SCRIPTED | ODD
        wrong = await here.client.post("/agents/parse", content=b"a: 1\nname: [")
        assert wrong.status_code == 422 and "agent.yaml:2" in wrong.text

    play_here(act)


class Bridge(httpx2.BaseTransport):
    """A blocking client's requests, made in the loop of the platform."""

    def __init__(self, here: World, loop: asyncio.AbstractEventLoop) -> None:
        self._here, self._loop = here, loop

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.raw_path.decode().removeprefix("/v1")
        headers = [(name, value) for name, value in request.headers.items() if name not in ("host", "content-length")]
        asked = self._here.client.request(request.method, path, content=request.read(), headers=headers)
        answer = asyncio.run_coroutine_threadsafe(asked, self._loop).result(30)
        return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], Any]]:
    """Runs coroutine functions of a world whose API `offhook agents` drives."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    data = tmp_path / "data"
    data.mkdir()
    made: list[World] = []
    stop = asyncio.Event()

    async def main() -> None:
        async with world(new_database("sqlite", data), data) as here:
            made.append(here)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    assert ready.wait(20)
    settings = Settings(url="http://offhook.test", api_key=Secret(made[0].key))
    monkeypatch.setattr(agents_command, "ServerClient", lambda _: ServerClient(settings, Bridge(made[0], loop)))
    yield lambda act: asyncio.run_coroutine_threadsafe(act(made[0]), loop).result(30)
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)


def offhook(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(agents_command.app, [*words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_a_folder_is_pulled_changed_planned_and_applied(server: Callable[[Any], Any], tmp_path: Path) -> None:
    folder = tmp_path / "agents"
    folder.mkdir()

    async def begin(here: World) -> str:
        made = await make_agent(here, knowledge=["menu.md"])
        files = {"file": ("menu.md", b"- Soup costs 4 euros.\n", "text/markdown")}
        await here.client.post(f"/agents/{made['id']}/documents", files=files)
        await publish(here, made["id"])
        return str(made["id"])

    agent_id = server(begin)
    code, told = offhook("pull", str(folder))
    assert code == 0 and "reception.yaml" in told and (folder / "menu.md").read_text() == "- Soup costs 4 euros.\n"
    assert offhook("plan", str(folder))[0] == 0

    file = folder / "reception.yaml"
    file.write_text(file.read_text() + "turn_taking:\n  idle_s: 12\n")
    (folder / "menu.md").write_text("- Soup costs 5 euros.\n")
    (folder / "night.yaml").write_text(to_yaml(SCRIPTED | {"name": "Night"}))
    code, told = offhook("plan", str(folder))
    assert code == 3 and "~ reception.yaml" in told and "+ night.yaml: Night (new)" in told
    assert "turn taking: idle was set to 12 s" in told and "menu.md is uploaded" in told
    code, told = offhook("apply", str(folder))
    assert code == 0 and "version 2" in told and "night.yaml: Night is version 1" in told
    assert offhook("plan", str(folder)) == (0, "= night.yaml: Night\n= reception.yaml: Reception\n")

    async def change(here: World) -> None:
        await here.client.patch(f"/agents/{agent_id}", json={"document": {"prompt": "Changed on the server."}})

    server(change)
    code, told = offhook("plan", str(folder))
    assert code == 4 and "! on the server: the draft was saved 1 times" in told
    assert "'You are the reception.' to 'Changed on the server.'" in told
    assert offhook("apply", str(folder))[0] == 4
    assert offhook("apply", str(folder), "--over")[0] == 0

    async def look(here: World) -> Any:
        return (await here.client.get(f"/agents/{agent_id}")).json()

    agent = server(look)
    assert agent["draft"]["prompt"] == SCRIPTED["prompt"] and agent["published_version"] == 2


def test_a_file_that_does_not_fit_stops_all_of_it(server: Callable[[Any], Any], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: a\npromt: x\n")
    with pytest.raises(Exception, match="did you mean 'prompt'"):
        offhook("apply", str(tmp_path))
    (tmp_path / "a.yaml").write_text("name: a\nknowledge: [../secret.md]\n")
    with pytest.raises(Exception, match="path"):
        offhook("plan", str(tmp_path))


def test_without_server_or_key_it_says_which_variable() -> None:
    with pytest.raises(Exception, match="OFFHOOK_URL"):
        ServerClient(Settings())
    with pytest.raises(Exception, match="OFFHOOK_API_KEY"):
        ServerClient(Settings(url="http://offhook.test"))
    with pytest.raises(Exception, match="no such folder"):
        AgentsFolder(Path("/nowhere"), ServerClient(Settings(url="http://offhook.test", api_key=Secret("oh_x"))))


def test_what_an_agent_can_be_made_of(play_here: Play) -> None:
    async def act(here: World) -> None:
        models = (await here.client.get("/models?kind=llm")).json()["data"]
        assert {"openai", "anthropic", "grounded"} <= {one["provider"] for one in models}
        assert any(one["name"] == "gpt-4o" and one["is_default"] and one["price"] for one in models)
        voices = (await here.client.get("/voices")).json()["data"]
        by_name = {one["provider"]: one for one in voices}
        assert by_name["openai"]["voice"] == "marin" and by_name["local"]["is_local"]
        assert by_name["elevenlabs"]["voice"] == "" and by_name["deepgram"]["field"] == "model"

    play_here(act)
