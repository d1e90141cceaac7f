"""The vault: what is sealed opens in its own row alone, and a wrong master key locks it and stops nothing else."""

import asyncio
import itertools
import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from offhook.errors import ConfigurationError
from offhook.platform.master_key import MasterKey, MasterKeyFiles
from offhook.platform.problems import Locked, NotFound
from offhook.platform.sealing import Damaged, Place, Sealed, last_four, open_sealed, seal
from offhook.platform.vault import SecretKind, Vault
from offhook.settings import Secret, Settings
from offhook.store.tables.vault import MASTER_KEYS, SECRETS
from tests.platform.conftest import Play
from tests.platform_world import World, in_world, new_database

TEXT = "sk-a-secret-0123456789"
KIND = SecretKind.PROVIDER_KEY
DIGITS = secrets.token_hex(32)


def master() -> MasterKey:
    return MasterKey(secrets.token_hex(32))


# ── sealed ───────────────────────────────────────────────────────────────────────────────────────────────────────

HERE = Place("ws_1", "provider_key", "openai", "sec_1")


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("ws_2", "provider_key", "openai", "sec_1"),
        Place("ws_1", "tool_key", "openai", "sec_1"),
        Place("ws_1", "provider_key", "anthropic", "sec_1"),
        Place("ws_1", "provider_key", "openai", "sec_2"),
        Place('ws_1", "provider_key', "", "openai", "sec_1"),
    ],
)
def test_what_is_sealed_opens_in_its_own_row_alone(elsewhere: Place) -> None:
    key = master()
    sealed = seal(key, 1, HERE, Secret(TEXT))
    assert open_sealed(key, 1, HERE, sealed).reveal() == TEXT
    with pytest.raises(Damaged):
        open_sealed(key, 1, elsewhere, sealed)


def test_another_key_another_version_or_a_changed_bit_opens_nothing() -> None:
    key = master()
    sealed = seal(key, 1, HERE, Secret(TEXT))
    with pytest.raises(Damaged):
        open_sealed(master(), 1, HERE, sealed)
    with pytest.raises(Damaged):
        open_sealed(key, 2, HERE, sealed)
    other = seal(key, 1, HERE, Secret(TEXT))
    assert (other.sealed, other.wrapped_key) != (sealed.sealed, sealed.wrapped_key), "never the same twice"
    for changed in (
        Sealed(sealed.wrapped_key, other.sealed),
        Sealed(sealed.wrapped_key, b""),
        Sealed(b"", sealed.sealed),
        *(Sealed(sealed.wrapped_key, flipped(sealed.sealed, at)) for at in range(len(sealed.sealed))),
        *(Sealed(flipped(sealed.wrapped_key, at), sealed.sealed) for at in range(len(sealed.wrapped_key))),
    ):
        with pytest.raises(Damaged):
            open_sealed(key, 1, HERE, changed)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("text", "shown"), [("a" * 15 + "WXYZ", "WXYZ"), ("a" * 11 + "WXYZ", ""), ("", ""), ("é" * 20, "")]
)
def test_of_a_short_secret_nothing_is_shown(text: str, shown: str) -> None:
    assert last_four(Secret(text)) == shown


@pytest.mark.parametrize(
    "digits", ["", "0" * 64, "ab" * 32, "g" * 64, "1" * 63, DIGITS + "0", DIGITS[:-1] + "\n"], ids=itertools.count()
)
def test_what_is_no_master_key_is_refused_and_not_shown(digits: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits") as raised:
        MasterKey(digits)
    assert not digits or digits not in str(raised.value)
    if digits and digits != "0" * 64 and digits != "ab" * 32:
        with pytest.raises(ConfigurationError, match="OFFHOOK_MASTER_KEY") as told:
            Settings.from_environment({"OFFHOOK_MASTER_KEY": digits + "x"})
        assert digits not in str(told.value)


def test_a_fingerprint_is_of_its_key_and_says_nothing_of_it() -> None:
    one = MasterKey(DIGITS)
    assert one.fingerprint == MasterKey(DIGITS.upper()).fingerprint != master().fingerprint
    assert repr(one) == f"<MasterKey {one.fingerprint}>" and one.fingerprint.replace("-", "") not in DIGITS


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_start_makes_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    files = MasterKeyFiles(tmp_path / "new", Secret(""))
    made = files.first()
    assert files.file.stat().st_mode & 0o777 == 0o600
    assert files.first().fingerprint == made.fingerprint and [path.name for path in files.file.parent.iterdir()] == [
        "master.key"
    ]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda file: file.chmod(0o640), "mode 640"),
        (lambda file: file.chmod(0o604), "mode 604"),
        (lambda file: file.write_text("0" * 64), "64 hexadecimal digits"),
        (lambda file: file.write_text(""), "64 hexadecimal digits"),
        (lambda file: file.write_bytes(bytes(range(256)) * 9), "64 hexadecimal digits"),
        (lambda file: (file.unlink(), file.mkdir(mode=0o700)), "is no file"),
        (lambda file: file.symlink_to(file.rename(file.with_name("moved"))), "is a link"),
    ],
)
def test_a_file_that_others_can_read_or_that_is_none_is_refused(
    tmp_path: Path, spoil: Callable[[Path], object], told: str
) -> None:
    files = MasterKeyFiles(tmp_path, Secret(""))
    files.first()
    spoil(files.file)
    found, flaws = files.candidates()
    assert not found and told in flaws[0]
    with pytest.raises(ConfigurationError, match="master key"):
        files.first()


