"""A month's usage as a table (CSV) and as pages (PDF)."""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from offhook import clock
from offhook.platform.price_book import NANO
from offhook.platform.usage import AgentUsage, Usage, UsageLine

ESTIMATE: Final = "estimate"
OWN: Final = "agreed"
UNKNOWN: Final = "no price known"
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Also in the wide letters of Eastern Asia, which some spreadsheets take for the same."""
_HEAD: Final = (
    "month", "agent_id", "agent", "component", "item", "unit", "quantity", "price_usd", "amount_usd", "price_is",
)  # fmt: skip


def dollars(nano: int) -> str:
    """As it is written, exact: `0.0132`."""
    return f"{(Decimal(nano) / NANO).normalize():f}"


def certainty(line: UsageLine) -> str:
    """How sure a line's price is."""
    return UNKNOWN if line.nano is None else ESTIMATE if line.is_estimate else OWN if line.is_own_price else ""


def as_csv(usage: Usage) -> bytes:
    """A line for each thing that was used, at each price; the last line is the sum."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEAD)
    names = {agent.agent_id: agent.name for agent in usage.agents}
    for line in usage.lines:
        price = dollars(line.price_nano) if line.price_nano is not None else ""
        amount = dollars(line.nano) if line.nano is not None else ""
        name = names.get(line.agent_id, "")
        row = (usage.month.name, line.agent_id, name, line.component, line.item, line.unit)
        writer.writerow([*map(_harmless, row), line.quantity, price, amount, certainty(line)])
    writer.writerow([usage.month.name, "", "total", "", "", "", "", "", dollars(usage.nano), ""])
    # Spreadsheets take UTF-8 for UTF-8 by its mark alone.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(text: str) -> str:
    """A name that a spreadsheet would take for a formula is none."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def rows_of(usage: Usage, agent: AgentUsage) -> Iterator[Sequence[str]]:
    """An agent's table, for people: what, how much, at what price, the amount."""
    for line in usage.lines:
        if line.agent_id != agent.agent_id:
            continue
        price = dollars(line.price_nano) if line.price_nano is not None else "-"
        amount = dollars(line.nano) if line.nano is not None else "-"
        unit = line.unit.replace("_", " ")
        yield (f"{line.component}: {line.item}", f"{line.quantity:,}", unit, price, amount, certainty(line))


def summary_of(agent: AgentUsage) -> str:
    """In a line."""
    text = f"{agent.calls:,} calls, {agent.ms / 60_000:,.1f} minutes, {dollars(agent.nano)} USD"
    return text + (f"; {agent.unpriced:,} calls used something without a known price" if agent.unpriced else "")


def span_of(usage: Usage) -> str:
    """From when to when."""
    month = usage.month
    return f"{clock.rfc3339(month.since)} to {clock.rfc3339(month.until)} (a month in {month.zone})"
