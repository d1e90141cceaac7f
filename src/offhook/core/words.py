"""What the words alone say about a turn: backchannel, unfinished, a number being spelled. Pure, and per language by
the lists of `Script`.
"""

import re
import unicodedata
from enum import Enum
from functools import lru_cache
from typing import Final

from offhook.core.announced import asks_for
from offhook.core.behaviour import Script
from offhook.core.dictation import Asked, wholeness
from offhook.core.numbers import Wholeness
from offhook.core.phrases import GAP, at_end, found, is_all

_WORD: Final = re.compile(r"[^\W_]+(?:['’.@:-][^\W_]+)*")
_MOST_CHARS: Final = 4000
"""Longer texts are judged by their last part: no turn is that long, and every answer here comes within milliseconds."""

_HUM: Final = re.compile(r"[mhnua]+(?:-[mhnua]+)*")
"""A word of these letters may be a hum, which transcribers spell as they like: "mhmm", "mm-hm", "m-hm"."""
_LENGTHENED: Final = re.compile(r"(\w)\1{2,}")
"""A letter three times or more: "okaaay", "yeahhh"."""

_QUESTION_SIGNS: Final = frozenset("?？؟⁇⁈⁉﹖︖⸮፧՞‽")
_GREEK_QUESTION_SIGNS: Final = frozenset(";\u037e")
_SIGNS: Final = 16
"""So many signs behind the last word are looked at."""

_AROUND: Final = ",.!?…;:-—–\"'“”„()¿¡"
_ENDS: Final = (".", "!", "?", "…")
_SENTENCE_END: Final = re.compile(r"[.!?…]\s+")
_CLAUSE_END: Final = re.compile(r"[,;:.!?…，；：。！？]+(?=\s|$)|\s[-–—]+\s")
_WAIT_CHARS: Final = 240
"""Who asks for time does so in the last sentences of a turn."""
_WORDS_BEHIND_WAITING: Final = 12
"""With more words behind it, the caller asked to wait and then went on to say what it is about."""

_WORDS_BEHIND_ASKING: Final = 2
"""The same before a question mark: "one moment, please?" and not "hold on, is that the price?"."""

_CLOSING_WORDS: Final = 16
"""With so many at the end, at most, a phrase closes a turn."""


class Shape(Enum):
    """How a turn's text ends."""

    COMPLETE = "complete"
    OPEN = "open"
    """It ends on a word or sign that nobody ends on."""
    STRANDED = "stranded"
    """It is a question that ends on such a word, as questions may: "where are you from". The sound decides."""
    FAREWELL = "farewell"
    """It ends with a goodbye: hardly anybody goes on after that, however it sounds."""
    COLLECTING = "collecting"
    """It ends inside a number, a code, an e-mail or a spelled name, or may do so."""


@lru_cache(maxsize=512)
def normalize(text: str) -> str:
    """Lower case, no punctuation or accents of form, single spaces: what two equal utterances share."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_WORD.findall(folded.replace("’", "'")))


# ── listening, hesitating, saying goodbye ────────────────────────────────────────────────────────────────────────


def is_backchannel(text: str, script: Script) -> bool:
    """True when the text is nothing, or only sounds of listening: it does not take the floor from the agent."""
    said = normalize(text[-_MOST_CHARS:])
    if not said:
        return True
    words = said.split()
    denials = _with_hums(script.denials)
    # "Uh-uh" and "mm-mm" are made of sounds of listening, and say no.
    if said in denials or any(word in denials or _hum(word) in denials for word in words) or _is_no(text, script):
        return False
    quiet = _with_hums(script.backchannels + script.hesitations)
    return said in quiet or all(_is_quiet(word, quiet) for word in words)


def is_hesitation(text: str, script: Script) -> bool:
    """True when the caller has only said "um", however long it was: a turn that has not begun."""
    said = normalize(text)
    known = script.hesitations + script.fillers
    if not said or said in known:
        return bool(said)
    quiet = _with_hums(known)
    return all(word in quiet or _hum(word) in quiet for word in said.split()) and not _is_no(text, script)


def without_fillers(text: str, script: Script) -> str:
    """What the caller has said, without "um": evidence that more comes, and nothing that a model should read.

    What is left begins as a sentence where the sound had; words in capitals are none ("the ER").
    """
    if not script.fillers or _is_no(text, script):
        return text
    kept: list[str] = []
    fillers = _with_hums(script.fillers)
    is_cut, begins = False, True
    for word in text.split():
        bare = word.strip(_AROUND)
        said, is_word = normalize(bare), len(bare) > 1 and bare.isupper()
        if said and (said in fillers or _hum(said) in fillers) and not is_word:
            end = word[len(word.rstrip(_AROUND)) :].strip(",…-—–")
            # "A table, um, for two." A full stop behind the sound ends the sentence before it.
            if kept and kept[-1][-1:] not in _ENDS:
                kept[-1] = kept[-1].rstrip(",") + end[:1]
            is_cut = True
            continue
        kept.append(word[:1].upper() + word[1:] if is_cut and begins else word)
        is_cut, begins = False, kept[-1][-1:] in _ENDS
    return " ".join(kept)


def _is_no(text: str, script: Script) -> bool:
    """True for "uh uh": the two hums of a no, without a sign between them; "uh, uh" is looking for words."""
    hums = text.strip(_AROUND + " ").casefold().split()
    return len(hums) == 2 and all(map(_HUM.fullmatch, hums)) and "-".join(hums) in script.denials


def is_end_phrase(text: str, script: Script) -> bool:
    """True when the caller's whole turn is a goodbye."""
    return normalize(text) in script.end_phrases


