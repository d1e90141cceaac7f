"""Reads the owner's knowledge files."""

import csv
from pathlib import Path
from typing import Final

from offhook.errors import ConfigurationError

TABLE: Final = ".csv"
SUFFIXES: Final = (".md", ".markdown", ".txt", TABLE)
SNIFFED: Final = 4_096
"""Characters of a table by which its separator is found."""
LARGEST_BYTES: Final = 4 << 20
"""About 700,000 words: what a telephone agent answers from is far smaller."""


def read_document(path: str, base_dir: Path) -> str:
    """The text of a knowledge file named in an agent's document. Raises `ConfigurationError` naming the file."""
    file = base_dir / path
    if file.suffix.lower() not in SUFFIXES:
        raise ConfigurationError(
            "knowledge is read from markdown, plain text and tables (CSV)",
            file=str(file), field="knowledge", found=file.suffix or "no ending", expected=" or ".join(SUFFIXES),
        )  # fmt: skip
    try:
        size = file.stat().st_size
        if size > LARGEST_BYTES:
            raise ConfigurationError(
                "the knowledge file is too large: split it, and keep what callers ask about",
                file=str(file), field="knowledge", found=f"{size} bytes", expected=f"at most {LARGEST_BYTES}",
            )  # fmt: skip
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigurationError("there is no such knowledge file", file=str(file), field="knowledge") from error
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise ConfigurationError(f"cannot be read: {reason}", file=str(file), field="knowledge") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigurationError(
            f"line {line} is not UTF-8 text: save the file as UTF-8", file=str(file), field="knowledge"
        ) from error
    if "\x00" in text:
        raise ConfigurationError(
            "this is no text file: it holds zero bytes", file=str(file), field="knowledge"
        )  # fmt: skip
    return rows_as_facts(text, file) if file.suffix.lower() == TABLE else text


def rows_as_facts(text: str, file: Path) -> str:
    """A table as markdown, a line for each row: its first line names the columns. Raises `ConfigurationError`."""
    try:
        kind = csv.Sniffer().sniff(text[:SNIFFED], delimiters=",;\t|")
    except csv.Error:
        kind = csv.excel
    try:
        names, *rows = [row for row in csv.reader(text.splitlines(), kind) if any(cell.strip() for cell in row)] or [[]]
    except csv.Error as error:
        raise ConfigurationError(f"this is no table: {error}", file=str(file), field="knowledge") from error
    lines = [
        "; ".join(f"{_flat(name)}: {_flat(cell)}" for name, cell in zip(names, row, strict=False) if cell.strip())
        for row in rows
    ]
    return "\n".join(f"- {line}" for line in lines)


def _flat(cell: str) -> str:
    return " ".join(cell.split())
