"""Reads a web page as it was saved: what a reader sees of it, without its programs, menus and hidden parts.

The page is read as people's editors write it, whole or not: a tag that is never closed closes nothing else. Nothing is
fetched, and nothing of it is done.
"""

import codecs
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final

from offhook.knowledge.markdown import Markdown

_SILENT: Final = frozenset(
    {"script", "style", "noscript", "template", "svg", "math", "head", "nav", "iframe", "object", "canvas", "audio",
     "video", "select", "button", "textarea", "dialog"}
)  # fmt: skip
"""Nothing in these is said to a reader; the title is, see below."""
_EMPTY: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
     "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "li", "main", "ol", "p", "pre",
     "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)  # fmt: skip
_LISTS: Final = frozenset({"ul", "ol", "menu"})
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
LOOKED_AT: Final = 4_096
"""Bytes in which the page names its encoding (the standard says 1,024; people write more in front)."""
MOST_DEPTH: Final = 500


def read_html(data: bytes) -> str:
    """The page's text as markdown. Raises `TooLong`."""
    reader = _Reader()
    reader.feed(decoded(data))
    reader.close()
    return reader.done()


def decoded(data: bytes) -> str:
    """The page's signs: by its byte order mark, by what it names, as UTF-8, or as old editors wrote."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    named = _CHARSET.search(data[:LOOKED_AT])
    for name in (named[1].decode("ascii") if named else "utf-8", "utf-8"):
        # Every byte means something in Latin-1: browsers take that, and ASCII, for what Windows wrote.
        old = name.lower() in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii")
        try:
            return data.decode("cp1252" if old else name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


class _Reader(HTMLParser):
    """Blocks of text between the tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._markdown = Markdown()
        self._open: list[tuple[str, bool]] = []
        """Tags that are open, and whether nothing in them is said."""
        self._silent = 0
        self._text: list[str] = []
        self._title: list[str] = []
        self._is_title = False
        self._level = 0
        """Of the heading that is open."""
        self._lists: list[str] = []
        self._is_entry = False
        self._term = ""
        self._rows: list[list[str]] = []
        """Of the table that is open; tables in tables are read as text of their cell."""
        self._heads: list[int] = []
        """In each of its rows so many cells are headings (`th`)."""
        self._tables = 0
        self._is_cell = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """A tag begins."""
        if tag == "title":
            self._is_title = True
        if tag in _EMPTY:
            if tag in ("br", "hr"):
                self._break(tag)
            elif tag == "img" and not self._silent:
                self._text.append(" ")
            return
        if len(self._open) >= MOST_DEPTH:
            return
        given = dict(attrs)
        is_silent = tag in _SILENT or "hidden" in given or bool(_HIDDEN.search(given.get("style") or ""))
        is_silent = is_silent or (given.get("aria-hidden") or "").lower() == "true"
        self._close_implied(tag)
        self._open.append((tag, is_silent))
        self._silent += is_silent
        if not self._silent:
            self._begin(tag)

    def handle_endtag(self, tag: str) -> None:
        """A tag ends, and with it all that was left open inside."""
        if tag == "title":
            self._is_title = False
        if tag not in (name for name, _ in self._open):
            return
        while self._open:
            name, is_silent = self._open.pop()
            if not self._silent:
                self._end(name)
            self._silent -= is_silent
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        """Text."""
        if self._is_title and len(self._title) < 20:
            self._title.append(data)
        elif not self._silent:
            self._text.append(data)

    def done(self) -> str:
        """The markdown."""
        while self._open:
            self.handle_endtag(self._open[-1][0])
        self._flush()
        text, title = self._markdown.text, Markdown()
        title.heading(1, "".join(self._title))
        # The title of a page says what it is about; a page with a heading of its own says it there.
        has_heading = re.search(r"(?m)^# ", text) is not None
        return text if has_heading or not text or not title.text else f"{title.text}\n{text}"

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────

    def _close_implied(self, tag: str) -> None:
        """Entries, rows, cells and paragraphs may be left open (HTML, 13.1.2.4)."""
        closing = {"li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd"), "tr": ("tr",), "td": ("td", "th"),
                   "th": ("td", "th"), "option": ("option",)}.get(tag, ())  # fmt: skip
        outer = {"li": _LISTS, "tr": {"table"}, "td": {"tr", "table"}, "th": {"tr", "table"}}.get(tag, {"dl", "select"})
        if tag in _BLOCKS or tag in _HEADINGS:
            closing = (*closing, "p")
        for name, _ in reversed(self._open):
            if name in closing:
                self.handle_endtag(name)
                return
            if name in outer or name in ("div", "section", "article", "body", "blockquote"):
                return

    def _begin(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._flush()
            self._level = _HEADINGS[tag]
        elif tag in _BLOCKS or tag in _LISTS:
            self._flush()
        if tag in _LISTS:
            self._lists.append(tag)
        elif tag == "li":
            self._is_entry = True
        elif tag == "table":
            self._tables += 1
            if self._tables == 1:
                self._rows, self._heads = [], []
        elif tag == "tr" and self._tables == 1:
            self._rows.append([])
            self._heads.append(0)
        elif tag in ("td", "th") and self._tables == 1:
            self._is_cell = True
            if tag == "th" and self._heads:
                self._heads[-1] += 1

    def _end(self, tag: str) -> None:
        if tag in ("td", "th") and self._tables == 1:
            text = self._taken()
            self._is_cell = False
            if self._rows:
                self._rows[-1].append(text)
        elif tag in _HEADINGS or tag in _BLOCKS or tag in _LISTS:
            self._flush(is_term=tag == "dt")
        if tag in _LISTS and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._is_entry = False
        elif tag == "table":
            self._tables -= 1
            if not self._tables:
                self._end_table()

    def _break(self, tag: str) -> None:
        if self._silent:
            return
        if tag == "hr" or not (self._is_cell or self._level):
            self._flush(keeps=True)
        else:
            self._text.append(" ")

    def _taken(self) -> str:
        text, self._text = " ".join("".join(self._text).split()), []
        return text

    def _flush(self, *, is_term: bool = False, keeps: bool = False) -> None:
        """The block is whole. `keeps`: a line of it, and more of the same follow."""
        if self._is_cell:
            self._text.append(" ")
            return
        text = self._taken()
        if not text:
            return
        if is_term:
            self._term = text
            return
        term, self._term = self._term, ""
        if self._level:
            self._markdown.heading(self._level, text)
            self._level = self._level if keeps else 0
        elif term:
            self._markdown.entry(0, f"{term}: {text}")
        elif self._is_entry or (self._lists and keeps):
            self._markdown.entry(max(0, len(self._lists) - 1), text)
            # What follows in the same entry, as a paragraph of its own, stands below it.
            self._is_entry = False
        elif self._lists:
            self._markdown.entry(len(self._lists), text)
        else:
            self._markdown.paragraph(text)

    def _end_table(self) -> None:
        rows = [row for row in self._rows if any(row)]
        if rows and max(map(len, rows)) == 1:
            # A table of one column is a layout.
            for row in rows:
                self._markdown.paragraph(row[0])
        elif rows and not self._has_names():
            for row in rows:
                name, *cells = [cell for cell in row if cell]
                self._markdown.entry(0, f"{name.rstrip(':')}: {', '.join(cells)}" if cells else name)
        else:
            for number, row in enumerate(rows):
                self._markdown.row(row, is_first=number == 0)
        self._rows = []

    def _has_names(self) -> bool:
        """The first row names the columns: it is marked so, or nothing is, and it tells no figures."""
        number = next(at for at, row in enumerate(self._rows) if any(row))
        row, heads = self._rows[number], self._heads[number]
        return heads > 1 if any(self._heads) else not re.search(r"\d", " ".join(row[1:]))
