"""Which language a text is in: a guess that is only made when it is safe, and cheap enough for every segment.

The words that stand in nearly every sentence are counted, for the agent's language and for the others. Names, borrowed
dishes and single words of another language do not outvote a sentence.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from offhook.speech.spoken.guess_words import LETTERS, TELLING, UNMISTAKABLE
from offhook.speech.spoken.language import take_apart

ENOUGH: Final = 2
"""Telling words that another language needs."""
LOANED: Final = frozenset({"la", "el", "le", "de", "du", "en", "al", "del", "con"})
"""Words that stand in borrowed names everywhere."""
LONGEST_WEAK: Final = 3
"""Letters of a capitalized word that is an abbreviation as likely as a word."""
FEWEST_STRANGE: Final = 4
"""Words: "crème brûlée, $9" is still a dish."""
MOST_WORDS: Final = 60
"""Of a text, as a sentence has."""
_WORDS: Final = {tag: frozenset(words.split()) for tag, words in TELLING.items()}
_TOLD_BY: Final = {
    word: tuple(tag for tag, words in _WORDS.items() if word in words) for words in _WORDS.values() for word in words
}
_SCRIPTS: Final = {
    "GREEK": "el", "HEBREW": "he", "THAI": "th", "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "DEVANAGARI": "hi",
    "CJK": "zh", "CYRILLIC": "", "ARABIC": "", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "GEORGIAN": "ka",
    "ARMENIAN": "hy",
}  # fmt: skip
"""The language of a script, where it is mostly one."""
_WRITTEN_IN: Final = {
    "ru": "CYRILLIC", "uk": "CYRILLIC", "bg": "CYRILLIC", "sr": "CYRILLIC", "mk": "CYRILLIC", "be": "CYRILLIC",
    "kk": "CYRILLIC", "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "mr": "DEVANAGARI", "ne": "DEVANAGARI",
    "ja": "CJK", "yue": "CJK",
} | {tag: script for script, tag in _SCRIPTS.items() if tag and tag != "ja"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guess:
    """What a text looks like."""

    primary: str
    """The primary tag of its language; the agent's when nothing speaks against it, empty when it is not known."""
    is_sure: bool
    """Else nothing that belongs to one language may be done with it."""


def language_of(words: Sequence[str], usual: str) -> Guess:
    """The language of the words (free of markup), of which `usual`, a primary tag, is the most likely."""
    if not all(word.isascii() for word in words):
        script = _script(words)
        if script:
            is_usual = _WRITTEN_IN.get(usual) == script or (usual == "ja" and script in ("HIRAGANA", "KATAKANA"))
            return Guess(usual, True) if is_usual else Guess(_SCRIPTS[script], bool(_SCRIPTS[script]))
    counts = _count(words, usual)
    as_usual = Guess("", False) if _is_strange(words, usual) else Guess(usual, True)
    if not any(tag != usual for tag in counts):
        return as_usual
    other, alone, against = "", 0, 0
    for tag in counts:
        if tag != usual:
            mine, theirs = _compared(counts, tag, usual)
            if (mine - theirs, mine, counts[tag][0]) > (alone - against, alone, counts[other][0] if other else 0):
                other, alone, against = tag, mine, theirs
    if alone <= against:
        return as_usual
    is_sure = alone >= ENOUGH and alone >= 2 * against and not _has_rival(counts, other, usual)
    is_sure = is_sure and not (other in LETTERS and _has_strange_letters(words, other))
    return Guess(other, True) if is_sure else Guess("", False)


def _is_strange(words: Sequence[str], usual: str) -> bool:
    """No word of the agent's language, and letters that it does not have: a language that is not on the list."""
    known = _WORDS.get(usual)
    if known is None or len(words) < FEWEST_STRANGE or all(word.isascii() for word in words):
        return False
    cores = [take_apart(word).core for word in words[:MOST_WORDS]]
    has_own = any(len(core) > 1 and core.lower() in known for core in cores)
    return not has_own and _has_strange_letters(words, usual)


