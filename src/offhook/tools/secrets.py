"""The secrets that a tool sends, and the one way in which none of them comes back out."""

from collections.abc import Callable, Iterable
from typing import Final

from offhook.agents.remote_config import SECRET
from offhook.errors import ConfigurationError
from offhook.speech.redaction import KEY_PART, redacted
from offhook.speech.vendor_errors import safe_text

HIDDEN: Final = "****"


class Secrets:
    """Values by the names of their environment variables; `repr` shows the names alone."""

    def __init__(self, names: Iterable[str], key: Callable[[str], str] | None) -> None:
        """Look all of them up. Raises `ConfigurationError` that names the one that is missing."""
        self._values = {name: _value(name, key) for name in names}
        self._parts = {
            value[at : at + KEY_PART]
            for value in self._values.values()
            for at in range(max(1, len(value) - KEY_PART + 1))
        }

    def __repr__(self) -> str:
        return f"<Secrets {', '.join(self._values) or 'none'}>"

    def fill(self, text: str) -> str:
        """The text as it is sent."""
        return SECRET.sub(lambda match: self._values[match[1]], text)

    def values(self, names: Iterable[str]) -> dict[str, str]:
        """Some of them by name: for the environment of the owner's own command."""
        return {name: self._values[name] for name in names}

    def mask(self, text: str) -> str:
        """The text with every larger part of a secret hidden: services repeat in their answers what they were sent."""
        if not self._parts:
            return text
        hidden = bytearray(len(text))
        for part in self._parts:
            at = text.find(part)
            while at >= 0:
                hidden[at : at + len(part)] = b"\x01" * len(part)
                at = text.find(part, at + 1)
        out, was_hidden = [], 0
        for sign, is_hidden in zip(text, hidden, strict=True):
            if not is_hidden:
                out.append(sign)
            elif not was_hidden:
                out.append(HIDDEN)
            was_hidden = is_hidden
        return "".join(out)

    def one_line(self, text: str) -> str:
        """A short line for an error; in whatever writing the service repeats a secret, it is hidden."""
        text = self.mask(text)
        for value in self._values.values():
            text = redacted(text, value)
        return safe_text(text, "")


def _value(name: str, key: Callable[[str], str] | None) -> str:
    if key is None:
        raise ConfigurationError("not set: put the secret into this environment variable", field=name)
    value = key(name)
    if not value.isascii() or not value.isprintable():
        raise ConfigurationError("the secret cannot be used", field=name, expected="printable ASCII")
    return value
