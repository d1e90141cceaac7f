"""A reply's text, as it streams, cut into segments: the first as soon as it can be spoken, the later ones longer.

Where it is cut depends on the text alone, never on the pieces in which it comes: each place where a segment could end
is judged once, in order, when the text behind it tells enough, and what was judged is not looked at again.
"""

import re
import unicodedata
from enum import Enum
from typing import Final

from offhook.core.abbreviations import (
    AFTER_ORDINALS,
    ARTICLES,
    BEFORE_NUMBERS,
    DOMAINS,
    NEVER_LAST,
    NEVER_LAST_LETTERS,
    OFTEN_LAST,
    STARTERS,
)

FIRST_MIN_CHARS: Final = 8
"""A first clause shorter than this sounds chopped."""
CLAUSE_MIN_CHARS: Final = 30
"""A later segment ends at a comma only from here on; at the end of a sentence always."""
LONGEST_CHARS: Final = 240
"""A text without any punctuation is cut at a space. No more of it is looked at, so that each cut costs the same."""
LOOKAHEAD_CHARS: Final = 40
"""So much of what follows is waited for; longer words are none that would tell more."""
MOST_MARKS: Final = 8
"""Accents on one letter: it is not parted from them."""
_WINDOW: Final = LONGEST_CHARS + LOOKAHEAD_CHARS + 1

_STOPS: Final = "。｡।॥۔։።፨။។៕།༎༏෴᠃᠉᱾᱿꫰꯫꧈꧉꩝꩞꩟᪨᪩᭚᭛᭞᭟᥄꓿꘎꛳꡶꡷꣎꣏꤯"
"""Full stops of the scripts that have their own: no space need follow (Unicode's Sentence_Terminal)."""
_CALLS: Final = "！？؟፧᥅꘏꛷‼⁇⁈⁉⸮‽"
"""Their marks of questions and calls: these come in rows."""
_COMMAS: Final = "，；：、､،؛፣፤၊᠂"
_WIDE: Final = "。｡！？，、；：､"
"""Of scripts in which a character says about twice as much."""
_CLOSERS: Final = "\"'”’“»›«‹)\\]}」』）】》〉*_`~"
_OPENERS: Final = '"“„«‹(\\[{「『（【《〈*'
_THAI: Final = "\u0e01-\u0e5b\u0e81-\u0edf"
# Each run of signs is tried once, from its beginning: tried from every sign of it, a row of dots would cost its square.
# It begins with one set of signs, which is quick to search for; what kind of sign was found is asked behind it.
_SIGN: Final = re.compile(
    rf"[{_STOPS}፡{_CALLS}.!?…．\n,;{_COMMAS}:–— ](?:"
    rf"(?<=[{_STOPS}])(?P<stop>)"
    r"|(?<=፡፡)(?P<double>)"
    rf"|(?<=[{_CALLS}])[{_CALLS}!?]*+(?P<call>)"
    r"|(?<=[.!?…．])[.!?…．]*+(?P<dot>)"
    r"|(?<=\n)(?P<line>)"
    rf"|(?<=[^\W\d_][,;])(?P<comma>)"
    rf"|(?<=[{_COMMAS}])(?P<pause>)"
    r"|(?<=[,;:–—])[,;:–—]*+(?P<mark>)"
    rf"|(?<=[{_THAI}] )(?!\s)(?P<gap>))"
)
_CLOSING: Final = re.compile(rf"[{_CLOSERS}]{{0,8}}+")
_SPACED: Final = re.compile(r"[ \u00a0\u202f]?[»›]|[ \u00a0\u202f]?+\Z")
"""French puts a space before its closing quotes."""
_HAS_OPENER: Final = re.compile(rf"[{_OPENERS}]")
_LEADING: Final = re.compile(rf"[\s.!?…．,;:–—{_COMMAS}{_STOPS}{_CALLS}{_CLOSERS}]*+")
"""Signs at the beginning end nothing."""
_ARMENIAN: Final = re.compile(r"[\u0531-\u058f]")
_GREEK: Final = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")

_PARTS: Final = re.compile(r"[-/'’]")
_LETTERS: Final = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
"""Letters with dots: an initial, "e.g.", "U.S.", "p.m."."""
_TIME_OF_DAY: Final = re.compile(r"[ap]\.m", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:\d{1,2}\.)?\d{1,3}")
_ORDINAL: Final = re.compile(
    r"(?<!\bI )\b(?:am|vom|zum|zur|bis|ab|im|beim|der|die|das|dem|den|des)\s\d{1,2}$", re.IGNORECASE
)
"""German writes its ordinals with a dot: "am 29. Juli", "im 3. Stock"."""
_NEXT_WORD: Final = re.compile(r"((?:[^\w\n]|_)*+)([^\W_][\w'’]*+)")


