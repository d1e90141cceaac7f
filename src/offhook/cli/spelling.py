"""How this program is called on this machine, so that what it tells to type works as it stands."""

import re
import shutil
import sys
from pathlib import Path
from typing import Final

NAME: Final = "offhook"
SHOWN: Final = re.compile(r"(`(?:[A-Z_]+=\S+ )*)offhook(?= )")


def program() -> str:
    """`offhook` where a shell finds it by this name, `./offhook` in a clone, else the way in which it was started."""
    if shutil.which(NAME) is not None:
        return NAME
    if Path(NAME).is_file():
        return f"./{NAME}"
    called = Path(sys.argv[0])
    return str(called) if called.name == NAME else f"{sys.executable} -m {NAME}"


def spelled(text: str) -> str:
    """The text with each command in backticks as it is typed here."""
    return SHOWN.sub(lambda found: found[1] + program(), text)
