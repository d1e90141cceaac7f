"""What doctor and serve say of the vault, and of keys that lie in it."""

import secrets
from pathlib import Path

import pytest

from offhook.checks.examination import examine
from offhook.platform.checks import Check, Mark
from offhook.platform.vault import SecretKind
from offhook.settings import Secret
from tests.platform_world import World, in_world, new_database

AGENT = """
name: hotel
prompt: You answer the telephone.
end_of_turn: scripted
voice_detector: energy
stt: {provider: deepgram, fallback: []}
llm: {provider: openai, model: gpt-6-luna, key_env: MY_SERVER_KEY}
tts: {provider: scripted}
tools:
  - type: http
    name: ask
    description: Ask the shop.
    url: https://shop.example.com/a
    headers: {Authorization: "Bearer ${SHOP_TOKEN}"}
"""


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OFFHOOK_MASTER_KEY", "OFFHOOK_DATABASE_URL", "DEEPGRAM_API_KEY", "MY_SERVER_KEY", "SHOP_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path))
    (tmp_path / "agent.yaml").write_text(AGENT)


def examined(folder: Path) -> dict[str, Check]:
    return {check.name: check for check in examine(folder / "agent.yaml", "127.0.0.1", 0, with_models=False)}


async def filled(world: World) -> None:
    vault, ours = world.platform.vault, world.workspace
    await vault.put(ours, SecretKind.PROVIDER_KEY, "deepgram", Secret("a"))
    for name in ("MY_SERVER_KEY", "SHOP_TOKEN"):
        await vault.put(ours, SecretKind.TOOL_KEY, name, Secret("a"))


NAMES = ("stt: deepgram", "llm: openai", "tool: ask")


def test_keys_of_the_vault_are_as_good_as_those_of_the_environment(tmp_path: Path) -> None:
    found = examined(tmp_path)
    assert found["vault"].mark is Mark.GOOD and "empty" in found["vault"].found
    assert {name: found[name].mark for name in NAMES} == dict.fromkeys(NAMES, Mark.BAD)
    assert "or into the vault" in found["llm: openai"].advice
    in_world(new_database("sqlite", tmp_path), tmp_path, filled)
    found = examined(tmp_path)
    assert found["vault"].mark is Mark.GOOD and "3 keys for agents" in found["vault"].found
    assert {name: found[name].mark for name in NAMES} == dict.fromkeys(NAMES, Mark.GOOD)


def test_a_locked_vault_is_named_and_what_needs_its_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_world(new_database("sqlite", tmp_path), tmp_path, filled)
    right = (tmp_path / "master.key").read_text().strip()
    (tmp_path / "master.key").unlink()
    locked = examined(tmp_path)
    assert locked["vault"].mark is Mark.NOTE and locked["vault"].found.startswith("locked: there is no master key")
    assert "vault reset" in locked["vault"].advice
    assert {name: locked[name].mark for name in NAMES} == dict.fromkeys(NAMES, Mark.BAD)
    assert not (tmp_path / "master.key").exists(), "looking makes none"
    monkeypatch.setenv("OFFHOOK_MASTER_KEY", right)
    assert examined(tmp_path)["vault"].mark is Mark.GOOD
    (tmp_path / "master.key").write_text(right)
    (tmp_path / "master.key").chmod(0o600)
    monkeypatch.setenv("OFFHOOK_MASTER_KEY", secrets.token_hex(32))
    stale = examined(tmp_path)["vault"]
    assert stale.mark is Mark.NOTE and "OFFHOOK_MASTER_KEY is another one" in stale.found
    assert right not in stale.found + stale.advice


def test_a_database_that_cannot_be_read_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "offhook.db").write_bytes(b"no database at all, but long enough to look like one" * 40)
    assert examined(tmp_path)["vault"].found == "cannot be read: DatabaseError"
    monkeypatch.setenv("OFFHOOK_DATABASE_URL", "mysql://a:secret-password-1@b/c")
    found = examined(tmp_path)["vault"]
    assert found.mark is Mark.NOTE and "secret-password-1" not in found.found
