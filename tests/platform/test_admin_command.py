"""`offhook admin`: on the database of the server, prints what is asked for and nothing else."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from offhook.api.app import create_api
from offhook.cli.main import app
from offhook.platform.callers import SCOPES
from offhook.platform.first import ensure_first
from offhook.platform.platform import Platform
from offhook.settings import Settings
from tests.people_world import PASSWORD


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command in a process whose data folder is empty at first."""
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path))
    for name in ("OFFHOOK_DATABASE_URL", "OFFHOOK_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    return lambda *words: CliRunner().invoke(app, ["admin", *words])


def ask(method: str, path: str, **options: Any) -> httpx2.Response:
    """One request to a server with this data folder."""

    async def main() -> httpx2.Response:
        platform = await Platform.open(Settings.from_environment())
        try:
            transport = httpx2.ASGITransport(app=create_api(platform), raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **options)
        finally:
            await platform.stop()

    return asyncio.run(main())


def test_a_key_is_all_that_is_printed_and_it_works(run: Any) -> None:
    for words, scopes in (
        ((), SCOPES),
        (("--scope", "calls:read", "--scope", "calls:write"), {"calls:read", "calls:write"}),
    ):
        told = run("api-key", "--name", "crm", *words)
        assert told.exit_code == 0 and told.output.endswith("\n") and len(told.output.split()) == 1
        answer = ask("GET", "/session", headers={"Authorization": f"Bearer {told.output.strip()}"})
        assert answer.status_code == 200 and set(answer.json()["scopes"]) == set(scopes)
    assert run("api-key", "--name", "x", "--scope", "calls:fly").exit_code == 2
    assert run("api-key", "--name", "x", "--workspace", "ws_nothing").exit_code == 2
    assert run("api-key").exit_code == 2


def test_a_link_signs_the_first_owner_in(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told = run("link", "--port", "9000")
    base, _, token = told.output.strip().partition("#link=")
    assert base == "http://127.0.0.1:9000/sign-in?first=1" and len(told.output.split()) == 1
    answer = ask("POST", "/session", json={"link": token, "password": PASSWORD})
    assert answer.status_code == 201 and answer.json()["role"] == "owner"
    monkeypatch.setenv("OFFHOOK_PUBLIC_URL", "https://voice.example.com")
    assert run("link", "--email", "owner@localhost").output.startswith(
        "https://voice.example.com/sign-in?first=1#link="
    )
    assert run("link", "--email", "nobody@example.com").exit_code == 2


def test_a_password_is_reset_while_the_server_runs(run: Any) -> None:
    async def main() -> None:
        platform = await Platform.open(Settings.from_environment())
        try:
            link = await ensure_first(platform)
            assert link is not None
            await platform.sessions.by_link(link.token, "here", password=PASSWORD)
            told = await asyncio.to_thread(run, "reset-password", "owner@localhost")
            token = told.output.strip().partition("#link=")[2]
            with pytest.raises(Exception, match="another one"):
                await platform.sessions.by_password("owner@localhost", PASSWORD, "here")
            assert await platform.sessions.by_link(token, "here")
        finally:
            await platform.stop()

    asyncio.run(main())
    assert run("reset-password", "nobody@example.com").exit_code == 2