_PHRASE_CHARS: Final = 16
"""The phrases that are looked for before a dot are shorter."""
_AND_SO_ON: Final = re.compile(r"(?:\bт\. ?[дп]|\bu\. ?s\. ?w|\bu\. ?ä|\bo\. ?s\. ?v|\bu\. ?v\. ?m)$")
_UNIT: Final = re.compile(r"\d\s?[^\W\d_]$")
""" "5 h. Nous ...": a letter behind a number is its unit."""
_PHRASE: Final = re.compile(
    r"\b(?:ad es|par ex|por ej|z\. ?b|d\. ?h|[uv]\. ?a|i\. ?d\. ?r|p\. ?e[jx]|т\. ?[ек])$", re.IGNORECASE
)
"""That go on, whatever follows, though their last part alone would not."""
_SHOUTED: Final = frozenset({"mr", "mrs", "ms", "dr", "prof", "nr"})
_IN_ADDRESS: Final = re.compile(r"[@/_(=]")
_LAST_WORDS: Final = ("ค่ะ", "คะ", "ครับ", "จ้ะ", "จ้า", "เจ้า", "ເຈົ້າ", "ບໍ່", "ບໍ")
"""Of Thai and Lao, which put a space between sentences, and between clauses too."""
_IS_THAI: Final = re.compile(rf"[{_THAI}](?<![ๆฯ๐-๙])")
_GUILLEMET: Final = re.compile("[«‹]")


