"""What the agent says that it did, against what its tools returned. Pure, and per language by the lists of `Script`.

A claim is a phrase of a tool ("I have booked", "your table ... is reserved") inside a clause of a statement. A
question, a condition before it ("once I have booked") or a negation in its clause makes it no claim. The lists hold
finished tenses only, so that "I can book" and "I will book" are none either. When in doubt it is no claim: a report
that cries wolf is not read.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeVar

import msgspec

from offhook.core.behaviour import Script
from offhook.core.history import AnyEntry, Outcome, ToolAnswered, ToolCalled
from offhook.core.words import normalize

GAP_WORDS: Final = 8
"""So many words may stand where a phrase has `...`."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+")
_CLAUSE_END: Final = re.compile(r"[,;:()–—]|\s-\s")
_GAP: Final = re.compile(r"\.\.\.|…")


_K = TypeVar("_K")


class Claim(msgspec.Struct, frozen=True):
    """The agent says that a tool has done something."""

    tools: tuple[str, ...]
    """Any of them may be meant."""
    text: str
    """The sentence."""


def as_phrase(text: str) -> str:
    """A phrase as it is compared: normalized, with ` ... ` for a gap."""
    return " ... ".join(part for part in map(normalize, _GAP.split(text)) if part)


def claims(text: str, script: Script) -> Iterator[Claim]:
    """The claims in what the agent said, in order."""
    for sentence in _SENTENCE_END.split(text):
        if "?" in sentence:
            continue
        before = ""
        for clause in _CLAUSE_END.split(sentence):
            words = normalize(clause)
            if not _has_any(words, script.negations):
                tools = tuple(name for name in script.tools if _is_claimed(name, before, words, script))
                if tools:
                    yield Claim(tools, sentence.strip())
            before = f"{before} {words}"


def said(text: str, phrases: Mapping[_K, Collection[str]], script: Script) -> Iterator[tuple[_K, str]]:
    """The sentences that say something of these kinds, each with its kind, in order: by the rules of `claims`."""
    for sentence in _SENTENCE_END.split(text):
        if "?" in sentence:
            continue
        before = ""
        for clause in _CLAUSE_END.split(sentence):
            words = normalize(clause)
            if not _has_any(words, script.negations):
                for kind, own in phrases.items():
                    hits = (_pattern(phrase).search(words) for phrase in own)
                    if any(hit and not _has_any(f"{before} {words[: hit.start()]}", script.conditions) for hit in hits):
                        yield kind, sentence.strip()
            before = f"{before} {words}"


def has(
    text: str, phrases: Collection[str], *, unless: Collection[str] = (), unless_in_sentence: Collection[str] = ()
) -> bool:
    """Some clause of the text holds one of the phrases, and none of `unless`; nor does its sentence hold one of the
    others."""
    for sentence in _SENTENCE_END.split(text):
        if unless_in_sentence and _has_any(normalize(sentence), unless_in_sentence):
            continue
        for clause in _CLAUSE_END.split(sentence):
            words = normalize(clause)
            if any(_pattern(phrase).search(words) for phrase in phrases) and not _has_any(words, unless):
                return True
    return False


def false_claims(text: str, script: Script, done: Collection[str]) -> list[Claim]:
    """The claims for which no tool in `done` can be meant; one for the same tools."""
    found: dict[tuple[str, ...], Claim] = {}
    for claim in claims(text, script):
        if not set(claim.tools) & set(done):
            found.setdefault(claim.tools, claim)
    return list(found.values())


def check(text: str, script: Script, entries: Sequence[AnyEntry]) -> list[Claim]:
    """What of `text`, which the caller has heard, no tool of this call has done.

    A tool that still runs may yet make it true. One that failed does not, nor one of which nobody knows.
    """
    if not text or not script.tools:
        return []
    names = {entry.call: entry.name for entry in entries if isinstance(entry, ToolCalled)}
    for entry in entries:
        if isinstance(entry, ToolAnswered) and entry.outcome is not Outcome.DONE:
            names.pop(entry.call, None)
    return false_claims(text, script, set(names.values()))


def _has_any(words: str, phrases: Collection[str]) -> bool:
    padded = f" {words} "
    return any(f" {phrase} " in padded for phrase in phrases)


def _is_claimed(tool: str, before: str, words: str, script: Script) -> bool:
    """True when a clause holds a phrase of the tool, and nothing in the sentence up to it is a condition."""
    found = (_pattern(phrase).search(words) for phrase in script.tools[tool].promises)
    return any(hit and not _has_any(f"{before} {words[: hit.start()]}", script.conditions) for hit in found)


@lru_cache(maxsize=2048)
def _pattern(phrase: str) -> re.Pattern[str]:
    gap = rf" (?:\S+ ){{0,{GAP_WORDS}}}"
    words = gap.join(re.escape(part) for part in phrase.split(" ... "))
    return re.compile(rf"(?<!\S){words}(?!\S)")
