"""What was given along with a call: checked when it is placed, and found again when it is answered.

The process that placed the call has it in memory; where another answers, the call's row has it.
"""

import difflib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from offhook.agents.variables import BUILT_INS, Value, VariableConfig
from offhook.platform.problems import Flaw, Invalid
from offhook.store.store import Store
from offhook.store.tables.calls import CALLS
from offhook.telephony.facts import CallFacts

MOST_KEPT: Final = 10_000
_CONFIGS: Final[TypeAdapter[dict[str, VariableConfig]]] = TypeAdapter(dict[str, VariableConfig])


class CallValues:
    """By the carrier's id of a call."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, Mapping[str, object]] = OrderedDict()

    def give(self, call_sid: str, values: Mapping[str, object]) -> None:
        """For a call that is about to be answered."""
        self._kept[call_sid] = dict(values)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    async def of(self, facts: CallFacts) -> Mapping[str, object]:
        """What came with this call; nothing for a call that came in. Raises `StoreError`."""
        kept = self._kept.pop(facts.call_sid, None)
        if kept is not None:
            return kept
        if facts.direction != "outbound":
            return {}

        def job(connection: Connection) -> Any:
            # The carrier's id of a call is the carrier's secret and ours: no workspace is asked for another's.
            return connection.execute(select(CALLS.c.variables).where(CALLS.c.carrier_sid == facts.call_sid)).scalar()

        found = await self._store.read_wide(job)
        return found if isinstance(found, dict) else {}


def checked(document: Mapping[str, Any], given: Mapping[str, object], place: str = "/variables") -> dict[str, Value]:
    """What is given for an agent's variables, as it is kept. Raises `Invalid` that points at each that does not fit."""
    configs = _CONFIGS.validate_python(document.get("variables") or {})
    kept: dict[str, Value] = {}
    flaws: list[Flaw] = []
    for name, value in given.items():
        config = configs.get(name)
        if config is None:
            flaws.append(Flaw(f"{place}/{name[:60]}", _unknown(name, configs), "variable.unknown"))
            continue
        try:
            kept[name] = config.value_of(value)
        except ValueError as error:
            flaws.append(Flaw(f"{place}/{name}", str(error), "variable.invalid"))
    if flaws:
        raise Invalid(flaws)
    return kept


def _unknown(name: str, configs: Mapping[str, VariableConfig]) -> str:
    if name in BUILT_INS:
        return "every call has this of itself: it is not given"
    near = difflib.get_close_matches(name, list(configs), n=1, cutoff=0.6)
    return f"the agent has no such variable{f': did you mean {near[0]}?' if near else ''}"
