"""What a knowledge file is: by its content. Its name has to say the same, so that nobody is fooled by it."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Final

from offhook.knowledge.extract import extracted
from offhook.knowledge.unfit import Unfit


class Kind(StrEnum):
    """The kinds of files that can be known from."""

    MARKDOWN = "markdown"
    TEXT = "text"
    TABLE = "table"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"


SUFFIXES: Final = {
    ".md": Kind.MARKDOWN, ".markdown": Kind.MARKDOWN, ".txt": Kind.TEXT, ".csv": Kind.TABLE, ".html": Kind.HTML,
    ".htm": Kind.HTML, ".pdf": Kind.PDF, ".docx": Kind.DOCX,
}  # fmt: skip
READ_ELSEWHERE: Final = (Kind.HTML, Kind.PDF, Kind.DOCX)
"""In a process of its own."""
_NAMES: Final = {Kind.HTML: "a web page", Kind.PDF: "a PDF", Kind.DOCX: "a Word file"}
_ZIP: Final = b"PK\x03\x04"
"""An archive can be made to take long to open, whatever is in it: that is done elsewhere."""
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_OTHERS: Final = {
    _OLD_OFFICE: "an old Word file, or one with a password: save it as .docx without a password",
    b"\x89PNG": "a picture: type what it says", b"\xff\xd8\xff": "a picture: type what it says",
    b"GIF8": "a picture: type what it says", b"{\\rtf": "an RTF file: save it as .docx or .txt",
    b"\x1f\x8b": "a compressed file: send what is in it", b"PK\x05\x06": "an empty archive",
}  # fmt: skip
"""First bytes of what cannot be read here."""
_PDF_WITHIN: Final = 1_024
"""Bytes in front of a PDF that readers forgive."""
_PAGE: Final = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,2000}-->\s*)*(?:<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>])",
    re.IGNORECASE,
)


def kind_of(name: str, data: bytes) -> Kind:
    """Raises `Unfit` for what is none of them, and for a name that says something else than the content."""
    suffix = Path(name).suffix.lower()
    named = SUFFIXES.get(suffix)
    if data.startswith(_ZIP) and named is not Kind.DOCX:
        # What it is, if it is no Word file, is said by whoever opens it.
        try:
            extracted(Kind.DOCX.value, data)
        except Unfit as unfit:
            raise unfit if unfit.code == "kind" else Unfit("this archive is damaged", "kind") from None
    found = _found(data)
    if named is None:
        raise Unfit(f"expected a name that ends in {', '.join(SUFFIXES)}", "kind")
    if found is not None and found is not named:
        ending = next(one for one, kind in SUFFIXES.items() if kind is found)
        raise Unfit(f"this is {_NAMES[found]}: give it a name that ends in {ending}", "kind")
    if found is None and named in (Kind.PDF, Kind.DOCX):
        raise Unfit(f"this is not {_NAMES[named]}, whatever its name says", "kind")
    return named


def _found(data: bytes) -> Kind | None:
    """The kind that its bytes tell; None: it may be text."""
    other = next((told for start, told in _OTHERS.items() if data.startswith(start)), "")
    if other:
        raise Unfit(f"this is {other}", "kind")
    if data.startswith(_ZIP):
        return Kind.DOCX
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return Kind.PDF
    head = data[:4_096].removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\x00", b"")[2:]
    return Kind.HTML if _PAGE.match(head) else None
