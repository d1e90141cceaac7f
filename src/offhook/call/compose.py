"""What the model is asked: the history's entries as messages, pure and in one place.

A message is legal for every vendor: each tool call has its answer right behind it, whatever stood between them in the
log. The pair stands where the tool was called, or, when something was said before the answer came, where that came:
so the model reads what it learns last behind what was said first. A tool that still runs is told as such, so that
nobody asks for it twice. What neither party has said is a note (`speech.ports.Message`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from offhook.call.trim import BUDGET_CHARS, Group, trimmed
from offhook.core.commands import Ask
from offhook.core.history import (
    AgentSaid,
    AgentTookOver,
    AnyEntry,
    CallerSaid,
    HumanSaid,
    Instructed,
    KeysPressed,
    Outcome,
    ToolAnswered,
    ToolCalled,
)
from offhook.speech.llm.history import FAILED, RUNNING, UNKNOWN
from offhook.speech.ports import Message, ModelRequest, ToolCall, ToolSpec

CUT_OFF: Final = "you were cut off here: the caller has heard nothing behind these words"
"""A note of its own, and no sign in the agent's words: models write on in the style of what they said before."""
GO_ON: Final = "the caller waits: go on"
ID_CHARS: Final = 40
"""What vendors take for a call's id."""
BEFORE: Final = -1
"""The place of a tool that was called before the stretch that is asked, and runs."""
PASSAGES_CHARS: Final = 8_000
"""About 2000 tokens of what was looked up."""
SHORT_TURN: Final = 4
"""A turn of fewer words is searched for together with the one before it: 'and on Sunday?'."""
_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9_-]")
_NO_FORGERY: Final = str.maketrans("[]", "()")
"""Square brackets are ours: a caller's words cannot look like a note."""


class Retriever(Protocol):
    """A way to look up what an agent knows, turn by turn."""

    async def search(self, text: str) -> Sequence[str]:
        """The passages that answer the text, best first, perhaps none. The caller bounds it in time."""


def query(entries: Sequence[AnyEntry], ask: Ask) -> str:
    """What to look up for a request: the caller's words, the same before their commit and after it. Empty: nothing."""
    turns = [entry.text for entry in entries[ask.since : ask.until] if isinstance(entry, CallerSaid) and entry.text]
    turns += [ask.caller_text] if ask.caller_text else []
    if not turns:
        return ""
    is_short = len(turns) > 1 and len(turns[-1].split()) < SHORT_TURN
    return " ".join(turns[-2:]) if is_short else turns[-1]


def request(
    entries: Sequence[AnyEntry],
    ask: Ask,
    *,
    system: str,
    tools: tuple[ToolSpec, ...] = (),
    passages: Sequence[str] = (),
    call_id: str = "",
    budget: int = BUDGET_CHARS,
) -> ModelRequest:
    """The whole request. `entries` is all of the history that is known; the ask says which part of it counts."""
    goes_on = bool(_own_calls(entries, ask))
    return ModelRequest(
        messages(entries, ask, system, passages, budget=budget),
        tools,
        may_call=ask.with_tools,
        call_id=call_id,
        # Behind its own tools a reply goes on by itself; without any it was broken off.
        said="" if goes_on else ask.said,
    )


def messages(
    entries: Sequence[AnyEntry], ask: Ask, system: str, passages: Sequence[str] = (), *, budget: int = BUDGET_CHARS
) -> tuple[Message, ...]:
    """The messages. `budget` bounds the characters of the conversation, without the system's message and passages.

    What the reply has said so far stands before its own tool calls, if it has made any; else see `ModelRequest.said`.
    """
    groups = [*_groups(entries, ask)]
    if ask.caller_text.strip() or ask.keys:
        groups.append((Message("user", _caller_words(ask.caller_text, ask.keys)),))
    elif groups and _wants_a_push(groups[-1][-1]) and not ask.said:
        groups.append((Message("note", GO_ON),))
    groups = trimmed(groups, budget)
    if found := _passages_text(passages):
        spoken_at = [at for at, group in enumerate(groups) if group[0].role == "user"]
        groups.insert(spoken_at[-1] if spoken_at else len(groups), (Message("note", found),))
    return (Message("system", system), *(message for group in groups for message in group))


# ── the entries ──────────────────────────────────────────────────────────────────────────────────────────────────


def _groups(entries: Sequence[AnyEntry], ask: Ask) -> Iterator[Group]:
    """The entries as messages that belong together, in order."""
    rounds: dict[int, list[_Run]] = {}
    for run in _runs(entries[: ask.until], ask.since):
        rounds.setdefault(run.at, []).append(run)
    own = _own_calls(entries, ask)
    said, turn, words = ask.said, -1, ""
    if BEFORE in rounds:
        yield _round_group(rounds[BEFORE], "")
    for at, entry in enumerate(entries[ask.since : ask.until], ask.since):
        if words and not (isinstance(entry, CallerSaid | KeysPressed) and entry.turn == turn):
            yield (Message("user", words),)
            words = ""
        match entry:
            case CallerSaid(turn=turn, text=text):
                words = _joined(words, _caller_words(text))
            case KeysPressed(turn=turn):
                words = _joined(words, _keys(entry))
            case ToolCalled() | ToolAnswered():
                if at in rounds:
                    is_own = any(run.index in own for run in rounds[at])
                    yield _round_group(rounds[at], said if is_own else "")
                    said = "" if is_own else said
            case _:
                yield from _said_groups(entry)
    if words:
        yield (Message("user", words),)


