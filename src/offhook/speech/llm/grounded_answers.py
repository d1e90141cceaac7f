"""Answers from the owner's facts: which of them are said, and what is said of their limits.

A question is looked up as it was asked and in the words that businesses write. Lists are told by the names of their
entries; of a price that has several parts the parts are given, never a sum; what the facts say of days in general is
not passed off as true for a holiday. What no fact answers is not known.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from offhook.speech.llm.grounded_language import AnswerForm, Language
from offhook.speech.llm.grounded_moves import LookUp
from offhook.speech.ports import Fact, Facts

UNKNOWN_SCORE: Final = 0.35
"""Facts below this do not answer the question."""
SURE_SCORE: Final = 0.40
"""Facts from here on are said plainly; between the two it is said that this may be meant."""
SURE_WISH: Final = 0.5
"""What is wished for is only answered by a fact that speaks of it."""
SECOND_SHARE: Final = 0.88
"""A second fact under the same heading is said too when it is nearly as near as the first."""
SPOKEN_CHARS: Final = 260
"""Nobody listens to a longer answer; a fact that is longer is cut at the end of a sentence."""
LIST_CHARS: Final = 420
"""A list is listened to a little longer."""
FEWEST_LISTED: Final = 3
LONGEST_NAME: Final = 6
"""Words in front of a colon that are the name of what is behind it."""
MOST_CLAUSES: Final = 3
"""Questions that are answered in one turn."""
MOST_PARTS: Final = 4
"""Of one price."""
FORM_MISSING: Final = 0.15
"""What a fact loses that does not hold what the question asks for."""
NAMED_SCORE: Final = 0.55
"""A thing that no fact names is there only if a fact is as near as this."""
NARROWING: Final = 4
"""Letters in front of a word that make a narrower thing of it: `Gartenmöbel`."""
SEARCHED: Final = 8
KEPT: Final = 3
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-ZÄÖÜ0-9])")


class Answers:
    """What the facts of an agent answer."""

    def __init__(self, language: Language, facts: Facts | None) -> None:
        self._language = language
        self._grammar = language.grammar
        self._facts = facts

    async def answer(self, asked: LookUp, offer: str) -> list[str]:
        """The sentences that answer, or say that nothing is known."""
        say = self._language.sentences
        answers: list[str] = []
        unanswered, unsure = 0, False
        topic = asked.topic
        least = SURE_WISH if asked.is_wish and asked.is_told else UNKNOWN_SCORE
        for clause in self._joined(asked.clauses)[:MOST_CLAUSES]:
            if listed := self._list(clause):
                answers += listed
                continue
            facts = await self._find(clause, topic, least)
            if asked.is_own:
                # Facts say nothing of one caller's case, unless their owner foresaw the very question.
                facts = [fact for fact in facts if fact.question]
            topic = clause
            if not facts or (asked.quiet and facts[0].score < SURE_SCORE):
                unanswered += not facts and self._grammar.is_question(clause)
                continue
            unsure = unsure or facts[0].score < SURE_SCORE
            answers += [text for text in self._with_limits(clause, facts) if text not in answers]
        if not answers and len(asked.clauses) > 1 and not asked.quiet and not asked.is_own:
            # What was cut apart may have been one question after all.
            answers = [spoken(fact.text) for fact in await self._find(" ".join(asked.clauses), asked.topic, least)]
        if not answers and asked.quiet:
            return []
        if not answers:
            sorry = say.cannot if asked.is_wish and not asked.is_own else say.unknown
            return [sorry] if asked.in_form else [sorry, offer]
        head = [say.perhaps] if unsure else []
        tail = [say.unknown_rest] if unanswered and not self._is_small(asked.clauses) else []
        return [*head, *answers, *tail, *([offer] if asked.offers or (unanswered and not asked.in_form) else [])]

    def _joined(self, clauses: Sequence[str]) -> list[str]:
        """ "My son is four, does he pay?" and "what about Easter, are you open?" are one question each."""
        joined: list[str] = []
        before = ""
        for clause in clauses:
            day = self._grammar.special_day(clause)
            is_part = not self._grammar.is_question(clause) or (
                day and not set(self._grammar.stems(clause)) - set(self._grammar.stems(day))
            )
            if is_part and clause is not clauses[-1]:
                before = f"{before} {clause}".strip()
                continue
            joined.append(f"{before} {clause}".strip())
            before = ""
        return joined

    def _is_small(self, clauses: Sequence[str]) -> bool:
        """The rest was no question of its own: "..., is that a problem?"."""
        return not self._grammar.stems(clauses[-1])

    def _with_limits(self, clause: str, facts: list[Fact]) -> list[str]:
        say = self._language.sentences
        day = self._grammar.special_day(clause)
        if day and not any(self._speaks_of(fact, day) for fact in facts):
            return [say.other_day.format(day=day), *(spoken(fact.text) for fact in facts)]
        parts = self._parts(clause, facts)
        if len(parts) > len(facts):
            return [say.no_sum, *(spoken(fact.text) for fact in parts)]
        return [spoken(fact.text) for fact in facts]

    # ── one question ─────────────────────────────────────────────────────────────────────────────────────────

    async def _find(self, clause: str, topic: str, least: float) -> list[Fact]:
        """The facts that answer a question: none, one, or two that belong together."""
        day = self._grammar.special_day(clause)
        if day and (special := [fact for fact in self._all() if self._speaks_of(fact, day)]):
            named = {fact.text for fact in special}
            found = [fact for fact in await self._search(clause) if fact.text in named]
            if found:
                return [_sure(found[0])]
        found = list(await self._search(clause.replace(day, " ") if day else clause))
        for meant in self._grammar.rephrased(clause):
            known = self._grammar.kin(frozenset(self._grammar.stems(meant)))
            more = [stem for stem in self._grammar.stems(clause) if not any(one.startswith(stem) for one in known)]
            if found and found[0].score >= SURE_SCORE and more:
                # "How late is the bar open?" asks for more than the opening hours.
                continue
            other = await self._search(meant, clause)
            is_all = len(self._grammar.stems(clause)) <= 1 and bool(other) and other[0].score >= SURE_SCORE
            if other and (not found or is_all or other[0].score > found[0].score):
                found = list(other)
        if topic and self._grammar.follows_on(clause):
            # "And on Sunday?" means the question before it.
            with_topic = await self._search(f"{topic} {clause}")
            if with_topic and (not found or with_topic[0].score >= found[0].score):
                found = list(with_topic)
        if not found or found[0].score < least or self._is_of_another_thing(clause, found[0]):
            return []
        first, *others = found
        second = others[0] if others else None
        together = (
            second is not None
            and second.source == first.source
            and second.score >= max(SURE_SCORE, first.score * SECOND_SHARE)
            and len(first.text) + len(second.text) < SPOKEN_CHARS
        )
        return [first, second] if together and second is not None else [first]

    def _is_of_another_thing(self, clause: str, fact: Fact) -> bool:
        """Whether there is such a thing is not answered by what is only near to it: dog food by a dog's operation,
        garden furniture by furniture."""
        if not self._language.offered.search(clause.casefold()):
            return False
        wanted = self._grammar.stems(self._language.offered.sub(" ", clause.casefold()))
        told = self._grammar.stems(" ".join([*fact.headings, fact.question, fact.text]))
        is_named = any(word.startswith(stem) for stem in wanted for word in told)
        is_meant = fact.score >= SURE_SCORE and bool(self._grammar.kin(frozenset(wanted)) & set(told))
        if wanted and fact.score < NAMED_SCORE and not is_named and not is_meant:
            return True
        # Of a compound the fact has the last part alone, and no other word of the question.
        heads = tuple(word for word in told if len(word) > 3)
        is_narrower = any(
            stem.endswith(head) and len(stem) >= len(head) + NARROWING for stem in wanted for head in heads
        )
        return is_narrower and not self._grammar.kin(frozenset(wanted)) & set(told)

    async def _search(self, question: str, asked: str = "") -> Sequence[Fact]:
        """`asked`: the caller's own words, where others are looked for."""
        if self._facts is None:
            return ()
        # A search with the embedding model takes milliseconds, and the loop carries every call's audio.
        found = await asyncio.to_thread(self._facts.search, question, SEARCHED)
        return self._in_form(asked or question, found)[:KEPT]

    def _in_form(self, question: str, found: Sequence[Fact]) -> list[Fact]:
        """A fact without a price does not tell what something costs, however near it is."""
        said = question.casefold()
        form = next((form for form in self._language.forms if form.asked.search(said)), None)
        if form is None:
            return list(found)
        weighed = [replace(fact, score=max(0.0, fact.score - _missing(form, fact))) for fact in found]
        return sorted(weighed, key=lambda fact: -fact.score)

    def _all(self) -> Sequence[Fact]:
        return self._facts.all() if self._facts is not None else ()

    def _speaks_of(self, fact: Fact, words: str) -> bool:
        wanted = set(self._grammar.stems(words))
        return bool(wanted) and wanted <= set(self._grammar.stems(f"{fact.question} {fact.text}"))

    # ── prices of several parts ──────────────────────────────────────────────────────────────────────────────

    def _parts(self, clause: str, facts: list[Fact]) -> list[Fact]:
        """The facts, and those that tell the price of what else was named."""
        is_sum = self._grammar.is_sum(clause)
        if not re.search(r"\d", facts[0].text):
            return facts
        parts = list(facts)
        for stem in dict.fromkeys(self._grammar.stems(clause)):
            if len(parts) >= MOST_PARTS or any(self._has(fact, stem) for fact in parts):
                continue
            telling = [
                fact
                for fact in self._all()
                if self._has(fact, stem) and re.search(r"\d", fact.text)
                and (is_sum or (self._grammar.is_surcharge(fact.text) and fact.headings[:1] == facts[0].headings[:1]))
            ]  # fmt: skip
            if telling:
                parts.append(min(telling, key=lambda fact: len(fact.text)))
        return parts

    def _has(self, fact: Fact, stem: str) -> bool:
        return stem in self._grammar.stems(fact.text)

    # ── lists ────────────────────────────────────────────────────────────────────────────────────────────────

    def _list(self, clause: str) -> list[str]:
        """All that stands under the heading that is asked for, by name where the entries have names."""
        topic = self._grammar.listed_topic(clause)
        wanted = set(self._grammar.stems(topic))
        if not wanted:
            return []
        groups: dict[tuple[str, ...], list[Fact]] = {}
        for fact in self._all():
            if fact.headings and wanted <= set(self._grammar.stems(fact.headings[-1])):
                groups.setdefault(fact.headings, []).append(fact)
        entries = max(groups.values(), key=len, default=[])
        named = [name for fact in entries if (name := _name(fact.text))]
        if len(named) >= FEWEST_LISTED:
            return [f"{self._grammar.joined(named)}."] if len(", ".join(named)) <= LIST_CHARS else []
        if len(entries) < FEWEST_LISTED:
            return []
        told: list[str] = []
        for fact in entries:
            if sum(map(len, told)) + len(fact.text) > LIST_CHARS:
                return [*told, self._language.sentences.more]
            told.append(spoken(fact.text))
        return told


def _name(text: str) -> str:
    """What stands in front of a colon, if it is a name."""
    name, colon, _ = text.partition(":")
    return name.strip() if colon and len(name.split()) <= LONGEST_NAME and not re.search(r"\d$", name) else ""


def _missing(form: AnswerForm, fact: Fact) -> float:
    text = fact.text.casefold()
    if fact.question or form.holds.search(text):
        return 0.0
    return FORM_MISSING / 2 if form.may_hold is not None and form.may_hold.search(text) else FORM_MISSING


def _sure(fact: Fact) -> Fact:
    """It names the very day."""
    return Fact(fact.text, fact.source, max(fact.score, SURE_SCORE), fact.headings, fact.question)


def spoken(text: str) -> str:
    """A fact as it is said: whole sentences, not too many of them."""
    text = text.strip()
    if text and text[-1] not in ".!?":
        text += "."
    if len(text) <= SPOKEN_CHARS:
        return text
    said = ""
    for sentence in _SENTENCE.split(text):
        if said and len(said) + len(sentence) > SPOKEN_CHARS:
            break
        said = f"{said} {sentence}".strip()
    return said
