"""The master key changed: killed at every step, beside servers that write, and begun anew when it is lost."""

import asyncio
import os
import re
import secrets
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, update
from sqlalchemy.engine import URL
from typer.testing import CliRunner

from offhook.cli.vault_command import app
from offhook.platform.master_key import MasterKey, MasterKeyFiles
from offhook.platform.problems import Conflict, Locked
from offhook.platform.rotation import Rotated, reset, rotate
from offhook.platform.vault import SecretKind, Vault, VaultState
from offhook.settings import Secret
from offhook.store.store import Store
from offhook.store.tables.vault import SECRETS
from tests.platform.conftest import Play
from tests.platform_world import World, in_world, new_database

CHANGES = re.compile("BEGIN IMMEDIATE|INSERT|UPDATE|DELETE")
KIND = SecretKind.TOOL_KEY
TEXTS = {f"KEY_{number}": f"secret-{number}-{secrets.token_hex(8)}" for number in range(3)}


async def filled(world: World) -> None:
    for name, text in TEXTS.items():
        await world.platform.vault.put(world.workspace, KIND, name, Secret(text))


def left_beside(folder: Path) -> list[Path]:
    return list(folder.glob("master.key.*"))


async def opened(store: Store, vault: Vault, workspace: str) -> dict[str, str]:
    return {name: one.reveal() for (_, name), one in (await vault.all_of(workspace)).items()}


