"""Keys of vendors and tools: written, tried, never read; each workspace's own."""

import contextlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from offhook.errors import ConfigurationError
from offhook.ids import new_id
from offhook.platform import key_check
from offhook.platform.line_up import Answering
from offhook.platform.platform import Platform
from offhook.platform.provider_keys import MOST_TOOL_KEYS
from offhook.platform.vault import SecretKind
from offhook.platform.vendors import VENDORS, place_of
from offhook.settings import Secret, Settings
from offhook.speech.registry import Kind, providers
from tests.key_vendors import MAY_NOT, PATHS, POOR, QUESTIONS, RESTRICTED, RIGHT, KeyVendors
from tests.platform.conftest import Play
from tests.platform_world import World

WRONG = "wrong-key-fedcba9876543210"


def with_vendors(act: Any) -> Any:
    """The vendors' doors are where `act(world, vendors)` finds them."""

    async def acted(world: World) -> None:
        async with KeyVendors() as vendors:
            object.__setattr__(world.platform.settings, "vendor_urls", vendors.urls())
            await act(world, vendors)

    return acted


async def put(world: World, path: str, value: str, **more: Any) -> Any:
    return await world.client.put(path, json={"value": value, **more})


def test_a_key_that_the_vendor_takes_is_kept_and_never_shown(play: Play) -> None:
    async def act(world: World, vendors: KeyVendors) -> None:
        answer = await put(world, "/provider-keys/openai", f"  {RIGHT}\n")
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["valid"] is True and told["last_four"] == RIGHT[-4:] and told["source"] == "vault"
        assert told["provider"] == "openai" and told["variable"] == "OPENAI_API_KEY" and told["checked_at"]
        assert isinstance(told["latency_ms"], int) and told["detail"] == "OpenAI took it"
        listed = await world.client.get("/provider-keys")
        assert [key["provider"] for key in listed.json()["data"]] == ["openai"]
        assert RIGHT not in answer.text + listed.text
        await world.platform.snapshot.settle()
        assert world.platform.snapshot.secrets(world.workspace)["provider_key", "openai"].reveal() == RIGHT
        checked = (await world.client.post("/provider-keys/openai/check")).json()
        assert checked["valid"] is True and checked["created_at"] == told["created_at"]
        assert vendors.asked == ["GET /openai/v1/models"] * 2
        assert (await world.client.delete("/provider-keys/openai")).status_code == 204
        await world.platform.snapshot.settle()
        assert not world.platform.snapshot.secrets(world.workspace)
        assert (await world.client.delete("/provider-keys/openai")).json()["code"] == "provider_key.not_found"

    play(with_vendors(act))


def test_every_vendor_is_asked_in_its_own_way_and_its_refusal_is_told_in_words(play_here: Play) -> None:
    async def act(world: World, vendors: KeyVendors) -> None:
        for provider, (target, _, _) in QUESTIONS.items():
            path = f"/provider-keys/{provider}"
            refused = await put(world, path, WRONG)
            told = refused.json()
            assert refused.status_code == 422 and told["code"] == "provider_key.refused", refused.text
            assert told["errors"][0]["pointer"] == "/value" and "check the key" in told["detail"]
            assert WRONG not in refused.text and WRONG[-10:] not in refused.text
            assert provider not in str((await world.client.get("/provider-keys")).json())
            forced = (await put(world, f"{path}?force=true", WRONG)).json()
            assert forced["valid"] is False and forced["detail"] and WRONG not in str(forced)
            taken = (await put(world, path, RIGHT)).json()
            assert taken["valid"] is True and taken["created_at"] == forced["created_at"]
            assert vendors.asked[-3:] == [f"GET {target}"] * 3
        listed = (await world.client.get("/provider-keys")).json()["data"]
        assert {key["provider"] for key in listed} == set(QUESTIONS)

    play_here(with_vendors(act))


def test_a_key_that_may_not_do_all_is_no_wrong_key(play_here: Play) -> None:
    async def act(world: World, vendors: KeyVendors) -> None:
        for provider in MAY_NOT:
            told = (await put(world, f"/provider-keys/{provider}", RESTRICTED)).json()
            assert told["valid"] is True and "restricted" in told["detail"]

    play_here(with_vendors(act))


ANSWERS: tuple[tuple[tuple[int, bytes] | None, str, bool | None, str], ...] = (
    (None, POOR, True, "credit"),
    ((500, b"{}"), WRONG, None, "500"),
    ((429, b'{"error": {"message": "slow down"}}'), WRONG, None, "slow down"),
    ((404, b"nothing"), WRONG, None, "404"),
    ((403, b"<html><title>Just a moment</title></html>"), WRONG, None, "403"),
    ((302, b""), WRONG, None, "302"),
    ((403, b'{"error": {"message": "Country not supported"}}'), WRONG, False, "Country not supported"),
)


