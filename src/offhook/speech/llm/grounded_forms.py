"""Forms: what a tool needs to know, and what of it the caller has said so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from offhook.speech.llm.grounded_language import Language, Value
from offhook.speech.ports import ToolSpec

BOOK_TABLE: Final = "book_table"
TAKE_MESSAGE: Final = "take_message"
_PARTIAL_DIGITS: Final = 2
"""Fewer digits in a turn are no part of a telephone number."""


_WHOLE_DIGITS: Final = 10
"""As many digits in one turn are the number itself, not the rest of one that was begun."""


@dataclass
class Form:
    """One form that is being filled in."""

    tool: str
    fields: tuple[str, ...]
    most: Mapping[str, int]
    """Largest value of a number, by field."""
    language: Language
    values: dict[str, Value] = field(default_factory=dict)
    partial: str = ""
    """Digits of a telephone number that was begun."""

    @classmethod
    def of(cls, spec: ToolSpec, language: Language) -> "Form":
        """An empty form for a tool."""
        schema = cast("Mapping[str, Any]", spec.parameters)
        properties = cast("Mapping[str, Mapping[str, Any]]", schema.get("properties", {}))
        fields = tuple(cast("Sequence[str]", schema.get("required", ())) or properties)
        most = {name: int(one["maximum"]) for name, one in properties.items() if "maximum" in one}
        return cls(spec.name, fields, most, language)

    @property
    def pending(self) -> str:
        """The field that is asked for now; empty when the form is whole."""
        return next((name for name in self.fields if name not in self.values), "")

    def read(self, text: str) -> bool:
        """Take what the text says for any field; True when it said something. Later words replace earlier ones."""
        grammar, pending = self.language.grammar, self.pending
        if pending == "message" and (said := grammar.value("message", text, asked=True)) is not None:
            # Whatever a message holds belongs to the message.
            self.values["message"] = said
            return True
        found: dict[str, Value] = {}
        for name in self.fields:
            said = grammar.value(name, text, asked=False)
            if said is not None:
                found[name] = said
        if not found and pending:
            said = grammar.value(pending, text, asked=True)
            if said is not None:
                found[pending] = said
        if pending == "phone" and ("phone" not in found or self.partial):
            found |= self._part_of_number(grammar.digits(text))
            self.values.update(found)
            return bool(found) or bool(self.partial)
        self.values.update(found)
        return bool(found)

    def propose(self, text: str) -> bool:
        """Like `read`, of a turn that is no answer: bare words are not taken for values."""
        found = {name: said for name in self.fields
                 if (said := self.language.grammar.value(name, text, asked=False)) is not None}  # fmt: skip
        changed = any(self.values.get(name) != said for name, said in found.items())
        self.values.update(found)
        return changed

    def over(self) -> str:
        """The field whose value is larger than the tool allows, or empty."""
        return next(
            (name for name, most in self.most.items() if isinstance(v := self.values.get(name), int) and v > most), ""
        )

    def question(self) -> str:
        """What to ask next: the missing field, or whether all is right."""
        sentences = self.language.sentences
        if not self.pending:
            return f"{self.check()} {sentences.right}"
        if self.pending == "phone" and self.partial:
            return sentences.go_on.format(digits=" ".join(self.partial))
        asked = sentences.ask.get(self.pending)
        return asked or sentences.ask_other.format(field=self.pending.replace("_", " "))

    def check(self) -> str:
        """The form read back."""
        sentences, read = self.language.sentences, self.language.grammar.read_back
        said = {name: read(name, value) for name, value in self.values.items()}
        template = sentences.check.get(self.tool)
        if template is not None and set(said) == set(self.fields):
            return template.format_map(_Blank(said))
        fields = ", ".join(f"{name.replace('_', ' ')}: {said[name].rstrip('.')}" for name in self.fields)
        return sentences.check_other.format(fields=fields)

    def _part_of_number(self, digits: str) -> dict[str, Value]:
        if len(digits) < _PARTIAL_DIGITS:
            return {}
        if len(digits) >= _WHOLE_DIGITS:
            # From the beginning once more.
            self.partial = ""
        whole = self.language.grammar.value("phone", self.partial + digits, asked=True)
        self.partial = "" if whole is not None else self.partial + digits
        return {"phone": whole} if whole is not None else {}


class _Blank(dict[str, str]):
    """A sentence may name a field that this form does not have."""

    def __missing__(self, key: str) -> str:
        return ""
