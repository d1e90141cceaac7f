"""What comes from others: locks, licences, the bill of materials, the witnesses of models."""

import ast
import datetime
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from offhook.settings import Settings
from offhook.speech.model_files import ModelFile, load_manifest
from scripts import constraints, licences, sbom
from scripts.lockfile import BUILT_WITH, FOLDER, SHIPPED, pins, read
from tests.house.sources import ROOT, report

PRODUCT = ROOT / "src/offhook"
AT = datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)
EXTRAS = {
    "mcp": {"tools/mcp.py", "tools/mcp_list.py", "tools/mcp_program.py", "tools/guard.py"},
    "otel": {"platform/traces.py"},
    "local-llm": {"speech/llm/local.py"},
}
"""Where what an extra brings may be imported: inside of a function, so that all else runs without it."""
FILES = [(name, file) for name, model in load_manifest().items() for file in model.files]


# ── locks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lock_is_read_whole() -> None:
    text = "# made\na-b==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:" + "0" * 64 + " \\\n    --hash=sha256:"
    (pin,) = read(text + "1" * 64 + "\n")
    assert (pin.name, pin.version, pin.marker) == ("a-b", "1.0", "sys_platform == 'win32'")
    assert pin.hashes == ("0" * 64, "1" * 64) and str(pin) == "a-b==1.0 ; sys_platform == 'win32'"
    for wrong in ("a-b==1.0\n", "a-b>=1.0 --hash=sha256:" + "0" * 64):
        with pytest.raises(ValueError, match="no locked package"):
            list(read(wrong))


def test_locks_agree_and_nothing_in_them_is_overlooked() -> None:
    found = pins(*SHIPPED, *BUILT_WITH)
    written = {name for lock in FOLDER.glob("*.lock") for name in re.findall(r"^([\w-]+)==", lock.read_text(), re.M)}
    assert set(found) == written


def test_the_constraints_are_the_locks() -> None:
    assert (FOLDER / "constraints.txt").read_text("utf-8") == constraints.constraints(), "run `make lock`"


def test_what_an_extra_brings_is_not_in_the_base() -> None:
    base, extra = pins("runtime"), pins("mcp")
    assert "mcp" in extra and {"mcp", "httpx", "httpcore", "sse-starlette", "pyjwt"}.isdisjoint(base)
    assert pins("runtime", *SHIPPED).keys() >= extra.keys(), "one version of each for all"


def test_what_an_extra_brings_is_imported_where_it_is_used() -> None:
    base = {name.replace("-", "_") for name in pins("runtime")}
    broken = []
    for extra, allowed in EXTRAS.items():
        brought = {name.replace("-", "_") for name in pins(extra)} - base
        named = re.compile(rf"^\s*(?:import|from) (?:{'|'.join(sorted(brought))})\b", re.MULTILINE)
        for path in (path for path in PRODUCT.rglob("*.py") if named.search(path.read_text("utf-8"))):
            tree = ast.parse(path.read_text("utf-8"))
            late = {id(node) for function in _functions(tree) for node in ast.walk(function)}
            for node, name in _imports(tree):
                module = path.relative_to(PRODUCT).as_posix()
                if name in brought and (module not in allowed or id(node) not in late):
                    broken.append(f"{module}:{node.lineno}: {name} comes with offhook[{extra}]")
    assert not broken, report(broken, "The base runs without its extras.")


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    """What does not run when the module is imported."""
    for node in ast.walk(tree):
        is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_for_types:
            yield node


def _imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, entry.name.partition(".")[0]) for entry in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, (node.module or "").partition(".")[0]


# ── licences ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_package_may_be_used_in_a_product_that_is_sold() -> None:
    broken = list(licences.refused(*SHIPPED, *BUILT_WITH))
    assert not broken, report(broken, "A licence is looked at before the package is used.")


def test_a_licence_that_is_not_listed_or_not_told_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = msgspec.structs.replace(licences.table(), with_care={}, stated=())
    licences._ids.cache_clear()
    monkeypatch.setattr(licences, "table", lambda: narrow)
    found = {line.partition(":")[0]: line for line in licences.refused(*SHIPPED)}
    licences._ids.cache_clear()
    assert "MPL-2.0 is not on the list" in found["certifi"] and "names no licence" in found["picows"]
    assert "starlette" not in found


