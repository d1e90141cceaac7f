"""Each kind of secret goes through a live call on the platform's server, to vendors that say them back; none stays.

Beside each secret goes a marker that is none and takes the same way: where a marker is not found, this test looks in
the wrong place, and fails.
"""

import asyncio
import base64
import json
import re
import secrets
import sqlite3
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from offhook.cli.demo_command import inherited
from offhook.platform.callers import SCOPES
from offhook.platform.first import ensure_first
from offhook.platform.platform import Platform
from offhook.platform.vault import SecretKind
from offhook.settings import Secret, Settings
from offhook.simulator.vendors.brain import facts_brain
from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.server import Fault
from offhook.store.scope import SYSTEM
from tests.canaries import Canaries, unpacked
from tests.web_service import Answer, WebService
from tests.webhook_world import Receiver
from tests.wire.test_process import ACCOUNT, CANARY, Running, running

MARKER = "blueberry"
"""Said by the tool beside its key, and so by the agent."""
FAULT_MARKER = "Incorrect API key provided"
"""Said by the vendor in front of its key."""
POLITE: dict[str, Any] = {"wait": {"silent_s": 0.6}}


def a_key(name: str) -> str:
    return f"{name}-{secrets.token_urlsafe(30)}"


class Echo(WebService):
    """Answers with all headers that it was sent, the tool's key among them."""

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heard = head.decode()
        token = re.search(r"(?i)authorization: bearer (\S+)", heard)
        length = re.search(r"(?i)content-length: (\d+)", heard)
        await reader.readexactly(int(length[1]) if length else 0)
        said = f"{MARKER}, {token[1] if token else 'nothing'}"
        self.said = getattr(self, "said", "") + said
        body = json.dumps({"status": said}).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        await writer.drain()


class Vendor(OpenAIServer):
    """With a key of its own; it says the key back when it refuses one, as the vendor does."""

    def __init__(self, key: str) -> None:
        super().__init__(facts_brain)
        self.key = key


async def prepared(folder: Path, canaries: Canaries, vendor_key: str, tool_key: str) -> str:
    """A database with keys in the vault; an API key of it."""
    platform = await Platform.open(Settings(data_dir=folder))
    try:
        assert await ensure_first(platform) is not None
        workspace = await platform.first_workspace()
        await platform.vault.put(workspace, SecretKind.PROVIDER_KEY, "openai", Secret(vendor_key), SYSTEM)
        await platform.vault.put(workspace, SecretKind.TOOL_KEY, "SHOP_TOKEN", Secret(tool_key), SYSTEM)
        made = await platform.api_keys.create(workspace, "test", sorted(SCOPES), SYSTEM)
        canaries.add("the master key", (folder / "master.key").read_text().strip())
        return canaries.add("an API key", made.text)
    finally:
        await platform.stop()


async def told_by(client: httpx2.AsyncClient, call_id: str, webhook_id: str) -> dict[str, bytes]:
    """Every answer of `/v1` to a GET, with the ids that there are; and problems of all kinds."""
    document = (await client.get("/v1/openapi.json")).json()
    agents = (await client.get("/v1/agents")).json()["data"]
    ids = {
        "call_id": call_id, "webhook_id": webhook_id, "agent_id": agents[0]["id"], "version": "1", "number": "1",
        "provider": "openai", "name": "SHOP_TOKEN",
    }  # fmt: skip
    answers: dict[str, bytes] = {}
    for path, operations in document["paths"].items():
        if "get" not in operations or "text/event-stream" in json.dumps(operations["get"].get("responses", {})):
            continue
        address = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "none_1"), path)
        answer = await client.get("/v1" + address.removeprefix("/v1"))
        answers[f"GET {path}"] = answer.content + str(dict(answer.headers)).encode()
    return answers


