"""A reply's text, as it streams, cut into segments: the first as soon as it can be spoken, the later ones longer."""

import re
from typing import Final

FIRST_MIN_CHARS: Final = 8
"""A first clause shorter than this sounds chopped."""
CLAUSE_MIN_CHARS: Final = 30
"""A later segment ends at a comma only from here on; at the end of a sentence always."""
LONGEST_CHARS: Final = 240
"""A text without any punctuation is cut at a space. No more of it is looked at, so that each cut costs the same."""

_CLOSERS: Final = "\"'”’»)\\]」』"
# Each run of signs is tried once, from its beginning: tried from every sign of it, a row of dots would cost its square.
_SENTENCE_END: Final = re.compile(
    rf"(?<![.!?…])[.!?…]++[{_CLOSERS}]*+(?=\s|[^\W\d_])|(?<![。！？।॥؟])[。！？।॥؟]++[{_CLOSERS}]*+|\n++"
)
_CLAUSE_END: Final = re.compile(r"(?<![,;:–—])[,;:–—]++(?=\s)|[，；：、،]|(?<=[^\W\d_])[,;]$")
"""A comma behind a letter ends a clause before the next word is there: "1,000" goes on, "of course," does not."""

_WORD_CHARS: Final = 40
"""Longer words are none whose dot means something else than an end."""
_HYPHEN: Final = re.compile(r"[-/]")
_TITLES: Final = frozenset(
    """mr mrs ms dr prof st ste sr jr sra srta dott avv ing arch sig mme mlle hr fr dhr mevr med phil nat jur rer habil
    dipl co bzw ca evtl ggf inkl exkl zzgl bspw vgl sog approx vs www p.ej""".split()
)
"""Words before a dot that ends no sentence, whatever follows."""
_BEFORE_NUMBERS: Final = frozenset(
    """no nr nos nrs num núm n tel ext ca max min abs art vol fig pag pág blz str apt rm fl po
    jan feb mar apr jun jul aug sep sept oct okt nov dec dez""".split()
)
"""Words before a dot that ends no sentence when a number follows."""
_LETTERS: Final = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
"""Letters with dots: an initial, "e.g.", "U.S.", "p.m."."""
_WHEN_ENDS: Final = re.compile(r"[ap]\.m", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d{1,3}")
_ORDINAL: Final = re.compile(r"\b(?:(?<!\bI )am|vom|zum|zur|bis|ab|im|beim|der|die|das|dem|den|des) \d{1,2}$")
_MONTH: Final = re.compile(
    r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
"""German writes its ordinals with a dot: "am 29. Juli", "im 3. Stock"."""


class Segmenter:
    """Feed it text; it gives back segments that are ready to be spoken."""

    __slots__ = ("_count", "_is_lower", "_text")

    def __init__(self) -> None:
        self._text = ""
        self._count = 0
        self._is_lower = False
        """The model writes no capitals: then a small letter behind a dot says nothing."""

    def feed(self, text: str) -> list[str]:
        """Add a piece of text, spaces included; the segments that are complete now."""
        if self._count == 0 and not self._text.strip():
            self._is_lower = text.lstrip()[:1].islower()
        self._text += text
        segments, at = [], 0
        while (cut := self._cut(self._text[at : at + LONGEST_CHARS + 1])) is not None:
            segment = self._text[at : at + cut].strip()
            at += cut
            if segment:
                self._count += 1
                segments.append(segment)
        self._text = self._text[at:]
        return segments

    def flush(self) -> list[str]:
        """What stands so far is a segment now, because the model does something else than write on: it calls a tool."""
        rest, self._text = self._text.strip(), ""
        if rest:
            self._count += 1
        return [rest] if rest else []

    def finish(self) -> list[str]:
        """The rest."""
        return self.flush()

    def _cut(self, text: str) -> int | None:
        """Where the next segment ends, or None while that is not known. Given the text's beginning."""
        sentence_end = self._sentence_end(text)
        least = FIRST_MIN_CHARS if self._count == 0 else CLAUSE_MIN_CHARS
        for clause in _CLAUSE_END.finditer(text):
            if sentence_end is not None and clause.end() >= sentence_end:
                break
            if clause.end() >= least and (sentence_end is None or self._count == 0):
                return clause.end()
        if sentence_end is not None:
            return sentence_end
        if len(text) > LONGEST_CHARS:
            return text.rfind(" ", 0, LONGEST_CHARS) + 1 or LONGEST_CHARS
        return None

    def _sentence_end(self, text: str) -> int | None:
        for match in _SENTENCE_END.finditer(text):
            signs, end = match.group(), match.end()
            if end < FIRST_MIN_CHARS:
                continue
            before, after = text[: match.start()], text[end:].lstrip()
            if signs[0] not in ".!?…" or "\n" in text[end : len(text) - len(after)]:
                return end
            if not text[end].isspace():
                if _is_joined(before, after):
                    return end
                continue
            if not signs.startswith(".") or signs.startswith(".."):
                return end
            if not after:
                # The next word tells whether "Park Ave." ends here; it mostly comes with the space before it.
                return None
            if not self._goes_on(before, after[0], after):
                return end
        return None

    def _goes_on(self, before: str, sign: str, after: str) -> bool:
        """True when the dot between the two, with a space behind it, ends no sentence; `sign` is what follows."""
        if sign.islower() and not self._is_lower:
            return True
        word = _last_word(before)
        if _NUMBER.fullmatch(word):
            is_item = before.strip() == word
            return sign.isdigit() or is_item or bool(_ORDINAL.search(before) or _MONTH.match(after))
        if _LETTERS.fullmatch(word):
            # "at 9 p.m. We ..." ends a sentence; "at 9 p.m. on Monday" does not.
            return not (_WHEN_ENDS.fullmatch(word) and sign.isupper())
        name = _HYPHEN.split(word)[-1]
        if len(name) > 1 and name.isupper():
            return False
        return name.lower() in _TITLES or (sign.isdigit() and name.lower() in _BEFORE_NUMBERS)


def _is_joined(before: str, after: str) -> bool:
    """True for "One.Two", where the model forgot the space; not for "example.com", "e.g." and "U.S."."""
    word = _last_word(before)
    if not after[0].isupper() or word.lower() in _TITLES or "@" in word or "/" in word:
        return False
    return len(word) > 1 and word[-1].islower() and word[-2].isalpha()


def _last_word(before: str) -> str:
    words = before[-_WORD_CHARS:].split()
    return words[-1].lstrip("([\"'“„«") if words else ""
