"""Cuts a document into facts: one bullet, table row, question with its answer, or short paragraph each.

A fact is as long as what is said on the telephone in one breath. Markdown is understood as far as people use it for
notes (headings, lists, tables, emphasis, links); what is not understood is taken for plain text. Nothing is left out:
what a fact stands under goes with it (headings, the entry or the line with a colon above a list), and a heading with
nothing under it is a fact.

What people upload may be made to keep whoever reads it busy: nothing here takes longer than in proportion to the text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat
from typing import Final

from offhook.knowledge.unfit import TooLong

LONGEST_PARAGRAPH: Final = 220
"""Characters; a longer paragraph is cut into facts at the ends of its sentences."""
LONGEST_FACT: Final = 600
"""Characters; a sentence without end is cut at a space."""
MOST_FACTS: Final = 20_000
"""Of all files of an agent together: a search takes milliseconds with so many."""
MOST_OUTER: Final = 8
"""Entries of lists that an entry stands under; those further out are left away."""

NO_LIST: Final = -1

_HEADING: Final = re.compile(r"(#{1,6})\s+(.*)$")
_BULLET: Final = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$")
_QUESTION: Final = re.compile(r"(?:\*\*|__)?Q(?:uestion)?\s*[:.]\s*(?:\*\*|__)?\s*(.*)$", re.IGNORECASE)
_ANSWER: Final = re.compile(r"(?:\*\*|__)?A(?:nswer)?\s*[:.]\s*(?:\*\*|__)?\s*(.*)$", re.IGNORECASE)
_UNDERLINE: Final = re.compile(r"(=+|-{3,})$")
"""Under a single line: that line is a heading."""
LONGEST_TITLE: Final = 100
_RULE: Final = re.compile(r"\s*(?:[-*_=]\s*){3,}$")
_TABLE_RULE: Final = re.compile(r"[\s|:-]+$")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=[\"'(\[]?[A-ZÀ-Þ0-9])")
_NO_END: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|No|e\.g|i\.e|a\.m|p\.m|approx|vs)\.$", re.IGNORECASE)
_TAIL: Final = 12
"""Characters: none of these is longer, with what has to stand before it."""
_NUMBER: Final = re.compile(r"\W{0,8}\d{1,12}\.")
"""Of an entry: it ends nothing."""
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)?\)")
_MARK: Final = re.compile(r"\*\*|__|\*|`")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One fact of a document."""

    text: str
    """What is said."""
    headings: tuple[str, ...]
    question: str = ""
    """The question that the owner wrote it under, if so."""


def split_document(text: str) -> list[Chunk]:
    """The document's facts, in order. Raises `TooLong`."""
    reader = _Reader()
    for line in _without_comments(text).splitlines():
        reader.line(line)
    reader.end()
    # A document of headings alone says nothing: its owner is to know.
    return reader.chunks if len(reader.chunks) > reader.bare else []


def sentences(text: str) -> list[str]:
    """The sentences of a text; an abbreviation's stop ends none."""
    found: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if not _is_no_end(text, start, match.start()):
            found.append(text[start : match.start()].strip())
            start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def _is_no_end(text: str, begin: int, end: int) -> bool:
    """The stop before `end` is an abbreviation's, or that of a number which the sentence is all of."""
    is_number = end - begin <= 2 * _TAIL and _NUMBER.fullmatch(text, begin, end) is not None
    return is_number or _NO_END.search(text[max(begin, end - _TAIL) : end]) is not None


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        kept.append(text[at:begin])
        at = end + 3
    return "".join([*kept, text[at:]])