@pytest.mark.parametrize(
    ("expression", "is_enough"),
    [
        ("MIT", True), ("GPL-3.0-only", False), ("MIT OR GPL-3.0-only", True), ("MIT AND GPL-3.0-only", False),
        ("(MIT OR GPL-3.0-only) AND Zlib", True), ("MIT OR GPL-3.0-only AND Zlib", True),
        ("GPL-3.0-only AND MIT OR Zlib", True), ("GPL-3.0-only AND (MIT OR Zlib)", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False), ("unknown", False),
    ],
)  # fmt: skip
def test_an_expression_is_judged_as_spdx_means_it(expression: str, is_enough: bool) -> None:
    assert licences.may_be_used(expression, frozenset(["MIT", "Zlib"])) is is_enough


@pytest.mark.parametrize("expression", ["", "MIT AND", "(MIT", "MIT)", "MIT Zlib", "OR MIT"])
def test_what_is_no_expression_is_not_judged(expression: str) -> None:
    with pytest.raises(ValueError, match="expression"):
        licences.may_be_used(expression, frozenset(["MIT", "Zlib"]))


def test_nothing_is_stated_that_a_package_says_itself() -> None:
    known = pins(*SHIPPED, *BUILT_WITH)
    broken = []
    for entry in licences.table().stated:
        told = licences.told_by(entry.package)
        is_everywhere = (
            entry.package in known and not known[entry.package].marker and entry.package not in pins("local-llm")
        )
        if entry.package not in known:
            broken.append(f"{entry.package} is in no lock")
        elif told and (is_everywhere or told != entry.licence):
            broken.append(f"{entry.package}: stated {entry.licence}, and it says itself {told}")
    assert not broken, report(broken, "A licence that is stated by hand grows old.")


def test_libraries_inside_of_wheels_are_listed() -> None:
    listed = {(entry.package, entry.library) for entry in licences.table().bundled}
    broken = [
        f"{package}: {library}"
        for package in pins(*SHIPPED)
        for library in licences.shared_libraries(package)
        if (package, library) not in listed
    ]
    assert not broken, report(broken, "A library in a wheel has a licence of its own: requirements/licences.toml.")


# ── the bill of materials ────────────────────────────────────────────────────────────────────────────────────────


def test_the_bill_of_materials_names_every_package_and_model_with_its_hashes(tmp_path: Path) -> None:
    text = sbom.write(tmp_path, AT).read_text("utf-8")
    assert text == sbom.as_json(sbom.make(AT)), "the same locks give the same bill"
    bill = json.loads(text)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    components = {entry["name"]: entry for entry in bill["components"]}
    for name, pin in pins(*SHIPPED).items():
        entry = components.pop(name)
        (files,) = entry["externalReferences"]
        assert {one["content"] for one in files["hashes"]} == set(pin.hashes)
        assert entry["purl"] == f"pkg:pypi/{name}@{pin.version}" and entry["licenses"]
        assert entry["scope"] == ("required" if name in pins("runtime") else "optional")
    for name, model in load_manifest().items():
        told = {one["name"]: one["hashes"][0]["content"] for one in components.pop(name)["components"]}
        assert told == {file.name: file.sha256 for file in model.files}
    assert not components
    asked = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    (ours,) = (names for ref, names in asked.items() if ref.startswith("pkg:pypi/offhook@"))
    assert any(ref.startswith("pkg:pypi/mcp@") for ref in ours), "extras are ours too"
    assert any(ref.startswith("pkg:pypi/starlette@") for ref in asked[components_ref(bill, "fastapi")])


def components_ref(bill: dict[str, list[dict[str, str]]], name: str) -> str:
    return next(entry["bom-ref"] for entry in bill["components"] if entry["name"] == name)


def test_a_bill_that_does_not_fit_the_schema_is_not_written() -> None:
    with pytest.raises(ValueError, match="no bill of materials"):
        sbom.checked('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library"}]}')


# ── models ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "file"), FILES, ids=[f"{name}/{file.name}" for name, file in FILES])
def test_the_witnesses_of_a_model_agree(name: str, file: ModelFile) -> None:
    for witness in file.witnesses:
        assert re.fullmatch(r"[0-9a-f]{40}" if witness.kind == "git" else r"[0-9a-f]{64}", witness.digest)
        assert witness.kind == "git" or witness.digest == file.sha256
    path = Settings.from_environment().model_dir / name / file.name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    with path.open("rb") as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
    for witness in file.witnesses:
        if witness.kind == "git":
            # Git's name for a file: its type and length, a zero byte, its bytes.
            data = path.read_bytes()
            named = hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False)
            assert named.hexdigest() == witness.digest
