"""What is learned of a call when it is folded: its figures, its questions, what it leaves for a person to do."""

from typing import Any, Final

from offhook.agents.afterwards import Promised
from offhook.platform import figures, questions, tasks
from offhook.platform.call_account import Told
from offhook.platform.call_owed import Promise
from offhook.platform.tasks import TaskKind, open_task
from offhook.store.scope import Scope
from offhook.telephony.facts import HIDDEN_NUMBERS

DUE_MS: Final = 24 * figures.HOUR_MS
"""What was promised is to be kept by then."""


def keep(scope: Scope, row: Any, after: dict[str, Any], told: Told) -> None:
    """`row`: the call as it was before, `after`: its new columns."""
    figures.add_call(scope, row, after, told.sums, (after["detail"] or {}).get("costs", ()))
    if row.kind == figures.TEST or not row.agent_id:
        return
    asked = questions.Asked(
        row.id, row.agent_id, row.agent_version or 0, row.created_at, bool(row.is_sample), told.language
    )
    still_open = questions.note(scope, asked, told.unanswered)
    if not figures.is_counted(row):
        return
    for one in still_open:
        times = f", {one.times} times so far" if one.times > 1 else ""
        open_task(
            scope, TaskKind.QUESTION, one.id, f"Callers asked what the agent does not know{times}: “{one.text[:200]}”",
            at=row.created_at, agent_id=row.agent_id, call_id=row.id, question_id=one.id,
            detail={"text": one.text[:500], "times": one.times},
        )  # fmt: skip
    _owed(scope, row, told)
    if "tool.outcome_unknown" in told.warnings:
        names = sorted({tool["name"] for tool in told.detail.get("tools", ()) if tool["outcome"] == "unknown"})
        open_task(
            scope, TaskKind.TOOL_UNKNOWN, row.id, f"Nobody knows whether {' and '.join(names) or 'a tool'} was done.",
            at=row.created_at, agent_id=row.agent_id, call_id=row.id, detail={"tools": names},
        )  # fmt: skip


def _owed(scope: Scope, row: Any, told: Told) -> None:
    number = row.from_number if row.direction == "inbound" else row.to_number
    is_known = bool(number) and number not in HIDDEN_NUMBERS and number[:1] == "+"
    promised = [one for one in told.promises if one.kind == Promised.CALL_BACK]
    owed = {"at": row.created_at, "agent_id": row.agent_id, "call_id": row.id}
    if told.wishes or promised:
        whom = number if is_known else "A caller without a number"
        at_s, said = (told.wishes[0][0], told.wishes[0][2]) if told.wishes else (promised[0].at_s, promised[0].said)
        why = f"asked to be called back: “{said[:200]}”" if told.wishes else f"was told: “{said[:200]}”"
        detail = {"number": number if is_known else None, "said": said, "at_ms": round(at_s * 1000),
                  "is_promised": bool(promised), "kept_by": next((one.kept_by for one in promised), None)}  # fmt: skip
        subject = number if is_known else row.id
        open_task(scope, TaskKind.CALL_BACK, subject, f"{whom} {why}", due_at=row.created_at + DUE_MS, detail=detail,
                  **owed)  # fmt: skip
    for number_of, one in enumerate(told.promises, start=1):
        if one.kept_by is None and one.kind != Promised.CALL_BACK:
            open_task(
                scope, TaskKind.PROMISE, f"{row.id}:{number_of}", _sentence(one), due_at=row.created_at + DUE_MS,
                detail=one.told(), **owed,
            )  # fmt: skip


def _sentence(promise: Promise) -> str:
    return f"The caller was told “{promise.said[:200]}”, and no tool of the call has done it."


def forget_call(scope: Scope, call_id: str) -> None:
    """A call is deleted: its words go, its figures stay."""
    questions.forget_call(scope, call_id)
    tasks.forget_call(scope, call_id)
