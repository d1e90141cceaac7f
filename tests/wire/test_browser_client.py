"""Browser calls: who may begin one, from which pages; and the client in a real browser, on a page of another origin."""

import asyncio
import base64
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from offhook import clock
from offhook.cli.demo_command import example
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENTS
from tests.browser_world import Shop, keep_shop
from tests.chromium import Page, browsing
from tests.served import need_models
from tests.wire.test_serve_command import AGENT
from tests.wire.test_talk_browser import FAKE, LISTEN, TAKEN, spoken, understood

SITE = "https://www.example.com"
PATIENCE_S = 30.0
NAMED = """\
variables: {name: {default: you}}
opening: {text: "Ah, {{name}}, hello."}
"""


@pytest.fixture
def scripted(tmp_path: Path) -> Path:
    path = tmp_path / "agent.yaml"
    path.write_text(AGENT + NAMED)
    return path


async def told_by(socket: Any, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = await socket.recv()
            if isinstance(message, str) and (found := json.loads(message)).get("told") == kind:
                return dict(found)


def opening(place: dict[str, str]) -> str:
    return json.dumps({"type": "start", "rate": 16_000, "call": place["id"], "parameters": {"token": place["token"]}})


def test_an_api_key_begins_a_call_and_is_told_all_of_it(tmp_path: Path, scripted: Path) -> None:
    async def story(shop: Shop) -> None:
        made = await shop.client.post("/browser-calls", json={"agent_id": shop.agent_id, "variables": {"name": "Ann"}})
        assert made.status_code == 201, made.text
        place = made.json()
        assert place["url"] == f"ws://127.0.0.1:{shop.port}/browser/media" and place["id"].startswith("call_")
        async with connect(place["url"], proxy=None) as socket:
            await socket.send(opening(place))
            for _ in range(30):
                await socket.send(bytes(640))
            assert "Ann" in (await told_by(socket, "agent_words"))["text"]
            handle = shop.live.handle(place["id"])
            assert handle is not None, "the id is that of the call"
            (taken,) = shop.platform.gate_house.limits.tally.live()
            assert taken.agent_id == shop.agent_id
            back = await shop.client.post(f"/browser-calls/{place['id']}/return")
            assert back.status_code == 200 and back.json()["token"] != place["token"]
        async with connect(place["url"], proxy=None) as socket:
            await socket.send(opening(back.json()))
            await socket.send(bytes(640))
            await socket.send(json.dumps({"type": "stop"}))
            ended = await told_by(socket, "ended")
            assert ended["reason"] == "caller.hung_up"
        over = await shop.client.post(f"/browser-calls/{place['id']}/return")
        assert over.status_code in (404, 409)
        assert not list(shop.platform.gate_house.limits.tally.live())
        for body, status in (
            ({}, 422),
            ({"agent_id": "agent_none"}, 404),
            ({"agent_id": shop.agent_id, "x": 1}, 422),
            ({"agent_id": shop.agent_id, "variables": {"colour": "red"}}, 422),
        ):
            assert (await shop.client.post("/browser-calls", json=body)).status_code == status

    keep_shop(tmp_path, scripted, story)


def test_a_page_key_is_for_its_pages_alone_and_not_too_often(tmp_path: Path, scripted: Path) -> None:
    async def story(shop: Shop) -> None:
        key = await shop.page_key(SITE)
        page = {"Authorization": f"Bearer {key}", "Origin": SITE}
        asked = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
        before = await shop.client.options("/browser-calls", headers=asked)
        assert before.status_code == 204 and before.headers["access-control-allow-origin"] == SITE
        other = await shop.client.options("/browser-calls", headers=asked | {"Origin": "https://evil.example"})
        assert other.status_code == 403 and "access-control-allow-origin" not in other.headers
        for origin in ("https://evil.example", "null", f"{SITE}.evil.example", "http://www.example.com"):
            refused = await shop.client.post("/browser-calls", json={}, headers=page | {"Origin": origin})
            assert (refused.status_code, refused.json()["code"]) == (403, "browser_call.origin"), origin
            assert "access-control-allow-origin" not in refused.headers
        for body in ({"version": "draft"}, {"agent_id": "agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"}):
            assert (await shop.client.post("/browser-calls", json=body, headers=page)).status_code == 403
        made = await shop.client.post("/browser-calls", json={}, headers=page)
        assert made.status_code == 201 and made.headers["access-control-allow-origin"] == SITE
        assert "Origin" in made.headers["vary"]
        place = made.json()
        # Sent again it is the same call, for this page alone; an API key with the same header has its own.
        once = {"Idempotency-Key": "one-visit"}
        again = [await shop.client.post("/browser-calls", json={}, headers=page | once) for _ in range(2)]
        assert again[0].json() == again[1].json() and again[0].json()["id"] != place["id"]
        assert again[1].headers["idempotent-replayed"] == "true"
        evil = await shop.client.post(
            "/browser-calls", json={}, headers=page | once | {"Origin": "https://evil.example"}
        )
        assert (evil.status_code, evil.json()["code"]) == (403, "browser_call.origin")
        body = {"agent_id": shop.agent_id}
        ours = [await shop.client.post("/browser-calls", json=body, headers=once) for _ in range(2)]
        assert ours[0].json() == ours[1].json() and ours[0].json()["id"] != again[0].json()["id"]
        # The key does nothing else, and what it began nobody else brings back.
        assert (await shop.client.get("/limits", headers=page)).status_code == 401
        assert (await shop.client.post(f"/browser-calls/{place['id']}/return")).status_code == 404
        async with connect(place["url"], proxy=None, origin=Origin(SITE)) as socket:
            await socket.send(opening(place))
            for _ in range(30):
                await socket.send(bytes(640))
            await told_by(socket, "agent_words")
            await socket.send(json.dumps({"type": "stop"}))
            ended = await told_by(socket, "ended")
            assert (ended["reason"], ended["record"], ended["detail"]) == ("caller.hung_up", "", "")
        with pytest.raises(InvalidStatus, match="403"):
            await connect(place["url"], proxy=None, origin=Origin("https://evil.example"))
        async with connect(place["url"], proxy=None, origin=Origin(SITE)) as socket:
            await socket.send(opening(place))
            with pytest.raises(ConnectionClosed):
                await told_by(socket, "doing")
        answers = [await shop.client.post("/browser-calls", json={}, headers=page) for _ in range(8)]
        assert answers[-1].status_code == 429 and int(answers[-1].headers["retry-after"]) >= 1
        assert answers[-1].headers["access-control-allow-origin"] == SITE, "the page can read why"

    keep_shop(tmp_path, scripted, story)


def test_limits_count_browser_calls_and_a_page_is_told(tmp_path: Path, scripted: Path) -> None:
    async def story(shop: Shop) -> None:
        limits = {"call_minutes": 0.0001, "concurrent_calls": 1}
        set_ = await shop.client.put("/limits", json=limits, headers={"If-Match": "*"})
        assert set_.status_code == 200, set_.text
        await shop.platform.snapshot.settle()
        place = (await shop.client.post("/browser-calls", json={"agent_id": shop.agent_id})).json()
        full = await shop.client.post("/browser-calls", json={"agent_id": shop.agent_id})
        assert (full.status_code, full.json()["code"]) == (503, "call.refused")
        assert "limit.concurrent_calls" in full.json()["detail"]
        async with connect(place["url"], proxy=None) as socket:
            await socket.send(opening(place))

            async def go_on() -> None:
                while True:
                    await socket.send(bytes(640))
                    await asyncio.sleep(0.02)

            talking = asyncio.create_task(go_on())
            shown = ""
            ended: dict[str, Any] = {}
            async with asyncio.timeout(PATIENCE_S):
                while not ended:
                    message = await socket.recv()
                    if not isinstance(message, str):
                        continue
                    told = json.loads(message)
                    if told["type"] == "mark":
                        await socket.send(message)
                    shown += told.get("text", "") if told.get("told") == "agent_words" else ""
                    ended = told if told.get("told") == "ended" else {}
            talking.cancel()
        assert ended["reason"] == "limit.call.minutes"
        assert "I have to end the call here" in shown

    keep_shop(tmp_path, scripted, story)


def test_a_draft_can_be_talked_to_as_it_is_now(tmp_path: Path, scripted: Path) -> None:
    async def story(shop: Shop) -> None:
        row = {"name": "new", "managed_by": "api", "created_at": clock.wall_ms(), "updated_at": clock.wall_ms()}
        document = await shop.platform.store.read(
            shop.workspace, lambda scope: scope.scalar(scope.select(AGENTS.c.draft).where(AGENTS.c.id == shop.agent_id))
        )

        def job(scope: Scope) -> None:
            scope.insert(AGENTS, id="agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", draft=document, revision=1, **row)

        def redraft(changed: Any, scope: Scope) -> None:
            c = AGENTS.c
            scope.update(AGENTS, c.id == wanted["agent_id"], draft=changed, revision=c.revision + 1)

        await shop.platform.store.write(shop.workspace, job)
        wanted = {"agent_id": "agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"}
        unpublished = await shop.client.post("/browser-calls", json=wanted)
        assert (unpublished.status_code, unpublished.json()["code"]) == (409, "agent.not_published")
        for greeting in ("First words.", "Second words."):
            changed = document | {"opening": {"mode": "fixed", "text": greeting}}
            await shop.platform.store.write(shop.workspace, partial(redraft, changed))
            made = await shop.client.post("/browser-calls", json=wanted | {"version": "draft"})
            assert made.status_code == 201, made.text
            async with connect(made.json()["url"], proxy=None) as socket:
                await socket.send(opening(made.json()))
                for _ in range(30):
                    await socket.send(bytes(640))
                assert greeting in (await told_by(socket, "agent_words"))["text"]

    keep_shop(tmp_path, scripted, story)


# ── a page of another origin, in a real browser ──────────────────────────────────────────────────────────────────────

HTML = """<!doctype html><meta charset="utf-8"><title>a website</title><link rel="icon" href="data:,">
<button id="talk">Talk to us</button>
<script type="module" src="/page.js"></script>"""
SCRIPT = """import { Offhook } from "SERVER/v1/client.js";
window.words = []; window.did = [];
document.getElementById("talk").onclick = async () => {
  try {
    const call = await Offhook.call({ key: "KEY" });
    window.call = call;
    for (const type of ["connected", "lost", "trouble"]) call.on(type, () => window.did.push(type));
    call.on("words", (one) => { throw_(); });
    call.on("words", ({ who, text, isFinal }) => isFinal && window.words.push([who, text]));
    call.on("ended", (detail) => { window.ended = detail; });
  } catch (trouble) {
    window.trouble = [trouble.code, trouble.message];
  }
};
const throw_ = () => { window.thrown = true; throw new Error("a page's own mistake"); };
"""


@contextmanager
def website(server: str, key: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """A page on another origin, with a strict policy; its address, and what may still be changed."""
    place = {"key": key}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = SCRIPT.replace("SERVER", server).replace("KEY", place["key"]) if self.path == "/page.js" else HTML
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if self.path == "/page.js" else "text/html")
            policy = (
                f"default-src 'none'; script-src 'self' {server}; connect-src {server} {server.replace('http', 'ws')}"
            )
            self.send_header("Content-Security-Policy", policy + "; img-src data:")
            self.end_headers()
            self.wfile.write(body.encode() if self.path != "/favicon.ico" else b"")

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{site.server_address[1]}", place
        finally:
            site.shutdown()


def test_a_visitor_of_another_website_talks_to_the_agent_and_hears_it(tmp_path: Path) -> None:
    need_models("silero-vad", "smart-turn", "whisper-base")
    voice = tmp_path / "caller.wav"
    asyncio.run(spoken(voice, 6.0, "Hi, what time is breakfast?", 10.5, "That is all, thank you. Goodbye.", 20.0))
    capture = f"--use-file-for-fake-audio-capture={voice}%noloop"

    def visit(address: str) -> dict[str, Any]:
        with browsing(tmp_path, *FAKE, capture, prelude=LISTEN) as page:
            page.go(address)
            page.click("#talk")
            page.until("window.call || window.trouble", 15)
            assert page.evaluate("window.trouble ?? null") is None, page.evaluate("window.trouble")
            page.until("window.words.some(([who, text]) => who === 'agent' && text.includes('Breakfast'))", 35)
            page.until("window.ended", 40)
            ours = [one for one in page.troubles if "page's own mistake" not in one and "ScriptProcessor" not in one]
            assert ours == []
            names = ("words", "did", "ended", "thrown")
            return {**{name: page.evaluate(f"window.{name}") for name in names}, "taken": page.evaluate(TAKEN)}

    async def story(shop: Shop) -> None:
        with website(f"http://127.0.0.1:{shop.port}") as (address, place):
            place["key"] = await shop.page_key(address)
            seen = await asyncio.to_thread(visit, address)
        said = {who: " ".join(text for one, text in seen["words"] if one == who).lower() for who in ("caller", "agent")}
        assert "breakfast" in said["caller"] and "7 to 10:30" in said["agent"]
        assert seen["thrown"] and seen["ended"]["reason"] == "agent.ended" and seen["ended"]["trouble"] is None
        sound = np.frombuffer(base64.b64decode(seen["taken"]["audio"]), np.int16)
        heard = (await understood(sound, seen["taken"]["rate"])).lower()
        assert "breakfast" in heard, heard

    keep_shop(tmp_path, example("harbour-hotel/agent.yaml"), story)


def test_what_goes_wrong_is_told_to_the_page_and_a_broken_connection_comes_back(tmp_path: Path, scripted: Path) -> None:
    def refused(address: str) -> tuple[str, str]:
        with browsing(tmp_path, *FAKE) as page:
            page.go(address)
            page.click("#talk")
            page.until("window.trouble", 15)
            code, message = page.evaluate("window.trouble")
            return code, message

    def denied(address: str) -> str:
        stop = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); };"
        with browsing(tmp_path, *FAKE, prelude=stop) as page:
            page.go(address)
            page.click("#talk")
            page.until("window.trouble", 15)
            return str(page.evaluate("window.trouble")[1])

    async def story(shop: Shop) -> None:
        loop = asyncio.get_running_loop()

        def breaks(address: str) -> list[str]:
            with browsing(tmp_path, *FAKE) as page:
                page.go(address)
                page.click("#talk")
                page.until("window.call && window.call.state === 'connected'", 15)
                call = page.evaluate("window.call.id")
                door = shop.platform.browser_calls._seats[call].leg
                assert door is not None
                loop.call_soon_threadsafe(door.close)
                page.until("window.did.includes('lost')", 10)
                page.until("window.call.state === 'connected'", 15)
                _end(page)
                return list(page.evaluate("window.did"))

        server = f"http://127.0.0.1:{shop.port}"
        with website(server) as (address, place):
            key = await shop.page_key("https://elsewhere.example")
            place["key"] = key
            # The server does not let this page read the answer: for a browser that is a network that fails.
            assert (await asyncio.to_thread(refused, address))[0] == "unreachable"
            place["key"] = await shop.page_key(address)
            assert "not allowed" in await asyncio.to_thread(denied, address)
            assert await asyncio.to_thread(breaks, address) == ["lost", "connected"]
            place["key"] = place["key"][:-1] + ("0" if place["key"][-1] != "0" else "1")
            code, message = await asyncio.to_thread(refused, address)
            assert code == "key" and "not known" in message

    keep_shop(tmp_path, scripted, story)


def _end(page: Page) -> None:
    page.evaluate("window.call.end()")
    page.until("window.ended", 10)
