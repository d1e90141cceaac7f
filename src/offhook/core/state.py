"""Where a call stands: three small machines, each a table, and what is known of the turn, the reply and the tools.

Only the rules in `listening`, `committing`, `speaking` and `closing` change it, called from
`conversation.Conversation.receive`.
"""

from enum import Enum, Flag, auto
from typing import Final

import msgspec

from offhook.core.behaviour import Behaviour, Script
from offhook.core.commands import Command, Generate, Say
from offhook.core.timers import Timers
from offhook.core.transcript import AgentSaid, Entry, TurnText

FILLER: Final = "filler"
"""The name of a fixed sentence that says: one moment."""


class Phase(Enum):
    """The life of the call."""

    RINGING = "ringing"
    OPEN = "open"
    CLOSING = "closing"
    """A goodbye is being said; then the line is cut."""
    ENDING = "ending"
    """The line is gone; what was heard last is still to be told."""
    ENDED = "ended"


class Floor(Enum):
    """Whose turn it is to speak."""

    NOBODY = "nobody"
    CALLER = "caller"
    AGENT = "agent"


class ReplyState(Enum):
    """The life of a reply."""

    HELD = "held"
    """Prepared before the turn is committed: its audio waits."""
    THINKING = "thinking"
    """Committed; nothing of it was sent yet."""
    SPEAKING = "speaking"
    DUCKED = "ducked"
    HUSHED = "hushed"
    """Silent with the rest kept, while the caller's sound is being judged."""
    OVER = "over"


PHASES: Final = {
    Phase.RINGING: {Phase.OPEN, Phase.ENDING, Phase.ENDED},
    Phase.OPEN: {Phase.CLOSING, Phase.ENDING, Phase.ENDED},
    Phase.CLOSING: {Phase.OPEN, Phase.ENDING, Phase.ENDED},
    Phase.ENDING: {Phase.ENDED},
    Phase.ENDED: set(),
}
REPLIES: Final = {
    ReplyState.HELD: {ReplyState.THINKING, ReplyState.OVER},
    ReplyState.THINKING: {ReplyState.SPEAKING, ReplyState.HUSHED, ReplyState.OVER},
    ReplyState.SPEAKING: {ReplyState.DUCKED, ReplyState.HUSHED, ReplyState.OVER},
    ReplyState.DUCKED: {ReplyState.SPEAKING, ReplyState.HUSHED, ReplyState.OVER},
    ReplyState.HUSHED: {ReplyState.THINKING, ReplyState.SPEAKING, ReplyState.OVER},
    ReplyState.OVER: set(),
}


class ToolRun(msgspec.Struct):
    """A tool that the model asked for; `result` is None until it has answered."""

    call: str
    name: str
    arguments: str
    reply: int
    due_at: float = 0.0
    result: str | None = None


class Known(Flag):
    """What has become known of a reply. Each is told once; the first of them may be unsaid by another tool round."""

    NOTHING = 0
    BEGUN = auto()
    """The model has begun to answer: what is late now is the voice."""
    READY = auto()
    """Its first audio is here."""
    GENERATED = auto()
    """The model has said all of this round."""
    FAILED = auto()
    """What the caller hears of it is all there will be."""
    AUDIBLE = auto()
    """Some of it was sent."""
    SEALED = auto()
    """The caller's turn stands in the history: the caller going on is a new turn."""
    PROTECTED = auto()
    """Nothing the caller does stops it."""


class ToolRounds(msgspec.Struct):
    """The tools of one reply."""

    runs: list[ToolRun] = msgspec.field(default_factory=list)
    told: int = 0
    """So many of them the model has been told of."""
    steps: int = 0
    """Rounds so far."""

    @property
    def are_running(self) -> bool:
        """True while one has not answered."""
        return any(run.result is None for run in self.runs)


