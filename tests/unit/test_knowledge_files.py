"""Web pages, PDF and Word files become the markdown that facts are cut from; what is made to break is refused."""

import io
import struct
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from offhook.errors import ConfigurationError
from offhook.knowledge import docx_file, extract, markdown
from offhook.knowledge.chunk import MOST_FACTS
from offhook.knowledge.docx_file import read_docx
from offhook.knowledge.html_file import read_html
from offhook.knowledge.kinds import Kind
from offhook.knowledge.pdf_file import read_pdf
from offhook.knowledge.read import text_of
from offhook.knowledge.search import load_knowledge
from offhook.knowledge.unfit import TooLong, Unfit
from tests.office_files import LOCKED_PDF, W, docx, paragraph, pdf, table

PAGE = b"""<!DOCTYPE html><html><head><title>Harbour Hotel</title><style>p { color: red }</style></head><body>
<nav><a href="/">Home</a></nav><h1>Rooms &amp; <em>prices</em></h1>
<p>Breakfast is served<br>from seven.<p>Dogs are welcome.
<ul><li>Single room: 90 euros<ul><li>with a <b>view</b>: 110</li></ul><li>Double room</ul>
<table><tr><th>Day<th>Opens</tr><tr><td>Monday<td>nine</table>
<dl><dt>Parking<dd>behind the house</dl>
<div hidden>secret</div><div style="display:none">secret</div><script>secret()</script><p aria-hidden="true">secret</p>
<h2>Pets</h2><div><div>Cats too</div></div></body></html>"""


def test_a_web_page_is_what_its_reader_sees() -> None:
    text = read_html(PAGE)
    assert text == (
        "# Rooms & prices\n\nBreakfast is served\n\nfrom seven.\n\nDogs are welcome.\n\n- Single room: 90 euros\n"
        "  - with a view: 110\n- Double room\n\n| Day | Opens |\n| Monday | nine |\n\n- Parking: behind the house\n\n"
        "## Pets\n\nCats too\n"
    )


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (b"<html><title>Shop</title><body>Open.", "# Shop\n\nOpen.\n"),
        ("<html><meta charset=iso-8859-1><p>S\u00fc\u00df \u2013 5".encode("cp1252"), "S\u00fc\u00df \u2013 5\n"),
        ("\ufeff<html><p>S\u00fc\u00df".encode("utf-16-le"), "S\u00fc\u00df\n"),
        ("<html><p>S\u00fc\u00df".encode(), "S\u00fc\u00df\n"),
        (b"<html><meta charset=nonsense><p>Caf\xc3\xa9", "Caf\u00e9\n"),
        (b"<html></p></div></ul><p>a</b>b<li>c<p>d", "ab\n\n- c\n\nd\n"),
        (b"<html><table><tr><td><table><tr><td>in</table>out</table>", "in out\n"),
        (b"<html>" + b"<div>" * 5_000 + b"deep", "deep\n"),
        (b"<html><p># not a heading<p>| not a table", "not a heading\n\nnot a table\n"),
        (b"<html><p>a<!-- <p>b --><p>c</html>", "a\n\nc\n"),
    ],
)  # fmt: skip
def test_pages_as_people_and_editors_leave_them(page: bytes, says: str) -> None:
    assert read_html(page) == says


def test_a_word_file_keeps_its_headings_lists_and_tables() -> None:
    body = (
        paragraph("Harbour Hotel", "Tytul") + paragraph("Prices", "Own") + paragraph("A room costs 90 euros.")
        + paragraph("Details", "Outlined") + paragraph("Breakfast", "Bullet")
        + paragraph("from seven", "Bullet", '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>')
        + paragraph("No list", "Bullet", '<w:numPr><w:numId w:val="0"/></w:numPr>') + paragraph("Round", "Round")
        + table(("Day", "Opens"), ("Monday", "nine | ten"))
        + "<w:p><w:r><w:t>We are </w:t></w:r><w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>always</w:t></w:r></w:ins><w:r><w:tab/><w:t>open</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
    )  # fmt: skip
    assert read_docx(docx(body)) == (
        "# Harbour Hotel\n\n## Prices\n\nA room costs 90 euros.\n\n### Details\n\n- Breakfast\n  - from seven\n\n"
        "No list\n\nRound\n\n| Day | Opens |\n| Monday | nine / ten |\n\nWe are always open\n"
    )


