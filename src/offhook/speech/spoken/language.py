"""What a language has to know to be spoken, and the common way through a text.

A language gets whitespace words and gives one entry for each: so that the words a caller heard can be named in the
words that the model wrote. An entry may hold several spoken words ("$12.50"), or none (a lone bullet).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from offhook.speech.spoken.telephone import PHONE, PHONE_PART, phone_words

OPENERS: Final = "\"'“”‘’„‚«»‹›([¿¡"
CLOSERS: Final = "\"'“”‘’„«»‹›)].,!?;:…"
LETTER_A: Final = "\u2060A"
"""A spelled A, which some voices read as the article: a language may say it so, the engine's notation puts it right."""
QUOTES: Final = frozenset('"“”„«»')
PAUSE: Final = re.compile("[?!.;:,…]")
STOPS: Final = frozenset(".!?:…")
INVERTED: Final = "¿¡"
"""Opening signs that voices hear: the tune of a question begins there."""


class Language(Protocol):
    """How the words of one language are said. Pure; below a millisecond for a sentence; never raises."""

    def say(self, words: Sequence[str]) -> list[str]:
        """How each written word is said: as many entries as words.

        The words are those of one sentence or a few, free of markup (`markup.clean`), in compatible characters (NFKC)
        except for fractions such as ½, which stay one sign. What the language does not know stays as it is.
        """


class Word(NamedTuple):
    """A written word in three parts, which joined are the word."""

    lead: str
    """Opening punctuation."""
    core: str
    tail: str
    """Closing punctuation."""


class Place(NamedTuple):
    """Where a word stands. Neighbours are without outer punctuation; empty at the ends of the text."""

    before: str = ""
    before_that: str = ""
    after: str = ""
    after_that: str = ""
    ahead: tuple[str, ...] = ()
    """The next five, as far as no comma or full stop is between."""
    lead: str = ""
    """The word's own opening punctuation."""
    tail: str = ""
    """The word's own closing punctuation; without a full stop that belongs to an abbreviation."""
    is_first: bool = False
    """Of the text, or behind a full stop, a question mark or the like."""
    last: bool = False
    is_quoted: bool = False
    """Quotation marks are open in front of the word: one behind it closes them, and is no sign of inches."""
    phone: bool = False
    """The word belongs to a telephone number that may span several words."""
    region: str = ""
    """The agent's, in capitals: `US`, `GB`; empty when it is not known."""


Rule = Callable[[str, Place], str | None]
"""What is said for a core, or None when the word is not of its kind. May look at neighbours, never join words."""


def take_apart(word: str) -> Word:
    """The word and the punctuation around it; the bracket of an area code belongs to the number."""
    core = word.lstrip(OPENERS)
    unclosed = word.rstrip(CLOSERS)
    part = word.rstrip(".,!?;:")
    if unclosed[:1] in "(+" and (PHONE.fullmatch(unclosed) or (PHONE_PART.fullmatch(part) and ")" in part)):
        core = word
    lead = word[: len(word) - len(core)]
    bare = core.rstrip(CLOSERS)
    if bare.count("(") > bare.count(")") and core[len(bare) : len(bare) + 1] == ")":
        bare = core[: len(bare) + 1]
    return Word(lead, bare, core[len(bare) :])


RUPEES: Final = frozenset({"Rs.", "RS."})


def without_stops(words: Sequence[str], currencies: frozenset[str] = RUPEES) -> Sequence[str]:
    """ "Rs. 500" as "Rs 500": the stop behind a currency that has one ends nothing."""
    if currencies.isdisjoint(words):
        return words
    behind = [*words[1:], ""]
    return [
        word[:-1] if word in currencies and after[:1].isdecimal() else word
        for word, after in zip(words, behind, strict=True)
    ]


def close(said: str, tail: str) -> str:
    """What is said, with the pause that follows it: one mark, the strongest of the word's closing punctuation."""
    mark = next((mark for mark in "?!.;:," if mark in tail), "," if "…" in tail else "")
    if mark == "." and (tail.count(".") > 1 or ".," in tail):
        mark = ","  # The stop is an abbreviation's: "€/Std., max. 5".
    return said.rstrip(",.;: ") + mark if said and mark else said


