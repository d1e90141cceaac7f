"""numpy's own threads: none beside the calls."""

import os
import subprocess
import sys

SHOWN = (
    "import os, sys; from offhook.cli.main import main; sys.argv[1:] = ['serve', '--help']\n"
    "try: main()\nexcept SystemExit: print(os.environ.get('{0}'))"
)
NAME = "OPENBLAS_NUM_THREADS"


def shown(**environment: str) -> str:
    """What a command that runs has in its environment."""
    known = {name: value for name, value in os.environ.items() if name != NAME}
    command = [sys.executable, "-c", SHOWN.format(NAME)]
    return subprocess.run(
        command, env=known | environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()[-1]


def test_products_stay_on_their_thread_unless_the_owner_has_said_otherwise() -> None:
    assert shown() == "1"
    assert shown(OPENBLAS_NUM_THREADS="3") == "3"


def test_numpy_is_not_there_before() -> None:
    code = "import sys; import offhook.cli.main; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
