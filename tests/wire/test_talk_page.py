"""The page of `offhook talk` over the real server: what is served to whom, and whose microphone becomes a leg."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from offhook.call.journal import Header
from offhook.call.records.files import FileRecords
from offhook.call.records.watched import WatchedRecords
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.endings import EndReason
from offhook.core.formats import WIDEBAND
from offhook.errors import AdmissionRefused
from offhook.settings import Secret
from offhook.telephony.facts import CallFacts
from offhook.web import talk as talk_module
from offhook.web.talk import Talk, TalkPage
from tests.record_world import HEADER
from tests.web_world import FakeCalls, World, closing_code, play, until

KEY = "the-key-of-the-page"
PATH = "/browser/media"
ASSETS = ("talk.css", "talk.js", "leg.js", "feed.js", "wave.js", "sound.js")
WITH_KEY = {"Authorization": f"Bearer {KEY}"}


class Doorkeeper:
    """Makes the server's talk, and keeps what tests want of it."""

    records: WatchedRecords
    talk: Talk

    def __init__(self, tmp_path: Any = None) -> None:
        self._folder = tmp_path

    def __call__(self, live: FakeCalls) -> Talk:
        self.records = WatchedRecords(FileRecords(self._folder))
        self.talk = Talk(live, self.records, TalkPage(Secret(KEY), "harbour-hotel", "en-US"))
        return self.talk


@pytest.fixture
def door(tmp_path: Any) -> Doorkeeper:
    return Doorkeeper(tmp_path)


def play_talk(door: Doorkeeper, story: Callable[[World], Awaitable[None]]) -> None:
    try:
        play(story, talk=door)
    finally:
        door.records.stop()


def start(call: str, token: str) -> str:
    return json.dumps({"type": "start", "rate": 16_000, "call": call, "parameters": {"token": token}})


async def place(world: World) -> tuple[str, str]:
    answer = await world.client.post("/talk/call", headers=WITH_KEY)
    assert answer.status_code == 200
    return answer.json()["call"], answer.json()["token"]


# ── what is served ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_is_served_with_a_strict_policy(door: Doorkeeper) -> None:
    async def story(world: World) -> None:
        for path in ("/talk", *(f"/talk/{name}" for name in ASSETS)):
            answer = await world.client.get(path)
            assert answer.status_code == 200, path
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "script-src 'self'" in policy
            assert "unsafe" not in policy and "*" not in policy and "frame-ancestors 'none'" in policy
            assert f"ws://127.0.0.1:{world.port} " in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cache-control"] == "no-store"
            assert KEY not in answer.text
        page = (await world.client.get("/talk")).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), "no script stands in the page itself"
        assert not re.search(r"\s(on\w+|style)=", page)

    play_talk(door, story)


def test_nothing_of_the_page_comes_from_elsewhere(door: Doorkeeper) -> None:
    async def story(world: World) -> None:
        for path in ("/talk", *(f"/talk/{name}" for name in ASSETS)):
            text = (await world.client.get(path)).text
            assert not re.findall(r"https?://[a-z]", text.replace("http://www.w3.org/", "")), path
            assert "eval(" not in text and "innerHTML" not in text and "document.write" not in text
            for name in re.findall(r'(?:from|src=|href=) ?"([^"]+)"', text):
                assert name.startswith(("/talk/", "./", "data:,")), f"{path} takes {name}"

    play_talk(door, story)


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "é", "x" * 300, ""])
def test_a_host_of_any_form_stays_out_of_the_policy_or_is_one(door: Doorkeeper, host: str) -> None:
    async def story(world: World) -> None:
        answer = await world.client.get("/talk", headers={b"Host": host.encode()})
        if answer.status_code == 200:
            policy = answer.headers["content-security-policy"]
            assert policy.count("script-src") == 1 and " * " not in policy and policy.count(";") == 7

    play_talk(door, story)


