"""One reply: what it answers, how far it is, and what is to come of it."""

from enum import Enum
from typing import Final

import msgspec

from offhook.core.behaviour import Destination
from offhook.core.commands import Ask, Say
from offhook.core.endings import EndReason
from offhook.core.events import ToolRequested

FILLER: Final = "filler"
"""The name of a fixed sentence that says: one moment."""
ASKING: Final = frozenset({"idle", "presence", "repeat", "apology"})
"""Names of the fixed sentences that want an answer, also where they hold no question."""


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


REPLIES: Final = {
    ReplyState.HELD: {ReplyState.THINKING, ReplyState.OVER},
    ReplyState.THINKING: {ReplyState.SPEAKING, ReplyState.HUSHED, ReplyState.OVER},
    ReplyState.SPEAKING: {ReplyState.DUCKED, ReplyState.HUSHED, ReplyState.OVER},
    ReplyState.DUCKED: {ReplyState.SPEAKING, ReplyState.HUSHED, ReplyState.OVER},
    ReplyState.HUSHED: {ReplyState.THINKING, ReplyState.SPEAKING, ReplyState.OVER},
    ReplyState.OVER: set(),
}


class CallerTurn(msgspec.Struct, frozen=True):
    """A turn of the caller that is being answered; number 0 is the opening, and what nobody asked for."""

    number: int
    text: str = ""
    keys: str = ""

    @property
    def is_empty(self) -> bool:
        """The caller has said and pressed nothing."""
        return not (self.text or self.keys)


class Reply(msgspec.Struct):
    """The one reply that is being prepared, said or judged."""

    number: int
    turn: CallerTurn
    content: Ask | Say
    state: ReplyState
    attempt: int = 1

    has_begun: bool = False
    """The responder has begun to answer: what is late now is the voice."""
    is_ready: bool = False
    """Audio of this round is here."""
    is_generated: bool = False
    """The responder has said all of this round, or no more is waited for."""
    is_tool_pending: bool = False
    """A tool call is being written."""
    has_failed: bool = False
    """What the caller hears of it is all there will be."""
    is_audible: bool = False
    """Some of it was sent."""
    is_unmarked: bool = False
    """Its marks do not come back: what playout says was heard of it has to do."""
    says_nothing: bool = False
    """It only asks for something that is done once it was heard: which is now."""
    is_dry: bool = False
    """All audio that it has was played, and more is expected."""
    is_sealed: bool = False
    """The caller's turn stands in the history: the caller going on is a new turn."""
    is_protected: bool = False
    """Nothing the caller does stops it."""

    text: str = ""
    """What it says, as far as it is generated."""
    heard_text: str = ""
    """What of it was heard when it was last hushed."""
    fillers: int = 0
    wanted: list[ToolRequested] = msgspec.field(default_factory=list)
    """Tools that wait for the turn to be committed."""
    wants_round: bool = False
    """Tools were called whose answers the responder is to go on with."""
    rounds: int = 0
    """Rounds of tools so far."""
    tools_in_round: int = 0
    """Tools that were asked for in this one."""
    audible_at: float = float("inf")
    """When the caller began to hear it."""
    ends_at: float = float("inf")
    """When the last of it should have been heard, once all was sent."""
    hushed_at: float = 0.0
    hushed_s: float = 0.0
    """How long it was hushed in all."""
    ends_call: EndReason | None = None
    """Hang up once it was heard, for this reason."""
    is_goodbye: bool = False
    """The reason is a fixed goodbye: no question in it takes it back."""
    fallback: Say | None = None
    """Said in its place when the responder has nothing to say."""
    transfer: "Transfer | None" = None
    """Connect the caller once it was heard."""
    handoff: "Handoff | None" = None
    """Let another agent go on once it was heard."""

    @property
    def full_text(self) -> str:
        """All that it says, as far as that is known."""
        return self.content.text if isinstance(self.content, Say) else self.text

    @property
    def is_held(self) -> bool:
        """It waits for the turn to be committed."""
        return self.state is ReplyState.HELD

    @property
    def is_filler(self) -> bool:
        """It only bridges the wait for the caller's own words."""
        return isinstance(self.content, Say) and self.content.name == FILLER

    @property
    def can_be_withdrawn(self) -> bool:
        """It answers a turn, and nobody knows of it yet."""
        return not (self.turn.is_empty or self.is_audible or self.is_sealed)

    @property
    def is_connecting(self) -> bool:
        """Somebody outside has the caller connected: heard or not, that follows it."""
        return self.transfer is not None and self.transfer.is_from_outside

    def silent_s(self, at: float) -> float:
        """How long it was hushed until now."""
        return self.hushed_s + (at - self.hushed_at if self.state is ReplyState.HUSHED else 0.0)

    def take_wanted(self) -> list[ToolRequested]:
        """The tools that may run now."""
        wanted, self.wanted = self.wanted, []
        return wanted

    def move(self, state: ReplyState) -> None:
        """Change state; a move that the table does not hold is a bug."""
        assert state in REPLIES[self.state], f"reply {self.number}: {self.state.value} to {state.value}"
        self.state = state


class Transfer(msgspec.Struct, frozen=True):
    """A transfer that the model asked for, or somebody outside."""

    call: str
    name: str
    destination: Destination
    is_from_outside: bool = False
    """No tool call of the model's stands behind it."""


class Handoff(msgspec.Struct, frozen=True):
    """Another agent that the model asked for."""

    call: str
    agent: str


class Successor(msgspec.Struct, frozen=True):
    """A reply that takes the place of another, as soon as it is known what was heard of that."""

    say: Say | None
    """None: the responder is asked again."""
    turn: CallerTurn
    is_sealed: bool
    is_protected: bool
    is_hushed: bool
    """The caller's sound is being judged: it does not begin over it."""
    attempt: int = 1
    fillers: int = 0
    ends_call: EndReason | None = None
    answer_at: float | None = None
    """By then the caller must have heard something of it: the deadline goes on from try to try."""
    filler_at: float | None = None
    """Then the caller hears that it takes a moment; that goes on too."""
    decide_at: float | None = None
    """Then it is known that the sound which has hushed it was no word."""
    transfer: Transfer | None = None
    """Begins when it was heard."""