def test_what_says_nothing_of_the_key_keeps_it_and_says_so(play_here: Play) -> None:
    async def act(world: World, vendors: KeyVendors) -> None:
        for instead, value, valid, words in ANSWERS:
            vendors.instead = instead
            told = (await put(world, "/provider-keys/openai?force=true", value)).json()
            assert told["valid"] is valid and words in told["detail"], told

    play_here(with_vendors(act))


def test_a_vendor_that_cannot_be_reached_or_is_silent_keeps_nobody_waiting(
    play_here: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(world: World, vendors: KeyVendors) -> None:
        vendors.is_silent = True
        with monkeypatch.context() as impatient:
            impatient.setattr(key_check, "CHECK_S", 0.1)
            silent = (await put(world, "/provider-keys/deepgram", RIGHT)).json()
        assert silent["valid"] is None and "did not answer within" in silent["detail"]
        object.__setattr__(world.platform.settings, "vendor_urls", {"groq": "http://127.0.0.1:9"})
        gone = (await put(world, "/provider-keys/groq", RIGHT)).json()
        assert gone["valid"] is None and "could not be reached" in gone["detail"] and gone["latency_ms"] is None
        object.__setattr__(world.platform.settings, "vendor_urls", {"xai": "http://192.0.2.7/v1"})
        plain = (await put(world, "/provider-keys/xai", RIGHT)).json()
        assert plain["valid"] is None and "plain http" in plain["detail"]
        stand_in = (await put(world, "/provider-keys/openai", "openai-stand-in")).json()
        assert stand_in["valid"] is None and "stand-in" in stand_in["detail"]
        nowhere = (await put(world, "/provider-keys/azure_openai", RIGHT)).json()
        assert nowhere["valid"] is None and "OFFHOOK_VENDOR_URLS" in nowhere["detail"]

    play_here(with_vendors(act))


def test_a_region_is_kept_beside_the_key_and_given_to_agents(play_here: Play) -> None:
    async def act(world: World, vendors: KeyVendors) -> None:
        vendors_urls = {"azure": f"{vendors.address}/{{region}}"}
        object.__setattr__(world.platform.settings, "vendor_urls", vendors_urls)
        unknown = (await put(world, "/provider-keys/azure", RIGHT)).json()
        assert unknown["valid"] is None and "region" in unknown["detail"]
        told = (await put(world, "/provider-keys/azure", RIGHT, region="westeurope")).json()
        assert told["region"] == "westeurope" and vendors.asked == ["GET /westeurope/cognitiveservices/voices/list"]
        await world.platform.snapshot.settle()
        key = keys_of(world.platform, world.workspace)
        assert (key("AZURE_SPEECH_KEY"), key("AZURE_SPEECH_REGION")) == (RIGHT, "westeurope")
        for provider, region in (("azure", "../x"), ("openai", "westeurope")):
            refused = (await put(world, f"/provider-keys/{provider}", RIGHT, region=region)).json()
            assert refused["errors"][0]["pointer"] == "/region"

    play_here(with_vendors(act))


UNFIT: tuple[tuple[str, Any, int], ...] = (
    ("/provider-keys/openai", {"value": ""}, 422),
    ("/provider-keys/openai", {"value": "two words"}, 422),
    ("/provider-keys/openai", {"value": "schlüssel-mit-umlaut"}, 422),
    ("/provider-keys/openai", {"value": "x" * 5000}, 422),
    ("/provider-keys/openai", {"value": 1}, 422),
    ("/provider-keys/openai", {"value": RIGHT, "colour": "red"}, 422),
    ("/provider-keys/openai", {"value": {"secret-in-here": RIGHT}}, 422),
    ("/provider-keys/nobody", {"value": RIGHT}, 404),
    ("/provider-keys/OpenAI", {"value": RIGHT}, 422),
    ("/tool-keys/shop", {"value": RIGHT}, 422),
    ("/tool-keys/OPENAI_API_KEY", {"value": RIGHT}, 422),
    ("/tool-keys/TWILIO_AUTH_TOKEN", {"value": RIGHT}, 422),
    ("/tool-keys/SHOP_TOKEN", {"value": "tab\tinside"}, 422),
)


def test_what_cannot_be_a_key_is_refused_without_being_repeated(play_here: Play) -> None:
    async def act(world: World) -> None:
        for path, body, status in UNFIT:
            answer = await world.client.put(path, json=body)
            assert answer.status_code == status, (path, answer.text)
            assert answer.json()["what_to_do"] and RIGHT not in answer.text
            if isinstance(body["value"], str) and body["value"]:
                assert body["value"] not in answer.text

    play_here(act)


def test_a_tools_key_is_kept_by_its_variable_and_given_to_agents(play: Play) -> None:
    async def act(world: World) -> None:
        told = await put(world, "/tool-keys/SHOP_TOKEN", "shop token with spaces")
        assert told.status_code == 200 and told.json()["last_four"] == "aces"
        assert (await put(world, "/tool-keys/SHORT", "abc123")).json()["last_four"] == ""
        await world.platform.snapshot.settle()
        key = keys_of(world.platform, world.workspace)
        assert key("SHOP_TOKEN") == "shop token with spaces"
        names = [one["name"] for one in (await world.client.get("/tool-keys")).json()["data"]]
        assert names == ["SHOP_TOKEN", "SHORT"]
        assert (await world.client.delete("/tool-keys/SHORT")).status_code == 204
        assert (await world.client.delete("/tool-keys/SHORT")).status_code == 404

    play(act)


def test_the_number_of_tools_keys_is_bounded(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offhook.platform.provider_keys.MOST_TOOL_KEYS", 2)

    async def act(world: World) -> None:
        for name, status in (("A", 200), ("B", 200), ("C", 409), ("A", 200)):
            assert (await put(world, f"/tool-keys/{name}", RIGHT)).status_code == status

    assert MOST_TOOL_KEYS > 2
    play_here(act)


def keys_of(platform: Platform, workspace: str) -> Any:
    """The lookup that an agent of the workspace is made with."""
    return platform.line_up._keys_of(Answering(workspace, "agent_1", 1), platform.snapshot.secrets(workspace))


def test_the_environments_keys_are_the_first_workspaces_alone(play_here: Play) -> None:
    async def act(world: World) -> None:
        platform = world.platform
        theirs, key = await world.other()
        given = {"OPENAI_API_KEY": "given-key-0123456789abcdef", "SHOP_TOKEN": "given"}
        object.__setattr__(platform.settings, "environment", given)
        platform.store.on_changes([])
        await world.platform.snapshot.stop()
        await world.platform.snapshot.load()
        ours = keys_of(platform, world.workspace)
        assert ours("OPENAI_API_KEY") == given["OPENAI_API_KEY"]
        # What else a server's process may hold is for the agents that its owner's files make, or when it is meant.
        with pytest.raises(ConfigurationError, match="OFFHOOK_AGENT_VARIABLES"):
            ours("SHOP_TOKEN")
        object.__setattr__(platform.settings, "agent_variables", ("SHOP_*", "OPENAI_API_KEY"))
        assert ours("SHOP_TOKEN") == "given"
        for name in given:
            with pytest.raises(ConfigurationError, match="this workspace has no such key"):
                keys_of(platform, theirs)(name)
        (listed,) = (await world.client.get("/provider-keys")).json()["data"]
        assert listed["source"] == "environment" and listed["last_four"] == "cdef" and listed["created_at"] is None
        of_another = await world.client.get("/provider-keys", headers=world.as_key(key))
        assert of_another.json()["data"] == []
        refused = (await world.client.delete("/provider-keys/openai")).json()
        assert refused["status"] == 409 and "OPENAI_API_KEY" in refused["what_to_do"]
        check = await world.client.post("/provider-keys/openai/check", headers=world.as_key(key))
        assert check.status_code == 404

    play_here(act)


def test_the_environments_key_can_be_tried_and_another_be_put_in_its_place(play_here: Play) -> None:
    async def act(world: World, vendors: KeyVendors) -> None:
        platform = world.platform
        object.__setattr__(platform.settings, "environment", {"OPENAI_API_KEY": RIGHT})
        await platform.snapshot.stop()
        await platform.snapshot.load()
        tried = (await world.client.post("/provider-keys/openai/check")).json()
        assert tried["valid"] is True and tried["source"] == "environment"
        own = "own-" + RIGHT
        assert (await put(world, "/provider-keys/openai?force=true", own)).status_code == 200
        await platform.snapshot.settle()
        assert keys_of(platform, world.workspace)("OPENAI_API_KEY") == own

    play_here(with_vendors(act))


def test_another_workspace_sees_and_changes_nothing(play_here: Play) -> None:
    async def act(world: World) -> None:
        _, key = await world.other()
        theirs = world.as_key(key)
        await put(world, "/tool-keys/SHOP_TOKEN", RIGHT)
        assert (await world.client.get("/tool-keys", headers=theirs)).json()["data"] == []
        assert (await world.client.delete("/tool-keys/SHOP_TOKEN", headers=theirs)).status_code == 404
        await world.client.put("/tool-keys/SHOP_TOKEN", json={"value": "their own, longer"}, headers=theirs)
        await world.platform.snapshot.settle()
        assert keys_of(world.platform, world.workspace)("SHOP_TOKEN") == RIGHT

    play_here(act)


def test_who_may_read_keys_may_not_write_them(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = (await world.client.post("/api-keys", json={"name": "r", "scopes": ["keys:read"]})).json()
        reader = world.as_key(made["key"])
        assert (await world.client.get("/provider-keys", headers=reader)).status_code == 200
        assert (await world.client.get("/vault", headers=reader)).json()["locked"] is False
        for path in ("/provider-keys/openai", "/tool-keys/A"):
            assert (await world.client.put(path, json={"value": RIGHT}, headers=reader)).status_code == 403
            assert (await world.client.delete(path, headers=reader)).status_code == 403
        assert (await world.client.post("/provider-keys/openai/check", headers=reader)).status_code == 403

    play_here(act)


def test_a_change_is_in_the_audit_without_the_key(play_here: Play) -> None:
    async def act(world: World, vendors: KeyVendors) -> None:
        from offhook.store.tables.people import AUDIT_EVENTS

        await put(world, "/provider-keys/openai", RIGHT)
        await put(world, "/tool-keys/SHOP_TOKEN", RIGHT)
        await world.client.delete("/tool-keys/SHOP_TOKEN")
        rows = await world.platform.store.read(
            world.workspace, lambda scope: scope.all(scope.select(AUDIT_EVENTS).order_by(AUDIT_EVENTS.c.id))
        )
        actions = [row.action for row in rows if "key" in row.action and row.object_kind != "api_key"]
        assert actions == ["provider_key.saved", "tool_key.saved", "tool_key.deleted"]
        assert RIGHT not in json.dumps([list(map(str, row)) for row in rows])

    play_here(with_vendors(act))


def test_every_name_that_a_provider_asks_for_has_a_place() -> None:
    """A provider whose variable is no vendor's here could be given a key as a tool's alone."""
    known = {vendor.variable for vendor in VENDORS.values()} | {one.region_variable for one in VENDORS.values()}
    needed = {"voice": "a", "region": "westeurope", "model": "a"}
    asked = set()
    for provider in (one for kind in Kind for one in providers(kind).values()):
        for fields in ({}, *({name: value} for name, value in needed.items())):
            with contextlib.suppress(ValidationError):
                asked |= set(provider.keys(provider.config.model_validate(fields)))
    assert {"OPENAI_API_KEY", "DEEPGRAM_API_KEY", "CARTESIA_API_KEY", "ELEVENLABS_API_KEY"} <= asked <= known
    assert place_of("OPENAI_API_KEY") == (SecretKind.PROVIDER_KEY, "openai")
    assert place_of("SHOP_TOKEN") == (SecretKind.TOOL_KEY, "SHOP_TOKEN")
    assert set(PATHS) <= set(VENDORS)


def test_addresses_of_unknown_vendors_are_told_at_the_start() -> None:
    from offhook.platform.vendors import require_known

    settings = Settings.from_environment(
        {"OFFHOOK_VENDOR_URLS": "openai=https://eu.api.openai.com/v1/ nobody=http://a"}
    )
    assert settings.vendor_urls == {"openai": "https://eu.api.openai.com/v1", "nobody": "http://a"}
    with pytest.raises(ConfigurationError, match="nobody"):
        require_known(settings.vendor_urls)
    with pytest.raises(ConfigurationError, match="OFFHOOK_VENDOR_URLS"):
        Settings.from_environment({"OFFHOOK_VENDOR_URLS": "https://eu.api.openai.com/v1"})


def test_a_calls_agent_is_given_the_workspaces_key(play_here: Play) -> None:
    """Through the loader that calls use: the tool's secret and the brain's key come from the vault."""

    async def act(world: World) -> None:
        from offhook.store.json import dumps
        from tests.platform.test_line_up import DOCUMENT

        platform = world.platform
        theirs, _ = await world.other()
        document = DOCUMENT | {
            "llm": {"provider": "openai", "key_env": "MY_SERVER_KEY", "model": "gpt-6-luna"},
            "tools": [{"type": "http", "name": "ask", "description": "Ask the shop.", "url": "https://shop.example/a",
                       "headers": {"Authorization": "Bearer ${SHOP_TOKEN}"}}],
        }  # fmt: skip
        for name in ("MY_SERVER_KEY", "SHOP_TOKEN"):
            await platform.vault.put(theirs, SecretKind.TOOL_KEY, name, Secret(RIGHT))
        await platform.snapshot.settle()
        for workspace, is_given in ((theirs, True), (world.workspace, False)):
            answering = Answering(workspace, new_id("agent"), 1)
            secrets = platform.snapshot.secrets(workspace)
            assemble = partial(platform.line_up._assembled, dumps(document).encode(), Path(), answering, secrets)
            if is_given:
                runtime = assemble()
                assert RIGHT not in repr(runtime) and runtime.mask(f"x {RIGHT}") == "x ****"
            else:
                with pytest.raises(ConfigurationError, match="MY_SERVER_KEY"):
                    assemble()

    play_here(act)
