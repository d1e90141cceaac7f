"""What the parts of a call cost: the vendors' list prices with the day they were seen, and the owner's own.

A price holds from its day on: a call is counted at the prices of the day on which it began. What has no price is
counted all the same, and the record says that nobody knows its price.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from offhook import clock
from offhook.speech.catalogue import models

NANO: Final = 1_000_000_000
MILLION: Final = 1_000_000


class Component(StrEnum):
    """A part of a call that somebody is paid for."""

    STT = "stt"
    LLM = "llm"
    TTS = "tts"
    CARRIER = "carrier"


class Unit(StrEnum):
    """What is counted."""

    SECOND = "second"
    INTO = "token_in"
    CACHED = "token_cached"
    OUT = "token_out"
    CHARACTER = "character"
    MINUTE = "minute"
    """Begun, as carriers count."""


UNITS: Final = {
    Component.STT: (Unit.SECOND,),
    Component.LLM: (Unit.INTO, Unit.CACHED, Unit.OUT),
    Component.TTS: (Unit.CHARACTER,),
    Component.CARRIER: (Unit.MINUTE,),
}
"""What can be counted of each."""


@dataclass(frozen=True, slots=True)
class Price:
    """Of one unit of one thing, from a moment on."""

    component: str
    item: str
    """As the journal names it: provider and model (`deepgram nova-3`); of a carrier its name and the direction."""
    unit: str
    nano: int
    since: int
    """Milliseconds since 1970."""
    id: str = ""
    """Of the owner's own; empty: a list price."""
    is_estimate: bool = False
    """What is usual, to be checked at the carrier: what is really paid depends on numbers, countries and contracts."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What was used of one thing."""

    component: str
    item: str
    unit: str
    quantity: int
    nano: int | None
    """None: nobody knows its price."""
    price_nano: int | None
    price_since: int | None
    is_own_price: bool
    is_estimate: bool = False


# Seen on the vendor's page or copies of it, in dollars: an hour of speech, a thousand characters.
_SPEECH: Final = (
    (Component.STT, "deepgram nova-3", Unit.SECOND, 0.0048 / 60, "2026-11-04"),
    (Component.STT, "deepgram flux-general-en", Unit.SECOND, 0.0065 / 60, "2026-11-04"),
    (Component.STT, "deepgram flux-general-multi", Unit.SECOND, 0.0078 / 60, "2026-11-04"),
    (Component.TTS, "deepgram aura-2", Unit.CHARACTER, 0.030 / 1000, "2026-11-04"),
)
# Of a local number of the United States; other countries and toll-free numbers have other prices. They were not read at
# the carrier, but in what several of its users wrote down of its list, on the day that is given: estimates, until the
# owner enters what he pays.
_STREAM: Final = 0.0044
"""A minute of a call's media stream, which the carrier takes beside the line's."""
_LINES: Final = (
    (Component.CARRIER, "twilio inbound", Unit.MINUTE, 0.0085 + _STREAM, "2026-11-28"),
    (Component.CARRIER, "twilio outbound", Unit.MINUTE, 0.0140 + _STREAM, "2026-11-28"),
)
_FAMILIES: Final = (("deepgram aura-2-", "deepgram aura-2"), ("deepgram nova-3-", "deepgram nova-3"))
"""Items that are priced as another."""
FREE: Final = ("local", "scripted", "grounded")
"""Providers that run in this process."""


@cache
def list_prices() -> tuple[Price, ...]:
    """The vendors'."""
    found = [Price(part, item, unit, round(dollars * NANO), _day(day)) for part, item, unit, dollars, day in _SPEECH]
    found += [
        Price(part, item, unit, round(dollars * NANO), _day(day), is_estimate=True)
        for part, item, unit, dollars, day in _LINES
    ]
    for entry in models():
        if entry.price is None or entry.kind != "llm":
            continue
        price, since = entry.price, _day(entry.price.seen_at.isoformat())
        cached = price.cached if price.cached is not None else price.tokens_in
        rates = ((Unit.INTO, price.tokens_in), (Unit.CACHED, cached), (Unit.OUT, price.tokens_out))
        item = f"{entry.provider} {entry.name}"
        found += [Price(Component.LLM, item, unit, round(rate * NANO / MILLION), since) for unit, rate in rates]
    return tuple(found)


class PriceBook:
    """The prices that hold at a moment. The owner's come before the vendors'."""

    def __init__(self, own: Iterable[Price] = ()) -> None:
        self._own, self._listed = _by_item(own), _list_by_item()

    def price(self, component: str, item: str, unit: str, at: int) -> Price | None:
        """What one unit cost at that moment; a list price that was seen only later is better than none."""
        for name in _names(item):
            for prices, is_own in ((self._own, True), (self._listed, False)):
                known = prices.get((component, name, unit), ())
                held = [price for price in known if price.since <= at]
                if held:
                    return held[-1]
                if known and not is_own:
                    return known[0]
        return Price(component, item, unit, 0, 0) if item.partition(" ")[0] in FREE else None

    def cost(self, component: str, item: str, unit: str, quantity: int, at: int) -> Cost:
        """What so much of it cost."""
        price = self.price(component, item, unit, at)
        if price is None:
            return Cost(component, item, unit, quantity, None, None, None, False)
        return Cost(
            component, item, unit, quantity, price.nano * quantity, price.nano, price.since, bool(price.id),
            price.is_estimate,
        )  # fmt: skip


def total_of(costs: Sequence[Cost]) -> int:
    """All that is known of it."""
    return sum(cost.nano or 0 for cost in costs)


def _names(item: str) -> tuple[str, ...]:
    # The second of two alike in an agent's file is `openai gpt (2)`.
    name = item.partition(" (")[0]
    return (name, *(family for prefix, family in _FAMILIES if name.startswith(prefix)))


def _by_item(prices: Iterable[Price]) -> dict[tuple[str, str, str], list[Price]]:
    found: dict[tuple[str, str, str], list[Price]] = {}
    for price in sorted(prices, key=lambda price: price.since):
        found.setdefault((price.component, price.item, price.unit), []).append(price)
    return found


@cache
def _list_by_item() -> dict[tuple[str, str, str], list[Price]]:
    """They are many, and each call that runs asks for its price once a second."""
    return _by_item(list_prices())


def _day(day: str) -> int:
    at = clock.read_rfc3339(f"{day}T00:00:00+00:00")
    assert at is not None, day
    return at
