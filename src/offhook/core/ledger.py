"""The caller's words, each with its place in the audio. Late, partial, doubled and re-heard words are settled by place.

The audio falls into three stretches. Up to `final_to` all words are final. Behind it may lie words that were *taken*
by a turn though they could still change; and behind those the interim, which may change at any time. A final that
comes covers the audio up to its own end: what was taken there is compared with it, and only what is new is left.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from offhook.core.words import normalize

SAME_PLACE_S: Final = 0.05
"""Places that differ by less are the same: whoever cuts audio does it in frames."""
ASIDE: Final = 0
"""The owner of words that may yet be a turn: said over the agent, and no interruption."""
PASSED: Final = -1
"""The owner of words that nobody will answer: listening sounds, the agent's own voice come back."""
MOST_WORDS: Final = 400
"""Longer stretches are compared by their number of words alone: nobody waits for a second of arithmetic."""
KEPT: Final = 8
"""Finals that are kept to know again what is told twice."""


class Words(msgspec.Struct):
    """What was said between two places, in seconds; owned by the turn that took it, or by nobody yet."""

    text: str
    from_s: float
    to_s: float
    owner: int | None = None


class Ledger:
    """All words that are not yet settled, in the order of the audio."""

    def __init__(self) -> None:
        self.final_to = 0.0
        """Up to here all words are final."""
        self._finals: list[Words] = []
        """Finals that wait for an answer, and the latest ones that have one."""
        self._fixed: list[Words] = []
        """Words that were taken before they were final: what is told of their place anew is the same words."""
        self._told = Words("", 0.0, 0.0)
        """All that lies behind the last final, as the transcriber told it last."""
        self._interim = ""
        """What of that lies behind the fixed words."""
        self._last_final = ""
        self._is_stale = False
        """The stream that told the interim is gone; another one hears that audio anew."""
        self._text: str | None = ""
        """All words that nobody has taken: asked for after every event, put together anew when they have changed."""
        self._is_empty: bool | None = True

    # ── what the transcriber tells ───────────────────────────────────────────────────────────────────────────

    def change(self, text: str, to_s: float) -> None:
        """All that lies behind the last final is this, so far."""
        if self._is_stale and len(text.split()) < len(self._told.text.split()):
            return  # It is being heard anew: what is known already counts until there is more.
        self._is_stale = False
        self._told = Words(text.strip(), self.final_to, max(to_s, self.final_to))
        self._look_behind_fixed()

    def add_final(self, text: str, from_s: float, to_s: float) -> str:
        """These words stay. What of them is new: neither known before at this place nor taken already."""
        if from_s < self.final_to - SAME_PLACE_S:
            # A stretch that is final already is told again, perhaps with more behind it.
            text = _beyond(_joined(w for w in self._finals if w.to_s > from_s + SAME_PLACE_S), text)
        elif to_s <= self.final_to + SAME_PLACE_S and normalize(text) == self._last_final:
            return ""  # The same final once more.
        self._last_final = normalize(text)
        new = self._without_fixed(text, to_s)
        start_s, self.final_to = self.final_to, max(self.final_to, to_s)
        left = _beyond(text, self._told.text) if self._told.to_s > self.final_to else ""
        self._told = Words(left, self.final_to, max(self._told.to_s, self.final_to))
        self._look_behind_fixed()
        if new:
            self._finals.append(Words(new, max(start_s, from_s), to_s))
            self._has_changed()
        self._prune()
        return new

    def lose_stream(self) -> None:
        """The transcriber's stream is gone: its interim counts until another one has heard as much."""
        self._is_stale = True

    # ── what turns do with them ──────────────────────────────────────────────────────────────────────────────

    @property
    def text(self) -> str:
        """The words that nobody has taken, final or not."""
        if self._text is None:
            self._text = self.text_since(-1.0)
        return self._text

    @property
    def final_text(self) -> str:
        """Of those the final ones."""
        return _joined(w for w in self._finals if w.owner is None)

    @property
    def interim(self) -> str:
        """Of those the ones that may still change."""
        return self._interim

    @property
    def is_empty(self) -> bool:
        """True when nothing with a letter or digit in it waits for an answer."""
        if self._is_empty is None:
            self._is_empty = not normalize(self.text)
        return self._is_empty

    def text_since(self, place_s: float) -> str:
        """The words that nobody has taken and that end behind this place."""
        if self._text == "":
            return ""
        waiting = [w.text for w in (*self._finals, *self._fixed) if w.owner is None and w.to_s > place_s]
        if self._told.to_s > place_s:
            waiting.append(self._interim)
        return " ".join(filter(None, waiting))

    def go_on(self) -> None:
        """The last final was not the end of a sentence: its full stop goes."""
        for words in reversed(self._finals):
            if words.owner is None:
                words.text = words.text.rstrip(".…")
                self._has_changed()
                return

    def take(self, owner: int, since_s: float = -1.0) -> str:
        """These words belong to this turn from now on; what they are."""
        text = self.text_since(since_s)
        if self._interim and self._told.to_s > since_s:
            start_s = self._fixed[-1].to_s if self._fixed else self.final_to
            self._fixed.append(Words(self._interim, start_s, max(self._told.to_s, start_s)))
            self._interim = ""
        for words in (*self._finals, *self._fixed):
            if words.owner is None and words.to_s > since_s:
                words.owner = owner
        self._prune()
        self._has_changed()
        return text

    def give_back(self, owner: int, since_s: float = -1.0) -> None:
        """The turn was not over after all: its words wait again, each at its place."""
        for words in (*self._finals, *self._fixed):
            if words.owner == owner and words.to_s > since_s:
                words.owner = None
        while self._fixed and self._fixed[-1].owner is None:
            self._fixed.pop()  # The last words may change as before.
        self._look_behind_fixed()

    def pass_stretch(self, from_s: float, to_s: float) -> None:
        """Nobody will answer the final words between these places."""
        for words in self._finals:
            if words.owner is None and words.from_s >= from_s - SAME_PLACE_S and words.to_s <= to_s + SAME_PLACE_S:
                words.owner = PASSED
        self._has_changed()

    def has(self, owner: int) -> bool:
        """True when words belong to this owner and could be given back."""
        return any(w.owner == owner for w in (*self._finals, *self._fixed))

    def pass_over(self, owner: int) -> None:
        """Nobody will answer the words of this owner."""
        for words in (*self._finals, *self._fixed):
            if words.owner == owner:
                words.owner = PASSED
        self._has_changed()

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    def _has_changed(self) -> None:
        self._text = self._is_empty = None

    def _look_behind_fixed(self) -> None:
        self._interim = _beyond(_joined(self._fixed), self._told.text)
        self._has_changed()

    def _without_fixed(self, text: str, to_s: float) -> str:
        """What of a final's text is new; the fixed words that it covers are final from now on."""
        if not self._fixed:
            return text.strip()
        owners = [piece for piece in self._fixed for _ in piece.text.split()]
        said = text.split()
        used, matched = _align(_joined(self._fixed).split(), said)
        for piece in self._fixed:
            # They stand with the finals, in their owner's name: the turn may yet be taken back.
            part = [word for word, of in zip(said[:matched], owners, strict=False) if of is piece]
            if part:
                self._finals.append(Words(" ".join(part), self.final_to, to_s, piece.owner))
        if to_s >= self._fixed[-1].to_s - SAME_PLACE_S or used == len(owners):
            self._fixed.clear()
        else:
            self._fixed = _less(self._fixed, used, to_s)
        return " ".join(said[matched:])

    def _prune(self) -> None:
        # The latest turn may yet be taken back, however long it is.
        latest = max((w.owner for w in self._finals if w.owner is not None), default=PASSED)
        settled = [w for w in self._finals if w.owner is not None and w.owner != ASIDE and w.owner != latest]
        if len(settled) > KEPT:
            gone = {id(w) for w in settled[:-KEPT]}
            self._finals = [w for w in self._finals if id(w) not in gone]