def _is_quiet(word: str, quiet: frozenset[str]) -> bool:
    return word in quiet or _hum(word) in quiet or ("-" in word and all(_is_quiet(w, quiet) for w in word.split("-")))


@lru_cache(maxsize=4096)
def _hum(word: str) -> str:
    """The form that all spellings of a hum share, with a "~" before it so that no word is taken for one.

    Letters are counted once, except within a hum: "uhhuh" is "uh-huh", a yes, and not "uh-uh", a no.
    """
    if not _HUM.fullmatch(word):
        return _LENGTHENED.sub(r"\1", word)
    parts = (re.sub(r"^(\w)\1+|(\w)\2+$", r"\1\2", part) for part in word.split("-"))
    return "~" + re.sub(r"(\w)\1{2,}", r"\1\1", "".join(parts))


@lru_cache(maxsize=64)
def _with_hums(words: tuple[str, ...]) -> frozenset[str]:
    """The words as they are listed, and the hums among them in the form that their spellings share."""
    return frozenset(words) | {_hum(word) for word in words}


# ── asking for time ──────────────────────────────────────────────────────────────────────────────────────────────


def asks_for_time(text: str, script: Script) -> bool:
    """True when the caller asks the agent to wait: "hold on", "one moment", "let me get my card".

    A phrase of one word ("wait") has to be all of its clause. A caller who asks something else in the same breath, or
    goes on for long, does not want to be waited for.
    """
    clauses = [normalize(part).split() for part in _CLAUSE_END.split(text[-_WAIT_CHARS:])]
    most = _WORDS_BEHIND_ASKING if is_question(text) else _WORDS_BEHIND_WAITING
    behind = sum(map(len, clauses))
    for clause in clauses:
        behind -= len(clause)
        if behind > most:
            continue
        if is_all(_without_politeness(clause, script), script.time.alone):
            return True
        for begin, end in found(clause, script.wait_phrases):
            phrase, before, after = clause[begin:end], clause[:begin], clause[end:]
            if (len(phrase) == 1 < len(clause)) or len(after) + behind > _WORDS_BEHIND_WAITING:
                continue
            if not _counts(phrase, after, script) and _is_wish(before, after, script):
                return True
    return False


def _counts(phrase: list[str], after: list[str], script: Script) -> bool:
    """True for "I need a second room", "necesito un segundo cuarto": the second of something, and no time."""
    time = script.time
    if not after or " ".join(phrase[-2:]) not in time.seconds or phrase[0] in time.sure:
        return False
    words = (*script.open_words, *script.backchannels, *script.hesitations, *script.request_words)
    begun = {word.split()[0] for word in (*words, *script.question_words)}
    return after[0] not in begun and after[0] not in time.behind


def _without_politeness(clause: list[str], script: Script) -> list[str]:
    """ "Yes, a moment please" is "a moment"."""
    polite = _single(script.backchannels + script.hesitations + script.denials)
    begin, end = 0, len(clause)
    while begin < end and clause[begin] in polite:
        begin += 1
    for request in script.request_words:
        size = request.count(" ") + 1
        if begin + size < end and " ".join(clause[end - size : end]) == request:
            end -= size
    return clause[begin:end]


@lru_cache(maxsize=64)
def _single(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for word in words if " " not in word)


def _is_wish(before: list[str], after: list[str], script: Script) -> bool:
    """False for "I can't hold on", "how long must I hold on" and "could you hold on my booking"."""
    polite = _with_hums(script.backchannels + script.hesitations + script.denials)
    while before and before[0] in polite:
        before = before[1:]
    if before and before[-1] in script.time.spans:
        return False
    no = set(script.negations) - set(script.denials)
    reach = before[-4:] if before and before[-1] in script.open_words else before[-1:]
    if any(word in no for word in reach) or any(word in no for word in after[:1]):
        return False
    said = f" {' '.join(before)} "
    if any(f" {words} " in said for words in script.request_words):
        return not after or " ".join(after) in script.request_words
    # A question begins with one of its words, or with the second behind "and": "my card is upstairs, hold on" is none.
    is_second = bool(before) and before[0] in script.figures.joiners
    if any(said.startswith(f" {words} ") or (is_second and before[1:2] == [words]) for words in script.question_words):
        return False
    # "I put a hold on my card": behind an article or a preposition it is no phrase any more.
    return len(before) < 2 or before[-1] not in script.open_words


