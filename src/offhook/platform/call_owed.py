"""What a call leaves behind: promises with what has kept them, questions without an answer, wishes to be called back.

Found in what was said, by the phrases of the call's language (`agents.afterwards`). When in doubt it is nothing: a list
that cries wolf is not read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from offhook.agents.afterwards import Afterwards, Promised, afterwards
from offhook.call.journal import Header
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core import promises

DONE: Final = "done"
"""The kind of a promise that the owner's own phrases name, and none of ours."""
MOST: Final = 100
"""Of each list."""
LONGEST: Final = 500
SHORT_TURN: Final = 4
"""A turn of fewer words is told together with the one before it: "and on Sunday?"."""
_HINTS: Final[dict[str, tuple[str, ...]]] = {
    Promised.BOOKED: ("book", "reserv", "appoint", "schedul", "termin", "buch", "calendar", "cita", "rendez", "agend"),
    Promised.CHANGED: ("chang", "updat", "move", "resched", "modif", "edit", "änder", "aender", "verschieb"),
    Promised.CANCELED: ("cancel", "storn", "delete", "annul", "absag"),
    Promised.ORDERED: ("order", "bestell", "purchas", "pedido", "command"),
    Promised.SENT: ("send", "mail", "sms", "text", "notif", "messag", "whatsapp", "schick"),
    Promised.NOTED: ("note", "messag", "ticket", "lead", "crm", "record", "save", "notify", "nachricht", "forward"),
    Promised.CALL_BACK: ("call_back", "callback", "messag", "ticket", "lead", "crm", "notify", "rueckruf", "rückruf"),
}
"""What the name of a tool holds that keeps such a promise."""
_LOOKING: Final = ("get", "find", "search", "look", "check", "list", "fetch", "read", "query", "is_", "has_")
"""How the names of tools begin that change nothing."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question of the caller's."""

    turn: int
    at_s: float
    text: str
    said: str
    """By the agent."""
    meaning: Mapping[str, str] | None = None
    """Where it lies among others (`same_question`), once it was looked at."""

    def told(self) -> dict[str, Any]:
        """As the record has it."""
        return {"turn": self.turn, "at_s": round(self.at_s, 3), "text": self.text[:LONGEST]}


@dataclass(slots=True)
class Promise:
    """Something that the caller was told has been done, or will be."""

    said: str
    at_s: float
    turn: int
    kind: str
    tools: tuple[str, ...] = ()
    """Any of these would have kept it, as the agent's document says; empty: it says nothing."""
    kept_by: str | None = None

    def told(self) -> dict[str, Any]:
        """As the record has it."""
        return {
            "said": self.said[:LONGEST], "at_s": round(self.at_s, 3), "turn": self.turn, "kind": self.kind,
            "kept_by": self.kept_by,
        }  # fmt: skip


@dataclass(slots=True)
class _Run:
    name: str
    turn: int
    is_done: bool = False