class _Ends(Enum):
    """Whether a segment ends at a sign."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """What follows will tell."""


class Segmenter:
    """Feed it text; it gives back segments that are ready to be spoken."""

    __slots__ = ("_count", "_is_lower", "_judged", "_text")

    def __init__(self) -> None:
        self._text = ""
        self._judged = 0
        """So much of it holds no end."""
        self._count = 0
        self._is_lower: bool | None = None
        """The model writes no capitals: then a small letter behind a dot says nothing."""

    def feed(self, text: str) -> list[str]:
        """Add a piece of text, spaces included; the segments that are complete now."""
        self._text = text = self._text + text if self._text else text.lstrip()
        if self._is_lower is None:
            self._is_lower = next((sign.islower() for sign in text if sign.isalnum()), None)
        if len(text) < _WINDOW:
            begin = self._judged or _end_of(_LEADING, text)
            if _SIGN.search(text, begin) is None:
                self._judged = len(text) if begin < len(text) else 0
                return []
        segments, at = [], 0
        while (cut := self._cut(text[at : at + _WINDOW] if at or len(text) > _WINDOW else text)) is not None:
            segments.append(text[at : at + cut].rstrip())
            at += cut
            while at < len(text) and text[at].isspace():
                at += 1
            self._judged = 0
            self._count += 1
        if at:
            self._text = text[at:]
        return segments

    def flush(self) -> list[str]:
        """What stands so far is a segment now, because the model does something else than write on: it calls a tool."""
        rest, self._text, self._judged = self._text.strip(), "", 0
        if rest:
            self._count += 1
        return [rest] if rest else []

    def finish(self) -> list[str]:
        """The rest."""
        return self.flush()

    def _cut(self, text: str) -> int | None:
        """Where the next segment ends, or None while that is not known. Given the text's beginning, without space."""
        begin = self._judged or _end_of(_LEADING, text)
        for sign in _SIGN.finditer(text, begin):
            end = sign.end()
            if end > LONGEST_CHARS:
                break
            ends, at = self._judge(sign, text)
            if ends is _Ends.YES:
                return at
            if ends is _Ends.UNKNOWN:
                self._judged = sign.start()
                return None
            self._judged = end
        if len(text) < _WINDOW:
            return None
        cut = text.rfind(" ", 0, LONGEST_CHARS) + 1 or LONGEST_CHARS
        marks = range(cut, cut - MOST_MARKS, -1)
        return next((at for at in marks if not unicodedata.combining(text[at])), cut)

    def _judge(self, sign: re.Match[str], text: str) -> tuple[_Ends, int]:
        """Whether a segment ends at the sign, and where: closing quotes and brackets belong to it."""
        start, end, kind = sign.start(), sign.end(), sign.lastgroup
        if end == len(text) and kind in ("call", "dot", "mark", "gap"):
            return _Ends.UNKNOWN, end
        least = CLAUSE_MIN_CHARS if self._count and _is_clause(sign, text) else FIRST_MIN_CHARS
        is_wide = sign[0][0] in _WIDE or "\u3040" <= text[start - 1] <= "\ud7ff"
        if end < (least // 2 if is_wide else least):
            return _Ends.NO, end
        match kind:
            case "call" if text.rfind("《", 0, start) > text.rfind("》", 0, start):
                return _Ends.NO, end
            case "stop" | "double" | "call" | "comma" | "pause":
                closed = _closed(text, end) if _HAS_OPENER.search(text, 0, start) else end
                return (_Ends.UNKNOWN, end) if closed is None else (_Ends.YES, closed)
            case "mark":
                return _judge_mark(text, start, end), end
            case "gap":
                is_thai = _IS_THAI.match(text[end]) and not text[start - 1].isdigit()
                return (_Ends.YES if is_thai else _Ends.NO), end
            case "dot" if sign[0] == "." and (item := _item_begin(text, start)):
                return _Ends.YES, item
            case "dot":
                closed = _closed(text, end)
                if closed is None:
                    return _Ends.UNKNOWN, end
                after = text[closed : closed + LOOKAHEAD_CHARS]
                return self._judge_dots(sign[0], text[:start], after, is_bare=closed == end), closed
            case _:
                return _Ends.YES, end

    def _judge_dots(self, signs: str, before: str, after: str, *, is_bare: bool) -> _Ends:
        """Dots, question marks and calls of scripts that put a space behind them; `after` is not empty."""
        if "．" in signs:
            return _Ends.NO if after[0].isdigit() else _Ends.YES
        if before[-1:] in ("[", "("):
            return _Ends.NO
        if not after[0].isspace():
            return _judge_joined(signs, before, after)
        word = _last_word(before)
        if "\n" in after[: len(after) - len(after.lstrip())]:
            return _Ends.NO if before.strip() == word and _NUMBER.fullmatch(word) else _Ends.YES
        if signs == ".":
            return self._judge_stop(before, word, after)
        is_alone = signs[0] in ".…" and before[-1:].isspace()
        if is_bare and signs[0] in ".…" and not is_alone:
            return _Ends.YES
        # "Really?" she asked; bars, hotels ... and more; Yahoo! in the list.
        following = _NEXT_WORD.match(after)
        if following is None:
            return _Ends.UNKNOWN if len(after) < LOOKAHEAD_CHARS else _Ends.YES
        return _Ends.NO if following[2][0].islower() and not self._is_lower else _Ends.YES

    def _judge_stop(self, before: str, word: str, after: str) -> _Ends:
        """One dot behind `word`, with a space behind it."""
        following = _NEXT_WORD.match(after)
        is_short = len(after) < LOOKAHEAD_CHARS
        if following is None:
            return _Ends.UNKNOWN if is_short else _Ends.YES
        if "." in following[1]:
            return _Ends.NO  # ". . ."
        if "¿" in following[1] or "¡" in following[1]:
            return _Ends.YES
        next_word = following[2]
        if next_word[0].islower() and not self._is_lower:
            return _Ends.NO
        is_whole = following.end() < len(after) or not is_short
        if _NUMBER.fullmatch(word):
            return _after_number(before, word, next_word, is_whole)
        if _LETTERS.fullmatch(word):
            return _after_letters(before, word, next_word, is_whole)
        return _after_word(before, word, next_word, is_whole)


def _after_number(before: str, word: str, next_word: str, is_whole: bool) -> _Ends:
    """An item of a list, a German ordinal, or an end."""
    rest = before[: len(before) - len(word)].rstrip()
    if next_word[0].isdigit() or not rest or rest.endswith(":"):
        return _Ends.NO
    if _is_next_item(before, word):
        return _Ends.NO
    folded, is_ordinal = next_word.lower(), _ORDINAL.search(before[-_PHRASE_CHARS:]) is not None
    if not is_whole and (is_ordinal or any(noun.startswith(folded) for noun in AFTER_ORDINALS)):
        return _Ends.UNKNOWN
    if folded in AFTER_ORDINALS or (is_ordinal and folded not in STARTERS and folded not in ARTICLES):
        return _Ends.NO
    return _Ends.YES


def _is_next_item(before: str, word: str) -> bool:
    """Whether "2." follows an item "1." with which the text, or what stands behind a colon, begins."""
    if not word.isdecimal() or word == "0":
        return False
    last = f"{int(word) - 1}. "
    return before.startswith(last) or f": {last}" in before


def _item_begin(text: str, start: int) -> int:
    """Where the number before the dot begins, if it is an item of a list in one line; otherwise 0."""
    word = _last_word(text[:start])
    begin = start - len(word)
    is_item = text[start + 1].isspace() and begin >= FIRST_MIN_CHARS and _is_next_item(text[:start], word)
    return begin if is_item else 0


def _after_letters(before: str, word: str, next_word: str, is_whole: bool) -> _Ends:
    """ "e.g." goes on; "J. R. Smith" and "the U.S. Army" too, unless a new sentence plainly begins."""
    if _TIME_OF_DAY.fullmatch(word):
        return _Ends.NO if next_word[0].isdigit() else _Ends.YES
    if word.lower() in NEVER_LAST_LETTERS or _PHRASE.search(before[-_PHRASE_CHARS:]):
        return _Ends.NO
    near = before[-_PHRASE_CHARS:]
    if not next_word[0].isdigit() and (_AND_SO_ON.search(near) or _UNIT.search(near)):
        return _Ends.YES
    return _if_starter(next_word, is_whole) if word.isupper() else _Ends.NO


def _after_word(before: str, word: str, next_word: str, is_whole: bool) -> _Ends:
    """An abbreviation, or the last word of a sentence."""
    name = _PARTS.split(word)[-1]
    folded = name.lower()
    if len(name) > 1 and name.isalpha() and name.isupper() and folded not in _SHOUTED:
        return _Ends.YES
    if next_word[0].isdigit() and (folded in BEFORE_NUMBERS or folded.endswith("str")):
        return _Ends.NO
    if folded in OFTEN_LAST and folded in NEVER_LAST:
        return _if_starter(next_word, is_whole)
    goes_on = folded in NEVER_LAST or word.lower() in NEVER_LAST or _PHRASE.search(before[-_PHRASE_CHARS:])
    return _Ends.NO if goes_on else _Ends.YES


def _if_starter(next_word: str, is_whole: bool) -> _Ends:
    if not is_whole:
        return _Ends.UNKNOWN
    return _Ends.YES if next_word.lower() in STARTERS else _Ends.NO


def _is_clause(sign: re.Match[str], text: str) -> bool:
    """A comma and its like; not Greek's question mark, Armenian's full stop, or a Thai space behind a last word."""
    match sign.lastgroup:
        case "comma":
            return sign[0] != ";" or not _GREEK.match(text[sign.start() - 1])
        case "gap":
            return not text.endswith(_LAST_WORDS, 0, sign.start())
        case "pause":
            return True
        case "mark":
            return sign[0] != ":" or not _ARMENIAN.match(text[sign.start() - 1])
        case _:
            return False


def _judge_mark(text: str, start: int, end: int) -> _Ends:
    """A comma, colon or dash ends a clause before a space; "9 – 17 Uhr" is one."""
    if not text[end].isspace():
        return _Ends.NO
    if text[end - 1] not in "–—" or not text[:start].rstrip()[-1:].isdigit():
        return _Ends.YES
    after = text[end : end + LOOKAHEAD_CHARS].lstrip()
    if not after:
        return _Ends.UNKNOWN if len(text) < _WINDOW else _Ends.YES
    return _Ends.NO if after[0].isdigit() else _Ends.YES


def _judge_joined(signs: str, before: str, after: str) -> _Ends:
    """ "One.Two", where the model forgot the space; not "example.com", "e.g." and "U.S."."""
    sign, word = after[0], _last_word(before)
    if sign in "¿¡":
        return _Ends.YES
    if signs != "." and (sign in _OPENERS or unicodedata.category(sign) == "So"):
        return _Ends.YES
    folded = word.lower()
    if len(word) < 2 or folded in NEVER_LAST or folded in BEFORE_NUMBERS or "@" in word or "/" in word:
        return _Ends.NO
    if _is_caseless(sign):
        is_end = _is_caseless(word[-1]) and not (signs == "." and _IS_THAI.match(sign))
        return _Ends.YES if is_end else _Ends.NO
    if not (word[-1].islower() and word[-2].isalpha()):
        return _Ends.NO
    if sign in _OPENERS or unicodedata.category(sign) == "So":
        return _Ends.YES
    if not sign.isupper():
        return _Ends.NO
    token = after.split(None, 1)[0]
    if len(token) == len(after) < LOOKAHEAD_CHARS:
        return _Ends.UNKNOWN
    last = token.rstrip(".,;:!?)").rpartition(".")[2].lower()
    is_address = _IN_ADDRESS.search(token) or last in DOMAINS or ("." in token.rstrip(".") and len(last) == 2)
    return _Ends.NO if is_address else _Ends.YES


def _closed(text: str, end: int) -> int | None:
    """Where the quotes and brackets behind a sign end; None while more of them may come."""
    closed = _end_of(_CLOSING, text, end)
    if _GUILLEMET.search(text, 0, end) and (spaced := _SPACED.match(text, closed)):
        closed = spaced.end()
    return None if closed == len(text) < _WINDOW else closed


def _is_caseless(sign: str) -> bool:
    """A letter, or a part of one, of a script without capitals."""
    return sign > "\u0530" and unicodedata.category(sign) in ("Lo", "Mc", "Mn", "Lm")


def _end_of(pattern: re.Pattern[str], text: str, begin: int = 0) -> int:
    match = pattern.match(text, begin)
    assert match is not None, "such a pattern matches nothing as well"
    return match.end()


def _last_word(before: str) -> str:
    words = before[-LOOKAHEAD_CHARS:].split()
    return words[-1].lstrip("([\"'“„«*_¿¡") if words else ""
