"""What can happen to a call, in the past tense.

Times are seconds on the call's own clock, whose zero is the carrier's `start`; audio times are samples received
divided by 8000 and so on the same clock, less the delay of the network. Every event is journaled with the time `at`
which it arrived; `Conversation.receive(event, at)` is the only reader.
"""

import msgspec


class Event(msgspec.Struct, frozen=True, tag=True, tag_field="event"):
    """Something that happened."""


# ── the leg ──────────────────────────────────────────────────────────────────────────────────────────────────────


class CallAnswered(Event, frozen=True):
    """The media connection is up and audio flows both ways."""


class CallerHungUp(Event, frozen=True):
    """The carrier says that the stream or the call is over."""


class LegLost(Event, frozen=True):
    """The media connection ended without a word."""

    cause: str


class DigitPressed(Event, frozen=True):
    """A key of the telephone: one of 0-9, *, #, A-D."""

    digit: str


class EndRequested(Event, frozen=True):
    """Somebody other than the two parties wants the call over (drain deadline, operator, API)."""

    reason: str


class TimePassed(Event, frozen=True):
    """Nothing but time: `wakeup_at` was reached."""


# ── the caller's sound: edges only, found in audio time ──────────────────────────────────────────────────────────


class SoundLasted(Event, frozen=True):
    """Something loud has lasted for `sound_s`, and nobody knows yet whether it is a voice."""

    sound_s: float


class SpeechStarted(Event, frozen=True):
    """A talk spurt began at `onset_at`; it is told a little later, once it is sure."""

    spurt: int
    onset_at: float


class VoiceLasted(Event, frozen=True):
    """The spurt has held `voice_s` of voice so far; told once for each of `Behaviour.voice_edges_s`."""

    spurt: int
    voice_s: float


class VoicePaused(Event, frozen=True):
    """The voice fell silent a moment ago; whether the spurt is over is not known yet. `heard_s` of audio were received.

    Told again when the voice goes on and falls silent once more.
    """

    spurt: int
    heard_s: float


class SpeechStopped(Event, frozen=True):
    """The spurt ended: its last voiced sample was at `ended_at`, and it held `voice_s` of voice."""

    spurt: int
    ended_at: float
    voice_s: float


class SilenceLasted(Event, frozen=True):
    """`silence_s` of received audio were silent since the spurt's end; answers `WatchSilence`."""

    spurt: int
    silence_s: float


class TurnPredicted(Event, frozen=True):
    """The end-of-turn model's belief that the turn is complete; answers `PredictTurn`."""

    spurt: int
    probability: float


# ── the transcriber ──────────────────────────────────────────────────────────────────────────────────────────────


class TranscriptChanged(Event, frozen=True):
    """What the transcriber believes so far of the utterance that is not yet final."""

    text: str


class TranscriptFinal(Event, frozen=True):
    """An utterance is final. `spurt` answers `FinalizeTranscript(spurt)`; None when it came of its own accord.

    A final that answers a spurt covers all that the caller said up to that spurt's end and that no earlier final
    covered; it may be empty.
    """

    text: str
    spurt: int | None = None


class TranscriberLost(Event, frozen=True):
    """The transcriber's stream failed."""

    cause: str
    retryable: bool = True


class TranscriberReady(Event, frozen=True):
    """The transcriber's stream is up (again)."""


class TurnEndExpected(Event, frozen=True):
    """The transcriber itself believes that the caller's turn may be over: `text` is all of it, so far as it knows."""

    text: str
    probability: float


class TurnResumed(Event, frozen=True):
    """The transcriber takes back its latest `TurnEndExpected`: the caller goes on."""


class TranscriberLagging(Event, frozen=True):
    """Audio was dropped because the transcriber did not keep up."""

    dropped_s: float


# ── the reply ────────────────────────────────────────────────────────────────────────────────────────────────────


class FirstTokenReceived(Event, frozen=True):
    """The language model began to answer."""

    reply: int


class SegmentReady(Event, frozen=True):
    """The first audio of a segment is here; `text` is what it says. Fillers count -1, -2, ..."""

    reply: int
    segment: int
    text: str


class SegmentStarted(Event, frozen=True):
    """The segment's first frame was sent; the caller hears it from `plays_at`."""

    reply: int
    segment: int
    plays_at: float


class SegmentHeard(Event, frozen=True):
    """The carrier's mark says that the segment was played to its end."""

    reply: int
    segment: int


class ReplyGenerated(Event, frozen=True):
    """Model and voice are done: `text` is all of it so far, in `segments` segments (0: it says nothing).

    When tools were requested, the reply goes on after them (`ContinueReply`) and this is told once more.
    """

    reply: int
    text: str
    segments: int
    tokens_in: int = 0
    tokens_out: int = 0


class ReplyStopped(Event, frozen=True):
    """The model was stopped before its reply was whole: what that has cost all the same.

    Vendors tell no counts then: four characters are taken for a token.
    """

    reply: int
    tokens_in: int
    tokens_out: int


class PlayoutDried(Event, frozen=True):
    """All audio that the reply has so far was played, and more is expected: the caller hears nothing now."""

    reply: int


class ReplySent(Event, frozen=True):
    """The reply's last frame was sent; it should have been heard by `ends_at`."""

    reply: int
    ends_at: float


class ReplyHeard(Event, frozen=True):
    """All of a generated reply was played to the caller."""

    reply: int
    text: str


class PlayoutCut(Event, frozen=True):
    """Playout was cleared for good or for now: `heard_text` is what the caller heard of the reply by then."""

    reply: int
    heard_text: str
    heard_s: float


class ReplyFailed(Event, frozen=True):
    """The reply cannot be finished: `stage` is "model" or "voice"."""

    reply: int
    stage: str
    cause: str
    retryable: bool = True


class ToolRequested(Event, frozen=True):
    """The model wants a tool to run; `arguments` is JSON."""

    reply: int
    call: str
    name: str
    arguments: str


class ToolReturned(Event, frozen=True):
    """A tool answered; `result` is text for the model."""

    call: str
    result: str


class ToolFailed(Event, frozen=True):
    """A tool did not answer, or answered with an error."""

    call: str
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


AnyEvent = (
    CallAnswered | CallerHungUp | LegLost | DigitPressed | EndRequested | TimePassed
    | SoundLasted | SpeechStarted | VoiceLasted | VoicePaused | SpeechStopped | SilenceLasted | TurnPredicted
    | TranscriptChanged | TranscriptFinal | TranscriberLost | TranscriberReady | TranscriberLagging
    | TurnEndExpected | TurnResumed
    | FirstTokenReceived | SegmentReady | SegmentStarted | SegmentHeard | ReplyGenerated | ReplyStopped | PlayoutDried
    | ReplySent | ReplyHeard | PlayoutCut | ReplyFailed | ToolRequested | ToolReturned | ToolFailed
    | ProviderSwitched
)  # fmt: skip
"""Every event there is: the type that a journal line is decoded to."""
