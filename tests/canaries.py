"""Secrets that must appear nowhere: told by their names, looked for in every form that text takes on its way.

    canaries = Canaries()
    canaries.add("provider key", value)
    assert not canaries.found_in_folder(folder) and not canaries.found_in("log", caplog.text)

Packed files are unpacked. A new kind of secret is one more `add`; a new place is one more `found_in`.
"""

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

SHORTEST = 12
"""A shorter one is in many texts by chance."""
DEEPEST = 4
"""So often something packed may lie in something packed."""
MASTER_KEY_FILES = ("master.key", "master.key.old", "master.key.new")
SHOWN_BEFORE, SHOWN_BEHIND = 8, 4
"""Of a secret so many characters are shown to people, at its beginning or its end."""


class Canaries:
    """Secrets by their names."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._forms: dict[bytes, str] = {}

    def add(self, name: str, value: str) -> str:
        """Watch for this one; the value again."""
        if len(value) >= SHORTEST and value not in self._values.values():
            self._values[name] = value
            for form, bytes_of in forms(value):
                self._forms.setdefault(bytes_of, f"{name}, {form}")
        return value

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Canaries {', '.join(self._values)}>"

    def found_in(self, place: str, what: str | bytes | Iterable[object]) -> list[str]:
        """Which of them are in a text, in bytes, or in the `repr` of things; each with the place."""
        if isinstance(what, str):
            data = what.encode("utf-8", "surrogatepass")
        elif isinstance(what, bytes):
            data = what
        else:
            data = b"\n".join(part if isinstance(part, bytes) else repr(part).encode() for part in what)
        return [f"{place}: {told}" for data in unpacked(data) for form, told in self._forms.items() if form in data]

    def found_in_folder(self, folder: Path, allowed: Iterable[str] = MASTER_KEY_FILES) -> list[str]:
        """Which of them are in files below, or in their names. `allowed`: names of files that hold one by design."""
        found = []
        for path in sorted(folder.rglob("*")):
            place = path.relative_to(folder).as_posix()
            found += self.found_in("a file's name", place)
            if path.is_file() and path.name not in allowed:
                found += self.found_in(place, path.read_bytes())
        return found


def forms(value: str) -> Iterator[tuple[str, bytes]]:
    """What a secret may have become."""
    plain = value.encode()
    yield "plain", plain
    middle = value[SHOWN_BEFORE:-SHOWN_BEHIND].encode()
    if len(middle) >= SHORTEST:
        yield "most of it", middle
    yield "UTF-16", value.encode("utf-16-le")
    yield "hexadecimal", plain.hex().encode()
    yield "hexadecimal", plain.hex().upper().encode()
    for before in range(3):
        # In the middle of other bytes it looks different, by where it begins; what its neighbours change is left out.
        text = base64.b64encode(b"\0" * before + plain)
        inner = text[-(-before * 4 // 3) : len(text) - (4 if (before + len(plain)) % 3 else 0)]
        yield "base64", inner
        yield "base64", inner.translate(bytes.maketrans(b"+/", b"-_"))
    for form, text_of in (
        ("percent", quote(value)), ("percent", quote(value, safe="")), ("percent", quote_plus(value)),
        ("percent", "".join(f"%{byte:02X}" for byte in plain)), ("percent", "".join(f"%{byte:02x}" for byte in plain)),
        ("JSON", json.dumps(value)[1:-1]), ("JSON twice", json.dumps(json.dumps(value))[3:-3]),
        ("JSON in numbers", "".join(f"\\u{ord(sign):04x}" for sign in value)), ("repr", repr(value)[1:-1]),
        ("HTML", html.escape(value)), ("backwards", value[::-1]),
    ):  # fmt: skip
        yield form, text_of.encode()


def unpacked(data: bytes, deep: int = 0) -> Iterator[bytes]:
    """It, and what is packed in it."""
    yield data
    if deep < DEEPEST:
        for part in _packed_in(data):
            yield from unpacked(part, deep + 1)


def _packed_in(data: bytes) -> Iterator[bytes]:
    try:
        if data.startswith(b"\x1f\x8b"):
            yield gzip.decompress(data)
        elif data.startswith(b"BZh"):
            yield bz2.decompress(data)
        elif data.startswith(b"\xfd7zXZ"):
            yield lzma.decompress(data)
        elif data.startswith(b"\x28\xb5\x2f\xfd"):
            raise AssertionError("nobody can look into this yet: teach it Zstandard")
        elif data[:2] in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
            yield zlib.decompress(data)
        elif data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield name.encode()
                    yield archive.read(name)
        elif data[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(data)) as tape:
                for member in tape:
                    yield member.name.encode()
                    content = tape.extractfile(member)
                    yield content.read() if content is not None else b""
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError):
        return  # It only looked like that, or is not whole yet: what can be read of it was read as it is.
