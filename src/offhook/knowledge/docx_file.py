"""Reads a Word file (.docx, ECMA-376): paragraphs, headings by their styles, lists, tables. What was deleted with
changes tracked, hidden text, headers and footers are not what it says.

A zip file can hold anything: only the two parts that are needed are unpacked, each up to a bound. An XML file that
declares entities is refused before the first of them.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from offhook.knowledge.markdown import Markdown
from offhook.knowledge.unfit import Unfit

DOCUMENT: Final = "word/document.xml"
STYLES: Final = "word/styles.xml"
MOST_BYTES: Final = 48 << 20
"""Of a part, unpacked: a book of a thousand pages has a tenth of it."""
MOST_ENTRIES: Final = 10_000
_IN_ZIPS: Final = {
    "xl/workbook.xml": "an Excel file: save the sheet as .csv",
    "ppt/presentation.xml": "a PowerPoint file: save it as .pdf",
    "mimetype": "a file of LibreOffice: save it as .docx or .pdf",
}  # fmt: skip
MOST_DEPTH: Final = 500
_ARCHIVE: Final = "an archive: send what is in it"
_ZIP_FAULTS: Final = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError)
_HEADING: Final = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
_SPACE: Final = " "
_W: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_LAST_LEVEL: Final = 9
"""An outline level of 9 is body text (ECMA-376, 17.3.1.20)."""


def read_docx(data: bytes) -> str:
    """The file's text as markdown. Raises `Unfit`, `TooLong`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if len(file.infolist()) > MOST_ENTRIES:
                raise Unfit("this is no Word file: it holds too many parts")
            names = set(file.namelist())
            if DOCUMENT not in names:
                told = next((told for name, told in _IN_ZIPS.items() if name in names), _ARCHIVE)
                raise Unfit(f"this is {told}", "kind")
            document = _part(file, DOCUMENT)
            styles = _part(file, STYLES) if STYLES in file.namelist() else b""
    except _ZIP_FAULTS as error:
        raise Unfit("this Word file is damaged: open it in Word and save it again") from error
    known = _Styles()
    if styles:
        _parse(styles, known)
    reader = _Document(known)
    _parse(document, reader)
    return reader.markdown.text


def _part(file: zipfile.ZipFile, name: str) -> bytes:
    try:
        entry = file.getinfo(name)
    except KeyError as error:
        raise Unfit("this is no Word file: it has no document in it") from error
    if entry.flag_bits & 0x1:
        raise Unfit("it is protected with a password: save it without one")
    with file.open(entry) as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unfit(f"it is more than {MOST_BYTES >> 20} MB when unpacked: keep what callers ask about")
    return data


