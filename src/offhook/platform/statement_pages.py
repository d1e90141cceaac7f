"""A month's statement as pages to print. Slow: for a thread."""

import io
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from offhook import clock
from offhook.platform.price_book import Component
from offhook.platform.statements import dollars, rows_of, span_of, summary_of
from offhook.platform.usage import Usage

FONT: Final = "Vera"
BOLD: Final = "VeraBd"
MOST_LINES: Final = 5_000
"""Of a statement that somebody prints; all of them are in the table (CSV)."""
_HEAD: Final = ("What", "Quantity", "Unit", "Price, USD", "Amount, USD", "")
_WIDTHS: Final = (190, 70, 70, 75, 75, 45)
_SUM: Final = (
    "The sum of the costs of the calls that began in this month, to the last nano-dollar. Samples and tests are not in "
    "it. Calls that were deleted since are."
)
_PRICES: Final = (
    "Estimate: at the vendor's list price as it was seen; what the vendor takes may be another sum. Agreed: at your "
    "own price. What has no known price is listed, and not in the sum."
)


def as_pdf(usage: Usage, workspace: str) -> bytes:
    """A4, with a table for each agent."""
    # A heavy library, which a server that prints no statement does not need.
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    for name in (FONT, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    glyphs = frozenset(pdfmetrics.getFont(FONT).face.charToGlyph)
    body = ParagraphStyle("body", fontName=FONT, fontSize=8.5, leading=12)
    head = ParagraphStyle("head", parent=body, fontName=BOLD, fontSize=15, leading=20)
    under = ParagraphStyle("under", parent=body, fontName=BOLD, fontSize=10, leading=16, spaceBefore=10)

    def text(words: str, style: Any = body) -> Any:
        return Paragraph(_marked_up(_shown(words, glyphs)), style)

    parts: list[Any] = [text(f"Usage in {usage.month.name}", head)]
    parts += [text(workspace, under)] if workspace else []
    parts += [text(span_of(usage)), text(f"Made on {clock.rfc3339(clock.wall_ms())}")]
    parts += [text(f"Total: {dollars(usage.nano)} USD", under), *(text(told) for told in _by_component(usage))]
    left = MOST_LINES
    for agent in usage.agents:
        rows = [[_shown(cell, glyphs) for cell in row] for row in rows_of(usage, agent)][:left]
        left -= len(rows)
        name = f"{agent.name} ({agent.agent_id})" if agent.agent_id else "Calls of no agent"
        parts += [text(name, under), text(summary_of(agent)), Spacer(1, 4)]
        parts += [_table(rows)] if rows else []
    if left <= 0:
        parts.append(text("There is more: the whole list is in the table (CSV)."))
    parts += [Spacer(1, 12), text(_SUM), text(_PRICES)]
    out = io.BytesIO()
    title = f"Usage in {usage.month.name}"
    made = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=36, rightMargin=36, topMargin=40, bottomMargin=40, title=title
    )
    made.build(parts)
    return out.getvalue()


def _by_component(usage: Usage) -> Iterator[str]:
    for component in Component:
        nano = sum(line.nano or 0 for line in usage.lines if line.component == component)
        if nano:
            yield f"{component}: {dollars(nano)} USD"


def _table(rows: list[list[str]]) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import Table, TableStyle

    table = Table([list(_HEAD), *rows], colWidths=_WIDTHS, repeatRows=1)
    table.setStyle(TableStyle([
        ("FONT", (0, 0), (-1, 0), BOLD, 7), ("FONT", (0, 1), (-1, -1), FONT, 7),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, colors.black), ("LINEBELOW", (0, 1), (-1, -1), 0.2, colors.lightgrey),
        ("ALIGN", (1, 0), (1, -1), "RIGHT"), ("ALIGN", (3, 0), (4, -1), "RIGHT"), ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]))  # fmt: skip
    return table


def _shown(words: str, glyphs: frozenset[int]) -> str:
    """In signs that the font has: without accents where it has none with them, a question mark where it has none."""
    return "".join(_sign(sign, glyphs) for sign in words)


def _sign(sign: str, glyphs: frozenset[int]) -> str:
    if ord(sign) in glyphs:
        return sign
    plain = [part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)]
    return "".join(part if ord(part) in glyphs else "?" for part in plain)


def _marked_up(words: str) -> str:
    """Nothing in a name is a mark of the library's."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
