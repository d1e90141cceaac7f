"""How a slot is asked for, in words that fit what it holds."""

from typing import Final

from offhook.speech.llm.grounded_language import Language
from offhook.speech.llm.grounded_schema import Kind, Slot

MOST_OPTIONS: Final = 6
"""Nobody keeps more in mind."""
LONGEST_QUESTION: Final = 160
_CALLERS: Final = ("caller", "customer", "anrufer", "kunde")


def question_for(slot: Slot, language: Language, *, alone: bool = True) -> str:
    """The owner's own question, where the description is one; else the language's for such a slot. `alone`: no other
    slot of the tool has the same name."""
    say = language.sentences
    if slot.description.strip().endswith("?") and len(slot.description) <= LONGEST_QUESTION:
        return slot.description.strip()
    if slot.kind is Kind.CHOICE:
        if len(slot.options) <= MOST_OPTIONS:
            return say.ask_choice.format(label=slot.label, options=options_of(slot, language))
        return say.ask_other.format(label=slot.label)
    if alone and not slot.part and slot.name in say.ask:
        return say.ask[slot.name]
    is_own = any(word in slot.description.casefold() for word in _CALLERS) and len(slot.description) < 60
    template = say.ask_kind.get(slot.kind, say.ask_caller if is_own else say.ask_other)
    asked = template.format(label=slot.label)
    return asked[:1].upper() + asked[1:]


def options_of(slot: Slot, language: Language) -> str:
    """The options as alternatives."""
    names = [option.names[0] for option in slot.options][:MOST_OPTIONS]
    return language.sentences.last_option.join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
