"""Reads files that are no text in a process of its own, which has bounds: of memory, of time, of what it gives back.

What people upload may be made to break whoever reads it. The process knows nothing (no key, no environment, no
connection), and its end is the end of what went wrong in it.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Final

from offhook.knowledge.docx_file import read_docx
from offhook.knowledge.html_file import read_html
from offhook.knowledge.pdf_file import read_pdf
from offhook.knowledge.unfit import TooLong, Unfit
from offhook.knowledge.web_page import read_page

TIME_S: Final = 30.0
CPU_S: Final = 20
NICENESS: Final = 10
MEMORY_BYTES: Final = 1 << 30
PAGE: Final = "page"
"""A web page with what it says beside its text, as JSON."""
READERS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "pdf": read_pdf, "docx": read_docx, "html": read_html, PAGE: read_page,
}  # fmt: skip
"""By the kind of file (`kinds.Kind`)."""
_TOO_MUCH: Final = "it takes more time or memory to read than there is: keep what callers ask about"


def extracted(kind: str, data: bytes) -> str:
    """The file's text as markdown; blocks until the process is done. Raises `Unfit`, in words for the file's owner."""
    return in_process("from offhook.knowledge.extract import main; main()", data, kind)


def in_process(program: str, data: bytes, *arguments: str) -> str:
    """What a program that ends in `answer` makes of the data; blocks until it is done. Raises `Unfit`."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], input=data, capture_output=True, timeout=TIME_S, check=False,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}, cwd="/",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unfit(_TOO_MUCH) from None
    except OSError as error:
        raise Unfit(f"it could not be read just now: {error.strerror}") from error
    if done.returncode:
        raise Unfit(_TOO_MUCH if done.returncode < 0 else "it is damaged, or made in a way that cannot be read")
    answer = json.loads(done.stdout)
    if told := answer.get("unfit"):
        raise Unfit(told, answer.get("code", "unreadable"))
    return str(answer["text"])


def main() -> None:
    """The process that reads a file."""
    answer(READERS[sys.argv[1]])


def answer(reader: Callable[[bytes], str]) -> None:
    """Within the process: what is on standard input, as the reader makes it, in JSON on standard output."""
    # Calls come first.
    os.nice(NICENESS)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue  # Some systems bound no address space: time bounds it there.
    try:
        made = {"text": reader(sys.stdin.buffer.read())}
    except Unfit as unfit:
        made = {"unfit": str(unfit), "code": unfit.code}
    except TooLong:
        made = {"unfit": "there is more text in it than callers could ask about: keep what they do"}
    except (MemoryError, RecursionError):
        made = {"unfit": _TOO_MUCH}
    sys.stdout.write(json.dumps(made))