class Reply(msgspec.Struct):
    """The one reply that is being prepared, said or judged."""

    number: int
    turn: int
    content: Generate | Say
    state: ReplyState
    known: Known = Known.NOTHING
    attempt: int = 1
    text: str = ""
    heard_text: str = ""
    caller_text: str = ""
    """The caller's turn that it answers."""
    fillers: int = 0
    tools: ToolRounds = msgspec.field(default_factory=ToolRounds)
    ends_call: str = ""
    """Hang up once it was heard, for this reason."""

    @property
    def full_text(self) -> str:
        """All that it says, as far as that is known."""
        return self.content.text if isinstance(self.content, Say) else self.text

    @property
    def is_audible(self) -> bool:
        """The caller has begun to hear it."""
        return Known.AUDIBLE in self.known

    @property
    def is_sealed(self) -> bool:
        """It answers a turn that stands in the history."""
        return Known.SEALED in self.known

    @property
    def is_protected(self) -> bool:
        """Nothing the caller does stops it."""
        return Known.PROTECTED in self.known

    @property
    def is_filler(self) -> bool:
        """It only bridges the wait for the caller's own words."""
        return isinstance(self.content, Say) and self.content.name == FILLER

    @property
    def can_be_withdrawn(self) -> bool:
        """It answers a turn, and nobody knows of it yet."""
        return bool(self.caller_text) and not (self.is_audible or self.is_sealed)

    def move(self, state: ReplyState) -> None:
        """Change state; a move that the table does not hold is a bug."""
        assert state in REPLIES[self.state], f"reply {self.number}: {self.state.value} to {state.value}"
        self.state = state


class Spurt(msgspec.Struct):
    """The caller's latest talk spurt."""

    number: int
    onset_at: float
    pause_s: float = 0.0
    """Silence between the caller's last spurt and this one."""
    voice_s: float = 0.0
    ended_at: float | None = None
    silence_s: float = 0.0
    """Silence after it that was seen in received audio."""
    probability: float | None = None
    expected: float | None = None
    """The transcriber's own belief that the turn is over; its words stay as they are then."""
    settled: bool = False
    """Its words are final, or will not come."""
    watched_s: float | None = None
    asked_again: bool = False
    """The end-of-turn model was asked a second time."""
    asked_s: float = 0.0
    """Audio received when its final was asked for."""
    heard_again: bool = False
    """The transcriber was opened anew for it."""
    text_when_stuck: str = ""
    words_at: float = 0.0
    """When words of it came last."""

    @property
    def belief(self) -> float | None:
        """The mean of what the end-of-turn model and the transcriber believe."""
        known = [belief for belief in (self.probability, self.expected) if belief is not None]
        return sum(known) / len(known) if known else None

    @property
    def is_voiced(self) -> bool:
        """True until it has stopped."""
        return self.ended_at is None


class Counts(msgspec.Struct):
    """Numbers that only grow, or are set back by an event that proves health."""

    replies: int = 0
    turns: int = 0
    committed_spurt: int = 0
    speculations: int = 0
    idle_prompts: int = 0
    apologies: int = 0
    reconnects: int = 0
    missed_spurt: int = 0
    """The latest spurt whose words did not come in time; they may still come."""
    learned_pause_s: float = 0.0
    last_voice_at: float = 0.0
    """End of the caller's last spurt."""
    repeats: int = 0


class CallState:
    """All of it. `out` collects the commands of one step."""

    def __init__(self, behaviour: Behaviour, script: Script) -> None:
        self.behaviour = behaviour
        self.script = script
        self.timers = Timers()
        self.out: list[Command] = []
        self.phase = Phase.RINGING
        self.floor = Floor.NOBODY
        self.reply: Reply | None = None
        self.cut: Reply | None = None
        """A cancelled reply of which we wait to hear how much was heard."""
        self.spurt: Spurt | None = None
        self.turn = TurnText()
        self.tools: list[ToolRun] = []
        """Tools that run, also for a reply that was cancelled: effects are not undone."""
        self.history: list[Entry] = []
        self.counts = Counts()
        self.pending: list[Say] = []
        """Sentences that wait for the floor to be free."""
        self.end_reason = ""

    def do(self, *commands: Command) -> None:
        """Give commands, in this order."""
        self.out.extend(commands)

    def enter(self, phase: Phase) -> None:
        """Change phase; a move that the table does not hold is a bug."""
        assert phase in PHASES[self.phase], f"call: {self.phase.value} to {phase.value}"
        self.phase = phase

    @property
    def has_open_spurt(self) -> bool:
        """True when the caller's latest spurt does not yet belong to a committed turn."""
        return self.spurt is not None and self.spurt.number > self.counts.committed_spurt

    @property
    def owes_words(self) -> bool:
        """True when the caller has fallen silent, and what was said is not known for certain."""
        spurt = self.spurt
        return spurt is not None and self.has_open_spurt and not (spurt.is_voiced or spurt.settled)

    @property
    def last_agent_text(self) -> str:
        """What the agent said last, as far as it was heard."""
        return next((entry.text for entry in reversed(self.history) if isinstance(entry, AgentSaid)), "")