def _joined(pieces: Iterable[Words]) -> str:
    return " ".join(words.text for words in pieces if words.text)


def _less(pieces: list[Words], used: int, to_s: float) -> list[Words]:
    """The pieces without the first `used` words, which end at `to_s`."""
    left = []
    for words in pieces:
        own = words.text.split()
        if used < len(own):
            left.append(Words(" ".join(own[used:]), max(words.from_s, to_s), words.to_s, words.owner))
        used = max(0, used - len(own))
    return left


def _beyond(known: str, text: str) -> str:
    """The words of `text` behind those that are known already."""
    if not known:
        return text.strip()
    said = text.split()
    return " ".join(said[_align(known.split(), said)[1] :])


def _align(known: list[str], said: list[str]) -> tuple[int, int]:
    """How many words of each are the same stretch of speech: one of the two is used up, with the fewest differences.

    Both begin at the same place. An interim often ends in a word that was cut off, and a final often puts a word
    otherwise: such words are the same place all the same, and are neither new nor lost.
    """
    shared, most = 0, min(len(known), len(said))
    while shared < most and normalize(known[shared]) == normalize(said[shared]):
        shared += 1
    left, right = [normalize(word) for word in known[shared:]], [normalize(word) for word in said[shared:]]
    if not left or not right:
        return shared, shared
    if max(len(left), len(right)) > MOST_WORDS:
        return shared + min(len(left), len(right)), shared + min(len(left), len(right))
    costs = _distances(left, right)
    ends = [(costs[len(left)][j], -(len(left) + j), len(left), j) for j in range(len(right) + 1)]
    ends += [(costs[i][len(right)], -(i + len(right)), i, len(right)) for i in range(len(left) + 1)]
    _, _, used, matched = min(ends)
    return shared + used, shared + matched


def _distances(left: list[str], right: list[str]) -> list[list[int]]:
    """Edit distances between all beginnings of two lists."""
    rows = [list(range(len(right) + 1))]
    for i, word in enumerate(left, 1):
        above, row = rows[-1], [i]
        for j, other in enumerate(right, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other)))
        rows.append(row)
    return rows