# ── kept ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_put_is_given_and_what_was_put_later_counts(play: Play) -> None:
    async def act(world: World) -> None:
        vault, ours = world.platform.vault, world.workspace
        first = await vault.put(ours, KIND, "openai", Secret("old"))
        again = await vault.put(ours, KIND, "openai", Secret(TEXT))
        assert first == again and (await vault.reveal(ours, KIND, "openai")).reveal() == TEXT
        await vault.put(ours, SecretKind.CARRIER_TOKEN, "acct_1", Secret("token"))
        assert {key: one.reveal() for key, one in (await vault.all_of(ours)).items()} == {
            ("provider_key", "openai"): TEXT, ("carrier_token", "acct_1"): "token",
        }  # fmt: skip
        await world.platform.snapshot.settle()
        assert world.platform.snapshot.secrets(ours)["carrier_token", "acct_1"].reveal() == "token"
        theirs, _ = await world.other()
        assert not await vault.all_of(theirs)
        for ask in (vault.reveal(theirs, KIND, "openai"), vault.forget(theirs, KIND, "openai")):
            with pytest.raises(NotFound):
                await ask
        await vault.forget(ours, KIND, "openai")
        with pytest.raises(NotFound):
            await vault.reveal(ours, KIND, "openai")

    play(act)


def test_a_row_that_was_moved_or_changed_is_told_and_others_open(
    play_here: Play, caplog: pytest.LogCaptureFixture
) -> None:
    async def act(world: World) -> None:
        vault, ours = world.platform.vault, world.workspace
        theirs, _ = await world.other()
        for name in ("openai", "groq"):
            await vault.put(ours, KIND, name, Secret(TEXT))

        def steal(connection: Connection) -> None:
            row = SECRETS.c.name == "openai"
            connection.execute(update(SECRETS).where(row).values(workspace_id=theirs))

        await world.platform.store.write_wide(steal)
        assert not await vault.all_of(theirs)
        assert list(await vault.all_of(ours)) == [("provider_key", "groq")]
        with pytest.raises(Locked) as raised:
            await vault.reveal(theirs, KIND, "openai")
        assert raised.value.code == "vault.damaged" and "anew" in raised.value.what_to_do
        assert "does not open" in caplog.text and TEXT not in caplog.text

    play_here(act)


# ── locked ───────────────────────────────────────────────────────────────────────────────────────────────────────


def spoiled(folder: Path, how: str) -> None:
    file = folder / "master.key"
    if how == "gone":
        file.unlink()
    elif how == "another":
        file.write_text(secrets.token_hex(32))
    else:
        file.chmod(0o644)


