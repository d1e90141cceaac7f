"""How a slot is asked for, in words that fit what it holds."""

import re
from typing import Final

from offhook.speech.llm.grounded_language import Language
from offhook.speech.llm.grounded_schema import Kind, Slot

MOST_OPTIONS: Final = 6
"""Nobody keeps more in mind."""
LONGEST_QUESTION: Final = 160
MOST_DESCRIBING: Final = 6
"""Words of a description that a question can be made of."""
_ARTICLE: Final = re.compile(r"(?:der|die|das|ihre?)\s+\w", re.IGNORECASE)
_DESCRIBED: Final = (Kind.TEXT, Kind.CODE, Kind.ADDRESS)
_CALLERS: Final = ("caller", "customer", "anrufer", "kunde")


def question_for(slot: Slot, language: Language, *, alone: bool = True) -> str:
    """The owner's own question, where the description is one; else the language's for such a slot. `alone`: no other
    slot of the tool has the same name."""
    say = language.sentences
    if slot.description.strip().endswith("?") and len(slot.description) <= LONGEST_QUESTION:
        return slot.description.strip()
    label = label_said(slot, language)
    if slot.kind is Kind.CHOICE:
        if len(slot.options) <= MOST_OPTIONS:
            return say.ask_choice.format(label=label, options=options_of(slot, language))
        return say.ask_other.format(label=label)
    if alone and not slot.part and slot.name in say.ask:
        return say.ask[slot.name]
    if say.ask_described and not slot.part and slot.kind in _DESCRIBED and (described := _described(slot)):
        return say.ask_described.format(description=described)
    is_own = any(word in slot.description.casefold() for word in _CALLERS) and len(slot.description) < 60
    template = say.ask_kind.get(slot.kind, say.ask_caller if is_own else say.ask_other)
    asked = template.format(label=label)
    return asked[:1].upper() + asked[1:]


def _described(slot: Slot) -> str:
    """`die Lieferadresse mit Hausnummer` of "Die Lieferadresse mit Hausnummer."; empty where it reads otherwise."""
    first = re.split(r"[,.:;(]", slot.description.strip())[0].strip()
    if not _ARTICLE.match(first) or len(first.split()) > MOST_DESCRIBING:
        return ""
    return f"{first[0].lower()}{first[1:]}"


def label_said(slot: Slot, language: Language) -> str:
    """The field's name as it is said and written."""
    large = language.sentences.nouns_large
    return f"{slot.label[:1].upper()}{slot.label[1:]}" if large else slot.label


def options_of(slot: Slot, language: Language) -> str:
    """The options as alternatives."""
    names = [option.names[0] for option in slot.options][:MOST_OPTIONS]
    return language.sentences.last_option.join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
