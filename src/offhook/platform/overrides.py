"""Fields of an agent's document for one call alone.

The document of such a call is kept as a version of its own, of a number that no published version has: every process
finds it as it finds any other, after a restart too, and the call's record says what it was made with. Two calls with
the same fields share one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from offhook import clock
from offhook.clock import Date
from offhook.platform.agent_documents import Around, judge, merged, pointer
from offhook.platform.files import digest_of
from offhook.platform.problems import Conflict, Flaw, Invalid
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENT_VERSIONS, OVERRIDDEN_FROM

FIELDS: Final = ("opening", "language", "llm", "tts", "variables")
"""What does no harm in the hands of whoever may place calls: how the agent begins, speaks and thinks."""
_BLOCKS: Final = ("llm", "tts")
_NOT: Final = frozenset({"base_url", "key_env", "fallback"})
"""These would send the workspace's keys, and what callers say, to another address."""
MOST_KEPT: Final = 10_000
_V: Final = AGENT_VERSIONS.c


def overridden(document: Mapping[str, Any], overrides: Mapping[str, Any], today: Date) -> dict[str, Any]:
    """The document with these fields; slow: for a thread. Raises `Invalid` that points at what cannot be changed."""
    if flaws := list(_refused(document, overrides)):
        raise Invalid(flaws[:20], code="call.overrides")
    base = dict(document)
    for name in _BLOCKS:
        given, before = overrides.get(name), base.get(name)
        if (
            isinstance(given, dict)
            and isinstance(before, dict)
            and given.get("provider") not in (None, before.get("provider"))
        ):
            # Another provider's block has other fields.
            base.pop(name)
    made: dict[str, Any] = merged(base, dict(overrides))
    judged = judge(made, Around(), today)
    before_flaws = {(flaw.pointer, flaw.code) for flaw in judge(document, Around(), today).flaws}
    found = [
        Flaw(f"/overrides{flaw.pointer}", flaw.detail, flaw.code)
        for flaw in judged.flaws if (flaw.pointer, flaw.code) not in before_flaws
    ]  # fmt: skip
    if found:
        raise Invalid(found, code="call.overrides")
    return made


def put(scope: Scope, agent_id: str, number: int, document: Mapping[str, Any]) -> int:
    """Keep the document, which was made from version `number`; its own number."""
    base = scope.first(scope.select(_V.files).where(_V.agent_id == agent_id, _V.number == number))
    files = dict(base.files) if base is not None else {}
    digest = digest_of([dict(document), files])
    ours = (_V.agent_id == agent_id, _V.number >= OVERRIDDEN_FROM)
    same = scope.first(scope.select(_V.number).where(*ours, _V.digest == digest))
    if same is not None:
        return int(same.number)
    last = scope.first(scope.select(_V.number).where(*ours).order_by(_V.number.desc()))
    made = int(last.number) + 1 if last is not None else OVERRIDDEN_FROM
    if made >= OVERRIDDEN_FROM + MOST_KEPT:
        raise Conflict(
            f"{MOST_KEPT:,} different sets of overrides were used with this agent", code="call.overrides.too_many",
            what_to_do="Put what differs from call to call into `variables`.",
        )  # fmt: skip
    scope.insert(
        AGENT_VERSIONS, agent_id=agent_id, number=made, document=dict(document), files=files, digest=digest,
        note=f"version {number} with overrides", created_by=scope.actor.id,
        created_by_name=scope.actor.name[:200], created_at=clock.wall_ms(),
    )  # fmt: skip
    return made


def _refused(document: Mapping[str, Any], overrides: Mapping[str, Any]) -> Iterator[Flaw]:
    for name, value in overrides.items():
        if name not in FIELDS:
            told = f"this is not changed for one call; {', '.join(FIELDS)} are"
            yield Flaw(f"/overrides{pointer((name[:80],))}", told, "call.overrides.field")
        elif name in _BLOCKS and isinstance(value, dict):
            for field in _NOT & value.keys():
                yield Flaw(
                    f"/overrides/{name}/{field}", "addresses and keys stay the agent's own", "call.overrides.field"
                )
        elif name == "variables":
            yield from _refused_variables(document, value)


def _refused_variables(document: Mapping[str, Any], value: Any) -> Iterator[Flaw]:
    known = document.get("variables") or {}
    for name, block in value.items() if isinstance(value, dict) else ():
        place = f"/overrides{pointer(('variables', str(name)[:80]))}"
        if name not in known:
            yield Flaw(place, "the agent has no such variable", "variable.unknown")
        elif not isinstance(block, dict) or set(block) - {"default"}:
            yield Flaw(place, 'of a variable the default alone is changed: {"default": ...}', "call.overrides.field")
