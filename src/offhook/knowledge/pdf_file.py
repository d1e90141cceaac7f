"""Reads a PDF file with PDFium: its lines in the order of the page, headings by the size and the weight of their type.

A PDF knows no headings and no paragraphs, only signs at places. What most of the text is written in is its body; a
short line that is larger, or bold where the body is not, is a heading.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from offhook.knowledge.markdown import Markdown
from offhook.knowledge.unfit import TooLong, Unfit

MOST_PAGES: Final = 1_000
MOST_CHARS: Final = 6_000_000
LARGER: Final = 1.12
"""So much larger than the body is a heading."""
BOLD: Final = 600
"""Of PDFium's font weights, 100 to 900."""
HEADING_CHARS: Final = 120
HEADING_LINES: Final = 3
_BULLETS: Final = "•‣▪●◦–·∙■□➢\uf0b7"
_LEADING: Final = 1.5
"""Of a line's height: lines further apart are of two paragraphs."""
_REPEATED: Final = 3
"""A line that stands at the top or the bottom of so many pages is a header or a footer."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    is_bold: bool
    y: float
    """Of what it stands on, from the page's bottom, in points."""
    page: int


def read_pdf(data: bytes) -> str:
    """The file's text as markdown. Raises `Unfit`, `TooLong`. Slow, and in a library that is written in C++: for a
    process of its own."""
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise Unfit("it is protected with a password: save it without one") from error
        raise Unfit("this PDF is damaged: print it to a new PDF") from error
    try:
        if len(document) > MOST_PAGES:
            raise Unfit(f"it has {len(document):,} pages, and {MOST_PAGES:,} are read: keep what callers ask about")
        lines = [line for number in range(len(document)) for line in _page(document, number, raw)]
    except pypdfium2.PdfiumError as error:
        raise Unfit("this PDF is damaged: print it to a new PDF") from error
    finally:
        document.close()
    if not lines:
        raise Unfit("there is no text in it: its pages are pictures. Save it with text recognised, or type it")
    return _written(_without_margins(lines))


def _page(document: Any, number: int, raw: Any) -> Iterator[_Line]:
    import ctypes

    page = document[number]
    text = page.get_textpage()
    try:
        count = text.count_chars()
        if count > MOST_CHARS:
            raise TooLong
        signs: list[str] = []
        # The line's type is that of its first letter: bullets are often of another.
        first = letter = -1
        for index in range(count + 1):
            code = raw.FPDFText_GetUnicode(text, index) if index < count else 10
            sign = chr(code) if code else ""
            if sign not in ("\n", "\r"):
                # 0xFFFE and U+0002: where a word was hyphenated.
                sign = "\u00ad" if sign in ("\x02", "\ufffe") else sign
                first = index if first < 0 and sign.strip() else first
                letter = index if letter < 0 and sign.isalnum() else letter
                signs.append(sign)
                continue
            line = "".join(signs).strip()
            if line and first >= 0:
                first = letter if letter >= 0 else first
                x, y = ctypes.c_double(), ctypes.c_double()
                raw.FPDFText_GetCharOrigin(text, first, x, y)
                size, weight = raw.FPDFText_GetFontSize(text, first), raw.FPDFText_GetFontWeight(text, first)
                yield _Line(line, round(size, 1), weight >= BOLD or _is_named_bold(text, first, raw), y.value, number)
            signs, first, letter = [], -1, -1
    finally:
        text.close()
        page.close()


def _is_named_bold(text: Any, index: int, raw: Any) -> bool:
    """Many files give every font the same weight, and say it in its name alone."""
    import ctypes

    name, flags = ctypes.create_string_buffer(120), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, index, name, 120, flags)
    told = name.value.lower()
    return b"bold" in told or b"black" in told or b"heavy" in told


def _without_margins(lines: Sequence[_Line]) -> list[_Line]:
    """Without what stands at the top or the bottom of page after page, and without page numbers."""
    edges: Counter[str] = Counter()
    pages: dict[int, list[_Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    outer = {id(line) for page in pages.values() if len(page) > 2 for line in (page[0], page[-1])}
    edges.update(_unnumbered(line.text) for line in lines if id(line) in outer)
    most = max(_REPEATED, len(pages) // 2)
    kept = []
    for line in lines:
        same = _unnumbered(line.text)
        is_margin = id(line) in outer and (edges[same] >= most or not same.strip(" -–|/"))
        if not is_margin:
            kept.append(line)
    return kept


def _unnumbered(text: str) -> str:
    return "".join(sign for sign in text if not sign.isdigit())


def _written(lines: Sequence[_Line]) -> str:
    letters: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        letters[line.size, line.is_bold] += len(line.text)
    body, is_body_bold = letters.most_common(1)[0][0] if letters else (0.0, False)
    sizes = sorted({line.size for line in lines if line.size >= body * LARGER}, reverse=True)
    markdown = Markdown()
    for block, level in _blocks(lines, body, is_body_bold, sizes):
        text = _joined(block)
        if level:
            markdown.heading(level, text)
        elif text[:1] in _BULLETS and len(text) > 2:
            markdown.entry(0, text[1:])
        else:
            markdown.paragraph(text)
    return markdown.text


def _blocks(
    lines: Sequence[_Line], body: float, is_body_bold: bool, sizes: Sequence[float]
) -> Iterator[tuple[list[_Line], int]]:
    """Lines that belong together, with the level of the heading that they are; 0: none."""

    def level_of(line: _Line) -> int:
        if line.text[0] in _BULLETS:
            return 0
        if line.size >= body * LARGER:
            return min(1 + sizes.index(line.size), 5)
        is_title = line.is_bold and not is_body_bold and len(line.text) <= HEADING_CHARS
        return min(1 + len(sizes), 6) if is_title and line.text[-1] not in ".,;" else 0

    block: list[_Line] = []
    for line in lines:
        if block and not _goes_on(block, line, level_of):
            yield from _judged(block, level_of(block[0]))
            block = []
        block.append(line)
    if block:
        yield from _judged(block, level_of(block[0]))


def _judged(block: list[_Line], level: int) -> Iterator[tuple[list[_Line], int]]:
    is_heading = level and len(block) <= HEADING_LINES and sum(len(line.text) for line in block) <= HEADING_CHARS
    yield block, level if is_heading else 0


def _goes_on(block: Sequence[_Line], line: _Line, level_of: Any) -> bool:
    last = block[-1]
    if line.text[0] in _BULLETS or (line.size, level_of(line)) != (last.size, level_of(last)):
        return False
    if line.page != last.page:
        return last.text[-1] not in ".!?:" and line.text[0].islower()
    gap = last.y - line.y
    usual = _leading(block) * 1.25 if len(block) > 1 else last.size * _LEADING
    # Another column begins above; a line that stands in the same row is a cell of a table.
    return -last.size * 0.5 <= gap <= usual


def _leading(block: Sequence[_Line]) -> float:
    gaps = [above.y - below.y for above, below in pairwise(block)]
    return min(gaps) if gaps else 0.0


def _joined(block: Sequence[_Line]) -> str:
    text = ""
    for line in block:
        piece = line.text
        if text.endswith("\u00ad") or (text.endswith("-") and text[-2:-1].isalpha() and piece[:1].islower()):
            text = text[:-1] + piece
        else:
            text = f"{text} {piece}" if text else piece
    return text.replace("\u00ad", "")
