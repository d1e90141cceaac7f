"""The look for known flaws and withdrawn releases, against stand-ins of OSV and of a package index on loopback."""

import base64
import datetime
import hashlib
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scripts import audit
from scripts.audit import Accepted, Flaw, NotAsked
from scripts.lockfile import Pin

PINS = {name: Pin(name, version, "", ("0" * 64,)) for name, version in (("alpha", "1.5"), ("beta-two", "2.0"))}
TODAY = datetime.date(2026, 11, 28)
Answer = Callable[[str, bytes], bytes | None]


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """A server on loopback: path and body give the body of the answer, or nothing for a 404."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(b"")

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers["Content-Length"])))

        def _reply(self, body: bytes) -> None:
            found = answer(self.path, body)
            kind = "text/html" if found and found.startswith(b"<") else "application/json"
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", kind if not self.path.endswith(".whl") else "application/octet-stream")
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def advisory(name: str, package: str = "alpha", **affected: Any) -> dict[str, Any]:
    """In the form of OSV's schema."""
    where = {"package": {"ecosystem": "PyPI", "name": package}, **affected}
    return {"id": name, "aliases": [f"CVE-{name}"], "summary": "It opens the door.", "affected": [where]}


def between(*events: tuple[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": [{kind: version} for kind, version in events]}]}


# ── OSV's service ────────────────────────────────────────────────────────────────────────────────────────────────


def test_osv_is_asked_about_every_package_and_its_pages_are_turned() -> None:
    asked: list[Any] = []

    def answer(path: str, body: bytes) -> bytes | None:
        if path == "/v1/querybatch":
            queries = json.loads(body)["queries"]
            asked.extend(queries)
            if "page_token" in queries[0]:
                return json.dumps({"results": [{"vulns": [{"id": "B"}]}]}).encode()
            return json.dumps({"results": [{"vulns": [{"id": "A"}], "next_page_token": "more"}, {}]}).encode()
        return json.dumps(advisory(path.rpartition("/")[2])).encode()

    with served(answer) as address:
        flaws = audit.from_osv(PINS, address)
    assert [(flaw.package, flaw.name, flaw.aliases) for flaw in flaws] == [
        ("alpha", "A", ("CVE-A",)), ("alpha", "B", ("CVE-B",)),
    ]  # fmt: skip
    assert [query["package"]["name"] for query in asked] == ["alpha", "beta-two", "alpha"]
    assert all(query["package"]["ecosystem"] == "PyPI" for query in asked)
    assert asked[0]["version"] == "1.5" and asked[2]["page_token"] == "more"


@pytest.mark.parametrize(
    "answered",
    [None, b"{}", b"<html>", b'{"results": []}', b'{"results": [{"vulns": [{}]}, {}]}', b'{"results": 7}', b"[]"],
)
def test_an_answer_that_is_none_is_not_taken_for_no_flaw(answered: bytes | None) -> None:
    with served(lambda path, body: answered) as address, pytest.raises(NotAsked):
        audit.from_osv(PINS, address)


def test_pages_without_an_end_are_left() -> None:
    endless = {"vulns": [{"id": "A"}], "next_page_token": "again"}

    def answer(path: str, body: bytes) -> bytes:
        return json.dumps({"results": [endless] * len(json.loads(body)["queries"])}).encode()

    with served(answer) as address, pytest.raises(NotAsked):
        audit.from_osv(PINS, address)


def test_a_server_that_is_not_there_is_said() -> None:
    with served(lambda path, body: None) as address:
        pass
    with pytest.raises(NotAsked, match="OSV could not be asked"):
        audit.from_osv(PINS, address)


# ── a copy of its data ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("affected", "is_found"),
    [
        ({"versions": ["1.4", "1.5"]}, True),
        ({"versions": ["1.50"]}, False),
        (between(("introduced", "0")), True),
        (between(("introduced", "0"), ("fixed", "1.5")), False),
        (between(("introduced", "0"), ("fixed", "1.5.1")), True),
        (between(("introduced", "1.5"), ("last_affected", "1.5")), True),
        (between(("introduced", "1"), ("last_affected", "1.4")), False),
        (between(("introduced", "1.6")), False),
        (between(("fixed", "1.2"), ("introduced", "0"), ("introduced", "1.5rc1"), ("fixed", "1.10")), True),
        (between(("introduced", "no version"), ("fixed", "none either")), True),
        ({"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}, False),
    ],
)
def test_a_copy_of_the_data_is_judged_by_version(tmp_path: Path, affected: dict[str, Any], is_found: bool) -> None:
    path = copy_of(tmp_path, advisory("A", **affected))
    assert [flaw.name for flaw in audit.from_copy(PINS, path)] == (["A"] if is_found else [])


def copy_of(folder: Path, *advisories: dict[str, Any]) -> Path:
    path = folder / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for entry in advisories:
            archive.writestr(f"{entry['id']}.json", json.dumps(entry))
    return path


def test_names_are_compared_as_an_index_does_and_withdrawn_advisories_are_none(tmp_path: Path) -> None:
    everywhere = between(("introduced", "0"))
    path = copy_of(
        tmp_path,
        advisory("A", "Beta_Two", **everywhere),
        {**advisory("B", **everywhere), "withdrawn": "2026-01-01T00:00:00Z"},
        advisory("C", "gamma", **everywhere),
        {**advisory("D"), "affected": [{"package": {"ecosystem": "npm", "name": "alpha"}, **everywhere}]},
    )
    assert [(flaw.package, flaw.name) for flaw in audit.from_copy(PINS, path)] == [("beta-two", "A")]


def test_a_copy_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(b"no zip")
    for path in (tmp_path / "all.zip", tmp_path / "missing.zip"):
        with pytest.raises(NotAsked):
            audit.from_copy(PINS, path)


# ── withdrawn releases ───────────────────────────────────────────────────────────────────────────────────────────


def wheel(name: str, version: str) -> bytes:
    """A package with nothing in it."""
    stem, out = f"{name.replace('-', '_')}-{version}", io.BytesIO()
    members = {
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}"
        for path, text in members.items()
    ]
    members[f"{stem}.dist-info/RECORD"] = "\n".join([*record, f"{stem}.dist-info/RECORD,,"])
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in members.items():
            archive.writestr(path, text)
    return out.getvalue()


def index(yanked: str) -> Answer:
    """A simple index (PEP 503) of the two packages; one release is yanked (PEP 592)."""

    def answer(path: str, _: bytes) -> bytes | None:
        parts = path.strip("/").split("/")
        if parts[-1].endswith(".whl"):
            name, version = parts[-1].split("-")[:2]
            return wheel(name.replace("_", "-"), version)
        pin = PINS.get(parts[-1])
        if pin is None:
            return None
        file = f"{pin.name.replace('-', '_')}-{pin.version}-py3-none-any.whl"
        mark = ' data-yanked="it eats files"' if pin.name == yanked else ""
        return f'<!DOCTYPE html><html><body><a href="/files/{file}"{mark}>{file}</a></body></html>'.encode()

    return answer


@pytest.fixture
def of_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], list[str]]:
    """uv's options for an index of our own and no other, whatever this machine is set to."""
    for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_CONSTRAINT", "UV_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    return lambda address: ["--no-config", "--cache-dir", str(tmp_path / "cache"), "--default-index", address]


