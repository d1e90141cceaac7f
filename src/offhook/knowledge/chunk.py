"""Cuts a document into facts: one bullet, table row, question with its answer, or short paragraph each.

A fact is as long as what is said on the telephone in one breath. Markdown is understood as far as people use it for
notes (headings, lists, tables, emphasis, links); what is not understood is taken for plain text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_PARAGRAPH: Final = 220
"""Characters; a longer paragraph is cut into facts at the ends of its sentences."""
LONGEST_FACT: Final = 600
"""Characters; a sentence without end is cut at a space."""
MOST_FACTS: Final = 20_000

_HEADING: Final = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_BULLET: Final = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$")
_QUESTION: Final = re.compile(r"(?:\*\*|__)?Q(?:uestion)?\s*[:.]\s*(?:\*\*|__)?\s*(.*)$", re.IGNORECASE)
_ANSWER: Final = re.compile(r"(?:\*\*|__)?A(?:nswer)?\s*[:.]\s*(?:\*\*|__)?\s*(.*)$", re.IGNORECASE)
_RULE: Final = re.compile(r"\s*(?:[-*_=]\s*){3,}$")
_TABLE_RULE: Final = re.compile(r"[\s|:-]+$")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=[\"'(\[]?[A-ZÀ-Þ0-9])")
_NO_END: Final = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|No|e\.g|i\.e|a\.m|p\.m|approx|vs)|^\W*\d+)\.$", re.IGNORECASE)
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS: Final = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One fact of a document."""

    text: str
    """What is said."""
    headings: tuple[str, ...]
    question: str = ""
    """The question that the owner wrote it under, if so."""


def split_document(text: str) -> list[Chunk]:
    """The document's facts, in order."""
    reader = _Reader()
    for line in _COMMENT.sub("", text).splitlines():
        reader.line(line)
    reader.end_block()
    return reader.chunks[:MOST_FACTS]


def sentences(text: str) -> list[str]:
    """The sentences of a text; an abbreviation's stop ends none."""
    found: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if not _NO_END.search(text[start : match.start()]):
            found.append(text[start : match.start()].strip())
            start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


class _Reader:
    """Collects the lines of a block until it ends."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self._headings: list[tuple[int, str]] = []
        self._lines: list[str] = []
        self._question = ""
        self._header: list[str] = []
        self._is_prose = True

    def line(self, line: str) -> None:
        """Take the next line."""
        stripped = line.strip()
        if stripped.startswith("|"):
            self._table_row(stripped)
            return
        self._header = []
        if heading := _HEADING.match(stripped):
            self._enter(len(heading[1]), _plain(heading[2]))
        elif not stripped or _RULE.match(stripped) or stripped.startswith("```"):
            self.end_block()
        elif question := _QUESTION.match(stripped):
            self.end_block()
            self._question = _plain(question[1])
        elif answer := _ANSWER.match(stripped):
            # An empty line may stand between a question and its answer.
            self._lines, self._is_prose = [answer[1] if self._question else stripped], False
        elif bullet := _BULLET.match(line):
            self.end_block()
            self._lines, self._is_prose = [bullet[1]], False
        else:
            # Who writes a sentence to a line means a fact to a line.
            if self._is_prose and self._lines and self._lines[-1][-1:] in tuple(".!?"):
                self.end_block()
            self._is_prose = self._is_prose or not self._lines
            self._lines.append(stripped.lstrip("> "))

    def end_block(self) -> None:
        """The block is whole: keep its facts."""
        text = _plain(" ".join(self._lines))
        self._is_prose = True
        if not text:
            return
        question, self._question, self._lines = self._question, "", []
        path = tuple(name for _, name in self._headings)
        parts = [text] if question else list(_parts(text))
        self.chunks += [Chunk(part, path, question) for part in parts if re.search(r"\w", part)]

    def _enter(self, level: int, name: str) -> None:
        self.end_block()
        self._question = ""
        self._headings = [(above, named) for above, named in self._headings if above < level]
        if name:
            self._headings.append((level, name))

    def _table_row(self, row: str) -> None:
        self.end_block()
        cells = [_plain(cell) for cell in row.strip("|").split("|")]
        if _TABLE_RULE.match(row):
            return
        if not self._header:
            self._header = cells
            return
        # "Double room: price 140 dollars, beds 2."
        named = [
            f"{name.lower()} {cell}" if name else cell
            for name, cell in zip(self._header[1:] + [""] * len(cells), cells[1:], strict=False)
            if cell
        ]
        text = f"{cells[0]}: {', '.join(named)}" if named else cells[0]
        if text:
            self.chunks.append(Chunk(f"{text.rstrip('.')}.", tuple(name for _, name in self._headings)))


def _parts(text: str) -> Iterator[str]:
    """A short paragraph whole; of a longer one as many sentences together as stay short."""
    part = ""
    for sentence in sentences(text):
        for piece in _cut(sentence):
            if part and len(part) + len(piece) + 1 > LONGEST_PARAGRAPH:
                yield part
                part = ""
            part = f"{part} {piece}".strip()
    if part:
        yield part


def _cut(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST_FACT:
        cut = sentence.rfind(" ", 0, LONGEST_FACT)
        cut = cut if cut > 0 else LONGEST_FACT
        yield sentence[:cut]
        sentence = sentence[cut:].strip()
    yield sentence


def _plain(text: str) -> str:
    text = _LINK.sub(r"\1", text)
    text = _EMPHASIS.sub(r"\2", text)
    return " ".join(text.split())
