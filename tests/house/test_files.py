"""What must never be committed, and what the documents promise."""

import re
from pathlib import Path

import msgspec

from offhook.core.behaviour import Behaviour
from tests.house.sources import ROOT, python_files, report, tracked

MAX_BYTES = 512 << 10
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|work|opt/(?:pypi|wheels)|Users/\w+|home/(?!user\b|you\b)\w+)/")
REGISTRY_HOSTS = re.compile(r"(?:--(?:extra-)?index-url|--find-links|files\.pythonhosted\.org|pypi\.org/simple)")
SECRETS = re.compile(
    r"(?:sk-[A-Za-z0-9_-]{20,}|sk_live_\w{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|xox[abp]-[\w-]{20,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|\bAC(?!0{8})[0-9a-f]{32}\b)"
)
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".lock", ".txt", ".json", ".jsonl", ".sh", ".cfg", ""}
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OWN = Path(__file__).name


def _texts() -> list[tuple[str, str]]:
    paths = [path for path in tracked() if path.suffix in TEXT and path.name != OWN and path.stat().st_size < MAX_BYTES]
    return [(path.relative_to(ROOT).as_posix(), path.read_text("utf-8", errors="replace")) for path in paths]


def _matches(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0][:12]}..."
        for path, text in _texts()
        for match in pattern.finditer(text)
    ]


def test_no_paths_of_a_machine() -> None:
    broken = _matches(MACHINE_PATHS)
    assert not broken, report(broken, "A path of one machine is wrong on every other.")


def test_no_registry_hosts() -> None:
    # Tests of the model store give pip a folder of wheels that they made themselves.
    allowed = ("docs/", "scripts/lock", "README.md", "tests/unit/test_model_files.py")
    broken = [place for place in _matches(REGISTRY_HOSTS) if not place.startswith(allowed)]
    assert not broken, report(broken, "Which registry is used is the owner's own configuration; hashes decide.")


def test_no_secrets() -> None:
    broken = _matches(SECRETS)
    assert not broken, report(broken, "What looks like a key is treated as one: rotate it, and take a made-up one.")


def test_no_large_files() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {path.stat().st_size}" for path in tracked() if path.stat().st_size > MAX_BYTES
    ]
    assert not broken, report(broken, "Models and recordings are fetched or made, never committed.")


def test_locks_pin_every_package_by_hash() -> None:
    locks = sorted((ROOT / "requirements").glob("*.lock"))
    names = {lock.name for lock in locks}
    assert {"build.lock", "runtime.lock", "mcp.lock", "local-llm.lock", "dev.lock"} <= names
    broken = []
    for lock in locks:
        joined = lock.read_text("utf-8").replace("\\\n", " ")
        lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
        broken += [f"{lock.name}: {line[:60]}" for line in lines if "==" not in line or "--hash=sha256:" not in line]
    assert not broken, report(broken, "What is installed is what was tried, byte for byte: `make lock`.")


def test_links_of_documents_resolve() -> None:
    broken = []
    for path in (path for path in tracked() if path.suffix == ".md"):
        text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
        for target in LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            found = (path.parent / file).resolve() if file else path
            if not found.exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
            elif anchor and found.suffix == ".md" and anchor not in _anchors(found):
                broken.append(f"{path.relative_to(ROOT)}: {target} (no such heading)")
    assert not broken, report(broken, "A link that leads nowhere ends a reader's trust.")


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_every_number_of_the_behaviour_is_described() -> None:
    page = (ROOT / "docs/reference/behaviour.md").read_text("utf-8")
    missing = [name for name in Behaviour.__struct_fields__ if f"`{name}`" not in page]
    assert not missing, report(missing, "The reference names every number an owner can set: run `make docs`.")


def test_behaviour_fields_name_unit_and_bounds() -> None:
    schema = msgspec.json.schema(Behaviour)["$defs"]["Behaviour"]["properties"]
    broken = [name for name, field in schema.items() if not field.get("description")]
    numbers = {name: field for name, field in schema.items() if field["type"] in ("number", "integer")}
    broken += [name for name, field in numbers.items() if not {"minimum", "maximum"} <= field.keys()]
    units = ("_s", "_db", "_probability", "_weight")
    broken += [name for name, field in numbers.items() if field["type"] == "number" and not name.endswith(units)]
    assert not broken, report(broken, "Every number has a sentence, a unit in its name and bounds.")


def test_the_makefile_lists_its_commands() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    broken = [name for name in phony[1].split() if not re.search(rf"^{name}:.*## .+", makefile, re.MULTILINE)]
    assert not broken, report(broken, "`make` alone lists every command with a line of help.")


def test_tests_do_not_sleep() -> None:
    broken = [
        f"{source.path}:{number}: {line.strip()[:80]}"
        for source in python_files("tests")
        if not source.path.startswith("tests/house/")
        for number, line in enumerate(source.text.splitlines(), 1)
        if re.search(r"\btime\.sleep\(", line)
    ]
    assert not broken, report(broken, "A test that sleeps is slow on a good day and wrong on a bad one.")
