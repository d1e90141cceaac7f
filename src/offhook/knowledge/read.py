"""Reads the owner's knowledge files."""

import csv
from itertools import islice
from pathlib import Path
from typing import Final

from offhook.errors import ConfigurationError
from offhook.knowledge.chunk import MOST_FACTS
from offhook.knowledge.extract import extracted
from offhook.knowledge.kinds import READ_ELSEWHERE, SUFFIXES, Kind, kind_of
from offhook.knowledge.unfit import TooLong, Unfit

SNIFFED: Final = 4_096
"""Characters of a table by which its separator is found."""
SEPARATORS: Final = ",;\t|"
LARGEST_BYTES: Final = 4 << 20
"""About 700,000 words: what a telephone agent answers from is far smaller."""
LARGEST_FILE_BYTES: Final = 20 << 20
"""Of a file that holds pictures and fonts beside its text."""


def read_document(path: str, base_dir: Path) -> str:
    """The text of a knowledge file named in an agent's document, as markdown. Raises `ConfigurationError` naming the
    file, and `TooLong`."""
    file = base_dir / path
    if file.suffix.lower() not in SUFFIXES:
        raise ConfigurationError(
            "knowledge is read from markdown, plain text, tables (CSV), web pages, PDF and Word files",
            file=str(file), field="knowledge", found=file.suffix or "no ending", expected=" or ".join(SUFFIXES),
        )  # fmt: skip
    try:
        size = file.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise ConfigurationError(
                "the knowledge file is too large: split it, and keep what callers ask about",
                file=str(file), field="knowledge", found=f"{size} bytes", expected=f"at most {LARGEST_FILE_BYTES}",
            )  # fmt: skip
        return text_of(file.name, file.read_bytes())[1]
    except FileNotFoundError as error:
        raise ConfigurationError("there is no such knowledge file", file=str(file), field="knowledge") from error
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise ConfigurationError(f"cannot be read: {reason}", file=str(file), field="knowledge") from error
    except Unfit as error:
        raise ConfigurationError(str(error), file=str(file), field="knowledge") from error


def text_of(name: str, data: bytes) -> tuple[Kind, str]:
    """What a file is by its content, and its text as markdown; blocks for as long as reading takes. Raises `Unfit`,
    `TooLong`."""
    kind = kind_of(name, data)
    if kind in READ_ELSEWHERE:
        return kind, extracted(kind.value, data)
    if len(data) > LARGEST_BYTES:
        most = f"at most {LARGEST_BYTES >> 20} MB of text"
        raise Unfit(f"it is too large: {most}. Split it, and keep what callers ask about", "too_large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unfit(f"line {line} is not UTF-8 text: save the file as UTF-8", "encoding") from None
    if "\x00" in text:
        raise Unfit("this is no text file: it holds zero bytes", "kind")
    return kind, rows_as_facts(text) if kind is Kind.TABLE else text


def rows_as_facts(text: str) -> str:
    """A table as markdown, a line for each row: its first line names the columns. Raises `Unfit`, `TooLong`."""
    read = csv.reader(text.splitlines(), delimiter=_separator(text[:SNIFFED]), skipinitialspace=True)
    found = (row for row in read if any(cell.strip() for cell in row))
    try:
        names = next(found, [])
        rows = list(islice(found, MOST_FACTS + 1))
    except csv.Error as error:
        raise Unfit(f"this is no table: {error}", "kind") from error
    if len(rows) > MOST_FACTS:
        raise TooLong
    lines = [
        "; ".join(f"{_flat(name)}: {_flat(cell)}" for name, cell in zip(names, row, strict=False) if cell.strip())
        for row in rows
    ]
    return "\n".join(f"- {line}" for line in lines)


def _separator(text: str) -> str:
    """What stands most often in the line that names the columns, but for what is quoted there."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    # Between quotes are the odd parts, also where a quote is written twice.
    plain = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=plain.count)


def _flat(cell: str) -> str:
    return " ".join(cell.split())
