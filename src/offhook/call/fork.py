"""A turn of a past call as its model was asked: taken from the journal, to be asked again."""

from dataclasses import dataclass, field
from pathlib import Path

from offhook.call.journal import Briefing, Gap, Header, Line, read_header, read_lines
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.errors import ConfigurationError


@dataclass(slots=True)
class Asked:
    """One reply that a model was asked for."""

    reply: int
    turn: int
    at: float
    ask: cmd.Ask
    briefing: Briefing | None
    """What its model was told beside the history; None: the journal does not say."""
    is_committed: bool
    passages: tuple[str, ...] = ()
    """What was looked up for it."""
    text: str = ""
    """All that it would have said."""
    tools: list[tuple[str, str]] = field(default_factory=list)
    """Names and arguments of the tools it wanted."""
    failure: str = ""
    heard: list[hist.AgentSaid] = field(default_factory=list)
    """What of it became the history."""

    @property
    def has_words(self) -> bool:
        """It was asked with the caller's words, not to go on behind a tool."""
        return bool(self.ask.caller_text or self.ask.keys)


@dataclass(slots=True)
class Past:
    """What a journal tells of a call's requests."""

    path: Path
    header: Header
    entries: list[hist.AnyEntry] = field(default_factory=list)
    asked: dict[int, Asked] = field(default_factory=dict)
    """By the reply's number."""
    committed: int = 0
    """The reply that was let out last, a fixed sentence or a model's."""
    missing_from: int | None = None
    """The first entry of the history that is not in the journal."""
    gap: Gap | None = None

    def turn(self, number: int) -> Asked:
        """The request whose reply answered that turn. Raises `ConfigurationError`."""
        turns = sorted({asked.turn for asked in self.asked.values() if asked.is_committed})
        of_turn = [asked for asked in self.asked.values() if asked.turn == number and asked.is_committed]
        if not of_turn:
            known = ", ".join(map(str, turns)) or "none of this call"
            raise ConfigurationError(
                "no model was asked for this turn", file=str(self.path), field="--fork", found=str(number),
                expected=f"one of the turns that a model answered: {known}",
            )  # fmt: skip
        # Words that came late are asked with again; what follows a tool has no words of its own.
        found = next((asked for asked in reversed(of_turn) if asked.has_words), of_turn[0])
        if self.missing_from is not None and found.ask.until > self.missing_from:
            raise ConfigurationError(
                f"cannot be asked again: the journal has lost entry {self.missing_from} of the history before it",
                file=str(self.path), field=f"--fork {number}",
            )  # fmt: skip
        return found


def read_past(path: Path) -> Past:
    """All requests of a call. Raises `ConfigurationError`."""
    past = Past(path, read_header(path))
    briefing: Briefing | None = None
    for line in read_lines(path):
        if isinstance(line, Gap):
            past.gap = past.gap or line
        elif isinstance(line.what, Briefing):
            briefing = line.what
        else:
            _take(past, line, briefing)
    return past


def _take(past: Past, line: Line, briefing: Briefing | None) -> None:
    match line.what:
        case cmd.Remember(index=index, entry=entry):
            if past.missing_from is None and index != len(past.entries):
                past.missing_from = len(past.entries)
            past.entries.append(entry)
            if isinstance(entry, hist.AgentSaid) and past.committed in past.asked:
                past.asked[past.committed].heard.append(entry)
        case cmd.StartReply(reply=reply, turn=turn, content=content, held=held):
            if isinstance(content, cmd.Ask):
                past.asked[reply] = Asked(reply, turn, line.at, content, briefing, is_committed=not held)
            past.committed = past.committed if held else reply
        case cmd.CommitReply(reply=reply):
            past.committed = reply
            if reply in past.asked:
                past.asked[reply].is_committed = True
        case ev.ReplyEvent(reply=reply) if reply in past.asked:
            _take_news(past.asked[reply], line.what)
        case _:
            pass


def _take_news(asked: Asked, event: ev.ReplyEvent) -> None:
    match event:
        case ev.KnowledgeFound(passages=passages):
            asked.passages = passages
        case ev.ReplyGenerated(text=text):
            asked.text = text
        case ev.ToolRequested(name=name, arguments=arguments):
            asked.tools.append((name, arguments))
        case ev.ReplyFailed(stage=stage, cause=cause):
            asked.failure = f"{stage} failed: {cause}"
        case _:
            pass
