"""What the words alone say about a turn: backchannel, unfinished, a number being spelled, an echo of the agent. Pure,
and per language by the lists of `Script`.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import Final

from offhook.core.announced import asks_for
from offhook.core.behaviour import Script
from offhook.core.dictation import Asked, wholeness
from offhook.core.numbers import Wholeness

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

_SIGN: Final = re.compile(r"[^\w ]")
_MOST_ECHO_WORDS: Final = 500
_ECHO_MISTAKES: Final = 5
"""One word in so many of an echo may be misheard, left out or added."""
_SHORT_WORD: Final = 3
"""Letters. So short a word is often misheard, and never alone makes a stretch another one."""
_EXACT_MISTAKES: Final = 3
"""One word in so many of an echo may be another one, short words counted too."""
_SURE_LENGTH: Final = 5
"""Fewer words of an echo are right at both ends."""
_PART_LETTERS: Final = 3
"""An echo begins and ends anywhere: so many letters of its first or last word show which word that is."""
_SAME_SHARE: Final = 0.9
"""Of the words of two utterances, when they are the same one."""


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
    if said in denials or any(word in denials or _hum(word) in denials for word in words):
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
    return all(word in quiet or _hum(word) in quiet for word in said.split())


def without_fillers(text: str, script: Script) -> str:
    """What the caller has said, without "um": evidence that more comes, and nothing that a model should read.

    What is left begins as a sentence where the sound had; words in capitals are none ("the ER").
    """
    if not script.fillers:
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
        for before, after in _parted(clause, script.wait_phrases):
            if behind <= most and len(after) + behind <= _WORDS_BEHIND_WAITING and _is_wish(before, after, script):
                return True
    return False


def _parted(clause: list[str], phrases: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """What stands before and behind each of the phrases in the clause."""
    said = f" {' '.join(clause)} "
    for phrase in phrases:
        at = said.find(f" {phrase} ")
        if at >= 0 and (" " in phrase or len(clause) == 1):
            yield said[:at].split(), said[at + len(phrase) + 1 :].split()


def _is_wish(before: list[str], after: list[str], script: Script) -> bool:
    """False for "I can't hold on", "how long must I hold on" and "could you hold on my booking"."""
    polite = _with_hums(script.backchannels + script.hesitations + script.denials)
    while before and before[0] in polite:
        before = before[1:]
    no = set(script.negations) - set(script.denials)
    reach = before[-4:] if before and before[-1] in script.open_words else before[-1:]
    if any(word in no for word in reach) or any(word in no for word in after[:1]):
        return False
    said = f" {' '.join(before)} "
    if any(f" {words} " in said for words in script.request_words):
        return not after or " ".join(after) in script.request_words
    # A question begins with one of its words, or with the second behind "and": "my card is upstairs, hold on" is none.
    if any(said.startswith(f" {words} ") or " ".join(before[1:2]) == words for words in script.question_words):
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
    said = f" {normalize(text)}"
    return said.strip() in script.backchannels or any(said.endswith(f" {phrase}") for phrase in script.closing_words)


# ── the same words again ─────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=128)
def is_echo(text: str, sounded: str, least_words: int) -> bool:
    """True when the text is a stretch of what the agent said (`sounded`), heard back with a few words misheard.

    It has at least `least_words` words (0: never an echo), four in five of them stand side by side there, and it ends
    as the stretch does: a caller who says the agent's words and goes on is a caller. In doubt it is no echo, since an
    echo that is answered costs less than a caller who is not.
    """
    heard, said = _echo_words(text), _echo_words(sounded)
    count = len(heard)
    # Who repeats the agent's words as a question wants an answer.
    if not 0 < least_words <= count or (is_question(text) and not _QUESTION_SIGNS & set(sounded)):
        return False
    close = _mistakes(heard, said, are_short_alike=True)
    exact = _mistakes(heard, said, are_short_alike=False)
    allowed = count // _ECHO_MISTAKES
    return any(
        close[end] <= allowed
        and exact[end] <= max(allowed, count // _EXACT_MISTAKES)
        and _ends_match(heard, said[max(0, end + 1 - count - allowed) : end + 1], allowed)
        for end in range(len(said))
    )


def said_again(a: str, b: str) -> bool:
    """True when the two are the same utterance but for small differences: a machine's menu that begins again."""
    one, other = normalize(a[-_MOST_CHARS:]).split(), normalize(b[-_MOST_CHARS:]).split()
    return bool(one) and bool(other) and _shared(one, other) >= _SAME_SHARE * max(len(one), len(other))


def _echo_words(text: str) -> list[str]:
    """Words as they sound: a voice says no hyphen, and a transcriber writes "its" for "it's", "pm" for "p.m."."""
    return _SIGN.sub("", normalize(text[-_MOST_CHARS:]).replace("-", " ")).split()[-_MOST_ECHO_WORDS:]


def _ends_match(heard: list[str], stretch: list[str], allowed: int) -> bool:
    """True when both ends are the stretch's own words, or parts of them that were cut off."""
    last, first = heard[-1], heard[0]
    if last != stretch[-1] and not (len(last) >= _PART_LETTERS and stretch[-1].startswith(last)):
        return False
    begins = stretch[: 2 * allowed + 1]
    if first in begins or any(len(first) >= _PART_LETTERS and word.endswith(first) for word in begins):
        return True
    if len(heard) < _SURE_LENGTH:
        return False
    # "No, it is open ...": a short word before the agent's own is the caller's answer to them, not a misheard one,
    # unless it stands in the place of one as short.
    return len(first) > _SHORT_WORD or any(
        word == heard[1] and len(before) <= _SHORT_WORD for before, word in pairwise(begins)
    )


def _places(words: Sequence[str]) -> dict[str, int]:
    """By word, a number whose bits are the word's places."""
    places: dict[str, int] = {}
    for index, word in enumerate(words):
        places[word] = places.get(word, 0) | (1 << index)
    return places


def _mistakes(heard: Sequence[str], said: Sequence[str], *, are_short_alike: bool) -> list[int]:
    """For each word of `said`: the fewest mistakes with which the whole of `heard` is a stretch that ends there.

    Words missing, added or replaced count one each. All places are counted at once, as the bits of one number
    (Myers, "A fast bit-vector algorithm for approximate string matching", 1999): a step per word of `said`.
    """
    places, count = _places(heard), len(heard)
    short = sum(bits for word, bits in places.items() if len(word) <= _SHORT_WORD and not word.isdecimal())
    whole, last, fewest = (1 << count) - 1, 1 << (count - 1), []
    rises, falls, score = whole, 0, count
    for word in said:
        equal = places.get(word, 0)
        if are_short_alike and len(word) <= _SHORT_WORD and not word.isdecimal():
            equal |= short
        same = (((equal & rises) + rises) ^ rises) | equal | falls
        up, down = falls | (~(same | rises) & whole), rises & same
        score += 1 if up & last else -1 if down & last else 0
        up, down = (up << 1) & whole, (down << 1) & whole
        rises, falls = down | (~(same | up) & whole), up & same
        fewest.append(score)
    return fewest


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words stand in the same order in both: their longest common subsequence, all places at once (Hyyrö,
    "Bit-parallel LCS-length computation revisited", 2004).
    """
    places, whole = _places(one), (1 << len(one)) - 1
    free = whole
    for word in other:
        taken = free & places.get(word, 0)
        free = ((free + taken) | (free - taken)) & whole
    return len(one) - free.bit_count()
