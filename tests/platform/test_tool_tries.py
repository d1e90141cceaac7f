"""A tool of a draft, tried outside of any call: as a call would have it done, and nothing by accident."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from offhook.platform import tool_tries
from offhook.platform.vault import TOOL_KEY
from offhook.settings import Secret
from offhook.store.scope import SYSTEM
from offhook.tools import guard
from tests.platform.test_agents import make_agent
from tests.platform_world import World, new_database, world
from tests.web_service import Answer, WebService

CANARY = "shop-canary-51a7-token"


def tool(url: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": "http", "name": "order_status", "description": "Looks an order up.", "method": "GET",
        "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
        "url": f"{url}/orders/{{order}}", "allow_private": True, "headers": {"Authorization": "Bearer ${SHOP_TOKEN}"},
        **fields,
    }  # fmt: skip


@contextlib.asynccontextmanager
async def shop(folder: Path, *answers: Answer) -> AsyncIterator[tuple[World, WebService]]:
    async with (
        asyncio.timeout(30),
        WebService(*answers) as service,
        world(new_database("sqlite", folder), folder, private_hosts=("127.0.0.1",)) as here,
    ):
        await here.platform.vault.put(here.workspace, TOOL_KEY, "SHOP_TOKEN", Secret(CANARY), SYSTEM)
        await here.platform.snapshot.settle()
        yield here, service


async def trial(here: World, agent_id: str, name: str = "order_status", **body: Any) -> Any:
    headers = body.pop("headers", None)
    body = {"arguments": {"order": "7"}, **body}
    return await here.client.post(f"/agents/{agent_id}/tools/{name}/try", json=body, headers=headers)


def test_a_look_up_answers_with_what_the_model_would_see(tmp_path: Path) -> None:
    async def main() -> None:
        told = {"status": "shipped", "token": CANARY, "who": "x"}
        answers = Answer(b'{"status": "shipped", "echo": "%s"}' % CANARY.encode()), Answer(b"{}", status=404)
        async with shop(tmp_path, *answers) as (here, service):
            made = await make_agent(here, tools=[tool(service.url)], variables={"shop": {"default": "north"}})
            found = (await trial(here, made["id"], caller="+15005550006")).json()
            assert found["outcome"] == "done" and "shipped" in found["result"] and found["told"] == found["result"]
            assert found["has_effects"] is False and 0 <= found["duration_ms"] < 10_000 and told
            assert CANARY not in str(found)
            assert service.received[0].path == "/orders/7"
            assert service.received[0].headers["authorization"] == f"Bearer {CANARY}"
            failed = (await trial(here, made["id"])).json()
            assert failed["outcome"] == "failed" and failed["told"].startswith("failed, nothing was done: ")
            # It is on record who tried what, without what it was tried with.
            events = (await here.client.get("/audit-events", params={"action": "agent.tool_tried"})).json()["data"]
            assert [one["after"]["outcome"] for one in events] == ["failed", "done"] and '"7"' not in str(events)

    asyncio.run(main())


def test_what_may_change_something_is_done_when_that_is_said(tmp_path: Path) -> None:
    async def main() -> None:
        async with shop(tmp_path, Answer(b"cancelled", kind="text/plain"), Answer(status=502)) as (here, service):
            order = tool(service.url, method="POST", body={"order": "{order}", "shop": "{{shop}}"}, retries=0)
            made = await make_agent(here, tools=[order], variables={"shop": {"default": "north"}})
            refused = await trial(here, made["id"])
            assert refused.status_code == 409 and refused.json()["code"] == "tool.has_effects"
            assert "confirm" in refused.json()["what_to_do"] and service.received == []
            done = await trial(here, made["id"], confirm=True, variables={"shop": "south"})
            assert done.json()["result"] == "cancelled" and done.json()["is_confirmed_in_calls"] is True
            assert service.received[0].json == {"order": "7", "shop": "south"}
            lost = (await trial(here, made["id"], confirm=True)).json()
            assert lost["outcome"] == "unknown" and lost["told"].startswith("no answer came")

            # With a key it is done once.
            key = {"Idempotency-Key": "once"}
            twice = [await trial(here, made["id"], confirm=True, headers=key) for _ in range(2)]
            assert twice[0].json() == twice[1].json() and len(service.received) == 3

    asyncio.run(main())


def test_a_get_that_its_owner_says_has_effects_is_one_with_effects(tmp_path: Path) -> None:
    async def main() -> None:
        async with shop(tmp_path) as (here, service):
            made = await make_agent(here, tools=[tool(service.url, has_effects=True), {"type": "take_message"}])
            for name in ("order_status", "take_message"):
                refused = await trial(here, made["id"], name)
                assert refused.json()["code"] == "tool.has_effects", refused.text
            arguments = {"name": "Ada", "phone": "5550100", "message": "Call back."}
            left = (await trial(here, made["id"], "take_message", arguments=arguments, confirm=True)).json()
            assert left["outcome"] == "done" and "Ada" in left["result"]
            assert "try_" in (tmp_path / "requests.jsonl").read_text()

    asyncio.run(main())


def test_what_cannot_be_tried_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with shop(tmp_path) as (here, service):
            made = await make_agent(here, tools=[tool(service.url), {"type": "end_call"}])
            wrong = (await trial(here, made["id"], arguments={"order": 7, "more": 1})).json()
            assert wrong["outcome"] == "failed" and "more" in wrong["told"] and service.received == []
            cases = [
                (await trial(here, made["id"], "end_call"), 409, "tool.needs_a_call"),
                (await trial(here, made["id"], "nothing"), 404, "tool.not_found"),
                (await trial(here, "agent_none"), 404, "agent.not_found"),
                (await trial(here, made["id"], variables={"shop": "x"}), 422, "request.invalid"),
            ]
            _, key = await here.other()
            cases.append((await trial(here, made["id"], headers=here.as_key(key)), 404, "agent.not_found"))
            reader = await here.platform.api_keys.create(here.workspace, "r", ["agents:read"], SYSTEM)
            cases.append((await trial(here, made["id"], headers=here.as_key(reader.text)), 403, "auth.scope"))
            for answer, status, code in cases:
                assert answer.status_code == status and code.startswith(answer.json()["code"].partition(".")[0]), code
            monkeypatch.setattr(tool_tries, "AT_ONCE", 0)
            assert (await trial(here, made["id"])).status_code == 429
            assert service.received == []

    asyncio.run(main())


def test_an_address_of_the_servers_own_network_is_not_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolved(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def main() -> None:
        async with shop(tmp_path) as (here, service):
            made = await make_agent(here, tools=[tool("https://shop.example.com", allow_private=False)])
            # A name that means this machine when it is looked up: only the connection can know.
            monkeypatch.setattr(guard, "resolve", resolved)
            found = (await trial(here, made["id"])).json()
            assert found["outcome"] == "failed" and "private network" in found["told"] and service.received == []

    asyncio.run(main())
