"""A reply's text, as it streams, cut into segments: the first as soon as it can be spoken, the later ones longer."""

import re
from typing import Final

FIRST_MIN_CHARS: Final = 8
"""A first clause shorter than this sounds chopped."""
CLAUSE_MIN_CHARS: Final = 30
"""A later segment ends at a comma only from here on; at the end of a sentence always."""
LONGEST_CHARS: Final = 240
"""A text without any punctuation is cut at a space."""

_SENTENCE_END: Final = re.compile(r"[.!?…。！？]+[\"'”’)\]]*(?=\s)|\n+")
_CLAUSE_END: Final = re.compile(r"[,;:–—]+(?=\s)|[，；：]|(?<=[^\W\d_])[,;]$")
"""A comma behind a letter ends a clause before the next word is there: "1,000" goes on, "of course," does not."""
_ABBREVIATION: Final = re.compile(
    r"(?:^|\s)(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|approx|e\.g|i\.e|z\.B|a\.m|p\.m|vs|etc)\.$", re.IGNORECASE
)
_WHEN_ENDS: Final = re.compile(r"(?:a\.m|p\.m|etc)\.$", re.IGNORECASE)


class Segmenter:
    """Feed it text; it gives back segments that are ready to be spoken."""

    __slots__ = ("_count", "_text")

    def __init__(self) -> None:
        self._text = ""
        self._count = 0

    def feed(self, text: str) -> list[str]:
        """Add a piece of text, spaces included; the segments that are complete now."""
        self._text += text
        segments = []
        while (cut := self._cut()) is not None:
            segment, self._text = self._text[:cut].strip(), self._text[cut:]
            if segment:
                self._count += 1
                segments.append(segment)
        return segments

    def finish(self) -> list[str]:
        """The rest."""
        rest, self._text = self._text.strip(), ""
        return [rest] if rest else []

    def _cut(self) -> int | None:
        """Where the next segment ends, or None while that is not known."""
        for match in _SENTENCE_END.finditer(self._text):
            if not self._is_abbreviation(match.end()) and match.end() >= FIRST_MIN_CHARS:
                break
        else:
            match = None
        sentence_end = match.end() if match else None
        least = FIRST_MIN_CHARS if self._count == 0 else CLAUSE_MIN_CHARS
        for clause in _CLAUSE_END.finditer(self._text):
            if sentence_end is not None and clause.end() >= sentence_end:
                break
            if clause.end() >= least and (sentence_end is None or self._count == 0):
                return clause.end()
        if sentence_end is not None:
            return sentence_end
        if len(self._text) > LONGEST_CHARS:
            return self._text.rfind(" ", 0, LONGEST_CHARS) + 1 or LONGEST_CHARS
        return None

    def _is_abbreviation(self, end: int) -> bool:
        before, after = self._text[:end], self._text[end:].lstrip()
        if not _ABBREVIATION.search(before):
            return False
        # "at 9 p.m. We ..." ends a sentence; "at 9 p.m. on Monday" does not.
        return not (_WHEN_ENDS.search(before) and after[:1].isupper())
