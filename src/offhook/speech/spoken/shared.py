"""What is the same in every language but for a few words: codes, telephone numbers, e-mail and web addresses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from offhook.speech.spoken.telephone import PHONE, groups_of, is_number

EMAIL: Final = re.compile(r"[^\W²³](?:[^\W²³]|[.+-])*@[^\W²³](?:[^\W²³]|-)*(?:\.(?:[^\W²³]|-)+)+")
URL: Final = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,24})(?::\d+)?([/?#]\S*)?", re.IGNORECASE)
SHORT_WORDS: Final = frozenset({"co", "jo", "me", "my", "at", "go", "we", "to", "of", "in", "on", "by", "or", "hi"})
"""Two letters of an address that are a word; others are spelled."""


@dataclass(frozen=True, slots=True)
class SharedWords:
    """A language's words for what it shares with the others."""

    digits: tuple[str, ...]
    """Zero to nine, as they are said one by one."""
    dot: str
    at: str
    dash: str
    underscore: str
    slash: str
    plus: str
    letters: Mapping[str, str] = field(default_factory=dict)
    """How a spelled letter is written where the plain capital would be misread."""

    def spell(self, text: str) -> str:
        """Letters and digits one by one; the rest is left out."""
        return " ".join(self._sign(c) for c in text if c.isalpha() or c in "0123456789")

    def _sign(self, c: str) -> str:
        return self.digits[int(c)] if c in "0123456789" else self.letters.get(c.upper(), c.upper())

    def spelled_digits(self, text: str) -> str:
        """ "014" -> "zero one four"; what is not a digit is left out."""
        return " ".join(self.digits[int(c)] for c in text if c in "0123456789")

    def phone(self, core: str, is_part: bool, region: str = "") -> str | None:
        """A telephone number, or a part of one, digit by digit in its groups."""
        if not is_part and not PHONE.fullmatch(core) and not is_number(core, region):
            return None
        said = ", ".join(self.spelled_digits(group) for group in groups_of(core, region))
        return f"{self.plus} {said}" if core.startswith("+") else said

    def email(self, core: str) -> str | None:
        """front-desk@mail.com -> "front dash desk at mail dot com"."""
        if not EMAIL.fullmatch(core):
            return None
        local, _, domain = core.partition("@")
        return f"{self.address(local)} {self.at} {self.address(domain)}"

    def url(self, core: str) -> str | None:
        """https://www.example.com/book?x=1 -> "example dot com slash book"."""
        match = URL.fullmatch(core)
        is_told = "/" in core or core.lower().startswith("www.")
        if not match or not (is_told or match[1].rsplit(".", 1)[1].islower()):
            return None
        if re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", core):
            return self.spell(core)
        path = re.sub(r"[?#].*", "", match[2] or "").strip("/")
        return self.address(match[1].lower()) + (f" {self.slash} {self.address(path)}" if path else "")

    def address(self, text: str) -> str:
        """A part of an address: words as words, digits and very short ones letter by letter."""
        signs = {".": self.dot, "-": self.dash, "_": self.underscore, "+": self.plus, "/": self.slash}
        said = []
        for part in re.findall(r"[^\W\d_]+|\d+|[^\w\s]|_", text):
            if part.isdecimal():
                said.append(self.spelled_digits(part))
            elif part[0].isalpha():
                said.append(self.spell(part) if len(part) <= 2 and part.lower() not in SHORT_WORDS else part)
            else:
                said.append(signs.get(part, ""))
        return " ".join(filter(None, said))
