"""The files with which Offhook is run as a service keep what their page promises."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from offhook.cli.main import COMMANDS, load_command
from offhook.settings import Settings
from tests.house.containerfile import is_sent, parse
from tests.house.sources import ROOT, report, tracked

CONTAINER = (ROOT / "deploy/Containerfile").read_text("utf-8")
IGNORE = (ROOT / ".dockerignore").read_text("utf-8")
UNIT = (ROOT / "deploy/offhook.service").read_text("utf-8")
ARGUMENTS, (BUILD, IMAGE) = parse(CONTAINER)
DIRECTIVES = [line.partition("=")[::2] for line in UNIT.splitlines() if "=" in line and not line.startswith("#")]
KNOWN = (ROOT / "src/offhook/settings.py").read_text("utf-8")


def _one(name: str) -> str:
    (value,) = [value for key, value in DIRECTIVES if key == name]
    return value


# ── the image ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_image_is_made_of_named_versions_and_locked_files() -> None:
    assert re.fullmatch(r"[\w.]+/\w+/python:3\.\d+-slim-\w+", ARGUMENTS["PYTHON"]), "a name with its host and version"
    assert {BUILD.base, IMAGE.base} == {ARGUMENTS["PYTHON"]}
    installs = [part for step in BUILD.of("RUN") for part in step.text.split("&&") if "pip install" in part]
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes --only-binary=:all: -r requirements/" in install or "--no-index /wheels/" in install
    assert not [step for step in IMAGE.of("RUN") if re.search(r"\bpip\b|apt|curl|wget", step.text)]


def test_nothing_but_named_folders_goes_into_the_image() -> None:
    files = [path.relative_to(ROOT).as_posix() for path in tracked()]
    sources = [word for step in BUILD.of("COPY") for word in step.text.split()[:-1]]
    assert not BUILD.of("ADD") + IMAGE.of("ADD"), "COPY fetches and unpacks nothing"
    for source in sources:
        assert [name for name in files if name == source or name.startswith(f"{source}/")], source
        assert all(is_sent(name, IGNORE) for name in files if name == source or name.startswith(f"{source}/")), source
    sent = {name.split("/")[0] for name in files if is_sent(name, IGNORE)}
    assert sent == {source.split("/")[0] for source in sources}
    for stray in (".env", "src/.env", "src/offhook/.env.local", "examples/shop/.env", ".git/config", "data/calls/a",
                  "offhook.env", "src/offhook/__pycache__/a.pyc", ".venv/bin/python", "tests/world.py"):  # fmt: skip
        assert not is_sent(stray, IGNORE), stray
    assert {step.flags.get("from") for step in IMAGE.of("COPY")} == {"build"}


def test_no_secret_is_in_the_image() -> None:
    named = [word for stage in (BUILD, IMAGE) for step in stage.of("ARG", "ENV", "LABEL") for word in step.text.split()]
    broken = [word for word in named if re.search("KEY|TOKEN|SECRET|PASSWORD|_SID", word.upper())]
    assert not broken, report(broken, "What is in an image is everybody's who has the image.")


def test_its_user_has_no_rights_and_its_commands_are_lists() -> None:
    user, group = IMAGE.last("USER").text.split(":")
    assert int(user) >= 10_000 and int(group) >= 10_000, "numbers, so that a cluster can tell that it is not root"
    assert IMAGE.last("STOPSIGNAL").text == "SIGTERM"
    entry, words = IMAGE.last("ENTRYPOINT").command(), IMAGE.last("CMD").command()
    assert entry == ["offhook"] and "/opt/offhook/bin:" in IMAGE.last("ENV").text
    load_command(COMMANDS[words[0]]).make_context(words[0], words[1:])


def test_variables_of_the_files_exist() -> None:
    broken = [name for name in re.findall(r"\bOFFHOOK_[A-Z_]+\b", CONTAINER + UNIT) if f'"{name}"' not in KNOWN]
    assert not broken, report(broken, "A variable that is set must be read.")


@contextmanager
def _health(status: int, word: str) -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/healthz"
            self.send_response(status)
            self.end_headers()
            self.wfile.write(f'{{"status":"{word}"}}'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def _check(port: int) -> int:
    python, *words = IMAGE.last("HEALTHCHECK").text.removeprefix("CMD ").strip("[]").split(", ", 2)
    assert python == '"/opt/offhook/bin/python"' and words[0] == '"-c"'
    code = words[1].strip('"').replace("8080", str(port))
    return subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    ("status", "word", "is_well"),
    [(200, "ready", True), (503, "draining", True), (503, "starting", False), (500, "", False)],
)
def test_health_is_asked_so_that_no_call_is_cut(status: int, word: str, is_well: bool) -> None:
    with _health(status, word) as port:
        assert (_check(port) == 0) is is_well
    assert _check(port) != 0, "nobody is there"


# ── the unit ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_unit_has_no_rights_and_enough_time() -> None:
    wanted = {
        "User": "offhook", "UMask": "0077", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "",
        "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "StateDirectory": "offhook",
        "StateDirectoryMode": "0700", "LimitNOFILE": "65536", "LimitCORE": "0", "KillMode": "mixed",
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "SystemCallArchitectures": "native",
        "ExecReload": "/bin/kill -HUP $MAINPID", "Restart": "always",
    }  # fmt: skip
    assert {name: _one(name) for name in wanted} == wanted
    assert float(_one("TimeoutStopSec")) > Settings().drain_deadline_s + 60
    command, *words = _one("ExecStart").split()
    assert command.startswith("/") and words[0] == "serve"
    load_command(COMMANDS["serve"]).make_context("serve", words[1:])


def test_no_secret_stands_in_the_unit() -> None:
    set_here = " ".join(value for name, value in DIRECTIVES if name == "Environment")
    assert set(re.findall(r"(\w+)=", set_here)) == {"OFFHOOK_DATA_DIR", "OFFHOOK_MODEL_DIR"}, "anybody may read a unit"


analyze = shutil.which("systemd-analyze")


@pytest.mark.skipif(analyze is None, reason="systemd-analyze is not here: the rules above are")
def test_systemd_finds_it_sound(tmp_path: Path) -> None:
    assert analyze is not None
    there = tmp_path / "offhook.service"
    # Its command is not on this machine.
    there.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT, flags=re.MULTILINE))
    for words in (["verify", "--man=no"], ["security", "--offline=true", "--threshold=20", "--no-pager"]):
        done = subprocess.run([analyze, *words, str(there)], capture_output=True, text=True, timeout=60, check=False)
        if "unrecognized option" in done.stderr:
            pytest.skip("systemd is older than 250")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Unknown" not in done.stderr, "a key that systemd does not know is passed over"
