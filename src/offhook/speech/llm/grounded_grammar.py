"""What the grammars of all languages have in common: each gives its patterns, `PatternGrammar` uses them.

Numbers, days and times are brought into one written form (`figures`), in which `grounded_slots` reads them: a language
translates its words of time and number, and needs no reader of its own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from offhook.clock import Date
from offhook.speech.llm import grounded_slots as slots
from offhook.speech.llm.grounded_language import Act, Deed, Value
from offhook.speech.llm.grounded_schema import Kind, Slot
from offhook.speech.stems import WordTable

_SHORT_WORDS: Final = 12
_SHORT_CHARS: Final = 80
_KEPT: Final = 4_096
_ORDER: Final = (Deed.CANCEL, Deed.CHANGE, Deed.SEND_BACK, Deed.REPORT, Deed.LOOK_UP, Deed.MAKE)
_SPELLED_CODE: Final = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class Patterns:
    """One language's. All are tried on lower case without punctuation unless something else is said."""

    table: WordTable
    polite: str
    whole: Mapping[Act, str]
    """Acts that are the whole turn."""
    within: Mapping[Act, str]
    """Acts that stand somewhere in it."""
    yes_first: str
    no_first: str
    split: re.Pattern[str]
    """Between clauses, on the text as it is."""
    lead: re.Pattern[str]
    """Greetings and the like in front of a clause, on the text as it is."""
    empty: str
    """Words that make no clause."""
    question: re.Pattern[str]
    proposal: frozenset[str]
    """Words that propose values to a form, and ask nothing."""
    following: re.Pattern[str]
    told: re.Pattern[str]
    """A message that is told along with the wish, on the text as it is."""
    message_lead: re.Pattern[str]
    answer_lead: re.Pattern[str]
    address: re.Pattern[str]
    label_before: str
    label_is: str
    label_end: str
    negated: str
    """In front of what is not wanted."""
    corrected: re.Pattern[str]
    removal: re.Pattern[str]
    addition: re.Pattern[str]
    between: re.Pattern[str]
    """Between entries of a list."""
    apart: re.Pattern[str]
    """Between values of one kind."""
    alike: re.Pattern[str]
    """All of them."""
    articles: frozenset[str]
    no_thing: frozenset[str]
    """Words that are no part of a thing in a list."""
    last: str
    """Between the last two of a list that is said."""
    deeds: Mapping[Deed, str]
    hollow: str
    """Words of descriptions that say nothing of what a tool is for."""
    looking_up: str
    """Verbs in the names of tools that look something up; a caller says them of anything."""
    wish: re.Pattern[str]
    request: re.Pattern[str]
    own_case: re.Pattern[str]
    offer_asked: re.Pattern[str]
    rephrased: tuple[tuple[re.Pattern[str], str], ...]
    asks_list: re.Pattern[str]
    special_day: re.Pattern[str]
    """On the text as it is."""
    asks_sum: re.Pattern[str]
    surcharge: re.Pattern[str]
    people: Callable[[int], str]
    day: Callable[[Date], str]
    time: Callable[[str], str]
    on_day: str
    """How a day in words is read back: `on {day}`."""
    yes: str
    no: str


