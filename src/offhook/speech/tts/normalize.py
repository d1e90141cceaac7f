"""From written text to what the voice is to say, word by word.

The result is aligned with the text by construction: entry `i` is how `text.split()[i]` is said, so that the words a
caller heard can be named in the words that the model wrote. An entry may hold several spoken words ("$12.50"), or
none (a list bullet, an emoji).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from offhook.speech.tts.written import PHONE, RULES, Place, abbreviation, names_day, plain

OPENERS: Final = "\"'“”‘’«»([{<*_`~>|"
CLOSERS: Final = "\"'“”‘’«»)]}>*_`~|.,!?;:…"
LINK: Final = re.compile(r"\]\([^)\s]*\)?")
PHONE_PART: Final = re.compile(r"\+?\(?\d[\d().-]*")
LONGEST_WORD: Final = 400
"""Characters; what is longer is no word and is cut."""
ENDING: Final = frozenset({"Street", "Drive", "Avenue", "Road", "Boulevard", "et cetera", "AM", "PM"})
"""Abbreviations before whose successor, in a capital letter, a sentence ends."""
DAY_FIRST_REGIONS: Final = frozenset({"GB", "IE", "AU", "NZ", "IN", "ZA"})


def normalize(text: str, language: str = "en-US", lexicon: Mapping[str, str] | None = None) -> list[str]:
    """How each whitespace-separated word of `text` is said: as many entries as words, some may be empty.

    English is spelled out in full, without a digit; of other languages only markup and symbols are taken away.
    `lexicon` maps words or phrases, in any case, to a respelling or to `/phonemes/`.
    """
    written = [_canonical(word) for word in text.split()]
    primary, _, region = language.replace("_", "-").partition("-")
    if primary.lower() == "en":
        spoken = _english(written, region.upper() in DAY_FIRST_REGIONS)
    else:
        spoken = [_strip_markup(word) for word in written]
    own = _lexicon(written, lexicon or {})
    return [said if given is None else given for said, given in zip(spoken, own, strict=True)]


def _english(written: Sequence[str], day_first: bool) -> list[str]:
    parts = [_parts(word) for word in written]
    phones = _phones([core for _, core, _ in parts])
    spoken = []
    for i in range(len(written)):
        said = _say(parts, i, phones[i], day_first)
        # The groups of a telephone number that was written in several words are said apart.
        between = phones[i] and phones[i + 1 : i + 2] == [True] and said[-1:].isalpha()
        spoken.append(f"{said}," if between else said)
    return spoken


def _canonical(word: str) -> str:
    """The word in compatible characters (full width, superscripts, other scripts' digits), free of links and emoji."""
    folded = unicodedata.normalize("NFKC", word[:LONGEST_WORD])
    folded = LINK.sub("", folded).replace("’", "'").replace("⁄", "/").replace("−", "-")
    return "".join(_canonical_character(c) for c in folded)


def _canonical_character(c: str) -> str:
    if c.isascii():
        return c if c.isprintable() else ""
    if c.isdigit():
        return str(unicodedata.digit(c))
    # Emoji, dingbats, private and unassigned characters, joiners and variation selectors.
    return "" if unicodedata.category(c) in ("So", "Sk", "Cf", "Cc", "Cs", "Co", "Cn", "Me") and c != "°" else c


def _parts(word: str) -> tuple[str, str, str]:
    """Opening punctuation, the word, closing punctuation."""
    core = word.lstrip(OPENERS)
    if PHONE.fullmatch(word.rstrip(CLOSERS)) or PHONE_PART.fullmatch(word.rstrip(CLOSERS)):
        core = word  # The bracket belongs to the area code.
    lead = word[: len(word) - len(core)]
    bare = core.rstrip(CLOSERS)
    return lead, bare, core[len(bare) :]


def _phones(cores: Sequence[str]) -> list[bool]:
    """Which words belong to a telephone number that is written in several words."""
    flags = [False] * len(cores)
    begin = 0
    while begin < len(cores):
        end = begin
        while end < len(cores) and PHONE_PART.fullmatch(cores[end]) and (end == begin or cores[end][0] not in "+("):
            end += 1
        # "(503) 555-0142": the bracket may also follow a country code.
        if end < len(cores) and end == begin + 1 and cores[end][:1] == "(" and cores[begin][:1] in "+1":
            while end < len(cores) and PHONE_PART.fullmatch(cores[end]):
                end += 1
        if _is_phone(cores[begin:end]):
            flags[begin:end] = [True] * (end - begin)
        begin = max(end, begin + 1)
    return flags


def _is_phone(words: Sequence[str]) -> bool:
    groups = re.findall(r"\d+", " ".join(words))
    lengths = [len(group) for group in groups]
    if len(words) < 2 or not 7 <= sum(lengths) <= 15 or max(lengths) > 8:
        return False
    marked = words[0][0] in "+(0" or lengths[-2:] == [3, 4]
    return marked and all(re.fullmatch(r"[\d().+-]+", word) for word in words)


def _say(parts: Sequence[tuple[str, str, str]], i: int, phone: bool, day_first: bool) -> str:
    def core_at(at: int) -> str:
        return parts[at][1] if 0 <= at < len(parts) else ""

    _, core, tail = parts[i]
    last = i == len(parts) - 1
    place = Place(core_at(i - 1), core_at(i - 2), core_at(i + 1), last, phone, day_first)
    if core[:1] == "#" and core[1:2].isdigit():
        core = core[1:]
        numbered = "number "
    else:
        numbered = ""
        core = core.lstrip("#")
    said = abbreviation(f"{core}.", place) if tail.startswith(".") else None
    if said is not None:
        # The stop belongs to the abbreviation; it ends the sentence only where one plainly ends.
        ends = last or (said in ENDING and place.after[:1].isupper() and not names_day(place.after))
        ends = ends or (said in ("AM", "PM") and "." not in core)
        tail = tail[1:] + ("." if ends else "")
    else:
        said = abbreviation(core, place)
    if said is None:
        said = next((found for rule in RULES if (found := rule(core, place)) is not None), None)
    said = numbered + (plain(core) if said is None else said)
    return _close(said, tail)


def _close(said: str, tail: str) -> str:
    """The pause that follows the word: one mark, the strongest."""
    mark = next((mark for mark in "?!.;:," if mark in tail), "," if "…" in tail else "")
    if mark == "." and tail.count(".") > 1:
        mark = ","
    return said.rstrip(",.;: ") + mark if said and mark else said


def _strip_markup(word: str) -> str:
    kept = "".join(c for c in word if c not in "*`~|<>[]{}#_\\^•")
    return kept if any(c.isalnum() for c in kept) else ""


# ── the owner's lexicon ──────────────────────────────────────────────────────────────────────────────────────────


def _lexicon(written: Sequence[str], lexicon: Mapping[str, str]) -> list[str | None]:
    spoken: list[str | None] = [None] * len(written)
    entries = {tuple(key.casefold().split()): said for key, said in lexicon.items() if key.split()}
    longest = max((len(key) for key in entries), default=0)
    at = 0
    while entries and at < len(written):
        for length in range(min(longest, len(written) - at), 0, -1):
            bare = [word.strip(OPENERS + CLOSERS) for word in written[at : at + length]]
            stem, ending = _stem(bare[-1])
            key = tuple(word.casefold() for word in (*bare[:-1], stem))
            whole = tuple(word.casefold() for word in bare)
            if whole in entries or key in entries:
                said = entries[whole] if whole in entries else _with_ending(entries[key], ending)
                _, _, tail = _parts(written[at + length - 1])
                shown = " ".join(bare).translate(str.maketrans("", "", "[]()"))
                said = f"[{shown}]({said})" if said.startswith("/") else said
                spoken[at : at + length] = [*([""] * (length - 1)), _close(said, tail)]
                at += length - 1
                break
        at += 1
    return spoken


def _stem(word: str) -> tuple[str, str]:
    return (word[:-2], "s") if word.lower().endswith("'s") else (word, "")


def _with_ending(said: str, ending: str) -> str:
    if not ending:
        return said
    return f"{said.rstrip('/')}z/" if said.startswith("/") else f"{said}'s"
