"""Finds the facts that answer a question, and says how sure that is.

Two judges: the embedding model knows what is meant, the overlap of words (BM25) knows what was named. Either alone is
fooled: "do you do implants" means much the same as "do you do braces", and "where can I park" shares no rare word with
"the garage is behind the house". So a fact has to please both, and a word of the question that the business never
uses takes confidence away. The numbers were set on the questions of `tests/contract/test_grounded_brain.py`.
"""

import math
import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from offhook.errors import ConfigurationError
from offhook.knowledge.chunk import MOST_FACTS, Chunk, split_document
from offhook.knowledge.embed import Embedder, Vectors
from offhook.knowledge.kept import KeptPoints
from offhook.knowledge.read import read_document
from offhook.knowledge.unfit import TooLong
from offhook.speech.ports import Fact, Facts
from offhook.speech.stem_tables import table_for
from offhook.speech.stems import LONGEST_QUERY, WordTable

CACHED_QUERIES: Final = 512
KEPT_RESULTS: Final = 8
"""Facts of a query that are kept; who asks for more than this wants `all()`."""
LONGEST_QUERY_CHARS: Final = 1_000

_HEADING_WEIGHT: Final = 0.85
_RELATED_WEIGHT: Final = 0.65
_COMPOUND_WEIGHT: Final = 0.5
_HEAD_WEIGHT: Final = 0.75
"""The last part of a compound is the thing itself: `Gartenstraße` is a street."""
_SHORTEST_PART: Final = 3
_SHORTEST_KNOWN: Final = 4
"""Of a part that is only known from the table."""
_MEANING_WEIGHT: Final = 0.6
_FIRST_BONUS: Final = 0.04
"""The first fact under a heading is what the heading is about."""
_K1: Final = 1.2
_B: Final = 0.3


def load_knowledge(
    paths: Sequence[str],
    base_dir: Path,
    model_dir: Path | None = None,
    language: str = "en-US",
    *,
    kept_in: Path | None = None,
) -> "Knowledge":
    """What an agent knows, from its files; blocks for the reading and the embedding of every fact.

    `model_dir` is the folder of the model `minilm`; without it the overlap of words judges alone. What the model makes
    of large documents is kept in the folder `kept_in`. Raises `ConfigurationError` naming the file that cannot be used.
    """
    chunks: list[tuple[str, Chunk]] = []
    for path in paths:
        try:
            found = split_document(read_document(path, base_dir))
        except TooLong:
            raise _too_many(base_dir / path) from None
        if not found:
            raise ConfigurationError("there are no facts in this file", file=str(base_dir / path), field="knowledge")
        chunks += [(path, chunk) for chunk in found]
        if len(chunks) > MOST_FACTS:
            raise _too_many(base_dir / path)
    embedder = Embedder(model_dir) if model_dir is not None and chunks else None
    documents = "\0".join([str(base_dir.resolve()), *paths])
    kept = KeptPoints(kept_in, documents, embedder.name) if embedder is not None and kept_in is not None else None
    return Knowledge(chunks, embedder, table_for(language), kept)