@dataclass(frozen=True, slots=True)
class RuleLanguage:
    """A language as data: a table of rules, tried in order. See `Language`."""

    rules: tuple[Rule, ...]
    abbreviation: Rule
    """Is asked first. The core ends in a full stop where the writing has one ("Dr.")."""
    otherwise: Callable[[str], str]
    """What is said for a core that no rule knows; it gives it back as it is where the language cannot be sure."""
    stop_ends: Callable[[str, str, Place], bool] = lambda core, said, place: False
    """Whether the full stop of an abbreviation in the middle of the text ends a sentence as well: its core without the
    stop, what is said for it, its place. At the end of the text it always does."""
    region: str = ""
    word_rules: tuple[Rule, ...] = ()
    """In place of `rules` for words of letters (with hyphens and apostrophes), which are most words: few and quick."""
    digit_rules: tuple[Rule, ...] = ()
    """In place of `rules` for words of nothing but digits."""
    common: Callable[[str, str], bool] = lambda core, before: False
    """Whether a word in small letters, behind another, is said as it is written: asked first, of nearly every word."""

    def say(self, words: Sequence[str]) -> list[str]:
        """See `Language.say`."""
        words, spoken = without_stops(words), [""] * len(words)
        # An emoji between two words does not part them.
        places = [at for at, word in enumerate(words) if word]
        last = -1
        for at, (said, pause) in zip(places, self._all(list(filter(None, words))), strict=True):
            if said in (",", "."):
                said, pause = "", said
            spoken[at] = said
            if said:
                last = at
            elif pause and last >= 0 and spoken[last][-1:].isalnum():
                spoken[last] += pause  # The pause of a word that is not said belongs to the one before.
        return spoken

    def _all(self, words: Sequence[str]) -> Iterator[tuple[str, str]]:
        """What is said for each word, and the pause behind it."""
        parts = [take_apart(word) for word in words]
        phones = phone_words([part.core for part in parts])
        is_quoted = False
        for at, part in enumerate(parts):
            is_quoted = is_quoted or (part.lead != "" and not QUOTES.isdisjoint(part.lead))
            said = self._say(parts, at, phones[at], is_quoted)
            is_quoted = is_quoted and QUOTES.isdisjoint(part.tail)
            # The groups of a telephone number that was written in several words are said apart.
            between = phones[at] and phones[at + 1 : at + 2] == [True] and said[-1:].isalpha()
            pause = close("x", part.tail)[1:]
            following = parts[at + 1].lead if at + 1 < len(parts) else ""
            if not pause and said[-1:].isalnum() and ("(" in following or (")" in part.tail and at + 1 < len(parts))):
                said = f"{said},"  # A bracket is heard as a pause.
            yield (f"{said}," if between else said), pause

    def _say(self, parts: Sequence[Word], at: int, phone: bool, is_quoted: bool) -> str:
        word = parts[at]
        core = word.core
        is_small = core.islower() and core.isalpha() and word.tail[:1] != "." and not word.lead
        if is_small and self.common(core, parts[at - 1].core if at else ""):
            return close(core, word.tail)
        place = _place(parts, at, phone, is_quoted, self.region)
        tail = word.tail
        said = self.abbreviation(f"{word.core}.", place) if tail.startswith(".") and word.core else None
        if said is not None:
            # The stop belongs to the abbreviation; it ends the sentence only where one plainly ends.
            ends = place.last or self.stop_ends(word.core, said, place)
            tail = tail[1:] + ("." if ends and not PAUSE.search(tail[1:]) else "")
        else:
            said = self.abbreviation(word.core, place)
        if said is None:
            said = self._by_rules(word.core, place)
        inverted = "".join(sign for sign in word.lead if sign in INVERTED) if word.lead else ""
        return close(inverted + said if said else "", tail)

    def _by_rules(self, core: str, place: Place) -> str:
        is_word = core.isalpha() or core.replace("-", "").replace("'", "").isalpha()
        if is_word:
            rules = self.word_rules or self.rules
        else:
            rules = (self.digit_rules or self.rules) if core.isdecimal() else self.rules
        for rule in rules:
            said = rule(core, place)
            if said is not None:
                return said
        return core if is_word and "-" not in core else self.otherwise(core)


def _place(parts: Sequence[Word], at: int, phone: bool, is_quoted: bool, region: str) -> Place:
    last = len(parts) - 1
    word = parts[at]
    ahead = []
    for index in range(at, min(at + 5, last)):
        if parts[index].tail:
            break
        ahead.append(parts[index + 1].core)
    return Place(
        before=parts[at - 1].core if at else "",
        before_that=parts[at - 2].core if at > 1 else "",
        after=parts[at + 1].core if at < last else "",
        after_that=parts[at + 2].core if at + 1 < last else "",
        ahead=tuple(ahead),
        lead=word.lead,
        tail=word.tail,
        is_first=at == 0 or not STOPS.isdisjoint(parts[at - 1].tail),
        last=at == last,
        is_quoted=is_quoted,
        phone=phone,
        region=region,
    )
