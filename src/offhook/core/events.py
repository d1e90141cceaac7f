"""What can happen to a call, in the past tense.

Times are seconds on the call's own clock, whose zero is its beginning; places in the audio are on the same clock: a
leg's `origin_at` plus the samples received over it. Every event is journaled with the time `at` which it arrived;
`Conversation.receive(event, at)` is the only reader. Each event has a base that says whose news it is.
"""

from enum import StrEnum
from typing import Literal

import msgspec

from offhook.core.behaviour import Behaviour, Script
from offhook.core.endings import EndReason

# ── bases ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Event(msgspec.Struct, frozen=True, tag=True, tag_field="event"):
    """Something that happened."""


class SoundEvent(Event, frozen=True):
    """An edge of the caller's sound, found in audio time."""


class TranscriberEvent(Event, frozen=True):
    """News of the transcriber."""


class ReplyEvent(Event, frozen=True):
    """News of a reply, from its makers or from playout. Of a reply that is over it is dropped in one place."""

    reply: int


class ToolEvent(Event, frozen=True):
    """A tool is over."""

    call: str


class DoorEvent(Event, frozen=True):
    """A wish of somebody who is not on the line."""


# ── the call ─────────────────────────────────────────────────────────────────────────────────────────────────────


class TimePassed(Event, frozen=True):
    """Nothing but time: `wakeup_at` was reached."""


class CallAnswered(Event, frozen=True):
    """The call stands, and audio flows both ways."""

    direction: Literal["inbound", "outbound"] = "inbound"
    is_screened: bool = False
    """Outbound: `AnsweredBy` will tell who has answered; the greeting is held until then."""


class CallNotAnswered(Event, frozen=True):
    """Outbound: the call that was placed did not come about."""

    reason: EndReason
    """One of `callee.*`."""
    detail: str = ""


class Answerer(StrEnum):
    """Who has answered a call that was placed."""

    HUMAN = "human"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class AnsweredBy(Event, frozen=True):
    """Outbound: who has answered, as far as it can be told."""

    who: Answerer


class BeepHeard(Event, frozen=True):
    """The answering machine records from now on."""


class CallerHungUp(Event, frozen=True):
    """The carrier says that the telephone call is over."""


class DigitPressed(Event, frozen=True):
    """A key of the telephone: one of 0-9, *, #, A-D; a secret one is `x`."""

    digit: str


# ── its legs ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Detachment(StrEnum):
    """How a leg came off."""

    STOPPED = "stopped"
    """The carrier ended the stream, in order."""
    LOST = "lost"
    """It broke, or nothing came over it any more."""
    REPLACED = "replaced"
    """Another leg of the same call has taken its place."""


class LegAttached(Event, frozen=True):
    """A media connection carries the call from now on; the first sample over it lies at `origin_at`."""

    leg: int
    origin_at: float


class LegDetached(Event, frozen=True):
    """The media connection carries the call no more."""

    leg: int
    how: Detachment
    cause: str = ""


class TransferEnding(StrEnum):
    """What became of a transfer."""

    CONNECTED = "connected"
    """They have talked, and that is over."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELED = "canceled"


class TransferEnded(Event, frozen=True):
    """The carrier is done with what `TransferCall` asked for."""

    call: str
    """The tool call that asked for it."""
    ending: TransferEnding
    talked_s: float = 0.0
    cause: str = ""


# ── from outside ─────────────────────────────────────────────────────────────────────────────────────────────────


class EndRequested(Event, frozen=True):
    """Somebody other than the two parties wants the call over: the agent says goodbye, then the line is cut."""

    reason: EndReason = EndReason.OPERATOR_ENDED
    detail: str = ""
    sentence: str = ""
    """What the agent says instead of its goodbye."""


class SayRequested(DoorEvent, frozen=True):
    """Somebody wants the agent to say this: as soon as nobody speaks, or at once."""

    text: str
    at_once: bool = False


class InstructionGiven(DoorEvent, frozen=True):
    """Somebody tells the agent what to know or to do from its next reply on; the caller does not hear it."""

    text: str
    speak_now: bool = False
    """The agent is to answer it at once, without waiting for the caller."""


class TransferRequested(DoorEvent, frozen=True):
    """Somebody wants the caller connected to somebody else; nobody on the line has asked for it."""

    name: str
    """Of one of the agent's own destinations, or what whoever is called is called."""
    number: str
    """E.164, or `sip:...`; the agent's own destination of that name goes before it."""
    ring_s: float = 20.0


class HumanJoined(DoorEvent, frozen=True):
    """A person of the business talks to the caller in the agent's place, over this very call."""

    name: str


