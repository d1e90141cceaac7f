"""What asking costs, counted before it is spent: a hard stop, not a report afterwards.

Tokens cost what the catalogue says. What has no price there is taken at more than any vendor asked for in November
2026, so that the estimate is too high rather than too low.
"""

from typing import Final

from offhook.errors import OffhookError
from offhook.speech.catalogue import Price, model_entry
from offhook.speech.ports import Usage

MOST_DOLLARS: Final = 1.0
TOKENS: Final = 1_000_000
DEAREST_IN: Final = 30.0
"""Dollars for a million tokens of a model that is not in the catalogue."""
DEAREST_OUT: Final = 180.0
HEARD_MINUTE: Final = 0.02
"""Dollars for a minute of a caller's audio: more than twice what Deepgram's dearest model cost."""
SPOKEN_THOUSAND: Final = 0.30
"""Dollars for a thousand characters of a voice: ElevenLabs' dearest plan."""


class PurseEmpty(OffhookError):
    """The money for this day is spent."""

    code = "live.purse"


class Purse:
    """So much may be spent, and no more. `spent` is an estimate, from above."""

    def __init__(self, most: float = MOST_DOLLARS) -> None:
        self.most: Final = most
        self.spent = 0.0

    def spend(self, dollars: float) -> None:
        """Before anything is sent. Raises `PurseEmpty`, and then nothing may be."""
        if self.spent + dollars > self.most:
            raise PurseEmpty(
                f"it could cost ${dollars:.4f}, and ${self.most - self.spent:.4f} of ${self.most:g} is left"
            )
        self.spent += dollars

    def hear(self, seconds: float) -> None:
        """So much audio is about to be transcribed."""
        self.spend(seconds / 60 * HEARD_MINUTE)

    def speak(self, text: str) -> None:
        """The text is about to be spoken."""
        self.spend(len(text) / 1000 * SPOKEN_THOUSAND)

    def think(self, provider: str, model: str, tokens_in: int, tokens_out: int) -> "Thought":
        """So many tokens at most are about to be used."""
        entry = model_entry(provider, model)
        price = entry.price if entry is not None else None
        held = _dollars(price, tokens_in, tokens_out)
        self.spend(held)
        return Thought(self, price, held)


class Thought:
    """A request to a model that is paid for at its most, until the vendor tells what it was."""

    def __init__(self, purse: Purse, price: Price | None, held: float) -> None:
        self._purse, self._price, self._held = purse, price, held

    def took(self, usage: Usage) -> None:
        """What it really was; the rest goes back."""
        real = min(self._held, _dollars(self._price, usage.tokens_in, usage.tokens_out))
        self._purse.spent -= self._held - real
        self._held = real


def tokens_of(text: str) -> int:
    """More than any tokenizer makes of it."""
    return len(text.encode()) // 2 + 16


def _dollars(price: Price | None, tokens_in: int, tokens_out: int) -> float:
    into, out = (DEAREST_IN, DEAREST_OUT) if price is None else (price.tokens_in, price.tokens_out)
    return (tokens_in * into + tokens_out * out) / TOKENS