def _said_groups(entry: AnyEntry) -> Iterator[Group]:
    match entry:
        case AgentSaid(text=text, interrupted=interrupted) if text.strip():
            cut = (Message("note", CUT_OFF),) if interrupted else ()
            yield (Message("assistant", text), *cut)
        case Instructed(text=text):
            yield (Message("note", f"an instruction to you, which the caller does not hear: {text}"),)
        case AgentTookOver(agent=agent):
            yield (Message("note", f"from here on you are {agent}; another agent has led the call until now"),)
        case HumanSaid(name=name, text=text):
            yield (Message("note", f"a colleague of yours, {name}, said to the caller: {text.translate(_NO_FORGERY)}"),)
        case _:
            pass


def _joined(before: str, behind: str) -> str:
    return f"{before} {behind}".strip()


def _caller_words(text: str, keys: str = "") -> str:
    """A caller's turn: words, then keys."""
    return _joined(text.translate(_NO_FORGERY), f"[keypad] {keys}" if keys else "")


def _keys(entry: KeysPressed) -> str:
    if not entry.reference:
        return f"[keypad] {entry.keys}"
    return f"[keypad] {len(entry.keys)} secret keys, reference {{{entry.reference}}}"


def _passages_text(passages: Iterable[str]) -> str:
    lines: list[str] = []
    room = PASSAGES_CHARS
    for passage in passages:
        line = f"- {' '.join(passage.split())}"
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    return "\n".join(["what you know that may be asked for now:", *lines]) if lines else ""


def _wants_a_push(last: Message) -> bool:
    """Nobody has said anything behind the agent's own words: models refuse to go on with those."""
    return (last.role == "assistant" and not last.tool_calls) or last == Message("note", CUT_OFF)


# ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Run:
    """A tool that was called."""

    index: int
    """Of the call among the entries."""
    called: ToolCalled
    at: int
    """The entry in whose place it is told: those of one round in the place of the first."""
    result: str


def _runs(entries: Sequence[AnyEntry], since: int) -> list[_Run]:
    """The tools that belong to a stretch from `since` on: called there, answered there, or running now."""
    answers = _answers(entries)
    runs: list[_Run] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, ToolCalled):
            continue
        answered = answers.get(index, -1)
        if answered < 0:
            at, result = (index if index >= since else BEFORE), RUNNING
        elif answered < since:
            continue
        else:
            is_late = index < since or any(map(_is_heard, entries[index:answered]))
            at, result = (answered if is_late else index), _result(entries[answered])
        before = runs[-1] if runs else None
        # Calls that follow each other without a word or an answer between them are of one round.
        is_next = before is not None and before.index == index - 1 and since <= before.at < index == at
        if before is not None and is_next and before.called.reply == entry.reply:
            at = before.at
        runs.append(_Run(index, entry, at, result))
    return [replace(run, called=called) for run, called in zip(runs, _with_own_ids(runs), strict=True)]


def _answers(entries: Sequence[AnyEntry]) -> dict[int, int]:
    """Where each call is answered, by the places of both; the first open call of an id takes the first answer."""
    open_calls: dict[str, list[int]] = {}
    found: dict[int, int] = {}
    for index, entry in enumerate(entries):
        if isinstance(entry, ToolCalled):
            open_calls.setdefault(entry.call, []).append(index)
        elif isinstance(entry, ToolAnswered) and open_calls.get(entry.call):
            found[open_calls[entry.call].pop(0)] = index
    return found


def _with_own_ids(runs: Sequence[_Run]) -> Iterator[ToolCalled]:
    """Vendors refuse two calls of one id, and ids that are too long or hold odd signs."""
    taken: set[str] = set()
    for run in runs:
        plain = _NOT_IN_IDS.sub("_", run.called.call)
        own, number = plain[:ID_CHARS] or "call", 2
        while own in taken:
            own, number = f"{plain[: ID_CHARS - 6] or 'call'}-{number}", number + 1
        taken.add(own)
        yield ToolCalled(own, run.called.name, run.called.arguments, run.called.reply)


def _is_heard(entry: AnyEntry) -> bool:
    """It has become a message of its own."""
    if isinstance(entry, AgentSaid):
        return bool(entry.text.strip())
    return not isinstance(entry, ToolCalled | ToolAnswered)


def result_as_told(outcome: Outcome, text: str) -> str:
    """What the model sees of a tool that is over."""
    match outcome:
        case Outcome.DONE:
            return text.strip() or "done"
        case Outcome.FAILED:
            return f"{FAILED}: {text}"
        case Outcome.UNKNOWN:
            return f"{UNKNOWN} ({text})"


def _result(answered: AnyEntry) -> str:
    assert isinstance(answered, ToolAnswered)
    return result_as_told(answered.outcome, answered.text)


def _round_group(runs: Sequence[_Run], said: str) -> Group:
    calls = tuple(ToolCall(run.called.call, run.called.name, run.called.arguments) for run in runs)
    answers = (Message("tool", run.result, tool_call=run.called.call) for run in runs)
    return (Message("assistant", said, tool_calls=calls), *answers)


def _own_calls(entries: Sequence[AnyEntry], ask: Ask) -> set[int]:
    """The calls of the reply that is being made: those of the last reply that called, if it is not over yet."""
    own: list[int] = []
    for at, entry in enumerate(entries[ask.since : ask.until], ask.since):
        if isinstance(entry, AgentSaid | CallerSaid):
            own = []
        elif isinstance(entry, ToolCalled):
            own = [other for other in own if _reply_of(entries[other]) == entry.reply]
            own.append(at)
    return set(own)


def _reply_of(entry: AnyEntry) -> int:
    assert isinstance(entry, ToolCalled)
    return entry.reply
