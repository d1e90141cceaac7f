"""Bounds of the API: how much is sent, how deep, how often; what no database takes is refused before it gets there."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from offhook.api import bounds
from offhook.api.bounds import BODY_BYTES, DEPTH, STRANGERS_BYTES, is_too_deep
from offhook.api.browsers import address_of
from offhook.settings import Settings
from tests.platform.conftest import Play
from tests.platform_world import World, in_world, new_database

HEADERS = {"content-type": "application/json"}


def nested(depth: int, inner: str = "1") -> bytes:
    return ("[" * depth + inner + "]" * depth).encode()


@pytest.mark.parametrize(
    ("body", "is_deep"),
    [
        (nested(DEPTH), False),
        (nested(DEPTH + 1), True),
        (b"[" + nested(DEPTH - 1) + b"," + nested(DEPTH) + b"]", True),
        (b"[" + b"[]," * 10_000 + b"[]]", False),
        (json.dumps(["[" * 1_000, "\\", '"[{' * 100]).encode(), False),
        (b'{"a":' * DEPTH + b"1" + b"}" * DEPTH, False),
        (b'{"a":' * (DEPTH + 1) + b"1" + b"}" * (DEPTH + 1), True),
        (b"[" * 100_000, True),
        (b"[" * DEPTH, False),  # no JSON: whoever reads it says so
        (b"]" * 100_000, False),
        (b'"' + b"]" * 1_000, False),
    ],
)
def test_depth_is_counted_without_reading(body: bytes, is_deep: bool) -> None:
    assert is_too_deep(body) is is_deep


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"name":"' + b"x" * BODY_BYTES + b'"}', 413),
        (nested(DEPTH + 1), 422),
        (b"[" * 100_000, 422),
        (rb'{"name":"a\u0000b"}', 422),
        (rb'{"name":"a\\u0000b"}', 201),
        (rb'{"name":"a\\\u0000b"}', 422),
        (rb'{"name":"\ud800"}', 422),
        (rb'{"name":"\udc00\ud800"}', 422),
        (rb'{"name":"\ud83d\ude00"}', 201),
        (rb'{"name":"\\ud800"}', 201),
        (b'{"name":"\xff"}', 422),
        (b"", 422),
        (b"nonsense", 422),
        (b'{"name": NaN}', 422),
    ],
)
def test_bodies_that_cannot_be_used_are_refused_in_the_same_form(play_here: Play, body: bytes, status: int) -> None:
    async def act(world: World) -> None:
        answer = await world.client.post("/api-keys", content=body, headers=HEADERS)
        assert answer.status_code == status, answer.text
        if status != 201:
            assert answer.headers["content-type"] == "application/problem+json" and answer.json()["code"]
            assert len((await world.client.get("/api-keys")).json()["data"]) == 1

    play_here(act)


def test_depth_is_that_of_the_reader() -> None:
    """Random JSON with every sign that could mislead: as deep as it is."""
    chance = random.Random(7)

    def make(depth: int) -> Any:
        text = "".join(chance.choice('[]{}"\\,:ab\u00fc') for _ in range(chance.randint(0, 12)))
        if depth == 0:
            return text
        return (
            [text, make(depth - 1), *[[]] * chance.randint(0, 70)] if chance.random() < 0.5 else {text: make(depth - 1)}
        )

    for _ in range(100):
        depth = chance.randint(50, 80)
        for is_ascii in (True, False):
            body = json.dumps(make(depth), ensure_ascii=is_ascii)
            assert is_too_deep(body.encode()) is (_depth(json.loads(body)) > DEPTH)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def test_a_body_without_an_end_is_not_read_to_it(play_here: Play) -> None:
    read = 0

    async def endless() -> Any:
        nonlocal read
        while True:
            read += 1
            yield b" " * 65_536

    async def act(world: World) -> None:
        answer = await world.client.post("/api-keys", content=endless(), headers=HEADERS)
        assert answer.status_code == 413 and read <= BODY_BYTES // 65_536 + 2

    play_here(act)


@pytest.mark.parametrize("path", ["/session", "/api-keys", "/agents/agent_1/documents"])
@pytest.mark.parametrize("is_announced", [True, False])
def test_of_a_stranger_no_more_is_read_than_a_sign_in_takes(play_here: Play, path: str, *, is_announced: bool) -> None:
    read = 0

    async def body() -> Any:
        nonlocal read
        for _ in range(64):
            read += 1
            yield b" " * 4096

    async def act(world: World) -> None:
        headers = {"Authorization": "Bearer oh_nobody", "Content-Type": "multipart/form-data; boundary=b"}
        headers |= {"Content-Length": str(64 * 4096)} if is_announced else {}
        answer = await world.client.post(path, content=body(), headers=headers)
        assert answer.status_code == 401 and answer.json()["code"] == "auth.unknown"
        is_upload = path.endswith("/documents")
        assert read == (0 if is_announced or is_upload else STRANGERS_BYTES // 4096 + 1)
        little = await world.client.post(path, content=b"{}", headers={**headers, "Content-Length": "2"})
        assert little.status_code in (401, 422)

    play_here(act)


def test_an_upload_has_a_bound_of_its_own(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "UPLOADS", (("POST", re.compile("/api-keys"), 2 * BODY_BYTES),))

    async def act(world: World) -> None:
        for size, status in ((BODY_BYTES + 1, 422), (2 * BODY_BYTES + 1, 413)):
            assert (await world.client.post("/api-keys", content=b" " * size, headers=HEADERS)).status_code == status
        assert (await world.client.post("/invitations", content=b" " * (BODY_BYTES + 1))).status_code == 413

    play_here(act)


@pytest.mark.parametrize("path", ["/audit-events?action=%00", "/members/%00", "/members/a%00b", "/api-keys?after=%00"])
def test_nul_in_an_address_reaches_no_database(play: Play, path: str) -> None:
    async def act(world: World) -> None:
        answer = await world.client.get(path)
        assert answer.status_code in (400, 422) and answer.headers["content-type"] == "application/problem+json"

    play(act)


def test_every_refusal_says_what_to_do_and_no_answer_is_a_page(play_here: Play) -> None:
    async def act(world: World) -> None:
        asked: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("GET", "/nothing", {}), ("PUT", "/api-keys", {}), ("POST", "/api-keys", {"content": b"{"}),
            ("POST", "/agents/import", {"content": b"\xff"}), ("GET", "/agents/a", {}), ("GET", "/agents/%00", {}),
            ("PATCH", "/agents/a", {"json": {"document": {}}, "headers": {"If-Match": "\u00b2".encode("latin-1")}}),
            ("GET", "/usage", {"params": {"month": "\u00b2\u00b2\u00b2\u00b2-\u00b2\u00b2"}}),
            ("GET", "/calls", {"params": {"after": "-"}}), ("POST", "/session", {"json": {}}),
        )  # fmt: skip
        for method, path, options in asked:
            answer = await world.client.request(method, path, **options)
            assert 400 <= answer.status_code < 500, answer.text
            assert answer.json()["code"] and answer.json()["what_to_do"], answer.text
            assert answer.headers["x-content-type-options"] == "nosniff"
        told = (await world.client.get("/session")).headers
        assert told["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert told["cross-origin-resource-policy"] == "same-origin" and told["x-content-type-options"] == "nosniff"
        script = (await world.client.get("/client.js")).headers
        assert script["cross-origin-resource-policy"] == "cross-origin", "pages of others import it"

    play_here(act)


def test_each_key_has_its_own_rate_and_is_told_of_it(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        _, theirs = await world.other()
        answers = [await world.client.get("/api-keys") for _ in range(12)]
        assert [one.status_code for one in answers] == [200] * 10 + [429] * 2
        assert answers[0].headers["ratelimit-policy"] == '"requests";q=10;w=10'
        assert answers[0].headers["ratelimit"].startswith('"requests";r=9;t=')
        refused = answers[-1]
        assert refused.json()["code"] == "request.too_many" and int(refused.headers["retry-after"]) >= 1
        assert refused.headers["ratelimit"].startswith('"requests";r=0;t=')
        assert (await world.client.get("/api-keys", headers=world.as_key(theirs))).status_code == 200

    in_world(new_database("sqlite", tmp_path), tmp_path, act, api_per_minute=60)


def test_strangers_are_slowed_down_and_nobody_else(play_here: Play) -> None:
    async def act(world: World) -> None:
        wrong = world.as_key("oh_nobody")
        told = [(await world.client.get("/api-keys", headers=wrong)).status_code for _ in range(70)]
        assert told[:60] == [401] * 60 and 429 in told[60:]
        assert (await world.client.get("/api-keys")).status_code == 200

    play_here(act)


def test_one_person_has_all_of_a_network_of_ipv6() -> None:
    def counted_as(address: str) -> str:
        return address_of(Request({"type": "http", "headers": [], "client": (address, 1)}), Settings())

    same = ("2001:db8::1", "2001:db8:0:0:ffff::2", "2001:0db8::")
    assert len({counted_as(one) for one in same}) == 1
    others = ("2001:db8:0:1::1", "192.0.2.7", "192.0.2.8", "::1")
    assert len({counted_as(one) for one in (*others, same[0])}) == 5
    assert counted_as("::ffff:192.0.2.7") == counted_as("192.0.2.7")