async def odd_requests(client: httpx2.AsyncClient, values: list[str]) -> bytes:
    """Secrets where they do not belong: what is said of it."""
    said = b""
    for value in values:
        tried: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("GET", "/v1/calls", {"params": {"agent_id": value}}),
            ("GET", "/v1/calls", {"params": {"limit": value}}),
            ("GET", "/v1/agents", {"headers": {"Authorization": f"Basic {value}"}}),
            ("POST", "/v1/calls", {"json": {"to": value, "from": value}}),
            ("PUT", f"/v1/provider-keys/{value}", {"json": {"value": value}}),
            ("POST", "/v1/session", {"json": {"email": value, "password": value}}),
        )  # fmt: skip
        for method, path, options in tried:
            answer = await client.request(method, path, **options)
            assert answer.status_code < 500, (path, answer.text)
            own = {"Authorization", "authorization"}
            said += answer.content + str({k: v for k, v in answer.headers.items() if k not in own}).encode()
    return said


async def command(folder: Path, *words: str) -> bytes:
    """What `offhook` says."""
    environment = {**inherited(), "OFFHOOK_DATA_DIR": str(folder)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "offhook", *words, env=environment, stdout=-1, stderr=-2
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out
    return out


def rows_of(folder: Path, table: str) -> list[Any]:
    with sqlite3.connect(f"file:{folder / 'offhook.db'}?mode=ro", uri=True) as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608


class Places:
    """What was looked through, and that something was to be seen there."""

    def __init__(self, canaries: Canaries) -> None:
        self._canaries = canaries
        self.found: list[str] = []

    def look(self, place: str, what: str | bytes, marker: str = "") -> None:
        data = what.encode() if isinstance(what, str) else what
        assert any(marker.encode() in one for one in unpacked(data)), f"no {marker!r} in {place}: the wrong place"
        self.found += self._canaries.found_in(place, data)


def test_no_secret_of_a_call_stays_anywhere(tmp_path: Path) -> None:
    canaries = Canaries()
    vendor_key, tool_key = canaries.add("a provider's key", a_key("sk")), canaries.add("a tool's key", a_key("shop"))
    canaries.add("the carrier's token", CANARY)
    places = Places(canaries)

    async def main() -> None:
        key = await prepared(tmp_path, canaries, vendor_key, tool_key)
        async with (
            Vendor(vendor_key) as vendor,
            Echo() as shop,
            Receiver() as hook,
            WebService(Answer(b"", kind="application/x-protobuf")) as traces,
        ):
            agent: dict[str, Any] = {
                "llm": {"provider": "openai", "model": "gpt-4.1-mini", "base_url": vendor.base_url},
                "tools": [
                    {"name": "end_call"},
                    {"type": "http", "name": "order_status", "description": "Says how an order is.", "method": "GET",
                     "url": f"{shop.url}/orders", "allow_private": True,
                     "headers": {"Authorization": "Bearer ${SHOP_TOKEN}"}},
                ],
            }  # fmt: skip
            more = {
                "OFFHOOK_PRIVATE_HOSTS": "127.0.0.1", "OTEL_EXPORTER_OTLP_ENDPOINT": traces.url,
                "OTEL_BSP_SCHEDULE_DELAY": "100", "OFFHOOK_LOG": "json",
            }  # fmt: skip
            async with running(tmp_path, agent=agent, **more) as server:
                headers = {"Authorization": f"Bearer {key}"}
                async with (
                    httpx2.AsyncClient(base_url=server.address, headers=headers, timeout=30) as client,
                    httpx2.AsyncClient(base_url=server.address, headers={"Origin": server.address}) as browser,
                ):
                    await through_a_call(
                        server, client, browser, [key, vendor_key, tool_key], vendor, hook, canaries, places
                    )
                    places.look("traces", b"".join(one.body for one in traces.received), "order_status")
            assert tool_key in shop.said, "the shop was sent its key, and has said it back"
        places.look("the log", (tmp_path / "server.log").read_bytes(), FAULT_MARKER)

    asyncio.run(main())
    archive = next((tmp_path / "backups").glob("*.zip"))
    places.look("the backup", archive.read_bytes(), MARKER)
    places.found += canaries.found_in_folder(tmp_path)
    assert places.found == []


async def through_a_call(
    server: Running, client: httpx2.AsyncClient, browser: httpx2.AsyncClient, values: list[str], vendor: Vendor,
    hook: Receiver, canaries: Canaries, places: Places,
) -> None:  # fmt: skip
    """A call with a tool and a vendor that refuses in it; then all that the server tells is looked through."""
    folder = server.folder
    link = (await command(folder, "admin", "link")).decode().strip().partition("#link=")[2]
    password = canaries.add("a password", a_key("pw"))
    signed_in = await browser.post("/v1/session", json={"link": link, "password": password})
    assert signed_in.status_code == 201, signed_in.text
    (cookie,) = browser.cookies.jar
    canaries.add("a session", str(cookie.value))
    made = await client.post("/v1/webhooks", json={"url": hook.url, "types": []})
    assert made.status_code == 201, made.text
    secret, webhook_id = canaries.add("a webhook's secret", made.json()["secret"]), made.json()["id"]
    body = {"carrier": "twilio", "account_sid": ACCOUNT, "auth_token": CANARY}
    assert (await client.post("/v1/carrier-accounts", json=body)).status_code == 201

    async def while_it_lives() -> None:
        async with asyncio.timeout(30):
            while MARKER not in str(rows_of(folder, "call_lines")):
                await asyncio.sleep(0.1)
        places.look("call_lines", repr(rows_of(folder, "call_lines")), MARKER)
        vendor.usual_fault = Fault("unauthorized")

    alive = asyncio.create_task(while_it_lives())
    await server.call(
        POLITE, {"say": "what is the order status"}, {"wait": {"says": MARKER, "at_most_s": 15}}, {"silence": 0.3},
        {"say": "and what else is there"}, {"wait": {"silent_s": 0.6}}, {"hang_up": True},
    )  # fmt: skip
    await alive
    await client.post(f"/v1/webhooks/{webhook_id}/test")
    assert all(one.is_signed_with(secret) for one in await hook.until(1)), "the secret was used"
    calls = (await client.get("/v1/calls")).json()["data"]
    async with asyncio.timeout(30):
        while rows_of(folder, "call_lines"):
            await asyncio.sleep(0.1)
    answers = await told_by(client, calls[0]["id"], webhook_id)
    for path, answer in answers.items():
        places.look(path, answer)
    for path in ("GET /calls/{call_id}", "GET /calls/{call_id}/journal"):
        places.look(path, answers[path], MARKER)
    places.look("metrics", (await client.get("/metrics")).content, "offhook_tool_runs_total")
    places.look("the session's answers", (await browser.get("/v1/session")).content, "owner@localhost")
    places.look("problems", await odd_requests(client, values), "what_to_do")
    for table in ("calls", "call_turns", "events", "deliveries", "audit_events", "agents", "agent_versions"):
        places.look(table, repr(rows_of(folder, table)))
    (journal,) = (folder / "objects").rglob("journal.jsonl.gz")
    places.look("the journal", journal.read_bytes(), MARKER)
    (transcript,) = (folder / "objects").rglob("transcript.txt")
    places.look("the transcript", transcript.read_bytes(), MARKER)
    places.look("backup", await command(folder, "backup", "--with-objects"), "rows")


def test_the_search_itself_finds_what_is_there(tmp_path: Path) -> None:
    canaries, value = Canaries(), a_key("sk")
    canaries.add("it", value)
    places = Places(canaries)
    places.look("a row", repr(("a", base64.b64encode(value.encode()))))
    with pytest.raises(AssertionError, match="the wrong place"):
        places.look("a row", "nothing", MARKER)
    assert len(places.found) == 1
