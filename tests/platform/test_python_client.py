"""The Python client: in step with the server, and it does a thing once."""

import time
from collections.abc import Callable

import httpx2
import pytest

from offhook.api.app import ROOT, create_api
from offhook_client import AsyncClient, Client, Problem
from offhook_client import client as module
from scripts.client import files
from tests.platform.conftest import Play
from tests.platform_world import World


def test_it_is_in_step_with_the_server() -> None:
    for path, text in files().items():
        assert path.read_text("utf-8") == text, f"{path.name} is old: `make client`"


def client_of(world: World, key: str) -> AsyncClient:
    """A client of the world's server."""
    api = create_api(world.platform)

    async def below(scope: object, receive: object, send: object) -> None:
        assert isinstance(scope, dict)
        scope = {**scope, "path": scope["path"].removeprefix(ROOT)}
        await api(scope, receive, send)  # type: ignore[arg-type]

    return AsyncClient("http://test", key, transport=httpx2.ASGITransport(app=below))


def test_it_drives_a_server(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with client_of(world, world.key) as client:
            made = await client.create_api_key({"name": "crm", "scopes": ["people:read"]})
            names = [key["name"] async for key in client.every(client.list_api_keys, limit=1)]
            assert names == ["crm", "test"]
            async with client_of(world, made["key"]) as other:
                with pytest.raises(Problem) as caught:
                    await other.create_api_key({"name": "more"})
                assert (caught.value.status, caught.value.code) == (403, "auth.forbidden")
                assert caught.value.what_to_do and caught.value.request_id.startswith("req_")
            await client.revoke_api_key(made["id"])
            health = await client.get_health()
            assert health["status"] in ("good", "note", "bad") and health["checks"]
            with pytest.raises(Problem, match="not_found"):
                await client.download_backup("none-1.zip")

    play_here(act)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def of(answer: Callable[[httpx2.Request], httpx2.Response]) -> Client:
    return Client("http://test/", "oh_x", transport=httpx2.MockTransport(answer))


def test_what_creates_is_sent_again_with_the_same_key(pauses: list[float]) -> None:
    seen: list[tuple[str, str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append((request.headers["idempotency-key"], request.headers["authorization"]))
        if len(seen) < 3:
            raise httpx2.ReadTimeout("lost")
        return httpx2.Response(201, json={"id": "key_1", "key": "oh_2"})

    with of(answer) as client:
        assert client.create_api_key({"name": "crm"})["id"] == "key_1"
        assert len(set(seen)) == 1 and seen[0][1] == "Bearer oh_x" and pauses == [0.5, 1.0]
        seen.clear()
        client.create_api_key({"name": "crm"}, idempotency_key="mine")
        assert {key for key, _ in seen} == {"mine"}


def test_what_may_be_done_twice_is_not_sent_again(pauses: list[float]) -> None:
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        raise httpx2.ReadTimeout("lost")

    with of(answer) as client, pytest.raises(httpx2.ReadTimeout):
        client.sign_in({"email": "a@b.c", "password": "x"})
    assert asked == ["POST"] and not pauses


def test_a_busy_server_says_when(pauses: list[float]) -> None:
    busy = httpx2.Response(503, headers={"Retry-After": "2"}, json={"code": "store.busy", "detail": "busy"})
    with of(lambda request: busy) as client, pytest.raises(Problem, match=r"store\.busy"):
        client.list_api_keys()
    assert pauses == [2.0] * (module.TRIES - 1)


def test_a_page_of_a_proxy_is_a_problem_too() -> None:
    page = httpx2.Response(502, headers={"Content-Type": "text/html"}, text="<h1>Bad gateway</h1>")
    with of(lambda request: page) as client, pytest.raises(Problem, match=r"http\.502"):
        client.list_api_keys()


def test_what_stands_in_a_path_stays_in_it() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.url.raw_path == b"/v1/api-keys/..%2Fmembers%3Fa"
        return httpx2.Response(204)

    with of(answer) as client:
        client.revoke_api_key("../members?a")
