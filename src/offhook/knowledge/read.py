"""Reads the owner's knowledge files."""

from pathlib import Path
from typing import Final

from offhook.errors import ConfigurationError

SUFFIXES: Final = (".md", ".markdown", ".txt")
LARGEST_BYTES: Final = 4 << 20
"""About 700,000 words: what a telephone agent answers from is far smaller."""


def read_document(path: str, base_dir: Path) -> str:
    """The text of a knowledge file named in an agent's document. Raises `ConfigurationError` naming the file."""
    file = base_dir / path
    if file.suffix.lower() not in SUFFIXES:
        raise ConfigurationError(
            "knowledge is read from markdown and plain text",
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
    return text
