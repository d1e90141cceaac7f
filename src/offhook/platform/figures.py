"""Figures of calls that are over, added up as they come: by hour and agent, by day and all else, and what was used.

Written in the transaction that folds a call. A call that is folded once more takes back what it had added.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from offhook.store.scope import Scope
from offhook.store.tables.insight import CALL_FIGURES, COST_HOURS, FIGURE_DAYS, FIGURE_HOURS, SUMS

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
KINDS: Final = ("direction", "end_reason", "transcriber", "model", "voice")
_HOUR: Final = ("workspace_id", "hour", "agent_id")
_DAY: Final = ("workspace_id", "day", "agent_id", "agent_version", *KINDS)
_COST: Final = ("workspace_id", "hour", "agent_id", "component", "item", "unit", "price_nano", "is_own_price")
UNKNOWN_PRICE: Final = -1
TEST: Final = "test"
"""Calls of this kind are nobody's business: they count nowhere."""


def is_counted(row: Any) -> bool:
    """A call of a row counts: it is no sample and no test."""
    return not row.is_sample and row.kind != TEST


def add_call(scope: Scope, row: Any, after: Mapping[str, Any], sums: Mapping[str, Any], costs: Sequence[Any]) -> None:
    """A call that was folded. `row`: as it was before, `after`: its new columns, `costs`: the lines of its record."""
    if not is_counted(row):
        return
    old = scope.first(scope.select(CALL_FIGURES).where(CALL_FIGURES.c.call_id == row.id))
    if old is not None:
        _sum(scope, dict(old._mapping), (row.detail or {}).get("costs", ()), -1)
        scope.delete(CALL_FIGURES, CALL_FIGURES.c.call_id == row.id)
    figures = dict.fromkeys((*KINDS,), "") | dict.fromkeys(SUMS, 0) | dict(sums) | {
        "at": row.created_at, "agent_id": row.agent_id or "", "agent_version": row.agent_version or 0,
        "direction": row.direction, "end_reason": after["end_reason"], "calls": 1, "ms": after["duration_ms"],
        "nano": after["cost_nano"] or 0, "unpriced": int(any(line["nano"] is None for line in costs)),
    }  # fmt: skip
    scope.insert(CALL_FIGURES, call_id=row.id, **figures)
    _sum(scope, figures, costs, 1)


def _sum(scope: Scope, figures: Mapping[str, Any], costs: Sequence[Any], sign: int) -> None:
    at, sums = figures["at"], {name: sign * figures[name] for name in SUMS}
    whose = {"agent_id": figures["agent_id"]}
    kinds = {name: figures[name] for name in ("agent_version", *KINDS)}
    hour = at - at % HOUR_MS
    scope.add(FIGURE_HOURS, _HOUR, SUMS, [{"hour": hour, **whose, **sums}])
    scope.add(FIGURE_DAYS, _DAY, SUMS, [{"day": at - at % DAY_MS, **whose, **kinds, **sums}])
    lines = [
        {
            "hour": hour, **whose, "component": line["component"], "item": line["item"][:200], "unit": line["unit"],
            "price_nano": line["price_nano"] if line["nano"] is not None else UNKNOWN_PRICE,
            "is_own_price": bool(line["is_own_price"]), "quantity": sign * line["quantity"],
            "nano": sign * (line["nano"] or 0),
        }
        for line in costs
    ]  # fmt: skip
    scope.add(COST_HOURS, _COST, ("quantity", "nano"), lines)