def test_all_keys_lie_under_a_new_master_key_and_servers_that_run_go_on(play: Play, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        store, ours = world.platform.store, world.workspace
        await filled(world)
        old = (tmp_path / "master.key").read_text().strip()
        other = Vault(store, MasterKeyFiles(tmp_path, Secret("")))
        done = await rotate(store, other)
        new = (tmp_path / "master.key").read_text().strip()
        assert done == Rotated(MasterKey(old).fingerprint, MasterKey(new).fingerprint, len(TEXTS))
        assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600
        assert left_beside(tmp_path) == []
        # This server held the old one.
        assert await opened(store, world.platform.vault, ours) == TEXTS
        await world.platform.vault.put(ours, KIND, "LATER", Secret("later"))
        assert (await opened(store, other, ours))["LATER"] == "later"
        assert (await world.platform.vault.look()).version == 2
        await rotate(store, world.platform.vault, keep_old=True)
        assert MasterKey((tmp_path / "master.key.old").read_text().strip()).fingerprint == done.new
        assert len(await opened(store, other, ours)) == len(TEXTS) + 1

    play(act)


def test_what_is_written_meanwhile_is_under_the_right_key(play: Play, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        store, ours = world.platform.store, world.workspace
        await filled(world)
        second = Store(store.url)
        servers = [world.platform.vault, Vault(second, MasterKeyFiles(tmp_path, Secret("")))]
        writes = [servers[n % 2].put(ours, KIND, f"NEW_{n}", Secret(f"new {n}")) for n in range(20)]
        await asyncio.gather(*writes[:8], rotate(store, servers[1]), *writes[8:])
        found = await opened(store, Vault(store, MasterKeyFiles(tmp_path, Secret(""))), ours)
        assert found == TEXTS | {f"NEW_{n}": f"new {n}" for n in range(20)}
        await asyncio.to_thread(second.close)

    play(act)


def test_who_reads_while_the_key_is_changed_opens_all(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The master key's version is read, the key is changed, and then the secrets are read."""
    right, times, urls = Vault._right, [0], list[URL]()

    def late(self: Vault, scope: Any, **named: Any) -> Any:
        held = right(self, scope, **named)
        if times[0] > 0:
            times[0] -= 1
            with_vault(urls[0], tmp_path, rotate)
        return held

    async def act(world: World) -> None:
        urls.append(world.platform.store.url)
        await filled(world)
        await world.platform.snapshot.settle()
        monkeypatch.setattr(Vault, "_right", late)
        times[0] = 1
        assert await opened(world.platform.store, world.platform.vault, world.workspace) == TEXTS
        times[0] = 1
        found = await world.platform.vault.reveal(world.workspace, KIND, "KEY_1")
        assert found.reveal() == TEXTS["KEY_1"]
        assert times == [0]

    play(act)


def test_of_two_that_change_the_key_at_once_one_does(play: Play, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        store = world.platform.store
        await filled(world)
        vaults = [Vault(store, MasterKeyFiles(tmp_path, Secret(""))) for _ in range(4)]
        done = await asyncio.gather(*(rotate(store, one) for one in vaults), return_exceptions=True)
        assert [type(one) for one in done].count(Rotated) >= 1
        assert all(isinstance(one, Rotated | Conflict) for one in done)
        fresh = Vault(store, MasterKeyFiles(tmp_path, Secret("")))
        assert await opened(store, fresh, world.workspace) == TEXTS
        assert (await fresh.look()).place == "master.key"

    play(act)


def in_child(act: Callable[[], None], step: int) -> bool:
    """Run in a process that is killed before its `step`th act on disk or database; True when it came to its end."""
    child = os.fork()
    if child == 0:
        left = step

        def count(*_: object, **__: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        for owner, name in ((os, "open"), (os, "fsync"), (os, "link"), (Path, "replace"), (Path, "unlink")):
            real = getattr(owner, name)
            setattr(owner, name, counted(real, count))
        event.listen(Engine, "commit", count)
        event.listen(Engine, "before_cursor_execute", lambda *given: count() if CHANGES.match(given[2]) else None)
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    assert os.WEXITSTATUS(status) == 0
    return True


def counted(real: Any, count: Any) -> Any:
    def act(*given: Any, **named: Any) -> Any:
        count()
        return real(*given, **named)

    return act


def with_vault(url: URL, folder: Path, act: Any) -> Any:
    async def main() -> Any:
        store = Store(url)
        try:
            return await act(store, Vault(store, MasterKeyFiles(folder, Secret(""))))
        finally:
            await asyncio.to_thread(store.close)

    return asyncio.run(main())


def test_killed_at_any_step_a_rotation_loses_nothing(tmp_path: Path) -> None:
    url = new_database("sqlite", tmp_path)
    workspace = ""

    async def fill(world: World) -> None:
        nonlocal workspace
        workspace = world.workspace
        await filled(world)

    in_world(url, tmp_path, fill)
    before = (tmp_path / "master.key").read_text()

    async def look(store: Store, vault: Vault) -> tuple[VaultState, dict[str, str]]:
        return await vault.open(), await opened(store, vault, workspace)

    outcomes, step, is_done = set(), 0, False
    while not is_done:
        step += 1
        assert step < 200
        is_done = in_child(lambda: with_vault(url, tmp_path, rotate), step)
        state, found = with_vault(url, tmp_path, look)
        assert found == TEXTS, f"killed before step {step}"
        # Opening puts a key that was left behind the commit in its place: the file alone is enough from then on.
        now = (tmp_path / "master.key").read_text()
        assert MasterKey(now.strip()).fingerprint == state.fingerprint, f"killed before step {step}"
        outcomes.add(now != before)
        before = now
        for left in left_beside(tmp_path):
            assert stat.S_IMODE(left.stat().st_mode) == 0o600
    assert outcomes == {False, True} and step > 12
    assert left_beside(tmp_path) == [], "the next rotation takes away what others left"


def test_a_damaged_secret_stops_no_rotation(play_here: Play, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        store = world.platform.store
        await filled(world)
        spoil = update(SECRETS).where(SECRETS.c.name == "KEY_0").values(wrapped_key=b"nonsense that opens nothing")
        await store.write_wide(lambda connection: connection.execute(spoil))
        done = await rotate(store, world.platform.vault)
        assert (done.secrets, done.damaged) == (len(TEXTS) - 1, 1)
        done = await rotate(store, world.platform.vault)
        assert done.secrets == len(TEXTS) - 1
        found = await opened(store, world.platform.vault, world.workspace)
        assert found == {name: text for name, text in TEXTS.items() if name != "KEY_0"}

    play_here(act)


def test_a_locked_vault_cannot_be_rotated_and_is_begun_anew_by_a_reset(play: Play, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        store, vault, ours = world.platform.store, world.platform.vault, world.workspace
        await filled(world)
        wrong = secrets.token_hex(32)
        (tmp_path / "master.key").write_text(wrong)
        vault = Vault(store, MasterKeyFiles(tmp_path, Secret("")))
        with pytest.raises(Locked):
            await rotate(store, vault)
        forgotten = await reset(store, vault)
        assert {one.name for one in forgotten} == set(TEXTS) and {one.workspace for one in forgotten} == {ours}
        assert (tmp_path / "master.key.old").read_text() == wrong, "it may be a backup's"
        state = await vault.look()
        assert not state.is_locked and state.version == 2
        assert not await vault.all_of(ours)
        await vault.put(ours, KIND, "KEY_0", Secret("entered anew"))
        assert await opened(store, world.platform.vault, ours) == {"KEY_0": "entered anew"}

    play(act)


def test_the_command_changes_and_begins_anew_and_never_shows_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("OFFHOOK_MASTER_KEY", raising=False)
    run = CliRunner().invoke
    assert "start the server once" in str(run(app, ["status"]).exception)
    in_world(new_database("sqlite", tmp_path), tmp_path, filled)
    file = tmp_path / "master.key"
    first = file.read_text().strip()
    status = run(app, ["status"])
    assert status.exit_code == 0 and MasterKey(first).fingerprint in status.output
    changed = run(app, ["rotate"])
    second = file.read_text().strip()
    assert MasterKey(first).fingerprint in changed.output and MasterKey(second).fingerprint in changed.output
    file.write_text(secrets.token_hex(32))
    locked = run(app, ["status"])
    assert locked.exit_code == 1 and "another master key" in locked.output
    assert run(app, ["reset"], input="n\n").exit_code == 1
    assert run(app, ["status"]).exit_code == 1, "a no changes nothing"
    done = run(app, ["reset"], input="y\n")
    assert done.exit_code == 0 and "3 keys are forgotten" in done.output and "KEY_0" in done.output
    assert run(app, ["status"]).exit_code == 0
    told = status.output + changed.output + locked.output + done.output
    assert not any(text in told for text in (first, second, file.read_text().strip(), *TEXTS.values()))


def test_with_a_key_of_the_environment_the_new_one_waits_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = secrets.token_hex(32)
    url = new_database("sqlite", tmp_path)
    in_world(url, tmp_path, filled, master_key=Secret(given))
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OFFHOOK_MASTER_KEY", given)
    changed = CliRunner().invoke(app, ["rotate"])
    assert changed.exit_code == 0 and "OFFHOOK_MASTER_KEY still holds the old one" in changed.output
    new = (tmp_path / "master.key").read_text().strip()
    assert new not in changed.output

    async def look(world: World) -> None:
        state = await world.platform.vault.look()
        assert not state.is_locked and state.fingerprint == MasterKey(new).fingerprint

    in_world(url, tmp_path, look, master_key=Secret(given))
    (tmp_path / "master.key").unlink()
    in_world(url, tmp_path, look, master_key=Secret(new))