def test_a_word_file_that_was_made_to_break_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    deep = "<w:sdt>" * 1_000 + "</w:sdt>" * 1_000
    cases = [
        (docx("&b;", head=bomb), "document type"),
        (docx(paragraph("x"), styles=f"{bomb}<w:styles xmlns:w='{W}'/>"), "document type"),
        (docx(deep), "too deep"),
        (docx("<w:p>"), "damaged"),
        (docx(paragraph("x"))[:-40], "damaged"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
    ]
    for data, says in cases:
        with pytest.raises(Unfit, match=says):
            read_docx(data)
    # A part that unpacks to more than is read: it is not unpacked to its end.
    monkeypatch.setattr(docx_file, "MOST_BYTES", 1 << 20)
    with pytest.raises(Unfit, match="unpacked"):
        read_docx(docx("<w:p/>" * 1_000_000))
    # One that is not needed is not unpacked at all.
    assert read_docx(docx(paragraph("x"), parts={"word/media/large.bin": bytes(8 << 20)})) == "x\n"


def test_a_pdf_has_headings_by_its_type() -> None:
    first = [
        (20, False, "Harbour Hotel"), (11, True, "Opening hours"), (11, False, "We are open every day, and the"),
        (11, False, "restaurant is open until mid-"), (11, False, "night. Dogs are welcome."), (11, False, ""),
        (11, False, ""), (11, False, "\u2022 Soup costs 4 euros."), (11, False, "\u2022 Bread is free."),
        (8, False, "1"),
    ]  # fmt: skip
    second = [(15, False, "Rooms (all)"), (11, False, "A single room costs 90 euros."), (8, False, "2")]
    assert read_pdf(pdf(first, second)) == (
        "# Harbour Hotel\n\n### Opening hours\n\nWe are open every day, and the restaurant is open until midnight. "
        "Dogs are welcome.\n\n"
        "- Soup costs 4 euros.\n- Bread is free.\n\n## Rooms (all)\n\nA single room costs 90 euros.\n"
    )


def test_what_stands_on_every_page_is_no_fact() -> None:
    pages = [
        [(9.0, False, "Hotel, 1 Quay"), (11.0, False, f"Fact number {word}."), (9.0, False, f"Page {number} of 4")]
        for number, word in enumerate(("one", "two", "three", "four"), 1)
    ]
    text = read_pdf(pdf(*pages))
    assert "Fact number three." in text and "Quay" not in text and "Page" not in text


def test_a_pdf_that_cannot_be_read_says_why() -> None:
    for data, says in ((LOCKED_PDF, "password"), (b"%PDF-1.7 nothing", "damaged"), (pdf([]), "pictures")):
        with pytest.raises(Unfit, match=says):
            read_pdf(data)


# ── by content, elsewhere ────────────────────────────────────────────────────────────────────────────────────────────


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("menu.txt", pdf([(11, False, "Soup")]), "this is a PDF: give it a name that ends in .pdf"),
        ("menu.pdf", b"Soup", "this is not a PDF"),
        ("menu.docx", PAGE, "this is a web page"),
        ("menu.md", b"\xef\xbb\xbf  <!-- x --><HTML lang=en>", "ends in .html"),
        ("menu.docx", archive("xl/workbook.xml"), "Excel"),
        ("menu.docx", archive("a.txt"), "an archive"),
        ("menu.docx", b"\xd0\xcf\x11\xe0rest", "old Word file"),
        ("menu.pdf", b"\x89PNG", "a picture"),
        ("menu.exe", b"MZ", "expected a name that ends in"),
    ],
)  # fmt: skip
def test_the_content_says_what_a_file_is(name: str, data: bytes, says: str) -> None:
    with pytest.raises(Unfit, match=says):
        text_of(name, data)