def _too_many(file: Path) -> ConfigurationError:
    return ConfigurationError(
        "there are more facts than can be searched while a caller waits: keep what callers ask about",
        file=str(file), field="knowledge", found=f"more than {MOST_FACTS:,}",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    """A fact with the words that find it: stem to weight, headings less than the text."""

    fact: Fact
    weights: dict[str, float]
    length: float
    leads: bool


class Knowledge(Facts):
    """The facts of one agent. Safe to search from several threads."""

    def __init__(
        self,
        chunks: Sequence[tuple[str, Chunk]],
        embedder: Embedder | None,
        words: WordTable,
        kept: KeptPoints | None = None,
    ) -> None:
        self._words = words
        self._embedder = embedder
        self._entries = [
            _entry(path, chunk, words, leads=i == 0 or chunks[i - 1][1].headings != chunk.headings)
            for i, (path, chunk) in enumerate(chunks)
        ]
        self._rarity = _rarity(self._entries)
        self._unknown = math.log(1.0 + (len(self._entries) + 0.5) / 0.5)
        self._postings: dict[str, dict[int, float]] = {}
        for i, entry in enumerate(self._entries):
            for stem, weight in entry.weights.items():
                self._postings.setdefault(stem, {})[i] = weight
        self._brevity = _brevity(self._entries)
        self._lead = np.array([entry.leads for entry in self._entries], np.float32)
        self._cache: OrderedDict[tuple[str, int], tuple[Fact, ...]] = OrderedDict()
        self._lock = threading.Lock()
        if embedder is not None:
            parts = [chunk for _, chunk in chunks]
            texts = [chunk.text for chunk in parts]
            texts += [": ".join([*chunk.headings[-1:], chunk.text]) for chunk in parts]
            texts += [chunk.question or chunk.text for chunk in parts]
            points = kept.points(texts, embedder.embed) if kept is not None else _unique(texts, embedder)
            self._plain, self._headed, self._asked = np.split(points, 3)

    @property
    def uses_model(self) -> bool:
        """True when a search costs milliseconds and belongs into a worker thread."""
        return self._embedder is not None

    def all(self) -> Sequence[Fact]:
        """Every fact, in the order of the files."""
        return tuple(entry.fact for entry in self._entries)

    def search(self, question: str, limit: int = 3, *, since: int = 0) -> Sequence[Fact]:
        """The facts nearest to the question, best first, none of the first `since`, with scores of 0 to 1; about 5 ms
        with the model."""
        asked = " ".join(question[:LONGEST_QUERY_CHARS].split()).casefold()
        key = (asked, since)
        if not asked or since >= len(self._entries):
            return ()
        with self._lock:
            found = self._cache.get(key)
            if found is not None:
                self._cache.move_to_end(key)
        if found is None:
            found = self._search(asked, since)
            with self._lock:
                self._cache[key] = found
                while len(self._cache) > CACHED_QUERIES:
                    self._cache.popitem(last=False)
        return found[:limit]

    def _search(self, asked: str, since: int) -> tuple[Fact, ...]:
        overlap = self._overlaps(asked)
        if self._embedder is None:
            scores = overlap
        else:
            scores = _MEANING_WEIGHT * self._meanings(asked) + (1.0 - _MEANING_WEIGHT) * overlap
        scores = scores + _FIRST_BONUS * self._lead
        best = np.argsort(-scores[since:], kind="stable")[:KEPT_RESULTS] + since
        return tuple(replace(self._entries[i].fact, score=round(float(min(1.0, max(0.0, scores[i]))), 4)) for i in best)

    def _meanings(self, asked: str) -> Vectors:
        assert self._embedder is not None
        vector = self._embedder.embed([asked])[0]
        nearness = np.maximum((self._plain @ vector + self._headed @ vector) / 2, self._asked @ vector)
        return np.asarray(nearness, np.float32)

    def _overlaps(self, asked: str) -> Vectors:
        """For each fact the share of the question's words that it has, rare words counting more."""
        terms = list(dict.fromkeys(self._words.stems(asked)))[:LONGEST_QUERY]
        total = sum(self._rarity_of(term) for term in terms)
        if not total:
            return np.zeros(len(self._entries), np.float32)
        shares = np.zeros(len(self._entries), np.float32)
        for term in terms:
            for i, weight in self._matches(term).items():
                shares[i] += weight / total
        return shares

    def _compounds(self, term: str) -> list[str]:
        """Words that the term is a part of, or that are a part of it: `Bus` and `Buslinie`."""
        if len(term) < _SHORTEST_PART:
            return []
        return [
            other
            for other in self._postings
            if other != term
            and (((other.startswith(term) or other.endswith(term)) and len(other) >= len(term) + _SHORTEST_PART)
                 or (len(other) > _SHORTEST_PART and (term.startswith(other) or term.endswith(other))
                 and len(term) >= len(other) + _SHORTEST_PART))
        ]  # fmt: skip

    def _rarity_of(self, term: str) -> float:
        known = [term, *self._words.related.get(term, ()), *(self._compounds(term) if self._words.folds else ())]
        return min((self._rarity[one] for one in known if one in self._rarity), default=self._unknown)

    def _matches(self, term: str) -> dict[int, float]:
        """What the term is worth to each fact that has it, or has a word that means the same."""
        found = dict(self._postings.get(term, {}))
        for other in self._words.related.get(term, ()):
            for i, weight in self._postings.get(other, {}).items():
                found[i] = max(found.get(i, 0.0), _RELATED_WEIGHT * weight)
        if self._words.folds:
            self._match_parts(term, found)
        rarity = self._rarity_of(term)
        return {i: rarity * weight * self._brevity[i] for i, weight in found.items()}

    def _match_parts(self, term: str, found: dict[int, float]) -> None:
        """Compounds: the term within a fact's word, what it means within one, and a fact's words within the term."""
        for meant, worth in ((term, 1.0), *((one, _RELATED_WEIGHT) for one in self._words.related.get(term, ()))):
            for other in self._compounds(meant):
                share = worth * (_HEAD_WEIGHT if other.endswith(meant) else _COMPOUND_WEIGHT)
                for i, weight in self._postings[other].items():
                    found[i] = max(found.get(i, 0.0), share * weight)
        if not found:
            found.update(self._match_split(term))

    def _match_split(self, term: str) -> dict[int, float]:
        """A compound that no fact has, by its two parts: `Brautfrisur` is the `Frisur` of a `Hochzeit`."""
        for cut in range(_SHORTEST_KNOWN, len(term) - _SHORTEST_KNOWN + 1):
            parts = (term[:cut].removesuffix("s") if term[:cut] not in self._words.related else term[:cut], term[cut:])
            if not all(part in self._words.related for part in parts):
                continue
            both: dict[int, float] = {}
            for part in parts:
                one: dict[int, float] = dict(self._postings.get(part, {}))
                for meant in self._words.related[part]:
                    for i, weight in self._postings.get(meant, {}).items():
                        one[i] = max(one.get(i, 0.0), _RELATED_WEIGHT * weight)
                self._match_parts(part, one)
                for i, weight in one.items():
                    both[i] = both.get(i, 0.0) + _COMPOUND_WEIGHT * weight
            return both
        return {}


def _entry(path: str, chunk: Chunk, words: WordTable, *, leads: bool) -> _Entry:
    weights: dict[str, float] = {}
    for stem in words.stems(" ".join(chunk.headings)):
        weights[stem] = _HEADING_WEIGHT
    texts = words.stems(f"{chunk.question} {chunk.text}")
    weights.update(dict.fromkeys(texts, 1.0))
    source = " > ".join([path, *chunk.headings])
    fact = Fact(chunk.text, source, headings=chunk.headings, question=chunk.question)
    return _Entry(fact, weights, float(max(1, len(texts))), leads)


def _unique(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """A row for each text; equal ones are worked out once."""
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return embedder.embed(list(places))[[places[text] for text in texts]]


def _rarity(entries: Sequence[_Entry]) -> dict[str, float]:
    """BM25's inverse document frequency; a word that is in every fact weighs nothing."""
    counts = Counter(stem for entry in entries for stem in entry.weights)
    n = len(entries)
    return {stem: math.log(1.0 + (n - count + 0.5) / (count + 0.5)) for stem, count in counts.items()}


def _brevity(entries: Sequence[_Entry]) -> list[float]:
    """BM25's norm of length: a word counts less in a fact that says much else."""
    mean = sum(entry.length for entry in entries) / max(1, len(entries))
    return [min(1.0, (_K1 + 1.0) / (1.0 + _K1 * (1.0 - _B + _B * entry.length / mean))) for entry in entries]
