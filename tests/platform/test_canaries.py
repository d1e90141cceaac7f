"""Secrets go in by every way there is, everything is done with them that goes wrong, and they appear nowhere.

A new way in is one more function of `WAYS`; a new place is one more line of `everywhere`.
"""

import base64
import gzip
import itertools
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from offhook.errors import ConfigurationError, OffhookError
from offhook.platform.first import ensure_first
from offhook.platform.rotation import rotate
from offhook.platform.vault import SecretKind
from offhook.settings import Secret, Settings
from offhook.store.schema import METADATA
from offhook.store.scope import Scope
from offhook.store.tables.vault import SECRETS
from tests.canaries import Canaries, forms
from tests.key_vendors import KeyVendors
from tests.people_world import office
from tests.platform.conftest import Play
from tests.platform_world import World


def a_secret(name: str) -> str:
    """With signs in it that texts write in other ways."""
    return f"{name}+/%&=\"'<>\\{secrets.token_urlsafe(24)}~{{}}"


async def provider_key(world: World) -> str:
    value = a_secret("pk")
    assert (await world.client.put("/provider-keys/openai?force=true", json={"value": value})).status_code == 200
    return value


async def tool_key(world: World) -> str:
    value = a_secret("tk")
    assert (await world.client.put("/tool-keys/SHOP_TOKEN", json={"value": value})).status_code == 200
    return value


async def carrier_token(world: World) -> str:
    value = secrets.token_hex(16)
    await world.platform.vault.put(world.workspace, SecretKind.CARRIER_TOKEN, "acct_1", Secret(value))
    return value


async def webhook_secret(world: World) -> str:
    value = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    await world.platform.vault.put(world.workspace, SecretKind.WEBHOOK, "hook_1", Secret(value))
    return value


async def api_key(world: World) -> str:
    answer = await world.client.post("/api-keys", json={"name": "another"})
    value: str = answer.json()["key"]
    return value


async def master_key(world: World) -> str:
    return (world.platform.settings.data_dir / "master.key").read_text().strip()


async def refused_key(world: World) -> str:
    """One that was never kept."""
    value = a_secret("no")
    assert (await world.client.put("/provider-keys/xai", json={"value": value})).status_code == 422
    return value


async def misplaced(world: World) -> str:
    """One that was sent where it does not belong."""
    value = a_secret("mp")
    for path, body in (
        ("/provider-keys/openai", {"value": {"a": value}}),
        ("/provider-keys/openai", {"value": [value]}),
        ("/provider-keys/openai", {"value": value + " " + value}),
        ("/tool-keys/SHOP_TOKEN", {"value": value + "\t" + value}),
        ("/tool-keys/SHOP_TOKEN", {"value": "x" * 5000 + value}),
    ):
        answer = await world.client.put(path, json=body)
        assert answer.status_code == 422 and value not in answer.text
    return value


async def person(world: World) -> list[str]:
    """A link, a password and a session; and a link and a password that were wrong."""
    password, wrong = a_secret("pw"), a_secret("wrong")
    async with office(world) as people:
        link = await ensure_first(world.platform)
        assert link is not None
        browser = await people.browser()
        assert (await browser.post("/session", json={"link": link.token, "password": password})).status_code == 201
        (cookie,) = browser.cookies.jar
        assert cookie.value and (await browser.get("/session")).status_code == 200
        email = str((await browser.get("/session")).json()["user"]["email"])
        for body in ({"email": email, "password": wrong}, {"link": wrong, "password": wrong}, {"password": [wrong]}):
            stranger = await people.browser()
            assert (await stranger.post("/session", json=body)).status_code >= 400
        again = await people.browser()
        assert (await again.post("/session", json={"email": email, "password": password})).status_code == 201
        invitation = await people.acceptance(browser, "new@example.com")
        return [link.token, password, wrong, cookie.value, str(invitation["link"])]


WAYS: tuple[Callable[[World], Awaitable[str | list[str]]], ...] = (
    provider_key, tool_key, carrier_token, webhook_secret, api_key, master_key, refused_key, misplaced, person,
)  # fmt: skip


async def everywhere(world: World, canaries: Canaries) -> list[str]:
    """Every answer of the API that can be had without knowing an id, every row, every file."""
    found = []
    routes = (await world.client.get("/openapi.json")).json()
    found += canaries.found_in("openapi.json", json.dumps(routes))
    for path, operations in routes["paths"].items():
        for method in operations:
            address = path.replace("{provider}", "openai").replace("{name}", "SHOP_TOKEN")
            if method != "get" and not address.endswith("/check"):
                continue
            answer = await world.client.request(method, address)
            found += canaries.found_in(f"{method} {path}", answer.content)
            found += canaries.found_in(f"{method} {path}", str(dict(answer.headers)))

    def rows(connection: Connection) -> list[tuple[str, list[Any]]]:
        return [(table.name, list(connection.execute(select(table)))) for table in METADATA.sorted_tables]

    for name, every in await world.platform.store.read_wide(rows):
        found += canaries.found_in(f"table {name}", (cell for row in every for cell in row))
    found += canaries.found_in("repr", [world.platform, world.platform.settings, world.platform.vault.__dict__])
    found += canaries.found_in("repr", [world.platform.snapshot.secrets(world.workspace)])
    return found + canaries.found_in_folder(world.platform.settings.data_dir)