def test_the_server_of_telephone_calls_has_no_such_page() -> None:
    async def story(world: World) -> None:
        for path in ("/talk", "/talk/talk.js", "/talk/about"):
            assert (await world.client.get(path, headers=WITH_KEY)).status_code == 404
        assert (await world.client.post("/talk/call", headers=WITH_KEY)).status_code == 404

    play(story)


PAIRS = (
    ("ink", "paper"), ("ink", "card"), ("ink", "wash"), ("ink", "caller-wash"), ("ink", "agent-wash"),
    ("ink", "look-wash"), ("soft", "paper"), ("soft", "card"), ("soft", "wash"), ("soft", "caller-wash"),
    ("soft", "agent-wash"), ("soft", "look-wash"), ("caller", "card"), ("caller", "caller-wash"), ("agent", "card"),
    ("agent", "agent-wash"), ("look", "paper"), ("look", "look-wash"), ("harm", "paper"), ("paper", "ink"),
    ("paper", "soft"),
)  # fmt: skip
"""Text and what it stands on."""


def test_text_stands_out_in_both_themes(door: Doorkeeper) -> None:
    async def story(world: World) -> None:
        style = (await world.client.get("/talk/talk.css")).text
        light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part)) for part in style.split("@media", 2)[:2])
        assert light.keys() == dark.keys()
        faint = [
            f"{name}: {text} on {ground} {found:.2f}"
            for name, theme in (("light", light), ("dark", dark))
            for text, ground in PAIRS
            if (found := contrast(theme[text], theme[ground])) < 4.5
        ]
        assert not faint

    play_talk(door, story)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: of the relative luminances of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


# ── who may come in ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("wrong", ["", "Bearer", "Bearer wrong", f"bearer {KEY}", KEY, f"Bearer {KEY}x", "Bearer é"])
def test_nothing_is_given_without_the_key(door: Doorkeeper, wrong: str) -> None:
    async def story(world: World) -> None:
        headers = {"Authorization": wrong.encode()} if wrong else {}
        for method, path in (("GET", "/talk/about"), ("POST", "/talk/call"), ("POST", "/talk/return?call=x")):
            answer = await world.client.request(method, path, headers=headers)  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()) == (401, {"why": "key"}), path
        assert not world.live.facts, "no place was kept"

    play_talk(door, story)


def test_pages_of_other_origins_get_nothing(door: Doorkeeper) -> None:
    async def story(world: World) -> None:
        other = WITH_KEY | {"Origin": "https://evil.example"}
        for method, path in (("GET", "/talk/about"), ("POST", "/talk/call"), ("POST", "/talk/return")):
            assert (await world.client.request(method, path, headers=other)).status_code == 403
        assert not world.live.facts
        call, token = await place(world)
        for origin in ("https://evil.example", "null", f"http://localhost:{world.port}"):
            with pytest.raises(InvalidStatus) as caught:
                async with world.socket(PATH, signed="", origin=origin):
                    pass
            assert caught.value.response.status_code == 403
        async with world.socket(PATH, signed="", origin=f"http://127.0.0.1:{world.port}") as page:
            await page.send(start(call, token))
            await until(lambda: call in world.live.ears)

    play_talk(door, story)


def test_a_page_of_the_public_address_comes_in_behind_a_proxy(door: Doorkeeper) -> None:
    async def story(world: World) -> None:
        headers = WITH_KEY | {"Origin": "https://voice.example.test"}
        assert (await world.client.post("/talk/call", headers=headers)).status_code == 200

    play_talk(door, story)


def test_a_token_is_for_one_talk_and_one_use(door: Doorkeeper) -> None:
    async def story(world: World) -> None:
        (call, token), (other, _) = await place(world), await place(world)
        assert call != other and call.startswith("browser-")
        async with world.socket(PATH, signed="") as thief:
            await thief.send(start(other, token))
            assert await closing_code(thief) == 1008
        async with world.socket(PATH, signed="") as page, world.socket(PATH, signed="") as again:
            await page.send(start(call, token))
            await until(lambda: call in world.live.ears)
            await again.send(start(call, token))
            assert await closing_code(again) == 1008

    play_talk(door, story)