@dataclass(slots=True)
class Owed:
    """Feed it what the journal holds."""

    header: Header
    unanswered: list[Unanswered] = field(default_factory=list)
    wishes: list[tuple[float, int, str]] = field(default_factory=list)
    """To be called back: when, in which turn, in which words."""
    _promises: list[Promise] = field(default_factory=list)
    _runs: dict[str, _Run] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)
    """The caller's turns."""
    _turn: int = 0
    _turn_of_reply: dict[int, int] = field(default_factory=dict)
    _missed: set[int] = field(default_factory=set)
    """Turns for which a search found nothing."""
    _words: Afterwards = field(init=False)

    def __post_init__(self) -> None:
        self._words = afterwards(self.header.script.language)

    def add(self, what: ev.Event | cmd.Command, at: float) -> None:
        """One line."""
        match what:
            case cmd.StartReply(reply=reply, turn=turn):
                self._turn_of_reply[reply] = turn
            case ev.KnowledgeFound(reply=reply, passages=(), is_late=False) if reply in self._turn_of_reply:
                self._missed.add(self._turn_of_reply[reply])
            case ev.KnowledgeFound(reply=reply) if reply in self._turn_of_reply:
                self._missed.discard(self._turn_of_reply[reply])
            case cmd.Remember(entry=entry):
                self._remember(entry, at)
            case _:
                pass

    def _remember(self, entry: hist.Entry, at: float) -> None:
        match entry:
            case hist.CallerSaid(turn=turn, text=text):
                self._turn = max(self._turn, turn)
                self._texts[turn] = text
                if len(self.wishes) < MOST and self._is_wish(text):
                    self.wishes.append((at, turn, text[:LONGEST]))
            case hist.AgentSaid(turn=turn, text=text) if text:
                self._agent_said(turn, text, at)
            case hist.ToolCalled(call=call, name=name) if len(self._runs) < 10 * MOST:
                self._runs[call] = _Run(name, self._turn)
            case hist.ToolAnswered(call=call, outcome=outcome) if call in self._runs:
                self._runs[call].is_done = outcome is hist.Outcome.DONE
            case _:
                pass

    def _is_wish(self, text: str) -> bool:
        # In a question a "not" is a manner: "könnten Sie mich nicht zurückrufen?"
        unless = () if "?" in text else self.header.script.negations
        return promises.has(text, self._words.call_back_wishes, unless=unless)

    def _agent_said(self, turn: int, text: str, at: float) -> None:
        script = self.header.script
        found: dict[tuple[str, str], Promise] = {}
        for kind, sentence in promises.said(text, self._words.promises, script):
            found.setdefault((sentence, kind), Promise(sentence, at, turn, str(kind)))
        for claim in promises.claims(text, script):
            own = [promise for (sentence, _), promise in found.items() if sentence == claim.text]
            for promise in own or [found.setdefault((claim.text, DONE), Promise(claim.text, at, turn, DONE))]:
                promise.tools = (*promise.tools, *claim.tools)
        self._promises += list(found.values())[: max(0, MOST - len(self._promises))]
        is_new = turn > 0 and len(self.unanswered) < MOST and all(one.turn != turn for one in self.unanswered)
        if is_new and self._is_unknown(turn, text):
            self.unanswered.append(Unanswered(turn, at, self._question(turn)[:LONGEST], text[:LONGEST]))

    def _is_unknown(self, turn: int, text: str) -> bool:
        question = self._texts.get(turn, "")
        if len(question.split()) < 2 and not self._texts.get(turn - 1):
            return False
        if promises.has(text, self._words.unknown, unless_in_sentence=self._words.unknown_of_words):
            return True
        # Nothing was found, and nothing else was asked: where the agent asks back, it has not answered yet.
        has_run = any(run.turn == turn for run in self._runs.values())
        return turn in self._missed and not has_run and "?" not in text and self._is_question(question)

    def _is_question(self, text: str) -> bool:
        first = text.casefold().split()[:1]
        words = self.header.script.question_words
        return text.rstrip().endswith("?") or (bool(first) and first[0].strip(",.!¿") in words)

    def _question(self, turn: int) -> str:
        text, before = self._texts.get(turn, ""), self._texts.get(turn - 1, "")
        return f"{before} {text}".strip() if len(text.split()) < SHORT_TURN else text

    # ── what it comes to ─────────────────────────────────────────────────────────────────────────────────────

    def ledger(self) -> list[Promise]:
        """All promises, with what has kept them."""
        for promise in self._promises:
            promise.kept_by = next(self._keepers(promise), None)
        return self._promises

    def _keepers(self, promise: Promise) -> Iterator[str]:
        done = [run for run in self._runs.values() if run.is_done]
        yield from (run.name for run in done if run.name in promise.tools)
        if promise.tools:
            return
        hints = _HINTS.get(promise.kind, ())
        yield from (run.name for run in done if any(hint in run.name.casefold() for hint in hints))
        # A tool of another name that ran for this very turn may well be meant.
        acts = (run for run in done if not run.name.casefold().startswith(_LOOKING))
        yield from (run.name for run in acts if run.turn == promise.turn)
