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
        """Finals that no turn has taken for good, and the latest ones that one has."""
        self._taken: list[Words] = []
        """Words that were taken before they were final."""
        self._interim = Words("", 0.0, 0.0)
        self._last_final = ""
        self._is_stale = False
        """The stream that told the interim is gone; another one hears that audio anew."""

    # ── what the transcriber tells ───────────────────────────────────────────────────────────────────────────

    def change(self, text: str, to_s: float) -> None:
        """All that lies behind the last final is this, so far."""
        rest = _beyond(_joined(self._taken), text)
        if self._is_stale and len(rest.split()) < len(self._interim.text.split()):
            return  # It is being heard anew: what is known already counts until there is more.
        self._is_stale = False
        start_s = self._taken[-1].to_s if self._taken else self.final_to
        self._interim = Words(rest, start_s, max(to_s, start_s))

    def add_final(self, text: str, from_s: float, to_s: float) -> str:
        """These words stay. What of them is new: neither known before at this place nor taken already."""
        if from_s < self.final_to - SAME_PLACE_S:
            # A stretch that is final already is told again, perhaps with more behind it.
            text = _beyond(_joined(w for w in self._finals if w.to_s > from_s + SAME_PLACE_S), text)
        elif to_s <= self.final_to + SAME_PLACE_S and normalize(text) == self._last_final:
            return ""  # The same final once more.
        self._last_final = normalize(text)
        new = self._without_taken(text, to_s)
        start_s, self.final_to = self.final_to, max(self.final_to, to_s)
        self._interim = self._interim_beyond(text)
        if new:
            self._finals.append(Words(new, max(start_s, from_s), to_s))
        self._prune()
        return new

    def lose_stream(self) -> None:
        """The transcriber's stream is gone: its interim counts until another one has heard as much."""
        self._is_stale = True

    # ── what turns do with them ──────────────────────────────────────────────────────────────────────────────

    @property
    def text(self) -> str:
        """The words that nobody has taken, final or not."""
        return _joined([*(w for w in self._finals if w.owner is None), self._interim])

    @property
    def final_text(self) -> str:
        """Of those the final ones."""
        return _joined(w for w in self._finals if w.owner is None)

    @property
    def interim(self) -> str:
        """Of those the ones that may still change."""
        return self._interim.text

    @property
    def is_empty(self) -> bool:
        """True when nothing with a letter or digit in it waits for an answer."""
        return not normalize(self.text)

    def text_since(self, place_s: float) -> str:
        """The words that nobody has taken and that end behind this place."""
        return _joined(w for w in [*(w for w in self._finals if w.owner is None), self._interim] if w.to_s > place_s)

    def go_on(self) -> None:
        """The last final was not the end of a sentence: its full stop goes."""
        for words in reversed(self._finals):
            if words.owner is None:
                words.text = words.text.rstrip(".…")
                return

    def take(self, owner: int, since_s: float = 0.0) -> str:
        """These words belong to this turn from now on; what they are."""
        taken = [w for w in self._finals if w.owner is None and w.to_s > since_s]
        for words in taken:
            words.owner = owner
        if self._interim.text and self._interim.to_s > since_s:
            self._taken.append(msgspec.structs.replace(self._interim, owner=owner))
            taken.append(self._interim)
            self._interim = Words("", self._interim.to_s, self._interim.to_s)
        text = _joined(taken)
        self._prune()
        return text

    def give_back(self, owner: int, since_s: float = 0.0) -> None:
        """The turn was not over after all: its words wait again, each at its place."""
        for words in self._finals:
            if words.owner == owner and words.to_s > since_s:
                words.owner = None
        back = [w for w in self._taken if w.owner == owner and w.to_s > since_s]
        if back:
            self._taken = [w for w in self._taken if w not in back]
            self._interim = Words(
                _joined([*back, self._interim]), back[0].from_s, max(self._interim.to_s, back[-1].to_s)
            )

    def has(self, owner: int) -> bool:
        """True when words belong to this owner and could be given back."""
        return any(w.owner == owner for w in [*self._finals, *self._taken])

    def pass_over(self, owner: int) -> None:
        """Nobody will answer the words of this owner."""
        for words in [*self._finals, *self._taken]:
            if words.owner == owner:
                words.owner = PASSED

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    def _without_taken(self, text: str, to_s: float) -> str:
        """What of a final's text was not taken yet; what it covers is final, and no longer kept as taken."""
        if not self._taken:
            return text.strip()
        taken, owners = _joined(self._taken).split(), []
        for words in self._taken:
            owners += [words] * len(words.text.split())
        said = text.split()
        used, matched = _align(taken, said)
        is_whole = to_s >= self._taken[-1].to_s - SAME_PLACE_S or used == len(taken)
        # Final words of a turn that may be taken back stand with the finals, in the turn's name.
        for owner in dict.fromkeys(w.owner for w in self._taken):
            part = [word for word, words in zip(said[:matched], owners, strict=False) if words.owner == owner]
            if part and owner is not None:
                self._finals.append(Words(" ".join(part), self.final_to, to_s, owner))
        if is_whole:
            self._taken.clear()
        else:
            self._taken = _less(self._taken, used, to_s)
        return " ".join(said[matched:])

    def _interim_beyond(self, text: str) -> Words:
        """The interim less what has become final; the next one will tell it right."""
        rest = _beyond(text, self._interim.text) if self._interim.text else ""
        return Words(
            rest if self._interim.to_s > self.final_to else "", self.final_to, max(self._interim.to_s, self.final_to)
        )

    def _prune(self) -> None:
        waiting = [w for w in self._finals if w.owner is None or w.owner == ASIDE]
        if len(self._finals) > len(waiting) + KEPT:
            settled = [w for w in self._finals if w.owner is not None and w.owner != ASIDE]
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
