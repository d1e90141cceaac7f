"""Secret keys of the telephone: masked before anybody sees them, given to a tool alone, forgotten with the call."""

import re
from dataclasses import dataclass, field
from typing import Final

MASK: Final = "x"
END_KEY: Final = "#"
"""Not a secret: it says that the keys are over."""
MOST_KEYS: Final = 64
MOST_REFERENCES: Final = 16
SHORTEST_HIDDEN: Final = 3
"""Shorter ones stand in answers by chance."""


@dataclass(slots=True)
class SecretKeys:
    """What a caller keyed in while secret keys were collected, by the name that stands for it."""

    _collecting: dict[str, str] = field(default_factory=dict, repr=False)
    """Reference by the tool call that collects."""
    _kept: dict[str, str] = field(default_factory=dict, repr=False)

    def collect(self, call: str, reference: str) -> None:
        """From here on keys are secret, and kept under `reference`."""
        self._collecting[call] = reference
        self._kept[reference] = ""
        while len(self._kept) > MOST_REFERENCES:
            self._kept.pop(next(iter(self._kept)))

    def collected(self, call: str, *, is_whole: bool) -> None:
        """No more of them for this tool call; what is not whole is forgotten."""
        reference = self._collecting.pop(call, None)
        if reference is not None and not is_whole:
            self._kept.pop(reference, None)

    def press(self, key: str) -> str:
        """The key as others may see it."""
        if not self._collecting or key == END_KEY:
            return key
        for reference in self._collecting.values():
            self._kept[reference] = (self._kept.get(reference, "") + key)[:MOST_KEYS]
        return MASK

    def fill(self, text: str) -> str:
        """The text with `{reference}` replaced by the keys: for the tool that runs, and for nobody else."""
        return _REFERENCE.sub(lambda match: self._kept.get(match[1], match[0]), text)

    def hide(self, text: str) -> str:
        """The text with all kept keys replaced by their references: services repeat what they were sent."""
        for reference, keys in self._kept.items():
            if len(keys) >= SHORTEST_HIDDEN:
                text = text.replace(keys, f"{{{reference}}}")
        return text


_REFERENCE: Final = re.compile(r"\{([A-Za-z][\w-]{0,63})\}")