def _has_strange_letters(words: Sequence[str], tag: str) -> bool:
    """In words that are no names."""
    letters = LETTERS.get(tag, "")
    return any(
        word[0].islower() and any(not c.isascii() and c.isalpha() and c not in letters for c in word)
        for word in words[:MOST_WORDS]
        if word and not word.isascii()
    )


_Counts = dict[str, tuple[int, dict[str, int]]]


def _count(words: Sequence[str], usual: str) -> "_Counts":
    """For each language its telling words: how many, and how many of them also tell each other language."""
    told: dict[str, tuple[int, dict[str, int]]] = {}
    starts, foreign = True, ""
    weak: list[tuple[str, ...]] = []
    parts = [take_apart(word) for word in words[:MOST_WORDS] if word]
    for at, (lead, core, tail) in enumerate(parts):
        goes_on = at + 1 < len(parts) and (len(core) <= LONGEST_WEAK or not parts[at + 1].core[:1].isupper())
        if tail[:1] == "." and goes_on:
            continue  # An abbreviation: "est. 1999" is no French.
        if "¿" in lead or "¡" in lead:
            _tell(told, ("es",), 2)
        # A capital inside a sentence is a name, or a noun of German.
        is_noun = len(core) > LONGEST_WEAK and _TOLD_BY.get(core.lower()) == ("de",)
        tag = UNMISTAKABLE.get(core, usual)
        # German has capitals in the middle of a sentence: "mai" is none of its words.
        is_usual = usual in _TOLD_BY.get(core.lower(), ()) and not (usual == "de" and core.islower())
        near = [part.core for part in (*parts[max(0, at - 2) : at], *parts[at + 1 : at + 2])]
        if tag != usual and not is_usual and any(c.isdecimal() for word in near for c in word):
            _tell(told, (tag,), 2)  # Also where it is all that a short sentence has.
        elif core and (starts or core[0].islower() or is_noun):
            small = core.lower()
            tags = _TOLD_BY.get(small, ())
            if not tags and not small.isascii() and core[0].islower():
                foreign = foreign or small
            if small in LOANED or (core[0].isupper() and len(core) <= LONGEST_WEAK and core.isascii()):
                weak.append(tags)
            else:
                _tell(told, tags)
        starts = any(sign in tail for sign in ".!?:") or (starts and not core)
    # "Mon", "La" and the accents of a borrowed dish only bear out what other words have told.
    weak.append(tuple(tag for tag, letters in LETTERS.items() if any(letter in letters for letter in foreign)))
    known = {usual, *(tag for tag in told if _compared(told, tag, usual)[0] > 0)}
    for tags in weak:
        _tell(told, tuple(tag for tag in tags if tag in known))
    return told


def _tell(told: "_Counts", tags: tuple[str, ...], weight: int = 1) -> None:
    for tag in tags:
        count, shared = told.get(tag, (0, {}))
        for other in tags:
            if other != tag:
                shared[other] = shared.get(other, 0) + weight
        told[tag] = (count + weight, shared)


def _compared(counts: "_Counts", one: str, other: str) -> tuple[int, int]:
    """How many words tell one language and not the other, either way."""
    in_one, shared = counts.get(one, (0, {}))
    both = shared.get(other, 0)
    return in_one - both, counts.get(other, (0, {}))[0] - both


def _has_rival(counts: "_Counts", chosen: str, usual: str) -> bool:
    """Whether a third language fits as well: Spanish and Portuguese share a lot."""
    for tag in counts:
        if tag not in (chosen, usual):
            mine, theirs = _compared(counts, chosen, tag)
            if mine <= theirs:
                return True
    return False


def _script(words: Sequence[str]) -> str:
    """The script of most letters, when it is not the Latin one."""
    found: dict[str, int] = {}
    for word in words[:MOST_WORDS]:
        for letter in word[:30]:
            if letter.isalpha():
                name = "LATIN" if letter < "\u0250" else unicodedata.name(letter, "").partition(" ")[0]
                found[name] = found.get(name, 0) + 1
    most = max(found, key=lambda name: found[name], default="")
    if most == "CJK" and (found.get("HIRAGANA") or found.get("KATAKANA")):
        return "HIRAGANA"
    return most if most in _SCRIPTS else ""