def test_a_release_that_was_withdrawn_is_found(of_uv: Callable[[str], list[str]]) -> None:
    with served(index("beta-two")) as address:
        assert audit.withdrawn(PINS, of_uv(f"{address}/simple")) == ["beta-two 2.0 was withdrawn: it eats files"]
    with served(index("nothing")) as address:
        assert audit.withdrawn(PINS, of_uv(f"{address}/simple")) == []


def test_an_index_that_is_not_there_or_lacks_a_release_is_said(of_uv: Callable[[str], list[str]]) -> None:
    with served(lambda path, body: None) as address, pytest.raises(NotAsked) as caught:
        audit.withdrawn(PINS, of_uv(f"{address}/simple"))
    assert "127.0.0.1" not in str(caught.value)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────

FLAW = Flaw("alpha", "1.5", "GHSA-1", ("CVE-1",), "It opens the door.")


def not_asked() -> list[Any]:
    raise NotAsked("nobody is there")


@pytest.mark.parametrize(
    ("flaws", "withdrawn", "strict", "code", "said"),
    [
        (list, list, False, 0, ["✓ no known flaw", "✓ no withdrawn release"]),
        (lambda: [FLAW], list, False, 1, ["✗ alpha 1.5: GHSA-1, CVE-1: It opens the door.", "1 known flaws"]),
        (list, lambda: ["alpha 1.5 was withdrawn: bad"], False, 1, ["✗ alpha 1.5 was withdrawn: bad"]),
        (not_asked, list, False, 0, ["NOT LOOKED FOR KNOWN FLAWS: nobody is there"]),
        (list, not_asked, False, 0, ["NOT LOOKED FOR WITHDRAWN RELEASES: nobody is there"]),
        (not_asked, list, True, 1, ["NOT LOOKED FOR KNOWN FLAWS"]),
        (not_asked, lambda: ["alpha 1.5 was withdrawn: bad"], False, 1, ["NOT LOOKED", "✗ alpha"]),
    ],
)
def test_what_is_found_fails_and_what_cannot_be_asked_is_said(
    capsys: pytest.CaptureFixture[str],
    flaws: Callable[[], list[Flaw]], withdrawn: Callable[[], list[str]], strict: bool, code: int, said: list[str],
) -> None:  # fmt: skip
    assert audit.run(flaws, withdrawn, strict=strict) == code
    out = capsys.readouterr().out
    assert all(text in out for text in said)


def test_an_accepted_flaw_comes_back_on_its_day() -> None:
    for name in ("GHSA-1", "CVE-1"):
        entry = Accepted(name, "the server is not used", TODAY)
        assert audit.accepted([FLAW], [entry], TODAY) == []
        assert audit.accepted([FLAW], [entry], TODAY + datetime.timedelta(days=1)) == [FLAW]
    assert audit.accepted([FLAW], [Accepted("GHSA-2", "another", TODAY)], TODAY) == [FLAW]


def test_what_is_accepted_has_a_reason() -> None:
    assert all(entry.because.strip() for entry in audit.load_accepted())