async def all_that_goes_wrong(world: World, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """With the secrets at hand: what was said of it."""
    platform, said = world.platform, list[object]()
    own = platform.snapshot.secrets(world.workspace)
    assert len(own) == 4

    def twice(scope: Scope) -> None:
        row = scope.first(scope.select(SECRETS))
        assert row is not None
        scope.insert(SECRETS, **{**row._mapping, "workspace_id": world.workspace})

    try:
        await platform.store.write(world.workspace, twice)
    except IntegrityError as error:
        said += [str(error), repr(error), error.__cause__]
    for secret in own.values():
        for act in (
            lambda one=secret: f"{one} {one!r} {[one]} { ({'a': one})!s}",
            lambda one=secret: Settings.from_environment({"OFFHOOK_MASTER_KEY": one.reveal()}),
            lambda one=secret: Settings.from_environment({"OFFHOOK_SECRET": one.reveal()[:20]}),
        ):
            try:
                said.append(act())
            except ConfigurationError as error:
                said += [str(error), repr(error), error.__dict__]

    # A fault of ours in the middle of a request: its traceback is in the log.
    def broken(*given: object, **named: object) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as spoiled:
        spoiled.setattr("offhook.platform.vault.seal", broken)
        for path in ("/tool-keys/OTHER", "/provider-keys/openai?force=true"):
            answer = await world.client.put(path, json={"value": own["tool_key", "SHOP_TOKEN"].reveal()})
            assert answer.status_code == 500
            said += [answer.text]
    with monkeypatch.context() as spoiled:
        spoiled.setattr("offhook.platform.vault.open_sealed", broken)
        try:
            await platform.vault.reveal(world.workspace, SecretKind.TOOL_KEY, "SHOP_TOKEN")
        except (OffhookError, RuntimeError) as error:
            said += [str(error), repr(error)]
    return said


def test_secrets_appear_nowhere(
    play: Play, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    canaries = Canaries()

    async def act(world: World) -> None:
        async with KeyVendors() as vendors:
            object.__setattr__(world.platform.settings, "vendor_urls", vendors.urls())
            for way in WAYS:
                values = await way(world)
                for number, value in enumerate([values] if isinstance(values, str) else values):
                    canaries.add(f"{way.__name__} {number}", value)
            canaries.add("the test's own API key", world.key)
            assert len(canaries) == len(WAYS) + 5
            await world.platform.snapshot.settle()
            said = await all_that_goes_wrong(world, monkeypatch)
            assert not canaries.found_in("what was said", said)
            await rotate(world.platform.store, world.platform.vault)
            canaries.add("the new master key", await master_key(world))
            assert not await everywhere(world, canaries)

    with caplog.at_level(logging.DEBUG):
        play(act)
    assert "a request failed" in caplog.text
    assert not canaries.found_in("the log", caplog.text)
    assert not canaries.found_in("the log's values", [record.__dict__ for record in caplog.records])
    out = capfd.readouterr()
    assert not canaries.found_in("output", out.out + out.err)


# ── the watcher is watched ───────────────────────────────────────────────────────────────────────────────────────

VALUE = a_secret("canary") + "ß"


@pytest.mark.parametrize(
    "hidden",
    [
        VALUE.encode(),
        f"key={VALUE}&x=1".encode(),
        VALUE[8:-4].encode(),
        base64.b64encode(VALUE.encode()),
        base64.b64encode(b"a" + VALUE.encode() + b"behind it"),
        base64.b64encode(b"ab" + VALUE.encode() + b"b"),
        base64.urlsafe_b64encode(b"abc:" + VALUE.encode() + b"x"),
        VALUE.encode().hex().encode(),
        VALUE.encode().hex().upper().encode(),
        quote(VALUE).encode(),
        quote(VALUE, safe="").encode(),
        json.dumps({"a": VALUE}).encode(),
        json.dumps(json.dumps({"a": VALUE})).encode(),
        repr([VALUE]).encode(),
        VALUE[::-1].encode(),
        VALUE.encode("utf-16"),
        gzip.compress(b"journal " + VALUE.encode()),
        gzip.compress(gzip.compress(base64.b64encode(VALUE.encode()))),
    ],
    # Not by the value: it is another one in each process, and several share the tests.
    ids=itertools.count(),
)
def test_a_secret_is_found_in_every_form(tmp_path: Path, hidden: bytes) -> None:
    canaries = Canaries()
    canaries.add("it", VALUE)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/file.bin").write_bytes(secrets.token_bytes(100) + hidden if hidden[:2] != b"\x1f\x8b" else hidden)
    found = canaries.found_in_folder(tmp_path)
    assert found and all(place.startswith("deep/file.bin: it, ") for place in found)


def test_what_is_no_secret_is_not_found(tmp_path: Path) -> None:
    canaries = Canaries()
    canaries.add("it", VALUE)
    canaries.add("too short", "abc")
    assert len(canaries) == 1 and VALUE not in repr(canaries)
    (tmp_path / "random").write_bytes(secrets.token_bytes(200_000))
    (tmp_path / "master.key").write_text(VALUE)
    assert not canaries.found_in_folder(tmp_path)
    assert not canaries.found_in("start", VALUE[:8] + "... ..." + VALUE[-4:])
    assert all(len(form) >= 12 for _, form in forms(VALUE))