class HumanSpoke(DoorEvent, frozen=True):
    """What that person said, as far as it is known."""

    name: str
    text: str


class HumanLeft(DoorEvent, frozen=True):
    """The person has gone: the agent is to go on, knowing `note`."""

    note: str = ""


class CallerMuted(DoorEvent, frozen=True):
    """The caller's audio is kept from everybody (`is_muted`), or not any more."""

    is_muted: bool


class AgentEntered(Event, frozen=True):
    """From here on this agent is in charge; answers `EnterAgent(call)`, or stands alone (`call` is empty)."""

    agent: str
    behaviour: Behaviour
    script: Script
    call: str = ""
    hears_audio: bool = False
    """It answers what it hears, not what a transcriber tells: words may come late, and no turn waits for them."""


# ── the caller's sound: edges only, found in audio time ──────────────────────────────────────────────────────────


class SoundLasted(SoundEvent, frozen=True):
    """Something loud has lasted for `sound_s`, and nobody knows yet whether it is a voice."""

    sound_s: float


class SpeechStarted(SoundEvent, frozen=True):
    """A talk spurt began at `onset_at`; it is told a little later, once it is sure."""

    spurt: int
    onset_at: float


class VoiceLasted(SoundEvent, frozen=True):
    """The spurt has held `voice_s` of voice so far; told once for each of `Behaviour.voice_edges_s`."""

    spurt: int
    voice_s: float


class VoicePaused(SoundEvent, frozen=True):
    """The voice fell silent a moment ago, at the latest at `heard_at`; whether the spurt is over is not known yet.

    Told again when the voice goes on and falls silent once more.
    """

    spurt: int
    heard_at: float


class SpeechStopped(SoundEvent, frozen=True):
    """The spurt ended: its last voiced sample was at `ended_at`, and it held `voice_s` of voice."""

    spurt: int
    ended_at: float
    voice_s: float


class SilenceLasted(SoundEvent, frozen=True):
    """`silence_s` of received audio were silent since the spurt's end; answers `WatchSilence`."""

    spurt: int
    silence_s: float


class TurnPredicted(SoundEvent, frozen=True):
    """The end-of-turn model's belief that the turn is complete; answers `PredictTurn`."""

    spurt: int
    probability: float


# ── the transcriber ──────────────────────────────────────────────────────────────────────────────────────────────


class TranscriptChanged(TranscriberEvent, frozen=True):
    """What the transcriber believes so far of all that lies behind the last final; it has heard up to `to_s`."""

    text: str
    to_s: float


class TranscriptFinal(TranscriberEvent, frozen=True):
    """These are the words between two places of the audio; they stay, and there may be none.

    Finals follow each other without a gap: whatever was said before `to_s` is in this one or in an earlier one.
    `FinalizeTranscript` is answered by a final that reaches the place which it asked about.
    """

    text: str
    from_s: float
    to_s: float


class TurnEndExpected(TranscriberEvent, frozen=True):
    """The transcriber itself believes that the turn may be over: `text` is all that lies behind the last final."""

    text: str
    to_s: float
    probability: float


class TurnResumed(TranscriberEvent, frozen=True):
    """The transcriber takes back its latest `TurnEndExpected`: the caller goes on."""


class TranscriberLost(TranscriberEvent, frozen=True):
    """The transcriber's stream failed."""

    cause: str
    retryable: bool = True


class TranscriberReady(TranscriberEvent, frozen=True):
    """The transcriber's stream is up (again)."""


class TranscriberLagging(TranscriberEvent, frozen=True):
    """Audio was dropped because the transcriber did not keep up."""

    dropped_s: float


# ── the reply ────────────────────────────────────────────────────────────────────────────────────────────────────


class KnowledgeFound(ReplyEvent, frozen=True):
    """What was looked up for the request of this reply, and put into it."""

    query: str
    passages: tuple[str, ...]
    took_s: float = 0.0
    is_late: bool = False
    """The search was not over in time: the reply is made without what it finds."""


class FirstTokenReceived(ReplyEvent, frozen=True):
    """The responder has begun to say something that can be heard."""


class ToolPending(ReplyEvent, frozen=True):
    """The model writes a tool call that is not whole yet: silence is work now."""


class SegmentReady(ReplyEvent, frozen=True):
    """The first audio of a segment is here; `text` is what it says. Fillers count -1, -2, ..."""

    segment: int
    text: str


class SegmentReworded(ReplyEvent, frozen=True):
    """The words of a segment became known later than its audio."""

    segment: int
    text: str


class MoreHeard(ReplyEvent, frozen=True):
    """More of a reply that is over was heard than was told at its end: these words, behind those."""

    text: str