class _Handler:
    """Told of the elements of Word's own namespace, by their short names, and of others by an empty name."""

    def begin(self, name: str, given: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """It ends."""

    def text(self, data: str) -> None:
        """Text between elements."""


def _parse(data: bytes, handler: _Handler) -> None:
    parser = expat.ParserCreate(namespace_separator=_SPACE)
    depth = 0

    def begin(name: str, given: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise Unfit("this Word file is damaged: it is nested too deep")
        handler.begin(_short(name), {_short(key) or key: value for key, value in given.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(_short(name))

    def refuse(*_: object) -> None:
        # Entities are how a small XML file becomes a large one, or reads another file.
        raise Unfit("this is no Word file: its XML declares a document type")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unfit("this Word file is damaged: open it in Word and save it again") from error


def _short(name: str) -> str:
    for space in _W:
        if name.startswith(space):
            return name[len(space) :]
    # Of the compatibility namespace, two matter: of two ways to write the same, one is read.
    return "Fallback" if name.endswith("markup-compatibility/2006 Fallback") else ""


# ── styles ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Style:
    name: str = ""
    based_on: str = ""
    level: int | None = None
    """Of the outline, from 1; 0: body text."""
    depth: int | None = None
    """Of a list."""


class _Styles(_Handler):
    def __init__(self) -> None:
        self._styles: dict[str, _Style] = {}
        self._open: _Style | None = None
        self._is_numbered = False

    def begin(self, name: str, given: Mapping[str, str]) -> None:
        value = given.get("val", "")
        if name == "style":
            self._open = self._styles[given.get("styleId", "")] = _Style()
        elif self._open is None:
            return
        elif name == "name":
            self._open.name = value
        elif name == "basedOn":
            self._open.based_on = value
        elif name == "outlineLvl":
            self._open.level = _level(value)
        elif name == "numPr":
            self._open.depth = self._open.depth or 0
        elif name == "ilvl" and value.isdecimal():
            self._open.depth = int(value)

    def end(self, name: str) -> None:
        if name == "style":
            self._open = None

    def level_of(self, key: str) -> int:
        """Of a paragraph in this style; 0: none."""
        for style in self._chain(key):
            if found := _HEADING.match(style.name):
                return int(found[1])
            if style.name.lower() == "title":
                return 1
            if style.level is not None:
                return style.level
        return 0

    def depth_of(self, key: str) -> int | None:
        """Of a list's entry in this style; None: it is none."""
        return next((style.depth for style in self._chain(key) if style.depth is not None), None)

    def _chain(self, key: str) -> list[_Style]:
        found: list[_Style] = []
        while key in self._styles and len(found) < 20:
            found.append(self._styles[key])
            key = self._styles[key].based_on
        return found


def _level(value: str) -> int:
    return int(value) + 1 if value.isdecimal() and int(value) < _LAST_LEVEL else 0


# ── the document ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Paragraph:
    style: str = ""
    level: int | None = None
    depth: int | None = None
    is_unlisted: bool = False
    """`numId` 0 takes it out of its style's list."""
    texts: list[str] = field(default_factory=list)


class _Document(_Handler):
    def __init__(self, styles: _Styles) -> None:
        self.markdown = Markdown()
        self._styles = styles
        self._open: list[_Paragraph] = []
        """A paragraph, and inside of it those of its text boxes."""
        self._is_text = self._is_hidden = False
        self._skipped = 0
        self._tables = 0
        self._row: list[str] | None = None
        self._cell: list[str] = []
        self._is_first_row = True

    def begin(self, name: str, given: Mapping[str, str]) -> None:
        if self._skipped or name in ("del", "moveFrom", "Fallback", "instrText", "delText"):
            self._skipped += 1
            return
        match name:
            case "p":
                self._open.append(_Paragraph())
            case "t":
                self._is_text = True
            case "r":
                self._is_hidden = False
            case "vanish":
                self._is_hidden = given.get("val", "true") not in ("0", "false", "off")
            case "tab" | "br" | "cr" | "ptab":
                self._add(_SPACE)
            case "noBreakHyphen":
                self._add("-")
            case "tbl" | "tr" | "tc":
                self._begin_table(name)
            case _ if self._open:
                self._property(name, given.get("val", ""))

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        match name:
            case "t":
                self._is_text = False
            case "p" if self._open:
                self._keep(self._open.pop())
            case "tc" if self._tables == 1 and self._row is not None:
                self._row.append(" ".join(self._cell))
                self._cell = []
            case "tr" if self._tables == 1 and self._row is not None:
                self.markdown.row(self._row, is_first=self._is_first_row)
                self._row, self._is_first_row = None, False
            case "tbl":
                self._tables -= 1

    def text(self, data: str) -> None:
        if self._is_text and not self._skipped and not self._is_hidden:
            self._add(data)

    def _add(self, text: str) -> None:
        if self._open:
            self._open[-1].texts.append(text)

    def _begin_table(self, name: str) -> None:
        if name == "tbl":
            self._tables += 1
            self._is_first_row = self._is_first_row or self._tables == 1
        elif name == "tr" and self._tables == 1:
            self._row, self._cell = [], []

    def _property(self, name: str, value: str) -> None:
        paragraph = self._open[-1]
        match name:
            case "pStyle":
                paragraph.style = value
            case "outlineLvl":
                paragraph.level = _level(value)
            case "numPr":
                paragraph.depth = paragraph.depth or 0
            case "ilvl" if value.isdecimal():
                paragraph.depth = int(value)
            case "numId":
                paragraph.is_unlisted = value == "0"

    def _keep(self, paragraph: _Paragraph) -> None:
        text = "".join(paragraph.texts)
        if self._tables:
            # A table inside of a cell is text of the cell.
            self._cell.append(text.strip())
            return
        level = paragraph.level if paragraph.level is not None else self._styles.level_of(paragraph.style)
        depth = paragraph.depth if paragraph.depth is not None else self._styles.depth_of(paragraph.style)
        if level:
            # A numbered heading is a heading.
            self.markdown.heading(level, text)
        elif depth is not None and not paragraph.is_unlisted:
            self.markdown.entry(depth, text)
        else:
            self.markdown.paragraph(text)