@pytest.mark.parametrize(("how", "told"), [("gone", "no master key"), ("another", "another"), ("open", "mode 644")])
def test_a_wrong_or_missing_master_key_locks_the_vault_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str, told: str
) -> None:
    url = new_database("sqlite", tmp_path)
    fingerprint = ""

    async def before(world: World) -> None:
        nonlocal fingerprint
        fingerprint = (await world.platform.vault.look()).fingerprint
        await world.platform.vault.put(world.workspace, KIND, "openai", Secret(TEXT))

    in_world(url, tmp_path, before)
    right = (tmp_path / "master.key").read_text()
    spoiled(tmp_path, how)

    async def act(world: World) -> None:
        platform = world.platform
        owner = platform.snapshot.first_workspace
        assert not platform.snapshot.secrets(owner), "calls go on with what needs no key"
        state = await platform.vault.look()
        assert state.is_locked and told in state.why and state.fingerprint == fingerprint
        assert str(tmp_path) not in state.why
        assert caplog.text.count("the vault is locked") == 1 and told in caplog.text
        seen = (await world.client.get("/vault")).json()
        assert seen == {"locked": True, "why": state.why, "fingerprint": fingerprint, "version": 1}
        for answer in (
            await world.client.put("/provider-keys/openai", json={"value": TEXT}),
            await world.client.put("/tool-keys/SHOP", json={"value": TEXT}),
        ):
            problem = answer.json()
            assert answer.status_code == 423 and problem["code"] == "vault.locked" and told in problem["detail"]
            assert "vault reset" in problem["what_to_do"] and TEXT not in answer.text
        with pytest.raises(Locked):
            await platform.vault.reveal(owner, KIND, "openai")
        assert (await world.client.get("/provider-keys")).status_code == 200
        # The right key is put back while it runs.
        (tmp_path / "master.key").unlink(missing_ok=True)
        (tmp_path / "master.key").write_text(right)
        (tmp_path / "master.key").chmod(0o600)
        assert (await world.client.get("/vault")).json()["locked"] is False
        await platform.snapshot.settle()
        assert platform.snapshot.secrets(owner)["provider_key", "openai"].reveal() == TEXT

    with caplog.at_level(logging.INFO, "offhook"):
        in_world(url, tmp_path, act)
    assert "open again" in caplog.text and TEXT not in caplog.text and right.strip() not in caplog.text


def test_a_key_that_is_put_back_is_found_without_being_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offhook.platform.vault.LOOK_S", 0.01)
    url = new_database("sqlite", tmp_path)

    async def before(world: World) -> None:
        await world.platform.vault.put(world.workspace, KIND, "openai", Secret(TEXT))

    in_world(url, tmp_path, before)
    (tmp_path / "master.key").rename(tmp_path / "elsewhere")

    async def act(world: World) -> None:
        snapshot = world.platform.snapshot
        assert not snapshot.secrets(snapshot.first_workspace)
        (tmp_path / "elsewhere").rename(tmp_path / "master.key")
        async with asyncio.timeout(10):
            while not snapshot.secrets(snapshot.first_workspace):
                await asyncio.sleep(0.01)

    in_world(url, tmp_path, act)


def test_the_key_of_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    url = new_database("sqlite", tmp_path)

    async def put(world: World) -> None:
        await world.platform.vault.put(world.workspace, KIND, "openai", Secret(TEXT))
        assert (await world.platform.vault.look()).place == "OFFHOOK_MASTER_KEY"

    in_world(url, tmp_path, put, master_key=Secret(DIGITS))
    assert not (tmp_path / "master.key").exists()

    async def locked(world: World) -> None:
        state = await world.platform.vault.look()
        assert state.is_locked and MasterKey(DIGITS).fingerprint in state.why

    in_world(url, tmp_path, locked)
    in_world(url, tmp_path, locked, master_key=Secret(secrets.token_hex(32)))
    (tmp_path / "master.key").write_text(DIGITS)
    (tmp_path / "master.key").chmod(0o600)

    async def found(world: World) -> None:
        assert (await world.platform.vault.look()).place == "master.key"

    in_world(url, tmp_path, found, master_key=Secret(secrets.token_hex(32)))


def test_an_unusable_first_key_stops_no_server_and_a_mended_one_opens_it(tmp_path: Path) -> None:
    (tmp_path / "master.key").write_text("0" * 64)
    (tmp_path / "master.key").chmod(0o600)

    async def act(world: World) -> None:
        assert (await world.client.put("/tool-keys/A", json={"value": TEXT})).status_code == 423
        (tmp_path / "master.key").unlink()
        assert (await world.client.put("/tool-keys/A", json={"value": TEXT})).status_code == 200

    in_world(new_database("sqlite", tmp_path), tmp_path, act)


def test_of_servers_that_start_together_one_makes_the_key(play: Play, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        store = world.platform.store
        await store.write_wide(lambda connection: connection.execute(MASTER_KEYS.delete()))
        (tmp_path / "master.key").unlink()
        many = [Vault(store, MasterKeyFiles(tmp_path, Secret(""))) for _ in range(5)]
        states = await asyncio.gather(*(vault.open() for vault in many))
        assert len({state.fingerprint for state in states}) == 1 and not any(state.is_locked for state in states)
        rows: Any = await store.read_wide(lambda connection: connection.execute(select(MASTER_KEYS)).all())
        assert len(rows) == 1

    play(act)