class PatternGrammar:
    """See `grounded_language.Grammar`. Pure functions of the text: what is asked again and again is kept."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns
        table = patterns.table
        self._whole = {
            act: re.compile(rf"(?:(?:{patterns.polite})\s+)*(?:{keys})(?:\s+(?:{keys}|{patterns.polite}))*")
            for act, keys in patterns.whole.items()
        }
        self._within = {act: re.compile(pattern) for act, pattern in patterns.within.items()}
        self._deeds = {table.stem(word): deed for deed, words in patterns.deeds.items() for word in words.split()}
        self._empty = re.compile(rf"(?:(?:{patterns.polite}|{patterns.empty})\s*)+")
        self._yes_first, self._no_first = re.compile(patterns.yes_first), re.compile(patterns.no_first)
        self.figures = lru_cache(_KEPT)(self._in_figures)
        self.acts = lru_cache(_KEPT)(self._acts)

    # ── acts and clauses ─────────────────────────────────────────────────────────────────────────────────────

    def _acts(self, text: str) -> frozenset[Act]:
        said = plain(text)
        # A turn that is nothing but such words is short; the limit keeps the patterns from trying every way to read it.
        short = len(said.split()) <= _SHORT_WORDS and len(said) <= _SHORT_CHARS
        found = {act for act, pattern in self._whole.items() if short and pattern.fullmatch(said)}
        found |= {act for act, pattern in self._within.items() if pattern.search(said)}
        if self._yes_first.match(said):
            found.add(Act.YES)
        if self._no_first.match(said):
            found.add(Act.NO)
        return frozenset(found)

    def clauses(self, text: str) -> list[str]:
        """The turn cut where a new question or sentence begins, without greetings and politeness."""
        cut = self._patterns.split.split(text[:2_000])
        parts = [part.strip() for part in cut if part and not self._is_empty(part)]
        parts = [self._patterns.lead.sub("", part) for part in parts]
        return [part for part in parts if len(plain(part)) > 1 and not self._is_empty(part)]

    def is_question(self, clause: str) -> bool:
        """True when the clause asks for information, and does not merely propose values for a form."""
        said = slots.normalized(clause)
        if not clause.rstrip().endswith("?") and not self._patterns.question.match(said):
            return False
        return any(word not in self._patterns.proposal and not word[0].isdigit() for word in said.split())

    def follows_on(self, clause: str) -> bool:
        """True when the clause is only understood with the question before it."""
        said = plain(clause)
        return bool(self._patterns.following.search(said)) and len(said.split()) <= 8

    def _is_empty(self, part: str) -> bool:
        said = plain(part)
        return len(said) <= _SHORT_CHARS and bool(self._empty.fullmatch(said))

    # ── values ───────────────────────────────────────────────────────────────────────────────────────────────

    def _in_figures(self, text: str) -> str:
        return slots.normalized(text)

    def people(self, text: str, *, asked: bool) -> int | None:
        """How many people."""
        return slots.party_size(self.figures(text), asked=asked)

    def time(self, text: str, *, asked: bool, evening: bool = True) -> str | None:
        """A time as `HH:MM`."""
        return slots.time_of_day(self.figures(text), asked=asked, evening=evening)

    def day_said(self, text: str) -> str | None:
        """A day in the language's words."""
        return slots.date(self.figures(text))

    def phone(self, text: str) -> str | None:
        """A whole telephone number."""
        return slots.phone(self.figures(text))

    def digits(self, text: str) -> str:
        """Digits that are dictated in the text."""
        return slots.digits(self.figures(text))

    def name(self, text: str, *, asked: bool) -> str | None:
        """A person's name."""
        return slots.name(text, asked=asked)

    def address(self, text: str) -> str | None:
        """A street with its number."""
        match = self._patterns.address.search(text[:400])
        return match[1].strip(" ,.") if match else None

    def message(self, text: str, *, asked: bool) -> str | None:
        """What is to be passed on."""
        told = self._patterns.told.search(text)
        if told and not asked:
            return told[1].strip()
        return (self._patterns.message_lead.sub("", text).strip() or text.strip() or None) if asked else None

    def bare(self, text: str) -> str | None:
        """The answer to a question, without what people say in front of it."""
        text = text[:400].strip()
        return self._patterns.answer_lead.sub("", text).strip(" ,.!?") or text.strip(" ,.!?") or None

    def labelled(self, names: tuple[str, ...], text: str) -> str:
        """What is said behind a field's name."""
        p = self._patterns
        for name in names:
            if len(name) < 2:
                continue
            called = r"\s+".join(map(re.escape, name.split()))
            found = re.search(
                rf"(?:{p.label_before})\b{called}\s*(?:(?:{p.label_is})\s+|:\s*|(?=[A-Z]*-?\d))(.+?)"
                rf"(?=\s*(?:[,.;!?](?:\s|$)|{p.label_end}|$))",
                text[:600], re.IGNORECASE,
            )  # fmt: skip
            if found:
                return found[1].strip()
        return ""

    def positive(self, text: str) -> str:
        """Without what is corrected."""
        return self._patterns.corrected.sub(" ", text).strip() or text

    def is_negated(self, text: str, label: str) -> bool:
        """True for `without gift wrap`."""
        first = re.escape(label.casefold().split()[-1][:5]) if label else ""
        return bool(re.search(rf"\b(?:{self._patterns.negated})\b(?: \w+){{0,2}} ?{first}", plain(text)))

    def after_no(self, text: str) -> str:
        """What comes behind a no: `three` of "no, three"; empty when that says no more."""
        said = text.strip()
        match = self._no_first.match(said.casefold())
        rest = said[match.end() :].strip(" ,.!?") if match else said
        return "" if Act.NO in self._acts(rest) and rest != said else rest

    def is_removal(self, text: str) -> bool:
        """True when something is to be taken off a list."""
        return bool(self._patterns.removal.search(plain(text)))

    def is_addition(self, text: str) -> bool:
        """True when something is to come on top."""
        return bool(self._patterns.addition.search(plain(text)))

    # ── lists ────────────────────────────────────────────────────────────────────────────────────────────────

    def listed(self, text: str) -> list[str]:
        """The text cut at commas and ands, numbers as digits, letters as they were."""
        parts = [part.strip(" .!?") for part in self._patterns.between.split(text[:1_000])]
        return [" ".join(self._in_digits(word) for word in part.split()) for part in parts if part.strip()]

    def apart(self, text: str) -> list[str]:
        """The text cut where one value ends and another begins."""
        return [part for part in self._patterns.apart.split(text[:1_000]) if part.strip()]

    def is_all(self, text: str) -> bool:
        """True for `both` and `all of them`."""
        return bool(self._patterns.alike.search(plain(text)))

    def _in_digits(self, word: str) -> str:
        figures = self.figures(word) if word.isalpha() else word
        return figures if figures.isdigit() else word.strip(",.;:!?")

    def is_article(self, word: str) -> bool:
        """True for `a`."""
        return word.casefold() in self._patterns.articles

    def thing(self, piece: str, taken: set[str]) -> str:
        """What is left of a list's entry without its number and the stems that are taken."""
        table = self._patterns.table
        kept: list[str] = []
        for word in piece.split():
            bare = word.casefold().strip(",.;:!?")
            spent = bare.isdigit() or bare in self._patterns.no_thing or bare in self._patterns.articles
            if not bare or spent or table.stem(bare) in taken:
                # What comes in front is no part of it, what comes behind ends it.
                if kept and bare in self._patterns.no_thing:
                    break
                continue
            kept.append(word.strip(",.;:!?"))
        return " ".join(kept)

    def joined(self, parts: list[str]) -> str:
        """A list as it is said."""
        parts = [part for part in parts if part]
        return self._patterns.last.join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))

    # ── wishes ───────────────────────────────────────────────────────────────────────────────────────────────

    def stems(self, text: str) -> list[str]:
        """Of the words that say something."""
        return self._patterns.table.stems(text[:1_000])

    def telling(self, text: str) -> list[str]:
        """Stems without those of times, days and other words that propose values."""
        words = (word for word in plain(text).split() if word not in self._patterns.proposal)
        return self.stems(" ".join(words))

    def kin(self, stems: frozenset[str]) -> frozenset[str]:
        """The stems with those that mean the same."""
        return stems.union(*(self._patterns.table.related.get(stem, ()) for stem in stems))

    def deeds(self, text: str, *, of_tool: bool = False) -> frozenset[Deed]:
        """What is to be done; of several, what changes or looks up something that is there."""
        table = self._patterns.table
        if of_tool and plain(text).split()[:1] and plain(text).split()[0] in self._patterns.looking_up.split():
            return frozenset([Deed.LOOK_UP])
        found = {self._deeds[stem] for word in plain(text).split() if (stem := table.stem(word)) in self._deeds}
        first = next((deed for deed in _ORDER if deed in found), None)
        return frozenset([first]) if first else frozenset()

    def hollow_stems(self) -> frozenset[str]:
        """Of words in descriptions that say nothing of what a tool is for."""
        return frozenset(self._patterns.table.stem(word) for word in self._patterns.hollow.split())

    def deed_stems(self) -> frozenset[str]:
        """Of all words for deeds."""
        return frozenset(self._deeds)

    def is_wish(self, text: str) -> bool:
        """True when something is wanted."""
        return bool(self._patterns.wish.search(plain(text)))

    def is_request(self, text: str) -> bool:
        """True for a wish in the form of a question."""
        return bool(self._patterns.request.search(plain(text)))

    def is_own_case(self, text: str) -> bool:
        """True for a question about what is the caller's own."""
        return bool(self._patterns.own_case.search(plain(text)))

    def is_offer_asked(self, text: str) -> bool:
        """True for `do you have ...`."""
        return bool(self._patterns.offer_asked.search(plain(text)))

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────────

    def rephrased(self, question: str) -> list[str]:
        """The question in the words that businesses write."""
        said = plain(question)
        found = ((pattern.search(said), meant) for pattern, meant in self._patterns.rephrased)
        return [match.expand(meant) for match, meant in found if match]

    def listed_topic(self, question: str) -> str:
        """What a list is asked of; empty for any other question."""
        match = self._patterns.asks_list.search(plain(question))
        return match[1] if match else ""

    def special_day(self, question: str) -> str:
        """A holiday that the question names."""
        match = self._patterns.special_day.search(question.replace("’", "'"))
        return match[1] if match else ""

    def is_sum(self, question: str) -> bool:
        """True when a price of several things together is asked for."""
        return bool(self._patterns.asks_sum.search(plain(question)))

    def is_surcharge(self, fact: str) -> bool:
        """True for what comes on top of another price."""
        return bool(self._patterns.surcharge.search(plain(fact)))

    # ── saying ───────────────────────────────────────────────────────────────────────────────────────────────

    def value_said(self, slot: Slot, value: Value) -> str:
        """A value as it is read back."""
        p = self._patterns
        match slot.kind:
            case Kind.SWITCH:
                return p.yes if value else p.no
            case Kind.PEOPLE if isinstance(value, int):
                return p.people(value)
            case Kind.PHONE:
                return slots.spoken_phone("".join(c for c in str(value) if c.isdigit()))
            case Kind.DATE | Kind.BIRTH:
                day = self.day_spoken(str(value))
                return day.partition(", ")[2] or day if slot.kind is Kind.BIRTH else day
            case Kind.TIME:
                return self.time_spoken(str(value))
            case Kind.DAY_SAID:
                said = str(value)
                is_named = said[:1].isupper() or re.match(r"the \d", said)
                return p.on_day.format(day=said) if is_named else said
            case Kind.CODE:
                code = str(value)
                return " ".join(code.replace("-", "")) if len(code) <= _SPELLED_CODE else code
            case Kind.CHOICE:
                return next((option.names[0] for option in slot.options if option.value == value), str(value))
        return str(value)

    def day_spoken(self, iso: str) -> str:
        """A date in words."""
        try:
            year, month, day = (int(part) for part in iso[:10].split("-"))
            return self._patterns.day(Date(year, month, day))
        except ValueError:
            return iso

    def time_spoken(self, clock: str) -> str:
        """`19:30` in words."""
        found = re.match(r"(\d{1,2}):?(\d{2})", clock)
        return self._patterns.time(f"{int(found[1]):02d}:{found[2]}") if found else clock


def plain(text: str) -> str:
    """Lower case, no punctuation, single spaces."""
    text = text[:2_000].casefold().replace("’", "'")
    return " ".join(re.sub(r"[^\w\s'-]", " ", text).split())
