"""PDF and Word files for tests, made by hand: as small as they can be, and as wrong as is wanted."""

import base64
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LOCKED_PDF: Final = zlib.decompress(
    base64.b85decode(
        "c-oCo%Wm5+5WMp%_Tpp1_lg7rADYBK(H1eBw3i?UQe3(!3@MOhAn8x`&_8H@q_ol|Lfk_M5Flq~hRdDB`eOA)o@uuD`Rn@+CP6?S"
        "zp}b!d_DB((9i(2N~+4is2G=Qxn$I(BS+1+H;?xOd>yv5XZ*ZBbR$T{-?wQGw_pl!19vm2K9Qb>G3@#+d-8yz_hu$A|9p$_4ek5G"
        "&=f_f6gvM%sSR)Yhw`jA6Vq1WY2O{q2P&<-cDFP4&!CDeXvRNKw;jKLRIUiYC~rJg%9rx0-Hl}~{CW&s3PWQ23Tly}b=Ky_YK0a("
        "RcO7yCS){ZiaeM`iG<`m=0w?}CLgVEB6|`}m*zh~jj}T2g0d=EL>-&hko5_*4+*0#&BScTlA+4FU?dtL${lmgK}g}|0X+<qnE+(s"
        "c>!9hEo6AcWcmD5>0U7FPcSLnDTdVvrcl0M;}F^%4bxn&+iz4_;hVl6K~DkjcU|s5{yATi$m&d$@s64hT|gBo7cs`Fq?cS1q=?J^"
        "p_HI6yJmR2AHn`jdOwC?oCablWQ)b+)r$QFIt|1@"
    )
)
"""Its password is needed to open it."""

Line = tuple[float, bool, str]
"""Size of the type in points, bold, text."""


def pdf(*pages: Sequence[Line]) -> bytes:
    """Each line below the last, 1.2 of its size further down; an empty text leaves a line out."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        drawn, y = [], 800.0
        for size, is_bold, text in lines:
            y -= size * 1.2
            shown = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            drawn.append(f"BT /F{2 if is_bold else 1} {size} Tf 50 {y:.1f} Td ({shown}) Tj ET" if text else "")
        stream = "\n".join(drawn)
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
        )
        parts.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{part}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + end.encode()


def paragraph(text: str, style: str = "", more: str = "") -> str:
    """A paragraph of a Word file; `more`: further properties."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def table(*rows: Sequence[str]) -> str:
    """A table of a Word file."""
    made = "".join(f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in rows)
    return f"<w:tbl>{made}</w:tbl>"


STYLES: Final = f"""<?xml version="1.0"?><w:styles xmlns:w="{W}">
<w:style w:styleId="Tytul"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Own"><w:name w:val="Chapter of mine"/><w:basedOn w:val="Tytul2"/></w:style>
<w:style w:styleId="Tytul2"><w:name w:val="heading 2"/></w:style>
<w:style w:styleId="Outlined"><w:name w:val="Outlined"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:styleId="Bullet"><w:name w:val="List Bullet"/>
<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="Round"><w:name w:val="Round"/><w:basedOn w:val="Round"/></w:style>
</w:styles>"""


def docx(
    body: str,
    styles: str = STYLES,
    head: str = '<?xml version="1.0"?>',
    parts: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """A Word file; `parts` are further ones."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", f'{head}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
        made.writestr("word/styles.xml", styles)
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()