def test_files_are_read_in_a_process_of_its_own_that_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert text_of("page.htm", PAGE)[0] is Kind.HTML
    assert text_of("a.pdf", pdf([(11, False, "Soup costs 4 euros.")])) == (Kind.PDF, "Soup costs 4 euros.\n")
    # The reading process is told nothing but the file.
    with pytest.raises(Unfit, match="password"):
        text_of("a.pdf", LOCKED_PDF)
    monkeypatch.setattr(extract, "TIME_S", 0.001)
    with pytest.raises(Unfit, match="more time or memory"):
        text_of("page.html", PAGE)
    monkeypatch.setattr(markdown, "MOST_CHARS", 100)
    with pytest.raises(TooLong):
        read_html(PAGE)


def test_an_agents_folder_may_hold_them(tmp_path: Path) -> None:
    (tmp_path / "hotel.docx").write_bytes(docx(paragraph("Parking", "Tytul") + paragraph("The garage is free.")))
    (tmp_path / "menu.pdf").write_bytes(pdf([(18, False, "Kitchen"), (11, False, "Soup is 4 euros, bread is free.")]))
    (tmp_path / "page.html").write_bytes(PAGE)
    facts = load_knowledge(["hotel.docx", "menu.pdf", "page.html"], tmp_path).all()
    sources = {fact.text: fact.source for fact in facts}
    assert sources["The garage is free."] == "hotel.docx > Parking"
    assert sources["Soup is 4 euros, bread is free."] == "menu.pdf > Kitchen"
    assert sources["Monday: opens nine."] == "page.html > Rooms & prices"
    (tmp_path / "menu.pdf").write_bytes(LOCKED_PDF)
    with pytest.raises(ConfigurationError, match=r"menu\.pdf: knowledge: it is protected with a password"):
        load_knowledge(["menu.pdf"], tmp_path)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("name;price\nbread;2", "- name: bread; price: 2"),
        ("name\tprice\nbread, dark\t2", "- name: bread, dark; price: 2"),
        ('"a;b;c;d", "e"\n1, 2', "- a;b;c;d: 1; e: 2"),
        ('name,"say ""hi"", now"\nx,y', '- name: x; say "hi", now: y'),
        ("\nonly\none", "- only: one"),
    ],
)
def test_a_table_is_cut_where_its_first_line_is(text: str, facts: str) -> None:
    assert text_of("a.csv", text.encode()) == (Kind.TABLE, facts)


@pytest.mark.parametrize("unit", [',"', '\n"', '"a,', '"x" ', "\"'"])
def test_a_table_of_quotes_is_read_at_once(unit: str) -> None:
    """Looking for the kind of table took seconds, in which nothing else ran."""
    begun_at = time.thread_time()
    with suppress(Unfit, TooLong):
        text_of("a.csv", (unit * (4_096 // len(unit))).encode())
    assert time.thread_time() - begun_at < 0.5


def test_a_table_has_an_end() -> None:
    with pytest.raises(TooLong):
        text_of("a.csv", b"a,b\n" + b"1,2\n" * (MOST_FACTS + 1))


@pytest.mark.parametrize("name", ["a.docx", "a.zip", "a.md", "a.xlsx"])
def test_no_archive_is_opened_here(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few megabytes of entries take seconds: that is for the process that has bounds."""

    def opened(*_: object) -> None:
        raise AssertionError("opened in this process")

    monkeypatch.setattr(zipfile, "ZipFile", opened)
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, *[0] * 7, 2, *[0] * 6) + b"ab"
    many = entry * 20_000
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 20_000, 20_000, len(many), 4, 0)
    with pytest.raises(Unfit, match=r"too many parts|archive|expected a name"):
        text_of(name, b"PK\x03\x04" + many + end)