class _Reader:
    """Collects the lines of a block until it ends."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.bare = 0
        """So many of them are headings with nothing under them."""
        self._headings: list[tuple[int, str]] = []
        self._is_bare = False
        """Nothing stands under the last heading so far."""
        self._leads: list[tuple[int, str]] = []
        """What the entries of a list stand under, by how far it is indented: an outer entry, or a line with a colon."""
        self._indent = NO_LIST
        """Of the block's list entry."""
        self._above = ""
        """The last entry's text: inner ones may follow behind an empty line."""
        self._is_announcing = False
        """The block ends with a colon and an empty line: a list or a table may follow, or it was all."""
        self._lines: list[str] = []
        self._question = ""
        self._header: list[str] = []
        self._has_rows = False
        self._is_prose = True

    def line(self, line: str) -> None:
        """Take the next line."""
        stripped = line.strip()
        if stripped.startswith("|"):
            self._table_row(stripped)
            return
        self._end_table()
        is_announcing, self._is_announcing = self._is_announcing, False
        if heading := _HEADING.match(stripped):
            self._enter(len(heading[1]), _plain(heading[2].rstrip("#")))
        elif (rule := _UNDERLINE.match(stripped)) and self._is_title():
            title, self._lines = _plain(self._lines[0]), []
            self._enter(1 if rule[1][0] == "=" else 2, title)
        elif not stripped and self._lines and self._lines[-1].rstrip().endswith(":"):
            self._is_announcing = True
        elif not stripped or _RULE.match(stripped) or stripped.startswith("```"):
            self.end_block()
        elif question := _QUESTION.match(stripped):
            self._end_question()
            self._end_list()
            self._question = _plain(question[1])
        elif answer := _ANSWER.match(stripped):
            # An empty line may stand between a question and its answer.
            if self._question:
                self._question, stripped = _plain(" ".join([self._question, *self._lines])), answer[1]
            else:
                self.end_block()
            self._lines, self._is_prose = [stripped], False
        elif bullet := _BULLET.match(line):
            self._begin_entry(len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip()), bullet[1])
        else:
            # Who writes a sentence to a line means a fact to a line.
            is_sentence = bool(self._lines) and self._lines[-1][-1:] in tuple(".!?")
            # A list's entry goes on in the next line, unless that begins at the margin with something of its own.
            is_behind = self._indent != NO_LIST and not line[:1].isspace() and (is_sentence or stripped.endswith(":"))
            if is_announcing or is_behind or (self._is_prose and is_sentence):
                self.end_block()
            self._is_prose = self._is_prose or not self._lines
            if not self._lines and not line[:1].isspace():
                self._end_list()
            self._lines.append(stripped.lstrip("> "))

    def end_block(self) -> None:
        """The block is whole: keep its facts."""
        text = _plain(" ".join(self._lines))
        self._is_prose = True
        if not text:
            return
        question, self._question, self._lines = self._question, "", []
        self._above = text
        parts = [text] if question else list(_parts(text))
        self._keep(Chunk(part, self._path(), question) for part in parts if re.search(r"\w", part))

    def end(self) -> None:
        """The document is over."""
        self._end_table()
        self._end_question()
        self._end_heading(0)

    def _end_question(self) -> None:
        """Nothing follows that could be its answer: what there was is kept."""
        self.end_block()
        question, self._question = self._question, ""
        if question:
            self._keep([Chunk(question, self._path())])

    def _path(self) -> tuple[str, ...]:
        return tuple(name for _, name in (*self._headings, *self._leads))

    def _keep(self, chunks: Iterable[Chunk]) -> None:
        before = len(self.chunks)
        self.chunks += chunks
        if len(self.chunks) > MOST_FACTS:
            raise TooLong
        self._is_bare = self._is_bare and len(self.chunks) == before

    def _is_title(self) -> bool:
        (line, *more) = self._lines or [""]
        return not more and self._is_prose and 0 < len(line) <= LONGEST_TITLE and line[-1] not in ".!?"

    def _announced(self) -> str:
        """What a list or a table directly below stands under: a short line with a colon, or a question."""
        text = _plain(" ".join(self._lines))
        if not text and self._question:
            return self._question
        is_short = self._indent == NO_LIST and not self._question and len(text) <= LONGEST_TITLE
        return text if is_short and text.endswith(":") else ""

    def _begin_under(self, announced: str) -> None:
        """Such a line says nothing of its own."""
        self._lines, self._question = [], ""
        self._leads = [(NO_LIST, announced.rstrip(":").strip())]

    def _end_list(self) -> None:
        self._leads, self._indent, self._above = [], NO_LIST, ""

    def _begin_entry(self, indent: int, text: str) -> None:
        """An entry of a list, under the outer entry that it is indented behind, or under what announced the list."""
        if announced := self._announced():
            self._begin_under(announced)
        is_inner = self._indent != NO_LIST and indent > self._indent
        lead = _plain(" ".join(self._lines)) or self._above
        if is_inner and lead.endswith(":"):
            self._lines = []
        self.end_block()
        if is_inner and 0 < len(lead) <= LONGEST_TITLE:
            self._leads = [*self._leads[-MOST_OUTER + 1 :], (self._indent, lead.rstrip(":").strip())]
        else:
            self._leads = [(outer, name) for outer, name in self._leads if outer < indent]
        self._lines, self._is_prose, self._indent = [text], False, indent

    def _end_heading(self, level: int) -> None:
        """A heading under which nothing stood, not even another, says what it says."""
        if self._is_bare and self._headings and level <= self._headings[-1][0]:
            *above, (_, name) = self._headings
            if re.search(r"\w", name):
                self.chunks.append(Chunk(name, tuple(outer for _, outer in above)))
                self.bare += 1
        self._is_bare = False

    def _enter(self, level: int, name: str) -> None:
        self._end_question()
        self._end_heading(level)
        self._end_list()
        self._headings = [(above, named) for above, named in self._headings if above < level]
        if name:
            self._headings.append((level, name))
            self._is_bare = True

    def _table_row(self, row: str) -> None:
        if not self._header:
            announced = self._announced()
            if not announced:
                self.end_block()
            self._end_list()
            if announced:
                self._begin_under(announced)
        self.end_block()
        cells = [_plain(cell) for cell in row.strip("|").split("|")]
        if _TABLE_RULE.match(row):
            return
        if not self._header:
            self._header, self._has_rows = cells, False
            return
        self._has_rows = True
        # "Double room: price 140 dollars, beds 2."
        named = [
            f"{name.lower()} {cell}" if name else cell
            for name, cell in zip(chain(islice(self._header, 1, len(cells)), repeat("")), cells[1:], strict=False)
            if cell
        ]
        text = ": ".join(part for part in (cells[0], ", ".join(named)) if part)
        if text:
            self._keep([Chunk(f"{text.rstrip('.')}.", self._path())])

    def _end_table(self) -> None:
        """One that has a single row has no header."""
        header, self._header = self._header, []
        text = ", ".join(cell for cell in header if cell)
        if text and not self._has_rows:
            self._keep([Chunk(f"{text.rstrip('.')}.", self._path())])


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
    at = 0
    while len(sentence) - at > LONGEST_FACT:
        cut = sentence.rfind(" ", at, at + LONGEST_FACT)
        cut = cut if cut > at else at + LONGEST_FACT
        yield sentence[at:cut].strip()
        at = cut + (sentence[cut] == " ")
    yield sentence[at:].strip()


def _plain(text: str) -> str:
    return " ".join(_unmarked(_LINK.sub(r"\1", text)).split())


def _unmarked(text: str) -> str:
    """Without the marks of emphasis and code: each of a pair stands at a word, the first before it."""
    opened: dict[str, re.Match[str]] = {}
    pairs: list[re.Match[str]] = []
    for mark in _MARK.finditer(text):
        first = opened.get(mark[0])
        if first is not None and mark.start() > first.end() and not text[mark.start() - 1].isspace():
            pairs += [opened.pop(mark[0]), mark]
        elif first is None and not text[mark.end() : mark.end() + 1].isspace() and mark.end() < len(text):
            opened[mark[0]] = mark
    kept, at = [], 0
    for mark in sorted(pairs, key=re.Match[str].start):
        kept.append(text[at : mark.start()])
        at = mark.end()
    return "".join([*kept, text[at:]])