@pytest.mark.parametrize("why", ["full", "draining", "lagging"])
def test_a_server_that_takes_no_call_says_why(door: Doorkeeper, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    def refuse(self: FakeCalls, facts: CallFacts) -> str:
        raise AdmissionRefused(why)

    monkeypatch.setattr(FakeCalls, "expect", refuse)

    async def story(world: World) -> None:
        answer = await world.client.post("/talk/call", headers=WITH_KEY)
        assert (answer.status_code, answer.json()) == (503, {"why": why})

    play_talk(door, story)


# ── what the page is told ────────────────────────────────────────────────────────────────────────────────────────────


def header_of(call: str) -> Header:
    return msgspec.structs.replace(HEADER, carrier_call=call)


def test_the_page_of_a_call_is_told_what_happens_and_no_other_page_is(door: Doorkeeper) -> None:
    async def story(world: World) -> None:
        (call, token), (other, other_token) = await place(world), await place(world)
        async with world.socket(PATH, signed="") as page, world.socket(PATH, signed="") as neighbour:
            await page.send(start(call, token))
            await neighbour.send(start(other, other_token))
            await until(lambda: {call, other} <= world.live.ears.keys())
            record = door.records.open(header_of(call), WIDEBAND)
            record.append(ev.TranscriptChanged("hello", 1.0), 1.0)
            assert json.loads(await page.recv()) == {
                "type": "told", "told": "caller_words", "at": 1.0, "text": "hello",
            }  # fmt: skip
            world.live.legs[other].send_mark("m1")
            assert json.loads(await neighbour.recv())["type"] == "mark"
            record.append(cmd.EndCall(EndReason.AGENT_ENDED), 9.0)
            world.live.end(call, EndReason.AGENT_ENDED)
            ended = json.loads(await page.recv())
            assert (ended["told"], ended["reason"]) == ("ended", "agent.ended")
            assert ended["record"] == record.name and record.name
            assert await closing_code(page) == 1000
            record.close(9.0)
        assert (await world.client.post(f"/talk/return?call={call}", headers=WITH_KEY)).status_code == 410

    play_talk(door, story)


def test_a_talk_comes_back_on_another_socket(door: Doorkeeper) -> None:
    async def story(world: World) -> None:
        call, token = await place(world)
        async with world.socket(PATH, signed="") as page:
            await page.send(start(call, token))
            await until(lambda: call in world.live.ears)
            record = door.records.open(header_of(call), WIDEBAND)
            page.transport.abort()
        answer = await world.client.post(f"/talk/return?call={call}", headers=WITH_KEY)
        assert answer.status_code == 200
        async with world.socket(PATH, signed="") as page:
            await page.send(start(call, answer.json()["token"]))
            await until(lambda: len(world.live.streams) == 2)
            record.append(ev.LegAttached(2, 5.0), 5.0)
            assert "goes on" in json.loads(await page.recv())["text"]
        record.close(9.0)
        for unknown in ("browser-none", "CA1", ""):
            assert (await world.client.post(f"/talk/return?call={unknown}", headers=WITH_KEY)).status_code == 410

    play_talk(door, story)


def test_talks_that_never_begin_are_forgotten(door: Doorkeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(world: World) -> None:
        monkeypatch.setattr(talk_module, "TOKEN_S", -1.0)
        first, _ = await place(world)
        monkeypatch.undo()
        await place(world)
        assert (await world.client.post(f"/talk/return?call={first}", headers=WITH_KEY)).status_code == 410
        record = door.records.open(header_of(first), WIDEBAND)
        assert type(record).__name__ != "_WatchedRecord"
        record.close(0.0)

    play_talk(door, story)