class SegmentStarted(ReplyEvent, frozen=True):
    """The segment's first frame was sent; the caller hears it from `plays_at`."""

    segment: int
    plays_at: float


class SegmentHeard(ReplyEvent, frozen=True):
    """The carrier's mark says that the segment was played to its end."""

    segment: int


class ReplyGenerated(ReplyEvent, frozen=True):
    """The responder is done: `text` is all of it so far, in `segments` segments (0: it says nothing).

    When tools were requested, the reply goes on after them (`ContinueReply`) and this is told once more.
    """

    text: str
    segments: int
    tokens_in: int = 0
    tokens_out: int = 0


class ReplyStopped(ReplyEvent, frozen=True):
    """The model was stopped before its reply was whole: what that has cost all the same.

    Vendors tell no counts then: four characters are taken for a token.
    """

    tokens_in: int
    tokens_out: int


class PlayoutDried(ReplyEvent, frozen=True):
    """All audio that the reply has so far was played, and more is expected: the caller hears nothing now."""


class PlayoutRefilled(ReplyEvent, frozen=True):
    """Behind `PlayoutDried` audio goes out again: the caller hears something."""


class ReplySent(ReplyEvent, frozen=True):
    """The reply's last frame was sent; it should have been heard by `ends_at`."""

    ends_at: float


class ReplyHeard(ReplyEvent, frozen=True):
    """All of a generated reply was played to the caller."""

    text: str


class PlayoutCut(ReplyEvent, frozen=True):
    """Playout was cleared for good or for now: `heard_text` is what the caller heard of the reply by then."""

    heard_text: str
    heard_s: float
    ages_s: tuple[float, ...] = ()
    """How long before the cut each of the last of these words began, as far as the voice tells."""


class Stage(StrEnum):
    """Which part of making a reply failed."""

    MODEL = "model"
    VOICE = "voice"


class ReplyFailed(ReplyEvent, frozen=True):
    """The reply cannot be finished."""

    stage: Stage
    cause: str
    retryable: bool = True


class ToolRequested(ReplyEvent, frozen=True):
    """The model wants a tool to run; `arguments` is JSON."""

    call: str
    name: str
    arguments: str
    confirm: bool = False
    """It runs only by the caller's word (`core.consent`)."""
    most: int = 0
    """So often it may run in a call; 0: as often as it is wanted."""


# ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────


class ToolReturned(ToolEvent, frozen=True):
    """A tool has done its work; `result` is text for the model."""

    result: str


class ToolFailed(ToolEvent, frozen=True):
    """A tool could not do it: it has had no effect."""

    cause: str


class ToolLost(ToolEvent, frozen=True):
    """Nobody knows whether the tool has done it: no answer came, or the connection broke behind the request."""

    cause: str


# ── the providers ────────────────────────────────────────────────────────────────────────────────────────────────


class ProviderSwitched(Event, frozen=True):
    """A provider failed, or rests, and another does its work: news for people, no rule reads it."""

    kind: str
    """stt, llm or tts."""
    provider: str
    to: str
    """The same name when it is asked once more."""
    cause: str
    reply: int = 0
    """The reply it happened in; 0: none."""


AnyCallEvent = (
    TimePassed | CallAnswered | CallNotAnswered | AnsweredBy | BeepHeard | CallerHungUp | DigitPressed
    | LegAttached | LegDetached | TransferEnded | EndRequested | AgentEntered | ProviderSwitched
)  # fmt: skip
AnyDoorEvent = (
    SayRequested | InstructionGiven | TransferRequested | HumanJoined | HumanSpoke | HumanLeft | CallerMuted
)  # fmt: skip
AnySoundEvent = (
    SoundLasted | SpeechStarted | VoiceLasted | VoicePaused | SpeechStopped | SilenceLasted | TurnPredicted
)  # fmt: skip
AnyTranscriberEvent = (
    TranscriptChanged | TranscriptFinal | TurnEndExpected | TurnResumed
    | TranscriberLost | TranscriberReady | TranscriberLagging
)  # fmt: skip
AnyReplyEvent = (
    KnowledgeFound | FirstTokenReceived | ToolPending | SegmentReady | SegmentReworded | SegmentStarted | SegmentHeard
    | ReplyGenerated | ReplyStopped | PlayoutDried | PlayoutRefilled | ReplySent | ReplyHeard | PlayoutCut | MoreHeard
    | ReplyFailed | ToolRequested
)  # fmt: skip
AnyToolEvent = ToolReturned | ToolFailed | ToolLost
AnyEvent = AnyCallEvent | AnyDoorEvent | AnySoundEvent | AnyTranscriberEvent | AnyReplyEvent | AnyToolEvent
"""Every event there is: the type that a journal line is decoded to."""