# ── how a turn ends ──────────────────────────────────────────────────────────────────────────────────────────────


def is_question(text: str) -> bool:
    """True when the text's last sentence ends as a question; quotes, brackets and dots may stand behind the sign.

    Only punctuation is asked, and only the last sentence's: "Is that right? Thank you." is none.
    """
    tail = text.rstrip()[-_SIGNS:]
    words = len(tail)
    while words and not tail[words - 1].isalnum():
        words -= 1
    signs = set(tail[words:])
    if signs & _QUESTION_SIGNS:
        return True
    # The Greek question sign is a semicolon everywhere else.
    return bool(signs & _GREEK_QUESTION_SIGNS) and words > 0 and "GREEK" in unicodedata.name(tail[words - 1], "")


def wants_answer(text: str, script: Script) -> bool:
    """True when what the agent said ends as a question, or asks for words in another way: "please say yes"."""
    if is_question(text):
        return True
    last = f" {normalize(_SENTENCE_END.split(text.rstrip(' .!…'))[-1])} "
    return any(f" {phrase} " in last for phrase in script.request_words)


def shape_of(text: str, agent_text: str, script: Script, there: Wholeness | None = None) -> Shape:
    """How the caller's text ends, given what the agent said last. Interim texts have no punctuation, finals have.

    `there` is how much there is of what is dictated, when that was judged already (`core.dictation`).
    """
    stripped = text.strip()[-_MOST_CHARS:]
    tokens = normalize(stripped).split()
    if not tokens:
        return Shape.OPEN
    question = is_question(stripped)
    there = wholeness(stripped, Asked(agent_text), script) if there is None else there
    # Who dictates may lift the voice at each part ("503?"); who was not asked for a number asks about one.
    if there is not Wholeness.NONE and (not question or asks_for(agent_text, script).kinds):
        return Shape.COLLECTING if there in (Wholeness.GROWING, Wholeness.PERHAPS) else Shape.COMPLETE
    if question:
        return Shape.COMPLETE
    if stripped.endswith((",", "...", "…", "-", "—")):
        return Shape.OPEN
    if _ends_open(tokens, script) and not _closes(stripped, script):
        return Shape.STRANDED if _is_stranded(stripped, script) else Shape.OPEN
    said = f" {' '.join(tokens)}"
    return Shape.FAREWELL if any(said.endswith(f" {phrase}") for phrase in script.end_phrases) else Shape.COMPLETE


def _ends_open(tokens: list[str], script: Script) -> bool:
    if tokens[-1] in script.hesitations or tokens[-1] in script.open_words:
        return True
    phrases = (" ".join(tokens[-2:]), " ".join(tokens[-3:]))
    return any(phrase in script.hesitations or phrase in script.open_words for phrase in phrases)


def _is_stranded(text: str, script: Script) -> bool:
    """True for "where are you from": the last sentence begins as a question does, and ends on a word that it left."""
    words = normalize(_SENTENCE_END.split(text.rstrip(".!… "))[-1]).split()
    while words and words[0] in script.hesitations + script.backchannels:
        words = words[1:]
    return len(words) > 2 and words[0] in script.question_words and words[-1] in script.stranded_words


def _closes(text: str, script: Script) -> bool:
    """True when the text is complete although its last word is an open one: "Yes it is", "I think so".

    A full stop is no proof: local transcribers write one wherever the caller draws breath ("a table for.").
    """
    said, (whole, parted) = normalize(text).split(), _closings(script.closing_words)
    if " ".join(said) in script.backchannels or any(True for _ in at_end(said[-_CLOSING_WORDS:], whole)):
        return True
    clause = normalize(_CLAUSE_END.split(text.rstrip(_AROUND + " "))[-1]).split()
    # "What I came for", and not "what I want is for".
    begun = script.open_words + script.question_words
    return any(free not in begun for free in at_end(clause[-_CLOSING_WORDS:], parted))


@lru_cache(maxsize=64)
def _closings(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Phrases without a free word, and those with one, which stand within one clause."""
    parted = tuple(phrase for phrase in phrases if GAP in phrase.split() or "#" in phrase.split())
    return tuple(phrase for phrase in phrases if phrase not in parted), parted
